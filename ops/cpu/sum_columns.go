package cpu

import (
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
	k, x, columns := activeElementwise(), operands[0], n.Out[0].Shape.Size()
	rounded := plan.Operands[0] != (bf16.Format{})
	if k.sumFour == nil || plan.Sum.Kind != bf16.Tiles || plan.Double || plan.Exact || rounded || columns == 0 || columns%elementwiseLanes != 0 ||
		x.F32 == nil && x.BF16 == nil {
		return nil
	}
	mode := 0
	if plan.Flush && plan.FlushOperands[0] {
		mode = modeFlush
	}
	grid := plan.Sum.Grid(x.Shape.Size() / columns)
	wide := r.result(n, plan)
	parallel(r.Workers, ceilDiv(columns, sumBlock), func(_, b int) {
		lo, hi := b*sumBlock, min((b+1)*sumBlock, columns)
		dst := wide.F32[lo:hi]
		s := newTileSum(k, hi-lo)
		if x.BF16 != nil {
			sumGrid(s, k.sumFourBFloat16, mode, dst, x.BF16[lo:], columns, grid)
		} else {
			sumGrid(s, k.sumFour, mode, dst, x.F32[lo:], columns, grid)
		}
	})
	return r.narrow(n, plan, wide)
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
}

func newTileSum(k *elementwiseKernels, columns int) *tileSum {
	row := func() []float32 { return make([]float32, columns) }
	return &tileSum{kernels: k, group: row(), block: row(), total: row(), carry: row(), part: row(), wide: row()}
}

// add adds a row to sums.
func (s *tileSum) add(to, row []float32) {
	s.kernels.add.run(0, len(to), floats{wide: to}, floats{wide: to}, floats{wide: row}, 1, 1)
}

// sumGrid sums the cells of a grid and then their sums.
func sumGrid[T float32 | uint16](s *tileSum, four sumKernel[T], mode int, dst []float32, x []T, step int, g bf16.SumGrid) {
	if len(g.Cells) == 1 {
		sumCell(s, four, mode, dst, x, step, g.Cells[0])
		return
	}
	width := len(dst)
	cells := make([]float32, len(g.Cells)*width)
	for i, cell := range g.Cells {
		if cell != nil {
			sumCell(s, four, mode, cells[i*width:(i+1)*width], x, step, cell)
		}
	}
	sumCell(s, s.kernels.sumFour, 0, dst, cells, width, g.Order)
}

// sumCell adds the given rows of x, step elements apart, into dst.
func sumCell[T float32 | uint16](s *tileSum, four sumKernel[T], mode int, dst []float32, x []T, step int, rows []int) {
	n := len(dst)
	for _, v := range [][]float32{s.group, s.block, s.total, s.carry, s.part} {
		clear(v)
	}
	row := func(i int) *T { return &x[rows[i]*step : rows[i]*step+n][0] }
	at := 0
	for ; at+4 <= len(rows); at += 4 {
		four(mode, n, &s.group[0], row(at), row(at+1), row(at+2), row(at+3))
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
