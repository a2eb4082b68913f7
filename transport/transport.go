package transport

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// The vendor's servers (public guides, 2026-04).
const (
	ServerProduction = "https://platform.ringcentral.com"
	ServerSandbox    = "https://platform.devtest.ringcentral.com"
	// ServerMedia serves the content of greetings and recordings. It takes the
	// same token: name it in [Config.ExtraServers] to read from it.
	ServerMedia = "https://media.ringcentral.com"
)

const (
	defaultMaxWait       = 5 * time.Minute
	defaultMaxRetryAfter = 10 * time.Minute
	defaultMaxElapsed    = 10 * time.Minute
	defaultMaxBody       = 32 << 20
)

// Config says what a [Transport] does. Credentials or TokenSource must be set;
// the zero value of everything else is sensible.
type Config struct {
	// Server is the base URL of the API and of the token endpoint; "" is
	// [ServerProduction].
	Server string
	// ExtraServers are further base URLs that get the bearer token and belong
	// to the same rate-limit groups, such as [ServerMedia].
	ExtraServers []string

	// Credentials are for the vendor's JWT grant.
	Credentials Credentials
	// TokenSource replaces Credentials, for instance by the source of another
	// Transport. It is asked before each request and must be safe for
	// concurrent use; it does its own caching (see [oauth2.ReuseTokenSource]),
	// and, unless it is that of a Transport, a context does not end the wait for it.
	TokenSource oauth2.TokenSource
	// EarlyRefresh is how long before its expiry a token is replaced, at most a
	// quarter of its lifetime; 0 is 2 minutes. For Credentials only.
	EarlyRefresh time.Duration

	// Group names the usage-plan group of a request, "" if it has none; for the
	// generated client it is ringcentral.ThrottlingGroup. A group in the request's
	// context, see [WithGroup], comes first. Nil: none has one.
	Group func(*http.Request) string
	// MayRetry reports whether a request may be sent more than once; for the generated client it is
	// ringcentral.MayRetry. Nil: all may, as far as their methods allow it.
	MayRetry func(*http.Request) bool
	// Limits are ceilings per group, in requests a minute, in place of the
	// vendor's defaults. A lower limit that the vendor states is kept; a higher
	// one is not used. Where the vendor's window is not a minute they hold in
	// proportion. Names are compared in any case; "Auth" is the group of token
	// requests.
	Limits map[string]int
	// ShareLimits has the calls of this Transport counted with those of another one, its Limits and MaxRetryAfter
	// included, which are not set here then: for two Transports with tokens of the same user, whose allowance is one,
	// or a service that may send so much in all. Transports of many tenants share connections, too, if they have the
	// same Base.
	ShareLimits *Transport
	// MaxWait bounds every single wait, of a group and of repeating; 0 is 5
	// minutes. One that is known to be longer is not begun.
	MaxWait time.Duration

	// MaxRetryAfter is the longest Retry-After that is believed; 0 is 10 minutes, ten times the vendor's penalty. A
	// longer one, from a gateway perhaps, counts as this.
	MaxRetryAfter time.Duration
	// MaxElapsed bounds a call as a whole, all waits and tries, until the response begins; 0 is 10 minutes, and twice
	// MaxWait if that is more. The error is a timeout: it wraps [context.DeadlineExceeded]. A context with an earlier
	// deadline ends it earlier.
	MaxElapsed time.Duration

	// MaxTries is how often a request is sent at most; 0 is 5, 1 never repeats.
	MaxTries int
	// RetryUnsafe lets POST, PATCH and other methods that are not idempotent be
	// repeated after a 5xx or a connection fault, too. See [WithRetryUnsafe].
	RetryUnsafe bool

	// MaxBody is how many bytes of a response body can be read, after
	// decompression; 0 is 32 MiB: JSON answers stay below one, audio below it too.
	MaxBody int64

	// Base sends the requests; nil is a copy of [http.DefaultTransport] that
	// waits 60 seconds for an answer to begin once the request is sent.
	Base http.RoundTripper
	// OnEvent is told of every wait, repetition and token; nil: nobody is. It is
	// called by the goroutine concerned, so it must be quick, and by several at once.
	OnEvent func(context.Context, Event)
	// OnAttempt is told of each sending of a request, token requests included, when it is over: its response's body was
	// read to the end or closed, or it failed. It is called by the goroutine concerned, so it must be quick, and by
	// several at once; the context is the request's, and may have ended. Nil: nothing is measured.
	OnAttempt func(context.Context, Attempt)
	// Operation names a request's operation in an [Attempt]; for the generated client it is ringcentral.OperationID.
	// Nil: none has a name.
	Operation func(*http.Request) string

	random func() float64 // in [0,1), for the spread of repetitions; tests set it
}

// EventKind is what an [Event] tells of.
type EventKind string

const (
	EventWait  EventKind = "wait"  // a request is held back at its group
	EventRetry EventKind = "retry" // a request will be sent again
	EventToken EventKind = "token" // a token was fetched, or could not be
)

// Event is something that a service may want to log or count. It holds no
// credential, no query and no body; the path holds account and extension ids.
type Event struct {
	Kind   EventKind
	Method string
	Path   string
	Group  string        // usage-plan group, "" if none; for other hosts their origin
	Try    int           // the try that waits or that went wrong, from 1; 0 for a token
	Status int           // of the response, 0 if there was none
	Wait   time.Duration // before the next step
	Err    error         // what went wrong, nil if there was a response
}

// LogValue implements [slog.LogValuer].
func (e Event) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.String("kind", string(e.Kind)), slog.String("method", e.Method), slog.String("path", e.Path),
		slog.String(
			"group",
			e.Group,
		), slog.Int("try", e.Try), slog.Int("status", e.Status), slog.Duration("wait", e.Wait),
	}
	if e.Err != nil {
		attrs = append(attrs, slog.String("error", e.Err.Error()))
	}
	return slog.GroupValue(attrs...)
}

type contextKey int

const (
	groupContextKey contextKey = iota
	unsafeContextKey
)

// WithGroup puts the requests made with the context into a usage-plan group,
// the operation's x-throttling-group; "" is none.
func WithGroup(ctx context.Context, group string) context.Context {
	return context.WithValue(ctx, groupContextKey, group)
}

// WithRetryUnsafe lets the requests made with the context be repeated whatever
// their method: for a POST that does no harm when done twice.
func WithRetryUnsafe(ctx context.Context) context.Context {
	return context.WithValue(ctx, unsafeContextKey, true)
}

// Transport is an [http.RoundTripper]; see the package comment for what it does.
type Transport struct {
	engine  *engine
	origins []string // that get the token
	source  oauth2.TokenSource
	bearer  func(context.Context) (string, error)
	shared  *tokens // the source, if it is that of a Transport
	own     *tokens // the source, if it is this Transport's own
	close   context.CancelFunc
	group   func(*http.Request) string
	again   func(*http.Request) bool
	unsafe  bool
	maxBody int64
}

// New makes a Transport. It sends nothing; the error lists everything that is
// wrong with the configuration.
func New(c Config) (*Transport, error) {
	var problems []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			problems = append(problems, fmt.Errorf("transport.Config."+format, args...))
		}
	}
	if c.Server == "" {
		c.Server = ServerProduction
	}
	server, err := serverURL(c.Server)
	check(err == nil, "Server: %w", err)
	t := &Transport{group: c.Group, again: c.MayRetry, unsafe: c.RetryUnsafe, maxBody: c.MaxBody}
	if err == nil {
		t.origins = append(t.origins, origin(server))
	}
	for i, extra := range c.ExtraServers {
		u, err := serverURL(extra)
		check(err == nil, "ExtraServers[%d]: %w", i, err)
		if err == nil {
			t.origins = append(t.origins, origin(u))
		}
	}
	if c.TokenSource != nil {
		check(c.Credentials.isZero(), "TokenSource: set it or Credentials, not both")
	} else {
		check(c.Credentials.ClientID != "", "Credentials.ClientID: is empty")
		check(!c.Credentials.ClientSecret.IsZero(), "Credentials.ClientSecret: is empty")
		check(!c.Credentials.JWT.IsZero(), "Credentials.JWT: is empty")
	}
	spelt := map[string]string{} // names of Limits by group
	for _, name := range slices.Sorted(maps.Keys(c.Limits)) {
		other, twice := spelt[groupKey(name)]
		check(!twice, "Limits[%q]: is the same group as %q", name, other)
		spelt[groupKey(name)] = name
		check(c.Limits[name] > 0, "Limits[%q]: must be at least 1, is %d", name, c.Limits[name])
	}
	gate := newGate(c.Limits, orDefault(c.MaxRetryAfter, defaultMaxRetryAfter))
	if c.ShareLimits != nil {
		check(len(c.Limits) == 0 && c.MaxRetryAfter == 0,
			"ShareLimits: Limits and MaxRetryAfter are those of the other Transport: set them there")
		check(c.ShareLimits.engine != nil, "ShareLimits: is not made by New")
		if c.ShareLimits.engine != nil {
			gate = c.ShareLimits.engine.gate
		}
	}
	check(c.EarlyRefresh >= 0, "EarlyRefresh: must not be negative")
	check(c.MaxWait >= 0, "MaxWait: must not be negative")
	check(c.MaxRetryAfter >= 0, "MaxRetryAfter: must not be negative")
	check(c.MaxElapsed >= 0, "MaxElapsed: must not be negative")
	check(c.MaxTries >= 0, "MaxTries: must not be negative")
	check(c.MaxBody >= 0, "MaxBody: must not be negative")
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}

	if t.group == nil {
		t.group = func(*http.Request) string { return "" }
	}
	t.maxBody = orDefault(t.maxBody, defaultMaxBody)
	c.MaxWait = orDefault(c.MaxWait, defaultMaxWait)
	if c.random == nil {
		c.random = rand.Float64
	}
	if c.OnEvent == nil {
		c.OnEvent = func(context.Context, Event) {}
	}
	if c.Base == nil {
		c.Base = defaultBase()
	}
	t.engine = &engine{
		base: c.Base, gate: gate, random: c.random,
		maxTries: orDefault(c.MaxTries, defaultMaxTries), maxWait: c.MaxWait, onEvent: c.OnEvent,
		maxTotal: orDefault(
			c.MaxElapsed,
			max(defaultMaxElapsed, 2*c.MaxWait),
		), onAttempt: c.OnAttempt, operation: c.Operation,
	}
	t.engine.life, t.close = context.WithCancel(context.Background())
	if c.TokenSource != nil {
		t.source = c.TokenSource
		t.bearer = func(context.Context) (string, error) { return bearerOf(c.TokenSource.Token()) }
		if another, ok := c.TokenSource.(*tokens); ok { // it can be waited for with a context
			t.shared = another
			t.bearer = func(ctx context.Context) (string, error) { return bearerOf(another.get(ctx)) }
		}
		return t, nil
	}
	source := &tokens{
		gate: t.engine.gate, limit: c.MaxWait,
		early: orDefault(c.EarlyRefresh, defaultEarlyRefresh),
	}
	source.life, source.end = context.WithCancel(context.Background())
	t.shared, t.own = source, source
	source.fetch = jwtFetch(server, c.Credentials, t.engine, source.failed)
	t.source = source
	t.bearer = func(ctx context.Context) (string, error) { return bearerOf(source.get(ctx)) }
	return t, nil
}

func orDefault[T int | int64 | time.Duration](v, otherwise T) T {
	if v == 0 {
		return otherwise
	}
	return v
}

func defaultBase() http.RoundTripper {
	shared, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport // the program replaced it
	}
	own := shared.Clone()
	own.ResponseHeaderTimeout = time.Minute
	return own
}

func bearerOf(token *oauth2.Token, err error) (string, error) {
	switch {
	case err != nil:
		return "", err
	case token == nil || !validBearer(token.AccessToken):
		return "", &TokenError{Err: errors.New("the token source gave no token that a header can carry")}
	}
	return token.AccessToken, nil
}

// Client returns an [http.Client] on the Transport. It has no timeout: waiting
// for a group would count against it. Bound calls by their contexts.
func (t *Transport) Client() *http.Client { return &http.Client{Transport: t} }

// TokenSource returns the source of the access token, shared with the
// Transport's own requests, for what does not go through it.
func (t *Transport) TokenSource() oauth2.TokenSource { return t.source }

// CloseIdleConnections closes those of [Config.Base]; [http.Client] calls it.
func (t *Transport) CloseIdleConnections() {
	if c, ok := t.engine.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// Close ends the calls under way, the fetch of a token and the waits for both, and closes idle connections of
// [Config.Base]. It returns when no goroutine of the Transport is left. Calls after it, and those of Transports that
// share its token source, fail.
func (t *Transport) Close() error {
	if t.close != nil {
		t.close()
	}
	if t.own != nil {
		t.own.close()
	}
	if t.engine != nil {
		t.CloseIdleConnections()
	}
	return nil
}

// Closed lists the usage-plan groups, in lower case, that a 429 has closed, and until when; also those that a Transport
// with the same limits was told of, see [Config.ShareLimits].
func (t *Transport) Closed() map[string]time.Time { return t.engine.gate.closed() }

// Format keeps whatever the Transport holds out of logs.
func (t Transport) Format(f fmt.State, _ rune) {
	var server string // "" in the zero Transport
	if len(t.origins) > 0 {
		server = t.origins[0]
	}
	_, _ = fmt.Fprintf(f, "transport.Transport(%s)", server)
}

// RoundTrip implements [http.RoundTripper]. Beyond the faults of [Config.Base] it
// returns [*ThrottledError], [*TokenError], the context's error, the error of
// [Config.TokenSource] as it is, or one that says why the URL is refused;
// errors.As finds them below [*url.Error], too.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	x, err := t.exchange(req)
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	resp, err := t.engine.do(req, x)
	if err != nil {
		return nil, err
	}
	capBody(resp, t.maxBody)
	return resp, nil
}

func (t *Transport) exchange(req *http.Request) (exchange, error) {
	if req.URL == nil {
		return exchange{}, errors.New("the request has no URL")
	}
	if err := secure(req.URL); err != nil {
		return exchange{}, err
	}
	ctx := req.Context()
	x := exchange{
		group:  origin(req.URL),
		once:   t.again != nil && !t.again(req),
		unsafe: t.unsafe || ctx.Value(unsafeContextKey) == true,
	}
	if slices.Contains(t.origins, x.group) {
		x.own, x.bearer = true, t.bearer
		if t.shared != nil {
			x.drop, x.prove = t.shared.drop, t.shared.prove
		}
		var named bool
		if x.group, named = ctx.Value(groupContextKey).(string); !named {
			x.group = t.group(req)
		}
	}
	return x, nil
}

// serverURL parses a base URL of the configuration.
func serverURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		// The parser's message repeats the URL, which may hold a password.
		return nil, errors.New("is not a URL")
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("must have no user, query or fragment")
	}
	if u.Host == "" {
		return nil, fmt.Errorf("must be like %s", ServerProduction)
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return nil, fmt.Errorf("port %s is none: it must be 1 to 65535", port)
		}
	}
	return u, secure(u)
}

// secure refuses URLs over which credentials and personal data would travel in
// the clear.
func secure(u *url.URL) error {
	host := u.Hostname()
	switch {
	case strings.EqualFold(u.Scheme, "https"):
		return nil
	case !strings.EqualFold(u.Scheme, "http"):
		return fmt.Errorf("URL scheme %q is refused: use https", u.Scheme)
	case strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback():
		return nil
	}
	return fmt.Errorf("plain http to %s is refused: use https", host)
}

// origin is scheme, host and port (RFC 6454 §4), lower case.
func origin(u *url.URL) string {
	scheme, port := strings.ToLower(u.Scheme), u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[scheme]
	}
	return scheme + "://" + net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}
