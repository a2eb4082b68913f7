package goapi

import (
	"fmt"
	"go/types"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/packages"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
)

const base = `openapi: 3.0.3
info: {title: Desks, version: '1'}
paths:
  /desk/{deskId}:
    put:
      operationId: updateDesk
      parameters:
        - {name: deskId, in: path, required: true, schema: {type: string}}
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/DeskRequest'}}
      responses:
        '200':
          description: OK
          content: {application/json: {schema: {$ref: '#/components/schemas/Desk'}}}
        '400':
          description: Bad Request
          x-error-codes: [{code: DSK-101, message: The name is taken}]
  /desk:
    get:
      operationId: listDesks
      parameters:
        - {name: floor, in: query, schema: {type: integer}}
      responses:
        '200':
          description: OK
          content: {application/json: {schema: {$ref: '#/components/schemas/Desks'}}}
    post:
      operationId: uploadPlan
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              required: [plan]
              properties:
                plan: {type: string, format: binary}
                note.de: {type: string}
      responses:
        '204': {description: No Content}
components:
  schemas:
    DeskRequest:
      type: object
      required: [name]
      properties:
        name: {type: string, maxLength: 20}
    Desk:
      type: object
      properties:
        id: {type: string}
        colour: {type: string, enum: [Red, Green], x-go-type-name: Colour}
        seats: {type: array, items: {$ref: '#/components/schemas/Seat'}}
        owner: {oneOf: [{$ref: '#/components/schemas/Person'}, {$ref: '#/components/schemas/Team'}]}
        labels: {type: object, additionalProperties: {$ref: '#/components/schemas/Label'}}
    Desks:
      type: object
      properties:
        records: {type: array, items: {$ref: '#/components/schemas/Desk'}}
    Seat:
      type: object
      properties:
        row: {type: integer}
    Person:
      type: object
      properties:
        name: {type: string}
    Team:
      type: object
      properties:
        size: {type: integer}
    Label:
      type: object
      properties:
        text: {type: string}
`

var operations = []string{"GET /desk", "GET /desk/{deskId}", "POST /desk", "PUT /desk/{deskId}"}

func parse(t testing.TB, text string) (*API, *diff.Facts) {
	t.Helper()
	parsed, err := document.Parse("desks.yaml", []byte(text))
	require.NoError(t, err)
	facts, err := diff.Flatten("desks.yaml", parsed.Root, operations)
	require.NoError(t, err)
	doc, err := openapi3.NewLoader().LoadFromData([]byte(text))
	require.NoError(t, err)
	api, err := Load(doc)
	require.NoError(t, err)
	return api, facts
}

// impacts gives the verdict on the package and a line for each finding, "id location: verdict symbols".
func impacts(t testing.TB, before, after string) (diff.GoVerdict, []string) {
	t.Helper()
	oldAPI, oldFacts := parse(t, before)
	newAPI, newFacts := parse(t, after)
	require.NoError(t, oldAPI.Err())
	require.NoError(t, newAPI.Err())
	findings, err := diff.Compare(oldFacts, newFacts)
	require.NoError(t, err)
	c := Compare(oldAPI, newAPI)
	var lines []string
	for _, f := range findings {
		i := c.Impact(f)
		lines = append(lines, strings.TrimSpace(f.ID+" "+f.Location+": "+string(i.Verdict)+" "+strings.Join(i.Symbols, " ")))
	}
	return c.Verdict(), lines
}

func TestImpact(t *testing.T) {
	const none, compatible, incompatible = diff.GoNone, diff.GoCompatible, diff.GoIncompatible
	for name, test := range map[string]struct {
		edits   []string // pairs of what stands in the base document once, and what takes its place
		verdict diff.GoVerdict
		want    []string
	}{
		"nothing": {nil, none, nil},
		"optional property added": {
			[]string{"        row: {type: integer}\n", "        row: {type: integer}\n        mark: {type: string}\n"},
			compatible, []string{
				"resp-add response 200 application/json records[].seats[].mark: compatible Seat.Mark",
				"resp-add response 200 application/json seats[].mark: compatible Seat.Mark",
			},
		},
		"property of a new type added": {
			[]string{"maxLength: 20}\n", "maxLength: 20}\n        shade: {type: string, enum: [Dark], x-go-type-name: Shade}\n"},
			compatible, []string{"req-add-opt request application/json shade: compatible DeskRequest.Shade Shade"},
		},
		"property added that keeps a type from being compared": {
			[]string{"maxLength: 20}\n", "maxLength: 20}\n        tags: {type: array, items: {type: string}}\n"},
			incompatible, []string{"req-add-opt request application/json tags: incompatible DeskRequest.Tags DeskRequest"},
		},
		"property removed": {
			[]string{"        id: {type: string}\n", ""},
			incompatible, []string{
				"resp-rem-opt response 200 application/json records[].id: incompatible Desk.ID",
				"resp-rem-opt response 200 application/json id: incompatible Desk.ID",
			},
		},
		"enum value added": {
			[]string{"[Red, Green]", "[Red, Green, Blue]"},
			compatible, []string{
				"resp-enum-add response 200 application/json records[].colour: compatible Desk.Colour Colour ColourBlue",
				"resp-enum-add response 200 application/json colour: compatible Desk.Colour Colour ColourBlue",
			},
		},
		"enum value removed": {
			[]string{"[Red, Green]", "[Red]"},
			incompatible, []string{
				"resp-enum-rem response 200 application/json records[].colour: incompatible Desk.Colour Colour ColourGreen",
				"resp-enum-rem response 200 application/json colour: incompatible Desk.Colour Colour ColourGreen",
			},
		},
		"enum opened": {
			[]string{", enum: [Red, Green], x-go-type-name: Colour", ""},
			incompatible, []string{
				"resp-enum-gone response 200 application/json records[].colour: incompatible Desk.Colour Colour",
				"resp-enum-gone response 200 application/json colour: incompatible Desk.Colour Colour",
			},
		},
		"type changed": {
			[]string{"row: {type: integer}", "row: {type: string}"},
			incompatible, []string{
				"resp-type response 200 application/json records[].seats[].row: incompatible Seat.Row",
				"resp-type response 200 application/json seats[].row: incompatible Seat.Row",
			},
		},
		"schema renamed, with a new value": {
			[]string{"    Desk:\n", "    Bench:\n", "content: {application/json: {schema: {$ref: '#/components/schemas/Desk'}}}",
				"content: {application/json: {schema: {$ref: '#/components/schemas/Bench'}}}",
				"items: {$ref: '#/components/schemas/Desk'}", "items: {$ref: '#/components/schemas/Bench'}", "[Red, Green]", "[Red, Green, Blue]"},
			incompatible, []string{
				"resp-enum-add response 200 application/json records[].colour: incompatible Desk.Colour Colour Bench.Colour ColourBlue",
				"resp-enum-add response 200 application/json colour: incompatible Desk.Colour Colour Bench.Colour ColourBlue",
			},
		},
		"schema renamed, with a limit in it": {
			[]string{"    DeskRequest:\n", "    BenchRequest:\n", "schemas/DeskRequest", "schemas/BenchRequest", "maxLength: 20", "maxLength: 10"},
			incompatible, []string{"req-limit-tight request application/json name: none"},
		},
		"enum renamed, and deprecated": {
			[]string{"x-go-type-name: Colour", "x-go-type-name: Hue, deprecated: true"},
			incompatible, []string{
				"resp-deprecated response 200 application/json records[].colour: none",
				"resp-deprecated response 200 application/json colour: none",
			},
		},
		"limit changed": {
			[]string{"maxLength: 20", "maxLength: 10"},
			none, []string{"req-limit-tight request application/json name: none"},
		},
		"no longer required": {
			[]string{"      required: [name]\n", ""},
			incompatible, []string{"req-opt request application/json name: incompatible DeskRequest.Name"},
		},
		"operation removed": {
			[]string{base[strings.Index(base, "    post:\n"):strings.Index(base, "components:\n")], ""},
			incompatible, []string{"operation-removed operation: incompatible Client.UploadPlan"},
		},
		"operation added": {
			[]string{"    put:\n", "    get:\n      operationId: readDesk\n      parameters:\n        - {name: deskId, in: path, required: true, schema: " +
				"{type: string}}\n" +
				"      responses: {'204': {description: No Content}}\n    put:\n"},
			compatible, []string{"operation-added operation: compatible Client.ReadDesk"},
		},
		"method renamed": {
			[]string{"updateDesk", "changeDesk"},
			incompatible, []string{"operation-id-changed operationId: incompatible Client.UpdateDesk Client.ChangeDesk"},
		},
		"parameter added": {
			[]string{"        - {name: floor,", "        - {name: room, in: query, schema: {type: string}}\n        - {name: floor,"},
			compatible, []string{"param-add-opt parameter query:room: compatible ListDesksParams.Room"},
		},
		"first parameter added": {
			[]string{"        - {name: deskId,", "        - {name: X-Trace, in: header, schema: {type: string}}\n        - {name: deskId,"},
			compatible, []string{"param-add-opt parameter header:X-Trace: compatible UpdateDeskParams.XTrace"},
		},
		"last parameter removed": {
			[]string{"      parameters:\n        - {name: floor, in: query, schema: {type: integer}}\n", ""},
			incompatible, []string{"param-rem parameter query:floor: incompatible ListDesksParams.Floor"},
		},
		"first required parameter added": {
			[]string{"        - {name: floor,", "        - {name: room, in: query, required: true, schema: {type: string}}\n        - {name: floor,"},
			incompatible, []string{"param-add-req parameter query:room: incompatible Client.ListDesks ListDesksParams.Room"},
		},
		"parameter that becomes the first required one": {
			[]string{"{name: floor, in: query,", "{name: floor, in: query, required: true,"},
			incompatible, []string{"req-req parameter query:floor: incompatible Client.ListDesks ListDesksParams.Floor"},
		},
		"path parameter of another type": {
			[]string{"{name: deskId, in: path, required: true, schema: {type: string}}", "{name: deskId, in: path, required: true, schema: {type: integer}}"},
			incompatible, []string{"req-type parameter path:deskId: incompatible Client.UpdateDesk"},
		},
		"path parameter with a limit": {
			[]string{"{name: deskId, in: path, required: true, schema: {type: string}}",
				"{name: deskId, in: path, required: true, schema: {type: string, maxLength: 9}}"},
			none, []string{"req-limit-new parameter path:deskId: none"},
		},
		"form field of another type, with a dot in its name": {
			[]string{"note.de: {type: string}", "note.de: {type: boolean}"},
			incompatible, []string{"req-type request multipart/form-data note.de: incompatible UploadPlanForm.NoteDe"},
		},
		"body no longer required": {
			[]string{"        required: true\n        content:\n          application/json", "        content:\n          application/json"},
			incompatible, []string{"body-opt request: incompatible Client.UpdateDesk"},
		},
		"further members documented": {
			[]string{"      required: [name]\n", "      required: [name]\n      additionalProperties: {type: string}\n"},
			incompatible, []string{"req-type request application/json *: incompatible DeskRequest.AdditionalProperties DeskRequest"},
		},
		"deprecated, and its body renamed": {
			[]string{"operationId: updateDesk", "operationId: updateDesk\n      deprecated: true", "    DeskRequest:\n", "    BenchRequest:\n",
				"schemas/DeskRequest", "schemas/BenchRequest"},
			incompatible, []string{"deprecated+ deprecated: none"},
		},
		"another version": {[]string{"version: '1'", "version: '2'"}, none, nil},
		"body of another media type": {
			[]string{base[strings.Index(base, "          multipart/form-data:\n"):strings.Index(base, "      responses:\n        '204'")],
				"          application/json: {schema: {$ref: '#/components/schemas/DeskRequest'}}\n"},
			incompatible, []string{
				"mt-req-add request application/json: incompatible Client.UploadPlan",
				"mt-req-rem request multipart/form-data: incompatible Client.UploadPlan UploadPlanForm",
			},
		},
		"property of a union's kind removed": {
			[]string{"        size: {type: integer}\n", "        head: {type: string}\n"},
			incompatible, []string{
				"resp-add response 200 application/json records[].owner.head: compatible Team.Head",
				"resp-rem-opt response 200 application/json records[].owner.size: incompatible Team.Size",
				"resp-add response 200 application/json owner.head: compatible Team.Head",
				"resp-rem-opt response 200 application/json owner.size: incompatible Team.Size",
			},
		},
		"property of a map's values added": {
			[]string{"        text: {type: string}\n", "        text: {type: string}\n        size: {type: integer}\n"},
			compatible, []string{
				"resp-add response 200 application/json records[].labels.*.size: compatible Label.Size",
				"resp-add response 200 application/json labels.*.size: compatible Label.Size",
			},
		},
		"success with another status": {
			[]string{"'200':\n          description: OK\n          content: {application/json: {schema: {$ref: '#/components/schemas/Desks'}}}",
				"'204':\n          description: No Content"},
			incompatible, []string{
				"st-2xx-rem response 200: incompatible Client.ListDesks Desks",
				"st-2xx-add response 204: incompatible Client.ListDesks",
			},
		},
		"success as default": {
			[]string{"'200':\n          description: OK\n          content: {application/json: {schema: {$ref: '#/components/schemas/Desks'}}}",
				"default:\n          description: OK\n          content: {application/json: {schema: {$ref: '#/components/schemas/Desks'}}}",
				"        row: {type: integer}\n", "        row: {type: integer}\n        mark: {type: string}\n"},
			compatible, []string{
				"st-def-cover response 200: none",
				"resp-add response 200 application/json records[].seats[].mark: compatible Seat.Mark",
				"st-def-add response default: none",
				"resp-add response 200 application/json seats[].mark: compatible Seat.Mark",
			},
		},
		"success as default beside an error": {
			[]string{"'200':\n          description: OK\n          content: {application/json: {schema: {$ref: '#/components/schemas/Desks'}}}",
				"'404': {description: Not Found}\n        default:\n          description: OK\n          content: {application/json: {schema: {$ref: " +
					"'#/components/schemas/Desks'}}}"},
			none, []string{
				"st-def-cover response 200: none",
				"st-err-add response 404: none",
				"st-def-add response default: none",
			},
		},
		"another success with the same body": {
			[]string{"'200':\n          description: OK\n          content: {application/json: {schema: {$ref: '#/components/schemas/Desks'}}}",
				"'200': {$ref: '#/components/responses/Desks'}\n        '203': {$ref: '#/components/responses/Desks'}",
				"components:\n", "components:\n  responses:\n    Desks: {description: OK, content: {application/json: {schema: {$ref: " +
					"'#/components/schemas/Desks'}}}}\n"},
			none, []string{"st-2xx-add response 203: none"},
		},
		"error documented": {
			[]string{"        '204': {description: No Content}\n",
				"        '204': {description: No Content}\n        '404': {description: Not Found, content: {application/json: {schema: {$ref: " +
					"'#/components/schemas/Desk'}}}}\n"},
			none, []string{"st-err-add response 404: none"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			after := base
			for i := 0; i < len(test.edits); i += 2 {
				require.Equal(t, 1, strings.Count(after, test.edits[i]), test.edits[i])
				after = strings.Replace(after, test.edits[i], test.edits[i+1], 1)
			}
			verdict, lines := impacts(t, base, after)
			require.Equal(t, test.verdict, verdict)
			if diff := cmp.Diff(test.want, lines); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// Where both documents have default alone, it is the success; beside another response it is an error.
func TestDefaultAlone(t *testing.T) {
	before := strings.Replace(base, "'200':", "default:", 2)
	verdict, lines := impacts(t, before, strings.Replace(before, "row: {type: integer}", "row: {type: string}", 1))
	require.Equal(t, diff.GoIncompatible, verdict)
	require.Equal(t, []string{
		"resp-type response default application/json records[].seats[].row: incompatible Seat.Row",
		"resp-type response default application/json seats[].row: none",
	}, lines)
}

func TestErrorCodes(t *testing.T) {
	before, _ := parse(t, base)
	after, _ := parse(t, strings.Replace(base, "DSK-101", "DSK-102", 1))
	c := Compare(before, after)
	for location, want := range map[string]diff.GoImpact{
		"error 400 DSK-101": {Verdict: diff.GoIncompatible, Symbols: []string{"DSK101"}},
		"error 400 DSK-102": {Verdict: diff.GoCompatible, Symbols: []string{"DSK102"}},
		"error 400 DSK-103": {Verdict: diff.GoNone, Symbols: []string{}},
	} {
		require.Equal(t, want, c.Impact(diff.Finding{ID: "code-add", Aspect: "code", Operation: "PUT /desk/{deskId}", Location: location}), location)
	}
}

// A method that changes for another reason does not do so for a parameter's sake.
func TestMethodsChangeForManyReasons(t *testing.T) {
	before, _ := parse(t, base)
	after, _ := parse(t, strings.NewReplacer("    DeskRequest:\n", "    BenchRequest:\n", "schemas/DeskRequest", "schemas/BenchRequest").Replace(base))
	c := Compare(before, after)
	require.Contains(t, c.changes, "Client.UpdateDesk")
	got := c.Impact(diff.Finding{ID: "type-text", Aspect: "type", Operation: "PUT /desk/{deskId}", Location: "parameter path:deskId"})
	require.Equal(t, diff.GoImpact{Verdict: diff.GoNone, Symbols: []string{"Client.UpdateDesk"}}, got)
}

// A package whose overlays name a type that is no more is compared all the same, and says what it lacks.
func TestProblems(t *testing.T) {
	before, _ := parse(t, base)
	after, _ := parse(t, strings.NewReplacer("maxLength: 20", "maxLength: 20, x-go-type: Shade").Replace(base))
	require.EqualError(t, after.Err(), "types.gen.go: undefined: Shade")
	c := Compare(before, after)
	require.Equal(t, diff.GoIncompatible, c.Verdict())
	removed, changed := c.Incompatible(nil)
	require.Empty(t, removed)
	require.Equal(t, []string{"DeskRequest.Name"}, changed)
	removed, changed = c.Incompatible([]string{"DeskRequest.Name"})
	require.Empty(t, removed)
	require.Empty(t, changed)
	limit := diff.Finding{ID: "req-limit-new", Aspect: "limit", Operation: "PUT /desk/{deskId}", Location: "request application/json name"}
	require.Equal(t, diff.GoImpact{Verdict: diff.GoNone, Symbols: []string{}}, c.Impact(limit))
}

// The constants of a type that is gone are not listed beside it.
func TestIncompatible(t *testing.T) {
	before, _ := parse(t, base)
	after, _ := parse(t, strings.Replace(base, "x-go-type-name: Colour", "x-go-type-name: Hue", 1))
	removed, changed := Compare(before, after).Incompatible(nil)
	require.Equal(t, []string{"Colour"}, removed)
	require.Equal(t, []string{"Desk.Colour"}, changed)
}

// fixture has one of everything that the generator supports.
func fixture(t testing.TB) (text string) {
	t.Helper()
	data, err := os.ReadFile("../generate/testdata/fixture.yaml")
	require.NoError(t, err)
	return string(data)
}

func loadWith(t testing.TB, text string, std types.Importer) *API {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData([]byte(text))
	require.NoError(t, err)
	api, err := load(doc, std)
	require.NoError(t, err)
	require.NoError(t, api.Err())
	return api
}

// All that the generator can make type-checks against the stubs, and each of its operations has its method.
func TestStubsAreEnough(t *testing.T) {
	api := loadWith(t, fixture(t), stubImporter{})
	names := map[string]string{}
	for operation, method := range api.methods {
		names[operation] = method.Name()
	}
	require.Equal(t, map[string]string{
		"GET /v1/account/{accountId}/rule":             "ListRules",
		"POST /v1/account/{accountId}/rule":            "CreateRule",
		"PUT /v1/account/{accountId}/rule/{ruleId}":    "UpdateRule",
		"DELETE /v1/account/{accountId}/rule/{ruleId}": "DeleteRule",
		"GET /v1/account/{accountId}/rules/{ruleIds}":  "ReadRules",
		"POST /v1/account/{accountId}/greeting":        "UploadGreeting",
		"GET /v1/status":                               "ReadStatus",
		"GET /v1/{ctx}/{r}/{http}/{type}/{body}":       "Awkward",
	}, names)
	// apidiff prints a line of its own, to stdout, if an exported interface is no longer implemented by a type that
	// changed otherwise, too. The one of generated packages is implemented by every type that is called Params.
	for _, name := range api.pkg.Scope().Names() {
		if o := api.pkg.Scope().Lookup(name); o.Exported() && name != "CallOption" {
			require.False(t, types.IsInterface(o.Type()), name)
		}
	}
}

// standardLibrary imports the packages that a generated package imported as stubs, from export data.
func standardLibrary(t testing.TB, imported stubImporter) types.Importer {
	t.Helper()
	loaded, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedTypes}, slices.Collect(maps.Keys(imported))...)
	require.NoError(t, err)
	return importerFunc(func(path string) (*types.Package, error) {
		for _, p := range loaded {
			if p.PkgPath == path {
				return p.Types, nil
			}
		}
		return nil, fmt.Errorf("%s was not imported as a stub", path)
	})
}

type importerFunc func(path string) (*types.Package, error)

func (f importerFunc) Import(path string) (*types.Package, error) { return f(path) }

// The standard library itself gives the same changes as the stubs, whose types can be compared where its own can be.
func TestStubsAgreeWithTheLibrary(t *testing.T) {
	before := fixture(t)
	after := strings.NewReplacer(
		"enum: [Hello, Bye]", "enum: [Hello]",
		"ringCount: {type: integer}", "ringCount: {type: string}",
		"position: {type: string}", "position: {type: string}\n        places: {type: array, items: {type: string}}",
		"binary: {type: string, format: binary, description: The sound.}", "binary: {type: string}",
		"callerId: {type: string, description: 'In E.164 format, such as +12025550123.'}", "callerId: {type: object, properties: {kind: {type: string}}}",
		"operationId: readStatus", "operationId: status",
	).Replace(before)
	imported := stubImporter{}
	stubbed := Compare(loadWith(t, before, imported), loadWith(t, after, imported))
	library := standardLibrary(t, imported)
	real := Compare(loadWith(t, before, library), loadWith(t, after, library))
	require.Equal(t, diff.GoIncompatible, stubbed.Verdict())
	require.Greater(t, len(stubbed.changes), 8)
	if diff := cmp.Diff(real.changes, stubbed.changes, cmp.AllowUnexported(change{})); diff != "" {
		t.Errorf("(-library +stubs)\n%s", diff)
	}
	for path, stub := range imported {
		original, err := library.Import(path)
		require.NoError(t, err)
		for _, name := range stub.Scope().Names() {
			require.Equal(t, types.Comparable(original.Scope().Lookup(name).Type()), types.Comparable(stub.Scope().Lookup(name).Type()), "%s.%s", path, name)
		}
	}
}
