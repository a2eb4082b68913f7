package diff

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Known is what an earlier report found.
type Known struct {
	name     string
	findings []knownFinding
}

// knownFinding is what identifies a finding from one run to the next.
type knownFinding struct {
	ID        string `json:"id"`
	Operation string `json:"operation"`
	Location  string `json:"location"`
	Attribute string `json:"attribute,omitempty"`
	Old       any    `json:"old"`
	New       any    `json:"new"`
}

func (f knownFinding) key() string {
	return strings.Join([]string{f.ID, f.Operation, f.Location, f.Attribute, text(f.Old), text(f.New)}, "\x00")
}

// ParseKnown reads an earlier report as JSON: the whole of it, or no more than its list of findings with id, operation,
// location, attribute, old and new, as [WriteKnown] writes it.
func ParseKnown(name string, data []byte) (*Known, error) {
	var report struct {
		Findings *[]knownFinding `json:"findings"`
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(&report); err != nil {
		at := dec.InputOffset()
		if wrong := (&json.SyntaxError{}); errors.As(err, &wrong) {
			at = wrong.Offset
		}
		line := 1 + bytes.Count(data[:min(int(at), len(data))], []byte("\n"))
		return nil, fmt.Errorf("%s:%d: not a drift report as JSON: %w", name, line, err)
	}
	if report.Findings == nil {
		return nil, fmt.Errorf(
			"%s: not a drift report as JSON: it has no findings: write one with drift --format json",
			name,
		)
	}
	k := &Known{name: name, findings: *report.Findings}
	for i, f := range k.findings {
		if rulesByID[f.ID].ID == "" || f.Operation == "" || f.Location == "" {
			return nil, fmt.Errorf(
				"%s: finding %d: id %q, operation %q, location %q: a finding has all three, and the id is that of "+
					"a rule",
				name,
				i+1,
				f.ID,
				f.Operation,
				f.Location,
			)
		}
	}
	return k, nil
}

// WriteKnown writes the findings of a report that count, small and sorted, for [ParseKnown].
func WriteKnown(r *Report) ([]byte, error) {
	list := []knownFinding{}
	for _, f := range r.Findings {
		if f.Counts() {
			list = append(list, knownFinding{f.ID, f.Operation, f.Location, f.Attribute, f.Old, f.New})
		}
	}
	var b bytes.Buffer
	b.WriteString("{\"findings\": [")
	for i, f := range list {
		var line bytes.Buffer
		enc := json.NewEncoder(&line)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(f); err != nil {
			return nil, err
		}
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n  ")
		b.Write(bytes.TrimSuffix(line.Bytes(), []byte("\n")))
	}
	b.WriteString("\n]}\n")
	return b.Bytes(), nil
}

// Apply marks the findings of a report that are known as waived, and mentions what is known and found no more.
func (k *Known) Apply(r *Report) {
	known := map[string]bool{}
	for _, f := range k.findings {
		known[f.key()] = false
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		key := knownFinding{f.ID, f.Operation, f.Location, f.Attribute, f.Old, f.New}.key()
		if _, ok := known[key]; ok {
			known[key], f.Waived = true, true
		}
	}
	var stale []string
	for _, f := range k.findings {
		if !known[f.key()] {
			stale = append(
				stale,
				fmt.Sprintf("%s: %s, %s, %s is found no more: drop it", k.name, f.ID, f.Operation, f.Location),
			)
		}
	}
	slices.Sort(stale)
	r.Document = append(r.Document, slices.Compact(stale)...)
	r.Finish()
}
