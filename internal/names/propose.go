package names

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/overlay"
)

// propose is a name for an object at a place that has none.
func (n *namer) propose(j job) string {
	if j.vendor != "" {
		if names := n.stands[j.vendor]; len(names) > 0 {
			return slices.Min(names)
		}
	} else if name := n.alike(j); name != "" {
		return name
	}
	base := goName(j.vendor)
	if base != "" && !n.taken[base] {
		n.taken[base] = true
		return base
	}
	base = fromPlace(j)
	for i := 1; ; i++ {
		name := base
		if i > 1 {
			name += strconv.Itoa(i)
		}
		if !n.taken[name] {
			n.taken[name] = true
			return name
		}
	}
}

// alike is the name of an object that stands under the same property as an inline one and says the same.
func (n *namer) alike(j job) string {
	last := lastProperty(j.place.Steps)
	inline := n.flattened(j.source)
	for _, key := range besides {
		document.Delete(inline, key)
	}
	if last == "" || document.Get(inline, "properties") == nil {
		return ""
	}
	for _, name := range slices.Sorted(maps.Keys(n.types)) {
		for _, v := range n.types[name].variants {
			if lastProperty(v.place.Steps) == last && n.saysSame(inline, v.schema) {
				return name
			}
		}
	}
	return ""
}

// saysSame reports whether two objects say the same, whatever the objects in them say, which have names of their own.
func (n *namer) saysSame(a, b *yaml.Node) bool {
	if len(a.Content) != len(b.Content) {
		return false
	}
	for key, left := range document.Pairs(a) {
		right := document.Get(b, key.Value)
		switch {
		case right == nil:
			return false
		case key.Value == "properties":
			if len(left.Content) != len(right.Content) {
				return false
			}
			for name, property := range document.Pairs(left) {
				other := document.Get(right, name.Value)
				if other == nil ||
					!overlay.Same(property, other) && !(n.isObjectOrList(property) && n.isObjectOrList(other)) {
					return false
				}
			}
		case !overlay.Same(left, right):
			return false
		}
	}
	return true
}

// isObjectOrList reports whether a schema is an object, a reference to one, or a list of them.
func (n *namer) isObjectOrList(schema *yaml.Node) bool {
	if items := document.Get(schema, "items"); items != nil {
		schema = items
	}
	return refOf(schema) != "" || n.isObject(schema)
}

// lastProperty is the last property of some steps.
func lastProperty(steps string) string {
	steps = strings.TrimRight(steps, "[]{}")
	return steps[strings.LastIndexAny(steps, ".>")+1:]
}

// fromPlace makes a name of a place: the owner's, or the operation's id with Request or Response, and the properties.
func fromPlace(j job) string {
	words := cmp.Or(j.place.Owner, goName(j.hint))
	singular := strings.HasSuffix(j.place.Steps, "[]")
	for step := range strings.FieldsFuncSeq(j.place.Steps,
		func(r rune) bool { return strings.ContainsRune(`.[]{}<>"`, r) }) {
		words += goName(step)
	}
	if singular {
		words = strings.TrimSuffix(words, "s")
	}
	return cmp.Or(words, "Object")
}

// goName makes an exported Go name of any text, empty if nothing is left.
func goName(text string) string {
	var b strings.Builder
	up := true
	for _, r := range text {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) && b.Len() > 0:
			if up {
				r = unicode.ToUpper(r)
			}
			up = false
			b.WriteRune(r)
		default:
			up = true
		}
	}
	name := b.String()
	if name != "" && !unicode.IsUpper([]rune(name)[0]) {
		return "X" + name
	}
	return name
}
