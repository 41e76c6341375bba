package metrics

import (
	"fmt"
	"math"
	"slices"
)

// Accumulator gathers the comparison of one tap, chunk by chunk. Its zero value is empty and ready.
//
// Sums are float64. Within a chunk they are taken in the order of the elements, in blocks of 256 whose sums are added in
// order; Merge adds the sums of its argument to those of the receiver. For a result that does not depend on the number of
// threads the caller cuts a tap into the same chunks each time, gives each chunk an Accumulator of its own and merges
// them in the order of the chunks. Counts, maxima and indices do not depend on chunks or order at all.
//
// An Accumulator must not be used by two goroutines at once.
type Accumulator struct {
	elements  int64
	identical int64
	moments   moments

	difference float64 // sum of test - reference
	magnitude  float64 // sum of |test - reference|
	square     float64 // sum of (test - reference)^2
	maximum    float64 // largest |test - reference|
	maximumAt  int64   // flat index of the first of these, if maximum > 0

	outside [5]int64 // elements that are not within thresholds
	ulps    [UlpBinCount]int64
	maxUlp  int64

	reference, test side
}

// side is Side while it is being gathered.
type side struct {
	max                 float64
	nan, posInf, negInf int64
	first               int64 // flat index of the first non-finite element plus 1, 0 if there is none
}

// fine and coarse are the tolerances in the order of Accumulator.outside, three at a time; most blocks of a bf16 tap
// have elements outside the fine ones and none outside the coarse ones.
var (
	fine   = [3]float64{StrictTolerances[1], StrictTolerances[0], Tolerances[0]}
	coarse = [3]float64{Tolerances[1], Tolerances[2], math.Inf(1)}
)

// Add compares the chunk of a tap that starts at flat index offset.
//
// It panics if the lengths differ.
func (a *Accumulator) Add(reference, test []float32, offset int64) {
	k := kernels32.Get().(*kernel[float32])
	n := 0
	if len(reference) == len(test) {
		n = a.addVector(k, reference, test, offset)
	}
	add(a, k, reference[n:], test[n:], offset+int64(n))
	kernels32.Put(k)
}

// AddFloat64 is Add for float64: bits are compared as float64, and ulps after one rounding to bf16. The squares of values
// beyond 1e154 overflow; norms and what is derived from them are then infinite or NaN.
func (a *Accumulator) AddFloat64(reference, test []float64, offset int64) {
	k := kernels64.Get().(*kernel[float64])
	add(a, k, reference, test, offset)
	kernels64.Put(k)
}

// add compares a chunk block by block.
func add[T float](a *Accumulator, k *kernel[T], reference, test []T, offset int64) {
	if len(reference) != len(test) {
		panic(fmt.Sprintf("metrics: reference has %d elements, test has %d", len(reference), len(test)))
	}
	for len(reference) > 0 {
		n := min(len(reference), blockSize)
		addBlock(a, k, reference[:n], test[:n], offset)
		reference, test, offset = reference[n:], test[n:], offset+int64(n)
	}
	if k.counted {
		a.maxUlp = max(a.maxUlp, k.ulps.fold(&a.ulps))
		k.counted = false
	}
}

// addBlock compares one block, on the fastest path that it allows.
func addBlock[T float](a *Accumulator, k *kernel[T], reference, test []T, offset int64) {
	k.counted = true
	a.elements += int64(len(reference))
	if sameBits(reference, test) {
		if s, largest := sumIdentical(reference); s.finite() {
			a.addSums(&s, len(reference))
			a.addIdentical(&k.ulps, int64(len(reference)), largest)
			return
		}
	} else if s := k.sum(reference, test); s.finite() {
		a.addSums(&s, len(reference))
		addPairs(a, k, &s, reference, test, func(i int) int64 { return offset + int64(i) })
		return
	}
	if n := k.compact(a, reference, test, offset); n > 0 {
		reference, test = k.reference[:n], k.test[:n]
		s := k.sum(reference, test)
		a.addSums(&s, n)
		addPairs(a, k, &s, reference, test, func(i int) int64 { return offset + int64(k.position[i]) })
	}
}

// addSums adds the sums of a block of n finite pairs.
func (a *Accumulator) addSums(s *sums, n int) {
	m := s.moments(n)
	a.moments.merge(&m)
	a.difference += s.difference
	a.magnitude += s.magnitude
	a.square += s.square
}

// addIdentical counts n finite pairs with the same bits, of which the largest magnitude is given.
func (a *Accumulator) addIdentical(c *ulpCounts, n int64, largest float64) {
	a.identical += n
	c.near[nearUlps] += n
	a.reference.max = max(a.reference.max, largest)
	a.test.max = max(a.test.max, largest)
}

// addPairs counts the finite pairs of the block summed last; index gives the flat index of a place in it.
func addPairs[T float](a *Accumulator, k *kernel[T], s *sums, reference, test []T, index func(place int) int64) {
	identical, maxReference, maxTest := k.count(&k.ulps, reference, test)
	a.identical += identical
	a.reference.max = max(a.reference.max, maxReference)
	a.test.max = max(a.test.max, maxTest)
	if s.maximum > a.maximum {
		a.maximum, a.maximumAt = s.maximum, index(slices.Index(k.magnitude[:len(reference)], s.maximum))
	}
	// As t (1 + |reference|) >= t, a block whose largest difference is at most t has nothing outside t.
	if s.maximum > fine[0] {
		a.addOutside(0, k.outside(reference, &fine))
	}
	if s.maximum > coarse[0] {
		a.addOutside(3, k.outside(reference, &coarse))
	}
}

// addOutside adds the counts of three tolerances, the first of which has the given index in a.outside.
func (a *Accumulator) addOutside(from int, counts [3]int64) {
	for i := range min(len(counts), len(a.outside)-from) {
		a.outside[from+i] += counts[i]
	}
}

// classify counts one side of a pair that is not finite.
func (s *side) classify(x float64, at int64) {
	switch {
	case x != x:
		s.nan++
	case x > math.MaxFloat64:
		s.posInf++
	case x < -math.MaxFloat64:
		s.negInf++
	default:
		s.max = max(s.max, math.Abs(x))
		return
	}
	if s.first == 0 || at+1 < s.first {
		s.first = at + 1
	}
}

// Merge adds everything that other has gathered, after what a has. Other is left as it was.
func (a *Accumulator) Merge(other *Accumulator) {
	a.elements += other.elements
	a.identical += other.identical
	a.moments.merge(&other.moments)
	a.difference += other.difference
	a.magnitude += other.magnitude
	a.square += other.square
	if other.maximum > a.maximum || (other.maximum == a.maximum && other.maximumAt < a.maximumAt) {
		a.maximum, a.maximumAt = other.maximum, other.maximumAt
	}
	for i, n := range other.outside {
		a.outside[i] += n
	}
	for i, n := range other.ulps {
		a.ulps[i] += n
	}
	a.maxUlp = max(a.maxUlp, other.maxUlp)
	a.reference.merge(&other.reference)
	a.test.merge(&other.test)
}

func (s *side) merge(o *side) {
	s.max = max(s.max, o.max)
	s.nan += o.nan
	s.posInf += o.posInf
	s.negInf += o.negInf
	if o.first != 0 && (s.first == 0 || o.first < s.first) {
		s.first = o.first
	}
}
