package ops

// SignPrimitive is JAX's sign: -1, 0 or 1 with the sign of x; NaN stays NaN and zeros keep their sign, elementwise.
const SignPrimitive Primitive = "sign"

// Sign appends y = -1, 0 or 1 with the sign of x; NaN stays NaN and zeros keep their sign; shape and dtype are those of x.
func (b *Builder) Sign(x Arg) *Value { return b.unary(SignPrimitive, x, anyNumber) }

func evaluateSign(_ *Context, out, in []*Tensor) {
	mapUnary(out[0], in[0], signLoop[float32], signLoop[float64], signLoop[int32])
}

func signLoop[T number](dst, x []T) {
	for i, v := range x {
		switch {
		case v > 0:
			dst[i] = 1
		case v < 0:
			dst[i] = -1
		default:
			dst[i] = v
		}
	}
}
