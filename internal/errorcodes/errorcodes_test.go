package errorcodes_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/errorcodes"
)

// readRows reads a fixture of operation, status, code and message, separated by tabs, below a line of headings.
func readRows(t testing.TB, path string) []errorcodes.Row {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	require.Equal(t, "operation\tstatus\tcode\tmessage", lines[0], path)
	var rows []errorcodes.Row
	for i, line := range lines[1:] {
		cells := strings.Split(line, "\t")
		require.Lenf(t, cells, 4, "%s:%d", path, i+2)
		status, err := strconv.Atoi(cells[1])
		require.NoErrorf(t, err, "%s:%d", path, i+2)
		rows = append(rows, errorcodes.Row{Operation: cells[0], Status: status, Code: cells[2], Message: cells[3]})
	}
	return rows
}

func parse(t testing.TB, text string) *yaml.Node {
	t.Helper()
	root, err := document.ParseYAML("test.yaml", []byte(text))
	require.NoError(t, err)
	return root
}

func encode(t testing.TB, root *yaml.Node) string {
	t.Helper()
	text, err := document.Encode(root, "")
	require.NoError(t, err)
	return string(text)
}

// documents calls f for each fixture with its rows as written down beside it.
func documents(t *testing.T, f func(t *testing.T, read func() *yaml.Node, want []errorcodes.Row)) {
	paths, err := filepath.Glob("testdata/documents/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		name := strings.TrimSuffix(path, ".yaml")
		t.Run(filepath.Base(name), func(t *testing.T) {
			read := func() *yaml.Node {
				doc, err := document.ReadFile(path)
				require.NoError(t, err)
				return doc.Root
			}
			f(t, read, readRows(t, name+".tsv"))
		})
	}
}

func TestRows(t *testing.T) {
	documents(t, func(t *testing.T, read func() *yaml.Node, want []errorcodes.Row) {
		if diff := cmp.Diff(want, rowsIn(read())); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
	})
}

func TestRowsOf(t *testing.T) {
	documents(t, func(t *testing.T, read func() *yaml.Node, want []errorcodes.Row) {
		root := read()
		var got []errorcodes.Row
		for op := range document.Operations(root) {
			rows := errorcodes.RowsOf(root, op)
			for _, row := range rows {
				require.Equal(t, op.String(), row.Operation)
			}
			got = append(got, rows...)
		}
		slices.SortFunc(got, errorcodes.Compare)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
	})
}

func TestRowsAreReadOnly(t *testing.T) {
	documents(t, func(t *testing.T, read func() *yaml.Node, _ []errorcodes.Row) {
		root := read()
		before := encode(t, root)
		rowsIn(root)
		require.Equal(t, before, encode(t, root))
	})
}

func TestPlatform(t *testing.T) {
	doc, err := document.ReadFile("testdata/documents/declared.yaml")
	require.NoError(t, err)
	require.Equal(t, []errorcodes.Row{
		{Status: 403, Code: "CMN-904"},
		{Status: 429, Code: "CMN-902", Message: "Too many"},
		{Status: 503, Code: "CMN-903", Message: "Away"},
	}, errorcodes.Platform(doc.Root))
}

func TestRowAsJSON(t *testing.T) {
	text, err := json.Marshal(errorcodes.Row{Operation: "GET /kites", Status: 404, Code: "KIT-1", Message: "m"})
	require.NoError(t, err)
	require.Equal(t, `{"operation":"GET /kites","status":404,"code":"KIT-1","message":"m"}`, string(text))
}

// What Lift writes outlives the removal of prose, and lifting again adds nothing.
func TestLiftKeepsTheRows(t *testing.T) {
	documents(t, func(t *testing.T, read func() *yaml.Node, want []errorcodes.Row) {
		root := read()
		require.NoError(t, errorcodes.Lift("doc.yaml", root))
		if diff := cmp.Diff(want, rowsIn(root)); diff != "" {
			t.Errorf("rows after lifting (-want +got):\n%s", diff)
		}
		once := encode(t, root)
		require.NoError(t, errorcodes.Lift("doc.yaml", root))
		require.Equal(t, once, encode(t, root), "lifted twice")

		document.Facts(root)
		if diff := cmp.Diff(want, rowsIn(root)); diff != "" {
			t.Errorf("rows without prose (-want +got):\n%s", diff)
		}
		pinned := encode(t, root)
		require.NoError(t, errorcodes.Lift("doc.yaml", root))
		document.Facts(root)
		require.Equal(t, pinned, encode(t, root), "the pin of a pin")
	})
}

func TestLift(t *testing.T) {
	const before = `
paths:
  /kites:
    post:
      description: |-
        404
        KIT-1
        Declared by the response


        400
        KIT-3
        Found: [in] prose


        400
        KIT-2
        Declared by the operation
      x-error-codes:
        - code: KIT-9
          status: 400
          note: stays as it is, where it is
        - {status: 400, code: KIT-2, message: Declared by the operation}
      responses:
        "404":
          x-error-codes: [{code: KIT-1, message: Declared by the response}]
        default:
          examples:
            application/json: {errorCode: KIT-0, message: Found in an example}
    put:
      description: Nothing to find.
    get:
      description: 400 KIT-4 Found
      x-error-codes: not a list
    delete:
      description: 400 KIT-5 Found
`
	root := parse(t, before)
	require.NoError(t, errorcodes.Lift("doc.yaml", root))
	at := func(method string) string {
		list := document.Get(root, "paths", "/kites", method, "x-error-codes")
		if list == nil {
			return ""
		}
		return encode(t, document.Mapping(document.String("x-error-codes"), list))
	}
	require.Equal(t, `x-error-codes:
  - code: KIT-9
    status: 400
    note: stays as it is, where it is
  - {status: 400, code: KIT-2, message: Declared by the operation}
  - code: KIT-0
    message: Found in an example
  - status: 400
    code: KIT-3
    message: 'Found: [in] prose'
`, at("post"))
	require.Equal(t, "", at("put"))
	require.Equal(t, "x-error-codes: not a list\n", at("get"))
	require.Equal(t, `x-error-codes:
  - status: 400
    code: KIT-5
    message: Found
`, at("delete"))
}

func TestLiftDoesNotRepeatTheResponse(t *testing.T) {
	root := parse(t, `
paths:
  /kites:
    get:
      description: 404 KIT-1 Gone
      responses:
        "404": {x-error-codes: [{code: KIT-1, message: Gone}]}
`)
	before := encode(t, root)
	require.NoError(t, errorcodes.Lift("doc.yaml", root))
	require.Equal(t, before, encode(t, root))
}

// rowsIn are the rows of a document that has not too many.
func rowsIn(root *yaml.Node) []errorcodes.Row {
	rows, err := errorcodes.Rows("doc.yaml", root)
	if err != nil {
		panic(err)
	}
	return rows
}

// rowsOfProse are the rows of an operation with the given description.
func rowsOfProse(description string) []errorcodes.Row {
	op := document.Mapping(document.String("description"), document.String(description))
	return rowsIn(document.Mapping(document.String("paths"),
		document.Mapping(document.String("/kites"), document.Mapping(document.String("get"), op))))
}

func TestCodes(t *testing.T) {
	for code, want := range map[string]bool{
		"CMN-101": true, "A2P-1": true, "AZ-1": true, "ZA-1": true, "A0-1": true, "A9-1": true, "NPC-000": true, "TWO-PARTS-12": true,
		"UNDER_SCORE-1": true, "SUB-123456": true,
		"XXX-123": false, "XX-1": false, "XXX-XXX": false, "CMN-": false, "-101": false, "CMN101": false, "cmn-101": false,
		"C-101": false, "CMN-10a": false, "CMN-1234567": false, "2FA-101": false, "CMN 101": false, "InvalidParameter": false,
		strings.Repeat("C", 37) + "-11": true, strings.Repeat("C", 38) + "-11": false,
	} {
		require.Equal(t, want, len(rowsOfProse("400\n"+code+"\nMessage")) == 1, code)
	}
}

func TestStatuses(t *testing.T) {
	for status, want := range map[string][]int{
		"400": {400}, "599": {599}, "HTTP 404": {404}, "400, 403": {400, 403}, "400/403": {400, 403}, "400 or 403": {400, 403},
		"404 Not Found": {404}, "404 not found": {404}, "503 Service Unavailable": {503},
		"399": nil, "600": nil, "200": nil, "0400": nil, "40": nil, "+400": nil, "4XX": nil, "404 Bad Request": nil, "400 kites": nil,
		"HTTP 400,401,402,403,404,405,406,407,408,409,410,411,412,413":  {400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413},
		"HTTP 400, 401,402,403,404,405,406,407,408,409,410,411,412,413": nil, // one byte over 60
		"Not Found": nil, "HTTP": nil, "404 Not Found 400": nil, "４００": nil,
	} {
		var got []int
		for _, row := range rowsOfProse(status + "\nKIT-1\nMessage") {
			got = append(got, row.Status)
		}
		require.Equal(t, want, got, status)
	}
}

// What stands in which cell is told by a heading, and guessed without one.
func TestCells(t *testing.T) {
	row := func(status int, code, message string) errorcodes.Row {
		return errorcodes.Row{Operation: "GET /kites", Status: status, Code: code, Message: message}
	}
	for text, want := range map[string][]errorcodes.Row{
		"400 | KIT-1 | KIT-2":                                                                   {row(400, "KIT-1", "KIT-2")}, // the first code, without a heading
		"KIT-1 | KIT-2 | 400":                                                                   {row(400, "KIT-1", "KIT-2")},
		"400 | hint | KIT-1 | message":                                                          {row(400, "KIT-1", "message")},
		"Message | Code | Status\nKIT-2 | KIT-1 | 400":                                          {row(400, "KIT-1", "KIT-2")},
		"Code | Status | Hint | Message\nKIT-1 | 400 | h | m":                                   {row(400, "KIT-1", "m")},
		"Answer | Hint | Code | Text\n400 | h | KIT-1 | m":                                      {row(400, "KIT-1", "m")},
		"Code | Text | Answer\nKIT-1 | m | 400":                                                 {row(400, "KIT-1", "m")},
		"Status | Note | Code\n400 | n | KIT-1\n| | 500 | KIT-2":                                {row(400, "KIT-1", ""), row(400, "KIT-2", "")},
		"400 | KIT-1 | m\nnot | a heading | this\n| | KIT-2 | n":                                {row(400, "KIT-1", "m"), row(400, "KIT-2", "n")},
		"Status | Message | Code\n400 | m | KIT-1\n500 | KIT-2":                                 {row(400, "KIT-1", "m"), row(500, "KIT-2", "")},
		"Code | Hint | Message" + strings.Repeat(" of a kite", 3) + "...\nKIT-1 | h | m | 400":  {row(400, "KIT-1", "m")},
		"Code | Hint | Message" + strings.Repeat(" of a kite", 3) + "....\nKIT-1 | h | m | 400": {row(400, "KIT-1", "h")}, // a sentence
	} {
		require.Equal(t, want, rowsOfProse(text), text)
	}
	// Lines without cells.
	for text, want := range map[string][]errorcodes.Row{
		"400 KIT-1 m": {row(400, "KIT-1", "m")}, "599 KIT-1 m": {row(599, "KIT-1", "m")}, "399 KIT-1 m": nil, "600 KIT-1 m": nil,
		"400\nKIT-1\n\nm": {row(400, "KIT-1", "m")}, "400\nKIT-1\n\n\nm": {row(400, "KIT-1", "")},
		"<br></table>400<br>KIT-1<br>m": {row(400, "KIT-1", "m")},
	} {
		require.Equal(t, want, rowsOfProse(text), text)
	}
}

// A row that a response declares has the response's status, if that is one.
func TestStatusOfResponses(t *testing.T) {
	for key, want := range map[string]int{"100": 100, "599": 599, "400": 400, "099": 0, "600": 0, "default": 0} {
		rows := rowsIn(parse(t, "paths: {/kites: {get: {responses: {'"+key+"': {x-error-codes: [{code: KIT-1, message: m}]}}}}}"))
		require.Equal(t, []errorcodes.Row{{Operation: "GET /kites", Status: want, Code: "KIT-1", Message: "m"}}, rows, key)
	}
}

// Bodies are found in what a schema gives as examples, wherever in it they are, as deep as is looked.
func TestSchemasOfBodies(t *testing.T) {
	rows := func(schema string) []errorcodes.Row {
		return rowsIn(parse(t, "paths: {/kites: {get: {responses: {400: {content: {application/json: {schema: "+schema+"}}}}}}}"))
	}
	const deepest = 32
	const one = "{properties: {errorCode: {example: KIT-1}, message: {example: m}}}"
	nest := func(n int, open, end string) string { return strings.Repeat(open, n) + one + strings.Repeat(end, n) }
	found := []errorcodes.Row{{Operation: "GET /kites", Status: 400, Code: "KIT-1", Message: "m"}}
	for _, schema := range []string{
		one, "{type: array, items: " + one + "}", "{properties: {errors: {type: array, items: " + one + "}}}",
		"{properties: {errors: {example: [{errorCode: KIT-1, message: m}]}}}",
		nest(deepest, "{items: ", "}"), nest(deepest, "{oneOf: [", "]}"),
		nest(deepest, "{properties: {errors: {items: ", "}}}"),
		"{example: " + strings.Repeat("[", deepest) + "{errorCode: KIT-1, message: m}" + strings.Repeat("]", deepest) + "}",
	} {
		require.Equal(t, found, rows(schema), schema)
	}
	for _, schema := range []string{
		nest(deepest+1, "{items: ", "}"), nest(deepest+1, "{oneOf: [", "]}"),
		nest(deepest+1, "{properties: {errors: {items: ", "}}}"),
		"{example: " + strings.Repeat("[", deepest+1) + "{errorCode: KIT-1, message: m}" + strings.Repeat("]", deepest+1) + "}",
	} {
		require.Empty(t, rows(schema), schema)
	}
	const text = `{"errorCode":"KIT-1","message":"m"}`
	padded := func(n int) string { return "{example: '" + text + strings.Repeat(" ", n-len(text)) + "'}" }
	require.Equal(t, found, rows(padded(100_000)))
	require.Empty(t, rows(padded(errorcodes.MaxText+1)))
	long := strings.Repeat("m", errorcodes.MaxMessage)
	require.Equal(t, long, rows("{example: {errorCode: KIT-1, message: " + long + "}}")[0].Message)
	require.Empty(t, rows("{example: {errorCode: KIT-1, message: "+long+"m}}"))
}

func TestLimits(t *testing.T) {
	t.Run("message", func(t *testing.T) {
		declared := func(message string) []errorcodes.Row {
			return rowsIn(parse(t, "paths: {/kites: {get: {x-error-codes: [{status: 400, code: KIT-1, message: "+message+"}]}}}"))
		}
		require.Len(t, declared(strings.Repeat("m", errorcodes.MaxMessage)), 1)
		require.Empty(t, declared(strings.Repeat("m", errorcodes.MaxMessage+1)))
		require.Len(t, rowsOfProse("400\nKIT-1\n"+strings.Repeat("m", errorcodes.MaxMessage)), 1)
		require.Empty(t, rowsOfProse("400\nKIT-1\n"+strings.Repeat("m", errorcodes.MaxMessage+1)))
	})
	t.Run("text", func(t *testing.T) {
		filler := strings.Repeat("\n", errorcodes.MaxText-len("400\nKIT-1\nm")-1)
		require.Len(t, rowsOfProse(filler+"400\nKIT-1\nm\n"), 1)
		require.Empty(t, rowsOfProse(filler + "400\nKIT-1\nmessage that is cut\n")[0].Message)
	})
	t.Run("rows of an operation", func(t *testing.T) {
		var b strings.Builder
		for i := range errorcodes.MaxPerOperation + 10 {
			fmt.Fprintf(&b, "400\nKIT-%d\nm\n", i)
		}
		require.Len(t, rowsOfProse(b.String()), errorcodes.MaxPerOperation)
	})
}

// Without care each of these would take minutes, or memory beyond measure.
func TestHostileDocuments(t *testing.T) {
	repeat := strings.Repeat
	for name, description := range map[string]string{
		"brackets":      repeat("<", errorcodes.MaxText),
		"open cells":    repeat("<td>", errorcodes.MaxText/4),
		"open tables":   repeat("<table><tr><td>", errorcodes.MaxText/16),
		"open comments": "<td>" + repeat("<!--", errorcodes.MaxText/4),
		"attributes":    "<td " + repeat("a ", errorcodes.MaxText/2),
		"quotes":        "<td a='" + repeat("&amp;", errorcodes.MaxText/5),
		"pipes":         repeat("|", errorcodes.MaxText),
		"escapes":       "|" + repeat("\\", errorcodes.MaxText),
		"one cell row":  repeat("CMN-1|", errorcodes.MaxText/6),
		"digits":        "CMN-1 " + repeat("4", errorcodes.MaxText),
		"lines":         repeat("400\n", errorcodes.MaxText/4) + "-",
		"spaces":        "400" + repeat(" ", errorcodes.MaxText) + "CMN-1",
		"not UTF-8":     "400\nKIT-1\n" + repeat("\xff", 100),
	} {
		t.Run(name, func(t *testing.T) { require.LessOrEqual(t, len(rowsOfProse(description)), 1) })
	}
	shared := func(operations, rows, message int) string {
		var b strings.Builder
		b.WriteString("responses:\n  Shared:\n    description: d\n    examples:\n      application/json:\n        errors:\n")
		for i := range rows {
			fmt.Fprintf(&b, "          - {errorCode: KIT-%d, message: %s}\n", i, repeat("m", message))
		}
		b.WriteString("paths:\n")
		for i := range operations {
			fmt.Fprintf(&b, "  /%d:\n    get: {responses: {400: {$ref: '#/responses/Shared'}}}\n", i)
		}
		return b.String()
	}
	for name, c := range map[string]struct {
		operations, rows, message int
		refused                   string // "PLACE: with those of OPERATION"
	}{
		"one response for all":            {operations: 20, rows: 5000, message: 1},
		"one response for one too many":   {21, 5000, 1, "doc.yaml:5049:10: with those of GET /20"},
		"as much of messages as may be":   {operations: 8, rows: 1048, message: 2000},
		"more of messages than there may": {9, 1048, 2000, "doc.yaml:1073:10: with those of GET /8"},
		"one response for very many":      {20_000, 5000, 1, "doc.yaml:5049:10: with those of GET /20"},
	} {
		t.Run(name, func(t *testing.T) {
			text := shared(c.operations, c.rows, c.message)
			rows, err := errorcodes.Rows("doc.yaml", parse(t, text))
			lifted := errorcodes.Lift("doc.yaml", parse(t, text))
			if c.refused == "" {
				require.NoError(t, err)
				require.Len(t, rows, c.operations*c.rows)
				require.NoError(t, lifted)
				return
			}
			want := c.refused + " the operations have more than 100000 rows of errors, or more than 16 MiB of messages: is this the right file?"
			require.EqualError(t, err, want)
			require.EqualError(t, lifted, want)
		})
	}
	t.Run("operations that are not asked for do not count", func(t *testing.T) {
		rows, err := errorcodes.Rows("doc.yaml", parse(t, shared(100, 5000, 1)), "GET /7", "GET /77", "GET /nowhere")
		require.NoError(t, err)
		require.Len(t, rows, 2*5000)
		require.Equal(t, "GET /7", rows[0].Operation)
		require.Equal(t, "GET /77", rows[5000].Operation)
	})
	t.Run("a reference to itself", func(t *testing.T) {
		root := parse(t, `
paths: {/kites: {get: {responses: {'400': {$ref: '#/responses/A'}}}}}
responses: {A: {$ref: '#/responses/B'}, B: {$ref: '#/responses/A'}}
`)
		require.Empty(t, rowsIn(root))
	})
	t.Run("the wrong kinds", func(t *testing.T) {
		for _, text := range []string{
			"paths: []", "paths: {/a: []}", "paths: {/a: {get: []}}", "paths: {/a: {get: {responses: []}}}",
			"paths: {/a: {get: {description: [400, KIT-1, m], responses: {400: [], 401: null, 402: {content: []}}}}}",
			"paths: {/a: {get: {responses: {400: {content: {a: {schema: [], examples: [], example: []}}}}}}}",
			"paths: {/a: {get: {responses: {400: {examples: {a: [[[{errors: {errorCode: [], message: {}}}]]]}}}}}}",
			"paths: {/a: {get: {responses: {400: {schema: {properties: [], allOf: {}, items: [], errors: 1}}}}}}",
			"paths: {/a: {get: {responses: {400: {$ref: [1]}, 404: {$ref: ''}, 405: {$ref: '#'}, 406: {$ref: '#/paths/~1a/get'}}}}}",
		} {
			require.Empty(t, rowsIn(parse(t, text)), text)
			require.NoError(t, errorcodes.Lift("doc.yaml", parse(t, text)))
		}
		require.Empty(t, rowsIn(nil))
		require.Empty(t, errorcodes.Platform(nil))
	})
}

func TestReferencesWithEscapes(t *testing.T) {
	root := parse(t, `
paths:
  /kites:
    get:
      responses:
        "400": {$ref: '#/responses/a~1b'}
        "404": {$ref: '#/responses/c%20d'}
        "409": {$ref: '#/lists/1'}
responses:
  a/b: {x-error-codes: [{code: KIT-1}]}
  c d: {x-error-codes: [{code: KIT-2}]}
lists: [{}, {x-error-codes: [{code: KIT-3}]}]
`)
	require.Equal(t, []errorcodes.Row{
		{Operation: "GET /kites", Status: 400, Code: "KIT-1"},
		{Operation: "GET /kites", Status: 404, Code: "KIT-2"},
		{Operation: "GET /kites", Status: 409, Code: "KIT-3"},
	}, rowsIn(root))
}

func FuzzRows(f *testing.F) {
	f.Add("400\nKIT-100\nString [kite.strings[].id] is duplicated\n\n\n404\nKIT-101\n\n")
	f.Add("<table><tr><th>HTTP Code<th>Error Code<tr><td>400<td>KIT-1<td>m &lt; n</table><br>400 KIT-2 x")
	f.Add("| 400 | `KIT-1` | a \\| b |\n|---|")
	f.Fuzz(func(t *testing.T, description string) {
		rows := rowsOfProse(description)
		require.True(t, slices.IsSortedFunc(rows, errorcodes.Compare))
		for i, row := range rows {
			require.Equal(t, "GET /kites", row.Operation)
			require.Regexp(t, `^[A-Z][A-Z0-9_-]+-[0-9]{1,6}$`, row.Code)
			require.GreaterOrEqual(t, row.Status, 400)
			require.Less(t, row.Status, 600)
			require.NotContains(t, row.Message, "\n")
			if i > 0 {
				require.NotEqual(t, rows[i-1], row)
			}
			require.True(t, errorcodes.Match(row.Message, row.Message))
		}
	})
}

// BenchmarkRows shows the cost of documents of 1, 2, 4 and 8 times the size.
func BenchmarkRows(b *testing.B) {
	for _, n := range []int{5_000, 10_000, 20_000, 40_000} {
		var text strings.Builder
		text.WriteString("paths:\n")
		for i := range n {
			fmt.Fprintf(&text, `  /%d:
    get:
      description: "An operation.\n\n400\nKIT-%d\nOne [of] them\n\n\n404\nKIT-1\nGone"
      responses: {200: {description: OK}, 403: {$ref: '#/responses/R%d'}, 500: {schema: {$ref: '#/definitions/D%d'}}}
`, i, i%1000, i, i)
		}
		text.WriteString("responses:\n")
		for i := range n {
			fmt.Fprintf(&text, "  R%d: {description: d, x-error-codes: [{code: KIT-2, message: m}]}\n", i)
		}
		text.WriteString("definitions:\n")
		for i := range n {
			fmt.Fprintf(&text, "  D%d: {properties: {errorCode: {example: KIT-3}, message: {example: m}}}\n", i)
		}
		root := parse(b, text.String())
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				require.Len(b, rowsIn(root), 4*n)
			}
		})
	}
}
