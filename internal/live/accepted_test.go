package live_test

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/live"
	"github.com/ringbasic/ringbasic/internal/recording"
)

// A request that had to fail was accepted: no second one is sent, and the report says what to remove.
func TestAcceptedAlthoughItHadToFail(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = func(w http.ResponseWriter, r *http.Request, body string) {
			if r.Method == "GET" {
				say(200, list)(w, r, body)
				return
			}
			say(200, real(rule))(w, r, body)
		}
		all := []*recording.Recording{
			refusedRule(t),
			recorded(t, "createAnsweringRule/400-AWR-179", "POST "+rulePath, `{"name": "long"}`, "400 Bad Request", `{"errorCode": "AWR-179", "message": "x"}`),
			readList(t),
		}
		report, err := live.Run(t.Context(), v.config(all...))
		require.NoError(t, err)
		require.Equal(t, []live.Result{
			{Recording: "createAnsweringRule/400-AWR-111", Outcome: live.Differs, Status: 200, Differences: []string{"status 200, recorded is 400"},
				Made: "POST 400130001003"},
			{Recording: "createAnsweringRule/400-AWR-179", Outcome: live.Skipped,
				Reason: "a request that had to fail was accepted, or may have been: no more of them are sent"},
			{Recording: "listCallRecordingCustomGreetings/200-all", Outcome: live.Pass, Status: 200},
		}, report.Results)
		require.Len(t, v.seen, 2)
		var text bytes.Buffer
		require.NoError(t, report.Text(&text))
		require.Equal(t, `differs  createAnsweringRule/400-AWR-111
         status 200, recorded is 400
skipped  1: a request that had to fail was accepted, or may have been: no more of them are sent
         createAnsweringRule/400-AWR-179
made or changed, undo it by hand:
  createAnsweringRule/400-AWR-111: POST 400130001003
`+v.URL+`, 2000-01-01: 1 pass, 1 differ, 0 failed, 1 skipped
`, text.String())
	})
}

// An answer that does not tell is taken for one that was accepted.
func TestUnclearAnswerToWhatHadToFail(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"gateway": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGatewayTimeout) },
		"cut off": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write([]byte(`{"id": `))
		},
		"reset": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T, v *vendor) {
				v.api = func(w http.ResponseWriter, r *http.Request, _ string) { answer(w, r) }
				report, err := live.Run(t.Context(), v.config(
					refusedRule(t),
					recorded(t, "createAnsweringRule/400-AWR-179", "POST "+rulePath, `{"name": "long"}`, "400 Bad Request",
						`{"errorCode": "AWR-179", "message": "x"}`),
				))
				require.NoError(t, err)
				require.Equal(t, "POST, perhaps: it has no clear answer", report.Results[0].Made)
				require.Equal(t, live.Skipped, report.Results[1].Outcome)
				require.Equal(t, "a request that had to fail was accepted, or may have been: no more of them are sent", report.Results[1].Reason)
				require.Len(t, v.seen, 1)
			})
		})
	}
}
