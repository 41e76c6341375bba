package cpu

import (
	"bf16lab/bf16"
	"bf16lab/ops"
)

// batches are the operands of a product of a unit that is carried out batch by batch: a goroutine makes the two matrices of
// a batch, which stay in its cache, and multiplies them, so that the operands as wholes need not exist.
type batches struct {
	sides       [2]*unit // the row units that make the operands, turned so that the rows of a batch follow one another
	count, rows int      // of batches, and of rows of a matrix of the left operand
	columns     int      // rows of a matrix of the right operand
	depth       int
}

// joinBatches makes one unit of every large product and the row units of which the product reads the results, and nobody
// else does, where joins allows it.
func joinBatches(units []*unit, consumers [][]*ops.Node, joins func(dot *ops.Node, sides [2]*unit) bool) []*unit {
	makers := map[*ops.Value]int{}
	drop := make([]bool, len(units))
	for i, u := range units {
		if u.rows > 0 {
			makers[u.result().Out[0]] = i
			continue
		}
		n := u.nodes[0]
		p, ok := n.Params.(ops.DotParams)
		if !ok || len(u.nodes) > 1 || !isProduct(n) || n.In[0].Value.Shape.Size() <= aheadSize {
			continue
		}
		left, ok1 := makers[n.In[0].Value]
		right, ok2 := makers[n.In[1].Value]
		if !ok1 || !ok2 || left == right || !units[left].readOnlyBy(n, consumers) || !units[right].readOnlyBy(n, consumers) {
			continue
		}
		x, ok := batchesOf(n, p, units[left], units[right])
		if !ok || !joins(n, x.sides) {
			continue
		}
		u.batches, u.parts = x, []*unit{units[left], units[right], {nodes: u.nodes}}
		for _, side := range x.sides {
			u.nodes = append(side.nodes[:len(side.nodes):len(side.nodes)], u.nodes...)
		}
		drop[left], drop[right] = true, true
	}
	var out []*unit
	for i, u := range units {
		if !drop[i] {
			out = append(out, u)
		}
	}
	return out
}

// readOnlyBy tells whether nothing but one equation reads what the unit makes.
func (u *unit) readOnlyBy(reader *ops.Node, consumers [][]*ops.Node) bool {
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
	x = &batches{}
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

// private tells whether every plan makes the operands of a product for nobody but that product, and in a storage that it
// reads as it is.
func (p *Program) private(dot *ops.Node, sides [2]*unit) bool {
	for i, plan := range p.plans {
		np := &plan.Nodes[dot.Index]
		if np.Alias || np.Imposed || np.FromReference != [3]bool{} {
			return false
		}
		for k, side := range sides {
			for _, n := range side.nodes {
				if own := &plan.Nodes[n.Index]; len(p.watches[n.Out[0]]) > 0 || own.Imposed || own.FromReference != [3]bool{} {
					return false
				}
			}
			wide := p.storage(i, side.result().Out[0]) == ops.StoreFloat64
			if wide != np.Double || np.Double && np.Operands[k] != (bf16.Format{}) {
				return false
			}
		}
	}
	return true
}

// batchWorker is a goroutine's part in a product that is carried out batch by batch.
type batchWorker struct {
	machines [2]*tileMachine
	matrices [2]*ops.Tensor
	wide     *ops.Tensor // unrounded results, where those are stored in another way
}

// evaluateBatches computes the product of a unit batch by batch.
func (r *run) evaluateBatches(in *instance, u *unit) *ops.Tensor {
	x, dot := u.batches, u.result()
	plan := r.nodePlan(in, dot)
	out := r.memory.tensor(dot.Out[0].Shape, plan.Storage(dot.Out[0].DType))
	var programs [2]*tileProgram
	for i, side := range x.sides {
		perTile, _, _ := side.tiles()
		programs[i] = r.newTileProgram(side, in, perTile)
	}
	alone := *r // a batch is the work of one goroutine
	alone.Workers = 1
	workers := make([]*batchWorker, r.Workers)
	parallel(r.Workers, x.count, func(worker, batch int) {
		if workers[worker] == nil {
			workers[worker] = x.worker(programs, plan, out.Storage())
		}
		w := workers[worker]
		for i := range w.machines {
			w.fill(i, x.sides[i], batch)
		}
		shape := ops.Shape{x.rows, x.columns}
		result := out.Range(batch*shape.Size(), (batch+1)*shape.Size(), shape)
		wide := result
		if w.wide != nil {
			wide = w.wide
		}
		part := ops.DotParams{LeftContracting: []int{1}, RightContracting: []int{1}}
		alone.multiplyInto(dot, plan, part, plan.Dot, wide, w.matrices[:])
		alone.roundInto(plan, result, wide)
	})
	return out
}

func (x *batches) worker(programs [2]*tileProgram, plan *ops.NodePlan, kept ops.Storage) *batchWorker {
	w := &batchWorker{}
	for i, p := range programs {
		w.machines[i] = p.machine(ops.NewTensor)
		rows := x.sides[i].period
		w.matrices[i] = ops.NewTensor(ops.Shape{rows, x.depth}, p.steps[len(p.steps)-1].storage)
	}
	if s := wideStorage(plan); s != kept {
		w.wide = ops.NewTensor(ops.Shape{x.rows, x.columns}, s)
	}
	return w
}

// fill makes the matrix of one side of a batch.
func (w *batchWorker) fill(i int, side *unit, batch int) {
	m, to := w.machines[i], w.matrices[i]
	perTile, tiles, _ := side.tiles()
	per := tiles / (side.rows / side.period)
	width := to.Shape[1]
	for tile := batch * per; tile < (batch+1)*per; tile++ {
		lo, hi := side.tile(tile, perTile)
		m.run(lo, hi)
		lo, hi = lo-batch*side.period, hi-batch*side.period
		copy(bytesOf(to.Range(lo*width, hi*width, ops.Shape{hi - lo, width})), bytesOf(m.results[len(m.results)-1]))
	}
}
