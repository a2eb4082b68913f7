package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
)

// message is a finding in one sentence. Of an operation that is gone it says where it may be.
func message(f diff.Finding) string {
	s := fmt.Sprintf("%s, %s: %s", document.Printable(f.Operation), line(f.Location), line(deltaOf(f).String()))
	if i := implied(f); i != "" {
		s += " " + i
	}
	s += fmt.Sprintf(" (%s: %s)", f.Severity, document.Printable(f.Rule))
	if f.MovedTo != "" {
		s += " [probably moved to " + document.Printable(f.MovedTo) + "]"
	}
	if n := note(f); n != "" {
		s += " [" + document.Printable(n) + "]"
	}
	if g := goImpact(f); g != "" {
		s += " [Go: " + line(g) + "]"
	}
	return s
}

// The parts of a JUnit report that CI servers read.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		Failure *junitFailure `xml:"failure,omitempty"`
		Skipped *junitSkipped `xml:"skipped,omitempty"`
		Output  string        `xml:"system-out,omitempty"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
	junitSkipped struct {
		Message string `xml:"message,attr"`
	}
)

// junit has a suite for each operation and a case for each finding: failed if it fails the build, skipped if it is
// waived or handled, else passed. An operation without findings is a case that passed, and a waiver that fails is one
// that failed.
func junit(w io.Writer, r *diff.Report, o Options) error {
	all := junitSuites{Name: "ringbasic drift"}
	add := func(s junitSuite) {
		s.Tests = len(s.Cases)
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Skipped += s.Skipped
		all.Suites = append(all.Suites, s)
	}
	if waivers := waiverSection(r); len(waivers.Lines) > 0 {
		s := junitSuite{Name: waivers.Title, Failures: len(waivers.Lines)}
		for _, p := range r.WaiverProblems {
			s.Cases = append(
				s.Cases,
				junitCase{
					Name:    document.Printable(p.Problem),
					Class:   p.File,
					Failure: &junitFailure{document.Printable(p.Problem), waiverRule, document.Printable(p.String())},
				},
			)
		}
		add(s)
	}
	for _, g := range groups(r) {
		s := junitSuite{Name: document.Printable(g.Operation)}
		if len(g.Findings) == 0 {
			s.Cases = append(s.Cases, junitCase{Name: "no change", Class: s.Name})
		}
		for _, f := range g.Findings {
			c := junitCase{
				Name:  fmt.Sprintf("%s %s %s", line(f.Location), f.ID, line(deltaOf(f).String())),
				Class: s.Name,
			}
			switch {
			case note(f) != "":
				c.Skipped = &junitSkipped{document.Printable(note(f))}
				s.Skipped++
			case diff.Fails(f, o.FailOn):
				c.Failure = &junitFailure{message(f), string(f.Severity), place(r, f)}
				s.Failures++
			default:
				c.Output = message(f)
			}
			s.Cases = append(s.Cases, c)
		}
		add(s)
	}
	if len(all.Suites) == 0 {
		add(junitSuite{Name: "drift", Cases: []junitCase{{Name: "no change", Class: "drift"}}})
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

// place is where in the upstream document a finding is, "" if it is not known.
func place(r *diff.Report, f diff.Finding) string {
	if f.Line == 0 {
		return ""
	}
	return fmt.Sprintf("%s:%d", line(source(r, f)), f.Line)
}

var (
	githubData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// github prints workflow commands, which GitHub Actions turns into annotations. It shows ten errors, ten warnings and
// ten notices of a step: the worst come first, over all operations, and without Verbose what does not matter is a
// number in the one notice.
func github(w io.Writer, r *diff.Report, o Options) error {
	var b strings.Builder
	command := func(level, file string, line int, title, text string) {
		properties := ""
		if file != "" && line > 0 && !strings.Contains(file, "://") {
			properties = fmt.Sprintf("file=%s,line=%d,", githubProperty.Replace(filepath.ToSlash(file)), line)
		}
		fmt.Fprintf(
			&b,
			"::%s %stitle=%s::%s\n",
			level,
			properties,
			githubProperty.Replace(title),
			githubData.Replace(text),
		)
	}
	for _, p := range r.WaiverProblems {
		command("error", p.File, p.Line, waiverRule, document.Printable(p.String()))
	}
	command("notice", "", 0, title(r), headline(r))
	var findings []diff.Finding
	for _, g := range groups(r) {
		findings = append(findings, g.Findings...)
	}
	slices.SortStableFunc(findings, func(a, b diff.Finding) int { return rank(a) - rank(b) })
	levels := map[diff.Severity]string{diff.Breaking: "error", diff.Risky: "warning", diff.Safe: "notice"}
	for _, f := range findings {
		level := levels[f.Severity]
		if !f.Counts() {
			level = "notice"
		}
		if level != "notice" || o.Verbose {
			command(level, source(r, f), f.Line, fmt.Sprintf("%s drift: %s", f.Severity, f.ID), message(f))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
