package document

import (
	"fmt"

	"gopkg.in/yaml.v3"
)

// Null is a null where an object is to be: a member of a map, with its key, or an item of a list.
type Null struct {
	Key, Value *yaml.Node
	In         string // the keyword of the map or list
}

func (n Null) String() string {
	if n.Key == nil {
		return "an item of " + n.In + " is null"
	}
	return fmt.Sprintf("%q of %s is null", n.Key.Value, n.In)
}

// Nulls lists the nulls in the maps and lists of objects of a document, in their order.
func Nulls(root *yaml.Node) (all []Null) {
	var walk func(n *yaml.Node, k Kind)
	walk = func(n *yaml.Node, k Kind) {
		for key, value := range Pairs(n) {
			f := lookup(k, key.Value).field
			if f.kind <= extension {
				continue
			}
			if f.shape == named {
				for name, object := range Pairs(value) {
					if object.ShortTag() == "!!null" {
						all = append(all, Null{name, object, key.Value})
					}
				}
			}
			if f.shape == list && value.Kind == yaml.SequenceNode {
				for _, object := range value.Content {
					if object.ShortTag() == "!!null" {
						all = append(all, Null{nil, object, key.Value})
					}
				}
			}
			each(value, f.shape, func(object *yaml.Node) { walk(object, f.kind) })
		}
	}
	walk(root, RootObject)
	return all
}
