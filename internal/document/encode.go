package document

import (
	"bytes"
	"errors"
	"strings"

	"gopkg.in/yaml.v3"
)

// Encode renders a tree as YAML: two spaces a level, LF, header first (lines that start with "#", or "").
//
// What comes out is what yaml.v3 makes of the whole tree. But yaml.v3 keeps some 300 bytes of every node until it ends,
// and takes five times as long, so it is only asked for what cannot be told at a glance: once for each text in quotes
// that is no reference, and for whatever is in flow style, of several lines, or tagged.
func Encode(root *yaml.Node, header string) ([]byte, error) {
	e := encoder{texts: map[scalar]string{}}
	e.WriteString(header)
	var err error
	if isBlock(root) {
		err = e.block(root, 0, false)
	} else {
		err = e.foreign(root, 0)
	}
	return e.Bytes(), err
}

type encoder struct {
	bytes.Buffer
	texts map[scalar]string
}

// lineBreaks are those of YAML 1.1: what follows one is indented.
const lineBreaks = "\n\r\u0085\u2028\u2029"

// scalar is what its text depends on.
type scalar struct {
	tag, value string
	style      yaml.Style
}

// block writes a mapping or sequence, indented by so many spaces; of the first line, they are there already if it is
// begun.
func (e *encoder) block(n *yaml.Node, indent int, begun bool) error {
	start := func() {
		if !begun {
			e.WriteString(strings.Repeat(" ", indent))
		}
		begun = false
	}
	if n.Kind == yaml.MappingNode {
		for key, value := range Pairs(n) {
			start()
			if err := e.pair(key, value, indent); err != nil {
				return err
			}
		}
		return nil
	}
	for _, item := range n.Content {
		start()
		text, oneLine := e.text(item)
		var err error
		switch {
		case oneLine:
			e.WriteString("- " + text + "\n")
		case isBlock(item):
			e.WriteString("- ")
			err = e.block(item, indent+2, true)
		default:
			err = e.foreign(Sequence(item), indent)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (e *encoder) pair(key, value *yaml.Node, indent int) error {
	name, oneLine := e.text(key)
	if !oneLine || !isSimpleKey(key.Value) {
		return e.foreign(Mapping(key, value), indent)
	}
	if isBlock(value) {
		e.WriteString(name + ":\n")
		return e.block(value, indent+2, false)
	}
	text, oneLine := e.text(value)
	if !oneLine {
		return e.foreign(Mapping(key, value), indent)
	}
	e.WriteString(name + ": " + text + "\n")
	return nil
}

// foreign writes a tree as the library does, indented by so many spaces, of which the first line has its own already.
func (e *encoder) foreign(n *yaml.Node, indent int) error {
	for range indent / 2 {
		n = Mapping(String("above"), n)
	}
	text, err := marshal(n)
	for range indent / 2 {
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	e.Write(text[min(indent, len(text)):])
	return err
}

// text is a scalar on one line. It is false for all others, and for what depends on its surroundings.
func (e *encoder) text(n *yaml.Node) (string, bool) {
	if n.Kind != yaml.ScalarNode || n.Value == "" {
		return "", false
	}
	if n.Style == 0 && n.Tag == "!!str" {
		if isPlain(n.Value) {
			return n.Value, true
		}
		if rest, isRef := strings.CutPrefix(n.Value, "#/"); isRef && isPlain(rest) && !strings.Contains(rest, "'") {
			return "'" + n.Value + "'", true
		}
	}
	s := scalar{n.Tag, n.Value, n.Style}
	text, known := e.texts[s]
	if !known {
		encoded, err := marshal(n)
		if text = strings.TrimSuffix(string(encoded), "\n"); err != nil || strings.ContainsAny(text, lineBreaks) {
			text = ""
		}
		e.texts[s] = text
	}
	return text, text != ""
}

func marshal(n *yaml.Node) ([]byte, error) {
	var buf bytes.Buffer
	enc := yaml.NewEncoder(&buf)
	enc.SetIndent(2)
	err := errors.Join(enc.Encode(n), enc.Close())
	return buf.Bytes(), err
}

// isBlock tells mappings and sequences that are not empty and in block style.
func isBlock(n *yaml.Node) bool {
	isMapping := n.Kind == yaml.MappingNode && (n.Tag == "" || n.Tag == "!!map")
	isSequence := n.Kind == yaml.SequenceNode && (n.Tag == "" || n.Tag == "!!seq")
	return (isMapping || isSequence) && len(n.Content) > 0 && n.Style == 0
}

// isPlain tells texts that the library writes as they are. It does so with more of them: these are told at a glance.
func isPlain(s string) bool {
	if len(s) <= len("false") {
		switch strings.ToLower(s) {
		case "true", "false", "null":
			return false
		}
	}
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '/', c == '$', c == '(':
		case i == 0 || c < ' ' || c > '~':
			return false
		case c == ' ' && i == len(s)-1, c == ':' && (i == len(s)-1 || s[i+1] == ' '), c == '#' && s[i-1] == ' ':
			return false
		}
	}
	return true
}

// isSimpleKey tells keys that stand on one line with their colon, as the library writes them: up to 128 bytes, quotes
// and all.
func isSimpleKey(s string) bool {
	isStatus := len(s) == 3 && strings.Trim(s, "0123456789") == ""
	return len(s) <= 120 && (isPlain(s) || isStatus)
}
