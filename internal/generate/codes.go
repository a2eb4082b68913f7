package generate

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// row is a documented error.
type row struct {
	Status               int // 0 where it is documented for any
	Code, Const, Message string
}

// code is a constant for an error code.
type code struct{ Const, Code, Comment string }

// operationRows reads x-error-codes of an operation's responses.
func operationRows(op *openapi3.Operation) ([]row, error) {
	var all []row
	for status, response := range op.Responses.Map() {
		if response.Value == nil {
			continue
		}
		n, _ := strconv.Atoi(status) // 0 for default and ranges
		more, err := rows(response.Value.Extensions["x-error-codes"], n)
		if err != nil {
			return nil, fmt.Errorf("x-error-codes of response %s: %w", status, err)
		}
		all = append(all, more...)
	}
	sortRows(all)
	return all, nil
}

func sortRows(all []row) {
	slices.SortFunc(all, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.Status, b.Status), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message))
	})
}

// rows reads a list of {code, message}, with a status where it is not given.
func rows(extension any, status int) ([]row, error) {
	if extension == nil {
		return nil, nil
	}
	items, ok := extension.([]any)
	if !ok {
		return nil, fmt.Errorf("want a list of {code, message}, not %T", extension)
	}
	var all []row
	for _, item := range items {
		fields, _ := item.(map[string]any)
		text, _ := fields["code"].(string)
		message, _ := fields["message"].(string)
		r := row{Status: status, Code: text, Message: message}
		if n, ok := fields["status"].(float64); ok && status == 0 {
			r.Status = int(n)
		}
		if r.Const = constName(text); r.Const == "" {
			return nil, fmt.Errorf("code %q cannot name a constant: it has to begin with a letter", text)
		}
		all = append(all, r)
	}
	sortRows(all)
	return all, nil
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
			uses[r.Code] = append(uses[r.Code], use{r.Status, "[Client." + op.Name + "]", r.Message})
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
