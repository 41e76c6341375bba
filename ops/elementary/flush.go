package elementary

import "math"

// minNormal is the least positive normal float32, C's FLT_MIN.
const minNormal = 0x1p-126

// Flush returns x with a subnormal replaced by zero of the same sign: what an operand counts as under DAZ, and what a result
// that was exact before rounding becomes under FTZ (sums and differences of normal values are).
func Flush(x float32) float32 {
	if b := math.Float32bits(x); b&0x7f800000 == 0 {
		return math.Float32frombits(b & (1 << 31))
	}
	return x
}

// RoundFlush rounds v to float32 under FTZ: zero of the same sign if v rounded to 24 bits, with no bound on the exponent, is
// below 2^-126. So the values from 2^-126 - 2^-151 up become 2^-126 and those below it zero, while float32(v) gives 2^-126
// from 2^-126 - 2^-150 on. For a product, RoundFlush(float64(x)*float64(y)), this is exactly what the hardware does.
func RoundFlush(v float64) float32 {
	if math.Abs(v) < minNormal-0x1p-151 {
		return float32(math.Copysign(0, v))
	}
	return float32(v)
}

// round returns v rounded to float32.
func round(v float64) float64 { return float64(float32(v)) }

// widen returns x as float64 if x is normal; a subnormal becomes a value below 2^-126 of its sign, infinity and NaN become
// values from 2^128 up. It only moves bits: the conversion instruction of amd64, as the compiler uses it, waits for whatever
// was last computed in its target register and would chain the elements of a loop (measured: three times slower).
func widen(x float32) float64 {
	b := uint64(math.Float32bits(x))
	return math.Float64frombits(b&(1<<31)<<32 | (b&(1<<31-1)<<29 + (1023-127)<<52))
}
