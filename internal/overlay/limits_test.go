package overlay_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/overlay"
)

func of(t *testing.T, actions ...string) (*overlay.Overlay, error) {
	t.Helper()
	var b strings.Builder
	b.WriteString("overlay: 1.1.0\ninfo: {title: T, version: '1'}\nx-speakeasy-jsonpath: rfc9535\nactions:\n")
	for _, a := range actions {
		b.WriteString("  - {description: D, " + a + "}\n")
	}
	return overlay.Parse("o.yaml", []byte(b.String()))
}

func update(target string) string { return "target: " + strconv.Quote(target) + ", update: {x-a: 1}" }

// A JSONPath is bounded in length and nesting, whatever it consists of, before it is parsed.
func TestTargetsAreBounded(t *testing.T) {
	t.Parallel()
	n := strings.Repeat
	for target, want := range map[string]string{
		"$[?" + n("(", 100_000) + "@" + n(")", 100_000) + "]": "it is longer than 2000 bytes",
		"$[?" + n("!", 100_000) + "@.a]":                      "it is longer than 2000 bytes",
		"$" + n(".a", 1000):                                   "it is longer than 2000 bytes",
		"$" + n("[?@", 200) + n("]", 200):                     "more than 6 brackets are within each other",
		"$" + n("[?@", 7) + n("]", 7):                         "more than 6 brackets are within each other",
		"$[?" + n("(", 6) + "@" + n(")", 6) + "]":             "more than 6 brackets are within each other",
		"$[?" + n("length(", 200) + "@" + n(")", 200) + ">1]": "more than 6 brackets are within each other",
		"$[?" + n("!(", 6) + "@" + n(")", 6) + "]":            "more than 6 brackets are within each other",
		"$" + n("[", 300):                                     "more than 6 brackets are within each other",
		"$['a''a']":                                           `there is no comma before "a"`,
		"$['a' 1]":                                            `there is no comma before "1"`,
		"$[**]":                                               "there is no dot or comma before *",
		"$[?@.a*]":                                            "there is no dot or comma before *",
		"$[?@.a?@.a]":                                         "a filter stands in brackets",
		"$)":                                                  "a bracket is closed that was not opened",
	} {
		_, err := of(t, update(target))
		require.ErrorContains(t, err, "o.yaml:5:30: target is not valid JSONPath (RFC 9535): "+want)
		_, err = of(t, "target: $, copy: "+strconv.Quote(target))
		require.ErrorContains(t, err, "o.yaml:5:39: copy is not valid JSONPath (RFC 9535): "+want)
	}
	for _, target := range []string{
		"$" + n(".a", 999), "$" + n("[?@.a", 6) + n("]", 6), "$[?" + n("(", 5) + "@.a" + n(")", 5) + "]", "$[?" + n("!", 500) + "@.a]",
		"$[?" + n("length(", 5) + "@.a" + n(")", 5) + ">1]",
		"$['a','b',0,-1,*]", "$[?@.a == 'x' && @['b'] != 1, 'c']", "$..[?!(@.a || match(@.b, 'x'))]", "$.a[0:3:2]", "$.a[:3]", "$.a[::2]", "$['a[((((((((']",
	} {
		_, err := of(t, update(target))
		require.NoError(t, err, target)
	}
	var many []string
	for range 20 {
		many = append(many, update("$[?@[?@[?@[?@"+n("[?@.a]", 80)+"]]]]"))
	}
	_, err := of(t, many...)
	require.ErrorContains(t, err, "the JSONPaths up to here have too many filters within each other to be read")
}

// deep is a document of 8 members, each of 8 and so on, down to a level.
func deep(levels int) *yaml.Node {
	if levels == 0 {
		return document.String("x")
	}
	m := document.Mapping()
	for i := range 8 {
		document.Set(m, "k"+strconv.Itoa(i), deep(levels-1))
	}
	return m
}

// What a JSONPath may select and look at is told by its form and the document, and bounded before it is tried.
func TestSelectionsAreBounded(t *testing.T) {
	t.Parallel()
	n := strings.Repeat
	const want = "it may look at more than 10000000 nodes: use fewer of *, .., ? and lists of them"
	for _, target := range []string{
		"$" + n("[*,*,*,*,*,*,*,*]", 6), "$" + n("['a','a']", 60), "$" + n("[0,-1]", 60), "$" + n("[?@.a,?@.a]", 60),
		"$[?@" + n("[*,*,*,*,*,*,*,*]", 6) + "]", "$" + n("[*,'a']", 60), "$" + n("..*", 12), "$..[?$..*]", "$..[?count($.*)>1]", "$..[?$['k0','k1'][*]]",
		"$" + n("..*~~", 3), "$..*" + n("..k0", 10), "$..[?@" + n("..k0", 8) + "]",
	} {
		o, err := of(t, update(target))
		require.NoError(t, err, target)
		require.ErrorContains(t, o.Apply(deep(4)), "o.yaml:5:30: "+target+": "+want, target)
		matched, changes := o.Actions[0].Effect(deep(4))
		require.Zero(t, matched)
		require.False(t, changes)
		require.Empty(t, o.Actions[0].Stray(deep(4)))
		require.Empty(t, o.Actions[0].Replaces(deep(4)))
		o, err = of(t, "remove: true, target: "+strconv.Quote(target))
		require.NoError(t, err, target)
		require.ErrorContains(t, o.Apply(deep(4)), want, target)
		o, err = of(t, "target: $, copy: "+strconv.Quote(target))
		require.NoError(t, err, target)
		require.ErrorContains(t, o.Apply(deep(4)), want, target)
	}
	for _, target := range []string{
		"$..*", "$..*..*", "$.*.*.*", "$[*,'k0']", "$.k0[?@.k0 && @.k1.k2]", "$['k0','k1']['k2','k3']['k4','k5']", "$..[?$.k0.k1]", "$.k0[?$['k0']['k1']].*~",
	} {
		o, err := of(t, "remove: true, target: "+strconv.Quote(target))
		require.NoError(t, err, target)
		matched, err := o.Actions[0].Apply(deep(4))
		require.NoError(t, err, target)
		require.NotZero(t, matched, target)
	}
}

// So are the actions of an overlay, and what its updates make.
func TestUpdatesAreBounded(t *testing.T) {
	t.Parallel()
	var many []string
	for i := range overlay.MaxActions {
		many = append(many, fmt.Sprintf("target: $.k0, update: {x-%d: 1}", i%10))
	}
	o, err := of(t, many...)
	require.NoError(t, err)
	require.NoError(t, o.Apply(deep(2)))
	_, err = of(t, append(many, "target: $, update: {x-a: 1}")...)
	require.EqualError(t, err, "o.yaml:10005:5: more than 10000 actions: split the overlay, or select several nodes at once")

	list := "[" + strings.Repeat("1,", overlay.MaxEntries)
	_, err = of(t, "target: $, update: {x-a: "+list+"]}")
	require.NoError(t, err)
	for _, large := range []string{list + "1]}", "{" + entries(overlay.MaxEntries+1) + "}}"} {
		_, err = of(t, "target: $, update: {x-a: "+large)
		require.ErrorContains(t, err, "more than 5000 entries in one list or mapping of an update")
	}

	for name, value := range map[string]string{"nodes": "[" + strings.Repeat("1,", 4_000) + "]", "text": strings.Repeat("x", 200_000)} {
		o, err = of(t, "target: $.k0.*.*, update: {x-a: "+value+"}", "target: $.k1.*.*, update: {x-a: "+value+"}",
			"target: $.k2.*.*, update: {x-a: "+value+"}", "target: $.k3.*.*, update: {x-a: "+value+"}",
			"target: $.k4.*.*, update: {x-a: "+value+"}", "target: $.k5.*.*, update: {x-a: "+value+"}")
		require.NoError(t, err, name)
		err = o.Apply(deep(4))
		require.Len(t, strings.Split(err.Error(), "\n"), 1, "the others are not tried any more")
		require.ErrorContains(t, err, ": the updates up to here make more than 250000 nodes or 64 MiB of text", name)
	}
}

func entries(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "k%d: 1,", i)
	}
	return b.String()
}
