package document_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

const minimal = "swagger: \"2.0\"\ninfo:\n  title: Größe\n  version: 1.0.0\npaths: {}\n"

func TestParseRefuses(t *testing.T) {
	deepYAML := "openapi: 3.0.3\nx: " + strings.Repeat("[", 600) + strings.Repeat("]", 600)
	deepJSON := `{"openapi": "3.0.3", "x": ` + strings.Repeat("[", 600) + strings.Repeat("]", 600) + "}"
	bomb := "openapi: 3.0.3\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 12; i++ {
		bomb += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	textBomb := "openapi: 3.0.3\ns: &s " + strings.Repeat("x", 1<<20) + "\nl: [" + strings.Repeat("*s, ", 100) + "*s]\n"
	keyBomb := "openapi: 3.0.3\ns: &s " + strings.Repeat("x", 1<<20) + "\nl: [" + strings.Repeat("{*s : 1}, ", 100) + "]\n"
	tests := []struct{ name, data, want string }{
		{"empty", "", "spec.yaml: empty"},
		{"blank", " \n\t\n", "spec.yaml: empty"},
		{"only a comment", "# nothing\n", "spec.yaml: empty"},
		{"not YAML", "openapi: 3.0.3\n  info: [\n", "spec.yaml:2: not valid YAML: mapping values are not allowed in this context"},
		{"not JSON", `{"openapi": "3.0.3", "info": ]}`, "spec.yaml:1: not valid JSON: invalid character ']' looking for beginning of value"},
		{"truncated JSON", "{\"openapi\": \"3.0.3\",\n\"info\": {\"title\":", "spec.yaml:2: not valid JSON: it ends in the middle: a truncated download?"},
		{"text after JSON", `{"openapi": "3.0.3"} {}`, "spec.yaml:1: not valid JSON: text after the document's end"},
		{"HTML", "<!DOCTYPE html><html></html>", "spec.yaml: HTML or XML, not an OpenAPI document: a login or error page?"},
		{"scalar", "hello", "spec.yaml: the top level is not a mapping"},
		{"list", "- a\n", "spec.yaml: the top level is not a mapping"},
		{"other mapping", "a: b\n", "spec.yaml: not an OpenAPI document: it has neither \"swagger\" nor \"openapi\" at the top; supported are Swagger 2.0, " +
			"OpenAPI 3.0 and OpenAPI 3.1"},
		{"Swagger 1.2", "swagger: '1.2'\n", "spec.yaml:1:10: swagger 1.2 is not supported: supported are Swagger 2.0, OpenAPI 3.0 and OpenAPI 3.1"},
		{"OpenAPI 3.2", "openapi: 3.2.0\n", "spec.yaml:1:10: openapi 3.2.0 is not supported: supported are Swagger 2.0, OpenAPI 3.0 and OpenAPI 3.1"},
		{"Swagger 3.1", "swagger: 3.1.0\n", "spec.yaml:1:10: swagger 3.1.0 is not supported: supported are Swagger 2.0, OpenAPI 3.0 and OpenAPI 3.1"},
		{"OpenAPI 2.0", "openapi: '2.0'\n", "spec.yaml:1:10: openapi 2.0 is not supported: supported are Swagger 2.0, OpenAPI 3.0 and OpenAPI 3.1"},
		{"one letter in UTF-16", "a\x00", "spec.yaml: the top level is not a mapping"},
		{"one letter in UTF-16, the other way", "\x00a", "spec.yaml: the top level is not a mapping"},
		{"duplicate key", "openapi: 3.0.3\npaths:\n  /a: {}\n  /b: {}\n  /a: {}\n", "spec.yaml:5:3: duplicate key \"/a\", first at line 3"},
		{"duplicate key in JSON", "{\"openapi\": \"3.0.3\",\n \"paths\": {}, \"paths\": {}}", "spec.yaml:2:22: duplicate key \"paths\", first at line 2"},
		{"duplicate of integer key", "openapi: 3.0.3\nr:\n  200: a\n  '200': b\n", "spec.yaml:4:3: duplicate key \"200\", first at line 3"},
		{"duplicate among many", "openapi: 3.0.3\n" + many(20) + "k7: x\n", "spec.yaml:22:1: duplicate key \"k7\", first at line 9"},
		{"two documents", minimal + "---\na: b\n", "spec.yaml:6: a second YAML document: give one document a file"},
		{"two documents, the first ended", minimal + "...\n---\na: b\n", "spec.yaml:7: a second YAML document: give one document a file"},
		{"two large documents", minimal + "x: " + strings.Repeat("y", 70_000) + "\n...\na: b\nz: " + strings.Repeat("y", 70_000) + "\n",
			"spec.yaml:7: not valid YAML: did not find expected <document start>"},
		{"Latin-1", "openapi: 3.0.3\ninfo:\n  title: Gr\xf6\xdfe\n", "spec.yaml:3: not valid UTF-8: save it as UTF-8"},
		{"Latin-1 in JSON", "{\"openapi\": \"3.0.3\",\n\"info\": {\"title\": \"Gr\xf6\"}}", "spec.yaml:2: not valid UTF-8: save it as UTF-8"},
		{"cut UTF-8", minimal + "x: \"\xe2\x82", "spec.yaml:6: not valid UTF-8: save it as UTF-8"},
		{"half a surrogate pair in UTF-16", "\xff\xfea\x00:\x00 \x00\x00\xd8", "spec.yaml: not valid UTF-16: save it as UTF-8"},
		{"half a character in UTF-16", "\xff\xfea\x00:\x00 \x00a", "spec.yaml: not valid UTF-16: save it as UTF-8"},
		{"half a surrogate pair", "{\"openapi\": \"3.0.3\",\n\"x\": \"\\ud83d\"}", "spec.yaml:2: not valid JSON: half of a surrogate pair"},
		{"YAML 2", "%YAML 2.0\n---\nopenapi: 3.0.3\n", "spec.yaml: not valid YAML: found incompatible YAML document"},
		{"complex key", "openapi: 3.0.3\n? [a]\n: b\n", "spec.yaml:2:3: a mapping key must be a scalar"},
		{"deep YAML", deepYAML, "spec.yaml:2:504: nested deeper than 500 levels"},
		{"deep JSON", deepJSON, "spec.yaml:1:527: nested deeper than 500 levels"},
		{"alias bomb", bomb, "aliases expand to more than 1000000 nodes"},
		{"alias bomb of text", textBomb, "spec.yaml:3:261: aliases expand to more than 64 MiB of text"},
		{"alias bomb of keys", keyBomb, "aliases expand to more than 64 MiB of text"},
		{"alias of itself", "openapi: 3.0.3\na: &a\n  b: *a\n", "spec.yaml:3:6: alias *a contains itself"},
		{"unknown alias", "openapi: 3.0.3\na: *b\n", "spec.yaml: not valid YAML: unknown anchor 'b' referenced"},
		{"merge of a scalar", "openapi: 3.0.3\na:\n  <<: b\n", "spec.yaml:3:7: a merge key takes a mapping or a list of mappings"},
		{"too many lines that end otherwise", strings.Repeat("\r\u0085\u2028\u2029\r\n", document.MaxNodes/5+1) + "a: b",
			"spec.yaml: more than 5000000 lines and list items: not an API description"},
		{"too many tags", strings.Repeat("%TAG !a! tag:b,2000:\n", 101) + "---\na: b", "spec.yaml: more than 100 %TAG directives: not an API description"},
		{"too many tags behind a document", "a: b\n...\r" + strings.Repeat("%TAG !a! tag:b,2000:\r", 101) + "---\na: b",
			"spec.yaml: more than 100 %TAG directives: not an API description"},
		{"too many lines", strings.Repeat("\n", document.MaxNodes+1) + "a: b", "spec.yaml: more than 5000000 lines and list items: not an API description"},
		{"too large", "a: " + strings.Repeat("x", document.MaxSize), "spec.yaml: larger than 64 MiB: is this the right file?"},
		{"gzip bomb", string(zip(bytes.Repeat([]byte{'x'}, document.MaxSize+1))), "spec.yaml: larger than 64 MiB: is this the right file?"},
		{"cut gzip", string(zip([]byte(minimal))[:30]), "spec.yaml: unexpected EOF"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := document.Parse("spec.yaml", []byte(test.data))
			require.ErrorContains(t, err, test.want)
		})
	}
}

func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "k%d: x\n", i)
	}
	return b.String()
}

func zip(data []byte) []byte {
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	w.Write(data)
	w.Close()
	return buf.Bytes()
}

func utf16Text(s string, order binary.AppendByteOrder) []byte {
	data := order.AppendUint16(nil, 0xfeff)
	for _, u := range utf16.Encode([]rune(s)) {
		data = order.AppendUint16(data, u)
	}
	return data
}

func TestParseReadsEveryEncoding(t *testing.T) {
	for name, data := range map[string][]byte{
		"UTF-8":              []byte(minimal),
		"byte order mark":    []byte("\ufeff" + minimal),
		"CRLF":               []byte(strings.ReplaceAll(minimal, "\n", "\r\n")),
		"UTF-16 LE":          utf16Text(minimal, binary.LittleEndian),
		"UTF-16 BE":          utf16Text(minimal, binary.BigEndian),
		"UTF-16 LE, no BOM":  utf16Text(minimal, binary.LittleEndian)[2:],
		"UTF-16 BE, no BOM":  utf16Text(minimal, binary.BigEndian)[2:],
		"gzip":               zip([]byte(minimal)),
		"JSON":               []byte(`{"swagger":"2.0","info":{"title":"Gr\u00f6\u00dfe","version":"1.0.0"},"paths":{}}`),
		"JSON with tabs":     []byte("{\t\"swagger\":\"2.0\",\n\t\"info\":{\"title\":\"Gr\u00f6\u00dfe\",\"version\":\"1.0.0\"},\n\t\"paths\":{}}"),
		"YAML flow mapping":  []byte(`{swagger: "2.0", info: {title: Größe, version: 1.0.0}, paths: {}}`),
		"version as a float": []byte(strings.Replace(minimal, `"2.0"`, "2.0", 1)),
	} {
		t.Run(name, func(t *testing.T) {
			doc, err := document.Parse("spec", data)
			require.NoError(t, err)
			require.Equal(t, "2.0", doc.Version)
			require.Equal(t, "Größe", document.Text(doc.Root, "info", "title"))
			require.Equal(t, "1.0.0", document.Text(doc.Root, "info", "version"))
			require.Equal(t, len(data), doc.Size)
		})
	}
}

// The YAML 1.2 core schema, against what YAML 1.1 readers make of the same text.
func TestScalarsAreReadAsYAML12(t *testing.T) {
	for text, want := range map[string]string{
		"Off": "!!str", "n": "!!str", "yes": "!!str", "2018-08-16": "!!str", "09:00": "!!str", "1_000": "!!str", "0b1": "!!str",
		"true": "!!bool", "False": "!!bool", "TRUE": "!!bool", "tRue": "!!str",
		"~": "!!null", "null": "!!null", "nUll": "!!str",
		"0": "!!int", "-12": "!!int", "+7": "!!int", "010": "!!int", "0o17": "!!int", "0x1F": "!!int", "0o8": "!!str", "0x": "!!str", "--1": "!!str",
		"1.5": "!!float", ".5": "!!float",
		"9": "!!int", "9.5": "!!float", ".e5": "!!str", "+.e5": "!!str", "1.e5": "!!float",
		"1.": "!!float", "1e3": "!!float", "-1.5E-3": "!!float", ".inf": "!!float", "-.Inf": "!!float", ".nan": "!!float",
		".": "!!str", "1e": "!!str", "1.0.36": "!!str", "12abc": "!!str", "+": "!!str",
		"'12'": "!!str", "!!str 12": "!!str", "!!int '12'": "!!int", "!custom x": "!!str",
	} {
		root, err := document.ParseYAML("f", []byte("a: "+text+"\n"))
		require.NoError(t, err)
		require.Equal(t, want, document.Get(root, "a").Tag, text)
	}
}

func TestAliasesAndMergesAreExpanded(t *testing.T) {
	_, err := document.ParseYAML("f", []byte("base: &b {x: 1, y: [2, {z: 3}]}\nuse: *b\nmerged:\n  <<: [*b, {x: 9, w: 4}]\n  y: own\n*k : 1\n"))
	require.ErrorContains(t, err, "unknown anchor")
	root, err := document.ParseYAML("f", []byte("base: &b {x: 1, y: [2, {z: 3}]}\nuse: *b\nmerged:\n  <<: [*b, {x: 9, w: 4}]\n  y: own\n"))
	require.NoError(t, err)
	require.JSONEq(t, `{"base":{"x":1,"y":[2,{"z":3}]},"use":{"x":1,"y":[2,{"z":3}]},"merged":{"y":"own","x":1,"w":4}}`, string(document.JSON(root)))
	// The copy stands on its own.
	document.Get(root, "use", "y").Content[0].Value = "changed"
	require.Equal(t, "2", document.Get(root, "base", "y").Content[0].Value)
	requireNoAlias(t, root)
}

func requireNoAlias(t *testing.T, n *yaml.Node) {
	require.NotEqual(t, yaml.AliasNode, n.Kind)
	require.Empty(t, n.Anchor)
	for _, c := range n.Content {
		requireNoAlias(t, c)
	}
}

func TestPositionsAreThoseOfTheFile(t *testing.T) {
	for _, data := range []string{"{\n  \"a\": {\n    \"b\": true\n  }\n}", "\na:\n    b: true\n"} {
		root, err := document.ParseYAML("f", []byte(data))
		require.NoError(t, err)
		b := document.Get(root, "a", "b")
		require.Equal(t, 3, b.Line)
		require.EqualError(t, document.Errorf("f%d", b, "no %s", "way"), fmt.Sprintf("f%%d:3:%d: no way", b.Column))
	}
}

// A mapping or list of JSON is where its bracket is.
func TestPositionsOfJSON(t *testing.T) {
	t.Parallel()
	root, err := document.ParseYAML("f", []byte("{\"a\":\n  [ {}]}"))
	require.NoError(t, err)
	list := document.Get(root, "a")
	require.Equal(t, "f:1:1 f:2:3 f:2:5", strings.Join([]string{document.Position("f", root), document.Position("f", list),
		document.Position("f", list.Content[0])}, " "))
}

func TestResolve(t *testing.T) {
	root, err := document.ParseYAML("f", []byte("paths:\n  /a/{b}~c:\n    list: [x, {y: z}]\n\"\": empty\n"))
	require.NoError(t, err)
	var large strings.Builder
	large.WriteString("large:\n")
	for i := range 100 {
		fmt.Fprintf(&large, "  k%d: v%d\n", i, i)
	}
	many, err := document.ParseYAML("f", []byte(large.String()))
	require.NoError(t, err)
	root.Content = append(root.Content, many.Content...)
	resolver := document.NewResolver(root)
	for ref, want := range map[string]string{
		"#/large/k0": "v0", "#/large/k99": "v99",
		"#/paths/~1a~1{b}~0c/list/0": "x", "#/paths/~1a~1%7Bb%7D~0c/list/1/y": "z",
	} {
		n, err := document.Resolve(root, ref)
		require.NoError(t, err, ref)
		require.Equal(t, want, n.Value, ref)
		found, err := resolver.Resolve(ref)
		require.NoError(t, err, ref)
		require.Same(t, n, found, ref)
	}
	whole, err := document.Resolve(root, "#")
	require.NoError(t, err)
	require.Same(t, root, whole)
	for ref, want := range map[string]string{
		"other.yaml#/a":              `external reference "other.yaml#/a": only references inside the document (#/…) are followed`,
		"https://example.com/x":      `external reference "https://example.com/x": only references inside the document (#/…) are followed`,
		"#paths":                     `reference "#paths" is not a JSON pointer`,
		"#/large/k100":               `reference "#/large/k100" does not resolve: there is no "k100"`,
		"#/paths/nowhere/x":          `reference "#/paths/nowhere/x" does not resolve: there is no "nowhere"`,
		"#/paths/~1a~1{b}~0c/list/2": `reference "#/paths/~1a~1{b}~0c/list/2" does not resolve: there is no "2"`,
	} {
		_, err := document.Resolve(root, ref)
		require.EqualError(t, err, want)
		_, err = resolver.Resolve(ref)
		require.EqualError(t, err, want)
	}
}

func TestJSONKeepsNumbersAndText(t *testing.T) {
	root, err := document.ParseYAML("f", []byte("a: 12345678901234567890\nb: 0x1F\nc: .5\nd: 1.50\ne: \"a<b>\\u2028\"\nf: 007\ng: .inf\nh: False\ni: ~\n"))
	require.NoError(t, err)
	require.Equal(t, `{"a":12345678901234567890,"b":31,"c":0.5,"d":1.50,"e":"a<b>\u2028","f":7,"g":".inf","h":false,"i":null}`, string(document.JSON(root)))
}

// A large document is encoded bit by bit, and looks as if it had not been.
func TestEncode(t *testing.T) {
	text := "a:\n" + indented(many(450), "k0: |-\n  two\n\n  lines\n") + "b:\n" + strings.Repeat("  - x: 1\n    y: 2\n", 451) +
		"\"on\":\n" + indented(many(301), "") + "c: {}\nd: []\ne:\n  /f/{g}:\n    - 1\n  h:\n    i:\n" +
		strings.ReplaceAll(indented(many(300), ""), "  ", "      ") + "    ? \"a\\nb\"\n    : 1\n    x y:\n      z: 1\n"
	root, err := document.ParseYAML("f", []byte(text))
	require.NoError(t, err)
	got, err := document.Encode(root, "# header\n")
	require.NoError(t, err)
	require.Equal(t, "# header\n"+text, string(got))
}

// indented is text two spaces deeper, its first line replaced by first, if that is not empty.
func indented(text, first string) string {
	if first != "" {
		_, text, _ = strings.Cut(text, "\n")
		text = first + text
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line != "\n" {
			line = "  " + line
		}
		b.WriteString(line)
	}
	return b.String()
}

// asLibrary is what the encoder of yaml.v3 makes of a whole tree.
func asLibrary(t *testing.T, root *yaml.Node) string {
	var buf bytes.Buffer
	enc := yaml.NewEncoder(&buf)
	enc.SetIndent(2)
	require.NoError(t, enc.Encode(root))
	require.NoError(t, enc.Close())
	return buf.String()
}

// Every text, in each place and style, is written as the library writes it.
func TestEncodeAsLibrary(t *testing.T) {
	texts := []string{
		"a", "a b", "a: b", "a:", "a:b", "a #b", "a#b", "a'b", `a"b`, `a\b`, "a\nb", "a\n", "a\u2028b", "a\u0085b", "a\tb", "a ", " a", "é", "\x7f", "\ufeff",
		"true", "False", "NO", "off", "y", "Null", "~", "<<", "=", "yesterday", "nan", ".inf", "Infinity", "e10", "1", "200", "1.5", "0x1F", "1_000", "09:00",
		"2018-08-16",
		"", "-", "- a", "---", "...", "?", "? a", ":", "#x", "#/definitions/A", "#/a b", "#/a: b", "#/a'b", "#/", "#/1", "#/" +
			strings.Repeat("long text ", 30) + "a", "'q'", `"q"`, "@a", "%a", "&a", "*a", "!a", "|", ">", "`", "[a", "a]", "{a", "a,b",
		"$ref", "/p/{q}", "(x)", "-1", "+1", strings.Repeat("k", 119), strings.Repeat("k", 120), strings.Repeat("k", 125), strings.Repeat("k", 130),
		strings.Repeat("long text ", 30) + ".",
	}
	root := document.Mapping()
	for _, style := range []yaml.Style{0, yaml.DoubleQuotedStyle, yaml.SingleQuotedStyle, yaml.LiteralStyle, yaml.FoldedStyle} {
		for _, text := range texts {
			scalar := func() *yaml.Node {
				return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text, Style: style}
			}
			below := document.Mapping(scalar(), scalar(), document.String("list"),
				document.Sequence(scalar(), document.Sequence(scalar(), scalar()), document.Mapping(scalar(), scalar())))
			require.Equal(t, asLibrary(t, below), encoded(t, below), "%q", text)
			require.Equal(t, asLibrary(t, scalar()), encoded(t, scalar()), "%q", text)
			root.Content = append(root.Content, scalar(), below)
		}
	}
	require.Equal(t, asLibrary(t, root), encoded(t, root))
}

func encoded(t *testing.T, root *yaml.Node) string {
	text, err := document.Encode(root, "")
	require.NoError(t, err)
	return string(text)
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{minimal, `{"openapi":"3.0.3","paths":{}}`, "a: &a [*a]", "<<: {a: b}", "\xff\xfea\x00", "a: !!binary x\n? b\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		root, err := document.ParseYAML("f", data)
		if err != nil {
			require.True(t, strings.HasPrefix(err.Error(), "f:"), err.Error())
			return
		}
		requireNoAlias(t, root)
		// What was read can be written and read again as the same data.
		text, err := document.Encode(root, "")
		require.NoError(t, err)
		require.Equal(t, asLibrary(t, root), string(text))
		if bytes.HasPrefix(text, []byte("<")) {
			return // read as HTML, a price worth paying
		}
		again, err := document.ParseYAML("f", text)
		require.NoError(t, err, string(text))
		require.Equal(t, string(document.JSON(root)), string(document.JSON(again)), string(text))
	})
}

// What looks like a broken text and is none is read as it stands.
func TestParseAccepts(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ data, key, want string }{
		"YAML 1.2":                          {"# a comment\n\n%YAML 1.2\n---\nopenapi: 3.0.3\nx: Off\n", "x", "Off"},
		"YAML 1.1":                          {"%YAML 1.1\n---\nopenapi: 3.0.3\nx: Off\n", "x", "Off"},
		"the directive in a text":           {"openapi: 3.0.3\nx: |-\n  %YAML 1.2\n", "x", "%YAML 1.2"},
		"a replacement character":           {"openapi: 3.0.3\nx: \"\xef\xbf\xbd\"\n", "x", "\ufffd"},
		"a replacement character in JSON":   {"{\"openapi\": \"3.0.3\", \"x\": \"\xef\xbf\xbd\"}", "x", "\ufffd"},
		"one that is escaped":               {`{"openapi": "3.0.3", "x": "\uFFFD"}`, "x", "\ufffd"},
		"one that is escaped after a tab":   {"{\t\"openapi\": \"3.0.3\", \"x\": \"\\uFFFD\\/\"}", "x", "\ufffd/"},
		"a surrogate pair":                  {`{"openapi": "3.0.3", "x": "\ud83d\ude00"}`, "x", "\U0001f600"},
		"a replacement character in UTF-16": {string(utf16Text("openapi: 3.0.3\nx: \ufffd\n", binary.LittleEndian)), "x", "\ufffd"},
	} {
		doc, err := document.Parse("spec.yaml", []byte(test.data))
		require.NoError(t, err, name)
		require.Equal(t, test.want, document.Text(doc.Root, test.key), name)
	}
}

// A merge key looks each key up: with a search this takes minutes.
func TestMergeOfManyKeys(t *testing.T) {
	t.Parallel()
	const n = 100_000
	indent := func(lines string) string {
		return "  " + strings.TrimSuffix(strings.ReplaceAll(lines, "\n", "\n  "), "  ")
	}
	merged := strings.ReplaceAll(many(n), "k", "m") + "k7: merged\n"
	root, err := document.ParseYAML("spec.yaml", []byte("a: &a\n"+indent(merged)+"b:\n  <<: *a\n"+indent(many(n))))
	require.NoError(t, err)
	b := document.Get(root, "b")
	require.Len(t, b.Content, 2*2*n)
	require.Equal(t, "x", document.Text(b, "k7"), "the mapping's own key wins")
	require.Equal(t, fmt.Sprint("m", n-1), b.Content[len(b.Content)-2].Value, "what is merged comes last")
}
