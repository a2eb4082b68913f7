package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/contract"
	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/errorcodes"
	"github.com/ringbasic/ringbasic/internal/pin"
	"github.com/ringbasic/ringbasic/internal/project"
	"github.com/ringbasic/ringbasic/internal/report"
)

// watched is the lock of the working folder, or the one that the binary carries.
func (a *app) watched() (pin.Lock, error) {
	data, err := fs.ReadFile(a.files(), project.LockFile)
	if err != nil {
		return pin.Lock{}, err
	}
	return pin.ParseLock(project.LockFile, data)
}

// page makes, once and only if it is asked, what the HTML page shows beside the report: the names of the operations,
// the documented errors of our built document with what the upstream document changes of them, and what the recordings
// exercise. Without a built document there is nothing to show.
func (a *app) page(r *diff.Report) func() (report.Page, error) {
	return sync.OnceValues(func() (report.Page, error) {
		var p report.Page
		files := a.files()
		data, err := fs.ReadFile(files, project.SpecFile)
		if errors.Is(err, fs.ErrNotExist) {
			return p, nil
		}
		if err != nil {
			return p, err
		}
		doc, err := document.Parse(project.SpecFile, data)
		if err != nil {
			return p, err
		}
		p.Names = map[string]string{}
		for op := range document.Operations(doc.Root) {
			p.Names[op.String()] = document.Text(op.Node, "operationId")
		}
		rows, err := errorcodes.Rows(doc.Name, doc.Root)
		if err != nil {
			return p, err
		}
		p.Errors = errorTable(rows, r.ErrorCodes)
		suite, err := checked(files, doc)
		if err != nil {
			return p, fmt.Errorf("coverage of the recordings: %w", err)
		}
		p.Coverage = coverage(suite)
		return p, nil
	})
}

// errorTable is the documented errors, with what changed.
func errorTable(documented []errorcodes.Row, changes diff.ErrorCodes) []report.ErrorRow {
	type code struct {
		operation string
		status    int
		code      string
	}
	of := func(row errorcodes.Row) code { return code{row.Operation, row.Status, row.Code} }
	removed := map[errorcodes.Row]bool{}
	for _, row := range changes.Removed {
		removed[row] = true
	}
	reworded := map[code]string{}
	for _, row := range changes.MessageChanged {
		reworded[of(row)] = row.Message
	}
	var table []report.ErrorRow
	add := func(row errorcodes.Row, change string) {
		e := report.ErrorRow{
			Operation: row.Operation,
			Status:    row.Status,
			Code:      row.Code,
			Message:   row.Message,
			Change:    change,
		}
		if message, ok := reworded[of(row)]; ok && change == "" {
			e.Change, e.Message, e.Was = "reworded", message, row.Message
		}
		table = append(table, e)
	}
	for _, row := range documented {
		if removed[row] {
			add(row, "removed")
		} else {
			add(row, "")
		}
	}
	for _, row := range changes.Added {
		add(row, "added")
	}
	slices.SortStableFunc(table, func(a, b report.ErrorRow) int {
		return cmp.Or(
			cmp.Compare(a.Operation, b.Operation),
			cmp.Compare(a.Status, b.Status),
			cmp.Compare(a.Code, b.Code),
		)
	})
	return table
}

// checked is what the contract suite says of the recordings and our built document, nil where there are no recordings.
func checked(files fs.FS, built *document.Document) (*contract.Report, error) {
	doc, err := build.Validate(context.Background(), built.Root)
	if err != nil {
		return nil, err
	}
	return contract.CheckFiles(files, doc)
}

// coverage is the part of the suite's report that is shown.
func coverage(r *contract.Report) report.Coverage {
	c := report.Coverage{Columns: []string{}, Rows: []report.CoverageRow{}}
	if r == nil {
		return c
	}
	c.Columns = contract.Kinds
	for _, line := range r.Coverage {
		row := report.CoverageRow{Operation: line.Name}
		for _, column := range line.Columns {
			row.Cells = append(
				row.Cells,
				report.CoverageCell{Covered: column.Hit, Waived: column.Waived, Total: column.Total},
			)
		}
		c.Rows = append(c.Rows, row)
	}
	return c
}
