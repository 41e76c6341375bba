package bf16

// SumKind names the shape of the tree in which the terms of a sum are added.
type SumKind uint8

// The sum orders. Each is described at the function that carries it out.
const (
	Sequential  SumKind = iota // one term after the other, from the first
	PairwiseSum                // halves, each summed in the same way
	Windows                    // equal windows, each sequential; the window sums again
	Lanes                      // interleaved lanes, each a cascade, folded by halves
	Cascade                    // groups of four, of sixteen, then sequentially inside blocks
	KahanBlocks                // cascades over blocks, added with Kahan's compensation
)

// SumOrder is the order in which the terms of a sum are added, as data. It is comparable.
type SumOrder struct {
	Kind  SumKind
	Lanes int // Lanes: number of lanes, a power of two
	Block int // Windows: largest window; Cascade and KahanBlocks: terms of a block, 0 for one block
	Depth int // Lanes and Cascade: levels of groups of four below the sequential top
	Taps  int // number of equal parts that are summed on their own and then added in order; 0 and 1 mean one
}

type float interface{ ~float32 | ~float64 }

// Sum returns the sum of x in the given order, every addition rounded to the type. The sum of nothing is 0.
func Sum[T float](o SumOrder, x []T) T {
	if len(x) == 0 {
		return 0
	}
	switch o.Kind {
	case PairwiseSum:
		return pairwise(x)
	case Windows:
		return windows(o.Block, x)
	case Lanes:
		return lanes(o, x)
	case Cascade, KahanBlocks:
		var out [1]T
		SumColumns(o, out[:], x, 1)
		return out[0]
	}
	return sequential(x)
}

func sequential[T float](x []T) T {
	s := x[0]
	for _, v := range x[1:] {
		s += v
	}
	return s
}

func pairwise[T float](x []T) T {
	if len(x) == 1 {
		return x[0]
	}
	half := (len(x) + 1) / 2
	return pairwise(x[:half]) + pairwise(x[half:])
}

// windows cuts x into the fewest windows of at most limit terms, all of one size but the last, sums each sequentially and
// sums the window sums in the same way. XLA's tree reduction rewriter does this with limit 32.
func windows[T float](limit int, x []T) T {
	for len(x) > limit {
		count := (len(x) + limit - 1) / limit
		size := (len(x) + count - 1) / count
		var sums []T
		for at := 0; at < len(x); at += size {
			sums = append(sums, sequential(x[at:min(at+size, len(x))]))
		}
		x = sums
	}
	return sequential(x)
}

// lanes gives term i to lane i mod L. Each lane adds four terms sequentially, four such groups sequentially, and so on for
// Depth levels, then groups sequentially; missing terms of the last row count as zero. The lanes are folded by halves:
// i and i + L/2, then L/4, ..., 1.
func lanes[T float](o SumOrder, x []T) T {
	acc := make([]T, o.Lanes*(o.Depth+1))
	rows := (len(x) + o.Lanes - 1) / o.Lanes
	row := func(i int, dst []T) {
		n := copy(dst, x[i*o.Lanes:min((i+1)*o.Lanes, len(x))])
		clear(dst[n:])
	}
	top := make([]T, o.Lanes)
	cascade(top, acc, rows, o.Depth, row)
	for half := o.Lanes / 2; half > 0; half /= 2 {
		for i := range top[:half] {
			top[i] += top[i+half]
		}
	}
	return top[0]
}

// cascade sums rows 0..n-1 into dst: four rows sequentially make a group, four groups of a level make one of the next,
// for depth levels; the groups of the top level are added sequentially. A shorter rest is a group of its own at each level.
// scratch holds depth+1 rows of len(dst).
func cascade[T float](dst, scratch []T, n, depth int, row func(i int, dst []T)) {
	width := len(dst)
	if depth == 0 {
		first := scratch[:width]
		for i := range n {
			if i == 0 {
				row(0, dst)
				continue
			}
			row(i, first)
			addTo(dst, first)
		}
		return
	}
	group := 1
	for range depth {
		group *= 4
	}
	part := scratch[:width]
	for at := 0; at < n; at += group {
		target := part
		if at == 0 {
			target = dst
		}
		cascadeGroup(target, scratch[width:], at, min(at+group, n), group/4, row)
		if at > 0 {
			addTo(dst, part)
		}
	}
}

// cascadeGroup sums rows lo..hi-1 as up to four groups of size rows added sequentially.
func cascadeGroup[T float](dst, scratch []T, lo, hi, size int, row func(i int, dst []T)) {
	width := len(dst)
	part := scratch[:width]
	for at := lo; at < hi; at += size {
		target := part
		if at == lo {
			target = dst
		}
		if size == 1 {
			row(at, target)
		} else {
			cascadeGroup(target, scratch[width:], at, min(at+size, hi), size/4, row)
		}
		if at > lo {
			addTo(dst, part)
		}
	}
}

func addTo[T float](dst, x []T) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] += x[i]
	}
}

// SumColumns sums the rows of x, row-major with len(dst) columns, into dst: each column in the given order.
//
// Taps cuts the rows into equal parts that are summed on their own; the parts are then added in order. stride is the
// distance between rows in elements divided by len(dst); 1 for dense rows.
func SumColumns[T float](o SumOrder, dst, x []T, stride int) {
	columns := len(dst)
	if columns == 0 {
		return
	}
	SumStrided(o, dst, x, columns*stride, len(x)/(columns*stride))
}

// SumStrided sums rows rows of len(dst) elements into dst, each column in the given order; row i starts at x[i*step].
func SumStrided[T float](o SumOrder, dst, x []T, step, rows int) {
	taps := max(o.Taps, 1)
	per := rows / taps
	part := make([]T, len(dst))
	s := newColumnSum[T](o, len(dst))
	for t := range taps {
		target := part
		if t == 0 {
			target = dst
		}
		s.sum(target, x[t*per*step:], step, per)
		if t > 0 {
			addTo(dst, part)
		}
	}
}

// columnSum holds the scratch rows of a column sum.
type columnSum[T float] struct {
	order        SumOrder
	block, carry []T
	scratch      []T
}

func newColumnSum[T float](o SumOrder, columns int) *columnSum[T] {
	row := func() []T { return make([]T, columns) }
	return &columnSum[T]{order: o, block: row(), carry: row(), scratch: make([]T, columns*(o.Depth+2))}
}

func (s *columnSum[T]) sum(dst, x []T, step, rows int) {
	columns := len(dst)
	row := func(i int, into []T) { copy(into, x[i*step:i*step+columns]) }
	switch s.order.Kind {
	case Cascade:
		s.blocks(dst, rows, row)
	case KahanBlocks:
		s.kahan(dst, rows, row)
	case Sequential:
		cascade(dst, s.scratch, rows, 0, row)
	default:
		// The remaining orders are defined on one column at a time.
		column := make([]T, rows)
		for c := range dst {
			for i := range column {
				column[i] = x[i*step+c]
			}
			dst[c] = Sum(s.order, column)
		}
	}
}

// blocks adds the cascades of blocks of at most Block rows sequentially.
func (s *columnSum[T]) blocks(dst []T, rows int, row func(int, []T)) {
	size := s.order.Block
	if size == 0 {
		size = rows
	}
	for at := 0; at < rows; at += size {
		target := s.block
		if at == 0 {
			target = dst
		}
		cascade(target, s.scratch, min(size, rows-at), s.order.Depth, func(i int, into []T) { row(at+i, into) })
		if at > 0 {
			addTo(dst, s.block)
		}
	}
}

// kahan adds the cascades of whole blocks with Kahan's compensation:
//
//	y = block - k; t = s + y; k = (t - s) - y; s = t
//
// and at the end the shorter rest, or zero, enters as s + (rest - k).
func (s *columnSum[T]) kahan(dst []T, rows int, row func(int, []T)) {
	size := s.order.Block
	clear(dst)
	clear(s.carry)
	at := 0
	for ; at+size <= rows; at += size {
		cascade(s.block, s.scratch, size, s.order.Depth, func(i int, into []T) { row(at+i, into) })
		for c, b := range s.block {
			y := b - s.carry[c]
			t := dst[c] + y
			s.carry[c] = (t - dst[c]) - y
			dst[c] = t
		}
	}
	rest := s.block
	if at < rows {
		cascade(rest, s.scratch, rows-at, s.order.Depth, func(i int, into []T) { row(at+i, into) })
	} else {
		clear(rest)
	}
	for c, r := range rest {
		dst[c] += r - s.carry[c]
	}
}
