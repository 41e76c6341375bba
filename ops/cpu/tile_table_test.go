package cpu

import (
	"fmt"
	"testing"

	"bf16lab/bf16"
	"bf16lab/ops"
	"bf16lab/ops/elementary"
	"bf16lab/ops/opstest"
)

// chainGraph has a chain of equations on one value, of which a part is also read by others.
func chainGraph() (g *ops.Graph, x, scaled, gelu, sum *ops.Value) {
	b := ops.NewBuilder()
	x = b.Add(b.Argument("x", ops.Compute, 30, 70), b.Argument("row", ops.Compute, 1, 70))
	scaled = b.Mul(x, ops.Scalar(1.5))
	gelu = b.Mul(b.Logistic(scaled), x)
	sum = b.Add(b.Exp(gelu), b.Argument("other", ops.Compute, 30, 70))
	return b.Graph(), x, scaled, gelu, sum
}

// A table carries out a chain where nobody wants what lies within it, and the chain up to there where somebody does.
func TestTablesOfChains(t *testing.T) {
	lowerLimits(t)
	if activeElementwise().lookup == nil {
		t.Skip("this build or processor has no kernel for lookups")
	}
	g, x, scaled, gelu, sum := chainGraph()
	plan := formatPlan(g, bf16.BFloat16)
	for i := range plan.Nodes {
		plan.Nodes[i].Functions = elementary.XLACPU.Name
	}
	for _, c := range []struct {
		watched []*ops.Value
		tables  int // steps with tables
		left    int // steps that are carried out
	}{{[]*ops.Value{sum}, 1, 3}, {[]*ops.Value{sum, scaled}, 1, 4}, {[]*ops.Value{sum, gelu}, 2, 4}, {[]*ops.Value{sum, x}, 1, 3}} {
		p := Compile(g, []*ops.Plan{plan}, c.watched)
		tables, left := 0, 0
		for _, st := range tileSteps(t, p, load) {
			if st.table != nil {
				tables++
			}
			if !st.fused {
				left++
			}
		}
		if tables != c.tables || left != c.left {
			t.Errorf("%d values are watched: %d tables and %d steps, want %d and %d", len(c.watched), tables, left, c.tables, c.left)
		}
	}
}

// Chains that differ in a number or in how a plan carries them out have tables of their own.
func TestTablesAreTheirChains(t *testing.T) {
	lowerLimits(t)
	differ := map[string]bool{}
	for _, scale := range []float64{1.5, -1.75} {
		b := ops.NewBuilder()
		x := b.Mul(b.Argument("x", ops.Compute, 300, 220), b.Argument("row", ops.Compute, 1, 220))
		y := b.Div(ops.Scalar(1), b.Add(b.Exp(b.Mul(x, ops.Scalar(scale))), ops.Scalar(1)))
		codes := func(v *ops.Value) *ops.Tensor {
			out := ops.NewTensor(v.Shape, ops.StoreFloat32)
			for i := range out.F32 {
				out.F32[i] = 1
				if v.Shape[0] > 1 {
					out.F32[i] = bf16.FromBFloat16(uint16(i))
				}
			}
			return out
		}
		for _, flush := range []bool{false, true} {
			for _, functions := range []string{elementary.XLACPU.Name, elementary.XLACPUFused.Name} {
				plan := formatPlan(b.Graph(), bf16.BFloat16)
				for i := range plan.Nodes {
					plan.Nodes[i].Functions, plan.Nodes[i].Flush = functions, flush
					plan.Nodes[i].FlushOperands = [3]bool{flush && i == 0, flush && i == 0}
				}
				c := opstest.Case{Graph: b.Graph(), Plans: []*ops.Plan{plan}, Load: codes}
				got := opstest.Collect(t, lockStep(2), c, []*ops.Value{y})[0][0]
				want := opstest.Kept(b.Graph(), plan, codes)[y.ID]
				for i, bits := range got {
					if w := opstest.Bits(want, i); bits != w && !opstest.BothNaN(bits, w) {
						t.Fatalf("scale %v, flush %v, %s: element %d is %#x, want %#x", scale, flush, functions, i, bits, w)
					}
				}
				differ[fmt.Sprint(got)] = true
			}
		}
	}
	if len(differ) < 4 {
		t.Errorf("%d different results of 8 chains: keys that leave something out would not be seen", len(differ))
	}
}

// The value that a chain begins with is there until the table is read, though the equation that reads it comes earlier.
func TestTablesReadWhatIsThere(t *testing.T) {
	lowerLimits(t)
	b := ops.NewBuilder()
	argument := func(name string) *ops.Value { return b.Argument(name, ops.Compute, 90, 70) }
	x := b.Add(argument("x"), b.Argument("row", ops.Compute, 1, 70))
	y := b.Exp(x)
	other := b.Add(argument("p"), argument("q"))
	third := b.Mul(other, argument("r"))
	sum := b.Add(b.Add(b.Log1p(y), other), third)
	plan := formatPlan(b.Graph(), bf16.BFloat16)
	for i := range plan.Nodes {
		plan.Nodes[i].Functions = elementary.XLACPU.Name
	}
	c := opstest.Case{Graph: b.Graph(), Plans: []*ops.Plan{plan}, Load: load}
	got := opstest.Collect(t, lockStep(2), c, []*ops.Value{sum})[0][0]
	want := opstest.Kept(b.Graph(), plan, load)[sum.ID]
	for i, bits := range got {
		if w := opstest.Bits(want, i); bits != w && !opstest.BothNaN(bits, w) {
			t.Fatalf("element %d is %#x, want %#x", i, bits, w)
		}
	}
}
