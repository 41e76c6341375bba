package cpu

import (
	"testing"

	"bf16lab/bf16"
	"bf16lab/model"
	"bf16lab/ops"
	"bf16lab/ops/elementary"
	"bf16lab/ops/opstest"
)

// pastGraph has a GELU that is kept because another unit reads an element of it; an equation of its own unit may read it as well.
func pastGraph(read bool) (g *ops.Graph, gelu, result *ops.Value) {
	b := ops.NewBuilder()
	x := b.Add(b.Argument("x", ops.Compute, 90, 64), b.Argument("row", ops.Compute, 1, 64))
	gelu = b.Mul(b.Logistic(b.Mul(x, ops.Scalar(1.5))), x)
	first := func(v *ops.Value) *ops.Value { return b.Slice(v, []int{0, 0}, []int{1, 1}) }
	if read {
		sum := b.Add(gelu, b.Argument("other", ops.Compute, 90, 64))
		return b.Graph(), gelu, b.Add(first(gelu), first(sum))
	}
	return b.Graph(), gelu, first(gelu)
}

// Large results go past the caches unless they are read or watched while they are made; their bits are the same.
func TestLargeResultsGoPastCaches(t *testing.T) {
	lowerLimits(t)
	if activeElementwise().lookup == nil {
		t.Skip("this build or processor has no kernels that write past the caches")
	}
	for _, format := range []bf16.Format{bf16.Float32, bf16.BFloat16} {
		for _, c := range []struct{ read, watched, large, past bool }{
			{large: true, past: true}, {}, {read: true, large: true}, {watched: true, large: true},
		} {
			g, gelu, result := pastGraph(c.read)
			plan := formatPlan(g, format)
			for i := range plan.Nodes {
				plan.Nodes[i].Functions = elementary.XLACPU.Name
			}
			watched := []*ops.Value{result}
			if c.watched {
				watched = append(watched, gelu)
			}
			setLimit(t, &pastBytes, 1<<30)
			if c.large {
				setLimit(t, &pastBytes, 256)
			}
			past := false
			for _, st := range tileSteps(t, Compile(g, []*ops.Plan{plan}, watched), load) {
				past = past || st.past
			}
			if past != c.past {
				t.Errorf("%v, %+v: past caches %v", format, c, past)
			}
			got := opstest.Collect(t, lockStep(2), opstest.Case{Graph: g, Plans: []*ops.Plan{plan}, Load: load}, watched)
			kept := opstest.Kept(g, plan, load)
			for k, v := range watched {
				for i, bits := range got[k][0] {
					if w := opstest.Bits(kept[v.ID], i); bits != w && !opstest.BothNaN(bits, w) {
						t.Fatalf("%v, %+v: element %d of value %d is %#x, want %#x", format, c, i, k, bits, w)
					}
				}
			}
		}
	}
}

// What others read after every strip is as large as a strip.
func TestStripsOfUnits(t *testing.T) {
	lowerLimits(t)
	g := model.Trace(model.Miniature())
	plans := []*ops.Plan{formatPlan(g, bf16.Float32)}
	watched := []*ops.Value{g.Taps[len(g.Taps)-1].Value}
	flows := 0
	for _, s := range CompileStrips(g, plans, watched, 500).stages {
		if s.flow != nil {
			flows++
		}
	}
	if flows == 0 {
		t.Fatal("no unit is carried out in strips")
	}
	for _, p := range []*Program{Compile(g, plans, watched), CompileStrips(g, plans, watched, 500)} {
		for _, s := range p.stages {
			want := 1
			if s.flow != nil {
				want = s.flow.strips
			}
			for _, step := range s.steps() {
				if got := p.strips(step.units[0]); got != want {
					t.Errorf("a unit is carried out in %d strips, want %d", got, want)
				}
			}
		}
	}
}
