package build

import (
	"errors"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// What a selection may have, because oapi-codegen and go/types take time that grows with the square of it.
const (
	maxParameters = 1000 // of one operation, its path's included
	maxBranches   = 1000 // of one oneOf or anyOf
	maxUnions     = 5000 // branches of all of them
	// Objects that all references lead to, as often as they do, and that each allOf puts together, once for each part.
	maxShared = 5_000_000
)

// checkCrowds refuses operations and unions of more than can be generated in a time that anybody waits for. name is
// the document's, for errors.
func checkCrowds(name string, root *yaml.Node) error {
	var problems []error
	refuse := func(n *yaml.Node, format string, args ...any) {
		problems = append(problems, document.Errorf(name, n, format, args...))
	}
	for op := range document.Operations(root) {
		all := 0
		for _, holder := range []*yaml.Node{op.PathItem, op.Node} {
			if list := document.Get(holder, "parameters"); list != nil {
				all += len(list.Content)
			}
		}
		if all > maxParameters {
			refuse(op.Node, "%s has %d parameters, of which at most %d are generated: let an overlay remove some",
				op, all, maxParameters)
		}
	}
	if at := tooMuchShared(root); at != nil {
		refuse(at, "references lead to more than %d objects, as often as they do, or allOf puts so many together, once "+
			"for each part: let an overlay replace some by {}, which takes any value", maxShared)
	}
	total := 0
	document.Schemas(root, func(schema *yaml.Node) {
		for _, key := range []string{"oneOf", "anyOf"} {
			list := document.Get(schema, key)
			if list == nil {
				continue
			}
			n := len(list.Content)
			if n > maxBranches {
				refuse(list, "%s has %d branches, of which at most %d are generated: let an overlay replace it by {}, "+
					"which takes any value", key, n, maxBranches)
			}
			if total += n; total > maxUnions && total-n <= maxUnions {
				refuse(list, "the branches of oneOf and anyOf in what is selected are over %d: "+
					"let an overlay replace some unions by {}, which takes any value", maxUnions)
			}
		}
	})
	return errors.Join(problems...)
}

// tooMuchShared is the reference or allOf with which maxShared is exceeded, nil if it is not.
func tooMuchShared(root *yaml.Node) (at *yaml.Node) {
	resolver := document.NewResolver(root)
	sizes := map[*yaml.Node]int{}
	var size func(*yaml.Node) int
	size = func(n *yaml.Node) int {
		if known, ok := sizes[n]; ok || n.Kind == yaml.ScalarNode {
			return known
		}
		all := 0
		if n.Kind == yaml.MappingNode {
			all = 1
		}
		for _, c := range n.Content {
			all += size(c)
		}
		sizes[n] = all
		return all
	}
	led := func(schema *yaml.Node) *yaml.Node {
		if ref := document.Text(schema, "$ref"); ref != "" {
			if target, err := resolver.Resolve(ref); err == nil {
				return target
			}
		}
		return schema
	}
	shared := 0
	document.Schemas(root, func(schema *yaml.Node) {
		if target := led(schema); target != schema {
			shared += size(target)
		}
		if parts := document.Get(schema, "allOf"); parts != nil {
			for _, part := range parts.Content {
				shared += len(parts.Content) * size(led(part))
			}
		}
		if at == nil && shared > maxShared {
			at = schema
		}
	})
	return at
}
