package update

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/drift"
	"github.com/ringbasic/ringbasic/internal/project"
)

// edited is the vendor's document of 1.0.36, as the project's tests have it, with something replaced.
func edited(t *testing.T, pairs ...string) *document.Document {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "diff", "testdata", "documents", "1.0.36.yaml"))
	require.NoError(t, err)
	for i := 0; i < len(pairs); i += 2 {
		require.Contains(t, string(text), pairs[i])
		text = []byte(strings.ReplaceAll(string(text), pairs[i], pairs[i+1]))
	}
	doc, err := document.Parse("vendor.yaml", text)
	require.NoError(t, err)
	return doc
}

func todos(r *Result) (list []string) {
	for _, todo := range r.Todos {
		list = append(list, todo.Kind+" "+todo.At+": "+todo.Fact)
	}
	return list
}

// A document in which an operation is elsewhere is taken over without it, and a to-do says where it probably is.
func TestOperationMoved(t *testing.T) {
	t.Parallel()
	files := ours(t)
	const path = "/extension/{extensionId}/answering-rule/{ruleId}:\n"
	text := string(files[project.PinFile].Data)
	require.Contains(t, text, path)
	doc, err := document.Parse("vendor.yaml", []byte(strings.Replace(text, path, "/extension/{extensionId}/rules/{ruleId}:\n", 1)))
	require.NoError(t, err)
	after, r := updated(t, files, doc)
	require.Contains(t, todos(r), "operation overlays/10-select.yaml: the new document has no PUT "+
		"/restapi/v1.0/account/{accountId}/extension/{extensionId}/answering-rule/{ruleId}"+
		", and is probably PUT /restapi/v1.0/account/{accountId}/extension/{extensionId}/rules/{ruleId} now")
	require.NotContains(t, string(after["overlays/10-select.yaml"].Data), "answering-rule/{ruleId}")
	require.NotContains(t, string(after["overlays/50-docs.yaml"].Data), "answering-rule/{ruleId}")
	require.NotContains(t, string(after["generated/ringcentral/api.gen.go"].Data), "UpdateAnsweringRule(")
	require.Contains(t, string(after["spec/names.yaml"].Data), "\nunused:\n")

	// With it back, and the overlays as they were, everything has its name again.
	back, err := document.Parse(project.PinFile, files[project.PinFile].Data)
	require.NoError(t, err)
	for name, file := range files {
		if strings.HasPrefix(name, "overlays/") {
			after[name] = file
		}
	}
	again, r := updated(t, after, back)
	require.Equal(t, string(files[typesFile].Data), string(again[typesFile].Data))
	for _, table := range []map[string]*fstest.MapFile{files, again} { // a pin that came by an update may have some of its own
		require.Equal(t, strings.Contains(string(files["spec/names.yaml"].Data), "\nunused:\n"),
			strings.Contains(string(table["spec/names.yaml"].Data), "\nunused:\n"))
	}
	_, same := updated(t, files, back)
	left := slices.DeleteFunc(todos(r), func(todo string) bool { // what an overlay replaces of the operation is news
		return strings.HasPrefix(todo, "override ") && strings.Contains(todo, "PUT /restapi/v1.0/account/{accountId}/extension/{extensionId}/answering-rule/")
	})
	require.ElementsMatch(t, todos(same), left, "what is left to do is what was before")
}

// The success of an operation keeps its name, whatever status it has.
func TestSuccessHasAnotherStatus(t *testing.T) {
	t.Parallel()
	files := ours(t)
	pinned, err := document.Parse(project.PinFile, files[project.PinFile].Data)
	require.NoError(t, err)
	paths := document.Get(pinned.Root, "paths")
	responses := document.Get(paths, "/restapi/v1.0/account/{accountId}/greeting", "post", "responses")
	require.NotNil(t, document.Get(responses, "200"))
	for key := range document.Pairs(responses) {
		if key.Value == "200" {
			key.Value = "201"
		}
	}
	after, r := updated(t, files, pinned)
	require.Equal(t, string(files[typesFile].Data), string(after[typesFile].Data))
	require.Equal(t, string(files["spec/names.yaml"].Data), string(after["spec/names.yaml"].Data))
	require.NotEmpty(t, r.Todos, "recordings have the other status")
	for _, todo := range r.Todos {
		require.Equal(t, KindRecording, todo.Kind, todo.Fact)
		require.Contains(t, todo.At, "createCompanyGreeting")
	}
}

// An operation that has lost its body: its names go out of use, what describes them is deleted.
func TestBodyLost(t *testing.T) {
	t.Parallel()
	files := ours(t)
	pinned, err := document.Parse(project.PinFile, files[project.PinFile].Data)
	require.NoError(t, err)
	op := document.Get(pinned.Root, "paths", "/restapi/v1.0/account/{accountId}/extension/{extensionId}/answering-rule/{ruleId}", "put")
	// The pin may be of Swagger 2.0 or of OpenAPI 3.
	lost := document.Delete(op, "requestBody")
	if parameters := document.Get(op, "parameters"); parameters != nil {
		before := len(parameters.Content)
		parameters.Content = slices.DeleteFunc(parameters.Content, func(p *yaml.Node) bool { return document.Text(p, "in") == "body" })
		lost = lost || len(parameters.Content) < before
	}
	require.True(t, lost)
	after, r := updated(t, files, pinned)
	names := string(after["spec/names.yaml"].Data)
	require.Greater(t, strings.Index(names, "  UpdateAnsweringRuleRequest:\n    - PUT"), strings.Index(names, "unused:"))
	require.NotContains(t, string(after[typesFile].Data), "UpdateAnsweringRuleRequest")
	require.NotContains(t, string(after["overlays/50-docs.yaml"].Data), "UpdateAnsweringRuleRequest")
	require.NotContains(t, string(after["overlays/50-docs.yaml"].Data), "What to change.")
	require.NotEmpty(t, r.Todos)
	_, again := updated(t, after, pinned)
	require.False(t, again.Changed)
	require.Empty(t, again.Todos)
}

// A document with none of the selected operations is refused, with all that is missing.
func TestNothingIsLeft(t *testing.T) {
	t.Parallel()
	doc := edited(t, "/restapi/v1.0/", "/v9/")
	_, err := Run(t.Context(), Input{Files: ours(t), Upstream: doc, Pin: func() (map[string][]byte, error) { return nil, nil }})
	require.ErrorContains(t, err, "overlays/10-select.yaml:9: the new document has no POST "+
		"/restapi/v1.0/account/{accountId}/extension/{extensionId}/answering-rule, and is probably POST "+
		"/v9/account/{accountId}/extension/{extensionId}/answering-rule now\n")
	require.ErrorContains(t, err, "\nnone of the selected operations is left")
}

// What two updates do to the Go API between two releases is one list in the changelog, whoever wrapped its lines or
// wrote notes there.
func TestChangelogOfTwoUpdates(t *testing.T) {
	t.Parallel()
	changes := func(list ...string) (changes []diff.GoChange) {
		for _, text := range list {
			symbol, change, _ := strings.Cut(text, " ")
			changes = append(changes, diff.GoChange{Symbol: symbol, Change: change})
		}
		return changes
	}
	written := func(t *testing.T, changelog string, list ...string) string {
		t.Helper()
		r := &Result{Changed: true, Files: map[string][]byte{}, Moved: &diff.Report{GoChanges: changes(list...)}}
		files := fstest.MapFS{project.ChangelogFile: {Data: []byte(changelog)}}
		require.NoError(t, r.NoteInChangelog(files))
		if r.Files[project.ChangelogFile] == nil {
			return changelog
		}
		return string(r.Files[project.ChangelogFile])
	}
	const empty = "# Changelog\n\n## Unreleased\n\n## v1.0.0\n- First.\n"
	first := written(t, empty, "New added", "Other.Field added", "Gone removed", "Odd changed from int to string")
	require.Equal(t, strings.Replace(empty, "## Unreleased\n", "## Unreleased\n\n### Vendor document\n"+
		"- Added: `New`, `Other.Field`.\n- Changed: `Odd`.\n- Removed: `Gone`.\n", 1), first)
	require.Equal(t, first, written(t, first), "without a change of the API nothing is written")

	noted := strings.Replace(first, "`New`, `Other.Field`.\n", "`New`,\n  `Other.Field`.\n- The vendor calls New experimental.\n", 1)
	second := written(t, noted, "New removed", "Gone added", "Odd removed", "Other.Field changed from int to string", "Last added")
	require.Equal(t, strings.Replace(empty, "## Unreleased\n", "## Unreleased\n\n### Vendor document\n"+
		"- Added: `Last`, `Other.Field`.\n- Changed: `Gone`.\n- Removed: `Odd`.\n- The vendor calls New experimental.\n", 1), second)

	back := written(t, written(t, empty, "New added"), "New removed")
	require.Equal(t, empty, back, "there and back is no change")

	var many []string
	for i := range 40 {
		many = append(many, fmt.Sprintf("SomeSymbolOfALongName%02d added", i))
	}
	for line := range strings.Lines(written(t, empty, many...)) {
		require.LessOrEqual(t, len(strings.TrimSuffix(line, "\n")), columns)
	}
	require.Equal(t, written(t, empty, many...), written(t, written(t, empty, many[20:]...), many[:20]...))
}

// What to-dos about descriptions ask for is there to be filled in: written into the overlay with texts, the actions do
// all of it.
func TestDescribingActions(t *testing.T) {
	t.Parallel()
	const list, form = "        - name: type\n          in: query\n", "        - name: answeringRuleId\n          in: formData\n"
	doc := edited(t,
		list, "        - {name: it's, in: query, type: array, items: {type: integer}}\n"+list,
		form, "        - {name: some-day, in: formData, type: string, enum: [x, z]}\n"+form,
		"\n      queue:\n", "\n      what-is: {type: object, properties: {new: {type: boolean}}}\n      queue:\n")
	after, r := updated(t, ours(t), doc)
	actions := r.actions()
	for _, want := range []string{
		"  - target: $.paths['/restapi/v1.0/account/{accountId}/call-recording/custom-greetings'].get.parameters[?@.name == 'it\\'s']\n",
		"      description: \"\" # array of integer\n",
		"      some-day:\n        description: \"\" # string: x, z\n",
		"        new:\n          description: \"\" # boolean\n",
	} {
		require.Contains(t, actions, want)
	}
	after[docsFile] = &fstest.MapFile{
		Data: append(after[docsFile].Data, strings.ReplaceAll(actions, `description: ""`, "description: Described.")...),
	}
	start, err := build.Load(after, false)
	require.NoError(t, err)
	built, err := build.Run(t.Context(), start, false)
	require.NoError(t, err)
	before := map[string]bool{} // what the project does not describe is not the update's
	present, err := document.Parse(project.SpecFile, ours(t)[project.SpecFile].Data)
	require.NoError(t, err)
	for _, lack := range build.Undescribed(present.Root) {
		before[lack.String()] = true
	}
	for _, lack := range build.Undescribed(built.Root) {
		require.True(t, before[lack.String()], lack.String())
	}
	require.NotEmpty(t, build.Undescribed(r.Built.Root))
}

// What an update says of the Go API, which it takes from what it built, is what drift says of it beforehand.
func TestGoAPIAsDrift(t *testing.T) {
	t.Parallel()
	files := ours(t)
	doc := edited(t, "\n      queue:\n", "\n      brandNew: {type: string}\n      queue:\n", "usageType", "usedAs")
	_, r := updated(t, files, doc)
	want, err := drift.Run(t.Context(), files, drift.Question{
		Upstream: doc, GoAPI: true, Edited: true, Today: time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC),
	})
	require.NoError(t, err)
	require.NotEmpty(t, want.GoChanges)
	require.Equal(t, want.GoChanges, r.Moved.GoChanges)
	require.Equal(t, want.Summary, r.Moved.Summary)
	require.Equal(t, want.Document, r.Moved.Document)
	require.Equal(t, want.Findings, r.Moved.Findings)
	require.Equal(t, want.Recordings, r.Moved.Recordings)
}
