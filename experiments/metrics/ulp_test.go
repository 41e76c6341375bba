package metrics

import (
	"math"
	"math/big"
	"sort"
	"testing"

	"pgregory.net/rapid"
)

// bf16Values holds all finite bf16 values that are not negative, in order, and infinity; the index is the place of a value
// in the order of all bf16 values.
var bf16Values = func() (values []float64) {
	for bits := uint32(0); bits <= 0x7f80; bits++ {
		values = append(values, float64(math.Float32frombits(bits<<16)))
	}
	return values
}()

// place rounds a value to bf16 by search in the table of all values and returns its place, negative for negative values.
func place[T float](x T) int64 {
	magnitude := math.Abs(float64(x))
	i := sort.SearchFloat64s(bf16Values, magnitude) // first value that is not below
	if i == len(bf16Values) {
		i-- // beyond the largest value, next to infinity
	}
	if i > 0 && bf16Values[i] != magnitude {
		below, above := new(big.Float).SetFloat64(bf16Values[i-1]), new(big.Float).SetFloat64(0x1p128)
		if i < len(bf16Values)-1 {
			above.SetFloat64(bf16Values[i])
		}
		middle := new(big.Float).Add(below, above)
		middle.Quo(middle, big.NewFloat(2))
		if order := middle.Cmp(big.NewFloat(magnitude)); order > 0 || order == 0 && (i-1)%2 == 0 {
			i--
		}
	}
	if x < 0 {
		return -int64(i)
	}
	return int64(i)
}

// TestRoundBits checks the rounding of float32 to bf16 against a search in the table of all bf16 values: around every bf16
// value and every middle between two of them.
func TestRoundBits(t *testing.T) {
	for high := uint32(0); high < 0x7f80; high++ {
		for _, low := range []uint32{0, 1, 0x7fff, 0x8000, 0x8001, 0xffff} {
			bits := high<<16 | low
			x := math.Float32frombits(bits)
			if got, want := int64(roundBits(bits)), place(x); got != want {
				t.Fatalf("%08x rounds to place %d, want %d", bits, got, want)
			}
			if got := roundBits(bits | 1<<31); got != roundBits(bits)|0x8000 {
				t.Fatalf("%08x with a sign rounds to %04x", bits, got)
			}
		}
	}
}

// TestRoundToOdd checks that float64 values are rounded to bf16 once: values beside the middle between two bf16 values, too
// near for float32 to tell, must not become ties.
func TestRoundToOdd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bits := rapid.Uint64().Draw(t, "bits")
		if rapid.Bool().Draw(t, "near a middle") {
			middle := float64(math.Float32frombits(rapid.Uint32Range(0, 0x7f7f).Draw(t, "bf16")<<16 | 0x8000))
			bits = math.Float64bits(middle) + uint64(rapid.IntRange(-2, 2).Draw(t, "beside"))
		}
		x := math.Float64frombits(bits)
		if x-x != 0 {
			t.Skip("not finite")
		}
		got := int64(roundBits(roundToOdd(math.Abs(x))))
		if want := place(math.Abs(x)); got != want {
			t.Fatalf("%x rounds to place %d, want %d", x, got, want)
		}
		if x < 0 && roundToOdd(x) != roundToOdd(-x)|1<<31 {
			t.Fatalf("%x and its negative round differently", x)
		}
	})
}

// TestUlpDistance compares distances with places in the order of all values.
func TestUlpDistance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u, v := rapid.Uint32().Draw(t, "u"), rapid.Uint32().Draw(t, "v")
		if rapid.Bool().Draw(t, "near") {
			v = u + uint32(rapid.IntRange(-600<<16, 600<<16).Draw(t, "difference"))
		}
		x, y := math.Float32frombits(u), math.Float32frombits(v)
		if x-x != 0 || y-y != 0 {
			t.Skip("not finite")
		}
		want := place(x) - place(y)
		want = max(want, -want)
		checkDistance(t, x, y, want)
	})
}

// TestUlpExtremes checks distances across zero and up to the largest one.
func TestUlpExtremes(t *testing.T) {
	minusZero := float32(math.Copysign(0, -1))
	for _, c := range []struct {
		x, y float32
		want int64
	}{
		{minusZero, 0, 0},
		{minusZero, 0x1p-133, 1},
		{-0x1p-133, 0x1p-133, 2},
		{minusZero, math.MaxFloat32, 0x7f80}, // the difference of the bits is small here
		{0, -math.MaxFloat32, 0x7f80},
		{-math.MaxFloat32, math.MaxFloat32, 2 * 0x7f80},
		{0x1.fep127, math.MaxFloat32, 1}, // the largest bf16 and infinity
		{1, 0x1.02p0, 1},
		{1, 1 + 0x1p-8, 0},        // a tie, to even
		{1, 1 + 0x1.01p-8, 1},     // just above
		{0x1.02p0, 1 + 0x3p-8, 1}, // a tie, to even
		{1, 16, 512},
		{1, 0x1.02p4, 513},
	} {
		checkDistance(t, c.x, c.y, c.want)
		checkDistance(t, c.y, c.x, c.want)
	}
}

// checkDistance checks the distance of two values and how a pair of them is counted.
func checkDistance(t rapid.TB, x, y float32, want int64) {
	t.Helper()
	u, v := math.Float32bits(x), math.Float32bits(y)
	if got := int64(ulpDistance(u, v)); got != want {
		t.Errorf("distance of %x and %x is %d, want %d", x, y, got, want)
	}
	var c ulpCounts
	c.countBits([]uint32{u}, []uint32{v})
	var histogram [UlpBinCount]int64
	if most := c.fold(&histogram); most != want || histogram[ulpBin(want)] != 1 {
		t.Errorf("distance of %x and %x is counted as %v, most %d; want %d", x, y, histogram, most, want)
	}
	if c != (ulpCounts{}) {
		t.Errorf("fold left counts behind")
	}
}

// TestUlpBins checks the bin of each distance against UlpBins.
func TestUlpBins(t *testing.T) {
	bin := 0
	for distance := int64(0); distance < 2000; distance++ {
		if bin+1 < UlpBinCount && UlpBins[bin+1] == distance {
			bin++
		}
		if got := ulpBin(distance); got != bin {
			t.Fatalf("distance %d is in bin %d, want %d", distance, got, bin)
		}
	}
	if got := ulpBin(2 * 0x7f80); got != UlpBinCount-1 {
		t.Errorf("the largest distance is in bin %d", got)
	}
}
