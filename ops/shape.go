package ops

import (
	"slices"
	"strconv"
	"strings"
)

// Shape holds the sizes of the axes of a tensor, outermost first; an empty shape is a scalar.
type Shape []int

// Size returns the number of elements, 1 for a scalar.
func (s Shape) Size() int {
	n := 1
	for _, d := range s {
		n *= d
	}
	return n
}

// Equal tells whether both shapes have the same axes.
func (s Shape) Equal(t Shape) bool { return slices.Equal(s, t) }

// String formats the shape as in [1,4096,768].
func (s Shape) String() string {
	parts := make([]string, len(s))
	for i, d := range s {
		parts[i] = strconv.Itoa(d)
	}
	return "[" + strings.Join(parts, ",") + "]"
}

// Strides returns the row-major strides of the shape in elements.
func (s Shape) Strides() []int {
	strides := make([]int, len(s))
	n := 1
	for i := len(s) - 1; i >= 0; i-- {
		strides[i] = n
		n *= s[i]
	}
	return strides
}

// broadcast returns the shape of an elementwise operation on both shapes: equal ranks, axes equal or one of them 1; a
// scalar goes with every shape. It reports false where the shapes do not fit.
func broadcast(s, t Shape) (Shape, bool) {
	if len(s) == 0 {
		return t, true
	}
	if len(t) == 0 {
		return s, true
	}
	if len(s) != len(t) {
		return nil, false
	}
	out := make(Shape, len(s))
	for i := range s {
		switch {
		case s[i] == t[i] || t[i] == 1:
			out[i] = s[i]
		case s[i] == 1:
			out[i] = t[i]
		default:
			return nil, false
		}
	}
	return out, true
}
