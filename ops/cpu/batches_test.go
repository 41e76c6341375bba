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
// of the model's junction head are: its operands, the product, and the transpose of that in the given order. What an
// operand is made from is so much smaller than it is that it is made before.
func pairProduct(dtype ops.DType, order ...int) (g *ops.Graph, sides [2]*ops.Value, product, transpose *ops.Value) {
	const places, tissues, channels = 17, 19, 64
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
	return b.Graph(), sides, product, b.Transpose(product, order...)
}

// TestBatchesChangeNothing carries out products batch by batch under every preset alone and under all together: their bits are
// those of the definition, and so are those of an operand that somebody watches.
func TestBatchesChangeNothing(t *testing.T) {
	cpu.LowerLimits(t)
	cpu.SetTileElements(t, 200) // three rows of channels
	for _, dtype := range []ops.DType{ops.Compute, ops.Float32} {
		for _, order := range [][]int{{1, 2, 0}, {2, 1, 0}, {1, 0, 2}} {
			g, sides, product, transpose := pairProduct(dtype, order...)
			left, whole, turned := ops.Tap{Name: "left", Value: sides[0]}, ops.Tap{Name: "product", Value: product}, ops.Tap{Name: "transpose", Value: transpose}
			last := 0 // whether the batches come last
			if order[2] == 0 {
				last = 1
			}
			for _, c := range presetCases(t, g) {
				t.Run(fmt.Sprint(c.Name, " ", dtype, order), func(t *testing.T) {
					opstest.Compare(t, batched(t, 1, last), c, []ops.Tap{turned})
					opstest.Compare(t, batched(t, 1, 0), c, []ops.Tap{whole, turned})
					opstest.Compare(t, batched(t, 1, last), c, []ops.Tap{left, turned})
				})
			}
		}
	}
}

// presetCases returns a graph under every preset that fits it, and under all of them together.
func presetCases(t *testing.T, g *ops.Graph) []opstest.Case {
	all := opstest.Case{Name: "all", Graph: g, Load: input}
	var cases []opstest.Case
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
	return append(cases, all)
}

// runAsEstimated runs a program on some workers, in no more memory than it estimates.
func runAsEstimated(t *testing.T, p *cpu.Program, load func(*ops.Value) *ops.Tensor, observe func(int, int, int64, *ops.Tensor)) error {
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

// batched is package ops/cpu, with so many products carried out batch by batch, and so many of those in the order of a transpose.
func batched(t *testing.T, products, ordered int) opstest.Backend {
	return func(g *ops.Graph, plans []*ops.Plan, watched []*ops.Value, load func(*ops.Value) *ops.Tensor, observe func(int, int, int64, *ops.Tensor)) error {
		p := cpu.Compile(g, plans, watched)
		if n, m := p.Batched(); n != products || m != ordered {
			t.Errorf("%d products are carried out batch by batch, %d in the order of a transpose, want %d and %d", n, m, products, ordered)
		}
		return runAsEstimated(t, p, load, observe)
	}
}
