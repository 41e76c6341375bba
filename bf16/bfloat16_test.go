package bf16

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// bfloat16Walk checks ToBFloat16 against exact integers on ascending float32
// magnitudes, both signs. Values are integers in units of 2^-149; the walk keeps the
// two bfloat16 neighbours of the magnitude and compares it with their midpoint.
type bfloat16Walk struct {
	code          uint32 // the largest code whose value is not above the magnitude
	below, above  big.Int
	value, middle big.Int // middle is below + above; value is twice the magnitude
}

// exact sets z to the value of a pattern with the given mantissa width, exponents
// counted from the 2^-149 of float32, the highest exponent taken as an ordinary one.
func (w *bfloat16Walk) exact(z *big.Int, pattern uint32, mantissaBits int) *big.Int {
	exponent, significand := pattern>>mantissaBits, pattern&(1<<mantissaBits-1)
	if exponent > 0 {
		significand += 1 << mantissaBits
		exponent--
	}
	return z.Lsh(z.SetUint64(uint64(significand)), uint(exponent)+uint(23-mantissaBits))
}

// start places the walk at code.
func (w *bfloat16Walk) start(code uint32) {
	w.code = code
	w.exact(&w.below, code, 7)
	w.exact(&w.above, code+1, 7)
	w.middle.Add(&w.below, &w.above)
}

// want returns the code of a magnitude that is not below the previous one.
func (w *bfloat16Walk) want(magnitude uint32) uint16 {
	const infinity = 0x7F80
	if magnitude == infinity<<16 {
		return infinity
	}
	if magnitude > infinity<<16 {
		return 0x7FC0
	}
	w.exact(&w.value, magnitude, 23)
	for w.value.Cmp(&w.above) >= 0 {
		w.start(w.code + 1)
	}
	w.value.Lsh(&w.value, 1)
	code := w.code
	if order := w.value.Cmp(&w.middle); order > 0 || order == 0 && code%2 == 1 {
		code++
	}
	return uint16(code)
}

// check compares every conversion to bfloat16 at one magnitude, both signs.
// It is too hot for t.Helper.
func (w *bfloat16Walk) check(t *testing.T, magnitude uint32) {
	want := w.want(magnitude)
	for sign := range uint32(2) {
		pattern, want := sign<<31|magnitude, uint16(sign<<15)|want
		x := math.Float32frombits(pattern)
		if got := ToBFloat16(x); got != want {
			t.Fatalf("ToBFloat16(%#08x) = %#04x, want %#04x", pattern, got, want)
		}
		if got := math.Float64bits(BFloat16.Round64(float64(x))); got != math.Float64bits(float64(FromBFloat16(want))) {
			t.Fatalf("Round64(%#08x) = %#016x, want %#04x", pattern, got, want)
		}
		slice := [1]float32{x}
		roundBFloat16(slice[:], slice[:])
		if got := math.Float32bits(slice[0]); got != uint32(want)<<16 {
			t.Fatalf("RoundSlice(%#08x) = %#08x, want %#04x", pattern, got, want)
		}
	}
}

// Stratified: at every code both sides of the value, of the tie and of the next
// value, and random rests. The whole is TestBFloat16Exhaustive.
func TestToBFloat16Stratified(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var walk bfloat16Walk
	walk.start(0)
	for upper := range uint32(1 << 15) {
		var previous uint32
		for _, rest := range []uint32{0, 1, random.Uint32N(0x7FFF), 0x7FFF, 0x8000, 0x8001, 0x8001 + random.Uint32N(0x7FFE), 0xFFFE, 0xFFFF} {
			if rest >= previous {
				walk.check(t, upper<<16|rest)
				previous = rest
			}
		}
	}
}

func TestBFloat16SlicesAllCodes(t *testing.T) {
	codes := make([]uint16, 1<<16)
	for i := range codes {
		codes[i] = uint16(i)
	}
	floats := make([]float32, len(codes))
	DecodeBFloat16(floats, codes)
	back := make([]uint16, len(codes))
	EncodeBFloat16(back, floats)
	for i, code := range codes {
		if got := math.Float32bits(floats[i]); got != uint32(code)<<16 {
			t.Fatalf("DecodeBFloat16(%#04x) = %#08x", code, got)
		}
		want := code
		if code&^(1<<15) > 0x7F80 {
			want = code&(1<<15) | 0x7FC0
		}
		if back[i] != want {
			t.Fatalf("EncodeBFloat16(DecodeBFloat16(%#04x)) = %#04x, want %#04x", code, back[i], want)
		}
	}
}
