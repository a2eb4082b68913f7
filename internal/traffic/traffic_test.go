package traffic_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/recording"
	"github.com/ringbasic/ringbasic/internal/traffic"
)

const small = `
openapi: 3.0.3
info: {title: t, version: "1"}
servers: [{url: https://api.example.com}]
x-platform-error-codes:
  - {status: 429, code: CMN-301, message: Request rate exceeded}
paths:
  /v1/rules/{id}:
    put:
      operationId: put
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: view, in: query, schema: {type: string, enum: [Simple, Detailed]}}
        - {name: page, in: query, schema: {type: integer, minimum: 1}}
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [name]
              properties:
                name: {type: string, maxLength: 5}
                index: {type: integer, minimum: 1}
      responses:
        "200":
          description: OK
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Rule'}
        "403":
          description: Forbidden
          content:
            application/json:
              schema: {$ref: '#/components/schemas/ErrorResponse'}
          x-error-codes:
            - {code: AWR-1001, message: 'Rule [id] is locked'}
            - {code: AWR-1002}
components:
  schemas:
    ErrorResponse:
      type: object
      properties: {errorCode: {type: string}, message: {type: string}, errors: {type: array, items: {type: object}}}
    Rule:
      type: object
      required: [id, kind]
      properties:
        id: {x-go-type: ID, type: string}
        kind: {type: string, enum: [Custom, AfterHours]}
        at: {type: string, format: date-time}
        note: {type: string, nullable: true}
        big: {type: integer, format: int32}
        list: {type: array, maxItems: 1, items: {type: object, properties: {n: {type: integer}}}}
        either: {anyOf: [{type: string}, {type: integer}]}
`

func compare(t *testing.T, har string, change ...func(*traffic.Config)) *diff.Report {
	t.Helper()
	doc, err := document.Parse("small.yaml", []byte(small))
	require.NoError(t, err)
	config := traffic.Config{Root: doc.Root, Known: []string{"GET /v1/rules"}}
	for _, f := range change {
		f(&config)
	}
	c, err := traffic.New(t.Context(), config)
	require.NoError(t, err)
	require.NoError(t, traffic.ReadHAR("a.har", strings.NewReader(har), func(e *traffic.Exchange) error { c.Add(e); return nil }))
	return c.Report(traffic.Side(doc), diff.Side{Source: "a.har"})
}

// entry is a HAR entry with these changes, by path of its request and response.
func entry(url, request string, status int, kind, response string) string {
	text := func(s string) string { data, _ := json.Marshal(s); return string(data) }
	return fmt.Sprintf(`{"request": {"method": "PUT", "url": %s, "headers": [{"name": ":authority", "value": "x"}],
	  "postData": {"mimeType": "application/json", "text": %s}},
 "response": {"status": %d, "headers": [{"name": "content-type", "value": %s}], "content": {"size": 0, "mimeType": "", "text": %s}}}`,
		text(url), text(request), status, text(kind), text(response))
}

func har(entries ...string) string {
	return `{"log": {"version": "1.2", "pages": [{"a": [1, {"b": 2}]}], "entries": [` + "\n" + strings.Join(entries, ",\n") + "\n]}}"
}

func lines(r *diff.Report) (out []string) {
	for _, f := range r.Findings {
		out = append(out, fmt.Sprintf("%s %s %s: %s", f.ID, f.Severity, f.Location, f.Change))
	}
	slices.Sort(out)
	return out
}

const (
	rule  = `{"id": "1", "kind": "Custom"}`
	there = "https://api.example.com/v1/rules/1"
)

func TestFindings(t *testing.T) {
	for _, test := range []struct {
		name, entry string
		want        []string
	}{
		{"as documented", entry(there+"?view=Simple&page=2", `{"name": "n"}`, 200, "application/json;charset=utf-8",
			`{"id": "1", "kind": "Custom", "note": null, "either": 3, "at": "2026-01-02T03:04:05Z"}`), nil},
		{"member", entry(there, `{"name": "n", "more": 1}`, 200, "application/json", `{"id": "1", "kind": "Custom", "extra": "secret"}`), []string{
			"seen-member safe response 200 application/json extra: string, not documented",
			"seen-req-member safe request application/json more: integer, not documented"}},
		{"absent", entry(there, `{}`, 200, "application/json", `{"id": "1"}`), []string{
			"seen-absent risky response 200 application/json kind: absent, documented as required",
			"seen-req-absent risky request application/json name: absent, documented as required"}},
		{"types", entry(there, `{"name": 1}`, 200, "application/json", `{"id": 1, "kind": "Custom", "list": [{"n": "x"}], "either": true}`), []string{
			"seen-req-type risky request application/json name: integer, documented as string",
			"seen-type breaking response 200 application/json either: boolean, documented as string",
			"seen-type breaking response 200 application/json list[].n: string, documented as integer",
			"seen-type-id risky response 200 application/json id: integer, documented as string"}},
		{"values", entry(there+"?view=All", `{"name": "n"}`, 200, "application/json", `{"id": "1", "kind": "Fancy"}`), []string{
			"seen-param-value risky parameter query:view: All, which the enumeration does not have",
			"seen-value risky response 200 application/json kind: Fancy, which the enumeration does not have"}},
		{"a value that is no name", entry(there, `{"name": "n"}`, 200, "application/json", `{"id": "1", "kind": "John Doe +14155550100"}`), []string{
			"seen-value risky response 200 application/json kind: (something that is no name), which the enumeration does not have"}},
		{"null", entry(there, `{"name": null}`, 200, "application/json", `{"id": "1", "kind": null}`), []string{
			"seen-null risky response 200 application/json kind: null, documented as string",
			"seen-req-null risky request application/json name: null, documented as string"}},
		{"limits", entry(there+"?page=0", `{"name": "too long", "index": 0}`, 200, "application/json",
			`{"id": "1", "kind": "Custom", "list": [{}, {}], "at": "yesterday", "big": 3000000000}`), []string{
			"seen-format risky response 200 application/json at: format date-time is not kept",
			"seen-format risky response 200 application/json big: format int32 is not kept",
			"seen-limit risky response 200 application/json list: maxItems 1 is not kept",
			"seen-param-value risky parameter query:page: minimum 1 is not kept",
			"seen-req-limit risky request application/json index: minimum 1 is not kept",
			"seen-req-limit risky request application/json name: maxLength 5 is not kept"}},
		{"status", entry(there, `{"name": "n"}`, 201, "application/json", rule),
			[]string{"seen-status-2xx breaking response 201: not documented"}},
		{"error status", entry(there, `{"name": "n"}`, 500, "application/json", `{}`),
			[]string{"seen-status risky response 500: not documented"}},
		{"media type", entry(there, `{"name": "n"}`, 200, "text/html", rule),
			[]string{"seen-media breaking response 200: media type text/html, not documented"}},
		{"syntax", entry(there, `{`, 200, "application/json", `{"a"`), []string{
			"seen-req-syntax risky request application/json: no valid JSON",
			"seen-syntax breaking response 200 application/json: no valid JSON"}},
		{"query", entry(there+"?access=1", `{"name": "n"}`, 200, "application/json", rule),
			[]string{"seen-param safe parameter query:access: not documented"}},
		{"refused for what it is", entry(there+"?view=All", `{"name": 1}`, 400, "application/json", `{}`),
			[]string{"seen-status risky response 400: not documented"}},
		{"refused for another reason", entry(there+"?view=All", `{"name": 1}`, 403, "application/json",
			`{"errorCode": "AWR-1001", "message": "Rule [7] is locked"}`), []string{
			"seen-param-value risky parameter query:view: All, which the enumeration does not have",
			"seen-req-type risky request application/json name: integer, documented as string"}},
		{"code", entry(there, ``, 403, "application/json", `{"errorCode": "CMN-468", "message": "moved"}`),
			[]string{"seen-code risky error 403 CMN-468: documented nowhere"}},
		{"code of another status", entry(there, ``, 403, "application/json", `{"errorCode": "CMN-301"}`),
			[]string{"seen-code-elsewhere risky error 403 CMN-301: documented at another status or operation"}},
		{"a name above the codes", entry(there, ``, 403, "application/json",
			`{"errorCode": "InvalidParameter", "errors": [{"errorCode": "AWR-1001", "message": "Rule [77] is locked"}]}`), nil},
		{"message", entry(there, ``, 403, "application/json", `{"errorCode": "AWR-1001", "message": "John is locked"}`),
			[]string{"seen-message safe error 403 AWR-1001: the message does not fit its template"}},
		{"a row of the platform", entry(there, ``, 429, "application/json", `{"errorCode": "CMN-301", "message": "Request rate exceeded"}`), nil},
		{"not selected", strings.Replace(entry("https://api.example.com/v1/rules", ``, 200, "", ``), "PUT", "GET", 1),
			[]string{"seen-unselected safe operation: not selected"}},
		{"unknown", entry("https://api.example.com/v1/people/4155550100/jane@example.com", ``, 200, "", ``),
			[]string{"seen-operation risky operation: in no document"}},
		{"another server", entry("https://ads.example.net/v1/x", ``, 200, "", ``), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			assert.Equal(t, test.want, lines(compare(t, har(test.entry))))
		})
	}
}

func TestUnknownOperationsHoldNoIDs(t *testing.T) {
	r := compare(t, har(entry("https://api.example.com/v1/people/4155550100/jane@example.com", ``, 200, "", ``)))
	require.Len(t, r.Findings, 1)
	assert.Equal(t, "PUT /v1/people/{}/{}", r.Findings[0].Operation)
}

func TestCountAndPlace(t *testing.T) {
	good := strings.ReplaceAll(entry(there, `{"name": "n"}`, 200, "application/json", rule), "\n", " ")
	bad := strings.ReplaceAll(entry(there, `{"name": "n"}`, 200, "application/json", `{"id": "1", "kind": "Custom", "x": 1}`), "\n", " ")
	r := compare(t, har(good, bad, bad, bad))
	require.Len(t, r.Findings, 1)
	assert.Equal(t, diff.Seen{Exchanges: 3, File: "a.har", Line: 3}, *r.Findings[0].Seen)
	assert.Equal(t, 4, r.Traffic.Exchanges)
}

func TestServers(t *testing.T) {
	for _, test := range []struct {
		url    string
		server string
		want   int
	}{
		{"https://proxy.test/rc/v1/rules/1", "https://proxy.test/rc", 1},
		{"https://proxy.test/rc/v1/rules/1", "/rc", 1},
		{"https://other.test/rc/v1/rules/1", "https://proxy.test/rc", 0},
		{"https://proxy.test/rcx/v1/rules/1", "/rc", 0},
		{"https://anywhere.test/v1/rules/1", "", 1},
	} {
		r := compare(t, har(entry(test.url, `{"name": "n"}`, 200, "application/json", rule)), func(c *traffic.Config) {
			if test.server != "" {
				c.Servers = []string{test.server}
			}
		})
		assert.Equal(t, test.want, r.Traffic.Exchanges, "%s %s", test.url, test.server)
	}
}

func TestDirtyCaptures(t *testing.T) {
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	fmt.Fprint(w, `{"id": "1", "kind": "Custom", "extra": 1}`)
	require.NoError(t, w.Close())
	member := []string{"seen-member safe response 200 application/json extra: integer, not documented"}
	for _, test := range []struct {
		name, request, content string
		want, document         []string
	}{
		{"base64", ``, `{"size": 41, "mimeType": "application/json", "encoding": "base64", "text": "` +
			base64.StdEncoding.EncodeToString([]byte(`{"id": "1", "kind": "Custom", "extra": 1}`)) + `"}`, member,
			[]string{"not judged: 1 request bodies that were not captured"}},
		{"gzip left in", ``, `{"size": 0, "mimeType": "application/json", "encoding": "base64", "text": "` +
			base64.StdEncoding.EncodeToString(zipped.Bytes()) + `"}`, member, []string{"not judged: 1 request bodies that were not captured"}},
		{"cut off", ``, `{"size": 900, "mimeType": "application/json", "text": "{\"id\": \"1"}`, nil,
			[]string{"not judged: 1 answers whose body was cut off", "not judged: 1 request bodies that were not captured"}},
		{"no text", ``, `{"size": 900, "mimeType": "application/json"}`, nil,
			[]string{"not judged: 1 answers whose body was not captured", "not judged: 1 request bodies that were not captured"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := compare(t, har(`{"request": {"method": "put", "url": "`+there+`", "headers": []`+test.request+`},
 "response": {"status": 200, "headers": [], "content": `+test.content+`}}`))
			assert.Equal(t, test.want, lines(r))
			assert.Equal(t, test.document, r.Document)
		})
	}
}

func TestReadHARErrors(t *testing.T) {
	for text, want := range map[string]string{
		``:                                      "a.har:1: not a HAR file: the file ends too early",
		`[]`:                                    `a.har:1: not a HAR file: "{" was expected`,
		`{"log": {}}`:                           "a.har:1: not a HAR file: it has no log.entries",
		"{\"log\": {\"entries\": [\n{}, \n5]}}": "a.har:3: not a HAR file: json: cannot unmarshal number",
		"{\"log\": {\"entries\": [\n{}":         "a.har:2: not a HAR file: the file ends too early",
		`{"log": {"entries": [{"request": {"url": "http://[secret"}}]}}`: "a.har:1: not a HAR file: entry: its URL cannot be read",
	} {
		err := traffic.ReadHAR("a.har", strings.NewReader(text), func(*traffic.Exchange) error { return nil })
		assert.ErrorContains(t, err, want)
		assert.NotContains(t, fmt.Sprint(err), "secret")
	}
}

func FuzzReadHAR(f *testing.F) {
	f.Add([]byte(har(entry(there, `{"name": "n"}`, 200, "application/json", rule))))
	f.Add([]byte(`{"log": {"entries": [{"request": {"postData": {"params": [{}]}}}]}}`))
	doc, err := document.Parse("small.yaml", []byte(small))
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := traffic.New(t.Context(), traffic.Config{Root: doc.Root})
		require.NoError(t, err)
		_ = traffic.ReadHAR("f", bytes.NewReader(data), func(e *traffic.Exchange) error { c.Add(e); return nil })
		c.Report(traffic.Side(doc), diff.Side{})
	})
}

// own is a Comparer of this project's document.
func own(t *testing.T) *traffic.Comparer {
	t.Helper()
	doc, err := document.ReadFile("../../spec/openapi.yaml")
	require.NoError(t, err)
	c, err := traffic.New(t.Context(), traffic.Config{Root: doc.Root})
	require.NoError(t, err)
	return c
}

func findings(t *testing.T, c *traffic.Comparer) []diff.Finding {
	t.Helper()
	return c.Report(diff.Side{}, diff.Side{}).Findings
}

// TestMutations changes each member of each recorded success in four ways. Every change is found at its place, and
// nothing else is.
func TestMutations(t *testing.T) {
	all, err := recording.ReadDir(os.DirFS("../../contracttests"), "recordings")
	require.NoError(t, err)
	changed, c := 0, own(t)
	for _, r := range all {
		if r.Folder() == "platform" || r.Response.Status != 200 || r.Meta.Invalid != "" || r.Meta.InvalidResponse != "" {
			continue
		}
		check := func(body any) []diff.Finding {
			data, err := json.Marshal(body)
			require.NoError(t, err)
			mutant := *r
			mutant.Response.Body = data
			e, err := traffic.FromRecording(&mutant)
			require.NoError(t, err)
			c.Reset()
			c.Add(e)
			return findings(t, c)
		}
		var body any
		require.NoError(t, json.Unmarshal(r.Response.Body, &body))
		require.Empty(t, check(body), r.File)
		done := map[string]bool{}
		each(body, "", func(object map[string]any, name, at string) {
			if done[at] {
				return
			}
			done[at] = true
			changed++
			location := "response 200 application/json " + at
			was := object[name]
			expect := func(kind string, want ...string) {
				t.Helper()
				var got []string
				for _, f := range check(body) {
					got = append(got, f.ID+" "+f.Location)
				}
				slices.Sort(got)
				assert.Equal(t, want, got, "%s: %s of %s", r.File, kind, at)
			}
			object[name] = struct{ X []int }{}
			if _, isObject := was.(map[string]any); !isObject {
				expect("type", "seen-type "+location)
			}
			object[name] = nil
			expect("null", "seen-null "+location)
			delete(object, name)
			var missing []string
			for _, f := range check(body) {
				missing = append(missing, f.ID+" "+f.Location)
			}
			if len(missing) > 0 { // only what is required is missed
				assert.Equal(t, []string{"seen-absent " + location}, missing)
			}
			object[name+"New"] = was
			expect("rename", slices.Concat(missing, []string{"seen-member " + location + "New"})...)
			delete(object, name+"New")
			object[name] = was
		})
		for _, m := range []struct {
			want   string
			change func(*recording.Recording)
		}{
			{"seen-status-2xx response 202", func(r *recording.Recording) { r.Response.Status = 202 }},
			{"seen-media response 200", func(r *recording.Recording) { r.Response.Header.Set("Content-Type", "text/plain") }},
			{"seen-header response 200", func(r *recording.Recording) { r.Response.Header.Set("X-New", "1") }},
			{"seen-param parameter query:further", func(r *recording.Recording) { r.Request.URL += "?further=1" }},
		} {
			mutant := *r
			mutant.Response.Header = maps.Clone(r.Response.Header)
			if strings.Contains(mutant.Request.URL, "?") && strings.HasPrefix(m.want, "seen-param") {
				continue
			}
			m.change(&mutant)
			e, err := traffic.FromRecording(&mutant)
			require.NoError(t, err)
			c.Reset()
			c.Add(e)
			got := findings(t, c)
			require.Len(t, got, 1, "%s: %s", r.File, m.want)
			assert.Equal(t, m.want, got[0].ID+" "+got[0].Location)
		}
	}
	assert.Greater(t, changed, 300)
}

// each visits every member of a JSON value, with its place.
func each(value any, at string, visit func(object map[string]any, name, at string)) {
	switch v := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			place := strings.TrimPrefix(at+"."+name, ".")
			each(v[name], place, visit)
			visit(v, name, place)
		}
	case []any:
		for _, item := range v {
			each(item, at+"[]", visit)
		}
	}
}
