package live_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/live"
	"github.com/ringbasic/ringbasic/internal/recording"
)

func TestProgressEdges(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]live.Progress{
		"0/9 a/b: 400, a few seconds left": {Total: 9, Recording: "a/b", Status: 400, Left: 10*time.Second - 1},
		"0/9 a/b: 400, about 10 s left":    {Total: 9, Recording: "a/b", Status: 400, Left: 10 * time.Second},
		"0/9 a/b: 400, about 110 s left":   {Total: 9, Recording: "a/b", Status: 400, Left: 114 * time.Second},
		"0/9 a/b: 400, about 2 min left":   {Total: 9, Recording: "a/b", Status: 400, Left: 2 * time.Minute},
		"9/9 a/b: 200":                     {Done: 9, Total: 9, Recording: "a/b", Status: 200, Group: "Heavy"},
	} {
		require.Equal(t, want, p.String())
	}
}

// A fault of the server says nothing about a request but where it is recorded, and what may have been done is told.
func TestStatus500(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = say(500, `{"errorCode": "CMN-203", "message": "Internal"}`)
		fault := recorded(t, "readCustomGreeting/500-CMN-203", "GET ~/extension/~/greeting/1004", "", "500 Internal Server Error",
			`{"errorCode": "CMN-203"}`)
		report, err := live.Run(t.Context(), v.config(refusedRule(t), fault))
		require.NoError(t, err)
		require.Equal(t, []live.Result{
			{Recording: "createAnsweringRule/400-AWR-111", Outcome: live.Failed, Status: 500, Reason: "status 500 CMN-203 Internal",
				Made: "POST, perhaps: it has no clear answer"},
			{Recording: "readCustomGreeting/500-CMN-203", Outcome: live.Skipped, Reason: "a state of account or server that no request provokes"},
		}, report.Results)
	})
}

// The headers of a recording are sent, but for the token, which is the run's own; one without headers can be sent, too.
func TestHeadersAreSent(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		var accepted []string
		v.api = func(w http.ResponseWriter, r *http.Request, body string) {
			accepted = append(accepted, r.Header.Get("Accept"))
			say(200, list)(w, r, body)
		}
		bare := readList(t)
		bare.Request.Header = nil
		report, err := live.Run(t.Context(), v.config(readList(t), bare))
		require.NoError(t, err)
		require.Equal(t, 2, report.Count[live.Pass], report.Results)
		require.Equal(t, []string{"application/json", ""}, accepted)
	})
}

// Of the placeholder of an extension without a real id becomes "~", wherever it stands for an extension, and only there.
func TestOwnExtension(t *testing.T) {
	t.Parallel()
	const missing = "no real id for 1002: give it with --id, or let a run with writes create it"
	address := func(rest string) string {
		return `{"name": "a", "x": "https://platform.ringcentral.com/restapi/v1.0` + rest + `"}`
	}
	for _, test := range []struct{ path, body, sent, reason string }{
		{"~/extension/1002/answering-rule", `{}`, "/restapi/v1.0/account/400130001001/extension/~/answering-rule {}", ""},
		{"1001/extension/~/answering-rule", `{}`, "/restapi/v1.0/account/400130001001/extension/~/answering-rule {}", ""},
		{"1002/extension/~/answering-rule", `{}`, "", missing},
		{"~/extension/~/answering-rule", address("/account/1001/extension/1002/rule/7"), "/account/400130001001/extension/~/rule/7", ""},
		{"~/extension/~/answering-rule", address("/account/1001/extension/1002"), "/account/400130001001/extension/~", ""},
		{"~/extension/~/answering-rule", address("/account/1001/extension/~/rule/1002"), "", missing},
		{"~/extension/~/answering-rule", address("/account/1001/extension/1002/extension"), "/account/400130001001/extension/~/extension", ""},
		{"~/extension/~/answering-rule", address("/account/1001/rule/1002/extension"), "", missing},
		{"~/extension/~/answering-rule", address("/dictionary/language/1002"), "/dictionary/language/1002", ""},
	} {
		inBubble(t, func(t *testing.T, v *vendor) {
			v.api = say(200, real(rule))
			c := v.config(recorded(t, "createAnsweringRule/200-a", "POST "+test.path, test.body, "200 OK", rule))
			c.AllowWrites, c.Account = true, account
			report, err := live.Run(t.Context(), c)
			require.NoError(t, err)
			require.Equal(t, test.reason, report.Results[0].Reason, test)
			if test.reason == "" {
				got := v.seen[0].Path + " " + strings.ReplaceAll(v.seen[0].Body, v.URL+"/restapi/v1.0", "")
				require.True(t, strings.Contains(got, `"`+test.sent+`"`) || got == test.sent, got)
			}
		})
	}

	// In another place of a path it is an id like others.
	inBubble(t, func(t *testing.T, v *vendor) {
		greeting := recorded(t, "readCustomGreeting/200-a", "GET ~/extension/~/greeting/1002", "", "200 OK", greeting)
		report, err := live.Run(t.Context(), v.config(greeting))
		require.NoError(t, err)
		require.Equal(t, missing, report.Results[0].Reason)
	})
}

// A text that another recording has is nobody's, wherever the server says it; and so is a new value of an enumeration. Ids
// of four digits stay as they are.
func TestRecordingKeepsWhatIsRecorded(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = func(w http.ResponseWriter, r *http.Request, body string) {
			if r.Method == "POST" {
				say(400, awr111)(w, r, body)
				return
			}
			answer := strings.Replace(real(greeting), `"type": "Voicemail"`, `"type": "Jingle", "label": "My Rule", "by": "Anna Example"`, 1)
			say(200, strings.ReplaceAll(answer, "400130001003", "4006"))(w, r, body)
		}
		c := v.config(refusedRule(t), readGreeting(t))
		c.Record = true
		c.IDs = map[string]string{"1004": "400130001004"}
		report, err := live.Run(t.Context(), c)
		require.NoError(t, err)
		fresh, err := recording.Parse("x", report.Files["recordings/readCustomGreeting/200-voicemail.http"])
		require.NoError(t, err)
		for _, want := range []string{`"type": "Jingle"`, `"label": "My Rule"`, `"by": "Text 1"`, `"id": "4006"`, "answering-rule/4006"} {
			require.Contains(t, string(fresh.Response.Body), want)
		}

		var text strings.Builder
		require.NoError(t, report.Text(&text))
		require.Contains(t, text.String(), `recorded:
  createAnsweringRule/400-AWR-111: rewritten
  readCustomGreeting/200-voicemail: rewritten, although it differed
`)
	})
}
