package experiments

import (
	"context"
	"math"
	"slices"
	"testing"

	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"
	"bf16lab/ops"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// searchFor searches the small model for a bound at its first output.
func searchFor(t *testing.T, s *trials, bound float64) *results.Search {
	t.Helper()
	s.outputs = s.outputs[:1]
	if err := newSearch(s, bound).carryOut(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := s.run.Check(); err != nil {
		t.Fatal(err)
	}
	return &s.run.Search
}

// TestSearchInTheSmallModel: the search finds a set under every bound, a smaller one under a looser one, and what it says of the
// set is what restoring it gives in every repeat.
func TestSearchInTheSmallModel(t *testing.T) {
	base := float64(searchFor(t, miniatureTrials(t, 2), 1).Base)
	before := 0
	for _, part := range []float64{1.01, 0.8} {
		trials := miniatureTrials(t, 2)
		s := searchFor(t, trials, part*base)
		if !s.Found || len(s.Groups) < before || (len(s.Groups) == 0) != (part > 1) {
			t.Errorf("%v of the error: found %v, groups %q", part, s.Found, s.Groups)
		}
		before = len(s.Groups)
		worst := 0.0
		for run := range trials.pairs {
			worst = max(worst, replaySites(t, trials, run, s.Sites))
		}
		if worst != float64(s.Reached) || !(worst < part*base) {
			t.Errorf("%v of the error: %v with %q, replayed %v", part, s.Reached, s.Sites, worst)
		}
		if first, last := s.Frontier[0], s.Frontier[len(s.Frontier)-1]; last.Residual != 0 || first.Cost != 0 {
			t.Errorf("the frontier goes from %+v to %+v", first, last)
		}
		smaller := 0
		for _, step := range s.Steps {
			if len(step.Restored) == len(s.Sites)-1 && !step.Passed {
				smaller++
			}
		}
		if len(s.Sites) > 1 && smaller < len(s.Sites) {
			t.Errorf("%v of the error: %d sites, %d sets with one less failed", part, len(s.Sites), smaller)
		}
	}
}

// replaySites measures a pair with the sites restored that a search has named.
func replaySites(t *testing.T, s *trials, run int, names []string) float64 {
	t.Helper()
	in := map[*ops.Node]bool{}
	for _, g := range s.groups {
		for _, n := range g.Sites {
			in[n] = slices.Contains(names, n.Module+":"+g.Name)
		}
	}
	programs, err := s.compile([]*ops.Plan{s.mixture.Plan("found", func(n *ops.Node) bool { return in[n] })})
	if err != nil {
		t.Fatal(err)
	}
	m, err := s.measure(context.Background(), &s.pairs[run], programs)
	if err != nil {
		t.Fatal(err)
	}
	return m[1].outputs[0].RelativeL2
}

// TestSearchOutOfReach: where the groups that are given do not hold what it takes, the search says so.
func TestSearchOutOfReach(t *testing.T) {
	s := miniatureTrials(t, 1)
	s.groups = s.groups[:1]
	if got := searchFor(t, s, 1e-9); got.Found || len(got.Groups) > 0 || len(got.Sites) > 0 {
		t.Errorf("found %+v", got)
	}
}

// TestSearchOfTheStem runs an experiment file.
func TestSearchOfTheStem(t *testing.T) {
	run := runExperiment(t, stemSearch, Options{})
	if s := &run.Search; !s.Found || !slices.Equal(s.Groups, []string{"linear_bias"}) || len(s.Runs) != 2 {
		t.Errorf("found %+v", s)
	}
}

// stemSearch looks for what has to be restored in the very first convolution.
const stemSearch = `name: stem
kind: search
weights: {synthetic: {seed: 1}}
input: {random: {seed: 42, length: 2048}}
reference: f32
policies: [jax-cpu-eager]
taps: [alphagenome/sequence_encoder/dna_embedder/conv1_d]
search: {bound: 2.4e-3, seeds: [2]}
`

// TestCheapest: no point of the frontier is beaten by any point, and every other point is.
func TestCheapest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var points []results.SearchCost
		for range rapid.IntRange(1, 30).Draw(t, "points") {
			points = append(points, results.SearchCost{
				Cost:     metrics.Number(rapid.IntRange(0, 9).Draw(t, "cost")) / 10,
				Residual: metrics.Number(rapid.IntRange(0, 9).Draw(t, "error")),
			})
		}
		front := cheapest(points)
		for _, p := range points {
			beaten := slices.ContainsFunc(front, func(f results.SearchCost) bool { return f.Cost <= p.Cost && f.Residual <= p.Residual })
			if !beaten {
				t.Fatalf("nothing of %v is as good as %v", front, p)
			}
		}
		for i := 1; i < len(front); i++ {
			if front[i].Cost <= front[i-1].Cost || front[i].Residual >= front[i-1].Residual {
				t.Fatalf("%v does not fall", front)
			}
		}
	})
	nan := results.SearchCost{Residual: metrics.Number(math.NaN())}
	fine := results.SearchCost{Cost: 0.5, Residual: 1}
	if diff := cmp.Diff([]results.SearchCost{fine}, cheapest([]results.SearchCost{nan, fine})); diff != "" {
		t.Error(diff)
	}
}
