package diff_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
)

// get is a document with one operation, GET /a, whose response 200 has the given schema, and components.
func get(schema string, components ...string) string {
	return "openapi: 3.0.3\npaths:\n  /a:\n    get:\n      responses: {200: {content: {application/json: {schema: " + schema + "}}}}\n" +
		"components:\n  schemas:\n    Any: {}\n    " + strings.Join(components, "\n    ") + "\n"
}

func TestFlattenRefuses(t *testing.T) {
	deep := []string{}
	for i := range 2100 {
		deep = append(deep, fmt.Sprintf("D%d: {type: object, properties: {d: {$ref: '#/components/schemas/D%d'}}}", i, i+1))
	}
	deep = append(deep, "D2100: {}")
	for _, c := range []struct{ name, text, want string }{
		{"a schema that is not there", get("{$ref: '#/components/schemas/A'}", "A: {properties: {b: {$ref: '#/components/schemas/B'}}}"),
			`spec.yaml:9:32: reference "#/components/schemas/B" does not resolve: there is no "B" (from GET /a → #/components/schemas/A)`},
		{"another file", get("{$ref: 'other.yaml#/A'}"),
			`spec.yaml:5:69: external reference "other.yaml#/A": only references inside the document (#/…) are followed (from GET /a)`},
		{"another host", get("{allOf: [{$ref: 'https://example.com/a'}]}"),
			`spec.yaml:5:78: external reference "https://example.com/a": only references inside the document (#/…) are followed (from GET /a)`},
		{"part of itself", get("{$ref: '#/components/schemas/A'}", "A: {allOf: [{$ref: '#/components/schemas/B'}]}",
			"B: {allOf: [{$ref: '#/components/schemas/A'}]}"),
			`spec.yaml:10:24: a schema is part of itself through allOf: #/components/schemas/A → #/components/schemas/B → #/components/schemas/A (from ` +
				`GET /a → #/components/schemas/A → #/components/schemas/B)`},
		{"only a reference to itself", get("{$ref: '#/components/schemas/A'}", "A: {$ref: '#/components/schemas/A'}"),
			`spec.yaml:9:15: a schema is part of itself through allOf: #/components/schemas/A → #/components/schemas/A (from GET /a → #/components/schemas/A)`},
		{"a response that refers to itself", "openapi: 3.0.3\npaths:\n  /a:\n    get:\n      responses: {200: {$ref: '#/components/responses/R'}}\n" +
			"components: {responses: {R: {$ref: '#/components/responses/R'}}}",
			`spec.yaml:6:36: reference "#/components/responses/R" leads to itself (from GET /a → #/components/responses/R)`},
		{"a parameter that is not there", "openapi: 3.0.3\npaths:\n  /a:\n    parameters: [{$ref: '#/components/parameters/P'}]\n    get: {}",
			`spec.yaml:4:25: reference "#/components/parameters/P" does not resolve: there is no "components" (from GET /a)`},
		{"several", get("{properties: {a: {$ref: '#/x'}, b: {$ref: '#/y'}, c: {$ref: '#/x'}}}"),
			"spec.yaml:5:86: reference \"#/x\" does not resolve: there is no \"x\" (from GET /a)\nspec.yaml:5:104: reference \"#/y\" does not resolve: " +
				"there is no \"y\" (from GET /a)"},
		{"too deep", get("{$ref: '#/components/schemas/D0'}", deep...), "schemas nested deeper than 1000 (from GET /a → #/components/schemas/D0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc, err := document.Parse("spec.yaml", []byte(c.text))
			require.NoError(t, err)
			_, err = diff.Flatten(doc.Name, doc.Root, []string{"GET /a"})
			require.Error(t, err)
			if c.name == "too deep" {
				require.Contains(t, err.Error(), c.want)
				return
			}
			require.Equal(t, c.want, err.Error())
		})
	}
}

// What no wanted operation reaches may be as broken as it likes.
func TestFlattenIsLazy(t *testing.T) {
	text := get("{$ref: '#/components/schemas/A'}", "A: {type: object, discriminator: {propertyName: p, mapping: {x: '#/nowhere'}}}",
		"B: {$ref: '#/nowhere'}") +
		"  responses: {R: {$ref: '#/components/responses/R'}}\nsecurity: [{Nobody: []}]\n"
	f := facts(t, strings.Replace(text, "  /a:\n", "  /b: {$ref: 'elsewhere.yaml'}\n  /a:\n    put: {requestBody: {$ref: '#/nowhere'}}\n", 1), "GET /a",
		"GET /b/c", "DELETE /a")
	require.Equal(t, []string{"GET /a"}, f.Operations())
}

func TestRecursion(t *testing.T) {
	const node = "Node: {type: object, properties: {next: {$ref: '#/components/schemas/Node'}, list: {type: array, items: {$ref: " +
		"'#/components/schemas/Node'}}, map: {type: object, additionalProperties: {$ref: '#/components/schemas/Node'}}, v: {type: string}}}"
	ref := "{$ref: '#/components/schemas/Node'}"
	old := get(ref, node)
	// The same tree, unrolled once.
	unrolled := get("{type: object, properties: {next: "+ref+", list: {type: array, items: "+ref+"}, map: {type: object, additionalProperties: "+ref+
		"}, v: {type: string}}}", node)
	require.Empty(t, briefs(compare(t, old, unrolled, "GET /a")))
	require.Empty(t, briefs(compare(t, unrolled, old, "GET /a")))

	changed := get(ref, strings.Replace(node, "v: {type: string}", "v: {type: string, nullable: true}", 1))
	require.Equal(t, []string{"breaking resp-nullable+ at response 200 application/json v: false → true"}, briefs(compare(t, old, changed, "GET /a")))
	require.Equal(t, []string{
		"breaking resp-nullable+ at response 200 application/json list[].v: false → true",
		"breaking resp-nullable+ at response 200 application/json map.*.v: false → true",
		"breaking resp-nullable+ at response 200 application/json next.v: false → true",
		"breaking resp-nullable+ at response 200 application/json v: false → true",
	}, briefs(compare(t, unrolled, changed, "GET /a")))

	added := get("{type: object, properties: {tree: "+ref+"}}", node)
	require.Equal(t, []string{"safe resp-add at response 200 application/json tree (+response 200 application/json tree.list, +response 200 " +
		"application/json tree.list[], +response 200 application/json tree.map, +response 200 application/json tree.map.*, +response 200 application/json " +
		"tree.next, +response 200 application/json tree.v)"},
		briefs(compare(t, get("{type: object}"), added, "GET /a")))
}

// Two schemas that refer to each other along many paths: comparing them must end, and equal ones must cost nothing.
func TestManyPaths(t *testing.T) {
	web := func(leaf string) string {
		var list []string
		for i := range 60 {
			var props []string
			for j := range 60 {
				props = append(props, fmt.Sprintf("p%d: {$ref: '#/components/schemas/S%d'}", j, j))
			}
			list = append(list, fmt.Sprintf("S%d: {type: object, properties: {own%d: {type: %s}, %s}}", i, i, leaf, strings.Join(props, ", ")))
		}
		return get("{$ref: '#/components/schemas/S0'}", list...)
	}
	old := facts(t, web("string"), "GET /a")
	renamed := strings.NewReplacer("schemas/S", "schemas/T", "    S", "    T").Replace(web("string"))
	require.Empty(t, found(t, old, facts(t, renamed, "GET /a")))
	findings := found(t, old, facts(t, web("integer"), "GET /a"))
	require.Len(t, findings, 60, "one for each component")
	for _, f := range findings {
		require.Equal(t, "resp-type", f.ID)
		if f.Location == "response 200 application/json own0" {
			continue // the root stands at one place: below it, it is not entered again
		}
		require.NotNil(t, f.Places, "%s", f.Location)
		require.Greater(t, f.Places.Number, diff.MaxPlaces)
		require.Len(t, f.Places.First, diff.MaxPlaces)
	}
}

func TestFolding(t *testing.T) {
	const a = "response 200 application/json "
	ref := "{$ref: '#/components/schemas/A'}"
	for _, c := range []struct {
		name, old, new string
		want           []string
	}{
		{"required in another part", get("{allOf: ["+ref+", {required: [x]}]}", "A: {properties: {x: {type: string}}}"),
			get("{type: object, required: [x], properties: {x: {type: string}}}"), gives()},
		{"the same property in two parts", get("{allOf: ["+ref+", {properties: {x: {maxLength: 5, minLength: 1}}}]}",
			"A: {properties: {x: {type: string, maxLength: 9}}}"), get("{type: object, properties: {x: {type: string, minLength: 1, maxLength: 5}}}"), gives()},
		{"enums intersect", get("{allOf: ["+ref+", {enum: [b, c]}]}", "A: {type: string, enum: [a, b]}"), get("{type: string, enum: [b]}"), gives()},
		{"types intersect", get("{allOf: [{type: number}, {type: integer}]}"), get("{type: integer}"), gives()},
		{"one alternative is none", get("{oneOf: ["+ref+"]}", "A: {type: string}"), get("{anyOf: [{allOf: [{type: string}]}]}"), gives()},
		{"null is an alternative", strings.Replace(get("{anyOf: ["+ref+", {type: 'null'}]}", "A: {type: object, properties: {x: {type: string}}}"), "3.0.3",
			"3.1.0", 1), get("{type: object, nullable: true, properties: {x: {type: string}}}"), gives()},
		{"nullable about a reference", get("{nullable: true, allOf: ["+ref+"]}", "A: {type: string}"), get("{type: string, nullable: true}"), gives()},
		{"nullable beside a reference", get("{nullable: true, $ref: '#/components/schemas/A'}", "A: {type: string}"), get("{type: string}"), gives()},
		{"values with descriptions", strings.Replace(get("{oneOf: [{const: a, title: A}, {const: b, description: B}]}"), "3.0.3", "3.1.0", 1),
			get("{enum: [b, a]}"), gives()},
		{"null among the values", get("{type: string, nullable: true, enum: [a, null]}"),
			strings.Replace(get("{type: [string, 'null'], enum: [a, null]}"), "3.0.3", "3.1.0", 1), gives()},
		{"exclusive bounds, the tighter wins", get("{type: integer, minimum: 5, exclusiveMinimum: true}"),
			strings.Replace(get("{type: integer, minimum: 3, exclusiveMinimum: 5.0}"), "3.0.3", "3.1.0", 1), gives()},
		{"a sibling of a reference in 3.1", get(ref, "A: {type: string}"),
			strings.Replace(get("{$ref: '#/components/schemas/A', maxLength: 5}", "A: {type: string}"), "3.0.3", "3.1.0", 1),
			gives("safe resp-limit-tight at " + a + "(body) [maxLength]: null → 5")},
		{"a sibling of a reference in 3.0", get(ref, "A: {type: string}"), get("{$ref: '#/components/schemas/A', maxLength: 5}", "A: {type: string}"), gives()},
		{"bytes", get("{type: string, format: byte}"), strings.Replace(get("{type: string, contentEncoding: base64}"), "3.0.3", "3.1.0", 1), gives()},
		{"closed by one part", get("{allOf: [{type: object}, {additionalProperties: false}]}"), get("{type: object, additionalProperties: false}"), gives()},
		{"closed by 3.1", get("{type: object, additionalProperties: false}"),
			strings.Replace(get("{type: object, unevaluatedProperties: false}"), "3.0.3", "3.1.0", 1), gives()},
		{"no type is an object with properties", get("{properties: {}}"), get("{type: object}"), gives()},
		{"several types", strings.Replace(get("{type: [string, integer]}"), "3.0.3", "3.1.0", 1), get("{type: string}"),
			gives(`safe resp-type-narrower at ` + a + `(body): "integer|string" → "string"`)},
		{"more types", get("{type: string}"), strings.Replace(get("{type: [string, integer]}"), "3.0.3", "3.1.0", 1),
			gives(`breaking resp-type at ` + a + `(body): "string" → "integer|string"`)},
		{"part of a tuple", strings.Replace(get("{type: array, prefixItems: [{type: string}, {type: string}]}"), "3.0.3", "3.1.0", 1),
			strings.Replace(get("{type: array, prefixItems: [{type: string}, {type: integer}]}"), "3.0.3", "3.1.0", 1),
			gives(`risky other at ` + a + `(body) [prefixItems]: "1" → "1"`)},
		{"names with escapes", get("{$ref: '#/components/schemas/A~1B%20C'}", "A/B C: {type: string}"), get("{type: string}"), gives()},
		{"an array of the object", get(ref, "A: {type: object, properties: {x: {type: string}}}"),
			get("{type: array, items: "+ref+"}", "A: {type: object, properties: {x: {type: string}}}"),
			gives(`breaking resp-type at ` + a + `(body): "object" → "array" (+` + a + `[], +` + a + `[].x, -` + a + `x)`)},
		{"inside a root array", get("{type: array, items: {type: object, properties: {x: {type: string}}}}"), get("{type: array, items: {type: object}}"),
			gives("risky resp-rem-opt at " + a + "[].x")},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, briefs(compare(t, c.old, c.new, "GET /a")))
		})
	}
}

func TestSwagger2(t *testing.T) {
	form := func(consumes, fields string) string {
		return "swagger: '2.0'\nconsumes: [text/plain]\nproduces: [application/json, text/xml]\npaths:\n  /a:\n    post:\n" + consumes + "      parameters: [" +
			fields + "]\n      responses:\n        200: {schema: {type: file}}\n        204: {}\n"
	}
	const both = "      consumes: [multipart/mixed, multipart/form-data]\n"
	for _, c := range []struct {
		name, old, new string
		want           []string
	}{
		{"a fact of two media types", form(both, "{name: t, in: formData, type: string, enum: [A, B]}"),
			form(both, "{name: t, in: formData, type: string, enum: [B]}"),
			gives(`breaking req-enum-rem at request multipart/form-data t: "A" → null`, `breaking req-enum-rem at request multipart/mixed t: "A" → null`)},
		{"a field is required, hence the body", form(both, "{name: t, in: formData, type: string}"),
			form(both, "{name: t, in: formData, type: string, required: true}"),
			gives("breaking body-req at request: false → true", "breaking req-req at request multipart/form-data t: false → true",
				"breaking req-req at request multipart/mixed t: false → true")},
		{"the media types of the document", form("", "{name: b, in: body, schema: {type: string}}"),
			form("      consumes: [text/plain]\n", "{name: c, in: body, schema: {type: string}}"), gives()},
		{"a form becomes a body", form(both, "{name: t, in: formData, type: string}"), form("", "{name: b, in: body, schema: {type: string}}"),
			gives(`breaking mt-req-rem at request multipart/form-data: "multipart/form-data" → null (-request multipart/form-data (body), -request `+
				`multipart/form-data t)`,
				`breaking mt-req-rem at request multipart/mixed: "multipart/mixed" → null (-request multipart/mixed (body), -request multipart/mixed t)`,
				`safe mt-req-add at request text/plain: null → "text/plain" (+request text/plain (body))`)},
		{"produces", form("", ""), strings.Replace(form("", ""), "json, text/xml", "json", 1),
			gives(`breaking mt-resp-rem at response 200 text/xml: "text/xml" → null (-response 200 text/xml (body))`)},
		{"a file is binary", form("", ""), strings.Replace(form("", ""), "{type: file}", "{type: string, format: binary}", 1), gives()},
		{"collection format", form("", "{name: q, in: query, type: array, items: {type: string}}"),
			form("", "{name: q, in: query, type: array, items: {type: string}, collectionFormat: pipes}"),
			gives(`breaking req-style at parameter query:q: "csv" → "pipes"`)},
		{"collection format spelled out", form("", "{name: q, in: query, type: array, items: {type: string}}"),
			form("", "{name: q, in: query, type: array, items: {type: string}, collectionFormat: csv}"), gives()},
		{"the operation's parameter wins", form("", "{name: q, in: query, type: string}"),
			strings.Replace(form("", "{name: q, in: query, type: string}"), "    post:",
				"    parameters: [{name: q, in: query, type: integer, required: true}]\n    post:", 1), gives()},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, briefs(compare(t, c.old, c.new, "POST /a")))
		})
	}
}

func TestParts(t *testing.T) {
	upload := func(encoding string) string {
		return "openapi: 3.0.3\npaths: {/a: {post: {requestBody: {content: {multipart/form-data: {schema: {type: object, properties: {file: {type: string, " +
			"format: binary}, meta: {type: object}}}" + encoding + "}}}}}}"
	}
	require.Empty(t, compare(t, upload(""), upload(", encoding: {meta: {contentType: application/json}, file: {contentType: application/octet-stream}}"),
		"POST /a"))
	require.Equal(t, gives(`risky other at request multipart/form-data file [encoding]: null → "audio/wav"`),
		briefs(compare(t, upload(""), upload(", encoding: {file: {contentType: audio/wav}}"), "POST /a")))
}

func TestCallbacks(t *testing.T) {
	callback := func(typ string) string {
		return "openapi: 3.0.3\npaths: {/a: {post: {callbacks: {done: {'{$url}': {post: {requestBody: {content: {application/json: {schema: {type: " + typ +
			"}}}}}}}}}}}"
	}
	require.Empty(t, compare(t, callback("string"), callback("string"), "POST /a"))
	require.Equal(t, gives(`risky other at operation [callbacks]: "done POST {$url}" → "done POST {$url}"`),
		briefs(compare(t, callback("string"), callback("object"), "POST /a")))
	require.Equal(t, gives(`risky other at operation [callbacks]: null → "done POST {$url}"`),
		briefs(compare(t, "openapi: 3.0.3\npaths: {/a: {post: {}}}", callback("object"), "POST /a")))
}

// Lines are those of the new document: of the fact, or of what it would stand in.
func TestLines(t *testing.T) {
	lines := func(old, new string) map[string]int {
		found := map[string]int{}
		for _, f := range compare(t, old, new) {
			found[f.ID] = f.Line
		}
		return found
	}
	changed := edit(t, base, "[Simple, Detailed]", "[Simple, Full]", "                note: {type: string}\n",
		"                note:\n                  type: string\n                  maxLength: 5\n                extra: {}\n",
		"createW", "newW", "'404':", "'500': {}\n        '404':", "self: {type: string}, ", "")
	got := lines(base, changed)
	at := func(text string) int { return 1 + strings.Count(changed[:strings.Index(changed, text)], "\n") }
	require.Equal(t, map[string]int{
		"operation-id-changed": at("newW"),
		"req-enum-add":         at("Full"),
		"req-enum-rem":         at("Full"),
		"req-limit-new":        at("maxLength: 5"),
		"req-add-opt":          at("extra: {}"),
		"st-err-add":           at("'500'"),
		"resp-rem-opt":         at("properties: {name: {type: string, maxLength: 64}, note") - 2, // the schema that it was in
	}, got)
	require.Equal(t, map[string]int{"operation-removed": 0}, lines(base, strings.Replace(base, "    post:", "    put:", 1)))
	require.Equal(t, map[string]int{"operation-added": 6}, lines(strings.Replace(base, "    post:", "    put:", 1), base))
}

func TestMentions(t *testing.T) {
	mentions := func(new string) []string { return diff.Mentions(facts(t, base), facts(t, new)) }
	require.Empty(t, mentions(base))
	require.Equal(t, []string{
		"info.version: 1.0.0 → 2.0",
		"servers: none → https://a.example.com",
		"POST /w/{id}: tags: none → T",
		`POST /w/{id}: x-feature: none → "F"`,
	}, mentions(edit(t, base, "1.0.0}", "'2.0'}\nservers: [{url: 'https://a.example.com/'}]", "operationId: createW",
		"operationId: createW\n      tags: [T]\n      x-feature: F")))
	require.Equal(t, []string{"POST /w/{id} is gone: probably moved to POST /v2/w/{id}, which has the same operationId createW"},
		mentions(edit(t, base, "/w/{id}:", "/v2/w/{id}:")))
	require.Equal(t, []string{"POST /w/{id} is gone: probably moved to POST /W/{wid}/"}, mentions(edit(t, base, "/w/{id}:", "/W/{wid}/:", "createW", "other")))
	require.Empty(t, mentions(edit(t, base, "/w/{id}:", "/v2:", "createW", "other")))
}

// Whatever two documents are, comparing them ends; a document does not differ from itself; and what differs in one
// direction does in the other.
func FuzzCompare(f *testing.F) {
	for _, text := range []string{base, in20, in30, in31} {
		f.Add([]byte(base), []byte(text))
		f.Add([]byte(text), []byte(in31))
	}
	operations := []string{create, "PUT /rule/{id}", "POST /upload"}
	f.Fuzz(func(t *testing.T, old, new []byte) {
		var sides []*diff.Facts
		for _, text := range [][]byte{old, new} {
			doc, err := document.Parse("spec.yaml", text)
			if err != nil {
				return
			}
			side, err := diff.Flatten(doc.Name, doc.Root, operations)
			if err != nil {
				return
			}
			sides = append(sides, side)
		}
		there := found(t, sides[0], sides[1])
		back := found(t, sides[1], sides[0])
		require.Equal(t, len(there) == 0, len(back) == 0)
		for _, side := range sides {
			itself := found(t, side, side)
			require.Empty(t, briefs(itself))
		}
	})
}
