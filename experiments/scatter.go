package experiments

import (
	"sync"

	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"
	"bf16lab/ops"
	"bf16lab/ops/cpu"
)

// scatters counts the error of every policy at every tap by the magnitude of the reference. The counts of a tap under a policy are
// kept in as many tables as goroutines add to them at a time, because tables are large and their order does not matter.
type scatters struct {
	policies int
	mu       sync.Mutex
	open     map[int][]*scatterTables // by watch, then policy
	results  [][]results.Scatter      // by watch, then policy
	scratch  sync.Pool
}

// scatterTables are the tables of one tap under one policy.
type scatterTables struct {
	shares int // the policy whose tables these are as well, the policy itself if they are its own
	idle   []*metrics.Scatter
	all    []*metrics.Scatter
}

func newScatters(watches, policies int) *scatters {
	s := &scatters{policies: policies, open: map[int][]*scatterTables{}, results: make([][]results.Scatter, watches)}
	s.scratch.New = func() any { return new(scratchRows) }
	return s
}

func (s *scatters) begin(watch int) {
	tables := make([]*scatterTables, s.policies)
	for p := range tables {
		tables[p] = &scatterTables{shares: p}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[watch] = tables
}

// observe counts a chunk: values of the reference and of the policies. Policies that share a tensor are counted once.
func (s *scatters) observe(watch int, offset int64, values []*ops.Tensor) {
	rows := s.scratch.Get().(*scratchRows)
	defer s.scratch.Put(rows)
	for i := 1; i < len(values); i++ {
		if values[i] == nil || values[0].I32 != nil || values[0].Bool != nil {
			continue
		}
		if j := sharedWith(values, i); j > 0 {
			s.share(watch, i-1, j-1)
			continue
		}
		table := s.take(watch, i-1)
		countErrors(table, rows, values[0], values[i])
		s.put(watch, i-1, table)
	}
}

func (s *scatters) share(watch, policy, other int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[watch][policy].shares = other
}

func (s *scatters) take(watch, policy int) *metrics.Scatter {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.open[watch][policy]
	if n := len(t.idle); n > 0 {
		table := t.idle[n-1]
		t.idle = t.idle[:n-1]
		return table
	}
	table := &metrics.Scatter{}
	t.all = append(t.all, table)
	return table
}

func (s *scatters) put(watch, policy int, table *metrics.Scatter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.open[watch][policy]
	t.idle = append(t.idle, table)
}

// countErrors adds a chunk to a table, whatever it is stored as.
func countErrors(table *metrics.Scatter, rows *scratchRows, reference, test *ops.Tensor) {
	if reference.F64 == nil && test.F64 == nil {
		table.Add(cpu.Widened(reference, &rows.reference), cpu.Widened(test, &rows.test))
		return
	}
	table.AddFloat64(doubled(reference), doubled(test))
}

// doubled returns the values of a tensor as float64.
func doubled(t *ops.Tensor) []float64 {
	if t.F64 != nil {
		return t.F64
	}
	out := make([]float64, t.Shape.Size())
	for i := range out {
		out[i] = t.Element(i)
	}
	return out
}

// end settles the tables of a tap.
func (s *scatters) end(watch int) {
	s.mu.Lock()
	tables := s.open[watch]
	delete(s.open, watch)
	s.mu.Unlock()
	out := make([]results.Scatter, s.policies)
	for p, t := range tables {
		if t.shares != p {
			out[p] = out[t.shares]
			continue
		}
		total := &metrics.Scatter{}
		for _, table := range t.all {
			total.Merge(table)
		}
		out[p] = compact(total)
	}
	s.results[watch] = out
}

// compact returns what is reported of a table: the bins from the first to the last that have elements.
func compact(table *metrics.Scatter) results.Scatter {
	out := results.Scatter{Counts: []int64{}, Median: []metrics.Number{}, High: []metrics.Number{}}
	first, last := -1, -1
	var counts [metrics.ScatterBins]int64
	for bin := range counts {
		for _, n := range table.Counts[bin] {
			counts[bin] += n
		}
		if counts[bin] > 0 {
			if first < 0 {
				first = bin
			}
			last = bin
		}
	}
	if first < 0 {
		return out
	}
	out.Low = first
	for bin := first; bin <= last; bin++ {
		out.Counts = append(out.Counts, counts[bin])
		out.Median = append(out.Median, metrics.Number(table.Quantile(bin, 0.5)))
		out.High = append(out.High, metrics.Number(table.Quantile(bin, 0.99)))
	}
	return out
}

// fillScatter completes the results with the error by magnitude; a tap of integers or truth values has none.
func (r *replay) fillScatter(probe *replayProbe) {
	for i, t := range r.taps {
		if t.Value.DType.IsFloat() {
			r.run.Taps[i].Scatter = probe.scatter.results[i]
		}
	}
}
