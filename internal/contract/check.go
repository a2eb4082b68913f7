package contract

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"

	"github.com/ringbasic/ringbasic/internal/errorcodes"
	"github.com/ringbasic/ringbasic/internal/recording"
)

// Problem is something that is wrong, in a recording or in what the recordings are together.
type Problem struct {
	File string // of the recording, or of the waivers; empty for what no file has
	Text string
}

func (p Problem) String() string {
	if p.File == "" {
		return p.Text
	}
	return p.File + ": " + p.Text
}

func compareProblems(a, b Problem) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Text, b.Text))
}

// Exchange is a recording seen with the description's eyes.
type Exchange struct {
	Recording *recording.Recording
	Operation *Operation        // nil if there is none for method and path; then nothing else was looked at
	Params    map[string]string // values of the path's parameters
	Problems  []Problem         // sorted; empty if all is well

	// Request and Response are what breaks the description, announced or not.
	Request, Response []Violation

	row *errorcodes.Row // that owns it, if any
	// What the messages hold, where they are valid; else nil.
	parameters, requestBody, responseBody *values
	// Members of the response that no schema names.
	unknown []string
	cells   []string // that it exercises
}

// Check says what is wrong with one recording.
func (c *Contract) Check(r *recording.Recording) *Exchange {
	e := &Exchange{Recording: r}
	c.check(e, func(format string, args ...any) {
		e.Problems = append(e.Problems, Problem{r.File, fmt.Sprintf(format, args...)})
	})
	slices.SortFunc(e.Problems, compareProblems)
	if e.Operation != nil {
		e.cells = e.exercised()
	}
	return e
}

func (c *Contract) check(e *Exchange, fail func(format string, args ...any)) {
	r := e.Recording
	path := r.Request.Target().EscapedPath()
	op, params := c.Find(r.Request.Method, path)
	if op == nil {
		fail("no operation has %s %s", r.Request.Method, path)
		return
	}
	e.Operation, e.Params = op, params
	if folder := r.Folder(); folder != op.ID && folder != Platform {
		fail("the request is one of %s: move the file to the folder of that name", op.ID)
	}
	wire, err := r.Request.Wire()
	if err != nil {
		fail("%v", err)
		return
	}
	request, err := http.NewRequest(r.Request.Method, "http://localhost"+r.Request.URL, bytes.NewReader(wire))
	if err != nil {
		fail("%v", err)
		return
	}
	if len(wire) == 0 {
		request.Body = nil
	}
	request.Header = r.Request.Header.Clone()
	e.Request = c.ValidateRequest(request)
	if expect("request", "invalid", r.Meta.Invalid, e.Request, fail) {
		e.parameters = newValues()
		for name, value := range params {
			e.parameters.scalar(name, value)
		}
		for name, list := range r.Request.Target().Query() {
			for _, value := range list {
				e.parameters.scalar(name, value)
			}
		}
		e.requestBody = bodyValues(r.Request.Header, wire)
		if e.requestBody != nil {
			for _, path := range unnamed(e.requestBody, op.cells.request) {
				fail("request: the schema names no %s", path)
			}
		}
	}
	e.Response = c.ValidateResponse(op, r.Response.Status, r.Response.Header, r.Response.Body)
	if expect("response", "invalid-response", r.Meta.InvalidResponse, e.Response, fail) {
		e.responseBody = bodyValues(r.Response.Header, r.Response.Body)
		if e.responseBody != nil && op.success(r.Response.Status) {
			e.unknown = unnamed(e.responseBody, op.cells.response)
		}
	}
	e.row = c.owner(r, op, fail)
}

// expect compares what is wrong with a message with the keyword that the recording announces under key, and tells
// whether the message is valid.
func expect(what, key, keyword string, found []Violation, fail func(string, ...any)) (valid bool) {
	if keyword == "" {
		for _, v := range found {
			fail("%s: %s", what, v)
		}
		return len(found) == 0
	}
	if len(found) == 0 {
		fail("%s: it is valid, though the file says # %s: %s", what, key, keyword)
	}
	for _, v := range found {
		if v.Keyword != keyword {
			fail("%s: %s; the file says # %s: %s", what, v, key, keyword)
		}
	}
	return false
}

// success tells whether the operation documents a status as its success.
func (op *Operation) success(status int) bool {
	_, ok := op.responses[status]
	return ok && status/100 == 2
}

// owner finds the row that a recording is of, and says what does not fit.
func (c *Contract) owner(r *recording.Recording, op *Operation, fail func(string, ...any)) *errorcodes.Row {
	status, code := r.Response.Status, r.Code()
	platform := r.Folder() == Platform
	if r.Meta.Row == "none" {
		if !platform {
			fail("the file says # row: none, which is for the folder %s", Platform)
		}
		if row := c.Row(op, status, code); row != nil {
			fail("the file says # row: none, but %s is documented: remove the line", row)
		}
		return nil
	}
	if op.success(status) && !platform {
		if code != "" {
			fail("the name has the code %s, and %d is a success", code, status)
		}
		return nil
	}
	rows, whose := op.Rows, op.ID
	if platform {
		rows, whose = c.Platform, "the platform"
	}
	row := find(rows, status, code)
	switch {
	case row == nil && code == "":
		fail("no row owns it: name the file after status and code, or put it into %s with # row: none", Platform)
	case row == nil:
		fail("no row owns it: %s documents no %d %s", whose, status, code)
	default:
		checkBody(r, row, fail)
	}
	return row
}

// Row is the row that documents a status and code for an operation, its own or the platform's; nil if there is none.
func (c *Contract) Row(op *Operation, status int, code string) *errorcodes.Row {
	return cmp.Or(find(op.Rows, status, code), find(c.Platform, status, code))
}

func find(rows []errorcodes.Row, status int, code string) *errorcodes.Row {
	i := slices.IndexFunc(rows, func(row errorcodes.Row) bool { return row.Status == status && row.Code == code })
	if i < 0 {
		return nil
	}
	return &rows[i]
}

// kinds are the words that stand for a code at the top of published error bodies.
var kinds = []string{"InsufficientPermissions", "InvalidParameter", "TokenInvalid"}

// checkBody compares an error body with its row: the first of errors that has a code, else the whole.
func checkBody(r *recording.Recording, row *errorcodes.Row, fail func(string, ...any)) {
	whole := errorcodes.ReadBody(r.Response.Body)
	of := whole.First()
	switch {
	case of.Code == "":
		fail("the body has no errorCode, the name has %s", row.Code)
		return
	case of.Code != row.Code:
		fail("the body's errorCode is %s, the name has %s", of.Code, row.Code)
		return
	case !errorcodes.Match(row.Message, of.Message):
		fail("the message %q is not that of %s: %q", of.Message, row, row.Message)
		return
	}
	if r.Meta.Source != "documentation" {
		return // a server says what it says
	}
	// A document states the parameters of its messages, too; only numbers may be made up.
	if !errorcodes.Match(literal.Replace(row.Message), literal.Replace(of.Message)) {
		fail("the message %q is not, word for word, that of %s: %q", of.Message, row, row.Message)
	}
	if whole.Code != "" && whole.Code != row.Code && !slices.Contains(kinds, whole.Code) {
		fail(
			"the errorCode at the top, %s, is neither %s nor one of %s",
			whole.Code,
			row.Code,
			strings.Join(kinds, ", "),
		)
	}
	for _, text := range []string{whole.Message, whole.Description} {
		if text != "" && text != of.Message {
			fail("the message at the top, %q, is not that of the first error: %q", text, of.Message)
		}
	}
}

// literal turns the brackets around a template's parameters into text.
var literal = strings.NewReplacer("[", "(", "]", ")")

// values are the members and the scalars of a body, by path: "queue.transfer[].action".
type values struct {
	members map[string]bool
	scalars map[string]map[string]bool
}

func newValues() *values { return &values{map[string]bool{}, map[string]map[string]bool{}} }

func (v *values) scalar(path, text string) {
	v.members[path] = true
	if v.scalars[path] == nil {
		v.scalars[path] = map[string]bool{}
	}
	v.scalars[path][text] = true
}

func (v *values) add(path string, value any) {
	if path != "" {
		v.members[path] = true
	}
	switch value := value.(type) {
	case map[string]any:
		for key, inner := range value {
			v.add(join(path, key), inner)
		}
	case []any:
		for _, inner := range value {
			v.add(path+"[]", inner)
		}
	case nil:
	default:
		v.scalar(path, fmt.Sprint(value))
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// bodyValues reads a body that was found valid; nil if there is none.
func bodyValues(h http.Header, body []byte) *values {
	if len(body) == 0 {
		return nil
	}
	kind, params, _ := mime.ParseMediaType(h.Get("Content-Type"))
	v := newValues()
	if strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(bytes.NewReader(body), params["boundary"])
		for {
			part, err := parts.NextPart()
			if err != nil {
				return v
			}
			if part.FileName() != "" {
				v.members[part.FormName()] = true
				continue
			}
			text, _ := io.ReadAll(part) // from memory
			v.scalar(part.FormName(), string(text))
		}
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return nil
	}
	v.add("", value)
	return v
}

// unnamed lists the members that no schema names, sorted. Those inside of one that is listed are left out.
func unnamed(v *values, s *schemaCells) []string {
	var found []string
	for path := range v.members {
		if !s.properties[path] && !s.open(path) {
			found = append(found, path)
		}
	}
	slices.Sort(found)
	return slices.DeleteFunc(found, func(path string) bool {
		return slices.ContainsFunc(found, func(outer string) bool {
			return strings.HasPrefix(path, outer+".") || strings.HasPrefix(path, outer+"[")
		})
	})
}
