package report

import (
	_ "embed"
	"html/template"
	"io"
	"strings"

	"github.com/ringbasic/ringbasic/internal/drift"
)

// Page is what the HTML page shows beside the report.
type Page struct {
	Errors   []ErrorRow // the documented error table
	Coverage Coverage   // what the recordings exercise
}

// ErrorRow is a documented error.
type ErrorRow struct {
	Operation string
	Status    int
	Code      string
	Message   string
	Change    string // "added", "removed", "reworded" or ""
}

// Coverage is a table: operations and what of each is exercised.
type Coverage struct {
	Columns []string
	Rows    []CoverageRow
}

// CoverageRow has a cell such as "21 of 21" for each column.
type CoverageRow struct {
	Operation string
	Cells     []CoverageCell
}

// CoverageCell counts what is covered of what there is.
type CoverageCell struct{ Covered, Total int }

// Whole tells whether nothing is left to cover.
func (c CoverageCell) Whole() bool { return c.Covered == c.Total }

//go:embed page.html.tmpl
var pageText string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"key":      Key,
	"note":     note,
	"value":    value,
	"implied":  implied,
	"symbols":  func(f drift.Finding) string { return strings.Join(goSymbols(f), ", ") },
	"headline": headline,
	"sides":    sides,
	"groups":   groups,
	"rest":     func(r *drift.Report) []section { return rest(r) },
	"title":    func(s section) string { return s.title },
	"lines":    func(s section) []string { return s.lines },
	"counts":   func(g group) map[string]int { return counts(g.Findings) },
}).Parse(pageText))

func counts(findings []drift.Finding) map[string]int {
	n := map[string]int{}
	for _, f := range findings {
		if note(f) == "" {
			n[string(f.Severity)]++
		} else {
			n["quiet"]++
		}
	}
	return n
}

// html is one page for people, with everything in it: it loads nothing.
func html(w io.Writer, r *drift.Report, p Page) error {
	return page.Execute(w, struct {
		Report *drift.Report
		Page   Page
	}{r, p})
}
