package diff

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// schema compares two schemas that stand at the same place.
func (c *comparer) schema(x, y *schema, at place) {
	c.visits++
	if c.equal(x, y) || c.spent() || len(c.active) > MaxDepth || slices.Contains(c.active, pair{x, y}) {
		return
	}
	c.active = append(c.active, pair{x, y})
	defer func() { c.active = c.active[:len(c.active)-1] }()

	c.flags(x, y, at)
	if !same(x.typ.value, y.typ.value) {
		c.retyped(x, y, at)
		return
	}
	c.format(x, y, at)
	c.enum(x, y, at)
	c.limits(x, y, at)
	c.defaults(x, y, at)
	c.unnamed(x, y, at)
	c.additional(x, y, at)
	c.items(x, y, at)
	c.properties(x, y, at)
	c.unions(x, y, at)
	c.opaque(x, y, at)
}

// flags compares what does not depend on the type.
func (c *comparer) flags(x, y *schema, at place) {
	for _, flag := range []struct {
		keyword            string
		reqSet, reqCleared string
		respSet, respClear string
	}{
		{"nullable", "req-nullable+", "req-nullable-", "resp-nullable+", "resp-nullable-"},
		{"deprecated", "req-deprecated", "undeprecated", "resp-deprecated", "undeprecated"},
		{"readOnly", "req-readonly", "req-readonly-", "resp-readonly", "resp-readonly"},
		{"writeOnly", other, other, other, other},
	} {
		before, after := x.flag(flag.keyword), y.flag(flag.keyword)
		if before == after {
			continue
		}
		id := choose(after, flag.reqSet, flag.reqCleared)
		if at.side == respond {
			id = choose(after, flag.respSet, flag.respClear)
		}
		attribute := ""
		if id == other {
			attribute = flag.keyword
		}
		c.emit(id, at.String(), attribute, before, after, y.lineOf(flag.keyword))
	}
}

func (s *schema) lineOf(keyword string) int { return cmp.Or(s.facts[keyword].line, s.line) }

// retyped reports a type that changed. What hangs on the type (format, values, limits, default, members) is judged
// with it.
func (c *comparer) retyped(x, y *schema, at place) {
	id, attribute := at.side.prefix()+"-type", ""
	switch {
	case at.text && textual(x, y):
		id = "type-text"
	case accepts(at.side, x, y):
		id, attribute = other, "type"
	}
	gone, came := c.inside(x, at, removed), c.inside(y, at, added)
	there := map[string]int{} // 1 before, 2 after, 3 both
	for _, i := range gone {
		there[i.Location] |= 1
	}
	for _, i := range came {
		there[i.Location] |= 2
	}
	implied := slices.DeleteFunc(append(gone, came...), func(i Implied) bool { return there[i.Location] == 3 })
	c.emit(id, at.String(), attribute, x.typ.value, y.typ.value, cmp.Or(y.typ.line, y.line), implied...)
}

// textual tells whether every text form of a value of x is one of y.
func textual(x, y *schema) bool {
	from, to := x.typ.value, y.typ.value
	switch {
	case to == "string" && (from == "integer" || from == "number" || from == "boolean"):
	case to == "number" && from == "integer":
	default:
		return false
	}
	if format := y.facts["format"].value; to == "string" && format != nil && format != "int32" && format != "int64" {
		return false
	}
	for keyword := range limits {
		if limit := y.facts[keyword].value; limit != nil && !same(limit, x.facts[keyword].value) {
			return false
		}
	}
	if !y.closed {
		return true
	}
	accepted := set(y.enum, plain)
	return x.closed && !slices.ContainsFunc(x.enum, func(v fact) bool { return !accepted[plain(v.value)] })
}

// accepts tells whether a change of type takes nothing from the reader: a request whose type widens, or a response whose
// type narrows, between several types and any. No rule names that.
func accepts(s side, x, y *schema) bool {
	narrow, wide := x, y
	if s == respond {
		narrow, wide = y, x
	}
	if wide.typ.value == nil {
		return true
	}
	if narrow.typ.value == nil {
		return false
	}
	types := strings.Split(wide.typ.value.(string), "|")
	for t := range strings.SplitSeq(narrow.typ.value.(string), "|") {
		if !slices.Contains(types, t) {
			return false
		}
	}
	return true
}

func (c *comparer) format(x, y *schema, at place) {
	before, after := x.facts["format"].value, y.facts["format"].value
	if same(before, after) {
		return
	}
	width := func(format any) bool { return format == nil || format == "int32" || format == "int64" }
	id, attribute := "", ""
	switch numeric := y.typ.value == "integer" && width(before) && width(after); {
	case numeric:
		id = at.side.prefix() + "-format-num"
	case at.side == request && before == nil:
		id = "req-format-add"
	case after == nil:
		id = at.side.prefix() + "-format-rem"
	case at.side == request:
		id, attribute = other, "format"
	case before == nil && after == "uri" && y.typ.value == "string":
		id = "resp-format-uri"
	default:
		id = "resp-format"
	}
	c.emit(id, at.String(), attribute, before, after, y.lineOf("format"))
}

// enum compares closed sets value by value. A set that appears or goes is one change.
func (c *comparer) enum(x, y *schema, at place) {
	prefix, location := at.side.prefix(), at.String()
	switch {
	case !x.closed && !y.closed:
		return
	case !x.closed:
		c.emit(prefix+"-enum-new", location, "", nil, values(y.enum), firstLine(y.enum, y.line))
		return
	case !y.closed:
		c.emit(prefix+"-enum-gone", location, "", values(x.enum), nil, y.line)
		return
	}
	gone := without(x.enum, y.enum)
	add := prefix + "-enum-add"
	if at.side == respond && len(gone) == len(x.enum) {
		add = "resp-enum-disjoint"
	}
	for _, v := range without(y.enum, x.enum) {
		c.emit(add, location, "", nil, v.value, v.line)
	}
	for _, v := range gone {
		c.emit(prefix+"-enum-rem", location, "", v.value, nil, firstLine(y.enum, y.line))
	}
}

// without are the values of a that b lacks.
func without(a, b []fact) []fact {
	known := set(b, text)
	return slices.DeleteFunc(slices.Clone(a), func(v fact) bool { return known[text(v.value)] })
}

// set is the values of an enum, each as spelt.
func set(enum []fact, spelling func(any) string) map[string]bool {
	spelt := make(map[string]bool, len(enum))
	for _, v := range enum {
		spelt[spelling(v.value)] = true
	}
	return spelt
}

func values(enum []fact) []any {
	list := make([]any, len(enum))
	for i, v := range enum {
		list[i] = v.value
	}
	return list
}

func firstLine(enum []fact, otherwise int) int {
	line := otherwise
	for i, v := range enum {
		if i == 0 || v.line < line {
			line = v.line
		}
	}
	return line
}

func (c *comparer) limits(x, y *schema, at place) {
	for _, keyword := range slices.Sorted(maps.Keys(limits)) {
		before, after := x.facts[keyword].value, y.facts[keyword].value
		if same(before, after) {
			continue
		}
		bound, exclusive := map[string]string{"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}[keyword]
		if exclusive && (x.facts[bound].value == nil || y.facts[bound].value == nil) {
			continue // comes and goes with its bound
		}
		how := 0
		switch {
		case before == nil:
			how = -1
		case after == nil:
			how = +1
		default:
			how = limitChange(keyword, before, after)
		}
		id := ""
		switch {
		case at.side == respond && how < 0:
			id = "resp-limit-tight"
		case at.side == respond:
			id = "resp-limit-loose"
		case how > 0:
			id = "req-limit-loose"
		case before == nil && !exclusive:
			id = "req-limit-new"
		default:
			id = "req-limit-tight" // of a pattern the worst is assumed
		}
		if before == true || after == true {
			before, after = before == true, after == true
		}
		c.emit(id, at.String(), keyword, before, after, y.lineOf(keyword))
	}
}

func (c *comparer) defaults(x, y *schema, at place) {
	before, after := x.facts["default"].value, y.facts["default"].value
	if same(before, after) {
		return
	}
	id := "resp-default"
	if at.side == request {
		id = choose(before == nil, "req-default-add", "req-default-chg")
	}
	c.emit(id, at.String(), "", before, after, y.lineOf("default"))
}

// unnamed compares the facts that no rule names.
func (c *comparer) unnamed(x, y *schema, at place) {
	for _, keyword := range bothKeys(x.facts, y.facts) {
		if _, isLimit := limits[keyword]; isLimit || slices.Contains(ownRules, keyword) {
			continue
		}
		if before, after := x.facts[keyword].value, y.facts[keyword].value; !same(before, after) {
			c.emit(other, at.String(), keyword, before, after, y.lineOf(keyword))
		}
	}
}

// additional compares what a schema says of properties that it does not name.
func (c *comparer) additional(x, y *schema, at place) {
	const keyword = "additionalProperties"
	open := func(s *schema) bool { return s.facts[keyword].value == nil }
	switch before, after := open(x), open(y); {
	case before && !after:
		c.emit("extra-closed-"+at.side.prefix(), at.String(), "", true, false, y.lineOf(keyword))
	case !before && after:
		c.emit("extra-open", at.String(), "", false, true, y.lineOf(keyword))
	case x.values != nil && y.values != nil:
		c.schema(x.values, y.values, at.child("*"))
	case x.values != nil:
		c.emit(other, at.String(), keyword, nil, nil, y.line, c.below(x.values, at.child("*"), removed)...)
	case y.values != nil:
		c.emit(other, at.String(), keyword, nil, nil, y.values.line, c.below(y.values, at.child("*"), added)...)
	}
}

// below lists a place and what is inside.
func (c *comparer) below(s *schema, at place, kind string) []Implied {
	return append([]Implied{{at.String(), kind}}, c.inside(s, at, kind)...)
}

func (c *comparer) items(x, y *schema, at place) {
	switch {
	case x.items != nil && y.items != nil:
		c.schema(x.items, y.items, at.items())
	case x.items != nil:
		c.emit(other, at.String(), "items", nil, nil, y.line, c.below(x.items, at.items(), removed)...)
	case y.items != nil:
		c.emit(other, at.String(), "items", nil, nil, y.items.line, c.below(y.items, at.items(), added)...)
	}
}

func (c *comparer) properties(x, y *schema, at place) {
	i, j := 0, 0
	for i < len(x.props) || j < len(y.props) {
		switch {
		case j == len(y.props) || i < len(x.props) && x.props[i].name < y.props[j].name:
			c.removedProperty(x.props[i], at.child(x.props[i].name), y.line)
			i++
		case i == len(x.props) || y.props[j].name < x.props[i].name:
			c.addedProperty(y.props[j], at.child(y.props[j].name))
			j++
		default:
			c.property(x.props[i], y.props[j], at.child(y.props[j].name))
			i++
			j++
		}
	}
}

// binding tells whether required means anything on this side: what the server owns is not sent, what only the client
// writes does not arrive (OpenAPI 3.0.3 §4.7.24.1).
func (p property) binding(s side) bool {
	return s == request && !p.schema.flag("readOnly") || s == respond && !p.schema.flag("writeOnly")
}

func (c *comparer) removedProperty(p property, at place, line int) {
	required := p.required.value != nil && p.binding(at.side)
	c.emit(at.side.prefix()+choose(required, "-rem-req", "-rem-opt"), at.String(), "", nil, nil, line, c.inside(p.schema, at, removed)...)
}

func (c *comparer) addedProperty(p property, at place) {
	id := "resp-add"
	if at.side == request {
		id = choose(p.required.value != nil && p.binding(request), "req-add-req", "req-add-opt")
	}
	c.emit(id, at.String(), "", nil, nil, p.line, c.inside(p.schema, at, added)...)
}

func (c *comparer) property(p, q property, at place) {
	if p.binding(at.side) || q.binding(at.side) {
		set, cleared := "req-req", "req-opt"
		if at.side == respond {
			set, cleared = "resp-now-req", "resp-now-opt"
		}
		c.requiredFlag(set, cleared, at.String(), p.required, q.required, q.line)
	}
	c.schema(p.schema, q.schema, at)
}

// unions compares oneOf and anyOf. Branches that have an equal on the other side are no change; of the rest, those with
// the same name or, in order, the same type are compared with each other; what then is left came or went.
func (c *comparer) unions(x, y *schema, at place) {
	for i := range max(len(x.unions), len(y.unions)) {
		var u, v union
		if i < len(x.unions) {
			u = x.unions[i]
		}
		if i < len(y.unions) {
			v = y.unions[i]
		}
		line := cmp.Or(v.line, y.line)
		keyword := cmp.Or(v.keyword, u.keyword)
		if u.keyword != "" && v.keyword != "" && u.keyword != v.keyword {
			c.emit(other, at.String(), keyword, u.keyword, v.keyword, line)
		}
		old := slices.DeleteFunc(slices.Clone(u.branches), func(a branch) bool {
			return slices.ContainsFunc(v.branches, func(b branch) bool { return c.equal(a.schema, b.schema) })
		})
		new := slices.DeleteFunc(slices.Clone(v.branches), func(b branch) bool {
			return slices.ContainsFunc(u.branches, func(a branch) bool { return c.equal(a.schema, b.schema) })
		})
		for _, alike := range []func(a, b branch) bool{
			func(a, b branch) bool { return a.name != "" && a.name == b.name },
			func(a, b branch) bool { return same(a.schema.typ.value, b.schema.typ.value) },
		} {
			old = slices.DeleteFunc(old, func(a branch) bool {
				j := slices.IndexFunc(new, func(b branch) bool { return alike(a, b) })
				if j < 0 {
					return false
				}
				c.schema(a.schema, new[j].schema, at)
				new = slices.Delete(new, j, j+1)
				return true
			})
		}
		for _, a := range old {
			c.emit(other, at.String(), keyword, a.schema.typ.value, nil, line, c.inside(a.schema, at, removed)...)
		}
		for _, b := range new {
			c.emit(other, at.String(), keyword, nil, b.schema.typ.value, b.schema.line, c.inside(b.schema, at, added)...)
		}
	}
}

// opaque compares members as wholes.
func (c *comparer) opaque(x, y *schema, at place) {
	old, new := map[string]*schema{}, map[string]*schema{}
	for _, m := range x.opaque {
		old[m.key] = m.schema
	}
	for _, m := range y.opaque {
		new[m.key] = m.schema
	}
	for _, key := range bothKeys(old, new) {
		keyword, name, _ := strings.Cut(key, " ")
		var before, after any
		if old[key] != nil && name != "" {
			before = name
		}
		if new[key] != nil && name != "" {
			after = name
		}
		switch {
		case new[key] == nil:
			c.emit(other, at.String(), keyword, before, after, y.line)
		case old[key] == nil || !c.equal(old[key], new[key]):
			c.emit(other, at.String(), keyword, before, after, new[key].line)
		}
	}
}
