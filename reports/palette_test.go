package reports

import (
	"image/color"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// contrast is the contrast ratio of WCAG 2.2 between two colours.
func contrast(a, b color.RGBA) float64 {
	luminance := func(c color.RGBA) float64 { return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B) }
	x, y := luminance(a)+0.05, luminance(b)+0.05
	return max(x, y) / min(x, y)
}

// TestContrast holds lines to the 3:1 that WCAG 2.2 asks of graphics, and figures on coloured cells to the 4.5:1 of text.
func TestContrast(t *testing.T) {
	white, dark := rgb(0xffffff), rgb(0x161616) // --paper in page.css
	for i, s := range lineStyles {
		if c := contrast(s.Light, white); c < 3 {
			t.Errorf("line %d has contrast %.2f on white", i, c)
		}
		if c := contrast(s.Dark, dark); c < 3 {
			t.Errorf("line %d has contrast %.2f on dark", i, c)
		}
	}
	for i, c := range heatColors {
		if got := contrast(c, inkOn(c)); got < 4.5 {
			t.Errorf("figures on heat colour %d have contrast %.2f", i, got)
		}
	}
}

func TestLineStylesDiffer(t *testing.T) {
	for i, a := range lineStyles {
		for j, b := range lineStyles[:i] {
			if a.Light == b.Light || a.Dark == b.Dark {
				t.Errorf("lines %d and %d have the same colour", i, j)
			}
		}
	}
}

func TestHeatIndex(t *testing.T) {
	for i, stop := range heatStops {
		if got := heatIndex(stop); got != i*heatSteps {
			t.Errorf("%g has colour %d, want %d", stop, got, i*heatSteps)
		}
	}
	if got := heatIndex(math.Inf(1)); got != len(heatColors)-1 {
		t.Errorf("infinity has colour %d", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Float64Range(1e-12, 10).Draw(t, "a"), rapid.Float64Range(1e-12, 10).Draw(t, "b")
		if a < b && heatIndex(a) > heatIndex(b) {
			t.Fatalf("%g has a later colour than %g", a, b)
		}
	})
}
