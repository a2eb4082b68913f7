package generate

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"
	"sync"
)

// The finished package is read once more and held against what was meant: whatever got past every check before, a
// document cannot bring declarations of its own into the client, nor Go that does not compile.

// kinds are the declarations that a file made from the document may have: tokens of general declarations, "method", and
// the names of functions.
var kinds = map[string][]string{
	"types.gen.go": {"type", "const", "method", "import"},
	"api.gen.go":   {"var", "method", "import", "Operations", "NewParams"},
	"codes.gen.go": {"var", "const"},
	"doc.gen.go":   {"const"},
	"spec.gen.go":  {"const", "Spec"},
	GettersFile:    {"method", "import"},
}

// verify refuses a package that is not what was meant: m is the model that it was made from, getters are the methods of
// the file of that name, and runtime the files that were copied into it. All problems are reported together, each with
// what place says of where it is.
func verify(
	files map[string][]byte,
	m *model,
	getters map[string]bool,
	runtime []*runtimeFile,
	compile bool,
	place func(token.Position) string,
) error {
	fset := token.NewFileSet()
	parsed := make([]*ast.File, len(files))
	names := slices.Sorted(maps.Keys(files))
	var group sync.WaitGroup
	problems := make([]error, len(files))
	for i, name := range names {
		group.Go(func() {
			parsed[i], problems[i] = parser.ParseFile(
				fset,
				name,
				files[name],
				parser.ParseComments|parser.SkipObjectResolution,
			)
		})
	}
	group.Wait()
	if err := errors.Join(problems...); err != nil {
		return err
	}
	allowed := map[string]bool{}
	for _, path := range importable {
		allowed[path] = true
	}
	copied := map[string]bool{}
	for _, f := range runtime {
		copied[strings.TrimSuffix(f.name, ".go")+".gen.go"] = true
		for _, spec := range f.ast.Imports {
			allowed[strings.Trim(spec.Path.Value, `"`)] = true
		}
	}
	vars := map[string]bool{"documentedErrors": true, "platformErrors": true}
	methods := map[string]bool{}
	for _, op := range m.Operations {
		vars[op.Var] = true
		for _, v := range append(op.Variants, op) {
			methods["Client."+v.Name] = true
			methods["Client."+v.Name+"Pages"] = v.Pages != nil
		}
		if t := op.ParamsType(); t != "" {
			methods[t+".change"] = true
		}
	}
	for i, file := range parsed {
		v := verifier{fset: fset, place: place, kinds: kinds[names[i]], vars: vars, methods: methods}
		if names[i] == "types.gen.go" {
			v.methods = nil // those of unions
		}
		if names[i] == GettersFile {
			v.methods = getters
		}
		v.imports(file, allowed)
		if !copied[names[i]] {
			v.file(file)
		}
		problems[i] = errors.Join(v.problems...)
	}
	if err := errors.Join(problems...); err != nil || !compile {
		return err
	}
	return compiles(fset, parsed, func(i int) bool { return copied[names[i]] }, place)
}

type verifier struct {
	fset     *token.FileSet
	place    func(token.Position) string
	kinds    []string
	vars     map[string]bool // variables that are meant
	methods  map[string]bool // methods that are meant, nil for those of any type in the file
	problems []error
}

func (v *verifier) errorf(at ast.Node, format string, args ...any) {
	where := v.place(v.fset.Position(at.Pos()))
	v.problems = append(
		v.problems,
		fmt.Errorf("%s: %s: a text of the document has become Go: take it out with an overlay, and report it",
			where, fmt.Sprintf(format, args...)),
	)
}

func (v *verifier) imports(file *ast.File, allowed map[string]bool) {
	for _, spec := range file.Imports {
		if path := strings.Trim(spec.Path.Value, `"`); !allowed[path] || spec.Name != nil {
			v.errorf(spec, "the import of %s is not meant", spec.Path.Value)
		}
	}
}

func (v *verifier) file(file *ast.File) {
	for _, group := range file.Comments {
		for _, comment := range group.List {
			if !strings.HasPrefix(comment.Text, "//") || strings.HasPrefix(comment.Text, "//go:") ||
				strings.HasPrefix(comment.Text, "//line") {
				v.errorf(comment, "the comment %.20q is not meant", comment.Text)
			}
		}
	}
	declared := map[string]bool{}
	for _, decl := range file.Decls {
		forTypes(decl, func(name string, _ ast.Expr) { declared[name] = true })
	}
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.GenDecl:
			if !slices.Contains(v.kinds, decl.Tok.String()) {
				v.errorf(decl, "a declaration of a %s is not meant", decl.Tok)
			}
			for _, spec := range decl.Specs {
				v.values(decl.Tok, spec)
			}
		case *ast.FuncDecl:
			name, receiver := decl.Name.Name, receiverOf(decl)
			switch {
			case decl.Recv == nil && !slices.Contains(v.kinds, name), decl.Recv != nil &&
				!slices.Contains(v.kinds, "method"):
				v.errorf(decl, "the function %s is not meant", name)
			case decl.Recv != nil && v.methods == nil && !declared[receiver], decl.Recv != nil && v.methods != nil &&
				!v.methods[receiver+"."+name]:
				v.errorf(decl, "the method %s.%s is not meant", receiver, name)
			}
		}
	}
}

// values checks the names of constants and variables, and that nothing runs when the package is imported.
func (v *verifier) values(tok token.Token, spec ast.Spec) {
	value, ok := spec.(*ast.ValueSpec)
	if !ok {
		return
	}
	for _, name := range value.Names {
		if name.Name == "_" || tok == token.VAR && !v.vars[name.Name] {
			v.errorf(name, "the %s %s is not meant", tok, name.Name)
		}
	}
	for _, expression := range value.Values {
		ast.Inspect(expression, func(n ast.Node) bool {
			switch n.(type) {
			case *ast.CallExpr, *ast.FuncLit:
				v.errorf(n, "a value that is computed is not meant")
				return false
			}
			return true
		})
	}
}

// nothing refuses to import: go/types then passes over what a name of an imported package is.
type nothing struct{}

func (nothing) Import(string) (*types.Package, error) { return nil, errNotImported }

var errNotImported = errors.New("not imported")

// compiles type-checks the package by itself, in some 10 ms: what it imports is the standard library, and taken on
// trust. The bodies of copied functions are those of package runtime, which is compiled and tested as such, and
// replaced by an endless loop, which fits any result.
func compiles(
	fset *token.FileSet,
	files []*ast.File,
	copied func(i int) bool,
	place func(token.Position) string,
) error {
	for i, file := range files {
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && copied(i) {
				f.Body = &ast.BlockStmt{List: []ast.Stmt{&ast.ForStmt{Body: &ast.BlockStmt{}}}}
			}
		}
	}
	var problems []error
	config := types.Config{Importer: nothing{}, Error: func(err error) {
		var problem types.Error
		if errors.As(err, &problem) && !strings.HasPrefix(problem.Msg, "could not import ") &&
			!strings.HasPrefix(problem.Msg, "\t") {
			problems = append(
				problems,
				fmt.Errorf("%s: %s: this Go would not compile: mend what it is made of with an overlay",
					place(fset.Position(problem.Pos)), problem.Msg),
			)
		}
	}}
	problems = append(problems, checked(func() {
		_, _ = config.Check("client", fset, files, nil) // what it returns is the first of problems, or an import
	}))
	return errors.Join(problems...)
}

// checked makes an error of a panic of go/types: the compiler would fare no better.
func checked(check func()) (err error) {
	done := false
	defer func() {
		if p := recover(); !done { // what go/types panics with may be nil
			err = fmt.Errorf("the types that lead to each other would make the compiler fail (%v): "+
				"let an overlay replace one of the references", p)
		}
	}()
	check()
	done = true
	return nil
}
