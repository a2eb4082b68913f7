// Command sample draws findings from a drift report to be looked at by a person: the same ones for the same report,
// seed and number, in the order of the report. Half of them, where there are as many, are of the rules that are least
// frequent: what is wrong is seldom what is everywhere.
//
//	ringbasic drift --base OLD NEW --format json | go run ./internal/diff/sample -n 100
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"

	"github.com/ringbasic/ringbasic/internal/diff"
)

func main() {
	number := flag.Int("n", 100, "how many findings")
	seed := flag.Uint64("seed", 1, "which of them")
	severity := flag.String("severity", string(diff.Breaking), "of which severity")
	flag.Parse()
	if err := run(os.Stdin, os.Stdout, *number, *seed, diff.Severity(*severity)); err != nil {
		fmt.Fprintln(os.Stderr, "sample:", err)
		os.Exit(3)
	}
}

func run(r io.Reader, w io.Writer, number int, seed uint64, severity diff.Severity) error {
	if number < 1 {
		return fmt.Errorf("-n %d: it must be at least 1", number)
	}
	var report struct {
		Findings []diff.Finding `json:"findings"`
	}
	if err := json.NewDecoder(r).Decode(&report); err != nil {
		return fmt.Errorf("the input is no report as drift --format json writes it: %w", err)
	}
	var all []int
	frequency := map[string]int{}
	for i, f := range report.Findings {
		if f.Severity == severity {
			all = append(all, i)
			frequency[f.ID]++
		}
	}
	random := rand.New(rand.NewPCG(seed, 0))
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	rare := slices.Clone(all)
	slices.SortStableFunc(rare, func(a, b int) int {
		return frequency[report.Findings[a].ID] - frequency[report.Findings[b].ID]
	})
	drawn := map[int]bool{}
	for _, i := range rare[:min(len(rare), number/2)] {
		drawn[i] = true
	}
	for _, i := range all {
		if len(drawn) < number {
			drawn[i] = true
		}
	}
	fmt.Fprintf(w, "%d of %d\n", len(drawn), len(all))
	for i, f := range report.Findings {
		if drawn[i] {
			fmt.Fprintf(w, "%s %s | %s %s | %v → %v | line %d\n", f.ID, f.Operation, f.Location, f.Attribute, f.Old,
				f.New, f.Line)
		}
	}
	return nil
}
