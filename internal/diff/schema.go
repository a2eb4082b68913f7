package diff

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// schema reads the schema object n, which stands at line. No schema is a schema that allows anything.
func (r *reader) schema(n *yaml.Node, line int) *schema {
	if n == nil {
		return r.fold(nil, line)
	}
	if s := r.byNode[n]; s != nil {
		return s
	}
	s := r.conjunction([]*yaml.Node{n}, line)
	r.byNode[n] = s
	return s
}

// conjunction reads the schema that is all of the given ones at once.
func (r *reader) conjunction(nodes []*yaml.Node, line int) *schema {
	if r.refused {
		return &schema{line: line, facts: map[string]fact{}}
	}
	before := len(r.chain)
	defer func() { r.chain = r.chain[:before] }()
	var c collector
	for _, n := range nodes {
		r.collect(&c, n)
	}
	if len(c.parts) > 1 {
		const little = 256 // is bounded by maxCombined
		together := 0
		for _, part := range c.parts {
			together += weight(part)
		}
		if together > little {
			r.repeat(c.parts[0], together)
		}
	}
	r.chain = append(r.chain, c.via...)
	return r.fold(c.parts, line)
}

// collector gathers the schema objects that an object is made of: itself, what it refers to, and the parts of its
// allOf.
type collector struct {
	parts  []*yaml.Node
	seen   map[*yaml.Node]bool
	active []string // references that are being followed
	via    []string // those that led to the first part
}

func (r *reader) collect(c *collector, n *yaml.Node) {
	if n == nil || c.seen[n] {
		return
	}
	if len(c.active) > document.MaxRefs {
		r.errorf(n, "references nested deeper than %d", document.MaxRefs)
		return
	}
	ref := document.Get(n, "$ref")
	if ref == nil || ref.Kind != yaml.ScalarNode {
		r.collectPart(c, n)
		return
	}
	if r.family == "3.1" && len(n.Content) > 2 {
		r.collectPart(c, n)
	}
	if slices.Contains(c.active, ref.Value) {
		r.errorf(ref, "a schema is part of itself through allOf: %s", strings.Join(append(c.active, ref.Value), " → "))
		return
	}
	target := r.resolve(ref)
	if target == nil {
		return
	}
	c.active = append(c.active, ref.Value)
	r.chain = append(r.chain, ref.Value)
	if len(c.parts) == 0 {
		c.via = append(c.via, ref.Value)
	}
	r.collect(c, target)
	c.active = c.active[:len(c.active)-1]
	r.chain = r.chain[:len(r.chain)-1]
}

func (r *reader) collectPart(c *collector, n *yaml.Node) {
	if c.seen == nil {
		c.seen = map[*yaml.Node]bool{}
	}
	c.seen[n] = true
	c.parts = append(c.parts, n)
	for _, part := range items(document.Get(n, "allOf")) {
		r.collect(c, part)
	}
	for _, keyword := range []string{"oneOf", "anyOf"} {
		if branches, _ := alternatives(document.Get(n, keyword)); len(branches) == 1 {
			r.collect(c, branches[0]) // one alternative is none
		}
	}
}

// alternatives are the branches of a oneOf or anyOf without the null type, and whether that was one of them.
func alternatives(list *yaml.Node) (branches []*yaml.Node, null bool) {
	for _, b := range items(list) {
		value := document.Get(b, "const")
		if enum := items(document.Get(b, "enum")); len(enum) == 1 {
			value = enum[0]
		}
		if document.Text(b, "type") == "null" || value != nil && value.Tag == "!!null" {
			null = true
			continue
		}
		branches = append(branches, b)
	}
	return branches, null
}

// fold makes one schema of the objects it consists of. The same objects make the same schema, which is what ends the
// reading of a recursive one.
func (r *reader) fold(parts []*yaml.Node, line int) *schema {
	if len(parts) == 0 {
		s := &schema{line: line, facts: map[string]fact{}}
		r.all = append(r.all, s)
		return s
	}
	key := r.partsKey(parts)
	if s := r.byParts[key]; s != nil {
		return s
	}
	s := &schema{line: parts[0].Line, facts: map[string]fact{}}
	r.byParts[key] = s
	r.all = append(r.all, s)
	if r.depth++; r.depth > document.MaxRefs {
		r.errorf(parts[0], "schemas nested deeper than %d", document.MaxRefs)
		r.depth--
		return s
	}
	if len(parts) > 1 {
		if r.combined++; r.combined > maxCombined {
			r.refuse(
				parts[0],
				"allOf makes more than %d schemas of what is below it: write its parts out, or compare fewer "+
					"operations (--operations)",
				maxCombined,
			)
		}
	}
	if len(r.all) > maxSchemas {
		r.refuse(
			parts[0],
			"the operations reach more than %d schemas: compare fewer of them (--operations)",
			maxSchemas,
		)
	}
	if r.refused {
		r.depth--
		return s
	}
	f := folder{
		reader:   r,
		schema:   s,
		parts:    parts,
		props:    map[string][]*yaml.Node{},
		lines:    map[string]int{},
		required: map[string]fact{},
	}
	for _, part := range parts {
		f.add(part)
	}
	f.finish()
	r.depth--
	return s
}

// maxCombined bounds the schemas that are put together of several objects. What is inside of two parts of an allOf is
// put together, too, and what is inside of that, so that a short document can make exponentially many.
const maxCombined = 20_000

// weight is about how much an object says: its members, and what these list.
func weight(n *yaml.Node) int {
	number := 1
	for _, v := range document.Pairs(n) {
		number += 1 + len(v.Content)
	}
	return number
}

func (r *reader) partsKey(parts []*yaml.Node) string {
	ids := make([]int, len(parts))
	for i, n := range parts {
		id, known := r.ids[n]
		if !known {
			id = len(r.ids)
			r.ids[n] = id
		}
		ids[i] = id
	}
	slices.Sort(ids)
	var key []byte
	for _, id := range ids {
		key = strconv.AppendInt(key, int64(id), 36)
		key = append(key, ' ')
	}
	return string(key)
}

// withFact is a copy of s that says one thing more.
func (r *reader) withFact(s *schema, keyword string, value fact) *schema {
	copied := *s
	copied.facts = maps.Clone(s.facts)
	copied.facts[keyword] = value
	r.all = append(r.all, &copied)
	return &copied
}

// folder folds schema objects into one schema: what any of them demands is demanded.
type folder struct {
	reader   *reader
	schema   *schema
	parts    []*yaml.Node
	types    map[string]bool // nil for any
	typeLine int
	null     nullability
	value    fact // null among the values of an enum
	props    map[string][]*yaml.Node
	lines    map[string]int // of the properties' names
	required map[string]fact
	items    []*yaml.Node
	itemLine int
	values   []*yaml.Node
	object   bool // some part has properties
	sealed   fact
	several  map[string]map[string]bool // values of keywords of which parts have several
}

// nullability: a part without a type that says nullable speaks for the whole, otherwise every part with a type must
// allow null.
type nullability struct {
	forced fact
	typed  int
	allow  int
	at     fact
}

func (f *folder) add(n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		if n.Tag == "!!bool" && !isTrue(n) {
			f.schema.facts["not"] = fact{"anything", n.Line} // the schema "false" of OpenAPI 3.1
		}
		return
	}
	f.addType(n)
	f.addEnum(n)
	for k, v := range document.Pairs(n) {
		f.addKeyword(n, k, v)
	}
	for _, b := range bounds {
		f.addBound(n, b)
	}
}

func (f *folder) addType(n *yaml.Node) {
	nullable := document.Get(n, "nullable")
	if nullable == nil {
		nullable = document.Get(n, "x-nullable")
	}
	allowsNull := isTrue(nullable)
	node := document.Get(n, "type")
	names := []*yaml.Node{node}
	if node == nil {
		names = nil
	} else if node.Kind == yaml.SequenceNode {
		names = node.Content
	}
	types := map[string]bool{}
	for _, name := range names {
		switch name.Value {
		case "null":
			if len(names) > 1 {
				allowsNull, nullable = true, name
				continue
			}
			types["null"] = true
		case "file":
			types["string"] = true
			f.schema.facts["format"] = fact{"binary", name.Line}
		default:
			types[name.Value] = true
		}
	}
	for _, keyword := range []string{"oneOf", "anyOf"} {
		if list := document.Get(n, keyword); list != nil {
			if _, null := alternatives(list); null {
				f.null.forced = fact{true, list.Line}
			}
		}
	}
	if len(types) == 0 {
		if allowsNull {
			f.null.forced = fact{true, nullable.Line}
		}
		return
	}
	f.null.typed++
	if allowsNull {
		f.null.allow++
		f.null.at = fact{true, nullable.Line}
	}
	f.intersect(types, node.Line)
}

// intersect narrows the types. Parts that contradict each other leave what came first.
func (f *folder) intersect(types map[string]bool, line int) {
	if f.types == nil {
		f.types, f.typeLine = types, line
		return
	}
	both := map[string]bool{}
	for t := range types {
		switch {
		case f.types[t]:
			both[t] = true
		case t == "integer" && f.types["number"], t == "number" && f.types["integer"]:
			both["integer"] = true
		}
	}
	if len(both) > 0 {
		f.types = both
	}
}

// addEnum reads enum, const, and a oneOf or anyOf of which every branch is a const or an enum, which is how values are
// given descriptions.
func (f *folder) addEnum(n *yaml.Node) {
	if enum := document.Get(n, "enum"); enum != nil && enum.Kind == yaml.SequenceNode {
		f.restrict(enum.Content)
	}
	if value := document.Get(n, "const"); value != nil {
		f.restrict([]*yaml.Node{value})
	}
	for _, keyword := range []string{"oneOf", "anyOf"} {
		branches, _ := alternatives(document.Get(n, keyword))
		if values, typ, ok := f.reader.described(branches); ok {
			f.restrict(values)
			if typ != nil {
				f.intersect(map[string]bool{typ.Value: true}, typ.Line)
			}
		}
	}
}

// described are the values that a list of branches describes, and the type that they state. References are followed,
// and branches may have such branches.
func (r *reader) described(branches []*yaml.Node) (values []*yaml.Node, typ *yaml.Node, ok bool) {
	if len(branches) < 2 {
		return nil, nil, false
	}
	values, typ, ok = r.closedBranches(branches, 0, map[*yaml.Node]bool{})
	if ok && !r.repeat(branches[0], len(values)) {
		return nil, nil, false
	}
	return values, typ, ok
}

func (r *reader) closedBranches(
	branches []*yaml.Node,
	depth int,
	done map[*yaml.Node]bool, // branches whose values are told already
) (values []*yaml.Node, typ *yaml.Node, ok bool) {
	if depth > maxWrapped {
		return nil, nil, false
	}
	for _, b := range branches {
		b = r.unwrapped(b)
		if done[b] {
			continue
		}
		closed := false
		for k, v := range document.Pairs(b) {
			if closed && slices.Contains([]string{"const", "enum", "anyOf", "oneOf"}, k.Value) {
				return nil, nil, false // the values of both, which are fewer
			}
			switch k.Value {
			case "const":
				values, closed = append(values, v), true
			case "enum":
				values, closed = append(values, items(v)...), true
			case "anyOf", "oneOf":
				more, t, ok := r.closedBranches(items(v), depth+1, done)
				if !ok || typ != nil && t != nil && typ.Value != t.Value {
					return nil, nil, false
				}
				values, typ, closed = append(values, more...), cmp.Or(typ, t), true
			case "type":
				if typ != nil && typ.Value != v.Value || v.Kind != yaml.ScalarNode {
					return nil, nil, false
				}
				typ = v
			case "title", "description", "$comment":
			default:
				return nil, nil, false
			}
		}
		if !closed {
			return nil, nil, false
		}
		done[b] = true
	}
	return values, typ, true
}

// maxWrapped bounds how many references and branches in branches are followed for the values of an enum.
const maxWrapped = 10

// unwrapped is what a reference, or an allOf of one, leads to.
func (r *reader) unwrapped(n *yaml.Node) *yaml.Node {
	for range maxWrapped {
		if all := items(document.Get(n, "allOf")); len(all) == 1 && len(n.Content) == 2 {
			n = all[0]
			continue
		}
		target, err := r.resolver.Resolve(document.Text(n, "$ref"))
		if document.Get(n, "$ref") == nil || err != nil {
			return n
		}
		n = target
	}
	return n
}

// restrict intersects the closed set of values. Null is a matter of nullable, and where there is a type, of that alone.
func (f *folder) restrict(nodes []*yaml.Node) {
	var values []fact
	for _, n := range nodes {
		if n.Tag != "!!null" {
			values = append(values, scalar(n))
		} else {
			f.value = fact{true, n.Line}
		}
	}
	if len(values) == 0 {
		return
	}
	s := f.schema
	if s.closed {
		both := set(values, text)
		s.enum = slices.DeleteFunc(s.enum, func(v fact) bool { return !both[text(v.value)] })
		return
	}
	byText := make(map[string]fact, len(values))
	for _, v := range slices.Backward(values) {
		byText[text(v.value)] = v
	}
	for _, key := range slices.Sorted(maps.Keys(byText)) {
		s.enum = append(s.enum, byText[key])
	}
	s.closed = true
}

func (f *folder) addKeyword(n, k, v *yaml.Node) {
	s := f.schema
	switch key := k.Value; key {
	case "properties":
		if v.Kind != yaml.MappingNode {
			return
		}
		f.object = true
		for name, prop := range document.Pairs(v) {
			if _, known := f.lines[name.Value]; !known {
				f.lines[name.Value] = name.Line
			}
			f.props[name.Value] = append(f.props[name.Value], prop)
		}
	case "required":
		for _, name := range items(v) {
			if _, known := f.required[name.Value]; !known {
				f.required[name.Value] = fact{true, name.Line}
			}
		}
	case "items":
		if v.Kind == yaml.SequenceNode {
			f.opaqueList("prefixItems", v)
			return
		}
		f.items, f.itemLine = append(f.items, v), k.Line
	case "additionalProperties", "unevaluatedProperties":
		switch {
		case v.Tag == "!!bool" && !isTrue(v):
			f.sealed = fact{false, v.Line}
		case v.Kind == yaml.MappingNode && len(v.Content) > 0:
			f.values = append(f.values, v)
		}
	case "deprecated", "readOnly", "writeOnly":
		if isTrue(v) {
			s.facts[key] = scalar(v)
		}
	case "default":
		if _, known := s.facts[key]; !known && v.Tag != "!!null" {
			s.facts[key] = scalar(v)
		}
	case "discriminator":
		f.addDiscriminator(n, v)
	case "oneOf", "anyOf":
		f.addUnion(n, key, k.Line, v)
	case "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedItems", "contentSchema":
		s.opaque = append(s.opaque, member{key, f.reader.schema(v, k.Line)})
	case "prefixItems":
		f.opaqueList(key, v)
	case "patternProperties", "dependentSchemas":
		for name, value := range document.Pairs(v) {
			s.opaque = append(s.opaque, member{key + " " + name.Value, f.reader.schema(value, name.Line)})
		}
	case "format":
		f.addFormat(scalar(v))
	case "contentMediaType":
		if v.Value == "application/octet-stream" && document.Get(n, "contentEncoding") == nil {
			f.addFormat(fact{"binary", v.Line})
		} else {
			s.facts[key] = scalar(v)
		}
	case "contentEncoding":
		if v.Value == "base64" {
			f.addFormat(fact{"byte", v.Line})
		} else {
			s.facts[key] = scalar(v)
		}
	case "multipleOf", "pattern", "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties":
		f.addLimit(key, scalar(v))
	case "uniqueItems":
		if isTrue(v) {
			s.facts[key] = scalar(v)
		}
	case "xml", "dependentRequired", "minContains", "maxContains":
		s.facts[key] = scalar(v)
	}
}

func (f *folder) opaqueList(key string, list *yaml.Node) {
	for i, item := range items(list) {
		f.schema.opaque = append(f.schema.opaque, member{key + " " + strconv.Itoa(i), f.reader.schema(item, item.Line)})
	}
}

// addFormat keeps all formats where parts disagree.
func (f *folder) addFormat(format fact) {
	if format.value == nil || format.value == "" {
		return
	}
	if old, known := f.schema.facts["format"]; known && !same(old.value, format.value) {
		f.also("format", text(old.value), text(format.value))
	}
	f.schema.facts["format"] = format
}

// also keeps several values of a keyword for finish, each once.
func (f *folder) also(keyword string, values ...string) {
	if f.several == nil {
		f.several = map[string]map[string]bool{}
	}
	if f.several[keyword] == nil {
		f.several[keyword] = map[string]bool{}
	}
	for _, v := range values {
		f.several[keyword][v] = true
	}
}

// finish resolves what the parts say together.
func (f *folder) finish() {
	s := f.schema
	if len(f.types) == 0 && f.object {
		f.types, f.typeLine = map[string]bool{"object": true}, s.line
	}
	for keyword, values := range f.several {
		s.facts[keyword] = fact{strings.Join(slices.Sorted(maps.Keys(values)), " and "), s.facts[keyword].line}
	}
	f.dropVoid()
	if len(f.types) == 0 {
		f.types, f.typeLine = typesOf(s.enum), s.line
		s.listed = len(f.types) > 0
	}
	if f.types["number"] {
		delete(f.types, "integer")
	}
	if len(f.types) > 0 {
		s.typ = fact{strings.Join(slices.Sorted(maps.Keys(f.types)), "|"), f.typeLine}
	}
	if f.null.forced.value == nil && f.null.typed > 0 && f.null.allow == f.null.typed {
		f.null.forced = f.null.at
	}
	if f.null.typed == 0 && s.closed && f.value.value != nil {
		f.null.forced = f.value
	}
	if f.null.forced.value != nil {
		s.facts["nullable"] = f.null.forced
	}
	if f.sealed.value != nil {
		s.facts["additionalProperties"] = f.sealed
		f.values = nil
	}
	for name, at := range f.required {
		if _, known := f.lines[name]; !known {
			f.lines[name], f.props[name] = at.line, nil
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.lines)) {
		s.props = append(
			s.props,
			property{
				name:     name,
				line:     f.lines[name],
				schema:   f.child(f.props[name], f.lines[name]),
				required: f.required[name],
			},
		)
	}
	if f.items != nil {
		s.items = f.child(f.items, f.itemLine)
	}
	if f.values != nil {
		s.values = f.child(f.values, f.values[0].Line)
	}
	slices.SortStableFunc(s.opaque, func(a, b member) int { return strings.Compare(a.key, b.key) })
	slices.SortStableFunc(s.unions, func(a, b union) int { return cmp.Compare(a.keyword, b.keyword) })
}

// dropVoid drops what says nothing beside the type: both values of a boolean, and multiples of 1 of an integer.
func (f *folder) dropVoid() {
	s := f.schema
	if len(f.types) != 1 {
		return
	}
	if f.types["boolean"] && len(s.enum) == 2 && len(typesOf(s.enum)) == 1 && typesOf(s.enum)["boolean"] {
		s.enum, s.closed = nil, false
	}
	if f.types["integer"] && same(s.facts["multipleOf"].value, json.Number("1")) {
		delete(s.facts, "multipleOf")
	}
}

// typesOf are the types of the values of an enum.
func typesOf(enum []fact) map[string]bool {
	types := map[string]bool{}
	for _, v := range enum {
		switch v := v.value.(type) {
		case string:
			types["string"] = true
		case bool:
			types["boolean"] = true
		case json.Number:
			if strings.Trim(v.String(), "-0123456789") == "" {
				types["integer"] = true
			} else {
				types["number"] = true
			}
		case []any:
			types["array"] = true
		default:
			types["object"] = true
		}
	}
	return types
}

func (f *folder) child(nodes []*yaml.Node, line int) *schema {
	if len(nodes) == 1 {
		return f.reader.schema(nodes[0], line)
	}
	return f.reader.conjunction(nodes, line)
}
