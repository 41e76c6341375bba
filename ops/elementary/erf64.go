package elementary

import "math"

// erfBorder separates the series from the continued fraction, erfEnd is where erf x is 1 in float64.
const (
	erfBorder = 2
	erfEnd    = 6
)

// erf64 is erf x.
//
//	|x| < 2: 2x/sqrt(pi) * e^(-x^2) * (1 + t/3 (1 + t/5 (1 + t/7 (...)))), t = 2x^2: all terms positive
//	else:    +-(1 - e^(-x^2) / (x sqrt(pi) * K)), K = 1 + a1/(1 + a2/(1 + ...)), a_k = k / (2x^2)
func erf64(x float64) float64 {
	a := math.Abs(x)
	switch {
	case x != x || x == 0:
		return x
	case a >= erfEnd:
		return math.Copysign(1, x)
	}
	q := float64(a * a)
	e := expSum64(-q, -math.FMA(a, a, -q))
	if a < erfBorder {
		s, t := 1.0, 2*q
		for k := erfTerms(a); k > 0; k-- {
			s = 1 + float64(t*s)/float64(2*k+1)
		}
		return math.Copysign(float64(float64(float64(a*(2/math.SqrtPi))*e)*s), x)
	}
	f := 1.0
	for k := 70; k > 0; k-- {
		f = 1 + float64(k)/float64(2*q*f)
	}
	return math.Copysign(1-e/float64(float64(a*math.SqrtPi)*f), x)
}

// erfTerms is the number of terms that bring the series below 2^-60 of its sum for arguments up to a.
func erfTerms(a float64) int {
	switch {
	case a < 0.25:
		return 10
	case a < 1:
		return 20
	}
	return 40
}
