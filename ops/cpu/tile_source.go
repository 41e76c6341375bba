package cpu

import (
	"bf16lab/bf16"
	"bf16lab/ops"
)

// needsBuffer marks a source that must be widened or rounded into a buffer; newTileProgram assigns one. Slot 0 is therefore
// never a source's buffer before that.
const (
	inPlace     = -1
	needsBuffer = 0
)

// source finds operand j of an equation in a row unit.
func (r *run) source(in *instance, row *rowNode, plan *ops.NodePlan, o rowOperand, j int, made map[*ops.Value]int) tileSource {
	round := plan.Operands[min(j, len(plan.Operands)-1)]
	src := tileSource{step: -1, slot: inPlace, inner: o.inner, round: round}
	switch o.kind {
	case literal:
		src.fixed = ops.LiteralTensor(row.node.In[j], plan)
		return src
	case tiled:
		if k, ok := made[o.value]; ok {
			src.step = k
			exact := r.nodePlan(in, o.value.Node).Exact && int(plan.Fused) != j+1
			if exact || round != (bf16.Format{}) {
				src.slot = needsBuffer
			}
			return src
		}
		src.stored = r.stored[r.class[in.plan][o.value.ID]]
		if plan.Operand(j, o.value.DType) != src.stored.Storage() || round != (bf16.Format{}) {
			src.slot = needsBuffer
		}
		return src
	case grouped, cyclic:
		src.stored, src.kind, src.period = r.stored[r.class[in.plan][o.value.ID]], o.kind, o.period
		if plan.Operand(j, o.value.DType) != src.stored.Storage() || round != (bf16.Format{}) {
			src.slot = needsBuffer
		}
		return src
	case shared:
		src.fixed = widenShared(r.stored[r.class[in.plan][o.value.ID]], o.inner, plan.Operand(j, o.value.DType), round)
		return src
	}
	src.stored, src.whole = r.stored[r.class[in.plan][o.value.ID]], true
	return src
}

// widenShared returns an operand that is the same for all rows as an arithmetic tensor of the shape of a row, rounded if
// the plan asks for it.
func widenShared(t *ops.Tensor, inner ops.Shape, want ops.Storage, round bf16.Format) *ops.Tensor {
	if want == t.Storage() && round == (bf16.Format{}) {
		return t.As(inner)
	}
	out := ops.NewTensor(inner, want)
	decode(out, t)
	roundTo(round, out)
	return out
}
