package experiments

import (
	"fmt"
	"math"

	"bf16lab/experiments/results"
	"bf16lab/internal/machine"
	"bf16lab/model/sequence"
	"bf16lab/ops"
	"bf16lab/ops/cpu"
)

// Headroom is what a run takes in bytes besides tensors: weights that are being read, sums of metrics, the program itself.
const Headroom = 1 << 30

// MemoryPlan says what a run needs and what for.
type MemoryPlan struct {
	cpu.MemoryPlan
	Need  int64     // bytes, with Headroom
	Strip int       // elements of a strip of the largest value; 0 where values are whole
	Plans []string  // names, the reference first
	Taps  []ops.Tap // of the graph, to name values
}

// Estimate returns what the experiment needs within o.Memory, or at least where that is too little. For a sweep it is what the
// longest cell needs.
func Estimate(c *Config, o Options) (*MemoryPlan, error) {
	if c.Kind == results.KindSweep {
		c = c.longestCell()
	}
	r, err := prepare(c, o)
	if err != nil {
		return nil, err
	}
	p := &MemoryPlan{MemoryPlan: r.program.MemoryPlan(), Strip: r.program.Strip(), Taps: r.graph.Taps}
	p.Need = p.Bytes + Headroom
	for _, plan := range r.plans.all {
		p.Plans = append(p.Plans, plan.Name)
	}
	return p, nil
}

// limit returns the memory that a run may take, and what an error calls it.
func (o Options) limit() (limit int64, from string) {
	if o.Memory > 0 {
		return o.Memory, "the limit is"
	}
	if limit = machine.Read().Available; limit == 0 {
		return math.MaxInt64, ""
	}
	return limit, "the machine has"
}

// checkMemory returns an error that says how much would fit if the run needs more than it may take.
func (r *replay) checkMemory() error {
	return r.options.checkMemory(r.program.PeakBytes(), func(limit int64) string {
		if length := r.longestFit(limit); length > 0 {
			return fmt.Sprintf("a sequence of %d bases would fit, or use fewer policies or taps", length)
		}
		return "no sequence would fit, use fewer policies or taps"
	})
}

// checkMemory returns an error with some advice if a run whose tensors take so many bytes needs more than it may take.
func (o Options) checkMemory(tensors int64, advice func(limit int64) string) error {
	limit, from := o.limit()
	need := tensors + Headroom
	if need <= limit {
		return nil
	}
	return fmt.Errorf("the run needs at least %.1f GiB of memory, %s %.1f GiB: %s", gib(need), from, gib(limit), advice(limit))
}

// longestFit returns the longest of the half, quarter, eighth, ... of the length that fits; 0 if none does.
func (r *replay) longestFit(limit int64) int {
	shorter := *r
	for length := r.run.Input.Length / 2; sequence.ValidLength(length) == nil; length /= 2 {
		if err := shorter.compile(length, r.run.Input.Batch); err != nil {
			return 0
		}
		if shorter.program.PeakBytes()+Headroom <= limit {
			return length
		}
	}
	return 0
}

func gib(bytes int64) float64 { return float64(bytes) / (1 << 30) }
