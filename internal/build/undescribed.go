package build

import (
	"fmt"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// Undescribed lists what a caller of a built document meets and that has no description, in words.
func Undescribed(root *yaml.Node) (lacking []string) {
	check := func(n *yaml.Node, format string, args ...any) {
		if document.Text(n, "description") == "" {
			lacking = append(lacking, fmt.Sprintf(format, args...)+" has no description")
		}
	}
	for op := range document.Operations(root) {
		if document.Text(op.Node, "summary") == "" {
			lacking = append(lacking, op.String()+" has no summary")
		}
		check(op.Node, "%s", op)
		if list := document.Get(op.Node, "parameters"); list != nil {
			for _, p := range list.Content {
				check(p, "%s: parameter %s", op, document.Text(p, "name"))
			}
		}
		for _, media := range document.Pairs(document.Get(op.Node, "requestBody", "content")) {
			for name, field := range document.Pairs(document.Get(media, "schema", "properties")) {
				check(field, "%s: form field %s", op, name.Value)
			}
		}
	}
	for name, schema := range document.Pairs(document.Get(root, "components", "schemas")) {
		check(schema, "schema %s", name.Value)
		for property, value := range document.Pairs(document.Get(schema, "properties")) {
			check(value, "schema %s: property %s", name.Value, property.Value)
		}
	}
	return lacking
}
