package metrics

import (
	"math"
	"sync"
	"unsafe"
)

// blockSize is the number of elements that are compared in one go: a block of both sides and of their difference stays
// in the first-level cache, and sums inside a block are short enough for their rounding error not to matter.
const blockSize = 256

// float is an element type that the kernel compares as it is.
type float interface{ float32 | float64 }

// kernel compares blocks. It holds what is gathered during one Add and the buffers for it.
type kernel[T float] struct {
	ulps      ulpCounts
	counted   bool // whether ulps may hold counts
	count     func(c *ulpCounts, reference, test []T) (identical int64, maxReference, maxTest float64)
	magnitude [blockSize]float64 // |test - reference|
	reference [blockSize]T       // finite pairs of a block that has others, and where they were
	test      [blockSize]T
	position  [blockSize]int32

	pivotReference, pivotTest float64 // of the block summed last; here and not in registers, of which sum has none to spare
}

// Kernels are kept for the next Add: clearing one takes as long as comparing a thousand elements.
var (
	kernels32 = sync.Pool{New: func() any { return &kernel[float32]{count: (*ulpCounts).countFloat32} }}
	kernels64 = sync.Pool{New: func() any { return &kernel[float64]{count: (*ulpCounts).countFloat64} }}
)

// sums holds the sums of one block. Those of values are taken about a pivot, the block's first pair, in the order of the
// elements.
type sums struct {
	pivotReference, pivotTest              float64
	reference, test                        float64 // of value - pivot
	squareReference, squareTest, product   float64 // of squares and products of value - pivot
	difference, magnitude, square, maximum float64 // of test - reference
}

// finite reports whether all elements were finite. Sums of float32 cannot overflow; those of float64 can, and then the
// answer is false although nothing is wrong.
func (s *sums) finite() bool {
	x := s.reference + s.test
	return x-x == 0
}

// sum returns the sums of a block and leaves the magnitudes of the differences in k.
func (k *kernel[T]) sum(reference, test []T) sums {
	test = test[:len(reference)]
	magnitudes := k.magnitude[:len(reference)]
	k.pivotReference, k.pivotTest = float64(reference[0]), float64(test[0])
	var sr, st, srr, stt, srt, sd, sa, sdd float64
	var most uint64
	for i, r := range reference {
		x, y := float64(r), float64(test[i])
		d := y - x
		sd += d
		sdd += float64(d * d)
		bits := math.Float64bits(d) &^ (1 << 63)
		most = max(most, bits)
		d = math.Float64frombits(bits)
		sa += d
		magnitudes[i] = d
		x -= k.pivotReference
		y -= k.pivotTest
		sr += x
		st += y
		srr += float64(x * x)
		stt += float64(y * y)
		srt += float64(x * y)
	}
	return sums{k.pivotReference, k.pivotTest, sr, st, srr, stt, srt, sd, sa, sdd, math.Float64frombits(most)}
}

// sumIdentical returns what sum would for a block whose sides have the same bits, and the largest magnitude in it.
func sumIdentical[T float](reference []T) (s sums, largest float64) {
	pivot := float64(reference[0])
	var sum, square float64
	var most uint64
	for _, r := range reference {
		x := float64(r)
		most = max(most, math.Float64bits(x)&^(1<<63))
		x -= pivot
		sum += x
		square += float64(x * x)
	}
	return sums{pivot, pivot, sum, sum, square, square, square, 0, 0, 0, 0}, math.Float64frombits(most)
}

// moments turns the sums of n pairs into means and central moments.
//
// M2 = S2 - S1^2 / n with sums about the pivot. Because the pivot is an element of the block, S2 is at most n times
// M2, whatever the values: the subtraction loses at most 8 of 53 bits, and a constant block has exactly 0.
func (s *sums) moments(n int) moments {
	c := float64(n)
	return moments{
		count:         int64(n),
		meanReference: s.pivotReference + s.reference/c,
		meanTest:      s.pivotTest + s.test/c,
		reference:     max(0, s.squareReference-s.reference*s.reference/c),
		test:          max(0, s.squareTest-s.test*s.test/c),
		product:       s.product - s.reference*s.test/c,
	}
}

// outside counts the elements of the block summed last that are not within a tolerance: |test - reference| > t + t
// |reference|, taken as t (1 + |reference|). It works three at a time because loading costs as much as comparing.
func (k *kernel[T]) outside(reference []T, tolerances *[3]float64) [3]int64 {
	var a, b, c uint64
	magnitudes := k.magnitude[:len(reference)]
	t, u, v := tolerances[0], tolerances[1], tolerances[2]
	for i, r := range reference {
		scale := 1 + math.Abs(float64(r))
		d := magnitudes[i]
		// The sign bit is set exactly if the difference is below zero; a branch would be mispredicted every other time.
		a += math.Float64bits(float64(scale*t)-d) >> 63
		b += math.Float64bits(float64(scale*u)-d) >> 63
		c += math.Float64bits(float64(scale*v)-d) >> 63
	}
	return [3]int64{int64(a), int64(b), int64(c)}
}

// compact copies the finite pairs of a block into k and counts the other elements in a.
func (k *kernel[T]) compact(a *Accumulator, reference, test []T, offset int64) (n int) {
	for i, r := range reference {
		t := test[i]
		if r-r == 0 && t-t == 0 {
			k.reference[n], k.test[n], k.position[n] = r, t, int32(i)
			n++
			continue
		}
		x, y := float64(r), float64(t)
		a.reference.classify(x, offset+int64(i))
		a.test.classify(y, offset+int64(i))
		if x == y || (x != x && y != y) {
			a.identical++
		}
	}
	return n
}

// sameBits reports whether two slices of one length hold the same bits.
func sameBits[T float](a, b []T) bool {
	size := len(a) * int(unsafe.Sizeof(a[0]))
	return unsafe.String((*byte)(unsafe.Pointer(unsafe.SliceData(a))), size) ==
		unsafe.String((*byte)(unsafe.Pointer(unsafe.SliceData(b))), size)
}
