package cpu_test

import (
	"context"
	"fmt"
	"sync"
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
	for _, shape := range [][3]int{{5, 64, 96}, {15, 4, 1100}, {1, 1031, 80}, {5, 1200, 48}, {3, 7, 800}} {
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
			opstest.Compare(t, columns(t, workers), c, []ops.Tap{{Name: "y", Value: y}})
		})
	}
}

// shower is an inspector that collects what it is shown of each value.
type shower struct {
	collector
	mu   sync.Mutex
	bits map[*ops.Value][]uint64
}

func (s *shower) Inspect(v *ops.Value, offset int64, _ []int, result *ops.Tensor, _ []*ops.Tensor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bits[v] == nil {
		s.bits[v] = make([]uint64, v.Shape.Size())
	}
	for k := range result.Shape.Size() {
		s.bits[v][int(offset)+k] = opstest.Bits(result, k)
	}
}

func (*shower) Inspected(*ops.Value) {}

// An inspector is shown every value of a column unit, whole.
func TestColumnUnitsInParts(t *testing.T) {
	b := ops.NewBuilder()
	y := model.StandardizedConv1D(b, b.Argument("x", ops.Compute, 1, 8, 64), 96, 5)
	for _, name := range []string{"jax-cpu-eager", "strict-bf16", "f64"} {
		p, err := policy.Preset(name)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := p.Plan(b.Graph())
		if err != nil {
			t.Fatal(err)
		}
		program := cpu.Compile(b.Graph(), []*ops.Plan{plan}, []*ops.Value{y})
		if len(program.Columns()) != 1 {
			t.Fatal("no column unit")
		}
		probe := &shower{collector: func(int, int, int64, *ops.Tensor) {}, bits: map[*ops.Value][]uint64{}}
		load := func(v *ops.Value) (*ops.Tensor, error) { return input(v), nil }
		if _, err := program.Run(context.Background(), cpu.Options{Workers: 2, Load: load, Probe: probe}); err != nil {
			t.Fatal(err)
		}
		want := opstest.Kept(b.Graph(), plan, input)
		for _, n := range b.Graph().Nodes {
			v := n.Out[0]
			if probe.bits[v] == nil {
				t.Fatalf("%s: equation %d %s was not shown", name, n.Index, n.Primitive)
			}
			for k, bits := range probe.bits[v] {
				if w := opstest.Bits(want[v.ID], k); bits != w && !opstest.BothNaN(bits, w) {
					t.Fatalf("%s: equation %d %s, element %d is %#x, want %#x", name, n.Index, n.Primitive, k, bits, w)
				}
			}
		}
	}
}
