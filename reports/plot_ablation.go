package reports

import (
	"fmt"
	"math"

	"bf16lab/experiments/results"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Measures of the bar chart in points.
const (
	barRowHeight   = 27
	barHeight      = 9
	barNameWidth   = 170
	barFigureWidth = 250
	barPanelHead   = 46
)

func (a *ablationPicture) size() (width, height vg.Length) {
	return pictureWidth, 84 + vg.Length(len(a.Outputs))*(barPanelHead+vg.Length(len(a.Groups))*barRowHeight)
}

// draw draws a panel for each output: a row per group, the largest share first, with the bars of rescue and injure, their
// intervals and their figures.
func (a *ablationPicture) draw(canvas draw.Canvas) error {
	c := heading(canvas, "Share of the squared error by group of roundings", fmt.Sprintf(
		"Policy %s, reference %s; means over %s with 95 %% intervals; relative L2 at the right.", label(a.Policy, 40), label(a.Reference, 40), plural(len(a.Runs), "run")))
	c = legend(c, []legendEntry{
		{text: "rescue: the group restored in the policy", style: styleOf(0), sample: sampleSquare},
		{text: "injure: the group alone in the reference", style: styleOf(1), sample: sampleSquare},
	})
	for o := range a.Outputs {
		height := barPanelHead + vg.Length(len(a.Groups))*barRowHeight
		top := c.Max.Y - vg.Length(o)*height
		a.drawPanel(draw.Crop(c, 0, 0, top-height-c.Min.Y, top-c.Max.Y), o)
	}
	return nil
}

// drawPanel draws the bars at one output.
func (a *ablationPicture) drawPanel(c draw.Canvas, output int) {
	low, high := a.shareRange(output)
	left, right := c.Min.X+barNameWidth, c.Max.X-barFigureWidth
	x := func(v float64) vg.Length { return left + vg.Length((v-low)/(high-low))*(right-left) }
	top, bottom := c.Max.Y-barPanelHead+8, c.Min.Y+8
	title := textStyle(11, inkColor)
	c.FillText(title, vg.Point{X: c.Min.X, Y: c.Max.Y - 12}, "at "+label(a.Outputs[output], 60))
	tick := textStyle(9, quietColor)
	tick.XAlign = draw.XCenter
	for _, v := range shareTicks(low, high) {
		c.StrokeLine2(draw.LineStyle{Color: ruleColor, Width: 0.6}, x(v), bottom, x(v), top+3)
		c.FillText(tick, vg.Point{X: x(v), Y: top + 10}, fmt.Sprintf("%.0f %%", 100*v))
	}
	c.StrokeLine2(draw.LineStyle{Color: quietColor, Width: 0.8}, x(0), bottom, x(0), top+3)
	for row, g := range a.Order[output] {
		middle := top - (vg.Length(row)+0.5)*barRowHeight
		name := textStyle(10, inkColor)
		name.XAlign = draw.XRight
		c.FillText(name, vg.Point{X: left - 8, Y: middle}, label(a.Groups[g].Name, 28))
		bars := directionsOf(a.Bars[output][g])
		for i, d := range bars {
			y := middle + (vg.Length(len(bars)-1)/2-vg.Length(i))*(barHeight+2)
			drawShare(c, d, x, y)
			c.FillText(textStyle(9, inkColor), vg.Point{X: right + 14, Y: y}, shareText(d))
		}
	}
}

// shareRange is the axis of an output: it has all bars and intervals, and at least 0 to 1.
func (a *ablationPicture) shareRange(output int) (low, high float64) {
	low, high = 0, 1
	for _, bars := range a.Bars[output] {
		for _, d := range directionsOf(bars) {
			for _, v := range []number{d.bar.Share, d.bar.Low, d.bar.High} {
				if w := float64(v); !math.IsNaN(w) && !math.IsInf(w, 0) {
					low, high = min(low, w), max(high, w)
				}
			}
		}
	}
	return low - 0.02, high + 0.02
}

// shareTicks are quarters, or whole numbers on a long axis.
func shareTicks(low, high float64) []float64 {
	step := 0.25
	for (high-low)/step > 12 {
		step *= 2
	}
	var ticks []float64
	for i := int(math.Ceil(low / step)); float64(i)*step <= high; i++ {
		ticks = append(ticks, float64(i)*step)
	}
	return ticks
}

// drawShare draws a bar with its interval.
func drawShare(c draw.Canvas, d direction, x func(float64) vg.Length, y vg.Length) {
	share, low, high := float64(d.bar.Share), float64(d.bar.Low), float64(d.bar.High)
	if math.IsNaN(share) || math.IsInf(share, 0) {
		return
	}
	style := styleOf(0)
	if d.name == results.Injure {
		style = styleOf(1)
	}
	c.FillPolygon(style.Light, rectangle(x(min(0, share)), y-barHeight/2, x(max(0, share)), y+barHeight/2))
	if low < high && !math.IsInf(low, 0) && !math.IsInf(high, 0) {
		whisker := draw.LineStyle{Color: inkColor, Width: 1}
		c.StrokeLine2(whisker, x(low), y, x(high), y)
		for _, end := range []float64{low, high} {
			c.StrokeLine2(whisker, x(end), y-3, x(end), y+3)
		}
	}
}

// shareText is what a bar says in figures.
func shareText(d direction) string {
	b := d.bar
	text := formatPercent(float64(b.Share))
	if b.High > b.Low {
		text += fmt.Sprintf(" (%s to %s)", formatPercent(float64(b.Low)), formatPercent(float64(b.High)))
	}
	if d.name == results.Rescue {
		return fmt.Sprintf("%s, %s → %s", text, formatError(float64(b.Base), 2), formatError(float64(b.After), 2))
	}
	return fmt.Sprintf("%s, %s of %s", text, formatError(float64(b.After), 2), formatError(float64(b.Base), 2))
}
