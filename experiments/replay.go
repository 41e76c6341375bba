package experiments

import (
	"context"
	"fmt"
	"slices"
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
	// Memory is the largest amount of memory in bytes that the run may take for tensors; 0 asks the machine.
	Memory int64
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
	plans     []*ops.Plan // reference, policies, policies with imposed positions
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
	if err := checkMemory(r.program.PeakBytes(), o.Memory); err != nil {
		return nil, err
	}
	probe := newComparison(len(r.taps), len(r.plans))
	start := time.Now()
	stats, err := r.program.Run(ctx, cpu.Options{
		Workers: o.Threads, Load: r.inputs.load, Probe: probe,
		Progress: func(p cpu.Progress) {
			if o.Progress != nil {
				o.Progress(p.Done, p.Total)
			}
		},
	})
	if err != nil {
		return nil, err
	}
	r.fill(start, stats, probe)
	return r.run, nil
}

// Estimate returns about how much memory for tensors the experiment needs.
func Estimate(c *Config, o Options) (int64, error) {
	r, err := prepare(c, o)
	if err != nil {
		return 0, err
	}
	return r.program.PeakBytes(), nil
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
	config := model.AlphaGenome(batch[0].Len())
	config.Batch = len(batch)
	r.graph = model.Trace(config)
	if r.taps, err = c.selectTaps(r.graph); err != nil {
		return nil, err
	}
	if err := r.plan(); err != nil {
		return nil, err
	}
	watched := make([]*ops.Value, len(r.taps))
	for i, t := range r.taps {
		watched[i] = t.Value
	}
	r.program = cpu.Compile(r.graph, r.plans, watched)
	r.inputs = newInputs(c.source(), batch, organisms)
	r.run = describe(c, o, r.graph, batch, names)
	return r, nil
}

// plan makes the plans: the reference, the policies, and, where the junction head is watched, the policies once more with
// the reference's splice sites.
func (r *replay) plan() error {
	for _, p := range append([]*policy.Policy{r.reference}, r.policies...) {
		plan, err := p.Plan(r.graph)
		if err != nil {
			return err
		}
		r.plans = append(r.plans, plan)
	}
	positions := r.positions()
	if positions == nil || !slices.ContainsFunc(r.taps, dependsOnPositions) {
		return nil
	}
	for _, plan := range r.plans[1:] {
		nodes := slices.Clone(plan.Nodes)
		nodes[positions.Index].Imposed = true
		r.plans = append(r.plans, &ops.Plan{Name: plan.Name + " with imposed " + imposed, Nodes: nodes})
	}
	return nil
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
func (r *replay) fill(start time.Time, stats cpu.Stats, probe *comparison) {
	r.run.Started = start.UTC()
	r.run.Seconds = time.Since(start).Seconds()
	r.run.PeakBytes = stats.PeakBytes
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
		if len(all) > count && dependsOnPositions(t) {
			tap.Metrics = all[count:]
			for _, m := range tap.Metrics {
				tap.Origin = append(tap.Origin, origin(m, false))
			}
			r.run.Variants = append(r.run.Variants, results.TapVariant{Imposed: imposed, Tap: tap})
		}
	}
	setOrigins(r.graph, r.taps, r.run)
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

// modelResult describes the replayed model.
func modelResult(c *Config, g *ops.Graph) results.Model {
	return results.Model{
		Name: "AlphaGenome", Weights: fmt.Sprintf("synthetic version 1, seed %d", c.Weights.Synthetic.Seed),
		Parameters: weights.ParameterCount, States: weights.StateCount, Values: weights.ParameterValues, Equations: len(g.Nodes),
	}
}
