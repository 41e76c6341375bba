package experiments

import (
	"slices"
	"strings"

	"bf16lab/experiments/results"
	"bf16lab/ops"
	"bf16lab/policy"
)

// planSet holds what runs in lock step: the reference, the policies in their order, and plans that are compared with the
// reference to understand these. Each group has one plan per policy, or none.
type planSet struct {
	all      []*ops.Plan
	policies int
	imposed  int // index of the first policy with the reference's splice sites; 0 if there are none
	local    int // index of the first policy on the reference's values; 0 if there are none
	floor    int // index of the baseline with re-ordered accumulation; 0 without verdicts
}

// plan makes the plans that the experiment asks for.
func (r *replay) plan() error {
	for _, p := range append([]*policy.Policy{r.reference}, r.policies...) {
		plan, err := p.Plan(r.graph)
		if err != nil {
			return err
		}
		r.plans.all = append(r.plans.all, plan)
	}
	r.plans.policies = len(r.policies)
	own := r.plans.all[1:]
	if positions := r.positions(); positions != nil && r.config.Kind != results.KindNonFinite && slices.ContainsFunc(r.taps, dependsOnPositions) {
		r.plans.imposed = len(r.plans.all)
		for _, plan := range own {
			r.plans.all = append(r.plans.all, withImposed(plan, positions))
		}
	}
	if cut := pieces[r.config.Local]; cut != nil {
		r.plans.local = len(r.plans.all)
		r.pieces = cut(r.graph)
		for _, plan := range own {
			local := policy.Local(r.graph, plan, r.plans.all[0], r.pieces)
			leaveOut(r.graph, local, r.plans.all[0], inJunctionHead)
			r.plans.all = append(r.plans.all, local)
		}
	}
	if r.baseline >= 0 {
		r.plans.floor = len(r.plans.all)
		floor, err := reordered(r.graph, r.policies[r.baseline], own[r.baseline])
		if err != nil {
			return err
		}
		r.plans.all = append(r.plans.all, floor)
	}
	return nil
}

// own returns the plans of the reference and of the policies alone.
func (s planSet) own() planSet { return planSet{all: s.all[:1+s.policies], policies: s.policies} }

// withoutImposed returns the plans that do not take the splice sites from the reference.
func (s planSet) withoutImposed() planSet {
	if s.imposed == 0 {
		return s
	}
	s.all = slices.Delete(slices.Clone(s.all), s.imposed, s.imposed+s.policies)
	s.imposed = 0
	if s.floor > 0 {
		s.floor -= s.policies
	}
	return s
}

// inJunctionHead tells whether an equation works on pairs of splice sites. These tables are the largest values of the model by far,
// and the replay with imposed sites tells what it does on the reference's sites already: local errors leave them out.
func inJunctionHead(n *ops.Node) bool { return strings.Contains(n.Path, "predict_junctions/") }

// leaveOut makes a plan carry out a part of a graph exactly as the reference does, so that nothing is computed for it.
func leaveOut(g *ops.Graph, plan, reference *ops.Plan, in func(*ops.Node) bool) {
	for _, n := range g.Nodes {
		if !in(n) {
			continue
		}
		np := reference.Nodes[n.Index]
		for i, o := range n.In {
			if o.Value != nil && o.Value.Node != nil && !in(o.Value.Node) {
				np.FromReference[min(i, len(np.FromReference)-1)] = true
			}
		}
		plan.Nodes[n.Index] = np
	}
}

// withImposed returns a plan that takes the splice sites from the reference.
func withImposed(plan *ops.Plan, positions *ops.Node) *ops.Plan {
	nodes := slices.Clone(plan.Nodes)
	nodes[positions.Index].Imposed = true
	return &ops.Plan{Name: plan.Name + " with imposed " + imposed, Nodes: nodes}
}
