package elementary

import "math"

// Constants of XLA's tanh (xla/codegen/intrinsic/tanh.cc EmitFastTanh, after Eigen's ptanh_float): numerator coefficients of
// x, x^3, ..., x^13 and denominator coefficients of 1, x^2, x^4, x^6.
const (
	tanhClamp  float32 = 7.99881172180175781 // beyond it the quotient is 1 in float32
	tanhTiny   float32 = 0.0004              // below it tanh x is x
	tanhOne    float32 = 20                  // from it on tanh x is 1
	tanhNum13  float32 = -2.76076847742355e-16
	tanhNum11  float32 = 2.00018790482477e-13
	tanhNum9   float32 = -8.60467152213735e-11
	tanhNum7   float32 = 5.12229709037114e-08
	tanhNum5   float32 = 1.48572235717979e-05
	tanhNum3   float32 = 6.37261928875436e-04
	tanhNum1   float32 = 4.89352455891786e-03
	tanhDenom6 float32 = 1.19825839466702e-06
	tanhDenom4 float32 = 1.18534705686654e-04
	tanhDenom2 float32 = 2.26843463243900e-03
	tanhDenom0 float32 = 4.89352518554385e-03
)

// xlaTanh is tanh x as XLA CPU computes it.
//
//	|x| < 0.0004: x itself, subnormals too;  |x| >= 20: +-1
//	z = x clamped to +-7.9988117; q = z*z
//	tanh x = (z * N(q)) / D(q), both by Horner with every step fused
func xlaTanh(x float32) float32 {
	z := widen(x)
	switch a := math.Abs(z); {
	case a < float64(tanhTiny):
		return x
	case a <= float64(tanhClamp):
	case a < float64(tanhOne):
		z = math.Copysign(float64(tanhClamp), z)
	case x != x:
		return x
	default:
		return float32(math.Copysign(1, z))
	}
	q := round(z * z)
	n := round(q*float64(tanhNum13) + float64(tanhNum11))
	n = round(q*n + float64(tanhNum9))
	n = round(q*n + float64(tanhNum7))
	n = round(q*n + float64(tanhNum5))
	n = round(q*n + float64(tanhNum3))
	n = round(q*n + float64(tanhNum1))
	d := round(q*float64(tanhDenom6) + float64(tanhDenom4))
	d = round(q*d + float64(tanhDenom2))
	d = round(q*d + float64(tanhDenom0))
	return float32(z*n) / float32(d)
}

// xlaTanhSlice sets dst[i] = xlaTanh(src[i]).
func xlaTanhSlice(dst, src []float32) {
	checkLengths(dst, src)
	for i, v := range src {
		dst[i] = xlaTanh(v)
	}
}
