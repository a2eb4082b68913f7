package diff

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// Waiver accepts the findings with this id, operation and location, for a reason and for a time.
type Waiver struct {
	ID        string
	Operation string
	Location  string
	Reason    string
	Expires   time.Time // the last day on which it holds, at midnight UTC
	Line      int
}

// Waivers is a waiver file.
type Waivers struct {
	Name string
	List []Waiver
}

// WaiverProblem is a waiver that excuses nothing.
type WaiverProblem struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Problem string `json:"problem"`
}

// String is "file:line: problem".
func (p WaiverProblem) String() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Problem) }

const dateFormat = "2006-01-02"

var waiverKeys = []string{"id", "operation", "location", "reason", "expires"}

// ParseWaivers reads a waiver file: the key "waivers" with a list of mappings, each with all of id, operation,
// location, reason and expires (2027-03-31, the last day on which it holds). A file without anything but comments has
// no waivers. All problems of the file are reported together.
func ParseWaivers(name string, data []byte) (*Waivers, error) {
	w := &Waivers{Name: name}
	if onlyComments(data) {
		return w, nil
	}
	root, err := document.ParseOwn(name, data)
	if err != nil {
		return nil, err
	}
	r := waiverReader{name: name, first: map[[3]string]int{}}
	for key := range document.Pairs(root) {
		if key.Value != "waivers" {
			r.errorf(key, "unknown key %q: a waiver file has one key, waivers", key.Value)
		}
	}
	entries := document.Get(root, "waivers")
	switch {
	case entries == nil:
		if len(r.problems) == 0 {
			r.errorf(root, "waivers is missing")
		}
	case entries.Kind == yaml.SequenceNode:
		for _, n := range entries.Content {
			w.List = append(w.List, r.waiver(n))
		}
	case entries.Tag != "!!null":
		r.errorf(entries, "waivers must be a list")
	}
	if err := errors.Join(r.problems...); err != nil {
		return nil, err
	}
	return w, nil
}

func onlyComments(data []byte) bool {
	for line := range bytes.Lines(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))) {
		line = bytes.TrimSpace(line)
		if len(line) > 0 && line[0] != '#' && string(line) != "---" {
			return false
		}
	}
	return true
}

type waiverReader struct {
	name     string
	first    map[[3]string]int // lines, by id, operation and location
	problems []error
}

func (r *waiverReader) errorf(n *yaml.Node, format string, args ...any) {
	r.problems = append(r.problems, document.Errorf(r.name, n, format, args...))
}

func (r *waiverReader) waiver(n *yaml.Node) Waiver {
	w := Waiver{Line: n.Line}
	if n.Kind != yaml.MappingNode {
		r.errorf(n, "a waiver must be a mapping with %s", strings.Join(waiverKeys, ", "))
		return w
	}
	for key := range document.Pairs(n) {
		if !slices.Contains(waiverKeys, key.Value) {
			r.errorf(key, "unknown key %q: a waiver has %s", key.Value, strings.Join(waiverKeys, ", "))
		}
	}
	field := func(key string) (string, *yaml.Node) {
		v := document.Get(n, key)
		switch {
		case v == nil:
			r.errorf(n, "%s is missing: a waiver has %s", key, strings.Join(waiverKeys, ", "))
		case v.Kind != yaml.ScalarNode || strings.TrimSpace(v.Value) == "" || v.Tag == "!!null":
			r.errorf(v, "%s is empty", key)
		default:
			return strings.TrimSpace(v.Value), v
		}
		return "", nil
	}
	var at *yaml.Node
	if w.ID, at = field("id"); at != nil && rulesByID[w.ID].ID == "" {
		r.errorf(at, "unknown rule id %q: the ids are those that drift prints", w.ID)
	}
	w.Operation, _ = field("operation")
	w.Location, _ = field("location")
	w.Reason, _ = field("reason")
	date, at := field("expires")
	if at != nil {
		var err error
		if w.Expires, err = time.Parse(dateFormat, date); err != nil {
			r.errorf(at, "expires is %q: write a date as 2027-03-31", date)
		}
	}
	key := [3]string{w.ID, w.Operation, w.Location}
	if line, dup := r.first[key]; dup && w.ID != "" && w.Operation != "" && w.Location != "" {
		r.errorf(n, "the same waiver as at line %d: keep one", line)
	} else {
		r.first[key] = n.Line
	}
	return w
}

// Apply marks the findings that a waiver accepts, and returns the waivers that accept nothing or have expired: those
// fail a build by name. A waiver holds through the day on which it expires.
func (w *Waivers) Apply(findings []Finding, today time.Time) []WaiverProblem {
	var problems []WaiverProblem
	y, m, d := today.Date()
	day := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	for _, one := range w.List {
		matched := false
		expired := day.After(one.Expires)
		for i := range findings {
			f := &findings[i]
			if f.ID == one.ID && f.Operation == one.Operation && f.Location == one.Location {
				matched = true
				f.Waived = f.Waived || !expired
			}
		}
		name := fmt.Sprintf("waiver %s, %s, %s", one.ID, one.Operation, one.Location)
		switch {
		case !matched:
			problems = append(problems, WaiverProblem{w.Name, one.Line, name + " matches no finding: remove it"})
		case expired:
			problems = append(
				problems,
				WaiverProblem{
					w.Name,
					one.Line,
					fmt.Sprintf(
						"%s expired on %s: deal with the change, or give a reason for a later date",
						name,
						one.Expires.Format(dateFormat),
					),
				},
			)
		}
	}
	return problems
}

// Skeleton is what to append to a waiver file for the findings that count and are at or above the threshold, to be cut
// down and completed by hand: each entry says what it would accept, and its empty reason is refused until someone fills
// it in. first tells that the file has no waivers yet, and so needs the key that holds them.
func Skeleton(findings []Finding, failOn string, expires time.Time, first bool) []byte {
	var b strings.Builder
	seen := map[[3]string]bool{}
	for _, f := range findings {
		if !Fails(f, failOn) || seen[[3]string{f.ID, f.Operation, f.Location}] {
			continue
		}
		seen[[3]string{f.ID, f.Operation, f.Location}] = true
		fmt.Fprintf(&b, "  # %s: %s\n", f.Severity, f.Rule)
		for _, g := range findings {
			if g.ID == f.ID && g.Operation == f.Operation && g.Location == f.Location && Fails(g, failOn) {
				if change := describe(g); change != "" {
					fmt.Fprintf(&b, "  # %s\n", change)
				}
			}
		}
		fmt.Fprintf(
			&b,
			"  - id: %s\n    operation: %s\n    location: %s\n    reason:\n    expires: %s\n",
			quote(f.ID),
			quote(f.Operation),
			quote(f.Location),
			expires.Format(dateFormat),
		)
	}
	if len(seen) == 0 {
		return nil
	}
	const head = "# Delete the entries that are not accepted, and give the others a reason.\n"
	if first {
		return []byte(head + "waivers:\n" + b.String())
	}
	return []byte(head + b.String())
}

// describe is a finding's change on one line, "" for whole objects.
func describe(f Finding) string {
	if f.Old == nil && f.New == nil {
		return ""
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s → %s", f.Attribute, text(f.Old), text(f.New)))
}

// quote is a scalar of YAML: plain where it can be no other than itself, else in double quotes.
func quote(s string) string {
	plain := strings.TrimFunc(s, func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' ||
			strings.ContainsRune(" /{}()[].-_+*", r)
	}) == ""
	first := s != "" && (s[0] >= 'a' && s[0] <= 'z' || s[0] >= 'A' && s[0] <= 'Z')
	if plain && first && !strings.HasSuffix(s, " ") {
		return s
	}
	return strconv.Quote(s)
}
