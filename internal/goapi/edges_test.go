package goapi

import (
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/generate"
	"github.com/ringbasic/ringbasic/internal/project"
)

// edited is the base document with pairs of what stands in it once, and what takes its place.
func edited(t *testing.T, text string, edits ...string) string {
	t.Helper()
	for i := 0; i < len(edits); i += 2 {
		require.Equal(t, 1, strings.Count(text, edits[i]), edits[i])
		text = strings.Replace(text, edits[i], edits[i+1], 1)
	}
	return text
}

// A list is a list, required or not: that the method takes parameters now is what changes for a caller.
func TestListThatBecomesTheFirstRequiredParameter(t *testing.T) {
	before := edited(t, base, "in: query, schema: {type: integer}", "in: query, schema: {type: array, items: {type: string}}")
	after := edited(t, before, "{name: floor, in: query,", "{name: floor, in: query, required: true,")
	for _, c := range []struct{ before, after, id string }{{before, after, "req-req"}, {after, before, "req-opt"}} {
		verdict, lines := impacts(t, c.before, c.after)
		require.Equal(t, diff.GoIncompatible, verdict)
		require.Equal(t, []string{c.id + " parameter query:floor: incompatible Client.ListDesks ListDesksParams.Floor"}, lines)
	}
}

// A parameter can be an object, whose properties have fields of their own.
func TestPropertyOfAParameter(t *testing.T) {
	before := edited(t, base, "in: query, schema: {type: integer}", "in: query, style: deepObject, explode: true, schema: {type: object, properties: "+
		"{side: {type: string, enum: [Left], x-go-type-name: Side}}}")
	verdict, lines := impacts(t, before, edited(t, before, "[Left]", "[Left, Right]"))
	require.Equal(t, diff.GoCompatible, verdict)
	require.Equal(t, []string{"req-enum-add parameter query:floor side: compatible ListDesksParams_Floor.Side Side SideRight"}, lines)
}

// What members without a field of their own have inside is found, too.
func TestInsideOfFurtherMembers(t *testing.T) {
	before := edited(t, base, "      required: [name]\n", "      required: [name]\n      additionalProperties: {$ref: '#/components/schemas/Label'}\n")
	_, lines := impacts(t, before, edited(t, before, "text: {type: string}", "text: {type: integer}"))
	require.Contains(t, lines, "req-type request application/json *.text: incompatible Label.Text")
}

// Variables of a path are counted in its order; one too many, which the method does not know, names nothing.
func TestPathVariables(t *testing.T) {
	deskID := "        - {name: deskId, in: path, required: true, schema: {type: string}}\n"
	api, _ := parse(t, edited(t, base, "/desk/{deskId}", "/desk/{deskId}/{seatId}", deskID,
		deskID+"        - {name: seatId, in: path, required: true, schema: {type: integer}}\n"))
	for name, want := range map[string]string{"deskId": "string", "seatId": "int"} {
		places := api.find("PUT /desk/{deskId}/{seatId}", "parameter path:"+name)
		require.Len(t, places, 1, name)
		require.Equal(t, "Client.UpdateDesk", places[0].symbol)
		require.Equal(t, want, places[0].typ.String(), name)
	}
	require.Empty(t, api.find("PUT /desk/{deskId}/{seatId}", "parameter path:roomId"))

	body := base[strings.Index(base, "      requestBody:\n"):strings.Index(base, "      responses:\n")]
	api, _ = parse(t, edited(t, base, "/desk/{deskId}", "/desk/{}/{}/{deskId}", body, ""))
	require.Empty(t, api.find("PUT /desk/{}/{}/{deskId}", "parameter path:deskId"))
}

// Each problem is told once, in the order of the text.
func TestProblemsAreToldOnce(t *testing.T) {
	api, _ := parse(t, edited(t, base, "        row: {type: integer}\n",
		"        row: {type: integer, x-go-type: Tint}\n        side: {type: integer, x-go-type: Shade}\n        back: {type: integer, x-go-type: Shade}\n"))
	require.Len(t, api.Problems, 3)
	require.EqualError(t, api.Err(), "types.gen.go: undefined: Shade\ntypes.gen.go: undefined: Tint")
}

// Changes are told by symbol, without that of a type whose values are no longer compared: the new field says it.
func TestChanges(t *testing.T) {
	before, _ := parse(t, base)
	after, _ := parse(t, edited(t, base, "maxLength: 20}\n", "maxLength: 20}\n        tags: {type: array, items: {type: string}}\n",
		"        row: {type: integer}\n", "        row: {type: string}\n"))
	require.Equal(t, []diff.GoChange{
		{Symbol: "DeskRequest.Tags", Change: "added", Compatible: true},
		{Symbol: "Seat.Row", Change: "changed from *int to *string", Compatible: false},
	}, Compare(before, after).Changes())
	require.Empty(t, Compare(before, before).Changes())
}

// A list that becomes a map could not be compared before: that the type it is in now cannot be is another one's doing.
func TestComparabilityIsTheDoingOfNewFieldsAlone(t *testing.T) {
	before := edited(t, base, "maxLength: 20}\n", "maxLength: 20}\n        tags: {type: array, items: {type: string}}\n",
		"    Person:\n      type: object\n", "    Person:\n      type: object\n      required: [name]\n")
	after := edited(t, before, "schemas/DeskRequest", "schemas/Person",
		"    Person:\n      type: object\n      required: [name]\n      properties:\n        name: {type: string}\n", "    Person:\n      type: object\n"+
			"      required: [name]\n      properties:\n        name: {type: string, maxLength: 20}\n"+
			"        tags: {type: object, additionalProperties: {type: string}}\n")
	old, _ := parse(t, before)
	now, _ := parse(t, after)
	c := Compare(old, now)
	require.Contains(t, c.changes["Person"], change{diff.GoIncompatible, incomparable})
	require.Equal(t, diff.GoImpact{Verdict: diff.GoIncompatible, Symbols: []string{"DeskRequest.Tags", "Person.Tags"}},
		c.Impact(diff.Finding{ID: "req-type", Aspect: "type", Operation: "PUT /desk/{deskId}", Location: "request application/json tags"}))
}

// Where a side has no such method, or no body, nothing of that side is named.
func TestOneSideAlone(t *testing.T) {
	const read = "    get:\n      operationId: readDesk\n      parameters:\n" +
		"        - {name: deskId, in: path, required: true, schema: {type: string}}\n" +
		"      responses: {'204': {description: No Content}}\n    put:\n"
	withQuery := strings.Replace(read, "      responses:", "        - {name: view, in: query, required: true, schema: {type: string}}\n      responses:", 1)
	without, _ := parse(t, base)
	plain, _ := parse(t, edited(t, base, "    put:\n", read))
	asking, _ := parse(t, edited(t, base, "    put:\n", withQuery))
	view := diff.Finding{ID: "param-add-req", Aspect: "existence", Operation: "GET /desk/{deskId}", Location: "parameter query:view"}
	for _, c := range []struct {
		name       string
		old, after *API
		verdict    diff.GoVerdict
		symbols    []string
	}{
		{"a method without parameters came", without, plain, diff.GoNone, []string{}},
		{"a method without parameters is gone", plain, without, diff.GoNone, []string{}},
		{"a method with parameters came", without, asking, diff.GoCompatible, []string{"Client.ReadDesk", "ReadDeskParams.View"}},
		{"a method with parameters is gone", asking, without, diff.GoIncompatible, []string{"Client.ReadDesk", "ReadDeskParams.View"}},
	} {
		require.Equal(t, diff.GoImpact{Verdict: c.verdict, Symbols: c.symbols}, Compare(c.old, c.after).Impact(view), c.name)
	}

	// A body that is a list cannot be compared, and before it there was nothing to compare it with.
	list := edited(t, base, "application/json: {schema: {$ref: '#/components/schemas/DeskRequest'}}",
		"application/json: {schema: {type: array, items: {type: string}}}")
	body := list[strings.Index(list, "      requestBody:\n"):strings.Index(list, "      responses:\n")]
	verdict, lines := impacts(t, edited(t, list, body, ""), list)
	require.Equal(t, diff.GoIncompatible, verdict)
	require.Equal(t, []string{"body-req request: incompatible Client.UpdateDesk"}, lines)
}

// The version and the hash that a package tells of itself are no part of its API.
func TestVersionAndHashAreNoAPI(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData([]byte(base))
	require.NoError(t, err)
	generated, err := generate.Generate(doc, func() ([]byte, error) { return nil, nil },
		generate.Config{Project: project.DefaultConfig(), APIVersion: "1.2", PinSHA256: strings.Repeat("ab", 32), Incomplete: true})
	require.NoError(t, err)
	told, err := Of(doc, generated)
	require.NoError(t, err)
	require.NoError(t, told.Err())
	without, _ := parse(t, base)
	c := Compare(without, told)
	require.Equal(t, diff.GoNone, c.Verdict())
	require.Empty(t, c.changes)
}
