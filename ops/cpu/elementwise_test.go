package cpu

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"bf16lab/bf16"
	"bf16lab/ops"
	"bf16lab/ops/elementary"
)

// binaries names the kernels of two operands by the primitives that define them.
func (k *elementwiseKernels) binaries() map[ops.Primitive]binaryKernel {
	return map[ops.Primitive]binaryKernel{
		ops.AddPrimitive: k.add, ops.SubPrimitive: k.sub, ops.MulPrimitive: k.mul, ops.DivPrimitive: k.div,
		ops.MaxPrimitive: k.max, ops.MinPrimitive: k.min,
	}
}

// unaryCase is a kernel of one operand and what defines it.
type unaryCase struct {
	name   string
	kernel unaryKernel
	modes  []int
	define func(plan *ops.NodePlan, t *ops.Tensor) // in place
}

func (k *elementwiseKernels) unaries() []unaryCase {
	cases := []unaryCase{
		{"copy", k.copy, []int{0, modeFlush}, func(plan *ops.NodePlan, t *ops.Tensor) {
			if plan.Flush {
				ops.Flush(t)
			}
			ops.RoundTo(plan.Output, t)
		}},
		{"round", k.round, []int{0}, func(_ *ops.NodePlan, t *ops.Tensor) { ops.RoundTo(bf16.BFloat16, t) }},
		{"logistic of bfloat16", k.logisticBFloat16, []int{0}, func(plan *ops.NodePlan, t *ops.Tensor) {
			plan.Half = true
			define(ops.LogisticPrimitive, plan, t, t)
		}},
	}
	for p, f := range map[ops.Primitive]unaryKernel{
		ops.SquarePrimitive: k.square, ops.NegPrimitive: k.neg, ops.AbsPrimitive: k.abs, ops.SqrtPrimitive: k.sqrt, ops.ExpPrimitive: k.exp,
		ops.TanhPrimitive: k.tanh, ops.LogisticPrimitive: k.logistic, ops.Log1pPrimitive: k.log1p,
	} {
		cases = append(cases, unaryCase{string(p), f, flushModes(p), func(plan *ops.NodePlan, t *ops.Tensor) { define(p, plan, t, t) }})
	}
	return cases
}

// define evaluates a primitive by its definition.
func define(p ops.Primitive, plan *ops.NodePlan, out *ops.Tensor, in ...*ops.Tensor) {
	ops.Evaluate(p, ops.NewContext(nil, plan), []*ops.Tensor{out}, in)
}

// flushModes lists the modes of a primitive's kernel, apart from the kinds of its operands and its result.
func flushModes(p ops.Primitive) []int {
	if p.Flushes() {
		return []int{0, modeFlush}
	}
	return []int{0}
}

// modePlan is the plan that a kernel carries out with a result of float32 or of codes.
func modePlan(mode int, narrow bool) *ops.NodePlan {
	plan := &ops.NodePlan{
		Output: bf16.Float32, Flush: mode&modeFlush != 0, FlushOperands: [3]bool{mode&modeFlushLeft != 0}, Functions: elementary.XLACPU.Name,
	}
	if narrow {
		plan.Output, plan.Round = bf16.BFloat16, true
	}
	return plan
}

// operandOf returns values as a kernel reads them and as the definition does: rounded to codes and widened again if half.
func operandOf(x []float32, half bool) (floats, *ops.Tensor) {
	t := &ops.Tensor{Shape: ops.Shape{len(x)}, F32: append([]float32(nil), x...)}
	if !half {
		return floats{wide: x}, t
	}
	codes := make([]uint16, len(x))
	bf16.EncodeBFloat16(codes, x)
	bf16.DecodeBFloat16(t.F32, codes)
	return floats{half: codes}, t
}

// resultOf returns memory for n results of a kernel, and what they are as float32.
func resultOf(n int, narrow bool) (dst floats, widened func() []float32) {
	if !narrow {
		dst.wide = make([]float32, n)
		return dst, func() []float32 { return dst.wide }
	}
	dst.half = make([]uint16, n)
	return dst, func() []float32 {
		wide := make([]float32, n)
		bf16.DecodeBFloat16(wide, dst.half)
		return wide
	}
}

// interesting returns float32 values on which kernels may go wrong: every bfloat16, the neighbourhoods of thresholds, and
// random bit patterns.
func interesting() []float32 {
	r := rand.New(rand.NewPCG(5, 6))
	var x []float32
	for code := range 1 << 16 {
		x = append(x, bf16.FromBFloat16(uint16(code)))
	}
	for _, edge := range []uint32{
		0, 1, 0x007fffff, 0x00800000, 0x3effffff, 0x3f7fffff, 0x3f800000, 0x3f808000, 0x3f818000, 0x7f7fffff, 0x7f800000, 0x7f800001, 0x7fffffff,
		math.Float32bits(0.0004), math.Float32bits(7.9988117), math.Float32bits(20), math.Float32bits(87.336), math.Float32bits(87.8),
		math.Float32bits(88.722), math.Float32bits(88.8), math.Float32bits(0.41421356), math.Float32bits(0.70710678),
	} {
		for d := range uint32(200) {
			u := edge + d - 100
			x = append(x, math.Float32frombits(u), math.Float32frombits(u|1<<31))
		}
	}
	for range 1 << 16 {
		x = append(x, math.Float32frombits(r.Uint32()), float32(r.NormFloat64()*math.Exp2(float64(r.IntN(12)-6))))
	}
	return x
}

// Every kernel of one operand gives the bits of its definition.
func TestUnaryKernels(t *testing.T) {
	x := interesting()
	eachKernel(t, func(t *testing.T) {
		for _, c := range activeElementwise().unaries() {
			if c.kernel == nil {
				continue
			}
			for kind := range 4 {
				half, narrow := kind&1 != 0, kind&2 != 0
				for _, mode := range c.modes {
					t.Run(fmt.Sprintf("%s/half %v/narrow %v/mode %d", c.name, half, narrow, mode), func(t *testing.T) {
						t.Parallel()
						operand, want := operandOf(x, half)
						c.define(modePlan(mode, narrow), want)
						dst, got := resultOf(len(x), narrow)
						c.kernel.run(mode, len(x), dst, operand)
						reportDifferences(t, got(), want.F32, func(i int) string { return fmt.Sprintf("%x (%08x)", x[i], math.Float32bits(x[i])) })
					})
				}
			}
		}
	})
}

// Every kernel of two operands gives the bits of its definition.
func TestBinaryKernels(t *testing.T) {
	x := interesting()
	y := append([]float32(nil), x...)
	rand.New(rand.NewPCG(7, 8)).Shuffle(len(y), func(i, j int) { y[i], y[j] = y[j], y[i] })
	special := []float32{0, float32(math.Copysign(0, -1)), 1, -1, float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()), 1e-42, -3e38, 0x1p-126}
	for _, a := range special {
		for _, b := range special {
			x, y = append(x, a), append(y, b)
		}
	}
	eachKernel(t, func(t *testing.T) {
		for p, f := range activeElementwise().binaries() {
			if f == nil {
				continue
			}
			for kind := range 8 {
				left, right, narrow := kind&1 != 0, kind&2 != 0, kind&4 != 0
				modes := flushModes(p)
				if p.Flushes() {
					modes = append(modes, modeFlush|modeFlushLeft)
				}
				for _, mode := range modes {
					for steps, operands := range map[[2]int][2][]float32{{1, 1}: {x, y}, {1, 0}: {x, y[:1]}, {0, 1}: {x[5:6], y}} {
						if left && steps[0] == 0 || right && steps[1] == 0 {
							continue
						}
						t.Run(fmt.Sprintf("%s/half %v %v/narrow %v/mode %d/steps %v", p, left, right, narrow, mode, steps), func(t *testing.T) {
							t.Parallel()
							a, ta := operandOf(operands[0], left)
							b, tb := operandOf(operands[1], right)
							want := ops.NewTensor(ops.Shape{len(x)}, ops.StoreFloat32)
							define(p, modePlan(mode, narrow), want, ta, tb)
							dst, got := resultOf(len(x), narrow)
							f.run(mode, len(x), dst, a, b, steps[0], steps[1])
							reportDifferences(t, got(), want.F32, func(i int) string {
								return fmt.Sprintf("%x, %x", ta.F32[i*steps[0]], tb.F32[i*steps[1]])
							})
						})
					}
				}
			}
		}
	})
}

// Runs of every length up to some vectors, and nothing is written behind them.
func TestKernelEdges(t *testing.T) {
	x, y := lcgValues(1, 100), lcgValues(2, 100)
	codes, _ := operandOf(x, true)
	eachKernel(t, func(t *testing.T) {
		k := activeElementwise()
		if k.add == nil {
			t.Skip("plain Go has no kernels to compare with the definitions")
		}
		for n := range 70 {
			got, intact := guarded[float32](n)
			k.add.run(0, n, floats{wide: got}, floats{wide: x[:n]}, floats{wide: y[:1]}, 1, 0)
			for i := range got {
				if got[i] != x[i]+y[0] || !intact() {
					t.Fatalf("add of %d values: element %d, intact %v", n, i, intact())
				}
			}
			k.neg.run(0, n, floats{wide: got}, floats{half: codes.half[:n]})
			for i := range got {
				if got[i] != -bf16.FromBFloat16(codes.half[i]) || !intact() {
					t.Fatalf("neg of %d codes: element %d, intact %v", n, i, intact())
				}
			}
			narrow := make([]uint16, n+16)
			k.copy.run(0, n, floats{half: narrow[:n]}, floats{wide: x[:n]})
			for i, code := range narrow {
				if i < n && code != codes.half[i] || i >= n && code != 0 {
					t.Fatalf("narrowing of %d values: element %d is %04x", n, i, code)
				}
			}
		}
	})
}

// The codes of narrowed values are those of the definition, NaN included.
func TestBFloat16Kernels(t *testing.T) {
	x := interesting()
	eachKernel(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 15, 16, 17, 333, len(x)} {
			codes, want := make([]uint16, n), make([]uint16, n)
			encodeBFloat16(codes, x[:n])
			bf16.EncodeBFloat16(want, x[:n])
			for i := range codes {
				if codes[i] != want[i] {
					t.Fatalf("%d values: %08x is encoded as %04x, want %04x", n, math.Float32bits(x[i]), codes[i], want[i])
				}
			}
			values := make([]float32, n)
			decodeBFloat16(values, codes)
			for i, v := range values {
				if math.Float32bits(v) != uint32(codes[i])<<16 {
					t.Fatalf("%d values: %04x is decoded as %08x", n, codes[i], math.Float32bits(v))
				}
			}
		}
	})
}

// reportDifferences fails where results differ, apart from the bits of a NaN.
func reportDifferences(t *testing.T, got, want []float32, argument func(i int) string) {
	t.Helper()
	count := 0
	for i := range want {
		if sameValue(got[i], want[i]) {
			continue
		}
		if count++; count <= 5 {
			t.Errorf("%s: %x (%08x), want %x (%08x)", argument(i), got[i], math.Float32bits(got[i]), want[i], math.Float32bits(want[i]))
		}
	}
	if count > 0 {
		t.Errorf("%d of %d differ", count, len(want))
	}
}
