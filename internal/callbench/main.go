// Command callbench compares whole calls of the generated client with the same calls written by hand with net/http and
// encoding/json: time, allocations and bytes of a call, and ours as a ratio of theirs. The two alternate in one
// process, over loopback, against a server that allocates next to nothing, so that the ratios of one run can be
// believed although the machine is shared. Uploads are compared with a pipe that a goroutine fills, as programs do it
// that hold no file in memory.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/ringbasic/ringbasic/generated/ringcentral"
)

func main() {
	rounds := flag.Int("rounds", 21, "rounds, each of which measures both")
	calls := flag.Int("calls", 300, "calls of each in a round")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, *rounds, *calls); err != nil {
		fmt.Fprintln(os.Stderr, "callbench:", err)
		os.Exit(3)
	}
}

// pair is a call in both ways.
type pair struct {
	name        string
	ours, hands func(context.Context) error
}

// cost is that of one call.
type cost struct{ nanoseconds, allocations, bytes float64 }

func run(ctx context.Context, w io.Writer, rounds, calls int) error {
	if rounds < 1 || calls < 1 {
		return fmt.Errorf("%d rounds of %d calls: both must be at least 1", rounds, calls)
	}
	server, err := serve()
	if err != nil {
		return err
	}
	defer server.close()
	client, err := ringcentral.NewClient(server.url)
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "call\ttime\tratio\tallocations\tratio\tbytes\tratio")
	for _, p := range pairs(client, hand{server.url}) {
		if _, err := measure(ctx, p.ours, 1); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		if _, err := measure(ctx, p.hands, 1); err != nil {
			return fmt.Errorf("%s by hand: %w", p.name, err)
		}
		var ours []cost
		var ratios [3][]float64
		for round := range rounds {
			// Each goes first in every other round.
			order := []func(context.Context) error{p.ours, p.hands}
			if round%2 == 1 {
				slices.Reverse(order)
			}
			var costs []cost
			for _, f := range order {
				c, err := measure(ctx, f, calls)
				if err != nil {
					return fmt.Errorf("%s: %w", p.name, err)
				}
				costs = append(costs, c)
			}
			if round%2 == 1 {
				slices.Reverse(costs)
			}
			ours = append(ours, costs[0])
			ratios[0] = append(ratios[0], costs[0].nanoseconds/costs[1].nanoseconds)
			ratios[1] = append(ratios[1], costs[0].allocations/costs[1].allocations)
			ratios[2] = append(ratios[2], costs[0].bytes/costs[1].bytes)
		}
		column := func(part func(cost) float64) float64 {
			var all []float64
			for _, c := range ours {
				all = append(all, part(c))
			}
			return median(all)
		}
		fmt.Fprintf(out, "%s\t%.1f µs\t%.2f\t%.0f\t%.2f\t%.1f kB\t%.2f\n", p.name,
			column(func(c cost) float64 { return c.nanoseconds })/1e3, median(ratios[0]),
			column(func(c cost) float64 { return c.allocations }), median(ratios[1]),
			column(func(c cost) float64 { return c.bytes })/1e3, median(ratios[2]))
	}
	return out.Flush()
}

func measure(ctx context.Context, f func(context.Context) error, calls int) (cost, error) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began := time.Now()
	for range calls {
		if err := f(ctx); err != nil {
			return cost{}, err
		}
	}
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	n := float64(calls)
	return cost{
		float64(took) / n,
		float64(after.Mallocs-before.Mallocs) / n,
		float64(after.TotalAlloc-before.TotalAlloc) / n,
	}, nil
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}
