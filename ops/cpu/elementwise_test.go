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

// elementwiseNames names the fields of elementwiseKernels by the primitives that define them.
func (k *elementwiseKernels) binaries() map[ops.Primitive]binaryKernel {
	return map[ops.Primitive]binaryKernel{
		ops.AddPrimitive: k.add, ops.SubPrimitive: k.sub, ops.MulPrimitive: k.mul, ops.DivPrimitive: k.div,
		ops.MaxPrimitive: k.max, ops.MinPrimitive: k.min,
	}
}

func (k *elementwiseKernels) unaries() map[string]unaryKernel {
	return map[string]unaryKernel{
		"convert_element_type": k.copy, "square": k.square, "neg": k.neg, "abs": k.abs, "sqrt": k.sqrt, "exp": k.exp, "tanh": k.tanh,
		"logistic": k.logistic, "log1p": k.log1p, "logistic of bfloat16": k.logisticBFloat16,
	}
}

// elementwiseModes lists the modes that a primitive has.
func elementwiseModes(p ops.Primitive) []int {
	if p.Flushes() {
		return []int{0, modeFlush, modeRound, modeFlush | modeRound}
	}
	return []int{0, modeRound}
}

// modePlan is the plan that a mode carries out.
func modePlan(mode int, half bool) *ops.NodePlan {
	plan := &ops.NodePlan{Output: bf16.Float32, Flush: mode&modeFlush != 0, Functions: elementary.XLACPU.Name, Half: half}
	if mode&modeRound != 0 {
		plan.Output, plan.Round = bf16.BFloat16, true
	}
	return plan
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
	for range 1 << 19 {
		x = append(x, math.Float32frombits(r.Uint32()), float32(r.NormFloat64()*math.Exp2(float64(r.IntN(12)-6))))
	}
	return x
}

// Every kernel that an instruction set has gives the bits of the definition.
func TestUnaryKernels(t *testing.T) {
	x := interesting()
	eachKernel(t, func(t *testing.T) {
		for name, f := range activeElementwise().unaries() {
			if f == nil {
				continue
			}
			p, half := ops.Primitive(name), name == "logistic of bfloat16"
			if half {
				p = ops.LogisticPrimitive
			}
			modes := elementwiseModes(p)
			if p == ops.ConvertElementTypePrimitive {
				modes = []int{0, modeFlush, modeRound, modeFlush | modeRound}
			}
			for _, mode := range modes {
				t.Run(fmt.Sprintf("%s/%d", name, mode), func(t *testing.T) {
					t.Parallel()
					plan := modePlan(mode, half)
					want := &ops.Tensor{Shape: ops.Shape{len(x)}, F32: make([]float32, len(x))}
					in := &ops.Tensor{Shape: want.Shape, F32: x}
					ops.Evaluate(p, ops.NewContext(nil, plan), []*ops.Tensor{want}, []*ops.Tensor{in})
					if p == ops.ConvertElementTypePrimitive && plan.Flush {
						copy(want.F32, x)
						ops.Flush(want)
						if plan.Round {
							ops.RoundTo(plan.Output, want)
						}
					}
					got := make([]float32, len(x))
					f.run(mode, got, x)
					reportDifferences(t, got, want.F32, func(i int) string { return fmt.Sprintf("%x (%08x)", x[i], math.Float32bits(x[i])) })
				})
			}
		}
	})
}

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
	shape := ops.Shape{len(x)}
	eachKernel(t, func(t *testing.T) {
		for p, f := range activeElementwise().binaries() {
			if f == nil {
				continue
			}
			for _, mode := range elementwiseModes(p) {
				for step, operands := range [][2][]float32{{x, y[:1]}, {x[5:6], y}, {x, y}} {
					t.Run(fmt.Sprintf("%s/%d/%d", p, mode, step), func(t *testing.T) {
						t.Parallel()
						var in []*ops.Tensor
						var steps []int
						for _, v := range operands {
							in = append(in, &ops.Tensor{Shape: ops.Shape{len(v)}, F32: v})
							steps = append(steps, min(len(v)-1, 1))
						}
						want := &ops.Tensor{Shape: shape, F32: make([]float32, len(x))}
						ops.Evaluate(p, ops.NewContext(nil, modePlan(mode, false)), []*ops.Tensor{want}, in)
						got := make([]float32, len(x))
						f.run(mode, got, operands[0], operands[1], steps[0], steps[1])
						reportDifferences(t, got, want.F32, func(i int) string {
							return fmt.Sprintf("%x, %x", operands[0][i*steps[0]], operands[1][i*steps[1]])
						})
					})
				}
			}
		}
	})
}

// Runs of every length up to some vectors, and nothing is written behind them.
func TestKernelEdges(t *testing.T) {
	x, y := lcgValues(1, 100), lcgValues(2, 100)
	eachKernel(t, func(t *testing.T) {
		k := activeElementwise()
		if k.add == nil {
			t.Skip("plain Go")
		}
		for n := range 70 {
			got, intact := guarded[float32](n)
			k.add.run(0, got, x[:n], y[:n+1], 1, 0)
			for i := range got {
				if n > 0 && got[i] != x[i]+y[0] || !intact() {
					t.Fatalf("add of %d values: element %d, intact %v", n, i, intact())
				}
			}
			k.neg.run(0, got, x[:n])
			for i := range got {
				if got[i] != -x[i] || !intact() {
					t.Fatalf("neg of %d values: element %d, intact %v", n, i, intact())
				}
			}
		}
	})
}

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
