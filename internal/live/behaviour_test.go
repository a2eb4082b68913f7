package live_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/live"
	"github.com/ringbasic/ringbasic/internal/recording"
)

// many are n reads that the server answers as recorded.
func many(t *testing.T, v *vendor, n int) []*recording.Recording {
	v.api = say(200, list)
	var all []*recording.Recording
	for i := range n {
		all = append(all, recorded(t, fmt.Sprintf("listCallRecordingCustomGreetings/200-n-%03d", i), "GET ~/call-recording/custom-greetings", "", "200 OK",
			list))
	}
	return all
}

// A limit that is lower than published, and that the server does not tell: after its 429 nothing is sent in the group
// until the penalty is over. The vendor fails the test otherwise.
func TestPenalty(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.limits["Medium"] = 5
		c := v.config(many(t, v, 12)...)
		var lines []string
		c.Progress = func(p live.Progress) { lines = append(lines, p.String()) }
		start := time.Now()
		report, err := live.Run(t.Context(), c)
		require.NoError(t, err)
		require.Equal(t, 12, report.Count[live.Pass])
		require.Equal(t, 2, v.refused)
		require.GreaterOrEqual(t, time.Since(start), 2*time.Minute)
		require.Contains(t, lines, "5/12 listCallRecordingCustomGreetings/200-n-005: waiting 1m0s for group Medium, about 60 s left")
		require.Contains(t, lines, "6/12 listCallRecordingCustomGreetings/200-n-005: 200, a few seconds left") // the penalty was no answer's fault
		require.Equal(t, "12/12 listCallRecordingCustomGreetings/200-n-011: 200", lines[len(lines)-1])
	})
}

// A limit that the server tells is kept without a 429.
func TestLearntLimit(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.limits["Medium"] = 5
		all := many(t, v, 12)
		v.api = func(w http.ResponseWriter, r *http.Request, body string) {
			w.Header().Set("X-Rate-Limit-Group", "medium")
			w.Header().Set("X-Rate-Limit-Limit", "5")
			w.Header().Set("X-Rate-Limit-Window", "60")
			_, _ = io.WriteString(w, list)
		}
		var first live.Progress
		c := v.config(all...)
		c.Progress = func(p live.Progress) {
			if first.Total == 0 {
				first = p
			}
		}
		start := time.Now()
		report, err := live.Run(t.Context(), c)
		require.NoError(t, err)
		require.Equal(t, 12, report.Count[live.Pass])
		require.Zero(t, v.refused)
		require.InDelta(t, time.Since(start).Seconds(), first.Left.Seconds(), 3)
	})
}

func TestThrottledForGood(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = func(w http.ResponseWriter, r *http.Request, _ string) {
			w.Header().Set("Retry-After", "3600")
			say(429, `{"errorCode": "CMN-301", "message": "Request rate exceeded"}`)(w, r, "")
		}
		report, err := live.Run(t.Context(), v.config(refusedRule(t), readList(t)))
		require.NoError(t, err)
		require.Equal(t, []live.Result{
			{Recording: "createAnsweringRule/400-AWR-111", Outcome: live.Failed, Status: 429, Reason: "status 429 CMN-301 Request rate exceeded"},
			{Recording: "listCallRecordingCustomGreetings/200-all", Outcome: live.Failed,
				Reason: `rate-limit group "Medium" must wait 10m0s (penalty after status 429), longer than the request may: call again later`},
		}, report.Results)
		require.Len(t, v.seen, 1)
	})
}

func TestFaultsAreNotDifferences(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = func(w http.ResponseWriter, r *http.Request, _ string) {
			if r.Method == "GET" {
				panic(http.ErrAbortHandler)
			}
			say(503, `{"errorCode": "CMN-203", "message": "Service unavailable"}`)(w, r, "")
		}
		v.Config.ErrorLog = nil
		var lines []string
		c := v.config(refusedRule(t), readList(t))
		c.Progress = func(p live.Progress) { lines = append(lines, p.String()) }
		report, err := live.Run(t.Context(), c)
		require.NoError(t, err)
		got := results(report)
		require.Equal(t, "status 503 CMN-203 Service unavailable", got["createAnsweringRule/400-AWR-111"].Reason)
		require.Equal(t, "after 5 tries: EOF", got["listCallRecordingCustomGreetings/200-all"].Reason)
		require.Equal(t, 2, report.Count[live.Failed])
		posts := 0
		for _, r := range v.seen {
			if r.Method == "POST" {
				posts++
			}
		}
		require.Equal(t, 1, posts) // it may have been done
		require.Contains(t, strings.Join(lines, "\n"), "1/2 listCallRecordingCustomGreetings/200-all: no answer, trying again in 2s, a few seconds left")
		require.Equal(t, "2/2 listCallRecordingCustomGreetings/200-all: no answer", lines[len(lines)-1])
	})
}

// A token that lives shorter than the run is replaced before it expires; the vendor answers 401 otherwise.
func TestTokenRefresh(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.expiry = 60
		report, err := live.Run(t.Context(), v.config(many(t, v, 130)...))
		require.NoError(t, err)
		require.Equal(t, 130, report.Count[live.Pass])
		require.GreaterOrEqual(t, v.tokens, 3)
	})
}

func TestCredentialsThatAreRefused(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		c := v.config(readList(t))
		inner := c.Getenv
		c.Getenv = func(name string) string {
			if name == "RINGCENTRAL_CLIENT_SECRET" {
				return "wrong-secret"
			}
			return inner(name)
		}
		report, err := live.Run(t.Context(), c)
		require.Nil(t, report)
		require.ErrorContains(t, err, "obtain an access token: status 400 invalid_grant")
		for _, secret := range []string{assertion, "wrong-secret", "d3Jvbmc", clientID} {
			require.NotContains(t, err.Error(), secret)
		}
		require.Empty(t, v.seen)
	})
}

func TestUnauthorizedEndsTheRun(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		all := many(t, v, 5)
		v.api = func(w http.ResponseWriter, r *http.Request, body string) {
			if len(v.seen) < 3 {
				say(200, list)(w, r, body)
				return
			}
			say(401, `{"errorCode": "OAU-149", "message": "Unparsable access token `+v.token()+`"}`)(w, r, body)
		}
		c := v.config(all...)
		c.Record = true
		report, err := live.Run(t.Context(), c)
		require.EqualError(t, err, `listCallRecordingCustomGreetings/200-n-002: status 401 OAU-149 "Unparsable access token ************************": `+
			`the account does not let this application in: nothing more was sent`)
		require.Len(t, v.seen, 4, "the last one twice: once with another token")
		require.Equal(t, map[live.Outcome]int{live.Pass: 2, live.Differs: 1, live.Skipped: 2}, report.Count)
		require.Equal(t, "the run ended before it", report.Results[4].Reason)
		require.Empty(t, report.Files)
	})
}

func TestInterrupt(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		ctx, cancel := context.WithCancel(t.Context())
		c := v.config(many(t, v, 5)...)
		c.Record = true
		c.Progress = func(p live.Progress) {
			if p.Done == 2 {
				cancel()
			}
		}
		report, err := live.Run(ctx, c)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, 2, report.Count[live.Pass])
		require.Equal(t, 3, report.Count[live.Skipped])
		require.Empty(t, report.Files)
	})
}

// lasting is a body that ends only when it is closed, whatever the context.
type lasting struct{ closed chan struct{} }

func (b *lasting) Read([]byte) (int, error) { <-b.closed; return 0, io.ErrClosedPipe }
func (b *lasting) Close() error {
	select {
	case <-b.closed:
	default:
		close(b.closed)
	}
	return nil
}

type baseFunc func(*http.Request) (*http.Response, error)

func (f baseFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// An answer that never ends is given up after its time, and when the run is interrupted; so is the fetch of a token.
func TestAnswersThatDoNotEnd(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status    int
		path      string
		interrupt time.Duration // 0: never
		want      string
	}{
		"an answer":                       {200, "greetings", 0, "no complete answer within 1m0s"},
		"an answer, interrupted":          {200, "greetings", time.Second, ""},
		"switched protocols":              {101, "greetings", 0, "the server switched protocols (status 101), which the request did not ask for"},
		"the token's answer, interrupted": {200, "token", time.Second, ""},
	} {
		inBubble(t, func(t *testing.T, v *vendor) {
			config := v.config(readList(t))
			config.Base = baseFunc(func(r *http.Request) (*http.Response, error) {
				if !strings.HasSuffix(r.URL.Path, c.path) {
					return v.base.RoundTrip(r)
				}
				body := &lasting{make(chan struct{})}
				if c.path == "token" {
					context.AfterFunc(r.Context(), func() { _ = body.Close() }) // as net/http's
				}
				return &http.Response{StatusCode: c.status, Header: http.Header{}, Body: body}, nil
			})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			began := time.Now()
			if c.interrupt > 0 {
				time.AfterFunc(c.interrupt, cancel)
			}
			report, err := live.Run(ctx, config)
			if c.interrupt > 0 {
				require.ErrorIs(t, err, context.Canceled, name)
				require.Equal(t, c.interrupt, time.Since(began), name)
				return
			}
			require.NoError(t, err, name)
			require.Equal(t, c.want, report.Results[0].Reason, name)
		})
	}
}

func TestMissingEnvironment(t *testing.T) {
	t.Parallel()
	_, err := live.Run(t.Context(), (&vendor{t: t}).configWith(map[string]string{"RINGCENTRAL_CLIENT_ID": "x", "RINGCENTRAL_JWT": " "}))
	require.EqualError(t, err, "not set: RINGCENTRAL_CLIENT_SECRET, RINGCENTRAL_JWT: they are the credentials of an application with JWT authentication")
	_, err = live.Run(t.Context(), (&vendor{t: t}).configWith(map[string]string{
		"RINGCENTRAL_CLIENT_ID": "x", "RINGCENTRAL_JWT": "y", "RINGCENTRAL_CLIENT_SECRET": "z", "RINGCENTRAL_SERVER": "https://me:hunter2@example.com",
	}))
	require.EqualError(t, err, "RINGCENTRAL_SERVER: must have no user, query or fragment")
	_, err = live.Run(t.Context(), (&vendor{t: t}).configWith(map[string]string{
		"RINGCENTRAL_CLIENT_ID": "x", "RINGCENTRAL_JWT": "y", "RINGCENTRAL_CLIENT_SECRET": "z", "RINGCENTRAL_SERVER": "http://example.com",
	}))
	require.EqualError(t, err, "RINGCENTRAL_SERVER: plain http to example.com is refused: use https")
}

func (v *vendor) configWith(values map[string]string) live.Config {
	v.Server = nil
	c := v.configFor("", refusedRule(v.t))
	c.Getenv = env(values)
	return c
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		change func(*live.Config)
		want   string
	}{
		{func(c *live.Config) { c.AllowWrites = true }, "writes need an account that is named: give its id with --account"},
		{func(c *live.Config) { c.AllowWrites, c.Account = true, "~" }, `account "~" is not the id of an account: a number, not ~`},
		{func(c *live.Config) { c.Account = "9999" }, `account "9999" is not the id of an account: a number, not ~`},
		{func(c *live.Config) { c.Account = "1/../2" }, `account "1/../2" is not the id of an account: a number, not ~`},
		{func(c *live.Config) { c.IDs = map[string]string{"1001": "5"} },
			`1001=5: 1001 is no placeholder of a recording: they are like 1003, and the account has its own option`},
		{func(c *live.Config) { c.IDs = map[string]string{"9999": "5"} },
			`9999=5: 9999 is no placeholder of a recording: they are like 1003, and the account has its own option`},
		{func(c *live.Config) { c.IDs = map[string]string{"1003": "a/b"} }, `1003=a/b: "a/b" is not an id`},
		{func(c *live.Config) { c.Only = "[" }, `the pattern "[": syntax error in pattern`},
		{func(c *live.Config) { c.Only = "createAnsweringRule/500-*" },
			`the pattern "createAnsweringRule/500-*" matches no recording: they are called like createAnsweringRule/400-AWR-111`},
	} {
		config := (&vendor{t: t}).configFor("https://127.0.0.1:1", refusedRule(t))
		c.change(&config)
		_, err := live.Run(t.Context(), config)
		require.EqualError(t, err, c.want)
		require.True(t, errors.As(err, &live.UsageError{}), c.want)
	}
	config := (&vendor{t: t}).configFor("https://127.0.0.1:1", refusedRule(t))
	config.Getenv = env(map[string]string{"RINGCENTRAL_IDS": "1003"})
	_, err := live.Run(t.Context(), config)
	require.EqualError(t, err, `RINGCENTRAL_IDS: "1003" is not PLACEHOLDER=ID`)
}

func TestOnly(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = say(400, awr111)
		for pattern, want := range map[string]int{"createAnsweringRule": 1, "*/400-*": 1, "create*/400-AWR-111": 1} {
			c := v.config(refusedRule(t), readList(t))
			c.Only = pattern
			report, err := live.Run(t.Context(), c)
			require.NoError(t, err)
			require.Len(t, report.Results, want, pattern)
			require.Equal(t, live.Pass, report.Results[0].Outcome)
		}
	})
}

const rule = `{"uri": "https://platform.ringcentral.com/restapi/v1.0/account/1001/extension/1002/answering-rule/1003", "id": "1003", "type": ` +
	`"Custom", "name": "My Rule", "enabled": true, "callers": [{"callerId": "12025550101"}]}`

// What a run with writes creates is what the recordings after it mean by the same placeholder. Ids are put into path,
// JSON and multipart bodies, and nowhere else.
func TestIDs(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = func(w http.ResponseWriter, r *http.Request, body string) {
			if strings.HasSuffix(r.URL.Path, "/greeting") {
				say(400, `{"errorCode": "AWR-129", "message": "Invalid attachment media type"}`)(w, r, body)
				return
			}
			say(200, real(rule))(w, r, body)
		}
		upload, err := recording.Parse("recordings/createCustomUserGreeting/400-AWR-129.http", []byte(`# source: documentation
# document: a test
# date: 2026-11-24

POST {{server}}/restapi/v1.0/account/~/extension/1005/greeting
Content-Type: multipart/form-data; boundary=b

--b
Content-Disposition: form-data; name="type"

1003
--b
Content-Disposition: form-data; name="answeringRuleId"

1003
--b
Content-Disposition: form-data; name="languageId"

1033
--b--
###
HTTP/1.1 400 Bad Request
Content-Type: application/json

{"errorCode": "AWR-129", "message": "Invalid attachment media type"}
`))
		require.NoError(t, err)
		all := []*recording.Recording{
			recorded(t, "createAnsweringRule/200-a", "POST 1001/extension/1002/answering-rule",
				`{"name": "1003", "voicemail": {"recipient": {"id": 1005}}, "x": {"extension": {"id": "1002"}}, "greetings": [{"preset": {"id": "1034"}, `+
					`"custom": {"id": "1004"}}], "holdTime": 1003}`, "200 OK", rule),
			upload,
			recorded(t, "updateAnsweringRule/200-a", "PUT ~/extension/~/answering-rule/1003", `{"name": "b", "enabled": false}`, "200 OK", rule),
			recorded(t, "updateAnsweringRule/200-b", "PUT ~/extension/1006/answering-rule/1003", `{"name": "b"}`, "200 OK", rule),
		}
		c := v.config(all...)
		c.AllowWrites, c.Account = true, account
		c.IDs = map[string]string{"1005": "400130001005", "1002": "400130001002"}
		inner := c.Getenv
		c.Getenv = func(name string) string {
			if name == "RINGCENTRAL_IDS" {
				return "1004=400130001004, 1005=1"
			}
			return inner(name)
		}
		report, err := live.Run(t.Context(), c)
		require.NoError(t, err)
		require.Equal(t, "no real id for 1006: give it with --id, or let a run with writes create it", report.Results[3].Reason)
		require.Equal(t, 3, report.Count[live.Pass], "%+v", report.Results)
		require.Len(t, v.seen, 3)
		require.Equal(t, "/restapi/v1.0/account/400130001001/extension/400130001002/answering-rule", v.seen[0].Path)
		require.JSONEq(t, `{"name": "1003", "voicemail": {"recipient": {"id": 400130001005}}, "x": {"extension": {"id": "400130001002"}}, "greetings": `+
			`[{"preset": {"id": "1034"}, "custom": {"id": "400130001004"}}], "holdTime": 1003}`, v.seen[0].Body)
		require.Equal(t, "/restapi/v1.0/account/400130001001/extension/400130001005/greeting", v.seen[1].Path)
		require.Equal(t, strings.ReplaceAll(`--b
Content-Disposition: form-data; name="type"

1003
--b
Content-Disposition: form-data; name="answeringRuleId"

400130001003
--b
Content-Disposition: form-data; name="languageId"

1033
--b--
`, "\n", "\r\n"), v.seen[1].Body)
		require.Equal(t, "/restapi/v1.0/account/400130001001/extension/~/answering-rule/400130001003", v.seen[2].Path)
		require.Equal(t, `{"name": "b", "enabled": false}`, v.seen[2].Body) // as it stands
		for _, r := range report.Results[:3] {
			require.Equal(t, strings.HasPrefix(r.Recording, "createCustom"), r.Made == "", "%+v", r)
		}
	})
}

// A server that repeats every secret it is sent, in every place: none is in the report, the recordings, the progress or
// an error.
func TestSecretsStayInside(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		echo := func() string {
			return strings.Join([]string{clientID, clientSecret, url.QueryEscape(clientSecret), assertion, "Basic " + v.basic, "Bearer " + v.token(),
				"+16196093249", "jane.doe@ringcentral.com", account}, " ")
		}
		n := 0
		v.api = func(w http.ResponseWriter, r *http.Request, body string) {
			n++
			w.Header().Set("Location", "https://x.example.com/"+account+"?access_token="+v.token())
			w.Header().Set("Www-Authenticate", echo())
			switch {
			case n >= 4: // also where it is sent again with another token
				say(401, fmt.Sprintf(`{"errorCode": "OAU-123", "message": %q}`, echo()))(w, r, body)
			case n%2 == 0:
				say(200, strings.Replace(greeting, `"Voicemail"`,
					fmt.Sprintf(`"Voicemail", %q: %q, "owner": {"name": "Jane Doe", "id": %s}, "pin": 1234`, echo(), echo(), account), 1))(w, r, body)
			default:
				say(400, fmt.Sprintf(`{"errorCode": "AWR-111", "message": %q, "errors": [{"errorCode": "AWR-111", "message": %q}]}`, echo(), echo()))(w, r,
					body)
			}
		}
		again := readGreeting(t)
		again.File = "recordings/readCustomGreeting/200-again.http"
		for _, all := range [][]*recording.Recording{
			{refusedRule(t), readGreeting(t)},
			{refusedRule(t), readGreeting(t), again}, // the fourth request
		} {
			var told strings.Builder
			c := v.config(all...)
			c.Record = true
			c.IDs = map[string]string{"1004": "400130001004"}
			c.Progress = func(p live.Progress) { fmt.Fprintf(&told, "%v %+v\n", p, p) }
			report, err := live.Run(t.Context(), c)
			require.Equal(t, len(all) == 3, err != nil, "%v", err)
			fmt.Fprintf(&told, "%v %+v\n", err, err)
			require.NoError(t, report.Text(&told))
			require.NoError(t, json.NewEncoder(&told).Encode(report))
			if len(all) == 2 {
				require.Equal(t, "rewritten", report.Results[0].Recorded)
				require.Equal(t, "rewritten", report.Results[1].Recorded)
				require.Equal(t, live.Differs, report.Results[0].Outcome)
			}
			for _, data := range report.Files {
				told.Write(data)
				require.Empty(t, recording.Scan(data))
			}
			for _, secret := range []string{clientID, "s3cret", "c2lnbmF0dXJl", v.basic[:12], "U0pDMTFQ", "16196093249", "jane.doe", "Jane", account, "1234,"} {
				require.NotContains(t, told.String(), secret)
			}
		}
	})
}

// The same for what no pattern would recognize, and for what the network says.
func TestShortSecretsStayInside(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.basic = base64.StdEncoding.EncodeToString([]byte("abcd:efgh"))
		v.api = func(w http.ResponseWriter, r *http.Request, body string) {
			if r.Method == "POST" {
				say(400, fmt.Sprintf(`{"errorCode": "AWR-111", "message": "abcd-efgh-%s-%s"}`, v.basic, v.token()))(w, r, body)
				return
			}
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nabcd efgh %s %s %s\r\n\r\n", v.basic, v.token(), account)
			conn.Close()
		}
		c := v.config(refusedRule(t), readList(t))
		inner := c.Getenv
		c.Getenv = func(name string) string {
			switch name {
			case "RINGCENTRAL_CLIENT_ID":
				return "abcd"
			case "RINGCENTRAL_CLIENT_SECRET":
				return "efgh"
			}
			return inner(name)
		}
		report, err := live.Run(t.Context(), c)
		require.NoError(t, err)
		got := results(report)
		require.Equal(t, []string{`message "redacted-redacted-redacted-************************", documented is "At least one condition should be specified"`},
			got["createAnsweringRule/400-AWR-111"].Differences)
		require.Equal(t, live.Failed, got["listCallRecordingCustomGreetings/200-all"].Outcome)
		require.Contains(t, got["listCallRecordingCustomGreetings/200-all"].Reason, `redacted redacted redacted [redacted] 100`)
	})
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = func(w http.ResponseWriter, r *http.Request, _ string) {
			http.Redirect(w, r, "/restapi/v1.0/elsewhere", http.StatusFound)
		}
		report, err := live.Run(t.Context(), v.config(readList(t)))
		require.NoError(t, err)
		require.Equal(t, []string{"status 302, recorded is 200"}, report.Results[0].Differences)
		require.Len(t, v.seen, 1)
	})
}

// An id that the recording does not have gets a placeholder that the recording does not have either; and what cannot be
// published, here a real number in the request, is kept out.
func TestNewIDsAndRealNumbers(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = func(w http.ResponseWriter, r *http.Request, body string) {
			if r.Method == "POST" {
				say(400, awr111)(w, r, body)
				return
			}
			say(200, strings.Replace(real(greeting), `"answeringRule"`, `"copyOf": {"id": "400130008888"}, "rule"`, 1))(w, r, body)
		}
		bad := recorded(t, "createAnsweringRule/400-AWR-111", "POST "+rulePath, `{"name": "+16196093249"}`, "400 Bad Request", awr111)
		c := v.config(bad, readGreeting(t))
		c.Record = true
		c.IDs = map[string]string{"1004": "400130001004"}
		report, err := live.Run(t.Context(), c)
		require.NoError(t, err)
		require.Equal(t, `kept: after redaction there is still something: line 10: looks like a real phone number: "+16196"…`, report.Results[0].Recorded)
		fresh, err := recording.Parse("x", report.Files["recordings/readCustomGreeting/200-voicemail.http"])
		require.NoError(t, err)
		want := strings.Replace(greeting, `"answeringRule"`, `"copyOf": {"id": "1005"}, "rule"`, 1)
		require.JSONEq(t, strings.ReplaceAll(want, "1003", "1006"), string(fresh.Response.Body))
	})
}

// The second recording of the same answers changes nothing.
func TestRecordingTwice(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = func(w http.ResponseWriter, r *http.Request, body string) {
			w.Header().Set("X-Rate-Limit-Remaining", fmt.Sprint(40-len(v.seen)))
			say(200, real(greeting))(w, r, body)
		}
		c := v.config(readGreeting(t))
		c.Record = true
		c.IDs = map[string]string{"1004": "400130001004"}
		report, err := live.Run(t.Context(), c)
		require.NoError(t, err)
		file := c.Recordings[0].File
		require.Equal(t, `# source: live
# date: 2000-01-01
# api-version: 1.0.58

GET {{server}}/restapi/v1.0/account/~/extension/~/greeting/1004
Accept: application/json
Authorization: Bearer {{token}}
###
HTTP/1.1 200 OK
Content-Type: application/json;charset=utf-8

{
  "uri": "https://platform.ringcentral.com/restapi/v1.0/account/1001/extension/1002/greeting/1004",
  "id": "1004",
  "type": "Voicemail",
  "contentType": "audio/wav",
  "contentUri": "https://media.ringcentral.com/restapi/v1.0/account/1001/extension/1002/greeting/1004/content",
  "answeringRule": {
    "uri": "https://platform.ringcentral.com/restapi/v1.0/account/1001/extension/1002/answering-rule/1003",
    "id": "1003"
  }
}
`, string(report.Files[file]))
		fresh, err := recording.Parse(file, report.Files[file])
		require.NoError(t, err)
		c.Recordings = []*recording.Recording{fresh}
		time.Sleep(48 * time.Hour)
		report, err = live.Run(t.Context(), c)
		require.NoError(t, err)
		require.Equal(t, "unchanged", report.Results[0].Recorded)
		require.Empty(t, report.Files)
	})
}

// Texts that people wrote stay on the account: what an enumeration has is kept, what a recording has already stands for
// what the server says there, and every other text is a placeholder, the same in the next run.
func TestRecordingOfTexts(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		answer := strings.Replace(real(greeting), `"contentType"`,
			`"label": "Anna's beach greeting", "by": {"person": "Anna Example"}, "again": "Anna's beach greeting", `+
				`"link": "https://acme.example/anna", "Anna Example": 1, "contentType"`, 1)
		v.api = func(w http.ResponseWriter, r *http.Request, body string) {
			w.Header().Set("Location", "https://acme.example/anna")
			w.Header().Set("Content-Disposition", `attachment; filename="Anna.wav"`)
			say(200, answer)(w, r, body)
		}
		c := v.config(readGreeting(t))
		c.Record = true
		c.IDs = map[string]string{"1004": "400130001004"}
		report, err := live.Run(t.Context(), c)
		require.NoError(t, err)
		file := c.Recordings[0].File
		first := string(report.Files[file])
		for _, want := range []string{`"type": "Voicemail"`, `"label": "Text 1"`, `"person": "Text 2"`, `"again": "Text 1"`, `"contentType": "audio/wav"`} {
			require.Contains(t, first, want)
		}
		require.Regexp(t, `"link": "https://example.com/text-[0-9]+"`, first)
		require.NotRegexp(t, "(?i)anna", first+fmt.Sprint(report.Results))
		require.Contains(t, fmt.Sprint(report.Results), `"(something that is no name)" is sent by the server`)

		// Recorded by hand with another text, that one stays.
		fresh, err := recording.Parse(file, []byte(strings.Replace(first, `"person": "Text 2"`, `"person": "A colleague"`, 1)))
		require.NoError(t, err)
		c.Recordings = []*recording.Recording{fresh}
		v.api = say(200, strings.Replace(answer, `"contentType"`, `"more": "Zoe", "contentType"`, 1))
		report, err = live.Run(t.Context(), c)
		require.NoError(t, err)
		second := string(report.Files[file])
		for _, want := range []string{`"label": "Text 1"`, `"person": "A colleague"`, `"again": "Text 1"`} {
			require.Contains(t, second, want)
		}
		require.Regexp(t, `"more": "Text [0-9]+"`, second)
		link := regexp.MustCompile(`"https://example.com/text-[0-9]+",`)
		require.Equal(t, link.FindString(first), link.FindString(second))
		require.NotContains(t, second, `"more": "Text 1"`)
	})
}

func TestProgress(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]live.Progress{
		"3/9 a/b: 400, a few seconds left": {Recording: "a/b", Done: 3, Total: 9, Status: 400, Left: 9 * time.Second},
		"3/9 a/b: 400, about 90 s left":    {Recording: "a/b", Done: 3, Total: 9, Status: 400, Left: 88 * time.Second},
		"3/9 a/b: 400, about 3 min left":   {Recording: "a/b", Done: 3, Total: 9, Status: 400, Left: 200 * time.Second},
		"3/9 a/b: waiting 59s for group Heavy, about 3 min left": {Recording: "a/b", Done: 3, Total: 9, Wait: 59 * time.Second, Group: "Heavy",
			Left: 200 * time.Second},
		"9/9 a/b: 200": {Recording: "a/b", Done: 9, Total: 9, Status: 200},
	} {
		require.Equal(t, want, p.String())
	}
}
