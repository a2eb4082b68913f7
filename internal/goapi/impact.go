package goapi

import (
	"go/types"
	"maps"
	"slices"
	"strings"

	"golang.org/x/exp/apidiff"

	"github.com/ringbasic/ringbasic/internal/diff"
)

// Comparison is what apidiff says about two packages.
type Comparison struct {
	old, new *API
	changes  map[string][]change // by symbol, written like "Client.CreateRule" and "Queue.MaxCallers"
}

type change struct {
	verdict diff.GoVerdict
	text    string
}

// incomparable is what apidiff says of a struct whose values could be compared with ==.
const incomparable = "old is comparable, new is not"

// Compare compares the APIs of two packages.
func Compare(old, new *API) *Comparison {
	c := &Comparison{old: old, new: new, changes: map[string][]change{}}
	for _, m := range apidiff.Changes(old.pkg, new.pkg).Changes {
		symbol, text, _ := strings.Cut(m.Message, ": ")
		symbol = strings.NewReplacer("(*", "", ")", "").Replace(symbol)
		verdict := diff.GoIncompatible
		if m.Compatible {
			verdict = diff.GoCompatible
		}
		c.changes[symbol] = append(c.changes[symbol], change{verdict, text})
	}
	return c
}

// Verdict is that of the whole package.
func (c *Comparison) Verdict() diff.GoVerdict {
	verdict := diff.GoNone
	for _, list := range c.changes {
		for _, m := range list {
			verdict = worse(verdict, m.verdict)
		}
	}
	return verdict
}

// Changes lists what apidiff says, by symbol.
func (c *Comparison) Changes() (all []diff.GoChange) {
	for _, symbol := range slices.Sorted(maps.Keys(c.changes)) {
		for _, m := range c.changes[symbol] {
			if m.text != incomparable {
				all = append(
					all,
					diff.GoChange{Symbol: symbol, Change: m.text, Compatible: m.verdict == diff.GoCompatible},
				)
			}
		}
	}
	return all
}

func worse(a, b diff.GoVerdict) diff.GoVerdict {
	order := []diff.GoVerdict{diff.GoNone, diff.GoCompatible, diff.GoIncompatible}
	if slices.Index(order, a) > slices.Index(order, b) {
		return a
	}
	return b
}

// Incompatible lists the symbols that are gone and those that changed, without the given ones, what is in them and what
// they are in. The constants of a type go with it.
func (c *Comparison) Incompatible(except []string) (removed, changed []string) {
	for symbol, list := range c.changes {
		if slices.ContainsFunc(except, func(s string) bool {
			return s == symbol || strings.HasPrefix(s, symbol+".") || strings.HasPrefix(symbol, s+".")
		}) {
			continue
		}
		if constant, ok := c.old.pkg.Scope().Lookup(symbol).(*types.Const); ok {
			t := c.old.valueType(constant.Type())
			if t != nil && c.new.pkg.Scope().Lookup(t.Obj().Name()) == nil {
				continue
			}
		}
		for _, m := range list {
			switch {
			case m.verdict != diff.GoIncompatible:
			case m.text == "removed":
				removed = append(removed, symbol)
			default:
				changed = append(changed, symbol)
			}
		}
	}
	slices.Sort(removed)
	slices.Sort(changed)
	return removed, slices.Compact(changed)
}

// visible are the aspects of a description that Go declarations always show. The others are shown by some types alone:
// a property that becomes required is a pointer no longer, but a list is as it was.
var visible = map[string]bool{"operation": true, "existence": true, "type": true, "enum": true, "code": true}

// Impact names the symbols that a finding touches, those of the old package first, and says what became of them.
func (c *Comparison) Impact(f diff.Finding) diff.GoImpact {
	before, after := c.old.find(f.Operation, f.Location), c.new.find(f.Operation, f.Location)
	aspect := f.Aspect
	isWhole := func(p place) bool { return p.whole }
	whole := slices.ContainsFunc(before, isWhole) || slices.ContainsFunc(after, isWhole)
	hidden := !visible[aspect] || whole && aspect != "operation"
	// The first parameter of a query or header that is required, or the last, gives the method a parameter or takes it.
	params := (aspect == "existence" || aspect == "required") && strings.HasPrefix(f.Location, "parameter ") &&
		c.old.hasParams(f.Operation) != c.new.hasParams(f.Operation)
	if hidden && !params && same(before, after) {
		return diff.GoImpact{Verdict: diff.GoNone, Symbols: []string{}}
	}
	i := &impact{c: c, verdict: diff.GoNone}
	if params {
		i.add(c.old.methodSymbol(f.Operation), c.new.methodSymbol(f.Operation))
	}
	i.places(c.old, c.new, before, after, f.Old, aspect)
	i.places(c.new, c.old, after, before, f.New, aspect)
	if i.symbols == nil || hidden && i.verdict == diff.GoNone {
		i.symbols = []string{}
	}
	return diff.GoImpact{Verdict: i.verdict, Symbols: i.symbols}
}

// same tells whether two lists of places are the same to a caller, whatever their types are called.
func same(before, after []place) bool {
	return slices.EqualFunc(before, after, func(a, b place) bool { return a.note == b.note && sameShape(a.typ, b.typ) })
}

type impact struct {
	c       *Comparison
	symbols []string
	verdict diff.GoVerdict
}

// add adds symbols with all that apidiff says about them.
func (i *impact) add(symbols ...string) {
	for _, symbol := range symbols {
		if symbol == "" {
			continue
		}
		i.name(symbol)
		for _, m := range i.c.changes[symbol] {
			i.verdict = worse(i.verdict, m.verdict)
		}
		// What became of a type as a whole became of its fields.
		for owner := symbol; strings.Contains(owner, "."); {
			owner = owner[:strings.LastIndex(owner, ".")]
			for _, m := range i.c.changes[owner] {
				if m.text != incomparable {
					i.verdict = worse(i.verdict, m.verdict)
				}
			}
		}
	}
}

func (i *impact) name(symbol string) {
	if !slices.Contains(i.symbols, symbol) {
		i.symbols = append(i.symbols, symbol)
	}
}

// places adds the symbols of one side's places. value is the fact there.
func (i *impact) places(a, other *API, places, others []place, value any, aspect string) {
	for _, p := range places {
		if strings.HasPrefix(p.symbol, "Client.") && p.typ != nil && !p.whole && retains(p, others) {
			i.name(p.symbol) // a method changes for many reasons: this one is none
		} else {
			i.add(p.symbol)
		}
		i.comparability(a, p, others)
		t := a.valueType(p.typ)
		if t == nil || !visible[aspect] {
			continue
		}
		name := t.Obj().Name()
		switch {
		case a.isEnum(t):
			i.add(name)
			if aspect == "enum" {
				i.add(a.constantOf(t, value))
			}
		case other.pkg.Scope().Lookup(name) == nil:
			i.add(name)
		}
	}
}

// retains tells whether the place has the same type on the other side.
func retains(p place, others []place) bool {
	return slices.ContainsFunc(others, func(o place) bool {
		return o.symbol == p.symbol && sameShape(o.typ, p.typ)
	})
}

// comparability adds the type of a new field that cannot be compared, if that keeps the type from being compared.
func (i *impact) comparability(a *API, p place, others []place) {
	owner, _, ok := strings.Cut(p.symbol, ".")
	// Whatever other members may be, they are in a map.
	comparable := p.typ == nil || types.Comparable(p.typ) && !strings.HasSuffix(p.symbol, ".AdditionalProperties")
	if a != i.c.new || !ok || comparable {
		return
	}
	if slices.ContainsFunc(others, func(o place) bool { return o.typ != nil && !types.Comparable(o.typ) }) {
		return
	}
	for _, m := range i.c.changes[owner] {
		if m.text == incomparable {
			i.name(owner)
			i.verdict = worse(i.verdict, m.verdict)
		}
	}
}

func (a *API) hasParams(operation string) bool {
	method := a.methods[operation]
	return method != nil && parameterOf(method, "params") != nil
}

func (a *API) methodSymbol(operation string) string {
	if method := a.methods[operation]; method != nil {
		return "Client." + method.Name()
	}
	return ""
}
