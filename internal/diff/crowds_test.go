package diff_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
)

// many is n texts, joined with commas. Each @ of the format is the number.
func many(n int, format string) string {
	list := make([]string, n)
	for i := range list {
		list[i] = strings.ReplaceAll(format, "@", fmt.Sprint(i))
	}
	return strings.Join(list, ",")
}

// crowd is a document with one operation, as JSON, which is read faster than YAML.
func crowd(operation string, components ...string) string {
	return `{"openapi": "3.0.3", "paths": {"/a": {"post": {` + operation + `}}}, "components": {` + strings.Join(components, ",") + `}}`
}

// body is the request of an operation with a schema.
func body(schema string) string {
	return `"requestBody": {"content": {"application/json": {"schema": ` + schema + `}}}`
}

// refused is why a document cannot be read.
func refused(t testing.TB, text string) string {
	t.Helper()
	doc, err := document.Parse("spec.json", []byte(text))
	require.NoError(t, err)
	_, err = diff.Flatten("spec.json", doc.Root, []string{"POST /a"})
	require.Error(t, err)
	return err.Error()
}

// count is how many findings there are of each rule.
func count(findings []diff.Finding) map[string]int {
	number := map[string]int{}
	for _, f := range findings {
		number[f.ID]++
	}
	return number
}

// A long list of values is compared in linear time.
func TestManyValues(t *testing.T) {
	t.Parallel()
	kept := many(150_000, `"k@"`)
	with := crowd(body(`{"type": "string", "enum": [` + kept + "," + many(40_000, `"gone@"`) + `]}`))
	without := crowd(body(`{"type": "string", "enum": [` + kept + `]}`))
	require.Equal(t, map[string]int{"req-enum-rem": 40_000}, count(compare(t, with, without, "POST /a")))
	require.Equal(t, map[string]int{"req-enum-add": 40_000}, count(compare(t, without, with, "POST /a")))
}

// So are the branches of a union, whatever tells them apart.
func TestManyBranches(t *testing.T) {
	t.Parallel()
	const n = 8_000
	const refs = `{"$ref": "#/components/schemas/C@"}`
	schemas := func(format string) string { return `"schemas": {` + many(n, format) + `}` }
	for name, c := range map[string]struct {
		document func(is string) string
		want     map[string]int
	}{
		"a value of each": {func(is string) string {
			return crowd(body(`{"oneOf": [` + many(n, `{"type": "object", "properties": {"k": {"type": "string", "enum": ["e@`+is+`"]}}}`) + `]}`))
		}, map[string]int{"req-enum-add": n, "req-enum-rem": n}},
		"a name of each": {func(is string) string {
			return crowd(body(`{"oneOf": [`+many(n, refs)+`]}`), schemas(`"C@": {"type": "object", "properties": {"p@`+is+`": {"type": "string"}}}`))
		}, map[string]int{"req-add-opt": n, "req-rem-opt": n}},
		"a mapping": {func(is string) string {
			return crowd(body(`{"oneOf": [`+many(n, refs)+`], "discriminator": {"propertyName": "k", "mapping": {`+
				many(n, `"m@`+is+`": "#/components/schemas/C@"`)+`}}}`), schemas(`"C@": {"type": "object", "properties": {"p@": {"type": "string"}}}`))
		}, map[string]int{"req-branch-add": n, "req-branch-rem": n}},
		"types": {func(is string) string {
			return crowd(body(`{"oneOf": [{"type": "array"},` + many(n, `{"type": "string", "pattern": "a@`+is+`"}`) + `]}`))
		}, map[string]int{"req-limit-tight": n}},
	} {
		require.Equal(t, c.want, count(compare(t, c.document(""), c.document("z"), "POST /a")), name)
	}
}

// Where many branches go, few are held against what is left of the others: those that are not are said to be gone.
func TestManyBranchesGo(t *testing.T) {
	t.Parallel()
	const n = 4_000
	of := func(n int, name string) string {
		return crowd(body(`{"oneOf": [` + many(n, `{"type": "object", "required": ["`+name+`@"], "properties": {"`+name+`@": {"type": "string"}}}`) + `]}`))
	}
	require.Equal(t, map[string]int{"req-branch-rem": 1, "req-rem-req": n, "req-add-req": n}, count(compare(t, of(2*n, "p"), of(n, "q"), "POST /a")))
	require.Equal(t, map[string]int{"req-branch-add": 1, "req-rem-req": n, "req-add-req": n}, count(compare(t, of(n, "q"), of(2*n, "p"), "POST /a")))
}

// Branches of the same types are one, not none: a change of their type is told.
func TestEqualBranches(t *testing.T) {
	t.Parallel()
	of := func(typ string) string { return get("{anyOf: [{type: " + typ + "}, {type: " + typ + "}]}") }
	require.Equal(t, map[string]int{"resp-type": 1}, count(compare(t, of("string"), of("integer"), "GET /a")))
	require.Empty(t, compare(t, of("string"), get("{type: string}"), "GET /a"))
	require.Empty(t, compare(t, get("{type: string}"), of("string"), "GET /a"))
	wide := get("{anyOf: [{type: string}, {type: integer}, {type: number}, {type: string}]}")
	require.Empty(t, compare(t, wide, get("{anyOf: [{type: number}, {type: string}]}"), "GET /a"))
}
