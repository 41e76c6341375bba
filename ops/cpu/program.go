package cpu

import (
	"context"
	"fmt"

	"bf16lab/ops"
)

// Program is a graph with the plans that carry it out in lock step. It can run any number of times, one run at a time.
type Program struct {
	graph   *ops.Graph
	plans   []*ops.Plan
	watched []*ops.Value
	watches map[*ops.Value][]int // indices into watched
	steps   []*step
	class   [][]int // by plan and value
	uses    []int   // by class: how many instances of steps read it from outside
	work    float64
}

// step is a part of the schedule that is carried out for all plans before the next one begins: one unit, or, where the
// values between units are too large to be held for all plans at once, several.
type step struct {
	units     []*unit
	instances []*instance
	of        []int // plan -> instance
}

// instance is one way to carry out the units of a step; it serves all plans that agree on them.
type instance struct {
	plan  int     // the first plan that uses it
	plans int     // how many use it
	reads [][]int // by unit: classes taken from outside of the unit
}

// Probe receives the values that are watched, chunk by chunk, while they are alive.
type Probe interface {
	// Begin announces a watched value: it will be observed in the given number of groups.
	Begin(watch, groups int)
	// Observe receives elements offset, offset+1, ... of a watched value under each plan; plans that agree share one
	// tensor, and plans that are observed in another call are nil; the first is always there. The chunks of a group come
	// in ascending order from one goroutine at a time, groups come concurrently. The tensors are valid during the call
	// only. How a value is cut into groups and chunks does not depend on the workers.
	Observe(watch, group int, offset int64, values []*ops.Tensor)
	// End announces that all groups of a watched value have been observed.
	End(watch int)
}

// Progress tells how far a run is.
type Progress struct {
	Done, Total float64 // estimated work
	Equation    int     // index of the last equation carried out
}

// Options are what a run needs besides the program.
type Options struct {
	Workers  int                                     // goroutines that compute; at least 1
	Load     func(v *ops.Value) (*ops.Tensor, error) // gives the tensor of an input when it is first needed
	Probe    Probe                                   // nil watches nothing
	Progress func(Progress)                          // called after each step; nil for none
}

// Stats describes a finished run.
type Stats struct {
	Seconds   []float64 // time spent for each plan; shared work is divided among the plans that share it
	PeakBytes int64     // largest amount of memory taken for tensors
	Steps     int
	Instances int // distinct unit instances carried out
}

// Compile prepares a program that computes the watched values under every plan. plans[0] is the reference of the probe.
func Compile(g *ops.Graph, plans []*ops.Plan, watched []*ops.Value) *Program {
	for _, p := range plans {
		if len(p.Nodes) != len(g.Nodes) {
			panic(fmt.Sprintf("cpu: plan %s has %d equations, the graph has %d", p.Name, len(p.Nodes), len(g.Nodes)))
		}
	}
	p := &Program{graph: g, plans: plans, watched: watched, watches: map[*ops.Value][]int{}}
	for i, v := range watched {
		p.watches[v] = append(p.watches[v], i)
	}
	var count int
	p.class, count = assign(g, plans)
	p.uses = make([]int, count)
	for _, units := range p.group(schedule(g, watched, imposed(g, plans))) {
		s := p.newStep(units)
		p.steps = append(p.steps, s)
		for i, u := range units {
			p.work += u.cost * float64(len(s.instances))
			for _, in := range s.instances {
				for _, c := range in.reads[i] {
					p.uses[c]++
				}
			}
		}
	}
	return p
}

// imposed returns the equations whose results some plan takes from the reference. Each is a unit of its own, because a row
// unit is carried out for a plan as a whole.
func imposed(g *ops.Graph, plans []*ops.Plan) map[*ops.Node]bool {
	out := map[*ops.Node]bool{}
	for _, p := range plans {
		for _, n := range g.Nodes {
			if p.Nodes[n.Index].Imposed {
				out[n] = true
			}
		}
	}
	return out
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
		var reads []int
		seen := map[int]bool{}
		for _, v := range u.reads() {
			if c := p.class[plan][v.ID]; !seen[c] {
				seen[c] = true
				reads = append(reads, c)
			}
		}
		in.reads = append(in.reads, reads)
	}
	return in
}

// run is the state of one run of a program.
type run struct {
	*Program
	Options
	memory *memory
	stored map[int]*ops.Tensor // by class
	owned  map[int]bool        // whether the tensor of a class came from memory
	left   []int               // by class: reads that are still to come
	stats  Stats
}

// Run carries the program out. It stops early with the context's error when the context ends, and with the error of
// Load when an input cannot be had.
func (p *Program) Run(ctx context.Context, o Options) (Stats, error) {
	r := p.newRun(o)
	defer r.memory.close()
	err := r.carryOut(ctx)
	r.stats.PeakBytes = r.memory.peak
	return r.stats, err
}

func (p *Program) newRun(o Options) *run {
	return &run{
		Program: p, Options: o, memory: newMemory(), stored: map[int]*ops.Tensor{}, owned: map[int]bool{},
		left: append([]int(nil), p.uses...), stats: Stats{Seconds: make([]float64, len(p.plans)), Steps: len(p.steps)},
	}
}

// carryOut goes through the steps. Whatever happens, no stored value is left afterwards.
func (r *run) carryOut(ctx context.Context) (err error) {
	defer r.releaseAll()
	defer func() {
		if e := recover(); e != nil {
			oom, ok := e.(OutOfMemory)
			if !ok {
				panic(e)
			}
			err = oom
		}
	}()
	done := 0.0
	for _, s := range r.steps {
		r.beginStep(s)
		for _, pass := range s.passes() {
			for i, u := range s.units {
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := r.load(u); err != nil {
					return err
				}
				r.runUnit(s, u, pass)
				r.finish(s, i, pass)
				done += u.cost * float64(len(pass))
				if r.Progress != nil {
					r.Progress(Progress{Done: done, Total: r.work, Equation: u.nodes[len(u.nodes)-1].Index})
				}
			}
		}
		r.endStep(s)
	}
	return nil
}

// passes returns the instances of a step in the groups in which they run: all together for a single unit, one after the
// other for several.
func (s *step) passes() [][]int {
	var out [][]int
	for i := range s.instances {
		if len(s.units) == 1 && i > 0 {
			out[0] = append(out[0], i)
			continue
		}
		out = append(out, []int{i})
	}
	return out
}

// beginStep announces the watched values of a step. Where the instances run one after the other, the reference's watched
// values are held until the end of the step.
func (r *run) beginStep(s *step) {
	for _, u := range s.units {
		r.announce(u, func(watch, groups int) { r.Probe.Begin(watch, groups) })
		r.hold(s, u, 1)
	}
}

func (r *run) endStep(s *step) {
	for _, u := range s.units {
		r.announce(u, func(watch, _ int) { r.Probe.End(watch) })
		r.hold(s, u, -1)
	}
}

// hold adds to the reads that are still to come of the reference's watched values of a unit.
func (r *run) hold(s *step, u *unit, n int) {
	if len(s.units) == 1 || len(s.instances) == 1 || r.Probe == nil {
		return
	}
	for _, node := range u.nodes {
		for _, v := range node.Out {
			if len(r.watches[v]) == 0 {
				continue
			}
			class := r.class[0][v.ID]
			r.left[class] += n
			if r.left[class] == 0 {
				r.drop(class)
			}
		}
	}
}

// announce calls f for every watched value of a unit with the number of groups that it is observed in.
func (r *run) announce(u *unit, f func(watch, groups int)) {
	if r.Probe == nil {
		return
	}
	for _, n := range u.nodes {
		for _, v := range n.Out {
			groups := (v.Shape.Size() + observeElements - 1) / observeElements
			if u.rows > 0 {
				_, _, groups = u.tiles()
			}
			for _, w := range r.watches[v] {
				f(w, groups)
			}
		}
	}
}

// runUnit carries out a unit for some instances.
func (r *run) runUnit(s *step, u *unit, pass []int) {
	if u.rows > 0 {
		r.runRows(s, u, pass)
	} else {
		r.runWhole(s, u, pass)
	}
}

// load makes sure that the graph inputs which a unit reads are there.
func (r *run) load(u *unit) error {
	for _, v := range u.reads() {
		if v.Node != nil {
			continue
		}
		class := r.class[0][v.ID]
		if r.stored[class] != nil {
			continue
		}
		t, err := r.Load(v)
		if err != nil {
			return err
		}
		if !t.Shape.Equal(v.Shape) {
			return fmt.Errorf("cpu: input %s has shape %v, want %v", v.Input.Name(), t.Shape, v.Shape)
		}
		r.stored[class] = t
	}
	return nil
}

// finish drops the values whose last reader was a unit of a step.
func (r *run) finish(s *step, unit int, pass []int) {
	for _, i := range pass {
		for _, c := range s.instances[i].reads[unit] {
			r.left[c]--
			if r.left[c] == 0 {
				r.drop(c)
			}
		}
	}
}

func (r *run) drop(class int) {
	if t := r.stored[class]; t != nil && r.owned[class] {
		r.memory.release(t)
	}
	delete(r.stored, class)
	delete(r.owned, class)
}

func (r *run) releaseAll() {
	for class := range r.stored {
		r.drop(class)
	}
}

// keep stores the result of an equation for later readers.
func (r *run) keep(class int, t *ops.Tensor) {
	r.stored[class] = t
	r.owned[class] = true
}

// nodePlan returns how an instance carries out an equation.
func (r *run) nodePlan(in *instance, n *ops.Node) *ops.NodePlan {
	return &r.plans[in.plan].Nodes[n.Index]
}

// spend books seconds to the plans that share an instance.
func (r *run) spend(s *step, instance int, seconds float64) {
	r.stats.Instances++
	share := seconds / float64(s.instances[instance].plans)
	for plan, of := range s.of {
		if of == instance {
			r.stats.Seconds[plan] += share
		}
	}
}

// Work returns the estimated work of the program, in floating-point operations of a matrix product.
func (p *Program) Work() float64 { return p.work }

// Plans returns the plans that the program carries out, in their order.
func (p *Program) Plans() []*ops.Plan { return p.plans }
