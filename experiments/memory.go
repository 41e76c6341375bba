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
	Need     int64     // bytes, with Headroom
	Strip    int       // elements of a strip of the largest value; 0 where values are whole
	Elements int       // of a tap that are compared; 0 where all are
	Plans    []string  // names, the reference first
	Taps     []ops.Tap // of the graph, to name values
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
	p := &MemoryPlan{MemoryPlan: r.program.MemoryPlan(), Strip: r.program.Strip(), Elements: r.program.Samples(), Taps: r.graph.Taps}
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
	return limit + cpu.SpareBytes(), "the machine has"
}

// samples is how many elements of a tap are compared where the memory does not suffice for whole taps.
const samples = 1 << 15

// fitting returns a program of the plans that fits the memory, if there is one: with whole values, in strips, or the plans one
// after the other with samples of the taps. Plans that take values from the reference run beside it; those with imposed splice
// sites are left out where that is impossible.
func (r *replay) fitting() *cpu.Program {
	watched := r.watched()
	if r.config.Kind == results.KindNonFinite { // what is inspected needs whole operands
		return cpu.Compile(r.graph, r.plans.all, watched)
	}
	limit, _ := r.options.limit()
	together := cpu.CompileWithin(r.graph, r.plans.all, watched, limit-Headroom)
	need := together.PeakBytes()
	if need <= limit-Headroom || r.plans.local > 0 {
		return together
	}
	plans := r.plans.withoutImposed()
	alone := cpu.CompileSampled(r.graph, plans.all, watched, samples, limit-Headroom)
	if alone.PeakBytes() >= need {
		return together
	}
	r.plans = plans
	return alone
}

// placeSamples sets the indices in the metrics of samples to the places of these in their taps.
func (r *replay) placeSamples() {
	if r.run.Samples == 0 {
		return
	}
	for i, t := range r.taps {
		at := cpu.SamplePositions(t.Value.Shape.Size(), r.run.Samples)
		for p := range r.run.Taps[i].Metrics {
			m := &r.run.Taps[i].Metrics[p]
			for _, index := range []*int64{&m.MaxAbsoluteIndex, &m.Reference.FirstAt, &m.Test.FirstAt} {
				if *index >= 0 {
					*index = int64(at[*index])
				}
			}
		}
	}
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
	return fmt.Errorf("the run needs at least %s of memory, %s %s: %s", memoryText(need), from, memoryText(limit), advice(limit))
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

// memoryText writes an amount of memory in the largest unit in which it is not 0.0.
func memoryText(bytes int64) string {
	for _, unit := range []struct {
		name string
		size float64
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if n := float64(bytes) / unit.size; n >= 0.05 {
			return fmt.Sprintf("%.1f %s", n, unit.name)
		}
	}
	return fmt.Sprintf("%d bytes", bytes)
}
