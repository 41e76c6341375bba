package elementary

import "math"

// Function64 is an elementary function of one float64, as a function of one value and as a loop over slices.
type Function64 struct {
	// Value returns f(x).
	Value func(x float64) float64
	// Slice sets dst[i] = f(src[i]) for all i. dst may be src; it panics if the lengths differ.
	Slice func(dst, src []float64)
}

// Set64 is one meaning of the elementary functions of float64, with the names of Set.
type Set64 struct {
	Name string

	Exp, Expm1, Log, Log1p Function64
	Tanh, Logistic, Erf    Function64
	Sqrt, Rsqrt            Function64
	Sin, Cos               Function64

	// Pow returns x^y.
	Pow func(x, y float64) float64
}

// Float64 computes in float64 with errors of a few units in the last place (maxUlps64 in the tests holds the measured
// bounds), subnormals kept, special cases as in package math. Package math itself is not used where its bits depend on the
// machine: compiled with GOAMD64=v3 or for arm64 its Log1p, Sin, Cos and Erf, for example, fuse products into sums and give
// other last bits than with GOAMD64=v1. Here every product that is rounded is converted explicitly, every fused step is
// written as math.FMA.
var Float64 = Set64{
	Name:     "float64",
	Exp:      function64(exp64),
	Expm1:    function64(expm164),
	Log:      function64(log64),
	Log1p:    function64(log1p64),
	Tanh:     function64(tanh64),
	Logistic: function64(logistic64),
	Erf:      function64(erf64),
	Sqrt:     function64(math.Sqrt),
	Rsqrt:    function64(rsqrt64),
	Sin:      function64(sin64),
	Cos:      function64(cos64),
	Pow:      pow64,
}

// function64 completes f by a loop over slices that calls it.
func function64(f func(float64) float64) Function64 {
	return Function64{Value: f, Slice: func(dst, src []float64) {
		checkLengths(dst, src)
		for i, v := range src {
			dst[i] = f(v)
		}
	}}
}

// polynomial evaluates c[0]*x^(n-1) + ... + c[n-1] by Horner with fused steps.
func polynomial(x float64, c []float64) float64 {
	p := c[0]
	for _, v := range c[1:] {
		p = math.FMA(p, x, v)
	}
	return p
}

// rsqrt64 is 1/sqrt(x), two roundings.
func rsqrt64(x float64) float64 { return 1 / math.Sqrt(x) }
