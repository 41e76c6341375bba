package elementary

import (
	"math"
	"testing"
)

// TestExactGolden compares Exact with results that mpmath rounded once.
func TestExactGolden(t *testing.T) {
	const file = "exact.npz"
	for _, f := range functions(Exact) {
		xs := array[uint32](t, file, f.name+"_x")
		var bad wrong
		for i, want := range array[uint32](t, file, f.name) {
			x := math.Float32frombits(xs[i])
			if got, want := f.Value(x), math.Float32frombits(want); !same(got, want) {
				bad.add(x, got, want)
			}
		}
		bad.report(t, f.name, len(xs))
	}
	xs, ys := array[uint32](t, file, "pow_x"), array[uint32](t, file, "pow_y")
	var bad wrong
	for i, want := range array[uint32](t, file, "pow") {
		x, y := math.Float32frombits(xs[i]), math.Float32frombits(ys[i])
		if got, want := Exact.Pow(x, y), math.Float32frombits(want); !same(got, want) {
			bad.add([2]float32{x, y}, got, want)
		}
	}
	bad.report(t, "pow", len(xs))
}

// TestExactSpecial states the special values of Exact and that subnormals are kept.
func TestExactSpecial(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	negZero := float32(math.Copysign(0, -1))
	const tiny, least = 0x1p-140, 0x1p-149
	f := map[string]func(float32) float32{}
	for _, n := range functions(Exact) {
		f[n.name] = n.Value
	}
	for _, c := range []struct {
		name    string
		x, want float32
	}{
		{"exp", -103.97208, least}, {"exp", -103.97209, 0}, {"exp", -inf, 0}, {"exp", 88.72283, 0x1.ffff08p+127}, {"exp", 88.72284, inf}, {"exp", nan, nan},
		{"expm1", tiny, tiny}, {"expm1", negZero, negZero}, {"expm1", -inf, -1}, {"expm1", nan, nan},
		{"log", 0, -inf}, {"log", negZero, -inf}, {"log", tiny, -0x1.842994p6}, {"log", -tiny, nan}, {"log", inf, inf}, {"log", 1, 0}, {"log", nan, nan},
		{"log1p", tiny, tiny}, {"log1p", negZero, negZero}, {"log1p", -1, -inf}, {"log1p", -2, nan}, {"log1p", inf, inf}, {"log1p", nan, nan},
		{"tanh", tiny, tiny}, {"tanh", negZero, negZero}, {"tanh", -inf, -1}, {"tanh", 9.011, 1}, {"tanh", nan, nan},
		{"logistic", -inf, 0}, {"logistic", -100, 0x1.bp-145}, {"logistic", inf, 1}, {"logistic", 0, 0.5}, {"logistic", nan, nan},
		{"erf", negZero, negZero}, {"erf", -inf, -1}, {"erf", least, least}, {"erf", nan, nan},
		{"sqrt", tiny, 0x1p-70}, {"sqrt", negZero, negZero}, {"sqrt", -1, nan}, {"sqrt", nan, nan},
		{"rsqrt", tiny, 0x1p70}, {"rsqrt", 0, inf}, {"rsqrt", negZero, -inf}, {"rsqrt", inf, 0}, {"rsqrt", -1, nan}, {"rsqrt", nan, nan},
		{"sin", tiny, tiny}, {"sin", negZero, negZero}, {"sin", inf, nan}, {"sin", nan, nan}, {"cos", tiny, 1}, {"cos", -inf, nan}, {"cos", nan, nan},
	} {
		if got := f[c.name](c.x); !same(got, c.want) {
			t.Errorf("%s(%x) = %x, want %x", c.name, c.x, got, c.want)
		}
	}
	for _, c := range []struct{ x, y, want float32 }{
		{0, 0, 1}, {nan, 0, 1}, {1, nan, 1}, {-1, inf, 1}, {0, -1, inf}, {negZero, -1, -inf}, {negZero, 3, negZero}, {-2, 3, -8}, {-2, 0.5, nan},
		{inf, -2, 0}, {-inf, 3, -inf}, {2, 128, inf}, {2, -149, least}, {-2, -149, -least}, {2, -150, 0}, {-2, -151, negZero}, {-8, 1.0 / 3, nan},
		{4097, 2, 0x1.001p12 * 0x1.001p12}, {-5793, 2, 33558849}, {-257, 3, -16974592}, {0x1p-149, 0.5, 0x1.6a09e6p-75},
	} {
		if got := Exact.Pow(c.x, c.y); !same(got, c.want) {
			t.Errorf("Pow(%x, %x) = %x, want %x", c.x, c.y, got, c.want)
		}
	}
}

// TestTies checks that Pow's ties are recognised, which no precision would resolve.
func TestTies(t *testing.T) {
	for _, c := range []struct {
		x, y float32
		tie  float64
		is   bool
	}{
		{5793, 2, 33558849, true}, {5793, 2, 33558851, false}, {257, 3, 16974593, true}, {0x1p-75, 2, 0x1p-150, true}, {0x1p-75, 3, 0x1p-150, false},
		{0.5, 150, 0x1p-150, true}, {4, -75, 0x1p-150, true}, {27 * 27, 1.5, 19683, true}, {81, 1.25, 243, true}, {82, 1.25, 243, false},
		{3, -1, 3, false}, {3, 20, 0x1p31 + 1, false}, {3, 0x1p-149, 1.5, false}, {6, 2, 36, true}, {0.75, 2, 0.5625, true},
	} {
		if got := powIs(c.x, c.y, c.tie); got != c.is {
			t.Errorf("powIs(%v, %v, %v) = %v", c.x, c.y, c.tie, got)
		}
	}
}
