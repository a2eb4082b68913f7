package diff_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// An object parameter that is written in another way is one parameter: what the server read as a=1 it now reads as
// f[a]=1, and nothing that the old client sends arrives.
func TestRestyledObject(t *testing.T) {
	document := func(parameter string) string {
		return "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths: {/x: {get: {parameters: [" + parameter +
			"], responses: {'204': {description: d}}}}}\n"
	}
	const (
		exploded = "{name: f, in: query, schema: {type: object, properties: {a: {type: string}, b: {type: string}}}}"
		deep     = "{name: f, in: query, style: deepObject, schema: {type: object, properties: {a: {type: string}, b: {type: string}}}}"
		retyped  = "{name: f, in: query, style: deepObject, schema: {type: object, properties: {a: {type: integer}, b: {type: string}}}}"
		content  = "{name: f, in: query, content: {application/json: {schema: {type: object, properties: {a: {type: string}, b: {type: string}}}}}}"
		loose    = "{name: a, in: query, schema: {type: string}}, {name: b, in: query, schema: {type: string}}"
	)
	const style = "breaking req-style parameter query:f"
	for _, c := range []struct {
		name, old, new string
		want           []string
	}{
		{"deep", exploded, deep, []string{style}},
		{"exploded", deep, exploded, []string{style}},
		{"a member retyped", exploded, retyped, []string{style, "breaking req-type parameter query:f a"}},
		{"as JSON", exploded, content, []string{style}},
		{"a member of the same name", strings.ReplaceAll(exploded, "b:", "f:"), strings.ReplaceAll(deep, "b:", "f:"), []string{style}},
		{"loose", exploded, loose, nil},
		{"loose before", loose, exploded, nil},
		{"another parameter", loose, deep, []string{"risky param-rem parameter query:a", "risky param-rem parameter query:b",
			"safe param-add-opt parameter query:f"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, f := range compare(t, document(c.old), document(c.new), "GET /x") {
				got = append(got, string(f.Severity)+" "+f.ID+" "+f.Location)
			}
			require.Equal(t, c.want, got)
		})
	}
}
