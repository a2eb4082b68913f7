package build_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	speakeasy "github.com/speakeasy-api/openapi/overlay"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/overlay"
	"github.com/ringbasic/ringbasic/internal/project"
)

// keep is a select overlay for the given JSONPath targets.
func keep(targets ...string) string {
	var b strings.Builder
	b.WriteString("overlay: 1.0.0\ninfo: {title: T, version: 1.0.0}\nx-speakeasy-jsonpath: rfc9535\nactions:\n")
	for _, target := range targets {
		b.WriteString("  - {target: \"" + target + "\", description: wanted, update: {x-keep: true}}\n")
	}
	for _, target := range []string{"$.paths[?!@.*['x-keep']]", "$.paths.*[?@.responses && !@['x-keep']]", "$.paths.*.*['x-keep']"} {
		b.WriteString("  - {target: \"" + target + "\", description: not wanted, remove: true}\n")
	}
	return b.String()
}

func parse(t *testing.T, text string) *document.Document {
	t.Helper()
	doc, err := document.Parse("vendor.yaml", []byte(text))
	require.NoError(t, err)
	return doc
}

func parseOverlay(t *testing.T, text string) *overlay.Overlay {
	t.Helper()
	o, err := overlay.Parse("overlays/10-select.yaml", []byte(text))
	require.NoError(t, err)
	return o
}

const shop = `openapi: 3.1.0
info: {title: Shop, version: "1"}
security: [{main: []}]
tags: [{name: Kept}, {name: Dropped}]
paths:
  x-note: kept by nobody
  /a:
    parameters: [{name: q, in: query, schema: {type: string}}]
    servers: [{url: https://a.example}]
    x-fact: {responses: stays only if marked}
    get: {operationId: getA, tags: [Kept], responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}}}
    post: {operationId: postA, tags: [Dropped], responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/B'}}}}}}
  /b:
    get: {operationId: getB, tags: [Dropped], responses: {'200': {$ref: '#/components/responses/Unused'}}}
  /c:
    put: {operationId: putC, security: [{other: []}], responses: {default: {$ref: '#/components/responses/Used'}}}
components:
  schemas:
    A: {type: object, properties: {self: {$ref: '#/components/schemas/A'}, $ref: {type: string}, example: {$ref: '#/components/schemas/C'}}}
    B: {$ref: '#/components/schemas/Nowhere'}
    C: {oneOf: [{$ref: '#/components/schemas/D'}], discriminator: {propertyName: p, mapping: {d: D, e: '#/components/schemas/E'}}}
    D: {type: object, example: {$ref: '#/components/schemas/B'}, default: {$ref: x}}
    E: {type: object}
    F: {type: boolean, default: "False"}
  responses:
    Used: {description: d}
    Unused: {description: d}
  securitySchemes:
    main: {type: http, scheme: bearer}
    other: {type: http, scheme: basic}
    third: {type: http, scheme: basic}
`

func TestSelectAndPrune(t *testing.T) {
	doc := parse(t, shop)
	before := string(document.JSON(doc.Root))
	s, err := build.Select(doc, parseOverlay(t, keep("$.paths['/a'].get", "$.paths['/c'].put")))
	require.NoError(t, err)
	require.NoError(t, s.Require())
	require.NoError(t, s.Prune("vendor.yaml"))
	require.JSONEq(t, `{
		"openapi": "3.1.0", "info": {"title": "Shop", "version": "1"}, "security": [{"main": []}], "tags": [{"name": "Kept"}],
		"paths": {
			"/a": {
				"parameters": [{"name": "q", "in": "query", "schema": {"type": "string"}}],
				"servers": [{"url": "https://a.example"}],
				"get": {"operationId": "getA", "tags": ["Kept"], "responses": {"200": {"description": "d",
				  "content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}}}
			},
			"/c": {"put": {"operationId": "putC", "security": [{"other": []}], "responses": {"default": {"$ref": "#/components/responses/Used"}}}}
		},
		"components": {
			"schemas": {
				"A": {"type": "object", "properties": {"self": {"$ref": "#/components/schemas/A"}, "$ref": {"type": "string"},
				  "example": {"$ref": "#/components/schemas/C"}}},
				"C": {"oneOf": [{"$ref": "#/components/schemas/D"}], "discriminator": {"propertyName": "p", "mapping": {"d": "D", "e": "#/components/schemas/E"}}},
				"D": {"type": "object", "example": {"$ref": "#/components/schemas/B"}, "default": {"$ref": "x"}},
				"E": {"type": "object"}
			},
			"responses": {"Used": {"description": "d"}},
			"securitySchemes": {"main": {"type": "http", "scheme": "bearer"}, "other": {"type": "http", "scheme": "basic"}}
		}}`, string(document.JSON(s.Root)))
	require.Equal(t, before, string(document.JSON(doc.Root)), "the document itself stays as it is")

	warnings := build.Outside(doc, s)
	require.Equal(t, []build.Warning{
		{Message: `reference "#/components/schemas/Nowhere" does not resolve: there is no "Nowhere"`, Line: 20},
		{Message: `default "False" is not of type boolean`, Line: 24},
	}, warnings)
}

// The one pass that removes what is not marked gives what an overlay library gives.
// internal/peers holds it against another one.
func TestKeepMarkedEqualsLibrary(t *testing.T) {
	pinned, err := os.ReadFile(filepath.Join("..", "..", "spec", "swagger-ring_basic.yaml"))
	require.NoError(t, err)
	selection, err := os.ReadFile(filepath.Join("..", "..", "overlays", "10-select.yaml"))
	require.NoError(t, err)
	for name, test := range map[string]struct{ doc, overlay string }{
		"fixture":      {shop, keep("$.paths['/a'].get", "$.paths['/c'].put")},
		"nothing left": {shop, keep("$.paths['/nowhere'].get")},
		"project":      {string(pinned), string(selection)},
	} {
		t.Run(name, func(t *testing.T) {
			doc := parse(t, test.doc)
			s, err := build.Select(doc, parseOverlay(t, test.overlay))
			require.NoError(t, err)
			require.JSONEq(t, viaSpeakeasy(t, test.doc, test.overlay), string(document.JSON(s.Root)))
		})
	}
}

func viaSpeakeasy(t *testing.T, doc, text string) string {
	t.Helper()
	o, err := speakeasy.ParseReader(strings.NewReader(text))
	require.NoError(t, err)
	var root yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(doc), &root))
	require.NoError(t, o.ApplyTo(&root))
	return reparse(t, mustEncode(t, &root))
}

func mustEncode(t *testing.T, root *yaml.Node) []byte {
	t.Helper()
	text, err := yaml.Marshal(root)
	require.NoError(t, err)
	return text
}

func reparse(t *testing.T, text []byte) string {
	t.Helper()
	root, err := document.ParseYAML("result", text)
	require.NoError(t, err)
	return string(document.JSON(root))
}

// A build that parses the needed lines of the pin gives what one of the whole pin gives.
func TestExcerptOfThePin(t *testing.T) {
	files := os.DirFS(filepath.Join("..", ".."))
	excerpt, err := build.Load(files, false)
	require.NoError(t, err)
	whole, err := build.Load(files, true)
	require.NoError(t, err)
	text, err := fs.ReadFile(files, project.PinFile)
	require.NoError(t, err)
	operations := len(regexp.MustCompile(`(?m)^    (get|put|post|delete|options|head|patch|trace):$`).FindAll(text, -1))
	require.Greater(t, operations, 100)
	require.Equal(t, operations, whole.Total)
	require.Equal(t, operations, excerpt.Total)
	components := func(p *build.Project) int {
		return len(nodes(document.Get(p.Pin.Root, "definitions"))) + len(nodes(document.Get(p.Pin.Root, "components", "schemas")))
	}
	require.Greater(t, components(whole), 400)
	require.Less(t, components(excerpt), components(whole)/4)
	var lines []string
	for _, p := range []*build.Project{excerpt, whole} {
		s, err := build.Select(p.Pin, p.Select)
		require.NoError(t, err)
		require.NoError(t, s.Prune("pin"))
		lines = append(lines, positions(s.Root))
	}
	require.Equal(t, lines[1], lines[0])
}

func nodes(mapping *yaml.Node) (keys []string) {
	for key := range document.Pairs(mapping) {
		keys = append(keys, key.Value)
	}
	return keys
}

// positions renders a tree with the place of each scalar.
func positions(n *yaml.Node) string {
	if n.Kind == yaml.ScalarNode {
		return fmt.Sprintf("%d:%d %s\n", n.Line, n.Column, n.Value)
	}
	var b strings.Builder
	for _, c := range n.Content {
		b.WriteString(positions(c))
	}
	return b.String()
}

// Two ways from each schema to the next make no cycle, and 2^40 ways to the last.
func TestManyWaysThroughAllOf(t *testing.T) {
	var text strings.Builder
	text.WriteString("swagger: '2.0'\npaths: {/a: {get: {responses: {200: {schema: {$ref: '#/definitions/A0'}}}}}}\ndefinitions:\n")
	for i := range 40 {
		fmt.Fprintf(&text, "  A%d: {allOf: [{$ref: '#/definitions/B%[1]d'}, {$ref: '#/definitions/C%[1]d'}]}\n", i)
		for _, side := range []string{"B", "C"} {
			fmt.Fprintf(&text, "  %s%d: {allOf: [{$ref: '#/definitions/A%d'}]}\n", side, i, i+1)
		}
	}
	text.WriteString("  A40: {type: object}\n")
	s, err := build.Select(parse(t, text.String()), parseOverlay(t, keep("$.paths['/a'].get")))
	require.NoError(t, err)
	require.NoError(t, s.Prune("vendor.yaml"))
}

func TestSelectionErrors(t *testing.T) {
	swagger := func(definitions string) string {
		return "swagger: '2.0'\npaths:\n  /a:\n    get:\n      responses:\n        200:\n          schema: {$ref: '#/definitions/A'}\ndefinitions:\n" +
			definitions
	}
	const a = "$.paths['/a'].get"
	tests := map[string]struct {
		doc, overlay string
		want         string
	}{
		"unresolved reference": {swagger("  A: {items: {$ref: '#/definitions/B'}}\n  B:\n    properties:\n      c: {$ref: '#/definitions/C'}\n"), keep(a),
			"vendor.yaml:12:17: reference \"#/definitions/C\" does not resolve: there is no \"C\" (from GET /a → #/definitions/A → #/definitions/B)"},
		"reference to a file": {swagger("  A: {$ref: 'other.yaml#/B'}\n"), keep(a),
			"vendor.yaml:9:13: external reference \"other.yaml#/B\": only references inside the document (#/…) are followed (from GET /a → #/definitions/A)"},
		"reference to a host": {swagger("  A: {$ref: 'https://example.com/b.yaml'}\n"), keep(a),
			"vendor.yaml:9:13: external reference \"https://example.com/b.yaml\": only references inside the document (#/…) are followed (from GET /a " +
				"→ #/definitions/A)"},
		"cycle through allOf": {swagger("  A: {allOf: [{$ref: '#/definitions/B'}]}\n  B: {allOf: [{type: object}, {$ref: '#/definitions/A'}]}\n"), keep(a),
			"a schema is part of itself through allOf: #/definitions/A → #/definitions/B → #/definitions/A"},
		"cycle of references": {swagger("  A: {$ref: '#/definitions/A'}\n"), keep(a),
			"a schema is part of itself through allOf: #/definitions/A → #/definitions/A"},
		"cycle beside the start": {swagger("  A: {allOf: [{$ref: '#/definitions/B'}]}\n  B: {allOf: [{$ref: '#/definitions/B'}]}\n"), keep(a),
			"a schema is part of itself through allOf: #/definitions/B → #/definitions/B"},
		"cycle through two allOf": {swagger("  A: {allOf: [{allOf: [{$ref: '#/definitions/A'}]}]}\n"), keep(a),
			"through allOf: #/definitions/A → #/definitions/A"},
		"cycle through a property": {swagger("  A: {allOf: [{properties: {b: {$ref: '#/definitions/A'}}}]}\n"), keep(a), ""},
		"cycle through items":      {swagger("  A: {type: array, items: {$ref: '#/definitions/A'}}\n"), keep(a), ""},
		"missing path":             {shop, keep("$.paths['/z'].get"), "select overlays/10-select.yaml:5:14: target matches nothing: $.paths['/z'].get"},
		"missing method":           {shop, keep("$.paths['/a'].put"), "select overlays/10-select.yaml:5:14: target matches nothing: $.paths['/a'].put"},
		"nothing is left": {shop, strings.Replace(keep("$"), "x-keep: true", "x-note: true", 1),
			"select: no operation is left: mark at least one in overlays/10-select.yaml"},
		"the same operationId": {strings.Replace(shop, "putC", "getA", 1), keep(a, "$.paths['/c'].put"),
			"vendor.yaml:16:24: operationId \"getA\" of PUT /c is that of GET /a, too"},
		"dangling mapping":           {strings.Replace(shop, "d: D, e:", "d: Z, e:", 1), keep(a), ""},
		"same operationId elsewhere": {strings.Replace(shop, "getB", "getA", 1), keep(a), ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s, err := build.Select(parse(t, test.doc), parseOverlay(t, test.overlay))
			if err == nil {
				err = s.Require()
			}
			if err == nil {
				err = s.Prune("vendor.yaml")
			}
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, test.want)
		})
	}
}

// Where in the select overlay a mark stands does not matter.
func TestMarkAfterTheRemovals(t *testing.T) {
	doc := parse(t, shop)
	late := keep("$.paths['/a'].get") + "  - {target: \"$.paths['/c'].put\", description: wanted, update: {x-keep: true}}\n"
	s, err := build.Select(doc, parseOverlay(t, late))
	require.NoError(t, err)
	require.NoError(t, s.Require())
	want, err := build.Select(doc, parseOverlay(t, keep("$.paths['/a'].get", "$.paths['/c'].put")))
	require.NoError(t, err)
	require.Equal(t, string(document.JSON(want.Root)), string(document.JSON(s.Root)))
	require.Len(t, s.Operations, 2)
}
