package ringcentraltest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ringbasic/ringbasic/generated/ringcentral"
	"github.com/ringbasic/ringbasic/ringcentraltest"
	"github.com/ringbasic/ringbasic/transport"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
)

var _ ringcentraltest.TB = testing.TB(nil)

// fakeT is a test that is watched.
type fakeT struct {
	mu       sync.Mutex
	said     []string // by Errorf and Fatalf
	cleanups []func()
}

func (f *fakeT) Helper()          {}
func (f *fakeT) Cleanup(c func()) { f.cleanups = append(f.cleanups, c) }
func (f *fakeT) Errorf(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.said = append(f.said, fmt.Sprintf(format, args...))
}
func (f *fakeT) Fatalf(format string, args ...any) {
	f.Errorf("fatal: "+format, args...)
	runtime.Goexit()
}

// watch runs a test function and its cleanups and returns what it said.
func watch(test func(t *fakeT)) []string {
	f := &fakeT{}
	var wg sync.WaitGroup
	wg.Go(func() { test(f) })
	wg.Wait()
	for _, c := range slices.Backward(f.cleanups) {
		c()
	}
	return f.said
}

var parameter = regexp.MustCompile(`\{[^}]+\}`)

// ask sends an operation's request without a body.
func ask(t *testing.T, s *ringcentraltest.Server, op ringcentral.Operation) (*http.Response, string) {
	t.Helper()
	s.AcceptAnything()
	r, err := http.NewRequestWithContext(t.Context(), op.Method, s.URL+parameter.ReplaceAllString(op.Path, "~"), nil)
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp, string(body)
}

func TestRecordedSuccessIsTheUsualAnswer(t *testing.T) {
	t.Parallel()
	s := ringcentraltest.NewServer(t)
	want := map[string]string{
		"createAnsweringRule":              `"name": "Office"`,
		"createCompanyGreeting":            `"type": "Company"`,
		"createCustomUserGreeting":         `"type": "Voicemail"`,
		"listCallRecordingCustomGreetings": `"records"`,
		"readCustomGreeting":               `"type": "Voicemail"`,
		"updateAnsweringRule":              `"schedule"`,
	}
	for _, op := range ringcentral.Operations() {
		for range 2 {
			resp, body := ask(t, s, op)
			require.Equal(t, 200, resp.StatusCode, op.ID)
			require.Equal(t, "application/json", resp.Header.Get("Content-Type"))
			require.Contains(t, body, want[op.ID], op.ID)
			for _, name := range []string{"Group", "Limit", "Remaining", "Window"} {
				require.NotContains(t, resp.Header, "X-Rate-Limit-"+name, op.ID)
			}
		}
	}
	require.Len(t, s.Requests(), 2*len(ringcentral.Operations()))
}

func TestEveryRecordingCanBeReplayed(t *testing.T) {
	t.Parallel()
	s := ringcentraltest.NewServer(t)
	n := 0
	for _, op := range ringcentral.Operations() {
		names := ringcentraltest.Recordings(op.ID)
		require.NotEmpty(t, names, op.ID)
		for _, name := range names {
			answer := ringcentraltest.Recording(name)
			s.Reply(op.ID, answer)
			resp, body := ask(t, s, op)
			require.Equal(t, strings.SplitN(name, "/", 2)[1][:3], fmt.Sprint(resp.StatusCode), name)
			require.Equal(t, string(answer.Body), body, name)
			require.Equal(t, answer.Header.Get("X-Rate-Limit-Limit"), resp.Header.Get("X-Rate-Limit-Limit"), name)
			n++
		}
	}
	require.Greater(t, n, 64)
}

func TestEveryDocumentedErrorCanBeRaised(t *testing.T) {
	t.Parallel()
	s := ringcentraltest.NewServer(t)
	for _, op := range ringcentral.Operations() {
		own := ringcentral.Documented(op.ID)
		for i, row := range append(own, ringcentral.DocumentedForAll()...) {
			s.Fail(op.ID, row.Code)
			resp, body := ask(t, s, op)
			var got struct {
				ErrorCode string
				Errors    []struct{ ErrorCode string }
			}
			require.NoError(t, json.Unmarshal([]byte(body), &got))
			if len(got.Errors) > 0 {
				got.ErrorCode = got.Errors[0].ErrorCode
			}
			require.Equal(t, string(row.Code), got.ErrorCode, op.ID)
			if i < len(own) {
				require.Equal(t, row.Status, resp.StatusCode, "%s %s", op.ID, row.Code)
			}
		}
	}
}

func TestQueueThenFunctionThenRecording(t *testing.T) {
	t.Parallel()
	s := ringcentraltest.NewServer(t)
	client := s.Client()
	name := func() string {
		rule, err := client.UpdateAnsweringRule(t.Context(), "~", "~", "1003", ringcentral.UpdateAnsweringRuleRequest{})
		require.NoError(t, err)
		return *rule.Name
	}
	usual := name()
	s.Handle("updateAnsweringRule", func(r ringcentraltest.Request) ringcentraltest.Response {
		return ringcentraltest.JSON(200, ringcentral.AnsweringRule{Name: new("rule " + r.PathParams["ruleId"])})
	})
	s.Reply("updateAnsweringRule",
		ringcentraltest.JSON(0, ringcentral.AnsweringRule{Name: new("first")}),
		ringcentraltest.JSON(200, ringcentral.AnsweringRule{Name: new("second")}))
	require.Equal(t, []string{"first", "second", "rule 1003", "rule 1003"}, []string{name(), name(), name(), name()})
	s.Handle("updateAnsweringRule", nil)
	require.Equal(t, usual, name())
}

func TestResponseIsSentAsItIs(t *testing.T) {
	t.Parallel()
	s := ringcentraltest.NewServer(t)
	read := ringcentral.Operations()[4]
	s.Reply(read.ID, ringcentraltest.Response{Status: 503, Header: http.Header{"retry-after": {"7"}}, Body: []byte("<html>")})
	resp, body := ask(t, s, read)
	require.Equal(t, 503, resp.StatusCode)
	require.Equal(t, "<html>", body)
	require.Equal(t, "7", resp.Header.Get("Retry-After"))
	require.NotContains(t, resp.Header, "Content-Type", "nothing is guessed")
}

func TestRequests(t *testing.T) {
	t.Parallel()
	s := ringcentraltest.NewServer(t)
	client := s.Client(ringcentral.WithUserAgent("desk-tools/1.4"))
	sent := ringcentral.CreateAnsweringRuleRequest{Type: ringcentral.AnsweringRuleTypeCustom, Name: "Lunch"}
	_, err := client.CreateAnsweringRule(t.Context(), "~", "10/02", sent)
	require.NoError(t, err)
	_, err = client.CreateCustomUserGreeting(t.Context(), "~", "~", ringcentral.CreateCustomUserGreetingForm{
		Type: "Voicemail", AnsweringRuleID: "1003",
		Binary: ringcentral.File{Name: "hello.wav", ContentType: "audio/wav", Reader: strings.NewReader("RIFF\r\n")},
	})
	require.NoError(t, err)
	_, err = client.ListCallRecordingCustomGreetings(t.Context(), "~",
		&ringcentral.ListCallRecordingCustomGreetingsParams{Type: new(ringcentral.CallRecordingGreetingTypeStartRecording)})
	require.NoError(t, err)

	all := s.Requests()
	require.Len(t, all, 3)
	create := all[0]
	require.Equal(t, "createAnsweringRule", create.Operation)
	require.Equal(t, "POST", create.Method)
	require.Equal(t, "/restapi/v1.0/account/~/extension/10%2F02/answering-rule", create.Path)
	require.Equal(t, map[string]string{"accountId": "~", "extensionId": "10/02"}, create.PathParams)
	require.Equal(t, "desk-tools/1.4", create.Header.Get("User-Agent"))
	var got ringcentral.CreateAnsweringRuleRequest
	require.NoError(t, create.Decode(&got))
	require.Equal(t, sent, got)
	require.EqualError(t, create.Decode(&ringcentral.UserGreeting{}), `body of createAnsweringRule: json: unknown field "name"`)
	require.Nil(t, create.Form)

	upload := all[1]
	require.Equal(t, "1003", upload.Form.Get("answeringRuleId"))
	require.Equal(t, "Voicemail", upload.Form.Get("type"))
	require.Equal(t, map[string]ringcentraltest.Upload{"binary": {Name: "hello.wav", ContentType: "audio/wav", Content: []byte("RIFF\r\n")}}, upload.Files)
	require.Equal(t, "StartRecording", all[2].Query.Get("type"))
	require.Equal(t, all[1:2], s.Requests("createCustomUserGreeting"))
	require.Empty(t, s.Requests("updateAnsweringRule"))
}

func TestThrottle(t *testing.T) {
	t.Parallel()
	s := ringcentraltest.NewServer(t)
	for _, c := range []struct {
		wait time.Duration
		want []string
	}{{time.Minute, []string{"60"}}, {1500 * time.Millisecond, []string{"2"}}, {time.Nanosecond, []string{"1"}}, {math.MaxInt64, []string{"9223372037"}},
		{0, nil}, {math.MinInt64, nil}} {
		for _, op := range ringcentral.Operations() {
			s.Throttle(op.ID, c.wait)
			resp, body := ask(t, s, op)
			require.Equal(t, 429, resp.StatusCode)
			require.Equal(t, c.want, resp.Header.Values("Retry-After"))
			require.Equal(t, strings.ToLower(op.ThrottlingGroup), resp.Header.Get("X-Rate-Limit-Group"))
			require.Contains(t, body, "CMN-301")
		}
	}
}

// What a service has in production works with the server: package transport fetches its token there.
func TestTransport(t *testing.T) {
	t.Parallel()
	s := ringcentraltest.NewServer(t)
	tr, err := transport.New(transport.Config{
		Server:      s.URL,
		Credentials: transport.Credentials{ClientID: "app", ClientSecret: transport.NewSecret("x"), JWT: transport.NewSecret("a.b.c")},
		Group:       ringcentral.ThrottlingGroup,
	})
	require.NoError(t, err)
	client := s.Client(ringcentral.WithHTTPClient(tr.Client()))
	_, err = client.ReadCustomGreeting(t.Context(), "~", "~", "1004")
	require.NoError(t, err)
	s.Throttle("readCustomGreeting", time.Hour) // longer than the transport waits
	_, err = client.ReadCustomGreeting(t.Context(), "~", "~", "1004")
	require.ErrorIs(t, err, ringcentral.CMN301)
	_, err = client.ReadCustomGreeting(t.Context(), "~", "~", "1004")
	var throttled *transport.ThrottledError
	require.ErrorAs(t, err, &throttled)
	require.Equal(t, "Medium", throttled.Group)
	sent := s.Requests()
	require.Len(t, sent, 2, "neither the request for a token nor the one that was held back")
	require.Equal(t, "Bearer token", sent[0].Header.Get("Authorization"))
}

// The server holds no transport back that is told to hurry.
func TestTransportWithHighLimits(t *testing.T) {
	t.Parallel()
	s := ringcentraltest.NewServer(t)
	tr, err := transport.New(transport.Config{
		Server:      s.URL,
		TokenSource: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "token"}),
		Group:       ringcentral.ThrottlingGroup,
		Limits:      map[string]int{"Light": 9999, "Medium": 9999, "Heavy": 9999},
		MaxWait:     time.Nanosecond, // no wait is begun
	})
	require.NoError(t, err)
	client := s.Client(ringcentral.WithHTTPClient(tr.Client()))
	for range 60 {
		_, err := client.ReadCustomGreeting(t.Context(), "~", "~", "1004")
		require.NoError(t, err)
	}
}

// breakingOff gives one byte, calls stop and fails.
type breakingOff struct {
	given bool
	stop  func()
}

func (b *breakingOff) Read(p []byte) (int, error) {
	if b.given {
		b.stop()
		return 0, io.ErrNoProgress
	}
	b.given = true
	return copy(p, "x"), nil
}

func TestBodyThatTheClientBreaksOff(t *testing.T) {
	t.Parallel()
	for name, cancelled := range map[string]bool{"reader fails": false, "context ends": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Empty(t, watch(func(f *fakeT) {
				s := ringcentraltest.NewServer(f)
				s.Fail("createCompanyGreeting", ringcentral.CMN102)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				body := &breakingOff{stop: func() {
					if cancelled {
						cancel()
					}
				}}
				r, err := http.NewRequestWithContext(ctx, "POST", s.URL+"/restapi/v1.0/account/~/greeting", body)
				if err != nil {
					f.Fatalf("%v", err)
				}
				// The body is sent when the server has begun to read it.
				r.Header.Set("Expect", "100-continue")
				base := &http.Transport{ExpectContinueTimeout: time.Hour}
				if resp, err := base.RoundTrip(r); err == nil {
					resp.Body.Close()
					f.Errorf("status %d", resp.StatusCode)
				}
				if !body.given {
					f.Errorf("the body was not read")
				}
				client := s.Client()
				_, err = client.CreateCompanyGreeting(t.Context(), "~",
					ringcentral.CreateCompanyGreetingForm{Type: ringcentral.CompanyGreetingTypeCompany,
						Binary: ringcentral.File{Reader: strings.NewReader("x")}})
				if !errors.Is(err, ringcentral.CMN102) {
					f.Errorf("the queued answer was taken: %v", err)
				}
				if n := len(s.Requests()); n != 1 {
					f.Errorf("%d requests", n)
				}
			}))
		})
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	s := ringcentraltest.NewServer(t)
	client := s.Client()
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			s.Fail("readCustomGreeting", ringcentral.CMN102)
			if _, err := client.ReadCustomGreeting(t.Context(), "~", "~", "1004"); err == nil {
				t.Error("no error")
			}
			_ = s.Requests()
		})
	}
	wg.Wait()
	require.Len(t, s.Requests(), 20)
}

func TestWrongUseIsReported(t *testing.T) {
	t.Parallel()
	var ids []string
	for _, op := range ringcentral.Operations() {
		ids = append(ids, op.ID)
	}
	operations := strings.Join(ids, ", ")
	for name, c := range map[string]struct {
		test func(t *fakeT, s *ringcentraltest.Server)
		want []string
	}{
		"unknown operation": {func(_ *fakeT, s *ringcentraltest.Server) { s.Fail("CreateAnsweringRule", ringcentral.AWR111) },
			[]string{`fatal: ringcentraltest: there is no operation "CreateAnsweringRule": use one of ` + operations}},
		"unknown operation, reply": {func(_ *fakeT, s *ringcentraltest.Server) { s.Reply("x") },
			[]string{`fatal: ringcentraltest: there is no operation "x": use one of ` + operations}},
		"unknown operation, throttle": {func(_ *fakeT, s *ringcentraltest.Server) { s.Throttle("x", 0) },
			[]string{`fatal: ringcentraltest: there is no operation "x": use one of ` + operations}},
		"unknown operation, handle": {func(_ *fakeT, s *ringcentraltest.Server) { s.Handle("x", nil) },
			[]string{`fatal: ringcentraltest: there is no operation "x": use one of ` + operations}},
		"unknown operation, requests": {func(_ *fakeT, s *ringcentraltest.Server) { s.Requests("x") },
			[]string{`fatal: ringcentraltest: there is no operation "x": use one of ` + operations}},
		"a token that nobody asks for": {func(_ *fakeT, s *ringcentraltest.Server) { s.ReplyToken(ringcentraltest.Response{Status: 400}) },
			[]string{`ringcentraltest: POST /restapi/oauth/token was not called often enough: never asked for: [400]`}},
		"undocumented code": {func(_ *fakeT, s *ringcentraltest.Server) { s.Fail("createCompanyGreeting", ringcentral.AWR111) },
			[]string{`fatal: ringcentraltest: createCompanyGreeting does not document AWR-111, but what any operation can answer and: AWR-129, AWR-178, ` +
				`CMN-101, CMN-102; Reply gives any other answer`}},
		"unknown recording": {func(_ *fakeT, s *ringcentraltest.Server) {
			s.Reply("createCompanyGreeting", ringcentraltest.Recording("createCompanyGreeting/200"))
		}, []string{`fatal: ringcentraltest: there is no recording "createCompanyGreeting/200": use one of ` +
			`createCompanyGreeting/200-automatic-recording, createCompanyGreeting/200-company, createCompanyGreeting/200-company-mp3, ` +
			`createCompanyGreeting/200-start-recording, createCompanyGreeting/200-stop-recording, createCompanyGreeting/400-AWR-129, ` +
			`createCompanyGreeting/400-AWR-178, createCompanyGreeting/400-CMN-101, createCompanyGreeting/400-CMN-102`}},
		"unknown folder": {func(_ *fakeT, s *ringcentraltest.Server) {
			s.Reply("createCompanyGreeting", ringcentraltest.Recording("x/200-company"))
		}, []string{`fatal: ringcentraltest: there is no recording "x/200-company": "x" is neither an operation id nor "platform"`}},
		"outside": {func(_ *fakeT, s *ringcentraltest.Server) {
			s.Reply("createCompanyGreeting", ringcentraltest.Recording("../../spec/x"))
		}, []string{`fatal: ringcentraltest: there is no recording "../../spec/x": "../../spec" is neither an operation id nor "platform"`}},
		"no JSON": {func(_ *fakeT, s *ringcentraltest.Server) {
			s.Reply("createCompanyGreeting", ringcentraltest.JSON(200, func() {}))
		}, []string{`fatal: ringcentraltest: json: unsupported type: func()`}},
		"no JSON, by a function": {func(t *fakeT, s *ringcentraltest.Server) {
			s.Handle("readCustomGreeting", func(ringcentraltest.Request) ringcentraltest.Response { return ringcentraltest.JSON(200, func() {}) })
			get(t, s.URL+"/restapi/v1.0/account/~/extension/~/greeting/1004", 500)
		}, []string{`ringcentraltest: readCustomGreeting: json: unsupported type: func()`}},
		"no status": {func(_ *fakeT, s *ringcentraltest.Server) {
			s.Reply("readCustomGreeting", ringcentraltest.JSON(200, nil), ringcentraltest.Response{Status: 1000})
		}, []string{`fatal: ringcentraltest: status 1000 cannot be sent as an answer: use 200 to 999`}},
		"no status, by a function": {func(t *fakeT, s *ringcentraltest.Server) {
			for _, status := range []int{-1, 42, 100, 101, 199, 1000} {
				s.Handle("readCustomGreeting", func(ringcentraltest.Request) ringcentraltest.Response {
					return ringcentraltest.Response{Status: status}
				})
				get(t, s.URL+"/restapi/v1.0/account/~/extension/~/greeting/1004", 500)
			}
			s.Handle("readCustomGreeting", func(ringcentraltest.Request) ringcentraltest.Response { return ringcentraltest.Response{Status: 999} })
			get(t, s.URL+"/restapi/v1.0/account/~/extension/~/greeting/1004", 999)
		}, []string{
			`ringcentraltest: readCustomGreeting: status -1 cannot be sent as an answer: use 200 to 999`,
			`ringcentraltest: readCustomGreeting: status 42 cannot be sent as an answer: use 200 to 999`,
			`ringcentraltest: readCustomGreeting: status 100 cannot be sent as an answer: use 200 to 999`,
			`ringcentraltest: readCustomGreeting: status 101 cannot be sent as an answer: use 200 to 999`,
			`ringcentraltest: readCustomGreeting: status 199 cannot be sent as an answer: use 200 to 999`,
			`ringcentraltest: readCustomGreeting: status 1000 cannot be sent as an answer: use 200 to 999`,
		}},
		"a path of no operation": {func(t *fakeT, s *ringcentraltest.Server) { get(t, s.URL+"/restapi/v1.0/account/%7E?x=1", 404) },
			[]string{`ringcentraltest: GET /restapi/v1.0/account/%7E: no operation has this method and path`}},
		"a method of no operation": {func(t *fakeT, s *ringcentraltest.Server) {
			get(t, s.URL+"/restapi/v1.0/account/~/greeting", 404)
			if r := s.Requests(); len(r) > 0 {
				t.Errorf("requests %v", r)
			}
		}, []string{`ringcentraltest: GET /restapi/v1.0/account/~/greeting: no operation has this method and path`}},
		"paths that are not clean": {func(t *fakeT, s *ringcentraltest.Server) {
			for _, path := range []string{"//restapi/v1.0/account/~/extension/~/greeting/1004", "/restapi/v1.0/account//extension/~/greeting/1004",
				"/restapi/v1.0/account/~/extension/~/./greeting/1004", "/restapi/v1.0/../v1.0/account/~/extension/~/greeting/1004",
				"/restapi/v1.0/account/~/extension/~/greeting/1004/", "//"} {
				get(t, s.URL+path, 404)
			}
			get(t, s.URL+"/restapi/v1.0/account/a%2F%2Fb/extension/%2E%2E/greeting/1004", 200)
		}, []string{
			`ringcentraltest: GET //restapi/v1.0/account/~/extension/~/greeting/1004: no operation has this method and path`,
			`ringcentraltest: GET /restapi/v1.0/account//extension/~/greeting/1004: no operation has this method and path`,
			`ringcentraltest: GET /restapi/v1.0/account/~/extension/~/./greeting/1004: no operation has this method and path`,
			`ringcentraltest: GET /restapi/v1.0/../v1.0/account/~/extension/~/greeting/1004: no operation has this method and path`,
			`ringcentraltest: GET /restapi/v1.0/account/~/extension/~/greeting/1004/: no operation has this method and path`,
			`ringcentraltest: GET //: no operation has this method and path`,
		}},
		"HEAD": {func(t *fakeT, s *ringcentraltest.Server) {
			resp, err := http.Head(s.URL + "/restapi/v1.0/account/~/extension/~/greeting/1004")
			if err != nil || resp.Body.Close() != nil || resp.StatusCode != 404 || len(s.Requests()) > 0 {
				t.Errorf("%v, %v, requests %v", resp, err, s.Requests())
			}
		}, []string{`ringcentraltest: HEAD /restapi/v1.0/account/~/extension/~/greeting/1004: no operation has this method and path`}},
		"answers that nobody asked for": {func(t *fakeT, s *ringcentraltest.Server) {
			s.Reply("createAnsweringRule", ringcentraltest.Response{Status: 504})
			s.Fail("readCustomGreeting", ringcentral.CMN102)
			s.Fail("readCustomGreeting", ringcentral.CMN201)
			get(t, s.URL+"/restapi/v1.0/account/~/extension/~/greeting/1004", 404)
		}, []string{
			`ringcentraltest: createAnsweringRule was not called often enough: never asked for: [504]`,
			`ringcentraltest: readCustomGreeting was not called often enough: never asked for: [500 platform/500-CMN-201]`,
		}},
		"a broken multipart body": {func(t *fakeT, s *ringcentraltest.Server) {
			resp, err := http.Post(s.URL+"/restapi/v1.0/account/~/greeting", "multipart/form-data; boundary=b", strings.NewReader("--b\r\nbroken"))
			if err != nil || resp.Body.Close() != nil {
				t.Errorf("no answer")
			}
		}, []string{`ringcentraltest: createCompanyGreeting: the request's body: malformed MIME header: missing colon: "broken"`}},
		"a client that cannot be": {func(t *fakeT, s *ringcentraltest.Server) { s.Client(ringcentral.WithHTTPClient(nil)) },
			[]string{`fatal: ringcentraltest: the HTTP client is nil`}},
		"nothing wrong": {func(t *fakeT, s *ringcentraltest.Server) {}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, watch(func(t *fakeT) { c.test(t, ringcentraltest.NewServer(t)) }))
		})
	}
}

func get(t *fakeT, url string, want int) {
	resp, err := http.Get(url)
	if err != nil {
		t.Errorf("%v", err)
		return
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != want || want == 404 && !strings.Contains(string(body), "CMN-1") {
		t.Errorf("status %d, body %s", resp.StatusCode, body)
	}
}

func TestServerIsStopped(t *testing.T) {
	t.Parallel()
	var url string
	require.Empty(t, watch(func(t *fakeT) { url = ringcentraltest.NewServer(t).URL }))
	resp, err := http.Get(url)
	if err == nil {
		resp.Body.Close()
	}
	require.Error(t, err)
}

// A service that imports these packages gets nothing of the toolkit's own dependencies. The tag makes the list what go
// mod tidy and go mod vendor see, which count a file whatever its build tags.
func TestWhatConsumersImport(t *testing.T) {
	t.Parallel()
	const module = "github.com/ringbasic/ringbasic"
	for name, want := range map[string][]string{
		"generated/ringcentral": {module + "/generated/ringcentral"},
		"transport": {
			"golang.org/x/oauth2/internal", "golang.org/x/oauth2", "golang.org/x/oauth2/clientcredentials", module + "/transport",
		},
		"ringcentraltest": {
			module + "/contracttests/recordings", module + "/generated/ringcentral", module + "/internal/lazyregexp", module + "/internal/recording", module +
				"/ringcentraltest",
		},
	} {
		out, err := exec.Command("go", "list", "-deps", "-tags", "tools", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", module+"/"+name).Output()
		require.NoError(t, err)
		require.ElementsMatch(t, want, strings.Fields(string(out)), "%s imports other packages than the standard library's and these", name)
	}
}

// A token is refused as often as that is queued, and granted again then.
func TestReplyToken(t *testing.T) {
	platform := ringcentraltest.NewServer(t)
	tr, err := transport.New(transport.Config{
		Server:      platform.URL,
		Credentials: transport.Credentials{ClientID: "app", ClientSecret: transport.NewSecret("x"), JWT: transport.NewSecret("a.b.c")},
	})
	require.NoError(t, err)
	defer func() { require.NoError(t, tr.Close()) }()
	client, err := ringcentral.NewClient(platform.URL, ringcentral.WithHTTPClient(tr.Client()))
	require.NoError(t, err)

	platform.ReplyToken(ringcentraltest.Recording("platform/400-OAU-148"))
	_, err = client.ReadCustomGreeting(t.Context(), "~", "~", "1004")
	var refused *transport.TokenError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "OAU-148", refused.VendorCode)
	require.True(t, refused.Final)
	require.Empty(t, platform.Requests())

	resp, err := http.Post(platform.URL+"/restapi/oauth/token", "application/x-www-form-urlencoded", strings.NewReader("grant_type=x"))
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, http.StatusOK, resp.StatusCode, "the queue is empty")
}
