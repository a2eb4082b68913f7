package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/ringbasic/ringbasic/internal/live"
	"github.com/ringbasic/ringbasic/internal/project"
	"github.com/ringbasic/ringbasic/internal/recording"
)

// liveFlags are those of the live command.
type liveFlags struct {
	config live.Config
	format string
}

func (a *app) liveCommand() *cobra.Command {
	var flags liveFlags
	cmd := &cobra.Command{
		Use:   "live",
		Short: "Send the recorded requests to a real account and compare the answers",
		Long: `Sends the requests of ` + project.RecordingsDir + ` to a real account and compares what the server says with
what is recorded: status, error code and message, and the shape of a success. The account is that of the environment:
RINGCENTRAL_SERVER (default https://platform.ringcentral.com), RINGCENTRAL_CLIENT_ID, RINGCENTRAL_CLIENT_SECRET and
RINGCENTRAL_JWT.

By default only reads are sent, and requests that have to fail, such that nothing comes of them if the server should accept
one: they are broken, for nobody, or make a rule that is disabled. What creates or changes something needs
--allow-writes and the id of the account to do it on; the report names what was made or changed, for you to undo.

Ids in recordings are placeholders: 1001 and "~" are the account, 1002 the extension of the JWT's user. Give the real
ones of others with --id, or with RINGCENTRAL_IDS=1003=…,1004=…; recordings that need one without are skipped.

With --record the answers replace the recorded responses, redacted: credentials, ids, phone numbers and addresses.
Names that people gave to rules and devices stay: read the changes before you commit them.

Requests keep to the rate limits of the account, so a run takes minutes; progress goes to stderr.`,
		Example: `  ringbasic live --only 'createAnsweringRule/400-*'
  ringbasic live --record --allow-writes --account 4001 --id 1005=4005`,
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return flags.run(cmd.Context(), a) },
	}
	f := cmd.Flags()
	f.StringVar(&flags.config.Only, "only", "", "only recordings whose folder/name, or folder, matches this pattern")
	f.BoolVar(&flags.config.AllowWrites, "allow-writes", false, "also send what creates or changes something; needs --account")
	f.StringVar(&flags.config.Account, "account", "", "the real id of the account (default: that of the JWT's user, for what changes nothing)")
	f.StringToStringVar(&flags.config.IDs, "id", nil, "PLACEHOLDER=ID: the real id for one of the recordings")
	f.BoolVar(&flags.config.Record, "record", false, "rewrite the recordings from the answers")
	f.StringVar(&flags.format, "format", "text", "text or json")
	completeWith(cmd, "format", "text", "json")
	return cmd
}

// run sends the requests and prints what differs.
func (f *liveFlags) run(ctx context.Context, a *app) error {
	if err := oneOf("format", f.format, "text", "json"); err != nil {
		return err
	}
	// What is rewritten must be what is in the working folder.
	files := a.files()
	if f.config.Record {
		files = os.DirFS(a.dir)
	}
	var err error
	if f.config.Spec, err = fs.ReadFile(files, project.SpecFile); err != nil {
		return err
	}
	if f.config.Recordings, err = recording.ReadDir(files, project.RecordingsDir); err != nil {
		return err
	}
	f.config.Progress = func(p live.Progress) { fmt.Fprintln(a.stderr, p) }
	report, err := live.Run(ctx, f.config)
	return a.finishLive(report, err, f.format)
}

// finishLive writes what was recorded and prints the report. Of a run that failed half-way the text is printed too: it
// says what was made until then.
func (a *app) finishLive(report *live.Report, failed error, format string) error {
	if usage := (live.UsageError{}); errors.As(failed, &usage) {
		return usageError{failed}
	}
	if report == nil || failed != nil && format == "json" {
		return failed
	}
	if failed == nil {
		changes, err := project.Compare(a.dir, report.Files, "")
		if err != nil {
			return err
		}
		if err := project.Write(a.dir, report.Files, changes); err != nil {
			return err
		}
	}
	if format == "json" {
		enc := json.NewEncoder(a.stdout)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		if err := enc.Encode(report); err != nil {
			return err
		}
	} else if err := report.Text(a.stdout); err != nil {
		return err
	}
	if failed == nil && report.Count[live.Differs]+report.Count[live.Failed] > 0 {
		return errFindings
	}
	return failed
}
