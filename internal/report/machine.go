package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ringbasic/ringbasic/internal/drift"
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
		Logical  []sarifLogical `json:"logicalLocations"`
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
		Justification string `json:"justification"`
	}
)

var sarifLevels = map[string]string{"breaking": "error", "risky": "warning", "safe": "note"}

// sarif points at the lines of the upstream document. What is waived or handled is a suppressed result.
func sarif(w io.Writer, r *drift.Report) error {
	run := sarifRun{
		Tool:    sarifTool{sarifDriver{Name: "ringbasic", InformationURI: "https://github.com/ringbasic/ringbasic", Rules: []sarifRule{}}},
		Results: []sarifResult{},
	}
	var ids []string
	texts := map[string]drift.Finding{}
	for _, f := range r.Findings {
		if _, seen := texts[f.ID]; !seen {
			ids = append(ids, f.ID)
			texts[f.ID] = f
		}
	}
	slices.Sort(ids)
	for _, id := range ids {
		rule := sarifRule{ID: id, Text: sarifMessage{texts[id].Rule}}
		rule.Default.Level = sarifLevels[string(texts[id].Severity)]
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, rule)
	}
	for _, f := range r.Findings {
		result := sarifResult{
			RuleID: f.ID, RuleIndex: slices.Index(ids, f.ID), Level: sarifLevels[string(f.Severity)],
			Message:      sarifMessage{message(f)},
			Fingerprints: map[string]string{"ringbasicFinding/v1": Key(f)},
			Locations:    []sarifLocation{{Logical: []sarifLogical{{FullyQualifiedName: f.Operation + " " + f.Location, Kind: "member"}}}},
		}
		physical := &result.Locations[0].Physical
		physical.Artifact.URI = artifact(r.Upstream.Source)
		if f.Line > 0 {
			physical.Region = &sarifRegion{f.Line}
		}
		switch {
		case f.Waived:
			result.Suppressions = []sarifSuppression{{"external", "waived in spec/waivers.yaml"}}
		case f.HandledBy != "":
			result.Suppressions = []sarifSuppression{{"external", note(f)}}
		}
		run.Results = append(run.Results, result)
	}
	return writeJSON(w, sarifLog{
		Schema:  "https://json.schemastore.org/sarif-2.1.0.json",
		Version: "2.1.0",
		Runs:    []sarifRun{run},
	})
}

// artifact is a source as a URI reference: a URL as it is, a path with slashes and escapes.
func artifact(source string) string {
	if strings.Contains(source, "://") {
		return source
	}
	return (&url.URL{Path: filepath.ToSlash(source)}).String()
}

// message is a finding in one sentence.
func message(f drift.Finding) string {
	parts := []string{fmt.Sprintf("%s, %s:", f.Operation, f.Location)}
	if c := change(f); c != "" {
		parts = append(parts, c)
	}
	if i := implied(f); i != "" {
		parts = append(parts, i)
	}
	s := strings.Join(parts, " ") + fmt.Sprintf(" (%s: %s)", f.Severity, f.Rule)
	if n := note(f); n != "" {
		s += " [" + n + "]"
	}
	return s
}

// junit has a suite for each operation and a case for each finding: failed if it counts, skipped if it is waived or
// handled, else passed.
func junit(w io.Writer, r *drift.Report, o Options) error {
	type failure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
	}
	type skipped struct {
		Message string `xml:"message,attr"`
	}
	type testcase struct {
		Name    string   `xml:"name,attr"`
		Class   string   `xml:"classname,attr"`
		Failure *failure `xml:"failure,omitempty"`
		Skipped *skipped `xml:"skipped,omitempty"`
		Output  string   `xml:"system-out,omitempty"`
	}
	type suite struct {
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Skipped  int        `xml:"skipped,attr"`
		Cases    []testcase `xml:"testcase"`
	}
	type suites struct {
		XMLName  xml.Name `xml:"testsuites"`
		Name     string   `xml:"name,attr"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Suites   []suite  `xml:"testsuite"`
	}
	all := suites{Name: "ringbasic drift"}
	add := func(s suite) {
		s.Tests = len(s.Cases)
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Suites = append(all.Suites, s)
	}
	for _, g := range groups(r) {
		s := suite{Name: g.Operation}
		for _, f := range g.Findings {
			c := testcase{Name: strings.TrimSpace(f.Location + " " + f.ID + " " + change(f)), Class: g.Operation}
			switch {
			case note(f) != "":
				c.Skipped = &skipped{note(f)}
				s.Skipped++
			case drift.Fails(f, o.FailOn):
				c.Failure = &failure{message(f), string(f.Severity)}
				s.Failures++
			default:
				c.Output = message(f)
			}
			s.Cases = append(s.Cases, c)
		}
		add(s)
	}
	if waivers := rest(r)[0]; len(waivers.lines) > 0 {
		s := suite{Name: waivers.title, Failures: len(waivers.lines)}
		for _, line := range waivers.lines {
			s.Cases = append(s.Cases, testcase{Name: line, Class: "spec/waivers.yaml", Failure: &failure{line, "waiver"}})
		}
		add(s)
	}
	if len(all.Suites) == 0 {
		add(suite{Name: "drift", Cases: []testcase{{Name: "no drift", Class: "drift"}}})
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// github prints workflow commands, which GitHub Actions turns into annotations.
func github(w io.Writer, r *drift.Report) error {
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	levels := map[string]string{"breaking": "error", "risky": "warning", "safe": "notice"}
	for _, line := range rest(r)[0].lines {
		if _, err := fmt.Fprintf(w, "::error title=waiver::%s\n", data.Replace(line)); err != nil {
			return err
		}
	}
	for _, g := range groups(r) {
		for _, f := range g.Findings {
			level := levels[string(f.Severity)]
			if note(f) != "" {
				level = "notice"
			}
			at := ""
			if !strings.Contains(r.Upstream.Source, "://") && f.Line > 0 {
				at = fmt.Sprintf("file=%s,line=%d,", property.Replace(filepath.ToSlash(r.Upstream.Source)), f.Line)
			}
			if _, err := fmt.Fprintf(w, "::%s %stitle=%s::%s\n", level, at, property.Replace(string(f.Severity)+" drift: "+f.ID), data.Replace(message(f))); err != nil {
				return err
			}
		}
	}
	_, err := fmt.Fprintf(w, "::notice title=API drift::%s\n", data.Replace(headline(r)))
	return err
}
