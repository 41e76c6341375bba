package cpu

import (
	"slices"

	"bf16lab/bf16"
	"bf16lab/ops"
)

// columnProgram is a column unit as one instance carries it out.
type columnProgram struct {
	tileProgram
	unit     *unit
	block    int
	sweeps   []sweep
	chunk    int               // the most rows of a chunk of sweeps that have several
	operands [][]columnOperand // by step
	places   []place           // of whole results, by step
	origin   []int             // by step: the one whose buffer its result is in, itself unless it is an alias
	kept     []int             // by step: the buffer for a result in the storage in which it is kept, or -1
	grids    []bf16.SumGrid    // by step, of sums that have kernels
	sums     []bool
}

// columnOperand is what a column program knows about an operand.
type columnOperand struct {
	whole  bool
	gather int  // the buffer for the columns of a stored value of all rows, or -1
	local  bool // whether that is for the rows of a chunk
}

// newColumnProgram prepares an instance of a column unit: finds operands, makes room for results that are kept, assigns
// buffers.
func (r *run) newColumnProgram(u *unit, in *instance) *columnProgram {
	p := &columnProgram{unit: u, block: min(u.columnBlock(), u.columnCount())}
	made := map[*ops.Value]int{}
	for i, c := range u.column {
		plan, out := r.nodePlan(in, c.node), c.node.Out[0]
		st := tileStep{row: u.columnRow(c), plan: plan, slot: noBuffer}
		for j, o := range st.row.in {
			st.in = append(st.in, r.source(in, st.row, plan, o, j, p.steps, made))
		}
		st.settle()
		if sumsLeadingAxes(c.node) && sumsCodes(plan, st.in[0].storage, st.in[0].round) {
			st.in[0].slot = inPlace
		}
		made[out] = i
		if !plan.Alias {
			st.stored = r.room(r.class[in.plan][out.ID], out.Shape, plan.Storage(out.DType))
			st.past = st.stored != nil && c.whole && len(bytesOf(st.stored)) >= columnPastBytes
		}
		p.add(st)
	}
	p.findSweeps()
	p.assignColumns(p.lastUses())
	return p
}

// lastUses returns for each step the last one that reads its result, also as an alias of it; itself if there is none.
func (p *columnProgram) lastUses() []int {
	last := make([]int, len(p.steps))
	for i := range p.steps {
		last[i] = i
		for _, src := range p.steps[i].in {
			if src.fixed == nil && src.step >= 0 {
				last[src.step] = max(last[src.step], i)
			}
		}
	}
	for i := len(p.steps) - 1; i >= 0; i-- {
		if from := firstSource(&p.steps[i]); p.steps[i].plan.Alias && from >= 0 {
			last[from] = max(last[from], last[i])
		}
	}
	return last
}

// assignColumns gives every step its buffers: for its result, for operands that are widened or rounded first, for the columns of
// stored operands and for results that are kept in another storage.
func (p *columnProgram) assignColumns(last []int) {
	var free []int
	for _, s := range p.sweeps {
		for i := s.first; i < s.end; i++ {
			temporary := p.assignStep(&s, i, last, &free)
			free = append(free, temporary...)
			for _, slot := range p.dead(last, i) {
				if taken := slot == p.steps[i].slot && last[i] > i; !taken && !slices.Contains(free, slot) {
					free = append(free, slot)
				}
			}
		}
	}
}

// assignStep gives step i of a sweep its buffers, its result one of a chunk if no other sweep reads it, and returns those that are
// free after it.
func (p *columnProgram) assignStep(s *sweep, i int, last []int, free *[]int) (temporary []int) {
	st, c := &p.steps[i], p.unit.column[i]
	chunks := len(s.chunks) > 1
	local := chunks && last[i] < s.end
	operands := make([]columnOperand, len(st.in))
	result, origin := place{slot: noBuffer, local: local}, i
	for j := range st.in {
		src, o := &st.in[j], columnOperand{whole: p.operandIsWhole(i, j), gather: noBuffer, local: chunks && (local || !st.plan.Alias)}
		if src.stored != nil && o.whole {
			o.gather = p.buffer(free, p.rows(true, o.local)*p.block, src.storage)
			temporary = append(temporary, o.gather)
		}
		if src.slot == needsBuffer {
			src.slot = p.buffer(free, p.rows(o.whole, chunks)*p.block, src.want)
			temporary = append(temporary, src.slot)
		}
		operands[j] = o
	}
	switch {
	case st.plan.Alias && st.in[0].step >= 0:
		result, origin = p.places[st.in[0].step], p.origin[st.in[0].step]
	case st.plan.Alias:
		result.slot = operands[0].gather
	default:
		st.slot = p.overwritten(i, last, result)
		if st.slot == noBuffer {
			st.slot = p.buffer(free, p.rows(c.whole, local)*p.block, st.storage)
		}
		result.slot = st.slot
	}
	if st.plan.Alias {
		temporary = nil // the result lies there
	}
	kept := noBuffer
	if st.encoded() {
		kept = p.buffer(free, p.rows(c.whole, chunks)*p.block, st.stored.Storage())
		temporary = append(temporary, kept)
	}
	p.operands, p.kept = append(p.operands, operands), append(p.kept, kept)
	p.places, p.origin = append(p.places, result), append(p.origin, origin)
	return temporary
}

// overwritten returns the buffer of an operand that the result of step i can take the place of, noBuffer if there is none: kernels
// may write where they read.
func (p *columnProgram) overwritten(i int, last []int, result place) int {
	st := &p.steps[i]
	if !st.kernels || !p.unit.column[i].whole {
		return noBuffer
	}
	for j, src := range st.in {
		if src.fixed != nil || src.step < 0 || last[p.origin[src.step]] != i || !p.operandIsWhole(i, j) {
			continue
		}
		if from := p.places[src.step]; from.local == result.local && p.slots[from.slot].storage == st.storage && src.slot == inPlace {
			return from.slot
		}
	}
	return noBuffer
}

// operandIsWhole tells whether operand j of step i has all rows.
func (p *columnProgram) operandIsWhole(i, j int) bool {
	return p.unit.wholeOperand(p.unit.column[i].node.In[j])
}

// rows returns the number of rows of a buffer for a whole value or a single row, of a chunk or of all rows.
func (p *columnProgram) rows(whole, local bool) int {
	switch {
	case !whole:
		return 1
	case local:
		return p.chunk // never all rows, so that the two kinds of buffers have different sizes, and none is used as both
	}
	return p.unit.columnRows
}

// add appends a step.
func (p *columnProgram) add(st tileStep) {
	p.steps = append(p.steps, st)
	sum, grid := sumsLeadingAxes(st.row.node), bf16.SumGrid{}
	if sum && st.plan.Sum.Kind == bf16.Tiles {
		grid = st.plan.Sum.Grid(p.unit.columnRows)
	}
	p.sums, p.grids = append(p.sums, sum), append(p.grids, grid)
}

// wholeOperand tells whether an operand has all rows of a column unit.
func (u *unit) wholeOperand(o ops.Operand) bool {
	if o.Value == nil {
		return false
	}
	whole, _ := u.columnShape(o.Shape())
	return whole
}

// columnRow describes an equation to what is shared with row units. A row is a block of columns; an operand of one row is
// repeated.
func (u *unit) columnRow(c columnNode) *rowNode {
	row := &rowNode{node: c.node, params: c.node.Params, inner: ops.Shape{u.columnCount()}}
	if sumsLeadingAxes(c.node) {
		row.params = ops.ReduceParams{Axes: []int{0}}
	}
	for _, o := range c.node.In {
		switch {
		case o.Value == nil:
			row.in = append(row.in, rowOperand{kind: literal})
		case len(o.Shape()) == 0:
			row.in = append(row.in, rowOperand{kind: shared, value: o.Value})
		case c.whole && !u.wholeOperand(o):
			row.in = append(row.in, rowOperand{kind: grouped, value: o.Value, inner: row.inner})
		default:
			row.in = append(row.in, rowOperand{kind: tiled, value: o.Value, inner: row.inner})
		}
	}
	return row
}
