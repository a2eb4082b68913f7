package generate

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/project"
)

// Each template of ours takes the place of one of oapi-codegen, by its name, and oapi-codegen reads it as a template:
// what has one line it would look for as a file, and then fetch.
func TestTemplatesTakeThePlaceOfTheGenerators(t *testing.T) {
	texts, err := ours()
	require.NoError(t, err)
	require.Equal(t, []string{
		"additional-properties.tmpl", "client-with-responses.tmpl", "client.tmpl", "constants.tmpl", "imports.tmpl", "param-types.tmpl",
		"request-bodies.tmpl", "union-and-additional-properties.tmpl", "union.tmpl",
	}, slices.Sorted(maps.Keys(texts)))
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}",
		"github.com/oapi-codegen/oapi-codegen/v2").Output()
	require.NoError(t, err)
	for name, text := range texts {
		_, err := os.Stat(filepath.Join(strings.TrimSpace(string(out)), "pkg", "codegen", "templates", name))
		require.NoError(t, err, "oapi-codegen has no template %s", name)
		require.True(t, strings.HasSuffix(text, "\n"), name)
	}
}

// Of oapi-codegen's own client nothing is left: no type GetThingResponse, whose name a component may have. A text that
// looks like the line between types and client does not part them.
func TestClientIsOurs(t *testing.T) {
	const text = `{openapi: 3.0.3, info: {title: t, version: '1'}, paths: {/thing: {get: {operationId: getThing,
  description: "a\n//ringbasic:client\npackage other",
  responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/GetThingResponse'}}}}}}}},
  components: {schemas: {GetThingResponse: {type: object, description: "a\n//ringbasic:client\npackage other", properties: {id: {type: string}}}}}}`
	doc, err := openapi3.NewLoader().LoadFromData([]byte(text))
	require.NoError(t, err)
	p, err := Generate(doc, func() ([]byte, error) { return []byte(text), nil }, Config{Project: project.Config{Package: "p"}})
	require.NoError(t, err)
	require.Contains(t, string(p.Files["types.gen.go"]), "\ntype GetThingResponse struct {")
	require.Equal(t, map[string]string{"GET /thing": "GetThing"}, p.Methods)
	api := string(p.Files["api.gen.go"])
	require.Contains(t, api, "GetThing(ctx context.Context, opts ...CallOption) (*GetThingResponse, error)")
	for name, file := range p.Files {
		require.NotContains(t, string(file), "ClientWithResponses", name)
	}
}
