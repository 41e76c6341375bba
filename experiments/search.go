package experiments

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"
	"bf16lab/ops"
)

// search is a running search for the smallest set of sites.
type search struct {
	*trials
	bound  float64
	units  []siteSet // the groups
	known  map[string]outcome
	cost   map[*ops.Node]float64 // share of the model's work
	result *results.Search
	first  [2]measurement // reference and policy on the first pair
}

// Search looks for the smallest set of sites that, restored, brings the error of a policy under a bound.
//
// Rounding is noisy: with another rounding at one place the error of the whole model changes by some percent, and a set may
// pass by luck. So every pair of weights and input is a repeat, and a set passes if the error of its worst repeat is under
// the bound; the first repeat that fails settles it.
//
// Every group is restored alone first. If some pass, the one with the least error is the smallest set; else [ddmin] finds a
// set of groups from which none can be left out, beginning with those that help most. Then ddmin goes on inside of them,
// module by module. At last the groups are restored one after the other, what helps most for its work first; the cheapest
// of all sets that were tried for each error are the frontier.
func Search(ctx context.Context, c *Config, o Options) (*results.Run, error) {
	s, err := prepareSearch(c, o)
	if err != nil {
		return nil, err
	}
	return s.run, s.carryOut(ctx)
}

func (s *search) carryOut(ctx context.Context) error {
	plan, err := s.plan()
	if err != nil {
		return err
	}
	s.options.tellPlan(plan)
	s.progress.total = plan.Replays
	start := time.Now()
	s.result = &s.run.Search
	*s.result = results.Search{
		Policy: s.policy.Name, Reference: s.reference.Name, Output: s.outputs[0].Name, Bound: metrics.Number(s.bound), Runs: s.runs(), Plan: plan,
	}
	alone, err := s.alone(ctx)
	if err != nil {
		return err
	}
	if err := s.smallest(ctx, alone); err != nil {
		return err
	}
	if err := s.frontier(ctx, alone); err != nil {
		return err
	}
	s.fill(start, &s.first[0], &s.first[1])
	if s.options.Progress != nil {
		s.options.Progress(1, 1)
	}
	return nil
}

// planSearch tells about what a search takes.
func planSearch(c *Config, o Options) (results.ReplayPlan, error) {
	s, err := prepareSearch(c, o)
	if err != nil {
		return results.ReplayPlan{}, err
	}
	return s.plan()
}

func prepareSearch(c *Config, o Options) (*search, error) {
	t, err := newTrials(c, o, c.searchGrouping(), c.Search.Seeds)
	if err != nil {
		return nil, err
	}
	if len(t.outputs) != 1 {
		return nil, fmt.Errorf("%s: taps: want one output for a search, got %d", c.at("taps"), len(t.outputs))
	}
	return newSearch(t, c.Search.Bound), nil
}

func newSearch(t *trials, bound float64) *search {
	s := &search{trials: t, bound: bound, known: map[string]outcome{}}
	for _, g := range t.groups {
		if len(g.Sites) > 0 {
			s.units = append(s.units, newSiteSet([]string{g.Name}, g.Sites))
		}
	}
	s.cost = s.costs()
	return s
}

// searchRounds is about how many times the replays of the first round a whole search takes.
const searchRounds = 3

// plan tells about what the search takes; how many sets will have to be tried is not known beforehand.
func (s *search) plan() (results.ReplayPlan, error) {
	programs, err := s.compile(s.plansOf(s.firstRound()))
	if err != nil {
		return results.ReplayPlan{}, err
	}
	return costOf(programs, searchRounds*len(s.pairs), s.options.Threads), nil
}

// firstRound returns the sets that are tried first: nothing, every group alone, all groups.
func (s *search) firstRound() []siteSet {
	return append(append([]siteSet{{}}, s.units...), union(s.units))
}

// alone restores every group alone and returns the groups that make a difference, the one with the least error first.
func (s *search) alone(ctx context.Context) ([]siteSet, error) {
	sets := s.firstRound()
	if err := s.try(ctx, sets, everyRepeat); err != nil {
		return nil, err
	}
	base := s.outcome(sets[0]).worst
	s.result.Base = metrics.Number(base)
	var out []siteSet
	for _, u := range s.units {
		if s.outcome(u).worst != base {
			out = append(out, u)
		}
	}
	slices.SortStableFunc(out, func(a, b siteSet) int { return cmp.Compare(s.outcome(a).worst, s.outcome(b).worst) })
	return out, nil
}

// smallest finds the smallest set of groups, and of sites inside of them.
func (s *search) smallest(ctx context.Context, alone []siteSet) error {
	r := s.result
	for _, set := range []siteSet{{}, union(s.units)} {
		r.Reached, r.Found = metrics.Number(s.outcome(set).worst), s.passes(set)
		if r.Found && len(set.sites) == 0 {
			return nil // it is under the bound as it is
		}
	}
	if !r.Found {
		return nil
	}
	groups, err := s.smallestGroups(ctx, alone)
	if err != nil {
		return err
	}
	r.Groups = union(groups).names
	sites, err := ddmin(s.inside(union(groups)), s.firstPassing(ctx))
	if err != nil {
		return err
	}
	found := union(sites)
	r.Sites, r.Reached, r.Cost = found.names, metrics.Number(s.outcome(found).worst), metrics.Number(s.costOf(found))
	return nil
}

// smallestGroups finds the smallest set of groups that passes.
func (s *search) smallestGroups(ctx context.Context, alone []siteSet) ([]siteSet, error) {
	if len(alone) > 0 && s.passes(alone[0]) {
		return alone[:1], nil
	}
	all := slices.Clone(alone)
	for _, u := range s.units {
		if !slices.ContainsFunc(alone, func(a siteSet) bool { return a.key == u.key }) {
			all = append(all, u)
		}
	}
	return ddmin(all, s.firstPassing(ctx))
}

// inside returns the sites of groups by module, in execution order.
func (s *search) inside(groups siteSet) []siteSet {
	of := map[*ops.Node]string{}
	for _, g := range s.groups {
		for _, n := range g.Sites {
			of[n] = g.Name
		}
	}
	sites := map[string][]*ops.Node{}
	var names []string
	for _, n := range groups.sites {
		name := n.Module + ":" + of[n]
		if sites[name] == nil {
			names = append(names, name)
		}
		sites[name] = append(sites[name], n)
	}
	out := make([]siteSet, len(names))
	for i, name := range names {
		out[i] = newSiteSet([]string{name}, sites[name])
	}
	return out
}

// firstPassing returns how [ddmin] asks for the first set that passes.
func (s *search) firstPassing(ctx context.Context) func([][]siteSet) (int, error) {
	return func(candidates [][]siteSet) (int, error) {
		sets := make([]siteSet, len(candidates))
		for i, c := range candidates {
			sets[i] = union(c)
		}
		if err := s.try(ctx, sets, untilFailure); err != nil {
			return -1, err
		}
		return slices.IndexFunc(sets, s.passes), nil
	}
}
