package elementary

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestFlush(t *testing.T) {
	negZero := float32(math.Copysign(0, -1))
	for _, c := range [][2]float32{
		{0, 0}, {negZero, negZero}, {0x1p-149, 0}, {-0x1p-149, negZero}, {0x1.fffffcp-127, 0}, {0x1p-126, 0x1p-126}, {-1, -1},
		{float32(math.Inf(-1)), float32(math.Inf(-1))}, {float32(math.NaN()), float32(math.NaN())},
	} {
		if got := Flush(c[0]); !same(got, c[1]) {
			t.Errorf("Flush(%x) = %x, want %x", c[0], got, c[1])
		}
	}
}

// TestRoundFlush compares with 24-bit rounding of unbounded exponent, which is how the hardware decides what is tiny.
func TestRoundFlush(t *testing.T) {
	reference := func(v float64) float32 {
		r := new(big.Float).SetPrec(24).SetFloat64(v)
		if r.Sign() != 0 && r.MantExp(nil) < -125 {
			return float32(math.Copysign(0, v))
		}
		return float32(v)
	}
	check := func(t rapid.TB, v float64) {
		for _, v := range []float64{v, -v} {
			if got, want := RoundFlush(v), reference(v); !same(got, want) {
				t.Errorf("RoundFlush(%x) = %x, want %x", v, got, want)
			}
		}
	}
	for _, v := range []float64{0, 1, 0x1p-126, 0x1p-149, 0x1p-126 - 0x1p-151, 0x1p-126 - 0x1p-151 - 0x1p-178, 0x1p-126 - 0x1p-150, 0x1p300, math.Inf(1)} {
		check(t, v)
	}
	rapid.Check(t, func(t *rapid.T) { check(t, rapid.Float64Range(0x1.ffffffp-127, 0x1.000001p-126).Draw(t, "v")) })
}
