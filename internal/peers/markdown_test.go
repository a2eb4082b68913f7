package peers_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
	nethtml "golang.org/x/net/html"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/report/reporttest"
)

// rendered is Markdown as GitHub shows it, parsed.
func rendered(t *testing.T, markdown string) *nethtml.Node {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe())).Convert([]byte(markdown), &b))
	root, err := nethtml.Parse(&b)
	require.NoError(t, err)
	return root
}

func textOf(n *nethtml.Node) string {
	if n.Type == nethtml.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := range n.ChildNodes() {
		b.WriteString(textOf(c))
	}
	return b.String()
}

// Vendor text leaves no cell, is no element, no link and no formatting, and mentions nobody.
func TestMarkdownIsInert(t *testing.T) {
	t.Parallel()
	r := reporttest.Everything()
	for _, f := range r.Findings { // the policy's own words are not the vendor's, and are held to the same
		if f.ID == "other" {
			r.Findings[0].Rule, r.Findings[0].Operation = reporttest.Hostile, "POST /"+reporttest.Hostile
		}
	}
	r.Operations = append(r.Operations, "GET /"+reporttest.Hostile)
	root := rendered(t, render(t, "markdown", r))
	elements := map[string]int{}
	var outside strings.Builder // text outside of code, where GitHub looks for names
	for n := range root.Descendants() {
		switch {
		case n.Type == nethtml.ElementNode:
			elements[n.Data]++
			if n.Data == "tr" {
				cells := 0
				for c := range n.ChildNodes() {
					if c.Type == nethtml.ElementNode {
						cells++
					}
				}
				require.Contains(t, []int{4, 5}, cells, "%s", textOf(n))
				require.NotContains(t, strings.TrimSpace(textOf(n)), "\n\n")
			}
		case n.Type == nethtml.TextNode && !within(n, "code"):
			outside.WriteString(n.Data)
		}
	}
	for _, name := range []string{"script", "a", "del", "img", "pre", "input", "em"} {
		require.Zero(t, elements[name], "element %s", name)
	}
	require.Equal(t, elements["details"], elements["summary"])
	require.NotRegexp(t, regexp.MustCompile(`@\w`), outside.String(), "a mention")
	require.NotRegexp(t, regexp.MustCompile(`#\d`), outside.String(), "a reference")
	require.Len(t, overviewRows(root), 1+len(r.Operations)+1, "a row for each operation, also for the one of a finding alone")

	var codes []string
	for n := range root.Descendants() {
		if n.Data == "code" {
			codes = append(codes, textOf(n))
		}
	}
	printed := strings.NewReplacer("\r", `\r`, "\n", `\n`, "\x1b", `\x1b`, "\u202e", `\u202e`).Replace(reporttest.Hostile)
	require.Contains(t, codes, "+ "+printed, "it reads as it is written")
	require.Contains(t, codes, "pattern none → "+printed)
}

// overviewRows are the rows of the overview.
func overviewRows(root *nethtml.Node) (rows []*nethtml.Node) {
	for n := range root.Descendants() {
		if n.Data == "tr" {
			cells := 0
			for c := range n.ChildNodes() {
				if c.Type == nethtml.ElementNode {
					cells++
				}
			}
			if cells == 5 {
				rows = append(rows, n)
			}
		}
	}
	return rows
}

func within(n *nethtml.Node, name string) bool {
	for p := range n.Ancestors() {
		if p.Data == name {
			return true
		}
	}
	return false
}

// What stands in code comes out as it was, and nothing of it is markup.
func TestMarkdownCode(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"a", "a b", "`", "``a```", "a|b", `a\|b`, `a\`, "<b>", "&amp;", "*a*", "_a_", "[x](y)", "~~a~~", "$a$", "@someone",
		"www.example.com", "{{a}}"} {
		r := reporttest.Nothing()
		r.Findings = []diff.Finding{{ID: "resp-enum-add", Severity: diff.Risky, Operation: reporttest.ReadThing, Location: s, New: s}}
		r.Document = []string{s}
		r.Outside = []diff.Warning{{Message: s, Line: 1}}
		r.Finish()
		var codes []string
		for n := range rendered(t, render(t, "markdown", r)).Descendants() {
			if n.Data == "code" {
				codes = append(codes, textOf(n))
			}
			if n.Type == nethtml.ElementNode {
				require.NotContains(t, []string{"b", "a", "em", "del", "script"}, n.Data, s)
			}
		}
		require.Contains(t, codes, s)
		require.Contains(t, codes, "+ "+s)
	}
}
