package ringcentraltest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/generated/ringcentral"
	"github.com/ringbasic/ringbasic/ringcentraltest"
)

func read(t *testing.T, c *ringcentral.Client) error {
	t.Helper()
	_, err := c.ReadCustomGreeting(t.Context(), "~", "~", "1004")
	return err
}

func TestTimesAndAfter(t *testing.T) {
	t.Parallel()
	s := ringcentraltest.NewServer(t)
	s.Reply("readCustomGreeting", ringcentraltest.Recording("readCustomGreeting/404-CMN-102").After(2).Times(3))
	var got []bool
	for range 6 {
		got = append(got, errors.Is(read(t, s.Client()), ringcentral.CMN102))
	}
	require.Equal(t, []bool{false, false, true, true, true, false}, got)

	said := watch(func(f *fakeT) {
		s := ringcentraltest.NewServer(f)
		s.Reply("readCustomGreeting", ringcentraltest.Recording("readCustomGreeting/404-CMN-102").After(5).Times(2))
	})
	require.Equal(t, []string{"ringcentraltest: readCustomGreeting was not called often enough: never asked for: [404 readCustomGreeting/404-CMN-102 404 " +
		"readCustomGreeting/404-CMN-102]"}, said)
}

func TestFaultsOfTheNetwork(t *testing.T) {
	t.Parallel()
	s := ringcentraltest.NewServer(t)
	usual := ringcentraltest.Recording("readCustomGreeting/200-voicemail")
	var apiErr *ringcentral.APIError

	s.Reply("readCustomGreeting", ringcentraltest.Dropped(), usual.CutOff(), usual.Delayed(20*time.Millisecond))
	err := read(t, s.Client())
	require.ErrorIs(t, err, io.EOF)
	require.False(t, errors.As(err, &apiErr))
	err = read(t, s.Client())
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.False(t, errors.As(err, &apiErr))
	require.NoError(t, read(t, s.Client()))

	// A delay ends with the request.
	s.Reply("readCustomGreeting", usual.Delayed(time.Hour))
	_, err = s.Client().ReadCustomGreeting(t.Context(), "~", "~", "1004", ringcentral.WithTimeout(20*time.Millisecond))
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

// What is cut off is cut off however short it is, and begins as the whole would.
func TestCutOff(t *testing.T) {
	t.Parallel()
	s := ringcentraltest.NewServer(t)
	for body, half := range map[string]string{"": "", "x": "", "xyz": "x", "wxyz": "wx"} {
		for _, header := range []http.Header{nil, {"Content-Type": {"text/x-part"}}} {
			answer := ringcentraltest.Response{Status: 400, Header: header, Body: []byte(body)}.CutOff()
			s.Reply("readCustomGreeting", answer)
			s.ReplyToken(answer)
			for _, path := range []string{"/restapi/v1.0/account/~/extension/~/greeting/1004", "/restapi/oauth/token"} {
				method := map[bool]string{true: "POST", false: "GET"}[strings.HasSuffix(path, "token")]
				r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, nil)
				require.NoError(t, err)
				resp, err := http.DefaultClient.Do(r)
				require.NoError(t, err, "%q of %s", body, path)
				defer resp.Body.Close()
				require.Equal(t, 400, resp.StatusCode)
				require.Equal(t, header.Get("Content-Type"), resp.Header.Get("Content-Type"))
				got, err := io.ReadAll(resp.Body)
				require.ErrorIs(t, err, io.ErrUnexpectedEOF, "%q of %s", body, path)
				require.Equal(t, half, string(got))
			}
		}
	}
}

func TestPenalize(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := ringcentraltest.NewHandler()
		status := func(method, path string) (int, string) {
			w := httptest.NewRecorder()
			s.ServeHTTP(w, httptest.NewRequest(method, path, nil))
			return w.Code, w.Header().Get("Retry-After")
		}
		const greeting = "/restapi/v1.0/account/~/extension/~/greeting/1004"
		s.Penalize("readCustomGreeting", time.Minute)
		for _, step := range []struct {
			after time.Duration
			code  int
			retry string
		}{{0, 429, "60"}, {30 * time.Second, 429, "30"}, {29 * time.Second, 429, "1"}, {time.Second, 200, ""}} {
			time.Sleep(step.after)
			code, retry := status("GET", greeting)
			require.Equal(t, step.code, code)
			require.Equal(t, step.retry, retry)
		}
		// The whole group waits, and no other.
		s.Penalize("readCustomGreeting", time.Minute)
		code, _ := status("GET", "/restapi/v1.0/account/~/call-recording/custom-greetings")
		require.Equal(t, 429, code)
		require.NoError(t, s.Close())
	})
}

func TestPrefer(t *testing.T) {
	t.Parallel()
	s := ringcentraltest.NewServer(t)
	ask := func(prefer string) error {
		_, err := s.Client().ReadCustomGreeting(t.Context(), "~", "~", "1004", ringcentral.WithHeader("Prefer", prefer))
		return err
	}
	require.ErrorIs(t, ask("code=CMN-102"), ringcentral.CMN102)
	require.ErrorIs(t, ask(`respond-async, code="CMN-301"`), ringcentral.CMN301)
	require.ErrorIs(t, ask("status=404"), ringcentral.CMN102)
	require.ErrorIs(t, ask("code=404"), ringcentral.CMN102)
	require.NoError(t, ask("status=200"))
	require.NoError(t, ask("respond-async"))
	for prefer, want := range map[string]string{
		"code=AWR-111":                 "AWR-111 is documented neither for readCustomGreeting nor for any operation",
		"status=599":                   "no error of status 599 is documented for readCustomGreeting",
		"status=100":                   "no error of status 100 is documented for readCustomGreeting",
		"status=99999999999":           "a status has three digits, from 100 to 599",
		"status=999999999999999999999": "a status has three digits, from 100 to 599",
		"status=600":                   "a status has three digits, from 100 to 599",
		"status=99":                    "a status has three digits, from 100 to 599",
		"status=-404":                  "a status has three digits, from 100 to 599",
		"status=much":                  "a status has three digits, from 100 to 599",
		"code=99999999999":             "a status has three digits, from 100 to 599",
	} {
		said := watch(func(f *fakeT) {
			s := ringcentraltest.NewServer(f)
			_, err := s.Client().ReadCustomGreeting(t.Context(), "~", "~", "1004", ringcentral.WithHeader("Prefer", prefer))
			require.ErrorIs(t, err, ringcentral.CMN101)
		})
		require.Equal(t, []string{"ringcentraltest: readCustomGreeting: Prefer: " + want}, said)
	}
}

// Each error that an operation documents can be asked for, the first one as well.
func TestPreferEachCode(t *testing.T) {
	t.Parallel()
	s := ringcentraltest.NewServer(t)
	s.AcceptAnything()
	for _, op := range ringcentral.Operations() {
		seen := map[ringcentral.ErrorCode]bool{}
		for _, row := range append(ringcentral.Documented(op.ID), ringcentral.DocumentedForAll()...) {
			if seen[row.Code] {
				continue
			}
			seen[row.Code] = true
			r, err := http.NewRequestWithContext(t.Context(), op.Method, s.URL+parameter.ReplaceAllString(op.Path, "~"), nil)
			require.NoError(t, err)
			r.Header.Set("Prefer", "code="+string(row.Code))
			resp, err := http.DefaultClient.Do(r)
			require.NoError(t, err)
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			require.Equal(t, row.Status, resp.StatusCode, "%s of %s", row.Code, op.ID)
			require.Contains(t, string(body), string(row.Code), op.ID)
		}
	}
}

// A recorded success answers what was asked.
func TestAnswersWhatWasAsked(t *testing.T) {
	t.Parallel()
	s := ringcentraltest.NewServer(t)
	rule, err := s.Client().UpdateAnsweringRule(t.Context(), "~", "~", "400130",
		ringcentral.UpdateAnsweringRuleRequest{Enabled: new(false), Name: new("Siesta")})
	require.NoError(t, err)
	require.Equal(t, []any{false, "Siesta", ringcentral.ID("400130")}, []any{*rule.Enabled, *rule.Name, *rule.ID})
	rule, err = s.Client().CreateAnsweringRule(t.Context(), "~", "~",
		ringcentral.CreateAnsweringRuleRequest{Type: ringcentral.AnsweringRuleTypeCustom, Name: "New"})
	require.NoError(t, err)
	require.Equal(t, "New", *rule.Name)
	uploaded, err := s.Client().CreateCompanyGreeting(t.Context(), "~", ringcentral.CreateCompanyGreetingForm{
		Type: ringcentral.CompanyGreetingTypeStartRecording, Binary: ringcentral.File{Reader: strings.NewReader("x")}})
	require.NoError(t, err)
	require.Equal(t, ringcentral.CompanyGreetingTypeStartRecording, *uploaded.Type)
	greeting, err := s.Client().ReadCustomGreeting(t.Context(), "~", "~", "4711")
	require.NoError(t, err)
	require.Equal(t, ringcentral.ID("4711"), *greeting.ID)
}

func TestValidation(t *testing.T) {
	t.Parallel()
	const rules = "POST /restapi/v1.0/account/~/extension/~/answering-rule"
	for name, test := range map[string]struct{ request, body, want string }{
		"right": {rules, `{"type":"Custom","name":"a","enabled":true,"callers":[{"callerId":"+1"}],"greetings":[{"preset":{"id":65,"uri":null}}]}`,
			""},
		"no body":        {rules, ``, "the request has no body"},
		"not JSON":       {rules, `{`, "the body is not JSON: unexpected EOF"},
		"missing":        {rules, `{"type":"Custom"}`, "name: is missing, and is required"},
		"unknown":        {rules, `{"type":"Custom","name":"a","colour":"red","callers":[{"callerId":"+1"}]}`, "colour: is not documented"},
		"unknown inside": {rules, `{"type":"Custom","name":"a","callers":[{"callerid":"+1"}]}`, "callers[].callerid: is not documented"},
		"a text":         {rules, `{"type":"Custom","name":"a","enabled":"true"}`, "enabled: is to be true or false"},
		"a number":       {rules, `{"type":"Custom","name":1}`, "name: is to be a text"},
		"no list":        {rules, `{"type":"Custom","name":"a","callers":{}}`, "callers: is to be a list"},
		"no object":      {rules, `{"type":"Custom","name":"a","schedule":[]}`, "schedule: is to be an object"},
		"a list":         {rules, `[]`, "the body: is to be an object"},
		"numbers":        {rules, `{"type":"Custom","name":"a","forwarding":{"rules":[{"index":1,"ringCount":4}]}}`, ""},
		"a flag":         {rules, `{"type":"Custom","name":"a","enabled":1}`, "enabled: is to be true or false"},
		"value":          {rules, `{"type":"Custom","name":"a","screening":"Never"}`, `screening: "Never" is none of Always, NoCallerId, Off, UnknownCallerId`},
		"query": {"GET /restapi/v1.0/account/~/call-recording/custom-greetings?type=Jingle", "",
			`parameter type: "Jingle" is none of AutomaticRecording, StartRecording, StopRecording`},
		"no such query": {"GET /restapi/v1.0/account/~/call-recording/custom-greetings?page=1", "", "there is no parameter page"},
		"right query":   {"GET /restapi/v1.0/account/~/call-recording/custom-greetings?type=StartRecording", "", ""},
		"no form":       {"POST /restapi/v1.0/account/~/greeting", `{}`, `the body is "application/json", and is to be multipart/form-data`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			said := watch(func(f *fakeT) {
				s := ringcentraltest.NewServer(f)
				method, path, _ := strings.Cut(test.request, " ")
				r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(test.body))
				require.NoError(t, err)
				r.Header.Set("Content-Type", "application/json")
				resp, err := http.DefaultClient.Do(r)
				require.NoError(t, err)
				defer resp.Body.Close()
				body, err := io.ReadAll(resp.Body)
				require.NoError(t, err)
				if test.want == "" {
					require.Equal(t, 200, resp.StatusCode, string(body))
					return
				}
				require.Equal(t, 400, resp.StatusCode)
				require.Contains(t, string(body), "CMN-101")
			})
			if test.want == "" {
				require.Empty(t, said)
				return
			}
			require.Len(t, said, 1)
			require.Contains(t, said[0], "the description does not allow the request: "+test.want+"; AcceptAnything switches this off")
		})
	}
}

// A form's texts are judged as the members of an object are.
func TestValidationOfForms(t *testing.T) {
	t.Parallel()
	said := watch(func(f *fakeT) {
		s := ringcentraltest.NewServer(f)
		for kind, right := range map[ringcentral.CompanyGreetingType]bool{"Jingle": false, ringcentral.CompanyGreetingTypeCompany: true} {
			_, err := s.Client().CreateCompanyGreeting(t.Context(), "~",
				ringcentral.CreateCompanyGreetingForm{Type: kind, Binary: ringcentral.File{Reader: strings.NewReader("x")}})
			require.Equal(t, !right, errors.Is(err, ringcentral.CMN101), kind)
		}
	})
	require.Len(t, said, 1)
	require.Contains(t, said[0], `the description does not allow the request: type: "Jingle" is none of `)
}

// Every recorded request that is meant to be right is right for the server, too.
func TestRecordedRequestsAreValid(t *testing.T) {
	t.Parallel()
	s := ringcentraltest.NewServer(t)
	for _, id := range []ringcentral.ID{"1003", "business-hours-rule"} {
		_, err := s.Client().UpdateAnsweringRule(t.Context(), "~", "~", id, ringcentral.UpdateAnsweringRuleRequest{
			Schedule: &ringcentral.Schedule{Ranges: []ringcentral.DateRange{{From: new("2026-12-24")}}},
			Queue:    &ringcentral.Queue{Transfer: []ringcentral.QueueTransfer{{Action: new(ringcentral.QueueEventMaxCallers)}}},
		})
		require.NoError(t, err)
	}
}

// Tests may share a server, which tells at its end what was wrong.
func TestStart(t *testing.T) {
	t.Parallel()
	s := ringcentraltest.Start()
	require.NoError(t, read(t, s.Client()))
	resp, err := http.Get(s.URL + "/nowhere")
	require.NoError(t, err)
	resp.Body.Close()
	s.Fail("readCustomGreeting", ringcentral.CMN102)
	require.EqualError(t, s.Close(), "ringcentraltest: GET /nowhere: no operation has this method and path\n"+
		"ringcentraltest: readCustomGreeting was not called often enough: never asked for: [404 readCustomGreeting/404-CMN-102]")
	require.NoError(t, ringcentraltest.NewServer(t).Close())
	require.Panics(t, func() { ringcentraltest.NewHandler().Client() })
}

// Each answer has a request id, which a call's response and error tell, and the server's list of requests.
func TestRequestIDs(t *testing.T) {
	t.Parallel()
	s := ringcentraltest.NewServer(t)
	var response ringcentral.Response
	_, err := s.Client().ReadCustomGreeting(t.Context(), "~", "~", "1004", ringcentral.WithResponse(&response))
	require.NoError(t, err)
	require.Equal(t, "request-1", response.RequestID)

	s.Fail("createAnsweringRule", ringcentral.AWR179)
	_, err = s.Client().CreateAnsweringRule(t.Context(), "~", "~", ringcentral.CreateAnsweringRuleRequest{Type: "Custom", Name: "Lunch"})
	var apiErr *ringcentral.APIError
	require.ErrorAs(t, err, &apiErr)
	require.Equal(t, "request-2", apiErr.RequestID)

	s.Reply("readCustomGreeting", ringcentraltest.Response{Status: 503, Header: http.Header{"Rcrequestid": {"mine"}}})
	_, err = s.Client().ReadCustomGreeting(t.Context(), "~", "~", "1004", ringcentral.WithResponse(&response))
	require.Error(t, err)
	require.Equal(t, "mine", response.RequestID)

	var ids []string
	for _, r := range s.Requests() {
		ids = append(ids, r.RequestID)
	}
	require.Equal(t, []string{"request-1", "request-2", "request-3"}, ids)
}
