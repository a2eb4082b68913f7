package contract

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/getkin/kin-openapi/openapi3"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/recording"
)

// Waiver excuses a cell that no recording exercises.
type Waiver struct {
	Cell   string
	Reason string
	At     string // "file:line:col"
}

// Report is what CheckAll found.
type Report struct {
	Problems []Problem // sorted; empty if all is well
	Coverage []Line    // for each operation, for the platform, and for error bodies
	Unknown  []Problem // members of responses that no schema names: tolerated, but worth a look
	Missing  []string  // cells that no recording exercises and no waiver excuses, the listed ones too; sorted
	Listed   []string  // those of them that are listed as not recorded yet; sorted

	Exchanges []*Exchange // what was checked
}

// Line is a line of the coverage matrix.
type Line struct {
	Name    string // operation id, "platform" or "error body"
	Columns []Column
}

// Column is one kind of cell.
type Column struct {
	Kind               string // one of Kinds
	Total, Hit, Waived int
}

// Kinds are the columns of the matrix: what has to be exercised, and by what.
//
//   - success: the operation, by a documented success;
//   - status: each documented response;
//   - row: each documented error;
//   - parameter: each parameter, and each value of its enum, by the valid request of a success;
//   - request: each property of the request body, likewise;
//   - request value: each enum value of it, likewise;
//   - response: each property of the success's body, of a valid response;
//   - response value: each enum value of it, likewise.
//
// The platform has rows and statuses of its own; the properties of error bodies are counted once, over all errors.
var Kinds = []string{"success", "status", "row", "parameter", "request", "request value", "response", "response value"}

// schemaCells are the properties and the enum values that a schema names, by path.
type schemaCells struct {
	properties map[string]bool
	enums      map[string][]string
	free       []string // paths below which anything may be
	either     map[string]bool
}

// open tells whether path lies where the schema allows anything.
func (s *schemaCells) open(path string) bool {
	return slices.ContainsFunc(s.free, func(outer string) bool {
		return outer == "" || path == outer || strings.HasPrefix(path, outer+".") || strings.HasPrefix(path, outer+"[")
	})
}

func newSchemaCells(ref *openapi3.SchemaRef) *schemaCells {
	s := &schemaCells{properties: map[string]bool{}, enums: map[string][]string{}, either: map[string]bool{}}
	s.walk("", ref, nil)
	return s
}

// walk stops where a schema is inside of itself: what is there is named further up.
func (s *schemaCells) walk(path string, ref *openapi3.SchemaRef, within []*openapi3.Schema) {
	if ref == nil || ref.Value == nil || slices.Contains(within, ref.Value) {
		return
	}
	schema := ref.Value
	within = append(slices.Clip(within), schema)
	for _, value := range schema.Enum {
		if value != nil && !slices.Contains(s.enums[path], fmt.Sprint(value)) {
			s.enums[path] = append(s.enums[path], fmt.Sprint(value))
		}
	}
	if schema.Extensions["x-go-type"] == "ID" {
		s.either[path] = true
	}
	for name, property := range schema.Properties {
		inner := join(path, name)
		s.properties[inner] = true
		s.walk(inner, property, within)
	}
	if schema.Items != nil {
		s.properties[path+"[]"] = true
		s.walk(path+"[]", schema.Items, within)
	}
	for _, list := range []openapi3.SchemaRefs{schema.AllOf, schema.OneOf, schema.AnyOf} {
		for _, inner := range list {
			s.walk(path, inner, within)
		}
	}
	if extra := schema.AdditionalProperties; extra.Schema != nil || extra.Has != nil && *extra.Has {
		s.free = append(s.free, path)
	}
}

type operationCells struct {
	parameters        map[string][]string // name -> enum
	request, response *schemaCells
}

// listCells lists what recordings of an operation have to exercise.
func (op *Operation) listCells() operationCells {
	c := operationCells{map[string][]string{}, newSchemaCells(nil), newSchemaCells(nil)}
	for _, list := range []openapi3.Parameters{op.item.Parameters, op.operation.Parameters} {
		for _, p := range list {
			if p.Value.In == openapi3.ParameterInPath || p.Value.In == openapi3.ParameterInQuery {
				c.parameters[p.Value.Name] = newSchemaCells(p.Value.Schema).enums[""]
			}
		}
	}
	if body := op.operation.RequestBody; body != nil {
		c.request = contentCells(body.Value.Content)
	}
	for status, response := range op.responses {
		if status/100 == 2 {
			c.response = contentCells(response.Content)
		}
	}
	return c
}

func contentCells(content openapi3.Content) *schemaCells {
	for _, kind := range slices.Sorted(maps.Keys(content)) {
		return newSchemaCells(content[kind].Schema)
	}
	return newSchemaCells(nil)
}

// Numberish tells whether a response member of op, by path, is an id that comes as a number or as a string.
func (op *Operation) Numberish(path string) bool { return op.cells.response.either[path] }

// Names tells whether the schema of op's successful response names the member at path.
func (op *Operation) Names(path string) bool { return op.cells.response.properties[path] }

// CheckAll collects what is wrong with recordings that were checked, and tells whether all together exercise each cell
// of the description (see [Kinds]), or a waiver says why not. A waiver for what is exercised, or for what there is not,
// is a problem as well. Of an operation that has no recording at all, not every cell is told. What is listed as not
// recorded yet, if there is such a list, is no problem until it is exercised or gone.
func (c *Contract) CheckAll(exchanges []*Exchange, waivers []Waiver, list *Unrecorded) *Report {
	report := &Report{}
	m := matrix{
		hit:     map[string]bool{},
		used:    map[string]bool{},
		known:   map[string]bool{},
		waivers: map[string]*Waiver{},
		listed:  list.cells(),
		open:    map[string]bool{},
		later:   map[string]bool{},
	}
	recorded := map[string]bool{} // operation ids
	for _, e := range exchanges {
		report.Problems = append(report.Problems, e.Problems...)
		for _, path := range e.unknown {
			report.Unknown = append(report.Unknown, Problem{e.Recording.File, "response: the schema names no " + path})
		}
		if e.Operation != nil {
			recorded[e.Recording.Folder()] = true
			for _, cell := range e.cells {
				m.hit[cell] = true
			}
		}
	}
	for i, w := range waivers {
		if m.waivers[w.Cell] != nil {
			report.Problems = append(report.Problems, Problem{w.At, fmt.Sprintf("%q is waived twice", w.Cell)})
		}
		m.waivers[w.Cell] = &waivers[i]
	}
	for _, op := range c.Operations {
		before := len(m.missing)
		m.operation(op)
		if n := len(m.missing) - before; n > 0 && !recorded[op.ID] {
			m.missing = append(
				m.missing[:before],
				fmt.Sprintf("%s has no recording: begin with %s/%s-CASE%s (cells to exercise: %d)",
					op.ID, op.ID, op.firstSuccess(), recording.Extension, n),
			)
		}
	}
	if len(c.Platform) > 0 {
		m.platform(c)
	}
	for _, w := range waivers {
		switch {
		case m.used[w.Cell]:
		case m.known[w.Cell]:
			report.Problems = append(
				report.Problems,
				Problem{w.At, fmt.Sprintf("%q is exercised: remove the waiver", w.Cell)},
			)
		default:
			report.Problems = append(
				report.Problems,
				Problem{w.At, fmt.Sprintf("there is no %q: remove the waiver", w.Cell)},
			)
		}
	}
	for _, text := range m.missing {
		report.Problems = append(report.Problems, Problem{Text: text})
	}
	report.Problems = append(report.Problems, list.stale(m)...)
	report.Missing, report.Listed = slices.Sorted(maps.Keys(m.open)), slices.Sorted(maps.Keys(m.later))
	report.Coverage = m.lines
	slices.SortFunc(report.Problems, compareProblems)
	slices.SortFunc(report.Unknown, compareProblems)
	return report
}

// firstSuccess is the lowest status that is a success, "200" if there is none.
func (op *Operation) firstSuccess() string {
	for _, status := range slices.Sorted(maps.Keys(op.responses)) {
		if op.success(status) {
			return fmt.Sprint(status)
		}
	}
	return "200"
}

const errorLine = "error body"

// cell is the name of a cell: "createAnsweringRule request value screening Off".
func cell(line, kind, what string) string { return strings.TrimSuffix(line+" "+kind+" "+what, " ") }

type matrix struct {
	hit, used, known map[string]bool // by name of the cell
	listed           map[string]bool // as not recorded yet
	open, later      map[string]bool // not exercised, and those of them that are listed
	waivers          map[string]*Waiver
	missing          []string // what to say about cells
	lines            []Line
}

// exercised lists the cells that an exchange exercises.
func (e *Exchange) exercised() (cells []string) {
	r, op := e.Recording, e.Operation
	status, whose := r.Response.Status, op.ID
	if r.Folder() == Platform {
		whose = Platform
	}
	if e.row != nil {
		cells = append(cells, cell(whose, "row", e.row.String()))
	}
	if r.Meta.Row == "" {
		cells = append(cells, cell(whose, "status", fmt.Sprint(status)))
	}
	body := func(line, kind, valueKind string, v *values) {
		if v == nil {
			return
		}
		for path := range v.members {
			cells = append(cells, cell(line, kind, path))
		}
		for path, texts := range v.scalars {
			for text := range texts {
				cells = append(cells, cell(line, valueKind, path+" "+text))
			}
		}
	}
	switch {
	case whose == op.ID && op.success(status):
		cells = append(cells, cell(whose, "success", ""))
		body(whose, "parameter", "parameter", e.parameters)
		body(whose, "request", "request value", e.requestBody)
		body(whose, "response", "response value", e.responseBody)
	case status >= http.StatusBadRequest:
		body(errorLine, "response", "response value", e.responseBody)
	}
	return cells
}

// line adds a line; add counts a cell of it.
func (m *matrix) line(name string) (add func(kind, what string)) {
	columns := make([]Column, len(Kinds))
	for i, kind := range Kinds {
		columns[i].Kind = kind
	}
	m.lines = append(m.lines, Line{name, columns})
	return func(kind, what string) {
		column := &columns[slices.Index(Kinds, kind)]
		column.Total++
		full := cell(name, kind, what)
		m.known[full] = true
		switch {
		case m.hit[full]:
			column.Hit++
		case m.waivers[full] != nil:
			column.Waived++
			m.used[full] = true
		default:
			m.open[full] = true
			if m.listed[full] {
				m.later[full] = true
				return
			}
			m.missing = append(m.missing, missing(name, kind, what))
		}
	}
}

// missing says what to do about a cell that no recording exercises.
func missing(line, kind, what string) string {
	text := fmt.Sprintf("no recording exercises %q: ", cell(line, kind, what))
	if kind == "row" {
		return text + fmt.Sprintf("add %s/%s%s", line, strings.ReplaceAll(what, " ", "-"), recording.Extension)
	}
	return text + "add one, or waive it in waivers.yaml"
}

func (m *matrix) operation(op *Operation) {
	add := m.line(op.ID)
	add("success", "")
	for status := range op.responses {
		add("status", fmt.Sprint(status))
	}
	for _, row := range op.Rows {
		add("row", row.String())
	}
	cells := op.cells
	for name, enum := range cells.parameters {
		add("parameter", name)
		for _, value := range enum {
			add("parameter", name+" "+value)
		}
	}
	body(add, "request", cells.request)
	body(add, "response", cells.response)
}

func body(add func(kind, what string), kind string, s *schemaCells) {
	for path := range s.properties {
		add(kind, path)
	}
	for path, enum := range s.enums {
		for _, value := range enum {
			add(kind+" value", path+" "+value)
		}
	}
}

func (m *matrix) platform(c *Contract) {
	add := m.line(Platform)
	statuses := map[int]bool{}
	for _, row := range c.Platform {
		add("row", row.String())
		statuses[row.Status] = true
	}
	for status := range statuses {
		add("status", fmt.Sprint(status))
	}
	body(m.line(errorLine), "response", newSchemaCells(c.doc.Components.Schemas[ErrorSchema]))
}

// Table prints the matrix: of each cell, how many are exercised of how many, and how many are waived.
func (r *Report) Table() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\t%s\n", strings.Join(Kinds, "\t"))
	for _, line := range r.Coverage {
		fmt.Fprint(w, line.Name)
		for _, c := range line.Columns {
			text := "–"
			if c.Total > 0 {
				text = fmt.Sprintf("%d/%d", c.Hit, c.Total)
			}
			if c.Waived > 0 {
				text += fmt.Sprintf(" (%d waived)", c.Waived)
			}
			fmt.Fprintf(w, "\t%s", text)
		}
		fmt.Fprintln(w)
	}
	_ = w.Flush() // to memory
	return b.String()
}

// ParseWaivers reads a list of waivers: a mapping with the key waivers, a list of {cell, reason}.
func ParseWaivers(name string, data []byte) ([]Waiver, error) {
	root, err := document.ParseOwn(name, data)
	if err != nil {
		return nil, err
	}
	var all []Waiver
	for key, list := range document.Pairs(root) {
		if key.Value != "waivers" || list.Kind != yaml.SequenceNode {
			return nil, document.Errorf(name, key, "the file holds one key, waivers, with a list")
		}
		for _, item := range list.Content {
			w := Waiver{At: document.Position(name, item)}
			for key, value := range document.Pairs(item) {
				switch key.Value {
				case "cell":
					w.Cell = value.Value
				case "reason":
					w.Reason = value.Value
				default:
					return nil, document.Errorf(name, key, "unknown key %q: a waiver has cell and reason", key.Value)
				}
			}
			if w.Cell == "" || w.Reason == "" {
				return nil, document.Errorf(name, item, "a waiver needs cell and reason")
			}
			all = append(all, w)
		}
	}
	return all, nil
}
