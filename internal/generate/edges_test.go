package generate_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/generate"
)

// made is what is declared for a document, its types and its methods, each with single spaces.
func made(t *testing.T, document string) string {
	t.Helper()
	files, err := filesOf(load(t, []byte(document)), spec([]byte(document)), config)
	require.NoError(t, err, document)
	return strings.Join(strings.Fields(string(files["types.gen.go"])+string(files["api.gen.go"])), " ")
}

// shape is a document, and what its package must have and must not.
type shape struct {
	name, document string
	has, hasNot    []string
}

func requireShapes(t *testing.T, shapes []shape) {
	t.Helper()
	for _, s := range shapes {
		t.Run(s.name, func(t *testing.T) {
			text := made(t, s.document)
			for _, part := range s.has {
				require.True(t, strings.Contains(text, part), "%s is not in\n%s", part, text)
			}
			for _, part := range s.hasNot {
				require.False(t, strings.Contains(text, part), "%s is in\n%s", part, text)
			}
		})
	}
}

const sendsAll = "{required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}"

// A parameter that is a union of plain values is sent as text, as the number that all of them are, or as a list of such;
// a union of anything else is a union.
func TestParametersOfSeveralTypes(t *testing.T) {
	var shapes []shape
	for schema, want := range map[string]string{
		"{oneOf: [{type: integer}, {type: integer, minimum: 5}]}":                                                   "*int",
		"{oneOf: [{type: integer}, {type: string}]}":                                                                "*string",
		"{anyOf: [{type: string}, {type: integer}, {type: integer}]}":                                               "*string",
		"{anyOf: [{type: boolean}], oneOf: [{type: integer}]}":                                                      "*string",
		"{anyOf: [{type: integer}, {type: array, items: {type: integer}}]}":                                         "[]int",
		"{anyOf: [{type: array, items: {type: string}}, {type: boolean}]}":                                          "[]string",
		"{x-note: n, anyOf: [{type: string}]}":                                                                      "*string",
		"{x-go-type: ID, anyOf: [{type: string}, {type: integer}]}":                                                 "*ID",
		"{anyOf: [{type: string}, {type: object, properties: {a: {type: string}}}]}":                                "*DoThingParams_U",
		"{anyOf: [{type: string}, {type: array, items: {type: array, items: {type: string}}}]}":                     "*DoThingParams_U",
		"{anyOf: [{type: string}, {type: array, items: {type: object, properties: {a: {type: string}}}}]}":          "*DoThingParams_U",
		"{anyOf: [{type: string}, {enum: [a]}]}":                                                                    "*DoThingParams_U",
		"{type: object, properties: {a: {type: string}}, anyOf: [{type: object, properties: {b: {type: string}}}]}": "*DoThingParams_U",
		"{type: object, properties: {a: {type: string}}, oneOf: [{type: string}]}":                                  "*DoThingParams_U",
		"{type: string}": "*string",
		"{type: array, items: {type: string, format: binary}}": "[]string",
	} {
		parameter := ", {name: u, in: query, schema: " + schema + "}"
		shapes = append(shapes,
			shape{name: schema, document: small(parameter, "", thing, plainThing), has: []string{"U " + want + " `form:\"u"}},
			shape{
				name: "of the path: " + schema,
				document: strings.Replace(small("", "", thing, plainThing), "    post:", "    parameters: [{name: u, in: query, schema: "+
					""+schema+"}]\n    post:", 1),
				has: []string{"U " + want + " `form:\"u"},
			})
	}
	shapes = append(shapes, shape{
		name: "JSON in the query",
		document: small(", {name: u, in: query, content: {application/json: {schema: {type: object, properties: {b: {type: string, format: "+
			"binary}}}}}}", "", thing, plainThing),
		has:    []string{"type DoThingParams_U struct { B *string `json:\"b"},
		hasNot: []string{"File"},
	})
	requireShapes(t, shapes)
}

// A request has a method for each type of body that its JSON is not another name of; a response that may be JSON is.
func TestTypesOfContent(t *testing.T) {
	const schema = "{schema: {$ref: '#/components/schemas/Thing'}}"
	request := func(types string) string {
		return small("", "{required: true, content: {"+types+"}}", "{'204': {description: d}}", plainThing)
	}
	response := func(types string) string {
		return small("", "", "{'200': {description: d, content: {"+types+"}}}", plainThing)
	}
	const other = "DoThingWith"
	requireShapes(t, []shape{
		{"JSON twice", request("application/json: " + schema + ", application/json; charset=utf-8: " + schema), []string{"body Thing,"}, []string{other}},
		{"text/json beside JSON", request("application/json: " + schema + ", text/json: " + schema), []string{"body Thing,"}, []string{other, "contentType"}},
		{"a range beside JSON", request("application/json: " + schema + ", '*/*': {}"), []string{"body Thing,"}, []string{other}},
		{"parts beside JSON", request("application/json: " + schema + ", multipart/mixed: {}"), []string{"body Thing,"}, []string{other}},
		{"parts beside text", request("text/plain: {}, multipart/related: {}"), []string{"body string,", `setBytes("text/plain"`}, []string{other}},
		{"text/json", request("text/json: " + schema), []string{"body Thing,", `r.contentType = "text/json"`}, nil},
		{"a charset", request("application/json; charset=utf-8: " + schema), []string{"body Thing,"}, []string{"contentType"}},
		{"a range alone", request("application/*: " + schema), []string{"body Thing,"}, []string{"contentType"}},
		{"text/plain beside JSON", request("text/plain: {}, application/json: " + schema), []string{"body Thing,", "DoThingWithText(ctx"}, nil},
		{"a patch beside JSON", request("application/json: " + schema + ", application/a+json: {schema: {type: object, properties: {n: {type: string, " +
			"nullable: true}, b: {type: string, format: binary}}}}"), []string{"body Thing,", "DoThingWithApplicationAPlusJSON(ctx", "N " +
			"Nullable[string] `json:\"n",
			"B *string `json:\"b"}, nil},
		{"text beside JSON is JSON", response("text/csv: {}, application/json: " + schema), []string{"(*Thing, error)"}, []string{"Stream", "Accept"}},
		{"JSON beside another JSON", response("application/a+json: {schema: {type: string}}, application/json: " + schema), []string{"(*Thing, error)"},
			[]string{"Stream", "Accept"}},
		{"two texts", response("text/csv: {}, text/plain: {}"), []string{"(*Stream, error)", `"Accept", "text/csv, text/plain"`}, nil},
		{"a range is JSON", response("application/*: " + schema), []string{"(*Thing, error)"}, []string{"Accept"}},
		{"text/json is JSON", response("text/json; charset=utf-8: " + schema), []string{"(*Thing, error)", `"Accept", "text/json"`}, nil},
		{"two that are called otherwise", response("application/a+json: " + schema + ", application/b+json: {schema: {type: string}}"),
			[]string{"(*Thing, error)", `"Accept", "application/a+json"`}, nil},
	})
}

// What is a file in a form is text in JSON, also where both share a component, and fields of a form are plain as parameters
// are.
func TestFilesInFormsAlone(t *testing.T) {
	const both = "{required: true, content: {multipart/form-data: {schema: {$ref: '#/components/schemas/Up'}}, application/json: {schema: " +
		"{$ref: '#/components/schemas/Thing'}}}}"
	const form = "{required: true, content: {multipart/form-data: {schema: {type: object, properties: {%s}}}}}"
	const shared = "Thing: {type: object, properties: {one: {$ref: '#/components/schemas/Bytes'}, all: {type: array, items: {$ref: " +
		"'#/components/schemas/Bytes'}}, many: {$ref: '#/components/schemas/List'}}}, Bytes: {type: string, format: binary}, List: {type: array, " +
		"items: {type: string, format: binary}}"
	requireShapes(t, []shape{
		{"shared", small("", both, thing, shared+", Up: {type: object, x-go-name: Other, properties: {f: {$ref: '#/components/schemas/Bytes'}, l: "+
			"{type: array, items: {$ref: "+
			"'#/components/schemas/Bytes'}}, m: {$ref: '#/components/schemas/List'}, t: {type: array, items: {type: string}}}}"),
			[]string{"type DoThingForm struct { F *File `json:\"f", " L []File `json:\"l", " M []File `json:\"m", " T []string `json:\"t",
				"type Bytes = string", "form DoThingForm,"}, []string{"Other"}},
		{"inline", small("", fmt.Sprintf(form, "f: {type: string, format: binary}, l: {type: array, items: {type: string, format: binary}}, "+
			"u: {oneOf: [{type: string}, {type: integer}]}, n: {type: array, items: {oneOf: [{type: string}]}}, o: {type: object, properties: {b: "+
			"{type: string, "+
			"format: binary}}}"), thing, plainThing),
			[]string{" F *File `json:\"f", " L []File `json:\"l", " U *string `json:\"u", " B *string `json:\"b", `f.addFile("f"`, `f.addJSON("o"`}, nil},
		{"like a query", small("", strings.Replace(fmt.Sprintf(form, "u: {oneOf: [{type: string}, {type: integer}]}, l: {type: array, items: {type: integer}}"),
			"multipart/form-data", "application/x-www-form-urlencoded", 1), thing, plainThing),
			[]string{" U *string `form:\"u", " L []int `form:\"l", "newURLForm()"}, nil},
		{"that refers to a plain union", small("", fmt.Sprintf(form, "u: {$ref: '#/components/schemas/U'}"), thing, plainThing+", U: {anyOf: [{type: "+
			"string}, {type: "+
			"number}]}"), []string{" U *string `json:\"u"}, nil},
		{"bytes like a query", small("", strings.Replace(fmt.Sprintf(form, "f: {type: string, format: binary}"), "multipart/form-data",
			"application/x-www-form-urlencoded", 1), thing, plainThing), []string{" F *string `form:\"f", `f.addField("f"`}, nil},
		{"the form is a body, too", small("", "{required: true, content: {multipart/form-data: {schema: {$ref: '#/components/schemas/Thing'}}, "+
			"application/json: {schema: "+
			"{$ref: '#/components/schemas/Thing'}}}}", thing, "Thing: {type: object, properties: {f: {type: string, format: binary}}}"),
			[]string{"type Thing struct { F *string `json:\"f", "type DoThingForm struct { F *File `json:\"f"}, nil},
		{"named", small("", fmt.Sprintf(form, "f: {$ref: '#/components/schemas/Bytes'}"), thing, plainThing+", Bytes: {type: string, format: binary, "+
			"x-go-name: "+
			"Content}"), []string{" F *File `json:\"f"}, nil},
		{"described", small("", fmt.Sprintf(form, "f: {description: d, allOf: [{$ref: '#/components/schemas/Bytes'}]}, l: {type: array, items: {allOf: "+
			"[{$ref: '#/components/schemas/Bytes'}]}}"), thing, shared),
			[]string{" F *File `json:\"f", " L []File `json:\"l", `f.addFile("f"`, "type Bytes = string"}, nil},
		{"composed", small("", "{required: true, content: {multipart/form-data: {schema: {allOf: [{$ref: '#/components/schemas/Thing'}, {type: "+
			"object, required: [g], "+
			"properties: {g: {type: string, format: binary}}}]}}}}", thing, "Thing: {type: object, properties: {f: {type: string, format: binary}, t: "+
			"{type: string}}}"),
			[]string{"type Thing struct { F *string `json:\"f", "type DoThingForm struct { F *File `json:\"f", " G File `json:\"g", " T *string " +
				"`json:\"t"}, nil},
	})
}

// An optional member of a request that may be null can be sent as null, and nothing else is a Nullable.
func TestMembersThatMayBeNull(t *testing.T) {
	const of = "Thing: {type: object, required: [r], properties: {%s}}, N: {type: string, nullable: true}, W: {type: object, properties: {deep: {$ref: " +
		"'#/components/schemas/N'}}}, S: {type: object, properties: {a: {type: string}}}"
	request := func(properties string) string {
		return small("", sendsAll, "{'204': {description: d}}", fmt.Sprintf(of, properties))
	}
	requireShapes(t, []shape{
		{"itself", request("a: {type: integer, nullable: true}, b: {type: integer}"), []string{" A Nullable[int] `", " B *int `"}, nil},
		{"by reference", request("r: {$ref: '#/components/schemas/N'}, q: {$ref: '#/components/schemas/N'}"), []string{" R *N `json:\"r\"`", " Q " +
			"Nullable[N] `json:\"q"}, nil},
		{"that is not sent", request("a: {type: integer, nullable: true, readOnly: true}"), []string{" A *int `"}, []string{"Nullable"}},
		{"beside allOf", request("a: {nullable: true, allOf: [{$ref: '#/components/schemas/S'}]}"), []string{" A Nullable[S] `"}, nil},
		{"in allOf", request("a: {allOf: [{$ref: '#/components/schemas/S'}, {nullable: true}]}"), []string{" A Nullable[Thing_A] `"}, nil},
		{"in a part", request("w: {allOf: [{$ref: '#/components/schemas/W'}]}"), []string{" Deep Nullable[N] `"}, nil},
		{"in a branch", request("w: {anyOf: [{$ref: '#/components/schemas/W'}]}"), []string{" Deep Nullable[N] `"}, nil},
		{"in one of", request("w: {oneOf: [{$ref: '#/components/schemas/W'}]}"), []string{" Deep Nullable[N] `"}, nil},
		{"in a list", request("w: {type: array, items: {$ref: '#/components/schemas/W'}}"), []string{" Deep Nullable[N] `"}, nil},
		{"in a map", request("w: {type: object, additionalProperties: {$ref: '#/components/schemas/W'}}"), []string{" Deep Nullable[N] `"}, nil},
		{"with tags", request("a: {type: string, nullable: true, x-oapi-codegen-extra-tags: {db: col}}"), []string{" A Nullable[string] " +
			"`", "db:\"col\""}, []string{"ringbasic-null"}},
		{"with tags, by reference", request("a: {$ref: '#/components/schemas/N', x-oapi-codegen-extra-tags: {db: col}}, r: {$ref: '#/components/schemas/N'}"),
			[]string{" A Nullable[N] `", "db:\"col\"", " R *N `json:\"r\"`"}, nil},
		{"of an answer", small("", "", thing, fmt.Sprintf(of, "a: {type: string, nullable: true}")), []string{" A *string `"}, []string{"Nullable"}},
	})
}

// What is said beside a reference in allOf, and no type shows, changes no type.
func TestPartsThatSayLittle(t *testing.T) {
	const parts = "P: {type: integer, format: int64}, O: {type: object, properties: {a: {type: string}}}, R: {type: object, readOnly: true, " +
		"properties: {r: {type: " +
		"string}}}, W: {type: object, writeOnly: true, properties: {w: {type: string}}}, D: {type: string, format: date}, E: {type: string, format: " +
		"email}, V: {type: string, " +
		"default: v, allowEmptyValue: true}, L: {type: array, uniqueItems: true, items: {type: string}}, I: {type: integer, minimum: 1, " +
		"exclusiveMinimum: true, maximum: " +
		"9, exclusiveMaximum: true}"
	var shapes []shape
	add := func(property string, has ...string) {
		shapes = append(shapes, shape{property, small("", "", thing, "Thing: {type: object, properties: {x: "+property+"}}, "+parts), has, nil})
	}
	for _, said := range []string{"readOnly: true", "writeOnly: true", "default: 1", "deprecated: true", "example: 2", "format: int64", "description: d"} {
		add("{allOf: [{$ref: '#/components/schemas/P'}], "+said+"}", " X *P `json:\"x,", "type P = int64")
		add("{allOf: [{$ref: '#/components/schemas/P'}, {"+said+"}]}", " X *int `json:\"x,")
		if !strings.HasPrefix(said, "format") {
			add("{allOf: [{$ref: '#/components/schemas/O'}, {"+said+"}]}", "A *string `json:\"a,")
			add("{allOf: [{$ref: '#/components/schemas/O'}, {type: object, properties: {b: {type: string}}, "+said+"}]}", "A *string `json:\"a,", "B "+
				"*string `json:\"b,")
		}
	}
	add("{allOf: [{$ref: '#/components/schemas/O'}, {$ref: '#/components/schemas/R'}]}", "A *string `json:\"a,", "R *string `json:\"r,")
	add("{allOf: [{$ref: '#/components/schemas/W'}, {$ref: '#/components/schemas/O'}]}", "A *string `json:\"a,", "W *string `json:\"w,")
	add("{allOf: [{$ref: '#/components/schemas/W'}, {$ref: '#/components/schemas/R'}]}", "R *string `json:\"r,", "W *string `json:\"w,")
	add("{allOf: [{allOf: [{$ref: '#/components/schemas/R'}]}, {$ref: '#/components/schemas/O'}]}", "A *string `json:\"a,", "R *string `json:\"r,")
	add("{allOf: [{$ref: '#/components/schemas/P'}, {type: integer, format: int64, minimum: 1}]}", " X *int64 `")
	add("{allOf: [{$ref: '#/components/schemas/P'}, {type: integer, minimum: 1}]}", " X *int `")
	add("{allOf: [{allOf: [{$ref: '#/components/schemas/P'}]}, {type: integer, format: int64}]}", "type P = int ")
	add("{allOf: [{$ref: '#/components/schemas/V'}, {description: d}]}", " X *string `")
	add("{allOf: [{$ref: '#/components/schemas/L'}, {minItems: 1}]}", "type L = []string ")
	add("{allOf: [{$ref: '#/components/schemas/I'}, {description: d}]}", " X *int `")
	add("{allOf: [{$ref: '#/components/schemas/D'}, {$ref: '#/components/schemas/E'}]}", " X *string `")
	add("{type: object, allOf: [], properties: {a: {type: string}}}", "A *string `json:\"a,")
	requireShapes(t, shapes)
}

// Values of an enumeration that differ have constants that differ.
func TestConstantsOfValues(t *testing.T) {
	var shapes []shape
	for enum, names := range map[string][]string{
		"[GMT-12, GMT+12]": {"ThingEGMTMinus12", "GMT-12", "ThingEGMTPlus12", "GMT+12"},
		"[a_1, a.1, a/1]":  {"ThingEAUnder1", "a_1", "ThingEADot1", "a.1", "ThingEASlash1", "a/1"},
		"['', x]":          {"ThingEEmpty", "", "ThingEX", "x"},
		"[x, ' ']":         {"ThingEX", "x", "ThingEBlank", " "},
		"[v, V, 'v ']":     {"ThingEV", "v", "ThingEVB", "V", "ThingEVC", "v "},
		"[c-d, v, V]":      {"ThingECD", "c-d", "ThingEV", "v", "ThingEVB", "V"},
		"[c-d, v-w, u]":    {"ThingECD", "c-d", "ThingEVW", "v-w", "ThingEU", "u"},
		"['', Empty]":      {"ThingEEmpty", "", "ThingEEmptyB", "Empty"},
		"['a b', ab]":      {"ThingEAb", "a b", "ThingEAbB", "ab"},
		"[x]":              {"ThingEX", "x"},
		"[p-q, p+q], x-enum-varnames: [Left, Right]": {"ThingELeft", "p-q", "ThingERight", "p+q"},
		"[p-q, p+q], x-enumNames: [Left, Right]":     {"ThingELeft", "p-q", "ThingERight", "p+q"},
	} {
		s := shape{name: enum, document: small("", "", thing, "Thing: {type: object, properties: {e: {type: string, enum: "+enum+"}}}")}
		for i := 0; i < len(names); i += 2 {
			s.has = append(s.has, fmt.Sprintf(" %s ThingE = %q ", names[i], names[i+1]))
		}
		shapes = append(shapes, s)
	}
	shapes = append(shapes, shape{
		name:     "numbers",
		document: small("", "", thing, "Thing: {type: object, properties: {e: {type: integer, enum: [1, -1]}}}"),
		has:      []string{"ThingEN1 ThingE = 1 ", "ThingE = -1 "},
	})
	requireShapes(t, shapes)
}

// A member is required in Go too, unless its type would contain itself.
func TestTypesThatContainThemselves(t *testing.T) {
	requireShapes(t, []shape{
		{"itself", small("", "", thing, "Thing: {type: object, required: [n, a], properties: {n: {$ref: '#/components/schemas/Thing'}, a: {type: string}}}"),
			[]string{" N *Thing `json:\"n,omitempty\"`", " A string `json:\"a\"`"}, nil},
		{"each other", small("", "", thing, "Thing: {type: object, required: [n], properties: {n: {$ref: '#/components/schemas/M'}}}, M: {type: "+
			"object, required: "+
			"[t], properties: {t: {$ref: '#/components/schemas/Thing'}}}"),
			[]string{" N *M `json:\"n,omitempty\"`", " T *Thing `json:\"t,omitempty\"`"}, nil},
		{"three", small("", "", thing, "Thing: {type: object, required: [a], properties: {a: {$ref: '#/components/schemas/A'}}}, A: {type: object, "+
			"required: [b], "+
			"properties: {b: {$ref: '#/components/schemas/B'}}}, B: {type: object, required: [t], properties: {t: {$ref: '#/components/schemas/Thing'}}}"),
			[]string{" A *A `json:\"a,omitempty\"`", " B *B `json:\"b,omitempty\"`", " T *Thing `json:\"t,omitempty\"`"}, nil},
		{"described", small("", "", thing, "Thing: {type: object, required: [n], properties: {n: {description: d, allOf: [{$ref: "+
			"'#/components/schemas/Thing'}]}}}"),
			[]string{" N *Thing `json:\"n,omitempty\"`"}, nil},
		{"inline", small("", "", thing, "Thing: {type: object, required: [in], properties: {in: {type: object, required: [n], properties: {n: {$ref: "+
			"'#/components/schemas/Thing'}}}}}"),
			[]string{" N *Thing `json:\"n,omitempty\"`", "`json:\"in\"`"}, nil},
		{"a part", small("", "", thing, "Thing: {allOf: [{$ref: '#/components/schemas/Base'}, {type: object, properties: {a: {type: string}}}]}, "+
			"Base: {type: object, "+
			"required: [n], properties: {n: {$ref: '#/components/schemas/Thing'}}}"),
			[]string{" N *Thing `json:\"n,omitempty\"`"}, nil},
		{"null", small("", "", thing, "Thing: {type: object, required: [n], properties: {n: {nullable: true, allOf: [{$ref: '#/components/schemas/Thing'}]}}}"),
			[]string{" N *Thing `json:\"n\"`"}, nil},
		{"a list", small("", "", thing, "Thing: {type: object, required: [l], properties: {l: {$ref: '#/components/schemas/L'}}}, L: {type: array, "+
			"items: {$ref: "+
			"'#/components/schemas/Thing'}}"),
			[]string{" L L `json:\"l\"`"}, nil},
		{"a list inline", small("", "", thing, "Thing: {type: object, required: [l], properties: {l: {type: array, items: {$ref: "+
			"'#/components/schemas/Thing'}}}}"),
			[]string{" L []Thing `json:\"l\"`"}, nil},
		{"another", small("", "", thing, "Thing: {type: object, required: [n], properties: {n: {$ref: '#/components/schemas/N'}}}, N: {type: object, "+
			"required: [n], "+
			"properties: {n: {$ref: '#/components/schemas/N'}}}"),
			[]string{" N N `json:\"n\"`", " N *N `json:\"n,omitempty\"`"}, nil},
		{"none", small("", "", thing, "Thing: {type: object, required: [a, b, gone], properties: {a: {$ref: '#/components/schemas/A'}, b: {$ref: "+
			"'#/components/schemas/A'}}}, A: {type: object, properties: {x: {type: string}}}"),
			[]string{" A A `json:\"a\"`", " B A `json:\"b\"`"}, nil},
	})
}

// A list is a slice wherever it stands, and named as the document has it.
func TestListsAndNames(t *testing.T) {
	requireShapes(t, []shape{
		{"an optional list", small("", "", thing, "Thing: {type: object, properties: {l: {$ref: '#/components/schemas/L'}, m: {type: array, items: "+
			"{type: string}}, o: "+
			"{$ref: '#/components/schemas/O'}}}, L: {type: array, items: {type: string}}, O: {type: array, x-go-type-skip-optional-pointer: false, "+
			"items: {type: string}}"),
			[]string{" L L `json:\"l,omit", " M []string `json:\"m,omit", " O *O `json:\"o,omit"}, nil},
		{"a name for a member", small("", "", thing, "Thing: {type: object, properties: {cpu: {$ref: '#/components/schemas/Health', x-go-name: Own}, "+
			"disk: {$ref: "+
			"'#/components/schemas/Health'}}}, Health: {type: object, x-go-name: HealthInfo, properties: {a: {type: string}}}"),
			[]string{" Own *HealthInfo `json:\"cpu", " Disk *HealthInfo `json:\"disk", "type HealthInfo struct"}, nil},
		{"a name for a component", small("", "", thing, "Thing: {type: object, properties: {disk: {$ref: '#/components/schemas/Health'}}}, Health: {type: object, "+
			"x-go-name: HealthInfo, properties: {a: {type: string}}}"), []string{" Disk *HealthInfo `json:\"disk"}, nil},
		{"one name written twice", small("", "", thing, "Thing: {type: object, properties: {foo_bar: {$ref: '#/components/schemas/Foo-Bar'}}}, "+
			"Foo-Bar: {type: object, "+
			"x-go-name: FooBar, properties: {a: {type: string}}}"),
			[]string{" FooBar *FooBar `json:\"foo_bar", "type FooBar struct"}, nil},
		{"like the runtime, written otherwise", small("", "", thing, "Thing: {type: object, properties: {a: {$ref: "+
			"'#/components/schemas/api-error'}}}, api-error: {type: "+
			"object, properties: {a: {type: string}}}"),
			[]string{" A *APIErrorObject `json:\"a", "type APIErrorObject struct"}, nil},
	})
}

// A body that is optional is left out if it is nil: a pointer, unless its type has a nil of its own.
func TestOptionalBodies(t *testing.T) {
	const schemas = plainThing + ", L: {type: array, items: {type: integer}}, M: {type: object, additionalProperties: {type: integer}}, Any: {}, " +
		"U: {oneOf: [{$ref: '#/components/schemas/Thing'}]}, V: {anyOf: [{$ref: '#/components/schemas/Thing'}]}, W: {type: object, properties: {w: " +
		"{type: string}}, " +
		"anyOf: [{$ref: '#/components/schemas/Thing'}]}, X: {type: object, properties: {x: {type: string}}, oneOf: [{$ref: '#/components/schemas/Thing'}]}, " +
		"C: {allOf: [{$ref: '#/components/schemas/Thing'}, {type: object, properties: {c: {type: string}}}]}, S: {type: string}, E: {type: object, " +
		"x-go-type: ID}"
	var shapes []shape
	for schema, want := range map[string]string{
		"{$ref: '#/components/schemas/Thing'}":                  "*Thing",
		"{$ref: '#/components/schemas/L'}":                      "L",
		"{$ref: '#/components/schemas/M'}":                      "M",
		"{$ref: '#/components/schemas/Any'}":                    "Any",
		"{$ref: '#/components/schemas/U'}":                      "*U",
		"{$ref: '#/components/schemas/V'}":                      "*V",
		"{$ref: '#/components/schemas/W'}":                      "*W",
		"{$ref: '#/components/schemas/X'}":                      "*X",
		"{$ref: '#/components/schemas/C'}":                      "*C",
		"{$ref: '#/components/schemas/S'}":                      "*S",
		"{$ref: '#/components/schemas/E'}":                      "*E",
		"{type: array, items: {type: string}}":                  "DoThingJSONBody",
		"{type: object, additionalProperties: {type: integer}}": "DoThingJSONBody",
	} {
		body := "{content: {application/json: {schema: " + schema + "}}}"
		shapes = append(shapes,
			shape{schema, small("", body, thing, schemas), []string{"body " + want + ", opts", "if body != nil { r.setJSON(body) }"}, nil},
			shape{"required " + schema, small("", "{required: true, "+body[1:], thing, schemas),
				[]string{"body " + strings.TrimPrefix(want, "*") + ", opts"}, []string{"if body != nil"}})
	}
	requireShapes(t, shapes)
}

// Fields of a form are named as in the document, in printable ASCII, and sent as their encodings say.
func TestFieldsOfForms(t *testing.T) {
	const form = "{required: true, content: {multipart/form-data: {schema: {type: object, properties: {%s}}, encoding: {%s}}}}"
	list := "l: {type: array, items: {type: string}}"
	var shapes []shape
	for encoding, want := range map[string]string{
		"":                                `for _, v := range form.L { f.addField("l", v) }`,
		"l: {style: form}":                `for _, v := range form.L { f.addField("l", v) }`,
		"l: {style: form, explode: true}": `for _, v := range form.L { f.addField("l", v) }`,
		"l: {style: pipeDelimited, explode: true}": `for _, v := range form.L { f.addField("l", v) }`,
		"l: {explode: false}":                      `f.addField("l", joined(form.L, ","))`,
		"l: {style: form, explode: false}":         `f.addField("l", joined(form.L, ","))`,
		"l: {style: spaceDelimited}":               `f.addField("l", joined(form.L, " "))`,
		"l: {style: pipeDelimited}":                `f.addField("l", joined(form.L, "|"))`,
		"l: {contentType: application/json}":       `f.addJSON("l", form.L)`,
		"l: {contentType: application/a+json}":     `f.addJSON("l", form.L)`,
		"l: {contentType: application/*}":          `for _, v := range form.L { f.addField("l", v) }`,
		"l: {contentType: text/plain}":             `for _, v := range form.L { f.addField("l", v) }`,
	} {
		shapes = append(shapes, shape{"list " + encoding, small("", fmt.Sprintf(form, list, encoding), thing, plainThing), []string{want}, nil})
	}
	for encoding, want := range map[string]string{
		"":                                   `f.addFile("f", *v)`,
		"f: {contentType: application/json}": `f.addFileAs("f", *v, "application/json")`,
		"f: {contentType: audio/*}":          `f.addFile("f", *v)`,
		"f: {contentType: 'a/b, c/d'}":       `f.addFile("f", *v)`,
	} {
		shapes = append(shapes, shape{"file " + encoding, small("", fmt.Sprintf(form, "z: {type: string}, f: {type: string, format: "+
			"binary}", encoding), thing, plainThing),
			[]string{`f.addField("z", *v) } if v := form.F; v != nil { ` + want}, nil}) // files come last
	}
	shapes = append(shapes,
		shape{"names", small("", fmt.Sprintf(form, "'a b~!': {type: string}", ""), thing, plainThing), []string{`f.addField("a b~!", *v)`}, nil},
		shape{"two forms", small("", "{content: {multipart/form-data: {schema: {type: object, properties: {m: {type: string}}}}, "+
			"application/x-www-form-urlencoded: "+
			"{schema: {type: object, properties: {u: {type: string}}}}}}", thing, plainThing),
			[]string{"DoThing(ctx context.Context, id string, form *DoThingForm,", "DoThingWithURLForm(ctx context.Context, id string, form " +
				"*DoThingURLForm,"}, nil},
		shape{"one form, and JSON", small("", "{content: {application/json: {schema: {type: object}}, application/x-www-form-urlencoded: {schema: "+
			"{type: object, "+
			"properties: {u: {type: string}}}}}}", thing, plainThing), []string{"DoThingWithURLForm(ctx context.Context, id string, form *DoThingForm,"}, nil},
		shape{"the preferred body", small("", "{content: {application/pdf: {}, application/x-www-form-urlencoded: {schema: {type: object, properties: "+
			"{u: {type: "+
			"string}}}}}}", thing, plainThing), []string{"DoThing(ctx context.Context, id string, form *DoThingForm,", "DoThingWithApplicationPdf("}, nil},
	)
	requireShapes(t, shapes)
	for _, name := range []string{`\x1f`, `\x7f`, `\"`, `\\`, `ü`} {
		text := small("", fmt.Sprintf(form, `"a`+name+`": {type: string}`, ""), thing, plainThing)
		_, err := filesOf(load(t, []byte(text)), spec(nil), config)
		require.Error(t, err, name)
	}
}

// Servers are named by their hosts, or else by their place; an operation's own server is the first that has an address,
// or else its path's.
func TestNamesOfServers(t *testing.T) {
	document := small("", "", thing, plainThing)
	for servers, want := range map[string][]string{
		"[{url: 'https://a.example'}]": {`Server = "https://a.example"`},
		"[{url: 'https://a.example'}, {url: 'https://media.b.example/'}, {url: 'https://media.c.example'}, {url: 'https://127.0.0.1'}, {url: " +
			"'https://1.d.example'}]": {
			`Server = "https://a.example"`, `ServerMedia = "https://media.b.example"`, `Server3 = "https://media.c.example"`, `Server4 = "https://127.0.0.1"`,
			`Server1 = "https://1.d.example"`},
		"[{url: 'https://{h}.example/{v}', variables: {h: {default: a}, v: {default: v1}}}]": {`Server = "https://a.example/v1"`},
		"[{url: '/v1'}]": {`defaultServer = ""`},
	} {
		files, err := filesOf(load(t, []byte(document+"servers: "+servers+"\n")), spec(nil), config)
		require.NoError(t, err, servers)
		text := strings.Join(strings.Fields(string(files["doc.gen.go"])), " ")
		for _, constant := range want {
			require.Contains(t, text, constant)
		}
	}
	const operation, path = "      servers: [{url: /relative}, {url: 'https://op.example'}]\n", "    servers: [{url: 'https://path.example'}]\n"
	of := func(operation, path string) string {
		return strings.NewReplacer("    post:\n", path+"    post:\n", "      operationId: doThing\n", "      operationId: "+
			"doThing\n"+operation).Replace(document)
	}
	requireShapes(t, []shape{
		{"none", document, nil, []string{"Server:"}},
		{"the operation's", of(operation, ""), []string{`Server: "https://op.example"`}, nil},
		{"the path's", of("", path), []string{`Server: "https://path.example"`}, nil},
		{"both", of(operation, path), []string{`Server: "https://op.example"`}, []string{"path.example"}},
		{"one that is no address", of("      servers: [{url: /relative}]\n", path), []string{`Server: "https://path.example"`}, nil},
	})
}

// What an operation returns is what its successes document.
func TestResults(t *testing.T) {
	const (
		a     = "content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}"
		b     = "content: {application/json: {schema: {$ref: '#/components/schemas/B'}}}"
		sound = "content: {audio/mpeg: {schema: {type: string, format: binary}}}"
	)
	var shapes []shape
	add := func(responses string, has []string, hasNot ...string) {
		shapes = append(shapes, shape{responses, small("", "", "{"+responses+"}", "A: {type: object, properties: {a: {type: string}}}, B: {type: "+
			"object, properties: "+
			"{b: {type: string}}}"), has, hasNot})
	}
	add("'200': {description: d, "+a+"}", []string{"(*A, error)", "fetch[A](ctx, c, r, http.StatusOK)"}, "none(", "is nil where")
	add("'200': {description: d, "+a+"}, '201': {description: d, "+a+"}", []string{"fetch[A](ctx, c, r, http.StatusOK, http.StatusCreated)"}, "none(")
	add("'200': {description: d, "+a+"}, '202': {description: d}, '203': {description: d}", []string{"fetch[A](ctx, c, r, http.StatusOK, " +
		"none(http.StatusAccepted), " +
		"none(203))", "The result is nil where the server answers with status 202 or 203."})
	add("'200': {description: d, "+a+"}, '201': {description: d, "+b+"}", []string{"(*Stream, error)", "Success has several types (A, " +
		"B)", `"Accept", "application/json"`})
	add("'200': {description: d, "+sound+"}", []string{"(*Stream, error)", `"Accept", "audio/mpeg"`}, "Success has several types")
	add("'200': {description: d, "+sound+"}, '204': {description: d}", []string{"(*Stream, error)", `"Accept", "audio/mpeg"`, "http.StatusOK, " +
		"http.StatusNoContent)"}, "none(", "is nil where")
	add("'200': {description: d, "+sound+"}, '201': {description: d, content: {audio/wav: {}}}", []string{`"Accept", "audio/mpeg, audio/wav"`})
	add("'200': {description: d, "+sound+"}, '201': {description: d, "+a+"}", []string{"(*Stream, " +
		"error)", `"Accept", "application/json, audio/mpeg"`, "Success has several types"})
	add("'204': {description: d}", []string{") error {", "call(ctx, c, r, http.StatusNoContent)"}, "Accept")
	add("'2XX': {description: d, "+a+"}, '204': {description: d}", []string{"fetch[A](ctx, c, r)"})
	requireShapes(t, shapes)
}

// Parameters are sent in their style.
func TestStylesOfParameters(t *testing.T) {
	const list, object = "schema: {type: array, items: {type: string}}", "schema: {type: object, properties: {a: {type: string}}}"
	var shapes []shape
	for parameter, want := range map[string]string{
		"in: query, " + list:                                         `for _, v := range params.P { r.addQuery("p", v) }`,
		"in: query, explode: false, " + list:                         `addQueryList(r, "p", params.P, ",")`,
		"in: query, style: pipeDelimited, " + list:                   `addQueryList(r, "p", params.P, "%7C")`,
		"in: query, style: spaceDelimited, " + list:                  `addQueryList(r, "p", params.P, "%20")`,
		"in: query, style: pipeDelimited, explode: true, " + list:    `for _, v := range params.P { r.addQuery("p", v) }`,
		"in: query, style: pipeDelimited, explode: false, " + list:   `addQueryList(r, "p", params.P, "%7C")`,
		"in: header, " + list:                                        `r.setHeader("p", joined(params.P, ","))`,
		"in: header, explode: true, " + list:                         `r.setHeader("p", joined(params.P, ","))`,
		"in: query, " + object:                                       `"exploded"`,
		"in: query, explode: false, " + object:                       `, ",")`,
		"in: query, style: deepObject, " + object:                    `"deepObject"`,
		"in: query, style: pipeDelimited, explode: false, " + object: `, "%7C")`,
		"in: query, content: {application/json: {" + object + "}}":   `"JSON"`,
	} {
		shapes = append(shapes, shape{parameter, small(", {name: p, "+parameter+"}", "", thing, plainThing), []string{want}, nil})
	}
	requireShapes(t, shapes)
	for _, schema := range []string{
		"{properties: {a: {type: string}}, anyOf: [{type: string}]}", "{properties: {a: {type: string}}, oneOf: [{type: string}]}",
		"{anyOf: [{type: object}]}", "{oneOf: [{type: object}]}", "{allOf: [{type: object}]}", "{type: object}",
	} {
		text := small(", {name: p, in: header, schema: "+schema+"}", "", thing, plainThing)
		_, err := filesOf(load(t, []byte(text)), spec(nil), config)
		require.EqualError(t, err, "doThing: header parameter p: objects and unions are not supported", schema)
	}
}

// Comments are at most 118 columns wide, and as wide as that where their words allow.
func TestWidthOfComments(t *testing.T) {
	files, err := filesOf(load(t, []byte(strings.Replace(small("", "", thing, plainThing), "      operationId: doThing\n",
		"      operationId: doThing\n      description: "+strings.TrimSpace(strings.Repeat("a ", 200))+"\n", 1))), spec(nil), config)
	require.NoError(t, err)
	var widths []int
	for line := range strings.Lines(string(files["api.gen.go"])) {
		if line = strings.TrimSpace(line); strings.HasSuffix(line, " a a") {
			widths = append(widths, len(line))
		}
	}
	// "// DoThing" and 54 words; "//" and 58; again; "//" and the last 30.
	require.Equal(t, []int{10 + 2*54, 2 + 2*58, 2 + 2*58, 2 + 2*30}, widths)
}

// The first place that names a type which is not there is told.
func TestFirstPlaceOfATypeThatIsNotThere(t *testing.T) {
	text := small("", "", thing, "Thing: {type: object, properties: {b: {type: string, x-go-type: Nope}, a: {type: string, x-go-type: Nope}, c: "+
		"{type: string, "+
		"x-go-type: Nope}}}")
	_, err := filesOf(load(t, []byte(text)), spec(nil), config)
	require.EqualError(t, err, "Thing.A: the package declares no type Nope: correct the schema's x-go-type, or make what has no name a component schema")
}

// A code begins with a letter: no digit is one.
func TestCodesThatBeginWithDigits(t *testing.T) {
	for code, ok := range map[string]bool{"0A": false, "9A": false, "-5A": false, "A9": true, "a0": true} {
		text := small("", "", strings.Replace(thing, "}}}}}", "}}}}, '400': {description: no, x-error-codes: [{code: "+code+", message: m}]}}", 1), plainThing)
		_, err := filesOf(load(t, []byte(text)), spec(nil), config)
		if ok {
			require.NoError(t, err, code)
			continue
		}
		require.EqualError(t, err, fmt.Sprintf("doThing: error code %q cannot name a constant: it has to begin with a letter", code))
	}
}

// Where the project asks for getters, what is read has them, and what is sent alone has none.
func TestGettersOfTypesThatAreRead(t *testing.T) {
	cfg := config
	cfg.Project.Getters = true
	text := small(", {name: q, in: query, schema: {type: string}}", "{content: {multipart/form-data: {schema: {type: object, properties: {m: {type: "+
		"string}}}}, "+
		"application/x-www-form-urlencoded: {schema: {type: object, properties: {u: {type: string}}}}}}", thing, plainThing)
	files, err := filesOf(load(t, []byte(text)), spec(nil), cfg)
	require.NoError(t, err)
	require.Contains(t, string(files[generate.GettersFile]), "func (x *Thing) GetA() (v string) {")
	require.NotContains(t, string(files[generate.GettersFile]), "DoThing")
	files, err = filesOf(load(t, []byte(text)), spec(nil), config)
	require.NoError(t, err)
	require.NotContains(t, files, generate.GettersFile)
}

// What a package has of Nullable is all of it, and that makes it have nothing else of the runtime.
func TestCopiedNullable(t *testing.T) {
	text := small("", sendsAll, thing, "Thing: {type: object, properties: {a: {type: string, nullable: true}}}")
	files, err := filesOf(load(t, []byte(text)), spec(nil), config)
	require.NoError(t, err)
	for _, name := range []string{"\nfunc Null[", "\nfunc NotNull["} {
		require.Contains(t, string(files["nullable.gen.go"]), name)
	}
	for _, file := range []string{"id.gen.go", "pages.gen.go", "stream.gen.go"} {
		require.NotContains(t, files, file)
	}
}

// Bodies that are components have types, with what these are of; null has no name among those of an enumeration's values.
func TestComponentsThatAreBodies(t *testing.T) {
	requireShapes(t, []shape{
		{"a body", small("", "{$ref: '#/components/requestBodies/Up'}", thing, plainThing+", Q: {type: object, properties: {q: {type: string}}}") +
			"  requestBodies: {Up: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Q'}}}}}\n", []string{"type Q " +
			"struct", "body Q,"}, nil},
		{"one that nothing sends", small("", "", thing, plainThing+", Q: {type: object, properties: {q: {type: string}}}") +
			"  requestBodies: {Up: {content: {application/json: {schema: {$ref: '#/components/schemas/Q'}}}}}\n", []string{"type Q struct"}, nil},
		{"more values than names", small("", "", thing, "Thing: {type: object, properties: {e: {type: string, nullable: true, enum: [x, null], "+
			"x-enum-varnames: [Ex]}}}"),
			[]string{`ThingEEx ThingE = "x"`}, nil},
	})
}

// A component that is called as what has no name in another is called gets another name in Go, and no other one does.
func TestComponentsCalledLikeWhatHasNone(t *testing.T) {
	requireShapes(t, []shape{
		{"an enumeration", small("", "", thing, "Thing: {type: object, properties: {u: {type: string, enum: [a, b]}, v: {$ref: "+
			"'#/components/schemas/ThingU'}, w: {$ref: "+
			"'#/components/schemas/Th'}, x: {$ref: '#/components/schemas/ThingUX'}}}, ThingU: {type: object, properties: {z: {type: string}}}, Th: "+
			"{type: object, "+
			"properties: {t: {type: string}}}, ThingUX: {type: object, properties: {t: {type: string}}}"),
			[]string{" U *ThingU `", " V *ThingUObject `", " W *Th `", " X *ThingUX `", "type ThingU string", "type ThingUObject struct { Z *string"}, nil},
		{"one that is used", small("", sendsAll, thing, "Thing: {type: object, properties: {u: {type: object, properties: {a: {type: string}}}, v: {$ref: "+
			"'#/components/schemas/Thing_U'}, w: {$ref: '#/components/schemas/Th'}}}, Thing_U: {type: object, properties: {z: {type: string}}}, Th: "+
			"{type: object, "+
			"properties: {t: {type: string}}}"), []string{" W *Th `", "type Th struct { T *string", " Z *string `", " A *string `"}, nil},
	})
}
