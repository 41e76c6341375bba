package cpu

import (
	"context"
	"sync"
	"testing"

	"bf16lab/bf16"
	"bf16lab/ops"
	"bf16lab/ops/opstest"

	"pgregory.net/rapid"
)

// inspecting collects what an inspector is shown.
type inspecting struct {
	observer
	mu      sync.Mutex
	got     map[*ops.Value][][]uint64 // by plan and element
	seen    map[*ops.Value]int
	missing int // operands that were not kept
	closed  map[*ops.Value]bool
}

func (s *inspecting) Inspect(v *ops.Value, offset int64, plans []int, result *ops.Tensor, operands []*ops.Tensor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, o := range v.Node.In {
		if o.Value != nil && (operands[i] == nil || operands[i].Shape.Size() != o.Value.Shape.Size()) {
			s.missing++
		}
	}
	for _, plan := range plans {
		for k := range result.Shape.Size() {
			s.got[v][plan][int(offset)+k] = opstest.Bits(result, k)
			s.seen[v]++
		}
	}
}

func (s *inspecting) Inspected(v *ops.Value) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed[v] = true
}

// TestInspect compares every element of every result that an inspector is shown with the definitions, in row units and outside of
// them; all operands have to be there.
func TestInspect(t *testing.T) {
	lowerLimits(t)
	rapid.Check(t, func(t *rapid.T) {
		g := drawChain(t)
		hugeElements = rapid.SampledFrom([]int{16, 1 << 26}).Draw(t, "huge")
		kept := formatPlan(g, bf16.Float32)
		for i := range kept.Nodes {
			kept.Nodes[i].FromReference = [3]bool{true, true, true}
		}
		plans := []*ops.Plan{kept, formatPlan(g, bf16.BFloat16)}
		probe := &inspecting{observer: func(int, int, int64, *ops.Tensor) {}, got: map[*ops.Value][][]uint64{}, seen: map[*ops.Value]int{}, closed: map[*ops.Value]bool{}}
		for _, n := range g.Nodes {
			for range plans {
				probe.got[n.Out[0]] = append(probe.got[n.Out[0]], make([]uint64, n.Out[0].Shape.Size()))
			}
		}
		last := g.Taps[len(g.Taps)-1].Value
		_, err := Compile(g, plans, []*ops.Value{last}).Run(context.Background(), Options{
			Workers: rapid.IntRange(1, 3).Draw(t, "workers"), Load: func(v *ops.Value) (*ops.Tensor, error) { return load(v), nil }, Probe: probe,
		})
		if err != nil {
			t.Fatal(err)
		}
		if probe.missing > 0 {
			t.Errorf("%d operands were not kept", probe.missing)
		}
		for p, plan := range plans {
			want := opstest.Kept(g, plan, load)
			for n := range feeding(last.Node) {
				v := n.Out[0]
				if size := v.Shape.Size(); probe.seen[v] != len(plans)*size || !probe.closed[v] {
					t.Fatalf("%s: %d elements seen of %d under %d plans", n.Primitive, probe.seen[v], size, len(plans))
				}
				for k, bits := range probe.got[v][p] {
					if w := opstest.Bits(want[v.ID], k); bits != w && !opstest.BothNaN(bits, w) {
						t.Fatalf("%s, equation %d %s, element %d: %#x, want %#x", plan.Name, n.Index, n.Primitive, k, bits, w)
					}
				}
			}
		}
	})
}

// feeding returns an equation and those that it depends on.
func feeding(n *ops.Node) map[*ops.Node]bool {
	all := map[*ops.Node]bool{n: true}
	for open := []*ops.Node{n}; len(open) > 0; open = open[1:] {
		for _, o := range open[0].In {
			if o.Value != nil && o.Value.Node != nil && !all[o.Value.Node] {
				all[o.Value.Node] = true
				open = append(open, o.Value.Node)
			}
		}
	}
	return all
}
