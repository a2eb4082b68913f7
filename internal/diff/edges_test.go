package diff_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/errorcodes"
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
	// A branch that asks for nothing takes in whatever stands beside it: members may come along.
	for branch, want := range map[string]string{
		"{}": "safe", "{type: object, properties: {c: {type: string}}}": "safe", "{properties: {c: {}}}": "safe",
		"{properties: {c: {type: string}}, required: [c]}": "breaking", "{properties: {a: {type: string, enum: [x]}}}": "breaking",
		"{maxProperties: 1}": "breaking", "{type: object, properties: {c: {type: string}}, additionalProperties: false}": "breaking",
		"{type: object, enum: [{}]}": "breaking",
	} {
		const members = "{type: object, properties: {a: {type: string}, b: {type: string}}"
		got := briefs(compare(t, sends(members+"}"), sends(members+", anyOf: [{required: [b]}, "+branch+"]}"), "POST /p"))
		require.Contains(t, strings.Join(got, "\n"), want+" req-branch-", branch)
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

// returns31 is a document of OpenAPI 3.1 with one operation, POST /p, that returns a schema.
func returns31(schema string) string { return strings.Replace(returns(schema), "3.0.3", "3.1.0", 1) }

// The order of usage-plan groups has an end on both sides: no group is no limit, looser than every group.
func TestThrottlingOrder(t *testing.T) {
	group := func(name string) string {
		if name == "" {
			return in3(nothing)
		}
		return in3("x-throttling-group: " + name + ", " + nothing)
	}
	order := []string{"", "NoThrottling", "Light", "Medium", "Heavy", "Auth"}
	for i, a := range order {
		for j, b := range order {
			findings := compare(t, group(a), group(b), "POST /p")
			if i == j {
				require.Empty(t, findings)
				continue
			}
			require.Len(t, findings, 1)
			require.Equal(t, map[bool]string{true: "throttle-tighter", false: "throttle-looser"}[j > i], findings[0].ID, "%q to %q", a, b)
		}
	}
}

// An operation that is gone says where it probably is now, as the report says it.
func TestMovedTo(t *testing.T) {
	moved := strings.Replace(base, "/w/{id}:", "/v2/w/{id}:", 1)
	findings := compare(t, base, moved)
	require.Len(t, findings, 1)
	require.Equal(t, "POST /v2/w/{id}", findings[0].MovedTo)
	findings = compare(t, moved, base)
	require.Equal(t, "operation-added", findings[0].ID)
	require.Empty(t, findings[0].MovedTo)
	require.Empty(t, compare(t, base, strings.Replace(base, "createW", "newW", 1))[0].MovedTo)
}

// A media type is compared through the narrowest range that it lies in. A range without any type in its place is gone.
func TestMediaRanges(t *testing.T) {
	content := func(media string) string {
		return in3("responses: {'200': {description: OK, content: {" + media + "}}}")
	}
	const all, text, plain = "'*/*': {schema: {type: string}}", "text/*: {schema: {type: integer}}", "text/plain: {schema: {type: integer}}"
	for _, e := range []edge{
		{"the narrowest", content(all + ", " + text), content(all + ", " + text + ", " + plain), gives(), gives()},
		{"the narrowest, in another order", content(text + ", " + all), content(plain + ", " + text + ", " + all), gives(), gives()},
		{"only the widest", content(all), content(all + ", " + plain),
			gives(`breaking resp-type at response 200 text/plain (body): "string" → "integer"`),
			gives(`breaking resp-type at response 200 text/plain (body): "integer" → "string"`)},
		{"a range that goes", content("text/*: {schema: {type: string}}"), content(""),
			gives(`breaking mt-resp-rem at response 200 text/*: "text/*" → null (-response 200 text/* (body))`),
			gives(`safe mt-resp-add at response 200 text/*: null → "text/*" (+response 200 text/* (body))`)},
		{"case of what is no charset", content("application/xml; v=A; charset=UTF-8: {}"), content("application/xml; v=A; charset=utf-8: {}"), gives(), gives()},
		{"another version", content("application/xml; v=A: {}"), content("application/xml; v=a: {}"),
			gives(`breaking mt-resp-rem at response 200 application/xml;v=A: "application/xml;v=A" → null (-response 200 application/xml;v=A (body))`,
				`safe mt-resp-add at response 200 application/xml;v=a: null → "application/xml;v=a" (+response 200 application/xml;v=a (body))`),
			gives(`safe mt-resp-add at response 200 application/xml;v=A: null → "application/xml;v=A" (+response 200 application/xml;v=A (body))`,
				`breaking mt-resp-rem at response 200 application/xml;v=a: "application/xml;v=a" → null (-response 200 application/xml;v=a (body))`)},
	} {
		e.run(t)
	}
}

// What is written in two ways is the same: each pair is no change in either direction.
func TestMoreSpellingsAreNoChange(t *testing.T) {
	objects := func(names ...string) (list []string) {
		for _, n := range names {
			list = append(list, "{type: object, required: ["+n+"], properties: {"+n+": {type: string}}}")
		}
		return list
	}
	o := objects("p", "q", "r")
	wrapped := "{enum: [v]}"
	values := "v"
	for i := range 11 { // the outermost, and ten inside of it
		wrapped, values = fmt.Sprintf("{anyOf: [%s, {const: v%d}]}", wrapped, i), fmt.Sprintf("%s, v%d", values, i)
	}
	for _, s := range []spelling{
		{"bounds of two parts", returns("{allOf: [{type: number, minimum: 5, maximum: 7}, {minimum: 3, maximum: 9}]}"),
			returns("{type: number, minimum: 5, maximum: 7}")},
		{"bounds of two parts, the tightest last", returns("{allOf: [{type: number, minimum: 3, maximum: 9}, {minimum: 5, maximum: 7}]}"),
			returns("{type: number, minimum: 5, maximum: 7}")},
		{"exclusive beside inclusive", returns("{allOf: [{type: number, minimum: 5}, {minimum: 5, exclusiveMinimum: true}]}"),
			returns("{type: number, minimum: 5, exclusiveMinimum: true}")},
		{"inclusive beside exclusive", returns("{allOf: [{type: number, minimum: 5, exclusiveMinimum: true}, {minimum: 5}]}"),
			returns("{type: number, minimum: 5, exclusiveMinimum: true}")},
		{"limits of two parts", returns("{allOf: [{type: string, minLength: 5, maxLength: 7}, {minLength: 3, maxLength: 9}]}"),
			returns("{allOf: [{type: string, minLength: 3, maxLength: 9}, {minLength: 5, maxLength: 7}]}")},
		{"a lower limit of zero", returns("{type: object, minProperties: 0}"), returns("{type: object}")},
		{"an integer that is a number", returns("{allOf: [{type: number}, {type: integer}]}"), returns("{type: integer}")},
		{"a number that is an integer", returns("{allOf: [{type: integer}, {type: number}]}"), returns("{type: integer}")},
		{"the types of both parts", returns31("{allOf: [{type: [integer, string]}, {type: number}]}"), returns31("{type: integer}")},
		{"parts that contradict each other", returns("{allOf: [{type: boolean}, {type: string}]}"), returns("{type: boolean}")},
		{"true is any schema", returns31("{type: object, properties: {a: true}}"), returns31("{type: object, properties: {a: {}}}")},
		{"described values with a type", returns("{anyOf: [{type: string, const: a, title: A}, {type: string, const: b}]}"), returns("{type: string, enum: [a, b]}")},
		{"described values of several levels", returns("{anyOf: [{type: string, const: a}, {anyOf: [{type: string, const: b}, {type: string, const: c}]}]}"),
			returns("{type: string, enum: [a, b, c]}")},
		{"described values with a type inside", returns("{anyOf: [{const: a}, {anyOf: [{type: string, const: b}, {type: string, const: c}]}]}"),
			returns("{type: string, enum: [a, b, c]}")},
		{"described values with a type outside", returns("{anyOf: [{type: string, const: a}, {anyOf: [{const: b}, {const: c}]}]}"),
			returns("{type: string, enum: [a, b, c]}")},
		{"described values, ten levels deep", returns31(wrapped), returns31("{type: string, enum: [" + values + "]}")},
		{"objects of a union in a union", returns("{oneOf: [{oneOf: [" + o[0] + ", " + o[1] + "]}, " + o[2] + "]}"),
			returns("{oneOf: [" + strings.Join(o, ", ") + "]}")},
		{"a list or its item", returns31("{oneOf: [{type: array, items: {type: string}}, {type: string}]}"),
			returns31("{type: [array, string], items: {type: string}}")},
		{"a map or a word", returns31("{oneOf: [{type: object, additionalProperties: {type: integer}}, {type: string}]}"),
			returns31("{type: [object, string], additionalProperties: {type: integer}}")},
		{"a word of a form or a number", returns31("{oneOf: [{type: string, format: date}, {type: integer}]}"), returns31("{type: [integer, string], format: date}")},
		{"null in a branch", returns("{oneOf: [{type: string, nullable: true}, {type: integer}]}"),
			returns("{nullable: true, oneOf: [{type: string}, {type: integer}]}")},
		{"list in a cookie", takes("{name: c, in: cookie, schema: {type: array, items: {type: string}}}"),
			takes("{name: c, in: cookie, style: form, explode: true, schema: {type: array, items: {type: string}}}")},
		{"list in a header", takes("{name: h, in: header, schema: {type: array, items: {type: string}}}"),
			takes("{name: h, in: header, style: simple, schema: {type: array, items: {type: string}}}")},
		{"object in a cookie", takes("{name: c, in: cookie, schema: {type: object, properties: {a: {type: string}, b: {type: string}}}}"),
			takes("{name: a, in: cookie, schema: {type: string}}, {name: b, in: cookie, schema: {type: string}}")},
		{"default of many digits", returns("{type: integer, default: 1}"), returns("{type: integer, default: '" + strings.Repeat("0", 399) + "1'}")},
		{"bytes by their media type", in3("responses: {'200': {description: OK, content: {application/pdf: {schema: {type: string, format: binary}}}}}"),
			strings.Replace(in3("responses: {'200': {description: OK, content: {application/pdf: {schema: {type: string, contentMediaType: application/pdf}}}}}"),
				"3.0.3", "3.1.0", 1)},
		{"bytes that are said to be twice", in3("responses: {'200': {description: OK, content: {application/pdf: {}}}}"),
			strings.Replace(in3("responses: {'200': {description: OK, content: {application/pdf: {schema: {type: string, format: binary, "+
				"contentMediaType: application/pdf}}}}}"), "3.0.3", "3.1.0", 1)},
		{"bytes without a type", in3("responses: {'200': {description: OK, content: {application/pdf: {}}}}"),
			strings.Replace(in3("responses: {'200': {description: OK, content: {application/pdf: {schema: {contentMediaType: application/pdf}}}}}"),
				"3.0.3", "3.1.0", 1)},
	} {
		t.Run(s.name, func(t *testing.T) {
			require.Equal(t, gives(), briefs(compare(t, s.old, s.new, "POST /p")))
			require.Equal(t, gives(), briefs(compare(t, s.new, s.old, "POST /p")))
		})
	}
}

// What is like another thing and not it is a change.
func TestWhatIsNotTheSame(t *testing.T) {
	const body, at = "response 200 application/json (body)", "request application/json (body)"
	sends31 := func(schema string) string { return strings.Replace(sends(schema), "3.0.3", "3.1.0", 1) }
	pdf := func(schema string) string {
		return strings.Replace(in3("responses: {'200': {description: OK, content: {application/pdf: {schema: "+schema+"}}}}"), "3.0.3", "3.1.0", 1)
	}
	for _, e := range []edge{
		{"false and true", returns31("{type: object, properties: {a: true}}"), returns31("{type: object, properties: {a: false}}"),
			gives(`risky other at response 200 application/json a [not]: null → "anything"`),
			gives(`risky other at response 200 application/json a [not]: "anything" → null`)},
		{"null alone", returns31("{type: string}"), returns31("{type: 'null'}"), gives(`breaking resp-type at ` + body + `: "string" → "null"`),
			gives(`breaking resp-type at ` + body + `: "null" → "string"`)},
		{"null alone in a list", returns31("{type: string}"), returns31("{type: ['null']}"), gives(`breaking resp-type at ` + body + `: "string" → "null"`),
			gives(`breaking resp-type at ` + body + `: "null" → "string"`)},
		{"integers among numbers", returns31("{type: string}"), returns31("{oneOf: [{type: integer, minimum: 7}, {type: number, maximum: 5}]}"),
			gives(`breaking resp-type at ` + body + `: "string" → "number"`), gives(`breaking resp-type at ` + body + `: "number" → "string"`)},
		{"described values of two types", returns31("{type: string, const: a}"),
			returns31("{anyOf: [{type: string, const: a}, {anyOf: [{type: integer, const: 1}, {type: integer, const: 2}]}]}"),
			gives(`breaking resp-type at ` + body + `: "string" → "integer|string" (-` + body + ` enum)`),
			gives(`safe resp-type-narrower at ` + body + `: "integer|string" → "string"`)},
		{"described values and others", returns31("{type: string, enum: [a, b]}"),
			returns31("{type: string, anyOf: [{const: a}, {anyOf: [{const: b}, {pattern: ^c}]}]}"),
			gives(`safe resp-branch-rem at `+body+`: null → "anyOf"`, `risky resp-enum-gone at `+body+`: ["a","b"] → null`), nil},
		{"one of several closed", returns31("{type: [string, integer], enum: [a]}"), returns31("{oneOf: [{type: string, enum: [a]}, {type: integer}]}"),
			gives(`risky resp-branch-add at `+body+`: null → "integer"`, `safe resp-branch-rem at `+body+`: "integer|string" → null`), nil},
		{"one of several deprecated", returns31("{type: [string, integer], deprecated: true}"),
			returns31("{oneOf: [{type: string, deprecated: true}, {type: integer}]}"), nil, nil},
		{"two formats", returns31("{oneOf: [{type: string, format: date}, {type: integer, format: int64}]}"),
			returns31("{oneOf: [{type: string, format: date}, {type: integer, format: int32}]}"),
			gives(`safe resp-format-num at ` + body + `: "int64" → "int32"`), gives(`safe resp-format-num at ` + body + `: "int32" → "int64"`)},
		{"a form is no file", pdf("{}"), pdf("{type: string, format: date}"), nil, nil},
		{"a number is no file", pdf("{}"), pdf("{type: integer, contentMediaType: application/pdf}"), nil, nil},
		{"members of any type", sends("{required: [a]}"), sends("{required: [a, b]}"), gives("breaking req-add-req at request application/json b"),
			gives("breaking req-rem-req at request application/json b")},
		{"items of any type", sends("{items: {type: string}}"), sends("{items: {type: integer}}"),
			gives(`breaking req-type at request application/json []: "string" → "integer"`),
			gives(`breaking req-type at request application/json []: "integer" → "string"`)},
		{"a limit of any type", sends("{minLength: 2}"), sends("{minLength: 2, maxLength: 5}"), gives("risky req-limit-new at " + at + " [maxLength]: null → 5"),
			gives("safe req-limit-loose at " + at + " [maxLength]: 5 → null")},
		{"a limit of a type that comes", sends31("{type: integer}"), sends31("{type: [integer, string], maxLength: 5}"),
			gives(`safe req-type-wider at ` + at + `: "integer" → "integer|string" (+` + at + ` maxLength)`),
			gives(`breaking req-type at ` + at + `: "integer|string" → "integer" (-` + at + ` maxLength)`)},
		{"a limit of a type that stays", sends31("{type: string}"), sends31("{type: [integer, string], maxLength: 5}"),
			gives("risky req-limit-new at "+at+" [maxLength]: null → 5", `safe req-type-wider at `+at+`: "string" → "integer|string"`),
			gives(`breaking req-type at ` + at + `: "integer|string" → "string" (-` + at + ` maxLength)`)},
		{"a limit of a type that goes", returns31("{type: [integer, string], maxLength: 5}"), returns31("{type: integer}"),
			gives(`safe resp-type-narrower at ` + body + `: "integer|string" → "integer" (-` + body + ` maxLength)`),
			gives(`breaking resp-type at ` + body + `: "integer" → "integer|string" (+` + body + ` maxLength)`)},
		{"a limit that goes of a type that stays", returns31("{type: [integer, string], maxLength: 5}"), returns31("{type: string}"),
			gives("risky resp-limit-loose at "+body+" [maxLength]: 5 → null", `safe resp-type-narrower at `+body+`: "integer|string" → "string"`),
			gives(`breaking resp-type at ` + body + `: "string" → "integer|string" (+` + body + ` maxLength)`)},
		{"harmless inside of a wider type", sends31("{type: object, properties: {a: {type: string, enum: [x], maxLength: 5}}}"),
			sends31("{type: [object, string], properties: {a: {type: string, enum: [x, y], maxLength: 9}, b: {type: string}}}"),
			gives(`safe req-type-wider at ` + at + `: "object" → "object|string" (+request application/json a enum, -request application/json a maxLength, ` +
				`+request application/json a maxLength, +request application/json b existence)`), nil},
		{"another pattern", returns("{type: string, pattern: ^a}"), returns("{type: string, pattern: ^b}"),
			gives(`risky resp-limit-loose at ` + body + ` [pattern]: "^a" → "^b"`), gives(`risky resp-limit-loose at ` + body + ` [pattern]: "^b" → "^a"`)},
		{"an enum of what the server owns", sends("{type: object, properties: {a: {type: string, enum: [x]}}}"),
			sends("{type: object, properties: {a: {type: string, enum: [x], readOnly: true}}}"),
			gives("risky req-readonly at request application/json a: false → true"), gives("safe req-readonly- at request application/json a: true → false")},
	} {
		if e.want != nil && e.back != nil {
			e.run(t)
			continue
		}
		t.Run(e.name, func(t *testing.T) {
			if got := briefs(compare(t, e.old, e.new, "POST /p")); e.want != nil {
				require.Equal(t, e.want, got)
			} else {
				require.NotEmpty(t, got)
			}
			require.NotEmpty(t, compare(t, e.new, e.old, "POST /p"))
		})
	}
}

// Each limit is tighter in one direction alone, for a server that reads and a client that does.
func TestDirectionsOfLimits(t *testing.T) {
	for keyword, c := range map[string]struct{ typ, loose, tight string }{
		"minimum": {"number", "1", "2"}, "maximum": {"number", "2", "1"}, "minLength": {"string", "1", "2"}, "maxLength": {"string", "2", "1"},
		"minItems": {"array", "1", "2"}, "maxItems": {"array", "2", "1"}, "minProperties": {"object", "1", "2"}, "maxProperties": {"object", "2", "1"},
		"multipleOf": {"number", "2", "4"},
	} {
		schema := func(value string) string { return "{type: " + c.typ + ", " + keyword + ": " + value + "}" }
		change := func(side, from, to string) string {
			return " at " + side + " application/json (body) [" + keyword + "]: " + from + " → " + to
		}
		edge{keyword + " of a request", sends(schema(c.loose)), sends(schema(c.tight)), gives("breaking req-limit-tight" + change("request", c.loose, c.tight)),
			gives("safe req-limit-loose" + change("request", c.tight, c.loose))}.run(t)
		edge{keyword + " of a response", returns(schema(c.loose)), returns(schema(c.tight)),
			gives("safe resp-limit-tight" + change("response 200", c.loose, c.tight)),
			gives("risky resp-limit-loose" + change("response 200", c.tight, c.loose))}.run(t)
	}
}

// A value that travels as text keeps its limits, and a list of one is written as its item is.
func TestTextAndItsLimits(t *testing.T) {
	const at = "parameter query:q"
	q := func(schema string) string { return takes("{name: q, in: query, schema: " + schema + "}") }
	for _, e := range []edge{
		{"a limit that comes", q("{type: integer}"), q("{type: string, maxLength: 5}"),
			gives("risky req-limit-new at "+at+" [maxLength]: null → 5", `safe type-text at `+at+`: "integer" → "string"`),
			gives(`breaking req-type at ` + at + `: "string" → "integer" (-` + at + ` maxLength)`)},
		{"a limit that goes", q("{type: integer, maximum: 9}"), q("{type: string}"),
			gives(`safe type-text at ` + at + `: "integer" → "string" (-` + at + ` maximum)`),
			gives(`breaking req-type at ` + at + `: "string" → "integer" (+` + at + ` maximum)`)},
		{"a bound with its flag", q("{type: integer}"), q("{type: number, minimum: 1, exclusiveMinimum: true}"),
			gives("risky req-limit-new at "+at+" [minimum]: null → 1", `safe type-text at `+at+`: "integer" → "number"`), nil},
		{"another limit", q("{type: integer, maximum: 9}"), q("{type: number, maximum: 5}"),
			gives("breaking req-limit-tight at "+at+" [maximum]: 9 → 5", `safe req-type-wider at `+at+`: "integer" → "number"`), nil},
		{"the same limit", q("{type: integer, maximum: 9}"), q("{type: number, maximum: 9}"), gives(`safe type-text at ` + at + `: "integer" → "number"`), nil},
		{"a list of one", q("{type: integer}"), q("{type: array, minItems: 1, items: {type: string, maxLength: 5}}"),
			gives("risky req-limit-new at "+at+" [maxLength]: null → 5", `safe type-text at `+at+`: "integer" → "array"`), nil},
		{"a list of two", q("{type: integer}"), q("{type: array, minItems: 2, items: {type: string}}"),
			gives(`breaking req-type at ` + at + `: "integer" → "array" (+` + at + ` minItems)`), nil},
		{"a list of anything", q("{type: integer}"), q("{type: array}"), gives(`safe type-text at ` + at + `: "integer" → "array"`), nil},
	} {
		t.Run(e.name, func(t *testing.T) {
			require.Equal(t, e.want, briefs(compare(t, e.old, e.new, "POST /p")))
			if e.back != nil {
				require.Equal(t, e.back, briefs(compare(t, e.new, e.old, "POST /p")))
			}
		})
	}
}

// oneOf is a schema that is a union.
func oneOf(branches ...string) string { return "{oneOf: [" + strings.Join(branches, ", ") + "]}" }

// members is an object with required members, each "name type".
func members(list ...string) string {
	var names, props []string
	for _, m := range list {
		name, typ, _ := strings.Cut(m, " ")
		names, props = append(names, name), append(props, name+": {type: "+typ+"}")
	}
	return "{type: object, required: [" + strings.Join(names, ", ") + "], properties: {" + strings.Join(props, ", ") + "}}"
}

// A branch is compared with the one that it is most alike, wherever that stands; of those alike, with the first.
func TestMostAlikeBranch(t *testing.T) {
	const at = "response 200 application/json "
	strings3, one, three, flags := members("a string", "b string", "c string"), members("a string", "b string", "c integer"),
		members("a integer", "b integer", "c integer"), members("a boolean", "b boolean", "c boolean")
	want := gives(`breaking resp-type at `+at+`a: "boolean" → "integer"`, `breaking resp-type at `+at+`b: "boolean" → "integer"`,
		`breaking resp-type at `+at+`c: "boolean" → "integer"`, `breaking resp-type at `+at+`c: "string" → "integer"`)
	for _, new := range [][]string{{one, three}, {three, one}} {
		require.Equal(t, want, briefs(compare(t, returns(oneOf(strings3, flags)), returns(oneOf(new...)), "POST /p")))
	}
	two := members("a string", "b integer", "c string")
	for location, new := range map[string][]string{"c": {one, two}, "b": {two, one}} {
		require.Contains(t, briefs(compare(t, returns(oneOf(strings3, flags)), returns(oneOf(new...)), "POST /p")),
			`breaking resp-type at `+at+location+`: "string" → "integer"`)
		findings := compare(t, returns(oneOf(strings3, "{type: object, properties: {z: {type: string}}}")), returns(oneOf(new...)), "POST /p")
		retyped := slices.IndexFunc(findings, func(f diff.Finding) bool { return f.ID == "resp-type" })
		require.Equal(t, at+location, findings[retyped].Location)
	}
	// So it is among forty, the last of which is the one.
	var forty []string
	for i := range 39 {
		forty = append(forty, members(fmt.Sprintf("x%d string", i), "y string"))
	}
	forty = append(forty, one)
	require.Equal(t, gives(
		`risky resp-branch-add at response 200 application/json (body): null → "object" (+`+at+`x0, +`+at+`y)`,
		`breaking resp-type at `+at+`c: "string" → "integer"`,
	), briefs(compare(t, returns(oneOf(strings3, flags)), returns(oneOf(append(forty, flags)...)), "POST /p")))
}

// What is in a branch says more than the name of its component, also of forty; but the same name says more than what is
// merely alike.
func TestNamesOfBranches(t *testing.T) {
	union := func(n int, shift int, value string) string {
		var refs, list []string
		for i := range n {
			refs = append(refs, fmt.Sprintf("{$ref: '#/components/schemas/S%d'}", i))
			list = append(list, fmt.Sprintf("S%d: {type: object, required: [p%[2]d], properties: {p%[2]d: {type: integer, default: %[3]s}}}",
				i, (i+shift)%n, value))
		}
		return get(oneOf(refs...), list...)
	}
	require.Empty(t, compare(t, union(40, 0, "1"), union(40, 1, "'1'"), "GET /a"))

	const at = "response 200 application/json "
	refs := func(a, b string) string {
		return oneOf("{$ref: '#/components/schemas/"+a+"'}", "{$ref: '#/components/schemas/"+b+"'}")
	}
	old := get(refs("A", "B"), "A: "+members("p string", "q string"), "B: "+members("z string"))
	new := get(refs("C", "A"), "A: "+members("p integer", "q integer"), "C: "+members("p string", "q integer"))
	findings := compare(t, old, new, "GET /a")
	require.Contains(t, briefs(findings), `breaking resp-type at `+at+`p: "string" → "integer"`)
	require.Contains(t, briefs(findings), `breaking resp-type at `+at+`q: "string" → "integer"`)

	// What is said of a branch as a whole names it, where there are several.
	flagged := "{type: object, deprecated: true, required: [q], properties: {q: {type: string}}}"
	old = get(refs("A", "B"), "A: "+members("p string"), "B: "+members("q string"))
	new = get(refs("A", "B"), "A: "+members("p string"), "B: "+flagged)
	require.Equal(t, gives("risky resp-deprecated at "+at+"(body) [branch B]: false → true"), briefs(compare(t, old, new, "GET /a")))
	require.Equal(t, gives(
		"risky resp-branch-add at "+at+`(body): null → "object" (+`+at+"p)",
		"risky resp-deprecated at "+at+"(body): false → true",
	), briefs(compare(t, get(members("q string")), new, "GET /a")))
	require.Equal(t, gives(
		"safe resp-branch-rem at "+at+`(body): "object" → null (-`+at+"p)",
		"safe undeprecated at "+at+"(body): true → false",
	), briefs(compare(t, get(refs("B", "A"), "A: "+members("p string"), "B: "+flagged), get(members("q string")), "GET /a")))
}

// A branch that goes is harmless only where another one takes in all of it: what breaks counts as much as what may.
func TestBranchThatIsTakenIn(t *testing.T) {
	kind := func(value, more string) string {
		return "{type: object, required: [k], properties: {k: {type: string, enum: [" + value + "]}" + more + "}}"
	}
	x, y, z := kind("x", ", n: {type: string}"), kind("y", ""), kind("z", "")
	require.Equal(t, gives(`breaking req-branch-rem at request application/json (body): "object" → null (-request application/json k, `+
		`-request application/json n)`), briefs(compare(t, sends(oneOf(x, y, z)), sends(oneOf(y, z)), "POST /p")))
	wide := kind("w, x", ", n: {type: string}")
	require.Empty(t, compare(t, sends(oneOf(x, wide, z)), sends(oneOf(wide, z)), "POST /p"))
	require.Empty(t, compare(t, returns(oneOf(wide, z)), returns(oneOf(x, wide, z)), "POST /p"))
}

// The values of a discriminator belong to the branches that they select.
func TestValuesOfDiscriminator(t *testing.T) {
	const at = "response 200 application/json (body)"
	mapped := func(a, b string) string {
		return get("{oneOf: [{$ref: '#/components/schemas/S'}, {$ref: '#/components/schemas/T'}], discriminator: {propertyName: k, mapping: {"+
			a+": '#/components/schemas/S', "+b+": '#/components/schemas/T'}}}", "S: "+members("k string", "s string"), "T: "+members("k string", "t string"))
	}
	require.Empty(t, compare(t, mapped("a", "b"), mapped("a", "b"), "GET /a"))
	require.Equal(t, gives(
		`risky resp-branch-add at `+at+`: null → "c" (+response 200 application/json k, +response 200 application/json t)`,
		`safe resp-branch-rem at `+at+`: "b" → null (-response 200 application/json k, -response 200 application/json t)`,
	), briefs(compare(t, mapped("a", "b"), mapped("a", "c"), "GET /a")))
	require.Equal(t, gives("breaking resp-rem-req at response 200 application/json s", "safe resp-add at response 200 application/json s",
		"breaking resp-rem-req at response 200 application/json t", "safe resp-add at response 200 application/json t"),
		sorted(briefs(compare(t, mapped("a", "b"), mapped("b", "a"), "GET /a")), "json s", "json t"))
}

// sorted is the findings that end in each of some texts, in their order.
func sorted(findings []string, ends ...string) []string {
	var list []string
	for _, end := range ends {
		var some []string
		for _, f := range findings {
			if strings.HasSuffix(f, end) {
				some = append(some, f)
			}
		}
		slices.Sort(some)
		list = append(list, some...)
	}
	return list
}

// Nothing is said to be the same that is not: a schema that leads to itself and one that does not, the first header that
// is read and the next, no items and any.
func TestWhatIsTheSameClass(t *testing.T) {
	const n = 6
	var old, new, list []string
	for i := range n {
		list = append(list, fmt.Sprintf("C%d: {type: object, properties: {c%[1]d: {$ref: '#/components/schemas/C%[1]d'}}}", i),
			fmt.Sprintf("F%d: {type: object, properties: {f%[1]d: {type: string}}}", i))
		for j := range n {
			old = append(old, fmt.Sprintf("p%d_%d: {$ref: '#/components/schemas/F%d'}", i, j, i))
			new = append(new, fmt.Sprintf("p%d_%d: {$ref: '#/components/schemas/C%d'}", i, j, j))
		}
	}
	object := func(props []string) string {
		return get("{type: object, properties: {"+strings.Join(props, ", ")+"}}", list...)
	}
	for _, way := range [][2]string{{object(old), object(new)}, {object(new), object(old)}} {
		found := map[string]bool{}
		for _, f := range compare(t, way[0], way[1], "GET /a") {
			if f.ID == "resp-rem-opt" {
				found[f.Location] = true
			}
		}
		require.Len(t, found, n*n)
	}

	headers := func(a string) string {
		return in3("responses: {'200': {description: OK, headers: {A: {schema: {type: " + a + "}}, B: {schema: {type: boolean}}}}}")
	}
	require.Equal(t, gives(`risky other at response 200 [headers]: "A" → "A"`), briefs(compare(t, headers("integer"), headers("string"), "POST /p")))

	for _, items := range []string{"{}", "{oneOf: [{required: [a]}, {required: [b]}]}"} {
		require.Equal(t, items != "{}", len(compare(t, sends("{type: array}"), sends("{type: array, items: "+items+"}"), "POST /p")) > 0, items)
	}
}

// A closed set that goes on our side says nothing of the value that upstream adds to it: that is not handled.
func TestHandledValuesOfASet(t *testing.T) {
	set := func(values string) string { return sends("{type: string" + values + "}") }
	pinned, upstream, built := set(", enum: [a, b]"), set(", enum: [a, b, c]"), set("")
	findings := compare(t, pinned, upstream, "POST /p")
	require.Len(t, findings, 1)
	require.NoError(t, diff.MarkHandled(findings, facts(t, upstream, "POST /p"), []diff.Stage{
		{Position: "a:1", Facts: func() (*diff.Facts, error) { return facts(t, built, "POST /p"), nil }},
	}))
	require.Empty(t, findings[0].HandledBy)
}

// Of several messages of one code, as many are reworded as have gone; what is more has come, or gone.
func TestSeveralMessagesOfACode(t *testing.T) {
	rows := func(messages ...string) (list []errorcodes.Row) {
		for _, m := range messages {
			list = append(list, errorcodes.Row{Operation: create, Status: 400, Code: "W-1", Message: m})
		}
		return list
	}
	codes, findings := diff.CompareCodes(rows("same", "a", "b"), rows("same", "c", "d", "e"), []string{create}, nil)
	require.Empty(t, findings)
	require.Equal(t, diff.ErrorCodes{Added: rows("e"), Removed: []errorcodes.Row{}, MessageChanged: rows("c", "d")}, codes)
	codes, _ = diff.CompareCodes(rows("same", "c", "d", "e"), rows("same", "a", "b"), []string{create}, nil)
	require.Equal(t, diff.ErrorCodes{Added: []errorcodes.Row{}, Removed: rows("e"), MessageChanged: rows("a", "b")}, codes)
	codes, _ = diff.CompareCodes(rows("a", "b"), rows("c", "d"), []string{create}, nil)
	require.Equal(t, diff.ErrorCodes{Added: []errorcodes.Row{}, Removed: []errorcodes.Row{}, MessageChanged: rows("c", "d")}, codes)
}

// A media type is cut off a place, with its parameters; the root of a body has no path.
func TestCutMedia(t *testing.T) {
	for rest, want := range map[string]struct {
		media, path string
		depth       int
	}{
		"":                                    {"", "", 0},
		"text/csv":                            {"text/csv", "", 1},
		"text/csv (body)":                     {"text/csv", "", 2},
		"text/csv a.b[]":                      {"text/csv", "a.b[]", 2},
		"text/csv; v=1; w=2":                  {"text/csv; v=1; w=2", "", 1},
		"text/csv; v=1; w=2 (body)":           {"text/csv; v=1; w=2", "", 2},
		"text/csv; v=1 a name of three words": {"text/csv; v=1", "a name of three words", 2},
	} {
		media, path, depth := diff.CutMedia(rest)
		require.Equal(t, want.media, media, rest)
		require.Equal(t, want.path, path, rest)
		require.Equal(t, want.depth, depth, rest)
	}
}

// Each variable of a path has its place, and a path that is written alike wins over one of the same shape, wherever it
// stands.
func TestVariablesOfPaths(t *testing.T) {
	at := func(path, typ string) string {
		names := diff.PathVariables(path)
		return "  " + path + ":\n    get: {parameters: [{name: " + names[0] + ", in: path, required: true, schema: {type: " + typ + "}}, {name: " + names[1] +
			", in: path, required: true, schema: {type: string}}]}\n"
	}
	require.Equal(t, []string{"a", "b"}, diff.PathVariables("/w/{a}/x/{b}"))
	doc := func(paths ...string) string { return "openapi: 3.0.3\npaths:\n" + strings.Join(paths, "") }
	const op = "GET /w/{a}/x/{b}"
	old := doc(at("/w/{a}/x/{b}", "string"))
	require.Equal(t, gives(`safe path-variable at parameter path:a: "a" → "c"`, `safe path-variable at parameter path:b: "b" → "d"`),
		briefs(compare(t, old, doc(at("/w/{c}/x/{d}", "string")), op)))
	alike, shaped := at("/w/{a}/x/{b}", "string"), at("/w/{c}/x/{d}", "boolean")
	require.Empty(t, compare(t, old, doc(alike, shaped), op))
	require.Empty(t, compare(t, old, doc(shaped, alike), op))
}

// Beside a reference, a path has parameters of its own, or else those of what it refers to.
func TestParametersOfPaths(t *testing.T) {
	item := func(beside, there string) string {
		return "openapi: 3.1.0\npaths: {/a: {$ref: '#/components/pathItems/I'" + beside + "}}\ncomponents: {pathItems: {I: {get: {}" + there + "}}}\n"
	}
	q := func(typ string) string { return ", parameters: [{name: q, in: query, schema: {type: " + typ + "}}]" }
	for _, c := range []struct{ beside, there string }{{q("boolean"), ""}, {"", q("boolean")}, {q("boolean"), q("string")}} {
		old := "openapi: 3.1.0\npaths: {/a: {get: {}" + q("boolean") + "}}"
		require.Equal(t, gives(), briefs(compare(t, old, item(c.beside, c.there), "GET /a")))
		require.Equal(t, gives("safe param-add-opt at parameter query:q"), briefs(compare(t, item("", ""), item(c.beside, c.there), "GET /a")))
	}
}

// An object in a query that says more than its members is no list of parameters.
func TestObjectWithMoreThanMembers(t *testing.T) {
	for _, more := range []string{"", "oneOf: [{required: [a]}, {required: [b]}], ", "not: {required: [c]}, ",
		"oneOf: [{required: [a]}, {required: [b]}], not: {required: [c]}, "} {
		q := func(typ string) string {
			return takes("{name: q, in: query, schema: {type: object, " + more + "properties: {a: {type: " + typ + "}, b: {type: string}}}}")
		}
		location := map[bool]string{true: "parameter query:a", false: "parameter query:q a"}[more == ""]
		require.Equal(t, gives("breaking req-type at "+location+`: "string" → "boolean"`), briefs(compare(t, q("string"), q("boolean"), "POST /p")), more)
	}
}

// Without a scheme, Swagger 2.0 is taken for https; with some, for those.
func TestServersOfSwagger(t *testing.T) {
	mentions := func(more string) []string {
		of := func(more string) *diff.Facts {
			return facts(t, "swagger: '2.0'\n"+more+"paths: {/a: {get: {}}}\n", "GET /a")
		}
		return diff.Mentions(of(""), of(more))
	}
	require.Equal(t, []string{"servers: none → https://a.example/v1"}, mentions("host: a.example\nbasePath: /v1/\n"))
	require.Equal(t, []string{"servers: none → http://a.example, wss://a.example"}, mentions("host: a.example\nschemes: [wss, http]\n"))
	require.Empty(t, mentions("schemes: [http]\n"))
}

// A form of Swagger 2.0 says how its lists are written, and is multipart where it has a file and nobody says otherwise.
func TestSwaggerForms(t *testing.T) {
	form := func(fields string) string {
		return "swagger: '2.0'\npaths: {/p: {post: {parameters: [" + fields + "], " + nothing + "}}}\n"
	}
	list := func(format string) string {
		return form("{name: l, in: formData, type: array, items: {type: string}" + format + "}")
	}
	const urlencoded, multipart = "application/x-www-form-urlencoded", "multipart/form-data"
	for _, e := range []edge{
		{"a list", list(""), list(", collectionFormat: multi"), gives(`breaking req-style at request ` + urlencoded + ` l [style]: "csv" → "multi"`),
			gives(`breaking req-style at request ` + urlencoded + ` l [style]: "multi" → "csv"`)},
		{"a field", form(""), form("{name: f, in: formData, type: string}"),
			gives(`safe mt-req-add at request ` + urlencoded + `: null → "` + urlencoded + `" (+request ` + urlencoded + ` (body), +request ` + urlencoded + ` f)`),
			gives(`breaking mt-req-rem at request ` + urlencoded + `: "` + urlencoded + `" → null (-request ` + urlencoded + ` (body), -request ` + urlencoded +
				` f)`)},
		{"a file and a field", form(""), form("{name: f, in: formData, type: file}, {name: g, in: formData, type: string}"),
			gives(`safe mt-req-add at request ` + multipart + `: null → "` + multipart + `" (+request ` + multipart + ` (body), +request ` + multipart +
				` f, +request ` + multipart + ` g)`),
			gives(`breaking mt-req-rem at request ` + multipart + `: "` + multipart + `" → null (-request ` + multipart + ` (body), -request ` + multipart +
				` f, -request ` + multipart + ` g)`)},
		{"a body without a media type", form(""), form("{name: b, in: body, schema: {type: string}}"),
			gives(`safe mt-req-add at request application/json: null → "application/json" (+request application/json (body))`),
			gives(`breaking mt-req-rem at request application/json: "application/json" → null (-request application/json (body))`)},
	} {
		e.run(t)
	}
}

// What a part of a form is by its type need not be said (OpenAPI 3.0.3 §4.7.15.1); a list is what its items are.
func TestTypesOfParts(t *testing.T) {
	part := func(schema, contentType string) string {
		encoding := ""
		if contentType != "" {
			encoding = ", encoding: {f: {contentType: " + contentType + "}}"
		}
		return in3("requestBody: {content: {multipart/form-data: {schema: {type: object, properties: {f: "+schema+"}}"+encoding+"}}}, "+nothing,
			"components: {schemas: {Self: {type: array, items: {$ref: '#/components/schemas/Self'}}}}")
	}
	for schema, is := range map[string]string{
		"{type: string}": "text/plain", "{type: integer}": "text/plain", "{type: object}": "application/json",
		"{type: string, format: binary}": "application/octet-stream", "{type: string, format: byte}": "application/octet-stream",
		"{type: array, items: {type: object}}": "application/json", "{type: array, items: {type: string}}": "text/plain",
		"{type: array, items: {type: string, format: byte}}": "application/octet-stream", "{type: array}": "text/plain",
		"{$ref: '#/components/schemas/Self'}": "text/plain",
	} {
		for _, contentType := range []string{"text/plain", "application/json", "application/octet-stream"} {
			findings := compare(t, part(schema, ""), part(schema, contentType), "POST /p")
			require.Equal(t, contentType == is, len(findings) == 0, "%s as %s: %v", schema, contentType, findings)
		}
	}
}

// The line of a set that comes is its first, in whatever order its values stand; that of a component is its own, whatever
// leads there.
func TestMoreLines(t *testing.T) {
	set := "openapi: 3.0.3\npaths:\n  /p:\n    post:\n      parameters:\n        - name: q\n          in: query\n          schema:\n            type: string\n"
	findings := compare(t, set, set+"            enum:\n              - b\n              - c\n              - a\n", "POST /p")
	require.Equal(t, "req-enum-new", findings[0].ID)
	require.Equal(t, 11, findings[0].Line)

	for _, version := range []string{"3.0.3", "3.1.0"} {
		component := func(typ string) string {
			return "openapi: " + version + "\npaths:\n  /p: {post: {requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/C'}}}}}}\n" +
				"components:\n  schemas:\n    C:\n      type: object\n" + typ
		}
		findings = compare(t, component(""), component("      readOnly: true\n      additionalProperties: false\n"), "POST /p")
		require.Equal(t, "extra-closed-req", findings[0].ID)
		require.Equal(t, 9, findings[0].Line, version)
		findings = compare(t, component("      maxProperties: 3\n"), component(""), "POST /p")
		require.Equal(t, "req-limit-loose", findings[0].ID)
		require.Equal(t, 7, findings[0].Line, version)
	}
}

// Schemas of one object each are none that are put together, however many there are; alternatives that lead to
// themselves end; and so does what leads nowhere on very many ways.
func TestManySchemas(t *testing.T) {
	t.Parallel()
	var props []string
	for i := range 20_100 {
		props = append(props, fmt.Sprintf("p%d: {type: string}", i))
	}
	require.Empty(t, compare(t, returns("{type: object, properties: {"+strings.Join(props, ", ")+"}}"), returns("{type: object, properties: {"+
		strings.Join(props, ", ")+"}}"), "POST /p"))

	require.Empty(t, compare(t, get("{$ref: '#/components/schemas/A'}", "A: {anyOf: [{enum: [a]}, {$ref: '#/components/schemas/A'}]}"),
		get("{$ref: '#/components/schemas/A'}", "A: {anyOf: [{enum: [a]}, {$ref: '#/components/schemas/A'}]}"), "GET /a"))

	step := "{type: object, discriminator: {propertyName: k, mapping: {a: '#/components/schemas/SI', b: '#/components/schemas/SI'}}, " +
		"oneOf: [NEXT, {type: string}]}"
	var list []string
	for i := range 60 {
		next := fmt.Sprintf("S%d", i+1)
		list = append(list, fmt.Sprintf("S%d: ", i)+strings.NewReplacer("SI", next, "NEXT", "{$ref: '#/components/schemas/"+next+"'}").Replace(step))
	}
	list = append(list, "S60: {type: object}")
	findings := compare(t, get("{type: object}", list...), get("{type: object, properties: {x: {$ref: '#/components/schemas/S0'}}}", list...), "GET /a")
	require.Equal(t, gives("safe resp-add at response 200 application/json x"), briefs(findings))
}
