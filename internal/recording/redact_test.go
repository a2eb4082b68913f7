package recording

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// The secrets and numbers of these tests are made up; that they look real is their purpose.
const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI2MjU3NjkxMzAxNiJ9.c2lnbmF0dXJl"

func TestRedactText(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"nothing", "Rule index should be greater than 0", "Rule index should be greater than 0"},
		{"JWT", "assertion " + jwt + ".", "assertion redacted."},
		{"bearer", "sent Bearer U0pDMTFQMDFQQVM", "sent Bearer redacted"},
		{"basic", "curl -H 'Authorization: Basic YWJjZGVmZ2g6c2VjcmV0'", "curl -H 'Authorization: Basic redacted'"},
		{"the word basic", "basic authentication, bearer tokens", "basic authentication, bearer tokens"},
		{"token in a query", "https://media.example.com/x?access_token=U0pDMTFQMDF&y=1", "https://media.example.com/x?access_token=redacted&y=1"},
		{"a JWT's key", "refused: jwt=abc.def", "refused: jwt=redacted"},
		{"a short password", "ftp: user=x pass=hunter", "ftp: user=x pass=redacted"},
		{"a bearer in a query", "GET /x?bearer=abc12&y=1", "GET /x?bearer=redacted&y=1"},
		{"an authorization code", "callback?code=SplxlOBeZQQYbYS6", "callback?code=redacted"},
		{"a code that is none of those", "code=AWR-111, code=US, code=invalid_grant", "code=AWR-111, code=US, code=invalid_grant"},
		{"a key with an escaped letter", "/x?%74oken=abc&%54OKEN=def", "/x?%74oken=redacted&%54OKEN=redacted"},
		{"a key with other escapes", "/x?a%5Bb%5D=1", "/x?a%5Bb%5D=1"},
		{"escaped JSON", `{\"refresh_token\": \"abc123\"}`, `{\"refresh_token\": \"redacted\"}`},
		{"long token", "x=U0pDMTFQMDFQQVMwMHxBQUFhbGdiQ1pVbHhK", "x=redacted"},
		{"long name", "AnnouncementExtensionAnsweringRule1", "AnnouncementExtensionAnsweringRule1"},
		{"UUID", "request 6f1c2e0a-9b7d-4c53-8e21-d0a4b5c6e7f8", "request uuid-1"},
		{"e-mail", "ask jane.doe@ringcentral.com or jane.doe@ringcentral.com", "ask user1@example.com or user1@example.com"},
		{"example address", "ask someone@example.org", "ask someone@example.org"},
		{"encoded e-mail", "q=jane.doe%40ringcentral.com", "q=user1%40example.com"},
		{"phone", "Number +16196093249 duplicates", "Number +12025550100 duplicates"},
		{"fictional phone", "Number +12025550123 duplicates", "Number +12025550123 duplicates"},
		{"encoded phone", "phoneNumber=%2B16196093249", "phoneNumber=%2B12025550100"},
		{"written phone", "call (619) 609-3249 or 619-609-3249", "call 2025550100 or 2025550100"},
		{"written fictional phone", "call (202) 555-0123", "call (202) 555-0123"},
		{"phone with blanks", "call +44 20 7946 0958.", "call +12025550100."},
		{"IP address", "from 93.184.216.34 and 2606:2800::1 to 93.184.216.34", "from 192.0.2.0 and 192.0.2.1 to 192.0.2.0"},
		{"path", "/restapi/v1.0/account/37439510/extension/62576/greeting/751564020", "/restapi/v1.0/account/1001/extension/1002/greeting/1003"},
		{"pid", "/account/pid=37439510/x", "/account/pid=1001/x"},
		{"dictionary", "/restapi/v1.0/dictionary/greeting/65792", "/restapi/v1.0/dictionary/greeting/65792"},
		{"words in a path", "/answering-rule/business-hours-rule", "/answering-rule/business-hours-rule"},
		{"id", "rule 400592844008 of 400592844008", "rule 1001 of 1001"},
		{"the large id", "rule 9007199254740993", "rule 9007199254740993"},
		{"date", "spec.yml?v=20180816", "spec.yml?v=20180816"},
		{"time", "2018-10-29T14:00:00Z", "2018-10-29T14:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := NewRedactor().Text(c.in)
			require.Equal(t, c.want, got)
			require.Equal(t, c.want, NewRedactor().Text(got), "redacting again changes it")
		})
	}
}

func TestRedactJSON(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"types stay", `{"id": 400430664008, "ruleId": "400430664008"}`, `{"id": 1001, "ruleId": "1001"}`},
		{"order and white space stay", "{\n  \"b\" : [ 1 , \"400430664008\" ],\"a\":null }\n", "{\n  \"b\" : [ 1 , \"1001\" ],\"a\":null }\n"},
		{"other numbers stay", `{"holdTime": 20, "x": 1.5e3, "y": -3, "z": 123.4567890123}`, `{"holdTime": 20, "x": 1.5e3, "y": -3, "z": 123.4567890123}`},
		{"negative", `{"id": -400430664008}`, `{"id": -1001}`},
		{"short id", `{"id": "37439"}`, `{"id": "1001"}`},
		{"phones with and without plus", `{"callerId": "16501111111", "phoneNumber": "+16501111111", "n": 16501111111}`,
			`{"callerId": "12025550100", "phoneNumber": "+12025550100", "n": 1001}`},
		{"phone as number", `{"phoneNumber": 16501111111}`, `{"phoneNumber": 12025550100}`},
		{"foreign phone", `{"callerId": "46843216868"}`, `{"callerId": "12025550100"}`},
		{"extension", `{"extension": {"id": "62576913016", "extensionNumber": "22907", "name": "Jane Doe"}}`,
			`{"extension": {"id": "1001", "extensionNumber": "101", "name": "Person 1"}}`},
		{"name of a rule", `{"name": "My Rule"}`, `{"name": "My Rule"}`},
		{"partner", `{"partnerId": "acme-77"}`, `{"partnerId": "partner-1"}`},
		{"dictionary", `{"preset": {"uri": "https://x.example/restapi/v1.0/dictionary/greeting/65792", "id": "65792"}, "id": "65793"}`,
			`{"preset": {"uri": "https://x.example/restapi/v1.0/dictionary/greeting/65792", "id": "65792"}, "id": "1001"}`},
		{"dictionary, id first", `{"id": "66310", "uri": "/dictionary/greeting/66310"}`, `{"id": "66310", "uri": "/dictionary/greeting/66310"}`},
		{"secret", `{"access_token": "short", "clientSecret": "x y", "pin": 123456, "expires_in": 3600}`,
			`{"access_token": "redacted", "clientSecret": "redacted", "pin": 0, "expires_in": 3600}`},
		{"JSON in a string", `{"body": "{\"account\":{\"id\":400430664008},\"token\":\"t\"}", "id": "400430664008"}`,
			`{"body": "{\"account\":{\"id\":1001},\"token\":\"redacted\"}", "id": "1001"}`},
		{"JSON in JSON in a string", `["[\"{\\\"password\\\":\\\"hunter\\\"}\"]"]`, `["[\"{\\\"password\\\":\\\"redacted\\\"}\"]"]`},
		{"escaped", `{"a": "\u0065yJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI2MjU3In0.c2ln", "b": "\u002b16501111111"}`, `{"a": "redacted", "b": "+12025550100"}`},
		{"key", `{"+16501111111": {"jane@ringcentral.com": 1}}`, `{"+12025550100": {"user1@example.com": 1}}`},
		{"URL with a token", `{"contentUri": "https://media.example.com/c?access_token=abc123#x"}`,
			`{"contentUri": "https://media.example.com/c?access_token=redacted"}`},
		{"truncated", `{"id": "400430664008", "phoneNumber": "+1650111`, `{"id": "1001", "phoneNumber": "+12025550100`},
		{"truncated secret", `{"access_token": "abc`, `{"access_token": "redacted`},
		{"not JSON after all", `{id: 400430664008}`, `{id: 1001}`},
		{"HTML in a string", `{"message": "<b>400430664008</b> & more"}`, `{"message": "<b>1001</b> & more"}`},
		{"two texts", `{"id": 400430664008} {"id": 400430664008}`, `{"id": 1001} {"id": 1001}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := http.Header{"Content-Type": {"application/json"}}
			got := NewRedactor().Body(h, []byte(c.in))
			require.Equal(t, c.want, string(got))
			require.Equal(t, c.want, string(NewRedactor().Body(h, got)), "redacting again changes it")
			require.Equal(t, json.Valid([]byte(c.in)), json.Valid(got))
		})
	}
}

func TestRedactRecording(t *testing.T) {
	in := &Recording{
		File: "createCustomUserGreeting/200-x.http",
		Meta: Meta{Source: "live", Date: "2026-04-01", APIVersion: "1.0.36", Note: "as jane@ringcentral.com"},
		Request: Request{
			Method: "POST",
			URL:    "/restapi/v1.0/account/400430664008/extension/400430665008/greeting?access_token=abc&phoneNumber=%2B16501111111&id=12345",
			Header: http.Header{
				"Authorization": {"Bearer abcdef"},
				"Cookie":        {"session=1"},
				"Content-Type":  {"multipart/form-data; boundary=4f5e6d"},
				"X-Forwarded":   {"somewhere"},
			},
			Body: []byte(strings.Join([]string{
				"--4f5e6d",
				`Content-Disposition: form-data; name="answeringRuleId"`,
				"",
				"12345",
				"--4f5e6d",
				`Content-Disposition: form-data; name="json"`,
				"Content-Type: application/json",
				"",
				`{"answeringRule": {"id": "12345"},`,
				` "token": "abc"}`,
				"--4f5e6d",
				`Content-Disposition: form-data; name="client_secret"`,
				"",
				"abc",
				"--4f5e6d",
				`Content-Disposition: form-data; name="binary"; filename="400430664008.wav"`,
				"",
				"< ./tone.wav",
				"--4f5e6d--",
			}, "\n")),
			Files: map[string][]byte{"./tone.wav": []byte("RIFF")},
		},
		Response: Response{
			Status: 302,
			Header: http.Header{
				"Content-Type":       {"text/html"},
				"Set-Cookie":         {"session=abc; Path=/"},
				"Location":           {"https://platform.example.com/account/400430664008?code=1&token=abc"},
				"Rcrequestid":        {"6f1c2e0a-9b7d-4c53-8e21-d0a4b5c6e7f8"},
				"X-Rate-Limit-Group": {"medium"},
			},
			Body: []byte("<p>400430665008, client 4pp-k3y, (650) 111-1111"),
		},
	}
	want := &Recording{
		File: "createCustomUserGreeting/200-x.http",
		Meta: Meta{Source: "live", Date: "2026-04-01", APIVersion: "1.0.36", Note: "as user1@example.com"},
		Request: Request{
			Method: "POST",
			URL:    "/restapi/v1.0/account/1001/extension/1002/greeting?access_token=redacted&phoneNumber=%2B12025550100&id=1003",
			Header: http.Header{
				"Authorization": {"Bearer {{token}}"},
				"Content-Type":  {"multipart/form-data; boundary=ringbasic-boundary"},
			},
			Body: []byte(strings.Join([]string{
				"--ringbasic-boundary",
				`Content-Disposition: form-data; name="answeringRuleId"`,
				"",
				"1003",
				"--ringbasic-boundary",
				`Content-Disposition: form-data; name="json"`,
				"Content-Type: application/json",
				"",
				`{"answeringRule": {"id": "1003"},`,
				` "token": "redacted"}`,
				"--ringbasic-boundary",
				`Content-Disposition: form-data; name="client_secret"`,
				"",
				"redacted",
				"--ringbasic-boundary",
				`Content-Disposition: form-data; name="binary"; filename="1001.wav"`,
				"",
				"< ./tone.wav",
				"--ringbasic-boundary--",
			}, "\n")),
			Files: map[string][]byte{"./tone.wav": []byte("RIFF")},
		},
		Response: Response{
			Status: 302,
			Header: http.Header{
				"Content-Type":       {"text/html"},
				"Location":           {"https://platform.example.com/account/1001?code=1&token=redacted"},
				"Rcrequestid":        {"uuid-1"},
				"X-Rate-Limit-Group": {"medium"},
			},
			// To a program the number in the page is another than that of the query: it has no country.
			Body: []byte("<p>1002, client redacted, 2025550100"),
		},
	}
	r := NewRedactor("4pp-k3y", "")
	got := r.Recording(in)
	require.Empty(t, cmp.Diff(want, got))
	require.Empty(t, cmp.Diff(want, NewRedactor().Recording(got)), "redacting again changes it")
	text, err := Format(got)
	require.NoError(t, err)
	require.Empty(t, Scan(text))
	require.Equal(t, "Bearer abcdef", in.Request.Header.Get("Authorization"), "the original is left alone")
}

func TestScan(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"JWT", jwt, `1: looks like a real token: "eyJhbG"…`},
		{"JWT escaped", `"\u0065yJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI2In0.c2ln"`, `1: looks like a real token: "eyJhbG"…`},
		{"JWT escaped twice", `"\\u0065yJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI2In0.c2ln"`, `1: looks like a real token: "eyJhbG"…`},
		{"bearer", "\nAuthorization: Bearer abc123def", `2: looks like a real token: "abc1"…`},
		{"query", "GET {{server}}/x?access_token=abc123", `1: looks like a real token: "abc"…`},
		{"query encoded", "GET {{server}}/x?u=y%3Faccess_token%3Dabc123", `1: looks like a real token: "abc"…`},
		{"JSON in a string", `{"body": "{\"client_secret\":\"abc123\"}"}`, `1: looks like a real token: "abc"…`},
		{"cookie", "Set-Cookie: session", `1: looks like a real token: "ses"…`},
		{"opaque", "U0pDMTFQMDFQQVMwMHxBQUFhbGdiQ1pVbHhK", `1: looks like a real token: "U0pDMT"…`},
		{"phone", "+16196093249", `1: looks like a real phone number: "+16196"…`},
		{"phone encoded", "%2B16196093249", `1: looks like a real phone number: "%2B161"…`},
		{"555 but not fictional", "+16505551212", `1: looks like a real phone number: "+16505"…`},
		{"fictional with a digit more", "+120255501234", `1: looks like a real phone number: "+12025"…`},
		{"written phone", "619-609-3249", `1: looks like a real phone number: "619-60"…`},
		{"e-mail", "jane@ringcentral.com", `1: looks like a real e-mail address: "jane@r"…`},
		{"e-mail in a deceptive place", "jane@example.com.ringcentral.com", `1: looks like a real e-mail address: "jane@e"…`},
		{"UUID", "6f1c2e0a-9b7d-4c53-8e21-d0a4b5c6e7f8", `1: looks like a real UUID: "6f1c2e"…`},
		{"basic authorization", "Authorization: Basic dXNlcjpwYXNz", `1: looks like a real token: "dXNlcj"…`},
		{"authorization of no scheme", "Proxy-Authorization: abcdef", `1: looks like a real token: "abc"…`},
		{"variable", "RINGCENTRAL_CLIENT_ID=abcdef", `1: looks like a real token: "abc"…`},
		{"client id under another name", "id xZ4kQ9vTRbWmN2pLcJd8eA", `1: looks like a real token: "xZ4kQ9"…`},
		{"secret as a member", `{"myClientSecret": "abcd"}`, `1: looks like a real token: "ab"…`},
		{"token as a member", `{"token": "abc"}`, `1: looks like a real token: "a"…`},
		{"token in a form", "a=1&token=abc", `1: looks like a real token: "a"…`},
		{"header", "X-Verification-Token: abcd", `1: looks like a real token: "ab"…`},
		{"password", `{"password":"hunter"}`, `1: looks like a real token: "hun"…`},
		{"private key", "-----BEGIN RSA PRIVATE KEY-----", `1: looks like a real token: "-----B"…`},
		{"session", "Cookie: JSESSIONID=abc", `1: looks like a real token: "JSESSI"…`},
		{"phone with blanks", "+44 20 7946 0958", `1: looks like a real phone number: "+44 20"…`},
		{"phone in parts", "+1619-609-3249", `1: looks like a real phone number: "+1619-"…`},
		{"phone with an area", "(619)609-3249", `1: looks like a real phone number: "(619)6"…`},
		{"phone encoded in parts", "%2B1%20619%20609%203249", `1: looks like a real phone number: "+1 619"…`},
		{"phone, 555-01 in the wrong place", "+1 555 019 3249", `1: looks like a real phone number: "+1 555"…`},
		{"two phones", "+12025550123 +16196093249", `1: looks like a real phone number: "+16196"…`},
		{"UUID without hyphens", "6f1c2e0a9b7d4c538e21d0a4b5c6e7f8", `1: looks like a real token: "6f1c2e"…`},
		{"IPv4", "X-Forwarded-For: 93.184.216.34", `1: looks like a real IP address: "93.184"…`},
		{"IPv4 of a company", "at 10.0.0.1", `1: looks like a real IP address: "10.0"…`},
		{"IPv6", "from 2606:2800:220:1:248:1893:25c8:1946", `1: looks like a real IP address: "2606:2"…`},
		{"IPv6, shortened", "from fe80::1", `1: looks like a real IP address: "fe8"…`},
		{"short id", `{"id": "37439"}`, `1: looks like a real id: "37"…`},
		{"short id of something", `{"ruleId": 374390}`, `1: looks like a real id: "374"…`},
		{"id", `{"id": 40043066}`, `1: looks like a real id: "4004"…`},
		{"id in a path", "/account/40043", `1: looks like a real id: "40"…`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var lines []string
			for _, p := range Scan([]byte(c.text)) {
				lines = append(lines, p.String())
			}
			require.Contains(t, lines, c.want)
		})
	}
	require.Empty(t, Scan([]byte(upload)))
	for _, text := range []string{
		"+12025550123 2025550123 (202) 555-0123 +1 202 555 0199", "a@example.com", "9007199254740993",
		"Authorization: Bearer {{token}}", `{"Authorization": "Bearer redacted"}`, "client_id=redacted",
		"/dictionary/greeting/65792", `{"preset": {"id": "131840"}}`, "{\"id\": \"65792\",\n\"uri\": \"/dictionary/greeting/65792\"}",
		"obtain an access token: status 400", "2018-10-29T14:00:00", "from 09:00:00 to 17:30", "API 1.0.36, file v1.0.39.0.swagger2",
		"192.0.2.7 127.0.0.1 2001:db8::1 ::1",
		"Parameter [forwarding.rules[].forwardingNumbers[].id]", "/account/1001/extension/1002/answering-rule/1003",
	} {
		require.Empty(t, Scan([]byte(text)), text)
	}
	require.Len(t, Scan([]byte("+16196093249")), 1, "it is a phone number, and not an id as well")
}

// Redacting again changes nothing, and JSON stays JSON.
func FuzzRedact(f *testing.F) {
	for _, s := range []string{
		`{"id": 400430664008, "uri": "https://x/account/400430664008?access_token=abc", "phoneNumber": "+16501111111"}`,
		`{"a": "{\"password\":\"x\"}", "access_token": "abc`,
		"Bearer abc123def jane@ringcentral.com (650) 111-1111 93.184.216.34 fe80::1 +44 20 7946 0958 " + jwt,
	} {
		f.Add(s)
	}
	h := http.Header{"Content-Type": {"application/json"}}
	f.Fuzz(func(t *testing.T, s string) {
		once := NewRedactor().Body(h, []byte(s))
		if json.Valid([]byte(s)) {
			require.True(t, json.Valid(once), "%s", once)
			require.Equal(t, string(once), string(NewRedactor().Body(h, once)))
		}
		text := NewRedactor().Text(s)
		require.Equal(t, text, NewRedactor().Text(text))
	})
}

func TestAssign(t *testing.T) {
	r := NewRedactor()
	r.Assign("400592844008", "1003")
	r.Assign("", "1001")
	require.Equal(t, "rule 1003 of 1002, 1004, 1003 and 1002", r.Text("rule 400592844008 of 37439510, 37439511, 400592844008 and 37439510"))
	require.Equal(t, `{"id": 1003}`, string(r.Body(http.Header{"Content-Type": {"application/json"}}, []byte(`{"id": 400592844008}`))))
}

// What people are called, and how they write their numbers, goes wherever it stands.
func TestRedactPeople(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"callers":[{"callerId":"+14155550000","name":"Jane Roe"}],"phoneNumber":"020 7946 0000"}`: `{"callers":[{"callerId":"+12025550100",` +
			`"name":"Person 1"}],"phoneNumber":"12025550101"}`,
		`{"from":{"name":"Jane Roe"},"to":[{"name":"John Doe"},{"name":"Jane Roe"}]}`: `{"from":{"name":"Person 1"},` +
			`"to":[{"name":"Person 2"},{"name":"Person 1"}]}`,
		`{"contact":{"firstName":"Jane","lastName":"Roe","nick_name":"J"}}`: `{"contact":{"firstName":"Person 1",` +
			`"lastName":"Person 2","nick_name":"Person 3"}}`,
		`{"name":"Lunch","type":"Custom"}`:          `{"name":"Lunch","type":"Custom"}`,
		`{"sig":"abc","x-amz-credential":"AKIA/1"}`: `{"sig":"redacted","x-amz-credential":"redacted"}`,
	} {
		r := NewRedactor()
		got := r.json(in)
		require.Equal(t, want, got)
		require.Equal(t, got, NewRedactor().json(got), "redacting again changes it")
	}
	for _, leak := range []string{`"firstName": "Jane"`, "call 020 7946 0000", "write to jané@bücher.example2", "of 5f3759df5f3759df5f3759df"} {
		require.NotEmpty(t, Scan([]byte(leak)), leak)
	}
	for _, fine := range []string{`"firstName": "Person 1"`, "at 09:00 2018", "2018-08-28"} {
		require.Empty(t, Scan([]byte(fine)), fine)
	}
}

// A header stays where its value is one that it may have, and nothing else of it does.
func TestRedactHeaders(t *testing.T) {
	t.Parallel()
	for name, values := range map[string]map[string]string{
		"Accept": {"application/json": "application/json", "text/*;q=0.5, */*": "text/*;q=0.5, */*", "Jane Roe": "redacted", "jane/roe": "redacted"},
		"Accept-Language": {
			"en-US,en;q=0.9, *;q=0.1": "en-US,en;q=0.9, *;q=0.1", "zh-Hant-TW": "zh-Hant-TW", "es-419": "es-419", "Jane": "redacted", "Jane Roe": "redacted",
		},
		"Content-Language": {"de": "de", "en-jane": "redacted", "jane": "redacted"},
		"Allow":            {"GET": "GET", "GET, PUT,DELETE": "GET, PUT,DELETE", "JANE": "redacted", "GET, Jane": "redacted"},
		"Authorization":    {"Jane": "Bearer {{token}}"},
		"Content-Disposition": {
			"inline": "inline", "attachment; filename=\"Jane.wav\"": `attachment; filename="redacted"`, `attachment; name=jane`: `attachment; filename="redacted"`,
			"attachment; filename*=UTF-8''Jane": `attachment; filename="redacted"`, "jane; a=b": "redacted", "Jane Roe": "redacted", "attachment; =": "redacted",
			`attachment; filename="redacted"`: `attachment; filename="redacted"`,
		},
		"Content-Type": {
			"text/plain": "text/plain", "application/json;charset=UTF-8": "application/json;charset=UTF-8", "text/html; charset=jane roe": "text/html",
			`application/json; name="Jane"; charset=utf-8`: "application/json; charset=utf-8",
			"multipart/mixed; boundary=Jane":               "multipart/mixed; boundary=ringbasic-boundary",
			"application/vnd.acme.v1+json":                 "application/vnd.acme.v1+json", "jane/roe": "redacted", "Jane Roe": "redacted",
			`application/json; charset="x`:   "application/json",
			`text/plain; charset="Jane Roe"`: "text/plain",
		},
		"Location": {"https://platform.example.com/account/400430664008": "https://platform.example.com/account/1001"},
		"Rcrequestid": {
			"6f1c2e0a-9b7d-4c53-8e21-d0a4b5c6e7f8": "uuid-1", "uuid-7": "uuid-7", "Jane": "redacted", "6f1c2e0a9b7d4c538e21d0a4b5c6e7f8": "redacted",
		},
		"Retry-After": {"60": "60", "Wed, 21 Oct 2026 07:28:00 GMT": "Wed, 21 Oct 2026 07:28:00 GMT", "Jane": "redacted", "-1": "redacted"},
		"Www-Authenticate": {
			"Bearer": "Bearer", `Basic realm="Jane"`: "Basic", `Bearer realm="Jane", error="invalid_token"`: `Bearer error="invalid_token"`,
			`Bearer error="jane"`: "Bearer", "Jane": "redacted", "Basically jane": "redacted",
		},
		"X-Rate-Limit-Group":  {"heavy": "heavy", "Medium": "Medium", "Jane": "redacted", "jane roe": "redacted"},
		"X-Rate-Limit-Limit":  {"40": "40", "Jane": "redacted"},
		"X-Rate-Limit-Window": {"60": "60", "1 2": "redacted"},
		"X-Rate-Limit-Jane":   {"1": ""},
		"Set-Cookie":          {"a=b": ""},
	} {
		for value, want := range values {
			got := NewRedactor().Header(http.Header{name: {value}})
			require.Equal(t, want, got.Get(name), "%s: %s", name, value)
			require.Equal(t, got, NewRedactor().Header(got), "redacting again changes it")
		}
	}
}
