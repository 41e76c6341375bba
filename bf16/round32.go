package bf16

import "math"

// Fields of the float32 bit pattern.
const (
	sign32         = 1 << 31
	infinity32     = 0xFF << 23
	quiet32        = 1 << 22
	mantissaBits32 = 23
	mantissaMask32 = 1<<23 - 1
	bias32         = 127
)

// Round returns x rounded to nearest even in the format, as [Format.Round64]
// does. In a format with a wider range than float32 a result of 2^128 becomes
// infinite. Float32.Round returns its argument.
func (f Format) Round(x float32) float32 {
	switch {
	case f.isBFloat16():
		return FromBFloat16(ToBFloat16(x))
	case f.identity32():
		return x
	case f.within32():
		g := f.grid32()
		return math.Float32frombits(g.round(math.Float32bits(x)))
	}
	return float32(f.Round64(float64(x)))
}

// RoundSlice sets dst[i] = Round(src[i]). The slices have the same length and
// are either the same or do not overlap.
func (f Format) RoundSlice(dst, src []float32) {
	checkLengths("RoundSlice", len(dst), len(src))
	switch {
	case f.isBFloat16():
		roundBFloat16(dst, src)
	case f.identity32():
		copy(dst, src)
	case f.within32():
		g := f.grid32()
		for i, x := range src {
			dst[i] = math.Float32frombits(g.round(math.Float32bits(x)))
		}
	default:
		g := f.grid64()
		for i, x := range src {
			dst[i] = float32(math.Float64frombits(g.round(math.Float64bits(float64(x)), NearestEven, 0)))
		}
	}
}

// isBFloat16 tells whether the format rounds as BFloat16 does, whatever its name.
func (f Format) isBFloat16() bool {
	return f.ExponentBits == 8 && f.MantissaBits == 7 && f.Infinities &&
		!f.Saturate && !f.FlushSubnormals && !f.KeepPayload
}

// identity32 tells whether every float32 is a value of the format.
func (f Format) identity32() bool {
	return f.ExponentBits >= 8 && f.MantissaBits >= 23 && f.Infinities &&
		!f.Saturate && !f.FlushSubnormals && f.KeepPayload
}

// within32 tells whether every value of the format is a float32, so that grid32
// describes it.
func (f Format) within32() bool {
	return f.MantissaBits <= 23 && (f.ExponentBits < 8 || f.ExponentBits == 8 && f.Infinities)
}

// grid32 is a format in terms of the float32 pattern, ready for rounding to
// nearest even. The patterns are magnitudes, without the sign.
type grid32 struct {
	drop      uint32  // mantissa bits of a normal float32 that the format lacks
	half      uint32  // just under half of the dropped bits; 0 if there are none
	odd       uint32  // 1 if the parity of the last kept bit decides ties; 0 without dropped bits
	keep      uint32  // mask of the kept bits
	normal    uint32  // pattern below which magic takes over; 0 if nowhere
	magic     float32 // a value whose ulp is that of the format's subnormals
	flush     bool
	maxFinite uint32
	beyond    uint32 // what lies beyond maxFinite
	payload   uint32 // mask of the NaN payload that is kept
}

// grid32 requires within32.
func (f Format) grid32() grid32 {
	wide := f.grid64()
	drop := uint32(mantissaBits32 - f.MantissaBits)
	g := grid32{
		drop:      drop,
		keep:      ^uint32(0) << drop,
		flush:     f.FlushSubnormals,
		maxFinite: narrow32(wide.maxFinite),
		beyond:    narrow32(wide.beyond),
	}
	if drop > 0 {
		g.half, g.odd = 1<<(drop-1)-1, 1
	}
	// With eight exponent bits float32's own subnormals lie on the format's grid,
	// and the integer rounding of normal values serves them too.
	if f.ExponentBits < 8 || f.FlushSubnormals {
		g.normal = uint32(f.MinExponent()+bias32) << mantissaBits32
		g.magic = math.Float32frombits(g.normal + drop<<mantissaBits32)
	}
	if f.KeepPayload && f.Infinities {
		g.payload = mantissaMask32 & g.keep
	}
	return g
}

// narrow32 returns the float32 pattern of a float64 pattern without sign whose
// value is a normal float32, or an infinity or NaN.
func narrow32(magnitude uint64) uint32 {
	if magnitude >= infinity64 {
		return infinity32 | uint32(magnitude&mantissaMask64>>(mantissaBits64-mantissaBits32))
	}
	return uint32((magnitude - (bias64-bias32)<<mantissaBits64) >> (mantissaBits64 - mantissaBits32))
}

// round rounds one float32 pattern. It agrees with grid64.round on every
// pattern; a test compares them.
func (g *grid32) round(pattern uint32) uint32 {
	sign, magnitude := pattern&sign32, pattern&^sign32
	if magnitude < g.normal {
		if g.flush {
			return sign
		}
		// Adding magic rounds to nearest even at magic's ulp, which is exactly the
		// rounding wanted; taking it away again is exact.
		sum := math.Float32frombits(magnitude) + g.magic
		return sign | math.Float32bits(sum-g.magic)
	}
	if magnitude > infinity32 {
		return sign | infinity32 | quiet32 | magnitude&g.payload
	}
	rounded := (magnitude + g.half + magnitude>>g.drop&g.odd) & g.keep
	if rounded > g.maxFinite {
		rounded = g.beyond
	}
	return sign | rounded
}
