package ops

import "math"

const (
	exponentMask32   = 0x7f800000
	signMask32       = 0x80000000
	largestSubnormal = 0x007fffff
)

// Flush replaces subnormal float32 elements by zeros of the same sign, in place. Other storages are left alone.
func Flush(t *Tensor) {
	if !hasSubnormal(t.F32) {
		return
	}
	for i, v := range t.F32 {
		if u := math.Float32bits(v); u&exponentMask32 == 0 {
			t.F32[i] = math.Float32frombits(u & signMask32)
		}
	}
}

// flushed returns t, or a flushed copy where t holds subnormal float32 elements.
func flushed(t *Tensor) *Tensor {
	if !hasSubnormal(t.F32) {
		return t
	}
	out := &Tensor{Shape: t.Shape, F32: append([]float32(nil), t.F32...)}
	Flush(out)
	return out
}

// hasSubnormal tells whether an element is subnormal. It runs over everything that is computed, so it has no branch: with the
// magnitude m of an element as an integer, (m-1) - largestSubnormal borrows exactly for subnormals and for zero, and for
// zero m-1 has its top bit set.
func hasSubnormal(x []float32) bool {
	var found uint32
	for _, v := range x {
		m := math.Float32bits(v)&^signMask32 - 1
		found |= (m - largestSubnormal) &^ m
	}
	return found>>31 != 0
}
