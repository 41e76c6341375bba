package ops

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestGatherDefinition(t *testing.T) {
	x := reals(Shape{3, 2}, 1, 2, 3, 4, 5, 6)
	take := func(axis, batch int, offset []int, mode GatherMode) func(*Builder, []*Value) {
		return func(b *Builder, x []*Value) { b.Gather(x[0], x[1], axis, batch, offset, mode) }
	}
	checkDefinitions(t, []definitionCase{
		{"rows", take(0, 0, []int{1}, PromiseInBounds), list(x, ints(Shape{2, 1}, 2, 0)), list(reals(Shape{2, 2}, 5, 6, 1, 2))},
		{"columns", take(1, 0, []int{0}, PromiseInBounds), list(x, ints(Shape{3, 1}, 1, 1, 0)), list(reals(Shape{3, 3}, 2, 2, 1, 4, 4, 3, 6, 6, 5))},
		{"outside", take(0, 0, []int{1}, FillOrDrop), list(x, ints(Shape{3, 1}, -1, 1, 3)), list(reals(Shape{3, 2}, nan, nan, 3, 4, nan, nan))},
		{"outside, integers", take(0, 0, nil, FillOrDrop), list(ints(Shape{2}, 7, 8), ints(Shape{2, 1}, 5, 1)), list(ints(Shape{2}, math.MinInt32, 8))},
		{"outside, truth values", take(0, 0, nil, FillOrDrop), list(truths(Shape{1}, false), ints(Shape{2, 1}, 0, 1)), list(truths(Shape{2}, false, true))},
		{"a batch", take(1, 1, []int{2}, FillOrDrop), list(reals(Shape{2, 2, 1}, 1, 2, 3, 4), ints(Shape{2, 2, 1}, 1, 0, 1, 9)),
			list(reals(Shape{2, 2, 1}, 2, 1, 4, nan))},
	})
}

func TestGatherPromiseBroken(t *testing.T) {
	text := mustPanic(t, func() {
		define(NodePlan{}, func(b *Builder, x []*Value) { b.Gather(x[0], x[1], 0, 0, nil, PromiseInBounds) }, row(1, 2), ints(Shape{1, 1}, 2))
	})
	if text != "ops: gather position 2 outside of 2" {
		t.Errorf("got %q", text)
	}
}

// TestGatherIsAnIndexLoop draws operand, indices, batch axes and the places of the taken axes.
func TestGatherIsAnIndexLoop(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := drawShape(t, 4, 1, 4)
		if len(shape) == 0 {
			shape = Shape{3}
		}
		axis := rapid.IntRange(0, len(shape)-1).Draw(t, "axis")
		batch := rapid.IntRange(0, min(axis, 2)).Draw(t, "batch")
		positions := append(slices.Clone(shape[:batch]), drawShape(t, 2, 1, 3)...)
		taken := len(shape) - 1 - batch
		rank := len(positions) + taken
		offset := rapid.Permutation(count(rank, 0)).Draw(t, "offset")[:taken]
		slices.Sort(offset)
		indices := ints(append(slices.Clone(positions), 1))
		for range positions.Size() {
			indices.I32 = append(indices.I32, int32(rapid.IntRange(-1, shape[axis]).Draw(t, "position")))
		}
		s := rapid.SampledFrom(storages).Draw(t, "storage")
		b := NewBuilder()
		y := b.Gather(b.Argument("x", Float32, shape...), b.Argument("i", Int32, indices.Shape...), axis, batch, offset, FillOrDrop)
		x, got := filled(shape, s, 1), filled(y.Shape, s, 3)
		Evaluate(GatherPrimitive, NewContext(y.Node.Params, &NodePlan{}), []*Tensor{got}, []*Tensor{x, indices})
		for i := range got.Shape.Size() {
			at := coordinates(i, y.Shape)
			var where, rest []int
			for k, v := range at {
				if slices.Contains(offset, k) {
					rest = append(rest, v)
				} else {
					where = append(where, v)
				}
			}
			position := int(indices.I32[flat(where, positions)])
			want := number64(outside(s), 0)
			if position >= 0 && position < shape[axis] {
				from := append(slices.Clone(where[:batch]), rest...)
				want = number64(x, flat(slices.Insert(from, axis, position), shape))
			}
			if g := number64(got, i); g != want && !(math.IsNaN(g) && math.IsNaN(want)) {
				t.Fatalf("%+v of %v at %v: element %v is %v, want %v", y.Node.Params, shape, indices.I32, at, g, want)
			}
		}
	})
}
