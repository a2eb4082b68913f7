package generate_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// hostile are texts that end whatever they stand in (a comment, a string, a tag, a type, a line) and go on in Go.
var hostile = []string{
	"*/ func init() { panic(1) } /*",
	"\nfunc init() { panic(1) }\n//",
	"\"\nfunc init() { panic(1) }\nvar _ = \"",
	"`\nfunc init() { panic(1) }\nvar _ = `",
	"\"); panic(1); _ = (\"",
	"` + func() string { panic(1) }() + `",
	"string }; type Injected struct { A string",
	"\u2028func init() { panic(1) }\u2029\x85\v\f\r//",
	"\x00\x1b]0;x\x07",
	"{{.Package}}{{printf \"%s\" .}}%s%!",
	"\\",
	"\"", "`", "'", "$", "*/",
}

// Every text of the fixture in turn (names, values, descriptions, codes, messages, servers, paths, permissions, directives)
// holds a hostile text, behind what it said or in place of it: the document is refused, or the package has no
// function, variable or import that the fixture's has not, and none of what the text declares.
func TestHostileTexts(t *testing.T) {
	_, text := fixture(t)
	root, err := document.ParseYAML("fixture.yaml", text)
	require.NoError(t, err)
	var scalars []*yaml.Node
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		if n.Kind == yaml.ScalarNode {
			scalars = append(scalars, n)
		}
		for _, c := range n.Content {
			walk(c)
		}
	}
	walk(root)
	doc, _ := fixture(t)
	files, err := filesOf(doc, spec(text), config)
	require.NoError(t, err)
	plain := shapes(t, files)

	refused, built := 0, 0
	for i, scalar := range scalars {
		before := *scalar
		payload := hostile[(i+i/len(hostile))%len(hostile)] // in turn: all of them everywhere take minutes
		scalar.Tag, scalar.Style, scalar.Value = "!!str", yaml.DoubleQuotedStyle, before.Value+payload
		if i/2%2 == 1 {
			scalar.Value = payload
		}
		doc, err := openapi3.NewLoader().LoadFromData(document.JSON(root))
		if err == nil {
			files, err = filesOf(doc, spec(text), config)
		}
		if err == nil {
			built++
			got := shapes(t, files)
			for shape, n := range got {
				require.LessOrEqual(t, n, plain[shape], "line %d: %q gives more of %s", before.Line, scalar.Value, shape)
			}
			require.Zero(t, got["init"]+got["Injected"]+got["panic"], "line %d: %q", before.Line, scalar.Value)
		} else {
			refused++
		}
		*scalar = before
	}
	t.Logf("%d texts, %d documents built, %d refused", len(scalars), built, refused)
	require.NotZero(t, built)
	require.NotZero(t, refused)
}

// shapes counts the declarations of the files that are made of the document, by file and kind, and what must not be there.
func shapes(t *testing.T, files map[string][]byte) map[string]int {
	t.Helper()
	count := map[string]int{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !slices.Contains([]string{"api.gen.go", "codes.gen.go", "doc.gen.go", "spec.gen.go", "types.gen.go"}, name) {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, files[name], parser.ParseComments)
		require.NoError(t, err)
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.GenDecl:
				if decl.Tok != token.TYPE && decl.Tok != token.CONST { // their names may follow the text
					count[name+" "+decl.Tok.String()]++
				}
			case *ast.FuncDecl:
				if decl.Recv == nil { // a union has as many methods as kinds
					count[name+" func"]++
				}
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				count[id.Name] += map[bool]int{true: 1}[slices.Contains([]string{"init", "Injected", "panic"}, id.Name)]
			}
			return true
		})
	}
	maps.DeleteFunc(count, func(_ string, n int) bool { return n == 0 })
	return count
}
