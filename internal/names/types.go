package names

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/overlay"
)

// Typed is what [Table.Types] found.
type Typed struct {
	// places in use that the document does not have, or has something else at, in the order of the table
	Missing  []Entry
	Returned []Entry // places out of use that it has
	Widened  []Widening
	Known    []string // all places of the document, sorted

	at    map[string]*yaml.Node
	wrong map[string]string // what is wrong with a place that is there, by key
}

// Refers reports whether there is a reference to a name at a place.
func (t *Typed) Refers(p Place, name string) bool {
	node := t.at[p.key()]
	return node != nil && refOf(node) == schemaRef+name
}

// Types gives the enumerations of a document, whose components [Table.Name] has named and overlays have mended, their
// Go types: of the places of a name, the first one with values declares the type and has the values of all, the others
// use it. Refused are places that an overlay calls otherwise, and a name for what differs in its JSON type.
func (t *Table) Types(root *yaml.Node) (*Typed, error) {
	x := &index{table: t, at: map[string]*yaml.Node{}}
	x.read(root)
	result := &Typed{Known: slices.Sorted(maps.Keys(x.at)), at: x.at, wrong: map[string]string{}}
	var problems []error
	byName := map[string][]found{}
	var order []string
	collect := func(entries []*entry, inUse bool) {
		for _, e := range entries {
			for _, one := range e.places {
				node := x.at[one.Place.key()]
				if node == nil && inUse {
					result.Missing = append(result.Missing, one)
				}
				if node == nil {
					continue
				}
				if !inUse {
					result.Returned = append(result.Returned, one)
				}
				if byName[e.name] == nil {
					order = append(order, e.name)
				}
				byName[e.name] = append(byName[e.name], found{one, node})
			}
		}
	}
	collect(t.entries, true)
	collect(t.unused, false)
	for _, name := range order {
		places := result.alike(name, byName[name])
		if len(places) == 0 {
			continue
		}
		facts, err := t.declare(name, places)
		problems = append(problems, err)
		if len(facts) > 0 {
			result.Widened = append(result.Widened, Widening{Name: name, Facts: facts})
		}
	}
	return result, errors.Join(problems...)
}

type found struct {
	Entry
	node *yaml.Node
}

// alike are the places of a name that can have it: those with the JSON type of the first. The others are missing.
func (r *Typed) alike(name string, places []found) (rest []found) {
	for _, p := range places {
		kind := jsonType(p.node)
		problem := ""
		switch {
		case kind == "array":
			problem = fmt.Sprintf("%s is a list, which has no name: name its items, %s[]", p.Place, p.Place)
		case len(rest) > 0 && kind != jsonType(rest[0].node):
			problem = fmt.Sprintf(
				"%s names %s at %s, and %s at %s: give one of them another name",
				name,
				jsonType(rest[0].node),
				rest[0].Place,
				kind,
				p.Place,
			)
		default:
			rest = append(rest, p)
			continue
		}
		key := p.Place.key()
		if i := slices.IndexFunc(r.Returned, func(e Entry) bool { return e.Place.key() == key }); i >= 0 {
			r.Returned = slices.Delete(r.Returned, i, i+1) // it stays out of use
			continue
		}
		r.wrong[key] = problem
		r.Missing = append(r.Missing, p.Entry)
	}
	return rest
}

// declare gives one name to what stands at its places.
func (t *Table) declare(name string, places []found) (facts []Difference, err error) {
	var values []found
	for _, p := range places {
		switch jsonType(p.node) {
		case "object":
			if ref := strings.TrimPrefix(refOf(p.node), schemaRef); ref != "" && ref != name {
				return nil, fmt.Errorf(
					"%s:%d: %s is called %s here, and an overlay makes it %s: use one name in both",
					t.file,
					p.Line,
					p.Place,
					name,
					ref,
				)
			}
		default:
			if document.Get(p.node, "enum") != nil {
				values = append(values, p)
			}
		}
	}
	if jsonType(places[0].node) == "object" || len(values) == 0 {
		return nil, nil
	}
	carrier := values[0]
	list := document.Get(carrier.node, "enum")
	for _, p := range values[1:] {
		for _, v := range document.Get(p.node, "enum").Content {
			if !slices.ContainsFunc(list.Content, func(o *yaml.Node) bool { return overlay.Same(o, v) }) {
				list = document.Sequence(append(slices.Clone(list.Content), document.Clone(v))...)
				facts = append(
					facts,
					Difference{
						"",
						"value " + v.Value,
						fmt.Sprintf("%s also has the value %s of %s", carrier.Place, v.Value, p.Place),
					},
				)
			}
		}
	}
	document.Set(carrier.node, "enum", list)
	for _, p := range places {
		if document.Get(p.node, "x-go-type") != nil || document.Get(p.node, "x-go-type-name") != nil {
			return nil, fmt.Errorf(
				"%s:%d: %s is called %s here, and an overlay gives it a Go type: remove one of them",
				t.file,
				p.Line,
				p.Place,
				name,
			)
		}
		key := "x-go-type"
		if p.node == carrier.node {
			key = "x-go-type-name"
		}
		document.Set(p.node, key, document.String(name))
	}
	return facts, nil
}

// jsonType is what a schema's values are.
func jsonType(schema *yaml.Node) string {
	if refOf(schema) != "" || document.Get(schema, "properties") != nil {
		return "object"
	}
	return cmp.Or(document.Text(schema, "type"), "any")
}

// index has the schemas of a document by the keys of their places.
type index struct {
	table *Table
	at    map[string]*yaml.Node
}

func (x *index) read(root *yaml.Node) {
	for op := range document.Operations(root) {
		part := func(name string) Place { return Place{Operation: op.String(), Part: name} }
		for _, content := range document.Pairs(document.Get(op.Node, "requestBody", "content")) {
			x.schema(document.Get(content, "schema"), part("request"))
		}
		success, as := x.table.success(op)
		for status, response := range document.Pairs(document.Get(op.Node, "responses")) {
			p := part("response " + status.Value)
			if status.Value == success {
				p = part("response " + as)
			}
			for _, content := range document.Pairs(document.Get(response, "content")) {
				x.schema(document.Get(content, "schema"), p)
			}
			for name, header := range document.Pairs(document.Get(response, "headers")) {
				x.schema(document.Get(header, "schema"), part(p.Part+" header "+quoted(name.Value)))
			}
		}
		if list := document.Get(op.Node, "parameters"); list != nil {
			for _, param := range list.Content {
				p := part(document.Text(param, "in") + " " + quoted(document.Text(param, "name")))
				x.schema(document.Get(param, "schema"), p)
			}
		}
	}
	for name, schema := range document.Pairs(document.Get(root, "components", "schemas")) {
		x.inside(schema, Place{Owner: name.Value})
	}
}

func (x *index) schema(schema *yaml.Node, at Place) {
	if schema == nil || schema.Kind != yaml.MappingNode {
		return
	}
	if x.at[at.key()] == nil {
		x.at[at.key()] = schema
	}
	x.inside(schema, at)
}

func (x *index) inside(schema *yaml.Node, at Place) {
	for name, property := range document.Pairs(document.Get(schema, "properties")) {
		x.schema(property, at.step("."+quoted(name.Value)))
	}
	x.schema(document.Get(schema, "items"), at.step("[]"))
	x.schema(document.Get(schema, "additionalProperties"), at.step("{}"))
	x.schema(document.Get(schema, "not"), at.step("<not>"))
	if list := document.Get(schema, "allOf"); list != nil && list.Kind == yaml.SequenceNode {
		for i, part := range list.Content {
			x.schema(part, at.step("<all"+strconv.Itoa(i)+">"))
		}
	}
	for _, keyword := range []string{"oneOf", "anyOf"} {
		list := document.Get(schema, keyword)
		if list == nil || list.Kind != yaml.SequenceNode {
			continue
		}
		for i, branch := range list.Content {
			step := strconv.Itoa(i)
			for value, target := range document.Pairs(document.Get(schema, "discriminator", "mapping")) {
				if target.Value == refOf(branch) && target.Value != "" {
					step = strings.NewReplacer("<", "(", ">", ")").Replace(value.Value)
					break
				}
			}
			x.schema(branch, at.step("<"+step+">"))
		}
	}
}

// Unknown is the error for places that a document does not have, each with the nearest one that it has. selected are
// its operations.
func (t *Table) Unknown(typed *Typed, selected []string) error {
	var problems []error
	for _, e := range typed.Missing {
		p := e.Place
		if wrong := typed.wrong[p.key()]; wrong != "" {
			problems = append(problems, fmt.Errorf("%s:%d: %s", t.file, e.Line, wrong))
			continue
		}
		shape := func(op string) bool {
			return variable.ReplaceAllString(op, "{}") == variable.ReplaceAllString(p.Operation, "{}")
		}
		if p.Owner == "" && !slices.ContainsFunc(selected, shape) {
			problems = append(
				problems,
				fmt.Errorf("%s:%d: %s has a place in %s, which is not selected: select it, or move the place below %q",
					t.file, e.Line, e.Name, p.Operation, unusedKey),
			)
			continue
		}
		near := ""
		if best := document.Nearest(p.key(), typed.Known); best != "" {
			near = fmt.Sprintf(" (the nearest is %s)", best)
		}
		problems = append(
			problems,
			fmt.Errorf("%s:%d: the document has no place %s, which is to be %s%s: correct it, or move it below %q",
				t.file, e.Line, p, e.Name, near, unusedKey),
		)
	}
	return errors.Join(problems...)
}
