package cpu

import (
	"slices"

	"bf16lab/bf16"
	"bf16lab/ops"
)

// joins tells what may become one unit with a product: the transpose that reads it, in whose order it is written then, and
// the row units that make its operands.
type joins struct {
	transpose func(dot, transpose *ops.Node) bool
	operands  func(dot *ops.Node, sides [2]*unit) bool
	watched   func(u *unit) bool // whether somebody watches what a unit makes
}

func (p *Program) joins() joins {
	return joins{
		transpose: func(dot, transpose *ops.Node) bool {
			return len(p.watches[dot.Out[0]]) == 0 && p.plainTranspose(dot, transpose)
		},
		operands: p.private,
		watched: func(u *unit) bool {
			return slices.ContainsFunc(u.nodes, func(n *ops.Node) bool { return len(p.watches[n.Out[0]]) > 0 })
		},
	}
}

// plainTranspose tells whether every plan keeps the result of a transpose as it keeps that of the product before.
func (p *Program) plainTranspose(dot, transpose *ops.Node) bool {
	for i, plan := range p.plans {
		a, b := &plan.Nodes[dot.Index], &plan.Nodes[transpose.Index]
		only := b.FromReference == [3]bool{} && !b.Round && !b.Alias && !b.Imposed && !a.Alias && !a.Imposed && b.Operands == ops.NodePlan{}.Operands
		if !only || p.storage(i, dot.Out[0]) != p.storage(i, transpose.Out[0]) {
			return false
		}
	}
	return true
}

// private tells whether every plan makes the operands of a product by itself, and in a storage that the product reads as it is.
func (p *Program) private(dot *ops.Node, sides [2]*unit) bool {
	for i, plan := range p.plans {
		np := &plan.Nodes[dot.Index]
		if np.Alias || np.Imposed || np.FromReference != [3]bool{} {
			return false
		}
		for k, side := range sides {
			for _, n := range side.nodes {
				if own := &plan.Nodes[n.Index]; own.Imposed || own.FromReference != [3]bool{} {
					return false
				}
			}
			wide := p.storage(i, side.result().Out[0]) == ops.StoreFloat64
			if wide != np.Double || np.Double && np.Operands[k] != (bf16.Format{}) {
				return false
			}
		}
	}
	return true
}
