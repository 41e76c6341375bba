package cpu_test

import (
	"context"
	"math"
	"testing"

	"bf16lab/ops"
	"bf16lab/ops/cpu"
	"bf16lab/ops/opstest"
)

// TestSamplesAreScattered wants distinct positions in ascending order that see every channel.
func TestSamplesAreScattered(t *testing.T) {
	for _, size := range []int{1, 100, 32768, 32769, 1 << 20, 8192 * 1536, 1048576 * 768} {
		at := cpu.SamplePositions(size, 32768)
		if len(at) != min(size, 32768) {
			t.Errorf("%d positions of %d", len(at), size)
		}
		channels := map[int]bool{}
		for k, i := range at {
			if i < 0 || i >= size || k > 0 && i <= at[k-1] {
				t.Fatalf("position %d of %d is %d", k, size, i)
			}
			channels[i%768] = true
		}
		if len(channels) != min(size, 768) {
			t.Errorf("%d positions of %d see %d channels", len(at), size, len(channels))
		}
	}
}

// TestSamplesAreTheValues runs the small model's plans one after the other, in strips and with whole values: the samples
// must be the bits that the definitions give at their positions.
func TestSamplesAreTheValues(t *testing.T) {
	const samples = 100
	cpu.LowerLimits(t)
	c := miniature(t, 1, "f32", "jax-cpu-eager", "f64")
	var watched []*ops.Value
	for _, tap := range c.Graph.Taps {
		watched = append(watched, tap.Value)
	}
	var want [][]*ops.Tensor
	for _, plan := range c.Plans {
		want = append(want, opstest.Interpret(c.Graph, plan, c.Load))
	}
	for _, limit := range []int64{math.MaxInt64, 1} {
		p := cpu.CompileSampled(c.Graph, c.Plans, watched, samples, limit)
		seen := 0
		stats, err := p.Run(context.Background(), cpu.Options{
			Workers: 2,
			Load:    func(v *ops.Value) (*ops.Tensor, error) { return c.Load(v), nil },
			Probe: collector(func(watch, plan int, offset int64, values *ops.Tensor) {
				seen++
				v := watched[watch]
				at := cpu.SamplePositions(v.Shape.Size(), samples)
				if offset != 0 || values.Shape.Size() != len(at) {
					t.Fatalf("%d samples of %v at %d, want %d", values.Shape.Size(), v.Shape, offset, len(at))
				}
				for k, i := range at {
					got, want := opstest.Bits(values, k), opstest.Bits(want[plan][v.ID], i)
					if got != want && !opstest.BothNaN(got, want) {
						t.Fatalf("plan %d, tap %s: sample %d has the bits %#x, want %#x", plan, c.Graph.Taps[watch].Name, k, got, want)
					}
				}
			}),
		})
		if err != nil {
			t.Fatal(err)
		}
		if seen != len(watched)*len(c.Plans) {
			t.Errorf("%d taps of plans were observed, want %d", seen, len(watched)*len(c.Plans))
		}
		if peak := p.PeakBytes(); stats.PeakBytes > peak {
			t.Errorf("the run took %d bytes, the estimate is %d", stats.PeakBytes, peak)
		}
	}
}
