package peers_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
)

// TestWitnesses holds the verdict on request bodies against a JSON Schema validator, which knows nothing of rules: where a
// finding is breaking there is a body that the old document admits and the new one refuses, and where all findings are safe
// none of the bodies that are tried is one. Bodies are put together from what both schemas name: values, bounds and what lies
// beside them.
func TestWitnesses(t *testing.T) {
	t.Parallel()
	const pairs = 1500
	breaking, safe, rules := 0, 0, map[string]int{}
	for seed := range uint64(pairs) {
		g := &generator{rand.New(rand.NewPCG(seed, 7))}
		old := g.schema(3)
		changed := g.mutate(clone(old))
		findings, err := diff.Compare(factsOf(t, old), factsOf(t, changed))
		require.NoError(t, err)
		var grave, doubtful []string
		for _, f := range findings {
			switch f.Severity {
			case diff.Breaking:
				grave = append(grave, f.ID+" "+f.Location)
				rules[f.ID]++
			case diff.Risky:
				doubtful = append(doubtful, f.ID)
			}
		}
		witness := witnessOf(t, g, old, changed)
		about := func() string {
			return fmt.Sprintf("seed %d\nold %s\nnew %s\n%v", seed, text(old), text(changed), findings)
		}
		switch {
		case len(grave) > 0:
			breaking++
			require.NotNil(t, witness, "%v is breaking, and no body shows it: %s", grave, about())
		case len(doubtful) == 0:
			safe++
			require.Nil(t, witness, "%s is admitted by the old document and not by the new: %s", witness, about())
		}
	}
	t.Logf("%d pairs: %d breaking, each with a witness, %d safe, none with one; %v", pairs, breaking, safe, rules)
	for _, rule := range []string{"req-type", "req-enum-rem", "req-enum-new", "req-limit-tight", "req-req", "req-add-req", "req-branch-rem", "req-nullable-"} {
		require.Positive(t, rules[rule], "%s: no pair is about it", rule)
	}
	require.Greater(t, safe, pairs/10)
}

type object = map[string]any

type generator struct{ *rand.Rand }

func (g *generator) one(list ...any) any { return list[g.IntN(len(list))] }

// schema makes a schema of OpenAPI 3.0.
func (g *generator) schema(depth int) object {
	kinds := []any{"string", "integer", "number", "boolean", "enum"}
	if depth > 0 {
		kinds = append(kinds, "object", "object", "array", "union")
	}
	s := object{}
	switch g.one(kinds...) {
	case "string":
		s["type"] = "string"
		g.bounds(s, "minLength", "maxLength")
	case "integer":
		s["type"] = "integer"
		g.bounds(s, "minimum", "maximum")
	case "number":
		s["type"] = "number"
		g.bounds(s, "minimum", "maximum")
	case "boolean":
		s["type"] = "boolean"
	case "enum":
		s["type"], s["enum"] = "string", []any{"a", "b", "c"}[:1+g.IntN(3)]
	case "array":
		s["type"], s["items"] = "array", g.schema(depth-1)
		g.bounds(s, "minItems", "maxItems")
	case "union":
		// Branches of different types: which of two alike ones was meant, no validator says.
		a, b := g.schema(depth-1), g.schema(depth-1)
		for a["type"] == nil || b["type"] == nil || sameTypes(a, b) {
			a, b = g.schema(depth-1), g.schema(depth-1)
		}
		s["anyOf"] = []any{a, b}
		return s
	case "object":
		s["type"] = "object"
		properties, required := object{}, []any{}
		for _, name := range []string{"p", "q", "r"}[:1+g.IntN(3)] {
			properties[name] = g.schema(depth - 1)
			if g.IntN(2) == 0 {
				required = append(required, name)
			}
		}
		s["properties"] = properties
		if len(required) > 0 {
			s["required"] = required
		}
	}
	if g.IntN(5) == 0 && s["enum"] == nil {
		s["nullable"] = true
	}
	return s
}

func sameTypes(a, b object) bool {
	number := func(s object) bool { return s["type"] == "integer" || s["type"] == "number" }
	return a["type"] == b["type"] || number(a) && number(b) || a["nullable"] == true || b["nullable"] == true
}

func (g *generator) bounds(s object, low, high string) {
	if g.IntN(3) == 0 {
		s[low] = 1 + g.IntN(3)
	}
	if g.IntN(3) == 0 {
		s[high] = 4 + g.IntN(3)
	}
}

// mutate changes one thing somewhere in a schema.
func (g *generator) mutate(s object) object {
	if properties, ok := s["properties"].(object); ok && g.IntN(4) > 0 {
		names := slices.Sorted(maps.Keys(properties))
		name := names[g.IntN(len(names))]
		required, _ := s["required"].([]any)
		switch g.IntN(4) {
		case 0:
			if i := slices.Index(required, any(name)); i >= 0 {
				s["required"] = slices.Delete(required, i, i+1)
				if len(required) == 1 {
					delete(s, "required")
				}
			} else {
				s["required"] = append(required, name)
			}
		case 1:
			properties["s"] = g.schema(0)
			if g.IntN(2) == 0 {
				s["required"] = append(required, "s")
			}
		default:
			properties[name] = g.mutate(properties[name].(object))
		}
		return s
	}
	if items, ok := s["items"].(object); ok && g.IntN(2) == 0 {
		s["items"] = g.mutate(items)
		return s
	}
	if branches, ok := s["anyOf"].([]any); ok {
		i := g.IntN(2)
		if g.IntN(2) == 0 {
			return branches[i].(object)
		}
		changed := g.mutate(branches[i].(object))
		if changed["type"] == nil || sameTypes(changed, branches[1-i].(object)) {
			return branches[1-i].(object)
		}
		branches[i] = changed
		return s
	}
	switch g.IntN(4) {
	case 0:
		if s["enum"] == nil && s["type"] != nil {
			if s["nullable"] == true {
				delete(s, "nullable")
			} else {
				s["nullable"] = true
			}
			return s
		}
	case 1:
		return g.schema(1)
	}
	switch {
	case s["enum"] != nil:
		switch g.IntN(3) {
		case 0:
			delete(s, "enum")
		case 1:
			s["enum"] = append(s["enum"].([]any), "d")
		default:
			s["enum"] = []any{"b"}
		}
	case s["type"] == "string" && g.IntN(3) == 0:
		clear(s)
		s["type"], s["enum"] = "string", []any{"a", "b"}
	case s["type"] == "integer" && g.IntN(3) == 0:
		s["type"] = "number"
	case s["type"] == "number" && g.IntN(3) == 0:
		s["type"] = "integer"
	default:
		for _, k := range [][2]string{{"minLength", "maxLength"}, {"minimum", "maximum"}, {"minItems", "maxItems"}} {
			kind := map[string]string{"minLength": "string", "minItems": "array"}[k[0]]
			if s["type"] != kind && !(k[0] == "minimum" && (s["type"] == "integer" || s["type"] == "number")) {
				continue
			}
			bound := k[g.IntN(2)]
			switch n, ok := s[bound].(int); {
			case !ok:
				s[bound] = map[bool]int{true: 1, false: 6}[bound == k[0]]
			case g.IntN(3) == 0:
				delete(s, bound)
			default:
				s[bound] = n + 1 - 2*g.IntN(2)
			}
		}
	}
	return s
}

// witnessOf is a body that one schema admits and the other refuses, nil if none was found.
func witnessOf(t *testing.T, g *generator, old, changed object) any {
	t.Helper()
	admits, refuses := validator(t, old, true), validator(t, changed, false)
	tried := append(bodies(old, 4), bodies(changed, 4)...)
	for _, body := range tried {
		if admits.Validate(body) == nil && refuses.Validate(body) != nil {
			return fmt.Sprint("body ", text(body))
		}
	}
	// What both ask for, put together: a member of one beside those of the other.
	for range 1000 {
		a, isObject := tried[g.IntN(len(tried))].(object)
		b, also := tried[g.IntN(len(tried))].(object)
		if !isObject || !also {
			continue
		}
		together := maps.Clone(a)
		for _, name := range slices.Sorted(maps.Keys(b)) {
			if g.IntN(2) == 0 {
				together[name] = b[name]
			}
		}
		if admits.Validate(together) == nil && refuses.Validate(together) != nil {
			return fmt.Sprint("body ", text(together))
		}
	}
	return nil
}

// bodies are values that a schema may admit, and what lies just beside.
func bodies(s object, depth int) []any {
	out := []any{nil, true, "a", "", "zz", json.Number("0"), json.Number("1.5"), []any{}, object{}}
	if depth == 0 {
		return out
	}
	for _, v := range asList(s["enum"]) {
		out = append(out, v)
	}
	for _, k := range []string{"minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems"} {
		n, ok := s[k].(int)
		if !ok {
			continue
		}
		for _, near := range []int{n - 1, n, n + 1} {
			switch {
			case strings.HasSuffix(k, "Length"):
				out = append(out, strings.Repeat("x", max(0, near)))
			case strings.HasSuffix(k, "Items"):
				for _, item := range few(s["items"], depth) {
					list := []any{}
					for range max(0, near) {
						list = append(list, item)
					}
					out = append(out, list)
				}
			default:
				out = append(out, json.Number(fmt.Sprint(near)), json.Number(fmt.Sprintf("%d.5", near)))
			}
		}
	}
	out = append(out, json.Number("5"), json.Number("-7"), json.Number("99"), "xxxxx", "xxxxxxxxxxxx")
	if items, ok := s["items"].(object); ok {
		for _, item := range bodies(items, depth-1) {
			for _, n := range []int{1, 2, 3, 4, 5, 9} {
				list := []any{}
				for range n {
					list = append(list, item)
				}
				out = append(out, list)
			}
		}
	}
	for _, branch := range asList(s["anyOf"]) {
		out = append(out, bodies(branch.(object), depth)...)
	}
	if properties, ok := s["properties"].(object); ok {
		names := slices.Sorted(maps.Keys(properties))
		whole := object{}
		for _, name := range names {
			whole[name] = sound(properties[name].(object))
		}
		out = append(out, whole)
		for _, name := range names {
			less := maps.Clone(whole)
			delete(less, name)
			out = append(out, less)
			for _, v := range bodies(properties[name].(object), depth-1) {
				other := maps.Clone(whole)
				other[name] = v
				out = append(out, other)
			}
		}
	}
	return out
}

func few(items any, depth int) []any {
	s, ok := items.(object)
	if !ok {
		return nil
	}
	return append([]any{sound(s)}, bodies(s, min(1, depth-1))...)
}

// sound is a value that a schema admits.
func sound(s object) any {
	bound := func(k string, otherwise int) int {
		if n, ok := s[k].(int); ok {
			return n
		}
		return otherwise
	}
	if values := asList(s["enum"]); len(values) > 0 {
		return values[0]
	}
	if branches := asList(s["anyOf"]); len(branches) > 0 {
		return sound(branches[0].(object))
	}
	switch s["type"] {
	case "string":
		return strings.Repeat("x", min(bound("minLength", 2), bound("maxLength", 9)))
	case "integer", "number":
		return json.Number(fmt.Sprint(min(bound("minimum", 2), bound("maximum", 9))))
	case "boolean":
		return true
	case "array":
		list := []any{}
		for range bound("minItems", 1) {
			list = append(list, sound(s["items"].(object)))
		}
		return list
	}
	whole := object{}
	properties, _ := s["properties"].(object)
	for name, p := range properties {
		whole[name] = sound(p.(object))
	}
	return whole
}

func asList(v any) []any { list, _ := v.([]any); return list }

func text(v any) string { data, _ := json.Marshal(v); return string(data) }

func clone(s object) object {
	out := object{}
	for k, v := range s {
		switch v := v.(type) {
		case object:
			out[k] = clone(v)
		case []any:
			list := []any{}
			for _, item := range v {
				if inner, ok := item.(object); ok {
					list = append(list, clone(inner))
				} else {
					list = append(list, item)
				}
			}
			out[k] = list
		default:
			out[k] = v
		}
	}
	return out
}

// factsOf are those of a document with one operation that takes a body of the schema.
func factsOf(t *testing.T, s object) *diff.Facts {
	t.Helper()
	doc, err := document.Parse("doc.yaml", []byte(`{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"/a":{"post":{"operationId":"a",`+
		`"requestBody":{"required":true,"content":{"application/json":{"schema":`+text(s)+`}}},"responses":{"204":{"description":"ok"}}}}}}`))
	require.NoError(t, err)
	facts, err := diff.Flatten("doc.yaml", doc.Root, []string{"POST /a"})
	require.NoError(t, err)
	return facts
}

// validator is that of JSON Schema for a schema of OpenAPI 3.0. A client sends only members that its document has: closed.
func validator(t *testing.T, s object, closed bool) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text(plainSchema(s, closed))))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("mem:schema", doc))
	compiled, err := c.Compile("mem:schema")
	require.NoError(t, err)
	return compiled
}

// plainSchema says with null in type what OpenAPI 3.0 says with nullable.
func plainSchema(s object, closed bool) object {
	out := clone(s)
	if closed && out["properties"] != nil {
		out["additionalProperties"] = false
	}
	if out["nullable"] == true {
		out["type"] = []any{out["type"], "null"}
	}
	delete(out, "nullable")
	if items, ok := out["items"].(object); ok {
		out["items"] = plainSchema(items, closed)
	}
	for i, branch := range asList(out["anyOf"]) {
		out["anyOf"].([]any)[i] = plainSchema(branch.(object), closed)
	}
	if properties, ok := out["properties"].(object); ok {
		for name, p := range properties {
			properties[name] = plainSchema(p.(object), closed)
		}
	}
	return out
}
