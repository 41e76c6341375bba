package cpu

import (
	"unsafe"

	"bf16lab/bf16"
	"bf16lab/ops"
)

// sumBlock is the number of columns that are summed together: long enough for memory, short enough for the partial sums to
// stay in the first-level cache.
const sumBlock = 256

// sumColumns computes a sum over leading axes in the order Tiles with kernels, straight from the storage of the operand:
// what ops.SumColumns makes of the widened operand. It returns nil where that is not possible.
func (r *run) sumColumns(n *ops.Node, plan *ops.NodePlan, operands []*ops.Tensor) *ops.Tensor {
	if !sumsLeadingAxes(n) {
		return nil
	}
	x, columns := operands[0], n.Out[0].Shape.Size()
	if !sumsCodes(plan, x.Storage(), plan.Operands[0]) || columns%elementwiseLanes != 0 {
		return nil
	}
	grid := plan.Sum.Grid(x.Shape.Size() / columns)
	wide := r.result(n, plan)
	sums := make([]*tileSum, r.Workers)
	parallel(r.Workers, ceilDiv(columns, sumBlock), func(worker, b int) {
		if sums[worker] == nil {
			sums[worker] = newTileSum(activeElementwise(), sumBlock)
		}
		lo, hi := b*sumBlock, min((b+1)*sumBlock, columns)
		sums[worker].into(sumMode(plan), wide.F32[lo:hi], x, lo, columns, grid)
	})
	return r.narrow(n, plan, wide)
}

// sumsCodes tells whether kernels carry out a sum over leading axes as a plan says, straight from an operand of a storage.
func sumsCodes(plan *ops.NodePlan, s ops.Storage, rounded bf16.Format) bool {
	return activeElementwise().sums.four != nil && plan.Sum.Kind == bf16.Tiles && !plan.Double && !plan.Exact && rounded == (bf16.Format{}) &&
		(s == ops.StoreFloat32 || s == ops.StoreBFloat16)
}

// sumMode returns the mode of the kernels for a sum.
func sumMode(plan *ops.NodePlan) int {
	if plan.Flush && plan.FlushOperands[0] {
		return modeFlush
	}
	return 0
}

// sumsLeadingAxes tells whether an equation is a sum over its operand's first axes.
func sumsLeadingAxes(n *ops.Node) bool {
	p, ok := n.Params.(ops.ReduceParams)
	return ok && n.Primitive == ops.ReduceSumPrimitive && p.Axes[0] == 0 && p.Axes[len(p.Axes)-1] == len(p.Axes)-1
}

// tileSum holds the partial sums of some columns: of a group of 16 rows, a block of 256, all blocks, the compensation of
// those, and of a rest of fewer than four rows.
type tileSum struct {
	kernels                          *elementwiseKernels
	group, block, total, carry, part []float32
	wide                             []float32 // one row, widened and flushed
	cells                            []float32 // sums of the cells of a grid
}

func newTileSum(k *elementwiseKernels, columns int) *tileSum {
	row := func() []float32 { return make([]float32, columns) }
	return &tileSum{kernels: k, group: row(), block: row(), total: row(), carry: row(), part: row(), wide: row()}
}

// into sums columns at, at+1, ... of x, whose rows are step elements apart, into dst.
func (s *tileSum) into(mode int, dst []float32, x *ops.Tensor, at, step int, g bf16.SumGrid) {
	s.cut(len(dst))
	if x.BF16 != nil {
		sumGrid(s, s.kernels.sumsBFloat16, mode, dst, x.BF16[at:], step, g)
	} else {
		sumGrid(s, s.kernels.sums, mode, dst, x.F32[at:], step, g)
	}
}

// cut gives the sums a number of columns, no more than they were made for.
func (s *tileSum) cut(columns int) {
	for _, v := range []*[]float32{&s.group, &s.block, &s.total, &s.carry, &s.part, &s.wide} {
		*v = (*v)[:columns]
	}
}

// open begins a sum over a grid whose rows come in chunks.
func (s *tileSum) open(columns int, g bf16.SumGrid) {
	s.cut(columns)
	s.cells = grow(s.cells, len(g.Cells)*columns)
	clear(s.cells) // of cells without rows
}

// addChunk adds a chunk, whose rows are all that x has.
func (s *tileSum) addChunk(mode int, x *ops.Tensor, c chunk) {
	if c.begins {
		s.beginCell()
	}
	rows, width := ascending[:c.hi-c.lo], len(s.total)
	if x.BF16 != nil {
		addRows(s, s.kernels.sumsBFloat16, mode, x.BF16, width, rows)
	} else {
		addRows(s, s.kernels.sums, mode, x.F32, width, rows)
	}
	if c.ends {
		s.endCell(s.cells[c.cell*width : (c.cell+1)*width])
	}
}

// ascending are the rows of a chunk.
var ascending = func() (rows [sweepRows]int) {
	for i := range rows {
		rows[i] = i
	}
	return rows
}()

// close puts the sum of all cells into dst.
func (s *tileSum) close(dst []float32, g bf16.SumGrid) {
	if len(g.Cells) == 1 {
		copy(dst, s.cells)
		return
	}
	sumCell(s, s.kernels.sums, 0, dst, s.cells, len(dst), g.Order)
}

// add adds a row to sums.
func (s *tileSum) add(to, row []float32) {
	s.kernels.add.run(0, len(to), floats{wide: to}, floats{wide: to}, floats{wide: row}, 1, 1)
}

// sumKernels are the kernels of one type of operands.
type sumKernels[T float32 | uint16] struct {
	four   sumKernel[T]
	groups sumGroupsKernel[T]
}

// evenlySpaced tells whether rows, at least two and ascending, have the same distance.
func evenlySpaced(rows []int) bool {
	if rows[len(rows)-1]-rows[0] == len(rows)-1 {
		return true
	}
	for i := 2; i < len(rows); i++ {
		if rows[i]-rows[i-1] != rows[1]-rows[0] {
			return false
		}
	}
	return true
}

// sumGrid sums the cells of a grid and then their sums.
func sumGrid[T float32 | uint16](s *tileSum, k sumKernels[T], mode int, dst []float32, x []T, step int, g bf16.SumGrid) {
	if len(g.Cells) == 1 {
		sumCell(s, k, mode, dst, x, step, g.Cells[0])
		return
	}
	width := len(dst)
	s.cells = grow(s.cells, len(g.Cells)*width)
	for i, cell := range g.Cells {
		sums := s.cells[i*width : (i+1)*width]
		if cell != nil {
			sumCell(s, k, mode, sums, x, step, cell)
		} else {
			clear(sums)
		}
	}
	sumCell(s, s.kernels.sums, 0, dst, s.cells, width, g.Order)
}

// sumCell adds the given rows of x, step elements apart, into dst.
func sumCell[T float32 | uint16](s *tileSum, k sumKernels[T], mode int, dst []float32, x []T, step int, rows []int) {
	s.beginCell()
	addRows(s, k, mode, x, step, rows)
	s.endCell(dst)
}

// beginCell begins a sum of rows.
func (s *tileSum) beginCell() {
	for _, v := range [][]float32{s.group, s.block, s.total, s.carry, s.part} {
		clear(v)
	}
}

// addRows adds the given rows of x to the sum; more can follow if their number is a multiple of 256.
func addRows[T float32 | uint16](s *tileSum, k sumKernels[T], mode int, x []T, step int, rows []int) {
	n := len(s.total)
	row := func(i int) *T { return &x[rows[i]*step : rows[i]*step+n][0] }
	at := 0
	for at+16 <= len(rows) && evenlySpaced(rows[at:at+16]) {
		groups := 1
		for at+16*(groups+1) <= min(len(rows), at/256*256+256) && evenlySpaced(rows[at+16*groups-2:at+16*(groups+1)]) {
			groups++
		}
		_ = x[rows[at+16*groups-1]*step+n-1]
		k.groups(mode, groups, n, &s.block[0], row(at), (rows[at+1]-rows[at])*step*int(unsafe.Sizeof(x[0])))
		if at += 16 * groups; at%256 == 0 {
			bf16.Compensate(s.total, s.carry, s.block)
		}
	}
	for ; at+4 <= len(rows); at += 4 {
		k.four(mode, n, &s.group[0], row(at), row(at+1), row(at+2), row(at+3))
		if (at+4)%16 == 0 {
			s.add(s.block, s.group)
			clear(s.group)
		}
		if (at+4)%256 == 0 {
			bf16.Compensate(s.total, s.carry, s.block)
		}
	}
	for _, r := range rows[at:] {
		s.add(s.part, widenedRow(s, mode, x[r*step:r*step+n]))
	}
}

// endCell puts the sum of the rows that have been added into dst.
func (s *tileSum) endCell(dst []float32) {
	s.add(s.group, s.part)
	s.add(s.block, s.group)
	bf16.Compensate(s.total, s.carry, s.block)
	copy(dst, s.total)
}

// widenedRow returns a row as float32, flushed if the mode says so.
func widenedRow[T float32 | uint16](s *tileSum, mode int, row []T) []float32 {
	switch row := any(row).(type) {
	case []float32:
		copy(s.wide, row)
	case []uint16:
		decodeBFloat16(s.wide, row)
	}
	if mode != 0 {
		flush(&ops.Tensor{F32: s.wide})
	}
	return s.wide
}
