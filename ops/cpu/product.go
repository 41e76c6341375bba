package cpu

import (
	"bf16lab/bf16"
	"bf16lab/ops"
)

// productUnit tells whether a unit is a product or convolution that the packed kernels compute.
func (u *unit) productUnit() bool {
	if u.rows > 0 || u.column != nil || u.batches != nil {
		return false
	}
	n := u.nodes[0]
	switch p := n.Params.(type) {
	case ops.ConvParams:
		return n.Out[0].DType.IsFloat()
	case ops.DotParams:
		return n.Out[0].DType.IsFloat() && len(p.LeftContracting) > 0
	}
	return false
}

// evaluateProducts computes a product unit for some instances together.
func (r *run) evaluateProducts(u *unit, instances []*instance) []*ops.Tensor {
	c := r.newProducts()
	var out []*ops.Tensor
	for _, in := range instances {
		res := r.productResults(in, u, nil)
		out = append(out, res.out)
		if _, ok := u.productReaches(); ok {
			c.addRows(u, in, res, 0, u.rowCount())
		} else {
			c.addDot(u.nodes[0], u.nodes[0].Params.(ops.DotParams), r.operands(in, u.nodes[0]), res)
		}
	}
	c.compute()
	return out
}

// productResults says what becomes of the results of a product unit, and makes the tensor for them if there is none.
func (r *run) productResults(in *instance, u *unit, out *ops.Tensor) *results {
	v, plan := u.result().Out[0], r.nodePlan(in, u.nodes[0])
	if out == nil {
		out = r.memory.tensor(v.Shape, r.nodePlan(in, u.result()).Storage(v.DType))
	}
	res := r.resultsIn(out, plan)
	res.epilogue = r.newEpilogue(in, u)
	res.own = plan.Storage(u.nodes[0].Out[0].DType)
	return res
}

// addDot collects a dot_general whose operands may be laid out in any way.
func (c *products) addDot(n *ops.Node, p ops.DotParams, operands []*ops.Tensor, res *results) {
	formats := c.formats(n, res.plan, operands)
	left, right := c.operand(operands[0], res.plan, formats[0]), c.operand(operands[1], res.plan, formats[1])
	x, y := ops.DotView(left.Shape, p.LeftBatch, p.LeftContracting), ops.DotView(right.Shape, p.RightBatch, p.RightContracting)
	a, b := c.matrices(left, x, formats[0]), c.matrices(right, y, formats[1])
	c.add(a, b, x.Contracting.Size(), res.plan.Dot, res, 0, b.lines)
}

// outer computes a dot_general without contracting axes: every product of a left and a right element, rounded once.
func (r *run) outer(n *ops.Node, plan *ops.NodePlan, operands []*ops.Tensor) *ops.Tensor {
	p, c, rounded := n.Params.(ops.DotParams), r.newProducts(), operandFormats(n, plan)
	x, y := ops.DotView(operands[0].Shape, p.LeftBatch, p.LeftContracting), ops.DotView(operands[1].Shape, p.RightBatch, p.RightContracting)
	left, right := c.operand(operands[0], plan, rounded[0]), c.operand(operands[1], plan, rounded[1])
	round := [2]func(float32) float32{rounding(rounded[0]), rounding(rounded[1])}
	wide := r.result(n, plan)
	rows, columns := x.Free.Size(), y.Free.Size()
	for b := range x.Batch.Size() {
		for i := range rows {
			l := ops.Offset(b, x.Batch, x.BatchStrides) + ops.Offset(i, x.Free, x.FreeStrides)
			for j := range columns {
				m := ops.Offset(b, y.Batch, y.BatchStrides) + ops.Offset(j, y.Free, y.FreeStrides)
				at := (b*rows+i)*columns + j
				if plan.Double {
					wide.F64[at] = left.F64[l] * right.F64[m]
				} else {
					wide.F32[at] = round[0](element(left, l)) * round[1](element(right, m))
				}
			}
		}
	}
	c.compute()
	return r.narrow(n, plan, wide)
}

// rounding returns the rounding to a format; the zero format rounds nothing.
func rounding(f bf16.Format) func(float32) float32 {
	if f == (bf16.Format{}) {
		return func(x float32) float32 { return x }
	}
	return f.Round
}

func element(t *ops.Tensor, i int) float32 {
	if t.BF16 != nil {
		return bf16.FromBFloat16(t.BF16[i])
	}
	return t.F32[i]
}

// result returns a tensor for unrounded results.
func (r *run) result(n *ops.Node, plan *ops.NodePlan) *ops.Tensor {
	return r.memory.tensor(n.Out[0].Shape, wideStorage(plan))
}

// wideStorage returns how the unrounded results of a product are stored.
func wideStorage(plan *ops.NodePlan) ops.Storage {
	if plan.Double {
		return ops.StoreFloat64
	}
	return ops.StoreFloat32
}

// narrow rounds results as the plan says and moves them to the storage of their format.
func (r *run) narrow(n *ops.Node, plan *ops.NodePlan, wide *ops.Tensor) *ops.Tensor {
	out := wide
	if s := plan.Storage(n.Out[0].DType); s != wide.Storage() {
		out = r.memory.tensor(wide.Shape, s)
	}
	r.roundInto(plan, out, wide)
	if out != wide {
		r.memory.release(wide)
	}
	return out
}

// roundInto rounds results as the plan says and moves them to out, which may be the same tensor.
func (r *run) roundInto(plan *ops.NodePlan, out, wide *ops.Tensor) {
	res, size := r.resultsIn(out, plan), wide.Shape.Size()
	if out == wide && !res.changes() {
		return
	}
	parallel(r.Workers, ceilDiv(size, observeElements), func(worker, b int) {
		lo, hi := b*observeElements, min((b+1)*observeElements, size)
		f := res.worker(worker)
		f.wide.SetRange(wide, lo, hi, ops.Shape{hi - lo})
		f.take(lo, 1, hi-lo, out == wide)
	})
}
