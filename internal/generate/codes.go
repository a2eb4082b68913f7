package generate

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/errorcodes"
)

// row is a documented error.
type row struct {
	Status               int // 0 where it is documented for any
	Code, Const, Message string
}

// code is a constant for an error code.
type code struct{ Const, Code, Comment string }

// operationRows are the rows of x-error-codes of an operation and its responses, as package errorcodes reads them.
func operationRows(op *openapi3.Operation) ([]row, error) {
	own, err := extensionNode(op.Extensions, errorcodes.Extension)
	if err != nil {
		return nil, err
	}
	responses := document.Mapping()
	for status, response := range op.Responses.Map() {
		if response.Value == nil {
			continue
		}
		node, err := extensionNode(response.Value.Extensions, errorcodes.Extension)
		if err != nil {
			return nil, fmt.Errorf("response %s: %w", status, err)
		}
		if response.Ref != "" {
			beside, err := extensionNode(response.Extensions, errorcodes.Extension)
			if err != nil {
				return nil, fmt.Errorf("response %s: %w", status, err)
			}
			node.Content = append(node.Content, beside.Content...)
		}
		responses.Content = append(responses.Content, document.String(status), document.Mapping(document.String(errorcodes.Extension), node))
	}
	node := document.Mapping(document.String(errorcodes.Extension), own, document.String("responses"), responses)
	return named(errorcodes.RowsOf(nil, document.Operation{Node: node}))
}

// platformRows are the rows of x-platform-error-codes.
func platformRows(doc *openapi3.T) ([]row, error) {
	list, err := extensionNode(doc.Extensions, errorcodes.PlatformExtension)
	if err != nil {
		return nil, err
	}
	return named(errorcodes.Platform(document.Mapping(document.String(errorcodes.PlatformExtension), list)))
}

// extensionNode is an extension's list of rows as package errorcodes reads it, an empty one if there is none.
func extensionNode(extensions map[string]any, key string) (*yaml.Node, error) {
	list := document.Sequence()
	if extensions[key] == nil {
		return list, nil
	}
	items, ok := extensions[key].([]any)
	if !ok {
		return nil, fmt.Errorf("%s: want a list of {status, code, message}, not %T", key, extensions[key])
	}
	for _, item := range items {
		fields, _ := item.(map[string]any)
		node := document.Mapping()
		for _, key := range []string{"status", "code", "message"} {
			node.Content = append(node.Content, document.String(key), document.String(scalar(fields[key])))
		}
		list.Content = append(list.Content, node)
	}
	return list, nil
}

// scalar is a value's text, "" for null and for what has none.
func scalar(value any) string {
	switch value := value.(type) {
	case nil, []any, map[string]any:
		return ""
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64)
	}
	return fmt.Sprint(value)
}

// named are rows with the names of their constants.
func named(all []errorcodes.Row) ([]row, error) {
	var rows []row
	for _, r := range all {
		name := constName(r.Code)
		if name == "" {
			return nil, fmt.Errorf("error code %q cannot name a constant: it has to begin with a letter", r.Code)
		}
		rows = append(rows, row{Status: r.Status, Code: r.Code, Const: name, Message: r.Message})
	}
	return rows, nil
}

var notInName = regexp.MustCompile(`[^A-Za-z0-9_]+`)

// constName turns AWR-111 into AWR111.
func constName(code string) string {
	name := notInName.ReplaceAllString(code, "")
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		return ""
	}
	return upperFirst(name)
}

// codes lists each code once, with the messages, statuses and operations that document it.
func (m *model) codes() []code {
	uses := map[string][]use{}
	constants := map[string]string{}
	for _, op := range m.Operations {
		for _, r := range op.Rows {
			uses[r.Code] = append(uses[r.Code], use{r.Status, "[Client." + op.OperationId + "]", r.Message})
			constants[r.Code] = r.Const
		}
	}
	for _, r := range m.Platform {
		uses[r.Code] = append(uses[r.Code], use{r.Status, "any operation", r.Message})
		constants[r.Code] = r.Const
	}
	var all []code
	for _, text := range slices.Sorted(maps.Keys(uses)) {
		all = append(all, code{constants[text], text, codeComment(constants[text], uses[text])})
	}
	return all
}

// use is a row of a code.
type use struct {
	status         int
	where, message string
}

// codeComment tells where a code comes from, by message. Messages are code blocks: their brackets are no links.
func codeComment(name string, uses []use) string {
	var messages []string
	for _, u := range uses {
		if !slices.Contains(messages, u.message) {
			messages = append(messages, u.message)
		}
	}
	var b strings.Builder
	for i, message := range messages {
		places := map[int][]string{}
		for _, u := range uses {
			if u.message == message {
				places[u.status] = append(places[u.status], u.where)
			}
		}
		subject, end := name, ":"
		if i > 0 {
			subject = "It"
			b.WriteString("\n//\n")
		}
		if message == "" {
			end = ", without a documented message."
		}
		b.WriteString(goComment(subject + " comes " + origins(places) + end))
		if message != "" {
			b.WriteString("\n//\n//\t" + oneLine(message))
		}
	}
	return b.String()
}

// origins says which operations document a message with which status.
func origins(places map[int][]string) string {
	var texts []string
	statuses := map[string][]string{} // by operations
	var order []string
	for _, status := range slices.Sorted(maps.Keys(places)) {
		where := enumerate(places[status], "and")
		if statuses[where] == nil {
			order = append(order, where)
		}
		statuses[where] = append(statuses[where], strconv.Itoa(status))
	}
	for _, where := range order {
		if list := statuses[where]; !slices.Equal(list, []string{"0"}) {
			where = "with " + enumerate(list, "or") + " from " + where
		} else {
			where = "from " + where
		}
		texts = append(texts, where)
	}
	return enumerate(texts, "and")
}

// enumerate is a list in prose.
func enumerate(list []string, conjunction string) string {
	if len(list) == 1 {
		return list[0]
	}
	return strings.Join(list[:len(list)-1], ", ") + " " + conjunction + " " + list[len(list)-1]
}
