package diff_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// model is a schema as the laws know it, apart from how a document writes it.
type model struct {
	kind     string // string, integer, boolean, object, array, map, union
	null     bool
	values   []string // of an enum of strings
	limit    int      // maxLength, maximum or maxItems, 0 for none
	names    []string // of an object's properties, sorted
	props    []*model
	required []bool
	readOnly []bool
	inner    *model   // of an array or map
	branches []*model // of a union: objects that a required property of their own tells apart
}

func randomModel(r *rand.Rand, depth int) *model {
	kinds := []string{"string", "integer", "boolean"}
	if depth > 0 {
		kinds = append(kinds, "object", "object", "object", "array", "map", "union")
	}
	m := &model{kind: kinds[r.IntN(len(kinds))], null: r.IntN(6) == 0}
	switch m.kind {
	case "string":
		if r.IntN(3) == 0 {
			m.values = []string{"a", "b", "c"}[:2+r.IntN(2)]
		} else if r.IntN(2) == 0 {
			m.limit = 10 + r.IntN(90)
		}
	case "integer":
		m.limit = r.IntN(2) * (10 + r.IntN(90))
	case "array":
		m.limit = r.IntN(2) * (10 + r.IntN(90))
		m.inner = randomModel(r, depth-1)
	case "map":
		m.inner = randomModel(r, depth-1)
	case "union":
		m.null = false
		for i := range 2 + r.IntN(2) {
			b := &model{kind: "object"}
			b.add(fmt.Sprintf("only%d", i), &model{kind: "string"}, true, false)
			b.add(fmt.Sprintf("with%d", i), randomModel(r, depth-1), false, false)
			m.branches = append(m.branches, b)
		}
	case "object":
		for i := range 1 + r.IntN(4) {
			m.add(fmt.Sprintf("p%d", i), randomModel(r, depth-1), r.IntN(3) == 0, r.IntN(5) == 0)
		}
	}
	return m
}

func (m *model) add(name string, prop *model, required, readOnly bool) {
	m.names, m.props = append(m.names, name), append(m.props, prop)
	m.required, m.readOnly = append(m.required, required), append(m.readOnly, readOnly)
}

// writer writes models in one of many ways.
type writer struct {
	r          *rand.Rand
	version    string // "2", "0" or "1"
	components []string
}

func (w *writer) chance() bool { return w.r.IntN(3) == 0 }

func (w *writer) schema(m *model) string {
	parts := w.keywords(m)
	if w.version != "2" && len(m.branches) == 0 && m.kind != "object" && w.chance() {
		return "{anyOf: [{" + strings.Join(parts, ", ") + "}]}"
	}
	w.r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	text := "{" + strings.Join(parts, ", ") + "}"
	if len(m.branches) == 0 && w.chance() {
		text = "{allOf: [" + text + "]}"
	}
	if w.chance() {
		name := fmt.Sprintf("C%d", len(w.components))
		w.components = append(w.components, name+": "+text)
		return "{$ref: '#/components/schemas/" + name + "'}"
	}
	return text
}

func (w *writer) keywords(m *model) (parts []string) {
	name := map[string]string{"map": "object"}[m.kind]
	if name == "" {
		name = m.kind
	}
	if m.kind == "union" {
		var branches []string
		for _, b := range m.branches {
			branches = append(branches, w.schema(b))
		}
		w.r.Shuffle(len(branches), func(i, j int) { branches[i], branches[j] = branches[j], branches[i] })
		return []string{[]string{"oneOf", "anyOf"}[w.r.IntN(2)] + ": [" + strings.Join(branches, ", ") + "]"}
	}
	switch {
	case m.null && w.version == "1":
		parts = append(parts, "type: [null, "+name+"]")
		parts[0] = strings.Replace(parts[0], "null", "'null'", 1)
	case m.null && w.version == "0":
		parts = append(parts, "type: "+name, "nullable: true")
	case m.null:
		parts = append(parts, "type: "+name, "x-nullable: true")
	default:
		parts = append(parts, "type: "+name)
	}
	if m.values != nil {
		values := slices.Clone(m.values)
		w.r.Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
		parts = append(parts, "enum: ["+strings.Join(values, ", ")+"]")
	}
	if m.limit > 0 {
		keyword := map[string]string{"string": "maxLength", "integer": "maximum", "array": "maxItems"}[m.kind]
		switch {
		case keyword == "maximum" && w.version == "1" && w.chance():
			parts = append(parts, fmt.Sprintf("exclusiveMaximum: %d", m.limit+1))
		case keyword == "maximum" && w.version != "1" && w.chance():
			parts = append(parts, fmt.Sprintf("maximum: %d, exclusiveMaximum: true", m.limit+1))
		default:
			parts = append(parts, fmt.Sprintf("%s: %d", keyword, m.limit))
		}
	}
	switch m.kind {
	case "array":
		parts = append(parts, "items: "+w.schema(m.inner))
	case "map":
		parts = append(parts, "additionalProperties: "+w.schema(m.inner))
	case "object":
		var props, required []string
		for i, name := range m.names {
			text := w.schema(m.props[i])
			if m.readOnly[i] {
				text = "{allOf: [" + text + "], readOnly: true}"
			}
			props = append(props, name+": "+text)
			if m.required[i] {
				required = append(required, name)
			}
		}
		w.r.Shuffle(len(props), func(i, j int) { props[i], props[j] = props[j], props[i] })
		if half := len(props) / 2; half > 0 && w.chance() {
			parts = append(parts, "allOf: [{properties: {"+strings.Join(props[:half], ", ")+"}}]")
			props = props[half:]
		}
		parts = append(parts, "properties: {"+strings.Join(props, ", ")+"}")
		if required != nil {
			parts = append(parts, "required: ["+strings.Join(required, ", ")+"]")
		}
	}
	return parts
}

func hasUnion(m *model) bool {
	if m == nil {
		return false
	}
	return m.kind == "union" || hasUnion(m.inner) || slices.ContainsFunc(m.props, hasUnion)
}

// written is a model as the body of a request and of a response, in a way that depends on the seed.
func written(m *model, seed uint64) string {
	w := &writer{r: rand.New(rand.NewPCG(seed, 7))}
	w.version = []string{"0", "1", "2"}[w.r.IntN(3)]
	if w.version == "2" && hasUnion(m) {
		w.version = "0"
	}
	schema := w.schema(m)
	text := kindDocument(w.version, schema)
	if w.version == "2" {
		return text + "definitions:\n  X: {}\n" + lines("  ", w.components)
	}
	return text + "components:\n  schemas:\n    X: {}\n" + lines("    ", w.components)
}

func lines(indent string, list []string) string {
	var b strings.Builder
	for _, line := range list {
		b.WriteString(indent + line + "\n")
	}
	return strings.ReplaceAll(b.String(), "#/components/schemas/", map[bool]string{true: "#/definitions/", false: "#/components/schemas/"}[indent == "  "])
}

// mutation changes one fact of a model, and says which rules that is in a request and in a response.
type mutation struct {
	req, resp string
	apply     func()
}

// mutations are all of a model: path is where it stands, travels whether requests have it.
func mutations(m *model, path string, travels bool) map[string]mutation {
	all := map[string]mutation{}
	note := func(what, at, req, resp string, apply func()) {
		if !travels {
			req = ""
		}
		all[at+" "+what] = mutation{req, resp, apply}
	}
	here := path
	if here == "" {
		here = "(body)"
	}
	child := func(name string) string { return strings.TrimPrefix(path+"."+name, ".") }
	if m.kind == "string" && m.values == nil {
		note("type", here, "req-type", "resp-type", func() { m.kind, m.limit = "boolean", 0 })
	}
	if m.kind == "integer" && m.limit == 0 {
		note("new limit", here, "req-limit-new", "resp-limit-tight", func() { m.limit = 5 })
	}
	if m.limit > 0 {
		note("tighter", here, "req-limit-tight", "resp-limit-tight", func() { m.limit-- })
		note("looser", here, "req-limit-loose", "resp-limit-loose", func() { m.limit++ })
	}
	if m.values != nil {
		note("value", here, "req-enum-add", "resp-enum-add", func() { m.values = append(slices.Clone(m.values), "zz") })
		note("no value", here, "req-enum-rem", "resp-enum-rem", func() { m.values = m.values[1:] })
	}
	if m.kind != "union" && !m.null {
		note("null", here, "req-nullable+", "resp-nullable+", func() { m.null = true })
	}
	if m.kind == "object" {
		note("property", child("extra"), "req-add-opt", "resp-add", func() { m.add("extra", &model{kind: "string"}, false, false) })
		note("required property", child("extra"), "req-add-req", "resp-add", func() { m.add("extra", &model{kind: "string"}, true, false) })
	}
	for i, name := range m.names {
		at, seen := child(name), travels
		travels = seen && !m.readOnly[i]
		if !m.required[i] {
			note("required", at, "req-req", "resp-now-req", func() { m.required[i] = true })
		}
		for what, one := range mutations(m.props[i], at, travels) {
			all[what] = one
		}
		travels = seen
	}
	if m.inner != nil {
		at := path + "[]"
		if m.kind == "map" {
			at = child("*")
		}
		for what, one := range mutations(m.inner, at, travels) {
			all[what] = one
		}
	}
	return all
}

// disguised is a document with its keys in another order, the parameters of its operations on their path, and then as it is,
// as JSON, or with an anchor and aliases where it repeats itself.
func disguised(t *testing.T, text string, r *rand.Rand, how uint64) string {
	t.Helper()
	var root yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(text), &root))
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		if n.Kind == yaml.MappingNode {
			r.Shuffle(len(n.Content)/2, func(i, j int) {
				n.Content[2*i], n.Content[2*j] = n.Content[2*j], n.Content[2*i]
				n.Content[2*i+1], n.Content[2*j+1] = n.Content[2*j+1], n.Content[2*i+1]
			})
		}
		for _, inner := range n.Content {
			walk(inner)
		}
	}
	walk(&root)
	item := document.Get(root.Content[0], "paths", "/x")
	if parameters := document.Get(item, "post", "parameters"); parameters != nil && how%2 == 1 {
		document.Delete(document.Get(item, "post"), "parameters")
		document.Set(item, "parameters", parameters)
	}
	if how >= 2 {
		return string(document.JSON(root.Content[0]))
	}
	anchors := map[string]*yaml.Node{}
	var share func(n *yaml.Node)
	share = func(n *yaml.Node) {
		for i, inner := range n.Content {
			if inner.Kind == yaml.ScalarNode || n.Kind == yaml.MappingNode && i%2 == 0 {
				continue
			}
			same := string(document.JSON(inner))
			if first := anchors[same]; first != nil {
				first.Anchor = fmt.Sprintf("a%p", first)
				n.Content[i] = &yaml.Node{Kind: yaml.AliasNode, Value: first.Anchor, Alias: first}
				continue
			}
			share(inner)
			anchors[same] = inner
		}
	}
	share(&root)
	out, err := yaml.Marshal(&root)
	require.NoError(t, err)
	return string(out)
}

// Laws of the comparison, over documents made at random: however a document is written, it says the same; a change of
// one fact is one finding on each side where it travels, at its place, and the reverse has one there, too.
func TestLaws(t *testing.T) {
	t.Parallel()
	const documents = 400
	changed := 0
	for seed := range uint64(documents) {
		make := func() *model { return randomModel(rand.New(rand.NewPCG(seed, 1)), 3) }
		text := written(make(), seed)
		original := facts(t, text, "POST /x")
		require.Empty(t, found(t, original, original), "seed %d", seed)
		for other := range uint64(3) {
			rewritten := written(make(), 1000*seed+other+500)
			require.Empty(t, briefs(found(t, original, facts(t, rewritten, "POST /x"))), "seed %d\n%s\n%s", seed, text, rewritten)
		}
		for other := range uint64(4) {
			rewritten := disguised(t, text, rand.New(rand.NewPCG(seed, other)), other)
			require.Empty(t, briefs(found(t, original, facts(t, rewritten, "POST /x"))), "seed %d\n%s\n%s", seed, text, rewritten)
		}
		for what := range mutations(make(), "", true) {
			m := make()
			one := mutations(m, "", true)[what]
			one.apply()
			changed++
			after := facts(t, written(m, seed+99), "POST /x")
			at, _, _ := strings.Cut(what, " ")
			got := map[string]string{}
			for _, f := range found(t, original, after) {
				side, location, _ := strings.Cut(f.Location, "application/json ")
				require.Equal(t, at, location, "seed %d %s: %s\n%s", seed, what, brief(f), text)
				side, _, _ = strings.Cut(side, " ")
				require.Empty(t, got[side], "seed %d %s: a second finding %s\n%s", seed, what, brief(f), text)
				got[side] = f.ID
			}
			require.Equal(t, one.req, got["request"], "seed %d %s\n%s", seed, what, text)
			require.Equal(t, one.resp, got["response"], "seed %d %s\n%s", seed, what, text)
			back := found(t, after, original)
			require.Len(t, back, len(got), "seed %d %s\n%s", seed, what, text)
			for _, f := range back {
				_, location, _ := strings.Cut(f.Location, "application/json ")
				require.Equal(t, at, location, "seed %d %s: back %s\n%s", seed, what, brief(f), text)
			}
		}
	}
	require.Greater(t, changed, 5*documents)
	t.Logf("%d documents, each in 8 spellings, %d changes of one fact, each there and back", documents, changed)
}
