package opstest

import (
	"fmt"
	"math"
	"sync"
	"testing"

	"bf16lab/ops"
)

// Backend carries out plans in lock step and gives each watched value of each plan to observe, in chunks that together
// hold every element once. observe may be called from several goroutines at a time.
type Backend func(g *ops.Graph, plans []*ops.Plan, watched []*ops.Value, load func(*ops.Value) *ops.Tensor,
	observe func(watch, plan int, offset int64, values *ops.Tensor)) error

// Case is a graph with plans and inputs that a backend is tested on.
type Case struct {
	Name  string
	Graph *ops.Graph
	Plans []*ops.Plan
	Load  func(*ops.Value) *ops.Tensor
}

// TB is the part of testing.TB that the suite uses; *rapid.T has it too.
type TB interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// Run compares a backend with the interpreter: every tap of every plan, bit by bit. NaN equals NaN.
func Run(t *testing.T, backend Backend, cases []Case) {
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) { Compare(t, backend, c, c.Graph.Taps) })
	}
}

// Compare compares a backend with the interpreter at some taps. The first plan is the reference that others may impose
// results of.
func Compare(t TB, backend Backend, c Case, taps []ops.Tap) {
	t.Helper()
	watched := make([]*ops.Value, len(taps))
	for i, tap := range taps {
		watched[i] = tap.Value
	}
	got := Collect(t, backend, c, watched)
	var reference []*ops.Tensor
	for p, plan := range c.Plans {
		kept := interpret(c.Graph, plan, c.Load, reference)
		if p == 0 {
			reference = kept
		}
		want := seen(c.Graph, plan, kept)
		for i, tap := range taps {
			if msg := differ(got[i][p], want[tap.Value.ID]); msg != "" {
				t.Fatalf("plan %s, tap %s %v: %s", plan.Name, tap.Name, tap.Value.Shape, msg)
			}
		}
	}
}

// Collect returns every element of the watched values under each plan, by watch and plan, as float64 bits. An element
// that was not observed, or twice, fails the test.
func Collect(t TB, backend Backend, c Case, watched []*ops.Value) [][][]uint64 {
	t.Helper()
	got := make([][][]uint64, len(watched))
	seen := make([][][]bool, len(watched))
	for i, v := range watched {
		for range c.Plans {
			got[i] = append(got[i], make([]uint64, v.Shape.Size()))
			seen[i] = append(seen[i], make([]bool, v.Shape.Size()))
		}
	}
	var mu sync.Mutex
	var twice string
	err := backend(c.Graph, c.Plans, watched, c.Load, func(watch, plan int, offset int64, values *ops.Tensor) {
		mu.Lock()
		defer mu.Unlock()
		for k := range values.Shape.Size() {
			at := offset + int64(k)
			if seen[watch][plan][at] {
				twice = fmt.Sprintf("watch %d, plan %d: element %d was observed twice", watch, plan, at)
			}
			seen[watch][plan][at] = true
			got[watch][plan][at] = math.Float64bits(values.Element(k))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if twice != "" {
		t.Fatal(twice)
	}
	for i := range seen {
		for p := range seen[i] {
			for at, ok := range seen[i][p] {
				if !ok {
					t.Fatalf("watch %d, plan %s: element %d was not observed", i, c.Plans[p].Name, at)
				}
			}
		}
	}
	return got
}

// differ describes the first element in which a backend differs from the interpreter; empty if there is none.
func differ(got []uint64, want *ops.Tensor) string {
	wrong, first := 0, -1
	for k := range got {
		x, y := math.Float64frombits(got[k]), want.Element(k)
		if math.Float64bits(x) == math.Float64bits(y) || math.IsNaN(x) && math.IsNaN(y) {
			continue
		}
		if first < 0 {
			first = k
		}
		wrong++
	}
	if first < 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d elements differ, the first at %d: got %v, want %v", wrong, len(got), first,
		math.Float64frombits(got[first]), want.Element(first))
}

// Bits returns one element of a tensor as the bits of a float64.
func Bits(t *ops.Tensor, k int) uint64 { return math.Float64bits(t.Element(k)) }

// BothNaN tells whether two elements, as bits of float64, are both NaN.
func BothNaN(x, y uint64) bool {
	return math.IsNaN(math.Float64frombits(x)) && math.IsNaN(math.Float64frombits(y))
}
