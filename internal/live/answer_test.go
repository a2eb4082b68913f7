package live_test

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/live"
	"github.com/ringbasic/ringbasic/internal/recording"
)

func say(status int, body string) func(http.ResponseWriter, *http.Request, string) {
	return func(w http.ResponseWriter, _ *http.Request, _ string) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

const (
	rulePath      = "~/extension/~/answering-rule"
	conditionless = `{"type": "Custom", "name": "My Rule"}`
	awr111        = `{"errorCode": "InvalidParameter", "message": "At least one condition should be specified", "errors": [{"errorCode": "AWR-111", ` +
		`"message": "At least one condition should be specified"}]}`
	greeting = `{"uri": "https://platform.ringcentral.com/restapi/v1.0/account/1001/extension/1002/greeting/1004", "id": "1004", "type": ` +
		`"Voicemail", "contentType": "audio/wav", "contentUri": ` +
		`"https://media.ringcentral.com/restapi/v1.0/account/1001/extension/1002/greeting/1004/content", "answeringRule": {"uri": ` +
		`"https://platform.ringcentral.com/restapi/v1.0/account/1001/extension/1002/answering-rule/1003", "id": "1003"}}`
	list = `{"records": [{"type": "StartRecording", "custom": {"uri": ` +
		`"https://platform.ringcentral.com/restapi/v1.0/account/1001/greeting/1004", "id": "1004"}, "language": {"uri": ` +
		`"https://platform.ringcentral.com/restapi/v1.0/dictionary/language/1031", "id": "1031", "name": "German (Germany)", "localeCode": "de-DE"}}]}`
)

func refusedRule(t *testing.T) *recording.Recording {
	return recorded(t, "createAnsweringRule/400-AWR-111", "POST "+rulePath, conditionless, "400 Bad Request", awr111)
}

func readGreeting(t *testing.T) *recording.Recording {
	return recorded(t, "readCustomGreeting/200-voicemail", "GET ~/extension/~/greeting/1004", "", "200 OK", greeting)
}

func readList(t *testing.T) *recording.Recording {
	return recorded(t, "listCallRecordingCustomGreetings/200-all", "GET ~/call-recording/custom-greetings", "", "200 OK", list)
}

// What the server says is compared with what is recorded, and what record mode makes of it.
func TestDifferences(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		recorded func(*testing.T) *recording.Recording
		status   int
		body     string
		want     []string
		kept     string // in record mode; "": rewritten
	}{
		{"the same", refusedRule, 400, awr111, nil, ""},
		{"the code above", refusedRule, 400, `{"errorCode": "AWR-111", "message": "At least one condition should be specified"}`, nil, ""},
		{"another code", refusedRule, 400, `{"errorCode": "AWR-112", "message": "No"}`, []string{`code AWR-112 "No", recorded is AWR-111`},
			"the server contradicts it altogether"},
		{"no code", refusedRule, 400, `{}`, []string{`code none "", recorded is AWR-111`}, "the server contradicts it altogether"},
		{"another message", refusedRule, 400, strings.ReplaceAll(awr111, "At least", "No less than"),
			[]string{`message "No less than one condition should be specified", documented is "At least one condition should be specified"`}, ""},
		{"another status", refusedRule, 403, `{"errorCode": "CMN-468", "message": "Account 400130001001 has moved"}`,
			[]string{`status 403, recorded is 400: CMN-468 "Account 1001 has moved"`}, "the server contradicts it altogether"},
		{"the documented message, recorded is another", func(t *testing.T) *recording.Recording {
			return recorded(t, "createAnsweringRule/400-AWR-179", "POST "+rulePath, `{"name": "long"}`, "400 Bad Request",
				`{"errorCode": "AWR-179", "message": "x"}`)
		}, 400, `{"errorCode": "AWR-179", "message": "[label] is too long: up to 127 symbols supported"}`, nil, ""},
		{"not JSON any more", refusedRule, 400, `<html>`, []string{`code none "", recorded is AWR-111`}, "the server contradicts it altogether"},
		{"the same greeting", readGreeting, 200, real(greeting), nil, ""},
		{"an id as number", readGreeting, 200, strings.Replace(real(greeting), `"id": "400130001004"`, `"id": 400130001004`, 1),
			[]string{"id is number, recorded is text"}, ""},
		{"less", readGreeting, 200, strings.Replace(real(greeting), `"contentType": "audio/wav", `, "", 1),
			[]string{"contentType is recorded, the server does not send it"}, ""},
		{"more, and unknown", readGreeting, 200, strings.Replace(real(greeting), `"type"`, `"loop": {"count": 1}, "type"`, 1),
			[]string{"loop is sent by the server, and not recorded"}, ""},
		{"null", readGreeting, 200, strings.Replace(real(greeting), `"audio/wav"`, `null`, 1),
			[]string{"contentType is null, recorded is text", "not valid by the description: enum at /contentType: value is not one of the allowed values […]"},
			""},
		{"not of the enum", readGreeting, 200, strings.Replace(real(greeting), `"Voicemail"`, `"Jingle"`, 1),
			[]string{`not valid by the description: enum at /type: Jingle is not one of the allowed values […]`}, ""},
		{"a list", readGreeting, 200, `[]`, []string{"the body is list, recorded is object",
			"not valid by the description: type at /: value must be an object"}, ""},
		{"HTML", readGreeting, 200, `<html>`, []string{"the body is not JSON: invalid character '<' looking for beginning of value"},
			"the server contradicts it altogether"},
		// What nobody can read whole may hold somebody's texts.
		{"a member twice", readGreeting, 200, strings.Replace(real(greeting), `"type"`, `"contentType": "Erika's", "type"`, 1), nil,
			"it cannot be read whole as JSON, and may hold somebody's texts"},
		{"something behind it", readGreeting, 200, real(greeting) + " Erika's",
			[]string{"not valid by the description: syntax: something follows the JSON text"}, "it cannot be read whole as JSON, and may hold somebody's texts"},
		{"two greetings", readList, 200, strings.Replace(real(list), `]`,
			`, {"type": "StopRecording", "custom": {"uri": "https://platform.ringcentral.com/restapi/v1.0/account/400130001001/greeting/400130001009", `+
				`"id": "400130001009"}, "language": {"uri": "https://platform.ringcentral.com/restapi/v1.0/dictionary/language/1033", "id": "1033", "name": `+
				`"English (United States)", "localeCode": "en-US"}}]`, 1), nil, ""},
		{"nothing in the list", readList, 200, `{"records": []}`, nil, "records is empty in the server's answer only"},
		{"items of another kind", readList, 200, `{"records": ["a"]}`,
			[]string{"records[] is text, recorded is object", "not valid by the description: type at /records/0: value must be an object"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T, v *vendor) {
				v.api = say(c.status, c.body)
				r := c.recorded(t)
				config := v.config(r)
				config.IDs = map[string]string{"1004": "400130001004"}
				config.Record = true
				report, err := live.Run(t.Context(), config)
				require.NoError(t, err)
				require.Len(t, report.Results, 1)
				got := report.Results[0]
				require.Equal(t, c.status, got.Status)
				require.Equal(t, c.want, withoutValues(got.Differences))
				if c.kept != "" {
					require.Equal(t, "kept: "+c.kept, got.Recorded)
					require.Empty(t, report.Files)
					return
				}
				require.Equal(t, "rewritten", got.Recorded)
				fresh, err := recording.Parse(r.File, report.Files[r.File])
				require.NoError(t, err)
				require.NotContains(t, string(fresh.Response.Body), "40013")
			})
		})
	}
}

// No text of the server steers a terminal or a runner, whichever it is and whoever shows it.
func TestTextsOfServersStayInTheirPlace(t *testing.T) {
	t.Parallel()
	const evil = `\u001b]0;x\u0007\n::error::x\r\n##[error]x\u2028\u202e\u009b31m`
	for _, c := range []struct {
		status int
		body   string
	}{
		{200, strings.Replace(real(list), "{", `{"`+evil+`": 1, "::error::x": 1, "##[error]x": {"a": 1}, `, 1)},
		{200, strings.Replace(real(list), `"StartRecording"`, `"`+evil+`"`, 1)},
		{200, "\x1b[31m\n::error::x"},
		{404, `{"errorCode": "` + evil + `", "message": "` + evil + `"}`},
		{503, `{"errorCode": "` + evil + `", "message": "` + evil + `"}`},
		{401, `{"errorCode": "` + evil + `", "message": "` + evil + `"}`},
	} {
		inBubble(t, func(t *testing.T, v *vendor) {
			v.api = say(c.status, c.body)
			config := v.config(readList(t))
			config.Record = true
			report, err := live.Run(t.Context(), config)
			var text strings.Builder
			require.NoError(t, report.Text(&text))
			require.Contains(t, text.String(), "listCallRecordingCustomGreetings/200-all")
			if err != nil {
				text.WriteString(err.Error())
			}
			for line := range strings.Lines(text.String()) {
				line = strings.TrimSuffix(line, "\n")
				require.Equal(t, document.Printable(line), line)
				require.NotRegexp(t, `^\s*(::|##\[)`, line)
			}
			for _, d := range report.Results[0].Differences {
				require.Equal(t, document.Printable(d), d)
			}
		})
	}
}

var allowed = regexp.MustCompile(`allowed values \[[^\]]*\]`)

// withoutValues are differences without the lists of values, which are the vendor's and change with the pin.
func withoutValues(differences []string) (list []string) {
	for _, d := range differences {
		list = append(list, allowed.ReplaceAllString(d, "allowed values […]"))
	}
	return list
}
