package cli

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/contract"
	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/errorcodes"
	"github.com/ringbasic/ringbasic/internal/report"
)

// The page knows all operations, all documented errors, and what the recordings exercise, in this folder and in one
// that has nothing, where the binary's own files count.
func TestPage(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{"../..", t.TempDir()} {
		p, err := (&app{dir: dir}).page(&diff.Report{})()
		require.NoError(t, err)
		require.GreaterOrEqual(t, len(p.Names), 6)
		require.Equal(t, "readCustomGreeting", p.Names["GET /restapi/v1.0/account/{accountId}/extension/{extensionId}/greeting/{greetingId}"])
		require.Len(t, p.Errors, 64)
		require.Equal(t, contract.Kinds, p.Coverage.Columns)
		require.GreaterOrEqual(t, len(p.Coverage.Rows), 6)
		waived := 0
		for _, row := range p.Coverage.Rows {
			require.Len(t, row.Cells, len(contract.Kinds))
			for _, cell := range row.Cells {
				waived += cell.Waived
			}
		}
		require.Positive(t, waived)
	}
}

func TestErrorTable(t *testing.T) {
	t.Parallel()
	row := func(code, message string) errorcodes.Row {
		return errorcodes.Row{Operation: "GET /things", Status: 400, Code: code, Message: message}
	}
	table := errorTable([]errorcodes.Row{row("A-1", "kept"), row("A-3", "gone"), row("A-4", "old words")}, diff.ErrorCodes{
		Added:          []errorcodes.Row{row("A-2", "new")},
		Removed:        []errorcodes.Row{row("A-3", "gone")},
		MessageChanged: []errorcodes.Row{row("A-4", "new words")},
	})
	one := func(code, message, change, was string) report.ErrorRow {
		return report.ErrorRow{Operation: "GET /things", Status: 400, Code: code, Message: message, Change: change, Was: was}
	}
	require.Equal(t, []report.ErrorRow{
		one("A-1", "kept", "", ""), one("A-2", "new", "added", ""), one("A-3", "gone", "removed", ""), one("A-4", "new words", "reworded", "old words"),
	}, table)
}
