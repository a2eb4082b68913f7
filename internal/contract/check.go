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

// Check lists what is wrong with one recording, sorted.
func (c *Contract) Check(r *recording.Recording) []Problem {
	problems := c.exchange(r).problems
	slices.SortFunc(problems, compareProblems)
	return problems
}

// exchange is a recording seen with the description's eyes.
type exchange struct {
	op       *Operation
	row      *Row // that owns it, if any
	problems []Problem

	// What the messages hold, where they are valid; else nil.
	parameters, request, response *values
	// Members of the response that no schema names.
	unknown []string
}

func (c *Contract) exchange(r *recording.Recording) exchange {
	var e exchange
	fail := func(format string, args ...any) {
		e.problems = append(e.problems, Problem{r.File, fmt.Sprintf(format, args...)})
	}
	path := r.Request.Target().EscapedPath()
	op, params := c.Find(r.Request.Method, path)
	if op == nil {
		fail("no operation has %s %s", r.Request.Method, path)
		return e
	}
	e.op = op
	if folder := r.Folder(); folder != op.ID && folder != Platform {
		fail("the folder is %s, the request that of %s", folder, op.ID)
	}
	wire, err := r.Request.Wire()
	if err != nil {
		fail("%v", err)
		return e
	}
	request, err := http.NewRequest(r.Request.Method, "http://localhost"+r.Request.URL, bytes.NewReader(wire))
	if err != nil {
		fail("%v", err)
		return e
	}
	if len(wire) == 0 {
		request.Body = nil
	}
	request.Header = r.Request.Header.Clone()
	if expect("request", r.Meta.Invalid, c.ValidateRequest(request), fail) {
		e.parameters = newValues()
		for name, value := range params {
			e.parameters.scalar(name, value)
		}
		for name, list := range r.Request.Target().Query() {
			for _, value := range list {
				e.parameters.scalar(name, value)
			}
		}
		e.request = bodyValues(r.Request.Header, wire)
		if e.request != nil {
			for _, path := range unnamed(e.request, op.cells.request) {
				fail("request: the schema names no %s", path)
			}
		}
	}
	if expect("response", r.Meta.InvalidResponse, c.ValidateResponse(op, r.Response.Status, r.Response.Header, r.Response.Body), fail) {
		e.response = bodyValues(r.Response.Header, r.Response.Body)
		if e.response != nil && op.success(r.Response.Status) {
			e.unknown = unnamed(e.response, op.cells.response)
		}
	}
	e.row = c.owner(r, op, fail)
	return e
}

// expect compares what is wrong with a message with what should be, and tells whether the message is valid.
func expect(what, keyword string, found []Violation, fail func(string, ...any)) (valid bool) {
	key := "invalid"
	if what == "response" {
		key = "invalid-response"
	}
	if keyword == "" {
		for _, v := range found {
			fail("%s: %s", what, v)
		}
		return len(found) == 0
	}
	if len(found) == 0 {
		fail("%s: valid, but %s says %s", what, key, keyword)
	}
	for _, v := range found {
		if v.Keyword != keyword {
			fail("%s: %s, but %s says %s", what, v, key, keyword)
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
func (c *Contract) owner(r *recording.Recording, op *Operation, fail func(string, ...any)) *Row {
	status, code := r.Response.Status, r.Code()
	platform := r.Folder() == Platform
	rows, whose := op.Rows, op.ID
	if platform {
		rows, whose = c.Platform, "the platform"
	}
	of := func(rows []Row) *Row {
		i := slices.IndexFunc(rows, func(row Row) bool { return row.Status == status && row.Code == code })
		if i < 0 {
			return nil
		}
		return &rows[i]
	}
	if r.Meta.Row == "none" {
		if !platform {
			fail("row: none is for the folder %s", Platform)
		}
		if row := cmp.Or(of(op.Rows), of(c.Platform)); row != nil {
			fail("row: none, but %s is documented", row)
		}
		return nil
	}
	if op.success(status) && !platform {
		if code != "" {
			fail("a success has no code")
		}
		return nil
	}
	row := of(rows)
	switch {
	case row == nil && code == "":
		fail("no row owns it: the name has no code, or row: none is missing")
	case row == nil:
		fail("no row owns it: %s documents no %d %s", whose, status, code)
	default:
		gotCode, gotMessage, ok := errorOf(r.Response.Body)
		if !ok {
			fail("the body has no errorCode")
		} else if gotCode != code {
			fail("the body's code is %s, the name's %s", gotCode, code)
		} else if !errorcodes.Match(row.Message, gotMessage) {
			fail("the message %q does not match %q of %s", gotMessage, row.Message, row)
		}
	}
	return row
}

// errorOf finds code and message in an error body: in the first of errors that has a code, else at the top.
func errorOf(body []byte) (code, message string, ok bool) {
	type item struct {
		ErrorCode string `json:"errorCode"`
		Message   string `json:"message"`
	}
	var whole struct {
		item
		Errors []item `json:"errors"`
	}
	if err := json.Unmarshal(body, &whole); err != nil {
		return "", "", false
	}
	for _, e := range append(whole.Errors, whole.item) {
		if e.ErrorCode != "" {
			return e.ErrorCode, e.Message, true
		}
	}
	return "", "", false
}

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
