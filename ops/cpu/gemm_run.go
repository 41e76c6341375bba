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
	left, right []T // packed panels
	// The same as pairs, and what is known of their values. Once a piece had to be computed without them, its chains may hold
	// subnormal values, and wide stays set until the chains end.
	leftPairs, rightPairs   []uint32
	leftLowest, rightLowest lowestCodes
	wide                    bool
	edge                    []T // one tile
	lanes                   []T // results of a block, lane by lane
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
func runTasks[T float](k *kernels[T], products []product[T], tasks []task) {
	pool := scratchPool[T]()
	w := pool.Get().(*scratch[T])
	for _, t := range tasks {
		p := &products[t.product]
		if p.k == 0 {
			p.store(t, nil)
		} else {
			w.run(k, p, t)
		}
	}
	pool.Put(w)
}

// view is a window of results: row i starts at values[i*stride].
type view[T float] struct {
	values []T
	stride int
}

// run computes a task, block by block.
func (w *scratch[T]) run(k *kernels[T], p *product[T], t task) {
	depth := p.order.Depth(p.k)
	body, rest := p.order.WithoutRest()
	length := body.Block
	if length == 0 {
		length = p.k
	}
	for start := 0; start < depth; start += length {
		w.block(k, p, t, body, start, min(length, depth-start))
	}
	if depth < p.k {
		w.block(k, p, t, rest, depth, p.k-depth)
	}
}

// block computes a block of count elements from start on. Its results go straight to the destination unless they have to be
// folded or transposed, or the block is too long for one visit while the destination holds the blocks before it.
func (w *scratch[T]) block(k *kernels[T], p *product[T], t task, order bf16.DotOrder, start, count int) {
	if order.Pairwise {
		w.trees(k, p, t, order, start, count)
		return
	}
	rows, columns, lanes := t.i1-t.i0, t.j1-t.j0, max(order.Lanes, 1)
	mode := 0
	if order.OddFirst && lanes == 1 {
		mode = modeOddFirst
	}
	if lanes == 1 && !p.flipped && (start == 0 || count <= pieceDepth) {
		if start > 0 {
			mode |= modeAdd
		}
		w.chains(k, p, t, piece[T]{c: view[T]{p.dst[t.i0*p.n+t.j0:], p.n}, lanes: 1, start: start, count: count, mode: mode})
		return
	}
	size := rows * columns
	w.lanes = grow(w.lanes, lanes*size)
	if lanes > count {
		clear(w.lanes[count*size:])
	}
	w.chains(k, p, t, piece[T]{c: view[T]{w.lanes, columns}, laneSize: size, lanes: lanes, start: start, count: count, mode: mode})
	foldLanes(w.lanes, lanes, size, order.Halves)
	if start == 0 {
		p.store(t, w.lanes)
	} else {
		p.add(t, w.lanes)
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

// piece is a part of the chains of a task: elements start, ..., start+count-1. The results of lane l go to c, l*laneSize
// values further on.
type piece[T float] struct {
	c               view[T]
	laneSize, lanes int
	start, count    int
	mode            int
	pairs           bool // packed as pairs
}

// entries returns the number of entries of a packed line.
func (x *piece[T]) entries() int {
	if x.pairs {
		return x.count / 2
	}
	return x.count
}

// chains runs the chains of one block in pieces that suit the caches. A piece after the first takes up the chains where they
// were left, which is exact because the state of a chain is a value of its element type.
func (w *scratch[T]) chains(k *kernels[T], p *product[T], t task, block piece[T]) {
	depth := max(1, pieceDepth/block.lanes) * block.lanes
	paired := k.pairs != nil && p.paired() && block.lanes == 1
	if paired {
		depth *= 2
	}
	w.wide = false
	for from := 0; from < block.count; from += depth {
		x := block
		x.start, x.count = block.start+from, min(depth, block.count-from)
		x.pairs = paired && !w.wide && x.count%2 == 0
		if from > 0 {
			x.mode = x.mode&modeOddFirst | modeResume
		}
		w.runPiece(k, p, t, x)
	}
}

// runPiece packs both operands and runs the tiles. When all rows of the task fit the second-level cache, the left operand is
// packed once and the right one in portions that also fit there; otherwise the right one is packed once and the left one
// in portions.
func (w *scratch[T]) runPiece(k *kernels[T], p *product[T], t task, x piece[T]) {
	rows, columns := t.i1-t.i0, t.j1-t.j0
	cuts := panelCuts{rows, ceilDiv(rows, k.rows)}
	if cuts.panels <= leftPanels {
		w.packLeft(k, p, t, x, cuts, 0, cuts.panels)
		portion := max(1, (nearRight/x.entries()-rows)/k.columns) * k.columns
		for j := 0; j < columns; j += portion {
			n := min(portion, columns-j)
			w.packRight(k, p, t.j0+j, n, x)
			w.multiplyPacked(k, p, t, x, cuts, 0, cuts.panels, j, n)
		}
		return
	}
	w.packRight(k, p, t.j0, columns, x)
	groups := ceilDiv(cuts.panels, leftPanels)
	for g := range groups {
		q0, q1 := g*cuts.panels/groups, (g+1)*cuts.panels/groups
		w.packLeft(k, p, t, x, cuts, q0, q1)
		w.multiplyPacked(k, p, t, x, cuts, q0, q1, 0, columns)
	}
}

// multiplyPacked runs the tiles over what is packed. Pairs that might meet subnormal values are packed again, as float32.
func (w *scratch[T]) multiplyPacked(k *kernels[T], p *product[T], t task, x piece[T], cuts panelCuts, q0, q1, j, columns int) {
	switch {
	case !x.pairs:
		w.tiles(k, cuts, q0, q1, j, columns, x)
	case w.leftLowest.exactWith(&w.rightLowest):
		w.pairTiles(k, cuts, q0, q1, j, columns, x)
	default:
		w.wide = true
		x.pairs = false
		w.packLeft(k, p, t, x, cuts, q0, q1)
		w.packRight(k, p, t.j0+j, columns, x)
		w.tiles(k, cuts, q0, q1, j, columns, x)
	}
}
