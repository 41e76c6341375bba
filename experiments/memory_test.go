package experiments

import (
	"math"
	"slices"
	"strings"
	"testing"

	"bf16lab/ops/cpu"

	"github.com/google/go-cmp/cmp"
)

// TestSampledReplay replays the small model with the policies one after the other. Taps with no more elements than there are
// samples must be compared as in lock step; of the others as many as there are samples, and the places of their errors must
// be those of samples.
func TestSampledReplay(t *testing.T) {
	const samples = 100
	whole := smallReplay(t, 1, "").run
	sampled := smallReplayBy(t, 2, "", func(r *replay) *cpu.Program {
		r.plans = r.plans.withoutImposed()
		return cpu.CompileSampled(r.graph, r.plans.all, r.watched(), samples, math.MaxInt64)
	}).run
	if sampled.Samples != samples || whole.Samples != 0 || len(sampled.Variants) != 0 {
		t.Errorf("%d samples and %d variants, %d samples in lock step", sampled.Samples, len(sampled.Variants), whole.Samples)
	}
	for i, tap := range sampled.Taps {
		size := 1
		for _, n := range tap.Shape {
			size *= n
		}
		at := cpu.SamplePositions(size, samples)
		for p, m := range tap.Metrics {
			if size <= samples {
				// Sums are taken over other groups.
				if want := whole.Taps[i].Metrics[p]; m.Compared != want.Compared || m.MaxAbsolute != want.MaxAbsolute || !cmp.Equal(m.UlpHistogram, want.UlpHistogram) {
					t.Errorf("%s, policy %d: %+v, in lock step %+v", tap.Name, p, m, want)
				}
				continue
			}
			if m.Elements != samples || m.MaxAbsoluteIndex >= 0 && !slices.Contains(at, int(m.MaxAbsoluteIndex)) {
				t.Errorf("%s, policy %d: %d elements, the largest error at %d", tap.Name, p, m.Elements, m.MaxAbsoluteIndex)
			}
		}
	}
}

// TestMemoryError wants an error that says what would fit.
func TestMemoryError(t *testing.T) {
	c, err := Parse("long.yaml", []byte("name: long\nweights: {synthetic: {seed: 1}}\ninput: {random: {seed: 1, length: 1048576}}\n"+
		"reference: f32\npolicies: [jax-cpu-eager]\ntaps: [out/embeddings_1bp]\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for memory, want := range map[int64]string{12 << 20: "the limit is 12.0 MiB: no sequence would fit", 5: "the limit is 5 bytes: no sequence would fit", 1 << 30: "the limit is 1.0 GiB: no sequence would fit", 4 << 30: "the limit is 4.0 GiB: a sequence of 262144 bases would fit"} {
		r, err := prepare(c, Options{Threads: 1, Memory: memory})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.checkMemory(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("within %d bytes: %v, want %s", memory, err, want)
		}
	}
}
