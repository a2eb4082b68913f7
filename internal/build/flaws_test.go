package build_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/build"
)

// What an overlay describes must be there, and what it lists is listed once. The vendor's blank schema may be
// described.
func TestFlawsOfOverlaysAreRefused(t *testing.T) {
	const (
		vendor = `openapi: 3.0.3
info: {title: T, version: "1"}
paths:
  /a: {get: {operationId: getA, responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}}}}
components: {schemas: {A: {type: object, properties: {any: {}, kind: {type: string}}}}}
`
		head = "overlay: 1.0.0\ninfo: {title: T, version: 1.0.0}\nx-speakeasy-jsonpath: rfc9535\nactions:\n" +
			"  - {target: $.components.schemas.A.properties, description: D, update: "
	)
	for name, test := range map[string]struct{ update, want string }{
		"vendor's blank schema": {"{any: {description: Anything.}}", ""},
		"one value each":        {"{kind: {enum: [x, y]}}", ""},
		"numbers and texts":     {"{other: {enum: [1, '1']}}", ""},
		"prose alone": {"{gone: {description: Not there.}}",
			`overlays/40-names.yaml:5:74: there is no "gone" to describe below $.components.schemas.A.properties: correct the name, or take it out`},
		"nothing at all": {"{more: {}}",
			"overlays/40-names.yaml:5:80: a schema without content: what it describes is not in the document: give it a type, or remove it here"},
		"doubled value": {"{kind: {enum: [x, y, x]}}",
			"overlays/40-names.yaml:5:94: the enum has x twice: remove one of them in an overlay"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := load(t, vendor, keep("$.paths['/a'].get"), head+test.update+"}\n")
			require.NoError(t, err)
			_, err = build.Run(t.Context(), p, false)
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, test.want)
		})
	}
}
