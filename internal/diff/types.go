package diff

import (
	"slices"
	"strings"
)

// typeSet is the JSON types that a place admits, sorted. nil is any, null among them. Whether null is admitted beside
// others is the fact "nullable".
type typeSet []string

// types are those of a schema: its own, or those of the branches of a union together.
func (c *comparer) types(s *schema) typeSet {
	if typ, ok := s.typ.value.(string); ok {
		return strings.Split(typ, "|")
	}
	if known, ok := c.typesOf[s]; ok {
		return known
	}
	c.typesOf[s] = nil // what leads back to itself could be anything
	for _, u := range s.unions {
		if together := c.branchTypes(u.branches); together != nil {
			c.typesOf[s] = together
			break
		}
	}
	return c.typesOf[s]
}

func (c *comparer) branchTypes(branches []branch) typeSet {
	var together typeSet
	for _, b := range branches {
		types := c.types(b.schema)
		if types == nil {
			return nil
		}
		together = append(together, types...)
	}
	slices.Sort(together)
	together = slices.Compact(together)
	if slices.Contains(together, "number") {
		together = slices.DeleteFunc(together, func(t string) bool { return t == "integer" })
	}
	return together
}

// covers reports whether t admits whatever narrow admits. An integer is a number.
func (t typeSet) covers(narrow typeSet) bool {
	if t == nil || narrow == nil {
		return t == nil
	}
	return !slices.ContainsFunc(narrow, func(one string) bool { return !t.has(one) })
}

func (t typeSet) has(one string) bool {
	return slices.Contains(t, one) || one == "integer" && slices.Contains(t, "number")
}

// meets reports whether some value is admitted by both.
func (t typeSet) meets(other typeSet) bool {
	return t == nil || other == nil || slices.ContainsFunc(t, other.has) || slices.ContainsFunc(other, t.has)
}

// value is the set as findings give it.
func (t typeSet) value() any {
	if t == nil {
		return nil
	}
	return strings.Join(t, "|")
}

// bare reports whether a schema is a union and says no more than flags beside it.
func (s *schema) bare() bool {
	if s.typ.value != nil || s.closed || s.props != nil || s.items != nil || s.values != nil || s.opaque != nil ||
		len(s.unions) != 1 {
		return false
	}
	for keyword := range s.facts {
		if !slices.Contains(
			[]string{"nullable", "deprecated", "readOnly", "writeOnly", "default", "discriminator"},
			keyword,
		) {
			return false
		}
	}
	return true
}

// simplify writes the unions of schemas in the one way in which they are compared. What a union says that a plain
// schema can say is said by that: a branch that is inside of another one goes, branches of different types become one
// schema of several types, and the only branch that is left takes the place of the union.
func simplify(schemas []*schema) {
	done := map[*schema]bool{}
	for _, s := range schemas {
		simplifyOne(s, done)
	}
}

func simplifyOne(s *schema, done map[*schema]bool) {
	if len(s.unions) == 0 || done[s] {
		return
	}
	done[s] = true
	for i := range s.unions {
		u := &s.unions[i]
		for _, b := range u.branches {
			simplifyOne(b.schema, done)
		}
		if u.keyword == "discriminator" {
			continue
		}
		u.branches = flat(s, u.branches)
		u.branches = withoutInner(u.branches)
	}
	if s.bare() && s.unions[0].keyword != "discriminator" && separate(s.unions[0].branches) {
		s.absorb(s.unions[0].branches)
	}
}

// flat puts the branches of a branch that is nothing but a union in its place.
func flat(s *schema, branches []branch) []branch {
	var list []branch
	there := map[*schema]bool{} // unions that lead to each other would grow without bounds
	add := func(b branch) {
		if b.value == "" && there[b.schema] {
			return
		}
		there[b.schema] = there[b.schema] || b.value == ""
		list = append(list, b)
	}
	for _, b := range branches {
		inner := b.schema
		if b.value != "" || inner == s || !inner.bare() || len(inner.facts) > 0 ||
			inner.unions[0].keyword == "discriminator" {
			list = append(list, b)
			continue
		}
		for _, b := range inner.unions[0].branches {
			add(b)
		}
	}
	return list
}

// withoutInner leaves out the branches all of whose values another one admits that is nothing but types.
func withoutInner(branches []branch) []branch {
	const maxSets = 1<<7 - 1      // there are seven types
	plain := map[string]*schema{} // the first that is nothing but types, by these
	for _, b := range branches {
		own, ok := b.schema.typ.value.(string)
		if ok && b.schema.isPlain() && plain[own] == nil && len(plain) < maxSets {
			plain[own] = b.schema
		}
	}
	return slices.DeleteFunc(slices.Clone(branches), func(b branch) bool {
		inner, ok := b.schema.typ.value.(string)
		if b.value != "" || !ok || b.schema.facts["nullable"].value != nil {
			return false
		}
		for own, s := range plain {
			if s != b.schema && typeSet(strings.Split(own, "|")).covers(strings.Split(inner, "|")) {
				return true
			}
		}
		return false
	})
}

// isPlain reports whether a schema is nothing but types.
func (s *schema) isPlain() bool {
	return len(s.facts) == 0 && !s.closed && s.props == nil && s.items == nil && s.values == nil && s.unions == nil &&
		s.opaque == nil
}

// about are the keywords that speak of values of one type alone.
var about = map[string]string{
	"minLength": "string", "maxLength": "string", "pattern": "string", "contentMediaType": "string",
	"contentEncoding": "string",
	"minimum":         "number", "maximum": "number", "exclusiveMinimum": "number", "exclusiveMaximum": "number",
	"multipleOf": "number",
	"minItems":   "array", "maxItems": "array", "uniqueItems": "array",
	"minProperties": "object", "maxProperties": "object", "additionalProperties": "object",
}

// separate reports whether branches can be one schema: their types have nothing in common, and what they say is about
// values of their types alone.
func separate(branches []branch) bool {
	if len(branches) == 0 || len(branches) > 8 {
		return false
	}
	formats := 0
	for i, b := range branches {
		s := b.schema
		own, ok := s.typ.value.(string)
		if !ok || b.value != "" || s.unions != nil || s.opaque != nil || len(branches) > 1 && s.closed {
			return false
		}
		types := typeSet(strings.Split(own, "|"))
		for _, other := range branches[:i] {
			if types.meets(strings.Split(other.schema.typ.value.(string), "|")) {
				return false
			}
		}
		for keyword := range s.facts {
			switch {
			case len(branches) == 1:
			case keyword == "format":
				formats++
			case keyword != "nullable" && about[keyword] == "":
				return false
			}
		}
	}
	return formats < 2
}

// absorb makes a union what its branches are together.
func (s *schema) absorb(branches []branch) {
	var types typeSet
	for _, b := range branches {
		in := b.schema
		types = append(types, strings.Split(in.typ.value.(string), "|")...)
		for keyword, f := range in.facts {
			if _, known := s.facts[keyword]; !known {
				s.facts[keyword] = f
			}
		}
		if in.props != nil {
			s.props = in.props
		}
		if in.items != nil {
			s.items = in.items
		}
		if in.values != nil {
			s.values = in.values
		}
		if in.closed {
			s.enum, s.closed = in.enum, true
		}
	}
	slices.Sort(types)
	s.typ = fact{strings.Join(types, "|"), s.line}
	s.unions = nil
}
