package reports

import (
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot/palette/brewer"
)

// lineStyle is how a policy is drawn; colour and dash both tell it apart, so that it survives print without colour.
type lineStyle struct {
	Light color.RGBA // on white
	Dark  color.RGBA // on a dark page
	Dash  []float64  // lengths of strokes and gaps in points; nil for a solid line
}

// lineStyles follow the colours of Okabe and Ito (Color Universal Design, 2008), which stay apart with every common
// colour blindness, without yellow and darkened where they would vanish on white. A ninth policy starts over.
var lineStyles = [8]lineStyle{
	{rgb(0x0072b2), rgb(0x4aa8e8), nil},
	{rgb(0xd55e00), rgb(0xf58a42), []float64{7, 2.5}},
	{rgb(0x009e73), rgb(0x2fc79b), []float64{2.5, 2}},
	{rgb(0xb8578f), rgb(0xe39bc6), []float64{9, 2.5, 2, 2.5}},
	{rgb(0xc67f00), rgb(0xf3bf4b), nil},
	{rgb(0x3896d3), rgb(0x9ad8ff), []float64{7, 2.5}},
	{rgb(0x1a1a1a), rgb(0xf2f2f2), []float64{2.5, 2}},
	{rgb(0x7a7a7a), rgb(0xa8a8a8), []float64{9, 2.5, 2, 2.5}},
}

// styleOf is the style of the policy with the given index.
func styleOf(policy int) lineStyle { return lineStyles[policy%len(lineStyles)] }

// partShades are the greys of the bands, light enough for dark text.
var partShades = map[string]color.RGBA{
	"encoder":  rgb(0xe4e4e4),
	"tower":    rgb(0xd0d0d0),
	"pair":     rgb(0xb4b4b4),
	"decoder":  rgb(0xe4e4e4),
	"embedder": rgb(0xc6c6c6),
	"head":     rgb(0xdadada),
	"output":   rgb(0xc0c0c0),
}

// shadeOf is the grey of a part's bands.
func shadeOf(part string) color.RGBA {
	if c, known := partShades[part]; known {
		return c
	}
	return rgb(0xececec)
}

// heatStops are the relative L2 values at which the heat map has the nine colours of ColorBrewer's YlGnBu; between two
// stops colours change with the logarithm. The stops are fixed, so that colours mean the same in every report, and
// denser where bf16 errors lie.
var heatStops = [9]float64{1e-7, 1e-5, 1e-4, 1e-3, 5e-3, 2e-2, 5e-2, 2e-1, 1}

// heatSteps is the number of distinct colours between two stops.
const heatSteps = 5

// heatColors are all colours of the heat map, heatSteps per interval and the last stop.
var heatColors = newHeatColors()

func newHeatColors() []color.RGBA {
	p, err := brewer.GetPalette(brewer.TypeSequential, "YlGnBu", len(heatStops))
	if err != nil {
		panic("reports: " + err.Error())
	}
	stops := p.Colors()
	var colors []color.RGBA
	for i := 0; i+1 < len(stops); i++ {
		a, b := color.RGBAModel.Convert(stops[i]).(color.RGBA), color.RGBAModel.Convert(stops[i+1]).(color.RGBA)
		for s := range heatSteps {
			t := float64(s) / heatSteps
			colors = append(colors, color.RGBA{mix(a.R, b.R, t), mix(a.G, b.G, t), mix(a.B, b.B, t), 255})
		}
	}
	return append(colors, color.RGBAModel.Convert(stops[len(stops)-1]).(color.RGBA))
}

func mix(a, b uint8, t float64) uint8 {
	return uint8(math.Round(float64(float64(a)*(1-t)) + float64(b)*t))
}

// heatIndex is the index in heatColors of an error, which is neither NaN nor zero.
func heatIndex(v float64) int {
	if v <= heatStops[0] {
		return 0
	}
	for i := 0; i+1 < len(heatStops); i++ {
		if v < heatStops[i+1] {
			t := math.Log(v/heatStops[i]) / math.Log(heatStops[i+1]/heatStops[i])
			return i*heatSteps + min(int(t*heatSteps), heatSteps-1)
		}
	}
	return len(heatColors) - 1
}

// inkOn is black or white, whichever is easier to read on the given colour: both have a contrast of 4.58 on a colour
// of luminance 0.179.
func inkOn(c color.RGBA) color.RGBA {
	if 0.2126*linear(c.R)+0.7152*linear(c.G)+0.0722*linear(c.B) > 0.179 {
		return rgb(0x000000)
	}
	return rgb(0xffffff)
}

// linear is the linear light of an sRGB channel.
func linear(c uint8) float64 {
	v := float64(c) / 255
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

func rgb(v uint32) color.RGBA {
	return color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 255}
}

// css writes a colour for a style sheet.
func css(c color.RGBA) string {
	v := uint32(c.R)<<16 | uint32(c.G)<<8 | uint32(c.B)
	s := strconv.FormatUint(uint64(v), 16)
	return "#" + "000000"[len(s):] + s
}
