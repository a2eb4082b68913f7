package drift

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
)

// taken are the keywords whose new value an overlay action can state.
var taken = []string{
	"maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "multipleOf", "maxLength", "minLength", "maxItems", "minItems", "uniqueItems",
	"maxProperties", "minProperties", "pattern", "format", "default", "nullable", "readOnly", "writeOnly", "deprecated",
}

// advise gives findings the overlay action that would take them over before the pin does: an enum value, a keyword's value, or
// a property that is a plain value. ours is our document, upstream what the newer one becomes, with the same names.
func advise(findings []diff.Finding, ours, upstream *yaml.Node) {
	for i := range findings {
		f := &findings[i]
		if f.HandledBy != "" || f.Waived {
			continue
		}
		var target string
		var update any
		switch {
		case f.Aspect == "enum" && f.Old == nil && f.New != nil:
			target, _ = locate(ours, f.Operation, f.Location)
			update = map[string]any{"enum": []any{f.New}}
		case slices.Contains(taken, f.Aspect) && f.New != nil:
			target, _ = locate(ours, f.Operation, f.Location)
			update = map[string]any{f.Aspect: f.New}
		case f.Aspect == "existence" && f.Change == "added":
			target, update = addition(f, ours, upstream)
		}
		if target == "" || update == nil {
			continue
		}
		value, err := json.Marshal(update)
		if err != nil {
			continue
		}
		f.Overlay = fmt.Sprintf("{target: %q, description: %q, update: %s}", target, "The vendor's document has it: "+f.ID+".", value)
	}
}

// addition is the action for a property that upstream has at a place, if it is a plain value.
func addition(f *diff.Finding, ours, upstream *yaml.Node) (target string, update any) {
	_, node := locate(upstream, f.Operation, f.Location)
	dot := strings.LastIndexByte(f.Location, '.')
	if space := strings.LastIndexByte(f.Location, ' '); dot < space {
		dot = space
	}
	if node == nil || dot < 0 || !slices.Contains([]string{"string", "integer", "number", "boolean"}, document.Text(node, "type")) {
		return "", nil
	}
	outer, name := strings.TrimSpace(f.Location[:dot]), f.Location[dot+1:]
	if !strings.Contains(strings.TrimPrefix(outer, "response "), "/") { // the media type is there
		return "", nil
	}
	target, owner := locate(ours, f.Operation, outer)
	if owner == nil || document.Get(owner, "properties") == nil || strings.HasSuffix(name, "]") {
		return "", nil
	}
	facts := map[string]any{}
	for key, value := range document.Pairs(node) {
		if strings.HasPrefix(key.Value, "x-") || key.Value == "description" {
			continue
		}
		var v any
		if json.Unmarshal(document.JSON(value), &v) == nil {
			facts[key.Value] = v
		}
	}
	return target, map[string]any{"properties": map[string]any{name: facts}}
}

var simpleName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// member is a step of a JSONPath.
func member(name string) string {
	if simpleName.MatchString(name) {
		return "." + name
	}
	return "['" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(name) + "']"
}

// locate finds the schema of a location in a built document, and the JSONPath that leads to it. It is empty where there is
// no one schema.
func locate(root *yaml.Node, operation, location string) (target string, node *yaml.Node) {
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
				return follow(root, document.Get(p, "schema"), target+".parameters[?@.name == '"+name+"'].schema", inside)
			}
		}
		return "", nil
	case "request":
		content, target = document.Get(op, "requestBody", "content"), target+".requestBody.content"
	case "response":
		var status string
		status, rest, _ = strings.Cut(rest, " ")
		content, target = document.Get(op, "responses", status, "content"), target+".responses"+member(status)+".content"
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
		if list := document.Get(schema, "allOf"); list != nil && len(list.Content) == 1 && document.Get(schema, "properties") == nil {
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
