package generate

import (
	"maps"
	"strings"
	"unicode"

	"github.com/getkin/kin-openapi/openapi3"
)

const goName = "x-go-name"

// nameFurther makes a component of what the further members beside others are, where oapi-codegen would call it like
// the whole, or not see that it may be null.
func (n *normalizer) nameFurther(s *openapi3.Schema, at string) {
	ref := s.AdditionalProperties.Schema
	if ref == nil || ref.Value == nil || len(s.Properties)+len(s.AnyOf)+len(s.OneOf) == 0 || !isComposed(ref.Value) {
		return
	}
	component := n.doc.Components != nil && n.doc.Components.Schemas[at] != nil && n.doc.Components.Schemas[at].Value == s
	if !component || ref.Value.Nullable {
		n.components(ref, at, "Further")
	}
}

// isComposed reports whether a schema makes a type of its own.
func isComposed(s *openapi3.Schema) bool {
	return len(s.Properties)+len(s.AllOf)+len(s.AnyOf)+len(s.OneOf)+len(s.Enum) > 0 ||
		s.AdditionalProperties.Schema != nil || s.AdditionalProperties.Has != nil && *s.AdditionalProperties.Has
}

// components makes a component of a schema that would have a type of its own, or of the items of a list. at is what it
// is part of, and with name what it is called.
func (n *normalizer) components(ref *openapi3.SchemaRef, at, name string) {
	for ref != nil && ref.Ref == "" && ref.Value != nil && ref.Value.Type.Is("array") {
		ref = ref.Value.Items
	}
	if ref == nil || ref.Ref != "" || ref.Value == nil || !isComposed(ref.Value) ||
		ref.Value.Extensions["x-go-type"] != nil || ref.Value.Extensions["x-go-type-name"] != nil {
		return
	}
	n.edit(func() {
		if n.doc.Components == nil {
			n.doc.Components = &openapi3.Components{}
		}
		if n.doc.Components.Schemas == nil {
			n.doc.Components.Schemas = openapi3.Schemas{}
		}
		unique := strings.Map(func(r rune) rune {
			if r == '_' || r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
				return r
			}
			return -1
		}, at+"_"+name)
		if n.called == nil {
			n.called = map[string]bool{}
			for other := range n.doc.Components.Schemas {
				n.called[strings.ToLower(letters(other))] = true
			}
		}
		for n.called[strings.ToLower(letters(unique))] {
			unique += "B"
		}
		n.called[strings.ToLower(letters(unique))] = true
		if field := ref.Value.Extensions[goName]; field != nil {
			ref.Extensions = with(ref.Extensions, goName, field)
			ref.Value.Extensions = maps.Clone(ref.Value.Extensions)
			delete(ref.Value.Extensions, goName)
		}
		n.quirks.was[unique] = at
		n.doc.Components.Schemas[unique] = &openapi3.SchemaRef{Value: ref.Value}
		ref.Ref = "#/components/schemas/" + unique
	})
}

// with is a copy of extensions with one more.
func with(extensions map[string]any, name string, value any) map[string]any {
	extensions = maps.Clone(extensions)
	if extensions == nil {
		extensions = map[string]any{}
	}
	extensions[name] = value
	return extensions
}
