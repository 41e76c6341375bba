package cpu

import (
	"time"

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
	program  *columnProgram
	repeated [][]float32 // by step: a row, several times
	sum      *tileSum
	arena    []byte // holds the buffers; from systemAlloc, so that the next unit need not clear it
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
	for i := range m.program.steps {
		m.results[i] = m.step(i, lo, hi)
	}
}

func (m *columnMachine) step(i, lo, hi int) *ops.Tensor {
	st, c := &m.program.steps[i], m.program.unit.column[i]
	shape := ops.Shape{m.program.rows(c.whole), hi - lo}
	in := make([]*ops.Tensor, len(st.in))
	for j := range st.in {
		in[j] = m.operand(i, j, lo, hi)
	}
	if st.plan.Alias {
		return in[0].As(shape)
	}
	out := m.buffers[st.slot].Range(0, shape.Size(), shape)
	switch {
	case m.program.sums[i]:
		m.sumInto(i, out, in[0])
	case reshapes(st.row.node.Primitive):
		copy(bytesOf(out), bytesOf(in[0]))
		if st.plan.Round {
			roundTo(st.plan.Output, out)
		}
	case m.vectors[i] != nil && c.whole:
		m.vectors[i](m.repeat(i, out, in))
	default:
		m.evaluate(i, out, in)
	}
	if st.stored != nil {
		m.keep(i, out, lo, hi)
	}
	return out
}

// operand returns an operand of a step for the current columns.
func (m *columnMachine) operand(i, j, lo, hi int) *ops.Tensor {
	src := &m.program.steps[i].in[j]
	if src.fixed != nil {
		return src.fixed
	}
	whole := m.program.unit.wholeOperand(m.program.steps[i].row.node.In[j])
	shape := ops.Shape{m.program.rows(whole), hi - lo}
	var t *ops.Tensor
	switch {
	case src.step >= 0:
		t = m.results[src.step].As(shape)
	case whole:
		t = m.buffers[m.program.gather[i][j]].Range(0, shape.Size(), shape)
		copyRows(bytesOf(t), 0, bytesOf(src.stored), lo, hi-lo, hi-lo, m.program.unit.columnCount(), src.storage.Bytes())
	default:
		t = src.stored.Range(lo, hi, shape)
	}
	if src.slot < 0 {
		return t
	}
	buffer := m.buffers[src.slot].Range(0, shape.Size(), shape)
	decode(buffer, t)
	roundTo(src.round, buffer)
	return buffer
}

// keep stores the current columns of a result.
func (m *columnMachine) keep(i int, out *ops.Tensor, lo, hi int) {
	st := &m.program.steps[i]
	if k := m.program.kept[i]; k >= 0 {
		narrow := m.buffers[k].Range(0, out.Shape.Size(), out.Shape)
		encode(narrow, out)
		out = narrow
	}
	width := m.program.unit.columnCount()
	copyRows(bytesOf(st.stored), lo, bytesOf(out), 0, hi-lo, width, hi-lo, out.Storage().Bytes())
}

// copyRows copies width elements of every row from column fromColumn of src to column toColumn of dst, whose rows have
// dstWidth and srcWidth elements of the given size.
func copyRows(dst []byte, toColumn int, src []byte, fromColumn, width, dstWidth, srcWidth, size int) {
	n, to, from := width*size, toColumn*size, fromColumn*size
	if k := activeElementwise().copyRows; k != nil && n%64 == 0 && n > 0 {
		rows := min(ceilDiv(len(dst)-to, dstWidth*size), ceilDiv(len(src)-from, srcWidth*size))
		_, _ = dst[to+(rows-1)*dstWidth*size+n-1], src[from+(rows-1)*srcWidth*size+n-1]
		k(rows, n, &dst[to], dstWidth*size, &src[from], srcWidth*size)
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

// repeat sees several rows of a block as one, so that kernels have long runs, and repeats the operands of one row as often.
func (m *columnMachine) repeat(i int, out *ops.Tensor, in []*ops.Tensor) (*ops.Tensor, []*ops.Tensor) {
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
			in[j] = t.As(long)
		case len(t.Shape) == 2:
			m.repeated[i] = grow(m.repeated[i], times*width)
			for k := range times {
				copy(m.repeated[i][k*width:], t.F32)
			}
			in[j] = &ops.Tensor{Shape: ops.Shape{1, times * width}, F32: m.repeated[i]}
		}
	}
	return out.As(long), in
}

// sumInto sums the rows of a block.
func (m *columnMachine) sumInto(i int, out, x *ops.Tensor) {
	st, width := &m.program.steps[i], out.Shape[1]
	sums := out.As(ops.Shape{width})
	if !sumsCodes(st.plan, x.Storage(), st.in[0].round) || width%elementwiseLanes != 0 {
		ops.SumColumns(m.contexts[i], sums, m.arithmetic(i, x), 0, width)
		return
	}
	m.sum.into(sumMode(st.plan), sums.F32, x, 0, width, m.program.grids[i])
	if st.plan.Flush {
		flush(sums)
	}
	if st.plan.Round {
		roundTo(st.plan.Output, sums)
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
