package ops

import "bf16lab/ops/elementary"

// PowPrimitive is JAX's pow: x to the power y, elementwise with broadcasting of axes of size 1.
const PowPrimitive Primitive = "pow"

// Pow appends z = x to the power y; both operands have the same dtype, the shape is their broadcast.
func (b *Builder) Pow(x, y Arg) *Value { return b.binary(PowPrimitive, x, y, anyFloat) }

func evaluatePow(c *Context, out, in []*Tensor) {
	f := c.Functions.Pow
	binary(out[0], in[0], in[1], func(dst, x, y []float32) {
		for i := range dst {
			dst[i] = f(x[i], y[i])
		}
	}, func(dst, x, y []float64) {
		for i := range dst {
			dst[i] = elementary.Float64.Pow(x[i], y[i])
		}
	}, nil)
}
