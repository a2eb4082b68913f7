package report

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	nethtml "golang.org/x/net/html"

	"github.com/ringbasic/ringbasic/internal/diff"
)

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
	}

	// The last operation's breaking findings go before the first one's safe findings.
	r := huge(0)
	for i := range 2000 {
		r.Findings = append(r.Findings, diff.Finding{ID: "resp-add", Severity: diff.Safe, Operation: createThing,
			Location: fmt.Sprintf("response 200 application/json a%d", i)})
	}
	r.Finish()
	text := render(t, "markdown", r, options)
	require.Contains(t, text, "findings left out here")
	require.Contains(t, text, "| **breaking** | `request multipart/mixed` line 70 |")
	require.Contains(t, text, "| **breaking** | `operation` | removed |")
}
