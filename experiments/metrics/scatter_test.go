package metrics

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestScatterBins checks that the edges are those of the bins, on both sides of each.
func TestScatterBins(t *testing.T) {
	for bin := 2; bin < ScatterBins; bin++ {
		edge := ScatterEdge(bin)
		if ScatterBin(edge) != bin || ScatterBin(math.Nextafter(edge, 0)) != bin-1 {
			t.Errorf("edge %g of bin %d is in bin %d, the number below in %d", edge, bin, ScatterBin(edge), ScatterBin(math.Nextafter(edge, 0)))
		}
	}
	for _, c := range []struct {
		x    float64
		want int
	}{{0, 0}, {5e-324, 1}, {0x1p-41, 1}, {0x1p-40, 2}, {1, 42}, {0x1p24, ScatterBins - 1}, {1e300, ScatterBins - 1}, {math.Inf(1), ScatterBins - 1}} {
		if got := ScatterBin(c.x); got != c.want {
			t.Errorf("%g is in bin %d, want %d", c.x, got, c.want)
		}
	}
	if ScatterEdge(0) != 0 || ScatterEdge(1) != 0 || ScatterEdge(2) != 0x1p-40 || !math.IsInf(ScatterEdge(ScatterBins), 1) {
		t.Error("outer edges are wrong")
	}
}

// TestScatterQuantile checks quantiles of errors that are written out.
func TestScatterQuantile(t *testing.T) {
	var s Scatter
	s.Add([]float32{1, 1, 1.5, -1.9, 8, nan}, []float32{1, 1.25, 1.25, -1.9, 8, 1})
	bin := ScatterBin(1) // errors 0, 0, 1/4, 1/4
	for _, c := range []struct{ q, want float64 }{{0, 0}, {0.5, 0}, {0.51, 0.5}, {1, 0.5}} {
		if got := s.Quantile(bin, c.q); got != c.want {
			t.Errorf("quantile %g is %g, want %g", c.q, got, c.want)
		}
	}
	if got := s.Quantile(bin+1, 0.5); !math.IsNaN(got) {
		t.Errorf("quantile of an empty bin is %g", got)
	}
	if s.Skipped != 1 {
		t.Errorf("%d pairs skipped, want 1", s.Skipped)
	}
	var far Scatter
	far.AddFloat64([]float64{1.5e308}, []float64{-1.5e308})
	if got := far.Quantile(ScatterBins-1, 0.5); !math.IsInf(got, 1) {
		t.Errorf("quantile of an overflowing difference is %g", got)
	}
}

// TestScatterChunks: chunks merged are the whole, and every element is counted once.
func TestScatterChunks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reference, test := drawPair(t, true)
		var whole, merged Scatter
		whole.Add(reference, test)
		start := 0
		for _, end := range cut(t, len(reference)) {
			var s Scatter
			s.Add(reference[start:end], test[start:end])
			merged.Merge(&s)
			start = end
		}
		if merged != whole {
			t.Error("chunks give other counts than the whole")
		}
		sum := whole.Skipped
		for _, column := range whole.Counts {
			for _, n := range column {
				sum += n
			}
		}
		if sum != int64(len(reference)) {
			t.Errorf("%d of %d elements counted", sum, len(reference))
		}
	})
}
