package experiments

import (
	"context"
	"testing"

	"bf16lab/bf16"
	"bf16lab/experiments/reference"
	"bf16lab/model"
	"bf16lab/model/weights"
	"bf16lab/ops"
	"bf16lab/ops/cpu"
)

// identicalShare replays one output of a block case under a preset whose plan has been changed, and returns the share of
// elements with the bits of the reference.
func identicalShare(t *testing.T, file, name, preset string, change func(g *ops.Graph, plan *ops.Plan)) float64 {
	t.Helper()
	ref, err := reference.Load("testdata/blocks/" + file + ".npz")
	if err != nil {
		t.Fatal(err)
	}
	for i := range ref.Cases {
		c := &ref.Cases[i]
		if c.Name != name {
			continue
		}
		g, err := model.TraceCase(name)
		if err != nil {
			t.Fatal(err)
		}
		plan := planAll(t, g, preset)[0]
		change(g, plan)
		in := &caseSource{source: weights.Synthetic{Seed: ref.Seed}, name: name, scales: map[string]float32{}}
		for _, x := range c.Inputs {
			in.scales[x.Name] = float32(x.Scale)
		}
		probe := &agreementProbe{arrays: []*arrayCheck{newArrayCheck(&c.Outputs[0])}}
		program := cpu.Compile(g, []*ops.Plan{plan}, []*ops.Value{g.Outputs[0].Value})
		if _, err := program.Run(context.Background(), cpu.Options{Workers: 2, Load: in.load, Probe: probe}); err != nil {
			t.Fatal(err)
		}
		return probe.arrays[0].result().Share()
	}
	t.Fatalf("%s has no case %s", file, name)
	return 0
}

// TestBlocksNoticeMutations shows that the comparison by bits bites: halve the block of a product, let the even element of a
// pair go first, leave out one rounding, and bits differ.
func TestBlocksNoticeMutations(t *testing.T) {
	nothing := func(*ops.Graph, *ops.Plan) {}
	for _, c := range []struct {
		name, file, block, preset string
		change                    func(g *ops.Graph, plan *ops.Plan)
	}{
		{"block 512 to 256", "f32-prim", "linear_1536_256", "f32", func(_ *ops.Graph, plan *ops.Plan) {
			for i := range plan.Nodes {
				if o := &plan.Nodes[i].Dot.Main; o.Block == 512 {
					o.Block = 256
				}
			}
		}},
		{"odd first to even first", "bf16-prim", "row_attention_block", "jax-cpu-eager", func(_ *ops.Graph, plan *ops.Plan) {
			for i := range plan.Nodes {
				plan.Nodes[i].Dot.Main.OddFirst = false
			}
		}},
		{"one rounding left out", "bf16-prim", "rms_batch_norm", "jax-cpu-eager", func(g *ops.Graph, plan *ops.Plan) {
			for _, n := range g.Nodes {
				if n.Primitive == ops.MulPrimitive && n.Out[0].Shape.Size() > 1000 {
					np := &plan.Nodes[n.Index]
					np.Round, np.Output = false, bf16.Float32
					return
				}
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if s := identicalShare(t, c.file, c.block, c.preset, nothing); s != 1 {
				t.Errorf("the plan as it is gives a share of %v", s)
			}
			if s := identicalShare(t, c.file, c.block, c.preset, c.change); s == 1 {
				t.Error("the changed plan gives the same bits")
			}
		})
	}
}
