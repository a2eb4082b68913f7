package diff

import (
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

var templateVariable = regexp.MustCompile(`\{[^/{}]*\}`)

// moved says where an operation that the document lacks may have gone: to the operation that has its operationId, or
// that differs in the path's letter case or in a slash at the end. It is "" where nothing is like it.
func (f *Facts) moved(gone *operation) (to, why string) {
	there := f.index()
	id, _ := gone.facts["operationId"].value.(string)
	if to := there.byID[id]; id != "" && to != "" {
		return to, ", which has the same operationId " + id
	}
	return there.byLook[look(gone.key)], ""
}

// operations are all operations of a document: the first of each operationId, and of each look.
type operations struct{ byID, byLook map[string]string }

// look is an operation without what differs where it moved a little.
func look(key string) string { return strings.ToLower(strings.TrimSuffix(PathShape(key), "/")) }

func indexed(root *yaml.Node) operations {
	there := operations{map[string]string{}, map[string]string{}}
	for op := range document.Operations(root) {
		key := op.String()
		if id := document.Text(op.Node, "operationId"); there.byID[id] == "" {
			there.byID[id] = key
		}
		if there.byLook[look(key)] == "" {
			there.byLook[look(key)] = key
		}
	}
	return there
}
