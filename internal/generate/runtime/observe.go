package runtime

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// Observation is what in an answer this version of the package does not know. It never holds a value other than that of
// an enumeration, nor an id, a name or a number. As JSON, one a line, "ringbasic traffic" reads it.
type Observation struct {
	Operation string `json:"operation"` // the operation's id
	Status    int    `json:"status"`    // HTTP status
	// of an error, "" if there is none that looks like one
	Code ErrorCode `json:"code"`
	// whether the description has status and code for the operation
	Documented     bool           `json:"documented"`
	UnknownMembers []string       `json:"unknownMembers,omitempty"` // paths, "greetings[].prompt", sorted
	UnknownValues  []UnknownValue `json:"unknownValues,omitempty"`  // of enumerations
	WrongTypes     []WrongType    `json:"wrongTypes,omitempty"`     // members of another JSON type than the field takes
}

// UnknownValue is a value of an enumeration that this version does not have.
type UnknownValue struct {
	Path  string `json:"path"`
	Value string `json:"value"` // "" for one that does not look like the value of an enumeration
}

// WrongType is a member of another JSON type.
type WrongType struct {
	Path string `json:"path"`
	Want string `json:"want"` // "string", "number", "boolean", "object" or "array"
	Got  string `json:"got"`
}

// WithObserver sets a function that is told, for each answer that holds something this version does not know, what that
// is, whatever the caller does with the answer. It is called before the method returns, by goroutines that may run at
// the same time, and once in a process for the same observation, so that it can raise an alert; see
// [WithRepeatedObservations].
func WithObserver(observe func(Observation)) Option { return func(c *Client) { c.observe = observe } }

// WithRepeatedObservations has the observer told each time.
func WithRepeatedObservations() Option { return func(c *Client) { c.repeat = true } }

// The observations that were told, by their JSON, and how many are kept apart.
var told struct {
	sync.Mutex
	observations map[string]bool
}

const maxTold = 10_000

func (c *Client) tell(o Observation) {
	if o.Documented && len(o.UnknownMembers)+len(o.UnknownValues)+len(o.WrongTypes) == 0 {
		return
	}
	if !c.repeat {
		key := fmt.Sprint(o)
		told.Lock()
		again := told.observations[key] || len(told.observations) >= maxTold
		if !again {
			if told.observations == nil {
				told.observations = map[string]bool{}
			}
			told.observations[key] = true
		}
		told.Unlock()
		if again {
			return
		}
	}
	c.observe(o)
}

// observeError tells of an error whose code or status is not documented.
func (c *Client) observeError(e *APIError) {
	if c.observe == nil || e.broken { // what broke off says nothing of the document
		return
	}
	o := Observation{Operation: e.Operation, Status: e.Status, Documented: e.Documented}
	if isWord(string(e.Code)) {
		o.Code = e.Code
	}
	c.tell(o)
}

// observed looks at the body of a documented success, which is to be a T. err is what decoding it said.
func observed[T any](c *Client, op *Operation, resp *http.Response, data []byte, err error) {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return // there is nothing to look at
	}
	l := looker{data: data, o: Observation{Operation: op.ID, Status: resp.StatusCode, Documented: true}}
	l.value(shapeOf(reflect.TypeFor[T]()), nil)
	l.o.UnknownMembers = sortedSet(l.o.UnknownMembers)
	c.tell(l.o)
}

func sortedSet(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// shape is what a Go type takes.
type shape struct {
	kind   string            // "string", "number", "boolean", "object", "array"; "" for anything
	fields map[string]*shape // of an object
	values *shape            // of the members without a field; nil if there are none
	items  *shape
	known  map[string]bool // the values of an enumeration, as they stand in JSON
}

var shapes sync.Map // of *shape by reflect.Type

func shapeOf(t reflect.Type) *shape {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if known, ok := shapes.Load(t); ok {
		return known.(*shape)
	}
	return makeShape(t, map[reflect.Type]*shape{})
}

// makeShape makes the shape of a type that may be in itself; under are those that are being made.
func makeShape(t reflect.Type, under map[reflect.Type]*shape) *shape {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if s := under[t]; s != nil {
		return s
	}
	if t.Kind() == reflect.Struct && strings.HasPrefix(t.Name(), "Nullable[") && t.NumField() == 2 {
		return makeShape(t.Field(0).Type, under)
	}
	s := &shape{}
	under[t] = s
	if reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) &&
		(t.Kind() != reflect.Struct || !hasFields(t)) {
		return s
	}
	switch t.Kind() {
	case reflect.String:
		s.kind, s.known = "string", enumeration(t)
	case reflect.Bool:
		s.kind = "boolean"
	case reflect.Int,
		reflect.Int32,
		reflect.Int64,
		reflect.Uint,
		reflect.Uint32,
		reflect.Uint64,
		reflect.Float32,
		reflect.Float64:
		s.kind, s.known = "number", enumeration(t)
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() != reflect.Uint8 {
			s.kind, s.items = "array", makeShape(t.Elem(), under)
		}
	case reflect.Map:
		s.kind, s.values = "object", makeShape(t.Elem(), under)
	case reflect.Struct:
		s.kind, s.fields = "object", map[string]*shape{}
		for i := range t.NumField() {
			f := t.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			switch {
			case f.Name == "AdditionalProperties" && name == "-" && f.Type.Kind() == reflect.Map:
				s.values = makeShape(f.Type.Elem(), under)
			case name != "" && name != "-":
				s.fields[name] = makeShape(f.Type, under)
			}
		}
	}
	shapes.Store(t, s)
	return s
}

// hasFields tells a struct whose members are fields from one that keeps its JSON.
func hasFields(t reflect.Type) bool {
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("json"); name != "" && name != "-" {
			return true
		}
	}
	return false
}

// enumeration are the values of a type that lists them, nil for another.
func enumeration(t reflect.Type) map[string]bool {
	method, ok := t.MethodByName("Values")
	if !ok || method.Type.NumIn() != 1 || method.Type.NumOut() != 1 || method.Type.Out(0) != reflect.SliceOf(t) {
		return nil
	}
	known := map[string]bool{}
	list := method.Func.Call([]reflect.Value{reflect.Zero(t)})[0]
	for i := range list.Len() {
		known[fmt.Sprint(list.Index(i).Interface())] = true
	}
	return known
}

// looker goes through valid JSON beside a shape.
type looker struct {
	data  []byte
	at    int
	depth int
	facts int
	o     Observation
}

// path is where a value is: a list from the inside out, so that one is spelled out only if it is told.
type path struct {
	outer *path
	name  []byte // nil for an item
}

func (p *path) String() string {
	if p == nil {
		return ""
	}
	before := p.outer.String()
	if p.name == nil {
		return before + "[]"
	}
	name := string(p.name)
	if !isWord(name) {
		name = "*"
	}
	return strings.TrimPrefix(before+"."+name, ".")
}

// isWord reports whether a text looks like a name, a code or the value of an enumeration, and not like somebody's data.
func isWord(s string) bool {
	digits := 0
	for i, c := range []byte(s) {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'a' && c <= 'z',
			c >= 'A' && c <= 'Z',
			c == '_',
			i > 0 && (c == '-' || c == '.' || c == '/' || c == '+' || c == ':'):
		default:
			return false
		}
	}
	return s != "" && len(s) <= 64 && digits <= 4
}

// maxFacts is how much is told of one answer.
const maxFacts = 100

func (l *looker) more() bool { l.facts++; return l.facts <= maxFacts }

func (l *looker) space() {
	for l.at < len(l.data) && (l.data[l.at] == ' ' || l.data[l.at] == '\n' || l.data[l.at] == '\t' ||
		l.data[l.at] == '\r') {
		l.at++
	}
}

// text passes over a string and returns what stands between its quotes.
func (l *looker) text() []byte {
	start := l.at + 1
	for l.at = start; l.data[l.at] != '"'; l.at++ {
		if l.data[l.at] == '\\' {
			l.at++
		}
	}
	l.at++
	return l.data[start : l.at-1]
}

func unescaped(raw []byte) []byte {
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw
	}
	return []byte(text(append(append([]byte{'"'}, raw...), '"')))
}

// skip passes over a value.
func (l *looker) skip() {
	for depth := 0; l.at < len(l.data); {
		switch l.data[l.at] {
		case '"':
			l.text()
		case '{', '[':
			depth++
			l.at++
		case '}', ']':
			depth--
			l.at++
		case ',', ':', ' ', '\n', '\t', '\r':
			l.at++
			continue
		default:
			l.word()
		}
		if depth <= 0 {
			return
		}
	}
}

// word passes over a number, true, false or null.
func (l *looker) word() []byte {
	start := l.at
	for l.at < len(l.data) && !bytes.ContainsRune([]byte(",]} \n\t\r"), rune(l.data[l.at])) {
		l.at++
	}
	return l.data[start:l.at]
}

// value looks at one value.
func (l *looker) value(s *shape, at *path) {
	l.space()
	if l.depth++; s == nil || s.kind == "" || l.depth > 1_000 {
		l.skip()
		l.depth--
		return
	}
	defer func() { l.depth-- }()
	got := ""
	switch l.data[l.at] {
	case '{':
		got = "object"
	case '[':
		got = "array"
	case '"':
		got = "string"
	case 't', 'f':
		got = "boolean"
	case 'n': // read as absent
		l.word()
		return
	default:
		got = "number"
	}
	if got != s.kind {
		if l.more() {
			l.o.WrongTypes = append(l.o.WrongTypes, WrongType{Path: at.String(), Want: s.kind, Got: got})
		}
		l.skip()
		return
	}
	switch got {
	case "object":
		l.object(s, at)
	case "array":
		l.at++
		item := &path{outer: at}
		for l.space(); l.data[l.at] != ']'; l.space() {
			if l.data[l.at] == ',' {
				l.at++
				continue
			}
			l.value(s.items, item)
		}
		l.at++
	case "string":
		l.enum(s, unescaped(l.text()), at)
	default:
		l.enum(s, l.word(), at)
	}
}

func (l *looker) object(s *shape, at *path) {
	l.at++
	here := &path{outer: at} // one for all members: it is spelled out before the next
	for l.space(); l.data[l.at] != '}'; l.space() {
		if l.data[l.at] == ',' {
			l.at++
			continue
		}
		name := unescaped(l.text())
		l.space()
		l.at++ // the colon
		inner, ok := s.fields[string(name)]
		here.name = name
		switch {
		case ok:
			l.value(inner, here)
		case s.values != nil:
			here.name = []byte("*")
			l.value(s.values, here)
		default:
			if l.more() {
				l.o.UnknownMembers = append(l.o.UnknownMembers, here.String())
			}
			l.space()
			l.skip()
		}
	}
	l.at++
}

func (l *looker) enum(s *shape, value []byte, at *path) {
	if s.known == nil || s.known[string(value)] || !l.more() {
		return
	}
	v := UnknownValue{Path: at.String()}
	if isWord(string(value)) {
		v.Value = string(value)
	}
	if !slices.Contains(l.o.UnknownValues, v) {
		l.o.UnknownValues = append(l.o.UnknownValues, v)
	}
}
