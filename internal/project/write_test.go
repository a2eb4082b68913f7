package project_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/project"
)

var made = map[string][]byte{"spec/openapi.yaml": []byte("a: new\n"), "generated/ringcentral/b.gen.go": []byte("package b\n"),
	"generated/ringcentral/c.gen.go": []byte("package c\n")}

// tree makes a folder with the given files; a name that ends in a slash is a folder.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		if name[len(name)-1] == '/' {
			require.NoError(t, os.MkdirAll(path, 0o755))
			continue
		}
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	return dir
}

// contents lists all files below dir, hidden ones too.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if d.Type()&fs.ModeSymlink != 0 {
			all[name], err = os.Readlink(filepath.Join(dir, name))
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		all[name] = string(data)
		return err
	}))
	return all
}

func TestCompareAndWrite(t *testing.T) {
	dir := tree(t, map[string]string{"spec/openapi.yaml": "a: old\n", "generated/ringcentral/b.gen.go": "package b\n",
		"generated/ringcentral/old.gen.go": "package old\n",
		"generated/ringcentral/own.go":     "package own\n"})
	changes, err := project.Compare(dir, made, "generated/ringcentral/*.gen.go")
	require.NoError(t, err)
	require.Equal(t, []project.Change{
		{Path: "generated/ringcentral/b.gen.go", State: project.Unchanged}, {Path: "generated/ringcentral/c.gen.go", State: project.Missing},
		{Path: "generated/ringcentral/old.gen.go", State: project.Extra}, {Path: "spec/openapi.yaml", State: project.Stale},
	}, changes)
	require.NoError(t, project.Write(dir, made, changes))
	require.Equal(t, map[string]string{"spec/openapi.yaml": "a: new\n",
		"generated/ringcentral/b.gen.go": "package b\n", "generated/ringcentral/c.gen.go": "package c\n",
		"generated/ringcentral/own.go": "package own\n"},
		contents(t, dir))
}

// What cannot be written is found before anything is.
func TestUnwritableTargets(t *testing.T) {
	for name, test := range map[string]struct {
		files map[string]string
		want  string
	}{
		"a folder in place of a file": {map[string]string{"spec/openapi.yaml/": ""},
			"spec/openapi.yaml is not a file, and one is to be written or removed there: move it away"},
		"a file in place of a folder": {map[string]string{"generated/ringcentral": ""},
			"generated/ringcentral/b.gen.go cannot be there, because a file stands where one of its folders should be: move that file away\n" +
				"generated/ringcentral/c.gen.go cannot"},
		"a folder that is not generated": {map[string]string{"generated/ringcentral/old.gen.go/x": ""},
			"generated/ringcentral/old.gen.go is not a file, and one is to be written or removed there: move it away"},
		"every one of them is told at once": {map[string]string{"generated/ringcentral/b.gen.go/": "", "spec": ""},
			"generated/ringcentral/b.gen.go is not a file, and one is to be written or removed there: move it away\nspec/openapi.yaml cannot be there"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := project.Compare(tree(t, test.files), made, "generated/ringcentral/*.gen.go")
			require.ErrorContains(t, err, test.want)
		})
	}
}

// A folder appears between looking and writing: whatever was begun is taken back.
func TestWriteLeavesNothingBehind(t *testing.T) {
	files := map[string]string{"generated/ringcentral/b.gen.go": "package old\n"}
	dir := tree(t, files)
	changes, err := project.Compare(dir, made, "generated/ringcentral/*.gen.go")
	require.NoError(t, err)
	files["spec"] = ""
	require.NoError(t, os.WriteFile(filepath.Join(dir, "spec"), nil, 0o644))
	require.ErrorContains(t, project.Write(dir, made, changes), "spec")
	require.Equal(t, files, contents(t, dir))
}

// gone is a file of the project that a build may take away.
const gone = "generated/ringcentral/gone.gen.go"

// What cannot be completed once it has begun is left to the next run, with the journal; a rename that was to be the only
// one leaves nothing.
func TestWriteIsCompletedLater(t *testing.T) {
	blocked := map[string]string{"title/in.the.way": "", gone: "gone"}
	files := map[string][]byte{"title": []byte("new")}

	dir := tree(t, blocked)
	require.ErrorContains(t, project.Write(dir, files, []project.Change{{Path: "title", State: project.Missing}}), "title")
	require.Equal(t, blocked, contents(t, dir))
	require.False(t, project.Writing())

	both := []project.Change{{Path: "title", State: project.Missing}, {Path: gone, State: project.Extra}}
	require.ErrorContains(t, project.Write(dir, files, both), "title")
	require.FileExists(t, filepath.Join(dir, project.JournalFile))
	require.ErrorContains(t, project.Write(dir, files, both), "what was begun cannot be completed: ")
	require.FileExists(t, filepath.Join(dir, project.JournalFile))
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "title")))
	require.NoError(t, project.Write(dir, files, nil))
	require.Equal(t, map[string]string{"title": "new"}, contents(t, dir))
	info, err := os.Stat(filepath.Join(dir, "title"))
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o644), info.Mode().Perm())
	require.False(t, project.Writing())
}

// One file that comes and one that goes are two changes.
func TestWriteComesAndGoes(t *testing.T) {
	dir := tree(t, map[string]string{gone: "gone"})
	changes := []project.Change{{Path: "title", State: project.Missing}, {Path: gone, State: project.Extra}}
	require.NoError(t, project.Write(dir, map[string][]byte{"title": []byte("new")}, changes))
	require.Equal(t, map[string]string{"title": "new"}, contents(t, dir))
}
