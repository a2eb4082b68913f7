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
		t.Errorf("describe in overlays/50-docs.yaml:\n%s", strings.Join(lacking, "\n"))
	}
}

func TestUndescribedIsNamed(t *testing.T) {
	root, err := document.ParseYAML("x", []byte(`
paths:
  /a:
    get:
      summary: s
      parameters: [{name: q, in: query}]
      requestBody: {content: {multipart/form-data: {schema: {description: d, properties: {f: {type: string}}}}}}
      responses: {'200': {description: d}}
components:
  schemas:
    A: {properties: {b: {description: d}, c: {type: string}}}
`))
	require.NoError(t, err)
	require.Equal(t, []string{
		"GET /a has no description",
		"GET /a: parameter q has no description",
		"GET /a: form field f has no description",
		"schema A has no description",
		"schema A: property c has no description",
	}, build.Undescribed(root))
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
