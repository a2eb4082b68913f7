package names

import (
	"cmp"
	"container/heap"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

const schemaRef = "#/components/schemas/"

// Result is what naming did.
type Result struct {
	Added    []Entry    // places that the table does not have, with the names that they were given; sorted
	Widened  []Widening // names whose places have schemas that differ
	Missing  []Entry    // places that the table has and the document has not, in the order of the table
	Returned []Entry    // places out of use that the document has again
	Vendor   map[string][]string
}

// Widening is a name that stands for schemas that differ: the type has what any of them has.
type Widening struct {
	Name  string
	Facts []Difference
}

// Name renames the components of a document, an OpenAPI 3.0 one that holds nothing but what is wanted, in place, so
// that the schema at each place of the table is the component of that name. Objects and unions of objects become
// components, inline ones too; lists, maps and plain values stand where they are used. Objects at places that the table
// does not have get a name by the first of these rules that gives one which is free: the name that their component has
// elsewhere; for an inline one, the name of one like it under the same property; the vendor's name; a name made of the
// place. reserved are names that proposals may not take, such as those of components that overlays add.
func (t *Table) Name(root *yaml.Node, reserved []string) (*Result, error) {
	normalise(root)
	n := &namer{
		table:    t,
		resolver: document.NewResolver(document.Clone(root)),
		types:    map[string]*named{},
		stands:   map[string][]string{},
		proposed: map[string]string{},
		met:      map[string]bool{},
		cyclic:   cyclic(root),
		taken:    map[string]bool{},
	}
	for _, name := range reserved {
		n.taken[name] = true
	}
	for _, e := range slices.Concat(t.entries, t.unused) {
		n.taken[e.name] = true
	}
	for op := range document.Operations(root) {
		n.operation(op)
	}
	n.work()
	n.leftovers(root)
	n.work()
	return n.finish(root)
}

// namer walks a document.
type namer struct {
	table    *Table
	resolver *document.Resolver // of the document as it was
	types    map[string]*named
	stands   map[string][]string // the names of a vendor's component
	proposed map[string]string   // names of places that the table does not have, by key
	added    []Entry
	met      map[string]bool // the keys of places
	cyclic   map[string]bool // the vendor's components that lead back to themselves
	inlined  int             // nodes that were put where they are used
	taken    map[string]bool
	queue    []job // whose places have names
	later    later // whose places have none yet
}

// job is an object at a place.
type job struct {
	slot   *yaml.Node // what is to become a reference
	source *yaml.Node // the object
	vendor string     // the component that it is, empty if it is inline
	place  Place
	key    string // of the place
	hint   string // for a name: the operation's id
}

// later is a heap of jobs: components go first, since an inline object may get the name of one like it, then what
// stands further out.
type later []job

func (l later) Len() int      { return len(l) }
func (l later) Swap(i, j int) { l[i], l[j] = l[j], l[i] }
func (l *later) Push(j any)   { *l = append(*l, j.(job)) }
func (l *later) Pop() any {
	last := (*l)[len(*l)-1]
	*l = (*l)[:len(*l)-1]
	return last
}

func (l later) Less(i, j int) bool {
	a, b := l[i], l[j]
	if inline := a.vendor == ""; inline != (b.vendor == "") {
		return !inline
	}
	return cmp.Or(cmp.Compare(len(a.place.Steps), len(b.place.Steps)), strings.Compare(a.key, b.key)) < 0
}

// named is what stands under a name.
type named struct {
	name     string
	owner    string // the object that it was first met in, "" for an operation
	variants []variant
	seen     map[*yaml.Node]bool
	inline   map[string]bool // what inline objects of this name say
}

type variant struct {
	schema *yaml.Node
	vendor string
	place  Place
}

func (v variant) String() string { return cmp.Or(v.vendor, "inline at "+v.place.String()) }

func (n *namer) operation(op document.Operation) {
	at := Place{Operation: op.String()}
	id := document.Text(op.Node, "operationId")
	part := func(part string) Place { p := at; p.Part = part; return p }
	for media, content := range document.Pairs(document.Get(op.Node, "requestBody", "content")) {
		if schema := document.Get(content, "schema"); schema != nil && isForm(media.Value) {
			n.form(schema, part("request"), id)
		} else if schema != nil {
			n.visit(schema, part("request"), id+"Request", nil)
		}
	}
	success, as := n.table.success(op)
	for status, response := range document.Pairs(document.Get(op.Node, "responses")) {
		p := part("response " + status.Value)
		if status.Value == success {
			p = part("response " + as)
		}
		for _, content := range document.Pairs(document.Get(response, "content")) {
			if schema := document.Get(content, "schema"); schema != nil {
				n.visit(schema, p, id+"Response", nil)
			}
		}
		for name, header := range document.Pairs(document.Get(response, "headers")) {
			n.parameter(header, part(p.Part+" header "+quoted(name.Value)), id)
		}
	}
	if list := document.Get(op.Node, "parameters"); list != nil {
		for _, param := range list.Content {
			n.parameter(param, part(document.Text(param, "in")+" "+quoted(document.Text(param, "name"))), id)
		}
	}
}

func (n *namer) parameter(param *yaml.Node, at Place, id string) {
	if schema := document.Get(param, "schema"); schema != nil {
		n.visit(schema, at, id, nil)
	}
	for _, content := range document.Pairs(document.Get(param, "content")) {
		if schema := document.Get(content, "schema"); schema != nil {
			n.visit(schema, at, id, nil)
		}
	}
}

// isForm reports whether a body of a media type is a form, whose fields are a method's parameters and no type.
func isForm(media string) bool {
	return strings.HasPrefix(media, "multipart/") || strings.HasPrefix(media, "application/x-www-form-urlencoded")
}

// form puts the schema of a form in its place.
func (n *namer) form(slot *yaml.Node, at Place, id string) {
	n.met[at.key()] = true
	source, _ := n.deref(slot)
	if !n.isObject(source) {
		n.visit(slot, at, id, nil)
		return
	}
	body := n.flattened(source)
	n.inside(body, at, id, nil)
	*slot = *body
}

// deref follows references, and an allOf that holds nothing but one. vendor is the component that it ends at.
func (n *namer) deref(schema *yaml.Node) (target *yaml.Node, vendor string) {
	for range maxReferences {
		ref := document.Text(schema, "$ref")
		if only := document.Get(schema, "allOf"); ref == "" && only != nil && len(schema.Content) == 2 &&
			len(only.Content) == 1 {
			schema = only.Content[0]
			continue
		}
		name, local := strings.CutPrefix(ref, schemaRef)
		if ref == "" || !local {
			return schema, vendor
		}
		next, err := n.resolver.Resolve(ref)
		if err != nil {
			return schema, vendor
		}
		schema, vendor = next, document.UnescapeToken(name)
	}
	return schema, vendor
}

// besides are what a schema says of the place rather than of the object there.
var besides = []string{"nullable", "readOnly", "writeOnly", "deprecated", "default", "description", "example"}

// visit names what stands in slot, or puts it in its place and goes on inside. chain are the components on the way that
// were put in their places.
func (n *namer) visit(slot *yaml.Node, at Place, hint string, chain []string) {
	if slot.Kind != yaml.MappingNode {
		return
	}
	n.met[at.key()] = true
	source, vendor := n.deref(slot)
	if source.Kind != yaml.MappingNode {
		return
	}
	if source == slot { // it will be written over
		copied := *slot
		source = &copied
	}
	if inner := wrapped(source); inner != nil && !slices.Contains(chain, vendor) {
		target, component := n.deref(inner)
		if vendor != "" {
			chain = append(slices.Clone(chain), vendor)
		}
		*slot = *document.Clone(source)
		if n.isNamed(target, component, chain) {
			n.visit(wrapped(slot), at, hint, chain)
			return
		}
		source, vendor = n.joined(target, source), ""
	}
	if !n.isNamed(source, vendor, chain) {
		*slot = *n.copied(source)
		if vendor != "" {
			chain = append(slices.Clone(chain), vendor)
		}
		n.inside(slot, at, hint, chain)
		return
	}
	if over := n.hoisted(source); len(over) > 0 {
		inner := document.Mapping()
		*slot = *document.Mapping(append(over, document.String("allOf"), document.Sequence(inner))...)
		slot = inner
	}
	j := job{slot: slot, source: source, vendor: vendor, place: at, key: at.key(), hint: hint}
	if n.nameOf(at) != "" {
		n.queue = append(n.queue, j)
	} else {
		heap.Push(&n.later, j)
	}
}

// copied is a copy of what is put where it is used, and counts it.
func (n *namer) copied(schema *yaml.Node) *yaml.Node {
	n.inlined += size(schema)
	return document.Clone(schema)
}

func size(n *yaml.Node) int {
	total := 1
	for _, c := range n.Content {
		total += size(c)
	}
	return total
}

// wrapped is the one member of an allOf beside which stands nothing but what is about the place; nil if a schema is
// none such.
func wrapped(schema *yaml.Node) *yaml.Node {
	only := document.Get(schema, "allOf")
	if only == nil || only.Kind != yaml.SequenceNode || len(only.Content) != 1 || len(schema.Content) == 2 {
		return nil
	}
	for key := range document.Pairs(schema) {
		if key.Value != "allOf" && !slices.Contains(besides, key.Value) {
			return nil
		}
	}
	return only.Content[0]
}

// joined is a value with what is said beside it.
func (n *namer) joined(value, beside *yaml.Node) *yaml.Node {
	joined := document.Clone(value)
	for key, v := range document.Pairs(beside) {
		if key.Value != "allOf" {
			document.Set(joined, key.Value, document.Clone(v))
		}
	}
	return joined
}

// hoisted are the pairs of an object that are about its place.
func (n *namer) hoisted(source *yaml.Node) (over []*yaml.Node) {
	for key, value := range document.Pairs(source) {
		if slices.Contains(besides, key.Value) && key.Value != "description" && key.Value != "example" {
			over = append(over, document.Clone(key), document.Clone(value))
		}
	}
	return over
}

// isNamed reports whether a schema, which is the vendor's component of a name or inline, is a component of ours.
func (n *namer) isNamed(schema *yaml.Node, vendor string, chain []string) bool {
	return n.isObject(schema) ||
		vendor != "" && (slices.Contains(chain, vendor) || n.cyclic[vendor] || n.inlined >= maxInlined)
}

// isObject reports whether a schema becomes a component: an object with properties, or a union of such.
func (n *namer) isObject(schema *yaml.Node) bool {
	return n.objectWithin(schema, map[*yaml.Node]bool{})
}

func (n *namer) objectWithin(schema *yaml.Node, on map[*yaml.Node]bool) bool {
	if on[schema] || schema.Kind != yaml.MappingNode {
		return false
	}
	on[schema] = true
	if properties := document.Get(schema, "properties"); properties != nil && len(properties.Content) > 0 {
		return true
	}
	for _, keyword := range []string{"allOf", "oneOf", "anyOf"} {
		list := document.Get(schema, keyword)
		if list == nil || list.Kind != yaml.SequenceNode {
			continue
		}
		for _, branch := range list.Content {
			if target, _ := n.deref(branch); n.objectWithin(target, on) {
				return true
			}
		}
	}
	return false
}

// inside goes on with what a schema, which is a copy of ours, holds.
func (n *namer) inside(schema *yaml.Node, at Place, hint string, chain []string) {
	for name, property := range document.Pairs(document.Get(schema, "properties")) {
		n.visit(property, at.step("."+quoted(name.Value)), hint, chain)
	}
	if items := document.Get(schema, "items"); items != nil {
		n.visit(items, at.step("[]"), hint, chain)
	}
	if values := document.Get(schema, "additionalProperties"); values != nil {
		n.visit(values, at.step("{}"), hint, chain)
	}
	n.branches(schema, at, hint, chain)
	if list := document.Get(schema, "allOf"); list != nil && list.Kind == yaml.SequenceNode {
		for i, branch := range list.Content {
			n.visit(branch, at.step("<all"+strconv.Itoa(i)+">"), hint, chain)
		}
	}
	if not := document.Get(schema, "not"); not != nil {
		n.visit(not, at.step("<not>"), hint, chain)
	}
}

// branches goes on with those of a union. What selects one is written down, as names no longer do it.
func (n *namer) branches(schema *yaml.Node, at Place, hint string, chain []string) {
	discriminator := document.Get(schema, "discriminator")
	for _, keyword := range []string{"oneOf", "anyOf"} {
		list := document.Get(schema, keyword)
		if list == nil || list.Kind != yaml.SequenceNode {
			continue
		}
		values := map[*yaml.Node][]string{}
		if discriminator != nil {
			values = selecting(discriminator, list)
		}
		var mapping []*yaml.Node
		for i, branch := range list.Content {
			step := strconv.Itoa(i)
			if len(values[branch]) > 0 {
				step = strings.NewReplacer("<", "(", ">", ")").Replace(values[branch][0])
			}
			n.visit(branch, at.step("<"+step+">"), hint, chain)
			for _, value := range values[branch] {
				mapping = append(mapping, document.String(value), branch)
			}
		}
		if discriminator != nil && len(mapping) > 0 {
			// The values stand beside their branches until those have names.
			document.Set(discriminator, "mapping", document.Mapping(mapping...))
		}
	}
}

// selecting are the values with which a discriminator selects each branch (OpenAPI 3.0.3 §4.7.25).
func selecting(discriminator, list *yaml.Node) map[*yaml.Node][]string {
	values := map[*yaml.Node][]string{}
	for _, branch := range list.Content {
		ref := document.Text(branch, "$ref")
		if ref == "" {
			continue
		}
		for value, target := range document.Pairs(document.Get(discriminator, "mapping")) {
			if target.Value == ref || schemaRef+target.Value == ref {
				values[branch] = append(values[branch], value.Value)
			}
		}
		if len(values[branch]) == 0 {
			values[branch] = []string{document.UnescapeToken(strings.TrimPrefix(ref, schemaRef))}
		}
		slices.Sort(values[branch])
	}
	return values
}

// work names all objects that were met: first those that the table names, then one of the others at a time.
func (n *namer) work() {
	for {
		for len(n.queue) > 0 {
			j := n.queue[0]
			n.queue = n.queue[1:]
			n.assign(j, n.nameOf(j.place))
		}
		if len(n.later) == 0 {
			return
		}
		j := heap.Pop(&n.later).(job)
		name := n.nameOf(j.place)
		if name == "" {
			if name = n.enclosing(j); name == "" {
				name = n.propose(j)
			}
			n.proposed[j.place.key()] = name
			n.added = append(n.added, Entry{Name: name, Place: j.place})
		}
		n.assign(j, name)
	}
}

// enclosing is the name of the object around an inline one that says the same, "" if there is none: one that holds, by
// an allOf, what it stands in would have objects inside of each other without end.
func (n *namer) enclosing(j job) string {
	if j.vendor != "" {
		return ""
	}
	text := document.JSON(j.source)
	for owner := n.types[j.place.Owner]; owner != nil; owner = n.types[owner.owner] {
		if owner.inline[string(text)] {
			return owner.name
		}
	}
	return ""
}

func (n *namer) nameOf(p Place) string { return cmp.Or(n.table.at(p), n.proposed[p.key()]) }

// assign makes a slot refer to a name, and goes on inside of the object if it is new under that name.
func (n *namer) assign(j job, name string) {
	*j.slot = *reference(name)
	t := n.types[name]
	if t == nil {
		t = &named{name: name, owner: j.place.Owner, seen: map[*yaml.Node]bool{}, inline: map[string]bool{}}
		n.types[name] = t
	}
	n.taken[name] = true
	if j.vendor != "" && !slices.Contains(n.stands[j.vendor], name) {
		n.stands[j.vendor] = append(n.stands[j.vendor], name)
	}
	if t.seen[j.source] {
		return
	}
	t.seen[j.source] = true
	if text := string(document.JSON(j.source)); j.vendor == "" {
		if t.inline[text] {
			return
		}
		t.inline[text] = true
	}
	body := n.flattened(j.source)
	for _, key := range besides {
		document.Delete(body, key)
	}
	t.variants = append(t.variants, variant{schema: body, vendor: j.vendor, place: j.place})
	n.inside(body, Place{Owner: name}, j.hint, nil)
}

func reference(name string) *yaml.Node {
	return document.Mapping(document.String("$ref"), document.String(schemaRef+name))
}

// leftovers names the components that something other than the bodies and parameters of operations refers to: callbacks
// and headers of the parts of a form, be it by way of other components.
func (n *namer) leftovers(root *yaml.Node) {
	read := map[*yaml.Node]bool{}
	var follow func(at *yaml.Node, ref string, kind document.Kind)
	follow = func(at *yaml.Node, ref string, kind document.Kind) {
		if read[at] {
			return
		}
		read[at] = true
		name, ok := strings.CutPrefix(ref, schemaRef)
		if source, err := n.resolver.Resolve(ref); ok && err == nil {
			given := n.propose(job{vendor: document.UnescapeToken(name)})
			n.assign(job{slot: document.Mapping(), source: source, vendor: document.UnescapeToken(name)}, given)
			at.Value = schemaRef + given
			return
		}
		if target, err := document.Resolve(root, ref); err == nil && strings.HasPrefix(ref, "#/components/") {
			document.Refs(target, kind, follow)
		}
	}
	for op := range document.Operations(root) {
		for _, rest := range besidesBodies(op.Node) {
			document.Refs(document.Mapping(document.String("post"), rest), document.PathItemObject, follow)
		}
	}
}

// besidesBodies are operations with what of an operation is in none of its bodies and parameters.
func besidesBodies(op *yaml.Node) (parts []*yaml.Node) {
	add := func(key string, part *yaml.Node) {
		parts = append(parts, document.Mapping(document.String(key), part))
	}
	if callbacks := document.Get(op, "callbacks"); callbacks != nil {
		add("callbacks", callbacks)
	}
	for _, media := range document.Pairs(document.Get(op, "requestBody", "content")) {
		if encoding := document.Get(media, "encoding"); encoding != nil {
			add("requestBody", document.Mapping(document.String("content"), document.Mapping(document.String("*/*"),
				document.Mapping(document.String("encoding"), encoding))))
		}
	}
	return parts
}

// finish puts the named components in the place of the vendor's.
func (n *namer) finish(root *yaml.Node) (*Result, error) {
	r := &Result{Added: n.added, Vendor: n.stands}
	schemas := document.Mapping()
	for _, name := range slices.Sorted(maps.Keys(n.types)) {
		schema, facts := widened(n.types[name].variants)
		if len(facts) > 0 {
			r.Widened = append(r.Widened, Widening{Name: name, Facts: facts})
		}
		schemas.Content = append(schemas.Content, document.String(name), schema)
	}
	if document.Get(root, "components") == nil && len(schemas.Content) > 0 {
		document.Set(root, "components", document.Mapping())
	}
	if components := document.Get(root, "components"); components != nil {
		document.Set(components, "schemas", schemas)
	}
	mapBranches(root)
	slices.SortFunc(r.Added, func(a, b Entry) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Place.key(), b.Place.key()))
	})
	for _, e := range n.table.entries {
		for _, p := range e.places {
			if !n.met[p.Place.key()] {
				r.Missing = append(r.Missing, p)
			}
		}
	}
	for _, e := range n.table.unused {
		for _, p := range e.places {
			if n.met[p.Place.key()] {
				r.Returned = append(r.Returned, p)
			}
		}
	}
	return r, nil
}

// mapBranches writes the names of branches into the mappings of their discriminators.
func mapBranches(root *yaml.Node) {
	document.Schemas(root, func(schema *yaml.Node) {
		mapping := document.Get(schema, "discriminator", "mapping")
		if mapping == nil {
			return
		}
		for i := 1; i < len(mapping.Content); i += 2 {
			if branch := mapping.Content[i]; branch.Kind == yaml.MappingNode { // it is in the list, too
				mapping.Content[i] = document.String(refOf(branch))
			}
		}
	})
}

func refOf(branch *yaml.Node) string {
	if ref := document.Text(branch, "$ref"); ref != "" {
		return ref
	}
	if list := document.Get(branch, "allOf"); list != nil && len(list.Content) == 1 {
		return document.Text(list.Content[0], "$ref")
	}
	return ""
}
