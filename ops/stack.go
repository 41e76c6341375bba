package ops

import "slices"

// StackPrimitive is the stack of this JAX version: joins tensors of one shape along a new axis.
const StackPrimitive Primitive = "stack"

// StackParams holds the new axis of stack.
type StackParams struct {
	Axis int `json:"axis"`
}

// Stack appends the operands side by side along a new axis.
func (b *Builder) Stack(axis int, xs ...*Value) *Value {
	const p = StackPrimitive
	b.require(len(xs) > 0, p, "no operands")
	first := xs[0]
	b.require(axis >= 0 && axis <= len(first.Shape), p, "axis %d of %v", axis, first.Shape)
	in := make([]Operand, len(xs))
	for i, x := range xs {
		b.require(x.DType == first.DType && x.Shape.Equal(first.Shape), p, "%v %v with %v %v", first.DType, first.Shape, x.DType, x.Shape)
		in[i] = x.operand(0)
	}
	shape := slices.Insert(append(Shape{}, first.Shape...), axis, len(xs))
	return b.apply(p, StackParams{Axis: axis}, in, first.DType, shape)
}

func evaluateStack(c *Context, out, in []*Tensor) {
	axis := c.Params.(StackParams).Axis
	full := out[0].Shape.Strides()
	strides := slices.Delete(slices.Clone(full), axis, axis+1)
	for i, x := range in {
		move(out[0], x, piece{shape: x.Shape, to: i * full[axis], fromStrides: x.Shape.Strides(), toStrides: strides})
	}
}
