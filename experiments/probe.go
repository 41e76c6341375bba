package experiments

import (
	"sync"

	"bf16lab/experiments/metrics"
	"bf16lab/ops"
)

// comparison is a probe that compares every watched value with the first plan's.
type comparison struct {
	plans   int
	mu      sync.Mutex
	open    map[int][][]metrics.Accumulator // by watch: group, then plan
	results [][]metrics.Metrics             // by watch, then plan without the first
	scratch sync.Pool
}

func newComparison(watches, plans int) *comparison {
	c := &comparison{plans: plans, open: map[int][][]metrics.Accumulator{}, results: make([][]metrics.Metrics, watches)}
	c.scratch.New = func() any { return new(scratchRows) }
	return c
}

// scratchRows holds widened bfloat16 values of a chunk.
type scratchRows struct{ reference, test []float32 }

// Begin makes room for the sums of all groups.
func (c *comparison) Begin(watch, groups int) {
	sums := make([][]metrics.Accumulator, groups)
	for g := range sums {
		sums[g] = make([]metrics.Accumulator, c.plans)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open[watch] = sums
}

// Observe adds a chunk to the sums of its group. Plans that share a tensor are compared once; plans that are observed in
// another call are left alone.
func (c *comparison) Observe(watch, group int, offset int64, values []*ops.Tensor) {
	c.mu.Lock()
	sums := c.open[watch][group]
	c.mu.Unlock()
	s := c.scratch.Get().(*scratchRows)
	defer c.scratch.Put(s)
	for i := 1; i < len(values); i++ {
		if values[i] == nil || sharedWith(values, i) > 0 {
			continue
		}
		add(&sums[i], s, values[0], values[i], offset)
	}
	for i := 1; i < len(values); i++ {
		if j := sharedWith(values, i); j > 0 && values[i] != nil {
			sums[i] = sums[j]
		}
	}
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
	sums := c.open[watch]
	delete(c.open, watch)
	c.mu.Unlock()
	out := make([]metrics.Metrics, c.plans-1)
	for i := range out {
		total := &metrics.Accumulator{}
		for g := range sums {
			total.Merge(&sums[g][i+1])
		}
		out[i] = total.Result()
	}
	c.results[watch] = out
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
		metrics.AddWidened(a, reference.F64, ops.Widened(test, &s.test), offset)
	case test.F64 != nil:
		metrics.AddWidened(a, ops.Widened(reference, &s.reference), test.F64, offset)
	default:
		a.Add(ops.Widened(reference, &s.reference), ops.Widened(test, &s.test), offset)
	}
}
