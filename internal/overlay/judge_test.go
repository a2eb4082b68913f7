package overlay_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/overlay"
)

// one is the only action of an overlay, as it is written there.
func one(t *testing.T, action string) overlay.Action {
	t.Helper()
	o, err := overlay.Parse("o.yaml", []byte("overlay: 1.1.0\ninfo: {title: T, version: 1.0.0}\nx-speakeasy-jsonpath: rfc9535\nactions:\n  - "+action+"\n"))
	require.NoError(t, err)
	require.Len(t, o.Actions, 1)
	return o.Actions[0]
}

func node(t *testing.T, text string) *yaml.Node {
	t.Helper()
	n, err := document.ParseYAML("doc.yaml", []byte(text))
	require.NoError(t, err)
	return n
}

func values(nodes []*yaml.Node) (list []string) {
	for _, n := range nodes {
		list = append(list, n.Value)
	}
	return list
}

// A key is stray where all that it would bring is words about what is not there, at every place that the target matches.
func TestStray(t *testing.T) {
	t.Parallel()
	const doc = "{a: {x: {type: string}, z: {}}, b: {x: {type: string}, y: {type: string}}, c: text}"
	for action, want := range map[string][]string{
		"{target: $.a, description: D, update: {x: {description: d}}}":                           nil,
		"{target: $.a, description: D, update: {y: {description: d}}}":                           {"y"},
		"{target: $.a, description: D, update: {y: {description: d, type: string}}}":             nil,
		"{target: $.a, description: D, update: {y: {}}}":                                         nil,
		"{target: $.a, description: D, update: {description: d}}":                                nil,
		"{target: $.a, description: D, update: {x-mark: {description: d}}}":                      nil,
		"{target: $.a, description: D, update: {y: {items: {title: t}}, w: {x-go-name: W}}}":     {"y", "w"},
		"{target: $.a, description: D, update: {y: {items: {}}}}":                                nil,
		"{target: $.a, description: D, update: {x: {items: {summary: s}}}}":                      {"items"},
		"{target: \"$['a','b']\", description: D, update: {y: {description: d}}}":                nil,
		"{target: \"$['b','a']\", description: D, update: {y: {description: d}}}":                nil,
		"{target: \"$['a','b']\", description: D, update: {w: {description: d}, y: {title: t}}}": {"w"},
		"{target: $.c, description: D, update: {y: {description: d}}}":                           nil,
		"{target: $.nowhere, description: D, update: {y: {description: d}}}":                     nil,
		"{target: $.a, description: D, remove: true}":                                            nil,
	} {
		require.Equal(t, want, values(one(t, action).Stray(node(t, doc))), action)
	}
}

// Without the stray keys an action is what is left of it.
func TestWithout(t *testing.T) {
	t.Parallel()
	doc := node(t, "{a: {x: {type: string}}}")
	whole := one(t, "{target: $.a, description: D, update: {x: {description: d}, y: {description: d}, empty: {}}}")
	rest, ok := whole.Without(whole.Stray(doc))
	require.True(t, ok)
	require.JSONEq(t, `{"x": {"description": "d"}, "empty": {}}`, string(document.JSON(rest.Update)))
	require.JSONEq(t, `{"x": {"description": "d"}, "y": {"description": "d"}, "empty": {}}`, string(document.JSON(whole.Update)), "it stays as it is")
	same, ok := whole.Without(nil)
	require.True(t, ok)
	require.Same(t, whole.Update, same.Update)
	gone := one(t, "{target: $.a, description: D, update: {x: {items: {title: t}}}}")
	_, ok = gone.Without(gone.Stray(doc))
	require.False(t, ok, "what is empty without them goes with them")
}

// Replaced is what another value stands in place of; not what is added, said already, or words.
func TestReplaces(t *testing.T) {
	t.Parallel()
	const doc = "{a: {type: string, enum: [x], description: d, operationId: o, n: {m: 1, k: 2}}, b: {type: string}}"
	for action, want := range map[string][]string{
		"{target: $.a, description: D, update: {type: integer}}":                                        {"string by integer"},
		"{target: $.a, description: D, update: {type: string, more: 1}}":                                nil,
		"{target: $.a, description: D, update: {description: e, summary: s, title: t, operationId: p}}": nil,
		"{target: $.a, description: D, update: {enum: [y]}}":                                            nil,
		"{target: $.a, description: D, update: {n: {m: 1, k: 3}}}":                                      {"2 by 3"},
		"{target: $.*, description: D, update: {type: integer}}":                                        {"string by integer", "string by integer"},
		"{target: $.a.type, description: D, remove: true}":                                              nil,
		"{target: $.nowhere, description: D, update: {type: integer}}":                                  nil,
		"{target: $.b, description: D, copy: $.a}":                                                      nil,
		"{target: $.a.n, description: D, copy: $.b}":                                                    nil,
	} {
		var got []string
		for _, r := range one(t, action).Replaces(node(t, doc)) {
			got = append(got, r.Node.Value+" by "+r.By.Value)
			require.Positive(t, r.Line)
		}
		require.Equal(t, want, got, action)
	}
}

// Updates merge as the specification says; enum and required take a value once.
func TestMerges(t *testing.T) {
	t.Parallel()
	const doc = "{a: {enum: [x], required: [p], list: [x], n: {m: 1}, t: old}}"
	for action, want := range map[string]string{
		"{target: $.a, description: D, update: {enum: [x, y], required: [p, q], list: [x, y]}}": `{"enum":["x","y"],"required":["p","q"],"list":["x",` +
			`"x","y"],"n":{"m":1},"t":"old"}`,
		"{target: $.a.enum, description: D, update: y}": `{"enum":["x","y"],"required":["p"],"list":["x"],` +
			`"n":{"m":1},"t":"old"}`,
		"{target: $.a.list, description: D, update: {k: 1}}": `{"enum":["x"],"required":["p"],"list":["x",{"k":1}],` +
			`"n":{"m":1},"t":"old"}`,
		"{target: $.a, description: D, update: {enum: x, list: y}}": `{"enum":["x"],"required":["p"],"list":["x","y"],` +
			`"n":{"m":1},"t":"old"}`,
		"{target: $.a, description: D, update: {n: {k: 2}, t: {deep: 1}}}": `{"enum":["x"],"required":["p"],"list":["x"],` +
			`"n":{"m":1,"k":2},"t":{"deep":1}}`,
	} {
		root := node(t, doc)
		_, err := one(t, action).Apply(root)
		require.NoError(t, err, action)
		require.Equal(t, want, string(document.JSON(document.Get(root, "a"))), action)
	}
	for action, want := range map[string]string{
		"{target: $.a, description: D, update: {n: text}}": "a scalar would replace the mapping under",
		"{target: $.a, description: D, update: {n: [1]}}":  "a list would replace the mapping under",
	} {
		_, err := one(t, action).Apply(node(t, doc))
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, "o.yaml:5")
	}
}
