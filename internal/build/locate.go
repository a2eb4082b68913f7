package build

import (
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
)

var simpleName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// member is a step of a JSONPath.
func member(name string) string {
	if simpleName.MatchString(name) {
		return "." + name
	}
	return "[" + quoted(name) + "]"
}

// quoted is a string literal of JSONPath (RFC 9535 section 2.3.1).
func quoted(s string) string { return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'" }

// Locate finds the schema of a location in a built document, and the JSONPath that leads to it. It is empty where there
// is no one schema.
func Locate(root *yaml.Node, operation, location string) (target string, node *yaml.Node) {
	method, path, _ := strings.Cut(operation, " ")
	op := document.Get(root, "paths", path, strings.ToLower(method))
	target = "$.paths" + member(path) + "." + strings.ToLower(method)
	kind, rest, _ := strings.Cut(location, " ")
	content := op
	switch kind {
	case "parameter":
		where, inside, _ := strings.Cut(rest, " ")
		in, name, _ := strings.Cut(where, ":")
		list := document.Get(op, "parameters")
		if list == nil {
			return "", nil
		}
		for _, p := range list.Content {
			if document.Text(p, "in") == in && document.Text(p, "name") == name {
				return follow(
					root,
					document.Get(p, "schema"),
					target+".parameters[?@.name == '"+name+"'].schema",
					inside,
				)
			}
		}
		return "", nil
	case "request":
		content, target = document.Get(op, "requestBody", "content"), target+".requestBody.content"
	case "response":
		var status string
		status, rest, _ = strings.Cut(rest, " ")
		content, target = document.Get(
			op,
			"responses",
			status,
			"content",
		), target+".responses"+member(
			status,
		)+".content"
	default:
		return "", nil
	}
	media, inside, depth := diff.CutMedia(rest)
	if depth != 2 {
		return "", nil
	}
	return follow(root, document.Get(content, media, "schema"), target+member(media)+".schema", inside)
}

// follow goes down a path, "a.b[].c", from a schema.
func follow(root, schema *yaml.Node, target, path string) (string, *yaml.Node) {
	for range 1_000 {
		if schema == nil {
			return "", nil
		}
		if list := document.Get(schema, "allOf"); list != nil && len(list.Content) == 1 &&
			document.Get(schema, "properties") == nil {
			schema = list.Content[0]
		}
		if ref := document.Text(schema, "$ref"); ref != "" {
			name, ok := strings.CutPrefix(ref, "#/components/schemas/")
			if !ok {
				return "", nil
			}
			schema, target = document.Get(root, "components", "schemas", name), "$.components.schemas"+member(name)
			continue
		}
		if path == "" {
			return target, schema
		}
		if rest, ok := strings.CutPrefix(path, "[]"); ok {
			schema, target, path = document.Get(schema, "items"), target+".items", strings.TrimPrefix(rest, ".")
			continue
		}
		name := path
		if end := strings.IndexAny(path, ".["); end >= 0 {
			name = path[:end]
		}
		property := document.Get(schema, "properties", name)
		schema, target, path = property, target+".properties"+member(name), strings.TrimPrefix(path[len(name):], ".")
	}
	return "", nil
}
