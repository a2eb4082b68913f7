package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// change is one small change of the code.
type change struct {
	id           int
	kind         string // "negated", "moved by one", "- for +"
	file         string
	line, column int
	text         string // the line
}

func (c change) String() string {
	return fmt.Sprintf("%s:%d:%d: %s: %s", filepath.Base(c.file), c.line, c.column, c.kind, c.text)
}

var (
	negated = map[token.Token]string{
		token.EQL: "!=", token.NEQ: "==", token.LSS: ">=", token.GEQ: "<", token.GTR: "<=", token.LEQ: ">",
	}
	moved   = map[token.Token]string{token.LSS: "<=", token.LEQ: "<", token.GTR: ">=", token.GEQ: ">"}
	swapped = map[token.Token]string{token.ADD: "-", token.SUB: "+", token.MUL: "/", token.QUO: "*", token.REM: "*"}
)

// rewriter writes a file of a package with all of its changes in it, each behind a condition.
type rewriter struct {
	p       *packages.Package
	source  []byte
	without map[int]bool // the changes that do not compile
	changes []change
	nodes   []ast.Node // that can be changed, those outside first
	ids     map[ast.Node][]int
}

// file writes f, nil if nothing in it can be changed. Numbers begin behind the changes that the rewriter has.
func (r *rewriter) file(f *ast.File) []byte {
	r.nodes, r.ids = nil, map[ast.Node][]int{}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GenDecl:
			return n.Tok != token.CONST && n.Tok != token.TYPE
		case *ast.ArrayType:
			return false
		case *ast.BinaryExpr:
			of := r.p.TypesInfo.Types[n]
			basic, _ := of.Type.Underlying().(*types.Basic)
			switch {
			case negated[n.Op] != "" && of.Value == nil:
				r.add(n, n.OpPos, "negated")
				if moved[n.Op] != "" {
					r.add(n, n.OpPos, "moved by one")
				}
			case swapped[n.Op] != "" && basic != nil && basic.Info()&types.IsNumeric != 0:
				r.add(n, n.OpPos, swapped[n.Op]+" for "+n.Op.String())
			}
		case *ast.IncDecStmt:
			r.add(n, n.TokPos, "the other of ++ and --")
		case *ast.UnaryExpr:
			if n.Op == token.SUB {
				r.add(n, n.OpPos, "without the sign")
			}
		}
		return true
	})
	if len(r.nodes) == 0 {
		return nil
	}
	slices.SortStableFunc(r.nodes, func(a, b ast.Node) int {
		return cmp.Or(cmp.Compare(a.Pos(), b.Pos()), cmp.Compare(b.End(), a.End()))
	})
	return []byte(r.emit(0, len(r.source), r.nodes))
}

func (r *rewriter) add(n ast.Node, at token.Pos, kind string) {
	where := r.p.Fset.Position(at)
	c := change{id: len(r.changes) + 1, kind: kind, file: where.Filename, line: where.Line, column: where.Column}
	c.text = strings.TrimSpace(strings.Split(string(r.source), "\n")[where.Line-1])
	r.changes = append(r.changes, c)
	if r.ids[n] == nil {
		r.nodes = append(r.nodes, n)
	}
	r.ids[n] = append(r.ids[n], c.id)
}

func (r *rewriter) span(n ast.Node) (from, to int) {
	return r.p.Fset.Position(n.Pos()).Offset, r.p.Fset.Position(n.End()).Offset
}

// emit is the source between two offsets, with the nodes there, those outside first, as they are rewritten.
func (r *rewriter) emit(from, to int, nodes []ast.Node) string {
	var b strings.Builder
	for len(nodes) > 0 {
		start, end := r.span(nodes[0])
		within := 1
		for within < len(nodes) {
			if inner, _ := r.span(nodes[within]); inner >= end {
				break
			}
			within++
		}
		b.Write(r.source[from:start])
		b.WriteString(r.rewritten(nodes[0], nodes[1:within]))
		from, nodes = end, nodes[within:]
	}
	b.Write(r.source[from:to])
	return b.String()
}

func (r *rewriter) part(n ast.Node, nodes []ast.Node) string {
	from, to := r.span(n)
	nodes = slices.DeleteFunc(slices.Clone(nodes), func(inner ast.Node) bool {
		start, end := r.span(inner)
		return start < from || end > to
	})
	return r.emit(from, to, nodes)
}

// rewritten is a node with its changes, in as many lines as it had.
func (r *rewriter) rewritten(n ast.Node, within []ast.Node) string {
	ids := r.ids[n]
	left := slices.ContainsFunc(ids, func(id int) bool { return !r.without[id] })
	switch n := n.(type) {
	case *ast.BinaryExpr:
		x, y := r.part(n.X, within), r.part(n.Y, within)
		switch {
		case !left:
			return fmt.Sprintf("%s %s %s", x, n.Op, y)
		case n.Op == token.EQL || n.Op == token.NEQ:
			return fmt.Sprintf("((%s %s %s) != mutateOn(%d))", x, n.Op, y, ids[0])
		case moved[n.Op] != "":
			return fmt.Sprintf("(func() bool { if mutateOn(%d) { return %s %s %s }; if mutateOn(%d) { return %s %s %s }; "+
				"return %s %s %s }())", ids[0], x, negated[n.Op], y, ids[1], x, moved[n.Op], y, x, n.Op, y)
		}
		return fmt.Sprintf("(func() %s { if mutateOn(%d) { return %s %s (%s) }; return %s %s %s }())",
			r.typeOf(n), ids[0], x, swapped[n.Op], y, x, n.Op, y)
	case *ast.UnaryExpr:
		x := r.part(n.X, within)
		if !left {
			return "-" + x
		}
		return fmt.Sprintf("(func() %s { if mutateOn(%d) { return %s }; return -%s }())", r.typeOf(n), ids[0], x, x)
	case *ast.IncDecStmt:
		x, other := r.part(n.X, within), token.DEC
		if n.Tok == token.DEC {
			other = token.INC
		}
		if !left {
			return x + n.Tok.String()
		}
		return fmt.Sprintf("func() { if mutateOn(%d) { %s%s } else { %s%s } }()", ids[0], x, other, x, n.Tok)
	}
	panic(fmt.Sprintf("%T cannot be changed", n))
}

func (r *rewriter) typeOf(n ast.Expr) string {
	return types.TypeString(types.Default(r.p.TypesInfo.Types[n].Type), func(p *types.Package) string {
		if p == r.p.Types {
			return ""
		}
		return p.Name()
	})
}

// switches is the file that switches the changes: mutateFile names a file that holds the number of one, or, behind
// "record ", the name of a file to write the numbers into that are reached.
const switches = `package %s

import (
	"os"
	"strconv"
	"strings"
	"sync"
)

var mutateFile string

var mutateNumber, mutateRecord = func() (int, string) {
	text, _ := os.ReadFile(mutateFile)
	if file, ok := strings.CutPrefix(string(text), "record "); ok {
		return 0, file
	}
	n, _ := strconv.Atoi(string(text))
	return n, ""
}()

var mutateReached sync.Map

func mutateOn(id int) bool {
	if mutateRecord != "" {
		if _, known := mutateReached.LoadOrStore(id, true); !known {
			f, err := os.OpenFile(mutateRecord, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
			if err == nil {
				f.WriteString(strconv.Itoa(id) + "\n")
				f.Close()
			}
		}
	}
	return id == mutateNumber
}
`
