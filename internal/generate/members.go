package generate

import (
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"
)

// memberFunctions are what the templates of types that encode themselves ask about their members.
var memberFunctions = map[string]any{
	"sent": sent, "mayBeNull": mayBeNull, "furtherType": furtherType,
	"inFormat": func(s string) string { return strings.ReplaceAll(s, "%", "%%") },
}

// mayBeNull reports whether a member's field is a Nullable: see normalizer.nullable.
func mayBeNull(p codegen.Property) bool {
	tags, _ := p.Extensions["x-oapi-codegen-extra-tags"].(map[string]any)
	return tags[nullMark] != nil
}

// sent is the condition under which a member of the struct in a variable is sent, "" where it always is.
func sent(variable string, p codegen.Property) string {
	field := variable + "." + p.GoFieldName()
	hasNil := func(prefix string) bool { return strings.HasPrefix(p.GoTypeDef(), prefix) }
	switch {
	case mayBeNull(p):
		return "!" + field + ".IsZero()"
	case p.RequiresNilCheck(),
		(!p.Required || p.ReadOnly || p.WriteOnly) &&
			slices.ContainsFunc([]string{"*", "[]", "map[", "interface{", "any", "json.RawMessage"}, hasNil):
		return field + " != nil"
	}
	return ""
}

// furtherType is the type of the values of additionalProperties: a pointer where they may be null, as the field has it.
func furtherType(s codegen.Schema) string {
	t := s.AdditionalPropertiesType.TypeDecl()
	if admitsNull(s.AdditionalPropertiesType.OAPISchema, map[*openapi3.Schema]bool{}) {
		return "*" + t
	}
	return t
}
