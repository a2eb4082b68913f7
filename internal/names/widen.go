package names

import (
	"fmt"
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/overlay"
)

// widened is the schema that admits what any of the variants admits, and what differs between them.
func widened(variants []variant) (*yaml.Node, []Difference) {
	schema := variants[0].schema
	var facts []Difference
	known := map[string]bool{} // what two of them differ in, the third may as well
	for _, v := range variants[1:] {
		w := widener{left: variants[0].String(), right: v.String()}
		schema = w.merge(schema, v.schema, "")
		for _, f := range w.facts {
			if !known[f.Key()] {
				known[f.Key()] = true
				facts = append(facts, f)
			}
		}
	}
	return schema, facts
}

type widener struct {
	left, right string
	facts       []Difference
}

// Difference is what differs between the schemas of a name.
type Difference struct {
	At   string // the path below the name, ".uri"
	What string // the keyword, or "existence"
	How  string // in words, with both sides
}

// Key is the same for the same difference, whatever the vendor calls the sides.
func (d Difference) Key() string { return d.At + " " + d.What }

func (d Difference) String() string {
	if d.At == "" {
		return "the object: " + d.How
	}
	return d.At + ": " + d.How
}

func (w *widener) say(at, what, format string, args ...any) {
	w.facts = append(w.facts, Difference{at, what, fmt.Sprintf(format, args...)})
}

// lower and upper are bounds of which the weaker is the smaller, or the larger one.
var (
	lower = []string{"minimum", "minLength", "minItems", "minProperties"}
	upper = []string{"maximum", "maxLength", "maxItems", "maxProperties"}
)

func (w *widener) merge(a, b *yaml.Node, at string) *yaml.Node {
	if overlay.Same(a, b) {
		return a
	}
	if a.Kind != yaml.MappingNode || b.Kind != yaml.MappingNode {
		w.say(
			at,
			"value",
			"%s in %s, %s in %s: either is admitted",
			document.JSON(a),
			w.left,
			document.JSON(b),
			w.right,
		)
		return document.Mapping()
	}
	typeA, typeB := document.Text(a, "type"), document.Text(b, "type")
	refA, refB := document.Text(a, "$ref"), document.Text(b, "$ref")
	if typeA != typeB || refA != refB || refA != "" || isUnion(a) || isUnion(b) {
		w.say(at, "type", "%s in %s, %s in %s: either is admitted", kindOf(a), w.left, kindOf(b), w.right)
		return document.Mapping(document.String("anyOf"), document.Sequence(a, b))
	}
	merged := document.Mapping()
	for key, left := range document.Pairs(a) {
		right := document.Get(b, key.Value)
		if value := w.keyword(key.Value, left, right, at); value != nil {
			document.Set(merged, key.Value, value)
		}
	}
	for key, right := range document.Pairs(b) {
		if document.Get(a, key.Value) == nil {
			if value := w.keyword(key.Value, nil, right, at); value != nil {
				document.Set(merged, key.Value, value)
			}
		}
	}
	return merged
}

// keyword is the weaker of what two schemas say with a keyword, nil if it says nothing. One of them may be missing.
func (w *widener) keyword(key string, a, b *yaml.Node, at string) *yaml.Node {
	if a != nil && b != nil && overlay.Same(a, b) {
		return a
	}
	switch {
	case key == "properties":
		return w.properties(a, b, at)
	case key == "items" && a != nil && b != nil:
		return w.merge(a, b, at+"[]")
	case key == "nullable" || key == "description" || key == "title":
		if a == nil {
			return b
		}
		return a
	case (key == "required" || key == "enum") && a != nil && b != nil:
		list := document.Sequence()
		if key == "enum" {
			list.Content = slices.Clone(a.Content)
			for _, v := range b.Content {
				if !slices.ContainsFunc(list.Content, func(o *yaml.Node) bool { return overlay.Same(o, v) }) {
					list.Content = append(list.Content, v)
				}
			}
			w.say(at, "enum", "its values differ between %s and %s: all are admitted", w.left, w.right)
			return list
		}
		for _, v := range a.Content {
			if slices.ContainsFunc(b.Content, func(o *yaml.Node) bool { return o.Value == v.Value }) {
				list.Content = append(list.Content, v)
			}
		}
		w.say(at, "required", "what is required differs between %s and %s: only what both require is", w.left, w.right)
		if len(list.Content) == 0 {
			return nil
		}
		return list
	case slices.Contains(lower, key) || slices.Contains(upper, key):
		w.say(at, key, "%s differs between %s and %s: the weaker holds", key, w.left, w.right)
		if a == nil || b == nil {
			return nil
		}
		x, errX := strconv.ParseFloat(a.Value, 64)
		y, errY := strconv.ParseFloat(b.Value, 64)
		if errX != nil || errY != nil {
			return nil
		}
		if (x < y) == slices.Contains(lower, key) {
			return a
		}
		return b
	}
	w.say(at, key, "%s differs between %s and %s: it is left out", key, w.left, w.right)
	return nil
}

func (w *widener) properties(a, b *yaml.Node, at string) *yaml.Node {
	merged := document.Mapping()
	for key, left := range document.Pairs(a) {
		place := at + "." + quoted(key.Value)
		right := document.Get(b, key.Value)
		if right == nil {
			w.say(place, "existence", "only in %s", w.left)
			document.Set(merged, key.Value, left)
			continue
		}
		document.Set(merged, key.Value, w.merge(left, right, place))
	}
	for key, right := range document.Pairs(b) {
		if document.Get(a, key.Value) == nil {
			w.say(at+"."+quoted(key.Value), "existence", "only in %s", w.right)
			document.Set(merged, key.Value, right)
		}
	}
	return merged
}

func isUnion(schema *yaml.Node) bool {
	for _, key := range []string{"oneOf", "anyOf", "allOf", "not"} {
		if document.Get(schema, key) != nil {
			return true
		}
	}
	return false
}

func kindOf(schema *yaml.Node) string {
	if ref := document.Text(schema, "$ref"); ref != "" {
		return ref[len(schemaRef):]
	}
	if typ := document.Text(schema, "type"); typ != "" {
		return typ
	}
	return "another schema"
}
