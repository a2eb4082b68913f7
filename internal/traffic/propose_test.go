package traffic_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/contract"
	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/recording"
	"github.com/ringbasic/ringbasic/internal/traffic"
)

// proposing is a comparer that keeps what a proposal needs.
func proposing(t *testing.T) *traffic.Comparer {
	t.Helper()
	doc, err := document.ReadFile("../../spec/openapi.yaml")
	require.NoError(t, err)
	c, err := traffic.New(t.Context(), traffic.Config{Root: doc.Root, Propose: true, Coverage: true})
	require.NoError(t, err)
	return c
}

// changed is a recorded exchange, as a capture would have it, with texts replaced in request and answer.
func changed(t *testing.T, file string, pairs ...string) *traffic.Exchange {
	t.Helper()
	r, err := recording.ReadFile(os.DirFS("../../contracttests/recordings"), file)
	require.NoError(t, err)
	replace := strings.NewReplacer(pairs...)
	r.Request.Body, r.Response.Body = []byte(replace.Replace(string(r.Request.Body))), []byte(replace.Replace(string(r.Response.Body)))
	e, err := traffic.FromRecording(r)
	require.NoError(t, err)
	e.File, e.Line, e.Day = "capture.har", 7, "2026-04-05"
	e.Request.Header.Set("Authorization", "Bearer U0pDMTFQMDFQQVMwMHxBQUJfc2VjcmV0")
	return e
}

// What is proposed is what the exchange shows, with its evidence; nobody's data is in it; and the project builds with
// it, with nothing left but what the recordings of the project lack of it.
func TestPropose(t *testing.T) {
	t.Parallel()
	c := proposing(t)
	c.Add(changed(t, "createAnsweringRule/200-disabled.http", `"enabled": false,`, `"enabled": false, "screening": "Whenever", "color": "red",`,
		`"callHandlingAction": "ForwardCalls"`, `"callHandlingAction": null`,
		"12025550101", "4930123456789", `"name": "`, `"name": "Erika Mustermann's `))
	p, err := c.Propose("2026-11-27")
	require.NoError(t, err)
	const file = "contracttests/recordings/createAnsweringRule/200-traffic-1.http"
	require.Len(t, p.Files, 2)
	require.Empty(t, p.Left)
	overlay := string(p.Files[traffic.ProposalFile])
	for _, want := range []string{
		`  - target: "$.components.schemas.AnsweringRule.properties.screening"` + "\n" +
			`    description: "Seen in traffic, once, at capture.har:7: Whenever, which the enumeration does not have."` + "\n" +
			`    update: {"enum":["Whenever"]}`,
		`  - target: "$.components.schemas.CreateAnsweringRuleRequest.properties.screening"`,
		`update: {"properties":{"color":{"description":"Seen in traffic, and described nowhere.","type":"string"}}}`,
		`  - target: "$.components.schemas.AnsweringRule.properties.callHandlingAction"` + "\n" +
			`    description: "Seen in traffic, once, at capture.har:7: null, documented as string."` + "\n" + `    update: {"nullable":true}`,
	} {
		require.Contains(t, overlay, want)
	}
	recorded := string(p.Files[file])
	require.True(t, strings.HasPrefix(recorded, "# source: traffic\n# date: 2026-04-05\n\nPOST {{server}}/restapi/v1.0/account/~/extension/~/answering-rule\n"),
		recorded)
	require.Contains(t, recorded, `"screening": "Whenever"`)
	require.Equal(t, 2, strings.Count(recorded, `"name": "Text 1"`), "the same text is the same: %s", recorded)
	for _, secret := range []string{"4930123456789", "Mustermann", "U0pDMTFQ", `"red"`} {
		require.NotContains(t, recorded+overlay, secret)
	}

	files := build.Replaced{FS: os.DirFS("../.."), Contents: p.Files}
	project, err := build.Load(files, false)
	require.NoError(t, err)
	r, err := build.Run(t.Context(), project, false)
	require.NoError(t, err)
	suite, err := contract.CheckFiles(files, r.Document)
	require.NoError(t, err)
	for _, problem := range suite.Problems { // the other operation of the same rule object has no such exchange
		require.Contains(t, problem.String(), `no recording exercises "updateAnsweringRule `)
	}
}

// What is not captured whole is no recording, and what no action can say is left.
func TestProposalLeaves(t *testing.T) {
	t.Parallel()
	c := proposing(t)
	cut := changed(t, "createAnsweringRule/200-disabled.http", `"enabled": false,`, `"enabled": false, "screening": "Whenever",`)
	cut.Request.Captured = false
	c.Add(cut)
	missing := changed(t, "createAnsweringRule/200-disabled.http")
	missing.Status = 202
	c.Add(missing)
	p, err := c.Propose("2026-11-27")
	require.NoError(t, err)
	require.Len(t, p.Files, 1)
	require.Equal(t, []string{
		"capture.har:7 is no recording: the request's body was not captured whole",
		"seen-status-2xx, POST /restapi/v1.0/account/{accountId}/extension/{extensionId}/answering-rule, response 202: no overlay action says this: not " +
			"documented",
	}, p.Left)
}

func TestObservations(t *testing.T) {
	t.Parallel()
	c := proposing(t)
	const lines = `
{"operation":"readCustomGreeting","status":200,"code":"","documented":true,"unknownMembers":["owner.color","it is Jane Doe +4930123456789"],` +
		`"unknownValues":[{"path":"type","value":"Jingle"}],` +
		`"wrongTypes":[{"path":"uri","want":"string","got":"number"}],"count":3}

{"operation":"readCustomGreeting","status":403,"code":"XYZ-999","documented":false}
{"operation":"sendSMS","status":200,"code":"","documented":true,"unknownMembers":["a"]}
`
	require.NoError(t, c.ReadObservations("observed.ndjson", strings.NewReader(lines), func() error { return nil }))
	r := c.Report(diff.Side{}, diff.Side{})
	var got []string
	for _, f := range r.Findings {
		got = append(got, f.ID+" "+f.Location+": "+f.Change)
		if f.ID == "seen-value" {
			require.Equal(t, diff.Seen{Exchanges: 3, File: "observed.ndjson", Line: 2}, *f.Seen)
		}
	}
	require.ElementsMatch(t, []string{
		"seen-code error 403 XYZ-999: documented nowhere",
		"seen-member response 200 application/json (something that is no name): not documented",
		"seen-member response 200 application/json owner.color: not documented",
		"seen-type response 200 application/json uri: number, documented as string",
		"seen-value response 200 application/json type: Jingle, which the enumeration does not have",
	}, got)
	require.Equal(t, map[string]int{"observations of other operations": 1}, r.Traffic.Passed)

	for text, want := range map[string]string{
		"{\"operation\":\"a\"}\nnot JSON\n": "x.ndjson:2: not an observation, a JSON object with operation and status as the client's observer writes it",
		"[]":                                "x.ndjson:1: not an observation, a JSON object with operation and status as the client's observer writes it",
		"\n" + strings.Repeat("x", 2<<20):   "x.ndjson:2: the line is longer than 1048576 bytes: it is no observation",
	} {
		require.EqualError(t, own(t).ReadObservations("x.ndjson", strings.NewReader(text), func() error { return nil }), want)
	}
}

// Of an operation that one exchange shows, the rest is never seen.
func TestNeverSeen(t *testing.T) {
	t.Parallel()
	c := proposing(t)
	all := c.Report(diff.Side{}, diff.Side{}).Traffic.NeverSeen
	has := func(list []diff.Unseen, u diff.Unseen) bool {
		for _, one := range list {
			if one == u {
				return true
			}
		}
		return false
	}
	const op = "GET /restapi/v1.0/account/{accountId}/extension/{extensionId}/greeting/{greetingId}"
	member := diff.Unseen{Operation: op, Location: "response 200 application/json contentUri"}
	value := diff.Unseen{Operation: op, Location: "response 200 application/json type", Value: "Introductory"}
	other := diff.Unseen{Operation: op, Location: "response 200 application/json type", Value: "Voicemail"}
	code := diff.Unseen{Operation: op, Location: "error 404 CMN-102"}
	for _, u := range []diff.Unseen{member, value, other, code} {
		require.True(t, has(all, u), u)
	}
	c.Add(changed(t, "readCustomGreeting/200-introductory.http"))
	left := c.Report(diff.Side{}, diff.Side{}).Traffic.NeverSeen
	require.False(t, has(left, member))
	require.False(t, has(left, value))
	require.True(t, has(left, other))
	require.True(t, has(left, code))
	require.Less(t, len(left), len(all))
}
