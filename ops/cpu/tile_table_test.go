package cpu

import (
	"math/rand/v2"
	"testing"

	"bf16lab/bf16"
	"bf16lab/ops"
)

func TestLookupKernel(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		f := activeElementwise().lookup
		if f == nil {
			return
		}
		r := rand.New(rand.NewPCG(31, 32))
		var values table
		for i := range values {
			values[i] = uint16(r.Uint32())
		}
		for _, n := range []int{0, 1, 15, 16, 17, 160, 333, codes} {
			x, got := make([]uint16, n), make([]uint16, n+1)
			for i := range x {
				x[i] = uint16(r.Uint32())
			}
			f.run(got[:n], x, &values)
			for i, code := range x {
				if got[i] != values[code] {
					t.Fatalf("%d codes: element %d is %04x, want %04x", n, i, got[i], values[code])
				}
			}
			if got[n] != 0 {
				t.Fatalf("%d codes: wrote beyond them", n)
			}
		}
	})
}

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
		t.Skip("no kernel")
	}
	g, x, scaled, gelu, sum := chainGraph()
	plan := formatPlan(g, bf16.BFloat16)
	for i := range plan.Nodes {
		plan.Nodes[i].Functions = "xla-cpu"
	}
	for _, c := range []struct {
		watched []*ops.Value
		tables  int // steps with tables
		left    int // steps that are carried out
	}{{[]*ops.Value{sum}, 1, 3}, {[]*ops.Value{sum, scaled}, 1, 4}, {[]*ops.Value{sum, gelu}, 2, 4}, {[]*ops.Value{sum, x}, 1, 3}} {
		p := Compile(g, []*ops.Plan{plan}, c.watched)
		r := p.newRun(Options{Workers: 1, Load: func(v *ops.Value) (*ops.Tensor, error) { return load(v), nil }})
		tables, left := 0, 0
		for _, s := range p.stages {
			for _, u := range s.step.units {
				if err := r.load(u); err != nil {
					t.Fatal(err)
				}
				if u.rows == 0 {
					t.Fatalf("%s is not in a row unit", u.nodes[0].Primitive)
				}
				for _, st := range r.newTileProgram(u, s.step.instances[0], 8).steps {
					if st.table != nil {
						tables++
					}
					if !st.fused {
						left++
					}
				}
			}
		}
		r.releaseAll()
		if tables != c.tables || left != c.left {
			t.Errorf("%d values are watched: %d tables and %d steps, want %d and %d", len(c.watched), tables, left, c.tables, c.left)
		}
	}
}
