package diff

import (
	"fmt"
	"slices"

	"github.com/ringbasic/ringbasic/internal/errorcodes"
)

// CompareCodes compares the documented errors of the selected operations, given all rows of both documents. A document
// that states no row at all withdraws none. Rows with the same operation, status and code that differ in their messages
// are reworded; only a code that appears or goes is a finding. lines gives the findings their line, may be nil.
func CompareCodes(old, new []errorcodes.Row, operations []string, lines *Facts) (ErrorCodes, []Finding) {
	var codes ErrorCodes
	var findings []Finding
	before, after := group(old, operations), group(new, operations)
	report := func(id, change string, row errorcodes.Row) {
		rule := rulesByID[id]
		line := 0
		if lines != nil && lines.operations[row.Operation] != nil {
			line = lines.operations[row.Operation].line
		}
		findings = append(findings, Finding{
			ID: id, Severity: rule.Severity, Operation: row.Operation,
			Location: fmt.Sprintf("error %d %s", row.Status, row.Code),
			Rule:     rule.Text, Implied: []Implied{}, Line: line, Aspect: rule.Aspect, Change: change,
		})
	}
	for _, key := range bothKeys(before, after) {
		x, y := before[key], after[key]
		switch {
		case x == nil:
			codes.Added = append(codes.Added, y...)
			report("code-add", added, y[0])
		case y == nil:
			if len(new) > 0 {
				codes.Removed = append(codes.Removed, x...)
				report("code-rem", removed, x[0])
			}
		default:
			came, gone := unlike(y, x), unlike(x, y)
			changed := min(len(came), len(gone))
			codes.MessageChanged = append(codes.MessageChanged, came[:changed]...)
			codes.Added = append(codes.Added, came[changed:]...)
			codes.Removed = append(codes.Removed, gone[changed:]...)
		}
	}
	for _, rows := range [][]errorcodes.Row{codes.Added, codes.Removed, codes.MessageChanged} {
		slices.SortFunc(rows, errorcodes.Compare)
	}
	codes = ErrorCodes{list(codes.Added), list(codes.Removed), list(codes.MessageChanged)}
	Sort(findings)
	return codes, findings
}

// group sorts the rows of operations by what identifies an error.
func group(rows []errorcodes.Row, operations []string) map[string][]errorcodes.Row {
	selected := make(map[string]bool, len(operations))
	for _, op := range operations {
		selected[op] = true
	}
	groups := map[string][]errorcodes.Row{}
	for _, row := range rows {
		if selected[row.Operation] {
			key := fmt.Sprintf("%s\x00%d\x00%s", row.Operation, row.Status, row.Code)
			groups[key] = append(groups[key], row)
		}
	}
	return groups
}

// unlike are the rows of a whose message no row of b has.
func unlike(a, b []errorcodes.Row) []errorcodes.Row {
	there := make(map[string]bool, len(b))
	for _, row := range b {
		there[row.Message] = true
	}
	return slices.DeleteFunc(slices.Clone(a), func(row errorcodes.Row) bool { return there[row.Message] })
}
