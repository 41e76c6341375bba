package cpu

import "bf16lab/ops"

// cuts says what may not be part of a unit of rows or columns, which is carried out for a plan as a whole.
type cuts struct {
	watched map[*ops.Value][]int // not part of a column unit, which has its values in pieces only
	alone   []bool               // by equation: some plan takes its results from the reference; it is a unit of its own
	stored  [][3]bool            // by equation: operands that some plan takes from the reference, and that another unit has to make
	// finishes tells whether an equation may follow others in the epilogue of a product.
	finishes func(before []*ops.Node, n *ops.Node) bool
}

func (p *Program) cuts() cuts {
	g, plans := p.graph, p.plans
	c := cuts{watched: p.watches, finishes: p.finishes, alone: make([]bool, len(g.Nodes)), stored: make([][3]bool, len(g.Nodes))}
	for _, p := range plans {
		for i := range p.Nodes {
			c.alone[i] = c.alone[i] || p.Nodes[i].Imposed
			for k, from := range p.Nodes[i].FromReference {
				c.stored[i][k] = c.stored[i][k] || from
			}
		}
	}
	return c
}

// joins tells whether an equation can be part of the unit that makes the values which made reports.
func (c cuts) joins(n *ops.Node, made map[*ops.Value]bool) bool {
	if c.alone[n.Index] {
		return false
	}
	for i, o := range n.In {
		if made[o.Value] && c.stored[n.Index][min(i, 2)] {
			return false
		}
	}
	return true
}
