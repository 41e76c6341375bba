package experiments

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"bf16lab/bf16"
	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"
	"bf16lab/ops"
)

// NonFinite replays the experiment and looks at every equation on the way to its taps: where NaN and infinities are created, and
// where values come close to it.
func NonFinite(ctx context.Context, c *Config, o Options) (*results.Run, error) {
	r, err := prepare(c, o)
	if err != nil {
		return nil, err
	}
	probe := newInspectingProbe(r)
	in := &inputCheck{load: r.inputs.load}
	if err := r.carryOut(ctx, in.check, probe, probe.replayProbe); err != nil {
		return nil, err
	}
	r.fillNonFinite(probe.inspection, in)
	return r.run, nil
}

// inspected returns the results of all equations that some taps depend on and that compute numbers.
func inspected(g *ops.Graph, taps []ops.Tap) []*ops.Value {
	needed := make([]bool, g.NumValues())
	for _, t := range taps {
		needed[t.Value.ID] = true
	}
	var out []*ops.Value
	for i := len(g.Nodes) - 1; i >= 0; i-- {
		n := g.Nodes[i]
		if !slices.ContainsFunc(n.Out, func(v *ops.Value) bool { return needed[v.ID] }) {
			continue
		}
		for _, o := range n.In {
			if o.Value != nil {
				needed[o.Value.ID] = true
			}
		}
		if v := n.Out[0]; v.DType.IsFloat() {
			out = append(out, v)
		}
	}
	slices.Reverse(out)
	return out
}

// keepOperands makes a plan for a reference under which every operand is kept until its equation has been inspected.
func keepOperands(plan *ops.Plan) *ops.Plan {
	nodes := slices.Clone(plan.Nodes)
	for i := range nodes {
		nodes[i].FromReference = [3]bool{true, true, true}
	}
	return &ops.Plan{Name: plan.Name, Nodes: nodes}
}

// badInput is an input of the model that is not finite everywhere.
type badInput struct {
	name     string
	elements int64
}

// inputCheck counts the elements of inputs that are not finite.
type inputCheck struct {
	load func(*ops.Value) (*ops.Tensor, error)
	mu   sync.Mutex
	bad  []badInput
}

// check is load, looking at what it returns.
func (c *inputCheck) check(v *ops.Value) (*ops.Tensor, error) {
	t, err := c.load(v)
	if err != nil {
		return nil, err
	}
	count := int64(0)
	for _, x := range t.F32 {
		if x-x != 0 {
			count++
		}
	}
	if count > 0 {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.bad = append(c.bad, badInput{v.Input.Name(), count})
	}
	return t, nil
}

// closest is the number of near misses of each kind that are reported for a policy.
const closest = 10

// fillNonFinite completes the results with what was inspected.
func (r *replay) fillNonFinite(s *inspection, in *inputCheck) {
	tapOf := firstTaps(r.graph, r.taps)
	report := &r.run.NonFinite
	for p, policy := range r.policies {
		part := results.NonFinitePolicy{
			Policy: policy.Name, Created: []results.Creation{}, Near: []results.NearMiss{}, Arguments: []results.Argument{},
			Limit: metrics.Number(computeFormat(r.graph, r.plans.all[p+1]).MaxFinite()),
		}
		for i, v := range s.values {
			found, reference := &s.found[i][p+1], &s.found[i][0]
			if found.created > 0 {
				part.Created = append(part.Created, creation(v, found, reference, tapOf[v.ID]))
			}
			part.Near = append(part.Near, nearMisses(v.Node, found)...)
		}
		part.Near = worst(part.Near)
		part.Largest = largest(s, p+1)
		part.Arguments = arguments(s, p+1)
		report.Policies = append(report.Policies, part)
	}
	report.Words = r.nonFiniteWords(s, in)
}

// computeFormat returns the format of the first result whose type the model leaves to the policy.
func computeFormat(g *ops.Graph, plan *ops.Plan) bf16.Format {
	for _, n := range g.Nodes {
		if np := &plan.Nodes[n.Index]; n.Out[0].DType == ops.Compute && !np.Alias && np.Shown == (bf16.Format{}) {
			return np.Output
		}
	}
	return bf16.Float32
}

// firstTaps returns for each value the name of the first tap that it is, or that is computed from it; empty if there is none.
func firstTaps(g *ops.Graph, taps []ops.Tap) []string {
	first := make([]int, g.NumValues())
	for i := range first {
		first[i] = len(taps)
	}
	for i := len(taps) - 1; i >= 0; i-- {
		first[taps[i].Value.ID] = i
	}
	for i := len(g.Nodes) - 1; i >= 0; i-- {
		n := g.Nodes[i]
		for _, o := range n.In {
			for _, v := range n.Out {
				if o.Value != nil {
					first[o.Value.ID] = min(first[o.Value.ID], first[v.ID])
				}
			}
		}
	}
	names := make([]string, len(first))
	for i, at := range first {
		if at < len(taps) {
			names[i] = taps[at].Name
		}
	}
	return names
}

func creation(v *ops.Value, found, reference *finding, tap string) results.Creation {
	c := results.Creation{
		Equation: v.Node.Index, Primitive: string(v.Node.Primitive), Module: v.Node.Module, Function: v.Node.Function, Tap: tap,
		Count: found.created, Index: found.createdAt, Value: metrics.Number(found.value), Operands: []metrics.Number{},
		ByDesign: reference.created == found.created && reference.createdAt == found.createdAt,
	}
	for _, x := range found.operands {
		c.Operands = append(c.Operands, metrics.Number(x))
	}
	return c
}

// nearMisses returns the near misses of one equation.
func nearMisses(n *ops.Node, f *finding) []results.NearMiss {
	var out []results.NearMiss
	add := func(kind string, count int64, worst float64, at int64) {
		if count > 0 {
			out = append(out, results.NearMiss{
				Kind: kind, Equation: n.Index, Primitive: string(n.Primitive), Module: n.Module, Function: n.Function,
				Count: count, Worst: metrics.Number(worst), Index: at,
			})
		}
	}
	// What a move brings was counted where it was computed.
	if !n.Primitive.OnlyMoves() {
		add(results.NearOverflow, f.near, f.largest, f.nearAt)
	}
	add(results.NearSubnormal, f.lost, f.lostMost, f.lostAt)
	add(results.NearCancellation, f.cancelled, float64(f.bits), f.cancelAt)
	return out
}

// worst returns the closest near misses of each kind: by what they came to, then by how many elements did.
func worst(all []results.NearMiss) []results.NearMiss {
	kinds := []string{results.NearOverflow, results.NearSubnormal, results.NearCancellation}
	slices.SortStableFunc(all, func(a, b results.NearMiss) int {
		return cmp.Or(cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind)), cmp.Compare(b.Worst, a.Worst), cmp.Compare(b.Count, a.Count))
	})
	out, count := []results.NearMiss{}, map[string]int{}
	for _, n := range all {
		if count[n.Kind]++; count[n.Kind] <= closest {
			out = append(out, n)
		}
	}
	return out
}

// largest returns the largest finite magnitude under a plan and where it is; what only moves comes after what computes.
func largest(s *inspection, plan int) results.Magnitude {
	m := results.Magnitude{Equation: -1}
	for i, v := range s.values {
		if f := &s.found[i][plan]; f.largest > float64(m.Value) {
			m = results.Magnitude{
				Value: metrics.Number(f.largest), Equation: v.Node.Index, Primitive: string(v.Node.Primitive), Module: v.Node.Module, Function: v.Node.Function,
			}
		}
	}
	return m
}

// arguments returns the range of the arguments of every sensitive primitive, by name.
func arguments(s *inspection, plan int) []results.Argument {
	ranges := map[string]*finding{}
	for i, v := range s.values {
		if f := &s.found[i][plan]; f.argumentOK {
			name := string(v.Node.Primitive)
			if ranges[name] == nil {
				ranges[name] = &finding{}
			}
			ranges[name].merge(&finding{low: f.low, high: f.high, argumentOK: true, elements: f.elements})
		}
	}
	out := []results.Argument{}
	for name, f := range ranges {
		out = append(out, results.Argument{Primitive: name, Low: metrics.Number(f.low), High: metrics.Number(f.high), Count: f.elements})
	}
	slices.SortFunc(out, func(a, b results.Argument) int { return cmp.Compare(a.Primitive, b.Primitive) })
	return out
}
