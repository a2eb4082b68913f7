// Command breadth tells how much of a vendor's document ringbasic can build: each operation in a package of its own,
// and all of them in one. What is built has been type-checked. The same is told of oapi-codegen by itself, with its own
// templates and defaults, on the same operations, selected, pruned and converted to OpenAPI 3.0.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/overlay"
	"github.com/ringbasic/ringbasic/internal/pin"
	"github.com/ringbasic/ringbasic/internal/project"
)

func main() {
	verbose := flag.Bool("v", false, "also list each operation that is refused, and why")
	program := flag.String("ogen", "", "also tell it of every twentieth operation with this ogen")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, flag.Args(), *program, *verbose); err != nil {
		fmt.Fprintln(os.Stderr, "breadth:", err)
		os.Exit(3)
	}
}

func run(ctx context.Context, w io.Writer, names []string, program string, verbose bool) error {
	if len(names) == 0 {
		return errors.New("name the documents to build: breadth FILE…")
	}
	for _, name := range names {
		vendor, err := document.ReadFile(name)
		if err != nil {
			return err
		}
		facts, err := pin.Make(vendor)
		if err != nil {
			return err
		}
		doc, err := document.Parse(project.PinFile, facts)
		if err != nil {
			return err
		}
		var all []string
		for op := range document.Operations(doc.Root) {
			all = append(all, op.String())
		}
		reasons := map[string]int{}
		var good []string
		for _, op := range all {
			if _, err := try(ctx, doc, op); err != nil {
				reasons[reason(err)]++
				if verbose {
					fmt.Fprintf(w, "  %s: %v\n", op, err)
				}
				continue
			}
			good = append(good, op)
		}
		fmt.Fprintf(
			w,
			"%s: %d operations, %d built one by one (%.1f %%)\n",
			name,
			len(all),
			len(good),
			percent(good, all),
		)
		for _, r := range byCount(reasons) {
			fmt.Fprintf(w, "  %4d  %s\n", reasons[r], r)
		}
		var theirs []string
		for _, op := range all {
			if err := bare(doc, op); err == nil {
				theirs = append(theirs, op)
			} else if verbose {
				fmt.Fprintf(w, "  oapi-codegen: %s: %v\n", op, err)
			}
		}
		fmt.Fprintf(w, "  oapi-codegen: %d one by one (%.1f %%)\n", len(theirs), percent(theirs, all))
		if err := bare(doc, all...); err != nil {
			fmt.Fprintf(w, "  oapi-codegen, all in one package: %s\n", reason(err))
		} else {
			fmt.Fprintln(w, "  oapi-codegen, all in one package: built")
		}
		if program != "" {
			sample, built := 0, 0
			for i := 0; i < len(all); i += 20 {
				sample++
				if err := ogen(ctx, program, doc, all[i]); err == nil {
					built++
				} else if verbose {
					fmt.Fprintf(w, "  ogen: %s: %v\n", all[i], err)
				}
			}
			fmt.Fprintf(w, "  ogen: %d of a sample of %d\n", built, sample)
		}
		began := time.Now()
		if _, err := try(ctx, doc, good...); err != nil {
			fmt.Fprintf(w, "  those in one package: refused: %.600v\n", err)
			continue
		}
		fmt.Fprintf(w, "  those in one package: built in %v\n", time.Since(began).Round(10*time.Millisecond))
	}
	return nil
}

// try builds operations of a document in memory.
func try(ctx context.Context, doc *document.Document, operations ...string) (*build.Result, error) {
	sel, err := overlay.Parse(project.SelectFile, build.SelectOverlay(operations...))
	if err != nil {
		return nil, err
	}
	return build.Run(ctx, &build.Project{Pin: doc, Select: sel}, false)
}

func percent(part, all []string) float64 {
	return 100 * float64(len(part)) / float64(max(1, len(all)))
}

var (
	quoted  = regexp.MustCompile(`"[^"]*"|'[^']*'`)
	numbers = regexp.MustCompile(`[0-9]+(:[0-9]+)*`)
	names   = regexp.MustCompile(`\b[a-z]+[A-Z]\w*\b|\b[A-Z][a-z]+[A-Z]\w*\b|#/\S+|/\S*\{\S*`)
)

// reason is an error without what is peculiar to an operation.
func reason(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\n")
	for _, r := range []*regexp.Regexp{quoted, names, numbers} {
		text = r.ReplaceAllString(text, "…")
	}
	runes := []rune(text)
	return string(runes[:min(len(runes), 180)])
}

func byCount(reasons map[string]int) (list []string) {
	for r := range reasons {
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b string) int {
		if reasons[a] != reasons[b] {
			return reasons[b] - reasons[a]
		}
		return strings.Compare(a, b)
	})
	return list
}
