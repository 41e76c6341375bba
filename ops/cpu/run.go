package cpu

import (
	"context"
	"fmt"

	"bf16lab/ops"
)

// run is the state of one run of a program.
type run struct {
	*Program
	Options
	inspector Inspector // the probe, if it is one
	memory    *memory
	stored    map[int]*ops.Tensor  // by class
	unrounded map[*ops.Tensor]bool // stored values that products round on their way
	owned     map[int]bool         // whether the tensor of a class came from memory
	left      []int                // by class: reads that are still to come
	rooms     map[int]bool         // classes for whose results a flow has made room
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
		Program:   p, Options: o, memory: newMemory(p.PeakBytes()), stored: map[int]*ops.Tensor{}, owned: map[int]bool{}, rooms: map[int]bool{}, unrounded: map[*ops.Tensor]bool{},
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

// runUnit carries out a unit for some instances.
func (r *run) runUnit(s *step, u *unit, pass []int) {
	pass = r.leaveToProducts(s, u, pass)
	switch {
	case len(pass) == 0:
	case u.parts != nil && r.inspector != nil:
		r.runParts(s, u, pass)
	case u.rows > 0:
		r.runRows(s, u, pass)
	case u.column != nil:
		r.runColumns(s, u, pass)
	default:
		r.runWhole(s, u, pass)
	}
}

// runParts carries out the units that a unit can be cut into, one after the other, with all values between them stored.
func (r *run) runParts(s *step, u *unit, pass []int) {
	count := func(part *unit, n int) {
		for _, i := range pass {
			for _, c := range r.readBy(part, s.instances[i].plan) {
				r.left[c] += n
				if r.left[c] == 0 {
					r.drop(c)
				}
			}
		}
	}
	for _, part := range u.parts {
		count(part, 1)
	}
	for _, part := range u.parts {
		r.runUnit(s, part, pass)
		count(part, -1)
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

// spendAll books the seconds that workers spent for some instances; a worker without work has none.
func (r *run) spendAll(s *step, pass []int, seconds [][]float64) {
	for i, instance := range pass {
		total := 0.0
		for _, w := range seconds {
			if w != nil {
				total += w[i]
			}
		}
		r.spend(s, instance, total/float64(r.Workers))
	}
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
