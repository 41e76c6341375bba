package ops

// ConcatenatePrimitive is JAX's concatenate: joins tensors along an axis.
const ConcatenatePrimitive Primitive = "concatenate"

// ConcatenateParams holds the axis of concatenate.
type ConcatenateParams struct {
	Dimension int `json:"dimension"`
}

// Concatenate appends the operands one after another along an existing axis.
func (b *Builder) Concatenate(dimension int, xs ...*Value) *Value {
	const p = ConcatenatePrimitive
	b.require(len(xs) > 0, p, "no operands")
	shape := append(Shape{}, xs[0].Shape...)
	b.require(dimension >= 0 && dimension < len(shape), p, "axis %d of %v", dimension, shape)
	shape[dimension] = 0
	in := make([]Operand, len(xs))
	for i, x := range xs {
		b.require(x.DType == xs[0].DType && len(x.Shape) == len(shape), p, "%v %v with %v %v", xs[0].DType, xs[0].Shape, x.DType, x.Shape)
		for a, d := range x.Shape {
			b.require(a == dimension || d == shape[a], p, "%v with %v along axis %d", xs[0].Shape, x.Shape, dimension)
		}
		shape[dimension] += x.Shape[dimension]
		in[i] = x.operand(0)
	}
	return b.apply(p, ConcatenateParams{Dimension: dimension}, in, xs[0].DType, shape)
}

func evaluateConcatenate(c *Context, out, in []*Tensor) {
	axis := c.Params.(ConcatenateParams).Dimension
	strides := out[0].Shape.Strides()
	at := 0
	for _, x := range in {
		move(out[0], x, piece{shape: x.Shape, to: at * strides[axis], fromStrides: x.Shape.Strides(), toStrides: strides})
		at += x.Shape[axis]
	}
}
