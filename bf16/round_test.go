package bf16

import (
	"encoding/binary"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// Every code of a format of at most 16 bits: decoding, encoding, both midpoints,
// and their neighbours in float64.
func TestRoundAllCodes(t *testing.T) {
	forEachFormat(t, func(t *testing.T, f Format) {
		step := uint64(1)
		if f.Width() > 8 {
			step = 1<<(f.Width()-8) - 1 // an odd stride reaches all fields
		}
		count := uint64(1) << min(f.Width(), 63)
		for code := uint64(0); code < count && code+step > code; code += step {
			x := oracle{f}.float(code)
			if got := f.FromBits(code); got != x && !math.IsNaN(x) {
				t.Fatalf("FromBits(%#x) = %x, want %x", code, got, x)
			}
			checkOracle(t, f, x)
			magnitude := code &^ f.signBit()
			if magnitude > (oracle{f}).lastCode() {
				continue
			}
			tie := x + (f.NextUp(x)-x)/2
			if magnitude == (oracle{f}).lastCode() {
				tie = x + math.Copysign(f.Ulp(x)/2, x)
			}
			for nudge := -1; nudge <= 1; nudge++ {
				checkOracle(t, f, math.Float64frombits(math.Float64bits(tie)+uint64(nudge)))
			}
		}
	})
}

func TestRoundProperties(t *testing.T) {
	forEachFormat(t, func(t *testing.T, f Format) {
		t.Run("oracle", rapid.MakeCheck(func(t *rapid.T) {
			checkOracle(t, f, sources(f).Draw(t, "x"))
		}))
		t.Run("monotone", rapid.MakeCheck(func(t *rapid.T) {
			x, y := sources(f).Draw(t, "x"), sources(f).Draw(t, "y")
			if x > y {
				x, y = y, x
			}
			for _, mode := range []Mode{NearestEven, TowardZero} {
				r := Rounding{Format: f, Mode: mode}
				if low, high := r.Round64(x, 0), r.Round64(y, 0); low > high {
					t.Fatalf("%v: %x <= %x but %x > %x", mode, x, y, low, high)
				}
			}
		}))
		t.Run("idempotent", rapid.MakeCheck(func(t *rapid.T) {
			x := sources(f).Draw(t, "x")
			for mode := range Stochastic + 1 {
				r := Rounding{Format: f, Mode: mode}
				once := r.Round64(x, 1)
				if twice := r.Round64(once, 2); math.Float64bits(twice) != math.Float64bits(once) {
					t.Fatalf("%v: %x -> %x -> %x", mode, x, once, twice)
				}
			}
		}))
		t.Run("sign-symmetric", rapid.MakeCheck(func(t *rapid.T) {
			x, counter := sources(f).Draw(t, "x"), rapid.Uint64().Draw(t, "counter")
			for mode := range Stochastic + 1 {
				r := Rounding{Format: f, Mode: mode}
				plus, minus := r.Round64(x, counter), r.Round64(-x, counter)
				if math.Float64bits(plus)^math.Float64bits(minus) != sign64 {
					t.Fatalf("%v: %x -> %x, %x -> %x", mode, x, plus, -x, minus)
				}
			}
		}))
		t.Run("error", rapid.MakeCheck(func(t *rapid.T) {
			x := sources(f).Draw(t, "x")
			if math.IsNaN(x) || math.Abs(x) > f.MaxFinite() || f.FlushSubnormals && math.Abs(x) < f.MinNormal() {
				return
			}
			if y := f.Round64(x); math.Abs(y-x) > f.Ulp(x)/2 {
				t.Fatalf("|%x - %x| > %x / 2", y, x, f.Ulp(x))
			}
			toward := Rounding{Format: f, Mode: TowardZero}.Round64(x, 0)
			if math.Abs(toward-x) >= f.Ulp(x) || math.Abs(toward) > math.Abs(x) {
				t.Fatalf("toward zero: %x -> %x", x, toward)
			}
		}))
	})
}

// A float64 just above a float32 tie must not be rounded to the tie first.
func TestRound64RoundsOnce(t *testing.T) {
	for _, c := range []struct {
		f           Format
		x           float64
		want, twice float64 // twice is what rounding through float32 gives
	}{
		{BFloat16, 1 + 0x1p-8 + 0x1p-40, 1 + 0x1p-7, 1},
		{BFloat16, 1 + 3*0x1p-8 - 0x1p-40, 1 + 0x1p-7, 1 + 0x1p-6},
		{BFloat16, 0x1p-134 + 0x1p-170, 0x1p-133, 0},
		{Float16, 1 + 0x1p-11 + 0x1p-40, 1 + 0x1p-10, 1},
		{Float16, 0x1p-25 + 0x1p-60, 0x1p-24, 0},
		{TF32, 1 + 0x1p-11 + 0x1p-50, 1 + 0x1p-10, 1},
		{Float8E4M3, 464 + 0x1p-30, math.NaN(), 448},
		{Float8E5M2, 61440 - 0x1p-30, 57344, math.Inf(1)},
	} {
		if got := f64(c.f.Round64(c.x)); got != f64(c.want) {
			t.Errorf("%v: Round64(%x) = %#x, want %#x", c.f, c.x, got, f64(c.want))
		}
		if got := f64(c.f.Round64(float64(float32(c.x)))); got != f64(c.twice) {
			t.Errorf("%v: %x is no witness: through float32 it gives %#x, not %#x", c.f, c.x, got, f64(c.twice))
		}
	}
}

// f64 makes values comparable by bits, all NaN alike.
func f64(x float64) uint64 {
	if math.IsNaN(x) {
		return infinity64 | quiet64
	}
	return math.Float64bits(x)
}

// The fast float32 paths against the definition, on patterns that include every
// code of bfloat16 with all kinds of rests.
func TestRoundAgreesWithRound64(t *testing.T) {
	forEachFormat(t, func(t *testing.T, f Format) {
		src := boundaryFloats()
		dst := make([]float32, len(src))
		f.RoundSlice(dst, src)
		for i, x := range src {
			want := math.Float32bits(float32(math.Float64frombits(f.roundPattern(math.Float64bits(float64(x)), NearestEven, 0))))
			if x != x && f.identity32() {
				want = math.Float32bits(x)
			}
			if got := math.Float32bits(f.Round(x)); got != want {
				t.Fatalf("Round(%#08x) = %#08x, want %#08x", math.Float32bits(x), got, want)
			}
			if got := math.Float32bits(dst[i]); got != want {
				t.Fatalf("RoundSlice(%#08x) = %#08x, want %#08x", math.Float32bits(x), got, want)
			}
		}
	})
}

// boundaryFloats returns float32 values with every sixteenth upper half and rests
// around all ties between bfloat16, float16 and TF32 neighbours.
func boundaryFloats() []float32 {
	rests := []uint32{0, 1, 0xFFF, 0x1000, 0x1001, 0x2000, 0x3000, 0x7FFF, 0x8000, 0x8001, 0xA5A5, 0xF000, 0xFFFF}
	var floats []float32
	for upper := uint32(0); upper < 1<<16; upper += 15 {
		for _, rest := range rests {
			floats = append(floats, math.Float32frombits(upper<<16|rest))
		}
	}
	return floats
}

func TestRoundSliceInPlaceAndEmpty(t *testing.T) {
	for _, f := range variants() {
		f.RoundSlice(nil, nil)
		values := []float32{0.1, -3.3, 1e30, 7}
		want := make([]float32, len(values))
		f.RoundSlice(want, values)
		f.RoundSlice(values, values)
		for i := range want {
			if math.Float32bits(values[i]) != math.Float32bits(want[i]) {
				t.Errorf("%v: in place %v, want %v", f, values, want)
			}
		}
	}
}

func TestRoundSlice64(t *testing.T) {
	src := []float64{0.1, -3.3, 1e300, math.Inf(-1), math.NaN(), 1 + 0x1p-8 + 0x1p-40}
	for _, f := range variants() {
		dst := make([]float64, len(src))
		f.RoundSlice64(dst, src)
		for i, x := range src {
			if f64(dst[i]) != f64(f.Round64(x)) {
				t.Errorf("%v: RoundSlice64(%v) = %v", f, x, dst[i])
			}
		}
	}
}

func TestSliceLengthsPanic(t *testing.T) {
	two, three := make([]float32, 2), make([]float32, 3)
	codes := make([]uint16, 2)
	for name, call := range map[string]func(){
		"RoundSlice":          func() { BFloat16.RoundSlice(two, three) },
		"RoundSlice longer":   func() { BFloat16.RoundSlice(three, two) },
		"RoundSlice64":        func() { BFloat16.RoundSlice64(nil, make([]float64, 1)) },
		"Rounding.RoundSlice": func() { Rounding{Format: BFloat16, Mode: Stochastic}.RoundSlice(three, two, 0) },
		"EncodeBFloat16":      func() { EncodeBFloat16(codes, three) },
		"DecodeBFloat16":      func() { DecodeBFloat16(three, codes) },
		"EncodeFloat16":       func() { EncodeFloat16(codes, three) },
		"DecodeFloat16":       func() { DecodeFloat16(three, codes) },
		"UlpDistances":        func() { BFloat16.UlpDistances(make([]uint64, 2), two, three) },
		"FromBits":            func() { Float8E4M3.FromBits(0x100) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			call()
		})
	}
}

func FuzzRound(f *testing.F) {
	for _, x := range []float64{0, 1, 1 + 0x1p-8, 448, 464, 65520, 0x1p-133, 0x1p-134, 0x1.fep127, math.MaxFloat64, math.Inf(1), math.NaN()} {
		f.Add(binary.LittleEndian.AppendUint64(nil, math.Float64bits(x)))
	}
	formats := variants()
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) != 8 {
			t.Skip("not the bytes of one number")
		}
		x := math.Float64frombits(binary.LittleEndian.Uint64(data))
		for _, format := range formats {
			checkOracle(t, format, x)
			checkOracle(t, format, float64(float32(x)))
		}
	})
}
