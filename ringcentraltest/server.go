package ringcentraltest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/ringbasic/ringbasic/generated/ringcentral"
)

// TB is what the package needs of a test: *testing.T, *testing.B and *testing.F have it.
type TB interface {
	Helper()
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Server plays the platform. Its methods may be called at any time, by several goroutines at once; those that can end
// the test only by the test's own.
type Server struct {
	URL string // such as "http://127.0.0.1:49152"

	t         TB
	http      *httptest.Server
	handler   http.Handler
	anything  bool // requests are not validated
	mu        sync.Mutex
	queued    map[string][]Response // by operation id
	handlers  map[string]func(Request) Response
	penalties map[string]penalty // by usage-plan group
	answered  int                // requests of operations
	requests  []Request
}

// NewServer starts a server, which the end of the test stops.
func NewServer(t TB) *Server {
	t.Helper()
	s := newServer(t)
	s.start()
	t.Cleanup(func() {
		t.Helper()
		s.http.Close()
		s.reportUnused()
	})
	return s
}

// Start starts a server that several tests share, from TestMain for instance. [Server.Close] stops it.
func Start() *Server {
	s := newServer(&shared{})
	s.start()
	return s
}

// Close stops a server that [Start] has started, and returns what it, or one of [NewHandler], would have told a test:
// a test of a request that has to be refused looks there. Of a server of [NewServer] it does nothing.
func (s *Server) Close() error {
	t, ok := s.t.(*shared)
	if !ok {
		return nil
	}
	if s.http != nil {
		s.http.Close()
	}
	s.reportUnused()
	t.mu.Lock()
	defer t.mu.Unlock()
	return errors.Join(t.problems...)
}

// NewHandler is a server without a listener of its own, to be given to one: it serves HTTP, has no URL and no Client.
func NewHandler() *Server { return newServer(&shared{}) }

// ServeHTTP answers a request as the server does.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// shared stands in for a test. It keeps what it is told, up to a bound.
type shared struct {
	mu       sync.Mutex
	problems []error
}

// What a server that tests share keeps: problems, and the last requests.
const (
	maxProblems = 1_000
	maxRequests = 1_000
)

func (*shared) Helper()        {}
func (*shared) Cleanup(func()) {}
func (t *shared) Errorf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.problems) < maxProblems {
		t.problems = append(t.problems, fmt.Errorf(format, args...))
	}
}

// Fatalf panics: it is a mistake in the code that sets the server up.
func (*shared) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// AcceptAnything switches the validation of requests off.
func (s *Server) AcceptAnything() { s.anything = true }

func newServer(t TB) *Server {
	s := &Server{
		t:         t,
		queued:    map[string][]Response{},
		handlers:  map[string]func(Request) Response{},
		penalties: map[string]penalty{},
	}
	mux := http.NewServeMux()
	for _, op := range ringcentral.Operations() {
		mux.HandleFunc(op.Method+" "+op.Path, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, op) })
	}
	mux.HandleFunc(tokens, s.grant)
	mux.HandleFunc("/", s.refuse)
	s.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p := r.URL.EscapedPath(); p != path.Clean(p) {
			s.refuse(w, r) // ServeMux would redirect to the clean path
			return
		}
		mux.ServeHTTP(w, r)
	})
	return s
}

func (s *Server) start() {
	s.http = httptest.NewServer(s.handler)
	s.URL = s.http.URL
}

// Client returns a client of the server, without authentication, rate limits and retries; for those give URL to
// transport.New. Options come after the package's own.
func (s *Server) Client(options ...ringcentral.Option) *ringcentral.Client {
	s.t.Helper()
	if s.http == nil {
		s.t.Fatalf("ringcentraltest: a handler has no client: give its address to ringcentral.NewClient")
		return nil
	}
	options = append([]ringcentral.Option{ringcentral.WithHTTPClient(s.http.Client())}, options...)
	client, err := ringcentral.NewClient(s.URL, options...)
	if err != nil {
		s.t.Fatalf("ringcentraltest: %v", err)
	}
	return client
}

// Reply queues answers for the next requests of an operation, one for each.
func (s *Server) Reply(operation string, answers ...Response) {
	s.t.Helper()
	if _, ok := s.operation(operation); ok {
		s.queue(operation, answers)
	}
}

func (s *Server) queue(name string, answers []Response) {
	s.t.Helper()
	for _, answer := range answers {
		if err := answer.fault(); err != nil {
			s.t.Fatalf("ringcentraltest: %v", err)
			return
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, answer := range answers {
		s.queued[name] = append(s.queued[name], answer.expanded()...)
	}
}

// ReplyToken queues answers for the next requests for a token, one for each, in place of granting it: the recording
// "platform/400-OAU-148", of an account that is locked, for instance.
func (s *Server) ReplyToken(answers ...Response) {
	s.t.Helper()
	s.queue(tokens, answers)
}

// take takes the next answer from a queue; it is false where there is none, or the usual one is to be given. The caller
// holds the lock.
func (s *Server) take(name string) (answer Response, ok bool) {
	queue := s.queued[name]
	if len(queue) == 0 {
		return Response{}, false
	}
	s.queued[name] = queue[1:]
	return queue[0], !queue[0].asUsual
}

// tokens is the token endpoint, and what its queue is called.
const tokens = "POST /restapi/oauth/token"

// grant answers a request for a token.
func (s *Server) grant(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	answer, ok := s.take(tokens)
	s.mu.Unlock()
	if ok {
		answer.send(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(
		w,
		`{"access_token":"token","token_type":"bearer","expires_in":3600,"scope":"EditExtensions","owner_id":"1002"}`,
	)
}

// Fail queues an error that the vendor documents for the operation or for all operations, with the status and the body
// of its recording. If a code is documented with several statuses it is the first, the operation's own rows before
// those of all operations; for the others there is [Recording].
func (s *Server) Fail(operation string, code ringcentral.ErrorCode) {
	s.t.Helper()
	if _, ok := s.operation(operation); !ok {
		return
	}
	folder, own := operation, ringcentral.Documented(operation)
	has := func(row ringcentral.DocumentedError) bool { return row.Code == code }
	rows, i := own, slices.IndexFunc(own, has)
	if i < 0 {
		folder, rows = platform, ringcentral.DocumentedForAll()
		i = slices.IndexFunc(rows, has)
	}
	if i < 0 {
		var codes []string
		for _, row := range own {
			codes = append(codes, string(row.Code))
		}
		s.t.Fatalf(
			"ringcentraltest: %s does not document %s, but what any operation can answer and: %s; Reply gives any "+
				"other answer",
			operation,
			code,
			strings.Join(codes, ", "),
		)
		return
	}
	s.Reply(operation, Recording(fmt.Sprintf("%s/%d-%s", folder, rows[i].Status, code)))
}

// Throttle queues a 429 (CMN-301) for the operation's usage-plan group, with a Retry-After of wait, in whole seconds
// rounded up; 0 leaves Retry-After out. The server does not enforce the penalty; see [Server.Penalize].
func (s *Server) Throttle(operation string, wait time.Duration) {
	s.t.Helper()
	op, ok := s.operation(operation)
	if !ok {
		return
	}
	s.Reply(operation, throttled(op, wait))
}

// throttled is a 429 for an operation's usage-plan group.
func throttled(op ringcentral.Operation, wait time.Duration) Response {
	seconds := int64(wait / time.Second)
	if wait%time.Second > 0 {
		seconds++
	}
	answer := Recording(platform + "/429-" + string(ringcentral.CMN301))
	if answer.err == nil {
		// The recording is that of another operation.
		answer.Header.Del("X-Rate-Limit-Limit")
		answer.Header.Set("X-Rate-Limit-Group", strings.ToLower(op.ThrottlingGroup))
		answer.Header.Set("Retry-After", strconv.FormatInt(seconds, 10))
		if wait <= 0 {
			answer.Header.Del("Retry-After")
		}
	}
	return answer
}

// Handle answers every request of an operation for which nothing is queued by a function, which replaces the recorded
// success and any earlier function. It is called by the server's goroutines, several at once.
func (s *Server) Handle(operation string, answer func(Request) Response) {
	s.t.Helper()
	if _, ok := s.operation(operation); !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handlers[operation] = answer
}

// Requests returns what was sent so far, in the order of arrival: the requests of these operations, or of all if none
// is named. Those for tokens are left out.
func (s *Server) Requests(operations ...string) []Request {
	s.t.Helper()
	for _, id := range operations {
		if _, ok := s.operation(id); !ok {
			return nil
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var some []Request
	for _, r := range s.requests {
		if len(operations) == 0 || slices.Contains(operations, r.Operation) {
			some = append(some, r)
		}
	}
	return some
}

func (s *Server) operation(id string) (ringcentral.Operation, bool) {
	s.t.Helper()
	var ids []string
	for _, op := range ringcentral.Operations() {
		if op.ID == id {
			return op, true
		}
		ids = append(ids, op.ID)
	}
	s.t.Fatalf("ringcentraltest: there is no operation %q: use one of %s", id, strings.Join(ids, ", "))
	return ringcentral.Operation{}, false
}

var pathParameter = regexp.MustCompile(`\{([^}]+)\}`)

// refuse answers a request of no operation.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request) {
	s.t.Errorf("ringcentraltest: %s %s: no operation has this method and path", r.Method, r.URL.EscapedPath())
	Recording("platform/404-CMN-120").write(w)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, op ringcentral.Operation) {
	if r.Method != op.Method { // ServeMux takes HEAD for GET
		s.refuse(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the client broke off and waits for no answer: close the connection
	}
	request, broken := newRequest(r, body)
	if broken != nil {
		s.t.Errorf("ringcentraltest: %s: the request's body: %v", op.ID, broken)
	}
	request.Operation = op.ID
	for _, m := range pathParameter.FindAllStringSubmatch(op.Path, -1) {
		request.PathParams[m[1]] = r.PathValue(m[1])
	}
	answer := s.next(request, op, broken == nil && !s.anything)
	if err := answer.fault(); err != nil {
		s.t.Errorf("ringcentraltest: %s: %v", op.ID, err)
		answer = Response{Status: http.StatusInternalServerError}
	}
	answer.send(w, r)
}

// next takes note of a request and chooses its answer.
func (s *Server) next(r Request, op ringcentral.Operation, validate bool) (answer Response) {
	s.mu.Lock()
	s.answered++
	r.RequestID = fmt.Sprintf("request-%d", s.answered)
	s.requests = append(s.requests, r)
	if _, ok := s.t.(*shared); ok && len(s.requests) > maxRequests {
		s.requests = s.requests[1:]
	}
	defer func() { answer = answer.named(r.RequestID) }()
	queued, isQueued := s.take(r.Operation)
	handle := s.handlers[r.Operation]
	s.mu.Unlock()
	if validate {
		if reason := invalid(r); reason != "" {
			s.t.Errorf(
				"ringcentraltest: %s: the description does not allow the request: %s; AcceptAnything switches this off",
				r.Operation,
				reason,
			)
			return refusal(reason)
		}
	}
	if isQueued {
		return queued
	}
	if answer, ok, problem := preferred(r); problem != "" {
		s.t.Errorf("ringcentraltest: %s: Prefer: %s", r.Operation, problem)
		return refusal(problem)
	} else if ok {
		return answer
	}
	if answer, ok := s.penalized(op); ok {
		return answer
	}
	if handle != nil {
		return handle(r)
	}
	return usualSuccess(r.Operation).answered(r)
}

func (s *Server) reportUnused() {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	names := []string{tokens}
	for _, op := range ringcentral.Operations() {
		names = append(names, op.ID)
	}
	for _, name := range names {
		queue := slices.DeleteFunc(slices.Clone(s.queued[name]), func(r Response) bool { return r.asUsual })
		if len(queue) > 0 {
			s.t.Errorf("ringcentraltest: %s was not called often enough: never asked for: %v", name, queue)
		}
	}
}
