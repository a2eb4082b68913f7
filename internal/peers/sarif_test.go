package peers_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"net/url"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	oasis "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/report"
	"github.com/ringbasic/ringbasic/internal/report/reporttest"
)

func render(t testing.TB, format string, r *diff.Report) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, report.Write(&b, format, r, report.Options{FailOn: "breaking"}))
	return b.String()
}

// sarifSchema is the schema that OASIS publishes. A Go module carries it, but keeps it to itself: it is read from the
// module's source.
func sarifSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	dir, err := exec.Command("go", "list", "-f", "{{.Dir}}", "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif").Output()
	require.NoError(t, err)
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(strings.TrimSpace(string(dir)), "schema.go"), nil, 0)
	require.NoError(t, err)
	text := ""
	ast.Inspect(file, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			text, err = strconv.Unquote(literal.Value)
		}
		return text == ""
	})
	require.NoError(t, err)
	const id = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	require.Contains(t, text, `"id": "`+id+`"`)
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	require.NoError(t, c.AddResource(id, doc))
	schema, err := c.Compile(id)
	require.NoError(t, err)
	return schema
}

func TestSARIFSchema(t *testing.T) {
	t.Parallel()
	schema := sarifSchema(t)
	validate := func(text string) error {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		require.NoError(t, err)
		return schema.Validate(doc)
	}
	good := render(t, "sarif", reporttest.Everything())
	require.NoError(t, validate(good))
	require.NoError(t, validate(render(t, "sarif", reporttest.Nothing())))

	// The schema is able to refuse: what a slip of ours would look like.
	for old, by := range map[string]string{
		`"level": "error"`:            `"level": "breaking"`,
		`"startLine": 48`:             `"startLine": 0`,
		`"version": "2.1.0"`:          `"version": "2.1"`,
		`"name": "ringbasic",`:        ``,
		`"shortDescription"`:          `"description"`,
		`"status": "accepted"`:        `"status": "waived"`,
		`"physicalLocation"`:          `"physical"`,
		`new/the%20things,%20100%25.`: `new/the things, 100%.`,
	} {
		require.Contains(t, good, old)
		require.Error(t, validate(strings.ReplaceAll(good, old, by)), "%s became %s", old, by)
	}
}

// A reader that others wrote finds the lines, the suppressions, and the rule of each result.
func TestSARIFRead(t *testing.T) {
	t.Parallel()
	r := reporttest.Everything()
	log, err := oasis.FromBytes([]byte(render(t, "sarif", r)))
	require.NoError(t, err)
	require.Len(t, log.Runs, 1)
	run := log.Runs[0]
	require.Len(t, run.Results, len(r.Findings)+len(r.WaiverProblems))
	byKey := map[string]diff.Finding{}
	for _, f := range r.Findings {
		byKey[report.Key(f)] = f
	}
	levels := map[diff.Severity]string{diff.Breaking: "error", diff.Risky: "warning", diff.Safe: "note"}
	waivers := 0
	for _, result := range run.Results {
		require.Equal(t, *result.RuleID, *run.Tool.Driver.Rules[result.RuleIndex].ID)
		place := result.Locations[0].PhysicalLocation
		if *result.RuleID == "waiver" {
			waivers++
			require.Equal(t, "spec/waivers.yaml", *place.ArtifactLocation.URI)
			require.Equal(t, 2, *place.Region.StartLine)
			require.Contains(t, *result.Message.Text, "matches no finding: remove it")
			continue
		}
		f, ok := byKey[result.PartialFingerprints["ringbasicFinding/v1"]]
		require.True(t, ok, "%v", result.PartialFingerprints)
		require.Equal(t, f.ID, *result.RuleID)
		require.Equal(t, levels[f.Severity], result.Level)
		uri, err := url.Parse(*place.ArtifactLocation.URI)
		require.NoError(t, err)
		require.Equal(t, r.Upstream.Source, uri.Path)
		if f.Line > 0 {
			require.Equal(t, f.Line, *place.Region.StartLine)
		} else {
			require.Nil(t, place.Region)
		}
		require.Equal(t, f.Counts(), len(result.Suppressions) == 0, "%s", f.Location)
		for _, s := range result.Suppressions {
			want := "waived"
			if !f.Waived {
				want = "handled by " + f.HandledBy
			}
			require.Equal(t, want, *s.Justification)
		}
		require.NotContains(t, *result.Message.Text, "](", "an embedded link")
	}
	require.Equal(t, 1, waivers)
}
