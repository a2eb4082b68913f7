package contract

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// Unrecorded lists what came with an update of the pin and no recording exercises yet. The suite names it and does not
// fail for it; an entry that is exercised, or no longer there, fails.
type Unrecorded struct {
	Pin    string // SHA-256 of the pin that it was written for
	Groups []UnrecordedGroup
	name   string
}

// UnrecordedGroup is what one addition brought.
type UnrecordedGroup struct {
	Added string   // the path of what was added, "missedCall", or of an operation its id
	Cells []string // sorted
	at    []string // "file:line:col" of each
}

// ParseUnrecorded reads such a list. An empty file is an empty list.
func ParseUnrecorded(name string, data []byte) (*Unrecorded, error) {
	u := &Unrecorded{name: name}
	if len(bytes.TrimSpace(data)) == 0 {
		return u, nil
	}
	root, err := document.ParseOwn(name, data)
	if err != nil {
		return nil, err
	}
	for key, value := range document.Pairs(root) {
		switch {
		case key.Value == "pin" && value.Kind == yaml.ScalarNode:
			u.Pin = value.Value
		case key.Value == "unrecorded" && value.Kind == yaml.SequenceNode:
			for _, item := range value.Content {
				cells := document.Get(item, "cells")
				group := UnrecordedGroup{Added: document.Text(item, "added")}
				if group.Added == "" || cells == nil || cells.Kind != yaml.SequenceNode {
					return nil, document.Errorf(name, item, "an entry needs added, and cells with a list")
				}
				for _, cell := range cells.Content {
					group.Cells = append(group.Cells, cell.Value)
					group.at = append(group.at, document.Position(name, cell))
				}
				u.Groups = append(u.Groups, group)
			}
		default:
			return nil, document.Errorf(
				name,
				key,
				"unknown key %q: the file holds pin, a text, and unrecorded, a list",
				key.Value,
			)
		}
	}
	if len(u.Groups) > 0 && u.Pin == "" {
		return nil, document.Errorf(name, root, "pin is missing: the SHA-256 of the pin that the list was written for")
	}
	return u, nil
}

func (u *Unrecorded) cells() map[string]bool {
	all := map[string]bool{}
	if u != nil {
		for _, g := range u.Groups {
			for _, cell := range g.Cells {
				all[cell] = true
			}
		}
	}
	return all
}

// stale are the entries that are not needed.
func (u *Unrecorded) stale(m matrix) (problems []Problem) {
	if u == nil {
		return nil
	}
	for _, g := range u.Groups {
		for i, cell := range g.Cells {
			switch {
			case m.later[cell]:
			case m.known[cell]:
				problems = append(
					problems,
					Problem{g.at[i], fmt.Sprintf("%q is exercised or waived: take it out of the list, or run "+
						"ringbasic coverage --prune", cell)},
				)
			default:
				problems = append(
					problems,
					Problem{g.at[i], fmt.Sprintf("there is no %q: take it out of the list, or run ringbasic "+
						"coverage --prune", cell)},
				)
			}
		}
	}
	return problems
}

// Prune takes out the cells that the suite does not name as listed: those that are exercised or waived by now, or gone.
// It returns how many that were.
func (u *Unrecorded) Prune(listed []string) (taken int) {
	var groups []UnrecordedGroup
	for _, g := range u.Groups {
		kept := UnrecordedGroup{Added: g.Added}
		for _, cell := range g.Cells {
			if slices.Contains(listed, cell) {
				kept.Cells = append(kept.Cells, cell)
			} else {
				taken++
			}
		}
		if len(kept.Cells) > 0 {
			groups = append(groups, kept)
		}
	}
	u.Groups = groups
	return taken
}

// ListUnrecorded makes the list for a pin of cells, which are grouped by what was added: the outermost of them.
func ListUnrecorded(pin string, cells []string) *Unrecorded {
	groups := map[string]*UnrecordedGroup{}
	missing := map[string]bool{}
	for _, cell := range cells {
		missing[cell] = true
	}
	for _, cell := range cells {
		added := addition(cell, missing)
		if groups[added] == nil {
			groups[added] = &UnrecordedGroup{Added: added}
		}
		groups[added].Cells = append(groups[added].Cells, cell)
	}
	u := &Unrecorded{Pin: pin}
	for _, g := range groups {
		slices.Sort(g.Cells)
		u.Groups = append(u.Groups, *g)
	}
	slices.SortFunc(u.Groups, func(a, b UnrecordedGroup) int { return cmp.Compare(a.Added, b.Added) })
	return u
}

// addition is what a cell came with: of a member, the outermost member around it that is missing as well.
func addition(cell string, missing map[string]bool) string {
	for _, kind := range []string{" request value ", " response value ", " request ", " response ", " parameter "} {
		line, what, ok := strings.Cut(cell, kind)
		if !ok {
			continue
		}
		if missing[line+" success"] {
			return line
		}
		path, value, isValue := strings.Cut(what, " ")
		member := strings.Replace(kind, " value", "", 1)
		for i := range path {
			if (path[i] == '.' || path[i] == '[') && missing[line+member+path[:i]] {
				return path[:i]
			}
		}
		if isValue && !missing[line+member+path] {
			return path + " " + value
		}
		return path
	}
	line, _, _ := strings.Cut(cell, " ")
	return line
}

var unrecordedHeader = `
# What came with the last update of the pin and no recording exercises yet. "ringbasic update" writes it; the suite
# lists it. An entry that is exercised by now fails the suite, and so does one that is gone: "ringbasic coverage
# --prune" takes them out.
`[1:]

// Encode is the list as YAML.
func (u *Unrecorded) Encode() []byte {
	var b bytes.Buffer
	b.WriteString(unrecordedHeader)
	if len(u.Groups) == 0 {
		b.WriteString("unrecorded: []\n")
		return b.Bytes()
	}
	fmt.Fprintf(&b, "pin: %q\nunrecorded:\n", u.Pin)
	for _, g := range u.Groups {
		fmt.Fprintf(&b, "  - added: %q\n    cells:\n", g.Added)
		for _, cell := range g.Cells {
			fmt.Fprintf(&b, "      - %q\n", cell)
		}
	}
	return b.Bytes()
}
