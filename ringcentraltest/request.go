package ringcentraltest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
)

// Request is a request as the server received it.
type Request struct {
	Operation string // operation id: "createAnsweringRule"
	// that the answer had in its header RCRequestId, unless its Header says another: "request-1", "request-2", …
	RequestID  string
	Method     string
	Path       string            // as sent: "/restapi/v1.0/account/~/greeting"
	PathParams map[string]string // by name in the path template: "accountId": "~"
	Query      url.Values
	Header     http.Header
	Body       []byte
	Form       url.Values        // the fields of a multipart body that are no files
	Files      map[string]Upload // the files of a multipart body, by field
}

// Upload is a file in a multipart body.
type Upload struct {
	Name        string // "greeting.wav"
	ContentType string // "audio/wav"
	Content     []byte
}

// Decode puts a JSON body into a value, such as a *ringcentral.CreateAnsweringRuleRequest. A member that the value's
// type has no field for is an error.
func (r Request) Decode(v any) error {
	d := json.NewDecoder(bytes.NewReader(r.Body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("body of %s: %w", r.Operation, err)
	}
	return nil
}

func newRequest(r *http.Request, body []byte) (Request, error) {
	q := Request{
		Method: r.Method, Path: r.URL.EscapedPath(), PathParams: map[string]string{}, Query: r.URL.Query(),
		Header: r.Header.Clone(), Body: body,
	}
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || !strings.HasPrefix(media, "multipart/") {
		return q, nil // not ours to judge
	}
	q.Form, q.Files = url.Values{}, map[string]Upload{}
	for parts := multipart.NewReader(bytes.NewReader(q.Body), params["boundary"]); ; {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return q, nil
		}
		if err != nil {
			return q, err
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return q, err
		}
		if part.FileName() == "" {
			q.Form.Add(part.FormName(), string(content))
		} else {
			q.Files[part.FormName()] = Upload{part.FileName(), part.Header.Get("Content-Type"), content}
		}
	}
}
