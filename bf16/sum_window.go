package bf16

// windows is the order Windows for terms in row-major order over axes of the given sizes.
func windows[T float](sizes []int, window int, x []T) T {
	for {
		long := false
		counts := make([]int, len(sizes))
		for i, d := range sizes {
			long = long || d > window
			counts[i] = (d + window - 1) / window
		}
		if !long {
			return sequential(x)
		}
		sums := make([]T, product(counts))
		index := make([]int, len(sizes))
		for at := range sums {
			sums[at] = sumBox(sizes, boxAt(sizes, index, window), x)
			advance(index, counts)
		}
		sizes, x = counts, sums
	}
}

// span is the part lo <= i < hi of an axis.
type span struct{ lo, hi int }

// boxAt returns the window with the given index along each axis.
func boxAt(sizes, index []int, window int) []span {
	box := make([]span, len(sizes))
	for i, d := range sizes {
		w := min(d, window)
		low := ((d+w-1)/w*w - d) / 2
		box[i] = span{max(0, index[i]*w-low), min(d, (index[i]+1)*w-low)}
	}
	return box
}

// sumBox adds the terms inside a box sequentially.
func sumBox[T float](sizes []int, box []span, x []T) T {
	var s T
	for _, at := range rowsOf(sizes, box, nil) {
		s += x[at]
	}
	return s
}

// rowsOf appends the row-major positions inside a box of axes of the given sizes, in ascending order.
func rowsOf(sizes []int, box []span, to []int) []int {
	counts := make([]int, len(box))
	for i, b := range box {
		counts[i] = b.hi - b.lo
	}
	index := make([]int, len(box))
	for range product(counts) {
		at := 0
		for i, d := range sizes {
			at = at*d + box[i].lo + index[i]
		}
		to = append(to, at)
		advance(index, counts)
	}
	return to
}

// advance moves a row-major index to the next position.
func advance(index, sizes []int) {
	for i := len(index) - 1; i >= 0; i-- {
		index[i]++
		if index[i] < sizes[i] {
			return
		}
		index[i] = 0
	}
}
