// Command chain walks a copy of the project through a row of vendor documents, as updates over the years would, and
// tells of each step what it cost: the exit code of "ringbasic update", the to-dos by kind, the names that were added,
// the changes of the Go API, the lines of overlays that changed, and the tests of the contract suite that fail.
//
// Usage: chain DIR, for all documents in a folder by the date in their names (…2026-08…), or chain FILE…, in that
// order. It runs in the root of the project, and changes nothing there.
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/ringbasic/ringbasic/internal/update"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "chain:", err)
		os.Exit(1)
	}
}

var dated = regexp.MustCompile(`20\d\d-\d\d(?:-\d\d)?`)

// documents are the files to walk through.
func documents(args []string) ([]string, error) {
	if len(args) == 0 {
		return nil, errors.New(
			"name a folder of vendor documents with dates in their names, or documents in their order",
		)
	}
	info, err := os.Stat(args[0])
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return args, nil
	}
	entries, err := os.ReadDir(args[0])
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); !e.IsDir() && slices.Contains([]string{".yaml", ".yml", ".json"}, ext) &&
			dated.MatchString(e.Name()) {
			files = append(files, filepath.Join(args[0], e.Name()))
		}
	}
	slices.SortFunc(files, func(a, b string) int {
		return cmp.Or(
			strings.Compare(dated.FindString(filepath.Base(a)), dated.FindString(filepath.Base(b))),
			strings.Compare(a, b),
		)
	})
	if len(files) == 0 {
		return nil, fmt.Errorf("%s has no document with a date in its name", args[0])
	}
	return files, nil
}

func run(ctx context.Context, args []string) error {
	files, err := documents(args)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "chain")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	project, tool := filepath.Join(dir, "project"), filepath.Join(dir, "ringbasic")
	if err := os.CopyFS(project, withoutRepository{os.DirFS(".")}); err != nil {
		return err
	}
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", tool, "./cmd/ringbasic").CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(
		w,
		"to\texit\tagain\tseconds\tto-dos\tnew names\tGo, incompatible\tGo, compatible\toverlay lines\tred tests",
	)
	for _, file := range files {
		s, err := take(ctx, tool, project, file)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		fmt.Fprintf(
			w,
			"%s\t%d\t%d\t%.1f\t%s\t%d\t%d\t%d\t%d\t%s\n",
			filepath.Base(file),
			s.exit,
			s.again,
			s.took.Seconds(),
			s.todos(),
			s.names,
			s.incompatible,
			s.compatible,
			s.overlayLines,
			s.red,
		)
	}
	return w.Flush()
}

// step is what an update did.
type step struct {
	exit, again  int
	took         time.Duration
	kinds        map[string]int
	names        int
	incompatible int
	compatible   int
	overlayLines int
	red          string
}

func (s step) todos() string {
	var parts []string
	for _, kind := range update.Kinds {
		if n := s.kinds[kind]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", kind, n))
		}
	}
	return cmp.Or(strings.Join(parts, ", "), "none")
}

func take(ctx context.Context, tool, project, file string) (step, error) {
	s := step{kinds: map[string]int{}}
	absolute, err := filepath.Abs(file)
	if err != nil {
		return s, err
	}
	before, err := overlayLines(project)
	if err != nil {
		return s, err
	}
	started := time.Now()
	out, problem, exit, err := command(ctx, project, tool, "update", "--no-suite", "--format", "json", absolute)
	if err != nil {
		return s, err
	}
	if s.exit, s.took = exit, time.Since(started); exit == 3 {
		return s, fmt.Errorf("exit 3: %s%s", out, problem)
	}
	var report struct {
		Todos     []update.Todo `json:"todos"`
		GoChanges []struct {
			Compatible bool `json:"compatible"`
		} `json:"goChanges"`
	}
	if err := json.Unmarshal(out, &report); err != nil {
		return s, err
	}
	for _, todo := range report.Todos {
		s.kinds[todo.Kind]++
	}
	s.names = s.kinds[update.KindName]
	for _, c := range report.GoChanges {
		if c.Compatible {
			s.compatible++
		} else {
			s.incompatible++
		}
	}
	after, err := overlayLines(project)
	if err != nil {
		return s, err
	}
	s.overlayLines = differing(before, after)
	if _, _, s.again, err = command(ctx, project, tool, "update", "--no-suite", "--format", "json",
		absolute); err != nil {
		return s, err
	}
	s.red, err = redTests(ctx, project)
	return s, err
}

// command runs a program in a folder. An exit code is no error.
func command(ctx context.Context, dir, name string, args ...string) (stdout, stderr []byte, exit int, err error) {
	cmd := exec.CommandContext(ctx, name, args...)
	var out, problem bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &problem
	err = cmd.Run()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return out.Bytes(), problem.Bytes(), failed.ExitCode(), nil
	}
	return out.Bytes(), problem.Bytes(), 0, err
}

// overlayLines counts the lines of all overlays.
func overlayLines(project string) (map[string]int, error) {
	lines := map[string]int{}
	names, err := filepath.Glob(filepath.Join(project, "overlays", "*.yaml"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(data)) {
			lines[filepath.Base(name)+":"+line]++
		}
	}
	return lines, nil
}

func differing(a, b map[string]int) (n int) {
	for line, count := range a {
		n += max(0, count-b[line])
	}
	for line, count := range b {
		n += max(0, count-a[line])
	}
	return n
}

// redTests tells the top-level tests of the contract suite that fail, or that it does not compile.
func redTests(ctx context.Context, project string) (string, error) {
	if out, _, exit, err := command(ctx, project, "go", "vet", "./generated/...", "./contracttests/..."); err != nil ||
		exit != 0 {
		return "does not compile: " + strings.TrimSpace(string(out)), err
	}
	out, _, _, err := command(ctx, project, "go", "test", "-json", "./contracttests")
	if err != nil {
		return "", err
	}
	failed := map[string]int{}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var event struct{ Action, Test string }
		if json.Unmarshal(lines.Bytes(), &event) == nil && event.Action == "fail" && event.Test != "" {
			top, _, _ := strings.Cut(event.Test, "/")
			if strings.Count(event.Test, "/") != 1 { // leaves, and tests without any
				failed[top]++
			}
		}
	}
	var names []string
	for name, n := range failed {
		if n > 1 {
			name = fmt.Sprintf("%s (%d)", name, n-1)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return cmp.Or(strings.Join(names, ", "), "none"), lines.Err()
}

// withoutRepository is a folder without what version control keeps in it.
type withoutRepository struct{ fs.FS }

func (w withoutRepository) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(w.FS, name)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
		return name == "." && slices.Contains([]string{".git", "bin", "dist"}, e.Name())
	}), err
}
