package elementary

import "math"

// logSeries holds 2/27, 2/25, ..., 2/5, 2/3: log(m) = 2s + s*z*S(z) with s = (m-1)/(m+1), z = s^2 <= 0.0295.
var logSeries = [...]float64{
	2.0 / 27, 2.0 / 25, 2.0 / 23, 2.0 / 21, 2.0 / 19, 2.0 / 17, 2.0 / 15, 2.0 / 13, 2.0 / 11, 2.0 / 9, 2.0 / 7, 2.0 / 5,
	2.0 / 3,
}

// log64 is ln x: the higher part of logSum64, which holds the sum rounded.
func log64(x float64) float64 {
	high, _ := logSum64(x)
	return high
}

// logSum64 returns ln x as high + low with a relative error below 2^-58; high is the sum rounded.
//
//	x = 2^e * m with m in [sqrt(1/2), sqrt(2)); s = (m-1)/(m+1) in two parts
//	ln x = e*ln2 + 2s + s*z*S(z), z = s^2
func logSum64(x float64) (high, low float64) {
	switch {
	case x == 0:
		return math.Inf(-1), 0
	case x < 0 || x != x:
		return math.NaN(), 0
	case x > math.MaxFloat64:
		return x, 0
	}
	m, e := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m *= 2
		e--
	}
	return logParts(e, m-1, 0)
}

// logParts is ln(2^e * (1 + f + c)), f exact and |c| below an ulp of 1.
func logParts(e int, f, c float64) (high, low float64) {
	// The denominator 2 + f + c and s = (f + c) / (2 + f + c), each in two parts.
	d := 2 + f
	dLow := (2 - d) + f + c
	s := f / d
	sLow := (math.FMA(-s, d, f) + c - float64(s*dLow)) / d
	z := float64(s * s)
	tail := math.FMA(float64(s*z), polynomial(z, logSeries[:]), 2*sLow)
	if e == 0 {
		high = 2*s + tail
		return high, (2*s - high) + tail
	}
	n := float64(e)
	// n*ln2Hi is exact; it is at least 0.69 and 2s at most 0.35.
	sum := float64(n*ln2Hi) + 2*s
	tail += (float64(n*ln2Hi) - sum) + 2*s
	tail += float64(n * ln2Lo)
	high = sum + tail
	return high, (sum - high) + tail
}

// log1p64 is ln(1 + x). Near zero ln is taken of 1 + x unrounded, else of the rounded sum and its rounding error.
func log1p64(x float64) float64 {
	switch {
	case x == -1:
		return math.Inf(-1)
	case x < -1 || x != x:
		return math.NaN()
	case x > math.MaxFloat64 || math.Abs(x) < 0x1p-54:
		return x
	}
	if x > -0.29 && x < 0.41 {
		high, _ := logParts(0, x, 0)
		return high
	}
	u := 1 + x
	c := 1 - u + x
	if math.Abs(x) > 1 {
		c = x - u + 1
	}
	m, e := math.Frexp(u)
	if m < math.Sqrt2/2 {
		m *= 2
		e--
	}
	high, _ := logParts(e, m-1, math.Ldexp(c, -e))
	return high
}

// pow64 is x^y: special cases as math.Pow, else e^(y * ln |x|) with the logarithm and the product in two parts.
// Its relative error grows with the exponent to about 2^-48 at the ends of the range.
func pow64(x, y float64) float64 {
	switch {
	case y == 0 || x == 1:
		return 1
	case x == 0 || x-x != 0 || y-y != 0:
		return math.Pow(x, y)
	case x < 0 && math.Trunc(y) != y:
		return math.NaN()
	}
	high, low := logSum64(math.Abs(x))
	p := float64(y * high)
	r := expSum64(p, math.FMA(y, high, -p)+float64(y*low))
	if x < 0 && math.Abs(math.Mod(y, 2)) == 1 {
		return -r
	}
	return r
}
