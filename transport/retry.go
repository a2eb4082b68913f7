package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The vendor's example for repeating after 5xx and connection faults (public
// guides, 2026-04): 2 s, doubling, at most 60 s, 5 tries.
const (
	defaultMaxTries = 5
	firstBackoff    = 2 * time.Second
	maxBackoff      = 60 * time.Second

	// Those ahead in the queue may give up: look again this often.
	maxNap = time.Minute
)

// engine sends requests: it holds them back at the gate and repeats them.
type engine struct {
	base     http.RoundTripper
	gate     *gate
	random   func() float64
	maxTries int
	maxWait  time.Duration
	maxTotal time.Duration // of a call, until the response begins
	onEvent  func(context.Context, Event)
	life     context.Context // ends with the Transport

	onAttempt func(context.Context, Attempt) // nil: nobody asks
	operation func(*http.Request) string     // nil: nobody knows
}

// exchange is what the engine has to know about one request.
type exchange struct {
	group  string
	own    bool // to the vendor: believe its rate-limit headers
	unsafe bool // may be repeated whatever the method
	once   bool // is sent once
	// bearer gives the access token to send; nil: none.
	bearer  func(context.Context) (string, error)
	drop    func(bearer string) bool // throws away a token that was refused; nil: nobody can
	prove   func(bearer string)      // notes that a token was taken; nil: nobody asks
	secrets []string                 // that the request holds and no error may
}

// do is [http.RoundTripper.RoundTrip] for the exchange.
func (e *engine) do(req *http.Request, x exchange) (*http.Response, error) {
	if e.life.Err() != nil {
		takeBody(req).close()
		return nil, errClosed
	}
	bounded, began := e.bound(req)
	resp, err := e.try(bounded, x)
	if err != nil {
		began(nil)
		if cause := context.Cause(bounded.Context()); errors.Is(cause, errElapsed) && req.Context().Err() == nil {
			if errors.Is(err, errElapsed) { // that is all there is to say
				err = fmt.Errorf("%w of %v", errElapsed, e.maxTotal)
			} else {
				err = fmt.Errorf("%w of %v: %w", errElapsed, e.maxTotal, err)
			}
		}
		return nil, err
	}
	resp.Request = req
	began(resp)
	return resp, nil
}

var (
	errClosed = errors.New("the transport is closed")
	// errElapsed wraps context.DeadlineExceeded: net/http tells a timeout by it.
	errElapsed = fmt.Errorf("the call took longer than transport.Config.MaxElapsed (%w)", context.DeadlineExceeded)
)

// bound gives a request the time that a whole call has. began ends that bound as soon as a response has begun: reading
// its body is the caller's business, and so is the context's end then.
func (e *engine) bound(req *http.Request) (bounded *http.Request, began func(*http.Response)) {
	ctx, cancel := context.WithCancelCause(req.Context())
	timer := time.AfterFunc(e.maxTotal, func() { cancel(errElapsed) })
	closing := context.AfterFunc(e.life, func() { cancel(errClosed) })
	bounded = req.WithContext(withTotal(ctx, time.Now().Add(e.maxTotal)))
	return bounded, func(resp *http.Response) {
		timer.Stop()
		if resp == nil || resp.Body == nil || resp.Body == http.NoBody {
			closing()
			cancel(nil)
			return
		}
		if resp.StatusCode == http.StatusSwitchingProtocols {
			return // the body is the connection, and can be written to
		}
		resp.Body = &endingBody{resp.Body, func() { closing(); cancel(nil) }}
	}
}

// endingBody lets go of a call when it is closed.
type endingBody struct {
	io.ReadCloser
	end func()
}

func (b *endingBody) Close() error {
	defer b.end()
	return b.ReadCloser.Close()
}

// totalKey is the context key of when a call has to have an answer: a wait that is longer is not begun.
type totalKey struct{}

func withTotal(ctx context.Context, at time.Time) context.Context {
	return context.WithValue(ctx, totalKey{}, at)
}

func (e *engine) try(req *http.Request, x exchange) (*http.Response, error) {
	ctx := req.Context()
	body := takeBody(req)
	renewed := false
	defer body.close()
	var place ticket
	for try := 1; ; try++ {
		bearer, err := e.admit(req, x, try, &place)
		if err != nil {
			return nil, err
		}
		out := req.Clone(ctx)
		body.send(out)
		if bearer != "" {
			if out.Header == nil {
				out.Header = http.Header{}
			}
			out.Header.Set("Authorization", "Bearer "+bearer)
		}
		watched := e.watch(out, x, try, bearer)
		resp, err := roundTrip(e.base, out)
		if resp == nil && err == nil {
			err = errors.New("transport.Config.Base gave neither a response nor an error")
		}
		if err != nil {
			resp = nil
			err = scrubError(err, slices.Concat(x.secrets, []string{bearer})...)
		} else {
			resp.Request = req // out holds the token
		}
		watched.began(resp, err)
		penalty := e.gate.answered(x.group, place, resp, x.own)
		if bearer != "" && resp != nil {
			mask(resp, bearer)
			if !tokenRefused(resp) {
				if x.prove != nil && resp.StatusCode != http.StatusUnauthorized {
					x.prove(bearer)
				}
			} else if x.drop != nil && x.drop(bearer) && !renewed && !x.once && ctx.Err() == nil && body.rewindable() &&
				body.rewind() == nil {
				// The request was not carried out, so that it may be sent once more whatever its method.
				renewed = true
				event := e.event(EventRetry, req, x, try, 0)
				event.Status = resp.StatusCode
				discard(resp)
				e.onEvent(ctx, event)
				continue
			}
		}

		wait, again := e.again(req, x, body, resp, err, penalty, try)
		if !again || body.rewind() != nil {
			if err != nil && try > 1 {
				err = fmt.Errorf("after %d tries: %w", try, err)
			}
			return resp, err
		}
		event := e.event(EventRetry, req, x, try, wait)
		event.Err = err
		cause := err
		if resp != nil {
			event.Status = resp.StatusCode
			cause = fmt.Errorf("status %d", resp.StatusCode)
			discard(resp)
		}
		e.onEvent(ctx, event)
		if penalty > 0 {
			continue // the gate waits
		}
		if err := sleep(ctx, wait); err != nil {
			return nil, fmt.Errorf("while waiting to repeat the request after %v: %w", cause, err)
		}
	}
}

// admit waits until the request may be sent, takes its place at the gate and
// returns its token.
func (e *engine) admit(req *http.Request, x exchange, try int, place *ticket) (bearer string, err error) {
	ctx := req.Context()
	defer func() {
		if err != nil {
			e.gate.leave(x.group, *place)
		}
	}()
	for {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		// Asked again after each wait: a token may expire meanwhile. And before
		// the gate: fetching one may take long enough for a penalty to begin.
		if x.bearer != nil {
			if bearer, err = x.bearer(ctx); err != nil {
				return "", err
			}
		}
		wait, penalty := e.gate.take(x.group, place)
		if wait == 0 {
			return bearer, nil
		}
		if tooLong(ctx, wait, e.maxWait) {
			return "", &ThrottledError{Group: x.group, Wait: wait, Penalty: penalty > 0}
		}
		e.onEvent(ctx, e.event(EventWait, req, x, try, wait))
		nap := min(wait, maxNap)
		if penalty > 0 {
			nap = penalty // what comes after it is an estimate
		}
		if err := sleep(ctx, nap); err != nil {
			return "", fmt.Errorf("while waiting for rate-limit group %q: %w", x.group, err)
		}
	}
}

// again decides whether to repeat the request, and after what wait.
func (e *engine) again(
	req *http.Request,
	x exchange,
	body *requestBody,
	resp *http.Response,
	err error,
	penalty time.Duration,
	try int,
) (wait time.Duration, again bool) {
	ctx := req.Context()
	if x.once || try >= e.maxTries || ctx.Err() != nil || !body.rewindable() {
		return 0, false
	}
	repeatable := x.unsafe || idempotent(req.Method)
	switch {
	case err != nil:
		wait, again = e.backoff(try), repeatable && passing(err) && !body.faulty()
	case resp.StatusCode == http.StatusTooManyRequests:
		wait, again = penalty, true
	case resp.StatusCode == http.StatusInternalServerError, resp.StatusCode == http.StatusBadGateway,
		resp.StatusCode == http.StatusServiceUnavailable, resp.StatusCode == http.StatusGatewayTimeout:
		if wait = retryAfter(resp, time.Now(), e.gate.maxRetryAfter); wait == 0 {
			wait = e.backoff(try)
		}
		again = repeatable
	}
	return wait, again && !tooLong(ctx, wait, e.maxWait)
}

// backoff is the wait after the given try, without Retry-After.
func (e *engine) backoff(try int) time.Duration {
	wait := maxBackoff
	if try < 6 { // 2 s << 5 is more than 60
		wait = min(wait, firstBackoff<<(try-1))
	}
	return min(maxBackoff, wait+time.Duration(e.random()*float64(wait)/4))
}

func (e *engine) event(kind EventKind, req *http.Request, x exchange, try int, wait time.Duration) Event {
	return Event{Kind: kind, Method: req.Method, Path: req.URL.Path, Group: x.group, Try: try, Wait: wait}
}

// idempotent as RFC 9110 §9.2.2 has it, less TRACE; "" is GET.
func idempotent(method string) bool {
	switch method {
	case "", http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodOptions:
		return true
	}
	return false
}

// passing reports whether a fault may be gone at the next try.
func passing(err error) bool {
	var (
		certificate *tls.CertificateVerificationError
		authority   x509.UnknownAuthorityError
		hostname    x509.HostnameError
		invalid     x509.CertificateInvalidError
		record      tls.RecordHeaderError
		tooLarge    *BodyTooLargeError
	)
	switch {
	case errors.Is(err, context.Canceled), // not the request's own context: somebody ended it on purpose
		errors.Is(err, errUpgraded), errors.Is(err, http.ErrSchemeMismatch),
		errors.As(err, &record), errors.As(err, &tooLarge),
		errors.As(err, &certificate), errors.As(err, &authority), errors.As(err, &hostname), errors.As(err, &invalid),
		// net/http has no type for a request that it refuses to send, or whose body
		// is not as long as it says.
		// Headers that are too large come again.
		strings.Contains(err.Error(), "server response headers exceeded"),
		strings.Contains(err.Error(), "net/http: invalid "), strings.Contains(err.Error(), "http: ContentLength="):
		return false
	}
	return true
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
