package cpu

import (
	"bf16lab/bf16"
	"bf16lab/ops"
)

// dot computes a dot_general with the packed kernels.
func (r *run) dot(n *ops.Node, plan *ops.NodePlan, p ops.DotParams, operands []*ops.Tensor) *ops.Tensor {
	x := ops.DotView(operands[0].Shape, p.LeftBatch, p.LeftContracting)
	y := ops.DotView(operands[1].Shape, p.RightBatch, p.RightContracting)
	if len(x.Contracting) == 0 {
		return r.outer(n, plan, operands, x, y)
	}
	wide := r.result(n, plan)
	r.multiplyInto(n, plan, p, plan.Dot, wide, operands)
	return r.narrow(n, plan, wide)
}

// operandFormats returns the formats that the two operands of a product are rounded to; integers are taken as they are.
func operandFormats(n *ops.Node, plan *ops.NodePlan) (formats [2]bf16.Format) {
	for i := range formats {
		if n.In[i].DType.IsFloat() {
			formats[i] = plan.Operands[i]
		}
	}
	return formats
}

// matrixOperand returns an operand in a storage that the kernels read: float64 for double plans, otherwise bfloat16 and float32
// as they are and everything else as float32. The kernels round float32 on the way in; a float64 operand is rounded here.
func (r *run) matrixOperand(t *ops.Tensor, plan *ops.NodePlan, rounded bf16.Format) *ops.Tensor {
	switch {
	case plan.Double && (t.F64 == nil || rounded != (bf16.Format{})):
		wide := r.memory.tensor(t.Shape, ops.StoreFloat64)
		decode(wide, t)
		roundTo(rounded, wide)
		return wide
	case !plan.Double && t.F32 == nil && t.BF16 == nil:
		wide := r.memory.tensor(t.Shape, ops.StoreFloat32)
		decode(wide, t)
		return wide
	}
	return t
}

func (r *run) releaseOther(t, original *ops.Tensor) {
	if t != original {
		r.memory.release(t)
	}
}

// side is one operand of a batch of products: the same strides for all of them.
type side struct {
	tensor                  *ops.Tensor
	rows, columns           int
	rowStride, columnStride int
}

func (s side) matrix(offset int, rounded bf16.Format) Matrix {
	data := Floats{F32: s.tensor.F32, BF16: s.tensor.BF16}
	if rounded != (bf16.Format{}) {
		data.Round = roundingSlices(rounded)
	}
	return Matrix{Data: data, Offset: offset, Rows: s.rows, Columns: s.columns, RowStride: s.rowStride, ColumnStride: s.columnStride}
}

func (s side) batch(offsets []int, rounded bf16.Format) []Matrix {
	var out []Matrix
	for _, offset := range offsets {
		out = append(out, s.matrix(offset, rounded))
	}
	return out
}

func (s side) batch64(offsets []int) []Matrix64 {
	var out []Matrix64
	for _, offset := range offsets {
		out = append(out, Matrix64{Data: s.tensor.F64, Offset: offset, Rows: s.rows, Columns: s.columns, RowStride: s.rowStride, ColumnStride: s.columnStride})
	}
	return out
}

// matrices sees an operand as a batch of matrices [free, contracting], or transposed. An operand whose free or contracting
// axes cannot be seen as one axis is copied first; the copy is returned to be released.
func (r *run) matrices(t *ops.Tensor, v ops.View, transposed bool) (s side, offsets []int, copied *ops.Tensor) {
	freeStride, ok1 := merged(v.Free, v.FreeStrides)
	contractingStride, ok2 := merged(v.Contracting, v.ContractingStrides)
	if !ok1 || !ok2 {
		copied = r.packed(t, v)
		t = copied
		rank := v.Contracting.Size()
		freeStride, contractingStride = rank, 1
		v.BatchStrides = append(append(ops.Shape{}, v.Batch...), v.Free.Size()*rank).Strides()[:len(v.Batch)]
	}
	s = side{tensor: t, rows: v.Free.Size(), columns: v.Contracting.Size(), rowStride: freeStride, columnStride: contractingStride}
	if transposed {
		s.rows, s.columns, s.rowStride, s.columnStride = s.columns, s.rows, s.columnStride, s.rowStride
	}
	for i := range v.Batch.Size() {
		offsets = append(offsets, ops.Offset(i, v.Batch, v.BatchStrides))
	}
	return s, offsets, copied
}

// merged returns the stride of several axes seen as one; ok is false where they are not evenly spaced.
func merged(shape ops.Shape, strides []int) (stride int, ok bool) {
	stride, next := 1, 0
	for i := len(shape) - 1; i >= 0; i-- {
		if shape[i] == 1 {
			continue
		}
		if next == 0 {
			stride = strides[i]
		} else if strides[i] != next {
			return 0, false
		}
		next = strides[i] * shape[i]
	}
	return stride, true
}

// packed copies an operand into the layout [batch, free, contracting].
func (r *run) packed(t *ops.Tensor, v ops.View) *ops.Tensor {
	shape := append(append(append(ops.Shape{}, v.Batch...), v.Free...), v.Contracting...)
	strides := append(append(append([]int{}, v.BatchStrides...), v.FreeStrides...), v.ContractingStrides...)
	out := r.memory.tensor(shape, t.Storage())
	ops.CopyStrided(out, t, strides)
	return out
}

// outer computes a dot_general without contracting axes: every product of a left and a right element, rounded once.
func (r *run) outer(n *ops.Node, plan *ops.NodePlan, operands []*ops.Tensor, x, y ops.View) *ops.Tensor {
	rounded := operandFormats(n, plan)
	left, right := r.matrixOperand(operands[0], plan, rounded[0]), r.matrixOperand(operands[1], plan, rounded[1])
	round := [2]func(float32) float32{rounding(rounded[0]), rounding(rounded[1])}
	wide := r.result(n, plan)
	rows, columns := x.Free.Size(), y.Free.Size()
	for b := range x.Batch.Size() {
		for i := range rows {
			l := ops.Offset(b, x.Batch, x.BatchStrides) + ops.Offset(i, x.Free, x.FreeStrides)
			for j := range columns {
				m := ops.Offset(b, y.Batch, y.BatchStrides) + ops.Offset(j, y.Free, y.FreeStrides)
				at := (b*rows+i)*columns + j
				if plan.Double {
					wide.F64[at] = left.F64[l] * right.F64[m]
				} else {
					wide.F32[at] = round[0](element(left, l)) * round[1](element(right, m))
				}
			}
		}
	}
	r.releaseOther(left, operands[0])
	r.releaseOther(right, operands[1])
	return r.narrow(n, plan, wide)
}

// rounding returns the rounding to a format; the zero format rounds nothing.
func rounding(f bf16.Format) func(float32) float32 {
	if f == (bf16.Format{}) {
		return func(x float32) float32 { return x }
	}
	return f.Round
}

// roundingSlices returns the rounding of slices to a format, in place.
func roundingSlices(f bf16.Format) func(values []float32) {
	if k := activeElementwise(); k.round != nil && f == bf16.BFloat16 {
		return func(values []float32) { k.round.run(0, len(values), floats{wide: values}, floats{wide: values}) }
	}
	return func(values []float32) { f.RoundSlice(values, values) }
}

func element(t *ops.Tensor, i int) float32 {
	if t.BF16 != nil {
		return bf16.FromBFloat16(t.BF16[i])
	}
	return t.F32[i]
}

// result returns a tensor for the unrounded result of a product.
func (r *run) result(n *ops.Node, plan *ops.NodePlan) *ops.Tensor {
	return r.memory.tensor(n.Out[0].Shape, wideStorage(plan))
}

// narrow rounds a result as the plan says and moves it to the storage of its format.
func (r *run) narrow(n *ops.Node, plan *ops.NodePlan, wide *ops.Tensor) *ops.Tensor {
	out := wide
	if s := plan.Storage(n.Out[0].DType); s != wide.Storage() {
		out = r.memory.tensor(wide.Shape, s)
	}
	r.roundInto(plan, out, wide)
	if out != wide {
		r.memory.release(wide)
	}
	return out
}
