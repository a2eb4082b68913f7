package traffic_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/traffic"
)

// described is a description with these paths and schemas, in YAML.
func described(t *testing.T, paths, schemas string) *document.Document {
	t.Helper()
	text := "openapi: 3.0.3\ninfo: {title: t, version: '1'}\nservers: [{url: 'https://api.example.com'}]\npaths:\n" + paths +
		"\ncomponents:\n  schemas:\n" + schemas
	doc, err := document.Parse("edges.yaml", []byte(text))
	require.NoError(t, err)
	return doc
}

// comparer is one for such a description.
func comparer(t *testing.T, paths, schemas string, change ...func(*traffic.Config)) *traffic.Comparer {
	t.Helper()
	config := traffic.Config{Root: described(t, paths, schemas).Root, Propose: true, Coverage: true}
	for _, f := range change {
		f(&config)
	}
	c, err := traffic.New(t.Context(), config)
	require.NoError(t, err)
	return c
}

// onePath sends the schema S, and gets it back.
const onePath = `
  /v1/x:
    post:
      operationId: x
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/S'}}}}
      responses:
        "200": {description: OK, content: {application/json: {schema: {$ref: '#/components/schemas/S'}}}}
        "400": {description: Bad, content: {application/json: {schema: {$ref: '#/components/schemas/S'}}}}
`

const place = "https://api.example.com/v1/x"

// exchanged is an exchange of JSON bodies; without a text there was no body.
func exchanged(t *testing.T, method, address, request string, status int, answer string) *traffic.Exchange {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	h := func() http.Header { return http.Header{"Content-Type": {"application/json"}} }
	return &traffic.Exchange{
		File: "a.har", Line: 1, Method: method, URL: u, Status: status,
		Request:  traffic.Message{Header: h(), Body: []byte(request), Captured: true},
		Response: traffic.Message{Header: h(), Body: []byte(answer), Captured: true},
	}
}

// found are the findings without their severity, sorted.
func found(c *traffic.Comparer) (out []string) {
	for _, f := range c.Report(diff.Side{}, diff.Side{}).Findings {
		out = append(out, strings.TrimPrefix(f.ID+" "+f.Location+": "+f.Change, "seen-"))
	}
	slices.Sort(out)
	return out
}

// nested is a value within many others.
func nested(before, value, after string, times int) string {
	return strings.Repeat(before, times) + value + strings.Repeat(after, times)
}

// What a value has to be, at the very edge of it.
func TestSchemaEdges(t *testing.T) {
	t.Parallel()
	const body = "response 200 application/json (body): "
	limit := func(what string) string { return "limit " + body + what + " is not kept" }
	wrong := func(is, want string) string { return "type " + body + is + ", documented as " + want }
	readOnly := `{type: object, required: [id, secret, name], properties: {id: {type: string, readOnly: true}, ` +
		`secret: {type: string, writeOnly: true}, name: {type: string}}}`
	alternatives := func(n int) string {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf("{type: string, enum: [v%d]}", i+1))
		}
		return "{oneOf: [" + strings.Join(list, ", ") + "]}"
	}
	last := func(n int) string { return fmt.Sprintf(`"v%d"`, n) }
	for _, test := range []struct {
		name, schema string
		values       map[string][]string // what is found, by the answer
	}{
		{"no type", `{description: any}`, map[string][]string{`5`: nil, `"a"`: nil, `{"a": [null]}`: nil, `null`: nil}},
		{"number", `{type: number}`, map[string][]string{`5`: nil, `5.5`: nil, `"a"`: {wrong("string", "number")}}},
		{"integer", `{type: integer}`, map[string][]string{
			`5`: nil, `5.0`: nil, `5.5`: {wrong("number", "integer")},
			`1e40`: nil, `-1e40`: nil, `1e41`: {wrong("number", "integer")}, `-1e41`: {wrong("number", "integer")},
			"1." + strings.Repeat("0", 98): nil, "1." + strings.Repeat("0", 99): {wrong("number", "integer")},
		}},
		{"length", `{type: string, minLength: 2, maxLength: 3}`, map[string][]string{
			`"a"`: {limit("minLength 2")}, `"ab"`: nil, `"äöü"`: nil, `"abcd"`: {limit("maxLength 3")},
		}},
		{"pattern", `{type: string, pattern: '^a+$'}`, map[string][]string{`"aa"`: nil, `"ab"`: {limit("pattern ^a+$")}}},
		{"a pattern of another dialect", `{type: string, pattern: '(?<=a)b'}`, map[string][]string{`"x"`: nil}},
		{"range", `{type: integer, minimum: 1, maximum: 3}`, map[string][]string{
			`0`: {limit("minimum 1")}, `1`: nil, `3`: nil, `4`: {limit("maximum 3")},
		}},
		{"open range", `{type: number, minimum: 1, maximum: 3, exclusiveMinimum: true, exclusiveMaximum: true}`, map[string][]string{
			`0`: {limit("minimum 1")}, `1`: {limit("minimum 1")}, `1.01`: nil, `2.99`: nil, `3`: {limit("maximum 3")}, `4`: {limit("maximum 3")},
		}},
		{"steps", `{type: number, multipleOf: 0.5}`, map[string][]string{`1.5`: nil, `0`: nil, `1.6`: {limit("multipleOf 0.5")}}},
		{"uri", `{type: string, format: uri}`, map[string][]string{
			`"https://example.com/a"`: nil, `"urn:a"`: nil, `"/a"`: {"format " + body + "format uri is not kept"}, `":"`: {"format " + body + "format uri is not kept"},
		}},
		{"items", `{type: array, minItems: 1, maxItems: 2, items: {}}`, map[string][]string{
			`[]`: {limit("minItems 1")}, `[1]`: nil, `[1, "a"]`: nil, `[1, 2, 3]`: {limit("maxItems 2")},
		}},
		{"what only requests have", readOnly, map[string][]string{
			`{"id": "1", "name": "n"}`:                {},
			`{"id": "1", "name": "n", "secret": "s"}`: {"member response 200 application/json secret: string, not documented"},
			`{"name": "n"}`:                           {"absent response 200 application/json id: absent, documented as required"},
		}},
		{"a required member without a schema", `{type: object, required: [a], properties: {b: {}}}`, map[string][]string{
			`{}`: {"absent response 200 application/json a: absent, documented as required"},
		}},
		{"further members", `{type: object, properties: {n: {type: string}}, additionalProperties: {type: integer}}`, map[string][]string{
			`{"n": "a", "x": 1}`: nil, `{"x": "a"}`: {"type response 200 application/json *: string, documented as integer"},
		}},
		// An alternative of another type is further off than one that fits but for something.
		{"alternatives, one of its members", `{oneOf: [{type: object, properties: {n: {type: integer}}}, {type: string}]}`, map[string][]string{
			`{"n": "a"}`: {"type response 200 application/json n: string, documented as integer"},
		}},
		{"alternatives, its length and pattern", `{oneOf: [{type: integer}, {type: string, maxLength: 1, pattern: '^b'}]}`, map[string][]string{
			`"aa"`: {limit("maxLength 1"), limit("pattern ^b")},
		}},
		{"many alternatives", alternatives(traffic.MaxViews + 1), map[string][]string{
			last(traffic.MaxViews): nil,
			last(traffic.MaxViews + 1): {
				fmt.Sprintf("value %sv%d, which the enumeration does not have", body, traffic.MaxViews+1),
			},
		}},
		{"folded 21 times", nested("{allOf: [", "{type: string, maxLength: 1}", "]}", 21), map[string][]string{`"a"`: nil, `"aa"`: {limit("maxLength 1")}}},
		{"folded 22 times", nested("{allOf: [", "{type: string, maxLength: 1}", "]}", 22), map[string][]string{`"aa"`: nil}},
		{"alternatives of alternatives", nested("{anyOf: [", "{type: string, maxLength: 1}", "]}", 21), map[string][]string{`"aa"`: {limit("maxLength 1")}}},
		{"alternatives too deep", nested("{anyOf: [", "{type: string, maxLength: 1}", "]}", 22), map[string][]string{`"aa"`: nil}},
		{"members as deep as they are looked into", `{properties: {c: {$ref: '#/components/schemas/S'}, n: {type: integer}}}`, map[string][]string{
			nested(`{"c": `, `{"n": "a"}`, "}", traffic.MaxNesting-1): {
				"type response 200 application/json " + strings.Repeat("c.", traffic.MaxNesting-1) + "n: string, documented as integer",
			},
			nested(`{"c": `, `{"n": "a"}`, "}", traffic.MaxNesting): nil,
		}},
		{"further members as deep", `{type: object, additionalProperties: {$ref: '#/components/schemas/S'}}`, map[string][]string{
			nested(`{"c": `, `5`, "}", traffic.MaxNesting): {
				"type response 200 application/json *" + strings.Repeat(".*", traffic.MaxNesting-1) + ": integer, documented as object",
			},
			nested(`{"c": `, `5`, "}", traffic.MaxNesting+1): nil,
		}},
		{"items as deep", `{type: array, items: {$ref: '#/components/schemas/S'}}`, map[string][]string{
			nested(`[`, `5`, "]", traffic.MaxNesting): {
				"type response 200 application/json " + strings.Repeat("[]", traffic.MaxNesting) + ": integer, documented as array",
			},
			nested(`[`, `5`, "]", traffic.MaxNesting+1): nil,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := comparer(t, onePath, "    S: "+test.schema)
			for value, want := range test.values {
				c.Reset()
				c.Add(exchanged(t, "POST", place, "", 200, value))
				require.ElementsMatch(t, want, found(c), "%.80s", value)
			}
		})
	}

	c := comparer(t, onePath, "    S: "+readOnly)
	c.Add(exchanged(t, "POST", place, `{"id": "1"}`, 200, `{"id": "1", "name": "n"}`))
	require.Equal(t, []string{
		"req-absent request application/json name: absent, documented as required",
		"req-absent request application/json secret: absent, documented as required",
		"req-member request application/json id: string, not documented",
	}, found(c))
}

// A schema that is part of itself comes to an end.
func TestSchemaOfItself(t *testing.T) {
	t.Parallel()
	c := comparer(t, onePath, "    S: {type: string, anyOf: [{$ref: '#/components/schemas/S'}]}")
	c.Add(exchanged(t, "POST", place, "", 200, "5"))
	require.Equal(t, []string{"type response 200 application/json (body): integer, documented as string"}, found(c))
}

const paths = `
  /v1/things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}, {name: shared, in: query, schema: {type: boolean}}]
    get:
      operationId: get
      parameters:
        - {name: must, in: query, required: true, schema: {type: string}}
        - {name: ids, in: query, schema: {type: array, items: {type: integer}}}
        - {name: only, in: query, schema: {type: boolean, enum: [true]}}
        - {name: X-Trace, in: header, schema: {type: string}}
      responses:
        "200":
          description: OK
          headers: {X-Must: {required: true, schema: {type: string}}, X-May: {schema: {type: string}}}
    post:
      operationId: post
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              required: [kind, file]
              properties: {kind: {type: string, enum: [A, B]}, note: {type: string, maxLength: 3}, file: {type: string, format: binary}}
      responses: {"200": {description: OK}}
  /v1/things/~:
    get: {operationId: own, responses: {"200": {description: OK}}}
  /v1/{a}/{b}:
    delete: {operationId: either, parameters: [` +
	`{name: a, in: path, required: true, schema: {type: string}}, {name: b, in: path, required: true, schema: {type: string}}],
      responses: {"204": {description: OK}}}
  /v1/tied/{b}:
    delete: {operationId: left, parameters: [{name: b, in: path, required: true, schema: {type: string}}], responses: {"204": {description: OK}}}
  /v1/{a}/knot:
    delete: {operationId: right, parameters: [{name: a, in: path, required: true, schema: {type: string}}], responses: {"204": {description: OK}}}
`

// An exchange is one of the operation with its method whose path has the fewest variables; of two that have as many, of
// the one that has its own behind. HEAD asks as GET does.
func TestFindsOperation(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]string{
		"GET /v1/things/7":                          "GET /v1/things/{id}",
		"HEAD /v1/things/7":                         "GET /v1/things/{id}",
		"POST /v1/things/7":                         "POST /v1/things/{id}",
		"GET /v1/things/~":                          "GET /v1/things/~",
		"DELETE /v1/tied/7":                         "DELETE /v1/tied/{b}",
		"DELETE /v1/tied/knot":                      "DELETE /v1/tied/{b}",
		"DELETE /v1/other/knot":                     "DELETE /v1/{a}/knot",
		"DELETE /v1/other/7":                        "DELETE /v1/{a}/{b}",
		"PATCH /v1/things/7":                        "PATCH /v1/things/{}",
		"HEAD /v1/tied/7":                           "HEAD /v1/tied/{}",
		"GET /v1/" + strings.Repeat("a", 40) + "/x": "GET /v1/" + strings.Repeat("a", 40) + "/x",
		"GET /v1/" + strings.Repeat("a", 41) + "/x": "GET /v1/{}/x",
	} {
		c := comparer(t, paths, "    A: {}")
		method, path, _ := strings.Cut(at, " ")
		c.Add(exchanged(t, method, "https://api.example.com"+path, "", 207, "{}")) // no operation has this status
		r := c.Report(diff.Side{}, diff.Side{})
		require.NotEmpty(t, r.Findings, at)
		for _, f := range r.Findings {
			require.Equal(t, want, f.Operation, at)
		}
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	doc, err := document.Parse("small.yaml", []byte(small))
	require.NoError(t, err)
	for _, test := range []struct {
		operation, server, want string
	}{
		{" put  /v1/rules/{id} ", "https://proxy.test", ""},
		{"PUT /v1/rules/{id}", "/", ""},
		{"GET /v1/rules/{id}", "", `the document has no "GET /v1/rules/{id}": write one as 'POST /restapi/v1.0/…'`},
		{"", "", `the document has no " ": write one as 'POST /restapi/v1.0/…'`},
		{"PUT /v1/rules/{id}", "vendor", `"vendor" is neither a URL like https://proxy.example.com/vendor nor a path like /vendor`},
		{"PUT /v1/rules/{id}", "", `"" is neither a URL like https://proxy.example.com/vendor nor a path like /vendor`},
		{"PUT /v1/rules/{id}", "/%zz", `"/%zz" is neither a URL like https://proxy.example.com/vendor nor a path like /vendor`},
	} {
		c, err := traffic.New(t.Context(), traffic.Config{Root: doc.Root, Operations: []string{test.operation}, Servers: []string{test.server}})
		if test.want != "" {
			require.EqualError(t, err, test.want)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, []string{"PUT /v1/rules/{id}"}, c.Report(diff.Side{}, diff.Side{}).Operations)
	}

	// Of others nothing is said.
	c := comparer(t, paths, "    A: {}", func(c *traffic.Config) { c.Operations = []string{"GET /v1/things/~"} })
	c.Add(exchanged(t, "GET", "https://api.example.com/v1/things/7", "", 207, ""))
	r := c.Report(diff.Side{}, diff.Side{})
	require.Empty(t, r.Findings)
	require.Equal(t, []string{"GET /v1/things/~"}, r.Operations)
	require.Equal(t, []diff.Unseen{{Operation: "GET /v1/things/~", Location: "response 200"}}, r.Traffic.NeverSeen)
	require.Equal(t, map[string]int{"exchanges of other operations": 1}, r.Traffic.Passed)
}

func TestParametersAndHeaders(t *testing.T) {
	t.Parallel()
	value := func(name, change string) string { return "param-value parameter query:" + name + ": " + change }
	for query, want := range map[string][]string{
		"must=a":                            nil,
		"must=":                             nil,
		"":                                  {"param-absent parameter query:must: absent, documented as required"},
		"must=a&shared=true":                nil,
		"must=a&shared=false":               nil,
		"must=a&shared=yes":                 {value("shared", "string, documented as boolean")},
		"must=a&only=true":                  nil,
		"must=a&only=false":                 {value("only", "false, which the enumeration does not have")},
		"must=a&ids=1,2":                    nil,
		"must=a&ids=1,b":                    {value("ids", "string, documented as integer")},
		"must=a&ids=1.5":                    {value("ids", "number, documented as integer")},
		"must=a&id=1":                       {"param parameter query:id: not documented"},
		"must=a&X-Trace=1":                  {"param parameter query:X-Trace: not documented"},
		"must=a&a123456=1":                  {"param parameter query:a123456: not documented"},
		"must=a&a1b2c3d4e5f6=1":             {"param parameter query:a1b2c3d4e5f6: not documented"},
		"must=a&a1b2c3d4e5f6g7=1":           {"param parameter query:(something that is no name): not documented"},
		"must=a&a1234567=1":                 {"param parameter query:(something that is no name): not documented"},
		"must=a&" + strings.Repeat("n", 80): {"param parameter query:" + strings.Repeat("n", 80) + ": not documented"},
		"must=a&" + strings.Repeat("n", 81): {"param parameter query:(something that is no name): not documented"},
		"must=a&jane%40example.com=1":       {"param parameter query:(something that is no name): not documented"},
		"must=a&shared=":                    {value("shared", "string, documented as boolean")},
	} {
		c := comparer(t, paths, "    A: {}")
		e := exchanged(t, "GET", "https://api.example.com/v1/things/7?"+query, "", 200, "")
		e.Response.Header = http.Header{"X-Must": {"1"}}
		c.Add(e)
		require.Equal(t, want, found(c), query)
	}
	for name, want := range map[string][]string{
		"X-Must": nil,
		"X-May":  {"absent response 200: header X-Must absent, documented as required"},
		"X-New": {"absent response 200: header X-Must absent, documented as required",
			"header response 200: header X-New, not documented"},
	} {
		c := comparer(t, paths, "    A: {}")
		e := exchanged(t, "GET", "https://api.example.com/v1/things/7?must=a", "", 200, "")
		e.Response.Header = http.Header{name: {"1"}}
		c.Add(e)
		require.Equal(t, want, found(c), name)
	}
}

// A form is compared field by field, as far as it was captured: what is in files is not looked at, and a file that is
// missing may be one that the capture left out.
func TestForms(t *testing.T) {
	t.Parallel()
	part := func(name, more, value string) string {
		return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"" + more + "\r\n\r\n" + value + "\r\n"
	}
	json := func(value string) string {
		return part("all", "\r\nContent-Type: application/json", value)
	}
	const (
		end     = "--b--\r\n"
		kind    = "req-absent request multipart/form-data kind: absent, documented as required"
		without = "not judged: 1 multipart bodies without their parts"
	)
	file := part("file", "; filename=\"a.wav\"\r\nContent-Type: audio/wav", "RIFF")
	for _, test := range []struct {
		name, media, body string
		form              []traffic.Field
		want, document    []string
	}{
		{"whole", "multipart/form-data; boundary=b", part("kind", "", "A") + file + end, nil, nil, nil},
		{"no file", "multipart/form-data; boundary=b", part("kind", "", "A") + end, nil, nil, nil},
		{"a field less", "multipart/form-data; boundary=b", file + end, nil, []string{kind}, nil},
		{"a field less, cut off", "multipart/form-data; boundary=b", part("note", "", "a") + file, nil, nil, nil},
		{"cut off in its first field", "multipart/form-data; boundary=b", file, nil, nil, []string{without}},
		{"cut off in a field", "multipart/form-data; boundary=b", file + "--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nlong text", nil, nil, nil},
		{"cut off at once", "multipart/form-data; boundary=b", "--b\r\nContent-Dis", nil, nil, []string{without}},
		{"no boundary", "multipart/form-data", file + end, nil, nil, []string{without}},
		{"values", "multipart/form-data; boundary=b", part("kind", "", "C") + part("note", "", "long") + part("new", "", "x") + end, nil, []string{
			"req-limit request multipart/form-data note: maxLength 3 is not kept",
			"req-member request multipart/form-data new: string, not documented",
			"req-value request multipart/form-data kind: C, which the enumeration does not have"}, nil},
		{"a file where a text is documented", "multipart/form-data; boundary=b",
			part("kind", "", "A") + part("note", "; filename=\"a.txt\"", "long text") + end, nil, nil, nil},
		{"members in a JSON part", "multipart/form-data; boundary=b", json(`{"kind": "A", "more": 1}`) + end, nil,
			[]string{"req-member request multipart/form-data more: integer, not documented"}, nil},
		{"a JSON part that is no object", "multipart/form-data; boundary=b", json(`["kind"]`) + part("kind", "", "A") + end, nil,
			[]string{"req-member request multipart/form-data all: string, not documented"}, nil},
		{"a JSON part that is no JSON", "multipart/form-data; boundary=b", json(`{"kind"`) + part("kind", "", "A") + end, nil,
			[]string{"req-member request multipart/form-data all: string, not documented"}, nil},
		{"JSON in a field that does not say so", "multipart/form-data; boundary=b", part("kind", "", "A") + part("note", "", "{}") + end, nil, nil, nil},
		{"by fields", "multipart/form-data", "", []traffic.Field{{Name: "kind", Value: "A"}}, nil, nil},
		{"by fields, one less", "multipart/form-data", "", []traffic.Field{{Name: "note", Value: "a"}}, []string{kind}, nil},
		{"by fields, a part without a name", "multipart/form-data", "", []traffic.Field{{Value: "a"}, {Name: "kind", Value: "A"}}, nil, nil},
		{"called something else", "multipart/mixed; boundary=b", part("kind", "", "C") + end, nil, []string{
			"req-media request: media type multipart/mixed, not documented",
			"req-value request multipart/form-data kind: C, which the enumeration does not have"}, nil},
		{"no form", "text/plain", "kind=C", nil, []string{"req-media request: media type text/plain, not documented"}, nil},
		{"no media type", "", "kind=C", nil, []string{"req-media request: media type none, not documented"}, nil},
		{"a media type that is none", "a b c", "kind=C", nil, []string{"req-media request: media type one that cannot be read, not documented"}, nil},
		{"nothing", "multipart/form-data", "", nil, []string{"req-absent request: no body, documented as required"}, nil},
	} {
		c := comparer(t, paths, "    A: {}")
		e := exchanged(t, "POST", "https://api.example.com/v1/things/7", test.body, 200, "")
		e.Request.Header.Set("Content-Type", test.media)
		e.Request.Form = test.form
		c.Add(e)
		require.Equal(t, test.want, found(c), test.name)
		require.Equal(t, test.document, c.Report(diff.Side{}, diff.Side{}).Document, test.name)
	}
}

// Of a list of errors each is looked at, and the one that stands above it once.
func TestErrorLists(t *testing.T) {
	t.Parallel()
	unknown := func(code string) []string {
		return []string{"seen-code risky error 403 " + code + ": documented nowhere"}
	}
	for body, want := range map[string][]string{
		`{"errorCode": "AWR-1002", "errors": [{"errorCode": "AWR-1002"}, {"errorCode": "XYZ-1001"}]}`:      unknown("XYZ-1001"),
		`{"errorCode": "XYZ-1001", "message": "a", "errors": [{"errorCode": "XYZ-1001", "message": "a"}]}`: unknown("XYZ-1001"),
		`{"errorCode": "XYZ-1001", "errors": [{"errorCode": "AWR-1002"}]}`:                                 unknown("XYZ-1001"),
		`{"errorCode": "Whatever", "errors": []}`:                                                          unknown("Whatever"),
		`{"errors": [{"message": "a"}]}`:                                                                   nil,
	} {
		require.Equal(t, want, lines(compare(t, har(entry(there, "", 403, "application/json", body)))), body)
	}
}

// What no exchange shows, of everything that the description has: names of members that may stand there, values of
// enumerations, parameters of the query, codes of the operation.
func TestCoverageEdges(t *testing.T) {
	t.Parallel()
	unseen := func(c *traffic.Comparer) (list []string) {
		for _, u := range c.Report(diff.Side{}, diff.Side{}).Traffic.NeverSeen {
			path := u.Operation[strings.LastIndex(u.Operation, "/")+1:]
			list = append(list, path+" "+strings.TrimSuffix(u.Location+" = "+u.Value, " = "))
		}
		return list
	}
	const more = `
  /v1/y:
    get:
      operationId: y
      parameters: [{name: q, in: query, schema: {type: string}}, {name: h, in: header, schema: {type: string}}]
      responses:
        "403": {description: No, content: {application/json: {schema: {type: string}}}, x-error-codes: [{code: AWR-1001, message: m}]}
`
	c := comparer(t, strings.Replace(onePath, `        "400"`, `        default`, 1)+more, `
    S:
      type: object
      properties:
        id: {type: string, readOnly: true}
        secret: {type: string, writeOnly: true}
        list: {type: array, items: {type: string, enum: [A]}}
        map: {type: object, additionalProperties: {type: string, enum: [B]}}
        self: {$ref: '#/components/schemas/S'}
      anyOf: [{properties: {one: {type: string}}}]
`)
	members := func(at string, names ...string) (list []string) {
		for _, name := range names {
			list = append(list, "x "+at+" application/json "+name)
		}
		return list
	}
	require.ElementsMatch(t, slices.Concat(
		members("request", "secret", "list", "list[] = A", "map", "map.* = B", "self", "one"),
		[]string{"x response 200"}, members("response 200", "id", "list", "list[] = A", "map", "map.* = B", "self", "one"),
		[]string{"x response default"}, members("response default", "id", "list", "list[] = A", "map", "map.* = B", "self", "one"),
		[]string{"y parameter query:q", "y response 403", "y error 403 AWR-1001"},
	), unseen(c))

	// It ends, as bodies do, where the nesting is deep, and where there is very much.
	c = comparer(t, onePath, "    S: "+nested("{properties: {a: ", "{type: string}", "}}", traffic.MaxNesting+2))
	require.Len(t, unseen(c), 3*(traffic.MaxNesting+1)+2)
	var values strings.Builder
	for i := range traffic.MaxUnseen {
		fmt.Fprintf(&values, "v%d, ", i)
	}
	c = comparer(t, onePath, "    S: {type: string, enum: ["+values.String()+"last]}")
	require.Len(t, unseen(c), traffic.MaxUnseen)
}

// Findings and what is kept for a proposal have bounds. What is beyond them is counted.
func TestBounds(t *testing.T) {
	t.Parallel()
	members := func(n int) string {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf(`"m%d": 1`, i))
		}
		return "{" + strings.Join(list, ", ") + "}"
	}
	const schema = "    S: {type: object, properties: {a: {type: string}}}"
	c := comparer(t, onePath, schema)
	c.Add(exchanged(t, "POST", place, "", 200, members(traffic.MaxFindings)))
	r := c.Report(diff.Side{}, diff.Side{})
	require.Len(t, r.Findings, traffic.MaxFindings)
	require.Empty(t, r.Traffic.Passed["findings beyond the first 10000"])
	c.Add(exchanged(t, "POST", place, "", 200, members(traffic.MaxFindings+2)))
	r = c.Report(diff.Side{}, diff.Side{})
	require.Len(t, r.Findings, traffic.MaxFindings)
	require.Equal(t, 2, r.Traffic.Passed["findings beyond the first 10000"])
	require.Equal(t, 2, r.Findings[0].Seen.Exchanges)

	c = comparer(t, onePath, schema)
	for i := range traffic.MaxKept + 1 {
		c.Add(exchanged(t, "POST", place, "{}", 200, fmt.Sprintf(`{"m%d": 1}`, i)))
	}
	p, err := c.Propose("2026-11-27")
	require.NoError(t, err)
	require.Empty(t, p.Left)
	require.Len(t, p.Files, traffic.MaxKept+1) // and the overlay
}

// What was gzipped is read up to a bound. What is longer, or does not end, was not captured whole; nor is a body that
// is shorter than its header says, if nothing has changed it on its way.
func TestUnpack(t *testing.T) {
	t.Parallel()
	zip := func(n int) []byte {
		var b bytes.Buffer
		w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
		require.NoError(t, err)
		_, err = w.Write(make([]byte, n))
		require.NoError(t, err)
		require.NoError(t, w.Close())
		return b.Bytes()
	}
	for _, test := range []struct {
		name             string
		body             []byte
		length, encoding string
		cut              bool
		left             int
	}{
		{"as long as may be", zip(traffic.MaxBody), "1", "gzip", false, traffic.MaxBody},
		{"longer", zip(traffic.MaxBody + 1), "1", "gzip", true, traffic.MaxBody + 1},
		{"cut off in its header", zip(9)[:5], "", "gzip", true, 0},
		{"cut off at its end", zip(9)[:len(zip(9))-1], "", "gzip", true, 9},
		{"as long as told", []byte("abc"), "3", "", false, 3},
		{"shorter than told", []byte("abc"), " 4 ", "", true, 3},
		{"longer than told", []byte("abc"), "2", "", false, 3},
		{"unpacked by the browser", []byte("abc"), "4", "gzip", false, 3},
		{"of no length", []byte("abc"), "x", "", false, 3},
		{"nothing told", []byte("abc"), "", "", false, 3},
	} {
		m := traffic.Message{Header: http.Header{"Content-Length": {test.length}, "Content-Encoding": {test.encoding}}, Body: test.body}
		m.Unpack()
		require.Equal(t, test.cut, m.Cut, test.name)
		require.Len(t, m.Body, test.left, test.name)
	}
}

// What a HAR file says of an exchange, and on which line it stands.
func TestHAREntries(t *testing.T) {
	t.Parallel()
	read := func(text string) (list []*traffic.Exchange) {
		require.NoError(t, traffic.ReadHAR("a.har", strings.NewReader(text), func(e *traffic.Exchange) error {
			list = append(list, e)
			return nil
		}))
		return list
	}
	log := func(entries string) string { return `{"log": {"entries": [` + entries + `]}}` }
	for started, day := range map[string]string{
		"2026-04-05T23:30:00.000-02:00": "2026-04-06", "2026-04-05T23:30:00Z": "2026-04-05", "2026-04-05": "", "": "",
	} {
		require.Equal(t, day, read(log(`{"startedDateTime": "` + started + `"}`))[0].Day, started)
	}
	for content, want := range map[string]traffic.Message{
		`{"size": 3, "text": "abc"}`:                            {Body: []byte("abc"), Captured: true},
		`{"size": 4, "text": "abc"}`:                            {Body: []byte("abc"), Captured: true, Cut: true},
		`{"size": 0, "text": ""}`:                               {Body: []byte{}, Captured: true},
		`{"size": 9, "text": ""}`:                               {Body: []byte{}, Cut: true},
		`{"size": 9}`:                                           {Cut: true},
		`{"size": 4, "text": "YWJjZA==", "encoding": "base64"}`: {Body: []byte("abcd"), Captured: true},
		`{"size": 4, "text": "YWJjZA", "encoding": "base64"}`:   {Body: []byte("abcd"), Captured: true},
		`{"size": 4, "text": "YWJjZ", "encoding": "base64"}`:    {Body: []byte("abc"), Captured: true, Cut: true},
	} {
		want.Header = http.Header{}
		require.Equal(t, want, read(log(`{"response": {"content": ` + content + `}}`))[0].Response, content)
	}
	for post, want := range map[string]traffic.Message{
		`null`:           {},
		`{"text": "a"}`:  {Body: []byte("a"), Captured: true},
		`{"text": ""}`:   {Body: []byte{}},
		`{"params": []}`: {Body: []byte{}},
		`{"params": [{"name": "n", "value": "v", "contentType": "c"}]}`: {
			Body: []byte{}, Captured: true, Form: []traffic.Field{{Name: "n", Value: "v", Type: "c"}}},
	} {
		want.Header = http.Header{}
		require.Equal(t, want, read(log(`{"request": {"postData": ` + post + `}}`))[0].Request, post)
	}
	for text, want := range map[string][]int{
		log(`{},{}`):                      {1, 1},
		log("\n{},\n{},{\n}"):             {2, 3, 3},
		log("\r\n{},\r\n{\r\n},\r\n{}"):   {2, 3, 5},
		log("\n\n\n{}\n,\n{}") + "\n":     {4, 6},
		"\n" + log(`{"request":`+"\n{}}"): {2},
	} {
		var got []int
		for _, e := range read(text) {
			got = append(got, e.Line)
		}
		require.Equal(t, want, got, text)
	}
	require.EqualError(t, traffic.ReadHAR("a.har", strings.NewReader("{\"log\":\n{}}\n\n"), nil), "a.har:2: not a HAR file: it has no log.entries")
}

// A status that no document has is told of an observation as of an exchange, unless the platform or a default has it.
func TestObservedStatus(t *testing.T) {
	t.Parallel()
	doc, err := document.Parse("small.yaml", []byte(small))
	require.NoError(t, err)
	observe := func(c *traffic.Comparer, status int, more string) []string {
		line := fmt.Sprintf(`{"operation": "put", "status": %d%s}`, status, more)
		require.NoError(t, c.ReadObservations("o.ndjson", strings.NewReader(line), func() error { return nil }))
		return found(c)
	}
	wrong := `, "wrongTypes": [{"path": "list[].n", "want": "integer", "got": "null"}]`
	for _, test := range []struct {
		status int
		more   string
		want   []string
	}{
		{0, "", nil},
		{200, "", nil},
		{201, "", []string{"status-2xx response 201: not documented"}},
		{299, "", []string{"status-2xx response 299: not documented"}},
		{300, "", []string{"status response 300: not documented"}},
		{500, "", []string{"status response 500: not documented"}},
		{429, "", nil},
		{200, `, "code": "XYZ-1001"`, nil},
		{403, `, "code": "AWR-1001"`, nil},
		{403, `, "code": "XYZ-1001"`, []string{"code error 403 XYZ-1001: documented nowhere"}},
		{200, wrong, []string{"null response 200 application/json list[].n: null, documented as integer"}},
		{399, wrong, []string{"null response 399 application/json list[].n: null, documented as integer", "status response 399: not documented"}},
		{400, wrong, []string{"status response 400: not documented", "type-error response 400 application/json list[].n: null, documented as integer"}},
	} {
		c, err := traffic.New(t.Context(), traffic.Config{Root: doc.Root})
		require.NoError(t, err)
		require.Equal(t, test.want, observe(c, test.status, test.more), "%d %s", test.status, test.more)
	}
	open, err := document.Parse("small.yaml", []byte(strings.Replace(small, `        "403"`, "        default", 1)))
	require.NoError(t, err)
	c, err := traffic.New(t.Context(), traffic.Config{Root: open.Root})
	require.NoError(t, err)
	require.Empty(t, observe(c, 500, ""))
}

// Texts of bodies are replaced but where the description has an enumeration, or nobody can have written them.
func TestAnonymousBody(t *testing.T) {
	t.Parallel()
	many := func(n int) string {
		list := strings.Repeat("{type: string}, ", n-1)
		return "{anyOf: [" + list + "{type: string, enum: [Known]}]}"
	}
	for _, test := range []struct {
		name, schema string
		status       int
		body, want   string
	}{
		{"texts", `{}`, 200, `{"a": "Erika", "b": ["Max", "Erika", ""], "c": 5, "d_e": null}`,
			`{"a": "Text 1", "b": ["Text 2", "Text 1", ""], "c": 5, "d_e": null}`},
		{"nobody's", `{}`, 200, `["2026-04-05T01:02:03Z", "+12025550100", "{{token}}", "Elsewhere"]`,
			`["2026-04-05T01:02:03Z", "+12025550100", "{{token}}", "Elsewhere"]`},
		{"in braces", `{}`, 200, `["{{Erika", "{{Erika}}", "{{token}} Erika", "{{server}}"]`, `["Text 1", "Text 2", "Text 3", "Text 4"]`},
		{"URLs of the vendor", `{}`, 200, `["https://api.example.com/v1/x", "https://media.example.com:443/v1/x/12345?page=2&all=true", "/v1/x", "/v1/x?kind=K"]`,
			`["https://api.example.com/v1/x", "https://media.example.com:443/v1/x/12345?page=2&all=true", "/v1/x", "/v1/x?kind=K"]`},
		{"other URLs", `{}`, 200, `["https://acme.test/v1/x", "https://api.example.com/v1/Erika.M", "https://erika:secret@api.example.com/v1/x",
			"https://api.example.com/v1/x?page=Erika", "https://api.example.com/v1/x?sig=12345", "https://api.example.com/v1/x#erika",
			"HTTPS://acme.test/v1/x", "https://a b", "https:erika", "/v1/x/Erika", "https://acme.test/v1/x"]`,
			`["https://example.com/text-1", "https://example.com/text-2", "https://example.com/text-3", "https://example.com/text-4", "https://example.com/text-5",
			"https://example.com/text-6", "https://example.com/text-7", "https://example.com/text-8", "https://example.com/text-9", "Text 10",
			"https://example.com/text-1"]`},
		{"names of members", `{properties: {"in words": {type: string}}}`, 200, `{"in words": "a", "Erika M": 1, "ErikaM": {"erika@x": 2}, "erika": 3, "é": 4}`,
			`{"in words": "Text 1", "Text 2": 1, "Text 4": {"Text 3": 2}, "erika": 3, "Text 5": 4}`},
		{"names where they may begin so", `{properties: {Known: {type: string}}}`, 200, `{"Color": 1, "Erika M": 2}`, `{"Color": 1, "Text 1": 2}`},
		{"a map", `{properties: {fixed: {type: string}}, additionalProperties: {type: string, enum: [A]}}`, 200,
			`{"fixed": "Erika", "erika": "New", "max": "Two words", "Elsewhere": "A"}`,
			`{"fixed": "Text 1", "Text 2": "New", "Text 4": "Text 3", "Elsewhere": "A"}`},
		{"a mark in front", `{}`, 200, "\xef\xbb\xbf{\"a\": \"Erika\"}\n", `{"a": "Text 1"}`},
		{"enumerations", `{properties: {a: {type: string, enum: [A]}, b: {type: array, items: {type: string, enum: [B]}}, c: {type: string}}}`, 200,
			`{"a": "New", "b": ["New", "Two words"], "c": "New"}`, `{"a": "New", "b": ["New", "Text 1"], "c": "Text 2"}`},
		{"of all parts", `{allOf: [{type: object}, {type: object, properties: {a: {type: string, enum: [A]}}}]}`, 200, `{"a": "New"}`, `{"a": "New"}`},
		{"of as many parts as are tried", many(traffic.MaxViews), 200, `"New"`, `"New"`},
		{"of more", many(traffic.MaxViews + 1), 200, `"New"`, `"Text 1"`},
		{"of itself", `{anyOf: [{$ref: '#/components/schemas/S'}, {type: string}]}`, 200, `"New"`, `"Text 1"`},
		{"no failure", `{}`, 399, `{"message": "Erika", "errorCode": "Erika"}`, `{"message": "Text 1", "errorCode": "Text 1"}`},
		{"a failure", `{}`, 400, `{"message": "No such thing", "errorCode": "AWR-101", "errors": [{"errorCode": "No", "message": "Parameter [a.b] is bad"},
			{"error": "no_way", "message": "Parameter [Erika M] is bad", "parameterName": "a.b[]"}], "name": "Erika"}`,
			`{"message": "No such thing", "errorCode": "AWR-101", "errors": [{"errorCode": "No", "message": "Parameter [a.b] is bad"},
			{"error": "no_way", "message": "Parameter [Text 1] is bad", "parameterName": "a.b[]"}], "name": "Text 2"}`},
		{"a failure that nobody knows", `{}`, 400, `{"message": "Erika", "error_description": "of Max", "errorCode": "Erika M", "error": "Max M",
			"parameterName": "E M", "user": {"message": "No such thing", "errorCode": "AWR-101", "errors": [{"errorCode": "AWR-101"}]}, "errors": {"errorCode": "No"}}`,
			`{"message": "Text 1", "error_description": "Text 2", "errorCode": "Text 3", "error": "Text 4", "parameterName": "Text 5",
			"user": {"message": "Text 6", "errorCode": "Text 7", "errors": [{"errorCode": "Text 7"}]}, "errors": {"errorCode": "Text 8"}}`},
		{"deep", `{}`, 200, nested("[", `"Erika"`, "]", 499), nested("[", `"Text 1"`, "]", 499)},
		{"empty", `{}`, 200, " ", " "},
		// Where nobody can say what is a text, nothing is given away.
		{"deeper", `{}`, 200, nested("[", `"Erika"`, "]", 501), ""},
		{"a member twice", `{}`, 200, `{"a": "Erika", "a": "Max"}`, ""},
		{"cut off", `{}`, 200, `{"a": "Erika`, ""},
		{"no JSON", `{}`, 200, `<p>Erika</p>`, ""},
		{"YAML", `{}`, 200, `{a: Erika}`, ""},
		{"a text without quotes", `{}`, 200, `Erika`, ""},
		{"something behind it", `{}`, 200, `{"a": "Erika"} Max`, ""},
	} {
		path := strings.NewReplacer("description: Bad", "description: Bad, x-error-codes: [{code: AWR-101, message: No such thing}, "+
			"{code: AWR-102, message: 'Parameter [name] is bad'}]", "operationId: x", "operationId: x\n      parameters: "+
			"[{name: page, in: query, schema: {type: integer}}, {name: all, in: query, schema: {type: boolean}},"+
			"{name: kind, in: query, schema: {type: string, enum: [K]}}]").Replace(onePath)
		doc := described(t, path, "    Other: {type: string, enum: [Elsewhere]}\n    S: "+test.schema)
		model, err := build.Validate(t.Context(), doc.Root)
		require.NoError(t, err)
		content := model.Paths.Value("/v1/x").Post.RequestBody.Value.Content
		h := http.Header{"Content-Type": {"application/json;charset=utf-8"}}
		got, ok := traffic.NewAnonymous(doc.Root).Body(h, []byte(test.body), content, test.status)
		require.Equal(t, test.want != "", ok, test.name)
		switch {
		case !ok:
			require.Empty(t, got, test.name)
		case strings.TrimSpace(test.want) == "":
			require.Equal(t, test.want, string(got), test.name)
		default:
			require.JSONEq(t, test.want, string(got), test.name)
		}
	}
}

// What a path and a query hold stays where it is documented; the rest is replaced as in bodies.
func TestAnonymousTarget(t *testing.T) {
	t.Parallel()
	doc := described(t, `
  /v1/users/{user}/rules/{ruleId}:
    get:
      operationId: x
      parameters:
        - {name: user, in: path, required: true, schema: {type: string}}
        - {name: ruleId, in: path, required: true, description: Digits or after-hours-rule., schema: {type: string}}
        - {name: kind, in: query, schema: {type: array, items: {type: string, enum: [A, B]}}}
        - {name: name, in: query, schema: {type: string}}
      responses: {"200": {description: OK}}
`, "    S: {type: string}")
	model, err := build.Validate(t.Context(), doc.Root)
	require.NoError(t, err)
	const template = "/v1/users/{user}/rules/{ruleId}"
	for in, want := range map[string]string{
		"/v1/users/~/rules/12345":                            "/v1/users/~/rules/12345",
		"/v1/users/123/rules/after-hours-rule":               "/v1/users/123/rules/after-hours-rule",
		"/v1/users/erika/rules/erika-rule":                   "/v1/users/Text-1/rules/Text-2",
		"/v1/users/Erika%20M/rules/digits":                   "/v1/users/Text-1/rules/Text-2",
		"/v1/users/~/rules/1?kind=A,New&name=2026-04-05":     "/v1/users/~/rules/1?kind=A,New&name=2026-04-05",
		"/v1/users/~/rules/1?name=Erika%20M&name=Max&flag":   "/v1/users/~/rules/1?name=Text+1&name=Text+2&flag",
		"/v1/users/~/rules/1?q=Erika+M&Erika+M=1&all=true":   "/v1/users/~/rules/1?q=Text+1&Text+1=1&all=true",
		"/v1/users/~/rules/1?name=%zz&kind=Two%20words&%zz":  "/v1/users/~/rules/1?name=Text+1&kind=Text+2&Text+1",
		"/v1/users/~/rules/1?name=https://acme.test/erika":   "/v1/users/~/rules/1?name=https%3A%2F%2Fexample.com%2Ftext-1",
		"/v1/users/~/rules/1?name=%7B%7Btoken%7D%7D&page=10": "/v1/users/~/rules/1?name=%7B%7Btoken%7D%7D&page=10",
	} {
		path, query, _ := strings.Cut(in, "?")
		got := traffic.NewAnonymous(doc.Root).Target(template, path, query, model.Paths.Value(template).Get.Parameters)
		require.Equal(t, want, got, in)
	}
}

// Where an answer leads to stays if it is documented.
func TestAnonymousLocation(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                             "",
		"/v1/x":                        "/v1/x",
		"https://api.example.com/v1/x": "https://api.example.com/v1/x",
		"/v1/erika":                    "https://example.com/text-1",
		"erika":                        "https://example.com/text-1",
		"//acme.test/v1/x":             "https://example.com/text-1",
		"https://acme.test/erika":      "https://example.com/text-1",
		"https://example.com/text-5":   "https://example.com/text-5",
	} {
		h := http.Header{"Location": {in}}
		traffic.NewAnonymous(described(t, onePath, "    S: {}").Root).Location(h)
		require.Equal(t, want, h.Get("Location"), in)
	}
	// A site is what somebody can have: not all of a country's companies are one.
	for server, others := range map[string][2]string{
		"https://api.acme.co.uk": {"https://x.acme.co.uk/v1/x", "https://x.other.co.uk/v1/x"},
		"http://192.0.2.1":       {"http://192.0.2.1/v1/x", "http://198.51.2.1/v1/x"},
		"http://localhost:8080":  {"http://localhost/v1/x", "http://otherhost/v1/x"},
		"https://API.acme.test/": {"https://media.ACME.test/v1/x", "https://acme.test.example/v1/x"},
	} {
		doc := described(t, onePath, "    S: {}")
		document.Get(doc.Root, "servers").Content[0] = document.Mapping(document.String("url"), document.String(server))
		h := http.Header{"Location": others[:]}
		traffic.NewAnonymous(doc.Root).Location(h)
		require.Equal(t, others[0], h["Location"][0])
		require.Equal(t, "https://example.com/text-1", h["Location"][1])
	}
}

// A text that stands for another from the start is given to no other, and what was given first stays.
func TestAnonymousAssign(t *testing.T) {
	t.Parallel()
	a := traffic.NewAnonymous(described(t, onePath, "    S: {}").Root)
	a.Assign("Max", "Text 1")
	a.Assign("Max", "Text 9")
	a.Assign("", "Text 2")
	got, ok := a.Body(http.Header{"Content-Type": {"application/json"}}, []byte(`["Erika", "Max", "Jo"]`), nil, 200)
	require.True(t, ok)
	require.JSONEq(t, `["Text 3", "Text 1", "Text 4"]`, string(got))
	plain, ok := a.Body(http.Header{"Content-Type": {"text/plain"}}, []byte(`{"a": "Erika"}`), nil, 200)
	require.True(t, ok)
	require.JSONEq(t, `{"a": "Text 3"}`, string(plain))
}

// What an overlay can say of a finding, and what it cannot; and the recording that shows it.
func TestProposedActions(t *testing.T) {
	t.Parallel()
	const schema = `
    S:
      type: object
      properties:
        errorCode: {type: string}
        on: {type: boolean, enum: [true]}
        kind: {enum: [A]}
        odd: {type: integer, enum: [1], anyOf: [{type: string}]}
        n: {type: integer}
        some: {anyOf: [{type: integer}, {type: boolean}]}
        few: {type: integer, enum: [1, 2]}
        o: {type: object}
        no: {type: string}
`
	const target = `  - target: "$.components.schemas.S`
	action := func(path, why, rest string) string {
		return target + path + "\"\n    description: \"Seen in traffic, once, at a.har:1: " + why + ".\"\n    " + rest + "\n"
	}
	for _, test := range []struct {
		name   string
		status int
		answer string
		file   string // of the recording, without its end
		want   []string
		left   string
	}{
		{"nothing", 200, `{}`, "", nil, ""},
		{"a value that is no text", 200, `{"on": false}`, "200-traffic-1",
			[]string{action(".properties.on", "false, which the enumeration does not have", `update: {"enum":[false]}`)}, ""},
		{"a value", 200, `{"kind": "B"}`, "200-traffic-1",
			[]string{action(".properties.kind", "B, which the enumeration does not have", `update: {"enum":["B"]}`)}, ""},
		{"a value of another type", 200, `{"odd": "B"}`, "", nil, "seen-value odd B, which the enumeration does not have"},
		{"a value that is no name", 200, `{"kind": "B C"}`, "", nil, "seen-value kind (something that is no name), which the enumeration does not have"},
		{"a type", 200, `{"n": "a"}`, "200-traffic-1", []string{
			action(".properties.n.type", "string, documented as integer", "remove: true"),
			action(".properties.n", "string, documented as integer", `update: {"anyOf":[{"type":"integer"},{"type":"string"}]}`),
		}, ""},
		{"a type of several", 200, `{"some": "a"}`, "", nil, "seen-type some string, documented as integer"},
		{"a type beside an enumeration", 200, `{"few": "a"}`, "", nil, "seen-type few string, documented as integer"},
		{"a list", 200, `{"n": []}`, "", nil, "seen-type n array, documented as integer"},
		{"no object", 200, `{"o": 5}`, "", nil, "seen-type o integer, documented as object"},
		{"null", 200, `{"no": null}`, "200-traffic-1", []string{action(".properties.no", "null, documented as string", `update: {"nullable":true}`)}, ""},
		{"a list that is new", 200, `{"list": []}`, "200-traffic-1", []string{action("", "array, not documented",
			`update: {"properties":{"list":{"description":"Seen in traffic, and described nowhere.","items":{"type":"object"},"type":"array"}}}`)}, ""},
		{"a failure", 400, `{"errorCode": "AWR-1001", "no": null}`, "400-AWR-1001-traffic-1",
			[]string{action(".properties.no", "null, documented as string", `update: {"nullable":true}`)}, ""},
		{"a failure without a code", 400, `{"no": null}`, "400-traffic-1",
			[]string{action(".properties.no", "null, documented as string", `update: {"nullable":true}`)}, ""},
		{"a code of a success", 200, `{"errorCode": "AWR-1001", "no": null}`, "200-traffic-1",
			[]string{action(".properties.no", "null, documented as string", `update: {"nullable":true}`)}, ""},
		// Nobody can tell which texts are somebody's.
		{"a member twice", 200, `{"no": "Erika", "no": null}`, "",
			[]string{action(".properties.no", "null, documented as string", `update: {"nullable":true}`)},
			"a.har:1 is no recording: the answer's body cannot be read as JSON, and may hold somebody's texts"},
	} {
		c := comparer(t, onePath, schema)
		e := exchanged(t, "POST", place, `{}`, test.status, test.answer)
		c.Add(e)
		p, err := c.Propose("2026-11-27")
		require.NoError(t, err)
		overlay, isMade := p.Files[traffic.ProposalFile]
		require.Equal(t, len(test.want) > 0, isMade, test.name)
		_, actions, _ := strings.Cut(string(overlay), "actions:\n")
		require.Equal(t, strings.Join(test.want, ""), actions, test.name)
		var recorded []string
		for name, data := range p.Files {
			if name != traffic.ProposalFile {
				recorded = append(recorded, name)
				require.Contains(t, string(data), "\nAuthorization: Bearer {{token}}\n", test.name)
				require.Contains(t, string(data), "# date: 2026-11-27\n", test.name)
			}
		}
		if test.file == "" {
			require.Empty(t, recorded, test.name)
		} else {
			require.Equal(t, []string{"contracttests/recordings/x/" + test.file + ".http"}, recorded, test.name)
		}
		if id, rest, _ := strings.Cut(test.left, " "); strings.HasPrefix(id, "seen-") {
			member, change, _ := strings.Cut(rest, " ")
			test.left = id + ", POST /v1/x, response 200 application/json " + member + ": no overlay action says this: " + change
		}
		if test.left == "" {
			require.Empty(t, p.Left, test.name)
		} else {
			require.Equal(t, []string{test.left}, p.Left, test.name)
		}
	}

	// A body that is documented nowhere may be somebody's as well.
	c := comparer(t, strings.Replace(onePath, "      requestBody:", "      x-gone:", 1), schema)
	c.Add(exchanged(t, "POST", place, `{"name": "Erika"}`, 200, `{"no": null}`))
	p, err := c.Propose("2026-11-27")
	require.NoError(t, err)
	require.Contains(t, string(p.Files["contracttests/recordings/x/200-traffic-1.http"]), `"name": "Text 1"`)

	c = comparer(t, onePath, schema)
	c.Add(exchanged(t, "POST", place, `{"n": 1, "n": null}`, 200, `{}`))
	p, err = c.Propose("2026-11-27")
	require.NoError(t, err)
	require.Equal(t, []string{"a.har:1 is no recording: the request's body cannot be read as JSON, and may hold somebody's texts"}, p.Left)
}
