package policy

import (
	"bf16lab/bf16"
	"bf16lab/ops"
	"bf16lab/policy/xlacpu"
)

// order settles how an equation accumulates, and what else depends on its declared dtypes. The orders depend on the declared dtypes and the whole shapes, as they do in
// XLA, not on the formats that a policy keeps values in.
func (b *planner) order(n *ops.Node, plan *ops.NodePlan) {
	if !n.Out[0].DType.IsFloat() {
		return
	}
	plan.Half = n.Primitive == ops.LogisticPrimitive && b.half(n.Out[0].DType)
	switch b.accumulation {
	case OrderXLACPU:
		b.orderXLACPU(n, plan)
	case OrderPairwise:
		plan.Dot.Main = bf16.DotOrder{Pairwise: true}
		plan.Sum = bf16.SumOrder{Kind: bf16.PairwiseSum}
	}
	switch n.Primitive {
	case ops.DotGeneralPrimitive, ops.ConvGeneralDilatedPrimitive:
		plan.Sum = bf16.SumOrder{}
	case ops.ReduceSumPrimitive, ops.ReduceWindowSumPrimitive:
		plan.Dot = ops.ProductOrder{}
	default:
		plan.Dot, plan.Sum = ops.ProductOrder{}, bf16.SumOrder{}
	}
}

// half tells whether a dtype is bfloat16 under the policy's compute format. XLA chooses its kernels by it.
func (b *planner) half(t ops.DType) bool {
	return t == ops.Compute && b.compute == bf16.BFloat16 || t == ops.BFloat16
}

// orderXLACPU gives the orders of XLA on a CPU, and its way to divide.
func (b *planner) orderXLACPU(n *ops.Node, plan *ops.NodePlan) {
	switch p := n.Params.(type) {
	case ops.DotParams:
		plan.Dot = b.cpu.Product(b.product(n, p))
	case ops.ConvParams:
		w := n.In[1].Shape()
		plan.Dot.Main = b.cpu.Convolution(w[0], w[1])
	case ops.ReduceParams:
		plan.Sum = b.cpu.Sum(n.In[0].Shape(), p.Axes)
	case ops.WindowParams:
		plan.Sum = b.cpu.WindowSum()
	}
	if n.Primitive == ops.DivPrimitive {
		plan.Reciprocal = !n.In[1].Shape().Equal(n.Out[0].Shape)
	}
}

// product brings a dot_general into its canonical form.
func (b *planner) product(n *ops.Node, p ops.DotParams) xlacpu.Product {
	left, right := n.In[0], n.In[1]
	x := ops.DotView(left.Shape(), p.LeftBatch, p.LeftContracting)
	y := ops.DotView(right.Shape(), p.RightBatch, p.RightContracting)
	return xlacpu.Product{
		Batch: x.Batch.Size(), Rows: x.Free.Size(), Columns: y.Free.Size(), Depth: x.Contracting.Size(),
		Transposed: transposed(p, len(right.Shape())),
		Half:       b.half(left.DType) && b.half(right.DType) && n.Out[0].DType == ops.Float32,
	}
}

// transposed tells whether a right operand with so many axes is stored as [batch..., free, contracting] with one axis of
// each of the last two kinds.
func transposed(p ops.DotParams, axes int) bool {
	batch := len(p.RightBatch)
	if axes != batch+2 || len(p.RightContracting) != 1 || p.RightContracting[0] != axes-1 {
		return false
	}
	for i, a := range p.RightBatch {
		if a != i {
			return false
		}
	}
	return true
}
