package diff

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// MaxFindings bounds the findings of one operation, and maxVisits the schemas that are compared and listed for it.
// Nested schemas that refer to each other can have more paths than anyone could read.
const (
	MaxFindings = 20_000
	maxVisits   = 2_000_000
)

// Compare returns a finding for each fact that differs, sorted by operation, location, id, attribute, old and new. Both
// sides must have been asked for the same operations; those that neither has are left out. What is inside of something
// that was added, removed or retyped is implied by that finding. Error codes are compared by [CompareCodes].
func Compare(old, new *Facts) ([]Finding, error) {
	c := &comparer{}
	c.oldClass, c.newClass = classify(old.schemas, new.schemas)
	for _, key := range slices.Compact(slices.Sorted(slices.Values(slices.Concat(old.wanted, new.wanted)))) {
		c.op, c.visits, c.count = key, 0, 0
		c.operation(old.operations[key], new.operations[key])
		if c.visits > maxVisits || c.count > MaxFindings {
			return nil, fmt.Errorf("%s: more than %d changes, or recursive schemas with too many paths to list: compare without it (--operations)", key, MaxFindings)
		}
	}
	Sort(c.findings)
	return slices.CompactFunc(c.findings, func(a, b Finding) bool { return order(a, b) == 0 }), nil
}

// Sort puts findings into the order of the report.
func Sort(findings []Finding) { slices.SortStableFunc(findings, order) }

func order(a, b Finding) int {
	return cmp.Or(
		strings.Compare(a.Operation, b.Operation),
		strings.Compare(a.Location, b.Location),
		strings.Compare(a.ID, b.ID),
		strings.Compare(a.Attribute, b.Attribute),
		strings.Compare(text(a.Old), text(b.Old)),
		strings.Compare(text(a.New), text(b.New)),
	)
}

type comparer struct {
	oldClass, newClass []int
	op                 string
	findings           []Finding
	count, visits      int
	active             []pair // the schemas that are being compared, outermost first
}

type pair struct{ old, new *schema }

// spent tells whether this operation has had its share.
func (c *comparer) spent() bool { return c.visits > maxVisits || c.count > MaxFindings }

// emit adds a finding. line is where the new side says it, or where it would.
func (c *comparer) emit(id, location, attribute string, before, after any, line int, implied ...Implied) {
	rule := rulesByID[id]
	slices.SortFunc(implied, compareImplied)
	implied = slices.DeleteFunc(slices.Compact(implied), func(i Implied) bool { return i.Location == location })
	if implied == nil {
		implied = []Implied{}
	}
	c.count++
	c.findings = append(c.findings, Finding{
		ID: id, Severity: rule.Severity, Operation: c.op, Location: location, Attribute: attribute,
		Old: before, New: after, Rule: rule.Text, Implied: implied, Line: line,
	})
}

func compareImplied(a, b Implied) int {
	return cmp.Or(strings.Compare(a.Location, b.Location), strings.Compare(a.Kind, b.Kind))
}

// choose is the id for a flag that was set or cleared.
func choose(set bool, whenSet, whenCleared string) string {
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
		c.emit("operation-removed", "operation", "", nil, nil, 0, c.insideOperation(a, removed)...)
		return
	case a == nil:
		c.emit("operation-added", "operation", "", nil, nil, b.line, c.insideOperation(b, added)...)
		return
	}
	c.operationFacts(a, b)
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
			inner := &comparer{oldClass: c.oldClass, newClass: c.newClass, op: c.op}
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
		case "x-throttling-group":
			c.throttling(name, x, y, line)
		case "security":
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
	for _, id := range bothKeys(old, new) {
		x, y := old[id], new[id]
		switch {
		case y == nil:
			at := place{side: request, prefix: x.location(), parameter: true}
			c.emit("param-rem", x.location(), "", nil, nil, b.line, c.inside(x.schema, at, removed)...)
		case x == nil:
			at := place{side: request, prefix: y.location(), parameter: true}
			c.emit(choose(y.required.value != nil, "param-add-req", "param-add-opt"), y.location(), "", nil, nil, y.line, c.inside(y.schema, at, added)...)
		default:
			c.parameter(x, y)
		}
	}
}

func (c *comparer) parameter(x, y *parameter) {
	at := place{side: request, prefix: y.location(), parameter: true, text: y.in == "path" || y.in == "query"}
	c.requiredFlag("req-req", "req-opt", at.String(), x.required, y.required, y.line)
	for _, name := range bothKeys(x.facts, y.facts) {
		if name == "collectionFormat" && (!same(x.schema.typ.value, y.schema.typ.value) || !same(x.facts["content"].value, y.facts["content"].value)) {
			continue // judged with the type, or with the content
		}
		before, after := x.facts[name], y.facts[name]
		if same(before.value, after.value) {
			continue
		}
		if before.value == true || after.value == true {
			before.value, after.value = before.value == true, after.value == true
		}
		c.emit(other, at.String(), name, before.value, after.value, cmp.Or(after.line, y.line))
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
			c.emit("mt-"+s.prefix()+"-rem", at.prefix, "", name, nil, line, c.insideMedia([]*media{x}, location, removed)...)
		case x == nil:
			c.emit("mt-"+s.prefix()+"-add", at.prefix, "", nil, name, y.line, c.insideMedia([]*media{y}, location, added)...)
		default:
			for _, prop := range bothKeys(x.facts, y.facts) {
				if from, to := x.facts[prop]["contentType"], y.facts[prop]["contentType"]; !same(from.value, to.value) {
					c.emit(other, at.child(prop).String(), "encoding", from.value, to.value, cmp.Or(to.line, y.line))
				}
			}
			c.schema(x.schema, y.schema, at)
		}
	}
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
	const catchAll = "default"
	appears := new[catchAll] != nil && old[catchAll] == nil
	goes := old[catchAll] != nil && new[catchAll] == nil
	paired := ""
	for _, status := range bothKeys(old, new) {
		x, y := old[status], new[status]
		switch {
		case x != nil && y != nil:
			c.response(x, y, "response "+status)
		case paired == "" && appears && y == nil && x.success():
			paired = status
			c.response(x, new[catchAll], "response "+status)
		case paired == "" && goes && x == nil && y.success():
			paired = status
			c.response(old[catchAll], y, "response "+status)
		}
	}
	for _, status := range bothKeys(old, new) {
		x, y := old[status], new[status]
		var implied []Implied
		switch {
		case x != nil && y != nil:
		case x != nil:
			if paired == "" || status != paired && status != catchAll {
				implied = c.insideMedia(x.media, "response "+status, removed)
			}
			c.emitStatus(removedStatus(status, appears), status, b.line, implied)
		default:
			if paired == "" || status != paired && status != catchAll {
				implied = c.insideMedia(y.media, "response "+status, added)
			}
			c.emitStatus(addedStatus(status, goes), status, y.line, implied)
		}
	}
}

func (c *comparer) emitStatus(id, status string, line int, implied []Implied) {
	attribute := ""
	if id == other {
		attribute = "status"
	}
	c.emit(id, "response "+status, attribute, nil, nil, line, implied...)
}

// addedStatus is the rule for a status that appears; goes tells that a catch-all goes.
func addedStatus(status string, goes bool) string {
	switch {
	case status == "default":
		return "st-def-add"
	case goes:
		return "st-def-rem"
	case status[:1] == "2":
		return "st-2xx-add"
	case status[:1] == "4" || status[:1] == "5":
		return "st-err-add"
	}
	return other
}

// removedStatus is the rule for a status that goes; appears tells that a catch-all appears.
func removedStatus(status string, appears bool) string {
	switch {
	case status == "default":
		return "st-def-rem"
	case appears:
		return "st-def-cover"
	case status[:1] == "2":
		return "st-2xx-rem"
	case status[:1] == "4" || status[:1] == "5":
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
			c.emit(other, location, "headers", before.name, nil, y.line)
		case before == nil:
			c.emit(other, location, "headers", nil, after.name, after.line)
		case !c.equal(before.schema, after.schema) || !same(before.required.value, after.required.value) || !sameFacts(before.facts, after.facts):
			c.emit(other, location, "headers", before.name, after.name, after.line)
		}
	}
}

func sameFacts(a, b map[string]fact) bool {
	return !slices.ContainsFunc(bothKeys(a, b), func(name string) bool { return !same(a[name].value, b[name].value) })
}

// equal tells whether two schemas say the same, however they are written.
func (c *comparer) equal(a, b *schema) bool { return c.oldClass[a.id] == c.newClass[b.id] }
