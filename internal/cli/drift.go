package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/drift"
)

// driftFlags are those of the drift command.
type driftFlags struct {
	reportFlags
	base, since, known string
	operations         []string
	goAPI, waive       bool
}

func (a *app) driftCommand() *cobra.Command {
	var flags driftFlags
	cmd := &cobra.Command{
		Use:   "drift [SOURCE]",
		Short: "Compare a newer vendor document with the pin, for the selected operations",
		Long: `
Compares a vendor's document with the pin, for the selected operations alone: what changed, how bad it is for a client
built on the pin, and what is handled or waived already. SOURCE is a file, "-" for standard input, or an https URL;
without it, the URL that the lock watches. Pin, overlays, waivers and recordings are those of the working folder, and
where it has none, those that this binary carries.

Exit codes: 0 nothing at or above --fail-on, 1 drift or a waiver that fails, 2 usage, 3 could not compare.`[1:],
		Example: `  ringbasic drift
  ringbasic drift vendor.yaml --format markdown --fail-on risky
  ringbasic drift --base old.yaml new.yaml --operations 'GET /restapi/v1.0/account/{accountId}'
  ringbasic drift --waive >> spec/waivers.yaml
  ringbasic drift --known known.json; ringbasic drift --since known.json
  ringbasic drift --report sarif=drift.sarif --report html=drift.html`,
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if flags.waive && (len(flags.files) > 0 || cmd.Flags().Changed("format")) {
				return usagef("--waive prints waivers, as YAML: it goes without --format and --report")
			}
			return flags.run(cmd.Context(), a, args)
		},
	}
	flags.add(cmd)
	f := cmd.Flags()
	f.StringVar(
		&flags.base,
		"base",
		"",
		"compare with this document instead of the pin: select overlay only, no waivers, no recordings",
	)
	f.StringVar(
		&flags.since,
		"since",
		"",
		"accept what this earlier report found (--known, or --format json): what is new fails",
	)
	f.StringVar(&flags.known, "known", "", "write what counts today to this file, small and sorted, for --since")
	f.StringSliceVar(
		&flags.operations,
		"operations",
		nil,
		"only these operations, such as 'POST /restapi/v1.0/…', separated by commas",
	)
	f.BoolVar(&flags.goAPI, "go", false, "also tell what regeneration does to the Go API")
	f.BoolVar(
		&flags.waive,
		"waive",
		false,
		"print waivers for the findings that fail, to append to spec/waivers.yaml and complete by hand",
	)
	return cmd
}

// run compares, writes the reports, and returns errFindings where something counts.
func (f *driftFlags) run(ctx context.Context, a *app, args []string) error {
	if err := f.check(); err != nil {
		return err
	}
	if f.base != "" && len(args) == 0 {
		return usagef("--base OLD needs a document to compare with: drift --base OLD NEW")
	}
	if f.base != "" && (f.waive || f.goAPI) {
		return usagef("--base compares two documents alone: it goes without --waive and --go")
	}
	q, err := f.question(ctx, a, args)
	if err != nil {
		return err
	}
	var accepted *diff.Known
	if f.since != "" {
		data, err := document.ReadAll(f.since)
		if err != nil {
			return err
		}
		if accepted, err = diff.ParseKnown(f.since, data); err != nil {
			return err
		}
	}
	r, err := a.compare(ctx, q)
	if err != nil {
		return err
	}
	if f.known != "" { // all that counts today, whether it was known before or not
		data, err := diff.WriteKnown(r)
		if err == nil {
			err = writeFile(f.known, data)
		}
		if err != nil {
			return err
		}
	}
	if accepted != nil {
		accepted.Apply(r)
	}
	if f.waive {
		return f.printWaivers(a, r, q.Today)
	}
	page := a.page(r)
	if f.base != "" {
		page = nil
	}
	if err := f.write(a, r, page); err != nil {
		return err
	}
	if r.Fails(f.failOn) {
		return errFindings
	}
	return nil
}

// question reads the documents to compare.
func (f *driftFlags) question(ctx context.Context, a *app, args []string) (q drift.Question, err error) {
	q = drift.Question{Operations: f.operations, GoAPI: f.goAPI, Today: time.Now()}
	source := ""
	if len(args) == 1 {
		source = args[0]
	} else {
		lock, err := a.watched()
		if err != nil {
			return q, err
		}
		if source, err = lock.WatchURL(); err != nil {
			return q, err
		}
	}
	if f.base != "" {
		if q.Base, err = a.readSource(ctx, f.base); err != nil {
			return q, err
		}
	}
	q.Upstream, err = a.readSource(ctx, source)
	return q, err
}

// printWaivers prints waivers for what fails, to be completed by hand.
func (f *driftFlags) printWaivers(a *app, r *diff.Report, today time.Time) error {
	waivers, err := drift.Waivers(a.files())
	if err != nil {
		return err
	}
	entries := diff.Skeleton(r.Findings, f.failOn, today.AddDate(0, 3, 0), len(waivers.List) == 0)
	if len(entries) == 0 {
		fmt.Fprintln(a.stderr, "nothing to waive: no finding fails")
	}
	_, err = a.stdout.Write(entries)
	return err
}
