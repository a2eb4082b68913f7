// Package fetch reads the source of an API description: a file, standard input ("-"), or an https URL.
//
// In goes the name as the user gave it; out come the bytes and the name that messages may call them: the URL of a
// source is shown without user and password, and without the values of query parameters that look like credentials.
// Nothing but that one URL, and where it redirects, is ever fetched.
//
// What holds for a URL:
//
//   - https only, and at most [MaxRedirects] redirects, to https alone. A redirect hands on neither the referrer nor,
//     to another host, the credentials;
//   - at most [document.MaxSize] bytes, before and after decompression;
//   - 10 seconds to connect and for TLS each, 30 until an answer begins, 2 minutes for one try and 5 for all of them;
//   - at most [MaxTries] tries when the connection fails or breaks off, or the server answers 429 or 5xx: after the
//     seconds that Retry-After asks for, else after 1, 2 and 4 seconds. A server that asks for more than [MaxWait] is
//     not waited for. What repeating cannot cure, an unknown host or an untrusted certificate, is reported at once;
//   - HTTPS_PROXY and NO_PROXY, in either case, and SSL_CERT_FILE as everywhere in Go;
//   - a document with an ETag or Last-Modified is kept in the user's cache folder (os.UserCacheDir, "ringbasic") and
//     asked for conditionally the next time; only the server's 304 makes the copy count, so that nothing stale is ever
//     taken for the vendor's present document. A cache that is damaged or cannot be written changes nothing but the
//     time it takes. What says no-store is not kept.
//
// Refused besides: any other status than 200, HTML (a login page, an error page), an empty body, a body that ends
// before its announced length. Whether the bytes are an API description is the business of package document.
package fetch

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http/httpproxy"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/lazyregexp"
)

const (
	MaxRedirects = 5
	MaxTries     = 4
	// MaxWait is the longest wait before a try.
	MaxWait = time.Minute

	connectTimeout = 10 * time.Second // and as long again for TLS
	headerTimeout  = 30 * time.Second
	tryTimeout     = 2 * time.Minute
	totalTimeout   = 5 * time.Minute
	firstBackoff   = time.Second

	agent = "ringbasic (+https://github.com/ringbasic/ringbasic)"
)

// Options are what a caller may want otherwise. The zero value is right for a command.
type Options struct {
	NoCache  bool   // neither use nor keep a copy
	CacheDir string // "": ringbasic in the user's cache folder
	// Notify is told, in a line for the user, why a fetch takes longer; nil: nobody is.
	Notify func(line string)
	// RootCAs are the certificate authorities to trust; nil: the system's.
	RootCAs *x509.CertPool

	// Tests replace the network and the waiting.
	dial  func(ctx context.Context, network, address string) (net.Conn, error)
	sleep func(context.Context, time.Duration) error
}

// Source reads the source called name. Errors name it as display does.
func Source(ctx context.Context, name string, stdin io.Reader, opt Options) (data []byte, display string, err error) {
	switch {
	case name == "-":
		data, err = readStdin(ctx, stdin)
		return data, standardInput, err
	case !isURL().MatchString(name):
		data, err = document.ReadAll(name)
		return data, name, err
	}
	scheme, _, _ := strings.Cut(name, ":")
	u, err := url.Parse(name)
	if err != nil {
		// The parser's message repeats parts of what it was given, a password perhaps.
		display = scheme + " URL"
		return nil, display, fmt.Errorf("%s: not a valid URL: does a character have to be percent-encoded?", display)
	}
	display = show(u)
	switch {
	case u.Scheme == "http":
		return nil, display, fmt.Errorf(
			"%s: only https is fetched: write https://, or download it and give the file",
			display,
		)
	case u.Scheme != "https":
		return nil, display, fmt.Errorf("%s: only https is fetched: give an https URL or the path of a file", display)
	case u.Hostname() == "":
		return nil, display, fmt.Errorf("%s: the URL names no host", display)
	case !validPort(u.Port()):
		return nil, display, fmt.Errorf("%s: port %s is none: it must be 1 to 65535", display, u.Port())
	}
	data, err = newFetcher(u, display, opt).run(ctx)
	return data, display, err
}

const standardInput = "standard input"

// Any scheme, so that what looks like a URL is never looked for as a file.
var isURL = lazyregexp.New(`^[a-zA-Z][a-zA-Z0-9+.-]*://`)

// readStdin can be interrupted, which reading a terminal cannot.
func readStdin(ctx context.Context, stdin io.Reader) ([]byte, error) {
	type result struct {
		data []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		data, err := document.ReadLimited(standardInput, stdin)
		done <- result{data, err}
	}()
	select {
	case r := <-done:
		return r.data, r.err
	case <-ctx.Done():
		return nil, fmt.Errorf("%s: %w", standardInput, ctx.Err())
	}
}

var credential = lazyregexp.New(
	`(?i)token|sig|secret|pass|pw|auth|credential|key|sess|jwt|bearer|code|hmac|nonce|ticket|otp|pin|assertion|cookie`,
)

// SourceName is what a lock calls a source: a URL without credentials, or the base name of a file, so that neither a
// secret nor a path of one machine is recorded.
func SourceName(source string) string {
	if u, err := url.Parse(source); err == nil && u.Host != "" {
		return show(u)
	}
	return filepath.Base(source)
}

// show is a URL without what must not be seen.
func show(u *url.URL) string {
	clean := *u
	clean.User, clean.Fragment, clean.RawFragment = nil, "", ""
	pairs := strings.Split(clean.RawQuery, "&")
	for i, pair := range pairs {
		key, _, found := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(key) // as the server reads it
		if found && (err != nil || credential().MatchString(plain)) {
			pairs[i] = key + "=redacted"
		}
	}
	clean.RawQuery = strings.Join(pairs, "&")
	return clean.String()
}

// fetcher reads one URL.
type fetcher struct {
	url       *url.URL
	display   string
	opt       Options
	transport *http.Transport
	cache     *cache   // nil: none
	landed    string   // where redirects led, "" if there were none
	at        *url.URL // who was asked last
}

func newFetcher(u *url.URL, display string, opt Options) *fetcher {
	f := &fetcher{url: u, display: display, opt: opt}
	if opt.dial == nil {
		f.opt.dial = (&net.Dialer{Timeout: connectTimeout, KeepAlive: connectTimeout}).DialContext
	}
	if opt.sleep == nil {
		f.opt.sleep = sleep
	}
	if opt.Notify == nil {
		f.opt.Notify = func(string) {}
	}
	if !opt.NoCache {
		f.cache = openCache(opt.CacheDir, u)
	}
	f.transport = &http.Transport{
		// Read at each call, unlike http.ProxyFromEnvironment.
		Proxy: func(r *http.Request) (*url.URL,
			error) {
			return httpproxy.FromEnvironment().ProxyFunc()(r.URL)
		},
		DialContext:           f.opt.dial,
		TLSClientConfig:       &tls.Config{RootCAs: opt.RootCAs, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:   connectTimeout,
		ResponseHeaderTimeout: headerTimeout,
		ForceAttemptHTTP2:     true,
		// We decompress ourselves: both sizes have a limit.
		DisableCompression: true,
	}
	return f
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// final is an error that trying again cannot cure.
type final struct{ error }

func (e final) Unwrap() error { return e.error }

// busy is an answer that asks to come back later.
type busy struct {
	status int
	wait   time.Duration // Retry-After, 0 if there is none
}

func (e busy) Error() string { return "status " + statusText(e.status) }

func statusText(code int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", code, http.StatusText(code)))
}

// run tries until there is a document, or no hope of one.
func (f *fetcher) run(ctx context.Context) ([]byte, error) {
	defer f.transport.CloseIdleConnections()
	total, cancel := context.WithTimeoutCause(ctx, totalTimeout, fmt.Errorf("given up after %v", totalTimeout))
	defer cancel()
	backoff := firstBackoff
	for try := 1; ; try++ {
		data, err := f.try(total)
		if err == nil {
			return data, nil
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("%s: %w", f.display, ctx.Err())
		}
		wait := backoff
		if asked := (busy{}); errors.As(err, &asked) && asked.wait > 0 {
			if wait = asked.wait; wait > MaxWait {
				return nil, fmt.Errorf(
					"%s: %w, and it asks to wait %v: try again later, or give a file",
					f.name(),
					err,
					wait,
				)
			}
		}
		if try == MaxTries || total.Err() != nil || !passing(err) {
			return nil, f.failure(err, try)
		}
		f.opt.Notify(fmt.Sprintf("%s: %v: trying again in %v", f.name(), err, wait))
		if f.opt.sleep(total, wait) != nil {
			if ctx.Err() != nil {
				return nil, fmt.Errorf("%s: %w", f.display, ctx.Err())
			}
			return nil, f.failure(err, try)
		}
		backoff *= 2
	}
}

// name is the URL, and where it led.
func (f *fetcher) name() string {
	if f.landed == "" {
		return f.display
	}
	return f.display + " (redirected to " + f.landed + ")"
}

// failure says what came of the last try, and what to do about it.
func (f *fetcher) failure(err error, tries int) error {
	var refused final
	var asked busy
	switch {
	case errors.As(err, &refused):
		return fmt.Errorf("%s: %w", f.name(), err)
	case errors.As(err, &asked):
		return fmt.Errorf("%s: %w, %s: try again later, or give a file", f.name(), err, plural(tries))
	case untrusted(err):
		return fmt.Errorf("%s: %w: behind an intercepting proxy, name its certificate in SSL_CERT_FILE", f.name(), err)
	}
	return fmt.Errorf(
		"%s: cannot be fetched, %s: %w: without a connection, download it elsewhere and give the file",
		f.name(),
		plural(tries),
		err,
	)
}

func plural(tries int) string {
	if tries == 1 {
		return "1 try"
	}
	return fmt.Sprintf("%d tries", tries)
}

// passing tells whether a fault may be gone at the next try.
func passing(err error) bool {
	var refused final
	var host *net.DNSError
	var noTLS tls.RecordHeaderError
	if errors.As(err, &host) && host.IsNotFound {
		return false
	}
	return !errors.As(err, &refused) && !untrusted(err) && !errors.As(err, &noTLS)
}

func untrusted(err error) bool {
	var verification *tls.CertificateVerificationError
	return errors.As(err, &verification)
}

// try asks for the document once.
func (f *fetcher) try(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, tryTimeout, fmt.Errorf("no complete answer within %v", tryTimeout))
	defer cancel()
	kept := f.cache.read()
	resp, err := f.follow(ctx, kept)
	if err != nil {
		return nil, fault(ctx, err)
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusOK:
	case resp.StatusCode == http.StatusNotModified && kept != nil && kept.Landed == landing(f.at):
		return kept.body, nil
	case resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= 500:
		return nil, busy{resp.StatusCode, retryAfter(resp.Header)}
	case resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden:
		return nil, final{
			fmt.Errorf("status %s: does it need a login? download it and give the file", statusText(resp.StatusCode)),
		}
	default:
		return nil, final{fmt.Errorf("status %s: is the URL right?", statusText(resp.StatusCode))}
	}
	data, err := read(resp)
	if err != nil {
		return nil, fault(ctx, err)
	}
	f.cache.write(f.at, resp.Header, data)
	return data, nil
}

// follow sends the request, and again where it is redirected. http.Client would also tell each host which URL led to
// it, and repeat in its errors, password and all, a Location that it cannot read.
func (f *fetcher) follow(ctx context.Context, kept *copied) (*http.Response, error) {
	f.landed = ""
	for at, redirects := f.url, 0; ; redirects++ {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
		if err != nil {
			return nil, final{errors.New("not a valid URL")}
		}
		if user := at.User; user != nil {
			password, _ := user.Password()
			req.SetBasicAuth(user.Username(), password)
		}
		req.Header.Set("User-Agent", agent)
		req.Header.Set("Accept", "application/yaml, application/json, */*;q=0.5")
		req.Header.Set("Accept-Encoding", "gzip")
		kept.ask(req.Header, at)
		f.at = at
		resp, err := f.transport.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		location := resp.Header.Get("Location")
		switch resp.StatusCode {
		case http.StatusMovedPermanently,
			http.StatusFound,
			http.StatusSeeOther,
			http.StatusTemporaryRedirect,
			http.StatusPermanentRedirect:
		default:
			return resp, nil
		}
		if location == "" {
			return resp, nil
		}
		resp.Body.Close()
		if redirects == MaxRedirects {
			return nil, final{fmt.Errorf("more than %d redirects", MaxRedirects)}
		}
		if at, err = at.Parse(location); err != nil {
			return nil, final{errors.New("redirected to what is no URL")}
		}
		if at.Scheme == "https" && at.Hostname() == "" {
			return nil, final{errors.New("redirected to a URL without a host")}
		}
		if port := at.Port(); !validPort(port) {
			return nil, final{
				fmt.Errorf("redirected to port %s, which is none: it must be 1 to 65535", beginning(port, 20)),
			}
		}
		f.landed = beginning(show(at), maxLanded)
		if at.Scheme != "https" {
			return nil, final{errors.New("only https is fetched, and so this redirect is not followed")}
		}
	}
}

// maxLanded is how much is told of a URL that a server leads to, in bytes.
const maxLanded = 300

func beginning(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// validPort reports whether a port is one, or left out.
func validPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && n > 0
}

// fault gives a time-out of ours its own words.
func fault(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && errors.Is(err, ctx.Err()) {
		return cause
	}
	return err
}

// retryAfter is the wait that an answer asks for, 0 if none (RFC 9110 §10.2.3). A date is compared with the server's
// own clock if the answer tells it.
func retryAfter(h http.Header) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if value != "" && strings.Trim(value, "0123456789") == "" {
		const most = math.MaxInt64 / int64(time.Second)
		seconds, err := strconv.ParseInt(value, 10, 64)
		if err != nil || seconds > most {
			seconds = most // for ever is not at once
		}
		return time.Duration(seconds) * time.Second
	}
	until, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	return max(until.Sub(now), 0)
}

var errTooLarge = final{fmt.Errorf("larger than %d MiB: is this the right document?", document.MaxSize>>20)}

// read takes the body, decompressed, and refuses what cannot be a document.
func read(resp *http.Response) ([]byte, error) {
	if resp.ContentLength > document.MaxSize {
		return nil, errTooLarge
	}
	data, err := readAll(resp.Body, max(resp.ContentLength, 0))
	if err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, fmt.Errorf(
				"the download broke off after %d%s bytes: %w",
				len(data),
				of(resp.ContentLength),
				err,
			)
		}
		return nil, err
	}
	switch encoding := strings.ToLower(resp.Header.Get("Content-Encoding")); encoding {
	case "", "identity":
	case "gzip", "x-gzip":
		zipped, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, final{errors.New("the answer claims to be gzip and is not")}
		}
		if data, err = readAll(zipped, int64(4*len(data))); err != nil {
			if errors.As(err, &final{}) {
				return nil, err
			}
			return nil, fmt.Errorf("the answer's gzip is damaged: %w", err)
		}
	default:
		return nil, final{fmt.Errorf("the answer is encoded as %q, which was not asked for", encoding)}
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(data, []byte{0xef, 0xbb, 0xbf}), " \t\r\n")
	switch {
	case len(text) == 0:
		return nil, final{errors.New("the answer is empty")}
	case text[0] == '<':
		return nil, final{fmt.Errorf("HTML or XML%s, not an API description: a login or error page?", title(text))}
	}
	return data, nil
}

// readAll reads up to the limit. The guess of the size saves copying, and is not trusted.
func readAll(r io.Reader, guess int64) ([]byte, error) {
	var b bytes.Buffer
	b.Grow(int(min(guess, document.MaxSize)) + bytes.MinRead)
	_, err := b.ReadFrom(io.LimitReader(r, document.MaxSize+1))
	if b.Len() > document.MaxSize {
		return nil, errTooLarge
	}
	return b.Bytes(), err
}

func of(length int64) string {
	if length < 0 {
		return ""
	}
	return fmt.Sprintf(" of %d", length)
}

var htmlTitle = lazyregexp.New(`(?is)<title[^>]*>\s*([^<]{1,80})`)

// title is that of a page, to tell one kind from another.
func title(page []byte) string {
	m := htmlTitle().FindSubmatch(page[:min(len(page), 8<<10)])
	if m == nil {
		return ""
	}
	return fmt.Sprintf(" (%q)", cmp.Or(strings.TrimSpace(strings.ToValidUTF8(string(m[1]), "?")), "untitled"))
}
