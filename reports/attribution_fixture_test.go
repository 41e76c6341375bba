package reports

import (
	"math"
	"testing"

	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"
)

// attributedRun is fullRun with made-up local errors, verdicts and scatters, and with an ablation, a search and a hunt for
// non-finite values of its first policy.
func attributedRun(t testing.TB) *results.Run {
	run := fullRun(t)
	addAttribution(run)
	run.Ablation, run.Search, run.NonFinite = madeUpAblation(), madeUpSearch(), madeUpNonFinite()
	return run
}

// addAttribution makes up local errors for two of three taps, and verdicts and scatters for all.
func addAttribution(run *results.Run) {
	run.LocalBy = "module"
	run.Rule = results.VerdictRule{Baseline: run.Policies[0].Name, Floor: "jax-cpu-eager, sums in sequence", Better: 0.8, Worse: 1.25}
	for i := range run.Taps {
		tap := &run.Taps[i]
		for p := range run.Policies {
			m := &tap.Metrics[p]
			if i%3 != 1 {
				l := results.Local{Metrics: scaled(*m, 0.05+0.04*float64(i*7%11)), Gain: metrics.Number(0.5 + 0.15*float64(i*5%13))}
				if tap.Part == "encoder" && i == 0 {
					l.Gain = metrics.Number(math.NaN())
				}
				tap.Local = append(tap.Local, l)
			}
			tap.Verdict = append(tap.Verdict, madeUpVerdict(m, &tap.Metrics[0], p))
			tap.Scatter = append(tap.Scatter, madeUpScatter(m, p))
		}
	}
}

// madeUpVerdict judges by the ratio of the errors.
func madeUpVerdict(m, baseline *metrics.Metrics, policy int) results.Verdict {
	v := results.Verdict{R: metrics.Number(m.RelativeL2 / baseline.RelativeL2), Floor: 0.93, Word: results.VerdictWithin}
	switch {
	case m.BitIdentical == 1 || policy == 0:
		v.R, v.Word = 1, results.VerdictExact
	case v.R <= 0.8:
		v.Word = results.VerdictBetter
	case v.R >= 1.25:
		v.Word = results.VerdictWorse
	}
	return v
}

// madeUpScatter spreads the elements of a tap over 25 bins around 2^-4; errors follow magnitudes down to 2^-15.
func madeUpScatter(m *metrics.Metrics, policy int) results.Scatter {
	s := results.Scatter{Low: metrics.ScatterBin(0x1p-20)}
	weights := []int64{0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 5, 8, 12, 16, 14, 10, 7, 5, 3, 1, 1, 1, 0}
	left := m.Compared
	for b, w := range weights {
		n := m.Compared * w / 100
		if b == len(weights)-1 {
			n = left
		}
		left -= n
		s.Counts = append(s.Counts, n)
		exponent := max(-15, b-20) - 8 - policy
		median, high := metrics.Number(math.Ldexp(1, exponent)), metrics.Number(math.Ldexp(1, exponent+3))
		switch {
		case n == 0:
			median, high = metrics.Number(math.NaN()), metrics.Number(math.NaN())
		case m.BitIdentical == 1:
			median, high = 0, 0
		}
		s.Median, s.High = append(s.Median, median), append(s.High, high)
	}
	return s
}

// madeUpAblation is an ablation in the proportions that are known of the official model: weight standardisation makes most
// of the error. Its seeds differ by a little, and two groups interact.
func madeUpAblation() results.Ablation {
	a := results.Ablation{Policy: "jax-cpu-eager", Reference: "f32", By: "function",
		Outputs: []string{"out/embeddings_1bp", "out/embeddings_128bp", "out/embeddings_pair"},
		Plan:    results.ReplayPlan{Replays: 48, Seconds: 312, Bytes: 3 << 30}}
	for seed := range 3 {
		a.Runs = append(a.Runs, results.AblationRun{Seed: uint64(seed + 1), Input: "random letters, seed 42"})
	}
	type group struct {
		name, description string
		share             float64
	}
	groups := []group{
		{"layer_norm", "Roundings inside of layer and batch normalisation.", 0.012},
		{"gelu", "Roundings inside of the gelu activation.", 0.031},
		{"softmax", "Roundings of the attention's softmax.", -0.004},
		{"rope", "Rotary position embedding.", 0.001},
		{"weight_standardisation", "Mean, variance and scaling of convolution kernels.", 0.874},
		{"residual_add", "Sums of the residual streams.", 0.022},
		{"parameter_cast", "Parameters rounded when they are read.", 0.016},
		{"dot_operands", "Operands of matrix products and convolutions.", 0.009},
		{"dot_outputs", "Results of matrix products and convolutions.", 0.018},
		{"output_cast", "Outputs rounded at the end.", 0.0003},
	}
	for i, g := range groups {
		a.Groups = append(a.Groups, results.AblationGroup{Name: g.name, Description: g.description, Equations: 12 + 31*i})
	}
	for o, output := range a.Outputs {
		base := []float64{5.4e-2, 4.7e-2, 6.6e-2}[o]
		for _, direction := range []string{results.Rescue, results.Injure} {
			sum := 0.
			for i, g := range groups {
				share := g.share
				if direction == results.Injure {
					share = math.Abs(share) * (0.95 + 0.01*float64(i))
				}
				if o == 2 && g.name == "softmax" {
					share += 0.06
				}
				s := results.AblationShare{Group: g.name, Direction: direction, Output: output, Mean: metrics.Number(share), Base: metrics.Number(base)}
				spread := 0.004 + 0.03*math.Abs(share)
				s.Low, s.High = metrics.Number(share-spread), metrics.Number(share+spread)
				s.RelativeL2 = metrics.Number(errorOfShare(direction, share, base))
				sum += share
				a.Shares = append(a.Shares, s)
				for r := range a.Runs {
					own := share + spread*float64(r-1)/2
					a.Rows = append(a.Rows, results.AblationRow{Group: g.name, Direction: direction, Output: output, Run: r,
						RelativeL2: metrics.Number(errorOfShare(direction, own, base)), Base: metrics.Number(base), Share: metrics.Number(own)})
				}
			}
			a.Sums = append(a.Sums, results.AblationInteraction{Direction: direction, Output: output,
				Sum: metrics.Number(sum), All: 1, Difference: metrics.Number(1 - sum)})
		}
	}
	return a
}

// errorOfShare is the relative L2 that goes with a share of the squared error.
func errorOfShare(direction string, share, base float64) float64 {
	if direction == results.Rescue {
		return base * math.Sqrt(1-share)
	}
	return base * math.Sqrt(max(0, share))
}

// madeUpSearch is a search that finds weight standardisation.
func madeUpSearch() results.Search {
	s := results.Search{Policy: "jax-cpu-eager", Reference: "f32", Output: "out/embeddings_1bp", Bound: 2.5e-2, Base: 5.4e-2,
		Found: true, Groups: []string{"weight_standardisation"}, Reached: 1.93e-2, Cost: 0.0004,
		Sites: []string{"alphagenome/sequence_encoder/**/standardized_conv1_d:rsqrt", "alphagenome/sequence_encoder/**/standardized_conv1_d:mean"},
		Runs:  []results.AblationRun{{Seed: 1, Input: "random letters, seed 42"}, {Seed: 2, Input: "random letters, seed 42"}},
		Plan:  results.ReplayPlan{Replays: 40, Seconds: 260, Bytes: 3 << 30}}
	for _, step := range []struct {
		restored []string
		reached  float64
	}{
		{[]string{"layer_norm", "gelu", "softmax", "rope", "weight_standardisation"}, 1.7e-2},
		{[]string{"layer_norm", "gelu", "softmax"}, 5.3e-2},
		{[]string{"rope", "weight_standardisation"}, 1.92e-2},
		{[]string{"rope"}, 5.4e-2},
		{[]string{"weight_standardisation"}, 1.93e-2},
	} {
		s.Steps = append(s.Steps, results.SearchStep{Restored: step.restored, Reached: metrics.Number(step.reached), Passed: step.reached < 2.5e-2})
	}
	s.Frontier = []results.SearchCost{
		{Groups: nil, Cost: 0, Residual: 5.4e-2},
		{Groups: []string{"weight_standardisation"}, Cost: 0.0004, Residual: 1.93e-2},
		{Groups: []string{"weight_standardisation", "gelu"}, Cost: 0.021, Residual: 1.7e-2},
		{Groups: []string{"weight_standardisation", "gelu", "residual_add", "dot_outputs"}, Cost: 0.64, Residual: 6e-3},
		{Groups: []string{"weight_standardisation", "gelu", "residual_add", "dot_outputs", "dot_operands"}, Cost: 1, Residual: 0},
	}
	return s
}

// madeUpNonFinite has a creation by design, one that is none, and near misses of all kinds.
func madeUpNonFinite() results.NonFinite {
	return results.NonFinite{
		Words: []string{
			"bfloat16 has the exponents of float32: nothing overflows in it that does not overflow in float32.",
			"At 4,096 bases no value comes within a factor of 1e30 of an overflow, so the NaN that were seen on some GPUs are not made by this arithmetic.",
		},
		Policies: []results.NonFinitePolicy{
			{Policy: "jax-cpu-eager", Limit: 3.38953139e38,
				Largest:   results.Magnitude{Value: 4321, Equation: 612, Primitive: "conv_general_dilated", Module: "alphagenome/sequence_encoder/downres_block_5"},
				Arguments: []results.Argument{{Primitive: "exp", Low: -88.5, High: 0, Count: 1 << 20}, {Primitive: "rsqrt", Low: 0.0031, High: 812, Count: 5120}},
				Created: []results.Creation{{Equation: 8123, Primitive: "div", Module: "alphagenome/head/rna_seq",
					Function: "unscale", Tap: "out/rna_seq/predictions_1bp", Count: 4096, Index: 667, Value: metrics.Number(math.NaN()),
					Operands: []metrics.Number{0, 0}, ByDesign: true}},
				Near: []results.NearMiss{
					{Kind: "cancellation", Equation: 47, Primitive: "sub", Module: "alphagenome/sequence_encoder/dna_embedder", Function: "standardize", Count: 1200, Worst: 7, Index: 12},
					{Kind: "subnormal", Equation: 3011, Primitive: "exp", Module: "alphagenome/transformer_tower/mha_block", Function: "softmax", Count: 42, Worst: 1e-39, Index: 99},
				}},
			{Policy: "fp16", Limit: 65504, Largest: results.Magnitude{Value: 41000, Equation: 2209, Primitive: "dot_general", Module: "alphagenome/transformer_tower/mha_block_3"},
				Created: []results.Creation{{Equation: 2210, Primitive: "mul", Module: "alphagenome/transformer_tower/mha_block_4",
					Function: "softmax", Tap: "alphagenome/transformer_tower/mha_block_4:softmax", Count: 3, Index: 17, Value: metrics.Number(math.Inf(1)),
					Operands: []metrics.Number{512, 250}}},
				Near: []results.NearMiss{{Kind: "overflow", Equation: 2209, Primitive: "dot_general", Module: "alphagenome/transformer_tower/mha_block_3", Count: 20, Worst: 41000, Index: 5}}},
		},
	}
}

// bareRun is a run of a kind without taps.
func bareRun(kind string) *results.Run {
	return &results.Run{Schema: 1, Kind: kind, Name: kind, Reference: results.Policy{Name: "f32"}, Command: []string{"bf16lab", "run", kind + ".yaml"},
		Model: results.Model{Name: "AlphaGenome", Weights: "synthetic version 1, seed 1"},
		Input: results.Input{Source: "random letters, seed 42", Length: 4096, Batch: 1}}
}

// sweepRun is a sweep of two policies over three lengths and two seeds, with one cell that is missing.
func sweepRun() *results.Run {
	run := bareRun(results.KindSweep)
	run.Sweep = results.Sweep{Outputs: []string{"out/embeddings_1bp", "out/embeddings_pair"}, Missing: 1}
	for l, length := range []int{4096, 16384, 65536} {
		for seed := range 2 {
			for p, policy := range []string{"jax-cpu-eager", "weights-bf16"} {
				if l == 2 && seed == 1 && p == 1 {
					continue
				}
				v := 5.4e-2 / float64(1+5*p) * (1 + 0.04*float64(l) + 0.1*float64(seed))
				run.Sweep.Cells = append(run.Sweep.Cells, results.SweepCell{Length: length, Input: "random letters, seed 42", Organism: "human",
					Seed: uint64(seed + 1), Policy: policy, RelativeL2: []metrics.Number{metrics.Number(v), metrics.Number(1.2 * v)},
					Digest: "0123456789abcdef"})
			}
		}
	}
	return run
}

// bareRuns are runs of all kinds without taps.
func bareRuns() map[string]*results.Run {
	ablation, search, nonFinite := bareRun(results.KindAblation), bareRun(results.KindSearch), bareRun(results.KindNonFinite)
	ablation.Ablation, search.Search, nonFinite.NonFinite = madeUpAblation(), madeUpSearch(), madeUpNonFinite()
	return map[string]*results.Run{"ablation": ablation, "search": search, "nonfinite": nonFinite, "sweep": sweepRun()}
}
