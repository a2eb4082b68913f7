// Command bench compares ringbasic with its peers on this machine: whole processes, alternating, wall time and peak
// memory as medians, and ours as a ratio of theirs.
//
//   - build: "ringbasic build" on the pin, beside "oapi-codegen" on the whole converted document with
//     include-operation-ids for the same operations.
//   - drift: "ringbasic drift" from the pin to a newer document, beside "oasdiff changelog" on two whole documents of
//     about that size which it accepts.
//   - scale: "ringbasic drift" on synthetic documents of 1×, 2×, 4× and 8× the size, and for 1×, 2×, 4× and 8× the
//     operations selected.
//
// The peers are built from the module cache at the versions in internal/peers/go.mod. Absolute times say little on a
// shared machine; the ratios of one run do.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"text/tabwriter"
	"time"
)

func main() {
	newer := flag.String(
		"newer",
		"",
		"the document to drift to; without it, a synthetic one of the size of the vendor's 2026 document",
	)
	root := flag.String("root", ".", "the top folder of the project")
	runs := flag.Int("runs", 7, "runs of each process")
	only := flag.String("only", "", "build, drift or scale")
	measure := flag.Bool(
		"measure",
		false,
		"run the arguments as a process and print nanoseconds, KiB and exit code (for the bench itself)",
	)
	flag.Parse()
	if *measure {
		os.Exit(measureOne(flag.Args()))
	}
	if err := run(context.Background(), os.Stdout, *root, *newer, *only, *runs); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(3)
	}
}

func run(ctx context.Context, w io.Writer, root, newer, only string, runs int) (err error) {
	if newer != "" {
		if newer, err = filepath.Abs(newer); err != nil {
			return err
		}
	}
	if err := os.Chdir(root); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "ringbasic-bench")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b := &bench{dir: dir, runs: runs, out: w}
	if err := b.goBuild(ctx, "ringbasic", ".", "./cmd/ringbasic"); err != nil {
		return err
	}
	for _, part := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"build", b.build},
		{"drift", func(ctx context.Context) error { return b.drift(ctx, newer) }},
		{"scale", b.scale},
	} {
		if only != "" && only != part.name {
			continue
		}
		if err := part.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}

type bench struct {
	dir  string
	runs int
	out  io.Writer
}

// peers is the module that requires the peers.
const peers = "internal/peers"

// goBuild builds pkg as the module in folder module sees it.
func (b *bench) goBuild(ctx context.Context, name, module, pkg string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-C", module, "-o", filepath.Join(b.dir, name), pkg)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("go build %s: %w", pkg, err)
	}
	return nil
}

// contestant is one process to measure. Exit codes above 1 are failures: 1 says that there were findings.
type contestant struct {
	name string
	args []string
	dir  string // where it runs
	exit int    // the exit code that is expected
}

// measured are the medians of a contestant.
type measured struct {
	wall time.Duration
	peak int64 // KiB
}

// alternate runs the contestants in turns, so that whatever else the machine does meets them alike.
func (b *bench) alternate(ctx context.Context, contestants ...contestant) ([]measured, error) {
	walls := make([][]time.Duration, len(contestants))
	peaks := make([][]int64, len(contestants))
	for range b.runs {
		for i, c := range contestants {
			wall, peak, err := b.once(ctx, c)
			if err != nil {
				return nil, err
			}
			walls[i], peaks[i] = append(walls[i], wall), append(peaks[i], peak)
		}
	}
	results := make([]measured, len(contestants))
	for i := range contestants {
		results[i] = measured{median(walls[i]), median(peaks[i])}
	}
	return results, nil
}

// once measures one run. The process is started by a small one: a child's peak memory begins with that of its parent.
func (b *bench) once(ctx context.Context, c contestant) (wall time.Duration, peak int64, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, 0, err
	}
	cmd := exec.CommandContext(ctx, self, append([]string{"-measure", "--"}, c.args...)...)
	cmd.Dir = c.dir
	output := &tail{}
	cmd.Stderr = output
	printed, err := cmd.Output()
	if err != nil {
		return 0, 0, fmt.Errorf("%s: %w\n%s", c.name, err, output)
	}
	var exit int
	if _, err := fmt.Sscan(string(printed), (*int64)(&wall), &peak, &exit); err != nil {
		return 0, 0, fmt.Errorf("%s: %w: %s", c.name, err, printed)
	}
	if exit != c.exit {
		return 0, 0, fmt.Errorf("%s: exit code %d\n%s", c.name, exit, output)
	}
	return wall, peak, nil
}

func measureOne(args []string) int {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stderr = os.Stderr
	started := time.Now()
	err := cmd.Run()
	wall := time.Since(started)
	if cmd.ProcessState == nil {
		fmt.Fprintln(os.Stderr, err)
		return 3
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		fmt.Fprintln(os.Stderr, "this system does not tell a process's peak memory")
		return 3
	}
	fmt.Println(wall.Nanoseconds(), usage.Maxrss, cmd.ProcessState.ExitCode())
	return 0
}

// tail keeps the end of what a process said.
type tail struct{ text []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.text = append(t.text, p...)
	if over := len(t.text) - 2000; over > 0 {
		t.text = t.text[over:]
	}
	return len(p), nil
}

func (t *tail) String() string { return string(t.text) }

func median[T time.Duration | int64](values []T) T {
	slices.Sort(values)
	return values[len(values)/2]
}

// versus prints ours beside the peer's.
func (b *bench) versus(title string, bars [2]float64, ours, peer contestant, m []measured) error {
	w := tabwriter.NewWriter(b.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(b.out, "\n%s (medians of %d alternating runs)\n", title, b.runs)
	fmt.Fprintf(w, "\twall\tpeak memory\t\n")
	for i, c := range []contestant{ours, peer} {
		fmt.Fprintf(w, "%s\t%d ms\t%d MiB\t\n", c.name, m[i].wall.Milliseconds(), m[i].peak>>10)
	}
	fmt.Fprintf(w, "ratio\t%.2f\t%.2f\t\n", ratio(m[0].wall, m[1].wall), ratio(m[0].peak, m[1].peak))
	fmt.Fprintf(w, "bar\t%.2f\t%.2f\t\n", bars[0], bars[1])
	return w.Flush()
}

func ratio[T time.Duration | int64](a, b T) float64 { return float64(a) / float64(b) }
