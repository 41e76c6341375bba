package cpu_test

import (
	"context"
	"fmt"
	"testing"

	"bf16lab/ops"
	"bf16lab/ops/cpu"
	"bf16lab/ops/opstest"
	"bf16lab/policy"
)

// pairProduct builds a product of pairs of places for each of several tissues, of operands that are turned by angles as those
// of the model's junction head are: its operands, and the product.
func pairProduct(dtype ops.DType) (g *ops.Graph, sides [2]*ops.Value, product *ops.Value) {
	const places, tissues, channels = 17, 16, 64
	b := ops.NewBuilder()
	for i := range sides {
		argument := func(name string, shape ...int) *ops.Value {
			return b.ConvertElementType(b.Argument(fmt.Sprint(name, i), ops.Float32, shape...), dtype)
		}
		x := b.Mul(argument("scale", 1, tissues, channels), argument("place", places+i, 1, channels))
		x = b.Add(x, argument("offset", 1, tissues, channels))
		even := b.StridedSlice(x, []int{0, 0, 0}, x.Shape, []int{1, 1, 2})
		odd := b.StridedSlice(x, []int{0, 0, 1}, x.Shape, []int{1, 1, 2})
		turned := b.Reshape(b.Stack(3, b.Neg(odd), even), x.Shape...)
		angles := argument("angle", places+i, 1, channels)
		sides[i] = b.Add(b.Mul(x, b.Cos(angles)), b.Mul(turned, b.Sin(angles)))
	}
	product = b.DotGeneral(sides[0], sides[1], ops.DotParams{LeftBatch: []int{1}, RightBatch: []int{1}, LeftContracting: []int{2}, RightContracting: []int{2}}, dtype)
	return b.Graph(), sides, product
}

// TestBatchesChangeNothing carries out products batch by batch under every preset alone and under all together: their bits are
// those of the definition. Where somebody watches an operand, it is stored as a whole.
func TestBatchesChangeNothing(t *testing.T) {
	cpu.LowerLimits(t)
	cpu.SetTileElements(t, 200) // three rows of channels
	for _, dtype := range []ops.DType{ops.Compute, ops.Float32} {
		g, sides, product := pairProduct(dtype)
		all := opstest.Case{Name: "all", Graph: g, Load: input}
		cases := []opstest.Case{}
		for _, name := range policy.Presets() {
			p, err := policy.Preset(name)
			if err != nil {
				t.Fatal(err)
			}
			if plan, err := p.Plan(g); err == nil {
				cases = append(cases, opstest.Case{Name: name, Graph: g, Load: input, Plans: []*ops.Plan{plan}})
				all.Plans = append(all.Plans, plan)
			}
		}
		whole := ops.Tap{Name: "product", Value: product}
		for _, c := range append(cases, all) {
			t.Run(fmt.Sprint(c.Name, " ", dtype), func(t *testing.T) {
				opstest.Compare(t, batched(t, 1), c, []ops.Tap{whole})
				opstest.Compare(t, batched(t, 0), c, []ops.Tap{{Name: "left", Value: sides[0]}, whole})
			})
		}
	}
}

// batched is package ops/cpu, with so many products carried out batch by batch.
func batched(t *testing.T, products int) opstest.Backend {
	return func(g *ops.Graph, plans []*ops.Plan, watched []*ops.Value, load func(*ops.Value) *ops.Tensor, observe func(int, int, int64, *ops.Tensor)) error {
		p := cpu.Compile(g, plans, watched)
		if n := p.Batched(); n != products {
			t.Errorf("%d products are carried out batch by batch, want %d", n, products)
		}
		stats, err := p.Run(context.Background(), cpu.Options{
			Workers: 3,
			Load:    func(v *ops.Value) (*ops.Tensor, error) { return load(v), nil },
			Probe:   collector(observe),
		})
		if peak := p.PeakBytes(); stats.PeakBytes > peak {
			t.Errorf("the run took %d bytes, the estimate is %d", stats.PeakBytes, peak)
		}
		return err
	}
}
