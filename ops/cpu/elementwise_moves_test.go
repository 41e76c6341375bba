package cpu

import (
	"fmt"
	"slices"
	"testing"

	"bf16lab/ops"
)

// Kernels that move pairs give the bits of slice and stack, at every length and with nothing written behind.
func TestPairKernels(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		k := activeElementwise()
		if k.copy == nil {
			t.Skip("plain Go has no kernels to compare with the definitions")
		}
		for n := range 70 {
			testPairs(t, k, n, ops.StoreFloat32, 0, func(t *ops.Tensor) []float32 { return t.F32 })
			testPairs(t, k, n, ops.StoreBFloat16, modeTwoBytes, func(t *ops.Tensor) []uint16 { return t.BF16 })
		}
	})
}

func testPairs[T moved](t *testing.T, k *elementwiseKernels, n int, s ops.Storage, mode int, of func(*ops.Tensor) []T) {
	t.Helper()
	evaluate := func(p ops.Primitive, params any, out *ops.Tensor, in ...*ops.Tensor) {
		ops.Evaluate(p, ops.NewContext(params, &ops.NodePlan{}), []*ops.Tensor{out}, in)
	}
	// check has want computed into memory behind which some more elements have to stay zero.
	check := func(what string, want *ops.Tensor, compute func(dst []T)) {
		t.Helper()
		size := want.Shape.Size()
		got := make([]T, size+elementwiseLanes)
		compute(got[:size])
		for i, v := range append(slices.Clone(of(want)), make([]T, elementwiseLanes)...) {
			if got[i] != v {
				t.Fatalf("%s of %d: element %d is %v, want %v", what, n, i, got[i], v)
			}
		}
	}
	pairs := ops.NewTensor(ops.Shape{n, 2}, s)
	for i := range of(pairs) {
		of(pairs)[i] = T(i + 1)
	}
	var halves [2]*ops.Tensor
	for second := range halves {
		halves[second] = ops.NewTensor(ops.Shape{n, 1}, s)
		evaluate(ops.SlicePrimitive, ops.SliceParams{StartIndices: []int{0, second}, LimitIndices: []int{n, second + 1}}, halves[second], pairs)
		check(fmt.Sprint("element ", second, " of pairs"), halves[second], func(dst []T) {
			takeSecond(k.everySecond, mode|second*modeSecond, dst, of(pairs))
		})
	}
	stacked := ops.NewTensor(ops.Shape{n, 1, 2}, s)
	evaluate(ops.StackPrimitive, ops.StackParams{Axis: 2}, stacked, halves[0], halves[1])
	check("pairs", stacked, func(dst []T) { makePairs(k.interleave, mode, dst, of(halves[0]), of(halves[1])) })
}

// secondOf knows the slices that take one element of every pair, and no others.
func TestSecondOf(t *testing.T) {
	for _, c := range []struct {
		start, limit, strides []int
		row                   ops.Shape
		second                int
		ok                    bool
	}{
		{[]int{0, 0}, []int{0, 8}, []int{1, 2}, ops.Shape{8}, 0, true},
		{[]int{0, 0}, []int{0, 7}, []int{1, 2}, ops.Shape{8}, 0, true},
		{[]int{0, 1}, []int{0, 8}, []int{1, 2}, ops.Shape{8}, 1, true},
		{[]int{0, 0, 1}, []int{0, 3, 8}, []int{1, 1, 2}, ops.Shape{3, 8}, 1, true},
		{[]int{0, 1}, []int{0, 7}, []int{1, 2}, ops.Shape{8}, 1, false},
		{[]int{0, 2}, []int{0, 8}, []int{1, 2}, ops.Shape{8}, 2, false},
		{[]int{0, 0}, []int{0, 7}, []int{1, 2}, ops.Shape{7}, 0, false},
		{[]int{0, 0}, []int{0, 8}, []int{1, 3}, ops.Shape{8}, 0, false},
		{[]int{0, 0}, []int{0, 8}, nil, ops.Shape{8}, 0, false},
		{[]int{0, 1, 1}, []int{0, 3, 8}, []int{1, 1, 2}, ops.Shape{3, 8}, 0, false},
		{[]int{0, 0, 1}, []int{0, 2, 8}, []int{1, 1, 2}, ops.Shape{3, 8}, 0, false},
		{[]int{0, 0, 1}, []int{0, 3, 8}, []int{1, 2, 2}, ops.Shape{3, 8}, 0, false},
		{[]int{0}, []int{0}, []int{1}, nil, 0, false},
	} {
		second, ok := secondOf(ops.SliceParams{StartIndices: c.start, LimitIndices: c.limit, Strides: c.strides}, c.row)
		if ok != c.ok || ok && second != c.second {
			t.Errorf("%v:%v:%v of rows %v: %d, %v", c.start, c.limit, c.strides, c.row, second, ok)
		}
	}
}
