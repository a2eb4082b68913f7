package build

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/overlay"
)

// mark is what the select overlay gives to an operation that is wanted.
const mark = "x-keep"

// removals are the last three actions of a select overlay. A JSONPath library makes them by searching the whole
// document once for each node that goes, which is quadratic; keepMarked makes the three in one pass, with the same
// result (TestKeepMarkedEqualsLibrary).
var removals = []string{
	"$.paths[?!@.*['x-keep']]",
	"$.paths.*[?@.responses && !@['x-keep']]",
	"$.paths.*.*['x-keep']",
}

// SelectOverlay is a select overlay for operations, each like "GET /things/{id}".
func SelectOverlay(operations ...string) []byte {
	var b bytes.Buffer
	b.WriteString("overlay: 1.0.0\ninfo: {title: Select, version: 1.0.0}\nx-speakeasy-jsonpath: rfc9535\nactions:\n")
	for _, op := range operations {
		method, path, _ := strings.Cut(op, " ")
		target := "$.paths[" + quoted(path) + "]." + strings.ToLower(method)
		fmt.Fprintf(&b, "  - {target: %q, description: wanted, update: {%s: true}}\n", target, mark)
	}
	for _, target := range removals {
		fmt.Fprintf(&b, "  - {target: %q, description: not wanted, remove: true}\n", target)
	}
	return b.Bytes()
}

// Selection is a document reduced to the selected operations. Its components are still all there; see Prune.
type Selection struct {
	Root       *yaml.Node
	Operations []document.Operation // in the order of the document
	Unmatched  []overlay.Action     // selections that the document lacks
}

// Select applies the select overlay. The document itself stays as it is; what is kept is shared with it. A selection
// that matches nothing is listed and no error: the caller decides, see Require.
func Select(doc *document.Document, sel *overlay.Overlay) (*Selection, error) {
	s := &Selection{Root: document.Mapping(slices.Clone(doc.Root.Content)...)}
	paths := document.Mapping()
	for path, item := range document.Pairs(document.Get(doc.Root, "paths")) {
		if item.Kind == yaml.MappingNode {
			item = withoutMarks(item)
		}
		paths.Content = append(paths.Content, path, item)
	}
	document.Set(s.Root, "paths", paths)

	actions := marksFirst(sel.Actions)
	for i := 0; i < len(actions); i++ {
		if endsSelection(actions[i:]) {
			keepMarked(paths)
			i += len(removals) - 1
			continue
		}
		a := actions[i]
		matched, err := a.Apply(s.Root)
		if err != nil {
			return nil, fmt.Errorf("select %w", err)
		}
		if matched == 0 && !a.Remove {
			s.Unmatched = append(s.Unmatched, a)
		}
	}
	s.Operations = slices.Collect(document.Operations(s.Root))
	return s, nil
}

// withoutMarks copies a path item, without the marks that a vendor's own document may have: they are ours to set.
func withoutMarks(item *yaml.Node) *yaml.Node {
	copied := *item
	copied.Content = slices.Clone(item.Content)
	for i := 1; i < len(copied.Content); i += 2 {
		if member := copied.Content[i]; isMarked(member) {
			unmarked := *member
			unmarked.Content = slices.Clone(member.Content)
			document.Delete(&unmarked, mark)
			copied.Content[i] = &unmarked
		}
	}
	document.Delete(&copied, mark)
	return &copied
}

// literalPath matches the targets of a select overlay that name their path.
var literalPath = regexp.MustCompile(`^\$\.paths\['([^'\\]+)'\]`)

// selectedPaths lists the paths that a select overlay marks operations of. literal is false if it is not one that marks
// by name and then removes the rest.
func selectedPaths(sel *overlay.Overlay) (paths []string, literal bool) {
	actions := marksFirst(sel.Actions)
	marks := len(actions) - len(removals)
	if marks < 0 || !endsSelection(actions[marks:]) {
		return nil, false
	}
	for _, a := range actions[:marks] {
		found := literalPath.FindStringSubmatch(a.Target)
		if found == nil || !onlyMarks(a.Update) {
			return nil, false
		}
		paths = append(paths, found[1])
	}
	return paths, true
}

// marksFirst moves the marks that follow the three removals before them, so that it does not matter where a person adds
// one. Where the removals are others, the order stays.
func marksFirst(actions []overlay.Action) []overlay.Action {
	for i := range actions {
		if !endsSelection(actions[i:]) {
			continue
		}
		var marks, rest []overlay.Action
		for _, a := range actions[i:] {
			if onlyMarks(a.Update) {
				marks = append(marks, a)
			} else {
				rest = append(rest, a)
			}
		}
		return slices.Concat(actions[:i], marks, rest)
	}
	return actions
}

// endsSelection tells whether actions begin with the three removals.
func endsSelection(actions []overlay.Action) bool {
	if len(actions) < len(removals) {
		return false
	}
	for i, target := range removals {
		if !actions[i].Remove || actions[i].Target != target {
			return false
		}
	}
	return true
}

func keepMarked(paths *yaml.Node) {
	kept := paths.Content[:0]
	for i := 0; i < len(paths.Content); i += 2 {
		item := paths.Content[i+1]
		if !slices.ContainsFunc(item.Content, isMarked) {
			continue
		}
		members := item.Content[:0]
		for key, member := range document.Pairs(item) {
			if document.Get(member, "responses") == nil || isMarked(member) {
				document.Delete(member, mark)
				members = append(members, key, member)
			}
		}
		item.Content = members
		kept = append(kept, paths.Content[i], item)
	}
	paths.Content = kept
}

// onlyMarks tells an update that marks from one that says more, such as another reference to follow.
func onlyMarks(update *yaml.Node) bool {
	return update != nil && len(update.Content) == 2 && isMarked(update) &&
		document.Get(update, mark).Kind == yaml.ScalarNode
}

func isMarked(n *yaml.Node) bool { return document.Get(n, mark) != nil }

// Require is the error for what the document lacks of the selection, and for a selection that leaves nothing.
func (s *Selection) Require() error {
	var problems []error
	for _, a := range s.Unmatched {
		problems = append(problems, fmt.Errorf("select %w", a.Unmatched()))
	}
	if len(problems) == 0 && len(s.Operations) == 0 {
		problems = append(
			problems,
			errors.New("select: no operation is left: mark at least one in overlays/10-select.yaml"),
		)
	}
	return errors.Join(problems...)
}
