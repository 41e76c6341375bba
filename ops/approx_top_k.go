package ops

import "slices"

// ApproxTopKPrimitive is JAX's approx_top_k, which is exact on the CPU.
const ApproxTopKPrimitive Primitive = "approx_top_k"

// ApproxTopKParams holds count and axis of approx_top_k.
type ApproxTopKParams struct {
	K         int `json:"k"`
	Dimension int `json:"reduction_dimension"`
}

// ApproxTopK appends the k largest elements along an axis, in descending order, and their int32 positions.
func (b *Builder) ApproxTopK(x *Value, k, dimension int) (values, positions *Value) {
	const p = ApproxTopKPrimitive
	b.require(x.DType.IsFloat(), p, "operand is %v", x.DType)
	b.require(dimension >= 0 && dimension < len(x.Shape), p, "axis %d of %v", dimension, x.Shape)
	b.require(k > 0 && k <= x.Shape[dimension], p, "%d of %d", k, x.Shape[dimension])
	shape := append(Shape{}, x.Shape...)
	shape[dimension] = k
	n := b.node(p, ApproxTopKParams{K: k, Dimension: dimension}, []Operand{x.operand(0)})
	values = b.value(x.DType, shape, n)
	positions = b.value(Int32, shape, n)
	n.Out = []*Value{values, positions}
	return values, positions
}

func evaluateApproxTopK(c *Context, out, in []*Tensor) {
	p := c.Params.(ApproxTopKParams)
	switch {
	case in[0].F32 != nil:
		topKAxis(out[0].F32, out[1].I32, in[0].F32, in[0].Shape, p)
	case in[0].F64 != nil:
		topKAxis(out[0].F64, out[1].I32, in[0].F64, in[0].Shape, p)
	}
}

// topKAxis sorts each line along the axis in descending order; of equal elements the earlier position comes first.
func topKAxis[T real](values []T, positions []int32, x []T, shape Shape, p ApproxTopKParams) {
	step := Shape(shape[p.Dimension+1:]).Size()
	n := shape[p.Dimension]
	order := make([]int32, n)
	for start := range len(x) / n {
		from := start/step*step*n + start%step
		to := start/step*step*p.K + start%step
		for i := range order {
			order[i] = int32(i)
		}
		slices.SortStableFunc(order, func(a, b int32) int {
			return ascending(x[from+int(b)*step], x[from+int(a)*step])
		})
		for i, at := range order[:p.K] {
			values[to+i*step] = x[from+int(at)*step]
			positions[to+i*step] = at
		}
	}
}
