package ringbasic_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The script of the update workflow opens one pull request, refreshes it, and leaves it alone once a person has pushed.
func TestUpdateRequest(t *testing.T) {
	t.Parallel()
	root, err := os.Getwd()
	require.NoError(t, err)
	dir := t.TempDir()
	work, request, tools := filepath.Join(dir, "work"), filepath.Join(dir, "request"), filepath.Join(dir, "tools")
	for name, text := range map[string]string{
		filepath.Join(request, "branch"): "ringbasic/update\n", filepath.Join(request, "title"): "A title\n", filepath.Join(request, "body.md"): "A body\n",
		filepath.Join(tools, "gh"): "#!/bin/sh\necho \"$@\" >> '" + dir + "/calls'\ncase \"$2\" in list) cat '" + dir + "/open' 2> /dev/null || true;; esac\n",
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o755))
	}
	run := func(name string, args ...string) string {
		cmd := exec.Command(name, args...)
		cmd.Dir = work
		cmd.Env = append(os.Environ(), "PATH="+tools+string(os.PathListSeparator)+os.Getenv("PATH"), "GIT_CONFIG_GLOBAL=/dev/null",
			"GIT_CONFIG_SYSTEM=/dev/null",
			"GIT_AUTHOR_NAME=Someone", "GIT_AUTHOR_EMAIL=someone@example.com", "GIT_COMMITTER_NAME=Someone", "GIT_COMMITTER_EMAIL=someone@example.com")
		if strings.HasSuffix(name, ".sh") {
			cmd.Env = append(os.Environ(), "PATH="+tools+string(os.PathListSeparator)+os.Getenv("PATH"), "GIT_CONFIG_GLOBAL=/dev/null",
				"GIT_CONFIG_SYSTEM=/dev/null")
		}
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s %v: %s", name, args, out)
		return string(out)
	}
	write := func(name, text string) {
		name = filepath.Join(work, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
	}
	calls := func() string {
		data, err := os.ReadFile(filepath.Join(dir, "calls"))
		require.NoError(t, err)
		require.NoError(t, os.Remove(filepath.Join(dir, "calls")))
		return string(data)
	}
	script := filepath.Join(root, ".github", "update-request.sh")
	require.NoError(t, os.MkdirAll(work, 0o755))
	run("git", "init", "--quiet", "--bare", filepath.Join(dir, "origin"))
	run("git", "init", "--quiet", "--initial-branch=main")
	run("git", "remote", "add", "origin", filepath.Join(dir, "origin"))
	write("spec/swagger-ring_basic.yaml", "old")
	write("generated/ringcentral/a.gen.go", "old")
	write("overlays/20-repair.yaml", "old")
	run("git", "add", ".")
	run("git", "commit", "--quiet", "--message", "start")
	run("git", "push", "--quiet", "origin", "main")

	write("spec/swagger-ring_basic.yaml", "new")
	write("spec/names.yaml", "new")
	write("generated/ringcentral/a.gen.go", "new")
	require.NoError(t, os.Remove(filepath.Join(work, "overlays", "20-repair.yaml")))
	run(script, request)
	require.Equal(t, "pr list --head ringbasic/update --state open --json number --jq .[0].number\n"+
		"pr create --head ringbasic/update --title A title --body-file "+filepath.Join(request, "body.md")+"\n", calls())
	require.Equal(t, "generated: build from the newer document\nnames and overlays: what the newer document asks for\nspec: pin the vendor's newer "+
		"document\nstart\n",
		run("git", "log", "--format=%s", "origin/ringbasic/update"))
	require.Equal(t, "D\toverlays/20-repair.yaml\nA\tspec/names.yaml\n", run("git", "show", "--name-status", "--format=", "origin/ringbasic/update~1"))

	// The next day: refreshed, from main.
	require.NoError(t, os.WriteFile(filepath.Join(dir, "open"), []byte("7\n"), 0o644))
	run("git", "checkout", "--quiet", "main")
	write("spec/swagger-ring_basic.yaml", "newer")
	run(script, request)
	require.Contains(t, calls(), "pr edit 7 --title A title")
	require.Equal(t, "spec: pin the vendor's newer document\nstart\n", run("git", "log", "--format=%s", "origin/ringbasic/update"))

	// A person pushes to it: left alone.
	write("CHANGELOG.md", "mine")
	run("git", "add", ".")
	run("git", "commit", "--quiet", "--message", "decided")
	run("git", "push", "--quiet", "origin", "HEAD:ringbasic/update")
	run("git", "checkout", "--quiet", "main")
	write("spec/swagger-ring_basic.yaml", "newest")
	require.Equal(t, "a person has pushed to ringbasic/update: it is left alone\n", run(script, request))
	require.Equal(t, "decided\nspec: pin the vendor's newer document\nstart\n", run("git", "log", "--format=%s", "origin/ringbasic/update"))
	require.NoFileExists(t, filepath.Join(dir, "calls"))
}
