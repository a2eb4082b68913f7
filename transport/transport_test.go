package transport_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ringbasic/ringbasic/transport"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
)

func static(token string) oauth2.TokenSource {
	return oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token})
}

func newPlain(t *testing.T, f http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return s
}

func TestConfigurationIsChecked(t *testing.T) {
	t.Parallel()
	_, err := transport.New(transport.Config{})
	require.EqualError(t, err, `transport.Config.Credentials.ClientID: is empty
transport.Config.Credentials.ClientSecret: is empty
transport.Config.Credentials.JWT: is empty`)

	_, err = transport.New(transport.Config{
		Server: "http://platform.ringcentral.com",
		ExtraServers: []string{"platform.ringcentral.com", "https://u:hunter2@h", "https://h/?q=hunter2", "https:///x", "http://[::1", "HTTP://127.0.0.1:80",
			"http://[::1]", "http://LocalHost", "https://h:8443/base"},
		Credentials:  transport.Credentials{ClientID: "x"},
		TokenSource:  static("t"),
		Limits:       map[string]int{"Light": 0, "Heavy": -1, "Medium": 5, "medium": 2, " MEDIUM": 3},
		EarlyRefresh: -1, MaxWait: -1, MaxTries: -1, MaxBody: -1,
	})
	require.EqualError(t, err, `transport.Config.Server: plain http to platform.ringcentral.com is refused: use https
transport.Config.ExtraServers[0]: must be like https://platform.ringcentral.com
transport.Config.ExtraServers[1]: must have no user, query or fragment
transport.Config.ExtraServers[2]: must have no user, query or fragment
transport.Config.ExtraServers[3]: must be like https://platform.ringcentral.com
transport.Config.ExtraServers[4]: is not a URL
transport.Config.TokenSource: set it or Credentials, not both
transport.Config.Limits["Heavy"]: must be at least 1, is -1
transport.Config.Limits["Light"]: must be at least 1, is 0
transport.Config.Limits["Medium"]: is the same group as " MEDIUM"
transport.Config.Limits["medium"]: is the same group as "Medium"
transport.Config.EarlyRefresh: must not be negative
transport.Config.MaxWait: must not be negative
transport.Config.MaxTries: must not be negative
transport.Config.MaxBody: must not be negative`)
}

func TestTokenGoesToTheConfiguredServersOnly(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"https://platform.ringcentral.com/x":         "Bearer t",
		"https://PLATFORM.ringcentral.com:443/x":     "Bearer t",
		"https://media.ringcentral.com/x":            "Bearer t",
		"https://platform.ringcentral.com:8443/x":    "",
		"https://platform.ringcentral.com.evil.io/x": "",
		"https://ringcentral.com/x":                  "",
		"https://u:p@platform.ringcentral.com/x":     "Bearer t",
		"http://127.0.0.1/x":                         "",
	} {
		var got string
		tr, err := transport.New(transport.Config{
			TokenSource: static("t"), ExtraServers: []string{transport.ServerMedia},
			Base: baseFunc(func(r *http.Request) (*http.Response, error) {
				got = r.Header.Get("Authorization")
				return &http.Response{StatusCode: 200, Body: http.NoBody, Header: http.Header{}, Request: r}, nil
			}),
		})
		require.NoError(t, err)
		resp, err := tr.RoundTrip(request(t, t.Context(), "GET", url, nil))
		require.NoError(t, err)
		require.Equal(t, want, got, url)
		require.Empty(t, resp.Request.Header, "the token is not in what the caller gets")
	}
}

func TestOnlyHTTPS(t *testing.T) {
	t.Parallel()
	tr, err := transport.New(transport.Config{TokenSource: static("t"), Base: baseFunc(func(r *http.Request) (*http.Response, error) {
		t.Errorf("sent to %v", r.URL)
		return nil, errors.New("sent")
	})})
	require.NoError(t, err)
	for url, want := range map[string]string{
		"http://platform.ringcentral.com/x": "plain http to platform.ringcentral.com is refused: use https",
		"http://127.0.0.1.evil.io/x":        "plain http to 127.0.0.1.evil.io is refused: use https",
		"http://localhost.evil.io/x":        "plain http to localhost.evil.io is refused: use https",
		"ftp://127.0.0.1/x":                 `URL scheme "ftp" is refused: use https`,
		"/x":                                `URL scheme "" is refused: use https`,
	} {
		body := &stream{Reader: strings.NewReader("b")}
		_, err := tr.RoundTrip(request(t, t.Context(), "POST", url, body))
		require.EqualError(t, err, want)
		require.EqualValues(t, 1, body.closed.Load())
	}
	_, err = tr.RoundTrip(&http.Request{})
	require.EqualError(t, err, "the request has no URL")
}

func TestTokenDoesNotFollowRedirects(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	var elsewhere []http.Header
	other := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		elsewhere = append(elsewhere, r.Header.Clone())
		fmt.Fprint(w, "content")
	}))
	other.StartTLS()
	t.Cleanup(other.Close)
	plain := newPlain(t, func(http.ResponseWriter, *http.Request) {})
	v.api = func(w http.ResponseWriter, r *http.Request, n int) {
		switch r.URL.Path {
		case "/here":
			http.Redirect(w, r, "/there", http.StatusTemporaryRedirect)
		case "/other":
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		case "/clear":
			http.Redirect(w, r, strings.Replace(plain.URL, "127.0.0.1", "plain.example", 1), http.StatusFound)
		}
	}
	client := v.transport(t).Client()
	resp, err := client.Get(v.URL + "/here")
	require.NoError(t, err)
	resp.Body.Close()
	require.Equal(t, "Bearer token-1", v.seen()[1].Auth, "the same server: the token goes along")

	resp, err = client.Get(v.URL + "/other")
	require.NoError(t, err)
	resp.Body.Close()
	require.Len(t, elsewhere, 1)
	require.NotContains(t, elsewhere[0], "Authorization")

	_, err = client.Get(v.URL + "/clear")
	require.ErrorContains(t, err, "plain http to plain.example is refused: use https")
}

func TestRequestIsNotChanged(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = trouble(503)
		r := request(t, t.Context(), "PUT", v.URL+"/x", strings.NewReader("body"))
		r.Header.Set("X-Mine", "1")
		before, getBody := *r, fmt.Sprintf("%p", r.GetBody)
		header, body := r.Header.Clone(), r.Body
		resp, err := v.transport(t).RoundTrip(r)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Same(t, r, resp.Request)
		require.Equal(t, header, r.Header)
		require.Equal(t, body, r.Body)
		require.Equal(t, getBody, fmt.Sprintf("%p", r.GetBody))
		require.Equal(t, []any{before.Method, before.URL.String(), before.ContentLength, before.Host}, []any{r.Method, r.URL.String(), r.ContentLength, r.Host})
	})
}

func TestRequestWithoutHeader(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	r := request(t, t.Context(), "GET", v.URL+"/x", nil)
	r.Header = nil
	code, _, err := send(v.transport(t), r)
	require.NoError(t, err)
	require.Equal(t, 200, code)
	require.Nil(t, r.Header)
}

func TestBodyCap(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.api = func(w http.ResponseWriter, r *http.Request, _ int) {
		var n int
		fmt.Sscan(r.URL.Path[1:], &n)
		if strings.HasPrefix(r.URL.RawQuery, "gzip") {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = z.Write(bytes.Repeat([]byte("a"), n))
			_ = z.Close()
			return
		}
		w.Header().Set("Content-Length", fmt.Sprint(n))
		_, _ = w.Write(bytes.Repeat([]byte("a"), n))
	}
	tr := v.transport(t, func(c *transport.Config) { c.MaxBody = 1000 })
	for path, c := range map[string]struct {
		read int
		cut  bool
	}{
		"/0": {0, false}, "/999": {999, false}, "/1000": {1000, false}, "/1001": {1000, true}, "/5000000": {1000, true},
		"/1000?gzip": {1000, false}, "/5000000?gzip": {1000, true},
	} {
		resp, err := tr.RoundTrip(request(t, t.Context(), "GET", v.URL+path, nil))
		require.NoError(t, err)
		got, err := io.ReadAll(resp.Body)
		require.Len(t, got, c.read, path)
		if c.cut {
			var tooLarge *transport.BodyTooLargeError
			require.ErrorAs(t, err, &tooLarge)
			require.EqualValues(t, 1000, tooLarge.Limit)
			require.EqualError(t, err, "response body is larger than 1000 bytes: raise transport.Config.MaxBody if that is expected")
			_, again := resp.Body.Read(make([]byte, 1))
			require.Equal(t, err, again)
		} else {
			require.NoError(t, err, path)
		}
		require.NoError(t, resp.Body.Close())
	}
	resp, err := tr.RoundTrip(request(t, t.Context(), "HEAD", v.URL+"/5000", nil))
	require.NoError(t, err)
	got, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Empty(t, got)
	require.EqualValues(t, 5000, resp.ContentLength)
}

// spellings are the secrets as they are sent, and parts of them that would do.
func spellings() []string {
	return []string{clientSecret, url.QueryEscape(clientSecret), assertion, "token-1",
		"YXBwLWlkOnMzY3JldCUyRiUyQmNsaWVudCUzRA==", "c2lnbmF0dXJl", "s3cret"}
}

func requireNoSecret(t *testing.T, text string) {
	t.Helper()
	for _, s := range spellings() {
		require.NotContains(t, text, s)
	}
}

// formats prints v in every way that ends in a log.
func formats(t *testing.T, v any) string {
	t.Helper()
	var b strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T"} {
		fmt.Fprintf(&b, verb+"\n", v)
	}
	text, err := json.Marshal(v)
	fmt.Fprintf(&b, "%s %v\n", text, err)
	for _, h := range []slog.Handler{slog.NewTextHandler(&b, nil), slog.NewJSONHandler(&b, nil)} {
		slog.New(h).Info("x", "v", v)
	}
	return b.String()
}

func TestConfigurationPrintsNoSecret(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	config := v.config()
	config.Base = baseFunc(v.base.RoundTrip) // %d would read the fields of an http.Transport while it works
	tr, err := transport.New(config)
	require.NoError(t, err)
	_, _, err = send(tr, request(t, t.Context(), "GET", v.URL+"/x", nil))
	require.NoError(t, err)
	type holder struct {
		inner   transport.Credentials // unexported: fmt does not call methods here
		pointer *transport.Config
	}
	for _, value := range []any{
		config, &config, config.Credentials, &config.Credentials, config.Credentials.JWT, &config.Credentials.JWT,
		holder{config.Credentials, &config}, &holder{config.Credentials, &config}, []transport.Secret{config.Credentials.JWT},
		map[string]transport.Secret{"jwt": config.Credentials.JWT},
		tr, *tr, tr.Client(), *tr.Client(), tr.TokenSource(), struct{ rt http.RoundTripper }{tr},
	} {
		text := formats(t, value)
		requireNoSecret(t, text)
	}
	require.Equal(t, "[redacted] [redacted] [redacted]", fmt.Sprintf("%s %#v %d", config.Credentials.JWT, config.Credentials.JWT, config.Credentials.JWT))
	text, err := json.Marshal(config.Credentials)
	require.NoError(t, err)
	require.JSONEq(t, `{"ClientID":"app-id","ClientSecret":"[redacted]","JWT":"[redacted]"}`, string(text))
	require.Equal(t, "transport.Transport(https://"+v.Listener.Addr().String()+")", fmt.Sprint(tr))
	require.Equal(t, "transport.Transport()", fmt.Sprint(transport.Transport{}))
	require.True(t, transport.NewSecret(" \n").IsZero())
}

// Everybody who could tell a secret does: the server and the base echo what
// they were sent.
func TestErrorsAndEventsHoldNoSecret(t *testing.T) {
	t.Parallel()
	echo := func(r *http.Request) string {
		var b strings.Builder
		_ = r.Write(&b)
		if user, password, ok := r.BasicAuth(); ok {
			b.WriteString(user + password)
		}
		return b.String() + clientSecret + assertion
	}
	vendorEchoes := func(code int) func(r *http.Request, base http.RoundTripper) (*http.Response, error) {
		return func(r *http.Request, base http.RoundTripper) (*http.Response, error) {
			text, _ := json.Marshal(echo(r))
			body := fmt.Sprintf(`{"error":%s,"error_description":%s,"errorCode":%s,"message":%s}`, text, text, text, text)
			return &http.Response{StatusCode: code, Status: body, Header: http.Header{"Content-Type": {"application/json"}},
				Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
		}
	}
	baseEchoes := func(r *http.Request, _ http.RoundTripper) (*http.Response, error) {
		return nil, fmt.Errorf("sending: %w", &url.Error{Op: "Post", URL: "x", Err: errors.New(echo(r))})
	}
	isToken := func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/oauth/token") }
	for name, base := range map[string]func(r *http.Request, base http.RoundTripper) (*http.Response, error){
		"token 400": vendorEchoes(400), "token 503": vendorEchoes(503), "token 429": vendorEchoes(429), "token 200": vendorEchoes(200),
		"token base": baseEchoes,
		"api base": func(r *http.Request, base http.RoundTripper) (*http.Response, error) {
			if isToken(r) {
				return base.RoundTrip(r)
			}
			return nil, fmt.Errorf("sending %v", r.Header)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T, v *vendor) {
				var mu sync.Mutex
				var log strings.Builder
				tr := v.transport(t, func(c *transport.Config) {
					inner := c.Base
					c.Base = baseFunc(func(r *http.Request) (*http.Response, error) { return base(r, inner) })
					c.OnEvent = func(_ context.Context, e transport.Event) {
						text := formats(t, e)
						if e.Err != nil {
							text += formats(t, e.Err)
						}
						mu.Lock()
						log.WriteString(text)
						mu.Unlock()
					}
				})
				_, err := tr.Client().Get(v.URL + "/x")
				require.Error(t, err)
				for ; err != nil; err = errors.Unwrap(err) {
					log.WriteString(err.Error() + formats(t, err))
				}
				mu.Lock()
				defer mu.Unlock()
				requireNoSecret(t, log.String())
				require.Contains(t, log.String(), "[redacted]")
			})
		})
	}
}

// A secret with characters that are quoted is known quoted, too.
func TestQuotedSecretsAreKnown(t *testing.T) {
	t.Parallel()
	const secret = "pa\"ss\\wo\x01<rd>é"
	marshalled := func(s string) string { text, _ := json.Marshal(s); return string(text) }
	for name, quote := range map[string]func(string) string{
		"%s":   func(s string) string { return s },
		"%q":   func(s string) string { return fmt.Sprintf("%q", s) },
		"%+q":  func(s string) string { return fmt.Sprintf("%+q", s) },
		"JSON": marshalled,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr, err := transport.New(transport.Config{
				Credentials: transport.Credentials{
					ClientID: clientID, ClientSecret: transport.NewSecret(secret), JWT: transport.NewSecret("JWT." + secret),
				},
				MaxTries: 1,
				Base: baseFunc(func(*http.Request) (*http.Response, error) {
					return nil, errors.New(quote("sent "+secret+" and ") + quote("JWT."+secret))
				}),
			})
			require.NoError(t, err)
			_, err = tr.TokenSource().Token()
			require.Error(t, err)
			for _, part := range []string{"pa", "wo", "rd", "JWT"} {
				require.NotContains(t, err.Error(), part)
			}
		})
	}
}

func TestEventForSlog(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	e := transport.Event{Kind: transport.EventRetry, Method: "GET", Path: "/x", Group: "Heavy", Try: 2, Status: 503, Wait: 4e9}
	log := slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	log.Info("ringcentral", "event", e)
	e.Err = io.EOF
	log.Info("ringcentral", "event", e)
	require.Equal(t, `level=INFO msg=ringcentral event.kind=retry event.method=GET event.path=/x event.group=Heavy event.try=2 event.status=503 event.wait=4s
level=INFO msg=ringcentral event.kind=retry event.method=GET event.path=/x event.group=Heavy event.try=2 event.status=503 event.wait=4s event.error=EOF
`, b.String())
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.token = func(w http.ResponseWriter, _ *http.Request, n int) { grant(w, n, 8) }
		v.api = func(w http.ResponseWriter, r *http.Request, n int) {
			switch {
			case n%7 == 0:
				status(w, 503)
			case n%11 == 0:
				status(w, 429, "Retry-After", "1", "X-Rate-Limit-Group", "Medium", "X-Rate-Limit-Limit", "30", "X-Rate-Limit-Remaining", "3")
			}
		}
		tr := v.transport(t, grouped, func(c *transport.Config) {
			c.MaxTries, c.MaxWait, c.RetryUnsafe = 50, time.Hour, true
			c.SetRandom(rand.Float64)
		})
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() {
				for j := range 5 {
					r := request(t, t.Context(), "POST", fmt.Sprintf("%s/%s/%d", v.URL, []string{"Light", "Medium", "Heavy", ""}[j%4], i),
						strings.NewReader("body"))
					if code, _, err := send(tr, r); err != nil || code != 200 {
						t.Errorf("status %d, error %v", code, err)
					}
				}
			})
		}
		wg.Wait()
		for _, c := range v.seen() {
			require.Equal(t, "body", c.Body)
		}
	})
}
