// Package overlay reads OpenAPI Overlay 1.0 and 1.1 documents strictly and applies them to a tree of YAML nodes.
//
// JSONPath queries and removals are those of github.com/speakeasy-api/openapi/overlay. What is added here is what a
// person who writes overlays needs: unknown keys, missing descriptions and bad JSONPath are errors with file, line and
// column; an update or copy whose target matches nothing is an error; and an action can tell whether it would change
// anything, so that a repair which the vendor has made unnecessary can be seen. One that changes nothing is not
// applied.
//
// An update of a list appends to it, a list or an entry alike. The lists enum and required are sets: a value that is
// there already is not added again. A list or a scalar that would replace a mapping is an error, and so is a
// description of what is not there: words make no property.
//
// Two things are stricter than the specification, so that the same file means the same to every overlay tool:
// x-speakeasy-jsonpath must say rfc9535, and every action needs a description that gives its reason.
package overlay

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	speakeasy "github.com/speakeasy-api/openapi/overlay"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// Overlay is one overlay file.
type Overlay struct {
	Name    string // the file, as messages call it
	Actions []Action
}

// Action is one entry of the list of actions. Exactly one of Update, Remove and Copy is set.
type Action struct {
	File        string
	Line        int
	Target      string // JSONPath, RFC 9535
	Description string // the reason
	Update      *yaml.Node
	Remove      bool
	Copy        string // JSONPath of the one node that is merged into the target (Overlay 1.1)

	node   *yaml.Node // the target's node, for messages
	path   jsonPath
	source jsonPath // of a copy
}

// Position is "file:line" of the action.
func (a Action) Position() string { return fmt.Sprintf("%s:%d", a.File, a.Line) }

// Parse reads an overlay. All problems of the file are reported together.
func Parse(name string, data []byte) (*Overlay, error) {
	root, err := document.ParseOwn(name, data)
	if err != nil {
		return nil, err
	}
	r := reader{name: name}
	r.keys(root, "overlay", "info", "extends", "actions", "x-speakeasy-jsonpath")
	v := document.Get(root, "overlay")
	if v == nil || !strings.HasPrefix(v.Value, "1.0.") && !strings.HasPrefix(v.Value, "1.1.") {
		r.errorf(first(v, root), "not an OpenAPI Overlay 1.0 or 1.1 document: \"overlay: 1.0.0\" is missing")
	}
	r.copies = v != nil && strings.HasPrefix(v.Value, "1.1.")
	if v := document.Get(root, "x-speakeasy-jsonpath"); v == nil || v.Value != "rfc9535" {
		r.errorf(
			first(v, root),
			"\"x-speakeasy-jsonpath: rfc9535\" is missing: without it targets are read in an older dialect",
		)
	}
	info := document.Get(root, "info")
	r.keys(info, "title", "version", "description")
	for _, key := range []string{"title", "version"} {
		if document.Text(info, key) == "" {
			r.errorf(first(info, root), "info.%s is missing", key)
		}
	}
	overlay := &Overlay{Name: name}
	actions := document.Get(root, "actions")
	if actions == nil || actions.Kind != yaml.SequenceNode || len(actions.Content) == 0 {
		r.errorf(first(actions, root), "actions must be a list with at least one action")
	} else {
		for i, n := range actions.Content {
			if i == MaxActions {
				r.errorf(n, "more than %d actions: split the overlay, or select several nodes at once", MaxActions)
				break
			}
			if r.effort > maxEffort {
				r.errorf(n, "the JSONPaths up to here have too many filters within each other to be read")
				break
			}
			overlay.Actions = append(overlay.Actions, r.action(n))
		}
	}
	if err := errors.Join(r.problems...); err != nil {
		return nil, err
	}
	return overlay, nil
}

func first(nodes ...*yaml.Node) *yaml.Node {
	for _, n := range nodes {
		if n != nil {
			return n
		}
	}
	return nil
}

type reader struct {
	name     string
	copies   bool // the version has the action copy
	problems []error
	effort   float64 // of parsing JSONPaths
}

func (r *reader) errorf(n *yaml.Node, format string, args ...any) {
	r.problems = append(r.problems, document.Errorf(r.name, n, format, args...))
}

// keys reports what is not one of the allowed keys or an extension.
func (r *reader) keys(n *yaml.Node, allowed ...string) {
	for key := range document.Pairs(n) {
		if !slices.Contains(allowed, key.Value) &&
			(!strings.HasPrefix(key.Value, "x-") || key.Value == "x-speakeasy-jsonpath") {
			r.errorf(key, "unknown key %q: known are %s", key.Value, strings.Join(allowed, ", "))
		}
	}
}

func (r *reader) action(n *yaml.Node) Action {
	a := Action{File: r.name, Line: n.Line}
	if n.Kind != yaml.MappingNode {
		r.errorf(n, "an action must be a mapping with target, description and update or remove")
		return a
	}
	if r.copies {
		r.keys(n, "target", "description", "update", "remove", "copy")
	} else {
		r.keys(n, "target", "description", "update", "remove")
	}
	a.node = first(document.Get(n, "target"), n)
	a.Target, a.Description = document.Text(n, "target"), document.Text(n, "description")
	a.Update = document.Get(n, "update")
	if large := oversized(a.Update); large != nil {
		r.errorf(large, "more than %d entries in one list or mapping of an update", MaxEntries)
	}
	if remove := document.Get(n, "remove"); remove != nil {
		if remove.Tag != "!!bool" {
			r.errorf(remove, "remove must be true or false")
		}
		a.Remove = strings.EqualFold(remove.Value, "true")
	}
	if a.Description == "" {
		r.errorf(n, "the action has no description: say why it is needed")
	}
	r.copySource(&a, n)
	kinds := 0
	for _, has := range []bool{a.Update != nil, a.Remove, document.Get(n, "copy") != nil} {
		if has {
			kinds++
		}
	}
	if kinds != 1 && r.copies {
		r.errorf(n, "an action has either update, copy or remove: true")
	} else if kinds != 1 {
		r.errorf(n, "an action has either update or remove: true")
	}
	if a.Target == "" {
		r.errorf(n, "the action has no target")
		return a
	}
	var err error
	if a.path, err = r.compile(a.Target); err != nil {
		r.errorf(a.node, "target is not valid JSONPath (RFC 9535): %v", err)
	}
	return a
}

// copySource reads where a copy comes from.
func (r *reader) copySource(a *Action, n *yaml.Node) {
	from := document.Get(n, "copy")
	if from == nil || !r.copies {
		return
	}
	var err error
	if a.Copy = from.Value; a.Copy == "" {
		r.errorf(from, "copy must be the JSONPath of what is copied")
	} else if a.source, err = r.compile(a.Copy); err != nil {
		r.errorf(from, "copy is not valid JSONPath (RFC 9535): %v", err)
	}
}

// compile parses a JSONPath. The parser underneath panics on some malformed input; that is the author's error too.
func (r *reader) compile(target string) (path jsonPath, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	if path.form, err = formOf(target); err != nil {
		return path, err
	}
	r.effort += path.form.effort
	o := speakeasy.Overlay{JSONPathVersion: speakeasy.JSONPathRFC9535}
	path.query, err = o.NewPath(target, nil)
	return path, err
}

// Apply applies all actions in order. An update that matches nothing is an error; it does not stop the others from
// being tried, so that one run reports them all.
func (o *Overlay) Apply(root *yaml.Node) error {
	var problems []error
	var all made
	for _, a := range o.Actions {
		for _, key := range a.Stray(root) {
			problems = append(
				problems,
				document.Errorf(
					a.File,
					key,
					"there is no %q to describe below %s: correct the name, or take it out",
					key.Value,
					a.Target,
				),
			)
		}
		matched, err := a.apply(root, &all)
		if err == nil && matched == 0 && !a.Remove {
			err = a.unmatchedIn(root)
		}
		problems = append(problems, err)
		if all.tooMuch() {
			break
		}
	}
	return errors.Join(problems...)
}

// Unmatched is the error of an update that found nothing to change.
func (a Action) Unmatched() error {
	return document.Errorf(a.File, a.node, "target matches nothing: %s", a.Target)
}

var schemaTarget = regexp.MustCompile(`^\$\.components\.schemas(?:\.(\w+)|\['([^'\\]+)'\])`)

// unmatchedIn is [Action.Unmatched], with the nearest name that there is if the target's schema has another.
func (a Action) unmatchedIn(root *yaml.Node) error {
	m := schemaTarget.FindStringSubmatch(a.Target)
	schemas := document.Get(root, "components", "schemas")
	if m == nil || document.Get(schemas, m[1]+m[2]) != nil {
		return a.Unmatched()
	}
	var names []string
	for name := range document.Pairs(schemas) {
		names = append(names, name.Value)
	}
	near := document.Nearest(m[1]+m[2], names)
	if near == "" {
		return a.Unmatched()
	}
	return document.Errorf(
		a.File,
		a.node,
		"target matches nothing: %s: there is no schema %s (the nearest is %s)",
		a.Target,
		m[1]+m[2],
		near,
	)
}

// Apply applies one action to the document below root, a mapping, and tells how many nodes its target matches. Of an
// action that changes nothing, nothing is applied.
func (a Action) Apply(root *yaml.Node) (matched int, err error) { return a.apply(root, &made{}) }

// apply adds to all what the action makes.
func (a Action) apply(root *yaml.Node, all *made) (matched int, err error) {
	targets, err := a.path.find(root)
	if err != nil {
		return 0, document.Errorf(a.File, a.node, "%s: %w", a.Target, err)
	}
	if len(targets) == 0 {
		return 0, nil
	}
	if a.Remove {
		one := speakeasy.Overlay{Version: "1.0.0", JSONPathVersion: speakeasy.JSONPathRFC9535,
			Actions: []speakeasy.Action{{Target: a.Target, Remove: true}}}
		doc := &yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{root}}
		if err := one.ApplyTo(doc); err != nil {
			return len(targets), document.Errorf(a.File, a.node, "%w", err)
		}
		return len(targets), nil
	}
	update, err := a.value(root)
	if err == nil {
		err = a.charge(all, update, len(targets))
	}
	if err != nil {
		return len(targets), err
	}
	for _, target := range targets {
		if holds(target, update) {
			continue
		}
		if err := merge(target, update, lastKey(a.Target)); err != nil {
			return len(targets), document.Errorf(a.File, a.node, "%s: %w", a.Target, err)
		}
	}
	return len(targets), nil
}

// value is what an update or a copy merges into its targets.
func (a Action) value(root *yaml.Node) (*yaml.Node, error) {
	if a.Copy == "" {
		return a.Update, nil
	}
	found, err := a.source.find(root)
	if err != nil {
		return nil, document.Errorf(a.File, a.node, "copy: %s: %w", a.Copy, err)
	}
	if len(found) != 1 {
		return nil, document.Errorf(a.File, a.node, "copy must be of one node, and %d match %s", len(found), a.Copy)
	}
	return document.Clone(found[0]), nil
}

// Effect tells how many nodes the action's target matches, and whether it would say anything new of them: an update
// that is there already, and a removal of nothing, would not. Of a list, what is there already counts, in any order.
func (a Action) Effect(root *yaml.Node) (matched int, changes bool) {
	targets, err := a.path.find(root)
	if err != nil {
		return 0, false // [Action.Apply] tells it
	}
	if a.Remove {
		return len(targets), len(targets) > 0
	}
	update, err := a.value(root)
	if err != nil {
		return 0, false
	}
	for _, target := range targets {
		changes = changes || !holds(target, update)
	}
	return len(targets), changes
}

// Same tells whether two trees say the same, in whatever order.
func Same(a, b *yaml.Node) bool { return holds(a, b) && holds(b, a) }

// holds tells whether everything that part says is in whole.
func holds(whole, part *yaml.Node) bool {
	if whole != nil && whole.Kind == yaml.SequenceNode && part.Kind != yaml.SequenceNode {
		return contains(whole, part) // as an entry
	}
	if whole == nil || whole.Kind != part.Kind {
		return false
	}
	switch part.Kind {
	case yaml.MappingNode:
		for key, value := range document.Pairs(part) {
			if !holds(document.Get(whole, key.Value), value) {
				return false
			}
		}
		return true
	case yaml.SequenceNode:
		for _, item := range part.Content {
			if !slices.ContainsFunc(whole.Content, func(n *yaml.Node) bool { return Same(n, item) }) {
				return false
			}
		}
		return true
	}
	return whole.Value == part.Value && whole.Tag == part.Tag
}
