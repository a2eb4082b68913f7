package contracttests

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/ringbasic/ringbasic/generated/ringcentral"
	"github.com/ringbasic/ringbasic/internal/contract"
	"github.com/ringbasic/ringbasic/internal/recording"
)

// exported is the name of the client's method, and of the subtests, for an operation id.
func exported(id string) string { return strings.ToUpper(id[:1]) + id[1:] }

var (
	contextType   = reflect.TypeFor[context.Context]()
	fileType      = reflect.TypeFor[ringcentral.File]()
	pathParameter = regexp.MustCompile(`\{([^}]+)\}`)
)

// call calls the client's method for op with what a recorded request says, put into the types of the method.
func call(client *ringcentral.Client, op *contract.Operation, params map[string]string, r *recording.Recording) (any, error) {
	method := reflect.ValueOf(client).MethodByName(exported(op.ID))
	if !method.IsValid() {
		return nil, unsendable("the client has no method %s: run make generate", exported(op.ID))
	}
	names := pathParameter.FindAllStringSubmatch(op.Path, -1)
	var args []reflect.Value
	required := false // the params are an argument, as one of them has to be there
	for i := range method.Type().NumIn() {
		arg := reflect.New(method.Type().In(i)).Elem()
		var err error
		switch kind := arg.Type(); {
		case kind == contextType:
			arg.Set(reflect.ValueOf(context.Background()))
		case method.Type().IsVariadic() && i == method.Type().NumIn()-1:
			options := ringcentral.NewParams(op.ID)
			if query := r.Request.Target().Query(); len(query) > 0 && options != nil && !required {
				err = fill(reflect.ValueOf(options).Elem(), query, nil)
				arg.Set(reflect.ValueOf([]ringcentral.CallOption{options}))
			}
		case kind.Kind() == reflect.Pointer && kind.Elem().Kind() == reflect.Struct:
			required = true
			if query := r.Request.Target().Query(); len(query) > 0 {
				arg.Set(reflect.New(kind.Elem()))
				err = fill(arg.Elem(), query, nil)
			}
		case kind.Kind() == reflect.Struct && isForm(kind):
			err = fillForm(arg, &r.Request)
		case kind.Kind() == reflect.Struct:
			d := json.NewDecoder(bytes.NewReader(r.Request.Body))
			d.DisallowUnknownFields()
			err = d.Decode(arg.Addr().Interface())
		default:
			if len(names) == 0 {
				return nil, unsendable("the method has more arguments than the path has parameters")
			}
			err = set(arg, params[names[0][1]])
			names = names[1:]
		}
		if err != nil {
			return nil, unsendable("the typed request cannot hold the recorded one: %w", err)
		}
		args = append(args, arg)
	}
	out := method.CallSlice(args)
	err, _ := out[len(out)-1].Interface().(error)
	if len(out) == 1 || out[0].IsNil() {
		return nil, err
	}
	return out[0].Interface(), err
}

// errUnsendable is that of a request which was not sent.
var errUnsendable = errors.New("not sent")

func unsendable(format string, args ...any) error {
	return fmt.Errorf("%w: %w", errUnsendable, fmt.Errorf(format, args...))
}

func isForm(t reflect.Type) bool {
	for i := range t.NumField() {
		if t.Field(i).Type == fileType {
			return true
		}
	}
	return false
}

// fillForm sets the fields of a form to the parts of a multipart body.
func fillForm(form reflect.Value, r *recording.Request) error {
	wire, err := r.Wire()
	if err != nil {
		return err
	}
	parts, err := readParts(r.Header, wire)
	if err != nil {
		return err
	}
	texts, files := url.Values{}, map[string]ringcentral.File{}
	for _, p := range parts {
		if p.File == "" {
			texts.Add(p.Name, p.Content)
			continue
		}
		files[p.Name] = ringcentral.File{Name: p.File, ContentType: p.ContentType, Reader: strings.NewReader(p.Content)}
	}
	return fill(form, texts, files)
}

// fill sets the fields of a struct by their names in JSON, and says what is left over.
func fill(s reflect.Value, texts url.Values, files map[string]ringcentral.File) error {
	for i := range s.NumField() {
		name, _, _ := strings.Cut(s.Type().Field(i).Tag.Get("json"), ",")
		if file, ok := files[name]; ok {
			s.Field(i).Set(reflect.ValueOf(file))
			delete(files, name)
			continue
		}
		list, ok := texts[name]
		if !ok {
			continue
		}
		if err := set(s.Field(i), list...); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		delete(texts, name)
	}
	for name := range texts {
		return fmt.Errorf("no field for %s", name)
	}
	for name := range files {
		return fmt.Errorf("no field for the file %s", name)
	}
	return nil
}

// set gives a parameter or a field of a form its value.
func set(v reflect.Value, texts ...string) error {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return set(v.Elem(), texts...)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), len(texts), len(texts)))
		for i, text := range texts {
			if err := set(v.Index(i), text); err != nil {
				return err
			}
		}
		return nil
	}
	if len(texts) != 1 {
		return fmt.Errorf("%d values for one", len(texts))
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(texts[0])
		return nil
	case reflect.Bool:
		b, err := strconv.ParseBool(texts[0])
		v.SetBool(b)
		return err
	case reflect.Int, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(texts[0], 10, 64)
		v.SetInt(n)
		return err
	}
	return fmt.Errorf("a %s cannot be filled in", v.Type())
}

// part is one of a multipart body.
type part struct{ Name, File, ContentType, Encoding, Content string }

func readParts(h http.Header, body []byte) ([]part, error) {
	_, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return nil, err
	}
	var all []part
	reader := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	for {
		p, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(p)
		if err != nil {
			return nil, err
		}
		all = append(all, part{p.FormName(), p.FileName(), p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), string(content)})
	}
}
