package experiments

import (
	"math"
	"testing"

	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"
	"bf16lab/policy"
)

// TestVerdicts judges errors that are written out.
func TestVerdicts(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	of := func(test ...float32) metrics.Metrics {
		reference := []float32{1, 2, 3, 4}
		var a metrics.Accumulator
		a.Add(reference[:len(test)], test, 0)
		return a.Result()
	}
	zero := func(test ...float32) metrics.Metrics {
		var a metrics.Accumulator
		a.Add(make([]float32, len(test)), test, 0)
		return a.Result()
	}
	bad := float32(nan)
	base := of(1, 2, 3, 5)
	rule := results.VerdictRule{Baseline: "b", Better: 0.8, Worse: 1.25}
	for _, c := range []struct {
		name             string
		target, baseline metrics.Metrics
		same             bool
		floor            float64
		r                float64
		word             string
	}{
		{"itself", base, base, true, 1, 1, results.VerdictExact},
		{"the other way", of(1, 2, 3, 3), base, false, 1, 1, results.VerdictWithin},
		{"a quarter more", of(1, 2, 3, 5.25), base, false, 1, 1.25, results.VerdictWorse},
		{"a quarter more, noisy", of(1, 2, 3, 5.25), base, false, 1.1, 1.25, results.VerdictWithin},
		{"a quarter more, noisy the other way", of(1, 2, 3, 5.25), base, false, 0.9, 1.25, results.VerdictWithin},
		{"half", of(1, 2, 3, 4.5), base, false, 1, 0.5, results.VerdictBetter},
		{"half, very noisy", of(1, 2, 3, 4.5), base, false, 3, 0.5, results.VerdictWithin},
		{"no floor", of(1, 2, 3, 4.5), base, false, nan, 0.5, results.VerdictBetter},
		{"floor without an error", of(1, 2, 3, 4.5), base, false, 0, 0.5, results.VerdictBetter},
		{"no error", of(1, 2, 3, 4), base, false, 1, 0, results.VerdictBetter},
		{"both without", of(1, 2, 3, 4), of(1, 2, 3, 4), true, 1, 1, results.VerdictExact},
		{"zeros of the other sign", zero(0, 0), zero(0, float32(math.Copysign(0, -1))), false, 1, 1, results.VerdictWithin},
		{"baseline without", base, of(1, 2, 3, 4), false, 1, inf, results.VerdictWorse},
		{"a reference of zeros", zero(2, 0), zero(0, 1), false, 1, 2, results.VerdictWorse},
		{"a new NaN", of(1, 2, 3, bad), base, false, 1, 0, results.VerdictWorse},
		{"a NaN less", base, of(1, 2, 3, bad), false, 1, inf, results.VerdictBetter},
		{"all NaN", of(bad, bad), of(bad, bad), true, nan, nan, results.VerdictExact},
		{"all NaN against numbers", of(bad, bad), of(1, 3), false, nan, nan, results.VerdictWorse},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := judge(c.target, c.baseline, c.same, c.floor, rule)
			if v.Word != c.word || !near(float64(v.R), c.r) {
				t.Errorf("%s with R = %v, want %s with %v", v.Word, v.R, c.word, c.r)
			}
		})
	}
}

// TestVerdictOfReplay judges the small model: the baseline is exact, the reference itself better, and the floor is not zero.
func TestVerdictOfReplay(t *testing.T) {
	r := smallReplay(t, 2, "verdict: {baseline: strict-bf16, better: 0.9, worse: 1.1}\n")
	if want := (results.VerdictRule{Baseline: "strict-bf16", Floor: policy.OrderPairwise, Better: 0.9, Worse: 1.1}); r.run.Rule != want {
		t.Errorf("rule %+v", r.run.Rule)
	}
	words := map[string]int{}
	floors := map[metrics.Number]int{}
	for _, tap := range r.run.Taps {
		if tap.Verdict[2].Word != results.VerdictExact {
			t.Errorf("%s: the baseline is %s", tap.Name, tap.Verdict[2].Word)
		}
		if v := tap.Verdict[3]; v.Word != results.VerdictBetter && v.Word != results.VerdictExact || v.Word == results.VerdictBetter && v.R != 0 {
			t.Errorf("%s: the reference is %s with R = %v", tap.Name, v.Word, v.R)
		}
		words[tap.Verdict[0].Word]++
		floors[tap.Verdict[0].Floor]++
	}
	if words[results.VerdictWithin] == 0 || len(floors) < 5 {
		t.Errorf("verdicts %v, floors %v", words, floors)
	}
}

// TestBaseline takes jax-cpu-eager, wherever it stands, or the first policy for the baseline.
func TestBaseline(t *testing.T) {
	eager, other := &policy.Policy{Name: "jax-cpu-eager"}, &policy.Policy{Name: "seed-hooks"}
	for _, c := range []struct {
		config   Config
		policies []*policy.Policy
		want     int
	}{
		{Config{}, []*policy.Policy{eager}, -1},
		{Config{Verdict: &VerdictConfig{}}, []*policy.Policy{other, eager}, 1},
		{Config{Verdict: &VerdictConfig{}}, []*policy.Policy{other}, 0},
		{Config{Verdict: &VerdictConfig{Baseline: "seed-hooks"}}, []*policy.Policy{eager, other}, 1},
	} {
		if got, err := c.config.baseline(c.policies); got != c.want || err != nil {
			t.Errorf("baseline %d, %v, want %d", got, err, c.want)
		}
	}
}

// TestReordered shows that the run which gives the noise floor differs from its baseline in the order of sums and products only.
func TestReordered(t *testing.T) {
	r := smallReplay(t, 1, "verdict: {}\n")
	plan, floor := r.plans.all[1], r.plans.all[r.plans.floor]
	changed := 0
	for i := range plan.Nodes {
		a, b := plan.Nodes[i], floor.Nodes[i]
		if a != b {
			changed++
		}
		a.Dot, a.Sum = b.Dot, b.Sum
		if a != b {
			t.Fatalf("equation %d differs in more than its order", i)
		}
	}
	if changed == 0 {
		t.Error("nothing is re-ordered")
	}
}

// TestKindVerdict: an experiment of kind verdict judges without being asked to by a section of its own.
func TestKindVerdict(t *testing.T) {
	r := smallReplay(t, 1, "kind: verdict\n")
	if want := (results.VerdictRule{Baseline: "jax-cpu-eager", Floor: policy.OrderSequential, Better: 0.8, Worse: 1.25}); r.run.Rule != want {
		t.Errorf("rule %+v, want %+v", r.run.Rule, want)
	}
	if tap := r.run.Taps[0]; len(tap.Verdict) != len(r.policies) {
		t.Errorf("%d verdicts on %d policies", len(tap.Verdict), len(r.policies))
	}
}
