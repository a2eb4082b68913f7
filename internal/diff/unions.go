package diff

import (
	"cmp"
	"slices"
)

// unions compares the unions of two schemas that say something beside them, in their order.
func (c *comparer) unions(x, y *schema, at place, from, to typeSet) {
	for i := range max(len(x.unions), len(y.unions)) {
		var u, v union
		if i < len(x.unions) {
			u = x.unions[i]
		}
		if i < len(y.unions) {
			v = y.unions[i]
		}
		v.line = cmp.Or(v.line, y.line)
		c.branches(u, v, at, from, to)
	}
}

// maxBranches bounds the branches of which the most alike are looked for.
const maxBranches = 40

// branches compares the alternatives of two unions. Those that the same value of a discriminator selects are the same,
// and so are those that say the same. Of the rest, those with the same name, or the most alike among those of the same
// types, are compared with each other; what is then left came or went. A branch of a type that only one side has is
// judged with that.
func (c *comparer) branches(u, v union, at place, from, to typeSet) {
	old, new := slices.Clone(u.branches), slices.Clone(v.branches)
	if selected(old) && selected(new) {
		old, new = c.byValue(old, new, at)
	} else {
		class := func(classes []int, b branch) int { // branches of one are equal
			if b.schema.blank() {
				return anything.id
			}
			return classOf(classes, b.schema)
		}
		inOld, inNew := map[int]bool{}, map[int]bool{}
		for _, a := range u.branches {
			inOld[class(c.oldClass, a)] = true
		}
		for _, b := range v.branches {
			inNew[class(c.newClass, b)] = true
		}
		old = slices.DeleteFunc(old, func(a branch) bool { return inNew[class(c.oldClass, a)] })
		new = slices.DeleteFunc(new, func(b branch) bool { return inOld[class(c.newClass, b)] })
	}
	alone := len(u.branches) == 1 || len(v.branches) == 1
	within := func(b branch) place {
		if !alone {
			at.branch = "branch " + cmp.Or(b.value, b.name, text(c.types(b.schema).value()))
		}
		return at
	}
	pairUp := func(alike func(a branch) int) {
		old = slices.DeleteFunc(old, func(a branch) bool {
			j := alike(a)
			if j < 0 {
				return false
			}
			c.schema(a.schema, new[j].schema, within(a))
			new = slices.Delete(new, j, j+1)
			return true
		})
	}
	pairUp(func(a branch) int { // the names of components say less than what is in them
		return slices.IndexFunc(new, func(b branch) bool {
			return a.value == b.value && len(new) <= maxBranches && !c.unlike(a.schema, b.schema)
		})
	})
	pairUp(func(a branch) int {
		return slices.IndexFunc(
			new,
			func(b branch) bool { return a.name != "" && a.name == b.name && a.value == b.value },
		)
	})
	pairUp(func(a branch) int { return c.mostAlike(a, new, at) })
	for _, a := range old {
		if types := c.types(a.schema); to.meets(types) &&
			!(a.value == "" && slices.ContainsFunc(v.branches,
				func(b branch) bool { return c.takenIn(a.schema, b.schema, at, true) })) {
			c.emit(
				at.side.prefix()+"-branch-rem",
				at.String(),
				"",
				cmp.Or[any](orNil(a.value), types.value()),
				nil,
				v.line,
				c.inside(a.schema, at, removed)...)
		}
	}
	for _, b := range new {
		if types := c.types(b.schema); from.meets(types) &&
			!(b.value == "" && slices.ContainsFunc(u.branches,
				func(a branch) bool { return c.takenIn(b.schema, a.schema, at, false) })) {
			c.emit(
				at.side.prefix()+"-branch-add",
				at.String(),
				"",
				nil,
				cmp.Or[any](orNil(b.value), types.value()),
				b.schema.line,
				c.inside(b.schema, at, added)...)
		}
	}
}

// takenIn reports whether b, of the other side, admits all that a does. ours tells that a is of the old side.
func (c *comparer) takenIn(a, b *schema, at place, ours bool) bool {
	// A server that admits more takes nothing from a request; one that sends less, nothing from a response.
	narrow, wide := a, b
	if at.side == respond {
		narrow, wide = b, a
	}
	o := c.try(narrow, wide, at, ours != (at.side == request))
	return !o.full && o.number[0]+o.number[1] == 0
}

// outcome is what a trial comes to.
type outcome struct {
	full   bool   // it was given up
	number [3]int // of findings, from breaking to safe
}

// trials are what all trials of a comparison share.
type trials struct {
	answers map[question]outcome
	steps   int
	members int // of the schemas that were compared
}

// question is what a trial is about. Schemas of one class say the same.
type question struct {
	old, new   int // classes
	side       side
	text, form bool
	turned     bool // old is of the new side
	depth      int
}

// try compares two schemas beside the comparison. It gives up early, and answers a question once: the same branches are
// met on many ways, in unions within unions on a number that grows with each by a factor.
func (c *comparer) try(x, y *schema, at place, turned bool) outcome {
	trial := &comparer{
		oldClass: c.oldClass, newClass: c.newClass, op: c.op, typesOf: c.typesOf, active: c.active, depth: c.depth + 1,
		quiet:  true,
		turned: c.turned != turned, trials: c.trials,
	}
	if turned {
		trial.oldClass, trial.newClass = c.newClass, c.oldClass
	}
	q := question{
		classOf(trial.oldClass, x),
		classOf(trial.newClass, y),
		at.side,
		at.text,
		at.form,
		trial.turned,
		trial.depth,
	}
	if known, ok := c.trials.answers[q]; ok {
		return known
	}
	trial.schema(x, y, at)
	o := outcome{full: trial.full}
	for _, f := range trial.findings {
		o.number[slices.Index([]Severity{Breaking, Risky, Safe}, f.Severity)]++
	}
	c.trials.answers[q] = o
	return o
}

func classOf(classes []int, s *schema) int {
	if s.id < 0 {
		return s.id
	}
	return classes[s.id]
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// selected reports whether a discriminator selects all branches.
func selected(branches []branch) bool {
	return len(branches) > 0 && !slices.ContainsFunc(branches, func(b branch) bool { return b.value == "" })
}

// byValue compares branches with the same value, and returns the others.
func (c *comparer) byValue(old, new []branch, at place) (gone, came []branch) {
	before, after := map[string]branch{}, map[string]branch{}
	for _, a := range old {
		before[a.value] = a
	}
	for _, b := range new {
		after[b.value] = b
	}
	for _, value := range bothKeys(before, after) {
		a, was := before[value]
		b, is := after[value]
		switch {
		case was && is:
			at.branch = "branch " + value
			c.schema(a.schema, b.schema, at)
		case was:
			gone = append(gone, a)
		default:
			came = append(came, b)
		}
	}
	return gone, came
}

// mostAlike is the index of the branch with the same types from which a differs least, -1 if there is none.
func (c *comparer) mostAlike(a branch, among []branch, at place) int {
	types := c.types(a.schema)
	best, least := -1, [3]int{}
	for j, b := range among {
		if !slices.Equal(types, c.types(b.schema)) || selected([]branch{a, b}) {
			continue
		}
		if len(among) > maxBranches {
			return j
		}
		worse := c.try(a.schema, b.schema, at, false).number
		if best < 0 || slices.Compare(worse[:], least[:]) < 0 {
			best, least = j, worse
		}
	}
	return best
}
