package diff

import (
	"maps"
	"mime"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// swaggerBody is the body of a Swagger 2.0 operation: its body parameter, or its form fields as one object.
func (r *reader) swaggerBody(params []parameterNode, consumes []fact) *body {
	var fields []property
	var files bool
	written := map[string]map[string]fact{}
	var b *body
	for _, p := range params {
		switch document.Text(p.node, "in") {
		case "body":
			b = &body{line: p.line}
			if v := document.Get(p.node, "required"); isTrue(v) {
				b.required = scalar(v)
			}
			content := r.schema(document.Get(p.node, "schema"), p.line)
			for _, name := range orDefault(consumes, "application/json", p.line) {
				b.media = append(b.media, &media{name: name.value.(string), line: name.line, schema: content})
			}
		case "formData":
			field := property{name: document.Text(p.node, "name"), line: p.line, schema: r.schema(p.node, p.line)}
			if v := document.Get(p.node, "required"); isTrue(v) {
				field.required = scalar(v)
			}
			if how := r.written(field.schema, p.node, "", p.line); how.value != nil {
				written[field.name] = map[string]fact{"style": how}
			}
			files = files || document.Text(p.node, "type") == "file"
			fields = append(fields, field)
		}
	}
	if len(fields) == 0 {
		sortMedia(b)
		return b
	}
	form := &schema{line: fields[0].line, typ: fact{"object", fields[0].line}, facts: map[string]fact{}, props: fields}
	slices.SortFunc(form.props, func(a, b property) int { return strings.Compare(a.name, b.name) })
	r.all = append(r.all, form)
	b = &body{line: fields[0].line}
	for _, field := range fields {
		if field.required.value != nil && b.required.value == nil {
			b.required = field.required
		}
	}
	otherwise := "application/x-www-form-urlencoded"
	if files {
		otherwise = "multipart/form-data"
	}
	for _, name := range orDefault(consumes, otherwise, form.line) {
		b.media = append(b.media, &media{name: name.value.(string), line: name.line, schema: form, facts: written})
	}
	sortMedia(b)
	return b
}

func orDefault(types []fact, name string, line int) []fact {
	if len(types) > 0 {
		return types
	}
	return []fact{{name, line}}
}

func sortMedia(b *body) {
	if b != nil {
		slices.SortFunc(b.media, func(a, b *media) int { return strings.Compare(a.name, b.name) })
	}
}

// mediaTypes lists consumes or produces of a Swagger 2.0 operation, or else of the document.
func (r *reader) mediaTypes(op *yaml.Node, key string) []fact {
	list := document.Get(op, key)
	if list == nil {
		list = document.Get(r.root, key)
	}
	if !r.repeat(list, len(items(list))) {
		return nil
	}
	var types []fact
	seen := map[string]bool{}
	for _, n := range items(list) {
		if name := mediaName(n.Value); !seen[name] {
			seen[name] = true
			types = append(types, fact{name, n.Line})
		}
	}
	return types
}

func (r *reader) requestBody(n *yaml.Node) *body {
	target, leave := r.follow(n)
	defer leave()
	if target == nil || target.Kind != yaml.MappingNode {
		return nil
	}
	b := &body{line: target.Line, media: r.content(document.Get(target, "content"))}
	if v := document.Get(target, "required"); isTrue(v) {
		b.required = scalar(v)
	}
	return b
}

func (r *reader) content(n *yaml.Node) []*media {
	var list []*media
	for name, value := range document.Pairs(n) {
		if !r.repeat(name, 1) {
			return nil
		}
		m := &media{
			name:   mediaName(name.Value),
			line:   name.Line,
			schema: r.schema(document.Get(value, "schema"), name.Line),
		}
		if r.binary(m) {
			m.schema = r.file(m.schema)
		}
		if m.form() {
			r.encode(m, document.Get(value, "encoding"))
		}
		list = append(list, m)
	}
	slices.SortStableFunc(list, func(a, b *media) int { return strings.Compare(a.name, b.name) })
	return slices.CompactFunc(list, func(a, b *media) bool { return a.name == b.name })
}

// binary reports whether a whole body is bytes: string with format binary in OpenAPI 3.0, an empty or absent schema or
// contentMediaType in 3.1 (OpenAPI 3.1.1, "Migrating binary descriptions from OAS 3.0").
func (r *reader) binary(m *media) bool {
	s := m.schema
	if m.form() || isJSON(m.name) || strings.HasPrefix(m.name, "text/") || strings.HasSuffix(m.name, "xml") {
		return false
	}
	if s.blank() {
		return !strings.Contains(m.name, "*")
	}
	for keyword, f := range s.facts {
		if keyword != "contentMediaType" && (keyword != "format" || f.value != "binary") {
			return false
		}
	}
	plain := !s.closed && s.props == nil && s.items == nil && s.values == nil && s.unions == nil && s.opaque == nil
	return plain && len(s.facts) > 0 && (s.typ.value == nil || s.typ.value == "string")
}

// file is the schema of bytes, at the line of s.
func (r *reader) file(s *schema) *schema {
	file := &schema{line: s.line, typ: fact{"string", s.line}, facts: map[string]fact{"format": {"binary", s.line}}}
	r.all = append(r.all, file)
	return file
}

func isJSON(media string) bool {
	name, _, _ := strings.Cut(media, ";")
	return name == "application/json" || strings.HasSuffix(name, "+json")
}

// encode keeps how each field of a form is written, with what the specification takes for granted spelt out.
func (r *reader) encode(m *media, encodings *yaml.Node) {
	m.facts = map[string]map[string]fact{}
	if !r.repeat(encodings, len(m.schema.props)) {
		return
	}
	for _, field := range m.schema.props {
		encoding := r.resolver.Get(encodings, field.name)
		facts := map[string]fact{}
		line := field.line
		if encoding != nil {
			line = encoding.Line
		}
		contentType := document.Text(encoding, "contentType")
		if names := contentTypes(contentType); contentType != "" &&
			!slices.Equal(names, []string{partType(field.schema)}) {
			facts["contentType"] = fact{strings.Join(names, ", "), document.Get(encoding, "contentType").Line}
		}
		// In a multipart body style is for text alone, and each item of a list is a part of its own.
		otherwise := "form"
		if strings.HasPrefix(m.name, "multipart/") && field.schema.isAny("object") {
			otherwise = ""
		}
		if how := r.written(field.schema, encoding, otherwise, line); how.value != nil && how.value != "" {
			facts["style"] = how
		}
		for name, header := range document.Pairs(document.Get(encoding, "headers")) {
			target, leave := r.follow(header)
			if isTrue(document.Get(target, "required")) && !strings.EqualFold(name.Value, "content-type") {
				facts["header "+strings.ToLower(name.Value)] = fact{true, name.Line}
			}
			leave()
		}
		if len(facts) > 0 {
			m.facts[field.name] = facts
		}
	}
}

// contentTypes are the media types of a list with commas, sorted.
func contentTypes(list string) []string {
	var names []string
	for name := range strings.SplitSeq(list, ",") {
		names = append(names, mediaName(name))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// partType is the content type of a multipart property without an encoding (OpenAPI 3.0.3 §4.7.15.1).
func partType(s *schema) string {
	switch {
	case s.typ.value == "array" && s.items != nil && s.items != s:
		return partType(&schema{typ: s.items.typ, facts: s.items.facts})
	case s.typ.value == "object":
		return "application/json"
	case s.facts["format"].value == "binary" || s.facts["format"].value == "byte":
		return "application/octet-stream"
	}
	return "text/plain"
}

func (r *reader) response(status, n, op *yaml.Node) *response {
	r.repeat(status, 1)
	target, leave := r.follow(n)
	defer leave()
	resp := &response{status: status.Value, line: status.Line, headers: map[string]*parameter{}}
	if status.Value != "default" {
		resp.status = strings.ToUpper(status.Value)
	}
	if r.family != "2.0" {
		resp.media = r.content(document.Get(target, "content"))
	} else if s := document.Get(target, "schema"); s != nil {
		content := r.schema(s, s.Line)
		for _, name := range orDefault(r.mediaTypes(op, "produces"), "application/json", status.Line) {
			resp.media = append(resp.media, &media{name: name.value.(string), line: name.line, schema: content})
		}
		slices.SortFunc(resp.media, func(a, b *media) int { return strings.Compare(a.name, b.name) })
	}
	for name, header := range document.Pairs(document.Get(target, "headers")) {
		if r.ignored(name.Value, "content-type") || strings.HasPrefix(strings.ToLower(name.Value), "access-control-") {
			continue // the latter are between a browser and the server (CORS): no client reads them
		}
		object, leave := r.follow(header)
		if object != nil && object.Kind == yaml.MappingNode {
			h := r.parameter(parameterNode{object, name.Line})
			h.in, h.name = "header", name.Value
			resp.headers[strings.ToLower(name.Value)] = h
		}
		leave()
	}
	return resp
}

// mediaName is a media type as it compares: type and parameter names are case-insensitive, and values may be quoted
// (RFC 9110 §8.3). The charset of JSON and of text says nothing about what is in it. What is no media type is compared
// as it stands.
func mediaName(s string) string {
	name, params, err := mime.ParseMediaType(s)
	if err != nil {
		return strings.ToLower(strings.TrimSpace(s))
	}
	if isJSON(name) || strings.HasPrefix(name, "text/") {
		delete(params, "charset")
	}
	for _, key := range slices.Sorted(maps.Keys(params)) {
		value := params[key]
		if key == "charset" {
			value = strings.ToLower(value)
		}
		name += ";" + key + "=" + value
	}
	return name
}
