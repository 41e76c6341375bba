package experiments

import (
	"cmp"
	"context"
	"math"
	"slices"

	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"
)

// frontier restores the groups one after the other, the one with the largest drop of the squared error for its work first, and
// keeps the cheapest sets.
func (s *search) frontier(ctx context.Context, alone []siteSet) error {
	base := float64(s.result.Base)
	gain := func(set siteSet) float64 {
		e := s.outcome(set).worst
		return (base*base - e*e) / (s.costOf(set) + smallestCost)
	}
	order := slices.Clone(alone)
	slices.SortStableFunc(order, func(a, b siteSet) int { return -cmp.Compare(gain(a), gain(b)) })
	sets := s.firstRound()
	for i := range order {
		sets = append(sets, union(order[:i+1]))
	}
	if err := s.try(ctx, sets, everyRepeat); err != nil {
		return err
	}
	points := make([]results.SearchCost, len(sets))
	for i, set := range sets {
		points[i] = results.SearchCost{Groups: set.names, Cost: metrics.Number(s.costOf(set)), Residual: metrics.Number(s.outcome(set).worst)}
	}
	s.result.Frontier = cheapest(points)
	return nil
}

// smallestCost is the share of the work from which it counts: groups that cost next to nothing would else come before those
// that help.
const smallestCost = 1e-3

// cheapest returns the points that no other point beats in both cost and error, NaN aside, by rising cost and falling error.
func cheapest(points []results.SearchCost) []results.SearchCost {
	points = slices.DeleteFunc(slices.Clone(points), func(p results.SearchCost) bool { return math.IsNaN(float64(p.Residual)) })
	slices.SortStableFunc(points, func(a, b results.SearchCost) int {
		return cmp.Or(cmp.Compare(a.Cost, b.Cost), cmp.Compare(a.Residual, b.Residual))
	})
	var out []results.SearchCost
	for _, p := range points {
		if len(out) == 0 || p.Residual < out[len(out)-1].Residual {
			out = append(out, p)
		}
	}
	return out
}
