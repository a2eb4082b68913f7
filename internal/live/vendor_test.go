package live_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/live"
	"github.com/ringbasic/ringbasic/internal/recording"
)

// The account that the vendor of these tests has. All of it is made up.
const (
	clientID     = "app-id-0001"
	clientSecret = "s3cret/+client=9"
	assertion    = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI0MDAxIn0.c2lnbmF0dXJl"
	account      = "400130001001"
)

// sent is a request as the vendor saw it.
type sent struct {
	At           time.Time
	Method, Path string
	Auth, Body   string
}

// vendor plays the platform over TLS in memory, limits and penalties included: it is not forgiving.
type vendor struct {
	*httptest.Server
	t    *testing.T
	base *http.Transport

	// api answers a request that is neither for a token nor for the version.
	api    func(w http.ResponseWriter, r *http.Request, body string)
	groups func(*http.Request) string // usage-plan group; nil: Medium
	limits map[string]int             // nil: the vendor's
	expiry int                        // seconds that a token lives
	basic  string                     // what the token endpoint wants

	mu      sync.Mutex
	seen    []sent
	tokens  int
	issued  time.Time // of the last token
	counted map[string][]time.Time
	penalty map[string]time.Time
	refused int // 429s
}

// pipes is a listener in memory: synctest's clock moves on only while nobody waits for a real network.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 443} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.conns <- server:
		return client, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// inBubble runs f with a vendor in memory and a clock that jumps.
func inBubble(t *testing.T, f func(*testing.T, *vendor)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{
			t: t, expiry: 3600, basic: base64.StdEncoding.EncodeToString([]byte("app-id-0001:s3cret%2F%2Bclient%3D9")), counted: map[string][]time.Time{},
			penalty: map[string]time.Time{},
			limits:  map[string]int{"Light": 50, "Medium": 40, "Heavy": 10},
		}
		listener := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
		v.Server = &httptest.Server{Listener: listener, Config: &http.Server{Handler: v}}
		v.StartTLS()
		v.base = v.Server.Client().Transport.(*http.Transport)
		v.base.DialContext = listener.dial
		defer v.Close()
		defer v.base.CloseIdleConnections()
		f(t, v)
	})
}

func (v *vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	time.Sleep(200 * time.Millisecond) // an answer takes its time
	body, _ := io.ReadAll(r.Body)
	v.mu.Lock()
	defer v.mu.Unlock()
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	w.Header().Set("Rcrequestid", "6f1c2e0a-9b7d-4c53-8e21-d0a4b5c6e7f8")
	w.Header().Set("Set-Cookie", "session=0123456789abcdef0123456789abcdef")
	switch r.URL.Path {
	case "/restapi/oauth/token":
		if r.Header.Get("Authorization") != "Basic "+v.basic || !strings.Contains(string(body), "assertion="+assertion) {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprintf(w, `{"error":"invalid_grant","error_description":"bad %s %s %s"}`, r.Header.Get("Authorization"), assertion, clientSecret)
			return
		}
		v.tokens++
		v.issued = time.Now()
		fmt.Fprintf(w, `{"access_token":"%s","token_type":"bearer","expires_in":%d}`, v.token(), v.expiry)
		return
	case "/restapi/v1.0":
		fmt.Fprint(w, `{"uri":"https://platform.example/restapi/v1.0","versionString":"1.0.58","releaseDate":"2026-11-01T00:00:00.000Z","uriString":"v1.0"}`)
		return
	}
	if r.Header.Get("Authorization") != "Bearer "+v.token() || time.Since(v.issued) > time.Duration(v.expiry)*time.Second {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"errorCode":"TokenInvalid","message":"Token not found","errors":[{"errorCode":"OAU-128","message":"Access token expired"}]}`)
		return
	}
	group := "Medium"
	if v.groups != nil {
		group = v.groups(r)
	}
	v.seen = append(v.seen, sent{time.Now(), r.Method, r.URL.RequestURI(), r.Header.Get("Authorization"), string(body)})
	if v.throttled(group) {
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, `{"errorCode":"CMN-301","message":"Request rate exceeded"}`)
		return
	}
	v.api(w, r, string(body))
}

// throttled counts a request of the group. One inside a penalty restarts it, and is a fault of whoever sent it.
func (v *vendor) throttled(group string) bool {
	now := time.Now()
	if now.Before(v.penalty[group]) {
		v.t.Errorf("a request inside the penalty of %s", group)
	}
	recent := v.counted[group][:0]
	for _, at := range v.counted[group] {
		if now.Sub(at) < time.Minute {
			recent = append(recent, at)
		}
	}
	v.counted[group] = append(recent, now)
	if len(v.counted[group]) <= v.limits[group] {
		return false
	}
	v.refused++
	v.penalty[group] = now.Add(time.Minute)
	return true
}

func (v *vendor) token() string { return fmt.Sprintf("U0pDMTFQMDFQQVMwMHxB%04d", v.tokens) }

// config is that of a run against the vendor.
func (v *vendor) config(recordings ...*recording.Recording) live.Config {
	c := v.configFor(v.URL, recordings...)
	c.Base = v.base
	return c
}

func (v *vendor) configFor(server string, recordings ...*recording.Recording) live.Config {
	spec, err := os.ReadFile("../../spec/openapi.yaml")
	require.NoError(v.t, err)
	return live.Config{
		Getenv: env(map[string]string{
			"RINGCENTRAL_SERVER": server, "RINGCENTRAL_CLIENT_ID": clientID,
			"RINGCENTRAL_CLIENT_SECRET": clientSecret, "RINGCENTRAL_JWT": assertion,
		}),
		Spec: spec, Recordings: recordings,
	}
}

func env(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

// recorded makes a recording of an exchange.
func recorded(t *testing.T, file, request, body, status, response string) *recording.Recording {
	t.Helper()
	text := "# source: documentation\n# document: a test\n# date: 2026-11-24\n"
	if strings.HasPrefix(request, "#") {
		line, rest, _ := strings.Cut(request, "\n")
		text, request = text+line+"\n", rest
	}
	method, path, _ := strings.Cut(request, " ")
	text += "\n" + method + " {{server}}/restapi/v1.0/account/" + path + "\nAccept: application/json\nAuthorization: Bearer {{token}}\n"
	if body != "" {
		text += "Content-Type: application/json\n\n" + body + "\n"
	}
	text += "###\nHTTP/1.1 " + status + "\nContent-Type: application/json\n\n" + response + "\n"
	r, err := recording.Parse("recordings/"+file+".http", []byte(text))
	require.NoError(t, err)
	return r
}

// committed are the recordings of the repository.
func committed(t *testing.T) []*recording.Recording {
	t.Helper()
	all, err := recording.ReadDir(os.DirFS("../.."), "contracttests/recordings")
	require.NoError(t, err)
	return all
}

var placeholder = regexp.MustCompile(`\b(10(?:0[1-9]|[12][0-9])|9007199254740993)\b`)

// real leaves alone the languages, which begin at 1030, and makes of the placeholders in a text the ids of the vendor's
// account: 1003 is 400130001003.
func real(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(p string) string {
		if len(p) > 4 {
			return "400139999999"
		}
		return "40013000" + p
	})
}

// player answers as the recordings do, each in its turn where several have the same request.
type player struct {
	answers map[string][]*recording.Recording
}

func newPlayer(t *testing.T, all []*recording.Recording, asSent func(r *recording.Recording) string) *player {
	t.Helper()
	p := &player{map[string][]*recording.Recording{}}
	for _, r := range all {
		key := asSent(r)
		p.answers[key] = append(p.answers[key], r)
	}
	return p
}

func (p *player) answer(w http.ResponseWriter, key string, change func(string) string) {
	queue := p.answers[key]
	if len(queue) == 0 {
		w.WriteHeader(http.StatusTeapot)
		return
	}
	p.answers[key] = queue[1:]
	r := queue[0]
	w.Header().Set("Content-Type", r.Response.Header.Get("Content-Type"))
	w.WriteHeader(r.Response.Status)
	_, _ = io.WriteString(w, change(string(r.Response.Body)))
}

func results(report *live.Report) map[string]live.Result {
	all := map[string]live.Result{}
	for _, r := range report.Results {
		all[r.Recording] = r
	}
	return all
}
