package experiments

import (
	"context"
	"fmt"
	"time"

	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"
	"bf16lab/model"
	"bf16lab/model/weights"
	"bf16lab/ops"
	"bf16lab/ops/cpu"
	"bf16lab/policy"
)

// trials measures what mixtures of a policy and its reference cost at some outputs, on pairs of weights and an input. Only
// what the outputs need is computed, and plans that run together share everything before the first site that differs.
type trials struct {
	config    *Config
	options   Options
	graph     *ops.Graph
	reference *policy.Policy
	policy    *policy.Policy
	mixture   *policy.Mixture
	groups    []policy.Group
	outputs   []ops.Tap
	pairs     []pair
	run       *results.Run
	progress  trialProgress

	limit     int64  // memory that a program may take, as it was when the first was compiled
	limitFrom string // what an error calls it
}

// pair is one choice of weights and input: a repeat of the experiment.
type pair struct {
	seed  uint64
	input string                                  // its source
	load  func(v *ops.Value) (*ops.Tensor, error) // gives the inputs of the graph
}

// measurement is what one plan costs on one pair.
type measurement struct {
	outputs []metrics.Metrics // by output
	digest  string            // of the bits of all outputs
	seconds float64
}

// newTrials prepares an experiment with one policy. seeds are further seeds of the weights.
func newTrials(c *Config, o Options, g grouping, seeds []uint64) (*trials, error) {
	t := &trials{config: c, options: o}
	batch, err := c.sequences()
	if err != nil {
		return nil, err
	}
	names, organisms, err := c.organisms(len(batch))
	if err != nil {
		return nil, err
	}
	reference, others, err := c.policies()
	if err != nil {
		return nil, err
	}
	t.reference, t.policy = reference, others[0]
	t.graph = model.Trace(model.AlphaGenome(batch[0].Len()))
	if t.outputs, err = c.selectTaps(t.graph); err != nil {
		return nil, err
	}
	if t.mixture, err = policy.NewMixture(t.graph, t.policy, t.reference); err != nil {
		return nil, fmt.Errorf("%s: %w", c.at("policies"), err)
	}
	if t.groups, err = g.groups(t.mixture); err != nil {
		return nil, err
	}
	for _, seed := range distinct(append([]uint64{c.Weights.Synthetic.Seed}, seeds...)) {
		for i, s := range batch {
			source := weights.Synthetic{Seed: seed}
			t.pairs = append(t.pairs, pair{seed, s.Source, newInputs(source, batch[i:i+1], organisms[i:i+1]).load})
		}
	}
	t.run = describe(c, o, t.graph, batch, names)
	return t, nil
}

// distinct returns the seeds in their order, each once.
func distinct(seeds []uint64) []uint64 {
	var out []uint64
	seen := map[uint64]bool{}
	for _, s := range seeds {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// runs describes the pairs for the results.
func (t *trials) runs() []results.AblationRun {
	out := make([]results.AblationRun, len(t.pairs))
	for i, p := range t.pairs {
		out[i] = results.AblationRun{Seed: p.seed, Input: p.input}
	}
	return out
}

// referencePlan returns the plan with all sites restored.
func (t *trials) referencePlan() *ops.Plan {
	return t.mixture.Plan(t.reference.Name, func(*ops.Node) bool { return true })
}

// together returns plans with the reference before them.
func (t *trials) together(plans []*ops.Plan) []*ops.Plan {
	return append([]*ops.Plan{t.referencePlan()}, plans...)
}

// compile compiles plans into as few programs as fit into memory, in their order.
func (t *trials) compile(plans []*ops.Plan) ([]*cpu.Program, error) {
	if t.limit == 0 {
		t.limit, t.limitFrom = t.options.limit()
	}
	watched := watchedOf(t.outputs)
	if len(plans) < 2 {
		one := cpu.CompileWithin(t.graph, t.together(plans), watched, t.limit-Headroom)
		if need := one.PeakBytes() + Headroom; need > t.limit {
			return nil, fmt.Errorf("a replay beside its reference needs at least %s of memory, %s %s: use a shorter sequence", memoryText(need), t.limitFrom, memoryText(t.limit))
		}
		return []*cpu.Program{one}, nil
	}
	if all := cpu.Compile(t.graph, t.together(plans), watched); all.PeakBytes()+Headroom <= t.limit {
		return []*cpu.Program{all}, nil
	}
	first, err := t.compile(plans[:len(plans)/2])
	if err != nil {
		return nil, err
	}
	second, err := t.compile(plans[len(plans)/2:])
	return append(first, second...), err
}

// measure carries out programs on a pair of weights and input. The first measurement is that of the reference, the others
// are those of the plans that the programs were compiled from.
func (t *trials) measure(ctx context.Context, p *pair, programs []*cpu.Program) ([]measurement, error) {
	var out []measurement
	for _, program := range programs {
		plans := len(program.Plans())
		probe := newComparison(len(t.outputs), plans)
		stats, err := program.Run(ctx, cpu.Options{
			Workers: t.options.Threads, Load: p.load, Probe: probe,
			Progress: func(at cpu.Progress) { t.progress.report(t.options.Progress, at.Done, at.Total, plans) },
		})
		if err != nil {
			return nil, err
		}
		t.progress.done += plans
		t.run.PeakBytes = max(t.run.PeakBytes, stats.PeakBytes)
		for i := range plans {
			m := measurement{digest: probe.fingerprint(t.outputs, i), seconds: stats.Seconds[i]}
			if i == 0 && len(out) > 0 {
				continue
			}
			for w := range t.outputs {
				if i > 0 {
					m.outputs = append(m.outputs, probe.results[w][i-1])
				}
			}
			out = append(out, m)
		}
	}
	return out, nil
}

// fill completes the results with the policies and, on the first pair, the outputs under the policy.
func (t *trials) fill(start time.Time, reference, policy *measurement) {
	t.run.Started, t.run.Seconds = start.UTC(), time.Since(start).Seconds()
	t.run.Reference = policyResult(t.reference, reference.seconds, reference.digest)
	t.run.Policies = []results.Policy{policyResult(t.policy, policy.seconds, policy.digest)}
	for i, output := range t.outputs {
		tap := newTap(output)
		tap.Metrics = policy.outputs[i : i+1]
		t.run.Taps = append(t.run.Taps, tap)
	}
	setOrigins(t.graph, t.outputs, t.run)
}

// trialProgress counts replays.
type trialProgress struct{ done, total int }

// report tells how far an experiment is while a program of some plans is carried out.
func (p *trialProgress) report(tell func(done, total float64), done, total float64, plans int) {
	if tell != nil && total > 0 {
		tell(min(float64(p.done)+done/total*float64(plans), float64(p.total)), float64(p.total))
	}
}
