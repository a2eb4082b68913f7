package build

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// componentMaps are the places where a document keeps what operations refer to, by version family.
var componentMaps = map[string][][]string{
	"2.0": {{"definitions"}, {"parameters"}, {"responses"}},
	"3": {
		{"components", "schemas"},
		{"components", "parameters"},
		{"components", "responses"},
		{"components", "requestBodies"},
		{"components", "headers"},
		{"components", "links"},
		{"components", "callbacks"},
		{"components", "pathItems"},
		{"components", "examples"},
	},
}

// Prune drops from a selection every component, security scheme and tag that the selected operations do not reach. It
// follows references, and refuses those that do not resolve, that lead out of the document, or that make a schema part
// of itself through allOf alone (through a property or an item a cycle is legal). name is the document's, for errors.
func (s *Selection) Prune(name string) error {
	if err := s.checkOperationIDs(name); err != nil {
		return err
	}
	p, err := reach(name, s.Root, s.Operations)
	if err != nil {
		return err
	}
	family := "2.0"
	if document.Get(s.Root, "openapi") != nil {
		family = "3"
	}
	components := document.Get(s.Root, "components")
	if components != nil {
		copied := *components
		copied.Content = slices.Clone(components.Content)
		document.Set(s.Root, "components", &copied)
	}
	used := p.components()
	for _, path := range componentMaps[family] {
		p.keepUsed(path, used)
	}
	s.pruneSecurity()
	s.pruneTags()
	return nil
}

type pruner struct {
	name     string
	root     *yaml.Node
	resolver *document.Resolver
	used     map[string]*yaml.Node // by reference
	chain    []string              // how the walk got here: an operation, then references
	problems []string
}

// reach follows the references of operations, and refuses what [Selection.Prune] says. name is the document's, for
// errors.
func reach(name string, root *yaml.Node, operations []document.Operation) (*pruner, error) {
	p := &pruner{name: name, root: root, resolver: document.NewResolver(root), used: map[string]*yaml.Node{}}
	for _, op := range operations {
		p.chain = []string{op.String()}
		p.walk(withoutOthers(op), document.PathItemObject)
	}
	p.checkAllOf()
	return p, p.err()
}

// withoutOthers is the path item of an operation without the other operations of the path.
func withoutOthers(op document.Operation) *yaml.Node {
	item := document.Mapping()
	for key, value := range document.Pairs(op.PathItem) {
		if value == op.Node || !slices.Contains(document.Methods, key.Value) {
			item.Content = append(item.Content, key, value)
		}
	}
	return item
}

func (p *pruner) errorf(n *yaml.Node, format string, args ...any) {
	p.problems = append(p.problems, document.Errorf(p.name, n, format, args...).Error())
}

func (p *pruner) err() error {
	slices.Sort(p.problems)
	var problems []error
	for _, text := range slices.Compact(p.problems) {
		problems = append(problems, errors.New(text))
	}
	return errors.Join(problems...)
}

// walk follows the references of n, an object of kind k.
func (p *pruner) walk(n *yaml.Node, k document.Kind) {
	document.EachRef(n, k, func(at *yaml.Node, ref string, k document.Kind, mapped bool) {
		err := document.Leads(ref, k)
		if err == nil && p.used[ref] != nil {
			return
		}
		var target *yaml.Node
		if err == nil {
			target, err = p.resolver.Resolve(ref)
		}
		if err != nil && mapped {
			return // a value that selects nothing: it is left out when the selection is converted
		}
		if err != nil {
			p.errorf(at, "%v (from %s)", err, strings.Join(p.chain, " → "))
			return
		}
		p.used[ref] = target
		if len(p.chain) > document.MaxRefs {
			first, last := p.chain[:3], p.chain[len(p.chain)-1]
			p.errorf(at, "references nested deeper than %d (from %s → … → %s)",
				document.MaxRefs, strings.Join(first, " → "), last)
			return
		}
		p.chain = append(p.chain, ref)
		p.walk(target, k)
		p.chain = p.chain[:len(p.chain)-1]
	})
}

// checkAllOf refuses schemas that are part of themselves. Each is looked at once, whatever the number of ways to it.
func (p *pruner) checkAllOf() {
	const underWay, done = 1, 2
	state := map[*yaml.Node]int{}
	var (
		refs []string     // on the way from the first
		on   []*yaml.Node // what they lead to
	)
	var visit func(n *yaml.Node)
	follow := func(ref string, target *yaml.Node) {
		refs, on = append(refs, ref), append(on, target)
		switch state[target] {
		case 0:
			visit(target)
		case underWay:
			p.reportCycle(refs[slices.Index(on, target)+1:])
		}
		refs, on = refs[:len(refs)-1], on[:len(on)-1]
	}
	visit = func(n *yaml.Node) {
		state[n] = underWay
		for _, part := range append([]*yaml.Node{n}, parts(n)...) {
			if ref := document.Text(part, "$ref"); p.used[ref] != nil {
				follow(ref, p.used[ref])
			}
		}
		state[n] = done
	}
	for _, ref := range slices.Sorted(maps.Keys(p.used)) {
		follow(ref, p.used[ref])
	}
}

// reportCycle names the references of a cycle in turn, from the first by name.
func (p *pruner) reportCycle(refs []string) {
	first := slices.Index(refs, slices.Min(refs))
	cycle := slices.Concat(refs[first:], refs[:first+1])
	what := "a schema is part of itself through allOf"
	if !strings.HasPrefix(cycle[0], "#/definitions/") && !strings.HasPrefix(cycle[0], "#/components/schemas/") {
		what = "a component is nothing but a reference to itself"
	}
	p.errorf(p.used[cycle[0]], "%s: %s", what, strings.Join(cycle, " → "))
}

// parts are what a schema consists of through allOf, whose own allOf counts as well.
func parts(n *yaml.Node) (all []*yaml.Node) {
	if allOf := document.Get(n, "allOf"); allOf != nil && allOf.Kind == yaml.SequenceNode {
		for _, part := range allOf.Content {
			all = append(append(all, part), parts(part)...)
		}
	}
	return all
}

// components are the components that were reached, by themselves or by a reference to something inside.
func (p *pruner) components() map[*yaml.Node]bool {
	all := map[*yaml.Node]bool{}
	for ref, target := range p.used {
		all[target] = true
		for _, tokens := range []int{2, 3} { // #/definitions/A and #/components/schemas/A
			if outer, err := p.resolver.Resolve(componentOf(ref, tokens)); err == nil {
				all[outer] = true
			}
		}
	}
	return all
}

// keepUsed reduces one map of components to those that were reached.
func (p *pruner) keepUsed(path []string, components map[*yaml.Node]bool) {
	parent, last := document.Get(p.root, path[:len(path)-1]...), path[len(path)-1]
	if document.Get(parent, last) == nil {
		return
	}
	kept := document.Mapping()
	for key, value := range document.Pairs(document.Get(parent, last)) {
		if components[value] {
			kept.Content = append(kept.Content, key, value)
		}
	}
	if len(kept.Content) == 0 {
		document.Delete(parent, last)
		return
	}
	document.Set(parent, last, kept)
}

// componentOf cuts a reference after the given number of tokens: "#/definitions/A/properties/b" becomes
// "#/definitions/A".
func componentOf(ref string, tokens int) string {
	split := strings.Split(ref, "/")
	if len(split) > tokens+1 {
		split = split[:tokens+1]
	}
	return strings.Join(split, "/")
}

// pruneSecurity keeps the security schemes that the selected operations, or the document for all of them, name.
func (s *Selection) pruneSecurity() {
	named := map[string]bool{}
	collect := func(requirements *yaml.Node) {
		if requirements == nil {
			return
		}
		for _, requirement := range requirements.Content {
			for scheme := range document.Pairs(requirement) {
				named[scheme.Value] = true
			}
		}
	}
	collect(document.Get(s.Root, "security"))
	for _, op := range s.Operations {
		collect(document.Get(op.Node, "security"))
	}
	for _, path := range [][]string{{"securityDefinitions"}, {"components", "securitySchemes"}} {
		parent, last := document.Get(s.Root, path[:len(path)-1]...), path[len(path)-1]
		schemes := document.Get(parent, last)
		if schemes == nil {
			continue
		}
		kept := document.Mapping()
		for key, value := range document.Pairs(schemes) {
			if named[key.Value] {
				kept.Content = append(kept.Content, key, value)
			}
		}
		document.Set(parent, last, kept)
	}
}

func (s *Selection) pruneTags() {
	tags := document.Get(s.Root, "tags")
	if tags == nil || tags.Kind != yaml.SequenceNode {
		return
	}
	used := map[string]bool{}
	for _, op := range s.Operations {
		if list := document.Get(op.Node, "tags"); list != nil {
			for _, tag := range list.Content {
				used[tag.Value] = true
			}
		}
	}
	kept := document.Sequence()
	for _, tag := range tags.Content {
		if used[document.Text(tag, "name")] {
			kept.Content = append(kept.Content, tag)
		}
	}
	document.Set(s.Root, "tags", kept)
}

// checkOperationIDs refuses selected operations that share an id: the generated methods would collide.
func (s *Selection) checkOperationIDs(name string) error {
	first := map[string]document.Operation{}
	var problems []error
	for _, op := range s.Operations {
		id := document.Get(op.Node, "operationId")
		if id == nil {
			continue
		}
		if other, dup := first[id.Value]; dup {
			problems = append(
				problems,
				document.Errorf(name, id, "operationId %q of %s is that of %s, too", id.Value, op, other),
			)
			continue
		}
		first[id.Value] = op
	}
	return errors.Join(problems...)
}
