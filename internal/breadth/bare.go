package main

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
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
	selected, err := selection(doc, operations...)
	if err != nil {
		return err
	}
	loaded, err := openapi3.NewLoader().LoadFromData(selected)
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

// selection is the document of some operations as OpenAPI 3.0, in JSON.
func selection(doc *document.Document, operations ...string) ([]byte, error) {
	sel, err := overlay.Parse(project.SelectFile, build.SelectOverlay(operations...))
	if err != nil {
		return nil, err
	}
	root, _, err := (&build.Project{Pin: doc, Select: sel}).AssemblePin()
	if err != nil {
		return nil, err
	}
	return document.JSON(root), nil
}

// ogen has the program of that name generate a client of an operation. What it writes it has formatted, which is to say
// parsed; nobody type-checks it.
func ogen(ctx context.Context, program string, doc *document.Document, operation string) error {
	text, err := selection(doc, operation)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "ogen")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "openapi.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, program, "-target", filepath.Join(dir, "api"), file).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %.400s", err, out)
	}
	return nil
}

// nothing refuses to import: go/types then passes over what a name of an imported package is.
type nothing struct{}

func (nothing) Import(string) (*types.Package, error) { return nil, errors.New("not imported") }
