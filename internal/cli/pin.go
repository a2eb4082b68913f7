package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/drift"
	"github.com/ringbasic/ringbasic/internal/fetch"
	"github.com/ringbasic/ringbasic/internal/pin"
	"github.com/ringbasic/ringbasic/internal/project"
)

// pinFlags are those of the pin command.
type pinFlags struct {
	check bool
	facts pin.Lock
}

func (a *app) pinCommand() *cobra.Command {
	var flags pinFlags
	cmd := &cobra.Command{
		Use:   "pin [SOURCE]",
		Short: "Make the facts-only copy of a vendor's API description, and its lock",
		Long: `
Makes spec/swagger-ring_basic.yaml, the facts-only copy of a vendor's API description (Swagger 2.0, OpenAPI 3.0 or 3.1,
YAML or JSON), and spec/swagger-ring_basic.lock.yaml, which says where it came from. SOURCE is a file, "-" for standard
input, or an https URL; without it, the URL that the lock watches. Afterwards it prints what changed for the selected
operations. The pin of unchanged bytes changes nothing.`[1:],
		Example: `  ringbasic pin vendor.yaml --source https://example.com/vendor.yaml --retrieved 2026-11-24
  ringbasic pin --check               # do pin and lock belong together? (offline)
  ringbasic pin --check vendor.yaml   # does this source give this pin?`,
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error { return flags.run(cmd.Context(), a, args) },
	}
	cmd.Flags().
		BoolVar(&flags.check, "check", false, "write nothing; exit 1 if pin and lock, or pin and SOURCE, do not "+
			"belong together")
	lockFlags(cmd, &flags.facts)
	return cmd
}

// run makes the pin, or checks it.
func (f *pinFlags) run(ctx context.Context, a *app, args []string) error {
	source := ""
	if len(args) == 1 {
		source = args[0]
	}
	if f.check {
		return a.checkPin(ctx, source)
	}
	return a.makePin(ctx, source, f.facts)
}

// lockFlags are the flags for what the bytes of a source cannot tell.
func lockFlags(cmd *cobra.Command, facts *pin.Lock) {
	cmd.Flags().StringVar(&facts.Source, "source", "", "where the bytes came from, for the lock (default: SOURCE)")
	cmd.Flags().
		StringVar(&facts.PublishedAs, "published-as", "",
			"the name under which the vendor published them, for the lock (default: the last part of the source)")
	cmd.Flags().
		StringVar(&facts.Watch, "watch", "", "the URL that drift compares with, for the lock (default: the present one)")
	cmd.Flags().
		StringVar(&facts.Retrieved, "retrieved", "", "the day the bytes were fetched, for the lock (default: today)")
}

// readLock reads the project's lock, if there is one.
func (a *app) readLock() (lock pin.Lock, exists bool, err error) {
	data, err := fs.ReadFile(project.Files(a.dir), project.LockFile)
	if errors.Is(err, fs.ErrNotExist) {
		config, err := project.LoadConfig(project.Files(a.dir))
		return pin.Lock{Watch: config.Watch}, false, err
	}
	if err != nil {
		return lock, false, err
	}
	lock, err = pin.ParseLock(project.LockFile, data)
	return lock, true, err
}

func (a *app) checkPin(ctx context.Context, source string) error {
	lock, exists, err := a.readLock()
	if err != nil {
		return err
	}
	if !exists {
		return fmt.Errorf("%s is missing: run ringbasic pin SOURCE to make it", project.LockFile)
	}
	have, err := fs.ReadFile(project.Files(a.dir), project.PinFile)
	if err != nil {
		return err
	}
	if err := lock.Verify(have); err != nil {
		fmt.Fprintln(a.stdout, err)
		return errFindings
	}
	pinned, err := document.Parse(project.PinFile, have)
	if err != nil {
		return err
	}
	if err := lock.VerifyVersion(pinned); err != nil {
		fmt.Fprintln(a.stdout, err)
		return errFindings
	}
	if source == "" {
		fmt.Fprintf(
			a.stdout,
			"%s is the one that the lock names (API version %s, SHA-256 %s)\n",
			project.PinFile,
			lock.APIVersion,
			lock.PinSHA256,
		)
		return nil
	}
	doc, err := a.readSource(ctx, source)
	if err != nil {
		return err
	}
	made, err := pin.Make(doc)
	if err != nil {
		return err
	}
	if !bytes.Equal(have, made) {
		fmt.Fprintf(
			a.stdout,
			"%s is not what %s gives: run ringbasic pin %s, or ringbasic drift %s to see what differs\n",
			project.PinFile,
			doc.Name,
			doc.Name,
			doc.Name,
		)
		return errFindings
	}
	fmt.Fprintf(a.stdout, "%s is what %s gives\n", project.PinFile, doc.Name)
	return nil
}

func (a *app) makePin(ctx context.Context, source string, facts pin.Lock) error {
	old, exists, err := a.readLock()
	if err != nil {
		return err
	}
	if source == "" {
		if source, err = old.WatchURL(); err != nil {
			return err
		}
	}
	doc, err := a.readSource(ctx, source)
	if err != nil {
		return err
	}
	files, lock, err := makeFiles(doc, source, old, exists, facts)
	if err != nil {
		return err
	}
	changes, err := project.Compare(a.dir, files, "")
	if err != nil {
		return err
	}
	moved, err := a.changesOfSelection(ctx, files[project.PinFile])
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := project.Write(a.dir, files, changes); err != nil {
		return err
	}
	for _, c := range changes {
		state := "unchanged"
		if c.State != project.Unchanged {
			state = "written"
		}
		fmt.Fprintf(a.stdout, "%s %s\n", c.Path, state)
	}
	fmt.Fprintf(a.stdout, "API version %s, SHA-256 of the source %s\n%s", lock.APIVersion, lock.UpstreamSHA256, moved)
	return nil
}

// makeFiles makes pin and lock. The lock stays as it is where the bytes are those that it names and no flag says
// otherwise, and a pin that is pinned again changes nothing.
func makeFiles(
	doc *document.Document,
	source string,
	old pin.Lock,
	exists bool,
	facts pin.Lock,
) (map[string][]byte, pin.Lock, error) {
	apiVersion := document.Text(doc.Root, "info", "version")
	upstream := doc.SHA256
	made, err := pin.Make(doc)
	if err != nil {
		return nil, pin.Lock{}, err
	}
	lock := old
	lock.APIVersion, lock.PinSHA256 = apiVersion, pin.SHA256(made)
	known := exists && (upstream == old.UpstreamSHA256 || upstream == old.PinSHA256)
	if !known {
		lock.UpstreamSHA256 = upstream
		lock.Source = fetch.SourceName(cmp.Or(facts.Source, source))
		lock.PublishedAs = path.Base(filepath.ToSlash(lock.Source))
		lock.Retrieved = time.Now().UTC().Format(time.DateOnly)
	}
	if facts.Source != "" {
		facts.Source = fetch.SourceName(facts.Source)
	}
	if facts.Watch != "" && fetch.SourceName(facts.Watch) != facts.Watch {
		return nil, lock, usagef(
			"--watch: the lock keeps no credentials, and nothing but a whole URL: give one like %s",
			fetch.SourceName(facts.Watch),
		)
	}
	for _, f := range []struct{ flag, field *string }{
		{&facts.Source, &lock.Source}, {&facts.PublishedAs, &lock.PublishedAs}, {&facts.Watch, &lock.Watch},
		{&facts.Retrieved, &lock.Retrieved},
	} {
		if *f.flag != "" {
			*f.field = *f.flag
		}
	}
	encoded, err := lock.Encode()
	if err != nil {
		return nil, lock, err
	}
	if _, err := pin.ParseLock("flags", encoded); err != nil {
		return nil, lock, usageError{err}
	}
	return map[string][]byte{project.PinFile: made, project.LockFile: encoded}, lock, nil
}

// readSource reads and parses a vendor's document: a file, "-" for standard input, or an https URL.
func (a *app) readSource(ctx context.Context, source string) (*document.Document, error) {
	data, name, err := fetch.Source(ctx, source, a.stdin, fetch.Options{
		Notify: func(line string) { fmt.Fprintln(a.stderr, document.Printable(line)) },
	})
	if err != nil {
		return nil, err
	}
	return document.Parse(name, data)
}

// changesOfSelection is what a new pin changes for the selected operations, as text. It is empty if there is no pin
// yet.
func (a *app) changesOfSelection(ctx context.Context, newPin []byte) (string, error) {
	old, err := fs.ReadFile(project.Files(a.dir), project.PinFile)
	if errors.Is(err, fs.ErrNotExist) || bytes.Equal(old, newPin) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	base, err := document.Parse(project.PinFile, old)
	if err != nil {
		return "", err
	}
	upstream, err := document.Parse(project.PinFile, newPin)
	if err != nil {
		return "", err
	}
	report, err := a.compare(ctx, drift.Question{Upstream: upstream, Base: base})
	if err != nil {
		// A pin needs no project yet: without a select overlay there is nothing to tell.
		return fmt.Sprintf("what changed for the selected operations cannot be told: %v\n", err), nil
	}
	return reportText(report), nil
}
