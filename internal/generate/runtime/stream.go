package runtime

import (
	"context"
	"io"
	"net/http"
	"strings"
)

// Stream is a response whose body is no JSON: a recording, a fax, a text. It is read as it comes, never held in memory
// as a whole. The caller closes it; until then the call's context and timeout count.
type Stream struct {
	io.ReadCloser
	ContentType string      // of the response, such as "audio/mpeg"
	Length      int64       // in bytes, -1 if the server does not say
	Header      http.Header // all headers
}

// download sends a request whose successful response is passed on as it comes.
func download(ctx context.Context, c *Client, r *request, success ...int) (*Stream, error) {
	if r.header.Get("Accept") == "" {
		r.header.Set("Accept", "*/*")
	}
	ctx, cancel := r.context(ctx, c)
	resp, err := c.send(ctx, r)
	if err != nil {
		cancel()
		return nil, err
	}
	if !isSuccess(resp.StatusCode, success) {
		defer cancel()
		defer resp.Body.Close()
		return nil, c.apiError(r.op, resp)
	}
	return &Stream{
		&endingBody{resp.Body, cancel},
		strings.TrimSpace(resp.Header.Get("Content-Type")),
		resp.ContentLength,
		resp.Header,
	}, nil
}

// endingBody ends a call when it is closed.
type endingBody struct {
	io.ReadCloser
	end context.CancelFunc
}

func (b *endingBody) Close() error {
	defer b.end()
	return b.ReadCloser.Close()
}
