package generate

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"
)

// model is what the templates see.
type model struct {
	Package    string
	APIVersion string
	PinSHA256  string
	Spec       string // as a Go expression
	SomeCode   string
	Servers    []server
	Operations []operation
	Codes      []code
	Platform   []row
}

type server struct{ Const, URL, Comment string }

type operation struct {
	ID, Name, Var, Method, Path                    string
	ThrottlingGroup, AppPermission, UserPermission string
	Comment                                        string
	PathParams                                     []param
	ParamsType                                     string
	Params                                         []param // query and header
	BodyType                                       string
	IsJSON                                         bool
	Fields                                         []param // of a form
	Result                                         string  // "" for none
	Success                                        []string
	Rows                                           []row
}

// param is a parameter or a form's field.
type param struct {
	Wire      string // its name in the request
	Var, Type string // of a method's parameter
	Go        string // the expression that holds it
	Setter    string
	List      bool
	Pointer   bool
	Separator string // of a list in one value
}

type row struct {
	Status               int
	Code, Const, Message string
}

type code struct{ Const, Code, Comment string }

// BodyVar names a method's parameter for a body of type t.
func (model) BodyVar(t string) string {
	if strings.HasSuffix(t, "Form") {
		return "form"
	}
	return "body"
}

func newModel(doc *openapi3.T, ids map[*openapi3.Operation]string, spec []byte, cfg Config) (*model, error) {
	m := &model{
		Package: cfg.PackageName, APIVersion: cfg.APIVersion, PinSHA256: cfg.PinSHA256,
		Spec:    rawString(string(spec)),
		Servers: servers(doc),
	}
	definitions, err := codegen.OperationDefinitions(doc)
	if err != nil {
		return nil, err
	}
	for _, d := range definitions {
		op, err := newOperation(d, ids[d.Spec])
		if err != nil {
			return nil, err
		}
		m.Operations = append(m.Operations, op)
	}
	slices.SortFunc(m.Operations, func(a, b operation) int { return cmp.Compare(a.ID, b.ID) })
	if m.Platform, err = rows(doc.Extensions["x-platform-error-codes"], 0); err != nil {
		return nil, fmt.Errorf("x-platform-error-codes: %w", err)
	}
	m.Codes = m.codes()
	m.SomeCode = "ErrorCode"
	for _, op := range m.Operations {
		if len(op.Rows) > 0 {
			m.SomeCode = op.Rows[0].Const
			break
		}
	}
	return m, nil
}

// rawString is text as a Go expression that reads like the text.
func rawString(s string) string {
	return "`" + strings.ReplaceAll(s, "`", "` + \"`\" + `") + "`"
}

// servers names the servers: by x-go-name, or Server and a number.
func servers(doc *openapi3.T) []server {
	var all []server
	for i, s := range doc.Servers {
		name, _ := s.Extensions["x-go-name"].(string)
		if name == "" {
			name = "Server"
			if i > 0 {
				name = fmt.Sprintf("Server%d", i+1)
			}
		}
		all = append(all, server{name, strings.TrimSuffix(s.URL, "/"), oneLine(s.Description)})
	}
	return all
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func newOperation(d codegen.OperationDefinition, id string) (operation, error) {
	extension := func(name string) string { s, _ := d.Spec.Extensions[name].(string); return s }
	op := operation{
		ID: id, Name: d.OperationId, Var: "operation" + d.OperationId, Method: d.Method, Path: d.Path,
		ThrottlingGroup: extension("x-throttling-group"), AppPermission: extension("x-app-permission"), UserPermission: extension("x-user-permission"),
	}
	if op.ID == "" {
		return op, fmt.Errorf("%s %s has no operationId: give it one in overlays/40-names.yaml", d.Method, d.Path)
	}
	fail := func(format string, args ...any) (operation, error) {
		return op, fmt.Errorf(op.ID+": "+format, args...)
	}
	if len(d.CookieParams) > 0 {
		return fail("cookie parameter %s is not supported", d.CookieParams[0].ParamName)
	}
	for _, p := range d.PathParams {
		if !p.IsStyled() || isCompound(p.Spec.Schema) {
			return fail("path parameter %s: only plain values are supported", p.ParamName)
		}
		op.PathParams = append(op.PathParams, param{Wire: p.ParamName, Var: p.GoVariableName(), Type: p.TypeDef()})
	}
	if len(d.QueryParams)+len(d.HeaderParams) > 0 {
		op.ParamsType = d.OperationId + "Params"
	}
	for _, p := range slices.Concat(d.QueryParams, d.HeaderParams) {
		converted, err := newParam(p)
		if err != nil {
			return fail("%w", err)
		}
		op.Params = append(op.Params, converted)
	}
	if err := op.setBody(d); err != nil {
		return fail("%w", err)
	}
	if err := op.setResult(d); err != nil {
		return fail("%w", err)
	}
	var err error
	if op.Rows, err = operationRows(d.Spec); err != nil {
		return fail("%w", err)
	}
	op.Comment = op.comment(d)
	return op, nil
}

func isCompound(s *openapi3.SchemaRef) bool {
	return s != nil && s.Value != nil && (s.Value.Type.Is("array") || s.Value.Type.Is("object"))
}

// separators of lists in one value, by style (OpenAPI 3.0.3 §4.7.12.3).
var separators = map[string]string{"form": ",", "simple": ",", "spaceDelimited": " ", "pipeDelimited": "|"}

func newParam(p codegen.ParameterDefinition) (param, error) {
	c := param{Wire: p.ParamName, Go: "params." + p.GoName(), Setter: "addQuery", Pointer: p.HasOptionalPointer()}
	if p.In == "header" {
		c.Setter = "setHeader"
	}
	schema := p.Spec.Schema
	if !p.IsStyled() || schema == nil || schema.Value == nil || schema.Value.Type.Is("object") || p.Style() == "deepObject" {
		return c, fmt.Errorf("%s parameter %s: objects are not supported", p.In, p.ParamName)
	}
	if schema.Value.Type.Is("array") {
		if isCompound(schema.Value.Items) {
			return c, fmt.Errorf("%s parameter %s: lists of lists or objects are not supported", p.In, p.ParamName)
		}
		c.List, c.Pointer = true, false
		if p.In == "header" || !p.Explode() {
			c.Separator = separators[p.Style()]
		}
	}
	return c, nil
}

func (op *operation) setBody(d codegen.OperationDefinition) error {
	var media []string
	for _, b := range d.Bodies {
		media = append(media, b.ContentType)
	}
	switch {
	case d.Spec.RequestBody == nil:
		return nil
	case len(d.Bodies) != 1:
		return fmt.Errorf("a body must have one media type, not %d (%s): keep one with an overlay", len(media), strings.Join(media, ", "))
	}
	b := d.Bodies[0]
	op.BodyType = formNames(b.Schema.TypeDecl())
	switch {
	case b.NameTag == "JSON":
		op.IsJSON = true
		return nil
	case b.ContentType != "multipart/form-data":
		return fmt.Errorf("a body of type %s is not supported: JSON and multipart/form-data are", b.ContentType)
	}
	for _, p := range b.Schema.Properties {
		field, err := newField(p)
		if err != nil {
			return err
		}
		op.Fields = append(op.Fields, field)
	}
	// Files last: a server can then read the form's other fields before the upload is through.
	slices.SortStableFunc(op.Fields, func(a, b param) int {
		isFile := func(p param) int {
			if p.Setter == "addFile" {
				return 1
			}
			return 0
		}
		return isFile(a) - isFile(b)
	})
	return nil
}

func newField(p codegen.Property) (param, error) {
	schema := p.Schema.OAPISchema
	c := param{Wire: p.JsonFieldName, Go: "form." + p.GoFieldName(), Setter: "addField"}
	c.Pointer = !p.Required && !p.Schema.SkipOptionalPointer
	item := schema
	if schema.Type.Is("array") {
		c.List, c.Pointer = true, false
		item = schema.Items.Value
	}
	switch {
	case item.Type.Is("array"):
		return c, fmt.Errorf("form field %s: lists of lists are not supported", p.JsonFieldName)
	case item.Type.Is("object") || len(item.Properties) > 0 || len(item.AllOf) > 0:
		c.Setter = "addJSON"
	case item.Type.Is("string") && item.Format == "binary":
		c.Setter = "addFile"
	}
	return c, nil
}

// setResult finds the type of the documented success. Error responses are all read as APIError.
func (op *operation) setResult(d codegen.OperationDefinition) error {
	results := map[string]bool{}
	for _, r := range d.Responses {
		status, err := strconv.Atoi(r.StatusCode)
		success := err == nil && status/100 == 2 || r.StatusCode == "2XX" || r.StatusCode == "2xx"
		if r.StatusCode == "default" && len(d.Responses) == 1 {
			success = true
		}
		if !success {
			continue
		}
		if err == nil {
			op.Success = append(op.Success, statusConst(status))
		}
		for _, c := range r.Contents {
			if c.NameTag != "JSON" {
				return fmt.Errorf("a response of type %s is not supported: JSON is", c.ContentType)
			}
			results[strings.TrimPrefix(c.Schema.TypeDecl(), "*")] = true
		}
	}
	switch names := slices.Sorted(maps.Keys(results)); len(names) {
	case 0:
	case 1:
		op.Result = names[0]
	default:
		return fmt.Errorf("success has several types (%s): keep one with an overlay", strings.Join(names, ", "))
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

// comment is a method's doc comment: the description, what the call needs, and the errors that it can meet.
func (op *operation) comment(d codegen.OperationDefinition) string {
	var b strings.Builder
	text := oneLine(d.Spec.Description)
	if text == "" {
		text = oneLine(d.Spec.Summary)
	}
	if text == "" {
		text = "calls " + op.Method + " " + op.Path + "."
	}
	fmt.Fprintf(&b, "%s %s\n\n%s %s", op.Name, lowerFirst(text), op.Method, op.Path)
	var needs []string
	for _, need := range []struct{ what, name string }{{"application permission", op.AppPermission}, {"user permission", op.UserPermission}, {"usage-plan group", op.ThrottlingGroup}} {
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
			if name := "[" + r.Const + "]"; !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		fmt.Fprintf(&b, "\n\nDocumented errors: %s.", strings.Join(names, ", "))
	}
	if d.Spec.Deprecated {
		b.WriteString("\n\nDeprecated: by the vendor.")
	}
	return goComment(b.String())
}

func lowerFirst(s string) string {
	// An acronym at the start stays as it is.
	if len(s) > 1 && s[1] >= 'A' && s[1] <= 'Z' {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// goComment wraps text at 118 columns and prefixes each line.
func goComment(text string) string {
	var b strings.Builder
	for i, paragraph := range strings.Split(text, "\n\n") {
		if i > 0 {
			b.WriteString("//\n")
		}
		line := "//"
		for _, word := range strings.Fields(paragraph) {
			if len(line)+1+len(word) > 118 {
				b.WriteString(line + "\n")
				line = "//"
			}
			line += " " + word
		}
		b.WriteString(line + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

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
			return nil, fmt.Errorf("%q cannot name a constant", text)
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

// codes lists each code once, with the messages and operations that document it.
func (m *model) codes() []code {
	type use struct{ where, message string }
	uses := map[string][]use{}
	constants := map[string]string{}
	for _, op := range m.Operations {
		for _, r := range op.Rows {
			uses[r.Code] = append(uses[r.Code], use{"[Client." + op.Name + "]", r.Message})
			constants[r.Code] = r.Const
		}
	}
	for _, r := range m.Platform {
		uses[r.Code] = append(uses[r.Code], use{fmt.Sprintf("any operation (%d)", r.Status), r.Message})
		constants[r.Code] = r.Const
	}
	var all []code
	for _, text := range slices.Sorted(maps.Keys(uses)) {
		byMessage := map[string][]string{}
		var messages []string
		for _, u := range uses[text] {
			if _, seen := byMessage[u.message]; !seen {
				messages = append(messages, u.message)
			}
			byMessage[u.message] = append(byMessage[u.message], u.where)
		}
		var b strings.Builder
		fmt.Fprintf(&b, "%s:", constants[text])
		for i, message := range messages {
			if i > 0 {
				b.WriteString(";")
			}
			if message == "" {
				message = "no documented message"
			}
			fmt.Fprintf(&b, " %s: %s", strings.Join(byMessage[messages[i]], ", "), strings.TrimSuffix(oneLine(message), "."))
		}
		all = append(all, code{constants[text], text, goComment(b.String() + ".")})
	}
	return all
}
