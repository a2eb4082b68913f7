package build

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/overlay"
)

// directives are the extensions that steer the generator, each with the check of a value's form. They count only where
// an overlay of the project sets them: a vendor's are facts for pin and drift, and nothing for a build, since
// oapi-codegen copies most of them into Go as they stand. TestDirectivesAreThoseOfTheGenerator holds the list against
// its source.
var directives = map[string]func(*yaml.Node) error{
	"x-go-type":                          goType,
	"x-go-type-import":                   refused("the client imports the standard library alone"),
	"x-go-type-name":                     identifier,
	"x-go-name":                          identifier,
	"x-go-type-skip-optional-pointer":    boolean,
	"x-go-json-ignore":                   boolean,
	"x-omitempty":                        boolean,
	"x-omitzero":                         boolean,
	"x-oapi-codegen-only-honour-go-name": boolean,
	"x-oapi-codegen-extra-tags":          extraTags,
	"x-enum-varnames":                    constantNames,
	"x-enumNames":                        constantNames,
	"x-deprecated-reason":                lineOfText,
	"x-order":                            integer,
	"x-originalParamName":                refused("it is a note of the converter from Swagger 2.0"),
	"x-formData-name":                    refused("it is a note of the converter from Swagger 2.0"),
	pagesExtension:                       pagesForm,
}

// pagesExtension is a directive of our own generator: how an operation tells of its pages.
const pagesExtension = "x-pages"

// isDirective reports whether an extension steers the generator. Those that a later version may add begin alike.
func isDirective(name string) bool {
	_, listed := directives[name]
	return listed || strings.HasPrefix(name, "x-go-") || strings.HasPrefix(name, "x-oapi-codegen-")
}

// withoutDirectives is a document without the vendor's directives, and a warning for each that it had. The document
// that it is given stays as it is.
func withoutDirectives(root *yaml.Node) (*yaml.Node, []Warning) {
	var dropped []Warning
	drop := func(remove bool) func(key, value *yaml.Node) bool {
		return func(key, _ *yaml.Node) bool {
			if !isDirective(key.Value) {
				return false
			}
			if !remove {
				message := fmt.Sprintf("%s of the vendor is ignored: only overlays steer the generator", key.Value)
				dropped = append(dropped, Warning{message, key.Line})
			}
			return remove
		}
	}
	document.DropExtensions(root, drop(false))
	if len(dropped) == 0 {
		return root, nil
	}
	root = document.Clone(root)
	document.DropExtensions(root, drop(true))
	slices.SortStableFunc(dropped, func(a, b Warning) int { return a.Line - b.Line })
	return root, dropped
}

// checkDirectives refuses what overlays say to the generator in a form that it must not get: o may not be the select
// overlay, which has no say in that. All problems are reported together.
func checkDirectives(o *overlay.Overlay) error {
	var problems []error
	for _, a := range o.Actions {
		problems = append(problems, eachDirective(a.Update, func(key, value *yaml.Node) error {
			check := directives[key.Value]
			if check == nil {
				return document.Errorf(o.Name, key, "%s is unknown to the generator: correct its name", key.Value)
			}
			if err := check(value); err != nil {
				return document.Errorf(o.Name, value, "%s: %w", key.Value, err)
			}
			return nil
		}))
	}
	return errors.Join(problems...)
}

// refuseDirectives is the error for directives in the select overlay, which would be dropped with the vendor's.
func refuseDirectives(sel *overlay.Overlay) error {
	var problems []error
	for _, a := range sel.Actions {
		problems = append(problems, eachDirective(a.Update, func(key, _ *yaml.Node) error {
			return document.Errorf(
				sel.Name,
				key,
				"%s has no effect in the select overlay: move it to a later overlay",
				key.Value,
			)
		}))
	}
	return errors.Join(problems...)
}

// eachDirective calls visit for each key in n that names a directive, at any depth.
func eachDirective(n *yaml.Node, visit func(key, value *yaml.Node) error) error {
	if n == nil {
		return nil
	}
	var problems []error
	if n.Kind == yaml.MappingNode {
		for key, value := range document.Pairs(n) {
			if isDirective(key.Value) {
				problems = append(problems, visit(key, value))
			}
			problems = append(problems, eachDirective(value, visit))
		}
		return errors.Join(problems...)
	}
	for _, item := range n.Content {
		problems = append(problems, eachDirective(item, visit))
	}
	return errors.Join(problems...)
}

func refused(reason string) func(*yaml.Node) error {
	return func(*yaml.Node) error { return fmt.Errorf("not to be set: %s", reason) }
}

// pagesForm leaves the members to the generator, which knows the operation.
func pagesForm(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode && n.Value != "false" {
		return errors.New("neither false nor an object of parameter and last, next or token")
	}
	return nil
}

func boolean(n *yaml.Node) error {
	if n.Tag != "!!bool" {
		return fmt.Errorf("%q is neither true nor false", n.Value)
	}
	return nil
}

func integer(n *yaml.Node) error {
	if n.Tag != "!!int" {
		return fmt.Errorf("%q is no integer", n.Value)
	}
	return nil
}

func identifier(n *yaml.Node) error {
	if n.Tag != "!!str" || !token.IsIdentifier(n.Value) || !token.IsExported(n.Value) {
		return fmt.Errorf("%q is no Go identifier that begins with a capital letter", n.Value)
	}
	return nil
}

// constantName is what follows the type's name in the name of a constant.
var constantName = regexp.MustCompile(`^[\p{L}\p{Nd}_]+$`)

func constantNames(n *yaml.Node) error {
	if n.Kind != yaml.SequenceNode {
		return errors.New("not a list of names")
	}
	for _, name := range n.Content {
		if name.Tag != "!!str" || !constantName.MatchString(name.Value) {
			return fmt.Errorf("%q cannot be part of a Go identifier", name.Value)
		}
	}
	return nil
}

func lineOfText(n *yaml.Node) error {
	if n.Tag != "!!str" || strings.ContainsFunc(n.Value, isBreak) {
		return fmt.Errorf("%q is not one line of text", n.Value)
	}
	return nil
}

// isBreak reports whether a rune ends a line for some reader, or cannot be seen.
func isBreak(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }

var tagKey = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

func extraTags(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return errors.New("not a map from tag keys to values")
	}
	for key, value := range document.Pairs(n) {
		switch {
		case key.Value == "json":
			return errors.New("the key json is the generator's own")
		case !tagKey.MatchString(key.Value):
			return fmt.Errorf("%q cannot be the key of a struct tag", key.Value)
		case value.Kind != yaml.ScalarNode || strings.ContainsAny(value.Value, "\"`\\") ||
			strings.ContainsFunc(value.Value, isBreak):
			return fmt.Errorf("%q cannot stand in a struct tag", value.Value)
		}
	}
	return nil
}

// goType accepts a Go type made of names, pointers, slices and maps, written as gofmt writes it.
func goType(n *yaml.Node) error {
	problem := fmt.Errorf("%q is no Go type of names, *T, []T and map[K]T", n.Value)
	if n.Tag != "!!str" || strings.ContainsFunc(n.Value, isBreak) || strings.Contains(n.Value, "/") {
		return problem
	}
	expression, err := parser.ParseExpr(n.Value)
	if err != nil || !isType(expression) || expression.Pos() != 1 || int(expression.End()) != len(n.Value)+1 {
		return problem
	}
	return nil
}

func isType(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return true
	case *ast.SelectorExpr:
		_, isName := e.X.(*ast.Ident)
		return isName
	case *ast.StarExpr:
		return isType(e.X)
	case *ast.ArrayType:
		return e.Len == nil && isType(e.Elt)
	case *ast.MapType:
		return isType(e.Key) && isType(e.Value)
	case *ast.InterfaceType:
		return len(e.Methods.List) == 0
	}
	return false
}
