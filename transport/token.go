package transport

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

const (
	tokenPath = "/restapi/oauth/token"                        // the vendor's public guides, 2026-04
	jwtGrant  = "urn:ietf:params:oauth:grant-type:jwt-bearer" // RFC 7523 §2.1

	defaultEarlyRefresh = 2 * time.Minute
	// A token without expires_in would never be replaced, as a 401 replaces none.
	assumedLifetime = 10 * time.Minute

	tokenTryTimeout   = 30 * time.Second // one answer of the token endpoint
	tokenFetchTimeout = 5 * time.Minute  // all tries together
	maxTokenBody      = 256 << 10        // bytes
	maxDescription    = 300              // bytes
)

// TokenError says why there is no access token. It holds no credential.
type TokenError struct {
	Status      int    // HTTP status of the token endpoint's answer, 0 if none came
	Code        string // "error" of RFC 6749 §5.2, such as "invalid_grant"
	VendorCode  string // the vendor's errorCode, such as "OAU-146"
	Description string // what the server says about it, shortened
	// RetryAfter is what the server asked for (RFC 9110 §10.2.3), and where the error is remembered, how long it still
	// is.
	RetryAfter time.Duration
	// Final: the credential was refused, by an error of OAuth (RFC 6749 §5.2) or a code of the vendor, not by any page
	// that came in between. The error is remembered, and asking again sends nothing before RetryAfter has passed: a
	// minute at first, doubling up to an hour, and an hour at once where the account is locked (OAU-147, OAU-148).
	Final bool
	Err   error // the cause, when no answer came or it was no token
}

func (e *TokenError) Error() string {
	var b strings.Builder
	b.WriteString("obtain an access token: ")
	switch {
	case e.Status == 0 || e.Err != nil:
		fmt.Fprint(&b, e.Err)
	default:
		fmt.Fprintf(&b, "status %d", e.Status)
	}
	for _, code := range []string{e.Code, e.VendorCode} {
		if code != "" {
			b.WriteString(" " + word(code))
		}
	}
	if e.Description != "" {
		fmt.Fprintf(&b, " %q", e.Description)
	}
	if e.Final {
		b.WriteString(": check client id, client secret and JWT")
		if e.RetryAfter > 0 {
			fmt.Fprintf(&b, "; asked again in %v at the earliest", e.RetryAfter.Round(time.Second))
		}
	}
	return b.String()
}

// Unwrap returns Err.
func (e *TokenError) Unwrap() error { return e.Err }

// word is a code as it stands among words of ours, quoted if it is none.
func word(code string) string {
	for i, c := range []byte(code) {
		plain := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !plain && (i == 0 || strings.IndexByte("_-.:/", c) < 0) {
			return strconv.Quote(code)
		}
	}
	return code
}

// tokens is the one place that authenticates. It is an [oauth2.TokenSource].
type tokens struct {
	gate  *gate
	early time.Duration
	limit time.Duration // Config.MaxWait
	fetch func(context.Context) (*oauth2.Token, error)

	mu      sync.Mutex
	current *oauth2.Token
	replace time.Time // from here on fetch another
	expired time.Time // from here on do not use current
	refusal *TokenError
	again   time.Time // from here on ask again in spite of the refusal
	failing int       // fetches in a row that were refused
	proven  bool      // the API has taken current
	dropped time.Time // when a token was last thrown away
	flight  *flight   // the fetch under way

	life context.Context // ends with the Transport
	end  context.CancelFunc
}

// pauses before the token endpoint is asked again after a refusal.
const (
	firstRefusalPause = time.Minute
	maxRefusalPause   = time.Hour
	strayPause        = 2 * time.Second
	maxStrayPause     = time.Minute
	// A token that was never taken is thrown away so often at most.
	unprovenDrop = time.Minute
)

// pause is how long a refusal is remembered, after so many in a row. A single answer that is no refusal of the
// credential, a page of a gateway perhaps, is not remembered at all.
func pause(e *TokenError, failing int) time.Duration {
	double := func(first, most time.Duration, n int) time.Duration {
		if n > 10 {
			return most
		}
		return min(most, first<<n)
	}
	switch {
	case e.Final && (e.VendorCode == "OAU-147" || e.VendorCode == "OAU-148"):
		return max(e.RetryAfter, maxRefusalPause)
	case e.Final:
		return max(e.RetryAfter, double(firstRefusalPause, maxRefusalPause, failing-1))
	case e.Status == http.StatusTooManyRequests: // the gate's to keep
		return 0
	case e.RetryAfter > 0:
		return e.RetryAfter
	case e.Status == 0 || e.Status >= 500 || failing < 2: // repeated with pauses of their own, or the first
		return 0
	}
	return double(strayPause, maxStrayPause, failing-2)
}

// drop throws away a token that the API refuses, if it is still the one in use, and reports whether to ask for another.
// A token that the API never took is thrown away once a minute at most: the next would fare no better.
func (s *tokens) drop(bearer string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == nil || s.current.AccessToken != bearer {
		return true // somebody else has seen to it
	}
	now := time.Now()
	if !s.proven && !s.dropped.IsZero() && now.Sub(s.dropped) < unprovenDrop {
		return false
	}
	s.current, s.dropped, s.proven = nil, now, false
	return true
}

// prove notes that the API takes a token.
func (s *tokens) prove(bearer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != nil && s.current.AccessToken == bearer {
		s.proven = true
	}
}

// close ends the fetch under way and waits for it.
func (s *tokens) close() {
	s.end()
	s.mu.Lock()
	f := s.flight
	s.mu.Unlock()
	if f != nil {
		<-f.done
	}
}

type flight struct {
	done  chan struct{}
	token *oauth2.Token // after done
	err   error
	fault error // of the last try so far, nil before one has failed; tokens.mu guards it
}

// failed notes why a try of the fetch under way has failed, for those who give
// up waiting before it ends.
func (s *tokens) failed(e Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.flight == nil || e.Kind != EventRetry {
		return
	}
	s.flight.fault = e.Err
	if e.Err == nil {
		s.flight.fault = fmt.Errorf("status %d", e.Status)
	}
}

// Token implements [oauth2.TokenSource].
func (s *tokens) Token() (*oauth2.Token, error) {
	t, err := s.get(context.Background())
	if err != nil {
		return nil, err
	}
	c := *t
	return &c, nil
}

// Format keeps the token out of %+v of anything that holds the source.
func (s *tokens) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "transport.TokenSource") }

// get returns a token that is still good, fetching one if need be. The context
// ends this caller's waiting, not the fetch.
func (s *tokens) get(ctx context.Context) (*oauth2.Token, error) {
	s.mu.Lock()
	now := time.Now()
	usable := s.current != nil && before(now, s.expired)
	refusal := s.refused(now)
	if usable && (before(now, s.replace) || refusal != nil) {
		defer s.mu.Unlock()
		return s.current, nil
	}
	if refusal != nil {
		s.mu.Unlock()
		return nil, refusal
	}
	f := s.flight
	if f == nil {
		f = &flight{done: make(chan struct{})}
		s.flight = f
		go s.fly(f)
	}
	current := s.current
	s.mu.Unlock()
	if usable {
		return current, nil
	}
	if wait := s.gate.penalty(authGroup); wait > 0 && tooLong(ctx, wait, s.limit) {
		return nil, &TokenError{Err: &ThrottledError{Group: "Auth", Wait: wait, Penalty: true}}
	}
	select {
	case <-f.done:
		return f.token, f.err
	case <-ctx.Done():
		s.mu.Lock()
		defer s.mu.Unlock()
		if f.fault != nil {
			return nil, fmt.Errorf("while waiting for an access token, after %v: %w", f.fault, ctx.Err())
		}
		return nil, fmt.Errorf("while waiting for an access token: %w", ctx.Err())
	}
}

// refused returns the error to give instead of asking the token endpoint, nil
// if it may be asked; the caller holds s.mu.
func (s *tokens) refused(now time.Time) *TokenError {
	if s.refusal == nil || !before(now, s.again) {
		return nil
	}
	remembered := *s.refusal
	remembered.RetryAfter = s.again.Sub(now)
	return &remembered
}

// before reports whether now is before t by the clock that stands still while
// the machine sleeps and by the one on the wall, which somebody may set back.
func before(now, t time.Time) bool { return now.Before(t) && now.Round(0).Before(t.Round(0)) }

// fly fetches a token for everybody who waits.
func (s *tokens) fly(f *flight) {
	ctx, cancel := context.WithTimeout(s.life, tokenFetchTimeout)
	defer cancel()
	token, err := s.fetch(ctx)
	now := time.Now()

	s.mu.Lock()
	defer s.mu.Unlock()
	s.flight = nil
	f.token, f.err = token, err
	defer close(f.done)
	if err != nil {
		s.failing++
		if refusal := (*TokenError)(nil); errors.As(err, &refusal) {
			if wait := pause(refusal, s.failing); wait > 0 {
				s.refusal, s.again = refusal, now.Add(wait)
				refusal.RetryAfter = wait
			}
		}
		return
	}
	s.refusal, s.failing, s.proven = nil, 0, false
	// oauth2 computes Expiry from expires_in, so the server's clock does not matter.
	lifetime := assumedLifetime
	if !token.Expiry.IsZero() {
		lifetime = time.Until(token.Expiry)
	}
	// A token that lives shorter than the margin must not be fetched anew for
	// every request.
	early := min(s.early, lifetime/4)
	s.current = token
	s.replace = now.Add(lifetime - early)
	s.expired = now.Add(lifetime - early/4)
	token.Expiry = now.Add(lifetime).Round(0)
}

// jwtFetch returns the function that asks the token endpoint of server for a
// token, by the vendor's JWT grant.
//
// The grant is oauth2's two-legged flow with other parameters: oauth2/jwt does
// not fit, because it signs an assertion of its own, and the vendor's JWT is
// signed already.
// failed is told of the tries that are repeated.
func jwtFetch(
	server *url.URL,
	c Credentials,
	e *engine,
	failed func(Event),
) func(context.Context) (*oauth2.Token, error) {
	endpoint := server.JoinPath(tokenPath)
	if !strings.HasPrefix(endpoint.Path, "/") { // JoinPath leaves it out if server has no path
		endpoint.Path = "/" + endpoint.Path
	}
	conf := &clientcredentials.Config{
		ClientID:       c.ClientID,
		ClientSecret:   c.ClientSecret.reveal(),
		TokenURL:       endpoint.String(),
		AuthStyle:      oauth2.AuthStyleInHeader,
		EndpointParams: url.Values{"grant_type": {jwtGrant}, "assertion": {c.JWT.reveal()}},
	}
	asking := *e
	asking.base = tokenTry{e.base}
	asking.onEvent = func(ctx context.Context, event Event) {
		failed(event)
		e.onEvent(ctx, event)
	}
	client := &http.Client{
		Transport: tokenTripper{&asking, c.secrets()},
		// A 307 would carry the credentials elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	secrets := c.secrets()
	return func(ctx context.Context) (*oauth2.Token, error) {
		token, err := conf.Token(context.WithValue(ctx, oauth2.HTTPClient, client))
		if err == nil && !strings.EqualFold(token.Type(), "Bearer") {
			err = fmt.Errorf(
				"the token endpoint gave a token of type %q: only Bearer is known",
				scrub(token.TokenType, slices.Concat(secrets, []string{token.AccessToken})...),
			)
		}
		if err == nil && !validBearer(token.AccessToken) {
			err = errors.New("the token endpoint gave a token that no header can carry")
		}
		event := Event{
			Kind:   EventToken,
			Method: http.MethodPost,
			Path:   endpoint.Path,
			Group:  "Auth",
			Status: http.StatusOK,
		}
		if err == nil {
			e.onEvent(ctx, event)
			return token, nil
		}
		failed := tokenError(err, time.Now(), secrets, e.gate.maxRetryAfter)
		event.Status, event.Err = failed.Status, failed
		e.onEvent(ctx, event)
		return nil, failed
	}
}

// validBearer reports whether s can stand in a header: the visible ASCII
// characters, which include the b64token of RFC 6750 §2.1.
func validBearer(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// oauthErrors are the codes of RFC 6749 §5.2, by which a token endpoint refuses a request for good.
var oauthErrors = map[string]bool{
	"invalid_request": true, "invalid_client": true, "invalid_grant": true,
	"unauthorized_client": true, "unsupported_grant_type": true, "invalid_scope": true,
}

// tokenError makes of an error of oauth2 one without secrets. The original, which
// refers to the request and to whatever the server echoed, is not wrapped.
func tokenError(err error, now time.Time, secrets []string, most time.Duration) *TokenError {
	var answer *oauth2.RetrieveError
	if !errors.As(err, &answer) {
		var fault *url.Error
		if errors.As(err, &fault) {
			err = fault.Err
		}
		if tooLarge := (*BodyTooLargeError)(nil); errors.As(err, &tooLarge) {
			err = fmt.Errorf("the token endpoint's answer is larger than %d KiB", tooLarge.Limit>>10)
		}
		return &TokenError{Err: scrubError(err, secrets...)}
	}
	status := answer.Response.StatusCode
	e := &TokenError{
		Status:      status,
		Code:        answer.ErrorCode,
		Description: answer.ErrorDescription,
		RetryAfter:  retryAfter(answer.Response, now, most),
	}
	said := readError(answer.Body)
	e.VendorCode, e.Description = said.vendor, cmp.Or(e.Description, said.message)
	refused := status/100 == 4 && status != http.StatusTooManyRequests && status != http.StatusRequestTimeout
	e.Final = refused && (oauthErrors[said.code] || strings.HasPrefix(said.vendor, "OAU-"))
	for _, s := range []*string{&e.Code, &e.VendorCode, &e.Description} {
		if *s = scrub(*s, secrets...); len(*s) > maxDescription {
			*s = strings.ToValidUTF8((*s)[:maxDescription], "") + "…"
		}
	}
	return e
}

// tokenTripper sends token requests through the engine: any of them may be
// repeated, for a second token does no harm.
type tokenTripper struct {
	engine  *engine
	secrets []string
}

func (t tokenTripper) RoundTrip(req *http.Request) (*http.Response, error) {
	return t.engine.do(req, exchange{group: "Auth", own: true, unsafe: true, secrets: t.secrets})
}

// tokenTry is one try at the token endpoint, bounded in time and size: nobody
// but the source could end it.
type tokenTry struct{ base http.RoundTripper }

func (t tokenTry) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(req.Context(), tokenTryTimeout)
	defer cancel()
	resp, err := roundTrip(t.base, req.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	if resp == nil || resp.Body == nil {
		return resp, nil
	}
	resp.Header.Del("Location") // none is followed, and http.Client makes an error of one that it cannot read
	capBody(resp, maxTokenBody)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil && resp.StatusCode/100 == 2 { // of a refusal the status says enough
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}
