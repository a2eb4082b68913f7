package generate

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// pages is how an operation tells of its pages: see package runtime.
type pages struct{ Parameter, Last, Next, Token string }

// pages finds out how an operation tells of its pages: what x-pages says, or else a parameter page beside the number of
// pages or a link to the next, or a parameter pageToken beside the token of the next.
func (op *operation) pages() (*pages, error) {
	stated := op.Spec.Extensions["x-pages"]
	if stated == false || op.Result == "" || op.Result == "Stream" {
		if stated != nil && stated != false {
			return nil, errors.New("x-pages: the operation has no JSON result that could tell of pages")
		}
		return nil, nil
	}
	var result *openapi3.SchemaRef
	for _, r := range op.Responses {
		if response := op.Spec.Responses.Value(r.StatusCode); response != nil && response.Value != nil &&
			response.Value.Content["application/json"] != nil {
			result = response.Value.Content["application/json"].Schema
		}
	}
	has := func(path string) bool {
		s := result
		for name := range strings.SplitSeq(path, ".") {
			if s = memberSchema(s, name, map[*openapi3.Schema]bool{}); s == nil {
				return false
			}
		}
		return path != ""
	}
	query := func(name string) *openapi3.Schema {
		for _, p := range op.QueryParams {
			if p.ParamName == name && p.Spec.Schema != nil {
				return p.Spec.Schema.Value
			}
		}
		return nil
	}
	if stated != nil {
		p, err := statedPages(stated)
		if err != nil {
			return nil, err
		}
		if query(p.Parameter) == nil {
			return nil, fmt.Errorf("x-pages: there is no query parameter %q", p.Parameter)
		}
		for _, path := range []string{p.Last, p.Next, p.Token} {
			if path != "" && !has(path) {
				return nil, fmt.Errorf("x-pages: the result has no member %s", path)
			}
		}
		return p, nil
	}
	if s := query("page"); s != nil && s.Type.Is("integer") {
		p := &pages{Parameter: "page"}
		if has("paging.totalPages") {
			p.Last = "paging.totalPages"
		}
		if has("navigation.nextPage") {
			p.Next = "navigation.nextPage"
		}
		if p.Last+p.Next != "" {
			return p, nil
		}
	}
	if s := query("pageToken"); s != nil && s.Type.Is("string") {
		for _, path := range []string{"navigation.nextPageToken", "paging.nextPageToken", "nextPageToken"} {
			if has(path) {
				return &pages{Parameter: "pageToken", Token: path}, nil
			}
		}
	}
	return nil, nil
}

func statedPages(stated any) (*pages, error) {
	members, ok := stated.(map[string]any)
	if !ok {
		return nil, errors.New("x-pages must be false or an object of parameter and last, next or token")
	}
	p := &pages{}
	fields := map[string]*string{"parameter": &p.Parameter, "last": &p.Last, "next": &p.Next, "token": &p.Token}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		text, isText := members[name].(string)
		if fields[name] == nil || !isText || text == "" {
			return nil, fmt.Errorf(
				"x-pages: %s: it has the texts parameter and last, next or token, and nothing else",
				name,
			)
		}
		*fields[name] = text
	}
	if p.Parameter == "" || (p.Token != "") == (p.Last+p.Next != "") {
		return nil, errors.New("x-pages needs parameter, and either token, or last, next or both")
	}
	return p, nil
}

// memberSchema is the schema of an object's member, which a part of it may have, nil where there is none.
func memberSchema(ref *openapi3.SchemaRef, name string, seen map[*openapi3.Schema]bool) *openapi3.SchemaRef {
	if ref == nil || ref.Value == nil || seen[ref.Value] {
		return nil
	}
	seen[ref.Value] = true
	if member := ref.Value.Properties[name]; member != nil {
		return member
	}
	for _, part := range ref.Value.AllOf {
		if member := memberSchema(part, name, seen); member != nil {
			return member
		}
	}
	return nil
}
