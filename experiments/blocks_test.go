package experiments

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"

	"bf16lab/bf16"
	"bf16lab/experiments/reference"
	"bf16lab/model"
	"bf16lab/model/weights"
	"bf16lab/ops"
	"bf16lab/ops/cpu"
	"bf16lab/policy"
)

// caseInputs gives a block case its synthetic inputs and weights.
type caseInputs struct {
	source weights.Synthetic
	name   string
	scales map[string]float32
}

func (in caseInputs) load(v *ops.Value) (*ops.Tensor, error) {
	switch v.Input.Kind {
	case ops.Argument:
		t := ops.NewTensor(v.Shape, ops.StoreFloat32)
		in.source.Uniform(t.F32, "case/"+in.name+"/"+v.Input.Leaf, in.scales[v.Input.Leaf])
		return t, nil
	case ops.Constant:
		return constant(v), nil
	}
	data, err := in.source.Tensor("case/"+in.name+"/"+v.Input.Module, v.Input.Leaf, v.Shape)
	return &ops.Tensor{Shape: v.Shape, F32: data}, err
}

// capture is a probe that keeps the first watched value of the only plan.
type capture struct {
	mu     sync.Mutex
	values []float32
}

func (c *capture) Begin(int, int) {}
func (c *capture) End(int)        {}
func (c *capture) Observe(_, _ int, offset int64, values []*ops.Tensor) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var scratch []float32
	copy(c.values[offset:], ops.Widened(values[0], &scratch))
}

// runCase computes the output of a block case under a policy.
func runCase(t *testing.T, name, policyName string, ref reference.Case, seed uint64) []float32 {
	t.Helper()
	g, err := model.TraceCase(name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Preset(policyName)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := p.Plan(g)
	if err != nil {
		t.Fatal(err)
	}
	in := caseInputs{source: weights.Synthetic{Seed: seed}, name: name, scales: map[string]float32{}}
	for _, x := range ref.Inputs {
		in.scales[x.Name] = float32(x.Scale)
	}
	out := g.Outputs[0].Value
	probe := &capture{values: make([]float32, out.Shape.Size())}
	program := cpu.Compile(g, []*ops.Plan{plan}, []*ops.Value{out})
	if _, err := program.Run(context.Background(), cpu.Options{Workers: 2, Load: in.load, Probe: probe}); err != nil {
		t.Fatal(err)
	}
	return probe.values
}

// compareCase counts the elements that have the bits of the reference.
func compareCase(got []float32, want *reference.Array) (identical int, first string) {
	for i, v := range got {
		w := want.Float64(i)
		same := math.Float32bits(v) == math.Float32bits(float32(w)) || v != v && w != w
		if want.DType == "bfloat16" {
			same = uint64(bf16.ToBFloat16(v)) == want.Bits(i) || v != v && w != w
		}
		if same {
			identical++
		} else if first == "" {
			first = fmt.Sprintf("element %d is %x, want %x", i, v, w)
		}
	}
	return identical, first
}

// TestBlocks compares the 42 building blocks with those of the official model, by bits.
func TestBlocks(t *testing.T) {
	for _, c := range []struct{ reference, policy string }{{"f32-prim", "f32"}, {"bf16-prim", "jax-cpu-eager"}, {"bf16-jit", "jax-cpu-jit"}} {
		ref, err := reference.Load("testdata/blocks/" + c.reference + ".npz")
		if err != nil {
			t.Fatal(err)
		}
		if len(ref.Cases) != 42 {
			t.Errorf("%s has %d cases, want 42", c.reference, len(ref.Cases))
		}
		for _, block := range ref.Cases {
			t.Run(c.reference+"/"+strings.ReplaceAll(block.Name, "/", "_"), func(t *testing.T) {
				want := block.Outputs[0]
				got := runCase(t, block.Name, c.policy, block, ref.Seed)
				if len(got) != want.Len() {
					t.Fatalf("%d elements, want %d", len(got), want.Len())
				}
				if n, first := compareCase(got, &want); n != len(got) {
					t.Errorf("%d of %d elements (%.3f %%) are identical; %s", n, len(got), 100*float64(n)/float64(len(got)), first)
				}
			})
		}
	}
}
