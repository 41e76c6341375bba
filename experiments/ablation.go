package experiments

import (
	"context"
	"fmt"
	"time"

	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"
	"bf16lab/ops"
	"bf16lab/ops/cpu"
	"bf16lab/policy"
)

// ablation is a prepared ablation: the policy, the policy with each group restored, and the reference with each group in
// the policy's precision.
type ablation struct {
	*trials
	variants []variant
	programs []*cpu.Program
}

// variant is one plan of an ablation. A group of -1 stands for all of them.
type variant struct {
	direction string // empty for the policy itself
	group     int
	plan      *ops.Plan
}

// allGroups is the group of the variants in which all groups are restored or injured.
const allGroups = -1

// Ablate runs an ablation and returns its results.
func Ablate(ctx context.Context, c *Config, o Options) (*results.Run, error) {
	a, err := prepareAblation(c, o)
	if err != nil {
		return nil, err
	}
	a.run.Ablation.By = c.ablationGrouping().way()
	return a.run, a.carryOut(ctx)
}

// carryOut replays all variants on all pairs and fills in the results.
func (a *ablation) carryOut(ctx context.Context) error {
	plan := a.plan()
	a.options.tellPlan(plan)
	a.progress.total = plan.Replays
	start := time.Now()
	measured := make([][]measurement, len(a.pairs))
	for i := range a.pairs {
		var err error
		if measured[i], err = a.measure(ctx, &a.pairs[i], a.programs); err != nil {
			return err
		}
	}
	a.fill(start, &measured[0][0], &measured[0][1])
	r := &a.run.Ablation
	r.Policy, r.Reference, r.Runs, r.Plan, r.Groups = a.policy.Name, a.reference.Name, a.runs(), plan, groupResults(a.groups)
	for _, tap := range a.outputs {
		r.Outputs = append(r.Outputs, tap.Name)
	}
	a.rows(measured)
	a.shares(measured)
	return nil
}

// plan tells what the ablation takes.
func (a *ablation) plan() results.ReplayPlan {
	return costOf(a.programs, len(a.pairs), a.options.Threads)
}

// planAblation tells what an ablation takes.
func planAblation(c *Config, o Options) (results.ReplayPlan, error) {
	a, err := prepareAblation(c, o)
	if err != nil {
		return results.ReplayPlan{}, err
	}
	return a.plan(), nil
}

func prepareAblation(c *Config, o Options) (*ablation, error) {
	t, err := newTrials(c, o, c.ablationGrouping(), c.Ablation.Seeds)
	if err != nil {
		return nil, err
	}
	return newAblation(t, c.Ablation.Directions)
}

// newAblation plans all variants and compiles them.
func newAblation(t *trials, directions []string) (*ablation, error) {
	a := &ablation{trials: t}
	a.add("", allGroups, func(*ops.Node) bool { return false })
	for _, direction := range directions {
		for i := range t.groups {
			a.add(direction, i, inDirection(direction, sitesIn(t.groups[i:i+1])))
		}
		a.add(direction, allGroups, inDirection(direction, sitesIn(t.groups)))
	}
	plans := make([]*ops.Plan, len(a.variants))
	for i, v := range a.variants {
		plans[i] = v.plan
	}
	var err error
	a.programs, err = t.compile(plans)
	return a, err
}

func (a *ablation) add(direction string, group int, restored func(*ops.Node) bool) {
	name := "all groups"
	switch {
	case direction == "":
		name = a.policy.Name
	case group != allGroups:
		name = a.groups[group].Name
	}
	a.variants = append(a.variants, variant{direction, group, a.mixture.Plan(fmt.Sprintf("%s %s", direction, name), restored)})
}

// sitesIn returns the sites of groups as a set.
func sitesIn(groups []policy.Group) func(*ops.Node) bool {
	in := map[*ops.Node]bool{}
	for _, g := range groups {
		for _, n := range g.Sites {
			in[n] = true
		}
	}
	return func(n *ops.Node) bool { return in[n] }
}

// inDirection returns which sites are restored: a set for a rescue, everything else for an injure.
func inDirection(direction string, in func(*ops.Node) bool) func(*ops.Node) bool {
	if direction == results.Rescue {
		return in
	}
	return func(n *ops.Node) bool { return !in(n) }
}

func groupResults(groups []policy.Group) []results.AblationGroup {
	out := make([]results.AblationGroup, len(groups))
	for i, g := range groups {
		out[i] = results.AblationGroup{Name: g.Name, Description: g.Description, Equations: len(g.Sites)}
	}
	return out
}

// rows lists the error of every group, output and pair. The first two measurements are those of the reference and the policy.
func (a *ablation) rows(measured [][]measurement) {
	r := &a.run.Ablation
	for i, v := range a.variants {
		if v.group == allGroups {
			continue
		}
		for w, output := range r.Outputs {
			for run := range measured {
				base := measured[run][1].outputs[w].RelativeL2
				l2 := measured[run][i+1].outputs[w].RelativeL2
				r.Rows = append(r.Rows, results.AblationRow{
					Group: a.groups[v.group].Name, Direction: v.direction, Output: output, Run: run,
					RelativeL2: metrics.Number(l2), Base: metrics.Number(base), Share: metrics.Number(results.Share(v.direction, l2, base)),
				})
			}
		}
	}
}
