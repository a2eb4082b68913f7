package traffic

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/getkin/kin-openapi/openapi3"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/errorcodes"
	"github.com/ringbasic/ringbasic/internal/lazyregexp"
	"github.com/ringbasic/ringbasic/internal/project"
	"github.com/ringbasic/ringbasic/internal/recording"
)

// maxFindings is how many facts are kept apart. Exchanges that show others are counted.
const maxFindings = 10_000

// maxKept is how many exchanges are kept for a proposal.
const maxKept = 1_000

// Config is what exchanges are compared with.
type Config struct {
	Root       *yaml.Node // a built document: OpenAPI 3.0
	Known      []string   // operations that some document has but Root does not, "GET /restapi/…"
	Servers    []string   // URLs or path prefixes that requests begin with; nil: any host, and no prefix
	Operations []string   // only these; nil: all
	Propose    bool       // keep what [Comparer.Propose] needs
	Coverage   bool       // report what no exchange shows
}

// Comparer collects what exchanges show. It is not safe for concurrent use.
type Comparer struct {
	operations []*operation
	known      []string
	only       []string
	servers    []*url.URL
	hosts      map[string]bool // of the document
	anyError   *openapi3.ResponseRef
	platform   []errorcodes.Row
	rows       []errorcodes.Row // of the operations and of the platform
	redactor   *recording.Redactor

	root     *yaml.Node
	keep     bool
	coverage bool
	shown    map[string]*Exchange // by finding, the first exchange, if they are kept

	findings  map[string]*diff.Finding
	exchanges int
	passed    map[string]int
	seen      map[string]bool
}

type operation struct {
	key, method, path string
	item              *openapi3.PathItem
	op                *openapi3.Operation
}

// New makes a Comparer. It refuses a document that is not valid OpenAPI 3.0, and operations that it does not have.
func New(ctx context.Context, c Config) (*Comparer, error) {
	doc, err := build.Validate(ctx, c.Root)
	if err != nil {
		return nil, err
	}
	k := &Comparer{
		known: c.Known, hosts: map[string]bool{}, redactor: recording.NewRedactor(),
		findings: map[string]*diff.Finding{},
		passed:   map[string]int{}, seen: map[string]bool{}, root: c.Root, keep: c.Propose, coverage: c.Coverage,
		shown: map[string]*Exchange{},
	}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			k.operations = append(k.operations, &operation{method + " " + path, method, path, item, op})
		}
	}
	slices.SortFunc(k.operations, func(a, b *operation) int { return strings.Compare(a.key, b.key) })
	for _, op := range c.Operations {
		method, path, _ := strings.Cut(strings.TrimSpace(op), " ")
		key := strings.ToUpper(method) + " " + strings.TrimSpace(path)
		if !slices.ContainsFunc(k.operations, func(o *operation) bool { return o.key == key }) {
			return nil, UnknownOperationError{key}
		}
		k.only = append(k.only, key)
	}
	for _, text := range c.Servers {
		u, err := url.Parse(text)
		if err != nil || u.Host == "" && !strings.HasPrefix(u.Path, "/") {
			return nil, ServerError{text}
		}
		k.servers = append(k.servers, u)
	}
	for _, s := range doc.Servers {
		if u, err := url.Parse(s.URL); err == nil && u.Host != "" {
			k.hosts[u.Hostname()] = true
		}
	}
	k.platform = errorcodes.Platform(c.Root)
	rows, err := errorcodes.Rows(project.SpecFile, c.Root)
	if err != nil {
		return nil, err
	}
	k.rows = append(rows, k.platform...)
	if doc.Components != nil && doc.Components.Schemas["ErrorResponse"] != nil {
		k.anyError = &openapi3.ResponseRef{
			Value: openapi3.NewResponse().WithJSONSchemaRef(doc.Components.Schemas["ErrorResponse"]),
		}
	}
	return k, nil
}

// UnknownOperationError is the answer to a question about an operation that the document lacks.
type UnknownOperationError struct{ Operation string }

func (e UnknownOperationError) Error() string {
	return fmt.Sprintf("the document has no %q: write one as 'POST /restapi/v1.0/…'", e.Operation)
}

// ServerError is a server that is none.
type ServerError struct{ Server string }

func (e ServerError) Error() string {
	return fmt.Sprintf("%q is neither a URL like https://proxy.example.com/vendor nor a path like /vendor", e.Server)
}

// pass counts what is not judged.
func (c *Comparer) pass(reason string) { c.passed[reason]++ }

// comparison is that of one exchange.
type comparison struct {
	c     *Comparer
	e     *Exchange
	op    *operation
	facts map[string]bool // those that the exchange has shown already
	times int             // how many exchanges it stands for; 0 is one
}

// Add compares one exchange.
func (c *Comparer) Add(e *Exchange) {
	if e.Method == http.MethodOptions || e.Method == http.MethodConnect {
		c.pass("preflight requests")
		return
	}
	path, ok := c.path(e.URL)
	if !ok {
		c.pass("exchanges with other servers")
		return
	}
	op := c.find(e.Method, path)
	if op == nil {
		c.unknown(e, path)
		return
	}
	if c.only != nil && !slices.Contains(c.only, op.key) {
		c.pass("exchanges of other operations")
		return
	}
	c.exchanges++
	x := &comparison{c: c, e: e, op: op, facts: map[string]bool{}}
	x.request()
	x.response()
}

// path is that of a request below the server it was sent to; false if that is none of those asked for.
func (c *Comparer) path(u *url.URL) (string, bool) {
	path := u.EscapedPath()
	if c.servers == nil {
		return path, true
	}
	for _, s := range c.servers {
		if s.Host != "" && u.Host != "" && !strings.EqualFold(s.Host, u.Host) {
			continue
		}
		prefix := strings.TrimSuffix(s.EscapedPath(), "/")
		if rest, ok := strings.CutPrefix(path, prefix); ok && strings.HasPrefix(rest, "/") {
			return rest, true
		}
	}
	return "", false
}

// find gives the operation for a method and path. A path without parameters is more itself than one with.
func (c *Comparer) find(method, path string) (best *operation) {
	fewest := 0
	for _, op := range c.operations {
		if op.method == method || method == http.MethodHead && op.method == http.MethodGet {
			if n, ok := match(op.path, path); ok && (best == nil || n < fewest) {
				best, fewest = op, n
			}
		}
	}
	return best
}

// match reports whether a path fits a template, and how many of its segments are variable.
func match(template, path string) (variables int, ok bool) {
	want, got := strings.Split(template, "/"), strings.Split(strings.TrimSuffix(path, "/"), "/")
	if len(want) != len(got) {
		return 0, false
	}
	for i, segment := range want {
		switch {
		case strings.HasPrefix(segment, "{") && got[i] != "":
			variables++
		case segment != got[i]:
			return 0, false
		}
	}
	return variables, true
}

// unknown reports a call that the document has no operation for, if it went to the API.
func (c *Comparer) unknown(e *Exchange, path string) {
	if c.servers == nil && e.URL.Host != "" && !c.hosts[e.URL.Hostname()] {
		c.pass("exchanges with other servers")
		return
	}
	if c.only != nil {
		c.pass("exchanges of other operations")
		return
	}
	for _, key := range c.known {
		method, template, _ := strings.Cut(key, " ")
		if _, ok := match(template, path); ok && method == e.Method {
			x := &comparison{c: c, e: e, op: &operation{key: key}, facts: map[string]bool{}}
			x.add(fact{id: "seen-unselected", location: "operation", change: "not selected"})
			return
		}
	}
	method := e.Method
	if !methodName().MatchString(method) {
		method = "(no method)"
	}
	x := &comparison{c: c, e: e, op: &operation{key: method + " " + c.template(path)}, facts: map[string]bool{}}
	x.add(fact{id: "seen-operation", location: "operation", change: "in no document"})
}

var (
	methodName = lazyregexp.New(`^[A-Z]{1,20}$`)
	pathWord   = lazyregexp.New(`^([a-z]+(-[a-z]+)*|v[0-9.]+)$`)
	plainWord  = lazyregexp.New(`^[A-Za-z_][A-Za-z0-9_./:+*-]{0,79}$`)
)

// template makes of a path one without ids: what is not written as a name in a path is left out.
func (c *Comparer) template(path string) string {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		if s != "" && (len(s) > 40 || !pathWord().MatchString(s)) {
			segments[i] = "{}"
		}
	}
	return strings.Join(segments[:min(len(segments), 20)], "/")
}

// word is what may be printed of a name, a value of an enumeration or an error code: itself if it looks like one, and
// what the redactor leaves of it; else its kind alone.
func (c *Comparer) word(s string) string {
	digits := 0
	for _, r := range s {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	if plainWord().MatchString(s) && digits <= 6 {
		if c.redactor.Text(s) == s {
			return s
		}
	}
	return "(something that is no name)"
}

func (x *comparison) see(location, value string) {
	if len(x.c.seen) < 20*maxFindings {
		x.c.seen[x.op.key+"\x00"+location+"\x00"+value] = true
	}
}

// add keeps facts, each once an exchange.
func (x *comparison) add(facts ...fact) {
	for _, f := range facts {
		key := strings.Join([]string{f.id, x.op.key, f.location, f.attribute, f.change}, "\x00")
		if x.facts[key] {
			continue
		}
		x.facts[key] = true
		if known := x.c.findings[key]; known != nil {
			known.Seen.Exchanges += max(x.times, 1)
			continue
		}
		if len(x.c.findings) >= maxFindings {
			x.c.pass("findings beyond the first 10000")
			continue
		}
		rule, _ := diff.TrafficRule(f.id)
		x.c.findings[key] = &diff.Finding{
			ID: f.id, Severity: rule.Severity, Operation: x.op.key, Location: f.location, Attribute: f.attribute,
			Old: f.old, New: f.new,
			Rule: rule.Text, Implied: []diff.Implied{}, Line: x.e.Line, Aspect: rule.Aspect, Change: f.change,
			Seen: &diff.Seen{Exchanges: max(x.times, 1), File: x.e.File, Line: x.e.Line},
		}
		if x.c.keep && len(x.c.shown) < maxKept {
			x.c.shown[key] = x.e
		}
	}
}

// Report is what the exchanges have shown. pinned is the document, upstream names where they are from.
func (c *Comparer) Report(pinned, upstream diff.Side) *diff.Report {
	r := &diff.Report{
		Pinned:   pinned,
		Upstream: upstream,
		Traffic:  &diff.Traffic{Exchanges: c.exchanges, Passed: c.passed},
	}
	for _, key := range sorted(c.findings) {
		r.Findings = append(r.Findings, *c.findings[key])
	}
	for _, op := range c.operations {
		if c.only == nil || slices.Contains(c.only, op.key) {
			r.Operations = append(r.Operations, op.key)
		}
	}
	for _, reason := range sorted(c.passed) {
		r.Document = append(r.Document, fmt.Sprintf("not judged: %d %s", c.passed[reason], reason))
	}
	if c.coverage {
		r.Traffic.NeverSeen = c.neverSeen()
	}
	r.Finish()
	return r
}

// Side is a document as a side of a report.
func Side(doc *document.Document) diff.Side {
	return diff.Side{Source: doc.Name, SHA256: doc.SHA256, APIVersion: document.Text(doc.Root, "info", "version")}
}
