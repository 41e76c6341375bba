package metrics

import (
	"math"
	"slices"
	"sync"
)

// scatterColumns is the number of columns of a row of scatterTables, a power of two.
const scatterColumns = 128

// scatterTables are the counts of a Scatter while it is counted with vectors: four tables, in turn, because a count cannot be
// increased before the last increase of the same one is through. They are all zeros between uses.
type scatterTables struct {
	counts [4][ScatterBins][scatterColumns]uint32
	ranges [4][16]uint32 // in parts: the lowest row, highest row, lowest column and highest column that were counted
}

var scatterTablesPool = sync.Pool{New: func() any {
	t := new(scatterTables)
	t.empty()
	return t
}}

// empty makes the ranges those of no elements.
func (t *scatterTables) empty() {
	for i := range t.ranges[0] {
		t.ranges[0][i], t.ranges[2][i] = math.MaxUint32, math.MaxUint32
		t.ranges[1][i], t.ranges[3][i] = 0, 0
	}
}

// addVector counts the pairs at the beginning of a chunk with vectors, if the machine has them, and returns how many those were.
func (s *Scatter) addVector(reference, test []float32) (n int) {
	const width = 16
	if !vectors || len(reference) < width {
		return 0
	}
	t := scatterTablesPool.Get().(*scatterTables)
	defer scatterTablesPool.Put(t)
	whole := len(reference) &^ (width - 1)
	for n < whole {
		n += t.count(reference[n:whole], test[n:whole])
		if n < whole {
			scatter(s, reference[n:n+width], test[n:n+width])
			n += width
		}
	}
	t.moveTo(s)
	return n
}

// moveTo adds the counts to a Scatter and clears them.
func (t *scatterTables) moveTo(s *Scatter) {
	low, high := slices.Min(t.ranges[2][:]), slices.Max(t.ranges[3][:])+1
	if low >= high {
		return
	}
	for row := slices.Min(t.ranges[0][:]); row <= slices.Max(t.ranges[1][:]); row++ {
		a, b, c, d := t.counts[0][row][low:high], t.counts[1][row][low:high], t.counts[2][row][low:high], t.counts[3][row][low:high]
		to := s.Counts[row][low:high]
		for i := range to {
			to[i] += int64(a[i]) + int64(b[i]) + int64(c[i]) + int64(d[i])
		}
		clear(a)
		clear(b)
		clear(c)
		clear(d)
	}
	t.empty()
}
