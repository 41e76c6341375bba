package elementary

import "math"

// Constants of XLA's log1p (xla/codegen/intrinsic/log1p.cc, after Cephes log1p by S. Moshier): below log1pSmall in magnitude
// log1p x = x - x^2/2 + x^3 * N(x)/D(x). The float64 coefficients of Cephes are rounded to float32. XLA writes the leading
// coefficient of D, which is 1, as the start of its Horner chain.
const (
	log1pSmall  float32 = 0.41421356237309504880 // sqrt(2) - 1
	log1pNum6   float32 = 4.5270000862445199635215e-5
	log1pNum5   float32 = 4.9854102823193375972212e-1
	log1pNum4   float32 = 6.5787325942061044846969e0
	log1pNum3   float32 = 2.9911919328553073277375e1
	log1pNum2   float32 = 6.0949667980987787057556e1
	log1pNum1   float32 = 5.7112963590585538103336e1
	log1pNum0   float32 = 2.0039553499201281259648e1
	log1pDenom5 float32 = 1.5062909083469192043167e1
	log1pDenom4 float32 = 8.3047565967967209469434e1
	log1pDenom3 float32 = 2.2176239823732856465394e2
	log1pDenom2 float32 = 3.0909872225312059774938e2
	log1pDenom1 float32 = 2.1642788614495947685003e2
	log1pDenom0 float32 = 6.0118660497603843919306e1
)

// xlaLog1p is ln(1 + x) as XLA CPU computes it.
//
//	|x| < sqrt(2) - 1: t = (x*(x*x)) * (N(x) / D(x)), N and D by Horner with every step fused;
//	                   log1p x = x + fma(-0.5, x*x, t)
//	else:              log(1 + x) with xlaLog
//
// Subnormal arguments give zero of their sign; -1 gives -Inf, less NaN.
func xlaLog1p(x float32) float32 {
	v := widen(x)
	switch a := math.Abs(v); {
	case a < minNormal:
		return Flush(x)
	case a >= float64(log1pSmall):
		return xlaLog(x + 1)
	}
	n := round(v*float64(log1pNum6) + float64(log1pNum5))
	n = round(v*n + float64(log1pNum4))
	n = round(v*n + float64(log1pNum3))
	n = round(v*n + float64(log1pNum2))
	n = round(v*n + float64(log1pNum1))
	n = round(v*n + float64(log1pNum0))
	d := round(v + float64(log1pDenom5))
	d = round(v*d + float64(log1pDenom4))
	d = round(v*d + float64(log1pDenom3))
	d = round(v*d + float64(log1pDenom2))
	d = round(v*d + float64(log1pDenom1))
	d = round(v*d + float64(log1pDenom0))
	// Flushing x*x, its product with x or t cannot show: they then are too small to change a normal x.
	x2 := round(v * v)
	t := float32(float32(v*x2) * (float32(n) / float32(d)))
	return Flush(x + float32(float64(t)-0.5*x2))
}

// xlaLog1pSlice sets dst[i] = xlaLog1p(src[i]).
func xlaLog1pSlice(dst, src []float32) {
	checkLengths(dst, src)
	for i, v := range src {
		dst[i] = xlaLog1p(v)
	}
}
