package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
)

// delta is a finding's change in words. Either Whole says it ("added"), or the fact had the value Old and has New.
type delta struct {
	Whole    string
	Fact     string // "maxLength"; empty where the location says which fact it is
	Old, New string // empty for an enum value that was not, or is not, there
}

// flags are the facts that are true or false, by aspect: what false and true read as, and what the change does where
// one of them goes without saying.
var flags = map[string]struct{ no, yes, now, noLonger string }{
	"required":   {no: "optional", yes: "required"},
	"body":       {no: "optional", yes: "required"},
	"deprecated": {now: "now deprecated", noLonger: "no longer deprecated"},
	"readOnly":   {now: "now read-only", noLonger: "no longer read-only"},
	"nullable":   {now: "now nullable", noLonger: "no longer nullable"},
	"writeOnly":  {now: "now write-only", noLonger: "no longer write-only"},
}

func deltaOf(f diff.Finding) delta {
	aspect := f.Aspect
	flag, isFlag := flags[aspect]
	was, wasBool := f.Old.(bool)
	is, isBool := f.New.(bool)
	if isFlag && wasBool && isBool && was != is {
		switch {
		case is && flag.now != "":
			return delta{Whole: flag.now}
		case flag.now != "":
			return delta{Whole: flag.noLonger}
		case is:
			return delta{Old: flag.no, New: flag.yes}
		}
		return delta{Old: flag.yes, New: flag.no}
	}
	switch {
	case aspect == "existence" || aspect == "operation" || aspect == "code":
		return delta{Whole: presence(f)}
	case slices.Contains([]string{"enum", "branch", "headers"}, aspect) && scalar(f.Old) && scalar(f.New) &&
		(f.Old == nil) != (f.New == nil):
		return delta{Fact: "value", Old: value(f.Old), New: value(f.New)}
	case f.Old == nil && f.New == nil:
		return delta{Whole: strings.TrimSpace(f.Attribute + " changed")}
	}
	d := delta{Fact: f.Attribute, Old: orNone(f.Old), New: orNone(f.New)}
	if d.Fact == "" && aspect != "permission" && aspect != f.Location {
		d.Fact = aspect
	}
	return d
}

// presence says whether a whole object came or went.
func presence(f diff.Finding) string {
	switch {
	case f.Change != "":
		return f.Change
	case f.New == nil:
		return "removed"
	}
	return "added"
}

func scalar(v any) bool {
	switch v.(type) {
	case []any, map[string]any:
		return false
	}
	return true
}

func orNone(v any) string {
	if v == nil {
		return "none"
	}
	return value(v)
}

// String is a change in one line: "maxLength 80 → 70", "+ SharedLines", "− MP3", "removed".
func (d delta) String() string {
	switch {
	case d.Whole != "":
		return d.Whole
	case d.Old == "":
		return "+ " + d.New
	case d.New == "":
		return "− " + d.Old
	}
	return strings.TrimSpace(d.Fact + " " + d.Old + " → " + d.New)
}

// Label is the fact where its name adds something to the values.
func (d delta) Label() string {
	if d.Fact == "value" {
		return ""
	}
	return d.Fact
}

// value is how a fact's value reads: text as it is, everything else as JSON, nothing as "".
func value(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		if v == "" {
			return `""`
		}
		return v
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Sprint(v)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// maxValue is how many characters of a text from the vendor's document a view for people shows. JSON has them all.
const maxValue = 240

// line makes text of any origin fit for a place in a line: printable, and cut if it is too long.
func line(s string) string {
	n := 0
	for i := range s {
		if n == maxValue {
			return fmt.Sprintf("%s… (%d more bytes)", document.Printable(s[:i]), len(s)-i)
		}
		n++
	}
	return document.Printable(s)
}

// note says why a finding does not count, or "".
func note(f diff.Finding) string {
	switch {
	case f.Waived:
		return "waived"
	case f.HandledBy != "":
		return "handled by " + f.HandledBy
	}
	return ""
}

func implied(f diff.Finding) string {
	var parts []string
	if len(f.Implied) > 0 {
		parts = append(parts, "with "+plural(len(f.Implied), "change")+" inside")
	}
	if f.Places != nil {
		parts = append(parts, fmt.Sprintf("here and at %d further places", f.Places.Number-1))
	}
	if f.Seen != nil {
		parts = append(
			parts,
			fmt.Sprintf("in %s, first at %s:%d", plural(f.Seen.Exchanges, "exchange"), line(f.Seen.File), f.Seen.Line),
		)
	}
	return strings.Join(parts, ", ")
}

// plural is "1 change", "2 changes".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// goImpact names the Go symbols that a finding touches, and what it does to them.
func goImpact(f diff.Finding) string {
	if f.Go == nil || f.Go.Verdict == diff.GoNone {
		return ""
	}
	return strings.TrimSpace(string(f.Go.Verdict) + " " + strings.Join(f.Go.Symbols, ", "))
}

// headline is the report's verdict in one line.
func headline(r *diff.Report) string {
	s := fmt.Sprintf("%d breaking, %d risky, %d safe", r.Summary.Breaking, r.Summary.Risky, r.Summary.Safe)
	if n := r.Summary.Handled; n > 0 {
		s += fmt.Sprintf("; %d handled already", n)
	}
	if n := r.Summary.Waived; n > 0 {
		s += fmt.Sprintf("; %d waived", n)
	}
	if n := len(r.WaiverProblems); n > 0 {
		s += "; " + plural(n, "waiver") + " to mend"
	}
	if r.Summary.Go != nil {
		s += "; Go API: " + goVerdict(*r.Summary.Go)
	}
	return s
}

// goVerdict says which release a verdict calls for (semver.org).
func goVerdict(verdict diff.GoVerdict) string {
	switch verdict {
	case diff.GoIncompatible:
		return "incompatible (a major release)"
	case diff.GoCompatible:
		return "compatible (a minor release)"
	}
	return "unchanged (a patch release)"
}

func side(d diff.Side) string {
	if d.APIVersion == "" {
		return d.Source
	}
	return fmt.Sprintf("%s (API version %s)", d.Source, d.APIVersion)
}

// source is the file that a finding's line is in.
func source(r *diff.Report, f diff.Finding) string {
	if f.Seen != nil {
		return f.Seen.File
	}
	return r.Upstream.Source
}

// title names the kind of the report.
func title(r *diff.Report) string {
	if r.Traffic != nil {
		return "API traffic"
	}
	return "API drift"
}
