package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every call works in both ways; what it costs is not for a test.
func TestRun(t *testing.T) {
	var out strings.Builder
	require.NoError(t, run(t.Context(), &out, 1, 2))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 5)
	require.Regexp(t, `^call +time +ratio +allocations +ratio +bytes +ratio$`, lines[0])
	for i, name := range []string{"create a rule", "read a greeting", "upload, beside a pipe", "upload, length told"} {
		require.Regexp(t, `^`+name+` +\d+\.\d µs +\d+\.\d\d +\d+ +\d+\.\d\d +\d+\.\d kB +\d+\.\d\d$`, lines[i+1])
	}
	require.EqualError(t, run(t.Context(), &out, 0, 2), "0 rounds of 2 calls: both must be at least 1")
}
