package traffic

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// Observation is what the generated client tells an observer of one answer (ringcentral.Observation, as JSON): what in
// it the description does not have.
type Observation struct {
	Operation      string         `json:"operation"` // the operation's id
	Status         int            `json:"status"`
	Code           string         `json:"code"`       // of an error
	Documented     bool           `json:"documented"` // status and code
	UnknownMembers []string       `json:"unknownMembers"`
	UnknownValues  []UnknownValue `json:"unknownValues"`
	WrongTypes     []ObservedType `json:"wrongTypes"`
	Count          int            `json:"count"` // of answers that show it; 0 is one
}

// UnknownValue is a value at a place where the description has an enumeration.
type UnknownValue struct {
	Path  string `json:"path"`
	Value string `json:"value"`
}

// ObservedType is a member of another JSON type than the description has.
type ObservedType struct {
	Path string `json:"path"`
	Want string `json:"want"`
	Got  string `json:"got"`
}

// maxObservation is the longest line of a file of observations, in bytes.
const maxObservation = 1 << 20

// ReadObservations reads a file of observations, one JSON object a line, and adds what they tell. Empty lines are
// passed over.
func (c *Comparer) ReadObservations(name string, r io.Reader, visited func() error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 1<<16), maxObservation)
	number := 0
	for lines.Scan() {
		number++
		text := bytes.TrimSpace(lines.Bytes())
		if len(text) == 0 {
			continue
		}
		var o Observation
		if err := json.Unmarshal(text, &o); err != nil || o.Operation == "" {
			return fmt.Errorf(
				"%s:%d: not an observation, a JSON object with operation and status as the client's observer writes it",
				name,
				number,
			)
		}
		c.observe(o, name, number)
		if err := visited(); err != nil {
			return err
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return fmt.Errorf(
			"%s:%d: the line is longer than %d bytes: it is no observation",
			name,
			number+1,
			maxObservation,
		)
	}
	return lines.Err()
}

func (c *Comparer) observe(o Observation, file string, line int) {
	var op *operation
	for _, one := range c.operations {
		if one.op.OperationID == o.Operation {
			op = one
		}
	}
	if op == nil || c.only != nil && !slices.Contains(c.only, op.key) {
		c.pass("observations of other operations")
		return
	}
	c.exchanges += max(o.Count, 1)
	x := &comparison{
		c:     c,
		e:     &Exchange{File: file, Line: line, Status: o.Status},
		op:    op,
		facts: map[string]bool{},
		times: max(o.Count, 1),
	}
	at := fmt.Sprintf("response %d", o.Status)
	if o.Status > 0 && op.op.Responses.Status(o.Status) == nil && op.op.Responses.Default() == nil &&
		!c.ofPlatform(o.Status) {
		x.add(
			fact{
				id:        choose(o.Status/100 == 2, "seen-status-2xx", "seen-status"),
				location:  at,
				attribute: "status",
				new:       o.Status,
				change:    "not documented",
			},
		)
	}
	if o.Status/100 != 2 {
		x.row(o.Code, "")
	}
	w := &walker{place: at + " application/json", word: c.word, failed: o.Status >= http.StatusBadRequest}
	for _, path := range o.UnknownMembers {
		w.add("member", c.plainPath(path), "", nil, nil, "not documented")
	}
	for _, v := range o.UnknownValues {
		shown := c.word(v.Value)
		w.add("value", c.plainPath(v.Path), "enum", nil, shown, "%s, which the enumeration does not have", shown)
	}
	for _, v := range o.WrongTypes {
		w.add(
			choose(w.failed, "type-error", choose(v.Got == "null", "null", "type")),
			c.plainPath(v.Path),
			"type",
			c.word(v.Want),
			c.word(v.Got),
			"%s, documented as %s",
			c.word(v.Got),
			c.word(v.Want),
		)
	}
	x.add(w.facts...)
}

func (c *Comparer) ofPlatform(status int) bool {
	for _, row := range c.platform {
		if row.Status == status {
			return true
		}
	}
	return false
}

// plainPath is what may be printed of a path: each of its names that looks like one.
func (c *Comparer) plainPath(path string) string {
	parts := strings.Split(path, ".")
	for i, part := range parts {
		name := strings.TrimRight(part, "[]")
		if c.word(name) != name {
			parts[i] = "(something that is no name)" + part[len(name):]
		}
	}
	return strings.Join(parts, ".")
}
