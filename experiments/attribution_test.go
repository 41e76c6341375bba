package experiments

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"
	"bf16lab/model"
	"bf16lab/ops"
	"bf16lab/ops/cpu"
	"bf16lab/ops/opstest"
	"bf16lab/policy"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// smallReplay replays the small model as the given section of an experiment asks for.
func smallReplay(t *testing.T, workers int, sections string) *replay {
	t.Helper()
	return smallReplayBy(t, workers, sections, func(r *replay) *cpu.Program { return cpu.Compile(r.graph, r.plans.all, r.watched()) })
}

// smallReplayBy is smallReplay with a program of another kind.
func smallReplayBy(t *testing.T, workers int, sections string, compile func(r *replay) *cpu.Program) *replay {
	t.Helper()
	c, err := Parse("small.yaml", []byte("name: small\nweights: {synthetic: {seed: 1}}\ninput: {random: {seed: 1, length: 4096}}\n"+
		"reference: f32\npolicies: [jax-cpu-eager, weights-bf16, strict-bf16, f32]\n"+sections), nil)
	if err != nil {
		t.Fatal(err)
	}
	r := &replay{config: c, graph: model.Trace(model.Miniature()), run: &results.Run{}}
	r.taps = r.graph.Taps
	if r.reference, r.policies, err = c.policies(); err != nil {
		t.Fatal(err)
	}
	if r.baseline, err = c.baseline(r.policies); err != nil {
		t.Fatal(err)
	}
	if err := r.plan(); err != nil {
		t.Fatal(err)
	}
	r.program = compile(r)
	probe := newReplayProbe(r)
	stats, err := r.program.Run(context.Background(), cpu.Options{
		Workers: workers, Probe: probe, Load: func(v *ops.Value) (*ops.Tensor, error) { return miniatureInput(v), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	r.fill(time.Now(), stats, probe)
	r.run.Schema, r.run.Seconds = results.Schema, 0
	if err := r.run.Check(); err != nil {
		t.Errorf("the results contradict themselves: %v", err)
	}
	return r
}

var equateNumbers = cmp.Options{cmpopts.EquateNaNs(), cmp.Comparer(func(a, b metrics.Number) bool { return a == b || a != a && b != b })}

// TestAttributionChangesNothing compares a replay with local errors and verdicts with one without: bits and metrics of the
// policies must be the same; and everything must be the same with several workers.
func TestAttributionChangesNothing(t *testing.T) {
	all := smallReplay(t, 1, "local: module\nverdict: {}\n").run
	plain := smallReplay(t, 1, "").run
	if diff := cmp.Diff(all.Taps, smallReplay(t, 3, "local: module\nverdict: {}\n").run.Taps, equateNumbers); diff != "" {
		t.Errorf("three workers:\n%s", diff)
	}
	for i, p := range plain.Policies {
		if all.Policies[i].Digest != p.Digest {
			t.Errorf("%s: other bits beside local plans", p.Name)
		}
	}
	for i := range all.Taps {
		tap := all.Taps[i]
		tap.Local, tap.Verdict = nil, nil
		if diff := cmp.Diff(plain.Taps[i], tap, equateNumbers); diff != "" {
			t.Errorf("%s:\n%s", tap.Name, diff)
		}
	}
}

// TestLocalErrors compares the local errors of a replay with those of modules that are carried out one by one, and gains with
// the accumulated errors on both sides of a module.
func TestLocalErrors(t *testing.T) {
	r := smallReplay(t, 2, "local: module\n")
	pieces := policy.ModulePieces(r.graph)
	reference := opstest.Kept(r.graph, r.plans.all[0], miniatureInput)
	gains := 0
	for p := range r.policies {
		accumulated := opstest.Interpret(r.graph, r.plans.all[p+1], miniatureInput)
		local := alone(r.graph, r.plans.all[p+1], pieces, reference, miniatureInput)
		for i, tap := range r.run.Taps {
			id := r.taps[i].Value.ID
			if strings.HasPrefix(tap.Name, "alphagenome/head/splice_sites_junction") ||
				strings.HasPrefix(tap.Name, "out/splice_sites_junction/") && !strings.HasSuffix(tap.Name, "_positions") {
				if tap.Local != nil {
					t.Errorf("%s has local errors", tap.Name)
				}
				continue
			}
			want := compare(reference[id], local[id])
			got := tap.Local[p].Metrics
			if got.BitIdentical != want.BitIdentical || got.MaxAbsolute != want.MaxAbsolute || !near(got.RelativeL2, want.RelativeL2) {
				t.Fatalf("%s, %s: local error %.17g with %.17g identical, want %.17g with %.17g", r.policies[p].Name, tap.Name,
					got.RelativeL2, got.BitIdentical, want.RelativeL2, want.BitIdentical)
			}
			in := math.NaN()
			for _, v := range entrancesOf(r.taps[i].Value, pieces) {
				if e := compare(reference[v.ID], accumulated[v.ID]).RelativeL2; e > 0 && !(e <= in) {
					in = e
				}
			}
			if g := float64(tap.Local[p].Gain); !near(g, compare(reference[id], accumulated[id]).RelativeL2/in) {
				t.Fatalf("%s, %s: gain %v", r.policies[p].Name, tap.Name, g)
			} else if g > 0 {
				gains++
			}
		}
	}
	if gains < 100 {
		t.Errorf("only %d gains", gains)
	}
}

// TestJunctionHeadLeftOut shows that local plans carry out the junction head as the reference does, on the reference's values, so that
// nothing is computed for it.
func TestJunctionHeadLeftOut(t *testing.T) {
	r := smallReplay(t, 1, "local: module\n")
	reference, entering, left := r.plans.all[0], 0, 0
	for _, n := range r.graph.Nodes {
		if !inJunctionHead(n) {
			continue
		}
		left++
		for p := range r.policies {
			np := r.plans.all[r.plans.local+p].Nodes[n.Index]
			for i, o := range n.In {
				if o.Value == nil || o.Value.Node == nil || inJunctionHead(o.Value.Node) {
					continue
				}
				entering++
				if !np.FromReference[min(i, 2)] {
					t.Errorf("operand %d of equation %d is the plan's own", i, n.Index)
				}
			}
			if np.FromReference = [3]bool{}; np != reference.Nodes[n.Index] {
				t.Errorf("equation %d is not the reference's", n.Index)
			}
		}
	}
	if left == 0 || entering == 0 {
		t.Errorf("%d equations, %d operands from outside", left, entering)
	}
}

// compare compares two tensors of floats.
func compare(reference, test *ops.Tensor) metrics.Metrics {
	var a metrics.Accumulator
	add(&a, new(scratchRows), reference, test, 0)
	return a.Result()
}

// near tells whether two figures agree but for the order of sums.
func near(x, y float64) bool { return x == y || x != x && y != y || math.Abs(x-y) <= 1e-12*math.Abs(y) }

// TestEntrances follows values into their piece: through what the piece computes itself, not through other pieces, and to
// numbers only.
func TestEntrances(t *testing.T) {
	b := ops.NewBuilder()
	x := b.Argument("x", ops.Float32, 2)
	var y, z, w, p *ops.Value
	b.ModuleScope("a", func() { y, z = b.Add(x, ops.Scalar(1)), b.Mul(x, x) })
	b.ModuleScope("b", func() { p = b.Lt(y, z) })
	b.ModuleScope("c", func() { w = b.SelectN(p, b.Add(y, b.Parameter("p", 2)), b.Neg(b.Neg(z))) })
	pieces := policy.ModulePieces(b.Graph())
	if got := entrancesOf(w, pieces); len(got) != 2 || got[0] != y && got[1] != y || got[0] != z && got[1] != z {
		t.Errorf("%d entrances of w", len(got))
	}
	if got := entrancesOf(y, pieces); len(got) != 0 {
		t.Errorf("%d entrances of y", len(got))
	}
	taps := []ops.Tap{{Name: "w", Value: w}, {Name: "z", Value: z}}
	if got := untapped(taps, entrances(taps, pieces)); len(got) != 1 || got[0] != y {
		t.Errorf("%d entrances are no taps", len(got))
	}
}

// TestScatterOfReplay checks that every element of every float tap that is finite is counted, under every policy.
func TestScatterOfReplay(t *testing.T) {
	r := smallReplay(t, 3, "")
	for _, tap := range r.run.Taps {
		if tap.DType == ops.Int32.String() || tap.DType == ops.Bool.String() {
			if tap.Scatter != nil {
				t.Errorf("%s of %s has a scatter", tap.Name, tap.DType)
			}
			continue
		}
		for p := range r.policies {
			total := int64(0)
			for _, n := range tap.Scatter[p].Counts {
				total += n
			}
			if total != tap.Metrics[p].Compared {
				t.Errorf("%s, policy %d: %d elements counted of %d", tap.Name, p, total, tap.Metrics[p].Compared)
			}
			if exact := tap.Metrics[p].MaxAbsolute == 0; exact && strings.Contains(cmp.Diff(tap.Scatter[p].High, tap.Scatter[p].Median, equateNumbers), "+") {
				t.Errorf("%s, policy %d: no error, but %v", tap.Name, p, tap.Scatter[p].High)
			}
		}
	}
}

// TestAttributionConfig checks the errors of the sections.
func TestAttributionConfig(t *testing.T) {
	const head = "name: x\nweights: {synthetic: {seed: 1}}\ninput: {random: {seed: 1, length: 4096}}\nreference: f32\npolicies: [seed-hooks]\n"
	for _, c := range []struct{ text, want string }{
		{"local: house\n", `x.yaml:6: local: unknown value "house" (valid: module, none, primitive)`},
		{"local: [module]\n", `x.yaml:6: `},
		{"verdict: {better: 0}\n", `x.yaml:6: verdict: better: want a ratio above 0 and at most 1, got 0`},
		{"verdict:\n  better: 1.5\n", `x.yaml:7: verdict: better: want a ratio above 0 and at most 1, got 1.5`},
		{"verdict:\n  baseline: seed-hooks\n  worse: .nan\n", `x.yaml:8: verdict: worse: want a ratio of at least 1, got NaN`},
		{"verdict: {worst: 2}\n", `x.yaml:6: `},
		{"verdict:\n  baseline: seed-hook\n", `x.yaml:7: verdict: baseline "seed-hook" is none of the policies, did you mean "seed-hooks"?`},
	} {
		config, err := Parse("x.yaml", []byte(head+c.text), nil)
		if err == nil {
			_, policies, e := config.policies()
			if e != nil {
				t.Fatal(e)
			}
			_, err = config.baseline(policies)
		}
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: error %v, want %s", c.text, err, c.want)
		}
	}
}
