package results

import (
	"bytes"
	"strings"
	"testing"

	"bf16lab/experiments/metrics"
)

// ablationExample returns an ablation of one group on two sets of weights.
func ablationExample() Ablation {
	row := func(direction string, run int, l2, base metrics.Number) AblationRow {
		return AblationRow{
			Group: "gelu, \"sigmoid\"", Direction: direction, Output: "out/x", Run: run, RelativeL2: l2, Base: base,
			Share: metrics.Number(Share(direction, float64(l2), float64(base))),
		}
	}
	return Ablation{
		Policy: "jax-cpu-eager", Reference: "f32", By: "function", Groups: []AblationGroup{{"gelu, \"sigmoid\"", "Inside.", 3}, {"softmax", "Inside.", 0}},
		Outputs: []string{"out/x"}, Runs: []AblationRun{{1, "lambda"}, {18446744073709551615, "lambda"}},
		Rows: []AblationRow{
			row(Rescue, 0, 0.0375, 0.0625), row(Rescue, 1, 0.05, 0.05), row(Injure, 0, 0.0375, 0.0625), row(Injure, 1, 1, 0),
		},
		Shares: []AblationShare{{Group: "softmax", Direction: Rescue, Output: "out/x", Mean: 0.5, Low: -0.25, High: 1.25, RelativeL2: 0.0375, Base: 0.0625}},
		Sums:   []AblationInteraction{{Rescue, "out/x", 0.5, 1, 0.5}},
		Plan:   ReplayPlan{44, 12.5, 1 << 30},
	}
}

func searchExample() Search {
	return Search{
		Policy: "jax-cpu-eager", Reference: "f32", Output: "out/x", Bound: 0.025, Base: 0.0625, Found: true, Groups: []string{"gelu"},
		Sites: []string{"alphagenome/a:gelu"}, Reached: 0.02, Cost: 0.25, Runs: []AblationRun{{1, "lambda"}},
		Steps:    []SearchStep{{nil, 0.0625, false}, {[]string{"gelu"}, 0.02, true}},
		Frontier: []SearchCost{{nil, 0, 0.0625}, {[]string{"gelu"}, 0.25, 0.02}}, Plan: ReplayPlan{3, 1, 1},
	}
}

// TestAblationCSV: the columns are fixed, quoted text and infinite shares included.
func TestAblationCSV(t *testing.T) {
	r := example()
	r.Ablation = ablationExample()
	var out bytes.Buffer
	if err := EncodeAblationCSV(&out, r); err != nil {
		t.Fatal(err)
	}
	const want = `group,direction,output,seed,rel_l2,rel_l2_base,share
"gelu, ""sigmoid""",rescue,out/x,1,0.0375,0.0625,0.64
"gelu, ""sigmoid""",rescue,out/x,18446744073709551615,0.05,0.05,0
"gelu, ""sigmoid""",injure,out/x,1,0.0375,0.0625,0.36
"gelu, ""sigmoid""",injure,out/x,18446744073709551615,1,0,Inf
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
	out.Reset()
	r.Ablation.Rows[0].Share = 0.5
	if err := EncodeAblationCSV(&out, r); err == nil || out.Len() > 0 {
		t.Errorf("a row that contradicts itself: %v, %q", err, out.String())
	}
}

// TestAttributionRoundTrip: what is written can be read and is the same.
func TestAttributionRoundTrip(t *testing.T) {
	r := example()
	r.Ablation, r.Search = ablationExample(), searchExample()
	var first, second bytes.Buffer
	if err := Encode(&first, r); err != nil {
		t.Fatal(err)
	}
	again, err := Decode(strings.NewReader(first.String()))
	if err != nil {
		t.Fatal(err)
	}
	if err := Encode(&second, again); err != nil || first.String() != second.String() {
		t.Errorf("%v, or the texts differ", err)
	}
}

// TestAttributionContradictions: every contradiction is found and named.
func TestAttributionContradictions(t *testing.T) {
	for _, c := range []struct {
		says   string
		change func(a *Ablation, s *Search)
	}{
		{"ablation.runs: 0", func(a *Ablation, _ *Search) { a.Runs = nil }},
		{"ablation.plan: -1 replays", func(a *Ablation, _ *Search) { a.Plan.Replays = -1 }},
		{"ablation.groups[1].name", func(a *Ablation, _ *Search) { a.Groups[1].Name = a.Groups[0].Name }},
		{"ablation.groups[0].name", func(a *Ablation, _ *Search) { a.Groups[0].Name = "" }},
		{"ablation.groups[0].equations", func(a *Ablation, _ *Search) { a.Groups[0].Equations = -1 }},
		{"ablation.rows[2].run", func(a *Ablation, _ *Search) { a.Rows[2].Run = 2 }},
		{"ablation.rows[2].run", func(a *Ablation, _ *Search) { a.Rows[2].Run = -1 }},
		{`ablation.rows[0].group: there is no group "rope"`, func(a *Ablation, _ *Search) { a.Rows[0].Group = "rope" }},
		{"ablation.rows[0].direction", func(a *Ablation, _ *Search) { a.Rows[0].Direction = "harm" }},
		{"ablation.rows[0].output", func(a *Ablation, _ *Search) { a.Rows[0].Output = "out/y" }},
		{"ablation.rows[1].group", func(a *Ablation, _ *Search) { a.Rows[1] = a.Rows[0] }},
		{"ablation.rows[0].share", func(a *Ablation, _ *Search) { a.Rows[0].Share = 0.65 }},
		{"ablation.rows[0].share", func(a *Ablation, _ *Search) { a.Rows[0].Direction, a.Rows = Injure, a.Rows[:1] }},
		{"ablation.shares[0].mean", func(a *Ablation, _ *Search) { a.Shares[0].Low = 0.75 }},
		{"ablation.shares[0].group", func(a *Ablation, _ *Search) { a.Shares[0].Group = "rope" }},
		{"ablation.sums[0].interaction", func(a *Ablation, _ *Search) { a.Sums[0].Difference = 0 }},
		{"search.runs", func(_ *Ablation, s *Search) { s.Runs = nil }},
		{"search.steps[0].passed", func(_ *Ablation, s *Search) { s.Steps[0].Passed = true }},
		{"search.steps[1].passed", func(_ *Ablation, s *Search) { s.Steps[1].Passed = false }},
		{"search.found", func(_ *Ablation, s *Search) { s.Found = false }},
		{"search.cost", func(_ *Ablation, s *Search) { s.Cost = 1.5 }},
		{"search.frontier[1].cost", func(_ *Ablation, s *Search) { s.Frontier[1].Cost = -0.5 }},
		{"search.frontier[1].rel_l2", func(_ *Ablation, s *Search) { s.Frontier[1].Residual = 0.0625 }},
	} {
		r := example()
		r.Ablation, r.Search = ablationExample(), searchExample()
		c.change(&r.Ablation, &r.Search)
		if err := r.Check(); err == nil || !strings.HasPrefix(err.Error(), c.says) {
			t.Errorf("%v, want an error that begins with %q", err, c.says)
		}
	}
}
