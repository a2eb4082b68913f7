package build

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// maxExpanded bounds the schemas that the types of a document are made of, once those of allOf are written out. The
// present selection has some 600.
const maxExpanded = 200_000

// checkExpansion refuses schemas whose Go type would have no end, or be out of all proportion. oapi-codegen writes the
// parts of an allOf out at the place where it stands, references included: a property that joins its own schema with
// something more is legal, and makes it write without end, until the stack is full. name is the document's, for errors.
func checkExpansion(name string, root *yaml.Node) error {
	e := expansion{name: name, resolver: document.NewResolver(root), sizes: map[expanded]int{}}
	total := 0
	document.Schemas(root, func(schema *yaml.Node) {
		if len(e.problems) == 0 && total <= maxExpanded {
			total = min(total+e.size(expanded{schema, false}), maxExpanded+1)
		}
	})
	if len(e.problems) == 0 && total > maxExpanded {
		e.problems = append(e.problems, fmt.Errorf("%s: written out, the schemas that allOf joins are over %d: "+
			"let an overlay replace some of them with a reference", name, maxExpanded))
	}
	return errors.Join(e.problems...)
}

// expanded is a schema to be written out. content says that a reference in it is followed, as allOf does.
type expanded struct {
	schema  *yaml.Node
	content bool
}

type expansion struct {
	name     string
	resolver *document.Resolver
	sizes    map[expanded]int // -1 while under way
	on       []expanded
	problems []error
}

// size counts the schemas that s is written out to.
func (e *expansion) size(s expanded) int {
	if n, known := e.sizes[s]; known {
		if n < 0 {
			e.cycle(s)
			return 1
		}
		return n
	}
	e.sizes[s] = -1
	e.on = append(e.on, s)
	n := min(e.write(s), maxExpanded+1)
	e.on = e.on[:len(e.on)-1]
	e.sizes[s] = n
	return n
}

func (e *expansion) write(s expanded) int {
	if ref := document.Text(s.schema, "$ref"); ref != "" {
		if target, err := e.resolver.Resolve(ref); err == nil && s.content {
			return e.size(expanded{target, true})
		}
		return 1 // the name of a type; what does not resolve is found elsewhere
	}
	n := 1
	add := func(schema *yaml.Node, content bool) {
		if len(e.problems) == 0 && n <= maxExpanded && schema != nil && schema.Kind == yaml.MappingNode {
			n = min(n+e.size(expanded{schema, content}), maxExpanded+1)
		}
	}
	if allOf := document.Get(s.schema, "allOf"); allOf != nil {
		// A part that is alone is used by name.
		alone := len(allOf.Content) == 1 &&
			!slices.ContainsFunc([]string{"properties", "required", "additionalProperties"},
				func(key string) bool { return document.Get(s.schema, key) != nil })
		for _, part := range allOf.Content {
			add(part, s.content || !alone)
		}
	}
	for _, key := range []string{"oneOf", "anyOf"} {
		if list := document.Get(s.schema, key); list != nil {
			for _, branch := range list.Content {
				add(branch, false)
			}
		}
	}
	for _, property := range document.Pairs(document.Get(s.schema, "properties")) {
		add(property, false)
	}
	for _, key := range []string{"items", "additionalProperties", "not"} {
		add(document.Get(s.schema, key), false)
	}
	return n
}

// cycle reports a schema that is written out within itself, by the references on the way.
func (e *expansion) cycle(s expanded) {
	var refs []string
	var first *yaml.Node
	for _, at := range e.on[slices.Index(e.on, s):] {
		if ref := document.Text(at.schema, "$ref"); ref != "" && at.content {
			refs = append(refs, ref)
			if first == nil {
				first = document.Get(at.schema, "$ref")
			}
		}
	}
	e.problems = append(
		e.problems,
		document.Errorf(e.name, first, "an allOf inside of %s joins that schema with more, so that its Go "+
			"type has no end: let an overlay replace the allOf with one reference", strings.Join(refs, " → ")),
	)
}
