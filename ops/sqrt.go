package ops

import "bf16lab/ops/elementary"

// SqrtPrimitive is JAX's sqrt: the square root of x, elementwise.
const SqrtPrimitive Primitive = "sqrt"

// Sqrt appends y = the square root of x; shape and dtype are those of x.
func (b *Builder) Sqrt(x Arg) *Value { return b.unary(SqrtPrimitive, x, anyFloat) }

func evaluateSqrt(c *Context, out, in []*Tensor) {
	mapUnary(out[0], in[0], c.Functions.Sqrt.Slice, elementary.Float64.Sqrt.Slice, nil)
}
