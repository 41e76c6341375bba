package policy

import (
	"fmt"

	"bf16lab/bf16"
	"bf16lab/internal/nearest"
	"bf16lab/ops"
)

// Plan applies a complete policy to a graph.
//
// For each equation it settles, in this order: the compute format of its region; the format of its results, which is that
// format where the model leaves the type open; the casts of operands that come from a region with a wider format; the
// accumulation order, which depends on the declared dtypes and the whole shapes; rounding at further sites. An override
// that matches nothing in the graph is an error that names the nearest site.
func (p *Policy) Plan(g *ops.Graph) (*ops.Plan, error) {
	s, err := p.resolve()
	if err != nil {
		return nil, err
	}
	b := newPlanner(s, g)
	plan := &ops.Plan{Name: p.Name, Nodes: make([]ops.NodePlan, len(g.Nodes))}
	if s.elision {
		b.jit = newJIT(g, b.half, b.cpu)
	}
	for i, n := range g.Nodes {
		plan.Nodes[i] = b.node(n)
	}
	for i, used := range b.used {
		if !used {
			o := &s.rules[i].source
			return nil, o.locate(fmt.Errorf("policy %s: match %q matches nothing, did you mean %q?", p.Name, o.Match, b.nearest(o.Match)))
		}
	}
	return plan, nil
}

// planner carries the state of one pass over a graph.
type planner struct {
	*settings
	graph   *ops.Graph
	sites   *sites
	formats []bf16.Format // by value: the narrowest format known to hold it
	tiny    []bool        // by value: whether it may hold subnormal numbers
	used    []bool
	jit     *jit // nil for a policy that elides nothing
}

// newPlanner returns a planner that knows the inputs of the graph.
func newPlanner(s *settings, g *ops.Graph) *planner {
	b := &planner{settings: s, graph: g, sites: sitesOf(g), formats: make([]bf16.Format, g.NumValues()), tiny: make([]bool, g.NumValues()), used: make([]bool, len(s.rules))}
	for _, v := range g.Inputs {
		b.formats[v.ID] = b.inputFormat(v)
		b.tiny[v.ID] = v.Input.Kind == ops.Parameter || v.Input.Kind == ops.State
	}
	return b
}

func (b *planner) nearest(text string) string {
	names := make([]string, len(b.graph.Taps))
	for i, t := range b.graph.Taps {
		names[i] = t.Name
	}
	return nearest.Glob(text, names)
}

func (b *planner) inputFormat(v *ops.Value) bf16.Format {
	if v.Input.Kind == ops.Parameter {
		return b.params
	}
	return bf16.Float32
}

// node plans one equation.
func (b *planner) node(n *ops.Node) ops.NodePlan {
	compute, round := b.rules(n)
	plan := ops.NodePlan{
		Double: b.explicit == bf16.Float64, Flush: b.flush, Literal: compute, Functions: b.functions,
	}
	b.order(n, &plan)
	b.operands(n, &plan, compute)
	if b.jit != nil {
		b.jit.operands(n, &plan)
	}
	b.results(n, &plan, compute)
	if round != (bf16.Format{}) && n.Out[0].DType.IsFloat() {
		plan.Output, plan.Round, plan.Alias = round, true, false
	}
	if b.jit != nil {
		b.jit.results(n, &plan)
	}
	b.subnormals(n, &plan)
	for _, v := range n.Out {
		b.formats[v.ID] = plan.Output
		if plan.Alias {
			b.formats[v.ID] = b.formats[n.In[0].Value.ID]
		}
	}
	return canonical(n, plan)
}

// subnormals settles which operands have to be flushed: those that come, perhaps through moves and casts, from parameters,
// because every result of arithmetic has been flushed already.
func (b *planner) subnormals(n *ops.Node, plan *ops.NodePlan) {
	tiny := false
	for i, o := range n.In {
		if o.Value == nil || !b.tiny[o.Value.ID] {
			continue
		}
		tiny = true
		if plan.Flush && n.Primitive.Flushes() && !accumulatesProducts(n.Primitive) {
			plan.FlushOperands[min(i, len(plan.FlushOperands)-1)] = true
		}
	}
	for _, v := range n.Out {
		b.tiny[v.ID] = tiny && !(plan.Flush && n.Primitive.Flushes())
	}
}

// accumulatesProducts tells whether a primitive runs in the kernels of package ops/cpu, which take operands as they are.
func accumulatesProducts(p ops.Primitive) bool {
	return p == ops.DotGeneralPrimitive || p == ops.ConvGeneralDilatedPrimitive
}

// rules returns the compute format of the region of an equation and the format that its results are rounded to in
// addition, if any.
func (b *planner) rules(n *ops.Node) (compute, round bf16.Format) {
	compute = b.compute
	switch n.Function {
	case FunctionParameter:
		compute = b.parameterCast
	case FunctionState:
		compute = b.stateCast
	case FunctionOutput:
		compute = b.output
	}
	for i := range b.settings.rules {
		r := &b.settings.rules[i]
		if !b.sites.matches(n, r) {
			continue
		}
		b.used[i] = true
		switch {
		case r.round != (bf16.Format{}):
			// A glob on primitives means what the model computes in the compute type, not its float32 regions.
			if n.Out[0].DType == ops.Compute || len(b.sites.taps[n.Index]) > 0 {
				round = r.round
			}
		default:
			compute = r.compute
		}
	}
	return compute, round
}

// format returns the format of a declared dtype under a compute format.
func (b *planner) format(t ops.DType, compute bf16.Format) bf16.Format {
	switch t {
	case ops.Compute:
		return compute
	case ops.BFloat16:
		return bf16.BFloat16
	case ops.Float16:
		return bf16.Float16
	case ops.Float64:
		return bf16.Float64
	}
	return b.explicit
}

// operands casts what comes from a region with a wider compute format, and parameters to the format that they are stored in.
func (b *planner) operands(n *ops.Node, plan *ops.NodePlan, compute bf16.Format) {
	for i, o := range n.In {
		at := min(i, len(plan.Operands)-1)
		switch {
		case o.Value == nil:
		case o.Value.Input != nil && o.Value.Input.Kind == ops.Parameter:
			if !holds(b.params, bf16.Float32) {
				plan.Operands[at] = b.params
			}
		case o.DType == ops.Compute && n.Primitive != ops.ConvertElementTypePrimitive && !holds(compute, b.formats[o.Value.ID]):
			plan.Operands[at] = compute
		}
	}
}

// results settles the format of the results and whether they have to be rounded.
func (b *planner) results(n *ops.Node, plan *ops.NodePlan, compute bf16.Format) {
	t := n.Out[0].DType
	if !t.IsFloat() {
		return
	}
	plan.Output = b.format(t, compute)
	if n.Primitive == ops.ConvertElementTypePrimitive || n.Primitive == ops.StopGradientPrimitive {
		in, rounded := n.In[0].Value, plan.Operands[0]
		narrow := rounded
		if rounded == (bf16.Format{}) {
			narrow = b.formats[in.ID]
		}
		plan.Round = true
		if in.DType.IsFloat() && holds(plan.Output, narrow) {
			// What is left is the rounding of the operand, or nothing.
			plan.Output, plan.Round = narrow, rounded != (bf16.Format{})
			plan.Alias = !plan.Round
		}
		return
	}
	if n.Primitive.Moves() {
		plan.Output = b.widest(n, plan)
		return
	}
	plan.Round = true
}

// widest returns the format that holds all floating-point operands of an equation whose results are among them.
func (b *planner) widest(n *ops.Node, plan *ops.NodePlan) bf16.Format {
	var widest bf16.Format
	for i, o := range n.In {
		if !o.DType.IsFloat() {
			continue
		}
		f := plan.Literal
		switch {
		case o.Value != nil && plan.Operands[min(i, len(plan.Operands)-1)] != (bf16.Format{}):
			f = plan.Operands[min(i, len(plan.Operands)-1)]
		case o.Value != nil:
			f = b.formats[o.Value.ID]
		case o.DType != ops.Compute:
			f = b.explicit
		}
		switch {
		case widest == (bf16.Format{}) || holds(f, widest):
			widest = f
		case !holds(widest, f):
			widest = b.explicit
		}
	}
	return widest
}

// holds tells whether every value of format inner is a value of format outer.
func holds(outer, inner bf16.Format) bool {
	return outer == inner || outer.MantissaBits >= inner.MantissaBits && outer.MinExponent() <= inner.MinExponent() &&
		outer.MaxExponent() >= inner.MaxExponent() && outer.Infinities && !outer.Saturate && !outer.FlushSubnormals
}

// canonical clears what an equation does not use, so that plans which agree in what they compute are equal.
func canonical(n *ops.Node, p ops.NodePlan) ops.NodePlan {
	if p.Alias {
		return ops.NodePlan{Alias: true, Double: p.Double, Output: p.Output, Shown: p.Shown}
	}
	if n.Primitive.OnlyMoves() && !hasLiteral(n) {
		p.Literal, p.Functions = bf16.Format{}, ""
	}
	if !n.Primitive.Flushes() {
		p.Flush = false
	}
	if !usesFunctions[n.Primitive] {
		p.Functions = ""
	}
	if !hasLiteral(n) {
		p.Literal = bf16.Format{}
	}
	return p
}

func hasLiteral(n *ops.Node) bool {
	for _, o := range n.In {
		if o.Value == nil {
			return true
		}
	}
	return false
}

var usesFunctions = map[ops.Primitive]bool{
	ops.ExpPrimitive: true, ops.LogPrimitive: true, ops.Log1pPrimitive: true, ops.TanhPrimitive: true, ops.LogisticPrimitive: true,
	ops.RsqrtPrimitive: true, ops.SqrtPrimitive: true, ops.CosPrimitive: true, ops.SinPrimitive: true, ops.PowPrimitive: true,
}

// The functions of a graph that policies treat apart: casts of parameters and states, and the final cast of outputs.
const (
	FunctionParameter = "parameter"
	FunctionState     = "state"
	FunctionOutput    = "output"
)
