package cpu

import (
	"slices"

	"bf16lab/ops"
)

// finishes are the primitives that an epilogue may have, besides being elementwise and of two operands: what is added to a product
// or scales it.
var finishes = map[ops.Primitive]bool{
	ops.AddPrimitive: true, ops.SubPrimitive: true, ops.MulPrimitive: true, ops.MaxPrimitive: true, ops.MinPrimitive: true,
}

// openProduct makes a unit of a product or convolution and the equations that follow it in an epilogue: on its results element by
// element, with values of all rows (a residual), of one row (a bias) or single ones. They are carried out part by part, while the
// product's results are in cache. It returns nil where there are none.
func openProduct(nodes []*ops.Node, consumers [][]*ops.Node, apart cuts) (*unit, []bool) {
	u := &unit{nodes: nodes[:1:1]}
	if nodes[0].Out[0].Shape.Size() <= smallSize || apart.alone[nodes[0].Index] || !u.followed() {
		return nil, nil
	}
	columns := u.rowSize(nodes[0].Out[0])
	made := map[*ops.Value]bool{nodes[0].Out[0]: true}
	used, last := []bool{true}, 0
	for _, n := range nodes[1:] {
		of := u.result().Out[0]
		if len(consumers[of.ID]) != 1 || len(apart.watched[of]) > 0 {
			break
		}
		if n == consumers[of.ID][0] {
			if !follows(n, of, columns) || !apart.joins(n, made) || !apart.finishes(u.nodes, n) {
				break
			}
			u.nodes = append(u.nodes, n)
			made[n.Out[0]] = true
			used = append(used, true)
			last = len(used)
			continue
		}
		if !small(n) {
			break
		}
		used = append(used, false)
	}
	if last == 0 {
		return nil, nil
	}
	u.epilogue = u.nodes[1:]
	return u, used[:last]
}

// followed tells whether a product can have an epilogue: its results have rows that follow its left operand's.
func (u *unit) followed() bool {
	n := u.nodes[0]
	switch n.Params.(type) {
	case ops.DotParams, ops.ConvParams:
		_, ok := u.productReaches()
		return ok && !u.sink() && n.Out[0].DType.IsFloat()
	}
	return false
}

// follows tells whether an equation can follow a value in an epilogue of rows of so many columns.
func follows(n *ops.Node, of *ops.Value, columns int) bool {
	if !finishes[n.Primitive] || len(n.In) != 2 || !n.Out[0].DType.IsFloat() || !n.Out[0].Shape.Equal(of.Shape) {
		return false
	}
	return !slices.ContainsFunc(n.In, func(o ops.Operand) bool { return kindIn(n, o, of, columns) == noOperand })
}

// epilogueKind is how an equation of an epilogue takes an operand.
type epilogueKind uint8

const (
	noOperand epilogueKind = iota // it cannot
	ownResult                     // the results themselves
	residual                      // a value of all rows
	bias                          // a row, the same for all rows
	single                        // one value
)

func kindIn(n *ops.Node, o ops.Operand, of *ops.Value, columns int) epilogueKind {
	s, out := o.Shape(), n.Out[0].Shape
	switch {
	case o.Value == of:
		return ownResult
	case s.Size() == 1 && len(s) == 0:
		return single
	case o.Value == nil || len(s) != len(out):
		return noOperand
	case s.Equal(out):
		return residual
	}
	leading := 0
	for leading < len(s) && s[leading] == 1 && s[leading:].Size() >= columns {
		leading++
	}
	if s.Size() == columns && s[leading:].Equal(out[leading:]) && out[leading:].Size() == columns {
		return bias
	}
	return noOperand
}

// finishes tells whether every plan carries out an equation that follows others in an epilogue as kernels or its definition do, and
// keeps the results of those as its own, or as wide as they come out of the product.
func (p *Program) finishes(before []*ops.Node, n *ops.Node) bool {
	for i, plan := range p.plans {
		own := &plan.Nodes[n.Index]
		if own.Alias || own.Imposed || own.Exact || own.Fused != 0 {
			return false
		}
		for _, b := range before {
			np, s := &plan.Nodes[b.Index], p.storage(i, b.Out[0])
			if np.Alias || np.Imposed || np.Exact || np.Double != own.Double || s != p.storage(i, n.Out[0]) && s != wideStorage(np) {
				return false
			}
		}
	}
	return true
}
