// Package build makes the committed artefacts from the pin: spec/openapi.yaml and the generated client.
//
// The stages, in order: the select overlay keeps the wanted operations; what they do not reach is pruned; what the
// vendor says to the generator is dropped; the rest is converted to OpenAPI 3.0.3; the other overlays repair, complete,
// name and describe it; it is validated; and the client is generated from it. Because selection comes first, a broken
// schema that nobody asked for never stops a build.
//
// Refused before work is spent on them: schemas whose allOf would be written out without end, or to more than 200,000;
// operations of more than 1,000 parameters; unions of more than 1,000 branches, or 5,000 in all.
//
// Everything happens in memory and on one document. Nothing is written here, and nothing is fetched, ever.
package build

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/generate"
	"github.com/ringbasic/ringbasic/internal/names"
	"github.com/ringbasic/ringbasic/internal/overlay"
	"github.com/ringbasic/ringbasic/internal/pin"
	"github.com/ringbasic/ringbasic/internal/project"
)

var specHeader = `
# The selected operations as an OpenAPI 3.0.3 document: the pin with all overlays applied, which the client is generated
# from and the contract suite checks. Made by "ringbasic build". Do not edit: change overlays/ and run make.
`[1:]

// Project is what a build starts from.
type Project struct {
	Pin      *document.Document // of the operations that are not selected, only those lines that Load left
	Total    int                // operations of the whole pin
	Lock     pin.Lock
	Select   *overlay.Overlay
	Overlays []*overlay.Overlay // the others, in the order of their names
	Names    *names.Table       // nil: components keep the vendor's names
	Config   project.Config
	Adapt    bool // takes names whose places are gone out of use, instead of refusing them
}

// Load reads a project's pin, lock and overlays, and verifies that pin and lock belong together. Unless whole is asked
// for, it parses of the pin what the selection needs.
func Load(files fs.FS, whole bool) (*Project, error) {
	config, badConfig := project.LoadConfig(files)
	p := &Project{Config: config}
	var group sync.WaitGroup
	var problem error
	group.Go(func() { p.Overlays, problem = loadOverlays(files) })
	err := p.loadPin(files, whole)
	group.Wait()
	table, unreadable := loadNames(files)
	p.Names = table
	if err := errors.Join(badConfig, err, problem, unreadable); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *Project) loadPin(files fs.FS, whole bool) error {
	data, err := read(files, project.PinFile)
	if err != nil {
		return err
	}
	lockData, err := read(files, project.LockFile)
	if err != nil {
		return err
	}
	if p.Lock, err = pin.ParseLock(project.LockFile, lockData); err != nil {
		return err
	}
	if err := p.Lock.Verify(data); err != nil {
		return err
	}
	if p.Select, err = LoadSelect(files); err != nil {
		return err
	}
	text, total := data, -1
	if paths, literal := selectedPaths(p.Select); literal && !whole {
		text, total = pin.Excerpt(data, paths)
	}
	if p.Pin, err = document.Parse(project.PinFile, text); err != nil {
		return err
	}
	if err := p.Lock.VerifyVersion(p.Pin); err != nil {
		return err
	}
	p.Pin.SHA256, p.Pin.Size = p.Lock.PinSHA256, len(data)
	if p.Total = total; total < 0 {
		p.Total = 0
		for range document.Operations(p.Pin.Root) {
			p.Total++
		}
	}
	return nil
}

// LoadSelect reads the select overlay of a project.
func LoadSelect(files fs.FS) (*overlay.Overlay, error) {
	data, err := fs.ReadFile(files, project.SelectFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf(
			"%s is missing: it says which operations are wanted; run in the project's root or name it with -C",
			project.SelectFile,
		)
	}
	if err != nil {
		return nil, err
	}
	sel, err := overlay.Parse(project.SelectFile, data)
	if err != nil {
		return nil, err
	}
	return sel, refuseDirectives(sel)
}

// loadOverlays reads the other overlays of a project, in the order of their names.
func loadOverlays(files fs.FS) ([]*overlay.Overlay, error) {
	all, err := fs.Glob(files, project.OverlayDir+"/*")
	if err != nil {
		return nil, err
	}
	var names, other []string
	for _, name := range all {
		switch strings.ToLower(path.Ext(name)) {
		case ".yaml", ".yml", ".json":
			if strings.HasSuffix(name, ".yaml") {
				names = append(names, name)
			} else {
				other = append(other, name)
			}
		}
	}
	if len(other) > 0 {
		return nil, fmt.Errorf(
			"%s: overlays are files that end in .yaml: rename it, or it is not applied",
			strings.Join(other, ", "),
		)
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == project.SelectFile })
	overlays := make([]*overlay.Overlay, len(names))
	problems := make([]error, len(names))
	var group sync.WaitGroup
	for i, name := range names {
		group.Go(func() {
			data, err := fs.ReadFile(files, name)
			if err == nil {
				overlays[i], err = overlay.Parse(name, data)
			}
			if err == nil {
				err = checkDirectives(overlays[i])
			}
			problems[i] = err
		})
	}
	group.Wait()
	return overlays, errors.Join(problems...)
}

func read(files fs.FS, name string) ([]byte, error) {
	data, err := fs.ReadFile(files, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf(
			"%s is missing: run ringbasic pin SOURCE to make it, or name the project's root with -C",
			name,
		)
	}
	return data, err
}

// Result is a whole build, in memory.
type Result struct {
	Files      map[string][]byte // by path below the project's root, with slashes
	Document   *openapi3.T
	Root       *yaml.Node           // the built document's tree
	Operations []document.Operation // the selected ones, as they stand in the pin
	Total      int                  // operations of the pin
	Actions    int                  // overlay actions applied, the select overlay's included
	Stages     []Stage
	Warnings   []Warning // with verbose: what is broken outside of the selection
	Directives []Warning // with verbose: what the vendor says to the generator, which is ignored
	Naming     *Naming   // nil if the project has no names
	Names      names.Edit
	Config     project.Config
	Package    *generate.Package // with the files that are in Files
}

// Stage is the time that one part of the build took.
type Stage struct {
	Name string
	Took time.Duration
}

// Run builds everything from a project. verbose also looks for what is broken outside of the selection.
func Run(ctx context.Context, p *Project, verbose bool) (*Result, error) {
	lock, config := p.Lock, cmp.Or(
		p.Config,
		project.DefaultConfig(),
	) // of the rest nothing is needed once the overlays are applied, and it is garbage if the caller drops it too
	r := &Result{Files: map[string][]byte{}, Config: config}
	stage := r.stopwatch()

	s, err := Select(p.Pin, p.Select)
	if err == nil {
		err = s.Require()
	}
	if err != nil {
		return nil, err
	}
	stage("select")

	if err := s.Prune(p.Pin.Name); err != nil {
		return nil, err
	}
	if verbose {
		r.Warnings = Outside(p.Pin, s)
	}
	stage("prune")

	root, dropped := withoutDirectives(s.Root)
	if verbose {
		r.Directives = dropped
	}
	root, err = convert(p.Pin.Name, root)
	if err != nil {
		return nil, err
	}
	stage("convert")

	naming, err := p.startNaming(root)
	if err != nil {
		return nil, err
	}
	stage("name")

	where := placesIn(p.Pin.Name, root)
	r.Operations, r.Total, r.Actions = s.Operations, p.Total, len(p.Select.Actions)
	var problems []error
	known := flaws(root) // the vendor may say that anything goes
	for _, o := range p.Overlays {
		err := o.Apply(root)
		found := flaws(root)
		if err == nil {
			err = refuseNew(o.Name, found, known, where)
		}
		problems = append(problems, err)
		maps.Copy(known, found)
		if err := requireAll(o.Name, root, s.Operations); err != nil {
			return nil, errors.Join(append(problems, err)...)
		}
		r.Actions += len(o.Actions)
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	if err := r.finishNames(naming, p.Adapt, root); err != nil {
		return nil, err
	}
	Finish(root)
	if err := errors.Join(checkCrowds(p.Pin.Name, root), checkExpansion(p.Pin.Name, root)); err != nil {
		return nil, err
	}
	stage("overlays")

	r.Root = root
	if r.Document, err = Validate(ctx, root); err != nil {
		return nil, where.placed(root, where.nulls(root, err))
	}
	stage("validate")

	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var (
		text      []byte
		encodeErr error
		group     sync.WaitGroup
	)
	group.Go(func() { text, encodeErr = document.Encode(root, specHeader) })
	spec := func() ([]byte, error) {
		group.Wait()
		return text, encodeErr
	}
	settings := generate.Config{Project: config, APIVersion: lock.APIVersion, PinSHA256: lock.PinSHA256}
	generated, err := generate.Generate(r.Document, spec, settings)
	if err != nil {
		placed := func(line string) bool {
			return where.line(where.find(root, line)) > 0 || ofSchema.MatchString(line) // of an overlay
		}
		return nil, fmt.Errorf("generate: %w", where.placed(root, everyProblem(ctx, root, settings, err, placed)))
	}
	if r.Files[project.SpecFile], err = spec(); err != nil {
		return nil, err
	}
	r.Package = generated
	for name, data := range generated.Files {
		r.Files[path.Join(config.PackageDir(), name)] = data
	}
	stage("generate")
	return r, nil
}

// requireAll refuses an overlay after which there are fewer operations than were selected. One may move to another
// path.
func requireAll(overlay string, root *yaml.Node, selected []document.Operation) error {
	gone := map[string]bool{}
	for _, op := range selected {
		gone[op.String()] = true
	}
	left := 0
	for op := range document.Operations(root) {
		delete(gone, op.String())
		left++
	}
	if left >= len(selected) {
		return nil
	}
	return fmt.Errorf("%s leaves %d of %d operations, without %s: take out of %s what is not wanted",
		overlay, left, len(selected), strings.Join(slices.Sorted(maps.Keys(gone)), ", "), project.SelectFile)
}

// Assemble converts a selection that is pruned, without the overlays that come after: what the vendor says of the
// wanted operations, in OpenAPI 3.0.3 and without prose. Operations that the document lacks are not there. The
// selection stays as it is. name is the document's, for errors.
func (s *Selection) Assemble(name string) (*yaml.Node, error) {
	root, _ := withoutDirectives(document.Clone(s.Root))
	document.Facts(root)
	return convert(name, root)
}

func (r *Result) stopwatch() func(name string) {
	last := time.Now()
	return func(name string) {
		now := time.Now()
		r.Stages = append(r.Stages, Stage{name, now.Sub(last)})
		last = now
	}
}

// Schemas counts the named schemas of the built document.
func (r *Result) Schemas() int {
	if r.Document.Components == nil {
		return 0
	}
	return len(r.Document.Components.Schemas)
}
