package diff_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
)

// base is what the cases change one fact of. Lines that cases add something to are unique.
const base = `openapi: 3.0.3
info: {title: Widgets, version: 1.0.0}
security: [{OAuth2: []}]
paths:
  /w/{id}:
    post:
      operationId: createW
      x-app-permission: EditW
      x-throttling-group: Medium
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: page, in: query, schema: {type: integer, default: 1, maximum: 100}}
        - {name: size, in: query, schema: {type: integer}}
        - {name: view, in: query, schema: {type: string, enum: [Simple, Detailed]}}
        - {name: tags, in: query, schema: {type: array, items: {type: string, enum: [a, b]}}}
        - {name: X-Trace, in: header, schema: {type: integer}}
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [name, kind]
              properties:
                name: {type: string, maxLength: 64}
                note: {type: string}
                kind: {type: string, enum: [A, B, C]}
                count: {type: integer, minimum: 1}
                when: {type: string, format: date}
                mode: {type: string, default: Fast}
                half: {type: string, pattern: ^a}
                step: {type: integer, multipleOf: 4}
                list: {type: array, items: {type: string}, minItems: 2, uniqueItems: true}
                child: {type: object, properties: {x: {type: string}}}
                rows: {type: array, items: {type: object, required: [r], properties: {r: {type: string}, days: {type: array, ` +
	`items: {type: string, enum: [Mo, Tu]}}}}}
                pick: {oneOf: [{type: string}, {type: object, properties: {p: {type: integer}}}]}
                map: {type: object, additionalProperties: {type: string}}
      responses:
        '200':
          headers:
            X-Limit: {schema: {type: integer}}
          content:
            application/json:
              schema:
                type: object
                required: [name]
                properties: {name: {type: string, maxLength: 64}, note: {type: string}, kind: {type: string, enum: [A, B, C]}, ` +
	`count: {type: integer}, when: {type: string, format: date}, mode: {type: string, default: Fast}, self: {type: string}, rows: {type: array, ` +
	`items: {type: object, properties: {r: {type: string}}}}}
        '404':
          content:
            application/json:
              schema: {type: object, properties: {message: {type: string}}}
  /other:
    get:
      responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/Missing'}}}}}
components:
  securitySchemes:
    OAuth2: {type: oauth2, flows: {}}
    Key: {type: apiKey, in: header, name: X-Key}
`

const create = "POST /w/{id}"

// facts flattens a document for some operations, by default the one of base.
func facts(t testing.TB, text string, operations ...string) *diff.Facts {
	t.Helper()
	if len(operations) == 0 {
		operations = []string{create}
	}
	doc, err := document.Parse("spec.yaml", []byte(text))
	require.NoError(t, err)
	f, err := diff.Flatten(doc.Name, doc.Root, operations)
	require.NoError(t, err)
	return f
}

// compare compares two documents.
func compare(t testing.TB, old, new string, operations ...string) []diff.Finding {
	t.Helper()
	return found(t, facts(t, old, operations...), facts(t, new, operations...))
}

// found is what a comparison finds.
func found(t testing.TB, old, new *diff.Facts) []diff.Finding {
	t.Helper()
	findings, err := diff.Compare(old, new)
	require.NoError(t, err)
	return findings
}

// brief is a finding as the cases write it: "severity id at location [attribute]: old → new (implied)".
func brief(f diff.Finding) string {
	value := func(v any) string {
		data, err := json.Marshal(v)
		if err != nil {
			return err.Error()
		}
		return string(data)
	}
	s := string(f.Severity) + " " + f.ID + " at " + f.Location
	if f.Attribute != "" {
		s += " [" + f.Attribute + "]"
	}
	if f.Old != nil || f.New != nil {
		s += ": " + value(f.Old) + " → " + value(f.New)
	}
	var implied []string
	for _, i := range f.Implied {
		implied = append(implied, map[string]string{"added": "+", "removed": "-"}[i.Kind]+strings.TrimSpace(i.Location+" "+i.Attribute))
	}
	if implied != nil {
		s += " (" + strings.Join(implied, ", ") + ")"
	}
	return s
}

func briefs(findings []diff.Finding) []string {
	list := []string{}
	for _, f := range findings {
		list = append(list, brief(f))
	}
	return list
}

// edit replaces each of several texts that occur once: from, to, from, to, …
func edit(t testing.TB, text string, pairs ...string) string {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		require.Equal(t, 1, strings.Count(text, pairs[i]), "%q must occur once", pairs[i])
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return text
}

// change is one changed fact. back is what the reverse change gives.
type change struct {
	name       string
	edits      []string
	want, back []string
}

func (c change) run(t *testing.T) {
	t.Run(c.name, func(t *testing.T) {
		changed := edit(t, base, c.edits...)
		if diff := cmp.Diff(c.want, briefs(compare(t, base, changed))); diff != "" {
			t.Errorf("findings (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(c.back, briefs(compare(t, changed, base))); diff != "" {
			t.Errorf("findings of the reverse (-want +got):\n%s", diff)
		}
	})
}

// changes are all cases: one changed fact each, and what both directions give.
func changes() map[string][]change {
	return map[string][]change{
		"operation": operationChanges(), "parameter": parameterChanges(), "request": requestChanges(),
		"response": responseChanges(), "status": statusChanges(),
	}
}

func TestChanges(t *testing.T) {
	for name, cases := range changes() {
		t.Run(name, func(t *testing.T) {
			for _, c := range cases {
				c.run(t)
			}
		})
	}
}

// Every rule of the policy is given by some case, but those about error codes, which TestCompareCodes gives.
func TestEveryRuleHasACase(t *testing.T) {
	given := map[string]bool{"code-add": true, "code-rem": true}
	for _, cases := range changes() {
		for _, c := range cases {
			for _, finding := range append(c.want, c.back...) {
				given[strings.Fields(finding)[1]] = true
			}
		}
	}
	for _, k := range kinds() {
		for id := range strings.FieldsSeq(k.req + " " + k.back + " " + k.resp + " " + k.undo) {
			given[id] = true
		}
	}
	for _, c := range wireCases() {
		for _, finding := range append(c.want, c.back...) {
			given[strings.Fields(finding)[1]] = true
		}
	}
	for _, rule := range diff.Rules() {
		require.True(t, given[rule.ID], "no case gives %s", rule.ID)
	}
}

// What comes in one direction goes in the other: as many places are added as the reverse removes.
func TestChangesAreSymmetric(t *testing.T) {
	count := func(findings []diff.Finding, kind string) int {
		n := 0
		for _, f := range findings {
			for _, i := range f.Implied {
				if i.Kind == kind {
					n++
				}
			}
		}
		return n
	}
	for _, cases := range changes() {
		for _, c := range cases {
			changed := edit(t, base, c.edits...)
			there, back := compare(t, base, changed), compare(t, changed, base)
			require.Empty(t, compare(t, changed, changed), c.name)
			require.Len(t, back, len(there), c.name)
			if c.name == "body dropped" {
				continue // a required body is one change when it comes, and each media type is one when it goes
			}
			require.Equal(t, count(there, "added"), count(back, "removed"), c.name)
			require.Equal(t, count(there, "removed"), count(back, "added"), c.name)
		}
	}
}

// gives is the findings of a case, none if there are no arguments.
func gives(s ...string) []string { return append([]string{}, s...) }

func operationChanges() []change {
	whole := "parameter header:X-Trace, parameter path:id, parameter query:page, parameter query:size, parameter query:tags, parameter query:view, request, " +
		"request application/json, request application/json (body), request application/json child, request application/json child.x, " +
		"request application/json count, request application/json half, request application/json kind, request application/json list, " +
		"request application/json list[], request application/json map, request application/json map.*, request application/json mode, " +
		"request application/json name, request application/json note, request application/json pick, request application/json pick.p, " +
		"request application/json rows, request application/json rows[], request application/json rows[].days, request application/json rows[].days[], " +
		"request application/json rows[].r, request application/json step, request application/json when, response 200, " +
		"response 200 application/json, response 200 application/json (body), response 200 application/json count, response 200 application/json kind, " +
		"response 200 application/json mode, response 200 application/json name, response 200 application/json note, response 200 application/json rows, " +
		"response 200 application/json rows[], response 200 application/json rows[].r, response 200 application/json self, response 200 application/json when, " +
		"response 404, response 404 application/json, response 404 application/json (body), response 404 application/json message"
	kind := func(sign string) string { return sign + strings.ReplaceAll(whole, ", ", ", "+sign) }
	return []change{
		{"removed", []string{"    post:", "    put:"}, gives("breaking operation-removed at operation (" + kind("-") + ")"),
			gives("safe operation-added at operation (" + kind("+") + ")")},
		{"operationId", []string{"createW", "newW"}, gives(`safe operation-id-changed at operationId: "createW" → "newW"`),
			gives(`safe operation-id-changed at operationId: "newW" → "createW"`)},
		{"operationId dropped", []string{"      operationId: createW\n", ""}, gives(`safe operation-id-changed at operationId: "createW" → null`),
			gives(`safe operation-id-changed at operationId: null → "createW"`)},
		{"deprecated", []string{"operationId: createW", "operationId: createW\n      deprecated: true"}, gives("risky deprecated+ at deprecated: false → true"),
			gives("safe deprecated- at deprecated: true → false")},
		{"not deprecated", []string{"operationId: createW", "operationId: createW\n      deprecated: false"}, gives(), gives()},
		{"permission", []string{"EditW", "AdminW"}, gives(`breaking permission at x-app-permission: "EditW" → "AdminW"`),
			gives(`breaking permission at x-app-permission: "AdminW" → "EditW"`)},
		{"permission added", []string{"x-app-permission: EditW", "x-app-permission: EditW\n      x-user-permission: EditUserW"},
			gives(`breaking permission at x-user-permission: null → "EditUserW"`), gives(`safe permission- at x-user-permission: "EditUserW" → null`)},
		{"throttling", []string{"group: Medium", "group: Heavy"}, gives(`risky throttle-tighter at x-throttling-group: "Medium" → "Heavy"`),
			gives(`safe throttle-looser at x-throttling-group: "Heavy" → "Medium"`)},
		{"throttling to Auth", []string{"group: Medium", "group: Auth"}, gives(`risky throttle-tighter at x-throttling-group: "Medium" → "Auth"`),
			gives(`safe throttle-looser at x-throttling-group: "Auth" → "Medium"`)},
		{"no throttling", []string{"group: Medium", "group: NoThrottling"}, gives(`safe throttle-looser at x-throttling-group: "Medium" → "NoThrottling"`),
			gives(`risky throttle-tighter at x-throttling-group: "NoThrottling" → "Medium"`)},
		{"throttling dropped", []string{"      x-throttling-group: Medium\n", ""}, gives(`safe throttle-looser at x-throttling-group: "Medium" → null`),
			gives(`risky throttle-tighter at x-throttling-group: null → "Medium"`)},
		{"throttling out of order", []string{"group: Medium", "group: Turbo"},
			gives(`risky other at x-throttling-group [x-throttling-group]: "Medium" → "Turbo"`),
			gives(`risky other at x-throttling-group [x-throttling-group]: "Turbo" → "Medium"`)},
		{"security", []string{"security: [{OAuth2: []}]", "security: [{OAuth2: [], Key: []}]"},
			gives(`risky other at operation [security]: "oauth2" → "apiKey header X-Key and oauth2"`),
			gives(`risky other at operation [security]: "apiKey header X-Key and oauth2" → "oauth2"`)},
		{"security of the operation", []string{"operationId: createW", "operationId: createW\n      security: []"},
			gives(`risky other at operation [security]: "oauth2" → null`), gives(`risky other at operation [security]: null → "oauth2"`)},
		{"token address", []string{"flows: {}", "flows: {clientCredentials: {tokenUrl: /token, scopes: {}}}"},
			gives(`risky other at operation [security]: "oauth2" → "oauth2 clientCredentials /token"`),
			gives(`risky other at operation [security]: "oauth2 clientCredentials /token" → "oauth2"`)},
		{"servers", []string{"operationId: createW", "operationId: createW\n      servers: [{url: 'https://b.example/'}, {url: 'https://a.example'}]"},
			gives(`risky other at operation [servers]: null → "https://a.example, https://b.example"`),
			gives(`risky other at operation [servers]: "https://a.example, https://b.example" → null`)},
		{"servers of the path", []string{"  /w/{id}:\n", "  /w/{id}:\n    servers: [{url: 'https://a.example'}]\n"},
			gives(`risky other at operation [servers]: null → "https://a.example"`), gives(`risky other at operation [servers]: "https://a.example" → null`)},
		{"path variable", []string{"/w/{id}:", "/w/{uid}:", "name: id, in: path", "name: uid, in: path"},
			gives(`safe path-variable at parameter path:id: "id" → "uid"`), gives(`safe path-variable at parameter path:uid: "uid" → "id"`)},
		{"security scheme renamed", []string{"[{OAuth2: []}]", "[{Login: []}]", "    OAuth2: {", "    Login: {"}, gives(), gives()},
		{"no facts", []string{
			"operationId: createW", "operationId: createW\n      summary: s\n      description: d\n      tags: [T]\n      x-feature: F\n      " +
				"externalDocs: {url: u}",
			"version: 1.0.0}", "version: 2.0.0}\nservers: [{url: 'https://api.example.com'}]", "note: {type: string}\n",
			"note: {type: string, description: d, title: t, example: e, x-y: z}\n",
		}, gives(), gives()},
		{"elsewhere", []string{"  /other:\n    get:", "  /other:\n    delete:"}, gives(), gives()},
	}
}

func parameterChanges() []change {
	const page = "{type: integer, default: 1, maximum: 100}"
	return []change{
		{"required one", []string{"parameters:", "parameters:\n        - {name: q, in: query, required: true, style: deepObject, schema: {type: object, " +
			"properties: {a: {type: string}}}}"}, gives("breaking param-add-req at parameter query:q (+parameter query:q a)"),
			gives("risky param-rem at parameter query:q (-parameter query:q a)")},
		{"optional one", []string{"parameters:", "parameters:\n        - {name: q, in: query, schema: {type: string, enum: [a], default: a}}"},
			gives("safe param-add-opt at parameter query:q"), gives("risky param-rem at parameter query:q")},
		{"moved", []string{"name: size, in: query", "name: size, in: header"},
			gives("safe param-add-opt at parameter header:size", "risky param-rem at parameter query:size"),
			gives("risky param-rem at parameter header:size", "safe param-add-opt at parameter query:size")},
		{"header in other letters", []string{"X-Trace", "x-trace"}, gives(), gives()},
		{"required", []string{"{name: size, in: query,", "{name: size, in: query, required: true,"},
			gives("breaking req-req at parameter query:size: false → true"), gives("safe req-opt at parameter query:size: true → false")},
		{"not required", []string{"{name: size, in: query,", "{name: size, in: query, required: false,"}, gives(), gives()},
		{"deprecated", []string{"{name: size, in: query,", "{name: size, in: query, deprecated: true,"},
			gives("risky req-deprecated at parameter query:size: false → true"), gives("safe undeprecated at parameter query:size: true → false")},
		{"query text", []string{"size, in: query, schema: {type: integer}", "size, in: query, schema: {type: string}"},
			gives(`safe type-text at parameter query:size: "integer" → "string"`), gives(`breaking req-type at parameter query:size: "string" → "integer"`)},
		{"query number", []string{"size, in: query, schema: {type: integer}", "size, in: query, schema: {type: number}"},
			gives(`safe type-text at parameter query:size: "integer" → "number"`), gives(`breaking req-type at parameter query:size: "number" → "integer"`)},
		{"path text", []string{"required: true, schema: {type: string}", "required: true, schema: {type: boolean}"},
			gives(`breaking req-type at parameter path:id: "string" → "boolean"`), gives(`safe type-text at parameter path:id: "boolean" → "string"`)},
		{"text in a form", []string{"size, in: query, schema: {type: integer}", "size, in: query, schema: {type: string, format: date}"},
			gives(`breaking req-type at parameter query:size: "integer" → "string" (+parameter query:size format)`),
			gives(`breaking req-type at parameter query:size: "string" → "integer" (-parameter query:size format)`)},
		{"text of a closed set", []string{"size, in: query, schema: {type: integer}", "size, in: query, schema: {type: string, enum: [S, M]}"},
			gives(`breaking req-type at parameter query:size: "integer" → "string" (+parameter query:size enum)`),
			gives(`breaking req-type at parameter query:size: "string" → "integer" (-parameter query:size enum)`)},
		{"header text", []string{"header, schema: {type: integer}", "header, schema: {type: string}"},
			gives(`safe type-text at parameter header:X-Trace: "integer" → "string"`),
			gives(`breaking req-type at parameter header:X-Trace: "string" → "integer"`)},
		{"one to many", []string{"size, in: query, schema: {type: integer}", "size, in: query, schema: {type: array, items: {type: integer}}"},
			gives(`safe type-text at parameter query:size: "integer" → "array"`), gives(`breaking req-type at parameter query:size: "array" → "integer"`)},
		{"enum", []string{"[Simple, Detailed]", "[Detailed, Simple, Full]"}, gives(`safe req-enum-add at parameter query:view: null → "Full"`),
			gives(`breaking req-enum-rem at parameter query:view: "Full" → null`)},
		{"enum new", []string{"size, in: query, schema: {type: integer}", "size, in: query, schema: {type: integer, enum: [20, 10]}"},
			gives(`breaking req-enum-new at parameter query:size: null → [10,20]`), gives(`safe req-enum-gone at parameter query:size: [10,20] → null`)},
		{"items' enum", []string{"[a, b]", "[a, b, c]"}, gives(`safe req-enum-add at parameter query:tags: null → "c"`),
			gives(`breaking req-enum-rem at parameter query:tags: "c" → null`)},
		{"default", []string{page, "{type: integer, default: 2, maximum: 100}"}, gives("risky req-default-chg at parameter query:page: 1 → 2"),
			gives("risky req-default-chg at parameter query:page: 2 → 1")},
		{"default dropped", []string{page, "{type: integer, maximum: 100}"}, gives("risky req-default-chg at parameter query:page: 1 → null"),
			gives("safe req-default-add at parameter query:page: null → 1")},
		{"default spelled", []string{page, "{type: integer, default: 0x1, maximum: 1.0e2}"}, gives(), gives()},
		{"limit", []string{page, "{type: integer, default: 1, maximum: 50}"}, gives("breaking req-limit-tight at parameter query:page [maximum]: 100 → 50"),
			gives("safe req-limit-loose at parameter query:page [maximum]: 50 → 100")},
		{"format", []string{page, "{type: integer, format: int32, default: 1, maximum: 100}"},
			gives(`safe req-format-num at parameter query:page: null → "int32"`), gives(`safe req-format-num at parameter query:page: "int32" → null`)},
		{"explode", []string{"{name: tags, in: query,", "{name: tags, in: query, explode: false,"},
			gives(`breaking req-style at parameter query:tags: "multi" → "csv"`), gives(`breaking req-style at parameter query:tags: "csv" → "multi"`)},
		{"style", []string{"{name: tags, in: query,", "{name: tags, in: query, style: pipeDelimited,"},
			gives(`breaking req-style at parameter query:tags: "multi" → "pipes"`), gives(`breaking req-style at parameter query:tags: "pipes" → "multi"`)},
		{"style spelled out", []string{"{name: tags, in: query,", "{name: tags, in: query, style: form, explode: true,", "{name: id, in: path,",
			"{name: id, in: path, style: simple, explode: false,"}, gives(), gives()},
		{"path style", []string{"{name: id, in: path,", "{name: id, in: path, style: label,"}, gives(`breaking req-style at parameter path:id: null → "label"`),
			gives(`breaking req-style at parameter path:id: "label" → null`)},
		{"reserved characters", []string{"{name: size, in: query,", "{name: size, in: query, allowReserved: true,"},
			gives("risky other at parameter query:size [allowReserved]: false → true"),
			gives("risky other at parameter query:size [allowReserved]: true → false")},
		{"of the path", []string{"        - {name: size, in: query, schema: {type: integer}}\n", "", "    post:\n",
			"    parameters: [{name: size, in: query, schema: {type: integer}}, {name: page, in: query, schema: {type: boolean}}]\n    post:\n"}, gives(),
			gives()},
	}
}

func requestChanges() []change {
	const at = "request application/json "
	note := func(schema string) []string {
		return []string{"                note: {type: string}\n", "                note: " + schema + "\n"}
	}
	return []change{
		{"body optional", []string{"required: true\n        content", "required: false\n        content"}, gives("safe body-opt at request: true → false"),
			gives("breaking body-req at request: false → true")},
		{"body dropped", []string{"      requestBody:", "      x-requestBody:"},
			gives(`breaking mt-req-rem at request application/json: "application/json" → null (-request application/json (body), -request ` +
				`application/json child, -request application/json child.x, -request application/json count, -request application/json half, -request ` +
				`application/json kind, -request application/json list, -request application/json list[], -request application/json map, -request ` +
				`application/json map.*, -request application/json mode, -request application/json name, -request application/json note, -request ` +
				`application/json pick, -request application/json pick.p, -request application/json rows, -request application/json rows[], -request ` +
				`application/json rows[].days, -request application/json rows[].days[], -request application/json rows[].r, -request application/json step, ` +
				`-request application/json when)`),
			gives(`breaking body-req at request: false → true (+request application/json, +request application/json (body), +request application/json ` +
				`child, +request application/json child.x, +request application/json count, +request application/json half, +request application/json kind, ` +
				`+request application/json list, +request application/json list[], +request application/json map, +request application/json map.*, +request ` +
				`application/json mode, +request application/json name, +request application/json note, +request application/json pick, +request ` +
				`application/json pick.p, +request application/json rows, +request application/json rows[], +request application/json rows[].days, +request ` +
				`application/json rows[].days[], +request application/json rows[].r, +request application/json step, +request application/json when)`)},
		{"media type", []string{"        content:\n          application/json:\n            schema:\n              type: object",
			"        content:\n          text/xml: {schema: {type: object, properties: {a: {type: string}}}}\n          application/json:\n            " +
				"schema:\n              type: object"},
			gives(`safe mt-req-add at request text/xml: null → "text/xml" (+request text/xml (body), +request text/xml a)`),
			gives(`breaking mt-req-rem at request text/xml: "text/xml" → null (-request text/xml (body), -request text/xml a)`)},
		{"media type in capitals", []string{"        content:\n          application/json:", "        content:\n          Application/JSON:"}, gives(),
			gives()},
		{"required", []string{"[name, kind]", "[name, kind, note]"}, gives("breaking req-req at " + at + "note: false → true"),
			gives("safe req-opt at " + at + "note: true → false")},
		{"type", note("{type: integer}"), gives(`breaking req-type at ` + at + `note: "string" → "integer"`),
			gives(`breaking req-type at ` + at + `note: "integer" → "string"`)},
		{"number", []string{"count: {type: integer, minimum: 1}", "count: {type: number, minimum: 1}"},
			gives(`safe req-type-wider at ` + at + `count: "integer" → "number"`), gives(`breaking req-type at ` + at + `count: "number" → "integer"`)},
		{"type with its format", []string{"{type: string, format: date}\n", "{type: integer}\n"},
			gives(`breaking req-type at ` + at + `when: "string" → "integer" (-` + at + `when format)`),
			gives(`breaking req-type at ` + at + `when: "integer" → "string" (+` + at + `when format)`)},
		{"retyped and deprecated", note("{type: integer, deprecated: true}"),
			gives(`risky req-deprecated at `+at+`note: false → true`, `breaking req-type at `+at+`note: "string" → "integer"`),
			gives(`breaking req-type at `+at+`note: "integer" → "string"`, `safe undeprecated at `+at+`note: true → false`)},
		{"array to object", []string{"rows: {type: array, items: {type: object, required: [r], properties: {r: {type: string}, days: {type: array, items: " +
			"{type: string, enum: [Mo, Tu]}}}}}", "rows: {type: object, properties: {r: {type: string}}}"},
			gives(`breaking req-type at ` + at + `rows: "array" → "object" (+` + at + `rows.r, -` + at + `rows[], -` + at + `rows[].days, -` + at +
				`rows[].days[], -` + at + `rows[].r)`),
			gives(`breaking req-type at ` + at + `rows: "object" → "array" (-` + at + `rows.r, +` + at + `rows[], +` + at + `rows[].days, +` + at +
				`rows[].days[], +` + at + `rows[].r)`)},
		{"enum", []string{"kind: {type: string, enum: [A, B, C]}\n", "kind: {type: string, enum: [C, D, B]}\n"},
			gives(`safe req-enum-add at `+at+`kind: null → "D"`, `breaking req-enum-rem at `+at+`kind: "A" → null`),
			gives(`safe req-enum-add at `+at+`kind: null → "A"`, `breaking req-enum-rem at `+at+`kind: "D" → null`)},
		{"enum disjoint", []string{"kind: {type: string, enum: [A, B, C]}\n", "kind: {type: string, enum: [X]}\n"},
			gives(`safe req-enum-add at `+at+`kind: null → "X"`, `breaking req-enum-rem at `+at+`kind: "A" → null`, `breaking req-enum-rem at `+at+
				`kind: "B" → null`, `breaking req-enum-rem at `+at+`kind: "C" → null`),
			gives(`safe req-enum-add at `+at+`kind: null → "A"`, `safe req-enum-add at `+at+`kind: null → "B"`, `safe req-enum-add at `+at+`kind: null → "C"`,
				`breaking req-enum-rem at `+at+`kind: "X" → null`)},
		{"enum reordered", []string{"kind: {type: string, enum: [A, B, C]}\n", "kind: {type: string, enum: [C, A, B, A]}\n"}, gives(), gives()},
		{"enum new", note("{type: string, enum: [B, A]}"), gives(`breaking req-enum-new at ` + at + `note: null → ["A","B"]`),
			gives(`safe req-enum-gone at ` + at + `note: ["A","B"] → null`)},
		{"enum of words that look like others", note("{type: string, enum: [Off, n, 09:00, 2018-08-16]}"),
			gives(`breaking req-enum-new at ` + at + `note: null → ["09:00","2018-08-16","Off","n"]`),
			gives(`safe req-enum-gone at ` + at + `note: ["09:00","2018-08-16","Off","n"] → null`)},
		{"property", []string{"note: {type: string}\n", "note: {type: string}\n                extra: {type: object, required: [y], properties: {y: {type: " +
			"string}, z: {type: array, items: {type: string}}}}\n"},
			gives("safe req-add-opt at " + at + "extra (+" + at + "extra.y, +" + at + "extra.z, +" + at + "extra.z[])"),
			gives("risky req-rem-opt at " + at + "extra (-" + at + "extra.y, -" + at + "extra.z, -" + at + "extra.z[])")},
		{"required property", []string{"note: {type: string}\n", "note: {type: string}\n                extra: {type: string}\n", "[name, kind]",
			"[name, kind, extra]"}, gives("breaking req-add-req at " + at + "extra"), gives("breaking req-rem-req at " + at + "extra")},
		{"required property that the server owns", []string{"note: {type: string}\n",
			"note: {type: string}\n                extra: {type: string, readOnly: true}\n", "[name, kind]", "[name, kind, extra]"}, gives(), gives()},
		{"format", note("{type: string, format: date}"), gives(`risky req-format-add at ` + at + `note: null → "date"`),
			gives(`safe req-format-rem at ` + at + `note: "date" → null`)},
		{"format uri", note("{type: string, format: uri}"), gives(`risky req-format-add at ` + at + `note: null → "uri"`),
			gives(`safe req-format-rem at ` + at + `note: "uri" → null`)},
		{"width", []string{"count: {type: integer, minimum: 1}", "count: {type: integer, format: int64, minimum: 1}"},
			gives(`safe req-format-num at ` + at + `count: null → "int64"`), gives(`safe req-format-num at ` + at + `count: "int64" → null`)},
		{"width of a string", note("{type: string, format: int64}"), gives(`risky req-format-add at ` + at + `note: null → "int64"`),
			gives(`safe req-format-rem at ` + at + `note: "int64" → null`)},
		{"format changed", []string{"when: {type: string, format: date}\n", "when: {type: string, format: date-time}\n"},
			gives(`risky other at ` + at + `when [format]: "date" → "date-time"`), gives(`risky other at ` + at + `when [format]: "date-time" → "date"`)},
		{"limits", note("{type: string, minLength: 1, maxLength: 10}"),
			gives("risky req-limit-new at "+at+"note [maxLength]: null → 10", "risky req-limit-new at "+at+"note [minLength]: null → 1"),
			gives("safe req-limit-loose at "+at+"note [maxLength]: 10 → null", "safe req-limit-loose at "+at+"note [minLength]: 1 → null")},
		{"no limit", note("{type: string, minLength: 0}"), gives(), gives()},
		{"maximum length", []string{"name: {type: string, maxLength: 64}\n", "name: {type: string, maxLength: 128}\n"},
			gives("safe req-limit-loose at " + at + "name [maxLength]: 64 → 128"), gives("breaking req-limit-tight at " + at + "name [maxLength]: 128 → 64")},
		{"minimum", []string{"count: {type: integer, minimum: 1}", "count: {type: integer, minimum: 2}"},
			gives("breaking req-limit-tight at " + at + "count [minimum]: 1 → 2"), gives("safe req-limit-loose at " + at + "count [minimum]: 2 → 1")},
		{"exclusive", []string{"count: {type: integer, minimum: 1}", "count: {type: integer, minimum: 1, exclusiveMinimum: true}"},
			gives("breaking req-limit-tight at " + at + "count [exclusiveMinimum]: false → true"),
			gives("safe req-limit-loose at " + at + "count [exclusiveMinimum]: true → false")},
		{"minimum gone with its flag", []string{"count: {type: integer, minimum: 1}", "count: {type: integer}", "step: {type: integer, multipleOf: 4}",
			"step: {type: integer, multipleOf: 4, maximum: 9, exclusiveMaximum: true}"},
			gives("safe req-limit-loose at "+at+"count [minimum]: 1 → null", "risky req-limit-new at "+at+"step [maximum]: null → 9"),
			gives("risky req-limit-new at "+at+"count [minimum]: null → 1", "safe req-limit-loose at "+at+"step [maximum]: 9 → null")},
		{"pattern", []string{"pattern: ^a", "pattern: ^b"}, gives(`breaking req-limit-tight at ` + at + `half [pattern]: "^a" → "^b"`),
			gives(`breaking req-limit-tight at ` + at + `half [pattern]: "^b" → "^a"`)},
		{"divisor", []string{"multipleOf: 4", "multipleOf: 2"}, gives("safe req-limit-loose at " + at + "step [multipleOf]: 4 → 2"),
			gives("breaking req-limit-tight at " + at + "step [multipleOf]: 2 → 4")},
		{"divisors that share nothing", []string{"multipleOf: 4", "multipleOf: 3"}, gives("breaking req-limit-tight at " + at + "step [multipleOf]: 4 → 3"),
			gives("breaking req-limit-tight at " + at + "step [multipleOf]: 3 → 4")},
		{"items", []string{"minItems: 2, uniqueItems: true", "minItems: 1"},
			gives("safe req-limit-loose at "+at+"list [minItems]: 2 → 1", "safe req-limit-loose at "+at+"list [uniqueItems]: true → false"),
			gives("risky req-limit-new at "+at+"list [uniqueItems]: false → true", "breaking req-limit-tight at "+at+"list [minItems]: 1 → 2")},
		{"default", []string{"mode: {type: string, default: Fast}\n", "mode: {type: string, default: Off}\n"},
			gives(`risky req-default-chg at ` + at + `mode: "Fast" → "Off"`), gives(`risky req-default-chg at ` + at + `mode: "Off" → "Fast"`)},
		{"default added", note("{type: string, default: x}"), gives(`safe req-default-add at ` + at + `note: null → "x"`),
			gives(`risky req-default-chg at ` + at + `note: "x" → null`)},
		{"nullable", note("{type: string, nullable: true}"), gives("safe req-nullable+ at " + at + "note: false → true"),
			gives("breaking req-nullable- at " + at + "note: true → false")},
		{"flags that say no", note("{type: string, nullable: false, readOnly: false, writeOnly: false, deprecated: false, uniqueItems: false}"), gives(),
			gives()},
		{"deprecated", note("{type: string, deprecated: true}"), gives("risky req-deprecated at " + at + "note: false → true"),
			gives("safe undeprecated at " + at + "note: true → false")},
		{"read only", note("{type: string, readOnly: true}"), gives("risky req-readonly at " + at + "note: false → true"),
			gives("safe req-readonly- at " + at + "note: true → false")},
		{"write only", note("{type: string, writeOnly: true}"), gives("safe req-writeonly at " + at + "note: false → true"),
			gives("safe req-writeonly at " + at + "note: true → false")},
		{"closed", []string{"              type: object\n              required: [name, kind]",
			"              type: object\n              additionalProperties: false\n              required: [name, kind]"},
			gives("breaking extra-closed-req at " + at + "(body): true → false"), gives("safe extra-open at " + at + "(body): false → true")},
		{"open", []string{"              type: object\n              required: [name, kind]",
			"              type: object\n              additionalProperties: true\n              required: [name, kind]"}, gives(), gives()},
		{"closed below", []string{"child: {type: object,", "child: {type: object, additionalProperties: false,"},
			gives("breaking extra-closed-req at " + at + "child: true → false"), gives("safe extra-open at " + at + "child: false → true")},
		{"values of a map", []string{"additionalProperties: {type: string}", "additionalProperties: {type: integer}"},
			gives(`breaking req-type at ` + at + `map.*: "string" → "integer"`), gives(`breaking req-type at ` + at + `map.*: "integer" → "string"`)},
		{"a map of anything", []string{"map: {type: object, additionalProperties: {type: string}}", "map: {type: object, additionalProperties: {}}"},
			gives(`safe req-type-wider at ` + at + `map.*: "string" → null`), gives(`breaking req-type at ` + at + `map.*: null → "string"`)},
		{"items of anything", []string{"list: {type: array, items: {type: string},", "list: {type: array, items: {},"},
			gives(`safe req-type-wider at ` + at + `list[]: "string" → null`), gives(`breaking req-type at ` + at + `list[]: null → "string"`)},
		{"nested enum", []string{"[Mo, Tu]", "[Mo, Tu, We]"}, gives(`safe req-enum-add at ` + at + `rows[].days[]: null → "We"`),
			gives(`breaking req-enum-rem at ` + at + `rows[].days[]: "We" → null`)},
		{"nested required", []string{"required: [r], ", ""}, gives("safe req-opt at " + at + "rows[].r: true → false"),
			gives("breaking req-req at " + at + "rows[].r: false → true")},
		{"inside a branch", []string{"{p: {type: integer}}", "{p: {type: integer, default: 1}}"}, gives("safe req-default-add at " + at + "pick.p: null → 1"),
			gives("risky req-default-chg at " + at + "pick.p: 1 → null")},
		{"branch", []string{"oneOf: [{type: string},", "oneOf: [{type: string}, {type: boolean},"},
			gives(`safe req-type-wider at ` + at + `pick: "object|string" → "boolean|object|string"`),
			gives(`breaking req-type at ` + at + `pick: "boolean|object|string" → "object|string"`)},
		{"branches reordered", []string{"oneOf: [{type: string}, {type: object, properties: {p: {type: integer}}}]",
			"oneOf: [{type: object, properties: {p: {type: integer}}}, {type: string}]"}, gives(), gives()},
		{"anyOf", []string{"pick: {oneOf:", "pick: {anyOf:"}, gives(), gives()},
		{"discriminator", []string{"pick: {oneOf:", "pick: {discriminator: {propertyName: kind, mapping: {a: '#/nowhere'}}, oneOf:"},
			gives(`risky other at ` + at + `pick [discriminator]: null → "kind"`), gives(`risky other at ` + at + `pick [discriminator]: "kind" → null`)},
		{"not", note("{type: string, not: {enum: [x]}}"), gives("risky other at " + at + "note [not]"), gives("risky other at " + at + "note [not]")},
		{"type dropped", note("{description: anything}"), gives(`safe req-type-wider at ` + at + `note: "string" → null`),
			gives(`breaking req-type at ` + at + `note: null → "string"`)},
		{"array of anything to array", []string{"list: {type: array, items: {type: string}, minItems: 2, uniqueItems: true}",
			"list: {type: array, items: {type: integer}, minItems: 2, uniqueItems: true}"},
			gives(`breaking req-type at ` + at + `list[]: "string" → "integer"`), gives(`breaking req-type at ` + at + `list[]: "integer" → "string"`)},
	}
}

func responseChanges() []change {
	const at = "response 200 application/json "
	note := func(schema string) []string {
		return []string{"note: {type: string}, kind", "note: " + schema + ", kind"}
	}
	const kind = "kind: {type: string, enum: [A, B, C]}, count"
	return []change{
		{"type", note("{type: integer}"), gives(`breaking resp-type at ` + at + `note: "string" → "integer"`),
			gives(`breaking resp-type at ` + at + `note: "integer" → "string"`)},
		{"type of items", []string{"items: {type: object, properties: {r: {type: string}}}", "items: {type: string}"},
			gives(`breaking resp-type at ` + at + `rows[]: "object" → "string" (-` + at + `rows[].r)`),
			gives(`breaking resp-type at ` + at + `rows[]: "string" → "object" (+` + at + `rows[].r)`)},
		{"type dropped", note("{}"), gives(`breaking resp-type at ` + at + `note: "string" → null`),
			gives(`safe resp-type-narrower at ` + at + `note: null → "string"`)},
		{"enum", []string{kind, "kind: {type: string, enum: [A, B, D]}, count"},
			gives(`risky resp-enum-add at `+at+`kind: null → "D"`, `safe resp-enum-rem at `+at+`kind: "C" → null`),
			gives(`risky resp-enum-add at `+at+`kind: null → "C"`, `safe resp-enum-rem at `+at+`kind: "D" → null`)},
		{"enum disjoint", []string{kind, "kind: {type: string, enum: [X, Y]}, count"},
			gives(`breaking resp-enum-disjoint at `+at+`kind: null → "X"`, `breaking resp-enum-disjoint at `+at+`kind: null → "Y"`, `safe resp-enum-rem at `+at+
				`kind: "A" → null`, `safe resp-enum-rem at `+at+`kind: "B" → null`, `safe resp-enum-rem at `+at+`kind: "C" → null`),
			gives(`breaking resp-enum-disjoint at `+at+`kind: null → "A"`, `breaking resp-enum-disjoint at `+at+`kind: null → "B"`,
				`breaking resp-enum-disjoint at `+at+`kind: null → "C"`, `safe resp-enum-rem at `+at+`kind: "X" → null`, `safe resp-enum-rem at `+at+
					`kind: "Y" → null`)},
		{"enum new", note("{type: string, enum: [a]}"), gives(`safe resp-enum-new at ` + at + `note: null → ["a"]`),
			gives(`risky resp-enum-gone at ` + at + `note: ["a"] → null`)},
		{"property", note("{type: string}, extra: {type: string}"), gives("safe resp-add at " + at + "extra"), gives("risky resp-rem-opt at " + at + "extra")},
		{"required property", append(note("{type: string}, extra: {type: string}"), "required: [name]\n", "required: [name, extra]\n"),
			gives("safe resp-add at " + at + "extra"), gives("breaking resp-rem-req at " + at + "extra")},
		{"required", []string{"required: [name]\n", "required: [name, note]\n"}, gives("safe resp-now-req at " + at + "note: false → true"),
			gives("breaking resp-now-opt at " + at + "note: true → false")},
		{"width", []string{"count: {type: integer}, when", "count: {type: integer, format: int32}, when"},
			gives(`safe resp-format-num at ` + at + `count: null → "int32"`), gives(`safe resp-format-num at ` + at + `count: "int32" → null`)},
		{"format uri", []string{"self: {type: string}", "self: {type: string, format: uri}"}, gives(`safe resp-format-uri at ` + at + `self: null → "uri"`),
			gives(`risky resp-format-rem at ` + at + `self: "uri" → null`)},
		{"format", note("{type: string, format: date}"), gives(`risky resp-format at ` + at + `note: null → "date"`),
			gives(`risky resp-format-rem at ` + at + `note: "date" → null`)},
		{"format changed", []string{"when: {type: string, format: date}, mode", "when: {type: string, format: uri}, mode"},
			gives(`risky resp-format at ` + at + `when: "date" → "uri"`), gives(`risky resp-format at ` + at + `when: "uri" → "date"`)},
		{"limit", []string{"{name: {type: string, maxLength: 64},", "{name: {type: string, maxLength: 32},"},
			gives("safe resp-limit-tight at " + at + "name [maxLength]: 64 → 32"), gives("risky resp-limit-loose at " + at + "name [maxLength]: 32 → 64")},
		{"limit new", note("{type: string, pattern: ^a, minLength: 1}"),
			gives("safe resp-limit-tight at "+at+"note [minLength]: null → 1", `safe resp-limit-tight at `+at+`note [pattern]: null → "^a"`),
			gives("risky resp-limit-loose at "+at+"note [minLength]: 1 → null", `risky resp-limit-loose at `+at+`note [pattern]: "^a" → null`)},
		{"default", []string{"mode: {type: string, default: Fast}, self", "mode: {type: string}, self"},
			gives(`safe resp-default at ` + at + `mode: "Fast" → null`), gives(`safe resp-default at ` + at + `mode: null → "Fast"`)},
		{"nullable", note("{type: string, nullable: true}"), gives("breaking resp-nullable+ at " + at + "note: false → true"),
			gives("safe resp-nullable- at " + at + "note: true → false")},
		{"deprecated", note("{type: string, deprecated: true}"), gives("risky resp-deprecated at " + at + "note: false → true"),
			gives("safe undeprecated at " + at + "note: true → false")},
		{"read only", note("{type: string, readOnly: true}"), gives("safe resp-readonly at " + at + "note: false → true"),
			gives("safe resp-readonly at " + at + "note: true → false")},
		{"media type", []string{"          content:\n            application/json:\n              schema:\n                type",
			"          content:\n            text/xml: {}\n            application/json:\n              schema:\n                type"},
			gives(`safe mt-resp-add at response 200 text/xml: null → "text/xml" (+response 200 text/xml (body))`),
			gives(`breaking mt-resp-rem at response 200 text/xml: "text/xml" → null (-response 200 text/xml (body))`)},
		{"closed", []string{"                type: object\n                required: [name]",
			"                type: object\n                additionalProperties: false\n                required: [name]"},
			gives("safe extra-closed-resp at " + at + "(body): true → false"), gives("safe extra-open at " + at + "(body): false → true")},
		{"error's body", []string{"{message: {type: string}}", "{}"}, gives("risky resp-rem-opt at response 404 application/json message"),
			gives("safe resp-add at response 404 application/json message")},
		{"header", []string{"X-Limit: {schema: {type: integer}}", "X-Limit: {schema: {type: integer}}\n            X-Rest: {schema: {type: integer}}"},
			gives(`safe resp-header-add at response 200: null → "X-Rest"`), gives(`risky resp-header-rem at response 200: "X-Rest" → null`)},
		{"header's type", []string{"X-Limit: {schema: {type: integer}}", "X-Limit: {schema: {type: string}}"},
			gives(`risky other at response 200 [headers]: "X-Limit" → "X-Limit"`), gives(`risky other at response 200 [headers]: "X-Limit" → "X-Limit"`)},
		{"header in other letters", []string{"X-Limit:", "x-limit:"}, gives(), gives()},
		{"several types", note("{oneOf: [{type: string}, {type: integer}]}"), gives(`breaking resp-type at ` + at + `note: "string" → "integer|string"`),
			gives(`safe resp-type-narrower at ` + at + `note: "integer|string" → "string"`)},
	}
}

func statusChanges() []change {
	const first = "'404':\n          content:\n            application/json:\n              schema: {type: object, properties: {message: {type: string}}}\n"
	return []change{
		{"error", []string{"'404':", "'400': {content: {application/json: {schema: {type: object, properties: {a: {type: string}}}}}}\n        '404':"},
			gives("safe st-err-add at response 400 (+response 400 application/json, +response 400 application/json (body), +response 400 application/json a)"),
			gives("safe st-err-rem at response 400 (-response 400 application/json, -response 400 application/json (body), -response 400 application/json a)")},
		{"error range", []string{"'404':", "5xx: {description: d}\n        '404':"}, gives("safe st-err-add at response 5XX"),
			gives("safe st-err-rem at response 5XX")},
		{"success", []string{"'404':", "201: {description: d}\n        '404':"}, gives("risky st-2xx-add at response 201"),
			gives("breaking st-2xx-rem at response 201")},
		{"redirect", []string{"'404':", "303: {description: d}\n        '404':"}, gives("risky other at response 303 [status]"),
			gives("risky other at response 303 [status]")},
		{"catch-all beside the success", []string{"'404':", "default: {description: d}\n        '404':"}, gives("risky st-def-add at response default"),
			gives("safe st-def-rem at response default")},
		{"catch-all for the success", []string{"'200':\n", "default:\n"}, gives("safe st-def-cover at response 200", "risky st-def-add at response default"),
			gives("safe st-def-rem at response 200", "safe st-def-rem at response default")},
		{"catch-all for all", []string{"'200':\n", "default:\n", first, ""},
			gives("safe st-def-cover at response 200", "safe st-def-cover at response 404 (-response 404 application/json, -response 404 application/json "+
				"(body), -response 404 application/json message)", "risky st-def-add at response default"),
			gives("safe st-def-rem at response 200", "safe st-def-rem at response 404 (+response 404 application/json, +response 404 application/json "+
				"(body), +response 404 application/json message)", "safe st-def-rem at response default")},
		{"catch-all with another body", []string{"'200':\n", "default:\n", "self: {type: string}, ", ""},
			gives("safe st-def-cover at response 200", "risky resp-rem-opt at response 200 application/json self", "risky st-def-add at response default"),
			gives("safe st-def-rem at response 200", "safe resp-add at response 200 application/json self", "safe st-def-rem at response default")},
	}
}
