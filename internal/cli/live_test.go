package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/live"
	"github.com/ringbasic/ringbasic/internal/project"
)

const liveRecording = `# source: documentation
# document: a test
# date: 2026-11-24

GET {{server}}/restapi/v1.0/account/~/call-recording/custom-greetings
Accept: application/json
Authorization: Bearer {{token}}
###
HTTP/1.1 200 OK
Content-Type: application/json

{"records": []}
`

// liveProject is a project with one recording, and an account on a server that gives the answer.
func liveProject(t *testing.T, status int, answer string) (dir, file string) {
	t.Helper()
	dir = ours(t)
	file = filepath.Join(dir, filepath.FromSlash(project.RecordingsDir), "listCallRecordingCustomGreetings", "200-none.http")
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(liveRecording), 0o644))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/restapi/oauth/token":
			fmt.Fprint(w, `{"access_token":"U0pDMTFQMDFQQVMwMHxB","token_type":"bearer","expires_in":3600}`)
		case "/restapi/v1.0":
			fmt.Fprint(w, `{"versionString":"1.0.58"}`)
		default:
			w.WriteHeader(status)
			fmt.Fprint(w, answer)
		}
	}))
	t.Cleanup(server.Close)
	t.Setenv("RINGCENTRAL_SERVER", server.URL)
	t.Setenv("RINGCENTRAL_CLIENT_ID", "client-id")
	t.Setenv("RINGCENTRAL_CLIENT_SECRET", "client-secret")
	t.Setenv("RINGCENTRAL_JWT", "client-assertion")
	t.Setenv("RINGCENTRAL_IDS", "")
	return dir, file
}

func runLive(t *testing.T, dir string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(context.Background(), append([]string{"live", "-C", dir}, args...), strings.NewReader(""), &out, &err)
	return code, out.String(), err.String()
}

func TestLive(t *testing.T) {
	dir, file := liveProject(t, 200, `{"records":[]}`)
	code, stdout, stderr := runLive(t, dir)
	require.Equal(t, exitClean, code, stderr)
	require.Contains(t, stdout, ": 1 pass, 0 differ, 0 failed, 0 skipped\n")
	require.Equal(t, "1/1 listCallRecordingCustomGreetings/200-none: 200\n", stderr)

	code, stdout, _ = runLive(t, dir, "--format", "json")
	require.Equal(t, exitClean, code)
	var report live.Report
	require.NoError(t, json.Unmarshal([]byte(stdout), &report))
	require.Equal(t, map[live.Outcome]int{live.Pass: 1}, report.Count)
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, liveRecording, string(data))

	code, stdout, _ = runLive(t, dir, "--record")
	require.Equal(t, exitClean, code)
	require.Contains(t, stdout, "recorded:\n  listCallRecordingCustomGreetings/200-none: rewritten\n")
	data, err = os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(data), "# source: live\n")
	require.Contains(t, string(data), "# api-version: 1.0.58\n")
}

func TestLiveFindings(t *testing.T) {
	dir, _ := liveProject(t, 404, `{"errorCode":"CMN-102","message":"Resource for parameter [accountId] is not found"}`)
	for _, format := range []string{"text", "json"} {
		code, stdout, stderr := runLive(t, dir, "--format", format)
		require.Equal(t, exitFindings, code)
		require.Contains(t, stdout, "status 404, recorded is 200: CMN-102")
		require.NotContains(t, stderr, "ringbasic:")
	}
}

// What an answer shows beside the document is told as traffic tells it, in every format.
func TestLiveTraffic(t *testing.T) {
	dir, _ := liveProject(t, 200, `{"records":[],"surprise":"Jane Doe"}`)
	const finding = "surprise"
	for format, want := range map[string]string{
		"text":     "seen-member",
		"json":     `"id": "seen-member"`,
		"markdown": "seen-member",
		"sarif":    `"ruleId": "seen-member"`,
		"junit":    "<testsuite",
		"github":   "::",
		"html":     "<html",
	} {
		file := filepath.Join(t.TempDir(), "live.json")
		code, stdout, stderr := runLive(t, dir, "--format", format, "--verbose", "--report", "json="+file)
		require.Equal(t, exitFindings, code, stderr) // the recording does not have it
		require.Contains(t, stdout, want, format)
		require.Contains(t, stdout, finding, format)
		require.NotContains(t, stdout, "Jane", format)
		written, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Contains(t, string(written), `"id": "seen-member"`)
	}

	// --fail-on counts where no recording differs: the empty list hides what is in it from the comparison of shapes.
	dir, _ = liveProject(t, 200, `{"records":[{"id":"1","odd":true}]}`)
	code, stdout, _ := runLive(t, dir)
	require.Equal(t, exitClean, code, stdout)
	require.Contains(t, stdout, ": 1 pass, 0 differ")
	code, stdout, _ = runLive(t, dir, "--fail-on", "any", "-v")
	require.Equal(t, exitFindings, code, stdout)
	require.Contains(t, stdout, "records[].odd: boolean, not documented")
	code, _, stderr := runLive(t, dir, "--fail-on", "never")
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "--fail-on never: it must be one of")
	code, _, stderr = runLive(t, dir, "--report", "html")
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "--report html: write FORMAT=FILE")
}

// Whoever cannot get in is told so once, by JSON too, and nothing is written.
func TestLiveFailure(t *testing.T) {
	dir, file := liveProject(t, 401, `{"errorCode":"OAU-128","message":"Access token expired"}`)
	const want = `listCallRecordingCustomGreetings/200-none: status 401 OAU-128 "Access token expired": the account does not let this application ` +
		`in: nothing more was sent`
	code, stdout, stderr := runLive(t, dir, "--record")
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "ringbasic: "+want)
	require.Contains(t, stdout, "1 differ")
	code, stdout, _ = runLive(t, dir, "--format", "json")
	require.Equal(t, exitFailed, code)
	var failure map[string]string
	require.NoError(t, json.Unmarshal([]byte(stdout), &failure))
	require.Equal(t, map[string]string{"error": want}, failure)
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, liveRecording, string(data))
	t.Setenv("RINGCENTRAL_JWT", "")
	code, _, stderr = runLive(t, dir)
	require.Equal(t, exitFailed, code)
	require.Equal(t, "ringbasic: not set: RINGCENTRAL_JWT: they are the credentials of an application with JWT authentication\n", stderr)
}

func TestLiveUsage(t *testing.T) {
	dir, _ := liveProject(t, 200, `{}`)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--allow-writes"}, "writes need an account that is named: give its id with --account"},
		{[]string{"--allow-writes", "--account", "~"}, `account "~" is not the id of an account`},
		{[]string{"--only", "nothing"}, `the pattern "nothing" matches no recording`},
		{[]string{"--id", "1003"}, "1003 must be formatted as key=value"},
		{[]string{"--format", "xml"}, "--format xml: it must be one of text, markdown, json"},
		{[]string{"extra"}, "accepts 0 arg(s), received 1"},
	} {
		code, stdout, stderr := runLive(t, dir, c.args...)
		require.Equal(t, exitUsage, code, c.args)
		require.Contains(t, stderr, c.want)
		require.Contains(t, stderr, `See "ringbasic live --help".`)
		require.Empty(t, stdout)
	}
}
