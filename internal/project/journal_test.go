package project_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/project"
)

const beside = "spec/.openapi.yaml.ringbasic-1-2"

// begun is a folder that a run which was killed has left, with a journal of this text, and somebody else's folder.
func begun(t *testing.T, text string) (dir, elsewhere string) {
	t.Helper()
	dir = tree(t, map[string]string{
		project.JournalFile: text, "spec/openapi.yaml": "old", beside: "new", gone: "gone", "go.mod": "module m",
		"overlays/10-select.yaml": "s", "overlays/20-repair.yaml": "r", "spec/.go.mod.ringbasic-1-2": "new",
		"spec/.waivers.yaml.ringbasic-1-2": "new", "x.ringbasic-1-2": "new", ".go.mod.ringbasic-1-2": "new",
		"generated/other/x.gen.go": "x", "contracttests/recordings/a/.200-x.http.ringbasic-1-2": "new",
	})
	elsewhere = tree(t, map[string]string{"file.gen.go": "precious", ".openapi.yaml.ringbasic-1-2": "new", "a/x.yaml": "x"})
	require.NoError(t, os.Symlink(elsewhere, filepath.Join(dir, "link")))
	require.NoError(t, os.Symlink(elsewhere, filepath.Join(dir, "contracttests", "recordings", "link")))
	return dir, elsewhere
}

// What a run that was killed had begun is completed, whatever of it was done.
func TestRecover(t *testing.T) {
	t.Parallel()
	dir, _ := begun(t, `{"moves":[{"from":"`+beside+`","to":"spec/openapi.yaml"},{"from":"spec/.names.yaml.ringbasic-1-3","to":"spec/names.yaml"},`+
		`{"from":"contracttests/recordings/a/.200-x.http.ringbasic-1-2","to":"contracttests/recordings/a/200-x.http"}],`+
		`"removes":["`+gone+`","generated/ringcentral/never.gen.go","overlays/20-repair.yaml"]}`)
	require.True(t, project.Unfinished(dir))
	done, err := project.Recover(dir)
	require.NoError(t, err)
	require.True(t, done)
	files := contents(t, dir)
	require.Equal(t, "new", files["spec/openapi.yaml"])
	require.Equal(t, "new", files["contracttests/recordings/a/200-x.http"])
	for _, name := range []string{project.JournalFile, gone, beside, "overlays/20-repair.yaml"} {
		require.NotContains(t, files, name)
	}
	require.False(t, project.Unfinished(dir))
	done, err = project.Recover(dir)
	require.NoError(t, err)
	require.False(t, done)
	done, err = project.Recover(filepath.Join(dir, "nowhere"))
	require.NoError(t, err)
	require.False(t, done)
}

// A journal that no run writes may have come with somebody else's files: it is refused, and nothing is touched, below
// the folder or elsewhere.
func TestForeignJournals(t *testing.T) {
	t.Parallel()
	to := func(from, to string) string { return `{"moves":[{"from":"` + from + `","to":"` + to + `"}]}` }
	for text, want := range map[string]string{
		"":                                    "EOF",
		"[]x":                                 "cannot unmarshal array",
		`{"moves":[],"more":1}`:               `unknown field "more"`,
		to("spec/openapi.yaml", "b"):          `it would write "b"`,
		to("../.x.ringbasic-1-2", "title"):    `it would move "../.x.ringbasic-1-2" to "title"`,
		to(beside, "/etc/b"):                  `it would write "/etc/b"`,
		to(beside, "../spec/openapi.yaml"):    "it would write",
		to(beside, "spec/../go.mod"):          "it would write",
		to(beside, "spec/names.yaml"):         "it would move",
		to("x.ringbasic-1-2", "link/p"):       `it would write "link/p"`,
		to(".go.mod.ringbasic-1-2", "go.mod"): `it would write "go.mod"`,
		to("spec/.waivers.yaml.ringbasic-1-2", "spec/waivers.yaml"):                                       `it would write "spec/waivers.yaml"`,
		to("link/.openapi.yaml.ringbasic-1-2", "spec/openapi.yaml"):                                       "it would move",
		to("contracttests/recordings/link/.a.http.ringbasic-1-2", "contracttests/recordings/link/a.http"): "contracttests/recordings/link is a link",
		to("contracttests/recordings/.a.http.ringbasic-1-2", "contracttests/recordings/../a.http"):        "it would write",
		to("generated/other/.x.gen.go.ringbasic-1-2", "generated/other/x.gen.go"):                         "it would write",
		`{"removes":["../gone.yaml"]}`:                                                                    `it would remove "../gone.yaml"`,
		`{"removes":["go.mod"]}`:                                                                          `it would remove "go.mod"`,
		`{"removes":["link/file.gen.go"]}`:                                                                "it would remove",
		`{"removes":["spec/openapi.yaml"]}`:                                                               "it would remove",
		`{"removes":["generated/other/x.gen.go"]}`:                                                        "it would remove",
		`{"removes":["generated/ringcentral/../../go.mod"]}`:                                              "it would remove",
		`{"removes":["` + gone + `","go.mod"]}`:                                                           `it would remove "go.mod"`,
	} {
		dir, elsewhere := begun(t, text)
		before, there := contents(t, dir), contents(t, elsewhere)
		_, err := project.Recover(dir)
		require.ErrorContains(t, err, ".ringbasic-journal is no journal of this program: remove it (", text)
		require.ErrorContains(t, err, want, text)
		require.NotContains(t, err.Error(), "\n", text)
		require.Equal(t, before, contents(t, dir), text)
		require.Equal(t, there, contents(t, elsewhere), text)
		require.Error(t, project.Write(dir, map[string][]byte{"title": nil}, []project.Change{{Path: "title", State: project.Missing}}), text)
		require.Equal(t, before, contents(t, dir), text)
	}

	valid := `{"moves":[{"from":"` + beside + `","to":"spec/openapi.yaml"}],"removes":["` + gone + `","overlays/20-repair.yaml"]}`
	for name, change := range map[string]func(dir, elsewhere string) error{
		"spec is a link": func(dir, elsewhere string) error {
			return errors.Join(os.RemoveAll(filepath.Join(dir, "spec")), os.Symlink(elsewhere, filepath.Join(dir, "spec")))
		},
		"spec/.openapi.yaml.ringbasic-1-2 is not a file": func(dir, elsewhere string) error {
			return errors.Join(os.Remove(filepath.Join(dir, beside)), os.Symlink(filepath.Join(elsewhere, "file.gen.go"), filepath.Join(dir, beside)))
		},
		"generated/ringcentral is a link": func(dir, elsewhere string) error {
			name := filepath.Join(dir, "generated", "ringcentral")
			return errors.Join(os.RemoveAll(name), os.Symlink(elsewhere, name))
		},
		"generated is a link": func(dir, _ string) error {
			name := filepath.Join(dir, "generated")
			return errors.Join(os.Rename(name, filepath.Join(dir, "inside")), os.Symlink("inside", name))
		},
		`it would remove "overlays/20-repair.yaml"`: func(dir, _ string) error { return os.Remove(filepath.Join(dir, "overlays", "10-select.yaml")) },
		".ringbasic-journal is not a file": func(dir, _ string) error {
			name := filepath.Join(dir, project.JournalFile)
			return errors.Join(os.Rename(name, name+"-x"), os.Symlink(name+"-x", name))
		},
	} {
		dir, elsewhere := begun(t, valid)
		require.NoError(t, change(dir, elsewhere))
		before, there := contents(t, dir), contents(t, elsewhere)
		_, err := project.Recover(dir)
		require.ErrorContains(t, err, name)
		require.Equal(t, before, contents(t, dir), name)
		require.Equal(t, there, contents(t, elsewhere), name)
	}
}

// What is written does not leave its folder by a link, nor is anything removed there; and no journal is written that
// would be refused.
func TestWriteFollowsNoLinks(t *testing.T) {
	t.Parallel()
	for _, changes := range [][]project.Change{
		{{Path: "spec/openapi.yaml", State: project.Missing}},
		{{Path: "spec/old.gen.go", State: project.Extra}},
		{{Path: "spec/openapi.yaml", State: project.Missing}, {Path: "spec/old.gen.go", State: project.Extra}},
	} {
		dir, elsewhere := t.TempDir(), tree(t, map[string]string{"old.gen.go": "old"})
		require.NoError(t, os.Symlink(elsewhere, filepath.Join(dir, "spec")))
		require.ErrorContains(t, project.Write(dir, map[string][]byte{"spec/openapi.yaml": []byte("new")}, changes), "spec is a link")
		require.Equal(t, map[string]string{"old.gen.go": "old"}, contents(t, elsewhere))
	}
	dir := tree(t, map[string]string{"go.mod": "module m"})
	both := []project.Change{{Path: "title", State: project.Missing}, {Path: "go.mod", State: project.Extra}}
	require.ErrorContains(t, project.Write(dir, map[string][]byte{"title": nil}, both), `it would remove "go.mod"`)
	require.Equal(t, map[string]string{"go.mod": "module m"}, contents(t, dir))
}

// A write takes away what processes that are no more have left beside its targets, and nobody else's files.
func TestWriteSweeps(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	left := []string{".x.yaml.ringbasic-999999999-1", "." + project.JournalFile + ".ringbasic-999999999-1"}
	for _, name := range append(left, ".x.yaml.other-1", "x.ringbasic-999999999-1") {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o644))
	}
	files := map[string][]byte{"x.yaml": []byte("new"), "spec/names.yaml": []byte("new"), "spec/openapi.yaml": nil}
	require.NoError(t, project.Write(dir, files, []project.Change{{Path: "x.yaml", State: project.Missing}}))
	require.NoFileExists(t, filepath.Join(dir, left[0]))
	require.NoError(t, os.WriteFile(filepath.Join(dir, left[1]), nil, 0o644))
	require.NoError(t, project.Write(dir, files, []project.Change{{Path: "spec/names.yaml", State: project.Missing},
		{Path: "spec/openapi.yaml", State: project.Missing}}))
	require.NoFileExists(t, filepath.Join(dir, left[1]), "the journal lies in the folder itself, though nothing else is written there")
	for _, name := range []string{".x.yaml.other-1", "x.ringbasic-999999999-1", "x.yaml"} {
		require.FileExists(t, filepath.Join(dir, name))
	}
}
