package document

import (
	"cmp"
	"errors"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"
)

// The grammar of OpenAPI documents: which object stands where. One table serves Swagger 2.0, OpenAPI 3.0 and 3.1,
// because where two versions use the same key in the same object, they mean the same kind of thing by it. It is what
// tells the schema keyword "description" from a property that happens to be called "description".

// Kind is a kind of object of the specification.
type Kind int

const (
	literal   Kind = iota // a value that is a fact as it stands: a type, a limit, a default
	set                   // a list whose order means nothing
	prose                 // text for people
	extension             // the value of an x- key
	scopes                // scope names with their descriptions
	RootObject
	infoObject
	serverObject
	tagObject
	PathItemObject
	operationObject
	callbackObject
	parameterObject
	requestBodyObject
	mediaTypeObject
	encodingObject
	responseObject
	linkObject
	schemaObject
	componentsObject
	securitySchemeObject
	flowsObject
	flowObject
)

// shape tells how a key holds an object: directly, as the items of a list, or as the values of a map from names.
type shape int

const (
	one shape = iota
	list
	named
)

type field struct {
	name  string
	kind  Kind
	shape shape
}

// fields lists the keys of each object in canonical order. Keys that are not listed come next, sorted, and the
// extensions last.
var fields = map[Kind][]field{
	RootObject: {
		{"swagger", literal, one}, {"openapi", literal, one}, {"jsonSchemaDialect", literal, one},
		{"info", infoObject, one},
		{"host", literal, one}, {"basePath", literal, one}, {"schemes", set, one}, {"servers", serverObject, list},
		{"consumes", set, one}, {"produces", set, one}, {"security", literal, one}, {"tags", tagObject, list},
		{"externalDocs", prose, one}, {"paths", PathItemObject, named}, {"webhooks", PathItemObject, named},
		{"parameters", parameterObject, named}, {"responses", responseObject, named},
		{"definitions", schemaObject, named},
		{"securityDefinitions", securitySchemeObject, named}, {"components", componentsObject, one},
	},
	infoObject: {
		{"title", literal, one}, {"version", literal, one}, {"summary", prose, one}, {"description", prose, one},
		{"termsOfService", prose, one}, {"contact", prose, one}, {"license", prose, one},
	},
	serverObject: {{"url", literal, one}, {"name", prose, one}, {"description", prose, one},
		{"variables", serverObject, named}, {"enum", set, one}, {"default", literal, one}},
	tagObject: {{"name", literal, one}, {"summary", prose, one}, {"description", prose, one},
		{"externalDocs", prose, one}},
	PathItemObject: {
		{"$ref", literal, one}, {"summary", prose, one}, {"description", prose, one}, {"servers", serverObject, list},
		{"parameters", parameterObject, list}, {"get", operationObject, one}, {"put", operationObject, one},
		{"post", operationObject, one}, {"delete", operationObject, one}, {"options", operationObject, one},
		{"head", operationObject, one}, {"patch", operationObject, one}, {"trace", operationObject, one},
	},
	operationObject: {
		{"operationId", literal, one}, {"tags", set, one}, {"summary", prose, one}, {"description", prose, one},
		{"externalDocs", prose, one}, {"deprecated", literal, one}, {"schemes", set, one}, {"consumes", set, one},
		{"produces", set, one}, {"security", literal, one}, {"servers", serverObject, list},
		{"parameters", parameterObject, list}, {"requestBody", requestBodyObject, one},
		{"responses", responseObject, named},
		{"callbacks", callbackObject, named},
	},
	callbackObject: {{"$ref", literal, one}}, // every other key is an expression, and holds a path item
	// Parameters and headers. In Swagger 2.0 they are schemas as well.
	parameterObject: {
		{"$ref", literal, one}, {"name", literal, one}, {"in", literal, one}, {"description", prose, one},
		{"required", literal, one}, {"deprecated", literal, one}, {"allowEmptyValue", literal, one},
		{"style", literal, one},
		{"explode", literal, one}, {"allowReserved", literal, one}, {"collectionFormat", literal, one},
		{"type", literal, one}, {"format", literal, one}, {"items", schemaObject, one}, {"enum", set, one},
		{"default", literal, one}, {"schema", schemaObject, one}, {"content", mediaTypeObject, named},
		{"example", prose, one}, {"examples", prose, one},
	},
	requestBodyObject: {{"$ref", literal, one}, {"description", prose, one}, {"required", literal, one},
		{"content", mediaTypeObject, named}},
	mediaTypeObject: {{"schema", schemaObject, one}, {"encoding", encodingObject, named}, {"example", prose, one},
		{"examples", prose, one}},
	encodingObject: {{"contentType", literal, one}, {"headers", parameterObject, named}},
	responseObject: {
		{"$ref", literal, one}, {"description", prose, one}, {"headers", parameterObject, named},
		{"schema", schemaObject, one},
		{"content", mediaTypeObject, named}, {"links", linkObject, named}, {"examples", prose, one},
	},
	linkObject: {{"$ref", literal, one}, {"operationRef", literal, one}, {"operationId", literal, one},
		{"description", prose, one}, {"server", serverObject, one}},
	schemaObject: {
		{"$ref", literal, one}, {"title", prose, one}, {"type", literal, one}, {"format", literal, one},
		{"description", prose, one}, {"$comment", prose, one}, {"nullable", literal, one}, {"deprecated", literal, one},
		{"readOnly", literal, one}, {"writeOnly", literal, one}, {"enum", set, one}, {"const", literal, one},
		{"default", literal, one}, {"required", set, one}, {"properties", schemaObject, named},
		{"patternProperties", schemaObject, named}, {"propertyNames", schemaObject, one},
		{"additionalProperties", schemaObject, one},
		{"unevaluatedProperties", schemaObject, one}, {"dependentSchemas", schemaObject, named},
		{"items", schemaObject, one},
		{"prefixItems", schemaObject, list}, {"unevaluatedItems", schemaObject, one}, {"contains", schemaObject, one},
		{"contentSchema", schemaObject, one}, {"allOf", schemaObject, list}, {"oneOf", schemaObject, list},
		{"anyOf", schemaObject, list}, {"not", schemaObject, one}, {"if", schemaObject, one},
		{"then", schemaObject, one},
		{"else", schemaObject, one}, {"$defs", schemaObject, named}, {"definitions", schemaObject, named},
		{"discriminator", literal, one}, {"xml", literal, one}, {"externalDocs", prose, one}, {"example", prose, one},
		{"examples", prose, one},
	},
	componentsObject: {
		{"schemas", schemaObject, named}, {"parameters", parameterObject, named},
		{"requestBodies", requestBodyObject, named},
		{"responses", responseObject, named}, {"headers", parameterObject, named},
		{"securitySchemes", securitySchemeObject, named},
		{"links", linkObject, named}, {"callbacks", callbackObject, named}, {"pathItems", PathItemObject, named},
		{"examples", prose, one},
	},
	securitySchemeObject: {
		{"$ref", literal, one}, {"type", literal, one}, {"description", prose, one}, {"name", literal, one},
		{"in", literal, one},
		{"scheme", literal, one}, {"bearerFormat", literal, one}, {"flow", literal, one},
		{"authorizationUrl", literal, one},
		{"tokenUrl", literal, one}, {"refreshUrl", literal, one}, {"scopes", scopes, one}, {"flows", flowsObject, one},
		{"openIdConnectUrl", literal, one},
	},
	flowsObject: {{"implicit", flowObject, one}, {"password", flowObject, one}, {"clientCredentials", flowObject, one},
		{"authorizationCode", flowObject, one}},
	flowObject: {{"authorizationUrl", literal, one}, {"tokenUrl", literal, one}, {"refreshUrl", literal, one},
		{"scopes", scopes, one}},
}

// position is where a key stands in its object, and what it holds.
type position struct {
	rank int
	field
}

var grammar = func() map[Kind]map[string]position {
	g := make(map[Kind]map[string]position, len(fields))
	for k, list := range fields {
		g[k] = make(map[string]position, len(list))
		for i, f := range list {
			g[k][f.name] = position{i, f}
		}
	}
	return g
}()

// lookup tells what key holds in an object of kind k.
func lookup(k Kind, key string) position {
	if p, ok := grammar[k][key]; ok {
		return p
	}
	const unlisted, last = 1000, 1001
	if strings.HasPrefix(key, "x-") {
		if isProseExtension(key) {
			return position{last, field{kind: prose}}
		}
		return position{last, field{kind: extension}}
	}
	if k == callbackObject {
		return position{unlisted, field{kind: PathItemObject}}
	}
	return position{unlisted, field{kind: literal}}
}

// isProseExtension tells extensions that hold text for people, such as x-enum-descriptions, from those that hold facts.
func isProseExtension(key string) bool {
	for _, word := range []string{"description", "example", "summary"} {
		if strings.Contains(strings.ToLower(key), word) {
			return true
		}
	}
	return false
}

// Facts removes the prose of a document (titles of schemas, descriptions, summaries, examples, contact, licence and
// links to documentation) and brings the rest into canonical order, in place. What is left is what a program can rely
// on.
func Facts(root *yaml.Node) { canonical{facts: true}.object(root, RootObject) }

// Sort brings a document into canonical order, in place: keys in the order of the specification, names sorted, and
// lists that are sets sorted.
func Sort(root *yaml.Node) { canonical{}.object(root, RootObject) }

type canonical struct{ facts bool }

func (c canonical) object(n *yaml.Node, k Kind) {
	switch {
	case k == literal, k == prose:
		c.literal(n)
		return
	case k == extension:
		if c.facts {
			dropProse(n)
		}
		c.literal(n)
		return
	case k == set && n.Kind == yaml.SequenceNode:
		c.literal(n)
		slices.SortStableFunc(n.Content, compareValues)
		return
	case k == scopes:
		c.literal(n)
		for _, text := range Pairs(n) {
			if c.facts && text.Kind == yaml.ScalarNode {
				*text = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle, Line: text.Line,
					Column: text.Column}
			}
		}
		return
	case n.Kind != yaml.MappingNode:
		c.literal(n)
		return
	}
	kept := n.Content[:0]
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := lookup(k, key.Value)
		if at.kind == prose && c.facts {
			continue
		}
		plain(key)
		c.held(value, at.field)
		kept = append(kept, key, value)
	}
	n.Content, n.Style = kept, 0
	sortPairs(n, func(key string) int { return lookup(k, key).rank })
}

// held treats the value of a key by the shape in which it holds objects.
func (c canonical) held(n *yaml.Node, f field) {
	switch {
	case f.shape == list && n.Kind == yaml.SequenceNode:
		n.Style = 0
		for _, item := range n.Content {
			c.object(item, f.kind)
		}
		if f.kind == parameterObject {
			slices.SortStableFunc(n.Content, compareParameters)
		}
	case f.shape == named && n.Kind == yaml.MappingNode:
		n.Style = 0
		for key, value := range Pairs(n) {
			plain(key)
			if strings.HasPrefix(key.Value, "x-") && f.kind != schemaObject && f.kind != parameterObject {
				c.object(value, extension)
			} else {
				c.object(value, f.kind)
			}
		}
		sortPairs(n, func(string) int { return 0 })
	default:
		c.object(n, f.kind)
	}
}

// dropProse removes text for people from inside an extension.
func dropProse(n *yaml.Node) {
	for _, key := range []string{"description", "summary", "example"} {
		if v := Get(n, key); v != nil && v.Kind == yaml.ScalarNode {
			Delete(n, key)
		}
	}
	for _, c := range n.Content {
		dropProse(c)
	}
}

// literal sorts the keys of a value and gives it plain style.
func (c canonical) literal(n *yaml.Node) {
	n.Style = 0
	switch n.Kind {
	case yaml.ScalarNode:
		plain(n)
	case yaml.SequenceNode:
		for _, item := range n.Content {
			c.literal(item)
		}
	case yaml.MappingNode:
		for key, value := range Pairs(n) {
			plain(key)
			c.literal(value)
		}
		sortPairs(n, func(string) int { return 0 })
	}
}

// plain lets the encoder choose the quotes of a scalar, but for text that some YAML reader would take for something
// else: Off for false, 09:00 for 540, 1e400 for a number out of range, << for a merge. Text of several lines keeps
// them, unless a block would lose some of its white space.
func plain(n *yaml.Node) {
	n.Style = 0
	switch {
	case n.Tag != "!!str":
	case strings.Contains(n.Value, "\n"):
		n.Style = blockStyle(n.Value)
	case WasBool(n.Value) || isNumber(n.Value) || n.Value == "<<" || n.Value == "=" ||
		strings.ContainsFunc(n.Value, isOdd):
		n.Style = yaml.DoubleQuotedStyle
	}
}

// blockStyle is how text of several lines is written: as a block with its lines, unless the library would lose some of
// its white space there. (Folded, it loses the first line feed of "\n-".)
func blockStyle(text string) yaml.Style {
	if !strings.Contains(text, "\n") || strings.ContainsAny(text[:1], "\n \t") || strings.ContainsFunc(text, isOdd) ||
		strings.HasSuffix(text, "\n\n") {
		return yaml.DoubleQuotedStyle
	}
	return yaml.LiteralStyle
}

// isOdd reports whether a rune is white space or a mark that readers of YAML drop, join or refuse where it stands
// plain.
func isOdd(r rune) bool {
	return r != '\n' && unicode.IsControl(r) || strings.ContainsRune("\u0085\u2028\u2029\ufeff\ufffe\uffff", r)
}

// isNumber reports whether some reader of YAML takes a text for a number, be it one that no variable can hold.
func isNumber(text string) bool {
	if text == "" || !strings.ContainsRune("+-.0123456789", rune(text[0])) {
		return false
	}
	_, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
	_, whole := new(big.Int).SetString(text, 0)
	return err == nil || errors.Is(err, strconv.ErrRange) || whole || yaml11Number.MatchString(text)
}

// WasBool tells whether a text is what YAML 1.1 reads as true or false (yaml.org/type/bool.html) and YAML 1.2 as a
// string.
func WasBool(text string) bool {
	switch strings.ToLower(text) {
	case "y", "n", "yes", "no", "on", "off":
		return true
	}
	return false
}

// yaml11Number matches what YAML 1.1 reads as a number and YAML 1.2 as text: 09:00, 1_000, 0b1.
var yaml11Number = regexp.MustCompile(
	`^[-+]?([0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?|[0-9][0-9_]*(\.[0-9_]*)?|0b[01_]+)$`,
)

func sortPairs(n *yaml.Node, rank func(key string) int) {
	type pair struct{ key, value *yaml.Node }
	pairs := make([]pair, 0, len(n.Content)/2)
	for key, value := range Pairs(n) {
		pairs = append(pairs, pair{key, value})
	}
	slices.SortStableFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(rank(a.key.Value), rank(b.key.Value)), strings.Compare(a.key.Value, b.key.Value))
	})
	for i, p := range pairs {
		n.Content[2*i], n.Content[2*i+1] = p.key, p.value
	}
}

func compareValues(a, b *yaml.Node) int {
	return cmp.Or(strings.Compare(a.Value, b.Value), strings.Compare(a.Tag, b.Tag))
}

// compareParameters orders by place (path first, body last), then by name.
func compareParameters(a, b *yaml.Node) int {
	places := []string{"", "path", "query", "header", "cookie", "formData", "body"}
	place := func(n *yaml.Node) int { return slices.Index(places, Text(n, "in")) }
	return cmp.Or(cmp.Compare(place(a), place(b)), strings.Compare(Text(a, "name"), Text(b, "name")),
		strings.Compare(Text(a, "$ref"), Text(b, "$ref")))
}

// Schemas calls visit for every schema object of a document, outer before inner. visit may change the schema it is
// given: what it holds afterwards is walked. Parameters and headers of Swagger 2.0 are visited as the schemas they are.
func Schemas(root *yaml.Node, visit func(schema *yaml.Node)) { schemas(root, RootObject, visit) }

func schemas(n *yaml.Node, k Kind, visit func(*yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		return
	}
	if k == schemaObject || k == parameterObject && Get(n, "type") != nil {
		visit(n)
	}
	for key, value := range Pairs(n) {
		f := lookup(k, key.Value).field
		if f.kind <= extension {
			continue
		}
		each(value, f.shape, func(object *yaml.Node) { schemas(object, f.kind, visit) })
	}
}

// Refs calls visit for every reference in an object and what it holds: those of $ref, and those of a discriminator's
// mapping, a bare name of which is read as a schema's (OpenAPI 3.0.3 §4.7.25). start is the root or a path item of
// some document, or what an earlier reference led to, with the kind that visit was given for it. References inside data
// (examples, defaults, enums, extensions) are data.
func Refs(start *yaml.Node, k Kind, visit func(at *yaml.Node, ref string, k Kind)) {
	EachRef(start, k, func(at *yaml.Node, ref string, k Kind, _ bool) { visit(at, ref, k) })
}

// EachRef is [Refs], and tells which references are those of a discriminator's mapping.
func EachRef(start *yaml.Node, k Kind, visit func(at *yaml.Node, ref string, k Kind, mapped bool)) {
	if start.Kind != yaml.MappingNode {
		return
	}
	if ref := Get(start, "$ref"); ref != nil && ref.Kind == yaml.ScalarNode {
		visit(ref, ref.Value, k, false)
	}
	for _, target := range Pairs(Get(start, "discriminator", "mapping")) {
		ref := target.Value
		if !strings.ContainsAny(ref, "#/") {
			ref = "#/components/schemas/" + ref
		}
		visit(target, ref, k, true)
	}
	for key, value := range Pairs(start) {
		if f := lookup(k, key.Value).field; f.kind > extension {
			each(value, f.shape, func(object *yaml.Node) { EachRef(object, f.kind, visit) })
		}
	}
}

// DropExtensions removes, in place, the extensions that drop tells to, from every object of a document. Names of
// schemas, properties, headers and parameters that begin with x- are no extensions, and stay.
func DropExtensions(root *yaml.Node, drop func(key, value *yaml.Node) bool) {
	dropExtensions(root, RootObject, drop)
}

func dropExtensions(n *yaml.Node, k Kind, drop func(key, value *yaml.Node) bool) {
	if n.Kind != yaml.MappingNode {
		return
	}
	kept := n.Content[:0]
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if strings.HasPrefix(key.Value, "x-") && drop(key, value) {
			continue
		}
		kept = append(kept, key, value)
		f := lookup(k, key.Value).field
		if f.kind <= extension {
			continue
		}
		if f.shape == named && f.kind != schemaObject && f.kind != parameterObject {
			dropNamed(value, drop)
		}
		each(value, f.shape, func(object *yaml.Node) { dropExtensions(object, f.kind, drop) })
	}
	n.Content = kept
}

// dropNamed removes extensions that stand beside the names of a map, such as those of the Paths Object.
func dropNamed(n *yaml.Node, drop func(key, value *yaml.Node) bool) {
	if n.Kind != yaml.MappingNode {
		return
	}
	kept := n.Content[:0]
	for i := 0; i+1 < len(n.Content); i += 2 {
		if key := n.Content[i]; strings.HasPrefix(key.Value, "x-") && drop(key, n.Content[i+1]) {
			continue
		}
		kept = append(kept, n.Content[i], n.Content[i+1])
	}
	n.Content = kept
}

// each calls visit for the objects that n holds in the given shape.
func each(n *yaml.Node, s shape, visit func(*yaml.Node)) {
	switch {
	case s == one:
		visit(n)
	case s == list && n.Kind == yaml.SequenceNode:
		for _, item := range n.Content {
			visit(item)
		}
	case s == named:
		for _, value := range Pairs(n) {
			visit(value)
		}
	}
}
