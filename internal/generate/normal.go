package generate

import (
	"cmp"
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
	// media types of bodies that are sent under another name than application/json, by operation id
	requestTypes map[string]string
	accepts      map[string]string // the same of what is asked for
	arrays       bool              // a named list contains itself, so that it needs a type of its own
	taken        map[string]bool   // Go names that no code's constant can have
	was          map[string]string // the names in the document of components that have others: what they are, or are in
}

// normal is the document as oapi-codegen can take it, and says the same on the wire. Where nothing has to change it is
// doc itself. What changes:
//
//   - JSON of other names (with a parameter, +json, a range) is called application/json; beside it a response keeps
//     nothing else;
//   - optional members of JSON requests that may be null are marked;
//   - format binary is a file in the fields of a multipart form, and text everywhere else;
//   - a form by reference is written out, so that its fields are its own;
//   - a name that is given to a component does not touch the fields that refer to it; a component that is called like a
//     name of the runtime is called otherwise, and discriminators select it by the name that it had;
//   - members that contain each other although both are required are not required in Go;
//   - empty lists of parts and branches, and encodings that are null, go;
//   - values of an enumeration whose names would be the same get names of their own;
//   - members and parameters whose names have no letter or digit for Go get one of the characters' numbers, and what
//     would be called like them, or twice, becomes a component;
//   - parameters that are unions of plain values are text; members beside a reference in allOf which no Go type shows
//     go.
func normal(doc *openapi3.T, runtime []*runtimeFile) (*openapi3.T, *quirks, error) {
	taken := slices.Concat(exportedNames(runtime), packageNames)
	if all, err := servers(doc); err == nil {
		for _, s := range all {
			taken = append(taken, s.Const)
		}
	}
	look := newNormalizer(doc, taken, false)
	look.document()
	for _, name := range taken {
		look.quirks.taken[name] = true
	}
	if !look.needed {
		return doc, look.quirks, nil
	}
	copied, err := renamed(doc, look.names)
	if err != nil {
		return nil, nil, err
	}
	n := newNormalizer(copied, taken, true)
	n.document()
	n.quirks.taken = look.quirks.taken
	for old, name := range look.names {
		n.quirks.was[name] = old
	}
	return copied, n.quirks, nil
}

type normalizer struct {
	doc      *openapi3.T
	taken    []string // names that the runtime has
	change   bool     // else only look whether something has to
	needed   bool
	seen     map[*openapi3.Schema]bool
	nulls    map[*openapi3.Schema]bool // those that nullable has been at
	marked   []*openapi3.SchemaRef     // optional members that may be null
	composed []*openapi3.Schema        // those with allOf
	files    map[*openapi3.Schema]bool
	names    map[string]string // new names of components
	called   map[string]bool   // the letters of all components, once one is added
	quirks   *quirks
}

func newNormalizer(doc *openapi3.T, taken []string, change bool) *normalizer {
	return &normalizer{
		doc: doc, taken: taken, change: change, seen: map[*openapi3.Schema]bool{}, nulls: map[*openapi3.Schema]bool{},
		files: map[*openapi3.Schema]bool{}, names: map[string]string{},
		quirks: &quirks{
			requestTypes: map[string]string{}, accepts: map[string]string{}, taken: map[string]bool{},
			was: map[string]string{},
		},
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
		for _, op := range n.doc.Paths.Value(path).Operations() {
			if op.RequestBody != nil && op.RequestBody.Value != nil {
				n.formFiles(op.RequestBody.Value.Content)
			}
		}
	}
	for _, path := range slices.Sorted(maps.Keys(n.doc.Paths.Map())) {
		item := n.doc.Paths.Value(path)
		n.handDown(item)
		n.parameters(item.Parameters, "")
		operations := item.Operations()
		for _, method := range slices.Sorted(maps.Keys(operations)) {
			op := operations[method]
			n.parameters(op.Parameters, op.OperationID)
			if op.RequestBody != nil && op.RequestBody.Value != nil {
				n.content(op.RequestBody.Value.Content, op.OperationID, n.quirks.requestTypes, true)
			}
			for _, status := range slices.Sorted(maps.Keys(op.Responses.Map())) {
				if r := op.Responses.Value(status); r.Value != nil {
					n.content(r.Value.Content, op.OperationID, n.quirks.accepts, false)
				}
			}
		}
	}
	n.settle()
	n.cycles()
	n.reserved()
	n.lists()
	// Several components that would get one name keep theirs: that two types have it is refused later.
	given := map[string]int{}
	for _, name := range n.names {
		given[name]++
	}
	maps.DeleteFunc(n.names, func(_, name string) bool { return given[name] > 1 })
}

// lists has an optional member that refers to a component be a slice where that is a list, as it is where the list is
// written inline.
func (n *normalizer) lists() {
	if n.doc.Components == nil {
		return
	}
	const mark = "x-go-type-skip-optional-pointer"
	for _, name := range slices.Sorted(maps.Keys(n.doc.Components.Schemas)) {
		ref := n.doc.Components.Schemas[name]
		s := ref.Value
		if ref.Ref != "" || s == nil || !s.Type.Is("array") || s.Extensions["x-go-type"] != nil ||
			s.Extensions[mark] != nil {
			continue
		}
		n.edit(func() {
			if s.Extensions == nil {
				s.Extensions = map[string]any{}
			}
			s.Extensions[mark] = true
		})
	}
}

// handDown makes parameters of a path that hold unions those of its operations, whose types have names: the union of a
// struct without a name cannot be set.
func (n *normalizer) handDown(item *openapi3.PathItem) {
	union := func(p *openapi3.ParameterRef) bool {
		return p.Ref == "" && p.Value != nil && p.Value.Schema != nil && plainUnion(p.Value.Schema.Value) == nil &&
			holdsUnion(p.Value.Schema, nil)
	}
	if !slices.ContainsFunc(item.Parameters, union) {
		return
	}
	n.edit(func() {
		for _, p := range item.Parameters {
			for _, op := range item.Operations() {
				if union(p) && op.Parameters.GetByInAndName(p.Value.In, p.Value.Name) == nil {
					op.Parameters = append(op.Parameters, p)
				}
			}
		}
		item.Parameters = slices.DeleteFunc(item.Parameters, union)
	})
}

// holdsUnion reports whether a type without a name is a union, or has one in it.
func holdsUnion(ref *openapi3.SchemaRef, within []*openapi3.Schema) bool {
	if ref == nil || ref.Ref != "" || ref.Value == nil || slices.Contains(within, ref.Value) {
		return false
	}
	s := ref.Value
	holds := func(part *openapi3.SchemaRef) bool { return holdsUnion(part, append(within, s)) }
	return s.Extensions["x-go-type"] == nil && (len(s.AnyOf)+len(s.OneOf) > 0 || holds(s.Items) ||
		holds(s.AdditionalProperties.Schema) || slices.ContainsFunc(s.AllOf, holds) ||
		slices.ContainsFunc(slices.Collect(maps.Values(s.Properties)), holds))
}

// parameters looks at those of an operation, "" for those of a path.
func (n *normalizer) parameters(list openapi3.Parameters, operation string) {
	for _, p := range list {
		if p.Value == nil {
			continue
		}
		n.nameParameter(p.Value, operation+"Params")
		for _, name := range slices.Sorted(maps.Keys(p.Value.Content)) {
			if media := p.Value.Content[name]; media != nil {
				n.schema(media.Schema, operation+"Params")
			}
		}
		if p.Value.Schema == nil {
			continue
		}
		if typ := plainUnion(p.Value.Schema.Value); typ != nil {
			n.edit(func() { p.Value.Schema = &openapi3.SchemaRef{Value: typ} })
			continue
		}
		n.schema(p.Value.Schema, operation+"Params")
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
	return media == "application/json" || strings.HasSuffix(media, "+json") || media == "*/*" ||
		media == "application/*" ||
		media == "text/json"
}

// content makes JSON application/json. Beside it a request keeps its other types, and a response none.
func (n *normalizer) content(content openapi3.Content, id string, types map[string]string, request bool) {
	const plain = "application/json"
	names := slices.Sorted(maps.Keys(content))
	for _, name := range names {
		if media := content[name]; media != nil {
			for field, encoding := range media.Encoding {
				if encoding == nil {
					n.edit(func() { delete(media.Encoding, field) })
				}
			}
		}
	}
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
			n.edit(func() {
				delete(content, names[i])
				content[plain] = kept
			})
		}
	}
	for _, name := range names {
		media, _, _ := mime.ParseMediaType(name)
		switch {
		case name == plain, len(names) == 1:
		case kept != nil && (!request || media == plain || media == "text/json" || strings.Contains(media, "*")),
			request && strings.HasPrefix(media, "multipart/") && media != "multipart/form-data":
			n.edit(func() { delete(content, name) })
		}
	}
	if kept != nil {
		n.schema(kept.Schema, id)
		if request {
			n.nullable(kept.Schema)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(content)) {
		media := content[name]
		if media == nil || media == kept || media.Schema == nil || media.Schema.Value == nil {
			continue
		}
		if isJSONType(name) {
			n.schema(media.Schema, id)
			n.nullable(media.Schema)
		}
		if strings.HasPrefix(name, "multipart/") || name == urlForm {
			n.schema(media.Schema, id)
		}
	}
}

// formFiles notes which fields of multipart forms are files, of all operations before anything else is looked at: what
// a form shares with JSON is a file in the one and text in the other.
func (n *normalizer) formFiles(content openapi3.Content) {
	for _, name := range slices.Sorted(maps.Keys(content)) {
		media := content[name]
		if media != nil && media.Schema != nil && media.Schema.Value != nil &&
			(strings.HasPrefix(name, "multipart/") || name == urlForm) {
			n.form(media, name != urlForm)
		}
	}
}

// inline writes a form that is a component, or composed, out, as its type gets the operation's name.
func (n *normalizer) inline(media *openapi3.MediaType) {
	form := media.Schema.Value
	if media.Schema.Ref == "" && len(form.AllOf) == 0 {
		return
	}
	n.edit(func() {
		copied := *form
		copied.Properties = maps.Clone(copied.Properties)
		copied.Extensions = maps.Clone(copied.Extensions)
		delete(copied.Extensions, "x-go-name")
		if together := (openapi3.Schema{Properties: openapi3.Schemas{}}); putTogether(&together, form, nil) {
			copied.Properties, copied.Required, copied.AllOf = together.Properties, together.Required, nil
		}
		media.Schema = &openapi3.SchemaRef{Value: &copied}
	})
}

// putTogether adds the members of an object and of the parts that it is composed of; it reports whether members are all
// that they have.
func putTogether(whole, s *openapi3.Schema, within []*openapi3.Schema) bool {
	if s == nil || slices.Contains(within, s) || len(s.AnyOf)+len(s.OneOf) > 0 ||
		s.AdditionalProperties.Schema != nil || s.Type != nil && !s.Type.Is("object") {
		return false
	}
	within = append(within, s)
	for _, part := range s.AllOf {
		if !putTogether(whole, part.Value, within) {
			return false
		}
	}
	maps.Copy(whole.Properties, s.Properties)
	whole.Required = append(whole.Required, s.Required...)
	return true
}

// form notes which fields of a form are files: those of a multipart form.
func (n *normalizer) form(media *openapi3.MediaType, multipart bool) {
	own := media.Schema.Ref == "" && len(media.Schema.Value.AllOf) == 0
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
		if !multipart || !isFile(item, nil) {
			continue
		}
		if own && ref.Ref == "" && (item == s || s.Items.Ref == "") && len(item.AllOf) == 0 {
			n.files[item] = true
			continue
		}
		n.edit(func() {
			file := *item
			file.Type, file.Format, file.AllOf = &openapi3.Types{"string"}, "binary", nil
			if n.files[&file] = true; ref.Ref != "" {
				file.Extensions = maps.Clone(file.Extensions)
				delete(file.Extensions, "x-go-name") // the component's
			}
			field := &openapi3.SchemaRef{Value: &file, Extensions: ref.Extensions}
			if item != s {
				list := *s
				list.Items = &openapi3.SchemaRef{Value: &file}
				field.Value = &list
			}
			media.Schema.Value.Properties[name] = field
		})
	}
}

// isFile reports whether a schema, or a part that it is composed of, is text of format binary.
func isFile(s *openapi3.Schema, within []*openapi3.Schema) bool {
	if s == nil || slices.Contains(within, s) {
		return false
	}
	if s.Type != nil {
		return s.Type.Is("string") && s.Format == "binary"
	}
	within = append(within, s)
	return slices.ContainsFunc(s.AllOf, func(part *openapi3.SchemaRef) bool { return isFile(part.Value, within) })
}

// nullMark is the tag of fields that can be null.
const nullMark = "ringbasic-null"

// nullable marks the optional members of a request that may be null, so that their type can say so.
func (n *normalizer) nullable(ref *openapi3.SchemaRef) {
	if ref == nil || ref.Value == nil || n.nulls[ref.Value] {
		return
	}
	s := ref.Value
	n.nulls[s] = true
	for name, property := range s.Properties {
		if property.Value == nil {
			continue
		}
		n.nullable(property)
		if !slices.Contains(s.Required, name) && !property.Value.ReadOnly &&
			admitsNull(property.Value, map[*openapi3.Schema]bool{}) {
			n.marked = append(n.marked, property)
			n.edit(func() {
				extensions := &property.Extensions
				if property.Ref == "" {
					extensions = &property.Value.Extensions
				}
				if *extensions == nil {
					*extensions = map[string]any{}
				}
				tags := map[string]any{}
				for _, extensions := range []map[string]any{property.Value.Extensions, property.Extensions} {
					own, _ := extensions["x-oapi-codegen-extra-tags"].(map[string]any)
					maps.Copy(tags, own)
				}
				tags[nullMark] = "1"
				(*extensions)["x-oapi-codegen-extra-tags"] = tags
			})
		}
	}
	for _, list := range []openapi3.SchemaRefs{s.AllOf, s.AnyOf, s.OneOf} {
		for _, part := range list {
			n.nullable(part)
		}
	}
	n.nullable(s.Items)
	n.nullable(s.AdditionalProperties.Schema)
}

// admitsNull reports whether a schema says that its values may be null, itself or in a part: in OpenAPI 3.0 a reference
// in allOf has no other place to say it.
func admitsNull(s *openapi3.Schema, seen map[*openapi3.Schema]bool) bool {
	if s == nil || seen[s] {
		return false
	}
	seen[s] = true
	return s.Nullable ||
		slices.ContainsFunc(s.AllOf, func(part *openapi3.SchemaRef) bool { return admitsNull(part.Value, seen) })
}

// schema looks at a schema; at is the component or operation that it is part of.
func (n *normalizer) schema(ref *openapi3.SchemaRef, at string) {
	if ref == nil || ref.Value == nil || n.seen[ref.Value] {
		return
	}
	s := ref.Value
	if name, ok := strings.CutPrefix(ref.Ref, "#/components/schemas/"); ok {
		at = name
	}
	n.seen[s] = true
	if s.Type.Is("string") && s.Format == "binary" && !n.files[s] {
		n.edit(func() { s.Format = "" })
	}
	for _, list := range []*openapi3.SchemaRefs{&s.AllOf, &s.AnyOf, &s.OneOf} {
		if *list != nil && len(*list) == 0 {
			n.edit(func() { *list = nil })
		}
	}
	if len(s.AllOf) > 0 {
		n.composed = append(n.composed, s)
	}
	n.enum(s)
	n.union(s)
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		property := s.Properties[name]
		n.property(name, property)
		n.nameProperty(name, property, at)
		n.schema(property, at)
	}
	for _, list := range []openapi3.SchemaRefs{s.AllOf, s.AnyOf, s.OneOf} {
		for _, part := range list {
			n.schema(part, at)
		}
	}
	n.nameFurther(s, at)
	n.schema(s.Items, at)
	n.schema(s.AdditionalProperties.Schema, at)
	n.schema(s.Not, at)
}

// union has a branch that is listed twice once, and no discriminator where it could not select each branch: an inline
// one has no name (OpenAPI 3.0.3 §4.7.25).
func (n *normalizer) union(s *openapi3.Schema) {
	for _, list := range []*openapi3.SchemaRefs{&s.OneOf, &s.AnyOf} {
		var once openapi3.SchemaRefs
		inline := false
		for _, branch := range *list {
			same := func(other *openapi3.SchemaRef) bool { return branch.Ref != "" && other.Ref == branch.Ref }
			if !slices.ContainsFunc(once, same) {
				once = append(once, branch)
			}
			inline = inline || branch.Ref == ""
		}
		if len(once) < len(*list) {
			n.edit(func() { *list = once })
		}
		if inline && s.Discriminator != nil {
			n.edit(func() { s.Discriminator = nil })
		}
	}
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

// settle takes what no type shows out of the parts of allOf, where parts would contradict each other. What one shares
// with another is compared again, so that the order in which they are found makes no difference: things are only ever
// taken out.
func (n *normalizer) settle() {
	for changed := true; changed; {
		changed = false
		for _, s := range n.composed {
			changed = n.allOf(s) || changed
		}
	}
}

// allOf reports whether it changed something.
func (n *normalizer) allOf(s *openapi3.Schema) (changed bool) {
	quiet := func(p *openapi3.Schema) {
		if p.ReadOnly || p.WriteOnly || p.Default != nil || p.Format != "" && p.Type == nil || p.Deprecated ||
			p.Example != nil {
			n.edit(func() {
				p.ReadOnly, p.WriteOnly, p.Default, p.Deprecated, p.Example = false, false, nil, false, nil
				if p.Type == nil {
					p.Format = ""
				}
				changed = true
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
	reached := map[*openapi3.Schema]bool{}
	var collect func(p *openapi3.Schema)
	collect = func(p *openapi3.Schema) {
		if p == nil || reached[p] {
			return
		}
		reached[p] = true
		parts = append(parts, p)
		for _, part := range p.AllOf {
			collect(part.Value)
		}
	}
	collect(s)
	flags := slices.ContainsFunc(parts, func(p *openapi3.Schema) bool {
		return p.ReadOnly != parts[0].ReadOnly || p.WriteOnly != parts[0].WriteOnly
	})
	formats := map[string]bool{}
	for _, p := range parts {
		// None is another one: that of a part of parts, too, and of one that says nothing of a type.
		if p.Type != nil || len(s.AllOf) > 1 && (p != s || len(p.AllOf) == 0) {
			formats[p.Format] = true
		}
	}
	var none openapi3.ExclusiveBound
	for _, p := range parts {
		if len(s.AllOf) > 1 && (p.Default != nil || p.UniqueItems || p.AllowEmptyValue || p.ExclusiveMin != none ||
			p.ExclusiveMax != none) {
			n.edit(func() {
				p.Default, p.UniqueItems, p.AllowEmptyValue, changed = nil, false, false, true
				p.ExclusiveMin, p.ExclusiveMax = none, none
			})
		}
	}
	for _, p := range parts {
		if (flags || len(formats) > 1) && (p.ReadOnly || p.WriteOnly) {
			n.edit(func() { p.ReadOnly, p.WriteOnly, changed = false, false, true })
		}
		if len(formats) > 1 && p.Format != "" && !n.files[p] {
			n.edit(func() { p.Format, changed = "", true })
		}
	}
	return changed
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
	if len(count) == len(s.Enum) &&
		!slices.ContainsFunc(s.Enum, func(v any) bool { return strings.TrimSpace(fmt.Sprint(v)) == "" }) {
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
			key = letters(
				strings.NewReplacer("-", "Minus", "+", "Plus", "_", "Under", ".", "Dot", "/", "Slash").Replace(name),
			)
		}
		// What needs no other name keeps its own.
		own := count[strings.ToLower(letters(name))] == 1 && strings.TrimSpace(name) != "" && !used[strings.ToLower(key)]
		unique := cmp.Or(key, "Value")
		for suffix := 'B'; used[strings.ToLower(unique)]; suffix++ {
			unique = cmp.Or(key, "Value") + string(suffix)
		}
		used[strings.ToLower(unique)] = true
		if own {
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
	for name, ref := range schemas {
		if ref.Value != nil {
			inside(name, ref.Value, 0)
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
					e.owner.Required = slices.DeleteFunc(
						slices.Clone(e.owner.Required),
						func(f string) bool { return f == e.field },
					)
				})
			}
		}
	}
	if aliasesLead(schemas) {
		n.quirks.arrays = true
	}
	for _, property := range n.marked {
		for _, ref := range append([]*openapi3.SchemaRef{property}, property.Value.AllOf...) {
			// go/types and the compiler panic over an alias that an instance of a generic type leads back to.
			if s := ref.Value; ref.Ref != "" && s != nil && s.Type.Is("array") && leadsBack(s) {
				n.quirks.arrays = true
			}
		}
	}
}

// aliasesLead reports whether a component that is a list leads back to itself by what would be aliases: lists,
// references and what allOf is of, also by way of maps and lists that have no name. A struct, or a map with a name, is
// a type.
func aliasesLead(schemas openapi3.Schemas) bool {
	var names func(ref *openapi3.SchemaRef, whole bool) []string // the components that a type is spelled with
	names = func(ref *openapi3.SchemaRef, whole bool) (all []string) {
		if ref == nil || ref.Value == nil {
			return nil
		}
		if name, ok := strings.CutPrefix(ref.Ref, "#/components/schemas/"); ok {
			return []string{name}
		}
		s := ref.Value
		if len(s.Properties)+len(s.AnyOf)+len(s.OneOf) > 0 {
			return nil
		}
		for _, part := range s.AllOf {
			all = append(all, names(part, whole)...)
		}
		if s.Type.Is("array") {
			all = append(all, names(s.Items, false)...)
		}
		if !whole {
			all = append(all, names(s.AdditionalProperties.Schema, false)...)
		}
		return all
	}
	const entered, left = 1, 2
	state := map[string]int{}
	var leads func(name string) bool
	leads = func(name string) bool {
		if state[name] != 0 {
			return state[name] == entered
		}
		state[name] = entered
		found := slices.ContainsFunc(names(schemas[name], true), leads)
		state[name] = left
		return found
	}
	return slices.ContainsFunc(slices.Collect(maps.Keys(schemas)), leads)
}

// leadsBack reports whether a schema has itself somewhere in it.
func leadsBack(whole *openapi3.Schema) bool {
	seen := map[*openapi3.Schema]bool{}
	var visit func(s *openapi3.Schema) bool
	visit = func(s *openapi3.Schema) bool {
		if s == nil || seen[s] {
			return s == whole && s != nil
		}
		seen[s] = true
		for _, refs := range []openapi3.SchemaRefs{
			{s.Items, s.AdditionalProperties.Schema, s.Not}, s.AllOf, s.AnyOf, s.OneOf,
			slices.Collect(maps.Values(s.Properties)),
		} {
			if slices.ContainsFunc(refs, func(ref *openapi3.SchemaRef) bool { return ref != nil && visit(ref.Value) }) {
				return true
			}
		}
		return false
	}
	return visit(whole)
}
