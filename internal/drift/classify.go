package drift

import (
	"encoding/binary"
	"maps"
	"slices"
	"strings"
)

// classify gives each schema of two documents a class, so that two schemas have the same class if and only if their
// unrolled trees say the same. It starts from what schemas say themselves and splits classes by what their members
// are, until no class splits: the coarsest partition that is stable, which does not depend on how a cycle is written.
// The classes are in the order of the schemas.
//
// The number of rounds is at most the depth of the schemas, each linear in their size.
func classify(before, after []*schema) (old, new []int) {
	all := make([]int, len(before)+len(after))
	old, new = all[:len(before)], all[len(before):]
	numbers := map[string]int{}
	for i, s := range before {
		old[i] = intern(numbers, s.own())
	}
	for i, s := range after {
		new[i] = intern(numbers, s.own())
	}
	next := make([]int, len(all))
	for count := len(numbers); ; count = len(numbers) {
		numbers = make(map[string]int, count)
		var key []byte
		for i, s := range before {
			key = s.appendClasses(key[:0], old)
			next[i] = intern(numbers, string(key))
		}
		for i, s := range after {
			key = s.appendClasses(key[:0], new)
			next[len(before)+i] = intern(numbers, string(key))
		}
		copy(all, next)
		if len(numbers) == count {
			return old, new
		}
	}
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
	for _, keyword := range slices.Sorted(maps.Keys(s.facts)) {
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
		b.WriteString("\n" + u.keyword)
	}
	for _, m := range s.opaque {
		b.WriteString("\nmember " + text(m.key))
	}
	return b.String()
}

// blank tells whether a schema allows anything, which is what no schema does.
func (s *schema) blank() bool {
	return s.typ.value == nil && len(s.facts) == 0 && !s.closed && s.props == nil && s.items == nil && s.values == nil && s.unions == nil && s.opaque == nil
}

// appendClasses spells the class of a schema and of its members. The branches of a union are a set.
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
		set := make([]int, len(u.branches))
		for i, b := range u.branches {
			set[i] = classes[b.schema.id]
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
