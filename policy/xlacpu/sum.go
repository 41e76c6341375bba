package xlacpu

import (
	"math"
	"slices"

	"bf16lab/bf16"
)

const (
	// SmallSum is the number of elements from which a float32 reduction goes to YNNPACK.
	SmallSum = 4096
	// smallWindow is the largest window of XLA's own rewriting of smaller sums.
	smallWindow = 32
)

// Sum returns the order in which XLA sums a float32 array of the given shape over axes, which are in ascending order.
//
// Axes of size 1 count for nothing. Fewer than 4,096 elements are summed by windows; more by lanes where the last axis is
// summed, else by tiles. Tiles are known for sums over leading axes; for axes in the middle each place on the axes before
// them is taken to be a sum of its own.
func (cpu CPU) Sum(shape, axes []int) bf16.SumOrder {
	var reduced, inner []int
	total, last := 1, -1
	for i, d := range shape {
		total *= d
		switch {
		case d == 1:
		case slices.Contains(axes, i):
			reduced, last = append(reduced, d), i
			inner = nil
		default:
			inner = append(inner, d)
		}
	}
	switch {
	case len(reduced) == 0 || total == 0:
		return bf16.SumOrder{}
	case last >= 0 && len(inner) == 0 && total >= SmallSum:
		return bf16.SumOrder{Kind: bf16.Lanes}
	case len(reduced) > len(bf16.SumOrder{}.Axes):
		return bf16.SumOrder{}
	case total < SmallSum:
		return small(reduced)
	}
	return cpu.tiles(reduced, inner)
}

// FusedSum returns the order of a sum that jit fuses with the arithmetic that computes its operand: as [CPU.Sum], but every
// summed axis that does not fit is cut, however many tasks there are.
func (CPU) FusedSum(shape, axes []int) bf16.SumOrder {
	return CPU{Threads: math.MaxInt / 2}.Sum(shape, axes)
}

// WindowedSum returns the order of the sum over the last axis of a softmax whose operand comes transposed under jit: XLA cuts
// the axis into windows before YNNPACK takes the parts.
func (CPU) WindowedSum(shape, axes []int) bf16.SumOrder {
	o := bf16.SumOrder{Kind: bf16.Lanes}
	if len(axes) == 1 && shape[axes[0]] > smallWindow {
		o.Window, o.Plain = smallWindow, FewWindows(shape, axes[0])
	}
	return o
}

// FewWindows tells whether a reduction over one axis that is cut into windows leaves so few partial results that YNNPACK does
// not take the second part, nor fuse the first with what feeds it.
func FewWindows(shape []int, axis int) bool {
	total := 1
	for i, d := range shape {
		if i == axis {
			d = ceilDiv(d, smallWindow)
		}
		total *= d
	}
	return shape[axis] > smallWindow && total < SmallSum
}

// small is the order of a small sum; one without an axis longer than a window is sequential.
func small(reduced []int) bf16.SumOrder {
	if slices.Max(reduced) <= smallWindow {
		return bf16.SumOrder{}
	}
	o := bf16.SumOrder{Kind: bf16.Windows, Window: smallWindow}
	for i, d := range reduced {
		o.Axes[i].Size = d
	}
	return o
}

// tiles is the order of a large sum over axes before the inner ones.
//
// Walking outwards from the innermost axis of all, cells are as long as fits the cache. Walking inwards from the outermost
// summed axis, an axis is really cut only while there are fewer than two tasks for each thread; the result of one that is
// not cut lands in the first of its places, the others stay zero.
func (cpu CPU) tiles(reduced, inner []int) bf16.SumOrder {
	o := bf16.SumOrder{Kind: bf16.Tiles}
	area := 1
	cell := func(d int) int {
		s := max(1, min(cacheBytes/4/area, d))
		area *= s
		return s
	}
	for _, d := range slices.Backward(inner) {
		cell(d)
	}
	cells := make([]int, len(reduced))
	for i, d := range slices.Backward(reduced) {
		cells[i] = cell(d)
	}
	if slices.Equal(cells, reduced) {
		return o
	}
	tasks, wanted := 1, 2*cpu.Threads
	if cpu.Threads == 1 {
		wanted = 1
	}
	for i, d := range reduced {
		o.Axes[i].Size = d
		if cells[i] >= d {
			continue
		}
		count := ceilDiv(d, cells[i])
		o.Axes[i].Cells = count
		if tasks < wanted {
			o.Axes[i].Step = cells[i]
		}
		tasks *= count
	}
	return o
}

// WindowSum returns the order of the sums over windows of a float32 array: rows of a window are added as those of a tile.
func (CPU) WindowSum() bf16.SumOrder { return bf16.SumOrder{Kind: bf16.Tiles} }
