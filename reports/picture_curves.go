package reports

import (
	"cmp"
	"math"
	"slices"

	"bf16lab/experiments/results"

	"gonum.org/v1/plot"
)

// curvesPicture is the data of a picture of errors, on a logarithmic axis, against something that is no tap.
type curvesPicture struct {
	Title       string        `json:"title"`
	Explanation string        `json:"explanation"`
	X           string        `json:"x"`        // what the horizontal axis has
	Y           string        `json:"y"`        // and the vertical one
	Policies    []string      `json:"policies"` // named in the legend by their style
	Panels      []curvesPanel `json:"panels"`
	ticks       func(panel *curvesPanel) []plot.Tick
}

// curvesPanel is one of the plots below each other.
type curvesPanel struct {
	Name   string  `json:"name"`
	Curves []curve `json:"curves"`
}

// curve is one line or one cloud of dots.
type curve struct {
	Series string   `json:"series"` // what it is of its policy, for example median
	Policy int      `json:"policy"`
	X      []number `json:"x"`
	Y      []number `json:"y"`
	Dots   bool     `json:"dots"`
}

// newScatterPicture collects the error against magnitude of the embeddings; nil for a run without it.
func newScatterPicture(run *results.Run) *curvesPicture {
	c := &curvesPicture{Title: "Error against magnitude", X: "|reference|", Y: "|error|, at most",
		Explanation: "Bounds for |policy − " + label(run.Reference.Name, 30) + "| by the power of two of |reference|: half of the elements (lines), 99 % (dots). Rounding noise rises with the magnitude.",
		ticks:       magnitudeTicks}
	for p := range run.Policies {
		c.Policies = append(c.Policies, run.Policies[p].Name)
	}
	for _, e := range embeddings {
		i := findTap(run.Taps, e.tap)
		if i < 0 || len(run.Taps[i].Scatter) == 0 {
			continue
		}
		panel := curvesPanel{Name: e.tap}
		for p := range run.Taps[i].Scatter {
			s := &run.Taps[i].Scatter[p]
			bins := make([]number, len(s.Counts))
			for b := range bins {
				bins[b] = number(s.Low + b + scatterEdge)
			}
			panel.Curves = append(panel.Curves, curve{"median", p, bins, numberList(s.Median), false}, curve{"99 %", p, bins, numberList(s.High), true})
		}
		c.Panels = append(c.Panels, panel)
	}
	if c.Panels == nil {
		return nil
	}
	return c
}

// newFrontierPicture collects the frontier of a search; nil for a run without it.
func newFrontierPicture(run *results.Run) *curvesPicture {
	s := newSearch(run)
	if s == nil || len(s.Frontier) == 0 {
		return nil
	}
	slices.SortStableFunc(s.Frontier, func(a, b searchCost) int { return cmp.Compare(a.Cost, b.Cost) })
	line := curve{Series: "relative L2"}
	bound := curve{Series: "bound", Policy: 1}
	for _, p := range s.Frontier {
		line.X, line.Y = append(line.X, p.Cost*100), append(line.Y, p.Residual)
		bound.X, bound.Y = append(bound.X, p.Cost*100), append(bound.Y, s.Bound)
	}
	return &curvesPicture{Title: "Error that is left by cost", X: "per cent of the model’s work kept in " + label(s.Reference, 30), Y: "relative L2",
		Explanation: "Cheapest sets of groups of " + label(s.Policy, 30) + " in the reference’s precision, at " + label(s.Output, 40) + ".",
		Policies:    []string{"cheapest set", "bound of the search"},
		Panels:      []curvesPanel{{Name: s.Output, Curves: []curve{line, bound}}}, ticks: percentTicks}
}

// newSweepPicture collects the errors of a sweep by length; nil for a run without cells.
func newSweepPicture(run *results.Run) *curvesPicture {
	s := newSweep(run)
	if s == nil || len(s.Cells) == 0 {
		return nil
	}
	c := &curvesPicture{Title: "Error by length", X: "bases", Y: "relative L2", Policies: s.Policies, ticks: lengthTicks,
		Explanation: "Relative L2 against " + label(run.Reference.Name, 30) + ": medians (lines), smallest and largest (dots) over inputs, organisms and seeds."}
	for o, output := range s.Outputs {
		panel := curvesPanel{Name: output}
		for p := range s.Policies {
			median, ends := curve{Series: "median", Policy: p}, curve{Series: "range", Policy: p, Dots: true}
			for _, point := range s.Lines[o] {
				if point.Policy == p {
					x := number(math.Log2(float64(point.Length)))
					median.X, median.Y = append(median.X, x), append(median.Y, point.Median)
					ends.X, ends.Y = append(ends.X, x, x), append(ends.Y, point.Low, point.High)
				}
			}
			panel.Curves = append(panel.Curves, median, ends)
		}
		c.Panels = append(c.Panels, panel)
	}
	return c
}

// table has a line for each point.
func (c *curvesPicture) table() table {
	type point struct {
		panel  *curvesPanel
		curve  *curve
		policy string
		at     int
	}
	var points []point
	for i := range c.Panels {
		for j := range c.Panels[i].Curves {
			line := &c.Panels[i].Curves[j]
			for at := range line.X {
				points = append(points, point{&c.Panels[i], line, c.Policies[line.Policy], at})
			}
		}
	}
	n := len(points)
	if n == 0 {
		return nil
	}
	return table{
		texts("panel", n, func(i int) string { return points[i].panel.Name }),
		texts("line", n, func(i int) string { return points[i].policy }),
		texts("series", n, func(i int) string { return points[i].curve.Series }),
		numbers("x", n, func(i int) number { return points[i].curve.X[points[i].at] }),
		numbers("y", n, func(i int) number { return points[i].curve.Y[points[i].at] }),
	}
}
