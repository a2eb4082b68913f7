package document

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Misfit is a value of another kind than the specification has there: a text where a list is to be.
type Misfit struct {
	Node  *yaml.Node
	Where string // `in POST path "/things": parameter "q": in`, `schema "Thing": property "size": maxLength`
	What  string // "a list"
}

func (m Misfit) String() string {
	return fmt.Sprintf("%s: %.40s is to be %s", m.Where, JSON(m.Node), m.What)
}

// expected is what a value is to be, in words and as YAML's tags.
type expected struct {
	what  string
	tags  []string
	items *expected // of a list
}

var (
	aText      = expected{what: "text", tags: []string{"!!str", "!!timestamp"}}
	aNumber    = expected{what: "a number", tags: []string{"!!int", "!!float"}}
	anInteger  = expected{what: "an integer", tags: []string{"!!int"}}
	aBool      = expected{what: "true or false", tags: []string{"!!bool"}}
	aList      = expected{what: "a list", tags: []string{"!!seq"}}
	texts      = expected{what: "a list", tags: []string{"!!seq"}, items: &aText}
	anObject   = expected{what: "an object", tags: []string{"!!map"}}
	anObjectOr = expected{what: "an object, true or false", tags: []string{"!!map", "!!bool"}}
)

// kindsOf says what the keywords of an object hold that are not objects themselves (Swagger 2.0; OpenAPI 3.0.3 §4.7).
// The versions differ in the discriminator alone, which is a text in Swagger 2.0.
var kindsOf = map[Kind]map[string]expected{
	operationObject: keywords(
		aText, "operationId summary description",
		aBool, "deprecated",
		texts, "tags consumes produces schemes",
		aList, "security",
	),
	parameterObject: keywords(
		aText, "$ref name in description style type format pattern collectionFormat",
		aBool, "required deprecated allowEmptyValue allowReserved explode uniqueItems",
		aBool, "exclusiveMaximum exclusiveMinimum",
		aNumber, "multipleOf maximum minimum",
		anInteger, "maxLength minLength maxItems minItems",
		aList, "enum",
	),
	requestBodyObject: keywords(aText, "$ref description", aBool, "required"),
	responseObject:    keywords(aText, "$ref description"),
	encodingObject:    keywords(aText, "contentType style", aBool, "explode allowReserved"),
	schemaObject: keywords(
		aText, "$ref title description format pattern",
		expected{what: "text", tags: []string{"!!str", "!!seq"}}, "type",
		aNumber, "multipleOf maximum minimum",
		anInteger, "maxLength minLength maxItems minItems maxProperties minProperties",
		aBool, "exclusiveMaximum exclusiveMinimum uniqueItems nullable readOnly writeOnly deprecated",
		texts, "required",
		aList, "enum",
		anObject, "discriminator",
		anObjectOr, "additionalProperties unevaluatedProperties unevaluatedItems",
	),
}

// keywords makes a map of pairs: what is expected, and of which keywords.
func keywords(pairs ...any) map[string]expected {
	m := map[string]expected{}
	for i := 0; i < len(pairs); i += 2 {
		for _, key := range strings.Fields(pairs[i+1].(string)) {
			m[key] = pairs[i].(expected)
		}
	}
	return m
}

// Misfits lists what cannot be read for its kind in the paths and components of a document of Swagger 2.0 or OpenAPI
// 3.0, in their order. A null counts as left out.
func Misfits(root *yaml.Node) []Misfit {
	m := misfits{swagger: Get(root, "swagger") != nil}
	for _, key := range []string{"paths", "parameters", "responses", "definitions", "components"} {
		if value := Get(root, key); value != nil {
			m.held("", key, value, lookup(RootObject, key).field)
		}
	}
	return m.list
}

type misfits struct {
	swagger bool
	list    []Misfit
}

// check notes a value that is not what is expected. where is what the value is within, and what it is.
func (m *misfits) check(where string, n *yaml.Node, want expected) bool {
	if tag := n.ShortTag(); tag != "!!null" && !slices.Contains(want.tags, tag) {
		m.list = append(m.list, Misfit{n, where, want.what})
		return false
	}
	if want.items != nil {
		for _, item := range n.Content {
			m.check(where, item, *want.items)
		}
	}
	return true
}

func (m *misfits) object(where string, n *yaml.Node, k Kind) {
	for key, value := range Pairs(n) {
		want, told := kindsOf[k][key.Value]
		if key.Value == "discriminator" && m.swagger {
			want = aText
		}
		if told && !m.check(where+key.Value, value, want) {
			continue
		}
		if f := lookup(k, key.Value).field; f.kind > extension {
			m.held(where, key.Value, value, f)
		}
	}
}

// held treats the value of a key by the shape in which it holds objects.
func (m *misfits) held(where, key string, n *yaml.Node, f field) {
	switch {
	case f.shape == list:
		if !m.check(where+key, n, aList) {
			return
		}
		for _, item := range n.Content {
			if !m.check(where+key, item, anObject) {
				continue
			}
			within := where
			if name := Text(item, "name"); f.kind == parameterObject && name != "" {
				within += fmt.Sprintf("parameter %q: ", name)
			}
			m.object(within, item, f.kind)
		}
	case f.shape == named:
		if !m.check(where+key, n, anObject) {
			return
		}
		for name, value := range Pairs(n) {
			if strings.HasPrefix(name.Value, "x-") && f.kind != schemaObject && f.kind != parameterObject {
				continue
			}
			within := where
			if kind := singular[key]; kind != "" {
				within += fmt.Sprintf("%s %q: ", kind, name.Value)
			}
			if m.check(strings.TrimSuffix(within, ": "), value, anObject) {
				m.object(within, value, f.kind)
			}
		}
	case f.kind == operationObject:
		path, _ := strings.CutPrefix(where, "path ")
		where = fmt.Sprintf("in %s path %s", strings.ToUpper(key), path)
		if m.check(strings.TrimSuffix(where, ": "), n, anObject) {
			m.object(where, n, f.kind)
		}
	case f.kind == schemaObject && n.ShortTag() == "!!bool" && key != "schema" && key != "items" && key != "not":
	case m.check(where+key, n, anObject):
		m.object(where, n, f.kind)
	}
}

// singular is what the values of a map are called where their names tell what something is within.
var singular = map[string]string{
	"paths": "path", "responses": "response", "properties": "property", "parameters": "parameter", "headers": "header",
	"schemas": "schema", "definitions": "schema", "requestBodies": "request body",
}

// kindNames are those of the objects that references lead to.
var kindNames = map[Kind]string{
	RootObject: "the document", PathItemObject: "a path", operationObject: "an operation",
	callbackObject: "a callback", parameterObject: "a parameter or header", requestBodyObject: "a request body",
	mediaTypeObject: "a media type", responseObject: "a response", linkObject: "a link", schemaObject: "a schema",
	securitySchemeObject: "a security scheme",
}

// Leads is the error for a reference to something that the grammar knows for another thing than an object of kind k:
// to a list of parameters, say, where a schema is meant. What is in extensions may be anything, and whether it is there
// is [Resolve]'s to say.
func Leads(ref string, k Kind) error {
	pointer, inside := strings.CutPrefix(ref, "#")
	path, ok := tokens(pointer)
	if !inside || !ok {
		return nil
	}
	at := field{"", RootObject, one}
	for _, token := range path {
		switch {
		case at.shape != one:
			at.shape = one
		default:
			at = lookup(at.kind, token).field
		}
		if at.kind <= extension {
			return nil
		}
	}
	switch {
	case at.kind == k && at.shape == one:
		return nil
	case at.shape != one:
		return fmt.Errorf("reference %q leads to several things, and %s is meant", ref, kindNames[k])
	case kindNames[at.kind] == "":
		return fmt.Errorf("reference %q does not lead to %s", ref, kindNames[k])
	}
	return fmt.Errorf("reference %q leads to %s, and %s is meant", ref, kindNames[at.kind], kindNames[k])
}
