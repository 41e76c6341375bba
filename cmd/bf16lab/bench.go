package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"text/tabwriter"

	"bf16lab/experiments/bench"
)

// benchCommand measures speed.
type benchCommand struct {
	Names   []string    `arg:"" optional:"" name:"name" help:"Measurements to make (default: all; see --list)."`
	List    bool        `help:"List the measurements instead of making them."`
	Count   int         `default:"5" placeholder:"N" help:"Runs of each measurement, besides one that warms up (default: ${default})."`
	Threads threadCount `default:"${threads}" placeholder:"N" help:"Goroutines that compute (default: ${threads})."`
	JSON    string      `name:"json" placeholder:"FILE" help:"Write the results to a file as well."`
}

// Help is shown by bf16lab bench --help.
func (benchCommand) Help() string {
	return `Seconds are those of the fastest and of the median run. The rate counts floating-point operations of products (GFLOP/s) or, where there are none, bytes that have to be moved (GB/s). Attention is the part of the best time that went into attention, which grows with the square of the length.

Examples:

	bf16lab bench --list
	bf16lab bench gemm-1024 norm-gelu copy
	bf16lab bench --json speed.json --count 10 trunk-4096`
}

// mostRuns bounds --count.
const mostRuns = 10000

// Run makes the measurements.
func (c *benchCommand) Run(ctx context.Context, con *console) error {
	measurements, err := bench.Find(c.Names...)
	switch {
	case err != nil:
		return fmt.Errorf("bench: %w", err)
	case c.Count < 1 || c.Count > mostRuns:
		return fmt.Errorf("--count: want a whole number from 1 to %d, got %d", mostRuns, c.Count)
	case c.List:
		return writeMeasurements(con.out, measurements)
	}
	if folder := filepath.Dir(c.JSON); c.JSON != "" && (!isFolder(folder) || isFolder(c.JSON)) {
		return fmt.Errorf("--json: cannot write a file %s", c.JSON)
	}
	results := []bench.Result{}
	for i, m := range measurements {
		fmt.Fprintf(con.err, "%d of %d: %s\n", i+1, len(measurements), m.Name)
		r, err := m.Run(ctx, bench.Options{Threads: int(c.Threads), Count: c.Count})
		if err != nil {
			return err
		}
		results = append(results, r)
	}
	if c.JSON != "" {
		if err := writeJSON(c.JSON, results); err != nil {
			return err
		}
	}
	return writeResults(con.out, results)
}

func writeMeasurements(w io.Writer, measurements []bench.Measurement) error {
	table := tabwriter.NewWriter(w, 0, 0, columnGap, ' ', 0)
	for _, m := range measurements {
		fmt.Fprintf(table, "%s\t%s\n", m.Name, m.Doc)
	}
	return table.Flush()
}

func writeResults(w io.Writer, results []bench.Result) error {
	table := tabwriter.NewWriter(w, 0, 0, columnGap, ' ', 0)
	timed := slices.ContainsFunc(results, func(r bench.Result) bool { return r.Attention > 0 })
	fmt.Fprint(table, "measurement\tbest\tmedian\truns\trate\tpeak memory")
	if timed {
		fmt.Fprint(table, "\tattention")
	}
	fmt.Fprintln(table)
	for _, r := range results {
		rate := ""
		if unit := r.Unit(); unit != "" {
			rate = fmt.Sprintf("%.1f %s", r.Rate, unit)
		}
		fmt.Fprintf(table, "%s\t%.4g s\t%.4g s\t%d\t%s\t%s", r.Name, r.Seconds, r.Median, r.Runs, rate, bytesText(r.PeakMemory))
		if r.Attention > 0 {
			fmt.Fprintf(table, "\t%.4g s", r.Attention)
		}
		fmt.Fprintln(table)
	}
	return table.Flush()
}
