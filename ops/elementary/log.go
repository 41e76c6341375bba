package elementary

import "math"

// Constants of XLA's log (xla/backends/cpu/codegen/polynomial_approximations.cc GenerateVF32Log, after Cephes logf by
// S. Moshier as Eigen's plog_float arranges it). XLA's decimal digits; logHalfRoot is sqrt(1/2).
const (
	logHalfRoot float32 = 0.707106781186547524
	logP0       float32 = 7.0376836292e-2
	logP1       float32 = -1.1514610310e-1
	logP2       float32 = 1.1676998740e-1
	logP3       float32 = -1.2420140846e-1
	logP4       float32 = 1.4249322787e-1
	logP5       float32 = -1.6668057665e-1
	logP6       float32 = 2.0000714765e-1
	logP7       float32 = -2.4999993993e-1
	logP8       float32 = 3.3333331174e-1
	logLn2Lo    float32 = -2.12194440e-4
	logLn2Hi    float32 = 0.693359375
)

// xlaLog is ln x as XLA CPU computes it.
//
//	x = 2^e * m with m in [sqrt(1/2), sqrt(2)); f = m - 1; f2 = f*f; f3 = f2*f
//	a = fma(fma(P0, f, P1), f, P2); b = fma(fma(P3, f, P4), f, P5); c = fma(fma(P6, f, P7), f, P8)
//	y = fma(fma(a, f3, b), f3, c)
//	t = fma(y, f3, e*ln2lo); h = fma(-0.5, f2, f) + t
//	log x = fma(e, ln2hi, h)
//
// Zero and subnormals give -Inf, negative arguments NaN, +Inf gives +Inf, NaN gives NaN.
func xlaLog(x float32) float32 {
	if !(x >= minNormal && x <= math.MaxFloat32) {
		return xlaLogSpecial(x)
	}
	b := math.Float32bits(x)
	e := float64(int32(b>>23) - 126)
	m := math.Float64frombits(uint64(b&0x007fffff)<<29 | 1022<<52)
	f := m - 1
	if m < float64(logHalfRoot) {
		e--
		f += m
	}
	f2 := round(f * f)
	f3 := round(f2 * f)
	p := round(round(f*float64(logP0)+float64(logP1))*f + float64(logP2))
	q := round(round(f*float64(logP3)+float64(logP4))*f + float64(logP5))
	r := round(round(f*float64(logP6)+float64(logP7))*f + float64(logP8))
	y := round(round(p*f3+q)*f3 + r)
	t := float32(y*f3 + round(e*float64(logLn2Lo)))
	h := float32(f-0.5*f2) + t
	return float32(e*float64(logLn2Hi) + float64(h))
}

// xlaLogSpecial is xlaLog of everything but positive normal numbers.
func xlaLogSpecial(x float32) float32 {
	switch {
	case x > math.MaxFloat32:
		return x
	case Flush(x) == 0:
		return float32(math.Inf(-1))
	}
	return float32(math.NaN())
}
