package contract_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/contract"
)

func TestPrune(t *testing.T) {
	u := contract.ListUnrecorded("abc", []string{"get success", "put request a", "put request a.b", "put request c"})
	require.Equal(t, 2, u.Prune([]string{"put request a.b", "put request c", "never listed"}))
	again, err := contract.ParseUnrecorded("unrecorded.yaml", u.Encode())
	require.NoError(t, err)
	require.Equal(t, "abc", again.Pin)
	var cells []string
	for _, g := range again.Groups {
		cells = append(cells, g.Cells...)
	}
	require.Equal(t, []string{"put request a.b", "put request c"}, cells)
	require.Zero(t, u.Prune(cells))
	require.Equal(t, 2, u.Prune(nil))
	require.Equal(t, string(contract.ListUnrecorded("", nil).Encode()), string(u.Encode()), "an empty list needs no pin")
}
