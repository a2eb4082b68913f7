package diff_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/diff"
)

var six = []string{
	"POST /restapi/v1.0/account/{accountId}/extension/{extensionId}/answering-rule",
	"PUT /restapi/v1.0/account/{accountId}/extension/{extensionId}/answering-rule/{ruleId}",
	"POST /restapi/v1.0/account/{accountId}/greeting",
	"POST /restapi/v1.0/account/{accountId}/extension/{extensionId}/greeting",
	"GET /restapi/v1.0/account/{accountId}/extension/{extensionId}/greeting/{greetingId}",
	"GET /restapi/v1.0/account/{accountId}/call-recording/custom-greetings",
}

// real reads the facts-only slice of a published document.
func real(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "documents", name+".yaml"))
	require.NoError(t, err)
	return string(data)
}

// The findings of three real comparisons are those that were derived without this package: none is missing (recall),
// none is too much (precision), none differs in a field. See testdata/expected/README.md.
func TestExpectedFindings(t *testing.T) {
	for _, c := range []struct {
		old, new                      string
		total, breaking, risky, safes int
	}{
		{"1.0.36", "2018-02", 145, 19, 85, 41},
		{"2018-02", "1.0.36", 145, 21, 47, 77},
		{"1.0.36", "2026-08", 266, 10, 64, 192},
	} {
		name := c.old + "_" + c.new
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("testdata", "expected", name+".json")
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			var want []map[string]any
			require.NoError(t, json.Unmarshal(data, &want))

			findings := compare(t, real(t, c.old), real(t, c.new), six...)
			data, err = json.Marshal(findings)
			require.NoError(t, err)
			var got []map[string]any
			require.NoError(t, json.Unmarshal(data, &got))
			for _, f := range got {
				for _, key := range []string{"rule", "line", "go", "waived", "handledBy"} {
					require.Contains(t, f, key)
					delete(f, key)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", path, diff)
			}
			r := diff.Report{Findings: findings}
			r.Finish()
			require.Equal(t, diff.Summary{Breaking: c.breaking, Risky: c.risky, Safe: c.safes}, r.Summary)
			require.Len(t, findings, c.total)
		})
	}
}
