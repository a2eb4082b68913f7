package cli

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// serving runs the command, and gives its address, a function that sends a request, and one that stops it and returns
// what it has printed.
func serving(t *testing.T, args ...string) (send func(method, path, body string, header ...string) (int, string), stop func() string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...), strings.NewReader(""), w, io.Discard)
		w.Close()
	}()
	lines := bufio.NewReader(r)
	first, err := lines.ReadString('\n')
	require.NoError(t, err)
	url, ok := strings.CutPrefix(strings.TrimSpace(first), "listening on ")
	require.True(t, ok)
	var printed strings.Builder
	rest := make(chan struct{})
	go func() { defer close(rest); _, _ = io.Copy(&printed, lines) }()
	send = func(method, path, body string, header ...string) (int, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, url+path, strings.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/json")
		for i := 0; i < len(header); i += 2 {
			req.Header.Set(header[i], header[i+1])
		}
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		defer resp.Body.Close()
		data, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp.StatusCode, string(data)
	}
	return send, func() string {
		cancel()
		require.Equal(t, exitClean, <-done)
		<-rest
		return printed.String()
	}
}

func TestServe(t *testing.T) {
	t.Parallel()
	send, stop := serving(t)
	const greeting = "/restapi/v1.0/account/~/extension/~/greeting/400130004711"
	status, _ := send("POST", "/restapi/oauth/token", "grant_type=x&assertion=secretsecretsecret")
	require.Equal(t, 200, status)
	status, body := send("GET", greeting, "", "Authorization", "Bearer tokentokentoken")
	require.Equal(t, 200, status)
	require.Contains(t, body, `"id": "400130004711"`)
	status, body = send("GET", greeting, "", "Prefer", "code=CMN-102")
	require.Equal(t, 404, status)
	require.Contains(t, body, "CMN-102")
	status, body = send("POST", "/restapi/v1.0/account/~/extension/~/answering-rule", `{"type":"Custom","name":"<script>","phone":"+4930123456789"}`)
	require.Equal(t, 400, status)
	require.Contains(t, body, "phone: is not documented")
	status, _ = send("GET", "/<script>alert(1)</script>", "")
	require.Equal(t, 404, status)
	status, page := send("GET", "/", "")
	require.Equal(t, 200, status)
	require.Contains(t, page, "<h3>createAnsweringRule</h3>")
	require.Contains(t, page, "400 AWR-111")
	require.NotContains(t, page, "<script>")

	log := stop()
	require.Regexp(t, `(?s)^POST /restapi/oauth/token 200 \d+ ms\nGET /restapi/v1.0/account/~/extension/~/greeting/1001 200 \d+ ms\n`+
		`GET /restapi/v1.0/account/~/extension/~/greeting/1001 404 \d+ ms CMN-102 Resource for parameter \[greetingId\] is not found\n`+
		`POST /restapi/v1.0/account/~/extension/~/answering-rule 400 \d+ ms CMN-101 Parameter value is invalid: phone: is not documented\n`+
		`GET /%3Cscript%3Ealert%281%29%3C/script%3E 404 \d+ ms CMN-120 Invalid URI\nstopped\n$`, log)
	for _, secret := range []string{"secretsecret", "tokentoken", "4711", "4930123456789"} {
		require.NotContains(t, log+page, secret)
	}
}

func TestServeAnything(t *testing.T) {
	t.Parallel()
	send, stop := serving(t, "--accept-anything")
	status, _ := send("POST", "/restapi/v1.0/account/~/extension/~/answering-rule", `{"any":"thing"}`)
	require.Equal(t, 200, status)
	require.Contains(t, stop(), " 200 ")
}

func TestServeRefuses(t *testing.T) {
	t.Parallel()
	var out, problem strings.Builder
	require.Equal(t, exitUsage, run(t.Context(), []string{"serve", "--addr", "nowhere"}, strings.NewReader(""), &out, &problem))
	require.Contains(t, problem.String(), "--addr nowhere: it must be host:port, such as 127.0.0.1:4010")
	problem.Reset()
	require.Equal(t, exitFailed, run(t.Context(), []string{"serve", "--addr", "256.0.0.1:1"}, strings.NewReader(""), &out, &problem))
	require.Contains(t, problem.String(), "256.0.0.1")
}
