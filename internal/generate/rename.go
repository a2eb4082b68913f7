package generate

import (
	"bytes"
	"cmp"
	"encoding/json"
	"go/ast"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// exportedNames are the names that the runtime declares for users of a package.
func exportedNames(runtime []*runtimeFile) (names []string) {
	for _, f := range runtime {
		for _, p := range f.parts {
			for _, name := range p.names {
				if ast.IsExported(name) && !strings.Contains(name, ".") {
					names = append(names, name)
				}
			}
		}
	}
	return names
}

// reserved gives components that are called like something of the runtime, or as no type can be, another name.
func (n *normalizer) reserved() {
	if n.doc.Components == nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(n.doc.Components.Schemas)) {
		ref := n.doc.Components.Schemas[name]
		if ref.Value == nil || ref.Value.Extensions["x-go-name"] != nil || ref.Value.Extensions["x-go-type"] != nil {
			continue
		}
		if name != spelled(name) {
			n.rename(name, spelled(name))
		} else if slices.ContainsFunc(n.taken, func(t string) bool { return sameName(t, name) }) {
			n.rename(name, name+"Object")
		}
	}
}

// renamed is a copy of a document in which components have other names.
func renamed(doc *openapi3.T, names map[string]string) (*openapi3.T, error) {
	text, err := doc.MarshalJSON()
	if err != nil {
		return nil, err
	}
	if len(names) > 0 {
		for _, old := range slices.Sorted(maps.Keys(names)) {
			was, _ := json.Marshal("#/components/schemas/" + old)
			is, _ := json.Marshal("#/components/schemas/" + names[old])
			text = bytes.ReplaceAll(text, was, is)
		}
		var tree map[string]any
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&tree); err != nil {
			return nil, err
		}
		selectAsBefore(tree, names)
		components, _ := tree["components"].(map[string]any)
		schemas, _ := components["schemas"].(map[string]any)
		for old, name := range names {
			schema, _ := schemas[old].(map[string]any)
			delete(schemas, old)
			delete(schema, "x-go-name")
			schemas[name] = schema
		}
		if text, err = json.Marshal(tree); err != nil {
			return nil, err
		}
	}
	return openapi3.NewLoader().LoadFromData(text)
}

// selectAsBefore states, in a tree whose references have the new names of components already, the values by which
// discriminators select them: without a mapping, or with a bare name in it, those are the old ones (OpenAPI 3.0.3
// §4.7.25).
func selectAsBefore(tree any, names map[string]string) {
	const prefix = "#/components/schemas/"
	switch n := tree.(type) {
	case []any:
		for _, one := range n {
			selectAsBefore(one, names)
		}
	case map[string]any:
		for _, one := range n {
			selectAsBefore(one, names)
		}
		discriminator, _ := n["discriminator"].(map[string]any)
		if discriminator == nil {
			return
		}
		mapping, _ := discriminator["mapping"].(map[string]any)
		mapped := map[any]bool{}
		for value, target := range mapping {
			if name, ok := target.(string); ok && names[name] != "" {
				mapping[value] = prefix + names[name]
			}
			mapped[mapping[value]] = true
		}
		before := map[string]string{} // the old names by the new ones
		for old, name := range names {
			before[name] = old
		}
		for _, keyword := range []string{"oneOf", "anyOf"} {
			branches, _ := n[keyword].([]any)
			for _, branch := range branches {
				schema, _ := branch.(map[string]any)
				ref, _ := schema["$ref"].(string)
				name, ok := strings.CutPrefix(ref, prefix)
				if !ok || mapped[ref] || mapped[name] {
					continue
				}
				if mapping == nil {
					mapping = map[string]any{}
					discriminator["mapping"] = mapping
				}
				mapping[cmp.Or(before[name], name)] = ref
			}
		}
	}
}
