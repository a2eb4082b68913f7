package contract

import (
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/errorcodes"
	"github.com/ringbasic/ringbasic/internal/recording"
)

const description = `
openapi: 3.0.3
info: {title: Shelf, version: "1"}
x-platform-error-codes:
  - {status: 429, code: CMN-301, message: Slow down}
  - {status: 404, code: CMN-120}
paths:
  /shelf/{shelf}/book:
    post:
      operationId: createBook
      parameters:
        - {name: shelf, in: path, required: true, schema: {type: string}}
        - {name: dry, in: query, schema: {type: string, enum: [wet, dry]}}
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [title]
              properties:
                title: {type: string, maxLength: 5}
                pages: {type: integer}
                parts: {type: array, items: {$ref: '#/components/schemas/Part'}}
                labels: {type: object, additionalProperties: {type: string}}
      responses:
        "200":
          description: OK
          content:
            application/json:
              schema:
                type: object
                properties:
                  id: {x-go-type: ID, anyOf: [{type: string}, {type: integer}]}
                  cover: {allOf: [{$ref: '#/components/schemas/Part'}]}
        "400":
          description: Bad Request
          x-error-codes:
            - {code: BOK-100, message: "[title] is too long"}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/ErrorResponse'}
  /shelf/first/book:
    post:
      operationId: createFirst
      responses:
        "204": {description: No Content}
components:
  schemas:
    Part:
      type: object
      properties:
        kind: {type: string, enum: [front, back]}
        within: {$ref: '#/components/schemas/Part'}
    ErrorResponse:
      type: object
      properties:
        errorCode: {type: string}
        message: {type: string}
`

func load(t *testing.T, text string) *Contract {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData([]byte(text))
	require.NoError(t, err)
	c, err := New(doc)
	require.NoError(t, err)
	return c
}

func parse(t *testing.T, file, meta, request, response string) *recording.Recording {
	t.Helper()
	if !strings.HasPrefix(meta, live) {
		meta = "# source: documentation\n# document: d\n# date: 2026-04\n" + meta
	}
	r, err := recording.Parse(file, []byte(meta+"\n"+request+"\n###\n"+response+"\n"))
	require.NoError(t, err)
	return r
}

const (
	live       = "# source: live\n# date: 2026-04-01\n# api-version: 1.0.36\n"
	jsonHeader = "\nContent-Type: application/json\n\n"
	create     = "POST {{server}}/shelf/1/book" + jsonHeader
	ok         = "HTTP/1.1 200 OK" + jsonHeader
	bad        = "HTTP/1.1 400 Bad Request" + jsonHeader
)

func TestCheck(t *testing.T) {
	c := load(t, description)
	for _, test := range []struct{ name, file, meta, request, response, want string }{
		{"success", "createBook/200-x", "", create + `{"title": "Go"}`, ok + `{"id": 1}`, ""},
		{"documented error", "createBook/400-BOK-100", "# invalid: maxLength\n", create + `{"title": "Golang"}`, bad +
			`{"errorCode": "BOK-100", "message": "[title] is too long"}`, ""},
		{"error in a list", "createBook/400-BOK-100", "", create + `{"title": "Go"}`, bad +
			`{"errorCode": "InvalidParameter", "message": "[title] is too long", "errors": [{"message": "?"}, {"errorCode": "BOK-100", "message": ` +
			`"[title] is too long"}]}`, ""},
		{"an answer from life", "createBook/400-BOK-100", live, create + `{"title": "Go"}`, bad +
			`{"errorCode": "Oops", "message": "Sorry", "errors": [{"errorCode": "BOK-100", "message": "[book.title] is too long"}]}`, ""},
		{"platform", "platform/429-CMN-301", "", create + `{"title": "Go"}`, "HTTP/1.1 429 Too Many Requests" + jsonHeader +
			`{"errorCode": "CMN-301", "message": "Slow down"}`, ""},
		{"message not documented", "platform/404-CMN-120", "", create + `{"title": "Go"}`, "HTTP/1.1 404 Not Found" + jsonHeader +
			`{"errorCode": "CMN-120", "message": "anything"}`, ""},
		{"nobody's", "platform/503-page", "# invalid-response: status\n# row: none\n", create + `{"title": "Go"}`, "HTTP/1.1 503 Service Unavailable", ""},
		{"free member", "createBook/200-x", "", create + `{"title": "Go", "labels": {"a": "b"}}`, ok + `{}`, ""},
		{"recursive member", "createBook/200-x", "", create + `{"title": "Go", "parts": [{"kind": "back"}]}`, ok + `{"cover": {"kind": "front"}}`, ""},

		{"operation", "createBook/200-x", "", "GET {{server}}/shelf/1/book", ok + `{}`, "no operation has GET /shelf/1/book"},
		{"folder", "createFirst/200-x", "", create + `{"title": "Go"}`, ok + `{}`,
			"the request is one of createBook: move the file to the folder of that name"},
		{"required", "createBook/200-x", "", create + `{"pages": 1}`, ok + `{}`, `request: required at /title: property "title" is missing`},
		{"body", "createBook/200-x", "", "POST {{server}}/shelf/1/book", ok + `{}`, `request: required: value is required but missing`},
		{"two keywords", "createBook/400-BOK-100", "# invalid: maxLength\n", create + `{"title": "Golang", "pages": "x"}`, bad +
			`{"errorCode": "BOK-100", "message": "[title] is too long"}`,
			"request: type at /pages: value must be an integer; the file says # invalid: maxLength"},
		{"nothing invalid", "createBook/400-BOK-100", "# invalid: maxLength\n", create + `{"title": "Go"}`, bad +
			`{"errorCode": "BOK-100", "message": "[title] is too long"}`, "request: it is valid, though the file says # invalid: maxLength"},
		{"request syntax", "createBook/200-x", "", create + `{"title"`, ok + `{}`, `request: syntax: unexpected EOF`},
		{"request content type", "createBook/200-x", "", "POST {{server}}/shelf/1/book\nContent-Type: text/plain\n\nGo", ok + `{}`,
			`request: content-type: header Content-Type has unexpected value "text/plain"`},
		{"request member", "createBook/200-x", "", create + `{"title": "Go", "author": {"name": "x"}}`, ok + `{}`, `request: the schema names no author`},
		{"request parameter", "createBook/200-x", "", "POST {{server}}/shelf/1/book?fast=1" + jsonHeader + `{"title": "Go"}`, ok + `{}`,
			`request: additionalProperties at parameter fast: no such parameter`},
		{"request parameter value", "createBook/200-x", "", "POST {{server}}/shelf/1/book?dry=damp" + jsonHeader + `{"title": "Go"}`, ok + `{}`,
			`request: enum at parameter dry: damp is not one of the allowed values ["wet","dry"]`},
		{"body of none", "createFirst/204-x", "", "POST {{server}}/shelf/first/book" + jsonHeader + `{}`, "HTTP/1.1 204 No Content",
			`request: syntax: request body not allowed for this request`},
		{"response", "createBook/200-x", "", create + `{"title": "Go"}`, ok + `{"cover": {"kind": "side"}}`,
			`response: enum at /cover/kind: side is not one of the allowed values ["front","back"]`},
		{"response syntax", "createBook/200-x", "", create + `{"title": "Go"}`, ok + `{}{}`, `response: syntax: something follows the JSON text`},
		{"response empty", "createBook/200-x", "", create + `{"title": "Go"}`, "HTTP/1.1 200 OK\nContent-Type: application/json",
			`response: syntax: empty body`},
		{"response content type", "createBook/200-x", "", create + `{"title": "Go"}`, "HTTP/1.1 200 OK\nContent-Type: text/plain\n\n{}",
			`response: content-type: "text/plain" is not documented for status 200`},
		{"status", "createBook/201-x", "", create + `{"title": "Go"}`, "HTTP/1.1 201 Created",
			"no row owns it: name the file after status and code, or put it into platform with # row: none\nresponse: status: 201 is not documented"},
		{"row", "createBook/400-BOK-101", "", create + `{"title": "Go"}`, bad + `{"errorCode": "BOK-101"}`,
			"no row owns it: createBook documents no 400 BOK-101"},
		{"row of the platform", "createBook/429-CMN-301", "", create + `{"title": "Go"}`, "HTTP/1.1 429 Too Many Requests" + jsonHeader +
			`{"errorCode": "CMN-301", "message": "Slow down"}`, "no row owns it: createBook documents no 429 CMN-301"},
		{"code", "createBook/400-BOK-100", "", create + `{"title": "Go"}`, bad + `{"errorCode": "BOK-101"}`,
			"the body's errorCode is BOK-101, the name has BOK-100"},
		{"no code", "createBook/400-BOK-100", "", create + `{"title": "Go"}`, bad + `{}`, "the body has no errorCode, the name has BOK-100"},
		{"message", "createBook/400-BOK-100", "", create + `{"title": "Go"}`, bad + `{"errorCode": "BOK-100", "message": "title is too long"}`,
			`the message "title is too long" is not that of 400 BOK-100: "[title] is too long"`},
		{"message, not word for word", "createBook/400-BOK-100", "", create + `{"title": "Go"}`, bad +
			`{"errorCode": "BOK-100", "message": "[book.title] is too long"}`,
			`the message "[book.title] is too long" is not, word for word, that of 400 BOK-100: "[title] is too long"`},
		{"word at the top", "createBook/400-BOK-100", "", create + `{"title": "Go"}`, bad +
			`{"errorCode": "Oops", "errors": [{"errorCode": "BOK-100", "message": "[title] is too long"}]}`,
			`the errorCode at the top, Oops, is neither BOK-100 nor one of InsufficientPermissions, InvalidParameter, TokenInvalid`},
		{"message at the top", "createBook/400-BOK-100", "", create + `{"title": "Go"}`, bad +
			`{"message": "Sorry", "errors": [{"errorCode": "BOK-100", "message": "[title] is too long"}]}`,
			`the message at the top, "Sorry", is not that of the first error: "[title] is too long"`},
		{"description at the top", "createBook/400-BOK-100", "", create + `{"title": "Go"}`, bad +
			`{"error": "x", "error_description": "Sorry", "errors": [{"errorCode": "BOK-100", "message": "[title] is too long"}]}`,
			`the message at the top, "Sorry", is not that of the first error: "[title] is too long"`},
		{"row none elsewhere", "createBook/400-page", "# row: none\n", create + `{"title": "Go"}`, bad + `{}`,
			"the file says # row: none, which is for the folder platform"},
		{"row none but there is one", "platform/400-BOK-100", "# row: none\n", create + `{"title": "Go"}`, bad + `{}`,
			"the file says # row: none, but 400 BOK-100 is documented: remove the line"},
		{"success with a code", "createBook/200-BOK-100", "", create + `{"title": "Go"}`, ok + `{}`, "the name has the code BOK-100, and 200 is a success"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var lines []string
			for _, p := range c.Check(parse(t, test.file+".http", test.meta, test.request, test.response)).Problems {
				lines = append(lines, strings.TrimPrefix(p.String(), test.file+".http: "))
			}
			require.Equal(t, test.want, strings.Join(lines, "\n"))
		})
	}
}

func TestCheckAll(t *testing.T) {
	c := load(t, description)
	success := parse(t, "createBook/200-x.http", "", "POST {{server}}/shelf/1/book?dry=dry"+jsonHeader+`{"title": "Go", "parts": [{"kind": "back"}]}`, ok+
		`{"id": 1, "isbn": {"a": 1}}`)
	broken := parse(t, "createBook/200-y.http", "# invalid: required\n", create+`{"pages": 1}`, ok+`{}`)
	e := parse(t, "createBook/400-BOK-100.http", "", create+`{"title": "Go", "pages": 5}`, bad+`{"errorCode": "BOK-100", "message": "[title] is too long"}`)
	waivers, err := ParseWaivers("w.yaml", []byte(`waivers:
  - {cell: createFirst success, reason: not ours}
  - {cell: createFirst status 204, reason: not ours}
  - {cell: createBook success, reason: none}
  - {cell: createBook row 400 BOK-999, reason: none}
  - {cell: createFirst success, reason: again}
`))
	require.NoError(t, err)
	report := c.CheckAll([]*Exchange{c.Check(success), c.Check(broken), c.Check(e)}, waivers, nil)
	var lines []string
	for _, p := range report.Problems {
		lines = append(lines, p.String())
	}
	require.Equal(t, []string{
		`no recording exercises "createBook parameter dry wet": add one, or waive it in waivers.yaml`,
		`no recording exercises "createBook request labels": add one, or waive it in waivers.yaml`,
		`no recording exercises "createBook request pages": add one, or waive it in waivers.yaml`, // an invalid request and that of an error show nothing
		`no recording exercises "createBook request parts[].within": add one, or waive it in waivers.yaml`,
		`no recording exercises "createBook request value parts[].kind front": add one, or waive it in waivers.yaml`,
		`no recording exercises "createBook response cover": add one, or waive it in waivers.yaml`,
		`no recording exercises "createBook response cover.kind": add one, or waive it in waivers.yaml`,
		`no recording exercises "createBook response cover.within": add one, or waive it in waivers.yaml`,
		`no recording exercises "createBook response value cover.kind back": add one, or waive it in waivers.yaml`,
		`no recording exercises "createBook response value cover.kind front": add one, or waive it in waivers.yaml`,
		`no recording exercises "platform row 404 CMN-120": add platform/404-CMN-120.http`,
		`no recording exercises "platform row 429 CMN-301": add platform/429-CMN-301.http`,
		`no recording exercises "platform status 404": add one, or waive it in waivers.yaml`,
		`no recording exercises "platform status 429": add one, or waive it in waivers.yaml`,
		`w.yaml:4:5: "createBook success" is exercised: remove the waiver`,
		`w.yaml:5:5: there is no "createBook row 400 BOK-999": remove the waiver`,
		`w.yaml:6:5: "createFirst success" is waived twice`,
	}, lines)
	require.Equal(t, []Problem{{"createBook/200-x.http", "response: the schema names no isbn"}}, report.Unknown)
	require.Equal(t, strings.Join([]string{
		"             success         status          row  parameter  request  request value  response  response value",
		"createBook   1/1             2/2             1/1  3/4        4/7      1/2            1/4       0/2",
		"createFirst  0/1 (1 waived)  0/1 (1 waived)  –    –          –        –              –         –",
		"platform     –               0/2             0/2  –          –        –              –         –",
		"error body   –               –               –    –          –        –              2/2       –",
		"",
	}, "\n"), report.Table())
}

func TestOperationWithoutRecordings(t *testing.T) {
	c := load(t, description)
	c.Platform = nil
	waivers, err := ParseWaivers("w.yaml", []byte("waivers:\n  - {cell: createFirst success, reason: not ours}\n"))
	require.NoError(t, err)
	require.Equal(t, []Problem{
		{"", "createBook has no recording: begin with createBook/200-CASE.http (cells to exercise: 23)"},
		{"", "createFirst has no recording: begin with createFirst/204-CASE.http (cells to exercise: 1)"},
	}, c.CheckAll(nil, waivers, nil).Problems)
}

func TestFind(t *testing.T) {
	c := load(t, description)
	for path, want := range map[string]string{
		"/shelf/1/book":       "createBook 1",
		"/shelf/a%2Fb/book":   "createBook a/b",
		"/shelf/first/book":   "createFirst ",
		"/shelf//book":        "",
		"/shelf/1/book/":      "",
		"/shelf/%zz/book":     "",
		"/SHELF/1/book":       "",
		"/x/shelf/1/book":     "",
		"/shelf/1/book/extra": "",
	} {
		op, params := c.Find(http.MethodPost, path)
		got := ""
		if op != nil {
			got = op.ID + " " + params["shelf"]
		}
		require.Equal(t, want, got, path)
	}
	require.Equal(t, []errorcodes.Row{{Status: 400, Code: "BOK-100", Message: "[title] is too long"}}, c.Operations[0].Rows)
	require.True(t, c.Operations[0].Numberish("id"))
	require.False(t, c.Operations[0].Numberish("cover"))
	require.True(t, c.Operations[0].Names("cover.kind"))
	require.False(t, c.Operations[0].Names("cover.color"))
}

func TestNewRefuses(t *testing.T) {
	for _, test := range []struct{ name, old, by, want string }{
		{"platform", "  - {status: 429, code: CMN-301, message: Slow down}", "  - 429",
			"x-platform-error-codes: item 1: want {status, code, message}, not float64"},
		{"operation", `            - {code: BOK-100, message: "[title] is too long"}`, "            - BOK-100",
			"POST /shelf/{shelf}/book: response 400: x-error-codes: item 1: want {status, code, message}, not string"},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Contains(t, description, test.old)
			doc, err := openapi3.NewLoader().LoadFromData([]byte(strings.Replace(description, test.old, test.by, 1)))
			require.NoError(t, err)
			_, err = New(doc)
			require.EqualError(t, err, test.want)
		})
	}
	doc, err := openapi3.NewLoader().LoadFromData([]byte(description))
	require.NoError(t, err)
	delete(doc.Components.Schemas, ErrorSchema)
	_, err = New(doc)
	require.EqualError(t, err, "x-platform-error-codes is there, but no schema ErrorResponse")
}

func TestParseWaiversRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"waivers:\n  - {cell: a}\n":                    "w.yaml:2:5: a waiver needs cell and reason",
		"waivers:\n  - {cell: a, reason: b, why: c}\n": `w.yaml:2:26: unknown key "why": a waiver has cell and reason`,
		"waiver: []\n":  "w.yaml:1:1: the file holds one key, waivers, with a list",
		"waivers: {}\n": "w.yaml:1:1: the file holds one key, waivers, with a list",
		"":              "w.yaml: empty",
	} {
		_, err := ParseWaivers("w.yaml", []byte(text))
		require.EqualError(t, err, want)
	}
}

// A row may stand at the operation, with its status, as well as at a response: the vendor's prose is lifted there where
// no response has the status. The same row at both counts once.
func TestRowsOfOperation(t *testing.T) {
	rows := func(list string) string {
		return strings.Replace(description, "operationId: createBook\n", "operationId: createBook\n      x-error-codes: "+list+"\n", 1)
	}
	text := rows(`[{status: 404, code: BOK-102, message: No such shelf}, {status: 400, code: BOK-100, message: "[title] is too long"}]`)
	require.NotEqual(t, description, text)
	c := load(t, text)
	require.Equal(t, []errorcodes.Row{{Status: 400, Code: "BOK-100", Message: "[title] is too long"}, {Status: 404, Code: "BOK-102", Message: "No such shelf"}},
		c.Operations[0].Rows)

	doc, err := openapi3.NewLoader().LoadFromData([]byte(rows("[{code: BOK-102}]")))
	require.NoError(t, err)
	_, err = New(doc)
	require.EqualError(t, err, `POST /shelf/{shelf}/book: the row of code "BOK-102" in x-error-codes has no status: give it one, or put it into a response`)
}
