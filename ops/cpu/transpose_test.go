package cpu

import (
	"slices"
	"testing"

	"bf16lab/ops"
)

// Transposes of matrices give the bits of the definition, whatever their sides, and others are told from them.
func TestTranspose(t *testing.T) {
	cases := []struct {
		shape         ops.Shape
		permutation   []int
		rows, columns int
	}{
		{ops.Shape{16, 16}, []int{1, 0}, 16, 16},
		{ops.Shape{3, 100}, []int{1, 0}, 100, 3},
		{ops.Shape{100, 3}, []int{1, 0}, 3, 100},
		{ops.Shape{37, 150}, []int{1, 0}, 150, 37},
		{ops.Shape{1, 23, 11, 13}, []int{0, 2, 3, 1}, 143, 23},
		{ops.Shape{5, 4, 1, 33}, []int{3, 2, 0, 1}, 33, 20},
		{ops.Shape{17, 1, 2, 64}, []int{2, 1, 3, 0}, 128, 17},
		{ops.Shape{4, 5, 6}, []int{2, 1, 0}, 0, 0},
		{ops.Shape{4, 5, 6}, []int{1, 0, 2}, 0, 0},
		{ops.Shape{4, 5, 6}, []int{0, 2, 1}, 0, 0},
		{ops.Shape{2, 3, 4, 5}, []int{2, 0, 3, 1}, 0, 0},
		{ops.Shape{4, 5, 6}, []int{0, 1, 2}, 0, 0},
		{ops.Shape{1, 1}, []int{1, 0}, 0, 0},
	}
	eachKernel(t, func(t *testing.T) {
		for _, c := range cases {
			p := ops.TransposeParams{Permutation: c.permutation}
			rows, columns, ok := matrixTranspose(p, c.shape)
			if ok != (c.rows > 0) || ok && (rows != c.rows || columns != c.columns) {
				t.Errorf("%v of %v: %d x %d, %v", c.permutation, c.shape, rows, columns, ok)
			}
			var to ops.Shape
			for _, a := range c.permutation {
				to = append(to, c.shape[a])
			}
			in := &ops.Tensor{Shape: c.shape, F32: lcgValues(3, c.shape.Size())}
			got, want := ops.NewTensor(to, ops.StoreFloat32), ops.NewTensor(to, ops.StoreFloat32)
			ops.Evaluate(ops.TransposePrimitive, ops.NewContext(p, &ops.NodePlan{}), []*ops.Tensor{want}, []*ops.Tensor{in})
			(&run{Options: Options{Workers: 2}}).transpose(p, got, in)
			if !slices.Equal(got.F32, want.F32) {
				t.Errorf("%v of %v differs from the definition", c.permutation, c.shape)
			}
		}
	})
}
