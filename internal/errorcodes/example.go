package errorcodes

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// References can make a small document endless: maxSteps bounds how many nodes are looked at for one example or schema,
// maxTotal for all of a document, and maxDepth how far down.
const (
	maxSteps = 10_000
	maxTotal = 5_000_000
	maxDepth = 32
)

// search collects the rows of one example or schema.
type search struct {
	*reader
	rows  []Row
	limit int // of reader.steps
}

// examples reads the example bodies of a response object, of Swagger 2.0 and OpenAPI 3 alike. Those of a schema count
// where the response has none of its own, which would override them (OpenAPI 3.0.3 §4.7.14.1).
func (r *reader) examples(response *yaml.Node) []Row {
	bodies := func(holder *yaml.Node) []*yaml.Node {
		var bodies []*yaml.Node
		if example := document.Get(holder, "example"); example != nil {
			bodies = append(bodies, example)
		}
		for _, example := range document.Pairs(document.Get(holder, "examples")) {
			example = r.resolve(example)
			if value := document.Get(example, "value"); value != nil {
				example = value
			}
			bodies = append(bodies, example)
		}
		return bodies
	}
	var rows []Row
	read := func(holder *yaml.Node) {
		own := bodies(holder)
		for _, body := range own {
			rows = append(rows, r.once(body, (*search).body)...)
		}
		if len(own) == 0 {
			rows = append(rows, r.once(document.Get(holder, "schema"), (*search).schema)...)
		}
	}
	read(response) // Swagger 2.0
	for _, media := range document.Pairs(document.Get(response, "content")) {
		read(media)
	}
	return rows
}

// once reads a node with read, unless that was done before.
func (r *reader) once(n *yaml.Node, read func(s *search, n *yaml.Node, depth int)) []Row {
	n = r.resolve(n)
	rows, known := r.bodies[n]
	if !known {
		s := search{reader: r, limit: min(r.steps+maxSteps, maxTotal)}
		read(&s, n, 0)
		rows = tidy(s.rows)
		r.bodies[n] = rows
	}
	return rows
}

// spent counts a step and tells whether n cannot or must not be looked at. A mapping of many keys is many steps.
func (s *search) spent(n *yaml.Node, depth int) bool {
	if n == nil || depth > maxDepth || s.steps > s.limit {
		return true
	}
	s.steps += 1 + len(n.Content)/16
	return false
}

// body reads an example body: an object with errorCode or errors, a list of such, or the JSON text of either.
func (s *search) body(n *yaml.Node, depth int) {
	if s.spent(n, depth) {
		return
	}
	switch n.Kind {
	case yaml.ScalarNode:
		if depth == 0 && len(n.Value) <= MaxText && strings.HasPrefix(strings.TrimSpace(n.Value), "{") {
			s.steps += len(n.Value) / 16
			if parsed, err := document.ParseYAML("example", []byte(n.Value)); err == nil {
				s.body(parsed, depth+1)
			}
		}
	case yaml.SequenceNode:
		for _, item := range n.Content {
			s.body(item, depth+1)
		}
	case yaml.MappingNode:
		s.found(text(n, "errorCode"), text(n, "message"))
		s.body(document.Get(n, "errors"), depth+1)
	}
}

func (s *search) found(code, message string) {
	if isCode(code) && len(message) <= MaxMessage {
		s.rows = append(s.rows, Row{Code: code, Message: message})
	}
}

// schema reads the example bodies that a schema holds, and the one that the examples of its properties make up.
func (s *search) schema(n *yaml.Node, depth int) {
	n = s.resolve(n)
	if s.spent(n, depth) {
		return
	}
	if bodies := schemaExamples(n); len(bodies) > 0 {
		for _, body := range bodies {
			s.body(body, 0)
		}
		return // they override those of the properties
	}
	s.found(s.value(n, "errorCode", depth), s.value(n, "message", depth))
	if errors := s.resolve(s.property(n, "errors", depth)); errors != nil {
		for _, list := range schemaExamples(errors) {
			s.body(list, 0)
		}
		s.schema(document.Get(errors, "items"), depth+1)
	}
	for _, key := range []string{"allOf", "oneOf", "anyOf"} {
		if list := document.Get(n, key); list != nil && list.Kind == yaml.SequenceNode {
			for _, member := range list.Content {
				s.schema(member, depth+1)
			}
		}
	}
	if items := document.Get(n, "items"); items != nil {
		s.schema(items, depth+1)
	}
}

// schemaExamples are the example of a schema, and the examples that OpenAPI 3.1 has in its place.
func schemaExamples(n *yaml.Node) []*yaml.Node {
	var bodies []*yaml.Node
	if example := document.Get(n, "example"); example != nil {
		bodies = append(bodies, example)
	}
	if list := document.Get(n, "examples"); list != nil && list.Kind == yaml.SequenceNode {
		bodies = append(bodies, list.Content...)
	}
	return bodies
}

// value is the example of the named property, "" where it has none.
func (s *search) value(n *yaml.Node, name string, depth int) string {
	for _, example := range schemaExamples(s.resolve(s.property(n, name, depth))) {
		if example.Kind == yaml.ScalarNode && example.Tag == "!!str" {
			return example.Value
		}
	}
	return ""
}

// property finds a property of a schema, also in what allOf adds to it.
func (s *search) property(n *yaml.Node, name string, depth int) *yaml.Node {
	if n = s.resolve(n); s.spent(n, depth) {
		return nil
	}
	properties := document.Get(n, "properties")
	if s.spent(properties, depth) {
		properties = nil
	}
	if own := document.Get(properties, name); own != nil {
		return own
	}
	if list := document.Get(n, "allOf"); list != nil && list.Kind == yaml.SequenceNode {
		for _, member := range slices.Backward(list.Content) {
			if inherited := s.property(member, name, depth+1); inherited != nil {
				return inherited
			}
		}
	}
	return nil
}
