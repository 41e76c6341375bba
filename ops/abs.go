package ops

import "math"

// AbsPrimitive is JAX's abs: |x|, elementwise.
const AbsPrimitive Primitive = "abs"

// Abs appends y = |x|; shape and dtype are those of x.
func (b *Builder) Abs(x Arg) *Value { return b.unary(AbsPrimitive, x, anyNumber) }

func evaluateAbs(_ *Context, out, in []*Tensor) {
	mapUnary(out[0], in[0], abs32Loop, abs64Loop, absIntLoop)
}

func abs32Loop(dst, x []float32) {
	for i, v := range x {
		dst[i] = math.Float32frombits(math.Float32bits(v) &^ signMask32)
	}
}

func abs64Loop(dst, x []float64) {
	for i, v := range x {
		dst[i] = math.Abs(v)
	}
}

func absIntLoop(dst, x []int32) {
	for i, v := range x {
		dst[i] = max(v, -v)
	}
}
