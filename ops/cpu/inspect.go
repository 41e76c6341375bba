package cpu

import "bf16lab/ops"

// Inspector is a probe that is also shown what the watched values were computed from.
type Inspector interface {
	Probe
	// Inspect receives elements offset, offset+1, ... of a watched value, as they are kept, under plans that compute it
	// together, and the operands of its equation, whole; nil for literals. An operand that the equation takes from a value
	// made along with it is kept only if the first plan has NodePlan.FromReference there, and nil otherwise. Calls come
	// concurrently, and everything is valid during the call only.
	Inspect(watch int, offset int64, plans []int, result *ops.Tensor, operands []*ops.Tensor)
}

// inspect shows a chunk of a watched value, as an instance has computed it, to a probe that wants to see it.
func (r *run) inspect(s *step, instance, watch int, offset int64, result *ops.Tensor) {
	inspector, ok := r.Probe.(Inspector)
	if !ok || result == nil {
		return
	}
	var plans []int
	for plan, of := range s.of {
		if of == instance {
			plans = append(plans, plan)
		}
	}
	n := r.watched[watch].Node
	operands := make([]*ops.Tensor, len(n.In))
	for i, o := range n.In {
		if o.Value != nil {
			operands[i] = r.operand(s.instances[instance], n, i)
		}
	}
	inspector.Inspect(watch, offset, plans, result, operands)
}

// inspectWhole shows a whole result in chunks.
func (r *run) inspectWhole(s *step, instance, watch int, result *ops.Tensor) {
	if _, ok := r.Probe.(Inspector); !ok || result == nil {
		return
	}
	size := result.Shape.Size()
	parallel(r.Workers, (size+observeElements-1)/observeElements, func(_, g int) {
		lo, hi := g*observeElements, min((g+1)*observeElements, size)
		r.inspect(s, instance, watch, int64(lo), result.Range(lo, hi, ops.Shape{hi - lo}))
	})
}
