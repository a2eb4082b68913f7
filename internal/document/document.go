// Package document reads an API description into a tree of YAML nodes that the rest of ringbasic can trust.
//
// In goes any byte slice that claims to be an OpenAPI document: YAML or JSON, plain or gzip-compressed, UTF-8 or
// UTF-16, with or without a byte order mark, with LF or CRLF lines. Out comes a [Document] whose tree keeps the line
// and column of every node and holds these invariants:
//
//   - aliases are expanded and merge keys ("<<") folded in, so there is no AliasNode;
//   - no mapping has the same key twice, and every key is a scalar tagged !!str (the integer response keys of
//     Swagger 2.0 documents become strings);
//   - every scalar carries one of the five tags of the YAML 1.2 core schema (YAML 1.2.2 §10.3), so that Off, n, dates
//     and 09:00 stay strings;
//   - mappings and sequences carry no anchors or comments.
//
// It refuses, naming file and line: empty input, input over [MaxSize], over [MaxNodes] structural characters or nested
// deeper than [MaxDepth], aliases that contain themselves or expand without bounds, duplicate keys, several YAML
// documents in one stream, HTML, and documents that are neither Swagger 2.0 nor OpenAPI 3.0 or 3.1.
//
// Nothing here resolves or validates the document: a broken corner is its user's business, if anyone asks for it.
package document

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

const (
	// MaxSize is the largest input in bytes, before and after decompression.
	MaxSize = 64 << 20
	// MaxNodes bounds how many nodes, and so how much memory, an input can make: it may have that many line breaks,
	// commas and opening brackets. A specification of 100,000 operations stays well below it.
	MaxNodes = 5_000_000
	// MaxDepth is the deepest nesting of mappings and sequences.
	MaxDepth = 500
	// MaxRefs is how deep schemas and references may nest, references followed.
	MaxRefs = 1000
	// MaxOperations is how many operations an API description may have. The largest that is known has some 50,000.
	MaxOperations = 200_000
	// MaxOwnSize is the largest file in bytes that a project writes by hand: overlays, names, waivers, the lock.
	MaxOwnSize = 4 << 20
)

// Document is one API description.
type Document struct {
	Name    string     // what messages call it: the path or URL it was read from
	Root    *yaml.Node // the top-level mapping
	Version string     // the family: "2.0", "3.0" or "3.1"
	SHA256  string     // of the bytes as given, in lower-case hex
	Size    int        // of the bytes as given
}

// ReadFile reads and parses the file at path.
func ReadFile(path string) (*Document, error) {
	data, err := ReadAll(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, data)
}

// ReadAll reads the file at path, at most MaxSize bytes of it.
func ReadAll(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadLimited(path, f)
}

// ReadLimited reads r to its end and refuses more than MaxSize bytes.
func ReadLimited(name string, r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(data) > MaxSize {
		return nil, tooLarge(name)
	}
	return data, nil
}

func tooLarge(name string) error {
	return fmt.Errorf("%s: larger than %d MiB: is this the right file?", name, MaxSize>>20)
}

// Parse parses data as an OpenAPI document. Errors begin with name.
func Parse(name string, data []byte) (*Document, error) {
	root, err := ParseYAML(name, data)
	if err != nil {
		return nil, err
	}
	version, err := family(name, root)
	if err != nil {
		return nil, err
	}
	operations := 0
	for op := range Operations(root) {
		if operations++; operations > MaxOperations {
			return nil, Errorf(
				name,
				op.Node,
				"more than %d operations, which is more than is read: split the document, or take out what is not "+
					"wanted",
				MaxOperations,
			)
		}
	}
	sum := sha256.Sum256(data)
	return &Document{Name: name, Root: root, Version: version, SHA256: hex.EncodeToString(sum[:]), Size: len(data)}, nil
}

// ParseOwn parses a file that a project has written by hand, with the same care as [Parse].
func ParseOwn(name string, data []byte) (*yaml.Node, error) {
	if len(data) > MaxOwnSize {
		return nil, TooLargeForOwn(name)
	}
	return ParseYAML(name, data)
}

// TooLargeForOwn is the error of a file of over MaxOwnSize.
func TooLargeForOwn(name string) error {
	return fmt.Errorf(
		"%s: larger than %d MiB, which no file is that is written by hand: is this the right file?",
		name,
		MaxOwnSize>>20,
	)
}

func family(name string, root *yaml.Node) (string, error) {
	const supported = "supported are Swagger 2.0, OpenAPI 3.0 and OpenAPI 3.1"
	for _, key := range []string{"swagger", "openapi"} {
		v := Get(root, key)
		if v == nil {
			continue
		}
		switch {
		case key == "swagger" && (v.Value == "2.0" || v.Value == "2"):
			return "2.0", nil
		case key == "openapi" && strings.HasPrefix(v.Value, "3.0"):
			return "3.0", nil
		case key == "openapi" && strings.HasPrefix(v.Value, "3.1"):
			return "3.1", nil
		}
		return "", Errorf(name, v, "%s %s is not supported: %s", key, v.Value, supported)
	}
	return "", fmt.Errorf(
		"%s: not an OpenAPI document: it has neither \"swagger\" nor \"openapi\" at the top; %s",
		name,
		supported,
	)
}

// ParseYAML parses data, YAML or JSON, whose top level is a mapping, with the same care as [Parse].
func ParseYAML(name string, data []byte) (*yaml.Node, error) {
	text, err := plainText(name, data)
	if err != nil {
		return nil, err
	}
	trimmed := bytes.TrimLeft(text, " \t\r\n")
	switch {
	case len(trimmed) == 0:
		return nil, fmt.Errorf("%s: empty", name)
	case trimmed[0] == '<':
		return nil, fmt.Errorf("%s: HTML or XML, not an OpenAPI document: a login or error page?", name)
	}
	if err := countStructure(name, text); err != nil {
		return nil, err
	}
	root, err := parseTree(name, text, trimmed[0] == '{')
	if err != nil {
		return nil, err
	}
	if root.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s: the top level is not a mapping", name)
	}
	return root, nil
}

func parseTree(name string, text []byte, brace bool) (*yaml.Node, error) {
	var jsonErr error
	if brace {
		var root *yaml.Node
		if root, jsonErr = parseJSON(name, text); jsonErr == nil {
			return root, normalize(name, root)
		}
		// A YAML flow mapping starts with a brace as well.
	}
	root, err := parseYAML(name, text)
	if err != nil {
		return nil, cmp.Or(jsonErr, err)
	}
	return root, normalize(name, root)
}

// countStructure bounds the number of nodes before any is made.
func countStructure(name string, text []byte) error {
	n := -bytes.Count(text, []byte("\r\n")) // one break
	for _, c := range []string{"\n", "\r", "\u0085", "\u2028", "\u2029", ",", "[", "{"} {
		n += bytes.Count(text, []byte(c))
	}
	if n > MaxNodes {
		return fmt.Errorf("%s: more than %d lines and list items: not an API description", name, MaxNodes)
	}
	// The library looks each of them up among all others.
	if bytes.Count(text, []byte("%TAG")) > maxTags && len(tagDirective.FindAllIndex(text, maxTags+1)) > maxTags {
		return fmt.Errorf("%s: more than %d %%TAG directives: not an API description", name, maxTags)
	}
	return nil
}

const maxTags = 100

var tagDirective = regexp.MustCompile(`(?:\A|[\r\n\x{85}\x{2028}\x{2029}])%TAG`)

// directive is the line that says which version of YAML follows.
var directive = regexp.MustCompile(`\A(?:[ \t]*(?:#[^\n]*)?\r?\n)*%YAML 1\.[0-9]`)

func parseYAML(name string, text []byte) (*yaml.Node, error) {
	if at := directive.FindIndex(text); at != nil {
		// The library knows 1.1 alone; what differs, the scalars, is read as 1.2 says (see normalize) whatever it is
		// called.
		text = bytes.Clone(text)
		text[at[1]-1] = '1'
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc, second yaml.Node
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%s: empty", name)
		}
		return nil, yamlError(name, err)
	}
	if err := dec.Decode(&second); err == nil {
		return nil, fmt.Errorf("%s:%d: a second YAML document: give one document a file", name, second.Line)
	} else if !errors.Is(err, io.EOF) {
		return nil, yamlError(name, err)
	}
	return doc.Content[0], nil
}

// yamlError turns "yaml: line 3: did not find …" into "name:3: not valid YAML: did not find …".
func yamlError(name string, err error) error {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	var line int
	if _, scanErr := fmt.Sscanf(msg, "line %d:", &line); scanErr == nil {
		_, msg, _ = strings.Cut(msg, ": ")
		return fmt.Errorf("%s:%d: not valid YAML: %s", name, line, msg)
	}
	return fmt.Errorf("%s: not valid YAML: %s", name, msg)
}

// Lines are the lines of a text as YAML 1.1 counts them (section 5.4 has five kinds of breaks), each with its break: a
// node's Line is one of them.
func Lines(text string) (lines []string) {
	for {
		i := strings.IndexAny(text, lineBreaks)
		if i < 0 {
			return append(lines, text)
		}
		_, size := utf8.DecodeRuneInString(text[i:])
		if strings.HasPrefix(text[i:], "\r\n") {
			size = 2
		}
		lines, text = append(lines, text[:i+size]), text[i+size:]
	}
}

// Errorf makes an error that begins with name and the position of n: "name:line:col: message".
func Errorf(name string, n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf(Position(name, n)+": "+format, args...)
}

// Position is "name:line:col" of n, or name alone where n has no position.
func Position(name string, n *yaml.Node) string {
	name = strings.ReplaceAll(name, "%", "%%")
	if n == nil || n.Line == 0 {
		return name
	}
	return fmt.Sprintf("%s:%d:%d", name, n.Line, n.Column)
}

// Get walks mappings by key and returns the value, or nil where a key is absent. A nil node has no keys.
func Get(n *yaml.Node, keys ...string) *yaml.Node {
	for _, key := range keys {
		n = child(n, key)
	}
	return n
}

func child(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// Text is the value of the scalar at keys, or "" where there is none.
func Text(n *yaml.Node, keys ...string) string {
	if v := Get(n, keys...); v != nil && v.Kind == yaml.ScalarNode {
		return v.Value
	}
	return ""
}

// Pairs yields key and value of each entry of a mapping, none for anything else.
func Pairs(n *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(k, v *yaml.Node) bool) {
		if n == nil || n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i], n.Content[i+1]) {
				return
			}
		}
	}
}

// Set gives key of mapping n the value v, replacing an old one in its place.
func Set(n *yaml.Node, key string, v *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			n.Content[i+1] = v
			return
		}
	}
	n.Content = append(n.Content, String(key), v)
}

// Delete removes key from mapping n and tells whether it was there.
func Delete(n *yaml.Node, key string) bool {
	if n == nil || n.Kind != yaml.MappingNode {
		return false
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			n.Content = append(n.Content[:i:i], n.Content[i+2:]...)
			return true
		}
	}
	return false
}

// String is a new string scalar.
func String(s string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
}

// Mapping is a new mapping with string values, from pairs of key and value.
func Mapping(pairs ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: pairs}
}

// Sequence is a new sequence.
func Sequence(items ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: items}
}

// Clone copies n and all below it, positions included.
func Clone(n *yaml.Node) *yaml.Node {
	if n == nil {
		return nil
	}
	c := *n
	if len(n.Content) > 0 {
		c.Content = make([]*yaml.Node, len(n.Content))
		for i, child := range n.Content {
			c.Content[i] = Clone(child)
		}
	}
	return &c
}

// Resolve finds the node that a local reference names, such as "#/definitions/Rule" (RFC 6901 in a URI fragment).
// References to other files or hosts are refused: nothing is ever fetched on behalf of a document.
func Resolve(root *yaml.Node, ref string) (*yaml.Node, error) { return resolve(root, ref, child) }

func resolve(root *yaml.Node, ref string, child func(n *yaml.Node, key string) *yaml.Node) (*yaml.Node, error) {
	pointer, ok := strings.CutPrefix(ref, "#")
	if !ok {
		return nil, fmt.Errorf("external reference %q: only references inside the document (#/…) are followed", ref)
	}
	path, ok := tokens(pointer)
	if !ok {
		return nil, fmt.Errorf("reference %q is not a JSON pointer", ref)
	}
	n := root
	for _, token := range path {
		if n.Kind == yaml.SequenceNode {
			n = item(n, token)
		} else {
			n = child(n, token)
		}
		if n == nil {
			return nil, fmt.Errorf("reference %q does not resolve: there is no %q", ref, token)
		}
	}
	return n, nil
}

// tokens are the keys that a JSON pointer in a fragment goes by (RFC 6901 §6).
func tokens(pointer string) (list []string, ok bool) {
	if strings.Contains(pointer, "%") {
		if decoded, err := url.PathUnescape(pointer); err == nil {
			pointer = decoded
		}
	}
	if pointer == "" || pointer[0] != '/' {
		return nil, pointer == ""
	}
	list = strings.Split(pointer[1:], "/")
	for i, token := range list {
		list[i] = UnescapeToken(token)
	}
	return list, true
}

// Resolver resolves references in a document that does not change meanwhile. Unlike [Resolve] it does not search large
// mappings, but looks up: a document may hold 100,000 definitions, and as many references to them.
type Resolver struct {
	root  *yaml.Node
	index map[*yaml.Node]map[string]*yaml.Node // of large mappings
}

// NewResolver makes a Resolver for the document below root.
func NewResolver(root *yaml.Node) *Resolver {
	return &Resolver{root, map[*yaml.Node]map[string]*yaml.Node{}}
}

// Resolve is [Resolve].
func (r *Resolver) Resolve(ref string) (*yaml.Node, error) { return resolve(r.root, ref, r.child) }

// Get is the value of a mapping for a key, nil where it has none: for mappings that are asked for many of their keys.
func (r *Resolver) Get(n *yaml.Node, key string) *yaml.Node { return r.child(n, key) }

func (r *Resolver) child(n *yaml.Node, key string) *yaml.Node {
	const few = 64 // a search among 32 keys is as fast
	if n == nil || n.Kind != yaml.MappingNode || len(n.Content) < few {
		return child(n, key)
	}
	index := r.index[n]
	if index == nil {
		index = make(map[string]*yaml.Node, len(n.Content)/2)
		for k, v := range Pairs(n) {
			index[k.Value] = v
		}
		r.index[n] = index
	}
	return index[key]
}

func item(n *yaml.Node, index string) *yaml.Node {
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(n.Content) || strconv.Itoa(i) != index {
		return nil
	}
	return n.Content[i]
}

// Methods are the HTTP methods that a path item can hold, in the order of OpenAPI 3.1 §4.8.9.
var Methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

// Operation is one method of one path.
type Operation struct {
	Method   string     // upper case: "POST"
	Path     string     // as written: "/restapi/v1.0/account/{accountId}/greeting"
	Node     *yaml.Node // the operation object
	PathItem *yaml.Node // what it stands in
}

// String is how ringbasic names an operation everywhere: "POST /restapi/…".
func (o Operation) String() string { return o.Method + " " + o.Path }

// Operations yields the operations of a document in its own order.
func Operations(root *yaml.Node) iter.Seq[Operation] {
	return func(yield func(Operation) bool) {
		for path, pathItem := range Pairs(Get(root, "paths")) {
			for method, node := range Pairs(pathItem) {
				if !isMethod(method.Value) || node.Kind != yaml.MappingNode {
					continue
				}
				if !yield(Operation{strings.ToUpper(method.Value), path.Value, node, pathItem}) {
					return
				}
			}
		}
	}
}

func isMethod(key string) bool {
	for _, m := range Methods {
		if key == m {
			return true
		}
	}
	return false
}

var (
	escapes   = strings.NewReplacer("~", "~0", "/", "~1")
	unescapes = strings.NewReplacer("~0", "~", "~1", "/")
)

// EscapeToken writes a key as a token of a JSON pointer (RFC 6901 §3).
func EscapeToken(key string) string { return escapes.Replace(key) }

// UnescapeToken is the key that a token of a JSON pointer stands for.
func UnescapeToken(token string) string { return unescapes.Replace(token) }
