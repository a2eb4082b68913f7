package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/ringbasic/ringbasic/internal/drift"
)

// text is for a terminal: by operation, worst first. Safe findings are counted, and listed with Verbose.
func text(out io.Writer, r *drift.Report, o Options) error {
	w := bufio.NewWriter(out)
	paint := painter(o.Color)
	fmt.Fprintf(w, "%s\n", sides(r))
	for _, g := range groups(r) {
		fmt.Fprintf(w, "\n%s\n", paint("bold", g.Operation))
		safe := 0
		for _, f := range g.Findings {
			if f.Severity == "safe" && !o.Verbose {
				safe++
				continue
			}
			textFinding(w, r, f, paint)
		}
		if safe > 0 {
			fmt.Fprintf(w, "  %s  %d more, listed with --verbose\n", paint("safe", "safe    "), safe)
		}
	}
	textRest(w, r, o.Verbose)
	fmt.Fprintf(w, "\n%s\n", paint("bold", headline(r)))
	return w.Flush()
}

func textFinding(w io.Writer, r *drift.Report, f drift.Finding, paint func(string, string) string) {
	fmt.Fprintf(w, "  %s  %s: %s\n", paint(string(f.Severity), fmt.Sprintf("%-8s", f.Severity)), f.Location, strings.TrimSpace(change(f)+" "+implied(f)))
	details := []string{f.ID, f.Rule}
	if f.Line > 0 {
		details = append(details, fmt.Sprintf("%s:%d", r.Upstream.Source, f.Line))
	}
	if n := note(f); n != "" {
		details = append(details, n)
	}
	if s := goSymbols(f); len(s) > 0 {
		details = append(details, "Go: "+strings.Join(s, ", "))
	}
	fmt.Fprintf(w, "            %s\n", paint("dim", strings.Join(details, " · ")))
}

// textRest lists what is not a finding: the first of each kind, and all with verbose.
func textRest(w io.Writer, r *drift.Report, verbose bool) {
	const few = 10
	for _, s := range rest(r) {
		if len(s.lines) == 0 {
			continue
		}
		fmt.Fprintf(w, "\n%s\n", s.title)
		for i, line := range s.lines {
			if i == few && !verbose {
				fmt.Fprintf(w, "  and %d more, listed with --verbose\n", len(s.lines)-few)
				break
			}
			fmt.Fprintf(w, "  %s\n", line)
		}
	}
}

// section is one of the lists beside the findings.
type section struct {
	title string
	lines []string
}

// rest is what a report holds beside its findings, in the order of importance.
func rest(r *drift.Report) []section {
	var waivers, codes, overlays, recordings, outside, document []string
	for _, p := range r.WaiverProblems {
		waivers = append(waivers, p.String())
	}
	for _, row := range r.ErrorCodes.Added {
		codes = append(codes, fmt.Sprintf("+ %s %d %s: %s", row.Operation, row.Status, row.Code, row.Message))
	}
	for _, row := range r.ErrorCodes.Removed {
		codes = append(codes, fmt.Sprintf("− %s %d %s: %s", row.Operation, row.Status, row.Code, row.Message))
	}
	for _, row := range r.ErrorCodes.MessageChanged {
		codes = append(codes, fmt.Sprintf("~ %s %d %s: %s", row.Operation, row.Status, row.Code, row.Message))
	}
	for _, o := range r.Overlays {
		if o.State != "applies" {
			overlays = append(overlays, fmt.Sprintf("%s:%d is %s: %s", o.File, o.Line, o.State, o.Target))
		}
	}
	for _, rec := range r.Recordings {
		recordings = append(recordings, fmt.Sprintf("%s: %s", rec.File, rec.Problem))
	}
	for _, w := range r.Outside {
		if w.Line > 0 {
			outside = append(outside, fmt.Sprintf("%s:%d: %s", r.Upstream.Source, w.Line, w.Message))
		} else {
			outside = append(outside, w.Message)
		}
	}
	document = append(document, r.Document...)
	return []section{
		{"Waivers that fail", waivers},
		{"Error codes", codes},
		{"Overlay actions that need a hand", overlays},
		{"Recordings that no longer hold", recordings},
		{"Of the document as a whole", document},
		{"Broken in the upstream document, outside of the selection", outside},
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
