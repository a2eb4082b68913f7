package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// BodyTooLargeError is what reading a response body gives after its first Limit
// bytes if there are more.
type BodyTooLargeError struct {
	Limit int64 // bytes, see [Config.MaxBody]
}

func (e *BodyTooLargeError) Error() string {
	return fmt.Sprintf(
		"response body is larger than %d bytes: raise transport.Config.MaxBody if that is expected",
		e.Limit,
	)
}

var errUpgraded = errors.New("the server switched protocols (status 101), which the request did not ask for")

// roundTrip sends a request. An upgrade that it did not ask for is closed and refused: its body is the connection, and
// no context ends the reading of that.
func roundTrip(base http.RoundTripper, req *http.Request) (*http.Response, error) {
	resp, err := base.RoundTrip(req)
	if err != nil || resp == nil || resp.StatusCode != http.StatusSwitchingProtocols || asksToUpgrade(req.Header) {
		return resp, err
	}
	if resp.Body != nil {
		_ = resp.Body.Close()
	}
	return nil, errUpgraded
}

// asksToUpgrade reports whether a request's headers ask for another protocol (RFC 9110 §7.8).
func asksToUpgrade(h http.Header) bool {
	for option := range strings.SplitSeq(strings.Join(h.Values("Connection"), ","), ",") {
		if strings.EqualFold(strings.TrimSpace(option), "Upgrade") {
			return strings.TrimSpace(h.Get("Upgrade")) != ""
		}
	}
	return false
}

// capBody bounds what can be read from the response.
func capBody(resp *http.Response, limit int64) {
	if resp.Body == nil || resp.Body == http.NoBody || resp.StatusCode == http.StatusSwitchingProtocols {
		return
	}
	resp.Body = &cappedBody{ReadCloser: resp.Body, limit: limit, left: limit}
}

type cappedBody struct {
	io.ReadCloser
	limit, left int64
	err         error
}

func (b *cappedBody) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	if b.left > 0 {
		n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
		b.left -= int64(n)
		return n, err
	}
	// One byte more tells a body of exactly limit bytes from a longer one.
	var probe [1]byte
	n, err := b.ReadCloser.Read(probe[:])
	if n > 0 {
		err = &BodyTooLargeError{b.limit}
	}
	b.err = err
	return 0, err
}

// So much of a discarded response is read, and for so long, so that its
// connection can be used again; a longer one costs a connection.
const (
	maxDrain     = 16 << 10 // bytes
	maxDrainTime = time.Second
)

func discard(resp *http.Response) {
	if resp.Body == nil {
		return
	}
	defer resp.Body.Close()
	if resp.Uncompressed {
		return // net/http's Close waits for a Read that waits for the first bytes of gzip
	}
	timer := time.AfterFunc(maxDrainTime, func() { _ = resp.Body.Close() })
	defer timer.Stop()
	_, _ = io.CopyN(io.Discard, resp.Body, maxDrain)
}

var (
	errBodyClosed = errors.New("request body read after it was closed")
	errBodyInUse  = errors.New("request body is still being read")
)

// requestBody gives each try its own body. The first try sends the caller's
// Body, later ones what GetBody returns.
type requestBody struct {
	req     *http.Request
	next    io.ReadCloser // what the next try sends; nil or http.NoBody: nothing
	current *tryBody      // what the last try sent, nil if it cannot be rewound
}

// tryBody can be taken away from a RoundTripper that is still reading it:
// net/http does so after an early response, and GetBody may rewind the very
// file that is being read.
type tryBody struct {
	body    io.ReadCloser
	closed  atomic.Bool
	reading chan struct{} // full while somebody reads
	fault   error         // what reading gave, other than the end
}

func newTryBody(body io.ReadCloser) *tryBody {
	return &tryBody{body: body, reading: make(chan struct{}, 1)}
}

func (b *tryBody) Read(p []byte) (int, error) {
	b.reading <- struct{}{}
	defer func() { <-b.reading }()
	if b.closed.Load() {
		return 0, errBodyClosed
	}
	n, err := b.body.Read(p)
	// A read that fails because of Close is no fault of the body.
	if err != nil && err != io.EOF && !b.closed.Load() {
		b.fault = err
	}
	return n, err
}

// Close does not wait for a Read, so that it can end one that blocks.
func (b *tryBody) Close() error {
	if b.closed.Swap(true) {
		return nil
	}
	return b.body.Close()
}

// take closes the body and returns what reading it gave when nobody reads it any
// more. A reader of the caller's that blocks is not waited for long: [errBodyInUse].
func (b *tryBody) take(ctx context.Context) (fault error) {
	_ = b.Close()
	timer := time.NewTimer(maxDrainTime)
	defer timer.Stop()
	select {
	case b.reading <- struct{}{}:
		defer func() { <-b.reading }()
		return b.fault
	case <-timer.C:
	case <-ctx.Done():
	}
	return errBodyInUse
}

func takeBody(req *http.Request) *requestBody { return &requestBody{req: req, next: req.Body} }

func (b *requestBody) empty() bool { return b.req.Body == nil || b.req.Body == http.NoBody }

// rewindable reports whether the body can be sent again.
func (b *requestBody) rewindable() bool { return b.empty() || b.req.GetBody != nil }

// send makes out carry the body of the next try; whoever sends out closes it.
func (b *requestBody) send(out *http.Request) {
	out.Body, b.next = b.next, nil
	if b.empty() || b.req.GetBody == nil {
		return
	}
	b.current = newTryBody(out.Body)
	out.Body = b.current
	// net/http repeats by itself what never reached a connection.
	out.GetBody = func() (io.ReadCloser, error) {
		if err := b.rewind(); err != nil {
			return nil, err
		}
		b.current = newTryBody(b.next)
		b.next = nil
		return b.current, nil
	}
}

// faulty reports whether the caller's body could not be read, or is still being.
func (b *requestBody) faulty() bool {
	return b.current != nil && b.current.take(b.req.Context()) != nil
}

// rewind prepares the next try.
func (b *requestBody) rewind() (err error) {
	if b.empty() {
		b.next = b.req.Body
		return nil
	}
	if b.current.take(b.req.Context()) == errBodyInUse {
		return errBodyInUse
	}
	b.next, err = b.req.GetBody()
	return err
}

// close closes the body that no try has sent.
func (b *requestBody) close() {
	if b.next != nil {
		_ = b.next.Close()
	}
}
