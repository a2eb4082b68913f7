//go:build unix

package project_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/project"
)

// A file of the project that is too large for its name, or is none, is refused before it is read.
func TestFilesAreBounded(t *testing.T) {
	t.Parallel()
	const own = ": larger than 4 MiB, which no file is that is written by hand: is this the right file?"
	for name, test := range map[string]struct {
		limit int64
		want  string
	}{
		project.ConfigFile: {document.MaxOwnSize, own}, project.NamesFile: {document.MaxOwnSize, own}, project.LockFile: {document.MaxOwnSize, own},
		project.WaiversFile: {document.MaxOwnSize, own}, project.SelectFile: {document.MaxOwnSize, own}, "overlays/60-x.yaml": {document.MaxOwnSize, own},
		project.UnrecordedFile: {document.MaxOwnSize, own}, project.SuiteWaiversFile: {document.MaxOwnSize, own},
		project.ChangelogFile:                   {document.MaxOwnSize, own},
		project.PinFile:                         {document.MaxSize, ": larger than 64 MiB: is this the right file?"},
		project.SpecFile:                        {document.MaxSize, ": larger than 64 MiB: is this the right file?"},
		project.RecordingsDir + "/a/200-x.http": {1 << 20, ": larger than 1 MiB: is this the right file?"},
	} {
		dir := tree(t, map[string]string{name: ""})
		at := filepath.Join(dir, filepath.FromSlash(name))
		for _, files := range []fs.FS{project.Files(dir), project.Layered(dir, fstest.MapFS{})} {
			if path.Dir(name) == project.OverlayDir {
				files = project.Files(dir) // for the other, without a pin this is another's folder
			}
			require.NoError(t, os.Truncate(at, test.limit), name)
			f, err := files.Open(name)
			require.NoError(t, err, name)
			require.NoError(t, os.Truncate(at, test.limit+1), name) // it grows while it is read
			buf := make([]byte, 1<<20)
			for err == nil {
				_, err = f.Read(buf)
			}
			require.EqualError(t, err, name+test.want)
			require.NoError(t, f.Close())
			require.NoError(t, os.Truncate(at, 1500<<20), name)
			_, err = fs.ReadFile(files, name)
			require.EqualError(t, err, name+test.want)

			require.NoError(t, os.Remove(at))
			require.NoError(t, os.Symlink("/dev/zero", at))
			_, err = fs.ReadFile(files, name)
			require.EqualError(t, err, name+" is not a file")
			require.NoError(t, os.Remove(at))
			require.NoError(t, syscall.Mkfifo(at, 0o644))
			_, err = fs.ReadFile(files, name)
			require.EqualError(t, err, name+" is not a file")
			require.NoError(t, os.Remove(at))
			require.NoError(t, os.WriteFile(at, []byte("text"), 0o644))
			data, err := fs.ReadFile(files, name)
			require.NoError(t, err)
			require.Equal(t, "text", string(data))
		}
	}
	dir := tree(t, map[string]string{project.JournalFile: ""})
	require.NoError(t, os.Truncate(filepath.Join(dir, project.JournalFile), 1500<<20))
	_, err := project.Recover(dir)
	require.ErrorContains(t, err, "is no journal of this program: remove it")
}
