package cpu

import "bf16lab/ops"

// PeakBytes returns about how much memory for tensors a run of the program takes at most: what is stored between units,
// the inputs of the graph that are alive, and the temporaries of the unit that is carried out.
func (p *Program) PeakBytes() int64 {
	left := append([]int(nil), p.uses...)
	size := map[int]int64{}
	var used, peak int64
	for _, s := range p.steps {
		for _, pass := range s.passes() {
			for i, u := range s.units {
				for _, instance := range pass {
					used += p.allocate(u, s.instances[instance], left, size)
				}
				peak = max(peak, used+p.temporary(u, s.instances[pass[0]]))
				for _, instance := range pass {
					for _, c := range s.instances[instance].reads[i] {
						left[c]--
						if left[c] == 0 {
							used -= size[c]
							delete(size, c)
						}
					}
				}
			}
		}
	}
	return peak
}

// allocate counts what an instance of a unit adds to the stored values: inputs read for the first time and results.
func (p *Program) allocate(u *unit, in *instance, left []int, size map[int]int64) int64 {
	var added int64
	put := func(v *ops.Value, s ops.Storage) {
		class := p.class[in.plan][v.ID]
		if _, ok := size[class]; !ok && left[class] > 0 {
			size[class] = int64(v.Shape.Size() * s.Bytes())
			added += size[class]
		}
	}
	for _, v := range u.reads() {
		if v.Node == nil {
			put(v, ops.StoreFloat32)
		}
	}
	for _, n := range u.nodes {
		for _, v := range n.Out {
			put(v, p.plans[in.plan].Nodes[n.Index].Storage(v.DType))
		}
	}
	return added
}

// temporary counts the widened results of a unit of one equation.
func (p *Program) temporary(u *unit, in *instance) int64 {
	if u.rows > 0 {
		return 0
	}
	n := u.nodes[0]
	plan := &p.plans[in.plan].Nodes[n.Index]
	var bytes int64
	for _, v := range n.Out {
		bytes += int64(v.Shape.Size() * plan.Arithmetic(v.DType).Bytes())
	}
	return bytes
}
