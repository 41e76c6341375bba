package ops

import (
	"slices"

	"bf16lab/bf16"
)

// ReduceSumPrimitive is JAX's reduce_sum: the sum over axes.
const ReduceSumPrimitive Primitive = "reduce_sum"

// ReduceParams holds the axes that a reduction removes, in ascending order.
type ReduceParams struct {
	Axes []int `json:"axes"`
}

// ReduceSum appends the sum of x over axes. The order of the additions is a matter of the plan ([bf16.SumOrder]).
func (b *Builder) ReduceSum(x *Value, axes ...int) *Value {
	return b.reduce(ReduceSumPrimitive, x, axes)
}

func (b *Builder) reduce(p Primitive, x *Value, axes []int) *Value {
	b.require(x.DType.IsFloat(), p, "operand is %v", x.DType)
	var shape Shape
	for i, d := range x.Shape {
		if !slices.Contains(axes, i) {
			shape = append(shape, d)
		}
	}
	b.require(len(axes) > 0 && slices.IsSorted(axes) && len(shape)+len(axes) == len(x.Shape), p, "axes %v of %v", axes, x.Shape)
	return b.apply(p, ReduceParams{Axes: axes}, []Operand{x.operand(0)}, x.DType, shape)
}

func evaluateReduceSum(c *Context, out, in []*Tensor) {
	axes := c.Params.(ReduceParams).Axes
	switch {
	case out[0].F32 != nil:
		sumAxes(c.Plan.Sum, out[0].F32, in[0].F32, in[0].Shape, axes)
	case out[0].F64 != nil:
		sumAxes(c.Plan.Sum, out[0].F64, in[0].F64, in[0].Shape, axes)
	}
}

// sumAxes sums over axes: x is seen as [outer, n, inner] and n is summed.
func sumAxes[T real](o bf16.SumOrder, dst, x []T, shape Shape, axes []int) {
	outer, n, inner := splitAxes(shape, axes)
	for i := range outer {
		part := x[i*n*inner : (i+1)*n*inner]
		if inner == 1 {
			dst[i] = bf16.Sum(o, part)
			continue
		}
		bf16.SumRows(o, dst[i*inner:(i+1)*inner], part, inner, n)
	}
}

// splitAxes sees shape as [outer, n, inner], where n runs over the reduced axes; other axes between them have size 1.
func splitAxes(shape Shape, axes []int) (outer, n, inner int) {
	first, last := axes[0], axes[len(axes)-1]
	for a := first; a < last; a++ {
		if shape[a] != 1 && !slices.Contains(axes, a) {
			panic("ops: reduction over axes that are not neighbours")
		}
	}
	return shape[:first].Size(), shape[first : last+1].Size(), shape[last+1:].Size()
}

// SumColumns computes elements lo..hi-1 of a sum over the first axes of x, so that columns can be spread over goroutines;
// the elements are rounded as [Evaluate] rounds them.
func SumColumns(c *Context, out, x *Tensor, lo, hi int) {
	columns := out.Shape.Size()
	rows := x.Shape.Size() / columns
	part := out.Range(lo, hi, Shape{hi - lo})
	if c.Plan.Flush && c.Plan.FlushOperands[0] && x.F32 != nil {
		dense := NewTensor(Shape{rows, hi - lo}, StoreFloat32)
		CopyStrided(dense, &Tensor{F32: x.F32[lo:]}, []int{columns, 1})
		Flush(dense)
		x, lo, columns = dense, 0, hi-lo
	}
	switch {
	case out.F32 != nil:
		bf16.SumRows(c.Plan.Sum, part.F32, x.F32[lo:], columns, rows)
	case out.F64 != nil:
		bf16.SumRows(c.Plan.Sum, part.F64, x.F64[lo:], columns, rows)
	}
	if c.Plan.Flush {
		Flush(part)
	}
	if c.Plan.Round {
		RoundTo(c.Plan.Output, part)
	}
}
