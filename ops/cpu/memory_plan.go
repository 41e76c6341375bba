package cpu

import (
	"cmp"
	"slices"

	"bf16lab/ops"
)

// MemoryPlan says what exists at the moment of a run at which tensors take the most memory.
type MemoryPlan struct {
	Bytes       int64 // sum of everything
	Temporaries int64 // of the unit that is carried out: unrounded results, widened operands
	Samples     int64 // of watched values, where plans are carried out one after the other
	Node        *ops.Node
	Values      []HeldValue // what is stored, largest first
}

// HeldValue is a stored value, or what exists of it.
type HeldValue struct {
	Value *ops.Value
	Plans []int // that share it
	Bytes int64
	Part  bool // only a part of the value along the sequence exists
}

// MemoryPlan returns what exists at the peak that PeakBytes tells.
func (p *Program) MemoryPlan() MemoryPlan {
	if alone, plan := p.largest(); alone != nil {
		out := alone.MemoryPlan()
		for i := range out.Values {
			out.Values[i].Plans = []int{plan}
		}
		out.Samples = p.sampleBytes()
		out.Bytes += out.Samples
		return out
	}
	peak := p.PeakBytes()
	var out MemoryPlan
	p.rehearse(func(s *rehearsal, u *unit, temporary int64) {
		if out.Node != nil || s.used+temporary != peak {
			return
		}
		out = MemoryPlan{Bytes: peak, Temporaries: temporary, Node: u.nodes[len(u.nodes)-1], Values: s.values()}
	})
	return out
}

// values returns what is held.
func (s *rehearsal) values() []HeldValue {
	at := map[int]int{}
	var out []HeldValue
	for plan, class := range s.class {
		for _, v := range s.all() {
			c := class[v.ID]
			if s.held[c] == 0 {
				continue
			}
			i, ok := at[c]
			if !ok {
				i = len(out)
				at[c] = i
				whole := int64(v.Shape.Size() * s.valueStorage(plan, v).Bytes())
				out = append(out, HeldValue{Value: v, Bytes: s.held[c], Part: s.held[c] < whole})
			}
			if !slices.Contains(out[i].Plans, plan) {
				out[i].Plans = append(out[i].Plans, plan)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b HeldValue) int { return cmp.Compare(b.Bytes, a.Bytes) })
	return out
}

// all returns the inputs and results of the graph.
func (p *Program) all() []*ops.Value {
	out := slices.Clone(p.graph.Inputs)
	for _, n := range p.graph.Nodes {
		out = append(out, n.Out...)
	}
	return out
}
