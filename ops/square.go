package ops

// SquarePrimitive is JAX's square: x * x, one rounding, elementwise.
const SquarePrimitive Primitive = "square"

// Square appends y = x * x, one rounding; shape and dtype are those of x.
func (b *Builder) Square(x Arg) *Value { return b.unary(SquarePrimitive, x, anyNumber) }

func evaluateSquare(_ *Context, out, in []*Tensor) {
	mapUnary(out[0], in[0], squareLoop[float32], squareLoop[float64], squareLoop[int32])
}

func squareLoop[T number](dst, x []T) {
	dst = dst[:len(x)]
	for i, v := range x {
		dst[i] = v * v
	}
}
