package transport_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringbasic/ringbasic/transport"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
)

func TestTokenRequestIsTheJWTGrant(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	tr := v.transport(t)
	code, _, err := send(tr, request(t, t.Context(), "GET", v.URL+"/x", nil))
	require.NoError(t, err)
	require.Equal(t, 200, code)

	tokens := v.tokensSeen()
	require.Len(t, tokens, 1)
	require.Equal(t, "POST", tokens[0].Method)
	require.Equal(t, "/restapi/oauth/token", tokens[0].Path)
	// RFC 6749 §2.3.1: id and secret are form-encoded before Basic.
	require.Equal(t, "Basic "+base64.StdEncoding.EncodeToString([]byte("app-id:s3cret%2F%2Bclient%3D")), tokens[0].Auth)
	form, err := url.ParseQuery(tokens[0].Body)
	require.NoError(t, err)
	require.Equal(t, url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"},
		"assertion":  {assertion},
	}, form)
	require.Equal(t, "Bearer token-1", v.seen()[0].Auth)

	// The source is shared with whoever wants the token.
	token, err := tr.TokenSource().Token()
	require.NoError(t, err)
	require.Equal(t, "token-1", token.AccessToken)
	require.Equal(t, "4001", token.Extra("owner_id"))
	require.InDelta(t, 3600, time.Until(token.Expiry).Seconds(), 60)
	require.Len(t, v.tokensSeen(), 1)
}

func TestTokenIsReplacedBeforeItExpires(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		tr := v.transport(t)
		get := func() {
			_, _, err := send(tr, request(t, t.Context(), "GET", v.URL+"/x", nil))
			require.NoError(t, err)
		}
		get()
		time.Sleep(3600*time.Second - 121*time.Second)
		get()
		require.Len(t, v.tokensSeen(), 1, "121 s before expiry the token is still fresh")
		time.Sleep(2 * time.Second)
		get() // starts the refresh and does not wait for it
		synctest.Wait()
		require.Len(t, v.tokensSeen(), 2, "119 s before expiry another is fetched")
		get()
		var used []string
		for _, c := range v.seen() {
			used = append(used, c.Auth)
		}
		require.Equal(t, []string{"Bearer token-1", "Bearer token-1", "Bearer token-1", "Bearer token-2"}, used)
	})
}

func TestTokenOutageBeforeExpiryIsNotNoticed(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.token = func(w http.ResponseWriter, _ *http.Request, n int) {
			if n == 1 {
				grant(w, n, 3600)
				return
			}
			status(w, 503)
		}
		tr := v.transport(t, func(c *transport.Config) { c.MaxTries = 1 })
		get := func() error { _, _, err := send(tr, request(t, t.Context(), "GET", v.URL+"/x", nil)); return err }
		require.NoError(t, get())
		time.Sleep(3600*time.Second - 60*time.Second)
		require.NoError(t, get(), "the token still lives")
		time.Sleep(31 * time.Second)
		var failed *transport.TokenError
		require.ErrorAs(t, get(), &failed, "half a minute before the end it is not used any more")
		require.Equal(t, 503, failed.Status)
		require.False(t, failed.Final)
	})
}

func TestShortAndMissingLifetimes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		seconds int
		used    time.Duration // still the first token
		over    time.Duration // another one
	}{
		{"60 seconds: margin is a quarter", 60, 44 * time.Second, 57 * time.Second},
		{"no expires_in: ten minutes", 0, 479 * time.Second, 571 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T, v *vendor) {
				v.token = func(w http.ResponseWriter, _ *http.Request, n int) { grant(w, n, c.seconds) }
				source := v.transport(t).TokenSource()
				start := time.Now()
				for _, step := range []struct {
					at   time.Duration
					want string
				}{{0, "token-1"}, {c.used, "token-1"}, {c.over, "token-2"}} {
					time.Sleep(time.Until(start.Add(step.at)))
					token, err := source.Token()
					require.NoError(t, err)
					require.Equal(t, step.want, token.AccessToken)
				}
			})
		})
	}
}

func TestConcurrentCallersShareOneFetch(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.token = func(w http.ResponseWriter, _ *http.Request, n int) { time.Sleep(5 * time.Second); grant(w, n, 3600) }
		tr := v.transport(t)
		hasty, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var wg sync.WaitGroup
		errs := make([]error, 30)
		for i := range errs {
			ctx := t.Context()
			if i%3 == 0 {
				ctx = hasty
			}
			wg.Go(func() {
				if i > 0 {
					time.Sleep(time.Millisecond) // the first, who starts the fetch, is a hasty one
				}
				_, _, errs[i] = send(tr, request(t, ctx, "GET", v.URL+"/x", nil))
			})
		}
		wg.Wait()
		for i, err := range errs {
			if i%3 == 0 {
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.ErrorContains(t, err, "while waiting for an access token")
			} else {
				require.NoError(t, err)
			}
		}
		require.Len(t, v.tokensSeen(), 1)
	})
}

// Whoever gives up while a fetch is repeated learns why it was.
func TestGivingUpTellsTheLastFault(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]string{503: "status 503", 0: "EOF"} {
		inBubble(t, func(t *testing.T, v *vendor) {
			v.token = trouble(code)
			ctx, cancel := context.WithTimeout(t.Context(), 7*time.Second) // after the third try
			defer cancel()
			_, _, err := send(v.transport(t), request(t, ctx, "GET", v.URL+"/x", nil))
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.EqualError(t, err, "while waiting for an access token, after "+want+": context deadline exceeded")
			time.Sleep(time.Hour) // the fetch goes on for others
		})
	}
}

func TestUnauthorizedFetchesNoToken(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.api = func(w http.ResponseWriter, _ *http.Request, _ int) { status(w, 401) }
	tr := v.transport(t)
	for range 3 {
		code, body, err := send(tr, request(t, t.Context(), "GET", v.URL+"/x", nil))
		require.NoError(t, err)
		require.Equal(t, 401, code)
		require.JSONEq(t, `{"errorCode":"status-401"}`, body)
	}
	require.Len(t, v.tokensSeen(), 1)
	require.Len(t, v.seen(), 3)
}

func TestRefusedCredentialIsNotRepeated(t *testing.T) {
	t.Parallel()
	const check = ": check client id, client secret and JWT; asked again in "
	for _, c := range []struct {
		code    int
		body    string
		want    string
		pauses  []time.Duration // before the endpoint may be asked again, one refusal after another
		headers []string
	}{
		{400, `{"error":"invalid_grant","errors":[{"errorCode":"OAU-251","message":"x"}],"error_description":"JWT is revoked"}`,
			`obtain an access token: status 400 invalid_grant OAU-251 "JWT is revoked"` + check + "1m0s at the earliest",
			[]time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 16 * time.Minute, 32 * time.Minute, time.Hour, time.Hour}, nil},
		{401, `{"errorCode":"OAU-146","message":"Invalid client credentials"}`,
			`obtain an access token: status 401 OAU-146 "Invalid client credentials"` + check + "1m0s at the earliest",
			[]time.Duration{time.Minute, 2 * time.Minute}, nil},
		{400, `{"errorCode":"OAU-147","message":"locked"}`,
			`obtain an access token: status 400 OAU-147 "locked"` + check + "1h0m0s at the earliest", []time.Duration{time.Hour, time.Hour}, nil},
		{403, `{"errorCode":"OAU-112","message":"no"}`,
			`obtain an access token: status 403 OAU-112 "no"` + check + "5m0s at the earliest", []time.Duration{5 * time.Minute, 5 * time.Minute},
			[]string{"Retry-After", "300"}},
	} {
		t.Run(fmt.Sprint(c.code), func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T, v *vendor) {
				v.token = func(w http.ResponseWriter, _ *http.Request, n int) {
					if n > len(c.pauses) {
						grant(w, n, 3600)
						return
					}
					w.Header().Set("Content-Type", "application/json")
					for i := 0; i+1 < len(c.headers); i += 2 {
						w.Header().Set(c.headers[i], c.headers[i+1])
					}
					w.WriteHeader(c.code)
					fmt.Fprint(w, c.body)
				}
				tr := v.transport(t)
				get := func() error {
					_, _, err := send(tr, request(t, t.Context(), "GET", v.URL+"/x", nil))
					return err
				}
				for i, pause := range c.pauses {
					err := get()
					if i == 0 {
						require.EqualError(t, err, c.want)
					}
					var failed *transport.TokenError
					require.ErrorAs(t, err, &failed)
					require.True(t, failed.Final)
					require.Equal(t, c.code, failed.Status)
					require.Equal(t, pause, failed.RetryAfter)
					time.Sleep(pause - time.Second)
					require.ErrorAs(t, get(), &failed)
					require.Equal(t, time.Second, failed.RetryAfter)
					require.Len(t, v.tokensSeen(), i+1, "remembered")
					require.Empty(t, v.seen())
					time.Sleep(time.Second)
				}
				require.NoError(t, get(), "a credential that is good again is taken without a restart")
			})
		})
	}
}

// A page that came in between is no refusal: the next call asks again, and only several in a row are waited out.
func TestStrayAnswersOfTheTokenEndpoint(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(w http.ResponseWriter){
		"404 page":          func(w http.ResponseWriter) { http.Error(w, "<html>no such page</html>", 404) },
		"302":               func(w http.ResponseWriter) { w.Header().Set("Location", "/login"); w.WriteHeader(302) },
		"307":               func(w http.ResponseWriter) { w.Header().Set("Location", "/elsewhere"); w.WriteHeader(307) },
		"400 page":          func(w http.ResponseWriter) { http.Error(w, "Bad Request", 400) },
		"400 of no OAuth":   func(w http.ResponseWriter) { http.Error(w, `{"error":"the proxy is tired"}`, 400) },
		"403 of a firewall": func(w http.ResponseWriter) { http.Error(w, `{"errorCode":"WAF-1"}`, http.StatusForbidden) },
		"200 page":          func(w http.ResponseWriter) { fmt.Fprint(w, "<html>welcome</html>") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T, v *vendor) {
				v.token = func(w http.ResponseWriter, _ *http.Request, n int) {
					if n == 1 || n == 3 || n == 4 {
						answer(w)
						return
					}
					grant(w, n, 60)
				}
				tr := v.transport(t)
				get := func() error {
					_, _, err := send(tr, request(t, t.Context(), "GET", v.URL+"/x", nil))
					return err
				}
				var failed *transport.TokenError
				require.ErrorAs(t, get(), &failed)
				require.False(t, failed.Final)
				require.NoError(t, get(), "one stray answer is forgotten")
				time.Sleep(time.Minute) // the token is over
				require.ErrorAs(t, get(), &failed)
				require.ErrorAs(t, get(), &failed)
				seen := len(v.tokensSeen())
				if name != "200 page" { // what is no answer at all is bounded by the group's allowance
					require.Equal(t, 4, seen)
					require.ErrorAs(t, get(), &failed)
					require.Equal(t, 2*time.Second, failed.RetryAfter, "the second in a row is waited out")
					require.Len(t, v.tokensSeen(), seen)
					time.Sleep(2 * time.Second)
				}
				require.NoError(t, get())
			})
		})
	}
}

func TestTokenEndpointIsAskedAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		code    int
		headers []string
		tries   int // that go wrong
		want    []time.Duration
		err     string
	}{
		{"503 with Retry-After", 503, []string{"Retry-After", "7"}, 2, []time.Duration{7 * time.Second, 7 * time.Second}, ""},
		{"503 without", 503, nil, 3, []time.Duration{2 * time.Second, 4 * time.Second, 8 * time.Second}, ""},
		{"429 with Retry-After", 429, []string{"Retry-After", "45"}, 1, []time.Duration{45 * time.Second}, ""},
		{"429 without", 429, nil, 2, []time.Duration{30 * time.Second, 60 * time.Second}, ""},
		{"504 for ever", 504, nil, 9, []time.Duration{2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second},
			"obtain an access token: status 504"},
		{"no answer", 0, nil, 1, []time.Duration{2 * time.Second}, ""},
		{"answer that never ends", -1, nil, 1, []time.Duration{32 * time.Second}, ""},
		{"429 for longer than anybody waits", 429, []string{"Retry-After", "86400"}, 9, nil, "obtain an access token: status 429"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T, v *vendor) {
				v.token = func(w http.ResponseWriter, r *http.Request, n int) {
					switch {
					case n > c.tries:
						grant(w, n, 3600)
					case c.code == 0:
						panic(http.ErrAbortHandler)
					case c.code < 0:
						<-r.Context().Done()
					default:
						status(w, c.code, c.headers...)
					}
				}
				_, _, err := send(v.transport(t), request(t, t.Context(), "POST", v.URL+"/x", nil))
				require.Equal(t, c.want, gaps(v.tokensSeen()))
				if c.err != "" {
					require.ErrorContains(t, err, c.err)
					return
				}
				require.NoError(t, err)
				require.Len(t, v.seen(), 1)
			})
		})
	}
}

func TestCallersInATokenPenaltyFailFast(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.token = func(w http.ResponseWriter, _ *http.Request, n int) {
			if n == 1 {
				status(w, 429, "Retry-After", "60")
				return
			}
			grant(w, n, 3600)
		}
		tr := v.transport(t)
		go send(tr, request(t, t.Context(), "GET", v.URL+"/x", nil))
		time.Sleep(20 * time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		start := time.Now()
		_, _, err := send(tr, request(t, ctx, "GET", v.URL+"/x", nil))
		var throttled *transport.ThrottledError
		require.ErrorAs(t, err, &throttled)
		require.Equal(t, transport.ThrottledError{Group: "Auth", Wait: 40 * time.Second, Penalty: true}, *throttled)
		require.Zero(t, time.Since(start))
		time.Sleep(time.Minute) // for the other one
	})
}

func TestRetryAfterOfTheTokenEndpointOutlivesTheCall(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.token = func(w http.ResponseWriter, _ *http.Request, n int) {
			if n == 1 {
				status(w, 503, "Retry-After", "600") // longer than Config.MaxWait
				return
			}
			grant(w, n, 3600)
		}
		source := v.transport(t).TokenSource()
		start := time.Now()
		for _, c := range []struct{ at, left time.Duration }{{0, 600 * time.Second}, {0, 600 * time.Second}, {60 * time.Second, 540 * time.Second}} {
			time.Sleep(time.Until(start.Add(c.at)))
			_, err := source.Token()
			var failed *transport.TokenError
			require.ErrorAs(t, err, &failed)
			require.Equal(t, transport.TokenError{Status: 503, VendorCode: "status-503", RetryAfter: c.left}, *failed)
		}
		require.Len(t, v.tokensSeen(), 1)
		time.Sleep(time.Until(start.Add(601 * time.Second)))
		_, err := source.Token()
		require.NoError(t, err)
		require.Len(t, v.tokensSeen(), 2)
	})
}

// What a refusal says besides its status may be cut off, too long, or never end.
func TestRefusalWithABrokenBody(t *testing.T) {
	t.Parallel()
	broken := map[string]func(w http.ResponseWriter, r *http.Request){
		"cut off": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"error":"invalid_gra`)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
		"too long": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, strings.Repeat("x", 300<<10)) },
		"never ends": func(w http.ResponseWriter, r *http.Request) {
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		},
	}
	for name, write := range broken {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T, v *vendor) {
				v.token = func(w http.ResponseWriter, r *http.Request, _ int) {
					w.WriteHeader(400)
					write(w, r)
				}
				source := v.transport(t).TokenSource()
				_, err := source.Token()
				var failed *transport.TokenError
				require.ErrorAs(t, err, &failed)
				require.Equal(t, transport.TokenError{Status: 400}, *failed, "what cannot be read refuses nobody")
				require.Len(t, v.tokensSeen(), 1)
			})
			inBubble(t, func(t *testing.T, v *vendor) {
				v.token = func(w http.ResponseWriter, r *http.Request, n int) {
					if n > 1 {
						grant(w, n, 3600)
						return
					}
					w.Header().Set("Retry-After", "120")
					w.WriteHeader(429)
					write(w, r)
				}
				_, err := v.transport(t).TokenSource().Token()
				require.NoError(t, err)
				require.GreaterOrEqual(t, gaps(v.tokensSeen())[0], 120*time.Second)
			})
		})
	}
}

// That of a 429 closes the group: who has time waits.
func TestPenaltyOfTheTokenEndpointOutlivesTheCall(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.token = func(w http.ResponseWriter, _ *http.Request, n int) {
			if n == 1 {
				status(w, 429, "Retry-After", "60")
				return
			}
			grant(w, n, 3600)
		}
		source := v.transport(t, func(c *transport.Config) { c.MaxTries = 1 }).TokenSource()
		_, err := source.Token()
		require.EqualError(t, err, "obtain an access token: status 429 status-429")
		_, err = source.Token()
		require.NoError(t, err)
		require.Equal(t, []time.Duration{time.Minute}, gaps(v.tokensSeen()))
	})
}

func TestUselessTokenAnswers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, body, want string }{
		{"no token", `{"token_type":"bearer"}`, "obtain an access token: oauth2: server response missing access_token"},
		{"not JSON", `<html>`, "obtain an access token: oauth2: cannot parse json: invalid character '<' looking for beginning of value"},
		{"another type", `{"access_token":"zzz","token_type":"mac"}`,
			`obtain an access token: the token endpoint gave a token of type "mac": only Bearer is known`},
		{"a line break", `{"access_token":"zzz\r\nX-Evil: 1","token_type":"bearer"}`,
			"obtain an access token: the token endpoint gave a token that no header can carry"},
		{"too long", `{"access_token":"` + strings.Repeat("z", 300<<10) + `"}`,
			"obtain an access token: the token endpoint's answer is larger than 256 KiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v := newVendor(t)
			v.token = func(w http.ResponseWriter, _ *http.Request, _ int) {
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprint(w, c.body)
			}
			_, err := v.transport(t).TokenSource().Token()
			require.EqualError(t, err, c.want)
			require.NotContains(t, err.Error(), "zzz")
			require.Len(t, v.tokensSeen(), 1)
		})
	}
}

type sourceFunc func() (*oauth2.Token, error)

func (f sourceFunc) Token() (*oauth2.Token, error) { return f() }

func TestTokenSourceOfTheCaller(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	with := func(f sourceFunc) *transport.Transport {
		return v.transport(t, func(c *transport.Config) { c.Credentials, c.TokenSource = transport.Credentials{}, f })
	}
	tr := with(func() (*oauth2.Token, error) { return &oauth2.Token{AccessToken: "mine"}, nil })
	_, _, err := send(tr, request(t, t.Context(), "GET", v.URL+"/x", nil))
	require.NoError(t, err)
	require.Equal(t, "Bearer mine", v.seen()[0].Auth)
	require.Empty(t, v.tokensSeen())

	broken := errors.New("vault is sealed")
	_, _, err = send(with(func() (*oauth2.Token, error) { return nil, broken }), request(t, t.Context(), "GET", v.URL+"/x", nil))
	require.ErrorIs(t, err, broken)
	_, _, err = send(with(func() (*oauth2.Token, error) { return &oauth2.Token{}, nil }), request(t, t.Context(), "GET", v.URL+"/x", nil))
	require.EqualError(t, err, "obtain an access token: the token source gave no token that a header can carry")
	require.Len(t, v.seen(), 1)
}

func TestTokenSourceOfAnotherTransportObeysTheContext(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.token = func(w http.ResponseWriter, _ *http.Request, n int) { time.Sleep(20 * time.Second); grant(w, n, 3600) }
		source := v.transport(t).TokenSource()
		tr := v.transport(t, func(c *transport.Config) { c.Credentials, c.TokenSource = transport.Credentials{}, source })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, _, err := send(tr, request(t, ctx, "GET", v.URL+"/x", nil))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Second, time.Since(start))
		_, _, err = send(tr, request(t, t.Context(), "GET", v.URL+"/x", nil))
		require.NoError(t, err)
		require.Len(t, v.tokensSeen(), 1)
	})
}
