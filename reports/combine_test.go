package reports

import (
	"strings"
	"testing"

	"bf16lab/experiments/results"

	"github.com/google/go-cmp/cmp"
)

// TestCombineReplays puts two replays side by side: every figure of both must be there under the run's label, and the
// report must take it.
func TestCombineReplays(t *testing.T) {
	a, b := measuredRun(t), measuredRun(t)
	dropPolicies(b, 1)
	run, err := Combine([]LabelledRun{{"before", a}, {"after", b}})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range run.Policies {
		names = append(names, p.Name)
	}
	if diff := cmp.Diff([]string{"jax-cpu-eager (before)", "f64 (before)", "jax-cpu-eager (after)"}, names); diff != "" {
		t.Error(diff)
	}
	for i := range run.Taps {
		for p, want := range []*results.Tap{&a.Taps[i], &a.Taps[i], &b.Taps[i]} {
			if got := run.Taps[i].Metrics[p]; got != want.Metrics[p%2] {
				t.Fatalf("tap %d, policy %d: %v", i, p, got)
			}
		}
	}
	if len(run.Sources) != 2 || run.Sources[1].Label != "after" || run.Name != "before + after" {
		t.Errorf("name %q, sources %v", run.Name, run.Sources)
	}
	if len(a.Policies) != 2 || len(a.Taps[0].Metrics) != 2 {
		t.Error("the first run was changed")
	}
	mustPage(t, run)
}

// TestCombineKinds puts a replay, an ablation, a search and a sweep together: the cause of the one error is in the words of
// the other, and each section says where it is from.
func TestCombineKinds(t *testing.T) {
	replay := measuredRun(t)
	kinds := bareRuns()
	var runs []LabelledRun
	for _, kind := range []string{"ablation", "search", "sweep", "nonfinite"} {
		kinds[kind].Reference.YAML = replay.Reference.YAML
		runs = append(runs, LabelledRun{kind, kinds[kind]})
	}
	runs = append(runs, LabelledRun{"replay", replay})
	run, err := Combine(runs)
	if err != nil {
		t.Fatal(err)
	}
	lead := leadWords(run, newFindings(run))
	if len(lead) != 3 || !strings.HasPrefix(lead[2].String(), "The cause is weight_standardisation") {
		t.Errorf("the opening is %v", lead)
	}
	if run.Policies[0].Name != "jax-cpu-eager" {
		t.Errorf("a single replay's policy is called %s", run.Policies[0].Name)
	}
	if len(run.Explanations) != 4 || !strings.Contains(run.Explanations[0].Text, "The section on ablation is of the run ablation") {
		t.Errorf("explanations are %v", run.Explanations)
	}
}

// TestCombineRefuses checks that what cannot be compared is refused with the difference.
func TestCombineRefuses(t *testing.T) {
	for want, spoil := range map[string]func(*results.Run){
		`the references differ ("f32" and "f64")`:        func(r *results.Run) { r.Reference.Name = "f64" },
		"the weights differ":                             func(r *results.Run) { r.Model.Weights = "others" },
		`the inputs differ ("4,096 bases of random`:      func(r *results.Run) { r.Input.Length = 8192 },
		`the taps differ ("625 taps" and "624 taps")`:    func(r *results.Run) { r.Taps = r.Taps[1:] },
		`the taps differ ("alphagenome/sequence_encoder`: func(r *results.Run) { r.Taps[5].Name = "other" },
	} {
		b := measuredRun(t)
		spoil(b)
		_, err := Combine([]LabelledRun{{"a", measuredRun(t)}, {"b", b}})
		if err == nil || !strings.HasPrefix(err.Error(), "reports: a and b cannot be compared: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want %s", err, want)
		}
	}
	twice := bareRuns()["ablation"]
	_, err := Combine([]LabelledRun{{"a", twice}, {"b", twice}})
	if err == nil || !strings.Contains(err.Error(), "more than one run has results of the kind ablation") {
		t.Errorf("error is %v", err)
	}
}

// TestCombineAttribution keeps local errors and verdicts where all runs have them alike, and says where they are left out.
func TestCombineAttribution(t *testing.T) {
	a, b := attributedRun(t), attributedRun(t)
	b.Ablation, b.Search, b.NonFinite = results.Ablation{}, results.Search{}, results.NonFinite{}
	run, err := Combine([]LabelledRun{{"a", a}, {"b", b}})
	if err != nil {
		t.Fatal(err)
	}
	if tap := &run.Taps[0]; len(tap.Local) != 8 || len(tap.Verdict) != 8 || len(tap.Scatter) != 8 || len(run.Explanations) != 0 {
		t.Errorf("%d local errors, %d verdicts, %d scatters, explanations %v", len(tap.Local), len(tap.Verdict), len(tap.Scatter), run.Explanations)
	}
	b.Rule.Worse, b.LocalBy = 3, "primitive"
	run, err = Combine([]LabelledRun{{"a", a}, {"b", b}})
	if err != nil {
		t.Fatal(err)
	}
	if tap := &run.Taps[0]; len(tap.Local) != 0 || len(tap.Verdict) != 0 || len(run.Explanations) != 2 {
		t.Errorf("%d local errors, %d verdicts, explanations %v", len(tap.Local), len(tap.Verdict), run.Explanations)
	}
}
