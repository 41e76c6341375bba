package elementary

import "math"

// Constants of powf of ARM optimized-routines (math/powf.c, powf_log2_data.c, exp2f_data.c, MIT licence), as in glibc 2.28
// and later.
const (
	powLogA0 = 0x1.27616c9496e0bp-2 // polynomial of log2(1 + r), r^5 first
	powLogA1 = -0x1.71969a075c67ap-2
	powLogA2 = 0x1.ec70a6ca7baddp-2
	powLogA3 = -0x1.7154748bef6c8p-1
	powLogA4 = 0x1.71547652ab82bp0
	powExpC0 = 0x1.c6af84b912394p-5 // polynomial of 2^r, r^3 first
	powExpC1 = 0x1.ebfce50fac4f3p-3
	powExpC2 = 0x1.62e42ff0c52d6p-1
	powShift = 0x1.8p52 / 32 // adding it rounds to a multiple of 1/32
	powFirst = 0x3f330000    // bits of the least float32 of the interval [0.699, 1.398) that table entry 0 begins
)

// powLog2 holds, for 16 intervals of [0.699, 1.398), a float64 close to 1/c and log2(c) for that value, c near the centre.
var powLog2 = [16]struct{ inverse, log2 float64 }{
	{0x1.661ec79f8f3bep+0, -0x1.efec65b963019p-2},
	{0x1.571ed4aaf883dp+0, -0x1.b0b6832d4fca4p-2},
	{0x1.49539f0f010b0p+0, -0x1.7418b0a1fb77bp-2},
	{0x1.3c995b0b80385p+0, -0x1.39de91a6dcf7bp-2},
	{0x1.30d190c8864a5p+0, -0x1.01d9bf3f2b631p-2},
	{0x1.25e227b0b8ea0p+0, -0x1.97c1d1b3b7af0p-3},
	{0x1.1bb4a4a1a343fp+0, -0x1.2f9e393af3c9fp-3},
	{0x1.12358f08ae5bap+0, -0x1.960cbbf788d5cp-4},
	{0x1.0953f419900a7p+0, -0x1.a6f9db6475fcep-5},
	{0x1.0000000000000p+0, 0x0.0p+0},
	{0x1.e608cfd9a47acp-1, 0x1.338ca9f24f53dp-4},
	{0x1.ca4b31f026aa0p-1, 0x1.476a9543891bap-3},
	{0x1.b2036576afce6p-1, 0x1.e840b4ac4e4d2p-3},
	{0x1.9c2d163a1aa2dp-1, 0x1.40645f0c6651cp-2},
	{0x1.886e6037841edp-1, 0x1.88e9c2c1b9ff8p-2},
	{0x1.767dcf5534862p-1, 0x1.ce0a44eb17bccp-2},
}

// powExp2 holds the bits of 2^(i/32) less i<<47, so that adding k<<47 gives 2^(k/32) for i = k mod 32.
var powExp2 = [32]uint64{
	0x3ff0000000000000, 0x3fefd9b0d3158574, 0x3fefb5586cf9890f, 0x3fef9301d0125b51,
	0x3fef72b83c7d517b, 0x3fef54873168b9aa, 0x3fef387a6e756238, 0x3fef1e9df51fdee1,
	0x3fef06fe0a31b715, 0x3feef1a7373aa9cb, 0x3feedea64c123422, 0x3feece086061892d,
	0x3feebfdad5362a27, 0x3feeb42b569d4f82, 0x3feeab07dd485429, 0x3feea47eb03a5585,
	0x3feea09e667f3bcd, 0x3fee9f75e8ec5f74, 0x3feea11473eb0187, 0x3feea589994cce13,
	0x3feeace5422aa0db, 0x3feeb737b0cdc5e5, 0x3feec49182a3f090, 0x3feed503b23e255d,
	0x3feee89f995ad3ad, 0x3feeff76f2fb5e47, 0x3fef199bdd85529c, 0x3fef3720dcef9069,
	0x3fef5818dcfba487, 0x3fef7c97337b9b5f, 0x3fefa4afa2a490da, 0x3fefd0765b6e4540,
}

// xlaPow is x^y as XLA CPU computes it, the C library's powf: 2^(y * log2 x) in float64, rounded to float32 once and flushed
// below 2^-126.
//
// Special cases are those of C's pow: x^0 and 1^y are 1 (NaN for a signalling NaN operand), zero and infinity by the sign
// of y and whether it is odd, NaN for a negative finite x unless y is an integer, then the sign by y's parity. A subnormal x
// counts as 2^-150 of its sign: the library scales it by 2^23 in float32, which flushes it to zero.
func xlaPow(x, y float32) float32 {
	bx, by := math.Float32bits(x), math.Float32bits(y)
	sign := 1.0
	if bx-0x00800000 >= 0x7f800000-0x00800000 || powSpecialOperand(by) {
		if powSpecialOperand(by) || powSpecialOperand(bx) {
			return powSpecial(x, y)
		}
		if bx>>31 != 0 {
			if !isInteger(y) {
				return float32(math.NaN())
			}
			if isOdd(y) {
				sign = -1
			}
		}
		bx &= 1<<31 - 1
		if bx < 0x00800000 {
			bx = -(23 << 23) & (1<<32 - 1)
		}
	}
	z := float64(float64(y) * log2Pow(bx))
	switch {
	case z > 0x1.fffffffd1d571p+6:
		return float32(math.Inf(int(sign)))
	case z <= -149:
		return float32(math.Copysign(0, sign))
	}
	return RoundFlush(sign * exp2Pow(z))
}

// log2Pow is log2 of the float32 with bits b, fused where gcc fuses it in glibc's FMA variant.
func log2Pow(b uint32) float64 {
	offset := b - powFirst
	top := offset & 0xff800000
	c := powLog2[offset>>19&15]
	r := math.FMA(float64(math.Float32frombits(b-top)), c.inverse, -1)
	y0 := c.log2 + float64(int32(top)>>23)
	r2 := float64(r * r)
	y := math.FMA(r, powLogA0, powLogA1)
	p := math.FMA(r, powLogA2, powLogA3)
	q := math.FMA(r2, p, math.FMA(r, powLogA4, y0))
	return math.FMA(y, float64(r2*r2), q)
}

// exp2Pow is 2^z, fused where gcc fuses it in glibc's FMA variant.
func exp2Pow(z float64) float64 {
	shifted := z + powShift
	k := math.Float64bits(shifted)
	r := z - (shifted - powShift)
	s := math.Float64frombits(powExp2[k&31] + k<<47)
	p := math.FMA(r, powExpC0, powExpC1)
	return float64(math.FMA(p, float64(r*r), math.FMA(r, powExpC2, 1)) * s)
}

// powSpecialOperand reports whether the float32 with bits b is zero, infinite or NaN.
func powSpecialOperand(b uint32) bool { return 2*b-1 >= 2*0x7f800000-1 }

// signalling reports whether x is a signalling NaN.
func signalling(x float32) bool {
	return (math.Float32bits(x)^0x00400000)&(1<<31-1) > 0x7fc00000
}

// isInteger reports whether the finite y is an integer.
func isInteger(y float32) bool { return float64(y) == math.Trunc(float64(y)) }

// isOdd reports whether the finite y is an odd integer.
func isOdd(y float32) bool { return math.Abs(math.Mod(float64(y), 2)) == 1 }

// powSpecial is x^y where an operand is zero, infinite or NaN.
func powSpecial(x, y float32) float32 {
	switch {
	case signalling(x) || signalling(y):
		return float32(math.NaN())
	case x == 1 || y == 0:
		return 1
	}
	// The float64 function has the same special cases.
	return float32(math.Pow(float64(x), float64(y)))
}
