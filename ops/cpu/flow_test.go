package cpu_test

import (
	"context"
	"fmt"
	"testing"

	"bf16lab/model"
	"bf16lab/ops"
	"bf16lab/ops/cpu"
	"bf16lab/ops/opstest"
	"bf16lab/policy"
)

// strips is package ops/cpu with strips, as the suite sees it.
func strips(t *testing.T, workers, elements int) opstest.Backend {
	return func(g *ops.Graph, plans []*ops.Plan, watched []*ops.Value, load func(*ops.Value) *ops.Tensor, observe func(int, int, int64, *ops.Tensor)) error {
		p := cpu.CompileStrips(g, plans, watched, elements)
		if len(p.Flows()) == 0 {
			t.Error("no unit is carried out in strips")
		}
		stats, err := p.Run(context.Background(), cpu.Options{
			Workers: workers,
			Load:    func(v *ops.Value) (*ops.Tensor, error) { return load(v), nil },
			Probe:   collector(observe),
		})
		if peak := p.PeakBytes(); stats.PeakBytes > peak {
			t.Errorf("the run took %d bytes, the estimate is %d", stats.PeakBytes, peak)
		}
		if permuted, sinks := p.Kinds(); len(plans) == 2 && (permuted == 0 || sinks == 0) {
			t.Errorf("%d products are written in the order of a transpose, %d take their right operand in strips", permuted, sinks)
		}
		return err
	}
}

// collector passes every observed value on.
type collector func(watch, plan int, offset int64, values *ops.Tensor)

func (collector) Begin(int, int) {}
func (collector) End(int)        {}
func (c collector) Observe(watch, _ int, offset int64, values []*ops.Tensor) {
	for plan, t := range values {
		if t != nil {
			c(watch, plan, offset, t)
		}
	}
}

// input makes small deterministic inputs of mixed sign, variances and scales around 1.
func input(v *ops.Value) *ops.Tensor {
	switch data := v.Input.Data.(type) {
	case []float32:
		return &ops.Tensor{Shape: v.Shape, F32: data}
	case []int32:
		return &ops.Tensor{Shape: v.Shape, I32: data}
	case []bool:
		return &ops.Tensor{Shape: v.Shape, Bool: data}
	}
	if v.DType == ops.Int32 {
		return ops.NewTensor(v.Shape, ops.StoreInt32)
	}
	out := ops.NewTensor(v.Shape, ops.StoreFloat32)
	seed := uint32(v.ID * 40503)
	for i := range out.F32 {
		seed = seed*1664525 + 1013904223
		out.F32[i] = float32(int32(seed)>>8) * 0x1p-23
		if leaf := v.Input.Leaf; leaf == "var_ema" || leaf == "scale" {
			out.F32[i] = 1 + out.F32[i]/2
		}
	}
	return out
}

// miniature returns the small model for a batch of sequences under some presets. Those that address the official model's
// modules by name may not fit the small one.
func miniature(t *testing.T, batch int, presets ...string) opstest.Case {
	t.Helper()
	config := model.Miniature()
	config.Batch, config.Length = batch, 4*config.Length
	c := opstest.Case{Graph: model.Trace(config), Load: input}
	for _, name := range presets {
		p, err := policy.Preset(name)
		if err != nil {
			t.Fatal(err)
		}
		if plan, err := p.Plan(c.Graph); err == nil {
			c.Plans = append(c.Plans, plan)
		}
	}
	return c
}

// TestStripsChangeNothing runs the small model in strips of several sizes, a batch under every preset, and one sequence under
// pairs of them of which more can be carried out in strips. No bit of any tap may depend on it, and the memory must stay
// within the estimate.
func TestStripsChangeNothing(t *testing.T) {
	cpu.LowerLimits(t)
	for name, c := range map[string]opstest.Case{
		"batch": miniature(t, 2, policy.Presets()...), "f32": miniature(t, 1, "f32", "jax-cpu-eager"), "f64": miniature(t, 1, "f64", "jax-cpu-jit"),
	} {
		for _, way := range []struct{ elements, workers int }{{500, 3}, {3000, 1}} {
			t.Run(fmt.Sprintf("%s, %d elements, %d workers", name, way.elements, way.workers), func(t *testing.T) {
				opstest.Compare(t, strips(t, way.workers, way.elements), c, c.Graph.Taps)
			})
		}
	}
}
