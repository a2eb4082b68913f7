package build

import (
	"fmt"
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// Warning is something that is broken in a document outside of the selection. It never stops anything.
type Warning struct {
	Message string `json:"message"`
	Line    int    `json:"line"` // in the document, 0 if unknown
}

// Outside lists what is broken in a document and not needed by the selected operations: references and discriminator
// mappings that do not resolve, defaults that are not of the declared type, and operation ids that are used twice.
// s is the pruned selection of doc.
func Outside(doc *document.Document, s *Selection) []Warning {
	l := linter{
		resolver: document.NewResolver(doc.Root),
		ids:      map[string]document.Operation{},
		resolved: map[string]bool{},
	}
	for op := range document.Operations(doc.Root) {
		if id := document.Get(op.Node, "operationId"); id != nil {
			if first, dup := l.ids[id.Value]; dup {
				l.warn(id, "operationId %q of %s is that of %s, too", id.Value, op, first)
			} else {
				l.ids[id.Value] = op
			}
		}
	}
	document.Refs(doc.Root, document.RootObject, l.reference)
	document.Schemas(doc.Root, l.schema)

	needed := map[*yaml.Node]bool{}
	var mark func(n *yaml.Node)
	mark = func(n *yaml.Node) {
		needed[n] = true
		for _, c := range n.Content {
			mark(c)
		}
	}
	mark(s.Root)
	var warnings []Warning
	for _, p := range l.problems {
		if !needed[p.at] {
			warnings = append(warnings, p.Warning)
		}
	}
	slices.SortStableFunc(warnings, func(a, b Warning) int { return a.Line - b.Line })
	return slices.Compact(warnings)
}

type linter struct {
	resolver *document.Resolver
	ids      map[string]document.Operation
	resolved map[string]bool
	problems []problem
}

type problem struct {
	at *yaml.Node
	Warning
}

func (l *linter) warn(at *yaml.Node, format string, args ...any) {
	l.problems = append(l.problems, problem{at, Warning{fmt.Sprintf(format, args...), at.Line}})
}

func (l *linter) reference(at *yaml.Node, ref string, _ document.Kind) {
	if l.resolved[ref] {
		return
	}
	if _, err := l.resolver.Resolve(ref); err != nil {
		l.warn(at, "%v", err)
		return
	}
	l.resolved[ref] = true
}

func (l *linter) schema(schema *yaml.Node) {
	value := document.Get(schema, "default")
	if declared := document.Text(schema, "type"); value != nil && !fits(value, declared) {
		l.warn(value, "default %q is not of type %s", value.Value, declared)
	}
}

// fits tells whether a value can be of the declared type, by its tag.
func fits(value *yaml.Node, declared string) bool {
	switch declared {
	case "boolean":
		return value.Tag == "!!bool"
	case "integer":
		return value.Tag == "!!int"
	case "number":
		return value.Tag == "!!int" || value.Tag == "!!float"
	case "string":
		return value.Tag == "!!str"
	case "array":
		return value.Kind == yaml.SequenceNode
	case "object":
		return value.Kind == yaml.MappingNode
	}
	return true
}
