package runtime

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// MaxBody is the size in bytes of the largest successful response that is read.
const MaxBody = 64 << 20

// Client calls the API. It is safe for concurrent use. What it does not do itself (authentication, rate limits,
// retries) is the business of its http.Client's transport.
type Client struct {
	server    *url.URL
	http      *http.Client
	userAgent string
	editors   []func(*http.Request) error
	observe   func(Observation)
	repeat    bool
}

// Option changes a Client as it is made.
type Option func(*Client)

// WithHTTPClient sets the client that sends the requests; the default is http.DefaultClient. A redirect is not
// followed, it is an [*APIError], unless the client's CheckRedirect says otherwise: following one could carry a body,
// or the token that a transport adds to every request, to another server.
func WithHTTPClient(client *http.Client) Option { return func(c *Client) { c.http = client } }

// WithUserAgent sets the User-Agent header. Vendors ask for a name and version, such as "desk-tools/1.4"; the default
// names this module and its version.
func WithUserAgent(agent string) Option { return func(c *Client) { c.userAgent = agent } }

// WithRequestEditor adds a function that sees, and may change, every request before it is sent. An error of it is
// returned by the method that was called.
func WithRequestEditor(edit func(*http.Request) error) Option {
	return func(c *Client) { c.editors = append(c.editors, edit) }
}

// NewClient makes a client for a server: an absolute https URL, without user, query or fragment; "" is the first server
// of the description. Plain http goes to the own machine alone.
func NewClient(server string, options ...Option) (*Client, error) {
	if server == "" {
		server = defaultServer
	}
	u, err := url.Parse(server)
	if err != nil || u.Opaque != "" {
		// The parser's message repeats the URL, which may hold a password, and so may what stands for host and path.
		return nil, errors.New("the server URL is not a URL like https://host")
	}
	if (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil || u.RawQuery != "" ||
		u.ForceQuery ||
		u.Fragment != "" {
		return nil, fmt.Errorf(
			"server URL %q: want one like https://host, without user, query or fragment",
			u.Redacted(),
		)
	}
	if err := checkHost(u); err != nil {
		return nil, err
	}
	c := &Client{server: u, http: http.DefaultClient, userAgent: defaultUserAgent()}
	for _, option := range options {
		if option != nil {
			option(c)
		}
	}
	if c.http == nil {
		return nil, errors.New("the HTTP client is nil")
	}
	own := *c.http
	own.Transport = redirects{c.http.Transport, c.http.CheckRedirect != nil}
	if own.CheckRedirect == nil {
		own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	c.http = &own
	return c, nil
}

// redirects keeps from http.Client what it makes an error of before it asks whether to follow: a Location that is no
// URL, and one that a body would have to be opened again for.
type redirects struct {
	base   http.RoundTripper // nil: http.DefaultTransport
	follow bool              // where the Location is a URL
}

// locationKey is the context key of the Location that a response had.
type locationKey struct{}

func (t redirects) RoundTrip(req *http.Request) (*http.Response, error) {
	base := t.base
	if base == nil {
		base = http.DefaultTransport
	}
	resp, err := base.RoundTrip(req)
	if err != nil || resp == nil || resp.StatusCode/100 != 3 || resp.Header.Get("Location") == "" {
		return resp, err
	}
	if _, err := req.URL.Parse(resp.Header.Get("Location")); err == nil && t.follow {
		return resp, nil
	}
	without := *resp // the response may be somebody's who gives it again
	without.Header = resp.Header.Clone()
	without.Header.Del("Location")
	without.Request = req.WithContext(context.WithValue(req.Context(), locationKey{}, resp.Header.Values("Location")))
	return &without, nil
}

// restoreLocation gives a response the Location again.
func restoreLocation(resp *http.Response) {
	if resp.StatusCode/100 != 3 || resp.Request == nil {
		return
	}
	if location, ok := resp.Request.Context().Value(locationKey{}).([]string); ok {
		resp.Header["Location"] = location
	}
}

// checkHost refuses ports that are none, and servers to which credentials and people's data would travel in the clear.
func checkHost(u *url.URL) error {
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return fmt.Errorf("server URL %q: port %s is none: it must be 1 to 65535", u.Redacted(), port)
		}
	}
	if u.Scheme == "http" && !strings.EqualFold(u.Hostname(), "localhost") && !net.ParseIP(u.Hostname()).IsLoopback() {
		return fmt.Errorf("server URL %q: plain http is for the own machine: use https", u.Redacted())
	}
	return nil
}

// defaultUserAgent names this package's module and its version, as far as the program knows it.
func defaultUserAgent() string {
	version := "devel"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range append([]*debug.Module{&info.Main}, info.Deps...) {
			if path := reflect.TypeFor[Client]().PkgPath(); strings.HasPrefix(path+"/", m.Path+"/") && m.Path != "" {
				version = strings.Trim(m.Version, "()")
				return strings.TrimPrefix(m.Path, "github.com/") + "@" + cmp.Or(version, "devel")
			}
		}
	}
	return "ringbasic@" + version
}

// Operation is what the specification says of an operation beside its types.
type Operation struct {
	ID     string // "createAnsweringRule"
	Method string // "POST"
	Path   string // the template, with parameters in braces
	Server string // the base URL that the description gives this operation alone, "" for that of the client
	// the usage-plan group whose limit a call counts against: "Light", "Medium", "Heavy" or "Auth"
	ThrottlingGroup string
	AppPermission   string // the permission that the application needs, "" for none
	UserPermission  string // the permission that the user needs, "" for none
}

type operationKey struct{}

// OperationOf tells which operation a request made by a Client is for.
func OperationOf(r *http.Request) (Operation, bool) {
	op, ok := r.Context().Value(operationKey{}).(*Operation)
	if !ok {
		return Operation{}, false
	}
	return *op, true
}

// OperationID is the id of the operation that a request made by a Client is for, "" for any other: a name for logs,
// metrics and traces.
func OperationID(r *http.Request) string {
	op, _ := OperationOf(r)
	return op.ID
}

// ThrottlingGroup is the usage-plan group of a request made by a Client, "" for any other: what a rate limiter in the
// http.Client's transport needs to know.
func ThrottlingGroup(r *http.Request) string {
	op, _ := OperationOf(r)
	return op.ThrottlingGroup
}

// request is a call that is being put together. The first error sticks.
type request struct {
	op          *Operation
	params      []pathParam
	query       url.Values
	lists       []string // of the query, escaped
	header      http.Header
	contentType string
	body        body
	err         error
	extra       [][2]string // headers of the call's own, set last
	timeout     time.Duration
	once        bool
	response    *Response
	final       func()       // the last to change the request
	attempts    atomic.Int32 // how often the request was sent, counted where response asks for it
}

// pathParam is a parameter of the path, escaped.
type pathParam struct{ name, text string }

// body is a request body: its length is -1 if it is not known, and open is called once for each try, with the context
// of the call.
type body struct {
	length   int64
	open     func(context.Context) (io.ReadCloser, error)
	rewinds  bool // whether open may be called again
	hasBytes bool
}

func newRequest(op *Operation, options []CallOption) *request {
	r := &request{op: op, header: http.Header{}}
	for _, option := range options {
		if option != nil {
			option.change(r)
		}
	}
	return r
}

func (r *request) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(r.op.ID+": "+format, args...)
	}
}

// plain is a value as it stands in paths, queries, headers and forms.
func plain(value any) string {
	if s, ok := value.(string); ok {
		return s
	}
	// An enumeration of numbers has a type of its own.
	if v := reflect.ValueOf(value); v.Kind() == reflect.Float64 || v.Kind() == reflect.Float32 {
		return strconv.FormatFloat(v.Float(), 'f', -1, v.Type().Bits()) // never 1e+06
	}
	return fmt.Sprint(value)
}

// joined is a list as one value.
func joined[T any](values []T, separator string) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = plain(v)
	}
	return strings.Join(texts, separator)
}

func (r *request) setPath(name string, value any) { r.setPathText(name, plain(value)) }

// setPathText is setPath for a text.
func (r *request) setPathText(name, text string) { r.fillIn(name, r.pathText(name, text)) }

// setPathList fills in a path parameter that is a list.
func setPathList[T any](r *request, name string, values []T) {
	if len(values) == 0 {
		r.fail("%s must not be an empty list", name)
	}
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = r.pathText(name, plain(v))
	}
	r.fillIn(name, strings.Join(texts, ","))
}

// pathText is a value as it stands in a path. An empty value would make another path, and so would a dot segment.
func (r *request) pathText(name, text string) string {
	if text == "" || text == "." || text == ".." {
		r.fail("%s must not be %q", name, text)
	}
	return url.PathEscape(text)
}

func (r *request) fillIn(name, text string) {
	if r.params == nil {
		r.params = make([]pathParam, 0, strings.Count(r.op.Path, "{"))
	}
	r.params = append(r.params, pathParam{name, text})
}

// appendPath appends the operation's path with its parameters filled in.
func (r *request) appendPath(before string) string {
	var b strings.Builder
	size := len(before) + len(r.op.Path)
	for _, p := range r.params {
		size += len(p.text)
	}
	b.Grow(size)
	b.WriteString(before)
	rest := r.op.Path
	for {
		text, after, found := strings.Cut(rest, "{")
		b.WriteString(text)
		if !found {
			return b.String()
		}
		name, behind, _ := strings.Cut(after, "}")
		if i := slices.IndexFunc(r.params, func(p pathParam) bool { return p.name == name }); i >= 0 {
			b.WriteString(r.params[i].text)
		} else {
			b.WriteString("{" + name + "}")
		}
		rest = behind
	}
}

func (r *request) addQuery(name string, value any) {
	if r.query == nil {
		r.query = url.Values{}
	}
	r.query.Add(name, plain(value))
}

// addQueryList adds a list as one value. Its separator stands as it is between values that are escaped (RFC 6570
// §3.2.8), so that one in a value is not taken for it.
func addQueryList[T any](r *request, name string, values []T, separator string) {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = url.QueryEscape(plain(v))
	}
	r.lists = append(r.lists, url.QueryEscape(name)+"="+strings.Join(texts, separator))
}

// addQueryObject adds a value that may be an object (OpenAPI 3.0.3 §4.7.12.4): as name[member]=value with all that is
// within (deepObject), as parameters of its members (exploded), as JSON text (JSON), or as one value of names and
// values with a separator. What is null is left out; members are in the order of their names.
func (r *request) addQueryObject(name string, value any, style string) {
	data, err := json.Marshal(value)
	var decoded any
	if err == nil {
		d := json.NewDecoder(bytes.NewReader(data))
		d.UseNumber() // as it is written
		err = d.Decode(&decoded)
	}
	if err != nil {
		r.fail("encode parameter %s: %w", name, err)
		return
	}
	members, isObject := decoded.(map[string]any)
	switch {
	case style == "JSON":
		r.addQuery(name, string(data))
	case !isObject || style == "deepObject":
		r.addDeep(name, decoded)
	case style == "exploded":
		for _, member := range slices.Sorted(maps.Keys(members)) {
			r.addDeep(member, members[member])
		}
	default:
		var texts []string
		for _, member := range slices.Sorted(maps.Keys(members)) {
			if v := members[member]; v != nil {
				texts = append(texts, member, fmt.Sprint(v))
			}
		}
		if len(texts) > 0 {
			addQueryList(r, name, texts, style)
		}
	}
}

// addDeep adds a value that was JSON: its members and items that are objects with their names and numbers in brackets.
func (r *request) addDeep(name string, value any) {
	switch v := value.(type) {
	case nil:
	case map[string]any:
		for _, member := range slices.Sorted(maps.Keys(v)) {
			r.addDeep(name+"["+member+"]", v[member])
		}
	case []any:
		for i, item := range v {
			if _, isObject := item.(map[string]any); isObject {
				r.addDeep(fmt.Sprintf("%s[%d]", name, i), item)
			} else {
				r.addDeep(name, item)
			}
		}
	default:
		r.addQuery(name, fmt.Sprint(v))
	}
}

func (r *request) setHeader(name string, value any) { r.header.Set(name, plain(value)) }

func (r *request) setJSON(v any) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		r.fail("encode body: %w", err)
		return
	}
	r.setBytes("application/json", bytes.TrimSuffix(buf.Bytes(), []byte("\n")))
}

func (r *request) setBytes(contentType string, data []byte) {
	r.contentType = contentType
	r.body = body{
		length:   int64(len(data)),
		rewinds:  true,
		hasBytes: true,
		open: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(data)), nil
		},
	}
}

// build makes the http.Request.
func (c *Client) build(ctx context.Context, r *request) (*http.Request, error) {
	if c == nil || c.server == nil || c.http == nil {
		return nil, errors.New(r.op.ID + ": the Client was not made by NewClient")
	}
	if r.final != nil {
		r.final()
	}
	if r.err != nil {
		return nil, r.err
	}
	target := *c.server
	if r.op.Server != "" && strings.TrimSuffix(c.server.String(), "/") == defaultServer {
		// A client that goes elsewhere, to a test perhaps, goes there with everything.
		own, err := url.Parse(r.op.Server)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.op.ID, err)
		}
		target = *own
	}
	target.RawPath = r.appendPath(strings.TrimSuffix(target.EscapedPath(), "/"))
	unescaped, err := url.PathUnescape(target.RawPath)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.op.ID, err)
	}
	target.Path = unescaped
	target.RawQuery = r.query.Encode()
	for _, list := range r.lists {
		target.RawQuery = strings.TrimPrefix(target.RawQuery+"&"+list, "&")
	}
	// http.NewRequest would write the URL and read it once more.
	req := (&http.Request{
		Method: r.op.Method, URL: &target, Host: target.Host, Header: r.header, Proto: "HTTP/1.1", ProtoMajor: 1,
		ProtoMinor: 1,
	}).WithContext(context.WithValue(ctx, operationKey{}, r.op))
	if req.Header.Get("Accept") == "" {
		req.Header.Set("Accept", "application/json")
	}
	if c.userAgent != "" {
		req.Header.Set("User-Agent", c.userAgent)
	}
	if r.body.hasBytes {
		req.Header.Set("Content-Type", r.contentType)
		open := func() (io.ReadCloser, error) { return r.body.open(ctx) }
		if req.Body, err = open(); err != nil {
			return nil, fmt.Errorf("%s: %w", r.op.ID, err)
		}
		req.ContentLength = r.body.length
		if r.body.rewinds {
			req.GetBody = open
		}
	}
	for _, header := range r.extra {
		req.Header.Set(header[0], header[1])
	}
	for _, edit := range c.editors {
		if err := edit(req); err != nil {
			return nil, fmt.Errorf("%s: %w", r.op.ID, err)
		}
	}
	return req, nil
}

// none marks a documented success that has no body.
func none(status int) int { return -status }

// apiError is the error of an answer that is no success.
func (c *Client) apiError(op *Operation, resp *http.Response) *APIError {
	e := newAPIError(op, resp)
	c.observeError(e)
	return e
}

// isSuccess tells whether a status is one of the documented successes. None documented means any of 200 to 299.
func isSuccess(status int, documented []int) bool {
	return slices.Contains(documented, status) || slices.Contains(documented, none(status)) ||
		len(documented) == 0 && status/100 == 2
}

// call sends a request whose successful response has no body that anyone needs.
func call(ctx context.Context, c *Client, r *request, success ...int) error {
	ctx, cancel := r.context(ctx, c)
	defer cancel()
	resp, err := c.send(ctx, r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if !isSuccess(resp.StatusCode, success) {
		return c.apiError(r.op, resp)
	}
	drain(resp.Body)
	return nil
}

// fetch sends a request and decodes its successful response. Everything else is an error.
func fetch[T any](ctx context.Context, c *Client, r *request, success ...int) (*T, error) {
	ctx, cancel := r.context(ctx, c)
	defer cancel()
	resp, err := c.send(ctx, r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if !isSuccess(resp.StatusCode, success) {
		return nil, c.apiError(r.op, resp)
	}
	if slices.Contains(success, none(resp.StatusCode)) {
		drain(resp.Body)
		return nil, nil // as documented
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, MaxBody+1))
	if err != nil {
		// No answer, or not all of one: what a status of 200 says is not known.
		return nil, fmt.Errorf("%s: read response: %w", r.op.ID, err)
	}
	if len(data) > MaxBody {
		return nil, notDocumented(r.op, resp, data, fmt.Errorf("the body is larger than %d bytes", MaxBody))
	}
	if len(data) == 0 {
		return nil, notDocumented(r.op, resp, data, errors.New("the body is empty"))
	}
	if contentType := resp.Header.Get("Content-Type"); !isJSON(contentType) {
		return nil, notDocumented(r.op, resp, data, errors.New("the body's type is "+toldType(contentType)+"not JSON"))
	}
	var result *T
	err = json.Unmarshal(data, &result)
	if c.observe != nil {
		observed[T](c, r.op, resp, data, err)
	}
	if err != nil {
		return nil, notDocumented(r.op, resp, data, withoutValue(err))
	}
	if result == nil {
		return nil, notDocumented(r.op, resp, data, errors.New("the body is null"))
	}
	if err := answers(result, data); err != nil {
		return nil, notDocumented(r.op, resp, data, err)
	}
	return result, nil
}

// answers reports why a body that could be decoded is no answer all the same, nil if it is one: it is an error object,
// or has none of the members that a result which has an id, or a required member, would have.
func answers[T any](result *T, data []byte) error {
	k := kindOf(reflect.TypeFor[T]())
	if k.object && !k.described && bytes.Contains(data, []byte(`"`+errorCode+`"`)) &&
		text(members(data)[errorCode]) != "" {
		return errors.New("the body is an error object")
	}
	if k.identified && reflect.ValueOf(result).Elem().IsZero() {
		return errors.New("the body has no member of the result")
	}
	return nil
}

// resultKind is what answers has to know of a result's type.
type resultKind struct {
	object     bool
	described  bool // it has an errorCode of its own
	identified bool // it has an id, or a required member
}

var resultKinds sync.Map // of resultKind by reflect.Type: reading the fields allocates

func kindOf(t reflect.Type) resultKind {
	if known, ok := resultKinds.Load(t); ok {
		return known.(resultKind)
	}
	k := resultKind{object: t.Kind() == reflect.Struct}
	if k.object {
		for i := range t.NumField() {
			name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			k.described = k.described || name == errorCode
			k.identified = k.identified || name == "id" ||
				name != "" && name != "-" && !strings.Contains(options, "omit")
		}
	}
	resultKinds.Store(t, k)
	return k
}

func (c *Client) send(ctx context.Context, r *request) (*http.Response, error) {
	req, err := c.build(ctx, r)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		var failed *url.Error
		if errors.As(err, &failed) {
			// What is asked for, people's numbers perhaps, is not for logs.
			failed.URL, _, _ = strings.Cut(failed.URL, "?")
		}
		if r.response != nil {
			*r.response = Response{Attempts: int(r.attempts.Load())}
		}
		return nil, fmt.Errorf("%s: %w", r.op.ID, err)
	}
	restoreLocation(resp)
	if resp.StatusCode == http.StatusSwitchingProtocols {
		// The body is the connection: no context ends the reading of it.
		_ = resp.Body.Close()
		resp.Body = http.NoBody
	}
	if r.response != nil {
		attempts := max(1, int(r.attempts.Load())) // what stands in for a network tells of none
		*r.response = Response{
			resp.StatusCode,
			resp.Header,
			resp.Header.Get(requestIDHeader),
			rateLimit(resp.Header),
			attempts,
		}
	}
	return resp, nil
}

func isJSON(contentType string) bool {
	media, _, _ := strings.Cut(contentType, ";")
	media = strings.ToLower(strings.TrimSpace(media))
	return media == "application/json" || strings.HasSuffix(media, "+json")
}

// drain reads what is left of a body, within reason, so that its connection can be used again.
func drain(r io.Reader) { _, _ = io.CopyN(io.Discard, r, 256<<10) }
