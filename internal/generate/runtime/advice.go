package runtime

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"time"
)

// Waits that the vendor asks for where a response does not (public guides, 2026-04).
const (
	throttledWait = 30 * time.Second
	faultWait     = 2 * time.Second
)

// Retryable reports whether the same call may do better later, and how long to wait at least. It knows [*APIError],
// every error of package transport, and faults of the network; for a POST it does not say whether the first one was
// carried out.
func Retryable(err error) (after time.Duration, ok bool) {
	var advises interface {
		Retryable() (after time.Duration, ok bool)
	}
	if errors.As(err, &advises) {
		return advises.Retryable()
	}
	var fault net.Error
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return 0, false
	case errors.Is(err, context.DeadlineExceeded),
		errors.Is(err, io.EOF),
		errors.Is(err, io.ErrUnexpectedEOF),
		errors.As(err, &fault):
		return faultWait, true
	}
	return 0, false
}

// BadCredentials reports whether an error is about who calls: a token that is refused (any 401), or a client id, secret
// or JWT that are (package transport's TokenError, where it is Final). A permission that is missing, status 403, is
// not. Calling again does not help.
func BadCredentials(err error) bool {
	var about interface{ BadCredentials() bool }
	return errors.As(err, &about) && about.BadCredentials()
}

// Throttled reports whether an error is about too many calls.
func Throttled(err error) bool {
	var about interface{ Throttled() bool }
	return errors.As(err, &about) && about.Throttled()
}

// Retryable reports whether the same call may do better later, and how long to wait at least. After 429 that is
// RetryAfter, else RateLimit.Window and 30 seconds at least; after 408 and the 5xx that the vendor calls temporary
// RetryAfter, and 2 seconds at least. A call that took a [File] needs one at its start again.
func (e *APIError) Retryable() (after time.Duration, ok bool) {
	switch e.Status {
	case http.StatusTooManyRequests:
		return cmp.Or(e.RetryAfter, max(e.RateLimit.Window, throttledWait)), true
	case http.StatusRequestTimeout,
		http.StatusInternalServerError,
		http.StatusBadGateway,
		http.StatusServiceUnavailable,
		http.StatusGatewayTimeout:
		return max(e.RetryAfter, faultWait), true
	}
	return 0, false
}

// BadCredentials reports whether the token was refused: the status is 401, whatever the code.
func (e *APIError) BadCredentials() bool { return e.Status == http.StatusUnauthorized }

// Throttled reports whether there were too many calls.
func (e *APIError) Throttled() bool { return e.Status == http.StatusTooManyRequests }

// ParameterName is the parameter that the error is about, "" if the server does not say.
func (d ErrorDetail) ParameterName() string { return text(d.Extra["parameterName"]) }

// PermissionName is the permission that is missing, "" if the server does not say.
func (d ErrorDetail) PermissionName() string { return text(d.Extra["permissionName"]) }
