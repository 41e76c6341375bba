package reports

import (
	"math"

	"bf16lab/experiments/results"
)

// errorPicture is the data of the picture "relative L2 by layer".
type errorPicture struct {
	Reference string        `json:"reference"`
	Taps      int           `json:"taps"`
	Bands     []band        `json:"bands"`
	Low       int           `json:"low"`  // power of ten at the bottom of the axis
	High      int           `json:"high"` // power of ten at its top
	Series    []errorSeries `json:"series"`
}

// errorSeries is one policy's line.
type errorSeries struct {
	Policy  string   `json:"policy"`
	Values  []number `json:"values"`  // relative L2 of each tap: 0 is exact, NaN undefined
	Created []int    `json:"created"` // taps at which non-finite values are created
}

// newErrorPicture collects the data of the picture. The axis covers all positive finite values in whole decades.
func newErrorPicture(run *results.Run) errorPicture {
	e := errorPicture{Reference: run.Reference.Name, Taps: len(run.Taps), Bands: bandsOf(run.Taps), Series: []errorSeries{}}
	low, high := math.Inf(1), math.Inf(-1)
	for p := range run.Policies {
		s := errorSeries{Policy: run.Policies[p].Name, Values: make([]number, len(run.Taps)), Created: []int{}}
		for i := range run.Taps {
			v := run.Taps[i].Metrics[p].RelativeL2
			s.Values[i] = number(v)
			if v > 0 && !math.IsInf(v, 1) {
				low, high = min(low, v), max(high, v)
			}
			if run.Taps[i].Origin[p] == results.OriginCreated {
				s.Created = append(s.Created, i)
			}
		}
		e.Series = append(e.Series, s)
	}
	e.Low, e.High = decades(low, high)
	return e
}

// decades widens a range of positive values to whole powers of ten; an empty range gives 1e-3 to 1.
func decades(low, high float64) (int, int) {
	if low > high {
		return -3, 0
	}
	from, to := int(math.Floor(math.Log10(low))), int(math.Ceil(math.Log10(high)))
	if from == to {
		to++
	}
	return from, to
}
