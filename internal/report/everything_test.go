package report

import (
	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/errorcodes"
)

const (
	createThing = "POST /v1/account/{accountId}/thing"
	updateThing = "PUT /v1/account/{accountId}/thing/{thingId}"
	readThing   = "GET /v1/account/{accountId}/thing/{thingId}"
	listThings  = "GET /v1/account/{accountId}/thing"
	sendFile    = "POST /v1/account/{accountId}/file"
	readStatus  = "GET /v1/status"
)

// hostile is what a vendor's document could say to leave the place that a view gives it.
const hostile = "<script>alert(1)</script> a|b \\| c ``` `d` @someone #1 ::error::e% %0A [x](https://example.com) ]]> {{.}} \"'& $m$ ~~s~~\r\n::error::f\n| g |\x1b[31m\u202e"

// everything is a report that has everything.
func everything() *diff.Report {
	incompatible := diff.GoIncompatible
	r := &diff.Report{
		Pinned:     diff.Side{Source: "https://example.com/things.yaml?v=1", SHA256: "0a", APIVersion: "1.0"},
		Upstream:   diff.Side{Source: "new/the things, 100%.yaml", SHA256: "0b", APIVersion: hostile},
		Operations: []string{listThings, readStatus, readThing, createThing, sendFile, updateThing},
		Summary:    diff.Summary{Go: &incompatible},
		Findings: []diff.Finding{
			{ID: "resp-enum-add", Operation: createThing, Location: "response 200 application/json color", New: "Green", Line: 30},
			{ID: "resp-enum-add", Operation: createThing, Location: "response 200 application/json color", New: hostile, Line: 31},
			{ID: "req-limit-tight", Operation: createThing, Location: "request application/json name", Attribute: "maxLength", Old: 80, New: 70, Line: 40,
				Go: &diff.GoImpact{Verdict: diff.GoNone, Symbols: []string{}}},
			{ID: "req-limit-new", Operation: createThing, Location: "request application/json name", Attribute: "pattern", New: hostile, Line: 41},
			{ID: "req-format-add", Operation: createThing, Location: "request application/json when", New: "date-time", Line: 42},
			{ID: "req-default-chg", Operation: createThing, Location: "request application/json size", Old: 1, Line: 43},
			{ID: "req-deprecated", Operation: createThing, Location: "request application/json old", Old: false, New: true, Line: 44},
			{ID: "undeprecated", Operation: createThing, Location: "deprecated", Old: true, New: false, Line: 45},
			{ID: "resp-nullable+", Operation: createThing, Location: "response 200 application/json name", Old: false, New: true, Line: 46},
			{ID: "req-req", Operation: createThing, Location: "parameter query:view", Old: false, New: true, Line: 47},
			{ID: "req-enum-new", Operation: createThing, Location: "request application/json kind", New: []any{"A", hostile}, Line: 48},
			{ID: "operation-id-changed", Operation: createThing, Location: "operationId", Old: "makeThing", New: "createThing", Line: 49},
			{ID: "resp-add", Operation: createThing, Location: "response 200 application/json owner", Line: 50,
				Implied: []diff.Implied{{Location: "response 200 application/json owner.id", Kind: "added"}, {Location: hostile, Kind: "added"}},
				Go:      &diff.GoImpact{Verdict: diff.GoCompatible, Symbols: []string{"Thing.Owner", "Owner"}}},
			{ID: "other", Operation: createThing, Location: hostile, Attribute: "discriminator", Old: map[string]any{"propertyName": "a"}, New: map[string]any{"propertyName": hostile}},
			{ID: "resp-type", Operation: readThing, Location: "response 200 application/json ranges", Old: "array", New: "object", Line: 60,
				Implied: []diff.Implied{{Location: "response 200 application/json ranges[]", Kind: "removed"}},
				Go:      &diff.GoImpact{Verdict: diff.GoIncompatible, Symbols: []string{"Thing.Ranges"}}},
			{ID: "resp-enum-disjoint", Operation: readThing, Location: "response 200 application/json type", New: "audio/wav", Line: 61, HandledBy: "overlays/20-repair.yaml:19"},
			{ID: "resp-enum-rem", Operation: readThing, Location: "response 200 application/json type", Old: "WAV", Line: 61, HandledBy: "overlays/20-repair.yaml:19"},
			{ID: "permission", Operation: readThing, Location: "x-app-permission", Old: "ReadThings", New: "ReadAll", Waived: true, Line: 62},
			{ID: "code-add", Operation: readThing, Location: "error 400 THG-101", Line: 63},
			{ID: "st-def-rem", Operation: readThing, Location: "response default"},
			{ID: "mt-req-rem", Operation: sendFile, Location: "request multipart/mixed", Old: "multipart/mixed", Line: 70,
				Implied: []diff.Implied{{Location: "request multipart/mixed file", Kind: "removed"}}},
			{ID: "operation-removed", Operation: listThings, Location: "operation"},
			{ID: "resp-format-uri", Operation: updateThing, Location: "response 200 application/json link", New: "uri", Line: 80},
		},
		ErrorCodes: diff.ErrorCodes{
			Added:          []errorcodes.Row{{Operation: readThing, Status: 400, Code: "THG-101", Message: hostile}},
			Removed:        []errorcodes.Row{{Operation: createThing, Status: 404, Code: "THG-102"}},
			MessageChanged: []errorcodes.Row{{Operation: createThing, Status: 400, Code: "THG-103", Message: "Name is too long"}},
		},
		Overlays: []diff.OverlayAction{
			{File: "overlays/20-repair.yaml", Line: 9, Target: "$.paths.*", State: "applies"},
			{File: "overlays/20-repair.yaml", Line: 19, Target: "$.components.schemas.Thing", State: "redundant"},
			{File: "overlays/20-repair.yaml", Line: 29, Target: "$.x['" + hostile + "']", State: "stale"},
		},
		Recordings:     []diff.Recording{{File: "contracttests/recordings/readThing/200.http", Problem: "response: type at /ranges: " + hostile}},
		Outside:        []diff.Warning{{Message: "reference \"#/components/schemas/Nowhere\" does not resolve", Line: 90}, {Message: hostile}},
		Document:       []string{"info.version: 1.0 → " + hostile},
		WaiverProblems: []diff.WaiverProblem{{File: "spec/waivers.yaml", Line: 2, Problem: "waiver req-req, " + readThing + ", parameter query:" + hostile + " matches no finding: remove it"}},
	}
	rules := map[string]diff.Rule{}
	for _, rule := range diff.Rules() {
		rules[rule.ID] = rule
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Severity, f.Rule = rules[f.ID].Severity, rules[f.ID].Text
	}
	r.Finish()
	return r
}

// nothing is a report without anything in it.
func nothing() *diff.Report {
	r := &diff.Report{Pinned: diff.Side{Source: "old.yaml"}, Upstream: diff.Side{Source: "new.yaml"}, Operations: []string{readThing, createThing}}
	r.Finish()
	return r
}

// everyPage is a page that has everything.
func everyPage() (Page, error) {
	return Page{
		Names: map[string]string{createThing: "createThing", readThing: "readThing", updateThing: "updateThing", listThings: "listThings", sendFile: "sendFile"},
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
