package experiments

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"bf16lab/experiments/results"
	"bf16lab/ops/cpu"
)

// kinds holds how each kind of experiment is run.
var kinds = map[string]func(context.Context, *Config, Options) (*results.Run, error){
	results.KindReplay:    Replay,
	results.KindVerdict:   Replay,
	results.KindNonFinite: NonFinite,
	results.KindAblation:  Ablate,
	results.KindSearch:    Search,
	results.KindSweep:     Sweep,
}

// planners holds how the cost of a kind of experiment is found out beforehand.
var planners = map[string]func(*Config, Options) (results.ReplayPlan, error){
	results.KindReplay:    planReplay,
	results.KindVerdict:   planReplay,
	results.KindNonFinite: planReplay,
	results.KindAblation:  planAblation,
	results.KindSearch:    planSearch,
}

// Plan tells what an experiment would take, without running it.
func Plan(c *Config, o Options) (results.ReplayPlan, error) {
	plan := planners[c.Kind]
	if plan == nil {
		return results.ReplayPlan{}, fmt.Errorf("%s: the cost of kind %s is not known beforehand", c.at("kind"), c.Kind)
	}
	return plan(c, o)
}

// Run runs an experiment of any kind and returns its results.
func Run(ctx context.Context, c *Config, o Options) (*results.Run, error) {
	defer cpu.ReleaseSpare() // what comes after the last replay needs memory too
	run, err := kinds[c.Kind](ctx, c, o)
	if err != nil {
		return nil, err
	}
	run.Kind = c.Kind
	return run, nil
}

// checkKind settles the kind of an experiment: a replay unless the file says otherwise.
func (c *Config) checkKind() error {
	if c.Kind == "" {
		c.Kind = results.KindReplay
	}
	if kinds[c.Kind] == nil {
		names := slices.Sorted(maps.Keys(kinds))
		return fmt.Errorf("%s: kind: unknown kind %.80q (valid: %s)", c.at("kind"), c.Kind, strings.Join(names, ", "))
	}
	return nil
}
