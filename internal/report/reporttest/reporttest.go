// Package reporttest has the drift reports that the views are tested with, here and against other readers of their
// formats in internal/peers.
package reporttest

import (
	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/errorcodes"
)

// The operations of the reports.
const (
	CreateThing = "POST /v1/account/{accountId}/thing"
	UpdateThing = "PUT /v1/account/{accountId}/thing/{thingId}"
	ReadThing   = "GET /v1/account/{accountId}/thing/{thingId}"
	ListThings  = "GET /v1/account/{accountId}/thing"
	SendFile    = "POST /v1/account/{accountId}/file"
	ReadStatus  = "GET /v1/status"
)

// Hostile is what a vendor's document could say to leave the place that a view gives it.
const Hostile = "<script>alert(1)</script> a|b \\| c ``` `d` @someone #1 ::error::e% %0A [x](https://example.com) " +
	"]]> {{.}} \"'& $m$ ~~s~~\r\n::error::f\n| g |\x1b[31m\u202e"

// Everything is a report that has everything.
func Everything() *diff.Report {
	incompatible := diff.GoIncompatible
	r := &diff.Report{
		Pinned:     diff.Side{Source: "https://example.com/things.yaml?v=1", SHA256: "0a", APIVersion: "1.0"},
		Upstream:   diff.Side{Source: "new/the things, 100%.yaml", SHA256: "0b", APIVersion: Hostile},
		Operations: []string{ListThings, ReadStatus, ReadThing, CreateThing, SendFile, UpdateThing},
		Summary:    diff.Summary{Go: &incompatible},
		Findings: []diff.Finding{
			{ID: "resp-enum-add", Operation: CreateThing, Location: "response 200 application/json color", New: "Green",
				Line: 30,
				Overlay: `{target: "$.components.schemas.Thing.properties.color", ` +
					`description: "The vendor's document has it: resp-enum-add.", update: {"enum":["Green"]}}`},
			{ID: "resp-enum-add", Operation: CreateThing, Location: "response 200 application/json color", New: Hostile,
				Line: 31, Overlay: Hostile},
			{ID: "req-limit-tight", Operation: CreateThing, Location: "request application/json name",
				Attribute: "maxLength", Old: 80, New: 70, Line: 40,
				Go: &diff.GoImpact{Verdict: diff.GoNone, Symbols: []string{}}},
			{ID: "req-limit-new", Operation: CreateThing, Location: "request application/json name",
				Attribute: "pattern", New: Hostile, Line: 41},
			{ID: "req-format-add", Operation: CreateThing, Location: "request application/json when", New: "date-time",
				Line: 42},
			{ID: "req-default-chg", Operation: CreateThing, Location: "request application/json size", Old: 1,
				Line: 43},
			{ID: "req-deprecated", Operation: CreateThing, Location: "request application/json old", Old: false,
				New: true, Line: 44},
			{ID: "undeprecated", Operation: CreateThing, Location: "deprecated", Old: true, New: false, Line: 45},
			{ID: "resp-nullable+", Operation: CreateThing, Location: "response 200 application/json name", Old: false,
				New: true, Line: 46},
			{ID: "req-req", Operation: CreateThing, Location: "parameter query:view", Old: false, New: true, Line: 47},
			{ID: "req-enum-new", Operation: CreateThing, Location: "request application/json kind",
				New: []any{"A", Hostile}, Line: 48},
			{ID: "operation-id-changed", Operation: CreateThing, Location: "operationId", Old: "makeThing",
				New: "createThing", Line: 49},
			{ID: "resp-add", Change: "added", Operation: CreateThing, Location: "response 200 application/json owner",
				Line: 50,
				Implied: []diff.Implied{{Location: "response 200 application/json owner.id", Kind: "added"},
					{Location: Hostile, Kind: "added"}},
				Go: &diff.GoImpact{Verdict: diff.GoCompatible, Symbols: []string{"Thing.Owner", "Owner"}}},
			{ID: "other", Operation: CreateThing, Location: Hostile, Attribute: "discriminator",
				Old: map[string]any{"propertyName": "a"}, New: map[string]any{"propertyName": Hostile}},
			{ID: "resp-type", Operation: ReadThing, Location: "response 200 application/json ranges", Old: "array",
				New: "object", Line: 60,
				Implied: []diff.Implied{{Location: "response 200 application/json ranges[]", Kind: "removed"}},
				Go:      &diff.GoImpact{Verdict: diff.GoIncompatible, Symbols: []string{"Thing.Ranges"}}},
			{ID: "resp-enum-disjoint", Operation: ReadThing, Location: "response 200 application/json type",
				New: "audio/wav", Line: 61, HandledBy: "overlays/20-repair.yaml:19"},
			{ID: "resp-enum-rem", Operation: ReadThing, Location: "response 200 application/json type", Old: "WAV",
				Line: 61, HandledBy: "overlays/20-repair.yaml:19"},
			{ID: "permission", Operation: ReadThing, Location: "x-app-permission", Old: "ReadThings", New: "ReadAll",
				Waived: true, Line: 62},
			{ID: "code-add", Change: "added", Operation: ReadThing, Location: "error 400 THG-101", Line: 63},
			{ID: "st-def-rem", Change: "removed", Operation: ReadThing, Location: "response default"},
			{ID: "mt-req-rem", Operation: SendFile, Location: "request multipart/mixed", Old: "multipart/mixed",
				Line:    70,
				Implied: []diff.Implied{{Location: "request multipart/mixed file", Kind: "removed"}}},
			{ID: "operation-removed", Change: "removed", Operation: ListThings, Location: "operation"},
			{ID: "resp-format-uri", Operation: UpdateThing, Location: "response 200 application/json link", New: "uri",
				Line: 80, Places: &diff.Places{Number: 21,
					First: []diff.Place{{Operation: UpdateThing, Location: "response 200 application/json link"}}}},
		},
		ErrorCodes: diff.ErrorCodes{
			Added:   []errorcodes.Row{{Operation: ReadThing, Status: 400, Code: "THG-101", Message: Hostile}},
			Removed: []errorcodes.Row{{Operation: CreateThing, Status: 404, Code: "THG-102"}},
			MessageChanged: []errorcodes.Row{{Operation: CreateThing, Status: 400, Code: "THG-103",
				Message: "Name is too long"}},
		},
		Overlays: []diff.OverlayAction{
			{File: "overlays/20-repair.yaml", Line: 9, Target: "$.paths.*", State: "applies"},
			{File: "overlays/20-repair.yaml", Line: 19, Target: "$.components.schemas.Thing", State: "redundant"},
			{File: "overlays/30-errors.yaml", Line: 7, Target: "$.components.schemas.Thing", State: "applies",
				Strays: []diff.Stray{{Name: Hostile, Line: 9}},
				Overrides: []diff.Override{{Pointer: "/components/schemas/Thing/type", Vendor: Hostile, Was: `"text"`,
					Ours: `"string"`}}},
			{File: "overlays/20-repair.yaml", Line: 29, Target: "$.x['" + Hostile + "']", State: "stale"},
		},
		Names: []diff.NameNote{
			{Kind: "new", Name: "Part", What: "Thing.parts[]"}, {Kind: "unused", Name: "Old", What: Hostile, Line: 12},
			{Kind: "widened", Name: "Thing", What: ".uri: format differs between A and B: it is left out"},
		},
		Recordings: []diff.Recording{{File: "contracttests/recordings/readThing/200.http",
			Problem: "response: type at /ranges: " + Hostile}},
		Outside: []diff.Warning{{Message: "reference \"#/components/schemas/Nowhere\" does not resolve",
			Line: 90}, {Message: Hostile}},
		Document: []string{"info.version: 1.0 → " + Hostile},
		WaiverProblems: []diff.WaiverProblem{{File: "spec/waivers.yaml", Line: 2, Problem: "waiver req-req, " +
			ReadThing + ", parameter query:" + Hostile + " matches no finding: remove it"}},
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

// Nothing is a report without anything in it.
func Nothing() *diff.Report {
	r := &diff.Report{Pinned: diff.Side{Source: "old.yaml"}, Upstream: diff.Side{Source: "new.yaml"},
		Operations: []string{ReadThing, CreateThing}}
	r.Finish()
	return r
}
