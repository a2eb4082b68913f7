package generate

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// clientView is a copy of the document without error responses and callbacks, and without the schemas that no request
// and no success is made of. Whatever an error's body is declared to be, it is read as an APIError, so its types would
// never be met; and vendors like to call one of them APIError. The second result gives the original of each of its
// operations: oapi-codegen changes those that it is given.
func clientView(doc *openapi3.T) (*openapi3.T, map[*openapi3.Operation]*openapi3.Operation, error) {
	view, originals, nulls, err := viewOf(doc, false)
	if err == nil && nulls {
		if doc, err = copyOf(doc); err == nil {
			view, originals, _, err = viewOf(doc, true)
		}
	}
	return view, originals, err
}

// copyOf is a document whose schemas may be changed.
func copyOf(doc *openapi3.T) (*openapi3.T, error) {
	text, err := doc.MarshalJSON()
	if err != nil {
		return nil, err
	}
	return openapi3.NewLoader().LoadFromData(text)
}

// viewOf is clientView, and tells whether there are enumerations that list null. It takes null out if the document may
// be changed: null has no constant, it is the pointer that is nil.
func viewOf(
	doc *openapi3.T,
	change bool,
) (_ *openapi3.T, _ map[*openapi3.Operation]*openapi3.Operation, nulls bool, _ error) {
	view := *doc
	view.Paths = openapi3.NewPathsWithCapacity(doc.Paths.Len())
	originals := map[*openapi3.Operation]*openapi3.Operation{}
	k := keeper{names: map[string]bool{}, seen: map[*openapi3.Schema]bool{}, change: change}
	if doc.Components != nil {
		k.schemas = doc.Components.Schemas
	}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths.Map())) {
		item := doc.Paths.Value(path)
		copied := *item
		operations := item.Operations()
		for _, method := range slices.Sorted(maps.Keys(operations)) {
			op := operations[method]
			k.parameters(item.Parameters, op.OperationID)
			successful := *op
			successful.Responses, successful.Callbacks = successes(op.Responses), nil
			k.operation(&successful)
			copied.SetOperation(method, &successful)
			originals[&successful] = op
		}
		view.Paths.Set(path, &copied)
	}
	if doc.Components != nil {
		for _, p := range doc.Components.Parameters {
			k.parameters(openapi3.Parameters{p}, "")
		}
		for name, body := range doc.Components.RequestBodies {
			if body.Value != nil {
				k.content(body.Value.Content, "body "+name)
			}
		}
		components := *doc.Components
		components.Schemas = maps.Clone(components.Schemas)
		maps.DeleteFunc(components.Schemas, func(name string, _ *openapi3.SchemaRef) bool { return !k.names[name] })
		components.Responses, components.Callbacks = nil, nil // the schemas are all that is needed of them
		view.Components = &components
	}
	if len(k.problems) > 0 {
		slices.Sort(k.problems)
		return nil, nil, false, errors.New(strings.Join(slices.Compact(k.problems), "\n"))
	}
	return &view, originals, k.nulls, nil
}

// successes are the responses of 200 to 299, or default where none of those is documented.
func successes(all *openapi3.Responses) *openapi3.Responses {
	kept := openapi3.NewResponsesWithCapacity(all.Len())
	for status, response := range all.Map() {
		if len(status) == 3 && status[0] == '2' {
			kept.Set(status, response)
		}
	}
	if kept.Len() == 0 && all.Default() != nil {
		kept.Set("default", all.Value("default"))
	}
	return kept
}

// keeper notes the named schemas that it comes across.
type keeper struct {
	schemas  openapi3.Schemas
	names    map[string]bool
	seen     map[*openapi3.Schema]bool
	problems []string
	nulls    bool // an enumeration lists null
	change   bool // null is to be taken out
}

func (k *keeper) operation(op *openapi3.Operation) {
	k.parameters(op.Parameters, op.OperationID)
	if op.RequestBody != nil && op.RequestBody.Value != nil {
		k.content(op.RequestBody.Value.Content, op.OperationID)
	}
	for _, response := range op.Responses.Map() {
		if response.Value != nil {
			k.content(response.Value.Content, op.OperationID)
		}
	}
}

// parameters looks at those of an operation, "" for those of components.
func (k *keeper) parameters(list openapi3.Parameters, operation string) {
	for _, p := range list {
		if p.Value != nil {
			where := fmt.Sprintf("%s parameter %s", p.Value.In, p.Value.Name)
			if operation != "" {
				where = operation + ": " + where
			}
			k.schema(p.Value.Schema, where)
			k.content(p.Value.Content, where)
		}
	}
}

func (k *keeper) content(content openapi3.Content, where string) {
	for mediaType, media := range content {
		if media == nil {
			k.problems = append(
				k.problems,
				fmt.Sprintf("%s: content of type %s is null: say what it is with an overlay", where, mediaType),
			)
			continue
		}
		if s := media.Schema; s != nil && s.Value != nil && len(s.Value.Enum) > 0 &&
			(mediaType == urlForm || strings.HasPrefix(mediaType, "multipart/")) {
			k.problems = append(k.problems, where+": a form has fields, and no values: correct it with an overlay")
		}
		k.schema(media.Schema, where)
	}
}

func (k *keeper) schema(ref *openapi3.SchemaRef, where string) {
	if ref == nil || ref.Value == nil {
		return
	}
	if name, ok := strings.CutPrefix(ref.Ref, "#/components/schemas/"); ok {
		where = "schema " + name
		if !k.names[name] {
			k.names[name] = true
			k.schema(k.schemas[name], where) // may itself be a reference
		}
	}
	s := ref.Value
	if k.seen[s] {
		return
	}
	k.seen[s] = true
	if s.AllOf != nil && len(s.AllOf) == 0 {
		k.problems = append(k.problems, where+": allOf is empty: remove it with an overlay")
	}
	for _, list := range []openapi3.SchemaRefs{s.AllOf, s.AnyOf, s.OneOf} {
		for _, part := range list {
			k.schema(part, where)
		}
	}
	k.enum(s, where)
	for name, property := range s.Properties {
		if !validJSONName(name) {
			k.problems = append(
				k.problems,
				fmt.Sprintf(
					"%s: the property %q has a name that no field's tag can hold: remove it with an overlay",
					where,
					name,
				),
			)
		}
		k.schema(property, where+"."+name)
	}
	k.schema(s.Items, where+"[]")
	k.schema(s.AdditionalProperties.Schema, where+"{}")
	k.schema(s.Not, where)
}

// enum looks at the values of an enumeration. Integers have been read as floating-point numbers.
func (k *keeper) enum(s *openapi3.Schema, where string) {
	for i := len(s.Enum) - 1; i >= 0; i-- {
		switch value := s.Enum[i].(type) {
		case nil:
			k.nulls = true
			if k.change {
				s.Enum = slices.Delete(s.Enum, i, i+1)
				if names, ok := s.Extensions["x-enum-varnames"].([]any); ok && i < len(names) {
					s.Extensions["x-enum-varnames"] = slices.Delete(names, i, i+1)
				}
			}
			continue
		case float64:
			if s.Type.Is("integer") && (value != math.Trunc(value) || math.Abs(value) >= 1<<53) {
				k.problems = append(k.problems, fmt.Sprintf("%s: the enum value %s is no integer below 2^53, which "+
					"is as far as they are exact: remove it with an overlay", where,
					shortest(value)))
				continue
			}
		}
		if want := otherKind(s.Type, s.Enum[i]); want != "" {
			text, _ := json.Marshal(s.Enum[i])
			k.problems = append(k.problems, fmt.Sprintf("%s: the enum value %s is no %s: remove it with an overlay",
				where, text, want))
		}
	}
}

// shortest is a number in digits, or with an exponent where those would be many.
func shortest(value float64) string {
	if math.Abs(value) >= 1e21 {
		return strconv.FormatFloat(value, 'g', -1, 64)
	}
	return strconv.FormatFloat(value, 'f', -1, 64)
}

// otherKind is what a value of an enumeration would have to be and is not, "" where it can be a constant of the type. A
// number or boolean may stand there as text.
func otherKind(t *openapi3.Types, value any) string {
	text := ""
	switch value := value.(type) {
	case string:
		text = value
	case float64:
		text = strconv.FormatFloat(value, 'g', -1, 64)
	case bool:
		text = strconv.FormatBool(value)
	default: // a list or an object
		if t.Is("string") {
			return "string"
		}
	}
	number, err := strconv.ParseFloat(text, 64)
	isNumber := err == nil && decimal.MatchString(text)
	switch {
	case t.Is("integer") && (!isNumber || number != math.Trunc(number)):
		return "integer"
	case t.Is("number") && !isNumber:
		return "number"
	case t.Is("boolean") && text != "true" && text != "false":
		return "boolean"
	}
	return ""
}

var decimal = regexp.MustCompile(`^[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)
