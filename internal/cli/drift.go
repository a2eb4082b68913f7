package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/drift"
	"github.com/ringbasic/ringbasic/internal/project"
	"github.com/ringbasic/ringbasic/internal/report"
)

func (a *app) driftCommand() *cobra.Command {
	var (
		format, failOn, base string
		since, known         string
		operations, reports  []string
		goAPI, waive, all    bool
	)
	cmd := &cobra.Command{
		Use:   "drift [SOURCE]",
		Short: "Compare a newer vendor document with the pin, for the selected operations",
		Long: `Compares a vendor's document with the pin, for the selected operations alone: what changed, how bad it is for a client
built on the pin, and what is handled or waived already. SOURCE is a file, "-" for standard input, or an https URL;
without it, the URL that the lock watches. Pin, overlays, waivers and recordings are those of the working folder, and
where it has none, those that this binary carries.

Exit codes: 0 nothing at or above --fail-on, 1 drift or a waiver that fails, 2 usage, 3 could not compare.`,
		Example: `  ringbasic drift
  ringbasic drift vendor.yaml --format markdown --fail-on risky
  ringbasic drift --base old.yaml new.yaml --operations 'GET /restapi/v1.0/account/{accountId}'
  ringbasic drift --waive >> spec/waivers.yaml
  ringbasic drift --known known.json; ringbasic drift --since known.json
  ringbasic drift --report sarif=drift.sarif --report html=drift.html`,
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format", format, report.Formats...); err != nil {
				return err
			}
			if err := oneOf("fail-on", failOn, diff.FailOn...); err != nil {
				return err
			}
			if base != "" && len(args) == 0 {
				return usagef("--base OLD needs a document to compare with: drift --base OLD NEW")
			}
			if waive && (len(reports) > 0 || cmd.Flags().Changed("format")) {
				return usagef("--waive prints waivers, as YAML: it goes without --format and --report")
			}
			if base != "" && (waive || goAPI) {
				return usagef("--base compares two documents alone: it goes without --waive and --go")
			}
			outputs, err := parseReports(reports)
			if err != nil {
				return err
			}
			q := drift.Question{Operations: operations, GoAPI: goAPI, Today: time.Now()}
			source := ""
			if len(args) == 1 {
				source = args[0]
			} else {
				lock, err := a.watched()
				if err != nil {
					return err
				}
				if source, err = lock.WatchURL(); err != nil {
					return err
				}
			}
			if base != "" {
				if q.Base, err = a.readSource(cmd.Context(), base); err != nil {
					return err
				}
			}
			if q.Upstream, err = a.readSource(cmd.Context(), source); err != nil {
				return err
			}
			var accepted *diff.Known
			if since != "" {
				data, err := document.ReadAll(since)
				if err != nil {
					return err
				}
				if accepted, err = diff.ParseKnown(since, data); err != nil {
					return err
				}
			}
			r, err := a.compare(cmd.Context(), q)
			if err != nil {
				return err
			}
			if known != "" { // all that counts today, whether it was known before or not
				data, err := diff.WriteKnown(r)
				if err == nil {
					err = writeFile(known, data)
				}
				if err != nil {
					return err
				}
			}
			if accepted != nil {
				accepted.Apply(r)
			}
			if waive {
				waivers, err := drift.Waivers(a.files())
				if err != nil {
					return err
				}
				entries := diff.Skeleton(r.Findings, failOn, q.Today.AddDate(0, 3, 0), len(waivers.List) == 0)
				if len(entries) == 0 {
					fmt.Fprintln(a.stderr, "nothing to waive: no finding fails")
				}
				_, err = a.stdout.Write(entries)
				return err
			}
			options := report.Options{FailOn: failOn, Verbose: all, Color: a.colors()}
			if base == "" {
				options.Page = a.page(r)
			}
			for _, o := range outputs {
				if err := writeReport(o, r, options); err != nil {
					return err
				}
			}
			if err := report.Write(a.stdout, format, r, options); err != nil {
				return err
			}
			if r.Fails(failOn) {
				return errFindings
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&format, "format", "text", strings.Join(report.Formats, ", "))
	f.StringVar(&failOn, "fail-on", "breaking", "the least severity that fails: breaking, risky, any or none")
	completeWith(cmd, "format", report.Formats...)
	completeWith(cmd, "fail-on", diff.FailOn...)
	f.StringVar(&base, "base", "", "compare with this document instead of the pin: select overlay only, no waivers, no recordings")
	f.StringVar(&since, "since", "", "accept what this earlier report found (--known, or --format json): what is new fails")
	f.StringVar(&known, "known", "", "write what counts today to this file, small and sorted, for --since")
	f.StringSliceVar(&operations, "operations", nil, "only these operations, such as 'POST /restapi/v1.0/…', separated by commas")
	f.BoolVar(&goAPI, "go", false, "also tell what regeneration does to the Go API")
	f.BoolVar(&waive, "waive", false, "print waivers for the findings that fail, to append to spec/waivers.yaml and complete by hand")
	f.BoolVarP(&all, "verbose", "v", false, "text and github: list safe findings, too; text: all of each list")
	f.StringArrayVar(&reports, "report", nil, "also write FORMAT=FILE; can be given several times")
	return cmd
}

// output is a report to write beside the one on stdout.
type output struct{ format, file string }

func parseReports(values []string) ([]output, error) {
	var outputs []output
	for _, v := range values {
		format, file, ok := strings.Cut(v, "=")
		if !ok || file == "" {
			return nil, usagef("--report %s: write FORMAT=FILE", v)
		}
		if err := oneOf("report", format, report.Formats...); err != nil {
			return nil, err
		}
		outputs = append(outputs, output{format, file})
	}
	return outputs, nil
}

func writeReport(o output, r *diff.Report, options report.Options) error {
	options.Color = false
	var buf bytes.Buffer
	if err := report.Write(&buf, o.format, r, options); err != nil {
		return err
	}
	return writeFile(o.file, buf.Bytes())
}

// writeFile writes a report, whole or not at all, and makes the folder that it is in. What is no file, such as a link or a
// device, stays what it is and is written through.
func writeFile(name string, data []byte) error {
	if info, err := os.Lstat(name); err == nil && !info.Mode().IsRegular() {
		return os.WriteFile(name, data, 0o644)
	}
	base := filepath.Base(name)
	return project.Write(filepath.Dir(name), map[string][]byte{base: data}, []project.Change{{Path: base, State: project.Stale}})
}

// colors tells whether stdout is a terminal that wants colour (no-color.org).
func (a *app) colors() bool {
	f, ok := a.stdout.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// reportText is a report as text, for commands that tell of changes in passing.
func reportText(r *diff.Report) string {
	var buf bytes.Buffer
	if err := report.Write(&buf, "text", r, report.Options{Verbose: true}); err != nil {
		return fmt.Sprintf("%v\n", err)
	}
	return buf.String()
}
