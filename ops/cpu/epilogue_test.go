package cpu_test

import (
	"fmt"
	"slices"
	"testing"

	"bf16lab/bf16"
	"bf16lab/ops"
	"bf16lab/ops/cpu"
	"bf16lab/ops/opstest"
)

// epilogueCase is a product with what follows it.
type epilogueCase struct {
	name  string
	build func(b *ops.Builder) *ops.Value
	want  []int // equations of each epilogue
}

// arguments of the cases: x and residual of all rows, weights, a row and a single value.
func argument(b *ops.Builder, name string, shape ...int) *ops.Value {
	return b.ConvertElementType(b.Argument(name, ops.Float32, shape...), ops.Compute)
}

func project(b *ops.Builder, batch, rows, depth, columns int) *ops.Value {
	x, w := argument(b, "x", batch, rows, depth), argument(b, "w", depth, columns)
	return b.DotGeneral(x, w, ops.DotParams{LeftContracting: []int{2}, RightContracting: []int{0}}, ops.Compute)
}

func spread(b *ops.Builder, name string, like *ops.Value) *ops.Value {
	columns := like.Shape[len(like.Shape)-1]
	shape := make(ops.Shape, len(like.Shape))
	for i := range shape {
		shape[i] = 1
	}
	shape[len(shape)-1] = columns
	return b.BroadcastInDim(argument(b, name, columns), shape, len(shape)-1)
}

var epilogueCases = []epilogueCase{
	{"bias and residual", func(b *ops.Builder) *ops.Value {
		y := project(b, 1, 40, 70, 48)
		y = b.Add(y, spread(b, "bias", y))
		return b.Add(argument(b, "residual", y.Shape...), y)
	}, []int{2}},
	{"everything", func(b *ops.Builder) *ops.Value {
		y := project(b, 2, 37, 130, 33)
		y = b.Sub(y, spread(b, "bias", y))
		y = b.Max(b.Mul(spread(b, "scale", y), y), ops.Scalar(0))
		y = b.Mul(argument(b, "factor"), y)
		return b.Sub(argument(b, "residual", y.Shape...), b.Min(y, argument(b, "most", y.Shape...)))
	}, []int{6}},
	{"convolution", func(b *ops.Builder) *ops.Value {
		x, w := argument(b, "x", 2, 30, 24), argument(b, "w", 5, 24, 40)
		y := b.ConvGeneralDilated(x, w)
		y = b.Add(y, spread(b, "bias", y))
		return b.Add(y, argument(b, "residual", y.Shape...))
	}, []int{2}},
	{"few columns", func(b *ops.Builder) *ops.Value { // computed transposed
		y := project(b, 1, 300, 64, 5)
		return b.Add(b.Add(y, spread(b, "bias", y)), argument(b, "residual", y.Shape...))
	}, []int{2}},
	{"many columns", func(b *ops.Builder) *ops.Value { // cut between workers
		residual := argument(b, "residual", 1, 6, 2100) // too large to be made between
		y := project(b, 1, 6, 400, 2100)
		return b.Add(b.Add(y, spread(b, "bias", y)), residual)
	}, []int{2}},
	{"itself", func(b *ops.Builder) *ops.Value {
		y := project(b, 1, 20, 9, 40)
		return b.Exp(b.Add(y, y))
	}, []int{1}},
	{"its own operand", func(b *ops.Builder) *ops.Value {
		x := argument(b, "x", 1, 48, 48)
		y := b.DotGeneral(x, b.Reshape(x, 48, 48), ops.DotParams{LeftContracting: []int{2}, RightContracting: []int{0}}, ops.Compute)
		return b.Mul(b.Add(y, x), x)
	}, []int{2}},
	{"residual that is made in strips", func(b *ops.Builder) *ops.Value {
		x := b.Exp(argument(b, "x", 1, 200, 24))
		later := b.Exp(b.Neg(x))
		y := b.ConvGeneralDilated(x, argument(b, "w", 5, 24, 24))
		return b.Add(b.Add(y, spread(b, "bias", y)), later)
	}, []int{2}},
	{"copied operand", func(b *ops.Builder) *ops.Value { // the kernels cannot read it as it is
		x, w := argument(b, "x", 2, 20, 30, 40), argument(b, "w", 20, 40, 48)
		y := b.DotGeneral(x, w, ops.DotParams{LeftContracting: []int{1, 3}, RightContracting: []int{0, 1}}, ops.Compute)
		return b.Exp(b.Add(y, spread(b, "bias", y)))
	}, nil},
	{"used twice", func(b *ops.Builder) *ops.Value {
		y := project(b, 1, 20, 9, 40)
		z := b.Add(y, spread(b, "bias", y))
		return b.Mul(b.Exp(z), b.Add(z, y))
	}, nil},
}

// TestEpilogues carries out what follows a product while its results are in cache, under every preset alone and under all together,
// as a whole and in strips: the bits are those of the definition.
func TestEpilogues(t *testing.T) {
	cpu.LowerLimits(t)
	for _, e := range epilogueCases {
		b := ops.NewBuilder()
		y := e.build(b)
		taps := []ops.Tap{{Name: "y", Value: y}}
		for _, c := range presetCases(t, b.Graph()) {
			for _, strip := range []int{0, 300} {
				t.Run(fmt.Sprintf("%s %s %d", e.name, c.Name, strip), func(t *testing.T) {
					opstest.Compare(t, withEpilogues(t, strip, e.want), c, taps)
				})
			}
		}
	}
}

// A value that somebody watches is stored, so it ends the epilogue.
func TestEpilogueEndsWithWhatIsWatched(t *testing.T) {
	cpu.LowerLimits(t)
	b := ops.NewBuilder()
	y := project(b, 1, 40, 70, 48)
	biased := b.Add(y, spread(b, "bias", y))
	sum := b.Add(biased, argument(b, "residual", y.Shape...))
	for _, c := range presetCases(t, b.Graph()) {
		opstest.Compare(t, withEpilogues(t, 0, []int{1}), c, []ops.Tap{{Name: "biased", Value: biased}, {Name: "sum", Value: sum}})
		opstest.Compare(t, withEpilogues(t, 0, nil), c, []ops.Tap{{Name: "product", Value: y}, {Name: "sum", Value: sum}})
	}
}

// A product that is not rounded is as wide as its sums when the epilogue takes it.
func TestEpilogueOfUnroundedProduct(t *testing.T) {
	cpu.LowerLimits(t)
	b := ops.NewBuilder()
	y := project(b, 1, 40, 70, 48)
	sum := b.Add(b.Mul(y, argument(b, "scale", y.Shape...)), spread(b, "bias", y))
	c := presetCases(t, b.Graph())[1]
	plan := *c.Plans[0]
	plan.Nodes = slices.Clone(plan.Nodes)
	plan.Nodes[sum.Node.Index].Output, plan.Nodes[sum.Node.Index].Round = bf16.BFloat16, true
	if product, last := plan.Nodes[y.Node.Index].Storage(y.DType), plan.Nodes[sum.Node.Index].Storage(y.DType); product != ops.StoreFloat32 || last != ops.StoreBFloat16 {
		t.Fatalf("%s keeps the product as %v and the sum as %v", c.Name, product, last)
	}
	c.Plans = []*ops.Plan{&plan}
	opstest.Compare(t, withEpilogues(t, 0, []int{2}), c, []ops.Tap{{Name: "sum", Value: sum}})
}

// A product takes the residual of its epilogue strip by strip as well.
func TestEpilogueFlows(t *testing.T) {
	cpu.LowerLimits(t)
	b := ops.NewBuilder()
	x := b.Exp(argument(b, "x", 1, 200, 24))
	later := b.Exp(b.Neg(x))
	y := b.Add(b.ConvGeneralDilated(x, argument(b, "w", 5, 24, 24)), later)
	for _, c := range presetCases(t, b.Graph()) {
		p := cpu.CompileStrips(c.Graph, c.Plans, []*ops.Value{y}, 300)
		if got := p.Flows(); !slices.Equal(got, []int{2}) {
			t.Errorf("%s: flows of %v units, want one of the product and what makes its operands", c.Name, got)
		}
	}
}

// An inspector is shown what goes into an epilogue and what happens there.
func TestEpilogueInParts(t *testing.T) {
	cpu.LowerLimits(t)
	for _, e := range epilogueCases {
		b := ops.NewBuilder()
		y := e.build(b)
		inParts(t, b.Graph(), y, func(p *cpu.Program) int { return max(len(p.Epilogues()), 1) })
	}
}

// withEpilogues is package ops/cpu, with epilogues of so many equations.
func withEpilogues(t *testing.T, strip int, want []int) opstest.Backend {
	return func(g *ops.Graph, plans []*ops.Plan, watched []*ops.Value, load func(*ops.Value) *ops.Tensor, observe func(int, int, int64, *ops.Tensor)) error {
		p := cpu.Compile(g, plans, watched)
		if strip > 0 {
			p = cpu.CompileStrips(g, plans, watched, strip)
		}
		if got := p.Epilogues(); !slices.Equal(got, want) {
			t.Errorf("epilogues of %v equations, want %v", got, want)
		}
		return runAsEstimated(t, p, load, observe)
	}
}
