package fetch

import (
	"bufio"
	"context"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOffline(t *testing.T) {
	t.Parallel()
	h := newHost(t, text(spec))
	h.Close() // the port is closed now
	_, problem := h.get(t, "/s")
	require.Equal(t, "HOST/s: cannot be fetched, 4 tries: dial tcp "+h.Listener.Addr().String()+
		": connect: connection refused: without a connection, download it elsewhere and give the file", problem)
	require.Equal(t, []time.Duration{1e9, 2e9, 4e9}, h.waits)

	// A name that does not exist will not exist in two seconds.
	h.waits = nil
	h.opt.dial = func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "spec.example", IsNotFound: true}}
	}
	_, _, err := Source(t.Context(), "https://spec.example/s", nil, h.opt)
	require.EqualError(t, err, "https://spec.example/s: cannot be fetched, 1 try: dial tcp: lookup spec.example: no such host: without a connection, "+
		"download it elsewhere and give the file")
	require.Empty(t, h.waits)
}

func TestUntrustedCertificate(t *testing.T) {
	t.Parallel()
	h := newHost(t, text(spec))
	h.opt.RootCAs = x509.NewCertPool()
	_, problem := h.get(t, "/s")
	require.Equal(t, "HOST/s: tls: failed to verify certificate: x509: certificate signed by unknown authority: behind an intercepting proxy, name its "+
		"certificate in SSL_CERT_FILE", problem)
	require.Empty(t, h.waits)
	require.Empty(t, h.asked)
}

func TestPlainHTTPBehindHTTPS(t *testing.T) {
	t.Parallel()
	plain := httptest.NewServer(text(spec))
	defer plain.Close()
	_, _, err := Source(t.Context(), strings.Replace(plain.URL, "http:", "https:", 1), nil,
		Options{NoCache: true, sleep: func(context.Context, time.Duration) error {
			t.Error("repeated")
			return nil
		}})
	require.ErrorContains(t, err, ": cannot be fetched, 1 try: tls: first record does not look like a TLS handshake: ")
}

func TestInterrupt(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	h := newHost(t, status(503))
	h.opt.sleep = func(ctx context.Context, _ time.Duration) error {
		cancel()
		return ctx.Err()
	}
	_, _, err := Source(ctx, h.URL, nil, h.opt)
	require.ErrorIs(t, err, context.Canceled)
	require.EqualError(t, err, h.URL+": context canceled")
	_, _, err = Source(ctx, h.URL, nil, h.opt)
	require.EqualError(t, err, h.URL+": context canceled")
	require.Len(t, h.asked, 1)
}

// tunnel is a proxy that connects everything to one address.
func tunnel(t *testing.T, to string, seen *[]string) *httptest.Server {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*seen = append(*seen, r.Method+" "+r.Host+" "+r.Header.Get("Proxy-Authorization"))
		server, err := net.Dial("tcp", to)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		client, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		fmt.Fprint(client, "HTTP/1.1 200 OK\r\n\r\n")
		go func() {
			_, _ = io.Copy(server, client)
			server.Close()
		}()
		_, _ = io.Copy(client, server)
		client.Close()
	}))
	t.Cleanup(proxy.Close)
	return proxy
}

func TestProxy(t *testing.T) {
	var seen []string
	h := newHost(t, text(spec))
	proxy := tunnel(t, h.Listener.Addr().String(), &seen)
	for _, name := range []string{"https_proxy", "NO_PROXY", "no_proxy"} {
		t.Setenv(name, "")
	}
	t.Setenv("HTTPS_PROXY", strings.Replace(proxy.URL, "http://", "http://me:proxypw@", 1))
	// example.com is a name in httptest's certificate.
	data, _, err := Source(t.Context(), "https://example.com/s", nil, h.opt)
	require.NoError(t, err)
	require.Equal(t, spec, string(data))
	require.Equal(t, []string{"CONNECT example.com:443 Basic " + base64.StdEncoding.EncodeToString([]byte("me:proxypw"))}, seen)

	t.Setenv("NO_PROXY", "example.com")
	h.opt.dial = func(context.Context, string, string) (net.Conn, error) {
		return nil, final{errors.New("went past the proxy")}
	}
	_, _, err = Source(t.Context(), "https://example.com/s", nil, h.opt)
	require.EqualError(t, err, "https://example.com/s: went past the proxy")

	t.Setenv("NO_PROXY", "")
	h.opt.dial = nil
	refusing := httptest.NewServer(status(http.StatusProxyAuthRequired))
	t.Cleanup(refusing.Close)
	t.Setenv("HTTPS_PROXY", refusing.URL)
	_, _, err = Source(t.Context(), "https://example.com/s", nil, h.opt)
	require.EqualError(t, err, "https://example.com/s: cannot be fetched, 4 tries: Proxy Authentication Required: without a connection, download it "+
		"elsewhere and give the file")
}

// pipe is a listener in memory: synctest's clock moves on only while nobody waits for a real network.
type pipe struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipe) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipe) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 443} }
func (p *pipe) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	p.conns <- server
	return client, nil
}

func TestTimeouts(t *testing.T) {
	t.Parallel()
	drip := func(c net.Conn, every time.Duration) {
		for {
			if _, err := io.WriteString(c, "#"); err != nil {
				return
			}
			time.Sleep(every)
		}
	}
	for _, c := range []struct {
		name    string
		answer  http.HandlerFunc // nil: not even TLS
		took    time.Duration
		problem string
	}{
		{"silent while TLS", nil, 4*connectTimeout + 7*time.Second, "4 tries: net/http: TLS handshake timeout"},
		{"no answer", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, 4*headerTimeout + 7*time.Second,
			"4 tries: net/http: timeout awaiting response headers"},
		{"a body that drips", func(w http.ResponseWriter, r *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				return
			}
			defer conn.Close()
			go func() { _, _ = io.Copy(io.Discard, conn) }() // the alert that ends TLS
			fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
			drip(conn, time.Second)
		}, totalTimeout, "3 tries: given up after 5m0s"},
		{"a body that drips over HTTP/2", func(w http.ResponseWriter, r *http.Request) {
			for r.ProtoMajor == 2 {
				if _, err := io.WriteString(w, "#"); err != nil || http.NewResponseController(w).Flush() != nil {
					return
				}
				time.Sleep(time.Second)
			}
		}, totalTimeout, "3 tries: given up after 5m0s: "},
		{"sent back and forth", status(503, "Retry-After", "59"), 3 * 59 * time.Second, "status 503"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				listener := &pipe{conns: make(chan net.Conn), closed: make(chan struct{})}
				opt := Options{NoCache: true, dial: listener.dial}
				if c.answer == nil {
					go func() {
						for {
							conn, err := listener.Accept()
							if err != nil {
								return
							}
							go func() { _, _ = io.Copy(io.Discard, bufio.NewReader(conn)) }()
						}
					}()
				} else {
					server := &httptest.Server{
						Listener: listener, Config: &http.Server{Handler: c.answer}, EnableHTTP2: strings.HasSuffix(c.name, "HTTP/2"),
					}
					server.StartTLS()
					defer server.Close()
					opt.RootCAs = roots(server)
				}
				defer listener.Close()
				start := time.Now()
				_, _, err := Source(t.Context(), "https://127.0.0.1/s", nil, opt)
				require.ErrorContains(t, err, c.problem)
				require.Equal(t, c.took, time.Since(start))
				time.Sleep(2 * time.Second) // whoever drips notices
			})
		})
	}
}
