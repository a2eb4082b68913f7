package diff_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
)

// One API in three encodings.
const (
	in20 = `swagger: "2.0"
info: {title: T, version: "1"}
consumes: [application/json]
produces: [application/json]
securityDefinitions:
  OAuth2: {type: oauth2, flow: accessCode, authorizationUrl: 'https://e/a', tokenUrl: 'https://e/t', scopes: {}}
security: [{OAuth2: []}]
paths:
  /rule/{id}:
    parameters:
      - {name: id, in: path, required: true, type: integer, format: int64}
    put:
      operationId: putRule
      x-throttling-group: Light
      parameters:
        - {name: tag, in: query, type: array, items: {type: string}, collectionFormat: multi}
        - {name: sort, in: query, type: array, items: {type: string}}
        - {$ref: '#/parameters/Page'}
        - {name: anything, in: body, required: true, schema: {$ref: '#/definitions/Rule'}}
      responses:
        200: {description: OK, schema: {$ref: '#/definitions/Rule'}, headers: {X-Left: {type: integer}}}
        404: {$ref: '#/responses/Gone'}
  /upload:
    post:
      consumes: [multipart/form-data, multipart/mixed]
      parameters:
        - {name: kind, in: formData, type: string, enum: [Off, On], required: true}
        - {name: data, in: formData, type: file}
      responses:
        204: {description: none}
parameters:
  Page: {name: page, in: query, type: integer, default: 1, minimum: 0, exclusiveMinimum: true}
responses:
  Gone: {description: gone, schema: {type: object, required: [code], properties: {code: {type: string}}}}
definitions:
  Rule:
    type: object
    required: [name]
    properties:
      name: {type: string, maxLength: 10}
      off: {type: string, enum: [only], x-nullable: true}
      time: {type: string, x-nullable: true, default: "09:00"}
      parent: {$ref: '#/definitions/Rule', description: ignored}
      extension: {$ref: '#/definitions/Extension'}
      rules: {type: array, items: {$ref: '#/definitions/Rule'}}
  Extension:
    allOf:
      - {$ref: '#/definitions/Resource'}
      - {required: [number], properties: {number: {type: string, readOnly: true}}}
  Resource: {properties: {id: {type: string}, uri: {type: string, format: uri}}}
`
	in30 = `openapi: 3.0.3
info: {title: T, version: "1"}
components:
  securitySchemes:
    Login: {type: oauth2, flows: {authorizationCode: {authorizationUrl: 'https://e/a', tokenUrl: 'https://e/t', scopes: {}}}}
  requestBodies:
    Rule: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/TheRule'}}}}
  headers:
    Left: {schema: {type: integer}}
  schemas:
    TheRule:
      properties:
        rules: {items: {$ref: '#/components/schemas/TheRule'}, type: array}
        extension:
          type: object
          required: [number]
          properties:
            uri: {format: uri, type: string}
            number: {allOf: [{type: string}], readOnly: true}
            id: {type: string}
        parent: {$ref: '#/components/schemas/TheRule', nullable: true}
        time: {type: string, nullable: true, default: 09:00}
        off: {nullable: true, type: string, enum: [only]}
        name: {maxLength: 10, type: string}
      required: [name]
      type: object
paths:
  /upload:
    post:
      requestBody:
        required: true
        content:
          multipart/mixed: {schema: &form {type: object, required: [kind], properties: {data: {type: string, format: binary}, kind: {type: string,
            enum: [On, Off]}}}}
          multipart/form-data: {schema: *form, encoding: {data: {contentType: application/octet-stream}}}
      responses: {'204': {description: none}}
      security: [{Login: []}]
  /rule/{id}:
    put:
      operationId: putRule
      security: [{Login: []}]
      x-throttling-group: Light
      parameters:
        - {name: page, in: query, required: false, schema: {type: integer, default: 1, minimum: 0, exclusiveMinimum: true}}
        - {name: id, in: path, required: true, schema: {type: integer, format: int64}}
        - {name: tag, in: query, schema: {type: array, items: {type: string}}}
        - {name: sort, in: query, explode: false, schema: {type: array, items: {type: string}}}
      requestBody: {$ref: '#/components/requestBodies/Rule'}
      responses:
        '404': {description: gone, content: {application/json: {schema: {type: object, required: [code], properties: {code: {type: string, nullable: false}}}}}}
        '200': {description: OK, headers: {x-left: {$ref: '#/components/headers/Left'}},
          content: {application/json: {schema: {$ref: '#/components/schemas/TheRule'}}}}
`
	in31 = `openapi: 3.1.0
info: {title: T, version: "1", summary: s}
jsonSchemaDialect: https://spec.openapis.org/oas/3.1/dialect/base
security: [{Login: []}]
components:
  securitySchemes:
    Login: {type: oauth2, flows: {authorizationCode: {authorizationUrl: 'https://e/a', tokenUrl: 'https://e/t', scopes: {}}}}
  pathItems:
    Upload:
      post:
        requestBody:
          required: true
          content:
            multipart/mixed: {schema: {$ref: '#/components/schemas/Form'}}
            multipart/form-data: {schema: {$ref: '#/components/schemas/Form'}}
        responses: {'204': {description: none}}
  schemas:
    Form: {type: object, required: [kind], properties: {data: {type: string, contentMediaType: application/octet-stream}, kind: {oneOf: [{const: Off,
      description: no}, {const: On}], type: string}}}
    Named: {required: [name], properties: {name: {type: string, examples: [n]}}}
    Rule:
      $ref: '#/components/schemas/Named'
      type: object
      properties:
        name: {maxLength: 10}
        off: {const: only, type: [string, 'null']}
        time: {type: ['null', string], default: 09:00}
        parent: {$ref: '#/components/schemas/Rule', description: d}
        extension: {$ref: '#/components/schemas/Resource', required: [number], properties: {number: {type: string, readOnly: true}}}
        rules: {type: array, items: {$ref: '#/components/schemas/Rule'}}
    Resource: {type: object, properties: {id: {type: string}, uri: {type: string, format: uri}}, additionalProperties: true}
paths:
  /upload: {$ref: '#/components/pathItems/Upload'}
  /rule/{id}:
    put:
      operationId: putRule
      x-throttling-group: Light
      parameters:
        - {name: page, in: query, schema: {type: integer, default: 1, exclusiveMinimum: 0}}
        - {name: id, in: path, required: true, schema: {type: [integer], format: int64}}
        - {name: tag, in: query, style: form, explode: true, schema: {type: array, items: {type: string}}}
        - {name: sort, in: query, explode: false, schema: {type: array, items: {type: string}}}
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Rule'}}}}
      responses:
        '200': {description: OK, headers: {X-Left: {schema: {type: integer}}}, content: {application/json: {schema: {$ref: '#/components/schemas/Rule'}}}}
        '404': {description: gone, content: {application/json: {schema: {type: object, required: [code], properties: {code: {type: string}}}}}}
`
)

func TestEncodingsAreTheSameFacts(t *testing.T) {
	encodings := map[string]string{"2.0": in20, "3.0": in30, "3.1": in31}
	for from, old := range encodings {
		for to, new := range encodings {
			findings := compare(t, old, new, "PUT /rule/{id}", "POST /upload")
			require.Empty(t, briefs(findings), "%s → %s", from, to)
		}
	}
}

// rewriter changes how a document is written, not what it says.
type rewriter struct {
	name    string
	rewrite func(root *yaml.Node)
	want    []string // what the rewriting may be found to change, by operation
}

func rewriters() []rewriter {
	return []rewriter{
		{"references inlined", func(root *yaml.Node) { inline(root, root, nil) }, nil},
		{"schemas moved to components", extract, nil},
		{"every schema in an allOf", wrap, nil},
		{"every object split by allOf", split, nil},
		{"components renamed", rename, nil},
		{"keys and lists of names reversed", reverse, nil},
		{"as JSON", func(*yaml.Node) {}, nil},
		{"operation ids renamed", func(root *yaml.Node) {
			for op := range document.Operations(root) {
				document.Set(op.Node, "operationId", document.String("renamed"))
			}
		}, []string{"operation-id-changed"}},
		{"null types and constants of 3.1", to31, nil},
	}
}

func TestRewritingsAreNoChange(t *testing.T) {
	sources := map[string]struct {
		text       string
		operations []string
	}{
		"base":    {base, []string{create}},
		"2.0":     {in20, []string{"PUT /rule/{id}", "POST /upload"}},
		"3.0":     {in30, []string{"PUT /rule/{id}", "POST /upload"}},
		"1.0.36":  {real(t, "1.0.36"), six},
		"2018-02": {real(t, "2018-02"), six},
		"2026-08": {real(t, "2026-08"), six},
	}
	for name, source := range sources {
		before := facts(t, source.text, source.operations...)
		all := rewriters()
		for i, r := range all {
			t.Run(name+"/"+r.name, func(t *testing.T) {
				doc, err := document.Parse("spec.yaml", []byte(source.text))
				require.NoError(t, err)
				r.rewrite(doc.Root)
				// And once more, by the next rewriting.
				want := r.want
				if next := all[(i+1)%len(all)]; next.want == nil {
					next.rewrite(doc.Root)
				}
				after := facts(t, string(document.JSON(doc.Root)), source.operations...)
				for _, pair := range [][2]*diff.Facts{{before, after}, {after, before}} {
					findings := found(t, pair[0], pair[1])
					var ids []string
					for _, f := range findings {
						if !slices.Contains(want, f.ID) {
							ids = append(ids, f.Operation+": "+brief(f))
						}
					}
					if diff := cmp.Diff([]string(nil), ids); diff != "" {
						t.Fatalf("findings (-want +got):\n%s", diff)
					}
					if want != nil {
						require.NotEmpty(t, findings)
					}
				}
			})
		}
	}
}

// inline replaces references by what they refer to, but where that contains itself.
func inline(root, n *yaml.Node, active []string) {
	for i := range n.Content {
		child := n.Content[i]
		ref := document.Text(child, "$ref")
		if ref == "" {
			inline(root, child, active)
			continue
		}
		if slices.Contains(active, ref) || len(child.Content) > 2 && strings.HasPrefix(document.Text(root, "openapi"), "3.1") {
			continue
		}
		target, err := document.Resolve(root, ref)
		if err != nil {
			continue
		}
		n.Content[i] = document.Clone(target)
		inline(root, n.Content[i], append(slices.Clone(active), ref))
	}
}

// components is where a document keeps its schemas, and how it refers to them.
func components(root *yaml.Node) (*yaml.Node, string) {
	if document.Get(root, "swagger") != nil {
		if document.Get(root, "definitions") == nil {
			document.Set(root, "definitions", document.Mapping())
		}
		return document.Get(root, "definitions"), "#/definitions/"
	}
	if document.Get(root, "components") == nil {
		document.Set(root, "components", document.Mapping())
	}
	if document.Get(root, "components", "schemas") == nil {
		document.Set(document.Get(root, "components"), "schemas", document.Mapping())
	}
	return document.Get(root, "components", "schemas"), "#/components/schemas/"
}

// schemas calls visit for the schemas that may be replaced by a reference: those below keywords, not parameters.
func schemas(n *yaml.Node, visit func(schema *yaml.Node)) {
	for key, value := range document.Pairs(n) {
		switch key.Value {
		case "schema", "items":
			visit(value)
		case "properties":
			for _, property := range document.Pairs(value) {
				visit(property)
			}
		}
	}
	for _, child := range n.Content {
		schemas(child, visit)
	}
}

func extract(root *yaml.Node) {
	container, prefix := components(root)
	var found []*yaml.Node
	schemas(root, func(s *yaml.Node) {
		if document.Get(s, "$ref") == nil && s.Kind == yaml.MappingNode {
			found = append(found, s)
		}
	})
	for i, s := range found {
		name := fmt.Sprintf("Extracted%d", i)
		container.Content = append(container.Content, document.String(name), &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: s.Content})
		s.Content = document.Mapping(document.String("$ref"), document.String(prefix+name)).Content
	}
}

func wrap(root *yaml.Node) {
	var found []*yaml.Node
	schemas(root, func(s *yaml.Node) { found = append(found, s) })
	for _, s := range found {
		if s.Kind != yaml.MappingNode {
			continue
		}
		inner := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: s.Content}
		s.Content = document.Mapping(document.String("allOf"), document.Sequence(inner)).Content
	}
}

// split makes an object schema an allOf of two: half the properties, and the rest.
func split(root *yaml.Node) {
	var found []*yaml.Node
	schemas(root, func(s *yaml.Node) {
		if p := document.Get(s, "properties"); p != nil && len(p.Content) >= 4 {
			found = append(found, s)
		}
	})
	for _, s := range found {
		properties := document.Get(s, "properties")
		half := document.Mapping(slices.Clone(properties.Content[:2])...)
		properties.Content = properties.Content[2:]
		rest := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: s.Content}
		s.Content = document.Mapping(document.String("allOf"), document.Sequence(rest,
			document.Mapping(document.String("type"), document.String("object"), document.String("properties"), half))).Content
	}
}

func rename(root *yaml.Node) {
	container, prefix := components(root)
	for key := range document.Pairs(container) {
		key.Value = "Renamed" + key.Value
	}
	var visit func(n *yaml.Node)
	visit = func(n *yaml.Node) {
		if ref := document.Get(n, "$ref"); ref != nil {
			ref.Value = strings.Replace(ref.Value, prefix, prefix+"Renamed", 1)
		}
		for _, c := range n.Content {
			visit(c)
		}
	}
	visit(root)
}

func reverse(n *yaml.Node) {
	if n.Kind == yaml.MappingNode {
		pairs := slices.Collect(slices.Chunk(n.Content, 2))
		slices.Reverse(pairs)
		n.Content = slices.Concat(pairs...)
	}
	for key, value := range document.Pairs(n) {
		if slices.Contains([]string{"required", "enum", "tags", "parameters", "allOf", "oneOf", "anyOf", "consumes", "produces"}, key.Value) &&
			value.Kind == yaml.SequenceNode {
			slices.Reverse(value.Content)
		}
	}
	for _, c := range n.Content {
		reverse(c)
	}
}

// to31 writes an OpenAPI 3.0 document in the words of 3.1.
func to31(root *yaml.Node) {
	if document.Get(root, "openapi") == nil {
		return
	}
	document.Set(root, "openapi", document.String("3.1.0"))
	var visit func(n *yaml.Node)
	visit = func(n *yaml.Node) {
		if ref := document.Get(n, "$ref"); ref != nil {
			n.Content = document.Mapping(document.String("$ref"), ref).Content // siblings would come to life
		}
		typ := document.Get(n, "type")
		if nullable := document.Get(n, "nullable"); nullable != nil && typ != nil && typ.Kind == yaml.ScalarNode {
			document.Delete(n, "nullable")
			if nullable.Value == "true" {
				document.Set(n, "type", document.Sequence(document.String(typ.Value), document.String("null")))
			}
		}
		if enum := document.Get(n, "enum"); enum != nil && len(enum.Content) == 1 {
			document.Delete(n, "enum")
			document.Set(n, "const", enum.Content[0])
		}
		for bound, flag := range map[string]string{"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"} {
			if document.Text(n, flag) == "true" {
				document.Set(n, flag, document.Get(n, bound))
				document.Delete(n, bound)
			}
		}
		for _, c := range n.Content {
			visit(c)
		}
	}
	visit(root)
}
