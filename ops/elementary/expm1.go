package elementary

import "math"

// xlaExpm1 is e^x - 1 as XLA CPU computes it.
//
//	x/2 flushes to zero: x itself, so every |x| < 2^-125
//	|x| > 0.5:           exp(x) - 1
//	else:                tanh(x/2) * (exp(x) + 1)
//
// with xlaExp and xlaTanh, no step fused.
func xlaExpm1(x float32) float32 {
	switch a := math.Abs(float64(x)); {
	case a < 2*minNormal:
		return x
	case a <= 0.5:
		return float32(xlaTanh(float32(x*0.5)) * (xlaExp(x) + 1))
	}
	return xlaExp(x) - 1
}
