package runtime

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestID(t *testing.T) {
	for text, want := range map[string]ID{
		`"400430664008"`: "400430664008", `400430664008`: "400430664008", `18446744073709551616`: "18446744073709551616",
		`"business-hours-rule"`: "business-hours-rule", `0`: "0", `""`: "", `null`: "", ` 7 `: "7", `"a\"b"`: `a"b`,
	} {
		var id ID
		require.NoError(t, json.Unmarshal([]byte(text), &id), text)
		require.Equal(t, want, id, text)
	}
	for text, want := range map[string]string{
		`true`:    "an id must be a string or a number, not a boolean",
		`false`:   "an id must be a string or a number, not a boolean",
		`{"a":1}`: "an id must be a string or a number, not an object",
		`["a"]`:   "an id must be a string or a number, not a list",
	} {
		var id ID
		require.EqualError(t, json.Unmarshal([]byte(text), &id), want)
	}
	require.EqualError(t, new(ID).UnmarshalJSON([]byte("secret")), "an id must be a string or a number, not what is no JSON")
	require.EqualError(t, new(ID).UnmarshalJSON(nil), "an id must be a string or a number, not what is no JSON")
	data, err := json.Marshal(struct {
		A ID  `json:"a"`
		B *ID `json:"b,omitempty"`
	}{A: "12"})
	require.NoError(t, err)
	require.Equal(t, `{"a":"12"}`, string(data))
	kept := ID("kept")
	require.NoError(t, json.Unmarshal([]byte(`null`), &kept))
	require.Equal(t, ID("kept"), kept)
}
