package peers_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/pb33f/libopenapi"
	libopenapioverlay "github.com/pb33f/libopenapi/overlay"
	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/overlay"
)

const root = "../.."

func viaLibopenapi(t *testing.T, doc, text string) string {
	t.Helper()
	o, err := libopenapi.NewOverlayDocument([]byte(text))
	require.NoError(t, err)
	result, err := libopenapioverlay.Apply([]byte(doc), o)
	require.NoError(t, err)
	node, err := document.ParseYAML("result", result.Bytes)
	require.NoError(t, err)
	return string(document.JSON(node))
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	require.NoError(t, err)
	return string(text)
}

const small = `openapi: 3.0.3
info: {title: Things, version: "1"}
paths:
  x-note: a member that is no path
  /a:
    parameters: [{name: q, in: query, schema: {type: string}}]
    servers: [{url: https://a.example}]
    get: {operationId: getA, responses: {'200': {description: d}}}
    post: {operationId: postA, responses: {'200': {description: d}}}
  /b:
    get: {operationId: getB, responses: {'200': {description: d}}}
  /c:
    put: {operationId: putC, responses: {'200': {description: d}}}
`

func keep(target string) string {
	return `overlay: 1.0.0
info: {title: Select, version: 1.0.0}
x-speakeasy-jsonpath: rfc9535
actions:
  - {target: "` + target + `", description: wanted, update: {x-keep: true}}
  - {target: "$.paths[?!@.*['x-keep']]", description: not wanted, remove: true}
  - {target: "$.paths.*[?@.responses && !@['x-keep']]", description: not wanted, remove: true}
  - {target: "$.paths.*.*['x-keep']", description: not wanted, remove: true}
`
}

// The one pass that removes what is not marked gives what the overlay says to another implementation.
func TestSelect(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ doc, overlay string }{
		"small":   {small, keep("$.paths['/a'].get")},
		"project": {read(t, "spec/swagger-ring_basic.yaml"), read(t, "overlays/10-select.yaml")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, err := document.Parse("vendor.yaml", []byte(test.doc))
			require.NoError(t, err)
			o, err := overlay.Parse("overlays/10-select.yaml", []byte(test.overlay))
			require.NoError(t, err)
			s, err := build.Select(doc, o)
			require.NoError(t, err)
			require.JSONEq(t, viaLibopenapi(t, test.doc, test.overlay), string(document.JSON(s.Root)))
		})
	}
}

// The overlays are plain OpenAPI Overlay 1.0: another implementation makes the same document of them.
func TestOverlays(t *testing.T) {
	t.Parallel()
	p, err := build.Load(os.DirFS(root), false)
	require.NoError(t, err)
	ours, _, err := p.AssemblePin()
	require.NoError(t, err)
	text := string(document.JSON(ours))
	for _, o := range p.Overlays {
		text = viaLibopenapi(t, text, read(t, o.Name))
		require.NoError(t, o.Apply(ours))
		require.JSONEq(t, asSets(t, text), string(document.JSON(ours)), o.Name)
	}
}

// asSets is a document without the second of two equal items of a list: what a repair adds that the vendor has added as
// well is there twice for the other implementation, and once for ours.
func asSets(t *testing.T, text string) string {
	t.Helper()
	var root any
	require.NoError(t, json.Unmarshal([]byte(text), &root))
	var walk func(any)
	walk = func(n any) {
		switch n := n.(type) {
		case map[string]any:
			for key, value := range n {
				if list, ok := value.([]any); ok {
					set := []any{}
					for _, v := range list {
						if !slices.ContainsFunc(set, func(other any) bool { return reflect.DeepEqual(v, other) }) {
							set = append(set, v)
						}
					}
					n[key] = set
				}
				walk(n[key])
			}
		case []any:
			for _, item := range n {
				walk(item)
			}
		}
	}
	walk(root)
	data, err := json.Marshal(root)
	require.NoError(t, err)
	return string(data)
}
