package diff

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// operationFacts are the members of an operation that are facts, beside those with rules of their own.
var operationFacts = []string{"x-app-permission", "x-user-permission"}

// DefaultThrottling is the extension that names an operation's usage-plan group, where a project says no other.
const DefaultThrottling = "x-throttling-group"

// Flatten reads what the document below root says about operations, each named "POST /path". Operations that the
// document lacks are no error. Give it the whole document: what the operations do not reach costs
// nothing but one pass over the paths, and tells where a missing operation may have gone. name is the document's, for
// errors.
func Flatten(name string, root *yaml.Node, operations []string) (*Facts, error) {
	return FlattenFor(DefaultThrottling, name, root, operations)
}

// FlattenFor is Flatten for a vendor who calls the extension of usage-plan groups otherwise.
func FlattenFor(throttling, name string, root *yaml.Node, wanted []string) (*Facts, error) {
	r := newReader(name, root)
	r.throttling = throttling
	f := &Facts{
		name:       name,
		root:       root,
		version:    document.Text(root, "info", "version"),
		servers:    servers(root),
		operations: make(map[string]*operation, len(wanted)),
		wanted:     slices.Compact(slices.Sorted(slices.Values(wanted))),
		index:      sync.OnceValue(func() operations { return indexed(root) }),
	}
	byShape := make(map[string][]string) // the wanted operations by path, whatever its variables are called
	for _, key := range f.wanted {
		_, path, _ := strings.Cut(key, " ")
		byShape[PathShape(path)] = append(byShape[PathShape(path)], key)
	}
	for path, item := range document.Pairs(document.Get(root, "paths")) {
		for _, key := range byShape[PathShape(path.Value)] {
			method, wanted, _ := strings.Cut(key, " ")
			if f.operations[key] != nil && path.Value != wanted {
				continue // a path that is written alike wins
			}
			r.chain, r.variables = []string{method + " " + path.Value}, nil
			variables, as := PathVariables(path.Value), PathVariables(wanted)
			for i, name := range variables {
				if name != as[i] {
					r.rename(name, as[i])
				}
			}
			if op := r.pathOperation(key, strings.ToLower(method), item); op != nil {
				op.variables = variables
				f.operations[key] = op
			}
		}
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	f.schemas = r.all
	for i, s := range f.schemas {
		s.id = i
		if s.items != nil && s.items.blank() {
			s.items = nil
		}
		if s.values != nil && s.values.blank() {
			s.values = nil
		}
	}
	simplify(f.schemas)
	return f, nil
}

// maxSchemas bounds what is read: schemas that are put together of others anew at each place, through allOf on the way
// down, can be exponentially many.
const maxSchemas = 1_000_000

// PathShape is a path without the names of its variables, which are no part of it (OpenAPI 3.0.3 §4.7.8).
func PathShape(path string) string { return templateVariable.ReplaceAllString(path, "{}") }

// PathVariables are the names of the variables of a path, in its order.
func PathVariables(path string) []string {
	names := templateVariable.FindAllString(path, -1)
	for i, name := range names {
		names[i] = strings.Trim(name, "{}")
	}
	return names
}

// rename makes the path parameter called name be read under another name.
func (r *reader) rename(name, as string) {
	if r.variables == nil {
		r.variables = map[string]string{}
	}
	r.variables[name] = as
}

// reader reads one document. Nodes are looked up by reference and by identity, so that each is read once.
type reader struct {
	throttling string // the extension of usage-plan groups
	name       string
	root       *yaml.Node
	family     string // "2.0", "3.0" or "3.1"
	resolved   map[string]*yaml.Node
	resolver   *document.Resolver
	byNode     map[*yaml.Node]*schema
	byParts    map[string]*schema
	ids        map[*yaml.Node]int
	all        []*schema
	chain      []string // how the walk got here: an operation, then references
	depth      int
	called     bool // reading a callback
	refused    bool // a bound is passed: nothing more is read
	repeated   int  // see maxRepeated

	secured map[*yaml.Node]fact // what lists of security requirements say
	schemes map[string]string   // what security schemes are, by name
	secrets int                 // bytes of what is said of them

	variables map[string]string                      // of the path that is being read: what the wanted path calls them
	children  map[*yaml.Node][]component             // by parent: whose allOf refers to it; nil until asked for
	parents   map[*yaml.Node]map[*yaml.Node]bool     // what the allOf of a component refers to
	mappings  map[*yaml.Node]map[*yaml.Node][]string // of discriminators: the values, by what they lead to
	named     map[string]*yaml.Node                  // components; nil until asked for
	combined  int                                    // schemas put together of several objects
	problems  []problem
}

// problem is what keeps a wanted operation from being read.
type problem struct {
	line, column int
	text         string
}

func newReader(name string, root *yaml.Node) *reader {
	family := "3.0"
	switch {
	case document.Get(root, "swagger") != nil:
		family = "2.0"
	case strings.HasPrefix(document.Text(root, "openapi"), "3.1"):
		family = "3.1"
	}
	return &reader{
		name: name, root: root, family: family,
		resolved: map[string]*yaml.Node{}, resolver: document.NewResolver(root),
		byNode: map[*yaml.Node]*schema{}, byParts: map[string]*schema{}, ids: map[*yaml.Node]int{},
		mappings: map[*yaml.Node]map[*yaml.Node][]string{},
		secured:  map[*yaml.Node]fact{}, schemes: map[string]string{},
	}
}

// maxSchemeText bounds what is said of security schemes, as often as operations name them.
const maxSchemeText = 64 << 20

// maxRepeated bounds what is read at each place anew: parameters, responses, headers, media types and fields, methods
// of callbacks, what allOf puts together, the children of a discriminator, and the values of enumerations that other
// schemas are made of.
const maxRepeated = 1_000_000

// repeat counts what is read at n. It reports whether that is within bounds.
func (r *reader) repeat(n *yaml.Node, number int) bool {
	if r.repeated += number; r.repeated > maxRepeated {
		r.refuse(
			cmp.Or(n, r.root),
			"the operations lead to more than %d parameters, headers, media types and members of schemas, as often as they "+
				"do: compare fewer of them (--operations)",
			maxRepeated,
		)
	}
	return !r.refused
}

// refuse gives the document up for a bound, which is all that is told of it.
func (r *reader) refuse(n *yaml.Node, format string, args ...any) {
	if r.refused {
		return
	}
	r.problems = nil // what else is said follows from this
	r.errorf(n, format, args...)
	r.refused = true
}

// maxProblems bounds the problems that are told.
const maxProblems = 100

func (r *reader) errorf(n *yaml.Node, format string, args ...any) {
	if r.refused || len(r.problems) >= maxProblems {
		return
	}
	text := document.Errorf(r.name, n, format, args...).Error()
	r.problems = append(
		r.problems,
		problem{n.Line, n.Column, fmt.Sprintf("%s (from %s)", text, strings.Join(r.chain, " → "))},
	)
}

// err is all problems in the order of the document, each once.
func (r *reader) err() error {
	slices.SortFunc(r.problems, func(a, b problem) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.column, b.column), strings.Compare(a.text, b.text))
	})
	var problems []error
	for _, p := range slices.Compact(r.problems) {
		problems = append(problems, errors.New(p.text))
	}
	return errors.Join(problems...)
}

// follow resolves the references of n, one after another, and returns the object that is meant, nil where there is
// none. leave takes back what following added to the chain.
func (r *reader) follow(n *yaml.Node) (target *yaml.Node, leave func()) {
	before := len(r.chain)
	leave = func() { r.chain = r.chain[:before] }
	if r.refused {
		return nil, leave
	}
	for {
		ref := document.Get(n, "$ref")
		if ref == nil || ref.Kind != yaml.ScalarNode {
			return n, leave
		}
		if slices.Contains(r.chain[before:], ref.Value) {
			r.errorf(ref, "reference %q leads to itself", ref.Value)
			return nil, leave
		}
		if len(r.chain)-before > document.MaxRefs {
			r.errorf(n, "references nested deeper than %d", document.MaxRefs)
			return nil, leave
		}
		next := r.resolve(ref)
		if next == nil {
			return nil, leave
		}
		r.chain = append(r.chain, ref.Value)
		n = next
	}
}

// resolve finds the target of a reference, or records a problem.
func (r *reader) resolve(ref *yaml.Node) *yaml.Node {
	if n, known := r.resolved[ref.Value]; known {
		return n
	}
	n, err := r.resolver.Resolve(ref.Value)
	if err != nil {
		r.errorf(ref, "%v", err)
	}
	r.resolved[ref.Value] = n // a problem is told once
	return n
}

// pathOperation reads one operation of a path item, nil where the item lacks it.
func (r *reader) pathOperation(key, method string, item *yaml.Node) *operation {
	target, leave := r.follow(item)
	defer leave()
	line, node := entry(item, method) // beside a $ref the path item may have operations of its own
	if node == nil {
		line, node = entry(target, method)
	}
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}
	shared := document.Get(target, "parameters")
	if target != item && document.Get(item, "parameters") != nil {
		shared = document.Get(item, "parameters")
	}
	op := r.operation(key, node, shared)
	for _, at := range []*yaml.Node{item, target} {
		if list := document.Get(at, "servers"); len(items(list)) > 0 && op.facts["servers"].value == nil {
			op.facts["servers"] = fact{strings.Join(serverURLs(list), ", "), list.Line}
		}
	}
	op.line = line
	return op
}

func (r *reader) operation(key string, node, shared *yaml.Node) *operation {
	op := &operation{key: key, facts: map[string]fact{}, extensions: map[string]string{}}
	for k, v := range document.Pairs(node) {
		switch {
		case k.Value == "operationId":
			op.facts[k.Value] = scalar(v)
		case k.Value == "deprecated":
			if isTrue(v) {
				op.facts[k.Value] = scalar(v)
			}
		case slices.Contains(operationFacts, k.Value):
			op.facts[k.Value] = scalar(v)
		case k.Value == r.throttling:
			op.facts[k.Value], op.throttling = scalar(v), k.Value
		case k.Value == "tags":
			for _, tag := range items(v) {
				op.tags = append(op.tags, tag.Value)
			}
		case strings.HasPrefix(k.Value, "x-") && v.Kind == yaml.ScalarNode:
			op.extensions[k.Value] = text(scalar(v).value)
		}
	}
	slices.Sort(op.tags)
	if security := r.security(node); security.value != nil {
		op.facts["security"] = security
	}
	if list := document.Get(node, "servers"); len(items(list)) > 0 {
		op.facts["servers"] = fact{strings.Join(serverURLs(list), ", "), list.Line}
	}
	params := r.mergeParameters(shared, document.Get(node, "parameters"))
	if r.family == "2.0" {
		op.body = r.swaggerBody(params, r.mediaTypes(node, "consumes"))
	} else {
		op.body = r.requestBody(document.Get(node, "requestBody"))
	}
	for _, p := range params {
		in := document.Text(p.node, "in")
		if r.family == "2.0" && (in == "body" || in == "formData") ||
			in == "header" && r.ignored(document.Text(p.node, "name"), "accept", "authorization", "content-type") {
			continue
		}
		whole := r.parameter(p)
		for _, member := range r.exploded(whole) {
			if member != whole {
				member.whole = whole
			}
			op.parameters = append(op.parameters, member)
		}
	}
	slices.SortFunc(op.parameters, func(a, b *parameter) int { return strings.Compare(a.id(), b.id()) })
	for status, n := range document.Pairs(document.Get(node, "responses")) {
		if !strings.HasPrefix(status.Value, "x-") {
			op.responses = append(op.responses, r.response(status, n, node))
		}
	}
	slices.SortFunc(op.responses, func(a, b *response) int { return strings.Compare(a.status, b.status) })
	op.callbacks = r.callbacks(document.Get(node, "callbacks"))
	return op
}

// ignored tells whether a header is one of those that OpenAPI 3 says elsewhere: such definitions are to be ignored
// (OpenAPI 3.0.3 §4.7.12.1, §4.7.17.1).
func (r *reader) ignored(header string, elsewhere ...string) bool {
	return r.family != "2.0" && slices.Contains(elsewhere, strings.ToLower(header))
}

// parameterNode is a parameter object and where it stands.
type parameterNode struct {
	node *yaml.Node
	line int
}

// mergeParameters follows the references of two lists. What the second has wins over the first.
func (r *reader) mergeParameters(lists ...*yaml.Node) []parameterNode {
	var merged []parameterNode
	index := map[string]int{}
	for _, list := range lists {
		for _, item := range items(list) {
			target, leave := r.follow(item)
			leave()
			if target == nil || target.Kind != yaml.MappingNode {
				continue
			}
			p := parameterNode{target, target.Line}
			id := document.Text(target, "in") + ":" + document.Text(target, "name")
			if at, dup := index[id]; dup {
				merged[at] = p
				continue
			}
			index[id] = len(merged)
			merged = append(merged, p)
		}
	}
	return merged
}

func (r *reader) parameter(p parameterNode) *parameter {
	r.repeat(p.node, 1)
	param := &parameter{
		in:    document.Text(p.node, "in"),
		name:  document.Text(p.node, "name"),
		line:  p.line,
		facts: map[string]fact{},
	}
	if as, renamed := r.variables[param.name]; renamed && param.in == "path" {
		param.name = as
	}
	if required := document.Get(p.node, "required"); isTrue(required) {
		param.required = scalar(required)
	}
	for _, key := range []string{"allowEmptyValue", "allowReserved"} {
		if v := document.Get(p.node, key); isTrue(v) {
			param.facts[key] = scalar(v)
		}
	}
	schemaNode := document.Get(p.node, "schema")
	content := document.Get(p.node, "content")
	switch {
	case r.family == "2.0":
		schemaNode = p.node
	case schemaNode == nil && content != nil:
		for media, value := range document.Pairs(content) {
			schemaNode = document.Get(value, "schema")
			param.facts["content"] = fact{mediaName(media.Value), media.Line}
		}
	}
	param.schema = r.schema(schemaNode, p.line)
	if v := document.Get(p.node, "deprecated"); isTrue(v) && r.family != "2.0" && !param.schema.flag("deprecated") {
		// Said of the parameter or of its schema, it is the same fact.
		param.schema = r.withFact(param.schema, "deprecated", scalar(v))
	}
	if param.facts["content"].value == nil {
		r.serialization(param, p.node)
	}
	return param
}

// serialization normalises collectionFormat of Swagger 2.0 and style with explode of OpenAPI 3 to one fact. It is a
// fact of arrays and objects; how a single value is written depends on style alone.
func (r *reader) serialization(param *parameter, node *yaml.Node) {
	if style := document.Get(node, "style"); style != nil && (style.Value == "label" || style.Value == "matrix") &&
		!param.schema.isAny("array", "object") {
		param.facts["style"] = scalar(style)
	}
	otherwise := "simple"
	if param.in == "query" || param.in == "cookie" {
		otherwise = "form"
	}
	if written := r.written(param.schema, node, otherwise, param.line); written.value != nil {
		param.facts["collectionFormat"] = written
	}
}

// isAny reports whether the schema has exactly one type, and that is one of these.
func (s *schema) isAny(types ...string) bool {
	typ, _ := s.typ.value.(string)
	return slices.Contains(types, typ)
}

// written is how the value of a parameter or form field is spelt, one word for all versions: csv, ssv, tsv, pipes and
// multi for arrays, csv, deepObject and the like for objects. It is no fact of a single value.
func (r *reader) written(s *schema, node *yaml.Node, otherwise string, line int) fact {
	at := fact{line: line}
	if !s.isAny("array", "object") {
		return fact{}
	}
	if r.family == "2.0" {
		at.value = "csv"
		if v := document.Get(node, "collectionFormat"); v != nil {
			at = scalar(v)
		}
		return at
	}
	style := cmp.Or(document.Text(node, "style"), otherwise)
	explode := style == "form"
	if v := document.Get(node, "explode"); v != nil {
		explode, at.line = isTrue(v), v.Line
	}
	array := s.isAny("array")
	name := style
	switch {
	case style == "form" && explode && array:
		name = "multi"
	case style == "form" && !explode, style == "simple" && !explode:
		name = "csv"
	case style == "simple" && array:
		name = "csv" // explode has no effect on an array here (OpenAPI 3.0.3 §4.7.12.2)
	case style == "spaceDelimited":
		name = "ssv"
	case style == "pipeDelimited":
		name = "pipes"
	case explode && style != "deepObject": // of which there is one spelling
		name += " explode"
	}
	at.value = name
	return at
}

// exploded is a parameter, or for an object in exploded form the members of it: on the wire each is a parameter of its
// own (RFC 6570 §3.2.8).
func (r *reader) exploded(p *parameter) []*parameter {
	s := p.schema
	if p.in != "query" && p.in != "cookie" || p.facts["collectionFormat"].value != "form explode" ||
		!s.isAny("object") ||
		len(s.props) == 0 || s.values != nil ||
		len(s.unions)+len(s.opaque) > 0 {
		return []*parameter{p}
	}
	var members []*parameter
	if !r.repeat(nil, len(s.props)) {
		return nil
	}
	for _, prop := range s.props {
		member := &parameter{in: p.in, name: prop.name, line: prop.line, schema: prop.schema, facts: map[string]fact{}}
		if p.required.value != nil {
			member.required = prop.required
		}
		if prop.schema.isAny("array") {
			member.facts["collectionFormat"] = fact{"multi", prop.line}
		}
		members = append(members, member)
	}
	return members
}

// security names the ways to authorise a call: what each scheme is, not what it is called, and the scopes.
func (r *reader) security(op *yaml.Node) fact {
	requirements := document.Get(op, "security")
	if requirements == nil {
		requirements = document.Get(r.root, "security")
	}
	if known, ok := r.secured[requirements]; ok {
		return known // that of the document, which many operations share
	}
	way := r.ways(requirements)
	r.secured[requirements] = way
	return way
}

func (r *reader) ways(requirements *yaml.Node) fact {
	var ways []string
	for _, requirement := range items(requirements) {
		var schemes []string
		for name, scopes := range document.Pairs(requirement) {
			var list []string
			for _, scope := range items(scopes) {
				list = append(list, scope.Value)
			}
			slices.Sort(list)
			scheme, known := r.schemes[name.Value]
			if !known {
				scheme = r.scheme(name.Value)
				r.schemes[name.Value] = scheme
			}
			if r.secrets += len(scheme); r.secrets > maxSchemeText {
				r.refuse(name, "what is said of security schemes is longer than %d MiB with each use of them", maxSchemeText>>20)
				return fact{}
			}
			schemes = append(schemes, strings.TrimSpace(scheme+" "+strings.Join(list, " ")))
		}
		slices.Sort(schemes)
		ways = append(ways, cmp.Or(strings.Join(schemes, " and "), "none"))
	}
	slices.Sort(ways)
	ways = slices.Compact(ways)
	if len(ways) == 0 || len(ways) == 1 && ways[0] == "none" {
		return fact{}
	}
	return fact{strings.Join(ways, ", or "), requirements.Line}
}

func (r *reader) scheme(name string) string {
	container := document.Get(r.root, "securityDefinitions")
	if r.family != "2.0" {
		container = document.Get(r.root, "components", "securitySchemes")
	}
	target, leave := r.follow(r.resolver.Get(container, name))
	leave()
	kind := document.Text(target, "type")
	switch kind {
	case "":
		return "scheme " + strconv.Quote(name)
	case "basic":
		return "http basic"
	case "http":
		return "http " + strings.ToLower(document.Text(target, "scheme"))
	case "apiKey":
		return "apiKey " + document.Text(target, "in") + " " + document.Text(target, "name")
	case "openIdConnect":
		return "openIdConnect " + document.Text(target, "openIdConnectUrl")
	case "oauth2":
		return "oauth2 " + flows(target)
	}
	return kind
}

// flows says how a token is had: each flow by its name in OpenAPI 3, and the addresses to ask at.
func flows(scheme *yaml.Node) string {
	describe := func(name string, flow *yaml.Node) string {
		for _, key := range []string{"authorizationUrl", "tokenUrl"} { // Swagger 2.0 has no refreshUrl
			if url := document.Text(flow, key); url != "" {
				name += " " + url
			}
		}
		return name
	}
	if name := document.Text(scheme, "flow"); name != "" {
		renamed := map[string]string{"accessCode": "authorizationCode", "application": "clientCredentials"}
		return describe(cmp.Or(renamed[name], name), scheme)
	}
	var list []string
	for name, flow := range document.Pairs(document.Get(scheme, "flows")) {
		list = append(list, describe(name.Value, flow))
	}
	slices.Sort(list)
	return strings.Join(list, " or ")
}

// callbacks reads the operations that the server calls, by name, expression and method. Callbacks of callbacks are not
// read: they may lead back to themselves.
func (r *reader) callbacks(n *yaml.Node) map[string]*operation {
	all := map[string]*operation{}
	if n == nil || r.called {
		return all
	}
	r.called = true
	defer func() { r.called = false }()
	for name, value := range document.Pairs(n) {
		target, leave := r.follow(value)
		for expression, item := range document.Pairs(target) {
			if !r.repeat(expression, len(document.Methods)) {
				break
			}
			for _, method := range document.Methods {
				if strings.HasPrefix(expression.Value, "x-") {
					continue
				}
				key := name.Value + " " + strings.ToUpper(method) + " " + expression.Value
				if op := r.pathOperation(key, method, item); op != nil {
					all[key] = op
				}
			}
		}
		leave()
	}
	return all
}

// servers lists where the document says the API is.
func servers(root *yaml.Node) []string {
	list := serverURLs(document.Get(root, "servers"))
	if host := document.Text(root, "host"); host != "" {
		schemes := items(document.Get(root, "schemes"))
		if len(schemes) == 0 {
			schemes = []*yaml.Node{document.String("https")}
		}
		for _, s := range schemes {
			list = append(list, strings.TrimSuffix(s.Value+"://"+host+document.Text(root, "basePath"), "/"))
		}
	}
	slices.Sort(list)
	return list
}

// serverURLs are the addresses of a list of servers, sorted. A slash at the end says nothing.
func serverURLs(servers *yaml.Node) []string {
	var list []string
	for _, s := range items(servers) {
		list = append(list, strings.TrimSuffix(document.Text(s, "url"), "/"))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// items are the entries of a list, none of anything else.
func items(n *yaml.Node) []*yaml.Node {
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

// entry is a mapping's value for a key, and the line of the key.
func entry(n *yaml.Node, key string) (line int, value *yaml.Node) {
	for k, v := range document.Pairs(n) {
		if k.Value == key {
			return k.Line, v
		}
	}
	return 0, nil
}
