package diff

import (
	"slices"
	"strings"
)

// side is who reads what a schema describes.
type side int

const (
	request side = iota // the server
	respond             // the client
)

// prefix begins the ids of the rules for a side.
func (s side) prefix() string {
	if s == request {
		return "req"
	}
	return "resp"
}

// place is where a schema stands.
type place struct {
	side      side
	prefix    string // "parameter query:page", "request application/json", "response 200 application/json"
	last      *step  // of the path "a.b[].c", nil at the root
	parameter bool
	text      bool   // values travel as text: in a path, a query, a header, a form
	form      bool   // what is directly below does
	branch    string // of a union, for what is said of the branch as a whole
}

// step is one of a path, which is put together only where something is found: in documents whose schemas lead to each
// other there are far more places than findings.
type step struct {
	before *step
	name   string // of a property
	items  bool   // the items of an array
}

// path is "a.b[].c", empty at the root.
func (p place) path() string {
	var steps []*step
	for s := p.last; s != nil; s = s.before {
		steps = append(steps, s)
	}
	var b strings.Builder
	for _, s := range slices.Backward(steps) {
		switch {
		case s.items:
			b.WriteString("[]")
		case b.Len() > 0:
			b.WriteString("." + s.name)
		default:
			b.WriteString(s.name)
		}
	}
	return b.String()
}

// String is the location as findings give it. The rules have no path below a parameter: items of arrays are named by
// the parameter alone, properties of objects by a path behind it.
func (p place) String() string {
	path := p.path()
	if p.parameter {
		if strings.Trim(path, "[]") == "" {
			path = ""
		}
		return strings.TrimSpace(p.prefix + " " + path)
	}
	if path == "" {
		return p.prefix + " (body)"
	}
	return p.prefix + " " + path
}

func (p place) child(name string) place {
	p.last, p.text, p.form, p.branch = &step{before: p.last, name: name}, p.form || p.parameter && p.text, false, ""
	return p
}

func (p place) items() place {
	p.last = &step{before: p.last, items: true}
	p.form, p.branch = false, ""
	return p
}

// CutMedia takes the media type off what follows "request" or a status. depth is 0 for nothing at all, 1 for a media
// type, 2 for one with a path, which is "" for the root.
func CutMedia(rest string) (media, path string, depth int) {
	if rest == "" {
		return "", "", 0
	}
	media, path, inside := strings.Cut(rest, " ")
	for inside && strings.HasSuffix(media, ";") { // a parameter of the media type follows
		var more string
		more, path, inside = strings.Cut(path, " ")
		media += " " + more
	}
	if !inside {
		return media, "", 1
	}
	if path == "(body)" {
		path = ""
	}
	return media, path, 2
}

// Kinds of implied changes.
const (
	added   = "added"
	removed = "removed"
)

// maxImplied bounds the places that are listed as implied by one finding, maxImpliedAll those by all of a comparison.
const (
	maxImplied    = 1000
	maxImpliedAll = 300_000
	maxWalked     = 64 << 20 // bytes of their locations, and 32 for each step on the way
)

// inside lists the places below a schema that came or went with it, as far as they fit.
func (c *comparer) inside(s *schema, at place, kind string) []Implied {
	if c.quiet || c.implied >= maxImpliedAll || c.walked >= maxWalked {
		return nil
	}
	w := walker{kind: kind, active: map[*schema]bool{}, walked: c.walked}
	w.walk(s, at)
	c.implied += len(w.found)
	c.walked = w.walked
	return w.found
}

// insideMedia lists media types with all that is in them.
func (c *comparer) insideMedia(list []*media, location, kind string) []Implied {
	var found []Implied
	for _, m := range list {
		at := place{prefix: location + " " + m.name}
		found = append(found, Implied{Location: at.prefix, Kind: kind}, Implied{Location: at.String(), Kind: kind})
		found = append(found, c.inside(m.schema, at, kind)...)
	}
	return found
}

// insideOperation lists everything that an operation has.
func (c *comparer) insideOperation(op *operation, kind string) []Implied {
	var found []Implied
	for _, p := range op.parameters {
		at := place{prefix: p.location(), parameter: true}
		found = append(found, Implied{Location: at.prefix, Kind: kind})
		found = append(found, c.inside(p.schema, at, kind)...)
	}
	if op.body != nil {
		found = append(found, Implied{Location: "request", Kind: kind})
		found = append(found, c.insideMedia(op.body.media, "request", kind)...)
	}
	for _, r := range op.responses {
		location := "response " + r.status
		found = append(found, Implied{Location: location, Kind: kind})
		found = append(found, c.insideMedia(r.media, location, kind)...)
	}
	return found
}

// walker lists the places below a schema. A schema that contains itself is entered once on the way down.
type walker struct {
	kind   string
	active map[*schema]bool
	found  []Implied
	visits int
	walked int
}

func (w *walker) walk(s *schema, at place) {
	w.visits++
	w.walked += 32
	if w.active[s] || w.visits > 10*maxImplied || len(w.found) >= maxImplied || w.walked >= maxWalked {
		return
	}
	w.active[s] = true
	for _, p := range s.props {
		w.enter(p.schema, at.child(p.name))
	}
	if s.items != nil {
		w.enter(s.items, at.items())
	}
	if s.values != nil {
		w.enter(s.values, at.child("*"))
	}
	for _, u := range s.unions {
		for _, b := range u.branches {
			w.walk(b.schema, at)
		}
	}
	delete(w.active, s)
}

func (w *walker) enter(s *schema, at place) {
	if len(w.found) < maxImplied && w.walked < maxWalked {
		location := at.String()
		w.found = append(w.found, Implied{Location: location, Kind: w.kind})
		w.walked += len(location)
	}
	w.walk(s, at)
}
