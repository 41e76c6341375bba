package experiments

import (
	"sync"

	"bf16lab/experiments/metrics"
	"bf16lab/ops"
	"bf16lab/ops/cpu"
)

// comparison is a probe that compares every watched value with the first plan's, and takes digests of the bits.
type comparison struct {
	plans    int
	digested int // how many of the plans have digests, the first ones
	mu       sync.Mutex
	open     map[int][][]sums    // by watch: group, then plan
	results  [][]metrics.Metrics // by watch, then plan without the first
	digests  [][]metrics.Digest  // by watch, then plan; those of plans without are empty
	scratch  sync.Pool
}

// sums is what is gathered of one group under one plan.
type sums struct {
	metrics.Accumulator
	digest metrics.Digest
	end    int64 // the digest holds the elements before this one
}

func newComparison(watches, plans int) *comparison {
	c := &comparison{
		plans: plans, digested: plans, open: map[int][][]sums{}, results: make([][]metrics.Metrics, watches), digests: make([][]metrics.Digest, watches),
	}
	c.scratch.New = func() any { return new(scratchRows) }
	return c
}

// fingerprint returns one digest for all taps of a plan.
func (c *comparison) fingerprint(taps []ops.Tap, plan int) string {
	all := map[string]metrics.Digest{}
	for i, t := range taps {
		all[t.Name] = c.digests[i][plan]
	}
	return metrics.Fingerprint(all)
}

// scratchRows holds widened bfloat16 values of a chunk.
type scratchRows struct{ reference, test []float32 }

// Begin makes room for the sums of all groups.
func (c *comparison) Begin(watch, groups int) {
	all := make([][]sums, groups)
	for g := range all {
		all[g] = make([]sums, c.plans)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open[watch] = all
}

// Observe adds a chunk to the sums of its group. Plans that share a tensor are compared once; plans that are observed in
// another call are left alone.
func (c *comparison) Observe(watch, group int, offset int64, values []*ops.Tensor) {
	c.mu.Lock()
	gathered := c.open[watch][group]
	c.mu.Unlock()
	s := c.scratch.Get().(*scratchRows)
	defer c.scratch.Put(s)
	// The reference is observed again with plans that run in a later pass; a pass has the chunks of a group in ascending order.
	if c.digested > 0 && offset >= gathered[0].end {
		gathered[0].digest.Merge(digest(s, values[0], offset))
		gathered[0].end = offset + int64(values[0].Shape.Size())
	}
	for i := 1; i < len(values); i++ {
		if values[i] == nil || sharedWith(values, i) > 0 {
			continue
		}
		add(&gathered[i].Accumulator, s, values[0], values[i], offset)
		if i < c.digested {
			gathered[i].digest.Merge(digest(s, values[i], offset))
		}
	}
	for i := 1; i < len(values); i++ {
		if j := sharedWith(values, i); j > 0 && values[i] != nil {
			gathered[i] = gathered[j]
		}
	}
}

// digest returns the digest of the values of a chunk, whatever they are stored as: a bfloat16 counts as the float32 of the same
// value.
func digest(s *scratchRows, t *ops.Tensor, offset int64) metrics.Digest {
	switch {
	case t.I32 != nil:
		return metrics.DigestOf(t.I32, offset)
	case t.Bool != nil:
		return metrics.DigestOf(t.Bool, offset)
	case t.F64 != nil:
		return metrics.DigestOf(t.F64, offset)
	}
	return metrics.DigestOf(cpu.Widened(t, &s.test), offset)
}

// sharedWith returns the first plan after the reference whose tensor plan i shares, if that is an earlier plan; else 0.
func sharedWith(values []*ops.Tensor, i int) int {
	for j := 1; j < i; j++ {
		if values[j] == values[i] {
			return j
		}
	}
	return 0
}

// End merges the groups in order, so that the result does not depend on the number of workers.
func (c *comparison) End(watch int) {
	c.mu.Lock()
	all := c.open[watch]
	delete(c.open, watch)
	c.mu.Unlock()
	digests := make([]metrics.Digest, c.plans)
	out := make([]metrics.Metrics, c.plans-1)
	for i := range digests {
		total := &metrics.Accumulator{}
		for g := range all {
			total.Merge(&all[g][i].Accumulator)
			digests[i].Merge(all[g][i].digest)
		}
		if i > 0 {
			out[i-1] = total.Result()
		}
	}
	c.results[watch], c.digests[watch] = out, digests
}

// add compares two tensors of one chunk, whatever they are stored as.
func add(a *metrics.Accumulator, s *scratchRows, reference, test *ops.Tensor, offset int64) {
	switch {
	case reference.I32 != nil:
		metrics.AddWidened(a, reference.I32, test.I32, offset)
	case reference.Bool != nil:
		metrics.AddWidened(a, reference.Bool, test.Bool, offset)
	case reference.F64 != nil && test.F64 != nil:
		a.AddFloat64(reference.F64, test.F64, offset)
	case reference.F64 != nil:
		metrics.AddWidened(a, reference.F64, cpu.Widened(test, &s.test), offset)
	case test.F64 != nil:
		metrics.AddWidened(a, cpu.Widened(reference, &s.reference), test.F64, offset)
	default:
		a.Add(cpu.Widened(reference, &s.reference), cpu.Widened(test, &s.test), offset)
	}
}
