package update

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/pin"
	"github.com/ringbasic/ringbasic/internal/project"
)

// proposed is an update with one of everything.
func proposed() *Result {
	verdict := diff.GoIncompatible
	finding := func(id string, severity diff.Severity, handled string, impact *diff.GoImpact) diff.Finding {
		return diff.Finding{ID: id, Severity: severity, Operation: "GET /desk", Location: "response 200 application/json a", Rule: "of " + id,
			HandledBy: handled, Go: impact}
	}
	return &Result{
		Changed: true,
		Files:   map[string][]byte{},
		Moved: &diff.Report{
			Summary: diff.Summary{Breaking: 2, Risky: 1, Safe: 3, Handled: 1, Go: &verdict},
			Findings: []diff.Finding{
				finding("none", diff.Risky, "", nil),
				finding("short", diff.Breaking, "", &diff.GoImpact{Verdict: diff.GoIncompatible, Symbols: []string{"Desk", "Chair"}}),
				finding("exact", diff.Breaking, "", &diff.GoImpact{Verdict: diff.GoIncompatible, Symbols: []string{"Shade", "Desk.Colour"}}),
				finding("handled", diff.Breaking, "overlays/20-repair.yaml:3", nil),
				finding("compatible", diff.Safe, "", &diff.GoImpact{Verdict: diff.GoCompatible, Symbols: []string{"Lamp"}}),
			},
			GoChanges: []diff.GoChange{
				{Symbol: "Desk.Colour", Change: "changed from string to Colour"},
				{Symbol: "Desk.Height", Change: "removed"},
				{Symbol: "Lamp.Power", Change: "removed"},
				{Symbol: "Lamp", Change: "removed"},
				{Symbol: "New", Change: "added", Compatible: true},
			},
		},
		Done: []string{"overlays/50-docs.yaml:7 is deleted: <it> is gone"},
		Todos: []Todo{
			{ID: "name-1", Kind: KindName, At: "spec/names.yaml:3", Fact: "New names *a*", Options: []string{"keep it", "rename it"}},
			{ID: "name-2", Kind: KindName, At: "spec/names.yaml:4", Fact: "Newer: allowed values [A, B]", Options: []string{"keep it", "rename it"}},
			{ID: "description-1", Kind: KindDescription, At: docsFile, Fact: "x", Options: []string{"describe it"}, Actions: "  - target: $.x\n"},
		},
	}
}

var provenance = Provenance{
	Old:   pin.Lock{Source: "https://example.com/old.yaml", Retrieved: "2026-10-01", UpstreamSHA256: "aa"},
	New:   pin.Lock{Source: "https://example.com/new.yaml", Retrieved: "2026-11-01", UpstreamSHA256: "bb"},
	Suite: "passes",
}

const proposedBody = "Vendor document of 2026-11-01 (was 2026-10-01): incompatible Go API, 3 to-dos\n\n" +
	"| | |\n|---|---|\n" +
	"| On the wire | 2 breaking, 1 risky, 3 safe; 1 dealt with by overlays before |\n" +
	"| Go API | incompatible Go API |\n| Contract suite | passes |\n| To decide | 3 |\n" +
	"\n## To do\n\n" +
	"\n**name**: keep it; or rename it\n\n" +
	"- [ ] `name-1` `spec/names.yaml:3`: New names \\*a\\*\n" +
	"- [ ] `name-2` `spec/names.yaml:4`: Newer: allowed values \\[…\\]\n" +
	"\n**description**: describe it\n\n" +
	"- [ ] `description-1` `overlays/50-docs.yaml`: x\n" +
	"\n## Breaking on the wire\n\n" +
	"- short: `GET /desk` response 200 application/json a: of short\n" +
	"- exact: `GET /desk` response 200 application/json a: of exact\n" +
	"\n## Go API: gone or changed incompatibly\n\n" +
	"- `Desk.Colour`: changed from string to Colour (exact, GET /desk, response 200 application/json a)\n" +
	"- `Desk.Height`: removed (short, GET /desk, response 200 application/json a)\n" +
	"- `Lamp.Power`: removed\n" +
	"- `Lamp`: removed (compatible, GET /desk, response 200 application/json a)\n" +
	"\n## Done\n\n- overlays/50-docs.yaml:7 is deleted: &lt;it&gt; is gone\n" +
	"\nFor the end of overlays/50-docs.yaml, with your texts:\n\n```yaml\n  - target: $.x\n```\n" +
	"\n## Provenance\n\n- source: https://example.com/new.yaml, retrieved 2026-11-01, SHA-256 `bb`\n" +
	"- before: https://example.com/old.yaml, retrieved 2026-10-01, SHA-256 `aa`\n\n" +
	"The whole report is in update.json. How to decide: docs/updating.md.\n"

// A pull request says all there is, once, and why: a change by the finding that names it, else by that of its type.
func TestPullRequest(t *testing.T) {
	t.Parallel()
	files := proposed().PullRequest(provenance)
	require.Equal(t, proposedBody, string(files["body.md"]))
	require.Equal(t, "ringbasic/update\n", string(files["branch"]))
	require.Equal(t, "Vendor document of 2026-11-01 (was 2026-10-01): incompatible Go API, 3 to-dos\n", string(files["title"]))
	require.Equal(t, "- Added: `New`.\n- Changed: `Desk.Colour`.\n- Removed: `Desk.Height`, `Lamp`, `Lamp.Power`.\n", string(files["changelog.md"]))
	var told struct {
		Branch, Title, Suite string
		Done                 []string
		Todos                []Todo
	}
	require.NoError(t, json.Unmarshal(files["update.json"], &told))
	require.Equal(t, []any{"ringbasic/update", strings.TrimSpace(string(files["title"])), "passes", 1, 3},
		[]any{told.Branch, told.Title, told.Suite, len(told.Done), len(told.Todos)})

	nothing := &Result{Moved: &diff.Report{}}
	files = nothing.PullRequest(Provenance{Suite: "passes"})
	require.Equal(t, "Vendor document of unknown date (was unknown date): Go API not compared, nothing to decide\n", string(files["title"]))
	require.Empty(t, string(files["changelog.md"]))
	body := string(files["body.md"])
	require.Equal(t, 1, strings.Count(body, "\n## "), "no section without a line")
	require.NotContains(t, body, "For the end of")
}

// What was done and what is left to do is told with each section once, and none that has nothing in it.
func TestText(t *testing.T) {
	t.Parallel()
	r := proposed()
	require.Equal(t, "\nDone\n  overlays/50-docs.yaml:7 is deleted: <it> is gone\n"+
		"\nTo do (3)\n  name: keep it; or rename it\n    name-1 spec/names.yaml:3: New names *a*\n"+
		"    name-2 spec/names.yaml:4: Newer: allowed values […]\n"+
		"  description: describe it\n    description-1 overlays/50-docs.yaml: x\n"+
		"\nFor the end of overlays/50-docs.yaml\n  - target: $.x\n", r.Text(false))
	require.Equal(t, "\n## Done\n\n- overlays/50-docs.yaml:7 is deleted: &lt;it&gt; is gone\n"+
		"\n## To do (3)\n\n\n**name**: keep it; or rename it\n\n- [ ] `name-1` `spec/names.yaml:3`: New names \\*a\\*\n"+
		"- [ ] `name-2` `spec/names.yaml:4`: Newer: allowed values \\[…\\]\n"+
		"\n**description**: describe it\n\n- [ ] `description-1` `overlays/50-docs.yaml`: x\n"+
		"\n## For the end of overlays/50-docs.yaml\n\n```yaml\n  - target: $.x\n```\n", r.Text(true))
	require.Empty(t, (&Result{Moved: &diff.Report{}}).Text(false))
	require.Empty(t, (&Result{Moved: &diff.Report{}}).Text(true))
}

// A fact of 600 characters is told, of a longer one that many; a control character is a space.
func TestFactsAreCut(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{600: strings.Repeat("ä", 600), 601: strings.Repeat("ä", 600) + "…"} {
		r := &Result{Todos: []Todo{{ID: "i", Kind: "k", At: "a", Fact: strings.Repeat("ä", n)}}}
		require.Equal(t, "    i a: "+want, r.todoLines(false)[1])
		require.Equal(t, "- [ ] `i` `a`: "+want, r.todoLines(true)[3])
	}
	require.Equal(t, "a b c d e f", inline("a\x1fb\x7fc\u2028d\u2029e\nf", false))
}

// The text of a pull request stays a thousand bytes below its bound; what just fits is in it, what does not is counted.
func TestBodyIsBounded(t *testing.T) {
	t.Parallel()
	body := func(done ...string) string {
		return string((&Result{Moved: &diff.Report{}, Done: done}).body(provenance))
	}
	const more = "- and %d more in update.json\n"
	most := MaxBody - 1_000 + 1 // with the line feed of its last line
	fits := most - len(body("x")) + 1
	require.Len(t, body(strings.Repeat("x", fits)), most)
	require.Contains(t, body(strings.Repeat("x", fits)), strings.Repeat("x", fits)+"\n")
	require.Contains(t, body(strings.Repeat("x", fits+1)), "\n## Done\n\n"+fmt.Sprintf(more, 1)+"\n## Provenance")
	require.Contains(t, body("x", strings.Repeat("x", fits), "y"), "\n## Done\n\n- x\n"+fmt.Sprintf(more, 2)+"\n## Provenance")

	// Actions take a third at most.
	actions := func(n int) string {
		return string((&Result{Moved: &diff.Report{}, Todos: []Todo{{Actions: strings.Repeat("a", n) + "\n"}}}).body(provenance))
	}
	frame := len("\nFor the end of overlays/50-docs.yaml, with your texts:\n\n```yaml\n\n```\n")
	require.Contains(t, actions(MaxBody/3-frame), "```yaml\n"+strings.Repeat("a", MaxBody/3-frame)+"\n```\n\n## Provenance")
	require.Contains(t, actions(MaxBody/3-frame+1),
		"\n\nThe actions for overlays/50-docs.yaml are in update.json: they are too long for this text.\n\n## Provenance")
}

// A line of the changelog has 120 columns at most, with the sign behind its last symbol.
func TestChangelogColumns(t *testing.T) {
	t.Parallel()
	fits := strings.Repeat("x", columns-len("- Added: ``."))
	for symbol, want := range map[string]string{
		fits:       "- Added: `" + fits + "`.\n",
		fits + "x": "- Added:\n  `" + fits + "x`.\n",
	} {
		require.Equal(t, want, (&apiChanges{added: []string{symbol}}).String())
	}
}

// What goes on before any item of the list is a person's note.
func TestNotesAboveTheList(t *testing.T) {
	t.Parallel()
	changes, notes, rest := readChanges("  `X` of old\n- Added: `A`,\n  `B`.\n- Removed: `C`.\n- Other: `D`.\n  `E`\n\n## v1\n")
	require.Equal(t, apiChanges{added: []string{"A", "B"}, removed: []string{"C"}}, changes)
	require.Equal(t, "  `X` of old\n- Other: `D`.\n  `E`\n", notes)
	require.Equal(t, "\n## v1\n", rest)

	r := proposed()
	r.Changed = false
	require.NoError(t, r.NoteInChangelog(fstest.MapFS{project.ChangelogFile: {Data: []byte("## Unreleased\n")}}))
	require.Empty(t, r.Files, "the pin did not change")
}
