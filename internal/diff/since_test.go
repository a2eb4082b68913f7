package diff_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/diff"
)

// What an earlier report found counts no more, also where it was written in full; what is new does, and what is gone is
// named.
func TestKnown(t *testing.T) {
	t.Parallel()
	const (
		first  = "{type: object, properties: {a: {type: string, enum: [x]}, b: {type: string}}}"
		second = "{type: object, properties: {a: {type: string, enum: [x, <y>]}, b: {type: string}}}"
		third  = "{type: object, properties: {a: {type: string, enum: [x, <y>]}, b: {type: integer}}}"
		fourth = "{type: object, properties: {a: {type: string, enum: [x]}, b: {type: integer}}}"
	)
	report := func(schema string) *diff.Report {
		r := &diff.Report{Findings: compare(t, get(first), get(schema), "GET /a")}
		r.Finish()
		return r
	}
	small, err := diff.WriteKnown(report(second))
	require.NoError(t, err)
	require.Equal(t, `{"findings": [
  {"id":"resp-enum-add","operation":"GET /a","location":"response 200 application/json a","old":null,"new":"<y>"}
]}
`, string(small))
	full := []byte(`{"summary": {}, "findings": [{"id": "resp-enum-add", "severity": "risky", "operation": "GET /a", "location": "response 200 ` +
		`application/json a", "attribute": "", "old": null, "new": "<y>", "line": 3}]}`)
	for _, data := range [][]byte{small, full} {
		known, err := diff.ParseKnown("known.json", data)
		require.NoError(t, err)
		r := report(third)
		require.Equal(t, diff.Summary{Breaking: 1, Risky: 1}, r.Summary)
		known.Apply(r)
		require.Equal(t, diff.Summary{Breaking: 1, Waived: 1}, r.Summary)
		require.Empty(t, r.Document)
		require.True(t, r.Fails("breaking"))

		r = report(fourth)
		known.Apply(r)
		require.Equal(t, diff.Summary{Breaking: 1}, r.Summary)
		require.Equal(t, []string{"known.json: resp-enum-add, GET /a, response 200 application/json a is found no more: drop it"}, r.Document)
	}
}

func TestKnownRefuses(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]string{
		"":                    "known.json:1: not a drift report as JSON: EOF",
		"{\n\"findings\": [,": "known.json:2: not a drift report as JSON: invalid character ','",
		"{}":                  "known.json: not a drift report as JSON: it has no findings: write one with drift --format json",
		`{"error": "x"}`:      "known.json: not a drift report as JSON: it has no findings",
		`{"findings": [{}]}`:  `known.json: finding 1: id "", operation "", location "": a finding has all three, and the id is that of a rule`,
		`{"findings": [{"id": "no-rule", "operation": "GET /a", "location": "request"}]}`: `known.json: finding 1: id "no-rule"`,
	} {
		_, err := diff.ParseKnown("known.json", []byte(data))
		require.ErrorContains(t, err, want, data)
	}
}
