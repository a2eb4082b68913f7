package overlay

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// sets are the lists of a schema in which a value that is there already says nothing new.
var sets = []string{"enum", "required"}

// merge brings an update into target, as Overlay 1.0 and 1.1 say: mappings are merged, to a list is appended, a scalar
// is replaced. What target says already is not said again. key is the name that target stands under, empty if it is not
// known. A list or a scalar in place of a mapping is an error.
func merge(target, update *yaml.Node, key string) error {
	switch {
	case target.Kind == yaml.MappingNode && update.Kind == yaml.MappingNode:
		for k, value := range document.Pairs(update) {
			old := document.Get(target, k.Value)
			if old == nil {
				target.Content = append(target.Content, document.Clone(k), document.Clone(value))
				continue
			}
			if holds(old, value) {
				continue
			}
			if err := merge(old, value, k.Value); err != nil {
				return err
			}
		}
		return nil
	case target.Kind == yaml.SequenceNode && update.Kind == yaml.SequenceNode:
		for _, item := range update.Content {
			if !slices.Contains(sets, key) || !contains(target, item) {
				target.Content = append(target.Content, document.Clone(item))
			}
		}
		return nil
	case target.Kind == yaml.MappingNode:
		return fmt.Errorf(
			"%s would replace the mapping%s: remove that first, or update a member of it",
			kindName(update),
			under(key),
		)
	case target.Kind == yaml.SequenceNode:
		if !slices.Contains(sets, key) || !contains(target, update) {
			target.Content = append(target.Content, document.Clone(update))
		}
		return nil
	}
	line, column := target.Line, target.Column
	*target = *document.Clone(update)
	target.Line, target.Column = line, column
	return nil
}

func contains(list, item *yaml.Node) bool {
	return slices.ContainsFunc(list.Content, func(n *yaml.Node) bool { return Same(n, item) })
}

func under(key string) string {
	if key == "" {
		return ""
	}
	return fmt.Sprintf(" under %q", key)
}

func kindName(n *yaml.Node) string {
	switch n.Kind {
	case yaml.SequenceNode:
		return "a list"
	case yaml.MappingNode:
		return "a mapping"
	}
	return "a scalar"
}

// lastKey is the last name of a target that ends in one, such as "enum" of $.a.enum and $.a['enum'].
func lastKey(target string) string {
	for _, set := range sets {
		for _, end := range []string{"." + set, "['" + set + "']", `["` + set + `"]`} {
			if strings.HasSuffix(target, end) {
				return set
			}
		}
	}
	return ""
}
