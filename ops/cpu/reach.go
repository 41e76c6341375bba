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
		return productReaches(u.nodes[0])
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

// productReaches returns how the rows of a matrix product, or the positions of a convolution, read the left operand. It
// reports false for all other equations and for products whose left operand is not stored row by row.
func productReaches(n *ops.Node) ([]reach, bool) {
	if len(n.In) != 2 || !n.Out[0].DType.IsFloat() || n.Out[0].Shape.Size() == 0 || n.In[0].Value == nil || n.In[1].Value == nil {
		return nil, false
	}
	switch p := n.Params.(type) {
	case ops.DotParams:
		left := n.In[0].Shape()
		rank, batch := len(left), len(p.LeftBatch)
		straight := len(p.LeftContracting) > 0 && identity(p.LeftBatch) && identity(p.RightBatch)
		for i, a := range p.LeftContracting {
			straight = straight && a == rank-len(p.LeftContracting)+i
		}
		if !straight || rank == batch+len(p.LeftContracting) {
			return nil, false
		}
		return []reach{consecutive(n.In[0].Value, left[rank-len(p.LeftContracting):].Size())}, true
	case ops.ConvParams:
		length, channels := n.In[0].Shape()[1], n.In[0].Shape()[2]
		before, after := halo(n.In[1].Shape()[0])
		return []reach{{n.In[0].Value,
			func(i int) int { return (i - min(i%length, before)) * channels },
			func(i int) int { return (i + min(length-1-i%length, after) + 1) * channels },
		}}, true
	}
	return nil, false
}

// halo returns how many positions before and after its own a convolution of a width reads.
func halo(width int) (before, after int) { return (width - 1) / 2, width - 1 - (width-1)/2 }

// rowCount returns the number of rows that a unit is carried out by: those of a row unit, or of the left operand of a
// product.
func (u *unit) rowCount() int {
	if u.rows > 0 {
		return u.rows
	}
	return u.nodes[0].Out[0].Shape.Size() / u.rowSize(u.nodes[0].Out[0])
}

// rowSize returns how many elements of a result of the unit belong to a row.
func (u *unit) rowSize(v *ops.Value) int {
	if u.rows > 0 {
		return v.Shape.Size() / u.rows
	}
	if p, ok := v.Node.Params.(ops.DotParams); ok {
		left := v.Node.In[0].Shape()
		return v.Shape[len(left)-len(p.LeftContracting):].Size()
	}
	return v.Shape[len(v.Shape)-1]
}

// readsWhole returns the operands that a unit needs whole before its first row.
func (u *unit) readsWhole(byRows []reach) []*ops.Value {
	var whole []*ops.Value
	for _, v := range u.reads() {
		if u.rows == 0 && v == u.nodes[0].In[1].Value || !slices.ContainsFunc(byRows, func(x reach) bool { return x.value == v }) || u.sharesToo(v) {
			whole = append(whole, v)
		}
	}
	return whole
}

// sharesToo tells whether an equation of a row unit reads a value for all of its rows at once.
func (u *unit) sharesToo(v *ops.Value) bool {
	for i := range u.row {
		for _, o := range u.row[i].in {
			if o.value == v && (o.kind == shared || o.kind == cyclic) {
				return true
			}
		}
	}
	return false
}
