package contracttests

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/ringbasic/ringbasic/generated/ringcentral"
	"github.com/ringbasic/ringbasic/internal/contract"
	"github.com/ringbasic/ringbasic/internal/recording"
)

const server = "https://api.example.com"

// played is what came of a recording that was played through the generated client.
type played struct {
	problems []string
	unknown  []string                // members that were received and are in no type
	raised   []ringcentral.ErrorCode // that errors.Is found in the error
}

func (out *played) fail(format string, args ...any) {
	out.problems = append(out.problems, fmt.Sprintf(format, args...))
}

func (out *played) failAll(what string, lines []string) {
	for _, line := range lines {
		out.fail("%s: %s", what, line)
	}
}

// play sends a recorded request through the client, answers with the recorded response, and compares both sides with
// the recording. What is wrong with the recording itself is the checked exchange's to say.
func play(c *contract.Contract, checked *contract.Exchange) played {
	var out played
	r, op := checked.Recording, checked.Operation
	if op == nil {
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
		out.fail("%v", err)
		return out
	}
	result, err := call(client, op, checked.Params, r)
	if errors.Is(err, errUnsendable) {
		out.fail("%v", err)
		return out
	}
	if n := transport.GetTotalCallCount(); n != 1 {
		out.fail("the client sent %d requests: %v", n, err)
		return out
	}
	if changed := compareRequest(r, sent, sentBody); len(changed) > 0 {
		out.failAll("request as sent", changed)
		sent.Body = io.NopCloser(bytes.NewReader(sentBody))
		if len(sentBody) == 0 {
			sent.Body = nil
		}
		for _, v := range c.ValidateRequest(sent) {
			if !slices.Contains(checked.Request, v) {
				out.fail("request as sent: %s", v)
			}
		}
	} // else what was checked of the recorded request holds of this one
	if r.Folder() != contract.Platform && r.Response.Status/100 == 2 {
		if err != nil {
			out.fail("%v", err)
			return out
		}
		out.compareResult(op, r, result)
		return out
	}
	var apiError *ringcentral.APIError
	if !errors.As(err, &apiError) {
		out.fail("the client's error is %T, not an *APIError: %v", err, err)
		return out
	}
	out.compareError(c, op, r, apiError)
	return out
}

var position = regexp.MustCompile(`\[[0-9]+\]`)

// compareResult encodes the typed result again, and compares it with what was received.
func (out *played) compareResult(op *contract.Operation, r *recording.Recording, result any) {
	if len(r.Response.Body) == 0 && result == nil {
		return
	}
	received, err := decode(r.Response.Body)
	if err != nil {
		out.fail("response: %v", err)
		return
	}
	c := comparer{left: "received", right: "encoded again"}
	c.equal = func(path string, a, b any) bool {
		named := position.ReplaceAllString(path, "[]")
		number, isNumber := a.(json.Number)
		switch {
		case path != "" && !op.Names(named):
			out.unknown = append(out.unknown, path)
			return true
		case a == nil && b == nothing{}:
			return true // null is as good as absent
		case isNumber && op.Numberish(named):
			return number.String() == b // an id that came as a number is the string of its digits
		}
		return false
	}
	c.compare("", received, generic(result))
	out.failAll("response", c.lines)
}

// recordedError is an error body as any reader would read it.
type recordedError struct {
	ErrorCode string                       `json:"errorCode"`
	Message   string                       `json:"message"`
	Errors    []map[string]json.RawMessage `json:"errors"`
}

func (out *played) compareError(c *contract.Contract, op *contract.Operation, r *recording.Recording, e *ringcentral.APIError) {
	expect := func(what string, want, got any) {
		out.failAll("error", differences(what, "want", "got", want, got))
	}
	expect("operation", op.ID, e.Operation)
	expect("status", r.Response.Status, e.Status)
	expect("body", string(r.Response.Body), string(e.Body))
	h := r.Response.Header
	number := func(name string) int {
		n, _ := strconv.Atoi(h.Get(name)) // 0 where it is absent
		return n
	}
	expect("RequestID", h.Get("RCRequestId"), e.RequestID)
	expect("RetryAfter", (time.Duration(number("Retry-After")) * time.Second).String(), e.RetryAfter.String())
	expect("RateLimit", ringcentral.RateLimit{
		Group: h.Get("X-Rate-Limit-Group"), Limit: number("X-Rate-Limit-Limit"), Remaining: number("X-Rate-Limit-Remaining"),
		Window: time.Duration(number("X-Rate-Limit-Window")) * time.Second,
	}, e.RateLimit)

	if r.Meta.Row == "none" {
		want, ok := unusual[r.Name()]
		if !ok {
			out.fail("the table of unusual answers in play_test.go has no %q: say what the client makes of it", r.Name())
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
		out.fail("error: %v", err)
		return
	}
	want := ringcentral.ErrorDetail{Code: ringcentral.ErrorCode(body.ErrorCode), Message: body.Message}
	var details []ringcentral.ErrorDetail
	for _, item := range body.Errors {
		details = append(details, detail(item))
	}
	if len(details) > 0 {
		want = details[0]
	}
	expect("code", want.Code, e.Code)
	expect("message", want.Message, e.Message)
	expect("errors", details, e.Errors)
	expect("documented", c.Row(op, r.Response.Status, string(want.Code)) != nil, e.Documented)
	for _, d := range append(details, want) {
		if d.Code == "" {
			continue
		}
		if !errors.Is(e, d.Code) {
			out.fail("error: it is not %s", d.Code)
			continue
		}
		out.raised = append(out.raised, d.Code)
	}
	if errors.Is(e, ringcentral.ErrorCode("AWR-000")) {
		out.fail("error: it is AWR-000, which it has not")
	}
}

func detail(item map[string]json.RawMessage) ringcentral.ErrorDetail {
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
	return d
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
