package cpu

import (
	"unsafe"

	"bf16lab/bf16"
)

const (
	treeLeaves = 16 // products that a tree kernel adds at once
	treeStrips = 4  // panels of the right operand that are packed together
)

// trees computes a block of count elements from start on whose lanes are balanced trees over products. A tree consists of
// groups of treeLeaves products, which the kernel adds, and their sums are folded like lanes: because a group is a power of
// two, that is the balanced tree over all products.
func (w *scratch[T]) trees(k *kernels[T], m *partner[T], t task, order bf16.DotOrder, start, count int) {
	lanes := max(order.Lanes, 1)
	w.sums = grow(w.sums, lanes*k.columns)
	for j0 := t.j0; j0 < t.j1; j0 += treeStrips * k.columns {
		columns := min(treeStrips*k.columns, t.j1-j0)
		w.hasRight = false
		w.packRight(k, m.product, j0, columns, piece{start: start, count: count})
		for i0 := t.i0; i0 < t.i1; i0 += k.rows {
			height := min(k.rows, t.i1-i0)
			m.left = grow(m.left, height*count)
			m.a.pack(k, m.left, height, i0, height, start, count)
			for j := 0; j < columns; j += k.columns {
				width := min(k.columns, columns-j)
				for i := range height {
					clear(w.sums)
					for lane := range min(lanes, count) {
						left, right := m.left[lane*height+i:], w.right[j*count+lane*k.columns:]
						copy(w.sums[lane*k.columns:], w.tree(k, ceilDiv(count-lane, lanes), lanes, height, left, right))
					}
					foldLanes(w.sums, lanes, k.columns, order.Halves)
					combine(start > 0, m.target.part(i0-t.i0+i, j0-t.j0+j).values[:width], w.sums)
				}
			}
		}
	}
}

// combine stores the results of a block, or adds them to those before it.
func combine[T float](add bool, dst, results []T) {
	if !add {
		copy(dst, results)
		return
	}
	for j := range dst {
		dst[j] += results[j]
	}
}

// tree returns the sums of count products for a row and a panel of columns. left and right start at the first of them.
func (w *scratch[T]) tree(k *kernels[T], count, element, height int, left, right []T) []T {
	groups, rest := count/treeLeaves, count%treeLeaves
	w.edge = grow(w.edge, (groups+rest)*k.columns)
	if groups > 0 {
		k.tree(groups, element, height, &left[0], &right[0], &w.edge[0])
	}
	last := w.edge[groups*k.columns:]
	for q := range rest {
		at := (groups*treeLeaves + q) * element
		x := left[at*height]
		for j, y := range right[at*k.columns:][:k.columns] {
			last[q*k.columns+j] = x * y
		}
	}
	if rest > 0 {
		foldLanes(last, rest, k.columns, false)
		groups++
	}
	foldLanes(w.edge, groups, k.columns, false)
	return w.edge[:k.columns]
}

// treeGo is the definition of a tree kernel for goColumns columns: for g < groups, j < goColumns,
//
//	sums[g*goColumns+j] = bf16.Fold of the products a[p*height] * b[p*goColumns+j],
//	p = (g*treeLeaves + q) * element, q = 0, ..., treeLeaves-1
//
// each product rounded.
func treeGo[T float](groups, element, height int, a, b, sums *T) {
	treeColumns(groups, element, height, goColumns, a, b, sums)
}

func treeColumns[T float](groups, element, height, columns int, a, b, sums *T) {
	last := (groups*treeLeaves - 1) * element
	left, right := unsafe.Slice(a, last*height+1), unsafe.Slice(b, (last+1)*columns)
	results := unsafe.Slice(sums, groups*columns)
	var leaves [treeLeaves]T
	for g := range groups {
		for j := range columns {
			for q := range leaves {
				p := (g*treeLeaves + q) * element
				leaves[q] = left[p*height] * right[p*columns+j]
			}
			results[g*columns+j] = bf16.Fold(leaves[:])
		}
	}
}
