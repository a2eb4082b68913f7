package diff

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/document"
)

// A trial is given up when it has taken too many steps, when all trials have, when it is in too many others, or when
// the schemas have too many members; and it stays so.
func TestTrialsAreBounded(t *testing.T) {
	plain, wide := &schema{}, &schema{props: make([]property, 1000)}
	for name, c := range map[string]struct {
		trial   comparer
		x, y    *schema
		entered int // times it goes on
	}{
		"steps":          {comparer{trials: &trials{}}, plain, plain, 2000},
		"steps of all":   {comparer{trials: &trials{steps: 49_990}}, plain, plain, 10},
		"depth":          {comparer{trials: &trials{}, depth: 3, steps: 1990}, plain, plain, 10},
		"too deep":       {comparer{trials: &trials{}, depth: 4}, plain, plain, 0},
		"members":        {comparer{trials: &trials{members: 1_990_000}}, wide, plain, 10},
		"members of two": {comparer{trials: &trials{members: 1_990_000}}, wide, wide, 5},
	} {
		for i := range c.entered {
			require.True(t, c.trial.enter(c.x, c.y, place{}), "%s: %d", name, i)
			require.False(t, c.trial.full, name)
		}
		for range 2 {
			require.False(t, c.trial.enter(c.x, c.y, place{}), name)
			require.True(t, c.trial.full, name)
		}
	}
}

// The same two schemas are compared 200 times, in each role; those with unions again 2,000 times in all.
func TestVisitsAreBounded(t *testing.T) {
	times := func(c *comparer, x, y *schema, at place) (n int) {
		for c.enter(x, y, at) && n < 10_000 {
			n++
		}
		return n
	}
	plain, union1, union2 := &schema{}, &schema{unions: []union{{}}}, &schema{unions: []union{{}}}
	c := &comparer{entered: map[visit]int{}}
	require.Equal(t, 200, times(c, plain, plain, place{}))
	require.Equal(t, 200, times(c, plain, plain, place{side: respond}))
	require.Zero(t, c.again)
	for i, pair := range [][2]*schema{{union1, plain}, {plain, union1}, {union1, union2}, {union2, union1}} {
		before := c.again
		require.Equal(t, 200, times(c, pair[0], pair[1], place{}), i)
		require.Equal(t, before+200, c.again, i) // all but the first, and the one that is refused
	}
	c.again = 1_990
	require.Equal(t, 11, times(c, union2, union2, place{}))
	require.Equal(t, 1, times(c, union1, union1, place{}), "what was not compared before is")
}

// At the very bound all is read, and beyond it one thing is refused.
func TestReadingIsBounded(t *testing.T) {
	root := func(text string) *reader {
		n, err := document.ParseYAML("spec.yaml", []byte(text))
		require.NoError(t, err)
		r := newReader("spec.yaml", n)
		r.chain = []string{"GET /a"}
		return r
	}
	// Schemas that are put together.
	r := root("a: {type: object, properties: {p: {allOf: [{type: object}, {type: object}]}, q: {allOf: [{type: string}, {type: string}]}}}")
	r.combined = maxCombined - 2
	s := r.schema(document.Get(r.root, "a"), 1)
	require.NoError(t, r.err())
	require.Equal(t, "object", s.props[0].schema.typ.value)
	require.Equal(t, "string", s.props[1].schema.typ.value, "the last one is read, too")
	require.Equal(t, maxCombined, r.combined, "three objects each: the allOf and its parts")
	require.Zero(t, r.depth)
	r = root("a: {type: object, properties: {p: {allOf: [{type: object}, {type: object}]}, q: {allOf: [{type: string}, {type: string}]}}}")
	r.combined = maxCombined - 1
	r.schema(document.Get(r.root, "a"), 1)
	require.ErrorContains(t, r.err(), "allOf makes more than 20000 schemas")
	require.Zero(t, r.depth)

	// Schemas in schemas.
	nested := func(n int) *reader {
		return root("a: " + strings.Repeat("{items: ", n-1) + "{}" + strings.Repeat("}", n-1))
	}
	for _, c := range []struct {
		n       int
		refused bool
	}{{document.MaxRefs, false}, {document.MaxRefs + 1, true}} {
		r = nested(2)
		r.depth = c.n - 2
		r.schema(document.Get(r.root, "a"), 1)
		require.Equal(t, c.refused, r.err() != nil, c.n)
		require.Equal(t, c.n-2, r.depth)
	}

	// References to references.
	chain := func(n int) *reader {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "s%d: {$ref: '#/s%d'}\n", i, i+1)
		}
		fmt.Fprintf(&b, "s%d: {type: string}\n", n)
		return root(b.String())
	}
	r = chain(document.MaxRefs)
	require.Equal(t, "string", r.schema(document.Get(r.root, "s0"), 1).typ.value)
	require.NoError(t, r.err())
	r = chain(document.MaxRefs + 1)
	r.schema(document.Get(r.root, "s0"), 1)
	require.ErrorContains(t, r.err(), "references nested deeper than 1000")
}

// No more places are listed as implied once all of a comparison are as many as there may be.
func TestImpliedStopsAtTheBound(t *testing.T) {
	s := &schema{props: []property{{name: "a", schema: &schema{}}, {name: "b", schema: &schema{}}}}
	c := &comparer{implied: maxImpliedAll - 1}
	require.Len(t, c.inside(s, place{}, added), 2)
	require.Equal(t, maxImpliedAll+1, c.implied)
	c.implied = maxImpliedAll
	require.Empty(t, c.inside(s, place{}, added))
	c = &comparer{quiet: true}
	require.Empty(t, c.inside(s, place{}, added))
	require.Zero(t, c.implied)

	// A walk ends, also where there is nothing to list: branches of branches.
	leaf := &schema{}
	for range 30 {
		leaf = &schema{unions: []union{{branches: []branch{{schema: leaf}, {schema: leaf}}}}}
	}
	require.Empty(t, (&comparer{}).inside(leaf, place{}, added))
}
