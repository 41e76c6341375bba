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

// columns is package ops/cpu, which must make a column unit of the standardisation of weights.
func columns(t *testing.T, workers int) opstest.Backend {
	return func(g *ops.Graph, plans []*ops.Plan, watched []*ops.Value, load func(*ops.Value) *ops.Tensor, observe func(int, int, int64, *ops.Tensor)) error {
		p := cpu.Compile(g, plans, watched)
		if units := p.Columns(); len(units) != 1 {
			t.Errorf("column units of %v equations, want one", units)
		}
		_, err := p.Run(context.Background(), cpu.Options{
			Workers: workers,
			Load:    func(v *ops.Value) (*ops.Tensor, error) { return load(v), nil },
			Probe:   collector(observe),
		})
		return err
	}
}

// TestColumnUnits standardises weights of several shapes under every preset: one block of columns and many, the last of them
// narrower, rows that a repeated row divides and a prime number of them, sums with and without kernels.
func TestColumnUnits(t *testing.T) {
	for _, shape := range [][3]int{{5, 64, 96}, {15, 4, 1100}, {1, 1031, 80}, {5, 1200, 48}, {3, 7, 800}, {3, 64, 288}} {
		b := ops.NewBuilder()
		y := model.StandardizedConv1D(b, b.Argument("x", ops.Compute, 1, 8, shape[1]), shape[2], shape[0])
		compareColumns(t, fmt.Sprint("standardised ", shape), b.Graph(), y)
	}
	// The parameter, which may be used as it is, is read again after other values of its size were made.
	b := ops.NewBuilder()
	w := b.ConvertElementType(b.Parameter("w", 100, 320), ops.Compute)
	sum := b.ReduceSum(b.ConvertElementType(b.Square(w), ops.Float32), 0)
	scaled := b.Mul(b.Exp(w), b.ConvertElementType(b.BroadcastInDim(b.Rsqrt(sum), ops.Shape{1, 320}, 1), ops.Compute))
	y := b.Transpose(b.Add(scaled, w), 1, 0)
	compareColumns(t, "scaled", b.Graph(), y)
	// Two whole values are needed until the end, one of them as float32 only.
	b = ops.NewBuilder()
	row := func(sum *ops.Value) *ops.Value { return b.BroadcastInDim(sum, ops.Shape{1, 320}, 1) }
	wide := func(v *ops.Value) *ops.Value { return b.ConvertElementType(v, ops.Float32) }
	w = b.ConvertElementType(b.Parameter("w", 600, 320), ops.Compute)
	d := b.Sub(w, b.ConvertElementType(row(b.ReduceSum(wide(w), 0)), ops.Compute))
	d32 := wide(d)
	e := b.Mul(d, b.ConvertElementType(row(b.ReduceSum(d32, 0)), ops.Compute))
	y = b.Transpose(b.Add(d32, b.Mul(wide(e), row(b.ReduceSum(wide(e), 0)))), 1, 0)
	compareColumns(t, "held", b.Graph(), y)
}

func compareColumns(t *testing.T, name string, g *ops.Graph, y *ops.Value) {
	t.Helper()
	c := opstest.Case{Graph: g, Load: input}
	for _, name := range policy.Presets() {
		p, err := policy.Preset(name)
		if err != nil {
			t.Fatal(err)
		}
		if plan, err := p.Plan(c.Graph); err == nil {
			c.Plans = append(c.Plans, plan)
		}
	}
	for _, workers := range []int{1, 3} {
		t.Run(fmt.Sprintf("%s, %d workers", name, workers), func(t *testing.T) {
			cpu.NarrowColumns(t, workers == 3)
			opstest.Compare(t, columns(t, workers), c, []ops.Tap{{Name: "y", Value: y}})
		})
	}
}

// BenchmarkColumns standardises the weights of convolutions of the model's sizes, whose products take next to nothing here.
func BenchmarkColumns(b *testing.B) {
	for _, channels := range []int{768, 1152, 1536} {
		for _, preset := range []string{"jax-cpu-eager", "f32"} {
			builder := ops.NewBuilder()
			y := model.StandardizedConv1D(builder, builder.Argument("x", ops.Compute, 1, 2, channels), channels, 5)
			p, err := policy.Preset(preset)
			if err != nil {
				b.Fatal(err)
			}
			plan, err := p.Plan(builder.Graph())
			if err != nil {
				b.Fatal(err)
			}
			// Several sets of weights in turn, which are not in cache when their turn comes, as those of a model.
			var sets [16]map[*ops.Value]*ops.Tensor
			turn := 0
			load := func(v *ops.Value) (*ops.Tensor, error) { return sets[turn][v], nil }
			for i := range sets {
				sets[i] = map[*ops.Value]*ops.Tensor{}
				for _, v := range builder.Graph().Inputs {
					sets[i][v] = input(v)
				}
			}
			program := cpu.Compile(builder.Graph(), []*ops.Plan{plan}, []*ops.Value{y})
			b.Run(fmt.Sprintf("%d/%s", channels, preset), func(b *testing.B) {
				for b.Loop() {
					turn = (turn + 1) % len(sets)
					if _, err := program.Run(context.Background(), cpu.Options{Workers: 1, Load: load}); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(5*channels*channels), "ns/weight")
			})
		}
	}
}
