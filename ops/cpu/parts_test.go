package cpu_test

import (
	"context"
	"sync"
	"testing"

	"bf16lab/model"
	"bf16lab/ops"
	"bf16lab/ops/cpu"
	"bf16lab/ops/opstest"
	"bf16lab/policy"
)

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

// An inspector is shown every value of units of columns and of batches, whole.
func TestUnitsInParts(t *testing.T) {
	cpu.LowerLimits(t)
	b := ops.NewBuilder()
	y := model.StandardizedConv1D(b, b.Argument("x", ops.Compute, 1, 8, 64), 96, 5)
	inParts(t, b.Graph(), y, func(p *cpu.Program) int { return len(p.Columns()) })
	cpu.SetTileElements(t, 200)
	g, sides, _, transpose := pairProduct(ops.Float32, 2, 1, 0)
	ordered := func(p *cpu.Program) int {
		_, ordered := p.Batched()
		return ordered
	}
	inParts(t, g, transpose, ordered)
	inParts(t, g, transpose, ordered, sides[1])
}

// inParts has an inspector shown everything that y depends on, while y and other values are watched.
func inParts(t *testing.T, g *ops.Graph, y *ops.Value, units func(*cpu.Program) int, others ...*ops.Value) {
	t.Helper()
	for _, name := range []string{"jax-cpu-eager", "strict-bf16", "f64"} {
		p, err := policy.Preset(name)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := p.Plan(g)
		if err != nil {
			t.Fatal(err)
		}
		program := cpu.Compile(g, []*ops.Plan{plan}, append(others, y))
		if units(program) != 1 {
			t.Fatalf("%s: %d units, want one", name, units(program))
		}
		probe := &shower{collector: func(int, int, int64, *ops.Tensor) {}, bits: map[*ops.Value][]uint64{}}
		load := func(v *ops.Value) (*ops.Tensor, error) { return input(v), nil }
		if _, err := program.Run(context.Background(), cpu.Options{Workers: 2, Load: load, Probe: probe}); err != nil {
			t.Fatal(err)
		}
		want := opstest.Kept(g, plan, input)
		for _, n := range cpu.Needed(g, y) {
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
