package ops

// ReduceWindowMaxPrimitive is JAX's reduce_window_max: the largest element of windows that do not overlap.
const ReduceWindowMaxPrimitive Primitive = "reduce_window_max"

// ReduceWindowMax appends the maxima of x [B, S, D] over windows of by elements along axis 1: [B, S/by, D].
func (b *Builder) ReduceWindowMax(x *Value, by int) *Value {
	return b.window(ReduceWindowMaxPrimitive, x, by)
}

func evaluateReduceWindowMax(c *Context, out, in []*Tensor) {
	by := c.Params.(WindowParams).Dimensions[1]
	switch {
	case out[0].F32 != nil:
		maxWindows(out[0].F32, in[0].F32, by, out[0].Shape)
	case out[0].F64 != nil:
		maxWindows(out[0].F64, in[0].F64, by, out[0].Shape)
	}
}

func maxWindows[T real](dst, x []T, by int, shape Shape) {
	inner := shape[len(shape)-1]
	maxAxes(dst, x, Shape{len(dst) / inner, by, inner}, []int{1})
}
