package experiments

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"
	"bf16lab/model"
	"bf16lab/ops"
	"bf16lab/ops/opstest"
	"bf16lab/policy"

	"github.com/google/go-cmp/cmp"
)

// stem is an ablation of the very first convolution, the smallest part of the real model that rounds.
const stem = `name: stem
kind: ablation
weights: {synthetic: {seed: 1}}
input: {random: {seed: 42, length: 2048}}
reference: f32
policies: [jax-cpu-eager]
taps: [alphagenome/sequence_encoder/dna_embedder/conv1_d]
ablation: {seeds: [2, 1]}
`

func runExperiment(t *testing.T, text string, o Options, overrides ...string) *results.Run {
	t.Helper()
	c, err := Parse("test.yaml", []byte(text), overrides)
	if err != nil {
		t.Fatal(err)
	}
	o.Threads = 2
	run, err := Run(context.Background(), c, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Check(); err != nil {
		t.Fatal(err)
	}
	return run
}

// miniatureTrials prepares trials on the small model, with its embeddings as outputs, on so many pairs.
func miniatureTrials(t *testing.T, pairs int) *trials {
	t.Helper()
	s := &trials{graph: model.Trace(model.Miniature()), options: Options{Threads: 2}, run: &results.Run{Schema: results.Schema}}
	var err error
	if s.reference, err = policy.Preset("f32"); err != nil {
		t.Fatal(err)
	}
	if s.policy, err = policy.Preset("jax-cpu-eager"); err != nil {
		t.Fatal(err)
	}
	if s.mixture, err = policy.NewMixture(s.graph, s.policy, s.reference); err != nil {
		t.Fatal(err)
	}
	s.groups = s.mixture.ByFunction()
	if s.outputs, err = SelectTaps(s.graph, embeddings); err != nil {
		t.Fatal(err)
	}
	for i := range pairs {
		s.pairs = append(s.pairs, pair{seed: uint64(i + 1), input: "small", load: func(v *ops.Value) (*ops.Tensor, error) {
			other := *v
			other.ID += 1000 * i
			return miniatureInput(&other), nil
		}})
	}
	return s
}

// ablate runs an ablation of the small model.
func ablate(t *testing.T, s *trials, directions ...string) *results.Ablation {
	t.Helper()
	a, err := newAblation(s, directions)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.carryOut(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := a.run.Check(); err != nil {
		t.Fatal(err)
	}
	return &a.run.Ablation
}

// TestAblationOfTheSmallModel: every group, direction, output and pair has its row, what touches nothing explains nothing, all
// groups together explain everything, exactly, and a row is what a replay of that plan alone gives.
func TestAblationOfTheSmallModel(t *testing.T) {
	s := miniatureTrials(t, 2)
	var told results.ReplayPlan
	s.options.Plan = func(p results.ReplayPlan) { told = p }
	a := ablate(t, s, results.Rescue, results.Injure)
	groups, outputs := len(s.groups), len(s.outputs)
	if len(a.Rows) != 2*2*groups*outputs || len(a.Shares) != 2*groups*outputs || len(a.Sums) != 2*outputs || outputs != 3 {
		t.Errorf("%d rows, %d shares, %d sums of %d groups and %d outputs", len(a.Rows), len(a.Shares), len(a.Sums), groups, outputs)
	}
	if replays := 2 * (2*groups + 4); a.Plan != told || told.Replays != replays {
		t.Errorf("plan %+v, told %+v, want %d replays", a.Plan, told, replays)
	}
	for _, sum := range a.Sums {
		if sum.All != 1 {
			t.Errorf("%s at %s: all groups explain %v", sum.Direction, sum.Output, sum.All)
		}
	}
	for i, r := range a.Rows {
		if (r.Group == "softmax" || r.Group == "output cast") && r.Share != 0 {
			t.Errorf("%s %s explains %v of the error at %s", r.Direction, r.Group, r.Share, r.Output)
		}
		if i%41 == 0 {
			if alone := replayAlone(t, s, r); alone != float64(r.RelativeL2) {
				t.Errorf("%s %s at %s has %v, replayed alone %v", r.Direction, r.Group, r.Output, r.RelativeL2, alone)
			}
		}
	}
	if tap := s.run.Taps[0].Metrics[0].RelativeL2; metrics.Number(tap) != a.Rows[0].Base {
		t.Errorf("the tap says %v, the rows %v", tap, a.Rows[0].Base)
	}
}

// replayAlone measures the plan of a row with the policy's own plan as a start: sites are carried out as under the reference or
// as under the policy, one plan at a time.
func replayAlone(t *testing.T, s *trials, r results.AblationRow) float64 {
	t.Helper()
	in := map[*ops.Node]bool{}
	for _, g := range s.groups {
		for _, n := range g.Sites {
			if g.Name == r.Group {
				in[n] = true
			}
		}
	}
	plan := s.mixture.Plan("alone", func(n *ops.Node) bool { return in[n] == (r.Direction == results.Rescue) })
	load := func(v *ops.Value) *ops.Tensor {
		x, err := s.pairs[r.Run].load(v)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	at := slices.IndexFunc(s.outputs, func(tap ops.Tap) bool { return tap.Name == r.Output })
	id := s.outputs[at].Value.ID
	got, want := opstest.Interpret(s.graph, plan, load)[id], opstest.Interpret(s.graph, s.referencePlan(), load)[id]
	var sum metrics.Accumulator
	sum.Add(want.F32, got.F32, 0)
	return sum.Result().RelativeL2
}

func shareNamed(a *results.Ablation, group, direction string) results.AblationShare {
	for _, s := range a.Shares {
		if s.Group == group && s.Direction == direction {
			return s
		}
	}
	return results.AblationShare{}
}

// TestAblationInBatches: how many plans run together depends on the memory; the figures do not.
func TestAblationInBatches(t *testing.T) {
	all, err := newAblation(miniatureTrials(t, 1), []string{results.Rescue})
	if err != nil {
		t.Fatal(err)
	}
	parts := miniatureTrials(t, 1)
	parts.options.Memory = all.programs[0].PeakBytes()/2 + Headroom
	if programs, err := newAblation(parts, []string{results.Rescue}); err != nil || len(all.programs) != 1 || len(programs.programs) < 2 {
		t.Fatalf("%d and %d programs, %v", len(all.programs), len(programs.programs), err)
	}
	whole := miniatureTrials(t, 1)
	x, y := ablate(t, whole, results.Rescue), ablate(t, parts, results.Rescue)
	if diff := cmp.Diff(x.Rows, y.Rows); diff != "" {
		t.Error(diff)
	}
	if whole.run.Reference.Digest != parts.run.Reference.Digest || whole.run.Policies[0].Digest != parts.run.Policies[0].Digest {
		t.Error("the fingerprints differ")
	}
	parts.options.Memory, parts.limit = Headroom, 0
	if _, err := newAblation(parts, []string{results.Rescue}); err == nil || !strings.Contains(err.Error(), "a replay beside its reference needs at least") {
		t.Errorf("too little memory: %v", err)
	}
}

// TestAblationOfTheStem runs an experiment file: a seed that is given twice counts once.
func TestAblationOfTheStem(t *testing.T) {
	run := runExperiment(t, stem, Options{})
	a := &run.Ablation
	if want := []results.AblationRun{{Seed: 1, Input: run.Input.Source}, {Seed: 2, Input: run.Input.Source}}; !slices.Equal(a.Runs, want) {
		t.Errorf("runs %v, want %v", a.Runs, want)
	}
	for _, group := range []string{"parameter cast", "convolution outputs", "linear_bias"} {
		for _, direction := range []string{results.Rescue, results.Injure} {
			if s := shareNamed(a, group, direction); !(s.Mean > 0) || !(s.Low < s.Mean) {
				t.Errorf("%s %s explains %v, from %v", direction, group, s.Mean, s.Low)
			}
		}
	}
	two := runExperiment(t, stem, Options{}, "inputs=[{random: {seed: 1, length: 2048}}, {random: {seed: 2, length: 2048}}]", "input=null", "ablation.seeds=[]")
	if a := &two.Ablation; len(a.Runs) != 2 || a.Runs[0].Input == a.Runs[1].Input || a.Runs[0].Seed != a.Runs[1].Seed {
		t.Errorf("two inputs make the runs %v", a.Runs)
	}
}

// TestAblationByOtherWays: by module, by block and by globs the groups are others, and together they are everything again.
func TestAblationByOtherWays(t *testing.T) {
	for _, c := range []struct{ by, way, group string }{
		{"module", "module", "conv1_d"},
		{"block", "block", "dna_embedder"},
		{`{weights: ["**/conv1_d@w", "**/conv1_d@b"], sums: ["**:linear_bias"]}`, "globs", "weights"},
	} {
		run := runExperiment(t, stem, Options{}, "ablation.by="+c.by, "ablation.directions=[rescue]", "ablation.seeds=[]")
		a := &run.Ablation
		if a.By != c.way || len(a.Sums) != 1 || a.Sums[0].All != 1 || len(a.Rows) != len(a.Groups) {
			t.Errorf("by %s: %s, sums %v, %d rows of %d groups", c.by, a.By, a.Sums, len(a.Rows), len(a.Groups))
		}
		if s := shareNamed(a, c.group, results.Rescue); !(s.Mean > 0) || s.Low != s.Mean || s.High != s.Mean {
			t.Errorf("by %s: %s has share %+v", c.by, c.group, s)
		}
	}
}

func TestInterval(t *testing.T) {
	for _, c := range []struct {
		x               []float64
		mean, low, high float64
	}{
		{[]float64{0.5}, 0.5, 0.5, 0.5},
		{[]float64{1, 3}, 2, 2 - 12.706204736, 2 + 12.706204736},
		{[]float64{2, 4, 4, 6}, 4, 4 - 3.182446305*math.Sqrt(8.0/3)/2, 4 + 3.182446305*math.Sqrt(8.0/3)/2},
		{[]float64{7, 7, 7}, 7, 7, 7},
	} {
		mean, low, high := interval(c.x)
		for i, d := range []float64{mean - c.mean, low - c.low, high - c.high} {
			if math.Abs(d) > 1e-8 {
				t.Errorf("%v: figure %d is off by %v", c.x, i, d)
			}
		}
	}
}

// TestAblationErrors: what is wrong in a file is said with its place.
func TestAblationErrors(t *testing.T) {
	search := stemSearch
	for _, c := range []struct{ text, set, says string }{
		{stem, "policies=[jax-cpu-eager, seed-hooks]", "policies: want one, whose sites are restored, got 2"},
		{stem, "ablation.directions=[rescue, rescue]", "ablation.directions: want rescue, injure or both, got"},
		{stem, "ablation.directions=[harm]", "ablation.directions: want rescue, injure or both"},
		{stem, "ablation.by=functoin", `by: unknown way "functoin", did you mean "function"?`},
		{stem, "ablation.by=[function]", "by: want function, module, block, or a map from names to lists of globs"},
		{stem, "ablation.by={a: x}", "by: want a name and a list of globs for each group"},
		{stem, "ablation.by={a: [[x]]}", "by: want a glob"},
		{stem, `ablation.by={a: [""]}`, "by: policy: empty glob"},
		{stem, "ablation.seeds=[-1]", "ablation.seeds"},
		{stem, "kind=replay", "ablation: only for kind: ablation"},
		{stem, "kind=search", "ablation: only for kind: ablation"},
		{search, "search.bound=0", "search.bound: want a relative L2 above 0"},
		{search, "search.bound=.nan", "search.bound: want a relative L2 above 0"},
		{search, "search.by=blok", `did you mean "block"?`},
		{search, "kind=replay", "search: only for kind: search"},
		{search, "policies=[f32, jax-cpu-eager]", "policies: want one"},
	} {
		_, err := Parse("test.yaml", []byte(c.text), []string{c.set})
		placed := err != nil && (strings.HasPrefix(err.Error(), "--set: ") || strings.HasPrefix(err.Error(), "test.yaml:"))
		if !placed || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want an error that says %q", c.set, err, c.says)
		}
	}
	for _, c := range []struct{ text, set, says string }{
		{stem, "policies=[jax-cpu-jit]", "policy jax-cpu-jit: roundings that a compiler leaves out"},
		{stem, `ablation.by={a: ["nowhere/**"]}`, `"nowhere/**" matches no site, did you mean`},
		{stem, `taps=["nothing"]`, "matches no tap"},
		{search, `taps=["out/embeddings_*"]`, "taps: want one output for a search, got 3"},
	} {
		config, err := Parse("test.yaml", []byte(c.text), []string{c.set})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Plan(config, Options{Threads: 1}); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want an error that says %q", c.set, err, c.says)
		}
	}
}
