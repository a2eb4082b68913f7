package drift

import (
	"context"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/pin"
	"github.com/ringbasic/ringbasic/internal/project"
)

const desks = `openapi: 3.0.3
info: {title: Desks, version: '1'}
paths:
  /desk:
    get:
      operationId: listDesks
      responses: {'200': {description: OK, content: {application/json: {schema: {$ref: '#/components/schemas/Desk'}}}}}
    post:
      operationId: createDesk
      requestBody:
        content:
          application/json: {schema: {$ref: '#/components/schemas/DeskRequest'}}
      responses: {'204': {description: No Content}}
components:
  schemas:
    Desk: {type: object, properties: {name: {type: string}}}
    DeskRequest: {type: object, properties: {name: {type: string}}}
`

// cookie gives createDesk a parameter that the generator refuses.
var cookie = []string{"      operationId: createDesk\n", "      operationId: createDesk\n      parameters: [{name: c, in: cookie, schema: {type: string}}]\n"}

func TestJudgeGoAPI(t *testing.T) {
	const refused = "POST /desk: createDesk: cookie parameter c is not supported"
	removed := diff.Finding{ID: "resp-rem-opt", Aspect: "existence", Operation: "GET /desk", Location: "response 200 application/json name"}
	added := diff.Finding{ID: "resp-add", Aspect: "existence", Operation: "GET /desk", Location: "response 200 application/json size"}
	own := diff.Finding{ID: "param-add-opt", Aspect: "existence", Operation: "POST /desk", Location: "parameter cookie:c"}
	for name, test := range map[string]struct {
		edits    []string
		finding  diff.Finding
		want     *diff.GoImpact
		summary  diff.GoVerdict // "" for none
		document []string
		err      string
	}{
		"all generated": {
			edits:   []string{"Desk: {type: object, properties: {name", "Desk: {type: object, properties: {size: {type: integer}, name"},
			finding: added, want: &diff.GoImpact{Verdict: diff.GoCompatible, Symbols: []string{"Desk.Size"}}, summary: diff.GoCompatible,
		},
		"an operation that cannot be generated leaves the whole open": {
			edits:   append([]string{"Desk: {type: object, properties: {name", "Desk: {type: object, properties: {size: {type: integer}, name"}, cookie...),
			finding: added, want: &diff.GoImpact{Verdict: diff.GoCompatible, Symbols: []string{"Desk.Size"}},
			document: []string{"Go API: not compared: " + refused},
		},
		"unless the others decide it": {
			edits: append([]string{"Desk: {type: object, properties: {name: {type: string}}}", "Desk: {type: object, properties: {size: {type: integer}}}"},
				cookie...),
			finding: removed, want: &diff.GoImpact{Verdict: diff.GoIncompatible, Symbols: []string{"Desk.Name"}}, summary: diff.GoIncompatible,
			document: []string{"Go API: not compared: " + refused},
		},
		"its own findings have no verdict": {
			edits: cookie, finding: own,
			document: []string{"Go API: not compared: " + refused},
		},
		"types that are no more, and changes without a finding": {
			edits: []string{"DeskRequest: {type: object, properties: {name: {type: string}}}",
				"DeskRequest: {type: object, properties: {name: {type: string, x-go-type: Label}}}"},
			finding: removed, want: &diff.GoImpact{Verdict: diff.GoNone, Symbols: []string{"Desk.Name"}}, summary: diff.GoIncompatible,
			document: []string{
				"Go API: the package would not compile until the overlays are mended: types.gen.go: undefined: Label",
				"Go API: changed incompatibly beside what findings name: DeskRequest.Name",
			},
		},
		"nothing generated": {
			edits: append([]string{"      operationId: listDesks\n",
				"      operationId: listDesks\n      parameters: [{name: d, in: cookie, schema: {type: string}}]\n"}, cookie...),
			finding: removed, err: "listDesks: cookie parameter d is not supported",
		},
	} {
		t.Run(name, func(t *testing.T) {
			text := desks
			for i := 0; i < len(test.edits); i += 2 {
				require.Equal(t, 1, strings.Count(text, test.edits[i]), test.edits[i])
				text = strings.Replace(text, test.edits[i], test.edits[i+1], 1)
			}
			r := &diff.Report{Findings: []diff.Finding{test.finding}}
			ours, upstream := tree(t, desks), tree(t, text)
			err := judgeGoAPI(context.Background(), r, ours, upstream)
			if test.err != "" {
				require.ErrorContains(t, err, test.err)
				require.Nil(t, r.Findings[0].Go)
				require.Nil(t, r.Summary.Go)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, r.Findings[0].Go)
			require.Equal(t, test.document, r.Document)
			if test.summary == "" {
				require.Nil(t, r.Summary.Go)
			} else {
				require.Equal(t, test.summary, *r.Summary.Go)
			}
			require.Equal(t, string(document.JSON(tree(t, text))), string(document.JSON(upstream)), "the document is not changed")
		})
	}
}

func tree(t *testing.T, text string) *yaml.Node {
	t.Helper()
	doc, err := document.Parse("desks.yaml", []byte(text))
	require.NoError(t, err)
	return doc.Root
}

// pinned is the project as it was while 1.0.36 was its pin, whatever the present one is: testdata/1.0.36 has what it
// selected, repaired and named then, and stays as it is.
func pinned(t *testing.T) fs.FS {
	t.Helper()
	doc, err := document.ReadFile("../diff/testdata/documents/1.0.36.yaml")
	require.NoError(t, err)
	made, err := pin.Make(doc)
	require.NoError(t, err)
	lock := pin.Lock{
		Source: "1.0.36.yaml", PublishedAs: "1.0.36.yaml", Retrieved: "2026-11-24", APIVersion: "1.0.36",
		UpstreamSHA256: pin.SHA256(made), PinSHA256: pin.SHA256(made),
	}
	text, err := lock.Encode()
	require.NoError(t, err)
	return build.Replaced{FS: os.DirFS("testdata/1.0.36"), Contents: map[string][]byte{project.PinFile: made, project.LockFile: text}}
}

// The vendor's document of 2026 against that of 1.0.36: what regeneration does to the fields, constants and methods.
func TestGoAPIOfVendor(t *testing.T) {
	upstream, err := document.ReadFile("../diff/testdata/documents/2026-08.yaml")
	require.NoError(t, err)
	r, err := Run(t.Context(), pinned(t), Question{Upstream: upstream, GoAPI: true})
	require.NoError(t, err)
	require.Equal(t, diff.GoIncompatible, *r.Summary.Go)
	got := map[string]diff.GoImpact{}
	for _, f := range r.Findings {
		require.NotNil(t, f.Go, "%s %s", f.Operation, f.Location)
		value, _ := f.New.(string)
		got[strings.Join([]string{f.ID, f.Operation[strings.LastIndex(f.Operation, "/")+1:], f.Location, value}, " ")] = *f.Go
	}
	for finding, want := range map[string]diff.GoImpact{
		"resp-add answering-rule response 200 application/json queue.callBack ": {Verdict: diff.GoCompatible,
			Symbols: []string{"Queue.CallBack", "QueueCallBack"}},
		"resp-enum-add greeting response 200 application/json type TemplateGreeting": {Verdict: diff.GoCompatible,
			Symbols: []string{"CompanyGreeting.Type", "CompanyGreetingType", "CompanyGreetingTypeTemplateGreeting"}},
		"resp-enum-rem answering-rule response 200 application/json greetings[].type ": {Verdict: diff.GoIncompatible,
			Symbols: []string{"RuleGreeting.Type", "RuleGreetingType", "RuleGreetingTypeCustom"}},
		"param-add-opt greeting parameter query:apply ": {Verdict: diff.GoCompatible,
			Symbols: []string{"CreateCustomUserGreetingParams.Apply"}},
		"type-text {greetingId} parameter path:greetingId string": {Verdict: diff.GoNone,
			Symbols: []string{"Client.ReadCustomGreeting"}},
		"operation-id-changed {greetingId} operationId readCustomGreeting":                {Verdict: diff.GoNone, Symbols: []string{}},
		"resp-limit-tight answering-rule response 200 application/json queue.maxCallers ": {Verdict: diff.GoNone, Symbols: []string{}},
	} {
		require.Contains(t, got, finding)
		require.Equal(t, want, got[finding], finding)
	}
}
