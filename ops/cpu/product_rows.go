package cpu

import (
	"bf16lab/ops"
)

// byRows computes a product whose rows follow one another.
func (r *run) byRows(u *unit, plan *ops.NodePlan, operands []*ops.Tensor) *ops.Tensor {
	n := u.result()
	out := r.memory.tensor(n.Out[0].Shape, plan.Storage(n.Out[0].DType))
	r.productRows(u, plan, out, operands, 0, u.rowCount())
	return out
}

// wideRows returns how many rows of a product are computed at once where unrounded results are stored for a while.
func wideRows(rows, columns int) int { return min(rows, max(1, wideElements/columns)) }

// productRows computes rows lo..hi-1 of a product or convolution (see unit.productReaches). Every element accumulates in
// the order that it has in the whole product.
func (r *run) productRows(u *unit, plan *ops.NodePlan, out *ops.Tensor, operands []*ops.Tensor, lo, hi int) {
	n := u.nodes[0]
	p, dot := n.Params.(ops.DotParams)
	switch {
	case u.permuted():
		r.permutedRows(u, plan, out, operands, lo, hi)
		return
	case u.sink():
		r.sinkRows(n, plan, out, operands, lo, hi)
		return
	}
	per := n.In[0].Shape()[1] // rows of a sequence of the batch
	if dot {
		per = ops.DotView(n.In[0].Shape(), p.LeftBatch, p.LeftContracting).Free.Size()
	}
	block := hi - lo
	if wideStorage(plan) != out.Storage() {
		block = wideRows(block, u.rowSize(n.Out[0]))
	}
	for lo < hi {
		batch := lo / per
		end := min(hi, lo+block, (batch+1)*per)
		if dot {
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
	order := plan.Dot
	if order.Row > 0 {
		order = withRow(order, order.Row-(lo-batch*rows))
	}
	columns := rightShape.Size() / depth
	r.intoRows(plan, out, lo, hi, columns, func(wide *ops.Tensor) {
		r.multiplyInto(n, plan, part, order, wide, []*ops.Tensor{left, right})
	})
}

// withRow returns an order with its edge at another row; there are no rows before one at 0 or less.
func withRow(o ops.ProductOrder, row int) ops.ProductOrder {
	if row <= 0 {
		return ops.ProductOrder{Main: o.Bottom, Column: o.Column, Right: o.Corner}
	}
	o.Row = row
	return o
}

// withColumn is [withRow] for columns.
func withColumn(o ops.ProductOrder, column int) ops.ProductOrder {
	if column <= 0 {
		return ops.ProductOrder{Main: o.Right, Row: o.Row, Bottom: o.Corner}
	}
	o.Column = column
	return o
}

// sinkRows takes rows lo..hi-1 of the right operand into a product: they are columns of its result.
func (r *run) sinkRows(n *ops.Node, plan *ops.NodePlan, out *ops.Tensor, operands []*ops.Tensor, lo, hi int) {
	p := n.Params.(ops.DotParams)
	y := ops.DotView(operands[1].Shape, p.RightBatch, p.RightContracting)
	depth, columns := y.Contracting.Size(), y.Free.Size()
	leftShape := operands[0].Shape[len(p.LeftBatch):]
	part := ops.DotParams{RightContracting: []int{1}}
	for _, a := range p.LeftContracting {
		part.LeftContracting = append(part.LeftContracting, a-len(p.LeftBatch))
	}
	rows := leftShape.Size() / depth
	for lo < hi {
		batch := lo / columns
		end := min(hi, lo+wideRows(hi-lo, rows), (batch+1)*columns)
		left := operands[0].Range(batch*leftShape.Size(), (batch+1)*leftShape.Size(), leftShape)
		right := operands[1].Range(lo*depth, end*depth, ops.Shape{end - lo, depth})
		order := plan.Dot
		if order.Column > 0 {
			order = withColumn(order, order.Column-(lo-batch*columns))
		}
		rounded := r.memory.tensor(ops.Shape{rows, end - lo}, out.Storage())
		r.intoRows(plan, rounded, 0, rows, end-lo, func(wide *ops.Tensor) {
			r.multiplyInto(n, plan, part, order, wide, []*ops.Tensor{left, right})
		})
		for i := range rows {
			to := (batch*rows+i)*columns + lo - batch*columns
			copy(bytesOf(out.Range(to, to+end-lo, ops.Shape{end - lo})), bytesOf(rounded.Range(i*(end-lo), (i+1)*(end-lo), ops.Shape{end - lo})))
		}
		r.memory.release(rounded)
		lo = end
	}
}

// convolutionRows computes positions lo..hi-1 of a convolution, all of one sequence of the batch.
func (r *run) convolutionRows(n *ops.Node, plan *ops.NodePlan, out *ops.Tensor, operands []*ops.Tensor, batch, lo, hi int) {
	length, channels := operands[0].Shape[1], operands[0].Shape[2]
	before, after := halo(operands[1].Shape[0])
	first, last := max(lo-before, batch*length), min(hi+after, (batch+1)*length)
	part := operands[0].Range(first*channels, last*channels, ops.Shape{1, last - first, channels})
	r.intoRows(plan, out, lo, hi, operands[1].Shape[2], func(wide *ops.Tensor) {
		r.convolveInto(plan, wide, part, operands[1], lo-first)
	})
}

// intoRows has rows lo..hi-1 of a result computed, then rounds them as the plan says and moves them to where they are
// kept.
func (r *run) intoRows(plan *ops.NodePlan, out *ops.Tensor, lo, hi, columns int, compute func(wide *ops.Tensor)) {
	shape := ops.Shape{hi - lo, columns}
	rows := out.Range(lo*columns, hi*columns, shape)
	wide := rows
	if s := wideStorage(plan); s != out.Storage() {
		wide = r.memory.tensor(shape, s)
	}
	compute(wide)
	r.roundInto(plan, rows, wide)
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
func (r *run) roundInto(plan *ops.NodePlan, out, wide *ops.Tensor) {
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
