package cpu

import (
	"bf16lab/bf16"
	"bf16lab/ops"
	"bf16lab/ops/elementary"
)

// vectorStep carries out an equation on a tile: the bits of its definition, finished as its plan says. It may be used by
// one goroutine at a time.
type vectorStep func(out *ops.Tensor, in []*ops.Tensor)

// vectorStep returns how the kernels carry out an equation whose operands and results are float32, or bfloat16 codes; nil
// where there is no kernel for it, and the definition serves.
func (k *elementwiseKernels) vectorStep(p ops.Primitive, params any, plan *ops.NodePlan) vectorStep {
	if k.copy == nil || plan.Double || plan.Exact || plan.Fused != 0 || !kernelRounds(plan) {
		return nil
	}
	mode := 0
	if plan.Flush && p.Flushes() {
		mode = modeFlush
	}
	var step vectorStep
	switch {
	case p == ops.DivPrimitive && plan.Reciprocal:
		step = k.reciprocal(mode)
	case k.binary(p) != nil:
		if mode != 0 && plan.FlushOperands == [3]bool{true} {
			return zipWith(k.binary(p), mode|modeFlushLeft)
		}
		step = zipWith(k.binary(p), mode)
	case p == ops.IntegerPowPrimitive:
		step = k.power(params.(ops.IntegerPowParams).Y, mode, plan)
	case k.unary(p, plan) != nil:
		step = mapWith(k.unary(p, plan), mode)
	case p == ops.ReduceWindowMaxPrimitive && params.(ops.WindowParams).Dimensions[1] == 2:
		step = largerOfTwo(k.max)
	}
	if step == nil || mode == 0 || plan.FlushOperands == [3]bool{} {
		return step
	}
	return k.flushingOperands(plan.FlushOperands, step)
}

// kernelRounds tells whether the results that a kernel writes, as float32 or as bfloat16 codes, are rounded as a plan says.
func kernelRounds(plan *ops.NodePlan) bool {
	switch plan.Output {
	case bf16.Float32, bf16.Float64, bf16.BFloat16, bf16.Format{}:
		return true
	}
	return !plan.Round
}

// takesHalf tells whether the step that the kernels have for a primitive reads operand i from bfloat16 codes, provided that
// the operand has the shape of the result.
func takesHalf(p ops.Primitive, plan *ops.NodePlan, i int) bool {
	return p != ops.DivPrimitive || !plan.Reciprocal || i == 0
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
		if out.Shape.Equal(x.Shape) && out.Shape.Equal(y.Shape) {
			f.run(mode, out.Shape.Size(), floatsOf(out, 0), floatsOf(x, 0), floatsOf(y, 0), 1, 1)
			return
		}
		ops.BroadcastRuns(out.Shape, x.Shape, y.Shape, func(at, n int, xr, yr ops.Run) {
			f.run(mode, n, floatsOf(out, at), floatsOf(x, xr.At), floatsOf(y, yr.At), xr.Step, yr.Step)
		})
	}
}

func mapWith(f unaryKernel, mode int) vectorStep {
	return func(out *ops.Tensor, in []*ops.Tensor) {
		f.run(mode, out.Shape.Size(), floatsOf(out, 0), floatsOf(in[0], 0))
	}
}

// largerOfTwo takes the larger element of windows of two: the tile of the operand has the two rows of each row of the result.
func largerOfTwo(f binaryKernel) vectorStep {
	return func(out *ops.Tensor, in []*ops.Tensor) {
		size := out.Shape[1]
		for row := range out.Shape[0] {
			f.run(0, size, floatsOf(out, row*size), floatsOf(in[0], 2*row*size), floatsOf(in[0], (2*row+1)*size), 1, 1)
		}
	}
}

// reciprocal divides by way of the reciprocal: x * (1 / y), where the reciprocal is flushed by itself.
func (k *elementwiseKernels) reciprocal(mode int) vectorStep {
	multiply, one := zipWith(k.mul, mode), floats{wide: []float32{1}}
	var inverse []float32
	return func(out *ops.Tensor, in []*ops.Tensor) {
		y := in[1]
		inverse = grow(inverse, len(y.F32))
		k.div.run(mode, len(y.F32), floats{wide: inverse}, one, floatsOf(y, 0), 0, 1)
		multiply(out, []*ops.Tensor{in[0], {Shape: y.Shape, F32: inverse}})
	}
}

// power multiplies x by itself; the square inside of a cube is rounded to the format of the result.
func (k *elementwiseKernels) power(y, mode int, plan *ops.NodePlan) vectorStep {
	if y == 2 {
		return mapWith(k.square, mode)
	}
	rounded := &ops.NodePlan{Output: plan.Output, Round: true}
	if !kernelRounds(rounded) {
		return nil
	}
	var square floats
	return func(out *ops.Tensor, in []*ops.Tensor) {
		x, n := floatsOf(in[0], 0), out.Shape.Size()
		if plan.Output == bf16.BFloat16 {
			square.half = grow(square.half, n)
		} else {
			square.wide = grow(square.wide, n)
		}
		k.square.run(0, n, square, x)
		k.mul.run(mode, n, floatsOf(out, 0), square, x, 1, 1)
	}
}

// flushingOperands flushes some operands before a step.
func (k *elementwiseKernels) flushingOperands(flush [3]bool, step vectorStep) vectorStep {
	var scratch [3][]float32
	return func(out *ops.Tensor, in []*ops.Tensor) {
		for i, t := range in {
			if flush[i] {
				n := t.Shape.Size()
				scratch[i] = grow(scratch[i], n)
				k.copy.run(modeFlush, n, floats{wide: scratch[i]}, floatsOf(t, 0))
				in[i] = &ops.Tensor{Shape: t.Shape, F32: scratch[i]}
			}
		}
		step(out, in)
	}
}
