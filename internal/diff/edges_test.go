package diff_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// edge is a change of a document with one operation, POST /p, and what it gives there and back.
type edge struct {
	name       string
	old, new   string
	want, back []string
}

func (e edge) run(t *testing.T) {
	t.Run(e.name, func(t *testing.T) {
		if diff := cmp.Diff(e.want, briefs(compare(t, e.old, e.new, "POST /p"))); diff != "" {
			t.Errorf("findings (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(e.back, briefs(compare(t, e.new, e.old, "POST /p"))); diff != "" {
			t.Errorf("findings of the reverse (-want +got):\n%s", diff)
		}
	})
}

// sends is an operation that takes a schema as JSON.
func sends(schema string) string {
	return in3("requestBody: {content: {application/json: {schema: " + schema + "}}}, " + nothing)
}

// A union beside other things admits less than none: who sends what no branch admits is refused from then on. Where it
// goes, an answer may be what no branch admitted.
func TestUnionThatComes(t *testing.T) {
	const at = "application/json (body)"
	for _, keyword := range []string{"oneOf", "anyOf"} {
		const members = "{type: object, properties: {a: {type: string}, b: {type: string}}"
		old, new := members+"}", members+", "+keyword+": [{required: [a]}, {required: [b], properties: {c: {type: string}}}]}"
		implied := func(side, sign string) string { return " (" + sign + side + " application/json c)" }
		for _, e := range []edge{
			{"request", sends(old), sends(new), gives("breaking req-branch-rem at request " + at + `: null → "` + keyword + `"` + implied("request", "+")),
				gives("safe req-branch-add at request " + at + `: "` + keyword + `" → null` + implied("request", "-"))},
			{"response", returns(old), returns(new),
				gives("safe resp-branch-rem at response 200 " + at + `: null → "` + keyword + `"` + implied("response 200", "+")),
				gives("risky resp-branch-add at response 200 " + at + `: "` + keyword + `" → null` + implied("response 200", "-"))},
		} {
			e.name += " " + keyword
			e.run(t)
		}
	}
	// The children of a discriminator are branches that come, not a demand that does.
	parent := func(discriminator string) string {
		return "openapi: 3.0.3\npaths: {/p: {post: {responses: {'200': {description: OK, content: {application/json: {schema: " +
			"{$ref: '#/components/schemas/P'}}}}}}}}\ncomponents: {schemas: {P: {type: object, " + discriminator +
			"properties: {k: {type: string}}}, C: {allOf: [{$ref: '#/components/schemas/P'}, {type: object, properties: {c: {type: string}}}]}}}\n"
	}
	edge{"children", parent(""), parent("discriminator: {propertyName: k}, "),
		gives(`risky other at response 200 `+at+` [discriminator]: null → "k"`,
			`risky resp-branch-add at response 200 `+at+`: null → "C" (+response 200 application/json c, +response 200 application/json k)`),
		gives(`risky other at response 200 `+at+` [discriminator]: "k" → null`,
			`safe resp-branch-rem at response 200 `+at+`: "C" → null (-response 200 application/json c, -response 200 application/json k)`)}.run(t)
}

// A whole number is the same in every spelling up to 10^21, from where on JSON writes an exponent, too.
func TestNumbersHaveOneSpelling(t *testing.T) {
	as := func(n string) string { return sends("{type: number, default: " + n + "}") }
	for _, same := range [][]string{
		{"2", "2.0", "+2", "0x2", "0o2", "20e-1"},
		{"1.5", "15e-1", "1.50"},
		{"-0.0", "0"},
		{"9007199254740992", "9007199254740992.0"}, // 2^53
		{"1000000000000000000", "1.0e18", "1e+18"},
		{"-9223372036854775808", "-9223372036854775808.0"},
		{"1e21", "1.0e21"},
	} {
		for _, n := range same {
			require.Empty(t, compare(t, as(same[0]), as(n), "POST /p"), "%s and %s", same[0], n)
		}
	}
	require.Equal(t, gives("risky req-default-chg at request application/json (body): 1.5 → 1"), briefs(compare(t, as("1.5"), as("1"), "POST /p")))
	require.Equal(t, gives("risky req-default-chg at request application/json (body): 1e+300 → 1e+301"),
		briefs(compare(t, as("1e300"), as("1e301"), "POST /p")))
}
