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
			query("{name: csv, in: query, explode: false, schema: {type: array, items: {type: string}}}, {name: multi, in: query, schema: {type: array, items: {type: string}}}, " +
				"{name: pipe, in: query, style: pipeDelimited, schema: {type: array, items: {type: string}}}, {name: space, in: query, style: spaceDelimited, schema: {type: array, items: {type: string}}}"),
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
			query("{name: u, in: query, schema: {oneOf: [{type: string}, {type: integer}]}}, {name: l, in: query, schema: {anyOf: [{type: string}, {type: array, items: {type: string}}]}}"),
			`c, got := serve(t, 200, "application/json", "{}")
	_, _ = c.DoThing(ctx, "1", &DoThingParams{U: new("x"), L: []string{"a", "b"}})
	want(t, *got, "u=x", "l=a&l=b")`,
		},
		"JSON of other names": {
			small("", "{content: {'application/vnd.acme+json; charset=utf-8': {schema: {$ref: '#/components/schemas/Thing'}}}}", "{'200': {description: ok, content: {'application/hal+json': {schema: {$ref: '#/components/schemas/Thing'}}, text/csv: {}}}}", plainThing),
			`c, got := serve(t, 200, "application/hal+json; charset=utf-8", "{\"a\":\"x\"}")
	v, err := c.DoThing(ctx, "1", Thing{A: new("y")})
	if err != nil || v.A == nil || *v.A != "x" {
		t.Error(v, err)
	}
	want(t, *got, "application/vnd.acme+json|application/hal+json\n{\"a\":\"y\"}")`,
		},
		"any type": {
			small("", "{content: {'*/*': {schema: {$ref: '#/components/schemas/Thing'}}}}", "{'200': {description: ok, content: {'*/*': {schema: {$ref: '#/components/schemas/Thing'}}}}}", plainThing),
			`c, got := serve(t, 200, "application/json", "{\"a\":\"x\"}")
	if _, err := c.DoThing(ctx, "1", Thing{A: new("y")}); err != nil {
		t.Error(err)
	}
	want(t, *got, "application/json|application/json\n{\"a\":\"y\"}")`,
		},
		"JSON beside a form": {
			small("", "{content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}, multipart/form-data: {schema: {type: object, properties: {f: {type: string, format: binary}}}}}}", thing, plainThing),
			`c, got := serve(t, 200, "application/json", "{}")
	_, _ = c.DoThing(ctx, "1", Thing{A: new("y")})
	want(t, *got, "application/json|", "{\"a\":\"y\"}")`,
		},
		"a form like a query": {
			small("", "{content: {application/x-www-form-urlencoded: {schema: {type: object, required: [a], properties: {a: {type: string}, n: {type: integer}, l: {type: array, items: {type: string}}, c: {type: array, items: {type: string}}}}, encoding: {c: {explode: false}}}}}", thing, plainThing),
			`c, got := serve(t, 200, "application/json", "{}")
	_, _ = c.DoThing(ctx, "1", DoThingForm{A: "x&y", N: new(3), L: []string{"1", "2"}, C: []string{"p", "q"}})
	want(t, *got, "application/x-www-form-urlencoded|", "a=x%26y&c=p%2Cq&l=1&l=2&n=3")`,
		},
		"parts as their encodings say": {
			small("", "{content: {multipart/form-data: {schema: {$ref: '#/components/schemas/Upload'}, encoding: {tags: {contentType: application/json}, f: {contentType: audio/wav}, note: {contentType: application/json}, list: {style: form, explode: false}}}}}", thing,
				plainThing+", Upload: {type: object, x-go-name: Upload, properties: {f: {type: string, format: binary}, tags: {type: array, items: {type: string}}, note: {type: string}, list: {type: array, items: {type: string}}, meta: {type: object, properties: {k: {type: string}}}, free: {oneOf: [{type: string}, {type: integer}]}}}"),
			`c, got := serve(t, 200, "application/json", "{}")
	_, _ = c.DoThing(ctx, "1", DoThingForm{F: &File{Name: "a", Reader: strings.NewReader("RIFF")}, Tags: []string{"a", "b"}, Note: new("n"), List: []string{"x", "y"}, Free: new("7")})
	want(t, *got, "name=\"tags\"\nContent-Type: application/json\n\n[\"a\",\"b\"]\n", "Content-Type: audio/wav\n\nRIFF", "name=\"note\"\nContent-Type: application/json\n\n\"n\"\n", "name=\"list\"\n\nx,y\n", "name=\"free\"\n\n7\n")`,
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
			small("", "", "{'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}, '202': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/B'}}}}}", "A: {type: object}, B: {type: object}"),
			`c, _ := serve(t, 202, "application/json", "{}")
	var response Response
	s, err := c.DoThing(ctx, "1", WithResponse(&response))
	if err != nil || response.Status != 202 {
		t.Error(s, err)
	}`,
		},
		"text": {
			small("", "{content: {text/plain: {schema: {type: string}}}}", thing, plainThing),
			`c, got := serve(t, 200, "application/json", "{}")
	_, _ = c.DoThing(ctx, "1", "hello")
	want(t, *got, "text/plain|application/json\nhello")`,
		},
		"recursive types": {
			small("", json("{$ref: '#/components/schemas/N'}"), thing, plainThing+", N: {type: object, required: [next, m], properties: {next: {$ref: '#/components/schemas/N'}, m: {$ref: '#/components/schemas/M'}, l: {$ref: '#/components/schemas/L'}}}, "+
				"M: {type: object, required: [n], properties: {n: {$ref: '#/components/schemas/N'}}}, L: {type: array, items: {$ref: '#/components/schemas/L'}}"),
			`c, got := serve(t, 200, "application/json", "{}")
	_, _ = c.DoThing(ctx, "1", N{Next: &N{}, L: new(L{{}, {{}}})})
	want(t, *got, "{\"l\":[[],[[]]],\"next\":{}}")`,
		},
		"names": {
			small("", json("{$ref: '#/components/schemas/File'}"), thing, plainThing+", File: {type: object, properties: {cpu: {$ref: '#/components/schemas/Health'}, disk: {$ref: '#/components/schemas/Health'}, again: {allOf: [{$ref: '#/components/schemas/Health'}], description: d}}}, Health: {type: string, enum: [GMT-12, GMT+12, '', ' ', v11, V11], x-go-name: HealthEnum}"),
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
