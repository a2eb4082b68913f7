package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/report"
)

func (a *app) coverageCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "coverage",
		Short: "Print what the recordings exercise of the built document",
		Long: `Prints, for each operation, how many of the statuses, error rows, parameters, properties and values that the built document
names a recording exercises, and how many are waived with a reason. The contract suite fails for what is neither.`,
		Example: `  ringbasic coverage
  ringbasic coverage --format json`,
		Args: exactly(0),
		RunE: func(*cobra.Command, []string) error {
			if err := oneOf("format", format, "text", "json"); err != nil {
				return err
			}
			return a.printCoverage(format)
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	completeWith(cmd, "format", "text", "json")
	return cmd
}

func (a *app) printCoverage(format string) error {
	files := a.layered()
	data, err := fs.ReadFile(files, build.SpecFile)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is missing: run ringbasic build to make it, or name the project's root with -C", build.SpecFile)
	}
	if err != nil {
		return err
	}
	doc, err := document.Parse(build.SpecFile, data)
	if err != nil {
		return err
	}
	c, err := coverage(files, doc)
	if err != nil {
		return err
	}
	if format == "json" {
		c.Columns, c.Rows = listOf(c.Columns), listOf(c.Rows)
		enc := json.NewEncoder(a.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(c)
	}
	if len(c.Rows) == 0 {
		_, err := fmt.Fprintln(a.stdout, "there are no recordings")
		return err
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, column := range c.Columns {
		fmt.Fprint(w, "\t", column)
	}
	fmt.Fprintln(w)
	for _, row := range c.Rows {
		fmt.Fprint(w, row.Operation)
		for _, cell := range row.Cells {
			fmt.Fprint(w, "\t", cellText(cell))
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

// cellText is "12/14 (2 waived)", or a dash where there is nothing to exercise.
func cellText(c report.CoverageCell) string {
	text := "–"
	if c.Total > 0 {
		text = fmt.Sprintf("%d/%d", c.Covered, c.Total)
	}
	if c.Waived > 0 {
		text += fmt.Sprintf(" (%d waived)", c.Waived)
	}
	return text
}

func listOf[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}
