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

// The first example of the README, pasted into a new module, compiles and runs against a server.
func TestReadmeFirstCall(t *testing.T) {
	t.Parallel()
	_, rest, ok := strings.Cut(readme(t), "```go\n")
	require.True(t, ok)
	program, _, ok := strings.Cut(rest, "```\n")
	require.True(t, ok)
	root, err := os.Getwd()
	require.NoError(t, err)
	sums, err := os.ReadFile("go.sum")
	require.NoError(t, err)
	dir := t.TempDir()
	for name, text := range map[string]string{
		"main.go": program,
		"go.mod":  "module example.com/desk\n\ngo 1.26\n\nrequire github.com/ringbasic/ringbasic v0.0.0\n\nreplace github.com/ringbasic/ringbasic => " + root + "\n",
		"go.sum":  string(sums),
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
			if err := json.NewDecoder(r.Body).Decode(&got); err != nil || r.Method+" "+r.URL.Path != "POST /restapi/v1.0/account/~/extension/~/answering-rule" || got["name"] != "Lunch" {
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
