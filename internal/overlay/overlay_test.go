package overlay_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/overlay"
)

const head = "overlay: 1.0.0\ninfo: {title: T, version: 1.0.0}\nx-speakeasy-jsonpath: rfc9535\nactions:\n"

func apply(t *testing.T, doc, actions string) (string, error) {
	t.Helper()
	root, err := document.ParseYAML("doc.yaml", []byte(doc))
	require.NoError(t, err)
	o, err := overlay.Parse("overlays/x.yaml", []byte(head+actions))
	require.NoError(t, err)
	err = o.Apply(root)
	return string(document.JSON(root)), err
}

func TestApply(t *testing.T) {
	const doc = "a: {b: {type: string, default: \"False\", enum: [x]}, list: [1, 2]}\nc: d\n"
	tests := []struct {
		name, actions, want string
		matched             int
		changes             bool
	}{
		{"update merges", "  - {target: $.a.b, description: D, update: {format: date, enum: [y]}}",
			`{"a":{"b":{"type":"string","default":"False","enum":["x","y"],"format":"date"},"list":[1,2]},"c":"d"}`, 1, true},
		{"update changes a scalar's type", "  - {target: $.a.b, description: D, update: {default: false}}",
			`{"a":{"b":{"type":"string","default":false,"enum":["x"]},"list":[1,2]},"c":"d"}`, 1, true},
		{"update replaces a scalar", "  - {target: $, description: D, update: {c: {x: 1}}}",
			`{"a":{"b":{"type":"string","default":"False","enum":["x"]},"list":[1,2]},"c":{"x":1}}`, 1, true},
		{"update of a list within appends", "  - {target: $.a, description: D, update: {list: {x: 1}}}",
			`{"a":{"b":{"type":"string","default":"False","enum":["x"]},"list":[1,2,{"x":1}]},"c":"d"}`, 1, true},
		{"update of a list appends an entry", "  - {target: $.a.list, description: D, update: {x: 1}}",
			`{"a":{"b":{"type":"string","default":"False","enum":["x"]},"list":[1,2,{"x":1}]},"c":"d"}`, 1, true},
		{"update of a list appends a scalar", "  - {target: $.a.list, description: D, update: 3}",
			`{"a":{"b":{"type":"string","default":"False","enum":["x"]},"list":[1,2,3]},"c":"d"}`, 1, true},
		{"update of a list appends a list", "  - {target: $.a.list, description: D, update: [2, 3]}",
			`{"a":{"b":{"type":"string","default":"False","enum":["x"]},"list":[1,2,2,3]},"c":"d"}`, 1, true},
		{"an entry that is there", "  - {target: $.a.list, description: D, update: 2}",
			`{"a":{"b":{"type":"string","default":"False","enum":["x"]},"list":[1,2]},"c":"d"}`, 1, false},
		{"enum is a set", "  - {target: $.a.b, description: D, update: {enum: [x, y]}}",
			`{"a":{"b":{"type":"string","default":"False","enum":["x","y"]},"list":[1,2]},"c":"d"}`, 1, true},
		{"enum as the target is a set", "  - {target: \"$.a.b['enum']\", description: D, update: [y, x]}",
			`{"a":{"b":{"type":"string","default":"False","enum":["x","y"]},"list":[1,2]},"c":"d"}`, 1, true},
		{"a list that is there is not said again", "  - {target: $.a, description: D, update: {list: [1], new: true}}",
			`{"a":{"b":{"type":"string","default":"False","enum":["x"]},"list":[1,2],"new":true},"c":"d"}`, 1, true},
		{"update that is already so", "  - {target: $.a.b, description: D, update: {type: string}}",
			`{"a":{"b":{"type":"string","default":"False","enum":["x"]},"list":[1,2]},"c":"d"}`, 1, false},
		{"remove", "  - {target: '$.a.list[?@ == 2]', description: D, remove: true}",
			`{"a":{"b":{"type":"string","default":"False","enum":["x"]},"list":[1]},"c":"d"}`, 1, true},
		{"remove of nothing", "  - {target: $.nowhere, description: D, remove: true}",
			`{"a":{"b":{"type":"string","default":"False","enum":["x"]},"list":[1,2]},"c":"d"}`, 0, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			root, err := document.ParseYAML("doc.yaml", []byte(doc))
			require.NoError(t, err)
			o, err := overlay.Parse("overlays/x.yaml", []byte(head+test.actions))
			require.NoError(t, err)
			matched, changes := o.Actions[0].Effect(root)
			require.Equal(t, test.matched, matched)
			require.Equal(t, test.changes, changes)
			matched, err = o.Actions[0].Apply(root)
			require.NoError(t, err)
			require.Equal(t, test.matched, matched)
			require.Equal(t, test.want, string(document.JSON(root)))
		})
	}
}

// What becomes of one document afterwards does not change what the overlay does to the next, nor one target another's.
func TestApplyLeavesTheOverlay(t *testing.T) {
	o, err := overlay.Parse("overlays/x.yaml", []byte(head+"  - {target: '$.*', description: D, update: {new: {deep: [1, {x: y}]}, list: [{z: 1}], kind: "+
		"{a: b}}}\n"))
	require.NoError(t, err)
	const want = `{"a":{"list":[0,{"z":1}],"kind":{"a":"b"},"new":{"deep":[1,{"x":"y"}]}},"b":{"new":{"deep":[1,{"x":"y"}]},"list":[{"z":1}],"kind":{"a":"b"}}}`
	for range 2 {
		root, err := document.ParseYAML("doc.yaml", []byte("a: {list: [0], kind: text}\nb: {}\n"))
		require.NoError(t, err)
		require.NoError(t, o.Apply(root))
		require.Equal(t, want, string(document.JSON(root)))
		change(document.Get(root, "a"))
		require.Contains(t, string(document.JSON(root)), want[strings.Index(want, `"b":{"new"`):])
	}
}

// change overwrites every value below n.
func change(n *yaml.Node) {
	for i := len(n.Content) - 1; i >= 0; i-- {
		change(n.Content[i])
		if n.Kind == yaml.SequenceNode || i%2 == 1 {
			*n.Content[i] = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: "changed"}
		}
	}
}

func TestUpdateThatMatchesNothing(t *testing.T) {
	got, err := apply(t, "a: {}\n", "  - {target: $.b, description: D, update: {x: 1}}\n  - {target: \"$.c['50%']\", description: D, update: {x: 1}}\n  - "+
		"{target: $.a, description: D, update: {x: 1}}\n")
	require.EqualError(t, err, "overlays/x.yaml:5:14: target matches nothing: $.b\noverlays/x.yaml:6:14: target matches nothing: $.c['50%']")
	require.Equal(t, `{"a":{"x":1}}`, got, "the others are tried")
}

func TestParseRefuses(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"unknown key": {head + "  - {target: $, description: D, update: {}, when: now}\n",
			`o.yaml:5:45: unknown key "when": known are target, description, update, remove`},
		"the dialect elsewhere": {head + "  - {target: $, description: D, update: {}, x-speakeasy-jsonpath: rfc9535}\n",
			`o.yaml:5:45: unknown key "x-speakeasy-jsonpath": known are target, description, update, remove`},
		"unknown top key": {head + "  - {target: $, description: D, update: {}}\nmode: strict\n", `o.yaml:6:1: unknown key "mode"`},
		"no description":  {head + "  - {target: $, update: {}}\n", "o.yaml:5:5: the action has no description: say why it is needed"},
		"no target":       {head + "  - {description: D, update: {}}\n", "o.yaml:5:5: the action has no target"},
		"both": {head + "  - {target: $, description: D, update: {}, remove: true}\n",
			"o.yaml:5:5: an action has either update or remove: true"},
		"neither":        {head + "  - {target: $, description: D, remove: false}\n", "o.yaml:5:5: an action has either update or remove: true"},
		"remove is text": {head + "  - {target: $, description: D, remove: 'yes'}\n", "o.yaml:5:41: remove must be true or false"},
		"bad JSONPath":   {head + "  - {target: '$.paths[', description: D, update: {}}\n", "o.yaml:5:14: target is not valid JSONPath (RFC 9535): "},
		"not a path":     {head + "  - {target: paths.x, description: D, update: {}}\n", "o.yaml:5:14: target is not valid JSONPath (RFC 9535): "},
		"scalar action":  {head + "  - now\n", "o.yaml:5:5: an action must be a mapping"},
		"no actions":     {strings.TrimSuffix(head, "actions:\n"), "o.yaml:1:1: actions must be a list with at least one action"},
		"empty actions":  {head + "  []\n", "o.yaml:5:3: actions must be a list with at least one action"},
		"other version": {strings.Replace(head, "1.0.0", "2.0.0", 1) + "  - {target: $, description: D, update: {}}\n",
			`o.yaml:1:10: not an OpenAPI Overlay 1.0 or 1.1 document: "overlay: 1.0.0" is missing`},
		"no dialect": {strings.Replace(head, "x-speakeasy-jsonpath: rfc9535\n", "", 1) + "  - {target: $, description: D, update: {}}\n",
			`o.yaml:1:1: "x-speakeasy-jsonpath: rfc9535" is missing`},
		"no title": {strings.Replace(head, "title: T, ", "", 1) + "  - {target: $, description: D, update: {}}\n",
			"o.yaml:2:7: info.title is missing"},
		"not YAML": {"overlay: [\n", "o.yaml:1: not valid YAML"},
		"problems are listed": {head + "  - {target: $, update: {}}\n  - {description: D, update: {}}\n",
			"o.yaml:5:5: the action has no description: say why it is needed\no.yaml:6:5: the action has no target"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := overlay.Parse("o.yaml", []byte(test.text))
			require.ErrorContains(t, err, test.want)
		})
	}
}

// Extensions may say more (Overlay 1.0.0 §4.6), wherever they are.
func TestExtensionsAreAllowed(t *testing.T) {
	text := strings.Replace(head, "actions:", "x-owner: us\nactions:", 1) + "  - {target: $, description: D, update: {}, x-ticket: 7}\n"
	_, err := overlay.Parse("o.yaml", []byte(text))
	require.NoError(t, err)
}

func TestReplacingAMappingIsRefused(t *testing.T) {
	got, err := apply(t, "a: {b: {c: 1}}\n", "  - {target: $.a, description: D, update: {b: [1]}}\n  - {target: $.a.b, description: D, update: text}\n")
	require.EqualError(t, err, `overlays/x.yaml:5:14: $.a: a list would replace the mapping under "b": remove that first, or update a member of it
overlays/x.yaml:6:14: $.a.b: a scalar would replace the mapping: remove that first, or update a member of it`)
	require.Equal(t, `{"a":{"b":{"c":1}}}`, got)
}

func TestCopy(t *testing.T) {
	head11 := strings.Replace(head, "overlay: 1.0.0", "overlay: 1.1.0", 1)
	for name, test := range map[string]struct{ action, want, problem string }{
		"merges":       {"{target: $.b, description: D, copy: $.a}", `{"a":{"x":1,"l":[1]},"b":{"y":2,"x":1,"l":[1]},"l":[2]}`, ""},
		"appends":      {"{target: $.l, description: D, copy: $.a.l}", `{"a":{"x":1,"l":[1]},"b":{"y":2},"l":[2,1]}`, ""},
		"no source":    {"{target: $.b, description: D, copy: $.c}", "", "o.yaml:5:14: copy must be of one node, and 0 match $.c"},
		"many sources": {"{target: $.b, description: D, copy: $.*}", "", "o.yaml:5:14: copy must be of one node, and 3 match $.*"},
	} {
		t.Run(name, func(t *testing.T) {
			root, err := document.ParseYAML("doc.yaml", []byte("a: {x: 1, l: [1]}\nb: {y: 2}\nl: [2]\n"))
			require.NoError(t, err)
			o, err := overlay.Parse("o.yaml", []byte(head11+"  - "+test.action+"\n"))
			require.NoError(t, err)
			err = o.Apply(root)
			if test.problem != "" {
				require.EqualError(t, err, test.problem)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, string(document.JSON(root)))
			_, changes := o.Actions[0].Effect(root)
			require.False(t, changes)
		})
	}
	for name, test := range map[string]struct{ head, action, want string }{
		"in 1.0":       {head, "{target: $.b, description: D, copy: $.a}", `o.yaml:5:35: unknown key "copy": known are target, description, update, remove`},
		"beside":       {head11, "{target: $.b, description: D, copy: $.a, remove: true}", "o.yaml:5:5: an action has either update, copy or remove: true"},
		"bad JSONPath": {head11, "{target: $.b, description: D, copy: '$.['}", "o.yaml:5:41: copy is not valid JSONPath (RFC 9535): "},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := overlay.Parse("o.yaml", []byte(test.head+"  - "+test.action+"\n"))
			require.ErrorContains(t, err, test.want)
		})
	}
}

// A target whose schema is called otherwise is told with the nearest name that there is.
func TestNearestName(t *testing.T) {
	for target, want := range map[string]string{
		"$.components.schemas.AnsweringRuleInfo.properties": "there is no schema AnsweringRuleInfo (the nearest is AnsweringRule)",
		"$.components.schemas['Answering-Rule']":            "there is no schema Answering-Rule (the nearest is AnsweringRule)",
		"$.components.schemas.AnsweringRule.items":          "target matches nothing: $.components.schemas.AnsweringRule.items",
		"$.components.schemas.Zebra":                        "target matches nothing: $.components.schemas.Zebra",
	} {
		o, err := overlay.Parse("o.yaml", []byte(head+"  - {target: \""+target+"\", description: d, update: {x: 1}}\n"))
		require.NoError(t, err)
		root, err := document.ParseYAML("d.yaml", []byte("components: {schemas: {AnsweringRule: {type: object}, Queue: {type: object}}}"))
		require.NoError(t, err)
		err = o.Apply(root)
		require.ErrorContains(t, err, want)
		require.NotContains(t, strings.TrimSuffix(err.Error(), want), "nearest")
	}
}
