package policy

import (
	"bf16lab/bf16"
	"bf16lab/ops"
)

// Pieces numbers the parts of a graph whose error is measured on their own, by equation.
type Pieces []int

// ModulePieces cuts a graph at the borders of haiku modules: a piece is a run of consecutive equations of one module. What a
// module computes itself between the modules inside of it, such as the attention between the projections of a block, or the
// addition to the residual stream behind a block, is a piece of its own.
func ModulePieces(g *ops.Graph) Pieces {
	out := make(Pieces, len(g.Nodes))
	piece := 0
	for i, n := range g.Nodes {
		if i > 0 && n.Module != g.Nodes[i-1].Module {
			piece++
		}
		out[i] = piece
	}
	return out
}

// PrimitivePieces makes every equation a piece.
func PrimitivePieces(g *ops.Graph) Pieces {
	out := make(Pieces, len(g.Nodes))
	for i := range out {
		out[i] = i
	}
	return out
}

// Enters tells whether operand i of an equation comes into its piece from another one. Inputs of the graph do not: parameters,
// state and arguments are a policy's own.
func (p Pieces) Enters(n *ops.Node, i int) bool {
	v := n.In[i].Value
	return v != nil && v.Node != nil && p[v.Node.Index] != p[n.Index]
}

// Local returns a plan that carries out every piece of a graph as the given plan does, but on the values of the reference,
// cast to the format in which the plan keeps them. Its error at a value is the local error: what one piece adds.
//
// A cast to a format narrower than float32 goes by way of float32, as in JAX. An operand that the plan itself rounds to a
// format on the way in is rounded to that format only.
func Local(g *ops.Graph, plan, reference *ops.Plan, pieces Pieces) *ops.Plan {
	l := localizer{graph: g, plan: plan, reference: reference, pieces: pieces, kept: keptFormats(g, plan), given: keptFormats(g, reference)}
	l.subnormals = !flushes(reference)
	out := &ops.Plan{Name: plan.Name + " on the reference's values", Nodes: make([]ops.NodePlan, len(g.Nodes))}
	for i, n := range g.Nodes {
		out.Nodes[i] = l.node(n)
	}
	return out
}

// keptFormats returns by value the format that a plan keeps it in; the zero format for inputs and what is no number.
func keptFormats(g *ops.Graph, plan *ops.Plan) []bf16.Format {
	formats := make([]bf16.Format, g.NumValues())
	for _, n := range g.Nodes {
		np := &plan.Nodes[n.Index]
		for _, v := range n.Out {
			switch {
			case !v.DType.IsFloat():
			case np.Alias && n.In[0].Value.Node != nil:
				formats[v.ID] = formats[n.In[0].Value.ID]
			default:
				formats[v.ID] = np.Output
			}
		}
	}
	return formats
}

// flushes tells whether arithmetic under a plan replaces subnormal numbers by zeros.
func flushes(plan *ops.Plan) bool {
	for i := range plan.Nodes {
		if plan.Nodes[i].Flush {
			return true
		}
	}
	return false
}

// localizer carries what [Local] needs.
type localizer struct {
	graph           *ops.Graph
	plan, reference *ops.Plan
	pieces          Pieces
	kept, given     []bf16.Format // by value: under the plan and under the reference
	subnormals      bool          // values of the reference may be subnormal
}

func (l *localizer) node(n *ops.Node) ops.NodePlan {
	np := l.plan.Nodes[n.Index]
	for at := range min(len(n.In), len(np.FromReference)) {
		sharing := at + 1
		if sharing == len(np.FromReference) {
			sharing = len(n.In) // the last one stands for all further operands
		}
		if !l.enters(n, at, sharing) {
			continue
		}
		np.FromReference[at] = true
		if l.subnormals && np.Flush && n.Primitive.Flushes() && !accumulatesProducts(n.Primitive) {
			np.FlushOperands[at] = true
		}
		cast := l.cast(n, at, sharing)
		if cast == (bf16.Format{}) || np.Operands[at] != (bf16.Format{}) && !holds(np.Operands[at], cast) {
			continue
		}
		np.Operands[at] = cast
		np.Alias = false // what was a conversion to the format that the operand had is that cast now
	}
	return np
}

// enters tells whether one of the operands from..to-1 comes from another piece; they are all taken from the reference then.
func (l *localizer) enters(n *ops.Node, from, to int) bool {
	for i := from; i < to; i++ {
		if l.pieces.Enters(n, i) {
			return true
		}
	}
	return false
}

// cast returns the format that operands from..to-1 have to be rounded to: the zero format where they fit already, or where
// they are not kept in one format.
func (l *localizer) cast(n *ops.Node, from, to int) bf16.Format {
	format := l.castOf(n, from)
	for i := from + 1; i < to; i++ {
		if l.castOf(n, i) != format {
			return bf16.Format{}
		}
	}
	return format
}

func (l *localizer) castOf(n *ops.Node, i int) bf16.Format {
	v := n.In[i].Value
	if v == nil || v.Node == nil || !v.DType.IsFloat() {
		return bf16.Format{}
	}
	exact := l.plan.Nodes[v.Node.Index].Exact && int(l.plan.Nodes[n.Index].Fused) == i+1
	if exact || holds(l.kept[v.ID], l.given[v.ID]) {
		return bf16.Format{}
	}
	return l.kept[v.ID]
}
