package reports

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

func (e errorPicture) size() (width, height vg.Length) { return pictureWidth, pictureWidth / 2 }

// draw draws a figure by layer: taps from left to right in execution order, the logarithm of the figure upwards, one line
// per policy, the parts of the model as bands. Exact taps stand in a row of their own at the bottom, infinite errors in one
// at the top; undefined ones leave a gap. Local errors are dots.
func (e errorPicture) draw(canvas draw.Canvas) error {
	rows := newErrorRows(e)
	c := heading(canvas, e.Title, errorExplanation(e, rows))
	c = legend(c, errorLegend(e))

	if e.Taps == 0 || len(e.Series) == 0 {
		emptyNote(c, "No tap was recorded in this run.")
		return nil
	}
	p := newPlot()
	p.X.Label.Text, p.Y.Label.Text = "tap", e.Quantity
	p.X.Min, p.X.Max = 0.5, float64(e.Taps)+0.5
	p.X.Tick.Marker = plot.ConstantTicks(tapTicks(e.Taps))
	p.Y.Min, p.Y.Max = rows.bottom, rows.top
	p.Y.Tick.Marker = plot.ConstantTicks(rows.ticks())
	area := draw.Crop(c, 0, 0, 0, -ribbonHeight)
	p.Add(bandShades{e.Bands}, errorGrid{rows})
	for i := range e.Series {
		p.Add(errorLine{e.Series[i], rows, styleOf(i), i, len(e.Series)})
	}
	p.Draw(area)
	drawRibbon(c, p.DataCanvas(area), p, e.Bands)
	return nil
}

// errorExplanation says what is drawn, as far as it is in the picture.
func errorExplanation(e errorPicture, rows errorRows) string {
	text := fmt.Sprintf(e.Explanation, label(e.Reference, 40)) + ", logarithmic; taps in execution order."
	if rows.showsLine() {
		text += " Dashed: " + e.lineText() + "."
	}
	if rows.hasExact {
		text += " In the row “exact”: no error."
	}
	return text
}

// lineText writes the value of the dashed line.
func (e errorPicture) lineText() string {
	if e.Line == 1 {
		return "1"
	}
	return formatError(float64(e.Line), 1)
}

// errorLegend lists the policies, and what dots and crosses are if there are any.
func errorLegend(e errorPicture) []legendEntry {
	var entries []legendEntry
	created, local := false, false
	for i := range e.Series {
		entries = append(entries, legendEntry{text: label(e.Series[i].Policy, 40), style: styleOf(i)})
		created = created || len(e.Series[i].Created) > 0
		local = local || e.Series[i].Local != nil
	}
	if local {
		entries = append(entries, legendEntry{text: "accumulated", style: lineStyle{Light: inkColor}},
			legendEntry{text: "local", style: lineStyle{Light: inkColor}, sample: sampleDot})
	}
	if created {
		entries = append(entries, legendEntry{text: "creates NaN or infinite values", style: lineStyle{Light: inkColor}, sample: sampleCross})
	}
	return entries
}

// errorRows places values on the vertical axis, which is the decimal logarithm with two extra rows.
type errorRows struct {
	low, high             int     // decades
	line                  float64 // height of the dashed line, NaN without one
	exact, infinite       float64 // heights of the extra rows
	bottom, top           float64 // ends of the axis
	hasExact, hasInfinite bool
}

func newErrorRows(e errorPicture) errorRows {
	r := errorRows{low: e.Low, high: e.High, bottom: float64(e.Low), top: float64(e.High), line: math.NaN()}
	if e.Line > 0 {
		r.line = math.Log10(float64(e.Line))
	}
	for i := range e.Series {
		for _, values := range [][]number{e.Series[i].Values, e.Series[i].Local} {
			for _, v := range values {
				r.hasExact = r.hasExact || v == 0
				r.hasInfinite = r.hasInfinite || math.IsInf(float64(v), 0)
			}
		}
	}
	gap := 0.07 * float64(r.high-r.low)
	if r.hasExact {
		r.exact, r.bottom = r.bottom-gap, r.bottom-1.7*gap
	}
	if r.hasInfinite {
		r.infinite, r.top = r.top+gap, r.top+1.7*gap
	}
	return r
}

// at is the height of a value, NaN where it has none.
func (r errorRows) at(v float64) float64 {
	switch {
	case v == 0:
		return r.exact
	case math.IsInf(v, 0):
		return r.infinite
	}
	return math.Log10(v)
}

// step is the distance in decades between labels: there are at most about ten.
func (r errorRows) step() int { return (r.high-r.low)/10 + 1 }

// showsLine reports whether the dashed line lies on the axis.
func (r errorRows) showsLine() bool { return r.line >= float64(r.low) && r.line <= float64(r.high) }

// ticks labels whole decades and the extra rows; up to three decades get 2 and 5 as well.
func (r errorRows) ticks() []plot.Tick {
	var ticks []plot.Tick
	step := r.step()
	for d := r.low; d <= r.high; d++ {
		t := plot.Tick{Value: float64(d)}
		if (d-r.low)%step == 0 {
			t.Label = formatError(math.Pow10(d), 1)
		}
		ticks = append(ticks, t)
		for m := 2; m <= 9 && d < r.high && step == 1; m++ {
			minor := plot.Tick{Value: float64(d) + math.Log10(float64(m))}
			if (m == 2 || m == 5) && r.high-r.low <= 3 {
				minor.Label = formatError(float64(m)*math.Pow10(d), 1)
			}
			ticks = append(ticks, minor)
		}
	}
	if r.hasExact {
		ticks = append(ticks, plot.Tick{Value: r.exact, Label: "exact"})
	}
	if r.hasInfinite {
		ticks = append(ticks, plot.Tick{Value: r.infinite, Label: "∞"})
	}
	return ticks
}

// tapTicks labels at most twelve round tap numbers, counted from one.
func tapTicks(taps int) []plot.Tick {
	step := 1
	for _, next := range []int{2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000} {
		if taps/step > 12 {
			step = next
		}
	}
	ticks := []plot.Tick{{Value: 1, Label: "1"}}
	for t := step; t <= taps; t += step {
		if t > 1 {
			ticks = append(ticks, plot.Tick{Value: float64(t), Label: formatCount(t)})
		}
	}
	return ticks
}

// errorGrid draws a line per decade and the dashed line.
type errorGrid struct{ rows errorRows }

// Plot implements plot.Plotter.
func (g errorGrid) Plot(c draw.Canvas, p *plot.Plot) {
	_, y := p.Transforms(&c)
	thin := draw.LineStyle{Color: ruleColor, Width: 0.6}
	for d := g.rows.low; d <= g.rows.high; d += g.rows.step() {
		c.StrokeLine2(thin, c.Min.X, y(float64(d)), c.Max.X, y(float64(d)))
	}
	if g.rows.showsLine() {
		dashed := draw.LineStyle{Color: quietColor, Width: 0.8, Dashes: []vg.Length{5, 3}}
		c.StrokeLine2(dashed, c.Min.X, y(g.rows.line), c.Max.X, y(g.rows.line))
	}
}

// errorLine draws one policy. Exact taps are dots in their row, side by side when several policies are exact, and the
// line passes over them; it breaks only where the error is undefined or infinite.
type errorLine struct {
	errorSeries
	rows   errorRows
	style  lineStyle
	index  int
	series int
}

// Plot implements plot.Plotter.
func (l errorLine) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	var line []vg.Point
	flush := func() {
		if len(line) == 1 {
			c.DrawGlyph(dot(l.style, 1.5), line[0])
		} else if len(line) > 1 {
			c.StrokeLines(strokeOf(l.style, 1.1), line)
		}
		line = nil
	}
	for i, value := range l.Values {
		v := float64(value)
		at := vg.Point{X: x(float64(i + 1)), Y: y(l.rows.at(v))}
		switch {
		case v == 0:
			at.Y += (vg.Length(l.series-1)/2 - vg.Length(l.index)) * min(2.6, 12/vg.Length(l.series))
			c.DrawGlyph(dot(l.style, 1.5), at)
		case math.IsInf(v, 0):
			flush()
			c.DrawGlyph(dot(l.style, 1.8), at)
		case math.IsNaN(v):
			flush()
		default:
			line = append(line, at)
		}
	}
	flush()
	for i, value := range l.Local {
		if !math.IsNaN(float64(value)) {
			c.DrawGlyph(dot(l.style, 1.6), vg.Point{X: x(float64(i + 1)), Y: y(l.rows.at(float64(value)))})
		}
	}
	for _, i := range l.Created {
		drawCross(c, l.style.Light, vg.Point{X: x(float64(i + 1)), Y: c.Max.Y - 8 - vg.Length(l.index)*9})
	}
}

func dot(s lineStyle, radius vg.Length) draw.GlyphStyle {
	return draw.GlyphStyle{Color: s.Light, Radius: radius, Shape: draw.CircleGlyph{}}
}
