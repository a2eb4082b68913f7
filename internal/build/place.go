package build

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// places tells where in the pin something is.
type places struct {
	name string              // of the pin
	of   map[*yaml.Node]bool // the nodes that are from there: what an overlay has brought has lines of its own
}

// placesIn notes which nodes of a document, before the overlays, are from the pin.
func placesIn(name string, root *yaml.Node) places {
	p := places{name, make(map[*yaml.Node]bool, 4096)}
	var walk func(*yaml.Node)
	walk = func(n *yaml.Node) {
		if n.Line > 0 {
			p.of[n] = true
		}
		for _, c := range n.Content {
			walk(c)
		}
	}
	walk(root)
	return p
}

// placed puts in front of each line of an error where in the pin that is which it names: the operation, parameter,
// field, response, component or property, as far as the pin has it. root is the document that the error is about.
func (p places) placed(root *yaml.Node, err error) error {
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSpace(err.Error()), "\n") {
		if n := p.line(p.find(root, line)); n > 0 {
			line = fmt.Sprintf("%s:%d: %s", p.name, n, line)
		}
		lines = append(lines, line)
	}
	return errors.New(strings.Join(lines, "\n"))
}

// nulls has, in place of what a validator says of a null where an object is to be, which nulls there are.
func (p places) nulls(root *yaml.Node, err error) error {
	var lines []string
	told := false
	for line := range strings.SplitSeq(strings.TrimSpace(err.Error()), "\n") {
		if !strings.Contains(line, ": value MUST be an object") && !strings.Contains(line, `: found unresolved ref: ""`) {
			lines = append(lines, line)
			continue
		}
		if told {
			continue
		}
		told = true
		for _, null := range document.Nulls(root) {
			if null.In == "encoding" { // it is left out
				continue
			}
			text := null.String() + ": say what it is, or take it out, with an overlay"
			if n := p.line(entry{null.Key, null.Value}); n > 0 {
				text = fmt.Sprintf("%s:%d: %s", p.name, n, text)
			}
			lines = append(lines, text)
		}
	}
	return errors.New(strings.Join(lines, "\n"))
}

// entry is a member of a mapping, or an item of a list, which has no key.
type entry struct{ key, value *yaml.Node }

// line is where an entry begins in the pin, 0 where it is not from there.
func (p places) line(e entry) int {
	for _, n := range []*yaml.Node{e.key, e.value} {
		if p.of[n] {
			return n.Line
		}
	}
	return 0
}

// get is a member of what is in an entry.
func (e entry) get(keys ...string) entry {
	for _, name := range keys {
		next := entry{}
		for key, value := range document.Pairs(e.value) {
			if key.Value == name {
				next = entry{key, value}
			}
		}
		e = next
	}
	return e
}

var (
	// "…: #/paths/~1things/get cannot be read as …"
	ofPointer = regexp.MustCompile(`: #/(.*) cannot be read as `)

	// "…: invalid servers: …"
	ofTop = regexp.MustCompile(`(?:^|: )invalid (info|servers|security|tags|externalDocs): `)

	methods = strings.Join([]string{http.MethodGet, http.MethodPut, http.MethodPost, http.MethodDelete,
		http.MethodOptions, http.MethodHead, http.MethodPatch, http.MethodTrace}, "|")

	// "doThing: query parameter q: …", "doThing: form field \"größe\": …", "doThing: response 400: …"
	ofOperationID = regexp.MustCompile(`^([A-Za-z0-9_]+): ` +
		`(?:(path|query|header|cookie) parameter ("(?:[^"\\]|\\.)*"|\S+?):? |` +
		`form field ("(?:[^"\\]|\\.)*"|\S+): |response (\w+): )?`)
	// "POST /things has no …", "… in POST path \"/things\" …", "invalid path /things: invalid operation POST: …"
	ofMethod    = regexp.MustCompile(`(?:^|[ (])(` + methods + `) (?:path ")?(/[^\s":]*)`)
	ofPath      = regexp.MustCompile(`invalid path (/\S*): (?:invalid operation (` + methods + `): )?`)
	ofSchema    = regexp.MustCompile(`(?:^|[ (])schema "?([^\s":]+)"?: `)
	ofMember    = regexp.MustCompile(`^(\w+)\.(\w+): the package declares no type `)
	ofProperty  = regexp.MustCompile(`(?:property|properties) "((?:[^"\\]|\\.)*)"`)
	ofParameter = regexp.MustCompile(`parameters? "((?:[^"\\]|\\.)*)"`)
	ofFormField = regexp.MustCompile(`form fields? "((?:[^"\\]|\\.)*)"`)
	ofCode      = regexp.MustCompile(`error code "((?:[^"\\]|\\.)*)"`)
	// what oapi-codegen refuses: `… in property "q" in schema "T"`, `… in GET path "/a"`, `… path … : "/a"`
	ofInner      = regexp.MustCompile(`in schema "((?:[^"\\]|\\.)*)"`)
	ofQuoted     = regexp.MustCompile(` path [^:"]*:? ?("(?:[^"\\]|\\.)*")`)
	ofPathOnly   = regexp.MustCompile(`: path '([^']*)' has`)
	ofStatusCode = regexp.MustCompile(`response "(\w+)"`)
)

// find is what a message is about, nothing if that is not told or not there.
func (p places) find(root *yaml.Node, message string) entry {
	message = strings.TrimPrefix(message, "generate: ")
	doc := entry{value: root}
	if m := ofPointer.FindStringSubmatch(message); m != nil {
		e := doc
		for token := range strings.SplitSeq(m[1], "/") {
			next := e.get(document.UnescapeToken(token))
			if i, err := strconv.Atoi(token); err == nil && e.value.Kind == yaml.SequenceNode && i < len(e.value.Content) {
				next = entry{value: e.value.Content[i]}
			}
			e = p.firstOf(next, e)
		}
		return e
	}
	for op := range document.Operations(root) {
		if strings.HasPrefix(message, op.String()+": ") {
			return doc.get("paths", op.Path, strings.ToLower(op.Method))
		}
	}
	component := func(name string) entry { return doc.get("components", "schemas", name) }
	within := func(e entry) entry {
		e = p.firstOf(
			parameterOf(e, first(ofParameter, message)),
			fieldOf(e, first(ofFormField, message)),
			rowOf(e, first(ofCode, message)),
			e.get("responses", first(ofStatusCode, message)),
			e,
		)
		return p.firstOf(propertyOf(e.value, first(ofProperty, message)), e)
	}
	if m := ofMethod.FindStringSubmatch(message); m != nil {
		return within(doc.get("paths", m[2], strings.ToLower(m[1])))
	}
	if m := ofPath.FindStringSubmatch(message); m != nil {
		return within(p.firstOf(doc.get("paths", m[1], strings.ToLower(m[2])), doc.get("paths", m[1])))
	}
	if m := ofMember.FindStringSubmatch(message); m != nil {
		return component(m[1])
	}
	if m := ofOperationID.FindStringSubmatch(message); m != nil {
		for op := range document.Operations(root) {
			if document.Text(op.Node, "operationId") == m[1] {
				e := doc.get("paths", op.Path, strings.ToLower(op.Method))
				return p.firstOf(parameterOf(e, bare(m[3])), fieldOf(e, bare(m[4])), e.get("responses", m[5]), within(e))
			}
		}
	}
	if m := ofSchema.FindStringSubmatch(message); m != nil {
		name, rest, _ := strings.Cut(m[1], ".")
		e := component(name)
		for step := range strings.SplitSeq(rest, ".") {
			e = p.firstOf(e.get("properties", step), e)
		}
		return within(e)
	}
	if m := ofInner.FindStringSubmatch(message); m != nil {
		return within(component(unquoted(m[1])))
	}
	for _, m := range [][]string{ofQuoted.FindStringSubmatch(message), ofPathOnly.FindStringSubmatch(message)} {
		if m != nil {
			path, err := strconv.Unquote(m[1])
			if err != nil {
				path = m[1]
			}
			if e := within(doc.get("paths", path)); e.key != nil || e.value != nil {
				return e
			}
		}
	}
	row := rowIn(first(ofCode, message), doc.get("x-platform-error-codes").value)
	return p.firstOf(row, doc.get(first(ofTop, message)))
}

// firstOf is the first entry that is in the pin.
func (p places) firstOf(list ...entry) entry {
	for _, e := range list {
		if p.line(e) > 0 {
			return e
		}
	}
	return entry{}
}

func first(pattern *regexp.Regexp, text string) string {
	if m := pattern.FindStringSubmatch(text); m != nil {
		return unquoted(m[1])
	}
	return ""
}

// bare is a name without the quotes that it may be in.
func bare(name string) string {
	if inner, ok := strings.CutPrefix(name, `"`); ok {
		return unquoted(strings.TrimSuffix(inner, `"`))
	}
	return name
}

// rowOf is the row of an error code, of an operation or one of its responses.
func rowOf(op entry, code string) entry {
	lists := []*yaml.Node{op.get("x-error-codes").value}
	for _, response := range document.Pairs(op.get("responses").value) {
		lists = append(lists, document.Get(response, "x-error-codes"))
	}
	return rowIn(code, lists...)
}

func rowIn(code string, lists ...*yaml.Node) entry {
	for _, list := range lists {
		if list == nil || code == "" {
			continue
		}
		for _, row := range list.Content {
			if document.Text(row, "code") == code {
				return entry{value: row}
			}
		}
	}
	return entry{}
}

func unquoted(s string) string { return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(s) }

func parameterOf(op entry, name string) entry {
	list := op.get("parameters").value
	if list == nil || name == "" {
		return entry{}
	}
	for _, parameter := range list.Content {
		if document.Text(parameter, "name") == name {
			return entry{value: parameter}
		}
	}
	return entry{}
}

func fieldOf(op entry, name string) entry {
	for _, media := range document.Pairs(op.get("requestBody", "content").value) {
		if field := (entry{value: media}).get("schema", "properties", name); field.value != nil {
			return field
		}
	}
	return entry{}
}

// propertyOf is the first property of a name in a tree.
func propertyOf(n *yaml.Node, name string) (found entry) {
	if name == "" || n == nil {
		return entry{}
	}
	if found = (entry{value: n}).get("properties", name); found.value != nil {
		return found
	}
	for _, value := range document.Pairs(n) {
		if found = propertyOf(value, name); found.value != nil {
			return found
		}
	}
	if n.Kind == yaml.SequenceNode {
		for _, item := range n.Content {
			if found = propertyOf(item, name); found.value != nil {
				return found
			}
		}
	}
	return entry{}
}
