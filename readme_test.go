package ringbasic_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func readme(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("README.md")
	require.NoError(t, err)
	return string(data)
}

// The program that the README shows in short, pasted into a new module, compiles and runs against a server; and the
// lines that the README shows are its.
func TestReadmeFirstCall(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("examples", "first-call", "main.go"))
	require.NoError(t, err)
	program := string(data)
	_, rest, ok := strings.Cut(readme(t), "```go\n")
	require.True(t, ok)
	short, _, ok := strings.Cut(rest, "```\n")
	require.True(t, ok)
	for line := range strings.Lines(short) {
		words := strings.Fields(strings.Trim(strings.TrimSpace(line), "…"))
		if len(words) > 0 && !strings.HasPrefix(line, "t, err := transport.New") { // which is longer there
			require.Contains(t, strings.Join(strings.Fields(program), " "), strings.Join(words, " "), "examples/first-call has no such line")
		}
	}
	root, err := os.Getwd()
	require.NoError(t, err)
	sums, err := os.ReadFile("go.sum")
	require.NoError(t, err)
	dir := t.TempDir()
	for name, text := range map[string]string{
		"main.go": program,
		"go.mod": "module example.com/desk\n\ngo 1.26\n\nrequire github.com/ringbasic/ringbasic v0.0.0\n\nreplace github.com/ringbasic/ringbasic => " + root +
			"\n",
		"go.sum": string(sums),
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	command := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(name, args...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOFLAGS=-mod=mod")
		return cmd
	}
	out, err := command("go", "build", "-o", "desk", ".").CombinedOutput()
	require.NoError(t, err, string(out))

	answer := func(status int, body string) *httptest.Server {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			if r.URL.Path == "/restapi/oauth/token" {
				fmt.Fprint(w, `{"access_token":"abc","token_type":"bearer","expires_in":3600}`)
				return
			}
			var got map[string]any
			if err := json.NewDecoder(r.Body).Decode(&got); err != nil || r.Method+" "+
				r.URL.Path != "POST /restapi/v1.0/account/~/extension/~/answering-rule" || got["name"] != "Lunch" {
				t.Errorf("unexpected %s %s %v %v", r.Method, r.URL.Path, got, err)
			}
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		}))
		t.Cleanup(server.Close)
		return server
	}
	run := func(server *httptest.Server) (string, error) {
		cmd := command(filepath.Join(dir, "desk"))
		cmd.Env = append(cmd.Env, "RINGCENTRAL_SERVER="+server.URL, "RINGCENTRAL_CLIENT_ID=id", "RINGCENTRAL_CLIENT_SECRET=secret", "RINGCENTRAL_JWT=a.b.c")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	text, err := run(answer(http.StatusOK, `{"id":"1003","type":"Custom","name":"Lunch"}`))
	require.NoError(t, err, text)
	require.Equal(t, "created rule 1003\n", text)
	text, err = run(answer(http.StatusBadRequest, `{"errorCode":"AWR-179","message":"Parameter [name] length should not exceed 127 characters"}`))
	require.Error(t, err)
	require.Contains(t, text, "choose a shorter name")
}

// What the README shows as the output of a command is what it prints, line by line; "…" stands for lines that are left
// out.
func TestReadmeOutputs(t *testing.T) {
	t.Parallel()
	blocks := regexp.MustCompile("(?s)<!-- output: ringbasic ([^\n]*) -->\n```text\n(.*?)```").FindAllStringSubmatch(readme(t), -1)
	require.Len(t, blocks, 2)
	tool := filepath.Join(t.TempDir(), "ringbasic")
	out, err := exec.Command("go", "build", "-o", tool, "./cmd/ringbasic").CombinedOutput()
	require.NoError(t, err, string(out))
	for _, block := range blocks {
		out, _ := exec.Command(tool, strings.Fields(block[1])...).Output() // drift is found: exit code 1
		if *update && !strings.Contains(block[2], "…") {
			text := strings.Replace(readme(t), block[2], string(out), 1)
			require.NoError(t, os.WriteFile("README.md", []byte(text), 0o644))
			continue
		}
		lines, at, gap := strings.Split(string(out), "\n"), -1, true
		for line := range strings.Lines(block[2]) {
			line = strings.TrimSuffix(line, "\n")
			if line == "…" {
				gap = true
				continue
			}
			next := at + 1
			if gap {
				next += slices.Index(lines[at+1:], line)
			}
			require.True(t, next > at && next < len(lines) && lines[next] == line,
				"ringbasic %s does not print %q there: run make pages, or write what it prints", block[1], line)
			at, gap = next, false
		}
	}
}

// Links of the pages lead to files, and to headings, that are there.
func TestLinks(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("docs/*.md")
	require.NoError(t, err)
	pages = append(pages, "README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
	heading := regexp.MustCompile("(?m)^#+ (.*)$")
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	found := 0
	for _, page := range pages {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			target, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") || page == "CHANGELOG.md" {
				continue
			}
			found++
			file := page
			if target != "" {
				file = filepath.Join(filepath.Dir(page), target)
			}
			data, err := os.ReadFile(file)
			require.NoError(t, err, "%s: %s", page, m[1])
			var anchors []string
			for _, h := range heading.FindAllStringSubmatch(string(data), -1) {
				anchors = append(anchors, strings.ReplaceAll(strings.ToLower(strings.Trim(h[1], "`")), " ", "-"))
			}
			require.True(t, anchor == "" || slices.Contains(anchors, anchor), "%s: there is no heading for %s", page, m[1])
		}
	}
	require.Greater(t, found, 20)
}

// Each make target that the README names is there.
func TestReadmeTargets(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile("Makefile")
	require.NoError(t, err)
	named := regexp.MustCompile("(?m)(?:^    |`)make ([a-z]+)").FindAllStringSubmatch(readme(t), -1)
	require.NotEmpty(t, named)
	for _, m := range named {
		require.Regexp(t, `(?m)^`+m[1]+`:.*## `, string(makefile), "make %s is in the README only", m[1])
	}
}

// CI is red when a check fails.
func TestCIFails(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("make", "ci", "GO=false").CombinedOutput()
	require.Error(t, err, string(out))
	require.Contains(t, string(out), "false run ./cmd/ringbasic pin --check")
}
