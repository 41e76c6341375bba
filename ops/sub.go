package ops

// SubPrimitive is JAX's sub: x - y, elementwise with broadcasting of axes of size 1.
const SubPrimitive Primitive = "sub"

// Sub appends z = x - y; both operands have the same dtype, the shape is their broadcast.
//
// A plan with Fused takes x as an exact product.
func (b *Builder) Sub(x, y Arg) *Value { return b.binary(SubPrimitive, x, y, anyNumber) }

func evaluateSub(c *Context, out, in []*Tensor) {
	if c.Plan.Fused > 0 {
		fusedSum(out[0], in[0], in[1], -1)
		return
	}
	binary(out[0], in[0], in[1], subLoop[float32], subLoop[float64], subLoop[int32])
}

func subLoop[T number](dst, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] - y[i]
	}
}
