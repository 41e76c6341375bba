package cpu

import (
	"fmt"

	"bf16lab/ops"
)

// Compile prepares a program that computes the watched values under every plan. plans[0] is the reference of the probe.
func Compile(g *ops.Graph, plans []*ops.Plan, watched []*ops.Value) *Program {
	return compile(g, plans, watched, 0)
}

// CompileStrips is [Compile] with large values passed on from unit to unit in strips of about so many elements.
func CompileStrips(g *ops.Graph, plans []*ops.Plan, watched []*ops.Value, elements int) *Program {
	if elements < 1 {
		panic("cpu: strips of no elements")
	}
	return compile(g, plans, watched, elements)
}

func compile(g *ops.Graph, plans []*ops.Plan, watched []*ops.Value, strip int) *Program {
	for _, p := range plans {
		if len(p.Nodes) != len(g.Nodes) {
			panic(fmt.Sprintf("cpu: plan %s has %d equations, the graph has %d", p.Name, len(p.Nodes), len(g.Nodes)))
		}
	}
	p := &Program{graph: g, plans: plans, watched: watched, watches: map[*ops.Value][]int{}, strip: strip}
	for i, v := range watched {
		p.watches[v] = append(p.watches[v], i)
	}
	var count int
	p.class, count = assign(g, plans)
	p.uses = make([]int, count)
	p.cut(schedule(g, watched, p.cuts(), p.joins()), strip)
	for _, stage := range p.stages {
		for _, s := range stage.steps() {
			p.work += s.work()
			for _, in := range s.instances {
				for i := range s.units {
					for _, c := range in.reads[i] {
						p.uses[c]++
					}
				}
			}
		}
	}
	p.findDeferred()
	p.settleWindows()
	p.peak = p.peakBytes()
	return p
}

// cut makes stages of the units.
func (p *Program) cut(units []*unit, strip int) {
	if strip == 0 {
		p.addSteps(units)
		return
	}
	var single []*unit
	for _, list := range newFinder(units, 2*strip).order() {
		if len(list) == 1 {
			single = append(single, list...)
			continue
		}
		p.addSteps(single)
		single = nil
		p.stages = append(p.stages, stage{flow: p.newFlow(list, strip)})
	}
	p.addSteps(single)
}

func (p *Program) addSteps(units []*unit) {
	for _, units := range p.group(units) {
		p.stages = append(p.stages, stage{step: p.newStep(units)})
	}
}

// work returns the estimated work of a step, for all instances.
func (s *step) work() float64 {
	work := 0.0
	for _, u := range s.units {
		work += u.cost * float64(len(s.instances))
	}
	return work
}

// newStep finds the distinct ways in which the plans carry out some units.
func (p *Program) newStep(units []*unit) *step {
	s := &step{units: units, of: make([]int, len(p.plans))}
	known := map[string]int{}
	for i := range p.plans {
		key := ""
		for _, u := range units {
			for _, n := range u.nodes {
				for _, v := range n.Out {
					key += fmt.Sprint(p.class[i][v.ID], " ")
				}
			}
		}
		at, ok := known[key]
		if !ok {
			at = len(s.instances)
			known[key] = at
			s.instances = append(s.instances, p.newInstance(units, i))
		}
		s.of[i] = at
		s.instances[at].plans++
	}
	return s
}

func (p *Program) newInstance(units []*unit, plan int) *instance {
	in := &instance{plan: plan}
	for _, u := range units {
		in.reads = append(in.reads, p.readBy(u, plan))
	}
	return in
}

// readBy returns the classes that a plan takes from outside of a unit, each once.
func (p *Program) readBy(u *unit, plan int) []int {
	var reads []int
	made, seen := map[*ops.Value]bool{}, map[int]bool{}
	for _, n := range u.nodes {
		for i, o := range n.In {
			if o.Value == nil || made[o.Value] {
				continue
			}
			if c := p.operandClass(plan, n, i); !seen[c] {
				seen[c] = true
				reads = append(reads, c)
			}
		}
		for _, v := range n.Out {
			made[v] = true
		}
	}
	return reads
}

// operandClass returns the class of operand i of an equation under a plan.
func (p *Program) operandClass(plan int, n *ops.Node, i int) int {
	return p.class.operand(plan, &p.plans[plan].Nodes[n.Index], n, i)
}
