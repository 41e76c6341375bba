package experiments

import (
	"context"
	"strings"
	"testing"

	"bf16lab/experiments/reference"
	"bf16lab/ops"
	"bf16lab/ops/cpu"
)

// patchedFunctions are the functions of which testdata/rescue holds the official model's embeddings with that function patched to
// float32 by hand (tools/jax_reference.py --float32).
var patchedFunctions = []string{"weight_standardisation", "layer_norm", "rms_batch_norm", "gelu", "rope"}

// TestRescueIsTheOfficialModelPatchedByHand: jax-cpu-eager with one function restored has the bits of the official model, run by
// JAX, with the source of that function patched to float32.
func TestRescueIsTheOfficialModelPatchedByHand(t *testing.T) {
	if testing.Short() {
		t.Skip("six policies on the whole model; run without -short")
	}
	c, err := Load("configs/ablation.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	a, err := prepareAblation(c, Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	var plans []*ops.Plan
	w := &rescued{}
	for _, function := range patchedFunctions {
		ref, err := reference.Load("testdata/rescue/" + function + ".npz")
		if err != nil {
			t.Fatal(err)
		}
		for i, g := range a.groups {
			if g.Name == function {
				plans = append(plans, a.mixture.Plan(function, sitesIn(a.groups[i:i+1])))
			}
		}
		var checks []*arrayCheck
		for _, output := range a.outputs {
			checks = append(checks, newArrayCheck(find(t, ref, output.Name)))
		}
		w.checks = append(w.checks, checks)
	}
	if len(plans) != len(patchedFunctions) {
		t.Fatalf("%d groups for %d functions", len(plans), len(patchedFunctions))
	}
	_, err = cpu.Compile(a.graph, a.together(plans), watchedOf(a.outputs)).Run(context.Background(), cpu.Options{Workers: 2, Load: a.pairs[0].load, Probe: w})
	if err != nil {
		t.Fatal(err)
	}
	for i, checks := range w.checks {
		for _, check := range checks {
			if r := check.result(); r.Identical != r.Elements || !strings.HasPrefix(r.Name, "out/embeddings_") {
				t.Errorf("%s: %s: %d of %d elements are those of the patched model, relative L2 %.1e", patchedFunctions[i], r.Name, r.Identical, r.Elements, r.RelativeL2)
			}
		}
	}
}

// rescued is a probe that compares every plan but the first with arrays of its own.
type rescued struct {
	checks [][]*arrayCheck // by plan, then watch
}

func (r *rescued) Begin(int, int) {}
func (r *rescued) End(int)        {}
func (r *rescued) Observe(watch, _ int, offset int64, values []*ops.Tensor) {
	for plan, v := range values[1:] {
		if v != nil {
			r.checks[plan][watch].observe(int(offset), v)
		}
	}
}
