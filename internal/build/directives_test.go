package build_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/pin"
	"github.com/ringbasic/ringbasic/internal/project"
)

// attack is a document whose vendor writes Go into the client, if the generator lets it.
const attack = `openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /things:
    x-go-name: Renamed
    get:
      operationId: getThing
      x-keep: true
      x-go-name: Renamed
      responses:
        "200":
          description: OK
          content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}
  /other:
    get:
      operationId: getOther
      x-keep: true
      responses: {"204": {description: None}}
components:
  schemas:
    Thing:
      type: object
      x-go-name: Renamed
      properties:
        a: {type: string, x-go-type: "string /*"}
        b: {type: string, x-go-type: "*/ } /*"}
        c: {type: string, x-go-type: "*/ func init() { panic(1) } /*"}
        d: {type: string, x-go-type: "*/ type Injected struct { D string", x-order: 1}
        e: {type: string, x-oapi-codegen-extra-tags: {json: "-"}}
        f: {type: string, enum: [one, two], x-enum-varnames: ["A = 1; func init() {}", B], x-enumNames: [X, Y]}
        x-go-name: {type: string, x-deprecated-reason: "no\nfunc init() {}", deprecated: true}
        # a later generator may read more
        g: {type: string, x-go-something-new: true, x-oapi-codegen-something-new: true}
`

// load makes a project of a vendor document, a select overlay and another overlay.
func load(t *testing.T, vendor, sel, other string) (*build.Project, error) {
	t.Helper()
	made, err := pin.Make(parse(t, vendor))
	require.NoError(t, err)
	lock, err := pin.Lock{APIVersion: "1", PinSHA256: pin.SHA256(made), UpstreamSHA256: pin.SHA256([]byte(vendor))}.Encode()
	require.NoError(t, err)
	return build.Load(fstest.MapFS{
		project.PinFile:          {Data: made},
		project.LockFile:         {Data: lock},
		project.SelectFile:       {Data: []byte(sel)},
		"overlays/40-names.yaml": {Data: []byte(other)},
	}, true)
}

const theThing = "$.paths['/things'].get"

func TestDirectivesOfVendorAreIgnored(t *testing.T) {
	p, err := load(t, attack, keep(theThing), named("Item"))
	require.NoError(t, err)
	r, err := build.Run(t.Context(), p, true)
	require.NoError(t, err)
	require.Len(t, r.Operations, 1, "a mark of the vendor is none of ours")

	types := string(r.Files[project.DefaultConfig().PackageDir()+"/types.gen.go"])
	file, err := parser.ParseFile(token.NewFileSet(), "types.gen.go", types, 0)
	require.NoError(t, err)
	var declared []string
	for _, decl := range file.Decls {
		if method, ok := decl.(*ast.FuncDecl); ok {
			require.NotNil(t, method.Recv, method.Name.Name)
			require.Contains(t, []string{"Values", "Known"}, method.Name.Name)
			continue
		}
		general, ok := decl.(*ast.GenDecl)
		require.True(t, ok, "only types and constants are expected, not %T:\n%s", decl, types)
		for _, spec := range general.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				declared = append(declared, spec.Name.Name)
			case *ast.ValueSpec:
				declared = append(declared, spec.Names[0].Name)
			}
		}
	}
	slices.Sort(declared)
	require.Equal(t, []string{"Item", "ThingF", "ThingFOne", "ThingFTwo"}, declared, "the overlay names the type, the vendor nothing")
	require.NotContains(t, types, `json:"-"`)
	require.Contains(t, types, `json:"x-go-name,`, "a property of that name is a property")

	spec := string(r.Files[project.SpecFile])
	for _, word := range []string{"func init", "Injected", "something-new", "x-keep"} {
		require.NotContains(t, spec, word)
	}
	require.Contains(t, spec, "x-go-name: Item", "what the overlay says stays")
	var ignored []string
	for _, warning := range r.Directives {
		require.NotZero(t, warning.Line)
		name, _, _ := strings.Cut(warning.Message, " ")
		ignored = append(ignored, name)
	}
	slices.Sort(ignored)
	require.Equal(t, []string{
		"x-deprecated-reason", "x-enum-varnames", "x-enumNames", "x-go-name", "x-go-name", "x-go-name", "x-go-something-new",
		"x-go-type", "x-go-type", "x-go-type", "x-go-type", "x-oapi-codegen-extra-tags", "x-oapi-codegen-something-new", "x-order",
	}, ignored)
}

// named is an overlay that names the type of the thing.
func named(name string) string { return directive("x-go-name: " + name) }

func directive(text string) string {
	return "overlay: 1.0.0\ninfo: {title: T, version: 1.0.0}\nx-speakeasy-jsonpath: rfc9535\nactions:\n" +
		"  - target: $.components.schemas.Thing\n    description: for Go\n    update:\n      " + text + "\n"
}

func TestDirectivesOfOverlaysAreChecked(t *testing.T) {
	refused := map[string]string{
		`x-go-name: "A struct{}; func init() {}"`:       "is no Go identifier",
		`x-go-name: lower`:                              "is no Go identifier",
		`x-go-name: [A]`:                                "is no Go identifier",
		`x-go-type-name: "A-B"`:                         "is no Go identifier",
		`x-go-type: "string /*"`:                        "is no Go type",
		`x-go-type: "*/ func init() {} /*"`:             "is no Go type",
		`x-go-type: "struct{ A string }"`:               "is no Go type",
		`x-go-type: "func()"`:                           "is no Go type",
		`x-go-type: "[2]string"`:                        "is no Go type",
		`x-go-type: "string\nfunc init() {}"`:           "is no Go type",
		`x-go-type: "string // x"`:                      "is no Go type",
		`x-go-type: " string"`:                          "is no Go type",
		`x-go-type: "a + b"`:                            "is no Go type",
		`x-go-type-import: {path: os, name: os}`:        "imports the standard library alone",
		`x-go-type-skip-optional-pointer: "yes"`:        "neither true nor false",
		`x-omitempty: 1`:                                "neither true nor false",
		`x-pages: [page]`:                               "neither false nor an object of parameter",
		`x-order: first`:                                "is no integer",
		`x-oapi-codegen-extra-tags: {json: "-"}`:        "the generator's own",
		`x-oapi-codegen-extra-tags: {xml: 'a"'}`:        "cannot stand in a struct tag",
		"x-oapi-codegen-extra-tags: {xml: 'a`'}":        "cannot stand in a struct tag",
		`x-oapi-codegen-extra-tags: {'a:"b" c': d}`:     "cannot be the key",
		`x-oapi-codegen-extra-tags: [xml]`:              "not a map",
		`x-enum-varnames: [A, "B = 1; func init() {}"]`: "cannot be part of a Go identifier",
		`x-enumNames: A`:                                "not a list of names",
		`x-deprecated-reason: "a\nfunc init() {}"`:      "is not one line",
		`x-go-nmae: A`:                                  "correct its name",
		`properties: {a: {x-go-name: "B C"}}`:           "is no Go identifier",
	}
	for text, message := range refused {
		_, err := load(t, attack, keep(theThing), directive(text))
		require.ErrorContains(t, err, message, text)
		require.Regexp(t, `^overlays/40-names.yaml:[78]:`, err.Error(), text)
	}
	for _, text := range []string{
		`x-go-type: "map[string][]*time.Time"`, `x-go-type: ID`, `x-go-type: "interface{}"`, `x-go-name: Ärger`, `x-order: 3`, `x-pages: false`,
		`x-oapi-codegen-extra-tags: {validate: "min=1,max=2"}`, `x-enum-varnames: [A, 1]`, `x-omitzero: true`,
		`x-deprecated-reason: "use \"b\""`,
	} {
		_, err := load(t, attack, keep(theThing), directive(text))
		if strings.Contains(text, "[A, 1]") {
			require.ErrorContains(t, err, "cannot be part", "a number is no name")
			continue
		}
		require.NoError(t, err, text)
	}

	_, err := load(t, attack, keep(theThing), directive("x-go-name: a\n      x-order: b"))
	require.ErrorContains(t, err, "x-go-name", "all problems at once")
	require.ErrorContains(t, err, "x-order", "all problems at once")

	sel := strings.Replace(keep(theThing), "{x-keep: true}", "{x-keep: true, x-go-name: A}", 1)
	_, err = load(t, attack, sel, named("Item"))
	require.ErrorContains(t, err, "overlays/10-select.yaml:5")
	require.ErrorContains(t, err, "move it to a later overlay")
}

// The list is made from the generator's source: whatever else a later version reads from a document is to be added to it.
func TestDirectivesAreThoseOfTheGenerator(t *testing.T) {
	no := map[string]string{
		"x-":                        "a prefix of all extensions",
		"x-nullable":                "a fact of Swagger 2.0 documents, which package build converts",
		"x-client-response-wrapper": "part of a path in messages, not read from a document",
	}
	found := map[string]bool{}
	for _, module := range []string{"github.com/oapi-codegen/oapi-codegen/v2", "github.com/getkin/kin-openapi"} {
		out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", module).Output()
		require.NoError(t, err)
		for _, folder := range []string{"pkg/codegen", "openapi2", "openapi2conv", "openapi3"} {
			files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), folder, "*.go"))
			require.NoError(t, err)
			for _, name := range files {
				if strings.HasSuffix(name, "_test.go") {
					continue
				}
				file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
				require.NoError(t, err)
				ast.Inspect(file, func(n ast.Node) bool {
					if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
						text, _ := strconv.Unquote(literal.Value)
						if strings.HasPrefix(text, "x-") && !strings.ContainsAny(text, " %") {
							found[text] = true
						}
					}
					return true
				})
			}
		}
	}
	for name := range no {
		require.True(t, found[name], "%s is read no longer: take it off the list", name)
		delete(found, name)
	}
	require.Equal(t, slices.Sorted(maps.Keys(found)), build.Directives())
}
