package cli

import (
	"io/fs"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/drift"
	"github.com/ringbasic/ringbasic/internal/errorcodes"
	"github.com/ringbasic/ringbasic/internal/pin"
	"github.com/ringbasic/ringbasic/internal/report"
)

// watched is the lock of the working folder, or the one that the binary carries.
func (a *app) watched() (pin.Lock, error) {
	data, err := fs.ReadFile(a.layered(), pin.LockFile)
	if err != nil {
		return pin.Lock{}, err
	}
	return pin.ParseLock(pin.LockFile, data)
}

// page is what the HTML page shows beside the report: the documented errors of our built document, with what the
// upstream document changes of them, and what the recordings exercise.
func (a *app) page(r *drift.Report) report.Page {
	var p report.Page
	data, err := fs.ReadFile(a.layered(), "spec/openapi.yaml")
	if err != nil {
		return p
	}
	doc, err := document.Parse("spec/openapi.yaml", data)
	if err != nil {
		return p
	}
	change := map[errorcodes.Row]string{}
	for _, row := range r.ErrorCodes.Removed {
		change[row] = "removed"
	}
	rows := errorcodes.Rows(doc.Root)
	for _, row := range r.ErrorCodes.Added {
		change[row] = "added"
		rows = append(rows, row)
	}
	for _, row := range r.ErrorCodes.MessageChanged {
		change[row] = "reworded"
		rows = append(rows, row)
	}
	for _, row := range rows {
		p.Errors = append(p.Errors, report.ErrorRow{Operation: row.Operation, Status: row.Status, Code: row.Code, Message: row.Message, Change: change[row]})
	}
	return p
}
