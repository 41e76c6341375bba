package ops

// ReduceMaxPrimitive is JAX's reduce_max: the largest element over axes.
const ReduceMaxPrimitive Primitive = "reduce_max"

// ReduceMax appends the maximum of x over axes.
func (b *Builder) ReduceMax(x *Value, axes ...int) *Value {
	return b.reduce(ReduceMaxPrimitive, x, axes)
}

func evaluateReduceMax(c *Context, out, in []*Tensor) {
	axes := c.Params.(ReduceParams).Axes
	switch {
	case out[0].F32 != nil:
		maxAxes(out[0].F32, in[0].F32, in[0].Shape, axes)
	case out[0].F64 != nil:
		maxAxes(out[0].F64, in[0].F64, in[0].Shape, axes)
	}
}

func maxAxes[T real](dst, x []T, shape Shape, axes []int) {
	outer, n, inner := splitAxes(shape, axes)
	for i := range outer {
		part := x[i*n*inner : (i+1)*n*inner]
		to := dst[i*inner : (i+1)*inner]
		copy(to, part)
		for j := 1; j < n; j++ {
			maxLoop(to, to, part[j*inner:(j+1)*inner])
		}
	}
}
