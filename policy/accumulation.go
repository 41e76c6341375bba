package policy

import (
	"bf16lab/bf16"
	"bf16lab/ops"
)

// order settles how an equation accumulates. The orders depend on the declared dtypes and the whole shapes, as they do in
// XLA, not on the formats that a policy keeps values in.
func (b *planner) order(n *ops.Node, plan *ops.NodePlan) {
	switch b.accumulation {
	case OrderXLACPU:
		b.orderXLACPU(n, plan)
	case OrderPairwise:
		plan.Dot = bf16.DotOrder{Pairwise: true}
		plan.Sum = bf16.SumOrder{Kind: bf16.PairwiseSum}
	}
	if !accumulates[n.Primitive] {
		plan.Dot, plan.Sum = bf16.DotOrder{}, bf16.SumOrder{}
	}
}

var accumulates = map[ops.Primitive]bool{
	ops.DotGeneralPrimitive: true, ops.ConvGeneralDilatedPrimitive: true, ops.ReduceSumPrimitive: true, ops.ReduceWindowSumPrimitive: true,
}

// isCompute tells whether a dtype is bfloat16 under the policy's compute format. XLA chooses its kernels by it.
func (b *planner) halfOperand(t ops.DType) bool {
	return t == ops.Compute && b.compute == bf16.BFloat16 || t == ops.BFloat16
}

// orderXLACPU gives the orders of XLA on a CPU, measured with jaxlib 0.10.2 (docs/xla-cpu.md).
func (b *planner) orderXLACPU(n *ops.Node, plan *ops.NodePlan) {
	switch p := n.Params.(type) {
	case ops.DotParams:
		plan.Dot = b.dotXLACPU(n, p)
	case ops.ConvParams:
		w := n.In[1].Shape()
		plan.Dot = bf16.DotOrder{Block: bf16.EqualBlock(w[0]*w[1], 320)}
	case ops.ReduceParams:
		if n.Primitive == ops.ReduceSumPrimitive {
			plan.Sum = sumXLACPU(n.In[0].Shape(), p.Axes)
		}
	case ops.WindowParams:
		plan.Sum = bf16.SumOrder{Kind: bf16.Cascade, Depth: 1}
	}
	if n.Primitive == ops.DivPrimitive && n.Out[0].DType.IsFloat() {
		plan.Reciprocal = !n.In[1].Shape().Equal(n.Out[0].Shape)
	}
}

func (b *planner) dotXLACPU(n *ops.Node, p ops.DotParams) bf16.DotOrder {
	x := ops.DotView(n.In[0].Shape(), p.LeftBatch, p.LeftContracting)
	y := ops.DotView(n.In[1].Shape(), p.RightBatch, p.RightContracting)
	m, columns, k := x.Free.Size(), y.Free.Size(), x.Contracting.Size()
	wide := b.halfOperand(n.In[0].DType) && b.halfOperand(n.In[1].DType) && n.Out[0].DType == ops.Float32
	switch {
	case wide && m > 1 && m <= 3 && columns == 2, !wide && m > 1 && columns > 1 && columns <= 16:
		return bf16.DotOrder{Lanes: 4}
	case wide:
		return bf16.DotOrder{OddFirst: true}
	case m == 1:
		return bf16.DotOrder{}
	case k == 64 && m <= 16 && columns == 4096:
		return bf16.DotOrder{Block: 32}
	}
	return bf16.DotOrder{Block: 512}
}

func sumXLACPU(shape ops.Shape, axes []int) bf16.SumOrder {
	n := 1
	for _, a := range axes {
		n *= shape[a]
	}
	size := shape.Size()
	switch {
	case n <= 16:
		return bf16.SumOrder{}
	case axes[len(axes)-1] == len(shape)-1 && size < 4096:
		return bf16.SumOrder{Kind: bf16.Windows, Block: 32}
	case axes[len(axes)-1] == len(shape)-1:
		return bf16.SumOrder{Kind: bf16.Lanes, Lanes: 16, Depth: 3}
	case len(shape) == 3 && len(axes) == 2 && shape[0] >= 4 && shape[1] >= 768:
		return bf16.SumOrder{Kind: bf16.KahanBlocks, Block: 256, Depth: 2, Taps: shape[0]}
	}
	return bf16.SumOrder{Kind: bf16.Cascade, Block: 256, Depth: 2}
}
