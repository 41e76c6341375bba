package experiments

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"

	"bf16lab/ops"
	"bf16lab/ops/cpu"
)

// Rehearsal is an experiment that can be run any number of times with all inputs in memory, for measurements of speed.
type Rehearsal struct {
	replay  *replay
	own     *replay // its reference and policies alone
	tensors map[string]*ops.Tensor
	alone   map[string]*cpu.Program // by policy
}

// Rehearse prepares an experiment and loads everything that its graph takes from outside.
func Rehearse(c *Config, o Options) (*Rehearsal, error) {
	r, err := prepare(c, o)
	if err != nil {
		return nil, err
	}
	h := &Rehearsal{replay: r, own: r.withOwnPlans(), tensors: map[string]*ops.Tensor{}, alone: map[string]*cpu.Program{}}
	for _, v := range r.graph.Inputs {
		if h.tensors[v.Input.Name()], err = r.inputs.load(v); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// Policies returns the names of the reference and of the policies that are compared with it.
func (h *Rehearsal) Policies() []string {
	names := []string{h.replay.reference.Name}
	for _, p := range h.replay.policies {
		names = append(names, p.Name)
	}
	return names
}

// Operations returns the floating-point operations of the products and convolutions of one policy.
func (h *Rehearsal) Operations() float64 { return h.program(h.replay.reference.Name).Operations() }

// withOwnPlans returns a replay of the reference and of the policies alone.
func (r *replay) withOwnPlans() *replay {
	own := *r
	own.plans, own.pieces, own.entrances, own.entering = r.plans.own(), nil, nil, nil
	own.program = cpu.Compile(own.graph, own.plans.all, own.watched())
	return &own
}

// Run runs the experiment as [Replay] does, every metric of every tap included, and forgets the results.
func (h *Rehearsal) Run(ctx context.Context) error {
	return h.run(ctx, h.replay.program, newReplayProbe(h.replay))
}

// LockStep runs the reference and the policies in lock step, every metric of every tap included, without the plans that
// [Replay] adds to understand these: with imposed splice sites, for local errors, for a noise floor.
func (h *Rehearsal) LockStep(ctx context.Context) error {
	return h.run(ctx, h.own.program, newReplayProbe(h.own))
}

// Alone runs one of the policies by itself, up to the taps of the experiment, without any metric. It returns the seconds that
// went into attention.
func (h *Rehearsal) Alone(ctx context.Context, policy string) (attention float64, err error) {
	before := time.Now()
	err = h.runWith(ctx, h.program(policy), cpu.Options{Progress: func(p cpu.Progress) {
		now := time.Now()
		if inAttention(h.replay.graph.Nodes[p.Equation]) {
			attention += now.Sub(before).Seconds()
		}
		before = now
	}})
	return attention, err
}

// attentionBlocks are the modules that compute attention.
var attentionBlocks = regexp.MustCompile(`/(mha|attention_bias)_block(_\d+)?$`)

// inAttention tells whether an equation is attention: what an attention block or the block of its bias computes itself, between
// the projections and norms inside of it. The time of this grows with the square of the length, that of everything else with
// the length.
func inAttention(n *ops.Node) bool { return attentionBlocks.MatchString(n.Module) }

// program returns the program of one policy.
func (h *Rehearsal) program(policy string) *cpu.Program {
	if p := h.alone[policy]; p != nil {
		return p
	}
	plans := h.replay.plans.all
	at := slices.IndexFunc(plans, func(p *ops.Plan) bool { return p.Name == policy })
	if at < 0 {
		panic(fmt.Sprintf("experiments: the experiment has no policy %s", policy))
	}
	h.alone[policy] = cpu.Compile(h.replay.graph, plans[at:at+1], watchedOf(h.replay.taps))
	return h.alone[policy]
}

func (h *Rehearsal) run(ctx context.Context, program *cpu.Program, probe cpu.Probe) error {
	return h.runWith(ctx, program, cpu.Options{Probe: probe})
}

// runWith runs a program on the tensors in memory.
func (h *Rehearsal) runWith(ctx context.Context, program *cpu.Program, o cpu.Options) error {
	o.Workers = h.replay.options.Threads
	o.Load = func(v *ops.Value) (*ops.Tensor, error) { return h.tensors[v.Input.Name()], nil }
	_, err := program.Run(ctx, o)
	return err
}
