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
