package ops

import "bf16lab/ops/elementary"

// Log1pPrimitive is JAX's log1p: log(1 + x), elementwise.
const Log1pPrimitive Primitive = "log1p"

// Log1p appends y = log(1 + x); shape and dtype are those of x.
func (b *Builder) Log1p(x Arg) *Value { return b.unary(Log1pPrimitive, x, anyFloat) }

func evaluateLog1p(c *Context, out, in []*Tensor) {
	mapUnary(out[0], in[0], c.Functions.Log1p.Slice, elementary.Float64.Log1p.Slice, nil)
}
