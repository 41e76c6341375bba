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
	places   []stepPlaces  // by step
	results  []*ops.Tensor // of the current tile, by step
	source   *tileSource   // the stored rows that a tile reads first; nil if there are none
	ahead    *byte         // where those of a later tile are, which kernels may fetch; nil if there is none
	filled   bool          // whether what is the same for every tile is there
	into     *ops.Tensor   // where results of the last step go instead of a buffer, from row first on; nil for none
	first    int
}

// stepPlaces are the tensors of a step in the current tile.
type stepPlaces struct {
	out      tilePlace
	outs     [1]*ops.Tensor
	in       []*ops.Tensor
	sources  []tilePlace // of operands, as they are stored
	operands []tilePlace // of operands, widened or rounded
}

// tilePlace is a tensor of some rows that is set anew for every tile, because there are too many tiles to make tensors for
// each.
type tilePlace struct {
	tensor ops.Tensor
	shape  ops.Shape
	size   int // elements of a row
}

func newTilePlace(inner ops.Shape) tilePlace {
	return tilePlace{shape: append(ops.Shape{0}, inner...), size: inner.Size()}
}

// rows makes the place some rows of a tensor, from row lo on.
func (p *tilePlace) rows(of *ops.Tensor, lo, n int) *ops.Tensor {
	p.shape[0] = n
	p.tensor.SetRange(of, lo*p.size, (lo+n)*p.size, p.shape)
	return &p.tensor
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
		m.vectors = append(m.vectors, st.vector(&m.ahead))
		places := stepPlaces{out: newTilePlace(st.row.inner), in: make([]*ops.Tensor, len(st.in))}
		for j, src := range st.in {
			if m.source == nil && !st.fused && src.stored != nil && src.kind == tiled && !src.whole {
				m.source = &st.in[j]
			}
			places.sources = append(places.sources, newTilePlace(src.inner))
			places.operands = append(places.operands, newTilePlace(src.inner))
		}
		m.places = append(m.places, places)
	}
	for i := range p.steps {
		if p.steps[i].same {
			m.step(i, 0, p.perTile)
		}
	}
	m.filled = true
	return m
}

// lookAhead tells with which row a later tile begins; below 0 there is none.
func (m *tileMachine) lookAhead(lo int) {
	m.ahead = nil
	if m.source == nil || lo < 0 {
		return
	}
	t := m.source.stored
	m.ahead = &bytesOf(t)[lo*m.source.inner.Size()*t.Storage().Bytes()]
}

// run computes rows lo..hi-1. The results hold until the next run.
func (m *tileMachine) run(lo, hi int) {
	for i := range m.program.steps {
		if !m.program.steps[i].fused {
			m.results[i] = m.step(i, lo, hi)
		}
	}
}

func (m *tileMachine) step(i, lo, hi int) *ops.Tensor {
	st, places := &m.program.steps[i], &m.places[i]
	switch {
	case st.plan.Alias || st.view:
		return places.out.rows(m.operand(i, 0, lo, hi), 0, hi-lo)
	case st.same && m.filled:
		return places.out.rows(m.buffers[st.slot], 0, hi-lo)
	}
	out := m.output(i, lo, hi)
	if st.in != nil && st.in[0].whole {
		m.moveRows(st, out, lo, hi)
	} else {
		for j := range st.in {
			places.in[j] = m.operand(i, j, lo, hi)
		}
		m.evaluate(i, out, places.in)
	}
	if st.stored != nil && st.slot >= 0 {
		size := st.row.inner.Size()
		encode(st.stored.Range(lo*size, hi*size, out.Shape), out)
	}
	return out
}

// evaluate computes the result of a step from its operands.
func (m *tileMachine) evaluate(i int, out *ops.Tensor, in []*ops.Tensor) {
	if vector := m.vectors[i]; vector != nil {
		vector(out, in)
		return
	}
	places := &m.places[i]
	places.outs[0] = out
	ops.Evaluate(m.program.steps[i].row.node.Primitive, m.contexts[i], places.outs[:], in)
}

// output returns where the result of a step goes: its buffer, or the rows of the stored result.
func (m *tileMachine) output(i, lo, hi int) *ops.Tensor {
	st, place := &m.program.steps[i], &m.places[i].out
	switch {
	case m.into != nil && i == len(m.program.steps)-1:
		return place.rows(m.into, lo-m.first, hi-lo)
	case st.slot >= 0:
		return place.rows(m.buffers[st.slot], 0, hi-lo)
	}
	return place.rows(st.stored, lo, hi-lo)
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

// operand returns operand j of a step in the current tile.
func (m *tileMachine) operand(i, j, lo, hi int) *ops.Tensor {
	src, places := &m.program.steps[i].in[j], &m.places[i]
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
	var t *ops.Tensor
	if src.step >= 0 {
		t = places.sources[j].rows(m.results[src.step], 0, hi-lo)
	} else {
		t = places.sources[j].rows(src.stored, lo, hi-lo)
	}
	if src.slot < 0 {
		return t
	}
	buffer := places.operands[j].rows(m.buffers[src.slot], 0, hi-lo)
	decode(buffer, t)
	roundTo(src.round, buffer)
	return buffer
}
