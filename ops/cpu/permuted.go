package cpu

import (
	"slices"

	"bf16lab/bf16"
	"bf16lab/ops"
)

// permuted tells whether the unit is a product whose result is written in the order of the transpose that follows it, so
// that the product itself need not exist.
func (u *unit) permuted() bool {
	return u.rows == 0 && u.column == nil && u.batches == nil && len(u.nodes) == 2
}

// permutation is a product whose result is written in another order: [batch, rows, columns] where columns are all free
// axes of one operand and rows those of the other, permuted.
type permutation struct {
	swapped bool      // rows are the free axes of the right operand
	rows    ops.Shape // in the order of the result
	axes    []int     // by axis of rows: its number among the free axes of its operand
	columns int
}

// permutationOf returns how a transpose writes the result of a product; ok is false where it cannot be done with products
// of a good size.
func permutationOf(dot, transpose *ops.Node) (x permutation, ok bool) {
	const fewRows = 64 // below that a product costs more than a transpose
	p, ok := dot.Params.(ops.DotParams)
	t, ok2 := transpose.Params.(ops.TransposeParams)
	if !ok || !ok2 || !isProduct(dot) || len(p.LeftContracting) == 0 {
		return x, false
	}
	batch := len(p.LeftBatch)
	left := len(dot.In[0].Shape()) - batch - len(p.LeftContracting)
	rank := len(dot.Out[0].Shape)
	right := rank - batch - left
	if left == 0 || right == 0 || !identity(t.Permutation[:batch]) {
		return x, false
	}
	x.swapped = t.Permutation[rank-1] < batch+left
	rows, first := left, batch
	if x.swapped {
		rows, first = right, batch+left
	}
	for i, a := range t.Permutation[batch:] {
		if i < rows {
			x.axes = append(x.axes, a-first)
			x.rows = append(x.rows, dot.Out[0].Shape[a])
		}
	}
	columns := t.Permutation[batch+rows:]
	x.columns = transpose.Out[0].Shape[batch+rows:].Size()
	inOrder := slices.IsSorted(columns) && slices.Min(x.axes) == 0 && slices.Max(x.axes) == rows-1
	return x, inOrder && x.rows[rows-1] >= fewRows && x.readable(dot, p)
}

// views returns how the operand of the rows and that of the columns are read.
func (x *permutation) views(left, right ops.Shape, p ops.DotParams) (rows, columns ops.View) {
	rows, columns = ops.DotView(left, p.LeftBatch, p.LeftContracting), ops.DotView(right, p.RightBatch, p.RightContracting)
	if x.swapped {
		return columns, rows
	}
	return rows, columns
}

// readable tells whether the kernels can read the operands as they are.
func (x *permutation) readable(dot *ops.Node, p ops.DotParams) bool {
	rows, columns := x.views(dot.In[0].Shape(), dot.In[1].Shape(), p)
	_, ok1 := merged(rows.Contracting, rows.ContractingStrides)
	_, ok2 := merged(columns.Contracting, columns.ContractingStrides)
	_, ok3 := merged(columns.Free, columns.FreeStrides)
	return ok1 && ok2 && ok3
}

// permutation returns how the unit writes its result.
func (u *unit) permutation() permutation {
	x, _ := permutationOf(u.nodes[0], u.nodes[1])
	return x
}

// joinTransposes makes one unit of every large product and the transpose that is its only reader, where joins allows it.
func joinTransposes(units []*unit, consumers [][]*ops.Node, joins func(dot, transpose *ops.Node) bool) []*unit {
	products := map[*ops.Node]int{}
	drop := make([]bool, len(units))
	for i, u := range units {
		if u.rows > 0 {
			continue
		}
		n := u.nodes[0]
		if _, ok := n.Params.(ops.DotParams); ok {
			products[n] = i
		}
		if n.Primitive != ops.TransposePrimitive || n.In[0].Value == nil || n.Out[0].Shape.Size() <= aheadSize {
			continue
		}
		dot := n.In[0].Value.Node
		at, ok := products[dot]
		if !ok || len(consumers[dot.Out[0].ID]) != 1 || !joins(dot, n) {
			continue
		}
		if _, ok := permutationOf(dot, n); ok {
			u.nodes = []*ops.Node{dot, n}
			drop[at] = true
		}
	}
	var out []*unit
	for i, u := range units {
		if !drop[i] {
			out = append(out, u)
		}
	}
	return out
}

// permutedProduct is a product that is written in another order, with its operands.
type permutedProduct struct {
	permutation
	workers             int
	plan                *ops.NodePlan
	formats             [2]bf16.Format // of the operands of rows and of columns
	rowTensor           *ops.Tensor
	columnTensor        *ops.Tensor
	rowView, columnView ops.View
	order               ops.ProductOrder // of rows and columns
}

// permutedRows computes rows lo..hi-1 of a product that is written in another order.
func (r *run) permutedRows(u *unit, plan *ops.NodePlan, out *ops.Tensor, operands []*ops.Tensor, lo, hi int) {
	n := u.nodes[0]
	x := permutedProduct{permutation: u.permutation(), workers: r.Workers, plan: plan, formats: operandFormats(n, plan), order: plan.Dot}
	left, right := r.matrixOperand(operands[0], plan, x.formats[0]), r.matrixOperand(operands[1], plan, x.formats[1])
	x.rowTensor, x.columnTensor = left, right
	x.rowView, x.columnView = x.views(left.Shape, right.Shape, n.Params.(ops.DotParams))
	if o := plan.Dot; x.swapped {
		x.rowTensor, x.columnTensor = right, left
		x.formats[0], x.formats[1] = x.formats[1], x.formats[0]
		x.order = ops.ProductOrder{Main: o.Main, Row: o.Column, Column: o.Row, Bottom: o.Right, Right: o.Bottom, Corner: o.Corner}
	}
	block := hi - lo
	if wideStorage(plan) != out.Storage() {
		block = wideRows(block, x.columns)
	}
	last := x.rows[len(x.rows)-1]
	for lo < hi {
		end := min(hi, lo+block, lo+last-lo%last)
		r.intoRows(plan, out, lo, end, x.columns, func(wide *ops.Tensor) { x.part(wide, lo, end) })
		lo = end
	}
	r.releaseOther(left, operands[0])
	r.releaseOther(right, operands[1])
}

// part computes the unrounded rows lo..hi-1, which lie along the last axis of the rows.
func (x *permutedProduct) part(wide *ops.Tensor, lo, hi int) {
	per, last := x.rows.Size(), len(x.rows)-1
	batch, row := lo/per, lo%per
	stored, numbers := make([]int, len(x.rows)), make([]int, len(x.rows)) // strides in memory and among the free axes
	for i, a := range x.axes {
		stored[i], numbers[i] = x.rowView.FreeStrides[a], x.rowView.Free.Strides()[a]
	}
	depthStride, _ := merged(x.rowView.Contracting, x.rowView.ContractingStrides)
	a := side{tensor: x.rowTensor, rows: hi - lo, columns: x.rowView.Contracting.Size(), rowStride: stored[last], columnStride: depthStride}
	from := ops.Offset(batch, x.rowView.Batch, x.rowView.BatchStrides) + ops.Offset(row, x.rows, stored)
	depthStride, _ = merged(x.columnView.Contracting, x.columnView.ContractingStrides)
	columnStride, _ := merged(x.columnView.Free, x.columnView.FreeStrides)
	b := side{tensor: x.columnTensor, rows: a.columns, columns: x.columns, rowStride: depthStride, columnStride: columnStride}
	at := ops.Offset(batch, x.columnView.Batch, x.columnView.BatchStrides)
	order := x.order
	if order.Row > 0 {
		order = withRow(order, ceilDiv(order.Row-ops.Offset(row, x.rows, numbers), numbers[last]))
	}
	if x.plan.Double {
		multiplyInOrder(x.workers, wide.F64, a.batch64([]int{from}), b.batch64([]int{at}), order, BatchMatMul64)
	} else {
		multiplyInOrder(x.workers, wide.F32, a.batch([]int{from}, x.formats[0]), b.batch([]int{at}, x.formats[1]), order, BatchMatMul)
	}
}
