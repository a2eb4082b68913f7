package contracttests

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jarcoal/httpmock"

	"github.com/ringbasic/ringbasic/generated/ringcentral"
	"github.com/ringbasic/ringbasic/internal/contract"
	"github.com/ringbasic/ringbasic/internal/errorcodes"
	"github.com/ringbasic/ringbasic/internal/recording"
)

const server = "https://api.example.com"

// player plays recordings through the generated client.
type player struct {
	contract *contract.Contract
}

// played is what came of it.
type played struct {
	problems []string
	unknown  []string                // members that were received and are in no type
	raised   []ringcentral.ErrorCode // that errors.Is found in the error
}

// play sends a recorded request through the client, answers with the recorded response, and compares both sides with
// the recording.
func (p player) play(r *recording.Recording) played {
	var out played
	fail := func(format string, args ...any) {
		out.problems = append(out.problems, r.File+": "+fmt.Sprintf(format, args...))
	}
	op, params := p.contract.Find(r.Request.Method, r.Request.Target().EscapedPath())
	if op == nil {
		fail("no operation has %s %s", r.Request.Method, r.Request.URL)
		return out
	}
	var sent *http.Request
	var sentBody []byte
	transport := httpmock.NewMockTransport()
	transport.RegisterNoResponder(func(q *http.Request) (*http.Response, error) {
		sent = q
		if q.Body != nil {
			var err error
			if sentBody, err = io.ReadAll(q.Body); err != nil {
				return nil, err
			}
		}
		response := httpmock.NewBytesResponse(r.Response.Status, r.Response.Body)
		response.Header = r.Response.Header.Clone()
		response.Request = q
		return response, nil
	})
	client, err := ringcentral.NewClient(server,
		ringcentral.WithHTTPClient(&http.Client{Transport: transport}),
		ringcentral.WithRequestEditor(func(q *http.Request) error {
			q.Header.Set("Authorization", r.Request.Header.Get("Authorization"))
			return nil
		}))
	if err != nil {
		fail("%v", err)
		return out
	}
	result, err := call(client, op, params, r)
	if errors.Is(err, errUnsendable) {
		fail("%v", err)
		return out
	}
	if n := transport.GetTotalCallCount(); n != 1 {
		fail("the client sent %d requests: %v", n, err)
		return out
	}
	for _, difference := range compareRequest(r, sent, sentBody) {
		fail("request as sent: %s", difference)
	}
	sent.Body = io.NopCloser(bytes.NewReader(sentBody))
	if len(sentBody) == 0 {
		sent.Body = nil
	}
	for _, v := range p.contract.ValidateRequest(sent) {
		if v.Keyword != r.Meta.Invalid {
			fail("request as sent: %s", v)
		}
	}
	if r.Folder() == op.ID && r.Response.Status/100 == 2 {
		if err != nil {
			fail("%v", err)
			return out
		}
		out.compareResult(op, r, result, fail)
		return out
	}
	var apiError *ringcentral.APIError
	if !errors.As(err, &apiError) {
		fail("want an *APIError, got %T: %v", err, err)
		return out
	}
	p.compareError(&out, op, r, apiError, fail)
	return out
}

// compareRequest tells in what a request as sent differs from the recorded one.
func compareRequest(r *recording.Recording, sent *http.Request, body []byte) []string {
	var found []string
	differ := func(what string, want, got any) {
		if diff := cmp.Diff(want, got); diff != "" {
			found = append(found, fmt.Sprintf("%s (-recorded +sent):\n%s", what, diff))
		}
	}
	want := r.Request.Target()
	differ("method", r.Request.Method, sent.Method)
	differ("path", want.EscapedPath(), sent.URL.EscapedPath())
	differ("query", want.Query(), sent.URL.Query())
	recorded, got := r.Request.Header.Clone(), sent.Header.Clone()
	got.Del("User-Agent")
	kind := withoutBoundary(recorded)
	withoutBoundary(got)
	differ("headers", recorded, got)
	wire, err := r.Request.Wire()
	if err != nil {
		return append(found, err.Error())
	}
	switch {
	case strings.HasPrefix(kind, "multipart/"):
		a, err := readParts(r.Request.Header, wire)
		if err != nil {
			return append(found, err.Error())
		}
		b, err := readParts(sent.Header, body)
		if err != nil {
			return append(found, err.Error())
		}
		byName := func(a, b part) int { return strings.Compare(a.Name, b.Name) }
		slices.SortFunc(a, byName)
		slices.SortFunc(b, byName)
		differ("parts", a, b)
		if sent.ContentLength != int64(len(body)) {
			differ("Content-Length", int64(len(body)), sent.ContentLength)
		}
	case kind == "application/json":
		a, err := decode(wire)
		if err != nil {
			return append(found, err.Error())
		}
		b, err := decode(body)
		if err != nil {
			return append(found, err.Error())
		}
		differ("body", a, b)
	default:
		differ("body", string(wire), string(body))
	}
	return found
}

// withoutBoundary removes what differs from one multipart request to the next, and gives the media type.
func withoutBoundary(h http.Header) string {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err == nil && strings.HasPrefix(kind, "multipart/") {
		h.Set("Content-Type", kind)
	}
	return kind
}

func decode(data []byte) (value any, err error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	err = d.Decode(&value)
	return value, err
}

// compareResult encodes the typed result again, and compares it with what was received.
func (out *played) compareResult(op *contract.Operation, r *recording.Recording, result any, fail func(string, ...any)) {
	if result == nil {
		if len(r.Response.Body) > 0 {
			fail("no result, though the response has a body")
		}
		return
	}
	data, err := json.Marshal(result)
	if err != nil {
		fail("%v", err)
		return
	}
	received, err := decode(r.Response.Body)
	if err != nil {
		fail("%v", err)
		return
	}
	encoded, err := decode(data)
	if err != nil {
		fail("%v", err)
		return
	}
	out.compareValue(op, "", received, encoded, fail)
}

func (out *played) compareValue(op *contract.Operation, path string, received, encoded any, fail func(string, ...any)) {
	switch a := received.(type) {
	case map[string]any:
		b, ok := encoded.(map[string]any)
		if !ok {
			fail("response: %s is an object, and encoded again %T", path, encoded)
			return
		}
		for _, key := range slices.Sorted(maps.Keys(a)) {
			inner := strings.TrimPrefix(path+"."+key, ".")
			value, there := b[key]
			switch {
			case !op.Names(inner):
				out.unknown = append(out.unknown, inner)
			case !there && a[key] != nil:
				fail("response: %s is lost", inner)
			default:
				out.compareValue(op, inner, a[key], value, fail)
			}
		}
		for _, key := range slices.Sorted(maps.Keys(b)) {
			if _, ok := a[key]; !ok {
				fail("response: %s was not received", strings.TrimPrefix(path+"."+key, "."))
			}
		}
	case []any:
		b, ok := encoded.([]any)
		if !ok || len(a) != len(b) {
			fail("response: %s has %d items, and encoded again it is %v", path, len(a), encoded)
			return
		}
		for i := range a {
			out.compareValue(op, path+"[]", a[i], b[i], fail)
		}
	case json.Number:
		// An id that came as a number is the string of its digits.
		if text, ok := encoded.(string); ok && op.Numberish(path) && text == a.String() {
			return
		}
		if a != encoded {
			fail("response: %s is the number %v, and encoded again %#v", path, a, encoded)
		}
	default:
		if received != encoded {
			fail("response: %s is %#v, and encoded again %#v", path, received, encoded)
		}
	}
}

// recordedError is an error body as any reader would read it.
type recordedError struct {
	ErrorCode        string                       `json:"errorCode"`
	Message          string                       `json:"message"`
	OAuthError       string                       `json:"error"`
	OAuthDescription string                       `json:"error_description"`
	Errors           []map[string]json.RawMessage `json:"errors"`
}

func (p player) compareError(out *played, op *contract.Operation, r *recording.Recording, e *ringcentral.APIError, fail func(string, ...any)) {
	expect := func(what string, want, got any) {
		if diff := cmp.Diff(want, got); diff != "" {
			fail("error: %s (-want +got):\n%s", what, diff)
		}
	}
	expect("operation", op.ID, e.Operation)
	expect("status", r.Response.Status, e.Status)
	expect("body", string(r.Response.Body), string(e.Body))
	h := r.Response.Header
	number := func(name string) int {
		n, _ := strconv.Atoi(h.Get(name)) // 0 where it is absent
		return n
	}
	expect("RetryAfter", time.Duration(number("Retry-After"))*time.Second, e.RetryAfter)
	expect("RateLimit", ringcentral.RateLimit{
		Group: h.Get("X-Rate-Limit-Group"), Limit: number("X-Rate-Limit-Limit"), Remaining: number("X-Rate-Limit-Remaining"),
		Window: time.Duration(number("X-Rate-Limit-Window")) * time.Second,
	}, e.RateLimit)

	if r.Meta.Row == "none" {
		want, ok := unusual[r.Name()]
		if !ok {
			fail("the table of unusual answers has no %q", r.Name())
			return
		}
		expect("code", want.code, e.Code)
		expect("message", want.message, e.Message)
		expect("documented", want.documented, e.Documented)
		expect("unusable success", want.unusable, e.Err != nil)
		return
	}
	var body recordedError
	if err := json.Unmarshal(r.Response.Body, &body); err != nil {
		fail("error: %v", err)
		return
	}
	code := ringcentral.ErrorCode(r.Code())
	message := body.Message
	var details []ringcentral.ErrorDetail
	for _, item := range body.Errors {
		d := ringcentral.ErrorDetail{}
		for key, raw := range item {
			switch key {
			case "errorCode":
				d.Code = ringcentral.ErrorCode(unquote(raw))
			case "message":
				d.Message = unquote(raw)
			default:
				if d.Extra == nil {
					d.Extra = map[string]json.RawMessage{}
				}
				d.Extra[key] = raw
			}
		}
		details = append(details, d)
	}
	if len(details) > 0 {
		message = details[0].Message
	}
	expect("code", code, e.Code)
	expect("message", message, e.Message)
	expect("errors", details, e.Errors)
	expect("documented", true, e.Documented)
	for _, d := range append(details, ringcentral.ErrorDetail{Code: code}) {
		if d.Code == "" {
			continue
		}
		if !errors.Is(e, d.Code) {
			fail("error: it is not %s", d.Code)
			continue
		}
		out.raised = append(out.raised, d.Code)
	}
	if errors.Is(e, ringcentral.ErrorCode("AWR-000")) {
		fail("error: it is a code that it has not")
	}
	rows := ringcentral.Documented(op.ID)
	if r.Folder() == contract.Platform {
		rows = ringcentral.DocumentedForAll()
	}
	i := slices.IndexFunc(rows, func(row ringcentral.DocumentedError) bool { return row.Status == e.Status && row.Code == e.Code })
	if i < 0 {
		fail("error: the client documents no %d %s", e.Status, e.Code)
	} else if !errorcodes.Match(rows[i].Message, e.Message) {
		fail("error: the message %q does not match the client's %q", e.Message, rows[i].Message)
	}
}

func unquote(raw json.RawMessage) string {
	var s string
	_ = json.Unmarshal(raw, &s) // what is no string stays empty, as in the client
	return s
}

// unusual says what the client makes of answers that nobody documents, by name of the recording.
var unusual = map[string]struct {
	code       ringcentral.ErrorCode
	message    string
	documented bool // the code is, the rest of the answer is not
	unusable   bool // a success that cannot be used
}{
	"200-empty-body":             {unusable: true},
	"200-html-page":              {unusable: true},
	"200-list-instead-of-object": {unusable: true},
	"200-truncated":              {unusable: true},
	"200-wrong-content-type":     {unusable: true},
	"204-no-content":             {},
	"302-redirect":               {},
	"400-empty-body":             {},
	"400-empty-object":           {},
	"400-no-errors":              {code: "InvalidParameter", message: "The request is not valid"},
	"400-number-as-code":         {message: "The request is not valid"},
	"400-oauth":                  {code: "invalid_request", message: "The request is missing a parameter"},
	"400-wrong-content-type":     {code: "CMN-104", message: "Cannot parse request", documented: true},
	"401-empty-body":             {},
	"404-AGW-404":                {code: "AGW-404", message: "Resource not found"},
	"500-truncated":              {},
	"502-gateway-page":           {},
	"503-empty-body":             {},
	"504-gateway-page":           {},
}
