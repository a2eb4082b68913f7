package generate

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ringbasic/ringbasic/internal/errorcodes"
)

// code is a constant for an error code.
type code struct{ Const, Code, Comment string }

// rowsOf are the rows of an operation. Each code can name a constant.
func rowsOf(op *openapi3.Operation) ([]errorcodes.Row, error) {
	rows, err := errorcodes.OfOperation(op)
	return rows, errors.Join(err, nameable(rows))
}

// platformRows are the rows that hold for every operation.
func platformRows(doc *openapi3.T) ([]errorcodes.Row, error) {
	rows, err := errorcodes.OfPlatform(doc)
	return rows, errors.Join(err, nameable(rows))
}

func nameable(rows []errorcodes.Row) error {
	for _, r := range rows {
		if constName(r.Code, "") == "" {
			return fmt.Errorf("error code %q cannot name a constant: it has to begin with a letter", r.Code)
		}
	}
	return nil
}

var notInName = regexp.MustCompile(`[^A-Za-z0-9_]+`)

// constName turns AWR-111 into AWR111, with what is between the words in place of everything else.
func constName(code, between string) string {
	name := strings.TrimLeft(notInName.ReplaceAllString(code, between), "_")
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		return ""
	}
	return upperFirst(name)
}

// constNames names the constants of codes: AWR-111 is AWR111; where another code would be that, too, each is AWR_111;
// and one that is called like something else in the package is AWR111Code.
func constNames(codes []string, taken map[string]bool) map[string]string {
	uses, names := map[string]int{}, map[string]string{}
	for _, code := range codes {
		uses[constName(code, "")]++
	}
	for _, code := range codes {
		name := constName(code, "")
		if uses[name] > 1 {
			name = strings.TrimRight(constName(code, "_"), "_")
		}
		for taken[name] || name != constName(code, "") && uses[name] > 0 && strings.HasSuffix(name, "Code") {
			name += "Code"
		}
		names[code] = name
	}
	return names
}

// packageNames are those that every package declares beside the runtime's.
var packageNames = []string{"APIVersion", "PinSHA256", "NewParams", "Operations", "Spec"}

// allCodes are those of all rows, once each and in order.
func (m *model) allCodes() []string {
	var all []string
	for _, op := range m.Operations {
		for _, r := range op.Rows {
			all = append(all, r.Code)
		}
	}
	for _, r := range m.Platform {
		all = append(all, r.Code)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Const is the constant of a code.
func (m *model) Const(code string) string { return m.consts[code] }

// codes lists each code once, with the messages, statuses and operations that document it.
func (m *model) codes() []code {
	uses := map[string][]use{}
	for _, op := range m.Operations {
		for _, r := range op.Rows {
			uses[r.Code] = append(uses[r.Code], use{r.Status, "[Client." + op.OperationId + "]", r.Message})
		}
	}
	for _, r := range m.Platform {
		uses[r.Code] = append(uses[r.Code], use{r.Status, "any operation", r.Message})
	}
	var all []code
	for _, text := range slices.Sorted(maps.Keys(uses)) {
		all = append(all, code{m.Const(text), text, codeComment(m.Const(text), uses[text])})
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
