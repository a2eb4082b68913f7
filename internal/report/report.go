// Package report renders a drift report: as text for a terminal, Markdown for a pull request or a job summary, JSON for
// programs, SARIF 2.1.0 for code scanning, JUnit for CI servers, annotations for GitHub, and one HTML page for people.
//
// All are views of the same findings; none decides anything. Output is the same for the same report, byte for byte.
package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/errorcodes"
)

// Formats are the names of the views, as --format takes them.
var Formats = []string{"text", "markdown", "json", "sarif", "junit", "github", "html"}

// Options are what a view needs to know beside the report.
type Options struct {
	FailOn  string // breaking, risky, any or none: which findings fail a build
	Color   bool   // text: use colour
	Verbose bool   // text and github: list safe findings, too
	// Page makes what the HTML page shows beside the report. It is asked by that view alone; nil for nothing.
	Page func() (Page, error)
}

// Write renders r in the named format.
func Write(w io.Writer, format string, r *diff.Report, o Options) error {
	switch format {
	case "text":
		return text(w, r, o)
	case "markdown":
		return markdown(w, r)
	case "json":
		return writeJSON(w, r)
	case "sarif":
		return sarif(w, r)
	case "junit":
		return junit(w, r, o)
	case "github":
		return github(w, r, o)
	case "html":
		return writePage(w, r, o)
	}
	return fmt.Errorf("there is no format %q", format)
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// severities, worst first.
var severities = []diff.Severity{diff.Breaking, diff.Risky, diff.Safe}

// group is the findings of one operation, worst first.
type group struct {
	Operation string
	Findings  []diff.Finding
}

// groups has a group for each operation that was compared. Those with worse findings come first, and those without any
// last.
func groups(r *diff.Report) []group {
	byOperation := map[string][]diff.Finding{}
	for _, operation := range r.Operations {
		byOperation[operation] = nil
	}
	for _, f := range r.Findings {
		byOperation[f.Operation] = append(byOperation[f.Operation], f)
	}
	all := make([]group, 0, len(byOperation))
	for operation, findings := range byOperation {
		slices.SortStableFunc(findings, compareFindings)
		all = append(all, group{operation, findings})
	}
	slices.SortFunc(
		all,
		func(a, b group) int { return cmp.Or(a.compareCounts(b), cmp.Compare(a.Operation, b.Operation)) },
	)
	return all
}

func compareFindings(a, b diff.Finding) int {
	if n := cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.ID, b.ID), boolCompare(a.Waived, b.Waived),
		cmp.Compare(a.Location, b.Location), cmp.Compare(a.Attribute, b.Attribute)); n != 0 {
		return n
	}
	return cmp.Or(cmp.Compare(value(a.New), value(b.New)), cmp.Compare(value(a.Old), value(b.Old)))
}

func boolCompare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// compareCounts puts the group with more of the worst findings first.
func (g group) compareCounts(other group) int {
	a, b := g.ranks(), other.ranks()
	for i := range a {
		if a[i] != b[i] {
			return b[i] - a[i]
		}
	}
	return 0
}

// ranks counts findings by rank.
func (g group) ranks() [quiet + 1]int {
	var n [quiet + 1]int
	for _, f := range g.Findings {
		n[min(rank(f), quiet)]++
	}
	return n
}

// quiet is the rank from which on findings do not count.
const quiet = 3

// rank orders by severity; what is accepted or already handled comes after what counts.
func rank(f diff.Finding) int {
	n := slices.Index(severities, f.Severity)
	if !f.Counts() {
		n += quiet
	}
	return n
}

// byRule cuts sorted findings where severity, rule, or whether they are waived, changes.
func byRule(findings []diff.Finding) (runs [][]diff.Finding) {
	for i, f := range findings {
		if i == 0 || rank(f) != rank(findings[i-1]) || f.ID != findings[i-1].ID || f.Waived != findings[i-1].Waived {
			runs = append(runs, nil)
		}
		runs[len(runs)-1] = append(runs[len(runs)-1], f)
	}
	return runs
}

// Key identifies a finding across reports and formats: it depends on what changed and where, and on nothing else.
func Key(f diff.Finding) string {
	sum := sha256.Sum256(
		[]byte(strings.Join([]string{f.ID, f.Operation, f.Location, f.Attribute, value(f.Old), value(f.New)}, "\x00")),
	)
	return hex.EncodeToString(sum[:6])
}

// section is one of the lists beside the findings.
type section struct {
	Title string
	Lines []string
}

// waiverSection lists the waivers that fail a build.
func waiverSection(r *diff.Report) section {
	s := section{Title: "Waivers that fail"}
	for _, p := range r.WaiverProblems {
		s.Lines = append(s.Lines, p.String())
	}
	return s
}

// rest is what a report holds beside findings and waivers, in the order of importance: first what needs a hand.
func rest(r *diff.Report) []section {
	recordings := section{Title: "Recordings that no longer hold"}
	for _, rec := range r.Recordings {
		recordings.Lines = append(recordings.Lines, fmt.Sprintf("%s: %s", rec.File, rec.Problem))
	}
	overlays := section{Title: "Overlay actions that need a hand"}
	for _, state := range []string{"stale", "redundant"} {
		for _, o := range r.Overlays {
			if o.State == state {
				overlays.Lines = append(
					overlays.Lines,
					fmt.Sprintf("%s:%d is %s: %s", o.File, o.Line, o.State, o.Target),
				)
			}
		}
	}
	overrides := section{Title: "Overlay actions that replace what is news"}
	strays := section{Title: "Overlay actions that describe what is gone"}
	for _, o := range r.Overlays {
		for _, over := range o.Overrides {
			was := ""
			if over.Was != "" {
				was = ", which was " + over.Was
			}
			overrides.Lines = append(
				overrides.Lines,
				fmt.Sprintf(
					"%s:%d says %s, the vendor now %s%s: %s",
					o.File,
					o.Line,
					over.Ours,
					over.Vendor,
					was,
					over.Pointer,
				),
			)
		}
		for _, stray := range o.Strays {
			strays.Lines = append(
				strays.Lines,
				fmt.Sprintf("%s:%d describes %s: %s", o.File, stray.Line, stray.Name, o.Target),
			)
		}
	}
	names := section{Title: "Names"}
	for _, n := range r.Names {
		at := ""
		if n.Line > 0 {
			at = fmt.Sprintf(" (spec/names.yaml:%d)", n.Line)
		}
		names.Lines = append(names.Lines, fmt.Sprintf("%s %s: %s%s", n.Kind, n.Name, n.What, at))
	}
	codes := section{Title: "Error codes"}
	add := func(sign string, rows []errorcodes.Row) {
		for _, row := range rows {
			codes.Lines = append(
				codes.Lines,
				strings.TrimSuffix(
					fmt.Sprintf("%s %s: %d %s: %s", sign, row.Operation, row.Status, row.Code, row.Message),
					": ",
				),
			)
		}
	}
	add("+", r.ErrorCodes.Added)
	add("−", r.ErrorCodes.Removed)
	add("~", r.ErrorCodes.MessageChanged)
	document := section{"Of the document as a whole", r.Document}
	unseen := section{Title: "Never seen"}
	if r.Traffic != nil {
		for _, u := range r.Traffic.NeverSeen {
			unseen.Lines = append(
				unseen.Lines,
				strings.TrimSuffix(fmt.Sprintf("%s, %s: %s", u.Operation, u.Location, u.Value), ": "),
			)
		}
	}
	outside := section{Title: "Broken in the upstream document, outside of the selection"}
	for _, w := range r.Outside {
		line := w.Message
		if w.Line > 0 {
			line = fmt.Sprintf("%s:%d: %s", r.Upstream.Source, w.Line, w.Message)
		}
		outside.Lines = append(outside.Lines, line)
	}
	over := section{Title: "Overlay actions that would take findings over"}
	accept := section{Title: "Entries of spec/waivers.yaml that would accept findings"}
	worstFirst := slices.Clone(r.Findings)
	slices.SortStableFunc(worstFirst, func(a, b diff.Finding) int { return rank(a) - rank(b) })
	for _, f := range worstFirst {
		if !f.Counts() || f.Severity == diff.Safe {
			continue
		}
		if f.Overlay != "" {
			over.Lines = append(over.Lines, "- "+f.Overlay)
		}
		accept.Lines = append(accept.Lines, waiverLine(f))
	}
	over.Lines = slices.Compact(over.Lines)
	accept.Lines = slices.Compact(accept.Lines)
	return slices.DeleteFunc(
		[]section{recordings, overlays, overrides, strays, names, codes, document, unseen, outside, over, accept},
		func(s section) bool { return len(s.Lines) == 0 },
	)
}

// waiverLine is the entry that would accept a finding, but for its reason and its end, which are a person's.
func waiverLine(f diff.Finding) string {
	return fmt.Sprintf(
		"- {id: %s, operation: %q, location: %q, reason: %q, expires: %s}",
		f.ID,
		f.Operation,
		f.Location,
		"why this does no harm",
		"YYYY-MM-DD",
	)
}
