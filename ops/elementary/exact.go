package elementary

import (
	"math"
	"math/big"
	"math/bits"
)

// Exact computes the correctly rounded result (round to nearest, ties to even), subnormals kept.
//
// The function of Float64 gives v with a relative error below 2^-47 (its measured error is far smaller, and a test keeps
// the distance). If no float32 tie lies within 2^-46 of v, float32(v) is the result: that is so for all but about one in
// 2^17 arguments. Otherwise the function is evaluated with 96, 192, ... bits (wide.go) until the interval that must hold the
// true value rounds to one float32. This ends: by the theorem of Lindemann and Weierstrass exp, log, tanh, sin, erf and the
// like take no rational value at a rational argument other than 0 or 1, 1/sqrt(x) is a tie for no float32, and the ties that
// x^y can be are found in integers first.
var Exact = Set{
	Name:     "exact",
	Exp:      function(exactExp),
	Expm1:    function(exactExpm1),
	Log:      function(exactLog),
	Log1p:    function(exactLog1p),
	Tanh:     function(exactTanh),
	Logistic: function(exactLogistic),
	Erf:      function(exactErf),
	Sqrt:     function(exactSqrt),
	Rsqrt:    function(exactRsqrt),
	Sin:      function(exactSin),
	Cos:      function(exactCos),
	Pow:      exactPow,

	LogisticBFloat16: function(exactLogistic),
}

func exactExp(x float32) float32      { return settle(exp64(float64(x)), x, wideExp) }
func exactExpm1(x float32) float32    { return settle(expm164(float64(x)), x, wideExpm1) }
func exactLog(x float32) float32      { return settle(log64(float64(x)), x, wideLog) }
func exactLog1p(x float32) float32    { return settle(log1p64(float64(x)), x, wideLog1p) }
func exactTanh(x float32) float32     { return settle(tanh64(float64(x)), x, wideTanh) }
func exactLogistic(x float32) float32 { return settle(logistic64(float64(x)), x, wideLogistic) }
func exactErf(x float32) float32      { return settle(erf64(float64(x)), x, wideErf) }
func exactRsqrt(x float32) float32    { return settle(rsqrt64(float64(x)), x, wideRsqrt) }
func exactSin(x float32) float32      { return settle(sin64(float64(x)), x, wideSin) }
func exactCos(x float32) float32      { return settle(cos64(float64(x)), x, wideCos) }

// exactPow is x^y correctly rounded, with the special cases of package math.
func exactPow(x, y float32) float32 {
	v := pow64(float64(x), float64(y))
	if decided(v) {
		return float32(v)
	}
	a := float32(math.Abs(float64(x)))
	if t := nearestTie(v); powIs(a, y, math.Abs(t)) {
		return float32(t)
	}
	r := roundWide(func(prec uint) *big.Float { return widePow(bigFloat(a), bigFloat(y), prec) })
	return float32(math.Copysign(float64(r), v))
}

// settle returns f(x) correctly rounded, given v = f(x) in float64.
func settle(v float64, x float32, f func(x *big.Float, prec uint) *big.Float) float32 {
	if decided(v) {
		return float32(v)
	}
	return roundWide(func(prec uint) *big.Float { return f(bigFloat(x), prec) })
}

func bigFloat(x float32) *big.Float { return big.NewFloat(float64(x)) }

// undecidedUlps is the distance from a tie, in units of the last place of a float64, below which v decides nothing: 2^-46
// of a value with significand 1.
const undecidedUlps = 1 << 6

// decided reports whether every number within a relative 2^-47 of v rounds to float32(v). NaN is decided.
func decided(v float64) bool {
	const below = 1<<29 - 1 // bits of a float64 below the last bit of a normal float32
	switch {
	case v != v:
		return true
	case math.Abs(v) >= minNormal:
		return (math.Float64bits(v)&below)-(1<<28-undecidedUlps) > 2*undecidedUlps
	}
	return float32(v*(1-0x1p-46)) == float32(v*(1+0x1p-46))
}

// nearestTie returns the float32 tie next to an undecided v.
func nearestTie(v float64) float64 {
	if a := math.Abs(v); a < minNormal {
		return math.Copysign(math.Floor(a*0x1p149)*0x1p-149+0x1p-150, v)
	}
	return math.Float64frombits(math.Float64bits(v)&^(1<<29-1) | 1<<28)
}

// roundWide rounds f to float32 with as much precision as that takes.
func roundWide(f func(prec uint) *big.Float) float32 {
	for prec := uint(96); prec <= 4096; prec *= 2 {
		y := f(prec)
		e := wide(prec).SetMantExp(y, wideSlack-int(prec))
		low, _ := wide(prec).Sub(y, e).Float32()
		high, _ := wide(prec).Add(y, e).Float32()
		if low == high {
			return low
		}
	}
	panic("elementary: a tie that no argument has")
}

// powIs reports whether x^y is t exactly, for finite positive x and t and finite y other than zero.
//
// With x = X * 2^e, t = T * 2^f, X and T odd, that means X^y = T and e*y = f. For X > 1 write y = n / 2^k, n odd if k > 0:
// X must be a 2^k-th power, so k <= 3, and T its n-th power, so n <= 15 (25 bits).
func powIs(x, y float32, t float64) bool {
	odd := func(v float64) (uint64, float64) {
		m, e := math.Frexp(v)
		i := uint64(m * (1 << 53))
		z := bits.TrailingZeros64(i)
		return i >> z, float64(e - 53 + z)
	}
	X, e := odd(float64(x))
	T, f := odd(t)
	n := float64(y)
	if e*n != f {
		return false
	}
	if X == 1 {
		return T == 1
	}
	for ; n != math.Trunc(n); n *= 2 {
		r := uint64(math.Sqrt(float64(X)))
		if r*r != X {
			return false
		}
		X = r
	}
	if n < 1 || n > 15 {
		return false
	}
	p := uint64(1)
	for range int(n) {
		if p > 1<<25 {
			return false
		}
		p *= X
	}
	return p == T
}
