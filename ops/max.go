package ops

// MaxPrimitive is JAX's max: the larger of x and y, elementwise with broadcasting of axes of size 1.
const MaxPrimitive Primitive = "max"

// Max appends z = the larger of x and y; both operands have the same dtype, the shape is their broadcast.
func (b *Builder) Max(x, y Arg) *Value { return b.binary(MaxPrimitive, x, y, anyNumber) }

func evaluateMax(_ *Context, out, in []*Tensor) {
	binary(out[0], in[0], in[1], maxLoop[float32], maxLoop[float64], maxLoop[int32])
}

// maxLoop keeps a NaN on either side; of zeros of different sign +0 is the larger one, as XLA has it.
func maxLoop[T number](dst, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i, v := range x {
		switch {
		case v > y[i] || v != v:
			dst[i] = v
		case v == 0 && y[i] == 0:
			dst[i] = v + y[i]
		default:
			dst[i] = y[i]
		}
	}
}
