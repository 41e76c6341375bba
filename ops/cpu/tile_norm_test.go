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

// The kernels of a norm's scale and offset give the bits of its two equations.
func TestScaleOffsetKernels(t *testing.T) {
	x := interesting()
	eachKernel(t, func(t *testing.T) {
		if activeElementwise().scaleOffset == nil {
			return
		}
		for _, half := range []bool{false, true} {
			for _, mode := range []int{0, modeFlush, modeFlush | modeFlushLeft} {
				for _, width := range []int{1, 17, 31, 33, 64, 224, len(x)} {
					checkScaleOffset(t, mode, half, x[:len(x)/width*width], width)
				}
			}
		}
	})
}

// rowsOfNorm returns scale and offset of a norm of some width, by which most results are numbers.
func rowsOfNorm(x []float32, width int) *scaleOffset {
	rows := &scaleOffset{make([]float32, width), make([]float32, width), 0}
	for i := range width {
		rows.scale[i], rows.offset[i] = x[(7*i+3)%len(x)], x[(11*i+5)%len(x)]
		if i%3 > 0 || width < 64 {
			rows.scale[i], rows.offset[i] = float32(i%13)/4-1.5, float32(i%17)/64-0.125
		}
	}
	return rows
}

func checkScaleOffset(t *testing.T, mode int, half bool, x []float32, width int) {
	t.Helper()
	rows := rowsOfNorm(x, width)
	operand, want := operandOf(x, half)
	want.Shape = ops.Shape{len(x) / width, width}
	row := func(values []float32) *ops.Tensor { return &ops.Tensor{Shape: ops.Shape{1, width}, F32: values} }
	plan := modePlan(mode, half)
	if mode&modeFlushLeft != 0 {
		ops.Flush(want)
	}
	define(ops.MulPrimitive, plan, want, want, row(rows.scale))
	define(ops.AddPrimitive, plan, want, want, row(rows.offset))
	dst, got := resultOf(len(x), half)
	if half {
		activeElementwise().scaleOffsetCodes.run(mode, dst.half, operand.half, rows.forCodes())
	} else {
		activeElementwise().scaleOffset.run(mode, dst.wide, operand.wide, rows)
	}
	for i, code := range dst.half {
		if code&0x7fff > 0x7f80 && code&0x7fff != 0x7fc0 {
			t.Fatalf("mode %d, width %d: element %d is %04x, no quiet NaN that keeps its sign only", mode, width, i, code)
		}
	}
	reportDifferences(t, got(), want.F32, func(i int) string {
		return fmt.Sprintf("half %v, mode %d, width %d, %08x * %v + %v", half, mode, width, math.Float32bits(x[i]), rows.scale[i%width], rows.offset[i%width])
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
