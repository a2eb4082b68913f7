package traffic

import (
	"fmt"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ringbasic/ringbasic/internal/diff"
)

// maxUnseen bounds what is told of what no exchange shows.
const maxUnseen = 20_000

// neverSeen lists what the description has of the operations that were asked for, and no exchange shows: statuses,
// query parameters, members, values of enumerations and error codes, in the order of the document.
func (c *Comparer) neverSeen() (list []diff.Unseen) {
	for _, op := range c.operations {
		if c.only != nil && !strings.Contains("\x00"+strings.Join(c.only, "\x00")+"\x00", "\x00"+op.key+"\x00") {
			continue
		}
		has := func(location, value string) {
			if !c.seen[op.key+"\x00"+location+"\x00"+value] && len(list) < maxUnseen {
				list = append(list, diff.Unseen{Operation: op.key, Location: location, Value: value})
			}
		}
		for _, parameters := range []openapi3.Parameters{op.item.Parameters, op.op.Parameters} {
			for _, ref := range parameters {
				if p := ref.Value; p != nil && p.In == "query" {
					has("parameter query:"+p.Name, "")
				}
			}
		}
		if body := op.op.RequestBody; body != nil && body.Value != nil {
			for _, media := range sorted(body.Value.Content) {
				w := &lister{side: "req", place: "request " + media, has: has}
				w.list(body.Value.Content[media].Schema, "", nil)
			}
		}
		for _, status := range sorted(op.op.Responses.Map()) {
			ref := op.op.Responses.Value(status)
			if ref == nil || ref.Value == nil {
				continue
			}
			has("response "+status, "")
			for _, media := range sorted(ref.Value.Content) {
				w := &lister{place: "response " + status + " " + media, has: has}
				w.list(ref.Value.Content[media].Schema, "", nil)
			}
		}
		for _, row := range c.rows {
			if row.Operation == op.key {
				has(fmt.Sprintf("error %d %s", row.Status, row.Code), "")
			}
		}
	}
	return list
}

// lister walks a schema as walker does a value.
type lister struct {
	side, place string
	has         func(location, value string)
}

func (l *lister) list(ref *openapi3.SchemaRef, path string, within []*openapi3.Schema) {
	if ref == nil || ref.Value == nil || len(within) > maxNesting {
		return
	}
	s := ref.Value
	for _, outer := range within {
		if outer == s {
			return
		}
	}
	within = append(within[:len(within):len(within)], s)
	at := l.place + " " + path
	if path == "" {
		at = l.place + " (body)"
	}
	for _, value := range s.Enum {
		l.has(at, fmt.Sprint(value))
	}
	for _, name := range sorted(s.Properties) {
		p := s.Properties[name]
		if p.Value != nil && (p.Value.ReadOnly && l.side != "" || p.Value.WriteOnly && l.side == "") {
			continue
		}
		inner := join(path, name)
		l.has(l.place+" "+inner, "")
		l.list(p, inner, within)
	}
	if s.Items != nil {
		l.list(s.Items, path+"[]", within)
	}
	if s.AdditionalProperties.Schema != nil {
		l.list(s.AdditionalProperties.Schema, join(path, "*"), within)
	}
	for _, list := range []openapi3.SchemaRefs{s.AllOf, s.AnyOf, s.OneOf} {
		for _, branch := range list {
			l.list(branch, path, within)
		}
	}
}
