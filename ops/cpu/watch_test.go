package cpu

import (
	"context"
	"testing"

	"bf16lab/bf16"
	"bf16lab/ops"

	"pgregory.net/rapid"
)

// Values can be watched by nobody, also those of steps in which the plans run one after the other.
func TestWatchedByNobody(t *testing.T) {
	lowerLimits(t)
	hugeElements = 16
	rapid.Check(t, func(t *rapid.T) {
		g := drawChain(t)
		var watched []*ops.Value
		for _, tap := range g.Taps {
			watched = append(watched, tap.Value)
		}
		plans := []*ops.Plan{formatPlan(g, bf16.Float32), formatPlan(g, bf16.BFloat16), formatPlan(g, bf16.Float16)}
		o := Options{Workers: 2, Load: func(v *ops.Value) (*ops.Tensor, error) { return load(v), nil }}
		if _, err := Compile(g, plans, watched).Run(context.Background(), o); err != nil {
			t.Fatal(err)
		}
	})
}
