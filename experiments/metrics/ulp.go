package metrics

import (
	"math"
	"math/bits"
	"unsafe"
)

// nearUlps is the largest distance that has a counter of its own; it is the end of the last but one bin of UlpBins.
const nearUlps = 512

// ulpCounts counts pairs by their distance in bf16 ulps.
type ulpCounts struct {
	near [2*nearUlps + 1]int64 // by signed distance, from -nearUlps
	far  int64                 // pairs that are farther apart
	max  uint32                // largest distance among them
}

// countFloat32 counts finite pairs; it returns the number of identical ones and the largest magnitude of each side.
func (c *ulpCounts) countFloat32(reference, test []float32) (identical int64, maxReference, maxTest float64) {
	identical, r, t := c.countBits(bits32(reference), bits32(test))
	return identical, float64(math.Float32frombits(r)), float64(math.Float32frombits(t))
}

// countFloat64 is countFloat32 for float64.
func (c *ulpCounts) countFloat64(reference, test []float64) (identical int64, maxReference, maxTest float64) {
	var r, t [blockSize]uint32
	test = test[:len(reference)]
	for i, x := range reference {
		y := test[i]
		if math.Float64bits(x) == math.Float64bits(y) {
			identical++
		}
		maxReference = max(maxReference, math.Abs(x))
		maxTest = max(maxTest, math.Abs(y))
		r[i], t[i] = roundToOdd(x), roundToOdd(y)
	}
	c.countBits(r[:len(reference)], t[:len(reference)])
	return identical, maxReference, maxTest
}

// countBits counts finite pairs of float32 bits; it returns the number of identical pairs and the largest magnitudes.
//
// The distance of two bf16 values is the difference of their places in the order of all bf16 values, in which +0 and -0
// share one place. With equal signs that is the difference of the bits.
func (c *ulpCounts) countBits(reference, test []uint32) (identical int64, maxReference, maxTest uint32) {
	test = test[:len(reference)]
	near := &c.near
	for i, u := range reference {
		v := test[i]
		maxReference = max(maxReference, u<<1)
		maxTest = max(maxTest, v<<1)
		identical += int64((uint64(u^v) - 1) >> 63) // without a branch, which half of the elements might take
		place := roundBits(u) - roundBits(v) + nearUlps
		if place < uint32(len(near)) && int32(u^v) >= 0 {
			near[place]++
		} else {
			c.countFar(u, v)
		}
	}
	return identical, maxReference >> 1, maxTest >> 1
}

// countFar counts a pair that has opposite signs or a large distance.
func (c *ulpCounts) countFar(u, v uint32) {
	distance := ulpDistance(u, v)
	if distance <= nearUlps {
		c.near[nearUlps+distance]++
		return
	}
	c.far++
	c.max = max(c.max, distance)
}

// ulpDistance returns the distance in bf16 ulps of two finite float32 values given by their bits.
func ulpDistance(u, v uint32) uint32 {
	const magnitude = 1<<31 - 1
	a, b := roundBits(u&magnitude), roundBits(v&magnitude)
	if int32(u^v) < 0 {
		return a + b
	}
	return max(a, b) - min(a, b)
}

// roundBits rounds the bits of a finite float32 to bf16, to nearest, ties to even.
//
// A half is added; only in a tie, which is rare and therefore a branch, can the last bit be one too many.
func roundBits(u uint32) uint32 {
	u += 0x8000
	if uint16(u) == 0 {
		u &^= 0x10000
	}
	return u >> 16
}

// roundToOdd returns the bits of x cut to float32, with the last bit set if that was inexact. Rounding them to bf16 gives
// what rounding x itself would give.
func roundToOdd(x float64) uint32 {
	y := float32(x)
	u := math.Float32bits(y)
	if float64(y) == x {
		return u
	}
	if math.Abs(float64(y)) > math.Abs(x) {
		u--
	}
	return u | 1
}

// ulpBin returns the bin of UlpBins that a distance falls into.
func ulpBin(distance int64) int {
	if distance == 0 {
		return 0
	}
	return min(bits.Len64(uint64(distance-1))+1, UlpBinCount-1)
}

// fold moves the counts to a histogram and returns the largest distance.
func (c *ulpCounts) fold(histogram *[UlpBinCount]int64) int64 {
	histogram[UlpBinCount-1] += c.far
	most := int64(c.max)
	c.far, c.max = 0, 0
	for i, n := range c.near {
		if n == 0 {
			continue
		}
		distance := max(int64(i)-nearUlps, nearUlps-int64(i))
		histogram[ulpBin(distance)] += n
		most = max(most, distance)
		c.near[i] = 0
	}
	return most
}

// bits32 views values as their bits: Go reads a float32 into a floating-point register first, which costs a fifth of the
// whole comparison.
func bits32(values []float32) []uint32 {
	return unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(values))), len(values))
}
