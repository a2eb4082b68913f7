package drift

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/overlay"
	"github.com/ringbasic/ringbasic/internal/project"
)

// ours is the pin on its way to our document.
type ours struct {
	start   *yaml.Node // selected and converted, before the overlays
	actions []overlay.Action
	changed []bool // whether an action changed anything on the way
	replace []replacements
	stages  []int      // after which actions the document says something else, names and descriptions aside
	root    *yaml.Node // our document
	project *build.Project
}

// assembleOurs applies the overlays to the pin. built is the document that was built from it, nil if there is none or
// it does not matter. If there is one, actions that have no target in the pin are passed over: they are edited for the
// newer document already. What the overlays were when it was built is in it.
func assembleOurs(p *build.Project, built *yaml.Node) (*ours, error) {
	root, naming, err := p.AssemblePin()
	if err != nil {
		return nil, err
	}
	o := &ours{start: document.Clone(root), root: root, project: p}
	var problems []error
	for _, file := range p.Overlays {
		for _, a := range file.Actions {
			strays := a.Stray(root)
			apply, some := a, true
			if built != nil {
				apply, some = a.Without(strays)
			} else {
				for _, key := range strays {
					problems = append(problems, document.Errorf(a.File, key, "there is no %q to describe", key.Value))
				}
			}
			matched, changes := 0, false
			if some {
				_, changes = apply.Effect(root)
				o.replace = append(o.replace, replacedBy(apply, root, o.start))
				if matched, err = apply.Apply(root); err == nil && matched == 0 && !a.Remove {
					err = a.Unmatched()
				}
			} else {
				o.replace, err = append(o.replace, nil), a.Unmatched()
			}
			if err != nil {
				changes = false
			}
			problems = append(problems, err)
			if changes && (a.Remove || a.Copy != "" || saysFacts(a.Update)) {
				o.stages = append(o.stages, len(o.actions))
			}
			o.actions = append(o.actions, a)
			o.changed = append(o.changed, changes)
		}
	}
	switch err := errors.Join(problems...); {
	case err != nil && built == nil:
		return nil, err
	case err != nil:
		o.root = built
		return o, nil
	}
	if err := naming.Finish(root); err != nil {
		return nil, err
	}
	build.Finish(root)
	return o, nil
}

// facts are the stages as drift takes them. Of the actions before a stage, those that say no facts are left out.
func (o *ours) facts(operations []string) []diff.Stage {
	all := make([]diff.Stage, len(o.stages))
	for i, last := range o.stages {
		all[i] = diff.Stage{Position: o.actions[last].Position(), Facts: func() (*diff.Facts, error) {
			root := document.Clone(o.start)
			for _, action := range o.stages[:i+1] {
				apply, _ := o.actions[action].Without(o.actions[action].Stray(root))
				if _, err := apply.Apply(root); err != nil {
					return nil, err
				}
			}
			build.Finish(root)
			return diff.FlattenFor(o.project.Config.Throttling, project.SpecFile, root, operations)
		}}
	}
	return all
}

// saysFacts tells whether an update says anything that is compared. What is empty is there at least. A key that leads
// to a mapping may be anything's name: that of a property "description", say.
func saysFacts(update *yaml.Node) bool {
	if update.Kind != yaml.MappingNode || len(update.Content) == 0 {
		return true
	}
	for key, value := range document.Pairs(update) {
		words := slices.Contains([]string{"description", "summary", "title", "x-go-name", "x-go-type-name",
			"x-enum-varnames"}, key.Value)
		if (value.Kind == yaml.MappingNode || !words) && saysFacts(value) {
			return true
		}
	}
	return false
}

// ids are the operation ids, in our document, of those operations that are compared.
func (o *ours) ids(operations []string) map[string]bool {
	ids := map[string]bool{}
	for op := range document.Operations(o.root) {
		if slices.Contains(operations, op.String()) {
			ids[document.Text(op.Node, "operationId")] = true
		}
	}
	return ids
}

// regenerated is what becomes of the newer document on the way of the pin.
type regenerated struct {
	root       *yaml.Node // after the overlays that apply; nil if there is none
	overlays   []diff.OverlayAction
	names      []diff.NameNote
	recordings []diff.Recording
	notTried   []string
}

func (c *comparison) regenerate(ctx context.Context, files fs.FS, o *ours) (r regenerated) {
	what := "overlays and recordings were not tried on the upstream document"
	if c.q.GoAPI {
		what = "overlays, recordings and the Go API were not tried on the upstream document"
	}
	if c.pruned != nil {
		r.notTried = append(r.notTried, fmt.Sprintf("%s: %v", what, c.pruned))
		return r
	}
	root, overlays, naming, err := o.applyTo(c.sel, c.selected, c.q.Upstream.Name)
	if err != nil {
		r.notTried = append(r.notTried, fmt.Sprintf("%s: %v", what, err))
		return r
	}
	r.root, r.overlays, r.names = root, overlays, nameNotes(naming)
	if c.q.NoTrial {
		return r
	}
	if r.recordings, err = checkRecordings(ctx, files, root, o.ids(c.operations)); err != nil {
		r.notTried = append(r.notTried, fmt.Sprintf("the recordings were not tried on the upstream document: %v", err))
	}
	return r
}

// applyTo sends the selection of the newer document the way of the pin, and tells of each overlay action whether it
// still applies, is stale (its target is gone, or a schema that it refers to, or all that it describes), or redundant
// (it changed something of the pin, and has nothing to change here). Only actions that apply are applied, without what
// they describe and is gone.
func (o *ours) applyTo(
	sel *overlay.Overlay,
	selection *build.Selection,
	name string,
) (*yaml.Node, []diff.OverlayAction, *build.Naming, error) {
	root, naming, err := o.project.Assemble(selection, name)
	if err != nil {
		return nil, nil, nil, err
	}
	var states []diff.OverlayAction
	judge := func(a overlay.Action, state string) *diff.OverlayAction {
		states = append(states, diff.OverlayAction{File: a.File, Line: a.Line, Target: a.Target, State: state})
		return &states[len(states)-1]
	}
	for _, a := range sel.Actions {
		state := "applies"
		if slices.ContainsFunc(selection.Unmatched, func(u overlay.Action) bool { return u.Line == a.Line }) {
			state = "stale"
		}
		judge(a, state)
	}
	start := document.Clone(root)
	var removedFrom *yaml.Node // what root was before the action before, if that began to replace something
	for i, a := range o.actions {
		before := removedFrom
		removedFrom = nil
		strays := a.Stray(root)
		rest, some := a.Without(strays)
		matched, changes := 0, false
		if some {
			matched, changes = rest.Effect(root)
		}
		switch {
		case matched == 0 && !a.Remove:
			judge(a, "stale")
			continue
		case !changes && o.changed[i] && !fixesID(a):
			addStrays(judge(a, "redundant"), strays)
			continue
		case !changes:
			addStrays(judge(a, "applies"), strays)
			continue
		}
		// An update may refer to what it adds itself: then it is judged when it is made, on a copy.
		refs, next := references(rest.Update), root
		if !resolves(root, refs) || o.replaces(i) {
			next = document.Clone(root)
		}
		overrides := o.overrides(i, rest, root, start)
		if _, err := rest.Apply(next); err != nil {
			return nil, nil, nil, err
		}
		if !resolves(next, refs) {
			judge(a, "stale")
			continue
		}
		if o.replaces(i) {
			removedFrom = root
		}
		root = next
		judged := judge(a, "applies")
		if judged.Overrides = overrides; len(overrides) > 0 {
			judged.Reason = a.Description
		}
		addStrays(judged, strays)
		// What is put back as it was needed neither action.
		if before != nil && overlay.Same(before, root) {
			states[len(states)-2].State, states[len(states)-1].State = "redundant", "redundant"
		}
	}
	if err := naming.Finish(root); err != nil {
		return nil, nil, nil, err
	}
	build.Finish(root)
	return root, states, naming, nil
}

// fixesID reports whether an action does nothing but fix an operation's id, which may be at what it is.
func fixesID(a overlay.Action) bool {
	return a.Update != nil && len(a.Update.Content) == 2 && document.Get(a.Update, "operationId") != nil
}

func addStrays(a *diff.OverlayAction, keys []*yaml.Node) {
	for _, key := range keys {
		a.Strays = append(a.Strays, diff.Stray{Name: key.Value, Line: key.Line})
	}
}

// replaces tells whether an action and the next replace something, as overlays do with a list: remove it, and update
// what held it.
func (o *ours) replaces(i int) bool {
	return o.actions[i].Remove && i+1 < len(o.actions) &&
		strings.HasPrefix(o.actions[i].Target, o.actions[i+1].Target+".")
}

// references are the values of $ref in an update.
func references(update *yaml.Node) (refs []string) {
	if update == nil {
		return nil
	}
	for key, value := range document.Pairs(update) {
		if key.Value == "$ref" && value.Kind == yaml.ScalarNode {
			refs = append(refs, value.Value)
		}
	}
	for _, n := range update.Content {
		refs = append(refs, references(n)...)
	}
	return refs
}

// resolves tells whether every reference leads somewhere.
func resolves(root *yaml.Node, refs []string) bool {
	return !slices.ContainsFunc(refs, func(ref string) bool {
		_, err := document.Resolve(root, ref)
		return err != nil
	})
}
