package bf16

import (
	"math"
	"math/big"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// The published outputs of SplitMix64 for the seed 1234567
// (https://rosettacode.org/wiki/Pseudo-random_numbers/Splitmix64).
func TestRandomBitsIsSplitMix64(t *testing.T) {
	for i, want := range []uint64{6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821} {
		if got := streamBits(1234567, uint64(i)); got != want {
			t.Errorf("output %d is %d, want %d", i, got, want)
		}
	}
	if RandomBits(7, 5) != streamBits(mix64(7), 5) || RandomBits(7, 5) == RandomBits(8, 5) || RandomBits(7, 5) == RandomBits(7, 6) {
		t.Error("RandomBits does not depend on key and counter as documented")
	}
}

// Over all values of the random bits that can decide, the number of roundings up is
// exactly the rest that is cut off: no bias at all, normal or subnormal.
func TestStochasticExactProbability(t *testing.T) {
	for _, pattern := range []uint32{0x3F800000, 0x3F800001, 0x3F807FFF, 0x3F808000, 0x3F81FFFF, 0xC1234567, 0x00001234, 0x807FABCD, 0x7F7F8001} {
		x := float64(math.Float32frombits(pattern))
		ups := 0
		for top := range uint64(1 << 16) {
			rounded := math.Float64frombits(BFloat16.roundPattern(math.Float64bits(x), Stochastic, top<<48|0x123456789ABC))
			if math.Abs(rounded) > math.Abs(x) {
				ups++
			}
		}
		if want := int(pattern & 0xFFFF); ups != want {
			t.Errorf("%#08x: %d of 65536 up, want %d", pattern, ups, want)
		}
	}
}

// Far below the smallest subnormal 64 random bits are fewer than the bits cut off;
// the probability is then truncated to a multiple of 2^-64.
func TestStochasticBelowRandomBits(t *testing.T) {
	for _, c := range []struct {
		x      float64
		random uint64
		up     bool
	}{
		{0x1p-133 * 0x1p-64, math.MaxUint64, true}, // probability 2^-64
		{0x1p-133 * 0x1p-64, math.MaxUint64 - 1, false},
		{0x1p-133 * 0x1p-65, math.MaxUint64, false}, // below 2^-64
		{0x1.8p-134, 1 << 62, true},                 // probability 3/4
		{0x1.8p-134, 1<<62 - 1, false},
		{0x1p-145, math.MaxUint64 - 1<<52 + 1, true}, // 64 bits cut off, probability 2^-12
		{0x1p-145, math.MaxUint64 - 1<<52, false},
		{math.SmallestNonzeroFloat64, math.MaxUint64, false},
	} {
		if got := BFloat16.roundPattern(math.Float64bits(c.x), Stochastic, c.random) != 0; got != c.up {
			t.Errorf("%x with random bits %#x: up is %v, want %v", c.x, c.random, got, c.up)
		}
	}
}

// Only the two neighbours come out, a representable value always as itself.
func TestStochasticNeighbours(t *testing.T) {
	forEachFormat(t, func(t *testing.T, f Format) {
		rapid.Check(t, func(t *rapid.T) {
			x, key, counter := sources(f).Draw(t, "x"), rapid.Uint64().Draw(t, "key"), rapid.Uint64().Draw(t, "counter")
			got := Rounding{Format: f, Mode: Stochastic, Key: key}.Round64(x, counter)
			if nearest := f.Round64(x); math.IsNaN(x) || math.IsInf(x, 0) || nearest == x {
				if f64(got) != f64(nearest) {
					t.Fatalf("%x -> %x, want %x", x, got, nearest)
				}
				return
			}
			if f.FlushSubnormals && math.Abs(x) < f.MinNormal() {
				if got != 0 {
					t.Fatalf("%x -> %x, want 0", x, got)
				}
				return
			}
			up, down := f.NextUp(x), f.NextDown(x)
			if f.Saturate {
				up, down = min(up, f.MaxFinite()), max(down, -f.MaxFinite())
				if math.Abs(x) > f.MaxFinite() {
					up, down = math.Copysign(f.MaxFinite(), x), math.Copysign(f.MaxFinite(), x)
				}
			}
			if f64(got) != f64(up) && f64(got) != f64(down) {
				t.Fatalf("%x -> %x, neighbours %x, %x", x, got, down, up)
			}
		})
	})
}

// The mean over many counters is the source, within five standard deviations.
func TestStochasticUnbiased(t *testing.T) {
	const n = 1 << 15
	for _, f := range []Format{BFloat16, Float16, TF32, Float32, Float8E4M3, Float8E5M2} {
		for k, fraction := range []float64{0.01, 0.25, 0.5, 0.9, 0.999} {
			for _, base := range []float64{1.5, -1.5, f.MinNormal() / 2} {
				x := base + fraction*f.Ulp(base)
				r := Rounding{Format: f, Mode: Stochastic, Key: uint64(k)}
				sum := 0.0
				for i := range uint64(n) {
					sum += (r.Round64(x, i) - base) / f.Ulp(base)
				}
				deviation := math.Sqrt(fraction * (1 - fraction) / n)
				if mean := sum / n; math.Abs(mean-fraction) > 5*deviation {
					t.Errorf("%v: %x rounds up with frequency %v, want %v ± %v", f, x, mean, fraction, deviation)
				}
			}
		}
	}
}

// A slice cut anywhere, in any order, on any number of threads gives the same bits,
// and so do the scalar calls and the general definition.
func TestStochasticIndependentOfOrder(t *testing.T) {
	src := boundaryFloats()
	for _, f := range []Format{BFloat16, Float16, Float8E5M2, BFloat16.Saturating()} {
		r := Rounding{Format: f, Mode: Stochastic, Key: 99}
		whole := make([]float32, len(src))
		const first = 1 << 40
		r.RoundSlice(whole, src, first)
		parts := make([]float32, len(src))
		var group sync.WaitGroup
		for start := 0; start < len(src); start += 7777 {
			end := min(start+7777, len(src))
			group.Go(func() { r.RoundSlice(parts[start:end], src[start:end], first+uint64(start)) })
		}
		group.Wait()
		for i := range src {
			want := math.Float32bits(whole[i])
			general := float32(math.Float64frombits(f.roundPattern(math.Float64bits(float64(src[i])), Stochastic, RandomBits(99, first+uint64(i)))))
			if math.Float32bits(parts[i]) != want || math.Float32bits(r.Round(src[i], first+uint64(i))) != want || math.Float32bits(general) != want {
				t.Fatalf("%v: element %d (%#08x): whole %#08x, parts %#08x, general %#08x", f, i, math.Float32bits(src[i]), want, math.Float32bits(parts[i]), math.Float32bits(general))
			}
		}
	}
}

// The two neighbours are those of the exact integers.
func TestStochasticAgainstOracle(t *testing.T) {
	f := Float8E4M3
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(-448, 448).Draw(t, "x")
		code, magnitude := oracle{f}.neighbours(x)
		below, above := (oracle{f}).value(code), (oracle{f}).value(code+1)
		rest, gap := new(big.Int).Sub(magnitude, below), new(big.Int).Sub(above, below)
		// up exactly when random / 2^64 >= 1 - rest/gap, that is random*gap + rest*2^64 >= gap*2^64
		random := rapid.Uint64().Draw(t, "random")
		left := new(big.Int).Mul(new(big.Int).SetUint64(random), gap)
		left.Add(left, rest.Lsh(rest, 64))
		if left.Cmp(gap.Lsh(gap, 64)) >= 0 {
			code++
		}
		g := f.grid64()
		got := f.magnitudeCode(&g, g.round(math.Float64bits(x), Stochastic, random)&^sign64)
		if got != code {
			t.Fatalf("%x with %#x: code %#x, want %#x", x, random, got, code)
		}
	})
}

func TestRoundingTowardZeroSlices(t *testing.T) {
	src := boundaryFloats()
	dst := make([]float32, len(src))
	Rounding{Format: BFloat16, Mode: TowardZero}.RoundSlice(dst, src, 0)
	for i, x := range src {
		want := math.Float32bits(x) &^ 0xFFFF
		if x != x {
			want = math.Float32bits(x)&sign32 | nanBFloat16<<16
		}
		if got := math.Float32bits(dst[i]); got != want {
			t.Fatalf("%#08x -> %#08x, want %#08x", math.Float32bits(x), got, want)
		}
	}
	nearest := Rounding{Format: BFloat16}
	nearest.RoundSlice(dst, src, 0)
	for i, x := range src {
		if math.Float32bits(dst[i]) != math.Float32bits(BFloat16.Round(x)) {
			t.Fatalf("nearest: %x -> %x", x, dst[i])
		}
	}
}
