package bf16

import "math"

// tieMask selects the bits of a float64 that are all zero whenever the value lies halfway between two neighbouring float32
// values: a normal float32 leaves 29 bits of the float64 significand below its own last bit and a halfway value has only the
// topmost of them set; between subnormal float32 values halfway lies higher up and all 29 are zero.
const tieMask = 1<<28 - 1

// FMA32 returns x*y + z rounded once to float32 (round to nearest even), the fused multiply-add of IEEE 754.
//
// The product of two float32 values is exact in float64, so only the addition rounds. Rounding its float64 result again to
// float32 goes wrong only if that result is a float32 tie although the exact sum is not; AddToOdd resolves this case. The
// bits do not depend on GOAMD64 or GOARCH, whether the compiler fuses the product into the addition or not: the product is
// exact. Subnormals are kept, overflow gives an infinity, the sign of an exact zero is that of IEEE 754; of a NaN result
// neither sign nor payload is specified.
//
// Source: S. Boldo, G. Melquiond, Emulation of a FMA and correctly rounded sums: proved algorithms using rounding to odd,
// IEEE Transactions on Computers 57 (2008).
func FMA32(x, y, z float32) float32 {
	return float32(AddToOdd(float64(x)*float64(y), float64(z)))
}

// AddToOdd returns p + c in a form whose conversion to float32 rounds the exact sum once:
// float32(AddToOdd(float64(x)*float64(y), float64(z))) equals FMA32(x, y, z). It is small enough to be inlined, for loops in
// which a call per element would cost as much as the arithmetic. The sum must not overflow float64.
func AddToOdd(p, c float64) float64 {
	if math.Float64bits(p+c)&tieMask == 0 {
		return addToOdd(p, c)
	}
	return p + c
}

// addToOdd returns p + c rounded to odd, for a rounded sum whose last bit is zero (tieMask includes that bit): the sum itself
// if it is exact in float64, else its neighbour on the side of the exact sum, whose last bit is set. So the side of a tie on
// which the exact sum lies is kept, and with 53 >= 24 + 2 bits the second rounding is right, for subnormal results too.
//
//go:noinline
func addToOdd(p, c float64) float64 {
	s := p + c
	if s-s != 0 { // infinity or NaN
		return s
	}
	// Knuth's two-sum: s + e is p + c exactly.
	t := s - p
	e := (p - (s - t)) + (c - t)
	switch {
	case e == 0:
		return s
	case (e > 0) == (s > 0):
		return math.Float64frombits(math.Float64bits(s) + 1)
	}
	return math.Float64frombits(math.Float64bits(s) - 1)
}
