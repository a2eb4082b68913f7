package overlay

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// Stray lists the keys of an update that would make something of nothing but words and names: a property that is
// described and not there. They are those that are stray wherever the target matches, in the order of the file.
func (a Action) Stray(root *yaml.Node) (keys []*yaml.Node) {
	if a.Update == nil {
		return nil
	}
	targets, _ := a.path.find(root) // [Action.Apply] tells what is wrong with it
	for i, target := range targets {
		found := stray(target, a.Update)
		if i == 0 {
			keys = found
			continue
		}
		keys = slices.DeleteFunc(keys, func(k *yaml.Node) bool { return !slices.Contains(found, k) })
	}
	return keys
}

func stray(target, update *yaml.Node) (keys []*yaml.Node) {
	if target == nil || target.Kind != yaml.MappingNode || update.Kind != yaml.MappingNode {
		return nil
	}
	for key, value := range document.Pairs(update) {
		there := document.Get(target, key.Value)
		switch {
		case strings.HasPrefix(key.Value, "x-"): // data
		case there != nil:
			keys = append(keys, stray(there, value)...)
		case value.Kind == yaml.MappingNode && len(value.Content) > 0 && onlyWords(value):
			keys = append(keys, key)
		}
	}
	return keys
}

// onlyWords reports whether a mapping holds nothing but descriptions and Go names.
func onlyWords(n *yaml.Node) bool {
	for key, value := range document.Pairs(n) {
		switch {
		case slices.Contains([]string{"description", "summary", "title", "x-go-name", "x-go-type-name",
			"x-enum-varnames"}, key.Value):
		case value.Kind == yaml.MappingNode && len(value.Content) > 0 && onlyWords(value):
		default:
			return false
		}
	}
	return true
}

// Without is the action without some keys of its update, and without what then is empty. ok is false if nothing is
// left.
func (a Action) Without(keys []*yaml.Node) (rest Action, ok bool) {
	if len(keys) == 0 {
		return a, true
	}
	rest = a
	rest.Update = without(a.Update, keys)
	return rest, rest.Update != nil
}

func without(n *yaml.Node, keys []*yaml.Node) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return n
	}
	copied := *n
	copied.Content = nil
	for key, value := range document.Pairs(n) {
		if slices.Contains(keys, key) {
			continue
		}
		if left := without(value, keys); left != nil {
			copied.Content = append(copied.Content, key, left)
		}
	}
	if len(copied.Content) == 0 && len(n.Content) > 0 {
		return nil
	}
	return &copied
}

// Replaced is a value that an update replaces by another one.
type Replaced struct {
	Node *yaml.Node // in the document, as it is
	By   *yaml.Node
	Line int // of the new value, in the overlay
}

// Replaces lists the values of a document that the update would replace. What it adds is none of them, nor are words.
func (a Action) Replaces(root *yaml.Node) (all []Replaced) {
	update, err := a.value(root)
	if a.Remove || err != nil {
		return nil
	}
	targets, _ := a.path.find(root)
	for _, target := range targets {
		all = append(all, replaces(target, update)...)
	}
	return all
}

func replaces(target, update *yaml.Node) (all []Replaced) {
	switch {
	case target == nil || target.Kind == yaml.SequenceNode || holds(target, update):
	case target.Kind == yaml.MappingNode && update.Kind == yaml.MappingNode:
		for key, value := range document.Pairs(update) {
			if !slices.Contains([]string{"description", "summary", "title", "operationId"}, key.Value) {
				all = append(all, replaces(document.Get(target, key.Value), value)...)
			}
		}
	default:
		all = append(all, Replaced{target, update, update.Line})
	}
	return all
}
