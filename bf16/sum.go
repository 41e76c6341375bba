package bf16

// SumKind names the shape of the tree in which the terms of a sum are added.
type SumKind uint8

// The sum orders. The first two are platform-free; the others are those of XLA on a CPU with vectors of 16 floats.
const (
	// Sequential adds one term after the other, from +0.
	Sequential SumKind = iota
	// PairwiseSum adds the sums of the two halves, each made in the same way.
	PairwiseSum
	// Windows cuts each summed axis of size d into ceil(d / w) windows of w = min(d, Window), shifted down by half of what
	// is missing at the end: the first and the last window are the short ones. The terms of a window (a box over all
	// summed axes) are added sequentially; the window sums are summed in the same way, and sequentially as soon as no
	// axis is longer than Window.
	Windows
	// Lanes gives term i to lane i mod 16. A lane adds four terms sequentially to a part, four parts to a group of 16, up
	// to four groups to a block of 64 terms (1,024 terms of the sum), and the blocks with Kahan's compensation. Of the
	// rest of fewer than 16 terms per lane each part is a group of its own. The lanes are folded by halves: i and i + 8,
	// then i + 4, i + 2, i + 1. With Window, the terms are cut as those of Windows are, the window sums are made so with the
	// first term of a whole window in lane 0, and they are summed as one window, or sequentially if Plain says so.
	Lanes
	// Tiles cuts the summed axes into a grid of cells and sums the cells row by row, then the results of the cells in
	// row-major order in the same way. Rows are added four at a time to a part, four parts to a group of 16 rows, 16 groups
	// to a block of 256 rows, and the blocks with Kahan's compensation; a shorter rest is a part, group and block of its
	// own.
	Tiles
)

// SumOrder is the order in which the terms of a sum are added, as data. Two orders are the same exactly when they are
// equal. The zero value is sequential.
type SumOrder struct {
	Kind   SumKind
	Window int  // of Windows: most terms of a window along an axis; of Lanes: terms of a window, 0 for none
	Plain  bool // of Lanes with Window: the sums of windows are added sequentially
	// Axes are the summed axes of Windows and Tiles, outermost first; the terms are in row-major order over them. Unused
	// places are zero; without any axis all terms are on one axis that is not cut.
	Axes [4]SumAxis
}

// SumAxis is one of the axes that a sum runs over. Of Tiles, Step is the length of a cell along the axis (0 for the whole
// axis) and Cells the number of places for cells along it, of which those past the end of the axis hold zero (0 for as
// many as there are).
type SumAxis struct{ Size, Step, Cells int }

type float interface{ ~float32 | ~float64 }

// Sum returns the sum of x in the given order, every addition rounded to the type. The sum of nothing is 0.
func Sum[T float](o SumOrder, x []T) T {
	switch o.Kind {
	case PairwiseSum:
		return pairwise(x)
	case Windows:
		return windows(o.dimensions(len(x)), o.Window, x)
	case Lanes:
		return laneWindows(o.Window, o.Plain, x)
	case Tiles:
		var out [1]T
		SumRows(o, out[:], x, 1, len(x))
		return out[0]
	}
	return sequential(x)
}

func sequential[T float](x []T) T {
	var s T
	for _, v := range x {
		s += v
	}
	return s
}

func pairwise[T float](x []T) T {
	switch len(x) {
	case 0:
		return 0
	case 1:
		return x[0]
	}
	half := (len(x) + 1) / 2
	return pairwise(x[:half]) + pairwise(x[half:])
}

// dimensions returns the sizes of the summed axes of n terms.
func (o SumOrder) dimensions(n int) []int {
	var sizes []int
	for _, a := range o.Axes {
		if a.Size > 0 {
			sizes = append(sizes, a.Size)
		}
	}
	if sizes == nil {
		sizes = []int{n}
	}
	if size := product(sizes); size != n {
		panic("bf16: the axes of a sum do not hold its terms")
	}
	return sizes
}

func product(sizes []int) int {
	n := 1
	for _, d := range sizes {
		n *= d
	}
	return n
}

// sumLanes is the number of lanes of Lanes.
const sumLanes = 16

// laneWindows is the order Lanes.
func laneWindows[T float](window int, plain bool, x []T) T {
	if window <= 0 || len(x) <= window {
		return lanes(x)
	}
	count := (len(x) + window - 1) / window
	missing := (count*window - len(x)) / 2
	first := make([]T, window) // the short one, with zeros before it
	copy(first[missing:], x)
	sums := make([]T, 1, count)
	sums[0] = lanes(first)
	for at := window - missing; at < len(x); at += window {
		sums = append(sums, lanes(x[at:min(at+window, len(x))]))
	}
	if plain {
		return sequential(sums)
	}
	return lanes(sums)
}

// lanes is one run of the order Lanes. Adding a missing term, a zero, changes nothing, because no sum of a lane is -0.
func lanes[T float](x []T) T {
	const group, block = 16 * sumLanes, 64 * sumLanes
	var sum, total, carry [sumLanes]T
	at := 0
	for ; at+group <= len(x); at += group {
		var parts [sumLanes]T
		for part := at; part < at+group; part += group / 4 {
			v := (*[group / 4]T)(x[part:])
			for i := range parts {
				parts[i] += v[i] + v[i+sumLanes] + v[i+2*sumLanes] + v[i+3*sumLanes]
			}
		}
		for i := range sum {
			sum[i] += parts[i]
		}
		if (at+group)%block == 0 {
			Compensate(total[:], carry[:], sum[:])
		}
	}
	for ; at < len(x); at += group / 4 {
		var part [sumLanes]T
		for i, v := range x[at:min(at+group/4, len(x))] {
			part[i%sumLanes] += v
		}
		for i := range sum {
			sum[i] += part[i]
		}
	}
	Compensate(total[:], carry[:], sum[:])
	for half := sumLanes / 2; half > 0; half /= 2 {
		for i := range half {
			total[i] += total[i+half]
		}
	}
	return total[0]
}

// Compensate adds block to total with Kahan's compensation in carry, and clears block:
//
//	y = block - carry; t = total + y; carry = (t - total) - y; total = t
//
// where a carry that is not finite becomes zero.
func Compensate[T float](total, carry, block []T) {
	carry, block = carry[:len(total)], block[:len(total)]
	for i, s := range total {
		y := block[i] - carry[i]
		t := s + y
		e := (t - s) - y
		if e-e != 0 {
			e = 0
		}
		total[i], carry[i], block[i] = t, e, 0
	}
}
