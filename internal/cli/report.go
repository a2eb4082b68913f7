package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/project"
	"github.com/ringbasic/ringbasic/internal/report"
)

// reportFlags are those of commands that print a report.
type reportFlags struct {
	format, failOn string
	files          []string
	all            bool

	outputs []output
}

func (f *reportFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", "text", strings.Join(report.Formats, ", "))
	flags.StringVar(&f.failOn, "fail-on", "breaking", "the least severity that fails: breaking, risky, any or none")
	completeWith(cmd, "format", report.Formats...)
	completeWith(cmd, "fail-on", diff.FailOn...)
	flags.BoolVarP(&f.all, "verbose", "v", false, "text and github: list safe findings, too; text: all of each list")
	flags.StringArrayVar(&f.files, "report", nil, "also write FORMAT=FILE; can be given several times")
}

// check tells whether the values can be, before anything is read.
func (f *reportFlags) check() error {
	if err := oneOf("format", f.format, report.Formats...); err != nil {
		return err
	}
	if err := oneOf("fail-on", f.failOn, diff.FailOn...); err != nil {
		return err
	}
	for _, v := range f.files {
		format, file, ok := strings.Cut(v, "=")
		if !ok || file == "" {
			return usagef("--report %s: write FORMAT=FILE", v)
		}
		if err := oneOf("report", format, report.Formats...); err != nil {
			return err
		}
		f.outputs = append(f.outputs, output{format, file})
	}
	return nil
}

// write writes the report wherever it is asked for. page makes what the HTML page says besides, nil for nothing.
func (f *reportFlags) write(a *app, r *diff.Report, page func() (report.Page, error)) error {
	options := report.Options{FailOn: f.failOn, Verbose: f.all, Color: a.colors(), Page: page}
	for _, o := range f.outputs {
		if err := writeReport(o, r, options); err != nil {
			return err
		}
	}
	return report.Write(a.stdout, f.format, r, options)
}

// output is a report to write beside the one on stdout.
type output struct{ format, file string }

func writeReport(o output, r *diff.Report, options report.Options) error {
	options.Color = false
	var buf bytes.Buffer
	if err := report.Write(&buf, o.format, r, options); err != nil {
		return err
	}
	return writeFile(o.file, buf.Bytes())
}

// writeFile writes a report, whole or not at all, and makes the folder that it is in. What is no file, such as a link
// or a device, stays what it is and is written through.
func writeFile(name string, data []byte) error {
	if info, err := os.Lstat(name); err == nil && !info.Mode().IsRegular() {
		return os.WriteFile(name, data, 0o644)
	}
	base := filepath.Base(name)
	return project.Write(
		filepath.Dir(name),
		map[string][]byte{base: data},
		[]project.Change{{Path: base, State: project.Stale}},
	)
}

// colors tells whether stdout is a terminal that wants colour (no-color.org).
func (a *app) colors() bool {
	stdout := a.stdout
	if results, ok := stdout.(*resultWriter); ok {
		stdout = results.Writer
	}
	f, ok := stdout.(*os.File)
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
