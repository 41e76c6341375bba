package cpu

import (
	"bf16lab/bf16"
	"bf16lab/ops"
)

// tileMachine carries out a tile program with buffers of its own.
type tileMachine struct {
	program  *tileProgram
	buffers  []*ops.Tensor
	contexts []*ops.Context
	vectors  []vectorStep  // by step; nil where the definition serves
	results  []*ops.Tensor // of the current tile, by step
}

// machine returns a machine whose buffers come from allocate.
func (p *tileProgram) machine(allocate func(shape ops.Shape, s ops.Storage) *ops.Tensor) *tileMachine {
	m := &tileMachine{program: p, results: make([]*ops.Tensor, len(p.steps))}
	for _, s := range p.slots {
		m.buffers = append(m.buffers, allocate(ops.Shape{s.size}, s.storage))
	}
	for i := range p.steps {
		st := &p.steps[i]
		m.contexts = append(m.contexts, ops.NewContext(st.row.params, st.plan))
		m.vectors = append(m.vectors, st.vector())
	}
	return m
}

// run computes rows lo..hi-1.
func (m *tileMachine) run(lo, hi int) {
	for i := range m.program.steps {
		m.results[i] = m.step(i, lo, hi)
	}
}

func (m *tileMachine) step(i, lo, hi int) *ops.Tensor {
	st := &m.program.steps[i]
	shape := rowsShape(hi-lo, st.row.inner)
	if st.plan.Alias {
		return m.operand(&st.in[0], lo, hi).As(shape)
	}
	out := m.output(st, shape, lo, hi)
	if st.in != nil && st.in[0].whole {
		m.moveRows(st, out, lo, hi)
	} else {
		in := make([]*ops.Tensor, len(st.in))
		for j := range st.in {
			in[j] = m.operand(&st.in[j], lo, hi)
		}
		m.evaluate(i, out, in)
	}
	if st.stored != nil && st.slot >= 0 {
		size := st.row.inner.Size()
		encode(st.stored.Range(lo*size, hi*size, shape), out)
	}
	return out
}

// evaluate computes the result of a step from its operands.
func (m *tileMachine) evaluate(i int, out *ops.Tensor, in []*ops.Tensor) {
	if vector := m.vectors[i]; vector != nil {
		vector(out, in)
		return
	}
	ops.Evaluate(m.program.steps[i].row.node.Primitive, m.contexts[i], []*ops.Tensor{out}, in)
}

// output returns where the result of a step goes: its buffer, or the rows of the stored result.
func (m *tileMachine) output(st *tileStep, shape ops.Shape, lo, hi int) *ops.Tensor {
	if st.slot >= 0 {
		return m.buffers[st.slot].Range(0, shape.Size(), shape)
	}
	size := st.row.inner.Size()
	return st.stored.Range(lo*size, hi*size, shape)
}

// moveRows copies rows of a transposed, sliced or broadcast stored value, then rounds as the plan says.
func (m *tileMachine) moveRows(st *tileStep, out *ops.Tensor, lo, hi int) {
	src := st.in[0].stored
	to := out
	if src.Storage() != out.Storage() {
		to = ops.NewTensor(out.Shape, src.Storage())
	}
	ops.MoveRows(st.row.node.Primitive, st.row.node.Params, to, src, st.row.node.Out[0].Shape, st.row.axes, lo, hi)
	if to != out {
		decode(out, to)
	}
	if r := st.in[0].round; r != (bf16.Format{}) {
		roundTo(r, out)
	}
	if st.plan.Round {
		roundTo(st.plan.Output, out)
	}
}

// operand returns an operand of the current tile.
func (m *tileMachine) operand(src *tileSource, lo, hi int) *ops.Tensor {
	if src.fixed != nil {
		return src.fixed
	}
	switch src.kind {
	case grouped:
		lo /= src.period
		hi = lo + 1
	case cyclic:
		lo, hi = lo%src.period, lo%src.period+hi-lo
	}
	shape := rowsShape(hi-lo, src.inner)
	size := src.inner.Size()
	var t *ops.Tensor
	if src.step >= 0 {
		t = m.results[src.step].As(shape)
	} else {
		t = src.stored.Range(lo*size, hi*size, shape)
	}
	if src.slot < 0 {
		return t
	}
	buffer := m.buffers[src.slot].Range(0, shape.Size(), shape)
	decode(buffer, t)
	roundTo(src.round, buffer)
	return buffer
}

func rowsShape(rows int, inner ops.Shape) ops.Shape {
	return append(ops.Shape{rows}, inner...)
}
