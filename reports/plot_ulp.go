package reports

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

func (u ulpPicture) size() (width, height vg.Length) {
	const panelHeight = 2.35 * vg.Inch
	return pictureWidth, 1.3*vg.Inch + panelHeight*vg.Length(len(u.Panels))
}

// draw draws, for each embedding, which share of its elements lies how many bf16 ulps from the reference; one bar per
// policy and bin.
func (u ulpPicture) draw(canvas draw.Canvas) error {
	c := heading(canvas, "Distance of the embeddings in bf16 ulps", "Share of elements by distance from "+
		label(u.Reference, 40)+", after both sides are rounded to bf16; an ulp is one step of bf16.")
	entries := make([]legendEntry, len(u.Policies))
	for i, policy := range u.Policies {
		entries[i] = legendEntry{text: label(policy, 40), style: styleOf(i), sample: sampleSquare}
	}
	c = legend(c, entries)
	if len(u.Panels) == 0 || len(u.Policies) == 0 {
		emptyNote(c, "The embeddings were not recorded in this run.")
		return nil
	}
	height := (c.Max.Y - c.Min.Y) / vg.Length(len(u.Panels))
	for i, panel := range u.Panels {
		area := draw.Crop(c, 0, 0, vg.Length(len(u.Panels)-1-i)*height, -vg.Length(i)*height)
		if err := drawUlpPanel(area, panel, u); err != nil {
			return err
		}
	}
	return nil
}

// drawUlpPanel draws the bars of one embedding.
func drawUlpPanel(c draw.Canvas, panel ulpPanel, u ulpPicture) error {
	p := newPlot()
	p.Y.Label.Text = label(panel.Tap, 40)
	p.X.Tick.Marker = ulpTicks(u.Bins)
	p.X.Tick.Length, p.X.Width = 0, vg.Points(0.5)
	p.Y.Min, p.Y.Max = 0, 1
	p.Y.Tick.Marker = plot.ConstantTicks{
		{Value: 0, Label: "0 %"}, {Value: 0.25, Label: "25 %"}, {Value: 0.5, Label: "50 %"}, {Value: 0.75, Label: "75 %"}, {Value: 1, Label: "100 %"},
	}
	p.X.Min, p.X.Max = -0.5, float64(len(u.Bins))-0.5
	grid := plotter.NewGrid()
	grid.Vertical.Width = 0
	grid.Horizontal = draw.LineStyle{Color: ruleColor, Width: 0.6}
	p.Add(grid)
	group := (c.Max.X - c.Min.X - 60) / vg.Length(len(u.Bins))
	step := min(group*0.84/vg.Length(len(panel.Shares)), 22)
	for i, shares := range panel.Shares {
		values := make(plotter.Values, len(shares))
		for b, v := range shares {
			values[b] = float64(v)
		}
		bars, err := plotter.NewBarChart(values, step-1)
		if err != nil {
			return err
		}
		bars.Color, bars.LineStyle = styleOf(i).Light, draw.LineStyle{}
		bars.Offset = (vg.Length(i) - vg.Length(len(panel.Shares)-1)/2) * step
		p.Add(bars)
	}
	p.X.Label.Text = "bf16 ulps"
	p.Draw(draw.Crop(c, 0, 0, 0, -8))
	return nil
}

// ulpTicks labels the bins.
func ulpTicks(bins []string) plot.ConstantTicks {
	ticks := make(plot.ConstantTicks, len(bins))
	for i, bin := range bins {
		ticks[i] = plot.Tick{Value: float64(i), Label: bin}
	}
	return ticks
}
