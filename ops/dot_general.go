package ops

import (
	"slices"

	"bf16lab/bf16"
)

// DotGeneralPrimitive is JAX's dot_general: products summed over contracting axes, batch axes kept side by side.
const DotGeneralPrimitive Primitive = "dot_general"

// DotParams holds the axes of dot_general and the precision that the official code asks for.
type DotParams struct {
	LeftContracting  []int  `json:"left_contracting"`
	RightContracting []int  `json:"right_contracting"`
	LeftBatch        []int  `json:"left_batch"`
	RightBatch       []int  `json:"right_batch"`
	Precision        string `json:"precision,omitempty"` // BF16_BF16_F32 or empty
}

// DotGeneral appends the product of x and y; the axes of the result are the batch axes, the free axes of x, the free axes
// of y. dtype is JAX's preferred_element_type: [Compute] rounds the sums, [Float32] keeps them.
//
//	z[b, i, j] = sum over k of x[b, i, k] * y[b, k, j]
//
// The order of accumulation is a matter of the plan ([ProductOrder]); without a contracting axis nothing is accumulated. Operands may differ in dtype (a mixed
// product is formed from both operands as they are, integers too). Truth values with no contracting axis give AND.
func (b *Builder) DotGeneral(x, y *Value, params DotParams, dtype DType) *Value {
	const p = DotGeneralPrimitive
	b.require(len(params.LeftContracting) == len(params.RightContracting) && len(params.LeftBatch) == len(params.RightBatch), p, "axes %+v", params)
	for i, l := range params.LeftContracting {
		r := params.RightContracting[i]
		b.require(l < len(x.Shape) && r < len(y.Shape) && x.Shape[l] == y.Shape[r], p, "contracting axes %+v of %v and %v", params, x.Shape, y.Shape)
	}
	b.require(anyNumber(x.DType) && anyNumber(y.DType) && dtype.IsFloat() || x.DType == Bool && y.DType == Bool && dtype == Bool && len(params.LeftContracting) == 0,
		p, "%v with %v to %v", x.DType, y.DType, dtype)
	var shape Shape
	for i, l := range params.LeftBatch {
		r := params.RightBatch[i]
		b.require(l < len(x.Shape) && r < len(y.Shape) && x.Shape[l] == y.Shape[r], p, "batch axes %+v of %v and %v", params, x.Shape, y.Shape)
		shape = append(shape, x.Shape[l])
	}
	shape = append(shape, free(x.Shape, params.LeftContracting, params.LeftBatch)...)
	shape = append(shape, free(y.Shape, params.RightContracting, params.RightBatch)...)
	return b.apply(p, params, []Operand{x.operand(0), y.operand(0)}, dtype, shape)
}

// free returns the sizes of the axes that are neither contracting nor batch axes.
func free(s Shape, contracting, batch []int) Shape {
	var out Shape
	for i, d := range s {
		if !slices.Contains(contracting, i) && !slices.Contains(batch, i) {
			out = append(out, d)
		}
	}
	return out
}

func evaluateDotGeneral(c *Context, out, in []*Tensor) {
	p := c.Params.(DotParams)
	x, y := DotView(in[0].Shape, p.LeftBatch, p.LeftContracting), DotView(in[1].Shape, p.RightBatch, p.RightContracting)
	if out[0].Bool != nil {
		dotTruth(out[0].Bool, in[0].Bool, in[1].Bool, x, y)
		return
	}
	if len(x.Contracting) == 0 {
		outer(out[0], in[0], in[1], x, y)
		return
	}
	n := y.Free.Size()
	a, b := make([]float64, x.Contracting.Size()), make([]float64, x.Contracting.Size())
	a32, b32 := make([]float32, len(a)), make([]float32, len(a))
	for i := range out[0].Shape.Size() {
		row, column := i/n, i%n
		batch := row / x.Free.Size()
		gatherLine(a, in[0], x, batch, row%x.Free.Size())
		gatherLine(b, in[1], y, batch, column)
		order := c.Plan.Dot.At(row%x.Free.Size(), column)
		if out[0].F64 != nil {
			out[0].F64[i] = bf16.Dot64(order, a, b)
			continue
		}
		convertLoop(a32, a)
		convertLoop(b32, b)
		out[0].F32[i] = bf16.Dot(order, a32, b32)
	}
}

// View is one side of a product seen as [batch, free, contracting], with the strides of each axis in the operand.
type View struct {
	Batch, Free, Contracting                      Shape
	BatchStrides, FreeStrides, ContractingStrides []int
}

// DotView sorts the axes of an operand of dot_general into batch, free and contracting axes.
func DotView(shape Shape, batch, contracting []int) View {
	strides := shape.Strides()
	var v View
	for _, a := range batch {
		v.Batch, v.BatchStrides = append(v.Batch, shape[a]), append(v.BatchStrides, strides[a])
	}
	for _, a := range contracting {
		v.Contracting, v.ContractingStrides = append(v.Contracting, shape[a]), append(v.ContractingStrides, strides[a])
	}
	for a, d := range shape {
		if !slices.Contains(batch, a) && !slices.Contains(contracting, a) {
			v.Free, v.FreeStrides = append(v.Free, d), append(v.FreeStrides, strides[a])
		}
	}
	return v
}

// Offset returns where the flat position i of the axes of shape lies in an operand with the given strides.
func Offset(i int, shape Shape, strides []int) int {
	at := 0
	for a := len(shape) - 1; a >= 0; a-- {
		at += i % shape[a] * strides[a]
		i /= shape[a]
	}
	return at
}

// gatherLine copies the contracting elements of one row of the view, widened to float64.
func gatherLine(dst []float64, t *Tensor, v View, batch, free int) {
	at := Offset(batch, v.Batch, v.BatchStrides) + Offset(free, v.Free, v.FreeStrides)
	for k := range dst {
		i := at + Offset(k, v.Contracting, v.ContractingStrides)
		switch {
		case t.F32 != nil:
			dst[k] = float64(t.F32[i])
		case t.F64 != nil:
			dst[k] = t.F64[i]
		case t.I32 != nil:
			dst[k] = float64(t.I32[i])
		}
	}
}

// outer is a product without contracting axes: nothing is summed, so a product -0 stays -0.
func outer(out, in0, in1 *Tensor, x, y View) {
	n := y.Free.Size()
	var a, b [1]float64
	for i := range out.Shape.Size() {
		row := i / n
		batch := row / x.Free.Size()
		gatherLine(a[:], in0, x, batch, row%x.Free.Size())
		gatherLine(b[:], in1, y, batch, i%n)
		if out.F64 != nil {
			out.F64[i] = a[0] * b[0]
			continue
		}
		out.F32[i] = float32(a[0]) * float32(b[0])
	}
}

// dotTruth is the product of truth values without contracting axes: AND.
func dotTruth(dst, x, y []bool, a, b View) {
	n := b.Free.Size()
	for i := 0; i < len(dst); i += n {
		row := i / n
		batch := row / a.Free.Size()
		l := Offset(batch, a.Batch, a.BatchStrides) + Offset(row%a.Free.Size(), a.Free, a.FreeStrides)
		first := Offset(batch, b.Batch, b.BatchStrides)
		for column := range n {
			dst[i+column] = x[l] && y[first+Offset(column, b.Free, b.FreeStrides)]
		}
	}
}
