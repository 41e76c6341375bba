package experiments

import (
	"context"
	"strings"
	"time"

	"bf16lab/experiments/results"
	"bf16lab/model"
	"bf16lab/model/weights"
	"bf16lab/ops"
	"bf16lab/ops/cpu"
	"bf16lab/policy"
)

// Options are what a replay needs besides the experiment file.
type Options struct {
	Threads  int
	Version  string   // of the program, for the results
	Command  []string // argument vector that repeats the run
	Progress func(done, total float64)
	// Memory is the largest amount of memory in bytes that the run may take; 0 asks the machine. If that is too little for
	// whole values, they are passed from unit to unit in strips along the sequence.
	Memory int64
	// Sweep is for experiments of kind sweep.
	Sweep SweepOptions
	// Plan is told what an experiment of many replays is going to take before it begins; nil for nobody.
	Plan func(results.ReplayPlan)
}

// tellPlan hands a plan to whoever wants to know.
func (o *Options) tellPlan(plan results.ReplayPlan) {
	if o.Plan != nil {
		o.Plan(plan)
	}
}

// imposed is what the name of a policy is followed by when the reference's splice sites are imposed on it.
const imposed = "splice_site_positions"

// replay is a prepared run.
type replay struct {
	config    *Config
	options   Options
	graph     *ops.Graph
	taps      []ops.Tap
	reference *policy.Policy
	policies  []*policy.Policy
	baseline  int // index of the policy that others are judged by; -1 without verdicts
	plans     planSet
	pieces    policy.Pieces  // what local errors are local to; nil without them
	entrances [][]*ops.Value // by tap: what comes into its piece
	entering  []*ops.Value   // the entrances that are no taps; watched behind these
	program   *cpu.Program
	inputs    *inputs
	run       *results.Run
}

// Replay runs the experiment and returns its results.
func Replay(ctx context.Context, c *Config, o Options) (*results.Run, error) {
	r, err := prepare(c, o)
	if err != nil {
		return nil, err
	}
	probe := newReplayProbe(r)
	if err := r.carryOut(ctx, r.inputs.load, probe, probe); err != nil {
		return nil, err
	}
	return r.run, nil
}

// carryOut runs the plans and completes the results; probe is what the program reports to, and replay the part of it, or all,
// that compares.
func (r *replay) carryOut(ctx context.Context, load func(*ops.Value) (*ops.Tensor, error), probe cpu.Probe, compared *replayProbe) error {
	if err := r.checkMemory(); err != nil {
		return err
	}
	start := time.Now()
	stats, err := r.program.Run(ctx, cpu.Options{
		Workers: r.options.Threads, Load: load, Probe: probe,
		Progress: func(p cpu.Progress) {
			if r.options.Progress != nil {
				r.options.Progress(p.Done, p.Total)
			}
		},
	})
	if err != nil {
		return err
	}
	r.fill(start, stats, compared)
	return nil
}

// planReplay tells what a replay takes.
func planReplay(c *Config, o Options) (results.ReplayPlan, error) {
	r, err := prepare(c, o)
	if err != nil {
		return results.ReplayPlan{}, err
	}
	return costOf([]*cpu.Program{r.program}, 1, o.Threads), nil
}

// prepare reads the inputs, traces the model and makes the plans.
func prepare(c *Config, o Options) (*replay, error) {
	r := &replay{config: c, options: o}
	batch, err := c.sequences()
	if err != nil {
		return nil, err
	}
	names, organisms, err := c.organisms(len(batch))
	if err != nil {
		return nil, err
	}
	if r.reference, r.policies, err = c.policies(); err != nil {
		return nil, err
	}
	if r.baseline, err = c.baseline(r.policies); err != nil {
		return nil, err
	}
	if err := r.compile(batch[0].Len(), len(batch)); err != nil {
		return nil, err
	}
	r.inputs = newInputs(c.source(), batch, organisms)
	r.run = describe(c, o, r.graph, batch, names)
	return r, nil
}

// compile traces the model for sequences of a length and makes a program of the plans that fits the memory, if one does.
func (r *replay) compile(length, batch int) (err error) {
	config := model.AlphaGenome(length)
	config.Batch = batch
	r.graph, r.plans = model.Trace(config), planSet{}
	if r.taps, err = r.config.selectTaps(r.graph); err != nil {
		return err
	}
	if err := r.plan(); err != nil {
		return err
	}
	if r.config.Kind == results.KindNonFinite {
		r.plans.all[0] = keepOperands(r.plans.all[0])
		r.program = cpu.Compile(r.graph, r.plans.all, r.watched())
		return nil
	}
	r.program = r.fitting()
	return nil
}

// watched returns the values of the taps and, behind them, what comes into their pieces.
func (r *replay) watched() []*ops.Value {
	out := watchedOf(r.taps)
	if r.pieces != nil {
		r.entrances = entrances(r.taps, r.pieces)
		r.entering = untapped(r.taps, r.entrances)
	}
	return append(out, r.entering...)
}

// positions returns the equation that finds the splice sites, nil in a model without a junction head.
func (r *replay) positions() *ops.Node {
	for _, o := range r.graph.Outputs {
		if o.Name == "splice_sites_junction/splice_site_positions" {
			return o.Value.Node
		}
	}
	return nil
}

// dependsOnPositions tells whether a tap is computed from the splice sites.
func dependsOnPositions(t ops.Tap) bool {
	return strings.HasPrefix(t.Name, "out/splice_sites_junction/predictions") || strings.HasPrefix(t.Name, "alphagenome/head/splice_sites_junction/") &&
		(strings.HasSuffix(t.Name, ":rope") || strings.Contains(t.Name, ":einsum"))
}

// fill completes the results with what the run has measured.
func (r *replay) fill(start time.Time, stats cpu.Stats, probe *replayProbe) {
	r.run.Started = start.UTC()
	r.run.Seconds = time.Since(start).Seconds()
	r.run.PeakBytes, r.run.StripElements, r.run.Samples = stats.PeakBytes, r.program.Strip(), r.program.Samples()
	r.run.Reference = policyResult(r.reference, stats.Seconds[0], probe.fingerprint(r.taps, 0))
	for i, p := range r.policies {
		r.run.Policies = append(r.run.Policies, policyResult(p, stats.Seconds[i+1], probe.fingerprint(r.taps, i+1)))
	}
	count := len(r.policies)
	for i, t := range r.taps {
		tap := newTap(t)
		all := probe.results[i]
		tap.Metrics = all[:count]
		r.run.Taps = append(r.run.Taps, tap)
		if at := r.plans.imposed; at > 0 && dependsOnPositions(t) {
			tap.Metrics = all[at-1 : at-1+count]
			for _, m := range tap.Metrics {
				tap.Origin = append(tap.Origin, origin(m, false))
			}
			r.run.Variants = append(r.run.Variants, results.TapVariant{Imposed: imposed, Tap: tap})
		}
	}
	r.placeSamples()
	setOrigins(r.graph, r.taps, r.run)
	r.fillLocal(probe)
	r.fillVerdicts(probe)
	r.fillScatter(probe)
}

func policyResult(p *policy.Policy, seconds float64, digest string) results.Policy {
	return results.Policy{Name: p.Name, Description: p.Description, YAML: p.YAML(), Seconds: seconds, Digest: digest}
}

func newTap(t ops.Tap) results.Tap {
	tap := results.Tap{Name: t.Name, Shape: t.Value.Shape, DType: t.Value.DType.String(), Part: model.Part(t.Name), Block: model.Block(t.Name), Equation: -1}
	tap.Module, _, _ = strings.Cut(t.Name, ":")
	if t.Value.Node != nil {
		tap.Equation = t.Value.Node.Index
	}
	return tap
}

// modelResult describes the replayed model. seeds names the weights, as in "seed 1".
func modelResult(seeds string, g *ops.Graph) results.Model {
	return results.Model{
		Name: "AlphaGenome", Weights: "synthetic version 1, " + seeds,
		Parameters: weights.ParameterCount, States: weights.StateCount, Values: weights.ParameterValues, Equations: len(g.Nodes),
	}
}
