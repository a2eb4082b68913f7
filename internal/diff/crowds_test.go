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
	long := func(text string) string {
		return strings.ReplaceAll(text, `"p0"`, `"`+strings.Repeat("a", 300_000)+`"`)
	}
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
	require.Less(t, len(findings[0].Implied), 80)
	require.Greater(t, len(findings[0].Implied), 50)
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

// A chain of references is as long as one of schemas may be, whatever they lead to, and refused in the same words.
func TestReferenceChainsAreBounded(t *testing.T) {
	t.Parallel()
	for kind, c := range map[string]struct{ operation, last string }{
		"parameters":      {`"parameters": [{"$ref": "#/components/parameters/C0"}]`, `{"name": "q", "in": "query"}`},
		"responses":       {`"responses": {"200": {"$ref": "#/components/responses/C0"}}`, `{}`},
		"requestBodies":   {`"requestBody": {"$ref": "#/components/requestBodies/C0"}`, `{}`},
		"headers":         {`"responses": {"200": {"headers": {"x": {"$ref": "#/components/headers/C0"}}}}`, `{}`},
		"callbacks":       {`"callbacks": {"x": {"$ref": "#/components/callbacks/C0"}}`, `{}`},
		"pathItems":       {`"callbacks": {"x": {"{$url}": {"$ref": "#/components/pathItems/C0"}}}`, `{}`},
		"schemas":         {body(`{"$ref": "#/components/schemas/C0"}`), `{}`},
		"securitySchemes": {`"security": [{"C0": []}]`, `{}`},
	} {
		chain := func(n int) string {
			var links []string
			for i := range n {
				links = append(links, fmt.Sprintf(`"C%d": {"$ref": "#/components/%s/C%d"}`, i, kind, i+1))
			}
			return crowd(c.operation, `"`+kind+`": {`+strings.Join(links, ",")+fmt.Sprintf(`,"C%d": %s}`, n, c.last))
		}
		require.Empty(t, compare(t, chain(999), chain(999), "POST /a"), kind)
		require.Contains(t, refused(t, chain(5_000)), "references nested deeper than 1000 (from POST /a → ", kind)
	}
}

// Fields of a form and security schemes are looked up, not searched for.
func TestManyFieldsAndSchemes(t *testing.T) {
	t.Parallel()
	const n = 30_000
	form := func(typ string) string {
		return crowd(`"requestBody": {"content": {"multipart/form-data": {"schema": {"type": "object", "properties": {` + many(n, `"p@": {"type": "string"}`) +
			`, "last": {"type": "string"}}}, "encoding": {` + many(n, `"p@": {}`) + `, "last": {"contentType": "` + typ + `"}}}}}`)
	}
	require.Equal(t, map[string]int{"req-style": 1}, count(compare(t, form("text/a"), form("text/b"), "POST /a")))
	secured := func(name string) string {
		return crowd(`"security": [`+many(n, `{"s@": []}`)+`]`,
			`"securitySchemes": {`+many(n, `"s@": {"type": "apiKey", "in": "header", "name": "`+name+`"}`)+`}`)
	}
	require.Equal(t, map[string]int{"other": 1}, count(compare(t, secured("x"), secured("y"), "POST /a")))
	require.Empty(t, compare(t, secured("x"), secured("x"), "POST /a"))
}

// A format that allOf gives again and again is told once, however often: its text doubled with each before.
func TestManyFormats(t *testing.T) {
	t.Parallel()
	of := func(keyword string, n int) string {
		return crowd(body(`{"type": "string", "allOf": [` + many(n, `{"`+keyword+`": "f@"}`) + `]}`))
	}
	for keyword, want := range map[string]string{"format": `"f0" and "f1" and "f2"`, "pattern": "f0 and f1 and f2"} {
		findings := compare(t, crowd(body(`{"type": "string"}`)), of(keyword, 3), "POST /a")
		require.Len(t, findings, 1, keyword)
		require.Equal(t, want, findings[0].New, keyword)
		require.Len(t, compare(t, crowd(body(`{"type": "string"}`)), of(keyword, 5_000), "POST /a"), 1, keyword)
		turned := crowd(body(`{"type": "string", "allOf": [{"` + keyword + `": "f2"}, {"` + keyword + `": "f0"}, {"` + keyword + `": "f1"}]}`))
		require.Empty(t, compare(t, of(keyword, 3), turned, "POST /a"), "in whatever order: %s", keyword)
	}
}

// What many places refer to is read at each of them, up to a bound.
func TestRepeatedReadingIsBounded(t *testing.T) {
	t.Parallel()
	const n = 1_100
	const text = `{"type": "string"}`
	for name, doc := range map[string]string{
		"headers of a response": crowd(`"responses": {`+many(n, `"2@": {"$ref": "#/components/responses/R"}`)+`}`,
			`"responses": {"R": {"headers": {`+many(n, `"h@": {"schema": `+text+`}`)+`}}}`),
		"media types of a response": crowd(`"responses": {`+many(n, `"2@": {"$ref": "#/components/responses/R"}`)+`}`,
			`"responses": {"R": {"content": {`+many(n, `"a/x@": {"schema": `+text+`}`)+`}}}`),
		"members of an exploded object": crowd(`"parameters": [`+many(n, `{"name": "q@", "in": "query", "schema": {"$ref": "#/components/schemas/S"}}`)+`]`,
			`"schemas": {"S": {"type": "object", "properties": {`+many(n, `"p@": `+text)+`}}}`),
		"fields of forms": crowd(`"requestBody": {"content": {`+many(n, `"multipart/x@": {"schema": {"$ref": "#/components/schemas/S"}}`)+`}}`,
			`"schemas": {"S": {"type": "object", "properties": {`+many(n, `"p@": `+text)+`}}}`),
		"parts of allOf": crowd(body(`{"type": "object", "properties": {`+many(n, `"a@": {"allOf": [{"$ref": "#/components/schemas/S"}, {}]}`)+`}}`),
			`"schemas": {"S": {"type": "object", "properties": {`+many(n, `"p@": `+text)+`}}}`),
		"expressions of a callback": crowd(`"callbacks": {`+many(n, `"c@": {"$ref": "#/components/callbacks/C"}`)+`}`,
			`"callbacks": {"C": {`+many(n, `"u@": {"post": {}}`)+`}}`),
		"values": crowd(body(`{"type": "object", "properties": {`+many(n, `"a@": {"oneOf": [{"$ref": "#/components/schemas/S"}, {"const": "@"}]}`)+`}}`),
			`"schemas": {"S": {"oneOf": [`+many(n, `{"const": "c@"}`)+`]}}`),
		"children of a discriminator": crowd(body(`{"type": "object", "properties": {`+many(n, `"a@": {"allOf": [{"$ref": "#/components/schemas/P"}, {}]}`)+`}}`),
			`"schemas": {"P": {"type": "object", "discriminator": {"propertyName": "k"}}, `+many(n, `"C@": {"allOf": [{"$ref": "#/components/schemas/P"}]}`)+`}`),
	} {
		message := refused(t, doc)
		require.Contains(t, message, "the operations lead to more than 1000000 parameters, headers, media types and members of schemas, as often as "+
			"they do: compare fewer of them (--operations) (from POST /a", name)
		require.NotContains(t, message, "\n", name)
	}
}

// Of a document with very many problems the first are told.
func TestProblemsAreBounded(t *testing.T) {
	t.Parallel()
	message := refused(t, crowd(body(`{"type": "object", "properties": {`+many(500, `"a@": {"$ref": "#/components/schemas/None@"}`)+`}}`), `"schemas": {}`))
	require.Equal(t, 100, strings.Count(message, "does not resolve"))
}

// An operation that is gone is looked for among all others once.
func TestManyOperationsMove(t *testing.T) {
	t.Parallel()
	const n = 2_000
	var operations []string
	at := func(prefix, id string) string {
		return `{"openapi": "3.0.3", "paths": {` + many(n, `"`+prefix+`@": {"get": {"operationId": "`+id+`@"}}`) + `}}`
	}
	for i := range n {
		operations = append(operations, fmt.Sprintf("GET /a%d", i))
	}
	findings := compare(t, at("/a", "o"), at("/b", "o"), operations...)
	require.Len(t, findings, n)
	require.Equal(t, "GET /b0", findings[0].MovedTo)
	require.Equal(t, "GET /A0", compare(t, at("/a", "o"), at("/A", "p"), operations...)[0].MovedTo)
}

// What is said of security schemes is bounded with each use of them: 65 of nearly a MiB are over 64.
func TestSchemeTextIsBounded(t *testing.T) {
	secured := func(uses int) string {
		name := strings.Repeat("k", 1<<20-100)
		return crowd(`"security": [`+strings.TrimSuffix(strings.Repeat(`{"A": []},`, uses), ",")+`]`,
			`"securitySchemes": {"A": {"type": "apiKey", "in": "header", "name": "`+name+`"}}`)
	}
	facts(t, secured(64), "POST /a") // is read
	require.Contains(t, refused(t, secured(65)), "what is said of security schemes is longer than 64 MiB with each use of them")
}
