package ops

import "bf16lab/ops/elementary"

// CosPrimitive is JAX's cos: the cosine of x in radians, elementwise.
const CosPrimitive Primitive = "cos"

// Cos appends y = the cosine of x in radians; shape and dtype are those of x.
func (b *Builder) Cos(x Arg) *Value { return b.unary(CosPrimitive, x, anyFloat) }

func evaluateCos(c *Context, out, in []*Tensor) {
	mapUnary(out[0], in[0], c.Functions.Cos.Slice, elementary.Float64.Cos.Slice, nil)
}
