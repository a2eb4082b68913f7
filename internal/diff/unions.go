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
		if one := cmp.Or(u.keyword, v.keyword); one != "discriminator" && (u.branches == nil) != (v.branches == nil) {
			c.onlyUnion(u, v, choose(u.branches == nil, x, y), at)
			continue
		}
		c.branches(u, v, at, from, to)
	}
}

// onlyUnion reports a union that one side has beside other things. Without it, anything is admitted: that is the branch
// which comes or goes, and which takes in all others. without is the schema that lacks it: what is in that is on both
// sides.
func (c *comparer) onlyUnion(u, v union, without *schema, at place) {
	comes := u.branches == nil
	kind := choose(comes, added, removed)
	var implied []Implied
	for _, b := range slices.Concat(u.branches, v.branches) {
		implied = append(implied, c.inside(b.schema, at, kind)...)
	}
	there := map[Implied]bool{}
	for _, i := range c.inside(without, at, kind) {
		there[i] = true
	}
	implied = slices.DeleteFunc(implied, func(i Implied) bool { return there[i] })
	id := at.side.prefix() + choose(comes, "-branch-rem", "-branch-add")
	takesIn := func(b branch) bool { return b.takesIn(without) }
	if id == "req-branch-rem" && slices.ContainsFunc(v.branches, takesIn) {
		id = "req-branch-add" // members may come along, and nothing has to
	}
	c.emit(id, at.String(), "", orNil(u.keyword), orNil(v.keyword), v.line, implied...)
}

// takesIn reports whether a branch asks for nothing that the schema beside which it stands does not ask for: all that
// it says is members that may be left out.
func (b branch) takesIn(beside *schema) bool {
	s := b.schema
	if s.closed || s.items != nil || s.values != nil || len(s.facts)+len(s.unions)+len(s.opaque) > 0 ||
		s.typ.value != nil && s.typ.value != beside.typ.value {
		return false
	}
	return !slices.ContainsFunc(s.props, func(p property) bool {
		return p.required.value == true || beside.property(p.name) != nil
	})
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
	paired, left := make([]bool, len(new)), len(new)
	pairUp := func(alike func(a branch) int) {
		old = slices.DeleteFunc(old, func(a branch) bool {
			j := alike(a)
			if j < 0 {
				return false
			}
			paired[j] = true
			left--
			c.schema(a.schema, new[j].schema, within(a))
			return true
		})
	}
	// first is the first branch of a list by key that is not paired yet, -1 if there is none. Lists only get shorter.
	first := func(lists map[[2]string][]int, key [2]string) int {
		list := lists[key]
		for len(list) > 0 && paired[list[0]] {
			list = list[1:]
		}
		lists[key] = list
		if len(list) == 0 {
			return -1
		}
		return list[0]
	}
	if len(new) <= maxBranches {
		pairUp(func(a branch) int { // the names of components say less than what is in them
			for j, b := range new {
				if !paired[j] && a.value == b.value && !c.unlike(a.schema, b.schema) {
					return j
				}
			}
			return -1
		})
	}
	named := map[[2]string][]int{} // by name and value
	typed := map[[2]string][]int{} // by types, and whether there is a value
	types := func(b branch) string { return text(c.types(b.schema).value()) }
	for j, b := range new {
		named[[2]string{b.name, b.value}] = append(named[[2]string{b.name, b.value}], j)
		key := [2]string{types(b), choose(b.value != "", "value", "")}
		typed[key] = append(typed[key], j)
	}
	pairUp(func(a branch) int {
		if a.name == "" {
			return -1
		}
		return first(named, [2]string{a.name, a.value})
	})
	var few []int // those that are left, once they are few
	pairUp(func(a branch) int {
		if left > maxBranches {
			j := first(typed, [2]string{types(a), ""})
			if k := first(typed, [2]string{types(a), "value"}); a.value == "" && k >= 0 && (j < 0 || k < j) {
				return k
			}
			return j
		}
		if few == nil {
			for j := range new {
				few = append(few, j)
			}
		}
		few = slices.DeleteFunc(few, func(j int) bool { return paired[j] })
		return c.mostAlike(a, new, few, at)
	})
	taken := func(one branch, among []branch, ours bool) bool {
		return one.value == "" && !c.trials.spent() && slices.ContainsFunc(
			among,
			func(other branch) bool { return c.takenIn(one.schema, other.schema, at, ours) },
		)
	}
	for _, a := range old {
		if types := c.types(a.schema); to.meets(types) && !taken(a, v.branches, true) {
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
	for j, b := range new {
		if types := c.types(b.schema); !paired[j] && from.meets(types) && !taken(b, u.branches, false) {
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
	asked   int
	steps   int
	members int // of the schemas that were compared
}

// maxTrials bounds the trials of a comparison, maxSteps the schemas that they compare, and maxMembers the members of
// those. What is asked beyond that is told apart by what is equal alone: more is said than would have to be.
const (
	maxTrials  = 1_000_000
	maxSteps   = 50_000
	maxMembers = 2_000_000
)

// spent reports whether no further trial is made.
func (t *trials) spent() bool {
	return t.asked > maxTrials || t.steps > maxSteps || t.members > maxMembers
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
	c.trials.asked++
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
	if c.trials.spent() {
		return outcome{full: !trial.equal(x, y)}
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

// mostAlike is the index of the branch with the same types from which a differs least, of those that are listed. It is
// -1 if there is none.
func (c *comparer) mostAlike(a branch, branches []branch, listed []int, at place) int {
	types := c.types(a.schema)
	best, least := -1, [3]int{}
	for _, j := range listed {
		b := branches[j]
		if !slices.Equal(types, c.types(b.schema)) || selected([]branch{a, b}) {
			continue
		}
		worse := c.try(a.schema, b.schema, at, false).number
		if best < 0 || slices.Compare(worse[:], least[:]) < 0 {
			best, least = j, worse
		}
	}
	return best
}
