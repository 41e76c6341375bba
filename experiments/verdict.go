package experiments

import (
	"fmt"
	"math"
	"slices"

	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"
	"bf16lab/internal/nearest"
	"bf16lab/ops"
	"bf16lab/policy"
)

// VerdictConfig asks for verdicts: every tap of every policy is judged by how the error of a low-precision run that is taken
// for granted, the baseline, compares with its own.
type VerdictConfig struct {
	// Baseline is the name of one of the policies; unless given, jax-cpu-eager if that is one of them, else the first.
	Baseline string `yaml:"baseline,omitempty"`
	// Better and Worse are the ratios of errors up to which a policy is better than the baseline, and from which on it is
	// worse: 0.8 and 1.25 unless given. Both are widened by the noise floor.
	Better *float64 `yaml:"better,omitempty"`
	Worse  *float64 `yaml:"worse,omitempty"`
}

// The defaults of a verdict. One rounding more or less changes an error by its share of all of them, and re-ordered sums by a
// few percent; a quarter more error than the baseline is beyond both.
const (
	defaultBaseline = "jax-cpu-eager"
	defaultBetter   = 0.8
	defaultWorse    = 1.25
)

// checkVerdict fills in what the section leaves open and checks the rest. An experiment of kind verdict has the section anyway.
func (c *Config) checkVerdict() error {
	if c.Kind == results.KindVerdict && c.Verdict == nil {
		c.Verdict = &VerdictConfig{}
	}
	v := c.Verdict
	if v == nil {
		return nil
	}
	better, worse := defaultBetter, defaultWorse
	if v.Better == nil {
		v.Better = &better
	}
	if v.Worse == nil {
		v.Worse = &worse
	}
	switch {
	case !(*v.Better > 0 && *v.Better <= 1):
		return fmt.Errorf("%s: verdict: better: want a ratio above 0 and at most 1, got %v", c.at("verdict", "better"), *v.Better)
	case !(*v.Worse >= 1 && *v.Worse <= math.MaxFloat64):
		return fmt.Errorf("%s: verdict: worse: want a ratio of at least 1, got %v", c.at("verdict", "worse"), *v.Worse)
	}
	return nil
}

// baseline returns the index of the policy that the others are judged by; -1 without verdicts.
func (c *Config) baseline(policies []*policy.Policy) (int, error) {
	if c.Verdict == nil {
		return -1, nil
	}
	names := make([]string, len(policies))
	for i, p := range policies {
		names[i] = p.Name
	}
	if c.Verdict.Baseline == "" {
		return max(0, slices.Index(names, defaultBaseline)), nil
	}
	at := slices.Index(names, c.Verdict.Baseline)
	if at < 0 {
		return -1, fmt.Errorf("%s: verdict: baseline %.80q is none of the policies, did you mean %q?", c.at("verdict", "baseline"), c.Verdict.Baseline, nearest.Name(c.Verdict.Baseline, names))
	}
	return at, nil
}

// reordered returns the plan of a policy with the accumulation of every product and sum in another order, and everything else
// as it is: sequential, or pairwise for a policy that is sequential.
func reordered(g *ops.Graph, p *policy.Policy, plan *ops.Plan) (*ops.Plan, error) {
	other := *p
	other.Elision = policy.ElisionNone
	other.Accumulation = floorOrder(p)
	orders, err := other.Plan(g)
	if err != nil {
		return nil, err
	}
	nodes := slices.Clone(plan.Nodes)
	for i := range nodes {
		if !nodes[i].Alias {
			nodes[i].Dot, nodes[i].Sum = orders.Nodes[i].Dot, orders.Nodes[i].Sum
		}
	}
	return &ops.Plan{Name: plan.Name + ", " + other.Accumulation, Nodes: nodes}, nil
}

// floorOrder returns the accumulation of the run that gives the noise floor.
func floorOrder(p *policy.Policy) string {
	if p.Accumulation == policy.OrderSequential {
		return policy.OrderPairwise
	}
	return policy.OrderSequential
}

// fillVerdicts completes the results with the verdict on every tap of every policy.
func (r *replay) fillVerdicts(probe *replayProbe) {
	if r.baseline < 0 {
		return
	}
	r.run.Rule = results.VerdictRule{
		Baseline: r.policies[r.baseline].Name, Floor: floorOrder(r.policies[r.baseline]),
		Better: *r.config.Verdict.Better, Worse: *r.config.Verdict.Worse,
	}
	for i := range r.run.Taps {
		all, digests := probe.results[i], probe.digests[i]
		floor := errorRatio(all[r.plans.floor-1], all[r.baseline])
		for p := range r.policies {
			same := digests[p+1] == digests[r.baseline+1]
			r.run.Taps[i].Verdict = append(r.run.Taps[i].Verdict, judge(all[p], all[r.baseline], same, floor, r.run.Rule))
		}
	}
}

// judge compares a policy with the baseline at a tap, given whether both have the same bits, and the noise floor.
//
// The ratio R of the errors is within what low precision costs if better/s < R < worse*s, where s = max(floor, 1/floor) is what
// another order of accumulation changes. Values that are finite in one of the two runs only weigh more than any error.
func judge(target, baseline metrics.Metrics, same bool, floor float64, rule results.VerdictRule) results.Verdict {
	v := results.Verdict{R: metrics.Number(errorRatio(target, baseline)), Floor: metrics.Number(floor), Word: results.VerdictWithin}
	spread := max(floor, 1/floor)
	if !(spread >= 1 && spread <= math.MaxFloat64) {
		spread = 1
	}
	bad, allowed := excess(target), excess(baseline)
	r := float64(v.R)
	switch {
	case same:
		v.Word = results.VerdictExact
	case bad > allowed:
		v.Word = results.VerdictWorse
	case bad < allowed:
		v.Word = results.VerdictBetter
	case r >= rule.Worse*spread:
		v.Word = results.VerdictWorse
	case r <= rule.Better/spread:
		v.Word = results.VerdictBetter
	}
	return v
}

// errorRatio returns |target - reference| / |baseline - reference|. Two errors of zero are equal; it is +Inf where only the
// baseline has none, and NaN where one cannot be compared with the reference at all.
func errorRatio(target, baseline metrics.Metrics) float64 {
	e, b := size(target), size(baseline)
	if e == b {
		return 1
	}
	return e / b
}

// size returns the error relative to the reference, or its mean magnitude where the reference is zero.
func size(m metrics.Metrics) float64 {
	if m.Reference.L2 == 0 {
		return m.MeanAbsolute
	}
	return m.RelativeL2
}

// excess returns the number of elements that are not finite although the reference's are.
func excess(m metrics.Metrics) int64 {
	r := m.Reference
	return m.Elements - m.Compared - r.NaN - r.PosInf - r.NegInf
}
