package ops

// AddPrimitive is JAX's add: x + y, elementwise with broadcasting of axes of size 1.
const AddPrimitive Primitive = "add"

// Add appends z = x + y; both operands have the same dtype, the shape is their broadcast.
//
// A plan with Fused takes one operand as an exact product.
func (b *Builder) Add(x, y Arg) *Value { return b.binary(AddPrimitive, x, y, anyNumber) }

func evaluateAdd(c *Context, out, in []*Tensor) {
	if c.Plan.Fused > 0 {
		fusedSum(out[0], in[0], in[1], 1)
		return
	}
	binary(out[0], in[0], in[1], addLoop[float32], addLoop[float64], addLoop[int32])
}

func addLoop[T number](dst, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] + y[i]
	}
}
