package ops

import "bf16lab/bf16"

// ReduceWindowSumPrimitive is JAX's reduce_window_sum: sums over windows that do not overlap.
const ReduceWindowSumPrimitive Primitive = "reduce_window_sum"

// WindowParams holds window size and stride along each axis; here they are equal and the padding is zero.
type WindowParams struct {
	Dimensions []int `json:"window_dimensions"`
	Strides    []int `json:"window_strides"`
}

// ReduceWindowSum appends the sums of x [B, S, D] over windows of by elements along axis 1: [B, S/by, D].
//
// In bfloat16 the additions are sequential and each is rounded to the format; in float32 the order is the plan's.
func (b *Builder) ReduceWindowSum(x *Value, by int) *Value {
	return b.window(ReduceWindowSumPrimitive, x, by)
}

func (b *Builder) window(p Primitive, x *Value, by int) *Value {
	b.require(x.DType.IsFloat(), p, "operand is %v", x.DType)
	b.require(len(x.Shape) == 3 && by > 0 && x.Shape[1]%by == 0, p, "windows of %d along axis 1 of %v", by, x.Shape)
	w := []int{1, by, 1}
	shape := Shape{x.Shape[0], x.Shape[1] / by, x.Shape[2]}
	return b.apply(p, WindowParams{Dimensions: w, Strides: w}, []Operand{x.operand(0)}, x.DType, shape)
}

func evaluateReduceWindowSum(c *Context, out, in []*Tensor) {
	by := c.Params.(WindowParams).Dimensions[1]
	switch {
	case out[0].F32 != nil && c.Plan.Output != bf16.Float32 && c.Plan.Output != (bf16.Format{}):
		roundedWindows(c.Plan.Output, out[0].F32, in[0].F32, by, out[0].Shape)
	case out[0].F32 != nil:
		sumWindows(c.Plan.Sum, out[0].F32, in[0].F32, by, out[0].Shape)
	case out[0].F64 != nil:
		sumWindows(c.Plan.Sum, out[0].F64, in[0].F64, by, out[0].Shape)
	}
}

func sumWindows[T real](o bf16.SumOrder, dst, x []T, by int, shape Shape) {
	inner := shape[len(shape)-1]
	sumAxes(o, dst, x, Shape{len(dst) / inner, by, inner}, []int{1})
}

// roundedWindows adds each window sequentially and rounds after every addition.
func roundedWindows(f bf16.Format, dst, x []float32, by int, shape Shape) {
	inner := shape[len(shape)-1]
	for at := 0; at < len(dst); at += inner {
		to := dst[at : at+inner]
		window := x[at*by : (at+inner)*by]
		clear(to)
		for j := range by {
			addLoop(to, to, window[j*inner:(j+1)*inner])
			f.RoundSlice(to, to)
		}
	}
}
