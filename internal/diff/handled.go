package diff

import "slices"

// Stage is a document on its way from the pin to what is built of it.
type Stage struct {
	Position string // the overlay action that made it of the stage before, "overlays/20-repair.yaml:31"
	Facts    func() (*Facts, error)
}

// MarkHandled names, for each finding of old against upstream whose new state our built document already has, the
// overlay action that gave it that. stages are the documents after each overlay action in turn, the last being what is
// built; their facts are asked for only as needed, the last first.
//
// A finding is handled if and only if comparing the stage with upstream finds no difference in the same fact, by itself
// or as part of what only one of them has. So what upstream withdraws from a media type that our document has dropped
// is handled, and what it adds there is not. Since the pin differs from upstream and the last stage does not, some
// action made the difference: it is found by bisection.
func MarkHandled(findings []Finding, upstream *Facts, stages []Stage) error {
	if len(stages) == 0 {
		return nil
	}
	differences := make([]*state, len(stages))
	differs := func(stage int, f Finding) (bool, error) {
		if differences[stage] == nil {
			facts, err := stages[stage].Facts()
			if err != nil {
				return false, err
			}
			changes, err := Compare(facts, upstream)
			if err != nil {
				return false, err
			}
			differences[stage] = newState(changes)
		}
		return differences[stage].about(f), nil
	}
	for i := range findings {
		last := len(stages) - 1
		open, err := differs(last, findings[i])
		if err != nil {
			return err
		}
		if open || findings[i].Aspect == "code" {
			continue
		}
		// Before the first stage the fact differs, after the last it does not.
		first := 0
		for first < last {
			middle := (first + last) / 2
			if open, err = differs(middle, findings[i]); err != nil {
				return err
			}
			if open {
				first = middle + 1
			} else {
				last = middle
			}
		}
		findings[i].HandledBy = stages[last].Position
	}
	return nil
}

// state is what differs between a stage and upstream, by what it is about.
type state struct {
	facts  map[factKey]bool
	places map[[2]string]bool // operation and location of every difference
	inside map[[2]string]bool // the same of what came or went with something else
	single map[string]bool    // operations that only one side has
	any    map[string]bool    // operations with a difference
}

// factKey identifies a fact, whatever is said of it.
type factKey struct {
	operation, location, aspect string
	value                       string // of an enum, as JSON
}

func newState(findings []Finding) *state {
	s := &state{map[factKey]bool{}, map[[2]string]bool{}, map[[2]string]bool{}, map[string]bool{}, map[string]bool{}}
	for _, f := range findings {
		s.facts[f.fact()] = true
		s.places[[2]string{f.Operation, f.Location}] = true
		s.any[f.Operation] = true
		for _, i := range f.Implied {
			s.inside[[2]string{f.Operation, i.Location}] = true
		}
		if f.Aspect == "operation" {
			s.single[f.Operation] = true
		}
	}
	return s
}

// fact is what a finding is about. Each value of an enum is a fact of its own; a set that appears or goes is one.
func (f Finding) fact() factKey {
	k := factKey{operation: f.Operation, location: f.Location, aspect: f.Aspect}
	if slices.Contains(valued, f.ID) {
		k.value = text(f.New)
		if f.New == nil {
			k.value = text(f.Old)
		}
	}
	return k
}

// valued are the rules about one value among several at a place.
var valued = []string{
	"req-enum-add", "req-enum-rem", "resp-enum-add", "resp-enum-rem", "resp-enum-disjoint",
	"req-branch-add", "req-branch-rem", "resp-branch-add", "resp-branch-rem", "resp-header-add", "resp-header-rem",
}

// wholes are the aspects that are about all there is at a place.
var wholes = []string{"operation", "existence", "type", "body"}

// about tells whether something differs about the fact of f, about what that is inside of, or, where f is about a
// whole, about anything in it.
func (s *state) about(f Finding) bool {
	k := f.fact()
	at := [2]string{f.Operation, f.Location}
	if s.facts[k] || s.single[f.Operation] || s.inside[at] {
		return true
	}
	if k.value != "" && s.facts[factKey{f.Operation, f.Location, k.aspect, ""}] {
		return true // the set is closed on one side only
	}
	for _, aspect := range wholes {
		if s.facts[factKey{f.Operation, f.Location, aspect, ""}] {
			return true
		}
	}
	if !slices.Contains(wholes, k.aspect) {
		return false
	}
	if k.aspect == "operation" {
		return s.any[f.Operation]
	}
	return s.places[at] ||
		slices.ContainsFunc(f.Implied, func(i Implied) bool { return s.places[[2]string{f.Operation, i.Location}] })
}
