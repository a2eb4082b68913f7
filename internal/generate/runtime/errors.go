package runtime

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// MaxErrorBody is how many bytes of an unsuccessful response an APIError keeps.
const MaxErrorBody = 64 << 10

// ErrorCode is a code such as "AWR-111" that tells errors apart. It is itself an error, so that
//
//	errors.Is(err, AWR111)
//
// tells whether err is an [*APIError] with that code. Rely on codes, not on messages: the vendor may reword or localise
// those.
type ErrorCode string

// Error returns the code.
func (c ErrorCode) Error() string { return string(c) }

// DocumentedError is a row of the vendor's error documentation.
type DocumentedError struct {
	Status  int       // HTTP status
	Code    ErrorCode // what APIError.Code is then
	Message string    // a template: what stands in brackets, and numbers, are parameters
}

// APIError is every response that is not the documented success: documented errors, undocumented ones, pages of a
// gateway, redirects, and successful responses whose body is not what was documented. A successful response that breaks
// off is none: what it says is not known, so its error is that of the network ([io.ErrUnexpectedEOF], a [net.Error]).
type APIError struct {
	Operation string // operation id: "createAnsweringRule"
	Status    int    // HTTP status of the response
	// of the first entry of Errors that has one, else of the whole, else OAuth's "error"; "" if there is none
	Code    ErrorCode
	Message string        // of the entry that Code comes from, else of the whole
	Errors  []ErrorDetail // the entries of the body's "errors"
	// whether the specification lists Status with one of the codes for this operation or for the platform
	Documented bool
	RetryAfter time.Duration // the wait that the server asked for, 0 if none (RFC 9110 §10.2.3)
	RateLimit  RateLimit     // the usage-plan limit that the response tells of
	RequestID  string        // of the response's header: what the vendor's support asks for
	Header     http.Header   // of the response
	Body       []byte        // the first MaxErrorBody bytes
	// why a successful response could not be used, or the body of another one not be read to its end; else nil
	Err    error
	whole  ErrorCode // of the whole, where Code is an entry's
	broken bool      // the body of an unsuccessful response was not read to its end
}

// ErrorDetail is an entry of an error body's "errors".
type ErrorDetail struct {
	Code    ErrorCode
	Message string                     // "" where the server sends none
	Extra   map[string]json.RawMessage // the other members, such as parameterName and permissionName
}

// RateLimit is what the X-Rate-Limit headers say (vendor's guide on rate limits, 2026-04). Zero where they are absent.
type RateLimit struct {
	Group     string        // usage-plan group
	Limit     int           // requests for each window
	Remaining int           // requests left in this window
	Window    time.Duration // length of the window
}

// Error tells operation, status, code and message, and whether the specification knows the code. It is one line, and
// holds no more than 200 characters of code, of message and of Err, without what looks like a token that the server
// repeats.
func (e *APIError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d", e.Operation, e.Status)
	if text := http.StatusText(e.Status); text != "" {
		b.WriteString(" " + text)
	}
	if e.Err != nil {
		what := "not the documented response"
		if e.broken {
			what = "the error's body broke off"
		}
		fmt.Fprintf(&b, ": %s: %s", what, brief(e.Err.Error()))
		return b.String()
	}
	if e.Code != "" {
		fmt.Fprintf(&b, ": %s", brief(string(e.Code)))
	}
	if e.Message != "" {
		fmt.Fprintf(&b, ": %s", brief(e.Message))
	}
	if !e.Documented {
		b.WriteString(" (undocumented)")
	}
	return b.String()
}

// brief is text on one line, without what does not print and tokens, of at most 200 characters. A token is the word
// after Bearer or Basic, and a JWT.
func brief(s string) string {
	words := strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) })
	for i, word := range words {
		if i > 0 && (strings.EqualFold(words[i-1], "Bearer") || strings.EqualFold(words[i-1], "Basic")) ||
			strings.Contains(word, "eyJ") {
			words[i] = "[redacted]"
		}
	}
	runes := []rune(strings.Join(words, " "))
	if len(runes) > 200 {
		return string(runes[:200]) + "…"
	}
	return string(runes)
}

// Is tells whether target is one of the error's codes: Code, that of an entry of Errors, or that of the whole.
func (e *APIError) Is(target error) bool {
	code, ok := target.(ErrorCode)
	return ok && code != "" && slices.Contains(e.codes(), code)
}

func (e *APIError) codes() []ErrorCode {
	all := []ErrorCode{e.Code, e.whole}
	for _, d := range e.Errors {
		all = append(all, d.Code)
	}
	return all
}

// Unwrap returns Err.
func (e *APIError) Unwrap() error { return e.Err }

// newAPIError reads an unsuccessful response, whatever it holds.
func newAPIError(op *Operation, resp *http.Response) *APIError {
	// An error while reading leaves what was read, which is all that is wanted. The rest of a longer body is not waited
	// for: that costs its connection.
	data, err := io.ReadAll(io.LimitReader(resp.Body, MaxErrorBody))
	e := describe(op, resp, data)
	e.readBody(data)
	e.Documented = documented(op.ID, e.Status, e.codes())
	e.Err, e.broken = err, err != nil
	return e
}

// notDocumented is the error for a successful response that is not what was documented.
func notDocumented(op *Operation, resp *http.Response, data []byte, reason error) *APIError {
	e := describe(op, resp, data)
	e.readBody(e.Body) // an error object has a code
	e.Err = reason
	return e
}

// valueError says what is wrong with a value without a character of it.
type valueError string

func (e valueError) Error() string { return string(e) }

// withoutValue is why a body could not be decoded, without what it holds: a token that the server repeats, or people's
// data.
func withoutValue(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	var value valueError
	switch {
	case errors.As(err, &syntax):
		return syntax // it quotes one character
	case errors.As(err, &kind):
		told := *kind
		told.Value, _, _ = strings.Cut(kind.Value, " ") // of "number 1.5"
		return &told
	case errors.As(err, &value):
		return value
	}
	return errors.New("a value is not of the documented form") // whoever reads it may quote it
}

// toldType is a content type as an error tells it, with a comma behind it. What does not look like one, but may be
// anything that the server repeats, is left out.
func toldType(contentType string) string {
	word := 0
	for _, c := range []byte(contentType) {
		switch {
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9':
			word++
		case strings.IndexByte(`/.+-;=" `, c) >= 0:
			word = 0
		default:
			return ""
		}
		if word > 11 {
			return ""
		}
	}
	if contentType != "" && !strings.Contains(contentType, "/") || len(contentType) > 80 {
		return ""
	}
	return strconv.Quote(contentType) + ", "
}

func describe(op *Operation, resp *http.Response, data []byte) *APIError {
	return &APIError{
		Operation:  op.ID,
		Status:     resp.StatusCode,
		RetryAfter: retryAfter(resp.Header, time.Now()),
		RateLimit:  rateLimit(resp.Header),
		RequestID:  resp.Header.Get(requestIDHeader),
		Header:     resp.Header,
		Body:       bytes.Clone(data[:min(len(data), MaxErrorBody)]), // the whole may be large
	}
}

func rateLimit(h http.Header) RateLimit {
	return RateLimit{
		Group:     h.Get("X-Rate-Limit-Group"),
		Limit:     number(h, "X-Rate-Limit-Limit"),
		Remaining: number(h, "X-Rate-Limit-Remaining"),
		Window:    time.Duration(number(h, "X-Rate-Limit-Window")) * time.Second,
	}
}

// readBody finds code and message in a body of any of the shapes that the vendor is known to send. What is not JSON
// leaves them empty.
func (e *APIError) readBody(data []byte) {
	whole := members(data)
	var items []map[string]json.RawMessage
	_ = json.Unmarshal(whole[errorList], &items) // what is no object leaves an empty entry
	for _, item := range items {
		d := ErrorDetail{Code: ErrorCode(text(item[errorCode])), Message: text(item[errorMessage])}
		delete(item, errorCode)
		delete(item, errorMessage)
		if len(item) > 0 {
			d.Extra = item
		}
		e.Errors = append(e.Errors, d)
	}
	for _, d := range e.Errors {
		if d.Code != "" {
			e.Code, e.Message = d.Code, d.Message
			break
		}
	}
	// The second of each is OAuth's (RFC 6749 §5.2).
	e.whole = ErrorCode(cmp.Or(text(whole[errorCode]), text(whole["error"])))
	e.Code = cmp.Or(e.Code, e.whole)
	e.Message = cmp.Or(e.Message, text(whole[errorMessage]), text(whole["error_description"]))
}

// members are those of a JSON object. Of one that is too long to be kept they are those that were whole; one that the
// server broke off has none.
func members(data []byte) map[string]json.RawMessage {
	all := map[string]json.RawMessage{}
	d := json.NewDecoder(bytes.NewReader(data))
	if start, err := d.Token(); err != nil || start != json.Delim('{') ||
		len(data) < MaxErrorBody && !json.Valid(data) {
		return all
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			break
		}
		var value json.RawMessage
		if d.Decode(&value) != nil {
			break
		}
		all[fmt.Sprint(name)] = value
	}
	return all
}

// text is a JSON string's value, "" for anything else.
func text(raw json.RawMessage) string {
	var s string
	_ = json.Unmarshal(raw, &s)
	return s
}

func number(h http.Header, name string) int {
	n, err := strconv.ParseInt(h.Get(name), 10, 32)
	if err != nil || n < 0 {
		return 0
	}
	return int(n)
}

// retryAfter reads seconds or a date.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if value != "" && strings.Trim(value, "0123456789") == "" {
		const most = math.MaxInt64 / int64(time.Second)
		seconds, err := strconv.ParseInt(value, 10, 64)
		if err != nil || seconds > most {
			seconds = most // for ever is not at once
		}
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// documented tells whether an operation, or the platform for all operations, documents one of the codes for a status.
func documented(operation string, status int, codes []ErrorCode) bool {
	match := func(row DocumentedError) bool { return row.Status == status && slices.Contains(codes, row.Code) }
	return slices.ContainsFunc(documentedErrors[operation], match) || slices.ContainsFunc(platformErrors, match)
}

// Documented lists the errors that the specification documents for an operation, by its id, ordered by status and code.
func Documented(operation string) []DocumentedError { return slices.Clone(documentedErrors[operation]) }

// DocumentedForAll lists the errors that can come from any operation, ordered by status and code.
func DocumentedForAll() []DocumentedError { return slices.Clone(platformErrors) }
