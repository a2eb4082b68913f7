package diff

import (
	"encoding/binary"
	"maps"
	"slices"
	"strings"
)

// classify gives each schema of two documents a class, so that two schemas have the same class if and only if their
// unrolled trees say the same. Where no cycle is reached, a class follows from what a schema says itself and from the
// classes of its members, in one pass. The rest start from what they say themselves, and classes are split by what
// their members are until none splits: the coarsest partition that is stable, which does not depend on how a cycle is
// written. The classes are in the order of the schemas.
//
// There are at most as many rounds as what reaches a cycle is deep, each linear in its size.
func classify(before, after []*schema) (old, new []int) {
	finite := map[string]int{}
	old, oldCyclic := finiteClasses(before, finite)
	new, newCyclic := finiteClasses(after, finite)
	if len(oldCyclic)+len(newCyclic) == 0 {
		return old, new
	}
	numbers := map[string]int{}
	first := len(finite) // of the classes of what reaches a cycle
	round := func(key func(s *schema, classes []int) []byte) {
		numbers = make(map[string]int, len(numbers))
		var next []int
		for _, s := range oldCyclic {
			next = append(next, first+intern(numbers, string(key(s, old))))
		}
		for _, s := range newCyclic {
			next = append(next, first+intern(numbers, string(key(s, new))))
		}
		for i, s := range oldCyclic {
			old[s.id] = next[i]
		}
		for i, s := range newCyclic {
			new[s.id] = next[len(oldCyclic)+i]
		}
	}
	round(func(s *schema, _ []int) []byte { return []byte(s.own()) })
	for count := 0; count < len(numbers); {
		count = len(numbers)
		round(func(s *schema, classes []int) []byte { return s.appendClasses(nil, classes) })
	}
	return old, new
}

// finiteClasses gives a class to each schema that reaches no cycle, members first, and returns the others.
func finiteClasses(schemas []*schema, numbers map[string]int) (classes []int, cyclic []*schema) {
	classes = make([]int, len(schemas))
	users, open := make([][]*schema, len(schemas)), make([]int, len(schemas))
	var ready []*schema
	for _, s := range schemas {
		members := s.members()
		for _, m := range members {
			users[m.id] = append(users[m.id], s)
		}
		if open[s.id] = len(members); len(members) == 0 {
			ready = append(ready, s)
		}
	}
	for len(ready) > 0 {
		s := ready[len(ready)-1]
		ready = ready[:len(ready)-1]
		classes[s.id] = intern(numbers, string(s.appendClasses(append([]byte(s.own()), 0), classes)))
		for _, user := range users[s.id] {
			if open[user.id]--; open[user.id] == 0 {
				ready = append(ready, user)
			}
		}
	}
	for _, s := range schemas {
		if open[s.id] > 0 {
			cyclic = append(cyclic, s)
		}
	}
	return classes, cyclic
}

// members are the schemas that a schema holds.
func (s *schema) members() []*schema {
	var members []*schema
	for _, p := range s.props {
		members = append(members, p.schema)
	}
	for _, m := range []*schema{s.items, s.values} {
		if m != nil {
			members = append(members, m)
		}
	}
	for _, u := range s.unions {
		for _, b := range u.branches {
			members = append(members, b.schema)
		}
	}
	for _, m := range s.opaque {
		members = append(members, m.schema)
	}
	return members
}

func intern(numbers map[string]int, key string) int {
	n, known := numbers[key]
	if !known {
		n = len(numbers)
		numbers[key] = n
	}
	return n
}

// own is what a schema says itself: everything but what its members are.
func (s *schema) own() string {
	var b strings.Builder
	b.WriteString(text(s.typ.value))
	integers := s.isAny("integer")
	for _, bound := range bounds {
		if limit, exclusive, ok := s.settled(bound, integers); ok {
			b.WriteString("\n" + bound.keyword + " " + limit.RatString() + " " + text(exclusive))
		}
	}
	for _, keyword := range slices.Sorted(maps.Keys(s.facts)) {
		if strings.HasSuffix(keyword, "inimum") || strings.HasSuffix(keyword, "aximum") {
			continue
		}
		b.WriteString("\n" + keyword + " " + text(s.facts[keyword].value))
	}
	if s.closed {
		for _, v := range s.enum {
			b.WriteString("\nenum " + text(v.value))
		}
	}
	for _, p := range s.props {
		b.WriteString("\nproperty " + text(p.name) + " " + text(p.required.value))
	}
	for _, u := range s.unions {
		b.WriteString("\nunion")
		for _, branch := range u.branches {
			if branch.value != "" {
				b.WriteString(" " + text(branch.value))
			}
		}
	}
	for _, m := range s.opaque {
		b.WriteString("\nmember " + text(m.key))
	}
	return b.String()
}

// blank tells whether a schema allows anything, which is what no schema does.
func (s *schema) blank() bool {
	return s.typ.value == nil && len(s.facts) == 0 && !s.closed && s.props == nil && s.items == nil &&
		s.values == nil &&
		s.unions == nil &&
		s.opaque == nil
}

// appendClasses spells the class of a schema and of its members. The branches of a union are a set, but for what the
// values of a discriminator lead to.
func (s *schema) appendClasses(key []byte, classes []int) []byte {
	class := func(s *schema) { key = binary.AppendUvarint(key, uint64(classes[s.id])) }
	class(s)
	for _, p := range s.props {
		class(p.schema)
	}
	for _, member := range []*schema{s.items, s.values} {
		if member == nil {
			key = append(key, 0)
			continue
		}
		key = append(key, 1)
		class(member)
	}
	for _, u := range s.unions {
		set := make([]int, 0, len(u.branches))
		for _, b := range u.branches {
			if b.value != "" {
				class(b.schema)
				continue
			}
			set = append(set, classes[b.schema.id])
		}
		slices.Sort(set)
		set = slices.Compact(set)
		key = binary.AppendUvarint(key, uint64(len(set)))
		for _, c := range set {
			key = binary.AppendUvarint(key, uint64(c))
		}
	}
	for _, m := range s.opaque {
		class(m.schema)
	}
	return key
}
