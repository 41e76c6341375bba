package bf16

import "math"

// UlpDistanceNaN is the distance between NaN and anything that is not NaN.
const UlpDistanceNaN = math.MaxUint64

// Ulp returns the distance between neighbouring values of the format around x:
// 2^(max(floor(log2 |x|), emin) - MantissaBits). For |x| beyond the largest finite
// value it is that of the largest binade; where subnormals are flushed it is
// MinNormal below MinNormal; for infinities it is +Inf, for NaN it is NaN.
// The rounding error |Round64(x) - x| is at most half of it, without flushing and
// overflow.
func (f Format) Ulp(x float64) float64 {
	x = math.Abs(x)
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return x
	case x < f.MinNormal():
		return f.MinPositive()
	}
	exponent := min(math.Ilogb(x), f.MaxExponent())
	return powerOfTwo(exponent - f.MantissaBits)
}

// NextUp returns the least value of the format that is greater than x; x need
// not be a value of the format. The result is +Inf above the largest finite value,
// NaN there if the format has no infinities, and for NaN. -0 and +0 both give
// MinPositive; minus MinPositive gives -0.
func (f Format) NextUp(x float64) float64 {
	switch {
	case math.IsInf(x, -1):
		return -f.MaxFinite()
	case math.IsInf(x, 1):
		return f.aboveMaxFinite()
	}
	g := f.grid64()
	toward := math.Float64frombits(g.round(math.Float64bits(x), TowardZero, 0))
	switch {
	case math.IsNaN(toward) || toward > x:
		return toward
	case toward == 0:
		return f.MinPositive()
	case toward == f.MaxFinite():
		return f.aboveMaxFinite()
	case toward > 0:
		return f.step(&g, toward, +1)
	}
	return -f.step(&g, -toward, -1)
}

// NextDown returns the greatest value of the format that is less than x:
// -NextUp(-x).
func (f Format) NextDown(x float64) float64 { return -f.NextUp(-x) }

// aboveMaxFinite is +Inf, or NaN if the format has no infinities.
func (f Format) aboveMaxFinite() float64 {
	if f.Infinities {
		return math.Inf(1)
	}
	return math.NaN()
}

// step moves a positive value of the format by one code; below MinPositive comes 0.
func (f Format) step(g *grid64, x float64, by int) float64 {
	if by < 0 && x <= f.MinPositive() {
		return 0
	}
	return math.Float64frombits(f.magnitudeValue(g, f.magnitudeCode(g, math.Float64bits(x))+uint64(by)))
}

// Ordinal maps the values of the format to integers so that order is kept and
// neighbours differ by one: 0 for both zeros, the number of positive values up to
// and including x for x > 0, and -Ordinal(-x) for x < 0. x is rounded to nearest even
// first. An infinity follows the largest finite value. NaN has no place; its
// ordinal is 0 and ok is false.
func (f Format) Ordinal(x float64) (ordinal int64, ok bool) {
	g := f.grid64()
	pattern := g.round(math.Float64bits(x), NearestEven, 0)
	magnitude := pattern &^ sign64
	if magnitude > infinity64 {
		return 0, false
	}
	ordinal = int64(f.magnitudeCode(&g, magnitude))
	if f.FlushSubnormals && ordinal > 0 {
		ordinal -= 1<<f.MantissaBits - 1
	}
	if pattern&sign64 != 0 {
		ordinal = -ordinal
	}
	return ordinal, true
}

// UlpDistance returns how many values of the format lie between a and b, plus
// one; 0 if they round to the same value:
//
//	|Ordinal(a) - Ordinal(b)|
//
// +0 and -0 are the same value. Infinities are one step beyond the largest
// finite value, so that equal ones have distance 0. Two NaN have distance 0; NaN
// and anything else have distance [UlpDistanceNaN]. In a format without infinities
// whatever overflows is NaN.
func (f Format) UlpDistance(a, b float64) uint64 {
	i, aIsNumber := f.Ordinal(a)
	j, bIsNumber := f.Ordinal(b)
	return ordinalDistance(i, j, aIsNumber, bIsNumber)
}

// UlpDistances sets dst[i] = UlpDistance(a[i], b[i]). The slices have the same length.
func (f Format) UlpDistances(dst []uint64, a, b []float32) {
	checkLengths("UlpDistances", len(dst), len(a))
	checkLengths("UlpDistances", len(a), len(b))
	if f.isBFloat16() {
		for i, x := range a {
			m, xIsNumber := ordinalBFloat16(x)
			n, yIsNumber := ordinalBFloat16(b[i])
			dst[i] = ordinalDistance(m, n, xIsNumber, yIsNumber)
		}
		return
	}
	for i, x := range a {
		dst[i] = f.UlpDistance(float64(x), float64(b[i]))
	}
}

// ordinalBFloat16 is BFloat16.Ordinal.
func ordinalBFloat16(x float32) (int64, bool) {
	code := ToBFloat16(x)
	ordinal := int64(code &^ (1 << 15))
	if code>>15 != 0 {
		ordinal = -ordinal
	}
	return ordinal, x == x
}

func ordinalDistance(i, j int64, iIsNumber, jIsNumber bool) uint64 {
	switch {
	case iIsNumber != jIsNumber:
		return UlpDistanceNaN
	case i < j:
		return uint64(j) - uint64(i)
	}
	return uint64(i) - uint64(j)
}
