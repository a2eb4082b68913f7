package generate_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// wireHead begins each test program: a server that prints what it is sent, and answers.
const wireHead = `package golden

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

var _, _, _ = fmt.Sprint, errors.Is, strings.ToLower

func serve(t *testing.T, status int, contentType, body string) (*Client, *string) {
	var got string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got = fmt.Sprintf("%s %s\n%s|%s\n%s", r.Method, r.RequestURI, r.Header.Get("Content-Type"), r.Header.Get("Accept"), strings.ReplaceAll(string(b), "\r", ""))
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(s.Close)
	c, err := NewClient(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return c, &got
}

func want(t *testing.T, got string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(got, part) {
			t.Errorf("%q is not in\n%s", part, got)
		}
	}
}

func TestWire(t *testing.T) {
	ctx := context.Background()
`

// What the generated client sends and reads, byte by byte, for what documents say in many ways.
func TestOnTheWire(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/wire\n\ngo 1.26\n"), 0o644))
	json := func(schema string) string {
		return "{required: true, content: {application/json: {schema: " + schema + "}}}"
	}
	query := func(parameters string) string { return small(", "+parameters, "", thing, plainThing) }
	for name, test := range map[string]struct{ document, program string }{
		"lists": {
			query("{name: csv, in: query, explode: false, schema: {type: array, items: {type: string}}}, {name: multi, in: query, schema: {type: array, " +
				"items: {type: string}}}, " +
				"{name: pipe, in: query, style: pipeDelimited, schema: {type: array, items: {type: string}}}, {name: space, in: query, style: " +
				"spaceDelimited, schema: {type: array, items: {type: string}}}"),
			`c, got := serve(t, 200, "application/json", "{\"a\":\"x\"}")
	_, _ = c.DoThing(ctx, "1", &DoThingParams{Csv: []string{"a,b", "c&d"}, Multi: []string{"a,b", "c"}, Pipe: []string{"x", "y"}, Space: []string{"p q", "r"}})
	want(t, *got, "csv=a%2Cb,c%26d", "multi=a%2Cb&multi=c", "pipe=x%7Cy", "space=p+q%20r")`,
		},
		"numbers of an enumeration": {
			query("{name: n, in: query, schema: {type: number, enum: [1000000, 2.5]}}"),
			`c, got := serve(t, 200, "application/json", "{}")
	_, _ = c.DoThing(ctx, "1", &DoThingParams{N: new(DoThingParamsN(1000000))})
	want(t, *got, "n=1000000\n")
	_, _ = c.DoThing(ctx, "1", &DoThingParams{N: new(DoThingParamsN(1e-7))})
	want(t, *got, "n=0.0000001\n")`,
		},
		"a union of plain values": {
			query("{name: u, in: query, schema: {oneOf: [{type: string}, {type: integer}]}}, {name: l, in: query, schema: {anyOf: [{type: string}, {type: " +
				"array, items: {type: string}}]}}"),
			`c, got := serve(t, 200, "application/json", "{}")
	_, _ = c.DoThing(ctx, "1", &DoThingParams{U: new("x"), L: []string{"a", "b"}})
	want(t, *got, "u=x", "l=a&l=b")`,
		},
		"JSON of other names": {
			small("", "{required: true, content: {'application/vnd.acme+json; charset=utf-8': {schema: {$ref: '#/components/schemas/Thing'}}}}",
				"{'200': {description: ok, content: {'application/hal+json': {schema: {$ref: '#/components/schemas/Thing'}}, text/csv: {}}}}", plainThing),
			`c, got := serve(t, 200, "application/hal+json; charset=utf-8", "{\"a\":\"x\"}")
	v, err := c.DoThing(ctx, "1", Thing{A: new("y")})
	if err != nil || v.A == nil || *v.A != "x" {
		t.Error(v, err)
	}
	want(t, *got, "application/vnd.acme+json|application/hal+json\n{\"a\":\"y\"}")`,
		},
		"any type": {
			small("", "{required: true, content: {'*/*': {schema: {$ref: '#/components/schemas/Thing'}}}}",
				"{'200': {description: ok, content: {'*/*': {schema: {$ref: '#/components/schemas/Thing'}}}}}", plainThing),
			`c, got := serve(t, 200, "application/json", "{\"a\":\"x\"}")
	if _, err := c.DoThing(ctx, "1", Thing{A: new("y")}); err != nil {
		t.Error(err)
	}
	want(t, *got, "application/json|application/json\n{\"a\":\"y\"}")`,
		},
		"a method for each type of body": {
			small(", {name: q, in: query, required: true, schema: {type: string}}", "{required: true, content: {application/xml: {}, text/plain: {}, "+
				"application/json: {schema: {$ref: '#/components/schemas/Thing'}}, application/merge-patch+json: {schema: {type: object, properties: {m: "+
				"{type: string}}}}, "+
				"application/x-www-form-urlencoded: {schema: {type: object, properties: {u: {type: string}}}}, "+
				"multipart/form-data: {schema: {type: object, properties: {f: {type: string, format: binary}}}}, multipart/mixed: {}}}", thing, plainThing),
			`c, got := serve(t, 200, "application/json", "{}")
	p := &DoThingParams{Q: "1"}
	_, _ = c.DoThing(ctx, "1", Thing{A: new("y")}, p)
	want(t, *got, "POST /things/1?q=1\napplication/json|application/json\n{\"a\":\"y\"}")
	_, _ = c.DoThingWithForm(ctx, "1", DoThingForm{F: &File{Name: "a.txt", Reader: strings.NewReader("hi")}}, p)
	want(t, *got, "POST /things/1?q=1\nmultipart/form-data; boundary=", "|application/json\n", "filename=\"a.txt\"", "\n\nhi\n--")
	_, _ = c.DoThingWithURLForm(ctx, "1", DoThingURLForm{U: new("a b")}, p)
	want(t, *got, "application/x-www-form-urlencoded|application/json\nu=a+b")
	_, _ = c.DoThingWithText(ctx, "1", "hello", p)
	want(t, *got, "text/plain|application/json\nhello")
	_, _ = c.DoThingWithApplicationXML(ctx, "1", []byte("<a/>"), p)
	want(t, *got, "application/xml|application/json\n<a/>")
	_, _ = c.DoThingWithApplicationMergePatchPlusJSON(ctx, "1", DoThingApplicationMergePatchPlusJSONBody{M: new("z")}, p)
	want(t, *got, "application/merge-patch+json|application/json\n{\"m\":\"z\"}")`,
		},
		"optional bodies": {
			small("", "{content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}, text/plain: {}, application/pdf: {}, "+
				"multipart/form-data: {schema: {type: object, properties: {a: {type: string}}}}}}", thing, plainThing),
			`c, got := serve(t, 200, "application/json", "{}")
	const none = "POST /things/1\n|application/json\n"
	check := func(want string) {
		t.Helper()
		if *got != want {
			t.Errorf("%q is not %q", *got, want)
		}
	}
	_, _ = c.DoThing(ctx, "1", nil)
	check(none)
	_, _ = c.DoThing(ctx, "1", &Thing{})
	check("POST /things/1\napplication/json|application/json\n{}")
	_, _ = c.DoThingWithText(ctx, "1", nil)
	check(none)
	_, _ = c.DoThingWithText(ctx, "1", new(""))
	check("POST /things/1\ntext/plain|application/json\n")
	_, _ = c.DoThingWithApplicationPdf(ctx, "1", nil)
	check(none)
	_, _ = c.DoThingWithForm(ctx, "1", nil)
	check(none)
	_, _ = c.DoThingWithForm(ctx, "1", &DoThingForm{A: new("x")})
	want(t, *got, "name=\"a\"\n\nx\n")`,
		},
		"optional lists and maps": {
			small("", "{content: {application/json: {schema: {$ref: '#/components/schemas/L'}}, application/a+json: {schema: {type: array, items: {type: "+
				"string}}}, application/b+json: {schema: {type: object, additionalProperties: {type: integer}}}, application/c+json: {schema: {}}}}", thing,
				plainThing+", L: {type: array, items: {type: integer}}"),
			`c, got := serve(t, 200, "application/json", "{}")
	for _, call := range []func() (*Thing, error){
		func() (*Thing, error) { return c.DoThing(ctx, "1", nil) },
		func() (*Thing, error) { return c.DoThingWithApplicationAPlusJSON(ctx, "1", nil) },
		func() (*Thing, error) { return c.DoThingWithApplicationBPlusJSON(ctx, "1", nil) },
		func() (*Thing, error) { return c.DoThingWithApplicationCPlusJSON(ctx, "1", nil) },
	} {
		if _, err := call(); err != nil || *got != "POST /things/1\n|application/json\n" {
			t.Error(*got, err)
		}
	}
	_, _ = c.DoThing(ctx, "1", []int{})
	want(t, *got, "\n[]")
	_, _ = c.DoThingWithApplicationBPlusJSON(ctx, "1", map[string]int{"a": 1})
	want(t, *got, "application/b+json|application/json\n{\"a\":1}")`,
		},
		"null": {
			small("", json("{$ref: '#/components/schemas/Note'}"), thing, plainThing+
				", Note: {type: object, required: [r], properties: {r: {type: string, nullable: true}, s: {type: string, nullable: true, description: A "+
				"text.}, "+
				"n: {type: integer, nullable: true}, l: {type: array, nullable: true, items: {type: string}}, e: {type: string, nullable: true, enum: [on, "+
				"off, null]}, "+
				"o: {nullable: true, allOf: [{$ref: '#/components/schemas/Note'}]}, p: {$ref: '#/components/schemas/MaybeNull'}, x: {type: string}, "+
				"in: {type: object, properties: {deep: {type: boolean, nullable: true}}}, m: {type: object, nullable: true, additionalProperties: {type: "+
				"string}}}}, MaybeNull: {type: object, nullable: true, properties: {a: {type: string}}}"),
			`c, got := serve(t, 200, "application/json", "{}")
	_, _ = c.DoThing(ctx, "1", Note{})
	want(t, *got, "\n{\"r\":null}")
	_, _ = c.DoThing(ctx, "1", Note{R: new("r"), S: Null[string](), N: Null[int](), L: Null[[]string](), E: Null[NoteE](), O: Null[Note](),
		P: Null[MaybeNull](), M: Null[map[string]string](), In: &Note_In{Deep: Null[bool]()}})
	want(t, *got, "{\"e\":null,\"in\":{\"deep\":null},\"l\":null,\"m\":null,\"n\":null,\"o\":null,\"p\":null,\"r\":\"r\",\"s\":null}")
	_, _ = c.DoThing(ctx, "1", Note{S: NotNull(""), L: NotNull([]string{}), E: NotNull(NoteEOff), O: NotNull(Note{X: new("y")})})
	want(t, *got, "{\"e\":\"off\",\"l\":[],\"o\":{\"r\":null,\"x\":\"y\"},\"r\":null,\"s\":\"\"}")`,
		},
		"null beside further members": {
			small("", json("{$ref: '#/components/schemas/All'}"), "{'200': {description: ok, content: {application/json: {schema: {$ref: "+
				"'#/components/schemas/All'}}}}}", `All: {type: object, properties: {more: {$ref: '#/components/schemas/More'}, union: {$ref: '#/components/schemas/Union'},
    both: {$ref: '#/components/schemas/Both'}, maps: {$ref: '#/components/schemas/Maps'}}},
    More: {type: object, properties: {e: {type: string, nullable: true}, l: {type: array, nullable: true, items: {type: string}}, x: {}, '100%': {type: string},
      o: {nullable: true, allOf: [{$ref: '#/components/schemas/A'}]}, w: {type: string, writeOnly: true}}, required: [w],
      additionalProperties: {type: integer}},
    Union: {type: object, properties: {e: {type: integer, nullable: true}, kind: {type: string, nullable: true}}, oneOf: [{$ref: '#/components/schemas/A'},
      {$ref: '#/components/schemas/B'}], discriminator: {propertyName: kind}},
    Both: {type: object, properties: {e: {type: boolean, nullable: true}}, anyOf: [{$ref: '#/components/schemas/A'}], additionalProperties: true},
    A: {type: object, properties: {kind: {type: string}, a: {type: string}}},
    B: {type: object, properties: {kind: {type: string}, b: {type: string}}},
    T: {type: string, nullable: true}, L: {type: array, nullable: true, items: {type: string}}, E: {type: string, nullable: true, enum: [on, off, null]},
    O: {type: object, nullable: true, properties: {q: {type: string}}}, M: {type: object, nullable: true, additionalProperties: {type: string}},
    Maps: {type: object, properties: {
      t: {type: object, properties: {z: {type: string}}, additionalProperties: {$ref: '#/components/schemas/T'}},
      l: {type: object, properties: {z: {type: string}}, additionalProperties: {$ref: '#/components/schemas/L'}},
      e: {type: object, properties: {z: {type: string}}, additionalProperties: {$ref: '#/components/schemas/E'}},
      o: {type: object, properties: {z: {type: string}}, additionalProperties: {$ref: '#/components/schemas/O'}},
      m: {type: object, properties: {z: {type: string}}, additionalProperties: {$ref: '#/components/schemas/M'}},
      it: {type: object, properties: {z: {type: string}}, additionalProperties: {type: integer, nullable: true}},
      il: {type: object, properties: {z: {type: string}}, additionalProperties: {type: array, nullable: true, items: {type: string}}},
      ie: {type: object, properties: {z: {type: string}}, additionalProperties: {type: string, nullable: true, enum: [x, null]}},
      io: {type: object, properties: {z: {type: string}}, additionalProperties: {type: object, nullable: true, properties: {q: {type: string}}}},
      im: {type: object, properties: {z: {type: string}}, additionalProperties: {type: object, nullable: true, additionalProperties: {type: string}}},
      iu: {type: object, properties: {z: {type: string}}, additionalProperties: {nullable: true, oneOf: [{$ref: '#/components/schemas/A'}]}},
      ia: {type: object, properties: {z: {type: string}}, additionalProperties: {nullable: true, allOf: [{$ref: '#/components/schemas/A'}]}},
      in: {type: object, properties: {z: {type: string}}, additionalProperties: {type: object, nullable: true, properties: {q: {type: string}},
        additionalProperties: {type: number, nullable: true}}},
      any: {type: object, properties: {z: {type: string}}, additionalProperties: {nullable: true}},
      u: {type: object, anyOf: [{$ref: '#/components/schemas/A'}], additionalProperties: {$ref: '#/components/schemas/O'}}}}`),
			`for _, body := range []string{
		"{}",
		"{\"more\":{\"n\":1,\"w\":\"\"}}",
		"{\"more\":{\"100%\":\"p\",\"e\":null,\"l\":null,\"n\":1,\"o\":null,\"w\":\"\"}}",
		"{\"more\":{\"e\":\"\",\"l\":[],\"o\":{\"a\":\"x\"},\"w\":\"\",\"x\":[1]}}",
		"{\"union\":{\"a\":\"y\"}}",
		"{\"union\":{\"b\":\"y\",\"e\":null,\"kind\":null}}",
		"{\"union\":{\"b\":\"y\",\"e\":3,\"kind\":\"B\"}}",
		"{\"both\":{\"a\":\"y\"}}",
		"{\"both\":{\"a\":\"y\",\"e\":null,\"n\":[1]}}",
		"{\"both\":{\"a\":\"y\",\"e\":false}}",
		"{\"maps\":{\"t\":{\"k\":null,\"v\":\"\",\"z\":\"\"}}}",
		"{\"maps\":{\"l\":{\"k\":null,\"v\":[],\"w\":[\"\"]}}}",
		"{\"maps\":{\"e\":{\"k\":null,\"v\":\"on\"}}}",
		"{\"maps\":{\"o\":{\"k\":null,\"v\":{},\"w\":{\"q\":\"\"}}}}",
		"{\"maps\":{\"m\":{\"k\":null,\"v\":{},\"w\":{\"q\":\"\"}}}}",
		"{\"maps\":{\"it\":{\"k\":null,\"v\":0}}}",
		"{\"maps\":{\"il\":{\"k\":null,\"v\":[]}}}",
		"{\"maps\":{\"ie\":{\"k\":null,\"v\":\"x\"}}}",
		"{\"maps\":{\"io\":{\"k\":null,\"v\":{\"q\":\"\"}}}}",
		"{\"maps\":{\"im\":{\"k\":null,\"v\":{\"q\":\"\"}}}}",
		"{\"maps\":{\"iu\":{\"k\":null,\"v\":{\"a\":\"\"}}}}",
		"{\"maps\":{\"ia\":{\"k\":null,\"v\":{\"a\":\"\"}}}}",
		"{\"maps\":{\"in\":{\"k\":null,\"v\":{\"p\":null,\"q\":\"\"}}}}",
		"{\"maps\":{\"any\":{\"k\":null,\"v\":1}}}",
		"{\"maps\":{\"u\":{\"k\":null,\"v\":{\"q\":\"\"}}}}",
	} {
		c, got := serve(t, 200, "application/json", body)
		all, err := c.DoThing(ctx, "1", All{})
		if err != nil {
			t.Fatal(body, err)
		}
		if _, err = c.DoThing(ctx, "1", *all); err != nil {
			t.Fatal(body, err)
		}
		if _, sent, _ := strings.Cut(*got, "json\n"); sent != body {
			t.Errorf("%s is sent as %s", body, sent)
		}
	}
	c, got := serve(t, 200, "application/json", "{}")
	u := new(Union)
	if err := u.FromB(B{B: new("y")}); err != nil {
		t.Fatal(err)
	}
	_, _ = c.DoThing(ctx, "1", All{More: &More{E: Null[string]()}, Union: u})
	want(t, *got, "\"more\":{\"e\":null}", "\"union\":{\"b\":\"y\",\"kind\":\"B\"}")
	more := new(More)
	more.Set("n", 7)
	if n, ok := more.Get("n"); n != 7 || !ok {
		t.Error(n, ok)
	}`,
		},
		"null beside a form of the same schema": {
			small("", "{content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}, multipart/form-data: {schema: {$ref: "+
				"'#/components/schemas/Note'}}, application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/Note'}}}}", thing,
				plainThing+", Note: {type: object, properties: {e: {type: string, nullable: true}, l: {type: array, nullable: true, items: {type: string}}}}"),
			`c, got := serve(t, 200, "application/json", "{}")
	_, _ = c.DoThing(ctx, "1", &Note{E: Null[string](), L: NotNull([]string{"x"})})
	want(t, *got, "{\"e\":null,\"l\":[\"x\"]}")
	_, _ = c.DoThingWithForm(ctx, "1", &DoThingForm{E: new("a"), L: []string{"x"}})
	want(t, *got, "name=\"e\"\n\na\n")
	_, _ = c.DoThingWithURLForm(ctx, "1", &DoThingURLForm{E: new("a"), L: []string{"x"}})
	want(t, *got, "\ne=a&l=x")`,
		},
		"a GET that is documented without a body": {
			strings.Replace(small("", "", "{'200': {description: ok}}", ""), "    post:", "    get:", 1),
			`c, got := serve(t, 200, "text/csv", "a,b")
	s, err := c.DoThing(ctx, "1")
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(s)
	if err != nil || string(data) != "a,b" || s.ContentType != "text/csv" || s.Close() != nil {
		t.Error(string(data), s.ContentType, err)
	}
	want(t, *got, "GET /things/1\n|*/*\n")`,
		},
		"pages by number": {
			strings.Replace(small(", {name: page, in: query, schema: {type: integer}}, {name: perPage, in: query, required: true, schema: {type: integer}}", "",
				thing,
				"Thing: {type: object, properties: {records: {type: array, items: {type: string}}, paging: {type: object, properties: {totalPages: {type: "+
					"integer}}}, navigation: {type: object, properties: {nextPage: {type: object, properties: {uri: {type: string}}}}}}}"), "    post:",
				"    get:", 1),
			`bodies := map[string]string{
		"page=2&perPage=10": "{\"records\":[\"b\"],\"navigation\":{\"nextPage\":{\"uri\":\"u\"}}}", // as the vendor sends it, without a number
		"page=3&perPage=10": "{\"records\":[\"c\"],\"paging\":{\"totalPages\":4},\"navigation\":{}}",
		"page=4&perPage=10": "{\"records\":[\"d\"],\"paging\":{\"totalPages\":4},\"navigation\":{\"nextPage\":{\"uri\":\"u\"}}}",
		"perPage=10":        "{\"records\":[\"a\"],\"paging\":{\"totalPages\":4}}",
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if bodies[r.URL.RawQuery] == "" {
			w.WriteHeader(404)
		}
		_, _ = io.WriteString(w, bodies[r.URL.RawQuery])
	}))
	defer s.Close()
	c, _ := NewClient(s.URL)
	var records []string
	for page, err := range c.DoThingPages(ctx, "1", &DoThingParams{PerPage: 10}) {
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, page.Records...)
	}
	want(t, fmt.Sprint(records), "[a b c d]")
	records = nil
	for page, err := range c.DoThingPages(ctx, "1", &DoThingParams{PerPage: 10, Page: new(3)}) {
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, page.Records...)
	}
	want(t, fmt.Sprint(records), "[c d]")
	errs := 0
	for page, err := range c.DoThingPages(ctx, "1", &DoThingParams{PerPage: 11}) {
		if page != nil || err == nil {
			t.Error(page)
		}
		errs++
	}
	for range c.DoThingPages(ctx, "1", nil) {
		errs++
	}
	if errs != 2 {
		t.Error(errs)
	}
	for range c.DoThingPages(ctx, "1", &DoThingParams{PerPage: 10}) {
		break
	}`,
		},
		"pages by token": {
			strings.Replace(strings.Replace(small(", {name: cursor, in: query, schema: {type: string}}", "", thing,
				"Thing: {type: object, properties: {records: {type: array, items: {type: string}}, more: {$ref: '#/components/schemas/More'}}}, More: "+
					"{type: object, properties: {cursor: {type: string}}}"), "    post:", "    get:", 1),
				"      operationId: doThing\n", "      operationId: doThing\n      x-pages: {parameter: cursor, token: more.cursor}\n", 1),
			`bodies := map[string]string{
		"":         "{\"records\":[\"a\"],\"more\":{\"cursor\":\"x\"}}",
		"cursor=x": "{\"records\":[\"b\"],\"more\":{\"cursor\":\"y\"}}",
		"cursor=y": "{\"records\":[\"c\"]}",
		"cursor=l": "{\"records\":[\"l\"],\"more\":{\"cursor\":\"l\"}}",
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, bodies[r.URL.RawQuery])
	}))
	defer s.Close()
	c, _ := NewClient(s.URL)
	var records []string
	var last error
	for page, err := range c.DoThingPages(ctx, "1") {
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, page.Records...)
	}
	want(t, fmt.Sprint(records), "[a b c]")
	for _, err := range c.DoThingPages(ctx, "1", &DoThingParams{Cursor: new("l")}) {
		last = err
	}
	want(t, fmt.Sprint(last), "the server gives cursor as the token of the page that it is the token of")`,
		},
		"a form like a query": {
			small("", "{required: true, content: {application/x-www-form-urlencoded: {schema: {type: object, required: [a], properties: {a: {type: "+
				"string}, n: {type: integer}, l: {type: array, items: {type: string}}, c: {type: array, items: {type: string}}}}, encoding: {c: {explode: "+
				"false}}}}}", thing, plainThing),
			`c, got := serve(t, 200, "application/json", "{}")
	_, _ = c.DoThing(ctx, "1", DoThingForm{A: "x&y", N: new(3), L: []string{"1", "2"}, C: []string{"p", "q"}})
	want(t, *got, "application/x-www-form-urlencoded|", "a=x%26y&c=p%2Cq&l=1&l=2&n=3")`,
		},
		"parts as their encodings say": {
			small("", "{required: true, content: {multipart/form-data: {schema: {$ref: '#/components/schemas/Upload'}, encoding: {tags: {contentType: "+
				"application/json}, f: {contentType: audio/wav}, note: {contentType: application/json}, list: {style: form, explode: false}}}}}", thing,
				plainThing+", Upload: {type: object, x-go-name: Upload, properties: {f: {type: string, format: binary}, tags: {type: array, items: {type: "+
					"string}}, note: {type: string}, list: {type: array, items: {type: string}}, meta: {type: object, properties: {k: {type: string}}}, "+
					"free: {oneOf: [{type: string}, {type: integer}]}}}"),
			`c, got := serve(t, 200, "application/json", "{}")
	_, _ = c.DoThing(ctx, "1", DoThingForm{F: &File{Name: "a", Reader: strings.NewReader("RIFF")}, Tags: []string{"a", "b"}, Note: new("n"),
		List: []string{"x", "y"}, Free: new("7")})
	want(t, *got, "name=\"tags\"\nContent-Type: application/json\n\n[\"a\",\"b\"]\n", "Content-Type: audio/wav\n\nRIFF",
		"name=\"note\"\nContent-Type: application/json\n\n\"n\"\n", "name=\"list\"\n\nx,y\n", "name=\"free\"\n\n7\n")`,
		},
		"bytes in JSON": {
			small("", json("{$ref: '#/components/schemas/Thing'}"), thing, "Thing: {type: object, properties: {a: {type: string, format: binary}}}"),
			`c, got := serve(t, 200, "application/json", "{\"a\":\"zz\"}")
	v, err := c.DoThing(ctx, "1", Thing{A: new("yy")})
	if err != nil || *v.A != "zz" {
		t.Error(v, err)
	}
	want(t, *got, "{\"a\":\"yy\"}")`,
		},
		"a stream": {
			small("", "", "{'200': {description: ok, content: {audio/mpeg: {schema: {type: string, format: binary}}, audio/x-wav: {}}}}", ""),
			`c, got := serve(t, 200, "audio/mpeg", "ID3")
	s, err := c.DoThing(ctx, "1")
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(s)
	if err != nil || string(data) != "ID3" || s.ContentType != "audio/mpeg" || s.Length != 3 || s.Close() != nil {
		t.Error(string(data), s.ContentType, s.Length, err)
	}
	want(t, *got, "|audio/mpeg, audio/x-wav\n")
	c, _ = serve(t, 404, "application/json", "{\"errorCode\":\"CMN-102\"}")
	var e *APIError
	if _, err = c.DoThing(ctx, "1"); !errors.As(err, &e) || e.Code != "CMN-102" {
		t.Error(err)
	}`,
		},
		"success without a body, too": {
			small("", "", strings.Replace(thing, "}}}}}", "}}}}, '204': {description: none}}", 1), plainThing),
			`c, _ := serve(t, 204, "", "")
	if v, err := c.DoThing(ctx, "1"); v != nil || err != nil {
		t.Error(v, err)
	}
	c, _ = serve(t, 200, "application/json", "{\"a\":\"x\"}")
	if v, err := c.DoThing(ctx, "1"); v == nil || err != nil {
		t.Error(v, err)
	}
	c, _ = serve(t, 200, "application/json", "")
	if _, err := c.DoThing(ctx, "1"); err == nil {
		t.Error("an empty 200 is not documented")
	}`,
		},
		"success of several types": {
			small("", "", "{'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}, '202': {description: ok, "+
				"content: {application/json: {schema: {$ref: '#/components/schemas/B'}}}}}", "A: {type: object}, B: {type: object}"),
			`c, _ := serve(t, 202, "application/json", "{}")
	var response Response
	s, err := c.DoThing(ctx, "1", WithResponse(&response))
	if err != nil || response.Status != 202 {
		t.Error(s, err)
	}`,
		},
		"text": {
			small("", "{required: true, content: {text/plain: {schema: {type: string}}}}", thing, plainThing),
			`c, got := serve(t, 200, "application/json", "{}")
	_, _ = c.DoThing(ctx, "1", "hello")
	want(t, *got, "text/plain|application/json\nhello")`,
		},
		"objects in the query": {
			small(", {name: filter, in: query, style: deepObject, schema: {type: object, properties: {a: {type: string}, "+
				"n: {type: object, properties: {b: {type: integer, format: int64}}}, l: {type: array, items: {type: string}}}}}, "+
				"{name: e, in: query, required: true, schema: {type: object, properties: {x: {type: integer}, y: {type: boolean}}}}, "+
				"{name: f, in: query, explode: false, schema: {type: object, additionalProperties: {type: string}}}, "+
				"{name: p, in: query, style: pipeDelimited, explode: false, schema: {$ref: '#/components/schemas/Range'}}, "+
				"{name: j, in: query, content: {application/json: {schema: {type: object, properties: {k: {type: string}}}}}}, "+
				"{name: u, in: query, style: deepObject, schema: {anyOf: [{$ref: '#/components/schemas/Range'}, {type: integer}]}}, "+
				"{name: t, in: query, content: {text/plain: {schema: {type: string}}}}",
				"", thing, plainThing+", Range: {type: object, properties: {lt: {type: integer}, gt: {type: integer}}}"),
			`c, got := serve(t, 200, "application/json", "{}")
	_, _ = c.DoThing(ctx, "1", &DoThingParams{})
	want(t, *got, "POST /things/1\n")
	u, n := new(DoThingParams_U), new(DoThingParams_U)
	_, _ = u.FromRange(Range{Gt: new(3)}), n.FromDoThingParamsU1(7)
	_, _ = c.DoThing(ctx, "1", &DoThingParams{
		Filter: &DoThingParams_Filter{A: new("x y&z"), N: &DoThingParams_Filter_N{B: new(int64(9007199254740993))}, L: []string{"1", "2"}},
		E: DoThingParams_E{X: new(0), Y: new(false)}, F: map[string]string{"b": "2,3", "a": "1"}, P: &Range{Lt: new(1), Gt: new(2)},
		J: &DoThingParams_J{K: new("v")}, U: u, T: new("plain"),
	})
	want(t, *got, "filter%5Ba%5D=x+y%26z", "filter%5Bn%5D%5Bb%5D=9007199254740993", "filter%5Bl%5D=1&filter%5Bl%5D=2", "x=0", "y=false",
		"f=a,1,b,2%2C3", "p=gt%7C2%7Clt%7C1", "j=%7B%22k%22%3A%22v%22%7D", "u%5Bgt%5D=3", "t=plain")
	_, _ = c.DoThing(ctx, "1", &DoThingParams{U: n})
	want(t, *got, "u=7")`,
		},
		"recursive types": {
			small("", json("{$ref: '#/components/schemas/N'}"), thing, plainThing+
				", N: {type: object, required: [next, m], properties: {next: {$ref: '#/components/schemas/N'}, m: {$ref: '#/components/schemas/M'}, l: "+
				"{$ref: '#/components/schemas/L'}}}, "+
				"M: {type: object, required: [n], properties: {n: {$ref: '#/components/schemas/N'}}}, L: {type: array, items: {$ref: '#/components/schemas/L'}}"),
			`c, got := serve(t, 200, "application/json", "{}")
	_, _ = c.DoThing(ctx, "1", N{Next: &N{}, L: L{{}, {{}}}})
	want(t, *got, "{\"l\":[[],[[]]],\"next\":{}}")
	_, _ = c.DoThing(ctx, "1", N{Next: &N{L: L{}}})
	want(t, *got, "{\"next\":{\"l\":[]}}")`,
		},
		"lists in themselves": {
			small("", json("{$ref: '#/components/schemas/All'}"), "{'200': {description: ok, content: {application/json: {schema: {$ref: "+
				"'#/components/schemas/All'}}}}}", `All: {type: object, properties: {a: {$ref: '#/components/schemas/A'}, b: {$ref: '#/components/schemas/B'},
      c: {$ref: '#/components/schemas/C'}, d: {$ref: '#/components/schemas/D'}, e: {$ref: '#/components/schemas/E'}, f: {$ref: '#/components/schemas/F'}}},
    A: {type: array, items: {type: array, items: {$ref: '#/components/schemas/A'}}},
    B: {type: array, items: {type: object, additionalProperties: {$ref: '#/components/schemas/B'}}},
    C: {allOf: [{$ref: '#/components/schemas/C1'}]}, C1: {type: array, items: {$ref: '#/components/schemas/C'}},
    D: {type: array, nullable: true, items: {type: array, nullable: true, items: {nullable: true, allOf: [{$ref: '#/components/schemas/D'}]}}},
    E: {allOf: [{$ref: '#/components/schemas/E1'}, {minItems: 1}]}, E1: {type: array, items: {$ref: '#/components/schemas/E'}},
    F: {$ref: '#/components/schemas/F1'}, F1: {type: array, items: {type: object, nullable: true, additionalProperties: {type: array,
      items: {$ref: '#/components/schemas/F'}}}}`),
			`const body = "{\"a\":[[],[[],[[]]]],\"b\":[{},{\"k\":[{}]}],\"c\":[[],[[]]],\"d\":[null,[null,[]]],\"e\":[[]],\"f\":[null,{\"k\":[[{}]]}]}"
	c, got := serve(t, 200, "application/json", body)
	all, err := c.DoThing(ctx, "1", All{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.DoThing(ctx, "1", *all)
	if _, sent, _ := strings.Cut(*got, "json\n"); sent != body {
		t.Errorf("%s is sent as %s, %v", body, sent, err)
	}`,
		},
		"names without words": {
			strings.Replace(small(", {name: '?', in: query, schema: {type: array, items: {type: string, enum: [a, '?']}}}, "+
				"{name: '{{', in: query, schema: {type: string}}, {name: ½, in: query, schema: {type: object, properties: {z: {type: string}}}}, "+
				"{name: '#', in: query, schema: {type: string, enum: ['#', '&', 日本]}}, {name: '&', in: query, schema: {type: array, items: {type: string, "+
				"enum: [x]}}}, {name: '=', in: query, required: true, schema: {type: integer}}, {name: \"\\u2028\", in: query, schema: {type: string}}, "+
				"{name: '~', in: header, schema: {type: string, enum: [x]}}, {name: '!', in: header, schema: {type: string}}, "+
				"{name: '?1', in: query, schema: {type: string, enum: [x]}}, "+
				"{name: 日本, in: path, required: true, schema: {type: string}}, {name: 🎉, in: path, required: true, schema: {type: integer}}",
				"{content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}, application/x-www-form-urlencoded: {schema: {type: object, "+
					"properties: {'?': {type: string, enum: ['?']}, '{{': {type: string}}}}, multipart/form-data: {schema: {type: object, "+
					"properties: {'?': {type: array, items: {type: string}}, '#': {type: object, properties: {z: {type: string}}}}}}}}", thing,
				"Thing: {type: object, properties: {'?': {type: string, enum: [a, '!']}, 日本: {type: object, properties: {'?': {type: string, enum: [b]}}}, "+
					"'{{': {type: array, items: {type: object, properties: {z: {type: string}}}}, ﬁ: {$ref: '#/components/schemas/Named'}, "+
					"_: {type: string, enum: [c]}}, additionalProperties: {type: string}}, Named: {type: string, x-go-name: Label}"),
				"/things/{id}", "/things/{id}/{日本}/{🎉}", 1),
			`c, got := serve(t, 200, "application/json", "{\"?\":\"!\",\"ﬁ\":\"y\"}")
	p := &DoThingParams{U003F: []DoThingParamsU003F{DoThingParamsU003FA, DoThingParamsU003F("?")}, U007BU007B: new("l"),
		U00BD: &DoThingParamsU00BD{Z: new("z")}, Hash: new(DoThingParamsU0023("#")), And: []DoThingParamsU0026{"x"}, Equal: 7, U2028: new("s"),
		Tilde: new(DoThingParamsU007EX), U0021: new("!"), U003FU0031: new(DoThingParams1X)}
	thing := &Thing{U003F: new(ThingU003FA), U65E5U672C: &ThingU65E5U672C{U003F: new(ThingU65E5U672CU003FB)}, UFB01: new("x"),
		U007BU007B: []ThingU007BU007B{{Z: new("z")}}, Underscore: new(ThingU005FC), AdditionalProperties: map[string]string{"k": "v"}}
	v, err := c.DoThing(ctx, "1", "j", 3, thing, p)
	if err != nil || *v.U003F != "!" || *v.UFB01 != "y" {
		t.Error(v, err)
	}
	want(t, *got, "/things/1/j/3?", "%3F=a&%3F=%3F", "%7B%7B=l", "z=z", "%23=%23", "%26=x", "%3D=7", "%E2%80%A8=s", "%3F1=x",
		"{\"?\":\"a\",\"_\":\"c\",\"k\":\"v\",\"{{\":[{\"z\":\"z\"}],\"日本\":{\"?\":\"b\"},\"ﬁ\":\"x\"}")
	_, _ = c.DoThingWithURLForm(ctx, "1", "j", 3, &DoThingURLForm{U003F: new(DoThingU003F("?")), U007BU007B: new("f")}, p)
	want(t, *got, "\n%3F=%3F&%7B%7B=f")
	_, _ = c.DoThingWithForm(ctx, "1", "j", 3, &DoThingForm{U003F: []string{"f"}, Hash: &DoThingU0023{Z: new("z")}}, p)
	want(t, *got, "name=\"?\"\n\nf\n", "name=\"#\"\nContent-Type: application/json\n\n{\"z\":\"z\"}\n")`,
		},
		"names": {
			small("", json("{$ref: '#/components/schemas/File'}"), thing, plainThing+
				", File: {type: object, properties: {cpu: {$ref: '#/components/schemas/Health'}, disk: {$ref: '#/components/schemas/Health'}, again: "+
				"{allOf: [{$ref: '#/components/schemas/Health'}], description: d}}}, Health: {type: string, enum: [GMT-12, GMT+12, '', ' ', v11, V11], "+
				"x-go-name: HealthEnum}"),
			`c, got := serve(t, 200, "application/json", "{}")
	_, _ = c.DoThing(ctx, "1", FileObject{CPU: new(HealthEnumGMTMinus12), Disk: new(HealthEnum("")), Again: new(HealthEnumGMTPlus12)})
	want(t, *got, "\"cpu\":\"GMT-12\"", "\"disk\":\"\"", "\"again\":\"GMT+12\"")`,
		},
	} {
		files, err := filesOf(load(t, []byte(test.document)), spec(nil), config)
		require.NoError(t, err, name)
		folder := filepath.Join(dir, strings.ReplaceAll(strings.ReplaceAll(name, " ", "_"), ",", ""))
		require.NoError(t, os.MkdirAll(folder, 0o755))
		for file, text := range files {
			require.NoError(t, os.WriteFile(filepath.Join(folder, file), text, 0o644))
		}
		require.NoError(t, os.WriteFile(filepath.Join(folder, "wire_test.go"), []byte(wireHead+"\t"+test.program+"\n}\n"), 0o644))
	}
	cmd := exec.Command("go", "test", "./...")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOFLAGS=-mod=mod")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
}
