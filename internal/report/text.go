package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
)

// text is for a terminal: by operation, worst first, a rule's explanation once. Safe findings are counted, and listed
// with Verbose. The verdict comes last, where a terminal shows it.
func text(out io.Writer, r *diff.Report, o Options) error {
	w := bufio.NewWriter(out)
	paint := painter(o.Color)
	labels := [2]string{"pinned", "upstream"}
	if r.Traffic != nil {
		labels = [2]string{"document", "traffic"}
	}
	fmt.Fprintf(w, "%-8s  %s\n%-8s  %s\n", labels[0], line(side(r.Pinned)), labels[1], line(side(r.Upstream)))
	same := 0
	for _, g := range groups(r) {
		if len(g.Findings) == 0 {
			same++
			continue
		}
		fmt.Fprintf(w, "\n%s\n", paint("bold", line(g.Operation)))
		safe := 0
		for _, run := range byRule(g.Findings) {
			if run[0].Severity == diff.Safe && !o.Verbose {
				safe += len(run)
				continue
			}
			textRule(w, run, paint)
		}
		if safe > 0 {
			fmt.Fprintf(w, "  %s  %d, listed with --verbose\n", paint("safe", "safe    "), safe)
		}
	}
	if same > 0 {
		fmt.Fprintf(w, "\nno change in %s\n", plural(same, "operation"))
	}
	for _, s := range rest(r) {
		textSection(w, s, o.Verbose, paint)
	}
	if s := waiverSection(r); len(s.Lines) > 0 {
		textSection(w, s, true, paint) // each fails the build: none is left out
	}
	fmt.Fprintf(w, "\n%s\n", paint("bold", headline(r)))
	return w.Flush()
}

// textRule prints what one rule found in one operation. Enum values of one place share a line.
func textRule(w io.Writer, findings []diff.Finding, paint func(style, s string) string) {
	first := findings[0]
	label, style, rule := string(first.Severity), string(first.Severity), first.Rule
	if !first.Counts() {
		// "breaking" at the start of a line is what one looks for: what does not count does not begin with it.
		label, style, rule = "handled", "dim", fmt.Sprintf("%s: %s", first.Severity, first.Rule)
		if first.Waived {
			label = "waived"
		}
	}
	fmt.Fprintf(
		w,
		"  %s  %s %s\n",
		paint(style, fmt.Sprintf("%-8s", label)),
		line(rule),
		paint("dim", "("+line(first.ID)+")"),
	)
	for i := 0; i < len(findings); i++ {
		f := findings[i]
		changes := []string{line(deltaOf(f).String())}
		for i+1 < len(findings) && sameLine(f, findings[i+1]) {
			i++
			changes = append(changes, line(deltaOf(findings[i]).String()))
		}
		details := []string{strings.TrimSpace(strings.Join(changes, ", ") + " " + implied(f))}
		if f.Line > 0 && f.Seen == nil {
			details = append(details, paint("dim", fmt.Sprintf("line %d", f.Line)))
		}
		if n := note(f); n != "" {
			details = append(details, line(n))
		}
		if s := goImpact(f); s != "" {
			details = append(details, paint("dim", "Go: "+line(s)))
		}
		fmt.Fprintf(w, "            %s: %s\n", line(f.Location), strings.Join(details, paint("dim", " · ")))
	}
}

// sameLine tells whether two findings are enum values and differ in nothing else.
func sameLine(a, b diff.Finding) bool {
	return a.ID == b.ID && a.Location == b.Location && note(a) == note(b) && goImpact(a) == goImpact(b) &&
		deltaOf(a).Fact == "value" &&
		deltaOf(b).Fact == "value" &&
		len(a.Implied)+len(b.Implied) == 0
}

// textSection lists the first few lines of a section, or all of them.
func textSection(w io.Writer, s section, whole bool, paint func(style, s string) string) {
	const few = 8
	fmt.Fprintf(w, "\n%s\n", paint("bold", s.Title))
	for i, l := range s.Lines {
		if i == few && !whole && len(s.Lines) > few+1 {
			fmt.Fprintf(w, "  and %d more, listed with --verbose\n", len(s.Lines)-few)
			return
		}
		if !whole {
			l = line(l)
		}
		fmt.Fprintf(w, "  %s\n", document.Printable(l))
	}
}

// painter colours words for a terminal, or leaves them alone.
func painter(color bool) func(style, s string) string {
	if !color {
		return func(_, s string) string { return s }
	}
	codes := map[string]string{"breaking": "31;1", "risky": "33", "safe": "32", "bold": "1", "dim": "2"}
	return func(style, s string) string { return "\x1b[" + codes[style] + "m" + s + "\x1b[0m" }
}
