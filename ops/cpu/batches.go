package cpu

import (
	"slices"

	"bf16lab/ops"
)

// batches are the operands of a product of a unit that is carried out batch by batch: a goroutine makes the two matrices of
// a batch, which stay in its cache, and multiplies them, so that the operands as wholes need not exist.
type batches struct {
	sides       [2]*unit // the row units that make the operands, turned so that the rows of a batch follow one another
	count, rows int      // of batches, and of rows of a matrix of the left operand
	columns     int      // rows of a matrix of the right operand
	depth       int
	dot         *ops.Node
	// planes says how the result is written in the order of the transpose that reads it, in which the batches are next to each
	// other; nil where there is none.
	planes *ops.Planes
}

// batchGroup is the number of batches whose results are written together where batches are next to each other: what they write
// of a row is a cache line, and their results before that stay in the last-level cache.
const batchGroup = 16

// joinBatches makes one unit of every large product and the row units of which the product reads the results, and no other
// equation does, where joins allows it; and of a transpose that is the only reader of the product.
func joinBatches(units []*unit, consumers [][]*ops.Node, joins joins) []*unit {
	makers := map[*ops.Value]*unit{}
	drop := map[*unit]bool{}
	for _, u := range units {
		makers[u.result().Out[0]] = u
		if u.rows > 0 || len(u.nodes) > 1 {
			continue
		}
		n := u.nodes[0]
		switch p := n.Params.(type) {
		case ops.TransposeParams:
			product := makers[n.In[0].Value]
			if product != nil && product.batches != nil && len(consumers[n.In[0].Value.ID]) == 1 && joins.transpose(product.batches.dot, n) && product.writesOrdered(p, n) {
				u.joinProduct(product)
				drop[product] = true
			}
		case ops.DotParams:
			if !isProduct(n) || n.In[0].Value.Shape.Size() <= aheadSize {
				continue
			}
			left, right := makers[n.In[0].Value], makers[n.In[1].Value]
			if left == right || !left.madeFor(n, consumers) || !right.madeFor(n, consumers) {
				continue
			}
			if x, ok := batchesOf(n, p, left, right); ok && joins.operands(n, x.sides) {
				u.joinOperands(x, left, right, joins)
				drop[left], drop[right] = !joins.watched(left), !joins.watched(right)
			}
		}
	}
	return slices.DeleteFunc(units, func(u *unit) bool { return drop[u] })
}

// joinOperands makes a product one unit with the row units that make its operands. A side that somebody watches stays a unit of its
// own as well, of which nothing is stored.
func (u *unit) joinOperands(x *batches, left, right *unit, joins joins) {
	u.batches, u.parts = x, []*unit{{nodes: u.nodes}}
	for _, side := range []*unit{right, left} {
		part := *side
		part.shown = joins.watched(side)
		u.parts = append([]*unit{&part}, u.parts...)
		u.nodes = append(side.nodes[:len(side.nodes):len(side.nodes)], u.nodes...)
	}
}

// joinProduct makes a transpose one unit with a product that is carried out batch by batch.
func (u *unit) joinProduct(product *unit) {
	u.batches, u.parts = product.batches, append(product.parts, &unit{nodes: u.nodes})
	u.nodes = append(product.nodes, u.nodes...)
}

// writesOrdered has a product that is carried out batch by batch written in the order of a transpose, if batches are next to
// each other in it.
func (u *unit) writesOrdered(p ops.TransposeParams, transpose *ops.Node) bool {
	x, ok := ops.TransposePlanes(p, transpose.In[0].Shape(), transpose.Out[0].Shape)
	if !ok || x.Columns != u.batches.count || x.From != u.batches.rows*u.batches.columns || x.Columns < batchGroup {
		return false
	}
	u.batches.planes = &x
	return true
}

// madeFor tells whether the unit is one of rows and nothing but the given equation reads what it makes.
func (u *unit) madeFor(reader *ops.Node, consumers [][]*ops.Node) bool {
	if u == nil || u.rows == 0 {
		return false
	}
	own := map[*ops.Node]bool{}
	for _, n := range u.nodes {
		own[n] = true
	}
	for _, n := range u.nodes {
		for _, c := range consumers[n.Out[0].ID] {
			if !own[c] && (c != reader || n != u.result()) {
				return false
			}
		}
	}
	return true
}

// batchesOf returns how a product can be carried out batch by batch; ok is false where it cannot.
func batchesOf(n *ops.Node, p ops.DotParams, left, right *unit) (x *batches, ok bool) {
	x = &batches{dot: n}
	var ok1, ok2 bool
	x.sides[0], x.rows, ok1 = left.turned(ops.DotView(n.In[0].Value.Shape, p.LeftBatch, p.LeftContracting))
	x.sides[1], x.columns, ok2 = right.turned(ops.DotView(n.In[1].Value.Shape, p.RightBatch, p.RightContracting))
	x.count, x.depth = left.period, left.rowSize(n.In[0].Value)
	return x, ok1 && ok2
}

// turned returns the unit with its rows in the order of batches, and the number of rows of a batch. That is possible where
// the unit's period runs over the batches, and what is the same for a period, or for all rows with the same place in their
// periods, is all that it reads.
func (u *unit) turned(v ops.View) (turned *unit, rows int, ok bool) {
	count, depth := v.Batch.Size(), v.Contracting.Size()
	batchStride, ok1 := merged(v.Batch, v.BatchStrides)
	freeStride, ok2 := merged(v.Free, v.FreeStrides)
	contractingStride, ok3 := merged(v.Contracting, v.ContractingStrides)
	if !ok1 || !ok2 || !ok3 || batchStride != depth || freeStride != count*depth || contractingStride != 1 || u.period != count || u.rows != count*v.Free.Size() {
		return nil, 0, false
	}
	rows = u.rows / count
	turned = &unit{nodes: u.nodes, rows: u.rows, period: rows}
	made := map[*ops.Value]bool{}
	for _, r := range u.row {
		in := append([]rowOperand(nil), r.in...)
		for i := range in {
			switch o := &in[i]; {
			case o.kind == grouped:
				o.kind, o.period = cyclic, rows
			case o.kind == cyclic:
				o.kind, o.period = grouped, rows
			case o.kind == wholeRead || o.kind == tiled && !made[o.value]:
				return nil, 0, false
			}
		}
		made[r.node.Out[0]] = true
		r.in = in
		turned.row = append(turned.row, r)
	}
	return turned, rows, true
}

// batchWorker is a goroutine's part in a product that is carried out batch by batch.
type batchWorker struct {
	machines [2]*tileMachine
	matrices [2]*ops.Tensor
	copies   [2]bool // whether the last step of a machine has no result of its own that could be written to the matrix
}

// batchesRun is a product that is being carried out batch by batch.
type batchesRun struct {
	*batches
	alone    run // a batch is the work of one goroutine
	plan     *ops.NodePlan
	programs [2]*tileProgram
	workers  []*batchWorker
	kept     ops.Storage
}

// evaluateBatches computes the product of a unit batch by batch.
func (r *run) evaluateBatches(in *instance, u *unit) *ops.Tensor {
	x := &batchesRun{batches: u.batches, alone: *r, plan: r.nodePlan(in, u.batches.dot), workers: make([]*batchWorker, r.Workers)}
	x.alone.Workers = 1
	x.kept = x.plan.Storage(x.dot.Out[0].DType)
	for i, side := range x.sides {
		perTile, _, _ := side.tiles()
		x.programs[i] = r.newTileProgram(side, in, perTile)
	}
	out := r.memory.tensor(u.result().Out[0].Shape, x.kept)
	if x.planes != nil {
		x.inGroups(r, out)
		return out
	}
	parallel(r.Workers, x.count, func(worker, batch int) { x.multiply(worker, batch, x.part(out, batch)) })
	return out
}

// inGroups computes the results of some batches after the other and writes them in the order of the transpose. Fewer batches than
// a group has are computed with some of those before.
func (x *batchesRun) inGroups(r *run, out *ops.Tensor) {
	group := r.memory.tensor(ops.Shape{batchGroup, x.rows, x.columns}, x.kept)
	planes := *x.planes
	planes.Columns = batchGroup
	for first := 0; first < x.count; first += batchGroup {
		first := min(first, x.count-batchGroup)
		parallel(r.Workers, batchGroup, func(worker, i int) { x.multiply(worker, first+i, x.part(group, i)) })
		transposePlanes(r.Workers, batchGroup, planes, out, first, group)
	}
	r.memory.release(group)
}

// part returns the matrix number i of some results.
func (x *batches) part(of *ops.Tensor, i int) *ops.Tensor {
	size := x.rows * x.columns
	return of.Range(i*size, (i+1)*size, ops.Shape{x.rows, x.columns})
}

// multiply computes the product of a batch.
func (x *batchesRun) multiply(worker, batch int, out *ops.Tensor) {
	if x.workers[worker] == nil {
		x.workers[worker] = x.worker(x.programs, x.plan, x.kept)
	}
	w := x.workers[worker]
	for i := range w.machines {
		w.fill(i, x.sides[i], batch)
	}
	c := x.alone.newProducts()
	part := ops.DotParams{LeftContracting: []int{1}, RightContracting: []int{1}}
	c.addDot(x.dot, part, w.matrices[:], x.alone.resultsIn(out, x.plan))
	c.compute()
}

func (x *batches) worker(programs [2]*tileProgram, plan *ops.NodePlan, kept ops.Storage) *batchWorker {
	w := &batchWorker{}
	for i, p := range programs {
		w.machines[i] = p.machine(ops.NewTensor)
		w.copies[i] = p.steps[len(p.steps)-1].plan.Alias || p.steps[len(p.steps)-1].view
		rows := x.sides[i].period
		w.matrices[i] = ops.NewTensor(ops.Shape{rows, x.depth}, p.steps[len(p.steps)-1].storage)
	}
	return w
}

// fill makes the matrix of one side of a batch.
func (w *batchWorker) fill(i int, side *unit, batch int) {
	m, to := w.machines[i], w.matrices[i]
	perTile, tiles, _ := side.tiles()
	per := tiles / (side.rows / side.period)
	m.into, m.first = to, batch*side.period
	for tile := batch * per; tile < (batch+1)*per; tile++ {
		lo, hi := side.tile(tile, perTile)
		m.run(lo, hi)
		if w.copies[i] {
			width := to.Shape[1]
			copy(bytesOf(to.Range((lo-m.first)*width, (hi-m.first)*width, ops.Shape{hi - lo, width})), bytesOf(m.results[len(m.results)-1]))
		}
	}
}
