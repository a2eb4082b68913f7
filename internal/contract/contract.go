// Package contract checks recorded exchanges against a built API description, and tells what the recordings leave out.
//
// In go the description, as kin-openapi reads it, and recordings, as package recording reads them. Out comes, for one
// recording, what is wrong with it ([Contract.Check]), and for all of them also what they do not exercise
// ([Contract.CheckAll]). Nothing is fetched, written or printed, and nothing depends on a test framework: the contract
// suite, the drift check and live mode all ask here.
//
// What is checked of a recording:
//
//   - method and path belong to an operation of the description, and the folder is named after it, or is "platform" for
//     what any operation may answer;
//   - the request is valid, or breaks exactly the one keyword that its line "# invalid" gives; it has no member and no
//     query parameter that the description does not name;
//   - the response is valid, or breaks exactly the one keyword of "# invalid-response". Statuses of the platform's own
//     rows are as good as those of the operation; their body is the schema [ErrorSchema];
//   - an error is owned by a documented row: code and status are those of the file name and of the body, and the
//     message matches the row's template, word for word where a document is the source. "# row: none" says that nobody
//     documents it, and then nobody may.
//
// What is checked of all together is described at [Contract.CheckAll].
//
// Keywords are those of JSON Schema (enum, type, maxLength, …), "required" also for a parameter or body that is
// missing, and beside them: "syntax" for a body that cannot be decoded, "content-type" and "status" for those that the
// description does not have.
//
// A description without error rows is checked as far as it goes: then no row is missing, and errors have no owner.
package contract

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/ringbasic/ringbasic/internal/errorcodes"
	"github.com/ringbasic/ringbasic/internal/lazyregexp"
)

const (
	// ErrorSchema is the component that describes the body of any error.
	ErrorSchema = "ErrorResponse"
	// Platform is the folder of what any operation may answer.
	Platform = "platform"
)

// Contract is a description made ready for checks. It is safe for concurrent use.
type Contract struct {
	Operations []*Operation     // sorted by id
	Platform   []errorcodes.Row // what any operation may answer, sorted

	doc *openapi3.T
}

// Operation is one operation of the description.
type Operation struct {
	ID, Method, Path string
	Rows             []errorcodes.Row // its documented errors, sorted

	item      *openapi3.PathItem
	operation *openapi3.Operation
	responses map[int]*openapi3.Response // its own
	accepted  *openapi3.Operation        // with the platform's responses as well
	cells     operationCells
}

// Content is what the description says of the body of a response, nil if it says nothing.
func (op *Operation) Content(status int) openapi3.Content {
	if response := op.response(status); response != nil {
		return response.Content
	}
	return nil
}

// response is what is said of a status: for the operation, else for the platform, else for every other one.
func (op *Operation) response(status int) *openapi3.Response {
	ref := op.accepted.Responses.Status(status)
	if ref == nil {
		ref = op.accepted.Responses.Default()
	}
	if ref == nil {
		return nil
	}
	return ref.Value
}

// New makes a Contract of a description whose references are resolved.
func New(doc *openapi3.T) (*Contract, error) {
	c := &Contract{doc: doc}
	var err error
	if c.Platform, err = errorcodes.OfPlatform(doc); err != nil {
		return nil, err
	}
	var anyError *openapi3.Response
	if len(c.Platform) > 0 {
		if doc.Components == nil || doc.Components.Schemas[ErrorSchema] == nil {
			return nil, fmt.Errorf("%s is there, but no schema %s", errorcodes.PlatformExtension, ErrorSchema)
		}
		anyError = openapi3.NewResponse().WithJSONSchemaRef(doc.Components.Schemas[ErrorSchema])
	}
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			op := &Operation{
				ID:        operation.OperationID,
				Method:    method,
				Path:      path,
				item:      item,
				operation: operation,
				responses: map[int]*openapi3.Response{},
			}
			accepted := *operation
			accepted.Responses = openapi3.NewResponsesWithCapacity(8)
			op.accepted = &accepted
			for _, row := range c.Platform {
				accepted.Responses.Set(fmt.Sprint(row.Status), &openapi3.ResponseRef{Value: anyError})
			}
			for key, ref := range operation.Responses.Map() {
				accepted.Responses.Set(key, ref)
				var status int
				if _, err := fmt.Sscanf(key, "%3d", &status); err != nil {
					continue // default and the like
				}
				op.responses[status] = ref.Value
			}
			if op.Rows, err = errorcodes.OfOperation(operation); err != nil {
				return nil, fmt.Errorf("%s %s: %w", method, path, err)
			}
			for _, row := range op.Rows {
				if row.Status == 0 {
					return nil, fmt.Errorf(
						"%s %s: the row of code %q in %s has no status: give it one, or put it into a response",
						method,
						path,
						row.Code,
						errorcodes.Extension,
					)
				}
			}
			op.cells = op.listCells()
			c.Operations = append(c.Operations, op)
		}
	}
	slices.SortFunc(c.Operations, func(a, b *Operation) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
	})
	return c, nil
}

// Find gives the operation that a method and an escaped path belong to, with the values of the path's parameters.
func (c *Contract) Find(method, path string) (*Operation, map[string]string) {
	var found *Operation
	var params map[string]string
	for _, op := range c.Operations {
		if op.Method != method {
			continue
		}
		p, ok := match(op.Path, path)
		// A path without parameters is more itself than one with.
		if ok && (found == nil || len(p) < len(params)) {
			found, params = op, p
		}
	}
	return found, params
}

func match(template, path string) (map[string]string, bool) {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return nil, false
	}
	params := map[string]string{}
	for i, segment := range want {
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			value, err := url.PathUnescape(got[i])
			if err != nil || value == "" {
				return nil, false
			}
			params[strings.TrimSuffix(name, "}")] = value
		} else if segment != got[i] {
			return nil, false
		}
	}
	return params, true
}

// Violation is one way in which a message is not what the description says.
type Violation struct {
	Keyword string // "enum"
	At      string // JSON pointer into the body, or "parameter type"
	Text    string
}

func (v Violation) String() string {
	if v.At == "" {
		return v.Keyword + ": " + v.Text
	}
	return fmt.Sprintf("%s at %s: %s", v.Keyword, v.At, v.Text)
}

// ValidateRequest lists what is wrong with a request. Its body is read and put back.
func (c *Contract) ValidateRequest(r *http.Request) []Violation {
	op, params := c.Find(r.Method, r.URL.EscapedPath())
	if op == nil {
		return []Violation{{Keyword: "path", Text: fmt.Sprintf("no operation %s %s", r.Method, r.URL.EscapedPath())}}
	}
	input := c.requestInput(op, params, r)
	found := violations(openapi3filter.ValidateRequest(context.Background(), input))
	for name := range r.URL.Query() {
		if op.parameter(openapi3.ParameterInQuery, name) == nil {
			found = append(found, Violation{"additionalProperties", "parameter " + name, "no such parameter"})
		}
	}
	return tidy(found)
}

func (c *Contract) requestInput(
	op *Operation,
	params map[string]string,
	r *http.Request,
) *openapi3filter.RequestValidationInput {
	return &openapi3filter.RequestValidationInput{
		Request:    r,
		PathParams: params,
		Route: &routers.Route{
			Spec:      c.doc,
			Path:      op.Path,
			PathItem:  op.item,
			Method:    op.Method,
			Operation: op.accepted,
		},
		Options: &openapi3filter.Options{
			MultiError:                        true,
			IncludeResponseStatus:             true,
			RejectWhenRequestBodyNotSpecified: true,
			SkipSettingDefaults:               true,
			AuthenticationFunc:                openapi3filter.NoopAuthenticationFunc,
		},
	}
}

func (op *Operation) parameter(in, name string) *openapi3.Parameter {
	if p := op.operation.Parameters.GetByInAndName(in, name); p != nil {
		return p
	}
	return op.item.Parameters.GetByInAndName(in, name)
}

// ValidateResponse lists what is wrong with a response of an operation.
func (c *Contract) ValidateResponse(op *Operation, status int, header http.Header, body []byte) []Violation {
	response := op.response(status)
	if response == nil {
		return []Violation{{Keyword: "status", Text: fmt.Sprintf("%d is not documented", status)}}
	}
	if len(response.Content) == 0 {
		return nil
	}
	kind := header.Get("Content-Type")
	if response.Content.Get(kind) == nil {
		return []Violation{
			{Keyword: "content-type", Text: fmt.Sprintf("%q is not documented for status %d", kind, status)},
		}
	}
	if isJSON(kind) {
		if err := jsonSyntax(body); err != nil {
			return []Violation{{Keyword: "syntax", Text: err.Error()}}
		}
	}
	request, err := http.NewRequest(op.Method, "http://localhost"+op.Path, nil)
	if err != nil {
		return []Violation{{Keyword: "path", Text: err.Error()}}
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: c.requestInput(op, nil, request),
		Status:                 status,
		Header:                 header,
	}
	input.Options = input.RequestValidationInput.Options
	input.SetBodyBytes(body)
	return tidy(violations(openapi3filter.ValidateResponse(context.Background(), input)))
}

func isJSON(contentType string) bool {
	kind, _, _ := mime.ParseMediaType(contentType)
	return kind == "application/json" || strings.HasSuffix(kind, "+json")
}

// jsonSyntax tells why data is not one JSON text.
func jsonSyntax(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	var raw json.RawMessage
	if err := d.Decode(&raw); err != nil {
		if errors.Is(err, io.EOF) {
			return errors.New("empty body")
		}
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON text")
	}
	return nil
}

// enumValue is a text that looks like the value of an enumeration, and not like what somebody wrote.
var enumValue = lazyregexp.New(`^[A-Za-z][A-Za-z0-9_-]{0,40}$`)

// violations takes apart what openapi3filter says.
func violations(err error) []Violation {
	switch e := err.(type) {
	case nil:
		return nil
	case openapi3.MultiError:
		var all []Violation
		for _, inner := range e {
			all = append(all, violations(inner)...)
		}
		return all
	case *openapi3.SchemaError:
		if causes := (openapi3.MultiError{}); e.SchemaField == "allOf" && errors.As(e.Origin, &causes) {
			return violations(causes) // what its parts say, not that one of them said something
		}
		// that of a format is long and says no more
		reason, _, _ := strings.Cut(e.Reason, " (string doesn't match pattern")
		if value, ok := e.Value.(string); ok && e.SchemaField == "enum" && enumValue().MatchString(value) {
			reason = strings.Replace(reason, "value is not one of", value+" is not one of", 1)
		}
		return []Violation{{Keyword: e.SchemaField, At: "/" + strings.Join(e.JSONPointer(), "/"), Text: reason}}
	case *openapi3filter.RequestError:
		found := violations(e.Err)
		if e.Err == nil {
			// Of all that has no cause, only a content type concerns a recording.
			found = []Violation{{Keyword: "content-type", Text: e.Reason}}
		}
		if e.Parameter != nil {
			for i := range found {
				found[i].At = "parameter " + e.Parameter.Name
			}
		}
		return found
	case *openapi3filter.ResponseError:
		if e.Err == nil {
			return []Violation{{Keyword: "status", Text: e.Reason}}
		}
		return violations(e.Err)
	case *openapi3filter.ParseError:
		if e.Kind == openapi3filter.KindUnsupportedFormat {
			return []Violation{{Keyword: "content-type", Text: e.Error()}}
		}
		return []Violation{{Keyword: "syntax", Text: e.Error()}}
	}
	if errors.Is(err, openapi3filter.ErrInvalidRequired) {
		return []Violation{{Keyword: "required", Text: err.Error()}}
	}
	return []Violation{{Keyword: "syntax", Text: err.Error()}}
}

func tidy(all []Violation) []Violation {
	slices.SortFunc(all, func(a, b Violation) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Keyword, b.Keyword), cmp.Compare(a.Text, b.Text))
	})
	return slices.Compact(all)
}
