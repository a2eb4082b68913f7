package build_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/document"
)

func TestLocate(t *testing.T) {
	t.Parallel()
	root, err := document.ParseYAML("x", []byte(`
paths:
  /a/{b}:
    post:
      parameters: [{name: q, in: query, schema: {type: array, items: {type: string}}}]
      requestBody: {content: {application/json: {schema: {type: object, properties: {parts: {type: array,
        items: {allOf: [{$ref: '#/components/schemas/Part'}]}}}}}}}
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
		got, node := build.Locate(root, "POST /a/{b}", location)
		require.Equal(t, want, got, location)
		require.Equal(t, want != "", node != nil, location)
		if want != "" {
			require.NotEqual(t, yaml.Kind(0), node.Kind)
		}
	}
}
