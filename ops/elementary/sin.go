package elementary

import "math"

// xlaSin is sin x as XLA CPU computes it, the C library's sinf: in float64, rounded to float32 once (sincos.go).
// Below 2^-12 in magnitude it is x itself, subnormals too; infinities and NaN give NaN.
func xlaSin(x float32) float32 {
	switch a := math.Abs(float64(x)); {
	case a < 0x1p-12:
		return x
	case a < 0.75:
		return float32(sinPolynomial(float64(x)))
	case !(a <= math.MaxFloat32):
		return float32(math.NaN())
	}
	r, n := reduceQuarter(x)
	if x <= -120 {
		// Large arguments are reduced in magnitude.
		r, n = -r, -n
	}
	return quarterSin(r, n)
}

// quarterSin is sin(r + n * pi/2).
func quarterSin(r float64, n int) float32 {
	switch n & 3 {
	case 0:
		return float32(sinPolynomial(r))
	case 1:
		return float32(cosPolynomial(r))
	case 2:
		return float32(sinPolynomial(-r))
	}
	return float32(-cosPolynomial(r))
}
