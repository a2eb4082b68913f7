package ringbasic_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// step is one of action.yml.
type step struct {
	Name string
	Uses string
	Run  string
	Env  map[string]string
}

func actionSteps(t *testing.T) map[string]step {
	t.Helper()
	data, err := os.ReadFile("action.yml")
	require.NoError(t, err)
	var action struct {
		Runs struct{ Steps []step }
	}
	require.NoError(t, yaml.Unmarshal(data, &action))
	steps := map[string]step{}
	for _, s := range action.Runs.Steps {
		steps[s.Name] = s
	}
	return steps
}

// Whatever a workflow passes reaches the shell through the environment: written into the script it could be code.
func TestActionScriptsHoldNoExpressions(t *testing.T) {
	t.Parallel()
	for name, s := range actionSteps(t) {
		require.NotContains(t, s.Run, "${{", name)
	}
}

// runner plays GitHub's part for the scripts of action.yml: a runner's folders and files, and a gh that notes how it is
// called and answers with the number of the open issue.
type runner struct {
	t     *testing.T
	steps map[string]step
	dir   string
	env   []string
}

func newRunner(t *testing.T) *runner {
	t.Helper()
	dir := t.TempDir()
	root, err := os.Getwd()
	require.NoError(t, err)
	r := &runner{t: t, steps: actionSteps(t), dir: dir}
	r.write("gh", "#!/bin/sh\nprintf '%s\\n' \"$*\" >> \"$GH_LOG\"\nif [ \"$1 $2\" = 'issue list' ]; then printf '%s' \"$OPEN_ISSUE\"; fi\n", 0o755)
	r.env = append(os.Environ(),
		"PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"), "GH_LOG="+filepath.Join(dir, "gh.log"),
		"RUNNER_TEMP="+dir, "GITHUB_ACTION_PATH="+root, "GITHUB_WORKSPACE="+dir,
		"GITHUB_STEP_SUMMARY="+filepath.Join(dir, "summary"), "GITHUB_OUTPUT="+filepath.Join(dir, "output"),
	)
	return r
}

func (r *runner) write(name, text string, mode os.FileMode) {
	r.t.Helper()
	require.NoError(r.t, os.WriteFile(filepath.Join(r.dir, name), []byte(text), mode))
}

// take reads a file and removes it; "" if there is none.
func (r *runner) take(name string) string {
	r.t.Helper()
	data, err := os.ReadFile(filepath.Join(r.dir, name))
	if os.IsNotExist(err) {
		return ""
	}
	require.NoError(r.t, err)
	require.NoError(r.t, os.Remove(filepath.Join(r.dir, name)))
	return string(data)
}

// run runs a step as GitHub does, and returns its output and exit code.
func (r *runner) run(name string, env ...string) (string, int) {
	r.t.Helper()
	s, ok := r.steps[name]
	require.True(r.t, ok, "action.yml has no step %q", name)
	for _, pair := range env {
		key, _, _ := strings.Cut(pair, "=")
		if key != "OPEN_ISSUE" {
			require.Contains(r.t, s.Env, key, name)
		}
	}
	cmd := exec.Command("bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", s.Run)
	cmd.Dir = r.dir
	cmd.Env = append(r.env, env...)
	out, err := cmd.CombinedOutput()
	if _, failed := err.(*exec.ExitError); !failed {
		require.NoError(r.t, err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

func TestAction(t *testing.T) {
	t.Parallel()
	r := newRunner(t)
	out, code := r.run("Build")
	require.Zero(t, code, out)

	pin, err := os.ReadFile("spec/swagger-ring_basic.yaml")
	require.NoError(t, err)
	r.write("same.yaml", string(pin), 0o644)
	// A permission of an operation that is used.
	used := regexp.MustCompile(`(?s)(/account/\{accountId\}/call-recording/custom-greetings:.*?x-user-permission: )\w+`)
	require.True(t, used.Match(pin))
	r.write("drifted.yaml", string(used.ReplaceAll(pin, []byte("${1}Another"))), 0o644)
	r.write("page.yaml", "<html></html>", 0o644)
	compare := func(source string) (out, output, summary string) {
		out, code := r.run("Compare", "SOURCE="+source, "DIRECTORY=.", "FAIL_ON=breaking")
		require.Zero(t, code, out)
		return out, r.take("output"), r.take("summary")
	}

	out, output, summary := compare("drifted.yaml")
	require.Regexp(t, `(?m)^::error file=drifted.yaml,line=\d+`, out)
	require.Contains(t, output, "exit-code=1\nreport="+filepath.Join(r.dir, "api-drift", "drift.json")+"\n")
	require.Contains(t, summary, "x-user-permission")
	for _, name := range []string{"json", "sarif", "md", "html"} {
		require.FileExists(t, filepath.Join(r.dir, "api-drift", "drift."+name))
	}
	_, code = r.run("Keep one issue", "CODE=1", "OPEN_ISSUE=", "RUN=https://example.com/runs/1")
	require.Zero(t, code)
	require.Regexp(t, `^issue list .*\nlabel create api-drift .*\nissue create --title .* --label api-drift --body-file .*/issue.md\n$`, r.take("gh.log"))
	require.Regexp(t, `(?s)x-user-permission.*From https://example.com/runs/1\n$`, r.take("api-drift/issue.md"))
	_, code = r.run("Keep one issue", "CODE=1", "OPEN_ISSUE=17", "RUN=https://example.com/runs/2")
	require.Zero(t, code)
	require.Regexp(t, `^issue list .*\nissue edit 17 --title .* --body-file .*/issue.md\n$`, r.take("gh.log"))
	_, code = r.run("Fail on drift", "CODE=1")
	require.Equal(t, 1, code)

	out, output, summary = compare("same.yaml")
	require.NotContains(t, out, "::error")
	require.Contains(t, output, "exit-code=0\n")
	require.Contains(t, summary, "0 breaking")
	_, code = r.run("Keep one issue", "CODE=0", "OPEN_ISSUE=17", "RUN=https://example.com/runs/3")
	require.Zero(t, code)
	require.Regexp(t, `^issue list .*\nissue close 17 --comment No drift any more: https://example.com/runs/3\n$`, r.take("gh.log"))
	_, code = r.run("Keep one issue", "CODE=0", "OPEN_ISSUE=", "RUN=https://example.com/runs/4")
	require.Zero(t, code)
	require.Regexp(t, `^issue list .*\n$`, r.take("gh.log"))

	out, output, summary = compare("page.yaml")
	require.Contains(t, out, "page.yaml: HTML or XML")
	require.Contains(t, output, "exit-code=3\n")
	require.Contains(t, summary, "could not be compared")
	require.NoFileExists(t, filepath.Join(r.dir, "api-drift", "drift.md"))

	// A source is never a flag, and what is said of it stays in its block of the summary.
	for _, source := range []string{"--help", "--report=json=planted", " "} {
		_, output, summary = compare(source)
		require.Contains(t, output, "exit-code=3\n", source)
		require.Contains(t, summary, source+": no such file or directory", source)
		require.NoFileExists(t, filepath.Join(r.dir, "planted"))
		if source != "--help" {
			continue
		}
		r.write(source, string(used.ReplaceAll(pin, []byte("${1}Another"))), 0o644)
		_, output, _ = compare(source)
		require.Contains(t, output, "exit-code=1\n", source)
	}
	for _, source := range []string{"no\n```\n# <h1>&", "</pre>\n# H"} {
		_, output, summary = compare(source)
		require.Contains(t, output, "exit-code=3\n", source)
		_, block, _ := strings.Cut(summary, "compared:\n\n<pre>\n")
		block, isWhole := strings.CutSuffix(block, "</pre>\n")
		require.True(t, isWhole, summary)
		require.NotRegexp(t, "[<>]", block)
	}
}

// What a person gives is passed behind "--", so that it is never a flag.
func TestSourcesAreNoFlags(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(".github/workflows/*.yml")
	require.NoError(t, err)
	passed := 0
	for _, name := range append(files, "action.yml", "Makefile") {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, line := range strings.Split(string(data), "\n") {
			if strings.Contains(line, "{SOURCE:+") {
				passed++
				require.Contains(t, line, `-- $`, name)
			}
		}
	}
	require.Equal(t, 3, passed)
}
