package cpu

import "bf16lab/ops"

// tileProgram is a row unit as one instance carries it out.
type tileProgram struct {
	unit    *unit
	perTile int
	steps   []tileStep
	slots   []slot
}

// newTileProgram prepares an instance of a row unit: finds operands, makes room for results that are kept, leaves out what need
// not be done and assigns buffers.
func (r *run) newTileProgram(u *unit, in *instance, perTile int) *tileProgram {
	p := &tileProgram{unit: u, perTile: perTile}
	made := map[*ops.Value]int{}
	for i := range u.row {
		row := &u.row[i]
		plan, out := r.nodePlan(in, row.node), row.node.Out[0]
		st := tileStep{row: row, plan: plan, slot: noBuffer}
		for j, o := range row.in {
			st.in = append(st.in, r.source(in, row, plan, o, j, p.steps, made))
		}
		st.settle()
		made[out] = i
		if !plan.Alias {
			st.stored = r.room(r.class[in.plan][out.ID], out.Shape, plan.Storage(out.DType))
			st.view = st.stored == nil && st.onlyShapes()
			st.same = st.stored == nil && !st.view && st.spreadsLiteral()
		}
		p.steps = append(p.steps, st)
	}
	if r.inspector == nil {
		p.tabulate(r)
		p.fuseGELU(r)
		p.fuseRotary(r)
		p.fuseNorms(r)
	}
	p.writePast(r)
	p.assignBuffers(r)
	return p
}

// encoded tells whether the result of a step is kept in another storage than it has in the tile.
func (st *tileStep) encoded() bool { return st.stored != nil && st.stored.Storage() != st.storage }
