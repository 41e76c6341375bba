package cpu

import (
	"context"
	"slices"
	"sort"
	"sync"

	"bf16lab/ops"
)

// CompileSampled is [CompileWithin] for plans that are carried out one after the other, so that only the values of one are in
// memory at a time. A probe is given samples elements of every watched value at most, those at [SamplePositions], as one
// chunk that begins at 0, when all plans have been carried out. No plan may take values from the reference.
func CompileSampled(g *ops.Graph, plans []*ops.Plan, watched []*ops.Value, samples int, limit int64) *Program {
	p := &Program{graph: g, plans: plans, watched: watched, samples: samples}
	rest := limit - p.sampleBytes()
	for _, plan := range plans {
		if takesFromReference(plan) {
			panic("cpu: plan " + plan.Name + " takes values from the reference and cannot run alone")
		}
		alone := CompileWithin(g, []*ops.Plan{plan}, watched, rest)
		p.alone = append(p.alone, alone)
		p.work += alone.work
		p.strip = max(p.strip, alone.strip)
		p.peak = max(p.peak, alone.peak+p.sampleBytes())
	}
	return p
}

func takesFromReference(plan *ops.Plan) bool {
	return slices.ContainsFunc(plan.Nodes, func(n ops.NodePlan) bool { return n.Imposed || n.FromReference != [3]bool{} })
}

// Samples returns how many elements of a watched value a probe is given at most; 0 stands for all.
func (p *Program) Samples() int { return p.samples }

// sampleBytes returns the bytes of all samples.
func (p *Program) sampleBytes() int64 {
	var n int
	for _, v := range p.watched {
		n += min(v.Shape.Size(), p.samples)
	}
	return int64(n*ops.StoreFloat64.Bytes()) * int64(len(p.plans))
}

// largest returns the program of a single plan that takes most memory, and the plan.
func (p *Program) largest() (alone *Program, plan int) {
	for i, a := range p.alone {
		if alone == nil || a.PeakBytes() > alone.PeakBytes() {
			alone, plan = a, i
		}
	}
	return alone, plan
}

// SamplePositions returns the positions of so many elements of size in ascending order, all of them if there are not more.
// They are k * 2654435761 mod size for k = 0, 1, 2, ...: scattered, because evenly spaced ones would see a few channels
// only.
func SamplePositions(size, samples int) []int {
	const prime = 2654435761
	out := make([]int, min(size, samples))
	for k := range out {
		out[k] = k
		if size > samples {
			out[k] = int(uint64(k) * prime % uint64(size))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// runSampled carries the plans out one after the other.
func (p *Program) runSampled(ctx context.Context, o Options) (Stats, error) {
	if _, ok := o.Probe.(Inspector); ok {
		panic("cpu: what is sampled cannot be inspected")
	}
	var total Stats
	done := 0.0
	samples := make([]*sampler, len(p.plans))
	positions := map[int][]int{}
	for i, alone := range p.alone {
		samples[i] = newSampler(p, positions)
		own := o
		own.Probe = samples[i]
		if o.Probe == nil {
			own.Probe = nil
		}
		if o.Progress != nil {
			own.Progress = func(g Progress) { o.Progress(Progress{Done: done + g.Done, Total: p.work, Equation: g.Equation}) }
		}
		stats, err := alone.Run(ctx, own)
		if err != nil {
			return total, err
		}
		done += alone.work
		total.Seconds = append(total.Seconds, stats.Seconds...)
		total.PeakBytes = max(total.PeakBytes, stats.PeakBytes+p.sampleBytes())
		total.Steps += stats.Steps
		total.Instances += stats.Instances
	}
	if o.Probe != nil {
		p.compareSamples(o.Probe, samples)
	}
	return total, nil
}

// compareSamples gives a probe what has been sampled.
func (p *Program) compareSamples(probe Probe, samples []*sampler) {
	for watch := range p.watched {
		values := make([]*ops.Tensor, len(samples))
		for plan, s := range samples {
			values[plan] = s.values[watch]
		}
		probe.Begin(watch, 1)
		probe.Observe(watch, 0, 0, values)
		probe.End(watch)
	}
}

// sampler is a probe of one plan that keeps scattered elements.
type sampler struct {
	at     [][]int // by watch: positions
	mu     sync.Mutex
	values []*ops.Tensor // by watch
}

func newSampler(p *Program, positions map[int][]int) *sampler {
	s := &sampler{values: make([]*ops.Tensor, len(p.watched))}
	for _, v := range p.watched {
		size := v.Shape.Size()
		if positions[size] == nil {
			positions[size] = SamplePositions(size, p.samples)
		}
		s.at = append(s.at, positions[size])
	}
	return s
}

// Begin does nothing: the positions are known.
func (s *sampler) Begin(int, int) {}

// End does nothing: the samples are kept until all plans have been carried out.
func (s *sampler) End(int) {}

// Observe keeps the elements of a chunk that are samples.
func (s *sampler) Observe(watch, _ int, offset int64, values []*ops.Tensor) {
	at, from := s.at[watch], int(offset)
	to := from + values[0].Shape.Size()
	kept := s.room(watch, values[0].Storage())
	for k := sort.SearchInts(at, from); k < len(at) && at[k] < to; k++ {
		copy(bytesOf(kept.Range(k, k+1, ops.Shape{1})), bytesOf(values[0].Range(at[k]-from, at[k]-from+1, ops.Shape{1})))
	}
}

// room returns the tensor for the samples of a watched value.
func (s *sampler) room(watch int, storage ops.Storage) *ops.Tensor {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.values[watch] == nil {
		s.values[watch] = ops.NewTensor(ops.Shape{len(s.at[watch])}, storage)
	}
	return s.values[watch]
}
