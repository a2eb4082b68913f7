// Package goapi tells what a change of the description does to the Go API of the generated client.
//
// Both clients are generated in memory and type-checked, and golang.org/x/exp/apidiff compares what they export: its
// verdict on the whole package decides which release a regeneration calls for. A finding of the drift report is then
// followed into both packages: from its operation to the client's method, from there through parameters, body and
// result by the JSON names of fields to the place that its location names. So the names are those that the generator
// gave, and the verdict of a finding is what apidiff says about them.
//
// The standard library is not type-checked: that costs more than all the rest. The declarations of a generated package
// use a dozen of its types, which are stubs here, and the bodies of functions are no part of an API.
package goapi

import (
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ringbasic/ringbasic/internal/generate"
	"github.com/ringbasic/ringbasic/internal/project"
)

// API is the API of a generated package.
type API struct {
	// Problems are the errors of the package's declarations. A document that was made from our overlays has none;
	// another one has if the overlays name a type that it does not lead to.
	Problems []error

	pkg     *types.Package
	methods map[string]*types.Func // by operation, "POST /path"
	doc     *openapi3.T
}

// Load generates the package of a document and type-checks it.
func Load(doc *openapi3.T) (*API, error) {
	return load(doc, stubImporter{})
}

func load(doc *openapi3.T, std types.Importer) (*API, error) {
	// The document, the version and the hash that the package tells of itself differ for every document: they are no
	// change of its API.
	generated, err := generate.Generate(
		doc,
		func() ([]byte, error) { return nil, nil },
		generate.Config{Project: project.DefaultConfig(), Incomplete: true},
	)
	if err != nil {
		return nil, err
	}
	return check(doc, generated, std)
}

// Of is the API of the package that was generated of a document, but for the version and the hash that it tells of
// itself.
func Of(doc *openapi3.T, generated *generate.Package) (*API, error) {
	return check(doc, generated, stubImporter{})
}

func check(doc *openapi3.T, generated *generate.Package, std types.Importer) (*API, error) {
	a := &API{doc: doc, methods: map[string]*types.Func{}}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range slices.Sorted(maps.Keys(generated.Files)) {
		if name == generate.GettersFile {
			continue // they come and go with their fields, which are told of
		}
		file, err := parser.ParseFile(fset, name, generated.Files[name], parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		forget(file)
		files = append(files, file)
	}
	config := types.Config{
		IgnoreFuncBodies: true,
		Importer:         std,
		Error:            func(err error) { a.Problems = append(a.Problems, err) },
	}
	a.pkg, _ = config.Check("client", fset, files, nil) // its error is the first of the problems
	client := a.pkg.Scope().Lookup("Client").Type()
	for operation, name := range generated.Methods {
		method, _, _ := types.LookupFieldOrMethod(client, true, a.pkg, name)
		f, ok := method.(*types.Func)
		if !ok {
			return nil, fmt.Errorf("%s: the generated client has no method %s", operation, name)
		}
		a.methods[operation] = f
	}
	return a, nil
}

// forget makes what a package tells of the document that it is from the same for all.
func forget(file *ast.File) {
	for _, decl := range file.Decls {
		constants, ok := decl.(*ast.GenDecl)
		if !ok || constants.Tok != token.CONST {
			continue
		}
		for _, spec := range constants.Specs {
			s := spec.(*ast.ValueSpec)
			if name := s.Names[0].Name; name != "APIVersion" && name != "PinSHA256" || len(s.Values) != 1 {
				continue
			}
			if value, ok := s.Values[0].(*ast.BasicLit); ok {
				value.Value = `""`
			}
		}
	}
}

// Err is the error for all problems, nil if there are none.
func (a *API) Err() error {
	var lines []error
	for _, p := range a.Problems {
		var e types.Error
		if errors.As(p, &e) {
			p = fmt.Errorf("%s: %s", e.Fset.Position(e.Pos).Filename, e.Msg)
		}
		lines = append(lines, p)
	}
	slices.SortFunc(lines, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	return errors.Join(slices.CompactFunc(lines, func(a, b error) bool { return a.Error() == b.Error() })...)
}

// constantOf finds the constant of a type that has a value, as the document writes it.
func (a *API) constantOf(t *types.Named, value any) string {
	if value == nil {
		return ""
	}
	for _, name := range a.pkg.Scope().Names() {
		c, ok := a.pkg.Scope().Lookup(name).(*types.Const)
		if !ok || !types.Identical(c.Type(), t) {
			continue
		}
		text := c.Val().ExactString()
		if c.Val().Kind() == constant.String {
			text = constant.StringVal(c.Val())
		}
		if text == fmt.Sprint(value) {
			return name
		}
	}
	return ""
}

// isEnum tells whether a type has constants.
func (a *API) isEnum(t *types.Named) bool {
	return slices.ContainsFunc(a.pkg.Scope().Names(), func(name string) bool {
		c, ok := a.pkg.Scope().Lookup(name).(*types.Const)
		return ok && types.Identical(c.Type(), t)
	})
}
