package cpu

import (
	"context"
	"fmt"
	"testing"

	"bf16lab/bf16"
	"bf16lab/ops"
	"bf16lab/ops/opstest"

	"pgregory.net/rapid"
)

// lowerLimits makes small graphs take the ways of large ones until the test ends.
func lowerLimits(t *testing.T) {
	old := [...]int{smallSize, aheadSize, tileElements, observeElements, hugeElements, tableElements, pastBytes}
	smallSize, aheadSize, tileElements, observeElements, tableElements, pastBytes = 8, 64, 32, 16, 32, 64
	t.Cleanup(func() {
		smallSize, aheadSize, tileElements, observeElements, hugeElements, tableElements, pastBytes = old[0], old[1], old[2], old[3], old[4], old[5], old[6]
	})
}

// drawChain draws a graph in which row units are long: arithmetic along the rows, sums that are broadcast again, moves, and
// now and then a product or a transpose. Every value is tapped.
func drawChain(t *rapid.T) *ops.Graph {
	b := ops.NewBuilder()
	rows, columns := rapid.SampledFrom([]int{6, 24}).Draw(t, "rows"), rapid.SampledFrom([]int{4, 8}).Draw(t, "columns")
	known := []*ops.Value{b.Argument("x", ops.Float32, rows, columns)}
	shared := b.Argument("shared", ops.Float32, 1, columns)
	weights := b.Argument("weights", ops.Float32, columns, columns)
	known[0] = b.ConvertElementType(known[0], ops.Compute)
	any := func() *ops.Value { return rapid.SampledFrom(known).Draw(t, "value") }
	for range rapid.IntRange(4, 20).Draw(t, "equations") {
		x := known[len(known)-1]
		var y *ops.Value
		switch rapid.IntRange(0, 8).Draw(t, "kind") {
		case 0:
			y = b.Add(x, any())
		case 1:
			y = b.Mul(any(), x)
		case 2:
			y = b.Sub(x, b.BroadcastInDim(b.ReduceMax(x, 1), ops.Shape{rows, 1}, 0))
		case 3:
			y = b.Max(b.Add(x, b.ConvertElementType(shared, ops.Compute)), ops.Scalar(-1))
		case 4:
			y = b.StopGradient(x)
		case 5:
			y = b.Transpose(b.Reshape(b.Transpose(x, 1, 0), columns, rows), 1, 0)
		case 6:
			y = b.DotGeneral(x, b.ConvertElementType(weights, ops.Compute), ops.DotParams{LeftContracting: []int{1}, RightContracting: []int{0}}, ops.Compute)
		case 7:
			half := b.Slice(x, []int{0, 0}, []int{rows, columns / 2})
			y = b.Concatenate(1, b.Neg(half), half)
		default:
			y = b.Reshape(b.ReduceSum(b.Stack(1, x, any(), any(), x), 1), rows, columns)
		}
		known = append(known, y)
	}
	for _, n := range b.Graph().Nodes {
		b.Graph().Taps = append(b.Graph().Taps, ops.Tap{Name: fmt.Sprintf("%d %s", n.Index, n.Primitive), Value: n.Out[0]})
	}
	return b.Graph()
}

// drawReader draws a plan in a format that takes some operands from the reference, rounded to that format.
func drawReader(t *rapid.T, g *ops.Graph, format bf16.Format) *ops.Plan {
	plan := formatPlan(g, format)
	for _, n := range g.Nodes {
		np := &plan.Nodes[n.Index]
		for i := range min(3, len(n.In)) {
			if rapid.IntRange(0, 2).Draw(t, "from reference") > 0 {
				continue
			}
			np.FromReference[i] = true
			if format != bf16.Float32 {
				np.Operands[i], np.Alias = format, false
			}
		}
	}
	return plan
}

// formatPlan computes everything in a format; a conversion and what does nothing are aliases.
func formatPlan(g *ops.Graph, format bf16.Format) *ops.Plan {
	plan := &ops.Plan{Name: format.Name, Nodes: make([]ops.NodePlan, len(g.Nodes))}
	for _, n := range g.Nodes {
		np := &plan.Nodes[n.Index]
		np.Output, np.Literal, np.Round = format, format, !n.Primitive.Moves()
		np.Alias = n.Primitive == ops.StopGradientPrimitive || n.Primitive == ops.ConvertElementTypePrimitive && format == bf16.Float32
		np.Round = np.Round && !np.Alias
	}
	return plan
}

// TestFromReference compares plans that take operands from the reference with the definitions, in row units and outside of
// them, whether instances run tile by tile or one after the other, and with any number of workers.
func TestFromReference(t *testing.T) {
	lowerLimits(t)
	rapid.Check(t, func(t *rapid.T) {
		g := drawChain(t)
		hugeElements = rapid.SampledFrom([]int{16, 1 << 26}).Draw(t, "huge")
		c := opstest.Case{Graph: g, Load: load, Plans: []*ops.Plan{
			formatPlan(g, bf16.Float32), formatPlan(g, bf16.BFloat16), drawReader(t, g, bf16.BFloat16), drawReader(t, g, bf16.Float32),
		}}
		workers := rapid.IntRange(1, 3).Draw(t, "workers")
		opstest.Compare(t, lockStep(workers), c, g.Taps)
		some := g.Taps[rapid.IntRange(0, len(g.Taps)-1).Draw(t, "watched"):]
		opstest.Compare(t, lockStep(workers), c, some[:1])
	})
}

// load returns deterministic values of both signs.
func load(v *ops.Value) *ops.Tensor {
	out := ops.NewTensor(v.Shape, ops.StoreFloat32)
	for i := range out.F32 {
		out.F32[i] = float32((i*7919+v.ID*104729)%2003-1001) / 517
	}
	return out
}

// lockStep is the package as the suite sees it.
func lockStep(workers int) opstest.Backend {
	return func(g *ops.Graph, plans []*ops.Plan, watched []*ops.Value, load func(*ops.Value) *ops.Tensor, observe func(int, int, int64, *ops.Tensor)) error {
		_, err := Compile(g, plans, watched).Run(context.Background(), Options{
			Workers: workers, Load: func(v *ops.Value) (*ops.Tensor, error) { return load(v), nil }, Probe: observer(observe),
		})
		return err
	}
}

// observer passes every observed value on, that of the reference once.
type observer func(watch, plan int, offset int64, values *ops.Tensor)

func (observer) Begin(int, int) {}
func (observer) End(int)        {}
func (f observer) Observe(watch, _ int, offset int64, values []*ops.Tensor) {
	for plan, t := range values {
		if t != nil && (plan > 0 || firstPass(values)) {
			f(watch, plan, offset, t)
		}
	}
}

// firstPass tells whether the reference is computed in this pass, or only there for comparison with the others.
func firstPass(values []*ops.Tensor) bool {
	missing, other := false, false
	for _, v := range values[1:] {
		missing = missing || v == nil
		other = other || v != nil && v != values[0]
	}
	return !(missing && other)
}
