package generate

import (
	"errors"
	"fmt"
	"mime"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"
)

// setBodies makes the method of the preferred media type, JSON and then forms, and one of each further type.
func (op *operation) setBodies() error {
	if op.Spec.RequestBody == nil {
		return nil
	}
	if len(op.Bodies) == 0 {
		return errors.New("a body must have a media type: give it one with an overlay")
	}
	rank := func(b codegen.RequestBodyDefinition) int {
		return slices.Index([]string{urlForm, multipartForm, "application/json"}, b.ContentType)
	}
	bodies := slices.Clone(op.Bodies)
	slices.SortStableFunc(bodies, func(a, b codegen.RequestBodyDefinition) int { return rank(b) - rank(a) })
	plain := *op
	if err := op.setBody(bodies[0]); err != nil {
		return err
	}
	for _, b := range bodies[1:] {
		v := plain
		v.Name = op.OperationId + "With" + bodyName(b.ContentType)
		if err := v.setBody(b); err != nil {
			return err
		}
		v.Comment = goComment(
			fmt.Sprintf("%s is [Client.%s] with a body of type %s.", v.Name, op.OperationId, b.ContentType),
		)
		v.Pages = nil
		op.Variants = append(op.Variants, v)
	}
	return nil
}

const (
	multipartForm = "multipart/form-data"
	urlForm       = "application/x-www-form-urlencoded"
)

// bodyName is what a media type is called in the name of a method.
func bodyName(mediaType string) string {
	switch mediaType {
	case multipartForm:
		return "Form"
	case urlForm:
		return "URLForm"
	case "text/plain":
		return "Text"
	}
	return codegen.ToCamelCaseWithInitialisms(strings.NewReplacer("*", "any", "+", "-plus-").Replace(mediaType))
}

// isNilable reports whether a body's type has a nil of its own: it is a slice, a map or an interface.
func isNilable(s codegen.Schema) bool {
	for _, prefix := range []string{"[]", "map[", "interface{", "any", "json.RawMessage"} {
		if strings.HasPrefix(s.TypeDecl(), prefix) {
			return true
		}
	}
	schema := s.OAPISchema
	if schema == nil || schema.Extensions["x-go-type"] != nil ||
		len(schema.AllOf)+len(schema.OneOf)+len(schema.AnyOf)+len(schema.Properties) > 0 {
		return false
	}
	return schema.Type == nil || schema.Type.Is("array") || schema.Type.Is("object")
}

// setBody makes the method's body that of a media type.
func (op *operation) setBody(b codegen.RequestBodyDefinition) error {
	required := op.Spec.RequestBody.Value != nil && op.Spec.RequestBody.Value.Required
	op.BodyType, op.MayLackBody = b.Schema.TypeDecl(), !required
	optional := func(t string) string {
		if required {
			return t
		}
		return "*" + t
	}
	switch {
	case isJSONType(b.ContentType):
		op.IsJSON = true
		if b.NameTag != "JSON" {
			op.RequestType, _, _ = mime.ParseMediaType(b.ContentType)
		}
		if !isNilable(b.Schema) {
			op.BodyType = optional(op.BodyType)
		}
		return nil
	case b.ContentType == urlForm:
		op.URLForm = true
	case strings.HasPrefix(b.ContentType, "text/"):
		op.BodyType, op.RawType = optional("string"), strings.Replace(b.ContentType, "*", "plain", 1)
		return nil
	case !strings.HasPrefix(b.ContentType, "multipart/"):
		op.BodyType, op.RawType = "[]byte", b.ContentType
		if strings.Contains(b.ContentType, "*") {
			op.RawType = "application/octet-stream"
		}
		return nil
	case b.ContentType != multipartForm:
		return fmt.Errorf(
			"a body of type %s is not supported: JSON and multipart/form-data are; correct it with an overlay, or "+
				"leave out the operation",
			b.ContentType,
		)
	}
	op.BodyType = optional(op.OperationId + "Form")
	if op.URLForm &&
		slices.ContainsFunc(
			op.Bodies,
			func(b codegen.RequestBodyDefinition) bool { return b.ContentType == multipartForm },
		) {
		op.BodyType = optional(op.OperationId + "URLForm")
	}
	op.Fields = []param{}
	var problems []error
	for _, p := range b.Schema.Properties {
		var encoding *openapi3.Encoding
		if body := op.Spec.RequestBody.Value; body != nil && body.Content[b.ContentType] != nil {
			content := body.Content[b.ContentType]
			encoding = content.Encoding[p.JsonFieldName]
			// oapi-codegen keeps no schema of what it gives a type of its own.
			if ref := content.Schema.Value.Properties[p.JsonFieldName]; p.Schema.OAPISchema == nil && ref != nil {
				p.Schema.OAPISchema = ref.Value
			}
		}
		field, err := newField(p, encoding, op.URLForm)
		problems = append(problems, err)
		op.Fields = append(op.Fields, field)
	}
	// Files last: a server can then read the form's other fields before the upload is through.
	slices.SortStableFunc(op.Fields, func(a, b param) int {
		isFile := func(p param) int {
			if strings.HasPrefix(p.Setter, "f.addFile") {
				return 1
			}
			return 0
		}
		return isFile(a) - isFile(b)
	})
	return errors.Join(problems...)
}

func newField(p codegen.Property, encoding *openapi3.Encoding, urlForm bool) (param, error) {
	schema := p.Schema.OAPISchema
	c := param{Wire: p.JsonFieldName, Go: "form." + p.GoFieldName(), Setter: "f.addField"}
	c.Pointer = !p.Required && !p.Schema.SkipOptionalPointer
	if strings.ContainsFunc(p.JsonFieldName, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) {
		return c, fmt.Errorf(
			"form field %q: names other than of printable ASCII, without quotes, are not supported",
			p.JsonFieldName,
		)
	}
	if encoding == nil {
		encoding = &openapi3.Encoding{}
	}
	item := schema
	if schema == nil {
		return c, fmt.Errorf("form field %s: unions are not supported", p.JsonFieldName)
	}
	if schema.Type.Is("array") {
		c.List = true
		if schema.Items == nil {
			return c, fmt.Errorf(
				"form field %s: a list must say what its items are: give it items with an overlay",
				p.JsonFieldName,
			)
		}
		item = schema.Items.Value
	}
	switch {
	case item.Type.Is("array"):
		return c, fmt.Errorf("form field %s: lists of lists are not supported", p.JsonFieldName)
	case isObject(&openapi3.SchemaRef{Value: item}):
		c.Setter = "f.addJSON"
	case item.Type.Is("string") && item.Format == "binary" && !urlForm:
		c.Setter = "f.addFile"
		if media := encoding.ContentType; media != "" && !strings.ContainsAny(media, ",*") {
			c.Setter, c.FileType = "f.addFileAs", media
		}
	}
	switch {
	case isJSONType(encoding.ContentType) && !strings.Contains(encoding.ContentType, "*") && c.FileType == "":
		c.Setter, c.List = "f.addJSON", false // all of it is one text
	case c.List && c.Setter == "f.addField" && (encoding.Explode != nil && !*encoding.Explode ||
		encoding.Explode == nil && encoding.Style != "" && encoding.Style != "form"):
		c.Separator = map[string]string{"": ",", "form": ",", "spaceDelimited": " ",
			"pipeDelimited": "|"}[encoding.Style]
	}
	return c, nil
}
