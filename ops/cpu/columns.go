package cpu

import (
	"slices"

	"bf16lab/ops"
)

// How column units are made and cut. Nothing that is computed depends on it.
const (
	leastColumnRows = 16      // rows from which a value is worth blocks of columns
	leastColumns    = 32      // columns of a block: a cache line of the narrowest storage
	mostColumnRows  = 1 << 13 // rows up to which a block of so few columns stays in the second-level cache
)

// columnNode is an equation of a column unit, all of whose values have the unit's last axis: whole ones, of so many rows, and
// single rows.
type columnNode struct {
	node  *ops.Node
	whole bool // whether the result has all rows
}

// columnShape tells whether a value has the columns of a unit, and all its rows or one.
func (u *unit) columnShape(s ops.Shape) (whole, ok bool) {
	if len(s) == 0 || s[len(s)-1] != u.columnCount() {
		return false, false
	}
	rows := s.Size() / s[len(s)-1]
	return rows == u.columnRows, rows == u.columnRows || rows == 1
}

// columnCount returns the number of columns of a column unit.
func (u *unit) columnCount() int {
	s := u.nodes[0].Out[0].Shape
	return s[len(s)-1]
}

// openColumns makes a column unit of the first equation and as many of the following as fit, if they are worth it: they begin
// with what is made of a parameter and sum it over its rows. The standardisation of weights is such a chain. Carried out by
// blocks of columns, what it makes on the way stays in cache; by rows it would go through memory for every sum.
func openColumns(nodes []*ops.Node, apart cuts) (*unit, []bool) {
	s := nodes[0].Out[0].Shape
	if len(s) < 2 || s.Size() <= smallSize || s.Size()/s[len(s)-1] < leastColumnRows || s.Size()/s[len(s)-1] > mostColumnRows {
		return nil, nil
	}
	u := &unit{nodes: nodes[:1], columnRows: s.Size() / s[len(s)-1]}
	made := map[*ops.Value]bool{}
	if !u.joinsColumns(nodes[0], made, apart) {
		return nil, nil
	}
	u.nodes = nil
	var used []bool
	sums, last := false, 0
	for _, n := range nodes {
		if len(u.nodes) == 0 || u.joinsColumns(n, made, apart) {
			whole, _ := u.addColumns(n, made)
			sums = sums || sumsLeadingAxes(n) && !whole
			used = append(used, true)
			last = len(used)
			continue
		}
		if !small(n) || slices.ContainsFunc(n.In, func(o ops.Operand) bool { return made[o.Value] }) {
			break
		}
		used = append(used, false)
	}
	if !sums {
		return nil, nil
	}
	return u, used[:last]
}

// addColumns adds an equation to a column unit.
func (u *unit) addColumns(n *ops.Node, made map[*ops.Value]bool) (whole, ok bool) {
	u.nodes = append(u.nodes, n)
	whole, ok = u.columnShape(n.Out[0].Shape)
	u.column = append(u.column, columnNode{n, whole})
	made[n.Out[0]] = true
	return whole, ok
}

// joinsColumns tells whether an equation treats the columns of a unit independently, and takes whole values from the unit or
// from the inputs of the graph only.
func (u *unit) joinsColumns(n *ops.Node, made map[*ops.Value]bool, apart cuts) bool {
	if len(n.Out) != 1 || !n.Out[0].DType.IsFloat() || len(apart.watched[n.Out[0]]) > 0 || !apart.joins(n, made) {
		return false
	}
	whole, ok := u.columnShape(n.Out[0].Shape)
	if !ok {
		return false
	}
	if len(made) > 0 && !whole && !slices.ContainsFunc(n.In, func(o ops.Operand) bool { return made[o.Value] }) {
		return false // a small equation that does not depend on the unit goes ahead of it
	}
	switch {
	case sumsLeadingAxes(n):
		from, ok := u.columnShape(n.In[0].Shape())
		return ok && from && !whole && made[n.In[0].Value]
	case reshapes(n.Primitive):
		_, ok := u.columnShape(n.In[0].Shape())
		return ok && n.In[0].Value != nil && n.In[0].Shape().Size() == n.Out[0].Shape.Size()
	case elementwise[n.Primitive]:
		return !slices.ContainsFunc(n.In, func(o ops.Operand) bool { return !u.columnOperand(o, whole, made) })
	}
	return false
}

// reshapes tells whether a primitive of a column unit only gives its operand another shape.
func reshapes(p ops.Primitive) bool {
	return p == ops.BroadcastInDimPrimitive || p == ops.ReshapePrimitive
}

// columnOperand tells whether an elementwise equation of a column unit can have an operand.
func (u *unit) columnOperand(o ops.Operand, resultWhole bool, made map[*ops.Value]bool) bool {
	if o.Value == nil {
		return true
	}
	if len(o.Shape()) == 0 {
		return !made[o.Value]
	}
	whole, ok := u.columnShape(o.Shape())
	if !ok || whole && !resultWhole {
		return false
	}
	return !whole || made[o.Value] || o.Value.Node == nil
}

// columnBlock returns the number of columns that are computed together.
func (u *unit) columnBlock() int {
	return max(columnElements/u.columnRows/leastColumns, 1) * leastColumns
}
