package ops

import "bf16lab/ops/elementary"

// LogisticPrimitive is JAX's logistic: 1 / (1 + exp(-x)), elementwise.
const LogisticPrimitive Primitive = "logistic"

// Logistic appends y = 1 / (1 + exp(-x)); shape and dtype are those of x.
//
// A plan with Half takes the set's function for bfloat16 operands: XLA rounds exp(-x) and the sum to bfloat16 there.
func (b *Builder) Logistic(x Arg) *Value { return b.unary(LogisticPrimitive, x, anyFloat) }

func evaluateLogistic(c *Context, out, in []*Tensor) {
	f := c.Functions.Logistic
	if c.Plan.Half {
		f = c.Functions.LogisticBFloat16
	}
	mapUnary(out[0], in[0], f.Slice, elementary.Float64.Logistic.Slice, nil)
}
