package report

import (
	"io"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
)

// The parts of SARIF 2.1.0 (OASIS, 27 March 2020) that a report needs.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool    sarifTool     `json:"tool"`
		Results []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      string       `json:"id"`
		Text    sarifMessage `json:"shortDescription"`
		Default struct {
			Level string `json:"level"`
		} `json:"defaultConfiguration"`
	}
	sarifMessage struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID       string             `json:"ruleId"`
		RuleIndex    int                `json:"ruleIndex"`
		Level        string             `json:"level"`
		Message      sarifMessage       `json:"message"`
		Locations    []sarifLocation    `json:"locations"`
		Fingerprints map[string]string  `json:"partialFingerprints"`
		Suppressions []sarifSuppression `json:"suppressions,omitempty"`
	}
	sarifLocation struct {
		Physical sarifPhysical  `json:"physicalLocation"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
	}
	sarifPhysical struct {
		Artifact struct {
			URI string `json:"uri"`
		} `json:"artifactLocation"`
		Region *sarifRegion `json:"region,omitempty"`
	}
	sarifRegion struct {
		StartLine int `json:"startLine"`
	}
	sarifLogical struct {
		FullyQualifiedName string `json:"fullyQualifiedName"`
		Kind               string `json:"kind"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Status        string `json:"status"`
		Justification string `json:"justification"`
	}
)

const (
	home        = "https://github.com/ringbasic/ringbasic"
	fingerprint = "ringbasicFinding/v1"
)

var sarifLevels = map[diff.Severity]string{diff.Breaking: "error", diff.Risky: "warning", diff.Safe: "note"}

// waiverRule is the rule of a waiver that fails.
const waiverRule = "waiver"

// sarif points at the lines of the upstream document. What is waived or handled is a suppressed result. A waiver that
// fails is a result as well, at its line.
func sarif(w io.Writer, r *diff.Report) error {
	rules := map[string]sarifRule{}
	add := func(id, text, level string) {
		rule := sarifRule{ID: id, Text: sarifMessage{text}}
		rule.Default.Level = level
		rules[id] = rule
	}
	for _, f := range r.Findings {
		add(f.ID, f.Rule, sarifLevels[f.Severity])
	}
	if len(r.WaiverProblems) > 0 {
		add(waiverRule, "a waiver that excuses nothing, or has expired", "error")
	}
	ids := slices.Sorted(maps.Keys(rules))
	run := sarifRun{
		Tool:    sarifTool{sarifDriver{Name: "ringbasic", InformationURI: home, Rules: []sarifRule{}}},
		Results: []sarifResult{},
	}
	for _, id := range ids {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, rules[id])
	}
	for _, p := range r.WaiverProblems {
		run.Results = append(run.Results, sarifResult{
			RuleID: waiverRule, RuleIndex: slices.Index(ids, waiverRule), Level: "error",
			Message:      sarifText(document.Printable(p.Problem)),
			Fingerprints: map[string]string{fingerprint: Key(diff.Finding{ID: waiverRule, Location: p.Problem})},
			Locations:    []sarifLocation{{Physical: sarifPlace(p.File, p.Line)}},
		})
	}
	for _, g := range groups(r) {
		for _, f := range g.Findings {
			result := sarifResult{
				RuleID: f.ID, RuleIndex: slices.Index(ids, f.ID), Level: sarifLevels[f.Severity],
				Message:      sarifText(message(f)),
				Fingerprints: map[string]string{fingerprint: Key(f)},
				Locations: []sarifLocation{{
					Physical: sarifPlace(source(r, f), f.Line),
					Logical: []sarifLogical{
						{FullyQualifiedName: document.Printable(f.Operation + " " + f.Location), Kind: "member"},
					},
				}},
			}
			if n := note(f); n != "" {
				result.Suppressions = []sarifSuppression{{"external", "accepted", document.Printable(n)}}
			}
			run.Results = append(run.Results, result)
		}
	}
	return writeJSON(w, sarifLog{
		Schema:  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
		Version: "2.1.0",
		Runs:    []sarifRun{run},
	})
}

// sarifText is a plain text message. "[text](target)" would be a link (SARIF 2.1.0, 3.11.6), which no vendor's text is.
func sarifText(s string) sarifMessage { return sarifMessage{strings.ReplaceAll(s, "](", "] (")} }

func sarifPlace(source string, line int) (p sarifPhysical) {
	p.Artifact.URI = artifact(source)
	if line > 0 {
		p.Region = &sarifRegion{line}
	}
	return p
}

// artifact is a source as a URI reference: an absolute path as a file URL, another path with slashes and escapes, and a
// URL without its scheme, since GitHub refuses logs with any other than that of the checkout.
func artifact(source string) string {
	if strings.Contains(source, "://") {
		if u, err := url.Parse(source); err == nil {
			return strings.TrimPrefix(strings.TrimPrefix(u.String(), u.Scheme+":"), "//")
		}
	}
	u := url.URL{Path: filepath.ToSlash(source)}
	if filepath.IsAbs(source) {
		u.Scheme, u.Path = "file", "/"+strings.TrimPrefix(u.Path, "/")
	}
	return u.String()
}
