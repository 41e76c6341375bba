package ops

// SlicePrimitive is JAX's slice: a strided block.
const SlicePrimitive Primitive = "slice"

// SliceParams holds start, limit (exclusive) and stride of each axis; nil Strides means 1 everywhere.
type SliceParams struct {
	StartIndices []int `json:"start_indices"`
	LimitIndices []int `json:"limit_indices"`
	Strides      []int `json:"strides,omitempty"`
}

// Slice appends x[start:limit] along each axis.
func (b *Builder) Slice(x *Value, start, limit []int) *Value {
	return b.StridedSlice(x, start, limit, nil)
}

// StridedSlice appends x[start:limit:stride] along each axis.
func (b *Builder) StridedSlice(x *Value, start, limit, strides []int) *Value {
	const p = SlicePrimitive
	rank := len(x.Shape)
	b.require(len(start) == rank && len(limit) == rank && (strides == nil || len(strides) == rank), p, "%v:%v:%v of %v", start, limit, strides, x.Shape)
	shape := make(Shape, rank)
	for i, d := range x.Shape {
		step := 1
		if strides != nil {
			step = strides[i]
		}
		b.require(start[i] >= 0 && start[i] <= limit[i] && limit[i] <= d && step > 0, p, "%v:%v:%v of %v", start, limit, strides, x.Shape)
		shape[i] = (limit[i] - start[i] + step - 1) / step
	}
	return b.apply(p, SliceParams{StartIndices: start, LimitIndices: limit, Strides: strides}, []Operand{x.operand(0)}, x.DType, shape)
}

func evaluateSlice(c *Context, out, in []*Tensor) {
	move(out[0], in[0], slicePiece(c.Params.(SliceParams), in[0].Shape, out[0].Shape))
}

func slicePiece(p SliceParams, from, to Shape) piece {
	out := piece{shape: to, fromStrides: from.Strides(), toStrides: to.Strides()}
	for i, start := range p.StartIndices {
		out.from += start * out.fromStrides[i]
		if p.Strides != nil {
			out.fromStrides[i] *= p.Strides[i]
		}
	}
	return out
}
