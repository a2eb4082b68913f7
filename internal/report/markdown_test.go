package report

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
	nethtml "golang.org/x/net/html"

	"github.com/ringbasic/ringbasic/internal/diff"
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
	r := everything()
	for _, f := range r.Findings { // the policy's own words are not the vendor's, and are held to the same
		if f.ID == "other" {
			r.Findings[0].Rule, r.Findings[0].Operation = hostile, "POST /"+hostile
		}
	}
	r.Operations = append(r.Operations, "GET /"+hostile)
	root := rendered(t, render(t, "markdown", r, options))
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
	require.Len(t, overviewRows(root), 1+len(groups(r)), "the overview has a row for each operation")

	var codes []string
	for n := range root.Descendants() {
		if n.Data == "code" {
			codes = append(codes, textOf(n))
		}
	}
	require.Contains(t, codes, "+ "+printable(hostile), "it reads as it is written")
	require.Contains(t, codes, "pattern none → "+printable(hostile))
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

func TestCode(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"a", "a b", "`", "``a```", "a|b", `a\|b`, `a\`, "<b>", "&amp;", "*a*", "_a_", "[x](y)", "~~a~~", "$a$", "@someone", "www.example.com", "{{a}}"} {
		for _, frame := range []string{"%s\n", "- %s\n", "|a|b|\n|-|-|\n|%s|c|\n", "### %s\n"} {
			root := rendered(t, fmt.Sprintf(frame, code(s)))
			var got []string
			for n := range root.Descendants() {
				if n.Data == "code" {
					got = append(got, textOf(n))
				}
				if n.Type == nethtml.ElementNode {
					require.NotContains(t, []string{"b", "a", "em", "strong", "del", "script"}, n.Data, s)
				}
			}
			require.Equal(t, []string{s}, got, "%q in %q", s, frame)
		}
	}
	require.Empty(t, code(""))
}

// huge is a report with far more than fits: n findings of each severity, each as long as it gets, in each operation.
func huge(n int) *diff.Report {
	r := everything()
	long := strings.Repeat("|", 1000)
	for i := range n {
		for _, operation := range []string{createThing, readThing, updateThing, sendFile} {
			for _, id := range []string{"req-enum-rem", "resp-enum-add", "req-enum-add"} {
				f := diff.Finding{ID: id, Operation: operation, Location: fmt.Sprintf("response 200 application/json a%d", i), New: fmt.Sprint(i, long)}
				f.Severity = map[string]diff.Severity{"req-enum-rem": diff.Breaking, "resp-enum-add": diff.Risky, "req-enum-add": diff.Safe}[id]
				r.Findings = append(r.Findings, f)
			}
		}
		r.Operations = append(r.Operations, fmt.Sprintf("GET /%d/%s", i, long))
		r.Outside = append(r.Outside, diff.Warning{Message: long})
		r.Recordings = append(r.Recordings, diff.Recording{File: fmt.Sprint(i), Problem: long})
		r.WaiverProblems = append(r.WaiverProblems, diff.WaiverProblem{File: "w", Line: i, Problem: "no"})
	}
	r.Finish()
	return r
}

// What does not fit into a comment is left out, the least important first, and the report says how much.
func TestMarkdownIsBounded(t *testing.T) {
	t.Parallel()
	const githubComment = 65_536
	for _, n := range []int{1, 10, 100, 1000} {
		r := huge(n)
		text := render(t, "markdown", r, options)
		require.Less(t, len(text), githubComment-500, "%d: with room for what an action adds", n)
		require.Equal(t, strings.Count(text, "<details>"), strings.Count(text, "</details>"))
		shown := len(regexp.MustCompile(`(?m)^\| (\*\*breaking\*\*|risky|safe)`).FindAllString(text, -1))
		left := 0
		if m := regexp.MustCompile(`\*\*(\d+) findings left out here`).FindStringSubmatch(text); m != nil {
			_, err := fmt.Sscan(m[1], &left)
			require.NoError(t, err)
		}
		require.Equal(t, len(r.Findings), shown+left, "%d", n)
		require.Equal(t, n > 1, left > 0, "%d", n)
		if n >= 100 {
			require.Contains(t, text, "operations left out here")
			require.NotContains(t, text, "(`req-enum-add`) |", "no safe finding while breaking ones are left out")
		}
		rendered(t, text)
	}

	// The last operation's breaking findings go before the first one's safe findings.
	r := huge(0)
	for i := range 2000 {
		r.Findings = append(r.Findings, diff.Finding{ID: "resp-add", Severity: diff.Safe, Operation: createThing, Location: fmt.Sprintf("response 200 application/json a%d", i)})
	}
	r.Finish()
	text := render(t, "markdown", r, options)
	require.Contains(t, text, "findings left out here")
	require.Contains(t, text, "| **breaking** | `request multipart/mixed` line 70 |")
	require.Contains(t, text, "| **breaking** | `operation` | removed |")
}
