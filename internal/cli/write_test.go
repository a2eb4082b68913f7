package cli

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func contents(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(data)
}

// A report takes the place of the one before as a whole: nobody who has that open reads half of each.
func TestReportsAreWrittenWhole(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "new", "folder", "report.json")
	require.NoError(t, writeFile(name, []byte("first")))
	before := filepath.Join(dir, "before")
	require.NoError(t, os.Link(name, before))
	require.NoError(t, writeFile(name, []byte("second")))
	require.Equal(t, "second", contents(t, name))
	require.Equal(t, "first", contents(t, before))

	link := filepath.Join(dir, "link")
	require.NoError(t, os.Symlink(name, link))
	require.NoError(t, writeFile(link, []byte("third")))
	require.Equal(t, "third", contents(t, name))
	info, err := os.Lstat(link)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeSymlink)

	require.NoError(t, writeFile(os.DevNull, []byte("nowhere")))
	require.Error(t, writeFile(filepath.Join(name, "below a file"), nil))
	left, err := os.ReadDir(filepath.Dir(name))
	require.NoError(t, err)
	require.Len(t, left, 1)
}

// Every command is ended a while after the first signal; live has longer, to tell what it has made.
func TestGrace(t *testing.T) {
	for args, want := range map[string]time.Duration{
		"": gracePeriod, "drift x": gracePeriod, "live": liveGracePeriod, "-C x live --record": liveGracePeriod,
	} {
		require.Equal(t, want, grace(strings.Fields(args)), args)
	}
}

// A command that cannot print its results has failed, whatever they are.
func TestFullOutput(t *testing.T) {
	for _, args := range [][]string{
		{"help"}, {"rules"}, {"drift", "--help"}, {"--version"}, {"build", "--check", "-C", "../.."}, {"pin", "--check", "-C", "../.."},
		{"build", "--named", "-", "-C", "../.."}, {"coverage", "-C", "../.."}, {"errors", "../../spec/openapi.yaml"}, {"completion", "bash"}, {},
	} {
		var errs bytes.Buffer
		require.Equal(t, exitFailed, run(t.Context(), args, nil, fullWriter{}, &errs), args)
		require.Equal(t, "ringbasic: no space left on device\n", errs.String(), args)
		require.Equal(t, exitClean, run(t.Context(), args, nil, io.Discard, io.Discard), args)
	}
}

type fullWriter struct{}

func (fullWriter) Write([]byte) (int, error) { return 0, syscall.ENOSPC }
