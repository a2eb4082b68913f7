package document_test

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

func parsed(t *testing.T, text string) *yaml.Node {
	t.Helper()
	root, err := document.ParseYAML("f", []byte(text))
	require.NoError(t, err)
	return root
}

func TestReadFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "spec.yaml")
	_, err := document.ReadFile(file)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.WriteFile(file, []byte(minimal), 0o600))
	doc, err := document.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "2.0", doc.Version)
	require.Equal(t, file, doc.Name)
}

// What is exactly as large as a limit is read, and one byte, line or node more is not.
func TestLimitsAtTheirEdges(t *testing.T) {
	pad := func(text string, size int) []byte {
		return append([]byte(text), strings.Repeat(" ", size-len(text))...)
	}
	for name, test := range map[string]struct {
		read func(more int) error
		want string
	}{
		"a file": {func(more int) error {
			_, err := document.ReadLimited("f", io.LimitReader(endless{}, int64(document.MaxSize+more)))
			return err
		}, "f: larger than 64 MiB: is this the right file?"},
		"a document": {func(more int) error {
			_, err := document.Parse("f", pad(`{"openapi":"3.0.3"}`, document.MaxSize+more))
			return err
		}, "f: larger than 64 MiB: is this the right file?"},
		"a file written by hand": {func(more int) error {
			_, err := document.ParseOwn("f", pad(`{"a": "b"}`, document.MaxOwnSize+more))
			return err
		}, "f: larger than 4 MiB, which no file is that is written by hand: is this the right file?"},
		"lines": {func(more int) error {
			_, err := document.ParseYAML("f", []byte(strings.Repeat("\n", document.MaxNodes-1+more)+`{"a": "b"}`))
			return err
		}, "f: more than 5000000 lines and list items: not an API description"},
		"nodes of aliases": {func(more int) error { // 1,000 aliases, each for a list of 999
			list := "[" + strings.Repeat("x,", 998) + "x]"
			_, err := document.ParseYAML("f", []byte("a: &a "+list+"\nb: &b x\nc: ["+strings.Repeat("*a,", 1000)+"]\nd: ["+strings.Repeat("*b,", more)+"]\n"))
			return err
		}, "f:4:5: aliases expand to more than 1000000 nodes"},
		// The root is one level of 500; a tab and an escaped slash are JSON, and no YAML that the library knows.
		"levels of JSON": {func(more int) error {
			_, err := document.ParseYAML("f", []byte("{\t\"\\/\":"+strings.Repeat("[", 499+more)+strings.Repeat("]", 499+more)+"}"))
			return err
		}, "f:1:507: nested deeper than 500 levels"},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, test.read(0))
			require.EqualError(t, test.read(1), test.want)
		})
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// The five kinds of line breaks of YAML 1.1, of which a carriage return and a line feed are one.
func TestLines(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"":                            {""},
		"a":                           {"a"},
		"a\n":                         {"a\n", ""},
		"\na":                         {"\n", "a"},
		"a\r\nb\rc\n\rd":              {"a\r\n", "b\r", "c\n", "\r", "d"},
		"a\u0085b\u2028c\u2029\u00e9": {"a\u0085", "b\u2028", "c\u2029", "\u00e9"},
	} {
		require.Equal(t, want, document.Lines(text), "%q", text)
	}
}

func TestSetAndDelete(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ key, set, deleted string }{
		{"a", `{"a":"new","b":2,"c":3}`, `{"b":2,"c":3}`},
		{"b", `{"a":1,"b":"new","c":3}`, `{"a":1,"c":3}`},
		{"c", `{"a":1,"b":2,"c":"new"}`, `{"a":1,"b":2}`},
		{"d", `{"a":1,"b":2,"c":3,"d":"new"}`, `{"a":1,"b":2,"c":3}`},
		{"1", `{"a":1,"b":2,"c":3,"1":"new"}`, `{"a":1,"b":2,"c":3}`}, // a value is no key
	} {
		root := parsed(t, "{a: 1, b: 2, c: 3}")
		copied := document.Clone(root)
		document.Set(copied, test.key, document.String("new"))
		require.Equal(t, test.set, string(document.JSON(copied)))
		copied = document.Clone(root)
		require.Equal(t, test.key >= "a" && test.key <= "c", document.Delete(copied, test.key))
		require.Equal(t, test.deleted, string(document.JSON(copied)))
		require.Equal(t, `{"a":1,"b":2,"c":3}`, string(document.JSON(root)), "the clone is on its own")
	}
	require.False(t, document.Delete(nil, "a"))
	require.False(t, document.Delete(document.Sequence(document.String("a"), document.String("b")), "a"))
	require.Nil(t, document.Clone(nil))
}

// A path item has methods in lower case, and other things.
func TestOperations(t *testing.T) {
	t.Parallel()
	root := parsed(t, "paths:\n  /a:\n    summary: s\n    x-note: {a: b}\n    parameters: [{name: p}]\n    servers: {}\n    post: {operationId: b}\n"+
		"    GET: {}\n    get: text\n    trace: {}\n  /b: {get: {}, query: {}}\n  /c: text\n")
	var got []string
	for op := range document.Operations(root) {
		got = append(got, op.String())
	}
	require.Equal(t, []string{"POST /a", "TRACE /a", "GET /b"}, got)
}

// A text is JSON whatever it holds, also if it holds nothing else.
func TestJSONOfTexts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": `""`, " ": `" "`, "~": `"~"`, "a b": `"a b"`, "\t": `"\t"`, "\x01": `"\u0001"`, `"`: `"\""`, `\`: `"\\"`, "\u2028": `"\u2028"`, "é": `"é"`,
		"<&>": `"<&>"`,
	} {
		require.Equal(t, want, string(document.JSON(document.String(text))), "%q", text)
	}
	for number, want := range map[string]string{
		"+12.75": "12.75", "-.125": "-0.125", "1.": "1", "0o17": "15", "0x1f": "31", "007": "7", "+0": "0", ".nan": `".nan"`, "1e400": "1e400", "+1e400": `"+1e400"`,
	} {
		require.Equal(t, want, string(document.JSON(document.Get(parsed(t, "a: "+number+"\n"), "a"))), number)
	}
}

// What is tagged or in flow style is written as the library writes it.
func TestEncodeOfTagsAndStyles(t *testing.T) {
	t.Parallel()
	for _, tag := range []string{"", "!!str", "!!int", "!!map", "!!seq", "!custom"} {
		for _, style := range []yaml.Style{0, yaml.FlowStyle} {
			for _, size := range []int{0, 1, 2} {
				mapping, sequence := document.Mapping(), document.Sequence()
				for i := range size {
					key, value := document.String(strings.Repeat("a", 1+i)), document.String("value")
					value.Tag = tag
					mapping.Content = append(mapping.Content, key, value)
					sequence.Content = append(sequence.Content, value)
				}
				mapping.Style, sequence.Style = style, style
				if tag != "!!str" && tag != "!!int" {
					mapping.Tag, sequence.Tag = tag, tag
				}
				for _, n := range []*yaml.Node{mapping, sequence} {
					below := document.Mapping(document.String("a"), document.Sequence(n, document.Mapping(document.String("b"), n)))
					for _, root := range []*yaml.Node{n, below} {
						require.Equal(t, asLibrary(t, root), encoded(t, root), "%s %d %d", tag, style, size)
					}
				}
			}
		}
	}
}

const unsorted = `
x-last: {b: 1, description: d, a: [{summary: s, y: 1}, {example: {kept: 1}}]}
x-descriptions: {any: text}
info: {version: '1', title: T, description: d}
openapi: 3.0.3
tags: [{name: z, description: d}, {name: a}]
paths:
  x-paths: {z: 1, description: d}
  /b:
    post:
      responses:
        x-note: {summary: s, z: 1}
        default: {description: d}
        '200':
          headers: {x-rate: {schema: {type: integer}, description: d}}
          description: d
      callbacks: {done: {'{$url}': {post: {description: d, operationId: called}}}}
      parameters: [{in: query, name: b}, {name: a, in: query}, {in: path, name: z, description: d}, {$ref: '#/b'}, {$ref: '#/a'}]
      tags: [b, a]
    parameters: {}
  /a: {summary: s, get: {security: [{oauth: [z, a]}], operationId: i}}
components:
  securitySchemes: {oauth: {type: oauth2, flows: {implicit: {scopes: {write: Writes, read: Reads, x-odd: {a: 1}}}}}}
  schemas:
    T:
      example: {y: 1, x-a: 1, b: 1}
      required: [b, a]
      type: object
      x-enum: 1
      default: {y: 1, x-description: kept, b: 1}
      allOf: [{title: z}, {description: a, type: object}]
      enum: [b, 2, a, 1, '1']
      unknown: {z: 1, description: kept, a: 1}
      properties: {x-foo: {description: d, type: string}, description: {type: string}, a: true, b: {enum: 1, properties: [{z: 1, a: 2}]}}
`

// Keys come in the order of the specification, then unknown ones, then extensions; names and sets are sorted, lists are
// not. How the document was written does not matter.
func TestSort(t *testing.T) {
	t.Parallel()
	for _, source := range []string{unsorted, string(document.JSON(parsed(t, unsorted)))} {
		root := parsed(t, source)
		document.Sort(root)
		require.Equal(t, sorted, encoded(t, root))
	}
}

const sorted = `openapi: 3.0.3
info:
  title: T
  version: "1"
  description: d
tags:
  - name: z
    description: d
  - name: a
paths:
  /a:
    summary: s
    get:
      operationId: i
      security:
        - oauth:
            - z
            - a
  /b:
    parameters: {}
    post:
      tags:
        - a
        - b
      parameters:
        - $ref: '#/a'
        - $ref: '#/b'
        - name: z
          in: path
          description: d
        - name: a
          in: query
        - name: b
          in: query
      responses:
        "200":
          description: d
          headers:
            x-rate:
              description: d
              schema:
                type: integer
        default:
          description: d
        x-note:
          summary: s
          z: 1
      callbacks:
        done:
          '{$url}':
            post:
              operationId: called
              description: d
  x-paths:
    description: d
    z: 1
components:
  schemas:
    T:
      type: object
      enum:
        - 1
        - "1"
        - 2
        - a
        - b
      default:
        b: 1
        x-description: kept
        "y": 1
      required:
        - a
        - b
      properties:
        a: true
        b:
          enum: 1
          properties:
            - a: 2
              z: 1
        description:
          type: string
        x-foo:
          type: string
          description: d
      allOf:
        - title: z
        - type: object
          description: a
      example:
        b: 1
        x-a: 1
        "y": 1
      unknown:
        a: 1
        description: kept
        z: 1
      x-enum: 1
  securitySchemes:
    oauth:
      type: oauth2
      flows:
        implicit:
          scopes:
            read: Reads
            write: Writes
            x-odd:
              a: 1
x-descriptions:
  any: text
x-last:
  a:
    - summary: s
      "y": 1
    - example:
        kept: 1
  b: 1
  description: d
`

// Facts are what is left without text for people: what a program sends, compares or needs stays, whatever it is called.
func TestFacts(t *testing.T) {
	t.Parallel()
	root := parsed(t, unsorted)
	document.Facts(root)
	require.Equal(t, `{"openapi":"3.0.3","info":{"title":"T","version":"1"},"tags":[{"name":"z"},{"name":"a"}],"paths":{"/a":{"get":{"operationId":"i",`+
		`"security":[{"oauth":["z","a"]}]}},"/b":{"parameters":{},"post":{"tags":["a","b"],"parameters":[{"$ref":"#/a"},{"$ref":"#/b"},{"name":"z",`+
		`"in":"path"},{"name":"a","in":"query"},{"name":"b","in":"query"}],"responses":{"200":{"headers":{"x-rate":{"schema":{"type":"integer"}}}},`+
		`"default":{},"x-note":{"z":1}},"callbacks":{"done":{"{$url}":{"post":{"operationId":"called"}}}}}},"x-paths":{"z":1}},"components":{"schemas":`+
		`{"T":{"type":"object","enum":[1,"1",2,"a","b"],"default":{"b":1,"x-description":"kept","y":1},"required":["a","b"],"properties":{"a":true,`+
		`"b":{"enum":1,"properties":[{"a":2,"z":1}]},"description":{"type":"string"},"x-foo":{"type":"string"}},"allOf":[{},{"type":"object"}],`+
		`"unknown":{"a":1,"description":"kept","z":1},"x-enum":1}},"securitySchemes":{"oauth":{"type":"oauth2","flows":{"implicit":{"scopes":{"read":"",`+
		`"write":"","x-odd":{"a":1}}}}}}},"x-last":{"a":[{"y":1},{"example":{"kept":1}}],"b":1}}`, string(document.JSON(root)))
}

// Texts that any reader takes for something else are in quotes, and no others are.
func TestQuotes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain": "plain", "1.0.36": "1.0.36", "-a": "-a", "0.b": "0.b", "<<": `"<<"`, "=": `"="`, "Off": `"Off"`, "1e400": `"1e400"`, "09:00": `"09:00"`,
		"1_0":      `"1_0"`,
		"a\u0085b": `"a\Nb"`, "a\n b": "|-\n  a\n   b", "a\n\n": `"a\n\n"`,
	} {
		root := document.Mapping(document.String("default"), document.String(text))
		document.Sort(document.Mapping(document.String("definitions"), document.Mapping(document.String("T"), root)))
		require.Equal(t, "default: "+want+"\n", encoded(t, root), "%q", text)
	}
}

// Schemas are where the specification has them: not in data, and parameters of Swagger 2.0 are schemas.
func TestSchemas(t *testing.T) {
	t.Parallel()
	root := parsed(t, `
definitions: {a: {title: a, properties: {example: {title: b, example: {schema: {title: no}}}}, allOf: [{title: c}, text], items: [{title: no}]},
  x-b: {title: d}}
parameters: {p: {name: p, in: query, type: string, title: e}, q: {name: q, in: body, title: no, schema: {title: f}}}
paths: {x-p: text, /a: {get: {parameters: [{title: g, type: string}], responses: {'200': {schema: {title: h}, headers: {H: {type: string, title: i}}}}}}}
components: {callbacks: {c: {'{$url}': {post: {requestBody: {content: {a/b: {schema: {title: j}, x-schema: {schema: {title: no}}}}}}}}}}
x-definitions: {a: {title: no}}
enum: [{title: no}]
`)
	var got []string
	document.Schemas(root, func(schema *yaml.Node) { got = append(got, document.Text(schema, "title")) })
	slices.Sort(got)
	require.Equal(t, "a b c d e f g h i j", strings.Join(got, " "))
}

// References are where the specification has objects, and in the mapping of a discriminator; those in data are data.
func TestRefs(t *testing.T) {
	t.Parallel()
	root := parsed(t, `
paths:
  /a: {$ref: '#/paths/~1b'}
  /c: {get: {parameters: [{$ref: '#/p'}, text], responses: {'200': {$ref: '#/r'}}, x-ref: {$ref: '#/no'}, externalDocs: {$ref: '#/no'}}}
components:
  schemas:
    $ref: {$ref: '#/s', default: {$ref: '#/no'}, enum: [{$ref: '#/no'}], example: {$ref: '#/no'}}
    a: {discriminator: {propertyName: k, mapping: {x: Bare, y: 'other.yaml', z: '#/components/schemas/Z', w: ./w.yaml}}, oneOf: {$ref: '#/no'}}
    b: {properties: {$ref: {type: string}}, $ref: {a: b}}
`)
	var got []string
	document.EachRef(root, document.RootObject, func(_ *yaml.Node, ref string, _ document.Kind, mapped bool) {
		if mapped {
			ref = "mapped " + ref
		}
		got = append(got, ref)
	})
	want := []string{"#/paths/~1b", "#/p", "#/r", "#/s", "mapped #/components/schemas/Bare", "mapped #/components/schemas/other.yaml",
		"mapped #/components/schemas/Z", "mapped ./w.yaml"}
	require.Equal(t, want, got)
	var again []string
	document.Refs(root, document.RootObject, func(_ *yaml.Node, ref string, _ document.Kind) { again = append(again, ref) })
	require.Len(t, again, len(want))
}

// Extensions go from every object; names that look like one stay, and so does data.
func TestDropExtensions(t *testing.T) {
	t.Parallel()
	root := parsed(t, `
x-root: 1
x-kept: 1
x-map: {x-data: 1}
paths:
  x-paths: 1
  x-kept: 2
  /a: {x-item: 1, get: {responses: {x-responses: 1, '200': {headers: {x-rate: {x-header: 1}}, x-response: 1}, '400': text}, x-op: 1}}
  /b: text
tags: [{name: a, x-tag: 1}, text]
components:
  schemas: {x-schema: {x-in: 1, properties: {x-property: {type: string, x-in: 1}}, default: {x-data: 1}, allOf: [{x-in: 1, type: object}]}}
  responses: text
`)
	document.DropExtensions(root, func(key, value *yaml.Node) bool { return key.Value != "x-kept" && value.Value == "1" })
	require.Equal(t, `{"x-kept":1,"x-map":{"x-data":1},`+
		`"paths":{"x-kept":2,"/a":{"get":{"responses":{"200":{"headers":{"x-rate":{}}},"400":"text"}}},"/b":"text"},"tags":[`+
		`{"name":"a"},"text"],"components":{"schemas":{"x-schema":{"properties":{"x-property":{"type":"string"}},"default":{"x-data":1},`+
		`"allOf":[{"type":"object"}]}},"responses":"text"}}`, string(document.JSON(root)))
}

// The nearest text shares more than half of what is looked for, at its beginning and its end together.
func TestNearest(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text  string
		known string
		want  string
	}{
		{"Item.owner", "Item.owners Item.parts", "Item.owners"},
		{"abcdef", "abc", ""},                     // a half
		{"abcdef", "abcX", ""},                    // a half
		{"abcdef", "abcd", "abcd"},                // more
		{"abcdef", "Xcdef", "Xcdef"},              // at the end
		{"abcdef", "abXXef", "abXXef"},            // at both
		{"abcdef", "aXf bXe", ""},                 // two of six
		{"abcdef", "abcdX abcdY", "abcdX"},        // the first of two
		{"abcdef", "abcdX abcdeX abcd", "abcdeX"}, // the best
		{"abcdef", "abcXef abcdXX", "abcXef"},     // five of six, and four
		{"aaaa", "aa", ""},                        // no letter counts twice
		{"abab", "ab", ""},
		{"abcdef", "abcdef", "abcdef"},
		{"", "a", ""},
		{"abcdef", "", ""},
	} {
		require.Equal(t, test.want, document.Nearest(test.text, strings.Fields(test.known)), "%s among %s", test.text, test.known)
	}
}
