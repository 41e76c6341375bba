package elementary

import (
	"math"
	"testing"

	"bf16lab/bf16"
)

// square is JAX's square under FTZ and DAZ.
func square(x float32) float32 {
	x = Flush(x)
	return RoundFlush(float64(x) * float64(x))
}

func negate(x float32) float32 { return -x }

// jaxFunctions lists what the reference files of JAX hold.
func jaxFunctions() map[string]func(float32) float32 {
	m := map[string]func(float32) float32{"square": square, "neg": negate}
	for _, f := range functions(XLACPU) {
		m[f.name] = f.Value
	}
	return m
}

// TestXLAFloat32 compares XLACPU with JAX on 65,536 float32 arguments, bit for bit.
func TestXLAFloat32(t *testing.T) {
	const file = "unary_f32_samples.npz"
	input := array[uint32](t, file, "input")
	m := jaxFunctions()
	m["pow_4_3"] = func(x float32) float32 { return XLACPU.Pow(float32(math.Abs(float64(x))), float32(1/0.75)) }
	for name, f := range m {
		var bad wrong
		for i, want := range array[uint32](t, file, name) {
			x := math.Float32frombits(input[i])
			if got, want := f(x), math.Float32frombits(want); !same(got, want) {
				bad.add(x, got, want)
			}
		}
		bad.report(t, name, len(input))
	}
}

// TestXLABFloat16 compares XLACPU between widening and rounding with JAX on all bfloat16 arguments.
func TestXLABFloat16(t *testing.T) {
	m := jaxFunctions()
	m["logistic"] = XLACPU.LogisticBFloat16.Value
	for name, f := range m {
		var bad wrong
		table := array[uint16](t, "unary_bf16_exhaustive.npz", name)
		if len(table) != 1<<16 {
			t.Fatalf("%s: %d entries", name, len(table))
		}
		for i, want := range table {
			x := bf16.FromBFloat16(uint16(i))
			if got, want := bf16.FromBFloat16(bf16.ToBFloat16(f(x))), bf16.FromBFloat16(want); !same(got, want) {
				bad.add(x, got, want)
			}
		}
		bad.report(t, name, len(table))
	}
}

// TestXLAPow compares XLACPU.Pow with JAX on pairs of all kinds.
func TestXLAPow(t *testing.T) {
	const file = "xla_pow.npz"
	xs, ys := array[uint32](t, file, "x"), array[uint32](t, file, "y")
	var bad wrong
	for i, want := range array[uint32](t, file, "pow") {
		x, y := math.Float32frombits(xs[i]), math.Float32frombits(ys[i])
		if got, want := XLACPU.Pow(x, y), math.Float32frombits(want); !same(got, want) {
			bad.add([2]float32{x, y}, got, want)
		}
	}
	bad.report(t, "pow", len(xs))
}

// TestRsqrtEstimate compares the embedded table with the one read from the instruction.
func TestRsqrtEstimate(t *testing.T) {
	table := array[uint32](t, "rsqrtps_zen4.npz", "estimate")
	if len(table) != 1<<13 || len(rsqrtEstimate) != 2<<13 {
		t.Fatalf("%d and %d entries", len(table), len(rsqrtEstimate)/2)
	}
	for i, want := range table {
		x := math.Float32frombits(127<<23 + uint32(i)<<11)
		if got := math.Float32bits(rsqrtps(x)); got != want {
			t.Fatalf("rsqrtps(%x) = %08x, want %08x", x, got, want)
		}
		// Scaling by powers of four is exact.
		if a, b := rsqrtps(x*0x1p-126), rsqrtps(x*0x1p126); a != rsqrtps(x)*0x1p63 || b != rsqrtps(x)*0x1p-63 {
			t.Fatalf("rsqrtps does not scale at %x", x)
		}
	}
}

// TestXLASpecial states the flush rules and special values function by function.
func TestXLASpecial(t *testing.T) {
	inf, nan, zero := float32(math.Inf(1)), float32(math.NaN()), float32(0)
	negZero := float32(math.Copysign(0, -1))
	const tiny, least = 0x1p-127, 0x1p-126
	f := jaxFunctions()
	for _, c := range []struct {
		name    string
		x, want float32
	}{
		{"exp", tiny, 1}, {"exp", -inf, 0}, {"exp", inf, inf}, {"exp", nan, nan}, {"exp", 88.8, inf}, {"exp", -87.4, 0},
		{"exp", -87.33654, 0x1.00004cp-126}, {"exp", -87.33655, 0},
		{"expm1", tiny, tiny}, {"expm1", -0x1.fffffep-126, -0x1.fffffep-126}, {"expm1", -inf, -1}, {"expm1", inf, inf}, {"expm1", nan, nan},
		{"log", tiny, -inf}, {"log", -tiny, -inf}, {"log", negZero, -inf}, {"log", -least, nan}, {"log", inf, inf}, {"log", -inf, nan}, {"log", nan, nan},
		{"log", 1, 0},
		{"log1p", tiny, 0}, {"log1p", -tiny, negZero}, {"log1p", least, least}, {"log1p", -1, -inf}, {"log1p", -1.5, nan}, {"log1p", inf, inf}, {"log1p", nan, nan},
		{"tanh", tiny, tiny}, {"tanh", -tiny, -tiny}, {"tanh", -inf, -1}, {"tanh", 20, 1}, {"tanh", nan, nan},
		{"logistic", -88, 0}, {"logistic", -inf, 0}, {"logistic", inf, 1}, {"logistic", tiny, 0.5}, {"logistic", nan, nan},
		{"erf", tiny, 0}, {"erf", -tiny, negZero}, {"erf", inf, 1}, {"erf", -4, -1}, {"erf", nan, nan},
		{"sqrt", tiny, 0}, {"sqrt", -tiny, negZero}, {"sqrt", -least, nan}, {"sqrt", inf, inf},
		{"rsqrt", zero, inf}, {"rsqrt", -tiny, -inf}, {"rsqrt", inf, 0}, {"rsqrt", -inf, nan}, {"rsqrt", -1, nan}, {"rsqrt", nan, nan},
		{"sin", tiny, tiny}, {"sin", negZero, negZero}, {"sin", inf, nan}, {"sin", nan, nan},
		{"cos", tiny, 1}, {"cos", -inf, nan}, {"cos", nan, nan},
		{"square", 0x1p-63, least}, {"square", 0x1.fffffep-64, 0}, {"square", tiny, 0},
	} {
		if got := f[c.name](c.x); !same(got, c.want) {
			t.Errorf("%s(%x) = %x, want %x", c.name, c.x, got, c.want)
		}
	}
}
