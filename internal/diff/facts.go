// Package diff says what changed between two descriptions of an API for the operations that a client calls, and how
// bad it is for a client that was built on the old one and calls a server that follows the new one.
//
// In go two trees of YAML nodes, Swagger 2.0, OpenAPI 3.0 or 3.1 in any combination, and the operations that matter.
// [Flatten] reads each into [Facts], which are free of encoding: references are followed, allOf is folded, component
// names are dropped, form parameters are a body, null types are a flag. [Compare] judges every fact that is not the
// same on both sides by the table in rules.go and returns one [Finding] for each, sorted.
//
// Only what the operations reach is visited, and each schema once: the cost is linear in that, and whatever is broken
// elsewhere in a document is never looked at. Schemas may contain themselves through properties, items, map values or
// the branches of oneOf and anyOf. Two schemas are the same when their unrolled trees are the same, however the cycle
// is written; below a changed recursive schema, a pair of schemas that is already being compared is not entered again.
//
// Refused, with file, line and the chain of references that led there: references that do not resolve or lead out of
// the document, schemas that are part of themselves through allOf alone, and schemas nested deeper than
// [document.MaxRefs].
//
// Where the rules name no place for a fact, these are used: what the items of an array parameter say stands at the
// parameter; a property of an object parameter stands at "parameter query:filter a.b"; the values of a map
// (additionalProperties with a schema) stand at "a.*"; what a branch of oneOf or anyOf says stands at the path itself.
//
// The package also holds the report ([Report]), the waivers ([Waivers]) and the mark of what our own document already
// has ([MarkHandled]). It reads no file and prints nothing.
package diff

import (
	"encoding/json"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Facts is what a document says about a list of operations.
type Facts struct {
	name       string
	root       *yaml.Node
	version    string // info.version
	servers    []string
	operations map[string]*operation // by "POST /path"; those that the document lacks are absent
	wanted     []string              // what was asked for, sorted
	schemas    []*schema             // every schema that the operations reach
	index      func() operations     // of all operations of the document
}

// Operations lists the operations that were asked for and are there, sorted.
func (f *Facts) Operations() []string {
	return slices.DeleteFunc(slices.Clone(f.wanted), func(op string) bool { return f.operations[op] == nil })
}

// fact is one scalar of a document: its value, nil where there is none, and the line where it stands.
type fact struct {
	value any
	line  int
}

type operation struct {
	key        string // "POST /path"
	line       int
	facts      map[string]fact // operationId, deprecated, security and the x- facts that the rules name
	parameters []*parameter    // sorted by location
	variables  []string        // of the path template as this document writes it
	body       *body           // nil without one
	responses  []*response     // sorted by status
	callbacks  map[string]*operation
	tags       []string
	throttling string            // the extension that names its usage-plan group, if it has one
	extensions map[string]string // x- members that are no facts, as JSON
}

type parameter struct {
	in, name string
	line     int
	required fact
	schema   *schema
	facts    map[string]fact // collectionFormat, style and the like
	whole    *parameter      // the exploded object that it is a member of, nil for none
}

func (p *parameter) location() string { return "parameter " + p.in + ":" + p.name }

// id is what makes two parameters the same: header names are case-insensitive (RFC 9110 §5.1).
func (p *parameter) id() string {
	if p.in == "header" {
		return p.in + ":" + strings.ToLower(p.name)
	}
	return p.in + ":" + p.name
}

type body struct {
	line     int
	required fact
	media    []*media
}

// media is one media type of a body and what stands in it.
type media struct {
	name   string
	line   int
	schema *schema
	facts  map[string]map[string]fact // by property of a form: how its value is written
}

// form reports whether the properties of the body are sent as fields.
func (m *media) form() bool {
	return strings.HasPrefix(m.name, "multipart/") || m.name == "application/x-www-form-urlencoded"
}

type response struct {
	status  string // "200", "4XX", "default"
	line    int
	media   []*media
	headers map[string]*parameter // by lower-case name
}

// schema is a schema object with references followed and allOf folded. Its members may lead back to it.
type schema struct {
	line   int
	typ    fact            // "string", "integer|string", nil for any, or what the branches of its unions are
	facts  map[string]fact // by keyword: format, nullable, default, limits, …; see keywords.go
	enum   []fact          // sorted by value; meaningful with closed
	closed bool            // whether enum is given
	listed bool            // whether the type is said by the values of the enum alone
	props  []property      // sorted by name
	items  *schema         // nil where not given
	values *schema         // what additionalProperties allows, nil where that is anything or nothing
	unions []union         // oneOf, anyOf and the children of a discriminator
	opaque []member        // not, if, patternProperties, …: compared as wholes, sorted by key

	id int // its place among the schemas of its document
}

type property struct {
	name     string
	line     int
	schema   *schema
	required fact
}

// union is one oneOf or anyOf, or the children that a discriminator leads to.
type union struct {
	keyword  string // "oneOf", "anyOf" or "discriminator"
	line     int
	branches []branch
}

// branch is an alternative of a union. The name is the component it was referred to by: a hint for pairing branches
// that are not equal, never a fact. The value of the discriminator that selects it is one; "" where none does.
type branch struct {
	name, value string
	schema      *schema
}

// member is a schema below a keyword that is compared as a whole.
type member struct {
	key    string
	schema *schema
}

func (s *schema) property(name string) *property {
	i, ok := slices.BinarySearchFunc(
		s.props,
		name,
		func(p property, name string) int { return strings.Compare(p.name, name) },
	)
	if !ok {
		return nil
	}
	return &s.props[i]
}

func (s *schema) flag(keyword string) bool { return s.facts[keyword].value == true }

// text is a value as canonical JSON, which is what makes two values the same.
func text(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return "?"
	}
	return string(data)
}

func same(a, b any) bool {
	switch x := a.(type) {
	case nil:
		return b == nil
	case string:
		y, ok := b.(string)
		return ok && x == y
	case bool:
		y, ok := b.(bool)
		return ok && x == y
	}
	return b != nil && text(a) == text(b)
}
