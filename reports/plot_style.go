package reports

import (
	"bytes"
	"image/color"
	"image/png"
	"strings"
	"unicode"

	stdfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// dotsPerInch is the resolution of the PNG pictures: a 12 inch picture is 1,728 pixels wide.
const dotsPerInch = 144

// pictureWidth is the usual width of a picture.
const pictureWidth = 12 * vg.Inch

// format is a file format of pictures, named by the extension of its files.
type format string

const (
	formatPNG format = "png"
	formatSVG format = "svg"
)

// formats lists the formats in which every picture is written.
var formats = []format{formatPNG, formatSVG}

// Colours of everything that is not data.
var (
	inkColor   = rgb(0x1a1a1a)
	quietColor = rgb(0x5c5c5c)
	ruleColor  = rgb(0xdcdcdc)
)

// drawPicture draws a picture on white with a margin around it and returns it in the given format.
func drawPicture(d drawing, f format) ([]byte, error) {
	width, height := d.size()
	var b bytes.Buffer
	switch f {
	case formatSVG:
		c := vgsvg.New(width, height)
		if err := d.draw(onWhite(c)); err != nil {
			return nil, err
		}
		if _, err := c.WriteTo(&b); err != nil {
			return nil, err
		}
		return withFallbackFonts(b.Bytes()), nil
	case formatPNG:
		c := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dotsPerInch), vgimg.UseBackgroundColor(color.White))
		if err := d.draw(onWhite(c)); err != nil {
			return nil, err
		}
		encoder := png.Encoder{CompressionLevel: png.BestCompression}
		if err := encoder.Encode(&b, c.Image()); err != nil {
			return nil, err
		}
		return b.Bytes(), nil
	}
	panic("reports: no picture format " + string(f))
}

// onWhite paints a canvas white and leaves a margin.
func onWhite(canvas vg.CanvasSizer) draw.Canvas {
	c := draw.New(canvas)
	c.FillPolygon(color.White, rectangle(c.Min.X, c.Min.Y, c.Max.X, c.Max.Y))
	const margin = 10
	return draw.Crop(c, margin, -margin, margin, -margin)
}

// withFallbackFonts names, behind the font that a picture was laid out with, those of the same widths and any other.
func withFallbackFonts(svg []byte) []byte {
	const family = "font-family:Liberation Sans;"
	return bytes.ReplaceAll(svg, []byte(family), []byte("font-family:'Liberation Sans',Arial,Helvetica,sans-serif;"))
}

// textStyle is the house's sans serif at the given size.
func textStyle(size vg.Length, c color.Color) text.Style {
	return text.Style{
		Color:   c,
		Font:    font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		Handler: plot.DefaultTextHandler,
		YAlign:  draw.YCenter,
	}
}

// newPlot returns an empty plot in the house's style.
func newPlot() *plot.Plot {
	p := plot.New()
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Label.TextStyle = textStyle(11, inkColor)
		axis.Label.TextStyle.XAlign, axis.Label.TextStyle.YAlign = draw.XCenter, draw.YBottom
		axis.Tick.Label.Font = textStyle(10, inkColor).Font
		axis.Tick.Label.Color = inkColor
		axis.Color, axis.Tick.Color = quietColor, quietColor
		axis.Padding = 0
	}
	return p
}

// heading draws a title and a line of explanation at the top and returns what is left below them.
func heading(c draw.Canvas, title, explanation string) draw.Canvas {
	style := textStyle(14, inkColor)
	style.Font.Weight = stdfont.WeightBold
	style.YAlign = draw.YTop
	c.FillText(style, vg.Point{X: c.Min.X, Y: c.Max.Y}, title)
	style = textStyle(10, quietColor)
	style.YAlign = draw.YTop
	c.FillText(style, vg.Point{X: c.Min.X, Y: c.Max.Y - 20}, explanation)
	return draw.Crop(c, 0, 0, 0, -38)
}

// legendEntry is a sample of a style with its name.
type legendEntry struct {
	text   string
	style  lineStyle
	sample legendSample
}

// legendSample is the form of a legend's sample.
type legendSample int

const (
	sampleLine legendSample = iota
	sampleSquare
	sampleCross
	sampleDot
)

// legend draws the entries from left to right in as many rows as they need and returns what is left below them.
func legend(c draw.Canvas, entries []legendEntry) draw.Canvas {
	const row, sample, gap = 16, 26, 18
	style := textStyle(10.5, inkColor)
	x, y := c.Min.X, c.Max.Y-row/2
	for _, e := range entries {
		width := sample + 5 + style.Width(e.text) + gap
		if x > c.Min.X && x+width-gap > c.Max.X {
			x, y = c.Min.X, y-row
		}
		switch e.sample {
		case sampleSquare:
			c.FillPolygon(e.style.Light, rectangle(x+sample-11, y-5.5, x+sample, y+5.5))
		case sampleCross:
			drawCross(c, e.style.Light, vg.Point{X: x + sample - 6, Y: y})
		case sampleDot:
			c.DrawGlyph(dot(e.style, 2.2), vg.Point{X: x + sample - 6, Y: y})
		default:
			c.StrokeLine2(strokeOf(e.style, 2), x, y, x+sample, y)
		}
		c.FillText(style, vg.Point{X: x + sample + 5, Y: y}, e.text)
		x += width
	}
	return draw.Crop(c, 0, 0, 0, y-row/2-6-c.Max.Y)
}

// emptyNote says in a picture why there is nothing to see.
func emptyNote(c draw.Canvas, note string) {
	c.FillText(textStyle(11, quietColor), vg.Point{X: c.Min.X, Y: c.Max.Y - 14}, note)
}

// drawCross marks a point.
func drawCross(c draw.Canvas, ink color.Color, at vg.Point) {
	const arm = 3.5
	style := draw.LineStyle{Color: ink, Width: 1.8}
	c.StrokeLine2(style, at.X-arm, at.Y-arm, at.X+arm, at.Y+arm)
	c.StrokeLine2(style, at.X-arm, at.Y+arm, at.X+arm, at.Y-arm)
}

// rectangle is the outline of a rectangle.
func rectangle(x0, y0, x1, y1 vg.Length) []vg.Point {
	return []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}}
}

// strokeOf is a policy's line.
func strokeOf(s lineStyle, width vg.Length) draw.LineStyle {
	line := draw.LineStyle{Color: s.Light, Width: width}
	for _, length := range s.Dash {
		line.Dashes = append(line.Dashes, vg.Length(length))
	}
	return line
}

// label makes a name fit for a picture: one line, and at most limit characters with an ellipsis in the middle.
func label(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
	if r := []rune(s); len(r) > limit {
		head := (limit - 1) / 2
		return string(r[:head]) + "…" + string(r[len(r)-(limit-1-head):])
	}
	return s
}
