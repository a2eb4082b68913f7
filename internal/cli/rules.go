package cli

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"runtime/debug"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/pin"
	"github.com/ringbasic/ringbasic/internal/project"
)

// rulesFlags are those of the rules command.
type rulesFlags struct{ format string }

func (a *app) rulesCommand() *cobra.Command {
	var flags rulesFlags
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List the rules by which drift is judged",
		Long: `
Lists every rule of the drift check with its severity and its reason, in the order of the policy. Findings and waivers
name rules by these ids.`[1:],
		Example: `  ringbasic rules
  ringbasic rules --format json`,
		Args: exactly(0),
		RunE: func(*cobra.Command, []string) error { return flags.run(a) },
	}
	cmd.Flags().StringVar(&flags.format, "format", "text", "text, json or markdown")
	completeWith(cmd, "format", "text", "json", "markdown")
	return cmd
}

// run prints the rules.
func (f *rulesFlags) run(a *app) error {
	if err := oneOf("format", f.format, "text", "json", "markdown"); err != nil {
		return err
	}
	switch f.format {
	case "json":
		enc := json.NewEncoder(a.stdout)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(diff.Rules())
	case "markdown":
		fmt.Fprint(a.stdout, "| rule | severity | why |\n|---|---|---|\n")
		for _, r := range diff.Rules() {
			fmt.Fprintf(a.stdout, "| `%s` | %s | %s |\n", r.ID, r.Severity, strings.ReplaceAll(r.Text, "|", "\\|"))
		}
		return nil
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, r := range diff.Rules() {
		fmt.Fprintf(w, "%s\t%s\t%s\n", r.ID, r.Severity, r.Text)
	}
	return w.Flush()
}

// completeWith has the shell complete a flag with the given values.
func completeWith(cmd *cobra.Command, flag string, values ...string) {
	complete := func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return values, cobra.ShellCompDirectiveNoFileComp
	}
	if err := cmd.RegisterFlagCompletionFunc(flag, complete); err != nil {
		panic(err) // a flag that the command does not have
	}
}

// version is the module's version, and which vendor document the binary carries the pin of.
func version() string {
	module := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		module = info.Main.Version
	}
	data, err := fs.ReadFile(carried, project.LockFile)
	if err != nil {
		return module
	}
	lock, err := pin.ParseLock(project.LockFile, data)
	if err != nil {
		return module
	}
	return fmt.Sprintf("%s, pin of API version %s, SHA-256 %s", module, lock.APIVersion, lock.PinSHA256)
}
