package ops

import "bf16lab/ops/elementary"

// RsqrtPrimitive is JAX's rsqrt: 1 / sqrt(x), elementwise.
const RsqrtPrimitive Primitive = "rsqrt"

// Rsqrt appends y = 1 / sqrt(x); shape and dtype are those of x.
func (b *Builder) Rsqrt(x Arg) *Value { return b.unary(RsqrtPrimitive, x, anyFloat) }

func evaluateRsqrt(c *Context, out, in []*Tensor) {
	mapUnary(out[0], in[0], c.Functions.Rsqrt.Slice, elementary.Float64.Rsqrt.Slice, nil)
}
