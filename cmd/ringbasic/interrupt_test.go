//go:build unix

package main

import (
	"bytes"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
)

// kills is how often each command is killed. make interrupt kills 1,000 times.
func kills(t *testing.T) int {
	if text := os.Getenv("RINGBASIC_KILLS"); text != "" {
		n, err := strconv.Atoi(text)
		require.NoError(t, err)
		return n
	}
	return 12
}

// state is every file of a folder.
func state(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		files[rel] = string(data)
		return err
	}))
	return files
}

func restore(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	require.NoError(t, os.RemoveAll(dir))
	for name, text := range files {
		name = filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
	}
}

// Whenever a command that writes is killed, the next run finds everything as it was, or as it was to be, and nothing
// else.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	archive, err := txtar.ParseFile("testdata/script/update.txtar")
	require.NoError(t, err)
	tool := filepath.Join(t.TempDir(), "ringbasic")
	out, err := exec.Command("go", "build", "-o", tool, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	dir := filepath.Join(t.TempDir(), "project")
	start := map[string]string{}
	for _, f := range archive.Files {
		if filepath.Ext(f.Name) == ".yaml" && f.Name != "waivers.yaml" {
			start[filepath.FromSlash(f.Name)] = string(f.Data)
		}
	}
	command := func(args ...string) *exec.Cmd {
		cmd := exec.Command(tool, append(args, "-C", dir)...)
		cmd.Dir = dir
		return cmd
	}
	run := func(args ...string) {
		t.Helper()
		out, err := command(args...).CombinedOutput()
		require.NoError(t, err, "%v: %s", args, out)
	}
	restore(t, dir, start)
	run("pin", "vendor.yaml", "--retrieved", "2026-01-02")
	run("build")
	before := state(t, dir)
	update := []string{"update", "newer.yaml", "--retrieved", "2026-02-03", "--no-suite"}
	began := time.Now()
	run(update...)
	took := time.Since(began)
	after := state(t, dir)
	require.NotEqual(t, before, after)
	random := rand.New(rand.NewPCG(1, 2))
	whole := map[string]int{}
	for range kills(t) {
		restore(t, dir, before)
		cmd := command(update...)
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &said, &said
		require.NoError(t, cmd.Start())
		// Most of the time nothing is written: half of the kills are for the end.
		delay := time.Duration(random.Int64N(int64(took * 3 / 2)))
		if random.IntN(2) == 0 {
			delay = took*2/3 + delay/3
		}
		time.Sleep(delay)
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()
		run("rules", "--format", "json") // any command completes what was begun
		got := state(t, dir)
		for name := range got {
			if _, ok := before[name]; !ok && filepath.Base(name)[0] == '.' {
				delete(got, name) // not in its place yet: the next run that writes there takes it away
			}
		}
		switch {
		case equal(got, before):
			whole["old"]++
		case equal(got, after):
			whole["new"]++
		default:
			t.Fatalf("killed after %v, the folder is neither old nor new: %s", delay, said.String())
		}
		run(update...)
		require.Equal(t, after, state(t, dir), "the next run succeeds, and leaves nothing behind")
	}
	t.Logf("killed %d times in %v: %v", kills(t), took, whole)
}

func equal(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for name, text := range a {
		if other, ok := b[name]; !ok || other != text {
			return false
		}
	}
	return true
}
