package cpu

import "bf16lab/ops"

// Inspector is a probe that is also shown every result of every equation, and what it was computed from.
type Inspector interface {
	Probe
	// Inspect receives elements offset, offset+1, ... of a result, as they are kept, under plans that compute it together, and
	// the operands of its equation, whole; nil for literals. An operand that is made along with the result is kept only if the
	// first plan has NodePlan.FromReference there, and nil otherwise. Calls come concurrently, and everything is valid during
	// the call only.
	Inspect(v *ops.Value, offset int64, plans []int, result *ops.Tensor, operands []*ops.Tensor)
	// Inspected tells that all of a result has been shown.
	Inspected(v *ops.Value)
}

// inspectTile shows the results of a tile.
func (r *run) inspectTile(s *step, u *unit, pass []int, machines []*tileMachine, lo int) {
	if r.inspector == nil || u.shown {
		return
	}
	for at, n := range u.nodes {
		for i, instance := range pass {
			r.inspect(s, instance, n.Out[0], int64(lo)*int64(u.row[at].inner.Size()), machines[i].results[at])
		}
	}
}

// inspectWhole shows a whole result in chunks.
func (r *run) inspectWhole(s *step, instance int, v *ops.Value, result *ops.Tensor) {
	if r.inspector == nil || result == nil {
		return
	}
	size := result.Shape.Size()
	parallel(r.Workers, (size+observeElements-1)/observeElements, func(_, g int) {
		lo, hi := g*observeElements, min((g+1)*observeElements, size)
		r.inspect(s, instance, v, int64(lo), result.Range(lo, hi, ops.Shape{hi - lo}))
	})
}

func (r *run) inspect(s *step, instance int, v *ops.Value, offset int64, result *ops.Tensor) {
	var plans []int
	for plan, of := range s.of {
		if of == instance {
			plans = append(plans, plan)
		}
	}
	operands := make([]*ops.Tensor, len(v.Node.In))
	for i, o := range v.Node.In {
		if o.Value != nil {
			operands[i] = r.operand(s.instances[instance], v.Node, i)
		}
	}
	r.inspector.Inspect(v, offset, plans, result, operands)
}

// inspected tells that all plans have gone through a step.
func (r *run) inspected(s *step) {
	if r.inspector == nil {
		return
	}
	for _, u := range s.units {
		for _, n := range u.nodes {
			for _, v := range n.Out {
				r.inspector.Inspected(v)
			}
		}
	}
}
