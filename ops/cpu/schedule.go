package cpu

import (
	"slices"

	"bf16lab/ops"
)

// unit is a part of a graph that is carried out as a whole: one equation, or a run of equations over rows.
type unit struct {
	nodes []*ops.Node
	rows  int       // number of rows; 0 for a single equation that needs its whole operands
	row   []rowNode // the equations rewritten for tiles, where rows > 0
	// period is the number of rows after which repeated operands of the unit go on to their next row, or begin again; a
	// tile does not cross a multiple of it. 0 where there are none.
	period int
	// column holds the equations of a unit that is carried out by blocks of columns; its values have columnRows rows or one.
	column     []columnNode
	columnRows int
	batches    *batches    // the operands of a product that is carried out batch by batch, made by the equations before it
	epilogue   []*ops.Node // what a product's results go through while they are in cache
	parts      []*unit     // what a unit of columns, of batches or with an epilogue is cut into where all its values have to be shown
	shown      bool        // whether what it makes is shown to a probe by another unit
	cost       float64     // estimated work, in floating-point operations
}

// schedule cuts the equations that the roots depend on into units, in an order that respects dependencies and frees large
// values early. joins tells what may become one unit with a product.
func schedule(g *ops.Graph, roots []*ops.Value, apart cuts, joins joins) []*unit {
	units := cutUnits(Needed(g, roots...), g.Consumers(), apart, true)
	units = joinTransposes(units, g.Consumers(), joins.transpose)
	units = joinBatches(units, g.Consumers(), joins)
	for _, u := range units {
		u.cost = u.estimate()
	}
	return reorder(units)
}

// cutUnits cuts equations into units, if that is asked for also into those whose values between equations do not exist as a whole:
// units of columns and products with epilogues.
func cutUnits(nodes []*ops.Node, consumers [][]*ops.Node, apart cuts, inPieces bool) (units []*unit) {
	for i := 0; i < len(nodes); {
		var before []*unit
		var u *unit
		var used []bool
		if inPieces {
			u, used = openColumns(nodes[i:], apart)
			if u == nil {
				u, used = openProduct(nodes[i:], consumers, apart)
			}
		}
		if u != nil {
			u.parts = cutUnits(u.nodes, consumers, apart, false)
		} else {
			u, used = openUnit(nodes[i:], consumers, apart)
		}
		for j, n := range nodes[i : i+len(used)] {
			if !used[j] {
				alone, _ := openUnit([]*ops.Node{n}, consumers, apart)
				before = append(before, alone)
			}
		}
		units = append(append(units, before...), u)
		i += len(used)
	}
	return units
}

// Needed returns the equations that values depend on, in order.
func Needed(g *ops.Graph, roots ...*ops.Value) []*ops.Node {
	keep := make([]bool, len(g.Nodes))
	for _, v := range roots {
		if v.Node != nil {
			keep[v.Node.Index] = true
		}
	}
	var nodes []*ops.Node
	for i := len(g.Nodes) - 1; i >= 0; i-- {
		if !keep[i] {
			continue
		}
		nodes = append(nodes, g.Nodes[i])
		for _, o := range g.Nodes[i].In {
			if o.Value != nil && o.Value.Node != nil {
				keep[o.Value.Node.Index] = true
			}
		}
	}
	slices.Reverse(nodes)
	return nodes
}

// openUnit makes a unit of the first equation and as many of the following as fit. used tells for each equation that was
// passed whether it is part of the unit; the others are small and do not depend on the unit.
func openUnit(nodes []*ops.Node, consumers [][]*ops.Node, apart cuts) (*unit, []bool) {
	single := &unit{nodes: nodes[:1]}
	if len(nodes[0].Out) != 1 || nodes[0].Out[0].Shape.Size() <= smallSize || spreads(nodes[0], consumers) || apart.alone[nodes[0].Index] {
		return single, []bool{true}
	}
	var best *unit
	var bestUsed []bool
	rows := 1
	for i, d := range nodes[0].Out[0].Shape {
		rows *= d
		if rows == 1 || d == 1 && i > 0 {
			continue
		}
		u, used := extend(nodes, rows, apart)
		if u != nil && (best == nil || better(u, best)) {
			best, bestUsed = u, used
		}
	}
	if best == nil {
		return single, []bool{true}
	}
	return best, bestUsed
}

// spreads tells whether the result of an equation is broadcast into a much larger one. The rows of a unit that begins with it
// would be too long for a tile.
func spreads(n *ops.Node, consumers [][]*ops.Node) bool {
	const much = 16
	size := n.Out[0].Shape.Size()
	return size <= aheadSize && slices.ContainsFunc(consumers[n.Out[0].ID], func(c *ops.Node) bool {
		return elementwise[c.Primitive] && c.Out[0].Shape.Size() >= much*size
	})
}

// better prefers the unit that covers clearly more elements, then the one whose rows suit a tile.
func better(a, b *unit) bool {
	const clearly = 1.25
	x, y := float64(a.elements()), float64(b.elements())
	switch {
	case x > clearly*y:
		return true
	case y > clearly*x:
		return false
	}
	return b.largestRow() > tileElements && a.largestRow() >= 64
}

// elements returns the number of elements of all results of the unit.
func (u *unit) elements() int {
	n := 0
	for _, node := range u.nodes {
		n += node.Out[0].Shape.Size()
	}
	return n
}

// largestRow returns the size of the largest row of a result of the unit.
func (u *unit) largestRow() int {
	size := 1
	for _, r := range u.row {
		size = max(size, r.inner.Size())
	}
	return size
}

// extend tries a unit with the given number of rows.
func extend(nodes []*ops.Node, rows int, apart cuts) (*unit, []bool) {
	u := &unit{rows: rows}
	made := map[*ops.Value]bool{}
	isMade := func(v *ops.Value) bool { return made[v] }
	var used []bool
	last := 0
	for _, n := range nodes {
		r, ok := asRows(n, rows, isMade)
		if ok && apart.joins(n, made) && u.fits(&r) {
			u.nodes, u.row = append(u.nodes, n), append(u.row, r)
			made[n.Out[0]] = true
			used = append(used, true)
			last = len(used)
			continue
		}
		if len(u.nodes) == 0 || !small(n) || slices.ContainsFunc(n.In, func(o ops.Operand) bool { return made[o.Value] }) {
			break
		}
		used = append(used, false)
	}
	if len(u.nodes) == 0 {
		return nil, nil
	}
	return u, used[:last]
}

// fits tells whether the repeated operands of an equation have the period of the unit, and settles that where it is open.
func (u *unit) fits(r *rowNode) bool {
	period, ok := r.period()
	if !ok || period != 0 && u.period != 0 && period != u.period {
		return false
	}
	u.period = max(u.period, period)
	return true
}

func small(n *ops.Node) bool {
	for _, v := range n.Out {
		if v.Shape.Size() > aheadSize {
			return false
		}
	}
	return true
}

// reads returns the values that the unit takes from outside, each once.
func (u *unit) reads() []*ops.Value {
	made := map[*ops.Value]bool{}
	seen := map[*ops.Value]bool{}
	var out []*ops.Value
	for _, n := range u.nodes {
		for _, o := range n.In {
			if o.Value != nil && !made[o.Value] && !seen[o.Value] {
				seen[o.Value] = true
				out = append(out, o.Value)
			}
		}
		for _, v := range n.Out {
			made[v] = true
		}
	}
	return out
}

// estimate returns a rough number of floating-point operations, for the progress display.
func (u *unit) estimate() float64 {
	work := 0.0
	for _, n := range u.nodes {
		work += Work(n)
	}
	return work
}

// Work returns about how much an equation costs, in floating-point operations of a matrix product that take the same time.
func Work(n *ops.Node) float64 {
	switch n.Params.(type) {
	case ops.DotParams, ops.ConvParams:
		return operations(n)
	case ops.ReduceParams, ops.WindowParams:
		return elementwiseCost * float64(n.In[0].Shape().Size())
	}
	size := 0
	for _, v := range n.Out {
		size += v.Shape.Size()
	}
	return elementwiseCost * float64(size)
}

// elementwiseCost is the time of an elementwise operation on one element, in operations of a matrix product.
const elementwiseCost = 100

// reorder keeps the order of the units, except that a unit which reads a huge value for the last time, and makes nothing
// larger, runs as soon as its operands are there.
func reorder(units []*unit) []*unit {
	producer := map[*ops.Value]int{}
	lastUse := map[*ops.Value]int{}
	for i, u := range units {
		for _, n := range u.nodes {
			for _, v := range n.Out {
				producer[v] = i
			}
		}
		for _, v := range u.reads() {
			lastUse[v] = i
		}
	}
	early := make([]bool, len(units))
	missing := make([]int, len(units))     // operands that are not there yet
	consumers := make([][]int, len(units)) // one entry for each operand
	for i, u := range units {
		freed, taken := 0, 0
		for _, v := range u.reads() {
			if p, ok := producer[v]; ok {
				missing[i]++
				consumers[p] = append(consumers[p], i)
				if lastUse[v] == i {
					freed += v.Shape.Size()
				}
			}
		}
		for _, n := range u.nodes {
			for _, v := range n.Out {
				taken = max(taken, v.Shape.Size())
			}
		}
		early[i] = freed >= max(taken, hugeElements)
	}
	var out []*unit
	var emit func(i int)
	emit = func(i int) {
		out = append(out, units[i])
		for _, j := range consumers[i] {
			missing[j]--
			if missing[j] == 0 && early[j] {
				emit(j)
			}
		}
	}
	for i := range units {
		if !early[i] {
			emit(i)
		}
	}
	return out
}
