package runtime

import (
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// paged is how an operation tells of its pages: the query parameter that asks for one, and where in a result the number
// of the last page is, something that only a page which is not the last has, or the token of the next: members
// separated by dots, "" where there is none.
type paged struct{ parameter, last, next, token string }

// pages calls for one page after the other, from the one that the caller's parameters ask for, until a result tells of
// no further one, or there is an error.
func pages[T any](opts []CallOption, p paged, call func([]CallOption) (*T, error)) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		for at := ""; ; {
			asked := ""
			page := callOption(func(r *request) {
				r.final = func() {
					if at != "" {
						if r.query == nil {
							r.query = map[string][]string{}
						}
						r.query.Set(p.parameter, at)
					}
					asked = r.query.Get(p.parameter)
				}
			})
			result, err := call(append(slices.Clip(opts), page))
			if !yield(result, err) || err != nil || result == nil {
				return
			}
			next := p.after(asked, reflect.ValueOf(result))
			switch {
			case next == "":
				return
			case next == asked:
				yield(
					nil,
					fmt.Errorf("the server gives %s as the token of the page that it is the token of", p.parameter),
				)
				return
			}
			at = next
		}
	}
}

// after is the parameter's value for the page after the one that was asked for, "" if there is none.
func (p paged) after(asked string, result reflect.Value) string {
	if p.token != "" {
		if token := memberOf(result, p.token); token.IsValid() {
			return plain(token.Interface())
		}
		return ""
	}
	number, err := strconv.Atoi(asked)
	if err != nil {
		number = 1
	}
	last, known := 0, false
	if v := memberOf(result, p.last); v.IsValid() && v.CanInt() {
		last, known = int(v.Int()), true
	}
	if known && number < last || !known && memberOf(result, p.next).IsValid() {
		return strconv.Itoa(number + 1)
	}
	return ""
}

// memberOf is the member of a value that its JSON has under a path, invalid where it is absent.
func memberOf(v reflect.Value, path string) reflect.Value {
	if path == "" {
		return reflect.Value{}
	}
	for name := range strings.SplitSeq(path, ".") {
		v = reflect.Indirect(v)
		if !v.IsValid() || v.Kind() != reflect.Struct {
			return reflect.Value{}
		}
		found := reflect.Value{}
		for i := range v.NumField() {
			if tag, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ","); tag == name {
				found = v.Field(i)
			}
		}
		v = found
	}
	if !v.IsValid() || v.IsZero() {
		return reflect.Value{}
	}
	return reflect.Indirect(v)
}
