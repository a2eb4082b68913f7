package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/ringbasic/ringbasic/internal/contract"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/project"
)

// coverageFlags are those of the coverage command.
type coverageFlags struct {
	format string
	prune  bool
}

func (a *app) coverageCommand() *cobra.Command {
	var flags coverageFlags
	cmd := &cobra.Command{
		Use:   "coverage",
		Short: "Print what the recordings exercise of the built document",
		Long: `
Prints, for each operation, how many of the statuses, error rows, parameters, properties and values that the built
document names a recording exercises, and how many are waived with a reason. The contract suite fails for what is
neither.`[1:],
		Example: `  ringbasic coverage
  ringbasic coverage --prune  # once new recordings are there, or old ones mended
  ringbasic coverage --format json`,
		Args: exactly(0),
		RunE: func(*cobra.Command, []string) error { return flags.run(a) },
	}
	cmd.Flags().StringVar(&flags.format, "format", "text", "text or json")
	completeWith(cmd, "format", "text", "json")
	cmd.Flags().BoolVar(&flags.prune, "prune", false,
		"first take out of "+project.UnrecordedFile+" what is exercised or waived by now, or gone")
	return cmd
}

// run prints the matrix.
func (f *coverageFlags) run(a *app) error {
	if err := oneOf("format", f.format, "text", "json"); err != nil {
		return err
	}
	files := a.files()
	data, err := fs.ReadFile(files, project.SpecFile)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf(
			"%s is missing: run ringbasic build to make it, or name the project's root with -C",
			project.SpecFile,
		)
	}
	if err != nil {
		return err
	}
	doc, err := document.Parse(project.SpecFile, data)
	if err != nil {
		return err
	}
	suite, err := checked(files, doc)
	if err != nil {
		return err
	}
	if f.prune && suite != nil {
		if suite, err = a.prune(doc, suite); err != nil {
			return err
		}
	}
	switch {
	case f.format == "json":
		enc := json.NewEncoder(a.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(coverage(suite))
	case suite == nil:
		_, err = fmt.Fprintln(a.stdout, "there are no recordings")
	default:
		_, err = fmt.Fprint(a.stdout, suite.Table())
	}
	return err
}

// prune takes out of the list of what is not recorded yet what the suite does not need there, and checks again.
func (a *app) prune(doc *document.Document, suite *contract.Report) (*contract.Report, error) {
	data, err := fs.ReadFile(project.Files(a.dir), project.UnrecordedFile)
	if errors.Is(err, fs.ErrNotExist) {
		return suite, nil
	}
	if err != nil {
		return nil, err
	}
	list, err := contract.ParseUnrecorded(project.UnrecordedFile, data)
	if err != nil {
		return nil, err
	}
	taken := list.Prune(suite.Listed)
	fmt.Fprintf(a.stderr, "%s: %d cells taken out\n", project.UnrecordedFile, taken)
	if taken == 0 {
		return suite, nil
	}
	files := map[string][]byte{project.UnrecordedFile: list.Encode()}
	changes, err := project.Compare(a.dir, files, "")
	if err == nil {
		err = project.Write(a.dir, files, changes)
	}
	if err != nil {
		return nil, err
	}
	return checked(project.Files(a.dir), doc)
}
