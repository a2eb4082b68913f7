// Package errorcodes lists the errors that an API description documents, as rows of operation, HTTP status, code and
// message, whatever form the document has them in:
//
//   - tables in the description of an operation: HTML, Markdown, or the bare lines that are left of a table when its
//     tags are stripped (status, code and message on a line each); tables in the description of an error response may
//     lack the status, since the response has it;
//   - x-error-codes in a response object, a list of {code, message}, and in an operation object, a list of
//     {status, code, message};
//   - example bodies of error responses, and the example values of their schemas: each item of "errors", or the body
//     itself, that has an errorCode.
//
// A code is capitals and digits, a hyphen, and a number: CMN-101. The word that the platform often puts beside it
// (InvalidParameter) is none, and neither is the placeholder XXX-123. In x-error-codes any other text is a code too.
//
// Rows are read off the tree; nothing is validated, what cannot be understood is not a row, and no document makes this
// package fail but one whose operations share so many rows that they are more than [MaxRows], or their messages more
// than [MaxMessages] bytes. The cost is linear in the size of the document: text beyond [MaxText] bytes of a
// description and rows beyond [MaxPerOperation] of an operation are left out.
//
// Messages are templates, see [Match]. What changed between two lists of rows is the business of package diff.
package errorcodes

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

const (
	// MaxText is how many bytes of one description, or of one example given as text, are read.
	MaxText = 1 << 20
	// MaxMessage is the longest message in bytes: what is longer is not a row.
	MaxMessage = 2000
	// MaxPerOperation and MaxRows bound the rows of one operation and of one document: real ones have some 70.
	MaxPerOperation = 10_000
	MaxRows         = 100_000
	// MaxMessages bounds the messages of all rows of a document, in bytes.
	MaxMessages = 16 << 20
)

// Extension and PlatformExtension are the keys under which documents of this project hold rows.
const (
	Extension         = "x-error-codes"
	PlatformExtension = "x-platform-error-codes"
)

// Row is one documented error.
type Row struct {
	Operation string `json:"operation"` // "POST /restapi/v1.0/…", empty for the platform's rows
	Status    int    `json:"status"`    // HTTP status, 0 where the document does not say (default, 4XX)
	Code      string `json:"code"`      // "CMN-101"
	Message   string `json:"message"`   // a template, empty where the document does not say
}

func (r Row) String() string { return fmt.Sprintf("%d %s", r.Status, r.Code) }

// Compare orders rows by operation, status, code and message.
func Compare(a, b Row) int {
	return cmp.Or(
		cmp.Compare(a.Operation, b.Operation),
		cmp.Compare(a.Status, b.Status),
		cmp.Compare(a.Code, b.Code),
		cmp.Compare(a.Message, b.Message),
	)
}

// Rows lists the rows of the named operations ("POST /restapi/v1.0/…"), of all if none is named, sorted, each once. The
// error, which says that there are too many, names the document so and the line of the operation.
func Rows(name string, root *yaml.Node, operations ...string) ([]Row, error) {
	wanted := make(map[string]bool, len(operations))
	for _, op := range operations {
		wanted[op] = true
	}
	var rows []Row
	r := newReader(root)
	var spent spending
	for op := range document.Operations(root) {
		if len(operations) > 0 && !wanted[op.String()] {
			continue
		}
		s := r.operation(op.Node)
		if err := spent.on(name, op, s); err != nil {
			return nil, err
		}
		rows = append(rows, s.rows(op)...)
	}
	slices.SortFunc(rows, Compare)
	return rows, nil
}

// spending counts the rows that operations have between them, as many times over as they share them.
type spending struct{ rows, bytes int }

func (n *spending) on(name string, op document.Operation, s sources) error {
	n.rows += len(s.declared) + len(s.found)
	for _, rows := range [][]Row{s.declared, s.found} {
		for _, row := range rows {
			n.bytes += len(row.Message)
		}
	}
	if n.rows > MaxRows || n.bytes > MaxMessages {
		return document.Errorf(name, op.Node, "with those of %s the operations have more than %d rows of errors, or more "+
			"than %d MiB of messages: is this the right file?", op, MaxRows, MaxMessages>>20)
	}
	return nil
}

// RowsOf lists the rows of one operation of the document below root, sorted, each once.
func RowsOf(root *yaml.Node, op document.Operation) []Row {
	return newReader(root).operation(op.Node).rows(op)
}

// Platform lists the rows that hold for every operation of the document below root: those of its
// x-platform-error-codes, sorted, each once. Their Operation is empty.
func Platform(root *yaml.Node) []Row {
	return tidy(declared(document.Get(root, PlatformExtension)))
}

// Lift writes the rows that the document below root holds in prose and in examples into the x-error-codes of their
// operations, so that they outlive the removal of both. Items that are there stay as they are, rows that a response
// object declares are not repeated, and doing it again changes nothing. The error is that of [Rows].
func Lift(name string, root *yaml.Node) error {
	r := newReader(root)
	var spent spending
	for op := range document.Operations(root) {
		s := r.operation(op.Node)
		if err := spent.on(name, op, s); err != nil {
			return err
		}
		if len(s.found) == 0 {
			continue
		}
		list := document.Get(op.Node, Extension)
		if list == nil {
			list = document.Sequence()
		} else if list.Kind != yaml.SequenceNode {
			continue // whatever it is, it is not ours to replace
		}
		known := make(map[Row]bool, len(s.declared))
		for _, row := range s.declared {
			known[row] = true
		}
		for _, row := range tidy(slices.Concat(s.declared, s.found)) {
			if !known[row] {
				list.Content = append(list.Content, item(row))
			}
		}
		if len(list.Content) > 0 {
			document.Set(op.Node, Extension, list)
		}
	}
	return nil
}

func item(row Row) *yaml.Node {
	n := document.Mapping()
	if row.Status != 0 {
		document.Set(n, "status", &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.Itoa(row.Status)})
	}
	document.Set(n, "code", document.String(row.Code))
	if row.Message != "" {
		document.Set(n, "message", document.String(row.Message))
	}
	return n
}

// sources are the rows of an operation or a response, without the name of the operation.
type sources struct {
	declared []Row // in x-error-codes
	found    []Row // in prose and examples
}

// reader reads one document. Operations share responses, examples and schemas by reference, 100,000 operations the
// same one perhaps, so each is read once; and a name among 100,000 is found without looking at the others.
type reader struct {
	responses map[responseKey]sources
	bodies    map[*yaml.Node][]Row
	resolver  *document.Resolver
	steps     int // spent on examples and schemas
}

type responseKey struct {
	response *yaml.Node
	failure  bool
}

func newReader(root *yaml.Node) *reader {
	return &reader{
		responses: map[responseKey]sources{},
		bodies:    map[*yaml.Node][]Row{},
		resolver:  document.NewResolver(root),
	}
}

func (s sources) rows(op document.Operation) []Row {
	rows := tidy(slices.Concat(s.declared, s.found))
	for i := range rows {
		rows[i].Operation = op.String()
	}
	return rows
}

func (r *reader) operation(op *yaml.Node) sources {
	s := sources{
		declared: declared(document.Get(op, Extension)),
		found:    prose(document.Text(op, "description"), 0),
	}
	for key, response := range document.Pairs(document.Get(op, "responses")) {
		if strings.HasPrefix(key.Value, "x-") {
			continue
		}
		status, failure := responseStatus(key.Value)
		of := r.response(response, failure)
		s.declared = appendRows(s.declared, of.declared, status)
		s.found = appendRows(s.found, of.found, status)
	}
	return s
}

// appendRows appends rows up to the limit, with the given status where they have none.
func appendRows(rows, more []Row, status int) []Row {
	more = more[:min(len(more), max(0, MaxPerOperation-len(rows)))]
	for _, row := range more {
		if row.Status == 0 {
			row.Status = status
		}
		rows = append(rows, row)
	}
	return rows
}

// response reads a response object. The body of a success is no error, even where it tells of one.
func (r *reader) response(n *yaml.Node, failure bool) sources {
	target := r.resolve(n)
	if target == nil {
		return sources{}
	}
	key := responseKey{target, failure}
	s, known := r.responses[key]
	if !known {
		s.declared = declared(document.Get(target, Extension))
		if failure {
			s.found = append(prose(document.Text(target, "description"), anyStatus), r.examples(target)...)
		}
		s.declared, s.found = tidy(s.declared), tidy(s.found)
		r.responses[key] = s
	}
	if own := document.Get(n, Extension); target != n && own != nil {
		// Beside a $ref, where an overlay may have put them.
		s.declared = slices.Concat(s.declared, declared(own))
	}
	return s
}

// maxReferences is how long a chain of references may be.
const maxReferences = 16

func (r *reader) resolve(n *yaml.Node) *yaml.Node {
	for range maxReferences {
		ref := document.Text(n, "$ref")
		if ref == "" {
			return n
		}
		n, _ = r.resolver.Resolve(ref) // nil where it names nothing
	}
	return nil
}

// responseStatus reads a key of the responses object and tells whether such a response is an error, or may be one.
func responseStatus(key string) (status int, failure bool) {
	switch strings.ToUpper(key) {
	case "DEFAULT", "4XX", "5XX":
		return 0, true
	}
	if status = number(key); status < 100 || status > 599 {
		return 0, false
	}
	return status, status >= 400
}

// number reads three digits, 0 for anything else.
func number(s string) int {
	if len(s) != 3 || strings.Trim(s, "0123456789") != "" {
		return 0
	}
	n, _ := strconv.Atoi(s)
	return n
}

// declared reads a list of {status, code, message}.
func declared(list *yaml.Node) []Row {
	if list == nil || list.Kind != yaml.SequenceNode {
		return nil
	}
	var rows []Row
	for _, n := range list.Content {
		row := Row{Status: number(text(n, "status")), Code: text(n, "code"), Message: text(n, "message")}
		if row.Code == "" || isPlaceholder(row.Code) || len(row.Message) > MaxMessage {
			continue
		}
		if rows = append(rows, row); len(rows) == MaxPerOperation {
			break
		}
	}
	return rows
}

// text is the value of a scalar below key, "" for null and where there is none.
func text(n *yaml.Node, key string) string {
	if v := document.Get(n, key); v != nil && v.Kind == yaml.ScalarNode && v.Tag != "!!null" {
		return v.Value
	}
	return ""
}

// tidy sorts rows, leaves each once, and drops those without a message where another has it.
func tidy(rows []Row) []Row {
	slices.SortFunc(rows, Compare)
	rows = slices.Compact(rows)
	kept := rows[:0]
	for i, row := range rows {
		if row.Message == "" && i+1 < len(rows) {
			if next := rows[i+1]; next.Status == row.Status && next.Code == row.Code {
				continue
			}
		}
		kept = append(kept, row)
	}
	return kept[:min(len(kept), MaxPerOperation)]
}

// maxCode is the longest code in bytes.
const maxCode = 40

// isCode tells whether s is a code: capitals and digits in groups, the last of them a number.
func isCode(s string) bool {
	prefix, digits, ok := cutLast(s, "-")
	if !ok || len(s) > maxCode || digits == "" || len(digits) > 6 || strings.Trim(digits, "0123456789") != "" {
		return false
	}
	if len(prefix) < 2 || prefix[0] < 'A' || prefix[0] > 'Z' {
		return false
	}
	for _, c := range []byte(prefix) {
		if !(c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-') {
			return false
		}
	}
	return !isPlaceholder(s)
}

func isPlaceholder(code string) bool {
	prefix, _, ok := cutLast(code, "-")
	return ok && len(prefix) >= 2 && strings.Trim(prefix, "X") == ""
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
