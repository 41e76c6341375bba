package metrics

import (
	"fmt"
	"math"
)

// The bins of a Scatter: bin 0 takes zeros, bin 1 everything below 2^ScatterLow, the last bin everything from 2^ScatterHigh
// up, and each bin between holds one power of two.
const (
	ScatterLow  = -40
	ScatterHigh = 24
	ScatterBins = ScatterHigh - ScatterLow + 3
)

// Scatter counts the elements of a tap by the magnitude of the reference and the magnitude of the error, both in powers of
// two: the picture that tells rounding noise (error follows magnitude) from a fixed error or from a few outliers. Its zero
// value is empty and ready; counts do not depend on chunks or order.
type Scatter struct {
	Counts  [ScatterBins][ScatterBins]int64 // by ScatterBin of |reference|, then of |test - reference|
	Skipped int64                           // pairs that are not finite
}

// ScatterBin returns the bin of a magnitude, which must not be negative.
func ScatterBin(magnitude float64) int {
	if magnitude == 0 {
		return 0
	}
	exponent := int(math.Float64bits(magnitude)>>52) - 1023 // magnitude = fraction 2^exponent, fraction in [1, 2)
	return 2 + max(-1, min(exponent, ScatterHigh)-ScatterLow)
}

// ScatterEdge returns the lowest magnitude of a bin; 0 for bin 1 stands for the smallest number above zero. It panics if
// there is no such bin; ScatterBins itself has the edge +Inf.
func ScatterEdge(bin int) float64 {
	switch {
	case bin < 0 || bin > ScatterBins:
		panic(fmt.Sprintf("metrics: no scatter bin %d", bin))
	case bin == ScatterBins:
		return math.Inf(1)
	case bin < 2:
		return 0
	}
	return math.Ldexp(1, bin-2+ScatterLow)
}

// Add counts a chunk. It panics if the lengths differ.
func (s *Scatter) Add(reference, test []float32) {
	n := 0
	if len(reference) == len(test) {
		n = s.addVector(reference, test)
	}
	scatter(s, reference[n:], test[n:])
}

// AddFloat64 is Add for float64.
func (s *Scatter) AddFloat64(reference, test []float64) {
	scatter(s, reference, test)
}

func scatter[T float](s *Scatter, reference, test []T) {
	if len(reference) != len(test) {
		panic(fmt.Sprintf("metrics: reference has %d elements, test has %d", len(reference), len(test)))
	}
	for i, r := range reference {
		x, y := float64(r), float64(test[i])
		if x-x != 0 || y-y != 0 {
			s.Skipped++
			continue
		}
		s.Counts[ScatterBin(math.Abs(x))][ScatterBin(math.Abs(y-x))]++
	}
}

// Merge adds the counts of other.
func (s *Scatter) Merge(other *Scatter) {
	for i := range s.Counts {
		for j, n := range other.Counts[i] {
			s.Counts[i][j] += n
		}
	}
	s.Skipped += other.Skipped
}

// Quantile returns a bound for the error of the elements whose reference falls into a bin: the upper edge of the first
// error bin up to which at least the share q of them lies (0 if those have no error). It returns NaN if there are no
// such elements, and panics unless 0 <= q <= 1.
func (s *Scatter) Quantile(bin int, q float64) float64 {
	if !(q >= 0 && q <= 1) {
		panic(fmt.Sprintf("metrics: quantile %g", q))
	}
	total := int64(0)
	for _, n := range s.Counts[bin] {
		total += n
	}
	if total == 0 {
		return math.NaN()
	}
	sum := int64(0)
	for i, n := range s.Counts[bin] {
		sum += n
		if n > 0 && float64(sum) >= q*float64(total) {
			if i == 0 {
				return 0
			}
			return ScatterEdge(i + 1)
		}
	}
	return math.Inf(1)
}
