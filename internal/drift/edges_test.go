package drift

import (
	"context"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/contract"
	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/project"
	"github.com/ringbasic/ringbasic/internal/recording"
)

// actions is an overlay with these actions, the first on line 5.
func actions(list ...string) map[string]string {
	const head = "overlay: 1.1.0\ninfo: {title: Repair, version: 1.0.0}\nx-speakeasy-jsonpath: rfc9535\nactions:\n"
	return map[string]string{"overlays/20-repair.yaml": head + "  - " + strings.Join(list, "\n  - ") + "\n"}
}

// handled are the findings that something handles, and what: "resp-add response 200 application/json part.size".
func handled(r *diff.Report) map[string]string {
	all := map[string]string{}
	for _, f := range r.Findings {
		if f.HandledBy != "" {
			all[f.ID+" "+f.Location] = f.HandledBy
		}
	}
	return all
}

// An action takes a finding over whatever the member is called that it says something of, and in whatever way it says it.
func TestHandledByAnyAction(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"size", "description", "title", "summary", "properties", "schemas"} {
		newer := upstream(t, "name: {type: string}", "name: {type: string}, "+name+": {type: string}")
		for _, text := range []string{
			"{target: $.components.schemas.Part.properties, description: e, update: {" + name + ": {type: string}}}",
			"{target: $.components.schemas.Part, description: e, update: {properties: {" + name + ": {type: string}}}}",
			"{target: $.components.schemas, description: e, update: {Part: {properties: {" + name + ": {type: string}}}}}",
			"{target: \"$.components.schemas.Part.properties['" + name + "']\", description: e, copy: $.components.schemas.Part.properties.name}",
		} {
			list := []string{"{target: $.components.schemas.Item, description: e, update: {x-go-name: Thing, title: T, description: D}}", text}
			if strings.Contains(text, "copy:") {
				list[0] = "{target: $.components.schemas.Part.properties, description: e, update: {" + name + ": {}}}"
			}
			r, err := Run(t.Context(), shopProject(t, shop, actions(list...)), Question{Upstream: newer})
			require.NoError(t, err, text)
			assert.Equal(t, map[string]string{
				"resp-add response 200 application/json part." + name: "overlays/20-repair.yaml:6",
				"req-add-opt request application/json " + name:        "overlays/20-repair.yaml:6",
			}, handled(r), text)
		}
	}

	// A list is merged as well.
	r, err := Run(t.Context(), shopProject(t, shop, actions(
		"{target: $.components.schemas.Item.properties.kind.enum, description: e, update: [OGG]}",
	)), Question{Upstream: upstream(t, "MP3]", "MP3, OGG]")})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"resp-enum-add response 200 application/json kind": "overlays/20-repair.yaml:5"}, handled(r))
}

// What an overlay replaces of the newer document is told where the vendor says something else there now. What is
// referred to counts, whatever it is called, however deep and whether or not it comes round to itself.
func TestOverrides(t *testing.T) {
	t.Parallel()
	const (
		kind   = "{target: $.components.schemas.Item.properties.kind, description: they send numbers, update: {type: integer, maxLength: 5}}"
		part   = "{target: $.components.schemas.Item.properties.part, description: it is a box, update: {$ref: '#/components/schemas/Box'}}"
		box    = "{target: $.components.schemas, description: new, update: {Box: {type: object}}}"
		narrow = "{target: $.components.schemas.Part, description: e, update: {minProperties: 1}}"
		partAt = "/components/schemas/Item/properties/part/$ref"
		loop   = "Part: {type: object, properties: {name: {type: string}, sub: {$ref: '#/components/schemas/Part'}}}"
		old    = "Part: {type: object, properties: {name: {type: string}}}"
	)
	override := func(pointer, vendor, was, ours string) []diff.Override {
		return []diff.Override{{Pointer: pointer, Vendor: vendor, Was: was, Ours: ours}}
	}
	for _, test := range []struct {
		name    string
		actions []string
		pin     []string // edits of the shop
		newer   []string
		want    []diff.Override
		reason  string
	}{
		{"the same", []string{kind}, nil, nil, nil, ""},
		{"another type", []string{kind}, nil, []string{"kind: {type: string", "kind: {type: number"},
			override("/components/schemas/Item/properties/kind/type", `"number"`, `"string"`, `"integer"`), "they send numbers"},
		{"a limit that is new", []string{kind}, nil, []string{"kind: {type: string", "kind: {maxLength: 3, type: string"},
			override("/components/schemas/Item/properties/kind/maxLength", "3", "", "5"), "they send numbers"},
		{"a list", []string{"{target: $.components.schemas.Item.properties.kind, description: e, update: {enum: {a: b}}}"}, nil, nil, nil, ""},
		{"the same reference", []string{box, part}, nil, nil, nil, ""},
		{"what it refers to has changed", []string{box, part}, nil, []string{old, "Part: {type: object, properties: {name: {type: integer}}}"},
			override(partAt, `"#/components/schemas/Part"`, `"#/components/schemas/Part"`, `"#/components/schemas/Box"`), "it is a box"},
		{"it refers to the same by another name", []string{box, part}, nil, []string{
			"part: {$ref: '#/components/schemas/Part'}", "part: {$ref: '#/components/schemas/Piece'}",
			old, old + "\n    Piece: {type: object, properties: {name: {type: string}}}"}, nil, ""},
		{"the same, with a name within", []string{box, part}, nil,
			[]string{old, "Part: {type: object, properties: {name: {$ref: '#/components/schemas/Name'}}}\n    Name: {type: string}"}, nil, ""},
		{"another, with a name within", []string{box, part}, nil,
			[]string{old, "Part: {type: object, properties: {name: {$ref: '#/components/schemas/Name'}}}\n    Name: {type: integer}"},
			override(partAt, `"#/components/schemas/Part"`, `"#/components/schemas/Part"`, `"#/components/schemas/Box"`), "it is a box"},
		{"part of itself", []string{box, part}, []string{old, loop}, []string{old, loop}, nil, ""},
		{"part of itself now", []string{box, part}, nil, []string{old, loop},
			override(partAt, `"#/components/schemas/Part"`, `"#/components/schemas/Part"`, `"#/components/schemas/Box"`), "it is a box"},
		{"another action has changed what it refers to", []string{narrow, box, part}, nil, nil, nil, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text := shop
			for i := 0; i < len(test.pin); i += 2 {
				text = strings.Replace(text, test.pin[i], test.pin[i+1], 1)
			}
			r, err := Run(t.Context(), shopProject(t, text, actions(test.actions...)), Question{Upstream: upstream(t, test.newer...)})
			require.NoError(t, err)
			last := r.Overlays[len(r.Overlays)-1]
			require.Equal(t, "applies", last.State)
			require.Equal(t, test.want, last.Overrides)
			require.Equal(t, test.reason, last.Reason)
		})
	}
}

// An action that gives an operation its id applies where the vendor has that id, too: it keeps it. One that says more is
// redundant then. The last of all may remove something.
func TestStatesOfIDs(t *testing.T) {
	t.Parallel()
	newer, err := document.Parse("new.yaml", []byte(strings.Replace(shop, "operationId: readItem", "operationId: getItem\n      deprecated: true", 1)))
	require.NoError(t, err)
	r, err := Run(t.Context(), shopProject(t, shop, actions(
		"{target: \"$.paths['/item'].get\", description: e, update: {operationId: getItem}}",
		"{target: \"$.paths['/item'].get\", description: e, update: {operationId: getItem, deprecated: true}}",
		"{target: \"$.paths['/item'].get\", description: e, update: {deprecated: true}}",
		"{target: $.components.schemas.Item.properties.kind.enum, description: e, remove: true}",
	)), Question{Upstream: newer})
	require.NoError(t, err)
	var states []string
	for _, a := range r.Overlays[len(r.Overlays)-4:] {
		states = append(states, a.State)
	}
	require.Equal(t, []string{"applies", "redundant", "applies", "applies"}, states)
}

// Of the selection that is stale which matches nothing any more.
func TestStaleSelection(t *testing.T) {
	t.Parallel()
	r, err := Run(t.Context(), shopProject(t, shop, nil), Question{Upstream: upstream(t, "    post:\n", "    put:\n")})
	require.NoError(t, err)
	stale := map[int]string{}
	for _, a := range r.Overlays {
		if a.File == project.SelectFile {
			stale[a.Line] = a.State
		}
	}
	require.Equal(t, map[int]string{5: "applies", 6: "stale", 7: "applies", 8: "applies", 9: "applies"}, stale)
}

// A path whose variables are called otherwise is the same: selection and overlays find it, with its parameters.
func TestRenamedVariables(t *testing.T) {
	t.Parallel()
	text := func(name, more string) string {
		parameter := func(in string) string {
			return "{name: " + name + ", in: " + in + ", required: true, schema: {type: string}}"
		}
		return strings.NewReplacer(
			"  /item:\n    get:\n",
			"  /item/{"+name+"}:\n    parameters: [{$ref: '#/components/parameters/Own'}, {$ref: '#/components/parameters/Page'}"+more+"]\n    get:\n",
			"      operationId: readItem\n", "      operationId: readItem\n      parameters: ["+parameter("path")+", "+parameter("query")+"]\n",
			"components:\n", "components:\n  parameters:\n    Own: "+parameter("path")+"\n    Page: {name: page, in: query, schema: {type: string}}\n",
		).Replace(shop)
	}
	pinned := text("id", "")
	more := actions("{target: \"$.paths['/item/{id}'].get.parameters[?@.in == 'path']\", description: e, update: {schema: {maxLength: 9}}}")
	more["overlays/10-select.yaml"] = strings.ReplaceAll(selection, "'/item'", "'/item/{id}'")
	files := shopProject(t, pinned, more)
	for name, test := range map[string]struct{ newer, problem string }{
		"the same":                    {pinned, ""},
		"renamed":                     {text("itemId", ""), ""},
		"renamed, beside other paths": {strings.Replace(text("itemId", ""), "paths:\n", "paths:\n  /a: {get: {responses: {'200': {description: d}}}}\n", 1), ""},
		"renamed, with a parameter that is nowhere": {text("itemId", ", {$ref: '#/components/parameters/None'}"), "#/components/parameters/None"},
	} {
		newer, err := document.Parse("new.yaml", []byte(test.newer))
		require.NoError(t, err)
		before := string(document.JSON(newer.Root))
		r, err := Run(t.Context(), files, Question{Upstream: newer})
		require.Equal(t, before, string(document.JSON(newer.Root)), "the document is not changed")
		if test.problem != "" {
			require.ErrorContains(t, err, test.problem, name)
			continue
		}
		require.NoError(t, err, name)
		require.Equal(t, []string{"GET /item/{id}", "POST /item/{id}"}, r.Operations, name)
		require.Empty(t, r.Document, name)
		for _, a := range r.Overlays {
			require.Equal(t, "applies", a.State, "%s: %s", name, a.Target)
		}
		renamed := map[string]int{}
		for _, f := range r.Findings {
			renamed[f.ID]++
		}
		if name == "the same" {
			require.Empty(t, renamed)
		} else {
			// The query parameter is another one.
			require.Equal(t, map[string]int{"path-variable": 2, "param-rem": 1, "param-add-req": 1}, renamed, name)
		}
	}
}

// Overlays that do not fit the pin are refused, unless they are edited for the newer document and something was built
// from them before.
func TestEditedOverlays(t *testing.T) {
	t.Parallel()
	newer := upstream(t, "name: {type: string}", "name: {type: string}, size: {type: string}")
	const (
		gone  = "{target: $.components.schemas.Part.properties.size, description: e, update: {maxLength: 5}}"
		stray = "{target: $.components.schemas.Part, description: e, update: {properties: {size: {description: how large}}}}"
	)
	for _, test := range []struct {
		name, action, built string
		edited              bool
		want                string
	}{
		{"a target that is not there", gone, shop, false, "overlays/20-repair.yaml:5:14: target matches nothing: $.components.schemas.Part.properties.size"},
		{"a target that is there later", gone, shop, true, ""},
		{"nothing was built", gone, "", true, "overlays/20-repair.yaml:5:14: target matches nothing: $.components.schemas.Part.properties.size"},
		{"what is described is not there", stray, shop, false, `overlays/20-repair.yaml:5:79: there is no "size" to describe`},
		{"what is described is there later", stray, shop, true, ""},
		{"what was built is no document", gone, "openapi: [", true, project.SpecFile + ":"},
	} {
		files := shopProject(t, shop, actions(test.action))
		if test.built != "" {
			files[project.SpecFile] = &fstest.MapFile{Data: []byte(test.built)}
		}
		r, err := Run(t.Context(), files, Question{Upstream: newer, Edited: test.edited})
		if test.want != "" {
			require.ErrorContains(t, err, test.want, test.name)
			continue
		}
		require.NoError(t, err, test.name)
		require.Equal(t, "applies", r.Overlays[len(r.Overlays)-1].State, test.name)
		require.Empty(t, r.Overlays[len(r.Overlays)-1].Strays, test.name)
	}
	files := shopProject(t, shop, nil)
	files[project.SpecFile] = &fstest.MapFile{Mode: fs.ModeDir}
	_, err := Run(t.Context(), files, Question{Upstream: newer, Edited: true})
	require.ErrorContains(t, err, project.SpecFile)
}

// Between foreign documents nothing but the selection of the project matters, and that has to be there.
func TestBase(t *testing.T) {
	t.Parallel()
	base, newer := upstream(t), upstream(t, "name: {type: string}", "label: {type: string}")
	r, err := Run(t.Context(), fstest.MapFS{project.SelectFile: {Data: []byte(selection)}}, Question{Upstream: newer, Base: base})
	require.NoError(t, err)
	require.Equal(t, []string{"GET /item", "POST /item"}, r.Operations)
	require.NotEmpty(t, r.Findings)
	require.Empty(t, handled(r))
	_, err = Run(t.Context(), fstest.MapFS{}, Question{Upstream: newer, Base: base})
	require.ErrorContains(t, err, project.SelectFile+" is missing")
	_, err = Run(t.Context(), fstest.MapFS{project.SelectFile: {Data: []byte(selection)}},
		Question{Upstream: newer, Base: base, Operations: []string{"GET /none"}})
	require.EqualError(t, err, `neither document has "GET /none": write one as 'POST /restapi/v1.0/…'`)
}

// A run that is interrupted has no report.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := Run(ctx, shopProject(t, shop, nil), Question{Upstream: upstream(t)})
	require.ErrorIs(t, err, context.Canceled)
	require.Nil(t, r)
}

// What a report mentions beside its findings: nothing where all went well.
func TestMentions(t *testing.T) {
	t.Parallel()
	broken := "  /broken: {get: {responses: {'200': {$ref: '#/components/responses/None'}}}}\ncomponents:\n"
	label := actions("{target: $.components.schemas.Part.properties.name, description: e, update: {x-go-type: Label}}")
	for _, test := range []struct {
		name     string
		more     map[string]string
		newer    *document.Document
		document []string // the beginning of each line
		outside  int
	}{
		{"all well", nil, upstream(t), nil, 0},
		{"something is broken elsewhere", nil, upstream(t, "components:\n", broken), nil, 1},
		{"a recording that is none", map[string]string{project.RecordingsDir + "/readItem/200-wav.http": "GET\n"}, upstream(t),
			[]string{"the recordings were not tried on the upstream document: " + project.RecordingsDir + "/readItem/200-wav.http:"}, 0},
		{"our package cannot be made", label, upstream(t),
			[]string{"the Go API was not compared: our own package cannot be made: types.gen.go: undefined: Label"}, 0},
	} {
		r, err := Run(t.Context(), shopProject(t, shop, test.more), Question{Upstream: test.newer, GoAPI: true})
		require.NoError(t, err, test.name)
		require.Len(t, r.Document, len(test.document), "%s: %q", test.name, r.Document)
		for i, want := range test.document {
			require.Contains(t, r.Document[i], want, test.name)
		}
		require.Len(t, r.Outside, test.outside, test.name)
		require.Equal(t, test.name == "our package cannot be made", r.Summary.Go == nil, test.name)
	}
}

// Waivers for operations that are in no document excuse nothing, unless the comparison was narrowed.
func TestWaiversOfOthers(t *testing.T) {
	t.Parallel()
	files := shopProject(t, shop, map[string]string{project.WaiversFile: `waivers:
  - {id: resp-rem-opt, operation: GET /other, location: response 200 application/json part.name, reason: unused, expires: 2999-12-31}
`})
	r, err := Run(t.Context(), files, Question{Upstream: upstream(t), Today: time.Now()})
	require.NoError(t, err)
	require.Len(t, r.WaiverProblems, 1)
	require.Equal(t, 2, r.WaiverProblems[0].Line)
	r, err = Run(t.Context(), files, Question{Upstream: upstream(t), Operations: []string{"GET /item"}, Today: time.Now()})
	require.NoError(t, err)
	require.Empty(t, r.WaiverProblems)
}

// Three problems of a recording are told, and how many more there are. What breaks the document on purpose is no problem.
func TestRefused(t *testing.T) {
	t.Parallel()
	violations := func(n int) (list []contract.Violation) {
		for i := range n {
			list = append(list, contract.Violation{Keyword: "type", At: "/" + string(rune('a'+i)), Text: "no"})
		}
		return list
	}
	const one, two, three = "type at /a: no", "type at /b: no", "type at /c: no"
	for _, test := range []struct {
		name              string
		meta              recording.Meta
		status            int
		request, response int
		want              string
	}{
		{"none", recording.Meta{}, 200, 0, 0, ""},
		{"three", recording.Meta{}, 200, 0, 3, "response: " + one + "; response: " + two + "; response: " + three},
		{"four", recording.Meta{}, 200, 0, 4, "response: " + one + "; response: " + two + "; response: " + three + "; and 1 more"},
		{"both", recording.Meta{}, 200, 1, 1, "request: " + one + "; response: " + one},
		{"a request that is to break it", recording.Meta{Invalid: "type"}, 200, 1, 1, "response: " + one},
		{"a response that is to break it", recording.Meta{InvalidResponse: "type"}, 200, 1, 1, "request: " + one},
		{"a failure", recording.Meta{}, 400, 1, 1, "request: " + one},
		{"a status below", recording.Meta{}, 199, 0, 1, ""},
		{"the last success", recording.Meta{}, 299, 0, 1, "response: " + one},
	} {
		r := &recording.Recording{File: "recordings/a/b.http", Meta: test.meta, Response: recording.Response{Status: test.status}}
		var want []diff.Recording
		if test.want != "" {
			want = []diff.Recording{{File: r.File, Problem: test.want}}
		}
		require.Equal(t, want, Refused([]*contract.Exchange{{
			Recording: r, Operation: &contract.Operation{}, Request: violations(test.request), Response: violations(test.response),
		}}), test.name)
	}
}

// Parameters are called as the path has it from now on, those of the path alone, and where they are referred to, too.
func TestAlignedParameters(t *testing.T) {
	t.Parallel()
	parse := func(paths string) *document.Document {
		doc, err := document.Parse("desks.yaml", []byte(`{"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": `+paths+`,
			"components": {"parameters": {"Own": {"name": "deskId", "in": "path"}, "Page": {"name": "page", "in": "query"}}}}`))
		require.NoError(t, err)
		return doc
	}
	base := parse(`{"/desk/{id}/{part}": {"get": {"responses": {}}}}`)
	doc := parse(`{"/desk/{deskId}/{part}": {
		"parameters": [{"$ref": "#/components/parameters/None"}, {"$ref": "#/components/parameters/Own"}, {"$ref": "#/components/parameters/Page"}],
		"get": {"parameters": [{"name": "deskId", "in": "query"}, {"name": "deskId", "in": "path"}, {"name": "part", "in": "path"}], "responses": {}},
		"put": {"responses": {}},
		"post": {"parameters": [{"name": "deskId", "in": "path"}], "responses": {}}
	}}`)
	before := string(document.JSON(doc.Root))
	require.JSONEq(t, `{"/desk/{id}/{part}": {
		"parameters": [{"$ref": "#/components/parameters/None"}, {"name": "id", "in": "path"}, {"$ref": "#/components/parameters/Page"}],
		"get": {"parameters": [{"name": "deskId", "in": "query"}, {"name": "id", "in": "path"}, {"name": "part", "in": "path"}], "responses": {}},
		"put": {"responses": {}},
		"post": {"parameters": [{"name": "id", "in": "path"}], "responses": {}}
	}}`, string(document.JSON(document.Get(aligned(doc, base).Root, "paths"))))
	require.Equal(t, before, string(document.JSON(doc.Root)))
	require.Same(t, base, aligned(base, base))
}

// Names and descriptions are no facts, but as the names of something.
func TestSaysFacts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`{description: d, summary: s, title: t, x-go-name: N, x-go-type-name: T, x-enum-varnames: [A]}`: false,
		`{properties: {a: {description: d}, b: {title: t}}}`:                                            false,
		`{properties: {a: {description: d, maxLength: 1}}}`:                                             true,
		`{properties: {description: {description: d}}}`:                                                 false,
		`{description: {type: string}}`:                                                                 true,
		`{a: {}}`:                                                                                       true,
		`{enum: [A]}`:                                                                                   true,
	} {
		require.Equal(t, want, saysFacts(document.Get(tree(t, strings.Replace(desks, "Desk:", "Own: "+text+"\n    Desk:", 1)), "components", "schemas", "Own")), text)
	}
}

// What is written out of a reference has a bound, in nodes.
func TestWrittenOutIsBounded(t *testing.T) {
	t.Parallel()
	root := tree(t, strings.Replace(desks, "    Desk:", "    List: {enum: [1, 2, 3]}\n    Desk:", 1))
	list := document.Get(root, "components", "schemas", "List", "enum")
	for budget, want := range map[int]string{9: "[1,2,3]", 4: "[1,2,3]", 3: "[1,2]", 2: "[1]", 1: "[]"} {
		left := budget
		require.Equal(t, want, strings.ReplaceAll(string(document.JSON(writtenOut(root, list, nil, &left))), " ", ""), budget)
	}
}
