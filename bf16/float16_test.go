package bf16

import (
	"math"
	"testing"

	"github.com/x448/float16"
)

// checkFloat16 compares ToFloat16 with github.com/x448/float16. It is too hot for
// t.Helper.
func checkFloat16(t *testing.T, pattern uint32) {
	x := math.Float32frombits(pattern)
	want := float16.Fromfloat32(x).Bits()
	if got := ToFloat16(x); got != want {
		t.Fatalf("ToFloat16(%#08x) = %#04x, want %#04x", pattern, got, want)
	}
}

// Every upper half of a float32, and all rests that decide a rounding. The whole
// is TestFloat16Exhaustive.
func TestToFloat16Stratified(t *testing.T) {
	for upper := range uint32(1 << 16) {
		for _, rest := range []uint32{0, 1, 0xFFF, 0x1000, 0x1001, 0x2FFF, 0x3000, 0x3001, 0x5000, 0x7FFF, 0x8000, 0x8001, 0xB000, 0xFFFF} {
			checkFloat16(t, upper<<16|rest)
		}
	}
}

func TestFromFloat16AllCodes(t *testing.T) {
	codes := make([]uint16, 1<<16)
	for i := range codes {
		codes[i] = uint16(i)
	}
	floats := make([]float32, len(codes))
	DecodeFloat16(floats, codes)
	back := make([]uint16, len(codes))
	EncodeFloat16(back, floats)
	for i, code := range codes {
		want := float16.Frombits(code).Float32()
		if math.Float32bits(floats[i]) != math.Float32bits(want) {
			t.Fatalf("DecodeFloat16(%#04x) = %#08x, want %#08x", code, math.Float32bits(floats[i]), math.Float32bits(want))
		}
		if value := Float16.FromBits(uint64(code)); value != float64(want) && !math.IsNaN(value) {
			t.Fatalf("FromBits(%#04x) = %v, want %v", code, value, want)
		}
		wantBack := code
		if code&^sign16 > infinity16 {
			wantBack |= quiet16
		}
		if back[i] != wantBack {
			t.Fatalf("EncodeFloat16(DecodeFloat16(%#04x)) = %#04x", code, back[i])
		}
	}
}
