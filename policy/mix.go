package policy

import (
	"fmt"
	"math"

	"bf16lab/bf16"
	"bf16lab/ops"
)

// Mixture makes plans that carry out some equations of a graph as under a reference and the others as under a policy.
//
// An equation that both carry out differently is a site: it rounds its result to another format, rounds operands on the way
// in, takes another literal or accumulates in another order. To restore a site is to carry out its equation as under the
// reference. It takes its operands as they are, and whoever reads its result takes that as it is, unrounded if the
// reference does not round it; an equation that is not restored rounds its own result as ever. So a function whose inner
// sites are restored does what it does when its source is patched to float32 by hand: operands are widened, everything is
// computed in float32, and the result, which is no inner site, is rounded.
//
// Nothing restored is the policy, bit for bit, and everything restored the reference.
type Mixture struct {
	graph    *ops.Graph
	settings *settings
	plans    [2]*ops.Plan // of the policy and of the reference
	sites    []bool       // by equation
}

// NewMixture plans a graph under a policy and a reference. Policies that leave roundings out as a compiler does plan several
// equations at a time and cannot be mixed, nor can float64 with anything else.
func NewMixture(g *ops.Graph, p, reference *Policy) (*Mixture, error) {
	m := &Mixture{graph: g, sites: make([]bool, len(g.Nodes))}
	var both [2]*settings
	for i, q := range []*Policy{p, reference} {
		var err error
		if m.plans[i], err = q.Plan(g); err != nil {
			return nil, err
		}
		if both[i], err = q.resolve(); err != nil {
			return nil, err
		}
		if both[i].elision {
			return nil, fmt.Errorf("policy %s: roundings that a compiler leaves out cannot be restored one by one: want elision: none", q.Name)
		}
	}
	if both[0].explicit != both[1].explicit || both[0].params != both[1].params {
		return nil, fmt.Errorf("policy %s: explicit and params have to be those of the reference %s", p.Name, reference.Name)
	}
	m.settings = both[0]
	for i, n := range g.Nodes {
		m.sites[i] = m.differ(n)
	}
	return m, nil
}

// differ tells whether the two plans of an equation differ in more than what they inherit from their operands.
func (m *Mixture) differ(n *ops.Node) bool {
	a, b := m.plans[0].Nodes[n.Index], m.plans[1].Nodes[n.Index]
	if !sameLiterals(n, &a, &b) {
		return true
	}
	return inherent(a) != inherent(b)
}

// sameLiterals tells whether two plans of an equation round its literals to the same numbers.
func sameLiterals(n *ops.Node, a, b *ops.NodePlan) bool {
	for _, o := range n.In {
		if o.Value != nil || math.IsNaN(o.Literal) {
			continue
		}
		if ops.LiteralTensor(o, a).Element(0) != ops.LiteralTensor(o, b).Element(0) {
			return false
		}
	}
	return true
}

// inherent clears what an equation has from its operands: the format of what it does not round, and which operands may be
// subnormal. Literals are compared on their own.
func inherent(p ops.NodePlan) ops.NodePlan {
	if p.Alias {
		return ops.NodePlan{}
	}
	p.Literal, p.FlushOperands = bf16.Format{}, [3]bool{}
	if !p.Round {
		p.Output = bf16.Format{}
	}
	return p
}

// Sites returns the equations that the policy and the reference carry out differently, in execution order.
func (m *Mixture) Sites() []*ops.Node {
	var out []*ops.Node
	for i, n := range m.graph.Nodes {
		if m.sites[i] {
			out = append(out, n)
		}
	}
	return out
}

// Plan returns the plan that restores the sites for which restored holds.
func (m *Mixture) Plan(name string, restored func(*ops.Node) bool) *ops.Plan {
	plan := &ops.Plan{Name: name, Nodes: make([]ops.NodePlan, len(m.graph.Nodes))}
	b := newPlanner(m.settings, m.graph)
	for i, n := range m.graph.Nodes {
		// What is no site comes from one of the plans, so that equations which are carried out alike are equal.
		np := m.plans[0].Nodes[i]
		if m.sites[i] && restored(n) {
			np = m.plans[1].Nodes[i]
		}
		plan.Nodes[i] = b.mixed(n, np)
	}
	return plan
}

// mixed settles what an equation has from its operands, which other plans than its own may have made.
func (b *planner) mixed(n *ops.Node, plan ops.NodePlan) ops.NodePlan {
	switch {
	case plan.Output == bf16.Format{}:
	case plan.Alias:
		plan.Output = b.formats[n.In[0].Value.ID]
	case !plan.Round:
		plan.Output = b.widest(n, &plan)
	}
	plan.FlushOperands = [3]bool{}
	b.subnormals(n, &plan)
	for _, v := range n.Out {
		b.formats[v.ID] = plan.Output
	}
	return plan
}
