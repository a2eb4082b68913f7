package ringbasic_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What a person gives to make is one argument, whatever is in it: neither make nor the shell reads it.
func TestMakeArguments(t *testing.T) {
	t.Parallel()
	makefile, err := filepath.Abs("Makefile")
	require.NoError(t, err)
	dir := t.TempDir()
	program := filepath.Join(dir, "program")
	require.NoError(t, os.WriteFile(program, []byte("#!/bin/sh\nfor a; do printf '<%s>' \"$a\"; done\necho\n"),
		0o755))
	run := func(env []string, args ...string) string {
		cmd := exec.Command("make", append([]string{"-s", "-f", makefile, "GO=" + program}, args...)...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), env...)
		out, err := cmd.Output()
		require.NoError(t, err, "%s: %s", args, out)
		return string(out)
	}
	hostile := []string{
		"`touch x`$(shell touch x)", `a"; touch x; "$b 'c`, "a b.yaml", "$(touch x)", "$(shell touch x)", "$HOME", "a$b", "$$", "it's", "a;touch x",
		"--help", `\`, "#", "*", "a\\",
		"${SOURCE}",
	}
	for i, value := range hostile {
		for _, given := range [][2][]string{{nil, {"NAME=" + value}}, {{"NAME=" + value}, nil}} {
			with := func(name string, args ...string) string {
				env := append([]string(nil), given[0]...)
				args = append(args, given[1]...)
				for _, list := range [][]string{env, args} {
					for i := range list {
						list[i] = strings.Replace(list[i], "NAME=", name+"=", 1)
					}
				}
				return run(env, args...)
			}
			quoted := "<" + value + ">"
			require.Equal(t, "<run><./cmd/ringbasic><drift><-->"+quoted+"\n", with("SOURCE", "drift"))
			require.NoFileExists(t, filepath.Join(dir, "x"), value)
			if i > 1 { // the others pass it the same way
				continue
			}
			require.Equal(t, "<run><./cmd/ringbasic><update><-->"+quoted+"\n", with("SOURCE", "update"))
			require.Equal(t, "<run><./internal/release><-version>"+quoted+"\n", with("VERSION", "release"))
			require.Equal(t, "<run><./internal/chain>"+quoted+"\n", with("DIR", "chain"))
			require.Contains(t, with("OGEN", "breadth"), "<-ogen="+dir+"/"+value+"><-->")
			require.Contains(t, with("NEWER", "bench"), "<-newer="+dir+"/"+value+">")
			with("DIR", "bodies")
			made, err := os.ReadFile(filepath.Join(dir, "bodies.har"))
			require.NoError(t, err)
			require.Equal(t, "<run><./internal/traffic/bodies>"+quoted+"\n", string(made))
			with("SPECS", "breadth")
			with("MUTATED", "mutate")
			with("FUZZTIME", "fuzz")
			with("KILLS", "interrupt")
			require.NoFileExists(t, filepath.Join(dir, "x"), value)
		}
	}
	for _, test := range []struct {
		env, args []string
		want      string
	}{
		{nil, []string{"drift"}, "<drift><-->"},
		{[]string{"SOURCE="}, []string{"drift"}, "<drift><-->"},
		{nil, []string{"drift", "SOURCE="}, "<drift><--><>"},
		{nil, []string{"drift", "SOURCE= "}, "<drift><--><>"},
		{[]string{"SOURCE= "}, []string{"drift"}, "<drift><-->< >"},
		{nil, []string{"breadth"}, "<run><./internal/breadth><-->"},
		{nil, []string{"breadth", "SPECS=a.yaml b.yaml", "OGEN=/x y/ogen"}, "<-ogen=/x y/ogen><--><a.yaml><b.yaml>"},
		{nil, []string{"chain", "SPECS=a.yaml b.yaml"}, "<run><./internal/chain><a.yaml><b.yaml>"},
		{nil, []string{"bench"}, "<-root><../..>\n"},
	} {
		require.Contains(t, run(test.env, test.args...), test.want, "%v %v", test.env, test.args)
	}
}
