package build

import (
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
	takePlacesOf(document.Get(converted, "paths"), document.Get(swagger, "paths"))
	origins := map[string]document.Operation{}
	for op := range document.Operations(swagger) {
		origins[op.String()] = op
	}
	for op := range document.Operations(converted) {
		if body := document.Get(op.Node, "requestBody"); body != nil {
			takeBody(body, swaggerParameters(swagger, origins[op.String()]))
		}
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
	members := map[string]entry{}
	for key, value := range document.Pairs(origin) {
		members[key.Value] = entry{key, value}
	}
	for key, value := range document.Pairs(n) {
		from, there := members[key.Value]
		switch {
		case there:
			takePlace(key, from.key)
			takePlacesOf(value, from.value)
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
	named := map[[2]string]*yaml.Node{} // parameters, some of which are in the body now
	identity := func(p *yaml.Node) [2]string { return [2]string{document.Text(p, "in"), document.Text(p, "name")} }
	for _, item := range origin.Content {
		named[identity(item)] = item
	}
	for i, item := range n.Content {
		switch {
		case document.Text(item, "name") != "":
			takePlacesOf(item, named[identity(item)])
		case len(n.Content) == len(origin.Content):
			takePlacesOf(item, origin.Content[i])
		}
	}
}

// takeBody treats a request body, which was a parameter, or those of a form.
func takeBody(body *yaml.Node, parameters []*yaml.Node) {
	fields := map[string]*yaml.Node{}
	for _, p := range parameters {
		switch document.Text(p, "in") {
		case "body":
			takePlacesOf(body, p)
		case "formData":
			fields[document.Text(p, "name")] = p
			if body.Line == 0 {
				takePlace(body, p)
			}
		}
	}
	for _, media := range document.Pairs(document.Get(body, "content")) {
		for name, property := range document.Pairs(document.Get(media, "schema", "properties")) {
			takePlacesOf(property, fields[name.Value])
		}
	}
}
