package cpu

// partner is a product of a group while a task is computed.
type partner[T float] struct {
	*product[T]
	at     rectangle // the task's part of the product's results
	target view[T]   // these results, complete or not: the destination, or own
	own    []T

	// The chains of the current block: lane l goes to c, l*laneSize values further on.
	c        view[T]
	laneSize int
	lanes    []T

	// The packed left operand; the same as pairs, and what is known of their values. Once a piece had to be computed without
	// them, its chains may hold subnormal values, and wide stays set until the chains end.
	left       []T
	leftPairs  []uint32
	leftLowest lowestCodes
	wide       bool
}

// view is a window of results: row i starts at values[i*stride].
type view[T float] struct {
	values []T
	stride int
}

// part returns the window from a row and a column on.
func (v view[T]) part(row, column int) view[T] {
	return view[T]{v.values[row*v.stride+column:], v.stride}
}

// enter makes p the partner's product for a task.
func (m *partner[T]) enter(p *product[T], t task) {
	m.product = p
	m.at = rectangle{t.i0, t.j0, t.i1 - t.i0, t.j1 - t.j0}
	width := p.n
	if p.flipped {
		m.at = rectangle{t.j0, t.i0, t.j1 - t.j0, t.i1 - t.i0}
		width = p.m
	}
	if p.dst != nil {
		m.target = view[T]{p.dst, width}.part(m.at.row, m.at.column)
		return
	}
	m.own = grow(m.own, m.at.rows*m.at.columns)
	m.target = view[T]{m.own, m.at.columns}
}

// leave forgets the product, whose values must not be kept alive.
func (m *partner[T]) leave() {
	m.product, m.target, m.c = nil, view[T]{}, view[T]{}
}

// put sets the results of the task from those of its rows and columns, row-major; nil stands for zeros. With more they are added.
func (m *partner[T]) put(rows, columns int, results []T, more bool) {
	for i := range rows {
		at, step := i*m.target.stride, 1
		if m.flipped {
			at, step = i, m.target.stride
		}
		for j := range columns {
			switch {
			case results == nil:
				m.target.values[at] = 0
			case more:
				m.target.values[at] += results[i*columns+j]
			default:
				m.target.values[at] = results[i*columns+j]
			}
			at += step
		}
	}
}

// finishAll hands on all results of the task.
func (m *partner[T]) finishAll(worker int) {
	if m.finish != nil {
		m.finish(worker, m.at, m.target)
	}
}

// finishPart hands on rows and columns of the task of a product that is not flipped.
func (m *partner[T]) finishPart(worker, row, rows, column, columns int) {
	if m.finish != nil {
		m.finish(worker, rectangle{m.at.row + row, m.at.column + column, rows, columns}, m.target.part(row, column))
	}
}
