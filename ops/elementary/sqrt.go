package elementary

import "math"

// xlaSqrt is sqrt(x) as XLA CPU computes it: the correctly rounded SQRTPS, with a subnormal argument taken for zero.
func xlaSqrt(x float32) float32 {
	return exactSqrt(Flush(x))
}

// exactSqrt is the correctly rounded sqrt(x). Rounding the float64 root to float32 rounds it once: 53 >= 2*24 + 2 bits.
func exactSqrt(x float32) float32 {
	return float32(math.Sqrt(float64(x)))
}
