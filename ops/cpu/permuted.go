package cpu

import (
	"slices"

	"bf16lab/bf16"
	"bf16lab/ops"
)

// permuted tells whether the unit is a product whose result is written in the order of the transpose that follows it, so
// that the product itself need not exist.
func (u *unit) permuted() bool {
	return u.rows == 0 && u.column == nil && u.batches == nil && u.epilogue == nil && len(u.nodes) == 2
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

// addPermuted collects rows lo..hi-1 of a product that is written in another order.
func (c *products) addPermuted(u *unit, operands []*ops.Tensor, res *results, lo, hi int) {
	n, x := u.nodes[0], u.permutation()
	formats := c.formats(n, res.plan, operands)
	left, right := c.operand(operands[0], res.plan, formats[0]), c.operand(operands[1], res.plan, formats[1])
	p := permutedProduct{permutation: x, rowTensor: left, columnTensor: right, formats: formats, order: res.plan.Dot}
	p.rowView, p.columnView = x.views(left.Shape, right.Shape, n.Params.(ops.DotParams))
	if o := res.plan.Dot; x.swapped {
		p.rowTensor, p.columnTensor = right, left
		p.formats[0], p.formats[1] = formats[1], formats[0]
		p.order = ops.ProductOrder{Main: o.Main, Row: o.Column, Column: o.Row, Bottom: o.Right, Right: o.Bottom, Corner: o.Corner}
	}
	last := x.rows[len(x.rows)-1]
	for lo < hi {
		end := min(hi, lo+last-lo%last)
		a, b, order := p.part(lo, end)
		c.add(a, b, p.rowView.Contracting.Size(), order, res, lo*x.columns, x.columns)
		lo = end
	}
}

// permutedProduct is a product that is written in another order, with its operands.
type permutedProduct struct {
	permutation
	formats             [2]bf16.Format // of the operands of rows and of columns
	rowTensor           *ops.Tensor
	columnTensor        *ops.Tensor
	rowView, columnView ops.View
	order               ops.ProductOrder // of rows and columns
}

// part returns the operands of rows lo..hi-1, which lie along the last axis of the rows, and their order.
func (x *permutedProduct) part(lo, hi int) (a, b side, order ops.ProductOrder) {
	per, last := x.rows.Size(), len(x.rows)-1
	batch, row := lo/per, lo%per
	stored, numbers := make([]int, len(x.rows)), make([]int, len(x.rows)) // strides in memory and among the free axes
	for i, axis := range x.axes {
		stored[i], numbers[i] = x.rowView.FreeStrides[axis], x.rowView.Free.Strides()[axis]
	}
	a = side{tensor: x.rowTensor, round: x.formats[0], lines: hi - lo, line: stored[last]}
	a.step, _ = merged(x.rowView.Contracting, x.rowView.ContractingStrides)
	a.offsets = []int{ops.Offset(batch, x.rowView.Batch, x.rowView.BatchStrides) + ops.Offset(row, x.rows, stored)}
	b = side{tensor: x.columnTensor, round: x.formats[1], lines: x.columns}
	b.step, _ = merged(x.columnView.Contracting, x.columnView.ContractingStrides)
	b.line, _ = merged(x.columnView.Free, x.columnView.FreeStrides)
	b.offsets = []int{ops.Offset(batch, x.columnView.Batch, x.columnView.BatchStrides)}
	order = x.order
	if order.Row > 0 {
		order = withRow(order, ceilDiv(order.Row-ops.Offset(row, x.rows, numbers), numbers[last]))
	}
	return a, b, order
}
