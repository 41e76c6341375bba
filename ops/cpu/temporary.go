package cpu

import (
	"bf16lab/bf16"
	"bf16lab/ops"
)

// temporaries returns the bytes that exist besides operands and results while a unit is carried out for some instances: products for
// all of them together, everything else for one after the other.
func (p *Program) temporaries(u *unit, instances []*instance) (bytes int64) {
	for _, in := range instances {
		if n := p.temporary(u, in); u.productUnit() {
			bytes += n
		} else {
			bytes = max(bytes, n)
		}
	}
	return bytes
}

// temporary returns the bytes that exist besides operands and results while an instance of a unit is carried out. The
// buffers of tiles and the operands of batches are not counted.
func (p *Program) temporary(u *unit, in *instance) int64 {
	n := u.nodes[0]
	plan := &p.plans[in.plan].Nodes[n.Index]
	if u.batches != nil {
		return u.batches.temporary(&p.plans[in.plan].Nodes[u.batches.dot.Index])
	}
	if u.rows > 0 || u.column != nil || plan.Alias {
		return 0
	}
	_, dot := n.Params.(ops.DotParams)
	_, convolution := n.Params.(ops.ConvParams)
	switch {
	case dot && n.Out[0].DType.IsFloat() || convolution:
		return p.productTemporary(u, in, plan)
	case p.moves(n, plan, in):
		return 0
	}
	return p.definitionTemporary(n, plan, in)
}

// temporary counts the results of a group of batches before they are written in order.
func (x *batches) temporary(plan *ops.NodePlan) int64 {
	if x.planes == nil {
		return 0
	}
	return int64(batchGroup * x.rows * x.columns * plan.Storage(x.dot.Out[0].DType).Bytes())
}

// productTemporary counts operands that the kernels cannot read as they are, and what goes into an epilogue, which exists where an
// inspector sees it. Unrounded results are few: they are in the scratch of the kernels.
func (p *Program) productTemporary(u *unit, in *instance, plan *ops.NodePlan) int64 {
	n := u.nodes[0]
	wide := wideStorage(plan)
	elements := 0 // of operands in the format of the kernels
	for i, o := range n.In {
		s := p.valueStorage(in.plan, o.Value)
		if plan.Double && (s != ops.StoreFloat64 || plan.Operands[i] != bf16.Format{}) || !plan.Double && s != ops.StoreFloat32 && s != ops.StoreBFloat16 {
			elements += o.Value.Shape.Size()
		}
	}
	bytes := int64(elements * wide.Bytes())
	if u.epilogue != nil && p.strip == 0 {
		bytes += int64(n.Out[0].Shape.Size() * plan.Storage(n.Out[0].DType).Bytes())
	}
	if u.permuted() {
		return bytes
	}
	return bytes + p.copied(n, in)
}

// copied counts operands of a dot_general that are copied because of their layout.
func (p *Program) copied(n *ops.Node, in *instance) int64 {
	params, ok := n.Params.(ops.DotParams)
	if !ok || len(params.LeftContracting) == 0 {
		return 0
	}
	var bytes int64
	for i, o := range n.In {
		batch, contracting := params.LeftBatch, params.LeftContracting
		if i == 1 {
			batch, contracting = params.RightBatch, params.RightContracting
		}
		v := ops.DotView(o.Shape(), batch, contracting)
		_, ok1 := merged(v.Free, v.FreeStrides)
		_, ok2 := merged(v.Contracting, v.ContractingStrides)
		if !ok1 || !ok2 {
			bytes += int64(o.Shape().Size() * p.valueStorage(in.plan, o.Value).Bytes())
		}
	}
	return bytes
}

// moves tells whether an equation only moves data between tensors of one storage.
func (p *Program) moves(n *ops.Node, plan *ops.NodePlan, in *instance) bool {
	if !n.Primitive.OnlyMoves() || plan.Round || plan.Operands != [3]bf16.Format{} {
		return false
	}
	for _, o := range n.In {
		whole := o.DType == ops.Bool || o.DType == ops.Int32
		if o.Value == nil || !whole && p.valueStorage(in.plan, o.Value) != plan.Storage(n.Out[0].DType) {
			return false
		}
	}
	return true
}

// definitionTemporary counts the widened operands and results of an equation that its definition computes.
func (p *Program) definitionTemporary(n *ops.Node, plan *ops.NodePlan, in *instance) int64 {
	var bytes int64
	for i, o := range n.In {
		if o.Value == nil {
			continue
		}
		want := plan.Operand(i, o.DType)
		if want != p.valueStorage(in.plan, o.Value) || plan.Operands[min(i, 2)] != (bf16.Format{}) {
			bytes += int64(o.Shape().Size() * want.Bytes())
		}
	}
	for _, v := range n.Out {
		if want := plan.Arithmetic(v.DType); want != plan.Storage(v.DType) {
			bytes += int64(v.Shape.Size() * want.Bytes())
		}
	}
	return bytes
}

// valueStorage returns how a value is stored under a plan, be it an input of the graph or made by an equation.
func (p *Program) valueStorage(plan int, v *ops.Value) ops.Storage {
	for v.Node != nil {
		if !p.plans[plan].Nodes[v.Node.Index].Alias {
			return p.storage(plan, v)
		}
		v = v.Node.In[0].Value // it is that value
	}
	switch v.DType {
	case ops.Int32:
		return ops.StoreInt32
	case ops.Bool:
		return ops.StoreBool
	}
	return ops.StoreFloat32
}
