package build_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/overlay"
	"github.com/ringbasic/ringbasic/internal/project"
)

func loadProject(t *testing.T) (*build.Project, *yaml.Node) {
	t.Helper()
	p, err := build.Load(os.DirFS(filepath.Join("..", "..")), false)
	require.NoError(t, err)
	root, _, err := p.AssemblePin()
	require.NoError(t, err)
	return p, root
}

// leaves lists the scalars of a tree by JSON pointer. A list of scalars, such as an enum, is one of them.
func leaves(n *yaml.Node, at string, all map[string]string) map[string]string {
	switch n.Kind {
	case yaml.MappingNode:
		for key, value := range document.Pairs(n) {
			leaves(value, at+"/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(key.Value), all)
		}
	case yaml.SequenceNode:
		if len(n.Content) > 0 && !slices.ContainsFunc(n.Content, func(n *yaml.Node) bool { return n.Kind != yaml.ScalarNode }) {
			all[at] = string(document.JSON(n))
			break
		}
		for i, item := range n.Content {
			leaves(item, fmt.Sprintf("%s/%d", at, i), all)
		}
	default:
		all[at] = n.Value
	}
	return all
}

// Two overlays never touch the same field, so that each can be read, and changed, by itself.
func TestOverlaysDoNotTouchTheSameField(t *testing.T) {
	p, root := loadProject(t)
	owner := map[string]string{}
	for _, o := range p.Overlays {
		before := leaves(root, "", map[string]string{})
		err := o.Apply(root)
		require.NoError(t, err)
		after := leaves(root, "", map[string]string{})
		for _, pointer := range slices.Sorted(maps.Keys(both(before, after))) {
			if before[pointer] == after[pointer] {
				continue
			}
			require.Empty(t, owner[pointer], "%s touches %s, which %s has touched", o.Name, pointer, owner[pointer])
			owner[pointer] = o.Name
		}
	}
	require.NotEmpty(t, owner)
}

func both(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// Each action of the project's overlays matches something. It may change nothing: a repair that the vendor has made
// stays, as vendors take back what they have mended, and drift names it as redundant.
func TestEveryActionMatches(t *testing.T) {
	p, root := loadProject(t)
	for _, o := range p.Overlays {
		for _, a := range o.Actions {
			matched, err := a.Apply(root)
			require.NoError(t, err)
			require.True(t, matched > 0 || a.Remove, "%s matches nothing: %s", a.Position(), a.Target)
		}
	}
}

// Whatever a caller meets is described.
func TestEverythingIsDescribed(t *testing.T) {
	root, err := document.ReadFile(filepath.Join("..", "..", filepath.FromSlash(project.SpecFile)))
	require.NoError(t, err)
	if lacking := build.Undescribed(root.Root); len(lacking) > 0 {
		t.Errorf("describe in overlays/50-docs.yaml:\n%v", lacking)
	}
}

func TestUndescribedIsNamed(t *testing.T) {
	root, err := document.ParseYAML("x", []byte(`
paths:
  /a:
    get:
      summary: s
      parameters: [{name: q, in: query, schema: {type: array, items: {type: string}}}]
      requestBody: {content: {multipart/form-data: {schema: {description: d, properties: {f: {type: string, enum: [x, y]}}}}}}
      responses: {'200': {description: d}}
components:
  schemas:
    A: {properties: {b: {description: d}, c: {allOf: [{$ref: '#/components/schemas/B-1'}]}}}
    B-1: {type: object}
`))
	require.NoError(t, err)
	get := "$.paths['/a'].get"
	require.Equal(t, []build.Lack{
		{Owner: "GET /a", Key: "description", Target: get},
		{Owner: "GET /a", Member: "parameter q", Key: "description", Target: get + ".parameters[?@.name == 'q']", Type: "array of string"},
		{
			Owner: "GET /a", Member: "form field f", Key: "description", Type: "string: x, y",
			Target: get + ".requestBody.content['multipart/form-data'].schema.properties", Path: []string{"f"},
		},
		{Owner: "schema A", Key: "description", Target: "$.components.schemas.A"},
		{
			Owner: "schema A", Member: "property c", Key: "description", Type: "B-1",
			Target: "$.components.schemas.A", Path: []string{"properties", "c"},
		},
		{Owner: "schema B-1", Key: "description", Target: "$.components.schemas['B-1']"},
	}, build.Undescribed(root))
	require.Equal(t, "GET /a: parameter q has no description", build.Undescribed(root)[1].String())
	require.Equal(t, "schema A has no description", build.Undescribed(root)[3].String())
}

// One run names what is wrong in all overlays.
func TestProblemsOfAllOverlays(t *testing.T) {
	const head = "overlay: 1.0.0\ninfo: {title: T, version: 1.0.0}\nx-speakeasy-jsonpath: rfc9535\nactions:\n"
	p, err := load(t, shop, keep("$.paths['/a'].get"), head+"  - {target: $.a, description: D, update: {x: 1}}\n")
	require.NoError(t, err)
	second, err := overlay.Parse("overlays/60.yaml", []byte(head+"  - {target: $.b, description: D, update: {x: 1}}\n"))
	require.NoError(t, err)
	p.Overlays = append(p.Overlays, second)
	_, err = build.Run(t.Context(), p, false)
	require.ErrorContains(t, err, "target matches nothing: $.a\noverlays/60.yaml:5:14: target matches nothing: $.b")
}
