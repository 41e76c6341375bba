package ops

import "bf16lab/ops/elementary"

// LogPrimitive is JAX's log: the natural logarithm of x, elementwise.
const LogPrimitive Primitive = "log"

// Log appends y = the natural logarithm of x; shape and dtype are those of x.
func (b *Builder) Log(x Arg) *Value { return b.unary(LogPrimitive, x, anyFloat) }

func evaluateLog(c *Context, out, in []*Tensor) {
	mapUnary(out[0], in[0], c.Functions.Log.Slice, elementary.Float64.Log.Slice, nil)
}
