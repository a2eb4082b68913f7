package contracttests

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"

	"github.com/ringbasic/ringbasic/internal/errorcodes"
)

// constants compares the constants in the client's source with the codes of the description, and with the codes that
// recordings raise.
func (s *suite) constants() []string {
	file, err := parser.ParseFile(token.NewFileSet(), codesFile, s.files[codesFile].Data, parser.SkipObjectResolution)
	if err != nil {
		return []string{err.Error()}
	}
	documented, raised := s.documentedCodes(), s.raisedCodes()
	var problems []string
	fail := func(format string, args ...any) {
		problems = append(problems, codesFile+": "+fmt.Sprintf(format, args...))
	}
	declared := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); !ok || kind.Name != "ErrorCode" {
			return true
		}
		for i, name := range spec.Names {
			value := spec.Values[i].(*ast.BasicLit).Value
			code, err := strconv.Unquote(value)
			switch {
			case err != nil || strings.ReplaceAll(code, "-", "") != name.Name:
				fail("the constant %s is %s: run make generate", name.Name, value)
				continue
			case !documented[code]:
				fail("nobody documents %s: run make generate", name.Name)
			case !raised[code]:
				fail("no recording raises %s", name.Name)
			}
			declared[code] = true
		}
		return true
	})
	for code := range documented {
		if !declared[code] {
			fail("no constant for %s: run make generate", code)
		}
	}
	slices.Sort(problems)
	return problems
}

func (s *suite) documentedCodes() map[string]bool {
	codes := map[string]bool{}
	add := func(rows []errorcodes.Row) {
		for _, row := range rows {
			codes[row.Code] = true
		}
	}
	add(s.contract.Platform)
	for _, op := range s.contract.Operations {
		add(op.Rows)
	}
	return codes
}

// raisedCodes are the codes that errors.Is found in the error of some recording.
func (s *suite) raisedCodes() map[string]bool {
	codes := map[string]bool{}
	for _, e := range s.exchanges {
		for _, code := range e.play().raised {
			codes[string(code)] = true
		}
	}
	return codes
}
