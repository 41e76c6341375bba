package cpu

import (
	"fmt"
	"math"
	"testing"

	"bf16lab/bf16"
	"bf16lab/ops"
	"bf16lab/ops/elementary"
	"bf16lab/ops/opstest"
)

// The kernel of a norm's scale and offset gives the bits of its two equations.
func TestScaleOffsetKernel(t *testing.T) {
	x := interesting()
	rows := scaleOffset{make([]float32, len(x)), make([]float32, len(x)), false}
	for i := range x {
		rows.scale[i], rows.offset[i] = x[(7*i+3)%len(x)], x[(11*i+5)%len(x)]
		if i%3 > 0 { // most results are numbers
			rows.scale[i], rows.offset[i] = float32(i%13)/4-1.5, float32(i%17)/64-0.125
		}
	}
	eachKernel(t, func(t *testing.T) {
		f := activeElementwise().scaleOffset
		if f == nil {
			return
		}
		for _, half := range []bool{false, true} {
			for _, mode := range []int{0, modeFlush, modeFlush | modeFlushLeft} {
				for _, n := range []int{1, 17, len(x)} {
					operand, want := operandOf(x[:n], half)
					plan := modePlan(mode, half)
					if mode&modeFlushLeft != 0 {
						ops.Flush(want)
					}
					define(ops.MulPrimitive, plan, want, want, &ops.Tensor{Shape: want.Shape, F32: rows.scale[:n]})
					define(ops.AddPrimitive, plan, want, want, &ops.Tensor{Shape: want.Shape, F32: rows.offset[:n]})
					dst, got := resultOf(n, half)
					f.run(mode, n, dst, operand, &rows)
					reportDifferences(t, got(), want.F32, func(i int) string {
						return fmt.Sprintf("half %v, mode %d, %08x * %v + %v", half, mode, math.Float32bits(x[i]), rows.scale[i], rows.offset[i])
					})
				}
			}
		}
	})
}

// A norm is carried out by its kernel where nobody wants the product, and has the bits of its definition either way.
func TestNormIsFused(t *testing.T) {
	lowerLimits(t)
	if activeElementwise().scaleOffset == nil {
		t.Skip("this build or processor has no kernel for scale and offset")
	}
	b := ops.NewBuilder()
	x := b.Neg(b.Argument("x", ops.Compute, 40, 33))
	product := b.Mul(x, b.Argument("scale", ops.Compute, 1, 33))
	y := b.Add(b.Argument("offset", ops.Compute, 1, 33), product)
	subnormal := func(v *ops.Value) *ops.Tensor {
		t := load(v)
		for i := range t.F32 {
			switch {
			case v.Input.Leaf != "scale" && i%3 == 0:
				t.F32[i] = 0x1p-130
			case v.Input.Leaf == "scale":
				t.F32[i] *= 0x1p126
			}
			t.F32[i] = bf16.BFloat16.Round(t.F32[i])
		}
		return t
	}
	for _, format := range []bf16.Format{bf16.Float32, bf16.BFloat16} {
		for _, flush := range []bool{false, true} {
			plan := formatPlan(b.Graph(), format)
			for i := range plan.Nodes {
				plan.Nodes[i].Functions, plan.Nodes[i].Flush = elementary.XLACPU.Name, flush
				if flush && i == product.Node.Index {
					plan.Nodes[i].FlushOperands = [3]bool{true, true}
				} else if flush && i == y.Node.Index {
					plan.Nodes[i].FlushOperands = [3]bool{true} // the offset
				}
			}
			c := opstest.Case{Graph: b.Graph(), Plans: []*ops.Plan{plan}, Load: subnormal}
			for _, watched := range [][]*ops.Value{{y}, {y, product}} {
				fused := false
				for _, st := range tileSteps(t, Compile(c.Graph, c.Plans, watched), load) {
					fused = fused || st.norm != nil
				}
				if want := len(watched) == 1; fused != want {
					t.Errorf("%v, %d values are watched: fused %v, want %v", format, len(watched), fused, want)
				}
				got, want := opstest.Collect(t, lockStep(2), c, watched)[0][0], opstest.Kept(c.Graph, plan, subnormal)[y.ID]
				for i, bits := range got {
					if w := opstest.Bits(want, i); bits != w && !opstest.BothNaN(bits, w) {
						t.Fatalf("%v, flush %v: element %d is %#x, want %#x", format, flush, i, bits, w)
					}
				}
			}
		}
	}
}
