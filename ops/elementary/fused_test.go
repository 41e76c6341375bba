package elementary

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"testing"
)

// The digests are those of a numpy model of YNNPACK's functions that agrees bit for bit with softmaxes that jaxlib 0.10.2
// fuses under jit; arguments are scale times values in [-1, 1) of a linear congruential generator.
func TestXLAFused(t *testing.T) {
	for _, c := range []struct {
		name  string
		f     Function
		scale float32
		want  string
	}{
		{"exp", XLACPUFused.Exp, 85, "76f6a30734da4147"}, {"exp", XLACPUFused.Exp, 1, "f19b609d9169b270"},
		{"tanh", XLACPUFused.Tanh, 50, "e6b6b195ad828052"}, {"tanh", XLACPUFused.Tanh, 2, "7f0c661354151b0f"},
	} {
		x := make([]float32, 20000)
		seed := uint32(7)
		for i := range x {
			seed = seed*1664525 + 1013904223
			x[i] = float32(int32(seed)) / (1 << 31) * c.scale
		}
		c.f.Slice(x, x)
		var raw []byte
		for _, y := range x {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(y))
		}
		sum := sha256.Sum256(raw)
		if got := hex.EncodeToString(sum[:8]); got != c.want {
			t.Errorf("%s on +-%v: digest %s, want %s", c.name, c.scale, got, c.want)
		}
	}
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, c := range []struct{ x, exp, tanh float32 }{
		{0, 1, 0}, {88.73, inf, 1}, {inf, inf, 1}, {-inf, 0, -1}, {nan, nan, nan}, {-88, 0, -1},
	} {
		if got := XLACPUFused.Exp.Value(c.x); !same(got, c.exp) {
			t.Errorf("exp(%v) = %v, want %v", c.x, got, c.exp)
		}
		if got := XLACPUFused.Tanh.Value(c.x); !same(got, c.tanh) {
			t.Errorf("tanh(%v) = %v, want %v", c.x, got, c.tanh)
		}
	}
}
