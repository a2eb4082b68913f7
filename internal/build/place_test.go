package build_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/pin"
)

const refused = `openapi: 3.0.3
info: {title: T, version: '1'}
paths:
  /a:
    get:
      operationId: readA
      parameters:
        - {name: grid, in: query, schema: {type: array, items: {type: array, items: {type: string}}}}
        - {name: c, in: cookie, schema: {type: string}}
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Two'}}}}}
    post:
      operationId: makeA
      requestBody:
        content:
          multipart/form-data:
            schema:
              type: object
              properties:
                größe: {type: string}
                rows: {type: array, items: {type: array, items: {type: string}}}
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Three'}}}}}
  /b:
    get:
      operationId: readB
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object, properties: {
        x: {type: string},
        y: {type: number}}}}}}}
    put:
      operationId: writeB
      responses: {'200': {description: ok, content: {application/json: {schema: {type: integer}}}}}
components:
  schemas:
    Two:
      type: object
      properties:
        foo-bar: {type: string}
        foo_bar: {type: string}
    Three:
      type: object
      properties:
        'a"b': {type: string}
        size: {type: string, maxLength: 3}
`

// inPin is what a message about a text begins with, the n-th of those that are alike: its line in the pin.
func inPin(t *testing.T, document, text string, n int) string {
	t.Helper()
	made, err := pin.Make(parse(t, document))
	require.NoError(t, err)
	line := 0
	for l := range strings.Lines(string(made)) {
		line++
		if strings.Contains(l, text) {
			if n--; n == 0 {
				return fmt.Sprintf("spec/swagger-ring_basic.yaml:%d: ", line)
			}
		}
	}
	t.Fatalf("the pin has no %s", text)
	return ""
}

// Whatever a build refuses is told with its line in the pin, operation and property, and all of it at once: what the
// first step of one refuses hides nothing of the others.
func TestRefusedAtOnce(t *testing.T) {
	t.Parallel()
	all := keep("$.paths['/a'].get", "$.paths['/a'].post", "$.paths['/b'].get", "$.paths['/b'].put")
	at := func(text, needle string, n int) string { return inPin(t, text, needle, n) }
	problems := func(t *testing.T, pairs ...string) (list []string) {
		t.Helper()
		for i := 0; i < len(pairs); i += 2 {
			require.Contains(t, refused, pairs[i])
		}
		p, err := load(t, strings.NewReplacer(pairs...).Replace(refused), all,
			nothing)
		require.NoError(t, err)
		_, err = build.Run(context.Background(), p, false)
		require.Error(t, err)
		return strings.Split(strings.TrimPrefix(err.Error(), "generate: "), "\n")
	}
	got := problems(t)
	for i, line := range []string{
		at(refused, `a"b`, 1) + `schema Three: the property "a\"b" has a name that no field's tag can hold: remove it with an overlay`,
		at(refused, "name: c", 1) + `readA: cookie parameter c is not supported`,
		at(refused, "name: grid", 1) + `readA: query parameter grid: lists of lists or objects are not supported`,
		at(refused, "foo-bar", 1) + `schema Two: the properties "foo-bar" and "foo_bar" would both be called FooBar in Go: give one another name ` +
			"with x-go-name in an overlay",
		at(refused, "größe", 1) + `makeA: form field "größe": names other than of printable ASCII, without quotes, are not supported`,
		at(refused, "rows:", 1) + `makeA: form field rows: lists of lists are not supported`,
	} {
		require.Less(t, i, len(got))
		require.Equal(t, line, got[i])
	}
	require.Len(t, got, 6)

	invalid := func(text, needle string, n int, problem string) string {
		return at(text, needle, n) + "spec/openapi.yaml would not be valid OpenAPI 3.0.3: " + problem + ": mend it in overlays"
	}
	require.Equal(t, []string{
		invalid(refused, "    get:", 2, `invalid paths: invalid path /b: invalid operation GET: unsupported 'type' value "strong"`),
		invalid(refused, "    put:", 1, `invalid paths: invalid path /b: invalid operation PUT: when schema type is 'array', schema 'items' must be non-null`),
	}, problems(t, "y: {type: number}", "y: {type: strong}", "schema: {type: integer}", "schema: {type: array}"))
	require.Equal(t, []string{
		invalid(refused, "size:", 1, `schema "Three": property "size": exclusiveMinimum: 3 is to be true or false`),
		invalid(refused, "Three:", 1, `schema "Three": discriminator: "kind" is to be an object`),
	}, problems(t, "    Three:\n", "    Three:\n      discriminator: kind\n", "maxLength: 3", "exclusiveMinimum: 3"))
	odd := strings.Replace(refused, "y: {type: number}", "y: {type: number, format: 7}", 1)
	require.Equal(t, []string{
		invalid(odd, `"y":`, 1, `in GET path "/b": response "200": property "y": format: 7 is to be text`),
		invalid(odd, "size:", 1, `schema "Three": property "size": maxLength: "lots" is to be an integer`),
	}, problems(t, "y: {type: number}", "y: {type: number, format: 7}", "maxLength: 3", "maxLength: lots"))
}

// What an overlay has brought has no line in the pin.
func TestRefusedOfOverlay(t *testing.T) {
	t.Parallel()
	const mended = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /b:\n    get:\n      operationId: readB\n" +
		"      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Old'}}}}}\n" +
		"components: {schemas: {Old: {type: object, properties: {a: {type: string}}}}}\n"
	p, err := load(t, mended, keep("$.paths['/b'].get"), "overlay: 1.0.0\ninfo: {title: T, version: 1.0.0}\nx-speakeasy-jsonpath: rfc9535\nactions:\n"+
		"  - {target: $.components.schemas, description: D, update: {New: {type: object, properties: {'a\"b': {type: string}}}}}\n"+
		"  - {target: $.components.schemas.Old.properties, description: D, update: {n: {$ref: '#/components/schemas/New'}}}\n")
	require.NoError(t, err)
	_, err = build.Run(context.Background(), p, false)
	require.EqualError(t, err, `generate: schema New: the property "a\"b" has a name that no field's tag can hold: remove it with an overlay`)

	// What it is in has one: that is the line then, not the overlay's.
	p, err = load(t, mended, keep("$.paths['/b'].get"),
		"overlay: 1.0.0\ninfo: {title: T, version: 1.0.0}\nx-speakeasy-jsonpath: rfc9535\nactions:\n"+
			"  - {target: \"$.paths['/b'].get\", description: D, update: {parameters: [{name: c, in: cookie, schema: {type: string}}]}}\n")
	require.NoError(t, err)
	_, err = build.Run(context.Background(), p, false)
	require.Regexp(t, `^generate: spec/swagger-ring_basic.yaml:[0-9]+: readB: cookie parameter c is not supported$`, err.Error())
	require.NotContains(t, err.Error(), "yaml:5:")
}

// nothing is an overlay that changes nothing of the API.
const nothing = "overlay: 1.0.0\ninfo: {title: T, version: 1.0.0}\nx-speakeasy-jsonpath: rfc9535\n" +
	"actions: [{target: $.info, description: D, update: {title: U}}]\n"

const swagger = `swagger: '2.0'
info: {title: T, version: '1'}
host: host.example
parameters:
  Shared: {name: shared, in: query, type: string}
paths:
  /a/{id}:
    get:
      operationId: readA
      parameters:
        - {$ref: '#/parameters/Shared'}
        - {name: id, in: path, required: true, type: string}
        - {name: grid, in: query, type: array, items: {type: string}}
      responses: {'200': {description: ok, schema: {$ref: '#/definitions/Two'}}}
    post:
      operationId: makeA
      consumes: [multipart/form-data]
      parameters:
        - {name: id, in: path, required: true, type: string}
        - {name: rows, in: formData, type: array, items: {type: string}}
      responses: {'200': {description: ok, schema: {type: object, properties: {
        two: {$ref: '#/definitions/Two'}}}}}
    put:
      operationId: writeA
      parameters:
        - {name: id, in: path, required: true, type: string}
        - {name: body, in: body, schema: {type: object, properties: {
            inner: {type: string, maxLength: 3}}}}
      responses: {'204': {description: ok}}
definitions:
  Two:
    type: object
    properties:
      foo: {type: string}
      bar: {type: string}
`

// Where kin-openapi says of a value alone that it does not fit, the value is found.
func TestRefusedOfOpenAPI(t *testing.T) {
	t.Parallel()
	for change, want := range map[string][2]string{
		"openapi: 3.0.3\nservers: x":                      {"servers: x", `#/servers cannot be read as OpenAPI: string cannot stand here, where a list is to be`},
		"openapi: 3.0.3\nservers: [{url: h}, {url: [7]}]": {"- 7", `#/servers/1/url cannot be read as OpenAPI: array cannot stand here, where text is to be`},
		"openapi: 3.0.3\nservers: ['https://{x}.y']":      {"servers", `#/servers/0 cannot be read as OpenAPI: string cannot stand here`},
		"openapi: 3.0.3\nservers: [{url: 'h://{x}'}]":     {"servers", `invalid servers: server has undeclared variables`},
	} {
		text := strings.Replace(refused, "openapi: 3.0.3", change, 1)
		require.NotEqual(t, refused, text)
		p, err := load(t, text, keep("$.paths['/a'].get"), nothing)
		require.NoError(t, err)
		_, err = build.Run(t.Context(), p, false)
		require.ErrorContains(t, err, want[1])
		require.Regexp(t, `^spec/swagger-ring_basic.yaml:\d+: `, err.Error())
	}
}

// What Swagger 2.0 says has its line in the pin after it was converted, and a value of the wrong kind before.
func TestRefusedOfSwagger(t *testing.T) {
	t.Parallel()
	type expected struct {
		text    string // that is in the line of the pin
		n       int
		problem string
	}
	const invalid = "spec/openapi.yaml would not be valid OpenAPI 3.0.3: "
	for name, test := range map[string]struct {
		change []string
		want   []expected
	}{
		"kinds": {
			[]string{"{name: grid, in: query,", "{name: grid, in: 7,", "inner: {type: string, maxLength: 3}", "inner: {type: 7}",
				"consumes: [multipart/form-data]", "consumes: multipart/form-data"},
			[]expected{
				{"in: 7", 1, `in GET path "/a/{id}": parameter "grid": in: 7 is to be text`},
				{"type: 7", 1, `in PUT path "/a/{id}": parameter "body": property "inner": type: 7 is to be text`},
				{"consumes:", 1, `in POST path "/a/{id}": consumes: "multipart/form-data" is to be a list`},
			},
		},
		"shapes": {
			[]string{"{'204': {description: ok}}", "{'204': gone}"},
			[]expected{{"gone", 1, `in PUT path "/a/{id}": response "204": "gone" is to be an object`}},
		},
		"items": {
			[]string{"consumes: [multipart/form-data]", "consumes: [{a: b}]"},
			[]expected{{"a: b", 1, `in POST path "/a/{id}": consumes: {"a":"b"} is to be text`}},
		},
		"shared": {
			[]string{"{name: shared, in: query, type: string}", "{name: shared, in: [query], type: string}"},
			[]expected{{"- query", 1, `parameter "Shared": in: ["query"] is to be text`}},
		},
		"definition": {
			[]string{"foo: {type: string}", "foo: {type: string, format: [x]}"},
			[]expected{{"foo:", 1, invalid + `schema "Two": property "foo": format: ["x"] is to be text: mend it in overlays`}},
		},
		"converted": {
			[]string{"name: grid, in: query, type: array, items: {type: string}", "name: grid, in: query, type: array, items: {type: odd}"},
			[]expected{{"name: grid", 1, invalid + `invalid paths: invalid path /a/{id}: invalid operation GET: parameter "grid" schema is invalid: ` +
				`unsupported 'type' value "odd": mend it in overlays`}},
		},
		"generated": {
			[]string{"name: grid, in: query, type: array, items: {type: string}",
				"name: grid, in: query, type: array, items: {type: array, items: {type: string}}",
				"name: rows, in: formData, type: array, items: {type: string}",
				"name: rows, in: formData, type: array, items: {type: array, items: {type: string}}"},
			[]expected{
				{"name: grid", 1, `readA: query parameter grid: lists of lists or objects are not supported`},
				{"name: rows", 1, `makeA: form field rows: lists of lists are not supported`},
			},
		},
		"what nothing is said of": {
			[]string{"{name: grid, in: query, ", "{name: grid, in: query, maxLength: -1, "},
			[]expected{{"maxLength: -1", 1, `#/paths/~1a~1{id}/get/parameters/2/maxLength cannot be read as Swagger 2.0: ` +
				`number -1 cannot stand here, where an integer from 0 on is to be`}},
		},
		"a number that is none": {
			[]string{"{name: grid, in: query, ", "{name: grid, in: query, default: [1, 1e400], "},
			[]expected{{"1e400", 1, `#/paths/~1a~1{id}/get/parameters/2/default/1 cannot be read as Swagger 2.0: ` +
				`number 1e400 cannot stand here, where a number is to be`}},
		},
		"nothing for a parameter": {
			[]string{"{name: shared, in: query, type: string}", "null"},
			[]expected{{"Shared:", 1, `#/parameters/Shared cannot be read as Swagger 2.0: invalid parameter: value MUST be an object`}},
		},
		"the top": {
			[]string{"host: ", "host: [a]\nx-was: "},
			[]expected{{"- a", 1, `#/host cannot be read as Swagger 2.0: array cannot stand here, where text is to be`}},
		},
		"security": {
			[]string{"swagger: '2.0'", "swagger: '2.0'\nsecurity: [{o: x}]"},
			[]expected{{"o: x", 1, `#/security/0/o cannot be read as Swagger 2.0: string cannot stand here, where a list is to be`}},
		},
		"schemes": {
			[]string{"swagger: '2.0'", "swagger: '2.0'\nschemes: https"},
			[]expected{{"schemes: https", 1, `#/schemes cannot be read as Swagger 2.0: string cannot stand here, where a list is to be`}},
		},
		"references": {
			[]string{"foo: {type: string}", "foo: {$ref: '#'}", "bar: {type: string}", "bar: {$ref: '#/definitions'}",
				"two: {$ref: '#/definitions/Two'}", "two: {$ref: '#/parameters/Shared'}"},
			[]expected{
				{"$ref: '#'", 1, `reference "#" leads to the document, and a schema is meant (from GET /a/{id} → #/definitions/Two)`},
				{`'#/definitions'`, 1, `reference "#/definitions" leads to several things, and a schema is meant (from GET /a/{id} → #/definitions/Two)`},
				{`'#/parameters/Shared'`, 2, `reference "#/parameters/Shared" leads to a parameter or header, and a schema is meant (from POST /a/{id})`},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.NewReplacer(test.change...).Replace(swagger)
			require.NotEqual(t, swagger, text)
			p, err := load(t, text, keep("$.paths['/a/{id}'].get", "$.paths['/a/{id}'].post", "$.paths['/a/{id}'].put"), nothing)
			require.NoError(t, err)
			_, err = build.Run(context.Background(), p, false)
			require.Error(t, err)
			columns := regexp.MustCompile(`(?m)^([^:]+:\d+):\d+: `)
			got := strings.Split(columns.ReplaceAllString(strings.TrimPrefix(err.Error(), "generate: "), "$1: "), "\n")
			var want []string
			for _, w := range test.want {
				want = append(want, inPin(t, text, w.text, w.n)+w.problem)
			}
			require.ElementsMatch(t, want, got)
		})
	}
}

// A null where an object is to be is told with its line, and what an encoding that is null says is left out.
func TestNullsAreRefused(t *testing.T) {
	t.Parallel()
	const document = `openapi: 3.0.3
info: {title: T, version: '1'}
paths:
  /a:
    post:
      operationId: makeA
      parameters:
        - {name: q, in: query, schema: {type: string}}
      callbacks: {c: {}}
      requestBody:
        content:
          multipart/form-data:
            schema: {type: object, properties: {m: {type: string}}}
            encoding: {m: null}
      responses: {'200': {description: ok, headers: {H: {schema: {type: string}}}, links: {L: {operationId: makeA}}, content: {
        application/json: {schema: {$ref: '#/components/schemas/T'}}}}}
components:
  schemas:
    T: {type: object, properties: {p: {type: string}, q: {allOf: [{type: object}]}}}
`
	for old, is := range map[string][2]string{
		"":                            {"", ""},
		"c: {}":                       {"c: null", `"c" of callbacks`},
		"H: {schema: {type: string}}": {"H: null", `"H" of headers`},
		"L: {operationId: makeA}":     {"L: null", `"L" of links`},
		"p: {type: string}":           {`p: null`, `"p" of properties`},
		"[{type: object}]":            {"[null]", "an item of allOf"},
		"- {name: q, in: query, schema: {type: string}}": {"- null", "an item of parameters"},
	} {
		text := strings.Replace(document, old, is[0], 1)
		p, err := load(t, text, keep("$.paths['/a'].post"), nothing)
		require.NoError(t, err)
		_, err = build.Run(context.Background(), p, false)
		if old == "" {
			require.NoError(t, err)
			continue
		}
		require.Regexp(t, `^spec/swagger-ring_basic.yaml:[0-9]+: `+is[1]+" is null: say what it is, or take it out, with an overlay$", err.Error(), is[0])
	}
}

// What two things would be called in Go is told of both, with the line of the first and what to do; a code that no
// constant can have is told with its row.
func TestNamesAreRefused(t *testing.T) {
	t.Parallel()
	const document = `openapi: 3.0.3
info: {title: T, version: '1'}
servers: [{url: 'https://host.example'}]
paths:
  /a:
    post:
      operationId: makeA
      parameters: [{name: q, in: query, schema: {type: string, enum: [x]}}]
      requestBody: {content: {multipart/form-data: {schema: {type: object, properties: {f: {type: string}}}}}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/T'}}}}
        '400':
          description: no
          x-error-codes:
            - {code: AB-1.1}
            - {code: AB-2}
components:
  schemas:
    T: {type: object, properties: {p: {type: string, enum: [v]}, o: {$ref: '#/components/schemas/U'}}}
    U: {type: object, properties: {k: {type: string}}}
x-platform-error-codes:
  - {code: CD-1}
`
	const change = " in Go: change one with an overlay "
	for _, test := range []struct {
		name, old, is, line string
		want                string
	}{
		{"two codes", "AB-2", "AB-1-1", "AB-1-1", `makeA: error code "AB-1-1" of makeA and error code "AB-1.1" of makeA would both be called AB_1_1` + change +
			"(a code by taking it out)"},
		{"a code of the platform", "AB-2}", "AB-1-1}", "AB-1-1", `makeA: error code "AB-1-1" of makeA and error code "AB-1.1" of makeA would both be called ` +
			"AB_1_1" + change + "(a code by taking it out)"},
		{"two of the platform", "  - {code: CD-1}", "  - {code: CD-1.1}\n  - {code: CD-1-1}", "CD-1-1", `the platform: error code "CD-1-1" of the platform ` +
			`and error code "CD-1.1" of the platform would both be called CD_1_1` + change + "(a code by taking it out)"},
		{"no letter", "AB-2", "_", "code: _", `makeA: error code "_" cannot name a constant: it has to begin with a letter`},
		{"no letter in the platform's", "CD-1", "'__'", "code: __", `error code "__" cannot name a constant: it has to begin with a letter`},
		{"two parameters", "parameters: [", "parameters: [{name: foo-bar, in: query, schema: {type: string}}, {name: foo_bar, in: header, schema: {type: string}}, ",
			"name: foo-bar", `makeA: the parameters "foo-bar" and "foo_bar" would both be called FooBar in Go: give one another name with x-go-name in an overlay`},
		{"two form fields", "properties: {f:", "properties: {foo-bar: {type: string}, foo_bar: {type: string}, f:",
			"foo-bar:", `makeA: the form fields "foo-bar" and "foo_bar" would both be called FooBar in Go: give one another name with x-go-name in an overlay`},
		{"a schema and what is in another", "U: {type", "TP: {$ref: '#/components/schemas/U'}\n    U: {type", "", ""},
		{"a schema and a value", "#/components/schemas/U'", "#/components/schemas/TPV'", "TPV:", "schema TPV: schema TPV and what is within schema T would both be " +
			"called TPV" + change + "(a schema in spec/names.yaml or with x-go-name; what is within something with x-go-type-name or x-enum-varnames)"},
		{"a member of every such type", "k: {type: string}}", "set: {type: string}}, additionalProperties: {type: string}", `set:`,
			`schema U: the property "set" would be called Set in Go, which is taken in its type: give it another name with x-go-name in an overlay`},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := strings.Replace(document, test.old, test.is, 1)
			require.NotEqual(t, document, text)
			if strings.Contains(test.is, "TPV") {
				text = strings.Replace(text, "    U: {", "    TPV: {", 1)
			}
			p, err := load(t, text, keep("$.paths['/a'].post"), nothing)
			require.NoError(t, err)
			_, err = build.Run(context.Background(), p, false)
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, "generate: "+inPin(t, text, test.line, 1)+test.want)
		})
	}
}

// What is called like the package's own, or like another code, gets a name of its own: codes and schemas alike.
func TestNamesOfThePackage(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Null", "NotNull", "Server", "APIError", "Stream", "NewClient", "Client", "Spec", "Operations", "NewParams", "APIVersion",
		"PinSHA256", "T", "TP", "TPV", "MakeAParams", "ServerCode", "string", "error"} {
		text := `openapi: 3.0.3
info: {title: T, version: '1'}
servers: [{url: 'https://host.example'}]
paths:
  /a:
    post:
      operationId: makeA
      parameters: [{name: q, in: query, schema: {type: string, enum: [x]}}]
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/T'}}}}
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/T'}}}}}
      x-error-codes: [{code: '` + name + `', status: 400}, {code: AB1-10, status: 400}, {code: AB11-0, status: 400}, {code: Server, status: 401}]
components: {schemas: {T: {type: object, properties: {p: {type: string, nullable: true, enum: [v, null]}}}}}
`
		p, err := load(t, text, keep("$.paths['/a'].post"), nothing)
		require.NoError(t, err)
		r, err := build.Run(context.Background(), p, false)
		require.NoError(t, err, name)
		codes := string(r.Files[p.Config.PackageDir()+"/codes.gen.go"])
		require.Regexp(t, `\t\w+ +ErrorCode = "`+name+`"`, codes)
		require.Regexp(t, `\tAB1_10 +ErrorCode = "AB1-10"`, codes)
		require.Regexp(t, `\tAB11_0 +ErrorCode = "AB11-0"`, codes)
		require.Regexp(t, `\tServerCode(Code)* +ErrorCode = "Server"`, codes)
		if slices.Contains([]string{"T", "TP", "TPV", "ServerCode", "MakeAParams", "Server"}, name) {
			continue
		}
		if name == "string" || name == "error" {
			continue
		}
		text = strings.Replace(text, "p: {", "o: {$ref: '#/components/schemas/"+name+"'}, p: {", 1)
		text = strings.Replace(text, "schemas: {", "schemas: {"+name+": {type: object, properties: {z: {type: string}}}, ", 1)
		p, err = load(t, strings.Replace(text, "{code: "+name+",", "{code: Other,", 1), keep("$.paths['/a'].post"), nothing)
		require.NoError(t, err)
		r, err = build.Run(context.Background(), p, false)
		require.NoError(t, err, name)
		require.Regexp(t, "(?i)type "+name+"Object struct", string(r.Files[p.Config.PackageDir()+"/types.gen.go"]), name)
	}
}
