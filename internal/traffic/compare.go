package traffic

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ringbasic/ringbasic/internal/errorcodes"
	"github.com/ringbasic/ringbasic/internal/lazyregexp"
)

// aboutRequest are the statuses by which a server says that it does not take what was sent. Then it is no wonder if
// that breaks the description: the server agrees with it. What is refused for another reason, a permission say, is
// judged.
var aboutRequest = []int{
	http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusLengthRequired, http.StatusRequestEntityTooLarge,
	http.StatusRequestURITooLong, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity,
	http.StatusRequestHeaderFieldsTooLarge,
}

// request compares what was sent.
func (x *comparison) request() {
	if slices.Contains(aboutRequest, x.e.Status) {
		x.c.pass("requests that the server did not take as they were")
		return
	}
	x.parameters()
	body := x.op.op.RequestBody
	m := &x.e.Request
	if body == nil || body.Value == nil {
		return
	}
	if !m.Captured {
		x.c.pass("request bodies that were not captured")
		return
	}
	if len(m.Body) == 0 && len(m.Form) == 0 {
		if body.Value.Required {
			x.add(fact{id: "seen-req-absent", location: "request", change: "no body, documented as required"})
		}
		return
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	media := mediaOf(body.Value.Content, kind)
	if err != nil || media == nil {
		x.add(x.media("seen-req-media", "request", m.Header.Get("Content-Type")))
		// A form is compared with the one form that is documented, whatever its writer called it.
		if media = body.Value.Content["multipart/form-data"]; media == nil || !strings.HasPrefix(kind, "multipart/") {
			return
		}
		kind = "multipart/form-data"
	}
	w := &walker{side: "req-", place: "request " + kind, see: x.see, word: x.c.word}
	switch {
	case m.Cut:
		x.c.pass("request bodies that were cut off")
		return
	case isJSON(kind):
		value, err := decodeJSON(m.Body)
		if err != nil {
			x.add(fact{id: "seen-req-syntax", location: w.place, change: "no valid JSON"})
			return
		}
		w.walk(media.Schema, value, "", 0)
	case strings.HasPrefix(kind, "multipart/"):
		x.form(w, media, params["boundary"])
	}
	x.add(w.facts...)
}

func mediaOf(content openapi3.Content, kind string) *openapi3.MediaType {
	major, _, _ := strings.Cut(kind, "/")
	for _, name := range []string{kind, major + "/*", "*/*"} {
		for documented, m := range content {
			if bare, _, _ := strings.Cut(documented, ";"); strings.EqualFold(strings.TrimSpace(bare), name) {
				return m
			}
		}
	}
	return nil
}

func (x *comparison) media(id, location, kind string) fact {
	shown := "none"
	if bare, _, err := mime.ParseMediaType(kind); err == nil {
		shown = x.c.word(bare)
	} else if kind != "" {
		shown = "one that cannot be read"
	}
	return fact{
		id:        id,
		location:  location,
		attribute: "media type",
		new:       shown,
		change:    "media type " + shown + ", not documented",
	}
}

func isJSON(kind string) bool { return kind == "application/json" || strings.HasSuffix(kind, "+json") }

var byteOrderMark = []byte("\xef\xbb\xbf")

func decodeJSON(data []byte) (value any, err error) {
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, byteOrderMark)))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON text")
	}
	return value, nil
}

// form compares a multipart body field by field. What is in files is not looked at; a JSON part stands for its members.
func (x *comparison) form(w *walker, media *openapi3.MediaType, boundary string) {
	fields := x.e.Request.Form
	whole := len(fields) > 0
	if !whole {
		fields, whole = readForm(x.e.Request.Body, boundary)
	}
	if len(fields) == 0 {
		x.c.pass("multipart bodies without their parts")
		return
	}
	object := map[string]any{}
	for _, f := range fields {
		kind, _, _ := mime.ParseMediaType(f.Type)
		value, err := decodeJSON([]byte(f.Value))
		members, isObject := value.(map[string]any)
		if isJSON(kind) && err == nil && isObject {
			for name, v := range members {
				object[name] = v
			}
		} else if f.Name != "" {
			object[f.Name] = f.Value
		}
	}
	w.walk(media.Schema, object, "", 0)
	// Captures leave out the bytes of files, and with them at times the whole part.
	var kept []fact
	for _, f := range w.facts {
		if f.id == "seen-req-absent" &&
			(!whole || isFile(media.Schema, f.location[strings.LastIndex(f.location, " ")+1:])) {
			continue
		}
		kept = append(kept, f)
	}
	w.facts = kept
}

func isFile(ref *openapi3.SchemaRef, name string) bool {
	if ref == nil || ref.Value == nil {
		return false
	}
	p := ref.Value.Properties[name]
	return p != nil && p.Value != nil && p.Value.Format == "binary"
}

// readForm reads the parts that are there. whole reports whether the end of the body was.
func readForm(body []byte, boundary string) (fields []Field, whole bool) {
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for boundary != "" {
		part, err := r.NextRawPart()
		if err != nil {
			return fields, errors.Is(err, io.EOF)
		}
		data, err := io.ReadAll(io.LimitReader(part, maxBody))
		if err != nil {
			return fields, false
		}
		f := Field{Name: part.FormName(), Type: part.Header.Get("Content-Type")}
		if part.FileName() == "" || isJSON(strings.ToLower(f.Type)) {
			f.Value = string(data)
		}
		fields = append(fields, f)
	}
	return nil, false
}

// parameters compares the query. Values of a path are ids: nothing of them is looked at.
func (x *comparison) parameters() {
	known := map[string]*openapi3.Parameter{}
	for _, list := range []openapi3.Parameters{x.op.item.Parameters, x.op.op.Parameters} {
		for _, ref := range list {
			if ref.Value != nil && ref.Value.In == "query" {
				known[ref.Value.Name] = ref.Value
			}
		}
	}
	query := x.e.URL.Query()
	for _, name := range sorted(query) {
		p := known[name]
		if p == nil {
			shown := x.c.word(name)
			x.add(fact{id: "seen-param", location: "parameter query:" + shown, change: "not documented"})
			continue
		}
		x.see("parameter query:"+name, "")
		for _, text := range query[name] {
			w := &walker{side: "req-", place: "parameter query:" + name, word: x.c.word}
			w.walk(p.Schema, textValue(p.Schema, text), "", 0)
			for _, f := range w.facts {
				f.id, f.location = "seen-param-value", w.place
				x.add(f)
			}
		}
	}
	for _, name := range sorted(known) {
		if known[name].Required && !query.Has(name) {
			x.add(
				fact{
					id:       "seen-param-absent",
					location: "parameter query:" + name,
					change:   "absent, documented as required",
				},
			)
		}
	}
}

// textValue reads text as the type that a schema has. A list is read from its commas.
func textValue(ref *openapi3.SchemaRef, text string) any {
	if ref == nil || ref.Value == nil || ref.Value.Type == nil {
		return text
	}
	switch t := ref.Value.Type; {
	case t.Is("array"):
		var list []any
		for _, one := range strings.Split(text, ",") {
			list = append(list, textValue(ref.Value.Items, one))
		}
		return list
	case t.Is("boolean"):
		if text == "true" || text == "false" {
			return text == "true"
		}
	case t.Is("integer"), t.Is("number"):
		if _, err := strconv.ParseFloat(text, 64); err == nil && json.Valid([]byte(text)) {
			return json.Number(text)
		}
	}
	return text
}

// response compares what came back.
func (x *comparison) response() {
	status, m := x.e.Status, &x.e.Response
	if status == 0 {
		x.c.pass("requests without an answer")
		return
	}
	if status == http.StatusNotModified {
		x.c.pass("answers 304 from a cache")
		return
	}
	at := fmt.Sprintf("response %d", status)
	success := status/100 == 2
	ref := x.op.op.Responses.Status(status)
	platform := x.c.ofPlatform(status)
	if ref == nil {
		ref = x.op.op.Responses.Default()
	}
	if ref == nil && platform {
		ref = x.c.anyError
	}
	if ref == nil || ref.Value == nil {
		x.add(
			fact{
				id:        choose(success, "seen-status-2xx", "seen-status"),
				location:  at,
				attribute: "status",
				new:       status,
				change:    "not documented",
			},
		)
		if !success {
			x.code(m)
		}
		return
	}
	x.see(at, "")
	x.headers(ref.Value, at)
	if !m.Captured {
		x.c.pass("answers whose body was not captured")
		return
	}
	content := ref.Value.Content
	kind, _, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	media := mediaOf(content, kind)
	switch {
	case len(content) == 0 || x.e.Method == http.MethodHead:
		return
	case err != nil || media == nil:
		x.add(x.media(choose(success, "seen-media", "seen-media-error"), at, m.Header.Get("Content-Type")))
		return
	case m.Cut:
		x.c.pass("answers whose body was cut off")
		return
	case !isJSON(kind):
		return
	}
	w := &walker{place: at + " " + kind, see: x.see, word: x.c.word, failed: !success}
	value, err := decodeJSON(m.Body)
	if err != nil {
		x.add(
			fact{
				id:       choose(success, "seen-syntax", "seen-syntax-error"),
				location: w.place,
				change:   choose(len(m.Body) == 0, "empty body", "no valid JSON"),
			},
		)
		return
	}
	w.walk(media.Schema, value, "", 0)
	x.add(w.facts...)
	if !success {
		x.code(m)
	}
}

func choose[T any](ok bool, a, b T) T {
	if ok {
		return a
	}
	return b
}

// plainHeaders are those of HTTP, of browsers and proxies, and those that the platform's guides name.
var plainHeaders = func() map[string]bool {
	known := map[string]bool{}
	for _, name := range strings.Fields(`Accept-Ranges Access-Control-Allow-Credentials Access-Control-Allow-Headers
		Access-Control-Allow-Methods Access-Control-Allow-Origin Access-Control-Expose-Headers Access-Control-Max-Age
		Age Allow Alt-Svc Cache-Control Connection Content-Disposition Content-Encoding Content-Language Content-Length
		Content-Location Content-Range Content-Security-Policy Content-Type Date Etag Expires Keep-Alive Last-Modified
		Link Location Pragma Proxy-Authenticate
		Referrer-Policy Retry-After Server Server-Timing Set-Cookie Strict-Transport-Security Te Timing-Allow-Origin Trailer
		Transfer-Encoding Upgrade Vary Via Warning Www-Authenticate X-Content-Type-Options X-Frame-Options X-Xss-Protection
		Rcrequestid Routingkey X-Rate-Limit-Group X-Rate-Limit-Limit X-Rate-Limit-Remaining X-Rate-Limit-Window`) {
		known[name] = true
	}
	return known
}()

func (x *comparison) headers(r *openapi3.Response, at string) {
	documented := map[string]bool{}
	for name, h := range r.Headers {
		canonical := http.CanonicalHeaderKey(name)
		documented[canonical] = true
		if h.Value != nil && h.Value.Required && len(x.e.Response.Header[canonical]) == 0 {
			x.add(
				fact{
					id:        "seen-absent",
					location:  at,
					attribute: "header " + canonical,
					change:    "header " + canonical + " absent, documented as required",
				},
			)
		}
	}
	for _, name := range sorted(x.e.Response.Header) {
		if !documented[name] && !plainHeaders[name] {
			shown := x.c.word(name)
			x.add(
				fact{
					id:        "seen-header",
					location:  at,
					attribute: "header " + shown,
					change:    "header " + shown + ", not documented",
				},
			)
		}
	}
}

// code compares each error of a body with the documented rows. The code above repeats one of the list: that counts
// once.
func (x *comparison) code(m *Message) {
	body := errorcodes.ReadBody(m.Body)
	// Above a list of errors stands at times a name for all of them, "InvalidParameter", which is no code.
	if len(body.Errors) == 0 || errorCode().MatchString(body.Code) {
		x.row(body.Code, body.Message)
	}
	for _, e := range body.Errors {
		if e != body.Entry {
			x.row(e.Code, e.Message)
		}
	}
}

var errorCode = lazyregexp.New(`^[A-Z]{2,5}-[0-9]{2,4}$`)

func (x *comparison) row(code, message string) {
	if code == "" || len(x.c.rows) == 0 {
		return
	}
	at := fmt.Sprintf("error %d %s", x.e.Status, x.c.word(code))
	anywhere, here, fits := false, false, false
	for _, r := range x.c.rows {
		if r.Code != code {
			continue
		}
		anywhere = true
		if (r.Operation == "" || r.Operation == x.op.key) && (r.Status == x.e.Status || r.Status == 0) {
			here = true
			fits = fits || message == "" || errorcodes.Match(r.Message, message)
		}
	}
	switch {
	case !anywhere:
		x.add(fact{id: "seen-code", location: at, change: "documented nowhere"})
	case !here:
		x.add(fact{id: "seen-code-elsewhere", location: at, change: "documented at another status or operation"})
	case !fits:
		x.see(at, "")
		x.add(
			fact{
				id:        "seen-message",
				location:  at,
				attribute: "message",
				change:    "the message does not fit its template",
			},
		)
	default:
		x.see(at, "")
	}
}
