package elementary

import (
	"math"

	"bf16lab/bf16"
)

// Constants of XLA's erf (xla/codegen/intrinsic/erf.cc, after Eigen's generic_erf for float): numerator coefficients of
// x, x^3, ..., x^9 and denominator coefficients of 1, x^2, ..., x^12. erfOne is the least argument with erf = 1 there.
const (
	erfOne     float32 = 3.832506856900711
	erfNum9    float32 = 2.2905065861350646e-4
	erfNum7    float32 = 3.4082910107109506e-3
	erfNum5    float32 = 5.0955695062380861e-2
	erfNum3    float32 = 1.8520832239976145e-1
	erfNum1    float32 = 1.128379143519084
	erfDenom12 float32 = -1.1791602954361697e-7
	erfDenom10 float32 = 2.3547966471313185e-5
	erfDenom8  float32 = 1.0179625278914885e-3
	erfDenom6  float32 = 1.4070470171167667e-2
	erfDenom4  float32 = 1.1098505178285362e-1
	erfDenom2  float32 = 4.9746925110067538e-1
)

// xlaErf is erf x as XLA CPU computes it.
//
//	|x| >= 3.8325069: +-1
//	q = x*x; erf x = (x * N(q)) / D(q), both by Horner with every step fused
//
// Subnormal arguments give zero of their sign. The steps guard against ties, which +-3.461441e-4 meets (doc.go).
func xlaErf(x float32) float32 {
	v := float64(Flush(x))
	if math.Abs(v) >= float64(erfOne) {
		return float32(math.Copysign(1, v))
	}
	q := round(v * v)
	n := round(bf16.AddToOdd(q*float64(erfNum9), float64(erfNum7)))
	n = round(bf16.AddToOdd(q*n, float64(erfNum5)))
	n = round(bf16.AddToOdd(q*n, float64(erfNum3)))
	n = round(bf16.AddToOdd(q*n, float64(erfNum1)))
	d := round(bf16.AddToOdd(q*float64(erfDenom12), float64(erfDenom10)))
	d = round(bf16.AddToOdd(q*d, float64(erfDenom8)))
	d = round(bf16.AddToOdd(q*d, float64(erfDenom6)))
	d = round(bf16.AddToOdd(q*d, float64(erfDenom4)))
	d = round(bf16.AddToOdd(q*d, float64(erfDenom2)))
	d = round(bf16.AddToOdd(q*d, 1))
	return float32(v*n) / float32(d)
}
