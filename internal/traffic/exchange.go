// Package traffic holds recorded exchanges against a built API description, and tells what in them it does not have.
//
// In go exchanges, from HAR 1.2 files, which are read as a stream ([ReadHAR]), and from recordings ([FromRecording]).
// Out come the findings of package diff, one a fact, with the number of exchanges that show it and the first of them by
// file and line.
//
// Captures are dirty. Bodies may be base64, gzip that was left in, cut off or missing, multipart without its bytes;
// headers may be those of HTTP/2 with a colon in front. What was not captured is not judged, and counted by reason.
//
// A finding holds names of members, values at places where the description has an enumeration, and error codes: each
// only if it looks like a name, and redacted. It holds no other value of a body, no id and no message.
package traffic

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/ringbasic/ringbasic/internal/recording"
)

// maxBody is how much of a compressed body is unpacked.
const maxBody = 64 << 20

// Exchange is one request and its answer.
type Exchange struct {
	File string
	Line int    // where it begins in the file, from 1
	Day  string // of the exchange, "2026-04-05"; empty if the capture does not say

	Method   string
	URL      *url.URL // without host if that is not known
	Request  Message
	Status   int
	Response Message
}

// Message is one half of an exchange.
type Message struct {
	Header   http.Header
	Body     []byte
	Captured bool // whether the body was captured; one that was cut off is Cut as well
	Cut      bool
	Form     []Field // of a form that the capture gives field by field
}

// Field is one field of a form. Its value is empty where the capture leaves out the bytes of a file.
type Field struct {
	Name, Value, Type string
}

// FromRecording makes an exchange of a recording.
func FromRecording(r *recording.Recording) (*Exchange, error) {
	body, err := r.Request.Wire()
	if err != nil {
		return nil, err
	}
	return &Exchange{
		File: r.File, Line: 1, Method: r.Request.Method, URL: r.Request.Target(), Status: r.Response.Status,
		Request:  Message{Header: r.Request.Header, Body: body, Captured: true},
		Response: Message{Header: r.Response.Header, Body: r.Response.Body, Captured: true},
	}, nil
}

// unpack undoes gzip that a capture left in, and finds out whether the body was cut off.
func (m *Message) unpack() {
	if bytes.HasPrefix(m.Body, []byte{0x1f, 0x8b}) {
		zr, err := gzip.NewReader(bytes.NewReader(m.Body))
		if err != nil {
			m.Body, m.Cut = nil, true
			return
		}
		plain, err := io.ReadAll(io.LimitReader(zr, maxBody+1))
		m.Cut = m.Cut || err != nil || len(plain) > maxBody
		m.Body = plain
		return
	}
	encoded := m.Header.Get("Content-Encoding")
	if n, err := strconv.Atoi(strings.TrimSpace(m.Header.Get("Content-Length"))); err == nil && encoded == "" &&
		n > len(m.Body) {
		m.Cut = true
	}
}
