package cpu

import (
	"fmt"
	"math"
	"testing"

	"bf16lab/bf16"
	"bf16lab/ops"
	"bf16lab/ops/opstest"
)

// The kernel of a rotary position embedding gives the bits of its equations, and writes nothing else.
func TestRotaryKernel(t *testing.T) {
	x := interesting()
	x = x[:len(x)&^1]
	eachKernel(t, func(t *testing.T) {
		f := activeElementwise().rotary
		if f == nil {
			return
		}
		for _, mode := range []int{0, modeFlush} {
			for _, n := range []int{2, 18, 34, len(x)} {
				tensor := func(value func(i int) float32) *ops.Tensor {
					out := ops.NewTensor(ops.Shape{1, n}, ops.StoreFloat32)
					for i := range out.F32 {
						out.F32[i] = value(i)
					}
					return out
				}
				operand := tensor(func(i int) float32 { return x[i] })
				cos := tensor(func(i int) float32 { return x[(i*7+3)%len(x)] })
				sin := tensor(func(i int) float32 { return x[(i*11+5)%len(x)] })
				turned := tensor(func(i int) float32 {
					if i%2 == 0 {
						return -x[i+1]
					}
					return x[i-1]
				})
				plan, want := modePlan(mode, false), tensor(func(int) float32 { return 0 })
				define(ops.MulPrimitive, plan, want, operand, cos)
				define(ops.MulPrimitive, plan, turned, turned, sin)
				define(ops.AddPrimitive, plan, want, want, turned)
				got := make([]float32, n+1)
				f.run(mode, got[:n], operand.F32, cos.F32, sin.F32)
				reportDifferences(t, got[:n], want.F32, func(i int) string { return fmt.Sprintf("mode %d, n %d: %08x", mode, n, math.Float32bits(x[i])) })
				if got[n] != 0 {
					t.Fatalf("mode %d, n %d: wrote beyond the end", mode, n)
				}
			}
		}
	})
}

// rotaryCase is a rotary position embedding, or what looks like one, of x [40, 34].
type rotaryCase struct {
	name  string
	build func(b *ops.Builder, x, cos, sin *ops.Value) (y *ops.Value, watched []*ops.Value)
	fused bool
}

func rotaryCases() []rotaryCase {
	element := func(b *ops.Builder, x *ops.Value, second int) *ops.Value {
		return b.StridedSlice(x, []int{0, second}, []int{40, 34}, []int{1, 2})
	}
	pairs := func(b *ops.Builder, first, second *ops.Value) *ops.Value {
		return b.Reshape(b.Stack(2, first, second), 40, 34)
	}
	turned := func(b *ops.Builder, x *ops.Value) *ops.Value {
		return pairs(b, b.Neg(element(b, x, 1)), element(b, x, 0))
	}
	return []rotaryCase{
		{"rotary", func(b *ops.Builder, x, cos, sin *ops.Value) (*ops.Value, []*ops.Value) {
			return b.Add(b.Mul(x, cos), b.Mul(turned(b, x), sin)), nil
		}, true},
		{"a product is watched", func(b *ops.Builder, x, cos, sin *ops.Value) (*ops.Value, []*ops.Value) {
			product := b.Mul(x, cos)
			return b.Add(product, b.Mul(turned(b, x), sin)), []*ops.Value{product}
		}, false},
		{"pairs are watched", func(b *ops.Builder, x, cos, sin *ops.Value) (*ops.Value, []*ops.Value) {
			pairs := turned(b, x)
			return b.Add(b.Mul(x, cos), b.Mul(pairs, sin)), []*ops.Value{pairs}
		}, false},
		{"a product is read again", func(b *ops.Builder, x, cos, sin *ops.Value) (*ops.Value, []*ops.Value) {
			product := b.Mul(turned(b, x), sin)
			return b.Mul(b.Add(b.Mul(x, cos), product), product), nil
		}, false},
		{"the second is negated", func(b *ops.Builder, x, cos, sin *ops.Value) (*ops.Value, []*ops.Value) {
			return b.Add(b.Mul(x, cos), b.Mul(pairs(b, element(b, x, 1), b.Neg(element(b, x, 0))), sin)), nil
		}, false},
		{"not exchanged", func(b *ops.Builder, x, cos, sin *ops.Value) (*ops.Value, []*ops.Value) {
			return b.Add(b.Mul(x, cos), b.Mul(pairs(b, b.Neg(element(b, x, 0)), element(b, x, 1)), sin)), nil
		}, false},
		{"another value is turned", func(b *ops.Builder, x, cos, sin *ops.Value) (*ops.Value, []*ops.Value) {
			return b.Add(b.Mul(x, cos), b.Mul(turned(b, b.Add(x, ops.Scalar(1))), sin)), nil
		}, false},
	}
}

// A rotary position embedding is carried out by its kernel where that is what the equations are and nobody else wants what lies
// between them, with the bits of the definitions.
func TestRotaryIsFused(t *testing.T) {
	lowerLimits(t)
	if activeElementwise().rotary == nil {
		t.Skip("this build or processor has no kernel for rotary position embeddings")
	}
	for _, c := range rotaryCases() {
		for _, flush := range []bool{false, true} {
			b := ops.NewBuilder()
			x := b.Add(b.Argument("x", ops.Float32, 40, 34), ops.Scalar(0.5))
			y, watched := c.build(b, x, b.Argument("cos", ops.Float32, 40, 34), b.Argument("sin", ops.Float32, 40, 34))
			watched = append(watched, y)
			plan := formatPlan(b.Graph(), bf16.Float32)
			for i := range plan.Nodes {
				plan.Nodes[i].Flush = flush
			}
			fused := false
			for _, st := range tileSteps(t, Compile(b.Graph(), []*ops.Plan{plan}, watched), load) {
				fused = fused || st.rotary
			}
			if fused != c.fused {
				t.Errorf("%s: fused %v", c.name, fused)
			}
			got := opstest.Collect(t, lockStep(2), opstest.Case{Graph: b.Graph(), Plans: []*ops.Plan{plan}, Load: load}, watched)
			kept := opstest.Kept(b.Graph(), plan, load)
			for k, v := range watched {
				for i, bits := range got[k][0] {
					if w := opstest.Bits(kept[v.ID], i); bits != w && !opstest.BothNaN(bits, w) {
						t.Fatalf("%s, flush %v: element %d of value %d is %#x, want %#x", c.name, flush, i, k, bits, w)
					}
				}
			}
		}
	}
}
