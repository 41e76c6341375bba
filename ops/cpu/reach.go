package cpu

import (
	"slices"
	"sort"

	"bf16lab/ops"
)

// reach says which elements of an operand the rows of a unit read: row i those from start(i) up to end(i), in flat order.
// Neither decreases from row to row, so a unit can follow the unit that makes the operand at a fixed distance.
type reach struct {
	value      *ops.Value
	start, end func(row int) int
}

// rowsWithin returns how many leading rows, of so many, read nothing beyond the first done elements.
func (x *reach) rowsWithin(rows, done int) int {
	return sort.Search(rows, func(i int) bool { return x.end(i) > done })
}

// reaches returns how the rows of a unit read its operands from outside. Operands that every row reads whole are missing;
// ok is false where the unit cannot be carried out row by row.
func (u *unit) reaches() (all []reach, ok bool) {
	if u.rows == 0 {
		return u.productReaches()
	}
	made := map[*ops.Value]bool{}
	for i := range u.row {
		row := &u.row[i]
		for j, o := range row.in {
			if o.value == nil || made[o.value] || o.kind == shared || o.kind == cyclic {
				continue
			}
			x, ok := row.reach(j)
			if !ok {
				return nil, false
			}
			all = append(all, x)
		}
		made[row.node.Out[0]] = true
	}
	return all, true
}

// reach returns how the rows of a row unit read operand j.
func (r *rowNode) reach(j int) (reach, bool) {
	o := r.in[j]
	size := o.inner.Size()
	switch o.kind {
	case tiled:
		return consecutive(o.value, size), true
	case grouped:
		return reach{o.value, func(i int) int { return i / o.period * size }, func(i int) int { return (i/o.period + 1) * size }}, true
	}
	from, strides := ops.MoveStrides(r.node.Params, o.value.Shape, r.node.Out[0].Shape)
	across := 0
	for a := len(strides) - 1; a >= 0; a-- {
		// From one row to the next an axis goes one step on and all later axes go back to their beginnings.
		if strides[a] < 0 || a < r.axes && r.node.Out[0].Shape[a] > 1 && strides[a] < back(r, strides, a) {
			return reach{}, false
		}
		if a >= r.axes {
			across += (r.node.Out[0].Shape[a] - 1) * strides[a]
		}
	}
	start := func(i int) int { return from + ops.Offset(i, r.node.Out[0].Shape[:r.axes], strides) }
	return reach{o.value, start, func(i int) int { return start(i) + across + 1 }}, true
}

// back returns how far the row axes after a go back when axis a goes on.
func back(r *rowNode, strides []int, a int) int {
	n := 0
	for b := a + 1; b < r.axes; b++ {
		n += (r.node.Out[0].Shape[b] - 1) * strides[b]
	}
	return n
}

// consecutive is the reach of rows that read size elements each, one after the other.
func consecutive(v *ops.Value, size int) reach {
	return reach{v, func(i int) int { return i * size }, func(i int) int { return (i + 1) * size }}
}

// productReaches returns how the rows of a product or the positions of a convolution read the operand that they follow, and those
// of an epilogue what all rows of it have. It reports false for all other equations and for products that do not read an operand
// row by row.
func (u *unit) productReaches() ([]reach, bool) {
	x, ok := u.productReach()
	if !ok || u.permuted() {
		return nil, ok
	}
	all := []reach{x}
	for i, n := range u.epilogue {
		of := u.nodes[i].Out[0]
		for _, o := range n.In {
			if kindIn(n, o, of, u.rowSize(of)) == residual {
				all = append(all, consecutive(o.Value, u.rowSize(of)))
			}
		}
	}
	return all, true
}

// productReach is productReaches for the product's own operand; there is none where the result is written in another order.
func (u *unit) productReach() (x reach, ok bool) {
	n := u.nodes[0]
	switch p := n.Params.(type) {
	case ops.DotParams:
		switch {
		case u.permuted():
			return x, true
		case followsLeft(n, p):
			left := n.In[0].Shape()
			return consecutive(n.In[0].Value, left[len(left)-len(p.LeftContracting):].Size()), true
		case followsRight(n, p):
			right := n.In[1].Shape()
			return consecutive(n.In[1].Value, right[len(right)-len(p.RightContracting):].Size()), true
		}
	case ops.ConvParams:
		length, channels := n.In[0].Shape()[1], n.In[0].Shape()[2]
		before, after := halo(n.In[1].Shape()[0])
		return reach{n.In[0].Value,
			func(i int) int { return (i - min(i%length, before)) * channels },
			func(i int) int { return (i + min(length-1-i%length, after) + 1) * channels },
		}, true
	}
	return x, false
}

// followsLeft tells whether a product reads its left operand row by row: it is stored as [batch, free, contracting].
func followsLeft(n *ops.Node, p ops.DotParams) bool {
	return isProduct(n) && straight(n.In[0].Shape(), p.LeftBatch, p.LeftContracting) && identity(p.RightBatch)
}

// followsRight tells whether a product reads its right operand row by row, if not the left one. Its result is there when
// all rows have been read.
func followsRight(n *ops.Node, p ops.DotParams) bool {
	return isProduct(n) && !followsLeft(n, p) && straight(n.In[1].Shape(), p.RightBatch, p.RightContracting) && identity(p.LeftBatch)
}

// isProduct tells whether an equation is a floating-point product of two values that is not empty.
func isProduct(n *ops.Node) bool {
	return len(n.In) == 2 && n.In[0].Value != nil && n.In[1].Value != nil && n.Out[0].DType.IsFloat() && n.Out[0].Shape.Size() > 0
}

// straight tells whether the batch axes of an operand are its first ones and the contracting axes its last ones, and there
// are others between them.
func straight(shape ops.Shape, batch, contracting []int) bool {
	first := len(shape) - len(contracting)
	for i, a := range contracting {
		if a != first+i {
			return false
		}
	}
	return len(contracting) > 0 && identity(batch) && len(batch) < first
}

// sink tells whether the unit follows its right operand.
func (u *unit) sink() bool {
	p, ok := u.nodes[0].Params.(ops.DotParams)
	return ok && u.rows == 0 && !u.permuted() && followsRight(u.nodes[0], p)
}

// halo returns how many positions before and after its own a convolution of a width reads.
func halo(width int) (before, after int) { return (width - 1) / 2, width - 1 - (width-1)/2 }

// rowCount returns the number of rows that a unit is carried out by.
func (u *unit) rowCount() int {
	if u.rows > 0 {
		return u.rows
	}
	if u.sink() {
		n := u.nodes[0]
		return n.In[1].Shape().Size() / n.In[1].Shape()[len(n.In[1].Shape())-len(n.Params.(ops.DotParams).RightContracting):].Size()
	}
	return u.result().Out[0].Shape.Size() / u.rowSize(u.result().Out[0])
}

// rowSize returns how many elements of a result of the unit belong to a row. That of a sink is not made row by row.
func (u *unit) rowSize(v *ops.Value) int {
	switch {
	case u.rows > 0:
		return v.Shape.Size() / u.rows
	case u.permuted():
		return u.permutation().columns
	}
	if p, ok := u.nodes[0].Params.(ops.DotParams); ok {
		left := u.nodes[0].In[0].Shape()
		return v.Shape[len(left)-len(p.LeftContracting):].Size()
	}
	return v.Shape[len(v.Shape)-1]
}

// result returns the last equation of a unit, the one whose results exist where the unit is not one of rows.
func (u *unit) result() *ops.Node { return u.nodes[len(u.nodes)-1] }

// made returns the equations of a unit whose results may be stored.
func (u *unit) made() []*ops.Node {
	if u.rows > 0 || u.column != nil {
		return u.nodes
	}
	return u.nodes[len(u.nodes)-1:]
}

// readsWhole returns the operands that a unit needs whole before its first row.
func (u *unit) readsWhole(byRows []reach) []*ops.Value {
	var whole []*ops.Value
	for _, v := range u.reads() {
		if !slices.ContainsFunc(byRows, func(x reach) bool { return x.value == v }) || u.sharesToo(v) {
			whole = append(whole, v)
		}
	}
	return whole
}

// sharesToo tells whether a value that a unit reads row by row is also an operand that is the same for all rows.
func (u *unit) sharesToo(v *ops.Value) bool {
	if n := u.nodes[0]; u.rows == 0 && len(n.In) == 2 {
		if u.sink() {
			return n.In[0].Value == v
		}
		return n.In[1].Value == v
	}
	for i := range u.row {
		for _, o := range u.row[i].in {
			if o.value == v && (o.kind == shared || o.kind == cyclic) {
				return true
			}
		}
	}
	return false
}
