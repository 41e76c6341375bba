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
	const width = 8
	row, last := int(slices.Min(t.ranges[0][:])), int(slices.Max(t.ranges[1][:]))
	column, end := int(slices.Min(t.ranges[2][:]))&^(width-1), int(slices.Max(t.ranges[3][:]))+1
	if row > last {
		return
	}
	t.move(s, row, last-row+1, column, end)
	t.empty()
}
