package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/live"
	"github.com/ringbasic/ringbasic/internal/project"
	"github.com/ringbasic/ringbasic/internal/recording"
	"github.com/ringbasic/ringbasic/internal/report"
	"github.com/ringbasic/ringbasic/internal/traffic"
)

// liveFlags are those of the live command.
type liveFlags struct {
	reportFlags
	config live.Config
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

By default only reads are sent, and requests that have to fail, such that nothing comes of them if the server should
accept one: they are broken, for nobody, or make a rule that is disabled. What creates or changes something needs
--allow-writes and the id of the account to do it on; the report names what was made or changed, for you to undo.

Ids in recordings are placeholders: 1001 and "~" are the account, 1002 the extension of the JWT's user. Give the real
ones of others with --id, or with RINGCENTRAL_IDS=1003=…,1004=…; recordings that need one without are skipped.

With --record the answers replace the recorded responses, redacted: credentials, ids, phone numbers and addresses, and
every text that no enumeration of the description has. What a recording has already stands for what the server says in
the same place. Messages of errors stay: read the changes before you commit them.

The answers are held against the built document as well, with the findings, severities, waivers and formats of
"ringbasic traffic". What differs from a recording fails in any case, a finding from --fail-on on.

Requests keep to the rate limits of the account, so a run takes minutes; progress goes to stderr.`,
		Example: `  ringbasic live --only 'createAnsweringRule/400-*'
  ringbasic live --fail-on risky --report html=live.html
  ringbasic live --record --allow-writes --account 4001 --id 1005=4005`,
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return flags.run(cmd.Context(), a) },
	}
	f := cmd.Flags()
	f.StringVar(&flags.config.Only, "only", "", "only recordings whose folder/name, or folder, matches this pattern")
	f.BoolVar(
		&flags.config.AllowWrites,
		"allow-writes",
		false,
		"also send what creates or changes something; needs --account",
	)
	f.StringVar(
		&flags.config.Account,
		"account",
		"",
		"the real id of the account (default: that of the JWT's user, for what changes nothing)",
	)
	f.StringToStringVar(&flags.config.IDs, "id", nil, "PLACEHOLDER=ID: the real id for one of the recordings")
	f.BoolVar(&flags.config.Record, "record", false, "rewrite the recordings from the answers")
	flags.add(cmd)
	return cmd
}

// run sends the requests and prints what differs.
func (f *liveFlags) run(ctx context.Context, a *app) error {
	if err := f.check(); err != nil {
		return err
	}
	// What is rewritten must be what is in the working folder.
	files := a.files()
	if f.config.Record {
		files = project.Files(a.dir)
	}
	var err error
	if f.config.Spec, err = fs.ReadFile(files, project.SpecFile); err != nil {
		return err
	}
	if f.config.Recordings, err = recording.ReadDir(files, project.RecordingsDir); err != nil {
		return err
	}
	settings, err := project.LoadConfig(files)
	if err != nil {
		return err
	}
	f.config.Throttling = settings.Throttling
	f.config.Progress = func(p live.Progress) { fmt.Fprintln(a.stderr, document.Printable(p.String())) }
	made, err := live.Run(ctx, f.config)
	if usage := (live.UsageError{}); errors.As(err, &usage) {
		return usageError{err}
	}
	if err != nil {
		if made != nil && f.format == "text" { // it says what was made until then
			return errors.Join(made.Text(a.stdout), err)
		}
		return err
	}
	return f.finish(ctx, a, made)
}

// finish writes what was recorded, holds the answers against the built document, and prints both.
func (f *liveFlags) finish(ctx context.Context, a *app, made *live.Report) error {
	changes, err := project.Compare(a.dir, made.Files, "")
	if err != nil {
		return err
	}
	if err := project.Write(a.dir, made.Files, changes); err != nil {
		return err
	}
	findings, err := a.judgeLive(ctx, made)
	if err != nil {
		return err
	}
	switch f.format {
	case "json":
		err = f.writeJSON(a, made, findings)
	case "text":
		if err = made.Text(a.stdout); err == nil {
			_, err = fmt.Fprintln(a.stdout)
		}
		if err == nil {
			err = f.write(a, findings, nil)
		}
	default:
		for _, r := range made.Results {
			for _, d := range r.Differences {
				findings.Document = append(findings.Document, r.Recording+": "+d)
			}
			if r.Outcome == live.Failed {
				findings.Document = append(findings.Document, r.Recording+": failed: "+r.Reason)
			}
		}
		err = f.write(a, findings, nil)
	}
	if err == nil && (findings.Fails(f.failOn) || made.Count[live.Differs]+made.Count[live.Failed] > 0) {
		return errFindings
	}
	return err
}

// judgeLive holds the answers against the built document.
func (a *app) judgeLive(ctx context.Context, made *live.Report) (*diff.Report, error) {
	doc, known, err := a.described("")
	if err != nil {
		return nil, err
	}
	c, err := traffic.New(ctx, traffic.Config{Root: doc.Root, Known: known})
	if err != nil {
		return nil, err
	}
	for _, r := range made.Answered {
		e, err := traffic.FromRecording(r)
		if err != nil {
			return nil, err
		}
		c.Add(e)
	}
	r := c.Report(traffic.Side(doc), diff.Side{Source: made.Server})
	return r, a.waive(r, false)
}

// writeJSON writes the report, with the findings in it as "ringbasic traffic" has them.
func (f *liveFlags) writeJSON(a *app, made *live.Report, findings *diff.Report) error {
	var inner bytes.Buffer
	if err := report.Write(&inner, "json", findings, report.Options{FailOn: f.failOn}); err != nil {
		return err
	}
	var outer bytes.Buffer
	enc := json.NewEncoder(&outer)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(struct {
		*live.Report
		Findings json.RawMessage `json:"findings"`
	}{made, inner.Bytes()}); err != nil {
		return err
	}
	for _, o := range f.outputs {
		if err := writeReport(o, findings, report.Options{FailOn: f.failOn}); err != nil {
			return err
		}
	}
	_, err := a.stdout.Write(outer.Bytes())
	return err
}
