package bf16

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestLimits(t *testing.T) {
	for _, c := range []struct {
		f                                             Format
		width, bias                                   int
		maxFinite, minNormal, minPositive, epsilon    float64
		minPositiveFlushed                            float64
		maxFiniteCode, minNormalCode, minPositiveCode uint64
	}{
		{BFloat16, 16, 127, 0x1.fep127, 0x1p-126, 0x1p-133, 0x1p-7, 0x1p-126, 0x7F7F, 0x0080, 1},
		{Float16, 16, 15, 65504, 0x1p-14, 0x1p-24, 0x1p-10, 0x1p-14, 0x7BFF, 0x0400, 1},
		{TF32, 19, 127, 0x1.ffcp127, 0x1p-126, 0x1p-136, 0x1p-10, 0x1p-126, 0x3FBFF, 0x400, 1},
		{Float32, 32, 127, math.MaxFloat32, 0x1p-126, math.SmallestNonzeroFloat32, 0x1p-23, 0x1p-126, 0x7F7FFFFF, 0x00800000, 1},
		{Float64, 64, 1023, math.MaxFloat64, 0x1p-1022, math.SmallestNonzeroFloat64, 0x1p-52, 0x1p-1022, 0x7FEFFFFFFFFFFFFF, 0x0010000000000000, 1},
		{Float8E4M3, 8, 7, 448, 0x1p-6, 0x1p-9, 0.125, 0x1p-6, 0x7E, 0x08, 1},
		{Float8E5M2, 8, 15, 57344, 0x1p-14, 0x1p-16, 0.25, 0x1p-14, 0x7B, 0x04, 1},
	} {
		f := c.f
		if f.Width() != c.width || f.Bias() != c.bias {
			t.Errorf("%v: width %d bias %d, want %d %d", f, f.Width(), f.Bias(), c.width, c.bias)
		}
		for name, pair := range map[string][2]float64{
			"MaxFinite": {f.MaxFinite(), c.maxFinite}, "MinNormal": {f.MinNormal(), c.minNormal},
			"MinPositive": {f.MinPositive(), c.minPositive}, "Epsilon": {f.Epsilon(), c.epsilon},
			"MinPositive flushed": {f.Flushing().MinPositive(), c.minPositiveFlushed},
			"FromBits max":        {f.FromBits(c.maxFiniteCode), c.maxFinite}, "FromBits normal": {f.FromBits(c.minNormalCode), c.minNormal},
			"FromBits tiny": {f.FromBits(c.minPositiveCode), c.minPositive},
		} {
			if pair[0] != pair[1] {
				t.Errorf("%v: %s = %x, want %x", f, name, pair[0], pair[1])
			}
		}
		if got := math.Ilogb(c.maxFinite); f.MaxExponent() != got {
			t.Errorf("%v: MaxExponent %d, want %d", f, f.MaxExponent(), got)
		}
	}
}

func TestUlp(t *testing.T) {
	for _, c := range []struct {
		f       Format
		x, want float64
	}{
		{BFloat16, 1, 0x1p-7},
		{BFloat16, -1.99, 0x1p-7},
		{BFloat16, 2, 0x1p-6},
		{BFloat16, math.Nextafter(2, 0), 0x1p-7},
		{BFloat16, 0, 0x1p-133},
		{BFloat16, 0x1p-140, 0x1p-133},
		{BFloat16, 0x1p-126, 0x1p-133},
		{BFloat16, 0x1p-125, 0x1p-132},
		{BFloat16, 1e300, 0x1p120},
		{BFloat16, math.Inf(-1), math.Inf(1)},
		{BFloat16, math.NaN(), math.NaN()},
		{BFloat16.Flushing(), 0x1p-127, 0x1p-126},
		{Float8E4M3, 448, 32},
		{Float8E4M3, 1000, 32},
		{Float64, 1, 0x1p-52},
		{Float64, 0, math.SmallestNonzeroFloat64},
	} {
		if got := c.f.Ulp(c.x); f64(got) != f64(c.want) {
			t.Errorf("%v: Ulp(%v) = %x, want %x", c.f, c.x, got, c.want)
		}
	}
}

func TestNextUpAndDown(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		f           Format
		x, up, down float64
	}{
		{BFloat16, 1, 1 + 0x1p-7, 1 - 0x1p-8},
		{BFloat16, 1.001, 1 + 0x1p-7, 1},
		{BFloat16, 0, 0x1p-133, -0x1p-133},
		{BFloat16, math.Copysign(0, -1), 0x1p-133, -0x1p-133},
		{BFloat16, -0x1p-133, math.Copysign(0, -1), -0x1p-132},
		{BFloat16, 0x1p-200, 0x1p-133, 0},
		{BFloat16, 0x1.fcp-127, 0x1p-126, 0x1.f8p-127},
		{BFloat16, 0x1.fep127, inf, 0x1.fcp127},
		{BFloat16, 1e300, inf, 0x1.fep127},
		{BFloat16, inf, inf, 0x1.fep127},
		{BFloat16, -inf, -0x1.fep127, -inf},
		{BFloat16, nan, nan, nan},
		{BFloat16.Saturating(), inf, inf, 0x1.fep127},
		{BFloat16.Flushing(), 0, 0x1p-126, -0x1p-126},
		{BFloat16.Flushing(), 0x1p-126, 0x1.02p-126, 0},
		{BFloat16.Flushing(), 0x1p-130, 0x1p-126, 0},
		{Float8E4M3, 448, nan, 416},
		{Float8E4M3, inf, nan, 448},
		{Float8E4M3, 1e9, nan, 448},
		{Float8E4M3.Saturating(), inf, nan, 448},
		{Float8E5M2, -57344, -49152, -inf},
	} {
		if got := c.f.NextUp(c.x); f64(got) != f64(c.up) {
			t.Errorf("%v: NextUp(%x) = %x, want %x", c.f, c.x, got, c.up)
		}
		if got := c.f.NextDown(c.x); f64(got) != f64(c.down) {
			t.Errorf("%v: NextDown(%x) = %x, want %x", c.f, c.x, got, c.down)
		}
	}
}

// The standard library knows the neighbours of float32 and float64.
func TestNextUpAgreesWithNextafter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := math.Float64frombits(rapid.Uint64().Draw(t, "pattern"))
		if got, want := Float64.NextUp(x), math.Nextafter(x, math.Inf(1)); f64(got) != f64(want) {
			t.Fatalf("NextUp(%x) = %x, want %x", x, got, want)
		}
		y := math.Float32frombits(rapid.Uint32().Draw(t, "float32 pattern"))
		if got, want := Float32.NextUp(float64(y)), math.Nextafter32(y, float32(math.Inf(1))); f64(got) != f64(float64(want)) {
			t.Fatalf("NextUp(%x) = %x, want %x", y, got, want)
		}
	})
}

// Neighbours are next to each other in the ordinals, and nothing lies between.
func TestOrdinalProperties(t *testing.T) {
	forEachFormat(t, func(t *testing.T, f Format) {
		rapid.Check(t, func(t *rapid.T) {
			x, y := f.Round64(sources(f).Draw(t, "x")), f.Round64(sources(f).Draw(t, "y"))
			i, ok := f.Ordinal(x)
			j, otherOK := f.Ordinal(y)
			if ok == math.IsNaN(x) || otherOK == math.IsNaN(y) {
				t.Fatalf("Ordinal(%v) ok = %v, Ordinal(%v) ok = %v", x, ok, y, otherOK)
			}
			if !ok || !otherOK {
				return
			}
			if x < y != (i < j) || x == y != (i == j) {
				t.Fatalf("%v, %v have ordinals %d, %d", x, y, i, j)
			}
			if up := f.NextUp(x); !math.IsInf(x, 1) && !math.IsNaN(up) && !(f.Saturate && math.IsInf(up, 0)) {
				if next, _ := f.Ordinal(up); next != i+1 {
					t.Fatalf("Ordinal(%x) = %d, Ordinal(NextUp) = %d", x, i, next)
				}
			}
		})
	})
}

func TestUlpDistance(t *testing.T) {
	inf, nan, minusZero := math.Inf(1), math.NaN(), math.Copysign(0, -1)
	for _, c := range []struct {
		f    Format
		a, b float64
		want uint64
	}{
		{BFloat16, 1, 1, 0},
		{BFloat16, 1, 1 + 0x1p-7, 1},
		{BFloat16, 1, 1 - 0x1p-8, 1},
		{BFloat16, 1, 2, 128},
		{BFloat16, 1, 1.001, 0}, // both round to 1
		{BFloat16, 0, minusZero, 0},
		{BFloat16, minusZero, 0x1p-133, 1},
		{BFloat16, -0x1p-133, 0x1p-133, 2},
		{BFloat16, -1, 1, 2 * 0x3F80},
		{BFloat16, inf, inf, 0},
		{BFloat16, inf, 1e39, 0}, // 1e39 overflows
		{BFloat16, inf, 0x1.fep127, 1},
		{BFloat16, -inf, inf, 2 * 0x7F80},
		{BFloat16, nan, nan, 0},
		{BFloat16, nan, inf, UlpDistanceNaN},
		{BFloat16, 0, nan, UlpDistanceNaN},
		{BFloat16.Flushing(), 0, 0x1p-126, 1},
		{BFloat16.Flushing(), -0x1p-126, 0x1p-126, 2},
		{BFloat16.Flushing(), 0x1p-126, 0x1.02p-126, 1},
		{Float8E4M3, 448, inf, UlpDistanceNaN},
		{Float8E4M3.Saturating(), 448, inf, 0},
		{Float64, -math.MaxFloat64, math.MaxFloat64, 2 * 0x7FEFFFFFFFFFFFFF},
		{Float64, 1, math.Nextafter(1, 2), 1},
	} {
		for _, pair := range [][2]float64{{c.a, c.b}, {c.b, c.a}} {
			if got := c.f.UlpDistance(pair[0], pair[1]); got != c.want {
				t.Errorf("%v: UlpDistance(%v, %v) = %d, want %d", c.f, pair[0], pair[1], got, c.want)
			}
		}
	}
}

func TestUlpDistancesAgree(t *testing.T) {
	a := boundaryFloats()
	b := make([]float32, len(a))
	for i := range b {
		b[i] = a[(i+1+int(RandomBits(1, uint64(i))%97))%len(a)]
	}
	distances := make([]uint64, len(a))
	for _, f := range []Format{BFloat16, Float16, Float8E4M3, Float32} {
		f.UlpDistances(distances, a, b)
		for i, distance := range distances {
			if want := f.UlpDistance(float64(a[i]), float64(b[i])); distance != want {
				t.Fatalf("%v: UlpDistances(%v, %v) = %d, want %d", f, a[i], b[i], distance, want)
			}
		}
	}
}
