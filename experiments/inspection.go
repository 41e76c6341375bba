package experiments

import (
	"slices"
	"sync"

	"bf16lab/ops"
)

// inspection looks at results for numbers that are not finite, or close to it.
type inspection struct {
	values  []*ops.Value
	watch   map[*ops.Value]int // index of a value that is looked at
	plans   []*ops.Plan
	mu      sync.Mutex
	found   [][]finding              // by value, then plan
	fed     []map[int]func() feeding // by value, then first plan that computes it; while it is looked at
	scratch sync.Pool
}

func newInspection(values []*ops.Value, plans []*ops.Plan) *inspection {
	s := &inspection{
		values: values, watch: map[*ops.Value]int{}, plans: plans, found: make([][]finding, len(values)), fed: make([]map[int]func() feeding, len(values)),
	}
	for i, v := range values {
		s.watch[v] = i
		s.found[i] = make([]finding, len(plans))
		s.fed[i] = map[int]func() feeding{}
	}
	s.scratch.New = func() any { return &inspectedChunk{} }
	return s
}

// inspectingProbe is the probe of a replay that is inspected under its reference and its policies.
type inspectingProbe struct {
	*replayProbe
	inspection *inspection
}

func newInspectingProbe(r *replay) *inspectingProbe {
	return &inspectingProbe{newReplayProbe(r), newInspection(inspected(r.graph, r.taps), r.plans.all[:len(r.policies)+1])}
}

// Inspect looks at a chunk of a result.
func (p *inspectingProbe) Inspect(v *ops.Value, offset int64, plans []int, result *ops.Tensor, operands []*ops.Tensor) {
	plans = slices.DeleteFunc(plans, func(plan int) bool { return plan >= len(p.inspection.plans) })
	if watch, ok := p.inspection.watch[v]; ok && len(plans) > 0 {
		p.inspection.inspect(watch, offset, plans, result, operands)
	}
}

// Inspected forgets the operands of a result.
func (p *inspectingProbe) Inspected(v *ops.Value) {
	if watch, ok := p.inspection.watch[v]; ok {
		clear(p.inspection.fed[watch])
	}
}

// inspect looks at a chunk.
func (s *inspection) inspect(watch int, offset int64, plans []int, result *ops.Tensor, operands []*ops.Tensor) {
	v := s.values[watch]
	np := &s.plans[plans[0]].Nodes[v.Node.Index]
	if np.Alias || np.Imposed || !v.DType.IsFloat() {
		return
	}
	c := s.scratch.Get().(*inspectedChunk)
	defer s.scratch.Put(c)
	c.result = widen64(c.result, result, 0, result.Shape.Size())
	f := finding{elements: int64(len(c.result))}
	zeros := f.scan(c.result, np.Output.MaxFinite(), offset)
	if f.nonFinite > 0 {
		f.findCreated(c.result, offset, s.fedBy(watch, plans[0], operands))
	}
	f.findRange(c, v.Node, np, offset, operands)
	if zeros {
		f.findLost(c, v.Node, np, offset, operands)
	}
	if p := v.Node.Primitive; p == ops.AddPrimitive || p == ops.SubPrimitive {
		f.findCancelled(c, v.Node, np, offset, operands)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, plan := range plans {
		s.found[watch][plan].merge(&f)
	}
}

// fedBy returns what feeds a result under a plan; it is found out when the first non-finite element is seen.
func (s *inspection) fedBy(watch, plan int, operands []*ops.Tensor) feeding {
	n := s.values[watch].Node
	s.mu.Lock()
	find := s.fed[watch][plan]
	if find == nil {
		find = sync.OnceValue(func() feeding { return feedingOf(n, &s.plans[plan].Nodes[n.Index], operands) })
		s.fed[watch][plan] = find
	}
	s.mu.Unlock()
	return find()
}
