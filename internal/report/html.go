package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/ringbasic/ringbasic/internal/diff"
)

// Page is what the HTML page shows beside the report.
type Page struct {
	Names    map[string]string // operation ids by operation, "POST /restapi/…"
	Errors   []ErrorRow        // the documented error table
	Coverage Coverage          // what the recordings exercise
}

// ErrorRow is a documented error.
type ErrorRow struct {
	Operation string
	Status    int
	Code      string
	Message   string
	Change    string // "added", "removed", "reworded" or ""
	Was       string // the message before it was reworded
}

// Coverage is a table: operations and what of each is exercised.
type Coverage struct {
	Columns []string      `json:"columns"`
	Rows    []CoverageRow `json:"rows"`
}

// CoverageRow has a cell for each column.
type CoverageRow struct {
	Operation string         `json:"operation"`
	Cells     []CoverageCell `json:"cells"`
}

// CoverageCell counts what is exercised, and what a waiver excuses, of what there is.
type CoverageCell struct {
	Covered int `json:"covered"`
	Waived  int `json:"waived"`
	Total   int `json:"total"`
}

// Whole tells whether nothing is left to cover.
func (c CoverageCell) Whole() bool { return c.Covered+c.Waived == c.Total }

var (
	//go:embed page.html.tmpl
	pageText string
	//go:embed page.css
	pageCSS string
	//go:embed page.js
	pageJS string
)

var page = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Funcs(template.FuncMap{
		"key":      Key,
		"kind":     kind,
		"note":     note,
		"delta":    deltaOf,
		"goImpact": goImpact,
		"split":    splitLocation,
		"byRule":   byRule,
		"plural":   plural,
		"side":     side,
		"verdict":  func(v *diff.GoVerdict) string { return goVerdict(*v) },
	}).Parse(pageText))
})

// pageView is what the template sees.
type pageView struct {
	*diff.Report
	Page
	Headline      string
	Groups        []group
	Worst         []worst // breaking findings that count
	Waivers       section
	Rest          []section
	ChangedErrors int
	Style, Script template.HTML
	Policy        string // Content-Security-Policy: this style, this script, and no network
	prefix        string // shared by the paths of all operations
}

// writePage writes one page for people, with everything in it: it loads nothing, and its policy forbids it to.
func writePage(w io.Writer, r *diff.Report, o Options) error {
	v := pageView{
		Report: r, Headline: headline(r), Groups: groups(r), Waivers: waiverSection(r), Rest: rest(r),
		Style:  template.HTML("<style>" + pageCSS + "</style>"),
		Script: template.HTML("<script>" + pageJS + "</script>"),
		Policy: fmt.Sprintf(
			"default-src 'none'; style-src '%s'; script-src '%s'; img-src data:; base-uri 'none'; form-action 'none'",
			integrity(pageCSS),
			integrity(pageJS),
		),
	}
	if o.Page != nil {
		var err error
		if v.Page, err = o.Page(); err != nil {
			return err
		}
	}
	var operations []string
	for _, g := range v.Groups {
		operations = append(operations, g.Operation)
		v.Worst = append(v.Worst, worstOf(g.Findings)...)
	}
	v.prefix = sharedPath(operations)
	for _, row := range v.Errors {
		if row.Change != "" {
			v.ChangedErrors++
		}
	}
	return page().Execute(w, v)
}

// worst is a breaking finding, or the first of several that differ in the enum value alone.
type worst struct {
	diff.Finding
	Change string
}

func worstOf(findings []diff.Finding) (all []worst) {
	var changes [][]string
	for i, f := range findings {
		change := deltaOf(f).String()
		switch {
		case rank(f) > 0:
		case i > 0 && sameLine(findings[i-1], f):
			changes[len(all)-1] = append(changes[len(all)-1], change)
		default:
			all, changes = append(all, worst{Finding: f}), append(changes, []string{change})
		}
	}
	for i := range all {
		all[i].Change = strings.Join(changes[i], ", ")
	}
	return all
}

func integrity(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// kind is what the page filters by.
func kind(f diff.Finding) string {
	if !f.Counts() {
		return "quiet"
	}
	return string(f.Severity)
}

// Kinds are the values of kind.
func (pageView) Kinds() []string { return []string{"breaking", "risky", "safe", "quiet"} }

// Count is how many findings of a kind there are.
func (v pageView) Count(k string) (n int) {
	for _, f := range v.Findings {
		if kind(f) == k {
			n++
		}
	}
	return n
}

// Count is how many findings of a kind the operation has.
func (g group) Count(k string) (n int) {
	for _, f := range g.Findings {
		if kind(f) == k {
			n++
		}
	}
	return n
}

// operationName is an operation in parts: the id if it is known, the method, the start of the path that all operations
// share, and the rest of it.
type operationName struct{ ID, Method, Shared, Path string }

// Name takes an operation apart.
func (v pageView) Name(operation string) operationName {
	method, path, _ := strings.Cut(operation, " ")
	n := operationName{ID: v.Page.Names[operation], Method: method, Path: path}
	if rest, ok := strings.CutPrefix(path, v.prefix); ok {
		n.Shared, n.Path = v.prefix, rest
	}
	return n
}

// Anchor is the id of an operation's section.
func (g group) Anchor() string {
	return "o-" + Key(diff.Finding{Operation: g.Operation})
}

// sharedPath is what the paths of all operations start with, in whole segments. A single operation shares nothing.
func sharedPath(operations []string) string {
	var shared []string
	for i, operation := range operations {
		_, path, _ := strings.Cut(operation, " ")
		segments := strings.Split(path, "/")
		segments = segments[:len(segments)-1]
		if i == 0 {
			shared = segments
			continue
		}
		n := 0
		for n < min(len(shared), len(segments)) && shared[n] == segments[n] {
			n++
		}
		shared = shared[:n]
	}
	if len(operations) < 2 {
		return ""
	}
	return strings.Join(shared, "/")
}

// location is a location in parts: "response 200 application/json" and the path, or what else it ends with.
type location struct{ Outer, Inner string }

func splitLocation(s string) location {
	words := strings.Split(s, " ")
	n := map[string]int{"request": 2, "response": 3, "parameter": 1, "error": 2}[words[0]]
	if len(words) <= n {
		n = len(words) - 1
	}
	return location{strings.Join(words[:n], " "), strings.Join(words[n:], " ")}
}

// SortedErrors has those first that changed.
func (v pageView) SortedErrors() []ErrorRow {
	rows := slices.Clone(v.Errors)
	slices.SortStableFunc(rows, func(a, b ErrorRow) int {
		switch {
		case (a.Change == "") == (b.Change == ""):
			return 0
		case a.Change != "":
			return -1
		}
		return 1
	})
	return rows
}
