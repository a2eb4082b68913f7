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

// shared is a document whose request has n properties of one schema with n members.
func shared(n, limit int) string {
	return crowd(body(`{"type": "object", "properties": {`+many(n, `"p@": {"$ref": "#/components/schemas/S"}`)+`}}`),
		`"schemas": {"S": {"type": "object", "properties": {`+many(n, fmt.Sprintf(`"q@": {"type": "string", "maxLength": %d}`, limit))+`}}}`)
}

// What one schema causes at many places is made for few of them once there is much of it.
func TestManyChangesOfManyPlaces(t *testing.T) {
	t.Parallel()
	const n = 5_000
	findings := compare(t, shared(n, 5), shared(n, 4), "POST /a")
	require.Equal(t, map[string]int{"req-limit-tight": n}, count(findings))
	for _, f := range findings {
		require.NotNil(t, f.Places)
		require.Greater(t, f.Places.Number, diff.MaxPlaces)
		require.Len(t, f.Places.First, diff.MaxPlaces)
	}
}

// More changes than anyone can be told of are refused before the memory is full: in number, and in what they say.
func TestChangesAreBounded(t *testing.T) {
	t.Parallel()
	long := func(text string) string { return strings.ReplaceAll(text, `"p0"`, `"`+strings.Repeat("a", 300_000)+`"`) }
	for name, pair := range map[string][2]string{
		"number": {shared(30_000, 5), shared(30_000, 4)},
		"text":   {long(shared(1_000, 5)), long(shared(1_000, 4))},
	} {
		_, err := diff.Compare(facts(t, pair[0], "POST /a"), facts(t, pair[1], "POST /a"))
		require.EqualError(t, err, "spec.yaml and spec.yaml differ in more than 500000 changes, or in 256 MiB of what they say: "+
			"compare fewer operations (--operations)", name)
	}
}

// What comes or goes is listed as far as its names fit.
func TestImpliedTextIsBounded(t *testing.T) {
	t.Parallel()
	long := `"` + strings.Repeat("p", 1_000_000) + `"`
	with := crowd(body(`{"type": "object", "properties": {` + long + `: {"type": "object", "properties": {` + many(1_000, `"q@": {"type": "string"}`) + `}}}}`))
	findings := compare(t, crowd(body(`{"type": "object"}`)), with, "POST /a")
	require.Len(t, findings, 1)
	require.Less(t, len(findings[0].Implied), 300)
	require.Greater(t, len(findings[0].Implied), 200)
}

// Media types are looked for among those of the other side, the ranges that they lie in too.
func TestManyMediaTypes(t *testing.T) {
	t.Parallel()
	const n = 10_000
	of := func(more, is string) string {
		return crowd(`"requestBody": {"content": {` + more + many(n, `"application/x@`+is+`": {"schema": {"type": "string"}}`) + `}}`)
	}
	require.Equal(t, map[string]int{"mt-req-add": n, "mt-req-rem": n}, count(compare(t, of("", ""), of("", "z"), "POST /a")))
	one := crowd(`"requestBody": {"content": {"*/*": {"schema": {"type": "string"}}, "application/*": {"schema": {"type": "string", "maxLength": 5}}}}`)
	number := count(compare(t, of("", ""), one, "POST /a"))
	require.Equal(t, n, number["req-limit-new"], "the narrowest range of those that a media type lies in counts")
	require.Zero(t, number["mt-req-rem"])
}

// A status without a digit is a status that nobody knows.
func TestEmptyStatus(t *testing.T) {
	t.Parallel()
	with, without := crowd(`"responses": {"": {}, "200": {}}`), crowd(`"responses": {"200": {}}`)
	require.Equal(t, map[string]int{"other": 1}, count(compare(t, with, without, "POST /a")))
	require.Equal(t, map[string]int{"other": 1}, count(compare(t, without, with, "POST /a")))
	require.NotEmpty(t, compare(t, with, crowd(`"responses": {"default": {}}`), "POST /a"))
	require.NotEmpty(t, compare(t, crowd(`"responses": {"default": {}}`), with, "POST /a"))
}
