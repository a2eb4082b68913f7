package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/diff"
)

// added is a finding of a severity, at a place of its own for each number.
func added(severity diff.Severity, number int) diff.Finding {
	return diff.Finding{ID: "resp-add", Severity: severity, Operation: readThing, Location: fmt.Sprintf("response 200 application/json a%d", number)}
}

func several(severity diff.Severity, n int) (all []diff.Finding) {
	for i := range n {
		all = append(all, added(severity, i))
	}
	return all
}

// Five risky findings of an operation are shown, six are folded.
func TestRiskyFindingsAreFolded(t *testing.T) {
	t.Parallel()
	for n, folded := range map[int]bool{1: false, 5: false, 6: true} {
		r := &diff.Report{Findings: several(diff.Risky, n)}
		r.Finish()
		text := render(t, "markdown", r, options)
		require.Equal(t, folded, strings.Contains(text, fmt.Sprintf("<details><summary>%d risky</summary>", n)), "%d", n)
		require.Equal(t, n, strings.Count(text, "\n| risky | "), "%d", n)
	}
}

// The overview ends where its next row would go over half of what findings may fill, and says how many there are left.
func TestOverviewIsBounded(t *testing.T) {
	t.Parallel()
	const header = "\n| operation | breaking | risky | safe | handled or waived |\n|---|--:|--:|--:|--:|\n"
	all := []group{{Operation: "GET /a"}, {Operation: "GET /b"}, {Operation: "GET /c"}}
	row := func(path string) string { return "| `GET " + path + "` | 0 | 0 | 0 | 0 |\n" }
	whole := header + row("/a") + row("/b") + row("/c")
	for _, c := range []struct {
		name string
		room int
		want string
	}{
		{"all of it", len(whole), whole},
		{"all but a byte", len(whole) - 1, header + row("/a") + row("/b") + "\n1 operation left out here.\n"},
		{"one row", len(header + row("/a")), header + row("/a") + "\n2 operations left out here.\n"},
		{"no row", len(header+row("/a")) - 1, header + "\n3 operations left out here.\n"},
	} {
		m := &markdownWriter{}
		before := strings.Repeat("x", maxFindings/2-c.room)
		m.WriteString(before)
		m.overview(all)
		require.Equal(t, c.want, strings.TrimPrefix(m.String(), before), c.name)
	}
}

// An operation's first row costs what its heading costs, too; each row that just fits is there.
func TestRowsThatFit(t *testing.T) {
	t.Parallel()
	first, second, other := added(diff.Breaking, 0), added(diff.Breaking, 1), added(diff.Risky, 0)
	other.Operation = "GET /b"
	all := []group{{"GET /a|", []diff.Finding{first, second}}, {"GET /b", []diff.Finding{other}}}
	const headingA, headingB = 250 + len("<code>GET /a&#124;</code>"), 250 + len("`GET /b`")
	a, b := headingA+len(markdownRow(first)), len(markdownRow(second))
	whole := a + b + headingB + len(markdownRow(other))
	for room, want := range map[int][2]int{
		whole: {2, 1}, whole - 1: {2, 0}, a + b: {2, 0}, a + b - 1: {1, 0}, a: {1, 0}, a - 1: {0, 0}, 0: {0, 0},
	} {
		tables := fit(all, room)
		require.Equal(t, want, [2]int{tables[0].rows(), tables[1].rows()}, "%d of %d", room, whole)
	}
}

// A section of eight lines is shown, one of nine is folded; what does not fit is counted, whether folded or not.
func TestMarkdownSection(t *testing.T) {
	t.Parallel()
	lines := func(n int) (all []string) {
		for i := range n {
			all = append(all, fmt.Sprintf("line %d", i+1))
		}
		return all
	}
	items := func(n int) string {
		text := ""
		for i := range n {
			text += fmt.Sprintf("- `line %d`\n", i+1)
		}
		return text
	}
	const (
		title      = "\n### Names\n\n"
		fold, fine = "<details><summary>9</summary>\n\n", "\n</details>\n"
	)
	for _, c := range []struct {
		name string
		n    int
		room int
		want string
	}{
		{"eight", 8, 1000, title + items(8)},
		{"nine", 9, 1000, title + fold + items(9) + fine},
		{"room for each", 3, len(title + items(3)), title + items(3)},
		{"a byte less", 3, len(title+items(3)) - 1, title + items(2) + "- and 1 more, left out here\n"},
		{"room for one", 3, len(title + items(1)), title + items(1) + "- and 2 more, left out here\n"},
		{"none", 3, len(title), title + "- and 3 more, left out here\n"},
		{"nine of which two fit", 9, len(title + fold + items(2)), title + fold + items(2) + "- and 7 more, left out here\n" + fine},
	} {
		m := &markdownWriter{}
		before := strings.Repeat("x", maxMarkdown-c.room)
		m.WriteString(before)
		m.section(section{"Names", lines(c.n)}, line)
		require.Equal(t, c.want, strings.TrimPrefix(m.String(), before), c.name)
	}
}

// A terminal shows eight lines of a section, or nine: a line that says that there is one more takes no less room.
func TestTextSection(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ n, shown, left, verbose int }{{8, 8, 0, 8}, {9, 9, 0, 9}, {10, 8, 2, 10}, {11, 8, 3, 11}} {
		r := &diff.Report{}
		for i := range c.n {
			r.Document = append(r.Document, fmt.Sprintf("info.x%d: added", i))
		}
		r.Finish()
		text := render(t, "text", r, options)
		require.Equal(t, c.shown, strings.Count(text, "\n  info.x"), "%d", c.n)
		require.Equal(t, c.left > 0, strings.Contains(text, fmt.Sprintf("\n  and %d more, listed with --verbose\n", c.left)), "%d", c.n)
		text = render(t, "text", r, Options{Verbose: true})
		require.Equal(t, c.verbose, strings.Count(text, "\n  info.x"), "%d", c.n)
		require.NotContains(t, text, "more, listed")
	}
}

// Enum values of one place share a line of the text and an entry of what breaks, unless one brings something along.
func TestEnumValuesShareALine(t *testing.T) {
	t.Parallel()
	value := func(old string, implied ...diff.Implied) diff.Finding {
		return diff.Finding{ID: "req-enum-rem", Severity: diff.Breaking, Operation: createThing, Location: "request application/json a", Old: old, Implied: implied}
	}
	elsewhere := value("C")
	elsewhere.Location = "request application/json b"
	r := &diff.Report{Findings: []diff.Finding{value("A"), value("B"), elsewhere}}
	r.Finish()
	text := render(t, "text", r, options)
	require.Contains(t, text, "request application/json a: − A, − B\n")
	require.Contains(t, text, "request application/json b: − C\n")
	require.NotContains(t, text, "no change in", "each operation has a change")
	worst := worstOf(groups(r)[0].Findings)
	require.Len(t, worst, 2)
	require.Equal(t, "− A, − B", worst[0].Change)
	require.Equal(t, "− C", worst[1].Change)
	page := textOf(parsePage(t, r, Options{}))
	require.Contains(t, page, "− A, − B")

	r = &diff.Report{Findings: []diff.Finding{
		value("A", diff.Implied{Location: "request application/json a.x", Kind: "removed"}),
		value("B", diff.Implied{Location: "request application/json a.y", Kind: "removed"}),
	}}
	r.Finish()
	text = render(t, "text", r, options)
	require.Contains(t, text, "request application/json a: − A with 1 change inside\n")
	require.Contains(t, text, "request application/json a: − B with 1 change inside\n")
}

// Of one rule what is handled comes before what is waived, each under its own line.
func TestHandledBeforeWaived(t *testing.T) {
	t.Parallel()
	waived, handled, both := added(diff.Breaking, 1), added(diff.Breaking, 2), added(diff.Breaking, 3)
	waived.Waived, both.Waived = true, true
	handled.HandledBy, both.HandledBy = "overlays/20-repair.yaml:1", "overlays/20-repair.yaml:1"
	for _, findings := range [][]diff.Finding{{waived, handled, both}, {handled, both, waived}, {both, waived, handled}} {
		got := groups(&diff.Report{Findings: findings})[0].Findings
		require.Equal(t, []string{handled.Location, waived.Location, both.Location}, []string{got[0].Location, got[1].Location, got[2].Location})
		require.Len(t, byRule(got), 2)
	}
}

// The values of a long list are put together in linear time: word by word it would take minutes.
func TestManyEnumValuesShareALine(t *testing.T) {
	t.Parallel()
	const n = 200_000
	r := &diff.Report{}
	for i := range n {
		r.Findings = append(r.Findings, diff.Finding{
			ID: "req-enum-rem", Severity: diff.Breaking, Operation: createThing, Location: "request application/json a", Old: fmt.Sprintf("v%06d", i),
			Aspect: "enum",
		})
	}
	text := render(t, "text", r, options)
	require.Contains(t, text, "request application/json a: − v000000, − v000001")
	require.Contains(t, text, ", − v199999\n")
	worst := worstOf(r.Findings)
	require.Len(t, worst, 1)
	require.Equal(t, n, strings.Count(worst[0].Change, "−"))
}
