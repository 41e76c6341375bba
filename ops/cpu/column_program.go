package cpu

import (
	"bf16lab/bf16"
	"bf16lab/ops"
)

// columnProgram is a column unit as one instance carries it out.
type columnProgram struct {
	tileProgram
	unit   *unit
	block  int
	gather [][]int        // by step and operand: the buffer for the columns of a stored value of all rows, or -1
	kept   []int          // by step: the buffer for a result in the storage in which it is kept, or -1
	grids  []bf16.SumGrid // by step, of sums that have kernels
	sums   []bool
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
		}
		p.add(st)
	}
	p.assignColumns(p.lastReads(r))
	return p
}

// assignColumns gives every step its buffers: for its result, for operands that are widened or rounded first, for the columns of
// stored operands and for results that are kept in another storage.
func (p *columnProgram) assignColumns(last []int) {
	var free []int
	for i := range p.steps {
		st, c := &p.steps[i], p.unit.column[i]
		var temporary []int
		gather, kept := make([]int, len(st.in)), noBuffer
		for j := range st.in {
			src, whole := &st.in[j], p.unit.wholeOperand(c.node.In[j])
			gather[j] = noBuffer
			if src.stored != nil && whole {
				gather[j] = p.buffer(&free, p.rows(true)*p.block, src.storage)
				temporary = append(temporary, gather[j])
			}
			if src.slot == needsBuffer {
				src.slot = p.buffer(&free, p.rows(whole)*p.block, src.want)
				temporary = append(temporary, src.slot)
			}
		}
		if st.plan.Alias {
			temporary = nil // the result lies there
		} else {
			st.slot = p.buffer(&free, p.rows(c.whole)*p.block, st.storage)
		}
		if st.encoded() {
			kept = p.buffer(&free, p.rows(c.whole)*p.block, st.stored.Storage())
			temporary = append(temporary, kept)
		}
		p.gather, p.kept = append(p.gather, gather), append(p.kept, kept)
		free = append(append(free, temporary...), p.dead(last, i)...)
	}
}

// rows returns the number of rows of a whole value, or of a single row.
func (p *columnProgram) rows(whole bool) int {
	if whole {
		return p.unit.columnRows
	}
	return 1
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
