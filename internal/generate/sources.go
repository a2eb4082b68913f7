package generate

import (
	"cmp"
	"errors"
	"fmt"
	"go/scanner"
	"iter"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"
)

// Whoever reads a problem has the document and not the Go that would have been made of it: it names what in the
// document is meant.

// sources tells what in a document a Go name is made of.
type sources struct {
	model  *model
	doc    *openapi3.T // as it was generated from
	quirks *quirks
}

// declaration is one line of types that declares a name.
var declaration = regexp.MustCompile(`(?m)^(?:type|func) (\w+)\b|^\t(\w+) \w+ = `)

// take notes the constants of codes that types declare already, and reports whether there are any.
func (q *quirks) take(m *model, types string) bool {
	codes := map[string]bool{}
	for _, name := range m.consts {
		codes[name] = true
	}
	found := false
	for _, match := range declaration.FindAllStringSubmatch(types, -1) {
		if name := match[1] + match[2]; codes[name] && !q.taken[name] {
			q.taken[name], found = true, true
		}
	}
	return found
}

// component is what the document calls a component, or what that was part of: a schema or an operation.
func (o sources) component(name string) string {
	for o.quirks.was[name] != "" {
		name = o.quirks.was[name]
	}
	for _, op := range o.model.Operations {
		if name == op.SpecOperationId || name == op.SpecOperationId+"Params" {
			return op.SpecOperationId
		}
	}
	return "schema " + name
}

// components are the Go names of the components, with what they are in the document.
func (o sources) components() iter.Seq2[string, string] {
	return func(yield func(goName, what string) bool) {
		if o.doc.Components == nil {
			return
		}
		for _, name := range slices.Sorted(maps.Keys(o.doc.Components.Schemas)) {
			called := name
			if ref := o.doc.Components.Schemas[name]; ref.Value != nil {
				if given, ok := ref.Value.Extensions[goName].(string); ok {
					called = given
				}
			}
			if !yield(codegen.SchemaNameToTypeName(called), o.component(name)) {
				return
			}
		}
	}
}

var (
	ofSchema = regexp.MustCompile(`converting Schema (\S+) to Go type: `)
	steps    = regexp.MustCompile(`^(?:error [^:]*: )+`)
)

// refused is why oapi-codegen makes no types, without the steps on which it was, but with the schema that it was at.
func (q *quirks) refused(line string) error {
	where := ""
	if m := ofSchema.FindStringSubmatch(line); m != nil && q.was[m[1]] == "" {
		where = "schema " + m[1] + ": "
	}
	return fmt.Errorf("%sno type can be made of this: %s: mend it with an overlay", where,
		steps.ReplaceAllString(line, ""))
}

// source is what a Go name is made of: where in the document, in words, and how it gets another name.
type source struct{ place, what, remedy string }

// whole are the schemas, operations, codes and servers whose own a Go name is.
func (o sources) whole(name string) (all []source) {
	for goName, what := range o.components() {
		if goName == name {
			all = append(all, source{what, what, "a schema in spec/names.yaml or with x-go-name"})
		}
	}
	for _, op := range o.model.Operations {
		own := []string{"Params", "Form", "URLForm"}
		if slices.ContainsFunc(own, func(end string) bool { return name == op.OperationId+end }) ||
			name == "Client."+op.Name || name == op.Var {
			all = append(all, source{
				op.SpecOperationId, "operation " + op.SpecOperationId, "an operation with operationId",
			})
		}
	}
	for _, c := range o.model.Codes {
		if c.Const == name {
			all = append(all, o.code(c.Code))
		}
	}
	for _, s := range o.model.Servers {
		if s.Const == name {
			all = append(all, source{"server " + s.URL, "server " + s.URL, "a server with x-go-name"})
		}
	}
	return all
}

// code is a code, with the operations that list it.
func (o sources) code(code string) source {
	var all []string
	for _, op := range o.model.Operations {
		for _, r := range op.Rows {
			if r.Code == code && !slices.Contains(all, op.SpecOperationId) {
				all = append(all, op.SpecOperationId)
			}
		}
	}
	if all == nil {
		all = []string{"the platform"}
	}
	return source{all[0], fmt.Sprintf("error code %q of %s", code, enumerate(all, "and")), "a code by taking it out"}
}

// part is the schema or operation that a type is named after, "" if there is none; within one that has another name.
func (o sources) part(name string, within bool) string {
	best, found := 0, ""
	try := func(goName, what string) {
		goName = strings.ToLower(letters(goName))
		own := strings.ToLower(letters(name))
		if len(goName) > best && strings.HasPrefix(own, goName) && (len(goName) < len(own) || !within) {
			best, found = len(goName), what
		}
	}
	for goName, what := range o.components() {
		try(goName, what)
	}
	for _, op := range o.model.Operations {
		try(op.OperationId, op.SpecOperationId)
	}
	return found
}

// problems tells the names that are declared twice: two codes that make one constant, or two properties that make one
// field.
func (n names) problems(o sources) error {
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(n.declared)) {
		if by := n.declared[name]; len(by) > 1 {
			slices.Sort(by)
			problems = append(problems, errors.New(o.twice(name, by)))
		}
	}
	return errors.Join(problems...)
}

// twice says what would have one name. by are the quoted names of members, or the files that declare it.
func (o sources) twice(name string, by []string) string {
	owner, field, isField := strings.Cut(name, ".")
	quoted := slices.DeleteFunc(slices.Clone(by), func(s string) bool { return !strings.HasPrefix(s, `"`) })
	if isField && len(quoted) > 0 {
		where := o.part(owner, false)
		kind, kinds := "property", "properties"
		switch {
		case strings.HasSuffix(owner, "Params") && !strings.HasPrefix(where, "schema "):
			kind, kinds = "parameter", "parameters"
		case strings.HasSuffix(owner, "Form") && !strings.HasPrefix(where, "schema "):
			kind, kinds = "form field", "form fields"
		}
		quoted = slices.DeleteFunc(quoted, func(s string) bool { return s == `"-"` }) // the further members
		if len(quoted) == 1 {
			return fmt.Sprintf("%s: the %s %s would be called %s in Go, which is taken in its type: give it another name with "+
				"x-go-name in an overlay", where, kind, quoted[0], field)
		}
		return fmt.Sprintf("%s: the %s %s would both be called %s in Go: give one another name with x-go-name in an overlay",
			where, kinds, enumerate(quoted, "and"), field)
	}
	all := o.whole(name)
	if within := o.part(owner, true); len(all) < len(by) && within != "" && slices.Contains(by, "types.gen.go") {
		all = append(all, source{
			within, "what is within " + within, "what is within something with x-go-type-name or x-enum-varnames",
		})
	}
	if types := slices.DeleteFunc(slices.Clone(by), func(s string) bool { return s != "types.gen.go" }); len(all) == 1 &&
		len(types) > 1 {
		all[0].what = "two things within"
	} else if len(all) < 2 {
		all = append(all, source{what: "the package itself"})
	}
	var what, remedies []string
	for _, s := range all {
		what = append(what, s.what)
		if s.remedy != "" && !slices.Contains(remedies, s.remedy) {
			remedies = append(remedies, s.remedy)
		}
	}
	return fmt.Sprintf("%s: %s would both be called %s in Go: change one with an overlay (%s)", all[0].place,
		enumerate(what, "and"), name, strings.Join(remedies, "; "))
}

// declares is a line of generated Go that begins a declaration, or a constant in one.
var declares = regexp.MustCompile(
	`^(?:type|var|const) (\w+)|^func (?:\(\w+ \*?(\w+)[^)]*\) )?(\w+)|^\t(\w+) +(?:\w+ +)?= `,
)

// place says which schema or operation the Go in a line is made of.
func (o sources) place(text []byte, line int) string {
	var found string
	for i, l := range strings.Split(string(text), "\n") {
		if i >= line {
			break
		}
		m := declares.FindStringSubmatch(l)
		if m == nil {
			continue
		}
		name := m[1] + m[4]
		switch {
		case m[2] == "Client":
			name = "Client." + strings.TrimSuffix(m[3], "Pages")
		case m[2] != "":
			name = m[2]
		case m[3] != "":
			name = m[3]
		}
		if all := o.whole(name); len(all) > 0 {
			found = all[0].place
		} else if within := o.part(name, false); within != "" {
			found = within
		}
	}
	return cmp.Or(found, "the document")
}

// unreadable is the problem of Go that has not even its form.
func (o sources) unreadable(text []byte, err error) error {
	var list scanner.ErrorList
	if !errors.As(err, &list) || len(list) == 0 {
		return err
	}
	return fmt.Errorf("%s: %s: this Go would not compile: mend what it is made of with an overlay",
		o.place(text, list[0].Pos.Line), list[0].Msg)
}
