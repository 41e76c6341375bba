package bf16

import (
	"math"
	"math/bits"
)

// Fields of the float64 bit pattern.
const (
	sign64         = 1 << 63
	infinity64     = 0x7FF << 52
	quiet64        = 1 << 51
	mantissaBits64 = 52
	mantissaMask64 = 1<<52 - 1
	bias64         = 1023
)

// Round64 returns x rounded to nearest even in the format. The real value is
// rounded once: a float64 source never passes through float32. The package
// comment says what becomes of overflow, underflow, infinities and NaN.
// Float64.Round64 returns its argument.
func (f Format) Round64(x float64) float64 {
	g := f.grid64()
	return math.Float64frombits(g.round(math.Float64bits(x), NearestEven, 0))
}

// RoundSlice64 sets dst[i] = Round64(src[i]). The slices have the same length
// and are either the same or do not overlap.
func (f Format) RoundSlice64(dst, src []float64) {
	checkLengths("RoundSlice64", len(dst), len(src))
	g := f.grid64()
	for i, x := range src {
		dst[i] = math.Float64frombits(g.round(math.Float64bits(x), NearestEven, 0))
	}
}

// grid64 is a format in terms of the float64 pattern, ready for rounding in all
// modes. The patterns are magnitudes, without the sign.
type grid64 struct {
	drop      uint    // mantissa bits of a normal float64 that the format lacks
	normal    uint64  // 2^emin
	spacing   float64 // 2^(emin-MantissaBits), the ulp of subnormals
	flush     bool
	maxFinite uint64
	beyond    uint64 // what an infinite source becomes, and without TowardZero a finite one beyond maxFinite
	payload   uint64 // mask of the NaN payload that is kept
	quiet     uint64 // set in every NaN; 0 for the format that is float64 itself
}

func (f Format) grid64() grid64 {
	drop := uint(mantissaBits64 - f.MantissaBits)
	g := grid64{
		drop:      drop,
		normal:    uint64(f.MinExponent()+bias64) << mantissaBits64,
		spacing:   powerOfTwo(f.MinExponent() - f.MantissaBits),
		flush:     f.FlushSubnormals,
		maxFinite: uint64(f.MaxExponent()+bias64)<<mantissaBits64 | mantissaMask64>>drop<<drop,
		beyond:    infinity64,
		quiet:     infinity64 | quiet64,
	}
	switch {
	case !f.Infinities:
		g.maxFinite -= 1 << drop
		g.beyond = infinity64 | quiet64
	case f.KeepPayload:
		g.payload = mantissaMask64 >> drop << drop
		if f.identity64() {
			g.quiet = infinity64
		}
	}
	if f.Saturate {
		g.beyond = g.maxFinite
	}
	return g
}

// identity64 tells whether every float64 is a value of the format.
func (f Format) identity64() bool {
	return f.ExponentBits == 11 && f.MantissaBits == 52 && f.KeepPayload &&
		!f.Saturate && !f.FlushSubnormals
}

// round is the definition of rounding: pattern in, pattern out, all formats, all
// modes. random is used by Stochastic alone.
func (g *grid64) round(pattern uint64, mode Mode, random uint64) uint64 {
	sign, magnitude := pattern&sign64, pattern&^sign64
	switch {
	case magnitude < g.normal:
		return sign | g.roundBelowNormal(magnitude, mode, random)
	case magnitude > infinity64:
		return sign | g.quiet | magnitude&g.payload
	case magnitude == infinity64:
		return sign | g.beyond
	}
	rounded := roundShift(magnitude, g.drop, mode, random) << g.drop
	switch {
	case rounded <= g.maxFinite:
		return sign | rounded
	case mode == TowardZero:
		return sign | g.maxFinite
	}
	return sign | g.beyond
}

// roundBelowNormal rounds a magnitude below 2^emin to a multiple of spacing, or
// flushes it.
func (g *grid64) roundBelowNormal(magnitude uint64, mode Mode, random uint64) uint64 {
	if g.flush {
		return 0
	}
	significand, shift := g.subnormalShift(magnitude)
	quotient := roundShift(significand, shift, mode, random)
	return math.Float64bits(float64(quotient) * g.spacing)
}

// subnormalShift returns the integer significand of a float64 magnitude below
// 2^emin and how many of its bits lie below spacing.
func (g *grid64) subnormalShift(magnitude uint64) (significand uint64, shift uint) {
	exponent := uint(magnitude >> mantissaBits64)
	significand = magnitude & mantissaMask64
	if exponent == 0 {
		exponent = 1
	} else {
		significand |= 1 << mantissaBits64
	}
	return significand, g.drop + uint(g.normal>>mantissaBits64) - exponent
}

// roundShift returns value / 2^shift rounded to an integer. value is below 2^63,
// and below 2^53 where shift is 64 or more.
//
// Stochastic adds shift random bits to the bits that are shifted out and keeps the
// carry: the probability of rounding up is exactly their share, or for
// shift > 64 their share truncated to a multiple of 2^-64.
func roundShift(value uint64, shift uint, mode Mode, random uint64) uint64 {
	if shift == 0 {
		return value
	}
	if shift >= 64 {
		if mode != Stochastic {
			return 0 // value is below half of the divisor
		}
		_, carry := bits.Add64(random, value>>(shift-64), 0)
		return carry
	}
	quotient, rest := value>>shift, value&(1<<shift-1)
	switch mode {
	case TowardZero:
		return quotient
	case Stochastic:
		return quotient + (rest+random>>(64-shift))>>shift
	}
	half := uint64(1) << (shift - 1)
	if rest > half || rest == half && quotient&1 == 1 {
		quotient++
	}
	return quotient
}

// powerOfTwo returns 2^exponent for -1074 <= exponent <= 1023; math.Ldexp is slower.
func powerOfTwo(exponent int) float64 {
	if exponent < 1-bias64 {
		return math.Float64frombits(1 << (exponent + bias64 - 1 + mantissaBits64))
	}
	return math.Float64frombits(uint64(exponent+bias64) << mantissaBits64)
}

func checkLengths(function string, dst, src int) {
	if dst != src {
		panic("bf16: " + function + ": dst and src differ in length")
	}
}
