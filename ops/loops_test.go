package ops

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawShape draws a shape of rank 0 to most with axes of size 0 to longest.
func drawShape(t *rapid.T, most, shortest, longest int) Shape {
	return rapid.SliceOfN(rapid.IntRange(shortest, longest), 0, most).Draw(t, "shape")
}

// drawBroadcast draws a shape that broadcasts to shape: a scalar, or the same rank with some axes of size 1.
func drawBroadcast(t *rapid.T, shape Shape, label string) Shape {
	out := slices.Clone(shape)
	kept := rapid.SliceOfN(rapid.Bool(), len(shape), len(shape)).Draw(t, label)
	for i, keep := range kept {
		if !keep {
			out[i] = 1
		}
	}
	if rapid.IntRange(0, 5).Draw(t, label+" is a scalar") == 0 {
		return nil
	}
	return out
}

// coordinates returns the coordinates of the flat position i of shape.
func coordinates(i int, shape Shape) []int {
	at := make([]int, len(shape))
	for a := len(shape) - 1; a >= 0; a-- {
		at[a] = i % shape[a]
		i /= shape[a]
	}
	return at
}

// flat returns the flat position of coordinates; along axes of size 1 every coordinate is 0, a scalar has position 0.
func flat(at []int, shape Shape) int {
	i := 0
	for a, d := range shape {
		i *= d
		if d > 1 {
			i += at[a]
		}
	}
	return i
}

func count(n, from int) []int {
	x := make([]int, n)
	for i := range x {
		x[i] = from + i
	}
	return x
}

// TestZipIsAnIndexLoop compares zip with a loop over coordinates; the axes are long enough for several fills of a constant
// operand.
func TestZipIsAnIndexLoop(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := drawShape(t, 4, 1, 5)
		if len(shape) > 0 && rapid.Bool().Draw(t, "long") {
			shape[rapid.IntRange(0, len(shape)-1).Draw(t, "axis")] = rapid.IntRange(250, 600).Draw(t, "length")
		}
		xs, ys := drawBroadcast(t, shape, "x"), drawBroadcast(t, shape, "y")
		x, y := count(xs.Size(), 1000), count(ys.Size(), 2_000_000)
		got := make([][2]int, shape.Size())
		zip(got, shape, x, xs, y, ys, func(dst [][2]int, x, y []int) {
			if len(x) != len(dst) || len(y) != len(dst) {
				t.Fatalf("runs of %d, %d and %d elements", len(dst), len(x), len(y))
			}
			for i := range dst {
				dst[i] = [2]int{x[i], y[i]}
			}
		})
		for i := range got {
			at := coordinates(i, shape)
			if want := [2]int{x[flat(at, xs)], y[flat(at, ys)]}; got[i] != want {
				t.Fatalf("%v with %v to %v: element %v is %v, want %v", xs, ys, shape, at, got[i], want)
			}
		}
	})
}

// TestZipOfLongRuns: a constant beside a run of several fills.
func TestZipOfLongRuns(t *testing.T) {
	x := count(600, 0)
	for _, ys := range []Shape{nil, {1, 1}} {
		sum, difference := make([]int, 600), make([]int, 600)
		zip(sum, Shape{2, 300}, x, Shape{2, 300}, []int{1000}, ys, func(dst, x, y []int) {
			for i := range dst {
				dst[i] = x[i] + y[i]
			}
		})
		zip(difference, Shape{2, 300}, []int{1000}, ys, x, Shape{2, 300}, func(dst, x, y []int) {
			for i := range dst {
				dst[i] = x[i] - y[i]
			}
		})
		for i := range x {
			if sum[i] != i+1000 || difference[i] != 1000-i {
				t.Fatalf("constant of shape %v, element %d: %d and %d", ys, i, sum[i], difference[i])
			}
		}
	}
}

func TestZipOfNothing(t *testing.T) {
	zip(nil, Shape{3, 0}, []float32{1, 2, 3}, Shape{3, 1}, nil, Shape{3, 0}, func(dst, x, y []float32) {
		if len(dst) != 0 {
			t.Errorf("called with %d elements", len(dst))
		}
	})
}

func TestBroadcastShapes(t *testing.T) {
	for _, c := range []struct {
		s, t, want Shape
		ok         bool
	}{
		{nil, nil, nil, true},
		{nil, Shape{2, 3}, Shape{2, 3}, true},
		{Shape{2, 3}, nil, Shape{2, 3}, true},
		{Shape{2, 1}, Shape{1, 3}, Shape{2, 3}, true},
		{Shape{1, 0}, Shape{4, 1}, Shape{4, 0}, true},
		{Shape{2, 3}, Shape{2, 4}, nil, false},
		{Shape{3}, Shape{2, 3}, nil, false}, // JAX's primitives do not add axes, numpy's functions do
	} {
		got, ok := broadcast(c.s, c.t)
		if ok != c.ok || !got.Equal(c.want) {
			t.Errorf("%v with %v: %v %v, want %v %v", c.s, c.t, got, ok, c.want, c.ok)
		}
	}
}

// TestBinaryBroadcasting takes one primitive through Evaluate: a column and a row, a scalar, both orders of operands.
func TestBinaryBroadcasting(t *testing.T) {
	column, across := reals(Shape{2, 1}, 10, 20), reals(Shape{1, 3}, 1, 2, 3)
	checkDefinitions(t, []definitionCase{
		{"column minus row", two((*Builder).Sub), list(column, across), list(reals(Shape{2, 3}, 9, 8, 7, 19, 18, 17))},
		{"row minus column", two((*Builder).Sub), list(across, column), list(reals(Shape{2, 3}, -9, -8, -7, -19, -18, -17))},
		{"scalar", two((*Builder).Sub), list(reals(nil, 5), column), list(reals(Shape{2, 1}, -5, -15))},
		{"compare", two((*Builder).Gt), list(across, reals(Shape{2, 1}, 1, 2)), list(truths(Shape{2, 3}, false, true, true, false, false, true))},
	})
}

func TestShapeString(t *testing.T) {
	if got := fmt.Sprint(Shape{1, 4096, 768}, Shape{}); got != "[1,4096,768] []" {
		t.Errorf("got %s", got)
	}
}
