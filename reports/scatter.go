package reports

import (
	"math"
	"slices"

	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"
)

// scatterView is the error against the magnitude of the reference for one tap under one policy, by bin of
// metrics.ScatterBin. The bounds are powers of two, and their exponents are kept: short, and exact.
type scatterView struct {
	Low    int     `json:"low"`    // the first bin
	Counts []int64 `json:"counts"` // elements by bin; empty: as under the first policy
	Median []*int  `json:"median"` // exponents of the bounds; nil: no elements, exactZero: no error, infinite: no bound
	High   []*int  `json:"high"`
}

// scatterViews are the pictures of a tap, one per policy.
type scatterViews []scatterView

// Exponents that stand for bounds which are no powers of two.
const (
	exactZero = -9999
	infinite  = 9999
)

// newScatterViews collects the pictures of a tap, one per policy; empty where the run has none.
func newScatterViews(tap *results.Tap) scatterViews {
	var views scatterViews
	for p := range tap.Scatter {
		s := &tap.Scatter[p]
		v := scatterView{Low: s.Low, Counts: s.Counts, Median: exponents(s.Median), High: exponents(s.High)}
		if p > 0 && s.Low == tap.Scatter[0].Low && slices.Equal(s.Counts, tap.Scatter[0].Counts) {
			v.Counts = nil
		}
		views = append(views, v)
	}
	return views
}

// exponents writes powers of two by their exponents.
func exponents(values []metrics.Number) []*int {
	list := make([]*int, len(values))
	for i, number := range values {
		v := float64(number)
		var e int
		switch {
		case math.IsNaN(v):
			continue
		case v == 0:
			e = exactZero
		case math.IsInf(v, 0):
			e = infinite
		default:
			e = int(math.Round(math.Log2(v)))
		}
		list[i] = &e
	}
	return list
}

// scatterEdge is the exponent of the lower edge that bin 0 would have if it were as the others.
const scatterEdge = metrics.ScatterLow - 2
