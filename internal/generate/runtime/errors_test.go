package runtime

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
)

var testOperation = Operation{ID: "createThing", Method: "POST", Path: "/v1/account/{accountId}/thing", ThrottlingGroup: "Heavy"}

func init() {
	documentedErrors = map[string][]DocumentedError{"createThing": {
		{400, "AWR-111", "At least one condition should be specified"},
		{404, "CMN-102", "Resource for parameter [accountId] is not found"},
	}}
	platformErrors = []DocumentedError{{429, "CMN-301", "Request rate exceeded"}}
}

type thing struct {
	Name string `json:"name"`
}

// answer is a server that gives one response to everything.
func answer(t *testing.T, status int, header http.Header, body string) *Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for name, values := range header {
			w.Header()[name] = values
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	client, err := NewClient(server.URL)
	require.NoError(t, err)
	return client
}

func create(t *testing.T, c *Client) (*thing, error) {
	t.Helper()
	r := newRequest(&testOperation, nil)
	r.setPath("accountId", "~")
	r.setJSON(thing{Name: "n"})
	return fetch[thing](t.Context(), c, r, http.StatusOK)
}

func jsonHeader() http.Header { return http.Header{"Content-Type": {"application/json;charset=UTF-8"}} }

// Whatever comes that is not the documented success is an APIError, and what is usable in it is found.
func TestErrorBodies(t *testing.T) {
	deep := strings.Repeat("[", 20000)
	for _, c := range []struct {
		name         string
		status       int
		contentType  string
		body         string
		code         ErrorCode
		message      string
		details      []ErrorDetail
		documented   bool
		text         string
		isAlso       []ErrorCode
		keptBodySize int
	}{
		{name: "code in the first item, a word at the top", status: 400, contentType: "application/json",
			body:    `{"errorCode":"InvalidParameter","message":"top","errors":[{"errorCode":"AWR-111","message":"At least one condition should be specified"}]}`,
			code:    "AWR-111",
			message: "At least one condition should be specified",
			details: []ErrorDetail{{Code: "AWR-111", Message: "At least one condition should be specified"}}, documented: true,
			text: "createThing: 400 Bad Request: AWR-111: At least one condition should be specified"},
		{name: "extra members", status: 404, contentType: "application/json",
			body: `{"errors":[{"errorCode":"CMN-102","message":"m","parameterName":"accountId","depth":{"a":[1]}}],"parameterName":"accountId"}`,
			code: "CMN-102", message: "m", documented: true,
			details: []ErrorDetail{{Code: "CMN-102", Message: "m",
				Extra: map[string]json.RawMessage{"parameterName": json.RawMessage(`"accountId"`), "depth": json.RawMessage(`{"a":[1]}`)}}},
			text: "createThing: 404 Not Found: CMN-102: m"},
		{name: "several items", status: 400, contentType: "application/json",
			body: `{"errors":[{"message":"no code"},{"errorCode":"AWR-111","message":"second"},{"errorCode":"AWR-179"}]}`,
			code: "AWR-111", message: "second", documented: true,
			details: []ErrorDetail{{Message: "no code"}, {Code: "AWR-111", Message: "second"}, {Code: "AWR-179"}}, isAlso: []ErrorCode{"AWR-179"},
			text: "createThing: 400 Bad Request: AWR-111: second"},
		{name: "no items", status: 404, contentType: "application/json",
			body: `{"errorCode":"AGW-404","message":"Resource not found","errors":[]}`,
			code: "AGW-404", message: "Resource not found", text: "createThing: 404 Not Found: AGW-404: Resource not found (undocumented)"},
		{name: "no errors", status: 429, contentType: "application/json",
			body: `{"errorCode":"CMN-301","message":"Request rate exceeded"}`,
			code: "CMN-301", message: "Request rate exceeded", documented: true, text: "createThing: 429 Too Many Requests: CMN-301: Request rate exceeded"},
		{name: "an item without message takes that of the whole", status: 400, contentType: "application/json",
			body: `{"errorCode":"Word","message":"whole","errors":[{"errorCode":"AWR-111"}]}`,
			code: "AWR-111", message: "whole", details: []ErrorDetail{{Code: "AWR-111"}}, documented: true,
			text: "createThing: 400 Bad Request: AWR-111: whole"},
		{name: "the status is another", status: 403, contentType: "application/json",
			body: `{"errorCode":"AWR-111","message":"m"}`, code: "AWR-111", message: "m", text: "createThing: 403 Forbidden: AWR-111: m (undocumented)"},
		{name: "another code at the top", status: 404, contentType: "application/json",
			body: `{"errorCode":"CMN-102","message":"whole","errors":[{"errorCode":"AWR-500","message":"inner"}]}`,
			code: "AWR-500", message: "inner", details: []ErrorDetail{{Code: "AWR-500", Message: "inner"}}, documented: true,
			text: "createThing: 404 Not Found: AWR-500: inner", isAlso: []ErrorCode{"CMN-102"}},
		{name: "the second item is documented", status: 400, contentType: "application/json",
			body: `{"errors":[{"errorCode":"AWR-500","message":"inner"},{"errorCode":"AWR-111"}]}`,
			code: "AWR-500", message: "inner", details: []ErrorDetail{{Code: "AWR-500", Message: "inner"}, {Code: "AWR-111"}}, documented: true,
			text: "createThing: 400 Bad Request: AWR-500: inner", isAlso: []ErrorCode{"AWR-111"}},
		{name: "OAuth", status: 401, contentType: "application/json",
			body: `{"error":"invalid_grant","error_description":"Token has expired"}`,
			code: "invalid_grant", message: "Token has expired", text: "createThing: 401 Unauthorized: invalid_grant: Token has expired (undocumented)"},
		{name: "OAuth with the vendor's code", status: 401, contentType: "application/json",
			body: `{"error":"invalid_grant","error_description":"d","errors":[{"errorCode":"OAU-213","message":"Token not found"}]}`,
			code: "OAU-213", message: "Token not found", details: []ErrorDetail{{Code: "OAU-213", Message: "Token not found"}},
			isAlso: []ErrorCode{"invalid_grant"},
			text:   "createThing: 401 Unauthorized: OAU-213: Token not found (undocumented)"},
		{name: "types that nobody expects", status: 400, contentType: "application/json",
			body:    `{"errorCode":12,"message":["a"],"errors":[null,"x",{"errorCode":{},"message":1}],"error":{}}`,
			details: []ErrorDetail{{}, {}, {}}, text: "createThing: 400 Bad Request (undocumented)"},
		{name: "errors is an object", status: 400, contentType: "application/json", body: `{"errorCode":"A-1","errors":{"errorCode":"B-2"}}`,
			code: "A-1", text: "createThing: 400 Bad Request: A-1 (undocumented)"},
		{name: "HTML", status: 502, contentType: "text/html", body: "<html><body>Bad Gateway</body></html>",
			text: "createThing: 502 Bad Gateway (undocumented)"},
		{name: "empty", status: 503, contentType: "", body: "", text: "createThing: 503 Service Unavailable (undocumented)"},
		{name: "cut off", status: 400, contentType: "application/json", body: `{"errorCode":"AWR-111","message":"At least one`,
			text: "createThing: 400 Bad Request (undocumented)"},
		{name: "JSON by another name", status: 429, contentType: "text/plain", body: `{"errorCode":"CMN-301","message":"slow down"}`,
			code: "CMN-301", message: "slow down", documented: true, text: "createThing: 429 Too Many Requests: CMN-301: slow down"},
		{name: "a list", status: 400, contentType: "application/json", body: `[{"errorCode":"AWR-111"}]`, text: "createThing: 400 Bad Request (undocumented)"},
		{name: "very deep", status: 400, contentType: "application/json", body: `{"errorCode":"A-1","x":` + deep,
			text: "createThing: 400 Bad Request (undocumented)"},
		{name: "ten megabytes", status: 500, contentType: "application/json", body: `{"errorCode":"CMN-203","message":"m","page":"` +
			strings.Repeat("x", 10<<20) + `"}`,
			code: "CMN-203", message: "m", keptBodySize: MaxErrorBody, text: "createThing: 500 Internal Server Error: CMN-203: m (undocumented)"},
		{name: "ten megabytes in the list", status: 400, contentType: "application/json",
			body: `{"errorCode":"Word","message":"m","errors":[{"errorCode":"AWR-111","message":"` + strings.Repeat("x", 10<<20),
			code: "Word", message: "m", keptBodySize: MaxErrorBody, text: "createThing: 400 Bad Request: Word: m (undocumented)"},
		{name: "a long message of several lines", status: 400, contentType: "application/json", body: `{"errorCode":"A-1","message":"a\n\t\u001bb` +
			strings.Repeat("ü", 300) + `"}`,
			code: "A-1", message: "a\n\t\x1bb" + strings.Repeat("ü", 300), text: "createThing: 400 Bad Request: A-1: a b" + strings.Repeat("ü", 197) +
				"… (undocumented)"},
		{name: "an unknown status", status: 599, body: "", text: "createThing: 599 (undocumented)"},
		{name: "another success", status: 201, contentType: "application/json", body: `{"name":"n"}`, text: "createThing: 201 Created (undocumented)"},
		{name: "nothing where something is documented", status: 204, text: "createThing: 204 No Content (undocumented)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			header := http.Header{"Rcrequestid": {"req-1"}}
			if c.contentType != "" {
				header.Set("Content-Type", c.contentType)
			}
			result, err := create(t, answer(t, c.status, header, c.body))
			require.Nil(t, result)
			var e *APIError
			require.ErrorAs(t, err, &e)
			require.EqualError(t, err, c.text)
			require.Equal(t, "createThing", e.Operation)
			require.Equal(t, c.status, e.Status)
			require.Equal(t, c.code, e.Code)
			require.Equal(t, c.message, e.Message)
			require.Equal(t, c.details, e.Errors)
			require.Equal(t, c.documented, e.Documented)
			require.Equal(t, "req-1", e.RequestID)
			require.NoError(t, e.Err)
			if c.keptBodySize > 0 {
				require.Len(t, e.Body, c.keptBodySize)
			} else {
				require.Equal(t, c.body, string(e.Body))
			}
			for _, code := range append(c.isAlso, c.code) {
				require.Equal(t, code != "", errors.Is(err, code), "is %q", code)
			}
			require.NotErrorIs(t, err, ErrorCode("AWR-000"))
			require.NotErrorIs(t, err, ErrorCode(""))
		})
	}
}

// Of a response that does not end, no more is read than is kept.
func TestErrorsAreReadWithinReason(t *testing.T) {
	endless := &counter{}
	client, err := NewClient("https://host", WithHTTPClient(&http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 500, Body: endless}, nil
	})}))
	require.NoError(t, err)
	_, err = create(t, client)
	require.EqualError(t, err, "createThing: 500 Internal Server Error (undocumented)")
	require.LessOrEqual(t, endless.read, MaxErrorBody)
	require.True(t, endless.closed)

	*endless = counter{}
	client.http = &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: jsonHeader(), Body: endless}, nil
	})}
	_, err = create(t, client)
	require.EqualError(t, err, "createThing: 200 OK: not the documented response: the body is larger than 67108864 bytes")
	require.LessOrEqual(t, endless.read, MaxBody+1)
	require.True(t, endless.closed)
}

type counter struct {
	read   int
	closed bool
}

func (c *counter) Read(p []byte) (int, error) { c.read += len(p); return len(p), nil }
func (c *counter) Close() error               { c.closed = true; return nil }

// A success that cannot be one says why, and is no documented error.
func TestUnusableSuccess(t *testing.T) {
	for _, c := range []struct{ name, contentType, body, text string }{
		{"a page", "text/html; charset=utf-8", "<html>", `createThing: 200 OK: not the documented response: the body's type is "text/html; charset=utf-8", not JSON`},
		{"empty", "application/json", "", "createThing: 200 OK: not the documented response: the body is empty"},
		{"null", "application/json", "null", "createThing: 200 OK: not the documented response: the body is null"},
		{"cut off", "application/json", `{"name":"a`, "createThing: 200 OK: not the documented response: unexpected end of JSON input"},
		{"two values", "application/json", `{}{}`, "createThing: 200 OK: not the documented response: invalid character '{' after top-level value"},
		{"another type", "application/json", `{"name":3}`, "createThing: 200 OK: not the documented response: json: cannot unmarshal number into Go struct " +
			"field thing.name of type string"},
	} {
		t.Run(c.name, func(t *testing.T) {
			result, err := create(t, answer(t, 200, http.Header{"Content-Type": {c.contentType}}, c.body))
			require.Nil(t, result)
			require.EqualError(t, err, c.text)
			var e *APIError
			require.ErrorAs(t, err, &e)
			require.Error(t, e.Err)
			require.ErrorIs(t, err, e.Err)
			require.Equal(t, c.body, string(e.Body))
			require.False(t, e.Documented)
		})
	}
	for _, contentType := range []string{"application/json", "Application/JSON ; charset=utf-8", "application/vnd.thing+json", "application/json;charset="} {
		result, err := create(t, answer(t, 200, http.Header{"Content-Type": {contentType}}, ` {"name":"a","new":{}} `))
		require.NoError(t, err, contentType)
		require.Equal(t, &thing{Name: "a"}, result)
	}
}

// What an error tells of a success that cannot be used holds nothing of its body, and a type only if it looks like one.
func TestUnusableSuccessTellsNoText(t *testing.T) {
	const secret = "U0pDMTFTECRETTOKEN"
	type result struct {
		ID    ID        `json:"id"`
		Count int       `json:"count"`
		Time  time.Time `json:"time"`
		Bytes []byte    `json:"bytes"`
		Host  netip.Addr
	}
	const start, notJSON = "createThing: 200 OK: not the documented response: ", "the body's type is not JSON"
	for _, c := range []struct{ contentType, body, want string }{
		{"", `{"id":{"a":"` + secret + `"}}`, "an id must be a string or a number, not an object"},
		{"", `{"time":"` + secret + `"}`, "a value is not of the documented form"},
		{"", `{"Host":"` + secret + `"}`, "a value is not of the documented form"},
		{"", `{"bytes":"` + secret + `!"}`, "a value is not of the documented form"},
		{"", `{"count":14155550100.5}`, "json: cannot unmarshal number into Go struct field result.count of type int"},
		{"", `{"count":"` + secret + `"}`, "json: cannot unmarshal string into Go struct field result.count of type int"},
		{"", `{"id":` + secret, "invalid character 'U' looking for beginning of value"},
		{"text/" + secret, "{}", notJSON},
		{"text/html; a=" + secret, "{}", notJSON},
		{secret, "{}", notJSON},
		{"text/\u202eabc", "{}", notJSON},
		{"html", "{}", notJSON},
		{"text/" + strings.Repeat("a.", 100), "{}", notJSON},
		{"text/abcdefghijkl", "{}", notJSON},
		{"text/abcdefghijk", "{}", `the body's type is "text/abcdefghijk", not JSON`},
		{"TEXT/HTML;charset=\"UTF-8\"", "{}", `the body's type is "TEXT/HTML;charset=\"UTF-8\"", not JSON`},
		{"application/x-www-form-urlencoded", "{}", `the body's type is "application/x-www-form-urlencoded", not JSON`},
	} {
		header := jsonHeader()
		if c.contentType != "" {
			header.Set("Content-Type", c.contentType)
		}
		r := newRequest(&testOperation, nil)
		r.setPath("accountId", "~")
		_, err := fetch[result](t.Context(), answer(t, 200, header, c.body), r, 200)
		require.EqualError(t, err, start+c.want)
		for err := err; err != nil; err = errors.Unwrap(err) {
			require.NotContains(t, err.Error(), secret)
		}
	}
}

// A success that breaks off keeps its status and headers, and the cause can be asked for.
func TestUnreadableSuccess(t *testing.T) {
	client := answer(t, 200, nil, "")
	for _, cause := range []error{context.DeadlineExceeded, io.ErrUnexpectedEOF} {
		header := jsonHeader()
		header.Set("RCRequestId", "r-1")
		client.http = &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			body := io.MultiReader(strings.NewReader(`{"name":`), iotest.ErrReader(cause))
			return &http.Response{StatusCode: 200, Header: header, Body: io.NopCloser(body)}, nil
		})}
		_, err := create(t, client)
		require.EqualError(t, err, "createThing: read response: "+cause.Error())
		require.ErrorIs(t, err, cause)
		var e *APIError
		require.False(t, errors.As(err, &e), "no answer, not one of status 200")
	}
}

func TestLimits(t *testing.T) {
	header := jsonHeader()
	header.Set("Retry-After", "61")
	header.Set("X-Rate-Limit-Group", "heavy")
	header.Set("X-Rate-Limit-Limit", "10")
	header.Set("X-Rate-Limit-Remaining", "0")
	header.Set("X-Rate-Limit-Window", "60")
	_, err := create(t, answer(t, 429, header, `{"errorCode":"CMN-301"}`))
	var e *APIError
	require.ErrorAs(t, err, &e)
	require.Equal(t, 61*time.Second, e.RetryAfter)
	require.Equal(t, RateLimit{Group: "heavy", Limit: 10, Remaining: 0, Window: time.Minute}, e.RateLimit)
	require.Equal(t, "61", e.Header.Get("Retry-After"))
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	longest := time.Duration(math.MaxInt64 / int64(time.Second) * int64(time.Second))
	for value, want := range map[string]time.Duration{
		"": 0, "30": 30 * time.Second, "0": 0, "-1": 0, "soon": 0, "1.5": 0,
		"Tue, 24 Nov 2026 09:01:30 GMT": 90 * time.Second,
		"Tue, 24 Nov 2026 08:00:00 GMT": 0,
		"99999999999":                   longest,
		"99999999999999999999999999":    longest,
		" 30 ":                          30 * time.Second,
	} {
		require.Equal(t, want, retryAfter(http.Header{"Retry-After": {value}}, now), value)
	}
}

func TestNumber(t *testing.T) {
	for value, want := range map[string]int{"": 0, "7": 7, "-7": 0, "x": 0, "99999999999": 0} {
		require.Equal(t, want, number(http.Header{"N": {value}}, "N"), value)
	}
}

// Rows are given as copies: nobody can change them for all.
func TestDocumented(t *testing.T) {
	want := []DocumentedError{
		{Status: 400, Code: "AWR-111", Message: "At least one condition should be specified"},
		{Status: 404, Code: "CMN-102", Message: "Resource for parameter [accountId] is not found"},
	}
	Documented("createThing")[0].Message = "changed"
	require.Equal(t, want, Documented("createThing"))
	require.Empty(t, Documented("readThing"))
	DocumentedForAll()[0].Code = "changed"
	require.Equal(t, []DocumentedError{{Status: 429, Code: "CMN-301", Message: "Request rate exceeded"}}, DocumentedForAll())
}

// A server may repeat the header that it refuses.
func TestErrorHoldsNoToken(t *testing.T) {
	e := &APIError{Operation: "readThing", Status: 401, Code: "OAU-123"}
	for message, want := range map[string]string{
		"Invalid Authorization header value: Bearer U0pDMTFTECRETTOKEN": "Invalid Authorization header value: Bearer [redacted]",
		"Invalid value: basic dXNlcjpw, sorry":                          "Invalid value: basic [redacted] sorry",
		"JWT eyJhbGciOi.eyJzdWIi.c2ln is revoked":                       "JWT [redacted] is revoked",
		"Bearer": "Bearer",
	} {
		e.Message = message
		require.Equal(t, "readThing: 401 Unauthorized: OAU-123: "+want+" (undocumented)", e.Error())
	}
}

// The reason why a success cannot be used may quote it.
func TestReasonIsBrief(t *testing.T) {
	e := &APIError{Operation: "readThing", Status: 200, Err: errors.New("an id must be a string,\n\tnot Bearer U0pDMTFTECRETTOKEN " +
		strings.Repeat("9", 5000))}
	require.Equal(t, "readThing: 200 OK: not the documented response: an id must be a string, not Bearer [redacted] "+strings.Repeat("9", 154)+"…", e.Error())
}

// No body of any kind brings the reader down, and what it finds is in the body.
func FuzzReadBody(f *testing.F) {
	for _, seed := range []string{
		`{"errorCode":"A-1","message":"m","errors":[{"errorCode":"B-2","message":"n","x":1}]}`,
		`{"error":"invalid_grant","error_description":"d"}`, `{"errors":[null,1,{}]}`, `[]`, `{`, ``, "\xff", `{"errorCode":"A`, `{"a":1,}`,
		`{"errors":[{"errorCode":"A-1"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		e := &APIError{Operation: "o", Status: 400, Body: data}
		e.readBody(data)
		if e.Code != "" && !e.Is(e.Code) {
			t.Errorf("%s: the error is not its code %q", strconv.Quote(string(data)), e.Code)
		}
		if text := e.Error(); strings.ContainsAny(text, "\r\n") || len([]rune(text)) > 500 {
			t.Errorf("%s: the text is not brief: %q", strconv.Quote(string(data)), text)
		}
	})
}

// An error keeps of a body what it says, and not the whole in memory.
func TestBodyIsBounded(t *testing.T) {
	e := notDocumented(&testOperation, &http.Response{StatusCode: 200, Header: http.Header{}}, make([]byte, 4*MaxErrorBody), io.EOF)
	require.Len(t, e.Body, MaxErrorBody)
	require.Less(t, cap(e.Body), 2*MaxErrorBody)
}
