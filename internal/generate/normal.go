package generate

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"slices"
	"strings"
	"unicode"

	"github.com/getkin/kin-openapi/openapi3"
)

// quirks are what a document says and its normal form does not.
type quirks struct {
	requestTypes map[string]string // media types of bodies that are sent under another name than application/json, by operation id
	accepts      map[string]string // the same of what is asked for
	arrays       bool              // a named list contains itself, so that it needs a type of its own
}

// normal is the document as oapi-codegen can take it, and says the same on the wire. Where nothing has to change it is doc
// itself. What changes:
//
//   - JSON of other names (with a parameter, +json, a range) is called application/json; beside JSON nothing else is kept;
//   - format binary is a file in the fields of a multipart form, and text everywhere else;
//   - a form by reference is written out, so that its fields are its own;
//   - a name that is given to a component does not touch the fields that refer to it; a component that is called like a
//     type of the runtime is called otherwise;
//   - members that contain each other although both are required are not required in Go;
//   - values of an enumeration whose names would be the same get names of their own;
//   - parameters that are unions of plain values are text; members beside a reference in allOf which no Go type shows go.
func normal(doc *openapi3.T) (*openapi3.T, *quirks, error) {
	look := newNormalizer(doc, false)
	look.document()
	if !look.needed {
		return doc, look.quirks, nil
	}
	copied, err := renamed(doc, look.names)
	if err != nil {
		return nil, nil, err
	}
	n := newNormalizer(copied, true)
	n.document()
	return copied, n.quirks, nil
}

type normalizer struct {
	doc    *openapi3.T
	change bool // else only look whether something has to
	needed bool
	seen   map[*openapi3.Schema]bool
	files  map[*openapi3.Schema]bool
	names  map[string]string // new names of components
	quirks *quirks
}

func newNormalizer(doc *openapi3.T, change bool) *normalizer {
	return &normalizer{
		doc: doc, change: change, seen: map[*openapi3.Schema]bool{}, files: map[*openapi3.Schema]bool{}, names: map[string]string{},
		quirks: &quirks{requestTypes: map[string]string{}, accepts: map[string]string{}},
	}
}

func (n *normalizer) edit(change func()) {
	n.needed = true
	if n.change {
		change()
	}
}

func (n *normalizer) document() {
	for _, path := range slices.Sorted(maps.Keys(n.doc.Paths.Map())) {
		item := n.doc.Paths.Value(path)
		n.parameters(item.Parameters)
		operations := item.Operations()
		for _, method := range slices.Sorted(maps.Keys(operations)) {
			op := operations[method]
			n.parameters(op.Parameters)
			if op.RequestBody != nil && op.RequestBody.Value != nil {
				n.content(op.RequestBody.Value.Content, op.OperationID, n.quirks.requestTypes)
			}
			for _, status := range slices.Sorted(maps.Keys(op.Responses.Map())) {
				if r := op.Responses.Value(status); r.Value != nil {
					n.content(r.Value.Content, op.OperationID, n.quirks.accepts)
				}
			}
		}
	}
	n.cycles()
	n.reserved()
}

func (n *normalizer) parameters(list openapi3.Parameters) {
	for _, p := range list {
		if p.Value == nil || p.Value.Schema == nil {
			continue
		}
		if typ := plainUnion(p.Value.Schema.Value); typ != nil {
			n.edit(func() { p.Value.Schema = &openapi3.SchemaRef{Value: typ} })
			continue
		}
		n.schema(p.Value.Schema)
	}
}

// plainUnion is the schema of text, or of a list of texts, for a union of plain values, nil for anything else.
func plainUnion(s *openapi3.Schema) *openapi3.Schema {
	if s == nil || len(s.Extensions) > 0 && s.Extensions["x-go-type"] != nil {
		return nil
	}
	branches := slices.Concat(s.AnyOf, s.OneOf)
	if len(branches) == 0 || len(s.Properties) > 0 {
		return nil
	}
	list, same := false, ""
	for _, b := range branches {
		v := b.Value
		if v == nil {
			return nil
		}
		if v.Type.Is("array") && v.Items != nil {
			list, v = true, v.Items.Value
		}
		if v == nil || v.Type == nil || v.Type.Is("object") || v.Type.Is("array") || len(*v.Type) != 1 {
			return nil
		}
		if typ := (*v.Type)[0]; same == "" {
			same = typ
		} else if same != typ {
			same = "string"
		}
	}
	plain := openapi3.NewStringSchema()
	plain.Type = &openapi3.Types{same}
	plain.Description = s.Description
	if list {
		items := openapi3.NewArraySchema().WithItems(plain)
		items.Description = s.Description
		return items
	}
	return plain
}

// isJSONType reports whether a media type is JSON, or a range that JSON lies in.
func isJSONType(name string) bool {
	media, _, err := mime.ParseMediaType(name)
	if err != nil {
		return false
	}
	return media == "application/json" || strings.HasSuffix(media, "+json") || media == "*/*" || media == "application/*" || media == "text/json"
}

func (n *normalizer) content(content openapi3.Content, id string, types map[string]string) {
	const plain = "application/json"
	names := slices.Sorted(maps.Keys(content))
	kept := content[plain]
	if kept == nil {
		if i := slices.IndexFunc(names, isJSONType); i >= 0 {
			kept = content[names[i]]
			if media, _, _ := mime.ParseMediaType(names[i]); strings.HasSuffix(media, "+json") || media == "text/json" {
				types[id] = media
			}
			if kept == nil {
				return // null, which is told elsewhere
			}
			n.edit(func() { content[plain] = kept })
		}
	}
	if kept != nil {
		for _, name := range names {
			if name != plain {
				n.edit(func() { delete(content, name) })
			}
		}
		n.schema(kept.Schema)
		return
	}
	const form = "multipart/form-data"
	if content[form] != nil && len(content) > 1 {
		for _, name := range names {
			if name != form && (strings.HasPrefix(name, "multipart/") || name == "application/x-www-form-urlencoded") {
				n.edit(func() { delete(content, name) })
			}
		}
	}
	for _, name := range names {
		media := content[name]
		if media == nil || media.Schema == nil || media.Schema.Value == nil {
			continue
		}
		if strings.HasPrefix(name, "multipart/") {
			n.form(media)
		} else if name == "application/x-www-form-urlencoded" {
			n.form(media)
		}
	}
}

// inline writes a form that is a component out, as its type gets the operation's name.
func (n *normalizer) inline(media *openapi3.MediaType) {
	if media.Schema.Ref != "" {
		n.edit(func() {
			copied := *media.Schema.Value
			copied.Properties = maps.Clone(copied.Properties)
			copied.Extensions = maps.Clone(copied.Extensions)
			delete(copied.Extensions, "x-go-name")
			media.Schema = &openapi3.SchemaRef{Value: &copied}
		})
	}
}

// form notes which fields of a multipart form are files.
func (n *normalizer) form(media *openapi3.MediaType) {
	n.inline(media)
	for name, ref := range media.Schema.Value.Properties {
		s := ref.Value
		if s == nil {
			continue
		}
		if typ := plainUnion(s); typ != nil {
			n.edit(func() { media.Schema.Value.Properties[name] = &openapi3.SchemaRef{Value: typ} })
			continue
		}
		item := s
		if s.Type.Is("array") && s.Items != nil && s.Items.Value != nil {
			item = s.Items.Value
		}
		if !item.Type.Is("string") || item.Format != "binary" {
			continue
		}
		if ref.Ref != "" || item != s && s.Items.Ref != "" {
			n.edit(func() {
				copied := *s
				if item != s {
					inner := *item
					copied.Items = &openapi3.SchemaRef{Value: &inner}
					n.files[&inner] = true
				}
				media.Schema.Value.Properties[name] = &openapi3.SchemaRef{Value: &copied}
				n.files[&copied] = true
			})
		}
		n.files[item] = true
	}
	n.schema(media.Schema)
}

func (n *normalizer) schema(ref *openapi3.SchemaRef) {
	if ref == nil || ref.Value == nil || n.seen[ref.Value] {
		return
	}
	s := ref.Value
	n.seen[s] = true
	if s.Type.Is("string") && s.Format == "binary" && !n.files[s] {
		n.edit(func() { s.Format = "" })
	}
	if s.AllOf != nil && len(s.AllOf) == 0 {
		n.edit(func() { s.AllOf = nil })
	}
	n.allOf(s)
	n.enum(s)
	for name, property := range s.Properties {
		n.property(name, property)
		n.schema(property)
	}
	for _, list := range []openapi3.SchemaRefs{s.AllOf, s.AnyOf, s.OneOf} {
		for _, part := range list {
			n.schema(part)
		}
	}
	n.schema(s.Items)
	n.schema(s.AdditionalProperties.Schema)
	n.schema(s.Not)
}

// property keeps the name that a component was given from becoming that of a field.
func (n *normalizer) property(field string, ref *openapi3.SchemaRef) {
	if ref.Value == nil || ref.Extensions["x-go-name"] != nil {
		return
	}
	component, ok := strings.CutPrefix(ref.Ref, "#/components/schemas/")
	if name, _ := ref.Value.Extensions["x-go-name"].(string); ok && name != "" && !sameName(name, field) {
		n.rename(component, name)
	}
}

func (n *normalizer) rename(component, name string) {
	if other := n.doc.Components.Schemas[name]; other == nil && component != name {
		n.names[component] = name
		n.needed = true
	}
}

// sameName reports whether two names make the same identifier.
func sameName(a, b string) bool { return strings.EqualFold(letters(a), letters(b)) }

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

// allOf takes what no type shows out of the parts, where parts would contradict each other.
func (n *normalizer) allOf(s *openapi3.Schema) {
	if len(s.AllOf) == 0 {
		return
	}
	quiet := func(p *openapi3.Schema) {
		if p.ReadOnly || p.WriteOnly || p.Default != nil || p.Format != "" && p.Type == nil || p.Deprecated || p.Example != nil {
			n.edit(func() {
				p.ReadOnly, p.WriteOnly, p.Default, p.Deprecated, p.Example = false, false, nil, false, nil
				if p.Type == nil {
					p.Format = ""
				}
			})
		}
	}
	quiet(s)
	for _, part := range s.AllOf {
		if part.Ref == "" && part.Value != nil && len(part.Value.Properties) == 0 {
			quiet(part.Value)
		}
	}
	var parts []*openapi3.Schema
	var collect func(p *openapi3.Schema, depth int)
	collect = func(p *openapi3.Schema, depth int) {
		if p == nil || depth > 20 {
			return
		}
		parts = append(parts, p)
		for _, part := range p.AllOf {
			collect(part.Value, depth+1)
		}
	}
	collect(s, 0)
	differ := func(fact func(p *openapi3.Schema) string) bool {
		return slices.ContainsFunc(parts, func(p *openapi3.Schema) bool { return fact(p) != fact(parts[0]) })
	}
	flags := func(p *openapi3.Schema) string { return fmt.Sprint(p.ReadOnly, p.WriteOnly) }
	formats := map[string]bool{}
	for _, p := range parts {
		if p.Type != nil {
			formats[p.Format] = true // none is another one
		}
	}
	if differ(flags) || len(formats) > 1 {
		n.edit(func() {
			for _, p := range parts {
				p.ReadOnly, p.WriteOnly = false, false
				if len(formats) > 1 && !n.files[p] {
					p.Format = ""
				}
			}
		})
	}
}

// enum gives values whose constants would have one name names of their own.
func (n *normalizer) enum(s *openapi3.Schema) {
	if len(s.Enum) < 2 || s.Extensions["x-enum-varnames"] != nil || s.Extensions["x-enumNames"] != nil {
		return
	}
	count := map[string]int{}
	for _, v := range s.Enum {
		count[strings.ToLower(letters(fmt.Sprint(v)))]++
	}
	if len(count) == len(s.Enum) && !slices.ContainsFunc(s.Enum, func(v any) bool { return strings.TrimSpace(fmt.Sprint(v)) == "" }) {
		return
	}
	used := map[string]bool{}
	var names []any
	for _, v := range s.Enum {
		name, isText := v.(string)
		if !isText {
			return
		}
		key := letters(name)
		switch {
		case name == "":
			key = "Empty"
		case strings.TrimSpace(name) == "":
			key = "Blank"
		case count[strings.ToLower(key)] > 1:
			key = letters(strings.NewReplacer("-", "Minus", "+", "Plus", "_", "Under", ".", "Dot", "/", "Slash").Replace(name))
		}
		unique := cmp.Or(key, "Value")
		for suffix := 'B'; used[strings.ToLower(unique)]; suffix++ {
			unique = cmp.Or(key, "Value") + string(suffix)
		}
		used[strings.ToLower(unique)] = true
		if count[strings.ToLower(letters(name))] == 1 && strings.TrimSpace(name) != "" {
			unique = name
		}
		names = append(names, unique)
	}
	n.edit(func() {
		if s.Extensions == nil {
			s.Extensions = map[string]any{}
		}
		s.Extensions["x-enum-varnames"] = names
	})
}

// cycles finds components that contain themselves by value, which no Go type can.
func (n *normalizer) cycles() {
	if n.doc.Components == nil {
		return
	}
	schemas := n.doc.Components.Schemas
	target := func(ref *openapi3.SchemaRef) string {
		name, _ := strings.CutPrefix(ref.Ref, "#/components/schemas/")
		return name
	}
	type edge struct {
		to    string
		owner *openapi3.Schema
		field string
	}
	edges := map[string][]edge{}
	var inside func(from string, s *openapi3.Schema, depth int)
	inside = func(from string, s *openapi3.Schema, depth int) {
		if s == nil || depth > 20 {
			return
		}
		for _, field := range s.Required {
			ref := s.Properties[field]
			if ref == nil || ref.Value == nil || ref.Value.Nullable {
				continue
			}
			for _, r := range append([]*openapi3.SchemaRef{ref}, ref.Value.AllOf...) {
				if to := target(r); to != "" && r.Value != nil && !r.Value.Type.Is("array") {
					edges[from] = append(edges[from], edge{to, s, field})
				}
			}
			if ref.Ref == "" {
				inside(from, ref.Value, depth+1)
			}
		}
		for _, part := range s.AllOf {
			inside(from, part.Value, depth+1)
		}
	}
	lists := map[string]string{}
	for name, ref := range schemas {
		if ref.Value == nil {
			continue
		}
		inside(name, ref.Value, 0)
		if s := ref.Value; s.Type.Is("array") && s.Items != nil && s.Items.Ref != "" {
			lists[name] = target(s.Items)
		}
	}
	reaches := func(from, to string) bool {
		seen, queue := map[string]bool{}, []string{from}
		for len(queue) > 0 {
			at := queue[0]
			queue = queue[1:]
			if at == to {
				return true
			}
			if seen[at] {
				continue
			}
			seen[at] = true
			for _, e := range edges[at] {
				queue = append(queue, e.to)
			}
		}
		return false
	}
	for _, name := range slices.Sorted(maps.Keys(edges)) {
		for _, e := range edges[name] {
			if reaches(e.to, name) {
				n.edit(func() {
					e.owner.Required = slices.DeleteFunc(slices.Clone(e.owner.Required), func(f string) bool { return f == e.field })
				})
			}
		}
	}
	for name := range lists {
		at := lists[name]
		for range len(lists) {
			if at == name {
				n.quirks.arrays = true
			}
			at = lists[at]
		}
	}
}

// runtimeTypes are the exported types of the runtime.
var runtimeTypes = []string{
	"APIError", "CallOption", "Client", "DocumentedError", "ErrorCode", "ErrorDetail", "File", "ID", "Operation", "Option", "RateLimit",
	"Response", "Stream",
}

// reserved gives components that are called like a type of the runtime another name.
func (n *normalizer) reserved() {
	if n.doc.Components == nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(n.doc.Components.Schemas)) {
		ref := n.doc.Components.Schemas[name]
		if ref.Value == nil || ref.Value.Extensions["x-go-name"] != nil || ref.Value.Extensions["x-go-type"] != nil {
			continue
		}
		if slices.ContainsFunc(runtimeTypes, func(t string) bool { return sameName(t, name) }) {
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
