package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/contract"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/drift"
	"github.com/ringbasic/ringbasic/internal/errorcodes"
	"github.com/ringbasic/ringbasic/internal/overlay"
	"github.com/ringbasic/ringbasic/internal/pin"
	"github.com/ringbasic/ringbasic/internal/recording"
)

const (
	waiversFile   = "spec/waivers.yaml"
	recordingsDir = "contracttests/testdata/recordings"
	maxProblems   = 3 // of a recording, in a report
)

// comparison is the question that drift answers.
type comparison struct {
	upstream   *document.Document
	base       *document.Document // compared with instead of the project's pin; nil for the pin
	operations []string           // narrows to these; nil for all that are selected
	goAPI      bool               // ask what regeneration does to the Go API, too
	today      time.Time          // for waivers
	noWaivers  bool
}

// compare answers it.
func (a *app) compare(ctx context.Context, q comparison) (*drift.Report, error) {
	files := a.layered()
	if q.base != nil {
		sel, _, err := build.LoadOverlays(files)
		if err != nil {
			return nil, err
		}
		c, err := newCompared(q, sel, q.base)
		if err != nil {
			return nil, err
		}
		return c.report(errorcodesOf(q.base, c.operations), nil)
	}
	p, err := build.Load(files, false)
	if err != nil {
		return nil, err
	}
	c, err := newCompared(q, p.Select, p.Pin)
	if err != nil {
		return nil, err
	}
	built, err := newBuilt(p)
	if err != nil {
		return nil, err
	}
	report, err := c.report(errorcodesOf(&document.Document{Root: built.last()}, c.operations), built)
	if err != nil {
		return nil, err
	}
	report.Pinned = drift.Side{Source: p.Lock.Source, SHA256: p.Lock.UpstreamSHA256, APIVersion: p.Lock.APIVersion}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	upstream, overlays, err := built.rebuild(q.upstream, p)
	if err != nil {
		report.Document = append(report.Document, fmt.Sprintf("overlays and recordings were not tried on the upstream document: %v", err))
	} else {
		report.Overlays = overlays
		if report.Recordings, err = a.checkRecordings(ctx, files, upstream, built.ids(c.operations)); err != nil {
			report.Document = append(report.Document, fmt.Sprintf("the recordings were not tried on the upstream document: %v", err))
		}
		if q.goAPI {
			if err := judgeGoAPI(ctx, report, p, built.last(), upstream); err != nil {
				report.Document = append(report.Document, fmt.Sprintf("the Go API was not compared: %v", err))
			}
		}
	}
	if !q.noWaivers {
		if err := applyWaivers(files, report, c.operations, q); err != nil {
			return nil, err
		}
	}
	report.Finish()
	return report, nil
}

// compared is the two documents and what of them is compared.
type compared struct {
	q          comparison
	old        *document.Document
	operations []string
	before     *drift.Facts
	after      *drift.Facts
	outside    []build.Warning
}

func newCompared(q comparison, sel *overlay.Overlay, old *document.Document) (*compared, error) {
	c := &compared{q: q, old: old}
	oldSelection, err := build.Select(old, sel)
	if err != nil {
		return nil, err
	}
	newSelection, err := build.Select(q.upstream, sel)
	if err != nil {
		return nil, err
	}
	for _, op := range slices.Concat(oldSelection.Operations, newSelection.Operations) {
		c.operations = append(c.operations, op.String())
	}
	slices.Sort(c.operations)
	c.operations = slices.Compact(c.operations)
	if len(q.operations) > 0 {
		if c.operations, err = c.narrow(q.operations); err != nil {
			return nil, err
		}
	}
	if c.before, err = drift.Flatten(old.Name, old.Root, c.operations); err != nil {
		return nil, err
	}
	if c.after, err = drift.Flatten(q.upstream.Name, q.upstream.Root, c.operations); err != nil {
		return nil, err
	}
	if err := newSelection.Prune(q.upstream.Name); err == nil {
		c.outside = build.Outside(q.upstream, newSelection)
	}
	return c, nil
}

// narrow checks the operations that the user asked for: each must be in one of the documents.
func (c *compared) narrow(wanted []string) ([]string, error) {
	there := map[string]bool{}
	for _, doc := range []*document.Document{c.old, c.q.upstream} {
		for op := range document.Operations(doc.Root) {
			there[op.String()] = true
		}
	}
	var operations []string
	for _, op := range wanted {
		op = strings.TrimSpace(op)
		if method, path, ok := strings.Cut(op, " "); ok {
			op = strings.ToUpper(method) + " " + strings.TrimSpace(path)
		}
		if !there[op] {
			return nil, usagef("--operations: neither document has %q: write one as 'POST /restapi/v1.0/…'", op)
		}
		operations = append(operations, op)
	}
	slices.Sort(operations)
	return slices.Compact(operations), nil
}

// report compares. Without built, it is a comparison of two foreign documents.
func (c *compared) report(oldRows []errorcodes.Row, built *built) (*drift.Report, error) {
	findings, err := drift.Compare(c.before, c.after)
	if err != nil {
		return nil, err
	}
	if built != nil {
		if err := drift.MarkHandled(findings, c.after, built.facts(c.operations)); err != nil {
			return nil, err
		}
	}
	codes, codeFindings := drift.CompareCodes(oldRows, errorcodesOf(c.q.upstream, c.operations), c.operations, c.after)
	r := &drift.Report{
		Pinned:     drift.Side{Source: c.old.Name, SHA256: c.old.SHA256, APIVersion: document.Text(c.old.Root, "info", "version")},
		Upstream:   drift.Side{Source: c.q.upstream.Name, SHA256: c.q.upstream.SHA256, APIVersion: document.Text(c.q.upstream.Root, "info", "version")},
		Findings:   append(findings, codeFindings...),
		ErrorCodes: codes,
		Document:   drift.Mentions(c.before, c.after),
		Operations: c.operations,
	}
	for _, w := range c.outside {
		r.Outside = append(r.Outside, drift.Warning(w))
	}
	r.Finish()
	return r, nil
}

// errorcodesOf lists the documented rows of operations.
func errorcodesOf(doc *document.Document, operations []string) (rows []errorcodes.Row) {
	for op := range document.Operations(doc.Root) {
		if slices.Contains(operations, op.String()) {
			rows = append(rows, errorcodes.RowsOf(doc.Root, op)...)
		}
	}
	slices.SortFunc(rows, errorcodes.Compare)
	return rows
}

// built is the pin on its way to our document.
type built struct {
	actions []overlay.Action
	changed []bool // whether an action changed anything on the way
	stages  []stage
	end     *yaml.Node // our document
}

// stage is the document after an action.
type stage struct {
	action overlay.Action
	root   *yaml.Node
}

// newBuilt applies the overlays. A document is kept after each action that says more than names and descriptions.
func newBuilt(p *build.Project) (*built, error) {
	b := &built{}
	root, err := build.Assemble(p.Pin, p.Select)
	if err != nil {
		return nil, err
	}
	var problems []error
	for _, o := range p.Overlays {
		for _, a := range o.Actions {
			outcome, err := a.Apply(root)
			if err == nil && outcome.Matched == 0 && !a.Remove {
				err = a.Unmatched()
			}
			problems = append(problems, err)
			b.actions = append(b.actions, a)
			b.changed = append(b.changed, outcome.Changed)
			if outcome.Changed && (a.Remove || saysFacts(a.Update, false)) {
				b.stages = append(b.stages, stage{a, document.Clone(root)})
			}
		}
	}
	build.Finish(root)
	b.end = root
	return b, errors.Join(problems...)
}

// saysFacts tells whether an update says anything that is compared. named is for maps whose keys are names.
func saysFacts(update *yaml.Node, named bool) bool {
	for key, value := range document.Pairs(update) {
		switch {
		case !named && slices.Contains([]string{"description", "summary", "title", "x-go-name", "x-go-type-name", "x-enum-varnames"}, key.Value):
		case value.Kind == yaml.MappingNode && !saysFacts(value, key.Value == "properties" || key.Value == "schemas"):
		default:
			return true
		}
	}
	return false
}

// last is our built document.
func (b *built) last() *yaml.Node { return b.end }

// ids are the operation ids, in our document, of those operations that are compared.
func (b *built) ids(operations []string) map[string]bool {
	ids := map[string]bool{}
	for op := range document.Operations(b.end) {
		if slices.Contains(operations, op.String()) {
			ids[document.Text(op.Node, "operationId")] = true
		}
	}
	return ids
}

// facts are the stages as drift takes them.
func (b *built) facts(operations []string) []drift.Stage {
	all := make([]drift.Stage, len(b.stages))
	for i, s := range b.stages {
		all[i] = drift.Stage{Position: s.action.Position(), Facts: func() (*drift.Facts, error) {
			build.Finish(s.root)
			return drift.Flatten(build.SpecFile, s.root, operations)
		}}
	}
	return all
}

// rebuild sends the upstream document the way of the pin, and tells of each overlay action whether it still applies, is
// stale (its target is gone, or a schema that it refers to), or redundant (it changed something of the pin, and has
// nothing to change here). Only actions that apply are applied.
func (b *built) rebuild(upstream *document.Document, p *build.Project) (*yaml.Node, []drift.OverlayAction, error) {
	root, err := build.Assemble(upstream, p.Select)
	if err != nil {
		return nil, nil, err
	}
	var states []drift.OverlayAction
	selection, err := build.Select(upstream, p.Select)
	if err != nil {
		return nil, nil, err
	}
	for _, a := range selection.Unmatched {
		states = append(states, drift.OverlayAction{File: a.File, Line: a.Line, Target: a.Target, State: "stale"})
	}
	var removedFrom *yaml.Node // what root was before the removal that was the action before
	for i, a := range b.actions {
		before := removedFrom
		removedFrom = nil
		matched, changes := a.Effect(root)
		state := "applies"
		switch {
		case matched == 0 && !a.Remove:
			state = "stale"
		case !changes && b.changed[i]:
			state = "redundant"
		case changes:
			// An update may refer to what it adds itself, so it is judged when it is made, on a copy.
			refs, next := references(a.Update), root
			if len(refs) > 0 || a.Remove {
				next = document.Clone(root)
			}
			if _, err := a.Apply(next); err != nil {
				return nil, nil, err
			}
			if !resolves(next, refs) {
				state = "stale"
				break
			}
			if a.Remove {
				removedFrom = root
			}
			root = next
			// Overlays replace a list by removing it first: what is put back as it was needed neither action.
			if before != nil && overlay.Same(before, root) {
				state, states[len(states)-1].State = "redundant", "redundant"
			}
		}
		states = append(states, drift.OverlayAction{File: a.File, Line: a.Line, Target: a.Target, State: state})
	}
	build.Finish(root)
	return root, states, nil
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

// checkRecordings tells which recordings the upstream document refuses: requests that are not meant to break it, and
// successful responses. ids are the operations to try, by the ids that the recordings' folders are named after.
func (a *app) checkRecordings(ctx context.Context, files fs.FS, upstream *yaml.Node, ids map[string]bool) ([]drift.Recording, error) {
	recordings, err := recording.ReadDir(files, recordingsDir)
	if errors.Is(err, fs.ErrNotExist) || len(recordings) == 0 && err == nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	doc, err := build.Validate(ctx, upstream)
	if err != nil {
		return nil, err
	}
	c, err := contract.New(doc)
	if err != nil {
		return nil, err
	}
	var refused []drift.Recording
	for _, r := range recordings {
		if !ids[r.Folder()] {
			continue
		}
		problems := refusals(c, r)
		if more := len(problems) - maxProblems; more > 0 {
			problems = append(problems[:maxProblems:maxProblems], fmt.Sprintf("and %d more", more))
		}
		if len(problems) > 0 {
			refused = append(refused, drift.Recording{File: r.File, Problem: strings.Join(problems, "; ")})
		}
	}
	slices.SortFunc(refused, func(a, b drift.Recording) int { return cmp.Compare(a.File, b.File) })
	return refused, nil
}

func refusals(c *contract.Contract, r *recording.Recording) (problems []string) {
	op, _ := c.Find(r.Request.Method, r.Request.Target().EscapedPath())
	if op == nil {
		return []string{"the operation is gone"}
	}
	if r.Meta.Invalid == "" {
		wire, err := r.Request.Wire()
		if err != nil {
			return []string{err.Error()}
		}
		request, err := http.NewRequest(r.Request.Method, "http://localhost"+r.Request.URL, bytes.NewReader(wire))
		if err != nil {
			return []string{err.Error()}
		}
		if len(wire) == 0 {
			request.Body = nil
		}
		request.Header = r.Request.Header.Clone()
		for _, v := range c.ValidateRequest(request) {
			problems = append(problems, "request: "+v.String())
		}
	}
	if r.Response.Status/100 == 2 && r.Meta.InvalidResponse == "" {
		for _, v := range c.ValidateResponse(op, r.Response.Status, r.Response.Header, r.Response.Body) {
			problems = append(problems, "response: "+v.String())
		}
	}
	return problems
}

// applyWaivers marks what the project's waivers accept. Where the comparison is narrowed, those for other operations have
// nothing to match.
func applyWaivers(files fs.FS, r *drift.Report, operations []string, q comparison) error {
	data, err := fs.ReadFile(files, waiversFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	waivers, err := drift.ParseWaivers(waiversFile, data)
	if err != nil {
		return err
	}
	if len(q.operations) > 0 {
		waivers.List = slices.DeleteFunc(waivers.List, func(w drift.Waiver) bool { return !slices.Contains(operations, w.Operation) })
	}
	r.WaiverProblems = waivers.Apply(r.Findings, q.today)
	return nil
}

// changesOfSelection is what a new pin changes for the selected operations, as text. It is empty if there is no pin yet.
func (a *app) changesOfSelection(ctx context.Context, newPin []byte) (string, error) {
	old, err := os.ReadFile(a.path(pin.File))
	if errors.Is(err, fs.ErrNotExist) || bytes.Equal(old, newPin) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	base, err := document.Parse(pin.File, old)
	if err != nil {
		return "", err
	}
	upstream, err := document.Parse(pin.File, newPin)
	if err != nil {
		return "", err
	}
	report, err := a.compare(ctx, comparison{upstream: upstream, base: base})
	if err != nil {
		// A pin needs no project yet: without a select overlay there is nothing to tell.
		return fmt.Sprintf("what changed for the selected operations cannot be told: %v\n", err), nil
	}
	return reportText(report), nil
}
