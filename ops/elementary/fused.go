package elementary

import (
	"math"

	"bf16lab/bf16"
)

// XLACPUFused is XLACPU with the exponential and the hyperbolic tangent that XLA CPU takes from YNNPACK when jit fuses them
// into a large reduction, as it does with a softmax.
var XLACPUFused = fusedSet()

func fusedSet() Set {
	s := XLACPU
	s.Name = "xla-cpu-fused"
	s.Exp, s.Tanh = function(fusedExp), function(fusedTanh)
	return s
}

// Constants of YNNPACK's exp (google/XNNPACK, ynnpack).
const (
	fusedExpLow  float32 = -88.02969360351562
	fusedExpHigh float32 = 88.72283935546875
	fusedLn2Hi   float32 = 6.9314575195e-01
	fusedLn2Lo   float32 = 1.4286067653e-06
	fusedExpP0   float32 = -4.9866619520e-05
	fusedExpP1   float32 = 2.2773783712e-04
	fusedExpP2   float32 = 1.4132461511e-03
	fusedExpP3   float32 = 8.3242934197e-03
	fusedExpP4   float32 = 4.1665628552e-02
	fusedExpP5   float32 = 1.6666725278e-01
	fusedExpP6   float32 = 4.9999994040e-01
)

// fusedExpMinus is e^x - m as YNNPACK computes it, m = 0 or 1.
//
//	x clamped to [-88.0297, 88.7228]; n = x log2 e rounded to an integer
//	r = fma(n, -ln2hi, x); r = fma(n, -ln2lo, r)
//	p = even and odd coefficients by Horner in r*r, joined by fma(r, odd, even)
//	y = fma(2^n, fma(r*r, p, r), 2^n - m)
func fusedExpMinus(x, m float32) float32 {
	if x != x {
		return x
	}
	x = min(max(x, fusedExpLow), fusedExpHigh)
	const shift = 0x1.8p23
	n := float32(float32(x*math.Log2E)+shift) - shift
	power := float32(math.Ldexp(1, int(n)))
	if math.IsInf(float64(power), 0) {
		return power
	}
	r := fused(n, -fusedLn2Hi, x)
	r = fused(n, -fusedLn2Lo, r)
	q := float32(r * r)
	even := fused(q, fused(q, fused(q, fusedExpP0, fusedExpP2), fusedExpP4), fusedExpP6)
	odd := fused(q, fused(q, fusedExpP1, fusedExpP3), fusedExpP5)
	return fused(power, fused(q, fused(r, odd, even), r), power-m)
}

// fused is x*y + z rounded once.
func fused(x, y, z float32) float32 {
	return float32(bf16.AddToOdd(float64(x)*float64(y), float64(z)))
}

func fusedExp(x float32) float32 { return Flush(fusedExpMinus(x, 0)) }

// fusedTanh is tanh x as YNNPACK computes it: e / (e + 2) with e = exp(2x) - 1.
func fusedTanh(x float32) float32 {
	e := fusedExpMinus(min(2*x, 80), 1)
	return e / (e + 2)
}
