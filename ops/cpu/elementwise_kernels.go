package cpu

import (
	"sync"

	"bf16lab/bf16"
)

// The mode of an elementwise kernel: what becomes of a result before it is written.
const (
	modeFlush = 1 // a subnormal becomes a zero of its sign
	modeRound = 2 // then it is rounded to bfloat16
)

// binaryKernel computes dst[i] = x[i*xStep] op y[i*yStep] for i < n, with steps of 0 or 1, and n a multiple of elementwiseLanes
// above zero. dst may be x or y, where that is not a single value. The definition is that of the primitive in package ops,
// of float32; mode 1 and 3 exist only for primitives that flush.
type binaryKernel func(mode, n int, dst, x, y *float32, xStep, yStep int)

// unaryKernel computes dst[i] = f(x[i]) in the same way; dst may be x. The functions are those of elementary.XLACPU.
type unaryKernel func(mode, n int, dst, x *float32)

// sumKernel adds four rows of n values to the sums of a group of rows, group[i] += ((r0[i] + r1[i]) + r2[i]) + r3[i]; with
// modeFlush the values of the rows are flushed first. Rows of uint16 hold bfloat16 codes.
type sumKernel[T float32 | uint16] func(mode, n int, group *float32, r0, r1, r2, r3 *T)

// elementwiseLanes is what the number of values that a kernel computes is a multiple of.
const elementwiseLanes = 16

// elementwiseKernels is what an instruction set offers for elementwise primitives of float32. Without kernels the
// primitives are carried out by their definitions.
type elementwiseKernels struct {
	add, sub, mul, div, max, min binaryKernel
	copy, square, neg, abs, sqrt unaryKernel
	exp, tanh, logistic, log1p   unaryKernel
	logisticBFloat16             unaryKernel // elementary.Set.LogisticBFloat16
	sumFour                      sumKernel[float32]
	sumFourBFloat16              sumKernel[uint16]
	encode                       func(n int, dst *uint16, x *float32) // bf16.EncodeBFloat16
	decode                       func(n int, dst *float32, x *uint16) // bf16.DecodeBFloat16
}

// activeElementwise returns the kernels in use.
func activeElementwise() *elementwiseKernels { return &active.Load().elementwise }

// edge holds the operands and the result of the last values of a run, which are fewer than a kernel computes.
type edge struct{ dst, x, y [elementwiseLanes]float32 }

var edges = sync.Pool{New: func() any { return new(edge) }}

// run calls a kernel for runs of any length, that of dst.
func (f binaryKernel) run(mode int, dst, x, y []float32, xStep, yStep int) {
	n := len(dst) &^ (elementwiseLanes - 1)
	if n > 0 {
		_, _ = x[(n-1)*xStep], y[(n-1)*yStep]
		f(mode, n, &dst[0], &x[0], &y[0], xStep, yStep)
	}
	if n == len(dst) {
		return
	}
	e := edges.Get().(*edge)
	e.x[0], e.y[0] = x[0], y[0]
	if xStep != 0 {
		copy(e.x[:], x[n:len(dst)])
	}
	if yStep != 0 {
		copy(e.y[:], y[n:len(dst)])
	}
	f(mode, elementwiseLanes, &e.dst[0], &e.x[0], &e.y[0], xStep, yStep)
	copy(dst[n:], e.dst[:])
	edges.Put(e)
}

// run calls a kernel for runs of any length.
func (f unaryKernel) run(mode int, dst, x []float32) {
	x = x[:len(dst)]
	n := len(dst) &^ (elementwiseLanes - 1)
	if n > 0 {
		f(mode, n, &dst[0], &x[0])
	}
	if n == len(dst) {
		return
	}
	e := edges.Get().(*edge)
	copy(e.x[:], x[n:])
	f(mode, elementwiseLanes, &e.dst[0], &e.x[0])
	copy(dst[n:], e.dst[:])
	edges.Put(e)
}

// encodeBFloat16 is bf16.EncodeBFloat16.
func encodeBFloat16(dst []uint16, src []float32) {
	n := 0
	if k := activeElementwise(); k.encode != nil && len(src) == len(dst) && len(src) >= elementwiseLanes {
		n = len(src) &^ (elementwiseLanes - 1)
		k.encode(n, &dst[0], &src[0])
	}
	bf16.EncodeBFloat16(dst[n:], src[n:])
}

// decodeBFloat16 is bf16.DecodeBFloat16.
func decodeBFloat16(dst []float32, src []uint16) {
	n := 0
	if k := activeElementwise(); k.decode != nil && len(src) == len(dst) && len(src) >= elementwiseLanes {
		n = len(src) &^ (elementwiseLanes - 1)
		k.decode(n, &dst[0], &src[0])
	}
	bf16.DecodeBFloat16(dst[n:], src[n:])
}
