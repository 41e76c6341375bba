package ops

import "bf16lab/ops/elementary"

// LogisticPrimitive is JAX's logistic: 1 / (1 + exp(-x)), elementwise.
const LogisticPrimitive Primitive = "logistic"

// Logistic appends y = 1 / (1 + exp(-x)); shape and dtype are those of x.
func (b *Builder) Logistic(x Arg) *Value { return b.unary(LogisticPrimitive, x, anyFloat) }

func evaluateLogistic(c *Context, out, in []*Tensor) {
	mapUnary(out[0], in[0], c.Functions.Logistic.Slice, elementary.Float64.Logistic.Slice, nil)
}
