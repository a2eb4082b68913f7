package project_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/project"
)

// A folder is a project of its own where it has a pin; else what the binary carries is below its files.
func TestLayered(t *testing.T) {
	carried := fstest.MapFS{
		project.PinFile: {Data: []byte("carried")}, project.SelectFile: {Data: []byte("carried")}, project.WaiversFile: {Data: []byte("carried")},
	}
	for name, c := range map[string]struct {
		files []string
		want  map[string]string // "" is not there
	}{
		"nothing":        {nil, map[string]string{project.PinFile: "carried", project.SelectFile: "carried", project.WaiversFile: "carried"}},
		"waivers":        {[]string{project.WaiversFile}, map[string]string{project.PinFile: "carried", project.WaiversFile: "own"}},
		"a selection":    {[]string{project.SelectFile}, map[string]string{project.PinFile: "carried", project.SelectFile: "own"}},
		"other overlays": {[]string{project.OverlayDir + "/x.yaml"}, map[string]string{project.OverlayDir + "/x.yaml": "", project.SelectFile: "carried"}},
		"a pin":          {[]string{project.PinFile}, map[string]string{project.PinFile: "own", project.SelectFile: "", project.WaiversFile: ""}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for _, file := range c.files {
				path := filepath.Join(dir, filepath.FromSlash(file))
				require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
				require.NoError(t, os.WriteFile(path, []byte("own"), 0o600))
			}
			files := project.Layered(dir, carried)
			for file, want := range c.want {
				text, err := fs.ReadFile(files, file)
				require.Equal(t, want == "", err != nil, file)
				require.Equal(t, want, string(text), file)
			}
		})
	}
}

func TestMounts(t *testing.T) {
	m := project.Mounts{"a": fstest.MapFS{"f": {Data: []byte("a/f")}}, "b/c": fstest.MapFS{"d/f": {Data: []byte("b/c/d/f")}}}
	for name, want := range map[string]string{"a/f": "a/f", "b/c/d/f": "b/c/d/f", "f": "", "b/f": "", "a": ""} {
		text, err := fs.ReadFile(m, name)
		require.Equal(t, want, string(text), name)
		require.Equal(t, want == "", err != nil, name)
	}
	_, err := m.Open(".")
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// A file of exactly the most that it may have is read, and one of a byte more is not.
func TestFilesAtTheirLimit(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, project.OverlayDir), 0o755))
	for size, good := range map[int]bool{document.MaxOwnSize: true, document.MaxOwnSize + 1: false} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, project.OverlayDir, "x.yaml"), make([]byte, size), 0o600))
		text, err := fs.ReadFile(project.Files(dir), project.OverlayDir+"/x.yaml")
		require.Equal(t, good, err == nil, size)
		if good {
			require.Len(t, text, size)
		}
	}
}
