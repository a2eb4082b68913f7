package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/ringbasic/ringbasic/internal/diff"
)

func parsePage(t *testing.T, r *diff.Report, o Options) *html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(render(t, "html", r, o)))
	require.NoError(t, err)
	return root
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// The page has a place for each finding and each operation that was compared, links lead to something, nothing is
// loaded, and vendor text is text.
func TestPage(t *testing.T) {
	t.Parallel()
	r := everything()
	root := parsePage(t, r, options)
	ids, links, elements := map[string]bool{}, []string{}, map[string]int{}
	policy := ""
	var style, script *html.Node
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		elements[n.Data]++
		if id := attribute(n, "id"); id != "" {
			require.False(t, ids[id], "id %s is there twice", id)
			ids[id] = true
		}
		require.Empty(t, attribute(n, "src"), "%s", n.Data)
		require.Empty(t, attribute(n, "style"), "%s: the policy forbids it", n.Data)
		for _, a := range n.Attr {
			require.False(t, strings.HasPrefix(a.Key, "on"), "%s has %s", n.Data, a.Key)
		}
		switch n.Data {
		case "style":
			style = n
		case "script":
			script = n
		case "link":
			require.Equal(t, "data:,", attribute(n, "href"))
		case "a":
			links = append(links, attribute(n, "href"))
		case "meta":
			if attribute(n, "http-equiv") == "Content-Security-Policy" {
				policy = attribute(n, "content")
			}
		}
	}
	require.Equal(t, 1, elements["script"], "vendor text is no script")
	require.Contains(t, policy, "default-src 'none'; style-src '"+integrity(textOf(style))+"'; script-src '"+integrity(textOf(script))+"';")
	for _, link := range links {
		require.True(t, strings.HasPrefix(link, "#") && ids[link[1:]], "%s leads nowhere", link)
	}
	for _, f := range r.Findings {
		require.True(t, ids["f-"+Key(f)], "%s %s", f.Operation, f.Location)
	}
	for _, operation := range r.Operations {
		require.True(t, ids[group{Operation: operation}.Anchor()], operation)
	}
	text := textOf(root)
	for _, want := range []string{
		"7 breaking changes for a client built on the pinned description", "6 operations compared", "No change.",
		"incompatible (a major release)", "Go: incompatible Thing.Ranges", "Waivers that fail (1)", "Documented errors (4, 3 changed)",
		"(was: Name too long)", "1/2", "10/12 (2 waived)", hostile[:strings.Index(hostile, "\r")],
	} {
		require.Contains(t, text, want)
	}
}

func TestVerdictOfPage(t *testing.T) {
	t.Parallel()
	finding := func(s diff.Severity) diff.Finding {
		return diff.Finding{ID: "other", Severity: s, Operation: readThing, Location: "operation"}
	}
	for want, findings := range map[string][]diff.Finding{
		"No drift: nothing changed for the selected operations":           nil,
		"Nothing breaks, and nothing is risky":                            {finding(diff.Safe)},
		"Nothing breaks; 1 risky change":                                  {finding(diff.Safe), finding(diff.Risky)},
		"1 breaking change for a client built on the pinned description":  {finding(diff.Breaking), finding(diff.Risky)},
		"2 breaking changes for a client built on the pinned description": {finding(diff.Breaking), finding(diff.Breaking)},
	} {
		r := &diff.Report{Findings: findings}
		r.Finish()
		require.Contains(t, textOf(parsePage(t, r, Options{})), want)
	}
}

func TestSplitLocation(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]location{
		"operation":                           {"", "operation"},
		"x-app-permission":                    {"", "x-app-permission"},
		"parameter query:view":                {"parameter", "query:view"},
		"request":                             {"", "request"},
		"request application/json":            {"request", "application/json"},
		"request application/json a[].b":      {"request application/json", "a[].b"},
		"response 200":                        {"response", "200"},
		"response 200 application/json":       {"response 200", "application/json"},
		"response 200 application/json a b.c": {"response 200 application/json", "a b.c"},
		"error 400 THG-101":                   {"error 400", "THG-101"},
	} {
		require.Equal(t, want, splitLocation(s))
	}
}

func TestSharedPath(t *testing.T) {
	t.Parallel()
	require.Equal(t, "/v1/account/{accountId}", sharedPath([]string{createThing, readThing, sendFile}))
	require.Equal(t, "/v1", sharedPath([]string{createThing, readStatus}))
	require.Empty(t, sharedPath([]string{createThing}))
	require.Empty(t, sharedPath([]string{createThing, "GET /v2/x"}))
	require.Empty(t, sharedPath(nil))
}
