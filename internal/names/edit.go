package names

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ringbasic/ringbasic/internal/document"
)

// Edit is a change of a table's file.
type Edit struct {
	Add    []Entry // places to add to names, which may be new
	Rest   []Entry // places that go out of use
	Return []Entry // places that come back into use
}

// Empty reports whether an edit changes nothing.
func (e Edit) Empty() bool { return len(e.Add)+len(e.Rest)+len(e.Return) == 0 }

var header = `
# The Go names of schemas, by where they are on the wire. See docs/updating.md for how places are written; "make" adds
# the places of newly selected operations. Places below "unused" are no longer in the pin, and keep their names should
# they return.
`[1:]

// Edited is the file after an edit. Comments and everything that is not concerned stay as they are.
func (t *Table) Edited(e Edit) ([]byte, error) {
	lines := document.Lines(strings.TrimRight(string(t.text), "\n"))
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, "\n\r\u0085\u2028\u2029")
	}
	if strings.TrimSpace(withoutComments(t.text)) == "" {
		lines = strings.Split(
			strings.TrimRight(
				cmp.Or(string(bytes.TrimSpace(bytes.ReplaceAll(t.text, []byte("{}"), nil))), strings.TrimSpace(header)),
				"\n",
			),
			"\n",
		)
	}
	f := &editor{lines: lines, gone: map[int]bool{}, more: map[int][]string{}, after: map[int][]string{}}
	leave := func(entries []*entry, moved []Entry) {
		for _, one := range entries {
			kept, changed := []Entry(nil), false
			for _, p := range one.places {
				if slices.ContainsFunc(
					moved,
					func(m Entry) bool { return m.Name == p.Name && m.Place.key() == p.Place.key() },
				) {
					changed = true
					continue
				}
				kept = append(kept, p)
			}
			if changed {
				f.rewrite(one, kept)
			}
		}
	}
	leave(t.entries, e.Rest)
	leave(t.unused, e.Return)
	f.add(t.entries, slices.Concat(e.Add, e.Return), "", f.endOfUse())
	if len(e.Rest) > 0 {
		f.add(t.unused, e.Rest, "  ", f.endOfUnused(t))
	}
	text := f.text()
	// An empty "unused:" is a null, which says nothing.
	text = strings.TrimSuffix(text, "\n"+unusedKey+":\n")
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	if _, err := Parse(t.file, []byte(text)); err != nil {
		return nil, fmt.Errorf("%s cannot be edited: write each place on a line of its own: %w", t.file, err)
	}
	return []byte(text), nil
}

// editor changes lines, which are numbered from 1 as they were at first.
type editor struct {
	lines []string
	gone  map[int]bool
	more  map[int][]string // places that follow a line, which come before
	after map[int][]string // names that follow it
}

func (f *editor) append(lines ...string) {
	f.after[len(f.lines)] = append(f.after[len(f.lines)], lines...)
}

// unusedLine is the line of the key of the places out of use, 0 if there is none.
func (f *editor) unusedLine() int {
	return slices.IndexFunc(f.lines, func(line string) bool { return strings.HasPrefix(line, unusedKey+":") }) + 1
}

// above is the last line before a line and the comments right above it.
func (f *editor) above(line int) int {
	end := line - 1
	for end > 0 && (strings.TrimSpace(f.lines[end-1]) == "" || strings.HasPrefix(f.lines[end-1], "#")) {
		end--
	}
	return end
}

// endOfUse is the last line before the places out of use.
func (f *editor) endOfUse() int {
	if line := f.unusedLine(); line > 0 {
		return f.above(line)
	}
	return len(f.lines)
}

// endOfUnused is the last line of the places out of use. Their key is written where it is not there, or says that there
// are none.
func (f *editor) endOfUnused(t *Table) int {
	line := f.unusedLine()
	if len(t.unused) == 0 {
		if line == 0 {
			f.append("", unusedKey+":")
			return len(f.lines)
		}
		if _, comment, ok := strings.Cut(f.lines[line-1], " #"); ok {
			f.lines[line-1] = unusedKey + ": #" + comment
		} else {
			f.lines[line-1] = unusedKey + ":"
		}
	}
	for _, e := range t.entries { // names may follow
		if e.line > line {
			return f.above(e.line)
		}
	}
	return len(f.lines)
}

// rewrite leaves of a name the given places. A name without any goes, with the comments right above it.
func (f *editor) rewrite(e *entry, kept []Entry) {
	indent := indentOf(f.lines[e.line-1])
	if len(kept) == 0 {
		for i := e.line; i <= e.last; i++ {
			f.gone[i] = true
		}
		return
	}
	if e.flow {
		for i := e.line; i <= e.last; i++ {
			f.gone[i] = true
		}
		f.more[e.last] = append(f.more[e.last], block(indent, e.name, kept)...)
		e.flow = false
		return
	}
	for i := e.line + 1; i <= e.last; i++ {
		if strings.HasPrefix(strings.TrimSpace(f.lines[i-1]), "- ") &&
			!slices.ContainsFunc(kept, func(p Entry) bool { return p.Line == i }) {
			f.gone[i] = true
		}
	}
}

func block(indent, name string, places []Entry) []string {
	lines := []string{indent + name + ":"}
	for _, p := range places {
		lines = append(lines, indent+"  - "+yamlText(p.Place.String()))
	}
	return lines
}

func indentOf(line string) string { return line[:len(line)-len(strings.TrimLeft(line, " "))] }

// yamlText is a place as YAML: plain, unless it holds what YAML would read as something else.
func yamlText(s string) string {
	if document.Printable(s) != s {
		return strconv.Quote(s) // whose escapes are YAML's, too
	}
	if strings.ContainsAny(s, `"#'`) || strings.Contains(s, ": ") || strings.HasSuffix(s, ":") {
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	return s
}

// add adds places to the entries that have their names, and names that are new after the line end.
func (f *editor) add(entries []*entry, added []Entry, indent string, end int) {
	byName := map[string][]Entry{}
	var order []string
	for _, a := range added {
		if byName[a.Name] == nil {
			order = append(order, a.Name)
		}
		byName[a.Name] = append(byName[a.Name], a)
	}
	slices.Sort(order)
	for _, name := range order {
		places := byName[name]
		i := slices.IndexFunc(entries, func(e *entry) bool { return e.name == name && !f.gone[e.line] })
		switch {
		case i < 0:
			f.after[end] = append(f.after[end], block(indent, name, places)...)
		case entries[i].flow:
			f.rewrite(entries[i], slices.Concat(entries[i].places, places))
		default:
			at := entries[i].last
			for _, p := range places {
				f.more[at] = append(f.more[at], indentOf(f.lines[entries[i].line-1])+"  - "+yamlText(p.Place.String()))
			}
		}
	}
}

func (f *editor) text() string {
	var b strings.Builder
	for _, line := range f.after[0] {
		b.WriteString(line + "\n")
	}
	for i, line := range f.lines {
		if !f.gone[i+1] {
			b.WriteString(line + "\n")
		}
		for _, added := range slices.Concat(f.more[i+1], f.after[i+1]) {
			b.WriteString(added + "\n")
		}
	}
	return b.String()
}
