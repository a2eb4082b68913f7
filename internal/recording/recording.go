// Package recording reads and writes recorded HTTP exchanges, one in a file:
//
//	# source: documentation
//	# document: swagger-ring_basic.yml?v=20180816 as listed in streamdata-gallery-topics/custom
//	# date: 2018-08-28
//
//	POST {{server}}/restapi/v1.0/account/~/extension/~/answering-rule
//	Accept: application/json
//	Authorization: Bearer {{token}}
//	Content-Type: application/json
//
//	{"type": "Custom", "name": "Weekends"}
//	###
//	HTTP/1.1 400 Bad Request
//	Content-Type: application/json
//
//	{"errorCode": "AWR-111", "message": "At least one condition should be specified"}
//
// Above the line ### is what editors' HTTP clients send when the variables server and token are set in their
// environment; below it is what curl -i prints. The lines at the top say where the exchange is from:
//
//   - source: documentation, live for what a server said to "ringbasic live", or traffic for what a capture holds;
//   - document: which document; needed with documentation;
//   - date: of the document or of the exchange, as 2018-08-28 or 2026-04; if the document has none, the day on which it
//     was read;
//   - api-version: of the API; needed with live;
//   - note: why the request is answered in this way;
//   - invalid: the one keyword of the schema that the request breaks on purpose, or "required" and the like for a part
//     of the request that is missing; without it the request has to be valid;
//   - invalid-response: likewise for the response: a keyword, or status, content-type or syntax;
//   - row: none, for an answer that nobody documents.
//
// A body goes from the empty line below the headers to the line ### or to the end of the file. The last line feed
// belongs to the file, not to the body: a body that ends in a line feed is followed by an empty line. Without an empty
// line there is no body. Lines end in LF. In a multipart body the line "< ./tone.wav" stands for the content of that
// file, relative to the recording, and line ends are sent as CRLF, both as editors do; see [Request.Wire].
//
// [Format] writes the one canonical form: keys of the top lines in the order above, headers sorted by canonical name.
// Formatting what was parsed and parsing what was formatted lose nothing.
//
// Refused, with file and line: unknown or repeated keys, missing provenance, any URL that does not begin with
// {{server}}, a second ### (one exchange a file), Content-Length and Transfer-Encoding (they follow from the body), a
// reason that is not the status's own, CR and other control characters, text that is not UTF-8, files beyond [MaxSize].
//
// [Redactor] makes of a real exchange one that may be published, and [Scan] finds what it or a writer has overlooked.
//
// Nothing here judges an exchange against an API description: package contract does.
package recording

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"mime"
	"net/http"
	"net/textproto"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ringbasic/ringbasic/internal/lazyregexp"
)

const (
	// MaxSize is the largest recording, and the largest file that one includes, in bytes.
	MaxSize = 1 << 20
	// MaxHeaders is how many header lines a request or a response may have.
	MaxHeaders = 100

	// Server stands for scheme and host in the URL of a request.
	Server = "{{server}}"
	// Extension is that of a recording's file name.
	Extension = ".http"

	separator = "###"
)

// Recording is one exchange.
type Recording struct {
	File     string // as given to Parse, slashes; the last two elements are folder and name
	Meta     Meta
	Request  Request
	Response Response
}

// Meta is what the lines at the top say. What is not said is empty.
type Meta struct {
	Source          string // "documentation", "live" or "traffic"
	Document        string
	Date            string // "2018-08-28", "2026-04"
	APIVersion      string
	Note            string
	Invalid         string // "enum"
	InvalidResponse string // "content-type"
	Row             string // "none"
}

// Request is what was sent.
type Request struct {
	Method string
	URL    string // path and query as they stand after {{server}}: "/restapi/v1.0/…"
	Header http.Header
	Body   []byte // as in the file; see Wire

	// Files are the files that a multipart body includes, by the path that the body gives. ReadFile fills it.
	Files map[string][]byte
}

// Response is what came back.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Folder is the name of the recording's folder: an operation id, or "platform".
func (r *Recording) Folder() string { return path.Base(path.Dir(r.File)) }

// Name is the file's name without its extension: "400-AWR-111".
func (r *Recording) Name() string { return strings.TrimSuffix(path.Base(r.File), Extension) }

var fileName = lazyregexp.New(
	`^([1-5][0-9][0-9])-(?:([A-Z]{2,5}-[0-9]{2,4})(?:-([a-z0-9]+(?:-[a-z0-9]+)*))?|([a-z0-9]+(?:-[a-z0-9]+)*))$`,
)

// Case is the part of the name after the status: "AWR-111", "forward-calls".
func (r *Recording) Case() string {
	_, c, _ := strings.Cut(r.Name(), "-")
	return c
}

// Code is the error code in the name, "AWR-111" in "400-AWR-111" and in "400-AWR-111-empty-list", else empty.
func (r *Recording) Code() string {
	if m := fileName().FindStringSubmatch(r.Name()); m != nil {
		return m[2]
	}
	return ""
}

// ReadFile reads one recording and the files that it includes.
func ReadFile(fsys fs.FS, file string) (*Recording, error) {
	data, err := readBounded(fsys, file)
	if err != nil {
		return nil, err
	}
	r, err := Parse(file, data)
	if err != nil {
		return nil, err
	}
	for i, line := range strings.Split(string(r.Request.Body), "\n") {
		name, ok := includes(line)
		if !ok || !r.Request.multipart() {
			continue
		}
		included := path.Join(path.Dir(file), name)
		if !fs.ValidPath(included) {
			return nil, fmt.Errorf("%s: line %d of the request's body includes %s, which is outside", file, i+1, name)
		}
		content, err := readBounded(fsys, included)
		if err != nil {
			return nil, fmt.Errorf("%s: line %d of the request's body: %w", file, i+1, err)
		}
		if r.Request.Files == nil {
			r.Request.Files = map[string][]byte{}
		}
		r.Request.Files[name] = content
	}
	return r, nil
}

func readBounded(fsys fs.FS, file string) ([]byte, error) {
	data, err := fs.ReadFile(fsys, file)
	if err == nil && len(data) > MaxSize {
		err = fmt.Errorf("%s: larger than %d bytes", file, MaxSize)
	}
	return data, err
}

// ReadDir reads all recordings in the folders below dir, sorted by file. What is wrong in several files is reported
// together, and so is a file name that is not the status and the case.
func ReadDir(fsys fs.FS, dir string) ([]*Recording, error) {
	var all []*Recording
	var wrong []error
	err := fs.WalkDir(fsys, dir, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() || path.Ext(file) != Extension {
			return nil
		}
		r, err := ReadFile(fsys, file)
		if err != nil {
			wrong = append(wrong, err)
			return nil
		}
		switch m := fileName().FindStringSubmatch(r.Name()); {
		case m == nil:
			wrong = append(
				wrong,
				fmt.Errorf(
					"%s: the name has to be a status and a case, as in 200-weekly-schedule.http or 400-AWR-111.http",
					file,
				),
			)
		case m[1] != strconv.Itoa(r.Response.Status):
			wrong = append(wrong, fmt.Errorf("%s: the name says %s, the response %d", file, m[1], r.Response.Status))
		}
		all = append(all, r)
		return nil
	})
	if err := errors.Join(append(wrong, err)...); err != nil {
		return nil, err
	}
	return all, nil
}

// Target is the request's URL without the server. Parse has seen to it that it is one.
func (r *Request) Target() *url.URL {
	u, err := url.ParseRequestURI(r.URL)
	if err != nil {
		return &url.URL{Path: r.URL}
	}
	return u
}

func (r *Request) multipart() bool { return boundary(r.Header) != "" }

// boundary is that of a multipart body, else empty.
func boundary(h http.Header) string {
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil || !strings.HasPrefix(kind, "multipart/") {
		return ""
	}
	return params["boundary"]
}

// includes tells whether a line of a multipart body stands for a file, and for which.
func includes(line string) (name string, ok bool) {
	name, ok = strings.CutPrefix(line, "< ")
	return name, ok && (strings.HasPrefix(name, "./") || strings.HasPrefix(name, "../"))
}

// Wire is the body as it is sent: a multipart body with CRLF and with the content of the files that it includes, any
// other as it is.
func (r *Request) Wire() ([]byte, error) {
	if !r.multipart() {
		return r.Body, nil
	}
	var b bytes.Buffer
	for i, line := range strings.Split(string(r.Body), "\n") {
		if i > 0 {
			b.WriteString("\r\n")
		}
		name, ok := includes(line)
		if !ok {
			b.WriteString(line)
			continue
		}
		content, ok := r.Files[name]
		if !ok {
			return nil, fmt.Errorf("the body includes %s, which was not read", name)
		}
		b.Write(content)
	}
	// The delimiter that closes a multipart body ends in CRLF, which the last line feed of the file stands for.
	if !bytes.HasSuffix(b.Bytes(), []byte("\r\n")) {
		b.WriteString("\r\n")
	}
	return b.Bytes(), nil
}

// metaKeys are the keys of the lines at the top, in canonical order.
var metaKeys = []string{"source", "document", "date", "api-version", "note", "invalid", "invalid-response", "row"}

func (m *Meta) field(key string) *string {
	switch key {
	case "source":
		return &m.Source
	case "document":
		return &m.Document
	case "date":
		return &m.Date
	case "api-version":
		return &m.APIVersion
	case "note":
		return &m.Note
	case "invalid":
		return &m.Invalid
	case "invalid-response":
		return &m.InvalidResponse
	case "row":
		return &m.Row
	}
	return nil
}

var keyword = lazyregexp.New(`^[a-zA-Z-]{1,40}$`)

// check says what is wrong with the values and with what is missing, by key.
func (m *Meta) check() map[string]string {
	wrong := map[string]string{}
	switch m.Source {
	case "documentation":
		if m.Document == "" {
			wrong["document"] = "document is missing: source documentation has to name one"
		}
	case "live":
		if m.APIVersion == "" {
			wrong["api-version"] = "api-version is missing: source live has to give it"
		}
	case "traffic":
	case "":
		wrong["source"] = "source is missing: say # source: documentation, live or traffic"
	default:
		wrong["source"] = fmt.Sprintf("source %q is none of documentation, live and traffic", m.Source)
	}
	if m.Date == "" {
		wrong["date"] = "date is missing: say # date: 2018-08-28"
	} else if _, err := time.Parse(time.DateOnly, m.Date); err != nil {
		if _, err := time.Parse("2006-01", m.Date); err != nil {
			wrong["date"] = fmt.Sprintf("date %q is neither a day like 2018-08-28 nor a month like 2026-04", m.Date)
		}
	}
	for _, key := range []string{"invalid", "invalid-response"} {
		if v := *m.field(key); v != "" && !keyword().MatchString(v) {
			wrong[key] = fmt.Sprintf("%s %q is not one keyword", key, v)
		}
	}
	if m.Row != "" && m.Row != "none" {
		wrong["row"] = fmt.Sprintf("row %q can only be none", m.Row)
	}
	return wrong
}

var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

func checkRequestLine(method, target string) error {
	if !slices.Contains(methods, method) {
		return fmt.Errorf("method %q is none of %s", method, strings.Join(methods, ", "))
	}
	if !strings.HasPrefix(target, "/") || strings.ContainsAny(target, " #") {
		return fmt.Errorf("URL %q has to be %s/ and a path, without spaces and fragment", Server+target, Server)
	}
	if _, err := url.ParseRequestURI(target); err != nil {
		return fmt.Errorf("URL %q: %w", Server+target, errors.Unwrap(err))
	}
	return nil
}

func checkHeader(name, value string) error {
	switch name {
	case "Content-Length", "Transfer-Encoding":
		return fmt.Errorf("%s follows from the body: remove the line", name)
	}
	if name == "" ||
		strings.Trim(name, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return fmt.Errorf("%q is not the name of a header", name)
	}
	if value != strings.TrimSpace(value) || strings.ContainsFunc(value, control) {
		return fmt.Errorf("the value of %s has blanks around it or control characters", name)
	}
	return nil
}

// checkText tells what keeps text from standing in a recording.
func checkText(text string) error {
	if !utf8.ValidString(text) {
		return errors.New("not UTF-8")
	}
	if i := strings.IndexFunc(text, control); i >= 0 {
		if text[i] == '\r' {
			return errors.New("carriage return: lines of a recording end in LF")
		}
		return fmt.Errorf("control character %#x", text[i])
	}
	return nil
}

func control(r rune) bool { return r < ' ' && r != '\t' && r != '\n' || r == 0x7f || r == 0xfeff }

// Format gives the canonical form of a recording. It refuses what [Parse] would refuse.
func Format(r *Recording) ([]byte, error) {
	var b bytes.Buffer
	wrong := slices.Collect(maps.Values(r.Meta.check()))
	slices.Sort(wrong)
	fail := func(err error) {
		if err != nil {
			wrong = append(wrong, err.Error())
		}
	}
	for _, key := range metaKeys {
		if v := *r.Meta.field(key); v != "" {
			if v != strings.TrimSpace(v) || strings.ContainsFunc(v, control) || strings.Contains(v, "\n") {
				wrong = append(wrong, key+" has to be one line without blanks around it")
			}
			fmt.Fprintf(&b, "# %s: %s\n", key, v)
		}
	}
	fail(checkRequestLine(r.Request.Method, r.Request.URL))
	fmt.Fprintf(&b, "\n%s %s%s\n", r.Request.Method, Server, r.Request.URL)
	fail(formatMessage(&b, r.Request.Header, r.Request.Body))
	if r.Response.Status < 100 || r.Response.Status > 599 {
		fail(fmt.Errorf("status %d is not one of HTTP", r.Response.Status))
	}
	fmt.Fprintf(&b, "%s\n%s\n", separator, statusLine(r.Response.Status))
	fail(formatMessage(&b, r.Response.Header, r.Response.Body))
	fail(checkText(b.String()))
	if b.Len() > MaxSize {
		fail(fmt.Errorf("larger than %d bytes", MaxSize))
	}
	if len(wrong) > 0 {
		return nil, fmt.Errorf("%s: %s", r.File, strings.Join(wrong, "; "))
	}
	return b.Bytes(), nil
}

func statusLine(status int) string {
	return strings.TrimSuffix(fmt.Sprintf("HTTP/1.1 %d %s", status, http.StatusText(status)), " ")
}

func formatMessage(b *bytes.Buffer, h http.Header, body []byte) error {
	lines := 0
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if name != textproto.CanonicalMIMEHeaderKey(name) {
			return fmt.Errorf("%q is not the canonical name of a header", name)
		}
		for _, v := range h[name] {
			if err := checkHeader(name, v); err != nil {
				return err
			}
			if strings.Contains(v, "\n") {
				return fmt.Errorf("the value of %s has more than one line", name)
			}
			b.WriteString(strings.TrimSuffix(name+": "+v, " ") + "\n")
			lines++
		}
	}
	if lines > MaxHeaders {
		return fmt.Errorf("more than %d header lines", MaxHeaders)
	}
	if len(body) == 0 {
		return nil
	}
	if bytes.HasPrefix(body, []byte(separator)) || bytes.Contains(body, []byte("\n"+separator)) {
		return errors.New("a line of a body begins with " + separator)
	}
	b.WriteByte('\n')
	b.Write(body)
	b.WriteByte('\n')
	return nil
}
