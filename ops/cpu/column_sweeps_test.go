package cpu

import (
	"context"
	"testing"

	"bf16lab/bf16"
	"bf16lab/model"
	"bf16lab/ops"
	"bf16lab/policy"
)

// Cells that are runs of rows are cut into chunks that are runs too, and end where the cell ends; others are not cut.
func TestCellChunks(t *testing.T) {
	axes := func(a ...bf16.SumAxis) (order bf16.SumOrder) {
		order.Kind = bf16.Tiles
		copy(order.Axes[:], a)
		return order
	}
	for _, c := range []struct {
		order  bf16.SumOrder
		rows   int
		chunks int // 0: not cut
	}{
		{axes(), 700, 3},
		{axes(bf16.SumAxis{Size: 5, Step: 1, Cells: 6}, bf16.SumAxis{Size: 600}), 3000, 15},
		{axes(bf16.SumAxis{Size: 700, Step: 300}), 700, 5},
		{axes(bf16.SumAxis{Size: 5, Step: 3}, bf16.SumAxis{Size: 300, Step: 135}), 1500, 0}, // rows with gaps
	} {
		chunks, ok := cellChunks(c.order.Grid(c.rows), c.rows)
		if ok != (c.chunks > 0) {
			t.Errorf("%+v: cut %v", c, ok)
		}
		if !ok {
			continue
		}
		if len(chunks) != c.chunks {
			t.Errorf("%+v: %d chunks", c, len(chunks))
		}
		next, open := 0, -1
		for _, x := range chunks {
			if x.lo != next || x.hi <= x.lo || x.hi-x.lo > sweepRows || x.begins != (open < 0) || open >= 0 && open != x.cell {
				t.Errorf("%+v: chunk %+v after row %d, cell %d open", c, x, next, open)
			}
			if !x.ends && (x.hi-x.lo)%sweepRows != 0 {
				t.Errorf("%+v: chunk %+v cannot be followed by another", c, x)
			}
			if next, open = x.hi, x.cell; x.ends {
				open = -1
			}
		}
		if next != c.rows || open != -1 {
			t.Errorf("%+v: ends at row %d, cell %d open", c, next, open)
		}
	}
}

// The standardisation of weights takes the sums of its chunks, and has no whole value that it could do without.
func TestStandardisationInSweeps(t *testing.T) {
	if activeElementwise().copy == nil {
		t.Skip("this build or processor has no elementwise kernels")
	}
	b := ops.NewBuilder()
	y := model.StandardizedConv1D(b, b.Argument("x", ops.Compute, 1, 2, 600), 96, 5)
	for _, c := range []struct {
		preset       string
		wide, narrow int // whole values in float32 and in bfloat16
	}{
		{"jax-cpu-eager", 0, 1}, // the mean is subtracted in place
		{"f32", 1, 0},
	} {
		preset, err := policy.Preset(c.preset)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := preset.Plan(b.Graph())
		if err != nil {
			t.Fatal(err)
		}
		p := firstColumnProgram(t, Compile(b.Graph(), []*ops.Plan{plan}, []*ops.Value{y}))
		sums, whole := 0, map[ops.Storage]int{}
		for _, s := range p.sweeps {
			if s.sums {
				sums++
			}
		}
		for _, s := range p.slots {
			if s.size == p.block*p.unit.columnRows {
				whole[s.storage]++
			}
		}
		if sums != 3 || whole[ops.StoreFloat32] != c.wide || whole[ops.StoreBFloat16] != c.narrow {
			t.Errorf("%s: %d sums by chunks, whole values %v", c.preset, sums, whole)
		}
	}
}

// No buffer has the rows of a chunk at one time and all rows at another: what a chunk leaves there would be lost.
func TestBuffersOfChunks(t *testing.T) {
	for _, shape := range [][2]int{{5, 600}, {3, 64}, {15, 4}, {2, 128}} {
		b := ops.NewBuilder()
		y := model.StandardizedConv1D(b, b.Argument("x", ops.Compute, 1, 2, shape[1]), 288, shape[0])
		for _, name := range policy.Presets() {
			preset, err := policy.Preset(name)
			if err != nil {
				t.Fatal(err)
			}
			plan, err := preset.Plan(b.Graph())
			if err != nil {
				continue // of a larger model
			}
			p := firstColumnProgram(t, Compile(b.Graph(), []*ops.Plan{plan}, []*ops.Value{y}))
			local := map[int]bool{}
			use := func(slot int, isLocal bool) {
				if was, used := local[slot]; used && was != isLocal {
					t.Errorf("%v, %s: buffer %d has all rows and those of a chunk", shape, name, slot)
				}
				local[slot] = isLocal
			}
			for i, step := range p.operands {
				for _, o := range step {
					if o.gather != noBuffer {
						use(o.gather, o.local)
					}
				}
				if at := p.places[i]; p.unit.column[i].whole {
					use(at.slot, at.local)
				}
			}
		}
	}
}

// firstColumnProgram carries a program with one plan out up to its first column unit, and returns what that is about to do.
func firstColumnProgram(t *testing.T, p *Program) *columnProgram {
	t.Helper()
	r := p.newRun(Options{Workers: 1, Load: func(v *ops.Value) (*ops.Tensor, error) { return ops.NewTensor(v.Shape, ops.StoreFloat32), nil }})
	defer r.releaseAll()
	for _, stage := range p.stages {
		u := stage.step.units[0]
		if u.column == nil {
			if err := r.runStep(context.Background(), stage.step, 0); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := r.load(u); err != nil {
			t.Fatal(err)
		}
		return r.newColumnProgram(u, stage.step.instances[0])
	}
	t.Fatal("no column unit")
	return nil
}
