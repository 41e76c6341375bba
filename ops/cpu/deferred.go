package cpu

import (
	"slices"

	"bf16lab/bf16"
	"bf16lab/ops"
)

// findDeferred finds the parameters in bfloat16 that need not exist: converted from float32, they are read by products only, which
// can round them while they pack them. Writing them to memory and reading them again would cost more.
func (p *Program) findDeferred() {
	p.deferred = map[int]bool{}
	if p.strip > 0 {
		return
	}
	for _, stage := range p.stages {
		for _, in := range stage.step.instances {
			for _, u := range stage.step.units {
				if p.onlyConverts(u, in.plan) {
					for _, n := range u.nodes {
						p.deferred[p.class[in.plan][n.Out[0].ID]] = true
					}
				}
			}
		}
	}
	for _, stage := range p.stages {
		for _, in := range stage.step.instances {
			for i, u := range stage.step.units {
				for _, c := range in.reads[i] {
					if p.deferred[c] && !p.roundsOnTheWay(u, in.plan, c) {
						delete(p.deferred, c)
					}
				}
			}
		}
	}
}

// onlyConverts tells whether all that a plan does in a unit of rows is to convert parameters.
func (p *Program) onlyConverts(u *unit, plan int) bool {
	return u.rows > 0 && !slices.ContainsFunc(u.nodes, func(n *ops.Node) bool { return !p.convertsParameter(n, plan) })
}

// convertsParameter tells whether a plan rounds an input of the graph to bfloat16 with an equation, and nobody sees the result.
func (p *Program) convertsParameter(n *ops.Node, plan int) bool {
	v := n.In[0].Value
	if n.Primitive != ops.ConvertElementTypePrimitive || v == nil || v.Node != nil || !v.DType.IsFloat() || len(p.watches[n.Out[0]]) > 0 {
		return false
	}
	np := &p.plans[plan].Nodes[n.Index]
	own := np.Alias || np.Imposed || np.Double || np.Exact || np.Flush || np.FromReference != [3]bool{} || np.Operands != [3]bf16.Format{}
	return !own && np.Round && np.Output == bf16.BFloat16 && p.storage(plan, n.Out[0]) == ops.StoreBFloat16
}

// roundsOnTheWay tells whether all that a unit does with values of a class is to multiply with them, without a rounding of its own.
func (p *Program) roundsOnTheWay(u *unit, plan, class int) bool {
	if !u.productUnit() {
		return false
	}
	for at, n := range u.nodes {
		np := &p.plans[plan].Nodes[n.Index]
		for i, o := range n.In {
			if o.Value == nil || slices.Contains(u.nodes[:at], o.Value.Node) || p.operandClass(plan, n, i) != class {
				continue
			}
			if at > 0 || np.Double || np.Imposed || np.FromReference != [3]bool{} || np.Operands[i] != (bf16.Format{}) {
				return false
			}
		}
	}
	return true
}

// leaveToProducts leaves out instances of a unit whose results products round on their way, and returns the others. Pairs of codes
// have to be there as codes.
func (r *run) leaveToProducts(s *step, u *unit, pass []int) (others []int) {
	if len(r.deferred) == 0 || r.inspector != nil || activeKernels[float32](false).pairs != nil {
		return pass
	}
	for _, i := range pass {
		in := s.instances[i]
		class := func(n *ops.Node) int { return r.class[in.plan][n.Out[0].ID] }
		if slices.ContainsFunc(u.nodes, func(n *ops.Node) bool { return !r.deferred[class(n)] }) {
			others = append(others, i)
			continue
		}
		for _, n := range u.nodes {
			if r.stored[class(n)] == nil { // another plan may have made it along with what it cannot leave
				t := r.operand(in, n, 0)
				t = t.As(t.Shape)
				r.stored[class(n)], r.unrounded[t] = t, true
			}
		}
		r.spend(s, i, 0)
	}
	return others
}

// formats returns the formats that the operands of a product are rounded to on their way, be it for its own sake or because they have
// not been before.
func (c *products) formats(n *ops.Node, plan *ops.NodePlan, operands []*ops.Tensor) [2]bf16.Format {
	formats := operandFormats(n, plan)
	for i := range formats {
		if c.unrounded[operands[i]] {
			formats[i] = bf16.BFloat16
		}
	}
	return formats
}
