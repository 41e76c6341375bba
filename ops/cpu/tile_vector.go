package cpu

import (
	"bf16lab/bf16"
	"bf16lab/ops"
	"bf16lab/ops/elementary"
)

// vectorStep carries out an equation on a tile with elementwise kernels: the bits of its definition, rounded as its plan says.
type vectorStep func(out *ops.Tensor, in []*ops.Tensor)

// vectorStep returns how the kernels carry out an equation, nil where there is no kernel for it: the definition serves then.
func (k *elementwiseKernels) vectorStep(p ops.Primitive, params any, plan *ops.NodePlan) vectorStep {
	mode, ok := kernelMode(p, plan)
	if !ok || k.copy == nil {
		return nil
	}
	var step vectorStep
	switch {
	case k.binary(p) != nil:
		step = zipWith(k.binary(p), mode)
		if p == ops.DivPrimitive && plan.Reciprocal {
			step = k.reciprocal(mode)
		}
	case p == ops.IntegerPowPrimitive:
		step = k.power(params.(ops.IntegerPowParams).Y, mode, plan)
	case k.unary(p, plan) != nil:
		step = mapWith(k.unary(p, plan), mode)
	}
	if step == nil || !plan.Flush || !p.Flushes() || plan.FlushOperands == [3]bool{} {
		return step
	}
	return k.flushingOperands(plan.FlushOperands, step)
}

// kernelMode returns the mode of a kernel that finishes results as a plan says; ok is false where no mode does.
func kernelMode(p ops.Primitive, plan *ops.NodePlan) (mode int, ok bool) {
	if plan.Double || plan.Exact || plan.Fused != 0 {
		return 0, false
	}
	if plan.Flush && p.Flushes() {
		mode |= modeFlush
	}
	switch {
	case !plan.Round || plan.Output == bf16.Float32 || plan.Output == bf16.Float64 || plan.Output == (bf16.Format{}):
	case plan.Output == bf16.BFloat16:
		mode |= modeRound
	default:
		return 0, false
	}
	return mode, true
}

// binary returns the kernel of a primitive of two operands, nil if there is none.
func (k *elementwiseKernels) binary(p ops.Primitive) binaryKernel {
	switch p {
	case ops.AddPrimitive:
		return k.add
	case ops.SubPrimitive:
		return k.sub
	case ops.MulPrimitive:
		return k.mul
	case ops.DivPrimitive:
		return k.div
	case ops.MaxPrimitive:
		return k.max
	case ops.MinPrimitive:
		return k.min
	}
	return nil
}

// unary returns the kernel of a primitive of one operand, nil if there is none, or none for the plan's set of elementary
// functions.
func (k *elementwiseKernels) unary(p ops.Primitive, plan *ops.NodePlan) unaryKernel {
	switch p {
	case ops.ConvertElementTypePrimitive:
		return k.copy
	case ops.SquarePrimitive:
		return k.square
	case ops.NegPrimitive:
		return k.neg
	case ops.AbsPrimitive:
		return k.abs
	}
	xla := plan.Functions == elementary.XLACPU.Name
	switch {
	case !xla && plan.Functions != elementary.XLACPUFused.Name:
		return nil
	case p == ops.LogisticPrimitive && plan.Half:
		return k.logisticBFloat16
	case p == ops.LogisticPrimitive:
		return k.logistic
	case p == ops.Log1pPrimitive:
		return k.log1p
	case p == ops.SqrtPrimitive:
		return k.sqrt
	case p == ops.ExpPrimitive && xla:
		return k.exp
	case p == ops.TanhPrimitive && xla:
		return k.tanh
	}
	return nil
}

// zipWith applies a kernel to two operands, broadcast.
func zipWith(f binaryKernel, mode int) vectorStep {
	return func(out *ops.Tensor, in []*ops.Tensor) {
		x, y := in[0], in[1]
		if len(x.F32) == len(out.F32) && len(y.F32) == len(out.F32) {
			f.run(mode, out.F32, x.F32, y.F32, 1, 1)
			return
		}
		ops.BroadcastRuns(out.Shape, x.Shape, y.Shape, func(at, n int, xr, yr ops.Run) {
			f.run(mode, out.F32[at:at+n], x.F32[xr.At:], y.F32[yr.At:], xr.Step, yr.Step)
		})
	}
}

func mapWith(f unaryKernel, mode int) vectorStep {
	return func(out *ops.Tensor, in []*ops.Tensor) { f.run(mode, out.F32, in[0].F32) }
}

// reciprocal divides by way of the reciprocal: x * (1 / y), where the reciprocal is rounded and flushed by itself.
func (k *elementwiseKernels) reciprocal(mode int) vectorStep {
	multiply, one := zipWith(k.mul, mode), []float32{1}
	var inverse []float32
	return func(out *ops.Tensor, in []*ops.Tensor) {
		y := in[1]
		inverse = grow(inverse, len(y.F32))
		k.div.run(mode&modeFlush, inverse, one, y.F32, 0, 1)
		multiply(out, []*ops.Tensor{in[0], {Shape: y.Shape, F32: inverse}})
	}
}

// power multiplies x by itself; the square inside of a cube is rounded as the plan rounds, whether that is needed or not.
func (k *elementwiseKernels) power(y, mode int, plan *ops.NodePlan) vectorStep {
	if y == 2 {
		return mapWith(k.square, mode)
	}
	inner, ok := kernelMode(ops.SquarePrimitive, &ops.NodePlan{Output: plan.Output, Round: true})
	if !ok {
		return nil
	}
	var square []float32
	return func(out *ops.Tensor, in []*ops.Tensor) {
		x := in[0].F32
		square = grow(square, len(x))
		k.square.run(inner, square, x)
		k.mul.run(mode, out.F32, square, x, 1, 1)
	}
}

// flushingOperands flushes some operands before a step.
func (k *elementwiseKernels) flushingOperands(flush [3]bool, step vectorStep) vectorStep {
	var scratch [3][]float32
	return func(out *ops.Tensor, in []*ops.Tensor) {
		for i, t := range in {
			if flush[i] {
				scratch[i] = grow(scratch[i], len(t.F32))
				k.copy.run(modeFlush, scratch[i], t.F32)
				in[i] = &ops.Tensor{Shape: t.Shape, F32: scratch[i]}
			}
		}
		step(out, in)
	}
}

// roundTo is ops.RoundTo, with a kernel where there is one.
func roundTo(f bf16.Format, t *ops.Tensor) {
	if k := activeElementwise(); k.copy != nil && f == bf16.BFloat16 && t.F32 != nil {
		k.copy.run(modeRound, t.F32, t.F32)
		return
	}
	ops.RoundTo(f, t)
}

// flush is ops.Flush, with a kernel where there is one.
func flush(t *ops.Tensor) {
	if k := activeElementwise(); k.copy != nil && t.F32 != nil {
		k.copy.run(modeFlush, t.F32, t.F32)
		return
	}
	ops.Flush(t)
}
