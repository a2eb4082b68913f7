package build

import (
	"errors"
	"io/fs"
	"maps"
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/names"
	"github.com/ringbasic/ringbasic/internal/overlay"
	"github.com/ringbasic/ringbasic/internal/project"
)

// Naming is what became of the names of a document on its way through a build.
type Naming struct {
	Table *names.Table
	*names.Result
	Typed *names.Typed
	Kept  map[string]bool // the components of the built document
}

// loadNames reads the names of a project. One without the file names nothing by place: nil.
func loadNames(files fs.FS) (*names.Table, error) {
	data, err := fs.ReadFile(files, project.NamesFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return names.Parse(project.NamesFile, data)
}

// StartNaming gives the components of a selection that is converted their names. overlays are those that follow: names
// that they add are not proposed. Without a table it does nothing, and returns nil.
func StartNaming(table *names.Table, root *yaml.Node, overlays []*overlay.Overlay) (*Naming, error) {
	if table == nil {
		return nil, nil
	}
	result, err := table.Name(root, addedComponents(overlays))
	if err != nil {
		return nil, err
	}
	return &Naming{Table: table, Result: result}, nil
}

// addedComponents lists the schemas that overlays add by name.
func addedComponents(overlays []*overlay.Overlay) (list []string) {
	for _, o := range overlays {
		for _, a := range o.Actions {
			if a.Target == "$.components.schemas" && a.Update != nil {
				for key := range document.Pairs(a.Update) {
					list = append(list, key.Value)
				}
			}
		}
	}
	return list
}

// Finish gives enumerations their Go types, after the overlays, and drops the components that nothing reaches any more.
func (n *Naming) Finish(root *yaml.Node) error {
	if n == nil {
		return nil
	}
	var err error
	if n.Typed, err = n.Table.Types(root); err != nil {
		return err
	}
	p, err := reach(project.SpecFile, root, slices.Collect(document.Operations(root)))
	if err != nil {
		return err
	}
	used := p.components()
	for _, path := range componentMaps["3"] {
		p.keepUsed(path, used)
	}
	n.Kept = map[string]bool{}
	for name := range document.Pairs(document.Get(root, "components", "schemas")) {
		n.Kept[name.Value] = true
	}
	return nil
}

// Unknown is the error for places that the built document does not have.
func (n *Naming) Unknown(root *yaml.Node) error {
	if n == nil {
		return nil
	}
	selected := map[string]bool{}
	for op := range document.Operations(root) {
		selected[op.String()] = true
	}
	return n.Table.Unknown(n.Typed, slices.Sorted(maps.Keys(selected)))
}

// Edit is what the table gains from a build: the names of new places that are in the built document, and places that
// are there again. rest also takes places that are gone out of use.
func (n *Naming) Edit(rest bool) names.Edit {
	e := names.Edit{Return: n.Typed.Returned}
	for _, added := range n.Added {
		if n.Kept[added.Name] && (added.Place.Owner == "" || n.Kept[added.Place.Owner]) &&
			n.Typed.Refers(added.Place, added.Name) {
			e.Add = append(e.Add, added)
		}
	}
	if rest {
		e.Rest = n.Typed.Missing
	}
	return e
}

// AllWidened are the names of the built document that stand for schemas that differ.
func (n *Naming) AllWidened() (all []names.Widening) {
	for _, w := range n.Widened {
		if n.Kept[w.Name] {
			all = append(all, w)
		}
	}
	return append(all, n.Typed.Widened...)
}

// startNaming names the components of a selection that is converted.
func (p *Project) startNaming(root *yaml.Node) (*Naming, error) {
	if p.Names == nil {
		return nil, nil
	}
	if err := checkExpansion(p.Pin.Name, root); err != nil {
		return nil, err
	}
	return StartNaming(p.Names, root, p.Overlays)
}

// finishNames names enumerations, and adds the table to the files of the result.
func (r *Result) finishNames(n *Naming, adapt bool, root *yaml.Node) error {
	if n == nil {
		return nil
	}
	err := n.Finish(root)
	if err == nil && !adapt {
		err = n.Unknown(root)
	}
	if err != nil {
		return err
	}
	r.Naming, r.Names = n, n.Edit(adapt)
	r.Files[project.NamesFile] = n.Table.Bytes()
	if !r.Names.Empty() {
		r.Files[project.NamesFile], err = n.Table.Edited(r.Names)
	}
	return err
}

// Assemble converts a pruned selection of a document, of whatever release, and names its components as the project
// does: what overlays are applied to. name is the document's, for errors. The selection stays as it is.
func (p *Project) Assemble(s *Selection, name string) (*yaml.Node, *Naming, error) {
	root, err := s.Assemble(name)
	if err != nil || p.Names == nil {
		return root, nil, err
	}
	if err := checkExpansion(name, root); err != nil {
		return nil, nil, err
	}
	naming, err := StartNaming(p.Names, root, p.Overlays)
	return root, naming, err
}

// AssemblePin is [Project.Assemble] of the pin.
func (p *Project) AssemblePin() (*yaml.Node, *Naming, error) {
	s, err := Select(p.Pin, p.Select)
	if err != nil {
		return nil, nil, err
	}
	if err := s.Prune(p.Pin.Name); err != nil {
		return nil, nil, err
	}
	return p.Assemble(s, p.Pin.Name)
}
