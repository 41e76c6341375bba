package cpu

// panelCuts cuts rows into panels that differ by at most one row.
type panelCuts struct{ rows, panels int }

// span returns the first row and the height of panel q.
func (c panelCuts) span(q int) (start, height int) {
	start = q * c.rows / c.panels
	return start, (q+1)*c.rows/c.panels - start
}

// packLeft packs rows of the left operand: as pairs if the piece and the product have them.
func (m *partner[T]) packLeft(k *kernels[T], t task, x piece, cuts panelCuts, q0, q1 int) {
	first, _ := cuts.span(q0)
	end, _ := cuts.span(q1)
	if x.pairs && !m.wide {
		m.leftPairs, m.leftLowest = grow(m.leftPairs, (end-first)*x.entries()), noCodes()
		for q := q0; q < q1; q++ {
			i, height := cuts.span(q)
			m.a.packPairs(k.pairs, m.leftPairs[(i-first)*x.entries():][:height*x.entries()], height, t.i0+i, height, x, &m.leftLowest)
		}
		return
	}
	m.left = grow(m.left, (end-first)*x.count)
	for q := q0; q < q1; q++ {
		i, height := cuts.span(q)
		m.a.pack(k, m.left[(i-first)*x.count:], height, t.i0+i, height, x.start, x.count)
	}
}

// packRightPairs packs columns of the right operand as pairs, unless that has been done for this piece.
func (w *scratch[T]) packRightPairs(k *kernels[T], p *product[T], j0, columns int, x piece) {
	if w.hasPairs {
		return
	}
	w.hasPairs = true
	w.rightPairs, w.rightLowest = grow(w.rightPairs, roundUp(columns, k.columns)*x.entries()), noCodes()
	p.b.packPairPanels(k.pairs, w.rightPairs, k.columns, j0, columns, x, &w.rightLowest)
}

// packRight is packRightPairs for single elements.
func (w *scratch[T]) packRight(k *kernels[T], p *product[T], j0, columns int, x piece) {
	if w.hasRight {
		return
	}
	w.hasRight = true
	w.right = grow(w.right, roundUp(columns, k.columns)*x.count)
	p.b.packPanels(k, w.right, k.columns, j0, columns, x.start, x.count)
}

// tiles runs the kernel over panels q0 <= q < q1 of a product's left operand and the packed columns of the right one, which are
// the task's columns from j0 on.
func (w *scratch[T]) tiles(k *kernels[T], m *partner[T], cuts panelCuts, q0, q1, j0, columns int, x piece) {
	first, _ := cuts.span(q0)
	for lane := range min(x.lanes, x.count) {
		count := ceilDiv(x.count-lane, x.lanes)
		for j := 0; j < columns; j += k.columns {
			width := min(k.columns, columns-j)
			right := w.right[j*x.count+lane*k.columns:]
			for q := q0; q < q1; q++ {
				i, height := cuts.span(q)
				left := m.left[(i-first)*x.count+lane*height:]
				c := view[T]{m.c.values[lane*m.laneSize+i*m.c.stride+j0+j:], m.c.stride}
				w.tile(k, x.mode, count, x.lanes, height, width, left, right, c)
			}
		}
	}
}

// pairTiles is tiles for pairs.
func (w *scratch[T]) pairTiles(k *kernels[T], m *partner[T], cuts panelCuts, q0, q1, j0, columns int, x piece) {
	first, _ := cuts.span(q0)
	count := x.entries()
	for j := 0; j < columns; j += k.columns {
		width := min(k.columns, columns-j)
		for q := q0; q < q1; q++ {
			i, height := cuts.span(q)
			c := m.c.values[i*m.c.stride+j0+j:]
			_ = c[(height-1)*m.c.stride+width-1]
			k.pairs.tile(x.mode, count, height, width, &m.leftPairs[(i-first)*count], &w.rightPairs[j*count], &c[0], m.c.stride)
		}
	}
}

// tile runs the kernel; one that cannot mask columns gets a tile of its own for a narrow result.
func (w *scratch[T]) tile(k *kernels[T], mode, count, element, height, width int, left, right []T, c view[T]) {
	_ = c.values[(height-1)*c.stride+width-1]
	if width == k.columns || k.masked {
		k.tile(mode, count, element, height, width, &left[0], &right[0], &c.values[0], c.stride)
		return
	}
	w.edge = grow(w.edge, k.rows*k.columns)
	if mode&modeResume != 0 {
		for i := range height {
			copy(w.edge[i*k.columns:], c.values[i*c.stride:][:width])
		}
	}
	k.tile(mode&^modeAdd, count, element, height, k.columns, &left[0], &right[0], &w.edge[0], k.columns)
	for i := range height {
		row, results := c.values[i*c.stride:][:width], w.edge[i*k.columns:][:width]
		if mode&modeAdd == 0 {
			copy(row, results)
			continue
		}
		for j, s := range results {
			row[j] += s
		}
	}
}
