package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/overlay"
	"github.com/ringbasic/ringbasic/internal/project"
)

// buildFlags are those of the build command.
type buildFlags struct {
	check, verbose bool
	named          string
}

func (a *app) buildCommand() *cobra.Command {
	var flags buildFlags
	cmd := &cobra.Command{
		Use:   "build",
		Short: "Make spec/openapi.yaml and the client from the pin and the overlays",
		Long: `
Makes spec/openapi.yaml and generated/ringcentral from the pin and the overlays: select, prune, convert to OpenAPI
3.0.3, name by place (spec/names.yaml), repair and describe, validate, generate. New places are added to
spec/names.yaml. Nothing is fetched, and nothing is written before all of it is whole.`[1:],
		Example: `  ringbasic build
  ringbasic build --check    # in CI: exit 1 if what is committed is not what the pin and the overlays give
  ringbasic build --named -  # print what the overlays are applied to`,
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return flags.run(cmd.Context(), a) },
	}
	cmd.Flags().
		BoolVar(&flags.check, "check", false, "write nothing; exit 1 if a file is stale, missing or no longer generated")
	cmd.Flags().
		StringVar(&flags.named, "named", "", "write the document that the overlays are applied to into this file, "+
			"- for stdout, and nothing else")
	cmd.Flags().
		BoolVarP(&flags.verbose, "verbose", "v", false,
			"also list the overlay actions, and what is broken in the pin outside of the selection")
	return cmd
}

// run builds, and writes or compares.
func (f *buildFlags) run(ctx context.Context, a *app) error {
	started := time.Now()
	p, err := build.Load(project.Files(a.dir), f.verbose)
	if err != nil {
		return err
	}
	if f.named != "" {
		return a.writeNamed(p, f.named)
	}
	load := build.Stage{Name: "load", Took: time.Since(started)}
	if f.verbose {
		a.printActions(p.Overlays)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		// All 520 operations of a document of 1.1 MB take 190 MiB instead of 290, and a fifth more time.
		debug.SetMemoryLimit(48<<20 + 100*int64(p.Pin.Size))
	}
	r, err := build.Run(ctx, p, f.verbose)
	if err != nil {
		return err
	}
	r.Stages = append([]build.Stage{load}, r.Stages...)
	changes, err := project.Compare(a.dir, r.Files, r.Config.Generated())
	if err != nil {
		return err
	}
	if f.verbose {
		a.printDetails(r)
	}
	if f.check {
		return a.reportStale(changes)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := project.Write(a.dir, r.Files, changes); err != nil {
		return err
	}
	printSummary(a.stdout, r, changes)
	return nil
}

var namedHeader = `
# The selected operations of the pin as an OpenAPI 3.0.3 document, named by spec/names.yaml: what the overlays that
# follow 10-select are applied to.
`[1:]

// writeNamed writes the document that the overlays are applied to.
func (a *app) writeNamed(p *build.Project, file string) error {
	root, _, err := p.AssemblePin()
	if err != nil {
		return err
	}
	document.Sort(root)
	text, err := document.Encode(root, namedHeader)
	if err != nil {
		return err
	}
	if file == "-" {
		_, err = a.stdout.Write(text)
		return err
	}
	dir, name := filepath.Split(file)
	if dir == "" {
		dir = "."
	}
	changes, err := project.Compare(dir, map[string][]byte{name: text}, "")
	if err != nil {
		return err
	}
	return project.Write(dir, map[string][]byte{name: text}, changes)
}

// reportStale lists every file that is not what was built.
func (a *app) reportStale(changes []project.Change) error {
	clean := true
	for _, c := range changes {
		switch c.State {
		case project.Extra:
			fmt.Fprintf(a.stdout, "%s is no longer generated: run make generate\n", c.Path)
		case project.Stale, project.Missing:
			fmt.Fprintf(a.stdout, "%s is %s: run make generate\n", c.Path, c.State)
		default:
			continue
		}
		clean = false
	}
	if !clean {
		return errFindings
	}
	fmt.Fprintf(a.stdout, "%d files are up to date\n", len(changes))
	return nil
}

func printSummary(w io.Writer, r *build.Result, changes []project.Change) {
	count := map[project.State]int{}
	for _, c := range changes {
		count[c.State]++
	}
	fmt.Fprintf(w, "operations  %d of %d\n", len(r.Operations), r.Total)
	fmt.Fprintf(w, "schemas     %d\n", r.Schemas())
	fmt.Fprintf(w, "overlays    %d actions applied\n", r.Actions)
	fmt.Fprintf(
		w,
		"files       %d written, %d unchanged, %d removed\n",
		count[project.Stale]+count[project.Missing],
		count[project.Unchanged],
		count[project.Extra],
	)
	var total time.Duration
	stages := make([]string, len(r.Stages))
	for i, s := range r.Stages {
		total += s.Took
		stages[i] = fmt.Sprintf("%s %d ms", s.Name, s.Took.Milliseconds())
	}
	fmt.Fprintf(w, "time        %d ms: %s\n", total.Milliseconds(), strings.Join(stages, ", "))
}

// printActions lists, on stderr, what is applied to the selection.
func (a *app) printActions(overlays []*overlay.Overlay) {
	w := tabwriter.NewWriter(a.stderr, 0, 0, 2, ' ', 0)
	for _, o := range overlays {
		for _, action := range o.Actions {
			verb := "update"
			if action.Remove {
				verb = "remove"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\n", action.Position(), verb, action.Target)
		}
	}
	w.Flush()
}

// printDetails lists, on stderr, what was selected and what is broken elsewhere.
func (a *app) printDetails(r *build.Result) {
	for _, op := range r.Operations {
		fmt.Fprintf(a.stderr, "selected %s\n", op)
	}
	for _, directive := range r.Directives {
		fmt.Fprintf(a.stderr, "warning: %s:%d: %s\n", project.PinFile, directive.Line, directive.Message)
	}
	for _, warning := range r.Warnings {
		fmt.Fprintf(
			a.stderr,
			"warning: %s:%d: %s (outside of the selection)\n",
			project.PinFile,
			warning.Line,
			warning.Message,
		)
	}
}
