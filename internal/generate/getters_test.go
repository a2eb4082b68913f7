package generate

import (
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGetters(t *testing.T) {
	const types = `package p

type Params struct { A *string ` + "`json:\"a\"`" + ` }
type Part struct { N *int ` + "`json:\"n\"`" + ` }
type Alias = Part
type Colour string
type List []Part
type Union struct { union json.RawMessage }
func (u Union) AsPart() (Part, error) { return Part{}, nil }
type Thing struct {
	Name    *string          ` + "`json:\"name\"`" + `
	GetName *string          ` + "`json:\"getName\"`" + `
	Colour  Colour           ` + "`json:\"colour\"`" + `
	Part    *Part            ` + "`json:\"part\"`" + `
	Alias   *Alias           ` + "`json:\"alias\"`" + `
	Whole   Part             ` + "`json:\"whole\"`" + `
	List    List             ` + "`json:\"list\"`" + `
	Map     *map[string]Part ` + "`json:\"map\"`" + `
	Raw     json.RawMessage  ` + "`json:\"raw\"`" + `
	Null    Nullable[string] ` + "`json:\"null\"`" + `
	Union   *Union           ` + "`json:\"union\"`" + `
	Own     *bool            ` + "`json:\"own\"`" + `
}
func (t Thing) GetOwn() bool { return true }
`
	file, err := parser.ParseFile(token.NewFileSet(), "", types, parser.SkipObjectResolution)
	require.NoError(t, err)
	text, methods, err := getters(file, map[string]bool{"Params": true})
	require.NoError(t, err)
	require.Equal(t, []string{
		"Part.GetN", "Thing.GetAlias", "Thing.GetColour", "Thing.GetGetName", "Thing.GetList", "Thing.GetMap",
		"Thing.GetPart", "Thing.GetRaw", "Thing.GetUnion", "Thing.GetWhole",
	}, slices.Sorted(maps.Keys(methods)), "none that a field or method has the name of, none of arguments and Nullable")
	formatted, err := format.Source(text)
	require.NoError(t, err)
	for _, want := range []string{
		`// GetN is N, its zero value where there is none or x is nil.
func (x *Part) GetN() (v int) {
	if x != nil && x.N != nil {
		v = *x.N
	}
	return v
}
`, `func (x *Thing) GetColour() (v Colour) {
	if x != nil {
		v = x.Colour
	}
`, `// GetPart is Part, nil where there is none or x is nil.
func (x *Thing) GetPart() (v *Part) {
	if x != nil {
		v = x.Part
	}
`, `func (x *Thing) GetAlias() (v *Alias) {
	if x != nil {
		v = x.Alias
	}
`, `func (x *Thing) GetWhole() (v *Part) {
	if x != nil {
		v = &x.Whole
	}
`, `func (x *Thing) GetMap() (v map[string]Part) {
	if x != nil && x.Map != nil {
		v = *x.Map
	}
`, `func (x *Thing) GetUnion() (v *Union) {`, `func (x *Thing) GetRaw() (v json.RawMessage) {`,
	} {
		require.Contains(t, string(formatted), want)
	}
}
