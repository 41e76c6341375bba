package ops

import "bf16lab/ops/elementary"

// TanhPrimitive is JAX's tanh: the hyperbolic tangent of x, elementwise.
const TanhPrimitive Primitive = "tanh"

// Tanh appends y = the hyperbolic tangent of x; shape and dtype are those of x.
func (b *Builder) Tanh(x Arg) *Value { return b.unary(TanhPrimitive, x, anyFloat) }

func evaluateTanh(c *Context, out, in []*Tensor) {
	mapUnary(out[0], in[0], c.Functions.Tanh.Slice, elementary.Float64.Tanh.Slice, nil)
}
