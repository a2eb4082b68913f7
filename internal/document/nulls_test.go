package document_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/document"
)

// A null is found wherever a map or list of objects holds it, and nowhere in data.
func TestNulls(t *testing.T) {
	root, err := document.ParseYAML("", []byte(`openapi: 3.0.3
info: {title: T, version: '1'}
servers: [null]
paths:
  /a:
    get:
      parameters: [null, {name: q, in: query, content: {text/plain: null}}]
      callbacks: {c: null}
      requestBody: {content: {multipart/form-data: {encoding: {m: null, n: {headers: {X: null}}}}}}
      responses: {'200': null, '201': {headers: {H: null}, links: {L: null}, content: {a/b: null}}}
      x-data: {properties: {p: null}}
components:
  schemas:
    N: null
    T: {properties: {p: null, q: {allOf: [null], example: {properties: {p: null}}, enum: [null], default: null}}, items: null}
`))
	require.NoError(t, err)
	var got []string
	for _, n := range document.Nulls(root) {
		got = append(got, n.String())
	}
	require.Equal(t, []string{
		"an item of servers is null", "an item of parameters is null", `"text/plain" of content is null`, `"c" of callbacks is null`, `"m" of encoding is null`,
		`"X" of headers is null`, `"200" of responses is null`, `"H" of headers is null`, `"L" of links is null`, `"a/b" of content is null`,
		`"N" of schemas is null`, `"p" of properties is null`, "an item of allOf is null",
	}, got)
}
