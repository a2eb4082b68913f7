package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
)

// When there are too many groups, those that hold nothing go, and no others.
func TestGroupsThatAreForgotten(t *testing.T) {
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		busy  func(*group)
		stays bool
	}{
		"nothing":             {func(*group) {}, false},
		"one under way":       {func(g *group) { g.flying = 1 }, true},
		"one counted":         {func(g *group) { g.counted = []time.Time{now} }, true},
		"one waiting":         {func(g *group) { g.waiting[1] = struct{}{} }, true},
		"as many of each":     {func(g *group) { g.flying, g.counted, g.waiting[1] = 1, []time.Time{now}, struct{}{} }, true},
		"as many as wait":     {func(g *group) { g.counted, g.waiting[1] = []time.Time{now}, struct{}{} }, true},
		"under way and first": {func(g *group) { g.flying, g.waiting[1] = 1, struct{}{} }, true},
		"a penalty":           {func(g *group) { g.closed = now.Add(time.Second) }, true},
		"a penalty that ends": {func(g *group) { g.closed = now }, false},
		"counted long ago":    {func(g *group) { g.counted = []time.Time{now.Add(-time.Minute)} }, false},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGate(nil, time.Hour)
			learnt := g.group("one", now)
			learnt.limit = 7
			c.busy(learnt)
			for n := 1; n < maxGroups; n++ {
				g.group(strconv.Itoa(n), now)
			}
			require.Len(t, g.groups, maxGroups)
			require.Equal(t, 7, g.group("one", now).limit, "nothing is forgotten before")
			g.group("one more", now)
			_, stays := g.groups["one"]
			require.Equal(t, c.stays, stays)
		})
	}
}

func TestLearn(t *testing.T) {
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		limit, left   string
		want, counted int
	}{
		{"10", "7", 10, 2}, // three used, of which one is ours and under way
		{"10", "10", 10, 0},
		{"10", "0", 10, 9},
		{"10", "11", 10, 0},
		{"10", "-1", 10, 0},
		{"10", "", 10, 0},
		{"0", "0", 5, 0},
		{"-1", "", 5, 0},
		{"1", "", 1, 0},
		{strconv.Itoa(maxLearntLimit), "", maxLearntLimit, 0},
		{strconv.Itoa(maxLearntLimit + 1), "", 5, 0},
	} {
		g := &group{limit: 5, window: time.Minute, flying: 1}
		g.learn(http.Header{"X-Rate-Limit-Limit": {c.limit}, "X-Rate-Limit-Remaining": {c.left}}, now)
		require.Equal(t, [2]int{c.want, c.counted}, [2]int{g.limit, len(g.counted)}, "%s of %s", c.left, c.limit)
	}
}

func TestNamesOfGroupsThatAreBelieved(t *testing.T) {
	for length, want := range map[int]bool{maxGroupName: true, maxGroupName + 1: false} {
		name := strings.Repeat("g", length)
		g := newGate(nil, time.Hour)
		g.group("asked", time.Now()).flying = 1
		g.answered("asked", 1, &http.Response{StatusCode: 200, Header: http.Header{"X-Rate-Limit-Group": {name}}}, true)
		require.Equal(t, want, g.groups[name] != nil)
	}
}

// A ceiling that is less than one in the window is one in a window that is as long as it must be, to the nanosecond.
func TestCeilingsBelowOne(t *testing.T) {
	for ceiling, want := range map[int]time.Duration{
		1: time.Minute, 2: 30 * time.Second, 7: 8571428572 * time.Nanosecond, 59: 1016949153 * time.Nanosecond, 60: time.Second,
	} {
		g := &group{limit: 100, ceiling: ceiling, window: time.Second}
		g.keepBelowCeiling()
		require.Equal(t, want, g.window, ceiling)
		require.Equal(t, 1, g.limit)
	}
}

func TestRetryAfterAgainstAPartOfASecond(t *testing.T) {
	for value, want := range map[string]time.Duration{"1": time.Second, "2": 1500 * time.Millisecond, "0": 0} {
		resp := &http.Response{Header: http.Header{"Retry-After": {value}}}
		require.Equal(t, want, retryAfter(resp, time.Now(), 1500*time.Millisecond), value)
	}
}

func TestTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		whole := withTotal(context.Background(), time.Now().Add(time.Minute))
		deadline, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		for wait, want := range map[time.Duration]bool{time.Minute - 1: false, time.Minute: true, time.Minute + 1: true} {
			require.Equal(t, want, tooLong(whole, wait, time.Hour), "of the call: %v", wait)
			require.Equal(t, want, tooLong(deadline, wait, time.Hour), "of the context: %v", wait)
			require.Equal(t, wait > time.Minute, tooLong(context.Background(), wait, time.Minute), "the longest wait: %v", wait)
		}
	})
}

// A connection that was upgraded can be written to: its body is left alone.
func TestUpgradedConnection(t *testing.T) {
	type connection struct{ io.ReadWriteCloser }
	e := &engine{maxTotal: time.Minute, life: t.Context()}
	for status, want := range map[int]bool{101: true, 200: false} {
		_, began := e.bound(&http.Request{})
		resp := &http.Response{StatusCode: status, Body: connection{}}
		began(resp)
		_, writable := resp.Body.(io.Writer)
		require.Equal(t, want, writable, status)
	}
}

// closing is a body that ends only when it is closed, as the connection of an upgrade does.
type closing struct{ closed chan struct{} }

func (c *closing) Read([]byte) (int, error) { <-c.closed; return 0, io.ErrClosedPipe }
func (c *closing) Close() error             { close(c.closed); return nil }

// An upgrade that nobody asked for is closed and refused: no context would end the reading of its body.
func TestUpgradeThatNobodyAskedFor(t *testing.T) {
	for name, c := range map[string]struct {
		header http.Header
		asked  bool
	}{
		"nothing":             {nil, false},
		"no protocol":         {http.Header{"Connection": {"Upgrade"}}, false},
		"no connection":       {http.Header{"Upgrade": {"websocket"}}, false},
		"another connection":  {http.Header{"Connection": {"keep-alive", "upgrades"}, "Upgrade": {"websocket"}}, false},
		"both":                {http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}}, true},
		"in lower case":       {http.Header{"Connection": {"upgrade"}, "Upgrade": {"h2c"}}, true},
		"in a list":           {http.Header{"Connection": {"keep-alive ,\tUPGRADE"}, "Upgrade": {"websocket"}}, true},
		"in a second header":  {http.Header{"Connection": {"keep-alive", "Upgrade"}, "Upgrade": {"websocket"}}, true},
		"an empty protocol":   {http.Header{"Connection": {"Upgrade"}, "Upgrade": {""}}, false},
		"a blank protocol":    {http.Header{"Connection": {"Upgrade"}, "Upgrade": {" "}}, false},
		"an empty connection": {http.Header{"Connection": {""}, "Upgrade": {"websocket"}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			body, sent := &closing{make(chan struct{})}, 0
			tr, err := New(Config{
				TokenSource: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "token"}),
				Base: baseFunc(func(*http.Request) (*http.Response, error) {
					sent++
					return &http.Response{StatusCode: 101, Header: http.Header{}, Body: body}, nil
				}),
			})
			require.NoError(t, err)
			req, err := http.NewRequestWithContext(t.Context(), "GET", ServerProduction+"/x", nil)
			require.NoError(t, err)
			req.Header = c.header
			resp, err := tr.RoundTrip(req)
			require.Equal(t, 1, sent, "it is not asked for again")
			if c.asked {
				require.NoError(t, err)
				require.Same(t, body, resp.Body)
				return
			}
			require.EqualError(t, err, "the server switched protocols (status 101), which the request did not ask for")
			<-body.closed
		})
	}
}

type baseFunc func(*http.Request) (*http.Response, error)

func (f baseFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// The token endpoint is not waited for either.
func TestUpgradeByTheTokenEndpoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr, err := New(Config{
			Credentials: Credentials{ClientID: "id", ClientSecret: NewSecret("secret"), JWT: NewSecret("jwt")},
			Base: baseFunc(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: 101, Header: http.Header{}, Body: &closing{make(chan struct{})}}, nil
			}),
		})
		require.NoError(t, err)
		_, err = tr.TokenSource().Token()
		require.EqualError(t, err, "obtain an access token: the server switched protocols (status 101), which the request did not ask for")
		require.NoError(t, tr.Close())
	})
}

// No redirect of the token endpoint is followed, and none that leads nowhere hides the status.
func TestRedirectByTheTokenEndpoint(t *testing.T) {
	for _, location := range []string{"", "/there", "%zz", "http://[::1", strings.Repeat("%", 1<<20)} {
		sent := 0
		tr, err := New(Config{
			Credentials: Credentials{ClientID: "id", ClientSecret: NewSecret("secret"), JWT: NewSecret("jwt")},
			Base: baseFunc(func(*http.Request) (*http.Response, error) {
				sent++
				resp := answer(307, "")
				resp.Header.Set("Location", location)
				return resp, nil
			}),
		})
		require.NoError(t, err)
		_, err = tr.TokenSource().Token()
		require.EqualError(t, err, "obtain an access token: status 307")
		require.Equal(t, 1, sent)
		require.NoError(t, tr.Close())
	}
}

// net/http repeats by itself what never reached a connection, and asks for the body again.
func TestBodyAgain(t *testing.T) {
	broken := errors.New("no more")
	var again error
	req := func() *http.Request {
		return &http.Request{Method: "POST", Header: http.Header{}, Body: io.NopCloser(strings.NewReader("payload")),
			GetBody: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("payload")), again }}
	}
	var told Attempt
	e := &engine{onAttempt: func(_ context.Context, a Attempt) { told = a }}
	out := req()
	out.URL = &url.URL{Scheme: "https", Host: "platform.example"}
	w := e.watch(out, exchange{}, 1, "bearer")
	_, err := io.CopyN(io.Discard, out.Body, 3)
	require.NoError(t, err)
	second, err := out.GetBody()
	require.NoError(t, err)
	_, err = io.CopyN(io.Discard, second, 5)
	require.NoError(t, err)
	w.began(nil, broken)
	require.EqualValues(t, 5, told.Sent, "what the second was sent, not both")
	again = broken
	_, err = out.GetBody()
	require.ErrorIs(t, err, broken)

	first := req()
	sent := &http.Request{}
	takeBody(first).send(sent)
	_, err = sent.GetBody()
	require.ErrorIs(t, err, broken)
}

func TestPause(t *testing.T) {
	for _, c := range []struct {
		e       TokenError
		failing int
		want    time.Duration
	}{
		{TokenError{Final: true}, 1, time.Minute},
		{TokenError{Final: true}, 2, 2 * time.Minute},
		{TokenError{Final: true}, 6, 32 * time.Minute},
		{TokenError{Final: true}, 7, time.Hour},
		{TokenError{Final: true}, 1000, time.Hour},
		{TokenError{Final: true, RetryAfter: 90 * time.Minute}, 1, 90 * time.Minute},
		{TokenError{Final: true, VendorCode: "OAU-147"}, 1, time.Hour},
		{TokenError{Final: true, VendorCode: "OAU-148", RetryAfter: 2 * time.Hour}, 1, 2 * time.Hour},
		{TokenError{Status: 429, RetryAfter: time.Second}, 5, 0},
		{TokenError{Status: 403, RetryAfter: time.Second}, 1, time.Second},
		{TokenError{Status: 403}, 1, 0},
		{TokenError{Status: 403}, 2, 2 * time.Second},
		{TokenError{Status: 499}, 3, 4 * time.Second},
		{TokenError{Status: 403}, 7, time.Minute},
		{TokenError{Status: 500}, 3, 0},
		{TokenError{Status: 503}, 3, 0},
		{TokenError{}, 3, 0},
	} {
		require.Equal(t, c.want, pause(&c.e, c.failing), "%+v, %d", c.e, c.failing)
	}
}

func TestTokenErrorsText(t *testing.T) {
	e := TokenError{Status: 400, Code: "invalid_grant", Final: true}
	require.NotContains(t, e.Error(), "asked again")
	e.RetryAfter = time.Minute
	require.Contains(t, e.Error(), "asked again in 1m0s at the earliest")
}

// A code that is no plain word is quoted: a server's text cannot break out of the line.
func TestCodesOfTokenErrors(t *testing.T) {
	for code, want := range map[string]string{
		"invalid_grant": "invalid_grant", "OAU-140": "OAU-140", "urn:ietf.params/x": "urn:ietf.params/x",
		"a b": `"a b"`, "a\n::error::b": `"a\n::error::b"`, "\x1b[31m": `"\x1b[31m"`, "\u202eb": `"\u202eb"`, "größe": `"größe"`, `a"`: `"a\""`,
		"::error::b": `"::error::b"`, "a\u009b": `"a\u009b"`, "-": `"-"`, "a,": `"a,"`,
	} {
		require.Equal(t, "obtain an access token: status 400 "+want, (&TokenError{Status: 400, Code: code}).Error())
		require.Equal(t, "obtain an access token: status 400 x "+want, (&TokenError{Status: 400, Code: "x", VendorCode: code}).Error())
	}
}

func TestDescriptionsAreCut(t *testing.T) {
	for length, want := range map[int]string{
		maxDescription - 1: strings.Repeat("d", maxDescription-1),
		maxDescription:     strings.Repeat("d", maxDescription),
		maxDescription + 1: strings.Repeat("d", maxDescription) + "…",
	} {
		err := &oauth2.RetrieveError{Response: answer(400, ""), ErrorDescription: strings.Repeat("d", length)}
		require.Equal(t, want, tokenError(err, time.Now(), nil, time.Hour).Description, length)
	}
}

func TestValidBearer(t *testing.T) {
	for s, want := range map[string]bool{
		"": false, "a": true, "!": true, "~": true, "a~!b": true, " ": false, "a b": false, " a": false, "a ": false,
		"\x7fa": false, "a\x7f": false, "é": false, "a\n": false,
	} {
		require.Equal(t, want, validBearer(s), "%q", s)
	}
}

// A 429 of the token endpoint is not remembered as a refusal, and what it says of the time is told.
func TestThrottledTokenRequestTellsTheWait(t *testing.T) {
	s := &tokens{
		gate: newGate(nil, time.Hour), limit: time.Hour, life: t.Context(),
		fetch: func(context.Context) (*oauth2.Token, error) {
			return nil, &TokenError{Status: 429, RetryAfter: 7 * time.Second}
		},
	}
	f := &flight{done: make(chan struct{})}
	s.fly(f)
	var told *TokenError
	require.ErrorAs(t, f.err, &told)
	require.Equal(t, 7*time.Second, told.RetryAfter)
	require.Nil(t, s.refused(time.Now()))
}

// Where nothing closes the token endpoint's group, who has no time left is told so, and of no penalty.
func TestNoTimeLeftIsNoPenalty(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		life, end := context.WithCancel(t.Context())
		defer end()
		s := &tokens{
			gate: newGate(nil, time.Hour), limit: time.Hour, life: life,
			fetch: func(ctx context.Context) (*oauth2.Token, error) { <-ctx.Done(); return nil, ctx.Err() },
		}
		ctx, cancel := context.WithDeadline(t.Context(), time.Now())
		defer cancel()
		_, err := s.get(ctx)
		require.EqualError(t, err, fmt.Sprintf("while waiting for an access token: %v", context.DeadlineExceeded))
		end()
		synctest.Wait()
	})
}
