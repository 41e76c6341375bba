package ops

import "bf16lab/ops/elementary"

// SinPrimitive is JAX's sin: the sine of x in radians, elementwise.
const SinPrimitive Primitive = "sin"

// Sin appends y = the sine of x in radians; shape and dtype are those of x.
func (b *Builder) Sin(x Arg) *Value { return b.unary(SinPrimitive, x, anyFloat) }

func evaluateSin(c *Context, out, in []*Tensor) {
	mapUnary(out[0], in[0], c.Functions.Sin.Slice, elementary.Float64.Sin.Slice, nil)
}
