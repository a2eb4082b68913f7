package runtime

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"time"
)

// CallOption changes a single call. The last argument of every method takes any number of them; nil changes nothing.
// The optional parameters of an operation are one, too: a pointer to its Params.
type CallOption interface{ change(*request) }

type callOption func(*request)

func (f callOption) change(r *request) { f(r) }

// WithHeader sets a header of the request, in place of what the client would send.
func WithHeader(name, value string) CallOption {
	return callOption(func(r *request) {
		if !validHeader(name, value) {
			r.fail("the header %q, or its value, is not one", name)
			return
		}
		r.extra = append(r.extra, [2]string{name, value})
	})
}

// validHeader reports whether a header can be sent (RFC 9110 §5.1, §5.5).
func validHeader(name, value string) bool {
	for _, c := range []byte(name) {
		if c <= ' ' || c > '~' || c == ':' {
			return false
		}
	}
	for _, c := range []byte(value) {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return name != ""
}

// WithTimeout bounds the call, the reading of its response included.
func WithTimeout(d time.Duration) CallOption {
	return callOption(func(r *request) { r.timeout = d })
}

// WithoutRetry asks the http.Client's transport to send the request once: see [MayRetry].
func WithoutRetry() CallOption { return callOption(func(r *request) { r.once = true }) }

// WithResponse fills in what a response says beside its body, whatever the call returns. Without a response all but
// Attempts is zero.
func WithResponse(response *Response) CallOption {
	return callOption(func(r *request) { r.response = response })
}

// Response is what a response says beside its body.
type Response struct {
	Status    int         // HTTP status
	Header    http.Header // all headers
	RequestID string      // of the response's header: what the vendor's support asks for
	RateLimit RateLimit   // the usage-plan limit that the response tells of
	// how often the request was sent, by a transport that retries; 0 if none of it reached a server
	Attempts int
}

type onceKey struct{}

// MayRetry reports whether a request made by a Client may be sent more than once, as far as the call is concerned:
// false for one with [WithoutRetry].
func MayRetry(r *http.Request) bool { return r.Context().Value(onceKey{}) == nil }

// context is that of the call: it ends with the call's timeout and with the time that the http.Client has for it, of
// which net/http tells no body.
func (r *request) context(ctx context.Context, c *Client) (context.Context, context.CancelFunc) {
	if r.once {
		ctx = context.WithValue(ctx, onceKey{}, true)
	}
	if r.response != nil {
		ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { r.attempts.Add(1) }})
	}
	limit := r.timeout
	if c != nil && c.http != nil && c.http.Timeout > 0 && (limit <= 0 || c.http.Timeout < limit) {
		limit = c.http.Timeout
	}
	if limit > 0 {
		return context.WithTimeout(ctx, limit)
	}
	return ctx, func() {}
}
