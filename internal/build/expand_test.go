package build_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/build"
)

// ofSchemas is a document whose one operation answers with T.
func ofSchemas(schemas string) string {
	return `openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /things:
    get:
      operationId: getThing
      responses:
        "200": {description: OK, content: {application/json: {schema: {$ref: "#/components/schemas/T"}}}}
components:
  schemas:
` + schemas
}

func buildSchemas(t *testing.T, schemas string) error {
	t.Helper()
	p, err := load(t, ofSchemas(schemas), keep(theThing), strings.Replace(named("Item"), "schemas.Thing", "schemas.T", 1))
	require.NoError(t, err)
	_, err = build.Run(t.Context(), p, false)
	return err
}

// An allOf that joins its own schema with more is legal, and written out without end: the stack would be full before
// anything can recover from it.
func TestEndlessAllOfIsRefused(t *testing.T) {
	const more = "{type: object, properties: {x: {type: string}}}"
	for name, schemas := range map[string]string{
		"in a property":     "    T: {type: object, properties: {child: {allOf: [{$ref: '#/components/schemas/T'}, " + more + "]}}}\n",
		"in items":          "    T: {type: object, properties: {c: {type: array, items: {allOf: [{$ref: '#/components/schemas/T'}, " + more + "]}}}}\n",
		"in map values":     "    T: {type: object, additionalProperties: {allOf: [{$ref: '#/components/schemas/T'}, " + more + "]}}\n",
		"in a branch":       "    T: {type: object, properties: {c: {oneOf: [{allOf: [{$ref: '#/components/schemas/T'}, " + more + "]}]}}}\n",
		"beside properties": "    T: {type: object, properties: {c: {allOf: [{$ref: '#/components/schemas/T'}], properties: {x: {type: string}}}}}\n",
		"by another schema": "    T: {allOf: [{$ref: '#/components/schemas/U'}, " + more +
			"]}\n    U: {type: object, properties: {c: {allOf: [{$ref: '#/components/schemas/T'}, " + more + "]}}}\n",
		"in an allOf of one": "    T: {type: object, properties: {c: {allOf: [{allOf: [{$ref: '#/components/schemas/T'}]}, " + more + "]}}}\n",
	} {
		err := buildSchemas(t, schemas)
		require.ErrorContains(t, err, "so that its Go type has no end", name)
		require.ErrorContains(t, err, "#/components/schemas/T", name)
		require.Regexp(t, `^spec/swagger-ring_basic.yaml:\d+:\d+: `, err.Error(), name)
	}
	for name, schemas := range map[string]string{
		"by name":          "    T: {type: object, properties: {child: {$ref: '#/components/schemas/T'}}}\n",
		"a list of itself": "    T: {type: object, properties: {c: {type: array, items: {$ref: '#/components/schemas/T'}}}}\n",
		"an allOf of one":  "    T: {type: object, properties: {child: {allOf: [{$ref: '#/components/schemas/T'}]}}}\n",
		"through another": "    T: {type: object, properties: {c: {allOf: [{$ref: '#/components/schemas/U'}, " + more +
			"]}}}\n    U: {type: object, properties: {t: {$ref: '#/components/schemas/T'}}}\n",
		"the same part twice": "    T: {type: object, properties: {a: {allOf: [{$ref: '#/components/schemas/U'}, " + more +
			"]}, b: {allOf: [{$ref: '#/components/schemas/U'}, " + more + "]}}}\n    U: {type: object}\n",
	} {
		require.NoError(t, buildSchemas(t, schemas), name)
	}
}

// Work that doubles with each schema, or grows with the square of a chain, is refused before it is begun.
func TestOversizeAllOfIsRefused(t *testing.T) {
	chain := func(n int, link string) string {
		var b strings.Builder
		for i := range n {
			name, next := fmt.Sprintf("S%d", i), fmt.Sprintf("'#/components/schemas/S%d'", i+1)
			if i == 0 {
				name = "T"
			}
			fmt.Fprintf(&b, "    %s: %s\n", name, strings.NewReplacer("NEXT", "{$ref: "+next+"}", "PX", fmt.Sprint("p", i)).Replace(link))
		}
		fmt.Fprintf(&b, "    S%d: {type: object}\n", n)
		return b.String()
	}
	ladder := "{type: object, properties: {a: {allOf: [NEXT, {type: object, properties: {x: {type: string}}}]}, " +
		"b: {allOf: [NEXT, {type: object, properties: {y: {type: string}}}]}}}"
	require.ErrorContains(t, buildSchemas(t, chain(24, ladder)), "written out, the schemas that allOf joins are over 200000")
	require.NoError(t, buildSchemas(t, chain(5, ladder)))
	line := "{allOf: [NEXT, {type: object, properties: {PX: {type: string}}}]}"
	require.ErrorContains(t, buildSchemas(t, chain(900, line)), "written out, the schemas that allOf joins are over 200000")
	require.NoError(t, buildSchemas(t, chain(20, line)))
	require.ErrorContains(t, buildSchemas(t, chain(3000, "NEXT")), "references nested deeper than 1000 (from GET /things → "+
		"#/components/schemas/T → #/components/schemas/S1 → … → #/components/schemas/S")
}

// More types of one name than can be told apart are refused: not even the last try may pass for a success.
func TestManyTypesOfOneName(t *testing.T) {
	var b strings.Builder
	const n = 30
	for i := range n {
		name := fmt.Sprintf("S%d", i)
		if i == 0 {
			name = "T"
		}
		fmt.Fprintf(&b, "    %s: {anyOf: [", name)
		for j := range n {
			fmt.Fprintf(&b, "{type: array, items: {$ref: '#/components/schemas/%s'}}, ", map[bool]string{true: "T", false: fmt.Sprintf("S%d", j)}[j == 0])
		}
		b.WriteString("{type: string}]}\n")
	}
	require.ErrorContains(t, buildSchemas(t, b.String()), "duplicate typename")
}
