package ops

// ReshapePrimitive is JAX's reshape: the same elements in row-major order under another shape.
const ReshapePrimitive Primitive = "reshape"

// ReshapeParams holds the target of reshape.
type ReshapeParams struct {
	NewSizes Shape `json:"new_sizes"`
}

// Reshape appends x under a new shape of the same size; as in JAX, the same shape gives x itself.
func (b *Builder) Reshape(x *Value, shape ...int) *Value {
	if x.Shape.Equal(shape) {
		return x
	}
	b.require(Shape(shape).Size() == x.Shape.Size(), ReshapePrimitive, "%v to %v", x.Shape, Shape(shape))
	return b.apply(ReshapePrimitive, ReshapeParams{NewSizes: shape}, []Operand{x.operand(0)}, x.DType, shape)
}

// evaluateReshape copies the elements in order; it also serves squeeze and stop_gradient.
func evaluateReshape(_ *Context, out, in []*Tensor) {
	n := Shape{out[0].Shape.Size()}
	move(out[0], in[0], piece{shape: n, fromStrides: []int{1}, toStrides: []int{1}})
}
