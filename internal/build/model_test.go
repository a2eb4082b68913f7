package build

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/project"
)

// everyKey has each key that OpenAPI 3.0 knows and kin-openapi reads in a way of its own.
const everyKey = `openapi: 3.0.3
info: {title: Shop, version: "1", description: d, x-a: 1, contact: {name: m, url: u, email: e}, license: {name: m, url: u}}
servers: [{url: 'https://{host}.example', variables: {host: {default: a, enum: [a, b]}}}]
tags: [{name: t, externalDocs: {url: u}}]
security: [{oauth: [read]}]
paths:
  /a/{b}:
    parameters: [{name: b, in: path, required: true, schema: {type: string}}]
    post:
      operationId: send
      deprecated: true
      tags: [t]
      security: [{oauth: [read]}, {}]
      x-group: {limits: [1, 2]}
      parameters:
        - {name: q, in: query, explode: false, style: form, allowReserved: true, example: 3,
           schema: {type: array, items: {type: integer, minimum: 1, maximum: 7, default: 2, enum: [1, 2]}}}
        - {$ref: '#/components/parameters/p'}
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema: {type: object, required: [a], properties: {a: {type: string, format: binary, maxLength: 4, pattern: p}, description: {}}}
            encoding: {a: {contentType: image/png, explode: true}}
            examples: {e: {value: {a: 1}}}
      responses:
        "200":
          description: d
          headers: {X-A: {required: true, schema: {type: string}}}
          content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}
          links: {l: {operationId: send, parameters: {b: c}}}
        default: {$ref: '#/components/responses/r'}
      callbacks: {done: {'{$request.body#/url}': {post: {responses: {"200": {description: d}}}}}}
components:
  parameters: {p: {name: p, in: header, schema: {type: boolean, default: true}}}
  responses: {r: {description: d}}
  securitySchemes: {oauth: {type: oauth2, flows: {clientCredentials: {tokenUrl: u, scopes: {read: d}}}}, b: {type: http, scheme: bearer}}
  schemas:
    A:
      nullable: true
      readOnly: true
      "<<": {title: not merged}
      uniqueItems: true
      exclusiveMinimum: true
      multipleOf: 2
      minItems: 1
      minProperties: 1
      x-go-type: ID
      example: {a: [1, null]}
      xml: {name: m, wrapped: true}
      discriminator: {propertyName: t, mapping: {a: '#/components/schemas/A'}}
      additionalProperties: {type: string}
      properties:
        "<<": {allOf: [{$ref: '#/components/schemas/B'}], not: {type: string}}
        on: {additionalProperties: false, oneOf: [{type: integer}], anyOf: [{type: integer}]}
    B: {enum: ["Off", "1", a, null]}
`

func readAsJSON(root *yaml.Node) (*openapi3.T, error) {
	doc := &openapi3.T{}
	return doc, json.Unmarshal(document.JSON(root), doc)
}

// The model is what kin-openapi reads as JSON, error included, whatever stands in any place of a document.
func TestModelIsWhatJSONGives(t *testing.T) {
	root, err := document.ParseYAML("x", []byte(everyKey))
	require.NoError(t, err)
	scalar := func(tag, value string) yaml.Node { return yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value} }
	others := []yaml.Node{
		scalar("!!int", "-5"), scalar("!!int", "010"), scalar("!!float", "1e3"), scalar("!!bool", "true"), scalar("!!null", "null"),
		scalar("!!str", "Yes"), scalar("!!str", "12"),
		{Kind: yaml.SequenceNode, Tag: "!!seq"}, {Kind: yaml.MappingNode, Tag: "!!map"},
	}
	tried, refused, direct := 0, 0, 0
	compare := func(path string) {
		tried++
		want, wantErr := readAsJSON(root)
		got, err := model(root)
		if wantErr != nil {
			refused++
			require.EqualError(t, err, wantErr.Error(), path)
			return
		}
		require.NoError(t, err, path)
		if !assert.ObjectsAreEqual(want, got) {
			require.Equal(t, want, got, path)
		}
		ambiguous := false
		if yamlNode(root, &ambiguous); !ambiguous {
			direct++
		}
	}
	var walk func(path string, n *yaml.Node)
	walk = func(path string, n *yaml.Node) {
		original := *n
		for _, other := range others {
			*n = other
			compare(path + " as " + other.Tag + " " + other.Value)
		}
		*n = original
		if n.Kind == yaml.SequenceNode {
			for i, c := range n.Content {
				walk(path+"/"+strconv.Itoa(i), c)
			}
		}
		for key, value := range document.Pairs(n) {
			walk(path+"/"+key.Value, value)
		}
	}
	compare("as it is")
	require.Equal(t, 1, direct, "the document itself is not ambiguous")
	walk("", root)
	t.Logf("%d documents: %d refused, %d not read as JSON", tried, refused, direct)
	require.Greater(t, refused, tried/10)
	require.Greater(t, direct, tried/10)
}

// The committed document is read alike in both ways.
func TestModelOfTheCommittedDocument(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(project.SpecFile)))
	require.NoError(t, err)
	root, err := document.ParseYAML(project.SpecFile, text)
	require.NoError(t, err)
	want, err := readAsJSON(root)
	require.NoError(t, err)
	got, err := model(root)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

// A document need not have components.
func TestNoComponents(t *testing.T) {
	root, err := document.ParseYAML("x", []byte("openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths: {/a: {get: {responses: {'200': {description: d}}}}}\n"))
	require.NoError(t, err)
	doc, err := Validate(t.Context(), root)
	require.NoError(t, err)
	require.Zero(t, (&Result{Document: doc}).Schemas())
}
