package report

import (
	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/report/reporttest"
)

const (
	createThing = reporttest.CreateThing
	updateThing = reporttest.UpdateThing
	readThing   = reporttest.ReadThing
	listThings  = reporttest.ListThings
	sendFile    = reporttest.SendFile
	readStatus  = reporttest.ReadStatus
	hostile     = reporttest.Hostile
)

func everything() *diff.Report { return reporttest.Everything() }

func nothing() *diff.Report { return reporttest.Nothing() }

// everyPage is a page that has everything.
func everyPage() (Page, error) {
	return Page{
		Names: map[string]string{createThing: "createThing", readThing: "readThing", updateThing: "updateThing", listThings: "listThings",
			sendFile: "sendFile"},
		Errors: []ErrorRow{
			{Operation: createThing, Status: 400, Code: "THG-100", Message: "Color is not supported"},
			{Operation: createThing, Status: 400, Code: "THG-103", Message: "Name is too long", Was: "Name too long", Change: "reworded"},
			{Operation: createThing, Status: 404, Code: "THG-102", Message: "Account is not found", Change: "removed"},
			{Operation: readThing, Status: 400, Code: "THG-101", Message: hostile, Change: "added"},
		},
		Coverage: Coverage{
			Columns: []string{"success", "status", "row", "response value"},
			Rows: []CoverageRow{
				{"createThing", []CoverageCell{{1, 0, 1}, {2, 0, 2}, {3, 0, 3}, {10, 2, 12}}},
				{"readThing", []CoverageCell{{1, 0, 1}, {1, 0, 2}, {0, 0, 0}, {0, 0, 0}}},
			},
		},
	}, nil
}
