package generate

import (
	"go/token"
	"testing"

	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"
	"github.com/stretchr/testify/require"
)

func TestVerify(t *testing.T) {
	m := &model{Operations: []operation{{OperationDefinition: codegen.OperationDefinition{OperationId: "GetThing"}, Name: "GetThing", Var: "getThing"}}}
	sound := map[string]string{
		"types.gen.go": "package p\n\n// Thing is one.\ntype Thing struct {\n\tA string `json:\"a\"`\n}\n\nconst One Kind = \"1\"\n\ntype Kind string\n",
		"api.gen.go": "package p\n\nimport \"context\"\n\nvar getThing = 1\n\nfunc Operations() []int { return []int{getThing} }\n\n" +
			"func (c *Client) GetThing(ctx context.Context) {}\n",
		"doc.gen.go":    "// Package p is one.\npackage p\n\nconst APIVersion = \"1\"\n",
		"client.gen.go": "package p\n\ntype Client struct{ _ int }\n",
	}
	runtime := []*runtimeFile{}
	check := func(file, more string) error {
		files := map[string][]byte{}
		for name, text := range sound {
			files[name] = []byte(text)
		}
		files[file] = append(files[file], more...)
		all, err := readRuntime()
		require.NoError(t, err)
		return verify(files, m, nil, append(runtime, all...), true, func(p token.Position) string { return p.String() })
	}
	require.NoError(t, check("types.gen.go", "\ntype Other struct{ Thing *Thing }\n"), "what is sound")
	require.NoError(t, check("types.gen.go", "\nfunc (t Thing) AsKind() Kind { return One }\n"), "a union's method")

	for more, message := range map[string]string{
		"\nfunc init() { panic(1) }\n":                     "types.gen.go:12:1: the function init is not meant",
		"\nfunc Injected() {}\n":                           "the function Injected is not meant",
		"\nvar x = One\n":                                  "a declaration of a var is not meant",
		"\nconst _ Kind = \"2\"\n":                         "the const _ is not meant",
		"\nconst Two = len(\"2\")\n":                       "a value that is computed is not meant",
		"\n/* hides: */\ntype B struct{}\n":                `the comment "/* hides: */" is not meant`,
		"\n//go:linkname a b\ntype B struct{}\n":           "is not meant",
		"\n//line other.go:1\ntype B struct{}\n":           "is not meant",
		"\nfunc (c *Client) Injected() {}\n":               "the method Client.Injected is not meant",
		"\ntype B struct{ B }\n":                           "types.gen.go:12:6: invalid recursive type: B",
		"\ntype B struct{ C NotThere }\n":                  "undefined: NotThere",
		"\ntype B struct{ C string; C int }\n":             "C redeclared",
		"\ntype Thing struct{}\n":                          "Thing redeclared",
		"\ntype B map[[]string]string\n":                   "invalid map key type",
		"\nfunc (t Thing) F() Kind { return 7 }\n":         "cannot use 7",
		"\nfunc (t Thing) F() { missing() }\n":             "undefined: missing",
		"\ntype B struct{ string \"a\\nfunc init() {}\"\n": "expected",
	} {
		require.ErrorContains(t, check("types.gen.go", more), message, more)
	}
	require.ErrorContains(t, check("api.gen.go", "\nvar other = 1\n"), "the var other is not meant")
	require.ErrorContains(t, check("api.gen.go", "\nfunc (c *Client) Other() {}\n"), "the method Client.Other is not meant")
	require.ErrorContains(t, check("doc.gen.go", "\ntype B string\n"), "a declaration of a type is not meant")

	sound["doc.gen.go"] = "package p\n\nimport \"os/exec\"\n\nconst A = exec.ErrDot\n"
	require.ErrorContains(t, check("doc.gen.go", ""), `the import of "os/exec" is not meant`)
	sound["doc.gen.go"] = "package p\n\nimport . \"net/http\"\n"
	require.ErrorContains(t, check("doc.gen.go", ""), `the import of "net/http" is not meant`)
}

// What makes go/types panic is refused: the compiler would fail over it.
func TestCheckedPanics(t *testing.T) {
	var missing map[string]int
	err := checked(func() { missing["x"] = 1 })
	require.EqualError(t, err, "the types that lead to each other would make the compiler fail (assignment to entry in nil map): "+
		"let an overlay replace one of the references")
	require.NoError(t, checked(func() {}))
}
