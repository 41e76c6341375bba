package reports

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// bandShades tints the background of every band a little.
type bandShades struct{ bands []band }

// Plot implements plot.Plotter.
func (b bandShades) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	for _, band := range b.bands {
		shade := shadeOf(band.Part)
		pale := func(v uint8) uint8 { return 255 - (255-v)/4 }
		c.FillPolygon(color.RGBA{pale(shade.R), pale(shade.G), pale(shade.B), 255},
			rectangle(x(float64(band.From)+0.5), c.Min.Y, x(float64(band.To)+0.5), c.Max.Y))
	}
}

// ribbonHeight is the space above the plot that the bands' names take: two rows of text.
const ribbonHeight = 34

// drawRibbon draws the bands as a ribbon above the data, with the part's name inside where it fits. A part that found
// no room gets its name in a second row above its widest band.
func drawRibbon(c, data draw.Canvas, p *plot.Plot, bands []band) {
	x, _ := p.Transforms(&data)
	style := textStyle(9.5, inkColor)
	style.XAlign = draw.XCenter
	bottom, top := data.Max.Y+2, data.Max.Y+18
	left := func(b band) vg.Length { return x(float64(b.From) + 0.5) }
	right := func(b band) vg.Length { return x(float64(b.To) + 0.5) }
	named := map[string]bool{}
	widest := map[string]band{}
	var parts []string
	for _, b := range bands {
		c.FillPolygon(shadeOf(b.Part), rectangle(left(b), bottom, right(b), top))
		if style.Width(partLabel(b.Part))+4 <= right(b)-left(b) {
			c.FillText(style, vg.Point{X: (left(b) + right(b)) / 2, Y: (bottom + top) / 2}, partLabel(b.Part))
			named[b.Part] = true
		}
		if w, seen := widest[b.Part]; !seen {
			parts = append(parts, b.Part)
			widest[b.Part] = b
		} else if b.To-b.From > w.To-w.From {
			widest[b.Part] = b
		}
	}
	var rest []ribbonLabel
	for _, part := range parts {
		if b := widest[part]; !named[part] {
			rest = append(rest, ribbonLabel{partLabel(part), (left(b) + right(b)) / 2, style.Width(partLabel(part))/2 + 3})
		}
	}
	spreadLabels(rest, c.Min.X, c.Max.X)
	for _, l := range rest {
		c.FillText(style, vg.Point{X: l.at, Y: top + 8}, l.text)
	}
}

// ribbonLabel is a part's name that stands above the ribbon.
type ribbonLabel struct {
	text     string
	at, half vg.Length // centre, and half of its width with some space
}

// spreadLabels moves labels apart, first to the right and, where the space ends, back to the left.
func spreadLabels(labels []ribbonLabel, from, to vg.Length) {
	for i := range labels {
		l := &labels[i]
		l.at = max(l.at, from+l.half)
		from = l.at + l.half
	}
	for i := len(labels) - 1; i >= 0; i-- {
		l := &labels[i]
		l.at = min(l.at, to-l.half)
		to = l.at - l.half
	}
}
