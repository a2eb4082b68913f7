package diff_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// wireCase is a change of how something travels: what the operation holds before and after, and what both ways give.
type wireCase struct {
	name, old, new string
	want, back     []string
}

// operation is a document with one operation at POST /x. {A} and {B} in it are two schemas beside each other.
func operation(text string) string {
	path, rest, ok := strings.Cut(text, "::")
	if !ok {
		path, rest = "/x", text
	}
	version := "3.0.3"
	if v, after, ok := strings.Cut(rest, "=="); ok {
		version, rest = v, after
	}
	if version == "2.0" {
		return "swagger: '2.0'\ninfo: {title: T, version: '1'}\npaths:\n  " + path + ":\n    post: {" + rest + "}\n"
	}
	doc := "openapi: " + version + "\ninfo: {title: T, version: '1'}\npaths:\n  " + path + ":\n    post: {"
	body, components, ok := strings.Cut(rest, "@@")
	doc += body + "}\n"
	if ok {
		doc += "components: {schemas: {" + components + "}}\n"
	}
	return doc
}

func wireCases() []wireCase {
	const ok = "responses: {'200': {description: d}}"
	request := func(media, schema string) string {
		return "requestBody: {content: {'" + media + "': {schema: " + schema + "}}}, " + ok
	}
	response := func(status, media, schema string) string {
		return "responses: {'" + status + "': {description: d, content: {'" + media + "': {schema: " + schema + "}}}}"
	}
	parameter := func(p string) string { return "parameters: [" + p + "], " + ok }
	header := func(h string) string { return "responses: {'200': {description: d, headers: {" + h + "}}}" }
	form := func(media, props, encoding string) string {
		return "requestBody: {content: {" + media + ": {schema: {type: object, properties: {" + props + "}}, encoding: {" + encoding + "}}}}, " + ok
	}
	const urlencoded, multipart = "application/x-www-form-urlencoded", "multipart/form-data"
	const a, number = "{type: object, properties: {a: {type: string}}}", "{type: object, properties: {a: {type: integer}}}"
	const pets = "@@Pet: {type: object, required: [kind], properties: {kind: {type: string}}, discriminator: {propertyName: kind"
	const cat = "Cat: {allOf: [{$ref: '#/components/schemas/Pet'}, {type: object, properties: {lives: {type: integer}}}]}"
	const pet = "{$ref: '#/components/schemas/Pet'}"
	const oneOf = "{oneOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}], discriminator: {propertyName: k"
	const ab = "@@A: {type: object, properties: {k: {type: string}, a: {type: string}}}, B: {type: object, properties: {k: {type: string}, b: {type: string}}}"

	return []wireCase{
		{"charset of JSON", request("application/json", a), request("application/json; charset=UTF-8", a), gives(), gives()},
		{"charset of a response, and a type", response("200", "application/json", a), response("200", "application/json;charset=utf-8", number),
			gives(`breaking resp-type at response 200 application/json a: "string" → "integer"`),
			gives(`breaking resp-type at response 200 application/json a: "integer" → "string"`)},
		{"charset of text", response("200", "text/plain", "{type: string}"), response("200", "text/plain; charset=utf-8", "{type: string}"), gives(), gives()},
		{"another parameter of a media type", response("200", "application/json", a), response("200", "application/json; version=2", a),
			gives(`breaking mt-resp-rem at response 200 application/json: "application/json" → null (-response 200 application/json (body), -response 200 `+
				`application/json a)`,
				`safe mt-resp-add at response 200 application/json;version=2: null → "application/json;version=2" (+response 200 application/json;version=2 `+
					`(body), +response 200 application/json;version=2 a)`),
			gives(`safe mt-resp-add at response 200 application/json: null → "application/json" (+response 200 application/json (body), +response 200 `+
				`application/json a)`,
				`breaking mt-resp-rem at response 200 application/json;version=2: "application/json;version=2" → null (-response 200 `+
					`application/json;version=2 (body), -response 200 application/json;version=2 a)`)},
		{"a range of media types", request("application/json", "{type: string}"), request("*/*", "{type: string}"),
			gives(`safe mt-req-add at request */*: null → "*/*" (+request */* (body))`),
			gives(`breaking mt-req-rem at request */*: "*/*" → null (-request */* (body))`)},
		{"a range, and a type", request("application/json", a), request("application/*", number),
			gives(`safe mt-req-add at request application/*: null → "application/*" (+request application/* (body), +request application/* a)`,
				`breaking req-type at request application/json a: "string" → "integer"`),
			gives(`breaking mt-req-rem at request application/*: "application/*" → null (-request application/* (body), -request application/* a)`,
				`breaking req-type at request application/json a: "integer" → "string"`)},
		{"a range of a response", response("200", "application/json", a), response("200", "application/*", a),
			gives(`safe mt-resp-add at response 200 application/*: null → "application/*" (+response 200 application/* (body), +response 200 application/* a)`),
			gives(`safe mt-resp-narrower at response 200 application/*: "application/*" → null`)},
		{"another type than the range's", response("200", "text/*", "{type: string}"), response("200", "application/json", "{type: string}"),
			gives(`safe mt-resp-add at response 200 application/json: null → "application/json" (+response 200 application/json (body))`,
				`breaking mt-resp-rem at response 200 text/*: "text/*" → null (-response 200 text/* (body))`),
			gives(`breaking mt-resp-rem at response 200 application/json: "application/json" → null (-response 200 application/json (body))`,
				`safe mt-resp-add at response 200 text/*: null → "text/*" (+response 200 text/* (body))`)},

		{"a range of statuses", response("200", "application/json", a), response("2XX", "application/json", a),
			gives("safe st-def-cover at response 200", "risky st-def-add at response 2XX"),
			gives("safe st-def-rem at response 200", "safe st-def-rem at response 2XX")},
		{"a range of statuses, and a type", response("200", "application/json", a), response("2XX", "application/json", number),
			gives("safe st-def-cover at response 200", `breaking resp-type at response 200 application/json a: "string" → "integer"`,
				"risky st-def-add at response 2XX"),
			gives("safe st-def-rem at response 200", `breaking resp-type at response 200 application/json a: "integer" → "string"`,
				"safe st-def-rem at response 2XX")},
		{"a range of errors", "responses: {'200': {description: d}, '400': {description: d}}", "responses: {'200': {description: d}, '4XX': {description: d}}",
			gives("safe st-def-cover at response 400", "safe st-err-add at response 4XX"),
			gives("safe st-def-rem at response 400", "safe st-err-rem at response 4XX")},

		{"a header of CORS", header("X-A: {schema: {type: string}}"),
			header("X-A: {schema: {type: string}}, Access-Control-Allow-Origin: {required: true, schema: {type: string}}"), gives(), gives()},
		{"a required header", header("X-A: {schema: {type: string}}"), header("X-A: {schema: {type: string}}, X-B: {required: true, schema: {type: string}}"),
			gives(`safe resp-header-add at response 200: null → "X-B"`), gives(`breaking resp-header-rem at response 200: "X-B" → null`)},

		{"text in a header", parameter("{name: H, in: header, schema: {type: integer}}"), parameter("{name: H, in: header, schema: {type: string}}"),
			gives(`safe type-text at parameter header:H: "integer" → "string"`), gives(`breaking req-type at parameter header:H: "string" → "integer"`)},
		{"text in a cookie", parameter("{name: H, in: cookie, schema: {type: boolean}}"), parameter("{name: H, in: cookie, schema: {type: string}}"),
			gives(`safe type-text at parameter cookie:H: "boolean" → "string"`), gives(`breaking req-type at parameter cookie:H: "string" → "boolean"`)},
		{"a list with one item", parameter("{name: q, in: query, schema: {type: string}}"),
			parameter("{name: q, in: query, schema: {type: array, items: {type: string}}}"),
			gives(`safe type-text at parameter query:q: "string" → "array"`), gives(`breaking req-type at parameter query:q: "array" → "string"`)},
		{"a list of two or more", parameter("{name: q, in: query, schema: {type: string}}"),
			parameter("{name: q, in: query, schema: {type: array, minItems: 2, items: {type: string}}}"),
			gives(`breaking req-type at parameter query:q: "string" → "array" (+parameter query:q minItems)`),
			gives(`breaking req-type at parameter query:q: "array" → "string" (-parameter query:q minItems)`)},
		{"text in JSON", parameter("{name: q, in: query, content: {application/json: {schema: {type: integer}}}}"),
			parameter("{name: q, in: query, content: {application/json: {schema: {type: string}}}}"),
			gives(`breaking req-type at parameter query:q: "integer" → "string"`), gives(`breaking req-type at parameter query:q: "string" → "integer"`)},
		{"text in a form", form(urlencoded, "n: {type: integer}", ""), form(urlencoded, "n: {type: string}", ""),
			gives(`safe type-text at request application/x-www-form-urlencoded n: "integer" → "string"`),
			gives(`breaking req-type at request application/x-www-form-urlencoded n: "string" → "integer"`)},
		{"text in a part", form(multipart, "n: {type: number}", ""), form(multipart, "n: {type: string}", ""),
			gives(`safe type-text at request multipart/form-data n: "number" → "string"`),
			gives(`breaking req-type at request multipart/form-data n: "string" → "number"`)},
		{"text below an object of a form", form(multipart, "o: {type: object, properties: {n: {type: integer}}}", ""),
			form(multipart, "o: {type: object, properties: {n: {type: string}}}", ""),
			gives(`breaking req-type at request multipart/form-data o.n: "integer" → "string"`),
			gives(`breaking req-type at request multipart/form-data o.n: "string" → "integer"`)},

		{"lists in a form", form(urlencoded, "l: {type: array, items: {type: string}}", ""),
			form(urlencoded, "l: {type: array, items: {type: string}}", "l: {explode: false}"),
			gives(`breaking req-style at request application/x-www-form-urlencoded l [style]: "multi" → "csv"`),
			gives(`breaking req-style at request application/x-www-form-urlencoded l [style]: "csv" → "multi"`)},
		{"lists in a form, spelt out", form(urlencoded, "l: {type: array, items: {type: string}}", ""),
			form(urlencoded, "l: {type: array, items: {type: string}}", "l: {style: form, explode: true}"), gives(), gives()},
		{"lists in a form of 2.0 and of 3.0", "2.0==consumes: [" + urlencoded +
			"], parameters: [{name: l, in: formData, type: array, collectionFormat: multi, items: {type: string}}], " + ok,
			form(urlencoded, "l: {type: array, items: {type: string}}", ""), gives(), gives()},
		{"lists in a form of 2.0, by default", "2.0==consumes: [" + urlencoded +
			"], parameters: [{name: l, in: formData, type: array, items: {type: string}}], " + ok,
			form(urlencoded, "l: {type: array, items: {type: string}}", "l: {explode: false}"), gives(), gives()},
		{"content types of a part", form(multipart, "o: {type: object}", "o: {contentType: application/json}"),
			form(multipart, "o: {type: object}", "o: {contentType: application/xml}"),
			gives(`breaking req-style at request multipart/form-data o [contentType]: null → "application/xml"`),
			gives(`breaking req-style at request multipart/form-data o [contentType]: "application/xml" → null`)},
		{"content types of a part, in another order", form(multipart, "f: {type: string, format: binary}", "f: {contentType: 'image/png, image/jpeg'}"),
			form(multipart, "f: {type: string, format: binary}", "f: {contentType: 'image/jpeg,image/png'}"), gives(), gives()},
		{"a further content type of a part", form(multipart, "f: {type: string, format: binary}", "f: {contentType: image/png}"),
			form(multipart, "f: {type: string, format: binary}", "f: {contentType: 'image/*'}"),
			gives(`safe mt-req-add at request multipart/form-data f [contentType]: "image/png" → "image/*"`),
			gives(`breaking req-style at request multipart/form-data f [contentType]: "image/*" → "image/png"`)},
		{"a required header of a part", form(multipart, "f: {type: string}", ""),
			form(multipart, "f: {type: string}", "f: {headers: {X-A: {required: true, schema: {type: string}}}}"),
			gives("breaking req-req at request multipart/form-data f [header x-a]: false → true"),
			gives("safe req-opt at request multipart/form-data f [header x-a]: true → false")},

		{"members of an exploded object", parameter("{name: page, in: query, schema: {type: integer}}, {name: size, in: query, required: true, schema: " +
			"{type: integer}}"),
			parameter("{name: paging, in: query, required: true, schema: {type: object, required: [size], properties: {page: {type: integer}, size: {type: " +
				"integer}}}}"), gives(), gives()},
		{"a member of an exploded object", parameter("{name: p, in: query, schema: {type: object, properties: {a: {type: string}}}}"),
			parameter("{name: p, in: query, schema: {type: object, properties: {a: {type: string}, b: {type: string}}}}"),
			gives("safe param-add-opt at parameter query:b"), gives("risky param-rem at parameter query:b")},
		{"deepObject", parameter("{name: p, in: query, style: deepObject, explode: true, schema: {type: object, properties: {a: {type: string}}}}"),
			parameter("{name: p, in: query, style: deepObject, schema: {type: object, properties: {a: {type: string}}}}"), gives(), gives()},
		{"deepObject and form", parameter("{name: p, in: query, style: deepObject, schema: {type: object, properties: {a: {type: string}}}}"),
			parameter("{name: p, in: query, explode: false, schema: {type: object, properties: {a: {type: string}}}}"),
			gives(`breaking req-style at parameter query:p: "deepObject" → "csv"`), gives(`breaking req-style at parameter query:p: "csv" → "deepObject"`)},

		{"bytes without a schema", response("200", "image/png", "{type: string, format: binary}"),
			"3.1.0==responses: {'200': {description: d, content: {image/png: {}}}}", gives(), gives()},
		{"bytes of any type", response("200", "application/octet-stream", "{type: string, format: binary}"), "3.1.0==" +
			response("200", "application/octet-stream", "{}"), gives(), gives()},
		{"bytes by their media type", response("200", "image/png", "{type: string, format: binary}"), "3.1.0==" +
			response("200", "image/png", "{contentMediaType: image/png}"), gives(), gives()},
		{"no bytes", response("200", "application/json", "{type: string, format: binary}"), "3.1.0==" + response("200", "application/json", "{}"),
			gives(`breaking resp-type at response 200 application/json (body): "string" → null (-response 200 application/json (body) format)`),
			gives(`safe resp-type-narrower at response 200 application/json (body): null → "string" (+response 200 application/json (body) format)`)},

		{"a child of a discriminator", request("application/json", pet) + pets + "}}, " + cat, request("application/json", pet) + pets + "}}, " +
			strings.Replace(cat, "integer", "string", 1),
			gives(`breaking req-type at request application/json lives: "integer" → "string"`),
			gives(`breaking req-type at request application/json lives: "string" → "integer"`)},
		{"a child of a discriminator comes", response("200", "application/json", pet) + pets + "}}, " + cat,
			response("200", "application/json", pet) + pets + "}}, " + cat + ", " + strings.Replace(strings.Replace(cat, "Cat", "Dog", 1), "lives", "legs", 1),
			gives(`risky resp-branch-add at response 200 application/json (body): null → "Dog" (+response 200 application/json kind, +response 200 ` +
				`application/json legs)`),
			gives(`safe resp-branch-rem at response 200 application/json (body): "Dog" → null (-response 200 application/json kind, -response 200 ` +
				`application/json legs)`)},
		{"a mapping written out", response("200", "application/json", pet) + pets + "}}, " + cat, response("200", "application/json", pet) + pets +
			", mapping: {Cat: '#/components/schemas/Cat'}}}, " + cat, gives(), gives()},
		{"a value of a discriminator", response("200", "application/json", oneOf+"}}") + ab, response("200", "application/json", oneOf+", mapping: {a: A}}}") +
			ab,
			gives(`safe resp-branch-rem at response 200 application/json (body): "A" → null (-response 200 application/json a, -response 200 application/json k)`,
				`risky resp-branch-add at response 200 application/json (body): null → "a" (+response 200 application/json a, +response 200 application/json k)`),
			gives(`risky resp-branch-add at response 200 application/json (body): null → "A" (+response 200 application/json a, +response 200 application/json k)`,
				`safe resp-branch-rem at response 200 application/json (body): "a" → null (-response 200 application/json a, -response 200 application/json k)`)},
		{"a value that leads elsewhere", request("application/json", oneOf+", mapping: {a: A, b: B}}}") + ab,
			request("application/json", oneOf+", mapping: {a: B, b: A}}}") + ab,
			gives("risky req-rem-opt at request application/json a", "safe req-add-opt at request application/json a",
				"risky req-rem-opt at request application/json b", "safe req-add-opt at request application/json b"),
			gives("risky req-rem-opt at request application/json a", "safe req-add-opt at request application/json a",
				"risky req-rem-opt at request application/json b", "safe req-add-opt at request application/json b")},

		{"a path variable, and a permission", "/x/{id}::x-app-permission: Read, parameters: [{name: id, in: path, required: true, schema: {type: string}}], " +
			ok,
			"/x/{uid}::x-app-permission: Edit, parameters: [{name: uid, in: path, required: true, schema: {type: integer}}], " + ok,
			gives(`breaking req-type at parameter path:id: "string" → "integer"`, `safe path-variable at parameter path:id: "id" → "uid"`,
				`breaking permission at x-app-permission: "Read" → "Edit"`),
			gives(`safe type-text at parameter path:uid: "integer" → "string"`, `safe path-variable at parameter path:uid: "uid" → "id"`,
				`breaking permission at x-app-permission: "Edit" → "Read"`)},
	}
}

// How something travels: media types, statuses, headers, text forms, discriminators, paths.
func TestWire(t *testing.T) {
	t.Parallel()
	for _, c := range wireCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			key := func(text string) string {
				if path, _, ok := strings.Cut(text, "::"); ok {
					return "POST " + path
				}
				return "POST /x"
			}
			require.ElementsMatch(t, c.want, briefs(compare(t, operation(c.old), operation(c.new), key(c.old))))
			require.ElementsMatch(t, c.back, briefs(compare(t, operation(c.new), operation(c.old), key(c.new))))
		})
	}
}
