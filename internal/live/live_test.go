package live_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/live"
	"github.com/ringbasic/ringbasic/internal/recording"
)

// heavy is the usage-plan group of the six operations, from the pinned document: uploads to users are Heavy.
func heavy(r *http.Request) string {
	if r.Method == "POST" && strings.HasSuffix(r.URL.Path, "/greeting") && strings.Contains(r.URL.Path, "/extension/") {
		return "Heavy"
	}
	return "Medium"
}

// A server that says what is recorded: by default only reads and requests that must fail reach it, and all pass.
func TestDefaultRunOfAllRecordings(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		all := committed(t)
		v.groups = heavy
		p := newPlayer(t, all, func(r *recording.Recording) string {
			body, err := r.Request.Wire()
			require.NoError(t, err)
			url := strings.Replace(strings.Replace(r.Request.URL, "/account/1001/", "/account/~/", 1), "/extension/1002/", "/extension/~/", 1)
			return r.Request.Method + " " + url + " " + string(body)
		})
		v.api = func(w http.ResponseWriter, r *http.Request, body string) {
			p.answer(w, r.Method+" "+r.URL.RequestURI()+" "+body, func(s string) string { return s })
		}
		var lines []live.Progress
		c := v.config(all...)
		c.Progress = func(p live.Progress) { lines = append(lines, p) }
		start := time.Now()
		report, err := live.Run(t.Context(), c)
		took := time.Since(start)
		require.NoError(t, err)
		for _, r := range report.Results {
			require.Contains(t, []live.Outcome{live.Pass, live.Skipped}, r.Outcome, "%+v", r)
			require.Empty(t, r.Made)
		}
		got := results(report)
		for name, want := range map[string]live.Outcome{
			"createAnsweringRule/400-AWR-111":             live.Pass,
			"createAnsweringRule/400-CMN-101":             live.Pass,
			"createAnsweringRule/404-CMN-102":             live.Pass,
			"createCompanyGreeting/400-AWR-178":           live.Skipped,
			"createCustomUserGreeting/400-CMN-101":        live.Skipped,
			"listCallRecordingCustomGreetings/200-all":    live.Pass,
			"readCustomGreeting/404-CMN-102":              live.Pass,
			"platform/400-CMN-101":                        live.Pass,
			"createAnsweringRule/200-forward-calls":       live.Skipped,
			"createAnsweringRule/403-CMN-401":             live.Skipped,
			"createAnsweringRule/400-FPN-105":             live.Skipped,
			"createAnsweringRule/400-AWR-121":             live.Skipped,
			"createCustomUserGreeting/400-CMN-111":        live.Skipped,
			"updateAnsweringRule/400-AWR-111":             live.Skipped,
			"updateAnsweringRule/200-business-hours-rule": live.Skipped,
			"platform/429-CMN-301":                        live.Skipped,
			"platform/401-OAU-128":                        live.Skipped,
			"platform/403-CMN-468":                        live.Skipped,
			"platform/400-CMN-406":                        live.Skipped,
		} {
			require.Equal(t, want, got[name].Outcome, "%s: %+v", name, got[name])
		}
		// Should the server accept a write that has to fail, nothing comes of it: it is broken, or for nobody, or makes
		// a rule that is disabled.
		writes := 0
		for _, r := range all {
			if got[r.Folder()+"/"+r.Name()].Outcome != live.Pass || r.Request.Method == "GET" {
				continue
			}
			writes++
			harmless := r.Meta.Invalid != "" || strings.Contains(r.Request.URL, "/9999") || strings.Contains(string(r.Request.Body), `"enabled": false`)
			require.True(t, harmless, "%s: %s %s", r.File, r.Request.Method, r.Request.URL)
		}
		require.Greater(t, writes, 10)
		require.Equal(t, "its failure depends on the account, which it may change: needs --allow-writes", got["updateAnsweringRule/400-AWR-111"].Reason)
		require.Zero(t, v.refused, "the vendor had to throttle")
		require.Len(t, v.seen, report.Count[live.Pass])
		t.Logf("%d sent of %d in %v, first estimate %v", report.Count[live.Pass], len(all), took, lines[0].Left)
		// The estimate at the first answer is of the right size.
		require.InDelta(t, took.Seconds(), lines[0].Left.Seconds(), 0.25*took.Seconds())
		require.Zero(t, lines[len(lines)-1].Left)
		require.Equal(t, lines[0].Total, lines[len(lines)-1].Done)
	})
}

// provoked are the recordings of the platform that a request can provoke.
var provoked = []string{
	"400-CMN-101", "400-CMN-101-no-code-above", "400-CMN-102", "400-CMN-102-two-errors", "403-CMN-101", "404-CMN-102",
}

// The same with writes, on an account that is named, with real ids, recording what the server says.
func TestRecordingOfAllRecordings(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		all := committed(t)
		v.groups = heavy
		p := newPlayer(t, all, func(r *recording.Recording) string {
			url := strings.Replace(real(r.Request.URL), "/account/~/", "/account/"+account+"/", 1)
			if r.Folder() == "platform" && !slices.Contains(provoked, r.Name()) {
				url = "never sent"
			}
			return r.Request.Method + " " + url + " " + canonical(t, r, v.URL)
		})
		v.api = func(w http.ResponseWriter, r *http.Request, body string) {
			if !strings.HasPrefix(r.URL.Path, "/restapi/v1.0/account/"+account+"/") && !strings.Contains(r.URL.Path, "/account/9999/") &&
				!strings.Contains(r.URL.Path, "/account/0/") {
				t.Errorf("sent to another account: %s", r.URL.Path)
			}
			if strings.HasPrefix(body, "{") {
				body = compactJSON(t, body)
			}
			p.answer(w, r.Method+" "+r.URL.RequestURI()+" "+body, real)
		}
		c := v.config(all...)
		c.AllowWrites, c.Account, c.Record = true, account, true
		c.IDs = map[string]string{"9007199254740993": "400139999999"}
		for n := 1002; n <= 1030; n++ {
			c.IDs[fmt.Sprint(n)] = real(fmt.Sprint(n))
		}
		var first live.Progress
		c.Progress = func(p live.Progress) {
			if first.Total == 0 {
				first = p
			}
		}
		start := time.Now()
		report, err := live.Run(t.Context(), c)
		took := time.Since(start)
		require.NoError(t, err)
		require.InDelta(t, took.Seconds(), first.Left.Seconds(), 0.1*took.Seconds())
		byFile := map[string]*recording.Recording{}
		for _, r := range all {
			byFile[r.File] = r
		}
		for _, r := range report.Results {
			folder, _, _ := strings.Cut(r.Recording, "/")
			if folder != "platform" {
				require.Equal(t, live.Pass, r.Outcome, "%+v", r)
				require.Equal(t, "rewritten", r.Recorded, "%+v", r)
			} else if slices.Contains(provoked, strings.TrimPrefix(r.Recording, "platform/")) {
				require.Equal(t, "kept: recordings of platform are variants on purpose", r.Recorded, "%+v", r)
			} else {
				require.Equal(t, live.Skipped, r.Outcome, "%+v", r)
			}
		}
		require.Zero(t, v.refused, "the vendor had to throttle")
		t.Logf("%d sent of %d in %v, first estimate %v", report.Count[live.Pass], len(all), took, first.Left)
		// What was written says the same as before, without the account's ids.
		for file, data := range report.Files {
			fresh, err := recording.Parse(file, data)
			require.NoError(t, err)
			require.Equal(t, "live 2000-01-01 1.0.58", fresh.Meta.Source+" "+fresh.Meta.Date+" "+fresh.Meta.APIVersion)
			old := byFile[file]
			require.Equal(t, old.Request.URL, fresh.Request.URL)
			require.Equal(t, string(old.Request.Body), string(fresh.Request.Body))
			require.Equal(t, old.Meta.Note, fresh.Meta.Note)
			require.Equal(t, old.Response.Status, fresh.Response.Status)
			require.JSONEq(t, string(old.Response.Body), string(fresh.Response.Body), file)
			require.Empty(t, recording.Scan(data), file)
			require.NotContains(t, string(data), "40013")
			require.NotContains(t, string(data), "session")
		}
		own := 0
		for _, r := range all {
			if r.Folder() != "platform" {
				own++
			}
		}
		require.Equal(t, own, len(report.Files))
	})
}

func compactJSON(t *testing.T, s string) string {
	var value any
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	require.NoError(t, d.Decode(&value))
	out, err := json.Marshal(value)
	require.NoError(t, err)
	return string(out)
}

// canonical is a recorded body with real ids as the vendor sees it.
func canonical(t *testing.T, r *recording.Recording, server string) string {
	changed := r.Request
	changed.Body = []byte(real(strings.ReplaceAll(string(changed.Body), "https://platform.ringcentral.com", server)))
	body, err := changed.Wire()
	require.NoError(t, err)
	if strings.HasPrefix(string(body), "{") {
		return compactJSON(t, string(body))
	}
	return string(body)
}
