package generate

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed runtime/client.go runtime/errors.go runtime/form.go runtime/id.go runtime/advice.go runtime/options.go
//go:embed runtime/stream.go runtime/observe.go runtime/values.go runtime/nullable.go runtime/pages.go
var runtimeFiles embed.FS

// names are those of the package: the ones that are declared at the top level and the fields of its structs, with what
// declares them, the used ones, and the used types with where.
type names struct {
	declared map[string][]string
	used     map[string]bool
	types    map[string]string
}

func (n names) declare(file string, list []string) {
	for _, name := range list {
		n.declared[name] = append(n.declared[name], file)
	}
}

// namesOf are those that a declaration declares. A method's is that of its type, a dot and its own.
func namesOf(decl ast.Decl) []string {
	var all []string
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if receiver := receiverOf(decl); receiver != "" {
			return []string{receiver + "." + decl.Name.Name}
		}
		return []string{decl.Name.Name}
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				all = append(all, spec.Name.Name)
			case *ast.ValueSpec:
				for _, name := range spec.Names {
					all = append(all, name.Name)
				}
			}
		}
	}
	return slices.DeleteFunc(all, func(name string) bool { return name == "_" })
}

// usesOf adds the names that a declaration uses. Fields do not count, nor do exported names after a dot: they are not
// those of the package.
func usesOf(n ast.Node, all map[string]bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			all[n.Name] = true
		case *ast.SelectorExpr:
			usesOf(n.X, all)
			if !n.Sel.IsExported() {
				all[n.Sel.Name] = true
			}
			return false
		case *ast.Field:
			usesOf(n.Type, all)
			return false
		case *ast.KeyValueExpr:
			if _, isField := n.Key.(*ast.Ident); !isField {
				usesOf(n.Key, all)
			}
			usesOf(n.Value, all)
			return false
		}
		return true
	})
}

func receiverOf(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	t := f.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if generic, ok := t.(*ast.IndexExpr); ok {
		t = generic.X
	}
	if id, ok := t.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

// part is a declaration of package runtime.
type part struct {
	start, end int // in its file's text, comment included
	names      []string
	uses       map[string]bool // the names in it
	kept       bool
}

// runtimeFile is a file of package runtime.
type runtimeFile struct {
	name  string
	text  []byte
	ast   *ast.File
	parts []*part
}

// readRuntime parses package runtime.
func readRuntime() ([]*runtimeFile, error) {
	entries, err := runtimeFiles.ReadDir("runtime")
	if err != nil {
		return nil, err
	}
	var all []*runtimeFile
	for _, entry := range entries {
		f := &runtimeFile{name: entry.Name()}
		if f.text, err = runtimeFiles.ReadFile(path.Join("runtime", f.name)); err != nil {
			return nil, err
		}
		if f.ast, err = parser.ParseFile(token.NewFileSet(), f.name, f.text,
			parser.ParseComments|parser.SkipObjectResolution); err != nil {
			return nil, err
		}
		f.parts = partsOf(f.ast)
		all = append(all, f)
	}
	return all, nil
}

// copyRuntime adds the files of package runtime without what the package has no use for: what calls and errors are made
// of is always there, ids, uploads and helpers of generated methods where something names them.
func copyRuntime(runtime []*runtimeFile, files map[string][]byte, generated names, packageName string) error {
	mark(runtime, generated.used)
	texts, problems := make([][]byte, len(runtime)), make([]error, len(runtime))
	var group sync.WaitGroup
	for i, f := range runtime {
		group.Go(func() { texts[i], problems[i] = f.keptText(packageName) })
	}
	group.Wait()
	if err := errors.Join(problems...); err != nil {
		return err
	}
	for i, f := range runtime {
		if texts[i] == nil {
			continue
		}
		target := strings.TrimSuffix(f.name, ".go") + ".gen.go"
		files[target] = texts[i]
		for _, p := range f.parts {
			if p.kept {
				generated.declare(target, p.names)
			}
		}
	}
	return nil
}

func partsOf(file *ast.File) []*part {
	var all []*part
	for _, decl := range file.Decls {
		p := &part{start: int(decl.Pos()) - 1, end: int(decl.End()) - 1, names: namesOf(decl), uses: map[string]bool{}}
		var doc *ast.CommentGroup
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			doc = decl.Doc
		case *ast.GenDecl:
			if decl.Tok == token.IMPORT {
				continue
			}
			doc = decl.Doc
		}
		if doc != nil {
			p.start = int(doc.Pos()) - 1
		}
		usesOf(decl, p.uses)
		all = append(all, p)
	}
	return all
}

// mark keeps what is exported by the client and its errors, what the given names use, and what that uses in turn.
func mark(runtime []*runtimeFile, used map[string]bool) {
	keptTypes := map[string]bool{}
	wanted := func(file, name string) bool {
		receiver, method, isMethod := strings.Cut(name, ".")
		if isMethod {
			return keptTypes[receiver] && (ast.IsExported(method) || used[method])
		}
		return used[name] ||
			ast.IsExported(name) &&
				(file == "client.go" || file == "errors.go" || file == "options.go" || file == "advice.go" ||
					file == "observe.go" || file == "values.go" || file == "stream.go" && used["download"] ||
					file == "nullable.go" && used["Nullable"])
	}
	for changed := true; changed; {
		changed = false
		for _, f := range runtime {
			for _, p := range f.parts {
				if p.kept || !slices.ContainsFunc(p.names, func(name string) bool { return wanted(f.name, name) }) {
					continue
				}
				p.kept, changed = true, true
				maps.Copy(used, p.uses)
				for _, name := range p.names {
					keptTypes[name] = true
				}
			}
		}
	}
}

// keptText is the file with the kept parts and the imports that they use, nil if nothing is kept. Each part is
// in gofmt's format without the others, so the file is.
func (f *runtimeFile) keptText(packageName string) ([]byte, error) {
	var out bytes.Buffer
	used := map[string]bool{}
	for _, p := range f.parts {
		if p.kept {
			fmt.Fprintf(&out, "\n%s\n", f.text[p.start:p.end])
			maps.Copy(used, p.uses)
		}
	}
	if out.Len() == 0 {
		return nil, nil
	}
	var imports []string
	for _, spec := range f.ast.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		if used[path.Base(imported)] {
			imports = append(imports, spec.Path.Value)
		}
	}
	return fmt.Appendf(nil, "%spackage %s\n%s%s", header, packageName, importDecl(imports), out.Bytes()), nil
}
