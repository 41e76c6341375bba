package experiments

import (
	"context"
	"encoding/binary"
	"slices"
	"strings"

	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"
	"bf16lab/ops"
	"bf16lab/ops/cpu"
	"bf16lab/policy"
)

// siteSet is a set of sites that are restored together, under the names of what it is made of. The zero value is empty.
type siteSet struct {
	names []string
	sites []*ops.Node // in execution order
	key   string      // tells sets with different sites apart
}

func newSiteSet(names []string, sites []*ops.Node) siteSet {
	var key []byte
	for _, n := range sites {
		key = binary.AppendUvarint(key, uint64(n.Index))
	}
	return siteSet{names, sites, string(key)}
}

// union joins sets.
func union(sets []siteSet) siteSet {
	var names []string
	var sites []*ops.Node
	for _, s := range sets {
		names = append(names, s.names...)
		sites = append(sites, s.sites...)
	}
	slices.SortFunc(sites, func(a, b *ops.Node) int { return a.Index - b.Index })
	return newSiteSet(names, sites)
}

// outcome is what is known of a set.
type outcome struct {
	set     siteSet
	worst   float64 // relative L2 of the worst repeat that was made
	repeats int
}

func (s *search) outcome(set siteSet) outcome { return s.known[set.key] }

// passes tells whether every repeat of a set was made and is under the bound.
func (s *search) passes(set siteSet) bool {
	o := s.outcome(set)
	return o.repeats == len(s.pairs) && o.worst < s.bound
}

// The repeats that are made of a set.
const (
	everyRepeat  = true  // for figures that are shown
	untilFailure = false // for the question whether it passes
)

// plansOf returns the plans that restore sets.
func (s *search) plansOf(sets []siteSet) []*ops.Plan {
	plans := make([]*ops.Plan, len(sets))
	for i, set := range sets {
		plans[i] = s.mixture.Plan(strings.Join(set.names, ", "), sitesIn([]policy.Group{{Sites: set.sites}}))
	}
	return plans
}

// try restores the sets of which not enough is known, all together on one pair of weights and input after the other, and adds a
// step to the results for each.
func (s *search) try(ctx context.Context, sets []siteSet, every bool) error {
	var tried []string
	for i := range s.pairs {
		var missing []siteSet
		for _, set := range sets {
			o := s.outcome(set)
			twice := slices.ContainsFunc(missing, func(m siteSet) bool { return m.key == set.key })
			if o.repeats == i && !twice && (every || i == 0 || o.worst < s.bound) {
				missing = append(missing, set)
			}
		}
		if len(missing) == 0 {
			continue
		}
		measured, err := s.measureSets(ctx, &s.pairs[i], missing)
		if err != nil {
			return err
		}
		for k, set := range missing {
			o := s.outcome(set)
			if !slices.Contains(tried, set.key) {
				tried = append(tried, set.key)
			}
			s.known[set.key] = outcome{set, max(o.worst, measured[k+1].outputs[0].RelativeL2), i + 1}
		}
	}
	for _, key := range tried {
		o := s.known[key]
		s.result.Steps = append(s.result.Steps, results.SearchStep{
			Restored: o.set.names, Reached: metrics.Number(o.worst), Passed: s.passes(o.set),
		})
	}
	return nil
}

// measureSets restores sets on one pair. Each program computes the reference as well; those of the first round are kept.
func (s *search) measureSets(ctx context.Context, p *pair, sets []siteSet) ([]measurement, error) {
	programs, err := s.compile(s.plansOf(sets))
	if err != nil {
		return nil, err
	}
	measured, err := s.measure(ctx, p, programs)
	if err == nil && s.first[0].digest == "" {
		s.first = [2]measurement(measured[:2])
	}
	return measured, err
}

// costs returns the share of the model's work that each equation is, of what the output needs.
func (s *search) costs() map[*ops.Node]float64 {
	out := map[*ops.Node]float64{}
	total := 0.0
	for _, n := range cpu.Needed(s.graph, s.outputs[0].Value) {
		out[n] = cpu.Work(n)
		total += out[n]
	}
	for n := range out {
		out[n] /= total
	}
	return out
}

// costOf returns the share of the model's work that the sites of a set are.
func (s *search) costOf(set siteSet) float64 {
	cost := 0.0
	for _, n := range set.sites {
		cost += s.cost[n]
	}
	return min(cost, 1)
}
