package ops

// AndPrimitive is JAX's and: x AND y of truth values, elementwise with broadcasting of axes of size 1.
const AndPrimitive Primitive = "and"

// And appends z = x AND y of truth values; both operands have the same dtype, the shape is their broadcast.
func (b *Builder) And(x, y Arg) *Value { return b.binary(AndPrimitive, x, y, anyBool) }

func evaluateAnd(_ *Context, out, in []*Tensor) {
	zip(out[0].Bool, out[0].Shape, in[0].Bool, in[0].Shape, in[1].Bool, in[1].Shape, andLoop)
}

func andLoop(dst, x, y []bool) {
	for i := range dst {
		dst[i] = x[i] && y[i]
	}
}
