package drift

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/overlay"
)

// replacements are the values that an overlay action replaces, by JSON pointer, as JSON.
type replacements map[string]replaced

// replaced has the vendor's value as it stands, and with what it refers to written out, whatever that is called.
type replaced struct{ vendor, fact, ours string }

// replacedBy is what an action replaces of a document. What the vendor's value refers to is written out as it was in
// the document before any overlay, so that what another action does to a component is not news at each of its places.
func replacedBy(a overlay.Action, root, start *yaml.Node) replacements {
	list := a.Replaces(root)
	if len(list) == 0 {
		return nil
	}
	all := replacements{}
	pointers := map[*yaml.Node]string{}
	point(root, "", pointers)
	for _, r := range list {
		fact := document.Clone(r.Node)
		if strings.HasSuffix(pointers[r.Node], "/$ref") {
			for _, in := range []*yaml.Node{start, root} {
				if target, err := document.Resolve(in, r.Node.Value); err == nil {
					budget := maxWrittenOut
					fact = writtenOut(in, target, nil, &budget)
					break
				}
			}
		}
		all[pointers[r.Node]] = replaced{
			string(document.JSON(r.Node)),
			string(document.JSON(fact)),
			string(document.JSON(r.By)),
		}
	}
	return all
}

// maxWrittenOut bounds how much is written out of what a reference leads to, in nodes.
const maxWrittenOut = 10_000

// writtenOut is a copy of n without references, but to what it is in.
func writtenOut(root, n *yaml.Node, within []string, budget *int) *yaml.Node {
	if ref := document.Text(n, "$ref"); ref != "" && !slices.Contains(within, ref) {
		if target, err := document.Resolve(root, ref); err == nil {
			return writtenOut(root, target, append(slices.Clone(within), ref), budget)
		}
	}
	copied := *n
	copied.Content = nil
	for _, c := range n.Content {
		if *budget--; *budget > 0 {
			copied.Content = append(copied.Content, writtenOut(root, c, within, budget))
		}
	}
	return &copied
}

func point(n *yaml.Node, at string, pointers map[*yaml.Node]string) {
	pointers[n] = at
	for key, value := range document.Pairs(n) {
		point(value, at+"/"+document.EscapeToken(key.Value), pointers)
	}
	if n.Kind == yaml.SequenceNode {
		for i, item := range n.Content {
			point(item, fmt.Sprintf("%s/%d", at, i), pointers)
		}
	}
}

// overrides are the values of the newer document that an action, the i-th of all, replaces, where the pin says
// something else: the repair was of another fact.
func (o *ours) overrides(i int, a overlay.Action, root, start *yaml.Node) (list []diff.Override) {
	now := replacedBy(a, root, start)
	for _, pointer := range slices.Sorted(maps.Keys(now)) {
		if was := o.replace[i][pointer]; was.fact != now[pointer].fact {
			list = append(
				list,
				diff.Override{Pointer: pointer, Vendor: now[pointer].vendor, Was: was.vendor, Ours: now[pointer].ours},
			)
		}
	}
	return list
}

// nameNotes are what the table of names gains and loses.
func nameNotes(n *build.Naming) (notes []diff.NameNote) {
	if n == nil {
		return nil
	}
	edit := n.Edit(true)
	for _, e := range edit.Add {
		notes = append(notes, diff.NameNote{Kind: "new", Name: e.Name, What: e.Place.String()})
	}
	for _, e := range edit.Return {
		notes = append(notes, diff.NameNote{Kind: "returned", Name: e.Name, What: e.Place.String(), Line: e.Line})
	}
	for _, e := range edit.Rest {
		notes = append(notes, diff.NameNote{Kind: "unused", Name: e.Name, What: e.Place.String(), Line: e.Line})
	}
	for _, w := range n.AllWidened() {
		for _, fact := range w.Facts {
			notes = append(notes, diff.NameNote{Kind: "widened", Name: w.Name, What: fact.String()})
		}
	}
	return notes
}
