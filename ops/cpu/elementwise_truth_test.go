package cpu

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"bf16lab/ops"
)

// Steps that make or read truth values give those of the definitions, NaN and zeros of both signs included, for rows of every
// length and operands that are broadcast.
func TestTruthSteps(t *testing.T) {
	values := interesting()
	r := rand.New(rand.NewPCG(9, 10))
	floatsOf := func(shape ops.Shape) *ops.Tensor {
		out := ops.NewTensor(shape, ops.StoreFloat32)
		for i := range out.F32 {
			out.F32[i] = values[r.IntN(len(values))]
		}
		return out
	}
	boolsOf := func(shape ops.Shape) *ops.Tensor {
		out := ops.NewTensor(shape, ops.StoreBool)
		for i := range out.Bool {
			out.Bool[i] = r.IntN(2) == 1
		}
		return out
	}
	equalNow := func(x *ops.Tensor, y *ops.Tensor) { // so that comparisons meet equal values
		for i := 0; i < min(len(x.F32), len(y.F32)); i += 3 {
			x.F32[i] = y.F32[i]
		}
	}
	eachKernel(t, func(t *testing.T) {
		if activeElementwise().copy == nil {
			t.Skip("plain Go has no kernels to compare with the definitions")
		}
		for _, n := range []int{1, 2, 7, 8, 15, 16, 17, 31, 64, 100, 367} {
			full, one, column, row := ops.Shape{3, n}, ops.Shape(nil), ops.Shape{3, 1}, ops.Shape{1, n}
			for _, shapes := range [][2]ops.Shape{{full, full}, {full, one}, {one, full}, {column, row}, {row, column}, {full, column}} {
				for _, p := range []ops.Primitive{ops.EqPrimitive, ops.NePrimitive, ops.LtPrimitive, ops.GtPrimitive, ops.GePrimitive} {
					x, y := floatsOf(shapes[0]), floatsOf(shapes[1])
					equalNow(x, y)
					checkTruthStep(t, p, ops.NewTensor(full, ops.StoreBool), x, y)
				}
				checkTruthStep(t, ops.AndPrimitive, ops.NewTensor(full, ops.StoreBool), boolsOf(shapes[0]), boolsOf(shapes[1]))
			}
			for _, shapes := range [][2]ops.Shape{{full, full}, {full, one}, {one, full}, {one, one}} {
				checkTruthStep(t, ops.SelectNPrimitive, ops.NewTensor(full, ops.StoreFloat32), boolsOf(full), floatsOf(shapes[0]), floatsOf(shapes[1]))
			}
		}
	})
}

func checkTruthStep(t *testing.T, p ops.Primitive, out *ops.Tensor, in ...*ops.Tensor) {
	t.Helper()
	plan := &ops.NodePlan{}
	var sources []tileSource
	var shapes []ops.Shape
	for _, x := range in {
		sources = append(sources, tileSource{kind: tiled, want: x.Storage()})
		shapes = append(shapes, x.Shape)
	}
	step := activeElementwise().truthStep(p, plan, sources)
	if step == nil {
		t.Fatalf("%s has no kernel", p)
	}
	want := ops.NewTensor(out.Shape, out.Storage())
	define(p, plan, want, in...)
	step(out, in)
	if !slices.Equal(out.Bool, want.Bool) || !slices.EqualFunc(out.F32, want.F32, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) }) {
		t.Fatal(fmt.Sprint(p, " of ", shapes, " differs from its definition"))
	}
}
