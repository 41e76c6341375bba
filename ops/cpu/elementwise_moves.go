package cpu

import (
	"unsafe"

	"bf16lab/ops"
)

// The mode of a kernel that moves elements.
const (
	modeTwoBytes = 1 // elements are of two bytes instead of four
	modeSecond   = 2 // the second element of each pair is taken instead of the first
)

// secondKernel sets dst[i] = x[2*i], or x[2*i + 1] with modeSecond, for i < n, a multiple of elementwiseLanes above zero.
type secondKernel func(mode, n int, dst, x *byte)

// interleaveKernel sets dst[2*i] = x[i] and dst[2*i + 1] = y[i] for i < n, a multiple of elementwiseLanes above zero.
type interleaveKernel func(mode, n int, dst, x, y *byte)

// moved is an element as kernels that move elements see it.
type moved interface{ uint16 | float32 }

// takeSecond is what a secondKernel defines, for any n.
func takeSecond[T moved](f secondKernel, mode int, dst, x []T) {
	n := len(dst) &^ (elementwiseLanes - 1)
	x = x[:2*len(dst)]
	if n > 0 {
		f(mode, n, pointer(dst), pointer(x))
	}
	for i := n; i < len(dst); i++ {
		dst[i] = x[2*i+mode/modeSecond]
	}
}

// makePairs is what a interleaveKernel defines, for any n.
func makePairs[T moved](f interleaveKernel, mode int, dst, x, y []T) {
	n := len(x) &^ (elementwiseLanes - 1)
	dst, y = dst[:2*len(x)], y[:len(x)]
	if n > 0 {
		f(mode, n, pointer(dst), pointer(x), pointer(y))
	}
	for i := n; i < len(x); i++ {
		dst[2*i], dst[2*i+1] = x[i], y[i]
	}
}

func pointer[T moved](x []T) *byte { return (*byte)(unsafe.Pointer(unsafe.SliceData(x))) }

// moveStep returns how the kernels carry out an equation that only moves elements of a storage, in a tile of rows of the given
// shape; nil where the definition serves.
func (k *elementwiseKernels) moveStep(params any, s ops.Storage, row ops.Shape, operands []tileSource) vectorStep {
	if k.copy == nil || s != ops.StoreFloat32 && s != ops.StoreBFloat16 {
		return nil
	}
	switch p := params.(type) {
	case ops.SliceParams:
		if second, ok := secondOf(p, operands[0].inner); ok {
			return func(out *ops.Tensor, in []*ops.Tensor) {
				if s == ops.StoreBFloat16 {
					takeSecond(k.everySecond, second*modeSecond|modeTwoBytes, out.BF16, in[0].BF16)
				} else {
					takeSecond(k.everySecond, second*modeSecond, out.F32, in[0].F32)
				}
			}
		}
	case ops.StackParams:
		if len(operands) == 2 && p.Axis == len(row) {
			return func(out *ops.Tensor, in []*ops.Tensor) {
				if s == ops.StoreBFloat16 {
					makePairs(k.interleave, modeTwoBytes, out.BF16, in[0].BF16, in[1].BF16)
				} else {
					makePairs(k.interleave, 0, out.F32, in[0].F32, in[1].F32)
				}
			}
		}
	}
	return nil
}

// secondOf tells which element of each pair along the last axis of tiles with rows of the given shape a slice takes, if it takes
// everything along all other axes.
func secondOf(p ops.SliceParams, row ops.Shape) (second int, ok bool) {
	last := len(row)
	if last == 0 || p.Strides == nil || p.Strides[last] != 2 || row[last-1]%2 != 0 || !ones(p.Strides[:last]) {
		return 0, false
	}
	for i, d := range row[:last-1] {
		if p.StartIndices[i+1] != 0 || p.LimitIndices[i+1] != d {
			return 0, false
		}
	}
	start, limit := p.StartIndices[last], p.LimitIndices[last]
	return start, start < 2 && (limit-start+1)/2 == row[last-1]/2
}
