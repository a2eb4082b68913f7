package build_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/document"
)

func assemble(t *testing.T, text string) (string, error) {
	t.Helper()
	root, _, err := (&build.Project{Pin: parse(t, text), Select: parseOverlay(t, keep("$.paths['/a'].post"))}).AssemblePin()
	if err != nil {
		return "", err
	}
	build.Finish(root)
	_, err = build.Validate(context.Background(), root)
	require.NoError(t, err)
	encoded, err := document.Encode(root, "")
	require.NoError(t, err)
	return string(encoded), nil
}

func TestConvertSwagger(t *testing.T) {
	got, err := assemble(t, `swagger: '2.0'
info: {title: Shop, version: '1'}
host: shop.example
schemes: [https]
consumes: [multipart/form-data]
produces: [application/json]
paths:
  /a:
    post:
      summary: prose
      operationId: send
      x-throttling-group: Heavy
      parameters:
        - {name: id, in: query, required: true, type: array, items: {type: string, enum: ['Off']}, collectionFormat: multi}
        - {name: kind, in: formData, required: true, type: string, default: n}
        - {name: photo, in: formData, type: file}
      responses:
        200: {description: prose, schema: {$ref: '#/definitions/A'}}
        404: {}
        default: {x-error-codes: [{code: A-1, message: m}]}
definitions:
  A: {properties: {a: {$ref: '#/definitions/A'}, on: {type: string, format: date}}}
`)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(`openapi: 3.0.3
info:
  title: Shop
  version: "1"
servers:
  - url: https://shop.example/
paths:
  /a:
    post:
      operationId: send
      parameters:
        - name: id
          in: query
          required: true
          style: form
          explode: true
          schema:
            type: array
            items:
              type: string
              enum:
                - "Off"
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              required:
                - kind
              properties:
                kind:
                  type: string
                  default: "n"
                photo:
                  type: string
                  format: binary
      responses:
        "200":
          description: OK
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/A'
        "404":
          description: Not Found
        default:
          description: Any other status
          x-error-codes:
            - code: A-1
              message: m
      x-throttling-group: Heavy
components:
  schemas:
    A:
      properties:
        a:
          $ref: '#/components/schemas/A'
        "on":
          type: string
          format: date
`, got), "-want +got")
}

const openapi31 = `openapi: 3.1.0
info: {title: Shop, version: '1', description: prose}
webhooks: {x: {post: {responses: {'200': {description: d}}}}}
paths:
  /a:
    post:
      responses:
        '200':
          content:
            application/json:
              schema: {$ref: '#/components/schemas/A', deprecated: true}
components:
  schemas:
    A:
      type: [object, 'null']
      properties:
        price: {type: number, exclusiveMinimum: 0, minimum: -5, exclusiveMaximum: 100, maximum: 50}
        kind: {const: city}
        file: {type: string, contentMediaType: application/octet-stream}
        owner: {anyOf: [{$ref: '#/components/schemas/B'}, {type: 'null'}]}
        any: {oneOf: [{type: string}, {type: integer}, {type: 'null'}]}
        note: {type: string, examples: [prose], $comment: prose}
    B: {type: object}
`

// answering is a Swagger 2.0 document of one operation that answers with what ref leads to.
func answering(ref, definitions string) string {
	return `swagger: '2.0'
info: {title: Shop, version: '1'}
host: shop.example
paths:
  /a:
    post:
      operationId: send
      responses: {200: {description: ok, schema: {$ref: '` + ref + `'}}}
definitions:
` + definitions
}

// Definitions do not go through kin-openapi, and look as if they had.
func TestDefinitionsAsLibrary(t *testing.T) {
	text := answering("#/definitions/Pet", `
  Pet: {type: object, discriminator: kind, required: [kind], properties: {kind: {type: string}, owner: {$ref: '#/definitions/Owner', type: object}}}
  Cat: {allOf: [{$ref: '#/definitions/Pet'}, {type: object, properties: {lives: {type: integer, format: int32, maximum: 9, exclusiveMaximum: true}}}]}
  Owner:
    type: object
    additionalProperties: {$ref: '#/definitions/Cat'}
    properties:
      picture: {type: file}
      cats: {type: array, minItems: 1, items: {$ref: '#/definitions/Cat'}}
      note: {type: string, x-nullable: true, x-facts: {$ref: '#/definitions/Data'}, default: 'Off'}
`)
	var v2 openapi2.T
	require.NoError(t, json.Unmarshal(document.JSON(parse(t, text).Root), &v2))
	want, err := json.Marshal(openapi2conv.ToV3Schemas(v2.Definitions))
	require.NoError(t, err)
	root, _, err := (&build.Project{Pin: parse(t, text), Select: parseOverlay(t, keep("$.paths['/a'].post"))}).AssemblePin()
	require.NoError(t, err)
	require.JSONEq(t, string(want), string(document.JSON(document.Get(root, "components", "schemas"))))
}

// A reference to something inside a definition resolves.
func TestReferenceInsideDefinition(t *testing.T) {
	got, err := assemble(t, answering("#/definitions/A/properties/b",
		"  A: {type: object, properties: {b: {type: object, properties: {c: {type: string}}}}}\n"))
	require.NoError(t, err)
	require.Contains(t, got, "$ref: '#/components/schemas/A/properties/b'")
}

func TestLower31(t *testing.T) {
	got, err := assemble(t, openapi31)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(`openapi: 3.0.3
info:
  title: Shop
  version: "1"
paths:
  /a:
    post:
      operationId: postA
      responses:
        "200":
          description: OK
          content:
            application/json:
              schema:
                deprecated: true
                allOf:
                  - $ref: '#/components/schemas/A'
components:
  schemas:
    A:
      type: object
      nullable: true
      properties:
        any:
          nullable: true
          oneOf:
            - type: string
            - type: integer
        file:
          type: string
          format: binary
        kind:
          enum:
            - city
        note:
          type: string
        owner:
          nullable: true
          allOf:
            - $ref: '#/components/schemas/B'
        price:
          type: number
          exclusiveMinimum: true
          maximum: 50
          minimum: 0
    B:
      type: object
`, got), "-want +got")
}

func TestLowerRefuses(t *testing.T) {
	for insert, want := range map[string]string{
		"prefixItems: [{type: string}]": "prefixItems cannot be expressed in OpenAPI 3.0.3: remove it with an overlay",
		"patternProperties: {x: {}}":    "patternProperties cannot be expressed in OpenAPI 3.0.3: remove it with an overlay",
		"if: {type: string}, then: {}":  "vendor.yaml:23:13: if cannot be expressed in OpenAPI 3.0.3: remove it with an overlay\nvendor.yaml:23:35: then cannot",
		"unevaluatedProperties: false":  "unevaluatedProperties cannot be expressed in OpenAPI 3.0.3",
	} {
		_, err := assemble(t, openapi31[:len(openapi31)-len("    B: {type: object}\n")]+"    B: {"+insert+"}\n")
		require.ErrorContains(t, err, want)
	}
}

func TestInvalidResultNamesTheRemedy(t *testing.T) {
	root, err := document.ParseYAML("x", []byte("openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths: {/a: {get: {responses: {'200': {description: d, "+
		"content: {a/b: {schema: {type: strin}}}}}}}}\n"))
	require.NoError(t, err)
	_, err = build.Validate(context.Background(), root)
	require.ErrorContains(t, err, "spec/openapi.yaml would not be valid OpenAPI 3.0.3: ")
	require.ErrorContains(t, err, `unsupported 'type' value "strin"`)
	require.ErrorContains(t, err, ": mend it in overlays")
}

// What is valid by the rules may still have no end, when overlays make a schema part of itself.
func TestCycleOfOverlays(t *testing.T) {
	root, err := document.ParseYAML("x", []byte(`openapi: 3.0.3
info: {title: T, version: '1'}
paths: {/a: {get: {responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}}}}}
components: {schemas: {A: {allOf: [{$ref: '#/components/schemas/B'}]}, B: {allOf: [{$ref: '#/components/schemas/A'}]}}}
`))
	require.NoError(t, err)
	_, err = build.Validate(context.Background(), root)
	require.ErrorContains(t, err, "a schema is part of itself through allOf: #/components/schemas/A → #/components/schemas/B → #/components/schemas/A: "+
		"mend it in overlays")
}

// Operations get the responses that they share for themselves, so that an overlay can say more about one.
func TestSharedResponsesAreInlined(t *testing.T) {
	for _, shared := range []string{`swagger: '2.0'
info: {title: Shop, version: '1'}
host: shop.example
produces: [application/json]
paths:
  /a: {post: {operationId: send, responses: {204: {description: d}, 404: {$ref: '#/responses/Gone'}}}}
responses:
  Gone: {description: d, schema: {$ref: '#/definitions/A'}}
definitions:
  A: {type: object}
`, `openapi: 3.0.3
info: {title: Shop, version: '1'}
paths:
  /a: {post: {operationId: send, responses: {'204': {description: d}, '404': {$ref: '#/components/responses/Missing'}}}}
components:
  responses:
    Missing: {$ref: '#/components/responses/Gone'}
    Gone: {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}
  schemas:
    A: {type: object}
`} {
		got, err := assemble(t, shared)
		require.NoError(t, err)
		require.Contains(t, got, `        "404":
          description: Not Found
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/A'
`)
		require.NotContains(t, got, "/responses/")
	}
	_, err := assemble(t, `openapi: 3.0.3
info: {title: Shop, version: '1'}
paths:
  /a: {post: {operationId: send, responses: {'204': {$ref: '#/components/responses/A'}}}}
components: {responses: {A: {$ref: '#/components/responses/B'}, B: {$ref: '#/components/responses/A'}}}
`)
	require.EqualError(t, err, "vendor.yaml:5:29: a component is nothing but a reference to itself: #/components/responses/A → #/components/responses/B → "+
		"#/components/responses/A")
}

// An operation without an id is called by its method and path, in whatever script.
func TestIDsOfOperations(t *testing.T) {
	root, _, err := (&build.Project{Pin: parse(t, `openapi: 3.0.3
info: {title: Shop, version: '1'}
paths:
  /größe/élan/{日本}: {parameters: [{name: 日本, in: path, required: true, schema: {type: string}}], get: {responses: {'204': {}}}}
  /größe-élan/{}: {get: {responses: {'204': {}}}}
  /🎉: {get: {responses: {'204': {}}}}
  /: {get: {responses: {'204': {}}}}
`), Select: parseOverlay(t, keep("$.paths.*.get"))}).AssemblePin()
	require.NoError(t, err)
	ids := map[string]string{}
	for op := range document.Operations(root) {
		ids[op.Path] = document.Text(op.Node, "operationId")
	}
	require.Equal(t, map[string]string{
		"/größe/élan/{日本}": "getGrößeÉlanBy日本", "/größe-élan/{}": "getGrößeÉlanBy", "/": "get", "/🎉": "get2",
	}, ids)
}

// What the vendor would call has responses, too, which the pin left without a description; so do statuses of no name.
func TestEveryResponseIsDescribed(t *testing.T) {
	got, err := assemble(t, `openapi: 3.0.3
info: {title: Shop, version: '1'}
paths:
  /a:
    post:
      responses: {'204': {description: prose}, '299': {}, 4XX: {}}
      callbacks:
        done: {'{$request.query.hook}': {post: {responses: {'200': {description: prose}}}}}
        shared: {$ref: '#/components/callbacks/Shared'}
components:
  callbacks:
    Shared: {'{$request.query.hook}': {parameters: [{name: n, in: query, schema: {type: string}}], post: {responses: {'200': {description: prose}}}}}
`)
	require.NoError(t, err)
	for text, times := range map[string]int{"description: OK\n": 2, "description: No Content\n": 1, "description: Any other status\n": 2} {
		require.Equal(t, times, strings.Count(got, text), "%s in\n%s", text, got)
	}
}

// What a schema says stays, whatever is put beside it.
func TestConvertedSchemas(t *testing.T) {
	const head = "\ninfo: {title: T, version: '1'}\npaths: {/a: {post: {responses: {'204': {description: d, content: {application/json: {schema: {$ref: " +
		"'#/components/schemas/S'}}}}}}}}\n" +
		"components: {schemas: {P: {type: object}, Q: {type: string}, S: "
	for _, test := range []struct{ version, schema, want string }{
		{"3.1.0", "{allOf: [{$ref: '#/components/schemas/P'}], anyOf: [{$ref: '#/components/schemas/Q'}, {type: 'null'}]}",
			`{"allOf":[{"$ref":"#/components/schemas/P"},{"$ref":"#/components/schemas/Q"}],"nullable":true}`},
		{"3.1.0", "{anyOf: [{$ref: '#/components/schemas/P'}, {type: ['null']}], oneOf: [{const: null}, {$ref: '#/components/schemas/Q'}]}",
			`{"allOf":[{"$ref":"#/components/schemas/P"},{"$ref":"#/components/schemas/Q"}],"nullable":true}`},
		{"3.1.0", "{properties: {x: {$ref: '#/components/schemas/P', allOf: [{$ref: '#/components/schemas/Q'}]}}}",
			`{"properties":{"x":{"allOf":[{"$ref":"#/components/schemas/Q"},{"$ref":"#/components/schemas/P"}]}}}`},
		{"3.0.3", "{properties: {x: {$ref: '#/components/schemas/P', nullable: true, enum: [z]}, y: {$ref: '#/components/schemas/Q'}}}",
			`{"properties":{"x":{"$ref":"#/components/schemas/P"},"y":{"$ref":"#/components/schemas/Q"}}}`},
	} {
		got, err := assemble(t, "openapi: "+test.version+head+test.schema+"}}\n")
		require.NoError(t, err)
		root, err := document.ParseYAML("x", []byte(got))
		require.NoError(t, err)
		require.JSONEq(t, test.want, string(document.JSON(document.Get(root, "components", "schemas", "S"))), test.schema)
	}
	_, err := assemble(t, "openapi: 3.1.0"+head+"{anyOf: [{type: 'null'}, {const: null}]}}}\n")
	require.ErrorContains(t, err, "a schema that is always null cannot be expressed in OpenAPI 3.0.3")
}

// A list whose format is not said is separated by commas in Swagger 2.0, and repeated in OpenAPI 3.
func TestConvertedLists(t *testing.T) {
	text := func(format string) string {
		return "swagger: '2.0'\ninfo: {title: T, version: '1'}\nhost: a.example\npaths:\n  /a:\n    parameters: [{$ref: '#/parameters/shared'}]\n    post:\n" +
			"      parameters: [{name: own, in: query, type: array, items: {type: string}" + format + "}]\n      responses: {204: {description: d}}\n" +
			"parameters:\n  shared: {name: shared, in: query, type: array, items: {type: string}" + format + "}\n"
	}
	for format, want := range map[string]string{
		"": `"explode":false`, ", collectionFormat: csv": `"explode":false`, ", collectionFormat: multi": `"explode":true`,
		", collectionFormat: pipes": `"style":"pipeDelimited"`,
	} {
		got, err := assemble(t, text(format))
		require.NoError(t, err)
		root, err := document.ParseYAML("x", []byte(got))
		require.NoError(t, err)
		for _, param := range []*yaml.Node{
			document.Get(root, "paths", "/a", "post", "parameters").Content[0],
			document.Get(root, "components", "parameters", "shared"),
		} {
			require.Contains(t, string(document.JSON(param)), want, format)
		}
	}
	_, err := assemble(t, text(", collectionFormat: tsv"))
	require.ErrorContains(t, err, "vendor.yaml:11:91: collectionFormat tsv, a list separated by tabs, cannot be expressed in OpenAPI 3.0.3")
}
