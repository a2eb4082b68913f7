package generate

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/printer"
	"go/token"
	"maps"
	"slices"
	"strings"
)

// GettersFile has the nil-safe getters, which say nothing that the fields of types do not.
const GettersFile = "getters.gen.go"

// getters declares for each field of the structs in a file a method that may be called on nil, and gives the methods by
// "Type.GetField". skip are types that nobody reads: arguments of calls. A field that may be absent gives its value or
// the zero value, one that holds a struct a pointer to it, nil where there is none, so that getters can be chained.
func getters(types *ast.File, skip map[string]bool) (text []byte, methods map[string]bool, err error) {
	structs, aliases := map[string]*ast.StructType{}, map[string]string{}
	taken := map[string]bool{} // fields and methods, by "Type.Name"
	for _, decl := range types.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok {
			taken[receiverOf(f)+"."+f.Name.Name] = true
		}
		forTypes(decl, func(name string, t ast.Expr) {
			switch t := t.(type) {
			case *ast.StructType:
				structs[name] = t
				for _, field := range t.Fields.List {
					for _, id := range field.Names {
						taken[name+"."+id.Name] = true
					}
				}
			case *ast.Ident:
				aliases[name] = t.Name
			}
		})
	}
	isStruct := func(t ast.Expr) bool {
		id, ok := t.(*ast.Ident)
		if !ok {
			return false
		}
		name := id.Name
		for range len(aliases) {
			if aliases[name] == "" {
				break
			}
			name = aliases[name]
		}
		return structs[name] != nil
	}
	out := bytes.NewBufferString("package " + types.Name.Name + "\n")
	methods = map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(structs)) {
		if skip[name] {
			continue
		}
		for _, field := range structs[name].Fields.List {
			if field.Tag == nil || len(field.Names) != 1 {
				continue // the JSON of a union
			}
			own := field.Names[0].Name
			method := "Get" + own
			held, pointer := field.Type, false
			if star, ok := held.(*ast.StarExpr); ok {
				held, pointer = star.X, true
			}
			var of bytes.Buffer
			if err := printer.Fprint(&of, token.NewFileSet(), held); err != nil {
				return nil, nil, err
			}
			if taken[name+"."+method] || strings.HasPrefix(of.String(), "Nullable[") {
				continue
			}
			methods[name+"."+method] = true
			result, some, value := of.String(), "x != nil", "x."+own
			switch {
			case pointer && isStruct(held):
				result = "*" + result
			case pointer:
				some, value = "x != nil && x."+own+" != nil", "*x."+own
			case isStruct(held):
				result, value = "*"+result, "&x."+own
			}
			what := "its zero value"
			if strings.HasPrefix(result, "*") {
				what = "nil"
			}
			fmt.Fprintf(out, "\n// %s is %s, %s where there is none or x is nil.\n", method, own, what)
			fmt.Fprintf(out, "func (x *%s) %s() (v %s) {\n\tif %s {\n\t\tv = %s\n\t}\n\treturn v\n}\n",
				name, method, result, some, value)
		}
	}
	return out.Bytes(), methods, nil
}
