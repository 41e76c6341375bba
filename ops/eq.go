package ops

// EqPrimitive is JAX's eq: x == y, elementwise; comparisons with NaN are false except for ne.
const EqPrimitive Primitive = "eq"

// Eq appends z = (x == y), a truth value; both operands have the same dtype, the shape is their broadcast.
func (b *Builder) Eq(x, y Arg) *Value { return b.compare(EqPrimitive, x, y) }

func evaluateEq(_ *Context, out, in []*Tensor) {
	compare(out[0], in[0], in[1], eqLoop[float32], eqLoop[float64], eqLoop[int32])
}

func eqLoop[T number](dst []bool, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] == y[i]
	}
}
