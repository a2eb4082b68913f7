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
		b.media = append(b.media, &media{name: name.value.(string), line: name.line, schema: form})
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
		m := &media{name: mediaName(name.Value), line: name.Line, schema: r.schema(document.Get(value, "schema"), name.Line)}
		for prop, encoding := range document.Pairs(document.Get(value, "encoding")) {
			m.encode(prop.Value, encoding)
		}
		list = append(list, m)
	}
	slices.SortStableFunc(list, func(a, b *media) int { return strings.Compare(a.name, b.name) })
	return slices.CompactFunc(list, func(a, b *media) bool { return a.name == b.name })
}

// encode keeps how a property is sent as a part, where that is not what the specification takes for granted.
func (m *media) encode(prop string, encoding *yaml.Node) {
	contentType := document.Get(encoding, "contentType")
	field := m.schema.property(prop)
	if contentType == nil || field != nil && mediaName(contentType.Value) == partType(field.schema) {
		return
	}
	if m.facts == nil {
		m.facts = map[string]map[string]fact{}
	}
	m.facts[prop] = map[string]fact{"contentType": {mediaName(contentType.Value), contentType.Line}}
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
		if r.ignored(name.Value, "content-type") {
			continue
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

// mediaName is a media type as it compares: type, parameter names and charsets are case-insensitive, and values may be
// quoted (RFC 9110 §8.3). What is no media type is compared as it stands.
func mediaName(s string) string {
	name, params, err := mime.ParseMediaType(s)
	if err != nil {
		return strings.ToLower(strings.TrimSpace(s))
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
