package cpu

import (
	"slices"
	"testing"

	"bf16lab/ops"
)

// Transposes give the bits of the definition, whatever their sides and whichever axes they move.
func TestTranspose(t *testing.T) {
	shapes := []ops.Shape{{16, 16}, {3, 100}, {37, 150}, {1, 23, 11, 13}, {5, 4, 1, 33}, {17, 1, 2, 64}, {19, 5, 70}, {4, 18, 2, 17}, {20, 21, 22}, {1, 1}, {0, 16}}
	eachKernel(t, func(t *testing.T) {
		for _, shape := range shapes {
			in := &ops.Tensor{Shape: shape, F32: lcgValues(3, shape.Size())}
			for _, axes := range permutations(len(shape)) {
				p := ops.TransposeParams{Permutation: axes}
				var to ops.Shape
				for _, a := range axes {
					to = append(to, shape[a])
				}
				got, want := ops.NewTensor(to, ops.StoreFloat32), ops.NewTensor(to, ops.StoreFloat32)
				ops.Evaluate(ops.TransposePrimitive, ops.NewContext(p, &ops.NodePlan{}), []*ops.Tensor{want}, []*ops.Tensor{in})
				(&run{Options: Options{Workers: 2}}).transpose(p, got, in)
				if !slices.Equal(got.F32, want.F32) {
					t.Errorf("%v of %v differs from the definition", axes, shape)
				}
			}
		}
	})
}

// permutations lists the orders of the first n numbers.
func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var all [][]int
	for _, p := range permutations(n - 1) {
		for at := range n {
			all = append(all, slices.Insert(slices.Clone(p), at, n-1))
		}
	}
	return all
}
