package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/overlay"
	"github.com/ringbasic/ringbasic/internal/project"
)

// bare has oapi-codegen make models and a client of the operations, and type-checks them as ours are: what is imported
// is taken on trust.
func bare(doc *document.Document, operations ...string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	sel, err := overlay.Parse(project.SelectFile, build.SelectOverlay(operations...))
	if err != nil {
		return err
	}
	root, _, err := (&build.Project{Pin: doc, Select: sel}).AssemblePin()
	if err != nil {
		return err
	}
	loaded, err := openapi3.NewLoader().LoadFromData(document.JSON(root))
	if err != nil {
		return err
	}
	text, err := codegen.Generate(loaded, codegen.Configuration{
		PackageName:   "peer",
		Generate:      codegen.GenerateOptions{Models: true, Client: true},
		OutputOptions: codegen.OutputOptions{SkipFmt: true}, // it would look for imports in the module cache
	})
	if err != nil {
		return err
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "peer.go", text, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	var problem error
	config := types.Config{Importer: nothing{}, Error: func(err error) {
		var told types.Error
		if errors.As(err, &told) && problem == nil && !told.Soft && !strings.HasPrefix(told.Msg, "could not import ") {
			problem = err
		}
	}}
	_, _ = config.Check("peer", fset, []*ast.File{file}, nil)
	return problem
}

// nothing refuses to import: go/types then passes over what a name of an imported package is.
type nothing struct{}

func (nothing) Import(string) (*types.Package, error) { return nil, errors.New("not imported") }
