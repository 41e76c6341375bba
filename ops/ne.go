package ops

// NePrimitive is JAX's ne: x != y, elementwise; comparisons with NaN are false except for ne.
const NePrimitive Primitive = "ne"

// Ne appends z = (x != y), a truth value; both operands have the same dtype, the shape is their broadcast.
func (b *Builder) Ne(x, y Arg) *Value { return b.compare(NePrimitive, x, y) }

func evaluateNe(_ *Context, out, in []*Tensor) {
	compare(out[0], in[0], in[1], neLoop[float32], neLoop[float64], neLoop[int32])
}

func neLoop[T number](dst []bool, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] != y[i]
	}
}
