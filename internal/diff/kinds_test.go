package diff_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// kind is a change of a schema, and the rules that it breaks in a request and in a response, there and back.
type kind struct {
	name       string
	old, new   string
	versions   string // those that can say it: "2" is Swagger 2.0, "0" OpenAPI 3.0, "1" OpenAPI 3.1
	req, back  string // ids, separated by spaces
	resp, undo string
}

// positions are where a schema may stand in a body.
var positions = map[string]string{
	"root":          "%s",
	"property":      "{type: object, properties: {a: %s}}",
	"items":         "{type: array, items: %s}",
	"map value":     "{type: object, additionalProperties: %s}",
	"under allOf":   "{allOf: [{type: object, properties: {a: %s}}, {type: object, properties: {b: {type: string}}}]}",
	"under a union": "{oneOf: [{type: object, properties: {a: %s}}, {type: string}]}",
	"in a branch": "{anyOf: [{type: object, required: [k], properties: {k: {type: string, enum: [x]}, a: %s}}, {type: object, required: [k], " +
		"properties: {k: {type: string, enum: [y]}}}]}",
	"deep inside":    "{type: object, properties: {l: {type: array, items: {type: object, properties: {m: {type: object, additionalProperties: %s}}}}}}",
	"in a component": "{$ref: '#/components/schemas/C'}",
}

// document writes a document with a schema as the body of a request and of a response.
func kindDocument(version, schema string) string {
	components := ""
	if strings.Contains(schema, "schemas/C'") {
		outer, inner, _ := strings.Cut(schema, "\x00")
		schema, components = outer, "    C: "+inner+"\n"
	}
	if version == "2" {
		text := "swagger: '2.0'\ninfo: {title: T, version: '1'}\nconsumes: [application/json]\nproduces: [application/json]\npaths:\n  /x:\n    post:\n" +
			"      parameters: [{name: q, in: query, type: string}, {name: body, in: body, schema: " + schema +
			"}]\n      responses:\n        '200': {description: d, schema: " + schema + "}\n"
		if components != "" {
			text += "definitions:\n" + strings.Replace(components, "    C", "  C", 1)
		}
		return strings.ReplaceAll(text, "#/components/schemas/", "#/definitions/")
	}
	text := "openapi: 3." + version + ".0\ninfo: {title: T, version: '1'}\npaths:\n  /x:\n    post:\n" +
		"      parameters: [{name: q, in: query, schema: {type: string}}]\n" +
		"      requestBody: {content: {application/json: {schema: " + schema + "}}}\n" +
		"      responses:\n        '200': {description: d, content: {application/json: {schema: " + schema + "}}}\n"
	if components != "" {
		text += "components:\n  schemas:\n" + components
	}
	return text
}

func (k kind) run(t *testing.T) {
	t.Helper()
	for name, position := range positions {
		for version := range strings.SplitSeq(k.versions, "") {
			if version == "2" && strings.Contains(position, "Of: [") && !strings.Contains(position, "allOf") {
				continue
			}
			at := func(schema string) string {
				if name == "in a component" {
					return kindDocument(version, position+"\x00"+schema)
				}
				return kindDocument(version, fmt.Sprintf(position, schema))
			}
			for _, way := range []struct {
				from, to  string
				req, resp string
			}{{k.old, k.new, k.req, k.resp}, {k.new, k.old, k.back, k.undo}} {
				got := map[string][]string{"request": {}, "response": {}}
				for _, f := range compare(t, at(way.from), at(way.to), "POST /x") {
					side, _, _ := strings.Cut(f.Location, " ")
					got[side] = append(got[side], f.ID)
				}
				for side, want := range map[string]string{"request": way.req, "response": way.resp} {
					slices.Sort(got[side])
					require.Equal(t, strings.Fields(want), append([]string{}, got[side]...), "%s: %s, %s, version %s: %s → %s", k.name, name, side, version,
						way.from, way.to)
				}
			}
		}
	}
}

func kinds() []kind {
	const object = "{type: object, properties: {p: {type: string}}}"
	return []kind{
		{"retyped", "{type: string}", "{type: integer}", "201", "req-type", "req-type", "resp-type", "resp-type"},
		{"integer is a number", "{type: integer}", "{type: number}", "201", "req-type-wider", "req-type", "resp-type", "resp-type-narrower"},
		{"any", "{type: string}", "{}", "201", "req-type-wider", "req-type", "resp-type", "resp-type-narrower"},
		{"any object", object, "{}", "201", "req-type-wider", "req-type", "resp-type", "resp-type-narrower"},
		{"null and any", "{type: string, nullable: true}", "{}", "0", "req-type-wider", "req-type", "resp-type", "resp-type-narrower"},
		{"null and any in 3.1", "{type: [string, 'null']}", "{}", "1", "req-type-wider", "req-type", "resp-type", "resp-type-narrower"},
		{"null", "{type: string}", "{type: string, nullable: true}", "0", "req-nullable+", "req-nullable-", "resp-nullable+", "resp-nullable-"},
		{"null in 3.1", "{type: string}", "{type: [string, 'null']}", "1", "req-nullable+", "req-nullable-", "resp-nullable+", "resp-nullable-"},
		{"null as a branch", "{type: string}", "{oneOf: [{type: string}, {type: 'null'}]}", "1", "req-nullable+", "req-nullable-", "resp-nullable+",
			"resp-nullable-"},
		{"nullable any", "{}", "{nullable: true}", "0", "", "", "", ""},

		{"a further type", "{oneOf: [{type: string}, {type: integer}]}", "{oneOf: [{type: string}, {type: integer}, {type: boolean}]}", "01", "req-type-wider",
			"req-type", "resp-type", "resp-type-narrower"},
		{"a further type of a list", "{type: [string, integer]}", "{type: [string, integer, boolean]}", "1", "req-type-wider", "req-type", "resp-type",
			"resp-type-narrower"},
		{"types of a union and others", "{anyOf: [{type: string}, {type: integer}]}", "{type: boolean}", "01", "req-type", "req-type", "resp-type",
			"resp-type"},
		{"a union and one of its types", "{anyOf: [{type: string}, {type: integer}]}", "{type: string}", "01", "req-type", "req-type-wider",
			"resp-type-narrower", "resp-type"},
		{"a union of one", "{anyOf: [{type: string}]}", "{type: string}", "01", "", "", "", ""},
		{"two spellings of types", "{anyOf: [{type: string}, {type: integer}]}", "{type: [string, integer]}", "1", "", "", "", ""},
		{"two spellings of what types say", "{oneOf: [{type: string, maxLength: 5}, {type: integer, minimum: 1}]}",
			"{type: [string, integer], maxLength: 5, minimum: 1}", "1", "", "", "", ""},
		{"oneOf and anyOf", "{oneOf: [{type: string}, " + object + "]}", "{anyOf: [" + object + ", {type: string}]}", "01", "", "", "", ""},
		{"a union inside a union", "{oneOf: [{oneOf: [{type: string}, {type: integer}]}, {type: boolean}]}",
			"{oneOf: [{type: string}, {type: integer}, {type: boolean}]}", "01", "", "", "", ""},
		{"the same type in a union", "{type: string}", "{anyOf: [{type: string}, {type: string, format: date}]}", "01", "", "", "", ""},
		{"an object in a union of one type more", object, "{oneOf: [" + object + ", {type: string}]}", "01", "req-type-wider", "req-type", "resp-type",
			"resp-type-narrower"},
		{"wider, and shorter", "{type: string, maxLength: 80}", "{oneOf: [{type: string, maxLength: 70}, {type: integer}]}", "01",
			"req-limit-tight req-type-wider", "req-type", "resp-type", "resp-limit-loose resp-type-narrower"},

		{"a branch", "{oneOf: [{type: object, required: [p], properties: {p: {type: string}}}, {type: object, required: [q], properties: {q: {type: string}}}]}",
			"{oneOf: [{type: object, required: [p], properties: {p: {type: string}}}, {type: object, required: [q], properties: {q: {type: string}}}, " +
				"{type: object, required: [r], properties: {r: {type: string}}}]}", "01",
			"req-branch-add", "req-branch-rem", "resp-branch-add", "resp-branch-rem"},
		{"branches in another order", "{oneOf: [{type: object, required: [p], properties: {p: {type: string}}}, {type: object, required: [q], properties: " +
			"{q: {type: string}}}]}",
			"{oneOf: [{type: object, required: [q], properties: {q: {type: string}}}, {type: object, required: [p], properties: {p: {type: string}}}]}", "01",
			"", "", "", ""},
		{"one object and two", "{type: object, required: [p], properties: {p: {type: string}}}",
			"{oneOf: [{type: object, required: [p], properties: {p: {type: string}}}, {type: object, required: [q], properties: {q: {type: string}}}]}", "01",
			"req-branch-add", "req-branch-rem", "resp-branch-add", "resp-branch-rem"},
		{"a change in a branch", "{oneOf: [{type: object, required: [p], properties: {p: {type: string}}}, {type: object, required: [q], properties: {q: " +
			"{type: string}}}]}",
			"{oneOf: [{type: object, required: [p], properties: {p: {type: string}}}, {type: object, required: [q], properties: {q: {type: integer}}}]}", "01",
			"req-type", "req-type", "resp-type", "resp-type"},
		{"a branch that is deprecated", "{oneOf: [{type: object, required: [p], properties: {p: {type: string}}}, {type: object, required: [q], " +
			"properties: {q: {type: string}}}]}",
			"{oneOf: [{type: object, required: [p], properties: {p: {type: string}}}, {type: object, deprecated: true, required: [q], properties: {q: " +
				"{type: string}}}]}", "01",
			"req-deprecated", "undeprecated", "resp-deprecated", "undeprecated"},

		{"looser and exclusive", "{type: number, minimum: 5}", "{type: number, minimum: 0, exclusiveMinimum: true}", "20", "req-limit-loose", "req-limit-tight",
			"resp-limit-loose", "resp-limit-tight"},
		{"looser and exclusive in 3.1", "{type: number, minimum: 5}", "{type: number, exclusiveMinimum: 0}", "1", "req-limit-loose", "req-limit-tight",
			"resp-limit-loose", "resp-limit-tight"},
		{"exclusive", "{type: number, maximum: 5}", "{type: number, maximum: 5, exclusiveMaximum: true}", "20", "req-limit-tight", "req-limit-loose",
			"resp-limit-tight", "resp-limit-loose"},
		{"exclusive of integers", "{type: integer, minimum: 1, maximum: 9}",
			"{type: integer, minimum: 0, exclusiveMinimum: true, maximum: 10, exclusiveMaximum: true}", "20", "", "", "", ""},
		{"exclusive of integers in 3.1", "{type: integer, minimum: 1, maximum: 9}", "{type: integer, exclusiveMinimum: 0, exclusiveMaximum: 10}", "1", "", "",
			"", ""},

		{"both values of a boolean", "{type: boolean}", "{type: boolean, enum: [true, false]}", "201", "", "", "", ""},
		{"one value of a boolean", "{type: boolean}", "{type: boolean, enum: [true]}", "201", "req-enum-new", "req-enum-gone", "resp-enum-new",
			"resp-enum-gone"},
		{"multiples of 1", "{type: integer}", "{type: integer, multipleOf: 1.0}", "201", "", "", "", ""},
		{"multiples of 1 among numbers", "{type: number}", "{type: number, multipleOf: 1}", "201", "req-limit-new", "req-limit-loose", "resp-limit-tight",
			"resp-limit-loose"},

		{"items of any type", "{type: array}", "{type: array, items: {type: string}}", "201", "req-type", "req-type-wider", "resp-type-narrower", "resp-type"},
		{"items that say nothing", "{type: array}", "{type: array, items: {}}", "201", "", "", "", ""},
		{"map values of any type", "{type: object}", "{type: object, additionalProperties: {type: string}}", "201", "req-type", "req-type-wider",
			"resp-type-narrower", "resp-type"},
		{"map values that say nothing", "{type: object}", "{type: object, additionalProperties: {}}", "201", "", "", "", ""},
		{"map values and none", "{type: object, additionalProperties: false}", "{type: object, additionalProperties: {type: string}}", "201", "extra-open",
			"extra-closed-req", "extra-open", "extra-closed-resp"},

		{"default as a number and as text", "{type: integer, default: 1}", "{type: integer, default: '1'}", "201", "", "", "", ""},
		{"default", "{type: integer, default: 1}", "{type: integer, default: '2'}", "201", "req-default-chg", "req-default-chg", "resp-default",
			"resp-default"},

		{"what the server owns", "{type: object, properties: {p: {type: string, readOnly: true, enum: [a, b]}}}",
			"{type: object, properties: {p: {type: integer, readOnly: true, maximum: 4}}}", "201", "", "", "resp-type", "resp-type"},
		{"what the server owns, inside", "{type: object, properties: {p: {type: object, readOnly: true, properties: {q: {type: string}}}}}",
			"{type: object, properties: {p: {type: object, readOnly: true, required: [q], properties: {q: {type: string}}}}}", "201", "", "", "resp-now-req",
			"resp-now-opt"},
		{"what the client alone writes", "{type: object, properties: {p: {type: string, writeOnly: true}}}",
			"{type: object, properties: {p: {type: integer, writeOnly: true}}}", "01", "req-type", "req-type", "", ""},
		{"a property that the server owns", "{type: object, properties: {q: {type: string}}}",
			"{type: object, required: [p], properties: {q: {type: string}, p: {type: string, readOnly: true}}}", "201", "", "", "resp-add", "resp-rem-req"},
		{"a property that the client alone writes", "{type: object, properties: {q: {type: string}}}",
			"{type: object, required: [p], properties: {q: {type: string}, p: {type: string, writeOnly: true}}}", "01", "req-add-req", "req-rem-req", "", ""},
		{"owned from now on", "{type: object, properties: {p: {type: string}}}", "{type: object, properties: {p: {type: integer, readOnly: true}}}", "201",
			"req-readonly", "req-readonly-", "resp-readonly resp-type", "resp-readonly resp-type"},
		{"required, and owned no longer", "{type: object, required: [p], properties: {p: {type: string, readOnly: true}}}",
			"{type: object, required: [p], properties: {p: {type: string}}}", "201", "req-add-req", "req-readonly", "resp-readonly", "resp-readonly"},
		{"written only from now on", "{type: object, properties: {p: {type: string}}}", "{type: object, properties: {p: {type: string, writeOnly: true}}}",
			"01", "req-writeonly", "req-writeonly", "resp-writeonly", "resp-writeonly-"},
		{"required, and written only from now on", "{type: object, required: [p], properties: {p: {type: string}}}",
			"{type: object, required: [p], properties: {p: {type: string, writeOnly: true}}}", "01", "req-writeonly", "req-writeonly", "resp-rem-req",
			"resp-writeonly-"},
	}
}

// Each kind of change is judged alike wherever it stands, in requests and responses, there and back, in every version.
func TestKinds(t *testing.T) {
	t.Parallel()
	for _, k := range kinds() {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			k.run(t)
		})
	}
}
