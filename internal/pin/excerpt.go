package pin

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/ringbasic/ringbasic/internal/document"
)

// Excerpt empties, in the text of a pin, the lines of the paths that are not wanted and of the components that the
// wanted ones do not reach. What is left parses to the same nodes on the same lines, in a fraction of the time: a pin
// is 18,000 lines, of which the selected operations need a thousand.
//
// It relies on the layout that [Make] gives, so the text must be one that its lock vouches for ([Lock.Verify]). It also
// counts the operations of the whole. Where it cannot follow the text (a wanted path that it does not find, a key on
// lines of its own, a discriminator's mapping, a reference that is escaped or leads nowhere), it returns the text as it
// is and a count of -1.
func Excerpt(text []byte, paths []string) (excerpt []byte, operations int) {
	e := excerpter{text: text, entries: map[string]entry{}}
	if !e.index() {
		return text, -1
	}
	var queue []string
	for _, path := range paths {
		queue = append(queue, "paths/"+path)
	}
	keep := map[string]bool{}
	for len(queue) > 0 {
		name := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if keep[name] {
			continue
		}
		keep[name] = true
		at, known := e.entries[name]
		part := text[at.start:at.end]
		refs := references.FindAllSubmatch(part, -1)
		if !known || len(refs) < bytes.Count(part, []byte("#/")) || bytes.Contains(part, []byte(" mapping:\n")) {
			return text, -1
		}
		for _, ref := range refs {
			queue = append(queue, document.UnescapeToken(string(ref[1])))
		}
	}
	var dropped []entry
	for name, at := range e.entries {
		if !keep[name] {
			dropped = append(dropped, at)
		}
	}
	slices.SortFunc(dropped, func(a, b entry) int { return a.start - b.start })
	from := 0
	for _, at := range dropped {
		excerpt = append(excerpt, text[from:at.start]...)
		// Empty lines in their place: what follows stays on its line.
		excerpt = append(excerpt, bytes.Repeat([]byte("\n"), bytes.Count(text[at.start:at.end], []byte("\n")))...)
		from = at.end
	}
	return append(excerpt, text[from:]...), e.operations
}

// references finds local references as [Make] writes those that need no escape in YAML or a URL, up to the component's
// name.
var references = regexp.MustCompile(
	`'#/((?:definitions|parameters|responses|components/[A-Za-z]+)/[^/'"%\s]+)(?:/[^'"%\s]*)?'\n`,
)

// entry is the lines of a path or component.
type entry struct{ start, end int }

type excerpter struct {
	text       []byte
	entries    map[string]entry // by "paths/<path>", "definitions/<name>" or "components/schemas/<name>"
	operations int
}

// index finds the entries by their indentation: two spaces below paths, definitions, parameters and responses, four
// below components. It is false if a key is too long to stand on a line with its colon.
func (e *excerpter) index() bool {
	var section, group, open string
	start := 0
	closeEntry := func(at int) {
		if open != "" {
			e.entries[open] = entry{start, at}
		}
		open = ""
	}
	for at := 0; at < len(e.text); {
		end := len(e.text)
		if i := bytes.IndexByte(e.text[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		line := e.text[at:end]
		indent := len(line) - len(bytes.TrimLeft(line, " "))
		switch {
		case indent == len(line)-1: // an empty line, of a text
		case indent <= 4 && bytes.HasPrefix(line[indent:], []byte("? ")):
			return false
		case indent == 0:
			closeEntry(at)
			section, group = key(line), ""
		case indent == 2 && section == "components":
			closeEntry(at)
			group = section + "/" + key(line)
		case indent == 2 && slices.Contains([]string{"paths", "definitions", "parameters", "responses"}, section):
			closeEntry(at)
			open, start = section+"/"+key(line), at
		case indent == 4 && group != "" && group != "components/securitySchemes":
			closeEntry(at)
			open, start = group+"/"+key(line), at
		case indent == 4 && section == "paths" && slices.Contains(document.Methods, key(line)):
			e.operations++
		}
		at = end
	}
	closeEntry(len(e.text))
	return true
}

// key is the key that a line begins with, without quotes.
func key(line []byte) string {
	text := strings.TrimSpace(string(line))
	if name, isBlock := strings.CutSuffix(text, ":"); isBlock {
		text = name
	} else if i := strings.LastIndex(text, ": "); i >= 0 {
		text = text[:i]
	}
	return strings.Trim(text, `'"`)
}
