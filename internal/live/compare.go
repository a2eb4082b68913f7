package live

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ringbasic/ringbasic/internal/errorcodes"
	"github.com/ringbasic/ringbasic/internal/recording"
)

// difference is one way in which an answer is not what is recorded.
type difference struct {
	text string
	// grave: nothing else can be compared, and in a file of that name the answer would be wrong.
	grave bool
}

// compare lists the differences. They quote the server, and have to be redacted.
func (r *run) compare(x *exchange) []difference {
	want, got := &x.recorded.Response, x.answer
	code, message := errorOf(got.Body)
	if got.Status != want.Status {
		text := fmt.Sprintf("status %d, recorded is %d", got.Status, want.Status)
		if code != "" || message != "" {
			text += fmt.Sprintf(": %s %q", code, message)
		}
		return []difference{{text, true}}
	}
	var found []difference
	if want.Status >= 400 {
		wantCode, wantMessage := errorOf(want.Body)
		if code != wantCode {
			return []difference{
				{fmt.Sprintf("code %s %q, recorded is %s", orNone(code), message, orNone(wantCode)), true},
			}
		}
		templates := r.templates(x)
		if len(templates) == 0 {
			templates = []string{wantMessage}
		}
		if !slices.ContainsFunc(templates, func(t string) bool { return errorcodes.Match(t, message) }) {
			found = append(
				found,
				difference{
					text: fmt.Sprintf("message %q, documented is %q", message, strings.Join(templates, `" or "`)),
				},
			)
		}
	} else {
		if _, err := decode(got.Body); err != nil {
			return []difference{{fmt.Sprintf("the body is not JSON: %v", err), true}}
		}
		for _, text := range shapeDifferences(want.Body, got.Body) {
			found = append(found, difference{text: text})
		}
	}
	for _, v := range r.contract.ValidateResponse(x.op, got.Status, got.Header, got.Body) {
		found = append(found, difference{text: "not valid by the description: " + v.String()})
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

// shape is which JSON types stand at which paths, "records[].id".
type shape struct {
	types map[string]map[string]bool
	empty map[string]bool // lists that have no item anywhere
}

const whole = "the body"

func shapeOf(body []byte) (*shape, error) {
	value, err := decode(body)
	if err != nil {
		return nil, err
	}
	s := &shape{map[string]map[string]bool{}, map[string]bool{}}
	s.add("", value)
	return s, nil
}

func (s *shape) add(path string, value any) {
	kind := ""
	switch v := value.(type) {
	case map[string]any:
		kind = "object"
		for key, inner := range v {
			at := key
			if path != "" {
				at = path + "." + key
			}
			s.add(at, inner)
		}
	case []any:
		kind = "list"
		if _, known := s.empty[path]; !known {
			s.empty[path] = true
		}
		for _, inner := range v {
			s.empty[path] = false
			s.add(path+"[]", inner)
		}
	case string:
		kind = "text"
	case json.Number:
		kind = "number"
	case bool:
		kind = "boolean"
	case nil:
		kind = "null"
	}
	if s.types[path] == nil {
		s.types[path] = map[string]bool{}
	}
	s.types[path][kind] = true
}

// below tells whether path lies in a list that is empty.
func (s *shape) below(path string) bool {
	for i := range path {
		if strings.HasPrefix(path[i:], "[]") && s.empty[path[:i]] {
			return true
		}
	}
	return false
}

// shapeDifferences lists the members that only one body has, and those of another type.
func shapeDifferences(recorded, answered []byte) []string {
	want, err := shapeOf(recorded)
	if err != nil {
		return nil // then the recording itself says what is wrong
	}
	got, err := shapeOf(answered)
	if err != nil {
		return nil // and here the caller
	}
	var found []string
	report := func(have, lack *shape, text string) {
		for _, path := range slices.Sorted(maps.Keys(have.types)) {
			if lack.types[path] != nil || lack.below(path) {
				continue
			}
			// What is in something that is not there, or is something else, is not there either.
			parent, kind := parentOf(path)
			if lack.types[parent][kind] {
				found = append(found, at(path)+" "+text)
			}
		}
	}
	report(want, got, "is recorded, the server does not send it")
	report(got, want, "is sent by the server, and not recorded")
	for _, path := range slices.Sorted(maps.Keys(want.types)) {
		a, b := kinds(want.types[path]), kinds(got.types[path])
		if got.types[path] != nil && a != b {
			found = append(found, fmt.Sprintf("%s is %s, recorded is %s", at(path), b, a))
		}
	}
	slices.Sort(found)
	return found
}

func at(path string) string {
	if path == "" {
		return whole
	}
	return path
}

// parentOf is what a path lies in, and the type that it has to have for that.
func parentOf(path string) (parent, kind string) {
	if rest, ok := strings.CutSuffix(path, "[]"); ok {
		return rest, "list"
	}
	return path[:max(strings.LastIndex(path, "."), 0)], "object"
}

func kinds(set map[string]bool) string {
	return strings.Join(slices.Sorted(maps.Keys(set)), " or ")
}

// emptiness lists the lists that are empty on one side only.
func emptiness(recorded, answered *recording.Response) []string {
	want, err := shapeOf(recorded.Body)
	if err != nil {
		return nil
	}
	got, err := shapeOf(answered.Body)
	if err != nil {
		return nil
	}
	var found []string
	for _, path := range slices.Sorted(maps.Keys(want.empty)) {
		if empty, ok := got.empty[path]; ok && empty != want.empty[path] {
			side := "the recording"
			if empty {
				side = "the server's answer"
			}
			found = append(found, fmt.Sprintf("%s is empty in %s only", at(path), side))
		}
	}
	return found
}
