package ops

// PadPrimitive is JAX's pad: puts a constant around a tensor.
const PadPrimitive Primitive = "pad"

// PadParams holds low and high edge padding and interior padding of each axis; the last is always 0 here.
type PadParams struct {
	Config [][3]int `json:"padding_config"`
}

// Pad appends x with low[i] elements of value before and high[i] after it along each axis.
func (b *Builder) Pad(x *Value, value Scalar, low, high []int) *Value {
	b.require(len(low) == len(x.Shape) && len(high) == len(x.Shape), PadPrimitive, "%v and %v around %v", low, high, x.Shape)
	config := make([][3]int, len(x.Shape))
	shape := make(Shape, len(x.Shape))
	for i, d := range x.Shape {
		b.require(low[i] >= 0 && high[i] >= 0, PadPrimitive, "%v and %v around %v", low, high, x.Shape)
		config[i] = [3]int{low[i], high[i], 0}
		shape[i] = low[i] + d + high[i]
	}
	return b.apply(PadPrimitive, PadParams{Config: config}, []Operand{x.operand(0), value.operand(x.DType)}, x.DType, shape)
}

func evaluatePad(c *Context, out, in []*Tensor) {
	p := c.Params.(PadParams)
	x, y := in[0], out[0]
	everywhere := piece{shape: y.Shape, fromStrides: make([]int, len(y.Shape)), toStrides: y.Shape.Strides()}
	move(y, in[1], everywhere)
	inside := piece{shape: x.Shape, fromStrides: x.Shape.Strides(), toStrides: y.Shape.Strides()}
	for i, edge := range p.Config {
		inside.to += edge[0] * inside.toStrides[i]
	}
	move(y, x, inside)
}
