// Package bench holds the named measurements of speed: products, elementwise chains, and the model itself.
//
// A measurement prepares what it needs, runs once to warm up, and then as often as asked for. What is reported is the fastest
// run, because everything that disturbs a run only makes it slower, and the median, which tells how much it was disturbed.
package bench

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"bf16lab/internal/machine"
	"bf16lab/internal/nearest"
	"bf16lab/ops/cpu"
)

// Measurement is something whose speed is measured under a name.
type Measurement struct {
	Name, Doc string
	prepare   func(ctx context.Context, threads int) (*subject, error)
}

// subject is a prepared measurement.
type subject struct {
	run          func() error
	flops, bytes float64 // floating-point operations of products, bytes moved, in one run; 0 where they are not counted
	attention    float64 // seconds that the last run spent in attention, 0 where that is not measured
}

// Result is the outcome of a measurement.
type Result struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"` // of the fastest run
	Median  float64 `json:"median"`  // seconds of the median run
	Runs    int     `json:"runs"`
	// Attention is how many of Seconds went into attention, whose time grows with the square of the length; 0 where that is not
	// measured.
	Attention float64 `json:"attention,omitempty"`
	FLOPs     float64 `json:"flops"` // operations of matrix products and convolutions in one run, 0 if there are none
	Bytes     float64 `json:"bytes"` // bytes that one run has to read and write at least, 0 where that is not counted
	// Rate is 1e9 FLOPs per second of the fastest run where those are counted, else 1e9 Bytes per second.
	Rate float64 `json:"rate"`
	// PeakMemory is the largest resident size of the process in bytes during preparation and runs, 0 where it is unknown.
	PeakMemory int64 `json:"peak_memory"`
}

// Unit returns the unit of Rate.
func (r Result) Unit() string {
	switch {
	case r.FLOPs > 0:
		return "GFLOP/s"
	case r.Bytes > 0:
		return "GB/s"
	}
	return ""
}

// Options say how measurements are made.
type Options struct {
	Threads int // goroutines that compute
	Count   int // runs, at least 1, besides the one that warms up
}

// Find returns the measurements of the given names, or all of them where there are no names. The error for an unknown name
// tells the nearest one.
func Find(names ...string) ([]Measurement, error) {
	all := Measurements()
	if len(names) == 0 {
		return all, nil
	}
	var known []string
	for _, m := range all {
		known = append(known, m.Name)
	}
	var out []Measurement
	for _, name := range names {
		i := slices.Index(known, name)
		if i < 0 {
			return nil, fmt.Errorf("no measurement is called %.80q, did you mean %q?", name, nearest.Name(name, known))
		}
		out = append(out, all[i])
	}
	return out, nil
}

// Run makes the measurement.
func (m Measurement) Run(ctx context.Context, o Options) (Result, error) {
	cpu.ReleaseSpare() // of the measurement before, whose memory this one's is not
	machine.ResetPeak()
	s, err := m.prepare(ctx, o.Threads)
	if err != nil {
		return Result{}, fmt.Errorf("%s: %w", m.Name, err)
	}
	var times []timing
	for i := range o.Count + 1 {
		if err := ctx.Err(); err != nil {
			return Result{}, err
		}
		start := time.Now()
		if err := s.run(); err != nil {
			return Result{}, fmt.Errorf("%s: %w", m.Name, err)
		}
		if i > 0 {
			times = append(times, timing{time.Since(start).Seconds(), s.attention})
		}
	}
	return m.result(s, times), nil
}

// timing is the time of a run in seconds, and how much of it went into attention.
type timing struct{ seconds, attention float64 }

// result sums up the times of the runs.
func (m Measurement) result(s *subject, times []timing) Result {
	slices.SortFunc(times, func(a, b timing) int { return cmp.Compare(a.seconds, b.seconds) })
	var seconds []float64
	for _, t := range times {
		seconds = append(seconds, t.seconds)
	}
	r := Result{
		Name: m.Name, Seconds: seconds[0], Median: median(seconds), Runs: len(seconds), Attention: times[0].attention,
		FLOPs: s.flops, Bytes: s.bytes, PeakMemory: machine.Peak(),
	}
	work := r.FLOPs
	if work == 0 {
		work = r.Bytes
	}
	r.Rate = work / r.Seconds / 1e9
	return r
}

// median returns the middle of sorted values, or the mean of the two in the middle.
func median(sorted []float64) float64 {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
