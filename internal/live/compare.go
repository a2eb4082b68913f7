package live

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ringbasic/ringbasic/internal/contract"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/errorcodes"
	"github.com/ringbasic/ringbasic/internal/lazyregexp"
	"github.com/ringbasic/ringbasic/internal/recording"
)

// difference is one way in which an answer is not what is recorded.
type difference struct {
	text string
	// grave: nothing else can be compared, and in a file of that name the answer would be wrong.
	grave bool
}

// compare lists the differences. What they quote goes through say first: figures of ours are nobody's.
func (r *run) compare(x *exchange, say func(string) string) []difference {
	want, got := &x.recorded.Response, x.answer
	code, message := errorOf(got.Body)
	if got.Status != want.Status {
		text := fmt.Sprintf("status %d, recorded is %d", got.Status, want.Status)
		if code != "" || message != "" {
			text += fmt.Sprintf(": %s %q", say(code), say(message))
		}
		return []difference{{text, true}}
	}
	var found []difference
	if want.Status >= 400 {
		wantCode, wantMessage := errorOf(want.Body)
		if code != wantCode {
			text := fmt.Sprintf("code %s %q, recorded is %s", orNone(say(code)), say(message), orNone(wantCode))
			return []difference{{text, true}}
		}
		templates := r.templates(x)
		if len(templates) == 0 {
			templates = []string{wantMessage}
		}
		if !slices.ContainsFunc(templates, func(t string) bool { return errorcodes.Match(t, message) }) {
			documented := strings.Join(templates, `" or "`)
			found = append(found, difference{text: fmt.Sprintf("message %q, documented is %q", say(message), say(documented))})
		}
	} else {
		if _, err := decode(got.Body); err != nil {
			return []difference{{"the body is not JSON: " + say(err.Error()), true}}
		}
		for _, text := range shapeDifferences(want.Body, got.Body, say) {
			found = append(found, difference{text: text})
		}
	}
	for _, text := range invalidities(r.contract.ValidateResponse(x.op, got.Status, got.Header, got.Body), say) {
		found = append(found, difference{text: text})
	}
	return found
}

// templates are the documented messages of the recording's row.
func (r *run) templates(x *exchange) []string {
	var found []string
	for _, row := range slices.Concat(x.op.Rows, r.contract.Platform) {
		if row.Status == x.recorded.Response.Status && row.Code == x.recorded.Code() &&
			!slices.Contains(found, row.Message) {
			found = append(found, row.Message)
		}
	}
	return found
}

func orNone(code string) string {
	if code == "" {
		return "none"
	}
	return code
}

// errorOf are code and message of an error body.
func errorOf(body []byte) (code, message string) {
	e := errorcodes.ReadBody(body).First()
	return e.Code, e.Message
}

// topID is the id of what a success describes.
func topID(body []byte) string {
	var top struct {
		ID json.RawMessage `json:"id"`
	}
	if json.Unmarshal(body, &top) != nil {
		return ""
	}
	return strings.Trim(string(top.ID), `"`)
}

// node is what stands at one place of a body, items of a list taken together.
type node struct {
	kinds   [len(kindNames)]bool
	members map[string]*node
	items   *node // nil: the list has no item anywhere
}

const (
	isBoolean = iota
	isList
	isNull
	isNumber
	isObject
	isText
)

var kindNames = [...]string{"boolean", "list", "null", "number", "object", "text"}

const (
	// maxNesting is how deep bodies are looked into.
	maxNesting = 200
	// maxPath is how much of the path of a member is told, maxText how much of a difference, in characters.
	maxPath, maxText = 300, 4000
	// maxListed is how many differences of a kind are told.
	maxListed = 20
)

const whole = "the body"

// noName stands for what somebody may have written where a member has its name.
const noName = "(something that is no name)"

var memberName = lazyregexp.New(`^[@$]?[A-Za-z_][A-Za-z0-9_:-]*$`)

func shapeOf(body []byte) (*node, error) {
	value, err := decode(body)
	if err != nil {
		return nil, err
	}
	n := &node{}
	n.add(value, 0)
	return n, nil
}

func (n *node) add(value any, depth int) {
	switch v := value.(type) {
	case map[string]any:
		n.kinds[isObject] = true
		if depth == maxNesting {
			return
		}
		for key, inner := range v {
			if n.members == nil {
				n.members = map[string]*node{}
			}
			if !memberName().MatchString(key) {
				key = noName
			}
			if n.members[key] == nil {
				n.members[key] = &node{}
			}
			n.members[key].add(inner, depth+1)
		}
	case []any:
		n.kinds[isList] = true
		if len(v) > 0 && n.items == nil {
			n.items = &node{}
		}
		if depth == maxNesting {
			return
		}
		for _, inner := range v {
			n.items.add(inner, depth+1)
		}
	case string:
		n.kinds[isText] = true
	case json.Number:
		n.kinds[isNumber] = true
	case bool:
		n.kinds[isBoolean] = true
	case nil:
		n.kinds[isNull] = true
	}
}

// types are the JSON types that stand at a place.
func (n *node) types() string {
	var names []string
	for i, is := range n.kinds {
		if is {
			names = append(names, kindNames[i])
		}
	}
	return strings.Join(names, " or ")
}

// walk visits the places that one of two bodies has and the other could have: nil is what is not there. Places are
// called "records[].id".
func walk(path string, want, got *node, visit func(path string, want, got *node)) {
	visit(path, want, got)
	if want == nil || got == nil {
		return // what is in something that is not there is not there either
	}
	if want.items != nil && got.items != nil { // nothing is known of what is in an empty list
		walk(cut(path+"[]", maxPath), want.items, got.items, visit)
	}
	if !want.kinds[isObject] || !got.kinds[isObject] {
		return
	}
	for key, inner := range want.members {
		walk(memberOf(path, key), inner, got.members[key], visit)
	}
	for key, inner := range got.members {
		if want.members[key] == nil {
			walk(memberOf(path, key), nil, inner, visit)
		}
	}
}

func memberOf(path, key string) string {
	if path == "" {
		return cut(key, maxPath)
	}
	return cut(path+"."+cut(key, maxPath), maxPath)
}

// cut is the beginning of a text.
func cut(s string, most int) string {
	n := 0
	for i := range s {
		if n == most {
			return strings.TrimSuffix(s[:i], "…") + "…"
		}
		n++
	}
	return s
}

// Kinds of differences, as what is not listed of them is told.
const (
	notSent     = "recorded, the server does not send it"
	notRecorded = "sent by the server, and not recorded"
	otherType   = "of another type"
	invalid     = "not valid by the description"
)

// shapeDifferences lists the members that only one body has, and those of another type.
func shapeDifferences(recorded, answered []byte, say func(string) string) []string {
	want, err := shapeOf(recorded)
	if err != nil {
		return nil // then the recording itself says what is wrong
	}
	got, err := shapeOf(answered)
	if err != nil {
		return nil // and here the caller
	}
	found := map[string][]place{}
	walk("", want, got, func(path string, want, got *node) {
		switch {
		case got == nil:
			found[notSent] = append(found[notSent], place{path, notSent})
		case want == nil:
			found[notRecorded] = append(found[notRecorded], place{path, notRecorded})
		case want.kinds != got.kinds:
			found[otherType] = append(found[otherType], place{path, got.types() + ", recorded is " + want.types()})
		}
	})
	return listed(found, say)
}

// place is what is said of one place of a body.
type place struct{ path, is string }

// listed are the first texts of each kind in order, and how many more there are.
func listed(found map[string][]place, say func(string) string) []string {
	ordered := func(a, b place) int { return cmp.Or(cmp.Compare(at(a.path), at(b.path)), cmp.Compare(a.is, b.is)) }
	var first []place
	var more []string
	for _, kind := range slices.Sorted(maps.Keys(found)) {
		places := found[kind]
		slices.SortFunc(places, ordered)
		first = append(first, places[:min(len(places), maxListed)]...)
		if n := len(places) - maxListed; n > 0 {
			more = append(more, fmt.Sprintf("and %d more: %s", n, kind))
		}
	}
	slices.SortFunc(first, ordered)
	var texts []string
	for _, p := range first {
		texts = append(texts, at(say(p.path))+" is "+p.is)
	}
	return append(texts, more...)
}

// invalidities are what is wrong with a body by the description: of the items of a list each kind once, with the first
// that it was found at.
func invalidities(violations []contract.Violation, say func(string) string) []string {
	count := map[contract.Violation]int{}
	ofAll := func(v contract.Violation) contract.Violation {
		segments := strings.Split(v.At, "/")
		for i, segment := range segments {
			if strings.Trim(segment, "0123456789") == "" {
				segments[i] = ""
			}
		}
		v.At = strings.Join(segments, "/")
		return v
	}
	for _, v := range violations {
		count[ofAll(v)]++
	}
	var texts []string
	for _, v := range violations {
		n := count[ofAll(v)]
		delete(count, ofAll(v))
		if n == 0 {
			continue // told
		}
		if len(texts) == maxListed {
			return append(texts, fmt.Sprintf("and %d more: %s", len(count)+1, invalid))
		}
		text := invalid + ": " + say(v.String())
		if n > 1 {
			text += fmt.Sprintf(" (and %d more)", n-1)
		}
		texts = append(texts, text)
	}
	return texts
}

// at is what a place is called. A name that could be taken for something else at the beginning of a line is quoted.
func at(path string) string {
	if path == "" {
		return whole
	}
	first, _ := utf8.DecodeRuneInString(path)
	begins := unicode.IsLetter(first) || unicode.IsDigit(first) || first == '[' || first == '_'
	if begins && document.Printable(path) == path {
		return path
	}
	return strconv.Quote(path)
}

// emptiness lists the lists that are empty on one side only.
func emptiness(recorded, answered *recording.Response, say func(string) string) []string {
	want, err := shapeOf(recorded.Body)
	if err != nil {
		return nil
	}
	got, err := shapeOf(answered.Body)
	if err != nil {
		return nil
	}
	found := map[string][]place{}
	walk("", want, got, func(path string, want, got *node) {
		if want == nil || got == nil || !want.kinds[isList] || !got.kinds[isList] ||
			(want.items == nil) == (got.items == nil) {
			return
		}
		side := "the recording"
		if got.items == nil {
			side = "the server's answer"
		}
		found["empty"] = append(found["empty"], place{path, "empty in " + side + " only"})
	})
	return listed(found, say)
}
