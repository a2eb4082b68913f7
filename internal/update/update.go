// Package update takes over a newer vendor document: it makes everything that follows from it, and tells what a person
// has to decide.
//
// In go the files of a project and the newer document with the pin and lock that are made of it; out come all files
// that change, what was done, and a list of to-dos. What the vendor changed and does not matter is dealt with here:
// places that are new get names, places that are gone go out of use, overlay actions whose target is gone are deleted,
// and so is what they describe and is gone. What matters is a to-do: see [Todo]. What cannot be built is an error, and
// nothing is written.
package update

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/contract"
	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/drift"
	"github.com/ringbasic/ringbasic/internal/goapi"
	"github.com/ringbasic/ringbasic/internal/names"
	"github.com/ringbasic/ringbasic/internal/project"
)

// Input is what an update starts from.
type Input struct {
	Files    fs.FS              // the project as it is
	Upstream *document.Document // the newer document
	Today    time.Time

	// Pin is asked for pin and lock that are made of the newer document, by path, once the two are compared.
	Pin func() (map[string][]byte, error)
}

// Later begins to compute a value, and returns what waits for it.
func Later[T any](compute func() (T, error)) func() (T, error) {
	wait := sync.OnceValues(compute)
	go func() { _, _ = wait() }() // whoever asks gets the error
	return wait
}

// Result is an update in memory.
type Result struct {
	Moved   *diff.Report      // the older document against the newer one
	Files   map[string][]byte // everything that was made, by path; nil for what is to be removed
	Built   *build.Result
	Done    []string // what was done beside building, in words
	Todos   []Todo   // sorted
	Changed bool     // whether the pin changes at all
}

// Kinds of to-dos, in the order in which they are best looked at.
const (
	KindOperation   = "operation"   // is gone
	KindRecording   = "recording"   // no longer holds
	KindOverride    = "override"    // an overlay replaces what is news
	KindWidening    = "widening"    // a name stands for schemas that differ
	KindWaiver      = "waiver"      // accepts what is settled or gone
	KindName        = "name"        // is new, to be confirmed
	KindDescription = "description" // is to be written
)

// Kinds are the kinds of to-dos, in that order.
var Kinds = []string{KindOperation, KindRecording, KindOverride, KindWidening, KindWaiver, KindName, KindDescription}

// Todo is something that a person has to decide or to write.
type Todo struct {
	ID      string   `json:"id"` // stable: the same fact has the same id in every run
	Kind    string   `json:"kind"`
	At      string   `json:"at"` // "file:line", or a file
	Fact    string   `json:"fact"`
	Options []string `json:"options"`
	// Actions are those of an overlay that would do what is to be done, as they are written into its file; "" where a
	// person has to find them.
	Actions string `json:"actions,omitempty"`
}

func newTodo(kind, at, key, fact string, options ...string) Todo {
	sum := sha256.Sum256([]byte(kind + "\x00" + key))
	return Todo{ID: kind + "-" + hex.EncodeToString(sum[:4]), Kind: kind, At: at, Fact: fact, Options: options}
}

// Run makes an update. Nothing is written.
func Run(ctx context.Context, in Input) (*Result, error) {
	before := Later(func() (former, error) { return formerOf(in.Files) })
	var oldAPI func() (*goapi.API, error)
	moved, err := drift.Run(
		ctx,
		in.Files,
		drift.Question{Upstream: in.Upstream, Today: in.Today, Edited: true, NoTrial: true,
			Ours: func(root *yaml.Node) {
				oldAPI = Later(func() (*goapi.API, error) { return drift.LoadAPI(ctx, root) })
			}},
	)
	if err != nil {
		return nil, err
	}
	made, err := in.Pin()
	if err != nil {
		return nil, err
	}
	r := &Result{Moved: moved, Files: maps.Clone(made)}
	old, err := fs.ReadFile(in.Files, project.PinFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	r.Changed = string(old) != string(made[project.PinFile])
	if err := r.noteOperations(); err != nil {
		return r, err
	}
	if err := r.trimOverlays(in.Files); err != nil {
		return r, err
	}
	start, err := build.Load(build.Replaced{FS: in.Files, Contents: r.Files}, false)
	if err != nil {
		return r, err
	}
	start.Adapt = true
	if r.Built, err = build.Run(ctx, start, false); err != nil {
		return r, err
	}
	maps.Copy(r.Files, r.Built.Files)
	var (
		judging  sync.WaitGroup // meanwhile the suite, which has nothing to do with it
		unjudged error
	)
	judging.Go(func() { unjudged = r.judgeGoAPI(oldAPI) })
	was, err := before()
	var refused []diff.Recording
	if err == nil {
		refused, err = r.checkSuite(in, start, was)
	}
	judging.Wait()
	r.Moved.Recordings = refused
	r.Moved.Finish()
	if err := errors.Join(unjudged, err); err != nil {
		return r, err
	}
	r.noteNames(was.widened)
	r.noteOverlays()
	r.noteWaivers()
	slices.SortFunc(r.Todos, compareTodos)
	r.Todos = slices.CompactFunc(r.Todos, func(a, b Todo) bool { return a.ID == b.ID })
	return r, nil
}

// judgeGoAPI compares what was built with what our document gave before. That one may give no package any more, since
// its overlays are edited already: then nothing is said.
func (r *Result) judgeGoAPI(before func() (*goapi.API, error)) error {
	was, err := before()
	if err == nil {
		err = was.Err()
	}
	if err != nil {
		r.Moved.Document = append(r.Moved.Document,
			fmt.Sprintf("the Go API was not compared: our own package cannot be made: %v", err))
		return nil
	}
	now, err := goapi.Of(r.Built.Document, r.Built.Package)
	if err != nil {
		return err
	}
	drift.Judge(r.Moved, was, now)
	return nil
}

// noteOperations makes to-dos of selected operations that the newer document has no longer: they are no longer
// selected. Refused is a document that has none of them.
func (r *Result) noteOperations() error {
	gone := map[string]string{}
	for _, f := range r.Moved.Findings {
		if f.Aspect == "operation" && f.Change == "removed" {
			gone[f.Operation] = f.MovedTo
		}
	}
	var problems []error
	left := 0
	for _, a := range r.Moved.Overlays {
		if a.File != project.SelectFile {
			continue
		}
		if a.State != "stale" {
			left++
			continue
		}
		operation, hint := a.Target, ""
		for _, candidate := range slices.Sorted(maps.Keys(gone)) {
			method, path, _ := strings.Cut(candidate, " ")
			if strings.Contains(a.Target, "'"+path+"'") && strings.HasSuffix(a.Target, "."+strings.ToLower(method)) {
				if operation = candidate; gone[candidate] != "" {
					hint = ", and is probably " + gone[candidate] + " now"
				}
			}
		}
		fact := fmt.Sprintf("the new document has no %s%s", operation, hint)
		problems = append(problems, fmt.Errorf("%s:%d: %s", a.File, a.Line, fact))
		options := []string{"do without it: the client has no such method any more, and its recordings go"}
		if hint != "" {
			options = append(
				[]string{
					"select what it is now in " + project.SelectFile + ", move its recordings there, and run make",
				},
				options...)
		}
		r.Todos = append(r.Todos, newTodo(KindOperation, a.File, operation, fact, options...))
	}
	if left <= selectRemovals {
		return errors.Join(append(problems, errors.New("none of the selected operations is left"))...)
	}
	return nil
}

// selectRemovals is how many actions of the select overlay remove what is not wanted.
const selectRemovals = 3

// trimOverlays takes out of the overlays what is gone.
func (r *Result) trimOverlays(files fs.FS) error {
	actions, strays := map[string][]int{}, map[string][]diff.Stray{}
	for _, a := range r.Moved.Overlays {
		switch {
		case a.State == "stale":
			actions[a.File] = append(actions[a.File], a.Line)
			r.Done = append(
				r.Done,
				fmt.Sprintf("%s:%d is deleted: what it changes is gone: %s", a.File, a.Line, a.Target),
			)
		case len(a.Strays) > 0:
			strays[a.File] = append(strays[a.File], a.Strays...)
			for _, s := range a.Strays {
				r.Done = append(
					r.Done,
					fmt.Sprintf(
						"%s:%d is deleted: %s, which it describes, is gone from %s",
						a.File,
						s.Line,
						s.Name,
						a.Target,
					),
				)
			}
		case a.State == "redundant" && r.Changed:
			r.Done = append(
				r.Done,
				fmt.Sprintf(
					"%s:%d stays, and is redundant: the document says so by itself: %s",
					a.File,
					a.Line,
					a.Target,
				),
			)
		}
	}
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(union(actions, strays))) {
		data, err := fs.ReadFile(files, name)
		if err == nil {
			r.Files[name], err = trim(name, data, actions[name], strays[name])
		}
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}

func union(a map[string][]int, b map[string][]diff.Stray) map[string]bool {
	all := map[string]bool{}
	for name := range a {
		all[name] = true
	}
	for name := range b {
		all[name] = true
	}
	return all
}

// checkSuite holds the recordings against what was built: those that no longer hold are to-dos, and what is new and not
// recorded yet goes into the suite's list.
func (r *Result) checkSuite(in Input, start *build.Project, was former) ([]diff.Recording, error) {
	after, err := contract.CheckFiles(in.Files, r.Built.Document)
	if err != nil || after == nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, cell := range was.report.Missing {
		known[cell] = true
	}
	for _, cell := range was.report.Listed {
		delete(known, cell)
	}
	var added []string
	for _, cell := range after.Missing {
		if !known[cell] {
			added = append(added, cell)
		}
	}
	list := contract.ListUnrecorded(start.Lock.PinSHA256, added)
	r.Files[project.UnrecordedFile] = list.Encode()
	if len(list.Groups) > 0 && r.Changed {
		r.Done = append(
			r.Done,
			fmt.Sprintf(
				"%s lists %d cells of %d additions that no recording exercises yet",
				project.UnrecordedFile,
				len(added),
				len(list.Groups),
			),
		)
	}
	r.noteRecordings(was.report, after)
	return drift.Refused(after.Exchanges), r.noteDescriptions(was.undescribed)
}

// noteDescriptions makes a to-do of each schema and operation that has something new without a description.
func (r *Result) noteDescriptions(before map[string]bool) error {
	byOwner := map[string][]build.Lack{}
	for _, lack := range build.Undescribed(r.Built.Root) {
		if !before[lack.String()] {
			byOwner[lack.Owner] = append(byOwner[lack.Owner], lack)
		}
	}
	for _, owner := range slices.Sorted(maps.Keys(byOwner)) {
		var members []string
		for _, lack := range byOwner[owner] {
			if lack.Member != "" {
				members = append(members, lack.Member)
			}
		}
		fact := owner + " is not described"
		if len(members) > 0 {
			fact = owner + ": not described: " + strings.Join(members, ", ")
		}
		todo := newTodo(KindDescription, docsFile, owner, fact,
			"describe it in your words: the actions to write into "+docsFile+" are below, without the texts")
		var err error
		if todo.Actions, err = describing(byOwner[owner]); err != nil {
			return err
		}
		r.Todos = append(r.Todos, todo)
	}
	return nil
}

// docsFile is the overlay that describes.
const docsFile = project.OverlayDir + "/50-docs.yaml"

// describing is overlay actions, as they are written into a file, whose texts are still to be written.
func describing(list []build.Lack) (string, error) {
	actions := &yaml.Node{Kind: yaml.SequenceNode}
	updates := map[string]*yaml.Node{}
	text := func(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s} }
	at := func(n *yaml.Node, key string) *yaml.Node {
		if found := document.Get(n, key); found != nil {
			return found
		}
		child := &yaml.Node{Kind: yaml.MappingNode}
		n.Content = append(n.Content, text(key), child)
		return child
	}
	for _, lack := range list {
		update := updates[lack.Target]
		if update == nil {
			action := &yaml.Node{Kind: yaml.MappingNode}
			action.Content = append(action.Content, text("target"), text(lack.Target), text("description"),
				text("What it is."))
			update = at(action, "update")
			updates[lack.Target] = update
			actions.Content = append(actions.Content, action)
		}
		for _, key := range lack.Path {
			update = at(update, key)
		}
		empty := text("")
		empty.Style = yaml.DoubleQuotedStyle
		if hint := []rune(inline(lack.Type, false)); len(hint) > 0 { // a comment ends with its line
			empty.LineComment = string(hint[:min(len(hint), 80)])
		}
		update.Content = append(update.Content, text(lack.Key), empty)
	}
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := errors.Join(encoder.Encode(actions), encoder.Close()); err != nil {
		return "", err
	}
	return "  " + strings.ReplaceAll(strings.TrimSuffix(b.String(), "\n"), "\n", "\n  ") + "\n", nil
}

// former is what was open in the project before.
type former struct {
	report      *contract.Report // of the suite
	undescribed map[string]bool  // what of the built document is not described
	widened     map[string]bool  // what widened names, by name and fact
}

func formerOf(files fs.FS) (f former, err error) {
	f = former{report: &contract.Report{}, undescribed: map[string]bool{}, widened: map[string]bool{}}
	start, err := build.Load(files, false)
	if err != nil {
		return f, err
	}
	_, naming, err := start.AssemblePin()
	if err != nil {
		return f, err
	}
	if naming != nil {
		for _, w := range naming.Widened {
			for _, fact := range w.Facts {
				f.widened[w.Name+fact.Key()] = true
			}
		}
	}
	data, err := fs.ReadFile(files, project.SpecFile)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return f, err
	}
	doc, err := document.Parse(project.SpecFile, data)
	if err != nil {
		return f, err
	}
	for _, what := range build.Undescribed(doc.Root) {
		f.undescribed[what.String()] = true
	}
	model, err := build.Validate(context.Background(), doc.Root)
	if err != nil {
		return f, err
	}
	if report, err := contract.CheckFiles(files, model); err != nil || report != nil {
		f.report = report
		return f, err
	}
	return f, nil
}

// noteRecordings makes a to-do of each recording, and each entry of the suite's waivers, with problems that are new.
func (r *Result) noteRecordings(before, after *contract.Report) {
	known := map[string]bool{}
	for _, p := range slices.Concat(before.Problems, before.Unknown) {
		known[p.String()] = true
	}
	byFile := map[string][]string{}
	// A member of a response that no schema names is none that the suite fails for; a recording of it is out of date,
	// though.
	for _, p := range slices.Concat(after.Problems, after.Unknown) {
		if !known[p.String()] && p.File != "" && !strings.HasPrefix(p.File, project.UnrecordedFile) {
			byFile[p.File] = append(byFile[p.File], p.Text)
		}
	}
	for _, file := range slices.Sorted(maps.Keys(byFile)) {
		kind, options := KindRecording, []string{
			"record it anew (ringbasic live --record)",
			"mend its values by hand, and its # document line if that no longer has them; then run ringbasic " +
				"coverage --prune, as what it exercises is listed as not recorded until it holds",
			"if the recording is evidence that the vendor's document is wrong, repair that in overlays/20-repair.yaml",
			"if its invalid-response is about something else now, write that keyword there",
		}
		if strings.HasPrefix(file, project.SuiteWaiversFile) {
			kind, options = KindWaiver, []string{"take the entry out"}
		}
		r.Todos = append(r.Todos, newTodo(kind, file, file, strings.Join(few(byFile[file]), "; "), options...))
	}
}

// maxProblems is how many problems of a recording a to-do tells.
const maxProblems = 8

func few(problems []string) []string {
	if more := len(problems) - maxProblems; more > 0 {
		return append(slices.Clone(problems[:maxProblems]), fmt.Sprintf("and %d more", more))
	}
	return problems
}

// noteNames makes to-dos of new names, and of what widens a name and did not before.
func (r *Result) noteNames(known map[string]bool) {
	if r.Built.Naming == nil {
		return
	}
	places := map[string][]string{}
	for _, e := range r.Built.Names.Add {
		places[e.Name] = append(places[e.Name], e.Place.String())
	}
	table, _ := names.Parse(project.NamesFile, r.Files[project.NamesFile])
	for _, name := range slices.Sorted(maps.Keys(places)) {
		list := places[name]
		fact := fmt.Sprintf("%s names %s", name, list[0])
		if more := len(list) - 1; more > 0 {
			fact += fmt.Sprintf(" and %d more", more)
		}
		at := project.NamesFile
		if line := table.Line(name); line > 0 {
			at = fmt.Sprintf("%s:%d", project.NamesFile, line)
		}
		r.Todos = append(
			r.Todos,
			newTodo(
				KindName,
				at,
				name,
				fact,
				"keep it: there is nothing to write",
				"give it another name there, and in CHANGELOG.md, and run make: it is in no release yet",
			),
		)
	}
	for _, e := range r.Built.Names.Rest {
		r.Done = append(r.Done, fmt.Sprintf("%s: %s of %s is out of use", project.NamesFile, e.Place, e.Name))
	}
	for _, e := range r.Built.Names.Return {
		r.Done = append(r.Done, fmt.Sprintf("%s: %s of %s is in use again", project.NamesFile, e.Place, e.Name))
	}
	for _, w := range r.Built.Naming.AllWidened() {
		w.Facts = slices.DeleteFunc(w.Facts, func(d names.Difference) bool { return known[w.Name+d.Key()] })
		if len(w.Facts) == 0 {
			continue
		}
		key, facts := w.Name, []string{}
		for _, d := range w.Facts {
			key += ";" + d.Key()
			facts = append(facts, d.String())
		}
		at := project.NamesFile
		if line := table.Line(w.Name); line > 0 {
			at = fmt.Sprintf("%s:%d", project.NamesFile, line)
		}
		r.Todos = append(
			r.Todos,
			newTodo(KindWidening, at, key, w.Name+" stands for schemas that differ: "+strings.Join(facts, "; "),
				"keep one type that has what any of them has: there is nothing to write; of a keyword that differs "+
					"nothing is said",
				"give the places names of their own"),
		)
	}
}

// noteOverlays makes to-dos of repairs that replace what is news.
func (r *Result) noteOverlays() {
	for _, a := range r.Moved.Overlays {
		if len(a.Overrides) == 0 {
			continue
		}
		var facts []string
		for _, o := range a.Overrides {
			fact := fmt.Sprintf("%s: the vendor now says %s", placeOf(o.Pointer), o.Vendor)
			if o.Was != "" {
				fact += ", which was " + o.Was
			}
			facts = append(facts, fact+"; ours is "+o.Ours)
		}
		key, fact := a.File+a.Target+strings.Join(facts, ";"), strings.Join(facts, "; ")
		if a.Reason != "" {
			fact += ". Our evidence: " + a.Reason
		}
		r.Todos = append(
			r.Todos,
			newTodo(
				KindOverride,
				fmt.Sprintf("%s:%d", a.File, a.Line),
				key,
				fact,
				"keep ours, if its evidence still holds: there is nothing to write",
				"take what is replaced out of the action, so that the vendor's word counts",
			),
		)
	}
}

// placeOf is a JSON pointer into a document for people: "POST /things response 400 application/json schema $ref".
func placeOf(pointer string) string {
	parts := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	for i, part := range parts {
		parts[i] = document.UnescapeToken(part)
	}
	if len(parts) > 3 && parts[0] == "paths" {
		rest := strings.Join(parts[3:], " ")
		rest = strings.NewReplacer("responses ", "response ", "content ", "").Replace(rest)
		return strings.ToUpper(parts[2]) + " " + parts[1] + " " + rest
	}
	return strings.TrimPrefix(strings.Join(parts, "."), "components.schemas.")
}

// noteWaivers makes to-dos of accepted drift that is in the pin now.
func (r *Result) noteWaivers() {
	for _, f := range r.Moved.Findings {
		if f.Waived {
			r.Todos = append(r.Todos, newTodo(
				KindWaiver,
				project.WaiversFile,
				f.ID+f.Operation+f.Location,
				fmt.Sprintf(
					"%s, %s, %s was waived and is in the new pin",
					f.ID,
					f.Operation,
					f.Location,
				),
				"take its entry out",
			))
		}
	}
}
