// Command callbench compares whole calls of the generated client with the same calls written by hand with net/http and
// encoding/json: time, allocations and bytes of a call, each as a ratio of what is written by hand. With -ogen the
// client that ogen generates from the same document makes the calls, too. All alternate in one process, over loopback,
// against a server that allocates next to nothing, so that the ratios of one run can be believed although the machine
// is shared. An upload by hand is a pipe that a goroutine fills, as programs do it that hold no file in memory; where
// its length is told beforehand, both are compared in lines of their own.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/ringbasic/ringbasic/generated/ringcentral"
)

func main() {
	rounds := flag.Int("rounds", 21, "rounds, each of which measures all")
	each := flag.Int("calls", 300, "calls of each in a round")
	root := flag.String("root", ".", "the top folder of the project, for -ogen")
	version := flag.String("ogen", "", "also compare the client that this version of ogen generates, such as v1.25.0")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	if *version == "" {
		err = run(ctx, os.Stdout, *rounds, *each)
	} else {
		err = withOgen(ctx, os.Stdout, *root, *version, *rounds, *each)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "callbench:", err)
		os.Exit(3)
	}
}

// call is an operation and the ways to call it.
type call struct {
	name string
	ways []way
}

// way is one client's. That which is written by hand is what all are measured by.
type way struct {
	client string
	do     func(context.Context) error
}

const byHand = "by hand"

// more adds the ways of another client; it is set where that is linked in.
var more func(server string) (name string, ways map[string]func(context.Context) error, err error)

// cost is that of one call.
type cost struct{ nanoseconds, allocations, bytes float64 }

func run(ctx context.Context, w io.Writer, rounds, each int) error {
	if rounds < 1 || each < 1 {
		return fmt.Errorf("%d rounds of %d calls: both must be at least 1", rounds, each)
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
	all := calls(client, hand{server.url})
	if more != nil {
		name, ways, err := more(server.url)
		if err != nil {
			return err
		}
		for i, c := range all {
			if ways[c.name] == nil {
				return fmt.Errorf("%s does not %s", name, c.name)
			}
			all[i].ways = append(c.ways, way{name, ways[c.name]})
		}
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "call\tclient\ttime\tratio\tallocations\tratio\tbytes\tratio")
	for _, c := range all {
		if err := c.compare(ctx, out, rounds, each); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return out.Flush()
}

// compare measures the ways in turn, another one first in each round, and writes a line of each.
func (c call) compare(ctx context.Context, w io.Writer, rounds, each int) error {
	hands := slices.IndexFunc(c.ways, func(way way) bool { return way.client == byHand })
	costs := make([][]cost, len(c.ways))
	for round := range 1 + rounds {
		for i := range c.ways {
			at := (round + i) % len(c.ways)
			n := each
			if round == 0 { // opens connections, and fills what is kept
				n = 1
			}
			one, err := measure(ctx, c.ways[at].do, n)
			if err != nil {
				return fmt.Errorf("%s: %w", c.ways[at].client, err)
			}
			if round > 0 {
				costs[at] = append(costs[at], one)
			}
		}
	}
	for i, way := range c.ways {
		figures := func(part func(cost) float64) (own, ratio float64) {
			var all, ratios []float64
			for round, one := range costs[i] {
				all = append(all, part(one))
				ratios = append(ratios, part(one)/part(costs[hands][round]))
			}
			return median(all), median(ratios)
		}
		took, slower := figures(func(c cost) float64 { return c.nanoseconds })
		allocations, oftener := figures(func(c cost) float64 { return c.allocations })
		size, larger := figures(func(c cost) float64 { return c.bytes })
		fmt.Fprintf(w, "%s\t%s\t%.1f µs\t%.2f\t%.0f\t%.2f\t%.1f kB\t%.2f\n",
			c.name, way.client, took/1e3, slower, allocations, oftener, size/1e3, larger)
	}
	return nil
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
