package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/ringbasic/ringbasic/internal/drift"
)

// maxMarkdown is what fits into a GitHub comment or issue (65,536 characters), with a margin.
const maxMarkdown = 60_000

// markdown fits a pull-request comment, an issue or a job summary. What would make it too long is cut, and says so.
func markdown(out io.Writer, r *drift.Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "## API drift: %s\n\n%s\n", headline(r), escapeMarkdown(sides(r)))
	for _, s := range rest(r)[:1] {
		markdownSection(&b, s)
	}
	cut := 0
	for _, g := range groups(r) {
		var counted, quiet []string
		for _, f := range g.Findings {
			row := markdownRow(f)
			if f.Severity == "safe" || note(f) != "" {
				quiet = append(quiet, row)
			} else {
				counted = append(counted, row)
			}
		}
		fmt.Fprintf(&b, "\n### %s\n", code(g.Operation))
		cut += markdownTable(&b, counted)
		if len(quiet) > 0 {
			fmt.Fprintf(&b, "\n<details><summary>%d safe, handled or waived</summary>\n", len(quiet))
			cut += markdownTable(&b, quiet)
			b.WriteString("\n</details>\n")
		}
	}
	if cut > 0 {
		fmt.Fprintf(&b, "\n%d findings are not shown here: see the other formats.\n", cut)
	}
	for _, s := range rest(r)[1:] {
		if b.Len() < maxMarkdown {
			markdownSection(&b, s)
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// markdownTable writes rows until the text is full, and returns how many it left out.
func markdownTable(b *strings.Builder, rows []string) (left int) {
	if len(rows) == 0 {
		return 0
	}
	b.WriteString("\n| severity | where | change | rule |\n|---|---|---|---|\n")
	for i, row := range rows {
		if b.Len()+len(row) > maxMarkdown {
			return len(rows) - i
		}
		b.WriteString(row)
	}
	return 0
}

func markdownRow(f drift.Finding) string {
	where := code(f.Location)
	if f.Line > 0 {
		where += fmt.Sprintf(" (line %d)", f.Line)
	}
	what := ""
	if c := change(f); c != "" {
		what = code(c)
	}
	rule := fmt.Sprintf("%s: %s", code(f.ID), escapeMarkdown(f.Rule))
	if s := goSymbols(f); len(s) > 0 {
		rule += "; Go: " + code(strings.Join(s, ", "))
	}
	severity := string(f.Severity)
	if n := note(f); n != "" {
		severity += ", " + escapeMarkdown(n)
	}
	return fmt.Sprintf("| %s | %s | %s | %s |\n", severity, where, strings.TrimSpace(what+" "+implied(f)), rule)
}

func markdownSection(b *strings.Builder, s section) {
	if len(s.lines) == 0 {
		return
	}
	fmt.Fprintf(b, "\n### %s\n\n", s.title)
	for i, line := range s.lines {
		if b.Len() > maxMarkdown {
			fmt.Fprintf(b, "- and %d more\n", len(s.lines)-i)
			return
		}
		fmt.Fprintf(b, "- %s\n", escapeMarkdown(line))
	}
}

// code is a code span that no content can leave, inside a table cell, too.
func code(s string) string {
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	s = strings.NewReplacer("|", "\\|", "\n", " ", "\r", " ").Replace(s)
	if len(fence) > 1 {
		return fence + " " + s + " " + fence
	}
	return fence + s + fence
}

var markdownEscapes = strings.NewReplacer(
	"\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]", "<", "&lt;", ">", "&gt;", "|", "\\|", "#", "\\#", "@", "&#64;", "\n", " ", "\r", " ")

func escapeMarkdown(s string) string { return markdownEscapes.Replace(s) }
