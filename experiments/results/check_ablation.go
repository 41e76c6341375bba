package results

import (
	"fmt"
	"math"
	"slices"

	"bf16lab/experiments/metrics"
)

// Bounds on what an ablation or a search may hold.
const (
	maxGroups = 10_000
	maxRuns   = 10_000
	maxRows   = 10_000_000
)

// check reports the first contradiction in an ablation: rows and shares must name groups, directions, outputs and runs that
// are there, each combination once at most, and shares must be those that the errors give.
func (a *Ablation) check() error {
	if a.isZero() {
		return nil
	}
	names, err := checkGroups(a.Groups)
	if err != nil {
		return err
	}
	if err := checkReplays(a.Runs, a.Plan); err != nil {
		return err
	}
	if len(a.Rows) > maxRows || len(a.Shares) > maxRows || len(a.Sums) > maxRows || len(a.Outputs) > maxTaps {
		return fmt.Errorf("rows: more than %d can be read", maxRows)
	}
	type place struct {
		group, direction, output string
		run                      int
	}
	seen := map[place]bool{}
	known := func(p place, list string) error {
		switch {
		case !names[p.group]:
			return fmt.Errorf("group: there is no group %.80q", p.group)
		case p.direction != Rescue && p.direction != Injure:
			return fmt.Errorf("direction: %.80q is neither rescue nor injure", p.direction)
		case !slices.Contains(a.Outputs, p.output):
			return fmt.Errorf("output: there is no output %.80q", p.output)
		case seen[p]:
			return fmt.Errorf("group: %.80q is there twice in %s", p.group, list)
		}
		seen[p] = true
		return nil
	}
	for i, r := range a.Rows {
		if r.Run < 0 || r.Run >= len(a.Runs) {
			return fmt.Errorf("rows[%d].run: %d of %d", i, r.Run, len(a.Runs))
		}
		if err := known(place{r.Group, r.Direction, r.Output, r.Run}, "rows"); err != nil {
			return fmt.Errorf("rows[%d].%w", i, err)
		}
		if want := Share(r.Direction, float64(r.RelativeL2), float64(r.Base)); differ(float64(r.Share), want) {
			return fmt.Errorf("rows[%d].share: %v, the errors give %v", i, r.Share, want)
		}
	}
	for i, s := range a.Shares {
		if err := known(place{s.Group, s.Direction, s.Output, -1}, "shares"); err != nil {
			return fmt.Errorf("shares[%d].%w", i, err)
		}
		if s.Low > s.Mean || s.Mean > s.High {
			return fmt.Errorf("shares[%d].mean: %v is not between %v and %v", i, s.Mean, s.Low, s.High)
		}
	}
	for i, s := range a.Sums {
		if differ(float64(s.Difference), float64(s.All-s.Sum)) {
			return fmt.Errorf("sums[%d].interaction: %v, want %v", i, s.Difference, s.All-s.Sum)
		}
	}
	return nil
}

// isZero tells whether there is no ablation.
func (a *Ablation) isZero() bool {
	return a.Policy == "" && len(a.Groups) == 0 && len(a.Rows) == 0 && len(a.Shares) == 0 && len(a.Sums) == 0
}

// Share returns the part of the squared error that a group explains, from the relative L2 of the rescued policy or the injured
// reference and that of the policy, base: 1 - e^2/base^2 for a rescue, e^2/base^2 for an injure. It is NaN where base is 0.
func Share(direction string, relativeL2, base float64) float64 {
	part := float64(relativeL2/base) * float64(relativeL2/base)
	if direction == Rescue {
		return 1 - part
	}
	return part
}

// differ tells whether two figures are neither equal to about the precision of a text nor both NaN.
func differ(x, y float64) bool {
	if math.IsNaN(x) || math.IsNaN(y) {
		return math.IsNaN(x) != math.IsNaN(y)
	}
	return x != y && math.Abs(x-y) > 1e-9*max(math.Abs(x), math.Abs(y), 1)
}

// checkGroups returns the names of groups, which must differ.
func checkGroups(groups []AblationGroup) (map[string]bool, error) {
	if len(groups) > maxGroups {
		return nil, fmt.Errorf("groups: %d, at most %d can be read", len(groups), maxGroups)
	}
	names := map[string]bool{}
	for i, g := range groups {
		if g.Name == "" || names[g.Name] {
			return nil, fmt.Errorf("groups[%d].name: %.80q is empty or there twice", i, g.Name)
		}
		if g.Equations < 0 {
			return nil, fmt.Errorf("groups[%d].equations: %d is negative", i, g.Equations)
		}
		names[g.Name] = true
	}
	return names, nil
}

// checkReplays checks the pairs of weights and input and the plan of an experiment.
func checkReplays(runs []AblationRun, plan ReplayPlan) error {
	switch {
	case len(runs) == 0 || len(runs) > maxRuns:
		return fmt.Errorf("runs: %d, want 1 to %d", len(runs), maxRuns)
	case plan.Replays < 0 || plan.Bytes < 0 || !isDuration(plan.Seconds):
		return fmt.Errorf("plan: %d replays, %v seconds, %d bytes", plan.Replays, plan.Seconds, plan.Bytes)
	}
	return nil
}

// check reports the first contradiction in a search: steps that pass and do not, a frontier that does not fall, a result that
// is not under the bound.
func (s *Search) check() error {
	if s.Policy == "" && len(s.Steps) == 0 && len(s.Frontier) == 0 {
		return nil
	}
	if err := checkReplays(s.Runs, s.Plan); err != nil {
		return err
	}
	if len(s.Steps) > maxRows || len(s.Frontier) > maxRows {
		return fmt.Errorf("steps: more than %d can be read", maxRows)
	}
	for i, step := range s.Steps {
		if step.Passed != (step.Reached < s.Bound) {
			return fmt.Errorf("steps[%d].passed: %v, %v against a bound of %v", i, step.Passed, step.Reached, s.Bound)
		}
	}
	if s.Found != (s.Reached < s.Bound) {
		return fmt.Errorf("found: %v, %v against a bound of %v", s.Found, s.Reached, s.Bound)
	}
	if err := checkCost("cost", s.Cost); err != nil {
		return err
	}
	for i, f := range s.Frontier {
		if err := checkCost("cost", f.Cost); err != nil {
			return fmt.Errorf("frontier[%d].%w", i, err)
		}
		if i > 0 && (f.Cost < s.Frontier[i-1].Cost || !(f.Residual < s.Frontier[i-1].Residual)) {
			return fmt.Errorf("frontier[%d].rel_l2: %v for %v after %v for %v", i, f.Residual, f.Cost, s.Frontier[i-1].Residual, s.Frontier[i-1].Cost)
		}
	}
	return nil
}

// checkCost checks a share of the model's work.
func checkCost(name string, cost metrics.Number) error {
	if !(cost >= 0 && cost <= 1) {
		return fmt.Errorf("%s: %v is no share", name, cost)
	}
	return nil
}
