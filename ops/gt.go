package ops

// GtPrimitive is JAX's gt: x > y, elementwise; comparisons with NaN are false except for ne.
const GtPrimitive Primitive = "gt"

// Gt appends z = (x > y), a truth value; both operands have the same dtype, the shape is their broadcast.
func (b *Builder) Gt(x, y Arg) *Value { return b.compare(GtPrimitive, x, y) }

func evaluateGt(_ *Context, out, in []*Tensor) {
	compare(out[0], in[0], in[1], gtLoop[float32], gtLoop[float64], gtLoop[int32])
}

func gtLoop[T number](dst []bool, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] > y[i]
	}
}
