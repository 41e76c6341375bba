package ops

import (
	"cmp"
	"slices"
)

// SortPrimitive is JAX's sort: ascending, stable, along one axis.
const SortPrimitive Primitive = "sort"

// SortParams holds the axis of sort.
type SortParams struct {
	Dimension int  `json:"dimension"`
	IsStable  bool `json:"is_stable"`
	NumKeys   int  `json:"num_keys"`
}

// Sort appends x sorted in ascending order along an axis; NaN comes last, -0 and +0 are equal.
func (b *Builder) Sort(x *Value, dimension int) *Value {
	b.require(anyNumber(x.DType), SortPrimitive, "operand is %v", x.DType)
	b.require(dimension >= 0 && dimension < len(x.Shape), SortPrimitive, "axis %d of %v", dimension, x.Shape)
	return b.apply(SortPrimitive, SortParams{Dimension: dimension, IsStable: true, NumKeys: 1}, []Operand{x.operand(0)}, x.DType, x.Shape)
}

func evaluateSort(c *Context, out, in []*Tensor) {
	axis := c.Params.(SortParams).Dimension
	switch {
	case out[0].F32 != nil:
		sortAxis(out[0].F32, in[0].F32, in[0].Shape, axis)
	case out[0].F64 != nil:
		sortAxis(out[0].F64, in[0].F64, in[0].Shape, axis)
	case out[0].I32 != nil:
		sortAxis(out[0].I32, in[0].I32, in[0].Shape, axis)
	}
}

func sortAxis[T number](dst, x []T, shape Shape, axis int) {
	step := Shape(shape[axis+1:]).Size()
	n := shape[axis]
	line := make([]T, n)
	for start := range len(x) / n {
		at := start/step*step*n + start%step
		for i := range line {
			line[i] = x[at+i*step]
		}
		slices.SortStableFunc(line, ascending)
		for i, v := range line {
			dst[at+i*step] = v
		}
	}
}

// ascending orders numbers with NaN after everything and both zeros equal.
func ascending[T number](a, b T) int {
	switch {
	case a != a && b != b:
		return 0
	case a != a:
		return 1
	case b != b:
		return -1
	}
	return cmp.Compare(a, b)
}
