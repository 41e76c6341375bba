package ops

// DivPrimitive is JAX's div: x / y; integers are divided toward zero, elementwise with broadcasting of axes of size 1.
const DivPrimitive Primitive = "div"

// Div appends z = x / y; both operands have the same dtype, the shape is their broadcast.
//
// A plan with Reciprocal computes x * (1 / y) instead, the reciprocal rounded first; XLA does this where the divisor is
// broadcast.
func (b *Builder) Div(x, y Arg) *Value { return b.binary(DivPrimitive, x, y, anyNumber) }

func evaluateDiv(c *Context, out, in []*Tensor) {
	if !c.Plan.Reciprocal {
		binary(out[0], in[0], in[1], divLoop[float32], divLoop[float64], divLoop[int32])
		return
	}
	inverse := NewTensor(in[1].Shape, in[1].Storage())
	one := NewTensor(nil, in[1].Storage())
	mapUnary(one, one, fillOne[float32], fillOne[float64], fillOne[int32])
	binary(inverse, one, in[1], divLoop[float32], divLoop[float64], divLoop[int32])
	if c.Plan.Flush {
		Flush(inverse)
	}
	if c.Plan.Exact {
		exactProduct(out[0], in[0], inverse)
		return
	}
	binary(out[0], in[0], inverse, mulLoop[float32], mulLoop[float64], mulLoop[int32])
}

func divLoop[T number](dst, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] / y[i]
	}
}

func fillOne[T number](dst, _ []T) { fill(dst, 1) }
