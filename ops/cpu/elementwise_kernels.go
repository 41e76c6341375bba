package cpu

import (
	"sync"
	"unsafe"

	"bf16lab/bf16"
	"bf16lab/ops"
)

// The mode of an elementwise kernel: how it reads its operands and what becomes of a result before it is written.
const (
	modeFlush     = 1 // a subnormal result becomes a zero of its sign
	modeNarrow    = 2 // results are rounded to bfloat16 and written as codes, after flushing
	modeLeftHalf  = 4 // the first operand is read from bfloat16 codes
	modeRightHalf = 8 // the second operand is
	// modeNative may be set where codes are written and no result that is not flushed is subnormal: the processor's own
	// instruction rounds, which takes subnormal values for zero.
	modeNative    = 16
	modeFlushLeft = 32 // the first operand is flushed before it is used
	modePast      = 64 // results are written past the caches; they begin with a line
)

// binaryKernel computes dst[i] = x[i*xStep] op y[i*yStep] for i < n, with steps of 0 or 1, and n a multiple of elementwiseLanes
// above zero. dst may be x or y, where that is not a single value. An operand with step 0 is a float32. The definition is
// that of the primitive in package ops, of float32; modeFlush exists only for primitives that flush, modeFlushLeft only with modeFlush.
type binaryKernel func(mode, n int, dst, x, y *byte, xStep, yStep int)

// unaryKernel computes dst[i] = f(x[i]) in the same way; dst may be x. The functions are those of elementary.XLACPU.
type unaryKernel func(mode, n int, dst, x *byte)

// sumKernel adds four rows of n values to the sums of a group of rows, group[i] += ((r0[i] + r1[i]) + r2[i]) + r3[i]; with
// modeFlush the values of the rows are flushed first. Rows of uint16 hold bfloat16 codes.
type sumKernel[T float32 | uint16] func(mode, n int, group *float32, r0, r1, r2, r3 *T)

// sumGroupsKernel adds groups of 16 rows, step bytes apart, to the sums of a block of rows: for each group four times what a sumKernel
// does, beginning with zeros, and then block[i] += group[i].
type sumGroupsKernel[T float32 | uint16] func(mode, groups, n int, block *float32, first *T, step int)

// rowsKernel copies rows of some bytes, a multiple of 64 above zero, from rows that lie srcStep bytes apart to rows that lie dstStep
// bytes apart.
type rowsKernel func(rows, bytes int, dst *byte, dstStep int, src *byte, srcStep int)

// geluKernel computes x * logistic(scale * x) for n values, a multiple of elementwiseLanes above zero, as three equations do; with
// modeFlush the products are flushed, and modePast is possible. Meanwhile it fetches as many bytes from ahead on, for whoever comes
// next.
type geluKernel func(mode, n int, dst, x *float32, scale float32, ahead *byte)

// elementwiseLanes is what the number of values that a kernel computes is a multiple of.
const elementwiseLanes = 16

// elementwiseKernels is what an instruction set offers for elementwise primitives of float32. Without kernels the
// primitives are carried out by their definitions.
type elementwiseKernels struct {
	add, sub, mul, div, max, min binaryKernel
	copy, square, neg, abs, sqrt unaryKernel
	exp, tanh, logistic, log1p   unaryKernel
	logisticBFloat16             unaryKernel // elementary.Set.LogisticBFloat16
	round                        unaryKernel // to bfloat16
	sums                         sumKernels[float32]
	sumsBFloat16                 sumKernels[uint16]
	copyRows                     rowsKernel
	copyRowsPast                 rowsKernel // writes past the caches rows that begin with lines
	gelu                         geluKernel
	rotary                       rotaryKernel
	lookup                       lookupKernel
	gatherLookup                 lookupKernel     // nil where there are no gathering instructions for it
	normGatherLookup             normLookupKernel // likewise
	normSingleLookup             normLookupKernel
	scaleOffset                  scaleOffsetKernel
	scaleOffsetCodes             codesKernel
	everySecond                  secondKernel
	interleave                   interleaveKernel
	eq, ne, lt, gt, ge           comparisonKernel
	choose                       selectKernel
	transpose                    transposeKernel
	side                         int // of blocks of transpose
}

// activeElementwise returns the kernels in use.
func activeElementwise() *elementwiseKernels { return &active.Load().elementwise }

// floats is a run of float32 values or of bfloat16 codes: exactly one of its slices is in use.
type floats struct {
	wide []float32
	half []uint16
}

// floatsOf returns the elements of a tensor from the given one on.
func floatsOf(t *ops.Tensor, from int) floats {
	if t.BF16 != nil {
		return floats{half: t.BF16[from:]}
	}
	return floats{wide: t.F32[from:]}
}

// at returns where element i lies.
func (f floats) at(i int) *byte {
	if f.half != nil {
		return (*byte)(unsafe.Pointer(&f.half[i]))
	}
	return (*byte)(unsafe.Pointer(&f.wide[i]))
}

// mode returns the bit if the run holds codes.
func (f floats) mode(bit int) int {
	if f.half != nil {
		return bit
	}
	return 0
}

// edge holds the operands and the result of the last values of a run, which are fewer than a kernel computes.
type edge struct{ dst, x, y edgeValues }

type edgeValues struct {
	wide [elementwiseLanes]float32
	half [elementwiseLanes]uint16
}

var edges = sync.Pool{New: func() any { return new(edge) }}

// as returns the values as a run of the same kind as f.
func (e *edgeValues) as(f floats) floats {
	if f.half != nil {
		return floats{half: e.half[:]}
	}
	return floats{wide: e.wide[:]}
}

// fill copies elements from, ..., from+n-1 of a run, or its only element, and returns the copy.
func (e *edgeValues) fill(f floats, from, n, step int) floats {
	switch {
	case step == 0:
		e.wide[0] = f.wide[0]
	case f.half != nil:
		copy(e.half[:], f.half[from:from+n])
	default:
		copy(e.wide[:], f.wide[from:from+n])
	}
	return e.as(f)
}

// drain copies the first n values to elements from, ..., from+n-1 of a run.
func (e *edgeValues) drain(f floats, from, n int) {
	if f.half != nil {
		copy(f.half[from:from+n], e.half[:])
	} else {
		copy(f.wide[from:from+n], e.wide[:])
	}
}

// run calls a kernel for n values, any number of them; a result of codes is rounded.
func (f binaryKernel) run(mode, n int, dst, x, y floats, xStep, yStep int) {
	mode |= dst.mode(modeNarrow) | x.mode(modeLeftHalf) | y.mode(modeRightHalf)
	whole := n &^ (elementwiseLanes - 1)
	if whole > 0 {
		_, _, _ = dst.at(whole-1), x.at((whole-1)*xStep), y.at((whole-1)*yStep)
		f(mode, whole, dst.at(0), x.at(0), y.at(0), xStep, yStep)
	}
	if whole == n {
		return
	}
	e := edges.Get().(*edge)
	to, left, right := e.dst.as(dst), e.x.fill(x, whole, n-whole, xStep), e.y.fill(y, whole, n-whole, yStep)
	f(mode, elementwiseLanes, to.at(0), left.at(0), right.at(0), xStep, yStep)
	e.dst.drain(dst, whole, n-whole)
	edges.Put(e)
}

// run calls a kernel for n values, any number of them; a result of codes is rounded.
func (f unaryKernel) run(mode, n int, dst, x floats) {
	mode |= dst.mode(modeNarrow) | x.mode(modeLeftHalf)
	whole := n &^ (elementwiseLanes - 1)
	if whole > 0 {
		_, _ = dst.at(whole-1), x.at(whole-1)
		f(mode, whole, dst.at(0), x.at(0))
	}
	if whole == n {
		return
	}
	e := edges.Get().(*edge)
	to, from := e.dst.as(dst), e.x.fill(x, whole, n-whole, 1)
	f(mode, elementwiseLanes, to.at(0), from.at(0))
	e.dst.drain(dst, whole, n-whole)
	edges.Put(e)
}

// run calls the kernel for any number of values.
func (f geluKernel) run(mode int, dst, x []float32, scale float32, ahead *byte) {
	whole := len(x) &^ (elementwiseLanes - 1)
	dst = dst[:len(x)]
	if ahead == nil && len(x) > 0 {
		ahead = (*byte)(unsafe.Pointer(&x[0]))
	}
	if whole > 0 {
		f(mode, whole, &dst[0], &x[0], scale, ahead)
	}
	if whole == len(x) {
		return
	}
	var rest [elementwiseLanes]float32
	copy(rest[:], x[whole:])
	f(mode&^modePast, elementwiseLanes, &rest[0], &rest[0], scale, ahead)
	copy(dst[whole:], rest[:])
}

// encodeBFloat16 is bf16.EncodeBFloat16.
func encodeBFloat16(dst []uint16, src []float32) {
	if k := activeElementwise(); k.copy != nil && len(src) == len(dst) && len(src) >= elementwiseLanes {
		k.copy.run(0, len(dst), floats{half: dst}, floats{wide: src})
		return
	}
	bf16.EncodeBFloat16(dst, src)
}

// encodeFlushed is [flush] and [encodeBFloat16] at once.
func encodeFlushed(dst []uint16, src []float32) {
	if k := activeElementwise(); k.copy != nil {
		k.copy.run(modeFlush, len(dst), floats{half: dst}, floats{wide: src})
		return
	}
	ops.Flush(&ops.Tensor{F32: src})
	bf16.EncodeBFloat16(dst, src)
}

// decodeBFloat16 is bf16.DecodeBFloat16.
func decodeBFloat16(dst []float32, src []uint16) {
	if k := activeElementwise(); k.copy != nil && len(src) == len(dst) && len(src) >= elementwiseLanes {
		k.copy.run(0, len(dst), floats{wide: dst}, floats{half: src})
		return
	}
	bf16.DecodeBFloat16(dst, src)
}

// roundTo is ops.RoundTo, with a kernel where there is one.
func roundTo(f bf16.Format, t *ops.Tensor) {
	if k := activeElementwise(); k.round != nil && f == bf16.BFloat16 && t.F32 != nil {
		k.round.run(0, len(t.F32), floats{wide: t.F32}, floats{wide: t.F32})
		return
	}
	ops.RoundTo(f, t)
}

// flush is ops.Flush, with a kernel where there is one.
func flush(t *ops.Tensor) {
	if k := activeElementwise(); k.copy != nil && t.F32 != nil {
		k.copy.run(modeFlush, len(t.F32), floats{wide: t.F32}, floats{wide: t.F32})
		return
	}
	ops.Flush(t)
}
