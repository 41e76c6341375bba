package reports

import (
	"math"
	"strconv"

	"bf16lab/experiments/metrics"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// curvesPanelHeight is the height of one panel.
const curvesPanelHeight = 3.1 * vg.Inch

func (c *curvesPicture) size() (width, height vg.Length) {
	return 9.5 * vg.Inch, 1.2*vg.Inch + curvesPanelHeight*vg.Length(max(len(c.Panels), 1))
}

// draw draws the panels below each other, all with the same axes.
func (c *curvesPicture) draw(canvas draw.Canvas) error {
	area := heading(canvas, c.Title, c.Explanation)
	entries := make([]legendEntry, len(c.Policies))
	for i, policy := range c.Policies {
		entries[i] = legendEntry{text: label(policy, 40), style: styleOf(i)}
	}
	area = legend(area, entries)
	if len(c.Panels) == 0 {
		emptyNote(area, "There is nothing to draw in this run.")
		return nil
	}
	rows := c.rows()
	left, right := c.ends()
	height := (area.Max.Y - area.Min.Y) / vg.Length(len(c.Panels))
	for i := range c.Panels {
		panel := &c.Panels[i]
		p := newPlot()
		p.X.Label.Text, p.Y.Label.Text = c.X, c.Y
		if len(c.Panels) > 1 {
			p.Y.Label.Text = label(panel.Name, 40)
		}
		p.Y.Label.Padding = 5
		p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = left, right, rows.bottom, rows.top
		p.X.Tick.Marker, p.Y.Tick.Marker = plot.ConstantTicks(c.ticks(panel)), plot.ConstantTicks(rows.ticks())
		p.Add(errorGrid{rows})
		for _, line := range panel.Curves {
			p.Add(curveLine{line, rows})
		}
		p.Draw(draw.Crop(area, 0, -8, vg.Length(len(c.Panels)-1-i)*height+4, -vg.Length(i)*height-8))
	}
	return nil
}

// rows places the errors of all panels on one vertical axis.
func (c *curvesPicture) rows() errorRows {
	e := errorPicture{Series: []errorSeries{{}}}
	for _, panel := range c.Panels {
		for _, line := range panel.Curves {
			e.Series[0].Values = append(e.Series[0].Values, line.Y...)
		}
	}
	e.fit()
	return newErrorRows(e)
}

// ends is the horizontal axis of all panels, with some room.
func (c *curvesPicture) ends() (left, right float64) {
	left, right = math.Inf(1), math.Inf(-1)
	for _, panel := range c.Panels {
		for _, line := range panel.Curves {
			for _, x := range line.X {
				left, right = min(left, float64(x)), max(right, float64(x))
			}
		}
	}
	if left > right {
		return 0, 1
	}
	room := max(0.03*(right-left), 0.02)
	return left - room, right + room
}

// curveLine draws one curve.
type curveLine struct {
	curve
	rows errorRows
}

// Plot implements plot.Plotter.
func (l curveLine) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	var line []vg.Point
	for i := range l.X {
		v := float64(l.Y[i])
		if math.IsNaN(v) {
			continue
		}
		at := vg.Point{X: x(float64(l.X[i])), Y: y(l.rows.at(v))}
		line = append(line, at)
		c.DrawGlyph(dot(styleOf(l.Policy), 1.9), at)
	}
	if !l.Dots && len(line) > 1 {
		c.StrokeLines(strokeOf(styleOf(l.Policy), 1.3), line)
	}
}

// magnitudeTicks mark every second power of two and label every fourth: more labels would touch each other.
func magnitudeTicks(*curvesPanel) []plot.Tick {
	var ticks []plot.Tick
	for e := metrics.ScatterLow; e <= metrics.ScatterHigh; e += 2 {
		tick := plot.Tick{Value: float64(e)}
		if e%4 == 0 {
			tick.Label = "2^" + strconv.Itoa(e)
		}
		ticks = append(ticks, tick)
	}
	return append(ticks, plot.Tick{Value: scatterEdge, Label: "0"})
}

// percentTicks label every tenth per cent.
func percentTicks(*curvesPanel) []plot.Tick {
	var ticks []plot.Tick
	for v := 0; v <= 100; v += 10 {
		ticks = append(ticks, plot.Tick{Value: float64(v), Label: strconv.Itoa(v) + " %"})
	}
	return ticks
}

// lengthTicks label the lengths of a sweep, which stand at their binary logarithms.
func lengthTicks(panel *curvesPanel) []plot.Tick {
	var ticks []plot.Tick
	seen := map[number]bool{}
	for _, line := range panel.Curves {
		for _, x := range line.X {
			if !seen[x] {
				seen[x] = true
				ticks = append(ticks, plot.Tick{Value: float64(x), Label: formatCount(int64(math.Round(math.Exp2(float64(x)))))})
			}
		}
	}
	return ticks
}
