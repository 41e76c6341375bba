package cpu

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"bf16lab/ops"
	"bf16lab/ops/opstest"

	"pgregory.net/rapid"
)

// smallLimits lets small graphs take every way until restore is called.
func smallLimits(tile, huge int) (restore func()) {
	old := [...]int{smallSize, aheadSize, tileElements, observeElements, hugeElements, largeBytes}
	smallSize, aheadSize, tileElements, observeElements, hugeElements, largeBytes = 8, 64, tile, 50, huge, 40
	return func() {
		smallSize, aheadSize, tileElements, observeElements, hugeElements, largeBytes = old[0], old[1], old[2], old[3], old[4], old[5]
	}
}

// checkedBackend is this package as the suite sees it. It fails a run that leaves memory behind or breaks a promise to its probe.
func checkedBackend(workers int) opstest.Backend {
	return func(g *ops.Graph, plans []*ops.Plan, watched []*ops.Value, load func(*ops.Value) *ops.Tensor, observe func(int, int, int64, *ops.Tensor)) error {
		probe := newStrictProbe(observe)
		r := Compile(g, plans, watched).newRun(Options{
			Workers: workers,
			Load:    func(v *ops.Value) (*ops.Tensor, error) { return load(v), nil },
			Probe:   probe,
		})
		defer r.memory.close()
		if err := r.carryOut(context.Background()); err != nil {
			return err
		}
		if r.memory.used != 0 || len(r.stored) != 0 || len(r.owned) != 0 {
			return fmt.Errorf("%d bytes, %d values and %d owners are left", r.memory.used, len(r.stored), len(r.owned))
		}
		for class, left := range r.left {
			if left != 0 {
				return fmt.Errorf("class %d is still to be read %d times", class, left)
			}
		}
		return probe.finish(len(watched))
	}
}

// describing adds the graph and its plans to a failure.
type describing struct {
	*rapid.T
	c opstest.Case
}

func (d *describing) Fatalf(format string, args ...any) {
	d.Helper()
	var text strings.Builder
	if err := ops.Equations(d.c.Graph, ops.BFloat16).WriteText(&text); err != nil {
		d.T.Fatal(err)
	}
	for i, n := range d.c.Graph.Nodes {
		fmt.Fprintf(&text, "%d %s %v\n", i, n.Primitive, n.Out[0].DType)
		for k, p := range d.c.Plans {
			if k == 0 || p.Nodes[i] != d.c.Plans[0].Nodes[i] {
				fmt.Fprintf(&text, "  plan %d:%s\n", k, set(p.Nodes[i]))
			}
		}
	}
	d.T.Fatalf(format+"\n%s", append(args, text.String())...)
}

// set returns the fields of a plan that are not zero.
func set(np ops.NodePlan) string {
	text := ""
	v := reflect.ValueOf(np)
	for i := range v.NumField() {
		if !v.Field(i).IsZero() {
			text += fmt.Sprintf(" %s=%v", v.Type().Field(i).Name, v.Field(i))
		}
	}
	return text
}

// TestRandomGraphs carries out drawn graphs under drawn plans and compares what is watched with the definitions, equation by
// equation: some plans at a time, one worker to three, tiles of all sizes, values of all plans at once or plan by plan.
func TestRandomGraphs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		huge := rapid.SampledFrom([]int{1 << 26, 1 << 26, 32, 200}).Draw(t, "huge")
		defer smallLimits(rapid.SampledFrom([]int{1, 16, 64, 1000}).Draw(t, "tile"), huge)()
		g := drawGraph(t, rapid.IntRange(3, 40).Draw(t, "equations"))
		seed := rapid.Uint64().Draw(t, "seed")
		c := opstest.Case{Graph: g, Load: func(v *ops.Value) *ops.Tensor { return drawInput(v, seed) }}
		for i := range rapid.IntRange(1, 4).Draw(t, "plans") {
			var like *ops.Plan
			if i > 0 {
				like = c.Plans[0]
			}
			c.Plans = append(c.Plans, drawPlan(t, g, like))
			c.Plans[i].Name = fmt.Sprint(i)
		}
		var taps []ops.Tap
		all := rapid.Bool().Draw(t, "everything")
		for _, tap := range g.Taps {
			if all || rapid.IntRange(0, 4).Draw(t, "watched") == 0 {
				taps = append(taps, tap)
			}
		}
		opstest.Compare(&describing{t, c}, checkedBackend(rapid.IntRange(1, 3).Draw(t, "workers")), c, taps)
	})
}
