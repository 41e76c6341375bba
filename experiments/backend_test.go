package experiments

import (
	"context"
	"testing"

	"bf16lab/model"
	"bf16lab/ops"
	"bf16lab/ops/cpu"
	"bf16lab/ops/opstest"
	"bf16lab/policy"
)

// cpuBackend is package ops/cpu as the suite sees it.
func cpuBackend(workers int) opstest.Backend {
	return func(g *ops.Graph, plans []*ops.Plan, watched []*ops.Value, load func(*ops.Value) *ops.Tensor, observe func(int, int, int64, *ops.Tensor)) error {
		_, err := cpu.Compile(g, plans, watched).Run(context.Background(), cpu.Options{
			Workers: workers,
			Load:    func(v *ops.Value) (*ops.Tensor, error) { return load(v), nil },
			Probe:   collector(observe),
		})
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

// miniature returns the small model under every preset, with inputs that reach its heads.
func miniature(t *testing.T) opstest.Case {
	t.Helper()
	g := model.Trace(model.Miniature())
	c := opstest.Case{Name: "miniature", Graph: g, Load: func(v *ops.Value) *ops.Tensor { return miniatureInput(v) }}
	for _, name := range policy.Presets() {
		p, err := policy.Preset(name)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := p.Plan(g)
		if err != nil {
			// Presets that address the official model's modules by name may not fit the small one.
			t.Logf("left out: %v", err)
			continue
		}
		c.Plans = append(c.Plans, plan)
	}
	return c
}

// miniatureInput makes small deterministic inputs: a repeating sequence, weights of mixed sign, positive variances.
func miniatureInput(v *ops.Value) *ops.Tensor {
	if v.Input.Kind == ops.Constant {
		return constant(v)
	}
	out := ops.NewTensor(v.Shape, ops.StoreFloat32)
	if v.DType == ops.Int32 {
		return ops.NewTensor(v.Shape, ops.StoreInt32)
	}
	seed := uint32(len(v.Input.Name())*2654435761 + v.ID*40503)
	for i := range out.F32 {
		seed = seed*1664525 + 1013904223
		x := float32(int32(seed)>>8) * 0x1p-23
		switch v.Input.Leaf {
		case model.SequenceArgument:
			x = 0
			if i%4 == i/4*7%4 {
				x = 1
			}
		case "var_ema", "scale":
			x = 1 + x/2
		}
		out.F32[i] = x
	}
	return out
}

func TestBackendAgreesWithDefinitions(t *testing.T) {
	c := miniature(t)
	if len(c.Plans) < 5 {
		t.Fatalf("only %d policies fit the small model", len(c.Plans))
	}
	for _, workers := range []int{1, 3} {
		opstest.Run(t, cpuBackend(workers), []opstest.Case{c})
	}
}

// TestWatchingChangesNothing runs the small model with one plan and one tap at a time: what is computed must not depend on
// which plans run beside it or which values are watched.
func TestWatchingChangesNothing(t *testing.T) {
	c := miniature(t)
	last := len(c.Graph.Taps) - 1
	for p, plan := range c.Plans {
		want := opstest.Interpret(c.Graph, plan, c.Load)
		for _, i := range []int{0, last / 3, last / 2, last} {
			tap := c.Graph.Taps[i]
			alone := opstest.Case{Graph: c.Graph, Plans: c.Plans[p : p+1], Load: c.Load}
			got := opstest.Collect(t, cpuBackend(2), alone, []*ops.Value{tap.Value})
			for k, bits := range got[0][0] {
				if w := opstest.Bits(want[tap.Value.ID], k); bits != w && !opstest.BothNaN(bits, w) {
					t.Fatalf("plan %s, tap %s, element %d: %#x alone, %#x with everything", plan.Name, tap.Name, k, bits, w)
				}
			}
		}
	}
}
