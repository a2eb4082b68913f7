package generate

import (
	"cmp"
	"errors"
	"fmt"
	"go/token"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"

	"github.com/ringbasic/ringbasic/internal/errorcodes"
	"github.com/ringbasic/ringbasic/internal/project"
)

// model is what the templates see.
type model struct {
	Project    project.Config
	APIVersion string
	PinSHA256  string
	SomeCode   string
	Servers    []server
	Operations []operation
	Codes      []code
	consts     map[string]string // by code
	Platform   []errorcodes.Row
}

type server struct{ Const, URL, Comment string }

// operation is what oapi-codegen tells of an operation, and what a method needs besides.
type operation struct {
	codegen.OperationDefinition
	Name                string // of the method
	Var                 string // its Operation
	Server              string // of its own, "" for the client's
	Comment             string
	Arguments           []param // in the path
	Parameters          []param // in the query and in headers
	RequiredParam       string  // one of Parameters that must be there, "" if none must
	BodyType            string
	MayLackBody         bool // the method's body may be nil
	IsJSON              bool
	URLForm             bool     // the form has no parts, but is sent like a query
	RawType             string   // of a body that is sent as it is, "" for others
	RequestType, Accept string   // media types that are not application/json, "" for that
	Fields              []param  // of a form
	Result              string   // "" for none
	Raw                 bool     // no body is documented where one is to be expected
	Several             []string // the types of success, where there are several
	Nothing             []string // statuses of success without a result, beside those with one
	Success             []string
	Rows                []errorcodes.Row
	Pages               *pages
	Variants            []operation // the same with a body of each further media type
}

// Extension is the text of an extension, "" where there is none.
func (op operation) Extension(name string) string {
	text, _ := op.Spec.Extensions[name].(string)
	return text
}

// ParamsType is the type of the parameters in the query and in headers, "" where there are none.
func (op operation) ParamsType() string {
	if len(op.Parameters) == 0 {
		return ""
	}
	return op.OperationId + "Params"
}

// param is a parameter or a form's field.
type param struct {
	Wire      string // its name in the request
	Var, Type string // of a method's parameter
	Go        string // the expression that holds it
	Setter    string // what takes name and value
	List      bool
	Pointer   bool
	Separator string // of a list in one value
	FileType  string // the media type that a file has unless it says another
	Style     string // of an object: "deepObject", "exploded", "JSON", or what separates members in one value
}

// BodyVar names the method's parameter for a body.
func (op operation) BodyVar() string {
	if op.Fields != nil {
		return "form"
	}
	return "body"
}

// newModel makes the model of the operations that oapi-codegen found in doc.
func newModel(
	definitions []codegen.OperationDefinition,
	doc *openapi3.T,
	originals map[*openapi3.Operation]*openapi3.Operation,
	q *quirks,
	cfg Config,
) (*model, error) {
	m := &model{Project: cfg.Project, APIVersion: cfg.APIVersion, PinSHA256: cfg.PinSHA256}
	var err error
	if m.Servers, err = servers(doc); err != nil {
		return nil, err
	}
	var problems []error
	for _, d := range definitions {
		op, err := newOperation(d, originals[d.Spec])
		if err != nil {
			problems = append(problems, err)
		}
		if item := doc.Paths.Value(d.Path); item != nil {
			var own openapi3.Servers
			// oapi-codegen puts the path's in place of the operation's.
			if original := originals[d.Spec]; original.Servers != nil {
				own = *original.Servers
			}
			op.Server = ownServer(own, item.Servers)
		}
		if op.IsJSON {
			op.RequestType = q.requestTypes[op.SpecOperationId]
		}
		if op.Accept == "" && op.Result != "" && op.Result != "Stream" {
			op.Accept = q.accepts[op.SpecOperationId]
		}
		for i := range op.Variants {
			op.Variants[i].Server, op.Variants[i].Accept = op.Server, op.Accept
		}
		m.Operations = append(m.Operations, op)
	}
	if len(problems) > 0 {
		slices.SortFunc(problems, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
		return nil, errors.Join(problems...)
	}
	slices.SortFunc(m.Operations, func(a, b operation) int { return cmp.Compare(a.SpecOperationId, b.SpecOperationId) })
	if m.Platform, err = platformRows(doc); err != nil {
		return nil, err
	}
	taken := maps.Clone(q.taken)
	for _, s := range m.Servers {
		taken[s.Const] = true
	}
	m.consts = constNames(m.allCodes(), taken)
	for i := range m.Operations {
		m.Operations[i].Comment = m.Operations[i].comment(m.Const)
	}
	m.yield()
	m.Codes = m.codes()
	m.SomeCode = "ErrorCode"
	for _, op := range m.Operations {
		if len(op.Rows) > 0 {
			m.SomeCode = m.Const(op.Rows[0].Code)
			break
		}
	}
	return m, nil
}

// yield gives the methods that operations have beside their own other names than those of operations.
func (m *model) yield() {
	named := map[string]bool{}
	for _, op := range m.Operations {
		named[op.Name] = true
	}
	for i, op := range m.Operations {
		if named[op.Name+"Pages"] {
			m.Operations[i].Pages = nil
		}
		for j, v := range op.Variants {
			if named[v.Name] {
				m.Operations[i].Variants[j].Name += "Body"
			}
		}
	}
}

// rawString is text as a Go expression that reads like the text. A raw string cannot hold a backquote, and Go drops
// carriage returns in it.
func rawString(s string) (string, error) {
	if !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\ufeff") {
		return "", errors.New("the document is not plain UTF-8: no Go text can hold it")
	}
	return "`" + strings.NewReplacer("`", "` + \"`\" + `", "\r", "` + \"\\r\" + `").Replace(s) + "`", nil
}

// servers names the servers: by x-go-name; else the first is Server, and another is called by the first label of its
// host (https://media.example.com is ServerMedia), or by a number where another has that.
func servers(doc *openapi3.T) ([]server, error) {
	var all []server
	for i, s := range doc.Servers {
		address := serverURL(s)
		if address == "" {
			continue // a path alone is no server that a client could be told
		}
		name, _ := s.Extensions["x-go-name"].(string)
		if name == "" {
			name = "Server"
			if i > 0 {
				name = "Server" + hostLabel(address)
			}
			taken := func(other server) bool { return other.Const == name }
			if i > 0 && (!token.IsIdentifier(name) || name == "Server" || slices.ContainsFunc(all, taken)) {
				name = fmt.Sprintf("Server%d", i+1)
			}
		}
		if !token.IsIdentifier(name) || !token.IsExported(name) {
			return nil, fmt.Errorf("server %s: its x-go-name %q is no exported Go name", s.URL, name)
		}
		if i := slices.IndexFunc(all, func(other server) bool { return other.Const == name }); i >= 0 {
			return nil, fmt.Errorf(
				"the servers %s and %s would both be %s: give one another x-go-name, or remove it in an overlay",
				all[i].URL,
				address,
				name,
			)
		}
		all = append(all, server{name, address, oneLine(s.Description)})
	}
	return all, nil
}

// hostLabel is the first label of an address's host, as Go has it.
func hostLabel(address string) string {
	u, err := url.Parse(address)
	if err != nil || net.ParseIP(u.Hostname()) != nil {
		return ""
	}
	label, _, _ := strings.Cut(u.Hostname(), ".")
	return codegen.ToCamelCaseWithInitialisms(label)
}

// serverURL is the address of a server without a slash at the end, variables filled in with their defaults; "" where it
// is not absolute.
func serverURL(s *openapi3.Server) string {
	address := s.URL
	for name, v := range s.Variables {
		if v != nil {
			address = strings.ReplaceAll(address, "{"+name+"}", v.Default)
		}
	}
	if u, err := url.Parse(address); err != nil || u.Scheme == "" || u.Host == "" ||
		strings.ContainsAny(address, "{}") {
		return ""
	}
	return strings.TrimSuffix(address, "/")
}

// ownServer is the server that an operation, or else its path, has of its own (OpenAPI 3.0.3 §4.7.9.1), "" for the
// client's.
func ownServer(lists ...openapi3.Servers) string {
	for _, list := range lists {
		for _, s := range list {
			if address := serverURL(s); address != "" {
				return address
			}
		}
	}
	return ""
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func newOperation(d codegen.OperationDefinition, original *openapi3.Operation) (operation, error) {
	op := operation{OperationDefinition: d, Name: d.OperationId, Var: "operation" + d.OperationId}
	if d.SpecOperationId == "" {
		return op, fmt.Errorf("%s %s has no operationId: give it one in overlays/40-names.yaml", d.Method, d.Path)
	}
	var problems []error
	fail := func(format string, args ...any) {
		err := fmt.Errorf(format, args...)
		for line := range strings.SplitSeq(err.Error(), "\n") {
			problems = append(problems, fmt.Errorf("%s: %s", d.SpecOperationId, line))
		}
	}
	for _, p := range d.CookieParams {
		fail("cookie parameter %s is not supported", p.ParamName)
	}
	for _, p := range d.PathParams {
		if !p.IsStyled() || isObject(p.Spec.Schema) || p.Style() != "simple" {
			fail("path parameter %s: objects, unions and other styles than simple are not supported", p.ParamName)
			continue
		}
		list, err := isList(p.Spec.Schema)
		if err != nil {
			fail("path parameter %s: %w", p.ParamName, err)
			continue
		}
		name := op.variable(p.GoVariableName())
		for _, other := range op.Arguments {
			if other.Var == name {
				fail(
					"path parameters %s and %s would both be %s: give one of them another name with x-go-name",
					other.Wire,
					p.ParamName,
					name,
				)
			}
		}
		op.Arguments = append(op.Arguments, param{Wire: p.ParamName, Var: name, Type: p.TypeDef(), List: list})
	}
	for _, p := range slices.Concat(d.QueryParams, d.HeaderParams) {
		converted, err := newParam(p)
		if err != nil {
			fail("%w", err)
			continue
		}
		op.Parameters = append(op.Parameters, converted)
		if p.Required && op.RequiredParam == "" {
			op.RequiredParam = p.ParamName
		}
	}
	if err := op.setResult(); err != nil {
		fail("%w", err)
	}
	var err error
	if op.Rows, err = rowsOf(original); err != nil {
		fail("%w", err)
	}
	if len(problems) == 0 { // pages are about parameters and result
		if op.Pages, err = op.pages(); err != nil {
			fail("%w", err)
		}
	}
	if err := op.setBodies(); err != nil {
		fail("%w", err)
	}
	if len(problems) > 0 {
		return op, errors.Join(problems...)
	}
	return op, nil
}

// inMethods are the names that methods use, beside those of Go and those of types.
var inMethods = strings.Fields(
	"addQueryList body c call change context ctx download f fetch form http iter joined list newForm newRequest " +
		"newURLForm none opts paged pages params r request setPathList v",
)

// variable is a name for a method's parameter that hides none of those that the method uses.
func (op *operation) variable(name string) string {
	if isPredeclared(name) || name == op.Var || slices.Contains(inMethods, name) {
		return name + "Value"
	}
	return name
}

// isObject tells whether values are objects or may be: those of a union. x-go-type stands for a type that has a plain
// form.
func isObject(ref *openapi3.SchemaRef) bool {
	if ref == nil || ref.Value == nil {
		return true
	}
	s := ref.Value
	if _, named := s.Extensions["x-go-type"]; named {
		return false
	}
	return s.Type.Is("object") || len(s.Properties)+len(s.AnyOf)+len(s.OneOf) > 0 ||
		slices.ContainsFunc(s.AllOf, isObject)
}

// isList tells whether a parameter is a list of plain values.
func isList(ref *openapi3.SchemaRef) (bool, error) {
	if !ref.Value.Type.Is("array") {
		return false, nil
	}
	if items := ref.Value.Items; isObject(items) || items.Value.Type.Is("array") {
		return false, errors.New("lists of lists or objects are not supported")
	}
	return true, nil
}

// separators of lists in one value, by style (OpenAPI 3.0.3 §4.7.12.3).
var separators = map[string]string{"form": ",", "simple": ",", "spaceDelimited": "%20", "pipeDelimited": "%7C"}

func newParam(p codegen.ParameterDefinition) (param, error) {
	c := param{Wire: p.ParamName, Go: "params." + p.GoName(), Setter: "r.addQuery", Pointer: p.HasOptionalPointer()}
	if p.In == "header" {
		c.Setter = "r.setHeader"
	}
	switch {
	case p.In != "query" && (!p.IsStyled() || isObject(p.Spec.Schema)):
		return c, fmt.Errorf("%s parameter %s: objects and unions are not supported", p.In, p.ParamName)
	case p.IsPassThrough():
		return c, nil
	case !p.IsStyled():
		c.Setter, c.Style = "r.addQueryObject", "JSON"
		return c, nil
	case isObject(p.Spec.Schema):
		c.Setter, c.Style = "r.addQueryObject", separators[p.Style()]
		if p.Style() == "deepObject" {
			c.Style = "deepObject"
		} else if p.Explode() {
			c.Style = "exploded"
		}
		return c, nil
	}
	var err error
	if c.List, err = isList(p.Spec.Schema); err != nil {
		return c, fmt.Errorf("%s parameter %s: %w", p.In, p.ParamName, err)
	}
	delimited := p.Spec.Explode == nil && (p.Style() == "spaceDelimited" || p.Style() == "pipeDelimited")
	if c.List && (p.In == "header" || !p.Explode() || delimited) {
		c.Separator = separators[p.Style()]
	}
	return c, nil
}

// setResult finds the type of the documented success. Error responses are all read as APIError.
func (op *operation) setResult() error {
	var (
		results = map[string]bool{}
		empty   []string // successes without a body
		any2xx  bool
		accepts []string
	)
	stream := func(content openapi3.Content) {
		results["Stream"] = true
		accepts = append(accepts, slices.Sorted(maps.Keys(content))...)
	}
	for _, r := range op.Responses {
		if status, err := strconv.Atoi(r.StatusCode); err == nil {
			op.Success = append(op.Success, statusConst(status))
		} else {
			any2xx = true
		}
		if len(r.Contents) == 0 {
			if content := op.Spec.Responses.Value(r.StatusCode).Value.Content; len(content) > 0 {
				stream(content)
				continue
			}
			empty = append(empty, r.StatusCode)
		}
		for _, c := range r.Contents {
			if c.NameTag != "JSON" {
				stream(op.Spec.Responses.Value(r.StatusCode).Value.Content)
				break
			}
			results[strings.TrimPrefix(c.Schema.TypeDecl(), "*")] = true
		}
	}
	if any2xx {
		op.Success = nil
	}
	if results["Stream"] && len(results) == 1 {
		slices.Sort(accepts)
		op.Accept = strings.Join(slices.Compact(accepts), ", ")
	}
	switch names := slices.Sorted(maps.Keys(results)); {
	case len(names) == 0 && op.Method == http.MethodGet && !slices.Contains(op.Success, "http.StatusNoContent"):
		op.Result, op.Raw = "Stream", true // nobody asks for nothing
	case len(names) == 0:
	case len(names) == 1 && (len(empty) == 0 || names[0] == "Stream"):
		op.Result = names[0]
	case len(names) == 1:
		op.Result = names[0]
		for i, status := range op.Success {
			for _, without := range empty {
				if n, err := strconv.Atoi(without); err == nil && status == statusConst(n) {
					op.Success[i] = "none(" + status + ")"
				}
			}
		}
		op.Nothing = empty
	default:
		op.Result, op.Several = "Stream", names // which of them it is, the status and the content type say
		op.Accept = strings.Join(append([]string{"application/json"}, accepts...), ", ")
	}
	return nil
}

func statusConst(status int) string {
	switch status {
	case http.StatusOK:
		return "http.StatusOK"
	case http.StatusCreated:
		return "http.StatusCreated"
	case http.StatusAccepted:
		return "http.StatusAccepted"
	case http.StatusNoContent:
		return "http.StatusNoContent"
	}
	return strconv.Itoa(status)
}

// comment is a method's doc comment: the description, its arguments, what the call needs, and the errors that it can
// meet, by the names of their constants.
func (op *operation) comment(constOf func(code string) string) string {
	var b strings.Builder
	text := oneLine(op.Spec.Description)
	if text == "" {
		text = oneLine(op.Spec.Summary)
	}
	if text == "" {
		fmt.Fprintf(&b, "%s calls %s %s.", op.Name, op.Method, op.Path)
	} else {
		fmt.Fprintf(&b, "%s %s\n\n%s %s", op.OperationId, lowerFirst(text), op.Method, op.Path)
	}
	var arguments []string
	for i, p := range op.PathParams {
		if text := oneLine(p.Spec.Description); text != "" {
			arguments = append(arguments, "- "+op.Arguments[i].Var+": "+lowerFirst(text))
		}
	}
	if len(arguments) > 0 {
		b.WriteString("\n\n" + strings.Join(arguments, "\n"))
	}
	var needs []string
	for _, need := range []struct{ what, name string }{{"application permission", op.Extension("x-app-permission")},
		{"user permission", op.Extension("x-user-permission")},
		{"usage-plan group", op.Extension("x-throttling-group")}} {
		if need.name != "" {
			needs = append(needs, need.what+" "+need.name)
		}
	}
	if len(needs) > 0 {
		fmt.Fprintf(&b, "\n\n%s.", upperFirst(strings.Join(needs, ", ")))
	}
	if len(op.Rows) > 0 {
		var names []string
		for _, r := range op.Rows {
			if name := "[" + constOf(r.Code) + "]"; !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		fmt.Fprintf(&b, "\n\nDocumented errors: %s.", strings.Join(names, ", "))
	}
	if len(op.Nothing) > 0 {
		fmt.Fprintf(
			&b,
			"\n\nThe result is nil where the server answers with status %s.",
			strings.Join(op.Nothing, " or "),
		)
	}
	if op.Raw {
		b.WriteString("\n\nWhat the body of a success is, is not documented: it is passed on as it comes.")
	}
	if op.MayLackBody {
		fmt.Fprintf(&b, "\n\nThe %s is optional: nil sends none.", op.BodyVar())
	}
	for _, v := range op.Variants {
		fmt.Fprintf(&b, "\n\n[Client.%s] sends another type of body.", v.Name)
	}
	if op.Pages != nil {
		fmt.Fprintf(&b, "\n\n[Client.%sPages] goes through all pages.", op.Name)
	}
	if len(op.Several) > 0 {
		fmt.Fprintf(
			&b,
			"\n\nSuccess has several types (%s): the response is passed on as it comes.",
			strings.Join(op.Several, ", "),
		)
	}
	if op.Spec.Deprecated {
		b.WriteString("\n\nDeprecated: by the vendor.")
	}
	return goComment(b.String())
}

// lowerFirst leaves an acronym at the start as it is.
func lowerFirst(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if second, _ := utf8.DecodeRuneInString(s[size:]); unicode.IsUpper(second) {
		return s
	}
	return string(unicode.ToLower(first)) + s[size:]
}

func upperFirst(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// goComment wraps text at 118 columns and prefixes each line. A paragraph of lines that begin with "- " is a list.
func goComment(text string) string {
	var b strings.Builder
	for i, paragraph := range strings.Split(text, "\n\n") {
		if i > 0 {
			b.WriteString("//\n")
		}
		if !strings.HasPrefix(paragraph, "- ") {
			wrap(&b, "// ", "// ", paragraph)
			continue
		}
		for item := range strings.SplitSeq(paragraph, "\n") {
			wrap(&b, "//   - ", "//     ", strings.TrimPrefix(item, "- "))
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func wrap(b *strings.Builder, first, others, text string) {
	line, empty := first, true
	for _, word := range strings.Fields(text) {
		if !empty && len(line)+1+len(word) > 118 {
			b.WriteString(line + "\n")
			line, empty = others, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	b.WriteString(strings.TrimRight(line, " ") + "\n")
}
