package traffic

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/errorcodes"
	"github.com/ringbasic/ringbasic/internal/lazyregexp"
	"github.com/ringbasic/ringbasic/internal/project"
	"github.com/ringbasic/ringbasic/internal/recording"
)

// Anonymous replaces what may be somebody's texts: those of bodies, names of members that are none, what a URL holds.
// Nothing but the description tells which: a text stays where an enumeration is or has it, where it is made of digits
// and signs, which recording.Redactor knows how to treat, and where it is a URL of the vendor's own servers of which
// all is documented. Every other one becomes "Text 1", the same for the same.
type Anonymous struct {
	words    map[string]bool // the values of all enumerations of the description, which are nobody's
	known    map[string]string
	taken    map[string]bool // placeholders that stand for something already
	made     int             // the last placeholder
	sites    map[string]bool // of the vendor's servers
	segments map[string]bool // of paths, without variables
	queries  map[string]bool // names of query parameters
	messages []string        // templates of errors
	capitals bool            // names of members may begin with a capital
}

// NewAnonymous makes one for a document.
func NewAnonymous(root *yaml.Node) *Anonymous {
	a := &Anonymous{
		words: map[string]bool{}, known: map[string]string{}, taken: map[string]bool{},
		sites: map[string]bool{}, segments: map[string]bool{}, queries: map[string]bool{},
	}
	document.Schemas(root, func(schema *yaml.Node) {
		if enum := document.Get(schema, "enum"); enum != nil {
			for _, value := range enum.Content {
				a.words[value.Value] = true
			}
		}
		if properties := document.Get(schema, "properties"); properties != nil {
			for name := range document.Pairs(properties) {
				a.capitals = a.capitals || name.Value != "" && name.Value[0] >= 'A' && name.Value[0] <= 'Z'
			}
		}
	})
	if servers := document.Get(root, "servers"); servers != nil {
		for _, server := range servers.Content {
			if u, err := url.Parse(document.Text(server, "url")); err == nil && u.Hostname() != "" {
				a.sites[site(u.Hostname())] = true
			}
		}
	}
	if paths := document.Get(root, "paths"); paths != nil {
		for path, item := range document.Pairs(paths) {
			a.Learn(path.Value)
			a.learnQueries(item)
			for _, op := range document.Pairs(item) {
				a.learnQueries(op)
			}
		}
	}
	rows, _ := errorcodes.Rows(project.SpecFile, root) // what has none keeps no message
	for _, row := range append(rows, errorcodes.Platform(root)...) {
		if row.Message != "" && !slices.Contains(a.messages, row.Message) {
			a.messages = append(a.messages, row.Message)
		}
	}
	return a
}

func (a *Anonymous) learnQueries(owner *yaml.Node) {
	if list := document.Get(owner, "parameters"); list != nil {
		for _, p := range list.Content {
			if document.Text(p, "in") == "query" {
				a.queries[document.Text(p, "name")] = true
			}
		}
	}
}

// site is a host without the names of single servers: "acme.com", "acme.co.uk".
func site(host string) string {
	labels := strings.Split(strings.ToLower(host), ".")
	n := 2
	if last := len(labels) - 1; last > 0 && len(labels[last]) == 2 && len(labels[last-1]) <= 3 {
		n = 3
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return host
	}
	return strings.Join(labels[max(0, len(labels)-n):], ".")
}

// Learn takes the words of a path, a template or one that is published, for nobody's.
func (a *Anonymous) Learn(path string) {
	path, _, _ = strings.Cut(path, "?")
	for _, segment := range strings.Split(path, "/") {
		if !strings.Contains(segment, "{") {
			a.segments[segment] = true
		}
	}
}

// Assign makes published stand for a text from now on, if nothing does yet: so a new recording of an exchange has the
// texts of the old one. Without a text it is only set aside.
func (a *Anonymous) Assign(text, published string) {
	if a.taken[published] = true; text != "" && a.known[text] == "" {
		a.known[text] = published
	}
	if u, err := url.Parse(published); err == nil && u.Host != "" && a.sites[site(u.Hostname())] {
		a.Learn(u.Path)
	}
}

// madeUp is what a URL of somebody else becomes, before its number.
const madeUp = "https://example.com/text-"

// IsPlaceholder tells whether s stands for a URL of somebody else.
func IsPlaceholder(s string) bool { return strings.HasPrefix(s, madeUp) }

var (
	digitsOnly = lazyregexp.New(`^[0-9][0-9:.+TZ-]{0,39}$`)
	machine    = lazyregexp.New(`^\+?[0-9]{3,20}$`)
	isURL      = lazyregexp.New(`(?i)^https?:`)
	memberName = lazyregexp.New(`^_?[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*$`)
	codeName   = lazyregexp.New(`^[A-Za-z][A-Za-z0-9_.-]{0,59}$`)
	nameInPath = lazyregexp.New(`^[A-Za-z_][A-Za-z0-9_.\[\]-]{0,79}$`)
	bracketed  = lazyregexp.New(`\[[^\[\]]*\]`)
)

// isName tells whether an undocumented member may be recorded with its name.
func (a *Anonymous) isName(s string) bool {
	return len(s) <= 40 && memberName().MatchString(s) && (a.capitals || s[0] < 'A' || s[0] > 'Z')
}

// says gives what an error says to programs and people, as far as the description has it.
func (a *Anonymous) says(member, text string) (said string, ok bool) {
	switch member {
	case "errorCode", "error":
		return text, codeName().MatchString(text)
	case "parameterName", "permissionName":
		return text, nameInPath().MatchString(text)
	case "message", "error_description":
		if slices.ContainsFunc(a.messages, func(m string) bool { return errorcodes.Match(m, text) }) {
			return bracketed().ReplaceAllStringFunc(text, func(value string) string {
				inner := value[1 : len(value)-1]
				if inner == "" || nameInPath().MatchString(inner) || a.stays(inner, nil) {
					return value
				}
				return "[" + a.text(inner) + "]"
			}), true
		}
	}
	return "", false
}

// Body replaces the texts of a JSON body, whose schema is in content; that of a failure keeps its message, if that is
// documented. It is false if the body, whatever its media type, cannot be read as JSON, has a member twice
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
	where := anywhere
	if status >= http.StatusBadRequest {
		where = failure
	}
	a.walk(value, schemas, "", where)
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

// place is what a value of a body is.
type place int

const (
	anywhere place = iota
	failure        // what an error answers
	list           // its list of errors
	entry          // one of these
	said           // what one of those says
)

// inside is what the member name of something at a place is.
func (p place) inside(name string, isList bool) place {
	switch {
	case p == failure && name == "errors" && isList:
		return list
	case (p == failure || p == entry) && !isList:
		return said
	}
	return anywhere
}

// walk goes as deep as the body does, which is at most document.MaxDepth.
func (a *Anonymous) walk(n *yaml.Node, schemas []*openapi3.Schema, key string, where place) {
	switch n.Kind {
	case yaml.MappingNode:
		for name, value := range document.Pairs(n) {
			var inner []*openapi3.Schema
			named, isMap := false, false
			for _, s := range schemas {
				if p := s.Properties[name.Value]; p != nil {
					inner, named = parts(p.Value, inner), true
				}
			}
			for _, s := range schemas {
				if p := s.AdditionalProperties.Schema; p != nil && !named {
					inner, isMap = parts(p.Value, inner), true
				}
			}
			a.walk(value, inner, name.Value, where.inside(name.Value, value.Kind == yaml.SequenceNode))
			if !named && (isMap || !a.isName(name.Value)) && !a.stays(name.Value, nil) {
				*name = *document.String(a.text(name.Value))
			}
		}
	case yaml.SequenceNode:
		var inner []*openapi3.Schema
		for _, s := range schemas {
			if s.Items != nil {
				inner = parts(s.Items.Value, inner)
			}
		}
		next := anywhere
		if where == list {
			next = entry
		}
		for _, item := range n.Content {
			a.walk(item, inner, key, next)
		}
	case yaml.ScalarNode:
		if n.Tag != "!!str" || a.stays(n.Value, schemas) {
			return
		}
		text, ok := "", false
		if where == said {
			text, ok = a.says(key, n.Value)
		}
		if !ok {
			text = a.text(n.Value)
		}
		if text != n.Value {
			*n = *document.String(text)
		}
	}
}

func (a *Anonymous) stays(text string, schemas []*openapi3.Schema) bool {
	for _, s := range schemas {
		if len(s.Enum) > 0 {
			return plainWord().MatchString(text)
		}
	}
	return text == "" || a.words[text] || digitsOnly().MatchString(text) || machine().MatchString(text) ||
		text == recording.Token || a.isOwn(text)
}

// isOwn tells whether a text is a URL, with or without a host, of the vendor's, in which all is documented.
func (a *Anonymous) isOwn(text string) bool {
	if !isURL().MatchString(text) && !strings.HasPrefix(text, "/") {
		return false
	}
	u, err := url.Parse(text)
	if err != nil || u.User != nil || u.Fragment != "" || u.Opaque != "" || u.Host != "" && !a.sites[site(u.Hostname())] {
		return false
	}
	for _, segment := range strings.Split(u.Path, "/") {
		if !a.segments[segment] && segment != "~" && segment != "" && !machine().MatchString(segment) &&
			!digitsOnly().MatchString(segment) {
			return false
		}
	}
	query, err := url.ParseQuery(u.RawQuery)
	for name, values := range query {
		if !a.queries[name] || slices.ContainsFunc(values, func(v string) bool {
			return v != "true" && v != "false" && !a.stays(v, nil)
		}) {
			return false
		}
	}
	return err == nil
}

// Location replaces what the header Location has that is not documented.
func (a *Anonymous) Location(h http.Header) {
	for i, v := range h["Location"] {
		if v != "" && !a.isOwn(v) && !strings.HasPrefix(v, madeUp) {
			if !isURL().MatchString(v) {
				v = "https:" + v
			}
			h["Location"][i] = a.text(v)
		}
	}
}

// Target replaces what the path and the query of a request have that is not documented: path fits template.
func (a *Anonymous) Target(template, path, query string, parameters openapi3.Parameters) string {
	find := func(in, name string) *openapi3.Parameter {
		for _, ref := range parameters {
			if ref.Value != nil && ref.Value.In == in && ref.Value.Name == name {
				return ref.Value
			}
		}
		return nil
	}
	keep := func(text string, p *openapi3.Parameter) bool {
		var schemas []*openapi3.Schema
		if p != nil && p.Schema != nil {
			schemas = parts(p.Schema.Value, nil)
			for _, s := range schemas {
				if s.Items != nil {
					schemas = parts(s.Items.Value, schemas)
				}
			}
		}
		return text == "~" || text == "true" || text == "false" || a.stays(text, schemas) ||
			// A built-in value is named in the prose.
			p != nil && strings.Contains(text, "-") && pathWord().MatchString(text) && strings.Contains(p.Description, text)
	}
	segments := strings.Split(path, "/")
	for i, name := range strings.Split(template, "/") {
		name, variable := strings.CutPrefix(name, "{")
		if !variable || i >= len(segments) {
			continue
		}
		text, err := url.PathUnescape(segments[i])
		if err != nil || !keep(text, find("path", strings.TrimSuffix(name, "}"))) {
			segments[i] = strings.ReplaceAll(a.text(text), " ", "-")
		}
	}
	path = strings.Join(segments, "/")
	if query == "" {
		return path
	}
	pairs := strings.Split(query, "&")
	for i, pair := range pairs {
		key, value, hasValue := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(key)
		p := find("query", name)
		if err != nil || p == nil && !a.isName(name) {
			key = url.QueryEscape(a.text(name))
		}
		if hasValue {
			values := strings.Split(value, ",")
			for j, v := range values {
				text, err := url.QueryUnescape(v)
				if err != nil || !keep(text, p) {
					values[j] = url.QueryEscape(a.text(text))
				}
			}
			key += "=" + strings.Join(values, ",")
		}
		pairs[i] = key
	}
	return path + "?" + strings.Join(pairs, "&")
}

func (a *Anonymous) text(s string) string {
	for a.known[s] == "" {
		a.made++
		placeholder := fmt.Sprintf("Text %d", a.made)
		if isURL().MatchString(s) {
			placeholder = fmt.Sprintf("%s%d", madeUp, a.made)
		}
		if !a.taken[placeholder] {
			a.known[s] = placeholder
		}
	}
	return a.known[s]
}
