package ops

// LtPrimitive is JAX's lt: x < y, elementwise; comparisons with NaN are false except for ne.
const LtPrimitive Primitive = "lt"

// Lt appends z = (x < y), a truth value; both operands have the same dtype, the shape is their broadcast.
func (b *Builder) Lt(x, y Arg) *Value { return b.compare(LtPrimitive, x, y) }

func evaluateLt(_ *Context, out, in []*Tensor) {
	compare(out[0], in[0], in[1], ltLoop[float32], ltLoop[float64], ltLoop[int32])
}

func ltLoop[T number](dst []bool, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] < y[i]
	}
}
