package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/document"
)

const spec = "swagger: '2.0'\ninfo: {title: T, version: '1'}\npaths: {}\n"

// host plays whoever publishes the document.
type host struct {
	*httptest.Server
	opt   Options
	mu    sync.Mutex
	asked []*http.Request
	waits []time.Duration
	notes []string
}

func newHost(t *testing.T, answer http.HandlerFunc) *host {
	t.Helper()
	h := &host{}
	h.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.asked = append(h.asked, r)
		h.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(h.Close)
	h.Config.ErrorLog = nil
	h.opt = Options{
		CacheDir: filepath.Join(t.TempDir(), "cache"),
		RootCAs:  roots(h.Server),
		Notify:   func(line string) { h.notes = append(h.notes, strings.ReplaceAll(line, h.URL, "HOST")) },
		sleep: func(_ context.Context, d time.Duration) error {
			h.waits = append(h.waits, d)
			return nil
		},
	}
	return h
}

func roots(s *httptest.Server) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return pool
}

// get fetches and gives the error with HOST in place of scheme, address and port.
func (h *host) get(t *testing.T, path string) (string, string) {
	t.Helper()
	data, _, err := Source(t.Context(), h.URL+path, nil, h.opt)
	if err != nil {
		require.Nil(t, data)
		return "", strings.ReplaceAll(err.Error(), h.URL, "HOST")
	}
	return string(data), ""
}

func text(s string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, s) }
}

func status(code int, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
	}
}

func zipped(t *testing.T, s string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, s)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.String()
}

func TestSourceName(t *testing.T) {
	require.Equal(t, "spec.yaml", SourceName("/home/somebody/spec.yaml"))
	require.Equal(t, "https://example.com/spec.yaml?v=1&token=redacted", SourceName("https://user:secret@example.com/spec.yaml?v=1&token=x"))
	for _, key := range []string{"jwt", "pass", "code", "bearer", "%74oken", "to%6ben", "a%zz", "JWT", "id_token", "X-Amz-Credential", "pwd"} {
		require.Equal(t, "https://example.com/?"+key+"=redacted&v=1",
			show(&url.URL{Scheme: "https", Host: "example.com", Path: "/", RawQuery: key + "=abc&v=1"}), key)
	}
	for _, key := range []string{"v", "version", "format", "ref", "path", "lang"} {
		require.Equal(t, "https://example.com/?"+key+"=abc", show(&url.URL{Scheme: "https", Host: "example.com", Path: "/", RawQuery: key + "=abc"}), key)
	}
}

func TestFileAndStandardInput(t *testing.T) {
	file := filepath.Join(t.TempDir(), "spec.yaml")
	require.NoError(t, os.WriteFile(file, []byte(spec), 0o600))
	data, display, err := Source(t.Context(), file, nil, Options{})
	require.NoError(t, err)
	require.Equal(t, spec, string(data))
	require.Equal(t, file, display)

	data, display, err = Source(t.Context(), "-", strings.NewReader(spec), Options{})
	require.NoError(t, err)
	require.Equal(t, spec, string(data))
	require.Equal(t, "standard input", display)

	_, _, err = Source(t.Context(), "no/such/file.yaml", nil, Options{})
	require.EqualError(t, err, "open no/such/file.yaml: no such file or directory")

	_, _, err = Source(t.Context(), "-", io.MultiReader(bytes.NewReader(make([]byte, document.MaxSize)), strings.NewReader("x")), Options{})
	require.EqualError(t, err, "standard input: larger than 64 MiB: is this the right file?")
}

func TestStandardInputThatNeverEndsCanBeInterrupted(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := Source(ctx, "-", r, Options{})
	require.ErrorIs(t, err, context.Canceled)
	require.EqualError(t, err, "standard input: context canceled")
}

func TestRefusedURLs(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"http://example.com/a.yaml":                "http://example.com/a.yaml: only https is fetched: write https://, or download it and give the file",
		"HTTP://user:pw@example.com/a.yaml":        "http://example.com/a.yaml: only https is fetched: write https://, or download it and give the file",
		"ftp://example.com/a.yaml":                 "ftp://example.com/a.yaml: only https is fetched: give an https URL or the path of a file",
		"file:///etc/spec.yaml":                    "file:///etc/spec.yaml: only https is fetched: give an https URL or the path of a file",
		"https:///spec.yaml":                       "https:///spec.yaml: the URL names no host",
		"https://:443/spec.yaml":                   "https://:443/spec.yaml: the URL names no host",
		"https://user:hunter2/x@example.com/a.yml": "https URL: not a valid URL: does a character have to be percent-encoded?",
		"https://example.com/%zz":                  "https URL: not a valid URL: does a character have to be percent-encoded?",
	} {
		_, _, err := Source(t.Context(), name, nil, Options{NoCache: true})
		require.EqualError(t, err, want, name)
	}
}

func TestPlainFetch(t *testing.T) {
	t.Parallel()
	h := newHost(t, text(spec))
	data, display, err := Source(t.Context(), h.URL+"/s.yml?v=20180816&api_key=k1&X-Amz-Signature=s1#part", nil, h.opt)
	require.NoError(t, err)
	require.Equal(t, spec, string(data))
	require.Equal(t, h.URL+"/s.yml?v=20180816&api_key=redacted&X-Amz-Signature=redacted", display)
	require.Len(t, h.asked, 1)
	r := h.asked[0]
	require.Equal(t, "GET /s.yml?v=20180816&api_key=k1&X-Amz-Signature=s1", r.Method+" "+r.RequestURI)
	require.Equal(t, "ringbasic (+https://github.com/ringbasic/ringbasic)", r.UserAgent())
	require.Empty(t, h.waits)
	require.NoDirExists(t, h.opt.CacheDir) // nothing to ask with the next time
}

func TestContents(t *testing.T) {
	t.Parallel()
	large := zipped(t, strings.Repeat(" ", 1<<20))
	largest := spec + strings.Repeat("#", document.MaxSize-len(spec))
	for _, c := range []struct {
		name     string
		answer   http.HandlerFunc
		want     string // the document
		problem  string // or the message
		attempts int
	}{
		{"gzip", func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Accept-Encoding") != "gzip" {
				w.WriteHeader(http.StatusNotAcceptable)
				return
			}
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, zipped(t, spec))
		}, spec, "", 1},
		{"a document called HTML", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, spec)
		}, spec, "", 1},
		{"login page", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "\ufeff\n<!DOCTYPE html><html><head><title lang=en>\n Sign in\x1b[31m</title>")
		}, "", `HOST/s: HTML or XML ("Sign in\x1b[31m"), not an API description: a login or error page?`, 1},
		{"page without title", text("<p>hello"), "", `HOST/s: HTML or XML, not an API description: a login or error page?`, 1},
		{"page in gzip", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, zipped(t, "<html>"))
		}, "", `HOST/s: HTML or XML, not an API description: a login or error page?`, 1},
		{"empty", text(""), "", "HOST/s: the answer is empty", 1},
		{"no gzip", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, spec)
		}, "", "HOST/s: the answer claims to be gzip and is not", 1},
		{"half a gzip", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := zipped(t, spec)
			_, _ = io.WriteString(w, z[:len(z)-9])
		}, "", "HOST/s: cannot be fetched, 4 tries: the answer's gzip is damaged: unexpected EOF: without a connection, download it elsewhere and give the file", 4},
		{"another encoding", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			_, _ = io.WriteString(w, "x")
		}, "", `HOST/s: the answer is encoded as "br", which was not asked for`, 1},
		{"announced too large", status(200, "Content-Length", fmt.Sprint(document.MaxSize+1)), "", "HOST/s: larger than 64 MiB: is this the right document?",
			1},
		{"announced as large as it may be, and so large", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(document.MaxSize))
			_, _ = io.WriteString(w, largest)
		}, largest, "", 1},
		{"too large", func(w http.ResponseWriter, _ *http.Request) {
			for block := make([]byte, 1<<20); ; {
				if _, err := w.Write(block); err != nil {
					return // whoever reads had enough
				}
			}
		}, "", "HOST/s: larger than 64 MiB: is this the right document?", 1},
		{"too large when unpacked", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, strings.Repeat(large, document.MaxSize>>20)+zipped(t, "x"))
		}, "", "HOST/s: larger than 64 MiB: is this the right document?", 1},
		{"truncated", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, spec)
		}, "", fmt.Sprintf("HOST/s: cannot be fetched, 4 tries: the download broke off after %d of 1000 bytes: unexpected EOF: without a connection, "+
			"download it elsewhere and give the file", len(spec)), 4},
		{"truncated chunks", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, spec)
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, "", fmt.Sprintf("HOST/s: cannot be fetched, 4 tries: the download broke off after %d bytes: unexpected EOF: without a connection, download it "+
			"elsewhere and give the file", len(spec)), 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t, c.answer)
			got, problem := h.get(t, "/s")
			require.Equal(t, c.problem, problem)
			require.True(t, c.want == got, "%d bytes instead of %d", len(got), len(c.want)) // a difference of 64 MiB is not for people
			require.Len(t, h.asked, c.attempts)
		})
	}
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	const later = ", 4 tries: try again later, or give a file"
	const unavailable = "HOST/s: status 503 Service Unavailable, and it asks to wait "
	const forEver = ", and it asks to wait 2562047h47m16s: try again later, or give a file"
	backoff := []time.Duration{1 * time.Second, 2 * time.Second, 4 * time.Second}
	for _, c := range []struct {
		status  int
		headers []string
		problem string
		waits   []time.Duration
	}{
		{404, nil, "HOST/s: status 404 Not Found: is the URL right?", nil},
		{204, nil, "HOST/s: status 204 No Content: is the URL right?", nil},
		{304, nil, "HOST/s: status 304 Not Modified: is the URL right?", nil},
		{308, nil, "HOST/s: status 308 Permanent Redirect: is the URL right?", nil}, // to nowhere
		{799, nil, "HOST/s: status 799" + later, backoff},
		{401, nil, "HOST/s: status 401 Unauthorized: does it need a login? download it and give the file", nil},
		{403, nil, "HOST/s: status 403 Forbidden: does it need a login? download it and give the file", nil},
		{500, nil, "HOST/s: status 500 Internal Server Error" + later, backoff},
		{503, []string{"Retry-After", "7"}, "HOST/s: status 503 Service Unavailable" + later, []time.Duration{7e9, 7e9, 7e9}},
		{429, []string{"Retry-After", "Tue, 24 Nov 2026 10:00:09 GMT", "Date", "Tue, 24 Nov 2026 10:00:00 GMT"}, "HOST/s: status 429 Too Many Requests" + later,
			[]time.Duration{9e9, 9e9, 9e9}},
		{429, []string{"Retry-After", "Mon, 23 Nov 2026 10:00:00 GMT", "Date", "Tue, 24 Nov 2026 10:00:00 GMT"}, "HOST/s: status 429 Too Many Requests" + later,
			backoff},
		{429, []string{"Retry-After", "-5"}, "HOST/s: status 429 Too Many Requests" + later, backoff},
		{429, []string{"Retry-After", "60"}, "HOST/s: status 429 Too Many Requests" + later, []time.Duration{60e9, 60e9, 60e9}},
		{429, []string{"Retry-After", "61"}, "HOST/s: status 429 Too Many Requests, and it asks to wait 1m1s: try again later, or give a file", nil},
		{503, []string{"Retry-After", "2147483647"}, unavailable + "596523h14m7s: try again later, or give a file", nil},
		{503, []string{"Retry-After", "2147483648"}, unavailable + "596523h14m8s: try again later, or give a file", nil},
		{429, []string{"Retry-After", "9223372036"}, "HOST/s: status 429 Too Many Requests" + forEver, nil},
		{429, []string{"Retry-After", "9223372037"}, "HOST/s: status 429 Too Many Requests" + forEver, nil},
		{503, []string{"Retry-After", "99999999999"}, "HOST/s: status 503 Service Unavailable" + forEver, nil},
		{429, []string{"Retry-After", "99999999999999999999"}, "HOST/s: status 429 Too Many Requests" + forEver, nil},
		{429, []string{"Retry-After", strings.Repeat("9", 100)}, "HOST/s: status 429 Too Many Requests" + forEver, nil},
		{429, []string{"Retry-After", "0000000000000000000000000059"}, "HOST/s: status 429 Too Many Requests" + later, []time.Duration{59e9, 59e9, 59e9}},
		{429, []string{"Retry-After", "0"}, "HOST/s: status 429 Too Many Requests" + later, backoff},
		{429, []string{"Retry-After", "+61"}, "HOST/s: status 429 Too Many Requests" + later, backoff},
		{429, []string{"Retry-After", "1e9"}, "HOST/s: status 429 Too Many Requests" + later, backoff},
	} {
		t.Run(fmt.Sprint(c.status, c.headers), func(t *testing.T) {
			t.Parallel()
			h := newHost(t, status(c.status, c.headers...))
			_, problem := h.get(t, "/s")
			require.Equal(t, c.problem, problem)
			require.Equal(t, c.waits, h.waits)
			require.Len(t, h.asked, len(c.waits)+1)
		})
	}
}

func TestRecovery(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	h := newHost(t, func(w http.ResponseWriter, _ *http.Request) {
		switch n.Add(1) {
		case 1:
			panic(http.ErrAbortHandler)
		case 2:
			w.WriteHeader(http.StatusBadGateway)
		default:
			_, _ = io.WriteString(w, spec)
		}
	})
	got, problem := h.get(t, "/s")
	require.Empty(t, problem)
	require.Equal(t, spec, got)
	require.Equal(t, []time.Duration{1e9, 2e9}, h.waits)
	require.Equal(t, []string{"HOST/s: EOF: trying again in 1s", "HOST/s: status 502 Bad Gateway: trying again in 2s"}, h.notes)
}

// A redirect that leads nowhere is no fault of the network, which may be gone the next time; what is told of it has an
// end.
func TestRedirectsToNowhere(t *testing.T) {
	t.Parallel()
	long := "https://127.0.0.1:1/" + strings.Repeat("a", 200_000)
	for location, want := range map[string]string{
		"https:///x":                   "HOST/s: redirected to a URL without a host",
		"https:x":                      "HOST/s: redirected to a URL without a host",
		"https://:443/x":               "HOST/s: redirected to a URL without a host",
		"https://127.0.0.1:99999/x":    "HOST/s: redirected to port 99999, which is none: it must be 1 to 65535",
		"https://127.0.0.1:65536/x":    "HOST/s: redirected to port 65536, which is none: it must be 1 to 65535",
		"https://127.0.0.1:0/x":        "HOST/s: redirected to port 0, which is none: it must be 1 to 65535",
		"https://a:" + long[20:] + "/": "HOST/s: redirected to what is no URL",
		"https://a:" + strings.Repeat("1", 5000) + "/": "HOST/s: redirected to port " + strings.Repeat("1", 20) +
			"…, which is none: it must be 1 to 65535",
		"http" + long[5:]: "HOST/s (redirected to http" + long[5:maxLanded+1] + "…): only https is fetched, and so this redirect is not followed",
		"http://127.0.0.1:1/" + strings.Repeat("ä", 200): "HOST/s (redirected to http://127.0.0.1:1/" + strings.Repeat("%C3%A4", 200)[:maxLanded-19] +
			"…): only https is fetched, and so this redirect is not followed",
	} {
		h := newHost(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", location)
			w.WriteHeader(http.StatusFound)
		})
		_, problem := h.get(t, "/s")
		require.Equal(t, want, problem)
		require.Len(t, h.asked, 1)
		require.Empty(t, h.waits)
	}
	for _, port := range []string{"0", "65536", "99999"} {
		_, _, err := Source(t.Context(), "https://a.example:"+port+"/x", nil, Options{NoCache: true})
		require.EqualError(t, err, "https://a.example:"+port+"/x: port "+port+" is none: it must be 1 to 65535")
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	other := newHost(t, text(spec))
	h := newHost(t, func(w http.ResponseWriter, r *http.Request) {
		to := map[string]string{
			"/relative": "/spec",
			"/other":    other.URL + "/elsewhere?token=t1",
			"/http":     "http://user:pw@127.0.0.1:1/spec?token=t1",
			"/file":     "file:///etc/passwd",
			"/loop":     "/loop",
			"/mess":     "https://user:pw@h h/",
			"/5":        "/4", "/4": "/3", "/3": "/2", "/2": "/1", "/1": "/spec", "/6": "/5",
			"/login": "/page",
		}[r.URL.Path]
		switch {
		case to != "":
			http.Redirect(w, r, to, http.StatusFound)
		case r.URL.Path == "/page":
			_, _ = io.WriteString(w, "<html><title>Sign in</title>")
		default:
			_, _ = io.WriteString(w, spec)
		}
	})
	h.opt.RootCAs.AddCert(other.Certificate())
	for path, want := range map[string]string{
		"/relative": "",
		"/5":        "",
		"/6":        "HOST/6 (redirected to HOST/1): more than 5 redirects",
		"/loop":     "HOST/loop (redirected to HOST/loop): more than 5 redirects",
		"/http":     "HOST/http (redirected to http://127.0.0.1:1/spec?token=redacted): only https is fetched, and so this redirect is not followed",
		"/file":     "HOST/file (redirected to file:///etc/passwd): only https is fetched, and so this redirect is not followed",
		"/mess":     "HOST/mess: redirected to what is no URL",
		"/login":    `HOST/login (redirected to HOST/page): HTML or XML ("Sign in"), not an API description: a login or error page?`,
	} {
		_, problem := h.get(t, path)
		require.Equal(t, want, problem, path)
	}
	require.Empty(t, h.waits)

	// Neither the user's password nor the query that led there reaches another host.
	data, display, err := Source(t.Context(), strings.Replace(h.URL, "https://", "https://user:hunter2@", 1)+"/other?token=t0", nil, h.opt)
	require.NoError(t, err)
	require.Equal(t, spec, string(data))
	require.Equal(t, h.URL+"/other?token=redacted", display)
	last := h.asked[len(h.asked)-1]
	require.Equal(t, "Basic "+base64.StdEncoding.EncodeToString([]byte("user:hunter2")), last.Header.Get("Authorization"))
	require.Len(t, other.asked, 1)
	for name, values := range other.asked[0].Header {
		require.NotContains(t, strings.Join(values, " "), "t0", name)
	}
	require.NotContains(t, other.asked[0].Header, "Authorization")
	require.NotContains(t, other.asked[0].Header, "Referer")
}

// Whatever goes wrong, neither the password nor the token is told, nor written down.
func TestCredentialsAreNotTold(t *testing.T) {
	t.Parallel()
	secrets := []string{"hunter2", "aHVudGVyMg", "t0psecret", "somebody"}
	var answer http.HandlerFunc
	h := newHost(t, func(w http.ResponseWriter, r *http.Request) { answer(w, r) })
	target := strings.Replace(h.URL, "https://", "https://somebody:hunter2@", 1) + "/s?access_token=t0psecret"
	for name, a := range map[string]http.HandlerFunc{
		"fine": text(spec),
		"404":  status(404),
		"401":  status(401),
		"503":  status(503),
		"cut":  func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"loop": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.RequestURI, http.StatusFound) },
		"http": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://somebody:hunter2@h/", http.StatusFound)
		},
		"not HTTP": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://somebody:hunter2@h h/", http.StatusFound)
		},
	} {
		answer = func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"1"`)
			a(w, r)
		}
		_, display, err := Source(t.Context(), target, nil, h.opt)
		require.Equal(t, name == "fine", err == nil, name)
		told := display + strings.Join(h.notes, "") + fmt.Sprintf("%v %+v %#v", err, err, err)
		for e := err; e != nil; e = errors.Unwrap(e) {
			told += e.Error()
		}
		for _, secret := range secrets {
			require.NotContains(t, told, secret, name)
		}
	}
	require.NoError(t, filepath.WalkDir(h.opt.CacheDir, func(path string, entry os.DirEntry, err error) error {
		require.NoError(t, err)
		var content []byte
		if !entry.IsDir() {
			content, err = os.ReadFile(path)
			require.NoError(t, err)
			require.NotEmpty(t, content)
		}
		for _, secret := range secrets {
			require.NotContains(t, path+string(content), secret)
		}
		return nil
	}))
}

func FuzzSourceName(f *testing.F) {
	f.Add("https://user:pw@example.com/a?token=b")
	f.Add("ftp://x")
	f.Add("https://h/%41?sig=%zz&a")
	f.Fuzz(func(t *testing.T, name string) {
		if !isURL().MatchString(name) {
			return
		}
		opt := Options{NoCache: true, sleep: func(context.Context, time.Duration) error { return nil }}
		opt.dial = func(context.Context, string, string) (net.Conn, error) { return nil, final{errors.New("no network")} }
		_, display, err := Source(t.Context(), name, nil, opt)
		require.ErrorContains(t, err, display)
		if u, bad := url.Parse(name); bad == nil && u.User != nil {
			shown, err := url.Parse(display) // a path may hold what looks like a user
			require.NoError(t, err)
			require.Nil(t, shown.User, display)
		}
	})
}
