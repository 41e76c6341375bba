package cpu

import (
	"context"
	"fmt"
	"math"
	"testing"
	"unsafe"

	"bf16lab/bf16"
	"bf16lab/ops"
	"bf16lab/ops/elementary"
)

// The kernel of a GELU gives the bits of its three equations.
func TestGELUKernel(t *testing.T) {
	x := interesting()
	eachKernel(t, func(t *testing.T) {
		f := activeElementwise().gelu
		if f == nil {
			return
		}
		for _, mode := range []int{0, modeFlush, modePast, modeFlush | modePast} {
			for _, scale := range []float32{1.703125, -0.5, 1e-30} {
				for _, n := range []int{1, 17, len(x)} {
					operand, want := operandOf(x[:n], false)
					plan := modePlan(mode, false)
					number := &ops.Tensor{Shape: ops.Shape{1}, F32: []float32{scale}}
					y := &ops.Tensor{Shape: want.Shape, F32: make([]float32, n)}
					define(ops.MulPrimitive, plan, y, number, want)
					logistic := *plan
					logistic.Flush = false
					define(ops.LogisticPrimitive, &logistic, y, y)
					define(ops.MulPrimitive, plan, want, y, want)
					got := unsafe.Slice((*float32)(unsafe.Pointer(&fromLine(2*n, 0)[0])), n)
					f.run(mode, got, operand.wide, scale, nil)
					reportDifferences(t, got, want.F32, func(i int) string { return fmt.Sprintf("mode %d, scale %v: %08x", mode, scale, math.Float32bits(x[i])) })
				}
			}
		}
	})
}

// A GELU is carried out by its kernel where nobody else wants what lies between its equations, and only there.
func TestGELUIsFused(t *testing.T) {
	lowerLimits(t)
	if activeElementwise().gelu == nil {
		t.Skip("this build or processor has no kernel for GELU")
	}
	b := ops.NewBuilder()
	x := b.Add(b.Argument("x", ops.Float32, 40, 33), ops.Scalar(0.5))
	scaled := b.Mul(x, ops.Scalar(1.5))
	logistic := b.Logistic(scaled)
	y := b.Mul(x, logistic)
	again := b.Add(scaled, ops.Scalar(1))
	plan := formatPlan(b.Graph(), bf16.Float32)
	for i := range plan.Nodes {
		plan.Nodes[i].Functions = elementary.XLACPU.Name
	}
	for _, c := range []struct {
		watched []*ops.Value
		fused   bool
	}{{[]*ops.Value{y}, true}, {[]*ops.Value{y, logistic}, false}, {[]*ops.Value{y, scaled}, false}, {[]*ops.Value{y, again}, false}} {
		p := Compile(b.Graph(), []*ops.Plan{plan}, c.watched)
		fused := false
		for _, st := range tileSteps(t, p, load) {
			fused = fused || st.gelu != nil
		}
		if fused != c.fused {
			t.Errorf("%d values are watched: fused %v, want %v", len(c.watched), fused, c.fused)
		}
		if _, err := p.Run(context.Background(), Options{Workers: 1, Load: func(v *ops.Value) (*ops.Tensor, error) { return load(v), nil }}); err != nil {
			t.Fatal(err)
		}
	}
}
