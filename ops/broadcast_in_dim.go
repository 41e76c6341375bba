package ops

// BroadcastInDimPrimitive is JAX's broadcast_in_dim: repeats a tensor along new axes or axes of size 1.
const BroadcastInDimPrimitive Primitive = "broadcast_in_dim"

// BroadcastParams holds the target of broadcast_in_dim: axis i of the operand becomes axis Dimensions[i] of Shape.
type BroadcastParams struct {
	Shape      Shape `json:"shape"`
	Dimensions []int `json:"broadcast_dimensions"`
}

// BroadcastInDim appends y with y[j] = x[i], where i takes the coordinates of j along the given dimensions, or 0 along
// axes of size 1.
func (b *Builder) BroadcastInDim(x Arg, shape Shape, dimensions ...int) *Value {
	const p = BroadcastInDimPrimitive
	in := x.operand(Float32)
	from := in.Shape()
	b.require(len(from) == len(dimensions), p, "%d dimensions for shape %v", len(dimensions), from)
	for i, d := range dimensions {
		b.require(d >= 0 && d < len(shape) && (i == 0 || d > dimensions[i-1]), p, "dimensions %v into shape %v", dimensions, shape)
		b.require(from[i] == shape[d] || from[i] == 1, p, "axis %d of %v into axis %d of %v", i, from, d, shape)
	}
	return b.apply(p, BroadcastParams{Shape: shape, Dimensions: dimensions}, []Operand{in}, in.DType, shape)
}

func evaluateBroadcastInDim(c *Context, out, in []*Tensor) {
	move(out[0], in[0], broadcastPiece(c.Params.(BroadcastParams), in[0].Shape, out[0].Shape))
}

func broadcastPiece(p BroadcastParams, from, to Shape) piece {
	strides := make([]int, len(to))
	own := from.Strides()
	for i, d := range p.Dimensions {
		if from[i] != 1 {
			strides[d] = own[i]
		}
	}
	return piece{shape: to, fromStrides: strides, toStrides: to.Strides()}
}
