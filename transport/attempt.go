package transport

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Attempt is one sending of a request, whether or not it is repeated; see [Config.OnAttempt]. It holds no credential,
// path, query or body, so that all of it may be an attribute of a metric or a span.
type Attempt struct {
	Operation string // as [Config.Operation] names it; "" for token requests
	Method    string
	Host      string        // host and port that the URL names
	Group     string        // usage-plan group, "" if none; for other hosts their origin
	Number    int           // from 1; waits for a group are no attempts
	Began     time.Time     // when it was handed to [Config.Base]
	FirstByte time.Duration // until the response began, 0 if there was none
	Duration  time.Duration // until the response's body was read to its end or closed, or the attempt failed
	Status    int           // of the response, 0 if there was none
	RequestID string        // header RCRequestId: what the vendor's support asks for
	Sent      int64         // bytes of the request's body that were read for sending
	Received  int64         // bytes of the response's body that were read, after decompression
	Err       error         // what went wrong, in the response's body too; nil if nothing did
}

// LogValue implements [slog.LogValuer].
func (a Attempt) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.String("operation", a.Operation), slog.String("method", a.Method), slog.String("group", a.Group),
		slog.Int("attempt", a.Number), slog.Int("status", a.Status), slog.Duration("firstByte", a.FirstByte),
		slog.Duration("duration", a.Duration), slog.String("request", a.RequestID), slog.Int64("sent", a.Sent),
		slog.Int64("received", a.Received),
	}
	if a.Err != nil {
		attrs = append(attrs, slog.String("error", a.Err.Error()))
	}
	return slog.GroupValue(attrs...)
}

// watch is an attempt under way. A nil one watches nothing, as where nobody asks.
type watch struct {
	attempt Attempt
	ctx     context.Context
	sent    atomic.Int64
	tell    func(context.Context, Attempt)
	secrets []string // that the attempt holds and nothing may tell
	once    sync.Once
}

// watch begins to watch the attempt that sends out.
func (e *engine) watch(out *http.Request, x exchange, number int, bearer string) *watch {
	if e.onAttempt == nil {
		return nil
	}
	w := &watch{
		ctx:     out.Context(),
		tell:    e.onAttempt,
		secrets: append(slices.Clone(x.secrets), bearer),
		attempt: Attempt{
			Method: out.Method, Host: out.URL.Host, Group: x.group, Number: number, Began: time.Now(),
		},
	}
	if x.own && e.operation != nil {
		w.attempt.Operation = e.operation(out)
	}
	if out.Body != nil && out.Body != http.NoBody {
		out.Body = &sentBody{out.Body, &w.sent}
		if again := out.GetBody; again != nil {
			out.GetBody = func() (io.ReadCloser, error) {
				body, err := again()
				if err != nil {
					return nil, err
				}
				w.sent.Store(0)
				return &sentBody{body, &w.sent}, nil
			}
		}
	}
	return w
}

// began notes that the attempt has a response, or has failed. What is left of it is in the response's body.
func (w *watch) began(resp *http.Response, err error) {
	if w == nil {
		return
	}
	if resp == nil {
		w.end(0, err)
		return
	}
	w.attempt.FirstByte = time.Since(w.attempt.Began)
	w.attempt.Status = resp.StatusCode
	w.attempt.RequestID = scrub(resp.Header.Get("RCRequestId"), w.secrets...)
	if resp.Body == nil || resp.Body == http.NoBody || resp.StatusCode == http.StatusSwitchingProtocols {
		w.end(0, nil)
		return
	}
	resp.Body = &receivedBody{ReadCloser: resp.Body, watch: w}
}

// end tells of the attempt, once: a body may be closed while it is read.
func (w *watch) end(received int64, err error) {
	w.once.Do(func() {
		w.attempt.Duration = time.Since(w.attempt.Began)
		w.attempt.Sent, w.attempt.Received = w.sent.Load(), received
		w.attempt.Err = scrubError(err, w.secrets...)
		w.tell(w.ctx, w.attempt)
	})
}

// sentBody counts what is read of a request's body.
type sentBody struct {
	io.ReadCloser
	sent *atomic.Int64
}

func (b *sentBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.sent.Add(int64(n))
	return n, err
}

// receivedBody counts what is read of a response's body, and ends the attempt with it.
type receivedBody struct {
	io.ReadCloser
	watch    *watch
	received atomic.Int64
}

func (b *receivedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.received.Add(int64(n))
	switch err {
	case nil:
	case io.EOF:
		b.watch.end(b.received.Load(), nil)
	default:
		b.watch.end(b.received.Load(), err)
	}
	return n, err
}

func (b *receivedBody) Close() error {
	err := b.ReadCloser.Close()
	b.watch.end(b.received.Load(), nil)
	return err
}
