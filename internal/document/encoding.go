package document

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// plainText undoes compression and character encoding: what comes out is valid UTF-8 without a byte order mark.
func plainText(name string, data []byte) ([]byte, error) {
	text, err := decoded(name, data)
	if err != nil || utf8.Valid(text) {
		return text, err
	}
	line := 1
	for rest := text; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		if r == utf8.RuneError && size == 1 {
			break
		}
		if r == '\n' {
			line++
		}
		rest = rest[size:]
	}
	return nil, fmt.Errorf("%s:%d: not valid UTF-8: save it as UTF-8", name, line)
}

func decoded(name string, data []byte) ([]byte, error) {
	if len(data) > MaxSize {
		return nil, tooLarge(name)
	}
	if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		zr, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, fmt.Errorf("%s: not valid gzip: %w", name, err)
		}
		if data, err = ReadLimited(name, zr); err != nil {
			return nil, err
		}
	}
	switch {
	case bytes.HasPrefix(data, []byte{0xef, 0xbb, 0xbf}):
		return data[3:], nil
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}):
		return utf16Text(name, data[2:], binary.LittleEndian)
	case bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		return utf16Text(name, data[2:], binary.BigEndian)
	case len(data) >= 2 && data[0] != 0 && data[1] == 0: // a stream begins with an ASCII character (YAML 1.2.2 §5.2)
		return utf16Text(name, data, binary.LittleEndian)
	case len(data) >= 2 && data[0] == 0 && data[1] != 0:
		return utf16Text(name, data, binary.BigEndian)
	}
	return data, nil
}

func utf16Text(name string, data []byte, order binary.ByteOrder) ([]byte, error) {
	units := make([]uint16, len(data)/2)
	replaced := 0 // characters that stand for what cannot be decoded
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
		if units[i] == utf8.RuneError {
			replaced--
		}
	}
	text := string(utf16.Decode(units))
	if replaced += strings.Count(text, string(utf8.RuneError)); replaced != 0 || len(data)%2 != 0 {
		return nil, fmt.Errorf("%s: not valid UTF-16: save it as UTF-8", name)
	}
	return []byte(text), nil
}

// parseJSON reads JSON into the same tree that YAML gives. A YAML reader would do for most files, but stumbles over
// tabs, escaped slashes and surrogate pairs.
func parseJSON(name string, text []byte) (*yaml.Node, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	lines := lineCounter{text: text, line: 1}
	var stack []*yaml.Node
	for {
		start := int(dec.InputOffset())
		token, err := dec.Token()
		lines.advance(int(dec.InputOffset()))
		if err != nil {
			return nil, jsonError(name, lines.line, err)
		}
		if s, ok := token.(string); ok && replacedSurrogate(s, text[start:dec.InputOffset()]) {
			return nil, fmt.Errorf(
				"%s:%d: not valid JSON: half of a surrogate pair (\\ud800 to \\udfff) in a text",
				name,
				lines.line,
			)
		}
		n := &yaml.Node{Line: lines.line, Column: lines.column(), Kind: yaml.ScalarNode}
		switch v := token.(type) {
		case json.Delim:
			if v == '}' || v == ']' {
				top := stack[len(stack)-1]
				if stack = stack[:len(stack)-1]; len(stack) > 0 {
					continue
				}
				if _, err := dec.Token(); !errors.Is(err, io.EOF) {
					return nil, fmt.Errorf("%s:%d: not valid JSON: text after the document's end", name, lines.line)
				}
				return top, nil
			}
			n.Kind, n.Tag = yaml.MappingNode, "!!map"
			if v == '[' {
				n.Kind, n.Tag = yaml.SequenceNode, "!!seq"
			}
			n.Column--
		case string:
			n.Tag, n.Value, n.Style = "!!str", v, yaml.DoubleQuotedStyle
		case json.Number:
			n.Value = v.String()
		case bool:
			n.Value = strconv.FormatBool(v)
		case nil:
			n.Value = "null"
		}
		if len(stack) > 0 {
			parent := stack[len(stack)-1]
			parent.Content = append(parent.Content, n)
		}
		if n.Kind != yaml.ScalarNode {
			if stack = append(stack, n); len(stack) > MaxDepth {
				return nil, Errorf(name, n, "nested deeper than %d levels", MaxDepth)
			}
		}
	}
}

// replacedSurrogate reports whether decoding source put a replacement character into s for half of a surrogate pair.
func replacedSurrogate(s string, source []byte) bool {
	const replacement = string(utf8.RuneError)
	n := strings.Count(s, replacement)
	return n > 0 && n > bytes.Count(source, []byte(replacement))+bytes.Count(bytes.ToLower(source), []byte(`\ufffd`))
}

func jsonError(name string, line int, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%s:%d: not valid JSON: it ends in the middle: a truncated download?", name, line)
	}
	return fmt.Errorf("%s:%d: not valid JSON: %w", name, line, err)
}

// lineCounter turns growing byte offsets into line numbers.
type lineCounter struct {
	text      []byte
	offset    int
	line      int
	lineStart int
}

func (c *lineCounter) advance(offset int) {
	offset = min(offset, len(c.text))
	for c.offset < offset {
		next := bytes.IndexByte(c.text[c.offset:offset], '\n')
		if next < 0 {
			c.offset = offset
			return
		}
		c.offset += next + 1
		c.line++
		c.lineStart = c.offset
	}
}

func (c *lineCounter) column() int { return c.offset - c.lineStart + 1 }

// JSON renders a tree as compact JSON, keys in the order of the tree. Numbers keep their digits; those that JSON
// cannot write (0x1F, 0o17, +1, .5) are rewritten in decimal.
func JSON(n *yaml.Node) []byte {
	var buf bytes.Buffer
	writeJSON(&buf, n)
	return buf.Bytes()
}

func writeJSON(buf *bytes.Buffer, n *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode:
		buf.WriteByte('{')
		for i := 0; i+1 < len(n.Content); i += 2 {
			if i > 0 {
				buf.WriteByte(',')
			}
			writeJSONString(buf, n.Content[i].Value)
			buf.WriteByte(':')
			writeJSON(buf, n.Content[i+1])
		}
		buf.WriteByte('}')
	case yaml.SequenceNode:
		buf.WriteByte('[')
		for i, c := range n.Content {
			if i > 0 {
				buf.WriteByte(',')
			}
			writeJSON(buf, c)
		}
		buf.WriteByte(']')
	case yaml.ScalarNode:
		switch n.ShortTag() {
		case "!!null":
			buf.WriteString("null")
		case "!!bool":
			buf.WriteString(strings.ToLower(n.Value))
		case "!!int", "!!float":
			writeJSONNumber(buf, n.Value)
		default:
			writeJSONString(buf, n.Value)
		}
	}
}

func writeJSONString(buf *bytes.Buffer, s string) {
	if !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) {
		buf.WriteByte('"')
		buf.WriteString(s)
		buf.WriteByte('"')
		return
	}
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s)           // a string always encodes
	buf.Truncate(buf.Len() - 1) // the encoder ends with a line feed
}

func writeJSONNumber(buf *bytes.Buffer, s string) {
	if json.Valid([]byte(s)) {
		buf.WriteString(s)
		return
	}
	if i, err := strconv.ParseInt(s, 0, 64); err == nil && strings.HasPrefix(s, "0") && !isDigits(s) {
		buf.WriteString(strconv.FormatInt(i, 10))
		return
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		writeJSONString(buf, s)
		return
	}
	buf.WriteString(strconv.FormatFloat(f, 'g', -1, 64))
}

func isDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }
