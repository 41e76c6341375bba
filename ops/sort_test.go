package ops

import (
	"math"
	"testing"
)

func TestSortDefinition(t *testing.T) {
	along := func(axis int) func(*Builder, []*Value) {
		return func(b *Builder, x []*Value) { b.Sort(x[0], axis) }
	}
	x := reals(Shape{2, 3}, 3, 1, 2, -1, 5, 0)
	checkDefinitions(t, []definitionCase{
		{"rows", along(1), list(x), list(reals(Shape{2, 3}, 1, 2, 3, -1, 0, 5))},
		{"columns", along(0), list(x), list(reals(Shape{2, 3}, -1, 1, 0, 3, 5, 2))},
		{"middle axis", along(1), list(reals(Shape{1, 2, 2}, 4, 1, 3, 2)), list(reals(Shape{1, 2, 2}, 3, 1, 4, 2))},
		{"NaN last", along(0), list(row(1, nan, inf, nan, -inf, 0)), list(row(-inf, 0, 1, inf, nan, nan))},
		// Both zeros are equal and the sort is stable.
		{"zeros stay in order", along(0), list(row(0, minusZero, -1, 0, minusZero)), list(row(-1, 0, minusZero, 0, minusZero))},
		{"integers", along(0), list(ints(Shape{4}, 2, math.MinInt32, 7, -1)), list(ints(Shape{4}, math.MinInt32, -1, 2, 7))},
	})
}

func TestApproxTopKDefinition(t *testing.T) {
	top := func(k, axis int) func(*Builder, []*Value) {
		return func(b *Builder, x []*Value) { b.ApproxTopK(x[0], k, axis) }
	}
	checkDefinitions(t, []definitionCase{
		{"rows", top(2, 1), list(reals(Shape{2, 3}, 3, 1, 2, -1, 5, 0)), list(reals(Shape{2, 2}, 3, 2, 5, 0), ints(Shape{2, 2}, 0, 2, 1, 2))},
		{"columns", top(1, 0), list(reals(Shape{2, 3}, 3, 1, 2, -1, 5, 0)), list(reals(Shape{1, 3}, 3, 5, 2), ints(Shape{1, 3}, 0, 1, 0))},
		{"of equal elements the earlier one", top(3, 0), list(row(1, 2, 1, 2, 1)), list(row(2, 2, 1), ints(Shape{3}, 1, 3, 0))},
		{"infinities", top(2, 0), list(row(-inf, inf, 0)), list(row(inf, 0), ints(Shape{2}, 1, 2))},
		{"all", top(3, 0), list(row(1, 3, 2)), list(row(3, 2, 1), ints(Shape{3}, 1, 2, 0))},
	})
}
