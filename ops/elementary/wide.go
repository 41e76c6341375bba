package elementary

import (
	"math/big"
	"sync"
)

// Elementary functions of math/big values, for the arguments at which float64 does not tell how to round and as the oracle
// of the tests. A result for precision prec has a relative error below 2^(wideSlack-prec). They are slow (tens of
// microseconds) and short; all series are Taylor series with a reduced argument.

// wideSlack covers the rounding errors of a few hundred operations.
const wideSlack = 12

// wide returns a zero of precision prec.
func wide(prec uint) *big.Float { return new(big.Float).SetPrec(prec) }

// wideInt returns n with precision prec.
func wideInt(n int64, prec uint) *big.Float { return wide(prec).SetInt64(n) }

// wideConstant remembers a constant per precision.
type wideConstant struct {
	mutex  sync.Mutex
	values map[uint]*big.Float
}

func (c *wideConstant) get(prec uint, compute func(uint) *big.Float) *big.Float {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.values == nil {
		c.values = map[uint]*big.Float{}
	}
	if c.values[prec] == nil {
		c.values[prec] = compute(prec)
	}
	return c.values[prec]
}

var wideLn2Constant, widePiConstant wideConstant

// wideLn2 is ln 2 = 2 artanh(1/3).
func wideLn2(prec uint) *big.Float {
	return wideLn2Constant.get(prec, func(prec uint) *big.Float {
		z := wide(prec).Quo(wideInt(2, prec), wideInt(3, prec))
		return wideSeries(z, wide(prec).Quo(wideInt(1, prec), wideInt(9, prec)), func(k int64) (int64, int64) { return 2*k - 1, 2*k + 1 })
	})
}

// widePi is pi = 16 arctan(1/5) - 4 arctan(1/239) (J. Machin).
func widePi(prec uint) *big.Float {
	return widePiConstant.get(prec, func(prec uint) *big.Float {
		arctan := func(n int64) *big.Float {
			z := wide(prec).Quo(wideInt(1, prec), wideInt(n, prec))
			q := wide(prec).Mul(z, z)
			return wideSeries(z, q.Neg(q), func(k int64) (int64, int64) { return 2*k - 1, 2*k + 1 })
		}
		a := arctan(5)
		b := arctan(239)
		return wide(prec).Sub(a.Mul(a, wideInt(16, prec)), b.Mul(b, wideInt(4, prec)))
	})
}

// wideSeries sums first + first*x*n(1)/d(1) + first*x^2*n(1)n(2)/(d(1)d(2)) + ... until terms no longer count.
func wideSeries(first, x *big.Float, ratio func(k int64) (n, d int64)) *big.Float {
	prec := first.Prec()
	sum := wide(prec).Set(first)
	term := wide(prec).Set(first)
	for k := int64(1); term.Sign() != 0; k++ {
		n, d := ratio(k)
		term.Mul(term, x)
		term.Mul(term, wideInt(n, prec))
		term.Quo(term, wideInt(d, prec))
		if term.Sign() == 0 || term.MantExp(nil) < sum.MantExp(nil)-int(prec)-2 {
			break
		}
		sum.Add(sum, term)
	}
	return sum
}

// wideReduce writes x = rest + k*unit with |rest| <= unit/2, unit being exact enough for the precision wanted of rest.
func wideReduce(x, unit *big.Float, prec uint) (k *big.Int, rest *big.Float) {
	q := wide(prec).Quo(x, unit)
	half := big.NewFloat(0.5)
	if q.Sign() < 0 {
		half.Neg(half)
	}
	k, _ = q.Add(q, half).Int(nil)
	rest = wide(prec).Mul(wide(prec).SetInt(k), unit)
	return k, rest.Sub(x, rest)
}

// wideExp is e^x: x = k*ln2 + r, (e^(r/2^16))^(2^16) * 2^k, through e^r - 1.
func wideExp(x *big.Float, prec uint) *big.Float {
	p := prec + 64
	k, r := wideReduce(wide(p+32).Set(x), wideLn2(p+32), p+32)
	y := wide(p).Add(wideExpm1Small(r, p), wideInt(1, p))
	return y.SetMantExp(y, int(k.Int64()))
}

// wideExpm1 is e^x - 1.
func wideExpm1(x *big.Float, prec uint) *big.Float {
	p := prec + 64
	if x.Sign() == 0 || x.MantExp(nil) <= -1 {
		return wideExpm1Small(wide(p).Set(x), p)
	}
	return wide(p).Sub(wideExp(x, p), wideInt(1, p))
}

// wideExpm1Small is e^r - 1 for |r| < 1/2 or little more: sum of r^k/k!.
func wideExpm1Small(r *big.Float, prec uint) *big.Float {
	return wideSeries(wide(prec).Set(r), r, func(k int64) (int64, int64) { return 1, k + 1 })
}

// wideLog is ln x for positive x: x = 2^e * m, m in [1/2, 1) or, next to 1, [1, 3/2); 2 artanh((m-1)/(m+1)) + e ln2.
func wideLog(x *big.Float, prec uint) *big.Float {
	p := prec + 64
	m := wide(p + x.Prec())
	e := x.MantExp(m)
	if m.Cmp(big.NewFloat(0.75)) < 0 {
		m.SetMantExp(m, 1)
		e--
	}
	f := wide(p).Sub(m, wideInt(1, p))
	y := wideLogRatio(f, p)
	return y.Add(y, wide(p).Mul(wideInt(int64(e), p), wideLn2(p)))
}

// wideLog1p is ln(1 + x) for x > -1.
func wideLog1p(x *big.Float, prec uint) *big.Float {
	p := prec + 64
	if x.Sign() == 0 || x.MantExp(nil) <= -1 {
		return wideLogRatio(wide(p).Set(x), p)
	}
	return wideLog(wide(p+400).Add(x, wideInt(1, p)), p)
}

// wideLogRatio is ln(1 + f) = 2 artanh(f / (2 + f)) for |f| <= 1/2.
func wideLogRatio(f *big.Float, prec uint) *big.Float {
	s := wide(prec).Quo(f, wide(prec).Add(f, wideInt(2, prec)))
	q := wide(prec).Mul(s, s)
	return wideSeries(s.Mul(s, wideInt(2, prec)), q, func(k int64) (int64, int64) { return 2*k - 1, 2*k + 1 })
}

// wideTanh is tanh x = t / (t + 2), t = e^(2x) - 1.
func wideTanh(x *big.Float, prec uint) *big.Float {
	p := prec + 8
	t := wideExpm1(wide(p+x.Prec()).Mul(x, wideInt(2, p)), p)
	return wide(p).Quo(t, wide(p).Add(t, wideInt(2, p)))
}

// wideLogistic is 1 / (1 + e^-x).
func wideLogistic(x *big.Float, prec uint) *big.Float {
	p := prec + 8
	e := wideExp(wide(x.Prec()).Neg(x), p)
	return wide(p).Quo(wideInt(1, p), e.Add(e, wideInt(1, p)))
}

// wideRsqrt is 1/sqrt(x).
func wideRsqrt(x *big.Float, prec uint) *big.Float {
	p := prec + 8
	return wide(p).Quo(wideInt(1, p), wide(p).Sqrt(x))
}

// wideSin is sin x, wideCos cos x = sin(x + pi/2): x reduced by quarter turns, Taylor series of the rest. The reduction
// has bits enough for the exponent of x and for a rest down to 2^-64.
func wideSin(x *big.Float, prec uint) *big.Float { return wideQuarterSin(x, 0, prec) }

func wideCos(x *big.Float, prec uint) *big.Float { return wideQuarterSin(x, 1, prec) }

func wideQuarterSin(x *big.Float, turns uint, prec uint) *big.Float {
	p := prec + 64
	reduce := p + 64 + uint(max(0, x.MantExp(nil)))
	half := wide(reduce).Quo(widePi(reduce), wideInt(2, reduce))
	k, r := wideReduce(wide(reduce).Set(x), half, reduce)
	turns += k.Bit(0) | k.Bit(1)<<1
	r.SetPrec(p)
	q := wide(p).Mul(r, r)
	q.Neg(q)
	var y *big.Float
	if turns&1 == 0 {
		y = wideSeries(r, q, func(k int64) (int64, int64) { return 1, 2 * k * (2*k + 1) })
	} else {
		y = wideSeries(wideInt(1, p), q, func(k int64) (int64, int64) { return 1, 2 * k * (2*k - 1) })
	}
	if turns&2 != 0 {
		y.Neg(y)
	}
	return y
}

// wideErf is erf x = 2x/sqrt(pi) * e^(-x^2) * sum of (2x^2)^k / (1*3*5*...*(2k+1)).
func wideErf(x *big.Float, prec uint) *big.Float {
	p := prec + 64
	q := wide(p+2*x.Prec()).Mul(x, x)
	y := wideSeries(wide(p).Set(x), wide(p).Mul(q, wideInt(2, p)), func(k int64) (int64, int64) { return 1, 2*k + 1 })
	y.Mul(y, wideExp(q.Neg(q), p))
	root := wide(p).Sqrt(widePi(p))
	return y.Quo(y.Mul(y, wideInt(2, p)), root)
}

// widePow is x^y = e^(y ln x) for positive x.
func widePow(x, y *big.Float, prec uint) *big.Float {
	p := prec + 64
	return wideExp(wide(p).Mul(y, wideLog(x, p)), prec)
}
