package recording

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

const upload = `# source: documentation
# document: ringcentral-basic-1.0.36.yaml
# date: 2019-03-28
# note: a short tone

POST {{server}}/restapi/v1.0/account/~/greeting?apply=true
Accept: application/json
Authorization: Bearer {{token}}
Content-Type: multipart/form-data; boundary=ringbasic-boundary

--ringbasic-boundary
Content-Disposition: form-data; name="type"

Company
--ringbasic-boundary
Content-Disposition: form-data; name="binary"; filename="tone.wav"
Content-Type: audio/wav

< ./tone.wav
--ringbasic-boundary--
###
HTTP/1.1 200 OK
Content-Type: application/json
X-Rate-Limit-Group: medium

{
  "id": "1003"
}
`

func TestParse(t *testing.T) {
	r, err := Parse("recordings/createCompanyGreeting/200-company.http", []byte(upload))
	require.NoError(t, err)
	want := &Recording{
		File: "recordings/createCompanyGreeting/200-company.http",
		Meta: Meta{Source: "documentation", Document: "ringcentral-basic-1.0.36.yaml", Date: "2019-03-28", Note: "a short tone"},
		Request: Request{
			Method: "POST",
			URL:    "/restapi/v1.0/account/~/greeting?apply=true",
			Header: http.Header{
				"Accept":        {"application/json"},
				"Authorization": {"Bearer {{token}}"},
				"Content-Type":  {"multipart/form-data; boundary=ringbasic-boundary"},
			},
			Body: []byte(strings.Join([]string{
				"--ringbasic-boundary",
				`Content-Disposition: form-data; name="type"`,
				"",
				"Company",
				"--ringbasic-boundary",
				`Content-Disposition: form-data; name="binary"; filename="tone.wav"`,
				"Content-Type: audio/wav",
				"",
				"< ./tone.wav",
				"--ringbasic-boundary--",
			}, "\n")),
		},
		Response: Response{
			Status: 200,
			Header: http.Header{"Content-Type": {"application/json"}, "X-Rate-Limit-Group": {"medium"}},
			Body:   []byte("{\n  \"id\": \"1003\"\n}"),
		},
	}
	require.Empty(t, cmp.Diff(want, r))
	require.Equal(t, "createCompanyGreeting", r.Folder())
	require.Equal(t, "200-company", r.Name())
	require.Equal(t, "company", r.Case())
	require.Empty(t, r.Code())
	require.Equal(t, "/restapi/v1.0/account/~/greeting", r.Request.Target().Path)
	require.Equal(t, "apply=true", r.Request.Target().RawQuery)

	again, err := Format(r)
	require.NoError(t, err)
	require.Equal(t, upload, string(again))
}

func TestNames(t *testing.T) {
	for name, code := range map[string]string{
		"platform/400-AWR-111.http":            "AWR-111",
		"platform/404-AGW-404-empty-list.http": "AGW-404",
		"platform/502-gateway-page.http":       "",
		"platform/AWR-111.http":                "",
	} {
		require.Equal(t, code, (&Recording{File: name}).Code(), name)
	}
}

// What an empty line below the headers means, and the last line feed.
func TestBodies(t *testing.T) {
	top := "# source: documentation\n# document: d\n# date: 2019-03-28\n\n"
	for _, c := range []struct{ name, text, request, response string }{
		{"none", "GET {{server}}/a\n###\nHTTP/1.1 204 No Content\n", "", ""},
		{"text", "POST {{server}}/a\n\nx\n###\nHTTP/1.1 200 OK\n\ny\n", "x", "y"},
		{"line feed", "POST {{server}}/a\n\nx\n\n###\nHTTP/1.1 200 OK\n\ny\n\n", "x\n", "y\n"},
		{"only a line feed", "POST {{server}}/a\n\n\n\n###\nHTTP/1.1 200 OK\n\n\n\n", "\n", "\n"},
	} {
		r, err := Parse(c.name, []byte(top+c.text))
		require.NoError(t, err, c.name)
		require.Equal(t, c.request, string(r.Request.Body), c.name)
		require.Equal(t, c.response, string(r.Response.Body), c.name)
		again, err := Format(r)
		require.NoError(t, err, c.name)
		require.Equal(t, top+c.text, string(again), c.name)
	}
}

func TestFormatMakesCanonical(t *testing.T) {
	r, err := Parse("x", []byte("#row:  none\n# date: 2019-03-28\n#document: d\n# source: documentation\n\n\nGET {{server}}/a\nrcrequestid:1\naccept:  a\n"+
		"Accept: b \n\n###\nHTTP/1.1 299\nX:\n\n"))
	require.NoError(t, err)
	got, err := Format(r)
	require.NoError(t, err)
	require.Equal(t, "# source: documentation\n# document: d\n# date: 2019-03-28\n# row: none\n\nGET {{server}}/a\nAccept: a\nAccept: b\nRcrequestid: 1\n"+
		"###\nHTTP/1.1 299\nX:\n", string(got))
}

func TestParseRefuses(t *testing.T) {
	replace := func(old, by string) string {
		require.Contains(t, upload, old)
		return strings.Replace(upload, old, by, 1)
	}
	many := strings.Repeat("X-A: 1\n", MaxHeaders+1)
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "r.http:1: the file is empty"},
		{"no separator", replace("###\n", ""), "r.http:27: no line ### between request and response"},
		{"two separators", upload + "###\n", "r.http:29: a second line ###: one exchange a file"},
		{"named separator", replace("###\n", "### next\n###\n"), `r.http:21: "### next": the line between request and response is ### alone`},
		{"CRLF", strings.ReplaceAll(upload, "\n", "\r\n"), "r.http:1: carriage return: lines of a recording end in LF"},
		{"byte order mark", "\ufeff" + upload, "r.http:1: control character 0xef"},
		{"control", replace("short", "sh\x00rt"), "r.http:4: control character 0x0"},
		{"not UTF-8", replace("short", "sh\xffrt"), "r.http:4: not UTF-8"},
		{"no last line feed", strings.TrimSuffix(upload, "\n"), "r.http:28: the last line does not end in a line feed"},
		{"too large", upload + strings.Repeat("x", MaxSize), "r.http: larger than 1048576 bytes"},
		{"unknown key", replace("# note", "# nota"), `r.http:4: unknown key "nota": the keys are source, document, date, api-version, note, invalid, ` +
			`invalid-response, row`},
		{"no key", replace("# note: ", "# "), `r.http:4: "# a short tone" is not # key: value`},
		{"no value", replace("a short tone", ""), "r.http:4: note has no value"},
		{"twice", replace("# note: a short tone", "# date: 2019-03-29"), "r.http:4: date is said twice, first in line 3"},
		{"no source", replace("# source: documentation\n", ""), "r.http:1: source is missing: say # source: documentation, live or traffic"},
		{"other source", replace("# source: documentation", "# source: hearsay"), `r.http:1: source "hearsay" is none of documentation, live and traffic`},
		{"no document", replace("# document: ringcentral-basic-1.0.36.yaml\n", ""), "r.http:1: document is missing: source documentation has to name one"},
		{"no version", replace("# source: documentation", "# source: live"), "r.http:1: api-version is missing: source live has to give it"},
		{"no date", replace("# date: 2019-03-28\n", ""), "r.http:1: date is missing: say # date: 2018-08-28"},
		{"bad date", replace("2019-03-28", "2019-02-30"), `r.http:3: date "2019-02-30" is neither a day like 2018-08-28 nor a month like 2026-04`},
		{"bad row", replace("# note: a short tone", "# row: 4"), `r.http:4: row "4" can only be none`},
		{"bad keyword", replace("# note: a short tone", "# invalid: enum, type"), `r.http:4: invalid "enum, type" is not one keyword`},
		{"no request", "# source: documentation\n# document: d\n# date: 2019-03-28\n\n###\nHTTP/1.1 200 OK\n", "r.http:5: no request above ###"},
		{"no response", "# source: documentation\n# document: d\n# date: 2019-03-28\n\nGET {{server}}/a\n###\n", "r.http:6: no response below ###"},
		{"method", replace("POST", "SEND"), `r.http:6: method "SEND" is none of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS`},
		{"server", replace("{{server}}", "https://platform.ringcentral.com"),
			`r.http:6: "POST https://platform.ringcentral.com/restapi/v1.0/account/~/greeting?apply=true" is not a request line: it has to be a method, a ` +
				`blank, {{server}} and a path`},
		{"version", replace("apply=true", "apply=true HTTP/1.1"),
			`r.http:6: URL "{{server}}/restapi/v1.0/account/~/greeting?apply=true HTTP/1.1" has to be {{server}}/ and a path, without spaces and fragment`},
		{"escape", replace("account/~", "account/%zz"), `r.http:6: URL "{{server}}/restapi/v1.0/account/%zz/greeting?apply=true": invalid URL escape "%zz"`},
		{"no header", replace("Accept: ", "Accept "), `r.http:7: "Accept application/json" is not a header: the body begins after an empty line`},
		{"header name", replace("Accept", "A(ccept"), `r.http:7: "A(ccept" is not the name of a header`},
		{"length", replace("Accept: application/json", "content-length: 4"), "r.http:7: Content-Length follows from the body: remove the line"},
		{"many headers", replace("Accept: application/json\n", many), "r.http:107: more than 100 header lines"},
		{"status line", replace("HTTP/1.1 200 OK", "HTTP/2 200"), `r.http:22: "HTTP/2 200" is not a status line like HTTP/1.1 200 OK`},
		{"status", replace("200 OK", "1000 OK"), `r.http:22: "HTTP/1.1 1000 OK" is not a status line like HTTP/1.1 200 OK`},
		{"reason", replace("200 OK", "200 Fine"), `r.http:22: "HTTP/1.1 200 Fine" has to be "HTTP/1.1 200 OK"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse("r.http", []byte(c.text))
			require.EqualError(t, err, c.want)
		})
	}
}

func TestParseReportsEverythingInOrder(t *testing.T) {
	_, err := Parse("r.http", []byte("# kind: x\n\nSEND {{server}}/a\n###\nHTTP/1.1 200 Fine\nX\n"))
	require.EqualError(t, err, strings.Join([]string{
		`r.http:1: date is missing: say # date: 2018-08-28`,
		`r.http:1: source is missing: say # source: documentation, live or traffic`,
		`r.http:1: unknown key "kind": the keys are source, document, date, api-version, note, invalid, invalid-response, row`,
		`r.http:3: method "SEND" is none of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS`,
		`r.http:5: "HTTP/1.1 200 Fine" has to be "HTTP/1.1 200 OK"`,
		`r.http:6: "X" is not a header: the body begins after an empty line`,
	}, "\n"))
}

func TestFormatRefuses(t *testing.T) {
	good := func() *Recording {
		r, err := Parse("r.http", []byte(upload))
		require.NoError(t, err)
		return r
	}
	for _, c := range []struct {
		name   string
		change func(*Recording)
		want   string
	}{
		{"binary", func(r *Recording) { r.Response.Body = []byte("RIFF\x00") }, "r.http: control character 0x0"},
		{"carriage return", func(r *Recording) { r.Response.Body = []byte("a\r\nb") }, "r.http: carriage return: lines of a recording end in LF"},
		{"separator", func(r *Recording) { r.Request.Body = []byte("a\n###") }, "r.http: a line of a body begins with ###"},
		{"header", func(r *Recording) { r.Response.Header = http.Header{"X": {"a\nb"}} }, "r.http: the value of X has more than one line"},
		{"header name", func(r *Recording) { r.Response.Header = http.Header{"x": {"a"}} }, `r.http: "x" is not the canonical name of a header`},
		{"status", func(r *Recording) { r.Response.Status = 0 }, "r.http: status 0 is not one of HTTP"},
		{"note", func(r *Recording) { r.Meta.Note = "a\nb" }, "r.http: note has to be one line without blanks around it"},
		{"date and row", func(r *Recording) { r.Meta.Date, r.Meta.Row = "", "x" }, `r.http: date is missing: say # date: 2018-08-28; row "x" can only be none`},
		{"size", func(r *Recording) { r.Response.Body = []byte(strings.Repeat("x", MaxSize)) }, "r.http: larger than 1048576 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := good()
			c.change(r)
			_, err := Format(r)
			require.EqualError(t, err, c.want)
		})
	}
}

func TestWire(t *testing.T) {
	tone := "RIFF\x00\r\n\x00WAVE"
	fsys := fstest.MapFS{
		"r/createCompanyGreeting/200-company.http": {Data: []byte(strings.Replace(upload, "./tone.wav", "../media/tone.wav", 1))},
		"r/media/tone.wav":                         {Data: []byte(tone)},
	}
	r, err := ReadFile(fsys, "r/createCompanyGreeting/200-company.http")
	require.NoError(t, err)
	wire, err := r.Request.Wire()
	require.NoError(t, err)
	require.Equal(t, "--ringbasic-boundary\r\n"+
		"Content-Disposition: form-data; name=\"type\"\r\n\r\nCompany\r\n"+
		"--ringbasic-boundary\r\n"+
		"Content-Disposition: form-data; name=\"binary\"; filename=\"tone.wav\"\r\nContent-Type: audio/wav\r\n\r\n"+
		tone+"\r\n--ringbasic-boundary--\r\n", string(wire))

	r.Request.Files = nil
	_, err = r.Request.Wire()
	require.EqualError(t, err, "the body includes ../media/tone.wav, which was not read")

	// Only in a multipart body does a line that begins so mean a file.
	plain := Request{Header: http.Header{"Content-Type": {"text/plain"}}, Body: []byte("< ./tone.wav\nx")}
	wire, err = plain.Wire()
	require.NoError(t, err)
	require.Equal(t, "< ./tone.wav\nx", string(wire))
}

func TestReadDir(t *testing.T) {
	fsys := fstest.MapFS{
		"r/b/200-b.http":  {Data: []byte(upload)},
		"r/b/tone.wav":    {Data: []byte("x")},
		"r/a/200-a.http":  {Data: []byte(upload)},
		"r/a/tone.wav":    {Data: []byte("x")},
		"r/a/README.text": {Data: []byte("not a recording")},
	}
	all, err := ReadDir(fsys, "r")
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Equal(t, "r/a/200-a.http", all[0].File)
	require.Equal(t, "r/b/200-b.http", all[1].File)

	fsys["r/a/400-a.http"] = fsys["r/a/200-a.http"]
	fsys["r/a/good.http"] = fsys["r/a/200-a.http"]
	fsys["r/c/200-c.http"] = &fstest.MapFile{Data: []byte("# a\n###\n")}
	fsys["r/c/200-d.http"] = &fstest.MapFile{Data: []byte(upload)}
	_, err = ReadDir(fsys, "r")
	require.EqualError(t, err, strings.Join([]string{
		"r/a/400-a.http: the name says 400, the response 200",
		"r/a/good.http: the name has to be a status and a case, as in 200-weekly-schedule.http or 400-AWR-111.http",
		`r/c/200-c.http:1: "# a" is not # key: value`,
		"r/c/200-c.http:1: date is missing: say # date: 2018-08-28",
		"r/c/200-c.http:1: source is missing: say # source: documentation, live or traffic",
		"r/c/200-c.http:2: no request above ###",
		"r/c/200-c.http:2: no response below ###",
		"r/c/200-d.http: line 9 of the request's body: open r/c/tone.wav: file does not exist",
	}, "\n"))

	// A path that leaves the recordings is no path of theirs.
	fsys = fstest.MapFS{"r/a/200-a.http": {Data: []byte(strings.Replace(upload, "./tone.wav", "../../../etc/passwd", 1))}}
	_, err = ReadDir(fsys, "r")
	require.EqualError(t, err, "r/a/200-a.http: line 9 of the request's body includes ../../../etc/passwd, which is outside")
}

// The committed recordings are in canonical form and hold nothing that looks real.
func TestCommittedRecordings(t *testing.T) {
	fsys := os.DirFS("../../contracttests")
	all, err := ReadDir(fsys, "recordings")
	require.NoError(t, err)
	require.NotEmpty(t, all)
	for _, r := range all {
		data, err := os.ReadFile("../../contracttests/" + r.File)
		require.NoError(t, err)
		formatted, err := Format(r)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(string(formatted), string(data)), "%s is not in canonical form", r.File)
		require.Empty(t, Scan(data), "%s", r.File)
		redacted := NewRedactor().Recording(r)
		require.Empty(t, cmp.Diff(r, redacted), "%s: a Redactor would change it", r.File)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(upload))
	f.Add([]byte("# source: live\n# date: 2026-04-01\n# api-version: 1.0.36\n# invalid: enum\n\nGET {{server}}/a?b=%2B\nA: 1\nA:\n###\nHTTP/1.1 429 Too " +
		"Many Requests\nRetry-After: 60\n\n{\"a\": \"\u00e9\"}\n\n"))
	f.Add([]byte("# a\n###\n###\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Parse("r.http", data)
		if err != nil {
			require.Contains(t, err.Error(), "r.http:")
			return
		}
		text, err := Format(r)
		if len(data) > MaxSize-1000 {
			return // canonical form may be longer than what was read
		}
		require.NoError(t, err)
		again, err := Parse("r.http", text)
		require.NoError(t, err, "%s", text)
		require.Empty(t, cmp.Diff(r, again))
		twice, err := Format(again)
		require.NoError(t, err)
		require.Equal(t, string(text), string(twice))
		_, _ = r.Request.Wire()
	})
}
