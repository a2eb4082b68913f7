// Command mutate changes the code of packages in small ways, runs the tests of the package on each change, and tells
// which changes no test notices: conditions negated and moved by one (== != < <= > >=), signs and operators of
// arithmetic swapped, ++ and -- swapped.
//
// All changes are compiled into one test binary, each switched on by its number, and only tests that reach a change run
// on it: some 10 changes a second, where a mutation tester that compiles each takes seconds for one. The checkout is
// not touched (go build -overlay). What lives and why is in docs/mutants.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"runtime"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("mutate", flag.ContinueOnError)
	dir := flags.String("C", ".", "the module's root")
	with := flags.String("with", "", "further packages whose tests run on what lives, separated by commas")
	skip := flags.String("skip", "^$", "tests that are left out, a regular expression")
	workers := flags.Int("workers", max(1, runtime.NumCPU()-1), "how many changes are tried at once")
	if err := flags.Parse(args); err != nil {
		return err
	}
	leftOut, err := regexp.Compile(*skip)
	if err != nil {
		return err
	}
	if flags.NArg() == 0 {
		return errors.New("name a package, such as ./internal/names")
	}
	for _, pattern := range flags.Args() {
		m := mutation{dir: *dir, skip: leftOut, workers: max(1, *workers), out: out}
		if err := m.of(ctx, pattern, strings.FieldsFunc(*with, func(r rune) bool { return r == ',' })); err != nil {
			return fmt.Errorf("%s: %w", pattern, err)
		}
	}
	return nil
}
