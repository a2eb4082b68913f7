package build

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// Lack is a description, or a summary, that something lacks which a caller of a built document meets.
type Lack struct {
	Owner  string   // "GET /things" or "schema Thing"
	Member string   // of the owner: "parameter q", "form field f", "property p", or "" for the owner itself
	Key    string   // "description" or "summary"
	Target string   // JSONPath (RFC 9535) of what an overlay action would change
	Path   []string // of what lacks it, below the target
	// what it is, in JSON Schema's words or by its component's name, for whoever describes it; "" for none
	Type string
}

func (l Lack) String() string {
	what := l.Owner
	if l.Member != "" {
		what += ": " + l.Member
	}
	return what + " has no " + l.Key
}

// Undescribed lists what a caller of a built document meets and that has no description.
func Undescribed(root *yaml.Node) (lacking []Lack) {
	check := func(n *yaml.Node, l Lack) {
		if l.Key == "" {
			l.Key = "description"
		}
		if document.Text(n, l.Key) == "" {
			lacking = append(lacking, l)
		}
	}
	for op := range document.Operations(root) {
		target := "$.paths" + member(op.Path) + "." + strings.ToLower(op.Method)
		owner := op.String()
		check(op.Node, Lack{Owner: owner, Key: "summary", Target: target})
		check(op.Node, Lack{Owner: owner, Target: target})
		if list := document.Get(op.Node, "parameters"); list != nil {
			for _, p := range list.Content {
				name := document.Text(p, "name")
				check(p, Lack{
					Owner: owner, Member: "parameter " + name, Type: typeOf(document.Get(p, "schema")),
					Target: fmt.Sprintf("%s.parameters[?@.name == %s]", target, quoted(name)),
				})
			}
		}
		for mediaType, media := range document.Pairs(document.Get(op.Node, "requestBody", "content")) {
			for name, field := range document.Pairs(document.Get(media, "schema", "properties")) {
				check(field, Lack{
					Owner: owner, Member: "form field " + name.Value, Type: typeOf(field), Path: []string{name.Value},
					Target: fmt.Sprintf("%s.requestBody.content[%s].schema.properties", target,
						quoted(mediaType.Value)),
				})
			}
		}
	}
	for name, schema := range document.Pairs(document.Get(root, "components", "schemas")) {
		owner, target := "schema "+name.Value, "$.components.schemas"+member(name.Value)
		check(schema, Lack{Owner: owner, Target: target})
		for property, value := range document.Pairs(document.Get(schema, "properties")) {
			check(value, Lack{
				Owner: owner, Member: "property " + property.Value, Type: typeOf(value),
				Target: target, Path: []string{"properties", property.Value},
			})
		}
	}
	return lacking
}

// typeOf is what a schema is for the reader of a line: its component's name, its type, its values.
func typeOf(schema *yaml.Node) string {
	ref := document.Text(schema, "$ref")
	if all := document.Get(schema, "allOf"); ref == "" && all != nil && len(all.Content) == 1 {
		ref = document.Text(all.Content[0], "$ref")
	}
	if ref != "" {
		return ref[strings.LastIndex(ref, "/")+1:]
	}
	kind := document.Text(schema, "type")
	if items := document.Get(schema, "items"); items != nil {
		return strings.TrimSpace(kind + " of " + typeOf(items))
	}
	if enum := document.Get(schema, "enum"); enum != nil {
		var values []string
		for _, v := range enum.Content {
			values = append(values, v.Value)
		}
		return kind + ": " + strings.Join(values, ", ")
	}
	return kind
}
