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

	"github.com/ringbasic/ringbasic/internal/drift"
)

// Formats are the names of the views, as --format takes them.
var Formats = []string{"text", "markdown", "json", "sarif", "junit", "github", "html"}

// Options are what a view needs to know beside the report.
type Options struct {
	FailOn  string // breaking, risky, any or none: which findings fail a build
	Color   bool   // text: use colour
	Verbose bool   // text: list safe findings, too
	Page    Page   // html: what the page shows beside the report
}

// Write renders r in the named format.
func Write(w io.Writer, format string, r *drift.Report, o Options) error {
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
		return github(w, r)
	case "html":
		return html(w, r, o.Page)
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
var severities = []string{"breaking", "risky", "safe"}

// group is the findings of one operation, worst first.
type group struct {
	Operation string
	Findings  []drift.Finding
}

// groups sorts findings by operation and severity. Operations with worse findings come first.
func groups(r *drift.Report) []group {
	byOperation := map[string][]drift.Finding{}
	for _, f := range r.Findings {
		byOperation[f.Operation] = append(byOperation[f.Operation], f)
	}
	var all []group
	for operation, findings := range byOperation {
		slices.SortStableFunc(findings, func(a, b drift.Finding) int {
			return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Location, b.Location), cmp.Compare(a.ID, b.ID))
		})
		all = append(all, group{operation, findings})
	}
	slices.SortFunc(all, func(a, b group) int {
		return cmp.Or(cmp.Compare(rank(a.Findings[0]), rank(b.Findings[0])), cmp.Compare(a.Operation, b.Operation))
	})
	return all
}

// rank orders by severity; what is accepted or already handled comes after what counts.
func rank(f drift.Finding) int {
	n := slices.Index(severities, string(f.Severity))
	if f.Waived || f.HandledBy != "" {
		n += len(severities)
	}
	return n
}

// Key identifies a finding across reports and formats: it depends on what changed and where, and on nothing else.
func Key(f drift.Finding) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{f.ID, f.Operation, f.Location, f.Attribute, value(f.Old), value(f.New)}, "\x00")))
	return hex.EncodeToString(sum[:6])
}

// value is how a fact's value reads: text as it is, everything else as JSON, nothing as "".
func value(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(data)
}

// change is a finding's change in one line: "maxLength 80 → 70", "+ SharedLines", "− MP3".
func change(f drift.Finding) string {
	before, after := value(f.Old), value(f.New)
	var s string
	switch {
	case before != "" && after != "":
		s = before + " → " + after
	case after != "":
		s = "+ " + after
	case before != "":
		s = "− " + before
	}
	return strings.TrimSpace(f.Attribute + " " + s)
}

// note says why a finding does not count, or "".
func note(f drift.Finding) string {
	switch {
	case f.Waived:
		return "waived"
	case f.HandledBy != "":
		return "handled by " + f.HandledBy
	}
	return ""
}

func implied(f drift.Finding) string {
	switch n := len(f.Implied); n {
	case 0:
		return ""
	case 1:
		return "and 1 change inside"
	default:
		return fmt.Sprintf("and %d changes inside", n)
	}
}

func goSymbols(f drift.Finding) []string {
	if f.Go == nil {
		return nil
	}
	return f.Go.Symbols
}

// headline is the report's verdict in one line.
func headline(r *drift.Report) string {
	s := fmt.Sprintf("%d breaking, %d risky, %d safe", r.Summary.Breaking, r.Summary.Risky, r.Summary.Safe)
	if n := r.Summary.Handled; n > 0 {
		s += fmt.Sprintf("; %d handled already", n)
	}
	if n := r.Summary.Waived; n > 0 {
		s += fmt.Sprintf("; %d waived", n)
	}
	if r.Summary.Go != nil {
		s += "; Go API: " + goVerdict(string(*r.Summary.Go))
	}
	return s
}

// goVerdict says which release a verdict calls for (semver.org).
func goVerdict(verdict string) string {
	switch verdict {
	case "incompatible":
		return "incompatible (a major release)"
	case "compatible":
		return "compatible (a minor release)"
	}
	return "unchanged (a patch release)"
}

// sides names what was compared.
func sides(r *drift.Report) string {
	return fmt.Sprintf("%s → %s", side(r.Pinned), side(r.Upstream))
}

func side(d drift.Side) string {
	if d.APIVersion == "" {
		return d.Source
	}
	return fmt.Sprintf("%s (API version %s)", d.Source, d.APIVersion)
}
