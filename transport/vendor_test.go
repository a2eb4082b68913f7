package transport_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringbasic/ringbasic/transport"
	"github.com/stretchr/testify/require"
)

const (
	clientID     = "app-id"
	clientSecret = "s3cret/+client="
	assertion    = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI0MDAxIn0.c2lnbmF0dXJl"
)

// call is a request as the vendor saw it.
type call struct {
	At     time.Time
	Method string
	Path   string
	Auth   string
	Body   string
}

// vendor plays the vendor's platform.
type vendor struct {
	*httptest.Server
	base *http.Transport

	// api answers the n-th request, from 1, that is not for a token; nil: 200 {}.
	api func(w http.ResponseWriter, r *http.Request, n int)
	// token answers the n-th request for a token; nil: one that lives an hour.
	token func(w http.ResponseWriter, r *http.Request, n int)

	mu     sync.Mutex
	calls  []call
	tokens []call
}

// pipes is a listener in memory: synctest's clock moves on only while nobody
// waits for a real network.
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

func (p *pipes) Close() error { p.once.Do(func() { close(p.closed) }); return nil }

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

// newVendor starts a vendor on the loopback interface.
func newVendor(t *testing.T) *vendor {
	v := &vendor{}
	v.Server = httptest.NewUnstartedServer(v)
	v.Server.EnableHTTP2 = true
	v.StartTLS()
	v.base = v.Server.Client().Transport.(*http.Transport)
	t.Cleanup(v.Close)
	return v
}

// inBubble runs f with a vendor in memory and a clock that jumps. Each request
// has a connection of its own: on one that was used before, net/http repeats
// some requests by itself.
func inBubble(t *testing.T, f func(*testing.T, *vendor)) {
	t.Helper()
	bubble(t, func(t *testing.T, v *vendor) {
		v.base.DisableKeepAlives = true
		v.Start()
		f(t, v)
	})
}

// bubble is inBubble with a vendor that f starts. It speaks no TLS, whose two
// ends may wait for each other for good when they say goodbye over a pipe.
func bubble(t *testing.T, f func(*testing.T, *vendor)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		listener := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
		v := &vendor{base: &http.Transport{DialContext: listener.dial}}
		v.Server = &httptest.Server{Listener: listener, Config: &http.Server{Handler: v}}
		defer func() {
			v.base.CloseIdleConnections()
			if t.Failed() { // it may have left a response open, which Close would wait for
				v.CloseClientConnections()
			}
			v.Close()
		}()
		f(t, v)
	})
}

// speak makes a vendor that is not started yet, and its clients, speak
// "HTTP/1.1" or "HTTP/2.0" only.
func (v *vendor) speak(protocol string) {
	v.Config.Protocols, v.base.Protocols = new(http.Protocols), new(http.Protocols)
	for _, side := range []*http.Protocols{v.Config.Protocols, v.base.Protocols} {
		side.SetHTTP1(protocol == "HTTP/1.1")
		side.SetUnencryptedHTTP2(protocol == "HTTP/2.0")
	}
}

func (v *vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at := time.Now()
	body, _ := io.ReadAll(r.Body)
	c := call{at, r.Method, r.URL.Path, r.Header.Get("Authorization"), string(body)}
	isToken := r.URL.Path == "/restapi/oauth/token"
	v.mu.Lock()
	list, answer := &v.calls, v.api
	if isToken {
		list, answer = &v.tokens, v.token
	}
	*list = append(*list, c)
	n := len(*list)
	v.mu.Unlock()
	switch {
	case answer != nil:
		answer(w, r, n)
	case isToken:
		grant(w, n, 3600)
	default:
		fmt.Fprint(w, "{}")
	}
}

func grant(w http.ResponseWriter, n, seconds int) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"access_token":"token-%d","token_type":"bearer","expires_in":%d,"scope":"ReadAccounts","owner_id":"4001"}`, n, seconds)
}

func status(w http.ResponseWriter, code int, headers ...string) {
	for i := 0; i+1 < len(headers); i += 2 {
		w.Header().Set(headers[i], headers[i+1])
	}
	w.WriteHeader(code)
	fmt.Fprintf(w, `{"errorCode":"status-%d"}`, code)
}

func (v *vendor) seen() []call {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]call(nil), v.calls...)
}

func (v *vendor) tokensSeen() []call {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]call(nil), v.tokens...)
}

// gaps are the times between consecutive calls.
func gaps(calls []call) (d []time.Duration) {
	for i := 1; i < len(calls); i++ {
		d = append(d, calls[i].At.Sub(calls[i-1].At).Round(time.Millisecond))
	}
	return d
}

func (v *vendor) config() transport.Config {
	c := transport.Config{
		Server: v.URL,
		Credentials: transport.Credentials{
			ClientID:     clientID,
			ClientSecret: transport.NewSecret(clientSecret),
			JWT:          transport.NewSecret(assertion),
		},
		Base: v.base,
	}
	c.SetRandom(func() float64 { return 0 })
	return c
}

// transport makes a Transport for the vendor, with changes to its configuration.
func (v *vendor) transport(t *testing.T, changes ...func(*transport.Config)) *transport.Transport {
	t.Helper()
	c := v.config()
	for _, change := range changes {
		change(&c)
	}
	tr, err := transport.New(c)
	require.NoError(t, err)
	return tr
}

func request(t *testing.T, ctx context.Context, method, url string, body io.Reader) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, url, body)
	require.NoError(t, err)
	return r
}

// send sends and reads; it is safe in goroutines.
func send(client http.RoundTripper, r *http.Request) (int, string, error) {
	resp, err := client.RoundTrip(r)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}
