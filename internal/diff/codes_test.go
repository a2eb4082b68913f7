package diff_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/errorcodes"
)

func TestCompareCodes(t *testing.T) {
	row := func(operation string, status int, code, message string) errorcodes.Row {
		return errorcodes.Row{Operation: operation, Status: status, Code: code, Message: message}
	}
	const one, two = "POST /w/{id}", "GET /w"
	old := []errorcodes.Row{
		row(one, 400, "W-1", "same"), row(one, 400, "W-2", "old words"), row(one, 400, "W-3", "goes"),
		row(one, 400, "W-4", "first"), row(one, 400, "W-4", "second"), row(one, 404, "W-1", "same"), row(two, 400, "W-9", "not asked for"),
	}
	new := []errorcodes.Row{
		row(one, 400, "W-1", "same"), row(one, 400, "W-2", "new words"), row(one, 403, "W-3", "goes"),
		row(one, 400, "W-4", "first"), row(one, 404, "W-1", "same"), row(one, 404, "W-5", "comes"), row(one, 404, "W-5", "comes twice"),
	}
	codes, findings := diff.CompareCodes(old, new, []string{one}, facts(t, base))
	require.Equal(t, gives("safe code-rem at error 400 W-3", "safe code-add at error 403 W-3", "safe code-add at error 404 W-5"), briefs(findings))
	require.Equal(t, diff.ErrorCodes{
		Added:          []errorcodes.Row{row(one, 403, "W-3", "goes"), row(one, 404, "W-5", "comes"), row(one, 404, "W-5", "comes twice")},
		Removed:        []errorcodes.Row{row(one, 400, "W-3", "goes"), row(one, 400, "W-4", "second")},
		MessageChanged: []errorcodes.Row{row(one, 400, "W-2", "new words")},
	}, codes)
	require.NotZero(t, findings[0].Line)

	// A document that states no row withdraws none.
	codes, findings = diff.CompareCodes(old, nil, []string{one}, nil)
	require.Empty(t, findings)
	require.Equal(t, diff.ErrorCodes{Added: []errorcodes.Row{}, Removed: []errorcodes.Row{}, MessageChanged: []errorcodes.Row{}}, codes)

	// One that states rows of other operations alone withdraws those of this one.
	_, findings = diff.CompareCodes(old[:1], []errorcodes.Row{row(two, 400, "W-9", "")}, []string{one}, nil)
	require.Equal(t, gives("safe code-rem at error 400 W-1"), briefs(findings))
}

// The codes of an operation that comes or goes are inside of it.
func TestCodesOfWholeOperations(t *testing.T) {
	gone := edit(t, base, "    post:", "    put:")
	for _, c := range []struct {
		old, new string
		code     diff.Finding
		want     string
	}{
		{base, gone, diff.Finding{ID: "code-rem", Severity: diff.Safe, Change: "removed", Operation: create, Location: "error 400 W-1"}, "-error 400 W-1"},
		{gone, base, diff.Finding{ID: "code-add", Severity: diff.Safe, Change: "added", Operation: create, Location: "error 400 W-1"}, "+error 400 W-1"},
	} {
		other := c.code
		other.Operation = "GET /other"
		r := diff.Report{Findings: append(compare(t, c.old, c.new), c.code, other)}
		r.Finish()
		require.Len(t, r.Findings, 2)
		require.Equal(t, other.Operation, r.Findings[0].Operation)
		require.Contains(t, brief(r.Findings[1]), "("+c.want+", ")
		r.Finish()
		require.Len(t, r.Findings, 2)
	}
}
