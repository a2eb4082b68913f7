package generate_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// runtimeNames are the exported names that a package can get from package runtime, as its sources declare them.
func runtimeNames(t *testing.T) (names []string) {
	files, err := filepath.Glob("runtime/*.go")
	require.NoError(t, err)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		add := func(id *ast.Ident) {
			if id.IsExported() {
				names = append(names, id.Name)
			}
		}
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				if decl.Recv == nil {
					add(decl.Name)
				}
			case *ast.GenDecl:
				for _, spec := range decl.Specs {
					switch spec := spec.(type) {
					case *ast.TypeSpec:
						add(spec.Name)
					case *ast.ValueSpec:
						for _, id := range spec.Names {
							add(id)
						}
					}
				}
			}
		}
	}
	return names
}

// A document may call its components what it likes, also what the runtime calls its own.
func TestComponentsCalledLikeTheRuntime(t *testing.T) {
	names := runtimeNames(t)
	require.Contains(t, names, "Client")
	require.Contains(t, names, "Throttled")
	for _, name := range names {
		text := small("", "", strings.ReplaceAll(thing, "schemas/Thing", "schemas/"+name), strings.Replace(plainThing, "Thing", strconv.Quote(name), 1))
		files, err := filesOf(load(t, []byte(text)), spec([]byte(text)), config)
		require.NoError(t, err, name)
		require.Contains(t, string(files["types.gen.go"]), "type "+name+"Object struct", name)
	}
}

// A component whose name has no letter, or begins with a digit, has types for what is in it, and is selected as before.
func TestComponentsWithoutLetters(t *testing.T) {
	for name, want := range map[string]string{"0": "N0", "9lives": "N9Lives", "9.9": "N99", "_": "Underscore", "-": "Minus", ".": "Dot", "_1": "Underscore1",
		"--": "MinusMinus", "_a": "UnderscoreA"} {
		text := small("", "", thing, fmt.Sprintf(`Thing: {oneOf: [{$ref: '#/components/schemas/%[1]s'}, {$ref: '#/components/schemas/Card'}], discriminator:
		  {propertyName: kind}}, Card: {type: object, properties: {kind: {type: string}}}, '%[1]s': {type: object, properties: {kind: {type: string},
		  e: {type: string, enum: [a]}, o: {type: object, properties: {z: {type: string}}}}}`, name))
		files, err := filesOf(load(t, []byte(text)), spec(nil), config)
		require.NoError(t, err, name)
		types := string(files["types.gen.go"])
		require.Contains(t, types, "type "+want+" struct {", name)
		require.Contains(t, types, fmt.Sprintf("case %q:", name), name)
		require.NotRegexp(t, `(?m)^type [^A-Z]`, types, name)
	}
}

// Two components that a name is given to are two types still: it is refused, and neither takes the place of the other.
func TestOneNameForTwoComponents(t *testing.T) {
	const both = `Thing: {type: object, properties: {first: {$ref: '#/components/schemas/A'}, second: {$ref: '#/components/schemas/B'}}},
    A: {type: object, x-go-name: Part, properties: {a: {type: string}}},
    B: {type: object, x-go-name: Part, properties: {b: {type: string}}}`
	text := small("", "", thing, both)
	for range 5 { // in whatever order maps are walked
		_, err := filesOf(load(t, []byte(text)), spec([]byte(text)), config)
		require.ErrorContains(t, err, "Part")
	}
}

// What a discriminator selects by a component's own name is what the server sends, whatever the type is called.
func TestDiscriminatorOfRenamedComponents(t *testing.T) {
	for _, union := range []string{
		"{propertyName: kind}",
		"{propertyName: kind, mapping: {File: File, Card: '#/components/schemas/Card'}}",
		"{propertyName: kind, mapping: {File: '#/components/schemas/File'}}",
	} {
		text := small("", "", thing, fmt.Sprintf(`Thing: {oneOf: [{$ref: '#/components/schemas/File'}, {$ref: '#/components/schemas/Card'}], discriminator: %s},
    File: {type: object, required: [kind], properties: {kind: {type: string}, size: {type: integer}}},
    Card: {type: object, required: [kind], properties: {kind: {type: string}, name: {type: string}}}`, union))
		files, err := filesOf(load(t, []byte(text)), spec([]byte(text)), config)
		require.NoError(t, err, union)
		types := string(files["types.gen.go"])
		require.Contains(t, types, `case "File":`, union)
		require.Contains(t, types, `case "Card":`, union)
		require.NotContains(t, types, `"FileObject"`, union)
	}
}

// Formats in which parts of an allOf contradict each other are left out, also of what shares a part with it, wherever
// that stands: maps are walked in any order.
func TestFormatsOfSharedParts(t *testing.T) {
	for _, names := range [][2]string{{"x", "y"}, {"y", "x"}} {
		text := small("", "", thing, fmt.Sprintf(`Thing: {type: object, properties: {%s: {allOf: [{$ref: '#/components/schemas/P'}, {type: integer,
		  format: int32}]}, %s: {allOf: [{$ref: '#/components/schemas/P'}, {$ref: '#/components/schemas/Q'}]}}},
    P: {type: integer, format: int64},
    Q: {type: integer, format: int64}`, names[0], names[1]))
		for range 10 {
			files, err := filesOf(load(t, []byte(text)), spec([]byte(text)), config)
			require.NoError(t, err)
			types := string(files["types.gen.go"])
			require.Regexp(t, `X \*int `, types)
			require.Regexp(t, `Y \*int `, types)
		}
	}
}

// A result without a name of its own gets one, whatever status it comes with.
func TestResultsWithoutNames(t *testing.T) {
	for _, status := range []string{"200", "201", "203", "206", "2XX", "default"} {
		for schema, want := range map[string]string{
			"{type: array, items: {type: string}}":                                  "",
			"{type: object, properties: {b: {type: string}}}":                       "",
			"{type: array, items: {type: object, properties: {b: {type: string}}}}": `type \w+ = \[\]`,
		} {
			text := small("", "", "{'"+status+"': {description: ok, content: {application/json: {schema: "+schema+"}}}}", plainThing)
			files, err := filesOf(load(t, []byte(text)), spec([]byte(text)), config)
			require.NoError(t, err, "%s %s", status, schema)
			require.Regexp(t, want, string(files["types.gen.go"]), status)
		}
	}
}

// What x-pages says is held against the operation.
func TestPagesThatAreNone(t *testing.T) {
	const list = "Thing: {type: object, properties: {last: {type: integer}, next: {type: string}}}"
	for pages, message := range map[string]string{
		"true":                              "doThing: x-pages must be false or an object of parameter and last, next or token",
		"{parameter: p, lost: last}":        "doThing: x-pages: lost: it has the texts parameter and last, next or token, and nothing else",
		"{parameter: 1, last: last}":        "doThing: x-pages: parameter: it has the texts",
		"{parameter: p}":                    "doThing: x-pages needs parameter, and either token, or last, next or both",
		"{last: last}":                      "doThing: x-pages needs parameter",
		"{parameter: p, last: a, token: b}": "doThing: x-pages needs parameter, and either token",
		"{parameter: q, last: last}":        `doThing: x-pages: there is no query parameter "q"`,
		"{parameter: p, last: last.page}":   "doThing: x-pages: the result has no member last.page",
		"{parameter: p, last: last}":        "",
		"{parameter: p, token: next}":       "",
		"false":                             "",
	} {
		text := strings.Replace(small(", {name: p, in: query, schema: {type: string}}", "", thing, list), "      operationId: doThing\n",
			"      operationId: doThing\n      x-pages: "+pages+"\n", 1)
		files, err := filesOf(load(t, []byte(text)), spec([]byte(text)), config)
		if message != "" {
			require.ErrorContains(t, err, message, pages)
			continue
		}
		require.NoError(t, err, pages)
		require.Equal(t, pages != "false", strings.Contains(string(files["api.gen.go"]), "func (c *Client) DoThingPages("), pages)
	}
	text := strings.Replace(small("", "", "{'204': {description: none}}", ""), "      operationId: doThing\n",
		"      operationId: doThing\n      x-pages: {parameter: p, last: a}\n", 1)
	_, err := filesOf(load(t, []byte(text)), spec([]byte(text)), config)
	require.ErrorContains(t, err, "doThing: x-pages: the operation has no JSON result that could tell of pages")
}

// A union that lists a branch twice, and one whose discriminator cannot select an inline branch, are unions.
func TestUnionsOfAllKinds(t *testing.T) {
	t.Parallel()
	for name, union := range map[string]string{
		"twice": "oneOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}], discriminator: " +
			"{propertyName: type}",
		"twice, mapped": "oneOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/A'}], discriminator: {propertyName: type, mapping: {a: " +
			"'#/components/schemas/A'}}",
		"inline": "oneOf: [{$ref: '#/components/schemas/A'}, {type: object, properties: {c: {type: string}}}], discriminator: {propertyName: type}",
		"inline, mapped": "anyOf: [{$ref: '#/components/schemas/A'}, {type: object, properties: {c: {type: string}}}], " +
			"discriminator: {propertyName: type, mapping: {a: '#/components/schemas/A'}}",
	} {
		text := small("", "", thing, "Thing: {"+union+"}, A: {type: object, properties: {type: {type: string}}}, B: {type: object, properties: {type: "+
			"{type: string}}}")
		files, err := filesOf(load(t, []byte(text)), spec(nil), config)
		require.NoError(t, err, name)
		require.Contains(t, string(files["types.gen.go"]), "func (t Thing) AsA() (A, error)", name)
		require.Equal(t, name == "twice" || name == "twice, mapped", strings.Contains(string(files["types.gen.go"]), ") Discriminator() (string, error)"), name)
	}
}

// A list that leads back to itself through a member that may be null has a type of its own: go/types and the compiler
// panic over an alias there, "type L = []Thing" with a field Nullable[L] in Thing, in some orders of declarations.
func TestListsThatLeadBackThroughNull(t *testing.T) {
	for name, schemas := range map[string]string{
		"at once": "Thing: {type: object, properties: {l: {allOf: [{$ref: '#/components/schemas/L'}], nullable: true}}}, L: {type: array, items: " +
			"{$ref: '#/components/schemas/Thing'}}",
		"by itself": "Thing: {type: object, properties: {l: {$ref: '#/components/schemas/L'}}}, L: {type: array, nullable: true, items: {$ref: " +
			"'#/components/schemas/Thing'}}",
		"through a map": "Thing: {type: object, properties: {l: {allOf: [{$ref: '#/components/schemas/L'}], nullable: true}}}, L: {type: array, items: " +
			"{$ref: '#/components/schemas/M'}}, M: {type: object, additionalProperties: {type: object, additionalProperties: {$ref: '#/components/schemas/Thing'}}}",
		"from within": "Thing: {type: object, properties: {a: {$ref: '#/components/schemas/L'}}}, L: {type: array, items: {$ref: '#/components/schemas/C3'}}, " +
			"C3: {type: object, additionalProperties: {type: object, properties: {n: {allOf: [{$ref: '#/components/schemas/L'}], nullable: true}}, " +
			"additionalProperties: {type: string}}}",
	} {
		text := small("", "{content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}", thing, schemas)
		files, err := filesOf(load(t, []byte(text)), spec([]byte(text)), config)
		require.NoError(t, err, name)
		require.Contains(t, string(files["types.gen.go"]), "\ntype L []", name)
		require.Contains(t, string(files["types.gen.go"]), "Nullable[L]", name)
	}
	const plain = "Thing: {type: object, properties: {l: {allOf: [{$ref: '#/components/schemas/L'}], nullable: true}}}, L: {type: array, items: {type: string}}"
	text := small("", "{content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}", thing, plain)
	files, err := filesOf(load(t, []byte(text)), spec([]byte(text)), config)
	require.NoError(t, err)
	require.Contains(t, string(files["types.gen.go"]), "\ntype L = []string", "a list that does not lead back is an alias, as ever")
}
