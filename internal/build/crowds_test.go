package build_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/document"
)

// What the generator takes the square of is refused where there is one too many, before it is asked, and taken where
// there is not.
func TestCrowdsAreRefused(t *testing.T) {
	list := func(n int, one string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "%s, ", strings.ReplaceAll(one, "N", fmt.Sprint(i)))
		}
		return "[" + strings.TrimSuffix(b.String(), ", ") + "]"
	}
	doc := func(schema string, path, own int) string {
		const parameter = "{name: qN, in: query, schema: {type: string}}"
		text := ofSchemas("    T: " + schema + "\n")
		text = strings.Replace(text, "    get:\n", "    parameters: "+list(path, "{name: pN, in: query, schema: {type: string}}")+"\n    get:\n", 1)
		return strings.Replace(text, "      responses:\n", "      parameters: "+list(own, parameter)+"\n      responses:\n", 1)
	}
	union := func(key string, n int) string { return "{" + key + ": " + list(n, "{type: array, maxItems: N}") + "}" }
	several := func(n int) string {
		return "{type: object, properties: {a: " + union("oneOf", 1000) + ", b: " + union("anyOf", 1000) + ", c: " + union("oneOf", 1000) +
			", d: " + union("anyOf", 1000) + ", e: " + union("oneOf", 1000) + ", f: " + union("anyOf", n) + "}}"
	}
	wide := func(n int) string {
		return strings.Join(strings.Split(strings.Trim(list(n, "pN: {}"), "[]"), ", "), ", ")
	}
	shared := func(refs, size int) string {
		return doc("{type: object, properties: {"+strings.ReplaceAll(wide(refs), "{}", "{$ref: '#/components/schemas/Wide'}")+"}}", 0, 0) +
			"    Wide: {type: object, properties: {" + wide(size) + "}}\n"
	}
	parts := func(n int) string {
		return doc("{allOf: "+list(n, "{type: object, properties: {pN: {}}}")+"}", 0, 0)
	}
	const tooMuch = "references lead to more than 5000000 objects, as often as they do, or allOf puts so many together, once for each part: " +
		"let an overlay replace some by {}, which takes any value"
	for _, c := range []struct{ name, text, problem string }{
		{"as much shared as may be", shared(2000, 2000), ""},
		{"more shared than there may be", shared(2300, 2300), tooMuch},
		{"far more", shared(10_000, 10_000), tooMuch},
		{"as many parts as may be", parts(1200), ""},
		{"more parts than there may be", parts(1300), tooMuch},
		{"far more parts", parts(10_000), tooMuch},
		{"as many parameters as there may be", doc("{type: object}", 300, 700), ""},
		{"one parameter more", doc("{type: object}", 301, 700), "GET /things has 1001 parameters, of which at most 1000 are generated: let an overlay remove some"},
		{"a oneOf of as many as there may be", doc(union("oneOf", 1000), 0, 0), ""},
		{"a oneOf of one more", doc(union("oneOf", 1001), 0, 0), "oneOf has 1001 branches, of which at most 1000 are generated: " +
			"let an overlay replace it by {}, which takes any value"},
		{"an anyOf of one more", doc(union("anyOf", 1001), 0, 0), "anyOf has 1001 branches, of which at most 1000 are generated: " +
			"let an overlay replace it by {}, which takes any value"},
		{"branches of several, one too many", doc("{type: object, properties: {a: "+several(1)+"}}", 0, 0), "the branches of oneOf and anyOf in what is " +
			"selected are over 5000: let an overlay replace some unions by {}, which takes any value"},
		{"one branch less", doc("{type: object, properties: {a: "+several(0)+"}}", 0, 0), ""},
	} {
		parsed, err := document.Parse("spec/swagger-ring_basic.yaml", []byte(c.text))
		require.NoError(t, err, c.name)
		err = build.CheckCrowds("spec/swagger-ring_basic.yaml", parsed.Root)
		if c.problem == "" {
			require.NoError(t, err, c.name)
			continue
		}
		require.Regexp(t, `^spec/swagger-ring_basic.yaml:\d+:\d+: `, err.Error(), c.name)
		require.ErrorContains(t, err, c.problem, c.name)
		p, err := load(t, c.text, keep(theThing), strings.Replace(named("Item"), "schemas.Thing", "schemas.T", 1))
		require.NoError(t, err)
		_, err = build.Run(t.Context(), p, false)
		require.ErrorContains(t, err, c.problem, c.name)
	}
}
