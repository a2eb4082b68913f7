package traffic

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/lazyregexp"
)

// Anonymous replaces the texts of bodies that may be somebody's. Nothing but the description tells which: a text stays
// where an enumeration is or has it, and where it is made of digits and signs or is a URL, which recording.Redactor
// knows how to treat; every other one becomes "Text 1", the same for the same.
type Anonymous struct {
	words map[string]bool // the values of all enumerations of the description, which are nobody's
	known map[string]string
	taken map[string]bool // placeholders that stand for something already
	made  int             // the last placeholder
}

// NewAnonymous makes one for a document's enumerations.
func NewAnonymous(root *yaml.Node) *Anonymous {
	a := &Anonymous{words: map[string]bool{}, known: map[string]string{}, taken: map[string]bool{}}
	document.Schemas(root, func(schema *yaml.Node) {
		if enum := document.Get(schema, "enum"); enum != nil {
			for _, value := range enum.Content {
				a.words[value.Value] = true
			}
		}
	})
	return a
}

// Assign makes published stand for a text from now on, if nothing does yet: so a new recording of an exchange has the
// texts of the old one. Without a text it is only set aside.
func (a *Anonymous) Assign(text, published string) {
	if a.taken[published] = true; text != "" && a.known[text] == "" {
		a.known[text] = published
	}
}

var (
	digitsOnly = lazyregexp.New(`^[0-9][0-9:.+TZ-]{0,39}$`)
	machine    = lazyregexp.New(`^(\+?[0-9]{3,20}|https?://.*)$`)
)

// errorTexts are what error bodies say for programs, and the message, whose template is documented.
var errorTexts = map[string]bool{
	"errorCode":         true,
	"message":           true,
	"parameterName":     true,
	"permissionName":    true,
	"error":             true,
	"error_description": true,
}

// Body replaces the texts of a JSON body, whose schema is in content; that of a failure keeps its message, whose
// template is documented. It is false if the body, whatever its media type, cannot be read as JSON, has a member twice
// or is nested too deep: then somebody's texts may stand in it.
func (a *Anonymous) Body(h http.Header, body []byte, content openapi3.Content, status int) ([]byte, bool) {
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	text := bytes.TrimSpace(bytes.TrimPrefix(body, byteOrderMark))
	if len(text) == 0 {
		return body, true
	}
	root, err := document.ParseYAML("body", slices.Concat([]byte(`{"x":`), text, []byte("}")))
	if err != nil || !json.Valid(text) { // it may be YAML
		return nil, false
	}
	var schemas []*openapi3.Schema
	if m := mediaOf(content, kind); m != nil && m.Schema != nil {
		schemas = parts(m.Schema.Value, nil)
	}
	value := document.Get(root, "x")
	a.walk(value, schemas, "", status >= http.StatusBadRequest)
	var out bytes.Buffer
	if json.Indent(&out, document.JSON(value), "", "  ") != nil {
		return nil, false
	}
	return out.Bytes(), true
}

// parts are all schemas that a value may have to do with: those of allOf, anyOf and oneOf, too.
func parts(s *openapi3.Schema, list []*openapi3.Schema) []*openapi3.Schema {
	if s == nil || len(list) > maxViews {
		return list
	}
	for _, one := range list {
		if one == s {
			return list
		}
	}
	list = append(list, s)
	for _, refs := range []openapi3.SchemaRefs{s.AllOf, s.AnyOf, s.OneOf} {
		for _, ref := range refs {
			list = parts(ref.Value, list)
		}
	}
	return list
}

// walk goes as deep as the body does, which is at most document.MaxDepth.
func (a *Anonymous) walk(n *yaml.Node, schemas []*openapi3.Schema, key string, failed bool) {
	switch n.Kind {
	case yaml.MappingNode:
		for name, value := range document.Pairs(n) {
			var inner []*openapi3.Schema
			for _, s := range schemas {
				if p := s.Properties[name.Value]; p != nil {
					inner = parts(p.Value, inner)
				}
			}
			a.walk(value, inner, name.Value, failed)
		}
	case yaml.SequenceNode:
		var inner []*openapi3.Schema
		for _, s := range schemas {
			if s.Items != nil {
				inner = parts(s.Items.Value, inner)
			}
		}
		for _, item := range n.Content {
			a.walk(item, inner, key, failed)
		}
	case yaml.ScalarNode:
		if n.Tag == "!!str" && !a.stays(n.Value, schemas, key, failed) {
			*n = *document.String(a.text(n.Value))
		}
	}
}

func (a *Anonymous) stays(text string, schemas []*openapi3.Schema, key string, failed bool) bool {
	for _, s := range schemas {
		if len(s.Enum) > 0 {
			return plainWord().MatchString(text)
		}
	}
	return text == "" || a.words[text] || failed && errorTexts[key] || digitsOnly().MatchString(text) ||
		machine().MatchString(text) ||
		strings.HasPrefix(text, "{{")
}

func (a *Anonymous) text(s string) string {
	for a.known[s] == "" {
		a.made++
		if placeholder := fmt.Sprintf("Text %d", a.made); !a.taken[placeholder] {
			a.known[s] = placeholder
		}
	}
	return a.known[s]
}
