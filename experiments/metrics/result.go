package metrics

import "math"

// Result returns the metrics of everything gathered so far. The package comment defines the answers for empty, zero,
// constant and non-finite arrays.
func (a *Accumulator) Result() Metrics {
	reference, test, _ := a.moments.norms()
	m := Metrics{
		Elements:         a.elements,
		Compared:         a.moments.count,
		MaxAbsolute:      a.maximum,
		MaxAbsoluteIndex: -1,
		BitIdentical:     1,
		UlpHistogram:     a.ulps,
		MaxUlp:           a.maxUlp,
		Reference:        a.reference.result(a.moments.meanReference, reference),
		Test:             a.test.result(a.moments.meanTest, test),
	}
	if a.elements > 0 {
		m.BitIdentical = float64(a.identical) / float64(a.elements)
	}
	if a.moments.count == 0 {
		m.setUncompared(a.identical == a.elements)
		return m
	}
	if a.maximum > 0 {
		m.MaxAbsoluteIndex = a.maximumAt
	}
	n := float64(a.moments.count)
	m.RelativeL2 = ratio(math.Sqrt(a.square), reference)
	m.RelativeLinf = ratio(a.maximum, a.reference.max)
	m.MeanAbsolute = a.magnitude / n
	m.Bias = a.difference / n
	m.Within = [3]float64{a.within(2), a.within(3), a.within(4)}
	m.WithinStrict = [2]float64{a.within(1), a.within(0)}
	m.Pearson = a.moments.pearson(a.maximum)
	m.Cosine = a.moments.cosine()
	return m
}

// setUncompared fills the figures of a comparison without finite pairs: agreement if all elements are identical, which
// includes the empty array, and else NaN, because nothing is known.
func (m *Metrics) setUncompared(identical bool) {
	one := 1.0
	if !identical {
		one = math.NaN()
	}
	m.RelativeL2, m.RelativeLinf = one-1, one-1
	m.MeanAbsolute, m.MaxAbsolute, m.Bias = one-1, one-1, one-1
	m.Within = [3]float64{one, one, one}
	m.WithinStrict = [2]float64{one, one}
	m.Pearson, m.Cosine = one, one
}

// ratio returns x / y with 0 / 0 = 0, for norms.
func ratio(x, y float64) float64 {
	if x == 0 && y == 0 {
		return 0
	}
	return x / y
}

// within returns the share of the compared pairs that are inside the tolerance with index i in Accumulator.outside.
func (a *Accumulator) within(i int) float64 {
	return float64(a.moments.count-a.outside[i]) / float64(a.moments.count)
}

func (s *side) result(mean, l2 float64) Side {
	return Side{Mean: mean, Max: s.max, L2: l2, NaN: s.nan, PosInf: s.posInf, NegInf: s.negInf, FirstAt: s.first - 1}
}
