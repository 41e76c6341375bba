package cpu

import (
	"bf16lab/ops"
)

// byRows computes a product whose rows follow one another.
func (r *run) byRows(n *ops.Node, plan *ops.NodePlan, operands []*ops.Tensor) *ops.Tensor {
	out := r.memory.tensor(n.Out[0].Shape, plan.Storage(n.Out[0].DType))
	u := unit{nodes: []*ops.Node{n}}
	r.productRows(n, plan, out, operands, 0, u.rowCount())
	return out
}

// wideRows returns how many rows of a product are computed at once where unrounded results are stored for a while.
func wideRows(rows, columns int) int { return min(rows, max(1, wideElements/columns)) }

// productRows computes rows lo..hi-1 of a matrix product or convolution whose rows follow one another in memory (see
// productReaches). Every element accumulates in the order that it has in the whole product.
func (r *run) productRows(n *ops.Node, plan *ops.NodePlan, out *ops.Tensor, operands []*ops.Tensor, lo, hi int) {
	per := n.In[0].Shape()[1] // rows of a sequence of the batch
	if p, ok := n.Params.(ops.DotParams); ok {
		per = ops.DotView(n.In[0].Shape(), p.LeftBatch, p.LeftContracting).Free.Size()
	}
	block := hi - lo
	if wideStorage(plan) != out.Storage() {
		u := unit{nodes: []*ops.Node{n}}
		block = wideRows(block, u.rowSize(n.Out[0]))
	}
	for lo < hi {
		batch := lo / per
		end := min(hi, lo+block, (batch+1)*per)
		if p, ok := n.Params.(ops.DotParams); ok {
			r.dotRows(n, plan, p, out, operands, batch, lo, end)
		} else {
			r.convolutionRows(n, plan, out, operands, batch, lo, end)
		}
		lo = end
	}
}

// dotRows computes rows lo..hi-1, all of one product of a batch.
func (r *run) dotRows(n *ops.Node, plan *ops.NodePlan, p ops.DotParams, out *ops.Tensor, operands []*ops.Tensor, batch, lo, hi int) {
	x := ops.DotView(operands[0].Shape, p.LeftBatch, p.LeftContracting)
	depth, rows := x.Contracting.Size(), x.Free.Size()
	left := operands[0].Range(lo*depth, hi*depth, ops.Shape{hi - lo, depth})
	rightShape := operands[1].Shape[len(p.RightBatch):]
	right := operands[1].Range(batch*rightShape.Size(), (batch+1)*rightShape.Size(), rightShape)
	part := ops.DotParams{LeftContracting: []int{1}}
	for _, a := range p.RightContracting {
		part.RightContracting = append(part.RightContracting, a-len(p.RightBatch))
	}
	order := orderFrom(plan.Dot, lo-batch*rows)
	columns := rightShape.Size() / depth
	r.intoRows(n, plan, out, lo, hi, columns, func(wide *ops.Tensor) {
		r.multiplyInto(n, plan, part, order, wide, []*ops.Tensor{left, right})
	})
}

// orderFrom returns the order of a product that begins with the given row of another.
func orderFrom(o ops.ProductOrder, row int) ops.ProductOrder {
	switch {
	case o.Row == 0 || row == 0:
		return o
	case o.Row <= row:
		return ops.ProductOrder{Main: o.Bottom, Column: o.Column, Right: o.Corner}
	}
	o.Row -= row
	return o
}

// convolutionRows computes positions lo..hi-1 of a convolution, all of one sequence of the batch.
func (r *run) convolutionRows(n *ops.Node, plan *ops.NodePlan, out *ops.Tensor, operands []*ops.Tensor, batch, lo, hi int) {
	length, channels := operands[0].Shape[1], operands[0].Shape[2]
	before, after := halo(operands[1].Shape[0])
	first, last := max(lo-before, batch*length), min(hi+after, (batch+1)*length)
	part := operands[0].Range(first*channels, last*channels, ops.Shape{1, last - first, channels})
	r.intoRows(n, plan, out, lo, hi, operands[1].Shape[2], func(wide *ops.Tensor) {
		r.convolveInto(plan, wide, part, operands[1], lo-first)
	})
}

// intoRows has rows lo..hi-1 of a result computed, then rounds them as the plan says and moves them to where they are
// kept.
func (r *run) intoRows(n *ops.Node, plan *ops.NodePlan, out *ops.Tensor, lo, hi, columns int, compute func(wide *ops.Tensor)) {
	shape := ops.Shape{hi - lo, columns}
	rows := out.Range(lo*columns, hi*columns, shape)
	wide := rows
	if s := wideStorage(plan); s != out.Storage() {
		wide = r.memory.tensor(shape, s)
	}
	compute(wide)
	r.roundInto(n, plan, rows, wide)
	if wide != rows {
		r.memory.release(wide)
	}
}

// multiplyInto computes the unrounded results of a dot_general of two operands.
func (r *run) multiplyInto(n *ops.Node, plan *ops.NodePlan, p ops.DotParams, order ops.ProductOrder, wide *ops.Tensor, operands []*ops.Tensor) {
	x := ops.DotView(operands[0].Shape, p.LeftBatch, p.LeftContracting)
	y := ops.DotView(operands[1].Shape, p.RightBatch, p.RightContracting)
	rounded := operandFormats(n, plan)
	left, right := r.matrixOperand(operands[0], plan, rounded[0]), r.matrixOperand(operands[1], plan, rounded[1])
	a, aOffsets, aDone := r.matrices(left, x, false)
	b, bOffsets, bDone := r.matrices(right, y, true)
	switch {
	case plan.Double:
		as, bs := a.batch64(aOffsets), b.batch64(bOffsets)
		multiplyInOrder(r.Workers, wide.F64, as, bs, order, BatchMatMul64)
	default:
		as, bs := a.batch(aOffsets, rounded[0]), b.batch(bOffsets, rounded[1])
		multiplyInOrder(r.Workers, wide.F32, as, bs, order, BatchMatMul)
	}
	for _, t := range []*ops.Tensor{aDone, bDone} {
		if t != nil {
			r.memory.release(t)
		}
	}
	r.releaseOther(left, operands[0])
	r.releaseOther(right, operands[1])
}

// convolveInto computes the unrounded results of as many positions of a convolution as wide has, from position first of x
// [1, positions, channels] on. Where positions beyond x are read, x ends with the sequence.
func (r *run) convolveInto(plan *ops.NodePlan, wide, operand, kernel *ops.Tensor, first int) {
	x, w := r.matrixOperand(operand, plan, plan.Operands[0]), r.matrixOperand(kernel, plan, plan.Operands[1])
	length, channels := x.Shape[1], x.Shape[2]
	width, columns := w.Shape[0], w.Shape[2]
	positions := wide.Shape.Size() / columns
	if plan.Double {
		weights := Matrix64{Data: w.F64, Rows: width * channels, Columns: columns, RowStride: columns, ColumnStride: 1}
		convolve64(r.Workers, wide.F64, x.F64, length, channels, first, positions, weights, width, plan.Dot.Main)
	} else {
		weights := side{tensor: w, rows: width * channels, columns: columns, rowStride: columns, columnStride: 1}.matrix(0, plan.Operands[1])
		data := side{tensor: x}.matrix(0, plan.Operands[0]).Data
		convolve(r.Workers, wide.F32, data, length, channels, first, positions, weights, width, plan.Dot.Main)
	}
	r.releaseOther(x, operand)
	r.releaseOther(w, kernel)
}

// wideStorage returns how the unrounded results of a product are stored.
func wideStorage(plan *ops.NodePlan) ops.Storage {
	if plan.Double {
		return ops.StoreFloat64
	}
	return ops.StoreFloat32
}

// roundInto rounds results as the plan says and moves them to out, which may be the same tensor.
func (r *run) roundInto(n *ops.Node, plan *ops.NodePlan, out, wide *ops.Tensor) {
	size := wide.Shape.Size()
	if out == wide && !plan.Round && !plan.Flush {
		return
	}
	blocks := (size + observeElements - 1) / observeElements
	parallel(r.Workers, blocks, func(_, b int) {
		lo, hi := b*observeElements, min((b+1)*observeElements, size)
		from := wide.Range(lo, hi, ops.Shape{hi - lo})
		if plan.Flush {
			flush(from)
		}
		if out == wide {
			if plan.Round {
				roundTo(plan.Output, from)
			}
			return
		}
		encode(out.Range(lo, hi, ops.Shape{hi - lo}), from)
	})
}
