package traffic

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
)

// maxViews is how many alternatives of a schema are tried, maxNesting how deep bodies are looked into.
const (
	maxViews   = 64
	maxNesting = 200
)

// fact is something in a message that the description does not have.
type fact struct {
	id, location, attribute string
	old, new                any
	change                  string
}

// walker compares one value with a schema.
type walker struct {
	side   string // "req-" or "" of the answer: what stands in the ids of its rules
	place  string // "response 200 application/json"
	failed bool   // the body is an error's, which the client reads leniently
	facts  []fact
	see    func(location, value string) // told of every member and value that the description has; may be nil
	word   func(string) string          // what may be printed of a name or a value
}

func (w *walker) rule(name string) string { return "seen-" + w.side + name }

func (w *walker) add(name, path, attribute string, old, new any, format string, args ...any) {
	w.facts = append(w.facts, fact{w.rule(name), w.location(path), attribute, old, new, fmt.Sprintf(format, args...)})
}

func (w *walker) location(path string) string {
	if path == "" {
		path = "(body)"
	}
	return w.place + " " + path
}

// view is one way of reading a schema: all of these hold together, and none has allOf, anyOf or oneOf that is still to
// be read.
type view []*openapi3.Schema

// views lists the alternatives of a schema, allOf folded.
func views(s *openapi3.Schema, depth int) []view {
	all := []view{{s}}
	if s == nil || depth > 20 {
		return all
	}
	for _, part := range s.AllOf {
		all = cross(all, views(part.Value, depth+1))
	}
	for _, union := range []openapi3.SchemaRefs{s.AnyOf, s.OneOf} {
		var either []view
		for _, branch := range union {
			either = append(either, views(branch.Value, depth+1)...)
		}
		if len(either) > 0 {
			all = cross(all, either)
		}
	}
	return all
}

func cross(a, b []view) (out []view) {
	for _, x := range a {
		for _, y := range b {
			if len(out) < maxViews {
				out = append(out, slices.Concat(x, y))
			}
		}
	}
	return out
}

// walk compares a value with the alternative that it fits best.
func (w *walker) walk(ref *openapi3.SchemaRef, value any, path string, depth int) {
	if ref == nil || ref.Value == nil || depth > maxNesting {
		return
	}
	var best *walker
	for _, v := range views(ref.Value, 0) {
		trial := &walker{side: w.side, place: w.place, see: w.see, word: w.word, failed: w.failed}
		trial.check(v, value, path, depth)
		if best == nil || trial.cost(path) < best.cost(path) {
			best = trial
		}
		if len(best.facts) == 0 {
			break
		}
	}
	w.facts = append(w.facts, best.facts...)
}

// cost orders alternatives: one of another type at this very place is further off than any number of other facts.
func (w *walker) cost(path string) int {
	n := len(w.facts)
	for _, f := range w.facts {
		if f.location == w.location(path) && f.attribute == "type" {
			n += 1 << 20
		}
	}
	return n
}

func (v view) types() []string {
	var types []string
	first := true
	for _, s := range v {
		if s == nil || s.Type == nil || len(*s.Type) == 0 {
			continue
		}
		if first {
			types, first = slices.Clone(*s.Type), false
			continue
		}
		types = slices.DeleteFunc(types, func(t string) bool { return !s.Type.Includes(t) })
	}
	return types
}

func typeOf(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case json.Number:
		if r, ok := rational(v); ok && r.IsInt() {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	}
	return "object"
}

// rational is an exact number. One with a huge exponent is none: it would take all memory.
func rational(n json.Number) (*big.Rat, bool) {
	if f, err := n.Float64(); err != nil || math.Abs(f) > 1e40 || len(n) > 100 ||
		f == 0 && strings.ContainsAny(string(n), "123456789") {
		return nil, false
	}
	return new(big.Rat).SetString(string(n))
}

func (w *walker) check(v view, value any, path string, depth int) {
	types, got := v.types(), typeOf(value)
	nullable := slices.ContainsFunc(v, func(s *openapi3.Schema) bool { return s != nil && s.Nullable })
	switch {
	case got == "null" && (nullable || len(types) == 0):
		return
	case got == "null":
		w.add("null", path, "", nil, nil, "null, documented as %s", strings.Join(types, " or "))
		return
	case len(types) > 0 && !slices.Contains(types, got) && (got != "integer" || !slices.Contains(types, "number")):
		rule := "type"
		if w.failed {
			rule = "type-error"
		} else if (got == "integer" || got == "string") && w.side == "" && v.isID() {
			rule = "type-id"
		}
		w.add(
			rule,
			path,
			"type",
			strings.Join(types, "|"),
			got,
			"%s, documented as %s",
			got,
			strings.Join(types, " or "),
		)
		return
	}
	w.enum(v, value, path)
	switch value := value.(type) {
	case map[string]any:
		w.object(v, value, path, depth)
	case []any:
		w.list(v, value, path, depth)
	case string:
		w.text(v, value, path)
	case json.Number:
		w.number(v, value, path)
	}
}

// isID reports whether the generated client reads the value as an ID, which is text or number.
func (v view) isID() bool {
	return slices.ContainsFunc(
		v,
		func(s *openapi3.Schema) bool { return s != nil && s.Extensions["x-go-type"] == "ID" },
	)
}

func (w *walker) enum(v view, value any, path string) {
	for _, s := range v {
		if s == nil || len(s.Enum) == 0 {
			continue
		}
		text := fmt.Sprint(value)
		if slices.ContainsFunc(s.Enum, func(one any) bool { return fmt.Sprint(one) == text }) {
			if w.see != nil {
				w.see(w.location(path), text)
			}
			continue
		}
		shown := w.word(text)
		w.add("value", path, "enum", nil, shown, "%s, which the enumeration does not have", shown)
		return
	}
}

func (w *walker) object(v view, object map[string]any, path string, depth int) {
	known, open := map[string]*openapi3.SchemaRef{}, true
	var values *openapi3.SchemaRef
	for _, s := range v {
		if s == nil {
			continue
		}
		for name, property := range s.Properties {
			if p := property.Value; p != nil && (p.ReadOnly && w.side != "" || p.WriteOnly && w.side == "") {
				continue
			}
			known[name] = property
			open = false
		}
		if s.AdditionalProperties.Schema != nil {
			values = s.AdditionalProperties.Schema
		}
		for _, name := range s.Required {
			if p := s.Properties[name]; p != nil && p.Value != nil &&
				(p.Value.ReadOnly && w.side != "" || p.Value.WriteOnly && w.side == "") {
				continue
			}
			if _, there := object[name]; !there {
				w.add("absent", join(path, name), "", nil, nil, "absent, documented as required")
			}
		}
	}
	for _, name := range sorted(object) {
		property := known[name]
		switch {
		case property != nil:
			at := join(path, name)
			if w.see != nil {
				w.see(w.location(at), "")
			}
			w.walk(property, object[name], at, depth+1)
		case values != nil:
			w.walk(values, object[name], join(path, "*"), depth+1)
		case !open:
			w.add("member", join(path, w.word(name)), "", nil, nil, "%s, not documented", typeOf(object[name]))
		}
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func (w *walker) list(v view, list []any, path string, depth int) {
	for _, s := range v {
		if s == nil {
			continue
		}
		w.limit(uint64(len(list)) < s.MinItems, path, "minItems", s.MinItems)
		w.limit(s.MaxItems != nil && uint64(len(list)) > deref(s.MaxItems), path, "maxItems", deref(s.MaxItems))
		if s.UniqueItems {
			seen := map[string]bool{}
			for _, item := range list {
				text, _ := json.Marshal(item) // what was decoded can be encoded
				w.limit(seen[string(text)], path, "uniqueItems", true)
				seen[string(text)] = true
			}
		}
		if s.Items != nil {
			for _, item := range list {
				w.walk(s.Items, item, path+"[]", depth+1)
			}
		}
	}
}

func deref[T any](p *T) (zero T) {
	if p == nil {
		return zero
	}
	return *p
}

func (w *walker) limit(broken bool, path, keyword string, limit any) {
	if broken {
		w.add("limit", path, keyword, limit, nil, "%s %v is not kept", keyword, limit)
	}
}

func (w *walker) text(v view, s string, path string) {
	n := uint64(utf8.RuneCountInString(s))
	for _, schema := range v {
		if schema == nil {
			continue
		}
		w.limit(n < schema.MinLength, path, "minLength", schema.MinLength)
		w.limit(schema.MaxLength != nil && n > deref(schema.MaxLength), path, "maxLength", deref(schema.MaxLength))
		if schema.Pattern != "" {
			if re := pattern(schema.Pattern); re != nil {
				w.limit(!re.MatchString(s), path, "pattern", schema.Pattern)
			}
		}
		w.format(schema.Format, !keepsFormat(schema.Format, s), path)
	}
}

func (w *walker) format(format string, broken bool, path string) {
	if broken {
		w.add("format", path, "format", format, nil, "format %s is not kept", format)
	}
}

func (w *walker) number(v view, n json.Number, path string) {
	r, ok := rational(n)
	if !ok {
		return
	}
	for _, s := range v {
		if s == nil {
			continue
		}
		switch s.Format {
		case "int32", "int64":
			_, err := parseInt(string(n), s.Format)
			w.format(s.Format, r.IsInt() && err != nil, path)
		}
		if s.Min != nil {
			c := r.Cmp(new(big.Rat).SetFloat64(*s.Min))
			w.limit(c < 0 || c == 0 && s.ExclusiveMin.IsTrue(), path, "minimum", *s.Min)
		}
		if s.Max != nil {
			c := r.Cmp(new(big.Rat).SetFloat64(*s.Max))
			w.limit(c > 0 || c == 0 && s.ExclusiveMax.IsTrue(), path, "maximum", *s.Max)
		}
		if s.MultipleOf != nil { // greater than 0: a document where it is not is refused
			step := new(big.Rat).SetFloat64(*s.MultipleOf)
			w.limit(!new(big.Rat).Quo(r, step).IsInt(), path, "multipleOf", *s.MultipleOf)
		}
	}
}
