package diff

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// addDiscriminator keeps the property, and for a parent the children that its values lead to. n is the object that it
// is a member of. A mapping to a schema that does not exist is never noticed here.
func (f *folder) addDiscriminator(n, v *yaml.Node) {
	name := v
	if v.Kind == yaml.MappingNode {
		name = document.Get(v, "propertyName")
	}
	if name == nil || name.Kind != yaml.ScalarNode {
		return
	}
	f.schema.facts["discriminator"] = scalar(name)
	if document.Get(n, "oneOf") != nil || document.Get(n, "anyOf") != nil {
		return // the values lead to its branches
	}
	children := f.reader.childrenOf(n)
	for _, part := range f.parts {
		if f.reader.parents[part][n] {
			return // this is a child itself
		}
	}
	u := union{keyword: "discriminator", line: v.Line}
	for _, child := range children {
		values := f.reader.selecting(v, child)
		if !f.reader.repeat(v, len(values)) {
			return
		}
		for _, value := range values {
			u.branches = append(u.branches, branch{child.name, value, f.reader.schema(child.node, child.node.Line)})
		}
	}
	if len(u.branches) > 0 {
		slices.SortFunc(u.branches, func(a, b branch) int { return strings.Compare(a.value, b.value) })
		f.schema.unions = append(f.schema.unions, u)
	}
}

// component is a named schema.
type component struct {
	name string
	node *yaml.Node
}

// schemaComponents holds the named schemas of the document.
func (r *reader) schemaComponents() *yaml.Node {
	if r.family == "2.0" {
		return document.Get(r.root, "definitions")
	}
	return document.Get(r.root, "components", "schemas")
}

// childrenOf lists the components that are made of a parent by allOf, in the order of the document.
func (r *reader) childrenOf(parent *yaml.Node) []component {
	if r.children == nil {
		r.children, r.parents = map[*yaml.Node][]component{}, map[*yaml.Node]map[*yaml.Node]bool{}
		for name, node := range document.Pairs(r.schemaComponents()) {
			for _, part := range items(document.Get(node, "allOf")) {
				if target, err := r.resolver.Resolve(document.Text(part, "$ref")); err == nil {
					r.children[target] = append(r.children[target], component{name.Value, node})
					if r.parents[node] == nil {
						r.parents[node] = map[*yaml.Node]bool{}
					}
					r.parents[node][target] = true
				}
			}
		}
	}
	return r.children[parent]
}

// selecting are the values of a discriminator that lead to a component: those that are mapped to it, or its name.
func (r *reader) selecting(discriminator *yaml.Node, c component) []string {
	mapping := document.Get(discriminator, "mapping")
	if mapping == nil {
		return []string{c.name}
	}
	selects := r.mappings[mapping]
	if selects == nil {
		selects = map[*yaml.Node][]string{}
		if r.named == nil {
			r.named = map[string]*yaml.Node{}
			for name, node := range document.Pairs(r.schemaComponents()) {
				r.named[name.Value] = node
			}
		}
		for value, ref := range document.Pairs(mapping) {
			target, isName := r.named[ref.Value]
			if !isName {
				target, _ = r.resolver.Resolve(ref.Value)
			}
			selects[target] = append(selects[target], value.Value)
		}
		r.mappings[mapping] = selects
	}
	if values := selects[c.node]; len(values) > 0 {
		return values
	}
	return []string{c.name}
}

func (f *folder) addUnion(n *yaml.Node, keyword string, line int, list *yaml.Node) {
	branches, _ := alternatives(list)
	if len(branches) < 2 {
		return
	}
	if _, _, ok := f.reader.described(branches); ok {
		return
	}
	discriminator := document.Get(n, "discriminator")
	u := union{keyword: keyword, line: line}
	for _, b := range branches {
		ref := document.Text(b, "$ref")
		name := ref[strings.LastIndexByte(ref, '/')+1:]
		values := []string{""}
		if target, err := f.reader.resolver.Resolve(ref); discriminator != nil && err == nil {
			values = f.reader.selecting(discriminator, component{name, target})
		}
		s := f.reader.schema(b, b.Line)
		if len(values) > 1 && !f.reader.repeat(b, len(values)) {
			return
		}
		for _, value := range values {
			u.branches = append(u.branches, branch{name, value, s})
		}
	}
	slices.SortStableFunc(u.branches, func(a, b branch) int { return strings.Compare(a.value, b.value) })
	f.schema.unions = append(f.schema.unions, u)
}
