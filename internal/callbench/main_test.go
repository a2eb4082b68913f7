package main

import (
	"go/format"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every call works in every way; what it costs is not for a test.
func TestRun(t *testing.T) {
	var out strings.Builder
	require.NoError(t, run(t.Context(), &out, 1, 2))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Regexp(t, `^call +client +time +ratio +allocations +ratio +bytes +ratio$`, lines[0])
	var ways []string
	for _, line := range lines[1:] {
		require.Regexp(t, ` {2}\d+\.\d µs +\d+\.\d\d +\d+ +\d+\.\d\d +\d+\.\d kB +\d+\.\d\d$`, line)
		fields := strings.FieldsFunc(strings.ReplaceAll(line, "  ", "\t"), func(r rune) bool { return r == '\t' })
		ways = append(ways, fields[0]+": "+strings.TrimSpace(fields[1]))
		if fields[1] == byHand {
			require.Regexp(t, ` µs +1\.00 +\d+ +1\.00 +\d+\.\d kB +1\.00$`, line)
		}
	}
	require.Equal(t, []string{
		"create a rule: ringcentral", "create a rule: by hand", "read a greeting: ringcentral", "read a greeting: by hand",
		"upload: ringcentral", "upload: ringcentral, length told", "upload: by hand", "upload: by hand, length told",
	}, ways)
	require.EqualError(t, run(t.Context(), &out, 0, 2), "0 rounds of 2 calls: both must be at least 1")
}

// What is linked in beside is checked for the calls that it makes, and the module that it is built in is whole.
func TestOgen(t *testing.T) {
	files, err := moduleFiles("/project", "v1.2.3")
	require.NoError(t, err)
	require.Contains(t, string(files["go.mod"]), "github.com/ogen-go/ogen v1.2.3\n")
	require.Contains(t, string(files["go.mod"]), "=> /project\n")
	require.Subset(t, slices.Collect(maps.Keys(files)), []string{"calls.go", "main.go", "server.go", "ogen.go", "ogen.go.txt", "ogenways.go"})
	for name, text := range files {
		if !strings.HasSuffix(name, ".go") {
			continue
		}
		formatted, err := format.Source(text)
		require.NoError(t, err, name)
		require.Equal(t, string(formatted), string(text), name)
	}
	for _, c := range calls(nil, hand{}) {
		require.Contains(t, string(files["ogenways.go"]), "\t\t\""+c.name+"\": func(", "ogen does not "+c.name)
	}
	var out strings.Builder
	require.ErrorContains(t, withOgen(t.Context(), &out, t.TempDir(), "no version", 1, 1), "go run github.com/ogen-go/ogen/cmd/ogen@no version: ")
	require.Empty(t, out.String())
}
