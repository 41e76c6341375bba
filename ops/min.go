package ops

// MinPrimitive is JAX's min: the smaller of x and y, elementwise with broadcasting of axes of size 1.
const MinPrimitive Primitive = "min"

// Min appends z = the smaller of x and y; both operands have the same dtype, the shape is their broadcast.
func (b *Builder) Min(x, y Arg) *Value { return b.binary(MinPrimitive, x, y, anyNumber) }

func evaluateMin(_ *Context, out, in []*Tensor) {
	binary(out[0], in[0], in[1], minLoop[float32], minLoop[float64], minLoop[int32])
}

// minLoop keeps a NaN on either side; of zeros of different sign -0 is the smaller one, as XLA has it.
func minLoop[T number](dst, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i, v := range x {
		switch {
		case v < y[i] || v != v:
			dst[i] = v
		case v == 0 && y[i] == 0:
			dst[i] = -(-v - y[i])
		default:
			dst[i] = y[i]
		}
	}
}
