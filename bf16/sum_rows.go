package bf16

// SumRows adds rows rows of len(dst) elements into dst, each column in the given order; row i starts at x[i*step]. What is
// computed for a column does not depend on the others, so columns can be spread over goroutines.
func SumRows[T float](o SumOrder, dst, x []T, step, rows int) {
	switch o.Kind {
	case Sequential:
		clear(dst)
		for i := range rows {
			addTo(dst, x[i*step:])
		}
	case Tiles:
		sumTiles(o, dst, x, step, rows)
	default:
		// The other orders are defined on one column at a time.
		column := make([]T, rows)
		for c := range dst {
			for i := range column {
				column[i] = x[i*step+c]
			}
			dst[c] = Sum(o, column)
		}
	}
}

func addTo[T float](dst, x []T) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] += x[i]
	}
}

// tileColumns is how many columns are summed together: their partial sums stay in the first-level cache.
const tileColumns = 256

// sumTiles is the order Tiles.
func sumTiles[T float](o SumOrder, dst, x []T, step, rows int) {
	g := o.Grid(rows)
	s := newRowSum[T](min(len(dst), tileColumns))
	var cells []T
	for lo := 0; lo < len(dst); lo += tileColumns {
		to := dst[lo:min(lo+tileColumns, len(dst))]
		if len(g.Cells) == 1 {
			s.sum(to, x[lo:], step, g.Cells[0])
			continue
		}
		width := len(to)
		cells = append(cells[:0], make([]T, len(g.Cells)*width)...)
		for i, cell := range g.Cells {
			if cell != nil {
				s.sum(cells[i*width:(i+1)*width], x[lo:], step, cell)
			}
		}
		s.sum(to, cells, width, g.Order)
	}
}

// SumGrid is how the order Tiles cuts rows into cells: the rows of each cell, nil for a place without one. Order numbers the
// cells 0, 1, 2, ...
type SumGrid struct {
	Cells [][]int
	Order []int
}

// Grid returns the cells of a sum of so many rows in the order Tiles.
func (o SumOrder) Grid(rows int) SumGrid {
	sizes := o.dimensions(rows)
	counts, steps := make([]int, len(sizes)), make([]int, len(sizes))
	for i, d := range sizes {
		steps[i], counts[i] = o.Axes[i].Step, o.Axes[i].Cells
		if steps[i] == 0 {
			steps[i] = max(d, 1)
		}
		if counts[i] == 0 {
			counts[i] = (d + steps[i] - 1) / steps[i]
		}
	}
	g := SumGrid{Cells: make([][]int, product(counts))}
	index := make([]int, len(sizes))
	for at := range g.Cells {
		box, empty := make([]span, len(sizes)), false
		for i, d := range sizes {
			box[i] = span{index[i] * steps[i], min((index[i]+1)*steps[i], d)}
			empty = empty || box[i].lo >= box[i].hi
		}
		if !empty {
			g.Cells[at] = rowsOf(sizes, box, nil)
		}
		g.Order = append(g.Order, at)
		advance(index, counts)
	}
	return g
}

// rowSum holds the partial sums of some columns: of a group, a block, all blocks, and the compensation of those.
type rowSum[T float] struct{ group, block, total, carry []T }

func newRowSum[T float](columns int) *rowSum[T] {
	row := func() []T { return make([]T, columns) }
	return &rowSum[T]{group: row(), block: row(), total: row(), carry: row()}
}

// sum adds the given rows of x, step elements apart, into dst.
func (s *rowSum[T]) sum(dst, x []T, step int, rows []int) {
	n := len(dst)
	group, block, total, carry := s.group[:n], s.block[:n], s.total[:n], s.carry[:n]
	for _, v := range [][]T{group, block, total, carry} {
		clear(v)
	}
	at := 0
	for ; at+4 <= len(rows); at += 4 {
		a, b := x[rows[at]*step:][:n], x[rows[at+1]*step:][:n]
		c, d := x[rows[at+2]*step:][:n], x[rows[at+3]*step:][:n]
		for i := range group {
			group[i] += a[i] + b[i] + c[i] + d[i]
		}
		if (at+4)%16 == 0 {
			addTo(block, group)
			clear(group)
		}
		if (at+4)%256 == 0 {
			Compensate(total, carry, block)
		}
	}
	// The rest of fewer than four rows is a part of its own.
	for i := range group {
		var part T
		for _, r := range rows[at:] {
			part += x[r*step+i]
		}
		group[i] += part
	}
	addTo(block, group)
	Compensate(total, carry, block)
	copy(dst, total)
}
