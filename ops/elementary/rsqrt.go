package elementary

import (
	_ "embed"
	"math"
)

// rsqrtEstimate is the 12-bit estimate of 1/sqrt(x) that RSQRTPS gives on AMD Zen 4, for x in [1, 4): entry
// parity<<12 | top 12 mantissa bits, parity being the exponent of x, is a little-endian uint16 v for the value 1/2 + v/2^13.
// It was read from the instruction (testdata/README.md); a test compares it with that table.
//
//go:embed rsqrtps_zen4.bin
var rsqrtEstimate string

// rsqrtps is the instruction RSQRTPS of AMD Zen 4 for a positive normal x: the estimate for x scaled into [1, 4) by a power
// of four, scaled back. Other vendors' estimates differ.
func rsqrtps(x float32) float32 {
	b := math.Float32bits(x)
	exponent := int32(b>>23) - 127
	parity := exponent & 1
	i := int(uint32(parity)<<13 | b>>10&0x1ffe)
	v := uint32(rsqrtEstimate[i]) | uint32(rsqrtEstimate[i+1])<<8
	return math.Float32frombits(0x3f000000 + v<<11 - uint32((exponent-parity)>>1)<<23)
}

// xlaRsqrt is 1/sqrt(x) as XLA CPU computes it on AMD Zen 4 (xla/codegen/intrinsic/rsqrt.cc): the hardware's estimate and
// one Newton step.
//
//	e = RSQRTPS(x); h = x*e
//	y = fma(-0.5*e, fma(h, e, -1), e)
//
// Zero and subnormals give an infinity of their sign, +Inf gives 0, negative normal arguments and NaN give NaN.
func xlaRsqrt(x float32) float32 {
	if !(x >= minNormal && x <= math.MaxFloat32) {
		return xlaRsqrtSpecial(x)
	}
	e := float64(rsqrtps(x))
	h := round(float64(x) * e)
	r := round(h*e - 1)
	return float32(e - 0.5*e*r)
}

// xlaRsqrtSpecial is xlaRsqrt of everything but positive normal numbers.
func xlaRsqrtSpecial(x float32) float32 {
	switch {
	case x > math.MaxFloat32:
		return 0
	case Flush(x) == 0:
		return 1 / Flush(x)
	}
	return float32(math.NaN())
}

// xlaRsqrtSlice sets dst[i] = xlaRsqrt(src[i]).
func xlaRsqrtSlice(dst, src []float32) {
	checkLengths(dst, src)
	for i, v := range src {
		dst[i] = xlaRsqrt(v)
	}
}
