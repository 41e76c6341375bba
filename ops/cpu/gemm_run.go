package cpu

import (
	"sync"
	"unsafe"

	"bf16lab/bf16"
)

// The sizes of a goroutine's scratch, in elements. They suit first- and second-level caches of 32 KiB and 1 MiB and have no
// influence on results.
const (
	pieceDepth = 512       // longest run of a chain between two visits of its results
	leftPanels = 16        // panels of the left operand that stay in the second-level cache
	nearRight  = 160 << 10 // both packed operands, when the right one is meant to stay there too
)

// scratch is the private memory of a goroutine that computes tasks.
type scratch[T float] struct {
	worker   int
	partners []partner[T] // one for each product of a group
	// The packed right operand, which all products share; the same as pairs, and what is known of their values.
	right              []T
	rightPairs         []uint32
	rightLowest        lowestCodes
	hasRight, hasPairs bool // which of them are those of the current piece and columns
	edge               []T  // one tile
	sums               []T  // lanes of a row of balanced trees
}

var scratch32 = sync.Pool{New: func() any { return new(scratch[float32]) }}
var scratch64 = sync.Pool{New: func() any { return new(scratch[float64]) }}

func scratchPool[T float]() *sync.Pool {
	var zero T
	if unsafe.Sizeof(zero) == 4 {
		return &scratch32
	}
	return &scratch64
}

// grow returns s with length n, keeping its memory when it suffices.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// runTasks computes the tasks one after the other.
func runTasks[T float](worker int, products []product[T], tasks []task) {
	pool := scratchPool[T]()
	w := pool.Get().(*scratch[T])
	w.worker = worker
	for _, t := range tasks {
		w.run(products[t.first].kernels(), products[t.first:t.end], t)
	}
	pool.Put(w)
}

// run computes a task, block by block.
func (w *scratch[T]) run(k *kernels[T], group []product[T], t task) {
	for len(w.partners) < len(group) {
		w.partners = append(w.partners, partner[T]{})
	}
	all := w.partners
	w.partners = all[:len(group)]
	for i := range group {
		w.partners[i].enter(&group[i], t)
	}
	w.blocks(k, &group[0], t)
	for i := range w.partners {
		w.partners[i].leave()
	}
	w.partners = all
}

// blocks computes the blocks of a task of products that are like p.
func (w *scratch[T]) blocks(k *kernels[T], p *product[T], t task) {
	if p.k == 0 {
		for i := range w.partners {
			w.partners[i].put(t.i1-t.i0, t.j1-t.j0, nil, false)
			w.partners[i].finishAll(w.worker)
		}
		return
	}
	depth := p.order.Depth(p.k)
	body, rest := p.order.WithoutRest()
	length := body.Block
	if length == 0 {
		length = p.k
	}
	for start := 0; start < depth; start += length {
		w.block(k, t, body, start, min(length, depth-start), p.k)
	}
	if depth < p.k {
		w.block(k, t, rest, depth, p.k-depth, p.k)
	}
}

// block computes a block of count elements of depth from start on. Its results go straight to their place unless they have to be
// folded or transposed, or the block is too long for one visit while the blocks before it are there. Those of the last block are
// complete.
func (w *scratch[T]) block(k *kernels[T], t task, order bf16.DotOrder, start, count, depth int) {
	last := start+count == depth
	rows, columns, lanes := t.i1-t.i0, t.j1-t.j0, max(order.Lanes, 1)
	if order.Pairwise {
		for i := range w.partners {
			w.trees(k, &w.partners[i], t, order, start, count)
			if last {
				w.partners[i].finishAll(w.worker)
			}
		}
		return
	}
	x := piece{lanes: lanes, start: start, count: count}
	if order.OddFirst && lanes == 1 {
		x.mode = modeOddFirst
	}
	if lanes == 1 && !w.partners[0].flipped && (start == 0 || count <= pieceDepth) {
		if start > 0 {
			x.mode |= modeAdd
		}
		for i := range w.partners {
			w.partners[i].c = w.partners[i].target
		}
		x.last = last
		w.chains(k, t, x)
		return
	}
	size := rows * columns
	for i := range w.partners {
		m := &w.partners[i]
		m.lanes, m.laneSize = grow(m.lanes, lanes*size), size
		if lanes > count {
			clear(m.lanes[count*size:])
		}
		m.c = view[T]{m.lanes, columns}
	}
	w.chains(k, t, x)
	for i := range w.partners {
		m := &w.partners[i]
		foldLanes(m.lanes, lanes, size, order.Halves)
		m.put(rows, columns, m.lanes, start > 0)
		if last {
			m.finishAll(w.worker)
		}
	}
}

// foldLanes folds lanes vectors of size values into the first, neighbours first as bf16.Fold does, or by halves.
func foldLanes[T float](v []T, lanes, size int, halves bool) {
	add := func(to, from int) {
		x := v[from*size:][:size]
		for i, y := range v[to*size:][:size] {
			v[to*size+i] = y + x[i]
		}
	}
	if halves {
		for half := lanes / 2; half > 0; half /= 2 {
			for lane := range half {
				add(lane, lane+half)
			}
		}
		return
	}
	for gap := 1; gap < lanes; gap *= 2 {
		for lane := 0; lane+gap < lanes; lane += 2 * gap {
			add(lane, lane+gap)
		}
	}
}
