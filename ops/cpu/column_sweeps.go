package cpu

import (
	"bf16lab/bf16"
	"bf16lab/ops"
)

// sweepRows is the number of rows of a chunk: a multiple of the rows between two compensations of a sum, so that a sum can be taken up
// where it was left, and few enough for the values of a chunk to stay in the first-level cache or near it.
const sweepRows = 256

// sweep is a run of steps of a column program that are carried out together, chunk by chunk of rows: equations for whole values and
// perhaps, last, the sum of one of them. What only they read need not exist as a whole.
type sweep struct {
	first, end int // of the steps
	chunks     []chunk
	sums       bool // whether the last step is a sum that takes the rows of a chunk at a time
}

// chunk is a part of the rows of a sweep, all in one cell of its sum.
type chunk struct {
	lo, hi int // of the rows
	cell   int
	begins bool // whether the cell begins with them
	ends   bool // whether it ends with them
}

// findSweeps divides the steps into sweeps. A step for single rows, or a sum that has to have all rows at once, is a sweep of one
// chunk.
func (p *columnProgram) findSweeps() {
	for i := 0; i < len(p.steps); {
		s := sweep{first: i}
		for i < len(p.steps) && p.unit.column[i].whole {
			i++
		}
		if i < len(p.steps) && i > s.first && p.sums[i] && p.sumsChunks(i) {
			s.chunks, s.sums = cellChunks(p.grids[i], p.unit.columnRows)
		}
		switch {
		case s.sums:
			i++
		case i > s.first:
			s.chunks = cellOfChunks(nil, 0, 0, p.unit.columnRows)
		default:
			i++
			s.chunks = []chunk{{hi: p.unit.columnRows}}
		}
		s.end = i
		if len(s.chunks) > 1 {
			for _, c := range s.chunks {
				p.chunk = max(p.chunk, c.hi-c.lo)
			}
		}
		p.sweeps = append(p.sweeps, s)
	}
}

// sumsChunks tells whether kernels carry out the sum of step i, of whatever width the block is.
func (p *columnProgram) sumsChunks(i int) bool {
	st := &p.steps[i]
	return sumsCodes(st.plan, st.in[0].storage, st.in[0].round) && p.unit.columnCount()%elementwiseLanes == 0
}

// cellOfChunks appends the chunks of a cell that consists of rows first..end-1.
func cellOfChunks(chunks []chunk, cell, first, end int) []chunk {
	for lo := first; lo < end; lo += sweepRows {
		hi := min(lo+sweepRows, end)
		chunks = append(chunks, chunk{lo, hi, cell, lo == first, hi == end})
	}
	return chunks
}

// cellChunks cuts the cells of a grid into chunks; that is possible if each cell is a run of rows, one behind the other.
func cellChunks(g bf16.SumGrid, rows int) (chunks []chunk, ok bool) {
	next := 0
	for i, cell := range g.Cells {
		if len(cell) == 0 {
			continue
		}
		end := next + len(cell)
		if cell[0] != next || cell[len(cell)-1] != end-1 { // rows ascend
			return nil, false
		}
		chunks = cellOfChunks(chunks, i, next, end)
		next = end
	}
	return chunks, next == rows
}

// place is where the rows of a step's result lie: in a buffer for all of them or, if no other sweep reads them, for those of a chunk.
type place struct {
	slot  int
	local bool
}

// rows returns the part of the rows of a place that a chunk has.
func (m *columnMachine) rows(of *tilePlace, p place, c chunk) *ops.Tensor {
	if p.local {
		return of.rows(m.buffers[p.slot], 0, c.hi-c.lo)
	}
	return of.rows(m.buffers[p.slot], c.lo, c.hi-c.lo)
}

// sweep carries out a sweep for the current columns.
func (m *columnMachine) sweep(s *sweep) {
	steps := s.end
	if s.sums {
		steps--
	}
	for at, c := range s.chunks {
		for i := s.first; i < steps; i++ {
			m.results[i] = m.step(i, c)
		}
		if s.sums {
			m.sumChunk(steps, c, at == 0)
		}
	}
	if s.sums {
		m.results[steps] = m.endSum(steps)
	}
}

// sumChunk adds the rows of a chunk to the sum of step i.
func (m *columnMachine) sumChunk(i int, c chunk, first bool) {
	x, grid, mode := m.operand(i, 0, c), m.program.grids[i], sumMode(m.program.steps[i].plan)
	if first {
		m.sum.open(m.width, grid)
	}
	m.sum.addChunk(mode, x, c)
}

// endSum returns the sum of step i, all of whose rows have been added.
func (m *columnMachine) endSum(i int) *ops.Tensor {
	st := &m.program.steps[i]
	out := m.places[i].out.rows(m.buffers[st.slot], 0, 1)
	m.sum.close(out.F32, m.program.grids[i])
	m.finishSum(i, out)
	return out
}
