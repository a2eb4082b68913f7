package build

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// kindsOf says what the keywords of a schema hold (OpenAPI 3.0.3 §4.7.24), in words and as YAML's tags.
var kindsOf = []struct {
	keywords, what string
	tags           []string
}{
	{"$ref title description format pattern type", "text", []string{"!!str"}},
	{"multipleOf maximum minimum", "a number", []string{"!!int", "!!float"}},
	{"maxLength minLength maxItems minItems maxProperties minProperties", "an integer", []string{"!!int"}},
	{"exclusiveMaximum exclusiveMinimum uniqueItems nullable readOnly writeOnly deprecated", "true or false",
		[]string{"!!bool"}},
	{"required enum allOf oneOf anyOf", "a list", []string{"!!seq"}},
	{"properties discriminator not items", "an object", []string{"!!map"}},
	{"additionalProperties", "an object, true or false", []string{"!!map", "!!bool"}},
}

// wrongKinds lists keywords of schemas that hold another kind of value than they have to, each with where it is.
func wrongKinds(root *yaml.Node) (problems []error) {
	schemas := map[*yaml.Node]bool{}
	document.Schemas(root, func(schema *yaml.Node) { schemas[schema] = true })
	var walk func(n *yaml.Node, where string)
	walk = func(n *yaml.Node, where string) {
		for key, value := range document.Pairs(n) {
			for _, want := range kindsOf {
				if schemas[n] && slices.Contains(strings.Fields(want.keywords), key.Value) &&
					!slices.Contains(want.tags, value.ShortTag()) {
					problems = append(problems, fmt.Errorf("%s%s: %.40s is to be %s", where, key.Value,
						document.JSON(value), want.what))
				}
			}
			if schemas[n] && key.Value == "properties" {
				for name, property := range document.Pairs(value) {
					walk(property, fmt.Sprintf("%sproperty %q: ", where, name.Value))
				}
				continue
			}
			walk(value, where)
		}
		if n.Kind == yaml.SequenceNode {
			for _, item := range n.Content {
				walk(item, where)
			}
		}
	}
	for op := range document.Operations(root) {
		walk(op.Node, fmt.Sprintf("in %s path %q: ", op.Method, op.Path))
	}
	for name, schema := range document.Pairs(document.Get(root, "components", "schemas")) {
		walk(schema, fmt.Sprintf("schema %q: ", name.Value))
	}
	return problems
}
