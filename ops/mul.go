package ops

// MulPrimitive is JAX's mul: x * y, elementwise with broadcasting of axes of size 1.
const MulPrimitive Primitive = "mul"

// Mul appends z = x * y; both operands have the same dtype, the shape is their broadcast.
//
// A plan with Exact keeps float32 products unrounded.
func (b *Builder) Mul(x, y Arg) *Value { return b.binary(MulPrimitive, x, y, anyNumber) }

func evaluateMul(c *Context, out, in []*Tensor) {
	if c.Plan.Exact {
		exactProduct(out[0], in[0], in[1])
		return
	}
	binary(out[0], in[0], in[1], mulLoop[float32], mulLoop[float64], mulLoop[int32])
}

func mulLoop[T number](dst, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] * y[i]
	}
}
