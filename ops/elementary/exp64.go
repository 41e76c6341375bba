package elementary

import "math"

// ln 2 in two parts; the first has 32 bits, so that its product with an exponent is exact.
const (
	ln2Hi = 0x1.62e42feep-1
	ln2Lo = 0x1.a39ef35793c76p-33
	log2E = 0x1.71547652b82fep0
)

// expSeries holds 1/14!, ..., 1/3!, 1/2!: (e^r - 1 - r) / r^2 on |r| <= ln2/2 with a relative error below 2^-60.
var expSeries = [...]float64{
	1.0 / 87178291200, 1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320,
	1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 1.0 / 2,
}

// exp64 is e^x.
//
//	k = x/ln2 rounded; r + c = x - k*ln2, c the rounding error of r
//	e^x = 2^k * (1 + (r + (r^2 * P(r) + c)))
func exp64(x float64) float64 { return expSum64(x, 0) }

// expSum64 is e^(x + low) for |low| below an ulp of x or so.
func expSum64(x, low float64) float64 {
	switch {
	case x > 709.79:
		return math.Inf(1)
	case x < -745.2:
		return 0
	case x != x:
		return x
	}
	k, r, c := reduceLn2(x, low)
	return math.Ldexp(1+expm1Reduced(r, c), k)
}

// reduceLn2 writes x + low = k*ln2 + r + c with |r| <= ln2/2 or little more and c the part that r does not hold.
func reduceLn2(x, low float64) (k int, r, c float64) {
	n := math.Floor(float64(x*log2E) + 0.5)
	high := x - float64(n*ln2Hi)
	rest := low - float64(n*ln2Lo)
	r = high + rest
	return int(n), r, (high - r) + rest
}

// expm1Reduced is e^(r + c) - 1 for |r| <= ln2/2 or little more and |c| at most an ulp of r.
func expm1Reduced(r, c float64) float64 {
	r2 := float64(r * r)
	return r + (float64(r2*polynomial(r, expSeries[:])) + (c + float64(c*r)))
}

// expm164 is e^x - 1: without reduction the series itself, else 2^k * (e^r - 1) + (2^k - 1).
func expm164(x float64) float64 {
	switch {
	case x > 709.79:
		return math.Inf(1)
	case x < -40:
		return -1
	case x != x || x == 0:
		return x
	}
	if math.Abs(x) < 0x1.62e43p-2 {
		return expm1Reduced(x, 0)
	}
	k, r, c := reduceLn2(x, 0)
	p := expm1Reduced(r, c)
	if k > 60 {
		return math.Ldexp(1+p, k)
	}
	scale := math.Ldexp(1, k)
	return float64(scale*p) + (scale - 1)
}

// logistic64 is 1 / (1 + e^-x), for negative x as e^x / (1 + e^x) so that nothing overflows.
func logistic64(x float64) float64 {
	if x >= 0 {
		return 1 / (1 + exp64(-x))
	}
	e := exp64(x)
	return e / (1 + e)
}

// tanh64 is tanh x from t = e^(2|x|) - 1: t / (t + 2), from 1 on 1 - 2 / (t + 2).
func tanh64(x float64) float64 {
	a := math.Abs(x)
	var y float64
	switch {
	case !(a > 0x1p-30):
		return x
	case a > 22:
		y = 1
	case a >= 1:
		y = 1 - 2/(expm164(2*a)+2)
	default:
		t := expm164(2 * a)
		y = t / (t + 2)
	}
	return math.Copysign(y, x)
}
