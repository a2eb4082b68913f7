// Package names gives schemas the names that a project has chosen for them, by where they are on the wire.
//
// A vendor renames, splits, merges, inlines and extracts the components of its document from release to release; where
// a schema is used hardly ever changes. So a table, spec/names.yaml, maps each Go name to places, and [Name] makes of a
// document, already reduced to what is wanted and in OpenAPI 3.0, one whose components are called as the table says,
// whatever the vendor calls them and wherever it keeps them. Overlays then target these names. After the overlays,
// [Table.Types] gives enumerations their Go types from the same table.
//
// # Places
//
// A place is where a schema stands, in the body or a parameter of an operation or in another named schema:
//
//	POST /things request                the body of a request, whatever its media types
//	GET /things/{id} response 200       the body of a response
//	GET /things query sort              a parameter: query, path, header or cookie
//	GET /things response 200 header Age a header of a response
//	Thing.owner                         the property owner of what is called Thing
//	Thing.parts[]                       the items of its property parts
//	Thing.labels{}                      the values of its property labels, a map
//	Shape<circle>                       the branch of a oneOf or anyOf that the discriminator selects with this value
//	Shape<0>                            the first branch of one without a discriminator
//
// What follows the first word or the body is a path of such steps, of any length. The names of path variables do not
// matter. A property or parameter whose name holds other than letters, digits and any of "_-$@" is quoted as in Go:
// Thing."a.b".
package names

import (
	"errors"
	"fmt"
	"go/token"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// unusedKey holds, in a table, the places that the pin no longer has.
const unusedKey = "unused"

// Table maps names to places.
type Table struct {
	file    string
	text    []byte
	entries []*entry
	unused  []*entry
	byPlace map[string]*Entry // by [Place.key], those in use
	resting map[string]*Entry // the same of those out of use
}

// Entry is one place of a name.
type Entry struct {
	Name  string
	Place Place
	Line  int // in the file, from 1; 0 if it is not there yet
}

type entry struct {
	name   string
	line   int // of the name
	last   int // the last line of the entry
	flow   bool
	places []Entry
}

// Place is where a schema stands.
type Place struct {
	Operation string // "POST /things", with its variables; empty below a name
	Part      string // "request", "response 200", "query sort", "response 200 header Age"
	Owner     string // the name that it is below; empty in an operation
	Steps     string // ".parts[]"
}

// String is the place as the table has it.
func (p Place) String() string {
	if p.Owner != "" {
		return p.Owner + p.Steps
	}
	return p.Operation + " " + p.Part + p.Steps
}

var variable = regexp.MustCompile(`\{[^{}]*\}`)

// key is the same for places that differ in nothing but the names of path variables.
func (p Place) key() string {
	if p.Owner != "" {
		return p.Owner + p.Steps
	}
	return variable.ReplaceAllString(p.Operation, "{}") + " " + p.Part + p.Steps
}

// step is a place further down.
func (p Place) step(s string) Place {
	p.Steps += s
	return p
}

var plainName = regexp.MustCompile(`^[A-Za-z0-9_$@-]+$`)

// quoted is a name as places have it.
func quoted(name string) string {
	if plainName.MatchString(name) {
		return name
	}
	return fmt.Sprintf("%q", name)
}

const nameForm = `(?:[A-Za-z0-9_$@-]+|"(?:[^"\\]|\\.)*")`

var (
	operationPlace = regexp.MustCompile(
		`(?s)^((?:GET|PUT|POST|DELETE|OPTIONS|HEAD|PATCH|TRACE) /.*?) (request|response [0-9A-Za-z]+ header ` + nameForm +
			`|response [0-9A-Za-z]+|(?:query|path|header|cookie) ` + nameForm + `)((?:\.` + nameForm +
			`|\[\]|\{\}|<[^<>]*>)*)$`,
	)
	namePlace = regexp.MustCompile(`^([A-Z][A-Za-z0-9_]*)((?:\.` + nameForm + `|\[\]|\{\}|<[^<>]*>)+)$`)
)

// ParsePlace reads a place.
func ParsePlace(text string) (Place, error) {
	if m := operationPlace.FindStringSubmatch(text); m != nil {
		return Place{Operation: m[1], Part: m[2], Steps: m[3]}, nil
	}
	if m := namePlace.FindStringSubmatch(text); m != nil {
		return Place{Owner: m[1], Steps: m[2]}, nil
	}
	return Place{}, fmt.Errorf(
		"%q is no place: write one as \"GET /things response 200\", \"POST /things request.kind\" or \"Thing.parts[]\"",
		text,
	)
}

// Parse reads a table. All problems of the file are reported together.
func Parse(file string, data []byte) (*Table, error) {
	t := &Table{file: file, text: data, byPlace: map[string]*Entry{}, resting: map[string]*Entry{}}
	if strings.TrimSpace(withoutComments(data)) == "" {
		return t, nil
	}
	root, err := document.ParseOwn(file, data)
	if err != nil {
		return nil, err
	}
	r := &reader{t: t}
	for key, value := range document.Pairs(root) {
		if key.Value == unusedKey {
			for k, v := range document.Pairs(value) {
				t.unused = append(t.unused, r.entry(k, v, t.resting))
			}
			continue
		}
		t.entries = append(t.entries, r.entry(key, value, t.byPlace))
	}
	r.owners()
	if err := errors.Join(r.problems...); err != nil {
		return nil, err
	}
	return t, nil
}

func withoutComments(data []byte) string {
	var b strings.Builder
	for line := range strings.Lines(string(data)) {
		if text := strings.TrimSpace(line); !strings.HasPrefix(text, "#") && text != "---" && text != "{}" {
			b.WriteString(line)
		}
	}
	return b.String()
}

type reader struct {
	t        *Table
	problems []error
}

func (r *reader) errorf(n *yaml.Node, format string, args ...any) {
	r.problems = append(r.problems, document.Errorf(r.t.file, n, format, args...))
}

func (r *reader) entry(key, value *yaml.Node, index map[string]*Entry) *entry {
	e := &entry{name: key.Value, line: key.Line, last: key.Line}
	if !token.IsIdentifier(key.Value) || !token.IsExported(key.Value) {
		r.errorf(
			key,
			"%q is no exported Go name: it must begin with a capital letter and go on with letters, digits and _",
			key.Value,
		)
	}
	list := []*yaml.Node{value}
	if value.Kind == yaml.SequenceNode {
		list = value.Content
		e.flow = value.Style&yaml.FlowStyle != 0
	} else {
		e.flow = true
	}
	if value.Kind == yaml.MappingNode || len(list) == 0 {
		r.errorf(value, "%s needs a list of places", key.Value)
		return e
	}
	for _, n := range list {
		e.last = max(e.last, n.Line)
		if n.Kind != yaml.ScalarNode {
			r.errorf(n, "a place is a text, such as \"Thing.parts[]\"")
			continue
		}
		p, err := ParsePlace(n.Value)
		if err != nil {
			r.errorf(n, "%v", err)
			continue
		}
		one := Entry{Name: key.Value, Place: p, Line: n.Line}
		for _, taken := range []map[string]*Entry{r.t.byPlace, r.t.resting} {
			if other := taken[p.key()]; other != nil && other.Name == key.Value {
				r.errorf(n, "%s has the place %s in line %d already", key.Value, p, other.Line)
			} else if other != nil {
				r.errorf(n, "the place %s has two names: %s, and %s in line %d: keep one of them", p, key.Value,
					other.Name, other.Line)
			}
		}
		e.places = append(e.places, one)
		index[p.key()] = &one
	}
	return e
}

// owners refuses names that can be reached from no operation: each is below another one, in a circle.
func (r *reader) owners() {
	below := map[string][]string{} // the owners of a name that has no place in an operation
	for _, e := range slices.Concat(r.t.entries, r.t.unused) {
		if slices.ContainsFunc(e.places, func(p Entry) bool { return p.Place.Owner == "" }) {
			below[e.name] = nil
			continue
		}
		if owners, seen := below[e.name]; !seen || owners != nil {
			for _, p := range e.places {
				below[e.name] = append(below[e.name], p.Place.Owner)
			}
		}
	}
	grounded := map[string]bool{}
	for changed := true; changed; {
		changed = false
		for name, owners := range below {
			if grounded[name] {
				continue
			}
			// What the table does not name is named by an overlay, or does not exist, which is found out later.
			if owners == nil ||
				slices.ContainsFunc(
					owners,
					func(o string) bool { _, listed := below[o]; return !listed || grounded[o] },
				) {
				grounded[name], changed = true, true
			}
		}
	}
	for _, e := range r.t.entries {
		if !grounded[e.name] && len(e.places) > 0 {
			r.problems = append(
				r.problems,
				fmt.Errorf(
					"%s:%d: %s is only below itself: its owners %s lead to no operation; give one of them a place "+
						"in an operation",
					r.t.file,
					e.line,
					e.name,
					strings.Join(below[e.name], ", "),
				),
			)
		}
	}
}

// at is the name of a place, empty if the table has none.
func (t *Table) at(p Place) string {
	key := p.key()
	if e := t.byPlace[key]; e != nil {
		return e.Name
	}
	if e := t.resting[key]; e != nil {
		return e.Name
	}
	return ""
}

// success is how the table calls the body of an operation's success, if there is one success: vendors write it as 200,
// as another status, or as default, from one release to the next. It is the empty text if there are several or none, or
// the table does not know the operation.
func (t *Table) success(op document.Operation) (status, as string) {
	for key := range document.Pairs(document.Get(op.Node, "responses")) {
		if isSuccess(key.Value) {
			if status != "" {
				return "", ""
			}
			status = key.Value
		}
	}
	if status == "" && document.Get(op.Node, "responses", "default") != nil {
		status = "default"
	}
	if status == "" {
		return "", ""
	}
	shape := variable.ReplaceAllString(op.String(), "{}")
	for _, e := range slices.Concat(t.entries, t.unused) {
		for _, one := range e.places {
			named, ok := strings.CutPrefix(one.Place.Part, "response ")
			if ok && !strings.Contains(named, " ") && (isSuccess(named) || named == "default") &&
				variable.ReplaceAllString(one.Place.Operation, "{}") == shape {
				return status, named
			}
		}
	}
	return status, status
}

func isSuccess(status string) bool { return len(status) == 3 && status[0] == '2' }

// Line is where a name that is in use stands in the file, 0 if it does not.
func (t *Table) Line(name string) int {
	for _, e := range t.entries {
		if e.name == name {
			return e.line
		}
	}
	return 0
}

// Len is how many names are in use.
func (t *Table) Len() int { return len(t.entries) }

// Bytes is the file.
func (t *Table) Bytes() []byte { return t.text }
