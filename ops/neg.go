package ops

// NegPrimitive is JAX's neg: -x, elementwise.
const NegPrimitive Primitive = "neg"

// Neg appends y = -x; shape and dtype are those of x.
func (b *Builder) Neg(x Arg) *Value { return b.unary(NegPrimitive, x, anyNumber) }

func evaluateNeg(_ *Context, out, in []*Tensor) {
	mapUnary(out[0], in[0], negLoop[float32], negLoop[float64], negLoop[int32])
}

func negLoop[T number](dst, x []T) {
	dst = dst[:len(x)]
	for i, v := range x {
		dst[i] = -v
	}
}
