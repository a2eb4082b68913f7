package diff_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
)

// ladder has n schemas, each of which leads to the next on two ways, so that there are 2^n ways to the last.
func ladder(n int, step, last string) string {
	var list []string
	for i := range n {
		list = append(list, strings.ReplaceAll(fmt.Sprintf("S%d: %s", i, step), "NEXT", fmt.Sprintf("{$ref: '#/components/schemas/S%d'}", i+1)))
	}
	return get("{$ref: '#/components/schemas/S0'}", append(list, fmt.Sprintf("S%d: {type: object, properties: {x: {type: %s}}}", n, last))...)
}

// Exponentially many ways to one change are one finding, found soon.
func TestLadders(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]string{
		"properties": "{type: object, properties: {a: NEXT, b: NEXT}}",
		"items":      "{type: object, properties: {a: {type: array, items: NEXT}, b: {type: object, additionalProperties: NEXT}}}",
		"branches":   "{type: object, properties: {a: {oneOf: [{type: string}, NEXT]}, b: {oneOf: [{type: string}, NEXT]}}}",
		"allOf":      "{allOf: [{type: object, properties: {a: NEXT}}, {type: object, properties: {b: NEXT}}]}",
	} {
		for _, n := range []int{60, 300} {
			findings := compare(t, ladder(n, step, "string"), ladder(n, step, "integer"), "GET /a")
			require.Len(t, findings, 1, name)
			require.Equal(t, "resp-type", findings[0].ID, name)
			require.NotNil(t, findings[0].Places, name)
		}
	}
}

// Branches that are unions are one union, whose branches are compared with each other: those of 60 levels are some
// thousand pairs, each of them with branches of its own. It ends within a second, and tells of the change.
func TestUnionLadder(t *testing.T) {
	t.Parallel()
	const step = "{oneOf: [NEXT, {type: object, properties: {y: NEXT}}]}"
	for _, n := range []int{3, 20, 60} {
		findings := compare(t, ladder(n, step, "string"), ladder(n, step, "integer"), "GET /a")
		require.NotEmpty(t, findings)
		require.True(t, slices.ContainsFunc(findings, func(f diff.Finding) bool {
			return f.ID == "resp-type" && f.Severity == diff.Breaking && strings.HasSuffix(f.Location, "x")
		}), n)
	}
}

// Unions that lead to each other are one set of branches, however often each is met: 30 of them did not end before.
func TestUnionsOfEachOther(t *testing.T) {
	t.Parallel()
	each := func(typ string) string {
		const n = 30
		list := []string{"Last: {type: object, properties: {x: {type: " + typ + "}}}"}
		for i := range n {
			text := fmt.Sprintf("S%d: {oneOf: [{$ref: '#/components/schemas/Last'}", i)
			for j := range n {
				if j != i {
					text += fmt.Sprintf(", {$ref: '#/components/schemas/S%d'}", j)
				}
			}
			list = append(list, text+"]}")
		}
		return get("{$ref: '#/components/schemas/S0'}", list...)
	}
	findings := compare(t, each("string"), each("integer"), "GET /a")
	require.Len(t, findings, 1)
	require.Equal(t, "resp-type", findings[0].ID)
	require.Equal(t, diff.Breaking, findings[0].Severity)
	require.Empty(t, compare(t, each("string"), each("string"), "GET /a"))
}

// A discriminator is read once for all its values: with a search for each of 4,000 this takes minutes.
func TestManyValuesOfDiscriminator(t *testing.T) {
	t.Parallel()
	many := func(typ string) string {
		var branches, mapping, list []string
		for i := range 4_000 {
			branches = append(branches, fmt.Sprintf("{$ref: '#/components/schemas/S%d'}", i))
			mapping = append(mapping, fmt.Sprintf("m%d: S%d", i, i))
			is := "string"
			if i == 3_000 {
				is = typ
			}
			list = append(list, fmt.Sprintf("S%d: {type: object, properties: {k: {type: string}, p%d: {type: %s}}}", i, i, is))
		}
		return get("{oneOf: ["+strings.Join(branches, ", ")+"], discriminator: {propertyName: k, mapping: {"+
			strings.Join(mapping, ", ")+"}}}", list...)
	}
	findings := compare(t, many("string"), many("integer"), "GET /a")
	require.Len(t, findings, 1)
	require.Equal(t, "resp-type", findings[0].ID)
	require.Contains(t, findings[0].Location, "p3000")
}

// What comes or goes lists a bounded number of places inside.
func TestImpliedIsBounded(t *testing.T) {
	t.Parallel()
	findings := compare(t, get("{type: object}"), ladder(60, "{type: object, properties: {a: NEXT, b: NEXT}}", "string"), "GET /a")
	require.Equal(t, 2, len(findings))
	for _, f := range findings {
		require.Equal(t, "resp-add", f.ID)
		require.Len(t, f.Implied, 1000)
	}
}

// So do all findings together: schemas that all lead to each other, and have members more, are met at thousands of
// places, each of which leads to all of them. This filled the memory.
func TestAllImpliedIsBounded(t *testing.T) {
	t.Parallel()
	each := func(more string) string {
		const n = 40
		var list []string
		for i := range n {
			text := fmt.Sprintf("S%d: {type: object, properties: {", i)
			for j := range n {
				text += fmt.Sprintf("p%d: {$ref: '#/components/schemas/S%d'}, ", j, j)
			}
			list = append(list, text+strings.ReplaceAll(more, "N", fmt.Sprint(i))+"}}")
		}
		return get("{$ref: '#/components/schemas/S0'}", list...)
	}
	findings := compare(t, each(""), each("newN: {$ref: '#/components/schemas/S0'}, alsoN: {$ref: '#/components/schemas/S1'}"), "GET /a")
	all := 0
	for _, f := range findings {
		all += len(f.Implied)
	}
	require.NotEmpty(t, findings)
	require.Greater(t, all, 1_000)
	require.LessOrEqual(t, all, 301_000)
}

// Two parts of an allOf with the same members are put together on the way down, exponentially many: refused by name.
func TestCombinationsAreBounded(t *testing.T) {
	t.Parallel()
	text := ladder(24, "{type: object, properties: {a: NEXT, b: NEXT}}", "string")
	text = strings.Replace(text, "    S0:", "    T: {type: object, properties: {a: {allOf: [{$ref: '#/components/schemas/T'}, {$ref: "+
		"'#/components/schemas/S0'}]}, b: {allOf: [{$ref: '#/components/schemas/T'}]}}}\n    S0:", 1)
	text = strings.Replace(text, "schemas/S0'}}}", "schemas/T'}}}", 1)
	doc, err := document.Parse("spec.yaml", []byte(text))
	require.NoError(t, err)
	_, err = diff.Flatten("spec.yaml", doc.Root, []string{"GET /a"})
	require.ErrorContains(t, err, "allOf makes more than 20000 schemas of what is below it: write its parts out, or compare fewer operations "+
		"(--operations) (from GET /a → #/components/schemas/T)")
	require.NotContains(t, err.Error(), "\n", "one line")
}

// A component that changes is a finding at each place, up to twenty, and one finding beyond that.
func TestPlaces(t *testing.T) {
	t.Parallel()
	at := func(places int, typ string) string {
		var props []string
		for i := range places {
			props = append(props, fmt.Sprintf("p%02d: {$ref: '#/components/schemas/C'}", i))
		}
		return get("{type: object, properties: {"+strings.Join(props, ", ")+"}}", "C: {type: object, properties: {c: {type: "+typ+"}, same: {type: string}}}")
	}
	findings := compare(t, at(20, "string"), at(20, "integer"), "GET /a")
	require.Len(t, findings, 20)
	for _, f := range findings {
		require.Nil(t, f.Places)
	}
	findings = compare(t, at(30, "string"), at(30, "integer"), "GET /a")
	require.Len(t, findings, 1)
	require.Equal(t, "response 200 application/json p00.c", findings[0].Location)
	require.Equal(t, 30, findings[0].Places.Number)
	require.Len(t, findings[0].Places.First, 20)
	require.Equal(t, diff.Place{Operation: "GET /a", Location: "response 200 application/json p19.c"}, findings[0].Places.First[19])
}
