//go:build unix

package main

import (
	"bufio"
	"bytes"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
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

// written is a command that writes, what is there before it, and what it writes into.
type written struct {
	name   string
	before func(t *testing.T) // makes the folder ready
	args   []string
	env    []string
	within string // the folder that a command which completes what was begun is pointed to
}

const capture = `{"log": {"version": "1.2", "entries": [{"startedDateTime": "2026-01-02T03:04:05Z",
"request": {"method": "GET", "url": "https://things.example/things/1001", "headers": []},
"response": {"status": 200, "headers": [{"name": "Content-Type", "value": "application/json"}],
"content": {"mimeType": "application/json", "text": "{\"id\": \"1001\", \"color\": \"Red\", \"weight\": 3}"}}}]}}`

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
	things := map[string]string{"capture.har": capture}
	for _, f := range archive.Files {
		if filepath.Ext(f.Name) == ".yaml" && f.Name != "waivers.yaml" {
			things[filepath.FromSlash(f.Name)] = string(f.Data)
		}
	}
	command := func(env []string, args ...string) *exec.Cmd {
		cmd := exec.Command(tool, args...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
		return cmd
	}
	run := func(env []string, args ...string) {
		t.Helper()
		out, err := command(env, args...).CombinedOutput()
		require.NoError(t, err, "%v: %s", args, out)
	}
	from := func(commands ...[]string) func(*testing.T) {
		return func(t *testing.T) {
			t.Helper()
			restore(t, dir, things)
			for _, args := range commands {
				run(nil, args...)
			}
		}
	}
	pin, build := []string{"pin", "vendor.yaml", "--retrieved", "2026-01-02"}, []string{"build"}
	server := exec.Command(tool, "serve", "--addr", "127.0.0.1:0")
	server.Dir = filepath.Join("..", "..")
	said, err := server.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, server.Start())
	t.Cleanup(func() { _ = server.Process.Kill(); _ = server.Wait() })
	address := ""
	for lines := bufio.NewScanner(said); address == "" && lines.Scan(); {
		address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(lines.Text())
	}
	require.NotEmpty(t, address)
	go func() { _, _ = io.Copy(io.Discard, said) }()

	for _, w := range []written{
		{name: "pin", before: from(), args: pin},
		{name: "build", before: from(pin), args: build},
		{name: "update", before: from(pin, build), args: []string{"update", "newer.yaml", "--retrieved", "2026-02-03", "--no-suite"}},
		{name: "traffic --propose", before: from(pin, build), within: "out",
			args: []string{"traffic", "capture.har", "--propose", "out", "--fail-on", "none"}},
		{name: "live --record", before: copied(dir), args: []string{"live", "--record", "--only", "listCallRecordingCustomGreetings/200-*", "--fail-on",
			"none"},
			env: []string{"RINGCENTRAL_SERVER=" + address, "RINGCENTRAL_CLIENT_ID=a", "RINGCENTRAL_CLIENT_SECRET=b", "RINGCENTRAL_JWT=a.b.c"}},
	} {
		t.Run(w.name, func(t *testing.T) {
			w.before(t)
			before := state(t, dir)
			began := time.Now()
			run(w.env, w.args...)
			took := time.Since(began)
			after := state(t, dir)
			require.NotEqual(t, before, after)
			random := rand.New(rand.NewPCG(1, 2))
			whole := map[string]int{}
			for range kills(t) {
				restore(t, dir, before)
				cmd := command(w.env, w.args...)
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
				if _, err := os.Stat(filepath.Join(dir, w.within)); err == nil {
					// Any command that writes completes what was begun, also one that then has nothing to do.
					out, err := command(nil, "pin", "there-is-none.yaml", "-C", filepath.Join(dir, w.within)).CombinedOutput()
					require.ErrorContains(t, err, "exit status 3", string(out))
					require.Contains(t, string(out), "there-is-none.yaml")
				}
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
				run(w.env, w.args...)
				require.Equal(t, after, state(t, dir), "the next run succeeds, and leaves nothing behind")
			}
			t.Logf("killed %d times in %v: %v", kills(t), took, whole)
		})
	}
}

// copied makes a folder of this project's description and recordings, some of which are out of date.
func copied(dir string) func(*testing.T) {
	return func(t *testing.T) {
		t.Helper()
		files := map[string]string{}
		for _, part := range []string{"spec", "overlays", "contracttests"} {
			for name, text := range state(t, filepath.Join("..", "..", part)) {
				if strings.HasPrefix(name, filepath.Join("recordings", "listCallRecordingCustomGreetings", "200-")) {
					text = strings.ReplaceAll(text, "de-DE", "de-AT") // the server says otherwise
				}
				files[filepath.Join(part, name)] = text
			}
		}
		restore(t, dir, files)
	}
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
