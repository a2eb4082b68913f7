package ringcentraltest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/ringbasic/ringbasic/generated/ringcentral"
)

// invalid says why a request is not one that the description allows, "" if it is: a body or a member that is missing,
// unknown or of another type, a value that an enumeration does not have, a parameter that there is none of. It knows
// what the client's types know, which is not limits, patterns and formats.
func invalid(r Request) string {
	if t := bodyType(r.Operation); t != nil {
		if reason := invalidBody(r, t); reason != "" {
			return reason
		}
	}
	return invalidQuery(r)
}

// method is that of the client for an operation.
func method(operation string) (reflect.Method, bool) {
	return reflect.TypeFor[*ringcentral.Client]().MethodByName(strings.ToUpper(operation[:1]) + operation[1:])
}

// bodyType is the struct that an operation's method takes for its body, nil if it takes none.
func bodyType(operation string) reflect.Type {
	m, ok := method(operation)
	if !ok {
		return nil
	}
	for i := range m.Type.NumIn() {
		if t := m.Type.In(i); t.Kind() == reflect.Struct {
			return t
		}
	}
	return nil
}

func invalidBody(r Request, t reflect.Type) string {
	if r.Form != nil || r.Files != nil {
		return invalidForm(r, t)
	}
	if len(bytes.TrimSpace(r.Body)) == 0 {
		return "the request has no body"
	}
	media, _, _ := strings.Cut(strings.ToLower(r.Header.Get("Content-Type")), ";")
	if isForm(t) {
		return fmt.Sprintf("the body is %q, and is to be multipart/form-data", media)
	}
	if media = strings.TrimSpace(media); media != "application/json" {
		return fmt.Sprintf("the body is %q, and is to be application/json", media)
	}
	var value any
	d := json.NewDecoder(bytes.NewReader(r.Body))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		return "the body is not JSON: " + err.Error()
	}
	return invalidValue(value, t, "")
}

// isForm tells the struct of a form, whose files are fields. The type goes by its name, as a client without uploads
// does not have it.
func isForm(t reflect.Type) bool {
	client := reflect.TypeFor[ringcentral.APIError]().PkgPath()
	for i := range t.NumField() {
		f := t.Field(i).Type
		if f.Kind() == reflect.Pointer {
			f = f.Elem()
		}
		if f.Name() == "File" && f.PkgPath() == client {
			return true
		}
	}
	return false
}

func invalidForm(r Request, t reflect.Type) string {
	if !isForm(t) {
		return "the body is a form, and is to be application/json"
	}
	known := map[string]reflect.StructField{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		known[name] = f
		_, file := r.Files[name]
		if !r.Form.Has(name) && !file && !strings.Contains(options, "omit") {
			return fmt.Sprintf("the form has no field %s, which is required", name)
		}
	}
	for name, values := range r.Form {
		f, ok := known[name]
		if !ok {
			return fmt.Sprintf("the form has a field %s, which is not documented", name)
		}
		for _, v := range values {
			if reason := invalidText(v, f.Type, name); reason != "" {
				return reason
			}
		}
	}
	for name := range r.Files {
		if _, ok := known[name]; !ok {
			return fmt.Sprintf("the form has a file %s, which is not documented", name)
		}
	}
	return ""
}

func invalidQuery(r Request) string {
	var fields reflect.Type
	if params := ringcentral.NewParams(r.Operation); params != nil {
		fields = reflect.TypeOf(params).Elem()
	}
	for name, values := range r.Query {
		found := false
		for i := 0; fields != nil && i < fields.NumField(); i++ {
			f := fields.Field(i)
			if wire, _, _ := strings.Cut(f.Tag.Get("json"), ","); wire == name {
				found = true
				for _, v := range values {
					if reason := invalidText(v, f.Type, "parameter "+name); reason != "" {
						return reason
					}
				}
			}
		}
		if !found {
			return fmt.Sprintf("there is no parameter %s", name)
		}
	}
	return ""
}

// invalidText judges text in a form or a query.
func invalidText(text string, t reflect.Type, at string) string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if known := values(t); known != nil && !slices.Contains(known, text) {
		return fmt.Sprintf("%s: %q is none of %s", at, text, strings.Join(known, ", "))
	}
	return ""
}

// values are those of an enumeration, nil for another type.
func values(t reflect.Type) (list []string) {
	m, ok := t.MethodByName("Values")
	if !ok || t.Kind() != reflect.String {
		return nil
	}
	all := m.Func.Call([]reflect.Value{reflect.Zero(t)})[0]
	for i := range all.Len() {
		list = append(list, all.Index(i).String())
	}
	return list
}

func invalidValue(value any, t reflect.Type, at string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	where := at
	if where == "" {
		where = "the body"
	}
	if value == nil {
		return "" // left out, as far as the types know
	}
	kind := func(want string, ok bool) string {
		if ok {
			return ""
		}
		return fmt.Sprintf("%s: is to be %s", where, want)
	}
	switch v := value.(type) {
	case string:
		if t.Kind() == reflect.String {
			return invalidText(v, t, where)
		}
		return kind(name(t), isFree(t))
	case json.Number:
		return kind(name(t), t == reflect.TypeFor[ringcentral.ID]() || t.Kind() >= reflect.Int &&
			t.Kind() <= reflect.Float64 || isFree(t))
	case bool:
		return kind(name(t), t.Kind() == reflect.Bool || isFree(t))
	case []any:
		if t.Kind() != reflect.Slice {
			return kind(name(t), isFree(t))
		}
		for _, item := range v {
			if reason := invalidValue(item, t.Elem(), at+"[]"); reason != "" {
				return reason
			}
		}
	case map[string]any:
		return invalidObject(v, t, at, where)
	}
	return ""
}

func invalidObject(object map[string]any, t reflect.Type, at, where string) string {
	if t.Kind() == reflect.Map {
		for _, v := range object {
			if reason := invalidValue(v, t.Elem(), at+".*"); reason != "" {
				return reason
			}
		}
		return ""
	}
	if t.Kind() != reflect.Struct || isFree(t) {
		if isFree(t) {
			return ""
		}
		return fmt.Sprintf("%s: is to be %s", where, name(t))
	}
	known := map[string]bool{}
	for i := range t.NumField() {
		wire, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		known[wire] = true
		inner := strings.TrimPrefix(at+"."+wire, ".")
		v, there := object[wire]
		if !there && !strings.Contains(options, "omit") && wire != "-" {
			return fmt.Sprintf("%s: is missing, and is required", inner)
		}
		if there {
			if reason := invalidValue(v, t.Field(i).Type, inner); reason != "" {
				return reason
			}
		}
	}
	var unknown []string
	for member := range object {
		if !known[member] {
			unknown = append(unknown, strings.TrimPrefix(at+"."+member, "."))
		}
	}
	if len(unknown) > 0 && !known["-"] {
		slices.Sort(unknown)
		return fmt.Sprintf("%s: is not documented", strings.Join(unknown, ", "))
	}
	return ""
}

// isFree tells a type that takes any JSON: an interface, or a union, which keeps it.
func isFree(t reflect.Type) bool {
	return t.Kind() == reflect.Interface ||
		t.Kind() == reflect.Struct && t.NumField() > 0 && t.Field(0).Tag.Get("json") == "" && !t.Field(0).IsExported()
}

// name is what a type is called in messages.
func name(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	case reflect.Struct, reflect.Map:
		return "an object"
	}
	return "a number"
}

// refusal is the platform's answer to a request that it does not take, with the reason.
func refusal(reason string) Response {
	body := map[string]any{"errorCode": ringcentral.CMN101, "message": "Parameter value is invalid: " + reason,
		"errors": []any{
			map[string]any{"errorCode": ringcentral.CMN101, "message": "Parameter value is invalid: " + reason},
		}}
	return JSON(http.StatusBadRequest, body)
}
