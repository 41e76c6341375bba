package experiments

import (
	"context"
	"testing"

	"bf16lab/model"
	"bf16lab/ops"
	"bf16lab/ops/cpu"
)

// TestLockStepOfOwnPlans: without the plans that explain them the policies have the same bits at every tap.
func TestLockStepOfOwnPlans(t *testing.T) {
	all := smallReplay(t, 1, "local: module\nverdict: {}\n")
	own := all.withOwnPlans()
	if got, want := len(own.program.Plans()), 1+len(all.policies); got != want {
		t.Fatalf("%d plans, want %d", got, want)
	}
	probe := newReplayProbe(own)
	load := func(v *ops.Value) (*ops.Tensor, error) { return miniatureInput(v), nil }
	if _, err := own.program.Run(context.Background(), cpu.Options{Workers: 2, Load: load, Probe: probe}); err != nil {
		t.Fatal(err)
	}
	for i, p := range all.run.Policies {
		if got := probe.fingerprint(own.taps, i+1); got != p.Digest {
			t.Errorf("%s: digest %s, with all plans %s", p.Name, got, p.Digest)
		}
	}
}

// TestInAttention: what is counted as attention grows with the square of the length, the rest of the trunk with the length.
func TestInAttention(t *testing.T) {
	work := func(length int) (attention, rest float64) {
		g := model.Trace(model.AlphaGenome(length))
		embeddings, err := SelectTaps(g, "out/embeddings_*")
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range cpu.Needed(g, watchedOf(embeddings)...) {
			if inAttention(n) {
				attention += cpu.Work(n)
			} else {
				rest += cpu.Work(n)
			}
		}
		return attention, rest
	}
	attention, rest := work(1 << 20)
	before, restBefore := work(1 << 19)
	if growth := attention / before; growth < 3.5 || growth > 4 {
		t.Errorf("attention grows by %.2f when the length is doubled", growth)
	}
	if growth := rest / restBefore; growth < 1.5 || growth > 2.03 {
		t.Errorf("the rest grows by %.2f when the length is doubled", growth)
	}
}
