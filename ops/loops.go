package ops

// number and real are the element types that arithmetic is defined on.
type (
	number interface{ float32 | float64 | int32 }
	real   interface{ float32 | float64 }
)

// fillRun is the length up to which a constant operand is spread out before a loop runs over it.
const fillRun = 256

// zip applies f to x and y, broadcast to shape, in runs: along a run each operand is contiguous or constant.
//
// f receives slices of one length. The decomposition does not change what is computed for an element.
func zip[T, U any](dst []U, shape Shape, x []T, xs Shape, y []T, ys Shape, f func(dst []U, x, y []T)) {
	if len(dst) == len(x) && len(dst) == len(y) {
		f(dst, x, y)
		return
	}
	var xFill, yFill []T
	BroadcastRuns(shape, xs, ys, func(at, run int, xr, yr Run) {
		if xr.Step == 1 && yr.Step == 1 {
			f(dst[at:at+run], x[xr.At:xr.At+run], y[yr.At:yr.At+run])
			return
		}
		left, right := spread(&xFill, x, xr, run), spread(&yFill, y, yr, run)
		for i := 0; i < run; i += fillRun {
			n := min(fillRun, run-i)
			f(dst[at+i:at+i+n], left(i, n), right(i, n))
		}
	})
}

// spread returns how a loop reads up to fillRun elements of an operand from element i of a run on; a constant is spread out
// in fill.
func spread[T any](fill *[]T, x []T, r Run, run int) func(i, n int) []T {
	if r.Step == 1 {
		return func(i, n int) []T { return x[r.At+i : r.At+i+n] }
	}
	if *fill == nil {
		*fill = make([]T, min(run, fillRun))
	}
	v := *fill
	for i := range v {
		v[i] = x[r.At]
	}
	return func(_, n int) []T { return v[:n] }
}

// Run is where an operand of an elementwise operation lies along a run of results: its elements begin at At and follow each
// other (Step 1), or the element there holds for the whole run (Step 0).
type Run struct{ At, Step int }

// BroadcastRuns cuts an elementwise operation on operands of the shapes xs and ys, broadcast to shape, into runs along which
// each operand is contiguous or constant, and calls f for each: elements at, ..., at+n-1 of the result.
func BroadcastRuns(shape, xs, ys Shape, f func(at, n int, x, y Run)) {
	axis, n := runAxis(shape, xs, ys)
	var memory [3 * fewAxes]int // on the stack
	free := memory[:0]
	if axis > fewAxes {
		free = make([]int, 0, 3*axis)
	}
	xOuter, free := outerStrides(free, xs, shape, axis)
	yOuter, free := outerStrides(free, ys, shape, axis)
	x, y := Run{Step: 1}, Run{Step: 1}
	if constantFrom(xs, axis) {
		x.Step = 0
	}
	if constantFrom(ys, axis) {
		y.Step = 0
	}
	index := free[len(free) : len(free)+axis]
	for at := 0; at < shape.Size(); at += n {
		x.At, y.At = dotIndex(index, xOuter), dotIndex(index, yOuter)
		f(at, n, x, y)
		advance(index, shape)
	}
}

// fewAxes is the number of axes up to which [BroadcastRuns] allocates nothing.
const fewAxes = 6

// runAxis returns the first axis of the longest suffix over which both operands are whole or constant, and its size.
func runAxis(shape, xs, ys Shape) (axis, run int) {
	axis, run = len(shape), 1
	for axis > 0 {
		if !uniformFrom(xs, shape, axis-1) || !uniformFrom(ys, shape, axis-1) {
			break
		}
		axis--
		run *= shape[axis]
	}
	return axis, run
}

// uniformFrom tells whether the operand is whole (equal to shape) or constant (all ones) on all axes from axis on.
func uniformFrom(s, shape Shape, axis int) bool {
	return constantFrom(s, axis) || s[axis:].Equal(shape[axis:])
}

// constantFrom tells whether all axes from axis on have size 1; a scalar is constant everywhere.
func constantFrom(s Shape, axis int) bool {
	if len(s) == 0 {
		return true
	}
	for _, d := range s[axis:] {
		if d != 1 {
			return false
		}
	}
	return true
}

// outerStrides returns the strides of the first axes of an operand, 0 where it is broadcast, behind what memory holds; and
// memory with them.
func outerStrides(memory []int, s, shape Shape, axis int) (strides, rest []int) {
	rest = memory[:len(memory)+axis]
	strides = rest[len(memory):]
	if len(s) == 0 {
		return strides, rest
	}
	stride := s[axis:].Size()
	for i := axis - 1; i >= 0; i-- {
		if s[i] == shape[i] && s[i] != 1 {
			strides[i] = stride
		}
		stride *= s[i]
	}
	return strides, rest
}

func dotIndex(index, strides []int) int {
	at := 0
	for i, s := range strides {
		at += index[i] * s
	}
	return at
}

// advance moves a row-major index over the leading axes of shape to the next position.
func advance(index []int, shape Shape) {
	for i := len(index) - 1; i >= 0; i-- {
		index[i]++
		if index[i] < shape[i] {
			return
		}
		index[i] = 0
	}
}

func fill[T any](dst []T, v T) {
	for i := range dst {
		dst[i] = v
	}
}

// binary applies one loop per element type to two broadcast operands.
func binary(out *Tensor, x, y *Tensor, f32 func(dst, x, y []float32), f64 func(dst, x, y []float64), i32 func(dst, x, y []int32)) {
	switch {
	case out.F32 != nil:
		zip(out.F32, out.Shape, x.F32, x.Shape, y.F32, y.Shape, f32)
	case out.F64 != nil:
		zip(out.F64, out.Shape, x.F64, x.Shape, y.F64, y.Shape, f64)
	case out.I32 != nil:
		zip(out.I32, out.Shape, x.I32, x.Shape, y.I32, y.Shape, i32)
	}
}

// compare applies one loop per element type to two broadcast operands, into truth values.
func compare(out *Tensor, x, y *Tensor, f32 func(dst []bool, x, y []float32), f64 func(dst []bool, x, y []float64), i32 func(dst []bool, x, y []int32)) {
	switch {
	case x.F32 != nil:
		zip(out.Bool, out.Shape, x.F32, x.Shape, y.F32, y.Shape, f32)
	case x.F64 != nil:
		zip(out.Bool, out.Shape, x.F64, x.Shape, y.F64, y.Shape, f64)
	case x.I32 != nil:
		zip(out.Bool, out.Shape, x.I32, x.Shape, y.I32, y.Shape, i32)
	}
}

// mapUnary applies one loop per element type to one operand of the result's shape.
func mapUnary(out, x *Tensor, f32 func(dst, x []float32), f64 func(dst, x []float64), i32 func(dst, x []int32)) {
	switch {
	case out.F32 != nil:
		f32(out.F32, x.F32)
	case out.F64 != nil:
		f64(out.F64, x.F64)
	case out.I32 != nil:
		i32(out.I32, x.I32)
	}
}
