package diff

import (
	"cmp"
	"encoding/json"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/ringbasic/ringbasic/internal/document"
)

// schema compares two schemas that stand at the same place.
func (c *comparer) schema(x, y *schema, at place) {
	if x == nil || y == nil {
		x, y = orAny(x), orAny(y)
	}
	if c.equal(x, y) || len(c.active) > document.MaxRefs || slices.Contains(c.active, pair{x, y}) || !c.enter(x, y, at) {
		return
	}
	c.active = append(c.active, pair{x, y})
	defer func() { c.active = c.active[:len(c.active)-1] }()

	c.flags(x, y, at)
	from, to := c.types(x), c.types(y)
	if retyped := !slices.Equal(from, to) || (from == nil) != (to == nil); retyped && !(x.listed && y.listed) {
		c.retyped(x, y, from, to, at)
		return
	}
	c.members(x, y, at, from, to)
}

// anything is the schema that says nothing.
var anything = &schema{id: -1}

func orAny(s *schema) *schema {
	if s == nil {
		return anything
	}
	return s
}

// members compares what two schemas say beside their types, as far as it is about values that both admit.
func (c *comparer) members(x, y *schema, at place, from, to typeSet) {
	if len(x.unions) == 0 && y.bare() || len(y.unions) == 0 && x.bare() {
		c.branches(x.asUnion(), y.asUnion(), at, from, to)
		return
	}
	c.format(x, y, at)
	c.enum(x, y, at)
	c.limits(x, y, at)
	c.defaults(x, y, at)
	c.unnamed(x, y, at)
	if from.has("object") && to.has("object") || from == nil && to == nil {
		c.additional(x, y, at)
		c.properties(x, y, at)
	}
	if from.has("array") && to.has("array") || from == nil && to == nil {
		c.items(x, y, at)
	}
	c.unions(x, y, at, from, to)
	c.opaque(x, y, at)
}

// asUnion is a schema as a union: a plain one has one branch.
func (s *schema) asUnion() union {
	if len(s.unions) == 1 && s.bare() {
		return s.unions[0]
	}
	return union{line: s.line, branches: []branch{{schema: s}}}
}

// flags compares what does not depend on the type. What is any admits null, so that null comes or goes with the type.
func (c *comparer) flags(x, y *schema, at place) {
	flag := func(keyword string, ids ...string) {
		before, after := x.flag(keyword), y.flag(keyword)
		if before == after {
			return
		}
		c.emit(choose(after, ids[0], ids[1]), at.String(), at.branch, before, after, y.lineOf(keyword))
	}
	if c.types(x) != nil && c.types(y) != nil {
		flag("nullable", at.side.prefix()+"-nullable+", at.side.prefix()+"-nullable-")
	}
	flag("deprecated", at.side.prefix()+"-deprecated", "undeprecated")
	if at.side == respond {
		flag("readOnly", "resp-readonly", "resp-readonly")
	} else {
		flag("writeOnly", "req-writeonly", "req-writeonly")
	}
}

func (s *schema) lineOf(keyword string) int { return cmp.Or(s.facts[keyword].line, s.line) }

// retyped reports a type that changed. What hangs on the type (format, values, limits, default, members) is judged with
// it. But where the new types take nothing from the reader, what is worse than that is a finding of its own: a server
// that admits a number beside a text, and a shorter text than before, breaks whoever sends a long one.
func (c *comparer) retyped(x, y *schema, from, to typeSet, at place) {
	id, harmless := at.side.prefix()+"-type", false
	switch {
	case at.text && c.textual(x, y):
		id = "type-text"
	case at.side == request && to.covers(from):
		id, harmless = "req-type-wider", true
	case at.side == respond && from.covers(to):
		id, harmless = "resp-type-narrower", true
	}
	var implied []Implied
	if harmless && from != nil && to != nil {
		outer := c.findings
		c.findings = nil
		c.members(x, y, at, from, to)
		inner := c.findings
		c.findings = outer
		for _, f := range inner {
			if f.Severity != Safe {
				c.findings = append(c.findings, f)
				continue
			}
			implied = append(append(implied, impliedBy(f)...), f.Implied...)
		}
	} else {
		implied = c.impliedFacts(x, y, at)
		gone, came := c.inside(x, at, removed), c.inside(y, at, added)
		there := map[string]int{} // 1 before, 2 after, 3 both
		for _, i := range gone {
			there[i.Location] |= 1
		}
		for _, i := range came {
			there[i.Location] |= 2
		}
		implied = append(implied, slices.DeleteFunc(append(gone, came...),
			func(i Implied) bool { return there[i.Location] == 3 })...)
	}
	if id == "type-text" {
		// A limit that appears is what it is where the type stays: nobody says whether the server had it before.
		implied = slices.DeleteFunc(implied, func(i Implied) bool {
			_, isLimit := limits[i.Attribute]
			return isLimit && i.Kind == added && x.facts[i.Attribute].value == nil
		})
		c.newLimits(x, y, at)
		if slices.Equal(to, typeSet{"array"}) && !slices.Equal(from, to) && y.items != nil {
			c.newLimits(x, y.items, at)
		}
	}
	c.emit(id, at.String(), at.branch, from.value(), to.value(), cmp.Or(y.typ.line, y.line), implied...)
}

// newLimits reports the limits that only y has, but for those of lists, which one item keeps.
func (c *comparer) newLimits(x, y *schema, at place) {
	for _, keyword := range slices.Sorted(maps.Keys(limits)) {
		if limit := y.facts[keyword].value; limit != nil && x.facts[keyword].value == nil &&
			about[keyword] != "array" &&
			!strings.HasPrefix(keyword, "exclusive") {
			c.limit(keyword, -1, true, nil, limit, at, y.lineOf(keyword))
		}
	}
}

// impliedBy is a finding as something that is judged with another one: what was there is removed, what is there is
// added.
func impliedBy(f Finding) []Implied {
	var list []Implied
	if f.Old != nil || f.Change == removed {
		list = append(list, Implied{f.Location, removed, f.Aspect})
	}
	if f.New != nil || f.Change == added {
		list = append(list, Implied{f.Location, added, f.Aspect})
	}
	return list
}

// impliedFacts lists the facts of a place that differ and are judged with its type.
func (c *comparer) impliedFacts(x, y *schema, at place) []Implied {
	location := at.String()
	var list []Implied
	note := func(attribute string, gone, came bool) {
		if gone {
			list = append(list, Implied{location, removed, attribute})
		}
		if came {
			list = append(list, Implied{location, added, attribute})
		}
	}
	for _, keyword := range bothKeys(x.facts, y.facts) {
		if slices.Contains([]string{"nullable", "deprecated", "readOnly", "writeOnly"}, keyword) {
			continue // compared whatever the types are
		}
		if before, after := x.facts[keyword].value, y.facts[keyword].value; !same(before, after) {
			note(keyword, before != nil, after != nil)
		}
	}
	if x.closed != y.closed ||
		!slices.EqualFunc(x.enum, y.enum, func(a, b fact) bool { return same(a.value, b.value) }) {
		note("enum", x.closed, y.closed)
	}
	return list
}

// textual reports whether every text form of a value of x is one of y. A list with one item is written like the item.
func (c *comparer) textual(x, y *schema) bool {
	from, to := c.types(x), c.types(y)
	if from == nil ||
		slices.ContainsFunc(from, func(t string) bool { return t == "array" || t == "object" || t == "null" }) {
		return false
	}
	if slices.Equal(to, typeSet{"array"}) {
		one, ok := rational(y.facts["minItems"].value)
		return y.items == nil || c.textual(x, y.items) && (!ok || one.Cmp(big.NewRat(1, 1)) <= 0)
	}
	if to != nil && !to.has("string") && !to.covers(from) {
		return false
	}
	if format := y.facts["format"].value; to.has("string") && format != nil && !same(format, x.facts["format"].value) &&
		format != "int32" &&
		format != "int64" {
		return false
	}
	for keyword := range limits {
		if before, after := x.facts[keyword].value, y.facts[keyword].value; before != nil && after != nil &&
			!same(before, after) {
			return false
		}
	}
	if !y.closed {
		return true
	}
	accepted := set(y.enum, plain)
	return x.closed && !slices.ContainsFunc(x.enum, func(v fact) bool { return !accepted[plain(v.value)] })
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
	if !x.closed && !y.closed {
		return
	}
	prefix, location := at.side.prefix(), at.String()
	switch {
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
	line := firstLine(y.enum, y.line)
	for _, v := range gone {
		c.emit(prefix+"-enum-rem", location, "", v.value, nil, line)
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

// limits compares limits. One that only one side has, and that is about values of a type which the other side does not
// admit, takes nothing from anyone: those values came with their limit, or went with it.
func (c *comparer) limits(x, y *schema, at place) {
	from, to := c.types(x), c.types(y)
	speaks := func(types typeSet, keyword string) bool {
		kind := about[keyword]
		return types == nil || kind == "" || types.has(kind) || kind == "number" && types.has("integer")
	}
	for _, keyword := range slices.Sorted(maps.Keys(limits)) {
		before, after := x.facts[keyword].value, y.facts[keyword].value
		how := 0
		switch {
		case keyword == "exclusiveMinimum" || keyword == "exclusiveMaximum":
			continue // one limit with its bound
		case before == nil && after == nil:
			continue
		case before == nil && !speaks(from, keyword), after == nil && !speaks(to, keyword):
			how = choose(at.side == request, +1, -1)
		case before == nil:
			how = -1
		case after == nil:
			how = +1
		default:
			if b := slices.IndexFunc(bounds, func(b bound) bool { return b.keyword == keyword }); b >= 0 {
				c.bound(x, y, bounds[b], at)
				continue
			}
			if same(before, after) {
				continue
			}
			how = limitChange(keyword, before, after)
		}
		if before == true || after == true {
			before, after = before == true, after == true
		}
		c.limit(keyword, how, x.facts[keyword].value == nil, before, after, at, y.lineOf(keyword))
	}
}

// bound compares a numeric bound that both sides have, with the flag that makes it exclusive.
func (c *comparer) bound(x, y *schema, b bound, at place) {
	before, after := x.facts[b.keyword].value, y.facts[b.keyword].value
	integers := x.isAny("integer") && y.isAny("integer")
	from, was, okFrom := x.settled(b, integers)
	to, is, okTo := y.settled(b, integers)
	how := 0
	if okFrom && okTo {
		how = to.Cmp(from) * choose(b.lower, -1, +1) // a lower bound that grows is tighter
		if how == 0 && was == is {
			return
		}
		how = cmp.Or(how, choose(is, -1, +1))
	}
	switch {
	case !same(before, after):
		c.limit(b.keyword, how, false, before, after, at, y.lineOf(b.keyword))
	case x.flag(b.exclusive) != y.flag(b.exclusive):
		c.limit(b.exclusive, how, false, x.flag(b.exclusive), y.flag(b.exclusive), at, y.lineOf(b.exclusive))
	}
}

// limit reports a limit that moved: how is -1 tighter, +1 looser, 0 where neither can be said, of which the worst is
// assumed.
func (c *comparer) limit(keyword string, how int, isNew bool, before, after any, at place, line int) {
	id := ""
	switch {
	case at.side == respond && how < 0:
		id = "resp-limit-tight"
	case at.side == respond:
		id = "resp-limit-loose"
	case how > 0:
		id = "req-limit-loose"
	case isNew:
		id = "req-limit-new"
	default:
		id = "req-limit-tight"
	}
	c.emit(id, at.String(), keyword, before, after, line)
}

func (c *comparer) defaults(x, y *schema, at place) {
	before, after := x.facts["default"].value, y.facts["default"].value
	if same(before, after) || sameNumber(before, after) {
		return
	}
	id := "resp-default"
	if at.side == request {
		id = choose(before == nil, "req-default-add", "req-default-chg")
	}
	c.emit(id, at.String(), "", before, after, y.lineOf("default"))
}

// sameNumber reports whether a number and a text say the same, as 1 and "1" do.
func sameNumber(a, b any) bool {
	x, okX := a.(json.Number)
	y, okY := b.(string)
	if !okX || !okY {
		x, okX = b.(json.Number)
		y, okY = a.(string)
	}
	return okX && okY && same(x, number(y))
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
		c.emit(
			"extra-closed-"+at.side.prefix(),
			at.String(),
			"",
			true,
			false,
			y.lineOf(keyword),
			c.belowValues(x, at, removed)...)
	case !before && after:
		c.emit("extra-open", at.String(), "", false, true, y.lineOf(keyword), c.belowValues(y, at, added)...)
	case before && after && (x.values != nil || y.values != nil):
		c.schema(x.values, y.values, at.child("*"))
	}
}

// belowValues lists the values of a map and what is inside.
func (c *comparer) belowValues(s *schema, at place, kind string) []Implied {
	if s.values == nil {
		return nil
	}
	at = at.child("*")
	return append([]Implied{{Location: at.String(), Kind: kind}}, c.inside(s.values, at, kind)...)
}

func (c *comparer) items(x, y *schema, at place) {
	if x.items != nil || y.items != nil {
		c.schema(x.items, y.items, at.items())
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

// travels reports whether a property is sent on this side: what the server owns is not in requests, what only the
// client writes is not in responses (OpenAPI 3.0.3 §4.7.24.1).
func (p property) travels(s side) bool {
	return s == request && !p.schema.flag("readOnly") || s == respond && !p.schema.flag("writeOnly")
}

func (c *comparer) removedProperty(p property, at place, line int) {
	if p.travels(at.side) {
		id := at.side.prefix() + choose(p.required.value != nil, "-rem-req", "-rem-opt")
		c.emitWhole(removed, id, at.String(), line, c.inside(p.schema, at, removed)...)
	}
}

func (c *comparer) addedProperty(p property, at place) {
	if !p.travels(at.side) {
		return
	}
	id := "resp-add"
	if at.side == request {
		id = choose(p.required.value != nil, "req-add-req", "req-add-opt")
	}
	c.emitWhole(added, id, at.String(), p.line, c.inside(p.schema, at, added)...)
}

// property compares a property that both sides have. Where it travels on neither, nothing of it is a fact; where it
// travels on one, only that is, and the rest is judged with it.
func (c *comparer) property(p, q property, at place) {
	before, after := p.travels(at.side), q.travels(at.side)
	if before && after {
		set, cleared := "req-req", "req-opt"
		if at.side == respond {
			set, cleared = "resp-now-req", "resp-now-opt"
		}
		if !same(p.required.value, q.required.value) { // else its place is not put together
			c.requiredFlag(set, cleared, at.String(), p.required, q.required, q.line)
		}
		c.schema(p.schema, q.schema, at)
		return
	}
	if !before && !after {
		return
	}
	id, keyword := "", "readOnly"
	switch {
	case at.side == request && before:
		id = "req-readonly"
	case at.side == request:
		id = choose(q.required.value != nil, "req-add-req", "req-readonly-")
	case before:
		id, keyword = choose(p.required.value != nil, "resp-rem-req", "resp-writeonly"), "writeOnly"
	default:
		id, keyword = "resp-writeonly-", "writeOnly"
	}
	implied := c.impliedFacts(p.schema, q.schema, at)
	if from, to := c.types(p.schema), c.types(q.schema); !slices.Equal(from, to) {
		implied = append(implied, Implied{at.String(), removed, "type"}, Implied{at.String(), added, "type"})
	}
	switch id {
	case "resp-rem-req":
		c.emitWhole(
			removed,
			id,
			at.String(),
			q.schema.lineOf(keyword),
			append(implied, c.inside(p.schema, at, removed)...)...)
	case "req-add-req":
		c.emitWhole(added, id, at.String(), q.line, append(implied, c.inside(q.schema, at, added)...)...)
	default:
		c.emit(id, at.String(), "", !before, !after, q.schema.lineOf(keyword), implied...)
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
