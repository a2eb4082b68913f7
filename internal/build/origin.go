package build

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// takePlaces gives what was converted from Swagger 2.0 the lines of what it was made of, so that a message about it has
// a place in the vendor's document. What has no origin there has no line.
func takePlaces(converted, swagger *yaml.Node) {
	var forget func(*yaml.Node)
	forget = func(n *yaml.Node) {
		n.Line, n.Column = 0, 0
		for _, child := range n.Content {
			forget(child)
		}
	}
	forget(converted)
	for key, item := range document.Pairs(document.Get(converted, "paths")) {
		for origin, from := range document.Pairs(document.Get(swagger, "paths")) {
			if origin.Value == key.Value {
				takePlace(key, origin)
				takePlacesOf(item, from)
			}
		}
	}
	for op := range document.Operations(converted) {
		from := document.Get(swagger, "paths", op.Path, strings.ToLower(op.Method))
		takeBody(document.Get(op.Node, "requestBody"), swaggerParameters(swagger, document.Operation{
			Node: from, PathItem: document.Get(swagger, "paths", op.Path),
		}))
	}
	components := document.Get(converted, "components")
	for _, name := range []string{"parameters", "responses"} {
		takePlacesOf(document.Get(components, name), document.Get(swagger, name))
	}
	for name, body := range document.Pairs(document.Get(components, "requestBodies")) {
		takeBody(body, []*yaml.Node{document.Get(swagger, "parameters", name.Value)})
	}
	takePlacesOf(document.Get(components, "securitySchemes"), document.Get(swagger, "securityDefinitions"))
}

func takePlace(n, origin *yaml.Node) { n.Line, n.Column = origin.Line, origin.Column }

// takePlacesOf treats a tree. What Swagger 2.0 has in an object itself, OpenAPI 3 may have in the schema in it, or in
// that of its media types.
func takePlacesOf(n, origin *yaml.Node) {
	if n == nil || origin == nil {
		return
	}
	takePlace(n, origin)
	for key, value := range document.Pairs(n) {
		var from *yaml.Node
		for k, v := range document.Pairs(origin) {
			if k.Value == key.Value {
				takePlace(key, k)
				from = v
			}
		}
		switch {
		case from != nil:
			takePlacesOf(value, from)
		case key.Value == "schema":
			takePlacesOf(value, origin)
		case key.Value == "content":
			for _, media := range document.Pairs(value) {
				takePlacesOf(document.Get(media, "schema"), document.Get(origin, "schema"))
			}
		}
	}
	if n.Kind != yaml.SequenceNode || origin.Kind != yaml.SequenceNode {
		return
	}
	for i, item := range n.Content {
		name := document.Text(item, "name")
		at := slices.IndexFunc(origin.Content, func(from *yaml.Node) bool {
			return document.Text(from, "name") == name && document.Text(from, "in") == document.Text(item, "in")
		})
		switch {
		case name != "" && at >= 0:
			takePlacesOf(item, origin.Content[at])
		case name == "" && len(n.Content) == len(origin.Content):
			takePlacesOf(item, origin.Content[i])
		}
	}
}

// takeBody treats a request body, which was a parameter, or those of a form.
func takeBody(body *yaml.Node, parameters []*yaml.Node) {
	for _, p := range parameters {
		switch document.Text(p, "in") {
		case "body":
			takePlacesOf(body, p)
		case "formData":
			for _, media := range document.Pairs(document.Get(body, "content")) {
				schema := document.Get(media, "schema")
				takePlacesOf(document.Get(schema, "properties", document.Text(p, "name")), p)
				for _, n := range []*yaml.Node{body, media, schema} {
					if n != nil && n.Line == 0 {
						takePlace(n, p)
					}
				}
			}
		}
	}
}
