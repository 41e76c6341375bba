package cpu

import (
	"unsafe"

	"bf16lab/ops"
)

// comparisonKernel sets dst[i] = x[i*xStep] op y[i*yStep] for i < n, a multiple of elementwiseLanes above zero, with steps of 0
// or 1.
type comparisonKernel func(n int, dst *bool, x, y *float32, xStep, yStep int)

// selectKernel sets dst[i] = onTrue[i*trueStep] where which[i] holds and onFalse[i*falseStep] elsewhere, in the same way.
type selectKernel func(n int, dst *float32, which *bool, onFalse, onTrue *float32, falseStep, trueStep int)

// comparison is a primitive that compares, with its kernel.
type comparison struct {
	kernel comparisonKernel
	holds  func(x, y float32) bool
}

// comparison returns the kernel of a primitive that compares; ok is false for any other.
func (k *elementwiseKernels) comparison(p ops.Primitive) (c comparison, ok bool) {
	switch p {
	case ops.EqPrimitive:
		return comparison{k.eq, func(x, y float32) bool { return x == y }}, true
	case ops.NePrimitive:
		return comparison{k.ne, func(x, y float32) bool { return x != y }}, true
	case ops.LtPrimitive:
		return comparison{k.lt, func(x, y float32) bool { return x < y }}, true
	case ops.GtPrimitive:
		return comparison{k.gt, func(x, y float32) bool { return x > y }}, true
	case ops.GePrimitive:
		return comparison{k.ge, func(x, y float32) bool { return x >= y }}, true
	}
	return comparison{}, false
}

// run compares any number of values.
func (c comparison) run(dst []bool, x, y []float32, xStep, yStep int) {
	whole := len(dst) &^ (elementwiseLanes - 1)
	if whole > 0 {
		_, _ = x[(whole-1)*xStep], y[(whole-1)*yStep]
		c.kernel(whole, &dst[0], &x[0], &y[0], xStep, yStep)
	}
	for i := whole; i < len(dst); i++ {
		dst[i] = c.holds(x[i*xStep], y[i*yStep])
	}
}

// run picks any number of values.
func (f selectKernel) run(dst []float32, which []bool, onFalse, onTrue []float32, falseStep, trueStep int) {
	whole := len(dst) &^ (elementwiseLanes - 1)
	which = which[:len(dst)]
	if whole > 0 {
		_, _ = onFalse[(whole-1)*falseStep], onTrue[(whole-1)*trueStep]
		f(whole, &dst[0], &which[0], &onFalse[0], &onTrue[0], falseStep, trueStep)
	}
	for i := whole; i < len(dst); i++ {
		if which[i] {
			dst[i] = onTrue[i*trueStep]
		} else {
			dst[i] = onFalse[i*falseStep]
		}
	}
}

// truthStep returns how an equation that makes or reads truth values is carried out with operands and results as its definition
// wants them; nil where the definition serves.
func (k *elementwiseKernels) truthStep(p ops.Primitive, plan *ops.NodePlan, operands []tileSource) vectorStep {
	if k.copy == nil || plan.Round || plan.Exact {
		return nil
	}
	for _, src := range operands {
		if src.want != ops.StoreFloat32 && src.want != ops.StoreBool {
			return nil
		}
	}
	c, compares := k.comparison(p)
	switch {
	case compares && operands[0].want == ops.StoreFloat32:
		return compareWith(c)
	case p == ops.SelectNPrimitive && operands[1].want == ops.StoreFloat32 && operands[0].kind == tiled:
		return selectWith(k.choose)
	case p == ops.AndPrimitive:
		return and
	}
	return nil
}

// compareWith applies a comparison to two operands, broadcast.
func compareWith(c comparison) vectorStep {
	return func(out *ops.Tensor, in []*ops.Tensor) {
		x, y := in[0], in[1]
		ops.BroadcastRuns(out.Shape, x.Shape, y.Shape, func(at, n int, xr, yr ops.Run) {
			c.run(out.Bool[at:at+n], x.F32[xr.At:], y.F32[yr.At:], xr.Step, yr.Step)
		})
	}
}

// selectWith picks from two cases, either of which may be one value.
func selectWith(f selectKernel) vectorStep {
	step := func(t *ops.Tensor) int { return min(1, len(t.F32)-1) }
	return func(out *ops.Tensor, in []*ops.Tensor) {
		f.run(out.F32, in[0].Bool, in[1].F32, in[2].F32, step(in[1]), step(in[2]))
	}
}

// and joins truth values, broadcast.
func and(out *ops.Tensor, in []*ops.Tensor) {
	x, y := in[0], in[1]
	ops.BroadcastRuns(out.Shape, x.Shape, y.Shape, func(at, n int, xr, yr ops.Run) {
		dst := out.Bool[at : at+n]
		switch {
		case xr.Step == 0:
			andOne(dst, x.Bool[xr.At], y.Bool[yr.At:], yr.Step)
		case yr.Step == 0:
			andOne(dst, y.Bool[yr.At], x.Bool[xr.At:], xr.Step)
		default:
			andAll(dst, x.Bool[xr.At:xr.At+n], y.Bool[yr.At:yr.At+n])
		}
	})
}

// andOne joins one truth value with several, or with one.
func andOne(dst []bool, one bool, x []bool, step int) {
	switch {
	case !one || step == 0 && !x[0]:
		clear(dst)
	case step == 0:
		for i := range dst {
			dst[i] = true
		}
	default:
		copy(dst, x[:len(dst)])
	}
}

// andAll joins truth values, eight at a time.
func andAll(dst, x, y []bool) {
	const together = 8
	whole := len(dst) / together
	for i, v := range words(x, whole) {
		words(dst, whole)[i] = v & words(y, whole)[i]
	}
	for i := whole * together; i < len(dst); i++ {
		dst[i] = x[i] && y[i]
	}
}

// words returns the bytes of truth values, eight to a word.
func words(x []bool, n int) []uint64 {
	if n == 0 {
		return nil // there may be fewer bytes than a word has
	}
	return unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(x))), n)
}
