package bf16

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// exactFMA32 computes x*y + z in integers wide enough to be exact and rounds once.
func exactFMA32(x, y, z float32) float32 {
	special := func(v float32) bool { return v-v != 0 }
	p := float64(x) * float64(y)
	if special(x) || special(y) || special(z) || p == 0 && z == 0 {
		return float32(p + float64(z))
	}
	const bits = 1024
	wide := func(v float32) *big.Float { return new(big.Float).SetPrec(bits).SetFloat64(float64(v)) }
	sum := new(big.Float).SetPrec(bits).Mul(wide(x), wide(y))
	sum.Add(sum, wide(z))
	if sum.Sign() == 0 {
		return 0
	}
	r, _ := sum.Float32()
	return r
}

func sameFloat32(a, b float32) bool {
	return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b
}

func float32Bits() *rapid.Generator[float32] {
	return rapid.Custom(func(t *rapid.T) float32 { return math.Float32frombits(rapid.Uint32().Draw(t, "bits")) })
}

func TestFMA32AnyBits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, y, z := float32Bits().Draw(t, "x"), float32Bits().Draw(t, "y"), float32Bits().Draw(t, "z")
		if got, want := FMA32(x, y, z), exactFMA32(x, y, z); !sameFloat32(got, want) {
			t.Fatalf("FMA32(%x, %x, %x) = %x, want %x", x, y, z, got, want)
		}
	})
}

// checkTie compares FMA32 with the oracle and reports whether rounding to float64 and then to float32 goes wrong.
func checkTie(t *rapid.T, x, y, z float32) bool {
	got, want := FMA32(x, y, z), exactFMA32(x, y, z)
	if !sameFloat32(got, want) {
		t.Fatalf("FMA32(%x, %x, %x) = %x, want %x", x, y, z, got, want)
	}
	return float32(float64(x)*float64(y)+float64(z)) != want
}

// TestFMA32NearTies adds to z a product that is d^2 * 2^-46 of itself short of a half, quarter, ... ulp of z, so that
// rounding to float64 first lands on the tie.
func TestFMA32NearTies(t *testing.T) {
	twice := 0
	rapid.Check(t, func(t *rapid.T) {
		const one = 1 << 23
		bits := rapid.Uint32Range(0x20000000, 0x60000000).Draw(t, "z") &^ 1
		split := rapid.IntRange(-30, 30).Draw(t, "split")
		d := rapid.IntRange(1, 3).Draw(t, "d")
		_, e := math.Frexp(float64(math.Float32frombits(bits)))
		for down := 23; down <= 27; down++ {
			x := float32(math.Ldexp(float64(one+d)/one, split))
			y := float32(math.Ldexp(float64(one-d)/one, e-down-split))
			for _, z := range []float32{math.Float32frombits(bits), math.Float32frombits(bits + 1)} {
				for _, x := range []float32{x, -x} {
					if checkTie(t, x, y, z) {
						twice++
					}
				}
			}
		}
	})
	if twice == 0 {
		t.Error("no case needed rounding to odd: the generator tests nothing")
	}
}

// TestFMA32SubnormalTies draws sums just short of odd multiples of 2^-150, the ties between subnormal float32 values.
func TestFMA32SubnormalTies(t *testing.T) {
	twice := 0
	rapid.Check(t, func(t *rapid.T) {
		const one = 1 << 23
		bits := rapid.Uint32Range(0, 0x00fffffe).Draw(t, "z") &^ 1
		d := rapid.IntRange(0, 3).Draw(t, "d")
		x := float32(math.Ldexp(float64(one+d)/one, -60))
		y := float32(math.Ldexp(float64(one-d)/one, -90))
		for _, z := range []float32{math.Float32frombits(bits), math.Float32frombits(bits + 1)} {
			for _, x := range []float32{x, -x} {
				if checkTie(t, x, y, z) {
					twice++
				}
			}
		}
	})
	if twice == 0 {
		t.Error("no case needed rounding to odd: the generator tests nothing")
	}
}

func TestFMA32Table(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	negZero := math.Float32frombits(1 << 31)
	const u = 0x1p-23
	for _, c := range []struct{ x, y, z, want float32 }{
		{1 + u, 1 - u, -1, -0x1p-46},                                         // exact product kept
		{0x1p-12 + 0x1p-35, 0x1p-12 - 0x1p-35, 1, 1},                         // just below the tie 1 + 2^-24
		{0x1p-12, 0x1p-12, 1, 1},                                             // the tie itself, to even
		{0x1p-12 + 0x1p-35, 0x1p-12 + 0x1p-35, 1, 1 + u},                     // just above it
		{0x1p-12 + 0x1p-35, 0x1p-12 - 0x1p-35, 1 + u, 1 + u},                 // below the tie under 1 + 2u: down to odd
		{0x1p-12, 0x1p-12, 1 + u, 1 + 2*u},                                   // that tie, to even
		{-0x1p-12 - 0x1p-35, 0x1p-12 - 0x1p-35, -1 - u, -1 - u},              // mirrored
		{0x1p-75, 0x1p-75, 0, 0},                                             // 2^-150, tie between 0 and the least subnormal
		{0x1p-75 + 0x1p-98, 0x1p-75, 0, 0x1p-149},                            // just above
		{0x1p-75 + 0x1p-98, 0x1p-75 - 0x1p-98, 0, 0},                         // just below
		{0x1p-75 + 0x1p-98, 0x1p-75 - 0x1p-98, 0x1p-149, 0x1p-149},           // just below the tie 1.5 * 2^-149
		{0x1p-75, 0x1p-75, 0x1p-149, 0x1p-148},                               // that tie
		{0x1p-126, 0.5, -0x1p-149, 0x1p-127 - 0x1p-149},                      // subnormal results are kept
		{0x1p64, 0x1p63, 0, 0x1p127},                                         // large
		{0x1p64, 0x1p64, 0, inf},                                             // overflow
		{0x1p64, 0x1p64, -math.MaxFloat32, 0x1p104},                          // no overflow between product and sum
		{0x1p52 + 0x1p29, 0x1p51 - 0x1p28, math.MaxFloat32, math.MaxFloat32}, // just below the overflow threshold
		{0x1p52, 0x1p51, math.MaxFloat32, inf},                               // at it
		{inf, 0, 1, nan}, {inf, 1, -inf, nan}, {1, 1, nan, nan}, {nan, 0, 0, nan},
		{inf, 2, 1, inf}, {2, 3, -inf, -inf},
		{0, 1, 0, 0}, {0, -1, 0, 0}, {0, -1, negZero, negZero}, {2, 3, -6, 0}, {-0x1p-100, 0x1p-100, 0, negZero},
	} {
		if got := FMA32(c.x, c.y, c.z); !sameFloat32(got, c.want) {
			t.Errorf("FMA32(%x, %x, %x) = %x, want %x", c.x, c.y, c.z, got, c.want)
		}
		if got := exactFMA32(c.x, c.y, c.z); got != c.want && got == got {
			t.Errorf("the oracle gives %x for (%x, %x, %x), want %x", got, c.x, c.y, c.z, c.want)
		}
	}
}

func BenchmarkFMA32(b *testing.B) {
	x := make([]float32, 1024)
	for i := range x {
		x[i] = 1 + float32(i)*0x1.3p-10
	}
	b.Run("chain", func(b *testing.B) {
		var s float32
		for b.Loop() {
			for _, v := range x {
				s = FMA32(v, v, s)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(x)), "ns/fma")
	})
	b.Run("independent", func(b *testing.B) {
		y := make([]float32, len(x))
		for b.Loop() {
			for i, v := range x {
				y[i] = float32(AddToOdd(float64(v)*0.3, float64(y[i]*0.5)))
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(x)), "ns/fma")
	})
}
