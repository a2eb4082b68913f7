// Package cli is the ringbasic command: it reads flags and files, calls the packages that do the work, and prints what
// they return.
//
// Results go to stdout, diagnostics to stderr. With --format json stdout is always one valid JSON document, on a
// failure {"error": "…"}. Exit codes: 0 clean, 1 findings (drift, stale output, a failed contract), 2 usage, 3 could
// not run.
package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringbasic/ringbasic/contracttests"
	"github.com/ringbasic/ringbasic/contracttests/recordings"
	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/drift"
	"github.com/ringbasic/ringbasic/internal/project"
	"github.com/ringbasic/ringbasic/overlays"
	"github.com/ringbasic/ringbasic/spec"
)

// Exit codes of every command.
const (
	exitClean    = 0
	exitFindings = 1
	exitUsage    = 2
	exitFailed   = 3
)

// errFindings ends a command that has done its work and printed what it found.
var errFindings = errors.New("findings")

// usageError is a mistake in the command line.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// app is what the commands share.
type app struct {
	dir            string // the project's root, -C
	stdin          io.Reader
	stdout, stderr io.Writer
}

// How long a command has after the first signal to say what it was at.
const (
	gracePeriod = 500 * time.Millisecond
	// What live has made on an account has to be told, and the request under way is ended first.
	liveGracePeriod = 10 * time.Second
)

func grace(args []string) time.Duration {
	if slices.Contains(args, "live") {
		return liveGracePeriod
	}
	return gracePeriod
}

// Run runs the command line args and returns its exit code.
func Run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, func() {
		stop() // a second signal ends the process
		// What is being parsed or compared does not look at the context. Where nothing is being written there is
		// nothing to bring to an end either.
		time.Sleep(grace(args))
		if !project.Writing() {
			fmt.Fprintln(stderr, "ringbasic: interrupted: nothing more was written")
			os.Exit(exitFailed)
		}
	})
	return run(ctx, args, stdin, stdout, stderr)
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	results := &resultWriter{Writer: stdout}
	a := &app{stdin: stdin, stdout: results, stderr: stderr}
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(results)
	root.SetErr(stderr)
	command, err := root.ExecuteContextC(ctx)
	if err == nil || errors.Is(err, errFindings) {
		err = cmp.Or(results.err, err)
	}
	if err == nil {
		return exitClean
	}
	if errors.Is(err, errFindings) {
		return exitFindings
	}
	if ctx.Err() != nil {
		err = fmt.Errorf("interrupted: nothing more was written (%w)", err)
	}
	code := exitFailed
	hint := ""
	if usage := (usageError{}); errors.As(err, &usage) {
		code, hint = exitUsage, fmt.Sprintf("\nSee %q.", command.CommandPath()+" --help")
	}
	if format := command.Flags().Lookup("format"); format != nil &&
		(format.Value.String() == "json" || wantsJSON(args)) {
		text, _ := json.Marshal(map[string]string{"error": err.Error()}) // a map of strings always marshals
		fmt.Fprintf(stdout, "%s\n", text)
	}
	fmt.Fprintf(stderr, "ringbasic: %s%s\n", document.PrintableLines(err.Error()), hint)
	return code
}

// resultWriter keeps the first error of writing: a command that could not print has failed, whatever it found.
type resultWriter struct {
	io.Writer
	err error
}

func (w *resultWriter) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	if w.err == nil {
		w.err = err
	}
	return n, err
}

// wantsJSON reports whether the arguments ask for JSON, also behind a flag that could not be read.
func wantsJSON(args []string) bool {
	for i, arg := range args {
		if arg == "--" {
			break // files follow
		}
		if arg == "--format=json" || arg == "json" && i > 0 && args[i-1] == "--format" {
			return true
		}
	}
	return false
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "ringbasic",
		Short: "Pin, build, check and compare RingCentral's API description",
		Long: `
ringbasic turns RingCentral's published API description into a Go client that a service can depend on, and tells
what a newer description changes for the operations that are used.

Exit codes: 0 clean, 1 findings (drift, stale output, a failed contract), 2 usage, 3 could not run.`[1:],
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("unknown command %q", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if info, err := os.Stat(a.dir); err != nil || !info.IsDir() {
			return usagef("-C %s: there is no such folder", a.dir)
		}
		if !writesProject(cmd) {
			if project.Unfinished(a.dir) {
				fmt.Fprintf(
					a.stderr,
					"warning: %s: a run before may have been killed while it wrote: run that command again, or "+
						"ringbasic build, to complete what it began\n",
					a.path(project.JournalFile),
				)
			}
			return nil
		}
		recovered, err := project.Recover(a.dir)
		if recovered {
			fmt.Fprintln(a.stderr, "what a run before had begun to write is complete now")
		}
		return err
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.PersistentFlags().StringVarP(&a.dir, "dir", "C", ".", "the project's root")
	root.SetHelpCommand(helpCommand())
	root.AddCommand(
		a.pinCommand(),
		a.buildCommand(),
		a.errorsCommand(),
		a.driftCommand(),
		a.rulesCommand(),
		a.coverageCommand(),
		a.updateCommand(),
		a.serveCommand(),
		a.liveCommand(),
		a.trafficCommand(),
	)
	return root
}

// writesProject tells whether a command writes files of the project. Others leave what a run before began as it is.
func writesProject(cmd *cobra.Command) bool {
	asked := func(flag string) bool {
		f := cmd.Flags().Lookup(flag)
		return f != nil && f.Value.String() != f.DefValue
	}
	switch cmd.Name() {
	case "build":
		return !asked("check") && !asked("named")
	case "pin":
		return !asked("check")
	case "update":
		return true
	case "live":
		return asked("record")
	case "coverage":
		return asked("prune")
	}
	return false
}

// helpCommand is cobra's, but for a command that does not exist: that is a mistake in the command line.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [command]",
		Short: "Help about any command",
		Long: "Help provides help for any command in the application.\nSimply type ringbasic help [path to " +
			"command] for full details.",
		RunE: func(cmd *cobra.Command, args []string) error {
			found, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return usagef("unknown command %q", strings.Join(args, " "))
			}
			found.InitDefaultHelpFlag()
			return found.Help()
		},
	}
}

// exactly and atMost are cobra's checks as usage errors.
func atMost(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := cobra.MaximumNArgs(n)(cmd, args); err != nil {
			return usageError{err}
		}
		return noneEmpty(args)
	}
}

func exactly(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := cobra.ExactArgs(n)(cmd, args); err != nil {
			return usageError{err}
		}
		return noneEmpty(args)
	}
}

// noneEmpty refuses an empty argument, such as a variable of a script that is not set: it does not mean the default.
func noneEmpty(args []string) error {
	for _, arg := range args {
		if arg == "" {
			return usagef("an argument is empty: name a file or URL, or leave it out")
		}
	}
	return nil
}

// oneOf checks the value of a flag.
func oneOf(flag, value string, allowed ...string) error {
	for _, v := range allowed {
		if v == value {
			return nil
		}
	}
	return usagef("--%s %s: it must be one of %s", flag, value, strings.Join(allowed, ", "))
}

// path is where a file of the project is on disk.
func (a *app) path(name string) string { return filepath.Join(a.dir, filepath.FromSlash(name)) }

// carried are the files of this version that the binary holds.
var carried = project.Mounts{
	"spec": spec.Files, project.OverlayDir: overlays.Files, project.SuiteDir: contracttests.Waivers,
	project.RecordingsDir: recordings.Files,
}

// files are those that are read where nothing is written.
func (a *app) files() fs.FS { return project.Layered(a.dir, carried) }

// compare answers the question of drift for the project.
func (a *app) compare(ctx context.Context, q drift.Question) (*diff.Report, error) {
	r, err := drift.Run(ctx, a.files(), q)
	if unknown := (drift.UnknownOperationError{}); errors.As(err, &unknown) {
		return nil, usagef("--operations: %w", err)
	}
	return r, err
}
