package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/drift"
	"github.com/ringbasic/ringbasic/internal/pin"
	"github.com/ringbasic/ringbasic/internal/report"
)

// suiteDir holds the contract suite of a project.
const suiteDir = "contracttests"

func (a *app) updateCommand() *cobra.Command {
	var format string
	var facts pin.Lock
	cmd := &cobra.Command{
		Use:   "update [SOURCE]",
		Short: "Take over a newer vendor document: pin, build, contract suite, and a report",
		Long: `Pins a newer vendor document, builds from it, runs the contract suite (go test ./` + suiteDir + `) on what was built, and
reports what moved and what needs a hand: overlay actions that are stale or redundant, recordings that no longer hold,
waivers that are settled. SOURCE is a file, "-" for standard input, or an https URL; without it, the URL that the lock
watches.

If the new document cannot be built with the present overlays, nothing is written: mend the overlays that the report
names, and run it again.

Exit codes: 0 updated, 1 updated and the contract suite fails, 2 usage, 3 nothing was written.`,
		Example: `  ringbasic update
  ringbasic update vendor.yaml --source https://example.com/vendor.yaml --format markdown`,
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format", format, updateFormats...); err != nil {
				return err
			}
			source := ""
			if len(args) == 1 {
				source = args[0]
			}
			return a.update(cmd.Context(), source, facts, format)
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "of the report: text, markdown or json; with the latter two, the rest goes to stderr")
	completeWith(cmd, "format", updateFormats...)
	lockFlags(cmd, &facts)
	return cmd
}

var updateFormats = []string{"text", "markdown", "json"}

func (a *app) update(ctx context.Context, source string, facts pin.Lock, format string) error {
	progress := a.stderr
	if format == "text" {
		progress = a.stdout
	}
	old, exists, err := a.readLock()
	if err != nil {
		return err
	}
	if !exists {
		return fmt.Errorf("%s is missing: there is nothing to update yet: run ringbasic pin SOURCE first", pin.LockFile)
	}
	if source == "" {
		if source, err = old.WatchURL(); err != nil {
			return err
		}
	}
	upstream, err := a.readSource(ctx, source)
	if err != nil {
		return err
	}
	moved, err := a.compare(ctx, drift.Question{Upstream: upstream, GoAPI: true, Today: time.Now()})
	if err != nil {
		return err
	}
	files, _, err := makeFiles(upstream, source, old, true, facts)
	if err != nil {
		return err
	}
	built, changes, err := a.rebuild(ctx, files)
	if err != nil {
		if format != "json" { // the failure is the one document then
			if err := a.writeUpdate(format, moved); err != nil {
				return err
			}
		}
		return fmt.Errorf("nothing was written: the new document cannot be built with the present overlays: mend these and run update again: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := build.Write(a.dir, files, changes); err != nil {
		return err
	}
	for _, c := range changes {
		if c.State != build.Unchanged {
			fmt.Fprintf(progress, "%s %s\n", c.Path, map[build.State]string{build.Stale: "written", build.Missing: "written", build.Extra: "removed"}[c.State])
		}
	}
	printSummary(progress, built, changes)
	suite, err := a.runSuite(ctx, progress)
	if err != nil {
		suite = fmt.Sprintf("was not run: %v", err)
	}
	if err := a.writeUpdate(format, moved); err != nil {
		return err
	}
	switch n := moved.Summary.Waived; n {
	case 0:
	case 1:
		fmt.Fprintf(progress, "1 finding was waived and is in the new pin: remove its entry from %s\n", drift.WaiversFile)
	default:
		fmt.Fprintf(progress, "%d findings were waived and are in the new pin: remove their entries from %s\n", n, drift.WaiversFile)
	}
	fmt.Fprintf(progress, "contract suite: %s\n", suite)
	if err != nil || suite == suiteFails {
		return errFindings
	}
	return nil
}

// rebuild builds in memory from a project with another pin and lock, and adds what was built to files.
func (a *app) rebuild(ctx context.Context, files map[string][]byte) (*build.Result, []build.Change, error) {
	p, err := build.Load(replaced{a.project(), maps.Clone(files)}, false)
	if err != nil {
		return nil, nil, err
	}
	r, err := build.Run(ctx, p, false)
	if err != nil {
		return nil, nil, err
	}
	maps.Copy(files, r.Files)
	changes, err := build.Compare(a.dir, files, build.Generated)
	return r, changes, err
}

// replaced is a file system in which some files have other contents.
type replaced struct {
	fs.FS
	contents map[string][]byte
}

func (r replaced) ReadFile(name string) ([]byte, error) {
	if data, ok := r.contents[name]; ok {
		return bytes.Clone(data), nil
	}
	return fs.ReadFile(r.FS, name)
}

func (a *app) writeUpdate(format string, moved *diff.Report) error {
	if format == "text" {
		fmt.Fprintln(a.stdout)
	}
	return report.Write(a.stdout, format, moved, report.Options{FailOn: "none", Color: a.colors()})
}

// What the contract suite said.
const (
	suitePasses  = "passes"
	suiteFails   = "fails: mend what it names in the recordings or the overlays, and run make"
	suiteMissing = "there is none in " + suiteDir
)

// runSuite runs the contract suite on what was built. Its output goes to w only where it fails.
func (a *app) runSuite(ctx context.Context, w io.Writer) (verdict string, err error) {
	if _, err := os.Stat(a.path(suiteDir)); errors.Is(err, fs.ErrNotExist) {
		return suiteMissing, nil
	}
	cmd := exec.CommandContext(ctx, "go", "test", "./"+suiteDir)
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
