package ops

// GePrimitive is JAX's ge: x >= y, elementwise; comparisons with NaN are false except for ne.
const GePrimitive Primitive = "ge"

// Ge appends z = (x >= y), a truth value; both operands have the same dtype, the shape is their broadcast.
func (b *Builder) Ge(x, y Arg) *Value { return b.compare(GePrimitive, x, y) }

func evaluateGe(_ *Context, out, in []*Tensor) {
	compare(out[0], in[0], in[1], geLoop[float32], geLoop[float64], geLoop[int32])
}

func geLoop[T number](dst []bool, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] >= y[i]
	}
}
