package drift

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/overlay"
)

// Each action that a finding recommends takes that finding over, and is one that the project can have.
func TestAdvice(t *testing.T) {
	t.Parallel()
	upstream, err := document.ReadFile("../diff/testdata/documents/2026-08.yaml")
	require.NoError(t, err)
	files := pinnedTo(t, "../diff/testdata/documents/1.0.36.yaml")
	r, err := Run(t.Context(), files, Question{Upstream: upstream})
	require.NoError(t, err)
	p, err := build.Load(files, false)
	require.NoError(t, err)
	kinds := map[string]int{}
	for _, f := range r.Findings {
		if f.Overlay == "" {
			continue
		}
		kinds[f.Aspect]++
		text := "overlay: 1.0.0\ninfo: {title: T, version: 1.0.0}\nx-speakeasy-jsonpath: rfc9535\nactions:\n  - " + f.Overlay + "\n"
		more, err := overlay.Parse("overlays/60-more.yaml", []byte(text))
		require.NoError(t, err, f.Overlay)
		with := *p
		with.Overlays = append(with.Overlays[:len(with.Overlays):len(with.Overlays)], more)
		after, err := assembleOurs(&with, nil)
		require.NoError(t, err, f.Overlay)
		one := []diff.Finding{f}
		facts, err := diff.Flatten("upstream", upstream.Root, []string{f.Operation})
		require.NoError(t, err)
		require.NoError(t, diff.MarkHandled(one, facts, after.facts([]string{f.Operation})))
		require.NotEmpty(t, one[0].HandledBy, "%s %s %s is not taken over by %s", f.ID, f.Operation, f.Location, f.Overlay)
	}
	require.Greater(t, kinds["enum"], 3)
	require.Greater(t, kinds["existence"], 3)
	require.Greater(t, kinds["format"], 3)
	require.NotZero(t, kinds["deprecated"])
}

func TestLocate(t *testing.T) {
	t.Parallel()
	root, err := document.ParseYAML("x", []byte(`
paths:
  /a/{b}:
    post:
      parameters: [{name: q, in: query, schema: {type: array, items: {type: string}}}]
      requestBody: {content: {application/json: {schema: {type: object, properties: {parts: {type: array, items: {allOf: [{$ref: '#/components/schemas/Part'}]}}}}}}}
      responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/Part'}}}}}
components: {schemas: {Part: {type: object, properties: {odd-name: {type: string}, next: {$ref: '#/components/schemas/Part'}}}}}
`))
	require.NoError(t, err)
	for location, want := range map[string]string{
		"parameter query:q":                              "$.paths['/a/{b}'].post.parameters[?@.name == 'q'].schema",
		"request application/json (body)":                "$.paths['/a/{b}'].post.requestBody.content['application/json'].schema",
		"request application/json parts[]":               "$.components.schemas.Part",
		"request application/json parts[].next.odd-name": "$.components.schemas.Part.properties['odd-name']",
		"response 200 application/json next.next":        "$.components.schemas.Part",
		"response 200 application/json nothing":          "",
		"response 404 application/json next":             "",
		"parameter query:other":                          "",
		"request":                                        "",
		"security":                                       "",
	} {
		got, node := locate(root, "POST /a/{b}", location)
		require.Equal(t, want, got, location)
		require.Equal(t, want != "", node != nil, location)
		if want != "" {
			require.NotEqual(t, yaml.Kind(0), node.Kind)
		}
	}
}
