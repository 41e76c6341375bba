package metrics

import (
	"math"
	"slices"
	"sync"
)

// sideBlocks is the number of blocks that are summed side by side, one in each lane of a vector of float64: every lane does
// what kernel.sum does, in the same order, so that the sums have the same bits.
const sideBlocks = 8

// vectorSums is what the vector kernel leaves of eight blocks: the sums of differences, their squares and magnitudes, the
// largest magnitude, the sums of both sides about their pivots, of squares and products, how many elements are outside of
// each tolerance, and the pivots.
type vectorSums struct {
	difference, square, magnitude, maximum [sideBlocks]float64
	reference, test                        [sideBlocks]float64
	squareReference, squareTest, product   [sideBlocks]float64
	outside                                [5][sideBlocks]uint64
	pivotReference, pivotTest              [sideBlocks]float64
}

// block returns the sums of one block.
func (v *vectorSums) block(j int) sums {
	return sums{
		v.pivotReference[j], v.pivotTest[j], v.reference[j], v.test[j], v.squareReference[j], v.squareTest[j], v.product[j],
		v.difference[j], v.magnitude[j], v.square[j], v.maximum[j],
	}
}

// vectorUlps is what the vector kernel counts of finite pairs, in parts: identical pairs, the largest magnitudes as bits, the
// largest distance, and the pairs whose distance is at least UlpBins[1], UlpBins[2], ...
type vectorUlps struct {
	identical, maxReference, maxTest [16]uint32
	most                             [32]uint16
	atLeast                          [UlpBinCount - 1][8]uint64
}

// vectorScratch is the memory of a comparison with vectors.
type vectorScratch struct {
	reference, test [sideBlocks * blockSize]float32 // blocks side by side
	sums            vectorSums
	ulps            vectorUlps
}

var vectorScratches = sync.Pool{New: func() any { return new(vectorScratch) }}

// allTolerances are the tolerances in the order of Accumulator.outside.
var allTolerances = [5]float64{fine[0], fine[1], fine[2], coarse[0], coarse[1]}

// addVector compares the whole blocks at the beginning of a chunk with vector kernels, if the machine has them, and returns
// how many elements those were.
func (a *Accumulator) addVector(k *kernel[float32], reference, test []float32, offset int64) (n int) {
	if !vectors {
		return 0
	}
	s := vectorScratches.Get().(*vectorScratch)
	defer vectorScratches.Put(s)
	for len(reference)-n >= blockSize {
		size := min(sideBlocks, (len(reference)-n)/blockSize) * blockSize
		a.addSideBySide(k, s, reference[n:n+size], test[n:n+size], offset+int64(n))
		n += size
	}
	return n
}

// addSideBySide compares up to eight whole blocks.
func (a *Accumulator) addSideBySide(k *kernel[float32], s *vectorScratch, reference, test []float32, offset int64) {
	s.sumBlocks(reference, test)
	finite := true
	for j := range len(reference) / blockSize {
		lo, hi := j*blockSize, (j+1)*blockSize
		sums := s.sums.block(j)
		if !sums.finite() {
			finite = false
			addBlock(a, k, reference[lo:hi], test[lo:hi], offset+int64(lo))
			continue
		}
		a.elements += blockSize
		a.addSums(&sums, blockSize)
		if sums.maximum > a.maximum {
			a.maximum, a.maximumAt = sums.maximum, offset+int64(lo+firstAt(reference[lo:hi], test[lo:hi], sums.maximum))
		}
		for i := range a.outside {
			a.outside[i] += int64(s.sums.outside[i][j])
		}
	}
	if finite {
		a.addUlps(s, reference, test)
		return
	}
	for j := range len(reference) / blockSize {
		if sums := s.sums.block(j); sums.finite() {
			a.addUlps(s, reference[j*blockSize:(j+1)*blockSize], test[j*blockSize:(j+1)*blockSize])
		}
	}
}

// firstAt returns the first place at which the sides differ by the given magnitude.
func firstAt(reference, test []float32, magnitude float64) int {
	for i, r := range reference {
		if math.Abs(float64(test[i])-float64(r)) == magnitude {
			return i
		}
	}
	return -1
}

// addUlps counts finite pairs, some whole blocks of them.
func (a *Accumulator) addUlps(s *vectorScratch, reference, test []float32) {
	u := &s.ulps
	u.count(bits32(reference), bits32(test))
	a.identical += total(u.identical[:])
	a.reference.max = max(a.reference.max, float64(math.Float32frombits(slices.Max(u.maxReference[:]))))
	a.test.max = max(a.test.max, float64(math.Float32frombits(slices.Max(u.maxTest[:]))))
	a.maxUlp = max(a.maxUlp, int64(slices.Max(u.most[:])))
	left := int64(len(reference))
	for i := range u.atLeast {
		n := total(u.atLeast[i][:])
		a.ulps[i] += left - n
		left = n
	}
	a.ulps[UlpBinCount-1] += left
}

func total[T uint32 | uint64](parts []T) (sum int64) {
	for _, n := range parts {
		sum += int64(n)
	}
	return sum
}
