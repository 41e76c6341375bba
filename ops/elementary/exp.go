package elementary

import "math"

// Constants of XLA's exp (xla/backends/cpu/codegen/polynomial_approximations.cc GenerateVF32Exp, after Cephes expf by
// S. Moshier). They are float32 values; the decimal digits are XLA's.
const (
	expLow   float32 = -87.8 // arguments are clamped to [expLow, expHigh]
	expHigh  float32 = 88.8
	expLog2E float32 = 1.44269504088896341
	expLn2Hi float32 = 0.693359375 // 355/512, so that n*expLn2Hi is exact
	expLn2Lo float32 = -2.12194440e-4
	expP0    float32 = 1.9875691500e-4
	expP1    float32 = 1.3981999507e-3
	expP2    float32 = 8.3334519073e-3
	expP3    float32 = 4.1665795894e-2
	expP4    float32 = 1.6666665459e-1
	expP5    float32 = 5.0000001201e-1
)

// xlaExp is e^x as XLA CPU computes it.
//
//	x clamped to [-87.8, 88.8]
//	n = floor(fma(x, log2 e, 0.5)), at most 127
//	r = fma(n, -ln2hi, x); r = fma(n, -ln2lo, r)
//	p = Horner in r, degree 5, every step fused
//	y = (1 + fma(p, r*r, r)) * 2^n
//
// 2^n is zero for n = -127. y is flushed below 2^-126, so exp is zero from about -87.34 down; it overflows to +Inf from
// 88.72284 up. NaN gives NaN.
func xlaExp(x float32) float32 {
	v := widen(x)
	switch {
	case math.Abs(v) < -float64(expLow):
	case x != x:
		return x
	case v < 0:
		v = float64(expLow)
	case v > float64(expHigh):
		v = float64(expHigh)
	}
	// The rounded sum lies between -127 and 129, so truncating after an exact shift is floor.
	n := min(int32(round(v*float64(expLog2E)+0.5)+128)-128, 127)
	k := float64(n)
	// x - n*ln2hi needs no rounding: it is a multiple of x's ulp or of 2^-9 and below 0.36.
	r := round(v - k*float64(expLn2Hi) - k*float64(expLn2Lo))
	p := round(r*float64(expP0) + float64(expP1))
	p = round(p*r + float64(expP2))
	p = round(p*r + float64(expP3))
	p = round(p*r + float64(expP4))
	p = round(p*r + float64(expP5))
	m := 1 + float32(p*round(r*r)+r)
	y := float32(m * math.Float32frombits(uint32(n+127)<<23))
	if y < minNormal {
		return 0
	}
	return y
}

// xlaExpSlice sets dst[i] = xlaExp(src[i]).
func xlaExpSlice(dst, src []float32) {
	checkLengths(dst, src)
	for i, v := range src {
		dst[i] = xlaExp(v)
	}
}
