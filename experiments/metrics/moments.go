package metrics

import "math"

// moments holds the count, the means and the central second moments of pairs.
type moments struct {
	count         int64
	meanReference float64
	meanTest      float64
	reference     float64 // sum of (reference - mean)^2
	test          float64 // sum of (test - mean)^2
	product       float64 // sum of (reference - mean) (test - mean)
}

// merge adds the pairs behind o after those behind m.
//
// It is the pairwise update of Chan, Golub and LeVeque (1983): with delta the difference of the means,
//
//	M2 = M2a + M2b + delta^2 na nb / (na + nb)
//
// in which nothing cancels, so that a small variance about a large mean survives.
func (m *moments) merge(o *moments) {
	if o.count == 0 {
		return
	}
	if m.count == 0 {
		*m = *o
		return
	}
	share := float64(o.count) / float64(m.count+o.count)
	weight := float64(m.count) * share
	reference := o.meanReference - m.meanReference
	test := o.meanTest - m.meanTest
	m.count += o.count
	m.meanReference += float64(reference * share)
	m.meanTest += float64(test * share)
	m.reference += o.reference + float64(float64(reference*reference)*weight)
	m.test += o.test + float64(float64(test*test)*weight)
	m.product += o.product + float64(float64(reference*test)*weight)
}

// norms returns the roots of the sums of squares and the sum of products, about zero.
func (m *moments) norms() (reference, test, product float64) {
	n := float64(m.count)
	reference = math.Sqrt(m.reference + float64(n*float64(m.meanReference*m.meanReference)))
	test = math.Sqrt(m.test + float64(n*float64(m.meanTest*m.meanTest)))
	product = m.product + float64(n*float64(m.meanReference*m.meanTest))
	return reference, test, product
}

// negligible is the seed's limit below which a standard deviation or a norm counts as zero.
const negligible = 1e-12

// pearson returns the correlation coefficient. If a standard deviation (of the population) is negligible, the answer is
// 1 when the arrays are close, |test - reference| <= 1e-8 + 1e-5 |mean of the constant side| everywhere, and else 0.
func (m *moments) pearson(maxAbsolute float64) float64 {
	n := float64(m.count)
	var constant float64
	switch {
	case math.Sqrt(m.reference/n) < negligible:
		constant = m.meanReference
	case math.Sqrt(m.test/n) < negligible:
		constant = m.meanTest
	default:
		return unit(m.product / float64(math.Sqrt(m.reference)*math.Sqrt(m.test)))
	}
	if maxAbsolute <= 1e-8+float64(1e-5*math.Abs(constant)) {
		return 1
	}
	return 0
}

// cosine returns the cosine of the angle between the arrays: 1 if both norms are negligible, 0 if one is.
func (m *moments) cosine() float64 {
	reference, test, product := m.norms()
	switch {
	case reference < negligible && test < negligible:
		return 1
	case reference < negligible || test < negligible:
		return 0
	}
	return unit(product / float64(reference*test))
}

// unit clips what rounding has pushed beyond [-1, 1].
func unit(x float64) float64 {
	return max(-1, min(1, x))
}
