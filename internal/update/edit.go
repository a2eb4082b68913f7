package update

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
)

// trim takes actions out of an overlay's text, by the lines that they begin in, and keys out of the updates of others.
// Everything else stays as it is. The text is nil if no action is left.
func trim(name string, data []byte, actions []int, strays []diff.Stray) ([]byte, error) {
	root, err := document.ParseYAML(name, data)
	if err != nil {
		return nil, err
	}
	lines := document.Lines(string(data))
	t := &trimmer{
		name:   name,
		lines:  lines,
		gone:   make([]bool, len(lines)+2),
		with:   map[int]string{},
		starts: startLines(root, nil),
	}
	t.starts = append(t.starts, len(lines)+1)
	some := false // is left
	for _, action := range document.Get(root, "actions").Content {
		dead := t.dead(action, strays)
		whole := slices.Contains(actions, action.Line)
		some = some || !whole
		if (whole || len(dead) > 0) && !behindDash(lines[action.Line-1]) {
			return nil, fmt.Errorf("%s:%d: what is gone cannot be taken out: begin each action behind a dash, "+
				"on a line of its own", name, action.Line)
		}
		if whole {
			t.cut(action, action)
		} else if err := t.cutKeys(action, dead); err != nil {
			return nil, err
		}
	}
	if !some {
		return nil, nil
	}
	var b bytes.Buffer
	for i, line := range lines {
		b.WriteString(t.with[i+1])
		if !t.gone[i+1] {
			b.WriteString(line)
		}
	}
	return b.Bytes(), nil
}

// behindDash tells whether a line begins an item of a list that is not in brackets, which has the line for itself.
func behindDash(line string) bool {
	return strings.HasPrefix(strings.TrimLeft(line, " "), "- ")
}

type trimmer struct {
	name   string
	lines  []string
	gone   []bool         // by line
	with   map[int]string // what stands instead of a line that is gone
	starts []int          // the lines in which a node begins, sorted
}

// startLines are the lines that nodes begin in.
func startLines(n *yaml.Node, lines []int) []int {
	lines = append(lines, n.Line)
	for _, c := range n.Content {
		lines = startLines(c, lines)
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

// entry is a key with its value.
type entry struct {
	key, value *yaml.Node
	flow       bool // it is in braces
}

// dead are the outermost keys of an action's update of which nothing is left without the strays.
func (t *trimmer) dead(action *yaml.Node, strays []diff.Stray) (all []entry) {
	update := document.Get(action, "update")
	if update == nil {
		return nil
	}
	var walk func(n *yaml.Node) (whole bool)
	walk = func(n *yaml.Node) bool {
		if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
			return false
		}
		whole, found := true, len(all)
		var own []entry
		for key, value := range document.Pairs(n) {
			if slices.ContainsFunc(
				strays,
				func(s diff.Stray) bool { return s.Line == key.Line && s.Name == key.Value },
			) ||
				walk(value) {
				own = append(own, entry{key, value, n.Style&yaml.FlowStyle != 0})
			} else {
				whole = false
			}
		}
		if whole {
			all = all[:found] // the key of n goes, with all that is in it
			return true
		}
		all = append(all, own...)
		return false
	}
	walk(update)
	return all
}

// last is the last line of what begins with from and ends with to.
func (t *trimmer) last(to *yaml.Node) int {
	end := slices.Max(startLines(to, nil))
	i, _ := slices.BinarySearch(t.starts, end+1)
	last := t.starts[i] - 1
	for last > end && isAside(t.lines[last-1]) {
		last--
	}
	return last
}

// isAside reports whether a line is empty or a comment, which belongs to what follows.
func isAside(line string) bool {
	text := strings.TrimSpace(line)
	return text == "" || strings.HasPrefix(text, "#")
}

// cut takes out the lines of a node, with the comments right above it. There is always something above those.
func (t *trimmer) cut(from, to *yaml.Node) {
	first, last := from.Line, t.last(to)
	for strings.HasPrefix(strings.TrimSpace(t.lines[first-2]), "#") {
		first--
	}
	for i := first; i <= last; i++ {
		t.gone[i] = true
	}
}

// cutKeys takes keys out of an action. One in flow style is written anew.
func (t *trimmer) cutKeys(action *yaml.Node, dead []entry) error {
	own := func(e entry) bool { // stands on lines of its own
		line := t.lines[e.key.Line-1]
		return !e.flow && len(line)-len(strings.TrimLeft(line, " ")) == e.key.Column-1
	}
	for _, e := range dead {
		if !own(e) {
			return t.rewrite(action, dead)
		}
	}
	for _, e := range dead {
		t.cut(e.key, e.value)
	}
	return nil
}

// rewrite writes an action anew, without some keys.
func (t *trimmer) rewrite(action *yaml.Node, dead []entry) error {
	var without func(n *yaml.Node) *yaml.Node
	without = func(n *yaml.Node) *yaml.Node {
		copied := *n
		copied.Content = nil
		for i := 0; i < len(n.Content); i++ {
			if n.Kind == yaml.MappingNode && i%2 == 0 &&
				slices.ContainsFunc(dead, func(e entry) bool { return e.key == n.Content[i] }) {
				i++
				continue
			}
			copied.Content = append(copied.Content, without(n.Content[i]))
		}
		return &copied
	}
	text, err := yaml.Marshal([]*yaml.Node{without(action)})
	if err != nil {
		return fmt.Errorf("%s:%d: %w", t.name, action.Line, err)
	}
	first, last := action.Line, t.last(action)
	indent := t.lines[first-1][:len(t.lines[first-1])-len(strings.TrimLeft(t.lines[first-1], " "))]
	var b strings.Builder
	for line := range strings.Lines(string(text)) {
		b.WriteString(indent + line)
	}
	for i := first; i <= last; i++ {
		t.gone[i] = true
	}
	t.with[first] = b.String()
	return nil
}

// compareTodos is the order of to-dos: by kind, in the order of what they ask for, then by place and fact.
func compareTodos(a, b Todo) int {
	return cmp.Or(
		cmp.Compare(slices.Index(Kinds, a.Kind), slices.Index(Kinds, b.Kind)),
		strings.Compare(a.At, b.At),
		strings.Compare(a.Fact, b.Fact),
	)
}
