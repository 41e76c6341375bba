package cpu

import (
	"time"
	"unsafe"

	"bf16lab/ops"
)

// runColumns carries out a column unit for some instances, block by block of columns.
func (r *run) runColumns(s *step, u *unit, pass []int) {
	var programs []*columnProgram
	for _, i := range pass {
		programs = append(programs, r.newColumnProgram(u, s.instances[i]))
	}
	machines, seconds := make([][]*columnMachine, r.Workers), make([][]float64, r.Workers)
	width := programs[0].block
	parallel(r.Workers, ceilDiv(u.columnCount(), width), func(worker, b int) {
		if machines[worker] == nil {
			seconds[worker] = make([]float64, len(programs))
			for _, p := range programs {
				machines[worker] = append(machines[worker], p.columnMachine())
			}
		}
		for i, m := range machines[worker] {
			start := time.Now()
			m.run(b*width, min((b+1)*width, u.columnCount()))
			seconds[worker][i] += time.Since(start).Seconds()
		}
	})
	for _, list := range machines {
		for _, m := range list {
			systemFree(m.arena)
		}
	}
	r.spendAll(s, pass, seconds)
}

// columnMachine carries out a column program with buffers of its own.
type columnMachine struct {
	tileMachine
	program   *columnProgram
	lo, width int         // the current columns
	repeated  [][]float32 // by step: a row, several times
	sum       *tileSum
	arena     []byte // holds the buffers; from systemAlloc, so that the next unit need not clear it
}

func (p *columnProgram) columnMachine() *columnMachine {
	m := &columnMachine{program: p, repeated: make([][]float32, len(p.steps)), sum: newTileSum(activeElementwise(), p.block)}
	m.arena = systemAlloc(p.bufferBytes())
	rest := m.arena
	m.tileMachine = *p.machine(func(shape ops.Shape, s ops.Storage) *ops.Tensor {
		t := tensorOf(rest, shape, s)
		rest = rest[roundUp(shape.Size()*s.Bytes(), bufferUnit):]
		return t
	})
	return m
}

// bufferUnit is what the size of a buffer in an arena is a multiple of, in bytes.
const bufferUnit = 64

// bufferBytes returns the bytes that the buffers of a machine take.
func (p *columnProgram) bufferBytes() int {
	bytes := bufferUnit // also where there are none
	for _, s := range p.slots {
		bytes += roundUp(s.size*s.storage.Bytes(), bufferUnit)
	}
	return bytes
}

// run computes columns lo..hi-1.
func (m *columnMachine) run(lo, hi int) {
	m.lo = lo
	if m.width != hi-lo {
		m.setWidth(hi - lo)
	}
	for i := range m.program.sweeps {
		m.sweep(&m.program.sweeps[i])
	}
}

// setWidth makes the places of the steps those of blocks of so many columns.
func (m *columnMachine) setWidth(width int) {
	m.width = width
	for i := range m.places {
		row := func() tilePlace { return newTilePlace(ops.Shape{width}) }
		places := &m.places[i]
		places.out = row()
		for j := range places.in {
			places.sources[j], places.operands[j] = row(), row()
		}
	}
}

// step carries out a step for the rows of a chunk.
func (m *columnMachine) step(i int, c chunk) *ops.Tensor {
	st, whole, places := &m.program.steps[i], m.program.unit.column[i].whole, &m.places[i]
	for j := range st.in {
		places.in[j] = m.operand(i, j, c)
	}
	if st.plan.Alias {
		return places.out.rows(places.in[0], 0, m.count(whole, c))
	}
	var out *ops.Tensor
	if whole {
		out = m.rows(&places.out, m.program.places[i], c)
	} else {
		out = places.out.rows(m.buffers[st.slot], 0, 1)
	}
	switch {
	case m.program.sums[i]:
		m.sumInto(i, out, places.in[0])
	case reshapes(st.row.node.Primitive):
		copy(bytesOf(out), bytesOf(places.in[0]))
		if st.plan.Round {
			roundTo(st.plan.Output, out)
		}
	case m.vectors[i] != nil && whole:
		m.repeat(i, out, places.in)
		m.vectors[i](out, places.in)
	default:
		m.evaluate(i, out, places.in)
	}
	if st.stored != nil {
		m.keep(i, out, c)
	}
	return out
}

// count returns the number of rows that a value has in a chunk.
func (m *columnMachine) count(whole bool, c chunk) int {
	if whole {
		return c.hi - c.lo
	}
	return 1
}

// operand returns an operand of a step for the rows of a chunk.
func (m *columnMachine) operand(i, j int, c chunk) *ops.Tensor {
	src, o, places := &m.program.steps[i].in[j], m.program.operands[i][j], &m.places[i]
	if src.fixed != nil {
		return src.fixed
	}
	var t *ops.Tensor
	switch {
	case src.step >= 0 && o.whole:
		t = m.rows(&places.sources[j], m.program.places[src.step], c)
	case src.step >= 0:
		t = places.sources[j].rows(m.results[src.step], 0, 1)
	case o.whole:
		t = m.rows(&places.sources[j], place{o.gather, o.local}, c)
		size, columns := src.storage.Bytes(), m.program.unit.columnCount()
		copyRows(false, bytesOf(t), 0, bytesOf(src.stored)[c.lo*columns*size:], m.lo, m.width, m.width, columns, size)
	default:
		t = src.stored.Range(m.lo, m.lo+m.width, ops.Shape{1, m.width})
	}
	if src.slot < 0 {
		return t
	}
	buffer := places.operands[j].rows(m.buffers[src.slot], 0, m.count(o.whole, c))
	decode(buffer, t)
	roundTo(src.round, buffer)
	return buffer
}

// keep stores the rows of a result that a chunk has.
func (m *columnMachine) keep(i int, out *ops.Tensor, c chunk) {
	st, columns := &m.program.steps[i], m.program.unit.columnCount()
	if k := m.program.kept[i]; k >= 0 {
		narrow := m.buffers[k].Range(0, out.Shape.Size(), out.Shape)
		encode(narrow, out)
		out = narrow
	}
	size := out.Storage().Bytes()
	copyRows(st.past, bytesOf(st.stored)[c.lo*columns*size:], m.lo, bytesOf(out), 0, m.width, columns, m.width, size)
}

// copyRows copies width elements of every row from column fromColumn of src to column toColumn of dst, whose rows have
// dstWidth and srcWidth elements of the given size; past the caches if that is asked for and the rows consist of lines.
func copyRows(past bool, dst []byte, toColumn int, src []byte, fromColumn, width, dstWidth, srcWidth, size int) {
	n, to, from := width*size, toColumn*size, fromColumn*size
	if k := activeElementwise(); k.copyRows != nil && n%lineBytes == 0 && n > 0 {
		rows := min(ceilDiv(len(dst)-to, dstWidth*size), ceilDiv(len(src)-from, srcWidth*size))
		_, _ = dst[to+(rows-1)*dstWidth*size+n-1], src[from+(rows-1)*srcWidth*size+n-1]
		kernel := k.copyRows
		if dstWidth*size%lineBytes == 0 && pastMode(past, unsafe.Pointer(&dst[to])) != 0 {
			kernel = k.copyRowsPast
		}
		kernel(rows, n, &dst[to], dstWidth*size, &src[from], srcWidth*size)
		return
	}
	for to < len(dst) && from < len(src) {
		copy(dst[to:to+n], src[from:from+n])
		to += dstWidth * size
		from += srcWidth * size
	}
}

// repeatedElements is about the length of the runs in which kernels go through a block with a row that is the same for all of its
// rows.
const repeatedElements = 1 << 10

// repeat gives the operands and the result of a step shapes in which several rows are one, so that kernels have long runs, and
// repeats the operands of one row as often.
func (m *columnMachine) repeat(i int, out *ops.Tensor, in []*ops.Tensor) {
	rows, width := out.Shape[0], out.Shape[1]
	times := 1
	for n := min(rows, repeatedElements/width); n > 1; n-- {
		if rows%n == 0 {
			times = n
			break
		}
	}
	long := ops.Shape{rows / times, times * width}
	for j, t := range in {
		switch {
		case len(t.Shape) == 2 && t.Shape[0] == rows:
			t.Shape = long
		case len(t.Shape) == 2:
			m.repeated[i] = grow(m.repeated[i], times*width)
			for k := range times {
				copy(m.repeated[i][k*width:], t.F32)
			}
			in[j] = &ops.Tensor{Shape: ops.Shape{1, times * width}, F32: m.repeated[i]}
		}
	}
	out.Shape = long
}

// sumInto sums all rows of a block.
func (m *columnMachine) sumInto(i int, out, x *ops.Tensor) {
	st, width := &m.program.steps[i], out.Shape[1]
	sums := out.As(ops.Shape{width})
	if !sumsCodes(st.plan, x.Storage(), st.in[0].round) || width%elementwiseLanes != 0 {
		ops.SumColumns(m.contexts[i], sums, m.arithmetic(i, x), 0, width)
		return
	}
	m.sum.into(sumMode(st.plan), sums.F32, x, 0, width, m.program.grids[i])
	m.finishSum(i, sums)
}

// finishSum flushes and rounds a sum as the plan of step i says.
func (m *columnMachine) finishSum(i int, sums *ops.Tensor) {
	plan := m.program.steps[i].plan
	if plan.Flush {
		flush(sums)
	}
	if plan.Round {
		roundTo(plan.Output, sums)
	}
}

// arithmetic returns an operand as the definition of step i reads it.
func (m *columnMachine) arithmetic(i int, x *ops.Tensor) *ops.Tensor {
	want := m.program.steps[i].in[0].want
	if x.Storage() == want {
		return x
	}
	wide := ops.NewTensor(x.Shape, want)
	decode(wide, x)
	return wide
}
