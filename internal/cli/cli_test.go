package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// project copies the inputs of this project's build to a folder of its own.
func ours(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, folder := range []string{"spec", "overlays"} {
		require.NoError(t, os.CopyFS(filepath.Join(dir, folder), os.DirFS(filepath.Join("..", "..", folder))))
	}
	return dir
}

// An interrupt before the end leaves everything as it was, and says so.
func TestInterrupt(t *testing.T) {
	dir := ours(t)
	require.NoError(t, os.Remove(filepath.Join(dir, "spec", "openapi.yaml")))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var stdout, stderr bytes.Buffer
	require.Equal(t, exitFailed, run(ctx, []string{"build", "-C", dir}, strings.NewReader(""), &stdout, &stderr))
	require.Equal(t, "ringbasic: interrupted: nothing more was written (context canceled)\n", stderr.String())
	require.Empty(t, stdout.String())
	require.NoFileExists(t, filepath.Join(dir, "spec", "openapi.yaml"))
	require.NoDirExists(t, filepath.Join(dir, "generated"))
	entries, err := os.ReadDir(filepath.Join(dir, "spec"))
	require.NoError(t, err)
	for _, entry := range entries {
		require.False(t, strings.HasPrefix(entry.Name(), "."), "%s was left behind", entry.Name())
	}
}

// Adding a seventh operation is one action in the select overlay: nothing else is written by hand.
func TestSeventhOperation(t *testing.T) {
	dir := ours(t)
	file := filepath.Join(dir, "overlays", "10-select.yaml")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	action := "actions:\n  - target: $.paths['/restapi/v1.0/account/{accountId}/extension/{extensionId}/answering-rule'].get\n" +
		"    description: List the call-handling rules.\n    update: {x-keep: true}\n"
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(string(text), "actions:\n", action, 1)), 0o644))
	var stdout, stderr bytes.Buffer
	require.Equal(t, exitClean, run(context.Background(), []string{"build", "-C", dir}, strings.NewReader(""), &stdout, &stderr), stderr.String())
	require.Contains(t, stdout.String(), "operations  7 of ")
	api, err := os.ReadFile(filepath.Join(dir, "generated", "ringcentral", "api.gen.go"))
	require.NoError(t, err)
	require.Contains(t, string(api), "func (c *Client) ListAnsweringRules(ctx context.Context, accountID ID, extensionID ID, opts ...CallOption)")
}

// An update does several things at once, on one document: the race detector of CI watches it. What it writes, a second
// one leaves as it is.
func TestUpdateAtOnce(t *testing.T) {
	dir := ours(t)
	text, err := os.ReadFile(filepath.Join("..", "diff", "testdata", "documents", "2018-02.yaml"))
	require.NoError(t, err)
	prose := strings.ReplaceAll(string(text), "\n      operationId:", "\n      description: What the pin does not keep.\n      operationId:")
	require.NotEqual(t, string(text), prose)
	document := filepath.Join(t.TempDir(), "vendor.yaml")
	require.NoError(t, os.WriteFile(document, []byte(prose), 0o644))
	var stdout, stderr bytes.Buffer
	args := []string{"update", "-C", dir, "--no-suite", document}
	require.Equal(t, exitFindings, run(context.Background(), args, strings.NewReader(""), &stdout, &stderr), stderr.String())
	require.Contains(t, stdout.String(), "spec/swagger-ring_basic.yaml written")
	made, err := os.ReadFile(filepath.Join(dir, "spec", "swagger-ring_basic.yaml"))
	require.NoError(t, err)
	stdout.Reset()
	require.Equal(t, exitClean, run(context.Background(), args, strings.NewReader(""), &stdout, &stderr), stderr.String())
	require.NotContains(t, stdout.String(), " written\n")
	again, err := os.ReadFile(filepath.Join(dir, "spec", "swagger-ring_basic.yaml"))
	require.NoError(t, err)
	require.Equal(t, string(made), string(again))
}

// Whatever an error holds, no line of it steers a terminal or a runner.
func TestErrorsArePrintable(t *testing.T) {
	const text = "openapi: \"x\\e[31m\\r\\n::error::y\\u2028\"\npaths: {}\n"
	for _, format := range []string{"text", "json"} {
		var out, problem strings.Builder
		require.Equal(t, exitFailed, run(t.Context(), []string{"errors", "-", "--format", format}, strings.NewReader(text), &out, &problem))
		require.Contains(t, problem.String(), `ringbasic: standard input:1:10: openapi x\x1b[31m\r\n::error::y\u2028 is not supported: `)
		require.Equal(t, 1, strings.Count(problem.String(), "\n"))
		require.NotContains(t, out.String(), "\x1b")
	}
}
