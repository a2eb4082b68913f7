package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
)

// GitHub takes 65,536 characters in a comment or an issue, and 1 MiB in a job summary. Findings may fill a report up to
// maxFindings bytes, and everything up to maxMarkdown, so that there is room for the lines that say what was left out.
const (
	maxFindings = 48_000
	maxMarkdown = 60_000
)

// fewRisky is how many risky findings of an operation are shown without being folded.
const fewRisky = 5

// markdown fits a pull-request comment, an issue or a job summary. What would make it too long is left out, the least
// important first, and a line says how much.
func markdown(out io.Writer, r *diff.Report) error {
	m := &markdownWriter{}
	fmt.Fprintf(
		&m.Builder,
		"## %s: %s\n\n%s → %s\n",
		title(r),
		plain(headline(r)),
		code(line(side(r.Pinned))),
		code(line(side(r.Upstream))),
	)
	if s := waiverSection(r); len(s.Lines) > 0 {
		m.section(s, document.Printable)
	}
	all := groups(r)
	m.overview(all)
	tables := fit(all, maxFindings-m.Len())
	left := 0
	for i, g := range all {
		t := tables[i]
		left += len(g.Findings) - t.rows()
		if t.rows() == 0 {
			continue
		}
		fmt.Fprintf(&m.Builder, "\n### %s\n", code(line(g.Operation)))
		m.table(t.breaking)
		m.foldedIf(len(t.risky) > fewRisky, fmt.Sprintf("%d risky", len(t.risky)), t.risky)
		m.foldedIf(true, fmt.Sprintf("%d safe, handled or waived", len(t.rest)), t.rest)
	}
	if left > 0 {
		fmt.Fprintf(&m.Builder, "\n**%s left out here: the other formats have all.**\n", plural(left, "finding"))
	}
	for _, s := range rest(r) {
		m.section(s, line)
	}
	_, err := io.WriteString(out, m.String())
	return err
}

type markdownWriter struct{ strings.Builder }

// overview is a table of operations and counts.
func (m *markdownWriter) overview(all []group) {
	const header = "\n| operation | breaking | risky | safe | handled or waived |\n|---|--:|--:|--:|--:|\n"
	if len(all) == 0 {
		return
	}
	m.WriteString(header)
	for i, g := range all {
		n := g.ranks()
		row := fmt.Sprintf("| %s | %d | %d | %d | %d |\n", code(line(g.Operation)), n[0], n[1], n[2], n[quiet])
		if m.Len()+len(row) > maxFindings/2 {
			fmt.Fprintf(m, "\n%s left out here.\n", plural(len(all)-i, "operation"))
			return
		}
		m.WriteString(row)
	}
}

// rows are those of one operation that fit.
type rows struct{ breaking, risky, rest []string }

func (t rows) rows() int { return len(t.breaking) + len(t.risky) + len(t.rest) }

// fit makes the rows of all operations, worst first, until room bytes are full. A breaking finding of the last
// operation goes before a risky one of the first.
func fit(all []group, room int) []rows {
	const heading = 250 // of an operation: its name, and the frame of its tables
	tables := make([]rows, len(all))
	for _, worst := range []int{0, 1, 2, quiet} {
		for i, g := range all {
			for _, f := range g.Findings {
				if min(rank(f), quiet) != worst {
					continue
				}
				row := markdownRow(f)
				cost := len(row)
				if tables[i].rows() == 0 {
					cost += heading + len(code(line(g.Operation)))
				}
				if cost > room {
					return tables
				}
				room -= cost
				switch worst {
				case 0:
					tables[i].breaking = append(tables[i].breaking, row)
				case 1:
					tables[i].risky = append(tables[i].risky, row)
				default:
					tables[i].rest = append(tables[i].rest, row)
				}
			}
		}
	}
	return tables
}

func (m *markdownWriter) table(rows []string) {
	if len(rows) > 0 {
		m.WriteString("\n| severity | where | change | why |\n|---|---|---|---|\n" + strings.Join(rows, ""))
	}
}

func (m *markdownWriter) foldedIf(fold bool, summary string, rows []string) {
	if !fold || len(rows) == 0 {
		m.table(rows)
		return
	}
	fmt.Fprintf(m, "\n<details><summary>%s</summary>\n", summary)
	m.table(rows)
	m.WriteString("\n</details>\n")
}

func markdownRow(f diff.Finding) string {
	where := code(line(f.Location))
	if f.Line > 0 {
		where += fmt.Sprintf(" line %d", f.Line)
	}
	change := deltaOf(f)
	what := code(line(change.String()))
	if change.Whole != "" {
		what = plain(change.Whole)
	}
	if i := implied(f); i != "" {
		what += " " + i
	}
	why := fmt.Sprintf("%s (%s)", plain(f.Rule), code(f.ID))
	if g := goImpact(f); g != "" {
		why += "; Go: " + code(line(g))
	}
	severity := plain(string(f.Severity))
	if f.Severity == diff.Breaking {
		severity = "**" + severity + "**"
	}
	if n := note(f); n != "" {
		severity += ", " + plain(n)
	}
	return fmt.Sprintf("| %s | %s | %s | %s |\n", severity, where, what, why)
}

// section lists lines, as long as there is room.
func (m *markdownWriter) section(s section, cut func(string) string) {
	const few = 8
	fold := len(s.Lines) > few
	fmt.Fprintf(m, "\n### %s\n\n", s.Title)
	if fold {
		fmt.Fprintf(m, "<details><summary>%d</summary>\n\n", len(s.Lines))
	}
	for i, l := range s.Lines {
		item := "- " + code(cut(l)) + "\n"
		if m.Len()+len(item) > maxMarkdown {
			fmt.Fprintf(m, "- and %d more, left out here\n", len(s.Lines)-i)
			break
		}
		m.WriteString(item)
	}
	if fold {
		m.WriteString("\n</details>\n")
	}
}

// code shows text of any origin as code, where it can neither be markup nor mention anybody. A code span in a
// table cannot hold every mix of "|", backslashes and backticks: then it is an HTML element with all marks spelled.
func code(s string) string {
	s = document.Printable(s)
	switch {
	case s == "":
		return ""
	case !strings.ContainsAny(s, "`|"):
		return "`" + s + "`"
	}
	return "<code>" + spell(s) + "</code>"
}

// spell writes what could be markup as character references, which cannot (CommonMark 0.31, 2.5).
func spell(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune("\\`*_{}[]<>#!|~$@&:.", r) {
			fmt.Fprintf(&b, "&#%d;", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// plain is text outside of code. GitHub looks for @names, #numbers and URLs after character references are gone, so
// that a word joiner (U+2060) has to part them.
func plain(s string) string {
	var b strings.Builder
	for _, r := range strings.ReplaceAll(line(s), "://", ":\u2060//") {
		switch {
		case strings.ContainsRune("\\`*_[]<>|&~$", r):
			fmt.Fprintf(&b, "&#%d;", r)
		case r == '@' || r == '#':
			b.WriteRune(r)
			b.WriteRune('\u2060')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
