package build_test

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/build"
)

func TestReplaced(t *testing.T) {
	t.Parallel()
	under := fstest.MapFS{"a/b.txt": {Data: []byte("old")}, "a/gone.txt": {Data: []byte("x")}, "c.txt": {Data: []byte("c")}}
	over := build.Replaced{FS: under, Contents: map[string][]byte{
		"a/b.txt": []byte("new"), "a/gone.txt": nil, "a/d/e.txt": []byte("e"), "f/g.txt": []byte("g"),
	}}
	got := map[string]string{}
	require.NoError(t, fs.WalkDir(over, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(over, name)
		got[name] = string(data)
		return err
	}))
	require.Equal(t, map[string]string{"a/b.txt": "new", "a/d/e.txt": "e", "c.txt": "c", "f/g.txt": "g"}, got)
	_, err := fs.Stat(over, "a/gone.txt")
	require.ErrorIs(t, err, fs.ErrNotExist)
	names, err := fs.Glob(over, "*/*.txt")
	require.NoError(t, err)
	require.Equal(t, []string{"a/b.txt", "f/g.txt"}, names)
}
