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
	stages  []stage
	class   classTable
	uses    []int // by class: how many instances of steps read it from outside
	work    float64
	strip   int        // elements of a strip; 0 stands for whole values
	peak    int64      // what PeakBytes tells
	samples int        // elements of a watched value that a probe is given; 0 stands for all
	alone   []*Program // by plan, where they are carried out one after the other
}

// stage is a step, or a flow of steps that is carried out strip by strip.
type stage struct {
	step *step
	flow *flow
}

// steps returns the steps of a stage.
func (s stage) steps() []*step {
	if s.flow != nil {
		return s.flow.steps
	}
	return []*step{s.step}
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
	joins := func(dot, transpose *ops.Node) bool {
		return len(p.watches[dot.Out[0]]) == 0 && p.plainTranspose(dot, transpose)
	}
	p.cut(schedule(g, watched, cutsOf(g, plans), joins), strip)
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

// run is the state of one run of a program.
type run struct {
	*Program
	Options
	inspector Inspector // the probe, if it is one
	memory    *memory
	stored    map[int]*ops.Tensor // by class
	owned     map[int]bool        // whether the tensor of a class came from memory
	left      []int               // by class: reads that are still to come
	rooms     map[int]bool        // classes for whose results a flow has made room
	stats     Stats
}

// Run carries the program out. It stops early with the context's error when the context ends, and with the error of
// Load when an input cannot be had.
func (p *Program) Run(ctx context.Context, o Options) (Stats, error) {
	if p.alone != nil {
		return p.runSampled(ctx, o)
	}
	r := p.newRun(o)
	defer r.memory.close()
	err := r.carryOut(ctx)
	r.stats.PeakBytes = r.memory.peak
	return r.stats, err
}

func (p *Program) newRun(o Options) *run {
	inspector, _ := o.Probe.(Inspector)
	if inspector != nil && p.strip > 0 {
		panic("cpu: what is carried out in strips cannot be inspected")
	}
	return &run{
		inspector: inspector,
		Program:   p, Options: o, memory: newMemory(p.PeakBytes()), stored: map[int]*ops.Tensor{}, owned: map[int]bool{}, rooms: map[int]bool{},
		left: append([]int(nil), p.uses...), stats: Stats{Seconds: make([]float64, len(p.plans)), Steps: len(p.stages)},
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
	for _, stage := range r.stages {
		if stage.flow != nil {
			err = r.runFlow(ctx, stage.flow, done)
		} else {
			err = r.runStep(ctx, stage.step, done)
		}
		if err != nil {
			return err
		}
		for _, s := range stage.steps() {
			done += s.work()
		}
	}
	return nil
}

// runStep carries out a step; done is the work before it.
func (r *run) runStep(ctx context.Context, s *step, done float64) error {
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
			r.tell(done, u)
		}
	}
	r.endStep(s)
	r.inspected(s)
	return nil
}

// tell reports that so much work has been done, the last of it for a unit.
func (r *run) tell(done float64, u *unit) {
	if r.Progress != nil {
		r.Progress(Progress{Done: done, Total: r.work, Equation: u.nodes[len(u.nodes)-1].Index})
	}
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
	}
	r.hold(s, 1)
}

func (r *run) endStep(s *step) {
	for _, u := range s.units {
		r.announce(u, func(watch, _ int) { r.Probe.End(watch) })
	}
	r.hold(s, -1)
}

// heldForProbe returns the classes of the reference's watched values of a step whose instances run one after the other.
func (p *Program) heldForProbe(s *step) (classes []int) {
	if len(s.units) == 1 || len(s.instances) == 1 {
		return nil
	}
	for _, u := range s.units {
		for _, n := range u.nodes {
			for _, v := range n.Out {
				if len(p.watches[v]) > 0 {
					classes = append(classes, p.class[0][v.ID])
				}
			}
		}
	}
	return classes
}

// hold adds to the reads that are still to come of the values that a step holds for the probe.
func (r *run) hold(s *step, n int) {
	if r.Probe == nil {
		return
	}
	for _, class := range r.heldForProbe(s) {
		r.left[class] += n
		if r.left[class] == 0 {
			r.drop(class)
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
			_, groups := chunkGroups(v.Shape.Size())
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

// room returns where the result of an equation of a row unit is to be kept; nil if nobody reads it, or another instance that
// makes the same has been given the room.
func (r *run) room(class int, shape ops.Shape, s ops.Storage) *ops.Tensor {
	switch {
	case r.rooms[class]:
		delete(r.rooms, class)
	case r.left[class] > 0 && r.stored[class] == nil:
		r.keep(class, r.memory.tensor(shape, s))
	default:
		return nil
	}
	return r.stored[class]
}

// operand returns the stored value that an instance takes as operand i of an equation.
func (r *run) operand(in *instance, n *ops.Node, i int) *ops.Tensor {
	return r.stored[r.operandClass(in.plan, n, i)]
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
