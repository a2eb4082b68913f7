package transport_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringbasic/ringbasic/transport"
	"github.com/stretchr/testify/require"
)

// trouble answers every request with a status, or with a closed connection for 0.
func trouble(code int, headers ...string) func(http.ResponseWriter, *http.Request, int) {
	return func(w http.ResponseWriter, _ *http.Request, _ int) {
		if code == 0 {
			panic(http.ErrAbortHandler)
		}
		status(w, code, headers...)
	}
}

func TestRetryMatrix(t *testing.T) {
	t.Parallel()
	const (
		all  = "GET HEAD PUT DELETE OPTIONS POST PATCH TRACE"
		idem = "GET HEAD PUT DELETE OPTIONS"
	)
	for _, c := range []struct {
		code     int
		repeated string // these methods
	}{
		{200, ""}, {204, ""}, {304, ""}, {400, ""}, {401, ""}, {403, ""}, {404, ""}, {408, ""}, {409, ""}, {416, ""}, {501, ""}, {505, ""},
		{429, all},
		{500, idem}, {502, idem}, {503, idem}, {504, idem}, {0, idem},
	} {
		t.Run(fmt.Sprint(c.code), func(t *testing.T) {
			t.Parallel()
			for _, method := range strings.Fields(all) {
				for _, optIn := range []string{"", "client", "request"} {
					inBubble(t, func(t *testing.T, v *vendor) {
						v.api = trouble(c.code)
						ctx := t.Context()
						tr := v.transport(t, func(conf *transport.Config) { conf.RetryUnsafe = optIn == "client" })
						if optIn == "request" {
							ctx = transport.WithRetryUnsafe(ctx)
						}
						_, _, err := send(tr, request(t, ctx, method, v.URL+"/x", nil))
						require.Equal(t, c.code == 0, err != nil)
						want := 1
						if strings.Contains(" "+c.repeated+" ", " "+method+" ") || c.repeated != "" && optIn != "" {
							want = 5
						}
						require.Len(t, v.seen(), want, "%s, opted in by: %q", method, optIn)
					})
				}
			}
		})
	}
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	sec := func(s ...float64) (d []time.Duration) {
		for _, x := range s {
			d = append(d, time.Duration(x*float64(time.Second)))
		}
		return d
	}
	for _, c := range []struct {
		name   string
		tries  int
		spread float64
		answer func(http.ResponseWriter, *http.Request, int)
		want   []time.Duration
	}{
		{"five tries", 0, 0, trouble(503), sec(2, 4, 8, 16)},
		{"at most a minute", 8, 0, trouble(503), sec(2, 4, 8, 16, 32, 60, 60)},
		{"spread", 8, 0.5, trouble(503), sec(2.25, 4.5, 9, 18, 36, 60, 60)},
		{"fault", 3, 0, trouble(0), sec(2, 4)},
		{"Retry-After", 3, 0.5, trouble(503, "Retry-After", "7"), sec(7, 7)},
		{"Retry-After 0", 3, 0, trouble(503, "Retry-After", "0"), sec(2, 4)},
		{"Retry-After too long", 3, 0, trouble(503, "Retry-After", "301"), nil},
		{"one try", 1, 0, trouble(503), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T, v *vendor) {
				v.api = c.answer
				tr := v.transport(t, func(conf *transport.Config) {
					conf.MaxTries = c.tries
					conf.SetRandom(func() float64 { return c.spread })
				})
				code, body, err := send(tr, request(t, t.Context(), "GET", v.URL+"/x", nil))
				require.Equal(t, c.want, gaps(v.seen()))
				if c.name == "fault" {
					require.ErrorIs(t, err, io.EOF)
					require.EqualError(t, err, "after 3 tries: EOF")
					return
				}
				require.NoError(t, err)
				require.Equal(t, 503, code)
				require.JSONEq(t, `{"errorCode":"status-503"}`, body, "the last response is whole")
			})
		})
	}
}

func TestRetryEndsWell(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = func(w http.ResponseWriter, r *http.Request, n int) {
			switch n {
			case 1:
				panic(http.ErrAbortHandler)
			case 2:
				status(w, 502)
			case 3:
				status(w, 429, "Retry-After", "9")
			default:
				fmt.Fprint(w, "done")
			}
		}
		var events []string
		tr := v.transport(t, func(c *transport.Config) {
			c.OnEvent = func(_ context.Context, e transport.Event) {
				events = append(events, fmt.Sprintf("%s %s %s try %d status %d wait %v err %v", e.Kind, e.Method, e.Path, e.Try, e.Status, e.Wait, e.Err))
			}
		})
		code, body, err := send(tr, request(t, t.Context(), "PUT", v.URL+"/x?secret=1", strings.NewReader("rule")))
		require.NoError(t, err)
		require.Equal(t, 200, code)
		require.Equal(t, "done", body)
		for _, c := range v.seen() {
			require.Equal(t, "rule", c.Body)
		}
		require.Equal(t, []time.Duration{2 * time.Second, 4 * time.Second, 9 * time.Second}, gaps(v.seen()))
		require.Equal(t, []string{
			"token POST /restapi/oauth/token try 0 status 200 wait 0s err <nil>",
			"retry PUT /x try 1 status 0 wait 2s err EOF",
			"retry PUT /x try 2 status 502 wait 4s err <nil>",
			"retry PUT /x try 3 status 429 wait 9s err <nil>",
			"wait PUT /x try 4 status 0 wait 9s err <nil>",
		}, events)
	})
}

// stream is a body that cannot be rewound.
type stream struct {
	io.Reader
	closed atomic.Int32
}

func (s *stream) Close() error { s.closed.Add(1); return nil }

func TestBodyThatCannotBeRewoundIsSentOnce(t *testing.T) {
	t.Parallel()
	for _, code := range []int{429, 503, 0} {
		inBubble(t, func(t *testing.T, v *vendor) {
			v.api = trouble(code)
			body := &stream{Reader: strings.NewReader("audio")}
			r := request(t, transport.WithRetryUnsafe(t.Context()), "PUT", v.URL+"/x", body)
			got, _, err := send(v.transport(t), r)
			require.Equal(t, code == 0, err != nil)
			require.Equal(t, code, got)
			require.Len(t, v.seen(), 1)
			require.Equal(t, "audio", v.seen()[0].Body)
			require.EqualValues(t, 1, body.closed.Load())
		})
	}
}

func TestFailingGetBodyHandsOverTheResponse(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = trouble(503)
		r := request(t, t.Context(), "PUT", v.URL+"/x", strings.NewReader("b"))
		r.GetBody = func() (io.ReadCloser, error) { return nil, errors.New("file is gone") }
		code, body, err := send(v.transport(t), r)
		require.NoError(t, err)
		require.Equal(t, 503, code)
		require.JSONEq(t, `{"errorCode":"status-503"}`, body)
		require.Len(t, v.seen(), 1)
	})
}

// A body whose GetBody rewinds the same file, sent to a server that refuses
// before it has read it, over HTTP/2 and HTTP/1: the old try must not read on.
func TestSeekableBodyIsNotReadByTwoTries(t *testing.T) {
	t.Parallel()
	content := bytes.Repeat([]byte("0123456789abcdef"), 1<<16) // 1 MiB
	path := filepath.Join(t.TempDir(), "greeting.wav")
	require.NoError(t, os.WriteFile(path, content, 0o600))
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, v *vendor) {
				v.speak(protocol)
				v.Start()
				var n atomic.Int32
				v.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					switch {
					case r.URL.Path == "/restapi/oauth/token":
						grant(w, 1, 3600)
					case n.Add(1)%2 == 1:
						status(w, 429, "Retry-After", "60")
					default:
						got, err := io.ReadAll(r.Body)
						if err != nil || !bytes.Equal(got, content) || r.ContentLength != int64(len(content)) || r.Proto != protocol {
							status(w, 400)
						}
					}
				})
				tr := v.transport(t)
				file, err := os.Open(path)
				require.NoError(t, err)
				defer file.Close()
				for range 10 {
					rewound := func() (io.ReadCloser, error) {
						_, err := file.Seek(0, io.SeekStart)
						return io.NopCloser(file), err
					}
					body, err := rewound()
					require.NoError(t, err)
					r := request(t, t.Context(), "POST", v.URL+"/x", body)
					r.GetBody, r.ContentLength = rewound, int64(len(content))
					code, _, err := send(tr, r)
					require.NoError(t, err)
					require.Equal(t, 200, code)
				}
				require.EqualValues(t, 20, n.Load())
			})
		})
	}
}

// blocking gives one byte and blocks then, whether it is closed or not.
type blocking struct {
	given atomic.Bool
	stop  chan struct{}
}

func (b *blocking) Read(p []byte) (int, error) {
	if b.given.Swap(true) {
		<-b.stop
		return 0, io.EOF
	}
	return 1, nil
}

func (*blocking) Close() error { return nil }

// A server that answers before it has read the whole body is heard even if the
// caller's reader blocks: what it still reads from cannot be sent again.
func TestEarlyAnswerWhileTheCallersBodyBlocks(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection broke")
	for name, c := range map[string]struct {
		cancelled, want time.Duration
		fault           error
	}{
		"answer":            {time.Hour, time.Second, nil},
		"answer, cancelled": {500 * time.Millisecond, 500 * time.Millisecond, nil},
		"fault":             {time.Hour, time.Second, broken},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				body := &blocking{stop: make(chan struct{})}
				defer close(body.stop)
				tries := 0
				tr, err := transport.New(transport.Config{
					TokenSource: static("token-1"),
					Base: baseFunc(func(r *http.Request) (*http.Response, error) {
						tries++
						go io.Copy(io.Discard, r.Body)
						synctest.Wait()
						if c.fault != nil {
							return nil, c.fault
						}
						return &http.Response{StatusCode: 429, Body: http.NoBody, Header: http.Header{"Retry-After": {"9"}}, Request: r}, nil
					}),
				})
				require.NoError(t, err)
				ctx, cancel := context.WithCancel(t.Context())
				defer time.AfterFunc(c.cancelled, cancel).Stop()
				r := request(t, ctx, "PUT", transport.ServerProduction+"/x", body)
				r.GetBody = func() (io.ReadCloser, error) { t.Error("rewound"); return body, nil }
				start := time.Now()
				resp, err := tr.RoundTrip(r)
				require.Equal(t, c.fault, err)
				if c.fault == nil {
					require.Equal(t, 429, resp.StatusCode)
				}
				require.Equal(t, 1, tries)
				require.Equal(t, c.want, time.Since(start))
			})
		})
	}
}

func TestFaultOfTheCallersBodyIsNotRepeated(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		broken := errors.New("disk on fire")
		r := request(t, t.Context(), "PUT", v.URL+"/x", io.MultiReader(strings.NewReader("abc"), failing{broken}))
		r.GetBody = func() (io.ReadCloser, error) { t.Error("rewound"); return nil, broken }
		start := time.Now()
		_, _, err := send(v.transport(t), r)
		require.ErrorIs(t, err, broken)
		require.Zero(t, time.Since(start))
	})
}

func TestBodyShorterThanItSaysIsNotRepeated(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		r := request(t, t.Context(), "PUT", v.URL+"/x", strings.NewReader("short"))
		r.ContentLength = 100
		start := time.Now()
		_, _, err := send(v.transport(t), r)
		require.ErrorContains(t, err, "http: ContentLength=100 with Body length 5")
		require.Zero(t, time.Since(start))
	})
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// baseFunc is a Base made of a function; like many a stand-in it does not close
// request bodies.
type baseFunc func(*http.Request) (*http.Response, error)

func (f baseFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestFaultsThatRepeatingCannotCure(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	_, err := v.transport(t).TokenSource().Token()
	require.NoError(t, err)
	for name, c := range map[string]struct {
		url  string
		base http.RoundTripper
		head string
		want string
	}{
		"unknown authority": {v.URL, &http.Transport{}, "", "tls: failed to verify certificate: x509: certificate signed by unknown authority"},
		"wrong name":        {"https://localhost:" + v.URL[strings.LastIndex(v.URL, ":")+1:], v.base, "", "x509: certificate is valid for example.com"},
		"no TLS":            {"https" + strings.TrimPrefix(plainServer(t), "http"), v.base, "", "tls: first record does not look like a TLS handshake"},
		"invalid header":    {v.URL, v.base, "a\nb", `net/http: invalid header field value for "X-Test"`},
		"ended elsewhere":   {v.URL, baseFunc(func(*http.Request) (*http.Response, error) { return nil, context.Canceled }), "", "context canceled"},
	} {
		t.Run(name, func(t *testing.T) {
			var tries atomic.Int32
			tr := v.transport(t, func(conf *transport.Config) {
				conf.Server = ""
				conf.Base = baseFunc(func(r *http.Request) (*http.Response, error) { tries.Add(1); return c.base.RoundTrip(r) })
			})
			r := request(t, t.Context(), "GET", c.url+"/x", nil)
			if c.head != "" {
				r.Header.Set("X-Test", c.head)
			}
			_, _, err := send(tr, r)
			require.ErrorContains(t, err, c.want)
			require.EqualValues(t, 1, tries.Load())
		})
	}
}

func plainServer(t *testing.T) string {
	t.Helper()
	s := newPlain(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "plain") })
	return s.URL
}

func TestBaseThatGivesNothing(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	tr := v.transport(t, func(c *transport.Config) {
		c.MaxTries = 1
		c.Base = baseFunc(func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "/token") {
				return v.base.RoundTrip(r)
			}
			return nil, nil
		})
	})
	_, _, err := send(tr, request(t, t.Context(), "GET", v.URL+"/x", nil))
	require.EqualError(t, err, "transport.Config.Base gave neither a response nor an error")
}

func TestCancellingEndsRepeating(t *testing.T) {
	t.Parallel()
	t.Run("while waiting", func(t *testing.T) {
		for code, want := range map[int]string{503: "status 503", 0: "EOF"} {
			inBubble(t, func(t *testing.T, v *vendor) {
				v.api = trouble(code)
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(3*time.Second, cancel)
				start := time.Now()
				_, _, err := send(v.transport(t), request(t, ctx, "GET", v.URL+"/x", nil))
				require.EqualError(t, err, "while waiting to repeat the request after "+want+": context canceled")
				require.ErrorIs(t, err, context.Canceled)
				require.Equal(t, 3*time.Second, time.Since(start))
				require.Len(t, v.seen(), 2)
			})
		}
	})
	t.Run("while asking", func(t *testing.T) {
		inBubble(t, func(t *testing.T, v *vendor) {
			v.api = func(w http.ResponseWriter, r *http.Request, n int) { <-r.Context().Done() }
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			start := time.Now()
			_, _, err := send(v.transport(t), request(t, ctx, "GET", v.URL+"/x", nil))
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.Equal(t, 3*time.Second, time.Since(start))
			require.Len(t, v.seen(), 1)
		})
	})
	t.Run("before", func(t *testing.T) {
		inBubble(t, func(t *testing.T, v *vendor) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			body := &stream{Reader: strings.NewReader("b")}
			_, _, err := send(v.transport(t), request(t, ctx, "POST", v.URL+"/x", body))
			require.ErrorIs(t, err, context.Canceled)
			require.EqualValues(t, 1, body.closed.Load())
			require.Empty(t, v.seen())
			require.Empty(t, v.tokensSeen())
		})
	})
	t.Run("deadline before the next try", func(t *testing.T) {
		inBubble(t, func(t *testing.T, v *vendor) {
			v.api = trouble(503)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			start := time.Now()
			code, _, err := send(v.transport(t), request(t, ctx, "GET", v.URL+"/x", nil))
			require.NoError(t, err, "the response in hand is worth more than a context's error")
			require.Equal(t, 503, code)
			require.Equal(t, 2*time.Second, time.Since(start))
		})
	})
}

// tracked tells whether a response's body was closed, and what was read of it.
type tracked struct {
	io.Reader
	read   int
	closed bool
}

func (b *tracked) Read(p []byte) (int, error) { n, err := b.Reader.Read(p); b.read += n; return n, err }
func (b *tracked) Close() error               { b.closed = true; return nil }

func TestDiscardedResponsesAreDrainedAndClosed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		size, read   int
		uncompressed bool
	}{{size: 0}, {size: 1000, read: 1000}, {size: 1 << 30, read: 16 << 10}, {size: 1000, uncompressed: true}} {
		synctest.Test(t, func(t *testing.T) {
			var bodies []*tracked
			tr, err := transport.New(transport.Config{
				TokenSource: static("t"),
				Base: baseFunc(func(r *http.Request) (*http.Response, error) {
					b := &tracked{Reader: io.LimitReader(zeros{}, int64(c.size))}
					bodies = append(bodies, b)
					return &http.Response{StatusCode: 503, Body: b, Header: http.Header{}, Request: r, Uncompressed: c.uncompressed}, nil
				}),
			})
			require.NoError(t, err)
			resp, err := tr.RoundTrip(request(t, t.Context(), "GET", transport.ServerProduction+"/x", nil))
			require.NoError(t, err)
			require.Len(t, bodies, 5)
			for _, b := range bodies[:4] {
				require.True(t, b.closed)
				require.Equal(t, c.read, b.read)
			}
			require.False(t, bodies[4].closed)
			require.Zero(t, bodies[4].read)
			require.NoError(t, resp.Body.Close())
			require.True(t, bodies[4].closed)
		})
	}
}

// A server that begins an answer and does not end it holds nobody up.
func TestDiscardingDoesNotWaitForTheEnd(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = func(w http.ResponseWriter, r *http.Request, n int) {
			if n == 1 {
				status(w, 503)
				_ = http.NewResponseController(w).Flush()
				<-r.Context().Done()
			}
		}
		code, _, err := send(v.transport(t), request(t, t.Context(), "GET", v.URL+"/x", nil))
		require.NoError(t, err)
		require.Equal(t, 200, code)
		require.Equal(t, []time.Duration{3 * time.Second}, gaps(v.seen()), "a second of reading and two of waiting")
	})
}

// Compressed answers are not read at all: net/http's reader of gzip cannot be
// closed while it waits for the first bytes.
func TestDiscardingDoesNotWaitForGzip(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, v *vendor) {
				v.speak(protocol)
				v.Start()
				ended := make(chan struct{})
				v.api = func(w http.ResponseWriter, r *http.Request, n int) {
					if n == 1 {
						w.Header().Set("Content-Encoding", "gzip")
						w.WriteHeader(503)
						_ = http.NewResponseController(w).Flush()
						select {
						case <-r.Context().Done():
							close(ended)
						case <-time.After(time.Minute):
						}
					}
				}
				code, _, err := send(v.transport(t), request(t, t.Context(), "GET", v.URL+"/x", nil))
				require.NoError(t, err)
				require.Equal(t, 200, code)
				require.Equal(t, []time.Duration{2 * time.Second}, gaps(v.seen()))
				<-ended
			})
		})
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
