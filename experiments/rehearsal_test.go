package experiments

import (
	"context"
	"testing"

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
