// Package drift answers the question of the drift command: what does a newer vendor document change for the selected
// operations, and which of it is dealt with already?
//
// In go the files of a project (pin, lock, overlays, waivers, recordings) and the newer document; out comes the report.
// Both documents go through the select overlay first, so that what is broken elsewhere stops nothing. Package diff
// compares the facts of the rest. Then it is asked
//
//   - which findings our built document, the pin after all overlays, has taken over already;
//   - which overlay actions would still apply to the newer document, are stale, or redundant;
//   - which recordings the newer document, after the overlays that apply, would refuse;
//   - if wanted, what regenerating from it does to the Go API;
//   - which findings the project's waivers accept, and which waivers accept nothing.
//
// A document that cannot answer one of these is still compared: the report mentions what was not tried, and why.
// Refused are a project or a document that cannot be compared at all: see packages build and diff. Nothing is written
// or fetched.
package drift

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/errorcodes"
	"github.com/ringbasic/ringbasic/internal/overlay"
	"github.com/ringbasic/ringbasic/internal/pin"
	"github.com/ringbasic/ringbasic/internal/project"
)

// Question is what to compare.
type Question struct {
	Upstream *document.Document // the newer document
	// the older one, with no more of the project than its select overlay; nil: its pin, with everything
	Base       *document.Document
	Operations []string         // narrows to these, "POST /restapi/…"; nil: all that are selected
	GoAPI      bool             // whether to ask what regeneration does to the Go API
	Today      time.Time        // for the expiry of waivers
	NoTrial    bool             // the recordings are not tried: whoever asks does that
	Ours       func(*yaml.Node) // told of our own document, which stays as it is, as soon as it is made; nil: nobody is
	Edited     bool             // the overlays may be edited for the newer document already, and need not fit the pin
}

// UnknownOperationError is the answer to a question about an operation that neither document has.
type UnknownOperationError struct{ Operation string }

func (e UnknownOperationError) Error() string {
	return fmt.Sprintf("neither document has %q: write one as 'POST /restapi/v1.0/…'", e.Operation)
}

// Run answers a question for the project with these files.
func Run(ctx context.Context, files fs.FS, q Question) (*diff.Report, error) {
	for _, doc := range []*document.Document{q.Upstream, q.Base} {
		if doc != nil {
			if err := pin.RequirePaths(doc); err != nil {
				return nil, err
			}
		}
	}
	if q.Base != nil {
		sel, err := build.LoadSelect(files)
		if err != nil {
			return nil, err
		}
		c, err := newComparison(q, sel, q.Base, diff.DefaultThrottling)
		if err != nil {
			return nil, err
		}
		rows, err := c.rows(q.Base.Name, q.Base.Root)
		if err != nil {
			return nil, err
		}
		return c.report(rows, nil)
	}
	p, err := build.Load(files, len(q.Operations) > 0) // those need not be selected
	if err != nil {
		return nil, err
	}
	c, err := newComparison(q, p.Select, p.Pin, p.Config.Throttling)
	if err != nil {
		return nil, err
	}
	var built *yaml.Node
	if q.Edited {
		if built, err = builtDocument(files); err != nil {
			return nil, err
		}
	}
	ours, err := assembleOurs(p, built)
	if err != nil {
		return nil, err
	}
	if q.Ours != nil {
		q.Ours(ours.root)
	}
	rows, err := c.ownRows(ours)
	if err != nil {
		return nil, err
	}
	var (
		group sync.WaitGroup
		next  regenerated
	)
	group.Go(func() { next = c.regenerate(ctx, files, ours) })
	report, err := c.report(rows, ours.facts(c.operations))
	group.Wait()
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	report.Pinned = diff.Side{Source: p.Lock.Source, SHA256: p.Lock.UpstreamSHA256, APIVersion: p.Lock.APIVersion}
	report.Overlays, report.Names, report.Recordings = next.overlays, next.names, next.recordings
	report.Document = append(report.Document, next.notTried...)
	if q.GoAPI && next.root != nil {
		if err := judgeGoAPI(ctx, report, ours.root, next.root); err != nil {
			report.Document = append(report.Document, fmt.Sprintf("the Go API was not compared: %v", err))
		}
	}
	waivers, err := Waivers(files)
	if err != nil {
		return nil, err
	}
	c.applyWaivers(waivers, report)
	if next.root != nil {
		advise(report.Findings, ours.root, next.root)
	}
	report.Finish()
	return report, nil
}

// builtDocument is what was built last, nil if there is nothing.
func builtDocument(files fs.FS) (*yaml.Node, error) {
	data, err := fs.ReadFile(files, project.SpecFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	doc, err := document.Parse(project.SpecFile, data)
	if err != nil {
		return nil, err
	}
	return doc.Root, nil
}

// comparison is the two documents and what of them is compared.
type comparison struct {
	q          Question
	upstream   *document.Document // the newer document, with the paths as the older one writes them
	sel        *overlay.Overlay
	old        *document.Document
	operations []string // that are compared
	selection  []string // sorted: that are selected in either document; those that our own document has are among them
	before     *diff.Facts
	after      *diff.Facts
	selected   *build.Selection // of the newer document
	pruned     error            // why it cannot be pruned, nil if it is
}

func newComparison(q Question, sel *overlay.Overlay, old *document.Document, throttling string) (*comparison, error) {
	c := &comparison{q: q, sel: sel, old: old}
	before, err := build.Select(old, sel)
	if err != nil {
		return nil, err
	}
	c.upstream = aligned(q.Upstream, old)
	if c.selected, err = build.Select(c.upstream, sel); err != nil {
		return nil, err
	}
	for _, op := range slices.Concat(before.Operations, c.selected.Operations) {
		c.operations = append(c.operations, op.String())
	}
	slices.Sort(c.operations)
	c.operations = slices.Compact(c.operations)
	c.selection = c.operations
	if len(q.Operations) > 0 {
		if c.operations, err = c.narrow(); err != nil {
			return nil, err
		}
	}
	if c.before, err = diff.FlattenFor(throttling, old.Name, old.Root, c.operations); err != nil {
		return nil, err
	}
	if c.after, err = diff.FlattenFor(throttling, q.Upstream.Name, q.Upstream.Root, c.operations); err != nil {
		return nil, err
	}
	c.pruned = c.selected.Prune(q.Upstream.Name)
	return c, nil
}

// narrow checks the operations that were asked for: each must be in one of the documents.
func (c *comparison) narrow() ([]string, error) {
	there := map[string]bool{}
	for _, doc := range []*document.Document{c.old, c.upstream} {
		for op := range document.Operations(doc.Root) {
			there[op.String()] = true
		}
	}
	shapes := map[string]string{} // of the operations, for one that is written as the newer document has it
	for op := range there {
		shapes[diff.PathShape(op)] = op
	}
	var operations []string
	for _, asked := range c.q.Operations {
		op := strings.TrimSpace(asked)
		if method, path, ok := strings.Cut(op, " "); ok {
			op = strings.ToUpper(method) + " " + strings.TrimSpace(path)
		}
		if !there[op] {
			if op = shapes[diff.PathShape(op)]; op == "" {
				return nil, UnknownOperationError{asked}
			}
		}
		operations = append(operations, op)
	}
	slices.Sort(operations)
	return slices.Compact(operations), nil
}

// report compares the facts. stages are the documents on the way to our own, nil between foreign documents.
func (c *comparison) report(oldRows []errorcodes.Row, stages []diff.Stage) (*diff.Report, error) {
	findings, err := diff.Compare(c.before, c.after)
	if err != nil {
		return nil, err
	}
	var own, foreign []diff.Finding
	for _, f := range findings {
		if _, selected := slices.BinarySearch(c.selection, f.Operation); selected {
			own = append(own, f)
		} else {
			foreign = append(foreign, f) // our own document does not have the operation, and handles nothing of it
		}
	}
	if err := diff.MarkHandled(own, c.after, stages); err != nil {
		return nil, err
	}
	newRows, err := c.rows(c.upstream.Name, c.upstream.Root)
	if err != nil {
		return nil, err
	}
	codes, codeFindings := diff.CompareCodes(oldRows, newRows, c.operations, c.after)
	r := &diff.Report{
		Pinned:     side(c.old),
		Upstream:   side(c.q.Upstream),
		Findings:   slices.Concat(own, foreign, codeFindings),
		ErrorCodes: codes,
		Document:   diff.Mentions(c.before, c.after),
		Operations: c.operations,
	}
	if c.pruned == nil {
		for _, w := range build.Outside(c.upstream, c.selected) {
			r.Outside = append(r.Outside, diff.Warning(w))
		}
	}
	r.Finish()
	return r, nil
}

func side(doc *document.Document) diff.Side {
	return diff.Side{Source: doc.Name, SHA256: doc.SHA256, APIVersion: document.Text(doc.Root, "info", "version")}
}

// rows lists the documented errors of the compared operations.
func (c *comparison) rows(name string, root *yaml.Node) ([]errorcodes.Row, error) {
	if len(c.operations) == 0 {
		return nil, nil
	}
	return errorcodes.Rows(name, root, c.operations...)
}

// ownRows lists the errors that our own document has for the compared operations, and the pin for those that it lacks.
func (c *comparison) ownRows(o *ours) ([]errorcodes.Row, error) {
	rows, err := c.rows(project.SpecFile, o.root)
	if err != nil {
		return nil, err
	}
	pinned, err := c.rows(c.old.Name, c.old.Root)
	if err != nil {
		return nil, err
	}
	has := map[string]bool{}
	for op := range document.Operations(o.root) {
		has[op.String()] = true
	}
	for _, row := range pinned {
		if !has[row.Operation] {
			rows = append(rows, row)
		}
	}
	slices.SortFunc(rows, errorcodes.Compare)
	return rows, nil
}

// Waivers reads the waivers of the project with these files. It may have none.
func Waivers(files fs.FS) (*diff.Waivers, error) {
	data, err := fs.ReadFile(files, project.WaiversFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return diff.ParseWaivers(project.WaiversFile, data)
}

// applyWaivers marks what waivers accept. Where the comparison is narrowed, those for other operations have nothing to
// match.
func (c *comparison) applyWaivers(waivers *diff.Waivers, r *diff.Report) {
	waivers.Keep(false, c.operations, len(c.q.Operations) > 0)
	r.WaiverProblems = waivers.Apply(r.Findings, c.q.Today)
}
