package cpu

import (
	"context"
	"math/rand/v2"
	"testing"

	"bf16lab/bf16"
	"bf16lab/ops"
	"bf16lab/ops/opstest"
	"bf16lab/policy"
)

// Parameters whose codes only products read are rounded there, under instruction sets that do not multiply pairs of codes. The bits are
// those of codes that exist.
func TestDeferredParameters(t *testing.T) {
	lowerLimits(t)
	dot := ops.DotParams{LeftContracting: []int{1}, RightContracting: []int{0}}
	for _, c := range []struct {
		name     string
		build    func(b *ops.Builder, x, w *ops.Value) (results []*ops.Value)
		deferred int
	}{
		{"one product", func(b *ops.Builder, x, w *ops.Value) []*ops.Value {
			return []*ops.Value{b.DotGeneral(x, w, dot, ops.Compute)}
		}, 1},
		{"two products, one with rows of the parameter", func(b *ops.Builder, x, w *ops.Value) []*ops.Value {
			turned := ops.DotParams{LeftContracting: []int{1}, RightContracting: []int{1}}
			return []*ops.Value{b.DotGeneral(b.DotGeneral(x, w, dot, ops.Compute), w, turned, ops.Compute)}
		}, 1},
		{"an epilogue", func(b *ops.Builder, x, w *ops.Value) []*ops.Value {
			return []*ops.Value{b.Add(b.DotGeneral(x, w, dot, ops.Compute), x)}
		}, 1},
		{"an epilogue that reads the parameter", func(b *ops.Builder, x, w *ops.Value) []*ops.Value {
			return []*ops.Value{b.Add(b.DotGeneral(x, w, dot, ops.Compute), w)}
		}, 0},
		{"another reader", func(b *ops.Builder, x, w *ops.Value) []*ops.Value {
			return []*ops.Value{b.DotGeneral(x, w, dot, ops.Compute), b.Neg(w)}
		}, 0},
		{"a watched parameter", func(b *ops.Builder, x, w *ops.Value) []*ops.Value {
			return []*ops.Value{b.DotGeneral(x, w, dot, ops.Compute), w}
		}, 0},
		{"a watched parameter that is the same", func(b *ops.Builder, x, w *ops.Value) []*ops.Value {
			return []*ops.Value{b.DotGeneral(x, w, dot, ops.Compute), b.StopGradient(w)}
		}, 0},
		{"an argument's product with itself", func(b *ops.Builder, x, w *ops.Value) []*ops.Value {
			return []*ops.Value{b.DotGeneral(w, w, dot, ops.Compute)}
		}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := ops.NewBuilder()
			x := b.Argument("x", ops.Compute, 48, 48)
			watched := c.build(b, x, b.ConvertElementType(b.Parameter("w", 48, 48), ops.Compute))
			load := anyValues(t, b.Graph())
			preset, err := policy.Preset("jax-cpu-eager")
			if err != nil {
				t.Fatal(err)
			}
			plan, err := preset.Plan(b.Graph())
			if err != nil {
				t.Fatal(err)
			}
			p := Compile(b.Graph(), []*ops.Plan{plan}, watched)
			if len(p.deferred) != c.deferred {
				t.Errorf("%d parameters are left to products, want %d", len(p.deferred), c.deferred)
			}
			kept := opstest.Kept(b.Graph(), plan, load)
			eachKernel(t, func(t *testing.T) {
				got := opstest.Collect(t, lockStep(2), opstest.Case{Graph: b.Graph(), Plans: []*ops.Plan{plan}, Load: load}, watched)
				for k, v := range watched {
					for i, bits := range got[k][0] {
						if w := opstest.Bits(kept[v.ID], i); bits != w && !opstest.BothNaN(bits, w) {
							t.Fatalf("result %d, element %d is %#x, want %#x", k, i, bits, w)
						}
					}
				}
			})
		})
	}
}

// Plans that agree on one parameter of a unit only share its codes, whichever of them comes first.
func TestParametersOfSomePlans(t *testing.T) {
	lowerLimits(t)
	setLimit(t, &largeBytes, 4096)
	b := ops.NewBuilder()
	x := b.Argument("x", ops.Compute, 48, 48)
	parameter := func(name string) *ops.Value { return b.ConvertElementType(b.Parameter(name, 48, 48), ops.Compute) }
	v, w := parameter("v"), parameter("w")
	y := x
	for _, p := range []*ops.Value{v, w} {
		y = b.DotGeneral(y, p, ops.DotParams{LeftContracting: []int{1}, RightContracting: []int{0}}, ops.Compute)
	}
	both := formatPlan(b.Graph(), bf16.BFloat16)
	one, wide := formatPlan(b.Graph(), bf16.BFloat16), formatPlan(b.Graph(), bf16.Float32)
	one.Nodes[w.Node.Index].Output = bf16.Float16
	for _, huge := range []int{16, 1 << 26} {
		setLimit(t, &hugeElements, huge)
		for _, plans := range [][]*ops.Plan{{both, one, wide}, {one, both, wide}} {
			if p := Compile(b.Graph(), plans, []*ops.Value{y}); len(p.deferred) != 2 {
				t.Errorf("%d parameters are left to products, want 2", len(p.deferred))
			}
			opstest.Compare(t, lockStep(2), opstest.Case{Graph: b.Graph(), Plans: plans, Load: anyValues(t, b.Graph())}, []ops.Tap{{Name: "y", Value: y}})
		}
	}
}

// A run leaves codes to products only if these read them as they are, and never what an inspector is shown.
func TestCodesThatExist(t *testing.T) {
	lowerLimits(t)
	b := ops.NewBuilder()
	w := b.ConvertElementType(b.Parameter("w", 48, 48), ops.Compute)
	y := b.DotGeneral(b.Argument("x", ops.Compute, 48, 48), w, ops.DotParams{LeftContracting: []int{1}, RightContracting: []int{0}}, ops.Compute)
	load := anyValues(t, b.Graph())
	plan := formatPlan(b.Graph(), bf16.BFloat16)
	for _, change := range []func(convert, product *ops.NodePlan){
		func(convert, _ *ops.NodePlan) { convert.Flush = true },
		func(convert, _ *ops.NodePlan) { convert.Output = bf16.Float16 },
		func(_, product *ops.NodePlan) { product.Operands[1] = bf16.TF32 },
		func(_, product *ops.NodePlan) { product.Double = true },
		func(_, product *ops.NodePlan) { product.FromReference[1] = true },
	} {
		other := &ops.Plan{Nodes: append([]ops.NodePlan(nil), plan.Nodes...)}
		change(&other.Nodes[w.Node.Index], &other.Nodes[y.Node.Index])
		if p := Compile(b.Graph(), []*ops.Plan{other}, []*ops.Value{y}); len(p.deferred) != 0 {
			t.Errorf("left to the product under %+v", other.Nodes[w.Node.Index])
		}
	}
	p := Compile(b.Graph(), []*ops.Plan{plan}, []*ops.Value{y})
	if len(p.deferred) != 1 {
		t.Fatalf("%d parameters are left to products", len(p.deferred))
	}
	probe := &inspecting{observer: func(int, int, int64, *ops.Tensor) {}, got: map[*ops.Value][][]uint64{}, seen: map[*ops.Value]int{}, closed: map[*ops.Value]bool{}}
	for _, v := range []*ops.Value{w, y} {
		probe.got[v] = [][]uint64{make([]uint64, v.Shape.Size())}
	}
	if _, err := p.Run(context.Background(), Options{Workers: 1, Load: func(v *ops.Value) (*ops.Tensor, error) { return load(v), nil }, Probe: probe}); err != nil {
		t.Fatal(err)
	}
	kept := opstest.Kept(b.Graph(), plan, load)
	for i, bits := range probe.got[w][0] {
		if want := opstest.Bits(kept[w.ID], i); bits != want && !opstest.BothNaN(bits, want) {
			t.Fatalf("the inspector is shown %#x as element %d, want %#x", bits, i, want)
		}
	}
}

// anyValues returns inputs with values of every kind, none of which has to be one of bfloat16.
func anyValues(t *testing.T, g *ops.Graph) func(*ops.Value) *ops.Tensor {
	t.Helper()
	r := rand.New(rand.NewPCG(25, 26))
	tensors := map[*ops.Value]*ops.Tensor{}
	for _, v := range g.Inputs {
		x := ops.NewTensor(v.Shape, ops.StoreFloat32)
		copy(x.F32, someValues[float32](r, len(x.F32), false))
		tensors[v] = x
	}
	return func(v *ops.Value) *ops.Tensor { return tensors[v] }
}
