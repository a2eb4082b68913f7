package generate

import (
	"errors"
	"fmt"
	"go/ast"
	"go/types"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// validJSONName tells whether a member of that name can be a field: the name stands in the field's tag, which
// encoding/json reads. It takes "-" for a field that is left out.
func validJSONName(name string) bool {
	invalid := func(r rune) bool {
		return !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}
	return name != "" && name != "-" && !strings.ContainsFunc(name, invalid)
}

// declareFields declares the fields of a struct, each as that of its type, by its name in JSON or in the request.
func (n names) declareFields(decl ast.Decl) error {
	var problems []error
	forTypes(decl, func(name string, t ast.Expr) {
		fields, ok := t.(*ast.StructType)
		if !ok {
			return
		}
		for _, field := range fields.Fields.List {
			if field.Tag == nil {
				continue // the JSON of a union
			}
			wire := wireName(field.Tag.Value)
			if len(field.Names) == 0 || !field.Names[0].IsExported() {
				problems = append(
					problems,
					fmt.Errorf(
						"%s: the name %q gives no Go name that begins with a capital letter: give the property or "+
							"parameter one with x-go-name",
						name,
						wire,
					),
				)
				continue
			}
			full := name + "." + field.Names[0].Name
			n.declared[full] = append(n.declared[full], strconv.Quote(wire))
		}
	})
	return errors.Join(problems...)
}

// wireName is the name in a field's tag.
func wireName(tag string) string {
	text, _ := strconv.Unquote(tag)
	name, _, _ := strings.Cut(reflect.StructTag(text).Get("json"), ",")
	return name
}

// forTypes calls f for the types that a declaration declares.
func forTypes(decl ast.Decl, f func(name string, t ast.Expr)) {
	if general, ok := decl.(*ast.GenDecl); ok {
		for _, spec := range general.Specs {
			if spec, ok := spec.(*ast.TypeSpec); ok {
				f(spec.Name.Name, spec.Type)
			}
		}
	}
}

// useTypes notes the types that a declaration names, by the first place that does. Those of a struct's fields are each
// that field's.
func (n names) useTypes(decl ast.Decl) {
	all := namesOf(decl)
	if len(all) == 0 {
		return
	}
	place := all[0]
	use := func(place string, t ast.Expr) {
		ast.Inspect(t, func(node ast.Node) bool {
			name := ""
			switch node := node.(type) {
			case *ast.StructType, *ast.FuncType, *ast.InterfaceType:
				return false // their fields come by themselves
			case *ast.Ident:
				name = node.Name
			case *ast.SelectorExpr:
				name = fmt.Sprint(node.X, ".", node.Sel)
			}
			if old, known := n.types[name]; name != "" && (!known || place < old) {
				n.types[name] = place
			}
			return name == ""
		})
	}
	ast.Inspect(decl, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.Field:
			where := place
			if node.Tag != nil && len(node.Names) > 0 {
				where += "." + node.Names[0].Name
			}
			use(where, node.Type)
		case *ast.TypeSpec:
			use(place, node.Type)
		case *ast.ValueSpec:
			if node.Type != nil {
				use(place, node.Type)
			}
		}
		return true
	})
}

// undeclared tells the types that are named, but declared neither in the package nor by Go: an x-go-type that is stale,
// or a type that oapi-codegen names without declaring it.
func (n names) undeclared() error {
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(n.types)) {
		left, _, selected := strings.Cut(name, ".")
		if selected && importable[left] != "" || isPredeclared(name) || len(n.declared[name]) > 0 {
			continue
		}
		problems = append(
			problems,
			fmt.Errorf(
				"%s: the package declares no type %s: correct the schema's x-go-type, or make what has no name a "+
					"component schema",
				n.types[name],
				name,
			),
		)
	}
	return errors.Join(problems...)
}

func isPredeclared(name string) bool { return types.Universe.Lookup(name) != nil }
