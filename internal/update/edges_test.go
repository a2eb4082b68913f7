package update

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/goapi"
	"github.com/ringbasic/ringbasic/internal/names"
	"github.com/ringbasic/ringbasic/internal/project"
)

// An operation that is gone is to be done without, or selected where it probably is now; one selected is enough.
func TestNoteOperations(t *testing.T) {
	t.Parallel()
	action := func(path, state string) diff.OverlayAction {
		return diff.OverlayAction{File: project.SelectFile, Line: 9, Target: "$.paths['" + path + "'].get", State: state}
	}
	without := "do without it: the client has no such method any more, and its recordings go"
	r := &Result{Moved: &diff.Report{
		Findings: []diff.Finding{
			{Aspect: "operation", Change: "removed", Operation: "GET /gone"},
			{Aspect: "operation", Change: "removed", Operation: "GET /moved", MovedTo: "GET /elsewhere"},
		},
		Overlays: []diff.OverlayAction{
			action("/gone", "stale"), action("/moved", "stale"), {File: project.SelectFile, State: "applies"}, {File: project.SelectFile, State: "applies"},
			{File: project.SelectFile, State: "applies"}, action("/left", "applies"), {File: docsFile, State: "stale"},
		},
	}}
	require.NoError(t, r.noteOperations())
	require.Equal(t, []string{
		"operation overlays/10-select.yaml: the new document has no GET /gone",
		"operation overlays/10-select.yaml: the new document has no GET /moved, and is probably GET /elsewhere now",
	}, todos(r))
	require.Equal(t, []string{without}, r.Todos[0].Options)
	require.Equal(t, []string{"select what it is now in overlays/10-select.yaml, move its recordings there, and run make", without}, r.Todos[1].Options)

	r.Todos, r.Moved.Overlays[5].State = nil, "stale"
	require.ErrorContains(t, r.noteOperations(), "none of the selected operations is left")
}

// Of an action that is redundant it is told that it stays, where the pin changes; of one that applies nothing is.
func TestTrimOverlaysTells(t *testing.T) {
	t.Parallel()
	r := &Result{Files: map[string][]byte{}, Moved: &diff.Report{Overlays: []diff.OverlayAction{
		{File: docsFile, Line: 3, Target: "$.a", State: "redundant"}, {File: docsFile, Line: 6, Target: "$.b", State: "applies"},
	}}}
	require.NoError(t, r.trimOverlays(fstest.MapFS{}))
	require.Empty(t, r.Done)
	r.Changed = true
	require.NoError(t, r.trimOverlays(fstest.MapFS{}))
	require.Equal(t, []string{"overlays/50-docs.yaml:3 stays, and is redundant: the document says so by itself: $.a"}, r.Done)
	require.Empty(t, r.Files)
}

// Without a package of our own the Go API is not compared, and the report says why.
func TestGoAPIThatCannotBeCompared(t *testing.T) {
	t.Parallel()
	for _, before := range []func() (*goapi.API, error){
		func() (*goapi.API, error) { return nil, errors.New("undefined: Shade") },
		func() (*goapi.API, error) { return &goapi.API{Problems: []error{errors.New("undefined: Shade")}}, nil },
	} {
		r := &Result{Moved: &diff.Report{}}
		require.NoError(t, r.judgeGoAPI(before))
		require.Equal(t, []string{"the Go API was not compared: our own package cannot be made: undefined: Shade"}, r.Moved.Document)
	}
}

// A schema without a description is told of by itself, or with its members that have none.
func TestNoteDescriptions(t *testing.T) {
	t.Parallel()
	doc, err := document.Parse("spec/openapi.yaml", []byte("openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths: {}\ncomponents:\n  schemas:\n"+
		"    Alone: {type: object}\n    Parts: {type: object, description: D, properties: {a: {type: string}, b: {description: B}, c: {}}}\n"+
		"    Known: {type: object}\n    Whole: {type: object, description: D}\n"))
	require.NoError(t, err)
	known := map[string]bool{}
	for _, lack := range build.Undescribed(doc.Root) {
		if lack.Owner == "schema Known" {
			known[lack.String()] = true
		}
	}
	r := &Result{Built: &build.Result{Root: doc.Root}}
	require.NoError(t, r.noteDescriptions(known))
	require.Equal(t, []string{
		"description overlays/50-docs.yaml: schema Alone is not described",
		"description overlays/50-docs.yaml: schema Parts: not described: property a, property c",
	}, todos(r))
	require.Equal(t, "  - target: $.components.schemas.Parts\n    description: What it is.\n    update:\n      properties:\n        a:\n"+
		"          description: \"\" # string\n        c:\n          description: \"\"\n", r.Todos[1].Actions)
}

// A project without a contract suite had no problems before.
func TestFormerWithoutSuite(t *testing.T) {
	t.Parallel()
	files := ours(t)
	for name := range files {
		if strings.HasPrefix(name, "contracttests/") {
			delete(files, name)
		}
	}
	was, err := formerOf(files)
	require.NoError(t, err)
	require.NotNil(t, was.report)
	require.Empty(t, was.report.Missing)
}

// Eight problems of a recording are told, of more the rest is counted.
func TestFew(t *testing.T) {
	t.Parallel()
	var problems []string
	for i := range maxProblems {
		problems = append(problems, fmt.Sprint(i))
	}
	require.Equal(t, problems, few(problems))
	require.Equal(t, append(problems[:maxProblems:maxProblems], "and 1 more"), few(append(problems[:maxProblems:maxProblems], "x")))
	require.Equal(t, append(problems[:maxProblems:maxProblems], "and 2 more"), few(append(problems[:maxProblems:maxProblems], "x", "y")))
}

// A new name is told with its line and the number of its further places, one that widens with what differs.
func TestNoteNames(t *testing.T) {
	t.Parallel()
	place := func(steps string) names.Place { return names.Place{Owner: "Thing", Steps: steps} }
	widening := func(name string) names.Widening {
		return names.Widening{Name: name, Facts: []names.Difference{{}}}
	}
	made := func() *Result {
		return &Result{
			Files: map[string][]byte{project.NamesFile: []byte("Part:\n  - Thing.a\n\nThing:\n  - POST /things request\n")},
			Built: &build.Result{
				Names: names.Edit{Add: []names.Entry{{Name: "Part", Place: place(".a")}, {Name: "Lost", Place: place(".b")},
					{Name: "Lost", Place: place(".c")}, {Name: "Lost", Place: place(".d")}}},
				Naming: &build.Naming{Result: &names.Result{}, Typed: &names.Typed{Widened: []names.Widening{widening("Thing"), widening("Nowhere")}}},
			},
		}
	}
	r := made()
	r.noteNames(nil)
	fact := names.Difference{}.String()
	require.Equal(t, []string{
		"name spec/names.yaml: Lost names Thing.b and 2 more",
		"name spec/names.yaml:1: Part names Thing.a",
		"widening spec/names.yaml:4: Thing stands for schemas that differ: " + fact,
		"widening spec/names.yaml: Nowhere stands for schemas that differ: " + fact,
	}, todos(r))
	r = made()
	r.Built.Naming = nil
	r.noteNames(nil)
	require.Empty(t, r.Todos, "a project without a table of names")
}

// An override tells what the vendor says now, what it said before if anything, and our evidence if there is any.
func TestNoteOverlays(t *testing.T) {
	t.Parallel()
	override := func(was string) []diff.Override {
		return []diff.Override{{Pointer: "/components/schemas/Thing/type", Vendor: `"text"`, Was: was, Ours: `"string"`}}
	}
	r := &Result{Moved: &diff.Report{Overlays: []diff.OverlayAction{
		{File: "overlays/20-repair.yaml", Line: 3, Target: "$.a", Overrides: override(`"number"`), Reason: "a published body"},
		{File: "overlays/20-repair.yaml", Line: 7, Target: "$.b", Overrides: override("")},
		{File: "overlays/20-repair.yaml", Line: 9, Target: "$.c"},
	}}}
	r.noteOverlays()
	require.Equal(t, []string{
		`override overlays/20-repair.yaml:3: Thing.type: the vendor now says "text", which was "number"; ours is "string". Our evidence: a published body`,
		`override overlays/20-repair.yaml:7: Thing.type: the vendor now says "text"; ours is "string"`,
	}, todos(r))
}

// A pin that changes without anything new lists nothing as not recorded yet; what is new is listed, and named.
func TestWhatIsNewIsListed(t *testing.T) {
	t.Parallel()
	const listed = "contracttests/testdata/unrecorded.yaml lists"
	_, r := updated(t, ours(t), edited(t, "x-throttling-group: Heavy", "x-throttling-group: Light"))
	require.True(t, r.Changed)
	require.NotContains(t, strings.Join(r.Done, "\n"), listed)

	_, r = updated(t, ours(t), edited(t, "\n      queue:\n", "\n      brandNew: {type: object, properties: {mode: {type: string}}}\n      queue:\n"))
	require.Contains(t, strings.Join(r.Done, "\n"), listed)
	require.Contains(t, strings.Join(todos(r), "\n"), ": AnsweringRuleBrandNew names AnsweringRule.brandNew and 2 more")
}
