package diff_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// spelling is one operation written in two ways.
type spelling struct {
	name     string
	old, new string
}

// in3 is a document of OpenAPI 3.0 with one operation, POST /p, of which members are given in flow style. Members of
// the document may stand before those of the operation.
func in3(operation string, root ...string) string {
	return "openapi: 3.0.3\ninfo: {title: T, version: '1'}\n" + strings.Join(root, "\n") + "\npaths: {/p: {post: {" + operation + "}}}\n"
}

// returns is an operation that returns a schema.
func returns(schema string) string {
	return in3("responses: {'200': {description: OK, content: {application/json: {schema: " + schema + "}}}}")
}

const nothing = "responses: {'200': {description: OK}}"

func takes(parameters string) string { return in3("parameters: [" + parameters + "], " + nothing) }

// Two spellings of the same facts are no change in either direction.
func TestSpellingsAreNoChange(t *testing.T) {
	consumes := func(media string) string {
		return in3("requestBody: {content: {'" + media + "': {schema: {type: string}}}}, " + nothing)
	}
	for _, s := range []spelling{
		// OpenAPI 3.0.3 §4.7.12.1 and §4.7.17.1: such definitions are ignored.
		{"headers that have a place of their own", takes("{name: Authorization, in: header, required: true, schema: {type: string}}, " +
			"{name: content-type, in: header, schema: {type: string}}, {name: Accept, in: header, schema: {type: string}}"), takes("")},
		{"content type of a response", in3("responses: {'200': {description: OK, headers: {Content-Type: {schema: {type: string}}}}}"), in3(nothing)},

		{"only anonymous calls", in3("security: [{}], " + nothing), in3("security: [], "+nothing, "security: [{A: []}]")},
		{"media type parameters", consumes(`Application/JSON; Charset="UTF-8"; v=A`), consumes("application/json;v=A;charset=utf-8")},
		{"type of words", returns("{type: string, enum: [a, b]}"), returns("{enum: [b, a]}")},
		{"type of whole numbers", returns("{type: integer, enum: [1, 2]}"), returns("{enum: [1, 2]}")},
		{"type of flags", returns("{type: boolean, enum: [true]}"), returns("{enum: [true]}")},
		{"words by reference in a union", strings.Replace(returns("{anyOf: [{$ref: '#/components/schemas/E'}, {type: string, enum: [c]}]}"), "paths:",
			"components: {schemas: {E: {type: string, enum: [a, b]}}}\npaths:", 1),
			returns("{anyOf: [{type: string, enum: [a, b]}, {type: string, enum: [c]}]}")},
		{"words in a union of a union", returns("{anyOf: [{anyOf: [{enum: [a]}, {enum: [b]}]}, {allOf: [{enum: [c]}]}]}"), returns("{enum: [a, b, c]}")},
		{"words or null", returns("{type: string, enum: [a], nullable: true}"), returns("{enum: [a, null]}")},
	} {
		t.Run(s.name, func(t *testing.T) {
			require.Empty(t, briefs(compare(t, s.old, s.new, "POST /p")))
			require.Empty(t, briefs(compare(t, s.new, s.old, "POST /p")))
		})
	}
}

// One change of a fact is one finding, and a place inside of it is listed once.
func TestOneFindingForAChange(t *testing.T) {
	list := "array, items: {type: string}"
	for _, c := range []struct {
		spelling
		want, back []string
	}{
		{spelling{"flag of a parameter", takes("{name: q, in: query, schema: {type: string}}"),
			takes("{name: q, in: query, allowReserved: true, schema: {type: string}}")},
			gives("risky other at parameter query:q [allowReserved]: false → true"), gives("risky other at parameter query:q [allowReserved]: true → false")},
		{spelling{"list as JSON", takes("{name: q, in: query, schema: {type: " + list + "}}"),
			takes("{name: q, in: query, content: {application/json: {schema: {type: " + list + "}}}}")},
			gives(`breaking req-style at parameter query:q: null → "application/json"`),
			gives(`breaking req-style at parameter query:q: "application/json" → null`)},
		{spelling{"retyped with a member on both sides", returns("{type: object, properties: {a: {type: string}, b: {type: string}}}"),
			returns("{type: string, oneOf: [{type: string, properties: {a: {type: string}, c: {type: string}}}, {type: string, maxLength: 1}]}")},
			gives(`breaking resp-type at response 200 application/json (body): "object" → "string" (-response 200 application/json b, +response 200 ` +
				`application/json c)`),
			gives(`breaking resp-type at response 200 application/json (body): "string" → "object" (+response 200 application/json b, -response 200 ` +
				`application/json c)`)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, briefs(compare(t, c.old, c.new, "POST /p"))); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.back, briefs(compare(t, c.new, c.old, "POST /p"))); diff != "" {
				t.Errorf("findings of the reverse (-want +got):\n%s", diff)
			}
		})
	}
}

// The values of an enum are a set, also of mixed types and where several parts of a schema close it.
func TestEnumsAreSets(t *testing.T) {
	old := returns("{enum: [10, 9, '9', b, 'a b', a, true]}")
	new := returns("{allOf: [{enum: [true, a, c, '9', 'a b', 8]}, {enum: [c, 'a b', true, '9', d]}]}")
	require.Equal(t, gives(
		`risky resp-enum-add at response 200 application/json (body): null → "c"`,
		`safe resp-enum-rem at response 200 application/json (body): "a" → null`,
		`safe resp-enum-rem at response 200 application/json (body): "b" → null`,
		`safe resp-enum-rem at response 200 application/json (body): 10 → null`,
		`safe resp-enum-rem at response 200 application/json (body): 9 → null`,
	), briefs(compare(t, old, new, "POST /p")))
}
