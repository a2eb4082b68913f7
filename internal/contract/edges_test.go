package contract

import (
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/project"
)

const uploads = `
openapi: 3.0.3
info: {title: Shelf, version: "1"}
paths:
  /covers:
    post:
      operationId: addCover
      requestBody:
        content:
          multipart/form-data:
            schema:
              type: object
              properties:
                image: {type: string, format: binary}
                kind: {type: string, enum: [front, back]}
                note: {type: string}
      responses: {"204": {description: d}, default: {description: d, content: {text/plain: {}}}}
  /a/{x}/c:
    get: {operationId: second, responses: {"204": {description: d}}}
  /a/b/{y}:
    get: {operationId: first, responses: {"204": {description: d}}}
`

// Every part of a form is exercised by it, whatever comes first.
func TestPartsOfAForm(t *testing.T) {
	c := load(t, uploads)
	const head, tail = "POST {{server}}/covers\nContent-Type: multipart/form-data; boundary=b\n\n", "--b--"
	const image = "--b\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\nContent-Type: image/png\n\nx\n"
	const kind, note = "--b\nContent-Disposition: form-data; name=\"kind\"\n\nback\n", "--b\nContent-Disposition: form-data; name=\"note\"\n\nN\n"
	for _, body := range []string{image + kind + note, note + kind + image, kind + image + note} {
		r := parse(t, "addCover/204-x.http", "", head+body+tail, "HTTP/1.1 204 No Content")
		report := c.CheckAll([]*Exchange{c.Check(r)}, nil, nil)
		var lines []string
		for _, p := range report.Problems {
			lines = append(lines, p.Text)
		}
		require.Equal(t, []string{
			`first has no recording: begin with first/204-CASE.http (cells to exercise: 2)`,
			`no recording exercises "addCover request value kind front": add one, or waive it in waivers.yaml`,
			`second has no recording: begin with second/204-CASE.http (cells to exercise: 2)`,
		}, lines)
	}
}

func TestContent(t *testing.T) {
	c := load(t, uploads)
	op, _ := c.Find(http.MethodPost, "/covers")
	require.Empty(t, op.Content(204))
	require.Contains(t, op.Content(500), "text/plain", "what is said of every other status")
	op, _ = c.Find(http.MethodGet, "/a/b/c")
	require.Equal(t, "first", op.ID, "of two that are as much themselves, the first by name")
	require.Nil(t, op.Content(500))
}

func TestPlatformNeedsItsSchema(t *testing.T) {
	doc := &openapi3.T{Extensions: map[string]any{"x-platform-error-codes": []any{}}, Paths: openapi3.NewPaths()}
	_, err := New(doc)
	require.NoError(t, err, "no rows, no errors")
	doc.Extensions["x-platform-error-codes"] = []any{map[string]any{"status": 404.0, "code": "CMN-120"}}
	_, err = New(doc)
	require.EqualError(t, err, "x-platform-error-codes is there, but no schema ErrorResponse")
}

func TestCheckFiles(t *testing.T) {
	doc := load(t, uploads).doc
	const dir = project.RecordingsDir
	good := parse(t, "x.http", "", "GET {{server}}/a/b/c", "HTTP/1.1 204 No Content")
	text := []byte(strings.Join([]string{
		"# source: documentation", "# document: d", "# date: 2026-04", "", "GET {{server}}/a/b/c", "###", "HTTP/1.1 204 No Content", "",
	}, "\n"))
	require.Equal(t, 204, good.Response.Status)
	for name, c := range map[string]struct {
		files fstest.MapFS
		want  string // the error, "none" for no report
	}{
		"no folder":       {fstest.MapFS{}, "none"},
		"an empty folder": {fstest.MapFS{dir + "/first/README.md": {}}, "none"},
		"a broken one":    {fstest.MapFS{dir + "/first/204-x.http": {Data: []byte("x\n")}}, "204-x.http:1"},
		"broken waivers":  {fstest.MapFS{dir + "/first/204-x.http": {Data: text}, project.SuiteWaiversFile: {Data: []byte("- a\n")}}, "waivers"},
		"a broken list":   {fstest.MapFS{dir + "/first/204-x.http": {Data: text}, project.UnrecordedFile: {Data: []byte("- a\n")}}, "unrecorded"},
		"all is well":     {fstest.MapFS{dir + "/first/204-x.http": {Data: text}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			report, err := CheckFiles(c.files, doc)
			switch c.want {
			case "none":
				require.NoError(t, err)
				require.Nil(t, report)
			case "":
				require.NoError(t, err)
				require.Len(t, report.Exchanges, 1)
			default:
				require.ErrorContains(t, err, c.want)
			}
		})
	}
}

// What is not recorded yet is grouped by what came: an operation, the outermost new member, else a value.
func TestAdditions(t *testing.T) {
	u := ListUnrecorded("pin", []string{
		"get success", "get response a", "get row 400 X-1",
		"put request a", "put request a.b.c", "put request a[].d", "put request value a.k v", "put request old.e", "put request old.ef",
		"put request value old.k v", "put request value old.k w", "put response a.b", "put parameter q", "put request ax.b", "put request xb",
	})
	got := map[string][]string{}
	for _, g := range u.Groups {
		got[g.Added] = g.Cells
	}
	require.Equal(t, map[string][]string{
		"get":     {"get response a", "get row 400 X-1", "get success"},
		"a":       {"put request a", "put request a.b.c", "put request a[].d", "put request value a.k v"},
		"old.e":   {"put request old.e"},
		"old.ef":  {"put request old.ef"},
		"old.k v": {"put request value old.k v"},
		"old.k w": {"put request value old.k w"},
		"a.b":     {"put response a.b"},
		"q":       {"put parameter q"},
		"ax.b":    {"put request ax.b"},
		"xb":      {"put request xb"},
	}, got)
}
