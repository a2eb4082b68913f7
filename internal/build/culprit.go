package build

import (
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/lazyregexp"
)

// culprit finds, in a document that fails, the smallest part for which it fails alone, all else left out. It halves
// what may be to blame, so that a large document is tried some hundred times and not once for each part.
func culprit(root *yaml.Node, fails func(*yaml.Node) error) (at *yaml.Node, pointer string, err error) {
	at, err = root, fails(root)
	whole := func(n *yaml.Node) *yaml.Node { return n }
	for err != nil && (at.Kind == yaml.MappingNode || at.Kind == yaml.SequenceNode) {
		step := 1
		if at.Kind == yaml.MappingNode {
			step = 2
		}
		with := func(parts []*yaml.Node) *yaml.Node {
			n := *at
			n.Content = parts
			return whole(&n)
		}
		if fails(with(nil)) != nil {
			break // whatever is in it
		}
		parts := at.Content
		for len(parts) > step {
			half := len(parts) / step / 2 * step
			if fails(with(parts[:half])) != nil {
				parts = parts[:half]
			} else if fails(with(parts[half:])) != nil {
				parts = parts[half:]
			} else {
				break
			}
		}
		if len(parts) != step {
			break // several, together
		}
		child, outer, kind := parts[step-1], whole, *at
		if step == 2 {
			pointer += "/" + document.EscapeToken(parts[0].Value)
		} else {
			pointer += "/" + strconv.Itoa(slices.Index(at.Content, child))
		}
		whole = func(n *yaml.Node) *yaml.Node {
			holder := kind
			holder.Content = append(append([]*yaml.Node{}, parts[:step-1]...), n)
			return outer(&holder)
		}
		at, err = child, fails(whole(child))
	}
	return at, pointer, err
}

// unreadable says what of a document is to blame that fails to be read as what it says to be, and where that is.
func unreadable(root *yaml.Node, what string, fails func(*yaml.Node) error) (*yaml.Node, string) {
	first := fails(root)
	at, pointer, err := culprit(root, func(n *yaml.Node) error {
		if err := fails(n); err != nil && err.Error() == first.Error() {
			return err
		}
		return nil // another fault, because of what is left out
	})
	said := strings.TrimPrefix(err.Error(), "json: ")
	if m := wrongKind().FindStringSubmatch(said); m != nil {
		said = m[1] + " cannot stand here"
		if kind := kindWords[strings.TrimRight(m[2], "0123456789")]; kind != "" {
			said += ", where " + kind + " is to be"
		}
	}
	return at, "#" + pointer + " cannot be read as " + what + ": " + document.Printable(said)
}

// wrongKind is what encoding/json says of a value that a Go type does not take.
var wrongKind = lazyregexp.New(`cannot unmarshal (.+?) into .*\bof type (\[|map|[\w.]+)`)

var kindWords = map[string]string{
	"string": "text", "bool": "true or false", "[": "a list", "map": "an object", "uint": "an integer from 0 on",
	"int": "an integer", "float": "a number", "openapi3.Servers": "a list", "openapi3.Tags": "a list",
}
