package cpu

import "bf16lab/ops"

// Program is a graph with the plans that carry it out in lock step. It can run any number of times, one run at a time.
type Program struct {
	graph    *ops.Graph
	plans    []*ops.Plan
	watched  []*ops.Value
	watches  map[*ops.Value][]int // indices into watched
	stages   []stage
	class    classTable
	uses     []int        // by class: how many instances of steps read it from outside
	deferred map[int]bool // classes that products can round on their way
	work     float64
	strip    int        // elements of a strip; 0 stands for whole values
	peak     int64      // what PeakBytes tells
	samples  int        // elements of a watched value that a probe is given; 0 stands for all
	alone    []*Program // by plan, where they are carried out one after the other
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

// Work returns the estimated work of the program, in floating-point operations of a matrix product.
func (p *Program) Work() float64 { return p.work }

// Plans returns the plans that the program carries out, in their order.
func (p *Program) Plans() []*ops.Plan { return p.plans }
