package transport_test

import (
	"bytes"
	"context"

	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringbasic/ringbasic/transport"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
)

// revoked answers 401 to a token until it is another one.
func revoked(bad string, body string, header ...string) func(w http.ResponseWriter, r *http.Request, n int) {
	return func(w http.ResponseWriter, r *http.Request, _ int) {
		if r.Header.Get("Authorization") != "Bearer "+bad {
			fmt.Fprint(w, "{}")
			return
		}
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(401)
		fmt.Fprint(w, body)
	}
}

// A token that is revoked is thrown away, another one is fetched once for all, and the request is sent once more,
// whatever its method, if its body can be read again.
func TestRevokedToken(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body   string
		header []string
		again  bool
	}{
		"OAU-128":                 {`{"errorCode":"TokenInvalid","errors":[{"errorCode":"OAU-128"}]}`, nil, true},
		"OAU-129":                 {`{"errorCode":"OAU-129"}`, nil, true},
		"OAU-149":                 {`{"errorCode":"OAU-149"}`, nil, true},
		"invalid_token":           {`{"error":"invalid_token"}`, nil, true},
		"a challenge":             {``, []string{"WWW-Authenticate", `Bearer error="invalid_token"`}, true},
		"another code":            {`{"errorCode":"OAU-151"}`, nil, false},
		"a code of the operation": {`{"errorCode":"CMN-401"}`, nil, false},
		"a page":                  {`<html>`, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T, v *vendor) {
				v.api = revoked("token-1", c.body, c.header...)
				tr := v.transport(t)
				code, body, err := send(tr, request(t, t.Context(), "POST", v.URL+"/x", strings.NewReader("payload")))
				require.NoError(t, err)
				if !c.again {
					require.Equal(t, 401, code)
					require.Equal(t, c.body, body, "the answer is the caller's to read")
					require.Len(t, v.tokensSeen(), 1)
					return
				}
				require.Equal(t, 200, code)
				require.Len(t, v.tokensSeen(), 2)
				require.Equal(t, []string{"payload", "payload"}, []string{v.seen()[0].Body, v.seen()[1].Body})
				code, _, err = send(tr, request(t, t.Context(), "GET", v.URL+"/y", nil))
				require.NoError(t, err)
				require.Equal(t, 200, code)
				require.Len(t, v.tokensSeen(), 2)
			})
		})
	}
}

func TestRevokedTokenUnderLoad(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = revoked("token-1", `{"errorCode":"OAU-128"}`)
		tr := v.transport(t)
		_, err := tr.TokenSource().Token()
		require.NoError(t, err)
		var group sync.WaitGroup
		codes := make([]int, 100)
		for i := range codes {
			group.Go(func() {
				codes[i], _, _ = send(tr, request(t, t.Context(), "PUT", v.URL+"/x", bytes.NewReader(make([]byte, 100))))
			})
		}
		group.Wait()
		for _, code := range codes {
			require.Equal(t, 200, code)
		}
		require.Len(t, v.tokensSeen(), 2, "one fetch for all")
	})
}

// Every token that the API has taken is renewed when it is revoked, however soon after the last.
func TestRevokedAgainAndAgain(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		tr := v.transport(t)
		for n := 1; n <= 4; n++ {
			v.api = revoked(fmt.Sprintf("token-%d", n), `{"errorCode":"OAU-128"}`)
			for range 2 {
				code, _, err := send(tr, request(t, t.Context(), "POST", v.URL+"/x", nil))
				require.NoError(t, err)
				require.Equal(t, 200, code)
			}
			require.Len(t, v.tokensSeen(), n+1)
		}
	})
}

// A body that cannot be read again is not sent twice, but the next request has another token.
func TestRevokedTokenAndABodyOfOneUse(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = revoked("token-1", `{"errorCode":"OAU-128"}`)
		tr := v.transport(t)
		code, _, err := send(tr, request(t, t.Context(), "POST", v.URL+"/x", io.MultiReader(strings.NewReader("once"))))
		require.NoError(t, err)
		require.Equal(t, 401, code)
		code, _, err = send(tr, request(t, t.Context(), "GET", v.URL+"/x", nil))
		require.NoError(t, err)
		require.Equal(t, 200, code)
	})
}

// Where every token is refused, the token endpoint is not asked for each request.
func TestEveryTokenIsRevoked(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.WriteHeader(401)
			fmt.Fprint(w, `{"errorCode":"OAU-128"}`)
		}
		tr := v.transport(t)
		for range 20 {
			code, _, err := send(tr, request(t, t.Context(), "GET", v.URL+"/x", nil))
			require.NoError(t, err)
			require.Equal(t, 401, code)
		}
		require.Len(t, v.tokensSeen(), 2)
		time.Sleep(time.Minute)
		_, _, err := send(tr, request(t, t.Context(), "GET", v.URL+"/x", nil))
		require.NoError(t, err)
		require.Len(t, v.tokensSeen(), 3, "and once a minute")
	})
}

// One bogus Retry-After closes a group for as long as the caller believes, and the caller can ask.
func TestRetryAfterIsCapped(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"86400", "31536000", "99999999999999999999", "Fri, 31 Dec 2100 23:59:59 GMT"} {
		for most, want := range map[time.Duration]time.Duration{0: 10 * time.Minute, 90 * time.Second: 90 * time.Second} {
			inBubble(t, func(t *testing.T, v *vendor) {
				v.api = func(w http.ResponseWriter, _ *http.Request, n int) {
					if n == 1 {
						status(w, 429, "Retry-After", value)
						return
					}
					fmt.Fprint(w, "{}")
				}
				tr := v.transport(t, func(c *transport.Config) {
					c.MaxRetryAfter, c.MaxTries = most, 1
					c.Group = func(*http.Request) string { return "Heavy" }
				})
				require.Empty(t, tr.Closed())
				code, _, err := send(tr, request(t, t.Context(), "GET", v.URL+"/x", nil))
				require.NoError(t, err)
				require.Equal(t, 429, code)
				closed := tr.Closed()
				require.Len(t, closed, 1)
				require.Equal(t, want, time.Until(closed["heavy"]), value)
				time.Sleep(want)
				require.Empty(t, tr.Closed())
				code, _, err = send(tr, request(t, t.Context(), "GET", v.URL+"/x", nil))
				require.NoError(t, err)
				require.Equal(t, 200, code)
			})
		}
	}
}

// A call without a deadline ends: after MaxElapsed, or before a wait that would be longer.
func TestMaxElapsed(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(w http.ResponseWriter, r *http.Request, n int){
		"503 for ever": func(w http.ResponseWriter, _ *http.Request, _ int) { status(w, 503, "Retry-After", "25") },
		"no answer":    func(_ http.ResponseWriter, r *http.Request, _ int) { <-r.Context().Done() },
		"429 for ever": func(w http.ResponseWriter, _ *http.Request, _ int) { status(w, 429, "Retry-After", "25") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T, v *vendor) {
				v.api = answer
				tr := v.transport(t, func(c *transport.Config) { c.MaxElapsed, c.MaxTries = time.Minute, 100 })
				began := time.Now()
				code, _, err := send(tr, request(t, t.Context(), "GET", v.URL+"/x", nil))
				require.LessOrEqual(t, time.Since(began), time.Minute)
				if name == "no answer" {
					require.ErrorIs(t, err, context.DeadlineExceeded)
					require.EqualError(t, err, "the call took longer than transport.Config.MaxElapsed (context deadline exceeded) of 1m0s")
					require.Equal(t, time.Minute, time.Since(began))
					return
				}
				require.NoError(t, err, "the last answer is better than none")
				require.GreaterOrEqual(t, code, 429)
			})
		})
	}
}

// The bound ends with the response's beginning: its body may take longer.
func TestMaxElapsedLeavesTheBodyAlone(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = func(w http.ResponseWriter, _ *http.Request, _ int) {
			_ = http.NewResponseController(w).Flush()
			time.Sleep(time.Hour)
			fmt.Fprint(w, "late")
		}
		tr := v.transport(t, func(c *transport.Config) { c.MaxElapsed = time.Minute })
		_, body, err := send(tr, request(t, t.Context(), "GET", v.URL+"/x", nil))
		require.NoError(t, err)
		require.Equal(t, "late", body)
	})
}

// A token, or its beginning, that an error answer repeats is masked where nobody else could know it.
func TestEchoedToken(t *testing.T) {
	t.Parallel()
	const token = "U0pDMTFQMDFQQVMwMHxBQUJ2c2VjcmV0"
	inBubble(t, func(t *testing.T, v *vendor) {
		v.token = func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"access_token":"%s","token_type":"bearer","expires_in":3600}`, token)
		}
		v.api = func(w http.ResponseWriter, r *http.Request, _ int) {
			echo := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
			w.Header().Set("X-Echo", "got "+echo)
			w.WriteHeader(403)
			fmt.Fprintf(w, `{"message":"token %s is not good, nor %s, %s"}`, echo, echo[:16], echo[:4])
		}
		resp, err := v.transport(t).RoundTrip(request(t, t.Context(), "GET", v.URL+"/x", nil))
		require.NoError(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.Equal(t, `{"message":"token `+strings.Repeat("*", len(token))+` is not good, nor ****************, U0pD"}`, string(body))
		require.Equal(t, "got "+strings.Repeat("*", len(token)), resp.Header.Get("X-Echo"))
		require.EqualValues(t, len(body), resp.ContentLength)
	})
}

// Headers that are too large come again, so they are not asked for again.
func TestHugeHeaders(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = func(w http.ResponseWriter, _ *http.Request, _ int) {
			for i := range 12 {
				w.Header().Set(fmt.Sprint("X-", i), strings.Repeat("x", 1<<20))
			}
		}
		_, _, err := send(v.transport(t), request(t, t.Context(), "GET", v.URL+"/x", nil))
		require.ErrorContains(t, err, "server response headers exceeded")
		require.Len(t, v.seen(), 1)
	})
}

// Close leaves no goroutine, ends what is under way, and what comes after it fails.
func TestClose(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tr, err := transport.New(transport.Config{
			Credentials: transport.Credentials{ClientID: "a", ClientSecret: transport.NewSecret("b"), JWT: transport.NewSecret("c")},
			Base: roundTripper(func(r *http.Request) (*http.Response, error) {
				<-r.Context().Done()
				return nil, context.Cause(r.Context())
			}),
		})
		require.NoError(t, err)
		failed := make(chan error, 1)
		go func() {
			_, _, err := send(tr, request(t, context.Background(), "GET", transport.ServerProduction+"/x", nil))
			failed <- err
		}()
		synctest.Wait()
		require.NoError(t, tr.Close())
		require.Error(t, <-failed)
		_, _, err = send(tr, request(t, context.Background(), "GET", transport.ServerProduction+"/x", nil))
		require.EqualError(t, err, "the transport is closed")
		require.NoError(t, tr.Close(), "twice is once")
	})
	require.NoError(t, new(transport.Transport).Close())
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestPortsOutOfRange(t *testing.T) {
	t.Parallel()
	for _, server := range []string{"https://a.example:0", "https://a.example:65536", "https://a.example:99999"} {
		_, err := transport.New(transport.Config{Server: server, ExtraServers: []string{server}})
		require.ErrorContains(t, err, "transport.Config.Server: port")
		require.ErrorContains(t, err, "transport.Config.ExtraServers[0]: port")
	}
	_, err := transport.New(transport.Config{Server: "https://a.example:65535", TokenSource: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "t"})})
	require.NoError(t, err)
}

// What may not be sent twice is sent once, whatever the answer.
func TestMayRetry(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(w http.ResponseWriter, r *http.Request, n int){
		"503": func(w http.ResponseWriter, _ *http.Request, _ int) { status(w, 503) },
		"429": func(w http.ResponseWriter, _ *http.Request, _ int) { status(w, 429, "Retry-After", "1") },
		"401": revoked("token-1", `{"errorCode":"OAU-128"}`),
	} {
		for _, may := range []bool{true, false} {
			inBubble(t, func(t *testing.T, v *vendor) {
				v.api = answer
				tr := v.transport(t, func(c *transport.Config) { c.MayRetry = func(*http.Request) bool { return may } })
				_, _, err := send(tr, request(t, t.Context(), "GET", v.URL+"/x", nil))
				require.NoError(t, err)
				require.Equal(t, may, len(v.seen()) > 1, name)
			})
		}
	}
}

func TestAdvice(t *testing.T) {
	t.Parallel()
	throttled := &transport.ThrottledError{Wait: time.Minute}
	after, ok := throttled.Retryable()
	require.True(t, ok && throttled.Throttled())
	require.Equal(t, time.Minute, after)
	for _, c := range []struct {
		err   *transport.TokenError
		after time.Duration
		ok    bool
	}{
		{&transport.TokenError{Final: true, RetryAfter: time.Hour}, 0, false},
		{&transport.TokenError{Status: 503}, 2 * time.Second, true},
		{&transport.TokenError{RetryAfter: time.Minute}, time.Minute, true},
	} {
		after, ok := c.err.Retryable()
		require.Equal(t, c.after, after)
		require.Equal(t, c.ok, ok)
		require.Equal(t, !ok, c.err.BadCredentials())
	}
}
