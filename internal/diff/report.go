package diff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ringbasic/ringbasic/internal/errorcodes"
)

// Report is the result of a comparison. As JSON it is what other programs read: its keys are policy, and its lists are
// never null, see [Report.Finish].
type Report struct {
	Pinned     Side            `json:"pinned"`
	Upstream   Side            `json:"upstream"`
	Summary    Summary         `json:"summary"`
	Findings   []Finding       `json:"findings"`
	ErrorCodes ErrorCodes      `json:"errorCodes"`
	Overlays   []OverlayAction `json:"overlays"`
	Names      []NameNote      `json:"names,omitempty"`
	GoChanges  []GoChange      `json:"goChanges,omitempty"` // where the Go API was asked for
	Recordings []Recording     `json:"recordings"`
	Outside    []Warning       `json:"outside"`
	// Operations are those that were compared, "POST /restapi/…", sorted: also those without a finding.
	Operations []string `json:"-"`
	// Document mentions what changed about the document as a whole, and where a missing operation may have gone.
	// Nothing in it is a finding.
	Document []string `json:"document,omitempty"`
	// Traffic is there in a report on recorded exchanges: then Pinned is the document that they were compared with.
	Traffic *Traffic `json:"traffic,omitempty"`
	// WaiverProblems are waivers that match nothing or have expired.
	WaiverProblems []WaiverProblem `json:"waivers,omitempty"`
}

// Side is one of the two documents.
type Side struct {
	Source     string `json:"source"`
	SHA256     string `json:"sha256"` // of the bytes as given, lower-case hex
	APIVersion string `json:"apiVersion"`
}

// Summary counts findings. Those that are waived or handled are in none of the severities.
type Summary struct {
	Breaking int        `json:"breaking"`
	Risky    int        `json:"risky"`
	Safe     int        `json:"safe"`
	Waived   int        `json:"waived"`
	Handled  int        `json:"handled"`
	Go       *GoVerdict `json:"go"` // nil where it was not asked for
}

// Finding is one changed fact.
type Finding struct {
	ID        string    `json:"id"`
	Severity  Severity  `json:"severity"`
	Operation string    `json:"operation"` // "POST /restapi/…"
	Location  string    `json:"location"`
	Attribute string    `json:"attribute"` // the keyword of a limit, the fact's name where the id is "other"
	Old       any       `json:"old"`       // nil where there is none, or the fact is a whole object
	New       any       `json:"new"`
	Rule      string    `json:"rule"`
	Implied   []Implied `json:"implied"`
	Go        *GoImpact `json:"go"`   // nil where it was not asked for
	Line      int       `json:"line"` // in the upstream document, 0 if unknown
	Waived    bool      `json:"waived"`
	HandledBy string    `json:"handledBy"` // an overlay action, "overlays/20-repair.yaml:31"
	Places    *Places   `json:"places,omitempty"`
	// the overlay action that would take it over, as YAML on one line, where there is one
	Overlay string `json:"overlay,omitempty"`
	Seen    *Seen  `json:"seen,omitempty"` // of recorded exchanges alone

	Aspect  string `json:"-"` // which fact of its location it is about: "enum", "maxLength", "existence", …
	Change  string `json:"-"` // "added" or "removed" where a whole object came or went, empty elsewhere
	MovedTo string `json:"-"` // of an operation that is gone: where it probably is now, "PUT /restapi/…"

	cause cause // what makes findings at several places one
}

// Places are where a finding stands that one component causes at more than [MaxPlaces] places.
type Places struct {
	Number int     `json:"number"` // at least
	First  []Place `json:"first"`  // the first MaxPlaces of them, sorted
}

// Place is one place of a finding.
type Place struct {
	Operation string `json:"operation"`
	Location  string `json:"location"`
}

// MaxPlaces is how many places a component may cause the same finding at, for each to be a finding of its own.
const MaxPlaces = 20

// aspect is which fact of its location a finding is about.
func (f Finding) aspect() string {
	if rule := rulesByID[f.ID]; f.ID != other && rule.Aspect != "limit" {
		if rule.Aspect == DefaultThrottling {
			return f.Location // as the vendor calls it
		}
		return rule.Aspect
	}
	return f.Attribute
}

// Counts tells whether a finding is neither waived nor handled.
func (f Finding) Counts() bool { return !f.Waived && f.HandledBy == "" }

// Implied is a place that came or went with the finding that lists it.
type Implied struct {
	Location  string `json:"location"`
	Kind      string `json:"kind"`                // "added" or "removed"
	Attribute string `json:"attribute,omitempty"` // which fact of the location, empty for the whole
}

// GoVerdict is what regeneration does to the Go API.
type GoVerdict string

const (
	GoNone         GoVerdict = "none"
	GoCompatible   GoVerdict = "compatible"
	GoIncompatible GoVerdict = "incompatible"
)

// GoImpact is the verdict for one finding.
type GoImpact struct {
	Verdict GoVerdict `json:"verdict"`
	Symbols []string  `json:"symbols"`
}

// ErrorCodes are the documented errors that changed.
type ErrorCodes struct {
	Added          []errorcodes.Row `json:"added"`
	Removed        []errorcodes.Row `json:"removed"`
	MessageChanged []errorcodes.Row `json:"messageChanged"` // with the new message
}

// OverlayAction tells whether an overlay action is still needed.
type OverlayAction struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Target string `json:"target"`
	State  string `json:"state"`            // "applies", "stale" or "redundant"
	Reason string `json:"reason,omitempty"` // the action's description, where it replaces what is news

	Strays    []Stray    `json:"strays,omitempty"`
	Overrides []Override `json:"overrides,omitempty"`
}

// Stray is what an overlay action describes and the upstream document no longer has.
type Stray struct {
	Name string `json:"name"`
	Line int    `json:"line"` // in the overlay
}

// Override is a value that an overlay action replaces, and that is news in the upstream document: ours may be out of
// date.
type Override struct {
	Pointer string `json:"pointer"` // JSON pointer in the built document
	Vendor  string `json:"vendor"`  // as JSON
	Was     string `json:"was"`     // what the pin has there, empty for nothing
	Ours    string `json:"ours"`
}

// GoChange is a change of the Go API, in the words of apidiff.
type GoChange struct {
	Symbol     string `json:"symbol"`
	Change     string `json:"change"` // "added", "removed", "changed from …"
	Compatible bool   `json:"compatible"`
}

// NameNote is what the table of names gains, loses or widens with the upstream document.
type NameNote struct {
	Kind string `json:"kind"` // "new", "unused", "returned" or "widened"
	Name string `json:"name"`
	What string `json:"what"` // the place, or what differs
	Line int    `json:"line"` // in the table, 0 for what is new
}

// Recording is a recording that the upstream document refuses.
type Recording struct {
	File    string `json:"file"`
	Problem string `json:"problem"`
}

// Warning is something broken in the upstream document that no selected operation needs.
type Warning struct {
	Message string `json:"message"`
	Line    int    `json:"line"` // 0 if unknown
}

// Finish sorts the findings, counts them, and makes every list that is nil an empty one.
func (r *Report) Finish() {
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Aspect = cmp.Or(f.Aspect, f.aspect())
	}
	r.absorbCodes()
	Sort(r.Findings)
	verdict := r.Summary.Go
	r.Summary = Summary{Go: verdict}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Implied == nil {
			f.Implied = []Implied{}
		}
		if f.Go != nil && f.Go.Symbols == nil {
			f.Go.Symbols = []string{}
		}
		switch {
		case f.Waived:
			r.Summary.Waived++
		case f.HandledBy != "":
			r.Summary.Handled++
		case f.Severity == Breaking:
			r.Summary.Breaking++
		case f.Severity == Risky:
			r.Summary.Risky++
		default:
			r.Summary.Safe++
		}
	}
	r.Findings = list(r.Findings)
	r.ErrorCodes.Added = list(r.ErrorCodes.Added)
	r.ErrorCodes.Removed = list(r.ErrorCodes.Removed)
	r.ErrorCodes.MessageChanged = list(r.ErrorCodes.MessageChanged)
	r.Overlays = list(r.Overlays)
	r.Recordings = list(r.Recordings)
	r.Outside = list(r.Outside)
}

// absorbCodes makes the error codes of an operation that came or went implied by that.
func (r *Report) absorbCodes() {
	whole, inside := map[string]bool{}, map[string][]Implied{}
	for _, f := range r.Findings {
		whole[f.Operation] = whole[f.Operation] || f.Aspect == "operation"
	}
	r.Findings = slices.DeleteFunc(r.Findings, func(f Finding) bool {
		if f.Aspect != "code" || !whole[f.Operation] {
			return false
		}
		inside[f.Operation] = append(inside[f.Operation], Implied{Location: f.Location, Kind: f.Change})
		return true
	})
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Aspect == "operation" {
			f.Implied = append(f.Implied, inside[f.Operation]...)
			slices.SortFunc(f.Implied, compareImplied)
		}
	}
}

func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}

// FailOn are the values of --fail-on, strictest last.
var FailOn = []string{"none", "breaking", "risky", "any"}

// Fails tells whether a finding fails a build: it counts, and is at or above the threshold.
func Fails(f Finding, failOn string) bool {
	if !f.Counts() {
		return false
	}
	switch failOn {
	case "any":
		return true
	case "risky":
		return f.Severity != Safe
	case "breaking":
		return f.Severity == Breaking
	}
	return false
}

// Fails tells whether the report fails a build: a finding does, or a waiver does not hold.
func (r *Report) Fails(failOn string) bool {
	return len(r.WaiverProblems) > 0 ||
		slices.ContainsFunc(r.Findings, func(f Finding) bool { return Fails(f, failOn) })
}

// Mentions says what changed about the documents as a whole and about operations, but is no fact: versions, servers,
// tags and extensions. For an operation that new lacks, it says where it may have gone.
func Mentions(old, new *Facts) []string {
	var lines []string
	if old.version != new.version {
		lines = append(lines, fmt.Sprintf("info.version: %s → %s", orNone(old.version), orNone(new.version)))
	}
	if before, after := strings.Join(old.servers, ", "), strings.Join(new.servers, ", "); before != after {
		lines = append(lines, fmt.Sprintf("servers: %s → %s", orNone(before), orNone(after)))
	}
	for _, key := range old.Operations() {
		a, b := old.operations[key], new.operations[key]
		if b == nil {
			if to, why := new.moved(a); to != "" {
				lines = append(lines, fmt.Sprintf("%s is gone: probably moved to %s%s", key, to, why))
			}
			continue
		}
		if before, after := strings.Join(a.tags, ", "), strings.Join(b.tags, ", "); before != after {
			lines = append(lines, fmt.Sprintf("%s: tags: %s → %s", key, orNone(before), orNone(after)))
		}
		for _, name := range bothKeys(a.extensions, b.extensions) {
			if before, after := a.extensions[name], b.extensions[name]; before != after {
				lines = append(lines, fmt.Sprintf("%s: %s: %s → %s", key, name, orNone(before), orNone(after)))
			}
		}
	}
	return lines
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
