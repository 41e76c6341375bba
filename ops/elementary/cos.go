package elementary

import "math"

// xlaCos is cos x as XLA CPU computes it, the C library's cosf: in float64, rounded to float32 once (sincos.go).
// Below 2^-12 in magnitude it is 1; infinities and NaN give NaN.
func xlaCos(x float32) float32 {
	switch a := math.Abs(float64(x)); {
	case a < 0x1p-12:
		return 1
	case a < 0.75:
		return float32(cosPolynomial(float64(x)))
	case !(a <= math.MaxFloat32):
		return float32(math.NaN())
	}
	r, n := reduceQuarter(x)
	return quarterSin(r, n+1)
}
