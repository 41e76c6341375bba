package ops

import (
	"fmt"

	"bf16lab/bf16"
)

// Tensor is a dense row-major array. Exactly one of its slices is in use; its length is the size of the shape.
//
// Floating-point values of every format up to float32 are kept widened in F32, or, for bfloat16, as their bits in BF16;
// float64 plans use F64.
type Tensor struct {
	Shape Shape
	F32   []float32
	F64   []float64
	BF16  []uint16
	I32   []int32
	Bool  []bool
}

// Storage says which slice of a tensor is in use.
type Storage uint8

// The storages of a tensor.
const (
	StoreFloat32 Storage = iota
	StoreFloat64
	StoreBFloat16
	StoreInt32
	StoreBool
)

// Bytes returns the size of one element.
func (s Storage) Bytes() int { return [...]int{4, 8, 2, 4, 1}[s] }

// Storage returns which slice is in use; an empty tensor without any counts as float32.
func (t *Tensor) Storage() Storage {
	switch {
	case t.F64 != nil:
		return StoreFloat64
	case t.BF16 != nil:
		return StoreBFloat16
	case t.I32 != nil:
		return StoreInt32
	case t.Bool != nil:
		return StoreBool
	}
	return StoreFloat32
}

// NewTensor allocates a tensor of zeros.
func NewTensor(shape Shape, s Storage) *Tensor {
	t := &Tensor{Shape: shape}
	n := shape.Size()
	switch s {
	case StoreFloat32:
		t.F32 = make([]float32, n)
	case StoreFloat64:
		t.F64 = make([]float64, n)
	case StoreBFloat16:
		t.BF16 = make([]uint16, n)
	case StoreInt32:
		t.I32 = make([]int32, n)
	case StoreBool:
		t.Bool = make([]bool, n)
	}
	return t
}

// Range returns the elements lo..hi-1 of t in flat order as a tensor of the given shape that shares t's memory.
func (t *Tensor) Range(lo, hi int, shape Shape) *Tensor {
	out := &Tensor{}
	out.SetRange(t, lo, hi, shape)
	return out
}

// SetRange makes t what [Tensor.Range] of from returns, for loops that do without a new tensor every time.
func (t *Tensor) SetRange(from *Tensor, lo, hi int, shape Shape) {
	if shape.Size() != hi-lo {
		panic(fmt.Sprintf("ops: range of %d elements as shape %v", hi-lo, shape))
	}
	*t = Tensor{Shape: shape}
	switch {
	case from.F32 != nil:
		t.F32 = from.F32[lo:hi]
	case from.F64 != nil:
		t.F64 = from.F64[lo:hi]
	case from.BF16 != nil:
		t.BF16 = from.BF16[lo:hi]
	case from.I32 != nil:
		t.I32 = from.I32[lo:hi]
	case from.Bool != nil:
		t.Bool = from.Bool[lo:hi]
	}
}

// As returns the same elements under another shape of the same size.
func (t *Tensor) As(shape Shape) *Tensor { return t.Range(0, t.Shape.Size(), shape) }

// Element returns the element at flat position i as float64; truth values are 0 and 1.
func (t *Tensor) Element(i int) float64 {
	switch {
	case t.F64 != nil:
		return t.F64[i]
	case t.BF16 != nil:
		return float64(bf16.FromBFloat16(t.BF16[i]))
	case t.I32 != nil:
		return float64(t.I32[i])
	case t.Bool != nil:
		if t.Bool[i] {
			return 1
		}
		return 0
	}
	return float64(t.F32[i])
}
