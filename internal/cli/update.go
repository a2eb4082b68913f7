package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/pin"
	"github.com/ringbasic/ringbasic/internal/project"
	"github.com/ringbasic/ringbasic/internal/report"
	"github.com/ringbasic/ringbasic/internal/update"
)

// updateFlags are those of the update command.
type updateFlags struct {
	facts   pin.Lock
	format  string
	pr      string
	noSuite bool
}

func (a *app) updateCommand() *cobra.Command {
	var flags updateFlags
	cmd := &cobra.Command{
		Use:   "update [SOURCE]",
		Short: "Take over a newer vendor document: pin, build, contract suite, and a report",
		Long: `Pins a newer vendor document, builds from it, runs the contract suite (go test ./` + project.SuiteDir + `) on
what was built, and reports what moved, what was done and what is left to do. SOURCE is a file, "-" for standard input,
or an https URL; without it, the URL that the lock watches.

What the vendor changed and does not matter is dealt with: new places get names in spec/names.yaml, places that are gone
go out of use there, overlay actions whose target is gone are deleted, and what is new and not recorded yet is listed in
` + project.UnrecordedFile + `. What matters is a to-do, with a stable id: recordings that no longer
hold, repairs that replace what is news, names to confirm, names that stand for schemas that differ, descriptions to
write.

Exit codes: 0 updated, 1 updated with to-dos or a contract suite that fails, 2 usage, 3 nothing was written.`,
		Example: `  ringbasic update
  ringbasic update --pr out      # also write branch, title, body.md, changelog.md and update.json for a pull request
  ringbasic update vendor.yaml --source https://example.com/vendor.yaml --format markdown`,
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error { return flags.run(cmd.Context(), a, args) },
	}
	cmd.Flags().
		StringVar(&flags.format, "format", "text",
			"of the report: text, markdown or json; with the latter two, the rest goes to stderr")
	completeWith(cmd, "format", updateFormats...)
	cmd.Flags().StringVar(&flags.pr, "pr", "", "folder for the files of a pull request")
	cmd.Flags().BoolVar(&flags.noSuite, "no-suite", false, "do not run the contract suite")
	lockFlags(cmd, &flags.facts)
	return cmd
}

var updateFormats = []string{"text", "markdown", "json"}

// run takes the document over, writes what is made of it, and prints what is left to do.
func (f *updateFlags) run(ctx context.Context, a *app, args []string) error {
	if err := oneOf("format", f.format, updateFormats...); err != nil {
		return err
	}
	source := ""
	if len(args) == 1 {
		source = args[0]
	}
	progress := a.stderr
	if f.format == "text" {
		progress = a.stdout
	}
	old, exists, err := a.readLock()
	if err != nil {
		return err
	}
	if !exists {
		return fmt.Errorf(
			"%s is missing: there is nothing to update yet: run ringbasic pin SOURCE first",
			project.LockFile,
		)
	}
	if source == "" {
		if source, err = old.WatchURL(); err != nil {
			return err
		}
	}
	ownGC := os.Getenv("GOGC") == ""
	if ownGC {
		debug.SetGCPercent(400) // a document of some megabytes is over before collecting pays: 0.39 s for 0.47
	}
	upstream, err := a.readSource(ctx, source)
	if err != nil {
		return err
	}
	if ownGC && upstream.Size > 16<<20 {
		debug.SetGCPercent(100)
	}
	var lock pin.Lock
	pinned := update.Later(func() (files map[string][]byte, err error) {
		own := *upstream // pinning changes the document, which is compared meanwhile
		own.Root = document.Clone(upstream.Root)
		files, lock, err = makeFiles(&own, source, old, true, f.facts)
		return files, err
	})
	made, err := update.Run(
		ctx,
		update.Input{Files: project.Files(a.dir), Upstream: upstream, Pin: pinned, Today: time.Now()},
	)
	if _, err := pinned(); err != nil {
		return err
	}
	if err != nil {
		if f.format != "json" && made != nil { // the failure is the one document then
			if err := a.writeUpdate(f.format, made); err != nil {
				return err
			}
		}
		return fmt.Errorf(
			"nothing was written: the new document cannot be built: mend this and run update again: %w",
			err,
		)
	}
	if err := made.NoteInChangelog(project.Files(a.dir)); err != nil {
		return err
	}
	changes, err := a.changesOf(made)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := project.Write(a.dir, made.Files, changes); err != nil {
		return err
	}
	written := false
	for _, c := range changes {
		if c.State != project.Unchanged {
			written = true
			fmt.Fprintf(
				progress,
				"%s %s\n",
				c.Path,
				map[project.State]string{project.Stale: "written", project.Missing: "written",
					project.Extra: "removed"}[c.State],
			)
		}
	}
	printSummary(progress, made.Built, changes)
	suite := suiteNotRun
	if written && !f.noSuite {
		if suite, err = a.runSuite(ctx, progress); err != nil {
			suite = fmt.Sprintf("was not run: %v", err)
		}
	}
	if f.pr != "" {
		request := made.PullRequest(update.Provenance{Old: old, New: lock, Suite: suite})
		if err := a.writePullRequest(f.pr, request); err != nil {
			return err
		}
	}
	if err := a.writeUpdate(f.format, made); err != nil {
		return err
	}
	fmt.Fprintf(progress, "contract suite: %s\n", suite)
	if err != nil || suite == suiteFails || len(made.Todos) > 0 {
		return errFindings
	}
	return nil
}

// changesOf compares what was made with what is there. What is to be removed has no contents.
func (a *app) changesOf(made *update.Result) ([]project.Change, error) {
	files := map[string][]byte{}
	var removed []project.Change
	for name, data := range made.Files {
		if data == nil {
			removed = append(removed, project.Change{Path: name, State: project.Extra})
			continue
		}
		files[name] = data
	}
	changes, err := project.Compare(a.dir, files, made.Built.Config.Generated())
	return append(changes, removed...), err
}

// writePullRequest writes the files of a pull request into a folder, which is made if it is not there.
func (a *app) writePullRequest(dir string, files map[string][]byte) error {
	if !filepath.IsAbs(dir) {
		dir = a.path(dir)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	changes, err := project.Compare(dir, files, "")
	if err != nil {
		return err
	}
	return project.Write(dir, files, changes)
}

// writeUpdate prints the report, what was done, and what is left to do.
func (a *app) writeUpdate(format string, made *update.Result) error {
	switch format {
	case "json":
		enc := json.NewEncoder(a.stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(made.JSON())
	case "text":
		fmt.Fprintln(a.stdout)
	}
	if err := report.Write(a.stdout, format, made.Moved,
		report.Options{FailOn: "none", Color: a.colors()}); err != nil {
		return err
	}
	_, err := io.WriteString(a.stdout, made.Text(format == "markdown"))
	return err
}

// What the contract suite said.
const (
	suitePasses  = "passes"
	suiteFails   = "fails: mend what it names in the recordings or the overlays, and run make"
	suiteMissing = "there is none in " + project.SuiteDir
	suiteNotRun  = "was not run"
)

// runSuite runs the contract suite on what was built. Its output goes to w only where it fails.
func (a *app) runSuite(ctx context.Context, w io.Writer) (verdict string, err error) {
	if _, err := os.Stat(a.path(project.SuiteDir)); errors.Is(err, fs.ErrNotExist) {
		return suiteMissing, nil
	}
	cmd := exec.CommandContext(ctx, "go", "test", "./"+project.SuiteDir)
	cmd.Dir = a.dir
	output, err := cmd.CombinedOutput()
	if failed := (&exec.ExitError{}); errors.As(err, &failed) && ctx.Err() == nil {
		_, err := w.Write(output)
		return suiteFails, err
	}
	if err != nil {
		return "", fmt.Errorf("go test: %w", err)
	}
	return suitePasses, nil
}
