package names

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/document"
)

func TestCyclic(t *testing.T) {
	for schemas, want := range map[string][]string{
		"{A: {$ref: '#/components/schemas/B'}, B: {$ref: '#/components/schemas/C'}, C: {type: string}}":                                            nil,
		"{A: {items: {$ref: '#/components/schemas/A'}}, B: {items: {$ref: '#/components/schemas/A'}}}":                                             {"A"},
		"{A: {items: {$ref: '#/components/schemas/B'}}, B: {additionalProperties: {$ref: '#/components/schemas/A'}}, C: {}}":                       {"A", "B"},
		"{C: {items: {$ref: '#/components/schemas/A'}}, A: {items: {$ref: '#/components/schemas/B'}}, B: {not: {$ref: '#/components/schemas/A'}}}": {"A", "B"},
		"{A: {properties: {b: {$ref: '#/components/schemas/B'}, c: {$ref: '#/components/schemas/C'}}}, B: {items: {$ref: '#/components/schemas/D'}}, " +
			"C: {items: {$ref: '#/components/schemas/D'}}, D: {type: string}}": nil, // met twice, on two ways
		"{A: {items: {$ref: '#/components/schemas/B'}}, B: {items: {$ref: '#/components/schemas/C'}}, C: {oneOf: [{$ref: '#/components/schemas/A'}, " +
			"{$ref: '#/components/schemas/D'}]}, D: {items: {$ref: '#/components/schemas/E'}}, E: {items: {$ref: '#/components/schemas/D'}}}": {"A", "B", "C", "D", "E"},
		"{A: {items: {$ref: '#/components/schemas/B/properties/x'}}, B: {properties: {x: {items: {$ref: '#/components/schemas/A'}}}}}": {"A", "B"},
		"{a/b: {items: {$ref: '#/components/schemas/a~1b'}}}":                                                                          {"a/b"},
	} {
		root, err := document.ParseYAML("x", []byte("components: {schemas: "+schemas+"}"))
		require.NoError(t, err)
		found := cyclic(root)
		maps.DeleteFunc(found, func(_ string, is bool) bool { return !is })
		require.Equal(t, want, slices.Sorted(maps.Keys(found)), schemas)
	}
}
