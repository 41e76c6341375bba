package ops

import "math"

const (
	smallestNormal32 = 0x1p-126
	exponentMask32   = 0x7f800000
	signMask32       = 0x80000000
)

// flush replaces subnormal float32 elements by zeros of the same sign, in place. Other storages are left alone.
func flush(t *Tensor) {
	for i, v := range t.F32 {
		if u := math.Float32bits(v); u&exponentMask32 == 0 {
			t.F32[i] = math.Float32frombits(u & signMask32)
		}
	}
}

// flushed returns t, or a flushed copy where t holds subnormal float32 elements.
func flushed(t *Tensor) *Tensor {
	for _, v := range t.F32 {
		if v > -smallestNormal32 && v < smallestNormal32 && v != 0 {
			out := &Tensor{Shape: t.Shape, F32: append([]float32(nil), t.F32...)}
			flush(out)
			return out
		}
	}
	return t
}
