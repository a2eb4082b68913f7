package project_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/project"
)

var made = map[string][]byte{"spec/a.yaml": []byte("a: new\n"), "gen/b.gen.go": []byte("package b\n"), "gen/c.gen.go": []byte("package c\n")}

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
		data, err := os.ReadFile(filepath.Join(dir, name))
		all[name] = string(data)
		return err
	}))
	return all
}

func TestCompareAndWrite(t *testing.T) {
	dir := tree(t, map[string]string{"spec/a.yaml": "a: old\n", "gen/b.gen.go": "package b\n", "gen/old.gen.go": "package old\n",
		"gen/own.go": "package own\n"})
	changes, err := project.Compare(dir, made, "gen/*.gen.go")
	require.NoError(t, err)
	require.Equal(t, []project.Change{
		{Path: "gen/b.gen.go", State: project.Unchanged}, {Path: "gen/c.gen.go", State: project.Missing},
		{Path: "gen/old.gen.go", State: project.Extra}, {Path: "spec/a.yaml", State: project.Stale},
	}, changes)
	require.NoError(t, project.Write(dir, made, changes))
	require.Equal(t, map[string]string{"spec/a.yaml": "a: new\n", "gen/b.gen.go": "package b\n", "gen/c.gen.go": "package c\n", "gen/own.go": "package own\n"},
		contents(t, dir))
}

// What cannot be written is found before anything is.
func TestUnwritableTargets(t *testing.T) {
	for name, test := range map[string]struct {
		files map[string]string
		want  string
	}{
		"a folder in place of a file": {map[string]string{"spec/a.yaml/": ""},
			"spec/a.yaml is not a file, and one is to be written or removed there: move it away"},
		"a file in place of a folder": {map[string]string{"gen": ""},
			"gen/b.gen.go cannot be there, because a file stands where one of its folders should be: move that file away\ngen/c.gen.go cannot"},
		"a folder that is not generated": {map[string]string{"gen/old.gen.go/x": ""},
			"gen/old.gen.go is not a file, and one is to be written or removed there: move it away"},
		"every one of them is told at once": {map[string]string{"gen/b.gen.go/": "", "spec": ""},
			"gen/b.gen.go is not a file, and one is to be written or removed there: move it away\nspec/a.yaml cannot be there"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := project.Compare(tree(t, test.files), made, "gen/*.gen.go")
			require.ErrorContains(t, err, test.want)
		})
	}
}

// A folder appears between looking and writing: whatever was begun is taken back.
func TestWriteLeavesNothingBehind(t *testing.T) {
	files := map[string]string{"gen/b.gen.go": "package old\n"}
	dir := tree(t, files)
	changes, err := project.Compare(dir, made, "gen/*.gen.go")
	require.NoError(t, err)
	files["spec"] = ""
	require.NoError(t, os.WriteFile(filepath.Join(dir, "spec"), nil, 0o644))
	require.ErrorContains(t, project.Write(dir, made, changes), "spec")
	require.Equal(t, files, contents(t, dir))
}

// What cannot be completed once it has begun is left to the next run, with the journal; a rename that was to be the only
// one leaves nothing.
func TestWriteIsCompletedLater(t *testing.T) {
	blocked := map[string]string{"x.yaml/in.the.way": "", "gone.yaml": "gone"}
	files := map[string][]byte{"x.yaml": []byte("new")}

	dir := tree(t, blocked)
	require.ErrorContains(t, project.Write(dir, files, []project.Change{{Path: "x.yaml", State: project.Missing}}), "x.yaml")
	require.Equal(t, blocked, contents(t, dir))
	require.False(t, project.Writing())

	both := []project.Change{{Path: "x.yaml", State: project.Missing}, {Path: "gone.yaml", State: project.Extra}}
	require.ErrorContains(t, project.Write(dir, files, both), "x.yaml")
	require.FileExists(t, filepath.Join(dir, project.JournalFile))
	require.ErrorContains(t, project.Write(dir, files, both), "what was begun cannot be completed: ")
	require.FileExists(t, filepath.Join(dir, project.JournalFile))
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "x.yaml")))
	require.NoError(t, project.Write(dir, files, nil))
	require.Equal(t, map[string]string{"x.yaml": "new"}, contents(t, dir))
	info, err := os.Stat(filepath.Join(dir, "x.yaml"))
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o644), info.Mode().Perm())
	require.False(t, project.Writing())
}

// One file that comes and one that goes are two changes.
func TestWriteComesAndGoes(t *testing.T) {
	dir := tree(t, map[string]string{"gone.yaml": "gone"})
	changes := []project.Change{{Path: "x.yaml", State: project.Missing}, {Path: "gone.yaml", State: project.Extra}}
	require.NoError(t, project.Write(dir, map[string][]byte{"x.yaml": []byte("new")}, changes))
	require.Equal(t, map[string]string{"x.yaml": "new"}, contents(t, dir))
}
