package elementary

import (
	"math"
	"math/big"
)

// pi/2 in four parts. The first three have 29 bits each, so that their products with integers up to 2^24 are exact.
const (
	halfPi1 = 0x1.921fb54p0
	halfPi2 = 0x1.10b4612p-30
	halfPi3 = -0x1.676733bp-60
	halfPi4 = 0x1.701b839a25205p-92
)

// reduceLimit bounds the arguments that are reduced with halfPi1 to halfPi4; larger ones are reduced with math/big.
const reduceLimit = 1 << 24

// sinSeries holds 1/21!, -1/19!, ..., 1/5!, -1/3!: (sin r - r) / r^3 in r^2. cosSeries holds -1/22!, 1/20!, ..., 1/4!:
// (cos r - 1 + r^2/2) / r^4 in r^2. Both to 2^-60 of the result on |r| <= pi/4.
var (
	sinSeries = [...]float64{
		1.0 / 51090942171709440000, -1.0 / 121645100408832000, 1.0 / 355687428096000, -1.0 / 1307674368000,
		1.0 / 6227020800, -1.0 / 39916800, 1.0 / 362880, -1.0 / 5040, 1.0 / 120, -1.0 / 6,
	}
	cosSeries = [...]float64{
		-1.0 / 1124000727777607680000, 1.0 / 2432902008176640000, -1.0 / 6402373705728000, 1.0 / 20922789888000,
		-1.0 / 87178291200, 1.0 / 479001600, -1.0 / 3628800, 1.0 / 40320, -1.0 / 720, 1.0 / 24,
	}
)

// sin64 is sin x.
func sin64(x float64) float64 {
	switch {
	case x == 0:
		return x
	case x-x != 0:
		return math.NaN()
	}
	r, c, n := reduceQuarter64(x)
	return quarterSin64(r, c, n)
}

// cos64 is cos x = sin(x + pi/2).
func cos64(x float64) float64 {
	if x-x != 0 {
		return math.NaN()
	}
	r, c, n := reduceQuarter64(x)
	return quarterSin64(r, c, n+1)
}

// quarterSin64 is sin(r + c + n * pi/2) for |r| <= pi/4 or little more and |c| at most an ulp of r.
func quarterSin64(r, c float64, n int) float64 {
	z := float64(r * r)
	if n&1 == 0 {
		if s := r + (float64(float64(r*z)*polynomial(z, sinSeries[:])) + float64(c*(1-0.5*z))); n&2 == 0 {
			return s
		} else {
			return -s
		}
	}
	// 1 - z/2 with its rounding error.
	h := float64(0.5 * z)
	w := 1 - h
	y := w + (((1 - w) - h) + (float64(float64(z*z)*polynomial(z, cosSeries[:])) - float64(r*c)))
	if n&2 == 0 {
		return y
	}
	return -y
}

// reduceQuarter64 writes x = r + c + n * pi/2 with |r| <= pi/4 or little more; c is the part that r does not hold.
func reduceQuarter64(x float64) (r, c float64, n int) {
	if math.Abs(x) <= math.Pi/4 {
		return x, 0, 0
	}
	if math.Abs(x) >= reduceLimit {
		return reduceQuarterWide(x)
	}
	k := math.Floor(float64(x*(2/math.Pi)) + 0.5)
	// x - k*halfPi1 is exact, a multiple of both operands' last bits below 1; the second part is subtracted with its error.
	a := x - float64(k*halfPi1)
	b := float64(k * halfPi2)
	high := a - b
	v := high - a
	low := (a - (high - v)) - (b + v)
	// The rest in two steps: what the third part leaves may cancel high almost entirely.
	third := float64(k * halfPi3)
	r = high - third
	v = r - high
	low += (high - (r - v)) - (third + v)
	low -= float64(k * halfPi4)
	s := r + low
	return s, (r - s) + low, int(int64(k))
}

// reduceQuarterWide is reduceQuarter64 for any finite x, with 192 bits or more beyond those of the integer part of x: no
// float64 comes closer than 2^-62 or so to a multiple of pi/2.
func reduceQuarterWide(x float64) (r, c float64, n int) {
	_, e := math.Frexp(x)
	prec := uint(e+192+255) &^ 255
	v := wide(prec).SetFloat64(x)
	half := wide(prec)
	half.SetMantExp(widePi(prec), -1)
	k, rest := wideReduce(v, half, prec)
	r, _ = rest.Float64()
	rest.Sub(rest, big.NewFloat(r))
	c, _ = rest.Float64()
	return r, c, int(k.Bit(0)) | int(k.Bit(1))<<1
}
