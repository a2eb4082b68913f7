package diff

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Compare returns a finding for each fact that differs, sorted by operation, location, id, attribute, old and new. Both
// sides must have been asked for the same operations; those that neither has are left out. What is inside of something
// that was added, removed or retyped is implied by that finding. What one component causes at more than [MaxPlaces]
// places is one finding. Error codes are compared by [CompareCodes]. More changes than anyone can be told of are an
// error.
func Compare(old, new *Facts) ([]Finding, error) {
	c := &comparer{
		entered: map[visit]int{},
		typesOf: map[*schema]typeSet{},
		trials:  &trials{answers: map[question]outcome{}},
	}
	c.oldClass, c.newClass = classify(old.schemas, new.schemas)
	for _, key := range slices.Compact(slices.Sorted(slices.Values(slices.Concat(old.wanted, new.wanted)))) {
		c.op = key
		from := len(c.findings)
		c.operation(old.operations[key], new.operations[key])
		if c.tooMany() {
			return nil, fmt.Errorf(
				"%s and %s differ in more than %d changes, or in %d MiB of what they say: compare fewer operations (--operations)",
				old.name,
				new.name,
				maxChanges,
				maxTold>>20,
			)
		}
		for i := from; i < len(c.findings); i++ {
			if f := &c.findings[i]; f.Aspect == "operation" && f.Change == removed {
				f.MovedTo, _ = new.moved(old.operations[key])
			}
		}
	}
	Sort(c.findings)
	findings := slices.CompactFunc(c.findings, func(a, b Finding) bool { return order(&a, &b) == 0 })
	return gather(findings), nil
}

// Sort puts findings into the order of the report.
func Sort(findings []Finding) {
	byOrder := make([]*Finding, len(findings)) // a finding is large: it is moved once
	for i := range findings {
		byOrder[i] = &findings[i]
	}
	if slices.IsSortedFunc(byOrder, order) {
		return
	}
	slices.SortStableFunc(byOrder, order)
	sorted := make([]Finding, len(findings))
	for i, f := range byOrder {
		sorted[i] = *f
	}
	copy(findings, sorted)
}

func order(a, b *Finding) int {
	if n := cmp.Or(
		strings.Compare(a.Operation, b.Operation),
		strings.Compare(a.Location, b.Location),
		strings.Compare(a.ID, b.ID),
		strings.Compare(a.Attribute, b.Attribute),
	); n != 0 {
		return n
	}
	// Values are spelt only where nothing else tells two findings apart.
	return cmp.Or(strings.Compare(text(a.Old), text(b.Old)), strings.Compare(text(a.New), text(b.New)))
}

// cause identifies what a finding inside of a schema is about, wherever that schema stands.
type cause struct {
	schemas                      pair
	id, attribute, member, value string
}

// gather makes one finding of those that one component causes at more places than anyone reads. The first stands for
// all.
func gather(findings []Finding) []Finding {
	number := map[cause]int{}
	for _, f := range findings {
		number[f.cause]++
	}
	places := map[cause]*Places{}
	kept := findings[:0]
	for _, f := range findings {
		if f.cause.id == "" || number[f.cause] <= MaxPlaces {
			kept = append(kept, f)
			continue
		}
		p := places[f.cause]
		if p == nil {
			p = &Places{Number: number[f.cause]}
			places[f.cause], f.Places = p, p
			kept = append(kept, f)
		}
		if len(p.First) < MaxPlaces {
			p.First = append(p.First, Place{f.Operation, f.Location})
		}
	}
	return kept
}

type comparer struct {
	oldClass, newClass []int
	op                 string
	findings           []Finding
	changes, told      int    // findings that were made, and bytes of what they say
	active             []pair // the schemas that are being compared, outermost first
	typesOf            map[*schema]typeSet
	entered            map[visit]int // how often a pair was compared
	again              int           // comparisons of unions that were compared before
	implied            int           // places that are listed as implied
	walked             int           // what it took to list them, see walker
	quiet              bool          // nobody reads what is implied
	trials             *trials
	turned             bool // a trial whose old side is the new one
	full               bool // a trial that was given up
	depth              int  // of trials in trials
	steps              int  // of a trial
}

type pair struct{ old, new *schema }

// visit is a pair in a role, which decides what is said of it.
type visit struct {
	pair
	side       side
	text, form bool
}

// maxVisits is how often the same two schemas are compared. Where a document lets every operation reach everything on
// many ways, there are more places than anyone reads, and the findings at the first of them say all. Of unions it is
// maxAgain in all: each of a union's branches may lead to further unions, so that what is below grows with a power of
// their number. The real documents compare up to 1,550 pairs again.
//
// Once there are enoughChanges, the same two schemas are compared no more often than it takes to gather what is found.
const (
	maxVisits = 200
	maxAgain  = 2_000
	fewVisits = MaxPlaces + 1
)

// maxChanges bounds the findings of a comparison before they are gathered, and maxTold what they say.
const (
	maxChanges    = 500_000
	enoughChanges = maxChanges / 5
	maxTold       = 256 << 20
	enoughTold    = maxTold / 5
)

// tooMany reports whether there are more changes than can be told.
func (c *comparer) tooMany() bool { return c.changes > maxChanges || c.told > maxTold }

// visits is how often the same two schemas are compared by now.
func (c *comparer) visits() int {
	return choose(c.changes > enoughChanges || c.told > enoughTold, fewVisits, maxVisits)
}

// enter counts a visit, and reports whether the schemas are to be compared once more.
func (c *comparer) enter(x, y *schema, at place) bool {
	if c.entered == nil { // a trial
		const maxOfOne, maxDepth = 2000, 3
		c.trials.steps++
		c.trials.members += len(x.props) + len(y.props) + len(x.enum) + len(y.enum) + len(x.opaque) + len(y.opaque)
		if c.steps++; c.steps > maxOfOne || c.depth > maxDepth || c.trials.spent() {
			c.full = true
		}
		return !c.full
	}
	if c.tooMany() {
		return false
	}
	v := visit{pair{x, y}, at.side, at.text, at.form}
	c.entered[v]++
	if c.entered[v] > 1 && len(x.unions)+len(y.unions) > 0 {
		c.again++
		return c.again <= maxAgain && c.entered[v] <= c.visits()
	}
	return c.entered[v] <= c.visits()
}

// emit adds a finding. line is where the new side says it, or where it would.
func (c *comparer) emit(id, location, attribute string, before, after any, line int, implied ...Implied) {
	rule := rulesByID[id]
	slices.SortFunc(implied, compareImplied)
	implied = slices.DeleteFunc(
		slices.Compact(implied),
		func(i Implied) bool { return i.Location == location && i.Attribute == "" },
	)
	if implied == nil {
		implied = []Implied{}
	}
	f := Finding{
		ID: id, Severity: rule.Severity, Operation: c.op, Location: location, Attribute: attribute,
		Old: before, New: after, Rule: rule.Text, Implied: implied, Line: line,
	}
	f.Aspect = f.aspect()
	if n := len(c.active); n > 0 {
		member := location[strings.LastIndexAny(location, ". ")+1:]
		f.cause = cause{c.active[n-1], id, attribute, member, text(before) + " " + text(after)}
	}
	c.changes++
	c.told += len(location) + len(f.cause.value)
	if c.tooMany() {
		c.findings = c.findings[:0] // nobody is told of any
	}
	c.findings = append(c.findings, f)
}

// emitWhole adds a finding about something that came or went as a whole.
func (c *comparer) emitWhole(change, id, location string, line int, implied ...Implied) {
	c.emit(id, location, "", nil, nil, line, implied...)
	c.findings[len(c.findings)-1].Change = change
}

func compareImplied(a, b Implied) int {
	return cmp.Or(
		strings.Compare(a.Location, b.Location),
		strings.Compare(a.Attribute, b.Attribute),
		strings.Compare(b.Kind, a.Kind),
	)
}

// choose is the one of two for a flag that was set or cleared, an id as a rule.
func choose[T any](set bool, whenSet, whenCleared T) T {
	if set {
		return whenSet
	}
	return whenCleared
}

func (c *comparer) operation(a, b *operation) {
	switch {
	case a == nil && b == nil:
		return
	case b == nil:
		c.emitWhole(removed, "operation-removed", "operation", 0, c.insideOperation(a, removed)...)
		return
	case a == nil:
		c.emitWhole(added, "operation-added", "operation", b.line, c.insideOperation(b, added)...)
		return
	}
	c.operationFacts(a, b)
	for i := range min(len(a.variables), len(b.variables)) {
		if was, is := a.variables[i], b.variables[i]; was != is {
			c.emit("path-variable", "parameter path:"+was, "", was, is, b.line)
		}
	}
	c.parameters(a, b)
	c.body(a, b)
	c.responses(a, b)
	for _, key := range bothKeys(a.callbacks, b.callbacks) {
		x, y := a.callbacks[key], b.callbacks[key]
		switch {
		case x == nil:
			c.emit(other, "operation", "callbacks", nil, key, y.line)
		case y == nil:
			c.emit(other, "operation", "callbacks", key, nil, b.line)
		default:
			inner := &comparer{
				oldClass: c.oldClass,
				newClass: c.newClass,
				op:       c.op,
				quiet:    true,
				trials:   c.trials,
				typesOf:  c.typesOf,
				entered:  map[visit]int{},
			}
			if inner.operation(x, y); len(inner.findings) > 0 {
				c.emit(other, "operation", "callbacks", key, key, y.line)
			}
		}
	}
}

// bothKeys are the keys of two maps, sorted.
func bothKeys[V any](a, b map[string]V) []string {
	keys := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(keys)
	return slices.Compact(keys)
}

func (c *comparer) operationFacts(a, b *operation) {
	for _, name := range bothKeys(a.facts, b.facts) {
		x, y := a.facts[name].value, b.facts[name].value
		if same(x, y) {
			continue
		}
		line := cmp.Or(b.facts[name].line, b.line)
		switch name {
		case "operationId":
			c.emit("operation-id-changed", name, "", x, y, line)
		case "deprecated":
			c.emit(choose(y != nil, "deprecated+", "deprecated-"), name, "", x != nil, y != nil, line)
		case cmp.Or(a.throttling, b.throttling):
			c.throttling(name, x, y, line)
		case "security", "servers":
			c.emit(other, "operation", name, x, y, line)
		default:
			c.emit(choose(y != nil, "permission", "permission-"), name, "", x, y, line)
		}
	}
}

// throttling takes an operation without a group for one without a limit. A group that is not in the order is no tighter
// and no looser than another.
func (c *comparer) throttling(name string, x, y any, line int) {
	rank := func(group any) (int, bool) {
		if group == nil {
			return -1, true
		}
		i := slices.IndexFunc(throttlingGroups, func(g string) bool { return g == group })
		return i, i >= 0
	}
	before, knownBefore := rank(x)
	after, knownAfter := rank(y)
	if !knownBefore || !knownAfter {
		c.emit(other, name, name, x, y, line)
		return
	}
	c.emit(choose(after > before, "throttle-tighter", "throttle-looser"), name, "", x, y, line)
}

func (c *comparer) parameters(a, b *operation) {
	old, new := map[string]*parameter{}, map[string]*parameter{}
	for _, p := range a.parameters {
		old[p.id()] = p
	}
	for _, p := range b.parameters {
		new[p.id()] = p
	}
	rejoin(old, new)
	rejoin(new, old)
	for _, id := range bothKeys(old, new) {
		x, y := old[id], new[id]
		switch {
		case y == nil:
			at := place{side: request, prefix: x.location(), parameter: true}
			c.emitWhole(removed, "param-rem", x.location(), b.line, c.inside(x.schema, at, removed)...)
		case x == nil:
			at := place{side: request, prefix: y.location(), parameter: true}
			c.emitWhole(
				added,
				choose(y.required.value != nil, "param-add-req", "param-add-opt"),
				y.location(),
				y.line,
				c.inside(y.schema, at, added)...)
		default:
			c.parameter(x, y)
		}
	}
}

// rejoin puts the members of an exploded object in list together again where the other side has an object of that name
// which is written in another way.
func rejoin(list, other map[string]*parameter) {
	for id, p := range list {
		if p.whole == nil {
			continue
		}
		name := p.whole.id()
		if y := other[name]; y != nil && y.whole == nil && y.schema.isAny("object") &&
			(list[name] == nil || list[name] == p.whole || list[name].whole == p.whole) {
			delete(list, id)
			list[name] = p.whole
		}
	}
}

func (c *comparer) parameter(x, y *parameter) {
	at := place{side: request, prefix: y.location(), parameter: true, text: y.facts["content"].value == nil}
	c.requiredFlag("req-req", "req-opt", at.String(), x.required, y.required, y.line)
	for _, name := range bothKeys(x.facts, y.facts) {
		if name == "collectionFormat" &&
			(!same(x.schema.typ.value, y.schema.typ.value) ||
				!same(x.facts["content"].value, y.facts["content"].value)) {
			continue // judged with the type, or with the content
		}
		before, after := x.facts[name], y.facts[name]
		if same(before.value, after.value) {
			continue
		}
		line := cmp.Or(after.line, y.line)
		if name == "allowEmptyValue" || name == "allowReserved" {
			c.emit(other, at.String(), name, before.value == true, after.value == true, line)
			continue
		}
		c.emit("req-style", at.String(), "", before.value, after.value, line)
	}
	c.schema(x.schema, y.schema, at)
}

func (c *comparer) requiredFlag(set, cleared, location string, x, y fact, line int) {
	if same(x.value, y.value) {
		return
	}
	c.emit(choose(y.value != nil, set, cleared), location, "", x.value != nil, y.value != nil, cmp.Or(y.line, line))
}

// body compares request bodies. A body that is new and required is one change; otherwise the media types that come or
// go with a body are.
func (c *comparer) body(a, b *operation) {
	x, y := a.body, b.body
	switch {
	case x == nil && y == nil:
	case x == nil && y.required.value != nil:
		c.emit("body-req", "request", "", false, true, y.line, c.insideMedia(y.media, "request", added)...)
	case x == nil:
		c.media(nil, y.media, "request", request, y.line)
	case y == nil:
		c.media(x.media, nil, "request", request, b.line)
	default:
		c.requiredFlag("body-req", "body-opt", "request", x.required, y.required, y.line)
		c.media(x.media, y.media, "request", request, y.line)
	}
}

// media compares the media types of a body or a response that stands at location.
func (c *comparer) media(old, new []*media, location string, s side, line int) {
	byName := func(list []*media) map[string]*media {
		m := map[string]*media{}
		for _, one := range list {
			m[one.name] = one
		}
		return m
	}
	before, after := byName(old), byName(new)
	for _, name := range bothKeys(before, after) {
		x, y := before[name], after[name]
		at := place{side: s, prefix: location + " " + name}
		switch {
		case y == nil:
			switch through := covering(after, name); {
			case through != nil:
				c.oneMedia(x, through, at)
			case s == respond && isRange(name) && len(new) > 0 &&
				!slices.ContainsFunc(new, func(m *media) bool { return !inRange(name, m.name) }):
				c.emit("mt-resp-narrower", at.prefix, "", name, nil, line)
			default:
				c.emit(
					"mt-"+s.prefix()+"-rem",
					at.prefix,
					"",
					name,
					nil,
					line,
					c.insideMedia([]*media{x}, location, removed)...)
			}
		case x == nil:
			if through := covering(before, name); through != nil {
				c.oneMedia(through, y, at)
				continue
			}
			c.emit(
				"mt-"+s.prefix()+"-add",
				at.prefix,
				"",
				nil,
				name,
				y.line,
				c.insideMedia([]*media{y}, location, added)...)
		default:
			c.oneMedia(x, y, at)
		}
	}
}

// isFile reports whether a field of a form is bytes.
func (p *property) isFile() bool { return p.schema.facts["format"].value == "binary" }

// isRange reports whether a media type stands for several (RFC 9110 §12.5.1).
func isRange(name string) bool { return strings.HasSuffix(name, "/*") }

// inRange reports whether a media type lies in a range.
func inRange(r, name string) bool {
	kind, _, _ := strings.Cut(name, "/")
	return isRange(r) && (r == "*/*" || r == kind+"/*")
}

// covering is the narrowest of the ranges that a media type lies in, nil if there is none.
func covering(byName map[string]*media, name string) *media {
	kind, _, _ := strings.Cut(name, "/")
	for _, r := range []string{kind + "/*", "*/*"} {
		if m := byName[r]; m != nil && r != name {
			return m
		}
	}
	return nil
}

// oneMedia compares what is said of a media type.
func (c *comparer) oneMedia(x, y *media, at place) {
	at.form = x.form() || y.form()
	for _, prop := range bothKeys(x.facts, y.facts) {
		before, after := x.facts[prop], y.facts[prop]
		was, is := x.schema.property(prop), y.schema.property(prop)
		if at.side == respond || was == nil || is == nil || !was.travels(at.side) || !is.travels(at.side) {
			continue
		}
		location := at.child(prop).String()
		if from, to := before["style"], after["style"]; from.value != nil && to.value != nil &&
			!same(from.value, to.value) &&
			same(was.schema.typ.value, is.schema.typ.value) {
			c.emit("req-style", location, "style", from.value, to.value, cmp.Or(to.line, y.line))
		}
		if from, to := before["contentType"], after["contentType"]; !same(from.value, to.value) {
			otherwise := func(f fact, s *schema) string {
				if f.value == nil {
					return partType(s)
				}
				return f.value.(string)
			}
			admitted := map[string]*media{}
			for _, name := range contentTypes(otherwise(to, is.schema)) {
				admitted[name] = &media{name: name}
			}
			wider := !slices.ContainsFunc(contentTypes(otherwise(from, was.schema)), func(name string) bool {
				return admitted[name] == nil && covering(admitted, name) == nil
			})
			id, attribute := choose(wider, "mt-req-add", "req-style"), "contentType"
			if (from.value == nil || to.value == nil) && was.isFile() && is.isFile() {
				id, attribute = other, "encoding" // a file of whatever type, as far as one side says
			}
			c.emit(id, location, attribute, from.value, to.value, cmp.Or(to.line, y.line))
		}
		for _, name := range bothKeys(before, after) {
			header, ok := strings.CutPrefix(name, "header ")
			if from, to := before[name], after[name]; ok && (from.value == nil) != (to.value == nil) {
				c.emit(
					choose(to.value != nil, "req-req", "req-opt"),
					location,
					"header "+header,
					from.value != nil,
					to.value != nil,
					cmp.Or(to.line, y.line),
				)
			}
		}
	}
	c.schema(x.schema, y.schema, at)
}

// responses compares statuses. Where default takes the place of the success status, or the other way round, their
// bodies are compared with each other at the success status.
func (c *comparer) responses(a, b *operation) {
	old, new := map[string]*response{}, map[string]*response{}
	for _, r := range a.responses {
		old[r.status] = r
	}
	for _, r := range b.responses {
		new[r.status] = r
	}
	// catching is the response of a side that stands for a status which it does not list: its range, or default.
	catching := func(list map[string]*response, status string) *response {
		if status == catchAll {
			return nil
		}
		if r := list[class(status)+"XX"]; r != nil && r.status != status {
			return r
		}
		return list[catchAll]
	}
	// isNew reports whether a catch-all has come that the other side lacks.
	isNew := func(r *response, other map[string]*response) bool { return r != nil && other[r.status] == nil }
	through := map[string]bool{} // what is compared at another status
	success := false             // default stands for one success status alone
	for _, status := range bothKeys(old, new) {
		x, y := old[status], new[status]
		switch {
		case x != nil && y != nil:
			c.response(x, y, "response "+status)
			continue
		case x != nil && isNew(catching(new, status), old):
			y = catching(new, status)
		case y != nil && isNew(catching(old, status), new):
			x = catching(old, status)
		default:
			continue
		}
		if x.status == catchAll || y.status == catchAll {
			if success || class(status) != "2" {
				continue
			}
			success = true
		}
		through[x.status], through[y.status] = true, true
		c.response(x, y, "response "+status)
	}
	for _, status := range bothKeys(old, new) {
		x, y := old[status], new[status]
		var implied []Implied
		switch {
		case x != nil && y != nil:
		case x != nil:
			if !through[status] {
				implied = c.insideMedia(x.media, "response "+status, removed)
			}
			c.emitStatus(removed, removedStatus(status, isNew(catching(new, status), old)), status, b.line, implied)
		default:
			if !through[status] {
				implied = c.insideMedia(y.media, "response "+status, added)
			}
			c.emitStatus(added, addedStatus(status, isNew(catching(old, status), new)), status, y.line, implied)
		}
	}
}

// class is the first digit of a status. A document may have one without any.
func class(status string) string { return status[:min(1, len(status))] }

// catchAll stands for the statuses that are not listed.
const catchAll = "default"

func (c *comparer) emitStatus(change, id, status string, line int, implied []Implied) {
	c.emitWhole(change, id, "response "+status, line, implied...)
	if id == other {
		f := &c.findings[len(c.findings)-1]
		f.Attribute, f.Aspect = "status", "status"
	}
}

// addedStatus is the rule for a status that appears; goes tells that a catch-all goes that stood for it.
func addedStatus(status string, goes bool) string {
	switch {
	case status == catchAll || status == "2XX":
		return "st-def-add"
	case goes:
		return "st-def-rem"
	case class(status) == "2":
		return "st-2xx-add"
	case class(status) == "4" || class(status) == "5":
		return "st-err-add"
	}
	return other
}

// removedStatus is the rule for a status that goes; appears tells that a catch-all appears that stands for it.
func removedStatus(status string, appears bool) string {
	switch {
	case status == catchAll:
		return "st-def-rem"
	case appears:
		return "st-def-cover"
	case status == "2XX":
		return "st-def-rem"
	case class(status) == "2":
		return "st-2xx-rem"
	case class(status) == "4" || class(status) == "5":
		return "st-err-rem"
	}
	return other
}

func (c *comparer) response(x, y *response, location string) {
	c.media(x.media, y.media, location, respond, y.line)
	for _, name := range bothKeys(x.headers, y.headers) {
		before, after := x.headers[name], y.headers[name]
		switch {
		case after == nil:
			c.emit("resp-header-rem", location, "", before.name, nil, y.line)
			if before.required.value != nil {
				c.findings[len(c.findings)-1].Severity = Breaking
			}
		case before == nil:
			c.emit("resp-header-add", location, "", nil, after.name, after.line)
		case c.unlike(before.schema, after.schema) || !same(before.required.value, after.required.value) ||
			!sameFacts(before.facts, after.facts):
			c.emit(other, location, "headers", before.name, after.name, after.line)
		}
	}
}

// unlike reports whether anything differs between two schemas.
func (c *comparer) unlike(a, b *schema) bool {
	o := c.try(a, b, place{side: respond}, false)
	return o.full || o.number != [3]int{}
}

func sameFacts(a, b map[string]fact) bool {
	return !slices.ContainsFunc(bothKeys(a, b), func(name string) bool { return !same(a[name].value, b[name].value) })
}

// equal tells whether two schemas say the same, however they are written.
func (c *comparer) equal(a, b *schema) bool {
	if a == anything || b == anything {
		return (a == anything || a.blank()) && (b == anything || b.blank())
	}
	return c.oldClass[a.id] == c.newClass[b.id]
}
