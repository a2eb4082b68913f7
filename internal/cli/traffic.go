package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/contract"
	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/drift"
	"github.com/ringbasic/ringbasic/internal/project"
	"github.com/ringbasic/ringbasic/internal/recording"
	"github.com/ringbasic/ringbasic/internal/traffic"
)

// trafficFlags are those of the traffic command.
type trafficFlags struct {
	reportFlags
	spec, propose       string
	operations, servers []string
	coverage            bool
}

func (a *app) trafficCommand() *cobra.Command {
	var flags trafficFlags
	cmd := &cobra.Command{
		Use:   "traffic FILE...",
		Short: "Compare recorded exchanges with the built document",
		Long: `Holds recorded exchanges against ` + project.SpecFile + `, or against the document of --spec (OpenAPI 3.0),
and reports what they show that the document does not have: one finding a fact, with the number of exchanges and the
first of them. FILE is a HAR 1.2 file (.har), a recording (.http), what the client's observer has written (.ndjson), a
folder of these, or "-" for a HAR file on standard input. Files are read as streams, whatever their size.

--propose DIR writes, as files of a project below DIR, an overlay that takes over what the traffic proves, each action
with its evidence, and recordings of the exchanges that show it, redacted. It says what build and the recordings then
lack.

What a capture leaves out is not judged: the report says how much that was. Nothing of a body is printed but names of
members, values where the document has an enumeration, and error codes.

Exit codes: 0 nothing at or above --fail-on, 1 findings or a waiver that fails, 2 usage, 3 could not compare.`,
		Example: `  ringbasic traffic capture.har --fail-on risky
  ringbasic traffic contracttests/recordings
  ringbasic traffic observed.ndjson --format json
  ringbasic traffic capture.har --propose out && cp -r out/. . && make
  ringbasic traffic proxy.har --server https://proxy.example.com/vendor --report html=traffic.html`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("name at least one FILE, folder or -")
			}
			return noneEmpty(args)
		},
		RunE: func(cmd *cobra.Command, args []string) error { return flags.run(cmd.Context(), a, args) },
	}
	flags.add(cmd)
	f := cmd.Flags()
	f.BoolVar(&flags.coverage, "coverage", false, "also list what the document has and no exchange shows")
	f.StringVar(
		&flags.propose,
		"propose",
		"",
		"write overlay actions and recordings for what the traffic proves into this folder",
	)
	f.StringVar(&flags.spec, "spec", "", "compare with this document instead of the project's: OpenAPI 3.0, no waivers")
	f.StringSliceVar(
		&flags.operations,
		"operations",
		nil,
		"only these operations, such as 'POST /restapi/v1.0/…', separated by commas",
	)
	f.StringSliceVar(
		&flags.servers,
		"server",
		nil,
		"only requests to this URL or path prefix, which stands before the document's paths",
	)
	return cmd
}

// run reads the files, compares, writes the reports, and returns errFindings where something counts.
func (f *trafficFlags) run(ctx context.Context, a *app, args []string) error {
	if err := f.check(); err != nil {
		return err
	}
	doc, known, err := a.described(f.spec)
	if err != nil {
		return err
	}
	c, err := traffic.New(ctx, traffic.Config{
		Root: doc.Root, Known: known, Servers: f.servers, Operations: f.operations, Propose: f.propose != "",
		Coverage: f.coverage,
	})
	switch unknown, server := (traffic.UnknownOperationError{}), (traffic.ServerError{}); {
	case errors.As(err, &unknown):
		return usagef("--operations: %w", err)
	case errors.As(err, &server):
		return usagef("--server: %w", err)
	case err != nil:
		return err
	}
	for _, name := range args {
		if err := a.readTraffic(ctx, name, c); err != nil {
			return err
		}
	}
	r := c.Report(traffic.Side(doc), diff.Side{Source: strings.Join(args, ", ")})
	if f.spec == "" {
		if err := a.waive(r, len(f.operations) > 0); err != nil {
			return err
		}
	}
	if err := f.write(a, r, nil); err != nil {
		return err
	}
	if f.propose != "" {
		if err := a.propose(ctx, c, f.propose); err != nil {
			return err
		}
	}
	if r.Fails(f.failOn) {
		return errFindings
	}
	return nil
}

// waive applies the project's waivers to what exchanges showed. narrowed tells whether it is only some operations.
func (a *app) waive(r *diff.Report, narrowed bool) error {
	waivers, err := drift.Waivers(a.files())
	if err != nil {
		return err
	}
	waivers.Keep(true, r.Operations, narrowed)
	r.WaiverProblems = waivers.Apply(r.Findings, time.Now())
	r.Finish()
	return nil
}

// described is the document to compare with, and the operations that the pin has beside those of it.
func (a *app) described(file string) (*document.Document, []string, error) {
	if file != "" {
		doc, err := document.ReadFile(file)
		return doc, nil, err
	}
	files := a.files()
	data, err := fs.ReadFile(files, project.SpecFile)
	if err != nil {
		return nil, nil, err
	}
	doc, err := document.Parse(project.SpecFile, data)
	if err != nil {
		return nil, nil, err
	}
	data, err = fs.ReadFile(files, project.PinFile)
	if errors.Is(err, fs.ErrNotExist) {
		return doc, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	whole, err := document.Parse(project.PinFile, data)
	if err != nil {
		return nil, nil, err
	}
	base := document.Text(whole.Root, "basePath")
	var known []string
	for op := range document.Operations(whole.Root) {
		op.Path = strings.TrimSuffix(base, "/") + op.Path
		known = append(known, op.String())
	}
	return doc, known, nil
}

// propose writes a proposal, and tells on stderr what a project with it lacks.
func (a *app) propose(ctx context.Context, c *traffic.Comparer, dir string) error {
	p, err := c.Propose(time.Now().UTC().Format(time.DateOnly))
	if err != nil {
		return err
	}
	changes, err := project.Compare(dir, p.Files, "")
	if err != nil {
		return err
	}
	if err := project.Write(dir, p.Files, changes); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(p.Files)) {
		fmt.Fprintf(a.stderr, "%s written\n", path.Join(filepath.ToSlash(dir), name))
	}
	left := p.Left
	if len(p.Files) > 0 {
		left = append(left, a.lacks(ctx, p.Files)...)
	}
	for _, line := range left {
		fmt.Fprintf(a.stderr, "left: %s\n", line)
	}
	return nil
}

// lacks is what keeps a project with further files from being built, and from passing its suite.
func (a *app) lacks(ctx context.Context, more map[string][]byte) (lines []string) {
	files := a.files()
	before, err := a.suiteOf(ctx, files)
	if err != nil {
		return []string{fmt.Sprintf("the project cannot be built as it is: %v", err)}
	}
	after, err := a.suiteOf(ctx, build.Replaced{FS: files, Contents: more})
	if err != nil {
		return []string{fmt.Sprintf("the project cannot be built with it: %v", err)}
	}
	for _, problem := range after {
		if !slices.Contains(before, problem) {
			lines = append(lines, problem)
		}
	}
	return lines
}

// suiteOf is what the recordings of a project lack, after a build in memory.
func (a *app) suiteOf(ctx context.Context, files fs.FS) (problems []string, err error) {
	p, err := build.Load(files, false)
	if err != nil {
		return nil, err
	}
	r, err := build.Run(ctx, p, false)
	if err != nil {
		return nil, err
	}
	suite, err := contract.CheckFiles(files, r.Document)
	if err != nil || suite == nil {
		return nil, err
	}
	for _, problem := range suite.Problems {
		problems = append(problems, problem.String())
	}
	return problems, nil
}

// readTraffic gives the exchanges of a file, of a folder, or of standard input to c.
func (a *app) readTraffic(ctx context.Context, name string, c *traffic.Comparer) error {
	count := 0
	visit := func(e *traffic.Exchange) error {
		c.Add(e)
		count++
		if count%20_000 == 0 && a.progress() {
			fmt.Fprintf(a.stderr, "%s: %d exchanges\n", name, count)
		}
		return ctx.Err()
	}
	if name == "-" {
		return traffic.ReadHAR("standard input", a.stdin, visit)
	}
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return readTrafficFile(ctx, name, c, visit)
	}
	var files []string
	err = filepath.WalkDir(name, func(file string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() &&
			slices.Contains([]string{".har", ".ndjson", recording.Extension}, path.Ext(file)) {
			files = append(files, file)
		}
		return err
	})
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("%s: there is no .har, %s or .ndjson file in it", name, recording.Extension)
	}
	for _, file := range files {
		if err := readTrafficFile(ctx, file, c, visit); err != nil {
			return err
		}
	}
	return nil
}

func readTrafficFile(ctx context.Context, name string, c *traffic.Comparer, visit func(*traffic.Exchange) error) error {
	if path.Ext(name) == recording.Extension {
		// A recording may include files of other folders.
		dir, err := filepath.Abs(name)
		if err != nil {
			return err
		}
		top := filepath.Dir(filepath.Dir(dir))
		inside, err := filepath.Rel(top, dir)
		if err != nil {
			return err
		}
		r, err := recording.ReadFile(project.Files(top), filepath.ToSlash(inside))
		if err != nil {
			return err
		}
		e, err := traffic.FromRecording(r)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		e.File = filepath.ToSlash(name)
		return visit(e)
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 1<<16)
	if mark, _ := r.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = r.Discard(3) // it was peeked
	}
	if path.Ext(name) == ".ndjson" {
		return c.ReadObservations(filepath.ToSlash(name), r, func() error { return ctx.Err() })
	}
	return traffic.ReadHAR(filepath.ToSlash(name), r, visit)
}

// progress reports whether stderr is a terminal.
func (a *app) progress() bool {
	f, ok := a.stderr.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
