package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ringbasic/ringbasic/transport"
	"github.com/stretchr/testify/require"
)

// attempts makes a Transport for the vendor, and what it tells of its attempts.
func attempts(t *testing.T, v *vendor, changes ...func(*transport.Config)) (*transport.Transport, *[]transport.Attempt) {
	t.Helper()
	var all []transport.Attempt
	return v.transport(t, append(changes, func(c *transport.Config) {
		c.Group = func(*http.Request) string { return "Medium" }
		c.Operation = func(r *http.Request) string { return strings.TrimPrefix(r.URL.Path, "/") }
		c.OnAttempt = func(_ context.Context, a transport.Attempt) { all = append(all, a) }
	})...), &all
}

func TestAttempts(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = func(w http.ResponseWriter, _ *http.Request, n int) {
			time.Sleep(time.Duration(n) * time.Second)
			w.Header().Set("RCRequestId", fmt.Sprintf("r-%d-token-1", n))
			switch n {
			case 1:
				status(w, 503)
			case 2:
				panic(http.ErrAbortHandler)
			default:
				fmt.Fprint(w, `{"id"`)
				_ = http.NewResponseController(w).Flush()
				time.Sleep(5 * time.Second)
				fmt.Fprint(w, `:"1"}`)
			}
		}
		tr, all := attempts(t, v)
		code, body, err := send(tr, request(t, t.Context(), "PUT", v.URL+"/rule", strings.NewReader("12345")))
		require.NoError(t, err)
		require.Equal(t, 200, code)
		require.Equal(t, `{"id":"1"}`, body)

		got := *all
		require.Len(t, got, 4)
		require.Equal(t, "POST", got[0].Method, "of the token")
		require.Equal(t, "Auth", got[0].Group)
		require.Equal(t, 200, got[0].Status)
		require.ErrorIs(t, got[2].Err, io.EOF)
		got[2].Err = nil
		host := strings.TrimPrefix(v.URL, "http://")
		var began []time.Time
		for i := range got {
			began, got[i].Began = append(began, got[i].Began), time.Time{}
		}
		// 2 and 4 seconds are waited between them.
		require.Equal(t, 3*time.Second, began[2].Sub(began[1]))
		require.Equal(t, 6*time.Second, began[3].Sub(began[2]))
		attempt := transport.Attempt{Operation: "rule", Method: "PUT", Host: host, Group: "Medium", Sent: 5}
		first, second, third := attempt, attempt, attempt
		first.Number, first.Status, first.Received = 1, 503, 26
		first.FirstByte, first.Duration, first.RequestID = time.Second, time.Second, "r-1-[redacted]"
		second.Number, second.Duration = 2, 2*time.Second
		third.Number, third.Status, third.Received = 3, 200, 10
		third.FirstByte, third.Duration, third.RequestID = 3*time.Second, 8*time.Second, "r-3-[redacted]"
		require.Equal(t, []transport.Attempt{first, second, third}, got[1:])
	})
}

// A body that is closed before its end ends the attempt, once, and so does one without bytes.
func TestAttemptEnds(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = func(w http.ResponseWriter, _ *http.Request, n int) {
			if n == 2 {
				w.WriteHeader(http.StatusNoContent)
				return
			}
			fmt.Fprint(w, "four")
		}
		tr, all := attempts(t, v, func(c *transport.Config) { c.Credentials, c.TokenSource = transport.Credentials{}, static("t") })
		resp, err := tr.RoundTrip(request(t, t.Context(), "GET", v.URL+"/a", nil))
		require.NoError(t, err)
		require.Empty(t, *all, "it is under way")
		_, err = io.ReadFull(resp.Body, make([]byte, 2))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.NoError(t, resp.Body.Close())
		require.Len(t, *all, 1)
		require.EqualValues(t, 2, (*all)[0].Received)

		_, _, err = send(tr, request(t, t.Context(), "GET", v.URL+"/b", nil))
		require.NoError(t, err)
		require.Len(t, *all, 2)
		require.Equal(t, 204, (*all)[1].Status)
		require.Zero(t, (*all)[1].Received)
	})
}

// A response that breaks off, and a base that repeats the token, are told without it.
func TestAttemptFaults(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Content-Length", "9")
			fmt.Fprint(w, "four")
		}
		tr, all := attempts(t, v, func(c *transport.Config) { c.Credentials, c.TokenSource = transport.Credentials{}, static("hunter2") })
		_, _, err := send(tr, request(t, t.Context(), "GET", v.URL+"/a", nil))
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.Len(t, *all, 1)
		require.ErrorIs(t, (*all)[0].Err, io.ErrUnexpectedEOF)
		require.EqualValues(t, 4, (*all)[0].Received)

		tr, all = attempts(t, v, func(c *transport.Config) {
			c.Credentials, c.TokenSource, c.MaxTries = transport.Credentials{}, static("hunter2"), 1
			c.Base = faulty{}
		})
		_, _, err = send(tr, request(t, t.Context(), "GET", v.URL+"/a", nil))
		require.Error(t, err)
		require.EqualError(t, (*all)[0].Err, "no way with Bearer [redacted]")

		var out strings.Builder
		slog.New(slog.NewTextHandler(&out, nil)).Info("call", "attempt", (*all)[0])
		require.Contains(t, out.String(), `attempt.operation=a attempt.method=GET attempt.group=Medium attempt.attempt=1 attempt.status=0`)
		require.Contains(t, out.String(), `attempt.error="no way with Bearer [redacted]"`)
	})
}

type faulty struct{}

func (faulty) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, errors.New("no way with " + r.Header.Get("Authorization"))
}
