package metrics

import (
	"encoding/binary"
	"math/bits"
)

// addTruth is AddWidened for truth values. What it adds up are whole numbers, so that it need not do so in order, and it can
// take them from counts.
func (a *Accumulator) addTruth(reference, test []bool, offset int64) {
	for len(reference) > 0 {
		n := min(len(reference), blockSize)
		a.addTruthBlock(bytesOf(reference[:n]), bytesOf(test[:n]), offset)
		reference, test, offset = reference[n:], test[n:], offset+int64(n)
	}
}

// farTruth is the distance of 0 and 1 in bf16 ulps.
const farTruth = 0x3f80

// addTruthBlock compares a block.
func (a *Accumulator) addTruthBlock(reference, test []uint8, offset int64) {
	n := len(reference)
	ones, testOnes, both, first := countTruth(reference, test)
	differ := int64(ones + testOnes - 2*both)
	s := sums{
		pivotReference: float64(reference[0]), pivotTest: float64(test[0]),
		reference: float64(ones - n*int(reference[0])), test: float64(testOnes - n*int(test[0])),
		difference: float64(testOnes - ones), magnitude: float64(differ), square: float64(differ), maximum: float64(min(differ, 1)),
	}
	s.squareReference, s.squareTest = max(s.reference, -s.reference), max(s.test, -s.test)
	// The product of value - pivot is 1 where both values are 1 or both are 0 (pivots 0 or 1), else -1 at 1 and 0.
	switch {
	case reference[0] == 0 && test[0] == 0:
		s.product = float64(both)
	case reference[0] == 0:
		s.product = float64(both - ones)
	case test[0] == 0:
		s.product = float64(both - testOnes)
	default:
		s.product = float64(n - ones - testOnes + both)
	}
	a.elements += int64(n)
	a.addSums(&s, n)
	a.identical += int64(n) - differ
	a.ulps[0] += int64(n) - differ
	a.reference.max = max(a.reference.max, float64(min(ones, 1)))
	a.test.max = max(a.test.max, float64(min(testOnes, 1)))
	if differ == 0 {
		return
	}
	a.ulps[UlpBinCount-1] += differ
	a.maxUlp = max(a.maxUlp, farTruth)
	for i := range a.outside { // an error of 1 is outside of all tolerances
		a.outside[i] += differ
	}
	if s.maximum > a.maximum {
		a.maximum, a.maximumAt = s.maximum, offset+int64(first)
	}
}

// countTruth counts the ones of both sides and those that they share, and returns the first place at which the sides differ, -1
// if there is none.
func countTruth(reference, test []uint8) (ones, testOnes, both, first int) {
	first = -1
	i := 0
	for ; i+8 <= len(reference); i += 8 {
		u, v := binary.LittleEndian.Uint64(reference[i:]), binary.LittleEndian.Uint64(test[i:])
		ones += bits.OnesCount64(u)
		testOnes += bits.OnesCount64(v)
		both += bits.OnesCount64(u & v)
		if first < 0 && u != v {
			first = i + bits.TrailingZeros64(u^v)/8
		}
	}
	for ; i < len(reference); i++ {
		u, v := int(reference[i]), int(test[i])
		ones, testOnes, both = ones+u, testOnes+v, both+u&v
		if first < 0 && u != v {
			first = i
		}
	}
	return ones, testOnes, both, first
}
