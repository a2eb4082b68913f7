package diff_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/diff"
)

// A waiver file is read whole, or refused with the place of everything that is wrong in it.
func TestParseWaivers(t *testing.T) {
	const all = "id, operation, location, reason, expires"
	const one = "  - id: req-req\n    operation: POST /p\n    location: request application/json a\n    reason: \" agreed \"\n    expires: 2027-03-31\n"
	w, err := diff.ParseWaivers("w.yaml", []byte("# ours\nwaivers:\n"+one+strings.NewReplacer("req-req", "req-opt").Replace(one)))
	require.NoError(t, err)
	expires := time.Date(2027, 3, 31, 0, 0, 0, 0, time.UTC)
	require.Equal(t, &diff.Waivers{Name: "w.yaml", List: []diff.Waiver{
		{ID: "req-req", Operation: "POST /p", Location: "request application/json a", Reason: "agreed", Expires: expires, Line: 3},
		{ID: "req-opt", Operation: "POST /p", Location: "request application/json a", Reason: "agreed", Expires: expires, Line: 8},
	}}, w)

	for name, text := range map[string]string{
		"nothing": "", "a byte order mark": "\xef\xbb\xbf", "lines without anything": "\n  \n\t\r\n",
		"comments": "# a\n  # b\n", "a document of nothing": "---\n# a\n",
		"no list": "waivers:\n", "an empty list": "waivers: []\n",
	} {
		w, err := diff.ParseWaivers("w.yaml", []byte(text))
		require.NoError(t, err, name)
		require.Equal(t, &diff.Waivers{Name: "w.yaml", List: w.List}, w, name)
		require.Empty(t, w.List, name)
	}

	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"no YAML", "waivers: [\n", []string{"w.yaml:"}},
		{"another key", "waiver: []\n", []string{`w.yaml:1:1: unknown key "waiver": a waiver file has one key, waivers`}},
		{"another key beside", "waivers: []\nmore: 1\n", []string{`w.yaml:2:1: unknown key "more": a waiver file has one key, waivers`}},
		{"no key", "{}\n", []string{"w.yaml:1:1: waivers is missing"}},
		{"no list", "waivers: all\n", []string{"w.yaml:1:10: waivers must be a list"}},
		{"no mapping", "waivers: [all]\n", []string{"w.yaml:1:11: a waiver must be a mapping with " + all}},
		{"everything is missing", "waivers: [{}]\n", []string{
			"w.yaml:1:11: id is missing: a waiver has " + all, "w.yaml:1:11: operation is missing: a waiver has " + all,
			"w.yaml:1:11: location is missing: a waiver has " + all, "w.yaml:1:11: reason is missing: a waiver has " + all,
			"w.yaml:1:11: expires is missing: a waiver has " + all,
		}},
		{"everything is empty", "waivers:\n  - id:\n    operation: ''\n    location: ' '\n    reason: [a]\n    expires: null\n", []string{
			"w.yaml:2:8: id is empty", "w.yaml:3:16: operation is empty", "w.yaml:4:15: location is empty", "w.yaml:5:13: reason is empty",
			"w.yaml:6:14: expires is empty",
		}},
		{"a key too many", "waivers:\n" + one + "    who: me\n", []string{`w.yaml:7:5: unknown key "who": a waiver has ` + all}},
		{"an id that is no rule", "waivers:\n" + strings.Replace(one, "req-req", "req-what", 1),
			[]string{`w.yaml:2:9: unknown rule id "req-what": the ids are those that drift prints`}},
		{"a date that is none", "waivers:\n" + strings.Replace(one, "2027-03-31", "2027-02-30", 1),
			[]string{`w.yaml:6:14: expires is "2027-02-30": write a date as 2027-03-31`}},
		{"the same twice", "waivers:\n" + one + one, []string{"w.yaml:7:5: the same waiver as at line 2: keep one"}},
		// What is told of each already is not told again as the same thing.
		{"two without an id", "waivers:\n" + strings.Repeat(strings.Replace(one, "req-req", "''", 1), 2),
			[]string{"w.yaml:2:9: id is empty", "w.yaml:7:9: id is empty"}},
		{"two without an operation", "waivers:\n" + strings.Repeat(strings.Replace(one, "POST /p", "''", 1), 2),
			[]string{"w.yaml:3:16: operation is empty", "w.yaml:8:16: operation is empty"}},
		{"two without a location", "waivers:\n" + strings.Repeat(strings.Replace(one, "request application/json a", "''", 1), 2),
			[]string{"w.yaml:4:15: location is empty", "w.yaml:9:15: location is empty"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, err := diff.ParseWaivers("w.yaml", []byte(c.text))
			require.Error(t, err)
			require.Nil(t, w)
			if c.name == "no YAML" {
				require.Contains(t, err.Error(), c.want[0])
				return
			}
			require.Equal(t, strings.Join(c.want, "\n"), err.Error())
		})
	}
}

// A waiver is for the finding with its id, operation and location alone, and through the day on which it expires.
func TestApplyWaivers(t *testing.T) {
	last := time.Date(2027, 3, 31, 0, 0, 0, 0, time.UTC)
	waiver := diff.Waiver{ID: "req-req", Operation: "POST /p", Location: "request a", Reason: "agreed", Expires: last, Line: 3}
	findings := func() []diff.Finding {
		return []diff.Finding{
			{ID: "req-req", Operation: "POST /p", Location: "request a"},
			{ID: "req-opt", Operation: "POST /p", Location: "request a"},
			{ID: "req-req", Operation: "PUT /p", Location: "request a"},
			{ID: "req-req", Operation: "POST /p", Location: "request b"},
			{ID: "req-req", Operation: "POST /p", Location: "request a", Old: 1},
		}
	}
	waived := func(w *diff.Waivers, today time.Time) ([]bool, []diff.WaiverProblem) {
		list := findings()
		problems := w.Apply(list, today)
		var which []bool
		for _, f := range list {
			which = append(which, f.Waived)
		}
		return which, problems
	}
	w := &diff.Waivers{Name: "w.yaml", List: []diff.Waiver{waiver}}
	for _, today := range []time.Time{
		last.AddDate(-1, 0, 0), last, last.Add(24*time.Hour - 1),
		time.Date(2027, 3, 31, 23, 59, 0, 0, time.FixedZone("west", -11*3600)), // April in UTC, and still the 31st there
	} {
		which, problems := waived(w, today)
		require.Equal(t, []bool{true, false, false, false, true}, which, today)
		require.Empty(t, problems, today)
	}
	which, problems := waived(w, last.Add(24*time.Hour))
	require.Equal(t, make([]bool, 5), which)
	require.Equal(t, []diff.WaiverProblem{{
		File: "w.yaml", Line: 3,
		Problem: "waiver req-req, POST /p, request a expired on 2027-03-31: deal with the change, or give a reason for a later date",
	}}, problems)
	require.Equal(t, "w.yaml:3: "+problems[0].Problem, problems[0].String())

	stray := waiver
	stray.Location = "request c"
	which, problems = waived(&diff.Waivers{Name: "w.yaml", List: []diff.Waiver{stray}}, last.AddDate(1, 0, 0))
	require.Equal(t, make([]bool, 5), which)
	require.Equal(t, []diff.WaiverProblem{{File: "w.yaml", Line: 3, Problem: "waiver req-req, POST /p, request c matches no finding: remove it"}}, problems)
}

// Drift keeps no waiver of traffic, and the other way round; a report on some operations keeps those of them.
func TestKeepWaivers(t *testing.T) {
	kept := func(traffic bool, operations []string, narrowed bool) (ids []string) {
		w := &diff.Waivers{List: []diff.Waiver{
			{ID: "req-req", Operation: "POST /p"}, {ID: "req-opt", Operation: "PUT /p"}, {ID: "seen-null", Operation: "POST /p"},
			{ID: "seen-type", Operation: "PUT /p"},
		}}
		w.Keep(traffic, operations, narrowed)
		for _, one := range w.List {
			ids = append(ids, one.ID)
		}
		return ids
	}
	require.Equal(t, []string{"req-req", "req-opt"}, kept(false, []string{"POST /p"}, false))
	require.Equal(t, []string{"req-req"}, kept(false, []string{"POST /p"}, true))
	require.Equal(t, []string{"seen-null", "seen-type"}, kept(true, nil, false))
	require.Equal(t, []string{"seen-type"}, kept(true, []string{"PUT /p"}, true))
	for _, want := range diff.TrafficRules() {
		got, ok := diff.TrafficRule(want.ID)
		require.True(t, ok)
		require.Equal(t, want, got)
	}
	got, ok := diff.TrafficRule("req-req")
	require.False(t, ok)
	require.Zero(t, got)
}

// A skeleton has what fails at the threshold, each place once with all its changes, and is refused until each has a
// reason.
func TestSkeleton(t *testing.T) {
	expires := time.Date(2027, 3, 31, 0, 0, 0, 0, time.UTC)
	finding := func(id string, severity diff.Severity, location string, old, new any) diff.Finding {
		return diff.Finding{ID: id, Severity: severity, Operation: "POST /p", Location: location, Old: old, New: new, Rule: "why " + id}
	}
	limit := finding("req-limit-tight", diff.Breaking, "request a", 5, 4)
	limit.Attribute = "maxLength"
	waived, handled := finding("req-type", diff.Breaking, "request w", 1, 2), finding("req-type", diff.Breaking, "request h", 1, 2)
	waived.Waived, handled.HandledBy = true, "overlays/a.yaml:1"
	elsewhere := finding("req-enum-rem", diff.Breaking, "request e", "Z", nil)
	elsewhere.Operation = "GET /*"
	same := finding("req-enum-rem", diff.Breaking, "request e", "W", nil)
	same.Waived = true
	findings := []diff.Finding{
		finding("operation-removed", diff.Breaking, "operation", nil, nil), limit, waived, handled,
		finding("req-enum-rem", diff.Breaking, "request e", "A", nil), finding("req-enum-add", diff.Safe, "request e", nil, "C"),
		finding("req-enum-rem", diff.Breaking, "request e", "B", nil), finding("req-enum-rem", diff.Breaking, "request f", "F", nil), elsewhere, same,
		finding("deprecated+", diff.Risky, "deprecated: it", false, true),
	}
	const head = "# Delete the entries that are not accepted, and give the others a reason.\n"
	entry := func(id, operation, location string, lines ...string) string {
		return "  # " + strings.Join(lines, "\n  # ") + "\n  - id: " + id + "\n    operation: " + operation + "\n    location: " + location +
			"\n    reason:\n    expires: 2027-03-31\n"
	}
	breaking := entry("operation-removed", "POST /p", "operation", "breaking: why operation-removed") +
		entry("req-limit-tight", "POST /p", "request a", "breaking: why req-limit-tight", "maxLength 5 → 4") +
		entry("req-enum-rem", "POST /p", "request e", "breaking: why req-enum-rem", `"A" → null`, `"B" → null`) +
		entry("req-enum-rem", "POST /p", "request f", "breaking: why req-enum-rem", `"F" → null`) +
		entry("req-enum-rem", "GET /*", "request e", "breaking: why req-enum-rem", `"Z" → null`)
	risky := breaking + entry(`deprecated+`, "POST /p", `"deprecated: it"`, "risky: why deprecated+", "false → true")
	safe := entry("req-enum-add", "POST /p", "request e", "safe: why req-enum-add", `null → "C"`)
	require.Equal(t, head+"waivers:\n"+breaking, string(diff.Skeleton(findings, "breaking", expires, true)))
	require.Equal(t, head+risky, string(diff.Skeleton(findings, "risky", expires, false)))
	require.Contains(t, string(diff.Skeleton(findings, "any", expires, false)), safe)
	require.Nil(t, diff.Skeleton(findings, "none", expires, true))
	require.Nil(t, diff.Skeleton(nil, "any", expires, false))

	_, err := diff.ParseWaivers("w.yaml", diff.Skeleton(findings, "risky", expires, true))
	require.ErrorContains(t, err, "w.yaml:7:12: reason is empty")
}

// Whatever the location is, the skeleton's entry with a reason is a waiver of that finding.
func TestSkeletonQuotes(t *testing.T) {
	expires := time.Date(2027, 3, 31, 0, 0, 0, 0, time.UTC)
	for location, want := range map[string]string{
		"request application/json azAZ09.b[]": "request application/json azAZ09.b[]", "a": "a", "z": "z", "A": "A", "Z": "Z",
		"a /{}()[].-_+*z": "a /{}()[].-_+*z", "error 404 W-1": "error 404 W-1",
		"1": `"1"`, "[]": `"[]"`, "@": `"@"`, "`": "\"`\"", "{": `"{"`, "-": `"-"`, "*a": `"*a"`, "/p": `"/p"`,
		"a@": `"a@"`, "a`": "\"a`\"", "a~": `"a~"`, "a:": `"a:"`, "a#": `"a#"`, "aé": `"aé"`, "a ": `"a "`, "a\nb": `"a\nb"`, `a"`: `"a\""`, "a^b": `"a^b"`,
	} {
		findings := []diff.Finding{{ID: "req-req", Severity: diff.Breaking, Operation: "POST /p", Location: location}}
		text := string(diff.Skeleton(findings, "breaking", expires, true))
		require.Contains(t, text, "\n    location: "+want+"\n")
		w, err := diff.ParseWaivers("w.yaml", []byte(strings.Replace(text, "reason:", "reason: agreed", 1)))
		require.NoError(t, err, location)
		if strings.TrimSpace(location) == location { // a waiver has no space at its ends
			require.Empty(t, w.Apply(findings, expires), location)
			require.True(t, findings[0].Waived, location)
		}
	}
}

// A report counts each finding once, and fails at the threshold by what counts, or by a waiver that does not hold.
func TestReportCountsAndFails(t *testing.T) {
	finding := func(severity diff.Severity, waived bool, handled string) diff.Finding {
		return diff.Finding{ID: "other", Severity: severity, Attribute: string(severity), Waived: waived, HandledBy: handled, Go: &diff.GoImpact{}}
	}
	verdict := diff.GoCompatible
	r := diff.Report{Summary: diff.Summary{Go: &verdict, Safe: 9}, Findings: []diff.Finding{
		finding(diff.Breaking, false, ""), finding(diff.Risky, false, ""), finding(diff.Risky, false, ""), finding(diff.Safe, false, ""),
		finding(diff.Safe, false, ""), finding(diff.Safe, false, ""), finding(diff.Breaking, true, "a:1"), finding(diff.Risky, true, ""),
		finding(diff.Breaking, false, "a:1"), finding(diff.Safe, false, "a:2"), finding(diff.Safe, false, "a:3"),
	}}
	r.Findings[3].Go.Symbols = []string{"S"}
	r.Findings[4].Go = nil
	r.Finish()
	require.Equal(t, diff.Summary{Breaking: 1, Risky: 2, Safe: 3, Waived: 2, Handled: 3, Go: &verdict}, r.Summary)
	symbols := 0
	for _, f := range r.Findings {
		require.NotNil(t, f.Implied)
		if f.Go != nil {
			require.NotNil(t, f.Go.Symbols, "never null in JSON")
			symbols += len(f.Go.Symbols)
		}
	}
	require.Equal(t, 1, symbols, "what is there is kept")

	for _, c := range []struct {
		f                          diff.Finding
		none, breaking, risky, any bool
	}{
		{finding(diff.Breaking, false, ""), false, true, true, true},
		{finding(diff.Risky, false, ""), false, false, true, true},
		{finding(diff.Safe, false, ""), false, false, false, true},
		{finding(diff.Breaking, true, ""), false, false, false, false},
		{finding(diff.Breaking, false, "a:1"), false, false, false, false},
	} {
		for i, want := range []bool{c.none, c.breaking, c.risky, c.any} {
			failOn := diff.FailOn[i]
			require.Equal(t, want, diff.Fails(c.f, failOn), "%s %s", c.f.Severity, failOn)
			one := diff.Report{Findings: []diff.Finding{finding(diff.Breaking, true, ""), c.f}}
			require.Equal(t, want, one.Fails(failOn), "%s %s", c.f.Severity, failOn)
			one.WaiverProblems = []diff.WaiverProblem{{}}
			require.True(t, one.Fails(failOn), "whatever the threshold is")
		}
	}
	require.False(t, (&diff.Report{}).Fails("any"))
}
