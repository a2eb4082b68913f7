package report

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/diff"
)

// -update writes what the views print into testdata; read the difference before you commit it.
var update = flag.Bool("update", false, "rewrite the golden files in testdata")

var options = Options{FailOn: "breaking", Page: everyPage}

func render(t testing.TB, format string, r *diff.Report, o Options) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, Write(&b, format, r, o))
	return b.String()
}

func TestGolden(t *testing.T) {
	t.Parallel()
	extensions := map[string]string{"text": "txt", "markdown": "md", "json": "json", "sarif": "sarif", "junit": "xml", "github": "commands", "html": "html"}
	color, verbose := options, options
	color.Color, verbose.Verbose = true, true
	type view struct {
		format string
		report *diff.Report
		o      Options
	}
	views := map[string]view{
		"everything-color.txt":        {"text", everything(), color},
		"everything-verbose.txt":      {"text", everything(), verbose},
		"everything-verbose.commands": {"github", everything(), verbose},
	}
	for _, format := range Formats {
		require.NotEmpty(t, extensions[format], "a golden file for %s", format)
		views["everything."+extensions[format]] = view{format, everything(), options}
		views["nothing."+extensions[format]] = view{format, nothing(), Options{FailOn: "breaking"}}
	}
	var names []string
	for name, v := range views {
		names = append(names, name)
		file := filepath.Join("testdata", name)
		got := render(t, v.format, v.report, v.o)
		require.Equal(t, got, render(t, v.format, v.report, v.o), "%s: two runs differ", name)
		if *update {
			require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
			continue
		}
		want, err := os.ReadFile(file)
		require.NoError(t, err)
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got); if it is right, run go test ./internal/report -update:\n%s", file, diff)
		}
	}
	files, err := filepath.Glob("testdata/*.*")
	require.NoError(t, err)
	for _, file := range files {
		require.Contains(t, names, filepath.Base(file), "no view has this golden file: remove it")
	}
}

func TestUnknownFormat(t *testing.T) {
	t.Parallel()
	require.EqualError(t, Write(&bytes.Buffer{}, "pdf", nothing(), Options{}), `there is no format "pdf"`)
}

// A view reports that it could not be written, and why the page could not be made.
func TestWriteErrors(t *testing.T) {
	t.Parallel()
	for _, format := range Formats {
		require.ErrorIs(t, Write(full{}, format, everything(), options), errFull, format)
	}
	broken := func() (Page, error) { return Page{}, errFull }
	require.ErrorIs(t, Write(&bytes.Buffer{}, "html", nothing(), Options{Page: broken}), errFull)
}

// Only the page asks for what is beside the report, which costs more than everything else.
func TestPageIsLazy(t *testing.T) {
	t.Parallel()
	for _, format := range Formats {
		asked := 0
		render(t, format, everything(), Options{Page: func() (Page, error) { asked++; return Page{}, nil }})
		require.Equal(t, format == "html", asked == 1, format)
	}
}

var errFull = errors.New("full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

// Nothing of a vendor's text steers a terminal or starts a line of its own, in any view for people or runners.
func TestNoControlCharacters(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "markdown", "sarif", "junit", "github"} {
		for n, line := range strings.Split(render(t, format, everything(), options), "\n") {
			require.NotContains(t, line, "\x1b", "%s:%d", format, n+1)
			require.NotContains(t, line, "\r", "%s:%d", format, n+1)
			require.NotContains(t, line, "\u202e", "%s:%d", format, n+1)
			require.False(t, strings.HasPrefix(line, "::error::f"), "%s:%d: %s", format, n+1, line)
			require.False(t, strings.HasPrefix(line, "| g |"), "%s:%d: %s", format, n+1, line)
		}
	}
}

func TestColor(t *testing.T) {
	t.Parallel()
	o := options
	plain := render(t, "text", everything(), o)
	o.Color = true
	colored := render(t, "text", everything(), o)
	require.Contains(t, colored, "\x1b[31;1mbreaking\x1b[0m")
	for _, style := range []string{"31;1", "33", "32", "1", "2", "0"} {
		colored = strings.ReplaceAll(colored, "\x1b["+style+"m", "")
	}
	require.Equal(t, plain, colored, "colour adds nothing else")
}

// Change is what every view says of a finding.
func TestChange(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		id, location, attribute string
		old, new                any
		want                    string
	}{
		{"resp-enum-add", "response 200 application/json a", "", nil, "X", "+ X"},
		{"req-enum-rem", "request application/json a", "", "X", nil, "− X"},
		{"req-enum-rem", "request application/json a", "", "", nil, `− ""`},
		{"req-enum-new", "request application/json a", "", nil, []any{"X", "Y"}, `enum none → ["X","Y"]`},
		{"req-limit-tight", "request application/json a", "maxLength", 80, 70, "maxLength 80 → 70"},
		{"req-limit-new", "request application/json a", "minimum", nil, 0, "minimum none → 0"},
		{"req-format-rem", "request application/json a", "", "date-time", nil, "format date-time → none"},
		{"req-default-chg", "request application/json a", "", false, nil, "default false → none"},
		{"resp-type", "response 200 application/json a", "", "array", "object", "type array → object"},
		{"req-req", "parameter query:a", "", false, true, "optional → required"},
		{"resp-now-opt", "response 200 application/json a", "", true, false, "required → optional"},
		{"body-opt", "request", "", true, false, "required → optional"},
		{"deprecated+", "deprecated", "", false, true, "now deprecated"},
		{"undeprecated", "request application/json a", "", true, false, "no longer deprecated"},
		{"resp-nullable+", "response 200 application/json a", "", false, true, "now nullable"},
		{"req-readonly-", "request application/json a", "", true, false, "no longer read-only"},
		{"permission", "x-app-permission", "", "A", "B", "A → B"},
		{"permission", "x-user-permission", "", nil, "B", "none → B"},
		{"throttle-tighter", "x-throttling-group", "", "Light", "Heavy", "Light → Heavy"},
		{"operation-id-changed", "operationId", "", "a", "b", "a → b"},
		{"mt-req-rem", "request multipart/mixed", "", "multipart/mixed", nil, "removed"},
		{"mt-resp-add", "response 200 text/plain", "", nil, "text/plain", "added"},
		{"extra-open", "request application/json a", "", false, true, "additionalProperties false → true"},
		{"resp-branch-add", "response 200 application/json a", "", nil, "Dog", "+ Dog"},
		{"req-branch-rem", "request application/json a", "", "object", nil, "− object"},
		{"resp-header-rem", "response 200", "", "X-A", nil, "− X-A"},
		{"req-writeonly", "request application/json a", "", false, true, "now write-only"},
		{"path-variable", "parameter path:id", "", "id", "uid", "variable id → uid"},
		{"req-style", "parameter query:a", "", "multi", "csv", "style multi → csv"},
		{"other", "operation", "security", nil, nil, "security changed"},
		{"other", "operation", "security", map[string]any{"a": 1}, nil, `security {"a":1} → none`},
	} {
		r := diff.Report{Findings: []diff.Finding{{ID: c.id, Location: c.location, Attribute: c.attribute, Old: c.old, New: c.new}}}
		r.Finish()
		require.Equal(t, c.want, deltaOf(r.Findings[0]).String(), "%s at %s", c.id, c.location)
	}
	for _, change := range []string{"added", "removed"} {
		require.Equal(t, change, deltaOf(diff.Finding{Aspect: "existence", Change: change}).String())
	}
}

func TestLine(t *testing.T) {
	t.Parallel()
	require.Equal(t, `a\nb\r\x1b[0m\u202ec`, line("a\nb\r\x1b[0m\u202ec"))
	require.Equal(t, "ä → 語", line("ä → 語"))
	require.Equal(t, `\x1b[31m`, line("\x1b[31m"), "at the very start, too")
	require.Equal(t, strings.Repeat("ä", maxValue), line(strings.Repeat("ä", maxValue)))
	long := line(strings.Repeat("ä", maxValue+3))
	require.Equal(t, strings.Repeat("ä", maxValue)+"… (6 more bytes)", long)
}

// Findings come worst first: by operation, and in each.
func TestOrder(t *testing.T) {
	t.Parallel()
	all := groups(everything())
	require.Equal(t, []string{createThing, readThing, listThings, sendFile, updateThing, readStatus}, operationsOf(all))
	for _, g := range all {
		require.True(t, slices.IsSortedFunc(g.Findings, func(a, b diff.Finding) int { return rank(a) - rank(b) }), g.Operation)
	}
	require.Empty(t, all[5].Findings, "an operation without findings comes last, and is there")
}

func operationsOf(all []group) (names []string) {
	for _, g := range all {
		names = append(names, g.Operation)
	}
	return names
}

// Keys are links that people keep: they depend on nothing but the change and its place.
func TestKey(t *testing.T) {
	t.Parallel()
	f := diff.Finding{ID: "resp-enum-add", Operation: readThing, Location: "response 200 application/json color", New: "Green"}
	require.Equal(t, "617cab3e327b", Key(f))
	same := f
	same.Line, same.Waived, same.Rule, same.HandledBy, same.Severity = 9, true, "r", "h", diff.Safe
	require.Equal(t, Key(f), Key(same))
	seen := map[string]bool{}
	for _, f := range everything().Findings {
		require.False(t, seen[Key(f)], "two findings with one key: %v", f)
		seen[Key(f)] = true
	}
}

// The text of a report of 266 findings costs milliseconds: it is linear, and nothing is computed for other views.
func BenchmarkText(b *testing.B) {
	r := &diff.Report{}
	for i := range 266 {
		r.Findings = append(r.Findings, diff.Finding{ID: "resp-add", Severity: diff.Severity([]string{"breaking", "risky", "safe"}[i%3]),
			Operation: []string{createThing, readThing, updateThing}[i%3], Location: fmt.Sprintf("response 200 application/json a%d", i), Line: i})
	}
	r.Finish()
	for b.Loop() {
		render(b, "text", r, Options{Verbose: true})
	}
}
