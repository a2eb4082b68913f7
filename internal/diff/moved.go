package diff

import (
	"regexp"
	"strings"

	"github.com/ringbasic/ringbasic/internal/document"
)

var templateVariable = regexp.MustCompile(`\{[^/{}]*\}`)

// moved says where an operation that the document lacks may have gone: to the operation that has its operationId, or
// that differs in the path's letter case or in a slash at the end. It is "" where nothing is like it.
func (f *Facts) moved(gone *operation) (to, why string) {
	id, _ := gone.facts["operationId"].value.(string)
	shape := func(key string) string {
		return strings.ToLower(strings.TrimSuffix(PathShape(key), "/"))
	}
	alike := ""
	for op := range document.Operations(f.root) {
		switch key := op.String(); {
		case id != "" && document.Text(op.Node, "operationId") == id:
			return key, ", which has the same operationId " + id
		case alike == "" && shape(key) == shape(gone.key):
			alike = key
		}
	}
	return alike, ""
}
