package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRun(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	require.NoError(t, run(t.Context(), &out, "../..", "and transport"))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 2)
	require.Regexp(t, `^service with +modules vendored +modules read +vendor folder +binary$`, lines[0])
	require.Regexp(t, `^ringcentral and transport +2 +\d+ +0\.\d\d MB +\d+\.\d\d MB$`, lines[1])
}

func TestWhatIsWrong(t *testing.T) {
	t.Parallel()
	c := consumer{imports: "net/http", call: "http.Nothing()"}
	_, err := c.measure(t.Context(), ".")
	require.ErrorContains(t, err, "go build -mod=vendor")
	require.ErrorContains(t, err, "undefined: http.Nothing")
}

func TestVendored(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "modules.txt")
	n, err := vendored(file)
	require.NoError(t, err)
	require.Zero(t, n)
	require.NoError(t, os.WriteFile(file, []byte("# a.b/c v0.0.0 => ../c\n## explicit; go 1.26\na.b/c/d\n# a.b/e v1.2.3\n## "+
		"explicit\na.b/e\n# a.b/c => ../c\n"), 0o600))
	n, err = vendored(file)
	require.NoError(t, err)
	require.Equal(t, 2, n)
}
