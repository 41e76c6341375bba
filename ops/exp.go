package ops

import "bf16lab/ops/elementary"

// ExpPrimitive is JAX's exp: e^x, elementwise.
const ExpPrimitive Primitive = "exp"

// Exp appends y = e^x; shape and dtype are those of x.
func (b *Builder) Exp(x Arg) *Value { return b.unary(ExpPrimitive, x, anyFloat) }

func evaluateExp(c *Context, out, in []*Tensor) {
	mapUnary(out[0], in[0], c.Functions.Exp.Slice, elementary.Float64.Exp.Slice, nil)
}
