package cpu

import (
	"slices"

	"bf16lab/ops"
)

// settleWindows finds the windows of all flows.
func (p *Program) settleWindows() {
	made, last := make([]bool, len(p.uses)), make([]int, len(p.uses))
	for class := range p.graph.Inputs {
		made[class] = true
	}
	for k, stage := range p.stages {
		for _, s := range stage.steps() {
			for _, in := range s.instances {
				for i := range s.units {
					for _, c := range in.reads[i] {
						last[c] = k
					}
				}
			}
		}
	}
	for k, stage := range p.stages {
		if stage.flow != nil {
			p.findWindows(stage.flow, func(c int) bool { return made[c] }, func(c int) bool { return last[c] > k })
		}
		for _, s := range stage.steps() {
			for _, in := range s.instances {
				for _, u := range s.units {
					for _, n := range u.nodes {
						for _, v := range n.Out {
							made[p.class[in.plan][v.ID]] = true
						}
					}
				}
			}
		}
	}
}

// findWindows settles which values the flow makes or gives back while it goes on. before tells whether a class is there
// before the flow, later whether it is read after it.
func (p *Program) findWindows(f *flow, before, later func(class int) bool) {
	at := map[int]int{} // class -> index of its window
	whole := map[int]bool{}
	for i, s := range f.steps {
		for _, in := range s.instances {
			p.findMade(f, i, in, at, before)
			for _, v := range f.unit(i).readsWhole(f.reads[i]) {
				for _, plan := range p.sources(f.unit(i), in.plan, v) {
					whole[p.class[plan][v.ID]] = true
				}
			}
			for _, x := range f.reads[i] {
				p.findRead(f, i, in, x, at)
			}
		}
	}
	var keep []window
	for _, w := range f.windows {
		w.stays = whole[w.class] || later(w.class)
		if w.maker >= 0 || !w.stays {
			keep = append(keep, w)
		}
	}
	f.windows = keep
}

// findMade adds windows for what an instance of unit i makes.
func (p *Program) findMade(f *flow, i int, in *instance, at map[int]int, before func(class int) bool) {
	for _, n := range f.unit(i).made() {
		v := n.Out[0]
		c := p.class[in.plan][v.ID]
		if _, ok := at[c]; ok || before(c) || p.uses[c] == 0 && f.unit(i).rows > 0 {
			continue
		}
		at[c] = len(f.windows)
		f.windows = append(f.windows, window{class: c, shape: v.Shape, storage: p.storage(in.plan, v), maker: i})
	}
}

// findRead notes that an instance of unit i reads a value. Inputs of the graph are not given back early.
func (p *Program) findRead(f *flow, i int, in *instance, x reach, at map[int]int) {
	for _, plan := range p.sources(f.unit(i), in.plan, x.value) {
		c := p.class[plan][x.value.ID]
		if c < len(p.graph.Inputs) {
			continue
		}
		if _, ok := at[c]; !ok {
			at[c] = len(f.windows)
			f.windows = append(f.windows, window{class: c, shape: x.value.Shape, storage: p.storage(plan, x.value), maker: -1})
		}
		w := &f.windows[at[c]]
		w.readers = append(w.readers, windowReader{i, x})
	}
}

// sources returns the plans whose values a unit reads as v under a plan: its own, the reference, or both.
func (p *Program) sources(u *unit, plan int, v *ops.Value) []int {
	var out []int
	for _, n := range u.nodes {
		for i, o := range n.In {
			if o.Value != v {
				continue
			}
			from := plan
			if p.operandClass(plan, n, i) == p.class[0][v.ID] {
				from = 0
			}
			if !slices.Contains(out, from) {
				out = append(out, from)
			}
		}
	}
	return out
}

// storage returns how a plan keeps a value that an equation makes.
func (p *Program) storage(plan int, v *ops.Value) ops.Storage {
	return p.plans[plan].Nodes[v.Node.Index].Storage(v.DType)
}
