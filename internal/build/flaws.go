package build

import (
	"errors"
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// flaws finds what validation admits and a person cannot have meant: a value that an enum lists twice, and a schema
// that says nothing. Both are in one map, from the node at fault to the message.
func flaws(root *yaml.Node) map[*yaml.Node]string {
	found := map[*yaml.Node]string{}
	document.Schemas(root, func(schema *yaml.Node) {
		if isBlank(schema) {
			found[schema] = "a schema without content: what it describes is not in the document: give it a type, " +
				"or remove it here"
		}
		enum := document.Get(schema, "enum")
		if enum == nil || enum.Kind != yaml.SequenceNode {
			return
		}
		seen := map[[2]string]bool{}
		for _, item := range enum.Content {
			value := [2]string{item.Tag, item.Value}
			if item.Kind == yaml.ScalarNode && seen[value] {
				found[item] = "the enum has " + item.Value + " twice: remove one of them in an overlay"
			}
			seen[value] = true
		}
	})
	return found
}

// isBlank reports whether a schema has nothing but prose.
func isBlank(schema *yaml.Node) bool {
	if schema.Kind != yaml.MappingNode {
		return false
	}
	for key := range document.Pairs(schema) {
		if !slices.Contains([]string{"description", "title", "example", "externalDocs"}, key.Value) {
			return false
		}
	}
	return true
}

// refuseNew is the error for the flaws that are not in known. name is the overlay that made them, of what is in the pin
// perhaps.
func refuseNew(name string, found, known map[*yaml.Node]string, pin places) error {
	var nodes []*yaml.Node
	for n := range found {
		if _, old := known[n]; !old {
			nodes = append(nodes, n)
		}
	}
	slices.SortFunc(nodes, func(a, b *yaml.Node) int { return (a.Line-b.Line)*10_000 + a.Column - b.Column })
	var problems []error
	for _, n := range nodes {
		if pin.of[n] {
			problems = append(problems, document.Errorf(pin.name, n, "with %s, this is %s", name, found[n]))
			continue
		}
		problems = append(problems, document.Errorf(name, n, "%s", found[n]))
	}
	return errors.Join(problems...)
}
