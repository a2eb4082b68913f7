package drift

import (
	"maps"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/pin"
	"github.com/ringbasic/ringbasic/internal/project"
)

const shop = `openapi: 3.0.3
info: {title: Shop, version: '1'}
servers: [{url: 'https://shop.example'}]
paths:
  /item:
    get:
      operationId: readItem
      responses: {'200': {description: OK, content: {application/json: {schema: {$ref: '#/components/schemas/Item'}}}}}
    post:
      operationId: createItem
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Part'}}}}
      responses: {'204': {description: d}}
components:
  schemas:
    Item: {type: object, properties: {kind: {type: string, enum: [WAV, MP3]}, part: {$ref: '#/components/schemas/Part'}}}
    Part: {type: object, properties: {name: {type: string}}}
`

const selection = `overlay: 1.0.0
info: {title: Select, version: 1.0.0}
x-speakeasy-jsonpath: rfc9535
actions:
  - {target: "$.paths['/item'].get", description: wanted, update: {x-keep: true}}
  - {target: "$.paths['/item'].post", description: wanted, update: {x-keep: true}}
  - {target: "$.paths[?!@.*['x-keep']]", description: unwanted, remove: true}
  - {target: "$.paths.*[?@.responses && !@['x-keep']]", description: unwanted, remove: true}
  - {target: "$.paths.*.*['x-keep']", description: done, remove: true}
`

const repairs = `overlay: 1.0.0
info: {title: Repair, version: 1.0.0}
x-speakeasy-jsonpath: rfc9535
actions:
  - {target: $.components.schemas.Item.properties.kind.enum, description: the next action says what it sends, remove: true}
  - {target: $.components.schemas.Item.properties.kind, description: evidence, update: {enum: [audio/wav, audio/mpeg]}}
  - {target: $.components.schemas.Part.properties, description: evidence, update: {size: {type: integer}}}
  - {target: $.components.schemas, description: new, update: {Box: {type: object, properties: {lid: {$ref: '#/components/schemas/Lid'}}}, Lid: {type: string}}}
  - {target: $.components.schemas.Item.properties, description: e, update: {box: {$ref: '#/components/schemas/Box'},spare: {$ref: '#/components/schemas/Part'}}}
  - {target: $.components.schemas.Part, description: a name, update: {x-go-name: Piece}}
`

// shopProject is a project with the given pin, and more files.
func shopProject(t *testing.T, text string, more map[string]string) fstest.MapFS {
	t.Helper()
	doc, err := document.Parse("shop.yaml", []byte(text))
	require.NoError(t, err)
	made, err := pin.Make(doc)
	require.NoError(t, err)
	sum := pin.SHA256(made)
	lock, err := pin.Lock{Source: "shop.yaml", APIVersion: "1", UpstreamSHA256: sum, PinSHA256: sum}.Encode()
	require.NoError(t, err)
	files := fstest.MapFS{project.PinFile: {Data: made}, project.LockFile: {Data: lock}}
	all := map[string]string{"overlays/10-select.yaml": selection, "overlays/20-repair.yaml": repairs}
	maps.Copy(all, more)
	for name, content := range all {
		files[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return files
}

// upstream is the shop with edits: old, new, old, new …
func upstream(t *testing.T, edits ...string) *document.Document {
	t.Helper()
	text := shop
	for i := 0; i < len(edits); i += 2 {
		require.Equal(t, 1, strings.Count(text, edits[i]), edits[i])
		text = strings.Replace(text, edits[i], edits[i+1], 1)
	}
	doc, err := document.Parse("new.yaml", []byte(text))
	require.NoError(t, err)
	return doc
}

func TestOverlayStates(t *testing.T) {
	applies := func() map[int]string {
		return map[int]string{5: "applies", 6: "applies", 7: "applies", 8: "applies", 9: "applies", 10: "applies"}
	}
	for name, test := range map[string]struct {
		edits  []string
		states map[int]string // of 20-repair.yaml by line, beside those that apply
	}{
		"nothing changed":               {nil, nil},
		"the vendor mended a list":      {[]string{"enum: [WAV, MP3]", "enum: [audio/mpeg, audio/wav]"}, map[int]string{5: "redundant", 6: "redundant"}},
		"the vendor changed that list":  {[]string{"enum: [WAV, MP3]", "enum: [audio/ogg]"}, nil},
		"the vendor added the property": {[]string{"name: {type: string}", "name: {type: string}, size: {type: integer}"}, map[int]string{7: "redundant"}},
		"a target is gone":              {[]string{"kind: {type: string, enum: [WAV, MP3]}, ", ""}, map[int]string{5: "redundant", 6: "stale"}},
		"a schema that is named is gone": {[]string{"part: {$ref: '#/components/schemas/Part'}", "part: {type: string}",
			"schema: {$ref: '#/components/schemas/Part'}", "schema: {type: object}"}, map[int]string{7: "stale", 9: "stale", 10: "stale"}},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Run(t.Context(), shopProject(t, shop, nil), Question{Upstream: upstream(t, test.edits...)})
			require.NoError(t, err)
			want := applies()
			maps.Copy(want, test.states)
			got := map[int]string{}
			for _, a := range r.Overlays {
				if a.File == "overlays/20-repair.yaml" {
					got[a.Line] = a.State
				} else {
					require.Equal(t, "applies", a.State, a.Target)
				}
			}
			require.Equal(t, want, got)
		})
	}
}

// What our document has taken over already does not count, and is laid to the action that did it.
func TestHandled(t *testing.T) {
	r, err := Run(t.Context(), shopProject(t, shop, nil), Question{Upstream: upstream(t, "enum: [WAV, MP3]", "enum: [audio/mpeg, audio/wav]",
		"name: {type: string}", "name: {type: string}, size: {type: integer}, age: {type: integer}")})
	require.NoError(t, err)
	handled := map[string]string{}
	for _, f := range r.Findings {
		handled[f.Operation+" "+f.ID+" "+f.Location] = f.HandledBy
	}
	require.Equal(t, "overlays/20-repair.yaml:6", handled["GET /item resp-enum-disjoint response 200 application/json kind"])
	require.Equal(t, "overlays/20-repair.yaml:7", handled["GET /item resp-add response 200 application/json part.size"])
	require.Equal(t, "overlays/20-repair.yaml:7", handled["POST /item req-add-opt request application/json size"])
	require.Empty(t, handled["GET /item resp-add response 200 application/json part.age"])
	require.Contains(t, handled, "GET /item resp-add response 200 application/json part.age")
	require.Equal(t, 0, r.Summary.Breaking)
}

const recorded = `# source: documentation
# document: a test
# date: 2026-11-24

GET {{server}}/item
Accept: application/json
Authorization: Bearer {{token}}
###
HTTP/1.1 200 OK
Content-Type: application/json

{"kind": "audio/wav", "part": {"name": "lid"}}
`

func TestRecordings(t *testing.T) {
	files := shopProject(t, shop, map[string]string{project.RecordingsDir + "/readItem/200-wav.http": recorded, project.RecordingsDir +
		"/other/200-x.http": recorded})
	const file = project.RecordingsDir + "/readItem/200-wav.http"
	for name, test := range map[string]struct {
		edits []string
		want  []diff.Recording
	}{
		"it holds": {nil, []diff.Recording{}},
		"a type changed": {[]string{"name: {type: string}", "name: {type: integer}"},
			[]diff.Recording{{File: file, Problem: `response: type at /part/name: value must be an integer`}}},
		"the operation has moved": {[]string{"  /item:\n    get:", "  /items:\n    get: {responses: {'200': {description: d}}}\n  /item:\n    put:"},
			[]diff.Recording{{File: file, Problem: "the operation is gone"}}},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Run(t.Context(), files, Question{Upstream: upstream(t, test.edits...)})
			require.NoError(t, err)
			require.Equal(t, test.want, r.Recordings)
		})
	}
}

// A narrowed comparison asks the waivers of other operations for nothing.
func TestNarrow(t *testing.T) {
	files := shopProject(t, shop, map[string]string{project.WaiversFile: `waivers:
  - {id: resp-rem-opt, operation: GET /item, location: response 200 application/json part.name, reason: unused, expires: 2999-12-31}
`})
	newer := upstream(t, "name: {type: string}", "label: {type: string}")
	whole, err := Run(t.Context(), files, Question{Upstream: newer, Today: time.Now()})
	require.NoError(t, err)
	require.Equal(t, 1, whole.Summary.Waived)
	require.Empty(t, whole.WaiverProblems)
	narrow, err := Run(t.Context(), files, Question{Upstream: newer, Operations: []string{" post /item "}, Today: time.Now()})
	require.NoError(t, err)
	require.Equal(t, []string{"POST /item"}, narrow.Operations)
	require.Empty(t, narrow.WaiverProblems)
	for _, f := range narrow.Findings {
		require.Equal(t, "POST /item", f.Operation)
	}
	_, err = Run(t.Context(), files, Question{Upstream: newer, Operations: []string{"GET /nothing"}})
	require.ErrorAs(t, err, &UnknownOperationError{})
}

// An operation that is not selected can be asked for as well: the pin has it, and our own document does not.
func TestNarrowToWhatIsNotSelected(t *testing.T) {
	const op, path = "GET /order", "  /order: {get: {responses: {'200': {description: d, content: {application/json: {schema: {type: string}}}}}}}\n"
	text := strings.Replace(shop, "components:", path+"components:", 1)
	files := shopProject(t, text, nil)
	for name, test := range map[string]struct{ newer, id string }{
		"same":    {text, ""},
		"changed": {strings.Replace(text, "{schema: {type: string}}", "{schema: {type: integer}}", 1), "resp-type"},
		"gone":    {shop, "operation-removed"},
	} {
		t.Run(name, func(t *testing.T) {
			newer, err := document.Parse("new.yaml", []byte(test.newer))
			require.NoError(t, err)
			r, err := Run(t.Context(), files, Question{Upstream: newer, Operations: []string{op}, Today: time.Now()})
			require.NoError(t, err)
			if test.id == "" {
				require.Empty(t, r.Findings)
				return
			}
			require.Len(t, r.Findings, 1)
			require.Equal(t, test.id, r.Findings[0].ID)
			require.Empty(t, r.Findings[0].HandledBy)
			require.Equal(t, 1, r.Summary.Breaking)
		})
	}
}

// What cannot be tried on the newer document is mentioned, and the comparison stands.
func TestNotTried(t *testing.T) {
	newer := upstream(t, "kind: {type: string, enum: [WAV, MP3]}", "kind: {type: string, patternProperties: {a: {}}}", "openapi: 3.0.3", "openapi: 3.1.0")
	r, err := Run(t.Context(), shopProject(t, shop, nil), Question{Upstream: newer, GoAPI: true})
	require.NoError(t, err)
	require.NotEmpty(t, r.Findings)
	require.Contains(t, strings.Join(r.Document, "\n"), "overlays, recordings and the Go API were not tried on the upstream document: new.yaml:")
	require.Nil(t, r.Summary.Go)
}
