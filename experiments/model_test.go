package experiments

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"bf16lab/experiments/metrics"
	"bf16lab/experiments/reference"
	"bf16lab/model"
	"bf16lab/model/sequence"
	"bf16lab/model/weights"
	"bf16lab/ops"
	"bf16lab/ops/cpu"
	"bf16lab/policy"
)

var (
	long   = flag.Bool("long", false, "replay 16,384 bases as well")
	update = flag.Bool("update", false, "rewrite golden files")
)

func loadReference(t *testing.T, name string) *reference.File {
	t.Helper()
	ref, err := reference.Load("testdata/model/" + name + ".npz")
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// wholeModel is a probe of a run of f32 and jax-cpu-eager: it compares each with its reference and both with each other.
type wholeModel struct {
	*comparison
	checks [2][]*arrayCheck // by plan and watch
	float  []*arrayCheck    // f32 against the float64 reference; nil where that holds nothing
}

func (w *wholeModel) Observe(watch, group int, offset int64, values []*ops.Tensor) {
	w.comparison.Observe(watch, group, offset, values)
	for plan, t := range values {
		if t != nil {
			w.checks[plan][watch].observe(int(offset), t)
		}
	}
	if w.float[watch] != nil && values[0] != nil {
		w.float[watch].observe(int(offset), values[0])
	}
}

// TestWholeModel replays the full model on 4,096 bases under f32 and jax-cpu-eager in lock step. Every element that the
// official JAX runs hold must have the same bits, at all 625 taps; f32 must be within 5e-6 of the float64 run at the
// embeddings; and the error profile between the two policies must be the one that the reference arrays show.
func TestWholeModel(t *testing.T) {
	if testing.Short() {
		t.Skip("the whole model takes a minute; run without -short")
	}
	single, half, double := loadReference(t, "f32-prim-4096"), loadReference(t, "bf16-prim-4096"), loadReference(t, "f64-prim-4096")
	g := model.Trace(model.AlphaGenome(4096))
	plans := planAll(t, g, "f32", "jax-cpu-eager")
	watched := make([]*ops.Value, len(g.Taps))
	w := &wholeModel{comparison: newComparison(len(g.Taps), 2), float: make([]*arrayCheck, len(g.Taps))}
	for i, tap := range g.Taps {
		watched[i] = tap.Value
		w.checks[0] = append(w.checks[0], newArrayCheck(find(t, single, tap.Name)))
		w.checks[1] = append(w.checks[1], newArrayCheck(find(t, half, tap.Name)))
		if strings.HasPrefix(tap.Name, "out/embeddings_") {
			w.float[i] = newArrayCheck(find(t, double, tap.Name))
		}
	}
	seq, err := sequence.Random(42, 4096)
	if err != nil {
		t.Fatal(err)
	}
	in := newInputs(weights.Synthetic{Seed: 1}, []*sequence.Sequence{seq}, []int32{0})
	if _, err := cpu.Compile(g, plans, watched).Run(context.Background(), cpu.Options{Workers: 2, Load: in.load, Probe: w}); err != nil {
		t.Fatal(err)
	}
	for plan, checks := range w.checks {
		for _, c := range checks {
			if a := c.result(); a.Identical != a.Elements {
				t.Errorf("%s, %s: %d of %d elements identical, relative L2 %.1e", plans[plan].Name, a.Name, a.Identical, a.Elements, a.RelativeL2)
			}
		}
	}
	for i, c := range w.float {
		if c == nil {
			continue
		}
		if e := float32Error(c); e > 5e-6 || e == 0 {
			t.Errorf("%s: f32 is %.1e from float64, want at most 5e-6 and not nothing", g.Taps[i].Name, e)
		}
	}
	checkProfile(t, g, w)
}

// planAll makes plans of presets.
func planAll(t *testing.T, g *ops.Graph, names ...string) []*ops.Plan {
	t.Helper()
	var plans []*ops.Plan
	for _, name := range names {
		p, err := policy.Preset(name)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := p.Plan(g)
		if err != nil {
			t.Fatal(err)
		}
		plans = append(plans, plan)
	}
	return plans
}

// find returns the array of a tap of a reference.
func find(t *testing.T, ref *reference.File, tap string) *reference.Array {
	t.Helper()
	for i := range ref.Taps {
		if ref.Taps[i].Name == tap {
			return &ref.Taps[i]
		}
	}
	t.Fatalf("%s has no tap %s", ref.Path, tap)
	return nil
}

// float32Error returns the relative L2 of the observed float32 values against the float64 reference, not rounded to its grid.
func float32Error(c *arrayCheck) float64 {
	var difference, size float64
	for k, got := range c.got {
		want := c.want.Float64(k)
		difference += (got - want) * (got - want)
		size += want * want
	}
	return math.Sqrt(difference / size)
}

// checkProfile compares the relative L2 of jax-cpu-eager against f32, over whole tensors, with the same figure of the
// reference arrays, which hold scattered elements: within 10 % at 95 % of the trunk's taps, within 25 % at all of them.
func checkProfile(t *testing.T, g *ops.Graph, w *wholeModel) {
	t.Helper()
	near, all := 0, 0
	for i, tap := range g.Taps {
		if strings.HasPrefix(tap.Name, "out/") || strings.Contains(tap.Name, "/head/") {
			continue
		}
		m := w.results[i][0]
		want := referenceError(w.checks[0][i].want, w.checks[1][i].want)
		ratio := 1.0
		if want != 0 || m.RelativeL2 != 0 {
			ratio = m.RelativeL2 / want
		}
		all++
		if math.Abs(ratio-1) <= 0.1 {
			near++
		}
		// A sample of 1,024 elements of a heavy-tailed tensor has a spread of its own.
		if math.Abs(ratio-1) > 0.25 {
			t.Errorf("%s: relative L2 %.2e, the reference arrays give %.2e", tap.Name, m.RelativeL2, want)
		}
	}
	if float64(near) < 0.95*float64(all) {
		t.Errorf("only %d of %d taps are within 10 %% of the reference's error profile", near, all)
	}
	for name, want := range map[string]float64{"out/embeddings_1bp": 5.43e-2, "out/embeddings_128bp": 4.8e-2, "out/embeddings_pair": 6.6e-2} {
		m := resultOf(g, w, name)
		if math.Abs(m.RelativeL2/want-1) > 0.1 {
			t.Errorf("%s: relative L2 %.3e, want %.3e within 10 %%", name, m.RelativeL2, want)
		}
	}
}

func resultOf(g *ops.Graph, w *wholeModel, name string) metrics.Metrics {
	for i, tap := range g.Taps {
		if tap.Name == name {
			return w.results[i][0]
		}
	}
	return metrics.Metrics{}
}

// referenceError returns the relative L2 between two references over the positions that both hold.
func referenceError(single, half *reference.Array) float64 {
	at := map[int]float64{}
	for k := range half.Len() {
		at[half.Index(k)] = half.Float64(k)
	}
	var difference, size float64
	for k := range single.Len() {
		x := single.Float64(k)
		y, ok := at[single.Index(k)]
		if !ok || math.IsNaN(x) || math.IsNaN(y) {
			continue
		}
		difference += (y - x) * (y - x)
		size += x * x
	}
	return math.Sqrt(difference / size)
}

// TestLongSequence replays 16,384 bases under jax-cpu-eager and compares them bit by bit.
func TestLongSequence(t *testing.T) {
	if !*long {
		t.Skip("16,384 bases take minutes; run with -long")
	}
	v, err := Verify(context.Background(), loadReference(t, "bf16-prim-16384"), VerifyOptions{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	if elements, identical, exact, worst := v.Totals(); identical != elements || exact != 625 {
		t.Errorf("%d of %d elements identical, %d taps exact, worst %s", identical, elements, exact, worst)
	}
}

// TestBits pins the bits of every tap of the small model under every preset. CI runs it with GOAMD64=v1 and v3 and without
// assembly: the bits must not depend on it.
func TestBits(t *testing.T) {
	const golden = "testdata/bits.txt"
	c := miniature(t)
	digests := newComparison(len(c.Graph.Taps), len(c.Plans))
	watched := make([]*ops.Value, len(c.Graph.Taps))
	for i, tap := range c.Graph.Taps {
		watched[i] = tap.Value
	}
	_, err := cpu.Compile(c.Graph, c.Plans, watched).Run(context.Background(), cpu.Options{
		Workers: 2, Probe: digests, Load: func(v *ops.Value) (*ops.Tensor, error) { return c.Load(v), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for p, plan := range c.Plans {
		fmt.Fprintf(&b, "%s %s\n", plan.Name, digests.fingerprint(c.Graph.Taps, p))
	}
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the bits have changed:\n%s\nwant\n%s", b.String(), want)
	}
}
