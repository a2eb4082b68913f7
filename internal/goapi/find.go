package goapi

import (
	"fmt"
	"go/types"
	"reflect"
	"regexp"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ringbasic/ringbasic/internal/diff"
)

// place is where a location of a finding is in the Go API.
type place struct {
	symbol string     // "Queue.MaxCallers", "Client.CreateRule"
	typ    types.Type // of the values there, nil where it is no value
	note   string     // what tells two places apart beside their types
	whole  bool       // it is a method's for its body or result as a whole
}

// find finds the places that a location of an operation names: none if Go has nothing for it, several in a union.
func (a *API) find(operation, location string) []place {
	method := a.methods[operation]
	if method == nil {
		return nil
	}
	symbol := "Client." + method.Name()
	kind, rest, _ := strings.Cut(location, " ")
	switch kind {
	case "parameter":
		return a.parameter(method, operation, rest)
	case "request":
		body := parameterOf(method, "body", "form")
		media, path, depth := diff.CutMedia(rest)
		switch {
		case depth > 0 && !a.sends(operation, media):
			return nil
		case body == nil:
			return []place{{symbol: symbol, whole: true}}
		case depth > 1:
			return a.walk(body.Type(), symbol, path)
		}
		return []place{{symbol: symbol, typ: body.Type(), note: body.Name(), whole: true}}
	case "response":
		status, rest, _ := strings.Cut(rest, " ")
		media, path, depth := diff.CutMedia(rest)
		results := method.Signature().Results()
		switch {
		case !a.returns(operation, status, media):
			return nil
		case results.Len() < 2:
			return []place{{symbol: symbol, whole: true}}
		case depth > 1:
			return a.walk(results.At(0).Type(), symbol, path)
		}
		return []place{{symbol: symbol, typ: results.At(0).Type(), whole: true}}
	case "error":
		_, code, _ := strings.Cut(rest, " ")
		if t, ok := a.named("ErrorCode"); ok {
			if name := a.constantOf(t, code); name != "" {
				return []place{{symbol: name}}
			}
		}
		return nil
	}
	return []place{{symbol: symbol, note: method.Name(), whole: true}}
}

func (a *API) named(name string) (*types.Named, bool) {
	o := a.pkg.Scope().Lookup(name)
	if o == nil {
		return nil, false
	}
	t, ok := o.Type().(*types.Named)
	return t, ok
}

func (a *API) operation(key string) *openapi3.Operation {
	method, path, _ := strings.Cut(key, " ")
	return a.doc.Paths.Value(path).GetOperation(method)
}

// sends tells whether the method sends a body of a media type. Overlays may have taken it away.
func (a *API) sends(operation, media string) bool {
	body := a.operation(operation).RequestBody
	return body != nil && body.Value != nil && body.Value.Content[media] != nil
}

// returns tells whether the method returns for a documented status and, if that is not "", the body of a media type.
// What the generator reads as a success is any of 200 to 299, or default where that is the only one; all else is read
// as APIError. A finding at 200 may be about the default of one of the documents.
func (a *API) returns(operation, status, media string) bool {
	responses := a.operation(operation).Responses
	alone := responses.Default() != nil && responses.Len() == 1
	if !strings.HasPrefix(status, "2") && !(status == "default" && alone) {
		return false
	}
	response := responses.Value(status)
	if response == nil && alone {
		response = responses.Default()
	}
	if response == nil || response.Value == nil {
		return false
	}
	return media == "" || response.Value.Content[media] != nil
}

// parameterOf finds a method's parameter by its name.
func parameterOf(method *types.Func, names ...string) *types.Var {
	for p := range method.Signature().Params().Variables() {
		for _, name := range names {
			if p.Name() == name {
				return p
			}
		}
	}
	return nil
}

var templateVariable = regexp.MustCompile(`\{([^/{}]*)\}`)

// parameter finds "query:page", with a path behind it for a property of its values. Those of the path are the method's
// own, in the path's order, after its context; the others are fields of the type of its params, which is an option
// unless one of them is required.
func (a *API) parameter(method *types.Func, operation, rest string) []place {
	symbol := "Client." + method.Name()
	in, name, _ := strings.Cut(rest, ":")
	if in == "path" {
		for i, variable := range templateVariable.FindAllStringSubmatch(operation, -1) {
			if params := method.Signature().Params(); variable[1] == name && i+1 < params.Len() {
				return []place{{symbol: symbol, typ: params.At(i + 1).Type()}}
			}
		}
		return nil
	}
	params, ok := a.named(method.Name() + "Params")
	if !ok {
		return nil
	}
	found := a.walk(params, symbol, name)
	if len(found) == 0 {
		if parameter, path, ok := strings.Cut(name, " "); ok {
			for _, p := range a.walk(params, symbol, parameter) {
				found = append(found, a.walk(p.typ, p.symbol, path)...)
			}
		}
	}
	return found
}

// walk follows a path, "a.b[].c", from a type. symbol is the place where the values of the type are.
func (a *API) walk(t types.Type, symbol, path string) []place {
	return a.walkUnion(t, symbol, path, map[types.Type]bool{})
}

// walkUnion is walk within the kinds of a union, of which seen are on the way already.
func (a *API) walkUnion(t types.Type, symbol, path string, seen map[types.Type]bool) []place {
	if path == "" {
		return []place{{symbol: symbol, typ: t}}
	}
	t = types.Unalias(t)
	if pointer, ok := t.(*types.Pointer); ok {
		t = types.Unalias(pointer.Elem())
	}
	owner := symbol
	named, isNamed := t.(*types.Named)
	if isNamed {
		owner = named.Obj().Name()
	}
	var found []place
	switch u := t.Underlying().(type) {
	case *types.Slice:
		if rest, ok := strings.CutPrefix(path, "[]"); ok {
			return a.walk(u.Elem(), symbol, strings.TrimPrefix(rest, "."))
		}
	case *types.Map:
		if rest, ok := cutName(path, "*"); ok {
			return a.walk(u.Elem(), symbol, rest)
		}
	case *types.Struct:
		for i := range u.NumFields() {
			f := u.Field(i)
			name, _, _ := strings.Cut(reflect.StructTag(u.Tag(i)).Get("json"), ",")
			if name == "-" && f.Name() == "AdditionalProperties" {
				// The members that have no field of their own.
				if _, ok := cutName(path, "*"); ok {
					found = append(found, a.walk(f.Type(), owner+"."+f.Name(), path)...)
				}
			} else if rest, ok := cutName(path, name); ok && name != "" {
				found = append(found, a.walk(f.Type(), owner+"."+f.Name(), rest)...)
			}
		}
	}
	if len(found) > 0 || !isNamed || seen[t] {
		return found
	}
	seen[t] = true
	for kind := range named.Methods() {
		if results := kind.Signature().Results(); strings.HasPrefix(kind.Name(), "As") && results.Len() == 2 {
			found = append(found, a.walkUnion(results.At(0).Type(), symbol, path, seen)...)
		}
	}
	return found
}

// cutName takes a member's name off a path. Names may have dots in them.
func cutName(path, name string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(path, name)
	if !ok || rest != "" && rest[0] != '.' && !strings.HasPrefix(rest, "[]") {
		return "", false
	}
	return strings.TrimPrefix(rest, "."), true
}

// valueType is the type of the package that the values of a place have, through pointers, lists and maps; nil if they
// have none.
func (a *API) valueType(t types.Type) *types.Named {
	for t != nil {
		t = types.Unalias(t)
		switch u := t.(type) {
		case *types.Named:
			if u.Obj().Pkg() == a.pkg {
				return u
			}
			return nil
		case interface{ Elem() types.Type }:
			t = u.Elem()
		default:
			return nil
		}
	}
	return nil
}

// sameShape tells whether two types differ at most in which of the package's types they name: what became of a whole
// schema is not the doing of a fact in it.
func sameShape(a, b types.Type) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	a, b = types.Unalias(a), types.Unalias(b)
	if invalid := types.Typ[types.Invalid]; a == invalid || b == invalid {
		return true // an overlay names a type that is no more
	}
	switch a := a.(type) {
	case *types.Pointer:
		b, ok := b.(*types.Pointer)
		return ok && sameShape(a.Elem(), b.Elem())
	case *types.Slice:
		b, ok := b.(*types.Slice)
		return ok && sameShape(a.Elem(), b.Elem())
	case *types.Map:
		b, ok := b.(*types.Map)
		return ok && sameShape(a.Elem(), b.Elem())
	case *types.Named:
		_, ok := b.(*types.Named)
		return ok
	}
	return fmt.Sprint(a) == fmt.Sprint(b)
}
