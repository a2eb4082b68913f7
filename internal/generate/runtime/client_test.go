package runtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// seen is what a server received.
type seen struct {
	method, uri, body string
	header            http.Header
	length            int64
	chunked           bool
}

// echo is a server that answers every request with a thing, and tells what it received.
func echo(t *testing.T, options ...Option) (*Client, *seen) {
	t.Helper()
	var last seen
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		last = seen{r.Method, r.RequestURI, string(body), r.Header, r.ContentLength, len(r.TransferEncoding) > 0}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"name":"n"}`)
	}))
	t.Cleanup(server.Close)
	client, err := NewClient(server.URL+"/base/", options...)
	require.NoError(t, err)
	return client, &last
}

func TestRequest(t *testing.T) {
	client, last := echo(t, WithUserAgent("desk-tools/1.4"),
		WithRequestEditor(func(r *http.Request) error { r.Header.Set("X-Edited", r.Header.Get("Accept")); return nil }))
	r := newRequest(&testOperation, nil)
	r.setPath("accountId", "~")
	r.addQuery("n", 12)
	r.addQuery("n", int64(1)<<40)
	r.addQuery("f", 1e6)
	r.addQuery("b", true)
	r.addQuery("id", ID("a b&c"))
	r.setHeader("X-Level", 1.5)
	r.setJSON(map[string]string{"html": "<a&b>"})
	result, err := fetch[thing](t.Context(), client, r)
	require.NoError(t, err)
	require.Equal(t, &thing{Name: "n"}, result)
	require.Equal(t, "POST", last.method)
	require.Equal(t, "/base/v1/account/~/thing?b=true&f=1000000&id=a+b%26c&n=12&n=1099511627776", last.uri)
	require.Equal(t, `{"html":"<a&b>"}`, last.body)
	require.Equal(t, int64(len(last.body)), last.length)
	require.Equal(t, "application/json", last.header.Get("Content-Type"))
	require.Equal(t, "application/json", last.header.Get("Accept"))
	require.Equal(t, "application/json", last.header.Get("X-Edited"))
	require.Equal(t, "desk-tools/1.4", last.header.Get("User-Agent"))
	require.Equal(t, "1.5", last.header.Get("X-Level"))
}

func TestPath(t *testing.T) {
	client, last := echo(t)
	for value, want := range map[any]string{
		"~":            "~",
		"a/b":          "a%2Fb",
		"a b":          "a%20b",
		"?#%":          "%3F%23%25",
		"{ruleId}":     "%7BruleId%7D",
		"%2e%2e":       "%252e%252e",
		"...":          "...",
		"größe":        "gr%C3%B6%C3%9Fe",
		"a\r\nb":       "a%0D%0Ab",
		ID("123"):      "123",
		int64(1 << 40): "1099511627776",
	} {
		r := newRequest(&testOperation, nil)
		r.setPath("accountId", value)
		require.NoError(t, call(t.Context(), client, r), "%v", value)
		require.Equal(t, "/base/v1/account/"+want+"/thing", last.uri)
	}
	r := newRequest(&testOperation, nil)
	setPathList(r, "accountId", []ID{"1", "a,b"})
	require.NoError(t, call(t.Context(), client, r))
	require.Equal(t, "/base/v1/account/1,a%2Cb/thing", last.uri)

	*last = seen{}
	for _, value := range []string{"", ".", ".."} {
		r := newRequest(&testOperation, nil)
		r.setPath("accountId", value)
		require.EqualError(t, call(t.Context(), client, r), fmt.Sprintf("createThing: accountId must not be %q", value))
	}
	r = newRequest(&testOperation, nil)
	setPathList(r, "accountId", []string{})
	require.EqualError(t, call(t.Context(), client, r), "createThing: accountId must not be an empty list")
	require.Equal(t, seen{}, *last, "nothing is sent")
}

func TestNewClient(t *testing.T) {
	for server, want := range map[string]string{
		"":                     `server URL "": want one like https://host, without user, query or fragment`,
		"platform.example":     `server URL "platform.example": want one like https://host, without user, query or fragment`,
		"ftp://host":           `server URL "ftp://host": want one like https://host, without user, query or fragment`,
		"https://":             `server URL "https:": want one like https://host, without user, query or fragment`,
		"https://host?a=b":     `server URL "https://host?a=b": want one like https://host, without user, query or fragment`,
		"https://host?":        `server URL "https://host?": want one like https://host, without user, query or fragment`,
		"https://me:word@h%zz": "the server URL is not a URL like https://host",
		"me:word@host":         "the server URL is not a URL like https://host",
		"https://host#f":       `server URL "https://host#f": want one like https://host, without user, query or fragment`,
		"https://me:word@host": `server URL "https://me:xxxxx@host": want one like https://host, without user, query or fragment`,
		"https://ho st":        "the server URL is not a URL like https://host",
	} {
		_, err := NewClient(server)
		require.EqualError(t, err, want)
	}
	_, err := NewClient("https://host", WithHTTPClient(nil))
	require.EqualError(t, err, "the HTTP client is nil")
	require.Nil(t, http.DefaultClient.CheckRedirect, "the default client is left alone")
}

// A redirect is an error and sends nothing anywhere; the caller's own policy is respected.
func TestRedirects(t *testing.T) {
	var followed atomic.Int32
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		followed.Add(1)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"name":"elsewhere"}`)
	}))
	defer target.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		_, err := create(t, answer(t, status, http.Header{"Location": {target.URL}}, ""))
		var e *APIError
		require.ErrorAs(t, err, &e)
		require.Equal(t, status, e.Status)
		require.Equal(t, target.URL, e.Header.Get("Location"))
	}
	require.Zero(t, followed.Load())

	server := httptest.NewServer(http.RedirectHandler(target.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	client, err := NewClient(server.URL, WithHTTPClient(&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return nil }}))
	require.NoError(t, err)
	result, err := create(t, client)
	require.NoError(t, err)
	require.Equal(t, "elsewhere", result.Name)
}

// A redirect to what is no URL is an error like any other response, whoever has the say about redirects, and so is one
// whose request could not be sent again.
func TestRedirectsToNowhere(t *testing.T) {
	policies := map[string]*http.Client{
		"ours":           {},
		"with a time":    {Timeout: time.Minute},
		"the caller's":   {CheckRedirect: func(*http.Request, []*http.Request) error { return nil }},
		"another reader": {Transport: roundTripper(http.DefaultTransport.RoundTrip)},
	}
	for name, policy := range policies {
		for _, location := range []string{"%zz", "http://[::1", "http://a b/", "https://host:port/", ":", "http://host/%"} {
			for _, status := range []int{301, 302, 303, 307, 308} {
				for method, body := range map[string]string{"GET": "", "POST": "some"} {
					var requests atomic.Int32
					server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
						requests.Add(1)
						w.Header()["Location"] = []string{location, "second"}
						w.WriteHeader(status)
						_, _ = w.Write([]byte(`{"errorCode":"A-1","message":"moved"}`))
					}))
					client, err := NewClient(server.URL, WithHTTPClient(policy))
					require.NoError(t, err)
					op := Operation{ID: "moveThing", Method: method, Path: "/x"}
					var told Response
					r := newRequest(&op, []CallOption{WithResponse(&told)})
					if body != "" {
						r.setBytes("text/plain", []byte(body))
					}
					_, err = fetch[thing](t.Context(), client, r, 200)
					server.Close()
					var e *APIError
					require.ErrorAs(t, err, &e, "%s %s %d", name, location, status)
					require.Equal(t, status, e.Status)
					require.Equal(t, []string{location, "second"}, e.Header["Location"])
					require.Equal(t, e.Header, told.Header)
					require.Equal(t, ErrorCode("A-1"), e.Code)
					require.EqualValues(t, 1, requests.Load())
				}
			}
		}
	}
	require.Nil(t, policies["ours"].Transport, "the caller's client is left alone")

	client := answer(t, 307, http.Header{"Location": {"/there"}}, "")
	r := newRequest(&testOperation, nil)
	r.setPath("accountId", "~")
	opened := 0
	r.setBytes("text/plain", []byte("some"))
	r.body.open = func(context.Context) (io.ReadCloser, error) {
		if opened++; opened > 1 {
			return nil, errors.New("only once")
		}
		return io.NopCloser(strings.NewReader("some")), nil
	}
	var e *APIError
	require.ErrorAs(t, call(t.Context(), client, r), &e)
	require.Equal(t, 307, e.Status)
	require.Equal(t, "/there", e.Header.Get("Location"))
}

// A transport's response is the transport's: two calls may get the same.
func TestRedirectsLeaveTheResponse(t *testing.T) {
	same := &http.Response{StatusCode: 302, Header: http.Header{"Location": {"%zz"}}, Body: http.NoBody}
	client, err := NewClient("https://host", WithHTTPClient(&http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
		return same, nil
	})}))
	require.NoError(t, err)
	for range 2 {
		_, err = create(t, client)
		var e *APIError
		require.ErrorAs(t, err, &e)
		require.Equal(t, "%zz", e.Header.Get("Location"))
	}
	require.Nil(t, same.Request)
}

// Errors name the operation, and hold neither query nor body of the request.
func TestFailures(t *testing.T) {
	client, last := echo(t, WithRequestEditor(func(*http.Request) error { return errors.New("no token") }))
	_, err := create(t, client)
	require.EqualError(t, err, "createThing: no token")
	require.Empty(t, last.method)

	r := newRequest(&testOperation, nil)
	r.setPath("accountId", "~")
	r.setJSON(func() {})
	require.EqualError(t, call(t.Context(), client, r), "createThing: encode body: json: unsupported type: func()")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	client, _ = echo(t)
	r = newRequest(&testOperation, nil)
	r.setPath("accountId", "~")
	r.addQuery("phone", "+12025550123")
	err = call(ctx, client, r)
	require.ErrorIs(t, err, context.Canceled)
	require.NotContains(t, err.Error(), "2025550123")
	var failed *url.Error
	require.ErrorAs(t, err, &failed)
	require.True(t, strings.HasSuffix(failed.URL, "/base/v1/account/~/thing"), failed.URL)
}

// A connection can be used again after errors, unless there is more to read than is kept.
func TestConnectionsAreReused(t *testing.T) {
	var connections atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprint(w, strings.Repeat("x", 60<<10))
	}))
	transport := &http.Transport{}
	server.Start()
	defer server.Close()
	defer transport.CloseIdleConnections()
	client, err := NewClient(server.URL, WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		return transport.RoundTrip(r.WithContext(traceNew(r.Context(), &connections)))
	})}))
	require.NoError(t, err)
	for range 5 {
		_, err := create(t, client)
		require.Error(t, err)
	}
	require.Equal(t, int32(1), connections.Load())
}

// What a transport needs to know of a request is in its context.
func TestOperationOf(t *testing.T) {
	var op Operation
	var group string
	client, _ := echo(t, WithRequestEditor(func(r *http.Request) error {
		op, _ = OperationOf(r)
		group = ThrottlingGroup(r.Clone(r.Context()))
		return nil
	}))
	_, err := create(t, client)
	require.NoError(t, err)
	require.Equal(t, testOperation, op)
	require.Equal(t, "Heavy", group)

	other, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://host", nil)
	require.NoError(t, err)
	_, ok := OperationOf(other)
	require.False(t, ok)
	require.Empty(t, ThrottlingGroup(other))
}

func TestCall(t *testing.T) {
	do := func(c *Client, success ...int) error {
		r := newRequest(&testOperation, nil)
		r.setPath("accountId", "~")
		return call(t.Context(), c, r, success...)
	}
	require.NoError(t, do(answer(t, 204, nil, ""), 204))
	require.NoError(t, do(answer(t, 202, nil, "whatever")))
	require.EqualError(t, do(answer(t, 200, nil, ""), 204), "createThing: 200 OK (undocumented)")
	require.EqualError(t, do(answer(t, 404, jsonHeader(), `{"errorCode":"CMN-102","message":"gone"}`), 204), "createThing: 404 Not Found: CMN-102: gone")
}

// A template is filled in at once: what stands for one parameter is not taken for another.
func TestPathParameters(t *testing.T) {
	r := newRequest(&Operation{ID: "x", Path: "/a/{one}/{two}/{one}/end{three}"}, nil)
	r.setPathText("one", "{two}")
	r.setPath("two", 2.5)
	setPathList(r, "three", []string{"a,b", "c"})
	require.NoError(t, r.err)
	require.Equal(t, "/base/a/%7Btwo%7D/2.5/%7Btwo%7D/enda%2Cb,c", r.appendPath("/base"))
}

// A value in the query that may be an object is written in its style; members are in the order of their names, numbers
// as they are, and null is nothing.
func TestAddQueryObject(t *testing.T) {
	t.Parallel()
	value := map[string]any{"b": json.Number("1e400"), "a": "x", "n": nil, "l": []any{true, map[string]any{"c": 1}}}
	for style, want := range map[string]string{
		"deepObject": "v[a]=x v[b]=1e400 v[l]=true v[l][1][c]=1",
		"exploded":   "a=x b=1e400 l=true l[1][c]=1",
		"JSON":       `v={"a":"x","b":1e400,"l":[true,{"c":1}],"n":null}`,
	} {
		r := newRequest(&testOperation, nil)
		r.addQueryObject("v", value, style)
		var got []string
		for _, name := range slices.Sorted(maps.Keys(r.query)) {
			for _, v := range r.query[name] {
				got = append(got, name+"="+v)
			}
		}
		require.NoError(t, r.err)
		require.Equal(t, want, strings.Join(got, " "), style)
	}
	for _, nothing := range []any{nil, map[string]string{}, (*int)(nil)} {
		r := newRequest(&testOperation, nil)
		r.addQueryObject("v", nothing, ",")
		require.NoError(t, r.err)
		require.Empty(t, r.query)
		require.Empty(t, r.lists)
	}
	r := newRequest(&testOperation, nil)
	r.addQueryObject("v", map[string]any{"a": make(chan int)}, "deepObject")
	require.ErrorContains(t, r.err, "encode parameter v: ")
}
