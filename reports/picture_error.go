package reports

import (
	"math"

	"bf16lab/experiments/results"
)

// errorPicture is the data of a picture of a figure by layer.
type errorPicture struct {
	Title       string        `json:"title"`
	Quantity    string        `json:"quantity"`    // at the axis
	Explanation string        `json:"explanation"` // of the quantity, %s is the reference
	Reference   string        `json:"reference"`
	Line        number        `json:"line"` // value of the dashed line, 0 for none
	Taps        int           `json:"taps"`
	Bands       []band        `json:"bands"`
	Low         int           `json:"low"`  // power of ten at the bottom of the axis
	High        int           `json:"high"` // power of ten at its top
	Series      []errorSeries `json:"series"`
	names       []string      // of the taps
}

// errorSeries is one policy's line.
type errorSeries struct {
	Policy  string   `json:"policy"`
	Values  []number `json:"values"`          // of each tap: 0 is exact, NaN undefined
	Local   []number `json:"local,omitempty"` // local error of each tap, NaN where there is none
	Created []int    `json:"created"`         // taps at which non-finite values are created
}

// newErrorPicture collects the data of the picture "error by layer": the accumulated error.
func newErrorPicture(run *results.Run) errorPicture {
	e := layerPicture(run, accumulatedL2)
	e.Title, e.Quantity, e.Line = "Error by layer", "relative L2", threshold
	e.Explanation = "Relative L2 of each tap against %s"
	e.fit()
	return e
}

// newLocalPicture collects the data of the picture of local and accumulated error.
func newLocalPicture(run *results.Run) errorPicture {
	e := newErrorPicture(run)
	e.Title = "Local and accumulated error"
	e.Explanation = "Relative L2 against %s: lines have accumulated, dots are one " + localUnit(run) + " on the reference’s inputs"
	for p := range e.Series {
		e.Series[p].Local = byTap(run, p, localL2)
	}
	e.fit()
	return e
}

// newGainPicture collects the data of the picture of gains.
func newGainPicture(run *results.Run) errorPicture {
	e := layerPicture(run, gainOf)
	e.Title, e.Quantity, e.Line = "Gain by layer", "gain", 1
	e.Explanation = "Accumulated error out over accumulated error in, both against %s"
	e.fit()
	return e
}

// layerPicture collects what pictures by layer have in common and one figure.
func layerPicture(run *results.Run, of func(*results.Tap, int) float64) errorPicture {
	e := errorPicture{Reference: run.Reference.Name, Taps: len(run.Taps), Bands: bandsOf(run.Taps), Series: []errorSeries{}}
	for i := range run.Taps {
		e.names = append(e.names, run.Taps[i].Name)
	}
	for p := range run.Policies {
		s := errorSeries{Policy: run.Policies[p].Name, Values: byTap(run, p, of), Created: []int{}}
		for i := range run.Taps {
			if run.Taps[i].Origin[p] == results.OriginCreated {
				s.Created = append(s.Created, i)
			}
		}
		e.Series = append(e.Series, s)
	}
	return e
}

// fit lets the axis cover all positive finite values in whole decades.
func (e *errorPicture) fit() {
	low, high := math.Inf(1), math.Inf(-1)
	for p := range e.Series {
		for _, values := range [][]number{e.Series[p].Values, e.Series[p].Local} {
			for _, v := range values {
				if v > 0 && !math.IsInf(float64(v), 1) {
					low, high = min(low, float64(v)), max(high, float64(v))
				}
			}
		}
	}
	e.Low, e.High = decades(low, high)
}

// table has a line for each tap and policy.
func (e errorPicture) table() table {
	n := e.Taps * len(e.Series)
	if n == 0 {
		return nil
	}
	series := func(i int) *errorSeries { return &e.Series[i%len(e.Series)] }
	tap := func(i int) int { return i / len(e.Series) }
	t := table{
		numbers("order", n, tap),
		texts("tap", n, func(i int) string { return e.names[tap(i)] }),
		texts("policy", n, func(i int) string { return series(i).Policy }),
		numbers(columnName(e.Quantity), n, func(i int) number { return series(i).Values[tap(i)] }),
	}
	if e.Series[0].Local != nil {
		t = append(t, numbers("local_"+columnName(e.Quantity), n, func(i int) number { return series(i).Local[tap(i)] }))
	}
	return t
}

// accumulatedL2 is the accumulated error of a tap.
func accumulatedL2(tap *results.Tap, policy int) float64 { return tap.Metrics[policy].RelativeL2 }

// byTap collects a figure of every tap under a policy.
func byTap(run *results.Run, policy int, of func(*results.Tap, int) float64) []number {
	values := make([]number, len(run.Taps))
	for i := range run.Taps {
		values[i] = number(of(&run.Taps[i], policy))
	}
	return values
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
