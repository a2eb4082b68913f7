package names

import (
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// maxInlined is how many nodes of lists, maps and plain values are put where they are used. What comes after keeps the
// vendor's component: a ladder of them would be written out without end.
const maxInlined = 200_000

// cyclic are the components that lead back to themselves, which cannot be put where they are used (Tarjan's strongly
// connected components).
func cyclic(root *yaml.Node) map[string]bool {
	c := cycles{
		refs:  map[string][]string{},
		index: map[string]int{},
		low:   map[string]int{},
		on:    map[string]bool{},
		found: map[string]bool{},
	}
	var names []string
	for name, schema := range document.Pairs(document.Get(root, "components", "schemas")) {
		names = append(names, name.Value)
		list := document.Mapping(document.String("x"), schema)
		holder := document.Mapping(document.String("components"), document.Mapping(document.String("schemas"), list))
		document.Refs(holder, document.RootObject, func(_ *yaml.Node, ref string, _ document.Kind) {
			if to, ok := strings.CutPrefix(ref, schemaRef); ok {
				to, _, _ = strings.Cut(to, "/") // into a component, too
				c.refs[name.Value] = append(c.refs[name.Value], document.UnescapeToken(to))
			}
		})
	}
	for _, name := range names {
		if c.index[name] == 0 {
			c.visit(name)
		}
	}
	return c.found
}

type cycles struct {
	refs       map[string][]string
	index, low map[string]int
	stack      []string
	on, found  map[string]bool
	next       int
}

func (c *cycles) visit(name string) {
	c.next++
	c.index[name], c.low[name] = c.next, c.next
	c.stack = append(c.stack, name)
	c.on[name] = true
	for _, to := range c.refs[name] {
		switch {
		case to == name:
			c.found[name] = true
		case c.index[to] == 0:
			c.visit(to)
			c.low[name] = min(c.low[name], c.low[to])
		case c.on[to]:
			c.low[name] = min(c.low[name], c.index[to])
		}
	}
	if c.low[name] != c.index[name] {
		return
	}
	size := 0
	for i := len(c.stack) - 1; ; i-- {
		size++
		if c.stack[i] == name {
			break
		}
	}
	for _, member := range c.stack[len(c.stack)-size:] {
		c.on[member] = false
		c.found[member] = c.found[member] || size > 1
	}
	c.stack = c.stack[:len(c.stack)-size]
}
