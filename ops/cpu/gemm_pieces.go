package cpu

// piece is a part of the chains of a task: elements start, ..., start+count-1.
type piece struct {
	lanes        int
	start, count int
	mode         int
	pairs        bool // packed as pairs
	last         bool // whether results are complete with it
}

// entries returns the number of entries of a packed line.
func (x *piece) entries() int {
	if x.pairs {
		return x.count / 2
	}
	return x.count
}

// chains runs the chains of one block in pieces that suit the caches. A piece after the first takes up the chains where they
// were left, which is exact because the state of a chain is a value of its element type.
func (w *scratch[T]) chains(k *kernels[T], t task, block piece) {
	depth := max(1, pieceDepth/block.lanes) * block.lanes
	paired := k.pairs != nil && w.partners[0].paired() && block.lanes == 1
	if paired {
		depth *= 2
	}
	for i := range w.partners {
		w.partners[i].wide = false
	}
	for from := 0; from < block.count; from += depth {
		x := block
		x.start, x.count = block.start+from, min(depth, block.count-from)
		x.pairs = paired && x.count%2 == 0
		x.last = block.last && from+depth >= block.count
		if from > 0 {
			x.mode = x.mode&modeOddFirst | modeResume
		}
		w.runPiece(k, t, x)
	}
}

// runPiece packs the operands and runs the tiles. When all rows of the task fit the second-level cache, the left operands are
// packed once and the right one in portions that also fit there; otherwise the right one is packed once and the left ones in
// portions. In both cases the right one is packed once for all products.
func (w *scratch[T]) runPiece(k *kernels[T], t task, x piece) {
	rows, columns := t.i1-t.i0, t.j1-t.j0
	cuts := panelCuts{rows, ceilDiv(rows, k.rows)}
	if cuts.panels*len(w.partners) <= leftPanels {
		for i := range w.partners {
			w.partners[i].packLeft(k, t, x, cuts, 0, cuts.panels)
		}
		portion := max(1, (nearRight/x.entries()-rows*len(w.partners))/k.columns) * k.columns
		for j := 0; j < columns; j += portion {
			w.hasRight, w.hasPairs = false, false
			for i := range w.partners {
				w.multiplyPacked(k, &w.partners[i], t, x, cuts, 0, cuts.panels, j, min(portion, columns-j))
			}
		}
		return
	}
	w.hasRight, w.hasPairs = false, false
	groups := ceilDiv(cuts.panels, leftPanels)
	for i := range w.partners {
		for g := range groups {
			q0, q1 := g*cuts.panels/groups, (g+1)*cuts.panels/groups
			w.partners[i].packLeft(k, t, x, cuts, q0, q1)
			w.multiplyPacked(k, &w.partners[i], t, x, cuts, q0, q1, 0, columns)
		}
	}
}

// multiplyPacked runs a product's tiles over its packed panels q0 <= q < q1 and so many columns from the task's column j on. Pairs
// that might meet subnormal values are packed again, as single elements.
func (w *scratch[T]) multiplyPacked(k *kernels[T], m *partner[T], t task, x piece, cuts panelCuts, q0, q1, j, columns int) {
	done := false
	if x.pairs && !m.wide {
		w.packRightPairs(k, m.product, t.j0+j, columns, x)
		if done = m.leftLowest.exactWith(&w.rightLowest); done {
			w.pairTiles(k, m, cuts, q0, q1, j, columns, x)
		} else {
			m.wide = true
			m.packLeft(k, t, x, cuts, q0, q1)
		}
	}
	if !done {
		w.packRight(k, m.product, t.j0+j, columns, x)
		w.tiles(k, m, cuts, q0, q1, j, columns, x)
	}
	if x.last {
		first, _ := cuts.span(q0)
		end, _ := cuts.span(q1)
		m.finishPart(w.worker, first, end-first, j, columns)
	}
}
