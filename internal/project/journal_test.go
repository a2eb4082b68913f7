package project_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/project"
)

// What a run that was killed had begun is completed, whatever of it was done; and a journal cannot reach out of its
// folder.
func TestRecover(t *testing.T) {
	t.Parallel()
	journal := func(text string) string {
		dir := t.TempDir()
		for name, text := range map[string]string{
			project.JournalFile: text, "a/x.yaml": "old", "a/.x.yaml.ringbasic-1-2": "new", "gone.yaml": "gone",
		} {
			name = filepath.Join(dir, filepath.FromSlash(name))
			require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
			require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
		}
		return dir
	}
	dir := journal(`{"moves":[{"from":"a/.x.yaml.ringbasic-1-2","to":"a/x.yaml"},{"from":"a/.y.yaml.ringbasic-1-3","to":"a/y.yaml"}],` +
		`"removes":["gone.yaml","never.yaml"]}`)
	done, err := project.Recover(dir)
	require.NoError(t, err)
	require.True(t, done)
	data, err := os.ReadFile(filepath.Join(dir, "a", "x.yaml"))
	require.NoError(t, err)
	require.Equal(t, "new", string(data))
	for _, name := range []string{project.JournalFile, "gone.yaml", "a/.x.yaml.ringbasic-1-2"} {
		require.NoFileExists(t, filepath.Join(dir, filepath.FromSlash(name)))
	}
	done, err = project.Recover(dir)
	require.NoError(t, err)
	require.False(t, done)

	for _, text := range []string{
		"", "[]x", `{"moves":[{"from":"a/x.yaml","to":"b"}]}`, `{"moves":[{"from":"../.x.ringbasic-1-2","to":"b"}]}`,
		`{"moves":[{"from":"a/.x.ringbasic-1-2","to":"/etc/b"}]}`, `{"removes":["../gone.yaml"]}`,
	} {
		dir := journal(text)
		_, err := project.Recover(dir)
		require.ErrorContains(t, err, ".ringbasic-journal is no journal of this program: remove it", text)
		require.FileExists(t, filepath.Join(dir, "gone.yaml"))
		require.FileExists(t, filepath.Join(dir, "a", "x.yaml"))
	}
}

// A write takes away what processes that are no more have left beside its targets, and nobody else's files.
func TestWriteSweeps(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	left := []string{".x.yaml.ringbasic-999999999-1", "." + project.JournalFile + ".ringbasic-999999999-1"}
	for _, name := range append(left, ".x.yaml.other-1", "x.ringbasic-999999999-1") {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o644))
	}
	files := map[string][]byte{"x.yaml": []byte("new"), "below/y.yaml": []byte("new"), "below/z.yaml": nil}
	require.NoError(t, project.Write(dir, files, []project.Change{{Path: "x.yaml", State: project.Missing}}))
	require.NoFileExists(t, filepath.Join(dir, left[0]))
	require.NoError(t, os.WriteFile(filepath.Join(dir, left[1]), nil, 0o644))
	require.NoError(t, project.Write(dir, files, []project.Change{{Path: "below/y.yaml", State: project.Missing},
		{Path: "below/z.yaml", State: project.Missing}}))
	require.NoFileExists(t, filepath.Join(dir, left[1]), "the journal lies in the folder itself, though nothing else is written there")
	for _, name := range []string{".x.yaml.other-1", "x.ringbasic-999999999-1", "x.yaml"} {
		require.FileExists(t, filepath.Join(dir, name))
	}
}
