package runtime

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func createWith(t *testing.T, client *Client, options ...CallOption) (*thing, error) {
	t.Helper()
	r := newRequest(&testOperation, options)
	r.setPath("accountId", "~")
	return fetch[thing](t.Context(), client, r)
}

func TestCallOptions(t *testing.T) {
	client, last := echo(t, WithUserAgent("desk/1"))
	var response Response
	_, err := createWith(t, client, nil, WithHeader("X-Trace", "a b"), WithHeader("accept", "text/plain"), WithResponse(&response))
	require.NoError(t, err)
	require.Equal(t, "a b", last.header.Get("X-Trace"))
	require.Equal(t, "text/plain", last.header.Get("Accept"))
	require.Equal(t, "desk/1", last.header.Get("User-Agent"))
	require.Equal(t, 200, response.Status)
	require.Equal(t, "application/json", response.Header.Get("Content-Type"))

	for _, header := range [][2]string{{"", "x"}, {"a b", "x"}, {"a:", "x"}, {"a", "x\r\ny: z"}, {"a", "\x00"}} {
		last.method = ""
		_, err := createWith(t, client, WithHeader(header[0], header[1]))
		require.ErrorContains(t, err, "createThing: the header")
		require.NotContains(t, err.Error(), "z", "values may be secrets")
		require.Empty(t, last.method)
	}
}

// The response is told of errors, too; without one it is left alone.
func TestWithResponse(t *testing.T) {
	client := answer(t, 429, http.Header{"Rcrequestid": {"r-1"}, "X-Rate-Limit-Group": {"heavy"}, "X-Rate-Limit-Window": {"60"}}, "{}")
	var response Response
	_, err := createWith(t, client, WithResponse(&response))
	require.Error(t, err)
	require.Equal(t, 429, response.Status)
	require.Equal(t, "r-1", response.RequestID)
	require.Equal(t, RateLimit{Group: "heavy", Window: time.Minute}, response.RateLimit)

	require.Equal(t, 1, response.Attempts)

	client, err = NewClient("http://127.0.0.1:1")
	require.NoError(t, err)
	_, err = createWith(t, client, WithResponse(&response))
	require.Error(t, err)
	require.Zero(t, response)
}

// again sends each request n times.
type again int

func (n again) RoundTrip(r *http.Request) (*http.Response, error) {
	for range n - 1 {
		resp, err := http.DefaultTransport.RoundTrip(r.Clone(r.Context()))
		if err != nil {
			return nil, err
		}
		_ = resp.Body.Close()
	}
	return http.DefaultTransport.RoundTrip(r)
}

func TestAttempts(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/cut/things" {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"name":"a"}`)
	}))
	defer server.Close()
	read := func(base string) (Response, error) {
		client, err := NewClient(base, WithHTTPClient(&http.Client{Transport: again(3)}))
		require.NoError(t, err)
		var response Response
		r := newRequest(&Operation{ID: "readThing", Method: "GET", Path: "/things"}, []CallOption{WithResponse(&response)})
		_, err = fetch[thing](t.Context(), client, r)
		return response, err
	}
	response, err := read(server.URL)
	require.NoError(t, err)
	require.Equal(t, 3, response.Attempts)
	response, err = read(server.URL + "/cut")
	require.Error(t, err)
	require.GreaterOrEqual(t, response.Attempts, 1)
	require.Zero(t, response.Status)
}

func TestOperationID(t *testing.T) {
	var id string
	client, _ := echo(t, WithRequestEditor(func(r *http.Request) error { id = OperationID(r); return nil }))
	_, err := createWith(t, client)
	require.NoError(t, err)
	require.Equal(t, "createThing", id)
	require.Empty(t, OperationID(httptest.NewRequest("GET", "/", nil)))
}

func TestWithTimeout(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"na`)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
	defer server.Close()
	client, err := NewClient(server.URL)
	require.NoError(t, err)
	_, err = createWith(t, client, WithTimeout(20*time.Millisecond))
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestWithoutRetry(t *testing.T) {
	var may []bool
	client, _ := echo(t, WithRequestEditor(func(r *http.Request) error { may = append(may, MayRetry(r)); return nil }))
	_, err := createWith(t, client)
	require.NoError(t, err)
	_, err = createWith(t, client, WithoutRetry())
	require.NoError(t, err)
	require.Equal(t, []bool{true, false}, may)
}

// A Client that nobody made, and options that are nil, do not panic.
func TestZeroClient(t *testing.T) {
	for _, client := range []*Client{nil, {}} {
		_, err := createWith(t, client)
		require.EqualError(t, err, "createThing: the Client was not made by NewClient")
	}
	client, err := NewClient("https://host.example", nil, WithUserAgent("x"), nil)
	require.NoError(t, err)
	require.Equal(t, "x", client.userAgent)
}

func TestServers(t *testing.T) {
	for server, want := range map[string]string{
		"http://host.example":                        "plain http is for the own machine: use https",
		"http://10.0.0.1":                            "plain http is for the own machine: use https",
		"https://host.example:0":                     "port 0 is none: it must be 1 to 65535",
		"https://host.example:65536":                 "port 65536 is none",
		"https://host.example:123456789012345678901": "is none",
	} {
		_, err := NewClient(server)
		require.ErrorContains(t, err, want, server)
	}
	for _, server := range []string{"http://localhost:8080", "http://127.0.0.2", "http://[::1]:1", "https://host.example:65535"} {
		_, err := NewClient(server)
		require.NoError(t, err, server)
	}
	defaultServer = "https://first.example"
	defer func() { defaultServer = "" }()
	client, err := NewClient("")
	require.NoError(t, err)
	require.Equal(t, "https://first.example", client.server.String())
}

func TestDefaultUserAgent(t *testing.T) {
	client, last := echo(t)
	_, err := createWith(t, client)
	require.NoError(t, err)
	require.Regexp(t, `^ringbasic/ringbasic@\S+$`, last.header.Get("User-Agent"))
}

// A body that can be decoded and is no answer is an error: an error object, and an object without anything of the
// result.
func TestAnswersThatAreNone(t *testing.T) {
	for body, code := range map[string]ErrorCode{
		`{"errorCode":"CMN-101","message":"no","errors":[]}`:                                  "CMN-101",
		`{"name":"n","errorCode":"X","errors":[{"errorCode":"CMN-102","parameterName":"p"}]}`: "CMN-102",
		`{}`:             "",
		`{"unknown": 1}`: "",
		`{"name": null}`: "",
	} {
		_, err := createWith(t, answer(t, 200, jsonHeader(), body))
		var e *APIError
		require.ErrorAs(t, err, &e, body)
		require.Equal(t, 200, e.Status)
		require.Equal(t, code, e.Code)
		require.Equal(t, body, string(e.Body))
		require.ErrorContains(t, err, "not the documented response")
	}
	for _, body := range []string{`{"name":"n"}`, `{"name":"n","errorCode":""}`, `{"name":"n","text":"\"errorCode\""}`,
		`{"name":"n","inner":{"errorCode":"x"}}`} {
		_, err := createWith(t, answer(t, 200, jsonHeader(), body))
		require.NoError(t, err, body)
	}
	type optional struct {
		Color *string `json:"color,omitempty"`
	}
	r := newRequest(&testOperation, nil)
	r.setPath("accountId", "~")
	_, err := fetch[optional](t.Context(), answer(t, 200, jsonHeader(), `{}`), r)
	require.NoError(t, err, "nothing of it has to be there")
}

// An operation with a server of its own goes there, unless the client was made for another server than the
// description's.
func TestOwnServer(t *testing.T) {
	defaultServer = "https://first.example/api"
	defer func() { defaultServer = "" }()
	op := testOperation
	op.Server = "https://media.example/v1"
	for server, want := range map[string]string{
		"":                           "https://media.example/v1/v1/account/~/thing",
		"https://first.example/api/": "https://media.example/v1/v1/account/~/thing",
		"https://other.example":      "https://other.example/v1/account/~/thing",
	} {
		client, err := NewClient(server, WithRequestEditor(func(r *http.Request) error { return fmt.Errorf("to %s", r.URL) }))
		require.NoError(t, err)
		r := newRequest(&op, nil)
		r.setPath("accountId", "~")
		require.ErrorContains(t, call(t.Context(), client, r), "to "+want)
	}
}
